// SPDX-License-Identifier: BSD-2-Clause
/* Causes, masks, the line, and what delays it. */
#include "tests/unit/drivers/nic_cases.h"

enum { CAUSES = 0xffff };

void case_causes_and_masks(struct board *b)
{
	cr_assert_eq(b_rd(b, E1000_IMS) & CAUSES, 0);
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert_not(b->ops->line(b), "masked");
	cr_assert_eq(b_rd(b, E1000_ICR) & CAUSES, E1000_ICR_RXDMT0);
	cr_assert_eq(b_rd(b, E1000_ICR) & CAUSES, 0, "reading clears");
	b_wr(b, E1000_IMS, E1000_ICR_RXDMT0 | E1000_ICR_LSC);
	b_wr(b, E1000_IMS, E1000_ICR_RXO);
	cr_assert_eq(b_rd(b, E1000_IMS) & CAUSES, E1000_ICR_RXDMT0 | E1000_ICR_LSC | E1000_ICR_RXO,
		     "bits are added");
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert(B_WAIT(b, b->ops->line(b)));
	b_wr(b, E1000_IMC, E1000_ICR_RXDMT0);
	cr_assert_eq(b_rd(b, E1000_IMS) & CAUSES, E1000_ICR_LSC | E1000_ICR_RXO);
	cr_assert_not(b->ops->line(b), "masked again: low");
	b_wr(b, E1000_ICS, E1000_ICR_RXO);
	cr_assert(B_WAIT(b, b->ops->line(b)));
	cr_assert_eq(b_rd(b, E1000_ICR) & CAUSES, E1000_ICR_RXDMT0 | E1000_ICR_RXO);
	cr_assert_not(b->ops->line(b));
}

void case_icr_write_clears(struct board *b)
{
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0 | E1000_ICR_RXO | E1000_ICR_LSC);
	b_wr(b, E1000_ICR, E1000_ICR_RXO);
	cr_assert_eq(b_rd(b, E1000_ICR) & CAUSES, E1000_ICR_RXDMT0 | E1000_ICR_LSC);
	b_wr(b, E1000_IMS, E1000_ICR_RXO);
	b_wr(b, E1000_ICS, E1000_ICR_RXO);
	cr_assert(B_WAIT(b, b->ops->line(b)));
	b_wr(b, E1000_ICR, E1000_ICR_RXO);
	cr_assert_not(b->ops->line(b));
}

void case_unmasking_raises_what_waits(struct board *b)
{
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert_not(b->ops->line(b));
	b_wr(b, E1000_IMS, E1000_ICR_RXDMT0);
	cr_assert(B_WAIT(b, b->ops->line(b)));
	b_rd(b, E1000_ICR);
	cr_assert_not(b->ops->line(b));
}

/* -- time: only where it can be counted ------------------------------------------------------- */
static u64 until_line(struct board *b, u64 step, u64 most)
{
	u64 t;

	for (t = 0; t < most && !b->ops->line(b); t += step)
		b->ops->pass(b, step);
	return t;
}

/* ITR counts 256 ns between two rises of the line. */
void case_interrupt_throttling(struct board *b)
{
	B_NEEDS(b, moderation);
	b_wr(b, E1000_IMS, E1000_ICR_RXDMT0);
	b_wr(b, E1000_ITR, 1000);
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert(b->ops->line(b), "the first one at once");
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert_not(b->ops->line(b));
	b->ops->pass(b, 255999);
	cr_assert_not(b->ops->line(b));
	b->ops->pass(b, 1);
	cr_assert(b->ops->line(b), "256 us later");
	b_rd(b, E1000_ICR);
	b->ops->pass(b, 300000);
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert(b->ops->line(b), "the interval is over: at once");
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_ITR, 0);
	b_wr(b, E1000_ICS, E1000_ICR_RXDMT0);
	cr_assert(b->ops->line(b), "no throttling");
}

/* RDTR starts anew with each frame; RADV bounds that. Both count 1.024 us. */
void case_receive_delay_timers(struct board *b)
{
	u32 i;

	B_NEEDS(b, moderation);
	b_rx_default(b);
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_IMS, E1000_ICR_RXT0);
	b_wr(b, E1000_RDTR, 100);
	b_inject(b, board_mac, 1, 100);
	b->ops->pass(b, 102399);
	cr_assert_not(b->ops->line(b));
	b->ops->pass(b, 1);
	cr_assert(b->ops->line(b));
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_RADV, 250);
	for (i = 0; i < 5; i++) { /* 50 us apart: RDTR never ends */
		b_inject(b, board_mac, 2 + i, 100);
		cr_assert_not(b->ops->line(b));
		b->ops->pass(b, 50000);
	}
	b_inject(b, board_mac, 9, 100);
	b->ops->pass(b, 5999); /* 255.999 us since the first */
	cr_assert_not(b->ops->line(b));
	b->ops->pass(b, 1);
	cr_assert(b->ops->line(b));
	b_rd(b, E1000_ICR);
	b->ops->pass(b, NSEC_PER_MSEC);
	cr_assert_not(b->ops->line(b), "one interrupt for all");
}

