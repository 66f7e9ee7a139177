/* SPDX-License-Identifier: BSD-2-Clause */
/* The language of NETSTACK_RULES and what matches: rules.h. No system call, no allocation. */
#include "rules.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SEPARATORS " \t\r"

/* A line being parsed. */
struct parse {
	struct rules *r;
	const char *file;
	unsigned int line;
	struct rule rule;
	unsigned int conditions;
	bool any;
	char *rest; /* of strtok_r() */
};

static bool bad(struct parse *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool bad(struct parse *p, const char *fmt, ...)
{
	char *to = p->r->error;
	va_list ap;
	int n;

	n = snprintf(to, RULES_ERROR_MAX / 2, "%s:%u: ", p->file, p->line);
	if (n >= RULES_ERROR_MAX / 2) /* a long path: the end of the message matters more */
		n = snprintf(to, RULES_ERROR_MAX, "NETSTACK_RULES:%u: ", p->line);
	va_start(ap, fmt);
	vsnprintf(to + n, RULES_ERROR_MAX - (size_t)n, fmt, ap);
	va_end(ap);
	return false;
}

static char *next_word(struct parse *p)
{
	return strtok_r(NULL, SEPARATORS, &p->rest);
}

/* ---- conditions ----------------------------------------------------------------------- */

enum { FIELD_DIR, FIELD_TYPE, FIELD_FAMILY };

static const struct {
	const char *word;
	uint8_t field, value;
} words[] = {
	{ "connect", FIELD_DIR, RULE_CONNECT },
	{ "bind", FIELD_DIR, RULE_BIND },
	{ "tcp", FIELD_TYPE, RULE_TCP },
	{ "udp", FIELD_TYPE, RULE_UDP },
	{ "raw", FIELD_TYPE, RULE_RAW },
	{ "packet", FIELD_TYPE, RULE_PACKET },
	{ "ipv4", FIELD_FAMILY, AF_INET },
	{ "ipv6", FIELD_FAMILY, AF_INET6 },
};

static uint8_t *field_of(struct rule *rule, unsigned int field)
{
	return field == FIELD_DIR ? &rule->dir : field == FIELD_TYPE ? &rule->type : &rule->family;
}

/* Decimal digits only. -1: not a number up to max. */
static long number(const char *s, long max)
{
	long n = 0;

	if (!*s)
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -1;
		n = n * 10 + *s - '0';
		if (n > max)
			return -1;
	}
	return n;
}

static bool parse_port(struct parse *p)
{
	char *word = next_word(p), *dash;
	long lo, hi;

	if (!word)
		return bad(p, "port: no number; write port N or port FIRST-LAST");
	if (p->rule.port_lo)
		return bad(p, "a second port; write one rule for each, or port FIRST-LAST");
	dash = strchr(word, '-');
	if (dash)
		*dash = '\0';
	lo = number(word, 65535);
	hi = dash ? number(dash + 1, 65535) : lo;
	if (dash)
		*dash = '-';
	if (lo < 1 || hi < 1)
		return bad(p, "port %s: not a port; write 1 to 65535, or FIRST-LAST", word);
	if (lo > hi)
		return bad(p, "port %s: ends before it begins; write port %ld-%ld", word, hi, lo);
	p->rule.port_lo = (uint16_t)lo;
	p->rule.port_hi = (uint16_t)hi;
	return true;
}

static bool parse_program(struct parse *p)
{
	char *word = next_word(p);

	if (!word)
		return bad(p, "program: no name; write program NAME, where * and ? may stand in it");
	if (p->rule.program[0])
		return bad(p, "a second program; write one rule for each");
	if (strchr(word, '/'))
		return bad(p, "program %s: a path; write the file name alone", word);
	if (strchr(word, '['))
		return bad(p, "program %s: [] is not known; write * and ?", word);
	if (strlen(word) > RULES_PROGRAM_MAX)
		return bad(p, "program %s: too long; shorten it with * to %d octets", word,
			   RULES_PROGRAM_MAX);
	memcpy(p->rule.program, word, strlen(word) + 1);
	return true;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes))
		return false;
	return !rest || !((a[bytes] ^ b[bytes]) >> (8 - rest));
}

static void clear_host_bits(uint8_t *addr, unsigned int size, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		if (i * 8 >= bits)
			addr[i] = 0;
		else if (bits - i * 8 < 8)
			addr[i] &= (uint8_t)(0xff00 >> (bits - i * 8));
}

static bool parse_prefix(struct parse *p, char *word, int family)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	unsigned int size = family == AF_INET ? 4 : 16;
	char *slash = strchr(word, '/'), text[INET6_ADDRSTRLEN];
	long bits = size * 8;
	uint8_t addr[16];

	if (slash) {
		*slash = '\0';
		bits = number(slash + 1, size * 8);
	}
	if (p->rule.has_addr)
		return bad(p, "%s: a second address; write one rule for each", word);
	if (inet_pton(family, word, p->rule.addr) != 1)
		return bad(p, "%s: not an address; write 10.0.0.0/8, fd00::/8 or the like", word);
	if (bits < 0)
		return bad(p, "/%s: not a prefix length; write %s/0 to %s/%u", slash + 1, word, word,
			   size * 8);
	if (size == 16 && bits >= 96 && !memcmp(p->rule.addr, mapped, sizeof(mapped)))
		return bad(p, "%s: a v4-mapped address counts as IPv4; write it as such", word);
	memcpy(addr, p->rule.addr, size);
	clear_host_bits(addr, size, (unsigned int)bits);
	if (memcmp(addr, p->rule.addr, size))
		return bad(p, "%s/%ld: bits are set behind the prefix; write %s/%ld", word, bits,
			   inet_ntop(family, addr, text, sizeof(text)), bits);
	p->rule.bits = (uint8_t)bits;
	p->rule.has_addr = true;
	if (p->rule.family && p->rule.family != family)
		return bad(p, "%s: not of the rule's family; leave ipv4 or ipv6 away", word);
	p->rule.family = (uint8_t)family;
	return true;
}

