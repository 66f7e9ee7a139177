/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 forwarding: what goes on and how it is changed, what does not and who is told; router or host. */
#include "tests/unit/ip/fwdnet.h"

enum { SINK = 200 }; /* a protocol that nobody here knows */

static const u8 data[2000] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static void setup(void)
{
	fwd_new();
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(ip6_forward, .init = setup, .fini = teardown);
TestSuite(ip6_router, .init = setup, .fini = teardown);

static const struct ip6_hdr *out(void)
{
	return (const struct ip6_hdr *)ipnet_l3(&n);
}

static const struct icmp6_hdr *expect_icmp(u8 type, u8 code, const char *what)
{
	const struct icmp6_hdr *icmp = ipnet_tx_icmp6(&n);

	cr_assert_not_null(icmp, "%s", what);
	cr_assert_eq(icmp->type, type, "%s: type %u", what, icmp->type);
	cr_assert_eq(icmp->code, code, "%s: code %u", what, icmp->code);
	return icmp;
}

/* IP6-03, IP6-33: as it came, but for the hop limit; what is behind the header is nobody's business */
Test(ip6_forward, goes_on_as_it_came)
{
	static const u8 exts[] = { IP_PROTO_NONE, SINK, IP_PROTO_ROUTING, IP_PROTO_FRAGMENT,
				   IP_PROTO_ESP };
	u64 sent = fwd_mib(MIB_Ip6_OutRequests);

	for (u32 i = 0; i < ARRAY_SIZE(exts); i++) {
		struct pkt6 p = { .daddr = "fd01::2",
				  .nexthdr = exts[i],
				  .hlim = 7,
				  .tclass = 0xb9,
				  .payload = data,
				  .len = 999 };
		u8 want[1100];
		u32 len = pkt6_make(want, &p);

		pkt6_rx(&n, &p);
		want[7] = 6;
		cr_assert(fwd_tx(t1));
		cr_assert_eq(n.len, ETH_HLEN + len);
		cr_assert_arr_eq(n.frame + ETH_HLEN, want, len);
		cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	}
	cr_assert_eq(fwd_count(t0) + fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip6_OutForwDatagrams), ARRAY_SIZE(exts));
	cr_assert_eq(fwd_mib(MIB_Ip6_InDelivers), 0);
	cr_assert_eq(fwd_mib(MIB_Ip6_OutRequests), sent);
}

/* As Linux: all's switch decides, or the device's own force_forwarding; ND-23 a host forwards nothing */
Test(ip6_forward, off)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = SINK };

	fwd_set("net.ipv6.conf.t0.forwarding", "0");
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1, "a host to its link, and forwards all the same");
	fwd_set("net.ipv6.conf.all.forwarding", "0");
	fwd_set("net.ipv6.conf.t0.forwarding", "1");
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
	cr_assert_eq(fwd_count(t0), 0);
	cr_assert_eq(fwd_mib(MIB_Ip6_InAddrErrors), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_IP_FORWARDING_OFF], 1);
	fwd_set("net.ipv6.conf.t1.force_forwarding", "1");
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1, "the device that it came by decides");
	fwd_set("net.ipv6.conf.t0.force_forwarding", "1");
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
	fwd_set("net.ipv6.conf.all.force_forwarding", "0");
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
}

/* IP6-20: hop limit 1 is for us to deliver, and not to forward */
Test(ip6_forward, hop_limit_runs_out)
{
	struct pkt6 p = {
		.daddr = "fd01::2", .nexthdr = SINK, .hlim = 1, .payload = data, .len = 64
	};
	u8 echo[16] = { ICMP6_TYPE_ECHO_REQUEST };
	struct pkt6 own = { .daddr = "fd01::1",
			    .nexthdr = IP_PROTO_ICMPV6,
			    .hlim = 1,
			    .payload = echo,
			    .len = sizeof(echo) };

	pkt6_rx(&n, &p);
	expect_icmp(ICMP6_TYPE_TIME_EXCEEDED, ICMP6_TIMEX_HOPLIMIT, "hop limit 1");
	cr_assert_eq(fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip6_InHdrErrors), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_IP_TTL], 1);
	icmp6_csum(&own, echo, sizeof(echo));
	pkt6_rx(&n, &own);
	expect_icmp(ICMP6_TYPE_ECHO_REPLY, 0, "our own");
}

