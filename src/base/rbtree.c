/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Red-black tree. Missing children are NULL and count as black. Both fix-ups handle the left and
 * the right case with one text: a child is addressed by its side, 0 or 1.
 */
#include "base/rbtree.h"

enum { RED = 0, BLACK = 1 };

static struct rb_node **rb_child(struct rb_node *n, int side)
{
	return side ? &n->rb_right : &n->rb_left;
}

static bool rb_is_black(const struct rb_node *n)
{
	return !n || (n->rb_parent_color & 1) == BLACK;
}

static bool rb_is_red(const struct rb_node *n)
{
	return !rb_is_black(n);
}

static void rb_set_color(struct rb_node *n, uintptr_t color)
{
	n->rb_parent_color = (n->rb_parent_color & ~(uintptr_t)1) | color;
}

static void rb_set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->rb_parent_color = (uintptr_t)parent | (n->rb_parent_color & 1);
}

/* Lets whatever pointed at old (its parent's child link, or the root) point at new. */
static void rb_relink(struct rb_node *parent, struct rb_node *old, struct rb_node *new,
		      struct rb_root *root)
{
	if (!parent)
		root->rb_node = new;
	else if (parent->rb_left == old)
		parent->rb_left = new;
	else
		parent->rb_right = new;
}

/* n's child on the other side takes n's place, n becomes its child on this side. */
static void rb_rotate(struct rb_node *n, int side, struct rb_root *root)
{
	struct rb_node *up = *rb_child(n, !side);
	struct rb_node *inner = *rb_child(up, side);
	struct rb_node *parent = rb_parent(n);

	*rb_child(n, !side) = inner;
	if (inner)
		rb_set_parent(inner, n);
	*rb_child(up, side) = n;
	rb_relink(parent, n, up, root);
	rb_set_parent(up, parent);
	rb_set_parent(n, up);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent;

	while ((parent = rb_parent(node)) && rb_is_red(parent)) {
		/* A red node is never the root, so there is a grandparent. */
		struct rb_node *grand = rb_parent(parent);
		int side = parent == grand->rb_right;
		struct rb_node *uncle = *rb_child(grand, !side);

		if (rb_is_red(uncle)) {
			rb_set_color(parent, BLACK);
			rb_set_color(uncle, BLACK);
			rb_set_color(grand, RED);
			node = grand;
			continue;
		}
		if (node == *rb_child(parent, !side)) {
			rb_rotate(parent, side, root);
			parent = node;
		}
		rb_set_color(parent, BLACK);
		rb_set_color(grand, RED);
		rb_rotate(grand, !side, root);
		break;
	}
	rb_set_color(root->rb_node, BLACK);
}

/* The paths through node (possibly NULL), a child of parent, lack one black node. */
static void rb_erase_color(struct rb_node *node, struct rb_node *parent, struct rb_root *root)
{
	while (parent && rb_is_black(node)) {
		int side = node == parent->rb_right;
		struct rb_node *sib;

		/* There is one: without it the paths on this side could not lack a black node. */
		sib = *rb_child(parent, !side);
		if (rb_is_red(sib)) {
			rb_set_color(sib, BLACK);
			rb_set_color(parent, RED);
			rb_rotate(parent, side, root);
			sib = *rb_child(parent, !side);
		}
		if (rb_is_black(sib->rb_left) && rb_is_black(sib->rb_right)) {
			rb_set_color(sib, RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (rb_is_black(*rb_child(sib, !side))) {
			rb_set_color(*rb_child(sib, side), BLACK);
			rb_set_color(sib, RED);
			rb_rotate(sib, !side, root);
			sib = *rb_child(parent, !side);
		}
		rb_set_color(sib, parent->rb_parent_color & 1);
		rb_set_color(parent, BLACK);
		rb_set_color(*rb_child(sib, !side), BLACK);
		rb_rotate(parent, side, root);
		node = root->rb_node;
		break;
	}
	if (node)
		rb_set_color(node, BLACK);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *gone = node, *child, *parent;
	uintptr_t color;

	/* With two children, the successor leaves its place and takes over the node's. */
	if (node->rb_left && node->rb_right)
		for (gone = node->rb_right; gone->rb_left;)
			gone = gone->rb_left;
	child = gone->rb_left ? gone->rb_left : gone->rb_right;
	parent = rb_parent(gone);
	color = gone->rb_parent_color & 1;

	if (child)
		rb_set_parent(child, parent);
	rb_relink(parent, gone, child, root);
	if (gone != node) {
		if (parent == node)
			parent = gone;
		rb_replace_node(node, gone, root);
	}
	if (color == BLACK)
		rb_erase_color(child, parent, root);
}

void rb_replace_node(struct rb_node *old, struct rb_node *new, struct rb_root *root)
{
	*new = *old;
	rb_relink(rb_parent(old), old, new, root);
	if (new->rb_left)
		rb_set_parent(new->rb_left, new);
	if (new->rb_right)
		rb_set_parent(new->rb_right, new);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_left)
		n = n->rb_left;
	return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_right)
		n = n->rb_right;
	return n;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *n = node->rb_right;

	if (n) {
		while (n->rb_left)
			n = n->rb_left;
		return n;
	}
	while ((n = rb_parent(node)) && node == n->rb_right)
		node = n;
	return n;
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	struct rb_node *n = node->rb_left;

	if (n) {
		while (n->rb_right)
			n = n->rb_right;
		return n;
	}
	while ((n = rb_parent(node)) && node == n->rb_left)
		node = n;
	return n;
}
