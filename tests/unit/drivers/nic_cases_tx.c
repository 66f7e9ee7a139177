// SPDX-License-Identifier: BSD-2-Clause
/* Transmit descriptors of both kinds, and what becomes of them. */
#include "tests/unit/drivers/nic_cases.h"

enum { CMD = E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS };

static u8 frame[BOARD_FRAME_MAX], got[BOARD_FRAME_MAX];

void case_tx_legacy(struct board *b)
{
	struct e1000_desc *d;

	b_tx_start(b, BOARD_TX);
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_IMS, E1000_ICR_TXDW);
	b_frame(frame, board_peer, 1, 300);
	d = b_tx_legacy(b, frame, 300, CMD, 0);
	cr_assert_eq(b_sent(b, got), 300);
	b_expect_frame(got, board_peer, 1, 300);
	cr_assert(B_WAIT(b, b_done(d)));
	cr_assert(B_WAIT(b, b->ops->line(b)));
	cr_assert_eq(b_rd(b, E1000_TDH), 1);
	cr_assert_eq(b_rd(b, E1000_ICR) & 3, E1000_ICR_TXDW | (b->x->txqe ? E1000_ICR_TXQE : 0));
	cr_assert(b_silent(b), "once");
}

/* A frame in pieces of any size, empty ones among them. */
void case_tx_pieces(struct board *b)
{
	static const u16 len[] = { 1, 13, 0, 500, 7, 800, 179 };
	u8 *p = b_alloc(b, 1500);
	u32 i, off = 0;

	b_tx_start(b, BOARD_TX);
	b_frame(p, board_peer, 2, 1500);
	for (i = 0; i < ARRAY_SIZE(len); i++) {
		bool last = i + 1 == ARRAY_SIZE(len);

		if (!len[i] && !b->x->checked_dma)
			continue; /* an empty descriptor is an error for some */
		b_tx_put(b, b_bus(b, p + off), len[i] | (last ? (u32)CMD : 0), 0);
		off += len[i];
	}
	b_tx_ring(b);
	cr_assert_eq(b_sent(b, got), 1500);
	b_expect_frame(got, board_peer, 2, 1500);
	cr_assert(b_silent(b));
}

void case_tx_ring_wraps(struct board *b)
{
	u32 i, len;

	b_tx_start(b, 8);
	for (i = 0; i < 50; i++) {
		struct e1000_desc *d;

		b->used = BOARD_MEMORY / 2;
		len = 60 + i * 29;
		b_frame(frame, board_peer, i, len);
		d = b_tx_legacy(b, frame, len, CMD, 0);
		cr_assert_eq(b_sent(b, got), len);
		b_expect_frame(got, board_peer, i, len);
		cr_assert(B_WAIT(b, b_done(d)));
		cr_assert_eq(b_rd(b, E1000_TDH), (i + 1) % 8);
	}
}

void case_tx_status_only_on_request(struct board *b)
{
	struct e1000_desc *silent, *loud;

	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, 100);
	silent = b_tx_legacy(b, frame, 100, CMD & ~E1000_TXD_RS, 0);
	b_sent(b, got);
	loud = b_tx_legacy(b, frame, 100, CMD, 0);
	b_sent(b, got);
	cr_assert(B_WAIT(b, b_done(loud)));
	cr_assert_not(b_done(silent));
	cr_assert_eq(b_rd(b, E1000_TDH), 2);
}

void case_tx_starts_when_enabled(struct board *b)
{
	b_tx_start(b, BOARD_TX);
	b_clear(b, E1000_TCTL, E1000_TCTL_EN);
	b_frame(frame, board_peer, 1, 100);
	b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert(b_silent(b));
	cr_assert_eq(b_rd(b, E1000_TDH), 0);
	b_set(b, E1000_TCTL, E1000_TCTL_EN);
	cr_assert_eq(b_sent(b, got), 100);
}

/* A tail that the ring does not have is the driver's error: nothing, or a bounded number of frames. */
void case_tx_tail_outside_the_ring(struct board *b)
{
	u32 n = 0;

	b_tx_start(b, 8);
	b_frame(frame, board_peer, 1, 100);
	b_tx_legacy(b, frame, 100, CMD, 0);
	b_sent(b, got);
	b_wr(b, E1000_TDT, 4000);
	b_turns(b, 20);
	while (b->ops->sent(b, got))
		cr_assert_lt(n++, 9);
	if (b->x->checked_dma)
		cr_assert_eq(n, 0);
	b_wr(b, E1000_TCTL, 0);
	cr_assert(b_rd(b, E1000_STATUS) & E1000_STATUS_LU, "it answers");
}

