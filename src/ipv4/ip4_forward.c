/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 packets for other hosts (RFC 1812 5). From ip4_route_input(), which found no address of ours; to
 * ip_output().
 *
 *	ip4_route_forward (FIB, cached by destination and device) -> dst->input: ip_forward (TTL, MTU,
 *	redirect) -> hook FORWARD -> dst->output: ip_output
 *
 * Forwarding is the business of the device that a packet came by: net.ipv4.conf.DEV.forwarding.
 */
#include <errno.h>

#include "ipv4/ip4.h"

/* -- route --------------------------------------------------------------------------------------- */

/* fib_lookup()'s error as the route type that says why. */
static u8 refusal(int err)
{
	switch (err) {
	case -EACCES:
		return RTN_PROHIBIT;
	case -EHOSTUNREACH:
		return RTN_UNREACHABLE;
	default:
		return RTN_THROW;
	}
}

static enum skb_drop_reason not_ours(struct net *net)
{
	net_mib_inc(net, Ip_InAddrErrors);
	return SKB_DROP_IP_FORWARDING_OFF;
}

bool ip4_may_forward(const struct sk_buff *skb, const struct in_device *idev)
{
	return idev->conf.forwarding && !ip_forward_is_copy(skb);
}

enum skb_drop_reason ip4_route_forward(struct sk_buff *skb, const struct in_device *idev,
				       const struct flowi *fl, int err,
				       const struct fib_result *res)
{
	struct net *net = skb->dev->net;

	if (!ip4_may_forward(skb, idev))
		return not_ours(net);
	if (err == -EINVAL)
		return SKB_DROP_IP_INNOROUTES; /* a black hole says nothing */
	if (err)
		return ip_route_take(skb, ip_route_input_dst(net, INET_FAMILY_4, skb->dev, refusal(err)));
	if (res->type != RTN_UNICAST)
		return not_ours(net);
	return ip_route_take(skb, ip_route_forward_make(net, fl, res));
}

/* dst->input of what there is no way for. */
void ip4_input_error(struct sk_buff *skb)
{
	u8 code = ICMP4_UNREACH_HOST;

	switch (rt_of(skb->dst)->type) {
	case RTN_THROW:
		code = ICMP4_UNREACH_NET;
		net_mib_inc(skb->dev->net, IpExt_InNoRoutes);
		break;
	case RTN_PROHIBIT:
		code = ICMP4_UNREACH_FILTERED;
		break;
	default:
		break;
	}
	icmp4_send(skb, ICMP4_TYPE_UNREACH, code, be32_make(0));
	kfree_skb_reason(skb, SKB_DROP_IP_INNOROUTES);
}

/* -- forwarding ----------------------------------------------------------------------------------- */

static bool exceeds_mtu(const struct sk_buff *skb, u32 mtu)
{
	if (skb->len <= mtu || !(be16_get(ip4_hdr(skb)->frag_off) & IP4_DF))
		return false;
	return !(skb_is_gso(skb) && ip_gso_fits(skb, mtu));
}

/* RFC 3927 2.7: a link-local address is good on its link only. */
static bool beyond_link(const struct ip4_hdr *iph)
{
	return ip4_is_linklocal(iph->saddr) || ip4_is_linklocal(iph->daddr);
}

/* It leaves by the link that it came by (RFC 1812 5.2.7.2). */
static void send_redirect(struct net *net, const struct sk_buff *skb, const struct rtable *rt)
{
	const struct in_device *idev = in_dev_get(skb->dev);
	union inet_addr saddr = inet_addr_be(ip4_hdr(skb)->saddr);

	if (!idev || !IN_DEV_MAX(net, idev, send_redirects) ||
	    !ip_is_on_link(skb->dev, INET_FAMILY_4, &saddr) || !inet_peer_redirect_allow(net, &saddr))
		return;
	icmp4_send(skb, ICMP4_TYPE_REDIRECT, ICMP4_REDIRECT_HOST, be32_of(&rt->nexthop));
}

/* The TTL shares a word of the sum with the protocol (RFC 1624). */
static void decrease_ttl(struct ip4_hdr *iph)
{
	be16 from = be16_make((u16)(iph->ttl << 8 | iph->protocol)), to;

	iph->ttl--;
	to = be16_make((u16)(iph->ttl << 8 | iph->protocol));
	csum_replace2(&iph->check, from, to);
}

/* Why skb cannot go on; whoever sent it is told. */
static enum skb_drop_reason judge(struct net *net, struct sk_buff *skb, u32 mtu)
{
	enum skb_drop_reason reason = ip_forward_check(skb);

	if (reason)
		return reason;
	if (beyond_link(ip4_hdr(skb))) {
		net_mib_inc(net, Ip_InAddrErrors);
		return SKB_DROP_IP_INADDRERRORS;
	}
	if (ip4_hdr(skb)->ttl <= 1) {
		net_mib_inc(net, Ip_InHdrErrors);
		icmp4_send(skb, ICMP4_TYPE_TIME_EXCEEDED, ICMP4_TIMEX_TTL, be32_make(0));
		return SKB_DROP_IP_TTL;
	}
	net_mib_inc(net, Ip_ForwDatagrams);
	if (exceeds_mtu(skb, mtu)) {
		net_mib_inc(net, Ip_FragFails);
		icmp4_send(skb, ICMP4_TYPE_UNREACH, ICMP4_UNREACH_FRAG_NEEDED, be32_make(mtu));
		return SKB_DROP_PKT_TOO_BIG;
	}
	return SKB_NOT_DROPPED;
}

void ip_forward(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	struct dst_entry *dst = skb->dst;
	u32 mtu = net->ipv4.ip_forward_use_pmtu ? dst_mtu(dst) : rt_link_mtu(dst);
	enum skb_drop_reason reason = judge(net, skb, mtu);

	if (unlikely(!reason && dst->dev == skb->dev))
		send_redirect(net, skb, rt_of(dst));
	if (!reason && ip_forward_prepare(skb, mtu)) {
		net_mib_inc(net, Ip_InDiscards);
		reason = SKB_DROP_NOMEM;
	}
	if (reason) {
		kfree_skb_reason(skb, reason);
		return;
	}
	decrease_ttl((struct ip4_hdr *)skb->data);
	if (net->ipv4.ip_forward_update_priority)
		skb->priority = ip_tos_priority(ip4_hdr(skb)->tos);
	if (nf_hook(NF_PROTO_IPV4, NF_FORWARD, net, NULL, skb, skb->dev, dst->dev) == NF_ACCEPT)
		skb->dst->output(net, NULL, skb);
}
