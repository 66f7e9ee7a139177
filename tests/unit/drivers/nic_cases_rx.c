// SPDX-License-Identifier: BSD-2-Clause
/* Receive: into descriptors, through filters, checked, or lost. */
#include "tests/unit/drivers/nic_cases.h"

static u8 frame[BOARD_FRAME_MAX];

/* A frame in one descriptor or in several. */
static void expect_long(struct board *b, u32 n, u32 len)
{
	u32 off = 0, part;

	b_frame(frame, board_mac, n, len);
	while (off < len) {
		struct e1000_desc *d = b_rx_next(b);

		part = b_rx_len(d);
		cr_assert_arr_eq(b_rx_buf(b, (u32)(d - b->rx.desc)), frame + off, part);
		off += part;
		cr_assert_eq(!!(b_rx_status(d) & E1000_RXD_EOP), off == len);
	}
}

static void expect_rx(struct board *b, const u8 *dst, u32 n, u32 len)
{
	struct e1000_desc *d = b_rx_next(b);

	cr_assert_eq(b_rx_len(d), len, "%u octets", b_rx_len(d));
	cr_assert((b_rx_status(d) & (E1000_RXD_DD | E1000_RXD_EOP)) ==
		  (E1000_RXD_DD | E1000_RXD_EOP));
	b_expect_frame(b_rx_buf(b, (u32)(d - b->rx.desc)), dst, n, len);
}

void case_rx_legacy(struct board *b)
{
	u32 i;

	b_rx_default(b);
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_IMS, E1000_ICR_RXT0);
	for (i = 0; i < 5; i++) {
		b_inject(b, board_mac, i, 60 + i * 300);
		expect_rx(b, board_mac, i, 60 + i * 300);
		cr_assert_eq(b_rd(b, E1000_RDH), i + 1);
	}
	cr_assert(B_WAIT(b, b->ops->line(b)));
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_RXT0);
	cr_assert(b_rx_silent(b));
}

void case_rx_ring_wraps(struct board *b)
{
	u32 i;

	b_rx_start(b, 8, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	for (i = 0; i < 50; i++) {
		b_inject(b, board_mac, i, 60 + i * 29);
		expect_rx(b, board_mac, i, 60 + i * 29);
		b->rx.desc[(b->rx.next + 7) % 8].upper = 0;
		b_rx_give(b, 1);
		cr_assert_eq(b_rd(b, E1000_RDH), (i + 1) % 8);
	}
}

/* A frame fills as many buffers as it needs: only the last has EOP. */
static void spread(struct board *b, u32 bufsize)
{
	u32 len = 5000, off = 0;

	b_rx_start(b, 32, bufsize, E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_LPE);
	b_inject(b, board_mac, bufsize, len);
	b_frame(frame, board_mac, bufsize, len);
	while (off < len) {
		u32 want = min(bufsize, len - off);
		struct e1000_desc *d = b_rx_next(b);

		cr_assert_eq(b_rx_len(d), want, "buffers of %u", bufsize);
		cr_assert_eq(!!(b_rx_status(d) & E1000_RXD_EOP), off + want == len);
		cr_assert_arr_eq(b_rx_buf(b, (u32)(d - b->rx.desc)), frame + off, want);
		off += want;
	}
	cr_assert(b_rx_silent(b));
}

void case_rx_buffer_sizes(struct board *b)
{
	u32 size;

	for (size = 256; size <= (b->x->bsex ? 16384u : 2048u); size *= 2) {
		b->used = 0;
		spread(b, size);
	}
}

void case_rx_fcs(struct board *b)
{
	struct e1000_desc *d;
	const u8 *fcs;

	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_BAM);
	B_NEEDS(b, fcs_in_memory);
	b_inject(b, board_mac, 1, 200);
	d = b_rx_next(b);
	cr_assert_eq(b_rx_len(d), 204);
	b_frame(frame, board_mac, 1, 200);
	fcs = b_rx_buf(b, 0) + 200;
	cr_assert_eq((u32)fcs[0] | (u32)fcs[1] << 8 | (u32)fcs[2] << 16 | (u32)fcs[3] << 24,
		     b_crc(frame, 200));
}

void case_rx_short_frames(struct board *b)
{
	u8 zero[60] = { 0 };

	b_rx_default(b);
	b_inject(b, board_mac, 1, 20);
	cr_assert_eq(b_rx_len(b_rx_next(b)), 60, "padded on the way");
	b_frame(frame, board_mac, 1, 20);
	cr_assert_arr_eq(b_rx_buf(b, 0), frame, 20);
	cr_assert_arr_eq(b_rx_buf(b, 0) + 20, zero, 40);
}

