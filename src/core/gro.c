/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Generic receive offload: consecutive TCP segments or equally long UDP datagrams of one flow
 * become one packet with gso_size and gso_segs set. What comes out, cut again by skb_gso_segment(),
 * is what came in. Packets are held while their context is polled, at most for a turn of net_run().
 */
#include "core/internal.h"
#include "wire/wire.h"

enum {
	GRO_MAX_FLOWS = 16,	/* held at once; then the oldest goes up */
	UDP_GRO_SEGS_MAX = 64,
};

struct gro_cb {
	struct l4_layout l;
	struct sk_buff *last;	/* of the frag list */
	u32 hash;
	u32 next_seq;
	u16 mss;
	u16 count;
	bool fixed_id;		/* IPv4 ids equal, not counting up */
	bool closed;		/* nothing may follow */
};

_Static_assert(sizeof(struct gro_cb) <= SKB_CB_SIZE, "cb holds what GRO keeps");

static struct gro_cb *gro_cb(struct sk_buff *skb)
{
	return (struct gro_cb *)(void *)skb->cb;
}

static const struct tcp_hdr *gro_tcp(struct sk_buff *skb)
{
	return (const struct tcp_hdr *)(skb->data + gro_cb(skb)->l.l4_off);
}

/* Goes up as it is. */
static void gro_normal(struct sk_buff *skb)
{
	memset(skb->cb, 0, sizeof(struct gro_cb));
	netif_receive_skb(skb);
}

/* Ends the merging of skb and passes it up. */
static void gro_complete(struct napi_struct *napi, struct sk_buff *skb)
{
	struct gro_cb *cb = gro_cb(skb);
	struct skb_shared_info *si = skb_shinfo(skb);

	list_del(&skb->list);
	napi->gro_count--;
	if (cb->count > 1) {
		si->gso_size = cb->mss;
		si->gso_segs = cb->count;
		if (cb->l.proto == IP_PROTO_UDP)
			si->gso_type = SKB_GSO_UDP_L4;
		else
			si->gso_type = cb->l.l3_type == ETH_TYPE_IP4 ? SKB_GSO_TCPV4 :
								       SKB_GSO_TCPV6;
		if (cb->l.proto == IP_PROTO_TCP && gro_tcp(skb)->flags & TCPHDR_CWR)
			si->gso_type |= SKB_GSO_TCP_ACCECN;	/* all have it, or they did not merge */
		if (cb->fixed_id)
			si->gso_type |= SKB_GSO_TCP_FIXEDID;
		l4_set_lengths(skb, &cb->l);
		l4_set_partial(skb, &cb->l);
	}
	gro_normal(skb);
}

void napi_gro_flush(struct napi_struct *napi)
{
	while (!list_empty(&napi->gro_list))
		gro_complete(napi, list_first_entry(&napi->gro_list, struct sk_buff, list));
}

/* -- may it be held at all? ------------------------------------------------------ */
static bool gro_ip_ok(struct sk_buff *skb, const struct l4_layout *l)
{
	if (l->l3_type == ETH_TYPE_IP4 && ip_fast_csum(skb->data, IP4_HLEN / 4).raw)
		return false;
	if (l->end > skb->len || l->end < l->hdr_len)
		return false;
	return l->end == skb->len || !pskb_trim(skb, l->end);	/* link padding */
}

