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

#include "drivers/tap_priv.h"

static bool slot_fill(struct tap *tap, struct tap_rx_slot *slot)
{
	struct net *net = tap->dev->net;
	u32 i, k = 0;

	if (!slot->skb) {
		slot->skb = alloc_skb(net, TAP_RX_LINEAR);
		if (!slot->skb)
			return false;
	}
	if (tap->vnet)
		slot->iov[k++] = (struct iovec){ &slot->vnet, sizeof(slot->vnet) };
	slot->iov[k++] = (struct iovec){ slot->skb->data, TAP_RX_LINEAR };
	for (i = 0; i < TAP_RX_PAGES; i++) {
		if (!slot->pages[i])
			slot->pages[i] = page_alloc(net);
		if (!slot->pages[i])
			return false;
		slot->iov[k++] = (struct iovec){ slot->pages[i]->data, slot->pages[i]->size };
	}
	slot->nr_iov = k;
	return true;
}

/* Moves len octets that lie in the slot's pages into the packet. */
static bool attach_pages(struct tap *tap, struct tap_rx_slot *slot, u32 len)
{
	struct page_frag *pf = &tap->rx_frag;
	u32 i, part;

	if (len < TAP_RX_COPY_BELOW) {
		if (page_frag_refill(tap->dev->net, pf, len))
			return false;
		memcpy(pf->page->data + pf->off, slot->pages[0]->data, len);
		if (skb_add_frag(slot->skb, pf->page, pf->off, len))
			return false;
		pf->off += len;
		return true;
	}
	for (i = 0; len; i++, len -= part) {
		part = min(len, slot->pages[i]->size);
		if (skb_add_frag(slot->skb, slot->pages[i], 0, part))
			return false;
		page_put(slot->pages[i]);
		slot->pages[i] = NULL;
	}
	return true;
}

static u32 l4_header_len(const struct sk_buff *skb, u8 gso_type, u16 csum_start)
{
	struct tcp_hdr buf;
	const struct tcp_hdr *th;

	if (gso_type == VNET_HDR_GSO_UDP_L4)
		return csum_start + (u32)sizeof(struct udp_hdr);
	th = skb_header_pointer(skb, csum_start, sizeof(*th), &buf);
	return th ? csum_start + tcp_hdrlen(th) : 0;
}

static bool vnet_gso_to_skb(struct sk_buff *skb, const struct vnet_hdr *h)
{
	struct skb_shared_info *info = skb_shinfo(skb);
	u8 type = h->gso_type & (u8)~VNET_HDR_GSO_ECN;
	u32 hdr;

	switch (type) {
	case VNET_HDR_GSO_NONE:
		return true;
	case VNET_HDR_GSO_TCPV4:
		info->gso_type = SKB_GSO_TCPV4;
		break;
	case VNET_HDR_GSO_TCPV6:
		info->gso_type = SKB_GSO_TCPV6;
		break;
	case VNET_HDR_GSO_UDP_L4:
		info->gso_type = SKB_GSO_UDP_L4;
		break;
	default:
		return false;
	}
	/* The segment's checksum start tells where the transport header is. */
	if (!h->gso_size || !(h->flags & VNET_HDR_F_NEEDS_CSUM))
		return false;
	hdr = l4_header_len(skb, type, h->csum_start);
	if (!hdr || hdr >= skb->len)
		return false;
	if (h->gso_type & VNET_HDR_GSO_ECN)
		info->gso_type |= SKB_GSO_TCP_ECN;
	info->gso_type |= SKB_GSO_DODGY;
	info->gso_size = h->gso_size;
	info->gso_segs = (u16)((skb->len - hdr + h->gso_size - 1) / h->gso_size);
	return true;
}

static bool vnet_to_skb(struct sk_buff *skb, const struct vnet_hdr *h)
{
	if (h->flags & VNET_HDR_F_NEEDS_CSUM) {
		if (!skb_partial_csum_set(skb, h->csum_start, h->csum_offset))
			return false;
	} else if (h->flags & VNET_HDR_F_DATA_VALID) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	return vnet_gso_to_skb(skb, h);
}

/* One completed read of n octets: make it a packet and pass it up. */
static void receive(struct tap *tap, struct tap_rx_slot *slot, u32 n)
{
	struct net_device *dev = tap->dev;
	u32 vnet_len = tap->vnet ? (u32)sizeof(slot->vnet) : 0;
	struct sk_buff *skb = slot->skb;
	enum skb_drop_reason reason = SKB_DROP_NOMEM;

	if (n < vnet_len + ETH_HLEN) {
		dev->stats.rx_length_errors++;
		return; /* nothing was taken out of the slot */
	}
	n -= vnet_len;
	slot->skb = NULL;
	tap->rx_small_run = n <= TAP_RX_LINEAR ? tap->rx_small_run + 1 : 0;
	skb_put(skb, min_t(u32, n, TAP_RX_LINEAR));
	if (n > TAP_RX_LINEAR) {
		slot->skb = skb; /* attach_pages() works on the slot's packet */
		if (!attach_pages(tap, slot, n - TAP_RX_LINEAR))
			goto drop;
		slot->skb = NULL;
	}
	reason = SKB_DROP_DEV_HDR;
	if (tap->vnet && !vnet_to_skb(skb, &slot->vnet)) {
		dev->stats.rx_frame_errors++;
		goto drop;
	}
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += n;
	skb->dev = dev;
	if (!eth_type_trans(skb, dev))
		goto drop;
	napi_gro_receive(&tap->napi, skb);
	return;
drop:
	slot->skb = NULL;
	dev->stats.rx_dropped++;
	kfree_skb_reason(skb, reason);
}

