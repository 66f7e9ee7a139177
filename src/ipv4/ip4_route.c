/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Input routing: is a received packet for us, and may it have come from where it says (RFC 1122
 * 3.2.1.3, RFC 1812 5.3.7)? Unicast to one of our addresses costs two hash look-ups and no FIB.
 */
#include "ipv4/ip4.h"

/* Source that is the directed broadcast of one of dev's subnets? The low bits filter nearly all. */
static bool is_dev_broadcast(const struct in_device *idev, be32 a)
{
	const struct inet_ifaddr *ifa;

	if ((be32_get(a) & 3) != 3)
		return false;
	list_for_each_entry(ifa, &idev->base.addrs, list)
		if (ifa->broadcast.w[3] == a.raw && !inet_addr_any(&ifa->broadcast))
			return true;
	return false;
}

/* rp_filter 1: the way back is by dev; 2: there is a way back (RFC 3704). */
static bool reverse_path_ok(struct net *net, struct net_device *dev, const union inet_addr *saddr,
			    u8 mode)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = *saddr };
	struct fib_result res;

	if (!mode || (dev->flags & DEV_LOOPBACK))
		return true;
	if (fib_lookup(net, &fl, &res) || res.type != RTN_UNICAST)
		return false;
	return mode == 2 || res.entry->r.dev == dev;
}

static enum skb_drop_reason check_source(struct net *net, struct net_device *dev,
					 const struct in_device *idev,
					 const union inet_addr *saddr, be32 s)
{
	bool lo = dev->flags & DEV_LOOPBACK;

	if (ip4_is_multicast(s) || ip4_is_lbcast(s) || ip4_is_zeronet(s) || ip4_is_reserved(s))
		return SKB_DROP_IP_INVALID_SOURCE;
	if (ip4_is_loopback(s) && !lo && !IN_DEV_MAX(net, idev, route_localnet))
		return SKB_DROP_IP_LOCALNET;
	if (!lo && !IN_DEV_MAX(net, idev, accept_local) && inet_ifaddr_find(net, saddr, NULL))
		return SKB_DROP_IP_LOCAL_SOURCE;
	if (is_dev_broadcast(idev, s))
		return SKB_DROP_IP_INVALID_SOURCE;
	if (!reverse_path_ok(net, dev, saddr, IN_DEV_MAX(net, idev, rp_filter)))
		return SKB_DROP_IP_RPFILTER;
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason route_multicast(struct sk_buff *skb, struct net_device *dev, be32 s)
{
	struct inet_skb_cb *cb = inet_cb(skb);

	cb->flags |= INET_CB_MULTICAST;
	/* 0.0.0.0 is a source only for link-local groups: IGMP before there is an address */
	if (ip4_is_zeronet(s) && !ip4_is_local_multicast(be32_of(&cb->daddr)))
		return SKB_DROP_IP_INVALID_SOURCE;
	if (!ip_mc_is_member(dev, &cb->daddr, INET_FAMILY_4))
		return SKB_DROP_MCAST_NOT_JOINED;
	return ip_route_take(skb, ip_route_input_dst(dev->net, INET_FAMILY_4, dev, RTN_MULTICAST));
}

static enum skb_drop_reason route_broadcast(struct sk_buff *skb, struct net_device *dev)
{
	inet_cb(skb)->flags |= INET_CB_BROADCAST;
	return ip_route_take(skb, ip_route_input_dst(dev->net, INET_FAMILY_4, dev, RTN_BROADCAST));
}

/*
 * Not one of our unicast addresses: what does the local table say (directed broadcast, 127/8)? Or somebody
 * else's.
 */
static enum skb_drop_reason route_by_fib(struct sk_buff *skb, struct net_device *dev,
					 const struct in_device *idev)
{
	struct net *net = dev->net;
	struct flowi fl = { .family = INET_FAMILY_4, .iif = dev->ifindex, .mark = skb->mark,
			    .daddr = inet_cb(skb)->daddr, .tos = inet_cb(skb)->tos };
	struct fib_result res;
	struct dst_entry *dst;
	int err;

	if (ip4_may_forward(skb, idev) && (dst = ip_route_forward_find(net, &fl)))
		return ip_route_take(skb, dst);
	err = fib_lookup(net, &fl, &res);
	if (!err && res.type == RTN_BROADCAST)
		return route_broadcast(skb, dev);
	if (!err && res.type == RTN_LOCAL)
		return ip_route_take(skb, ip_route_input_dst(net, INET_FAMILY_4, dev, RTN_LOCAL));
	return ip4_route_forward(skb, idev, &fl, err, &res);
}

/* Unicast to us; DEV-08: in a link-layer broadcast or multicast it is refused. */
static enum skb_drop_reason check_l2(struct net *net, const struct sk_buff *skb,
				     const struct in_device *idev)
{
	if (skb->pkt_type != PACKET_BROADCAST && skb->pkt_type != PACKET_MULTICAST)
		return SKB_NOT_DROPPED;
	if (inet_cb(skb)->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST))
		return SKB_NOT_DROPPED;
	return IN_DEV_MAX(net, idev, drop_unicast_in_l2_multicast) ?
		       SKB_DROP_UNICAST_IN_L2_MULTICAST : SKB_NOT_DROPPED;
}

static enum skb_drop_reason route_unicast(struct sk_buff *skb, struct net_device *dev,
					  const struct in_device *idev, be32 s, be32 d)
{
	struct net *net = dev->net;
	struct inet_skb_cb *cb = inet_cb(skb);
	enum skb_drop_reason reason;
	struct dst_entry *dst;

	if (ip4_is_zeronet(d) || ip4_is_reserved(d))
		return SKB_DROP_IP_INVALID_DEST;
	if (ip4_is_loopback(d) && !(dev->flags & DEV_LOOPBACK) &&
	    !IN_DEV_MAX(net, idev, route_localnet))
		return SKB_DROP_IP_LOCALNET;
	reason = check_source(net, dev, idev, &cb->saddr, s);
	if (reason)
		return reason;
	dst = ip_route_input_local(net, INET_FAMILY_4, &cb->daddr, dev, &cb->iif);
	if (likely(dst))
		skb_dst_set(skb, dst);
	else
		reason = route_by_fib(skb, dev, idev);
	return reason ?: check_l2(net, skb, idev);
}

enum skb_drop_reason ip4_route_input(struct sk_buff *skb, struct net_device *dev)
{
	const struct in_device *idev = in_dev_get(dev);
	be32 s = ip4_hdr(skb)->saddr, d = ip4_hdr(skb)->daddr;
	enum skb_drop_reason reason;

	if (!idev)
		return SKB_DROP_DEV_READY;
	if (ip4_is_multicast(d) || ip4_is_lbcast(d)) {
		reason = ip4_is_zeronet(s) ? SKB_NOT_DROPPED :
			 check_source(dev->net, dev, idev, &inet_cb(skb)->saddr, s);
		if (reason)
			return reason;
		return ip4_is_multicast(d) ? route_multicast(skb, dev, s) :
					     route_broadcast(skb, dev);
	}
	reason = route_unicast(skb, dev, idev, s, d);
	if (reason == SKB_DROP_IP_INVALID_DEST || reason == SKB_DROP_IP_INVALID_SOURCE)
		net_mib_inc(dev->net, Ip_InAddrErrors);
	return reason;
}
