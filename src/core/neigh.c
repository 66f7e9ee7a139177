/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neighbour tables: look-up, creation, garbage collection, evidence. Output packets come from
 * ip_finish_output() and go to dev_queue_xmit(), at once or when the address is known.
 */
#include "core/neigh.h"

#include <errno.h>

#include "core/internal.h"
#include "core/neigh_fsm.h"

enum { NEIGH_HASH_SHIFT = 4 };	/* buckets at the start; doubled as entries come */

static const struct neigh_parms default_parms = {
	.base_reachable_ns = 30 * NSEC_PER_SEC,
	.retrans_ns = NSEC_PER_SEC,
	.delay_probe_ns = 5 * NSEC_PER_SEC,
	.gc_stale_ns = 60 * NSEC_PER_SEC,
	.ucast_probes = 3,
	.mcast_probes = 3,
	.queue_len_bytes = 212992,
	.locktime_ns = NSEC_PER_SEC,
};

static void neigh_gc(struct timer_list *t);

int neigh_table_init(struct net *net, struct neigh_table *tbl)
{
	tbl->net = net;
	if (!tbl->parms.base_reachable_ns)
		tbl->parms = default_parms;
	if (!tbl->gc_thresh3) {
		tbl->gc_thresh1 = 128;
		tbl->gc_thresh2 = 512;
		tbl->gc_thresh3 = 1024;
	}
	tbl->hash_shift = NEIGH_HASH_SHIFT;
	tbl->buckets = net_alloc(net, sizeof(*tbl->buckets) << tbl->hash_shift);
	if (!tbl->buckets)
		return -ENOMEM;
	list_init(&tbl->lru);
	list_init(&tbl->parms_list);
	timer_setup(&tbl->gc_timer, net, neigh_gc);
	list_add_tail(&tbl->list, &net->neigh_tables);
	return 0;
}

/* Off the table; the memory goes with the last reference. */
static void neigh_unlink(struct neighbour *n)
{
	if (n->dead)
		return;
	n->dead = true;
	hlist_del_init(&n->hash);
	list_del_init(&n->lru);
	del_timer(&n->timer);
	skb_queue_purge_reason(&n->arp_queue, SKB_DROP_NEIGH_DEAD);
	n->arp_queue_bytes = 0;
	n->tbl->entries--;
	n->parms = &n->tbl->parms;	/* the device's may go before the last reference */
	net_notify(n->tbl->net, NEIGH_UPDATE, n);
	neigh_release(n);
}

void neigh_table_exit(struct neigh_table *tbl)
{
	if (!tbl->buckets)
		return;
	neigh_ifdown(tbl, NULL);
	ASSERT(tbl->entries == 0);
	del_timer(&tbl->gc_timer);
	net_free(tbl->net, tbl->buckets, sizeof(*tbl->buckets) << tbl->hash_shift);
	tbl->buckets = NULL;
	list_del_init(&tbl->list);
}

void neigh_release(struct neighbour *n)
{
	if (!n)
		return;
	ASSERT(n->refcnt > 0);
	if (--n->refcnt)
		return;
	ASSERT(n->dead);
	dev_put(n->dev);
	net_free(n->tbl->net, n, sizeof(*n));
}

/* -- settings of devices ---------------------------------------------------------- */
void neigh_parms_attach(struct neigh_table *tbl, struct neigh_parms *p, const struct net_device *dev)
{
	*p = tbl->parms;
	p->set = 0;
	p->dev = dev;
	list_add_tail(&p->list, &tbl->parms_list);
}

void neigh_parms_detach(struct neigh_table *tbl, struct neigh_parms *p)
{
	struct neighbour *n;

	list_for_each_entry(n, &tbl->lru, lru)
		if (n->parms == p)
			n->parms = &tbl->parms;
	list_del_init(&p->list);
}

