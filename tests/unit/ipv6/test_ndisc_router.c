/* SPDX-License-Identifier: BSD-2-Clause */
/* Routers: solicitations and their pauses, advertisements, who is chosen. */
#include "tests/unit/ipv6/router.h"

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(rs, .init = router_setup, .fini = teardown);
TestSuite(ra, .init = router_setup, .fini = teardown);

/* -- solicitations -------------------------------------------------------------------------------- */

/* When the next solicitation leaves, after now and within max; 0: none does. ns */
static u64 wait_for_rs(u64 max)
{
	u64 start = n.net->now, end = start + max, next;

	while ((next = net_deadline(n.net)) <= end) {
		net_run(n.net, next, 0);
		fixture_settle(n.net);
		if (next_rs())
			return n.net->now - start;
	}
	fixture_advance(n.net, end - n.net->now);
	return 0;
}

/* ND-12 DEV-09: behind DAD at once, then after 4 s, 8 s ... up to an hour, a tenth more or less; for ever */
Test(rs, endless_with_back_off)
{
	u64 t = wait_for_rs(10 * SEC), base = 4 * SEC, max = 3600 * SEC;

	cr_assert(t >= SEC && t <= 2 * SEC, "a delay of up to a second, and DAD's second");
	for (int i = 0; i < 60; i++) {
		u64 next = wait_for_rs(4000 * SEC);

		cr_assert(next >= base - base / 10 && next <= base + base / 10, "%d: %lu of %lu", i,
			  (unsigned long)next, (unsigned long)base);
		base = 2 * next;
		base = base + base / 20 > max ? max : base;	/* RAND counts once, of what was */
		if (i == 12)
			cr_assert_eq(base, max);
	}
	cr_assert_eq(n.net->mib[MIB_Icmp6_OutRouterSolicits], 61);
	cr_assert_eq(n.net->mib[MIB_Icmp6_OutType133], 61);
}

/* DEV-09, RFC 4861's way: MAX_RTR_SOLICITATIONS of 3, RTR_SOLICITATION_INTERVAL apart, then silence */
Test(rs, three_and_no_more)
{
	set("router_solicitations", "3");
	set("router_solicitation_max_interval", "4");
	up_again();
	cr_assert_neq(wait_for_rs(3 * SEC), 0);
	for (int i = 0; i < 2; i++) {
		u64 t = wait_for_rs(10 * SEC);

		cr_assert(t >= 3600 * NSEC_PER_MSEC && t <= 4400 * NSEC_PER_MSEC);
	}
	cr_assert_eq(wait_for_rs(100000 * SEC), 0);
	cr_assert_eq(n.net->mib[MIB_Icmp6_OutRouterSolicits], 3);
}

/* RFC 4861 4.1, 6.3.7 */
Test(rs, message)
{
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	static const u8 group_mac[6] = { 0x33, 0x33, 0, 0, 0, 2 };
	union inet_addr from = ipnet_addr("fe80::ff:fe00:1"), to = ipnet_addr("ff02::2");
	const struct nd_rs_msg *rs;

	fixture_advance(n.net, 3 * SEC);
	rs = next_rs();
	cr_assert_not_null(rs);
	cr_assert_eq(h->hop_limit, 255);
	cr_assert_arr_eq(h->saddr.b, from.b, 16);
	cr_assert_arr_eq(h->daddr.b, to.b, 16);
	cr_assert_arr_eq(n.frame, group_mac, 6);
	cr_assert_eq(rs->code, 0);
	cr_assert_eq(be32_get(rs->reserved), 0);
	cr_assert_eq(n.len, ETH_HLEN + 40 + 16);
	cr_assert_eq(((const u8 *)(rs + 1))[0], ND_OPT_T_SLLA);
	cr_assert_arr_eq((const u8 *)(rs + 1) + 2, ipnet_mac, 6);
}

