/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rtables and their cache. An output look-up finds or makes the rtable of (destination, device,
 * mark, tos); sockets and packets share it. Whatever could change the answer (routes, addresses,
 * devices) bumps one generation number, and dst_check() then fails. The cache is bounded, the entry
 * used longest ago that nobody else holds goes first; one that was evicted while a socket holds it
 * fails dst_check() too, so that news about its path never passes it by.
 */
#include <errno.h>

#include "ip/ip.h"

/* -- dst_ops --------------------------------------------------------------- */

u32 rt_link_mtu(const struct dst_entry *dst)
{
	const struct rtable *rt = rt_of(dst);
	u32 metric = dst->metrics[RTAX_N_MTU], mtu;

	if (!dst->dev)		/* taken off a device that went away */
		return rt->fam->min_pmtu(dst->net);
	mtu = rt->fam->dev_mtu(dst->dev);
	return metric ? min(mtu, metric) : mtu;
}

static u32 rt_mtu(const struct dst_entry *dst)
{
	const struct rtable *rt = rt_of(dst);
	u32 mtu = rt_link_mtu(dst);

	if (rt->pmtu && dst->net->now < dst->expires &&
	    !(dst->metrics[RTAX_N_LOCK] & (1u << RTAX_N_MTU)))
		mtu = min(mtu, rt->pmtu);
	return mtu;
}

/*
 * What we tell the peer in the MSS option: the MTU without headers, in Linux's bounds. What the path to
 * the peer carries says nothing about the path from it.
 */
static u32 rt_advmss(const struct dst_entry *dst)
{
	const struct rtable *rt = rt_of(dst);
	const struct inet_af *af = rt->fam->af;
	u32 hdr = af->hdr_len + 20u, mtu = rt_link_mtu(dst), least;

	if (dst->metrics[RTAX_N_ADVMSS])
		return dst->metrics[RTAX_N_ADVMSS];
	least = af->af_bit ? dst->net->ipv6.min_adv_mss : dst->net->ipv4.min_adv_mss;
	return clamp_t(u32, mtu > hdr ? mtu - hdr : 0, least, 65535 - hdr);
}

static struct dst_entry *rt_check(struct dst_entry *dst)
{
	const struct rtable *rt = rt_of(dst);

	return rt->cached && dst->genid == dst->net->ip.rt_genid ? dst : NULL;
}

static void rt_update_pmtu(struct dst_entry *dst, u32 mtu)
{
	const struct rtable *rt = rt_of(dst);
	u32 oif = inet_addr_is_linklocal(&rt->daddr) ? dst->dev->ifindex : 0;

	inet_pmtu_learn(dst->net, rt->fam->af->family, &rt->daddr, oif, mtu);
}

static void rt_confirm_neigh(const struct dst_entry *dst)
{
	if (dst->neigh)
		neigh_confirm(dst->neigh);
}

static void rt_uncache(struct rtable *rt)
{
	bool hashed = hlist_is_linked(&rt->hash);

	rt->cached = false;
	if (!hashed)
		return;
	hlist_del_init(&rt->hash);
	list_del_init(&rt->lru);
	rt->dst.net->ip.rt_cached--;
	dst_release(&rt->dst);
}

static void rt_negative_advice(struct dst_entry *dst)
{
	rt_uncache(rt_of(dst));
}

static void rt_destroy(struct dst_entry *dst)
{
	struct rtable *rt = rt_of(dst);

	list_del_init(&rt->all);
	if (dst->neigh) {
		neigh_release(dst->neigh);
		dst->neigh = NULL;
	}
}

#define RT_DST_OPS(fam)						\
	{							\
		.family = fam, .check = rt_check, .mtu = rt_mtu,	\
		.advmss = rt_advmss, .update_pmtu = rt_update_pmtu,	\
		.confirm_neigh = rt_confirm_neigh,			\
		.negative_advice = rt_negative_advice, .destroy = rt_destroy, \
	}
static const struct dst_ops rt_ops[2] = { RT_DST_OPS(INET_FAMILY_4), RT_DST_OPS(INET_FAMILY_6) };

/* -- making ---------------------------------------------------------------- */

static int discard_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	(void)net;
	(void)sk;
	kfree_skb_reason(skb, SKB_DROP_NET_DOWN);
	return -ENETDOWN;
}

