/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "ip/ip.h"

enum { PMTU_HASH_BITS = 9, PMTU_MAX = 2048 };

struct pmtu_exception {
	struct hlist_node hash;
	struct list_head lru;
	union inet_addr daddr;
	u32 oif;
	u32 mtu;
	bool narrow;		/* a router asked for less than the minimum: let it fragment */
	u64 expires;
};

static struct hlist_head *bucket_of(struct net *net, const union inet_addr *daddr, u32 oif)
{
	u64 h = siphash_3u64(daddr->q[0], daddr->q[1], oif, &net->ip.key);

	return &net->ip.pmtu_hash[(u32)h & ((1u << PMTU_HASH_BITS) - 1)];
}

static struct pmtu_exception *find(struct net *net, const union inet_addr *daddr, u32 oif)
{
	struct pmtu_exception *e;

	hlist_for_each_entry(e, bucket_of(net, daddr, oif), hash)
		if (e->oif == oif && inet_addr_equal(&e->daddr, daddr))
			return e;
	return NULL;
}

static void forget(struct net *net, struct pmtu_exception *e)
{
	hlist_del_init(&e->hash);
	list_del(&e->lru);
	net->ip.pmtu_count--;
	pool_put(&net->ip.pmtu_pool, e);
}

static struct pmtu_exception *find_or_make(struct net *net, const union inet_addr *daddr, u32 oif)
{
	struct pmtu_exception *e = find(net, daddr, oif);

	if (e) {
		list_move_tail(&e->lru, &net->ip.pmtu_lru);
		return e;
	}
	if (net->ip.pmtu_count >= PMTU_MAX)
		forget(net, list_first_entry(&net->ip.pmtu_lru, struct pmtu_exception, lru));
	e = pool_zget(&net->ip.pmtu_pool);
	if (!e)
		return NULL;
	e->daddr = *daddr;
	e->oif = oif;
	hlist_add_head(&e->hash, bucket_of(net, daddr, oif));
	list_add_tail(&e->lru, &net->ip.pmtu_lru);
	net->ip.pmtu_count++;
	return e;
}

void inet_pmtu_learn(struct net *net, u16 family, const union inet_addr *daddr, u32 oif, u32 mtu)
{
	const struct ip_family *fam = ip_family_get(net, family);
	struct pmtu_exception *e;

	bool narrow = mtu < fam->min_pmtu(net);

	mtu = max(mtu, fam->min_pmtu(net));
	e = find_or_make(net, daddr, oif);
	if (!e)
		return;
	if (e->mtu && net->now < e->expires && mtu > e->mtu)
		return;		/* never raised by a message (RFC 8201 4) */
	e->mtu = mtu;
	e->narrow = narrow;
	e->expires = net->now + fam->mtu_expires_ns(net);
	rt_pmtu_changed(net, family, daddr, oif, &(struct inet_pmtu){ mtu, narrow, e->expires });
}

struct inet_pmtu inet_pmtu_lookup(struct net *net, const union inet_addr *daddr, u32 oif)
{
	struct pmtu_exception *e = find(net, daddr, oif);

	if (!e)
		return (struct inet_pmtu){ 0 };
	if (net->now >= e->expires) {
		forget(net, e);
		return (struct inet_pmtu){ 0 };
	}
	return (struct inet_pmtu){ e->mtu, e->narrow, e->expires };
}

void inet_pmtu_flush(struct net *net)
{
	while (!list_empty(&net->ip.pmtu_lru))
		forget(net, list_first_entry(&net->ip.pmtu_lru, struct pmtu_exception, lru));
}

int inet_pmtu_net_init(struct net *net)
{
	pool_init(&net->ip.pmtu_pool, net, "pmtu", sizeof(struct pmtu_exception), 64);
	net->ip.pmtu_hash = net_alloc(net, sizeof(struct hlist_head) << PMTU_HASH_BITS);
	return net->ip.pmtu_hash ? 0 : -ENOMEM;
}

void inet_pmtu_net_exit(struct net *net)
{
	inet_pmtu_flush(net);
	if (net->ip.pmtu_hash)
		net_free(net, net->ip.pmtu_hash, sizeof(struct hlist_head) << PMTU_HASH_BITS);
	net->ip.pmtu_hash = NULL;
	pool_destroy(&net->ip.pmtu_pool);
}
