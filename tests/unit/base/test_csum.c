/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums against the text of RFC 1071 and a bitwise CRC. */
#include <criterion/criterion.h>

#include "base/base.h"

/* As a processor without AVX2 has it. */
#define CSUM_PLAIN
#define csum_partial	   plain_partial
#define csum_copy	   plain_copy
#define csum_tcpudp_nofold plain_tcpudp_nofold
#define csum_ipv6_nofold   plain_ipv6_nofold
u32 csum_partial(const void *buf, size_t len, u32 sum);
u32 csum_copy(void *dst, const void *src, size_t len, u32 sum);
u32 csum_tcpudp_nofold(const void *saddr, const void *daddr, u32 len, u8 proto, u32 sum);
u32 csum_ipv6_nofold(const void *saddr, const void *daddr, u32 len, u8 proto, u32 sum);
#include "src/base/csum.c" /* NOLINT */
#undef csum_partial
#undef csum_copy
#undef csum_tcpudp_nofold
#undef csum_ipv6_nofold

/* Pairs of octets, most significant first, carries added back: the checksum in host order. */
static u16 slow_csum(const u8 *p, size_t len)
{
	u64 s = 0;

	for (size_t i = 0; i < len; i++)
		s += i % 2 ? p[i] : (u64)p[i] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (u16)~s;
}

static u16 fast_csum(const u8 *p, size_t len)
{
	return be16_get(csum_fold(csum_partial(p, len, 0)));
}

