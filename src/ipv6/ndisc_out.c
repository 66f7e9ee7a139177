/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbour discovery sent: solicitations (also of routers), advertisements; the neighbour table's part. */
#include <errno.h>

#include "ipv6/ip6.h"

union inet_addr ip6_solicited_node_of(const union inet_addr *a)
{
	struct ip6_addr group;

	ip6_solicited_node(&group, ip6_of(a));
	return inet_addr_ip6(&group);
}

union inet_addr ip6_all_nodes(void)
{
	static const u8 ff02_1[16] = { 0xff, 0x02, [15] = 1 };

	return inet_addr_from6(ff02_1);
}

static void put_lladdr(struct sk_buff *skb, u8 type, const struct net_device *dev)
{
	struct nd_opt_lladdr *o;

	if (dev->addr_len != ETH_ALEN)
		return;
	o = skb_put(skb, sizeof(*o));
	o->type = type;
	o->len = 1;
	eth_addr_copy(o->addr, dev->dev_addr);
}

/* Sends an ND message: hop limit 255, by dev, from saddr (any: as it is) to daddr. Consumes. */
static void nd_xmit(struct net_device *dev, struct sk_buff *skb, const union inet_addr *saddr,
		    const union inet_addr *daddr)
{
	struct net *net = dev->net;
	struct flowi fl = { .family = INET_FAMILY_6, .proto = IP_PROTO_ICMPV6, .daddr = *daddr,
			    .oif = dev->ifindex, .flags = FLOWI_F_ANYSRC };
	const struct inet6_dev *idev = in6_dev_get(dev);
	struct dst_entry *dst;

	/* not inet_af6.route_output(): the source may be tentative, or none at all */
	if (ip_route_output(net, &fl, &dst)) {
		kfree_skb_reason(skb, SKB_DROP_IP_OUTNOROUTES);
		return;
	}
	fl.tos = idev ? idev->conf.ndisc_tclass : 0;
	fl.saddr = *saddr;
	fl.sport = skb->data[0];
	icmp6_xmit(net, skb, &fl, dst, ND_HOP_LIMIT);
	dst_release(dst);
}

static struct sk_buff *nd_alloc(struct net *net, u32 len)
{
	struct sk_buff *skb = alloc_skb(net, SKB_HEADROOM + len + 2 * sizeof(struct nd_opt_lladdr));

	if (skb)
		skb_reserve(skb, SKB_HEADROOM);
	return skb;
}

void ndisc_send_ns(struct net_device *dev, const union inet_addr *target,
		   const union inet_addr *saddr, const union inet_addr *daddr, const u8 *nonce)
{
	static const union inet_addr none;
	struct sk_buff *skb = nd_alloc(dev->net, sizeof(struct nd_ns_msg));
	struct nd_opt_nonce *o;
	struct nd_ns_msg *ns;

	if (!skb)
		return;
	ns = skb_put(skb, sizeof(*ns));
	memset(ns, 0, sizeof(*ns));
	ns->type = ICMP6_TYPE_NEIGH_SOLICIT;
	memcpy(ns->target.b, target->b, 16);
	if (saddr) {
		put_lladdr(skb, ND_OPT_T_SLLA, dev);
	} else if (nonce) {
		o = skb_put(skb, sizeof(*o));
		o->type = ND_OPT_T_NONCE;
		o->len = 1;
		memcpy(o->nonce, nonce, sizeof(o->nonce));
	}
	nd_xmit(dev, skb, saddr ?: &none, daddr);
}

void ndisc_send_na(struct net_device *dev, const union inet_addr *target,
		   const union inet_addr *daddr, bool solicited, bool override)
{
	/* of the shards the first one speaks for all */
	struct sk_buff *skb = dev->net->shard ? NULL : nd_alloc(dev->net, sizeof(struct nd_na_msg));
	const struct inet6_dev *idev = in6_dev_get(dev);
	struct nd_na_msg *na;

	if (!skb)
		return;
	na = skb_put(skb, sizeof(*na));
	memset(na, 0, sizeof(*na));
	na->type = ICMP6_TYPE_NEIGH_ADVERT;
	na->flags = be32_make((in6_dev_get(dev)->conf.forwarding ? ND_NA_ROUTER : 0) |
			      (solicited ? (u32)ND_NA_SOLICITED : 0) |
			      (override ? (u32)ND_NA_OVERRIDE : 0));
	memcpy(na->target.b, target->b, 16);
	if (override || (idev && idev->conf.force_tllao))
		put_lladdr(skb, ND_OPT_T_TLLA, dev);
	nd_xmit(dev, skb, target, daddr);
}

void ndisc_send_rs(struct net_device *dev, const union inet_addr *saddr)
{
	static const u8 ff02_2[16] = { 0xff, 0x02, [15] = 2 };
	union inet_addr all_routers = inet_addr_from6(ff02_2);
	struct sk_buff *skb = nd_alloc(dev->net, sizeof(struct nd_rs_msg));
	struct nd_rs_msg *rs;

	if (!skb)
		return;
	rs = skb_put(skb, sizeof(*rs));
	memset(rs, 0, sizeof(*rs));
	rs->type = ICMP6_TYPE_ROUTER_SOLICIT;
	put_lladdr(skb, ND_OPT_T_SLLA, dev);
	nd_xmit(dev, skb, saddr, &all_routers);
}

/* -- redirects -------------------------------------------------------------------------------- */

