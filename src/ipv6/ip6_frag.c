/* SPDX-License-Identifier: BSD-2-Clause */
/* Fragments of IPv6 (RFC 8200 4.5, RFC 5722, RFC 6946, RFC 7112). */
#include <errno.h>

#include "ipv6/ip6.h"

/* -- reassembly ------------------------------------------------------------------------------ */

/* Consumes: time ran out, and fragment 0 is here. */
static void frag_expired(struct net *net, struct sk_buff *first)
{
	(void)net;
	icmp6_send(first, ICMP6_TYPE_TIME_EXCEEDED, ICMP6_TIMEX_REASSEMBLY, 0);
	kfree_skb_reason(first, SKB_DROP_FRAG_REASM_TIMEOUT);
}

static bool fail(struct net *net, struct sk_buff *skb, enum skb_drop_reason reason)
{
	net_mib_inc(net, Ip6_ReasmFails);
	kfree_skb_reason(skb, reason);
	return false;
}

static bool fail_param(struct net *net, struct sk_buff *skb, u8 code, u32 pointer)
{
	icmp6_send(skb, ICMP6_TYPE_PARAM_PROBLEM, code, pointer);
	net_mib_inc(net, Ip6_InHdrErrors);
	return fail(net, skb, SKB_DROP_FRAG_INVALID);
}

static u32 least_transport(u8 type)
{
	switch (type) {
	case IP_PROTO_TCP:
		return sizeof(struct tcp_hdr);
	case IP_PROTO_UDP:
	case IP_PROTO_UDPLITE:
		return sizeof(struct udp_hdr);
	case IP_PROTO_ICMPV6:
		return sizeof(struct icmp6_hdr);
	case IP_PROTO_NONE:
		return 0;
	default:
		return 1;
	}
}

/* RFC 7112: the first fragment holds every header up to the transport's. */
static bool chain_complete(const struct sk_buff *skb)
{
	struct ip6_ext_cursor cur;
	u8 front[512];
	u32 n = min(skb->len, (u32)sizeof(front));

	if (skb_copy_bits(skb, 0, front, n))
		return false;
	for (const struct ip6_ext_hdr *e = ip6_ext_first(&cur, front, n); e;
	     e = ip6_ext_next(&cur))
		;
	if (cur.err == IP6_EXT_TRUNCATED)
		return skb->len > n;
	return cur.err != IP6_EXT_OK || cur.off + least_transport(cur.type) <= skb->len;
}

/*
 * The whole payload is in skb, data at it. The headers before move up over the fragment header, and
 * the octet that named it names what follows.
 */
static bool frag_finish(struct net *net, struct ip6_walk *w, struct sk_buff *skb, u8 ecn,
			u16 max_size)
{
	struct inet_skb_cb *cb = inet_cb(skb);
	struct ip6_hdr *h;
	u8 nexthdr;
	u32 front;

	/* the first fragment decides where the headers are, whichever came last */
	front = (u32)(skb->data - skb_network_header(skb)) - IP6_FRAG_HLEN;
	skb_push(skb, front + IP6_FRAG_HLEN);
	if (skb->len - IP6_FRAG_HLEN > IP6_LEN_MAX)
		return fail(net, skb, SKB_DROP_FRAG_INVALID);
	if (skb_cow_head(skb, 0))
		return fail(net, skb, SKB_DROP_NOMEM);
	nexthdr = skb->data[front];
	skb->data[cb->l3_len] = nexthdr;
	memmove(skb->data + IP6_FRAG_HLEN, skb->data, front);
	skb_pull(skb, IP6_FRAG_HLEN);
	skb_reset_network_header(skb);
	h = (struct ip6_hdr *)skb->data;
	h->payload_len = be16_make((u16)(skb->len - IP6_HLEN));
	h->ver_tc_flow = ip6_ver_tc_flow((u8)((ip6_tclass(h) & INET_DSCP_MASK) | ecn),
					 ip6_flowlabel(h));
	cb->tos = ip6_tclass(h);
	cb->frag_max_size = max_size;
	w->skb = skb;
	w->type = nexthdr;
	w->nexthdr_off = cb->l3_len;
	w->off = front;
	w->fragmented = true;
	return true;
}

