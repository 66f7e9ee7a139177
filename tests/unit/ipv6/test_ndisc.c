/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbour discovery: validation, solicitations, advertisements, DAD, redirects, sources. */
#include <errno.h>

#include "tests/unit/ip/ipnet.h"

static struct ipnet n;

static void setup(void)
{
	ipnet_new(&n, 41);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(ndisc, .init = setup, .fini = teardown);

static const u8 peer2[6] = { 2, 0, 0, 0, 0, 0x22 };

struct nd {
	const char *saddr, *daddr, *target;
	u8 type, hlim, code;
	u32 flags;
	const u8 *lladdr;	/* SLLA or TLLA by type */
	u8 optlen;		/* overrides the option's length if not 0; 255: zero */
	u32 cut;
};

static void rx(const struct nd *m)
{
	u8 msg[64] = { m->type, m->code };
	struct pkt6 p = { .saddr = m->saddr, .daddr = m->daddr, .nexthdr = IP_PROTO_ICMPV6,
			  .hlim = m->hlim ?: 255, .payload = msg, .len = 24 };
	union inet_addr t = ipnet_addr(m->target);

	put_be32(msg + 4, m->flags);
	memcpy(msg + 8, t.b, 16);
	if (m->lladdr) {
		msg[24] = m->type == ICMP6_TYPE_NEIGH_ADVERT ? ND_OPT_T_TLLA : ND_OPT_T_SLLA;
		msg[25] = m->optlen == 255 ? 0 : m->optlen ?: 1;
		eth_addr_copy(msg + 26, m->lladdr);
		p.len = 32;
	}
	p.len -= m->cut;
	icmp6_csum(&p, msg, p.len);
	pkt6_rx(&n, &p);
}

static u8 state_of(const char *addr, u8 *ha, u8 *flags)
{
	union inet_addr a = ipnet_addr(addr);
	struct neighbour *e = neigh_lookup(&n.net->ipv6.nd_tbl, a.b, n.dev);
	u8 state = NUD_NONE;

	if (!e)
		return state;
	state = e->nud_state;
	if (ha)
		memcpy(ha, e->ha, 6);
	if (flags)
		*flags = e->flags;
	neigh_release(e);
	return state;
}

/* ND-06, ND-34 */
Test(ndisc, solicitation_is_answered)
{
	static const char *const to[] = { "ff02::1:ff00:1", "fd00::1" };
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	const struct nd_na_msg *na;
	u8 ha[6];

	for (u32 i = 0; i < 2; i++) {
		struct nd m = { .type = 135, .saddr = "fd00::2", .daddr = to[i],
				.target = "fd00::1", .lladdr = ipnet_peer };

		rx(&m);
		na = (const struct nd_na_msg *)ipnet_tx_icmp6(&n);
		cr_assert_not_null(na);
		cr_assert_eq(na->type, ICMP6_TYPE_NEIGH_ADVERT);
		/* who asks by unicast knows our link-layer address: it is not told, and overrides nothing */
		cr_assert_eq(be32_get(na->flags),
			     (u32)ND_NA_SOLICITED | (i ? 0 : (u32)ND_NA_OVERRIDE));
		cr_assert_eq(h->hop_limit, 255);
		cr_assert_eq(n.len, ETH_HLEN + 40 + (i ? 24 : 32));
		if (!i)
			cr_assert_arr_eq((const u8 *)(na + 1) + 2, ipnet_mac, 6);
		cr_assert_arr_eq(n.frame, ipnet_peer, 6);
		/* STALE, and the answer used it */
		cr_assert_eq(state_of("fd00::2", ha, NULL), NUD_DELAY);
		cr_assert_arr_eq(ha, ipnet_peer, 6);
	}
}

/* ND-01, ND-02, ND-32, ATK-OFF-23 */
Test(ndisc, invalid_solicitations)
{
	static const struct nd rows[] = {
		{ .hlim = 254 }, { .code = 1 }, { .optlen = 255 }, { .optlen = 2 }, { .cut = 16 },
		{ .target = "ff02::1" }, { .target = "fd00::77" },
		{ .saddr = "::", .daddr = "ff02::1:ff00:1" },		/* with SLLA */
		{ .saddr = "::", .daddr = "ff02::1" },
		{ .saddr = "::", .daddr = "fd00::1" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nd m = rows[i];

		m.type = 135;
		m.saddr = m.saddr ?: "fd00::2";
		m.daddr = m.daddr ?: "ff02::1:ff00:1";
		m.target = m.target ?: "fd00::1";
		m.lladdr = i < 8 ? ipnet_peer : NULL;
		rx(&m);
		cr_assert_eq(ipnet_tx_count(&n), 0, "row %u", i);
		cr_assert_eq(state_of("fd00::2", NULL, NULL), NUD_NONE, "row %u", i);
	}
}

/* IP6-17, RFC 6980 */
Test(ndisc, not_in_fragments)
{
	u8 msg[40] = { IP_PROTO_ICMPV6, [8] = 135 };
	struct pkt6 p = { .nexthdr = 44, .hlim = 255, .payload = msg, .len = 32 };
	struct pkt6 inner = { .len = 24 };
	union inet_addr t = ipnet_addr("fd00::1");

	memcpy(msg + 16, t.b, 16);
	icmp6_csum(&inner, msg + 8, 24);
	pkt6_rx(&n, &p);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_eq(n.net->drops[SKB_DROP_IPV6_NDISC_FRAG], 1);
}

static int send_to(const char *daddr, u32 oif)
{
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr(daddr), .proto = 200,
			    .oif = oif };
	struct sk_buff *skb = alloc_skb(n.net, 200);
	struct dst_entry *dst;
	int err = n.net->ip.af[1]->route_output(n.net, &fl, &dst);

	if (err) {
		consume_skb(skb);
		return err;
	}
	skb_reserve(skb, SKB_HEADROOM);
	memset(skb_put(skb, 8), 7, 8);
	err = n.net->ip.af[1]->xmit(n.net, NULL, skb, &fl, dst, NULL);
	dst_release(dst);
	fixture_settle(n.net);
	return err;
}

/* ND-05 */
Test(ndisc, resolution)
{
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	static const u8 group_mac[6] = { 0x33, 0x33, 0xff, 0, 0, 5 };
	struct nd na = { .type = 136, .saddr = "fd00::5", .daddr = "fd00::1",
			 .target = "fd00::5", .flags = (u32)ND_NA_SOLICITED | (u32)ND_NA_OVERRIDE,
			 .lladdr = peer2 };
	const struct nd_ns_msg *ns;

	send_to("fd00::5", 0);
	ns = (const struct nd_ns_msg *)ipnet_tx_icmp6(&n);
	cr_assert_not_null(ns);
	cr_assert_eq(ns->type, ICMP6_TYPE_NEIGH_SOLICIT);
	cr_assert_arr_eq(n.frame, group_mac, 6);
	cr_assert_eq(h->saddr.b[0], 0xfd);
	cr_assert_eq(h->hop_limit, 255);
	cr_assert_arr_eq((const u8 *)(ns + 1) + 2, ipnet_mac, 6);
	rx(&na);
	cr_assert(ipnet_tx(&n));
	cr_assert_arr_eq(n.frame, peer2, 6);
	cr_assert_eq(h->nexthdr, 200);
	cr_assert_eq(state_of("fd00::5", NULL, NULL), NUD_REACHABLE);
	/* three tries a second apart, then the sender is told */
	send_to("fd00::6", 0);
	fixture_advance(n.net, 10 * NSEC_PER_SEC);
	cr_assert_eq(ipnet_tx_count(&n), 3);
	cr_assert_eq(n.net->mib[MIB_Icmp6_InDestUnreachs], 1);
}

/* A neighbour that was not heard of for a while is probed: by unicast, from our link-local address. */
Test(ndisc, probe_of_a_neighbour)
{
	struct nd ask = { .type = 135, .saddr = "fd00::2", .daddr = "fd00::1", .target = "fd00::1",
			  .lladdr = ipnet_peer };
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	const struct nd_ns_msg *ns;
	union inet_addr to = ipnet_addr("fd00::2"), from;

	rx(&ask);
	cr_assert_not_null(ipnet_tx_icmp6(&n));
	fixture_advance(n.net, 5500 * NSEC_PER_MSEC);
	ns = (const struct nd_ns_msg *)ipnet_tx_icmp6(&n);
	cr_assert_not_null(ns);
	cr_assert_eq(ns->type, ICMP6_TYPE_NEIGH_SOLICIT);
	cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	cr_assert_arr_eq(h->daddr.b, to.b, 16);
	from = inet_addr_from6(h->saddr.b);
	cr_assert(inet_addr_is_linklocal(&from));
}

static void set_conf(const char *key, const char *value, int want)
{
	char name[64];

	snprintf(name, sizeof(name), "net.ipv6.conf.%s.%s", n.dev->name, key);
	cr_assert_eq(sysctl_set(n.net, name, value), want);
}

/* net.ipv6.conf.DEV.force_tllao and ndisc_tclass */
Test(ndisc, more_in_an_advertisement)
{
	struct nd m = { .type = 135, .saddr = "fd00::2", .daddr = "fd00::1", .target = "fd00::1",
			.lladdr = ipnet_peer };
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	const struct nd_na_msg *na;

	set_conf("force_tllao", "1", 0);
	set_conf("ndisc_tclass", "192", 0);
	rx(&m);
	na = (const struct nd_na_msg *)ipnet_tx_icmp6(&n);
	cr_assert_not_null(na);
	cr_assert_eq(n.len, ETH_HLEN + 40 + 32);
	cr_assert_eq(*(const u8 *)(na + 1), ND_OPT_T_TLLA);
	cr_assert_arr_eq((const u8 *)(na + 1) + 2, ipnet_mac, 6);
	cr_assert_eq(be32_get(na->flags), (u32)ND_NA_SOLICITED);
	cr_assert_eq(be32_get(h->ver_tc_flow) >> 20, 0x6c0);
	set_conf("ndisc_tclass", "256", -EINVAL);
}

/* What failed is no entry: an advertisement makes none. */
Test(ndisc, advertisement_after_failure)
{
	struct nd na = { .type = 136, .saddr = "fd00::6", .daddr = "fd00::1", .target = "fd00::6",
			 .flags = (u32)ND_NA_SOLICITED | (u32)ND_NA_OVERRIDE, .lladdr = peer2 };

	send_to("fd00::6", 0);
	fixture_advance(n.net, 4 * NSEC_PER_SEC);
	cr_assert_eq(state_of("fd00::6", NULL, NULL), NUD_FAILED);
	rx(&na);
	cr_assert_eq(state_of("fd00::6", NULL, NULL), NUD_FAILED);
}

/* ND-03, ND-07 (the cells are core's), ND-08's flag, ND-11 */
Test(ndisc, advertisements)
{
	struct nd na = { .type = 136, .saddr = "fd00::5", .daddr = "fd00::1",
			 .target = "fd00::5", .lladdr = peer2, .flags = (u32)ND_NA_SOLICITED };
	struct nd ns = { .type = 135, .saddr = "fd00::5", .daddr = "fd00::1",
			 .target = "fd00::1", .lladdr = ipnet_peer };
	u8 ha[6], flags = 0;

	rx(&na);
	cr_assert_eq(state_of("fd00::5", ha, NULL), NUD_NONE);	/* creates nothing */
	rx(&ns);
	rx(&na);		/* other address, no override: nothing is believed */
	cr_assert_eq(state_of("fd00::5", ha, NULL), NUD_DELAY);
	cr_assert_arr_eq(ha, ipnet_peer, 6);
	na.flags = (u32)ND_NA_SOLICITED | (u32)ND_NA_OVERRIDE | ND_NA_ROUTER;
	rx(&na);
	cr_assert_eq(state_of("fd00::5", ha, &flags), NUD_REACHABLE);
	cr_assert_arr_eq(ha, peer2, 6);
	cr_assert(flags & 0x80);
	na.lladdr = ipnet_peer;
	na.daddr = "ff02::1";	/* solicited, to a group */
	rx(&na);
	na.daddr = "fd00::1";
	na.target = "ff02::1";
	rx(&na);
	na.target = "fd00::5";
	na.hlim = 64;
	rx(&na);
	state_of("fd00::5", ha, NULL);
	cr_assert_arr_eq(ha, peer2, 6);
}

static const struct ip_ifaddr *ifa_of(const char *addr)
{
	union inet_addr a = ipnet_addr(addr);

	return inet_ifaddr_find(n.net, &a, n.dev);
}

/* ND-24, IP6-31: one solicitation from ::, a second of silence, then the address is ours */
Test(ndisc, dad)
{
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	static const u8 group_mac[6] = { 0x33, 0x33, 0xff, 0, 0, 9 };
	union inet_addr a = ipnet_addr("fd00::9");
	const struct icmp6_hdr *ns;
	struct nd ask = { .type = 135, .saddr = "fd00::2", .daddr = "ff02::1:ff00:9",
			  .target = "fd00::9", .lladdr = ipnet_peer };

	ipnet_prefix(&n, "fd00::9/64", 0);
	cr_assert(dev_mc_wanted(n.dev, group_mac));
	cr_assert_not(n.net->ip.af[1]->addr_is_local(n.net, &a));
	rx(&ask);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	fixture_advance(n.net, NSEC_PER_SEC);
	ns = ipnet_tx_icmp6(&n);
	cr_assert_not_null(ns);
	cr_assert_eq(ns->type, ICMP6_TYPE_NEIGH_SOLICIT);
	cr_assert(ip6_addr_is_any(&h->saddr));
	cr_assert_arr_eq(n.frame, group_mac, 6);
	cr_assert_eq(((const u8 *)ns)[24], ND_OPT_T_NONCE);
	fixture_advance(n.net, 2 * NSEC_PER_SEC);
	cr_assert(n.net->ip.af[1]->addr_is_local(n.net, &a));
	cr_assert_eq(ipnet_tx_count(&n), 0);
	rx(&ask);
	cr_assert_not_null(ipnet_tx_icmp6(&n));
}

/* ND-25, ND-26 ATK-FLD-17: denied is denied; the others go on, and nothing is tried for ever */
Test(ndisc, dad_conflicts)
{
	struct nd by_ns = { .type = 135, .saddr = "::", .daddr = "ff02::1:ff00:9",
			    .target = "fd00::9" };
	struct nd by_na = { .type = 136, .saddr = "fd00::a", .daddr = "ff02::1",
			    .target = "fd00::a", .lladdr = peer2,
			    .flags = (u32)ND_NA_OVERRIDE };

	ipnet_prefix(&n, "fd00::9/64", 0);
	ipnet_prefix(&n, "fd00::a/64", 0);
	ipnet_prefix(&n, "fd00::b/64", 0);
	fixture_advance(n.net, NSEC_PER_SEC);
	while (ipnet_tx_count(&n)) {		/* our own, looped back by the link */
		cr_assert_not_null(ipnet_tx_icmp6(&n));
		ipnet_rx_to(&n, n.frame, ETH_TYPE_IP6, ipnet_l3(&n), n.len - ETH_HLEN);
	}
	cr_assert_not(ifa_of("fd00::b")->ifa.flags & IFA_FLAG_DADFAILED);
	rx(&by_ns);
	rx(&by_na);
	cr_assert(ifa_of("fd00::9")->ifa.flags & IFA_FLAG_DADFAILED);
	cr_assert(ifa_of("fd00::a")->ifa.flags & IFA_FLAG_DADFAILED);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	cr_assert(ifa_of("fd00::9")->ifa.flags & IFA_FLAG_TENTATIVE);
	cr_assert_not(ifa_of("fd00::b")->ifa.flags & IFA_FLAG_TENTATIVE);
	while (ipnet_tx_count(&n))
		ipnet_tx_drop(&n);
	fixture_advance(n.net, 600 * NSEC_PER_SEC);
	cr_assert_eq(ipnet_tx_count(&n), 0);	/* who denies all addresses makes no traffic */
}

/* ND-25: a duplicate link-local address ends IPv6 on the device with accept_dad 2 */
Test(ndisc, dad_failure_of_link_local)
{
	struct nd by_na = { .type = 136, .saddr = "fe80::ff:fe00:1", .daddr = "ff02::1",
			    .target = "fe80::ff:fe00:1", .lladdr = peer2 };
	struct nd ask = { .type = 135, .saddr = "fd00::2", .daddr = "fd00::1",
			  .target = "fd00::1", .lladdr = ipnet_peer };

	dev_close(n.dev);
	sysctl_set(n.net, "net.ipv6.conf.all.accept_dad", "2");
	dev_open(n.dev);
	ipnet_prefix(&n, "fd00::1/64", IFA_FLAG_NODAD);
	rx(&by_na);
	ipnet_tx_drop(&n);
	rx(&ask);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_gt(n.net->drops[SKB_DROP_IPV6DISABLED], 0);
}

Test(ndisc, a_probe_for_our_address)
{
	struct nd m = { .type = 135, .saddr = "::", .daddr = "ff02::1:ff00:1",
			.target = "fd00::1" };
	const struct nd_na_msg *na;

	rx(&m);
	na = (const struct nd_na_msg *)ipnet_tx_icmp6(&n);
	cr_assert_not_null(na);
	cr_assert_eq(be32_get(na->flags), (u32)ND_NA_OVERRIDE);
	cr_assert_eq(ipnet_l3(&n)[24], 0xff);
}

/* ND-22 */
Test(ndisc, redirect)
{
	struct fib_route r = { .dst = { .family = INET_FAMILY_6 }, .gw = ipnet_addr("fe80::2"),
			       .dev = n.dev, .type = RTN_UNICAST };
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("2001:db8::9") };
	static const struct {
		const char *saddr, *target, *dest;
		bool ok;
	} rows[] = {
		{ "fd00::2", "fe80::3", "2001:db8::9", false },	/* not from a link-local */
		{ "fe80::7", "fe80::3", "2001:db8::9", false },	/* not our router for it */
		{ "fe80::2", "fd00::3", "2001:db8::9", false },	/* target neither */
		{ "fe80::2", "fe80::3", "ff0e::1", false },
		{ "fe80::2", "fe80::3", "2001:db8::9", true },
	};
	union inet_addr want = ipnet_addr("fe80::3");
	struct dst_entry *dst;
	u8 msg[48] = { 137 };

	cr_assert_eq(fib_route_add(n.net, &r), 0);
	cr_assert_eq(n.net->ip.af[1]->route_output(n.net, &fl, &dst), 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		union inet_addr t = ipnet_addr(rows[i].target), d = ipnet_addr(rows[i].dest);
		struct pkt6 p = { .saddr = rows[i].saddr, .daddr = "fd00::1", .hlim = 255,
				  .nexthdr = IP_PROTO_ICMPV6, .payload = msg, .len = 48 };

		memcpy(msg + 8, t.b, 16);
		memcpy(msg + 24, d.b, 16);
		msg[40] = ND_OPT_T_TLLA;
		msg[41] = 1;
		eth_addr_copy(msg + 42, peer2);
		icmp6_csum(&p, msg, 48);
		pkt6_rx(&n, &p);
		cr_assert_eq(inet_addr_equal(&rt_of(dst)->nexthop, &want), rows[i].ok, "row %u", i);
	}
	cr_assert_eq(state_of("fe80::3", NULL, NULL), NUD_STALE);
	dst_release(dst);
}

