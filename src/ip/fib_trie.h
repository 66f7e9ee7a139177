/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Longest prefix match: a path-compressed binary trie over keys of up to 128 bits. IPv4 keys use
 * the top 32. A node that holds no entries is a fork with two children, so a trie of n prefixes has
 * fewer than 2n nodes, and a look-up visits at most one node a distinct prefix length on its path.
 */
#ifndef NETSTACK_IP_FIB_TRIE_H
#define NETSTACK_IP_FIB_TRIE_H

#include "base/base.h"
#include "core/core.h"

struct fib_key {
	u64 hi, lo;			/* bit 0 of the prefix is the top bit of hi */
};

struct fib_node {
	struct fib_node *parent;
	struct fib_node *child[2];
	struct fib_key key;		/* bits past plen are 0 */
	u8 plen;			/* 0..128 */
	struct list_head entries;	/* the user's; empty on a fork */
};

struct fib_trie {
	struct fib_node *root;
	struct pool *pool;		/* of struct fib_node */
	u32 nr_nodes;
};

void fib_trie_init(struct fib_trie *t, struct pool *pool);
/* key with the bits past plen cleared */
struct fib_key fib_key_mask(struct fib_key key, u8 plen);
/* The node of exactly this prefix, made if needed (then without entries). NULL: no memory. */
struct fib_node *fib_trie_insert(struct fib_trie *t, struct fib_key key, u8 plen);
/* The node of exactly this prefix, NULL if there is none. */
struct fib_node *fib_trie_find(const struct fib_trie *t, struct fib_key key, u8 plen);
/* The longest prefix of key that has entries; NULL if none. */
struct fib_node *fib_trie_lookup(const struct fib_trie *t, struct fib_key key);
/* The next shorter prefix that has entries. */
struct fib_node *fib_trie_shorter(const struct fib_node *n);
/* Call when the last entry of n was removed: takes n, and a fork that it leaves, out. */
void fib_trie_prune(struct fib_trie *t, struct fib_node *n);
/* Pre-order walk over all nodes: NULL starts, NULL ends. */
struct fib_node *fib_trie_next(const struct fib_trie *t, struct fib_node *n);

#endif
