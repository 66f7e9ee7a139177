/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extension headers of received packets (RFC 8200 4), strictly in order. Options are bounded in
 * number, padding in length, so that no packet costs more than its octets.
 */
#include "ipv6/ip6.h"

enum { PADDING_MAX = 7 };

static bool bad_header(struct net *net, struct sk_buff *skb, enum skb_drop_reason reason)
{
	net_mib_inc(net, Ip6_InHdrErrors);
	kfree_skb_reason(skb, reason);
	return false;
}

static bool param_problem(struct net *net, struct sk_buff *skb, u8 code, u32 pointer)
{
	icmp6_send(skb, ICMP6_TYPE_PARAM_PROBLEM, code, pointer);
	return bad_header(net, skb, SKB_DROP_IPV6_BAD_EXTHDR);
}

/* Makes the header at off linear; its length in octets, 0 if the packet is too short. */
static u32 pull_header(struct sk_buff *skb, u32 off)
{
	u32 len;

	if (!pskb_may_pull(skb, off + 8))
		return 0;
	len = ((u32)skb->data[off + 1] + 1) * 8;
	return pskb_may_pull(skb, off + len) ? len : 0;
}

/* -- options ----------------------------------------------------------------------------- */

struct tlv_walk {
	struct sk_buff *skb;
	u32 off;		/* of the header that holds the options */
	bool hbh;
	u32 options, padding;
};

/* An option that we do not know: its top bits say what to do (RFC 8200 4.2). */
static enum skb_drop_reason unknown_option(const struct tlv_walk *w, const struct ip6_tlv *t)
{
	bool multicast = inet_cb(w->skb)->flags & INET_CB_MULTICAST;

	switch (t->type & IP6_TLV_ACT_MASK) {
	case IP6_TLV_ACT_SKIP:
		return SKB_NOT_DROPPED;
	case IP6_TLV_ACT_DROP:
		break;
	case IP6_TLV_ACT_ICMP_UCAST:
		if (multicast)
			break;
		fallthrough;
	default:
		icmp6_send(w->skb, ICMP6_TYPE_PARAM_PROBLEM, ICMP6_PARAM_OPTION, w->off + t->off);
	}
	return SKB_DROP_IPV6_BAD_EXTHDR;
}

static enum skb_drop_reason check_padding(struct tlv_walk *w, const struct ip6_tlv *t)
{
	w->padding += t->type == IP6_TLV_PAD1 ? 1 : 2u + t->len;
	if (w->padding > PADDING_MAX)
		return SKB_DROP_IPV6_BAD_EXTHDR;
	for (u32 i = 0; t->type == IP6_TLV_PADN && i < t->len; i++)
		if (t->data[i])
			return SKB_DROP_IPV6_BAD_EXTHDR;
	return SKB_NOT_DROPPED;
}

/*
 * RFC 2675 3: an error where there is a payload length, or one that would do; jumbograms themselves
 * are not offered.
 */
static enum skb_drop_reason check_jumbo(const struct tlv_walk *w, const struct ip6_tlv *t)
{
	u32 off = w->off + t->off;

	if (t->len != 4 || (off & 3) != 2)
		return SKB_DROP_IPV6_BAD_EXTHDR;
	if (get_be32(t->data) <= IP6_LEN_MAX - IP6_HLEN)
		icmp6_send(w->skb, ICMP6_TYPE_PARAM_PROBLEM, ICMP6_PARAM_FIELD, off + 2);
	else if (be16_get(ip6_hdr(w->skb)->payload_len))
		icmp6_send(w->skb, ICMP6_TYPE_PARAM_PROBLEM, ICMP6_PARAM_FIELD, off);
	return SKB_DROP_IPV6_BAD_EXTHDR;
}

