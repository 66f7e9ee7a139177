/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is there a route? connect() and sendto() report "no" at once, so the question must be answered
 * before the request travels. Answers are kept per prefix for as long as the daemon says.
 */
#include "shim.h"

#include <time.h>

#define KEPT 16

static struct answer {
	uint8_t key[16]; /* address bytes; IPv4 in the first four */
	uint8_t family;
	uint8_t bits; /* of the prefix that the answer is good for */
	int64_t until_ms;
	struct nsp_addr src;
} kept[KEPT];
static unsigned int oldest;
static char lock; /* try-lock: whoever finds it taken asks the daemon */

static int64_t coarse_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes))
		return false;
	return !rest || !((a[bytes] ^ b[bytes]) >> (8 - rest));
}

static bool key_of(const struct sockaddr *sa, socklen_t len, uint8_t key[16])
{
	memset(key, 0, 16);
	if (sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		memcpy(key, &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6 && len >= 24) {
		const struct sockaddr_in6 *s6 = (const void *)sa;

		memcpy(key, &s6->sin6_addr, 16);
		/* a link-local destination depends on its interface */
		return !(key[0] == 0xfe && (key[1] & 0xc0) == 0x80);
	}
	return false;
}

static bool find(uint8_t family, const uint8_t *key, struct nsp_addr *src)
{
	int64_t now = coarse_ms();
	bool hit = false;
	unsigned int i;

	if (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		return false;
	for (i = 0; i < KEPT && !hit; i++)
		if (kept[i].family == family && kept[i].until_ms > now &&
		    same_prefix(kept[i].key, key, kept[i].bits)) {
			*src = kept[i].src;
			hit = true;
		}
	__atomic_clear(&lock, __ATOMIC_RELEASE);
	return hit;
}

static void keep(uint8_t family, const uint8_t *key, const struct nsp_route_get_rep *r)
{
	struct answer *a;

	if (!r->valid_ms || r->prefix_len > (family == AF_INET ? 32u : 128u) || !fd_owner() ||
	    __atomic_test_and_set(&lock, __ATOMIC_ACQUIRE))
		return;
	a = &kept[oldest++ % KEPT];
	memcpy(a->key, key, 16);
	a->family = family;
	a->bits = (uint8_t)r->prefix_len;
	a->src = r->src;
	a->until_ms = coarse_ms() + (r->valid_ms < 10000 ? r->valid_ms : 10000);
	__atomic_clear(&lock, __ATOMIC_RELEASE);
}

/* 0: there is a route; 1: to whom not everyone may send; -errno */
static int ask(const struct sockaddr *sa, socklen_t len, struct nsp_addr *src)
{
	struct nsp_route_get_req q;
	struct nsp_route_get_rep r;
	uint8_t key[16];
	bool keyed = key_of(sa, len, key);
	int e;

	if (keyed && find((uint8_t)sa->sa_family, key, src))
		return 0;
	memset(&q, 0, sizeof(q));
	addr_pack(&q.dst, sa, len);
	e = rpc(NSP_NR_ROUTE_GET, -1, &q, NULL, 0, &r, NULL, NULL);
	if (e < 0)
		return e;
	*src = r.src;
	if (keyed)
		keep((uint8_t)sa->sa_family, key, &r);
	return !r.valid_ms;
}

int route_check(const struct sockaddr *sa, socklen_t len)
{
	struct nsp_addr src;

	return ask(sa, len, &src);
}

bool route_source(const struct sockaddr *dst, socklen_t len, struct sockaddr_storage *src)
{
	struct nsp_addr a;

	if (ask(dst, len, &a) < 0 || !a.len || a.len > sizeof(a.sa))
		return false;
	memset(src, 0, sizeof(*src));
	memcpy(src, a.sa, a.len);
	return true;
}

/* An address of IPv4, mapped or not. */
static bool v4_of(const void *addr, in_addr_t *a)
{
	const struct sockaddr_in6 *s6 = addr;
	const struct sockaddr_in *s4 = addr;

	if (s4->sin_family == AF_INET)
		*a = s4->sin_addr.s_addr;
	else if (IN6_IS_ADDR_V4MAPPED(&s6->sin6_addr))
		*a = s6->sin6_addr.s6_addr32[3];
	else
		return false;
	return true;
}

bool addr_is_source(const void *addr, const void *source)
{
	const struct sockaddr_in6 *a6 = addr, *s6 = source;
	in_addr_t a, s;

	if (v4_of(addr, &a))
		return v4_of(source, &s) && (a == s || ntohl(a) >> 24 == IN_LOOPBACKNET);
	return a6->sin6_family == s6->sin6_family && IN6_ARE_ADDR_EQUAL(&a6->sin6_addr, &s6->sin6_addr);
}

bool addr_is_here(const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_storage src;

	return addr_is_loopback(sa, len) || (route_source(sa, len, &src) && addr_is_source(sa, &src));
}
