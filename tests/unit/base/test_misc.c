/* SPDX-License-Identifier: BSD-2-Clause */
/* types.h, endian.h, seq.h, strbuf, minmax. */
#include <criterion/criterion.h>

#include "base/base.h"

Test(types, macros)
{
	int n = 0;
	u32 x = 5, y = 9;

	cr_assert_eq(min(x, y), 5);
	cr_assert_eq(max3(x, y, 7u), 9);
	cr_assert_eq(clamp(12u, x, y), 9);
	cr_assert_eq(clamp(2u, x, y), 5);
	cr_assert_eq(min(n++, 10), 0);
	cr_assert_eq(n, 1, "the argument is evaluated once");
	cr_assert_eq(ALIGN_UP(x, 4), 8);
	cr_assert_eq(ALIGN_DOWN(y, 8), 8);
	cr_assert_eq(ALIGN_UP(0xffffffffffULL, 4), 0x10000000000ULL);
	cr_assert_eq(DIV_ROUND_UP(y, x), 2);
	cr_assert(is_power_of_2(64) && !is_power_of_2(0) && !is_power_of_2(6));
	cr_assert_eq(roundup_pow_of_two(1), 1);
	cr_assert_eq(roundup_pow_of_two(64), 64);
	cr_assert_eq(roundup_pow_of_two(65), 128);
	cr_assert_eq(ilog2(1), 0);
	cr_assert_eq(ilog2(U64_MAX), 63);
	swap(x, y);
	cr_assert(x == 9 && y == 5);
}

Test(endian, bytes)
{
	static const be32 init = BE32_INIT(0x01020304);
	u8 b[9] = { 0 };

	put_be16(b + 1, 0x0102);
	put_be32(b + 3, 0x03040506);
	cr_assert_arr_eq(b, ((u8[]){ 0, 1, 2, 3, 4, 5, 6, 0, 0 }), 9);
	cr_assert_eq(get_be16(b + 1), 0x0102);
	cr_assert_eq(get_be32(b + 3), 0x03040506);
	put_be64(b + 1, 0x0102030405060708ULL);
	cr_assert_eq(b[8], 8);
	cr_assert_eq(get_be64(b + 1), 0x0102030405060708ULL);
	cr_assert_arr_eq(&init, ((u8[]){ 1, 2, 3, 4 }), 4);
	cr_assert_eq(be16_get(be16_make(0xbeef)), 0xbeef);
	cr_assert_eq(be64_get(be64_make(0x123456789abcdef0ULL)), 0x123456789abcdef0ULL);
}

/* The numbers form a circle: the order must not depend on where on it one is. */
Test(seq, wraps)
{
	static const u32 base[] = { 0, 1, 0x7fffffff, 0x80000000, 0xffffffff };

	for (unsigned int i = 0; i < ARRAY_SIZE(base); i++) {
		u32 b = base[i];

		cr_assert(before(b, b + 1) && after(b + 1, b));
		cr_assert(!before(b, b) && before_eq(b, b) && after_eq(b, b));
		cr_assert(before(b, b + 0x7fffffff));
		cr_assert(after(b, b - 0x7fffffff));
		cr_assert(between(b, b, b) && between(b + 5, b, b + 5));
		cr_assert(!between(b - 1, b, b + 5) && !between(b + 6, b, b + 5));
		cr_assert_eq(seq_max(b, b + 9), b + 9);
		cr_assert_eq(seq_min(b, b + 9), b);
	}
}

Test(strbuf, bounds)
{
	char buf[8 + 1] = "########";
	struct strbuf sb;

	strbuf_init(&sb, buf, 8);
	strbuf_printf(&sb, "%d-%s", 12, "ab");
	cr_assert_str_eq(buf, "12-ab");
	cr_assert(!sb.truncated && strbuf_room(&sb) == 2);
	strbuf_puts(&sb, "xy");
	cr_assert(!sb.truncated && strbuf_room(&sb) == 0);
	strbuf_putc(&sb, 'z');
	cr_assert(sb.truncated);
	cr_assert_str_eq(buf, "12-abxy");
	strbuf_reset(&sb);
	strbuf_printf(&sb, "%s", "0123456789");
	cr_assert(sb.truncated);
	cr_assert_str_eq(buf, "0123456");
	strbuf_printf(&sb, "more");
	cr_assert_eq(sb.len, 7);
	strbuf_reset(&sb);
	strbuf_hex(&sb, "\x01\xab", 2, ':');
	cr_assert_str_eq(buf, "01:ab");
	cr_assert_eq(buf[8], '\0');
}

Test(strbuf, no_buffer)
{
	struct strbuf sb;

	strbuf_init(&sb, NULL, 0);
	strbuf_printf(&sb, "%d", 1);
	strbuf_puts(&sb, "x");
	cr_assert(sb.truncated && sb.len == 0);
}

/* What the window holds, kept in full. */
struct history {
	u32 t[4096], v[4096];
	u32 n;
};

static u32 true_best(const struct history *h, u32 win, bool want_min)
{
	u32 now = h->t[h->n - 1], best = h->v[h->n - 1];

	for (u32 i = 0; i < h->n; i++)
		if (now - h->t[i] <= win)
			best = want_min ? min(best, h->v[i]) : max(best, h->v[i]);
	return best;
}

/* The estimate is one of the window's values, no better than the best and no worse than the last. */
static void check_estimate(const struct history *h, u32 win, u32 got, bool want_min)
{
	u32 now = h->t[h->n - 1], last = h->v[h->n - 1], best = true_best(h, win, want_min);
	bool found = false;

	for (u32 i = 0; i < h->n && !found; i++)
		found = h->v[i] == got && now - h->t[i] <= win;
	cr_assert(found, "%u is not of the window", got);
	cr_assert(want_min ? got >= best && got <= last : got <= best && got >= last);
}

Test(minmax, against_history)
{
	static struct history h;

	for (u64 seed = 0; seed < 50; seed++) {
		struct minmax_filter lo, hi;
		const u32 win = 1000;
		struct prng rng;
		u32 t = 0xffff0000; /* wraps on the way */

		prng_seed(&rng, seed);
		h.n = 0;
		for (int i = 0; i < 1000; i++) {
			u32 v = prng_below(&rng, 1000), a, b;

			t += prng_below(&rng, i % 100 ? 60 : 3000);
			h.t[h.n] = t;
			h.v[h.n++] = v;
			if (i == 0) {
				a = minmax_reset(&lo, t, v);
				b = minmax_reset(&hi, t, v);
			} else {
				a = minmax_running_min(&lo, win, t, v);
				b = minmax_running_max(&hi, win, t, v);
			}
			cr_assert_eq(a, minmax_get(&lo));
			check_estimate(&h, win, a, true);
			check_estimate(&h, win, b, false);
		}
	}
}

Test(minmax, best_is_kept_for_the_window_and_then_let_go)
{
	struct minmax_filter m;

	minmax_reset(&m, 0, 10);
	for (u32 t = 1; t <= 100; t++)
		cr_assert_eq(minmax_running_min(&m, 100, t, 20 + t), 10);
	/* the runner-up was taken when a quarter of the window had passed */
	cr_assert_eq(minmax_running_min(&m, 100, 101, 300), 46);
	cr_assert_eq(minmax_running_min(&m, 100, 5000, 400), 400);
}
