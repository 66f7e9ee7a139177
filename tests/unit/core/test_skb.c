/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ATK-RACE-07: packets of every shape against a twin that is a plain array of bytes: random operations, and
 * after each of them both must hold the same.
 */
#include <errno.h>
#include <signal.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"

enum { TWIN_MAX = 60000 };

struct twin {
	struct sk_buff *skb;
	u8 bytes[TWIN_MAX];
	u32 len;
};

static struct fixture f;
static struct prng rnd;
static u8 scratch[TWIN_MAX], pattern[TWIN_MAX];

static void setup(void)
{
	fixture_net_new(&f, 7);
	prng_seed(&rnd, 42);
}

static void teardown(void)
{
	fixture_net_free(&f);
}

TestSuite(skb, .init = setup, .fini = teardown);

static u32 below(u32 n)
{
	return prng_below(&rnd, n);
}

static void check(const struct twin *t)
{
	const struct skb_shared_info *si = skb_shinfo(t->skb);
	const struct sk_buff *p;
	u32 i, nonlinear = 0;

	cr_assert_eq(t->skb->len, t->len, "%u %u", t->skb->len, t->len);
	cr_assert_eq(skb_copy_bits(t->skb, 0, scratch, t->len), 0);
	cr_assert_arr_eq(scratch, t->bytes, t->len);
	for (i = 0; i < si->nr_frags; i++) {
		nonlinear += si->frags[i].len;
		cr_assert_gt(si->frags[i].len, 0);
		cr_assert_leq(si->frags[i].off + si->frags[i].len, si->frags[i].page->size);
	}
	for (p = si->frag_list; p; p = p->next)
		nonlinear += p->len;
	cr_assert_eq(nonlinear, t->skb->data_len);
	cr_assert_eq((u32)(t->skb->tail - t->skb->data), skb_headlen(t->skb));
	cr_assert_leq(t->skb->tail, t->skb->end);
	cr_assert_geq(t->skb->data, t->skb->head);
}

static void append_twin(struct twin *t, const void *bytes, u32 len)
{
	memcpy(t->bytes + t->len, bytes, len);
	t->len += len;
}

/* A packet with linear octets and up to nfrags pieces of pages. NULL: no memory. */
static bool make(struct twin *t, u32 linear, u32 nfrags)
{
	u32 i;

	t->len = 0;
	prng_bytes(&rnd, pattern, sizeof(pattern));
	t->skb = alloc_skb(f.net, 100 + linear);
	if (!t->skb)
		return false;
	skb_reserve(t->skb, 100);
	skb_put_data(t->skb, pattern, linear);
	append_twin(t, pattern, linear);
	for (i = 0; i < nfrags; i++) {
		struct page *page = page_alloc(f.net);
		u32 n = 1 + below(1500), off = below(1000);

		if (!page)
			break;
		memcpy(page->data + off, pattern + i, n);
		cr_assert_eq(skb_add_frag(t->skb, page, off, n), 0);
		append_twin(t, pattern + i, n);
		page_put(page);
	}
	return true;
}

/* others as frag list members, some of them non-linear */
static void add_frag_list(struct twin *t, u32 members)
{
	struct sk_buff **pp = &skb_shinfo(t->skb)->frag_list;
	static struct twin m;

	while (*pp)
		pp = &(*pp)->next;
	while (members--) {
		if (!make(&m, 1 + below(300), below(3)))
			return;
		*pp = m.skb;
		pp = &m.skb->next;
		t->skb->len += m.len;
		t->skb->data_len += m.len;
		t->skb->truesize += m.skb->truesize;
		append_twin(t, m.bytes, m.len);
	}
}

/* -- the operations; on no memory nothing may have changed ------------------------------- */
static void op_pull(struct twin *t)
{
	u32 n = below(t->len + 10);
	void *p = skb_pull(t->skb, n);

	if (n > t->len)
		cr_assert_null(p);
	if (p) {
		memmove(t->bytes, t->bytes + n, t->len - n);
		t->len -= n;
	}
}

static void op_push(struct twin *t)
{
	u32 n = below(120);

	if (skb_cow_head(t->skb, n))
		return;
	memmove(t->bytes + n, t->bytes, t->len);
	t->len += n;
	memset(skb_push(t->skb, n), 0x5c, n);
	memset(t->bytes, 0x5c, n);
}

static void op_trim(struct twin *t)
{
	u32 n = below(t->len + 10);

	if (!pskb_trim(t->skb, n))
		t->len = min(n, t->len);
}

static void op_may_pull(struct twin *t)
{
	u32 n = below(t->len + 10);
	bool ok = pskb_may_pull(t->skb, n);

	if (ok)
		cr_assert_geq(skb_headlen(t->skb), n);
	else
		cr_assert(n > t->len || f.fail_chance, "%u of %u", n, t->len);
}

static void op_linearize(struct twin *t)
{
	if (!skb_linearize(t->skb))
		cr_assert(!skb_is_nonlinear(t->skb));
}

