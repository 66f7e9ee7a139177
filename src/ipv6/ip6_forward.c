/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv6 packets for other hosts (RFC 8200, RFC 4443 3, RFC 4291 2.5.6), and what else makes a router of a
 * host. From ipv6_rcv(), which found no address of ours; to ip6_output().
 *
 *	ip6_route_forward (FIB, cached by destination and device) -> dst->input: ip6_forward (scope, hop
 *	limit, MTU, redirect) -> hook FORWARD -> dst->output: ip6_output
 *
 * As in Linux net.ipv6.conf.all.forwarding, or the device's force_forwarding, says whether packets are
 * forwarded; a device's forwarding says whether we are a router or a host to its link.
 */
#include <errno.h>

#include "ipv6/ip6.h"

/* -- route --------------------------------------------------------------------------------------- */

static enum skb_drop_reason bad_address(struct net *net, enum skb_drop_reason reason)
{
	net_mib_inc(net, Ip6_InAddrErrors);
	return reason;
}

static bool forwards_by(const struct net *net, const struct inet6_dev *idev)
{
	return net->ipv6.conf_all.forwarding || idev->conf.force_forwarding;
}

bool ip6_forwards(const struct net_device *dev)
{
	const struct inet6_dev *idev = in6_dev_get(dev);

	return idev && forwards_by(dev->net, idev);
}

static enum skb_drop_reason route_by_fib(struct net *net, struct sk_buff *skb,
					 const struct flowi *fl)
{
	struct fib_result res;
	int err = fib_lookup(net, fl, &res);

	switch (err) {
	case 0:
		break;
	case -EINVAL:
		return SKB_DROP_IP_INNOROUTES; /* a black hole says nothing */
	case -EACCES:
		return ip_route_take(skb, ip_route_input_dst(net, INET_FAMILY_6, skb->dev, RTN_PROHIBIT));
	default:
		return ip_route_take(skb, ip_route_input_dst(net, INET_FAMILY_6, skb->dev, RTN_THROW));
	}
	if (res.type == RTN_LOCAL)
		return ip_route_take(skb, ip_route_input_dst(net, INET_FAMILY_6, skb->dev, RTN_LOCAL));
	if (res.type != RTN_UNICAST)
		return bad_address(net, SKB_DROP_IP_INVALID_DEST);
	return ip_route_take(skb, ip_route_forward_make(net, fl, &res));
}

enum skb_drop_reason ip6_route_forward(struct net *net, struct sk_buff *skb,
				       const struct inet6_dev *idev)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct flowi fl = { .family = INET_FAMILY_6,
			    .iif = skb->dev->ifindex,
			    .mark = skb->mark,
			    .daddr = cb->daddr,
			    .tos = cb->tos };
	struct dst_entry *dst;

	if (!forwards_by(net, idev) || ip_forward_is_copy(skb))
		return bad_address(net, SKB_DROP_IP_FORWARDING_OFF);
	dst = ip_route_forward_find(net, &fl);
	if (dst)
		return ip_route_take(skb, dst);
	/* somebody's on this link (RFC 4291 2.5.6), or ours while we still ask whether it is */
	if (inet_addr_is_linklocal(&cb->daddr) || inet_ifaddr_find(net, &cb->daddr, NULL))
		return bad_address(net, SKB_DROP_IP_INVALID_DEST);
	return route_by_fib(net, skb, &fl);
}

/* dst->input of what there is no way for. */
void ip6_input_error(struct sk_buff *skb)
{
	bool prohibited = rt_of(skb->dst)->type == RTN_PROHIBIT;

	net_mib_inc(skb->dev->net, Ip6_InNoRoutes);
	icmp6_send(skb, ICMP6_TYPE_UNREACH,
		   prohibited ? ICMP6_UNREACH_PROHIBITED : ICMP6_UNREACH_NO_ROUTE, 0);
	kfree_skb_reason(skb, SKB_DROP_IP_INNOROUTES);
}

/* -- forwarding ----------------------------------------------------------------------------------- */

/* A source that is known on its own link only, or nowhere, is not for others. */
static enum skb_drop_reason check_source(struct net *net, const struct sk_buff *skb)
{
	const struct ip6_hdr *h = ip6_hdr(skb);
	union inet_addr saddr = inet_addr_ip6(&h->saddr);

