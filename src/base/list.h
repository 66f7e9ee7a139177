/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive circular doubly linked list. A head and a node are the same type; an empty head and
 * an unlinked node point at themselves. A zeroed node is neither: initialise it.
 */
#ifndef BASE_LIST_H
#define BASE_LIST_H

#include "base/types.h"

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)     \
	{                        \
		&(name), &(name) \
	}
/* Defines an initialised head (not named LIST_HEAD, which <sys/queue.h> takes). */
#define LIST_HEAD_LOCAL(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void list_init(struct list_head *h)
{
	h->next = h;
	h->prev = h;
}

/* The kernel's name for list_init(). */
static inline void INIT_LIST_HEAD(struct list_head *h)
{
	list_init(h);
}

static inline bool list_empty(const struct list_head *h)
{
	return h->next == h;
}

/* Whether an initialised node is on some list. */
static inline bool list_is_linked(const struct list_head *n)
{
	return n->next != n;
}

static inline bool list_is_singular(const struct list_head *h)
{
	return !list_empty(h) && h->next == h->prev;
}

static inline bool list_is_last(const struct list_head *n, const struct list_head *h)
{
	return n->next == h;
}

static inline bool list_is_first(const struct list_head *n, const struct list_head *h)
{
	return n->prev == h;
}

static inline void list_insert_between(struct list_head *n, struct list_head *prev,
				       struct list_head *next)
{
	next->prev = n;
	n->next = next;
	n->prev = prev;
	prev->next = n;
}

/* Inserts n after h: as the first entry when h is a head. */
static inline void list_add(struct list_head *n, struct list_head *h)
{
	list_insert_between(n, h, h->next);
}

/* Inserts n before h: as the last entry when h is a head. */
static inline void list_add_tail(struct list_head *n, struct list_head *h)
{
	list_insert_between(n, h->prev, h);
}

/* Unlinks n and leaves it NULL-linked, so that a second list_del() faults at once. */
static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	n->next = NULL;
	n->prev = NULL;
}

/* Unlinks n and initialises it; harmless on an initialised node that is on no list. */
static inline void list_del_init(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_init(n);
}

static inline void list_move(struct list_head *n, struct list_head *h)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_add(n, h);
}

static inline void list_move_tail(struct list_head *n, struct list_head *h)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
	list_add_tail(n, h);
}

static inline void list_splice_between(struct list_head *from, struct list_head *prev,
				       struct list_head *next)
{
	struct list_head *first = from->next, *last = from->prev;

	if (list_empty(from))
		return;
	first->prev = prev;
	prev->next = first;
	last->next = next;
	next->prev = last;
	list_init(from);
}

/* Moves all entries of from to the front of to, in order; from is empty afterwards. */
static inline void list_splice_init(struct list_head *from, struct list_head *to)
{
	list_splice_between(from, to, to->next);
}

/* Moves all entries of from to the end of to, in order; from is empty afterwards. */
static inline void list_splice_tail_init(struct list_head *from, struct list_head *to)
{
	list_splice_between(from, to->prev, to);
}

/* Puts n in the place of old; old is left unlinked and initialised. */
static inline void list_replace_init(struct list_head *old, struct list_head *n)
{
	if (list_empty(old)) {
		list_init(n);
		return;
	}
	n->next = old->next;
	n->prev = old->prev;
	n->next->prev = n;
	n->prev->next = n;
	list_init(old);
}

#define list_entry(ptr, type, member) container_of(ptr, type, member)
/* The list must not be empty. */
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)
/* NULL when the list is empty. */
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_last_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_last_entry(head, type, member))
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)

#define list_for_each(pos, head) for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_safe(pos, tmp, head) \
	for (pos = (head)->next, tmp = pos->next; pos != (head); pos = tmp, tmp = pos->next)

#define list_for_each_entry(pos, head, member)                                                 \
	for (pos = list_entry((head)->next, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)                                         \
	for (pos = list_entry((head)->prev, __typeof__(*pos), member); &pos->member != (head); \
	     pos = list_prev_entry(pos, member))
/* Continues after pos, which must be an entry of the list. */
#define list_for_each_entry_continue(pos, head, member)                  \
	for (pos = list_next_entry(pos, member); &pos->member != (head); \
	     pos = list_next_entry(pos, member))
/* Starts at pos itself. */
#define list_for_each_entry_from(pos, head, member) \
	for (; &pos->member != (head); pos = list_next_entry(pos, member))
/* The _safe forms allow pos to be removed; tmp is a second variable of the type of pos. */
#define list_for_each_entry_safe(pos, tmp, head, member)               \
	for (pos = list_entry((head)->next, __typeof__(*pos), member), \
	    tmp = list_next_entry(pos, member);                        \
	     &pos->member != (head); pos = tmp, tmp = list_next_entry(tmp, member))
#define list_for_each_entry_safe_reverse(pos, tmp, head, member)       \
	for (pos = list_entry((head)->prev, __typeof__(*pos), member), \
	    tmp = list_prev_entry(pos, member);                        \
	     &pos->member != (head); pos = tmp, tmp = list_prev_entry(tmp, member))

#endif
