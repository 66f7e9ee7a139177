/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_DRIVERS_IGB_DRIVER_PRIV_H
#define NETSTACK_DRIVERS_IGB_DRIVER_PRIV_H

#include "drivers/e1000/card.h"
#include "drivers/e1000/ring_dma.h"
#include "drivers/igb/driver.h"
#include "drivers/igb/regs.h"

enum {
	IGB_TX_RING = 256,
	IGB_RX_RING = 256,
	IGB_MAX_MTU = 9216,
	IGB_VECTOR_OTHER = 0, /* queue i has vector i + 1 */
};
#define IGB_WATCHDOG_NS (2 * NSEC_PER_SEC)

/* A pair of queues: a NAPI context, a transmit queue of the net_device, a vector. */
struct igb_queue {
	struct igb_adapter *adapter;
	u32 index;
	struct napi_struct napi;
	struct netdev_queue *txq;
	struct e1000_queue tx, rx;
	struct e1000_rx_partial rx_partial;
	struct e1000_desc tx_context; /* the last one posted */
	u32 tx_seen; /* ring.reclaim at the last look of the watchdog */
};

struct igb_count {
	u64 reg_reads, reg_writes, interrupts, tx_timeouts, rx_no_memory, tx_linearized;
};

struct igb_adapter {
	struct net_device *dev;
	struct e1000_hw hw;
	void (*removed)(void *ctx);
	u32 nr_queues;
	struct igb_queue *queue; /* nr_queues of them */
	struct timer_list watchdog;
	bool running;
	u32 rctl;
	u32 mta[E1000_NR_MTA];
	u8 rss_key[IGB_RSS_KEY];
	u8 rss_table[IGB_RETA];
	u32 itr_ns;
	u32 speed; /* Mb/s, 0: no link */
	bool full_duplex, rx_pause, tx_pause;
	u64 stats[E1000_NR_STATS];
	struct igb_count count;
};

static inline struct igb_adapter *igb_priv(const struct net_device *dev)
{
	return dev->priv;
}
static inline u32 igb_rd(struct igb_adapter *a, u32 reg)
{
	return hw_rd32(&a->hw, reg);
}
static inline void igb_wr(struct igb_adapter *a, u32 reg, u32 value)
{
	hw_wr32(&a->hw, reg, value);
}
static inline u32 igb_rxq(const struct igb_queue *q, u32 reg)
{
	return IGB_RXQ + q->index * IGB_Q_STRIDE + reg;
}
static inline u32 igb_txq(const struct igb_queue *q, u32 reg)
{
	return IGB_TXQ + q->index * IGB_Q_STRIDE + reg;
}
static inline u32 igb_vector_bit(const struct igb_queue *q)
{
	return 2u << q->index;
}

/* driver_hw.c */
void igb_reset_hw(struct igb_adapter *a);
extern const struct card_eerd igb_eerd;
void igb_configure(struct igb_adapter *a); /* registers, for running; not the rings' */
void igb_set_rx_mode(struct net_device *dev);
void igb_write_offloads(struct igb_adapter *a); /* what features say */
void igb_write_itr(struct igb_adapter *a);
void igb_check_link(struct igb_adapter *a);
/* driver_tx.c */
void igb_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more);
void igb_tx_flush(struct net_device *dev);
void igb_clean_tx(struct igb_queue *q);
void igb_tx_configure(struct igb_queue *q);
void igb_tx_drop_all(struct igb_queue *q);
/* driver_rx.c */
int igb_clean_rx(struct igb_queue *q, int budget);
void igb_refill_rx(struct igb_queue *q);
void igb_rx_configure(struct igb_queue *q);
/* driver_ethtool.c */
void igb_update_stats(struct igb_adapter *a);
extern const struct ethtool_ops igb_ethtool_ops;

#endif
