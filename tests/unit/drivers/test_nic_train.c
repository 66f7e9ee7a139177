// SPDX-License-Identifier: BSD-2-Clause
/*
 * The segments of a TCP packet, handed to a card at once or one by one: two cards that are set up alike, at
 * random, must have the same memory, registers and interrupts afterwards.
 */
#include "tests/unit/drivers/igb_board.h"

enum { RING = 32, SEGMENTS = 48, MSS_MAX = 1448, HDR_MAX = 128, ROUNDS = 300, PER_ROUND = 4 };

static struct prng rnd;
static struct board *one_by_one;
static const struct board_backend *backend;
static u32 at_once, in_pool;	/* frames that came behind the first of a train; to a pool */
static u8 wire[HDR_MAX + SEGMENTS * MSS_MAX];

static u32 below(u32 n)
{
	return prng_below(&rnd, n);
}

/* -- two cards alike ------------------------------------------------------------------------ */
struct setup {
	u32 bufsize, rctl, rxcsum, ctrl, wthresh, rdtr, rdmts, mrqc;
	bool advanced;
	bool vlan;
	u32 pools; /* 1: queue 0 is of one pool, 2: every frame is for two of them, 0: there are none */
};

static struct setup random_setup(void)
{
	static const u32 sizes[] = { 2048, 2048, 2048, 1024, 512 };
	struct setup s = { .bufsize = sizes[below(ARRAY_SIZE(sizes))] };

	s.rctl = E1000_RCTL_BAM | (below(8) ? E1000_RCTL_SECRC : 0) | (below(8) ? 0 : E1000_RCTL_VFE);
	s.rxcsum = (below(4) ? E1000_RXCSUM_IPOFL : 0) | (below(4) ? E1000_RXCSUM_TUOFL : 0) |
		   (below(4) ? E1000_RXCSUM_IPV6OFL : 0) | below(80) | (below(2) ? IGB_RXCSUM_PCSD : 0);
	s.ctrl = below(2) ? E1000_CTRL_VME : 0;
	s.wthresh = below(4) ? below(2) : 2 + below(8);
	s.rdtr = below(3) ? 0 : 1 + below(10);
	s.rdmts = below(3);
	s.advanced = below(4);
	s.pools = backend != &board_82576 || below(2) ? 0 : 1 + !below(4);
	s.vlan = below(4);
	s.mrqc = below(2) ? IGB_MRQC_RSS | IGB_MRQC_TCP4 | IGB_MRQC_TCP6 | IGB_MRQC_IP4 : 0;
	return s;
}

static void pools_on(struct board *b, const struct setup *s)
{
	u32 i;

	igb_model_set_vfs(board_model_of(b), 2, board_now(b));
	b_wr(b, IGB_VT_CTL, 2 << IGB_VT_CTL_DEF_SHIFT | IGB_VT_CTL_REPLICATE);
	b_wr(b, E1000_RAH0, b_rd(b, E1000_RAH0) | ((1u << s->pools) - 1) << IGB_RAH_POOL_SHIFT);
	for (i = 0; i < s->pools; i++) {
		b_wr(b, IGB_VMOLR + 4 * i, IGB_VMOLR_AUPE | (s->rdmts ? IGB_VMOLR_STRVLAN : 0));
		b_wr(b, IGB_VLVF + 4 * i, s->vlan ? IGB_VLVF_ENABLE | i | 3u << IGB_VLVF_POOL_SHIFT : 0);
	}
	b_wr(b, IGB_VFRE, 3);
	if (s->pools == 2)
		q_rx(b, 1, 0, IGB_SRRCTL_DROP);
}

static void apply_82576(struct board *b, const struct setup *s)
{
	u32 q = q_base(-1, 0, true);

	b_wr(b, IGB_GPIE, IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_NSICR);
	b_wr(b, IGB_IVAR, 0x80 | 3);
	b_wr(b, IGB_EITR + 4 * 3, s->rdtr << 2);
	b_wr(b, IGB_EIMS, 8);
	b_wr(b, IGB_EIAC, 8);
	b_wr(b, IGB_MRQC, s->pools ? IGB_MRQC_VMDQ : s->mrqc);
	if (s->advanced)
		b_wr(b, q + IGB_Q_SRRCTL, (s->bufsize / 1024 ? s->bufsize / 1024 : 1) | IGB_SRRCTL_ADV |
						  s->rdmts << IGB_SRRCTL_RDMTS_SHIFT);
	b_wr(b, q + IGB_Q_DCTL, IGB_DCTL_ENABLE | s->wthresh << IGB_DCTL_WTHRESH_SHIFT);
}

