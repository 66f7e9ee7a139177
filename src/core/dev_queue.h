/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netdev_queue: one transmit queue of a net_device, with its queueing discipline, what holds it
 * back, and how much it may give the device at once (BQL). Its receive queues are NAPI contexts;
 * netdev_rx_queue is what is set for one.
 */
#ifndef NETSTACK_CORE_DEV_QUEUE_H
#define NETSTACK_CORE_DEV_QUEUE_H

#include "base/base.h"
#include "core/backlog.h"

struct napi_struct;
struct net_device;
struct qdisc;

enum {				/* state: why nothing may be sent */
	QUEUE_DRV_XOFF = 1 << 0,	/* the driver's ring is full */
	QUEUE_BQL_XOFF = 1 << 1,	/* the device has enough for now */
};

enum { NETDEV_QUEUES_MAX = 64 };

struct netdev_queue {
	struct net_device *dev;
	struct qdisc *qdisc;
	u8 state;			/* QUEUE_* */
	u16 index;
	struct work_struct restart_work;
	struct dql dql;
	u64 xps_rxqs;			/* receive queues whose flows leave here; bits. 0: by hash */
	u32 xps_cpus;			/* shards whose packets leave here; bits. 0: by hash */
	u64 packets, bytes;		/* given to the driver */
	u64 stops, bql_stops;
	u64 timeouts; /* the driver reset it, since it did not go on */
};

struct netdev_rx_queue {
	u32 rps_cpus; /* shards that may have what belongs to none; bits. 0: whose queue it is */
};

/* The driver: its ring is full; and it has room again (the discipline goes on from the loop). */
void netif_tx_stop_queue(struct netdev_queue *txq);
void netif_tx_wake_queue(struct netdev_queue *txq);

/*
 * BQL. A driver whose device completes later than it is given frames tells both; the octets of a
 * frame are the same in both. Not telling of either is fine: then only the ring bounds it.
 */
void netdev_tx_sent_queue(struct netdev_queue *txq, u32 octets);
void netdev_tx_completed_queue(struct netdev_queue *txq, u32 octets);
void netdev_tx_reset_queue(struct netdev_queue *txq);	/* the ring was emptied */

/* Flows that arrived on the receive queues of the mask leave by queue txq. 0/-EINVAL */
int netif_set_xps_rxqs(struct net_device *dev, u32 txq, u64 rxqs);
/* Packets of the shards of the mask leave by queue txq, where receive queues do not decide. 0/-EINVAL */
int netif_set_xps_cpus(struct net_device *dev, u32 txq, u32 shards);
/* RPS: packets of receive queue rxq that belong to no shard go to those of the mask, by flow. 0/-EINVAL */
int netif_set_rps_cpus(struct net_device *dev, u32 rxq, u32 shards);
/* The NAPI context of receive queue index, whose flows leave by the transmit queue of that number. */
void netif_napi_add_queue(struct net_device *dev, struct napi_struct *napi,
			  int (*poll)(struct napi_struct *napi, int budget), u16 index);

#endif