/* IP6-10: routers never fragment */
Test(ip6_forward, larger_than_the_link)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = SINK, .payload = data, .len = 1400 };
	const struct icmp6_hdr *icmp;

	cr_assert_eq(dev_set_mtu(t1, 1300), 0);
	pkt6_rx(&n, &p);
	icmp = expect_icmp(ICMP6_TYPE_PKT_TOOBIG, 0, "1440 octets");
	cr_assert_eq(be32_get(icmp->un.mtu), 1300);
	cr_assert_eq(fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip6_InTooBigErrors), 1);
	cr_assert_eq(fwd_mib(MIB_Ip6_FragFails), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_PKT_TOO_BIG], 1);
	p.len = 1260;
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
}

/* A route's own MTU may be less than IPv6's least, which every link carries. */
Test(ip6_forward, least_mtu)
{
	struct fib_route r = { .dev = t1,
			       .type = RTN_UNICAST,
			       .gw = ipnet_addr("fd01::2"),
			       .metrics = { [RTAX_N_MTU] = 1000 } };
	struct pkt6 p = { .daddr = "fd99::2", .nexthdr = SINK, .payload = data, .len = 1240 };

	cr_assert(inet_prefix_parse("fd99::/64", &r.dst));
	cr_assert_eq(fib_route_add(n.net, &r), 0);
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
	p.len++;
	pkt6_rx(&n, &p);
	cr_assert_eq(be32_get(expect_icmp(ICMP6_TYPE_PKT_TOOBIG, 0, "1281 octets")->un.mtu), 1280);
}

struct refused {
	const char *saddr, *daddr;
	bool told; /* beyond scope */
};

/* IP6-25, IP6-27, IP6-28: a row per class of address that is not forwarded, with a default route for them */
Test(ip6_forward, addresses_that_stay)
{
	static const struct refused rows[] = {
		{ "::", "fd01::2", false },	  { "::1", "fd01::2", false },
		{ "ff02::1", "fd01::2", false },  { "::ffff:1.2.3.4", "fd01::2", false },
		{ "fe80::2", "fd01::2", true },	  { "fd00::2", "fe80::77", false },
		{ "fd00::2", "ff02::77", false }, { "fd00::2", "ff05::77", false },
		{ "fd00::2", "ff0e::77", false }, { "fd00::2", "ff01::77", false },
		{ "fd00::2", "::1", false },	  { "fd00::2", "::", false },
	};
	struct pkt6 good = { .daddr = "2001:db8::1", .nexthdr = SINK };

	fwd_route("::/0", "fd01::2", t1, RTN_UNICAST);
	ipnet_know(&n, "fe80::2");
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt6 p = { .saddr = rows[i].saddr, .daddr = rows[i].daddr, .nexthdr = SINK };

		pkt6_rx(&n, &p);
		cr_assert_eq(fwd_count(t1), 0, "%s > %s", rows[i].saddr, rows[i].daddr);
		if (rows[i].told)
			expect_icmp(ICMP6_TYPE_UNREACH, ICMP6_UNREACH_BEYOND_SCOPE, rows[i].saddr);
		cr_assert_eq(fwd_count(t0), 0, "%s > %s", rows[i].saddr, rows[i].daddr);
	}
	cr_assert_eq(fwd_mib(MIB_Ip6_OutForwDatagrams), 0);
	pkt6_rx(&n, &good);
	cr_assert_eq(fwd_count(t1), 1);
}

Test(ip6_forward, link_layer_multicast_stays)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = SINK };
	static const u8 mac[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	u8 buf[100];

	fwd_set("net.ipv6.conf.all.drop_unicast_in_l2_multicast", "0");
	ipnet_rx_to(&n, mac, ETH_TYPE_IP6, buf, pkt6_make(buf, &p));
	cr_assert_eq(fwd_count(t0) + fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip6_InDiscards), 1);
}

/* An address that we still ask about is nobody's, and not a neighbour's. */
Test(ip6_forward, tentative_address)
{
	struct pkt6 p = { .daddr = "fd01::77", .nexthdr = SINK };

	fwd_at(t1);
	ipnet_prefix(&n, "fd01::77/64", 0);
	fwd_at(t0);
	fwd_drop();
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t0) + fwd_count(t1), 0);
	cr_assert_eq(n.net->drops[SKB_DROP_IP_INVALID_DEST], 1);
}

struct unreach {
	u8 type, code;
	bool silent;
};

