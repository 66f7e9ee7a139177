// SPDX-License-Identifier: BSD-2-Clause
/* Packets as scripts write them. */
#include "tests/pkt/pkt.h"

#include <ctype.h>

static void ip_info(struct scan *s, struct pk_spec *k, const char *end)
{
	static const struct {
		const char *name;
		enum pk_ecn ecn;
	} ecn[] = { { "noecn", ECN_NOT }, { "ect01", ECN_ECT01 }, { "ect0", ECN_ECT0 },
		    { "ect1", ECN_ECT1 }, { "ce", ECN_CE } };
	char *word;

	while (!scan_try(s, end)) {
		scan_try(s, ",");
		word = scan_word(s);
		if (!word)
			scan_fail(s, "expected ect0, ce, tos, ttl …");
		if (!strcmp(word, "tos"))
			k->tos = (int)scan_need_int(s);
		else if (!strcmp(word, "ttl") || !strcmp(word, "hlim"))
			k->ttl = (int)scan_need_int(s);
		else if (!strcmp(word, "flowlabel"))
			k->flowlabel = (int)scan_need_int(s);
		else {
			u32 i = 0;

			while (i < ARRAY_SIZE(ecn) && strcmp(word, ecn[i].name))
				i++;
			if (i == ARRAY_SIZE(ecn))
				scan_fail(s, pk_printf(s->p, "unknown IP field %s", word));
			k->ecn = ecn[i].ecn;
		}
	}
}

static void tcp_flag_word(struct scan *s, struct pk_spec *k)
{
	static const char letter[] = "FSRP.UEWA";	/* bit by bit */
	const char *l;

	scan_space(s);
	if (scan_is(s, "-")) {
		s->at++;
		return;
	}
	for (; *s->at && !isspace((unsigned char)*s->at); s->at++) {
		if (isdigit((unsigned char)*s->at) && *s->at < '8') {
			int n = *s->at - '0';

			k->ace = n;
			k->flags |= (u16)((n & 4 ? TCPHDR_AE : 0) | (n & 2 ? TCPHDR_CWR : 0) |
					  (n & 1 ? TCPHDR_ECE : 0));
			continue;
		}
		l = strchr(letter, *s->at);
		if (!l)
			scan_fail(s, "expected TCP flags");
		k->flags |= (u16)(1 << (l - letter));
	}
}

static void seq_range(struct scan *s, struct pk_spec *k)
{
	k->seq = (u32)scan_need_int(s);
	scan_need(s, ":");
	k->end_seq = (u32)scan_need_int(s);
	scan_need(s, "(");
	k->len = (u32)scan_need_int(s);
	scan_need(s, ")");
}

/* -- options ------------------------------------------------------------------------------ */

static u8 hex_digit(struct scan *s, char c)
{
	if (!isxdigit((unsigned char)c))
		scan_fail(s, "expected hexadecimal digits");
	return (u8)(isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10);
}

/* Bytes in hexadecimal, or the name of a define that holds some; may be none. */
static void opt_hex(struct scan *s, struct pk_opt *o, u8 at)
{
	const char *hex, *def;
	char *end;

	scan_blank(s);
	hex = s->at;
	for (end = s->at; isalnum((unsigned char)*end) || *end == '_'; end++)
		;
	def = pk_define(s->p, pk_strndup(s->p, s->at, (size_t)(end - s->at)));
	s->at = end;
	if (def)
		hex = def, end = (char *)(uintptr_t)(def + strlen(def));
	for (; hex + 1 < end && at < sizeof(o->data); hex += 2)
		o->data[at++] = (u8)(hex_digit(s, hex[0]) << 4 | hex_digit(s, hex[1]));
	if (hex != end)
		scan_fail(s, "an odd number of digits, or too many");
	o->len = at;
}

static void opt_sack(struct scan *s, struct pk_opt *o)
{
	o->kind = TCP_OPT_SACK;
	do {
		if (o->len + 8u > sizeof(o->data))
			scan_fail(s, "too many SACK blocks");
		put_be32(o->data + o->len, (u32)scan_need_int(s));
		scan_need(s, ":");
		put_be32(o->data + o->len + 4, (u32)scan_need_int(s));
		o->len = (u8)(o->len + 8);
		scan_space(s);
	} while (isdigit((unsigned char)*s->at));
}

static void opt_ts(struct scan *s, struct pk_opt *o)
{
	char *word = scan_word(s);

	if (!word || strcmp(word, "val"))
		scan_fail(s, "expected \"val\"");
	o->kind = TCP_OPT_TIMESTAMP;
	o->len = 8;
	put_be32(o->data, (u32)scan_need_int(s));
	word = scan_word(s);
	if (!word || strcmp(word, "ecr"))
		scan_fail(s, "expected \"ecr\"");
	put_be32(o->data + 4, (u32)scan_need_int(s));
}

static void put24(u8 *d, u32 v)
{
	d[0] = (u8)(v >> 16);
	d[1] = (u8)(v >> 8);
	d[2] = (u8)v;
}

/* AccECN counters (RFC 9768 3.2.3): their order tells which of the two kinds it is. */
static void opt_accecn(struct scan *s, struct pk_opt *o)
{
	struct scan save;
	char *word;

	o->kind = 172;
	for (save = *s; (word = scan_word(s)) != NULL; save = *s) {
		if (strcmp(word, "e0b") && strcmp(word, "e1b") && strcmp(word, "ceb"))
			break;
		if (!o->len && !strcmp(word, "e1b"))
			o->kind = 174;
		put24(o->data + o->len, (u32)scan_need_int(s));
		o->len = (u8)(o->len + 3);
	}
	*s = save;
}

