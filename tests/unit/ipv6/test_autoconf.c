/* SPDX-License-Identifier: BSD-2-Clause */
/* Advertised prefixes: what is on link, and the addresses made of them (RFC 4862 5.5). */
#include "tests/unit/ipv6/router.h"

enum { L = ND_PREFIX_ONLINK, A = ND_PREFIX_AUTO };
#define P "2001:db8:1::"
#define MINE "2001:db8:1::ff:fe00:1"
#define FOREVER 0xffffffffu

static void setup(void)
{
	router_setup();
	fixture_advance(n.net, 3 * SEC);
	ipnet_tx_drop(&n);
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(autoconf, .init = setup, .fini = teardown);

static void advertise(const char *prefix, u8 plen, u8 flags, u32 valid, u32 preferred)
{
	struct ra ra = { .from = "fe80::8" };

	opt_prefix(&ra, prefix, plen, flags, valid, preferred);
	ra_rx(&ra);
}

/* Of MINE; 0: there is none. s */
static u64 valid_left(void)
{
	const struct inet_ifaddr *a = addr_of(MINE);

	return a ? (a->valid_until - n.net->now) / SEC : 0;
}

/* ND-16 ND-24: the address goes through DAD; on link is what the prefix says */
Test(autoconf, address_and_route)
{
	const struct inet_ifaddr *a;
	const struct icmp6_hdr *ns;

	advertise(P, 64, L | A, 86400, 3600);
	a = addr_of(MINE);
	cr_assert_not_null(a);
	cr_assert_eq(a->prefixlen, 64);
	cr_assert_eq(a->flags, (u32)IFA_FLAG_TENTATIVE);
	cr_assert_str_eq(via("2001:db8:1::99"), "");
	fixture_advance(n.net, SEC);
	ns = ipnet_tx_icmp6(&n);
	cr_assert_not_null(ns);
	cr_assert_eq(ns->type, ICMP6_TYPE_NEIGH_SOLICIT);
	fixture_advance(n.net, SEC);
	cr_assert_eq(addr_of(MINE)->flags, 0, "not permanent");
	cr_assert_eq(ra_routes().flags,
		     (u32)(FIB_F_ADDRCONF | FIB_F_PREFIX_RT | FIB_F_EXPIRES));
	cr_assert_eq(valid_left(), 86398);
}

/* ND-16, RFC 4862 5.5.3 a to d: what makes no address, and what no route */
Test(autoconf, prefixes_that_are_ignored)
{
	static const struct {
		const char *prefix;
		u8 plen, flags;
		u32 valid, preferred;
		bool route;
	} rows[] = {
		{ P, 64, L, 3600, 3600, true },
		{ P, 64, 0, 3600, 3600, false },
		{ P, 63, L | A, 3600, 3600, true },
		{ P, 96, L | A, 3600, 3600, true },
		{ P, 129, L | A, 3600, 3600, false },
		{ P, 64, L | A, 3600, 3601, false },
		{ P, 64, L | A, 0, 0, false },
		{ "fe80::", 64, L | A, 3600, 3600, false },
		{ "ff02::", 64, L | A, 3600, 3600, false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		advertise(rows[i].prefix, rows[i].plen, rows[i].flags, rows[i].valid, rows[i].preferred);
		cr_assert_eq(in6_count(), 1, "row %u", i);
		cr_assert_eq(ra_routes().nr, rows[i].route, "row %u", i);
		advertise(rows[i].prefix, rows[i].plen & 127, L, 0, 0);
		cr_assert_eq(ra_routes().nr, 0, "row %u", i);
	}
	set("autoconf", "0");
	advertise(P, 64, L | A, 3600, 3600);
	cr_assert_null(addr_of(MINE));
	cr_assert_eq(ra_routes().nr, 1);
	set("accept_ra_pinfo", "0");
	advertise(P, 64, L | A, 0, 0);
	cr_assert_eq(ra_routes().nr, 1);
}

/* ND-21, RFC 5942: an address says nothing about what is on link */
Test(autoconf, on_link_only_if_the_prefix_says_so)
{
	struct ra ra = { .lifetime = 1800 };

	opt_prefix(&ra, P, 64, A, 3600, 3600);
	ra_rx(&ra);
	fixture_advance(n.net, 3 * SEC);
	cr_assert_not_null(addr_of(MINE));
	cr_assert_str_eq(via("2001:db8:1::99"), "fe80::9");
	advertise(P, 64, L, 100, 100);
	cr_assert_str_eq(via("2001:db8:1::99"), "");
	fixture_advance(n.net, 101 * SEC);
	cr_assert_str_eq(via("2001:db8:1::99"), "fe80::9");
}

/* ND-18: preferred, deprecated (still ours, not chosen), gone */
Test(autoconf, lifetimes)
{
	union inet_addr to = ipnet_addr("2001:db8:1::99"), got, mine = ipnet_addr(MINE);

	ipnet_prefix(&n, "fd00::1/64", IFA_FLAG_NODAD);
	advertise(P, 64, L | A, 9000, 100);
	fixture_advance(n.net, 99 * SEC);
	cr_assert_eq(addr_of(MINE)->flags, 0);
	cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &to, &got));
	cr_assert(inet_addr_equal(&got, &mine));
	fixture_advance(n.net, 2 * SEC);
	cr_assert_eq(addr_of(MINE)->flags, (u32)IFA_FLAG_DEPRECATED);
	cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &to, &got));
	cr_assert_not(inet_addr_equal(&got, &mine));
	cr_assert(n.net->ip.af[1]->addr_is_local(n.net, &mine));
	advertise(P, 64, L | A, 9000, 100);		/* renewed */
	cr_assert_eq(addr_of(MINE)->flags, 0);
	advertise(P, 64, L | A, 9000, 0);		/* at once */
	cr_assert_eq(addr_of(MINE)->flags, (u32)IFA_FLAG_DEPRECATED);
	fixture_advance(n.net, 8999 * SEC);
	cr_assert_not_null(addr_of(MINE));
	fixture_advance(n.net, 2 * SEC);
	cr_assert_null(addr_of(MINE));
	cr_assert_eq(ra_routes().nr, 0);
	cr_assert_not(n.net->ip.af[1]->addr_is_local(n.net, &mine));
}

