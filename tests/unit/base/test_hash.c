/* SPDX-License-Identifier: BSD-2-Clause */
/* siphash, the unkeyed hashes, the generator and the bitmaps. */
#include <criterion/criterion.h>
#include <errno.h>

#include "base/base.h"

static const struct siphash_key key = { { 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL } };

Test(siphash, vectors_of_the_paper)
{
	static const struct {
		size_t len;
		u64 want;
	} rows[] = {
		{ 0, 0x726fdb47dd0e0e31ULL }, { 1, 0x74f839c593dc67fdULL },
		{ 2, 0x0d6c8009d9a94f5aULL }, { 3, 0x85676696d7fb7e2dULL },
		{ 8, 0x93f5f5799a932462ULL }, { 15, 0xa129ca6149be45e5ULL },
	};
	u8 in[16];

	for (unsigned int i = 0; i < sizeof(in); i++)
		in[i] = (u8)i;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++)
		cr_assert_eq(siphash(in, rows[i].len, &key), rows[i].want, "len %zu", rows[i].len);
}

Test(siphash, fixed_arity_equals_the_general_one)
{
	struct prng rng;

	prng_seed(&rng, 1);
	for (int i = 0; i < 1000; i++) {
		struct siphash_key k = { { prng_u64(&rng), prng_u64(&rng) } };
		u64 q[4];
		u32 d[4];

		prng_bytes(&rng, q, sizeof(q));
		prng_bytes(&rng, d, sizeof(d));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		cr_assert_eq(siphash_1u32(d[0], &k), siphash(d, 4, &k));
		cr_assert_eq(siphash_2u32(d[0], d[1], &k), siphash(d, 8, &k));
		cr_assert_eq(siphash_3u32(d[0], d[1], d[2], &k), siphash(d, 12, &k));
		cr_assert_eq(siphash_4u32(d[0], d[1], d[2], d[3], &k), siphash(d, 16, &k));
		cr_assert_eq(siphash_1u64(q[0], &k), siphash(q, 8, &k));
		cr_assert_eq(siphash_2u64(q[0], q[1], &k), siphash(q, 16, &k));
		cr_assert_eq(siphash_3u64(q[0], q[1], q[2], &k), siphash(q, 24, &k));
		cr_assert_eq(siphash_4u64(q[0], q[1], q[2], q[3], &k), siphash(q, 32, &k));
#endif
	}
}

Test(siphash, unaligned_input)
{
	u8 in[64], copy[72];
	struct prng rng;

	prng_seed(&rng, 2);
	prng_bytes(&rng, in, sizeof(in));
	for (size_t off = 0; off < 8; off++) {
		memcpy(copy + off, in, sizeof(in));
		cr_assert_eq(siphash(copy + off, 61, &key), siphash(in, 61, &key));
	}
}

Test(hash, mixes)
{
	DECLARE_BITMAP(seen, 65536) = { 0 };
	u32 used;

	for (u32 i = 0; i < 65536; i++)
		bitmap_set(seen, hash_32(i) >> 16);
	/* 65536 balls in as many bins fill about 1 - 1/e of them. */
	used = bitmap_weight(seen, 65536);
	cr_assert(used > 40000 && used < 43000, "%u", used);
	cr_assert_eq(reciprocal_scale(0, 10), 0);
	cr_assert_eq(reciprocal_scale(0xffffffff, 10), 9);
	cr_assert_neq(hash_64(1), hash_64(2));
}

