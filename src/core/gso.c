/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Software segmentation of TCP and UDP: headers are copied per segment, payload is shared as page
 * references (copied where the device takes no frags).
 */
#include "core/gso.h"

#include <errno.h>

#include "core/internal.h"
#include "wire/wire.h"

enum { SEG_HEADROOM = 64 };	/* for what a driver may put before the frame */

struct gso_cut {
	struct l4_layout l;
	netdev_features_t features;
	u32 idx;		/* of the segment */
	u32 off;		/* of its payload in the whole payload */
	u32 len;		/* of its payload */
	bool last;
};

/* A packet with the headers and the payload of one segment, fields still those of the whole. */
static struct sk_buff *seg_build(const struct sk_buff *skb, const struct gso_cut *c, bool copy)
{
	u32 hdr = c->l.hdr_len, linear = hdr + (copy ? c->len : 0);
	struct sk_buff *seg = alloc_skb(skb->net, SEG_HEADROOM + linear);
	int ret;

	if (!seg)
		return NULL;
	skb_reserve(seg, SEG_HEADROOM);
	ret = skb_copy_bits(skb, 0, skb_put(seg, hdr), hdr);
	if (!ret && copy)
		ret = skb_copy_bits(skb, hdr + c->off, skb_put(seg, c->len), c->len);
	else if (!ret)
		ret = skb_append_range(seg, skb, hdr + c->off, c->len);
	if (ret) {
		consume_skb(seg);
		/* More pieces than a packet has slots: then in one. */
		return ret == -EMSGSIZE ? seg_build(skb, c, true) : NULL;
	}
	skb_copy_meta(seg, skb);
	skb_shift_headers(seg, SEG_HEADROOM - (int)skb_headroom(skb));
	return seg;
}

static void seg_fix_ip(struct sk_buff *seg, const struct gso_cut *c, u8 gso_type)
{
	struct ip4_hdr *h = (struct ip4_hdr *)(seg->data + c->l.l3_off);

	if (c->l.l3_type == ETH_TYPE_IP4 && !(gso_type & SKB_GSO_TCP_FIXEDID))
		h->id = be16_make((u16)(be16_get(h->id) + c->idx));
	l4_set_lengths(seg, &c->l);
}

static void seg_fix_tcp(struct sk_buff *seg, const struct gso_cut *c, u8 gso_type)
{
	struct tcp_hdr *th = (struct tcp_hdr *)(seg->data + c->l.l4_off);

	th->seq = be32_make(be32_get(th->seq) + c->off);
	if (!c->last)
		th->flags &= (u8)~(TCPHDR_FIN | TCPHDR_PSH);
	if (c->idx && !(gso_type & SKB_GSO_TCP_ACCECN))
		th->flags &= (u8)~TCPHDR_CWR;
}

static struct sk_buff *seg_make(const struct sk_buff *skb, const struct gso_cut *c)
{
	struct sk_buff *seg = seg_build(skb, c, !(c->features & NETIF_F_SG));

	if (!seg)
		return NULL;
	seg_fix_ip(seg, c, skb_shinfo(skb)->gso_type);
	if (c->l.proto == IP_PROTO_TCP)
		seg_fix_tcp(seg, c, skb_shinfo(skb)->gso_type);
	seg->transport_header = (u16)(skb_headroom(seg) + c->l.l4_off);
	l4_set_partial(seg, &c->l);
	if (!netif_can_checksum(seg, c->features) && skb_checksum_help(seg)) {
		consume_skb(seg);
		return NULL;
	}
	return seg;
}

static struct sk_buff *gso_drop(struct sk_buff *skb, struct sk_buff *segs,
				enum skb_drop_reason reason)
{
	while (segs) {
		struct sk_buff *next = segs->next;

		consume_skb(segs);
		segs = next;
	}
	kfree_skb_reason(skb, reason);
	return NULL;
}

/* The owner stays charged for the whole until the last segment has gone. */
static void gso_pass_owner(struct sk_buff *skb, struct sk_buff *last)
{
	u32 size = last->truesize;

	if (!skb->destructor)
		return;
	last->sk = skb->sk;
	last->destructor = skb->destructor;
	last->truesize = skb->truesize;
	skb->truesize = size;
	skb->destructor = NULL;
	skb->sk = NULL;
}

struct sk_buff *skb_gso_segment(struct sk_buff *skb, netdev_features_t features)
{
	struct gso_cut c = { .features = features };
	struct sk_buff *segs = NULL, *last = NULL;
	u32 mss = skb_shinfo(skb)->gso_size, payload;

	if (!mss || skb->network_header < skb_headroom(skb) ||
	    !l4_parse(skb, skb->network_header - skb_headroom(skb), false, &c.l) ||
	    c.l.hdr_len >= skb->len)
		return gso_drop(skb, NULL, SKB_DROP_SKB_GSO_SEG);
	payload = skb->len - c.l.hdr_len;
	for (c.off = 0; c.off < payload; c.off += c.len, c.idx++) {
		struct sk_buff *seg;

		c.len = min(mss, payload - c.off);
		c.last = c.off + c.len == payload;
		seg = seg_make(skb, &c);
		if (!seg)
			return gso_drop(skb, segs, SKB_DROP_NOMEM);
		if (!c.last)	/* the one that keeps the owner tells it */
			seg->tx_flags = 0;
		if (last)
			last->next = seg;
		else
			segs = seg;
		last = seg;
	}
	gso_pass_owner(skb, last);
	consume_skb(skb);
	return segs;
}

bool skb_gso_headers_ok(struct sk_buff *skb)
{
	u8 type = skb_shinfo(skb)->gso_type;
	struct l4_layout l;

	if (!l4_parse(skb, 0, false, &l) || l.hdr_len >= skb->len)
		return false;
	skb->transport_header = (u16)(skb_headroom(skb) + l.l4_off);
	if (l.proto == IP_PROTO_UDP)
		return type & SKB_GSO_UDP_L4;
	return type & (l.l3_type == ETH_TYPE_IP4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6);
}
