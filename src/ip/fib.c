/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FIB. Each family has the tables local, main and default, and three rules that ask them in
 * this order; policy routing adds rules and tables behind the same fib_lookup(). A prefix holds a
 * list of routes ordered by metric.
 */
#include <errno.h>

#include "ip/ip.h"

static const u32 table_ids[FIB_TABLES] = { RT_TABLE_LOCAL_NS, RT_TABLE_MAIN_NS,
					   RT_TABLE_DEFAULT_NS };
static const u32 rule_priorities[FIB_TABLES] = { 0, 32766, 32767 };

struct fib_key fib_key_of(u16 family, const union inet_addr *a)
{
	if (family == INET_FAMILY_4)
		return (struct fib_key){ (u64)get_be32(a->b + 12) << 32, 0 };
	return (struct fib_key){ get_be64(a->b), get_be64(a->b + 8) };
}

struct fib_table *fib_table_get(struct net *net, u16 family, u32 id)
{
	for (u32 i = 0; i < FIB_TABLES; i++)
		if (table_ids[i] == id)
			return net->ip.tables[inet_family_bit(family)][i];
	return NULL;
}

/* -- look-up ------------------------------------------------------------ */

static int type_error(u8 type)
{
	switch (type) {
	case RTN_BLACKHOLE:
		return -EINVAL;
	case RTN_UNREACHABLE:
		return -EHOSTUNREACH;
	case RTN_PROHIBIT:
		return -EACCES;
	default:
		return 0;
	}
}

static bool entry_usable(const struct fib_entry *e, const struct flowi *fl)
{
	const struct net_device *dev = e->r.dev;

	if (e->r.tos && e->r.tos != (fl->tos & INET_DSCP_MASK))
		return false;
	if (!dev)
		return !fl->oif;
	if (e->r.type == RTN_LOCAL)	/* ours whatever the device does; bound to lo is fine too */
		return !fl->oif || fl->oif == dev->ifindex ||
		       (dev->net->loopback_dev && fl->oif == dev->net->loopback_dev->ifindex);
	if (fl->oif && fl->oif != dev->ifindex)
		return false;
	return (dev->flags & DEV_UP) && (e->r.type != RTN_UNICAST || dev->carrier);
}

/* Usable, but the cable is out: better than nothing, as Linux without ignore_routes_with_linkdown. */
static bool entry_no_carrier(const struct fib_entry *e, const struct flowi *fl)
{
	const struct net_device *dev = e->r.dev;

	return dev && (dev->flags & DEV_UP) && (!fl->oif || fl->oif == dev->ifindex);
}

/* 0 found, -EAGAIN: ask the next table. */
static int table_lookup(const struct fib_table *t, const struct flowi *fl, struct fib_key key,
			struct fib_result *res)
{
	const struct fib_entry *fallback = NULL, *e;
	struct fib_node *n;

	for (n = fib_trie_lookup(&t->trie, key); n; n = fib_trie_shorter(n)) {
		list_for_each_entry(e, &n->entries, list) {
			if (entry_usable(e, fl))
				goto found;
			if (!fallback && entry_no_carrier(e, fl))
				fallback = e;
		}
	}
	if (!fallback)
		return -EAGAIN;
	e = fallback;
found:
	if (e->r.type == RTN_THROW)
		return -EAGAIN;
	res->entry = e;
	res->type = e->r.type;
	return 0;
}

int fib_lookup(struct net *net, const struct flowi *fl, struct fib_result *res)
{
	struct fib_key key = fib_key_of(fl->family, &fl->daddr);
	const struct fib_rule *rule;

	list_for_each_entry(rule, &net->ip.rules[inet_family_bit(fl->family)], list) {
		if ((fl->mark & rule->mark_mask) != rule->mark)
			continue;
		if (rule->iif && rule->iif != fl->iif)
			continue;
		if (table_lookup(rule->table, fl, key, res))
			continue;
		trace_event(net, fib_table_lookup, NULL, NULL, res->entry->r.dev, res->type, 0);
		return type_error(res->type);
	}
	trace_event(net, fib_table_lookup, NULL, NULL, NULL, 0, -ENETUNREACH);
	return -ENETUNREACH;
}

/* -- change -------------------------------------------------------------- */

