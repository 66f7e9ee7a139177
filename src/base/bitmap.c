/* SPDX-License-Identifier: BSD-2-Clause */
/* Bitmaps as text: groups of 32 bits in hexadecimal, the highest first. */
#include "base/bitmap.h"

#include <errno.h>

#include "base/minmax.h"
#include "base/strbuf.h"

enum { GROUP_BITS = 32, GROUP_DIGITS = 8 };

static bool is_separator(char c)
{
	return c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
}

/* The value of a digit, or -1. */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The group that ends before *len, which becomes where it begins. */
static int parse_group(const char *text, size_t *len, u32 *group)
{
	u32 n = 0;

	for (*group = 0; *len && !is_separator(text[*len - 1]); n++, --*len) {
		int d = digit(text[*len - 1]);

		if (d < 0)
			return -EINVAL;
		if (n == GROUP_DIGITS)
			return -EOVERFLOW;
		*group |= (u32)d << 4 * n;
	}
	return 0;
}

int bitmap_parse(const char *text, u64 *map, u32 nbits)
{
	size_t len = 0;
	u32 bit = 0, group;
	int ret;

	bitmap_zero(map, nbits);
	while (text[len] && text[len] != '\n')
		len++;
	for (;; bit += GROUP_BITS) {
		while (len && is_separator(text[len - 1]))
			len--;
		if (!len)
			return 0;
		if (bit >= nbits)
			return -EOVERFLOW;
		ret = parse_group(text, &len, &group);
		if (ret)
			return ret;
		if (nbits - bit < GROUP_BITS && group >> (nbits - bit))
			return -EOVERFLOW;
		map[bit / 64] |= (u64)group << bit % 64;
	}
}

void strbuf_bitmap(struct strbuf *sb, const u64 *map, u32 nbits)
{
	u32 bit = (nbits - 1) / GROUP_BITS * GROUP_BITS;
	int width = (int)(nbits - bit + 3) / 4;

	for (;; bit -= GROUP_BITS, width = GROUP_DIGITS) {
		strbuf_printf(sb, "%0*x", width, (u32)(map[bit / 64] >> bit % 64));
		if (!bit)
			return;
		strbuf_putc(sb, ',');
	}
}
