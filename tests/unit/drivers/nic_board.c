// SPDX-License-Identifier: BSD-2-Clause
/* What the cases of the register-level suite are written with. */
#include "tests/unit/drivers/nic_board.h"

const u8 board_mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, board_peer[6] = { 2, 0, 0, 0, 0, 9 },
	 board_group[6] = { 1, 0, 0x5e, 1, 2, 3 }, board_all[6] = { 255, 255, 255, 255, 255, 255 };

u32 b_rd(struct board *b, u32 off)
{
	return (u32)b->ops->read(b, off, 4);
}

void b_wr(struct board *b, u32 off, u32 value)
{
	b->ops->write(b, off, 4, value);
}

void b_set(struct board *b, u32 off, u32 bits)
{
	b_wr(b, off, b_rd(b, off) | bits);
}

void b_clear(struct board *b, u32 off, u32 bits)
{
	b_wr(b, off, b_rd(b, off) & ~bits);
}

u8 *b_alloc(struct board *b, u32 len)
{
	u8 *p = b->memory + b->used;

	b->used += (len + 127) & ~127u;
	cr_assert_leq(b->used, BOARD_MEMORY);
	memset(p, 0, len);
	return p;
}

u64 b_bus(const struct board *b, const void *p)
{
	return b->bus + (u64)((const u8 *)p - b->memory);
}

void b_turns(struct board *b, u32 n)
{
	while (n--)
		b->ops->turn(b);
}

u16 b_eeprom(struct board *b, u32 word)
{
	u32 shift = b->x->eerd_8254x ? 8 : 2, done = b->x->eerd_8254x ? 0x10 : 2;

	b_wr(b, E1000_EERD, word << shift | E1000_EERD_START);
	cr_assert(B_WAIT(b, b_rd(b, E1000_EERD) & done), "EERD is never done");
	return (u16)(b_rd(b, E1000_EERD) >> E1000_EERD_DATA_SHIFT);
}

static u32 mdic(struct board *b, u32 command)
{
	b_wr(b, E1000_MDIC, command | 1u << E1000_MDIC_PHY_SHIFT);
	cr_assert(B_WAIT(b, b_rd(b, E1000_MDIC) & E1000_MDIC_READY));
	return b_rd(b, E1000_MDIC);
}

u16 b_phy_read(struct board *b, u32 reg)
{
	u32 v = mdic(b, E1000_MDIC_OP_READ | reg << E1000_MDIC_REG_SHIFT);

	cr_assert_not(v & E1000_MDIC_ERROR);
	return (u16)v;
}

void b_phy_write(struct board *b, u32 reg, u16 value)
{
	mdic(b, E1000_MDIC_OP_WRITE | reg << E1000_MDIC_REG_SHIFT | value);
}

void board_run(const struct board_backend *backend, void (*test)(struct board *b))
{
	struct board b = { .x = backend->expect };

	if (!backend->start(&b, backend->device))
		cr_skip_test("qemu-system-x86_64 is not installed");
	b_wr(&b, E1000_IMC, ~0u);
	b_set(&b, E1000_CTRL, E1000_CTRL_SLU);
	cr_assert(B_WAIT(&b, b_rd(&b, E1000_STATUS) & E1000_STATUS_LU), "no link");
	b_rd(&b, E1000_ICR);
	test(&b);
	b.ops->stop(&b);
}

/* -- rings ---------------------------------------------------------------------------------- */
static void ring_make(struct board *b, struct board_ring *r, u32 nr, u32 base)
{
	u64 bus;

	*r = (struct board_ring){ .nr = nr };
	r->desc = (struct e1000_desc *)b_alloc(b, nr * E1000_DESC_SIZE);
	bus = b_bus(b, r->desc);
	if (b->x->queue_enable)
		b_wr(b, base + 0x28, 0);
	b_wr(b, base, (u32)bus);
	b_wr(b, base + 4, (u32)(bus >> 32));
	b_wr(b, base + 8, nr * E1000_DESC_SIZE);
	b_wr(b, base + 0x10, 0);
	b_wr(b, base + 0x18, 0);
	if (b->x->queue_enable)
		b_wr(b, base + 0x28, BOARD_QUEUE_ENABLE);
}