Test(ip6_forward, routes_that_refuse)
{
	static const struct unreach rows[] = {
		{ RTN_UNREACHABLE, ICMP6_UNREACH_NO_ROUTE, false },
		{ RTN_PROHIBIT, ICMP6_UNREACH_PROHIBITED, false },
		{ RTN_BLACKHOLE, 0, true },
	};
	struct pkt6 none = { .daddr = "2001:db8::1", .nexthdr = SINK, .payload = data, .len = 8 };

	pkt6_rx(&n, &none);
	expect_icmp(ICMP6_TYPE_UNREACH, ICMP6_UNREACH_NO_ROUTE, "no route");
	cr_assert_eq(fwd_mib(MIB_Ip6_InNoRoutes), 1);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		char prefix[40], daddr[40];
		struct pkt6 p = { .daddr = daddr, .nexthdr = SINK, .payload = data, .len = 8 };

		snprintf(prefix, sizeof(prefix), "2001:db8:%u::/64", i + 1);
		snprintf(daddr, sizeof(daddr), "2001:db8:%u::7", i + 1);
		fwd_route(prefix, NULL, NULL, rows[i].type);
		pkt6_rx(&n, &p);
		if (rows[i].silent)
			cr_assert_eq(fwd_count(t0), 0);
		else
			expect_icmp(ICMP6_TYPE_UNREACH, rows[i].code, daddr);
	}
	cr_assert_eq(n.net->drops[SKB_DROP_IP_INNOROUTES], 1 + ARRAY_SIZE(rows));
	cr_assert_eq(fwd_count(t1), 0);
}

Test(ip6_forward, next_hop_is_dead)
{
	struct pkt6 p = { .daddr = "fd01::77", .nexthdr = SINK, .payload = data, .len = 8 };

	pkt6_rx(&n, &p);
	cr_assert(fwd_tx(t1));
	cr_assert_eq(n.frame[ETH_HLEN + IP6_HLEN], ICMP6_TYPE_NEIGH_SOLICIT);
	cr_assert_eq(fwd_count(t0), 0);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	expect_icmp(ICMP6_TYPE_UNREACH, ICMP6_UNREACH_ADDRESS, "no answer");
}

/* IP6-07: options of each hop are looked at, within bounds; a fault is told to the source */
Test(ip6_forward, hop_by_hop)
{
	u8 hbh[16] = { SINK, 0, IP6_TLV_ROUTERALERT, 2, 0, 0, IP6_TLV_PADN, 0 };
	struct pkt6 p = {
		.daddr = "fd01::2", .nexthdr = IP_PROTO_HOPOPTS, .payload = hbh, .len = sizeof(hbh)
	};

	pkt6_rx(&n, &p);
	cr_assert(fwd_tx(t1));
	cr_assert_arr_eq(n.frame + ETH_HLEN + IP6_HLEN, hbh, sizeof(hbh));
	hbh[2] = 0x1e; /* unknown, to be skipped */
	pkt6_rx(&n, &p);
	cr_assert(fwd_tx(t1));
	hbh[2] = 0x9e; /* unknown, to be told of */
	pkt6_rx(&n, &p);
	expect_icmp(ICMP6_TYPE_PARAM_PROBLEM, ICMP6_PARAM_OPTION, "option");
	cr_assert_eq(fwd_count(t1), 0);
}

