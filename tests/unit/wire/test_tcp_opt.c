/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP options: what is written octet by octet, what is read from every kind of rubbish. */
#include <criterion/criterion.h>

#include "wire/wire.h"

static void expect_emit(const struct tcp_opts_parsed *o, const u8 *want, int len)
{
	u8 buf[TCP_OPTLEN_MAX];
	int got = tcp_opts_emit(buf, sizeof(buf), o);

	cr_assert_eq(got, len);
	cr_assert_eq(tcp_opts_len(o), (u32)len);
	cr_assert_arr_eq(buf, want, (size_t)len);
}

/* Whether the two say the same, over the fields that their saw bits make valid. */
static bool same(const struct tcp_opts_parsed *a, const struct tcp_opts_parsed *b)
{
	if (a->saw != b->saw)
		return false;
	if (a->saw & TCP_SAW_MSS && a->mss != b->mss)
		return false;
	if (a->saw & TCP_SAW_WSCALE && a->wscale != b->wscale)
		return false;
	if (a->saw & TCP_SAW_TSTAMP && (a->tsval != b->tsval || a->tsecr != b->tsecr))
		return false;
	if (a->saw & TCP_SAW_SACK &&
	    (a->num_sacks != b->num_sacks ||
	     memcmp(a->sacks, b->sacks, a->num_sacks * sizeof(a->sacks[0]))))
		return false;
	if (a->saw & TCP_SAW_FASTOPEN &&
	    (a->fastopen_len != b->fastopen_len || a->fastopen_exp != b->fastopen_exp ||
	     memcmp(a->fastopen, b->fastopen, a->fastopen_len)))
		return false;
	return true;
}

Test(tcp_opt_emit, syn_in_linux_order)
{
	struct tcp_opts_parsed o = {
		.saw = TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_TSTAMP | TCP_SAW_WSCALE,
		.mss = 1460,
		.wscale = 8,
		.tsval = 0x01020304,
		.tsecr = 0,
	};
	static const u8 all[] = {
		2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 8
	};
	static const u8 no_ts[] = { 2, 4, 0x05, 0xb4, 1, 1, 4, 2, 1, 3, 3, 8 };
	static const u8 no_sack[] = { 2, 4, 0x05, 0xb4, 1, 1, 8, 10, 1, 2,
				      3, 4, 0,	  0,	0, 0, 1, 3,  3, 8 };
	static const u8 mss_only[] = { 2, 4, 0x05, 0xb4 };

	expect_emit(&o, all, sizeof(all));
	o.saw &= (u16)~TCP_SAW_TSTAMP;
	expect_emit(&o, no_ts, sizeof(no_ts));
	o.saw = TCP_SAW_MSS | TCP_SAW_TSTAMP | TCP_SAW_WSCALE;
	expect_emit(&o, no_sack, sizeof(no_sack));
	o.saw = TCP_SAW_MSS;
	expect_emit(&o, mss_only, sizeof(mss_only));
	o.saw = 0;
	expect_emit(&o, mss_only, 0);
}

Test(tcp_opt_emit, established)
{
	struct tcp_opts_parsed o = {
		.saw = TCP_SAW_TSTAMP | TCP_SAW_SACK,
		.tsval = 1,
		.tsecr = 2,
		.num_sacks = 2,
		.sacks = { { 0x10, 0x20 }, { 0xfffffff0, 0x05 } },
	};
	static const u8 want[] = { 1, 1,    8,	  10,	0,    0,    0, 1, 0,	0, 0,
				   2, 1,    1,	  5,	18,   0,    0, 0, 0x10, 0, 0,
				   0, 0x20, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0,	5 };

	expect_emit(&o, want, sizeof(want));
	o.saw = TCP_SAW_TSTAMP;
	expect_emit(&o, want, 12);
	cr_assert_eq(tcp_opts_sack_room(&o), 3);
	o.saw = TCP_SAW_SACK;
	expect_emit(&o, want + 12, 20);
	cr_assert_eq(tcp_opts_sack_room(&o), 4);
}

