/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/fib_trie.h"

void fib_trie_init(struct fib_trie *t, struct pool *pool)
{
	t->root = NULL;
	t->pool = pool;
	t->nr_nodes = 0;
}

struct fib_key fib_key_mask(struct fib_key key, u8 plen)
{
	if (plen == 0)
		return (struct fib_key){ 0, 0 };
	if (plen <= 64)
		return (struct fib_key){ key.hi & (~0ULL << (64 - plen)), 0 };
	if (plen < 128)
		key.lo &= ~0ULL << (128 - plen);
	return key;
}

/* Bit n of the key, 0 being the top; n < 128. */
static inline u32 key_bit(struct fib_key key, u8 n)
{
	return n < 64 ? key.hi >> (63 - n) & 1 : key.lo >> (127 - n) & 1;
}

static inline bool key_equal(struct fib_key a, struct fib_key b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/* Do the first plen bits agree? */
static inline bool key_match(struct fib_key a, struct fib_key b, u8 plen)
{
	if (plen == 0)
		return true;
	if (plen <= 64)
		return !((a.hi ^ b.hi) >> (64 - plen));
	return a.hi == b.hi && !((a.lo ^ b.lo) >> (128 - plen));
}

static u8 common_bits(struct fib_key a, struct fib_key b)
{
	if (a.hi != b.hi)
		return (u8)__builtin_clzll(a.hi ^ b.hi);
	if (a.lo != b.lo)
		return (u8)(64 + __builtin_clzll(a.lo ^ b.lo));
	return 128;
}

static struct fib_node *node_new(struct fib_trie *t, struct fib_key key, u8 plen)
{
	struct fib_node *n = pool_zget(t->pool);

	if (!n)
		return NULL;
	n->key = fib_key_mask(key, plen);
	n->plen = plen;
	INIT_LIST_HEAD(&n->entries);
	t->nr_nodes++;
	return n;
}

/* Where the pointer to n is kept. */
static struct fib_node **slot_of(struct fib_trie *t, struct fib_node *n)
{
	if (!n->parent)
		return &t->root;
	return &n->parent->child[n->parent->child[1] == n];
}

static void set_child(struct fib_node *parent, struct fib_node *child)
{
	parent->child[key_bit(child->key, parent->plen)] = child;
	child->parent = parent;
}

/* Puts n above old, which it is a prefix of. */
static void insert_above(struct fib_trie *t, struct fib_node *old, struct fib_node *n)
{
	n->parent = old->parent;
	*slot_of(t, old) = n;
	set_child(n, old);
}

/* Splits above old: a fork with old and a new leaf. */
static struct fib_node *insert_fork(struct fib_trie *t, struct fib_node *old, struct fib_key key,
				    u8 plen, u8 common)
{
	struct fib_node *fork = node_new(t, key, common);
	struct fib_node *leaf = fork ? node_new(t, key, plen) : NULL;

	if (!leaf) {
		if (fork) {
			pool_put(t->pool, fork);
			t->nr_nodes--;
		}
		return NULL;
	}
	insert_above(t, old, fork);
	set_child(fork, leaf);
	return leaf;
}

struct fib_node *fib_trie_insert(struct fib_trie *t, struct fib_key key, u8 plen)
{
	struct fib_node *n = t->root, *parent = NULL, *leaf;
	u8 common;

	key = fib_key_mask(key, plen);
	while (n && n->plen <= plen && key_match(n->key, key, n->plen)) {
		if (n->plen == plen)
			return n;
		parent = n;
		n = n->child[key_bit(key, n->plen)];
	}
	if (!n) {
		leaf = node_new(t, key, plen);
		if (leaf && parent)
			set_child(parent, leaf);
		else if (leaf)
			t->root = leaf;
		return leaf;
	}
	common = common_bits(n->key, key);
	if (common < plen && common < n->plen)
		return insert_fork(t, n, key, plen, common);
	leaf = node_new(t, key, plen);
	if (leaf)
		insert_above(t, n, leaf);
	return leaf;
}

struct fib_node *fib_trie_find(const struct fib_trie *t, struct fib_key key, u8 plen)
{
	struct fib_node *n = t->root;

	key = fib_key_mask(key, plen);
	while (n && n->plen < plen)
		n = n->child[key_bit(key, n->plen)];
	return n && n->plen == plen && key_equal(n->key, key) ? n : NULL;
}

struct fib_node *fib_trie_lookup(const struct fib_trie *t, struct fib_key key)
{
	struct fib_node *n = t->root, *best = NULL;

	while (n && key_match(n->key, key, n->plen)) {
		if (!list_empty(&n->entries))
			best = n;
		if (n->plen == 128)
			break;
		n = n->child[key_bit(key, n->plen)];
	}
	return best;
}

struct fib_node *fib_trie_shorter(const struct fib_node *n)
{
	struct fib_node *up = n->parent;

	while (up && list_empty(&up->entries))
		up = up->parent;
	return up;
}

/* Takes out a node with at most one child; the child moves up. */
static void node_remove(struct fib_trie *t, struct fib_node *n)
{
	struct fib_node *child = n->child[0] ? n->child[0] : n->child[1];

	*slot_of(t, n) = child;
	if (child)
		child->parent = n->parent;
	pool_put(t->pool, n);
	t->nr_nodes--;
}

void fib_trie_prune(struct fib_trie *t, struct fib_node *n)
{
	while (n && list_empty(&n->entries) && !(n->child[0] && n->child[1])) {
		struct fib_node *parent = n->parent;

		node_remove(t, n);
		n = parent;
	}
}

struct fib_node *fib_trie_next(const struct fib_trie *t, struct fib_node *n)
{
	if (!n)
		return t->root;
	if (n->child[0])
		return n->child[0];
	if (n->child[1])
		return n->child[1];
	while (n->parent) {
		struct fib_node *up = n->parent;

		if (up->child[0] == n && up->child[1])
			return up->child[1];
		n = up;
	}
	return NULL;
}