static void discard_in(struct sk_buff *skb)
{
	kfree_skb_reason(skb, SKB_DROP_NET_DOWN);
}

static struct rtable *rt_alloc(struct net *net, const struct ip_family *fam,
			       struct net_device *dev, u8 type)
{
	struct dst_entry *dst = dst_alloc(net, &rt_ops[fam->af->af_bit], dev, sizeof(struct rtable));
	struct rtable *rt;

	if (!dst)
		return NULL;
	rt = rt_of(dst);
	hlist_node_init(&rt->hash);
	list_init(&rt->lru);
	list_add_tail(&rt->all, &net->ip.rt_all);
	rt->fam = fam;
	rt->type = type;
	rt->cached = true;
	rt->id = net_rand32(net);
	dst->genid = net->ip.rt_genid;
	dst->input = type == RTN_LOCAL || type == RTN_BROADCAST || type == RTN_MULTICAST ?
			     fam->input_local : fam->input_error;
	dst->output = type == RTN_MULTICAST || type == RTN_BROADCAST ? fam->mc_output : fam->output;
	return rt;
}

/* All that are delivered, or refused, in one way share a dst: input needs to know no more than the type. */
static const u8 in_slots[RTN_MAX_NS] = {
	[RTN_LOCAL] = 0, [RTN_BROADCAST] = 1, [RTN_MULTICAST] = 2,
	[RTN_UNREACHABLE] = 3, [RTN_PROHIBIT] = 4, [RTN_THROW] = 5,
};

struct dst_entry *ip_route_input_dst(struct net *net, u16 family, struct net_device *dev, u8 type)
{
	const struct ip_family *fam = ip_family_get(net, family);
	struct dst_entry **slot;
	struct rtable *rt;

	slot = &net->ip.in_dst[fam->af->af_bit][in_slots[type]];
	if (*slot && rt_check(*slot))
		return dst_hold(*slot);
	rt = rt_alloc(net, fam, net->loopback_dev ?: dev, type);
	if (!rt)
		return NULL;
	dst_release(*slot);
	*slot = &rt->dst;
	return dst_hold(*slot);
}

struct dst_entry *ip_route_input_local(struct net *net, u16 family, const union inet_addr *daddr,
				       struct net_device *dev, u32 *iif)
{
	bool scoped = family == INET_FAMILY_6 && inet_addr_is_linklocal(daddr);
	bool own = dev->flags & DEV_LOOPBACK;
	struct ip_ifaddr *ifa = inet_ifaddr_find(net, daddr, scoped && !own ? dev : NULL);

	if (!ifa || ifa->ifa.family != family || (ifa->ifa.flags & IFA_FLAG_TENTATIVE))
		return NULL;
	if (own)
		*iif = ifa->idev->dev->ifindex;
	return ip_route_input_dst(net, family, dev, RTN_LOCAL);
}

/* -- cache ------------------------------------------------------------------ */

static u32 rt_bucket(const struct net *net, u16 family, const union inet_addr *daddr)
{
	u64 h = siphash_3u64(daddr->q[0], daddr->q[1], family, &net->ip.key);

	return (u32)h & ((1u << RT_CACHE_BITS) - 1);
}

static bool rt_same_key(const struct rtable *rt, const struct flowi *fl)
{
	return inet_addr_equal(&rt->daddr, &fl->daddr) && rt->oif == fl->oif && rt->iif == fl->iif &&
	       rt->mark == fl->mark && rt->tos == (fl->tos & INET_DSCP_MASK) &&
	       rt->fam->af->family == fl->family;
}

static struct rtable *rt_cache_find(struct net *net, const struct flowi *fl)
{
	struct hlist_head *head = &net->ip.rt_hash[rt_bucket(net, fl->family, &fl->daddr)];
	struct hlist_node *tmp;
	struct rtable *rt;

	hlist_for_each_entry_safe(rt, tmp, head, hash) {
		if (!rt_same_key(rt, fl))
			continue;
		if (rt->dst.genid != net->ip.rt_genid) {
			rt_uncache(rt);
			continue;
		}
		list_move_tail(&rt->lru, &net->ip.rt_lru);
		return rt;
	}
	return NULL;
}

