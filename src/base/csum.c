/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bulk loop adds 32-bit halves into 64-bit lanes, which cannot overflow before 2^32 additions,
 * so no carry has to be handled until the end, and the compiler has vectors to work with.
 */
#include "base/csum.h"

#include <string.h>

typedef u64 lanes __attribute__((__vector_size__(16)));

#define LOW_HALF 0xffffffffULL
#define BLOCK	 64

/* Folds a 64-bit one's complement sum into 32 bits. */
static inline u32 from64(u64 s)
{
	s = (s & LOW_HALF) + (s >> 32);
	s = (s & LOW_HALF) + (s >> 32);
	return (u32)s;
}

static inline lanes halves(lanes v)
{
	const lanes low = { LOW_HALF, LOW_HALF };

	return (v & low) + (v >> 32);
}

static inline u64 load(const u8 *p, size_t n)
{
	u64 v = 0;

	memcpy(&v, p, n);
	return v;
}

/* Fewer than BLOCK octets; a last odd one is padded with zero behind it, as memory has it. */
static u64 sum_tail(const u8 *p, size_t len)
{
	u64 s = 0;

	for (; len >= 8; len -= 8, p += 8) {
		u64 v = load(p, 8);

		s += (v & LOW_HALF) + (v >> 32);
	}
	if (len >= 4) {
		s += load(p, 4) >> (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 32);
		len -= 4;
		p += 4;
	}
	if (len & 2) {
		u16 v;

		memcpy(&v, p, 2);
		s += v;
		p += 2;
	}
	if (len & 1)
		s += __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? (u32)p[0] : (u32)p[0] << 8;
	return s;
}

u32 csum_partial(const void *buf, size_t len, u32 sum)
{
	lanes acc0 = { 0, 0 }, acc1 = { 0, 0 };
	const u8 *p = buf;

	for (; len >= BLOCK; len -= BLOCK, p += BLOCK) {
		lanes v[BLOCK / sizeof(lanes)];

		memcpy(v, p, BLOCK);
		acc0 += halves(v[0]);
		acc1 += halves(v[1]);
		acc0 += halves(v[2]);
		acc1 += halves(v[3]);
	}
	acc0 += acc1;
	return csum_add(csum_add(from64(acc0[0]), from64(acc0[1])), from64(sum_tail(p, len) + sum));
}

u32 csum_copy(void *dst, const void *src, size_t len, u32 sum)
{
	lanes acc0 = { 0, 0 }, acc1 = { 0, 0 };
	const u8 *p = src;
	u8 *d = dst;

	for (; len >= BLOCK; len -= BLOCK, p += BLOCK, d += BLOCK) {
		lanes v[BLOCK / sizeof(lanes)];

		memcpy(v, p, BLOCK);
		memcpy(d, v, BLOCK);
		acc0 += halves(v[0]);
		acc1 += halves(v[1]);
		acc0 += halves(v[2]);
		acc1 += halves(v[3]);
	}
	if (len)
		memcpy(d, p, len);
	acc0 += acc1;
	return csum_add(csum_add(from64(acc0[0]), from64(acc0[1])), from64(sum_tail(d, len) + sum));
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
