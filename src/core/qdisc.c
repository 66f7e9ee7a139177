/* SPDX-License-Identifier: BSD-2-Clause */
/* Queueing disciplines: the engine, pfifo, and noqueue for devices that hold nothing back. */
#include "core/qdisc.h"

#include <errno.h>

#include "core/internal.h"

enum { QDISC_QUOTA = 64 };	/* packets a run sends before others get their turn */

struct qdisc *qdisc_create(struct netdev_queue *txq, const struct qdisc_ops *ops, const void *opt)
{
	struct net_device *dev = txq->dev;
	struct qdisc *q = net_alloc(dev->net, sizeof(*q) + ops->priv_size);

	if (!q)
		return NULL;
	q->ops = ops;
	q->dev = dev;
	q->txq = txq;
	skb_queue_head_init(&q->gso_skb);
	if (ops->init && ops->init(q, opt)) {
		net_free(dev->net, q, sizeof(*q) + ops->priv_size);
		return NULL;
	}
	return q;
}

/* Drops what is queued. */
void qdisc_reset(struct qdisc *q)
{
	skb_queue_purge_reason(&q->gso_skb, SKB_DROP_DEV_READY);
	if (q->ops->reset)
		q->ops->reset(q);
	q->qlen = 0;
	q->backlog = 0;
}

void qdisc_destroy(struct qdisc *q)
{
	if (!q)
		return;
	qdisc_reset(q);
	if (q->ops->destroy)
		q->ops->destroy(q);
	net_free(q->dev->net, q, sizeof(*q) + q->ops->priv_size);
}

static struct sk_buff *qdisc_next(struct qdisc *q)
{
	struct sk_buff *skb = skb_dequeue(&q->gso_skb);

	return skb ? skb : q->ops->dequeue(q);
}

/* Sends until the queue is empty, the device stops, or the quota is used up (goes on later). */
void qdisc_run(struct qdisc *q)
{
	struct netdev_queue *txq = q->txq;
	int quota = QDISC_QUOTA;

	if (q->running || !q->ops->dequeue)
		return;
	q->running = true;
	while (!txq->state) {
		struct sk_buff *skb;

		if (!quota--) {
			queue_work(q->dev->net, &txq->restart_work);
			break;
		}
		skb = qdisc_next(q);
		if (!skb)
			break;
		dev_hard_start_xmit(skb, txq, q->qlen || q->gso_skb.qlen);
	}
	q->running = false;
}

/* -- pfifo ------------------------------------------------------------------- */
static struct sk_buff_head *pfifo_queue(struct qdisc *q)
{
	return (struct sk_buff_head *)q->priv;
}

/* opt: NULL for the device's tx_queue_len, or u32 packets */
static int pfifo_init(struct qdisc *q, const void *opt)
{
	skb_queue_head_init(pfifo_queue(q));
	q->limit = opt ? *(const u32 *)opt : q->dev->tx_queue_len;
	return 0;
}

static int pfifo_enqueue(struct qdisc *q, struct sk_buff *skb)
{
	if (q->qlen >= q->limit) {
		q->drops++;
		q->dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_QDISC_DROP);
		return -ENOBUFS;
	}
	skb_queue_tail(pfifo_queue(q), skb);
	q->qlen++;
	q->backlog += skb->len;
	return 0;
}

static struct sk_buff *pfifo_dequeue(struct qdisc *q)
{
	struct sk_buff *skb = skb_dequeue(pfifo_queue(q));

	if (!skb)
		return NULL;
	q->qlen--;
	q->backlog -= skb->len;
	q->packets++;
	q->bytes += skb->len;
	return skb;
}

static void pfifo_reset(struct qdisc *q)
{
	skb_queue_purge_reason(pfifo_queue(q), SKB_DROP_DEV_READY);
}

const struct qdisc_ops pfifo_qdisc_ops = {
	.id = "pfifo",
	.priv_size = sizeof(struct sk_buff_head),
	.init = pfifo_init,
	.enqueue = pfifo_enqueue,
	.dequeue = pfifo_dequeue,
	.reset = pfifo_reset,
};

/* -- noqueue ----------------------------------------------------------------- */
static int noqueue_enqueue(struct qdisc *q, struct sk_buff *skb)
{
	if (q->txq->state) {
		q->drops++;
		q->dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_QDISC_DROP);
		return -ENOBUFS;
	}
	q->packets++;
	q->bytes += skb->len;
	dev_hard_start_xmit(skb, q->txq, false);
	return 0;
}

const struct qdisc_ops noqueue_qdisc_ops = {
	.id = "noqueue",
	.enqueue = noqueue_enqueue,
};
