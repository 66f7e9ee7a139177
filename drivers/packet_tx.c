// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packet device, transmit: from dev_hard_start_xmit() into the ring, from there to the host with one
 * sendmmsg() a burst. A PACKET_TX_RING would copy each frame into a slot first and the system call
 * is made all the same: it was measured to be slower (doc/decisions/0005-packet-socket.md).
 */
#include <errno.h>

#include "drivers/packet_priv.h"

static u32 fill_batch(struct packet_dev *p)
{
	u32 n = min_t(u32, ring_pending(&p->tx), PACKET_TX_BATCH), i;

	for (i = 0; i < n; i++) {
		const struct ring_desc *desc = ring_at(&p->tx, p->tx.device + i);
		struct vnet_tx_slot *slot = &p->tx_slots[i];

		p->tx_msgs[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = slot->iov } };
		p->tx_msgs[i].msg_hdr.msg_iovlen = vnet_tx_fill(slot, desc->skb, p->host.vnet);
	}
	return n;
}

/* true: the host's queue is full, nothing more can be done now */
static bool send_batch(struct packet_dev *p)
{
	u32 n = fill_batch(p), i;
	int sent = sendmmsg(p->host.fd, p->tx_msgs, n, MSG_DONTWAIT);

	p->stats.sends++;
	if (sent < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (sent < 0)	/* this one is refused, the others may go */
		ring_device_done(&p->tx, -errno);
	for (i = 0; (int)i < sent; i++)
		ring_device_done(&p->tx, (s32)p->tx_msgs[i].msg_len);
	return false;
}

static void count_failure(struct packet_dev *p, s32 status)
{
	struct net_device_stats *st = &p->dev->stats;

	if (status == -ENOBUFS) {	/* the host's queueing discipline */
		st->tx_dropped++;
		return;
	}
	st->tx_errors++;
	if (status == -ENETDOWN)
		st->tx_carrier_errors++;
}

static void reclaim(struct packet_dev *p)
{
	struct net_device *dev = p->dev;
	struct sk_buff *skb;
	s32 status;

	while ((skb = ring_reclaim(&p->tx, &status))) {
		if (status >= 0) {
			dev->stats.tx_packets++;
			dev->stats.tx_bytes += skb->len;
			consume_skb(skb);
			continue;
		}
		count_failure(p, status);
		kfree_skb_reason(skb, status == -ENOBUFS ? SKB_DROP_FULL_RING :
							   SKB_DROP_DEV_READY);
	}
	if (dev->tx_stopped && ring_room(&p->tx) >= PACKET_TX_RING_SIZE / 2)
		netif_wake_queue(dev);
}

void packet_tx_flush(struct net_device *dev)
{
	struct packet_dev *p = packet_priv(dev);
	bool full = false;

	if (!ring_pending(&p->tx))
		return;
	p->tx.doorbells++;
	while (ring_pending(&p->tx) && !full)
		full = send_batch(p);
	if (full) {
		p->stats.tx_full++;
		mod_timer(&p->tx_retry, dev->net->now + PACKET_TX_RETRY_NS);
	}
	reclaim(p);
}

void packet_tx_retry(struct timer_list *t)
{
	struct packet_dev *p = from_timer(p, t, tx_retry);

	packet_tx_flush(p->dev);
}

void packet_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct packet_dev *p = packet_priv(dev);

	ring_post(&p->tx, skb);
	if (ring_pending(&p->tx) == PACKET_TX_BATCH)
		packet_tx_flush(dev);
	if (!ring_room(&p->tx))
		netif_stop_queue(dev);
	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
}