static u32 bsize_bits(u32 bufsize)
{
	u32 code;

	for (code = 0; code < 4; code++) {
		if (bufsize == 2048u >> code)
			return code << E1000_RCTL_BSIZE_SHIFT;
		if (code && bufsize == 32768u >> code)
			return code << E1000_RCTL_BSIZE_SHIFT | E1000_RCTL_BSEX;
	}
	cr_assert_fail("no such buffer size");
	return 0;
}

void b_rx_start(struct board *b, u32 nr, u32 bufsize, u32 rctl)
{
	u32 i;

	b_wr(b, E1000_RCTL, 0);
	if (b->x->queue_enable)
		b_wr(b, BOARD_RLPML, b->x->longest);
	ring_make(b, &b->rx, nr, E1000_RDBAL);
	b->bufsize = bufsize;
	b->buffer = b_alloc(b, nr * bufsize);
	for (i = 0; i < nr; i++)
		b->rx.desc[i].addr = b_bus(b, b_rx_buf(b, i));
	b->rctl = rctl | bsize_bits(bufsize);
	b_wr(b, E1000_RCTL, b->rctl | E1000_RCTL_EN);
	b_turns(b, 20); /* some need a moment after each write of RCTL */
	b_rx_give(b, nr - 1);
}

void b_rx_default(struct board *b)
{
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
}

u8 *b_rx_buf(struct board *b, u32 index)
{
	return b->buffer + index * b->bufsize;
}

void b_rx_give(struct board *b, u32 n)
{
	b->rx.tail = (b->rx.tail + n) % b->rx.nr;
	b_wr(b, E1000_RDT, b->rx.tail);
}

struct e1000_desc *b_rx_next(struct board *b)
{
	struct e1000_desc *d = &b->rx.desc[b->rx.next];

	cr_assert(B_WAIT(b, b_done(d)), "nothing in descriptor %u", b->rx.next);
	b->rx.next = (b->rx.next + 1) % b->rx.nr;
	return d;
}

u32 b_rx_len(const struct e1000_desc *d)
{
	return d->lower & 0xffff;
}

u32 b_rx_status(const struct e1000_desc *d)
{
	return d->upper & 0xffff;
}

bool b_rx_silent(struct board *b)
{
	b_turns(b, 20);
	return !b_done(&b->rx.desc[b->rx.next]);
}

bool b_done(const struct e1000_desc *d)
{
	return __atomic_load_n(&d->upper, __ATOMIC_ACQUIRE) & E1000_TXD_DD;
}

void b_tx_start(struct board *b, u32 nr)
{
	b_wr(b, E1000_TCTL, 0);
	ring_make(b, &b->tx, nr, E1000_TDBAL);
	b_wr(b, E1000_TCTL,
	     E1000_TCTL_EN | E1000_TCTL_PSP | 0x0f << E1000_TCTL_CT_SHIFT |
		     0x40 << E1000_TCTL_COLD_SHIFT);
}

struct e1000_desc *b_tx_put(struct board *b, u64 addr, u32 lower, u32 upper)
{
	struct e1000_desc *d = &b->tx.desc[b->tx.tail];

	*d = (struct e1000_desc){ addr, lower, upper };
	b->tx.tail = (b->tx.tail + 1) % b->tx.nr;
	return d;
}

void b_tx_ring(struct board *b)
{
	b_wr(b, E1000_TDT, b->tx.tail);
}

struct e1000_desc *b_tx_legacy(struct board *b, const u8 *frame, u32 len, u32 cmd, u32 upper)
{
	u8 *p = b_alloc(b, len);
	struct e1000_desc *d;

	memcpy(p, frame, len);
	d = b_tx_put(b, b_bus(b, p), len | cmd, upper);
	b_tx_ring(b);
	return d;
}

u32 b_sent(struct board *b, u8 *frame)
{
	u32 len = 0;

	cr_assert(B_WAIT(b, len || (len = b->ops->sent(b, frame))), "nothing left the card");
	return len;
}

bool b_silent(struct board *b)
{
	static u8 frame[BOARD_FRAME_MAX];

	b_turns(b, 20);
	return !b->ops->sent(b, frame);
}

