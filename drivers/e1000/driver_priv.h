/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_DRIVERS_E1000_DRIVER_PRIV_H
#define NETSTACK_DRIVERS_E1000_DRIVER_PRIV_H

#include "drivers/e1000/driver.h"
#include "drivers/e1000/card.h"
#include "drivers/e1000/ring_dma.h"

enum {
	E1000_TX_RING = 256,
	E1000_RX_RING = 256, /* unless it was probed with another */
	E1000_MAX_MTU = 16110,
};
#define E1000_WATCHDOG_NS (2 * NSEC_PER_SEC)

struct e1000_adapter {
	struct net_device *dev;
	struct e1000_hw hw;
	void (*removed)(void *ctx);
	struct napi_struct napi;
	struct e1000_queue tx, rx;
	u32 rx_ring; /* descriptors */
	struct e1000_rx_partial rx_partial;
	struct e1000_desc tx_context; /* the last one posted */
	struct timer_list watchdog;
	u32 tx_seen;		/* ring.reclaim at the last look of the watchdog */
	bool running;
	u32 rctl;
	u32 mta[E1000_NR_MTA];
	u32 vlans[E1000_NR_VFTA]; /* that are let in */
	u32 vfta[E1000_NR_VFTA];  /* what the card knows of it */
	u32 itr_ns, rx_delay_ns, tx_delay_ns;
	u64 stats[E1000_NR_STATS];
	struct e1000_info count; /* the u64 ones */
};

static inline struct e1000_adapter *e1000_priv(const struct net_device *dev)
{
	return dev->priv;
}
static inline u32 er32(struct e1000_adapter *a, u32 reg)
{
	return hw_rd32(&a->hw, reg);
}
static inline void ew32(struct e1000_adapter *a, u32 reg, u32 value)
{
	hw_wr32(&a->hw, reg, value);
}
static inline bool e1000_desc_done(const struct e1000_desc *d)
{
	return __atomic_load_n(&d->upper, __ATOMIC_ACQUIRE) & E1000_TXD_DD;
}
_Static_assert((int)E1000_TXD_DD == (int)E1000_RXD_DD, "one bit in both directions");

/* driver_hw.c */
void e1000_reset_hw(struct e1000_adapter *a);
extern const struct card_eerd e1000_eerd;
void e1000_configure(struct e1000_adapter *a); /* registers, for running; not the rings' */
void e1000_set_rx_mode(struct net_device *dev);
void e1000_write_delays(struct e1000_adapter *a);
void e1000_check_link(struct e1000_adapter *a);
/* driver_tx.c */
void e1000_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more);
void e1000_tx_flush(struct net_device *dev);
void e1000_clean_tx(struct e1000_adapter *a);
void e1000_tx_configure(struct e1000_adapter *a);
void e1000_tx_drop_all(struct e1000_adapter *a);
/* driver_rx.c */
int e1000_clean_rx(struct e1000_adapter *a, int budget);
void e1000_refill_rx(struct e1000_adapter *a);
void e1000_rx_configure(struct e1000_adapter *a);
/* driver_ethtool.c */
void e1000_update_stats(struct e1000_adapter *a);
/* driver.c */
#define E1000_IMS_BITS \
	(E1000_ICR_TXDW | E1000_ICR_LSC | E1000_ICR_RXSEQ | E1000_ICR_RXDMT0 | E1000_ICR_RXO | \
	 E1000_ICR_RXT0)

extern const struct ethtool_ops e1000_ethtool_ops;

#endif
