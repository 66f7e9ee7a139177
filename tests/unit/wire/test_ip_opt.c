/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 options, IPv6 extension headers and their options, neighbour discovery options. */
#include <criterion/criterion.h>

#include "wire/wire.h"

struct ip4_case {
	const char *name;
	u8 opts[40];
	u8 len;
	u8 bad; /* expected result: offset from the start of the header */
};

static const struct ip4_case ip4_cases[] = {
	{ "none", { 0 }, 0, 0 },
	{ "end", { 0, 9, 9, 9 }, 4, 0 },
	{ "nops", { 1, 1, 1, 1 }, 4, 0 },
	{ "unknown", { 0x99, 4, 0, 0 }, 4, 0 },
	{ "no length octet", { 1, 1, 1, 7 }, 4, 23 },
	{ "length 0", { 7, 0, 4, 0 }, 4, 21 },
	{ "length 1", { 1, 7, 1, 0 }, 4, 22 },
	{ "length past the end", { 7, 8, 4, 0 }, 4, 21 },
	{ "record route", { 7, 7, 4, 0, 0, 0, 0, 0 }, 8, 0 },
	{ "record route, full", { 7, 7, 8, 0, 0, 0, 0, 0 }, 8, 0 },
	{ "record route, pointer low", { 7, 7, 3, 0, 0, 0, 0, 0 }, 8, 22 },
	{ "record route, pointer between", { 7, 7, 5, 0, 0, 0, 0, 0 }, 8, 22 },
	{ "record route, too short", { 7, 2, 1, 1 }, 4, 21 },
	{ "record route twice", { 7, 7, 4, 0, 0, 0, 0, 7, 7, 4, 0, 0, 0, 0, 0, 0 }, 16, 27 },
	{ "loose source route", { 131, 7, 4, 1, 2, 3, 4, 0 }, 8, 0 },
	{ "source route, pointer low", { 137, 7, 1, 1, 2, 3, 4, 0 }, 8, 22 },
	{ "two source routes", { 131, 7, 4, 1, 2, 3, 4, 137, 7, 4, 1, 2, 3, 4, 0, 0 }, 16, 27 },
	{ "timestamp", { 68, 8, 5, 0, 0, 0, 0, 0 }, 8, 0 },
	{ "timestamp, pointer low", { 68, 8, 4, 0, 0, 0, 0, 0 }, 8, 22 },
	{ "timestamp, no room for address", { 68, 8, 5, 1, 0, 0, 0, 0 }, 8, 22 },
	{ "timestamp, overflow count at its end", { 68, 8, 9, 0xf0, 0, 0, 0, 0 }, 8, 23 },
	{ "timestamp, too short", { 68, 3, 5, 1 }, 4, 21 },
	{ "router alert", { 148, 4, 0, 0 }, 4, 0 },
	{ "router alert, too short", { 148, 3, 0, 0 }, 4, 21 },
};

Test(ip4_opt, table)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(ip4_cases); i++) {
		const struct ip4_case *c = &ip4_cases[i];
		struct ip4_opts o;

		cr_assert_eq(ip4_opts_parse(&o, c->opts, c->len), c->bad, "%s", c->name);
	}
}

Test(ip4_opt, found)
{
	static const u8 b[] = { 1, 148, 4, 0, 0, 68, 8, 9, 0, 0, 0, 0, 0, 137, 7, 4, 1, 2, 3, 4 };
	struct ip4_opts o;

	cr_assert_eq(ip4_opts_parse(&o, b, sizeof(b)), 0);
	cr_assert_eq(o.router_alert, 21);
	cr_assert(o.router_alert_zero);
	cr_assert_eq(o.ts, 25);
	cr_assert(o.ts_full && o.strict && !o.rr);
	cr_assert_eq(o.srr, 33);
	cr_assert_eq(o.optlen, sizeof(b));
}