/* A gateway must be a neighbour: its own route is on link (RTN_UNICAST) and by the same device. */
static int check_gateway(struct net *net, struct fib_route *r)
{
	struct flowi fl = { .family = r->dst.family, .daddr = r->gw };
	struct fib_result res;

	if (inet_addr_any(&r->gw))
		return 0;
	if (inet_addr_is_multicast(&r->gw))
		return -EINVAL;
	if (r->dst.family == INET_FAMILY_6 && inet_addr_is_linklocal(&r->gw)) {
		if (!r->dev)
			return -EINVAL;
		return 0;
	}
	if (r->dev)
		fl.oif = r->dev->ifindex;
	if (fib_lookup(net, &fl, &res))
		return -ENETUNREACH;
	if (res.type == RTN_LOCAL)
		return -EINVAL;
	if (res.type != RTN_UNICAST || !inet_addr_any(&res.entry->r.gw))
		return -ENETUNREACH;
	if (!r->dev)
		r->dev = res.entry->r.dev;
	return 0;
}

static int check_route(struct net *net, struct fib_route *r)
{
	u8 max_len = r->dst.family == INET_FAMILY_4 ? 32 : 128;
	struct fib_key k = fib_key_of(r->dst.family, &r->dst.addr);
	struct fib_key masked;

	if (r->dst.family != INET_FAMILY_4 && r->dst.family != INET_FAMILY_6)
		return -EINVAL;
	if (r->dst.len > max_len || r->type == RTN_UNSPEC || r->type > RTN_THROW)
		return -EINVAL;
	masked = fib_key_mask(k, r->dst.len);
	if (masked.hi != k.hi || masked.lo != k.lo)
		return -EINVAL;
	if (r->type >= RTN_BLACKHOLE) {
		r->dev = NULL;
		return 0;
	}
	if (!inet_addr_any(&r->prefsrc) &&
	    !net->ip.fam[inet_family_bit(r->dst.family)]->af->addr_is_local(net, &r->prefsrc))
		return -EINVAL;
	return check_gateway(net, r) ?: (r->dev ? 0 : -ENODEV);
}

static bool same_nexthop(const struct fib_route *a, const struct fib_route *b)
{
	return a->dev == b->dev && a->type == b->type && inet_addr_equal(&a->gw, &b->gw);
}

/*
 * The list is ordered by (metric, rank). IPv4 has one route a (prefix, tos, metric) unless the
 * stack itself adds it (one subnet on two devices); IPv6 tells different next hops apart.
 */
static int entry_place(struct fib_node *n, const struct fib_route *r, struct list_head **before)
{
	struct fib_entry *e;

	*before = &n->entries;
	list_for_each_entry(e, &n->entries, list) {
		bool behind = e->r.priority > r->priority ||
			      (e->r.priority == r->priority && e->r.rank > r->rank);

		if (behind && *before == &n->entries)
			*before = &e->list;
		if (e->r.priority != r->priority || e->r.tos != r->tos)
			continue;
		if (same_nexthop(&e->r, r))
			return -EEXIST;
		if (r->dst.family == INET_FAMILY_4 && r->protocol != RTPROT_KERNEL_NS)
			return -EEXIST;
	}
	return 0;
}

int fib_route_add(struct net *net, const struct fib_route *route)
{
	struct fib_route r = *route;
	struct list_head *before;
	struct fib_table *t;
	struct fib_entry *e;
	struct fib_node *n;
	int err;

	if (!r.table)
		r.table = RT_TABLE_MAIN_NS;
	t = fib_table_get(net, r.dst.family, r.table);
	if (!t)
		return -EINVAL;
	if (r.dst.family == INET_FAMILY_6 && !r.priority)
		r.priority = r.protocol == RTPROT_KERNEL_NS ? 256 : 1024;
	err = check_route(net, &r);
	if (err)
		return err;
	e = pool_zget(&net->ip.fib_entry_pool);
	n = e ? fib_trie_insert(&t->trie, fib_key_of(r.dst.family, &r.dst.addr), r.dst.len) : NULL;
	err = n ? entry_place(n, &r, &before) : -ENOMEM;
	if (err) {
		if (n)
			fib_trie_prune(&t->trie, n);
		if (e)
			pool_put(&net->ip.fib_entry_pool, e);
		return err;
	}
	e->r = r;
	e->node = n;
	list_add_tail(&e->list, before);
	t->nr_routes++;
	rt_genid_bump(net);
	net_notify(net, FIB_ROUTE_ADD, &e->r);
	return 0;
}

static void entry_remove(struct net *net, struct fib_table *t, struct fib_entry *e)
{
	list_del(&e->list);
	t->nr_routes--;
	rt_genid_bump(net);
	net_notify(net, FIB_ROUTE_DEL, &e->r);
	fib_trie_prune(&t->trie, e->node);
	pool_put(&net->ip.fib_entry_pool, e);
}

/* What the request leaves open (device, gateway, metric, type, protocol) matches anything, as on Linux. */
static bool entry_matches(const struct fib_entry *e, const struct fib_route *r)
{
	if (r->dev && r->dev != e->r.dev)
		return false;
	if (!inet_addr_any(&r->gw) && !inet_addr_equal(&r->gw, &e->r.gw))
		return false;
	if (r->priority && r->priority != e->r.priority)
		return false;
	if (r->tos != e->r.tos || (r->protocol && r->protocol != e->r.protocol))
		return false;
	return !r->type || r->type == e->r.type;
}

