/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of a transport. ehash is keyed by the 4-tuple and siphashed with the net's secret, as
 * its keys come from peers; lhash and bhash are keyed by local port. All of them double when they
 * hold more entries than buckets, in one go: amortised one move per insertion.
 */
#include "inet/inet.h"

#include <errno.h>

enum {
	HASH_SHIFT_MIN = 6,	/* 64 buckets of 8 bytes */
	HASH_SHIFT_MAX = 20,
};

static struct hlist_head *table_alloc(struct net *net, u32 shift)
{
	return net_alloc(net, sizeof(struct hlist_head) << shift);
}

static void table_free(struct net *net, struct hlist_head *t, u32 shift)
{
	if (t)
		net_free(net, t, sizeof(struct hlist_head) << shift);
}

static u32 port_slot(u16 port, u32 shift)
{
	return hash_32(port) & ((1u << shift) - 1);
}

int inet_hashinfo_init(struct net *net, struct inet_hashinfo *h)
{
	memset(h, 0, sizeof(*h));
	h->ehash_shift = h->lhash_shift = h->bhash_shift = HASH_SHIFT_MIN;
	pool_init(&h->bind_pool, net, "inet_bind_bucket", sizeof(struct inet_bind_bucket), 64);
	h->ehash = table_alloc(net, h->ehash_shift);
	h->lhash = table_alloc(net, h->lhash_shift);
	h->bhash = table_alloc(net, h->bhash_shift);
	if (h->ehash && h->lhash && h->bhash)
		return 0;
	inet_hashinfo_exit(net, h);
	return -ENOMEM;
}

void inet_hashinfo_exit(struct net *net, struct inet_hashinfo *h)
{
	ASSERT(!h->ehash_count && !h->lhash_count && !h->bhash_count);
	table_free(net, h->ehash, h->ehash_shift);
	table_free(net, h->lhash, h->lhash_shift);
	table_free(net, h->bhash, h->bhash_shift);
	h->ehash = h->lhash = h->bhash = NULL;
	pool_destroy(&h->bind_pool);
}

/* -- established: by 4-tuple ------------------------------------------- */

u32 inet_tuple_hash(const struct net *net, const struct inet_tuple *t)
{
	struct {
		union inet_addr l, r;
		u32 ports;
	} key = { t->laddr, t->raddr, (u32)t->lport << 16 | t->rport };

	return (u32)siphash(&key, offsetofend(__typeof__(key), ports), &net->hash_key);
}

size_t inet_hashinfo_bytes(const struct inet_hashinfo *h)
{
	size_t heads = ((size_t)1 << h->ehash_shift) + ((size_t)1 << h->lhash_shift) +
		       ((size_t)1 << h->bhash_shift);

	return heads * sizeof(struct hlist_head);
}

static void ehash_grow(struct net *net, struct inet_hashinfo *h)
{
	u32 shift = h->ehash_shift + 1;
	struct inet_ehash_entry *e;
	struct hlist_head *t;
	struct hlist_node *tmp;

	if (h->ehash_count <= 1u << h->ehash_shift || shift > HASH_SHIFT_MAX)
		return;
	t = table_alloc(net, shift);
	if (!t)		/* longer chains are better than a refused connection */
		return;
	for (u32 i = 0; i < 1u << h->ehash_shift; i++)
		hlist_for_each_entry_safe(e, tmp, &h->ehash[i], node) {
			hlist_del_init(&e->node);
			hlist_add_head(&e->node, &t[e->hash & ((1u << shift) - 1)]);
		}
	table_free(net, h->ehash, h->ehash_shift);
	h->ehash = t;
	h->ehash_shift = shift;
}

void inet_ehash_insert(struct net *net, struct inet_hashinfo *h, struct inet_ehash_entry *e)
{
	e->hash = inet_tuple_hash(net, &e->tuple);
	h->ehash_count++;
	ehash_grow(net, h);
	hlist_add_head(&e->node, &h->ehash[e->hash & ((1u << h->ehash_shift) - 1)]);
}

void inet_ehash_remove(struct inet_hashinfo *h, struct inet_ehash_entry *e)
{
	if (!hlist_is_linked(&e->node))
		return;
	hlist_del_init(&e->node);
	h->ehash_count--;
}

static bool tuple_match(const struct inet_tuple *e, const struct inet_tuple *t)
{
	return e->rport == t->rport && e->lport == t->lport &&
	       inet_addr_equal(&e->raddr, &t->raddr) && inet_addr_equal(&e->laddr, &t->laddr) &&
	       (!e->iif || !t->iif || e->iif == t->iif);
}