/* IP6-29: the rules of RFC 6724 5, pair by pair; expected is the one that wins */
Test(ndisc, source_selection)
{
	static const struct {
		const char *a, *b, *daddr, *expected;
	} rows[] = {
		{ "fd00::1", "fd00::2", "fd00::2", "fd00::2" },			/* 1 */
		{ "2001:db8::1", "fd00::1", "2001:db8:5::1", "2001:db8::1" },	/* 6 */
		{ "2001:db8::1", "fd00::1", "fd99::1", "fd00::1" },		/* 6 */
		{ "2001:db8::1", "2002:101:101::1", "2002:909:909::1", "2002:101:101::1" },
		{ "2001:db8:1::1", "2001:db8:2::1", "2001:db8:2::9", "2001:db8:2::1" },	/* 8 */
		{ "2001:db8:1::1", "2001:db8:2::1", "2001:db8:1::9", "2001:db8:1::1" },
		{ "2001:db8:1::1", NULL, "fe80::5", "fe80::ff:fe00:1" },	/* 2 */
		{ "2001:db8:1::1", NULL, "2001:db8:9::5", "2001:db8:1::1" },
		{ "2001:db8:1::1", NULL, "ff02::5", "fe80::ff:fe00:1" },
		{ "2001:db8:1::1", NULL, "ff0e::5", "2001:db8:1::1" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		union inet_addr d = ipnet_addr(rows[i].daddr), want = ipnet_addr(rows[i].expected);
		union inet_addr got;
		struct inet_prefix p;
		char text[INET_ADDRSTRLEN_NS], buf[64];

		inet_prefix_parse("fd00::1/64", &p);
		inet_ifaddr_del(n.net, n.dev, &p);
		for (int k = 0; k < 4; k++) {	/* in both orders */
			const char *addr = (k == 0 || k == 3) ? rows[i].a : rows[i].b;

			if (!addr)
				continue;
			snprintf(buf, sizeof(buf), "%s/64", addr);
			ipnet_prefix(&n, buf, IFA_FLAG_NODAD);
			if (k % 2 == 0 && rows[i].b)
				continue;
			cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &d, &got));
			inet_addr_ntop(&got, text, sizeof(text));
			cr_assert(inet_addr_equal(&got, &want), "row %u: %s", i, text);
			for (int j = 0; j < 2; j++) {
				const char *del = j ? rows[i].b : rows[i].a;

				if (!del)
					continue;
				snprintf(buf, sizeof(buf), "%s/64", del);
				inet_prefix_parse(buf, &p);
				inet_ifaddr_del(n.net, n.dev, &p);
			}
		}
		if (!rows[i].b) {
			snprintf(buf, sizeof(buf), "%s/64", rows[i].a);
			inet_prefix_parse(buf, &p);
			inet_ifaddr_del(n.net, n.dev, &p);
			ipnet_prefix(&n, buf, IFA_FLAG_NODAD);
			cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &d, &got));
			inet_addr_ntop(&got, text, sizeof(text));
			cr_assert(inet_addr_equal(&got, &want), "row %u: %s", i, text);
			inet_ifaddr_del(n.net, n.dev, &p);
		}
	}
}

