// SPDX-License-Identifier: BSD-2-Clause
/* Loopback, flow control, statistics. */
#include "tests/unit/drivers/nic_cases.h"

enum { CMD = E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS };

static u8 frame[BOARD_FRAME_MAX], got[BOARD_FRAME_MAX];

/* What is sent comes back, and does not leave. */
static void loops(struct board *b)
{
	struct e1000_desc *d;

	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_mac, 4, 500);
	b_tx_legacy(b, frame, 500, CMD, 0);
	d = b_rx_next(b);
	cr_assert_eq(b_rx_len(d), 500);
	b_expect_frame(b_rx_buf(b, (u32)(d - b->rx.desc)), board_mac, 4, 500);
	cr_assert(b_silent(b));
}

void case_loopback_mac(struct board *b)
{
	B_NEEDS(b, mac_loopback);
	b_rx_start(b, BOARD_RX, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_LBM_MAC);
	loops(b);
	b_wr(b, E1000_RCTL, (b->rctl & ~E1000_RCTL_LBM_MASK) | E1000_RCTL_EN);
	b_tx_legacy(b, frame, 500, CMD, 0);
	cr_assert_eq(b_sent(b, got), 500);
	cr_assert(b_rx_silent(b));
}

void case_loopback_phy(struct board *b)
{
	b_rx_default(b);
	b_phy_write(b, PHY_BMCR, (u16)(b_phy_read(b, PHY_BMCR) | PHY_BMCR_LOOPBACK));
	loops(b);
}

/* -- flow control --------------------------------------------------------------------------- */
static void inject_pause(struct board *b, u16 quanta)
{
	u8 pause[60] = { 0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x88, 0x08, 0, 1 };

	put_be16(pause + 16, quanta);
	b->ops->inject(b, pause, sizeof(pause), false);
}

/* XOFF silences the transmitter for its quanta of 512 bit times; XON ends that. */
void case_pause_received(struct board *b)
{
	B_NEEDS(b, flow_control);
	b_tx_start(b, BOARD_TX);
	b_rx_default(b);
	b_frame(frame, board_peer, 1, 100);
	inject_pause(b, 1000);
	b_tx_legacy(b, frame, 100, CMD, 0);
	cr_assert_eq(b_sent(b, got), 100, "CTRL.RFCE is off");
	b_set(b, E1000_CTRL, E1000_CTRL_RFCE);
	inject_pause(b, 1000);
	cr_assert(b_rd(b, E1000_STATUS) & E1000_STATUS_TXOFF);
	b_tx_legacy(b, frame, 100, CMD, 0);
	b->ops->pass(b, 511999);
	cr_assert_eq(b->ops->sent(b, got), 0);
	b->ops->pass(b, 1);
	cr_assert_eq(b->ops->sent(b, got), 100);
	cr_assert_not(b_rd(b, E1000_STATUS) & E1000_STATUS_TXOFF);
	inject_pause(b, 60000);
	b_tx_legacy(b, frame, 100, CMD, 0);
	inject_pause(b, 0);
	b->ops->pass(b, 1000);
	cr_assert_eq(b->ops->sent(b, got), 100);
	cr_assert_eq(b_rd(b, E1000_XOFFRXC), 2);
	cr_assert_eq(b_rd(b, E1000_XONRXC), 1);
	cr_assert(b_rx_silent(b), "they are not for the host");
}

/* A FIFO above FCRTH asks for a pause, one below FCRTL ends it. */
void case_pause_sent(struct board *b)
{
	u32 i, seen = 0;

	B_NEEDS(b, flow_control);
	b_rx_start(b, 8, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	b_wr(b, E1000_FCRTH, 10000 & 0xfff8);
	b_wr(b, E1000_FCRTL, 4000 | E1000_FCRTL_XONE);
	b_wr(b, E1000_FCTTV, 0x1234);
	b_wr(b, E1000_FCT, 0x8808);
	b_set(b, E1000_CTRL, E1000_CTRL_TFCE);
	for (i = 0; i < 20; i++)
		b_inject(b, board_mac, i, 1000);
	cr_assert_eq(b_sent(b, got), 60);
	cr_assert_eq(get_be16(got + 12), 0x8808);
	cr_assert_eq(get_be16(got + 14), 1);
	cr_assert_eq(get_be16(got + 16), 0x1234);
	cr_assert_arr_eq(got + 6, board_mac, 6);
	cr_assert_geq(b_rd(b, E1000_XOFFTXC), 1);
	while (b->ops->sent(b, got))
		;
	for (i = 0; i < 13; i++) {
		b->rx.desc[b->rx.next].upper = 0;
		b->rx.next = (b->rx.next + 1) % 8;
		b_rx_give(b, 1);
		b_turns(b, 1);
		while (b->ops->sent(b, got))
			seen += get_be16(got + 16) == 0;
	}
	cr_assert_eq(seen, 1, "XON, once");
	cr_assert_eq(b_rd(b, E1000_XONTXC), 1);
}

void case_pause_frames_passed_on(struct board *b)
{
	B_NEEDS(b, flow_control);
	b_rx_default(b);
	b_set(b, E1000_RCTL, E1000_RCTL_PMCF | E1000_RCTL_MPE);
	inject_pause(b, 7);
	cr_assert_eq(b_rx_len(b_rx_next(b)), 60, "PMCF");
	b_set(b, E1000_RCTL, E1000_RCTL_DPF);
	inject_pause(b, 7);
	cr_assert(b_rx_silent(b), "DPF");
}

/* -- statistics ----------------------------------------------------------------------------- */
static const u16 sizes[] = { 60, 100, 200, 400, 900, 1400 }; /* one of each class */

static void tx_sizes(struct board *b, const u8 *dst)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		b_frame(frame, dst, i, sizes[i]);
		b_tx_legacy(b, frame, sizes[i], CMD, 0);
		b_sent(b, got);
	}
}

