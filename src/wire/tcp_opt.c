/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/tcp_opt.h"

#include <string.h>

/* One option as it lies in the header: p points at its kind octet, len counts all of it. */
struct tcp_opt_raw {
	const u8 *p;
	u32 len;
	u32 off; /* from the start of the options */
};

static void parse_mss(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	u16 mss = get_be16(o->p + 2);

	if (!mss)
		return;
	out->mss = mss;
	out->saw |= TCP_SAW_MSS;
}

static void parse_wscale(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	out->wscale_over = o->p[2] > TCP_MAX_WSCALE;
	out->wscale = min_t(u8, o->p[2], TCP_MAX_WSCALE);
	out->saw |= TCP_SAW_WSCALE;
}

static void parse_sack_perm(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	(void)o;
	out->saw |= TCP_SAW_SACK_PERM;
}

static void parse_sack(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	const u8 *p = o->p + TCP_OLEN_SACK_BASE;
	u32 n = (o->len - TCP_OLEN_SACK_BASE) / TCP_OLEN_SACK_BLOCK;

	if (!n || (o->len - TCP_OLEN_SACK_BASE) % TCP_OLEN_SACK_BLOCK)
		return;
	out->num_sacks = (u8)min_t(u32, n, TCP_MAX_SACKS);
	for (u32 i = 0; i < out->num_sacks; i++, p += TCP_OLEN_SACK_BLOCK) {
		out->sacks[i].start_seq = get_be32(p);
		out->sacks[i].end_seq = get_be32(p + 4);
	}
	out->saw |= TCP_SAW_SACK;
}

static void parse_timestamp(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	out->tsval = get_be32(o->p + 2);
	out->tsecr = get_be32(o->p + 6);
	out->saw |= TCP_SAW_TSTAMP;
}

static void parse_md5(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	out->md5_off = (u8)(o->off + 2);
	out->saw |= TCP_SAW_MD5;
}

static void parse_ao(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	out->ao_off = (u8)o->off;
	out->ao_len = (u8)o->len;
	out->ao_keyid = o->p[2];
	out->ao_rnext = o->p[3];
	out->saw |= TCP_SAW_AO;
}

static void parse_mptcp(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	(void)o;
	out->saw |= TCP_SAW_MPTCP;
}

/* RFC 7413 4.1.1: no cookie asks for one, else it is 4 to 16 octets, an even number. */
static void parse_cookie(struct tcp_opts_parsed *out, const u8 *cookie, u32 len, bool exp)
{
	if (len && (len < TCP_FASTOPEN_COOKIE_MIN || len > TCP_FASTOPEN_COOKIE_MAX || len & 1))
		return;
	if (len)
		memcpy(out->fastopen, cookie, len);
	out->fastopen_len = (u8)len;
	out->fastopen_exp = exp;
	out->saw |= TCP_SAW_FASTOPEN;
}

static void parse_fastopen(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	parse_cookie(out, o->p + TCP_OLEN_FASTOPEN_BASE, o->len - TCP_OLEN_FASTOPEN_BASE, false);
}

static void parse_exp(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	if (get_be16(o->p + 2) == TCP_EXP_FASTOPEN_MAGIC)
		parse_cookie(out, o->p + TCP_OLEN_EXP_FASTOPEN_BASE,
			     o->len - TCP_OLEN_EXP_FASTOPEN_BASE, true);
	else
		out->saw |= TCP_SAW_UNKNOWN;
}

static void parse_accecn(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o)
{
	const u8 *p = o->p + TCP_OLEN_ACCECN_BASE;

	if ((o->len - TCP_OLEN_ACCECN_BASE) % TCP_OLEN_ACCECN_FIELD)
		return;
	out->accecn_nr = (u8)((o->len - TCP_OLEN_ACCECN_BASE) / TCP_OLEN_ACCECN_FIELD);
	out->accecn_e1b = o->p[0] == TCP_OPT_ACCECN1;
	for (u32 i = 0; i < out->accecn_nr; i++, p += TCP_OLEN_ACCECN_FIELD)
		out->accecn[tcp_accecn_field(i, out->accecn_e1b)] =
			(u32)p[0] << 16 | (u32)p[1] << 8 | p[2];
	out->saw |= TCP_SAW_ACCECN;
}