Test(ip4_opt, walk_stays_inside)
{
	struct prng rng;

	prng_seed(&rng, 1);
	for (int round = 0; round < 50000; round++) {
		u32 len = prng_below(&rng, 41), sum = 0;
		struct ip4_opt_cursor cur;
		struct ip4_opt o;
		struct ip4_opts all;
		u8 b[40];
		bool more;

		for (u32 i = 0; i < sizeof(b); i++)
			b[i] = (u8)prng_below(&rng, prng_chance(&rng, 1, 2) ? 12 : 256);
		for (more = ip4_opt_first(&cur, &o, b, len); more; more = ip4_opt_next(&cur, &o)) {
			cr_assert(o.len >= 1 && o.off == 20 + sum);
			sum += o.len;
			cr_assert(sum <= len);
		}
		cr_assert(!cur.err || (cur.err_off >= 20 && cur.err_off < 20 + len));
		cr_assert(ip4_opts_parse(&all, b, len) < 20 + len || !len);
		if (cur.err)
			cr_assert_neq(ip4_opts_parse(&all, b, len), 0);
	}
}

struct chain {
	u8 b[40 + 64];
	u32 len;
};

/* An IPv6 packet of the given headers; each is 8 octets, 16 for authentication. */
static struct chain build(const u8 *types, u32 n, u8 upper)
{
	struct chain c = { .len = 40 };
	u32 at = 6;

	for (u32 i = 0; i < n; i++) {
		c.b[at] = types[i];
		at = c.len;
		if (types[i] == IP_PROTO_AH)
			c.b[at + 1] = 2;
		c.len += types[i] == IP_PROTO_AH ? 16 : 8;
	}
	c.b[at] = upper;
	return c;
}

Test(ip6_ext, chain)
{
	static const u8 types[] = { IP_PROTO_HOPOPTS, IP_PROTO_DSTOPTS, IP_PROTO_ROUTING,
				    IP_PROTO_FRAGMENT, IP_PROTO_AH };
	static const u32 offs[] = { 40, 48, 56, 64, 72 };
	struct chain c = build(types, 5, IP_PROTO_TCP);
	struct ip6_ext_cursor cur;
	const struct ip6_ext_hdr *e;
	u32 n = 0;

	for (e = ip6_ext_first(&cur, c.b, c.len); e; e = ip6_ext_next(&cur), n++) {
		cr_assert_eq(cur.type, types[n]);
		cr_assert_eq(cur.off, offs[n]);
		cr_assert_eq(cur.len, n == 4 ? 16 : 8);
		cr_assert_eq(cur.nexthdr_off, n ? offs[n - 1] : 6);
		cr_assert_eq((const u8 *)e, c.b + offs[n]);
	}
	cr_assert_eq(n, 5);
	cr_assert_eq(cur.err, IP6_EXT_OK);
	cr_assert_eq(cur.type, IP_PROTO_TCP);
	cr_assert_eq(cur.off, 88);
	cr_assert_eq(cur.nexthdr_off, 72);
	cr_assert_eq(cur.frag_off, 64);
	cr_assert_null(ip6_ext_next(&cur));
	/* cut anywhere inside the chain, it is truncated */
	for (u32 len = 0; len < c.len; len++) {
		for (e = ip6_ext_first(&cur, c.b, len); e; e = ip6_ext_next(&cur))
			cr_assert(cur.off + cur.len <= len);
		cr_assert_eq(cur.err, IP6_EXT_TRUNCATED);
	}
}

Test(ip6_ext, hop_by_hop_only_first)
{
	static const u8 types[] = { IP_PROTO_DSTOPTS, IP_PROTO_HOPOPTS };
	struct chain c = build(types, 2, IP_PROTO_UDP);
	struct ip6_ext_cursor cur;
	const struct ip6_ext_hdr *e;

	for (e = ip6_ext_first(&cur, c.b, c.len); e;)
		e = ip6_ext_next(&cur);
	cr_assert_eq(cur.err, IP6_EXT_HBH_NOT_FIRST);
	cr_assert_eq(cur.nexthdr_off, 40);
}