static bool gro_csum_ok(struct sk_buff *skb, const struct l4_layout *l)
{
	u32 len = skb->len - l->l4_off, sum;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		return true;
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return skb->csum_start == skb_headroom(skb) + l->l4_off &&
		       skb->csum_offset == l4_csum_offset(l);
	sum = l4_pseudo_csum(l->l3_type, skb->data, l->proto, len);
	if (csum_fold(skb_checksum(skb, l->l4_off, len, sum)).raw)
		return false;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

/* Ordinary data: TCP without special flags, UDP with a checksum of the datagram's own length. */
static bool gro_l4_ok(struct sk_buff *skb, const struct l4_layout *l)
{
	const struct tcp_hdr *th = (const struct tcp_hdr *)(skb->data + l->l4_off);
	const struct udp_hdr *uh = (const struct udp_hdr *)(skb->data + l->l4_off);

	if (l->hdr_len >= skb->len)
		return false;
	if (l->proto == IP_PROTO_UDP)
		return uh->check.raw && be16_get(uh->len) == skb->len - l->l4_off;
	return (th->flags & TCPHDR_ACK) &&
	       !(th->flags & (TCPHDR_SYN | TCPHDR_RST | TCPHDR_URG));
}

static u32 gro_hash(const struct sk_buff *skb, const struct l4_layout *l)
{
	u32 addr = l->l3_type == ETH_TYPE_IP4 ? offsetof(struct ip4_hdr, saddr) :
						offsetof(struct ip6_hdr, saddr);
	u32 hash = get_be32(skb->data + l->l4_off), off;

	for (off = addr; off < addr + (l->l3_type == ETH_TYPE_IP4 ? 8u : 32u); off += 4)
		hash = hash * 31 + get_be32(skb->data + off);
	return hash;
}

/* -- same flow, and fit to follow? -------------------------------------------------- */
/* ip: a packet with headers as long as those of p */
static bool gro_ends_equal(struct sk_buff *p, const u8 *ip)
{
	u32 l4 = gro_cb(p)->l.l4_off;

	if (memcmp(p->data + l4, ip + l4, 4))
		return false;
	if (gro_cb(p)->l.l3_type == ETH_TYPE_IP4)
		return !memcmp(p->data + 12, ip + 12, 8);
	return !memcmp(p->data + 8, ip + 8, 32);
}

static bool gro_same_flow(struct sk_buff *p, struct sk_buff *skb)
{
	const struct gro_cb *a = gro_cb(p), *b = gro_cb(skb);

	return a->hash == b->hash && a->l.l3_type == b->l.l3_type && a->l.proto == b->l.proto &&
	       a->l.l4_off == b->l.l4_off && gro_ends_equal(p, skb->data);
}

static bool gro_link_equal(const struct sk_buff *p, const struct sk_buff *skb)
{
	return p->dev == skb->dev && p->pkt_type == skb->pkt_type && p->mac_len == skb->mac_len &&
	       p->vlan_proto == skb->vlan_proto && p->vlan_tci == skb->vlan_tci &&
	       !memcmp(skb_mac_header(p), skb_mac_header(skb), p->mac_len);
}

static bool gro_ip4_follows(struct sk_buff *p, const u8 *ip)
{
	const struct ip4_hdr *a = (const struct ip4_hdr *)p->data;
	const struct ip4_hdr *b = (const struct ip4_hdr *)ip;
	struct gro_cb *cb = gro_cb(p);
	u16 step = (u16)(be16_get(b->id) - be16_get(a->id));
	bool df = be16_get(a->frag_off) & IP4_DF;

	if (a->tos != b->tos || a->ttl != b->ttl || a->frag_off.raw != b->frag_off.raw)
		return false;
	if (cb->count == 1 && step == 0 && df && cb->l.proto == IP_PROTO_TCP) {
		cb->fixed_id = true;
		return true;
	}
	return cb->fixed_id ? step == 0 : step == cb->count;
}

static bool gro_ip_follows(struct sk_buff *p, const u8 *ip)
{
	const struct ip6_hdr *a = (const struct ip6_hdr *)p->data;
	const struct ip6_hdr *b = (const struct ip6_hdr *)ip;

	if (gro_cb(p)->l.l3_type == ETH_TYPE_IP4)
		return gro_ip4_follows(p, ip);
	return a->ver_tc_flow.raw == b->ver_tc_flow.raw && a->hop_limit == b->hop_limit;
}

/* len: a multiple of 4, mostly 12; less than what calling memcmp() costs */
static bool gro_words_equal(const u8 *a, const u8 *b, u32 len)
{
	u32 i, diff = 0;

	for (i = 0; i < len; i += 4)
		diff |= get_be32(a + i) ^ get_be32(b + i);
	return !diff;
}

static bool gro_tcp_follows(struct sk_buff *p, const struct tcp_hdr *b)
{
	const struct tcp_hdr *a = gro_tcp(p);
	const u8 ends = TCPHDR_FIN | TCPHDR_PSH;

	return be32_get(b->seq) == gro_cb(p)->next_seq && a->ack_seq.raw == b->ack_seq.raw &&
	       a->doff_res == b->doff_res && a->window.raw == b->window.raw &&
	       a->urg_ptr.raw == b->urg_ptr.raw &&
	       !((a->flags ^ b->flags) & (u8)~ends) &&
	       gro_words_equal(a->options, b->options, tcp_hdrlen(a) - TCP_HLEN);
}

/* Of one flow; ip: the headers of what comes, as long as those of p. gro_l4_ok() holds for both. */
static bool gro_may_grow(struct sk_buff *p, const u8 *ip, u32 payload)
{
	struct gro_cb *cb = gro_cb(p);

	if (cb->closed || payload > cb->mss || p->len + payload > IP4_LEN_MAX || skb_data_shared(p))
		return false;
	if (cb->l.proto == IP_PROTO_UDP) {
		if (cb->count >= UDP_GRO_SEGS_MAX)
			return false;
	} else if (!gro_tcp_follows(p, (const struct tcp_hdr *)(ip + cb->l.l4_off))) {
		return false;
	}
	return gro_ip_follows(p, ip);
}

static bool gro_follows(struct sk_buff *p, struct sk_buff *skb)
{
	u32 hdr_len = gro_cb(skb)->l.hdr_len;

	return gro_cb(p)->l.hdr_len == hdr_len && !skb_shinfo(skb)->frag_list && gro_link_equal(p, skb) &&
	       gro_may_grow(p, skb->data, skb->len - hdr_len);
}

/* -- merging ----------------------------------------------------------------------- */
/* The payload of skb behind that of p: by page reference if it is all in pages, else as it is. */
static void gro_append(struct sk_buff *p, struct sk_buff *skb)
{
	struct gro_cb *cb = gro_cb(p);
	u32 overhead;

	skb_pull(skb, gro_cb(skb)->l.hdr_len);
	p->rx_room = 0;
	if (!skb_headlen(skb) && !skb_shinfo(p)->frag_list && skb_frags_fit(p, skb)) {
		overhead = skb_head_truesize(skb);
		skb_copy_frags(p, skb);
		p->truesize += max(skb->data_len, skb->truesize > overhead ?
						  skb->truesize - overhead : 0);
		consume_skb(skb);
		return;
	}
	if (cb->last)
		cb->last->next = skb;
	else
		skb_shinfo(p)->frag_list = skb;
	cb->last = skb;
	p->len += skb->len;
	p->data_len += skb->len;
	p->truesize += skb->truesize;
}

/* p gets the payload of a packet with the headers at ip. */
static void gro_grow(struct sk_buff *p, const u8 *ip, u32 payload)
{
	struct gro_cb *cb = gro_cb(p);

	if (cb->l.proto == IP_PROTO_TCP) {
		struct tcp_hdr *th = (struct tcp_hdr *)(p->data + cb->l.l4_off);
		const struct tcp_hdr *from = (const struct tcp_hdr *)(ip + cb->l.l4_off);

		th->flags |= from->flags & (TCPHDR_FIN | TCPHDR_PSH);
		cb->closed = th->flags & (TCPHDR_FIN | TCPHDR_PSH);
	}
	cb->closed |= payload < cb->mss;
	cb->next_seq += payload;
	cb->count++;
}

static void gro_merge(struct sk_buff *p, struct sk_buff *skb)
{
	gro_grow(p, skb->data, skb->len - gro_cb(skb)->l.hdr_len);
	gro_append(p, skb);
}

static struct sk_buff *gro_find(struct napi_struct *napi, struct sk_buff *skb)
{
	struct sk_buff *p;

	list_for_each_entry(p, &napi->gro_list, list) {
		if (gro_same_flow(p, skb))
			return p;
	}
	return NULL;
}

/* skb becomes one to which others may be added. */
static void gro_hold(struct napi_struct *napi, struct sk_buff *skb)
{
	struct gro_cb *cb = gro_cb(skb);
	u32 payload = skb->len - cb->l.hdr_len;

	if (napi->gro_count >= GRO_MAX_FLOWS)
		gro_complete(napi, list_first_entry(&napi->gro_list, struct sk_buff, list));
	cb->count = 1;
	cb->mss = (u16)payload;
	cb->last = NULL;
	cb->fixed_id = false;
	if (cb->l.proto == IP_PROTO_TCP) {
		cb->next_seq = be32_get(gro_tcp(skb)->seq) + payload;
		cb->closed = gro_tcp(skb)->flags & (TCPHDR_FIN | TCPHDR_PSH);
	} else {
		cb->closed = false;
	}
	list_add_tail(&skb->list, &napi->gro_list);
	napi->gro_count++;
	if (cb->closed || skb_data_shared(skb) || skb_shinfo(skb)->frag_list)
		gro_complete(napi, skb);
}

/* A tag that the device left in the frame is taken off, or the packets behind it cannot be seen. */
static bool gro_wanted(const struct net_device *dev, struct sk_buff *skb)
{
	if (!(dev->features & NETIF_F_GRO) || skb_is_gso(skb) ||
	    skb->pkt_type == PACKET_OTHERHOST)
		return false;
	if (unlikely(eth_type_is_vlan(skb->protocol)) && (skb->vlan_proto || !vlan_take_tag(skb)))
		return false;
	return skb->protocol == ETH_TYPE_IP4 || skb->protocol == ETH_TYPE_IP6;
}

/* Packets of one flow never overtake one another. */
void napi_gro_receive(struct napi_struct *napi, struct sk_buff *skb)
{
	struct gro_cb *cb = gro_cb(skb);
	struct sk_buff *p;

	skb->napi_id = napi->napi_id;
	skb_record_rx_queue(skb, napi->rx_queue);
	if (!gro_wanted(skb->dev, skb)) {
		if (napi->gro_count)
			napi_gro_flush(napi);
		netif_receive_skb(skb);
		return;
	}
	if (!l4_parse(skb, 0, true, &cb->l)) {	/* may be of any flow: a fragment, with options */
		napi_gro_flush(napi);
		gro_normal(skb);
		return;
	}
	if (!gro_ip_ok(skb, &cb->l) ||
	    (cb->l.proto == IP_PROTO_UDP && !napi->dev->net->core.udp_gro_sockets)) {
		gro_normal(skb);
		return;
	}
	cb->hash = gro_hash(skb, &cb->l);
	p = gro_find(napi, skb);
	if (!gro_l4_ok(skb, &cb->l) || !gro_csum_ok(skb, &cb->l)) {
		if (p)
			gro_complete(napi, p);
		gro_normal(skb);
		return;
	}
	if (p && gro_follows(p, skb)) {
		gro_merge(p, skb);
		if (gro_cb(p)->closed)
			gro_complete(napi, p);
		return;
	}
	if (p)
		gro_complete(napi, p);
	gro_hold(napi, skb);
}

/* -- frames that are not packets yet ------------------------------------------------- */
/* Is the IP packet of len octets of the flow of p, with headers as long, and with no padding behind it? */
static bool gro_frame_like(struct sk_buff *p, const u8 *ip, u32 len)
{
	const struct gro_cb *cb = gro_cb(p);

	if (len <= cb->l.hdr_len || ip[0] != p->data[0])
		return false;
	if (cb->l.l3_type == ETH_TYPE_IP4) {
		const struct ip4_hdr *h = (const struct ip4_hdr *)ip;

		return h->protocol == cb->l.proto && be16_get(h->tot_len) == len && gro_ends_equal(p, ip);
	}
	return ((const struct ip6_hdr *)ip)->nexthdr == cb->l.proto &&
	       be16_get(((const struct ip6_hdr *)ip)->payload_len) == len - IP6_HLEN &&
	       gro_ends_equal(p, ip);
}

static struct sk_buff *gro_find_frame(struct napi_struct *napi, const struct gro_frame *f)
{
	struct sk_buff *p;

	list_for_each_entry(p, &napi->gro_list, list) {
		if (p->mac_len == ETH_HLEN && p->vlan_proto == f->vlan_proto && p->vlan_tci == f->vlan_tci &&
		    !memcmp(skb_mac_header(p), f->data, ETH_HLEN) &&
		    gro_frame_like(p, f->data + ETH_HLEN, f->len - ETH_HLEN))
			return p;
	}
	return NULL;
}

static bool gro_frame_sums_ok(struct sk_buff *p, const u8 *ip, u32 len, bool verified)
{
	const struct gro_cb *cb = gro_cb(p);
	const struct udp_hdr *uh = (const struct udp_hdr *)(ip + cb->l.l4_off);
	u32 l4_len = len - cb->l.l4_off, sum;

	if (cb->l.l3_type == ETH_TYPE_IP4 && ip_fast_csum(ip, IP4_HLEN / 4).raw)
		return false;
	if (cb->l.proto == IP_PROTO_UDP && (!uh->check.raw || be16_get(uh->len) != l4_len))
		return false;
	if (verified)
		return true;
	sum = l4_pseudo_csum(cb->l.l3_type, ip, cb->l.proto, l4_len);
	return !csum_fold(csum_partial(ip + cb->l.l4_off, l4_len, sum)).raw;
}

static bool gro_copy_payload(struct sk_buff *p, struct page_frag *pf, const u8 *data, u32 len)
{
	if (len > NET_PAGE_SIZE || skb_shinfo(p)->frag_list || page_frag_refill(p->net, pf, len))
		return false;
	memcpy(pf->page->data + pf->off, data, len); /* before it is the packet's: it may not have room */
	if (skb_add_frag(p, pf->page, pf->off, len))
		return false;
	pf->off += len;
	return true;
}

bool napi_gro_copy(struct napi_struct *napi, struct page_frag *pf, const struct gro_frame *f)
{
	const u8 *ip = f->data + ETH_HLEN;
	struct sk_buff *p;
	u32 hdr_len;

	if (!napi->gro_count || f->len <= ETH_HLEN || !(napi->dev->features & NETIF_F_GRO))
		return false;
	p = gro_find_frame(napi, f);
	if (!p || !gro_frame_sums_ok(p, ip, f->len - ETH_HLEN, f->verified))
		return false;
	hdr_len = gro_cb(p)->l.hdr_len;
	if (!gro_may_grow(p, ip, f->len - ETH_HLEN - hdr_len) ||
	    !gro_copy_payload(p, pf, ip + hdr_len, f->len - ETH_HLEN - hdr_len))
		return false;
	gro_grow(p, ip, f->len - ETH_HLEN - hdr_len);
	if (gro_cb(p)->closed)
		gro_complete(napi, p);
	return true;
}
