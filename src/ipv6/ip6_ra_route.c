/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routes that advertisements bring: default routers, prefixes on link, routes to elsewhere. Each is
 * here, with its lifetime, and in the FIB. Of several routers of one metric the reachable ones come
 * first, then those of the higher preference (RFC 4191 3.2), by fib_route.rank; one that is found
 * unreachable goes behind the others, so that they take turns when none can be reached
 * (RFC 4861 6.3.6), and is asked again every router_probe_interval.
 */
#include <errno.h>

#include "ipv6/ip6.h"

enum { RANK_UNREACHABLE = 4 };

struct ra_route {
	struct list_head list;		/* inet6_dev.ra_routes */
	struct inet6_dev *idev;
	struct fib_route r;		/* as in the FIB */
	u64 expires, probe_at;		/* ns; U64_MAX: never */
	struct timer_list timer;	/* the earlier of them */
	bool unreachable;
};

static struct net *net_of(const struct ra_route *e)
{
	return e->idev->base.dev->net;
}

static bool is_router(const struct ra_route *e)
{
	return !inet_addr_any(&e->r.gw);
}

/* 1 the best */
static u8 rank_of(const struct ra_route *e, u8 pref)
{
	u8 rank = pref == ND_RA_PREF_HIGH ? 1 : pref == ND_RA_PREF_LOW ? 3 : 2;

	return (u8)(rank + (e->unreachable ? RANK_UNREACHABLE : 0));
}

/* There may be one already that somebody configured: it serves as well. */
static void install(struct ra_route *e)
{
	int err = fib_route_add(net_of(e), &e->r);

	if (err && err != -EEXIST)
		net_log(net_of(e), 4, "%s: an advertised route is refused: error %d",
			e->r.dev->name, -err);
}

static void arm(struct ra_route *e)
{
	u64 at = min(e->expires, e->probe_at);

	if (at == U64_MAX)
		del_timer(&e->timer);
	else
		mod_timer(&e->timer, at);
}

static void forget(struct ra_route *e)
{
	struct inet6_dev *idev = e->idev;
	struct net *net = net_of(e);

	del_timer(&e->timer);
	list_del(&e->list);
	idev->nr_ra_routes--;
	fib_route_del(net, &e->r);
	net_free(net, e, sizeof(*e));
}

static void expire(struct ra_route *e)
{
	struct inet6_dev *idev = e->idev;
	bool on_link = !is_router(e);

	forget(e);
	if (on_link)
		ip6_addr_routes_restore(idev);
}

/* -- reachability ------------------------------------------------------------------------------ */

static void set_unreachable(struct ra_route *e, bool unreachable)
{
	struct net *net = net_of(e);

	if (e->unreachable == unreachable)
		return;
	fib_route_del(net, &e->r);
	e->unreachable = unreachable;
	e->r.rank = (u8)(unreachable ? e->r.rank + RANK_UNREACHABLE : e->r.rank - RANK_UNREACHABLE);
	e->probe_at = unreachable ? net->now + e->idev->conf.router_probe_interval : U64_MAX;
	install(e);
	arm(e);
}

void ip6_ra_neigh_changed(const struct neighbour *n)
{
	struct inet6_dev *idev = in6_dev_get(n->dev);
	union inet_addr addr = inet_addr_from6(n->key);
	struct ra_route *e;

	if (!idev || !idev->nr_ra_routes || (!n->dead && !(n->nud_state & (NUD_VALID | NUD_FAILED))))
		return;
	list_for_each_entry(e, &idev->ra_routes, list)
		if (is_router(e) && inet_addr_equal(&e->r.gw, &addr))
			set_unreachable(e, !n->dead && n->nud_state == NUD_FAILED);
}