static void one_option(struct scan *s, struct pk_opt *o, const char *word)
{
	u8 magic[2] = { 0xf9, 0x89 };

	if (!strcmp(word, "nop")) {
		o->kind = TCP_OPT_NOP;
	} else if (!strcmp(word, "eol")) {
		o->kind = TCP_OPT_EOL;
	} else if (!strcmp(word, "mss")) {
		o->kind = TCP_OPT_MSS;
		o->len = 2;
		put_be16(o->data, (u16)scan_need_int(s));
	} else if (!strcmp(word, "wscale")) {
		o->kind = TCP_OPT_WSCALE;
		o->len = 1;
		o->data[0] = (u8)scan_need_int(s);
	} else if (!strcmp(word, "sackOK")) {
		o->kind = TCP_OPT_SACK_PERM;
	} else if (!strcmp(word, "sack")) {
		opt_sack(s, o);
	} else if (!strcmp(word, "TS")) {
		opt_ts(s, o);
	} else if (!strcmp(word, "FO")) {
		o->kind = TCP_OPT_FASTOPEN;
		opt_hex(s, o, 0);
	} else if (!strcmp(word, "FOEXP")) {
		o->kind = TCP_OPT_EXP;
		memcpy(o->data, magic, 2);
		opt_hex(s, o, 2);
	} else if (!strcmp(word, "md5")) {
		o->kind = TCP_OPT_MD5;
		opt_hex(s, o, 0);
	} else if (!strcmp(word, "ECN")) {
		opt_accecn(s, o);
	} else if (!strcmp(word, "kind")) {	/* any other: kind N hex */
		o->kind = (u8)scan_need_int(s);
		opt_hex(s, o, 0);
	} else {
		scan_fail(s, pk_printf(s->p, "unknown TCP option %s", word));
	}
}

static void options(struct scan *s, struct pk_spec *k)
{
	char *word;

	if (scan_try(s, "...")) {
		k->any_opts = true;
		scan_need(s, ">");
		return;
	}
	while (!scan_try(s, ">")) {
		if (k->nr_opts == MAX_OPTS)
			scan_fail(s, "too many TCP options");
		word = scan_word(s);
		if (!word)
			scan_fail(s, "expected a TCP option");
		one_option(s, &k->opt[k->nr_opts++], word);
		scan_try(s, ",");
	}
}

/* What follows on the same line; a line break may stand inside <…> only. */
static void tcp_rest(struct scan *s, struct pk_spec *k)
{
	for (scan_blank(s); *s->at; scan_blank(s)) {
		if (scan_is(s, "<")) {
			s->at++;
			options(s, k);
		} else if (scan_is(s, "ack ")) {
			s->at += 3;
			k->has_ack = true;
			k->ack = (u32)scan_need_int(s);
		} else if (scan_is(s, "win ")) {
			s->at += 3;
			k->has_win = true;
			k->win = (u32)scan_need_int(s);
		} else if (scan_is(s, "urg ")) {
			s->at += 3;
			k->has_urg = true;
			k->urg = (u16)scan_need_int(s);
		} else {
			return;
		}
	}
}

static void icmp_rest(struct scan *s, struct pk_spec *k)
{
	const char *def;

	k->proto = PK_ICMP;
	k->icmp_type = scan_word(s);
	for (scan_blank(s); *s->at && *s->at != '\n'; scan_blank(s)) {
		if (scan_is(s, "mtu ")) {
			s->at += 3;
			k->mtu = (u32)scan_need_int(s);
		} else if (scan_is(s, "[")) {
			s->at++;
			k->quotes = true;
			seq_range(s, k);
			scan_need(s, "]");
		} else if (isalpha((unsigned char)*s->at)) {
			k->icmp_code = scan_word(s);
			def = pk_define(s->p, k->icmp_code);
			k->icmp_code = def ? def : k->icmp_code;
		} else {
			return;
		}
	}
}

static void ports(struct scan *s, struct pk_spec *k)
{
	struct scan save = *s;
	s64 a, b;

	if (scan_int(s, &a) && scan_try(s, ">") && scan_int(s, &b)) {
		k->sport = (u16)a;
		k->dport = (u16)b;
		scan_try(s, ":");
	} else {
		*s = save;
	}
}

void parse_packet(struct scan *s, struct pk_spec *k)
{
	k->ecn = k->inbound ? ECN_NOT : ECN_ANY;
	k->tos = k->ttl = k->flowlabel = k->ace = -1;
	if (scan_try(s, "["))
		ip_info(s, k, "]");
	if (scan_try(s, "("))
		ip_info(s, k, ")");
	ports(s, k);
	scan_space(s);
	if (scan_is(s, "udp ") || scan_is(s, "udp(")) {
		s->at += 3;
		k->proto = PK_UDP;
		scan_need(s, "(");
		k->len = (u32)scan_need_int(s);
		scan_need(s, ")");
	} else if (scan_is(s, "icmp ")) {
		s->at += 4;
		icmp_rest(s, k);
	} else {
		tcp_flag_word(s, k);
		seq_range(s, k);
		tcp_rest(s, k);
	}
}
