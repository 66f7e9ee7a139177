/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/toeplitz.h"

#include "base/endian.h"

/* Each bit of the data that is set adds the 32 bits of key that begin at its place. */
u32 toeplitz(const u8 *key, const u8 *data, size_t len)
{
	u64 window = (u64)get_be32(key) << 32;
	u32 hash = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		u32 bit;

		window |= (u64)key[i + 4] << 24;
		for (bit = 0x80; bit; bit >>= 1, window <<= 1)
			if (data[i] & bit)
				hash ^= (u32)(window >> 32);
	}
	return hash;
}