/* ND-18: deprecated addresses are not chosen, tentative ones never */
Test(ndisc, deprecated_and_tentative_sources)
{
	union inet_addr d = ipnet_addr("2001:db8::99"), got, fd = ipnet_addr("fd00::1");
	union inet_addr a1 = ipnet_addr("2001:db8::1");

	ipnet_prefix(&n, "2001:db8::1/64", 0);
	cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &d, &got));
	cr_assert(inet_addr_equal(&got, &fd));
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &d, &got));
	cr_assert(inet_addr_equal(&got, &a1));
	inet_ifaddr_find(n.net, &a1, n.dev)->ifa.flags |= IFA_FLAG_DEPRECATED;
	cr_assert(n.net->ip.fam[1]->select_saddr(n.net, n.dev, &d, &got));
	cr_assert(inet_addr_equal(&got, &fd));
}

Test(ndisc, output)
{
	cr_assert_eq(send_to("::1", 0), 0);
	cr_assert_eq(send_to("fd00::1", 0), 0);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_eq(send_to("2001:db8::1", 0), -ENETUNREACH);
	cr_assert_eq(send_to("ff02::5", n.dev->ifindex), 0);
	cr_assert(ipnet_tx(&n));
	cr_assert_eq(ipnet_l3(&n)[7], 1);		/* hop limit */
	cr_assert_eq(ipnet_l3(&n)[8], 0xfe);		/* link-local source */
	cr_assert_eq(send_to("fe80::5", n.dev->ifindex), 0);
	cr_assert_not_null(ipnet_tx_icmp6(&n));
	cr_assert_eq(send_to("ff01::5", n.dev->ifindex), 0);
	cr_assert_eq(ipnet_tx_count(&n), 0);		/* IP6-28 */
}

