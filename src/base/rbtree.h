/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive red-black tree. The user walks down from root->rb_node comparing keys, links the new
 * node with rb_link_node() and balances with rb_insert_color(). The cached variant keeps the
 * leftmost node at hand. No recursion, no allocation, O(log n) for insertion and removal.
 *
 *	struct rb_node **link = &root->rb_node, *parent = NULL;
 *
 *	while (*link) {
 *		parent = *link;
 *		link = less(new, rb_entry(parent, ...)) ? &parent->rb_left : &parent->rb_right;
 *	}
 *	rb_link_node(&new->node, parent, link);
 *	rb_insert_color(&new->node, root);
 */
#ifndef BASE_RBTREE_H
#define BASE_RBTREE_H

#include "base/types.h"

struct rb_node {
	uintptr_t rb_parent_color; /* parent pointer, bit 0: black */
	struct rb_node *rb_left;
	struct rb_node *rb_right;
} __aligned(sizeof(void *));

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost; /* NULL when empty */
};

#define RB_ROOT	       ((struct rb_root){ NULL })
#define RB_ROOT_CACHED ((struct rb_root_cached){ { NULL }, NULL })

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                            \
	__extension__({                                             \
		struct rb_node *re_p = (ptr);                       \
		re_p ? rb_entry(re_p, type, member) : (type *)NULL; \
	})

#define rb_parent(n) ((struct rb_node *)((n)->rb_parent_color & ~(uintptr_t)1))

static inline bool rb_empty_root(const struct rb_root *root)
{
	return !root->rb_node;
}

/* A node that is its own parent is on no tree; use these two to track membership. */
static inline void rb_clear_node(struct rb_node *n)
{
	n->rb_parent_color = (uintptr_t)n;
}

static inline bool rb_node_linked(const struct rb_node *n)
{
	return n->rb_parent_color != (uintptr_t)n;
}

/* Hangs node below parent at *link, red, unbalanced: rb_insert_color() must follow. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->rb_parent_color = (uintptr_t)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

/* Rebalances after rb_link_node(). */
void rb_insert_color(struct rb_node *node, struct rb_root *root);

/* Removes node, which must be on the tree; its links are left as they were. */
void rb_erase(struct rb_node *node, struct rb_root *root);

/* Puts the unlinked node new exactly where old was; keys must be equivalent. */
void rb_replace_node(struct rb_node *old, struct rb_node *new, struct rb_root *root);

/* In-order walk; NULL at the end and for an empty tree. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *root)
{
	return root->rb_leftmost;
}

/* leftmost: the walk that led to the link never went right. */
static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

static inline void rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
}

#endif