	if (ip6_addr_is_any(&h->saddr) || ip6_addr_is_loopback(&h->saddr))
		return bad_address(net, SKB_DROP_IP_INVALID_SOURCE);
	if (!inet_addr_is_linklocal(&saddr))
		return SKB_NOT_DROPPED;
	icmp6_send(skb, ICMP6_TYPE_UNREACH, ICMP6_UNREACH_BEYOND_SCOPE, 0);
	return bad_address(net, SKB_DROP_IP_INVALID_SOURCE);
}

static bool too_big(const struct sk_buff *skb, u32 mtu)
{
	return skb->len > mtu && !(skb_is_gso(skb) && ip_gso_fits(skb, mtu));
}

/* Why skb cannot go on; whoever sent it is told. */
static enum skb_drop_reason judge(struct net *net, struct sk_buff *skb, u32 mtu)
{
	enum skb_drop_reason reason = ip_forward_check(skb);

	if (reason) {
		net_mib_inc(net, Ip6_InDiscards);
		return reason;
	}
	if (ip6_hdr(skb)->hop_limit <= 1) {
		net_mib_inc(net, Ip6_InHdrErrors);
		icmp6_send(skb, ICMP6_TYPE_TIME_EXCEEDED, ICMP6_TIMEX_HOPLIMIT, 0);
		return SKB_DROP_IP_TTL;
	}
	reason = check_source(net, skb);
	if (reason)
		return reason;
	net_mib_inc(net, Ip6_OutForwDatagrams);
	if (too_big(skb, mtu)) {
		net_mib_inc(net, Ip6_InTooBigErrors);
		net_mib_inc(net, Ip6_FragFails);
		icmp6_send(skb, ICMP6_TYPE_PKT_TOOBIG, 0, mtu);
		return SKB_DROP_PKT_TOO_BIG;
	}
	return SKB_NOT_DROPPED;
}

/* It leaves by the link that it came by (RFC 4861 8.2). A next hop is told by its link-local address. */
static void send_redirect(struct net *net, const struct sk_buff *skb, const struct rtable *rt)
{
	union inet_addr saddr = inet_addr_ip6(&ip6_hdr(skb)->saddr);

	if ((rt->gateway && !inet_addr_is_linklocal(&rt->nexthop)) ||
	    !ip_is_on_link(skb->dev, INET_FAMILY_6, &saddr))
		return;
	if (inet_peer_allow(net, &rt->daddr, NSEC_PER_SEC))
		ndisc_send_redirect(skb, &rt->nexthop, &rt->daddr);
}

void ip6_forward(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	struct dst_entry *dst = skb->dst;
	u32 mtu = max(rt_link_mtu(dst), (u32)IP6_MIN_MTU);
	enum skb_drop_reason reason = judge(net, skb, mtu);

	if (unlikely(!reason && dst->dev == skb->dev))
		send_redirect(net, skb, rt_of(dst));
	if (!reason && ip_forward_prepare(skb, mtu)) {
		net_mib_inc(net, Ip6_InDiscards);
		reason = SKB_DROP_NOMEM;
	}
	if (reason) {
		kfree_skb_reason(skb, reason);
		return;
	}
	((struct ip6_hdr *)skb->data)->hop_limit--;
	if (nf_hook(NF_PROTO_IPV6, NF_FORWARD, net, NULL, skb, skb->dev, dst->dev) == NF_ACCEPT)
		skb->dst->output(net, NULL, skb);
}

/* -- a router on its link --------------------------------------------------------------------------- */

void ip6_router_groups(struct inet6_dev *idev)
{
	static const u8 all_routers[][16] = {
		/* RFC 4291 2.7.1: of the interface, the link, the site */
		{ 0xff, 0x01, [15] = 2 },
		{ 0xff, 0x02, [15] = 2 },
		{ 0xff, 0x05, [15] = 2 },
	};
	struct net_device *dev = idev->base.dev;
	bool want = idev->on && idev->conf.forwarding && (dev->flags & DEV_MULTICAST);
	u32 i;

	if (idev->in_router_groups == want)
		return;
	idev->in_router_groups = want;
	for (i = 0; i < ARRAY_SIZE(all_routers); i++) {
		union inet_addr group = inet_addr_from6(all_routers[i]);

		if (want)
			ip_mc_join(dev, &group, INET_FAMILY_6);
		else
			ip_mc_leave(dev, &group, INET_FAMILY_6);
	}
}
