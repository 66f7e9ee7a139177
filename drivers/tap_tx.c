// SPDX-License-Identifier: BSD-2-Clause
/*
 * TAP transmit: from dev_hard_start_xmit() into the ring, from there to the host with one writev a
 * frame, or one io_uring submission for a burst: alone a write costs about 1.8 us, in a batch 0.3.
 * TAP writes complete during the submission and in order, so nothing stays in flight.
 */
#include <errno.h>

#include "drivers/tap_priv.h"

static void write_one(struct tap_queue *q)
{
	const struct ring_desc *desc = ring_device_next(&q->tx);
	u32 nr = vnet_tx_fill(&q->tx_slots[0], desc->skb, q->vnet);
	ssize_t n = nr ? writev(q->fd, q->tx_slots[0].iov, (int)nr) : -1;

	q->stats.writes++;
	ring_device_done(&q->tx, n < 0 ? -(nr ? errno : EMSGSIZE) : (s32)n);
}

/* Hands up to TAP_TX_BATCH frames to the kernel in one call. false: io_uring failed, use writev. */
static bool write_batch(struct tap_queue *q)
{
	s32 status[TAP_TX_BATCH];
	u32 n = 0, i;

	while (n < TAP_TX_BATCH && n < ring_pending(&q->tx)) {
		const struct ring_desc *desc = ring_at(&q->tx, q->tx.device + n);
		struct vnet_tx_slot *slot = &q->tx_slots[n];
		struct io_uring_sqe *sqe = io_uring_get_sqe(&q->ring);
		u32 nr = vnet_tx_fill(slot, desc->skb, q->vnet);

		if (nr)
			io_uring_prep_writev(sqe, 0, slot->iov, nr, 0);
		else
			io_uring_prep_nop(sqe);
		if (nr)
			sqe->flags |= IOSQE_FIXED_FILE;
		io_uring_sqe_set_data64(sqe, n);
		status[n++] = nr ? 0 : -EMSGSIZE;
	}
	if (io_uring_submit_and_wait(&q->ring, n) != (int)n)
		return false;
	q->stats.uring_submits++;
	q->stats.uring_frames += n;
	for (i = 0; i < n; i++) {
		struct io_uring_cqe *cqe;

		if (io_uring_wait_cqe(&q->ring, &cqe))
			return false;
		if (!status[cqe->user_data])
			status[cqe->user_data] = cqe->res;
		io_uring_cqe_seen(&q->ring, cqe);
	}
	for (i = 0; i < n; i++)
		ring_device_done(&q->tx, status[i]);
	return true;
}

static void reclaim(struct tap_queue *q)
{
	struct net_device *dev = q->dev;
	struct sk_buff *skb;
	s32 status;

	while ((skb = ring_reclaim(&q->tx, &status))) {
		if (status >= 0) {
			dev->stats.tx_packets++;
			dev->stats.tx_bytes += skb->len;
			consume_skb(skb);
			continue;
		}
		q->stats.tx_errors++;
		dev->stats.tx_errors++;
		kfree_skb_reason(skb, status == -EAGAIN ? SKB_DROP_FULL_RING : SKB_DROP_DEV_READY);
	}
	if (ring_room(&q->tx) >= TAP_TX_RING / 2)
		netif_tx_wake_queue(q->txq);
}

static void flush_queue(struct tap_queue *q)
{
	if (!ring_pending(&q->tx))
		return;
	q->tx.doorbells++;
	while (ring_pending(&q->tx)) {
		if (q->have_uring && ring_pending(&q->tx) > 1) {
			if (write_batch(q))
				continue;
			net_log(q->dev->net, 4, "%s: io_uring failed, writing frame by frame",
				q->dev->name);
			io_uring_queue_exit(&q->ring);
			q->have_uring = false;
		}
		write_one(q);
	}
	reclaim(q);
}

void tap_tx_flush(struct net_device *dev)
{
	struct tap *tap = tap_priv(dev);
	u32 i;

	for (i = 0; i < tap->nr_queues; i++)
		flush_queue(&tap->queues[i]);
}

void tap_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct tap_queue *q = &tap_priv(dev)->queues[skb->queue_mapping];

	/* as Linux's tun: the write is not long in coming, a sender need not wait for it */
	skb_orphan(skb);
	ring_post(&q->tx, skb);
	if (ring_pending(&q->tx) >= TAP_TX_BATCH)
		flush_queue(q);
	else if (!ring_room(&q->tx))
		netif_tx_stop_queue(q->txq);
	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
}
