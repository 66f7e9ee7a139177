/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bulk loop adds 64-bit lanes as they are, modulo 2^64, and their high halves apart, which cannot
 * overflow before 2^32 additions: the sum of the low halves is what is left of the first when the second,
 * shifted to its place, is taken off. So no carry has to be handled until the end, and the compiler has
 * vectors to work with. It makes the loop twice, for the processor that every x86-64 is and for one with
 * AVX2: a sum is what the emulated cards, GRO and whatever a device cannot check spend most of their time on.
 */
#include "base/csum.h"

#include <string.h>

typedef u64 lanes __attribute__((__vector_size__(32)));

#define LOW_HALF 0xffffffffULL
#define BLOCK	 sizeof(lanes)

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
		s = add64(s,
			  __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? (u64)p[0] : (u64)p[0] << 8);
	return from64(s);
}

/* A block of p is added, and copied to dst if there is one. */
static __always_inline void add_lanes(struct bulk *b, u8 *dst, const u8 *p)
{
	lanes v;

	memcpy(&v, p, sizeof(v));
	if (dst)
		memcpy(dst, &v, sizeof(v));
	b->all += v;
	b->high += v >> 32;
}

static __always_inline u64 bulk_sum(const struct bulk *x, const struct bulk *y)
{
	lanes high = x->high + y->high, low = x->all + y->all - (high << 32);
	u64 s = 0;

	for (unsigned int i = 0; i < sizeof(lanes) / sizeof(u64); i++)
		s += (u64)from64(low[i]) + from64(high[i]);
	return s;
}

/* len: a multiple of BLOCK. dst: a copy is made there, unless it is NULL */
static __always_inline u64 sum_blocks(u8 *dst, const u8 *p, size_t len)
{
	struct bulk x = { 0 }, y = { 0 };
	size_t i;

	for (i = 0; i + 2 * BLOCK <= len; i += 2 * BLOCK) {
		add_lanes(&x, dst ? dst + i : NULL, p + i);
		add_lanes(&y, dst ? dst + i + BLOCK : NULL, p + i + BLOCK);
	}
	if (i < len)
		add_lanes(&x, dst ? dst + i : NULL, p + i);
	return bulk_sum(&x, &y);
}

#if defined(__x86_64__) && !defined(__AVX2__) && !defined(CSUM_PLAIN)
#define HAVE_WIDE 1
static __attribute__((target("avx2"))) u64 wide_sum(const u8 *p, size_t len)
{
	return sum_blocks(NULL, p, len);
}

static __attribute__((target("avx2"))) u64 wide_copy(u8 *dst, const u8 *p, size_t len)
{
	return sum_blocks(dst, p, len);
}

static inline bool have_wide(void)
{
	return __builtin_cpu_supports("avx2");
}
#endif

u32 csum_partial(const void *buf, size_t len, u32 sum)
{
	size_t bulk = len & ~(BLOCK - 1);
	u64 s = sum;

	if (!bulk)
		return sum_tail(buf, len, s);
#ifdef HAVE_WIDE
	if (have_wide())
		return sum_tail((const u8 *)buf + bulk, len - bulk, s + wide_sum(buf, bulk));
#endif
	return sum_tail((const u8 *)buf + bulk, len - bulk, s + sum_blocks(NULL, buf, bulk));
}

u32 csum_copy(void *dst, const void *src, size_t len, u32 sum)
{
#ifdef HAVE_WIDE
	size_t bulk = len & ~(BLOCK - 1);

	if (bulk && have_wide()) {
		u64 s = sum + wide_copy(dst, src, bulk);

		if (len != bulk)
			memcpy((u8 *)dst + bulk, (const u8 *)src + bulk, len - bulk);
		return sum_tail((const u8 *)src + bulk, len - bulk, s);
	}
#endif
	/* memcpy() knows wider stores than we may use, and the octets are near by then. */
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
