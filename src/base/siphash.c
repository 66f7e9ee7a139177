/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/siphash.h"

#include <string.h>

struct sip {
	u64 a, b, c, d;
};

static inline u64 rotl(u64 x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static inline void sip_round(struct sip *s)
{
	s->a += s->b;
	s->c += s->d;
	s->b = rotl(s->b, 13) ^ s->a;
	s->d = rotl(s->d, 16) ^ s->c;
	s->a = rotl(s->a, 32);
	s->c += s->b;
	s->a += s->d;
	s->b = rotl(s->b, 17) ^ s->c;
	s->d = rotl(s->d, 21) ^ s->a;
	s->c = rotl(s->c, 32);
}

static inline struct sip sip_start(const struct siphash_key *key)
{
	/* "somepseudorandomlygeneratedbytes" */
	return (struct sip){
		.a = key->key[0] ^ 0x736f6d6570736575ULL,
		.b = key->key[1] ^ 0x646f72616e646f6dULL,
		.c = key->key[0] ^ 0x6c7967656e657261ULL,
		.d = key->key[1] ^ 0x7465646279746573ULL,
	};
}

static inline void sip_word(struct sip *s, u64 m)
{
	s->d ^= m;
	sip_round(s);
	sip_round(s);
	s->a ^= m;
}

/* last: the bytes that do not fill a word; len: of all data, its low octet goes on top. */
static inline u64 sip_end(struct sip *s, u64 last, size_t len)
{
	sip_word(s, last | (u64)len << 56);
	s->c ^= 0xff;
	sip_round(s);
	sip_round(s);
	sip_round(s);
	sip_round(s);
	return s->a ^ s->b ^ s->c ^ s->d;
}

static inline u64 load_le(const u8 *p, size_t n)
{
	u64 v = 0;

	while (n--)
		v = v << 8 | p[n];
	return v;
}

static inline u64 load_le64(const u8 *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
#else
	return load_le(p, 8);
#endif
}

u64 siphash(const void *data, size_t len, const struct siphash_key *key)
{
	struct sip s = sip_start(key);
	const u8 *p = data;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8)
		sip_word(&s, load_le64(p));
	return sip_end(&s, load_le(p, left), len);
}

u64 siphash_1u32(u32 a, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	return sip_end(&s, a, 4);
}

u64 siphash_2u32(u32 a, u32 b, const struct siphash_key *key)
{
	return siphash_1u64((u64)b << 32 | a, key);
}

u64 siphash_3u32(u32 a, u32 b, u32 c, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, (u64)b << 32 | a);
	return sip_end(&s, c, 12);
}

u64 siphash_4u32(u32 a, u32 b, u32 c, u32 d, const struct siphash_key *key)
{
	return siphash_2u64((u64)b << 32 | a, (u64)d << 32 | c, key);
}

u64 siphash_1u64(u64 a, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	return sip_end(&s, 0, 8);
}

u64 siphash_2u64(u64 a, u64 b, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	sip_word(&s, b);
	return sip_end(&s, 0, 16);
}

u64 siphash_3u64(u64 a, u64 b, u64 c, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	return sip_end(&s, 0, 24);
}

u64 siphash_4u64(u64 a, u64 b, u64 c, u64 d, const struct siphash_key *key)
{
	struct sip s = sip_start(key);

	sip_word(&s, a);
	sip_word(&s, b);
	sip_word(&s, c);
	sip_word(&s, d);
	return sip_end(&s, 0, 32);
}
