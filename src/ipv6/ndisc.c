/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neighbour discovery received (RFC 4861). Every message is validated first (6.1, 7.1, 8.1);
 * one that fails is dropped in silence with its reason.
 */
#include <errno.h>

#include "ipv6/ip6.h"

/* The length that the options leave to the fixed part. */
static u32 fixed_len(u8 type)
{
	switch (type) {
	case ICMP6_TYPE_ROUTER_SOLICIT:
		return sizeof(struct nd_rs_msg);
	case ICMP6_TYPE_ROUTER_ADVERT:
		return sizeof(struct nd_ra_msg);
	case ICMP6_TYPE_NEIGH_SOLICIT:
		return sizeof(struct nd_ns_msg);
	case ICMP6_TYPE_NEIGH_ADVERT:
		return sizeof(struct nd_na_msg);
	default:
		return sizeof(struct nd_redirect_msg);
	}
}

/* What all messages have in common. */
static enum skb_drop_reason validate(struct nd_in *in)
{
	struct sk_buff *skb = in->skb;
	const struct inet6_dev *idev = in6_dev_get(in->dev);
	u32 fixed = fixed_len(skb->data[0]);

	if (in->cb->ttl != ND_HOP_LIMIT)
		return SKB_DROP_IPV6_NDISC_HOP_LIMIT;
	if (skb->data[1] != 0)
		return SKB_DROP_IPV6_NDISC_BAD_CODE;
	if ((in->cb->flags & INET_CB_FRAGMENTED) && idev && idev->conf.suppress_frag_ndisc)
		return SKB_DROP_IPV6_NDISC_FRAG;
	if (skb->len < fixed)
		return SKB_DROP_PKT_TOO_SMALL;
	if (skb_linearize(skb))
		return SKB_DROP_NOMEM;
	in->msg = skb->data;
	in->len = skb->len;
	if (nd_opts_parse(&in->opts, in->msg + fixed, in->len - fixed) != ND_OPT_OK)
		return SKB_DROP_IPV6_NDISC_BAD_OPTIONS;
	return SKB_NOT_DROPPED;
}

/* -- solicitation ---------------------------------------------------------------------------- */

static bool sent_by_us(const struct nd_in *in)
{
	const struct eth_hdr *eth = (const struct eth_hdr *)skb_mac_header(in->skb);

	return in->skb->mac_len >= ETH_HLEN && eth_addr_equal(eth->src, in->dev->dev_addr);
}

/* Somebody else checks an address that we check: one of us must go without. */
static enum skb_drop_reason ns_for_tentative(struct nd_in *in, struct ip_ifaddr *ifa)
{
	bool dad = inet_addr_any(&in->cb->saddr);

	if (!dad)
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (in->net->shard && sent_by_us(in))
		return SKB_DROP_IPV6_NDISC_IGNORED;	/* the first shard's, with a nonce of its own */
	if (in->opts.nonce && !memcmp(in->opts.nonce->nonce, ifa->dad_nonce, 6))
		return SKB_DROP_IPV6_NDISC_IGNORED;	/* our own, looped back (RFC 7527) */
	ip6_dad_failed(ifa);
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason validate_ns(const struct nd_in *in, const union inet_addr *target)
{
	if (inet_addr_is_multicast(target))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (!inet_addr_any(&in->cb->saddr))
		return SKB_NOT_DROPPED;
	if (!ip6_addr_is_solicited_node(ip6_of(&in->cb->daddr)))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	return in->opts.slla ? SKB_DROP_IPV6_NDISC_BAD_OPTIONS : SKB_NOT_DROPPED;
}

static enum skb_drop_reason rcv_ns(struct nd_in *in)
{
	const struct nd_ns_msg *ns = (const struct nd_ns_msg *)in->msg;
	union inet_addr target = inet_addr_ip6(&ns->target), all = ip6_all_nodes();
	enum skb_drop_reason reason = validate_ns(in, &target);
	struct ip_ifaddr *ifa;
	struct neighbour *n;

	if (reason)
		return reason;
	ifa = inet_ifaddr_find(in->net, &target, in->dev);
	if (!ifa)
		return SKB_DROP_IPV6_NDISC_NS_OTHERHOST;
	if (ifa->ifa.flags & IFA_FLAG_TENTATIVE)
		return ns_for_tentative(in, ifa);
	if (inet_addr_any(&in->cb->saddr)) {
		ndisc_send_na(in->dev, &target, &all, false, true);
		return SKB_NOT_DROPPED;
	}
	if (in->opts.slla) {
		n = neigh_get(&in->net->ipv6.nd_tbl, in->cb->saddr.b, in->dev);
		if (!n)
			return SKB_DROP_NEIGH_CREATEFAIL;
		neigh_update(n, in->opts.slla->addr, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
		neigh_release(n);
	}
	/* who asks by unicast has our link-layer address (RFC 4861 7.2.4) */
	ndisc_send_na(in->dev, &target, &in->cb->saddr, true,
		      inet_addr_is_multicast(&in->cb->daddr));
	return SKB_NOT_DROPPED;
}

/* -- advertisement ------------------------------------------------------------------------------ */

static void na_for_own(struct nd_in *in, struct ip_ifaddr *ifa)
{
	char text[INET_ADDRSTRLEN_NS];

	if (ifa->ifa.flags & IFA_FLAG_TENTATIVE) {
		ip6_dad_failed(ifa);
		return;
	}
	inet_addr_ntop(&ifa->ifa.local, text, sizeof(text));
	net_log(in->net, 4, "%s: address %s is used by another host", in->dev->name, text);
}

static enum skb_drop_reason rcv_na(struct nd_in *in)
{
	const struct nd_na_msg *na = (const struct nd_na_msg *)in->msg;
	union inet_addr target = inet_addr_ip6(&na->target);
	const u8 *lladdr = in->opts.tlla ? in->opts.tlla->addr : NULL;
	u32 flags = be32_get(na->flags), how = NEIGH_UPDATE_F_WEAK_OVERRIDE;
	bool solicited = flags & ND_NA_SOLICITED;
	struct ip_ifaddr *ifa;
	struct neighbour *n;
	u8 was;

