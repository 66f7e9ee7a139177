/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SipHash-2-4 (Aumasson, Bernstein): a keyed hash that an attacker who does not know the key cannot
 * steer. The fixed-arity forms hash the little-endian concatenation of their arguments, so
 * siphash_2u32(a, b, k) == siphash((u32[]){ a, b }, 8, k) on a little-endian machine.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/types.h"

struct siphash_key {
	u64 key[2];
};

u64 siphash(const void *data, size_t len, const struct siphash_key *key);

u64 siphash_1u32(u32 a, const struct siphash_key *key);
u64 siphash_2u32(u32 a, u32 b, const struct siphash_key *key);
u64 siphash_3u32(u32 a, u32 b, u32 c, const struct siphash_key *key);
u64 siphash_4u32(u32 a, u32 b, u32 c, u32 d, const struct siphash_key *key);
u64 siphash_1u64(u64 a, const struct siphash_key *key);
u64 siphash_2u64(u64 a, u64 b, const struct siphash_key *key);
u64 siphash_3u64(u64 a, u64 b, u64 c, const struct siphash_key *key);
u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const struct siphash_key *key);

#endif
