// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packet device, transmit: from dev_hard_start_xmit() into the ring, from there to the host with one
 * sendmmsg() a burst or, if asked for, through a ring of the host's (packet_txring.c). That copies each
 * frame into a slot, and the system call is made all the same: it was measured to be slower
 * (doc/decisions/0005-packet-socket.md).
 */
#include <errno.h>

#include "drivers/packet_priv.h"

static u32 fill_batch(struct packet_queue *q)
{
	u32 n = min_t(u32, ring_pending(&q->tx), PACKET_TX_BATCH), i;

	for (i = 0; i < n; i++) {
		const struct ring_desc *desc = ring_at(&q->tx, q->tx.device + i);
		struct vnet_tx_slot *slot = &q->tx_slots[i];

		q->tx_msgs[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = slot->iov } };
		q->tx_msgs[i].msg_hdr.msg_iovlen = vnet_tx_fill(slot, desc->skb, q->host.vnet);
	}
	return n;
}

/* true: the host's queue is full, nothing more can be done now */
static bool send_batch(struct packet_queue *q)
{
	u32 n = fill_batch(q), i;
	int sent = sendmmsg(q->host.fd, q->tx_msgs, n, MSG_DONTWAIT);

	q->stats.sends++;
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (sent < 0)	/* this one is refused, the others may go */
		ring_device_done(&q->tx, -errno);
	for (i = 0; (int)i < sent; i++)
		ring_device_done(&q->tx, (s32)q->tx_msgs[i].msg_len);
	return false;
}

static void count_failure(struct packet_queue *q, s32 status)
{
	struct net_device_stats *st = &q->dev->stats;

	if (status == -ENOBUFS) {	/* the host's queueing discipline */
		st->tx_dropped++;
		return;
	}
	st->tx_errors++;
	if (status == -ENETDOWN)
		st->tx_carrier_errors++;
}

static void reclaim(struct packet_queue *q)
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
		count_failure(q, status);
		kfree_skb_reason(skb, status == -ENOBUFS ? SKB_DROP_FULL_RING :
							   SKB_DROP_DEV_READY);
	}
	if (ring_room(&q->tx) >= PACKET_TX_RING_SIZE / 2)
		netif_tx_wake_queue(q->txq);
}

static void flush_queue(struct packet_queue *q)
{
	bool full = false;

	if (!ring_pending(&q->tx))
		return;
	q->tx.doorbells++;
	while (ring_pending(&q->tx) && !full)
		full = q->host.tx_ring ? packet_txring_send(q) : send_batch(q);
	q->stats.tx_full += full;
	if (full || (q->host.tx_ring && packet_txring_waits(q)))
		mod_timer(&q->tx_retry, q->dev->net->now + PACKET_TX_RETRY_NS);
	reclaim(q);
}

void packet_tx_retry(struct timer_list *t)
{
	struct packet_queue *q = from_timer(q, t, tx_retry);

	if (q->host.tx_ring && packet_txring_waits(q)) {
		packet_txring_kick(q);
		if (q->dev->carrier && packet_txring_waits(q))
			mod_timer(&q->tx_retry, q->dev->net->now + PACKET_TX_RETRY_NS);
	}
	flush_queue(q);
}

void packet_tx_flush(struct net_device *dev)
{
	struct packet_dev *p = packet_priv(dev);
	u32 i;

	for (i = 0; i < p->nr_queues; i++)
		flush_queue(&p->queues[i]);
}

void packet_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct packet_queue *q = &packet_priv(dev)->queues[skb->queue_mapping];

	ring_post(&q->tx, skb);
	if (ring_pending(&q->tx) == PACKET_TX_BATCH)
		flush_queue(q);
	if (!ring_room(&q->tx))
		netif_tx_stop_queue(q->txq);
	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
}