enum { ACCECN_LEN_MAX = TCP_OLEN_ACCECN_BASE + TCP_ACCECN_FIELDS * TCP_OLEN_ACCECN_FIELD };
enum { ON_SYN = 1, ON_OTHER = 2, ON_ALL = 3 };

static const struct tcp_opt_row {
	u8 kind;
	u8 min_len, max_len;
	u8 on;
	void (*parse)(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o);
} tcp_opt_rows[] = {
	{ TCP_OPT_TIMESTAMP, TCP_OLEN_TIMESTAMP, TCP_OLEN_TIMESTAMP, ON_ALL, parse_timestamp },
	{ TCP_OPT_SACK, TCP_OLEN_SACK_BASE, TCP_OPTLEN_MAX, ON_OTHER, parse_sack },
	{ TCP_OPT_MSS, TCP_OLEN_MSS, TCP_OLEN_MSS, ON_SYN, parse_mss },
	{ TCP_OPT_WSCALE, TCP_OLEN_WSCALE, TCP_OLEN_WSCALE, ON_SYN, parse_wscale },
	{ TCP_OPT_SACK_PERM, TCP_OLEN_SACK_PERM, TCP_OLEN_SACK_PERM, ON_SYN, parse_sack_perm },
	{ TCP_OPT_MD5, TCP_OLEN_MD5, TCP_OLEN_MD5, ON_ALL, parse_md5 },
	{ TCP_OPT_AO, 4, TCP_OPTLEN_MAX, ON_ALL, parse_ao },
	{ TCP_OPT_MPTCP, 3, TCP_OPTLEN_MAX, ON_ALL, parse_mptcp },
	{ TCP_OPT_FASTOPEN, TCP_OLEN_FASTOPEN_BASE, TCP_OPTLEN_MAX, ON_SYN, parse_fastopen },
	{ TCP_OPT_ACCECN0, TCP_OLEN_ACCECN_BASE, ACCECN_LEN_MAX, ON_ALL, parse_accecn },
	{ TCP_OPT_ACCECN1, TCP_OLEN_ACCECN_BASE, ACCECN_LEN_MAX, ON_ALL, parse_accecn },
	{ TCP_OPT_EXP, TCP_OLEN_EXP_FASTOPEN_BASE, TCP_OPTLEN_MAX, ON_SYN, parse_exp },
};

static void parse_one(struct tcp_opts_parsed *out, const struct tcp_opt_raw *o, bool syn)
{
	for (u32 i = 0; i < ARRAY_SIZE(tcp_opt_rows); i++) {
		const struct tcp_opt_row *r = &tcp_opt_rows[i];

		if (r->kind != o->p[0])
			continue;
		if (o->len >= r->min_len && o->len <= r->max_len &&
		    r->on & (syn ? ON_SYN : ON_OTHER))
			r->parse(out, o);
		return;
	}
	out->saw |= TCP_SAW_UNKNOWN;
}

bool tcp_opts_parse(struct tcp_opts_parsed *out, const void *opts, u32 len, bool syn)
{
	struct tcp_opt_raw o = { .p = opts, .off = 0 };

	memset(out, 0, sizeof(*out));
	while (o.off < len && o.p[0] != TCP_OPT_EOL) {
		if (o.p[0] == TCP_OPT_NOP) {
			o.len = 1;
		} else {
			if (len - o.off < 2)
				return false;
			o.len = o.p[1];
			if (o.len < 2 || o.len > len - o.off)
				return false;
			parse_one(out, &o, syn);
		}
		o.p += o.len;
		o.off += o.len;
	}
	return true;
}

static u32 fastopen_len(const struct tcp_opts_parsed *o)
{
	u32 base = o->fastopen_exp ? TCP_OLEN_EXP_FASTOPEN_BASE : TCP_OLEN_FASTOPEN_BASE;

	return base + min_t(u32, o->fastopen_len, TCP_FASTOPEN_COOKIE_MAX);
}

/* Octets of the AccECN option that begin a word which NOPs of the next option would fill: 0, 2. */
static u32 accecn_rest(const struct tcp_opts_parsed *o)
{
	return o->saw & TCP_SAW_ACCECN && o->accecn_nr < 2 ? 2 : 0;
}