Test(csum, example_of_rfc1071)
{
	static const u8 data[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	cr_assert_eq(fast_csum(data, sizeof(data)), (u16)~0xddf2);
}

Test(csum, every_length_and_alignment)
{
	u8 buf[512 + 16], dst[512 + 32];
	struct prng rng;

	prng_seed(&rng, 1);
	for (int fill = 0; fill < 3; fill++) {
		prng_bytes(&rng, buf, sizeof(buf));
		if (fill)
			memset(buf, fill == 1 ? 0xff : 0, sizeof(buf));
		for (size_t off = 0; off < 16; off++) {
			for (size_t len = 0; len <= 512; len++) {
				u16 want = slow_csum(buf + off, len);
				u32 copied;

				cr_assert_eq(fast_csum(buf + off, len), want);
				cr_assert_eq(be16_get(csum_fold(plain_partial(buf + off, len, 0))), want);
				memset(dst, 0xaa, sizeof(dst));
				copied = plain_copy(dst + 16 - off, buf + off, len, 0);
				cr_assert_eq(be16_get(csum_fold(copied)), want);
				cr_assert_arr_eq(dst + 16 - off, buf + off, len);
				memset(dst, 0xaa, sizeof(dst));
				copied = csum_copy(dst + 16 - off, buf + off, len, 0);
				cr_assert_eq(be16_get(csum_fold(copied)), want);
				cr_assert_arr_eq(dst + 16 - off, buf + off, len);
				cr_assert_eq(dst[16 - off + len], 0xaa);
				cr_assert_eq(dst[15 - off], 0xaa);
			}
		}
	}
}

Test(csum, large_area_of_ones)
{
	static u8 buf[1 << 20];

	memset(buf, 0xff, sizeof(buf));
	cr_assert_eq(fast_csum(buf, sizeof(buf)), slow_csum(buf, sizeof(buf)));
	cr_assert_eq(csum_fold16(csum_partial(buf, sizeof(buf), 0xffffffff)), 0xffff);
}

Test(csum, in_pieces)
{
	u8 buf[300];
	struct prng rng;

	prng_seed(&rng, 2);
	for (int round = 0; round < 2000; round++) {
		size_t len = prng_below(&rng, sizeof(buf) + 1), cut;
		u32 a, b, all;

		prng_bytes(&rng, buf, sizeof(buf));
		cut = len ? prng_below(&rng, (u32)len + 1) : 0;
		a = csum_partial(buf, cut, 0);
		b = csum_partial(buf + cut, len - cut, 0);
		all = csum_block_add(a, b, cut);
		cr_assert_eq(be16_get(csum_fold(all)), slow_csum(buf, len));
		/* taking the tail off again leaves the head, modulo the two zeros */
		all = csum_block_sub(all, b, cut);
		cr_assert_eq(csum_fold16(all) % 0xffff, csum_fold16(a) % 0xffff);
	}
}

Test(csum, incremental_update)
{
	u8 buf[40];
	struct prng rng;

	prng_seed(&rng, 3);
	for (int round = 0; round < 5000; round++) {
		be16 check, from16, to16 = be16_make((u16)prng_u32(&rng));
		be32 from32, to32 = be32_make(prng_u32(&rng));
		size_t at = 2 * prng_below(&rng, 10);

		prng_bytes(&rng, buf, sizeof(buf));
		/* an all-zero area has two representations; headers are never all zero */
		buf[39] |= 1;
		check = csum_fold(csum_partial(buf, sizeof(buf), 0));
		memcpy(&from16, buf + at, 2);
		memcpy(buf + at, &to16, 2);
		csum_replace2(&check, from16, to16);
		memcpy(&from32, buf + 4 + at, 4);
		memcpy(buf + 4 + at, &to32, 4);
		csum_replace4(&check, from32, to32);
		cr_assert_eq(be16_get(check), slow_csum(buf, sizeof(buf)));
	}
}

Test(csum, rfc1624_example)
{
	/* RFC 1624 4: HC = 0xdd2f, m = 0x5555, m' = 0x3285 gives 0x0000, not 0xffff */
	be16 check = be16_make(0xdd2f);

	csum_replace2(&check, be16_make(0x5555), be16_make(0x3285));
	cr_assert_eq(be16_get(check), 0x0000);
}

Test(csum, pseudo_headers)
{
	struct prng rng;

	prng_seed(&rng, 4);
	for (int round = 0; round < 500; round++) {
		u8 v4[12 + 33] = { 0 }, v6[40 + 33] = { 0 };
		u16 len = 33;

		prng_bytes(&rng, v4, 8);
		prng_bytes(&rng, v4 + 12, len);
		v4[9] = 17;
		put_be16(v4 + 10, len);
		cr_assert_eq(be16_get(csum_tcpudp_magic(v4, v4 + 4, len, 17,
							csum_partial(v4 + 12, len, 0))),
			     slow_csum(v4, sizeof(v4)));
		prng_bytes(&rng, v6, 32);
		prng_bytes(&rng, v6 + 40, len);
		put_be32(v6 + 32, len);
		v6[39] = 58;
		cr_assert_eq(be16_get(csum_ipv6_magic(v6, v6 + 16, len, 58,
						      csum_partial(v6 + 40, len, 0))),
			     slow_csum(v6, sizeof(v6)));
	}
}

Test(csum, correct_header_folds_to_zero)
{
	u8 h[] = { 0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
		   0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7 };
	be16 check = ip_fast_csum(h, 5);

	cr_assert_eq(be16_get(check), 0xb861);
	memcpy(h + 10, &check, 2);
	cr_assert(be16_is_zero(ip_fast_csum(h, 5)));
	h[0] ^= 1;
	cr_assert_not(be16_is_zero(ip_fast_csum(h, 5)));
}

static u32 slow_crc(const u8 *p, size_t len)
{
	u32 crc = 0xffffffff;

	while (len--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

Test(crc32c, vectors)
{
	u8 zero[32] = { 0 }, ones[32];

	memset(ones, 0xff, sizeof(ones));
	cr_assert_eq(crc32c(0, "123456789", 9), 0xe3069283);
	/* RFC 3720 B.4 */
	cr_assert_eq(crc32c(0, zero, 32), 0x8a9136aa);
	cr_assert_eq(crc32c(0, ones, 32), 0x62a8ab43);
}

Test(crc32c, against_bitwise_and_in_pieces)
{
	u8 buf[200];
	struct prng rng;

	prng_seed(&rng, 5);
	for (int round = 0; round < 2000; round++) {
		size_t len = prng_below(&rng, sizeof(buf)), cut = prng_below(&rng, (u32)len + 1);

		prng_bytes(&rng, buf, sizeof(buf));
		cr_assert_eq(crc32c(0, buf, len), slow_crc(buf, len));
		cr_assert_eq(crc32c(crc32c(0, buf, cut), buf + cut, len - cut), slow_crc(buf, len));
	}
}