/* Who was given up and is not used is asked anew (RFC 4191 3.5), unless somebody has meanwhile. */
static void probe(const struct ra_route *e)
{
	struct neigh_table *tbl = &net_of(e)->ipv6.nd_tbl;
	struct neighbour *n = neigh_lookup(tbl, e->r.gw.b, e->r.dev);

	if (!n)
		return;
	if (n->nud_state == NUD_FAILED)
		neigh_update(n, NULL, NUD_INCOMPLETE, NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
}

static void timer(struct timer_list *t)
{
	struct ra_route *e = from_timer(e, t, timer);
	u64 now = net_of(e)->now;

	if (now >= e->expires) {
		expire(e);
		return;
	}
	if (now >= e->probe_at) {
		e->probe_at = now + e->idev->conf.router_probe_interval;
		arm(e);
		probe(e);
	}
}

/* -- advertisements ----------------------------------------------------------------------------- */

static struct ra_route *find(const struct inet6_dev *idev, const struct ra_route_news *news)
{
	struct ra_route *e;

	list_for_each_entry(e, &idev->ra_routes, list)
		if (e->r.dst.len == news->dst.len && inet_addr_equal(&e->r.dst.addr, &news->dst.addr) &&
		    inet_addr_equal(&e->r.gw, &news->gw))
			return e;
	return NULL;
}

static struct ra_route *make(struct inet6_dev *idev, const struct ra_route_news *news)
{
	struct net_device *dev = idev->base.dev;
	struct ra_route *e = net_alloc(dev->net, sizeof(*e));

	if (!e)
		return NULL;
	e->idev = idev;
	e->probe_at = U64_MAX;
	e->r = (struct fib_route){ .dst = news->dst, .gw = news->gw, .dev = dev, .type = RTN_UNICAST,
				   .protocol = RTPROT_RA_NS };
	timer_setup(&e->timer, dev->net, timer);
	list_add_tail(&e->list, &idev->ra_routes);
	idev->nr_ra_routes++;
	return e;
}

static void renew(struct ra_route *e, const struct ra_route_news *news)
{
	bool for_ever = news->lifetime == (u32)RA_LIFETIME_INFINITE;
	struct fib_route r = e->r;

	e->expires = for_ever ? U64_MAX : net_of(e)->now + news->lifetime * NSEC_PER_SEC;
	r.priority = news->metric;
	r.rank = rank_of(e, news->pref);
	r.flags = FIB_F_ADDRCONF | news->flags | (for_ever ? 0 : (u32)FIB_F_EXPIRES) |
		  ((u32)news->pref >> 3 << FIB_F_PREF_SHIFT);
	/* a route like the one before keeps its turn, and those who use it */
	if (e->r.priority && (r.priority != e->r.priority || r.rank != e->r.rank || r.flags != e->r.flags))
		fib_route_del(net_of(e), &e->r);
	e->r = r;
	install(e);
	arm(e);
}

int ip6_ra_route_set(struct inet6_dev *idev, const struct ra_route_news *news)
{
	struct ra_route *e = find(idev, news);

	if (!news->lifetime) {
		if (e)
			expire(e);
		return 0;
	}
	if (!e && idev->nr_ra_routes >= IP6_RA_ROUTES_MAX)
		return -ENOSPC;
	e = e ?: make(idev, news);
	if (!e)
		return -ENOMEM;
	renew(e, news);
	return 0;
}

void ip6_ra_router_gone(struct inet6_dev *idev, const union inet_addr *addr)
{
	struct ra_route *e, *tmp;

	list_for_each_entry_safe(e, tmp, &idev->ra_routes, list)
		if (is_router(e) && inet_addr_equal(&e->r.gw, addr))
			forget(e);
}

void ip6_ra_routes_restore(struct inet6_dev *idev)
{
	struct ra_route *e;

	list_for_each_entry(e, &idev->ra_routes, list)
		if (!is_router(e))
			install(e);
}

void ip6_ra_routes_clear(struct inet6_dev *idev)
{
	while (!list_empty(&idev->ra_routes))
		forget(list_first_entry(&idev->ra_routes, struct ra_route, list));
}

static void purge_routers(struct inet6_dev *idev)
{
	struct ra_route *e, *tmp;

	list_for_each_entry_safe(e, tmp, &idev->ra_routes, list)
		if (e->r.flags & FIB_F_DEFAULT)
			forget(e);
}

void ip6_ra_routers_purge(struct net *net)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		if (dev->ip6_ptr && in6_dev_get(dev)->conf.accept_ra != 2)
			purge_routers(in6_dev_get(dev));
}