void case_rx_long_frames(struct board *b)
{
	u32 len;

	b_rx_start(b, 64, b->x->bsex ? 16384 : 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	b_rd(b, E1000_ROC);
	b_inject(b, board_mac, 1, 1514);
	expect_rx(b, board_mac, 1, 1514);
	b_inject(b, board_mac, 2, b->x->oversize ? 1515 : 1523);
	cr_assert(b_rx_silent(b), "not without LPE");
	if (b->x->oversize)
		cr_assert_eq(b_rd(b, E1000_ROC), 1);
	b_wr(b, E1000_RCTL, b->rctl | E1000_RCTL_EN | E1000_RCTL_LPE);
	b_turns(b, 20);
	b_inject(b, board_mac, 3, 9014);
	expect_long(b, 3, 9014);
	B_NEEDS(b, oversize);
	len = b->x->longest - E1000_FCS_LEN;
	b_inject(b, board_mac, 4, len);
	expect_long(b, 4, len);
	b_inject(b, board_mac, 5, len + 1);
	cr_assert(b_rx_silent(b), "one more than the most");
}

void case_rx_disabled(struct board *b)
{
	B_NEEDS(b, drops_when_off);
	b_rx_default(b);
	b_clear(b, E1000_RCTL, E1000_RCTL_EN);
	b_inject(b, board_mac, 1, 100);
	cr_assert(b_rx_silent(b));
	b_set(b, E1000_RCTL, E1000_RCTL_EN);
	cr_assert(b_rx_silent(b), "lost for good");
	b_inject(b, board_mac, 2, 100);
	expect_rx(b, board_mac, 2, 100);
}

enum { FULL = 80 };

/* Frames without descriptor wait in the FIFO; what does not fit there is lost and counted. */
void case_rx_full_ring(struct board *b)
{
	u32 waiting = b->x->fifo / 1000, i, lost = 0, nr;

	b_rx_start(b, 8, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	b_rd(b, E1000_MPC);
	b_rd(b, E1000_RNBC);
	b_rd(b, E1000_ICR);
	for (i = 0; i < FULL; i++)
		b_inject(b, board_mac, i, 1000);
	b_turns(b, 20);
	for (nr = 0; nr < 7; nr++)
		expect_rx(b, board_mac, nr, 1000);
	cr_assert_eq(b_rd(b, E1000_RDH), b_rd(b, E1000_RDT));
	if (b->x->drops_when_full) {
		cr_assert_eq(b_rd(b, E1000_RNBC), waiting, "in the FIFO");
		lost = b_rd(b, E1000_MPC);
		cr_assert_eq(lost, FULL - 7 - waiting);
		cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_RXO);
	}
	for (; nr < FULL - lost; nr++) {
		b->rx.desc[b->rx.tail].upper = 0;
		b->rx.desc[b->rx.next].upper = 0;
		b_rx_give(b, 1);
		expect_rx(b, board_mac, nr, 1000);
	}
	b->rx.desc[b->rx.tail].upper = b->rx.desc[b->rx.next].upper = 0;
	b_rx_give(b, 1);
	cr_assert(b_rx_silent(b), "in order, each once");
}

void case_rx_write_back_threshold(struct board *b)
{
	u32 i;

	B_NEEDS(b, thresholds);
	b_rx_default(b);
	b_wr(b, E1000_RXDCTL, 1u << 24 | 4u << 16);
	b_wr(b, E1000_RDTR, 1000);
	for (i = 0; i < 5; i++) {
		b_inject(b, board_mac, i, 100);
		cr_assert_eq(b_done(&b->rx.desc[0]), i >= 3, "after %u", i);
	}
	cr_assert_not(b_done(&b->rx.desc[4]));
	b->ops->pass(b, 2 * NSEC_PER_MSEC);
	cr_assert(b_done(&b->rx.desc[4]), "the timer writes the rest");
}

void case_rx_dma_errors(struct board *b)
{
	B_NEEDS(b, checked_dma);
	b_rx_default(b);
	b->rx.desc[0].addr = b->bus + BOARD_MEMORY - 50;
	b_inject(b, board_mac, 1, 100);
	b_inject(b, board_mac, 2, 100);
	cr_assert(b_rx_silent(b));
	b_rx_default(b);
	b_wr(b, E1000_RDBAH, 0x7fff);
	b_inject(b, board_mac, 3, 100);
	cr_assert(b_rx_silent(b));
	b_rx_default(b);
	b_inject(b, board_mac, 4, 100);
	expect_rx(b, board_mac, 4, 100);
}

void case_rx_bad_fcs(struct board *b)
{
	struct e1000_desc *d;

	B_NEEDS(b, error_counters);
	b_rx_default(b);
	b_rd(b, E1000_CRCERRS);
	b_rd(b, E1000_GPRC);
	b_frame(frame, board_mac, 1, 100);
	b->ops->inject(b, frame, 100, true);
	cr_assert(b_rx_silent(b));
	cr_assert_eq(b_rd(b, E1000_CRCERRS), 1);
	cr_assert_eq(b_rd(b, E1000_GPRC), 0);
	b_set(b, E1000_RCTL, E1000_RCTL_SBP);
	b->ops->inject(b, frame, 100, true);
	d = b_rx_next(b);
	cr_assert(d->upper & E1000_RXD_CE, "stored, and said to be bad");
}

/* -- checksums ------------------------------------------------------------------------------------ */
static u32 rx_upper(struct board *b, u32 len)
{
	struct e1000_desc *d;

	b->ops->inject(b, frame, len, false);
	d = b_rx_next(b);
	d->upper &= 0xff7f; /* what differs: special, PIF */
	return d->upper;
}

static void check_one(struct board *b, bool v6, u8 proto)
{
	u32 ip = v6 ? 0 : E1000_RXD_IPCS,
	    good = E1000_RXD_DD | E1000_RXD_EOP | E1000_RXD_TCPCS | ip;
	u32 len = b_packet(frame, v6, proto, 99), known = b->x->ext_status ? ~0x10u : ~0u, upper;

	upper = rx_upper(b, len) & known; /* UDPCS is a bit of its own for some */
	cr_assert_eq(upper, good, "IPv%d protocol %u: %#x", v6 ? 6 : 4, proto, upper);
	frame[len - 1] ^= 1;
	upper = rx_upper(b, len) & known;
	cr_assert_eq(upper, good | E1000_RXD_TCPE, "IPv%d protocol %u: %#x", v6 ? 6 : 4, proto,
		     upper);
	frame[len - 1] ^= 1;
	if (v6)
		return;
	frame[ETH_HLEN + 8]--;
	upper = rx_upper(b, len) & known;
	cr_assert(upper & E1000_RXD_IPE, "protocol %u: %#x", proto, upper);
}

void case_rx_checksums(struct board *b)
{
	u32 len;

	b_rx_start(b, 64, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	len = b_packet(frame, false, IP_PROTO_TCP, 99);
	b_wr(b, E1000_RXCSUM, 0);
	if (b->x->ext_status)
		cr_assert_eq(rx_upper(b, len) & (E1000_RXD_IPCS | E1000_RXD_TCPCS), 0);
	else
		cr_assert_eq(rx_upper(b, len), E1000_RXD_DD | E1000_RXD_EOP | E1000_RXD_IXSM);
	B_NEEDS(b, rx_checksum);
	b_wr(b, E1000_RXCSUM, E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL | E1000_RXCSUM_IPV6OFL);
	check_one(b, false, IP_PROTO_TCP);
	check_one(b, false, IP_PROTO_UDP);
	check_one(b, true, IP_PROTO_TCP);
	check_one(b, true, IP_PROTO_UDP);
	len = b_packet(frame, false, IP_PROTO_UDP, 99); /* sent without a sum */
	put_be16(frame + ETH_HLEN + IP4_HLEN + 6, 0);
	cr_assert_eq(rx_upper(b, len) & (E1000_RXD_TCPCS | E1000_RXD_TCPE), 0);
	len = b_packet(frame, false, IP_PROTO_UDP, 99); /* a fragment: only its header */
	put_be16(frame + ETH_HLEN + 6, 0x2000);
	put_be16(frame + ETH_HLEN + 10, 0);
	memcpy(frame + ETH_HLEN + 10, &(be16){ ip_fast_csum(frame + ETH_HLEN, 5).raw }, 2);
	cr_assert_eq(rx_upper(b, len) & (E1000_RXD_TCPCS | E1000_RXD_IPCS), E1000_RXD_IPCS);
}

/* The sum from RXCSUM.PCSS to the end. */
void case_rx_packet_checksum(struct board *b)
{
	struct e1000_desc *d;

	B_NEEDS(b, fcs_in_memory);
	b_rx_default(b);
	b_wr(b, E1000_RXCSUM, 14);
	b_frame(frame, board_mac, 1, 201);
	b->ops->inject(b, frame, 201, false);
	d = b_rx_next(b);
	cr_assert_eq(d->lower >> 16, csum_fold(csum_partial(frame + 14, 187, 0)).raw);
}

/* -- filters ---------------------------------------------------------------------------------------- */
static bool passes(struct board *b, const u8 *dst)
{
	static u32 n;
	struct e1000_desc *d = &b->rx.desc[b->rx.next];

	n++;
	b_inject(b, dst, n, 100);
	b_inject(b, board_mac, n, 77); /* always comes: what is not there by now does not come */
	cr_assert(B_WAIT(b, b_done(d)));
	if (b_rx_len(d) == 77) {
		b_rx_next(b);
		d->upper = 0;
		b_rx_give(b, 1);
		return false;
	}
	expect_rx(b, dst, n, 100);
	d->upper = 0;
	d = b_rx_next(b);
	cr_assert_eq(b_rx_len(d), 77);
	d->upper = 0;
	b_rx_give(b, 2);
	return true;
}

void case_filter_exact_addresses(struct board *b)
{
	static const u8 other[6] = { 2, 1, 2, 3, 4, 5 }, near[6] = { 2, 1, 2, 3, 4, 6 };
	u32 ra = E1000_RAL0 + 8 * 14;

	b_rx_default(b);
	cr_assert_not(passes(b, other));
	b_wr(b, ra, 0x03020102);
	b_wr(b, ra + 4, 0x0504 | E1000_RAH_AV);
	cr_assert(passes(b, other));
	cr_assert_not(passes(b, near));
	b_wr(b, ra + 4, 0x0504);
	cr_assert_not(passes(b, other), "AV is off");
	b_wr(b, ra, 0x005e0001);
	b_wr(b, ra + 4, 0x0302 | 0x01 | E1000_RAH_AV);
	cr_assert_not(passes(b, board_group));
	b_wr(b, ra + 4, 0x0302 | E1000_RAH_AV);
	b_wr(b, ra, 0x015e0001);
	cr_assert(passes(b, board_group), "groups as well");
}

static u32 hash_of(const u8 *dst, u32 mo)
{
	static const u8 shift[] = { 4, 3, 2, 0 };

	return ((u32)(dst[4] | dst[5] << 8) >> shift[mo]) & 0xfff;
}

void case_filter_multicast_hash(struct board *b)
{
	u32 mo;

	for (mo = 0; mo < 4; mo++) {
		u32 hash = hash_of(board_group, mo), reg = E1000_MTA + 4 * (hash >> 5);

		b_rx_start(b, BOARD_RX, 2048,
			   E1000_RCTL_BAM | E1000_RCTL_SECRC | mo << E1000_RCTL_MO_SHIFT);
		cr_assert_not(passes(b, board_group));
		b_wr(b, reg, 1u << (hash & 31));
		cr_assert(passes(b, board_group), "MO %u", mo);
		b_wr(b, reg, ~(1u << (hash & 31)));
		cr_assert_not(passes(b, board_group), "MO %u", mo);
		b_wr(b, reg, 0);
	}
	B_NEEDS(b, imperfect);
	b_rx_default(b);
	b_wr(b, E1000_MTA + 4 * (hash_of(board_group, 0) >> 5), ~0u);
	b_inject(b, board_group, 1, 100);
	cr_assert(b_rx_next(b)->upper & E1000_RXD_PIF, "by hash only");
	b_inject(b, board_mac, 1, 100);
	cr_assert_not(b_rx_next(b)->upper & E1000_RXD_PIF);
}

void case_filter_promiscuous(struct board *b)
{
	static const u8 other[6] = { 2, 1, 2, 3, 4, 5 };

	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_SECRC | E1000_RCTL_BAM | E1000_RCTL_UPE);
	cr_assert(passes(b, other));
	cr_assert_not(passes(b, board_group), "UPE is for stations");
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_SECRC | E1000_RCTL_BAM | E1000_RCTL_MPE);
	cr_assert_not(passes(b, other), "MPE for groups");
	cr_assert(passes(b, board_group));
}

