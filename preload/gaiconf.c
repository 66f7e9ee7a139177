/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /etc/gai.conf: how getaddrinfo() weighs addresses (gai.conf(5)). Where the file says nothing, the
 * values are those of Debian 12's libc: RFC 3484's, with labels for newer prefixes. They differ from
 * RFC 6724's: an unique local address of IPv6 comes before any of IPv4.
 */
#include "names.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const struct gai_row labels[] = {
	{ { [15] = 1 }, 128, 0 },	  { { 0x20, 0x02 }, 16, 2 }, { { 0 }, 96, 3 },
	{ { [10] = 0xff, 0xff }, 96, 4 }, { { 0xfe, 0xc0 }, 10, 5 }, { { 0xfc }, 7, 6 },
	{ { 0x20, 0x01 }, 32, 7 },
};

static const struct gai_row precedences[] = {
	{ { [15] = 1 }, 128, 50 },
	{ { 0x20, 0x02 }, 16, 30 },
	{ { 0 }, 96, 20 },
	{ { [10] = 0xff, 0xff }, 96, 10 },
};

/* Link-local scope is 2, global 14 (RFC 4291 2.7). */
static const struct gai_row scopes[] = {
	{ { [10] = 0xff, 0xff, 169, 254 }, 112, 2 },
	{ { [10] = 0xff, 0xff, 127 }, 104, 2 },
};

static const struct gai_defaults {
	const char *word;
	const struct gai_row *rows;
	size_t n;
	int other;	/* what no row matches */
} defaults[GAI_TABLES] = {
	[GAI_LABEL] = { "label", labels, ARRAY_SIZE(labels), 1 },
	[GAI_PRECEDENCE] = { "precedence", precedences, ARRAY_SIZE(precedences), 40 },
	[GAI_SCOPEV4] = { "scopev4", scopes, ARRAY_SIZE(scopes), 14 },
};

static bool number(const char *text, long max, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	return end != text && !*end && !errno && *value >= 0 && *value <= max;
}

/* "fd00::/8", and for scopev4 "10.0.0.0/8" or "::ffff:10.0.0.0/104". Cuts text up. */
static bool prefix(char *text, enum gai_table table, struct gai_row *row)
{
	char *slash = strchr(text, '/');
	long bits = 128;

	memset(row, 0, sizeof(*row));
	if (slash)
		*slash++ = 0;
	if (inet_pton(AF_INET6, text, row->prefix) == 1) {
		if (slash && !number(slash, 128, &bits))
			return false;
		row->bits = (uint8_t)bits;
		return table != GAI_SCOPEV4 ||
		       (bits >= 96 && IN6_IS_ADDR_V4MAPPED((struct in6_addr *)(void *)row->prefix));
	}
	if (table != GAI_SCOPEV4 || inet_pton(AF_INET, text, row->prefix + 12) != 1)
		return false;
	bits = 32;
	if (slash && !number(slash, 32, &bits))
		return false;
	row->prefix[10] = row->prefix[11] = 0xff;
	row->bits = (uint8_t)(96 + bits);
	return true;
}

static void add_row(struct gai_rows *t, const struct gai_row *row)
{
	struct gai_row *more = realloc(t->row, (t->n + 1) * sizeof(*more));

	if (!more)
		return;
	t->row = more;
	t->row[t->n++] = *row;
}

/* One line; what is not understood is skipped, as libc does. */
static void read_line(struct gai_conf *c, char *line)
{
	char *save, *word, *what, *value;
	struct gai_row row;
	long v;

	line[strcspn(line, "#\n")] = 0;
	word = strtok_r(line, " \t", &save);
	what = strtok_r(NULL, " \t", &save);
	value = strtok_r(NULL, " \t", &save);
	for (int i = 0; value && i < GAI_TABLES; i++)
		if (!strcmp(word, defaults[i].word) && number(value, INT32_MAX, &v) &&
		    prefix(what, (enum gai_table)i, &row)) {
			row.value = (int)v;
			add_row(&c->table[i], &row);
		}
}

void gai_conf_read(struct gai_conf *c, FILE *f)
{
	char *line = NULL;
	size_t room = 0;

	memset(c, 0, sizeof(*c));
	while (f && getline(&line, &room, f) >= 0)
		read_line(c, line);
	free(line);
}

void gai_conf_free(struct gai_conf *c)
{
	for (int i = 0; i < GAI_TABLES; i++)
		free(c->table[i].row);
}

unsigned int common_bits(const uint8_t a[16], const uint8_t b[16])
{
	unsigned int n = 0;

	while (n < 128 && !((a[n / 8] ^ b[n / 8]) & (0x80 >> n % 8)))
		n++;
	return n;
}

int gai_value(const struct gai_conf *c, enum gai_table table, const uint8_t a[16])
{
	const struct gai_rows *t = &c->table[table];
	const struct gai_row *row = t->n ? t->row : defaults[table].rows, *best = NULL;
	size_t n = t->n ? t->n : defaults[table].n;

	for (size_t i = 0; i < n; i++)
		if (common_bits(a, row[i].prefix) >= row[i].bits && (!best || row[i].bits > best->bits))
			best = &row[i];
	return best ? best->value : defaults[table].other;
}