Test(ip6_ext, later_fragment_ends_the_walk)
{
	static const u8 types[] = { IP_PROTO_FRAGMENT };
	struct chain c = build(types, 1, IP_PROTO_DSTOPTS);
	struct ip6_ext_cursor cur;

	put_be16(c.b + 42, 8 | IP6_MF);
	cr_assert_not_null(ip6_ext_first(&cur, c.b, c.len));
	cr_assert_null(ip6_ext_next(&cur));
	cr_assert(cur.later_fragment && !cur.err);
	cr_assert_eq(cur.type, IP_PROTO_DSTOPTS);
	cr_assert_eq(cur.off, 48);
}

Test(ip6_ext, bounded)
{
	static u8 pkt[40 + 8 * 100];
	struct ip6_ext_cursor cur;
	const struct ip6_ext_hdr *e;
	u32 n = 0;

	pkt[6] = IP_PROTO_DSTOPTS;
	for (u32 off = 40; off < sizeof(pkt); off += 8)
		pkt[off] = IP_PROTO_DSTOPTS;
	for (e = ip6_ext_first(&cur, pkt, sizeof(pkt)); e; e = ip6_ext_next(&cur))
		n++;
	cr_assert_eq(n, IP6_EXT_MAX);
	cr_assert_eq(cur.err, IP6_EXT_TOO_MANY);
}

Test(ip6_tlv, walk)
{
	/* next header, length, then Pad1, PadN(2), router alert, unknown with 1 octet */
	static const u8 h[] = { 6, 1, 0, 1, 2, 0, 0, 5, 2, 0, 0, 0xc2, 3, 7, 8, 9 };
	static const u8 types[] = { 0, 1, 5, 0xc2 }, lens[] = { 0, 2, 2, 3 };
	struct ip6_tlv_cursor cur;
	struct ip6_tlv t;
	u32 n = 0, off = 2;
	bool more;

	for (more = ip6_tlv_first(&cur, &t, h, 16); more; more = ip6_tlv_next(&cur, &t), n++) {
		cr_assert_eq(t.type, types[n]);
		cr_assert_eq(t.len, lens[n]);
		cr_assert_eq(t.off, off);
		off += t.type ? t.len + 2u : 1;
	}
	cr_assert(n == 4 && !cur.err);
	/* cut short, the last option does not fit */
	for (more = ip6_tlv_first(&cur, &t, h, 15); more;)
		more = ip6_tlv_next(&cur, &t);
	cr_assert(cur.err && cur.off == 11);
	/* cut behind its type octet */
	for (more = ip6_tlv_first(&cur, &t, h, 12); more;)
		more = ip6_tlv_next(&cur, &t);
	cr_assert(cur.err && cur.off == 11);
}

/* ND-01, ND-32: a zero length or one past the end refuses the message */
Test(nd_opt, bad_lengths)
{
	static const u8 good[] = { 1, 1, 2, 3, 4, 5, 6, 7 };
	static const u8 zero[] = { 1, 1, 2, 3, 4, 5, 6, 7, 99, 0, 0, 0, 0, 0, 0, 0 };
	static const u8 past[] = { 1, 1, 2, 3, 4, 5, 6, 7, 5, 2, 0, 0, 0, 0, 0, 0 };
	struct nd_opts o;

	cr_assert_eq(nd_opts_parse(&o, good, 0), ND_OPT_OK);
	cr_assert_null(o.slla);
	cr_assert_eq(nd_opts_parse(&o, good, sizeof(good)), ND_OPT_OK);
	cr_assert_eq((const u8 *)o.slla, good);
	cr_assert_eq(nd_opts_parse(&o, zero, sizeof(zero)), ND_OPT_ZERO_LEN);
	cr_assert_null(o.slla);
	cr_assert_eq(nd_opts_parse(&o, past, sizeof(past)), ND_OPT_TRUNCATED);
	cr_assert_null(o.slla);
	for (size_t len = 1; len < 8; len++)
		cr_assert_eq(nd_opts_parse(&o, good, len), ND_OPT_TRUNCATED);
}