/* A clone outlives changes to the original, and the other way round. */
static void op_clone(struct twin *t)
{
	struct sk_buff *clone = skb_clone(t->skb);
	u8 before;

	if (!clone)
		return;
	if (t->len && !skb_cow_head(clone, 0) && skb_headlen(clone)) {
		before = clone->data[0];
		clone->data[0] ^= 0xff;
		cr_assert_eq(t->bytes[0], before);
	}
	check(t);
	if (below(2)) {
		consume_skb(clone);
	} else {
		pskb_trim(t->skb, t->len / 2);
		consume_skb(t->skb);
		t->skb = clone;
		if (t->len && skb_headlen(clone))
			t->bytes[0] = clone->data[0];
	}
}

static void op_copy_expand(struct twin *t)
{
	struct sk_buff *n = skb_copy_expand(t->skb, below(200), below(200));

	if (!n)
		return;
	cr_assert(!skb_is_nonlinear(n));
	consume_skb(t->skb);
	t->skb = n;
}

static void op_header_pointer(struct twin *t)
{
	u8 buf[64];
	u32 off = below(t->len + 2), n = 1 + below(60);
	const void *p = skb_header_pointer(t->skb, off, n, buf);

	cr_assert_eq(p != NULL, off + n <= t->len);
	if (p)
		cr_assert_arr_eq(p, t->bytes + off, n);
}

static void op_checksum(struct twin *t)
{
	u32 off = below(t->len + 1), n = below(t->len - off + 1);
	u32 a = skb_checksum(t->skb, off, n, 0), b = csum_partial(t->bytes + off, n, 0);

	cr_assert_eq(csum_fold(a).raw, csum_fold(b).raw);
}

static void op_vec(struct twin *t)
{
	struct skb_vec vec[8];
	u32 off = below(t->len + 1), covered, i, n, at = off;

	n = skb_to_vec(t->skb, off, t->len - off, vec, 8, &covered);
	for (i = 0; i < n; i++) {
		cr_assert_arr_eq(vec[i].base, t->bytes + at, vec[i].len);
		at += (u32)vec[i].len;
	}
	cr_assert_eq(at, off + covered);
	cr_assert(n == 8 || covered == t->len - off);
}

static void op_append_range(struct twin *t)
{
	static struct twin n;
	u32 off = below(t->len + 1), len = below(t->len - off + 1);
	int ret;

	if (!make(&n, below(30), 0))
		return;
	ret = skb_append_range(n.skb, t->skb, off, len);
	if (!ret) {
		append_twin(&n, t->bytes + off, len);
		check(&n);
	} else {
		cr_assert(ret == -EMSGSIZE || f.fail_chance);
	}
	consume_skb(n.skb);
}

static void op_coalesce(struct twin *t)
{
	static struct twin from;
	u32 delta, room = MAX_SKB_FRAGS - skb_shinfo(t->skb)->nr_frags, size = t->skb->truesize;

	if (t->len > TWIN_MAX / 2 || !make(&from, below(2) ? 0 : below(50), below(4)))
		return;
	if (!skb_try_coalesce(t->skb, from.skb, &delta)) {
		cr_assert(skb_shinfo(t->skb)->frag_list || skb_headlen(from.skb) ||
			  skb_shinfo(from.skb)->nr_frags > room || t->skb->cloned);
		consume_skb(from.skb);
		return;
	}
	cr_assert_eq(t->skb->truesize, size + delta);
	append_twin(t, from.bytes, from.len);
}

static void op_store(struct twin *t)
{
	u32 off, n;

	if (!t->len || skb_linearize(t->skb) || skb_cow_head(t->skb, 0))
		return;
	off = below(t->len);
	n = below(min(t->len - off, 64u) + 1);
	memset(scratch, 0x77, n);
	cr_assert_eq(skb_store_bits(t->skb, off, scratch, n), 0);
	memset(t->bytes + off, 0x77, n);
}

static void run_ops(int rounds)
{
	static void (*const ops[])(struct twin *t) = {
		op_pull, op_push, op_trim, op_may_pull, op_linearize, op_clone, op_copy_expand,
		op_header_pointer, op_checksum, op_vec, op_append_range, op_coalesce, op_store,
	};
	static struct twin t;
	int i;

	while (rounds--) {
		if (!make(&t, below(3) ? below(500) : below(4000), below(12)))
			continue;
		if (!below(3))
			add_frag_list(&t, below(5));
		check(&t);
		for (i = below(12); i && t.len < TWIN_MAX - 4000; i--) {
			ops[below(ARRAY_SIZE(ops))](&t);
			check(&t);
		}
		consume_skb(t.skb);
	}
}

Test(skb, shapes_against_a_twin)
{
	run_ops(20000);
}

Test(skb, shapes_with_failing_memory)
{
	f.fail_chance = 150;
	run_ops(10000);
}

