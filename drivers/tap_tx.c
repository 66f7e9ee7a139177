// SPDX-License-Identifier: BSD-2-Clause
/*
 * TAP transmit: from dev_hard_start_xmit() into the ring, from there to the host with one writev a
 * frame, or one io_uring submission for a burst: alone a write costs about 1.8 us, in a batch 0.3.
 * TAP writes complete during the submission and in order, so nothing stays in flight.
 */
#include <errno.h>

#include "drivers/tap_priv.h"

static void write_one(struct tap *tap)
{
	const struct ring_desc *desc = ring_device_next(&tap->tx);
	u32 nr = vnet_tx_fill(&tap->tx_slots[0], desc->skb, tap->vnet);
	ssize_t n = nr ? writev(tap->fd, tap->tx_slots[0].iov, (int)nr) : -1;

	tap->stats.writes++;
	ring_device_done(&tap->tx, n < 0 ? -(nr ? errno : EMSGSIZE) : (s32)n);
}

/* Hands up to TAP_TX_BATCH frames to the kernel in one call. false: io_uring failed, use writev. */
static bool write_batch(struct tap *tap)
{
	s32 status[TAP_TX_BATCH];
	u32 n = 0, i;

	while (n < TAP_TX_BATCH && n < ring_pending(&tap->tx)) {
		const struct ring_desc *desc = ring_at(&tap->tx, tap->tx.device + n);
		struct vnet_tx_slot *slot = &tap->tx_slots[n];
		struct io_uring_sqe *sqe = io_uring_get_sqe(&tap->ring);
		u32 nr = vnet_tx_fill(slot, desc->skb, tap->vnet);

		if (nr)
			io_uring_prep_writev(sqe, 0, slot->iov, nr, 0);
		else
			io_uring_prep_nop(sqe);
		if (nr)
			sqe->flags |= IOSQE_FIXED_FILE;
		io_uring_sqe_set_data64(sqe, n);
		status[n++] = nr ? 0 : -EMSGSIZE;
	}
	if (io_uring_submit_and_wait(&tap->ring, n) != (int)n)
		return false;
	tap->stats.uring_submits++;
	tap->stats.uring_frames += n;
	for (i = 0; i < n; i++) {
		struct io_uring_cqe *cqe;

		if (io_uring_wait_cqe(&tap->ring, &cqe))
			return false;
		if (!status[cqe->user_data])
			status[cqe->user_data] = cqe->res;
		io_uring_cqe_seen(&tap->ring, cqe);
	}
	for (i = 0; i < n; i++)
		ring_device_done(&tap->tx, status[i]);
	return true;
}

static void reclaim(struct tap *tap)
{
	struct net_device *dev = tap->dev;
	struct sk_buff *skb;
	s32 status;

	while ((skb = ring_reclaim(&tap->tx, &status))) {
		if (status >= 0) {
			dev->stats.tx_packets++;
			dev->stats.tx_bytes += skb->len;
			consume_skb(skb);
			continue;
		}
		tap->stats.tx_errors++;
		dev->stats.tx_errors++;
		kfree_skb_reason(skb, status == -EAGAIN ? SKB_DROP_FULL_RING : SKB_DROP_DEV_READY);
	}
	if (dev->tx_stopped && ring_room(&tap->tx) >= TAP_TX_RING / 2)
		netif_wake_queue(dev);
}

void tap_tx_flush(struct net_device *dev)
{
	struct tap *tap = tap_priv(dev);

	if (!ring_pending(&tap->tx))
		return;
	tap->tx.doorbells++;
	while (ring_pending(&tap->tx)) {
		if (tap->have_uring && ring_pending(&tap->tx) > 1) {
			if (write_batch(tap))
				continue;
			net_log(dev->net, 4, "%s: io_uring failed, writing frame by frame",
				dev->name);
			io_uring_queue_exit(&tap->ring);
			tap->have_uring = false;
		}
		write_one(tap);
	}
	reclaim(tap);
}

void tap_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct tap *tap = tap_priv(dev);

	ring_post(&tap->tx, skb);
	if (ring_pending(&tap->tx) >= TAP_TX_BATCH)
		tap_tx_flush(dev);
	else if (!ring_room(&tap->tx))
		netif_stop_queue(dev);
	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
}
