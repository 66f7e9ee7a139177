/* SPDX-License-Identifier: BSD-2-Clause */
/* TAP driver: its private state, shared by tap.c (life), tap_rx.c and tap_tx.c. */
#ifndef NETSTACK_DRIVERS_TAP_PRIV_H
#define NETSTACK_DRIVERS_TAP_PRIV_H

#include <liburing.h>

#include "drivers/drivers.h"
#include "drivers/ring.h"
#include "drivers/vnet.h"

enum {
	TAP_TX_RING = 256,
	TAP_TX_BATCH = 64,	  /* writes handed to the kernel in one system call */
	TAP_RX_SLOTS = 32,	  /* reads posted at once when a queue has built up */
	TAP_RX_LONE_AFTER = 4,	  /* polls with one frame before the next trusts to find only one */
	TAP_RX_LONE_TRUST = 16,	  /* such polls before it looks again */
	TAP_RX_BATCH_AFTER = 4,	  /* single reads of small frames before reads are batched */
};

/* One queue: a descriptor of the TAP's, both directions. */
struct tap_queue {
	struct net_device *dev;
	struct napi_struct napi;
	struct netdev_queue *txq;
	struct tap_stats stats;
	int fd;
	bool vnet; /* each frame has a struct vnet_hdr in front */

	struct desc_ring tx;
	struct vnet_tx_slot *tx_slots; /* TAP_TX_BATCH of them */

	struct vnet_rx_slot *rx_slots; /* TAP_RX_SLOTS of them; [0] serves single reads */
	struct page_frag rx_frag;     /* where the odd ends of large frames are copied to */
	u32 rx_small_run;	      /* small frames in a row */
	u32 rx_lone_run;	      /* polls in a row that found one frame */

	struct io_uring ring;
	bool have_uring;
};

struct tap {
	char tap_name[IFNAMSIZ_NS];
	u32 nr_queues;
	struct tap_queue queues[];
};

static inline struct tap *tap_priv(const struct net_device *dev)
{
	return dev->priv;
}

int tap_poll(struct napi_struct *napi, int budget);
void tap_rx_free(struct tap_queue *q);
void tap_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more);
void tap_tx_flush(struct net_device *dev);

#endif