static void rt_cache_evict(struct net *net)
{
	struct rtable *rt, *victim = NULL;
	int looked = 0;

	list_for_each_entry(rt, &net->ip.rt_lru, lru) {
		if (!victim)
			victim = rt;
		if (rt->dst.refcnt == 1) {
			victim = rt;
			break;
		}
		if (++looked == 8)
			break;
	}
	if (victim)
		rt_uncache(victim);
}

/* The cache takes a reference of its own. */
static void rt_cache_insert(struct net *net, struct rtable *rt, const struct flowi *key)
{
	if (net->ip.rt_cached >= RT_CACHE_MAX)
		rt_cache_evict(net);
	rt->oif = key->oif;
	rt->iif = key->iif;
	rt->mark = key->mark;
	rt->tos = key->tos & INET_DSCP_MASK;
	dst_hold(&rt->dst);
	hlist_add_head(&rt->hash, &net->ip.rt_hash[rt_bucket(net, key->family, &rt->daddr)]);
	list_add_tail(&rt->lru, &net->ip.rt_lru);
	net->ip.rt_cached++;
}

static void rt_set_pmtu(struct rtable *rt, const struct inet_pmtu *p)
{
	rt->pmtu = p->mtu;
	rt->narrow = p->narrow;
	rt->dst.expires = p->expires;
}

void rt_pmtu_changed(struct net *net, u16 family, const union inet_addr *daddr, u32 oif,
		     const struct inet_pmtu *pmtu)
{
	struct rtable *rt;

	hlist_for_each_entry(rt, &net->ip.rt_hash[rt_bucket(net, family, daddr)], hash) {
		if (!inet_addr_equal(&rt->daddr, daddr) || rt->fam->af->family != family)
			continue;
		if (oif && rt->dst.dev->ifindex != oif)
			continue;
		rt_set_pmtu(rt, pmtu);
	}
}

bool rt_redirect(struct net *net, u16 family, const union inet_addr *daddr, struct net_device *dev,
		 const union inet_addr *from, const union inet_addr *to)
{
	bool done = false;
	struct rtable *rt;

	if (inet_addr_equal(from, to))
		return false;
	hlist_for_each_entry(rt, &net->ip.rt_hash[rt_bucket(net, family, daddr)], hash) {
		if (!inet_addr_equal(&rt->daddr, daddr) || rt->dst.dev != dev || !rt->gateway ||
		    rt->fam->af->family != family || !inet_addr_equal(&rt->nexthop, from))
			continue;
		rt->nexthop = *to;
		rt->gateway = !inet_addr_equal(to, daddr);
		if (rt->dst.neigh) {
			neigh_release(rt->dst.neigh);
			rt->dst.neigh = NULL;
		}
		done = true;
	}
	return done;
}

/* -- output look-up ---------------------------------------------------------- */

/* Limited broadcast, 255.255.255.255. */
static bool is_lbcast(const union inet_addr *a)
{
	return inet_addr_is_v4mapped(a) && a->w[3] == 0xffffffff;
}

static bool is_group(const struct flowi *fl)
{
	return inet_addr_is_multicast(&fl->daddr) || is_lbcast(&fl->daddr);
}

/* A source that the caller chose must be ours; with a group as destination it names the device. */
static int check_source(struct net *net, const struct ip_family *fam, struct flowi *fl)
{
	const struct ip_ifaddr *ifa;

	if (inet_addr_any(&fl->saddr))
		return 0;
	if (inet_addr_is_multicast(&fl->saddr) || is_lbcast(&fl->saddr))
		return -EINVAL;
	if (!fl->oif && is_group(fl) && fam->af->family == INET_FAMILY_4) {
		ifa = inet_ifaddr_find(net, &fl->saddr, NULL);
		if (!ifa)
			return fl->flags & FLOWI_F_ANYSRC ? 0 : -EINVAL;
		fl->oif = ifa->ifa.dev->ifindex;
		return 0;
	}
	if ((fl->flags & FLOWI_F_ANYSRC) || fam->af->addr_is_local(net, &fl->saddr))
		return 0;
	return -EINVAL;
}

struct rt_choice {			/* what a look-up decided */
	struct net_device *dev;
	const struct fib_entry *entry;	/* NULL: on link by assumption */
	u8 type;
};

/* Device given and the destination is a group, or nothing in the FIB: assume it is on link. */
static int choose_on_link(const struct flowi *fl, struct net_device *dev, struct rt_choice *c)
{
	c->dev = dev;
	c->entry = NULL;
	c->type = RTN_UNICAST;
	if (inet_addr_is_multicast(&fl->daddr))
		c->type = RTN_MULTICAST;
	else if (is_lbcast(&fl->daddr))
		c->type = RTN_BROADCAST;
	return 0;
}