/* Redirects (RFC 4861 8.2): where the neighbour lives, or the better router by its link-local address */
Test(ip6_forward, redirects)
{
	struct pkt6 p = { .daddr = "2001:db8::1", .nexthdr = SINK, .payload = data, .len = 1300 };
	struct pkt6 near = {
		.daddr = "fd00:0:0:1::5", .nexthdr = SINK, .payload = data, .len = 13
	};
	union inet_addr target = ipnet_addr("fe80::3"), dest = ipnet_addr("2001:db8::1");
	union inet_addr from = ipnet_addr("fe80::ff:fe00:1");
	const struct nd_redirect_msg *rd;
	const u8 *opt;

	fwd_route("2001:db8::/32", "fe80::3", t0, RTN_UNICAST);
	fwd_route("fd00:0:0:1::/64", NULL, t0, RTN_UNICAST);
	ipnet_know(&n, "fe80::3");
	ipnet_know(&n, "fd00:0:0:1::5");
	pkt6_rx(&n, &p);
	rd = (const void *)expect_icmp(ICMP6_TYPE_REDIRECT, 0, "by a router");
	cr_assert_arr_eq(out()->saddr.b, from.b, 16);
	cr_assert_eq(out()->hop_limit, 255);
	cr_assert_arr_eq(rd->target.b, target.b, 16);
	cr_assert_arr_eq(rd->dest.b, dest.b, 16);
	opt = (const u8 *)(rd + 1);
	cr_assert_eq(opt[0], ND_OPT_T_TLLA);
	cr_assert_arr_eq(opt + 2, ipnet_peer, 6);
	cr_assert_eq(opt[8], ND_OPT_T_REDIRECTED);
	cr_assert_eq(IP6_HLEN + 40 + 8 + opt[9] * 8u, IP6_MIN_MTU);
	cr_assert_eq(opt[16] >> 4, 6);
	cr_assert_arr_eq(opt + 16 + IP6_HLEN, data, 100);
	cr_assert_eq(fwd_mib(MIB_Icmp6_OutRedirects), 1);
	cr_assert(ipnet_tx(&n) && out()->nexthdr == SINK, "and it goes on all the same");
	pkt6_rx(&n, &near);
	rd = (const void *)expect_icmp(ICMP6_TYPE_REDIRECT, 0, "a neighbour");
	cr_assert_arr_eq(rd->target.b, rd->dest.b, 16);
}

Test(ip6_forward, redirects_are_limited)
{
	struct pkt6 p = { .daddr = "2001:db8::1", .nexthdr = SINK };
	struct pkt6 far = { .saddr = "2001:db9::1", .daddr = "2001:db8::1", .nexthdr = SINK };
	struct pkt6 global = { .daddr = "2001:db7::1", .nexthdr = SINK };

	fwd_route("2001:db8::/32", "fe80::3", t0, RTN_UNICAST);
	fwd_route("2001:db9::/32", "fe80::4", t0, RTN_UNICAST);
	fwd_route("2001:db7::/32", "fd00::5", t0, RTN_UNICAST);
	ipnet_know(&n, "fe80::3");
	ipnet_know(&n, "fd00::5");
	pkt6_rx(&n, &far);
	cr_assert_eq(fwd_count(t0), 1, "who is behind a router can do nothing");
	pkt6_rx(&n, &global);
	cr_assert_eq(fwd_count(t0), 2, "a router has no other name than its link-local address");
	fwd_drop();
	for (u32 i = 0; i < 20; i++)
		pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t0), 20 + 6, "six at once");
	fixture_advance(n.net, NSEC_PER_SEC);
	fwd_drop();
	for (u32 i = 0; i < 20; i++)
		pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t0), 20 + 1, "and one a second");
}

Test(ip6_forward, hooks)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = SINK };
	struct fwd_hook fwd, post, in, local;

	fwd_hook(&fwd, NF_PROTO_IPV6, NF_FORWARD);
	fwd_hook(&post, NF_PROTO_IPV6, NF_POST_ROUTING);
	fwd_hook(&in, NF_PROTO_IPV6, NF_LOCAL_IN);
	fwd_hook(&local, NF_PROTO_IPV6, NF_LOCAL_OUT);
	pkt6_rx(&n, &p);
	cr_assert(fwd.calls == 1 && fwd.in == t0 && fwd.out == t1);
	cr_assert(post.calls == 1 && post.out == t1);
	cr_assert_eq(in.calls + local.calls, 0);
	fwd.verdict = NF_DROP;
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
}

/* -- large packets --------------------------------------------------------------------------------- */

enum { SEGS = 5 };

static u32 segment(u8 *buf, u32 i, u32 len)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = IP_PROTO_TCP };
	union inet_addr s = ipnet_addr("fd00::2"), d = ipnet_addr("fd01::2");
	u8 tcp[1500];

	p.payload = tcp;
	p.len = fwd_tcp(tcp, i * len, len,
			csum_ipv6_nofold(s.b, d.b, TCP_HLEN + len, IP_PROTO_TCP, 0));
	return pkt6_make(buf, &p);
}

static void rx_segments(u32 seg)
{
	u8 buf[1600];

	for (u32 i = 0; i < SEGS; i++)
		fwd_queue(ETH_TYPE_IP6, buf, segment(buf, i, seg));
	fixture_settle(n.net);
}

