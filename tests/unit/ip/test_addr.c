/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses as text (RFC 5952, RFC 4291 2.2) and prefixes. */
#include "tests/unit/ip/ipnet.h"

struct text {
	const char *in, *out;	/* out NULL: refused */
	u16 family;
};

static const struct text texts[] = {
	{ "10.0.0.1", "10.0.0.1", 2 },
	{ "255.255.255.255", "255.255.255.255", 2 },
	{ "0.0.0.0", "0.0.0.0", 2 },
	{ "::", "::", 10 },
	{ "::1", "::1", 10 },
	{ "1::", "1::", 10 },
	{ "2001:DB8:0:0:0:0:2:1", "2001:db8::2:1", 10 },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 10 },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1", 10 },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", 10 },
	{ "fe80::1:2:3:4", "fe80::1:2:3:4", 10 },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 10 },
	{ "::ffff:1.2.3.4", "1.2.3.4", 10 },
	{ "64:ff9b::1.2.3.4", "64:ff9b::102:304", 10 },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 10 },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", 10 },
	{ "", NULL, 0 }, { ":", NULL, 0 }, { ":::", NULL, 0 }, { "1", NULL, 0 },
	{ "1.2.3", NULL, 0 }, { "1.2.3.4.5", NULL, 0 }, { "1.2.3.256", NULL, 0 },
	{ "01.2.3.4", NULL, 0 }, { "1.2.3.4 ", NULL, 0 }, { "1..3.4", NULL, 0 },
	{ "1:2:3:4:5:6:7", NULL, 0 }, { "1:2:3:4:5:6:7:8:9", NULL, 0 },
	{ "1::2::3", NULL, 0 }, { ":1::2", NULL, 0 }, { "1:", NULL, 0 }, { "12345::", NULL, 0 },
	{ "g::", NULL, 0 }, { "::1.2.3", NULL, 0 }, { "1:2:3:4:5:6:7:1.2.3.4", NULL, 0 },
	{ "1:2:3:4:5:6:7::8", NULL, 0 }, { "fe80::1%eth0", NULL, 0 },
};

Test(addr, text)
{
	for (u32 i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct text *t = &texts[i];
		char out[INET_ADDRSTRLEN_NS];
		union inet_addr a;
		u16 family = 0;

		cr_assert_eq(inet_addr_pton(t->in, &a, &family), t->out != NULL, "\"%s\"", t->in);
		if (!t->out)
			continue;
		cr_assert_eq(family, t->family, "\"%s\"", t->in);
		inet_addr_ntop(&a, out, sizeof(out));
		cr_assert_str_eq(out, t->out);
	}
}

Test(addr, text_round_trip_of_random_addresses)
{
	struct prng r;

	prng_seed(&r, 1);
	for (int i = 0; i < 20000; i++) {
		union inet_addr a, b;
		char out[INET_ADDRSTRLEN_NS];
		u16 family;

		prng_bytes(&r, a.b, 16);
		for (int k = 0; k < 8; k++)
			if (prng_chance(&r, 1, 2))
				put_be16(a.b + 2 * k, prng_chance(&r, 1, 4) ? 1 : 0);
		inet_addr_ntop(&a, out, sizeof(out));
		cr_assert(inet_addr_pton(out, &b, &family), "%s", out);
		cr_assert(inet_addr_equal(&a, &b), "%s", out);
	}
}

Test(addr, small_buffer)
{
	union inet_addr a = ipnet_addr("255.255.255.255");
	char out[8];

	inet_addr_ntop(&a, out, sizeof(out));
	cr_assert_str_eq(out, "255.255");
}

Test(addr, classes)
{
	union inet_addr any4 = ipnet_addr("0.0.0.0"), any6 = ipnet_addr("::");
	union inet_addr lo4 = ipnet_addr("127.8.9.1"), lo6 = ipnet_addr("::1");
	union inet_addr mc4 = ipnet_addr("239.1.2.3"), mc6 = ipnet_addr("ff02::1");
	union inet_addr ll = ipnet_addr("febf::1"), not_ll = ipnet_addr("fec0::1");

	cr_assert(inet_addr_any(&any4) && inet_addr_any(&any6) && !inet_addr_any(&lo6));
	cr_assert(inet_addr_is_loopback(&lo4) && inet_addr_is_loopback(&lo6));
	cr_assert(inet_addr_is_multicast(&mc4) && inet_addr_is_multicast(&mc6));
	cr_assert_not(inet_addr_is_multicast(&lo4) || inet_addr_is_loopback(&mc4));
	cr_assert(inet_addr_is_linklocal(&ll) && !inet_addr_is_linklocal(&not_ll));
}

Test(addr, prefixes)
{
	static const struct {
		const char *prefix, *in, *out;
	} rows[] = {
		{ "10.1.2.0/23", "10.1.3.255", "10.1.4.0" },
		{ "0.0.0.0/0", "255.1.1.1", "::1" },
		{ "10.0.0.1", "10.0.0.1", "10.0.0.2" },
		{ "fd00::/7", "fdff::1", "fe00::1" },
		{ "2001:db8::/65", "2001:db8::7fff:0:0:0", "2001:db8::8000:0:0:0" },
		{ "::1/128", "::1", "::2" },
	};
	struct inet_prefix p;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		union inet_addr in = ipnet_addr(rows[i].in), out = ipnet_addr(rows[i].out);

		cr_assert(inet_prefix_parse(rows[i].prefix, &p));
		cr_assert(inet_prefix_match(&p, &in), "%s", rows[i].prefix);
		cr_assert_not(inet_prefix_match(&p, &out), "%s", rows[i].prefix);
	}
	cr_assert_not(inet_prefix_parse("10.0.0.1/33", &p));
	cr_assert_not(inet_prefix_parse("::/129", &p));
	cr_assert_not(inet_prefix_parse("10.0.0.1/", &p));
	cr_assert_not(inet_prefix_parse("10.0.0.1/1x", &p));
	cr_assert_not(inet_prefix_parse("10.0.0.1/-1", &p));
}
