/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xoshiro256** (Blackman, Vigna), seeded through splitmix64. Fast and reproducible, not
 * cryptographic: secrets come from keyed siphash over a seed that the host provides.
 */
#ifndef BASE_PRNG_H
#define BASE_PRNG_H

#include "base/types.h"

struct prng {
	u64 s[4];
};

/* Any seed is good, 0 too. The same seed gives the same sequence on every machine. */
void prng_seed(struct prng *p, u64 seed);
u64 prng_u64(struct prng *p);
u32 prng_u32(struct prng *p);
/* Uniform in 0 .. n-1, without bias; 0 when n is 0. */
u32 prng_below(struct prng *p, u32 n);
/* Uniform in lo .. hi, both included; lo <= hi. */
u64 prng_range(struct prng *p, u64 lo, u64 hi);
void prng_bytes(struct prng *p, void *buf, size_t len);
/* True with probability num/den. */
bool prng_chance(struct prng *p, u32 num, u32 den);

#endif
