/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Big-endian values as one-member structs: an integer cannot be stored into one, nor one be used
 * as an integer, so that a forgotten byte swap does not compile. They have alignment 1: a pointer
 * to one may point anywhere into a packet.
 */
#ifndef BASE_ENDIAN_H
#define BASE_ENDIAN_H

#include "base/types.h"

#include <string.h>

typedef struct be16 {
	u16 raw;
} __packed be16;

typedef struct be32 {
	u32 raw;
} __packed be32;

typedef struct be64 {
	u64 raw;
} __packed be64;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define BASE_SWAP16(v) ((u16)((((u16)(v)&0xffu) << 8) | ((u16)(v) >> 8)))
#define BASE_SWAP32(v)                                                                        \
	((((u32)(v)&0xffu) << 24) | (((u32)(v)&0xff00u) << 8) | (((u32)(v) >> 8) & 0xff00u) | \
	 ((u32)(v) >> 24))
#define BASE_SWAP64(v) (((u64)BASE_SWAP32((u32)(v)) << 32) | BASE_SWAP32((u32)((u64)(v) >> 32)))
#else
#define BASE_SWAP16(v) ((u16)(v))
#define BASE_SWAP32(v) ((u32)(v))
#define BASE_SWAP64(v) ((u64)(v))
#endif

/* For static initialisers: static const be16 x = BE16_INIT(80); */
#define BE16_INIT(v)           \
	{                      \
		BASE_SWAP16(v) \
	}
#define BE32_INIT(v)           \
	{                      \
		BASE_SWAP32(v) \
	}
#define BE64_INIT(v)           \
	{                      \
		BASE_SWAP64(v) \
	}

/* Value in host order. */
static inline u16 be16_get(be16 x)
{
	return BASE_SWAP16(x.raw);
}

static inline u32 be32_get(be32 x)
{
	return BASE_SWAP32(x.raw);
}

static inline u64 be64_get(be64 x)
{
	return BASE_SWAP64(x.raw);
}

/* Big-endian form of a host-order value. */
static inline be16 be16_make(u16 v)
{
	return (be16){ BASE_SWAP16(v) };
}

static inline be32 be32_make(u32 v)
{
	return (be32){ BASE_SWAP32(v) };
}

static inline be64 be64_make(u64 v)
{
	return (be64){ BASE_SWAP64(v) };
}

static inline bool be16_eq(be16 a, be16 b)
{
	return a.raw == b.raw;
}

static inline bool be32_eq(be32 a, be32 b)
{
	return a.raw == b.raw;
}

static inline bool be64_eq(be64 a, be64 b)
{
	return a.raw == b.raw;
}

static inline bool be16_is_zero(be16 x)
{
	return !x.raw;
}

static inline bool be32_is_zero(be32 x)
{
	return !x.raw;
}

/* Unaligned reads of big-endian values from bytes, result in host order. */
static inline u16 get_be16(const void *p)
{
	be16 x;

	memcpy(&x, p, sizeof(x));
	return be16_get(x);
}

static inline u32 get_be32(const void *p)
{
	be32 x;

	memcpy(&x, p, sizeof(x));
	return be32_get(x);
}

static inline u64 get_be64(const void *p)
{
	be64 x;

	memcpy(&x, p, sizeof(x));
	return be64_get(x);
}

/* Unaligned writes of host-order values as big-endian bytes. */
static inline void put_be16(void *p, u16 v)
{
	be16 x = be16_make(v);

	memcpy(p, &x, sizeof(x));
}

static inline void put_be32(void *p, u32 v)
{
	be32 x = be32_make(v);

	memcpy(p, &x, sizeof(x));
}

static inline void put_be64(void *p, u64 v)
{
	be64 x = be64_make(v);

	memcpy(p, &x, sizeof(x));
}

_Static_assert(sizeof(be16) == 2 && sizeof(be32) == 4 && sizeof(be64) == 8, "be sizes");
_Static_assert(_Alignof(be64) == 1, "be types must be readable at any address");

#endif