/* -- frames --------------------------------------------------------------------------------- */
void b_frame(u8 *frame, const u8 *dst, u32 n, u32 len)
{
	u32 i;

	memcpy(frame, dst, 6);
	memcpy(frame + 6, board_peer, 6);
	put_be16(frame + 12, 0x88b5);
	for (i = 14; i < len; i++)
		frame[i] = (u8)(n * 131 + i * 7 + (i >> 8));
}

void b_inject(struct board *b, const u8 *dst, u32 n, u32 len)
{
	static u8 frame[BOARD_FRAME_MAX];

	b_frame(frame, dst, n, len);
	b->ops->inject(b, frame, len, false);
}

void b_expect_frame(const u8 *got, const u8 *dst, u32 n, u32 len)
{
	static u8 want[BOARD_FRAME_MAX];

	b_frame(want, dst, n, len);
	cr_assert_arr_eq(got, want, len, "frame %u of %u octets", n, len);
}

static u32 ip_headers(u8 *ip, bool v6, u8 proto, u32 l4)
{
	u32 hlen = v6 ? IP6_HLEN : IP4_HLEN;

	memset(ip, 0, hlen);
	if (v6) {
		ip[0] = 0x60, ip[6] = proto, ip[7] = 64, ip[8] = 0xfd, ip[23] = 1, ip[24] = 0xfd;
		ip[39] = 2;
		put_be16(ip + 4, (u16)l4);
		return hlen;
	}
	ip[0] = 0x45, ip[5] = 7, ip[8] = 64, ip[9] = proto, ip[12] = 10, ip[15] = 1, ip[16] = 10;
	ip[19] = 2;
	put_be16(ip + 2, (u16)(hlen + l4));
	memcpy(ip + 10, &(be16){ ip_fast_csum(ip, 5).raw }, 2);
	return hlen;
}

static be16 l4_sum(const u8 *ip, const u8 *l4, u32 len, u8 proto)
{
	bool v6 = ip[0] >> 4 == 6;
	u32 pseudo = v6 ? csum_ipv6_nofold(ip + 8, ip + 24, len, proto, 0) :
			  csum_tcpudp_nofold(ip + 12, ip + 16, len, proto, 0);

	return csum_fold(csum_partial(l4, len, pseudo));
}

u32 b_packet(u8 *frame, bool v6, u8 proto, u32 payload)
{
	u32 l4_hlen = proto == IP_PROTO_TCP ? 20 : 8, l4 = l4_hlen + payload, hlen, i;
	u8 *ip = frame + ETH_HLEN, *p;
	be16 sum;

	memcpy(frame, board_mac, 6);
	memcpy(frame + 6, board_peer, 6);
	put_be16(frame + 12, v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	hlen = ip_headers(ip, v6, proto, l4);
	p = ip + hlen;
	memset(p, 0, l4_hlen);
	put_be16(p, 1000);
	put_be16(p + 2, 80);
	if (proto == IP_PROTO_TCP) {
		put_be32(p + 4, 0xfffffff0);
		p[12] = 0x50, p[13] = TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN;
	} else {
		put_be16(p + 4, (u16)l4);
	}
	for (i = 0; i < payload; i++)
		p[l4_hlen + i] = (u8)(i * 13 + 1);
	sum = l4_sum(ip, p, l4, proto);
	memcpy(p + (proto == IP_PROTO_TCP ? 16 : 6), &sum, 2);
	return ETH_HLEN + hlen + l4;
}

bool b_sums_right(const u8 *frame, u32 len)
{
	const u8 *ip = frame + ETH_HLEN;
	bool v6 = ip[0] >> 4 == 6;
	u32 hlen = v6 ? IP6_HLEN : IP4_HLEN;
	u32 total = v6 ? hlen + get_be16(ip + 4) : get_be16(ip + 2);

	if (ETH_HLEN + total > len || (!v6 && ip_fast_csum(ip, 5).raw))
		return false;
	return !l4_sum(ip, ip + hlen, total - hlen, v6 ? ip[6] : ip[9]).raw;
}

u32 b_crc(const u8 *p, u32 len)
{
	u32 crc = ~0u, i, k;

	for (i = 0; i < len; i++)
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (((crc ^ (u32)p[i] >> k) & 1) ? 0xedb88320u : 0);
	return ~crc;
}