Test(ip6_forward, merged_and_cut_again)
{
	u8 want[1600];

	rx_segments(1000);
	cr_assert_eq(fwd_mib(MIB_Ip6_OutForwDatagrams), 1, "it was one packet");
	for (u32 i = 0; i < SEGS; i++) {
		u32 len = segment(want, i, 1000);

		want[7]--;
		cr_assert(fwd_tx(t1));
		cr_assert_eq(n.len, ETH_HLEN + len);
		cr_assert_arr_eq(n.frame + ETH_HLEN, want, len, "segment %u", i);
	}
	cr_assert_eq(fwd_count(t1), 0);
	t1->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO6;
	rx_segments(1000);
	cr_assert_eq(fwd_count(t1), 1, "whole to who can cut");
	cr_assert_eq(skb_shinfo(skb_peek(&fixture_dev(t1)->tx))->gso_segs, SEGS);
}

Test(ip6_forward, segments_against_mtu)
{
	cr_assert_eq(dev_set_mtu(t1, 1300), 0);
	rx_segments(1240);
	cr_assert_eq(fwd_count(t1), SEGS);
	cr_assert_eq(fwd_count(t0), 0);
	fwd_drop();
	rx_segments(1241);
	cr_assert_eq(fwd_count(t1), 0);
	cr_assert_eq(be32_get(expect_icmp(ICMP6_TYPE_PKT_TOOBIG, 0, "segments")->un.mtu), 1300);
}

/*
 * A large packet with an extension header in front of TCP, as a TAP may give one: its headers count in
 * full.
 */
Test(ip6_forward, large_with_extension_header)
{
	u8 pkt[3000], tcp[2100];
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = IP_PROTO_HOPOPTS, .payload = pkt };
	u32 len = fwd_tcp(tcp, 1, 2000, 0);
	static const u16 sizes[] = { 1272, 1273 }; /* with 8 + 40 + 20: 1340, 1341 */

	cr_assert_eq(dev_set_mtu(t1, 1340), 0);
	memcpy(pkt, (const u8[8]){ IP_PROTO_TCP, 0, IP6_TLV_PADN, 4 }, 8);
	memcpy(pkt + 8, tcp, len);
	p.len = 8 + len;
	for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct sk_buff *skb = alloc_skb(n.net, 4000);
		u8 buf[3000];

		skb_reserve(skb, 64);
		memset(skb_put(skb, ETH_HLEN), 0, ETH_HLEN);
		eth_addr_copy(skb->data, ipnet_mac);
		put_be16(skb->data + 12, ETH_TYPE_IP6);
		skb_put_data(skb, buf, pkt6_make(buf, &p));
		cr_assert(eth_type_trans(skb, t0));
		skb_shinfo(skb)->gso_size = sizes[i];
		skb_shinfo(skb)->gso_segs = 2;
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
		netif_rx(skb);
		fixture_settle(n.net);
		cr_assert_eq(fwd_count(t1), i ? 0 : 2, "%u", sizes[i]);
		fwd_drop();
	}
}

/* -- router or host ---------------------------------------------------------------------------------- */

static bool in_group(struct net_device *dev, const char *group)
{
	union inet_addr a = ipnet_addr(group);

	return ip_mc_is_member(dev, &a, INET_FAMILY_6);
}

/* IP6-31 */
Test(ip6_router, groups)
{
	static const char *const groups[] = { "ff01::2", "ff02::2", "ff05::2" };

	for (u32 i = 0; i < ARRAY_SIZE(groups); i++) {
		fwd_set("net.ipv6.conf.all.forwarding", "1");
		cr_assert(in_group(t0, groups[i]) && in_group(t1, groups[i]));
		fwd_set("net.ipv6.conf.t0.forwarding", "0");
		cr_assert(!in_group(t0, groups[i]) && in_group(t1, groups[i]));
		dev_close(t1);
		cr_assert(!in_group(t1, groups[i]));
		dev_open(t1);
		cr_assert(in_group(t1, groups[i]), "up again");
		fwd_set("net.ipv6.conf.all.forwarding", "0");
		cr_assert(!in_group(t1, groups[i]));
	}
	fwd_set("net.ipv6.conf.default.forwarding", "1");
	cr_assert(in_group(fixture_dev_new(n.net, "t2", 0), "ff02::2"), "from its start");
}

