/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv6 receive. From netif_receive_skb() by the packet_type row of ipv6.c; to the transport's rcv()
 * of net->ip.protos[], or nowhere.
 *
 *	ipv6_rcv -> hop-by-hop header -> hook PRE_ROUTING -> route -> dst->input: ip6_input -> hook
 *	LOCAL_IN -> extension headers, reassembly (ip6_ext.c) -> raw sockets, transport
 */
#include "ipv6/ip6.h"

_Static_assert(MIB_Ip6_InCEPkts == MIB_Ip6_InNoECTPkts + INET_ECN_CE, "ECN rows in order");

static enum skb_drop_reason check_lengths(struct net *net, struct sk_buff *skb)
{
	const struct ip6_hdr *h;
	u32 len;

	if (!pskb_may_pull(skb, IP6_HLEN))
		return SKB_DROP_PKT_TOO_SMALL;
	h = (const struct ip6_hdr *)skb->data;
	if (ip6_version(h) != 6)
		return SKB_DROP_IP_INHDR;
	len = IP6_HLEN + be16_get(h->payload_len);
	/* our own large packet, looped back; or what may be a jumbogram: ip6_parse_hbh() tells */
	if (!be16_get(h->payload_len) && (skb_is_gso(skb) || h->nexthdr == IP_PROTO_HOPOPTS))
		len = skb->len;
	if (skb->len < len) {
		net_mib_inc(net, Ip6_InTruncatedPkts);
		return SKB_DROP_PKT_TOO_SMALL;
	}
	if (skb->len > len && pskb_trim(skb, len))
		return SKB_DROP_NOMEM;
	skb_reset_network_header(skb);
	skb->transport_header = (u16)(skb->network_header + IP6_HLEN);
	return SKB_NOT_DROPPED;
}

bool ip6_has_length(const struct sk_buff *skb)
{
	return be16_get(((const struct ip6_hdr *)skb->data)->payload_len) || skb_is_gso(skb);
}

/* v4-compatible: ::a.b.c.d, but not :: and ::1 (RFC 4291 2.5.5.1, deprecated). */
static bool is_v4compat(const struct ip6_addr *a)
{
	return !a->d[0].raw && be32_is_zero(a->w[2]) && be32_get(a->w[3]) > 0xffff;
}

/* own: a packet of ours, by the loopback or as the copy of what goes to a group */
static enum skb_drop_reason check_multicast_dest(const struct ip6_hdr *h, bool own)
{
	u8 scope = ip6_mcast_scope(&h->daddr);

	if (scope == 0 || (scope == 1 && !own))
		return SKB_DROP_IP_INVALID_DEST;
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason check_addresses(const struct sk_buff *skb, const struct net_device *dev)
{
	const struct ip6_hdr *h = ip6_hdr(skb);
	bool lo = dev->flags & DEV_LOOPBACK;

	if (ip6_addr_is_v4mapped(&h->saddr) || ip6_addr_is_v4mapped(&h->daddr))
		return SKB_DROP_V4MAPPED_ON_WIRE;
	if (ip6_addr_is_multicast(&h->saddr) || is_v4compat(&h->saddr))
		return SKB_DROP_IP_INVALID_SOURCE;
	if (ip6_addr_is_any(&h->daddr) || is_v4compat(&h->daddr))
		return SKB_DROP_IP_INVALID_DEST;
	if (!lo && (ip6_addr_is_loopback(&h->saddr) || ip6_addr_is_loopback(&h->daddr)))
		return SKB_DROP_IP_LOCALNET;
	return ip6_addr_is_multicast(&h->daddr) ? check_multicast_dest(h, lo || skb->dst) :
						  SKB_NOT_DROPPED;
}

void ip6_read_header(const struct sk_buff *skb, struct inet_skb_cb *cb)
{
	const struct ip6_hdr *h = ip6_hdr(skb);

	cb->saddr = inet_addr_ip6(&h->saddr);
	cb->daddr = inet_addr_ip6(&h->daddr);
	cb->af = &inet_af6;
	cb->l3_len = IP6_HLEN;
	cb->frag_max_size = skb->frag_max;
	cb->tos = ip6_tclass(h);
	cb->ttl = h->hop_limit;
	cb->proto = h->nexthdr;
	cb->flags = ip6_addr_is_multicast(&h->daddr) ? INET_CB_MULTICAST : 0;
	if (skb->frag_max)
		cb->flags |= INET_CB_FRAGMENTED;
	cb->hdr_flags = 0;
}

/* -- route ---------------------------------------------------------------------------- */

static enum skb_drop_reason route_input(struct net *net, struct sk_buff *skb,
					const struct inet6_dev *idev)
{
	struct net_device *dev = skb->dev;
	struct inet_skb_cb *cb = inet_cb(skb);
	struct dst_entry *dst;

	if (cb->flags & INET_CB_MULTICAST) {
		if (!ip_mc_is_member(dev, &cb->daddr, INET_FAMILY_6))
			return SKB_DROP_MCAST_NOT_JOINED;
		return ip_route_take(skb, ip_route_input_dst(net, INET_FAMILY_6, dev, RTN_MULTICAST));
	}
	if ((skb->pkt_type == PACKET_BROADCAST || skb->pkt_type == PACKET_MULTICAST) &&
	    IN6_DEV_MAX(net, idev, drop_unicast_in_l2_multicast))
		return SKB_DROP_UNICAST_IN_L2_MULTICAST;
	dst = ip_route_input_local(net, INET_FAMILY_6, &cb->daddr, dev, &cb->iif);
	if (dst) {
		skb_dst_set(skb, dst);
		return SKB_NOT_DROPPED;
	}
	return ip6_route_forward(net, skb, idev);
}

static void count_drop(struct net *net, enum skb_drop_reason reason)
{
	switch (reason) {
	case SKB_DROP_IP_INVALID_SOURCE:
	case SKB_DROP_IP_INVALID_DEST:
	case SKB_DROP_IP_LOCALNET:
	case SKB_DROP_V4MAPPED_ON_WIRE:
		net_mib_inc(net, Ip6_InAddrErrors);
		break;
	case SKB_DROP_NOMEM:
	case SKB_DROP_IPV6DISABLED:
		net_mib_inc(net, Ip6_InDiscards);
		break;
	default:
		net_mib_inc(net, Ip6_InHdrErrors);
	}
}

static void ip6_rcv_finish(struct net *net, struct sk_buff *skb)
{
	enum skb_drop_reason reason = SKB_NOT_DROPPED;

	if (!skb->dst)
		reason = route_input(net, skb, in6_dev_get(skb->dev));
	if (reason) {
		kfree_skb_reason(skb, reason);
		return;
	}
	if (inet_cb(skb)->flags & INET_CB_MULTICAST) {
		net_mib_inc(net, Ip6_InMcastPkts);
		net_mib_add(net, Ip6_InMcastOctets, skb->len);
	}
	skb->dst->input(skb);
}

void ipv6_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	const struct inet6_dev *idev = in6_dev_get(dev);
	struct net *net = dev->net;
	enum skb_drop_reason reason = SKB_NOT_DROPPED;