/* Offset 0 and nothing to follow: a packet in its own right (RFC 6946). */
static void atomic_fragment(struct ip6_walk *w)
{
	w->type = w->skb->data[w->off];
	w->nexthdr_off = w->off;
	w->off += IP6_FRAG_HLEN;
	w->fragmented = true;
}

static bool needs_iif(const struct inet_skb_cb *cb)
{
	return inet_addr_is_linklocal(&cb->saddr) || inet_addr_is_linklocal(&cb->daddr) ||
	       (cb->flags & INET_CB_MULTICAST);
}

static bool defrag_queue(struct net *net, struct ip6_walk *w, u32 id, struct frag_in *in)
{
	struct sk_buff *skb = w->skb, *whole;
	struct inet_skb_cb *cb = inet_cb(skb);
	struct frag_key key = { .saddr = cb->saddr, .daddr = cb->daddr, .id = id, .af_bit = 1,
				.iif = needs_iif(cb) ? cb->iif : 0 };
	u16 max_size;
	u8 ecn;

	cb->l3_len = (u16)w->nexthdr_off;	/* where to patch, if this is the first fragment */
	skb_pull(skb, w->off + IP6_FRAG_HLEN);
	if (inet_frag_add(net, &key, skb, in, &whole, &ecn, &max_size) != FRAG_COMPLETE)
		return false;
	return frag_finish(net, w, whole, ecn, max_size);
}

bool ip6_defrag(struct net *net, struct ip6_walk *w)
{
	struct sk_buff *skb = w->skb;
	const struct ip6_frag_hdr *fh;
	struct frag_in in = { .expire = frag_expired, .pkt_len = (u16)skb->len };
	u32 id;

	if (!pskb_may_pull(skb, w->off + IP6_FRAG_HLEN))
		return fail_param(net, skb, ICMP6_PARAM_FIELD, w->off);
	fh = (const struct ip6_frag_hdr *)(skb->data + w->off);
	in.off = be16_get(fh->frag_off) & IP6_OFFMASK;
	in.more = be16_get(fh->frag_off) & IP6_MF;
	in.len = skb->len - w->off - IP6_FRAG_HLEN;
	in.ecn = inet_cb(skb)->tos & INET_ECN_MASK;
	id = be32_get(fh->id);
	if (!in.off && !in.more) {
		atomic_fragment(w);
		return true;
	}
	net_mib_inc(net, Ip6_ReasmReqds);
	if (in.more && in.len % 8)
		return fail_param(net, skb, ICMP6_PARAM_FIELD,
				  offsetof(struct ip6_hdr, payload_len));
	if (w->off - IP6_HLEN + in.off + in.len > IP6_LEN_MAX - IP6_HLEN)
		return fail_param(net, skb, ICMP6_PARAM_FIELD,
				  w->off + (u32)offsetof(struct ip6_frag_hdr, frag_off));
	if (!in.off && !chain_complete(skb))
		return fail_param(net, skb, ICMP6_PARAM_INCOMPLETE_CHAIN, 0);
	return defrag_queue(net, w, id, &in);
}

/* -- fragmentation --------------------------------------------------------------------------- */

struct frag_out {
	struct sk_buff *skb;		/* data at the IPv6 header */
	u32 front;			/* octets that every fragment repeats */
	u8 nexthdr;			/* of what is cut */
	be32 id;
};

/* What routers must see stays in front: hop-by-hop, and routing with what stands before it. */
static u32 unfragmentable(const struct sk_buff *skb, u32 *nexthdr_off)
{
	struct ip6_ext_cursor cur;
	u32 front = IP6_HLEN;

	*nexthdr_off = offsetof(struct ip6_hdr, nexthdr);
	for (const struct ip6_ext_hdr *e = ip6_ext_first(&cur, skb->data, skb_headlen(skb)); e;
	     e = ip6_ext_next(&cur)) {
		if (cur.type != IP_PROTO_HOPOPTS && cur.type != IP_PROTO_ROUTING)
			continue;
		front = cur.off + cur.len;
		*nexthdr_off = cur.off;
	}
	return front;
}