static const struct neigh_parms *parms_of(const struct neigh_table *tbl, const struct net_device *dev)
{
	const struct neigh_parms *p;

	list_for_each_entry(p, &tbl->parms_list, list)
		if (p->dev == dev)
			return p;
	return &tbl->parms;
}

/* -- look-up and creation -------------------------------------------------------- */
static struct hlist_head *neigh_bucket(const struct neigh_table *tbl, const void *key, u32 ifindex)
{
	u32 w[5] = { 0, 0, 0, 0, ifindex };
	u64 h;

	memcpy(w, key, tbl->key_len);
	h = siphash(w, sizeof(w), &tbl->net->hash_key);
	return &tbl->buckets[h & ((1u << tbl->hash_shift) - 1)];
}

static struct neighbour *neigh_find(struct neigh_table *tbl, const void *key,
				    const struct net_device *dev)
{
	struct neighbour *n;

	tbl->lookups++;
	hlist_for_each_entry(n, neigh_bucket(tbl, key, dev->ifindex), hash) {
		if (n->dev == dev && !memcmp(n->key, key, tbl->key_len)) {
			tbl->hits++;
			return n;
		}
	}
	return NULL;
}

struct neighbour *neigh_lookup(struct neigh_table *tbl, const void *key, struct net_device *dev)
{
	struct neighbour *n = neigh_find(tbl, key, dev);

	if (n)
		n->refcnt++;
	return n;
}

/* More buckets, or the same ones if memory is short. */
static void neigh_hash_grow(struct neigh_table *tbl)
{
	struct hlist_head *old = tbl->buckets, *new;
	u32 i, nr = 1u << tbl->hash_shift;

	new = net_alloc(tbl->net, sizeof(*new) * nr * 2);
	if (!new)
		return;
	tbl->buckets = new;
	tbl->hash_shift++;
	for (i = 0; i < nr; i++) {
		struct hlist_node *tmp;
		struct neighbour *n;

		hlist_for_each_entry_safe(n, tmp, &old[i], hash) {
			hlist_del_init(&n->hash);
			hlist_add_head(&n->hash, neigh_bucket(tbl, n->key, n->dev->ifindex));
		}
	}
	net_free(tbl->net, old, sizeof(*old) * nr);
}

/* Could go without harm: nobody holds it, no traffic, not configured. */
static bool neigh_evictable(const struct neighbour *n)
{
	return n->refcnt == 1 && !(n->nud_state & (NUD_PERMANENT | NUD_REACHABLE | NUD_DELAY |
						   NUD_PROBE));
}

/* Down to gc_thresh2 if it can be, least recently changed first. */
static void neigh_forced_gc(struct neigh_table *tbl)
{
	struct neighbour *n, *tmp;

	tbl->forced_gc_runs++;
	list_for_each_entry_safe(n, tmp, &tbl->lru, lru) {
		if (tbl->entries < tbl->gc_thresh2)
			break;
		if (neigh_evictable(n))
			neigh_unlink(n);
	}
}

static void neigh_gc_arm(struct neigh_table *tbl)
{
	if (tbl->entries > tbl->gc_thresh1 && !timer_pending(&tbl->gc_timer))
		mod_timer(&tbl->gc_timer, tbl->net->now + tbl->parms.base_reachable_ns / 2);
}

static void neigh_gc(struct timer_list *t)
{
	struct neigh_table *tbl = from_timer(tbl, t, gc_timer);
	struct neighbour *n, *tmp;
	u64 now = tbl->net->now;

	if (tbl->entries <= tbl->gc_thresh1)
		return;
	list_for_each_entry_safe(n, tmp, &tbl->lru, lru) {
		if (neigh_evictable(n) &&
		    (n->nud_state == NUD_FAILED ||
		     now > max(n->used, n->confirmed) + n->parms->gc_stale_ns))
			neigh_unlink(n);
	}
	neigh_gc_arm(tbl);
}

static bool neigh_room(struct neigh_table *tbl)
{
	if (tbl->entries >= tbl->gc_thresh2)
		neigh_forced_gc(tbl);
	if (tbl->entries < tbl->gc_thresh3)
		return true;
	tbl->table_fulls++;
	return false;
}

