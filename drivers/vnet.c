// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/vnet.h"

#include "drivers/rx_copy.h"

enum { RX_COPY_BELOW = 8192 }; /* less than this in the pages is copied out of them */

/* -- to the host ------------------------------------------------------------------------- */
/*
 * Octets of a GSO packet before its payload; one that was received may have some of that in its linear
 * part.
 */
static u16 header_len(const struct sk_buff *skb)
{
	u32 l4 = skb->transport_header - skb_headroom(skb), len = l4 + (u32)sizeof(struct udp_hdr);

	if (skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		if (skb_headlen(skb) < l4 + TCP_HLEN)
			return (u16)skb_headlen(skb);
		len = l4 + tcp_hdrlen((const struct tcp_hdr *)skb_transport_header(skb));
	}
	return (u16)min(len, skb_headlen(skb));
}

void vnet_from_skb(struct vnet_hdr *h, const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	*h = (struct vnet_hdr){ 0 };
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		h->flags = VNET_HDR_F_NEEDS_CSUM;
		h->csum_start = (u16)(skb->csum_start - skb_headroom(skb));
		h->csum_offset = skb->csum_offset;
	}
	if (!info->gso_size)
		return;
	h->gso_size = info->gso_size;
	h->hdr_len = header_len(skb);
	if (info->gso_type & SKB_GSO_TCPV4)
		h->gso_type = VNET_HDR_GSO_TCPV4;
	else if (info->gso_type & SKB_GSO_TCPV6)
		h->gso_type = VNET_HDR_GSO_TCPV6;
	else
		h->gso_type = VNET_HDR_GSO_UDP_L4;
	if (info->gso_type & SKB_GSO_TCP_ECN)
		h->gso_type |= VNET_HDR_GSO_ECN;
}

u32 vnet_tx_fill(struct vnet_tx_slot *slot, const struct sk_buff *skb, bool vnet)
{
	struct skb_vec vec[VNET_IOV_MAX - 1];
	u32 covered, n, i, k = 0;

	if (vnet) {
		vnet_from_skb(&slot->vnet, skb);
		slot->iov[k++] = (struct iovec){ &slot->vnet, sizeof(slot->vnet) };
	}
	n = skb_to_vec(skb, 0, skb->len, vec, VNET_IOV_MAX - 1, &covered);
	if (covered != skb->len)
		return 0;
	for (i = 0; i < n; i++)
		slot->iov[k++] = (struct iovec){ vec[i].base, vec[i].len };
	return k;
}

/* -- from the host ----------------------------------------------------------------------- */
bool vnet_rx_fill(struct net *net, struct vnet_rx_slot *slot, bool vnet)
{
	u32 i, k = 0;

	if (!slot->skb) {
		slot->skb = alloc_skb(net, VNET_RX_LINEAR);
		if (!slot->skb)
			return false;
	}
	if (vnet)
		slot->iov[k++] = (struct iovec){ &slot->vnet, sizeof(slot->vnet) };
	slot->iov[k++] = (struct iovec){ slot->skb->data, VNET_RX_LINEAR };
	for (i = 0; i < VNET_RX_PAGES; i++) {
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
static bool attach_pages(struct vnet_rx_slot *slot, struct page_frag *pf, u32 len)
{
	u32 i, part;

	if (len < RX_COPY_BELOW)
		return rx_copy_append(slot->skb, pf, slot->pages[0]->data, len);
	for (i = 0; len; i++, len -= part) {
		part = min(len, slot->pages[i]->size);
		if (skb_add_frag(slot->skb, slot->pages[i], 0, part))
			return false;
		page_put(slot->pages[i]);
		slot->pages[i] = NULL;
	}
	return true;
}

/*
 * What a frame costs a Linux that gets it from a TUN: TCP's windows and what SO_RCVBUF holds follow from
 * it. What it takes here is up to three tenths more.
 */
static void tun_charge(struct sk_buff *skb, u32 n)
{
	enum { PAGE = 4096, PADDING = 52, LINE = 64, BEHIND = 320, SMALL = 256 + BEHIND, OVERHEAD = 256 };
	u32 room = ALIGN_UP(n + PADDING, (u32)LINE) + BEHIND, size = 1024;

	if (room > PAGE) {
		skb->truesize = ALIGN_UP(n + PADDING, (u32)PAGE) + OVERHEAD;
		return;
	}
	while (size < room)
		size *= 2;
	if (room <= SMALL)
		size = SMALL;
	skb->truesize = size + OVERHEAD;
	skb->rx_room = (u16)(1 + size - BEHIND - (n + PADDING));
}

/* A frame that all lies in the linear part. What is short leaves it for the next. */
static struct sk_buff *take_small(struct vnet_rx_slot *slot, struct page_frag *pf, u32 n)
{
	struct sk_buff *skb = slot->skb;

	if (n <= VNET_RX_SHORT)
		return rx_copy_frame(skb->net, pf, skb->data, n);
	skb_put(skb, n);
	slot->skb = NULL;
	return skb;
}

struct sk_buff *vnet_rx_take(struct vnet_rx_slot *slot, struct page_frag *pf, u32 n)
{
	struct sk_buff *skb;
	bool whole = true;

	if (n <= VNET_RX_LINEAR) {
		skb = take_small(slot, pf, n);
	} else {
		skb = slot->skb;
		skb_put(skb, VNET_RX_LINEAR);
		whole = attach_pages(slot, pf, n - VNET_RX_LINEAR);
		slot->skb = NULL;
	}
	if (unlikely(!whole)) {
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return NULL;
	}
	if (skb)
		tun_charge(skb, n);
	return skb;
}

void vnet_rx_free(struct vnet_rx_slot *slot)
{
	u32 i;

	consume_skb(slot->skb);
	for (i = 0; i < VNET_RX_PAGES; i++)
		if (slot->pages[i])
			page_put(slot->pages[i]);
	memset(slot, 0, sizeof(*slot));
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

bool vnet_to_skb(struct sk_buff *skb, const struct vnet_hdr *h)
{
	if (h->flags & VNET_HDR_F_NEEDS_CSUM) {
		if (!skb_partial_csum_set(skb, h->csum_start, h->csum_offset))
			return false;
	} else if (h->flags & VNET_HDR_F_DATA_VALID) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	}
	return vnet_gso_to_skb(skb, h);
}