/* Without DAD there is a random delay of its own; it differs from seed to seed. */
Test(rs, delay_without_dad)
{
	u64 first = 0;

	set("accept_dad", "0");
	set("router_solicitation_delay", "3");
	for (int i = 0; i < 5; i++) {
		u64 t;

		up_again();
		t = wait_for_rs(10 * SEC);
		cr_assert(t > 0 && t <= 3 * SEC);
		cr_assert_neq(t, first);
		first = t;
	}
}

/* Who does not listen does not ask; lo never does. */
Test(rs, not_asked)
{
	static const char *const rows[][2] = {
		{ "accept_ra", "0" }, { "router_solicitations", "0" }, { "addr_gen_mode", "1" },
		{ "disable_ipv6", "1" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		set(rows[i][0], rows[i][1]);
		up_again();
		cr_assert_eq(wait_for_rs(1000 * SEC), 0, "%s", rows[i][0]);
		set(rows[i][0], i == 0 ? "1" : i == 1 ? "-1" : "0");
	}
	sysctl_set(n.net, "net.ipv6.conf.lo.accept_ra", "1");
	dev_close(n.lo);
	dev_open(n.lo);
	dev_close(n.dev);
	ipnet_tx_drop(&n);
	cr_assert_eq(wait_for_rs(1000 * SEC), 0);
	cr_assert_eq(n.net->mib[MIB_Icmp6_OutRouterSolicits], 0);
	/* accept_ra 2 is enough; an address that was there before the interface came up serves */
	set("accept_ra", "2");
	set("addr_gen_mode", "1");
	ipnet_prefix(&n, "fe80::77/64", 0);
	dev_open(n.dev);
	cr_assert_neq(wait_for_rs(10 * SEC), 0);
	cr_assert_eq(ipnet_l3(&n)[23], 0x77);
}

/* The first valid advertisement ends it; one before the first solicitation does not spare that (6.3.7) */
Test(rs, stops_on_an_advertisement)
{
	struct ra bad = { .hlim = 64, .lifetime = 1800 }, good = { .lifetime = 1800 };

	ra_rx(&good);
	cr_assert_neq(wait_for_rs(10 * SEC), 0);
	ra_rx(&bad);
	cr_assert_neq(wait_for_rs(10 * SEC), 0);
	ra_rx(&good);
	cr_assert_eq(wait_for_rs(100000 * SEC), 0);
	up_again();
	cr_assert_neq(wait_for_rs(10 * SEC), 0);	/* asked anew */
	dev_close(n.dev);
	ipnet_tx_drop(&n);
	cr_assert_eq(wait_for_rs(100 * SEC), 0);
}

/* RFC 4861 6.3.7: a link that is there again, or at last, may have another router: no waiting for an hour */
Test(rs, asks_a_new_link)
{
	struct ra ra = { .lifetime = 1800 };

	cr_assert_neq(wait_for_rs(10 * SEC), 0);
	ra_rx(&ra);
	dev_set_carrier(n.dev, false);
	cr_assert_eq(wait_for_rs(1000 * SEC), 0);
	dev_set_carrier(n.dev, true);
	cr_assert_neq(wait_for_rs(1100 * NSEC_PER_MSEC), 0);
	cr_assert_neq(wait_for_rs(5 * SEC), 0);
	fixture_advance(n.net, 20000 * SEC);
	dev_set_carrier(n.dev, false);
	dev_set_carrier(n.dev, true);
	ipnet_tx_drop(&n);
	cr_assert_neq(wait_for_rs(1100 * NSEC_PER_MSEC), 0);
	cr_assert_neq(wait_for_rs(5 * SEC), 0);
}

/* Values that mean nothing, or would flood the link. */
Test(rs, sysctl_values)
{
	cr_assert_eq(set_of("accept_ra", "3"), -EINVAL);
	cr_assert_eq(set_of("router_solicitations", "-2"), -EINVAL);
	cr_assert_eq(set_of("router_solicitation_interval", "0"), -EINVAL);
	cr_assert_eq(set_of("router_solicitation_max_interval", "0"), -EINVAL);
	cr_assert_eq(set_of("accept_ra_rt_info_max_plen", "129"), -EINVAL);
	cr_assert_eq(set_of("ra_defrtr_metric", "0"), -EINVAL);
	cr_assert_eq(set_of("router_solicitation_max_interval", "2147483647"), 0);
	cr_assert_eq(set_of("router_solicitation_interval", "2147483647"), 0);
	up_again();
	cr_assert_neq(wait_for_rs(10 * SEC), 0);
	cr_assert_eq(wait_for_rs(1000000 * SEC), 0);
}

/* -- advertisements --------------------------------------------------------------------------------- */

/* ND-01 ND-04 ND-32 ATK-OFF-09 ATK-OFF-24: an advertisement that is not valid changes nothing */
Test(ra, invalid)
{
	static const struct {
		struct ra ra;
		enum skb_drop_reason reason;
	} rows[] = {
		{ { .hlim = 254 }, SKB_DROP_IPV6_NDISC_HOP_LIMIT },
		{ { .code = 1 }, SKB_DROP_IPV6_NDISC_BAD_CODE },
		{ { .from = "fd00::9" }, SKB_DROP_IPV6_NDISC_BAD_SOURCE },
		{ { .from = "2001:db8::1" }, SKB_DROP_IPV6_NDISC_BAD_SOURCE },
		{ { .from = "::" }, SKB_DROP_IPV6_NDISC_BAD_SOURCE },
		{ { .cut = 1 }, SKB_DROP_PKT_TOO_SMALL },
		{ { .opts = { 1, 0 }, .len = 8 }, SKB_DROP_IPV6_NDISC_BAD_OPTIONS },	/* length 0 */
		{ { .opts = { 1, 2 }, .len = 8 }, SKB_DROP_IPV6_NDISC_BAD_OPTIONS },	/* past the end */
		{ { .opts = { 200, 255 }, .len = 800 }, SKB_DROP_IPV6_NDISC_BAD_OPTIONS },
		{ { .opts = { 5, 1 }, .len = 9 }, SKB_DROP_IPV6_NDISC_BAD_OPTIONS },	/* one octet */
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ra ra = rows[i].ra;
		u64 drops = n.net->drops[rows[i].reason], errors = n.net->mib[MIB_Icmp6_InErrors];

		ra.lifetime = 1800;
		ra.hops = 77;
		ra_rx(&ra);
		cr_assert_str_eq(via("2001:db8::1"), "none", "row %u", i);
		cr_assert_eq(n.net->drops[rows[i].reason], drops + 1, "row %u", i);
		cr_assert_eq(n.net->mib[MIB_Icmp6_InErrors], errors + 1, "row %u", i);
		cr_assert_eq(hops(), 64, "row %u", i);
	}
	cr_assert_eq(n.net->mib[MIB_Icmp6_InRouterAdvertisements], ARRAY_SIZE(rows));
	cr_assert_eq(n.net->mib[MIB_Icmp6_InType134], ARRAY_SIZE(rows));
}

/* A checksum that is wrong never gets so far. */
Test(ra, checksum)
{
	u8 msg[16] = { 134, 0, 0x12, 0x34, 64, 0, 7, 8 };
	struct pkt6 p = { .saddr = "fe80::9", .daddr = "ff02::1", .nexthdr = IP_PROTO_ICMPV6, .hlim = 255,
			  .payload = msg, .len = sizeof(msg) };

	pkt6_rx(&n, &p);
	cr_assert_eq(n.net->drops[SKB_DROP_ICMP_CSUM], 1);
	cr_assert_str_eq(via("2001:db8::1"), "none");
}

/* ND-14: a lifetime, renewed; zero removes; then the next one; a router without any prefix is one */
Test(ra, router_lifetime)
{
	struct ra a = { .lifetime = 60 }, b = { .from = "fe80::8", .lifetime = 90 };

	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::9");
	cr_assert_eq(ra_routes().flags,
		     (u32)(FIB_F_DEFAULT | FIB_F_ADDRCONF | FIB_F_EXPIRES));
	fixture_advance(n.net, 59 * SEC);
	ra_rx(&a);
	ra_rx(&b);
	fixture_advance(n.net, 59 * SEC);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::9");
	fixture_advance(n.net, 2 * SEC);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::8");
	ra_rx(&a);
	b.lifetime = 0;
	ra_rx(&b);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::9");
	cr_assert_eq(ra_routes().nr, 1);
	fixture_advance(n.net, 61 * SEC);
	cr_assert_str_eq(via("2001:db8::1"), "none");
	cr_assert_eq(ra_routes().nr, 0);
}

/* The switches of the parts; a router that we configured stays whatever is advertised. */
Test(ra, switches)
{
	struct fib_route r = { .dst = { .family = INET_FAMILY_6 }, .gw = ipnet_addr("fe80::9"),
			       .dev = n.dev, .type = RTN_UNICAST };
	struct ra a = { .lifetime = 60 };

	set("accept_ra_defrtr", "0");
	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "none");
	set("accept_ra_defrtr", "1");
	set("accept_ra_min_lft", "61");
	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "none");
	set("accept_ra_min_lft", "0");
	a.from = "fe80::ff:fe00:1";		/* our own */
	fixture_advance(n.net, 3 * SEC);
	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "none");
	set("accept_ra_from_local", "1");
	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::ff:fe00:1");
	a.lifetime = 0;
	ra_rx(&a);
	set("accept_ra", "0");
	a = (struct ra){ .lifetime = 60 };
	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "none");
	set("accept_ra", "2");
	cr_assert_eq(fib_route_add(n.net, &r), 0);
	ra_rx(&a);
	a.lifetime = 0;
	ra_rx(&a);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::9");
	cr_assert_eq(fib_route_del(n.net, &r), 0);
	cr_assert_str_eq(via("2001:db8::1"), "none");
}