static void forget_stats(struct board *b)
{
	u32 off;

	for (off = E1000_CRCERRS; off < E1000_STAT_END; off += 4)
		b_rd(b, off);
}

/* 60 octets are a frame of 64, or of no class. */
static void size_classes(struct board *b, u32 first, bool with_fcs)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		cr_assert_eq(b_rd(b, first + 4 * i), i || with_fcs ? 3 : 0, "class %u", i);
}

void case_stats_transmit(struct board *b)
{
	b_tx_start(b, 64);
	forget_stats(b);
	tx_sizes(b, board_peer);
	tx_sizes(b, board_group);
	tx_sizes(b, board_all);
	cr_assert_eq(b_rd(b, E1000_GPTC), 18);
	cr_assert_eq(b_rd(b, E1000_TPT), 18);
	cr_assert_eq(b_rd(b, E1000_MPTC), 6);
	cr_assert_eq(b_rd(b, E1000_BPTC), 6);
	size_classes(b, E1000_PTC64, b->x->fcs_counted);
}

void case_stats_receive(struct board *b)
{
	const u8 *dst[] = { board_mac, board_group, board_all };
	u32 i, k;

	b_rx_start(b, 64, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_MPE);
	forget_stats(b);
	for (k = 0; k < 3; k++) {
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			b_inject(b, dst[k], i, sizes[i]);
			b_rx_next(b);
		}
	}
	cr_assert_eq(b_rd(b, E1000_GPRC), 18);
	cr_assert_eq(b_rd(b, E1000_TPR), 18);
	cr_assert_eq(b_rd(b, E1000_MPRC), b->x->broadcast_apart ? 6 : 12);
	cr_assert_eq(b_rd(b, E1000_BPRC), b->x->broadcast_apart ? 6 : 0);
	size_classes(b, E1000_PRC64, b->x->rx_fcs_classed);
}

/* The first and the last size of each class. */
void case_stats_size_classes(struct board *b)
{
	static const u16 last[] = { 64, 127, 255, 511, 1023 };
	u32 fcs = b->x->rx_fcs_classed ? E1000_FCS_LEN : 0, i;

	b_rx_start(b, 64, 2048, E1000_RCTL_BAM | E1000_RCTL_SECRC);
	forget_stats(b);
	for (i = 0; i < ARRAY_SIZE(last); i++) {
		b_inject(b, board_mac, i, last[i] - fcs);
		b_rx_next(b);
		cr_assert_eq(b_rd(b, E1000_PRC64 + 4 * i), 1, "%u octets", last[i]);
		b_inject(b, board_mac, i, last[i] + 1 - fcs);
		b_rx_next(b);
		cr_assert_eq(b_rd(b, E1000_PRC64 + 4 * i), 0, "%u octets", last[i] + 1);
		cr_assert_eq(b_rd(b, E1000_PRC64 + 4 * i + 4), 1, "%u octets", last[i] + 1);
	}
}

/* Low half first; the high half clears both. Octets count with the FCS. */
static void octets(struct board *b, u32 low, u64 want)
{
	cr_assert_eq(b_rd(b, low), want, "%#x: %u", low, b_rd(b, low));
	cr_assert_eq(b_rd(b, low), want, "reading the low half clears nothing");
	cr_assert_eq(b_rd(b, low + 4), 0);
	cr_assert_eq(b_rd(b, low), 0, "%#x", low);
}

void case_stats_octets_are_64_bit(struct board *b)
{
	u32 i, sum = 0;

	b_tx_start(b, BOARD_TX);
	b_rx_default(b);
	forget_stats(b);
	tx_sizes(b, board_peer);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		b_inject(b, board_mac, i, sizes[i]);
		b_rx_next(b);
		sum += sizes[i] + E1000_FCS_LEN;
	}
	octets(b, E1000_GOTCL, sum - (b->x->fcs_counted ? 0 : ARRAY_SIZE(sizes) * E1000_FCS_LEN));
	octets(b, E1000_TOTL, sum - (b->x->fcs_counted ? 0 : ARRAY_SIZE(sizes) * E1000_FCS_LEN));
	octets(b, E1000_GORCL, sum);
	octets(b, E1000_TORL, sum);
}

void case_stats_clear_on_read(struct board *b)
{
	static const u16 regs[] = { E1000_GPTC, E1000_TPT, E1000_PTC127,
				    E1000_GPRC, E1000_TPR, E1000_PRC127 };
	u32 i;

	b_tx_start(b, BOARD_TX);
	b_rx_default(b);
	forget_stats(b);
	b_frame(frame, board_peer, 1, 100);
	b_tx_legacy(b, frame, 100, CMD, 0);
	b_sent(b, got);
	b_inject(b, board_mac, 1, 100);
	b_rx_next(b);
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		cr_assert_eq(b_rd(b, regs[i]), 1, "%#x", regs[i]);
		cr_assert_eq(b_rd(b, regs[i]), 0, "%#x", regs[i]);
	}
	b_wr(b, E1000_GPTC, 77);
	cr_assert_eq(b_rd(b, E1000_GPTC), 0, "and cannot be written");
}
