/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bulk loop adds 64-bit lanes as they are, modulo 2^64, and their high halves apart, which cannot
 * overflow before 2^32 additions: the sum of the low halves is what is left of the first when the second,
 * shifted to its place, is taken off. So no carry has to be handled until the end, and the compiler has
 * vectors to work with.
 */
#include "base/csum.h"

#include <string.h>

typedef u64 lanes __attribute__((__vector_size__(16)));

#define LOW_HALF 0xffffffffULL
#define BLOCK	 64

struct bulk {
	lanes all, high;
};

/* Folds a 64-bit one's complement sum into 32 bits. */
static inline u32 from64(u64 s)
{
	s = (s & LOW_HALF) + (s >> 32);
	s = (s & LOW_HALF) + (s >> 32);
	return (u32)s;
}

static inline lanes load_lanes(const u8 *p)
{
	lanes v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void add_lanes(struct bulk *b, lanes v)
{
	b->all += v;
	b->high += v >> 32;
}

static inline u64 bulk_sum(const struct bulk *x, const struct bulk *y)
{
	lanes high = x->high + y->high, low = x->all + y->all - (high << 32);

	return (u64)from64(low[0]) + from64(low[1]) + from64(high[0]) + from64(high[1]);
}

static inline u64 add64(u64 a, u64 b)
{
	u64 s;

	return __builtin_add_overflow(a, b, &s) ? s + 1 : s;
}

static inline u64 load(const u8 *p, size_t n)
{
	u64 v = 0;

	memcpy(&v, p, n);
	return v;
}

/* Fewer than BLOCK octets; a last odd one is padded with zero behind it, as memory has it. */
static inline u32 sum_tail(const u8 *p, size_t len, u64 s)
{
	for (; len >= 8; len -= 8, p += 8)
		s = add64(s, load(p, 8));
	if (len & 4) {
		s = add64(s, load(p, 4) >> (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 32));
		p += 4;
	}
	if (len & 2) {
		u16 v;

		memcpy(&v, p, 2);
		s = add64(s, v);
		p += 2;
	}
	if (len & 1)
		s = add64(s, __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? (u64)p[0] : (u64)p[0] << 8);
	return from64(s);
}

u32 csum_partial(const void *buf, size_t len, u32 sum)
{
	struct bulk x = { 0 }, y = { 0 };
	const u8 *p = buf;

	if (len < BLOCK)
		return sum_tail(p, len, sum);
	for (; len >= BLOCK; len -= BLOCK, p += BLOCK) {
		add_lanes(&x, load_lanes(p));
		add_lanes(&y, load_lanes(p + 16));
		add_lanes(&x, load_lanes(p + 32));
		add_lanes(&y, load_lanes(p + 48));
	}
	return sum_tail(p, len, bulk_sum(&x, &y) + sum);
}

/* memcpy() knows wider stores than we may use, and the octets are near by then. */
u32 csum_copy(void *dst, const void *src, size_t len, u32 sum)
{
	sum = csum_partial(src, len, sum);
	if (len)
		memcpy(dst, src, len);
	return sum;
}

/* The length and the protocol as the pseudo headers hold them, in memory order. */
static u64 pseudo_rest(u32 len, u8 proto)
{
	return (u64)be32_make(len).raw + be32_make(proto).raw;
}

u32 csum_tcpudp_nofold(const void *saddr, const void *daddr, u32 len, u8 proto, u32 sum)
{
	u32 s, d;

	memcpy(&s, saddr, 4);
	memcpy(&d, daddr, 4);
	return from64((u64)sum + s + d + pseudo_rest(len, proto));
}

u32 csum_ipv6_nofold(const void *saddr, const void *daddr, u32 len, u8 proto, u32 sum)
{
	u32 a[8];
	u64 s = (u64)sum + pseudo_rest(len, proto);

	memcpy(a, saddr, 16);
	memcpy(a + 4, daddr, 16);
	for (unsigned int i = 0; i < ARRAY_SIZE(a); i++)
		s += a[i];
	return from64(s);
}