static void apply(struct board *b, const struct setup *s)
{
	memset(b->memory + b->used, 0, BOARD_MEMORY - b->used);
	if (s->pools)
		pools_on(b, s);
	b_rx_start(b, RING, s->bufsize, s->rctl | s->rdmts << E1000_RCTL_RDMTS_SHIFT);
	b_wr(b, E1000_RXCSUM, s->rxcsum);
	b_set(b, E1000_CTRL, s->ctrl);
	if (backend == &board_82576) {
		apply_82576(b, s);
		return;
	}
	b_wr(b, E1000_RXDCTL, s->wthresh << 16);
	b_wr(b, E1000_RDTR, s->rdtr);
	b_wr(b, E1000_RADV, s->rdtr * 2);
	b_wr(b, E1000_IMS, ~0u);
}

static void same(struct board *a, struct board *b, u32 round)
{
	u32 off;

	cr_assert_eq(a->used, b->used);
	cr_assert(!memcmp(a->memory, b->memory, a->used), "memory differs in round %u", round);
	cr_assert_eq(a->ops->line(a), b->ops->line(b));
	cr_assert_eq(board_vectors(a), board_vectors(b));
	for (off = 0; off < (backend == &board_82576 ? 0x10000u : 0x6000u); off += 4) {
		u32 va = b_rd(a, off), vb = b_rd(b, off);

		cr_assert_eq(va, vb, "register %x: %x and %x in round %u", off, va, vb, round);
	}
	for (off = IGB_VFGPRC; off <= IGB_VFMPRC && backend == &board_82576; off += 4)
		cr_assert_eq(q_rd(a, 0, off), q_rd(b, 0, off), "statistics at %x in round %u", off, round);
	cr_assert_eq(e1000_model_counters(board_model_of(a))->rx_overruns,
		     e1000_model_counters(board_model_of(b))->rx_overruns);
	cr_assert_eq(e1000_model_counters(board_model_of(a))->dma_faults,
		     e1000_model_counters(board_model_of(b))->dma_faults);
}

/* -- segments ------------------------------------------------------------------------------- */
struct packet {
	u32 l3, l4, hdr_len, mss, nr;
	bool v6;
};

/* A header with a tag perhaps, options of both kinds, and the payload of nr segments, at wire. */
static struct packet random_packet(void)
{
	struct packet p = { .v6 = below(2), .mss = 1 + below(MSS_MAX), .nr = 1 + below(SEGMENTS) };
	u32 tag = below(4) ? 0 : VLAN_TAG_LEN, ip_hlen, options = 4 * below(6);
	u8 plain[2048], *th;

	b_packet(plain, p.v6, IP_PROTO_TCP, 0);
	ip_hlen = p.v6 ? IP6_HLEN : IP4_HLEN;
	memcpy(wire, plain, 2 * ETH_ALEN);
	wire[5] ^= !below(16); /* not for this card */
	if (tag) {
		put_be16(wire + 12, ETH_TYPE_VLAN);
		put_be16(wire + 14, (u16)below(65536));
	}
	memcpy(wire + 12 + tag, plain + 12, 2 + ip_hlen + TCP_HLEN);
	p.l3 = ETH_HLEN + tag;
	p.l4 = p.l3 + ip_hlen;
	p.hdr_len = p.l4 + TCP_HLEN + options;
	th = wire + p.l4;
	th[12] = tcp_doff(TCP_HLEN + options);
	th[13] = TCPHDR_ACK;
	put_be32(th + 4, below(2) ? 0xffffff00 : prng_u32(&rnd));
	if (!p.v6)
		put_be16(wire + p.l3 + 4, below(2) ? 0xfffe : (u16)below(65536));
	prng_bytes(&rnd, th + TCP_HLEN, options + p.nr * p.mss);
	return p;
}

/* Segment k with its sum left to the wire; its header is written in front of its payload at buf. */
static struct e1000_rx_frame segment(const struct packet *p, const u8 *header, u8 *buf, u32 k)
{
	struct e1000_rx_frame f = { .data = buf + k * p->mss, .len = p->hdr_len + p->mss,
				    .csum_start = (u16)p->l4, .csum_offset = 16 };
	u8 *ip = f.data + p->l3, *th = f.data + p->l4;
	u32 sum, tcp_len = f.len - p->l4;
	u16 pseudo;