Test(skb, small_packets_come_from_pools)
{
	struct sk_buff *skb = alloc_skb(f.net, 200), *clone;
	u64 allocs;

	consume_skb(skb);
	allocs = f.allocs;
	skb = alloc_skb(f.net, SKB_SMALL_HEAD);
	cr_assert(skb->pooled_head);
	consume_skb(skb);
	cr_assert_eq(f.allocs, allocs, "a warm pool asks for no memory");
	skb = alloc_skb(f.net, SKB_DATA_HEAD);
	cr_assert(skb->pooled_head);
	clone = skb_clone(skb);
	cr_assert_eq(clone->head, skb->head);
	consume_skb(skb);
	consume_skb(clone);
	skb = alloc_skb(f.net, SKB_DATA_HEAD + 1);
	cr_assert(!skb->pooled_head);
	consume_skb(skb);
}

/* One for pages only has a head without room, which grows like any other. */
Test(skb, bare_heads)
{
	struct sk_buff *skb = alloc_skb(f.net, 0);
	u32 size = skb->truesize;
	struct page *page;
	u64 allocs;

	cr_assert(skb->pooled_head);
	cr_assert_leq(size, sizeof(*skb) + sizeof(struct skb_shared_info));
	cr_assert_eq(skb_tailroom(skb), 0);
	consume_skb(skb);
	allocs = f.allocs;
	skb = alloc_skb(f.net, 0);
	cr_assert_eq(f.allocs, allocs, "a warm pool asks for no memory");
	page = page_alloc(f.net);
	memset(page->data, 7, 100);
	cr_assert_eq(skb_add_frag(skb, page, 0, 100), 0);
	page_put(page);
	cr_assert_eq(skb_cow_head(skb, 64), 0);
	cr_assert_geq(skb_headroom(skb), 64);
	cr_assert_gt(skb->truesize, size + 100);
	cr_assert(pskb_may_pull(skb, 100));
	cr_assert_eq(skb->data[99], 7);
	consume_skb(skb);
}

Test(skb, drop_counts_its_reason_and_mib)
{
	f.net->trace_mask = ~0ull;
	kfree_skb_reason(alloc_skb(f.net, 10), SKB_DROP_TCP_MINTTL);
	cr_assert_eq(f.net->drops[SKB_DROP_TCP_MINTTL], 1);
	cr_assert_eq(f.net->mib[MIB_TcpExt_TCPMinTTLDrop], 1);
	cr_assert_str_eq(skb_drop_reason_name(SKB_DROP_TCP_MINTTL), "TCP_MINTTL");
	cr_assert(strstr(f.last_trace, "reason=TCP_MINTTL"), "%s", f.last_trace);
}

Test(skb, second_reference_is_not_a_drop)
{
	struct sk_buff *skb = alloc_skb(f.net, 10);

	skb_get(skb);
	kfree_skb_reason(skb, SKB_DROP_NOMEM);
	cr_assert_eq(f.net->drops[SKB_DROP_NOMEM], 0);
	kfree_skb_reason(skb, SKB_DROP_NOMEM);
	cr_assert_eq(f.net->drops[SKB_DROP_NOMEM], 1);
}

Test(skb, checksum_help_fills_the_field)
{
	struct sk_buff *skb = alloc_skb(f.net, 200);
	u8 flat[100];
	u32 i;

	skb_reserve(skb, 20);
	for (i = 0; i < 100; i++)
		flat[i] = (u8)(i * 7);
	flat[36] = flat[37] = 0;
	skb_put_data(skb, flat, sizeof(flat));
	cr_assert(!skb_partial_csum_set(skb, 90, 9), "beyond the end");
	cr_assert(skb_partial_csum_set(skb, 20, 16));
	cr_assert_eq(skb_checksum_help(skb), 0);
	cr_assert_eq(skb->ip_summed, CHECKSUM_NONE);
	cr_assert_eq(csum_fold(csum_partial(skb->data + 20, 80, 0)).raw, 0);
	consume_skb(skb);
}

Test(skb, complete_sum_follows_a_pull)
{
	struct sk_buff *skb = alloc_skb(f.net, 200);

	prng_bytes(&rnd, skb_put(skb, 120), 120);
	skb->csum = csum_partial(skb->data, 120, 0);
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb_pull(skb, 20);
	cr_assert_eq(csum_fold(skb->csum).raw, csum_fold(csum_partial(skb->data, 100, 0)).raw);
	skb_pull(skb, 1);
	cr_assert_eq(skb->ip_summed, CHECKSUM_NONE, "an odd pull shifts the words");
	consume_skb(skb);
}

Test(skb_leak, a_packet_left_over_aborts, .signal = SIGABRT)
{
	fixture_net_new(&f, 1);
	alloc_skb(f.net, 10);
	core_net_exit(f.net);
}

Test(skb_leak, a_page_left_over_aborts, .signal = SIGABRT)
{
	fixture_net_new(&f, 1);
	page_alloc(f.net);
	core_net_exit(f.net);
}

Test(skb_leak, a_block_left_over_aborts, .signal = SIGABRT)
{
	fixture_net_new(&f, 1);
	net_alloc(f.net, 10);
	core_net_exit(f.net);
}
