// SPDX-License-Identifier: BSD-2-Clause
/*
 * TAP receive: from the host into packets, on to napi_gro_receive(). A frame is read into a small
 * linear buffer followed by two payload pages: a small frame costs no page, a 64 KiB GSO frame no
 * copy. When small frames come in a row a queue has built up, and a batch of reads in one io_uring
 * submission is four times cheaper; the descriptor is non-blocking, so reads on an empty queue
 * complete at once with EAGAIN and results are in order.
 */
#include <errno.h>

#include <sys/uio.h>

#include "drivers/tap_host.h"
#include "drivers/tap_priv.h"

/* One completed read of n octets: make it a packet and pass it up. */
static void receive(struct tap_queue *q, struct vnet_rx_slot *slot, u32 n)
{
	struct net_device *dev = q->dev;
	u32 vnet_len = q->vnet ? (u32)sizeof(slot->vnet) : 0;
	struct sk_buff *skb;

	if (n < vnet_len + ETH_HLEN) {
		dev->stats.rx_length_errors++;
		return; /* nothing was taken out of the slot */
	}
	n -= vnet_len;
	q->rx_small_run = n <= VNET_RX_LINEAR ? q->rx_small_run + 1 : 0;
	skb = vnet_rx_take(slot, &q->rx_frag, n);
	if (!skb) {
		dev->stats.rx_dropped++;
		return;
	}
	if (q->vnet && !vnet_to_skb(skb, &slot->vnet)) {
		dev->stats.rx_frame_errors++;
		goto drop;
	}
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += n;
	skb->dev = dev;
	if (!eth_type_trans(skb, dev))
		goto drop;
	napi_gro_receive(&q->napi, skb);
	return;
drop:
	dev->stats.rx_dropped++;
	kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
}

/* Every queue finds out for itself. */
static void gone(struct tap_queue *q)
{
	if (q->have_uring) {
		io_uring_unregister_files(&q->ring);
		io_uring_queue_exit(&q->ring);
	}
	q->have_uring = false;
	tap_host_silence(q->fd);
	if (q->dev->carrier)
		net_log(q->dev->net, 3, "%s: the host has deleted its interface", q->dev->name);
	dev_set_carrier(q->dev, false);
}

/* 1: a frame; 0: the queue is empty (or memory is out) */
static int read_one(struct tap_queue *q)
{
	struct vnet_rx_slot *slot = &q->rx_slots[0];
	ssize_t n;

	if (!vnet_rx_fill(q->dev->net, slot, q->vnet))
		return 0;
	n = readv(q->fd, slot->iov, (int)slot->nr_iov);
	q->stats.reads++;
	if (n < 0) {
		if (tap_host_is_gone(errno))
			gone(q);
		return 0;
	}
	receive(q, slot, (u32)n);
	return 1;
}

/* Posts up to max reads at once. Frames received; *empty when the queue ran dry. */
static int read_batch(struct tap_queue *q, int max, bool *empty)
{
	s32 res[TAP_RX_SLOTS];
	int n = 0, i, got = 0;

	for (; n < max && n < TAP_RX_SLOTS; n++) {
		struct io_uring_sqe *sqe;

		if (!vnet_rx_fill(q->dev->net, &q->rx_slots[n], q->vnet))
			break;
		sqe = io_uring_get_sqe(&q->ring);
		io_uring_prep_readv(sqe, 0, q->rx_slots[n].iov, q->rx_slots[n].nr_iov, 0);
		/* O_NONBLOCK is not enough: io_uring would wait for the next frame. */
		sqe->rw_flags = RWF_NOWAIT;
		sqe->flags |= IOSQE_FIXED_FILE;
		io_uring_sqe_set_data64(sqe, (u64)n);
	}
	*empty = true;
	if (!n || io_uring_submit_and_wait(&q->ring, (unsigned int)n) < 0)
		return 0;
	q->stats.uring_submits++;
	q->stats.uring_frames += (u64)n;
	for (i = 0; i < n; i++) {
		struct io_uring_cqe *cqe;

		if (io_uring_wait_cqe(&q->ring, &cqe))
			return 0;
		res[cqe->user_data] = cqe->res;
		io_uring_cqe_seen(&q->ring, cqe);
	}
	*empty = res[n - 1] < 0;
	for (i = 0; i < n; i++) {
		if (res[i] < 0)
			continue;
		receive(q, &q->rx_slots[i], (u32)res[i]);
		got++;
	}
	if (tap_host_is_gone(-res[n - 1]))
		gone(q);
	return got;
}

/*
 * In a conversation of single frames the read that finds the queue empty is a third of the cost
 * of a poll, and what the frame caused waits for it. The descriptor is level-triggered: what a
 * trusting poll leaves comes with the next event.
 */
static bool expect_lone(const struct tap_queue *q)
{
	return q->rx_lone_run >= TAP_RX_LONE_AFTER &&
	       q->rx_lone_run < TAP_RX_LONE_AFTER + TAP_RX_LONE_TRUST;
}

static void note_poll(struct tap_queue *q, int work)
{
	if (work != 1 || q->rx_lone_run >= TAP_RX_LONE_AFTER + TAP_RX_LONE_TRUST)
		q->rx_lone_run = 0;
	else
		q->rx_lone_run++;
}

int tap_poll(struct napi_struct *napi, int budget)
{
	struct tap_queue *q = container_of(napi, struct tap_queue, napi);
	bool empty = false;
	int work = 0;

	q->rx_small_run = 0;
	while (work < budget && !empty) {
		int n;

		if (q->have_uring && q->rx_small_run >= TAP_RX_BATCH_AFTER) {
			n = read_batch(q, budget - work, &empty);
		} else {
			n = read_one(q);
			empty = n == 0 || (work == 0 && q->rx_small_run && expect_lone(q));
		}
		work += n;
	}
	note_poll(q, work);
	if (empty)
		napi_complete_done(napi, work);
	return empty && work == budget ? work - 1 : work;
}

void tap_rx_free(struct tap_queue *q)
{
	u32 i;

	for (i = 0; i < TAP_RX_SLOTS; i++)
		vnet_rx_free(&q->rx_slots[i]);
	page_frag_release(&q->rx_frag);
}
