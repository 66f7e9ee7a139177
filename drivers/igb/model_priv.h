/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_DRIVERS_IGB_MODEL_PRIV_H
#define NETSTACK_DRIVERS_IGB_MODEL_PRIV_H

#include "drivers/e1000/model_priv.h"
#include "drivers/igb/model.h"
#include "drivers/igb/regs.h"

enum { IM_VECTOR_MASK = (1 << IGB_VECTORS) - 1, IM_RX_WB = 64, IM_VF_STATS = 9, IM_RSS_INPUT = 36 };

struct im_rx_wb {
	u32 index;
	bool adv;
	struct igb_rx_desc d; /* or a legacy one: lower and upper in info and hash */
};

struct im_rxq {
	struct em_ring ring;
	struct im_rx_wb wb[IM_RX_WB];
	u32 nr_wb;
	bool low; /* RXDMT0 told */
};

struct im_vf {
	u32 v2p;    /* VFU, PFU, PFSTS, PFACK */
	u32 vtivar; /* as written */
	u32 vtivar_misc;
	u32 stat[IM_VF_STATS];
};

/* What was hashed last, and with which registers. */
struct im_rss_last {
	u32 key[IGB_RSS_KEY / 4];
	u8 in[IM_RSS_INPUT];
	u32 len, hash;
};

struct igb_model {
	struct e1000_model core; /* first: one is the other */
	struct im_rxq rx[IGB_QUEUES];
	struct em_tx tx[IGB_QUEUES];
	u16 tx_vlan[IGB_QUEUES][2]; /* of the contexts */
	u32 next_tx;		    /* whose turn it is */
	struct im_vf vf[IGB_POOLS];
	u32 nr_vfs;
	struct im_rss_last rss_last;
	struct igb_rx_desc alike;   /* with rx.alike: what was written back, but for its length */
	u64 eitr_until[IGB_VECTORS];
	u32 sent;   /* vectors whose message has gone since their cause appeared */
	bool other; /* an unmasked cause of ICR is set */
};

static inline struct igb_model *im_of(struct e1000_model *m)
{
	return (struct igb_model *)m;
}
static inline u32 im_rxq_reg(u32 queue, u32 reg)
{
	return IGB_RXQ + queue * IGB_Q_STRIDE + reg;
}
static inline u32 im_txq_reg(u32 queue, u32 reg)
{
	return IGB_TXQ + queue * IGB_Q_STRIDE + reg;
}
static inline bool im_pools_on(const struct e1000_model *m)
{
	u32 mode = em_get(m, IGB_MRQC) & IGB_MRQC_MODE;

	return mode == IGB_MRQC_VMDQ || mode == IGB_MRQC_VMDQ_RSS;
}
static inline u32 im_vf_vector(u32 vf, u32 k)
{
	return 22 - IGB_VF_VECTORS * vf + k;
}

/* model.c */
void im_reset(struct e1000_model *m);
void im_rx_off(struct e1000_model *m, u32 queue);
void im_tx_off(struct e1000_model *m, u32 queue);
/* model_regs.c */
extern const struct em_chip im_chip;
void im_queue_write(struct e1000_model *m, u32 off, u32 v); /* off: not an alias's */
u32 im_queue_read(struct e1000_model *m, u32 off);
/* model_intr.c */
void im_intr_update(struct e1000_model *m);
void im_run_timers(struct e1000_model *m);
u64 im_deadline(const struct e1000_model *m);
/* rx: or tx. The descriptors of the queue are in memory. */
void im_queue_cause(struct e1000_model *m, u32 queue, bool rx);
bool im_queue_throttled(const struct e1000_model *m, u32 queue, bool rx);
void im_eicr_set(struct e1000_model *m, u32 bits);
u32 im_icr_read(struct e1000_model *m, u32 off);
void im_icr_write(struct e1000_model *m, u32 off, u32 v);
void im_ics_write(struct e1000_model *m, u32 off, u32 v);
void im_ims_write(struct e1000_model *m, u32 off, u32 v);
void im_imc_write(struct e1000_model *m, u32 off, u32 v);
u32 im_ims_read(struct e1000_model *m, u32 off);
u32 im_eicr_read(struct e1000_model *m, u32 off);
void im_eicr_write(struct e1000_model *m, u32 off, u32 v);
void im_eics_write(struct e1000_model *m, u32 off, u32 v);
void im_eims_write(struct e1000_model *m, u32 off, u32 v);
void im_eimc_write(struct e1000_model *m, u32 off, u32 v);
void im_eitr_write(struct e1000_model *m, u32 off, u32 v);
/* model_pool.c */
/* Pools that take the frame, as bits. *exact: an address of theirs is its destination. */
u32 im_pools_of(const struct e1000_model *m, const u8 *frame, u32 len, bool *exact);
bool im_wanted(struct e1000_model *m, const u8 *frame, u32 len);
u32 im_max_frame(const struct e1000_model *m, const u8 *frame, u32 len);
bool im_pool_may_send(const struct e1000_model *m, u32 pool, const u8 *frame, u32 len);
/* model_rss.c */
u32 im_rss(struct e1000_model *m, const u8 *frame, u32 len, u32 *type);
/* model_rx.c */
bool im_to_memory(struct e1000_model *m, const u8 *frame, u32 len, bool bad_fcs);
u32 im_rx_room(const struct e1000_model *m);
u32 im_train_to_memory(struct e1000_model *m, const struct e1000_rx_train *t); /* em_chip.train */
void im_rx_flush(struct e1000_model *m, u32 queue);
/* A frame of one pool into others. */
void im_loop(struct e1000_model *m, const u8 *frame, u32 len, u32 pools);
/* model_tx.c */
bool im_tx_run(struct e1000_model *m);
void im_tx_flush(struct e1000_model *m, u32 queue);
bool im_to_wire(const struct e1000_model *m, const struct em_tx *t, const u8 *header, u32 len);
void im_deliver(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f);
void im_sent(struct e1000_model *m, struct em_tx *t, u32 frames, u32 octets);
/* model_vf.c */
void im_vf_reset(struct e1000_model *m, u32 vf);
void im_vf_count_rx(struct e1000_model *m, u32 pool, bool local, const u8 *frame, u32 len,
		    u32 frames); /* of len octets each */
void im_vf_count_tx(struct e1000_model *m, u32 pool, u32 frames, u32 octets, bool local);
u32 im_p2v_read(struct e1000_model *m, u32 off);
void im_p2v_write(struct e1000_model *m, u32 off, u32 v);
void im_mbvficr_write(struct e1000_model *m, u32 off, u32 v);

#endif
