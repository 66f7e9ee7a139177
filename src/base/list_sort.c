/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Natural merge sort: what is in order already is a run, and each pass makes one run of two. No memory, no
 * recursion, and little to do for lists that are nearly in order, as most that the stack sorts are.
 */
#include "base/list_sort.h"

/* Moves the first run of from to the empty list run. Returns the comparisons. */
static u32 list_take_run(struct list_head *from, struct list_head *run, list_before_fn *before)
{
	u32 n = 0;

	while (!list_empty(from)) {
		if (!list_empty(run) && (n++, before(from->next, run->prev)))
			break;
		list_move_tail(from->next, run);
	}
	return n;
}

/* Appends a and b, both in order, to out; of equals those of a come first. */
static u32 list_merge(struct list_head *a, struct list_head *b, struct list_head *out,
		      list_before_fn *before)
{
	u32 n = 0;

	while (!list_empty(a) && !list_empty(b)) {
		n++;
		list_move_tail(before(b->next, a->next) ? b->next : a->next, out);
	}
	list_splice_tail_init(a, out);
	list_splice_tail_init(b, out);
	return n;
}

u32 list_sort(struct list_head *head, list_before_fn *before)
{
	u32 n = 0, merges;

	do {
		LIST_HEAD_LOCAL(out);

		merges = 0;
		while (!list_empty(head)) {
			LIST_HEAD_LOCAL(a);
			LIST_HEAD_LOCAL(b);

			n += list_take_run(head, &a, before);
			n += list_take_run(head, &b, before);
			merges++;
			n += list_merge(&a, &b, &out, before);
		}
		list_splice_init(&out, head);
	} while (merges > 1);
	return n;
}
