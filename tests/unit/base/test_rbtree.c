/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree against a sorted array, with the colour rules checked after each step. */
#include <criterion/criterion.h>

#include "base/base.h"

#define KEYS 200

struct item {
	struct rb_node node;
	u32 key;
	bool in;
};

static void insert(struct rb_root_cached *root, struct item *it)
{
	struct rb_node **link = &root->rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		parent = *link;
		if (it->key < rb_entry(parent, struct item, node)->key) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&it->node, parent, link);
	rb_insert_color_cached(&it->node, root, leftmost);
}

/* Black height of a subtree that obeys the rules. */
static int check(const struct rb_node *n)
{
	bool black;
	int l, r;

	if (!n)
		return 1;
	black = n->rb_parent_color & 1;
	for (int side = 0; side < 2; side++) {
		const struct rb_node *c = side ? n->rb_right : n->rb_left;

		if (!c)
			continue;
		cr_assert_eq(rb_parent(c), n);
		cr_assert(black || (c->rb_parent_color & 1), "a red node has a red child");
	}
	l = check(n->rb_left);
	r = check(n->rb_right);
	cr_assert_eq(l, r, "black heights differ");
	return l + black;
}

static void compare(const struct rb_root_cached *root, const struct item *items)
{
	struct rb_node *n = rb_first(&root->rb_root);
	const struct item *last = NULL;

	cr_assert_eq(rb_first_cached(root), n);
	for (u32 k = 0; k < KEYS; k++) {
		if (!items[k].in)
			continue;
		cr_assert_not_null(n);
		cr_assert_eq(rb_entry(n, struct item, node), &items[k]);
		cr_assert_eq(rb_prev(n), last ? &last->node : NULL);
		last = &items[k];
		n = rb_next(n);
	}
	cr_assert_null(n);
	cr_assert_eq(rb_last(&root->rb_root), last ? &last->node : NULL);
}

Test(rbtree, random_against_array)
{
	for (u64 seed = 0; seed < 20; seed++) {
		struct rb_root_cached root = RB_ROOT_CACHED;
		struct item items[KEYS] = { 0 };
		struct prng rng;

		prng_seed(&rng, seed);
		for (int step = 0; step < 1000; step++) {
			struct item *it = &items[prng_below(&rng, KEYS)];

			it->key = (u32)(it - items);
			if (it->in)
				rb_erase_cached(&it->node, &root);
			else
				insert(&root, it);
			it->in = !it->in;
			check(root.rb_root.rb_node);
			cr_assert(!root.rb_root.rb_node ||
				  (root.rb_root.rb_node->rb_parent_color & 1));
			if (step % 16 == 0)
				compare(&root, items);
		}
		compare(&root, items);
	}
}

Test(rbtree, ascending_stays_shallow)
{
	static struct item items[1 << 14];
	struct rb_root_cached root = RB_ROOT_CACHED;
	struct rb_node *n;
	u32 depth = 0;

	for (u32 i = 0; i < ARRAY_SIZE(items); i++) {
		items[i].key = i;
		insert(&root, &items[i]);
	}
	for (n = rb_last(&root.rb_root); n; n = rb_parent(n))
		depth++;
	cr_assert(depth <= 2 * 15, "depth %u", depth);
}

Test(rbtree, replace)
{
	struct rb_root_cached root = RB_ROOT_CACHED;
	struct item it[7], other = { .key = 3 };

	for (u32 i = 0; i < ARRAY_SIZE(it); i++) {
		it[i].key = i;
		insert(&root, &it[i]);
	}
	rb_replace_node(&it[3].node, &other.node, &root.rb_root);
	check(root.rb_root.rb_node);
	cr_assert_eq(rb_next(&it[2].node), &other.node);
	cr_assert_eq(rb_prev(&it[4].node), &other.node);
	rb_clear_node(&it[3].node);
	cr_assert_not(rb_node_linked(&it[3].node));
	cr_assert(rb_node_linked(&other.node));
}