static u32 advertised(void)
{
	u8 ns[24] = { ICMP6_TYPE_NEIGH_SOLICIT };
	struct pkt6 p = { .daddr = "ff02::1:ff00:1",
			  .nexthdr = IP_PROTO_ICMPV6,
			  .hlim = 255,
			  .payload = ns,
			  .len = sizeof(ns) };
	union inet_addr target = ipnet_addr("fd00::1");
	const struct icmp6_hdr *na;

	memcpy(ns + 8, target.b, 16);
	icmp6_csum(&p, ns, sizeof(ns));
	pkt6_rx(&n, &p);
	na = ipnet_tx_icmp6(&n);
	cr_assert_eq(na->type, ICMP6_TYPE_NEIGH_ADVERT);
	return be32_get(na->un.rest);
}

/* ND-23: IsRouter */
Test(ip6_router, advertises_itself)
{
	cr_assert(advertised() & ND_NA_ROUTER);
	fwd_set("net.ipv6.conf.t0.forwarding", "0");
	cr_assert_not(advertised() & ND_NA_ROUTER);
}

static void rx_ra(void)
{
	u8 ra[48] = {
		ICMP6_TYPE_ROUTER_ADVERT, [6] = 7, [7] = 8, [16] = ND_OPT_T_PREFIX, 4, 64, 0xc0
	};
	struct pkt6 p = { .saddr = "fe80::9",
			  .daddr = "ff02::1",
			  .nexthdr = IP_PROTO_ICMPV6,
			  .hlim = 255,
			  .payload = ra,
			  .len = sizeof(ra) };

	put_be32(ra + 20, 1800);
	put_be32(ra + 24, 1800);
	memcpy(ra + 32, ipnet_addr("fd05::").b, 16);
	icmp6_csum(&p, ra, sizeof(ra));
	pkt6_rx(&n, &p);
}

static bool has_default(void)
{
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("2001:db8::1") };
	struct fib_result res;

	return !fib_lookup(n.net, &fl, &res);
}

/* ND-23: what routers say is for hosts; accept_ra 2 is for those who want to be both */
Test(ip6_router, advertisements)
{
	fwd_set("net.ipv6.conf.t0.accept_ra", "1");
	rx_ra();
	cr_assert_not(has_default());
	fwd_set("net.ipv6.conf.all.forwarding", "0");
	rx_ra();
	cr_assert(has_default());
	fwd_set("net.ipv6.conf.t1.forwarding", "1");
	cr_assert_not(has_default(), "as Linux: of any device");
	rx_ra();
	cr_assert(has_default());
	fwd_set("net.ipv6.conf.all.forwarding", "1");
	cr_assert_not(has_default());
	fwd_set("net.ipv6.conf.t0.accept_ra", "2");
	rx_ra();
	cr_assert(has_default());
	fwd_set("net.ipv6.conf.all.forwarding", "0");
	fwd_set("net.ipv6.conf.all.forwarding", "1");
	cr_assert(has_default());
}

/* ND-22: a router's own tables know better */
Test(ip6_router, redirects)
{
	u8 rd[40] = { ICMP6_TYPE_REDIRECT };
	struct pkt6 p = { .saddr = "fe80::9",
			  .nexthdr = IP_PROTO_ICMPV6,
			  .hlim = 255,
			  .payload = rd,
			  .len = sizeof(rd) };
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("2001:db8::1") };
	union inet_addr target = ipnet_addr("fe80::8");
	struct dst_entry *dst;

	fwd_route("2001:db8::/32", "fe80::9", t0, RTN_UNICAST);
	memcpy(rd + 8, target.b, 16);
	memcpy(rd + 24, fl.daddr.b, 16);
	icmp6_csum(&p, rd, sizeof(rd));
	for (u32 i = 0; i < 2; i++) {
		fwd_set("net.ipv6.conf.t0.forwarding", i ? "0" : "1");
		cr_assert_eq(ip_route_output(n.net, &fl, &dst), 0);
		pkt6_rx(&n, &p);
		cr_assert_eq(inet_addr_equal(&rt_of(dst)->nexthop, &target), i == 1);
		dst_release(dst);
	}
}