static bool parse_word(struct parse *p, const char *word)
{
	uint8_t *field;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word))
			continue;
		field = field_of(&p->rule, words[i].field);
		if (*field && words[i].field == FIELD_FAMILY && p->rule.has_addr)
			return bad(p, "%s: the address says it; leave ipv4 or ipv6 away", word);
		if (*field)
			return bad(p, "%s: cannot be true with what stands before; write one rule "
				   "for each, or leave it away", word);
		*field = words[i].value;
		return true;
	}
	return bad(p, "%s: not known; write any, connect, bind, tcp, udp, raw, packet, ipv4, ipv6, "
		   "ADDRESS/BITS, port N-M or program NAME", word);
}

static bool parse_condition(struct parse *p, char *word)
{
	p->conditions++;
	if (!strcmp(word, "any")) {
		p->any = true;
		return true;
	}
	if (!strcmp(word, "port"))
		return parse_port(p);
	if (!strcmp(word, "program"))
		return parse_program(p);
	if (strchr(word, ':'))
		return parse_prefix(p, word, AF_INET6);
	if (*word >= '0' && *word <= '9')
		return parse_prefix(p, word, AF_INET);
	return parse_word(p, word);
}

static bool parse_action(struct parse *p, const char *word)
{
	p->rule.where = !strcmp(word, "stack")	? RULE_STACK :
			!strcmp(word, "kernel") ? RULE_KERNEL :
						  RULE_NONE;
	return p->rule.where || bad(p, "%s: a rule begins with stack or kernel", word);
}

static bool check_whole(struct parse *p)
{
	if (!p->conditions)
		return bad(p, "no condition; write any, if every socket is meant");
	if (p->any && p->conditions > 1)
		return bad(p, "any stands alone; leave it away");
	if (p->rule.type == RULE_PACKET &&
	    (p->rule.port_lo || p->rule.has_addr || p->rule.family || p->rule.dir))
		return bad(p, "packet sockets have no address; write packet alone, or with program");
	if (p->rule.type == RULE_RAW && p->rule.port_lo)
		return bad(p, "raw sockets have no port; write tcp or udp, or leave port away");
	if (p->r->n == RULES_MAX)
		return bad(p, "too many rules; %d are possible", RULES_MAX);
	return true;
}

bool rules_add(struct rules *r, const char *file, unsigned int line, const char *text, size_t len)
{
	struct parse p = { .r = r, .file = file, .line = line };
	char copy[RULES_LINE_MAX + 1], *word, *comment;

	if (memchr(text, '\0', len))
		return bad(&p, "not text; name a file of rules");
	if (len > RULES_LINE_MAX)
		return bad(&p, "too long; a line has %d octets at most", RULES_LINE_MAX);
	memcpy(copy, text, len);
	copy[len] = '\0';
	comment = strchr(copy, '#');
	if (comment)
		*comment = '\0';
	word = strtok_r(copy, SEPARATORS, &p.rest);
	if (!word)
		return true;
	if (!parse_action(&p, word))
		return false;
	while ((word = next_word(&p)) != NULL)
		if (!parse_condition(&p, word))
			return false;
	if (!check_whole(&p))
		return false;
	r->rule[r->n++] = p.rule;
	return true;
}

/* ---- matching ------------------------------------------------------------------------- */

enum verdict { NO, MAYBE, YES };

/* * and ? as the shell has them. */
static bool glob(const char *pattern, const char *s)
{
	const char *star = NULL, *back = NULL;

	while (*s) {
		if (*pattern == '*') {
			star = ++pattern;
			back = s;
		} else if (*pattern == '?' || *pattern == *s) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static enum verdict value(uint8_t wanted, uint8_t is)
{
	return !wanted || wanted == is ? YES : is ? NO : MAYBE;
}

static enum verdict least(enum verdict a, enum verdict b)
{
	return a < b ? a : b;
}

static enum verdict matches(const struct rule *r, const struct rule_query *q)
{
	enum verdict v = least(value(r->dir, q->dir), value(r->type, q->type));

	v = least(v, value(r->family, q->family));
	if (v == NO)
		return NO;
	if (r->program[0] && !(q->program && glob(r->program, q->program)) &&
	    !(q->argv0 && glob(r->program, q->argv0)))
		return NO;
	if (r->has_addr) {
		if (!q->has_addr)
			v = MAYBE;
		else if (!same_prefix(r->addr, q->addr, r->bits))
			return NO;
	}
	if (r->port_lo && q->type == RULE_RAW)
		return NO;
	if (q->type == RULE_PACKET && (r->has_addr || r->port_lo || r->family || r->dir))
		return NO;
	if (r->port_lo) {
		if (!q->has_port)
			v = MAYBE;
		else if (q->port < r->port_lo || q->port > r->port_hi)
			return NO;
	}
	return v;
}

enum rule_where rules_match(const struct rules *r, const struct rule_query *q)
{
	enum rule_where so_far = RULE_NONE, where;
	enum verdict v;
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		v = matches(&r->rule[i], q);
		where = r->rule[i].where;
		if (v == NO)
			continue;
		if (so_far && so_far != where)
			return RULE_LATER;
		if (v == YES)
			return where;
		so_far = where;
	}
	return so_far ? RULE_LATER : RULE_NONE;
}
