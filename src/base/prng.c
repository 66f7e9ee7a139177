/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/prng.h"

#include "base/assert.h"

#include <string.h>

static u64 splitmix64(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

static u64 rotl(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

void prng_seed(struct prng *p, u64 seed)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(p->s); i++)
		p->s[i] = splitmix64(&seed);
}

u64 prng_u64(struct prng *p)
{
	u64 *s = p->s;
	u64 result = rotl(s[1] * 5, 7) * 9;
	u64 t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

u32 prng_u32(struct prng *p)
{
	return (u32)(prng_u64(p) >> 32);
}

u32 prng_below(struct prng *p, u32 n)
{
	u32 floor;
	u64 m;

	if (!n)
		return 0;
	/* Lemire's method: draws whose low half is below 2^32 mod n would be one too many. */
	floor = -n % n;
	do {
		m = (u64)prng_u32(p) * n;
	} while ((u32)m < floor);
	return (u32)(m >> 32);
}

u64 prng_range(struct prng *p, u64 lo, u64 hi)
{
	u64 span = hi - lo, mask, v;

	ASSERT(lo <= hi);
	if (!span)
		return lo;
	mask = ~0ULL >> (63 - ilog2(span));
	do {
		v = prng_u64(p) & mask;
	} while (v > span);
	return lo + v;
}

void prng_bytes(struct prng *p, void *buf, size_t len)
{
	u8 *out = buf;

	for (size_t i = 0; i < len; i += 8) {
		u64 v = prng_u64(p);

		for (size_t j = i; j < len && j < i + 8; j++, v >>= 8)
			out[j] = (u8)v;
	}
}

bool prng_chance(struct prng *p, u32 num, u32 den)
{
	return prng_below(p, den) < num;
}
