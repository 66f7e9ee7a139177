/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 receive. From netif_receive_skb() by the packet_type row of ipv4.c; to the transport's rcv()
 * of net->ip.protos[], or nowhere.
 *
 *	ip_rcv -> hook PRE_ROUTING -> ip_rcv_finish (options, route) -> dst->input: ip_local_deliver
 *	-> reassembly -> hook LOCAL_IN -> raw sockets, transport
 */
#include "ipv4/ip4.h"

_Static_assert(MIB_IpExt_InCEPkts == MIB_IpExt_InNoECTPkts + INET_ECN_CE, "ECN rows in order");

/* The header, validated (RFC 1122 3.2.1, RFC 1812 5.2.2); the packet trimmed to what it claims. */
static enum skb_drop_reason check_header(struct net *net, struct sk_buff *skb)
{
	const struct ip4_hdr *iph;
	u32 hlen, len;

	if (!pskb_may_pull(skb, IP4_HLEN))
		return SKB_DROP_PKT_TOO_SMALL;
	iph = (const struct ip4_hdr *)skb->data;
	hlen = ip4_hdrlen(iph);
	if (ip4_version(iph) != 4 || hlen < IP4_HLEN)
		return SKB_DROP_IP_INHDR;
	if (!pskb_may_pull(skb, hlen))
		return SKB_DROP_PKT_TOO_SMALL;
	iph = (const struct ip4_hdr *)skb->data;
	if (unlikely(!be16_is_zero(ip_fast_csum(iph, hlen / 4)))) {
		net_mib_inc(net, IpExt_InCsumErrors);
		return SKB_DROP_IP_CSUM;
	}
	len = be16_get(iph->tot_len);
	if (skb->len < len) {
		net_mib_inc(net, IpExt_InTruncatedPkts);
		return SKB_DROP_PKT_TOO_SMALL;
	}
	if (len < hlen)
		return SKB_DROP_IP_INHDR;
	if (skb->len > len && pskb_trim(skb, len))
		return SKB_DROP_NOMEM;
	skb_reset_network_header(skb);
	skb->transport_header = (u16)(skb->network_header + hlen);
	return SKB_NOT_DROPPED;
}

void ip4_read_header(const struct sk_buff *skb, struct inet_skb_cb *cb)
{
	const struct ip4_hdr *iph = ip4_hdr(skb);

	cb->saddr = inet_addr_be(iph->saddr);
	cb->daddr = inet_addr_be(iph->daddr);
	cb->af = &inet_af4;
	cb->l3_len = (u16)ip4_hdrlen(iph);
	cb->frag_max_size = skb->frag_max;
	cb->tos = iph->tos;
	cb->ttl = iph->ttl;
	cb->proto = iph->protocol;
	cb->flags = skb->frag_max ? INET_CB_FRAGMENTED : 0;
	cb->hdr_flags = 0;
}

/* Checked, and filled in where they ask for it; a source route is refused (DEV-06). */
static enum skb_drop_reason check_options(struct net *net, struct sk_buff *skb)
{
	u32 optlen = inet_cb(skb)->l3_len - (u32)IP4_HLEN, bad;
	struct ip4_opts opts;

	bad = ip4_opts_parse(&opts, skb->data + IP4_HLEN, optlen);
	if (bad) {
		net_mib_inc(net, Ip_InHdrErrors);
		icmp4_send(skb, ICMP4_TYPE_PARAM_PROBLEM, ICMP4_PARAM_POINTER,
			   be32_make(bad << 24));
		return SKB_DROP_IP_OPTIONS;
	}
	if (opts.cipso) {	/* of a domain that nobody here knows: as Linux where none was set up */
		net_mib_inc(net, Ip_InHdrErrors);
		return SKB_DROP_IP_OPTIONS;
	}
	if (opts.srr) {
		net_mib_inc(net, Ip_InAddrErrors);
		return SKB_DROP_IP_OPTIONS;
	}
	if (ip4_options_received(net, skb, &opts))
		return SKB_DROP_NOMEM;
	return SKB_NOT_DROPPED;
}

static void count_type(struct net *net, const struct sk_buff *skb)
{
	u8 flags = inet_cb(skb)->flags;

	if (flags & INET_CB_MULTICAST) {
		net_mib_inc(net, IpExt_InMcastPkts);
		net_mib_add(net, IpExt_InMcastOctets, skb->len);
	} else if (flags & INET_CB_BROADCAST) {
		net_mib_inc(net, IpExt_InBcastPkts);
		net_mib_add(net, IpExt_InBcastOctets, skb->len);
	}
}