/* The target's link-layer address, if it is known. */
static void put_target(struct sk_buff *skb, struct net_device *dev, const union inet_addr *target)
{
	struct neighbour *n = neigh_lookup(&dev->net->ipv6.nd_tbl, target->b, dev);
	struct nd_opt_lladdr *o;

	if (!n)
		return;
	if ((n->nud_state & NUD_VALID) && dev->addr_len == ETH_ALEN) {
		o = skb_put(skb, sizeof(*o));
		o->type = ND_OPT_T_TLLA;
		o->len = 1;
		eth_addr_copy(o->addr, n->ha);
	}
	neigh_release(n);
}

/*
 * As much of the packet as keeps the message within the smallest MTU (RFC 4861 4.6.3), in units of 8
 * octets.
 */
static void put_redirected(struct sk_buff *skb, const struct sk_buff *about)
{
	u32 room = IP6_MIN_MTU - IP6_HLEN - skb->len - (u32)sizeof(struct nd_opt_redirected);
	struct nd_opt_redirected *o = skb_put(skb, sizeof(*o));
	u32 n = min(about->len, room) & ~7u;

	*o = (struct nd_opt_redirected){ .type = ND_OPT_T_REDIRECTED, .len = (u8)(1 + n / 8) };
	ip_quote(about, skb_put(skb, n), n);
}

void ndisc_send_redirect(const struct sk_buff *about, const union inet_addr *target,
			 const union inet_addr *daddr)
{
	struct net_device *dev = about->dev;
	struct net *net = dev->net;
	const struct inet_ifaddr *from = ip6_link_local(in6_dev_get(dev));
	union inet_addr to = inet_addr_ip6(&ip6_hdr(about)->saddr);
	struct nd_redirect_msg *rd;
	struct sk_buff *skb;

	if (!from || !inet_peer_allow(net, &to, NSEC_PER_SEC))
		return;
	skb = nd_alloc(net, IP6_MIN_MTU);
	if (!skb)
		return;
	rd = skb_put(skb, sizeof(*rd));
	memset(rd, 0, sizeof(*rd));
	rd->type = ICMP6_TYPE_REDIRECT;
	memcpy(rd->target.b, target->b, 16);
	memcpy(rd->dest.b, daddr->b, 16);
	put_target(skb, dev, target);
	put_redirected(skb, about);
	nd_xmit(dev, skb, &from->local, &to);
}

/* -- neighbour table ---------------------------------------------------------------------------- */

/* Source of a solicitation: the asking packet's if it is ours on dev (RFC 4861 7.2.2), else link-local. */
static bool choose_source(struct neighbour *n, const struct sk_buff *skb,
			  const union inet_addr *target, union inet_addr *saddr)
{
	union inet_addr on_link = ip6_all_nodes();
	struct net *net = n->tbl->net;
	const struct ip_ifaddr *ifa;

	if (!skb)
		return ip6_select_saddr(net, n->dev, &on_link, saddr);
	if (ip6_version(ip6_hdr(skb)) == 6) {
		*saddr = inet_addr_ip6(&ip6_hdr(skb)->saddr);
		ifa = inet_ifaddr_find(net, saddr, n->dev);
		if (ifa && !(ifa->ifa.flags & IFA_FLAG_TENTATIVE))
			return true;
	}
	return ip6_select_saddr(net, n->dev, target, saddr);
}

static void nd_solicit(struct neighbour *n, const struct sk_buff *skb)
{
	union inet_addr target = inet_addr_from6(n->key), saddr, group;

	if (!in6_dev_get(n->dev) || !choose_source(n, skb, &target, &saddr))
		return;
	if (n->probes < n->parms->ucast_probes && (n->nud_state & NUD_VALID)) {
		ndisc_send_ns(n->dev, &target, &saddr, &target, NULL);
		return;
	}
	group = ip6_solicited_node_of(&target);
	ndisc_send_ns(n->dev, &target, &saddr, &group, NULL);
}

static void nd_error_report(struct neighbour *n, struct sk_buff *skb)
{
	(void)n;
	icmp6_send(skb, ICMP6_TYPE_UNREACH, ICMP6_UNREACH_ADDRESS, 0);
	kfree_skb_reason(skb, SKB_DROP_NEIGH_FAILED);
}

static int nd_constructor(struct neighbour *n)
{
	union inet_addr a = inet_addr_from6(n->key);
	struct net_device *dev = n->dev;

	if (!in6_dev_get(dev))
		return -EINVAL;
	n->type = inet_addr_is_multicast(&a) ? RTN_MULTICAST : RTN_UNICAST;
	if (dev->flags & (DEV_LOOPBACK | DEV_NOARP | DEV_POINTOPOINT)) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev->flags & DEV_LOOPBACK ? dev->dev_addr : dev->broadcast,
		       sizeof(n->ha));
	} else if (n->type == RTN_MULTICAST) {
		n->nud_state = NUD_NOARP;
		ip_mc_map(&a, INET_FAMILY_6, n->ha);
	}
	return 0;
}

int ndisc_init(struct net *net)
{
	struct neigh_table *tbl = &net->ipv6.nd_tbl;

	tbl->protocol = ETH_TYPE_IP6;
	tbl->key_len = 16;
	tbl->constructor = nd_constructor;
	tbl->solicit = nd_solicit;
	tbl->error_report = nd_error_report;
	return neigh_table_init(net, tbl);
}

void ndisc_exit(struct net *net)
{
	neigh_table_exit(&net->ipv6.nd_tbl);
}