void case_tx_short_frames(struct board *b)
{
	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, 60);
	memset(frame + 24, 0, 36);
	b_tx_legacy(b, frame, 24, CMD, 0);
	cr_assert_eq(b_sent(b, got), b->x->pads ? 60 : 24);
	cr_assert_arr_eq(got, frame, b->x->pads ? 60 : 24);
	B_NEEDS(b, pads);
	b_clear(b, E1000_TCTL, E1000_TCTL_PSP);
	b_tx_legacy(b, frame, 24, CMD, 0);
	cr_assert_eq(b_sent(b, got), 24);
}

void case_tx_long_frames(struct board *b)
{
	struct e1000_desc *d;

	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, 9014);
	b_tx_legacy(b, frame, 9014, CMD, 0);
	cr_assert_eq(b_sent(b, got), 9014);
	b_expect_frame(got, board_peer, 1, 9014);
	B_NEEDS(b, tx_limit);
	b_frame(frame, board_peer, 2, 16400);
	d = b_tx_legacy(b, frame, 16400, CMD, 0);
	cr_assert(B_WAIT(b, b_done(d)), "it is done with");
	cr_assert(b_silent(b), "but does not fit the FIFO");
}

/* Without IFCS the last four octets are the frame's FCS. */
void case_tx_own_fcs(struct board *b)
{
	B_NEEDS(b, checked_tso);
	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, 204);
	b_tx_legacy(b, frame, 204, E1000_TXD_EOP | E1000_TXD_RS, 0);
	cr_assert_eq(b_sent(b, got), 200);
	b_expect_frame(got, board_peer, 1, 200);
}

/* TXDCTL.WTHRESH: status comes when so many are done; TIDV.FPD fetches the rest. */
void case_tx_write_back_threshold(struct board *b)
{
	struct e1000_desc *d[4];
	u32 i;

	b_tx_start(b, BOARD_TX);
	b_wr(b, E1000_TXDCTL, (b->x->queue_enable ? BOARD_QUEUE_ENABLE : 1u << 24) | 3u << 16);
	b_wr(b, E1000_TIDV, 1000);
	b_frame(frame, board_peer, 1, 100);
	for (i = 0; i < 4; i++) {
		d[i] = b_tx_legacy(b, frame, 100, CMD | E1000_TXD_IDE, 0);
		b_sent(b, got);
		if (b->x->thresholds)
			cr_assert_eq(b_done(d[0]), i >= 2, "after %u", i);
		else
			cr_assert(b_done(d[i]), "at once");
	}
	B_NEEDS(b, thresholds);
	cr_assert(b_done(d[2]) && !b_done(d[3]));
	b_wr(b, E1000_TIDV, 1000 | E1000_RDTR_FPD);
	cr_assert(b_done(d[3]));
}

void case_tx_without_bus_mastering(struct board *b)
{
	struct e1000_desc *d;

	B_NEEDS(b, waits_for_master);
	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, 100);
	b->ops->master(b, false);
	d = b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert(b_silent(b));
	cr_assert(!b_done(d) && b_rd(b, E1000_TDH) == 0);
	b->ops->master(b, true);
	cr_assert_eq(b_sent(b, got), 100);
	cr_assert(B_WAIT(b, b_done(d)));
}

static void tx_fault(struct board *b, u64 addr, u32 len)
{
	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, 100);
	b_tx_put(b, addr, len | CMD, 0);
	b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert(b_silent(b), "the ring stands still");
	cr_assert_not(b_done(&b->tx.desc[0]) || b_done(&b->tx.desc[1]));
}

/* Memory that was not lent is never touched; the ring halts until it is set up anew. */
void case_tx_dma_errors(struct board *b)
{
	B_NEEDS(b, checked_dma);
	tx_fault(b, 0, 100);
	tx_fault(b, b->bus - 1, 100);
	tx_fault(b, b->bus + BOARD_MEMORY - 99, 100);
	tx_fault(b, ~0ull - 50, 100);
	b_tx_start(b, BOARD_TX);
	b_wr(b, E1000_TDBAH, 0xffffffff);
	b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert(b_silent(b), "the ring itself is nowhere");
	b_tx_start(b, BOARD_TX);
	b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert_eq(b_sent(b, got), 100, "all is well again");
}

