/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 6724: the order of destination addresses, with sources that the stack chooses (IP6-30). */
#include "names.h"

#include <stdlib.h>

struct candidate {
	struct name_addr dst;
	uint8_t d[16], s[16]; /* as IPv6 */
	bool usable;	      /* has a source */
	int scope, s_scope;   /* of d and s */
	int label, s_label;
	int precedence;
	unsigned int subnet; /* IPv4: length of the source's prefix */
	unsigned int common; /* bits that d and s have in common; IPv4: 0 off the source's subnet */
	int order;
};

static int scope_of(const struct gai_conf *conf, const uint8_t *a)
{
	static const uint8_t loop[16] = { [15] = 1 };
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (a[0] == 0xff)
		return a[1] & 0xf;
	if (!memcmp(a, loop, 16))
		return 2;
	if (!memcmp(a, mapped, 12))
		return gai_value(conf, GAI_SCOPEV4, a);
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

/* before: the candidate before this one, or NULL; asking the daemon again for its source is spared. */
static void find_common(struct candidate *c, const struct candidate *before)
{
	struct in_addr own;

	c->common = common_bits(c->d, c->s);
	if (c->dst.family == AF_INET6 || c->common == 128)
		return;
	memcpy(&own, c->s + 12, sizeof(own));
	c->subnet = before && before->subnet && !memcmp(before->s, c->s, sizeof(c->s)) ?
			    before->subnet : ifaddr_prefix_len(own);
	if (c->common - 96 < c->subnet)
		c->common = 0;
}

static void weigh(struct candidate *c, const struct candidate *before, const struct gai_conf *conf)
{
	find_source(c);
	c->scope = scope_of(conf, c->d);
	c->label = gai_value(conf, GAI_LABEL, c->d);
	c->precedence = gai_value(conf, GAI_PRECEDENCE, c->d);
	if (!c->usable)
		return;
	c->s_scope = scope_of(conf, c->s);
	c->s_label = gai_value(conf, GAI_LABEL, c->s);
	find_common(c, before);
}

/* Section 6, rules 1, 2, 5, 6, 8, 9 and 10; the others need what only the stack knows. */
static int compare(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	int x, y;

	if (a->usable != b->usable)
		return a->usable ? -1 : 1;
	if (a->usable) {
		x = a->scope == a->s_scope;
		y = b->scope == b->s_scope;
		if (x != y)
			return y - x;
		x = a->label == a->s_label;
		y = b->label == b->s_label;
		if (x != y)
			return y - x;
	}
	if (a->precedence != b->precedence)
		return a->precedence > b->precedence ? -1 : 1;
	if (a->scope != b->scope)
		return a->scope < b->scope ? -1 : 1;
	if (a->usable && a->dst.family == b->dst.family && a->common != b->common)
		return a->common > b->common ? -1 : 1;
	return a->order - b->order;
}

static void read_conf(struct gai_conf *conf)
{
	FILE *f = fopen("/etc/gai.conf", "re");

	gai_conf_read(conf, f);
	if (f)
		fclose(f);
}

void names_sort(struct name_list *l)
{
	struct gai_conf conf;
	struct candidate *c;
	size_t i;

	if (l->n < 2)
		return;
	c = calloc(l->n, sizeof(*c));
	if (!c)
		return;
	read_conf(&conf);
	for (i = 0; i < l->n; i++) {
		c[i].dst = l->addr[i];
		c[i].order = (int)i;
		weigh(&c[i], i ? &c[i - 1] : NULL, &conf);
	}
	gai_conf_free(&conf);
	qsort(c, l->n, sizeof(*c), compare);
	for (i = 0; i < l->n; i++)
		l->addr[i] = c[i].dst;
	free(c);
}