struct inet_ehash_entry *inet_ehash_lookup(struct net *net, struct inet_hashinfo *h,
					   const struct inet_tuple *t)
{
	u32 hash = inet_tuple_hash(net, t);
	struct inet_ehash_entry *e;

	hlist_for_each_entry(e, &h->ehash[hash & ((1u << h->ehash_shift) - 1)], node)
		if (e->hash == hash && tuple_match(&e->tuple, t))
			return e;
	return NULL;
}

/* -- listeners and datagram receivers: by local port ------------------- */

static void lhash_grow(struct net *net, struct inet_hashinfo *h)
{
	u32 shift = h->lhash_shift + 1;
	struct inet_sock *inet;
	struct hlist_head *t;

	if (h->lhash_count <= 1u << h->lhash_shift || shift > HASH_SHIFT_MAX)
		return;
	t = table_alloc(net, shift);
	if (!t)
		return;
	/* Filled from the back, so that the order inside a chain stays: it decides between equals. */
	for (u32 i = 0; i < 1u << h->lhash_shift; i++) {
		while (h->lhash[i].first) {
			struct hlist_node *n = h->lhash[i].first;

			while (n->next)
				n = n->next;
			inet = hlist_entry(n, struct inet_sock, hash_node);
			hlist_del_init(n);
			hlist_add_head(n, &t[port_slot(inet->sport, shift)]);
		}
	}
	table_free(net, h->lhash, h->lhash_shift);
	h->lhash = t;
	h->lhash_shift = shift;
}

void inet_listen_hash(struct inet_hashinfo *h, struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (hlist_is_linked(&inet->hash_node))
		return;
	if (sk->sk_reuseport)
		inet_reuseport_join(h, sk);
	h->lhash_count++;
	lhash_grow(sk->net, h);
	hlist_add_head(&inet->hash_node, &h->lhash[port_slot(inet->sport, h->lhash_shift)]);
}

void inet_listen_unhash(struct inet_hashinfo *h, struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (!hlist_is_linked(&inet->hash_node))
		return;
	hlist_del_init(&inet->hash_node);
	h->lhash_count--;
}

void inet_port_for_each(struct inet_hashinfo *h, u16 port, bool (*fn)(struct sock *sk, void *arg),
			void *arg)
{
	struct inet_sock *inet;
	struct hlist_node *tmp;

	hlist_for_each_entry_safe(inet, tmp, &h->lhash[port_slot(port, h->lhash_shift)], hash_node)
		if (inet->sport == port && fn(&inet->sk, arg))
			return;
}

/* 0: no match. An exact address outweighs a device, a device the family. */
static int listener_score(const struct inet_sock *inet, const struct inet_tuple *t)
{
	bool v4 = inet_addr_is_v4mapped(&t->laddr);
	bool own_v4 = inet->sk.sk_family_af->af_bit == 0;
	int score = 1;

	if (inet->sport != t->lport || !inet_bound_dev_match(&inet->sk, t->iif))
		return 0;
	if (inet_addr_equal(&inet->rcv_saddr, &t->laddr))
		score += 8;
	else if (!inet_addr_any(&inet->rcv_saddr))
		return 0;
	else if (v4 ? !own_v4 && inet->v6only : own_v4)
		return 0;
	if (inet->sk.sk_bound_dev_if)
		score += 4;
	if (own_v4 == v4)
		score += 2;
	return score;
}

struct sock *inet_lookup_listener(struct net *net, struct inet_hashinfo *h, const struct inet_tuple *t,
				  struct sk_buff *skb, u32 hdr)
{
	struct hlist_head *head = &h->lhash[port_slot(t->lport, h->lhash_shift)];
	struct inet_sock *inet, *best = NULL;
	int score, best_score = 0;
	u32 nr = 0, pick;

	hlist_for_each_entry(inet, head, hash_node) {
		score = listener_score(inet, t);
		if (score > best_score) {
			best = inet;
			best_score = score;
			nr = 1;
		} else if (score && score == best_score) {
			nr++;
		}
	}
	if (nr <= 1 || !best->sk.sk_reuseport)
		return best ? &best->sk : NULL;
	/* A SO_REUSEPORT group: bind() let only members of one uid share the place. */
	if (inet_reuseport_choose(&best->sk, skb, hdr, nr, &pick))
		pick = nr - 1 - pick;	/* the newest comes first */
	else
		pick = reciprocal_scale(inet_tuple_hash(net, t), nr);
	hlist_for_each_entry(inet, head, hash_node)
		if (listener_score(inet, t) == best_score && pick-- == 0)
			return &inet->sk;
	return &best->sk;
}