/* ND-19: high, medium, low; a reserved preference is medium; none counts where they are not wanted */
Test(ra, preferences)
{
	struct ra low = { .from = "fe80::a", .lifetime = 600, .flags = ND_RA_PREF_LOW };
	struct ra odd = { .from = "fe80::b", .lifetime = 600, .flags = ND_RA_PREF_INVALID };
	struct ra med = { .from = "fe80::c", .lifetime = 600 };
	struct ra high = { .from = "fe80::d", .lifetime = 600, .flags = ND_RA_PREF_HIGH };

	ra_rx(&low);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::a");
	ra_rx(&odd);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::b");
	ra_rx(&med);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::b");
	ra_rx(&high);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::d");
	high.flags = ND_RA_PREF_LOW;		/* has changed its mind */
	ra_rx(&high);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::b");
	cr_assert_eq(ra_routes().nr, 4);
	set("accept_ra_rtr_pref", "0");
	up_again();
	ra_rx(&low);
	high.flags = ND_RA_PREF_HIGH;
	ra_rx(&high);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::a");
}

/* ND-19: more specific routes, within the lengths that are wanted */
Test(ra, route_information)
{
	struct ra ra = { .lifetime = 600 }, other = { .from = "fe80::8" };

	opt_route(&other, 2, "2001:db8:1::", 48, 0, 300);
	opt_route(&other, 3, "2001:db8:2:3:4::", 80, 0, 300);
	opt_route(&other, 2, "2001:db8:4::", 80, 0, 300);	/* too short an option for 80 */
	opt_route(&other, 2, "2001:db8:5::", 48, ND_RA_PREF_INVALID, 300);
	ra_rx(&ra);
	ra_rx(&other);
	cr_assert_str_eq(via("2001:db8:1::1"), "fe80::9", "none is wanted");
	set("accept_ra_rt_info_max_plen", "128");
	set("accept_ra_rt_info_min_plen", "49");
	ra_rx(&other);
	cr_assert_str_eq(via("2001:db8:1::1"), "fe80::9");
	cr_assert_str_eq(via("2001:db8:2:3:4::1"), "fe80::8");
	set("accept_ra_rt_info_min_plen", "0");
	ra_rx(&other);
	cr_assert_str_eq(via("2001:db8:1::1"), "fe80::8");
	cr_assert_str_eq(via("2001:db8:4::1"), "fe80::9");
	cr_assert_str_eq(via("2001:db8:5::1"), "fe80::9");
	cr_assert(ra_routes().flags & FIB_F_ROUTEINFO);
	fixture_advance(n.net, 301 * SEC);
	cr_assert_str_eq(via("2001:db8:1::1"), "fe80::9");
	/* ::/0 is the router's own */
	other.len = 0;
	opt_route(&other, 1, "::", 0, ND_RA_PREF_HIGH, 0xffffffff);
	ra_rx(&other);
	cr_assert_str_eq(via("2001:db8:1::1"), "fe80::8");
	fixture_advance(n.net, 100000 * SEC);
	cr_assert_str_eq(via("2001:db8:1::1"), "fe80::8");
	cr_assert_eq(ra_routes().nr, 1);
}

