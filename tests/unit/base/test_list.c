/* SPDX-License-Identifier: BSD-2-Clause */
/* list.h, hlist.h and fifo.h against arrays. */
#include <criterion/criterion.h>

#include "base/base.h"

struct item {
	struct list_head node;
	struct hlist_node hnode;
	int v;
};

static void expect(struct list_head *h, const int *want, int n)
{
	struct item *it;
	int i = 0;

	list_for_each_entry(it, h, node)
		cr_assert(i < n && it->v == want[i++]);
	cr_assert_eq(i, n);
	list_for_each_entry_reverse(it, h, node)
		cr_assert_eq(it->v, want[--i]);
	cr_assert_eq(i, 0);
}

Test(list, add_and_move)
{
	struct item it[4] = { { .v = 0 }, { .v = 1 }, { .v = 2 }, { .v = 3 } };
	LIST_HEAD_LOCAL(h);

	cr_assert(list_empty(&h));
	cr_assert_null(list_first_entry_or_null(&h, struct item, node));
	list_add_tail(&it[1].node, &h);
	list_add_tail(&it[2].node, &h);
	list_add(&it[0].node, &h);
	list_add_tail(&it[3].node, &h);
	expect(&h, (int[]){ 0, 1, 2, 3 }, 4);
	cr_assert_eq(list_first_entry(&h, struct item, node)->v, 0);
	cr_assert_eq(list_last_entry(&h, struct item, node)->v, 3);

	list_move(&it[2].node, &h);
	expect(&h, (int[]){ 2, 0, 1, 3 }, 4);
	list_move_tail(&it[2].node, &h);
	expect(&h, (int[]){ 0, 1, 3, 2 }, 4);
	list_del(&it[1].node);
	expect(&h, (int[]){ 0, 3, 2 }, 3);
	list_del_init(&it[3].node);
	cr_assert_not(list_is_linked(&it[3].node));
	list_del_init(&it[3].node);
	expect(&h, (int[]){ 0, 2 }, 2);
	list_replace_init(&it[0].node, &it[1].node);
	expect(&h, (int[]){ 1, 2 }, 2);
	cr_assert_not(list_is_linked(&it[0].node));
}

Test(list, splice)
{
	struct item it[5] = { { .v = 0 }, { .v = 1 }, { .v = 2 }, { .v = 3 }, { .v = 4 } };
	LIST_HEAD_LOCAL(a);
	LIST_HEAD_LOCAL(b);

	list_splice_init(&b, &a);
	expect(&a, NULL, 0);
	list_add_tail(&it[0].node, &a);
	list_add_tail(&it[1].node, &b);
	list_add_tail(&it[2].node, &b);
	list_splice_init(&b, &a);
	expect(&a, (int[]){ 1, 2, 0 }, 3);
	expect(&b, NULL, 0);
	list_add_tail(&it[3].node, &b);
	list_add_tail(&it[4].node, &b);
	list_splice_tail_init(&b, &a);
	expect(&a, (int[]){ 1, 2, 0, 3, 4 }, 5);
	expect(&b, NULL, 0);
}

Test(list, removal_while_walking)
{
	struct item it[6], *pos, *tmp;
	LIST_HEAD_LOCAL(h);

	for (int i = 0; i < 6; i++) {
		it[i].v = i;
		list_add_tail(&it[i].node, &h);
	}
	list_for_each_entry_safe(pos, tmp, &h, node)
		if (pos->v % 2)
			list_del(&pos->node);
	expect(&h, (int[]){ 0, 2, 4 }, 3);
	list_for_each_entry_safe_reverse(pos, tmp, &h, node) list_del_init(&pos->node);
	cr_assert(list_empty(&h));
}