static int choose(struct net *net, const struct ip_family *fam, const struct flowi *fl,
		  struct rt_choice *c)
{
	struct net_device *dev = NULL;
	struct fib_result res;
	int err;

	if (fl->oif) {
		dev = dev_get_by_index(net, fl->oif);
		if (!dev)
			return fam->af->family == INET_FAMILY_4 ? -ENODEV : -ENETUNREACH;
		if (!(dev->flags & DEV_UP) || !fam->dev_get(dev))
			return -ENETUNREACH;
		if (is_group(fl))
			return choose_on_link(fl, dev, c);
	}
	err = fib_lookup(net, fl, &res);
	if (err == -ENETUNREACH && dev && fam->af->family == INET_FAMILY_4)
		return choose_on_link(fl, dev, c);
	if (err)
		return err;
	c->entry = res.entry;
	c->type = res.type;
	c->dev = res.type == RTN_LOCAL ? net->loopback_dev : res.entry->r.dev;
	if (inet_addr_is_multicast(&fl->daddr))
		c->type = RTN_MULTICAST;
	else if (is_lbcast(&fl->daddr))
		c->type = RTN_BROADCAST;
	return c->dev ? 0 : -ENETUNREACH;
}

static void rt_set_source(struct net *net, struct rtable *rt, const struct rt_choice *c)
{
	const struct fib_route *r = c->entry ? &c->entry->r : NULL;
	const union inet_addr *towards = &rt->daddr;
	struct net_device *dev = c->dev;

	if (r && !inet_addr_any(&r->prefsrc)) {
		rt->saddr = r->prefsrc;
		return;
	}
	if (c->type == RTN_LOCAL) {
		rt->saddr = rt->daddr;
		return;
	}
	if (rt->gateway && rt->fam->af->family == INET_FAMILY_4)
		towards = &rt->nexthop;
	if (!rt->fam->select_saddr(net, dev, towards, &rt->saddr))
		memset(&rt->saddr, 0, sizeof(rt->saddr));
}

static struct rtable *rt_make(struct net *net, const struct ip_family *fam, const struct flowi *fl,
			      const struct rt_choice *c)
{
	const struct fib_route *r = c->entry ? &c->entry->r : NULL;
	struct rtable *rt = rt_alloc(net, fam, c->dev, c->type);
	u32 oif = inet_addr_is_linklocal(&fl->daddr) ? c->dev->ifindex : 0;
	struct inet_pmtu learned;

	if (!rt)
		return NULL;
	rt->daddr = fl->daddr;
	rt->nexthop = fl->daddr;
	if (r) {
		memcpy(rt->dst.metrics, r->metrics, sizeof(rt->dst.metrics));
		if (c->type == RTN_UNICAST && !inet_addr_any(&r->gw)) {
			rt->nexthop = r->gw;
			rt->gateway = true;
		}
	}
	rt_set_source(net, rt, c);
	learned = inet_pmtu_lookup(net, &rt->daddr, oif);
	rt_set_pmtu(rt, &learned);
	return rt;
}

/* A source on the loopback net may not leave the host. */
static bool source_fits(const struct ip_family *fam, const struct rtable *rt,
			const union inet_addr *saddr)
{
	if (inet_addr_any(saddr) || !inet_addr_is_loopback(saddr))
		return true;
	return (rt->dst.dev->flags & DEV_LOOPBACK) || fam->localnet_may_leave(rt->dst.dev);
}

static struct rtable *rt_lookup(struct net *net, const struct ip_family *fam,
				const struct flowi *fl, int *err)
{
	struct rtable *rt = rt_cache_find(net, fl);
	struct rt_choice c;

	*err = 0;
	if (rt) {
		dst_hold(&rt->dst);
		return rt;
	}
	*err = choose(net, fam, fl, &c);
	if (*err)
		return NULL;
	rt = rt_make(net, fam, fl, &c);
	if (rt)
		rt_cache_insert(net, rt, fl);
	else
		*err = -ENOMEM;
	return rt;
}