/* ND-13, ND-15: what is zero or out of range says nothing */
Test(ra, parameters)
{
	const struct neigh_parms *p = parms_of_t0();
	struct ra ra = { .hops = 50, .retrans = 2000, .reachable = 60000 };
	struct ra bad[] = { { .hops = 0 }, { .hops = 4 }, { .retrans = 3600001, .reachable = 3600001 } };
	static const u32 mtus[] = { 1279, 1501, 0, 0xffffffff };

	opt_mtu(&ra, 1400);
	ra_rx(&ra);
	cr_assert_eq(hops(), 50);
	cr_assert_eq(p->retrans_ns, 2 * SEC);
	cr_assert_eq(p->base_reachable_ns, 60 * SEC);
	cr_assert_eq(p->gc_stale_ns, 180 * SEC);
	cr_assert_str_eq(get_of("mtu"), "1400");
	set("accept_ra_min_hop_limit", "5");
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		ra_rx(&bad[i]);
	for (u32 i = 0; i < ARRAY_SIZE(mtus); i++) {
		struct ra m = { 0 };

		opt_mtu(&m, mtus[i]);
		ra_rx(&m);
	}
	cr_assert_eq(hops(), 50);
	cr_assert_eq(p->retrans_ns, 2 * SEC);
	cr_assert_eq(p->base_reachable_ns, 60 * SEC);
	cr_assert_str_eq(get_of("mtu"), "1400");
	ra = (struct ra){ .retrans = 1, .reachable = 1 };
	ra_rx(&ra);
	cr_assert_eq(p->retrans_ns, 10 * NSEC_PER_MSEC);
	cr_assert_eq(p->base_reachable_ns, 100 * NSEC_PER_MSEC);
	up_again();
	cr_assert_str_eq(get_of("mtu"), "1500", "of another network, perhaps");
	set("accept_ra_mtu", "0");
	opt_mtu(&ra, 1400);
	ra_rx(&ra);
	cr_assert_str_eq(get_of("mtu"), "1500");
}