Test(hlist, all)
{
	struct hlist_head h = { 0 }, other = { 0 };
	struct item it[4] = { { .v = 0 }, { .v = 1 }, { .v = 2 }, { .v = 3 } }, *pos;
	struct hlist_node *tmp;
	int got = 0;

	hlist_del_init(&it[0].hnode);
	hlist_add_head(&it[3].hnode, &h);
	hlist_add_head(&it[1].hnode, &h);
	hlist_add_before(&it[0].hnode, &it[1].hnode);
	hlist_add_behind(&it[2].hnode, &it[1].hnode);
	hlist_for_each_entry(pos, &h, hnode)
		got = got * 10 + pos->v;
	cr_assert_eq(got, 123);
	cr_assert_eq(hlist_entry(h.first, struct item, hnode)->v, 0);

	hlist_move_list(&h, &other);
	cr_assert(hlist_empty(&h));
	hlist_for_each_entry_safe(pos, tmp, &other, hnode)
		if (pos->v == 0 || pos->v == 2)
			hlist_del(&pos->hnode);
	cr_assert(hlist_unhashed(&it[2].hnode) && hlist_is_linked(&it[3].hnode));
	got = 0;
	hlist_for_each_entry(pos, &other, hnode)
		got = got * 10 + pos->v;
	cr_assert_eq(got, 13);
}

/* -- list_sort() --------------------------------------------------------------------------------- */

enum { SORT_MAX = 4096 };

static bool item_before(const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct item, node)->v / 10000 < list_entry(b, struct item, node)->v / 10000;
}

/* Sorts the keys, entry i being 10000 * key + i, and checks order and ties. Returns the comparisons. */
static u32 sorted(const u32 *key, u32 n)
{
	static struct item it[SORT_MAX];
	const struct item *pos;
	LIST_HEAD_LOCAL(h);
	u32 steps, seen = 0;
	int last = -1;

	for (u32 i = 0; i < n; i++) {
		it[i].v = (int)(key[i] * 10000 + i);
		list_add_tail(&it[i].node, &h);
	}
	steps = list_sort(&h, item_before);
	list_for_each_entry(pos, &h, node) {
		cr_assert_gt(pos->v, last);
		cr_assert_eq(list_entry(pos->node.prev->next, struct item, node), pos);
		last = pos->v;
		seen++;
	}
	cr_assert_eq(seen, n);
	return steps;
}

/* All keys and all ties, with the work that the comment promises */
Test(list, sort)
{
	static u32 key[SORT_MAX];
	u32 x = 1;

	for (u32 n = 0; n <= SORT_MAX; n = n < 70 ? n + 1 : n * 2)
		for (u32 keys = 1; keys <= 4096; keys *= 8) {
			u32 log2n = 0;

			for (u32 i = 0; i < n; i++) {
				x = x * 1103515245 + 12345;
				key[i] = (x >> 8) % keys;
			}
			while (1u << log2n < n)
				log2n++;
			cr_assert_leq(sorted(key, n), 2 * n * (1 + log2n));
		}
}

/* What is in order is compared once, two such pieces twice; to and fro is not quadratic */
Test(list, sort_work)
{
	static u32 key[SORT_MAX];

	for (u32 i = 0; i < SORT_MAX; i++)
		key[i] = i;
	cr_assert_leq(sorted(key, SORT_MAX), SORT_MAX);
	for (u32 i = 0; i < SORT_MAX; i++)
		key[i] = i % (SORT_MAX / 2);
	cr_assert_leq(sorted(key, SORT_MAX), 2 * SORT_MAX);
	for (u32 i = 0; i < SORT_MAX; i++)
		key[i] = i & 1;
	cr_assert_leq(sorted(key, SORT_MAX), 2 * SORT_MAX * 12);
	for (u32 i = 0; i < SORT_MAX; i++)
		key[i] = SORT_MAX - i;
	cr_assert_leq(sorted(key, SORT_MAX), 2 * SORT_MAX * 13);
}

Test(fifo, wraps_and_bounds)
{
	struct {
		FIFO(int, 4)
	} q = { 0 };
	int v = -1, in = 0, out = 0;

	fifo_init(&q);
	/* as if 2^32 - 2 elements had passed */
	q.fifo_head = q.fifo_tail = 0xfffffffe;
	cr_assert_not(fifo_pop(&q, &v));
	cr_assert_eq(v, -1);
	cr_assert_null(fifo_peek(&q));
	for (int round = 0; round < 50; round++) {
		while (fifo_push(&q, in))
			in++;
		cr_assert_eq(fifo_len(&q), 4);
		cr_assert_eq(fifo_at(&q, 3), in - 1);
		for (int n = 1 + round % 4; n; n--) {
			cr_assert_eq(*fifo_peek(&q), out);
			cr_assert(fifo_pop(&q, &v));
			cr_assert_eq(v, out++);
		}
	}
}