int ip_route_output(struct net *net, struct flowi *fl, struct dst_entry **dst)
{
	const struct ip_family *fam = ip_family_get(net, fl->family);
	struct rtable *rt;
	int err;

	*dst = NULL;
	err = check_source(net, fam, fl);
	if (err)
		return err;
	rt = rt_lookup(net, fam, fl, &err);
	if (!rt)
		return err;
	if ((fl->flags & FLOWI_F_DONTROUTE) && rt->gateway)
		err = -ENETUNREACH;
	else if (!source_fits(fam, rt, &fl->saddr))
		err = -EINVAL;
	if (err) {
		dst_release(&rt->dst);
		return err;
	}
	if (inet_addr_any(&fl->saddr))
		fl->saddr = rt->saddr;
	if (!fl->oif)
		fl->oif = rt->dst.dev->ifindex;
	*dst = &rt->dst;
	return 0;
}

/* -- look-up of what is forwarded -------------------------------------------------- */

struct dst_entry *ip_route_forward_find(struct net *net, const struct flowi *fl)
{
	struct rtable *rt = rt_cache_find(net, fl);

	return rt ? dst_hold(&rt->dst) : NULL;
}

struct dst_entry *ip_route_forward_make(struct net *net, const struct flowi *fl, const struct fib_result *res)
{
	const struct ip_family *fam = ip_family_get(net, fl->family);
	struct rt_choice c = { .dev = res->entry->r.dev, .entry = res->entry, .type = RTN_UNICAST };
	struct rtable *rt = rt_make(net, fam, fl, &c);

	if (!rt)
		return NULL;
	rt->dst.input = fam->input_forward;
	rt_cache_insert(net, rt, fl);
	return &rt->dst;
}

/* -- neighbours --------------------------------------------------------------------- */

struct neighbour *rt_neigh(struct rtable *rt, const union inet_addr *nexthop)
{
	struct dst_entry *dst = &rt->dst;
	const struct ip_family *fam = rt->fam;
	static const u8 any[16];
	const void *key = nexthop->b + fam->key_off;

	if (likely(dst->neigh && !dst->neigh->dead))
		return dst->neigh;
	if (dst->neigh)
		neigh_release(dst->neigh);
	/* all destinations of a device without link addresses share one entry */
	if (dst->dev->flags & (DEV_LOOPBACK | DEV_POINTOPOINT))
		key = any;
	dst->neigh = neigh_get(fam->neigh_table(dst->net), key, dst->dev);
	return dst->neigh;
}

/* -- life --------------------------------------------------------------------- */

static void rt_take_off(struct net *net, struct rtable *rt, struct net_device *dev)
{
	struct net_device *lo = net->loopback_dev == dev ? NULL : net->loopback_dev;

	rt->dst.input = discard_in;
	rt->dst.output = discard_out;
	if (rt->dst.neigh) {
		neigh_release(rt->dst.neigh);
		rt->dst.neigh = NULL;
	}
	if (lo)
		dev_hold(lo);
	rt->dst.dev = lo;
	dev_put(dev);
	rt_uncache(rt);		/* last: it may free rt */
}

static void drop_input_dsts(struct net *net)
{
	for (u32 i = 0; i < ARRAY_SIZE(net->ip.in_dst[0]); i++) {
		for (u32 bit = 0; bit < 2; bit++) {
			dst_release(net->ip.in_dst[bit][i]);
			net->ip.in_dst[bit][i] = NULL;
		}
	}
}

void rt_flush_dev(struct net *net, struct net_device *dev)
{
	struct rtable *rt, *tmp;

	drop_input_dsts(net);
	list_for_each_entry_safe(rt, tmp, &net->ip.rt_all, all)
		if (rt->dst.dev == dev)
			rt_take_off(net, rt, dev);
}

int rt_net_init(struct net *net)
{
	net->ip.rt_hash = net_alloc(net, sizeof(struct hlist_head) << RT_CACHE_BITS);
	return net->ip.rt_hash ? 0 : -ENOMEM;
}

void rt_net_exit(struct net *net)
{
	struct rtable *rt, *tmp;

	drop_input_dsts(net);
	list_for_each_entry_safe(rt, tmp, &net->ip.rt_lru, lru)
		rt_uncache(rt);
	if (net->ip.rt_hash)
		net_free(net, net->ip.rt_hash, sizeof(struct hlist_head) << RT_CACHE_BITS);
	net->ip.rt_hash = NULL;
}