Test(prng, known_sequence)
{
	static const u64 want[] = { 11520, 0, 1509978240, 1215971899390074240ULL };
	struct prng p = { { 1, 2, 3, 4 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(want); i++)
		cr_assert_eq(prng_u64(&p), want[i]);
}

Test(prng, seeds)
{
	struct prng a, b, c;

	prng_seed(&a, 0);
	prng_seed(&b, 0);
	prng_seed(&c, 1);
	for (int i = 0; i < 100; i++) {
		u64 v = prng_u64(&a);

		cr_assert_eq(v, prng_u64(&b));
		cr_assert_neq(v, prng_u64(&c));
	}
}

Test(prng, ranges)
{
	u32 count[6] = { 0 };
	struct prng p;

	prng_seed(&p, 7);
	cr_assert_eq(prng_below(&p, 0), 0);
	for (int i = 0; i < 60000; i++)
		count[prng_below(&p, 6)]++;
	for (int i = 0; i < 6; i++)
		cr_assert(count[i] > 9500 && count[i] < 10500, "%u", count[i]);
	for (int i = 0; i < 1000; i++) {
		u64 v = prng_range(&p, 10, 13);

		cr_assert(v >= 10 && v <= 13);
		cr_assert_eq(prng_range(&p, v, v), v);
		cr_assert(prng_range(&p, 1, U64_MAX) >= 1);
		cr_assert(prng_chance(&p, 1, 1) && !prng_chance(&p, 0, 5));
	}
}

static const char *mask_text(const char *from, u32 nbits)
{
	static char text[128];
	u64 map[2] = { ~0ull, ~0ull };
	int ret = bitmap_parse(from, map, nbits);
	struct strbuf sb;

	strbuf_init(&sb, text, sizeof(text));
	if (ret)
		strbuf_puts(&sb, ret == -EINVAL ? "EINVAL" : ret == -EOVERFLOW ? "EOVERFLOW" : "?");
	else
		strbuf_bitmap(&sb, map, nbits);
	return text;
}

/* As Linux reads and writes masks of processors. */
Test(bitmap, text)
{
	static const struct {
		const char *from;
		u32 nbits;
		const char *to;
	} rows[] = {
		{ "0", 2, "0" },
		{ "3", 2, "3" },
		{ "4", 2, "EOVERFLOW" },
		{ "f", 4, "f" },
		{ "F", 5, "0f" },
		{ "0x1", 2, "EINVAL" },
		{ "g", 2, "EINVAL" },
		{ "1g", 2, "EINVAL" },
		{ "-1", 2, "EINVAL" },
		{ " 1", 2, "1" },
		{ "1 ", 2, "1" },
		{ "\t1\n", 2, "1" },
		{ "1\n2", 2, "1" },
		{ "", 2, "0" },
		{ ",", 2, "0" },
		{ "1,", 2, "1" },
		{ ",1", 2, "1" },
		{ "1,1", 2, "EOVERFLOW" },
		{ "0,1", 2, "EOVERFLOW" },
		{ "00000003", 2, "3" },
		{ "000000003", 2, "EOVERFLOW" },
		{ "ffffffff", 32, "ffffffff" },
		{ "1,80000000", 33, "1,80000000" },
		{ "2,0", 33, "EOVERFLOW" },
		{ "7 1", 36, "7,00000001" },
		{ "1", 36, "0,00000001" },
		{ "ffffffff,00000000,12", 96, "ffffffff,00000000,00000012" },
		{ "1,2,3,4", 128, "00000001,00000002,00000003,00000004" },
		{ "1,2,3,4,5", 128, "EOVERFLOW" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		cr_assert_str_eq(mask_text(rows[i].from, rows[i].nbits), rows[i].to,
				 "\"%s\" of %u bits", rows[i].from, rows[i].nbits);
}

Test(bitmap, against_bytes)
{
	enum { BITS = 200 };
	DECLARE_BITMAP(map, BITS);
	bool twin[BITS] = { 0 };
	struct prng rng;

	prng_seed(&rng, 3);
	bitmap_zero(map, BITS);
	cr_assert(bitmap_empty(map, BITS));
	for (int step = 0; step < 3000; step++) {
		u32 bit = prng_below(&rng, BITS), from = prng_below(&rng, BITS + 1), n = 0;
		u32 next = from, zero = from;

		if (prng_chance(&rng, 1, 2)) {
			cr_assert_eq(bitmap_test_and_set(map, bit), twin[bit]);
			twin[bit] = true;
		} else {
			bitmap_clear(map, bit);
			twin[bit] = false;
		}
		while (next < BITS && !twin[next])
			next++;
		while (zero < BITS && twin[zero])
			zero++;
		for (u32 i = 0; i < BITS; i++)
			n += twin[i];
		cr_assert_eq(bitmap_test(map, bit), twin[bit]);
		cr_assert_eq(bitmap_find_next(map, BITS, from), next);
		cr_assert_eq(bitmap_find_next_zero(map, BITS, from), zero);
		cr_assert_eq(bitmap_weight(map, BITS), n);
		bitmap_for_each(bit, map, BITS) n--;
		cr_assert_eq(n, 0);
	}
}