	if (inet_addr_is_multicast(&target) || (solicited && (in->cb->flags & INET_CB_MULTICAST)))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (!solicited && in6_dev_get(in->dev)->conf.drop_unsolicited_na)
		return SKB_DROP_IPV6_NDISC_IGNORED;
	ifa = inet_ifaddr_find(in->net, &target, in->dev);
	if (ifa) {
		na_for_own(in, ifa);
		return SKB_NOT_DROPPED;
	}
	n = neigh_lookup(&in->net->ipv6.nd_tbl, target.b, in->dev);
	if (!n)
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (n->nud_state & NUD_FAILED) {	/* as good as no entry */
		neigh_release(n);
		return SKB_DROP_IPV6_NDISC_IGNORED;
	}
	if (lladdr || (n->nud_state & NUD_VALID)) {
		how |= flags & ND_NA_OVERRIDE ? NEIGH_UPDATE_F_OVERRIDE : 0;
		how |= NEIGH_UPDATE_F_OVERRIDE_ISROUTER;
		how |= flags & ND_NA_ROUTER ? NEIGH_UPDATE_F_ISROUTER : 0;
		was = n->flags;
		neigh_update(n, lladdr, solicited ? NUD_REACHABLE : NUD_STALE, how);
		if (was & ~n->flags & NTF_ROUTER_NS)	/* it was a router */
			ip6_ra_router_gone(in6_dev_get(in->dev), &target);
	}
	neigh_release(n);
	return SKB_NOT_DROPPED;
}

/* -- redirect ------------------------------------------------------------------------------------- */

/*
 * RFC 4861 8.1: from the link-local address of the router that we use for the destination; the new
 * next hop is a link-local router, or the destination itself.
 */
static enum skb_drop_reason rcv_redirect(struct nd_in *in)
{
	const struct nd_redirect_msg *rd = (const struct nd_redirect_msg *)in->msg;
	union inet_addr target = inet_addr_ip6(&rd->target), dest = inet_addr_ip6(&rd->dest);
	const struct ipv6_devconf *conf = &in6_dev_get(in->dev)->conf;
	bool on_link = inet_addr_equal(&target, &dest);
	struct neighbour *n;

	if (!inet_addr_is_linklocal(&in->cb->saddr) || inet_addr_is_multicast(&dest))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (!on_link && !inet_addr_is_linklocal(&target))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (!conf->accept_redirects || conf->forwarding ||
	    !rt_redirect(in->net, INET_FAMILY_6, &dest, in->dev, &in->cb->saddr, &target))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	if (!in->opts.tlla)
		return SKB_NOT_DROPPED;
	n = neigh_get(&in->net->ipv6.nd_tbl, target.b, in->dev);
	if (!n)
		return SKB_DROP_NEIGH_CREATEFAIL;
	neigh_update(n, in->opts.tlla->addr, NUD_STALE,
		     NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE |
			     (on_link ? 0 : NEIGH_UPDATE_F_OVERRIDE_ISROUTER |
						    NEIGH_UPDATE_F_ISROUTER));
	neigh_release(n);
	return SKB_NOT_DROPPED;
}

/* A router learns of a host (RFC 4861 6.2.6). To answer is the business of a program (radvd). */
static enum skb_drop_reason rcv_rs(const struct nd_in *in)
{
	const u32 how = NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE |
			NEIGH_UPDATE_F_OVERRIDE_ISROUTER;
	struct neighbour *n;

	if (inet_addr_any(&in->cb->saddr) && in->opts.slla)
		return SKB_DROP_IPV6_NDISC_BAD_OPTIONS;
	if (!in6_dev_get(in->dev)->conf.forwarding || !in->opts.slla)
		return SKB_DROP_IPV6_NDISC_IGNORED;
	n = neigh_get(&in->net->ipv6.nd_tbl, in->cb->saddr.b, in->dev);
	if (!n)
		return SKB_DROP_NEIGH_CREATEFAIL;
	neigh_update(n, in->opts.slla->addr, NUD_STALE, how);
	neigh_release(n);
	return SKB_NOT_DROPPED;
}

enum skb_drop_reason ndisc_rcv(struct net *net, struct sk_buff *skb)
{
	struct nd_in in = { .net = net, .skb = skb, .dev = skb->dev, .cb = inet_cb(skb) };
	enum skb_drop_reason reason = validate(&in);

	if (reason) {
		net_mib_inc(net, Icmp6_InErrors);
		return reason;
	}
	switch (in.msg[0]) {
	case ICMP6_TYPE_NEIGH_SOLICIT:
		reason = rcv_ns(&in);
		break;
	case ICMP6_TYPE_NEIGH_ADVERT:
		reason = rcv_na(&in);
		break;
	case ICMP6_TYPE_REDIRECT:
		reason = rcv_redirect(&in);
		break;
	case ICMP6_TYPE_ROUTER_ADVERT:
		reason = ndisc_rcv_ra(&in);
		if (reason == SKB_DROP_IPV6_NDISC_BAD_SOURCE)
			net_mib_inc(net, Icmp6_InErrors);
		break;
	default:
		reason = rcv_rs(&in);
	}
	if (!reason)
		consume_skb(skb);
	return reason;
}