/* RFC 4861 6.2.6: a router learns of who asks for it, and that it is a host */
Test(ip6_router, solicitations)
{
	u8 rs[16] = { ICMP6_TYPE_ROUTER_SOLICIT, [8] = ND_OPT_T_SLLA, 1, 2, 0, 0, 0, 0, 0x33 };
	struct pkt6 p = { .saddr = "fe80::33",
			  .daddr = "ff02::2",
			  .nexthdr = IP_PROTO_ICMPV6,
			  .hlim = 255,
			  .payload = rs,
			  .len = sizeof(rs) };
	union inet_addr a = ipnet_addr("fe80::33");
	struct neighbour *e;

	icmp6_csum(&p, rs, sizeof(rs));
	fwd_set("net.ipv6.conf.t0.forwarding", "0");
	pkt6_rx(&n, &p);
	cr_assert_null(neigh_lookup(&n.net->ipv6.nd_tbl, a.b, t0));
	fwd_set("net.ipv6.conf.t0.forwarding", "1");
	pkt6_rx(&n, &p);
	e = neigh_lookup(&n.net->ipv6.nd_tbl, a.b, t0);
	cr_assert_not_null(e);
	cr_assert_eq(e->nud_state, NUD_STALE);
	cr_assert_eq(e->ha[5], 0x33);
	cr_assert_eq(e->flags & NTF_ROUTER_NS, 0);
	neigh_release(e);
}

Test(ip6_router, switches)
{
	static const char *const scopes[] = { "all", "default", "t0", "t1", "lo" };
	char name[64], value[8];

	for (u32 on = 0; on < 2; on++) {
		fwd_set("net.ipv6.conf.all.forwarding", on ? "1" : "0");
		for (u32 i = 0; i < ARRAY_SIZE(scopes); i++) {
			snprintf(name, sizeof(name), "net.ipv6.conf.%s.forwarding", scopes[i]);
			cr_assert_eq(sysctl_get(n.net, name, value, sizeof(value)), 0);
			cr_assert_str_eq(value, on ? "1" : "0", "%s", name);
		}
	}
	cr_assert_lt(sysctl_set(n.net, "net.ipv6.conf.t0.force_forwarding", "2"), 0);
}

/* -- whatever comes -------------------------------------------------------------------------------- */

/* A route that we looked up for ourselves is not that of others, which came by a device; nor this that. */
Test(ip6_forward, routes_of_our_own)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = SINK };
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("fd01::2") };
	struct dst_entry *own, *again;

	cr_assert_eq(ip_route_output(n.net, &fl, &own), 0);
	pkt6_rx(&n, &p);
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
	cr_assert_eq(fwd_count(t0), 0);
	fl = (struct flowi){ .family = INET_FAMILY_6, .daddr = ipnet_addr("fd01::2") };
	cr_assert_eq(ip_route_output(n.net, &fl, &again), 0);
	cr_assert_eq(own, again);
	dst_release(own);
	dst_release(again);
}

Test(ip6_forward, no_memory)
{
	struct pkt6 p = { .daddr = "fd01::2", .nexthdr = SINK, .payload = data, .len = 700 };

	for (n.rx_allocs = 1; n.rx_allocs < 20; n.rx_allocs++) {
		rt_genid_bump(n.net);
		pkt6_rx(&n, &p);
		fwd_drop();
	}
	n.rx_allocs = 0;
	pkt6_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
}

Test(ip6_forward, random_bytes)
{
	static const u8 types[] = { IP_PROTO_HOPOPTS, IP_PROTO_ROUTING, IP_PROTO_FRAGMENT,
				    IP_PROTO_DSTOPTS, IP_PROTO_TCP,	IP_PROTO_UDP,
				    IP_PROTO_ICMPV6 };
	struct prng r;

	prng_seed(&r, 4);
	fwd_route("::/0", "fd01::2", t1, RTN_UNICAST);
	for (int i = 0; i < 20000; i++) {
		struct pkt6 p = { .daddr = i % 3 ? "fd01::2" : "fd00::9",
				  .payload = data,
				  .nexthdr = types[prng_below(&r, ARRAY_SIZE(types))],
				  .len = prng_below(&r, 100) };
		u8 buf[200];
		u32 len = pkt6_make(buf, &p), flips = prng_below(&r, 6);

		while (flips--)
			buf[prng_below(&r, len)] = (u8)prng_u32(&r);
		ipnet_rx6(&n, buf, prng_chance(&r, 1, 8) ? prng_below(&r, len) : len);
		fwd_drop();
	}
	fixture_advance(n.net, 60 * NSEC_PER_SEC);
	fwd_drop();
	cr_assert_gt(fwd_mib(MIB_Ip6_OutForwDatagrams), 1000);
}