void case_receive_delay_flush(struct board *b)
{
	B_NEEDS(b, moderation);
	b_rx_default(b);
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_IMS, E1000_ICR_RXT0);
	b_wr(b, E1000_RDTR, 1000);
	b_inject(b, board_mac, 1, 100);
	cr_assert_not(b->ops->line(b));
	b_wr(b, E1000_RDTR, 1000 | E1000_RDTR_FPD);
	cr_assert(b->ops->line(b));
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_RXT0);
	cr_assert_eq(b_rd(b, E1000_RDTR), 1000, "FPD reads as zero");
	b->ops->pass(b, 2 * NSEC_PER_MSEC);
	cr_assert_not(b->ops->line(b), "the timer was stopped");
}

/* With IDE, TXDW waits for TIDV and TADV, as on the receive side. */
void case_transmit_delay_timers(struct board *b)
{
	u8 frame[100];
	u32 i;

	B_NEEDS(b, moderation);
	b_tx_start(b, BOARD_TX);
	b_frame(frame, board_peer, 1, sizeof(frame));
	b_wr(b, E1000_TIDV, 100);
	b_wr(b, E1000_TADV, 250);
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_IMS, E1000_ICR_TXDW);
	b_tx_legacy(b, frame, sizeof(frame), E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS, 0);
	cr_assert_eq(until_line(b, 1000, NSEC_PER_MSEC), 1000, "without IDE: at once");
	b_rd(b, E1000_ICR);
	b_tx_legacy(b, frame, sizeof(frame),
		    E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS | E1000_TXD_IDE, 0);
	b->ops->pass(b, 0);
	cr_assert_eq(until_line(b, 1024, NSEC_PER_MSEC), 102400);
	b_rd(b, E1000_ICR);
	for (i = 0; i < 6; i++) {
		cr_assert_not(b->ops->line(b));
		b_tx_legacy(b, frame, sizeof(frame),
			    E1000_TXD_EOP | E1000_TXD_IFCS | E1000_TXD_RS | E1000_TXD_IDE, 0);
		b->ops->pass(b, i < 5 ? 50000 : 6000);
	}
	cr_assert(b->ops->line(b), "TADV");
}

void case_small_packet_interrupt(struct board *b)
{
	B_NEEDS(b, moderation);
	b_rx_default(b);
	b_rd(b, E1000_ICR);
	b_wr(b, E1000_RDTR, 1000);
	b_wr(b, E1000_RSRPD, 200);
	b_wr(b, E1000_IMS, E1000_ICR_SRPD);
	b_inject(b, board_mac, 1, 197); /* 201 with FCS */
	cr_assert_not(b->ops->line(b));
	b_inject(b, board_mac, 2, 196);
	cr_assert(b->ops->line(b));
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_SRPD);
}

/* TXDCTL.LWTHRESH counts eight descriptors. */
void case_transmit_low_watermark(struct board *b)
{
	u8 frame[100], *p = b_alloc(b, sizeof(frame));
	u32 i;

	B_NEEDS(b, moderation);
	b_tx_start(b, 32);
	b_frame(p, board_peer, 1, sizeof(frame));
	b_wr(b, E1000_TXDCTL, 1u << 25);
	b_clear(b, E1000_TCTL, E1000_TCTL_EN);
	for (i = 0; i < 20; i++)
		b_tx_put(b, b_bus(b, p), sizeof(frame) | E1000_TXD_EOP | E1000_TXD_IFCS, 0);
	b_tx_ring(b);
	b_rd(b, E1000_ICR);
	b_set(b, E1000_TCTL, E1000_TCTL_EN);
	b_turns(b, 1);
	cr_assert_eq(b_rd(b, E1000_ICR), E1000_ICR_TXD_LOW | E1000_ICR_TXQE);
	for (i = 0; i < 20; i++)
		b_sent(b, frame);
	cr_assert(b_silent(b));
	/* of fewer than eight there are never eight left */
	for (i = 0; i < 5; i++)
		b_tx_put(b, b_bus(b, p), sizeof(frame) | E1000_TXD_EOP | E1000_TXD_IFCS, 0);
	b_tx_ring(b);
	b_turns(b, 1);
	cr_assert_eq(b_rd(b, E1000_ICR), E1000_ICR_TXQE);
}

/* RDMTS: 1/2, 1/4 or 1/8 of the ring is left. */
void case_receive_threshold_interrupt(struct board *b)
{
	u32 code, left;

	B_NEEDS(b, rdmts);
	for (code = 0; code < 3; code++) {
		b_rx_start(b, 32, 2048,
			   E1000_RCTL_BAM | E1000_RCTL_SECRC | code << E1000_RCTL_RDMTS_SHIFT);
		b_rd(b, E1000_ICR);
		for (left = 31; left > 0; left--) {
			bool low;

			b_inject(b, board_mac, left, 100);
			b_rx_next(b);
			b_turns(b, 1);
			low = b_rd(b, E1000_ICR) & E1000_ICR_RXDMT0;
			cr_assert_eq(low,
				     left - 1 == 32u >> (code + 1) ||
					     (low && left - 1 < 32u >> (code + 1)),
				     "RDMTS %u, %u left", code, left - 1);
		}
	}
}