static struct neighbour *neigh_create(struct neigh_table *tbl, const void *key,
				      struct net_device *dev)
{
	struct net *net = tbl->net;
	struct neighbour *n;

	if (!neigh_room(tbl))
		return NULL;
	n = net_alloc(net, sizeof(*n));
	if (!n)
		return NULL;
	n->tbl = tbl;
	n->dev = dev;
	n->refcnt = 1;
	n->used = n->updated = n->confirmed = net->now;
	n->parms = parms_of(tbl, dev);
	n->reachable_ns = n->parms->base_reachable_ns;
	memcpy(n->key, key, tbl->key_len);
	skb_queue_head_init(&n->arp_queue);
	timer_setup(&n->timer, net, neigh_timer);
	if (!dev->addr_len || (dev->flags & (DEV_NOARP | DEV_LOOPBACK)))
		n->nud_state = NUD_NOARP;
	if (tbl->constructor && tbl->constructor(n)) {
		net_free(net, n, sizeof(*n));
		return NULL;
	}
	dev_hold(dev);
	if (tbl->entries >= 2u << tbl->hash_shift)
		neigh_hash_grow(tbl);
	hlist_add_head(&n->hash, neigh_bucket(tbl, key, dev->ifindex));
	list_add_tail(&n->lru, &tbl->lru);
	tbl->entries++;
	neigh_gc_arm(tbl);
	return n;
}

struct neighbour *neigh_get(struct neigh_table *tbl, const void *key, struct net_device *dev)
{
	struct neighbour *n = neigh_find(tbl, key, dev);

	if (!n)
		n = neigh_create(tbl, key, dev);
	if (n)
		n->refcnt++;
	return n;
}

/* -- use ---------------------------------------------------------------------------- */
int neigh_output(struct neighbour *n, struct sk_buff *skb)
{
	if (unlikely(n->dead)) {
		kfree_skb_reason(skb, SKB_DROP_NEIGH_DEAD);
		return -EHOSTUNREACH;
	}
	n->used = n->tbl->net->now;
	if (unlikely(!(n->nud_state & (NUD_VALID | NUD_INCOMPLETE)) &&
		     !(n->parms->mcast_probes + n->parms->app_probes))) {
		kfree_skb_reason(skb, SKB_DROP_NEIGH_FAILED);	/* resolution is switched off */
		return -EHOSTUNREACH;
	}
	return neigh_step(n, NEV_OUTPUT, NULL, skb);
}

void neigh_confirm(struct neighbour *n)
{
	if (n->nud_state == NUD_REACHABLE)
		n->confirmed = n->tbl->net->now;
	else if (!n->dead)
		neigh_step(n, NEV_CONFIRM, NULL, NULL);
}

/* What a piece of evidence amounts to (RFC 4861 7.2.5 for the address rules). */
static enum neigh_event neigh_classify(const struct neighbour *n, const u8 *lladdr, u8 new_state,
				       u32 flags)
{
	bool reach = new_state & NUD_CONNECTED, valid = n->nud_state & NUD_VALID;

	if (!(new_state & NUD_VALID))
		return NEV_FAIL;
	if (!lladdr)
		return reach ? NEV_NOLL_REACH : NEV_NOLL_STALE;
	if (valid && !memcmp(lladdr, n->ha, n->dev->addr_len))
		return reach ? NEV_LL_REACH : NEV_LL_STALE_SAME;
	if (valid && !(flags & NEIGH_UPDATE_F_OVERRIDE))
		return flags & NEIGH_UPDATE_F_WEAK_OVERRIDE ? NEV_LL_WEAK : NEV_LL_REFUSED;
	return reach ? NEV_LL_REACH : NEV_LL_STALE_NEW;
}