/* Whole words of it: the third counter leaves one octet, which a NOP fills. */
static u32 accecn_len(const struct tcp_opts_parsed *o)
{
	static const u8 words[] = { 0, 4, 8, 12 };

	return o->saw & TCP_SAW_ACCECN ? words[o->accecn_nr] : 0;
}

/* Everything but the SACK blocks. */
static u32 fixed_len(const struct tcp_opts_parsed *o)
{
	u32 len = accecn_len(o);

	if (o->saw & TCP_SAW_MD5)
		len += TCP_OLEN_MD5_ALIGNED;
	if (o->saw & TCP_SAW_AO)
		len += ALIGN_UP(o->ao_len, 4);

	if (o->saw & TCP_SAW_MSS)
		len += TCP_OLEN_MSS;
	if (o->saw & TCP_SAW_TSTAMP)
		len += TCP_OLEN_TIMESTAMP_ALIGNED;
	else if (o->saw & TCP_SAW_SACK_PERM)
		len += 4;
	if (o->saw & TCP_SAW_WSCALE)
		len += 4;
	if (o->saw & TCP_SAW_FASTOPEN)
		len += ALIGN_UP(fastopen_len(o), 4);
	return len;
}

static u32 num_sacks(const struct tcp_opts_parsed *o)
{
	return o->saw & TCP_SAW_SACK ? min_t(u32, o->num_sacks, TCP_MAX_SACKS) : 0;
}

/* SACK permitted without timestamps: NOP NOP before it. */
static bool perm_has_nops(const struct tcp_opts_parsed *o)
{
	return (o->saw & (TCP_SAW_SACK_PERM | TCP_SAW_TSTAMP)) == TCP_SAW_SACK_PERM;
}

/* The rest of the AccECN option finds no NOPs to replace. */
static bool rest_alone(const struct tcp_opts_parsed *o)
{
	return accecn_rest(o) && !num_sacks(o) && !perm_has_nops(o);
}

u32 tcp_opts_len(const struct tcp_opts_parsed *o)
{
	u32 n = num_sacks(o);

	return fixed_len(o) + (n ? 4 + n * TCP_OLEN_SACK_BLOCK : 0) + (rest_alone(o) ? 4 : 0);
}

u32 tcp_opts_sack_room(const struct tcp_opts_parsed *o)
{
	u32 used = fixed_len(o) + 4;

	if (used > TCP_OPTLEN_MAX)
		return 0;
	return min_t(u32, (TCP_OPTLEN_MAX - used) / TCP_OLEN_SACK_BLOCK, TCP_MAX_SACKS);
}

/* Four octets at a time: that is how the options are aligned. */
static u8 *emit4(u8 *p, u8 a, u8 b, u8 c, u8 d)
{
	p[0] = a;
	p[1] = b;
	p[2] = c;
	p[3] = d;
	return p + 4;
}

static u8 *emit_timestamp(u8 *p, const struct tcp_opts_parsed *o)
{
	/* SACK permitted takes the place of the two NOPs that would align the timestamps. */
	if (o->saw & TCP_SAW_SACK_PERM)
		p = emit4(p, TCP_OPT_SACK_PERM, TCP_OLEN_SACK_PERM, TCP_OPT_TIMESTAMP,
			  TCP_OLEN_TIMESTAMP);
	else
		p = emit4(p, TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_TIMESTAMP, TCP_OLEN_TIMESTAMP);
	put_be32(p, o->tsval);
	put_be32(p + 4, o->tsecr);
	return p + 8;
}

/* Room for the code, which the signer fills when the segment is whole. */
static u8 *emit_md5(u8 *p)
{
	p = emit4(p, TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_MD5, TCP_OLEN_MD5);
	memset(p, 0, TCP_OLEN_MD5 - 2);
	return p + TCP_OLEN_MD5 - 2;
}

static u8 *emit_ao(u8 *p, const struct tcp_opts_parsed *o)
{
	u32 end = ALIGN_UP(o->ao_len, 4);

	emit4(p, TCP_OPT_AO, o->ao_len, o->ao_keyid, o->ao_rnext);
	memset(p + TCP_OLEN_AO_BASE, 0, o->ao_len - TCP_OLEN_AO_BASE);
	memset(p + o->ao_len, TCP_OPT_NOP, end - o->ao_len);
	return p + end;
}

