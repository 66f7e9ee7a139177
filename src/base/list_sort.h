/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_LIST_SORT_H
#define BASE_LIST_SORT_H

#include "base/list.h"

/* Does a come before b? False among equals. */
typedef bool list_before_fn(const struct list_head *a, const struct list_head *b);

/*
 * Puts the entries of head in order; equals keep theirs. Returns how often it compared: never more than
 * twice n (1 + log2 n), and about 2 n where the list is a few pieces in order, one behind the other.
 */
u32 list_sort(struct list_head *head, list_before_fn *before);

#endif