/* -- checksums ------------------------------------------------------------------------------------ */
void case_tx_legacy_checksum(struct board *b)
{
	u32 len = b_packet(frame, false, IP_PROTO_TCP, 100), at = ETH_HLEN + IP4_HLEN + 16;
	const u8 *ip = frame + ETH_HLEN;

	b_tx_start(b, BOARD_TX);
	/* the sum of the pseudo header is the driver's */
	put_be16(frame + at,
		 (u16)~be16_get(csum_tcpudp_magic(ip + 12, ip + 16, 120, IP_PROTO_TCP, 0)));
	cr_assert_not(b_sums_right(frame, len));
	b_tx_legacy(b, frame, len, CMD | E1000_TXD_IC | at << E1000_TXD_CSO_SHIFT,
		    (ETH_HLEN + IP4_HLEN) << E1000_TXD_CSS_SHIFT);
	cr_assert_eq(b_sent(b, got), len);
	cr_assert_eq(b_sums_right(got, len), b->x->legacy_checksum);
}

/* -- contexts -- */
struct context {
	u32 ipcss, ipcso, ipcse, tucss, tucso, tucse, hdrlen, mss, paylen, flags;
};

static void put_context(struct board *b, const struct context *c)
{
	b_tx_put(b,
		 c->ipcss | c->ipcso << 8 | c->ipcse << 16 | (u64)c->tucss << 32 |
			 (u64)c->tucso << 40 | (u64)c->tucse << 48,
		 c->paylen | c->flags | E1000_TXD_DEXT | E1000_TXD_DTYP_C,
		 c->hdrlen << E1000_TXC_HDRLEN_SHIFT | c->mss << E1000_TXC_MSS_SHIFT);
}

static struct context context_of(bool v6, u8 proto)
{
	u32 l3 = v6 ? IP6_HLEN : IP4_HLEN;
	bool tcp = proto == IP_PROTO_TCP;

	return (struct context){
		.ipcss = ETH_HLEN,
		.ipcso = ETH_HLEN + 10,
		.ipcse = ETH_HLEN + l3 - 1,
		.tucss = ETH_HLEN + l3,
		.tucso = ETH_HLEN + l3 + (tcp ? 16 : 6),
		.flags = (v6 ? 0 : E1000_TXC_IP) | (tcp ? E1000_TXC_TCP : 0),
	};
}

/* What a driver leaves in the packet: no IPv4 sum, and that of the pseudo header. */
static void prepare_sums(u8 *p, bool v6, u8 proto, u32 l4_len)
{
	u8 *ip = p + ETH_HLEN;
	be16 sum = v6 ? csum_ipv6_magic(ip + 8, ip + 24, l4_len, proto, 0) :
			csum_tcpudp_magic(ip + 12, ip + 16, l4_len, proto, 0);

	if (!v6)
		put_be16(ip + 10, 0);
	put_be16(ip + (v6 ? IP6_HLEN : IP4_HLEN) + (proto == IP_PROTO_TCP ? 16 : 6),
		 (u16)~be16_get(sum));
}

static void put_data(struct board *b, const u8 *p, u32 len, u32 extra, u32 popts)
{
	u8 *copy = b_alloc(b, len);

	memcpy(copy, p, len);
	b_tx_put(b, b_bus(b, copy), len | CMD | E1000_TXD_DEXT | E1000_TXD_DTYP_D | extra, popts);
	b_tx_ring(b);
}

static void one_checksum(struct board *b, bool v6, u8 proto)
{
	static u8 want[2048];
	struct context c = context_of(v6, proto);
	u32 len = b_packet(want, v6, proto, 101);

	memcpy(frame, want, len);
	prepare_sums(frame, v6, proto, len - c.tucss);
	put_context(b, &c);
	put_data(b, frame, len, 0, E1000_TXD_POPTS_TXSM | (v6 ? 0 : E1000_TXD_POPTS_IXSM));
	cr_assert_eq(b_sent(b, got), len);
	cr_assert_arr_eq(got, want, len, "IPv%d protocol %u", v6 ? 6 : 4, proto);
}

/* A sum of zero is sent as all ones: zero would mean that there is none (RFC 768, RFC 8200 8.1). */
static void checksum_zero(struct board *b, bool v6)
{
	static u8 want[2048];
	struct context c = context_of(v6, IP_PROTO_UDP);
	u32 len = b_packet(want, v6, IP_PROTO_UDP, 100), word = c.tucss + 8;
	u32 sum = get_be16(want + word) + get_be16(want + c.tucso);

	put_be16(want + word, (u16)(sum + (sum >> 16)));
	put_be16(want + c.tucso, 0xffff);
	cr_assert(b_sums_right(want, len), "the example is none");
	memcpy(frame, want, len);
	prepare_sums(frame, v6, IP_PROTO_UDP, len - c.tucss);
	put_context(b, &c);
	put_data(b, frame, len, 0, E1000_TXD_POPTS_TXSM | (v6 ? 0 : E1000_TXD_POPTS_IXSM));
	cr_assert_eq(b_sent(b, got), len);
	cr_assert_arr_eq(got, want, len, "IPv%d", v6 ? 6 : 4);
}

