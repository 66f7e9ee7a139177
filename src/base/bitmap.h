/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bitmaps over arrays of u64. Bit n is bit n % 64 of word n / 64. Bits past nbits in the last word
 * must be kept 0 by the caller (these functions do).
 */
#ifndef BASE_BITMAP_H
#define BASE_BITMAP_H

#include "base/types.h"

#define BITMAP_WORDS(nbits)	    (((nbits) + 63u) / 64u)
#define DECLARE_BITMAP(name, nbits) u64 name[BITMAP_WORDS(nbits)]

static inline void bitmap_set(u64 *map, u32 bit)
{
	map[bit / 64] |= 1ULL << (bit % 64);
}

static inline void bitmap_clear(u64 *map, u32 bit)
{
	map[bit / 64] &= ~(1ULL << (bit % 64));
}

static inline bool bitmap_test(const u64 *map, u32 bit)
{
	return map[bit / 64] >> (bit % 64) & 1;
}

/* Sets the bit and returns what it was. */
static inline bool bitmap_test_and_set(u64 *map, u32 bit)
{
	bool old = bitmap_test(map, bit);

	bitmap_set(map, bit);
	return old;
}

static inline void bitmap_zero(u64 *map, u32 nbits)
{
	for (u32 i = 0; i < BITMAP_WORDS(nbits); i++)
		map[i] = 0;
}

static inline bool bitmap_empty(const u64 *map, u32 nbits)
{
	for (u32 i = 0; i < BITMAP_WORDS(nbits); i++)
		if (map[i])
			return false;
	return true;
}

/* First set bit that is >= from; nbits when there is none. */
static inline u32 bitmap_find_next(const u64 *map, u32 nbits, u32 from)
{
	u32 w = from / 64;
	u64 word;

	if (from >= nbits)
		return nbits;
	word = map[w] & (~0ULL << (from % 64));
	while (!word) {
		if (++w >= BITMAP_WORDS(nbits))
			return nbits;
		word = map[w];
	}
	from = w * 64 + (u32)__builtin_ctzll(word);
	return from < nbits ? from : nbits;
}

static inline u32 bitmap_find_first(const u64 *map, u32 nbits)
{
	return bitmap_find_next(map, nbits, 0);
}

/* First clear bit that is >= from; nbits when there is none. */
static inline u32 bitmap_find_next_zero(const u64 *map, u32 nbits, u32 from)
{
	u32 w = from / 64;
	u64 word;

	if (from >= nbits)
		return nbits;
	word = ~map[w] & (~0ULL << (from % 64));
	while (!word) {
		if (++w >= BITMAP_WORDS(nbits))
			return nbits;
		word = ~map[w];
	}
	from = w * 64 + (u32)__builtin_ctzll(word);
	return from < nbits ? from : nbits;
}

static inline u32 bits_weight64(u64 v)
{
	v -= v >> 1 & 0x5555555555555555ULL;
	v = (v & 0x3333333333333333ULL) + (v >> 2 & 0x3333333333333333ULL);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (u32)(v * 0x0101010101010101ULL >> 56);
}

/* Number of set bits. */
static inline u32 bitmap_weight(const u64 *map, u32 nbits)
{
	u32 n = 0;

	for (u32 i = 0; i < BITMAP_WORDS(nbits); i++)
		n += bits_weight64(map[i]);
	return n;
}

struct strbuf;

/*
 * Text as Linux has it in files of masks: groups of 32 bits, at most 8 hexadecimal digits each, the highest
 * first, with commas or blanks between them, up to the end of the line; none is 0. 0; -EINVAL: something
 * else; -EOVERFLOW: a group of more digits, or bits beyond nbits (at least 1).
 */
int bitmap_parse(const char *text, u64 *map, u32 nbits);
/* The same way: all groups that nbits (at least 1) have, the digits that the highest may need. */
void strbuf_bitmap(struct strbuf *sb, const u64 *map, u32 nbits);

#define bitmap_for_each(bit, map, nbits)                         \
	for (bit = bitmap_find_first(map, nbits); bit < (nbits); \
	     bit = bitmap_find_next(map, nbits, bit + 1))

#endif