Test(tcp_opt_emit, fast_open_is_padded_at_the_end)
{
	struct tcp_opts_parsed o = { .saw = TCP_SAW_MSS | TCP_SAW_FASTOPEN, .mss = 1460 };
	static const u8 request[] = { 2, 4, 0x05, 0xb4, 34, 2, 1, 1 };
	static const u8 cookie[] = { 2, 4, 0x05, 0xb4, 34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1 };
	static const u8 exp[] = { 2, 4, 0x05, 0xb4, 254, 12, 0xf9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8 };

	expect_emit(&o, request, sizeof(request));
	o.fastopen_len = 8;
	memcpy(o.fastopen, "\1\2\3\4\5\6\7\10", 8);
	expect_emit(&o, cookie, sizeof(cookie));
	o.fastopen_exp = true;
	expect_emit(&o, exp, sizeof(exp));
}

/* TCP-AECN-04: kind 174; what is left of a word replaces the NOPs of what follows */
Test(tcp_opt_emit, accurate_ecn)
{
	struct tcp_opts_parsed o = {
		.saw = TCP_SAW_ACCECN, .accecn_nr = 3,
		.accecn = { 0x010203, 0x040506, 0x070809 },	/* ECT(1), ECT(0), CE */
		.num_sacks = 1, .sacks = { { 1, 2 } },
	};
	static const u8 three[] = { 174, 11, 1, 2, 3, 7, 8, 9, 4, 5, 6, 1, 1, 1, 5, 10,
				    0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 two[] = { 174, 8, 1, 2, 3, 7, 8, 9, 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 one[] = { 174, 5, 1, 2, 3, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 none[] = { 174, 2, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const u8 one_alone[] = { 174, 5, 1, 2, 3, 1, 1, 1 };
	static const u8 none_alone[] = { 174, 2, 1, 1 };
	static const u8 syn[] = { 2, 4, 5, 0xb4, 174, 2, 4, 2, 1, 3, 3, 7 };

	expect_emit(&o, three, 12);
	o.accecn_nr = 2;
	expect_emit(&o, two, 8);
	o.accecn_nr = 1;
	expect_emit(&o, one_alone, sizeof(one_alone));
	o.accecn_nr = 0;
	expect_emit(&o, none_alone, sizeof(none_alone));
	o.saw |= TCP_SAW_SACK;
	expect_emit(&o, none, sizeof(none));
	o.accecn_nr = 1;
	expect_emit(&o, one, sizeof(one));
	o.accecn_nr = 2;
	expect_emit(&o, two, sizeof(two));
	o.accecn_nr = 3;
	expect_emit(&o, three, sizeof(three));
	o.saw = TCP_SAW_ACCECN | TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_WSCALE;
	o.mss = 1460;
	o.wscale = 7;
	o.accecn_nr = 0;
	expect_emit(&o, syn, sizeof(syn));
}

/* Both orders; lengths that are no whole number of counters are ignored */
Test(tcp_opt_parse, accurate_ecn)
{
	u8 b[14] = { 172, 11, 0, 0, 1, 0, 0, 2, 0, 0, 3 };
	struct tcp_opts_parsed o;

	cr_assert(tcp_opts_parse(&o, b, 11, false));
	cr_assert(o.saw == TCP_SAW_ACCECN && o.accecn_nr == 3 && !o.accecn_e1b);
	cr_assert(o.accecn[1] == 1 && o.accecn[2] == 2 && o.accecn[0] == 3);
	b[0] = 174;
	cr_assert(tcp_opts_parse(&o, b, 11, true));
	cr_assert(o.accecn[0] == 1 && o.accecn[2] == 2 && o.accecn[1] == 3 && o.accecn_e1b);
	for (u8 len = 2; len <= 14; len++) {
		b[1] = len;
		cr_assert(tcp_opts_parse(&o, b, len, false));
		cr_assert_eq(!!o.saw, len % 3 == 2 && len <= 11, "length %u", len);
	}
}

Test(tcp_opt_emit, refuses_what_does_not_fit)
{
	struct tcp_opts_parsed o = { .saw = TCP_SAW_TSTAMP | TCP_SAW_SACK, .num_sacks = 4 };
	u8 buf[TCP_OPTLEN_MAX + 8];

	memset(buf, 0x5a, sizeof(buf));
	cr_assert_eq(tcp_opts_len(&o), 48);
	cr_assert_eq(tcp_opts_emit(buf, sizeof(buf), &o), -1);
	o.num_sacks = 1;
	cr_assert_eq(tcp_opts_emit(buf, 23, &o), -1);
	for (unsigned int i = 0; i < sizeof(buf); i++)
		cr_assert_eq(buf[i], 0x5a);
	cr_assert_eq(tcp_opts_emit(buf, 24, &o), 24);
}

/* MUST-4, MUST-64: each order, at each alignment */
Test(tcp_opt_parse, mss_anywhere)
{
	for (u32 nops = 0; nops < 30; nops++) {
		u8 b[40];
		struct tcp_opts_parsed o;

		memset(b, TCP_OPT_NOP, sizeof(b));
		memcpy(b + nops, "\2\4\5\264", 4);
		cr_assert(tcp_opts_parse(&o, b, nops + 4, true));
		cr_assert(o.saw == TCP_SAW_MSS && o.mss == 1460);
		b[0] = TCP_OPT_EOL;
		cr_assert(tcp_opts_parse(&o, b, sizeof(b), true));
		cr_assert_eq(o.saw, 0, "options behind the end of the list count");
	}
}

/* MUST-6 */
Test(tcp_opt_parse, unknown_is_skipped)
{
	static const u8 b[] = { 253, 6, 1, 2, 3, 4, 2, 4, 0x02, 0x18 };
	struct tcp_opts_parsed o;

	cr_assert(tcp_opts_parse(&o, b, sizeof(b), true));
	cr_assert_eq(o.saw, TCP_SAW_UNKNOWN | TCP_SAW_MSS);
	cr_assert_eq(o.mss, 536);
}

/* MUST-7, MUST-68: every kind with every length, in an area of every size */
Test(tcp_opt_parse, illegal_lengths)
{
	for (u32 kind = 2; kind < 256; kind++) {
		for (u32 len = 0; len < 256; len++) {
			u8 b[40] = { 1, 1, (u8)kind, (u8)len };
			struct tcp_opts_parsed o;

			for (u32 size = 3; size <= sizeof(b); size++) {
				bool fits = size >= 4 && len >= 2 && len <= size - 2;

				cr_assert_eq(tcp_opts_parse(&o, b, size, true), fits,
					     "kind %u len %u size %u", kind, len, size);
				cr_assert(fits || !o.saw);
			}
		}
	}
}

Test(tcp_opt_parse, known_kind_of_wrong_length_is_ignored)
{
	static const u8 fits[][2] = { { 2, 4 }, { 3, 3 }, { 4, 2 }, { 8, 10 }, { 19, 18 } };

	for (unsigned int i = 0; i < ARRAY_SIZE(fits); i++) {
		for (u8 len = 2; len <= 38; len++) {
			u8 b[40] = { fits[i][0], len, 1, 1 };
			struct tcp_opts_parsed o;

			cr_assert(tcp_opts_parse(&o, b, len, true));
			cr_assert_eq(o.saw != 0, len == fits[i][1], "kind %u len %u", fits[i][0],
				     len);
		}
	}
}

/* TCP-WS-02 */
Test(tcp_opt_parse, window_scale_above_14)
{
	for (unsigned int shift = 0; shift < 256; shift++) {
		u8 b[] = { 3, 3, (u8)shift };
		struct tcp_opts_parsed o;

		cr_assert(tcp_opts_parse(&o, b, 3, true));
		cr_assert_eq(o.saw, TCP_SAW_WSCALE);
		cr_assert_eq(o.wscale, min(shift, 14u));
		cr_assert_eq(o.wscale_over, shift > 14);
	}
}

/* MUST-65, TCP-WS-04: what belongs on a SYN is ignored elsewhere */
Test(tcp_opt_parse, syn_only)
{
	static const u8 syn[] = { 2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7, 34, 2 };
	static const u8 sack[] = { 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	struct tcp_opts_parsed o;

	cr_assert(tcp_opts_parse(&o, syn, sizeof(syn), true));
	cr_assert_eq(o.saw, TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_WSCALE | TCP_SAW_FASTOPEN);
	cr_assert(tcp_opts_parse(&o, syn, sizeof(syn), false));
	cr_assert_eq(o.saw, 0);
	cr_assert(tcp_opts_parse(&o, sack, sizeof(sack), true));
	cr_assert_eq(o.saw, 0);
	cr_assert(tcp_opts_parse(&o, sack, sizeof(sack), false));
	cr_assert(o.saw == TCP_SAW_SACK && o.num_sacks == 1 && o.sacks[0].end_seq == 2);
}

Test(tcp_opt_parse, sack_lengths)
{
	for (u8 len = 2; len <= 40; len++) {
		u8 b[40] = { 5, len };
		struct tcp_opts_parsed o;

		cr_assert(tcp_opts_parse(&o, b, len, false));
		cr_assert_eq(o.saw == TCP_SAW_SACK, len > 2 && (len - 2) % 8 == 0);
		cr_assert_eq(o.num_sacks, o.saw ? (len - 2) / 8 : 0);
	}
}

Test(tcp_opt_parse, zero_mss_is_none)
{
	static const u8 b[] = { 2, 4, 0, 0 };
	struct tcp_opts_parsed o;

	cr_assert(tcp_opts_parse(&o, b, 4, true));
	cr_assert_eq(o.saw, 0);
}

Test(tcp_opt_parse, fast_open_cookies)
{
	for (u8 n = 0; n <= 30; n++) {
		u8 b[40] = { 34, (u8)(n + 2), 0xaa },
		   exp[40] = { 254, (u8)(n + 4), 0xf9, 0x89, 0xbb };
		bool ok = n == 0 || (n >= 4 && n <= 16 && n % 2 == 0);
		struct tcp_opts_parsed o;

		cr_assert(tcp_opts_parse(&o, b, n + 2u, true));
		cr_assert_eq(o.saw, ok ? TCP_SAW_FASTOPEN : 0);
		cr_assert(!ok || (o.fastopen_len == n && !o.fastopen_exp));
		cr_assert(!n || !ok || o.fastopen[0] == 0xaa);
		cr_assert(tcp_opts_parse(&o, exp, n + 4u, true));
		cr_assert_eq(o.saw, ok ? TCP_SAW_FASTOPEN : 0);
		cr_assert(!n || !ok || (o.fastopen[0] == 0xbb && o.fastopen_exp));
	}
}

Test(tcp_opt_parse, fast_path)
{
	static const u8 b[] = { 1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9 };
	u32 val = 0, ecr = 0;

	cr_assert(tcp_opts_ts_only(b, 12, &val, &ecr));
	cr_assert(val == 7 && ecr == 9);
	cr_assert_not(tcp_opts_ts_only(b, 8, &val, &ecr));
	cr_assert_not(tcp_opts_ts_only(b + 1, 11, &val, &ecr));
}

static struct tcp_opts_parsed random_opts(struct prng *rng, bool syn)
{
	struct tcp_opts_parsed o = { .num_sacks = (u8)(1 + prng_below(rng, 4)) };
	u16 kinds = syn ? TCP_SAW_MSS | TCP_SAW_WSCALE | TCP_SAW_SACK_PERM | TCP_SAW_TSTAMP |
				    TCP_SAW_FASTOPEN :
			  TCP_SAW_TSTAMP | TCP_SAW_SACK;

	o.saw = (u16)prng_u32(rng) & kinds;
	o.mss = (u16)prng_range(rng, 1, 65535);
	o.wscale = (u8)prng_below(rng, 15);
	o.tsval = prng_u32(rng);
	o.tsecr = prng_u32(rng);
	for (int i = 0; i < TCP_MAX_SACKS; i++)
		o.sacks[i] = (struct tcp_sack_range){ prng_u32(rng), prng_u32(rng) };
	o.fastopen_len = (u8)(2 * prng_below(rng, 9));
	if (o.fastopen_len == 2)
		o.fastopen_len = 0;
	o.fastopen_exp = prng_chance(rng, 1, 2);
	prng_bytes(rng, o.fastopen, sizeof(o.fastopen));
	return o;
}

Test(tcp_opt, parse_of_emit_is_identity)
{
	struct prng rng;
	int written = 0;

	prng_seed(&rng, 1);
	for (int i = 0; i < 20000; i++) {
		bool syn = prng_chance(&rng, 1, 2);
		struct tcp_opts_parsed in = random_opts(&rng, syn), out;
		u8 buf[TCP_OPTLEN_MAX];
		int len = tcp_opts_emit(buf, sizeof(buf), &in);

		if (len < 0) {
			cr_assert(tcp_opts_len(&in) > TCP_OPTLEN_MAX);
			continue;
		}
		written++;
		cr_assert(len % 4 == 0 && tcp_opts_parse(&out, buf, (u32)len, syn));
		cr_assert(same(&in, &out));
	}
	cr_assert(written > 10000);
}