/* A packet of ours that came back (multicast and broadcast loop) brings its route along. */
static void flags_from_dst(struct sk_buff *skb)
{
	u8 type = rt_of(skb->dst)->type;

	if (type == RTN_MULTICAST)
		inet_cb(skb)->flags |= INET_CB_MULTICAST;
	else if (type == RTN_BROADCAST)
		inet_cb(skb)->flags |= INET_CB_BROADCAST;
}

static void ip_rcv_finish(struct net *net, struct sk_buff *skb)
{
	enum skb_drop_reason reason = SKB_NOT_DROPPED;

	if (skb->dst)
		flags_from_dst(skb);
	else
		reason = ip4_route_input(skb, skb->dev);
	if (!reason && unlikely(inet_cb(skb)->l3_len > IP4_HLEN))
		reason = check_options(net, skb);
	if (unlikely(reason)) {
		kfree_skb_reason(skb, reason);
		return;
	}
	count_type(net, skb);
	skb->dst->input(skb);
}

void ip_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	struct net *net = dev->net;
	const struct ip4_hdr *iph;
	enum skb_drop_reason reason;

	(void)pt;
	net_mib_inc(net, Ip_InReceives);
	net_mib_add(net, IpExt_InOctets, skb->len);
	reason = check_header(net, skb);
	if (unlikely(reason)) {
		if (reason != SKB_DROP_NOMEM)
			net_mib_inc(net, Ip_InHdrErrors);
		else
			net_mib_inc(net, Ip_InDiscards);
		kfree_skb_reason(skb, reason);
		return;
	}
	iph = ip4_hdr(skb);
	/* four rows of mib.def in the order of the field's values */
	net->mib[MIB_IpExt_InNoECTPkts + (iph->tos & INET_ECN_MASK)] +=
		max_t(u16, 1, skb_shinfo(skb)->gso_segs);
	ip4_read_header(skb, inet_cb(skb));
	inet_cb(skb)->iif = dev->ifindex;
	skb_orphan(skb);
	if (nf_hook(NF_PROTO_IPV4, NF_PRE_ROUTING, net, NULL, skb, dev, NULL) != NF_ACCEPT)
		return;
	ip_rcv_finish(net, skb);
}

/* -- local delivery --------------------------------------------------------- */

/* data at the transport header. Raw sockets look first; the transport consumes. */
static void deliver(struct net *net, struct sk_buff *skb)
{
	const struct net_protocol *p;
	u8 proto = inet_cb(skb)->proto;
	bool raw = net->ip.raw_deliver && net->ip.raw_deliver(skb, proto);

	if (unlikely(skb->steered == SHARD_RAW) && proto != IP_PROTO_ICMP) {
		consume_skb(skb);
		return;
	}

	p = net->ip.protos[0][proto];
	if (likely(p && p->rcv)) {
		if (raw)
			inet_cb(skb)->flags |= INET_CB_RAW_SEEN;
		net_mib_inc(net, Ip_InDelivers);
		p->rcv(skb);
		return;
	}
	if (raw) {
		net_mib_inc(net, Ip_InDelivers);
		consume_skb(skb);
		return;
	}
	net_mib_inc(net, Ip_InUnknownProtos);
	if (proto != IP_PROTO_IGMP)		/* a host that takes groups' packets has heard of it */
		icmp4_send(skb, ICMP4_TYPE_UNREACH, ICMP4_UNREACH_PROTOCOL, be32_make(0));
	kfree_skb_reason(skb, SKB_DROP_IP_NOPROTO);
}

void ip_local_deliver(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;

	if (unlikely(ip4_is_fragment(ip4_hdr(skb)))) {
		skb = ip4_defrag(skb);
		if (!skb)
			return;
		if (net->group && shard_steer_whole(skb, inet_cb(skb)->proto, inet_cb(skb)->l3_len,
						    inet_cb(skb)->frag_max_size))
			return;
	}
	if (nf_hook(NF_PROTO_IPV4, NF_LOCAL_IN, net, NULL, skb, skb->dev, NULL) != NF_ACCEPT)
		return;
	skb_pull(skb, inet_cb(skb)->l3_len);
	skb_reset_transport_header(skb);
	deliver(net, skb);
}