/* RFC 4861 6.3.4: the router's link-layer address; RFC 4861 7.2.5, ND-08: it says that it is none any more */
Test(ra, router_as_a_neighbour)
{
	struct ra ra = { .lifetime = 600 };
	u8 na[32] = { 136, [4] = 0x60, [24] = 2, 1, 2, 0, 0, 0, 0, 9 };
	struct pkt6 p = { .saddr = "fe80::9", .daddr = "fe80::ff:fe00:1", .nexthdr = IP_PROTO_ICMPV6,
			  .hlim = 255, .payload = na, .len = 32 };
	union inet_addr router = ipnet_addr("fe80::9");
	struct neighbour *e;

	fixture_advance(n.net, 3 * SEC);
	opt_slla(&ra, ipnet_peer);
	ra_rx(&ra);
	e = neigh_lookup(&n.net->ipv6.nd_tbl, router.b, n.dev);
	cr_assert_not_null(e);
	cr_assert_eq(e->nud_state, NUD_STALE);
	cr_assert_eq(e->flags & NTF_ROUTER_NS, NTF_ROUTER_NS);
	cr_assert_arr_eq(e->ha, ipnet_peer, 6);
	na[4] |= 0x80;
	memcpy(na + 8, router.b, 16);
	icmp6_csum(&p, na, 32);
	pkt6_rx(&n, &p);
	cr_assert_eq(e->nud_state, NUD_REACHABLE);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::9");
	na[4] &= 0x7f;
	icmp6_csum(&p, na, 32);
	pkt6_rx(&n, &p);
	cr_assert_eq(e->flags & NTF_ROUTER_NS, 0);
	cr_assert_str_eq(via("2001:db8::1"), "none");
	neigh_release(e);
}

