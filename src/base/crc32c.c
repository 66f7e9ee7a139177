/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slicing by eight. A CRC is linear, so the entry for an octet is the exclusive or of the entries
 * for its bits: the eight tables follow from 64 numbers, and the compiler does the rest.
 */
#include "base/crc32c.h"

#define BITSEL(b, i, v) (((b) >> (i)&1) ? (v) : 0u)
#define PICK(b, v0, v1, v2, v3, v4, v5, v6, v7)                                      \
	(BITSEL(b, 0, v0) ^ BITSEL(b, 1, v1) ^ BITSEL(b, 2, v2) ^ BITSEL(b, 3, v3) ^ \
	 BITSEL(b, 4, v4) ^ BITSEL(b, 5, v5) ^ BITSEL(b, 6, v6) ^ BITSEL(b, 7, v7))
/* BASISk: the octet followed by k zero octets. */
#define BASIS0(b)                                                                       \
	PICK(b, 0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, \
	     0x417b1dbc, 0x82f63b78)
#define BASIS1(b)                                                                       \
	PICK(b, 0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, \
	     0xff17c604, 0xfbc3faf9)
#define BASIS2(b)                                                                       \
	PICK(b, 0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, \
	     0xc76580d9, 0x8b277743)
#define BASIS3(b)                                                                       \
	PICK(b, 0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, \
	     0xaba65fe7, 0x52a0c93f)
#define BASIS4(b)                                                                       \
	PICK(b, 0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, \
	     0x37516aae, 0x6ea2d55c)
#define BASIS5(b)                                                                       \
	PICK(b, 0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, \
	     0x0e045beb, 0x1c08b7d6)
#define BASIS6(b)                                                                       \
	PICK(b, 0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, \
	     0x7ab7077a, 0xf56e0ef4)
#define BASIS7(b)                                                                       \
	PICK(b, 0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, \
	     0x1a00cb32, 0x34019664)

#define ROW4(f, b)  f(b), f((b) + 1), f((b) + 2), f((b) + 3)
#define ROW16(f, b) ROW4(f, b), ROW4(f, (b) + 4), ROW4(f, (b) + 8), ROW4(f, (b) + 12)
#define ROW64(f, b) ROW16(f, b), ROW16(f, (b) + 16), ROW16(f, (b) + 32), ROW16(f, (b) + 48)
#define ROW256(f)                                                       \
	{                                                               \
		ROW64(f, 0), ROW64(f, 64), ROW64(f, 128), ROW64(f, 192) \
	}

static const u32 table[8][256] = {
	ROW256(BASIS0), ROW256(BASIS1), ROW256(BASIS2), ROW256(BASIS3),
	ROW256(BASIS4), ROW256(BASIS5), ROW256(BASIS6), ROW256(BASIS7),
};

static u32 load_le32(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

u32 crc32c(u32 crc, const void *buf, size_t len)
{
	const u8 *p = buf;

	crc = ~crc;
	for (; len >= 8; len -= 8, p += 8) {
		u32 lo = load_le32(p) ^ crc, hi = load_le32(p + 4);

		crc = table[7][lo & 0xff] ^ table[6][lo >> 8 & 0xff] ^ table[5][lo >> 16 & 0xff] ^
		      table[4][lo >> 24] ^ table[3][hi & 0xff] ^ table[2][hi >> 8 & 0xff] ^
		      table[1][hi >> 16 & 0xff] ^ table[0][hi >> 24];
	}
	for (; len; len--, p++)
		crc = crc >> 8 ^ table[0][(crc ^ *p) & 0xff];
	return ~crc;
}