static be32 select_id(struct net *net, const struct ip6_hdr *h)
{
	u64 v = siphash_3u64(be64_get(h->daddr.d[0]) ^ be64_get(h->saddr.d[1]),
			     be64_get(h->daddr.d[1]), ++net->ipv6.frag_id_salt,
			     &net->ipv6.id_key);

	return be32_make((u32)v ?: 1);
}

static struct sk_buff *make_fragment(const struct frag_out *f, u32 nexthdr_off, u32 off, u32 len,
				     bool last)
{
	struct sk_buff *from = f->skb;
	u32 room = ALIGN_UP((u32)from->dev->hard_header_len + 2, 16u);
	struct sk_buff *frag = alloc_skb(from->net, room + f->front + IP6_FRAG_HLEN);
	struct ip6_frag_hdr *fh;
	struct ip6_hdr *h;

	if (!frag)
		return NULL;
	skb_reserve(frag, room);
	h = skb_put_data(frag, from->data, f->front);
	skb_reset_network_header(frag);
	frag->data[nexthdr_off] = IP_PROTO_FRAGMENT;
	h->payload_len = be16_make((u16)(f->front - IP6_HLEN + IP6_FRAG_HLEN + len));
	fh = skb_put(frag, IP6_FRAG_HLEN);
	fh->nexthdr = f->nexthdr;
	fh->reserved = 0;
	fh->frag_off = be16_make((u16)(off | (last ? 0 : IP6_MF)));
	fh->id = f->id;
	frag->transport_header = (u16)(frag->network_header + f->front + IP6_FRAG_HLEN);
	if (skb_append_range(frag, from, f->front + off, len)) {
		consume_skb(frag);
		return NULL;
	}
	frag->dev = from->dev;
	frag->protocol = from->protocol;
	frag->priority = from->priority;
	frag->mark = from->mark;
	frag->hash = from->hash;
	frag->l4_hash = from->l4_hash;
	frag->tstamp = from->tstamp;
	frag->tx_flags = off ? 0 : from->tx_flags;
	frag->tskey = from->tskey;
	skb_dst_set(frag, dst_hold(from->dst));
	if (from->sk && from->destructor)
		skb_set_owner_w(frag, from->sk);
	return frag;
}

static int send_fragments(struct net *net, const struct frag_out *f, u32 nexthdr_off, u32 step)
{
	u32 left = f->skb->len - f->front, off = 0;
	int err = 0;

	while (left && !err) {
		u32 n = min(left, step);
		struct sk_buff *frag = make_fragment(f, nexthdr_off, off, n, n == left);

		off += n;
		left -= n;
		err = frag ? ip6_finish_output2(net, frag) : -ENOMEM;
		if (!err)
			net_mib_inc(net, Ip6_FragCreates);
	}
	return err;
}

/* Consumes skb, data at the IPv6 header. The payload is shared, not copied. 0 or -errno. */
int ip6_fragment(struct net *net, struct sk_buff *skb, u32 mtu)
{
	struct frag_out f = { .skb = skb };
	u32 nexthdr_off = 0;
	int err = -EMSGSIZE;

	f.front = unfragmentable(skb, &nexthdr_off);
	f.nexthdr = skb->data[nexthdr_off];
	f.id = select_id(net, ip6_hdr(skb));
	if (mtu >= f.front + IP6_FRAG_HLEN + 8 &&
	    (skb->ip_summed != CHECKSUM_PARTIAL || !skb_checksum_help(skb)))
		err = send_fragments(net, &f, nexthdr_off, (mtu - f.front - IP6_FRAG_HLEN) & ~7u);
	if (err) {
		net_mib_inc(net, Ip6_FragFails);
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_BIG);
		return err;
	}
	net_mib_inc(net, Ip6_FragOKs);
	consume_skb(skb);
	return 0;
}
