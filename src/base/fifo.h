/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fixed-size ring of values. The indexes run freely and wrap at 2^32; capacity is a power of two.
 *
 *	struct { FIFO(u32, 64) } q;	or	struct q { FIFO(struct item, 64) };
 *	fifo_init(&q);
 *	if (!fifo_push(&q, v)) full;
 *	if (fifo_pop(&q, &v)) got one;
 */
#ifndef BASE_FIFO_H
#define BASE_FIFO_H

#include "base/types.h"

#define FIFO(type, capacity)              \
	u32 fifo_head; /* next to pop */  \
	u32 fifo_tail; /* next to push */ \
	type fifo_slot[capacity];         \
	_Static_assert(((capacity) & ((capacity)-1)) == 0, "capacity must be a power of two");

#define fifo_init(f)	 ((void)((f)->fifo_head = (f)->fifo_tail = 0))
#define fifo_capacity(f) ((u32)ARRAY_SIZE((f)->fifo_slot))
#define fifo_len(f)	 ((u32)((f)->fifo_tail - (f)->fifo_head))
#define fifo_empty(f)	 ((f)->fifo_tail == (f)->fifo_head)
#define fifo_full(f)	 (fifo_len(f) == fifo_capacity(f))
#define fifo_index(f, i) ((i) & (fifo_capacity(f) - 1))
/* The i-th oldest element; i < fifo_len(f). */
#define fifo_at(f, i) ((f)->fifo_slot[fifo_index(f, (f)->fifo_head + (i))])

/* false, and nothing stored, when full */
#define fifo_push(f, v)  \
	(fifo_full(f) ?  \
		 false : \
		 ((f)->fifo_slot[fifo_index(f, (f)->fifo_tail)] = (v), (f)->fifo_tail++, true))
/* false, and *out untouched, when empty */
#define fifo_pop(f, out) \
	(fifo_empty(f) ? \
		 false : \
		 (*(out) = (f)->fifo_slot[fifo_index(f, (f)->fifo_head)], (f)->fifo_head++, true))
/* Address of the oldest element, NULL when empty. */
#define fifo_peek(f) (fifo_empty(f) ? NULL : &(f)->fifo_slot[fifo_index(f, (f)->fifo_head)])

#endif