	(void)pt;
	net_mib_inc(net, Ip6_InReceives);
	net_mib_add(net, Ip6_InOctets, skb->len);
	if (!idev || idev->conf.disable_ipv6)
		reason = SKB_DROP_IPV6DISABLED;
	reason = reason ?: check_lengths(net, skb);
	reason = reason ?: check_addresses(skb, dev);
	if (reason) {
		count_drop(net, reason);
		kfree_skb_reason(skb, reason);
		return;
	}
	net->mib[MIB_Ip6_InNoECTPkts + (ip6_tclass(ip6_hdr(skb)) & INET_ECN_MASK)] +=
		max_t(u16, 1, skb_shinfo(skb)->gso_segs);
	ip6_read_header(skb, inet_cb(skb));
	inet_cb(skb)->iif = dev->ifindex;
	skb_orphan(skb);
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE;	/* it covers headers that we take off */
	if (inet_cb(skb)->proto == IP_PROTO_HOPOPTS) {
		reason = ip6_parse_hbh(net, skb);
		if (reason) {
			net_mib_inc(net, Ip6_InHdrErrors);
			kfree_skb_reason(skb, reason);
			return;
		}
	}
	if (nf_hook(NF_PROTO_IPV6, NF_PRE_ROUTING, net, NULL, skb, dev, NULL) != NF_ACCEPT)
		return;
	ip6_rcv_finish(net, skb);
}

/* -- local delivery --------------------------------------------------------------------- */

static void unknown_protocol(struct net *net, struct ip6_walk *w, bool raw)
{
	if (raw) {
		net_mib_inc(net, Ip6_InDelivers);
		consume_skb(w->skb);
		return;
	}
	net_mib_inc(net, Ip6_InUnknownProtos);
	icmp6_send(w->skb, ICMP6_TYPE_PARAM_PROBLEM, ICMP6_PARAM_NEXTHDR, w->nexthdr_off);
	kfree_skb_reason(w->skb, SKB_DROP_IP_NOPROTO);
}

/* The end of the chain: data goes to the transport header. */
static void deliver(struct net *net, struct ip6_walk *w)
{
	struct sk_buff *skb = w->skb;
	const struct net_protocol *p = net->ip.protos[1][w->type];
	struct inet_skb_cb *cb = inet_cb(skb);
	bool raw;

	if (w->type == IP_PROTO_NONE) {
		consume_skb(skb);		/* RFC 8200 4.7 */
		return;
	}
	cb->proto = w->type;
	cb->l3_len = (u16)w->off;
	if (w->fragmented) {
		if (net->group && skb->steered != SHARD_RAW &&
		    shard_steer_whole(skb, w->type, w->off, cb->frag_max_size))
			return;
		cb->flags |= INET_CB_FRAGMENTED;
	}
	skb_pull(skb, w->off);
	skb_reset_transport_header(skb);
	raw = net->ip.raw_deliver && net->ip.raw_deliver(skb, w->type);
	if (unlikely(skb->steered == SHARD_RAW) && w->type != IP_PROTO_ICMPV6) {
		consume_skb(skb);
		return;
	}
	if (unlikely(!p || !p->rcv)) {
		unknown_protocol(net, w, raw);
		return;
	}
	if (raw)
		cb->flags |= INET_CB_RAW_SEEN;
	net_mib_inc(net, Ip6_InDelivers);
	p->rcv(skb);
}

void ip6_input(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	struct ip6_walk w = { .skb = skb, .off = IP6_HLEN,
			      .nexthdr_off = offsetof(struct ip6_hdr, nexthdr) };
	u32 headers = 0;

	if (nf_hook(NF_PROTO_IPV6, NF_LOCAL_IN, net, NULL, skb, skb->dev, NULL) != NF_ACCEPT)
		return;
	w.type = ip6_hdr(skb)->nexthdr;
	while (unlikely(ip6_is_handled_ext(w.type))) {
		if (++headers > IP6_EXT_MAX) {
			net_mib_inc(net, Ip6_InHdrErrors);
			kfree_skb_reason(w.skb, SKB_DROP_IPV6_BAD_EXTHDR);
			return;
		}
		if (!ip6_ext_step(net, &w))
			return;
	}
	deliver(net, &w);
}