static void neigh_update_router(struct neighbour *n, u32 flags)
{
	if (!(flags & NEIGH_UPDATE_F_OVERRIDE_ISROUTER))
		return;
	if (flags & NEIGH_UPDATE_F_ISROUTER)
		n->flags |= NTF_ROUTER_NS;
	else
		n->flags &= (u8)~NTF_ROUTER_NS;
}

int neigh_update(struct neighbour *n, const u8 *lladdr, u8 new_state, u32 flags)
{
	bool admin = flags & NEIGH_UPDATE_F_ADMIN;
	u8 old = n->nud_state, ha[MAX_ADDR_LEN];
	enum neigh_event ev;

	if (n->dead || (!admin && (old & (NUD_NOARP | NUD_PERMANENT))))
		return -EPERM;
	if (!lladdr && (new_state & NUD_VALID) && !(old & NUD_VALID) && n->dev->addr_len)
		return -EINVAL;
	memcpy(ha, n->ha, sizeof(ha));
	n->refcnt++;
	if (admin) {
		neigh_force_state(n, new_state, lladdr);
		neigh_update_router(n, flags);
	} else {
		ev = neigh_classify(n, lladdr, new_state, flags);
		neigh_step(n, ev, lladdr, NULL);
		if (ev != NEV_LL_REFUSED && ev != NEV_LL_WEAK)
			neigh_update_router(n, flags);
	}
	if (n->nud_state != old || memcmp(ha, n->ha, sizeof(ha)))
		net_notify(n->tbl->net, NEIGH_UPDATE, n);
	neigh_release(n);
	return 0;
}

/* -- removal and listing --------------------------------------------------------------- */
int neigh_delete(struct neigh_table *tbl, const void *key, struct net_device *dev)
{
	struct neighbour *n = neigh_find(tbl, key, dev);

	if (!n)
		return -ENOENT;
	neigh_unlink(n);
	return 0;
}

void neigh_ifdown(struct neigh_table *tbl, struct net_device *dev)
{
	struct neighbour *n, *tmp;

	list_for_each_entry_safe(n, tmp, &tbl->lru, lru) {
		if (!dev || n->dev == dev)
			neigh_unlink(n);
	}
}

/* Our own address changed: what others answered was meant for the old one. */
void neigh_changeaddr(struct neigh_table *tbl, struct net_device *dev)
{
	struct neighbour *n, *tmp;

	list_for_each_entry_safe(n, tmp, &tbl->lru, lru) {
		if (n->dev == dev && !(n->nud_state & NUD_PERMANENT))
			neigh_unlink(n);
	}
}

const char *nud_state_name(u8 state)
{
	static const char *const names[NEIGH_NR_STATES] = {
		"NONE", "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "NOARP",
		"PERMANENT",
	};

	return names[neigh_state_index(state)];
}

/* The table of net for what tbl is for. */
static struct neigh_table *same_table(struct net *net, const struct neigh_table *tbl)
{
	struct neigh_table *t;

	list_for_each_entry(t, &net->neigh_tables, list)
		if (t->protocol == tbl->protocol)
			return t;
	return NULL;
}

bool neigh_is_listed(const struct neighbour *n)
{
	const struct net *net = n->dev->net;
	u32 i;

	for (i = 0; i < net->shard; i++) {
		struct net *s = net->group->nets[i];
		struct neigh_table *t = same_table(s, n->tbl);
		struct net_device *dev = dev_get_by_index(s, n->dev->ifindex);
		struct neighbour *other = t && dev ? neigh_lookup(t, n->key, dev) : NULL;
		bool found = other && other->nud_state & ~NUD_NOARP;

		if (other)
			neigh_release(other);
		if (found)
			return true;
	}
	return false;
}

int neigh_for_each(struct neigh_table *tbl, int (*fn)(struct neighbour *n, void *arg), void *arg)
{
	struct neighbour *n, *tmp;
	int ret = 0;

	list_for_each_entry_safe(n, tmp, &tbl->lru, lru) {
		ret = fn(n, arg);
		if (ret)
			break;
	}
	return ret;
}
