/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Router advertisements (RFC 4861 6.1.2, 6.3.4; RFC 4191; RFC 4862 5.5.3): the router itself, parameters of
 * the link, routes, prefixes. Each part has its switch in net.ipv6.conf. What an option says of DNS
 * (RFC 8106) is not for a stack.
 */
#include "ipv6/ip6.h"

enum {
	MIN_RETRANS_MS = 10, MIN_REACHABLE_MS = 100,
	MAX_TIMES_MS = 3600000,		/* RFC 4861 6.2.1; nonsense beyond */
	PREFIX_METRIC = 256, ROUTE_METRIC = 1024,
};

struct ra_in {
	const struct nd_in *nd;
	const struct nd_ra_msg *ra;
	struct inet6_dev *idev;
	const struct ipv6_devconf *conf;
};

/* 10b is reserved: like medium (RFC 4191 2.2); medium for all where preferences are not wanted */
static u8 pref_of(const struct ra_in *in, u8 flags)
{
	u8 pref = flags & ND_RA_PREF_MASK;

	return pref == ND_RA_PREF_INVALID || !in->conf->accept_ra_rtr_pref ? ND_RA_PREF_MEDIUM : pref;
}

static bool too_short(const struct ra_in *in, u32 lifetime)
{
	return lifetime && lifetime < in->conf->accept_ra_min_lft;
}

static struct inet_prefix prefix_of(const u8 *addr, u8 len)
{
	union inet_addr a = inet_addr_from6(addr);

	return ip6_prefix_of(&a, len);
}

static void default_router(const struct ra_in *in)
{
	struct ra_route_news news = {
		.dst.family = INET_FAMILY_6, .gw = in->nd->cb->saddr, .flags = FIB_F_DEFAULT,
		.metric = in->conf->ra_defrtr_metric, .pref = pref_of(in, in->ra->flags),
		.lifetime = be16_get(in->ra->router_lifetime),
	};

	if (in->conf->accept_ra_defrtr && !too_short(in, news.lifetime))
		ip6_ra_route_set(in->idev, &news);
}

/* RFC 4861 6.3.4: zero leaves to us what we do. */
static void link_parameters(const struct ra_in *in)
{
	u32 retrans = be32_get(in->ra->retrans_timer), reachable = be32_get(in->ra->reachable_time);
	struct neigh_parms *p = &in->idev->nd_parms;
	u8 hops = in->ra->cur_hop_limit;

	if (hops && hops >= in->conf->accept_ra_min_hop_limit)
		in->idev->conf.hop_limit = hops;
	if (retrans && retrans <= MAX_TIMES_MS)
		p->retrans_ns = max_t(u32, retrans, MIN_RETRANS_MS) * NSEC_PER_MSEC;
	if (!reachable || reachable > MAX_TIMES_MS)
		return;
	reachable = max_t(u32, reachable, MIN_REACHABLE_MS);
	if (p->base_reachable_ns == reachable * NSEC_PER_MSEC)
		return;
	p->base_reachable_ns = reachable * NSEC_PER_MSEC;
	p->gc_stale_ns = 3 * p->base_reachable_ns;
}

/* It is a router; where its link-layer address is, if it says so. */
static void router_neighbour(const struct ra_in *in)
{
	const u32 how = NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE |
			NEIGH_UPDATE_F_OVERRIDE_ISROUTER | NEIGH_UPDATE_F_ISROUTER;
	struct neigh_table *tbl = &in->nd->net->ipv6.nd_tbl;
	const struct nd_opt_lladdr *slla = in->nd->opts.slla;
	const u8 *addr = in->nd->cb->saddr.b;
	struct neighbour *n;

	n = slla ? neigh_get(tbl, addr, in->nd->dev) : neigh_lookup(tbl, addr, in->nd->dev);
	if (!n)
		return;
	neigh_update(n, slla ? slla->addr : NULL, NUD_STALE, how);
	neigh_release(n);
}

/* -- options -------------------------------------------------------------------------------------- */