void case_filter_broadcast(struct board *b)
{
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_SECRC);
	cr_assert_not(passes(b, board_all));
	b_rx_default(b);
	cr_assert(passes(b, board_all));
}

/* -- VLANs ------------------------------------------------------------------------------------------- */
static void inject_tagged(struct board *b, u16 type, u16 tci, u32 len)
{
	b_frame(frame, board_mac, 1, len);
	memmove(frame + 16, frame + 12, len - 12);
	put_be16(frame + 12, type);
	put_be16(frame + 14, tci);
	b->ops->inject(b, frame, len + 4, false);
}

static bool tag_passes(struct board *b, u16 tci)
{
	struct e1000_desc *d = &b->rx.desc[b->rx.next];
	u32 len;

	inject_tagged(b, 0x8100, tci, 100);
	b_inject(b, board_mac, 9, 77);
	cr_assert(B_WAIT(b, b_done(d)));
	len = b_rx_len(b_rx_next(b));
	d->upper = 0;
	if (len != 77) {
		cr_assert_eq(len, 104);
		d = b_rx_next(b);
		cr_assert_eq(b_rx_len(d), 77);
		d->upper = 0;
	}
	b_rx_give(b, len == 77 ? 1 : 2);
	return len != 77;
}

void case_filter_vlans(struct board *b)
{
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	cr_assert(tag_passes(b, 0x123), "no filter");
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_VFE);
	cr_assert_not(tag_passes(b, 0x123));
	b_wr(b, E1000_VFTA + 4 * (0x123 >> 5), 1u << (0x123 & 31));
	cr_assert(tag_passes(b, 0x123));
	cr_assert(tag_passes(b, 0xe123), "the priority does not matter");
	cr_assert_not(tag_passes(b, 0x124));
	b_wr(b, E1000_VFTA + 4 * 127, 0x80000000);
	cr_assert(tag_passes(b, 0xfff));
	B_NEEDS(b, cfi_filter);
	b_set(b, E1000_RCTL, E1000_RCTL_CFIEN);
	cr_assert_not(tag_passes(b, 0x1123));
	cr_assert(tag_passes(b, 0x0123));
	b_set(b, E1000_RCTL, E1000_RCTL_CFI);
	cr_assert(tag_passes(b, 0x1123));
}

