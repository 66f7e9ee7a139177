/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Toeplitz hash of receive-side scaling: what a NIC computes over addresses and ports to choose
 * a queue (Microsoft, "RSS hashing functions").
 */
#ifndef BASE_TOEPLITZ_H
#define BASE_TOEPLITZ_H

#include "base/types.h"

/* Octets of key that len octets of data need. */
static inline size_t toeplitz_key_len(size_t len)
{
	return len + 4;
}

/* key: toeplitz_key_len(len) octets at least. data: fields in network order, source first. */
u32 toeplitz(const u8 *key, const u8 *data, size_t len);

#endif