/* ND-17, RFC 4862 5.5.3 e: told, remaining, what becomes of it */
Test(autoconf, two_hours)
{
	static const struct {
		u32 had, told;
		u64 becomes;
	} rows[] = {
		{ 86400, 172800, 172800 }, { 86400, 7201, 7201 }, { 86400, 3600, 7200 }, { 86400, 0, 7200 },
		{ 3600, 1800, 3600 }, { 3600, 0, 3600 }, { 3600, 5400, 5400 }, { 7200, 1, 7200 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		advertise(P, 64, A, rows[i].had, 0);
		cr_assert_eq(valid_left(), rows[i].had, "row %u", i);
		advertise(P, 64, A, rows[i].told, 0);
		cr_assert_eq(valid_left(), rows[i].becomes, "row %u", i);
		fixture_advance(n.net, (rows[i].becomes + 1) * SEC);
		cr_assert_null(addr_of(MINE));
	}
	advertise(P, 64, A | L, FOREVER, FOREVER);
	cr_assert_eq(addr_of(MINE)->valid_until, U64_MAX);
	fixture_advance(n.net, 10000000 * SEC);
	cr_assert_eq(addr_of(MINE)->flags, 0);
	cr_assert_str_eq(via("2001:db8:1::99"), "");
	advertise(P, 64, A | L, 10, 10);
	cr_assert_eq(valid_left(), 7200);
	fixture_advance(n.net, 11 * SEC);
	cr_assert_eq(ra_routes().nr, 0, "a route has no such rule");
}

/* An address of the administrator's is left alone, and so is its route. */
Test(autoconf, configured_addresses_stay)
{
	struct inet_prefix p;

	inet_prefix_parse(MINE "/64", &p);
	ipnet_prefix(&n, MINE "/64", IFA_FLAG_NODAD);
	advertise(P, 64, L | A, 100, 50);
	cr_assert_eq(addr_of(MINE)->valid_until, U64_MAX);
	fixture_advance(n.net, 200 * SEC);
	cr_assert(addr_of(MINE)->flags & IFA_FLAG_PERMANENT);
	cr_assert_str_eq(via("2001:db8:1::99"), "");
	/* its route goes with it, but not the one that is advertised */
	advertise(P, 64, L, 100, 50);
	cr_assert_eq(inet_ifaddr_del(n.net, n.dev, &p), 0);
	cr_assert_str_eq(via("2001:db8:1::99"), "");
	/* and the other way round */
	ipnet_prefix(&n, MINE "/64", IFA_FLAG_NODAD);
	fixture_advance(n.net, 101 * SEC);
	cr_assert_eq(ra_routes().nr, 0);
	cr_assert_str_eq(via("2001:db8:1::99"), "");
	cr_assert_eq(inet_ifaddr_del(n.net, n.dev, &p), 0);
	cr_assert_str_eq(via("2001:db8:1::99"), "none");
}

/* ND-25: somebody has it already: it goes, and is tried again with the next advertisement */
Test(autoconf, duplicate)
{
	u8 na[32] = { 136, [4] = 0x20, [24] = 2, 1, 2, 0, 0, 0, 0, 9 };
	struct pkt6 p = { .saddr = MINE, .daddr = "ff02::1", .nexthdr = IP_PROTO_ICMPV6, .hlim = 255,
			  .payload = na, .len = 32 };
	union inet_addr mine = ipnet_addr(MINE);

	memcpy(na + 8, mine.b, 16);
	advertise(P, 64, A, 3600, 3600);
	fixture_advance(n.net, SEC);
	icmp6_csum(&p, na, 32);
	pkt6_rx(&n, &p);
	cr_assert_null(addr_of(MINE));
	fixture_advance(n.net, 10 * SEC);
	cr_assert_null(addr_of(MINE));
	advertise(P, 64, A, 3600, 3600);
	fixture_advance(n.net, 3 * SEC);
	cr_assert_eq(addr_of(MINE)->flags, 0);
}

/* ND-30 ATK-FLD-15: no more than max_addresses, whatever is advertised */
Test(autoconf, flood_of_prefixes)
{
	u32 before = in6_count();

	for (u32 i = 0; i < 500; i++) {
		char prefix[40];

		snprintf(prefix, sizeof(prefix), "2001:db8:%x::", i);
		advertise(prefix, 64, L | A, 86400, 86400);
		ipnet_tx_drop(&n);
	}
	cr_assert_lt(before, 16);
	cr_assert_eq(in6_count(), 16);
	cr_assert_eq(ra_routes().nr, 64);
	set("max_addresses", "20");
	advertise("2001:db8:aaaa::", 64, A, 86400, 86400);
	cr_assert_eq(in6_count(), 17);
	dev_close(n.dev);
	cr_assert_eq(in6_count(), 0);
}

/* Several options in one message, unknown ones, and one of DNS with half an address at its end: ND-31 */
Test(autoconf, several_options)
{
	struct ra ra = { .lifetime = 1800 };

	opt_add(&ra, ND_OPT_T_RDNSS, 4);
	opt_prefix(&ra, P, 64, L | A, 3600, 3600);
	opt_add(&ra, 213, 2);
	opt_prefix(&ra, "2001:db8:2::", 64, L | A, 3600, 3600);
	opt_add(&ra, ND_OPT_T_DNSSL, 2);
	opt_prefix(&ra, "2001:db8:3::", 64, L | A, 3600, 3600);
	ra.opts[ra.len - 32 + 1] = 3;			/* not a prefix's length */
	ra.len -= 8;
	ra_rx(&ra);
	cr_assert_not_null(addr_of(MINE));
	cr_assert_not_null(addr_of("2001:db8:2::ff:fe00:1"));
	cr_assert_null(addr_of("2001:db8:3::ff:fe00:1"));
	cr_assert_eq(ra_routes().nr, 3);
}

/* Down, everything is gone; up again, it comes with the next advertisement. */
Test(autoconf, down_and_up)
{
	advertise(P, 64, L | A, 3600, 3600);
	fixture_advance(n.net, 3 * SEC);
	up_again();
	cr_assert_null(addr_of(MINE));
	cr_assert_eq(ra_routes().nr, 0);
	fixture_advance(n.net, 10 * SEC);
	cr_assert_not_null(next_rs());
	advertise(P, 64, L | A, 3600, 3600);
	cr_assert_not_null(addr_of(MINE));
	fixture_advance(n.net, 4000 * SEC);
	cr_assert_null(addr_of(MINE));
}

/* Memory may fail at any point: nothing is left half made. */
Test(autoconf, no_memory)
{
	for (u32 allocs = 1; allocs < 12; allocs++) {
		struct ra ra = { .lifetime = 1800 };

		opt_prefix(&ra, P, 64, L | A, 3600, 3600);
		opt_slla(&ra, ipnet_peer);
		n.rx_allocs = allocs;
		ra_rx(&ra);
		n.rx_allocs = 0;
		up_again();
		fixture_advance(n.net, 3 * SEC);
		cr_assert_eq(ra_routes().nr, 0);
		cr_assert_null(addr_of(MINE));
	}
}
