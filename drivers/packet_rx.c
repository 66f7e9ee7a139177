// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packet device, receive: from the ring that the kernel fills, or by recvmsg(), into packets, on to
 * napi_gro_receive(). A TPACKET_V2 slot costs no system call, and its frame is seen at once; a
 * frame that is larger than a slot is fetched whole, into pages. A TPACKET_V3 block is cheaper still
 * and seen when it is full or a millisecond old.
 */
#include <errno.h>

#include "drivers/packet_priv.h"

static void note_losses(struct packet_dev *p)
{
	u32 n = packet_host_drops(&p->host);

	p->dev->stats.rx_missed_errors += n;
	p->stats.ring_drops += n;
}

static void set_checksum(const struct packet_dev *p, struct sk_buff *skb, u32 status)
{
	/* Not ready: it was made on this machine and never was on a wire. */
	if (!p->host.vnet && (status & (TP_STATUS_CSUM_VALID | TP_STATUS_CSUMNOTREADY)))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
}

/* A frame with all that is known of it goes up. */
static void deliver(struct packet_dev *p, struct sk_buff *skb, const struct vnet_hdr *vnet,
		    const struct packet_aux *aux)
{
	struct net_device *dev = p->dev;

	if (aux->status & TP_STATUS_LOSING)
		note_losses(p);
	if (!skb) {
		dev->stats.rx_dropped++;
		return;
	}
	if (skb->len < ETH_HLEN || skb->len < aux->len) {
		dev->stats.rx_length_errors++;
		p->stats.truncated += skb->len < aux->len;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	if (vnet && !vnet_to_skb(skb, vnet)) {
		dev->stats.rx_frame_errors++;
		kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
		return;
	}
	set_checksum(p, skb, aux->status);
	skb->vlan_tci = aux->vlan_tci;
	skb->vlan_proto = aux->vlan_proto;
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	eth_type_trans(skb, dev);
	napi_gro_receive(&p->napi, skb);
}

/* -- recvmsg() ------------------------------------------------------------------------------ */
/* A frame: 1; nothing there, or no memory: 0. */
static int read_one(struct packet_dev *p)
{
	u32 vnet_len = p->host.vnet ? (u32)sizeof(struct vnet_hdr) : 0;
	struct packet_aux aux;
	s32 n;

	if (!vnet_rx_fill(p->dev->net, &p->slot, p->host.vnet))
		return 0;
	n = packet_host_recv(&p->host, p->slot.iov, p->slot.nr_iov, &aux);
	if (n < 0)
		return 0;
	p->stats.reads++;
	n = max(n, (s32)vnet_len);
	deliver(p, vnet_rx_take(&p->slot, &p->frag, (u32)n - vnet_len),
		vnet_len ? &p->slot.vnet : NULL, &aux);
	return 1;
}

static int poll_reads(struct packet_dev *p, int budget)
{
	int n = 0;

	while (n < budget && read_one(p))
		n++;
	return n;
}

/* -- rings ----------------------------------------------------------------------------------- */
static void take_slot(struct packet_dev *p, const u8 *frame, u32 snaplen,
		      const struct packet_aux *aux)
{
	const struct vnet_hdr *vnet = NULL;

	if (p->host.vnet)
		vnet = (const struct vnet_hdr *)(frame - sizeof(*vnet));
	p->stats.ring_frames++;
	deliver(p, vnet_rx_copy(p->dev->net, &p->frag, frame, snaplen), vnet, aux);
}

static int poll_v2(struct packet_dev *p, int budget)
{
	u32 mask = p->host.nr_blocks * (p->host.block_size / p->host.frame_size) - 1;
	int n = 0;

	for (; n < budget; n++, p->pos++) {
		u8 *at = p->host.ring + (size_t)(p->pos & mask) * p->host.frame_size;
		struct tpacket2_hdr *h = (struct tpacket2_hdr *)at;
		u32 status = __atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE);
		struct packet_aux aux = { .status = status, .len = h->tp_len };

		if (!(status & TP_STATUS_USER))
			break;
		packet_aux_set_vlan(&aux, h->tp_vlan_tci, h->tp_vlan_tpid);
		/* Kept whole: the ring has its head only. */
		if (!(status & TP_STATUS_COPY) || !read_one(p))
			take_slot(p, at + h->tp_mac, h->tp_snaplen, &aux);
		__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	}
	return n;
}

/* The next block becomes the one that is read. false: the kernel still has it. */
static bool open_block(struct packet_dev *p, struct tpacket_block_desc *b)
{
	if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
		return false;
	p->block_left = b->hdr.bh1.num_pkts;
	p->block_next = (const u8 *)b + b->hdr.bh1.offset_to_first_pkt;
	p->stats.blocks++;
	return true;
}

static void next_in_block(struct packet_dev *p)
{
	const struct tpacket3_hdr *h = (const struct tpacket3_hdr *)p->block_next;
	struct packet_aux aux = { .status = h->tp_status, .len = h->tp_len };

	packet_aux_set_vlan(&aux, (u16)h->hv1.tp_vlan_tci, h->hv1.tp_vlan_tpid);
	take_slot(p, p->block_next + h->tp_mac, h->tp_snaplen, &aux);
	p->block_next += h->tp_next_offset;
	p->block_left--;
}

static int poll_v3(struct packet_dev *p, int budget)
{
	int n = 0;

	while (n < budget) {
		struct tpacket_block_desc *b = (struct tpacket_block_desc *)
			(p->host.ring + (size_t)(p->pos % p->host.nr_blocks) * p->host.block_size);

		if (!p->block_left && !open_block(p, b))
			break;
		for (; p->block_left && n < budget; n++)
			next_in_block(p);
		if (p->block_left)
			break;
		__atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		p->pos++;
	}
	return n;
}

int packet_poll(struct napi_struct *napi, int budget)
{
	static int (*const polls[])(struct packet_dev *, int) = {
		[PACKET_RX_V2] = poll_v2,
		[PACKET_RX_V3] = poll_v3,
		[PACKET_RX_RECV] = poll_reads,
	};
	struct packet_dev *p = packet_priv(napi->dev);
	int n = polls[p->host.rx](p, budget);

	/* Woken for nothing: the interface went down, and the socket would go on to say so. */
	if (!n && packet_host_error(&p->host) && !packet_host_refresh(&p->host))
		dev_set_carrier(p->dev, p->host.running);
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}