/* A bit each for VLANs at the edges of words; frames without tag, with another type, and promiscuous mode. */
void case_filter_vlan_table(struct board *b)
{
	static const u16 vids[] = { 0, 1, 31, 32, 63, 2048, 4094 };
	const u32 rctl = E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_VFE;
	u32 i, k;

	b_rx_start(b, BOARD_RX, 2048, rctl);
	for (i = 0; i < ARRAY_SIZE(vids); i++) {
		b_wr(b, E1000_VFTA + 4 * (vids[i] >> 5), 1u << (vids[i] & 31));
		for (k = 0; k < ARRAY_SIZE(vids); k++)
			cr_assert_eq(tag_passes(b, vids[k]), i == k, "%u in, %u", vids[i], vids[k]);
		b_wr(b, E1000_VFTA + 4 * (vids[i] >> 5), 0);
	}
	inject_tagged(b, 0x88a8, 5, 100);
	cr_assert_eq(b_rx_len(b_rx_next(b)), 104, "not the type in VET");
	b_rx_start(b, BOARD_RX, 2048, rctl | E1000_RCTL_UPE | E1000_RCTL_MPE);
	cr_assert_not(tag_passes(b, 5), "promiscuous: the table holds");
	b_clear(b, E1000_RCTL, E1000_RCTL_VFE);
	cr_assert(tag_passes(b, 5));
}