void case_tx_checksums(struct board *b)
{
	B_NEEDS(b, contexts);
	b_tx_start(b, BOARD_TX);
	one_checksum(b, false, IP_PROTO_TCP);
	one_checksum(b, false, IP_PROTO_UDP);
	one_checksum(b, true, IP_PROTO_TCP);
	one_checksum(b, true, IP_PROTO_UDP);
	checksum_zero(b, false);
	checksum_zero(b, true);
}

void case_tx_context_persists(struct board *b)
{
	struct context c = context_of(false, IP_PROTO_TCP), tso;
	u32 len = b_packet(frame, false, IP_PROTO_TCP, 200), i;

	B_NEEDS(b, contexts);
	b_tx_start(b, BOARD_TX);
	prepare_sums(frame, false, IP_PROTO_TCP, len - c.tucss);
	put_context(b, &c);
	for (i = 0; i < 3; i++) {
		put_data(b, frame, len, 0, E1000_TXD_POPTS_TXSM | E1000_TXD_POPTS_IXSM);
		cr_assert_eq(b_sent(b, got), len);
		cr_assert(b_sums_right(got, len));
	}
	tso = (struct context){ .hdrlen = 54, .mss = 100, .flags = E1000_TXD_TSE };
	put_context(b, &tso);
	put_data(b, frame, len, 0, E1000_TXD_POPTS_TXSM | E1000_TXD_POPTS_IXSM);
	cr_assert_eq(b_sent(b, got), len);
	cr_assert(b_sums_right(got, len), "that of segmentation is another");
	put_data(b, frame, len, 0, 0);
	b_sent(b, got);
	cr_assert_arr_eq(got, frame, len, "no option, no sum");
	cr_assert_not(b_done(&b->tx.desc[0]), "no status was asked for");
}

/* -- segmentation -- */
static void expect_segment(struct board *b, bool v6, u32 index, u32 part, bool last, u32 tag)
{
	u32 l3 = v6 ? IP6_HLEN : IP4_HLEN, hdr = ETH_HLEN + l3 + 20, len = b_sent(b, got), i;
	const u8 *th;

	cr_assert_eq(len, hdr + part + tag, "segment %u has %u octets", index, len);
	if (tag) {
		cr_assert_eq(get_be32(got + 12), 0x81006123);
		memmove(got + 12, got + 16, len - 16);
		len -= 4;
	}
	cr_assert(b_sums_right(got, len), "segment %u of IPv%d", index, v6 ? 6 : 4);
	if (!v6)
		cr_assert_eq(get_be16(got + ETH_HLEN + 4), 7 * 256 + index);
	th = got + ETH_HLEN + l3;
	cr_assert_eq(get_be32(th + 4), 0xfffffff0 + index * 1400);
	cr_assert_eq(th[13], last ? TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN : TCPHDR_ACK);
	for (i = 0; i < part; i++)
		cr_assert_eq(th[20 + i], (u8)((index * 1400 + i) * 13 + 1), "octet %u", i);
}

static void segments(struct board *b, bool v6, u32 payload, u32 tag)
{
	struct context c = context_of(v6, IP_PROTO_TCP);
	u32 len = b_packet(frame, v6, IP_PROTO_TCP, payload), hdr = len - payload, i, nr;
	u8 *p = b_alloc(b, len);

	if (!v6)
		put_be16(frame + ETH_HLEN + 4, 7 * 256);
	prepare_sums(frame, v6, IP_PROTO_TCP, 0);
	put_be16(frame + ETH_HLEN + (v6 ? 4 : 2), 0);
	memcpy(p, frame, len);
	c.hdrlen = hdr, c.mss = 1400, c.paylen = payload, c.flags |= E1000_TXD_TSE;
	put_context(b, &c);
	b_tx_put(b, b_bus(b, p), hdr | E1000_TXD_DEXT | E1000_TXD_DTYP_D | E1000_TXD_TSE,
		 E1000_TXD_POPTS_TXSM | (v6 ? 0 : E1000_TXD_POPTS_IXSM));
	b_tx_put(b, b_bus(b, p + hdr),
		 payload | CMD | E1000_TXD_DEXT | E1000_TXD_DTYP_D | E1000_TXD_TSE |
			 (tag ? E1000_TXD_VLE : 0),
		 (tag ? 0x6123u << E1000_TXD_SPECIAL_SHIFT : 0) | E1000_TXD_POPTS_TXSM |
			 (v6 ? 0 : E1000_TXD_POPTS_IXSM));
	b_tx_ring(b);
	nr = (payload + 1399) / 1400;
	for (i = 0; i < nr; i++)
		expect_segment(b, v6, i, i + 1 < nr ? 1400 : payload - i * 1400, i + 1 == nr, tag);
	cr_assert(b_silent(b));
}