static void send_one(void)
{
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("2001:db8::1"), .proto = 200 };
	struct sk_buff *skb = alloc_skb(n.net, 200);
	struct dst_entry *dst;

	skb_reserve(skb, SKB_HEADROOM);
	memset(skb_put(skb, 8), 7, 8);
	cr_assert_eq(n.net->ip.af[1]->route_output(n.net, &fl, &dst), 0);
	n.net->ip.af[1]->xmit(n.net, NULL, skb, &fl, dst, NULL);
	dst_release(dst);
}

/* ND-20: who cannot be reached is passed over, whatever its preference; they take turns when none can be;
 * one that is there again has its place again */
Test(ra, unreachable_router)
{
	struct ra best = { .from = "fe80::a", .lifetime = 9000, .flags = ND_RA_PREF_HIGH };
	struct ra next = { .from = "fe80::b", .lifetime = 9000 };
	struct ra last = { .from = "fe80::c", .lifetime = 9000 };

	ipnet_prefix(&n, "2001:db8:77::1/64", IFA_FLAG_NODAD);
	fixture_advance(n.net, 3 * SEC);
	ra_rx(&best);
	ra_rx(&next);
	ra_rx(&last);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::a");
	send_one();
	fixture_advance(n.net, 4 * SEC);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::b");
	send_one();
	fixture_advance(n.net, 4 * SEC);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::c");
	send_one();
	fixture_advance(n.net, 4 * SEC);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::a", "none can be reached: the best first");
	send_one();
	fixture_advance(n.net, 4 * SEC);
	ipnet_tx_drop(&n);
	/* it is asked again, by and by, and answers; then it is the best again */
	fixture_advance(n.net, 70 * SEC);
	cr_assert_gt(ipnet_tx_count(&n), 0);
	cr_assert_not_null(ipnet_tx_icmp6(&n));
	ipnet_tx_drop(&n);
	opt_slla(&next, ipnet_peer);
	ra_rx(&next);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::b");
	opt_slla(&best, ipnet_peer);
	ra_rx(&best);
	cr_assert_str_eq(via("2001:db8::1"), "fe80::a");
}

/* A lifetime that ends while nobody can be reached ends the probes, too. */
Test(ra, probes_end)
{
	struct ra ra = { .from = "fe80::a", .lifetime = 100 };

	ipnet_prefix(&n, "2001:db8:77::1/64", IFA_FLAG_NODAD);
	fixture_advance(n.net, 3 * SEC);
	ra_rx(&ra);
	send_one();
	fixture_advance(n.net, 200 * SEC);
	ipnet_tx_drop(&n);
	fixture_advance(n.net, 1000 * SEC);
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* ND-30 ATK-FLD-15: floods of routers and of routes are bounded; they are all gone with the device's up */
Test(ra, floods_are_bounded)
{
	char text[40];

	set("accept_ra_rt_info_max_plen", "128");
	for (u32 i = 0; i < 3000; i++) {
		struct ra ra = { .from = text, .lifetime = 9000 };
		char prefix[40];

		snprintf(text, sizeof(text), "fe80::%x", i + 0x100);
		snprintf(prefix, sizeof(prefix), "2001:db8:%x::", i);
		opt_route(&ra, 2, prefix, 48, 0, 9000);
		opt_prefix(&ra, prefix, 48, ND_PREFIX_ONLINK, 9000, 9000);
		opt_slla(&ra, ipnet_peer);
		ra_rx(&ra);
		ipnet_tx_drop(&n);
	}
	cr_assert_eq(ra_routes().nr, 64);
	cr_assert_leq(n.net->ipv6.nd_tbl.entries, 1024);
	dev_close(n.dev);
	cr_assert_eq(ra_routes().nr, 0);
}
