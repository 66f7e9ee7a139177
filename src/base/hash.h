/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unkeyed integer mixing, for tables whose keys no peer can choose (indexes, our own ids). Anything
 * that a packet can influence is hashed with siphash.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/types.h"

/* Bijective mixing of 32 bits (all bits of the input reach all bits of the output). */
static inline u32 hash_32(u32 v)
{
	v ^= v >> 16;
	v *= 0x7feb352du;
	v ^= v >> 15;
	v *= 0x846ca68bu;
	v ^= v >> 16;
	return v;
}

/* Bijective mixing of 64 bits. */
static inline u64 hash_64(u64 v)
{
	v ^= v >> 32;
	v *= 0xd6e8feb86659fd93ULL;
	v ^= v >> 32;
	v *= 0xd6e8feb86659fd93ULL;
	v ^= v >> 32;
	return v;
}

static inline u32 hash_ptr(const void *p)
{
	return (u32)hash_64((u64)(uintptr_t)p);
}

/* Maps a well mixed hash onto 0 .. n-1 without a division; n > 0. */
static inline u32 reciprocal_scale(u32 hash, u32 n)
{
	return (u32)((u64)hash * n >> 32);
}

#endif