void case_vlan_stripping(struct board *b)
{
	struct e1000_desc *d;

	b_rx_default(b);
	inject_tagged(b, 0x8100, 0x6123, 100);
	d = b_rx_next(b);
	cr_assert_eq(b_rx_len(d), 104);
	cr_assert_arr_eq(b_rx_buf(b, 0), frame, 104, "VME is off");
	b_set(b, E1000_CTRL, E1000_CTRL_VME);
	inject_tagged(b, 0x8100, 0x6123, 100);
	d = b_rx_next(b);
	cr_assert_eq(b_rx_len(d), 100);
	cr_assert(d->upper & E1000_RXD_VP);
	cr_assert_eq(d->upper >> E1000_RXD_SPECIAL_SHIFT, 0x6123);
	b_expect_frame(b_rx_buf(b, 1), board_mac, 1, 100);
	b_inject(b, board_mac, 2, 100);
	d = b_rx_next(b);
	cr_assert_not(d->upper & E1000_RXD_VP, "a frame without tag");
	b_wr(b, E1000_VET, 0x88a8);
	inject_tagged(b, 0x88a8, 0x0005, 100);
	d = b_rx_next(b);
	cr_assert_eq(b_rx_len(d), 100);
	cr_assert_eq(d->upper >> E1000_RXD_SPECIAL_SHIFT, 5);
}
