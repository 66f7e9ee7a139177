// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packet device, receive: from the ring that the kernel fills, or by recvmsg(), into packets, on to
 * napi_gro_receive(). A TPACKET_V2 slot costs no system call, and its frame is seen at once; a
 * frame that is larger than a slot is fetched whole, into pages. A TPACKET_V3 block is cheaper still
 * and seen when it is full or a millisecond old.
 */
#include <errno.h>

#include "drivers/packet_priv.h"
#include "drivers/rx_copy.h"

static void note_losses(struct packet_queue *q)
{
	u32 n = packet_host_drops(&q->host);

	q->dev->stats.rx_missed_errors += n;
	q->stats.ring_drops += n;
}

static void set_checksum(const struct packet_queue *q, struct sk_buff *skb, u32 status)
{
	/* Not ready: it was made on this machine and never was on a wire. */
	if (!q->host.vnet && (status & (TP_STATUS_CSUM_VALID | TP_STATUS_CSUMNOTREADY)))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
}

/* A frame with all that is known of it goes up. */
static void deliver(struct packet_queue *q, struct sk_buff *skb, const struct vnet_hdr *vnet,
		    const struct packet_aux *aux)
{
	struct net_device *dev = q->dev;

	if (aux->status & TP_STATUS_LOSING)
		note_losses(q);
	if (!skb) {
		dev->stats.rx_dropped++;
		return;
	}
	if (skb->len < ETH_HLEN || skb->len < aux->len) {
		dev->stats.rx_length_errors++;
		q->stats.truncated += skb->len < aux->len;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	if (vnet && !vnet_to_skb(skb, vnet)) {
		dev->stats.rx_frame_errors++;
		kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
		return;
	}
	set_checksum(q, skb, aux->status);
	skb->vlan_tci = aux->vlan_tci;
	skb->vlan_proto = aux->vlan_proto;
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	eth_type_trans(skb, dev);
	napi_gro_receive(&q->napi, skb);
}

/* -- recvmsg() ------------------------------------------------------------------------------ */
/* A frame: 1; nothing there, or no memory: 0. */
static int read_one(struct packet_queue *q)
{
	u32 vnet_len = q->host.vnet ? (u32)sizeof(struct vnet_hdr) : 0;
	struct packet_aux aux;
	s32 n;

	if (!vnet_rx_fill(q->dev->net, &q->slot, q->host.vnet))
		return 0;
	n = packet_host_recv(&q->host, q->slot.iov, q->slot.nr_iov, &aux);
	if (n < 0)
		return 0;
	q->stats.reads++;
	n = max(n, (s32)vnet_len);
	deliver(q, vnet_rx_take(&q->slot, &q->frag, (u32)n - vnet_len),
		vnet_len ? &q->slot.vnet : NULL, &aux);
	return 1;
}

static int poll_reads(struct packet_queue *q, int budget)
{
	int n = 0;

	while (n < budget && read_one(q))
		n++;
	return n;
}

/* -- rings ----------------------------------------------------------------------------------- */
static void take_slot(struct packet_queue *q, const u8 *frame, u32 snaplen,
		      const struct packet_aux *aux)
{
	const struct vnet_hdr *vnet = NULL;

	if (q->host.vnet)
		vnet = (const struct vnet_hdr *)(frame - sizeof(*vnet));
	q->stats.ring_frames++;
	deliver(q, rx_copy_frame(q->dev->net, &q->frag, frame, snaplen), vnet, aux);
}

static int poll_v2(struct packet_queue *q, int budget)
{
	u32 mask = q->host.nr_blocks * (q->host.block_size / q->host.frame_size) - 1;
	int n = 0;

	for (; n < budget; n++, q->pos++) {
		u8 *at = q->host.ring + (size_t)(q->pos & mask) * q->host.frame_size;
		struct tpacket2_hdr *h = (struct tpacket2_hdr *)at;
		u32 status = __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE);
		struct packet_aux aux = { .status = status, .len = h->tp_len };

		if (!(status & TP_STATUS_USER))
			break;
		packet_aux_set_vlan(&aux, h->tp_vlan_tci, h->tp_vlan_tpid);
		/* Kept whole: the ring has its head only. */
		if (!(status & TP_STATUS_COPY) || !read_one(q))
			take_slot(q, at + h->tp_mac, h->tp_snaplen, &aux);
		__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	}
	return n;
}

/* The next block becomes the one that is read. false: the kernel still has it. */
static bool open_block(struct packet_queue *q, struct tpacket_block_desc *b)
{
	if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	q->block_left = b->hdr.bh1.num_pkts;
	q->block_next = (const u8 *)b + b->hdr.bh1.offset_to_first_pkt;
	q->stats.blocks++;
	return true;
}

static void next_in_block(struct packet_queue *q)
{
	const struct tpacket3_hdr *h = (const struct tpacket3_hdr *)q->block_next;
	struct packet_aux aux = { .status = h->tp_status, .len = h->tp_len };

	packet_aux_set_vlan(&aux, (u16)h->hv1.tp_vlan_tci, h->hv1.tp_vlan_tpid);
	take_slot(q, q->block_next + h->tp_mac, h->tp_snaplen, &aux);
	q->block_next += h->tp_next_offset;
	q->block_left--;
}

static int poll_v3(struct packet_queue *q, int budget)
{
	int n = 0;

	while (n < budget) {
		struct tpacket_block_desc *b = (struct tpacket_block_desc *)
			(q->host.ring + (size_t)(q->pos % q->host.nr_blocks) * q->host.block_size);

		if (!q->block_left && !open_block(q, b))
			break;
		for (; q->block_left && n < budget; n++)
			next_in_block(q);
		if (q->block_left)
			break;
		__atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		q->pos++;
	}
	return n;
}

int packet_poll(struct napi_struct *napi, int budget)
{
	static int (*const polls[])(struct packet_queue *, int) = {
		[PACKET_RX_V2] = poll_v2,
		[PACKET_RX_V3] = poll_v3,
		[PACKET_RX_RECV] = poll_reads,
	};
	struct packet_queue *q = container_of(napi, struct packet_queue, napi);
	int n = polls[q->host.rx](q, budget);

	/* Woken for nothing: the interface went down, and the socket would go on to say so. */
	if (!n && packet_host_error(&q->host) && !packet_host_refresh(&q->host))
		dev_set_carrier(q->dev, q->host.running);
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}