/* 1: a frame; 0: the queue is empty (or memory is out) */
static int read_one(struct tap *tap)
{
	struct tap_rx_slot *slot = &tap->rx_slots[0];
	ssize_t n;

	if (!slot_fill(tap, slot))
		return 0;
	n = readv(tap->fd, slot->iov, (int)slot->nr_iov);
	tap->stats.reads++;
	if (n < 0)
		return 0;
	receive(tap, slot, (u32)n);
	return 1;
}

/* Posts up to max reads at once. Frames received; *empty when the queue ran dry. */
static int read_batch(struct tap *tap, int max, bool *empty)
{
	s32 res[TAP_RX_SLOTS];
	int n = 0, i, got = 0;

	for (; n < max && n < TAP_RX_SLOTS; n++) {
		struct io_uring_sqe *sqe;

		if (!slot_fill(tap, &tap->rx_slots[n]))
			break;
		sqe = io_uring_get_sqe(&tap->ring);
		io_uring_prep_readv(sqe, 0, tap->rx_slots[n].iov, tap->rx_slots[n].nr_iov, 0);
		/* O_NONBLOCK is not enough: io_uring would wait for the next frame. */
		sqe->rw_flags = RWF_NOWAIT;
		sqe->flags |= IOSQE_FIXED_FILE;
		io_uring_sqe_set_data64(sqe, (u64)n);
	}
	*empty = true;
	if (!n || io_uring_submit_and_wait(&tap->ring, (unsigned int)n) < 0)
		return 0;
	tap->stats.uring_submits++;
	tap->stats.uring_frames += (u64)n;
	for (i = 0; i < n; i++) {
		struct io_uring_cqe *cqe;

		if (io_uring_wait_cqe(&tap->ring, &cqe))
			return 0;
		res[cqe->user_data] = cqe->res;
		io_uring_cqe_seen(&tap->ring, cqe);
	}
	*empty = res[n - 1] < 0;
	for (i = 0; i < n; i++) {
		if (res[i] < 0)
			continue;
		receive(tap, &tap->rx_slots[i], (u32)res[i]);
		got++;
	}
	return got;
}

/*
 * In a conversation of single frames the read that finds the queue empty is a third of the cost
 * of a poll, and what the frame caused waits for it. The descriptor is level-triggered: what a
 * trusting poll leaves comes with the next event.
 */
static bool expect_lone(const struct tap *tap)
{
	return tap->rx_lone_run >= TAP_RX_LONE_AFTER &&
	       tap->rx_lone_run < TAP_RX_LONE_AFTER + TAP_RX_LONE_TRUST;
}

static void note_poll(struct tap *tap, int work)
{
	if (work != 1 || tap->rx_lone_run >= TAP_RX_LONE_AFTER + TAP_RX_LONE_TRUST)
		tap->rx_lone_run = 0;
	else
		tap->rx_lone_run++;
}

int tap_poll(struct napi_struct *napi, int budget)
{
	struct tap *tap = tap_priv(napi->dev);
	bool empty = false;
	int work = 0;

	tap->rx_small_run = 0;
	while (work < budget && !empty) {
		int n;

		if (tap->have_uring && tap->rx_small_run >= TAP_RX_BATCH_AFTER) {
			n = read_batch(tap, budget - work, &empty);
		} else {
			n = read_one(tap);
			empty = n == 0 || (work == 0 && tap->rx_small_run && expect_lone(tap));
		}
		work += n;
	}
	note_poll(tap, work);
	if (empty)
		napi_complete_done(napi, work);
	return empty && work == budget ? work - 1 : work;
}

void tap_rx_free(struct tap *tap)
{
	u32 i, k;

	for (i = 0; i < TAP_RX_SLOTS; i++) {
		consume_skb(tap->rx_slots[i].skb);
		for (k = 0; k < TAP_RX_PAGES; k++)
			if (tap->rx_slots[i].pages[k])
				page_put(tap->rx_slots[i].pages[k]);
	}
	memset(tap->rx_slots, 0, TAP_RX_SLOTS * sizeof(*tap->rx_slots));
	page_frag_release(&tap->rx_frag);
}
