/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * A running sum is a u32 that is only meaningful modulo 0xffff, in the byte order of memory: the
 * words are added as they lie there, which RFC 1071 section 2 (B) allows, so nothing is ever
 * swapped. csum_fold() gives the value to store in a header.
 */
#ifndef BASE_CSUM_H
#define BASE_CSUM_H

#include <string.h>

#include "base/endian.h"
#include "base/types.h"

/* Sum of len bytes at buf (any alignment, any length), added to sum. */
__must_check u32 csum_partial(const void *buf, size_t len, u32 sum);

/* Same while copying the bytes to dst; the areas must not overlap. */
__must_check u32 csum_copy(void *dst, const void *src, size_t len, u32 sum);

static inline u32 csum_add(u32 a, u32 b)
{
	u64 s = (u64)a + b;

	return (u32)(s + (s >> 32));
}

static inline u32 csum_sub(u32 a, u32 b)
{
	return csum_add(a, ~b);
}

/* The 16-bit one's complement sum, not inverted, in memory order. */
static inline u16 csum_fold16(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)(sum + (sum >> 16));
}

/* The checksum to store in a header. Correct data that includes its checksum folds to 0. */
static inline be16 csum_fold(u32 sum)
{
	return (be16){ (u16)~csum_fold16(sum) };
}

/* The sum that a stored checksum stands for, undoing csum_fold() without the inversion. */
static inline u32 csum_unfold(be16 check)
{
	return check.raw;
}

/*
 * Adds sum2, computed over a block as if it began at an even offset, to sum, where the block
 * really begins at offset: at an odd one the bytes of its words are exchanged.
 */
static inline u32 csum_block_add(u32 sum, u32 sum2, size_t offset)
{
	if (offset & 1)
		sum2 = sum2 >> 8 | sum2 << 24;
	return csum_add(sum, sum2);
}

static inline u32 csum_block_sub(u32 sum, u32 sum2, size_t offset)
{
	return csum_block_add(sum, ~sum2, offset);
}

/* Sum over the pseudo header of IPv4 (RFC 9293 3.1); addresses are 4 raw bytes, len host order. */
__must_check u32 csum_tcpudp_nofold(const void *saddr, const void *daddr, u32 len, u8 proto,
				    u32 sum);

/* Sum over the pseudo header of IPv6 (RFC 8200 8.1); addresses are 16 raw bytes. */
__must_check u32 csum_ipv6_nofold(const void *saddr, const void *daddr, u32 len, u8 proto, u32 sum);

/* The two above, folded: what goes into the header when sum covers it and the payload. */
static inline be16 csum_tcpudp_magic(const void *saddr, const void *daddr, u32 len, u8 proto,
				     u32 sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}

static inline be16 csum_ipv6_magic(const void *saddr, const void *daddr, u32 len, u8 proto, u32 sum)
{
	return csum_fold(csum_ipv6_nofold(saddr, daddr, len, proto, sum));
}

/* Checksum of an IPv4 header of ihl 32-bit words; 0 when it is being verified and correct. */
static inline be16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	u32 w[5];
	u64 s;

	if (ihl == ARRAY_SIZE(w)) { /* without options, as nearly all */
		memcpy(w, iph, sizeof(w));
		s = (u64)w[0] + w[1] + w[2] + w[3] + w[4];
		return csum_fold(csum_add((u32)s, (u32)(s >> 32)));
	}
	return csum_fold(csum_partial(iph, (size_t)ihl * 4, 0));
}

/* Adjusts a stored checksum for a field that changed from .. to (RFC 1624 eqn. 3). */
static inline void csum_replace_by_diff(be16 *check, u32 diff)
{
	*check = csum_fold(csum_add(diff, (u32)(u16)~check->raw));
}

static inline void csum_replace2(be16 *check, be16 from, be16 to)
{
	csum_replace_by_diff(check, (u32)(u16)~from.raw + to.raw);
}

static inline void csum_replace4(be16 *check, be32 from, be32 to)
{
	csum_replace_by_diff(check, csum_add(~from.raw, to.raw));
}

#endif
