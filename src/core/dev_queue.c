/* SPDX-License-Identifier: BSD-2-Clause */
/* Transmit queues of a device: which one a packet leaves by, what holds it, what it does then. */
#include "core/dev_queue.h"

#include <errno.h>

#include "core/internal.h"

static void restart_work(struct work_struct *work)
{
	struct netdev_queue *txq = container_of(work, struct netdev_queue, restart_work);

	if (txq->qdisc && (txq->dev->flags & DEV_UP))
		qdisc_run(txq->qdisc);
}

void netdev_queues_init(struct net_device *dev)
{
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		struct netdev_queue *txq = &dev->tx[i];

		txq->dev = dev;
		txq->index = i;
		work_init(&txq->restart_work, restart_work);
		dql_init(&txq->dql);
	}
}

int netdev_queues_attach(struct net_device *dev)
{
	bool direct = !dev->tx_queue_len || dev->flags & DEV_LOOPBACK;
	const struct qdisc_ops *ops = direct ? &noqueue_qdisc_ops : &pfifo_qdisc_ops;
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		dev->tx[i].qdisc = qdisc_create(&dev->tx[i], ops, NULL);
		if (!dev->tx[i].qdisc) {
			netdev_queues_detach(dev);
			return -ENOMEM;
		}
	}
	return 0;
}

void netdev_queues_detach(struct net_device *dev)
{
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		cancel_work(&dev->tx[i].restart_work);
		qdisc_destroy(dev->tx[i].qdisc);
		dev->tx[i].qdisc = NULL;
	}
}

void netdev_queues_start(struct net_device *dev)
{
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++)
		dev->tx[i].state = 0;
}

void netdev_queues_reset(struct net_device *dev)
{
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++)
		qdisc_reset(dev->tx[i].qdisc);
}

/* -- held and let go ---------------------------------------------------------------------- */
void netif_tx_stop_queue(struct netdev_queue *txq)
{
	txq->stops += !(txq->state & QUEUE_DRV_XOFF);
	txq->state |= QUEUE_DRV_XOFF;
}

static void let_go(struct netdev_queue *txq, u8 what)
{
	if (!(txq->state & what))
		return;
	txq->state &= (u8)~what;
	if (!txq->state)
		queue_work(txq->dev->net, &txq->restart_work);
}

void netif_tx_wake_queue(struct netdev_queue *txq)
{
	let_go(txq, QUEUE_DRV_XOFF);
}

void netdev_tx_sent_queue(struct netdev_queue *txq, u32 octets)
{
	if (dql_queued(&txq->dql, octets))
		return;
	txq->bql_stops += !(txq->state & QUEUE_BQL_XOFF);
	txq->state |= QUEUE_BQL_XOFF;
}

void netdev_tx_completed_queue(struct netdev_queue *txq, u32 octets)
{
	if (octets && dql_completed(&txq->dql, octets, txq->dev->net->now))
		let_go(txq, QUEUE_BQL_XOFF);
}

void netdev_tx_reset_queue(struct netdev_queue *txq)
{
	dql_reset(&txq->dql);
	let_go(txq, QUEUE_BQL_XOFF);
}

/* -- which one ---------------------------------------------------------------------------- */
int netif_set_xps_rxqs(struct net_device *dev, u32 txq, u64 rxqs)
{
	u16 i;

	if (txq >= dev->num_tx_queues ||
	    (dev->num_rx_queues < 64 && rxqs >> dev->num_rx_queues))
		return -EINVAL;
	dev->tx[txq].xps_rxqs = rxqs;
	dev->xps = false;
	for (i = 0; i < dev->num_tx_queues; i++)
		dev->xps |= dev->tx[i].xps_rxqs != 0;
	return 0;
}

static u32 all_shards(const struct net *net)
{
	return U32_MAX >> (32 - net_shards(net->group));
}

