/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic modulo 2^32 for TCP sequence numbers and timestamps (RFC 9293 3.4). An order exists
 * between numbers that are less than 2^31 apart.
 */
#ifndef BASE_SEQ_H
#define BASE_SEQ_H

#include "base/types.h"

static inline bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static inline bool after(u32 a, u32 b)
{
	return before(b, a);
}

static inline bool before_eq(u32 a, u32 b)
{
	return !before(b, a);
}

static inline bool after_eq(u32 a, u32 b)
{
	return !before(a, b);
}

/* lo <= seq <= hi, on the circle */
static inline bool between(u32 seq, u32 lo, u32 hi)
{
	return hi - lo >= seq - lo;
}

/* The later and the earlier of two. */
static inline u32 seq_max(u32 a, u32 b)
{
	return before(a, b) ? b : a;
}

static inline u32 seq_min(u32 a, u32 b)
{
	return before(a, b) ? a : b;
}

#endif
