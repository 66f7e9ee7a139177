/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "ip/ip.h"

enum { PEER_HASH_BITS = 9, PEER_MAX = 4096, PEER_BURST = 6 };
enum { REDIRECTS_MAX = 9, REDIRECT_PAUSE = 20 };	/* ms; ip-sysctl: redirect_number, redirect_load */

static const u64 redirect_silence = (u64)REDIRECT_PAUSE * NSEC_PER_MSEC << (REDIRECTS_MAX + 1);

struct inet_peer {
	struct hlist_node hash;
	struct list_head lru;
	union inet_addr addr;
	u64 tokens;		/* ns */
	u64 stamp;
	u64 redirect_at;	/* when it was last told, or would have been */
	u32 redirects;
};

static struct inet_peer *peer_get(struct net *net, const union inet_addr *addr, u64 burst)
{
	u64 h = siphash_2u64(addr->q[0], addr->q[1], &net->ip.key);
	struct hlist_head *head = &net->ip.peer_hash[(u32)h & ((1u << PEER_HASH_BITS) - 1)];
	struct inet_peer *p;

	hlist_for_each_entry(p, head, hash) {
		if (inet_addr_equal(&p->addr, addr)) {
			list_move_tail(&p->lru, &net->ip.peer_lru);
			return p;
		}
	}
	if (net->ip.peer_count >= PEER_MAX) {
		p = list_first_entry(&net->ip.peer_lru, struct inet_peer, lru);
		hlist_del_init(&p->hash);
		list_del(&p->lru);
	} else {
		p = pool_get(&net->ip.peer_pool);
		if (!p)
			return NULL;
		net->ip.peer_count++;
	}
	p->addr = *addr;
	p->tokens = burst;
	p->stamp = net->now;
	p->redirects = 0;
	p->redirect_at = 0;
	hlist_node_init(&p->hash);
	hlist_add_head(&p->hash, head);
	list_add_tail(&p->lru, &net->ip.peer_lru);
	return p;
}

bool inet_peer_allow(struct net *net, const union inet_addr *addr, u64 interval_ns)
{
	u64 burst = interval_ns * PEER_BURST;
	struct inet_peer *p;

	if (!interval_ns)
		return true;
	p = peer_get(net, addr, burst);
	if (!p)
		return false;
	p->tokens = min(p->tokens + (net->now - p->stamp), burst);
	p->stamp = net->now;
	if (p->tokens < interval_ns)
		return false;
	p->tokens -= interval_ns;
	return true;
}

/* Who goes on after that many does not listen: he is left alone until he is quiet. */
bool inet_peer_redirect_allow(struct net *net, const union inet_addr *addr)
{
	struct inet_peer *p = peer_get(net, addr, U64_MAX / 2);
	u64 since;

	if (!p)
		return false;
	since = net->now - p->redirect_at;
	if (since > redirect_silence)
		p->redirects = 0;
	if (p->redirects >= REDIRECTS_MAX) {
		p->redirect_at = net->now;
		return false;
	}
	if (p->redirects && since <= (u64)REDIRECT_PAUSE * NSEC_PER_MSEC << p->redirects)
		return false;
	p->redirect_at = net->now;
	p->redirects++;
	return true;
}

int inet_peer_net_init(struct net *net)
{
	pool_init(&net->ip.peer_pool, net, "inet_peer", sizeof(struct inet_peer), 64);
	net->ip.peer_hash = net_alloc(net, sizeof(struct hlist_head) << PEER_HASH_BITS);
	return net->ip.peer_hash ? 0 : -ENOMEM;
}

void inet_peer_net_exit(struct net *net)
{
	struct inet_peer *p, *tmp;

	list_for_each_entry_safe(p, tmp, &net->ip.peer_lru, lru) {
		list_del(&p->lru);
		pool_put(&net->ip.peer_pool, p);
	}
	if (net->ip.peer_hash)
		net_free(net, net->ip.peer_hash, sizeof(struct hlist_head) << PEER_HASH_BITS);
	net->ip.peer_hash = NULL;
	pool_destroy(&net->ip.peer_pool);
}
