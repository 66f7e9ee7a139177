/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NETSTACK_DRIVERS_IGB_DRIVER_PRIV_H
#define NETSTACK_DRIVERS_IGB_DRIVER_PRIV_H

#include "drivers/e1000/card.h"
#include "drivers/e1000/ring_dma.h"
#include "drivers/igb/driver.h"
#include "drivers/igb/mbx.h"
#include "drivers/igb/regs.h"
#include "wire/wire.h"

enum {
	IGB_TX_RING = 256,
	IGB_RX_RING = 256, /* unless it was probed with another */
	IGB_MAX_MTU = 9216,
	IGB_VECTOR_OTHER = 0, /* queue i has vector i + 1 */
	IGB_VF_HASHES_MAX = 30,
	IGB_VF_STATS_NR = 9,
};
#define IGB_WATCHDOG_NS (2 * NSEC_PER_SEC)

/* A pair of queues: a NAPI context, a transmit queue of the net_device, a vector. */
struct igb_queue {
	struct igb_adapter *adapter;
	u32 index;
	u32 rx_base, tx_base; /* of its registers */
	struct napi_struct napi;
	struct netdev_queue *txq;
	struct e1000_queue tx, rx;
	struct e1000_rx_partial rx_partial;
	struct e1000_desc tx_context; /* the last one posted */
	u32 tx_seen; /* ring.reclaim at the last look of the watchdog */
};

struct igb_adapter;

struct igb_count {
	u64 reg_reads, reg_writes, interrupts, tx_timeouts, rx_no_memory, tx_linearized;
};

/* Where the physical function and a virtual one differ. */
struct igb_function {
	void (*reset)(struct igb_adapter *a); /* afterwards it touches no memory */
	/* All registers, rings and filters, for running, and the causes other than the queues'. */
	void (*configure)(struct igb_adapter *a);
	void (*check_link)(struct igb_adapter *a);
	void (*other)(struct igb_adapter *a); /* the message of IGB_VECTOR_OTHER has come */
	bool (*lost)(struct igb_adapter *a); /* it needs a reset and all settings again */
	void (*update_stats)(struct igb_adapter *a);
	void (*write_mac)(struct igb_adapter *a); /* while it runs: dev_addr is new */
	u32 rx_base, rx_stride, tx_base, tx_stride; /* registers of queues */
};

/* What the physical function knows of a virtual one. */
struct igb_vf {
	u8 mac[ETH_ALEN];
	bool ready;		       /* it has asked for its reset, and may ask for more */
	bool allmulti;
	u32 max_frame;
	u16 hash[IGB_VF_HASHES_MAX];   /* of its groups */
	u32 nr_hashes;
};

struct igb_adapter {
	struct net_device *dev;
	const struct igb_function *func;
	struct e1000_hw hw;
	void (*removed)(void *ctx);
	u32 nr_queues, rx_ring;
	struct igb_queue *queue; /* nr_queues of them */
	struct timer_list watchdog;
	bool running;
	u32 rctl;
	u32 mta[E1000_NR_MTA];
	u32 vlans[E1000_NR_VFTA]; /* that are let in */
	u32 vfta[E1000_NR_VFTA];  /* physical function: what the card knows of all functions' */
	u32 vlvf[IGB_NR_VLVF], vlvf_written[IGB_NR_VLVF]; /* with virtual ones: the pools of each VLAN */
	u8 rss_key[IGB_RSS_KEY];
	u8 rss_table[IGB_RETA];
	u32 itr_ns;
	u32 speed; /* Mb/s, 0: no link */
	bool full_duplex, rx_pause, tx_pause;
	u64 stats[E1000_NR_STATS];
	struct igb_count count;
	u32 nr_vfs; /* physical function: of virtual ones */
	struct igb_vf vf[IGB_POOLS - 1];
	struct {	     /* virtual function */
		u32 v2p;     /* bits of V2PMAILBOX that reading cleared */
		bool ready;  /* the physical function has let it in */
		u32 last[IGB_VF_STATS_NR]; /* of counters that wrap */
	} mbx;
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
	return q->rx_base + reg;
}
static inline u32 igb_txq(const struct igb_queue *q, u32 reg)
{
	return q->tx_base + reg;
}
static inline u32 igb_vector_bit(const struct igb_queue *q)
{
	return 2u << q->index;
}