void case_tx_segmentation(struct board *b)
{
	B_NEEDS(b, tso);
	b_tx_start(b, 64);
	segments(b, false, 10000, 0);
	segments(b, false, 1401, 0);
	b_set(b, E1000_CTRL, E1000_CTRL_VME);
	segments(b, false, 5000, 4);
	B_NEEDS(b, tso6); /* else the payload length has the header in it */
	segments(b, true, 4200, 4);
	segments(b, true, 10000, 0);
}

static void nonsense(struct board *b, const struct context *c, const u8 *p, u32 len)
{
	put_context(b, c);
	put_data(b, p, len, E1000_TXD_TSE, E1000_TXD_POPTS_TXSM | E1000_TXD_POPTS_IXSM);
	cr_assert(b_silent(b));
	cr_assert(b_done(&b->tx.desc[(b->tx.tail + b->tx.nr - 1) % b->tx.nr]));
}

/* A context that does not describe the packet: the packet is lost, the next one is not. */
void case_tx_segmentation_of_nonsense(struct board *b)
{
	struct context good = context_of(false, IP_PROTO_TCP), c;
	u32 len = b_packet(frame, false, IP_PROTO_TCP, 3000);

	B_NEEDS(b, checked_tso);
	b_tx_start(b, 64);
	good.hdrlen = len - 3000, good.mss = 1400, good.paylen = 3000;
	good.flags |= E1000_TXD_TSE;
	c = good, c.mss = 0;
	nonsense(b, &c, frame, len);
	c = good, c.hdrlen = 0;
	nonsense(b, &c, frame, len);
	c = good, c.hdrlen = 255, c.paylen = len - 255, c.tucso = 255;
	nonsense(b, &c, frame, len);
	c = good, c.paylen = 2999;
	nonsense(b, &c, frame, len);
	c = good, c.tucss = c.ipcss + 4;
	nonsense(b, &c, frame, len);
	c = good, c.mss = 1, c.paylen = 3000;
	nonsense(b, &c, frame, len); /* 3000 frames of one descriptor */
	cr_assert_geq(b_rd(b, E1000_TSCTFC), 6);
	b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert_eq(b_sent(b, got), 100);
}

/* -- tags ------------------------------------------------------------------------------------------ */
void case_tx_vlan_tags(struct board *b)
{
	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 3, 200);
	b_tx_legacy(b, frame, 200, CMD | E1000_TXD_VLE, 0x6123u << E1000_TXD_SPECIAL_SHIFT);
	cr_assert_eq(b_sent(b, got), b->x->vme_for_tx ? 200 : 204, "CTRL.VME is off");
	b_set(b, E1000_CTRL, E1000_CTRL_VME);
	b_tx_legacy(b, frame, 200, CMD | E1000_TXD_VLE, 0x6123u << E1000_TXD_SPECIAL_SHIFT);
	cr_assert_eq(b_sent(b, got), 204);
	cr_assert_arr_eq(got, frame, 12);
	cr_assert_eq(get_be32(got + 12), 0x81006123);
	cr_assert_arr_eq(got + 16, frame + 12, 188);
	b_wr(b, E1000_VET, 0x88a8);
	b_tx_legacy(b, frame, 200, CMD | E1000_TXD_VLE, 0x6123u << E1000_TXD_SPECIAL_SHIFT);
	cr_assert_eq(b_sent(b, got), 204);
	cr_assert_eq(get_be32(got + 12), 0x88a86123);
	b_tx_legacy(b, frame, 200, CMD, 0x6123u << E1000_TXD_SPECIAL_SHIFT);
	cr_assert_eq(b_sent(b, got), 200, "no VLE");
	B_NEEDS(b, contexts);
	put_data(b, frame, 200, E1000_TXD_VLE, 0x0fffu << E1000_TXD_SPECIAL_SHIFT);
	cr_assert_eq(b_sent(b, got), 204);
	cr_assert_eq(get_be32(got + 12), 0x88a80fff);
}