	memcpy(f.data, header, p->hdr_len);
	put_be32(th + 4, get_be32(th + 4) + k * p->mss);
	if (p->v6) {
		put_be16(ip + 4, (u16)tcp_len);
		sum = csum_ipv6_nofold(ip + 8, ip + 24, tcp_len, IP_PROTO_TCP, 0);
	} else {
		be16 check;

		put_be16(ip + 2, (u16)(IP4_HLEN + tcp_len));
		put_be16(ip + 4, (u16)(get_be16(ip + 4) + k));
		put_be16(ip + 10, 0);
		check = ip_fast_csum(ip, 5);
		memcpy(ip + 10, &check, sizeof(check));
		sum = csum_tcpudp_nofold(ip + 12, ip + 16, tcp_len, IP_PROTO_TCP, 0);
	}
	pseudo = csum_fold16(sum);
	memcpy(th + 16, &pseudo, sizeof(pseudo));
	return f;
}

static void send_segments(struct board *b, const struct packet *p, bool trains, bool pools)
{
	static u8 buf[sizeof(wire)], header[HDR_MAX];
	u32 k, n;

	memcpy(buf, wire, sizeof(buf));
	memcpy(header, wire, p->hdr_len);
	for (k = 0; k < p->nr; k += n) {
		struct e1000_rx_train t = { .first = segment(p, header, buf, k), .l3 = p->l3,
					    .hdr_len = p->hdr_len, .nr = p->nr - k };

		n = 1;
		if (trains)
			n = e1000_model_receive_train(board_model_of(b), &t, board_now(b));
		else
			e1000_model_receive(board_model_of(b), &t.first, board_now(b));
		cr_assert(n >= 1 && n <= p->nr - k);
		at_once += n - 1;
		in_pool += pools ? n - 1 : 0;
	}
}

static void take_some(struct board *a, struct board *b)
{
	u32 head = b_rd(a, E1000_RDBAL + 0x10), i, n = below(RING);

	for (i = 0; i < n && (a->rx.tail + 1) % RING != head; i++) {
		b_rx_give(a, 1);
		b_rx_give(b, 1);
	}
}

static void round_of(struct board *a, struct board *b, u32 round, bool pools)
{
	struct packet p;
	u32 i;

	for (i = 0; i < PER_ROUND; i++) {
		p = random_packet();
		if (!below(16)) { /* memory that nobody lent */
			u32 at = below(RING);

			a->rx.desc[at].addr = b->rx.desc[at].addr = 1;
		}
		send_segments(a, &p, false, pools);
		send_segments(b, &p, true, pools);
		same(a, b, round);
		take_some(a, b);
		if (below(2)) {
			a->ops->pass(a, 5000);
			b->ops->pass(b, 5000);
		}
		same(a, b, round);
	}
}

static void with_both(struct board *b)
{
	struct setup s = random_setup();
	static u32 round;

	apply(one_by_one, &s);
	apply(b, &s);
	same(one_by_one, b, round);
	round_of(one_by_one, b, round++, s.pools);
}

static void with_one(struct board *b)
{
	one_by_one = b;
	board_run(backend, with_both);
}

static void many_rounds(const struct board_backend *which)
{
	u32 i;

	at_once = 0;
	backend = which;
	prng_seed(&rnd, 5);
	for (i = 0; i < ROUNDS; i++)
		board_run(which, with_one);
	cr_assert_gt(at_once, 2000, "only %u frames", at_once);
}

Test(nic_train, same_as_one_by_one_82540em)
{
	many_rounds(&board_model);
}

Test(nic_train, same_as_one_by_one_82576)
{
	many_rounds(&board_82576);
	cr_assert_gt(in_pool, 300, "only %u frames", in_pool);
}

/* A sum that would be wrong on the wire is wrong in each of them, and is found. */
static void wrong_pseudo_header(struct board *b)
{
	struct packet p = { .l3 = ETH_HLEN, .l4 = ETH_HLEN + IP4_HLEN,
			    .hdr_len = ETH_HLEN + IP4_HLEN + TCP_HLEN, .mss = 1000, .nr = 4 };
	struct e1000_rx_train t = { .l3 = p.l3, .hdr_len = p.hdr_len, .nr = p.nr };
	u8 header[HDR_MAX];

	b_rx_default(b);
	b_wr(b, E1000_RXCSUM, E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL);
	b_packet(wire, false, IP_PROTO_TCP, 1000);
	memcpy(header, wire, p.hdr_len);
	t.first = segment(&p, header, wire, 0);
	wire[p.l4 + 16] ^= 1;
	cr_assert_eq(e1000_model_receive_train(board_model_of(b), &t, board_now(b)), 1);
	cr_assert(b_rx_status(b_rx_next(b)) & E1000_RXD_TCPE);
}

Test(nic_train, wrong_pseudo_header)
{
	board_run(&board_model, wrong_pseudo_header);
}