/* IP6-10, IP6-18, IP6-24: the source cuts, with an id of its own, and the label stays */
Test(ndisc, fragments)
{
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("fd00::2"), .proto = 200,
			    .sport = 1, .dport = 2 };
	struct ip_xmit_opts o = { .ttl = -1, .allow_frag = true, .pmtudisc = 1 };
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(&n);
	const struct ip6_frag_hdr *fh = (const struct ip6_frag_hdr *)(h + 1);
	struct dst_entry *dst;
	u32 ids[2], labels[2];

	ipnet_know(&n, "fd00::2");
	cr_assert_eq(n.net->ip.af[1]->route_output(n.net, &fl, &dst), 0);
	for (int round = 0; round < 3; round++) {
		struct sk_buff *skb = alloc_skb(n.net, SKB_HEADROOM + 3000);
		u32 off = 0;

		skb_reserve(skb, SKB_HEADROOM);
		for (u32 i = 0; i < 3000; i++)
			*(u8 *)skb_put(skb, 1) = (u8)(i * 3);
		o.pmtudisc = round == 2 ? 2 : 1;
		cr_assert_eq(n.net->ip.af[1]->xmit(n.net, NULL, skb, &fl, dst, &o),
			     round == 2 ? -EMSGSIZE : 0);
		fixture_settle(n.net);
		while (round < 2 && off < 3000) {
			u32 len;

			cr_assert(ipnet_tx(&n));
			len = be16_get(h->payload_len) - 8u;
			cr_assert_eq(h->nexthdr, IP_PROTO_FRAGMENT);
			cr_assert_eq(fh->nexthdr, 200);
			cr_assert_eq(be16_get(fh->frag_off) & IP6_OFFMASK, off);
			cr_assert_eq(be16_get(fh->frag_off) & IP6_MF, off + len < 3000);
			for (u32 i = 0; i < len; i++)
				cr_assert_eq(((const u8 *)(fh + 1))[i], (u8)((off + i) * 3));
			off += len;
		}
		if (round < 2) {
			ids[round] = be32_get(fh->id);
			labels[round] = ip6_flowlabel(h);
		}
	}
	cr_assert_neq(ids[0], ids[1]);
	cr_assert_neq((u32)(ids[1] - ids[0]), 1);
	cr_assert_eq(labels[0], labels[1]);
	cr_assert_neq(labels[0], 0);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	dst_release(dst);
}

/* ATK-FLD-14: solicitations from a whole /64 leave no more entries than gc_thresh3 */
Test(ndisc, flood_of_senders_is_bounded)
{
	char from[40];

	for (int i = 0; i < 5000; i++) {
		struct nd m = { .type = 135, .saddr = from, .daddr = "fd00::1", .target = "fd00::1",
				.lladdr = peer2 };

		snprintf(from, sizeof(from), "fd00::7:%x", 1 + i);
		rx(&m);
		ipnet_tx_drop(&n);
	}
	cr_assert_leq(n.net->ipv6.nd_tbl.entries, 1024);
}
