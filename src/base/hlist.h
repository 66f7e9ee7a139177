/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Singly headed doubly linked list for hash buckets: a head is one pointer. All-zero memory is an
 * empty head and an unlinked node, so a zeroed table needs no initialisation.
 */
#ifndef BASE_HLIST_H
#define BASE_HLIST_H

#include "base/types.h"

struct hlist_node {
	struct hlist_node *next;
	struct hlist_node **pprev; /* the pointer that points at this node; NULL: on no list */
};

struct hlist_head {
	struct hlist_node *first;
};

static inline void hlist_head_init(struct hlist_head *h)
{
	h->first = NULL;
}

static inline void hlist_node_init(struct hlist_node *n)
{
	n->next = NULL;
	n->pprev = NULL;
}

/* The kernel's names for the two above. */
static inline void INIT_HLIST_HEAD(struct hlist_head *h)
{
	hlist_head_init(h);
}

static inline void INIT_HLIST_NODE(struct hlist_node *n)
{
	hlist_node_init(n);
}

static inline bool hlist_empty(const struct hlist_head *h)
{
	return !h->first;
}

static inline bool hlist_is_linked(const struct hlist_node *n)
{
	return n->pprev;
}

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (n->next)
		n->next->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}

/* Inserts n right before next, which must be on a list. */
static inline void hlist_add_before(struct hlist_node *n, struct hlist_node *next)
{
	n->pprev = next->pprev;
	n->next = next;
	next->pprev = &n->next;
	*n->pprev = n;
}

/* Inserts n right behind prev, which must be on a list. */
static inline void hlist_add_behind(struct hlist_node *n, struct hlist_node *prev)
{
	n->next = prev->next;
	prev->next = n;
	n->pprev = &prev->next;
	if (n->next)
		n->next->pprev = &n->next;
}

/* Unlinks n and initialises it; harmless when n is on no list. */
static inline void hlist_del_init(struct hlist_node *n)
{
	if (!n->pprev)
		return;
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	hlist_node_init(n);
}

/* Same as hlist_del_init(): there is no poisoned state. */
static inline void hlist_del(struct hlist_node *n)
{
	hlist_del_init(n);
}

/* Moves the whole list of from to the empty head to. */
static inline void hlist_move_list(struct hlist_head *from, struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)                            \
	__extension__({                                                \
		struct hlist_node *he_p = (ptr);                       \
		he_p ? hlist_entry(he_p, type, member) : (type *)NULL; \
	})

#define hlist_for_each_entry(pos, head, member)                                    \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); pos; \
	     pos = hlist_entry_safe(pos->member.next, __typeof__(*pos), member))
/* pos may be removed in the body; tmp is a struct hlist_node *. */
#define hlist_for_each_entry_safe(pos, tmp, head, member)                     \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*pos), member); \
	     pos && (tmp = pos->member.next, 1);                              \
	     pos = hlist_entry_safe(tmp, __typeof__(*pos), member))

#endif