int fib_route_del(struct net *net, const struct fib_route *r)
{
	struct fib_table *t = fib_table_get(net, r->dst.family, r->table ?: RT_TABLE_MAIN_NS);
	struct fib_node *n;
	struct fib_entry *e;

	if (!t)
		return -ESRCH;
	n = fib_trie_find(&t->trie, fib_key_of(r->dst.family, &r->dst.addr), r->dst.len);
	if (!n)
		return -ESRCH;
	list_for_each_entry(e, &n->entries, list) {
		if (entry_matches(e, r)) {
			entry_remove(net, t, e);
			return 0;
		}
	}
	return -ESRCH;
}

static int table_for_each(struct fib_table *t, int (*fn)(const struct fib_route *r, void *arg),
			  void *arg)
{
	struct fib_node *n = NULL;
	struct fib_entry *e;

	while ((n = fib_trie_next(&t->trie, n))) {
		list_for_each_entry(e, &n->entries, list) {
			int ret = fn(&e->r, arg);

			if (ret)
				return ret;
		}
	}
	return 0;
}

int fib_for_each(struct net *net, u16 family, int (*fn)(const struct fib_route *r, void *arg),
		 void *arg)
{
	int ret = 0;

	for (u32 bit = 0; bit < 2 && !ret; bit++) {
		if (family && inet_family_bit(family) != bit)
			continue;
		for (u32 i = FIB_TABLES; i-- && !ret;)
			ret = table_for_each(net->ip.tables[bit][i], fn, arg);
	}
	return ret;
}

/* The first route by dev (NULL: any) in t. */
static struct fib_entry *first_by_dev(struct fib_table *t, const struct net_device *dev)
{
	struct fib_node *n = NULL;
	struct fib_entry *e;

	while ((n = fib_trie_next(&t->trie, n)))
		list_for_each_entry(e, &n->entries, list)
			if (!dev || e->r.dev == dev)
				return e;
	return NULL;
}

static void table_flush(struct net *net, struct fib_table *t, const struct net_device *dev)
{
	struct fib_entry *e;

	while ((e = first_by_dev(t, dev)))
		entry_remove(net, t, e);
}

void fib_flush_dev(struct net *net, u16 family, struct net_device *dev)
{
	for (u32 i = 0; i < FIB_TABLES; i++)
		table_flush(net, net->ip.tables[inet_family_bit(family)][i], dev);
}

/* -- life ----------------------------------------------------------------- */

static int family_init(struct net *net, u32 bit)
{
	for (u32 i = 0; i < FIB_TABLES; i++) {
		struct fib_table *t = net_alloc(net, sizeof(*t));
		struct fib_rule *rule = pool_zget(&net->ip.fib_rule_pool);

		net->ip.tables[bit][i] = t;
		if (rule)
			list_add_tail(&rule->list, &net->ip.rules[bit]);
		if (!t || !rule)
			return -ENOMEM;
		t->id = table_ids[i];
		t->family = bit ? INET_FAMILY_6 : INET_FAMILY_4;
		fib_trie_init(&t->trie, &net->ip.fib_node_pool);
		rule->priority = rule_priorities[i];
		rule->table = t;
	}
	return 0;
}

int fib_net_init(struct net *net)
{
	pool_init(&net->ip.fib_node_pool, net, "fib_node", sizeof(struct fib_node), 256);
	pool_init(&net->ip.fib_entry_pool, net, "fib_entry", sizeof(struct fib_entry), 256);
	pool_init(&net->ip.fib_rule_pool, net, "fib_rule", sizeof(struct fib_rule), 16);
	return family_init(net, 0) ?: family_init(net, 1);
}

void fib_net_exit(struct net *net)
{
	struct fib_rule *rule, *tmp;

	for (u32 bit = 0; bit < 2; bit++) {
		list_for_each_entry_safe(rule, tmp, &net->ip.rules[bit], list) {
			list_del(&rule->list);
			pool_put(&net->ip.fib_rule_pool, rule);
		}
		for (u32 i = 0; i < FIB_TABLES; i++) {
			struct fib_table *t = net->ip.tables[bit][i];

			if (!t)
				continue;
			table_flush(net, t, NULL);
			net_free(net, t, sizeof(*t));
			net->ip.tables[bit][i] = NULL;
		}
	}
	pool_destroy(&net->ip.fib_node_pool);
	pool_destroy(&net->ip.fib_entry_pool);
	pool_destroy(&net->ip.fib_rule_pool);
}
