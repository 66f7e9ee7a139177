/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues with advanced descriptors on a board that is our 82576; vf -1: the physical function's. */
#ifndef TESTS_UNIT_DRIVERS_IGB_BOARD_H
#define TESTS_UNIT_DRIVERS_IGB_BOARD_H

#include "drivers/igb/regs.h"
#include "tests/unit/drivers/nic_board_model.h"

enum { QUEUE_SIZE = 16, QUEUE_BUF = 2048 };

struct queue {
	s32 vf;
	u32 base; /* of its registers */
	union {
		struct e1000_desc *tx;
		struct igb_rx_desc *rx;
	};
	u8 *buf;
	u32 tail, next;
};

static inline u32 q_rd(struct board *b, s32 vf, u32 off)
{
	if (vf < 0)
		return b_rd(b, off);
	return (u32)igb_model_vf_read(board_model_of(b), (u32)vf, off, 4, board_now(b));
}

static inline void q_wr(struct board *b, s32 vf, u32 off, u32 value)
{
	if (vf < 0)
		b_wr(b, off, value);
	else
		igb_model_vf_write(board_model_of(b), (u32)vf, off, 4, value, board_now(b));
}

static inline u32 q_base(s32 vf, u32 queue, bool rx)
{
	if (vf < 0)
		return (rx ? IGB_RXQ : IGB_TXQ) + queue * IGB_Q_STRIDE;
	return (rx ? IGB_RXQ_ALIAS : IGB_TXQ_ALIAS) + queue * IGB_ALIAS_STRIDE;
}

static inline struct queue q_make(struct board *b, s32 vf, u32 queue, bool rx)
{
	struct queue q = { .vf = vf, .base = q_base(vf, queue, rx) };
	u64 bus;

	q.tx = (struct e1000_desc *)b_alloc(b, QUEUE_SIZE * E1000_DESC_SIZE);
	bus = b_bus(b, q.tx);
	q_wr(b, vf, q.base + IGB_Q_DCTL, 0);
	q_wr(b, vf, q.base + IGB_Q_BAL, (u32)bus);
	q_wr(b, vf, q.base + IGB_Q_BAH, (u32)(bus >> 32));
	q_wr(b, vf, q.base + IGB_Q_LEN, QUEUE_SIZE * E1000_DESC_SIZE);
	q_wr(b, vf, q.base + IGB_Q_HEAD, 0);
	q_wr(b, vf, q.base + IGB_Q_TAIL, 0);
	return q;
}

static inline struct queue q_tx(struct board *b, s32 vf, u32 queue)
{
	struct queue q = q_make(b, vf, queue, false);

	q_wr(b, vf, q.base + IGB_Q_DCTL, IGB_DCTL_ENABLE);
	return q;
}

static inline void q_rearm(struct board *b, struct queue *q, u32 i)
{
	u64 bus = b_bus(b, q->buf + i * QUEUE_BUF);

	q->rx[i] = (struct igb_rx_desc){ (u32)bus, (u32)(bus >> 32), 0, 0 };
}

/* All descriptors but one are the device's; srrctl beside size and type. */
static inline struct queue q_rx(struct board *b, s32 vf, u32 queue, u32 srrctl)
{
	struct queue q = q_make(b, vf, queue, true);
	u32 i;

	q.buf = b_alloc(b, QUEUE_SIZE * QUEUE_BUF);
	for (i = 0; i < QUEUE_SIZE; i++)
		q_rearm(b, &q, i);
	q_wr(b, vf, q.base + IGB_Q_SRRCTL, QUEUE_BUF / 1024 | IGB_SRRCTL_ADV | srrctl);
	q_wr(b, vf, q.base + IGB_Q_DCTL, IGB_DCTL_ENABLE);
	q.tail = QUEUE_SIZE - 1;
	q_wr(b, vf, q.base + IGB_Q_TAIL, q.tail);
	return q;
}

static inline bool q_has(const struct queue *q)
{
	return __atomic_load_n(&q->rx[q->next].status, __ATOMIC_ACQUIRE) & IGB_RXD_DD;
}

/* The next frame, given back at once: its descriptor as it was written. buf: its octets */
static inline struct igb_rx_desc q_take(struct board *b, struct queue *q, u8 *buf)
{
	struct igb_rx_desc d;

	b_turns(b, 1);
	cr_assert(q_has(q), "nothing came");
	d = q->rx[q->next];
	if (buf)
		memcpy(buf, q->buf + q->next * QUEUE_BUF, d.len_vlan & 0xffff);
	q_rearm(b, q, q->next);
	q->next = (q->next + 1) % QUEUE_SIZE;
	q->tail = (q->tail + 1) % QUEUE_SIZE;
	q_wr(b, q->vf, q->base + IGB_Q_TAIL, q->tail);
	return d;
}

static inline struct e1000_desc *q_put(struct queue *q, u64 addr, u32 lower, u32 upper)
{
	struct e1000_desc *d = &q->tx[q->tail];

	*d = (struct e1000_desc){ addr, lower, upper };
	q->tail = (q->tail + 1) % QUEUE_SIZE;
	return d;
}

static inline void q_ring(struct board *b, struct queue *q)
{
	q_wr(b, q->vf, q->base + IGB_Q_TAIL, q->tail);
	b_turns(b, 1);
}

/* One data descriptor with more bits in lower and upper, and the doorbell. */
static inline struct e1000_desc *q_send(struct board *b, struct queue *q, const u8 *frame, u32 len,
					u32 lower, u32 upper)
{
	u8 *copy = b_alloc(b, len);
	struct e1000_desc *d;

	memcpy(copy, frame, len);
	d = q_put(q, b_bus(b, copy),
		  len | lower | E1000_TXD_DEXT | IGB_TXD_DTYP_D | E1000_TXD_EOP | E1000_TXD_IFCS |
			  E1000_TXD_RS,
		  upper | len << IGB_TXD_PAYLEN_SHIFT);
	q_ring(b, q);
	return d;
}

static inline void q_context(struct queue *q, bool v6, u8 proto, u32 mss, u16 vlan, u32 idx)
{
	bool tcp = proto == IP_PROTO_TCP;
	u32 l3 = v6 ? IP6_HLEN : IP4_HLEN;

	q_put(q, l3 | ETH_HLEN << IGB_TXC_MACLEN_SHIFT | (u32)vlan << IGB_TXC_VLAN_SHIFT,
	      E1000_TXD_DEXT | IGB_TXD_DTYP_C | (v6 ? 0 : IGB_TXC_IP4) |
		      (tcp ? IGB_TXC_L4T_TCP : 0),
	      mss << IGB_TXC_MSS_SHIFT | (tcp ? 20u : 8u) << IGB_TXC_L4LEN_SHIFT |
		      idx << IGB_TXD_IDX_SHIFT);
}

static inline void igb_on(struct board *b)
{
	b_wr(b, E1000_TCTL, E1000_TCTL_EN | E1000_TCTL_PSP);
	b_wr(b, E1000_RCTL, E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC);
}

#endif