static enum skb_drop_reason check_option(struct tlv_walk *w, const struct ip6_tlv *t, u32 limit)
{
	if (t->type == IP6_TLV_PAD1 || t->type == IP6_TLV_PADN)
		return check_padding(w, t);
	w->padding = 0;
	if (++w->options > limit)
		return SKB_DROP_IPV6_BAD_EXTHDR;
	if (w->hbh && t->type == IP6_TLV_ROUTERALERT)
		return t->len == 2 ? SKB_NOT_DROPPED : SKB_DROP_IPV6_BAD_EXTHDR;
	if (w->hbh && t->type == IP6_TLV_JUMBO)
		return check_jumbo(w, t);
	return unknown_option(w, t);
}

static enum skb_drop_reason parse_options(struct tlv_walk *w, u32 len, u32 limit)
{
	enum skb_drop_reason reason;
	struct ip6_tlv_cursor cur;
	struct ip6_tlv t;

	for (bool more = ip6_tlv_first(&cur, &t, w->skb->data + w->off, len); more;
	     more = ip6_tlv_next(&cur, &t)) {
		reason = check_option(w, &t, limit);
		if (reason)
			return reason;
	}
	return cur.err ? SKB_DROP_IPV6_BAD_EXTHDR : SKB_NOT_DROPPED;
}

enum skb_drop_reason ip6_parse_hbh(struct net *net, struct sk_buff *skb)
{
	struct tlv_walk w = { .skb = skb, .off = IP6_HLEN, .hbh = true };
	u32 len = pull_header(skb, IP6_HLEN);
	enum skb_drop_reason reason;

	if (!len || len - 2 > net->ipv6.max_hbh_length)
		return SKB_DROP_IPV6_BAD_EXTHDR;
	reason = parse_options(&w, len, net->ipv6.max_hbh_opts_number);
	if (!reason && !ip6_has_length(skb))
		return SKB_DROP_PKT_TOO_SMALL;	/* no jumbo option: the header lies behind the end */
	return reason;
}

static bool step_dstopts(struct net *net, struct ip6_walk *w, u32 len)
{
	struct tlv_walk t = { .skb = w->skb, .off = w->off };
	enum skb_drop_reason reason = SKB_DROP_IPV6_BAD_EXTHDR;

	if (len - 2 <= net->ipv6.max_dst_opts_length)
		reason = parse_options(&t, len, net->ipv6.max_dst_opts_number);
	return reason ? bad_header(net, w->skb, reason) : true;
}

/* -- headers -------------------------------------------------------------------------------- */

/* No type of routing header is acted upon (RFC 5095; RFC 8200 4.4 for the unknown ones). */
static bool step_routing(struct net *net, struct ip6_walk *w)
{
	const struct ip6_rt_hdr *rh = (const struct ip6_rt_hdr *)(w->skb->data + w->off);

	if (rh->segments_left == 0)
		return true;
	return param_problem(net, w->skb, ICMP6_PARAM_FIELD,
			     w->off + (u32)offsetof(struct ip6_rt_hdr, type));
}

bool ip6_is_handled_ext(u8 type)
{
	return type == IP_PROTO_HOPOPTS || type == IP_PROTO_DSTOPTS || type == IP_PROTO_ROUTING ||
	       type == IP_PROTO_FRAGMENT;
}

bool ip6_ext_step(struct net *net, struct ip6_walk *w)
{
	u32 len;

	if (w->type == IP_PROTO_FRAGMENT)
		return ip6_defrag(net, w);
	if (w->type == IP_PROTO_HOPOPTS && (w->off != IP6_HLEN || w->fragmented))
		return param_problem(net, w->skb, ICMP6_PARAM_NEXTHDR, w->nexthdr_off);
	len = pull_header(w->skb, w->off);
	if (!len)
		return bad_header(net, w->skb, SKB_DROP_IPV6_BAD_EXTHDR);
	if (w->type == IP_PROTO_DSTOPTS && !step_dstopts(net, w, len))
		return false;
	if (w->type == IP_PROTO_ROUTING && !step_routing(net, w))
		return false;
	w->type = w->skb->data[w->off];
	w->nexthdr_off = w->off;
	w->off += len;
	return true;
}