static void route_option(const struct ra_in *in, const struct nd_opt_hdr *o)
{
	const struct nd_opt_route *opt = (const struct nd_opt_route *)(const void *)o;
	u8 prefix[16] = { 0 }, len = opt->prefix_len;
	struct ra_route_news news = {
		.gw = in->nd->cb->saddr, .flags = len ? FIB_F_ROUTEINFO : FIB_F_DEFAULT,
		.metric = len ? (u32)ROUTE_METRIC : in->conf->ra_defrtr_metric,
		.pref = pref_of(in, opt->flags), .lifetime = be32_get(opt->lifetime),
	};

	if (len < in->conf->accept_ra_rt_info_min_plen || len > in->conf->accept_ra_rt_info_max_plen)
		return;
	if ((opt->flags & ND_RA_PREF_MASK) == ND_RA_PREF_INVALID)	/* RFC 4191 2.3: ignored */
		return;
	if ((!len && !in->conf->accept_ra_defrtr) || too_short(in, news.lifetime))
		return;
	memcpy(prefix, opt->prefix, ((size_t)opt->len - 1) * 8);
	news.dst = prefix_of(prefix, len);
	ip6_ra_route_set(in->idev, &news);
}

/* RFC 4862 5.5.3 a to c for both flags; a prefix is a matter of its own for each. */
static void prefix_option(const struct ra_in *in, const struct nd_opt_hdr *o)
{
	const struct nd_opt_prefix *opt = (const struct nd_opt_prefix *)(const void *)o;
	u32 valid = be32_get(opt->valid_lft), preferred = be32_get(opt->preferred_lft);
	struct ra_route_news news = { .flags = FIB_F_PREFIX_RT, .metric = PREFIX_METRIC, .lifetime = valid };

	if (opt->prefix_len > 128 || preferred > valid || too_short(in, valid))
		return;
	news.dst = prefix_of(opt->prefix.b, opt->prefix_len);
	if (inet_addr_is_multicast(&news.dst.addr) || inet_addr_is_linklocal(&news.dst.addr))
		return;
	if (opt->flags & ND_PREFIX_ONLINK)
		ip6_ra_route_set(in->idev, &news);
	if ((opt->flags & ND_PREFIX_AUTO) && in->conf->autoconf && opt->prefix_len == 64)
		ip6_autoconf_prefix(in->idev, &news.dst.addr, valid, preferred);
}

static void mtu_option(const struct ra_in *in)
{
	const struct nd_opt_mtu *opt = in->nd->opts.mtu;
	struct ipv6_devconf *conf = &in->idev->conf;
	u32 mtu = opt ? be32_get(opt->mtu) : 0;

	if (mtu < IP6_MIN_MTU || mtu > in->nd->dev->mtu || mtu == conf->mtu)
		return;
	conf->mtu = mtu;
	in->idev->ra_mtu = true;
	rt_genid_bump(in->nd->net);
}

static void options(const struct ra_in *in)
{
	const u8 *opts = in->nd->msg + sizeof(struct nd_ra_msg);
	struct nd_opt_cursor cur;

	for (const struct nd_opt_hdr *o = nd_opt_first(&cur, opts, in->nd->len - sizeof(struct nd_ra_msg)); o;
	     o = nd_opt_next(&cur)) {
		if (!nd_opt_len_ok(o))
			continue;
		if (o->type == ND_OPT_T_ROUTE)
			route_option(in, o);
		else if (o->type == ND_OPT_T_PREFIX && in->conf->accept_ra_pinfo)
			prefix_option(in, o);
	}
	if (in->conf->accept_ra_mtu)
		mtu_option(in);
}

enum skb_drop_reason ndisc_rcv_ra(const struct nd_in *nd)
{
	struct ra_in in = { .nd = nd, .ra = (const struct nd_ra_msg *)nd->msg, .idev = in6_dev_get(nd->dev) };

	if (!inet_addr_is_linklocal(&nd->cb->saddr))
		return SKB_DROP_IPV6_NDISC_BAD_SOURCE;
	if (!in.idev || !in.idev->on || !ip6_accept_ra(in.idev))
		return SKB_DROP_IPV6_NDISC_IGNORED;
	in.conf = &in.idev->conf;
	if (!in.conf->accept_ra_from_local && inet_ifaddr_find(nd->net, &nd->cb->saddr, nd->dev))
		return SKB_DROP_IPV6_NDISC_IGNORED;	/* our own */
	ndisc_rs_answered(in.idev);
	router_neighbour(&in);
	default_router(&in);
	link_parameters(&in);
	options(&in);
	return SKB_NOT_DROPPED;
}
