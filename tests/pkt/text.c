// SPDX-License-Identifier: BSD-2-Clause
/* A packet in the language of the scripts, for messages. */
#include "tests/pkt/pkt.h"

struct out {
	char b[1024];
	int n;
};

static void put(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void put(struct out *o, const char *fmt, ...)
{
	va_list ap;
	int room = (int)sizeof(o->b) - o->n;

	va_start(ap, fmt);
	if (room > 1)
		o->n += vsnprintf(o->b + o->n, (size_t)room, fmt, ap);
	va_end(ap);
	if (o->n >= (int)sizeof(o->b))
		o->n = (int)sizeof(o->b) - 1;
}

static void put_hex(struct out *o, const u8 *d, u32 len)
{
	for (u32 i = 0; i < len; i++)
		put(o, "%s%02x", i ? "" : " ", d[i]);
}

static void put_opt(struct out *o, const struct pk_opt *opt)
{
	switch (opt->kind) {
	case TCP_OPT_NOP:
		put(o, "nop");
		break;
	case TCP_OPT_EOL:
		put(o, "eol");
		break;
	case TCP_OPT_MSS:
		put(o, "mss %u", get_be16(opt->data));
		break;
	case TCP_OPT_WSCALE:
		put(o, "wscale %u", opt->data[0]);
		break;
	case TCP_OPT_SACK_PERM:
		put(o, "sackOK");
		break;
	case TCP_OPT_SACK:
		put(o, "sack");
		for (u32 i = 0; i + 8 <= opt->len; i += 8)
			put(o, " %u:%u", get_be32(opt->data + i), get_be32(opt->data + i + 4));
		break;
	case TCP_OPT_TIMESTAMP:
		put(o, "TS val %u ecr %u", get_be32(opt->data), get_be32(opt->data + 4));
		break;
	case TCP_OPT_FASTOPEN:
		put(o, "FO");
		put_hex(o, opt->data, opt->len);
		break;
	case TCP_OPT_EXP:
		put(o, "FOEXP");
		put_hex(o, opt->data + 2, opt->len - 2u);
		break;
	default:
		put(o, "kind %u", opt->kind);
		put_hex(o, opt->data, opt->len);
	}
}

static void put_tcp(struct out *o, const struct pk_spec *s)
{
	static const char letter[] = "FSRP.UEWA";

	for (u32 i = 0; i < 9; i++)
		if (s->flags >> i & 1)
			put(o, "%c", letter[i]);
	put(o, "%s %u:%u(%u)", s->flags ? "" : "-", s->seq, s->end_seq, s->len);
	if (s->has_ack)
		put(o, " ack %u", s->ack);
	if (s->has_win)
		put(o, " win %u", s->win);
	if (s->urg)
		put(o, " urg %u", s->urg);
	if (s->any_opts)
		put(o, " <...>");
	if (!s->nr_opts)
		return;
	put(o, " <");
	for (u32 i = 0; i < s->nr_opts; i++) {
		put(o, "%s", i ? "," : "");
		put_opt(o, &s->opt[i]);
	}
	put(o, ">");
}

const char *spec_text(struct pkt *p, const struct pk_spec *s)
{
	static const char *const ecn[] = { "noecn", "ect1", "ect0", "ce", "ect01" };
	struct out o = { .n = 0 };

	if (s->ecn >= 0 && (s->ecn > 0 || !s->inbound))
		put(&o, "[%s] ", ecn[s->ecn]);
	if (s->proto == PK_UDP)
		put(&o, "udp (%u)", s->len);
	else if (s->proto == PK_TCP)
		put_tcp(&o, s);
	else
		put(&o, "icmp %s", s->icmp_type);
	return pk_strndup(p, o.b, (size_t)o.n);
}