Test(nd_opt, kinds)
{
	u8 b[256] = { 0 };
	struct nd_opts o;
	u32 n = 0;

	b[n] = ND_OPT_T_PREFIX, b[n + 1] = 4, b[n + 2] = 64, n += 32;
	b[n] = ND_OPT_T_MTU, b[n + 1] = 1, b[n + 6] = 5, b[n + 7] = 0xdc, n += 8;
	b[n] = ND_OPT_T_PREFIX, b[n + 1] = 4, b[n + 2] = 48, n += 32;
	b[n] = ND_OPT_T_RDNSS, b[n + 1] = 3, n += 24;
	b[n] = ND_OPT_T_RDNSS, b[n + 1] = 4, n += 32; /* ND-31: half an address, ignored */
	b[n] = ND_OPT_T_TLLA, b[n + 1] = 2, n += 16;  /* not Ethernet's, ignored */
	b[n] = ND_OPT_T_NONCE, b[n + 1] = 1, n += 8;
	b[n] = 200, b[n + 1] = 1, n += 8;
	b[n] = ND_OPT_T_ROUTE, b[n + 1] = 1, b[n + 2] = 64, n += 8; /* prefix missing */
	cr_assert_eq(nd_opts_parse(&o, b, n), ND_OPT_OK);
	cr_assert(o.prefix && o.prefix->prefix_len == 64 && o.num_prefix == 2);
	cr_assert(o.mtu && be32_get(o.mtu->mtu) == 1500);
	cr_assert(o.rdnss && o.num_rdnss == 1);
	cr_assert(!o.tlla && !o.slla && !o.route && o.nonce && o.num_unknown == 1);
}

/* IP4-12: what an answer has of the options that came, in that order and padded */
Test(ip4_opt, echoed)
{
	static const u8 in[] = { 1, 68, 8, 5, 0, 1, 2, 3, 4, 148, 4, 0, 0, 7, 7, 4, 9, 9, 9, 9, 0x99, 3, 1 };
	static const u8 want[] = { 7, 7, 4, 9, 9, 9, 9, 68, 8, 5, 0, 1, 2, 3, 4, 0 };
	u8 out[IP4_OPTLEN_MAX], full[IP4_OPTLEN_MAX] = { 7, 39, 40 };

	cr_assert_eq(ip4_opts_echo(out, in, sizeof(in)), sizeof(want));
	cr_assert_arr_eq(out, want, sizeof(want));
	cr_assert_eq(ip4_opts_echo(out, in, 1), 0);
	cr_assert_eq(ip4_opts_echo(out, in, 0), 0);
	full[39] = 1;
	cr_assert_eq(ip4_opts_echo(out, full, sizeof(full)), 40);
	cr_assert_eq(out[39], 0);
}

/* ND-31: the rule on lengths, for each kind that has one */
Test(nd_opt, length_rules)
{
	for (u32 len = 1; len < 8; len++) {
		u8 b[64] = { 0, (u8)len, 64 };
		const struct nd_opt_hdr *o = (const void *)b;

		b[0] = ND_OPT_T_MTU;
		cr_assert_eq(nd_opt_len_ok(o), len == 1);
		b[0] = ND_OPT_T_PREFIX;
		cr_assert_eq(nd_opt_len_ok(o), len == 4);
		b[0] = ND_OPT_T_RDNSS;
		cr_assert_eq(nd_opt_len_ok(o), len == 3 || len == 5 || len == 7);
		b[0] = ND_OPT_T_ROUTE;
		cr_assert_eq(nd_opt_len_ok(o), len == 2 || len == 3);
		b[2] = 65;
		cr_assert_eq(nd_opt_len_ok(o), len == 3);
		b[2] = 0;
		cr_assert_eq(nd_opt_len_ok(o), len <= 3);
		b[2] = 129;
		cr_assert_not(nd_opt_len_ok(o));
	}
}