int netif_set_xps_cpus(struct net_device *dev, u32 txq, u32 shards)
{
	u16 i;

	if (txq >= dev->num_tx_queues || shards & ~all_shards(dev->net))
		return -EINVAL;
	dev->tx[txq].xps_cpus = shards;
	dev->xps_by_cpu = false;
	for (i = 0; i < dev->num_tx_queues; i++)
		dev->xps_by_cpu |= dev->tx[i].xps_cpus != 0;
	return 0;
}

int netif_set_rps_cpus(struct net_device *dev, u32 rxq, u32 shards)
{
	if (rxq >= dev->num_rx_queues || shards & ~all_shards(dev->net))
		return -EINVAL;
	dev->rx[rxq].rps_cpus = shards;
	return 0;
}

void netif_napi_add_queue(struct net_device *dev, struct napi_struct *napi,
			  int (*poll)(struct napi_struct *napi, int budget), u16 index)
{
	netif_napi_add(dev, napi, poll, NAPI_POLL_WEIGHT);
	napi->rx_queue = index;
	if (dev->num_tx_queues > 1)
		netif_set_xps_rxqs(dev, index, 1ull << index);
}

/* One of those queues; among several, by hash. -1: there are none */
static int one_of(u64 queues, struct sk_buff *skb)
{
	const u32 nr = bits_weight64(queues);
	u32 i;

	if (!nr)
		return -1;
	for (i = nr == 1 ? 0 : reciprocal_scale(skb_get_hash(skb), nr); i; i--)
		queues &= queues - 1;
	return __builtin_ctzll(queues);
}

/* The queues that flows of the receive queue leave by. */
static u64 queues_of_rxq(const struct net_device *dev, u32 rxq)
{
	u64 found = 0;
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++)
		found |= (dev->tx[i].xps_rxqs >> rxq & 1) << i;
	return found;
}

/* .. and packets of the shard */
static u64 queues_of_shard(const struct net_device *dev, u32 shard)
{
	u64 found = 0;
	u16 i;

	for (i = 0; i < dev->num_tx_queues; i++)
		found |= (u64)(dev->tx[i].xps_cpus >> shard & 1) << i;
	return found;
}

static u32 shard_of_sender(const struct sk_buff *skb)
{
	return skb->sent_by ? skb->sent_by - 1u : skb->net->shard;
}

static u16 choose(const struct net_device *dev, struct sk_buff *skb)
{
	const struct sock *sk = skb->destructor ? skb->sk : NULL;
	int queue = -1;

	if (dev->xps && sk && sk->sk_rx_queue)
		queue = one_of(queues_of_rxq(dev, sk->sk_rx_queue - 1u), skb);
	if (queue < 0 && dev->xps_by_cpu)
		queue = one_of(queues_of_shard(dev, shard_of_sender(skb)), skb);
	if (queue >= 0)
		return (u16)queue;
	if (skb_rx_queue_recorded(skb))		/* it is forwarded */
		return (u16)(skb_get_rx_queue(skb) % dev->num_tx_queues);
	return (u16)reciprocal_scale(skb_get_hash(skb), dev->num_tx_queues);
}

/*
 * A flow changes its queue only when nothing of it is below, or its packets would overtake one
 * another (Linux: ooo_okay).
 */
struct netdev_queue *netdev_pick_tx(struct net_device *dev, struct sk_buff *skb)
{
	struct sock *sk = skb->destructor ? skb->sk : NULL;
	u16 queue;

	if (likely(dev->num_tx_queues == 1)) {
		skb->queue_mapping = 0;
		return dev->tx;
	}
	if (sk && sk->sk_tx_queue && sk->sk_tx_queue <= dev->num_tx_queues &&
	    sk->sk_wmem_alloc > (int)skb->truesize)
		queue = (u16)(sk->sk_tx_queue - 1);
	else
		queue = choose(dev, skb);
	if (sk)
		sk->sk_tx_queue = (u16)(queue + 1);
	skb->queue_mapping = queue;
	return &dev->tx[queue];
}
