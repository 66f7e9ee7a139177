/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 6724: the order of destination addresses, with sources that the stack chooses. */
#include "resolv.h"

#include <stdlib.h>

struct policy {
	uint8_t prefix[16];
	uint8_t bits, precedence, label;
};

/* RFC 6724 section 2.1; the first row that matches, longest first. */
static const struct policy policies[] = {
	{ { [15] = 1 }, 128, 50, 0 },  { { [10] = 0xff, [11] = 0xff }, 96, 35, 4 },
	{ { 0 }, 96, 1, 3 },	       { { 0x20, 0x01 }, 32, 5, 5 },
	{ { 0x20, 0x02 }, 16, 30, 2 }, { { 0x3f, 0xfe }, 16, 1, 12 },
	{ { 0xfe, 0xc0 }, 10, 1, 11 }, { { 0xfc }, 7, 3, 13 },
	{ { 0 }, 0, 40, 1 },
};

struct candidate {
	struct name_addr dst;
	uint8_t d[16], s[16]; /* as IPv6 */
	bool usable;	      /* has a source */
	int order;
};

static unsigned int common_bits(const uint8_t *a, const uint8_t *b)
{
	unsigned int n = 0;

	while (n < 128 && !((a[n / 8] ^ b[n / 8]) & (0x80 >> n % 8)))
		n++;
	return n;
}

static const struct policy *policy_of(const uint8_t *a)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(policies) - 1; i++)
		if (common_bits(a, policies[i].prefix) >= policies[i].bits)
			break;
	return &policies[i];
}

static int scope_of(const uint8_t *a)
{
	static const uint8_t loop[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a[0] == 0xff)
		return a[1] & 0xf;
	if (!memcmp(a, loop, 16))
		return 2;
	if (!memcmp(a, mapped, 12))
		return a[12] == 127 || (a[12] == 169 && a[13] == 254) ? 2 : 14;
	if (a[0] == 0xfe && (a[1] & 0xc0) == 0x80)
		return 2;
	if (a[0] == 0xfe && (a[1] & 0xc0) == 0xc0)
		return 5;
	return 14;
}

static void to_v6(int family, const uint8_t *in, uint8_t *out)
{
	if (family == AF_INET6) {
		memcpy(out, in, 16);
		return;
	}
	memset(out, 0, 10);
	out[10] = out[11] = 0xff;
	memcpy(out + 12, in, 4);
}

static void find_source(struct candidate *c)
{
	struct sockaddr_storage dst, src;
	socklen_t len = names_sockaddr(&c->dst, htons(53), &dst);

	to_v6(c->dst.family, c->dst.bytes, c->d);
	if (addr_wants_kernel(-1, (struct sockaddr *)&dst, len, false)) {
		memcpy(c->s, c->d, 16);
		c->usable = true;
		return;
	}
	c->usable = route_source((struct sockaddr *)&dst, len, &src);
	if (!c->usable)
		return;
	if (src.ss_family == AF_INET)
		to_v6(AF_INET, (uint8_t *)&((struct sockaddr_in *)&src)->sin_addr, c->s);
	else
		to_v6(AF_INET6, (uint8_t *)&((struct sockaddr_in6 *)&src)->sin6_addr, c->s);
}

/* Section 6, rules 1, 2, 5, 6, 8, 9 and 10; the others need what only the stack knows. */
static int compare(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	const struct policy *da = policy_of(a->d), *db = policy_of(b->d);
	int x, y;

	if (a->usable != b->usable)
		return a->usable ? -1 : 1;
	if (a->usable) {
		x = scope_of(a->d) == scope_of(a->s);
		y = scope_of(b->d) == scope_of(b->s);
		if (x != y)
			return y - x;
		x = da->label == policy_of(a->s)->label;
		y = db->label == policy_of(b->s)->label;
		if (x != y)
			return y - x;
	}
	if (da->precedence != db->precedence)
		return db->precedence - da->precedence;
	if (scope_of(a->d) != scope_of(b->d))
		return scope_of(a->d) - scope_of(b->d);
	if (a->usable && a->dst.family == AF_INET6 && b->dst.family == AF_INET6) {
		x = (int)common_bits(a->d, a->s);
		y = (int)common_bits(b->d, b->s);
		if (x != y)
			return y - x;
	}
	return a->order - b->order;
}

void names_sort(struct name_list *l)
{
	struct candidate *c;
	size_t i;

	if (l->n < 2)
		return;
	c = calloc(l->n, sizeof(*c));
	if (!c)
		return;
	for (i = 0; i < l->n; i++) {
		c[i].dst = l->addr[i];
		c[i].order = (int)i;
		find_source(&c[i]);
	}
	qsort(c, l->n, sizeof(*c), compare);
	for (i = 0; i < l->n; i++)
		l->addr[i] = c[i].dst;
	free(c);
}