/* The counters by kind 174. What is left of a word goes to rest, two octets. */
static u8 *emit_accecn(u8 *p, const struct tcp_opts_parsed *o, u8 *rest)
{
	u8 raw[ACCECN_LEN_MAX + 1], *q = raw + TCP_OLEN_ACCECN_BASE;
	u32 words = accecn_len(o);

	raw[0] = TCP_OPT_ACCECN1;
	raw[1] = (u8)(TCP_OLEN_ACCECN_BASE + o->accecn_nr * TCP_OLEN_ACCECN_FIELD);
	for (u32 i = 0; i < o->accecn_nr; i++) {
		u32 v = o->accecn[tcp_accecn_field(i, true)];

		*q++ = (u8)(v >> 16);
		*q++ = (u8)(v >> 8);
		*q++ = (u8)v;
	}
	raw[raw[1]] = TCP_OPT_NOP;
	memcpy(p, raw, words);
	if (accecn_rest(o))
		memcpy(rest, raw + words, 2);
	return p + words;
}

static u8 *emit_sacks(u8 *p, const struct tcp_opts_parsed *o, u8 *rest)
{
	u32 n = num_sacks(o);

	if (!n)
		return p;
	p = emit4(p, rest[0], rest[1], TCP_OPT_SACK,
		  (u8)(TCP_OLEN_SACK_BASE + n * TCP_OLEN_SACK_BLOCK));
	rest[0] = rest[1] = TCP_OPT_NOP;
	for (u32 i = 0; i < n; i++, p += TCP_OLEN_SACK_BLOCK) {
		put_be32(p, o->sacks[i].start_seq);
		put_be32(p + 4, o->sacks[i].end_seq);
	}
	return p;
}

static u8 *emit_fastopen(u8 *p, const struct tcp_opts_parsed *o)
{
	u32 len = fastopen_len(o), base = TCP_OLEN_FASTOPEN_BASE, end = ALIGN_UP(len, 4);

	p[0] = o->fastopen_exp ? TCP_OPT_EXP : TCP_OPT_FASTOPEN;
	p[1] = (u8)len;
	if (o->fastopen_exp) {
		put_be16(p + 2, TCP_EXP_FASTOPEN_MAGIC);
		base = TCP_OLEN_EXP_FASTOPEN_BASE;
	}
	memcpy(p + base, o->fastopen, len - base);
	memset(p + len, TCP_OPT_NOP, end - len);
	return p + end;
}

int tcp_opts_emit(void *buf, u32 size, const struct tcp_opts_parsed *o)
{
	u32 len = tcp_opts_len(o);
	u8 *p = buf, rest[2] = { TCP_OPT_NOP, TCP_OPT_NOP };

	if (len > size || len > TCP_OPTLEN_MAX)
		return -1;
	if (o->saw & TCP_SAW_MD5)
		p = emit_md5(p);
	if (o->saw & TCP_SAW_AO)
		p = emit_ao(p, o);
	if (o->saw & TCP_SAW_MSS)
		p = emit4(p, TCP_OPT_MSS, TCP_OLEN_MSS, (u8)(o->mss >> 8), (u8)o->mss);
	if (o->saw & TCP_SAW_TSTAMP)
		p = emit_timestamp(p, o);
	if (o->saw & TCP_SAW_ACCECN)
		p = emit_accecn(p, o, rest);
	if (perm_has_nops(o)) {
		p = emit4(p, rest[0], rest[1], TCP_OPT_SACK_PERM, TCP_OLEN_SACK_PERM);
		rest[0] = rest[1] = TCP_OPT_NOP;
	}
	if (o->saw & TCP_SAW_WSCALE)
		p = emit4(p, TCP_OPT_NOP, TCP_OPT_WSCALE, TCP_OLEN_WSCALE, o->wscale);
	p = emit_sacks(p, o, rest);
	if (rest_alone(o))
		p = emit4(p, rest[0], rest[1], TCP_OPT_NOP, TCP_OPT_NOP);
	if (o->saw & TCP_SAW_FASTOPEN)
		p = emit_fastopen(p, o);
	ASSERT(p == (u8 *)buf + len);
	return (int)len;
}