/* driver.c */
extern const struct net_device_ops igb_ops;
struct igb_adapter *igb_alloc(const struct igb_probe *p, const struct igb_function *func);
void igb_free(struct igb_adapter *a);
/* Makes and registers the device of an adapter that igb_alloc() made, and frees it on failure. */
int igb_register(struct net *net, const struct igb_probe *p, struct igb_adapter *a, const u8 *mac,
		 const struct net_device_ops *ops, const struct ethtool_ops *ethtool,
		 netdev_features_t fixed); /* features that cannot be turned off */
int igb_open(struct net_device *dev);
int igb_stop(struct net_device *dev);
int igb_set_mac(struct net_device *dev, const u8 *addr);
const u32 *igb_get_vlan_filter(struct net_device *dev); /* struct ethtool_ops' */
void igb_destroy(struct net_device *dev);
void igb_carrier(struct igb_adapter *a, bool up); /* stops or wakes the queues with it */
/* driver_hw.c */
extern const struct igb_function igb_physical;
extern const struct card_eerd igb_eerd;
void igb_set_rx_mode(struct net_device *dev);
void igb_write_offloads(struct igb_adapter *a); /* what features say */
void igb_write_itr(struct igb_adapter *a);
void igb_write_filters(struct igb_adapter *a); /* groups and lengths, its own and virtual functions' */
/* driver_vfs.c: the physical function's side of virtual ones */
void igb_vfs_init(struct igb_adapter *a); /* before it is configured for the first time */
void igb_vfs_configure(struct igb_adapter *a); /* all of them have to ask for their reset again */
u32 igb_vfs_pool(struct igb_adapter *a); /* what the own pool takes; bits that RCTL needs for all */
/* VLAN vid is let into a pool, or no longer. false: the table is full */
bool igb_vfs_vlan(struct igb_adapter *a, u32 pool, u16 vid, bool in);
void igb_vfs_clear_vlans(struct igb_adapter *a); /* after a reset: the card knows of none */
/* Adds the VLANs of all pools to want, which is for VFTA, and tells the card whose they are. */
void igb_vfs_write_vlans(struct igb_adapter *a, u32 *want);
void igb_vfs_serve(struct igb_adapter *a); /* mailboxes */
void igb_vfs_ping(struct igb_adapter *a);  /* to look at the link */
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
/* Rings, channels, moderation and link of either function; and the driver's own statistics. */
void igb_fill_info(const struct igb_adapter *a, struct ethtool_info *info);
const char *igb_own_stat(const struct igb_adapter *a, u32 index, u64 *value);
/* Registers keep what is written; ends with all as it was. */
struct igb_reg_mask {
	u32 reg, mask;
};
bool igb_registers_hold(struct igb_adapter *a, const struct igb_reg_mask *rows, u32 nr);
u32 igb_queue_regs(struct igb_adapter *a, struct ethtool_reg *regs, u32 max);
extern const struct ethtool_ops igb_ethtool_ops;
/* vf_mbx.c: the virtual function's side of its mailbox */
bool igbvf_ready(struct igb_adapter *a); /* the physical function works */
/* Sends words[0 .. nr) and waits for the answer, *nr_answer words at most. false: refused, or none came */
bool igbvf_ask(struct igb_adapter *a, const u32 *words, u32 nr, u32 *answer, u32 nr_answer);
bool igbvf_was_called(struct igb_adapter *a); /* a message that nobody asked for: taken */

#endif
