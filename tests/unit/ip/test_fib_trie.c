/* SPDX-License-Identifier: BSD-2-Clause */
/* IP4-35: the trie against a table that is searched from end to end. */
#include "ip/ip.h"
#include "tests/unit/fixture.h"

enum { MAX_PREFIXES = 600 };

struct slow {			/* the twin */
	struct fib_key key;
	u8 plen;
	bool used;
	struct list_head entry;
};

static struct fixture f;
static struct pool pool;
static struct fib_trie trie;
static struct slow slow[MAX_PREFIXES];
static struct prng rnd;

static void setup(void)
{
	fixture_net_new(&f, 3);
	pool_init(&pool, f.net, "fib_node", sizeof(struct fib_node), 16);
	fib_trie_init(&trie, &pool);
	memset(slow, 0, sizeof(slow));
	prng_seed(&rnd, 99);
}

static void teardown(void)
{
	pool_destroy(&pool);
	fixture_net_free(&f);
}

TestSuite(fib_trie, .init = setup, .fini = teardown);

/* Few distinct bits, so that prefixes nest and collide. */
static struct fib_key random_key(u32 bits)
{
	struct fib_key k = { prng_u64(&rnd) & prng_u64(&rnd) & prng_u64(&rnd), 0 };

	k.hi &= 0xf0f0000fc0000003ULL | prng_u64(&rnd);
	if (bits > 32)
		k.lo = prng_u64(&rnd) & 0xc00000000000000fULL;
	else
		k.hi &= 0xffffffff00000000ULL;
	return k;
}

static bool slow_covers(const struct slow *s, struct fib_key key)
{
	struct fib_key m = fib_key_mask(key, s->plen);

	return s->used && m.hi == s->key.hi && m.lo == s->key.lo;
}

static struct slow *slow_lookup(struct fib_key key, u32 below)
{
	struct slow *best = NULL;

	for (u32 i = 0; i < MAX_PREFIXES; i++)
		if (slow[i].plen < below && slow_covers(&slow[i], key) &&
		    (!best || slow[i].plen > best->plen))
			best = &slow[i];
	return best;
}

static bool slow_has(struct fib_key key, u8 plen)
{
	for (u32 i = 0; i < MAX_PREFIXES; i++)
		if (slow[i].used && slow[i].plen == plen && slow_covers(&slow[i], key))
			return true;
	return false;
}

static void check_lookup(struct fib_key key)
{
	struct fib_node *n = fib_trie_lookup(&trie, key);
	struct slow *s = slow_lookup(key, 129);

	/* the longest, and then every shorter one */
	while (s) {
		cr_assert_not_null(n);
		cr_assert_eq(n->plen, s->plen);
		cr_assert(n->key.hi == s->key.hi && n->key.lo == s->key.lo);
		s = slow_lookup(key, s->plen);
		n = fib_trie_shorter(n);
	}
	cr_assert_null(n);
}

static void remove_slot(struct slow *s)
{
	struct fib_node *n = fib_trie_find(&trie, s->key, s->plen);

	cr_assert_not_null(n);
	cr_assert_eq(n->entries.next, &s->entry);
	list_del(&s->entry);
	s->used = false;
	fib_trie_prune(&trie, n);
	cr_assert(!fib_trie_find(&trie, s->key, s->plen) ||
		  list_empty(&fib_trie_find(&trie, s->key, s->plen)->entries));
}

static void toggle_slot(struct slow *s, u32 bits)
{
	struct fib_node *n;

	if (s->used) {
		remove_slot(s);
		return;
	}
	s->plen = (u8)prng_below(&rnd, bits + 1);
	s->key = fib_key_mask(random_key(bits), s->plen);
	if (slow_has(s->key, s->plen))
		return;
	n = fib_trie_insert(&trie, s->key, s->plen);
	cr_assert_not_null(n);
	cr_assert_eq(n->plen, s->plen);
	list_add(&s->entry, &n->entries);
	s->used = true;
}

static u32 count_used(void)
{
	u32 used = 0;

	for (u32 i = 0; i < MAX_PREFIXES; i++)
		used += slow[i].used;
	return used;
}

static void check_shape(void)
{
	struct fib_node *n = NULL;
	u32 nodes = 0, filled = 0, used = count_used();

	while ((n = fib_trie_next(&trie, n))) {
		nodes++;
		filled += !list_empty(&n->entries);
		cr_assert(!list_empty(&n->entries) || (n->child[0] && n->child[1]));
		for (int i = 0; i < 2; i++)
			cr_assert(!n->child[i] || (n->child[i]->parent == n &&
						   n->child[i]->plen > n->plen));
	}
	cr_assert_eq(filled, used);
	cr_assert_eq(nodes, trie.nr_nodes);
	cr_assert(nodes <= 2 * used);
}

static void run(u32 bits)
{
	for (int round = 0; round < 6000; round++) {
		toggle_slot(&slow[prng_below(&rnd, MAX_PREFIXES)], bits);
		for (int i = 0; i < 4; i++)
			check_lookup(random_key(bits));
		if (round % 500 == 0)
			check_shape();
	}
	check_shape();
	for (u32 i = 0; i < MAX_PREFIXES; i++)
		if (slow[i].used)
			remove_slot(&slow[i]);
	cr_assert_null(trie.root);
	cr_assert_eq(trie.nr_nodes, 0);
}

Test(fib_trie, oracle_32)
{
	run(32);
}

Test(fib_trie, oracle_128)
{
	run(128);
}

Test(fib_trie, no_memory_leaves_it_as_it_was)
{
	struct fib_key a = { 0x8000000000000000ULL, 0 }, b = { 0x8080000000000000ULL, 0 };
	struct slow s = { .used = false };
	struct fib_node *n = fib_trie_insert(&trie, a, 16);

	list_add(&s.entry, &n->entries);
	for (s64 left = 0; left < 2; left++) {
		f.fail_after = left;
		cr_assert_null(fib_trie_insert(&trie, b, 16));
		cr_assert_eq(trie.nr_nodes, 1);
		cr_assert_eq(fib_trie_lookup(&trie, a), n);
	}
	f.fail_after = -1;
	cr_assert_not_null(fib_trie_insert(&trie, b, 16));
	fib_trie_prune(&trie, fib_trie_find(&trie, b, 16));
	list_del_init(&s.entry);
	fib_trie_prune(&trie, n);
	cr_assert_null(trie.root);
}
