/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 forwarding: what goes on and how it is changed, what does not and who is told. */
#include "tests/unit/ip/fwdnet.h"

enum { SINK = 200 }; /* a protocol that nobody here knows */

static const u8 data[1480] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

static void setup(void)
{
	fwd_new();
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(ip4_forward, .init = setup, .fini = teardown);

/* The next packet by dev, its header sum right; NULL: none. */
static const struct ip4_hdr *tx4(struct net_device *dev)
{
	const struct ip4_hdr *h;

	fwd_at(dev);
	h = ipnet_tx4(&n);
	fwd_at(t0);
	return h;
}

static void expect_icmp(u8 type, u8 code, const char *what)
{
	const struct icmp4_hdr *icmp = ipnet_tx_icmp4(&n);

	cr_assert_not_null(icmp, "%s", what);
	cr_assert_eq(icmp->type, type, "%s: type %u", what, icmp->type);
	cr_assert_eq(icmp->code, code, "%s: code %u", what, icmp->code);
	cr_assert_eq(be32_get(((const struct ip4_hdr *)ipnet_l3(&n))->saddr), 0x0a000001,
		     "our address there");
}

/* IP4-40, IP4-09: as it came, but for TTL, header sum and link header */
Test(ip4_forward, goes_on_as_it_came)
{
	struct pkt4 p = { .daddr = "10.1.0.2",
			  .proto = SINK,
			  .ttl = 7,
			  .tos = 0xb9,
			  .id = 0x4321,
			  .frag_off = IP4_DF,
			  .payload = data,
			  .len = 999 };
	u8 want[1100];
	u32 len = pkt4_make(want, &p);
	struct ip4_hdr *h = (struct ip4_hdr *)want;

	pkt4_rx(&n, &p);
	h->ttl = 6;
	h->check = be16_make(0);
	h->check = ip_fast_csum(h, 5);
	cr_assert(fwd_tx(t1));
	cr_assert_eq(n.len, ETH_HLEN + len);
	cr_assert_arr_eq(n.frame + ETH_HLEN, want, len);
	cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	cr_assert_arr_eq(n.frame + 6, t1->dev_addr, 6);
	cr_assert_eq(fwd_count(t0) + fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip_ForwDatagrams), 1);
	cr_assert_eq(fwd_mib(MIB_Ip_InDelivers), 0);
	cr_assert_eq(fwd_mib(MIB_Ip_OutRequests), 0);
}

/* IP4-03: the sum is changed, not made anew; every TTL with every type of service */
Test(ip4_forward, every_ttl_and_tos)
{
	for (u32 tos = 0; tos < 256; tos++) {
		for (u32 ttl = 2; ttl < 256; ttl++) {
			struct pkt4 p = { .daddr = "10.1.0.2",
					  .proto = SINK,
					  .ttl = (u8)ttl,
					  .tos = (u8)tos,
					  .id = (u16)(tos * 255 + ttl) };
			const struct ip4_hdr *h;

			pkt4_rx(&n, &p);
			h = tx4(t1);
			cr_assert_not_null(h);
			cr_assert_eq(h->ttl, ttl - 1);
			cr_assert_eq(h->tos, tos);
		}
	}
}

/* DEV-06: each device's own switch, of what comes by it */
Test(ip4_forward, off)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK };

	fwd_set("net.ipv4.conf.t1.forwarding", "0");
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1, "the device that it leaves by has no say");
	fwd_set("net.ipv4.conf.t0.forwarding", "0");
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
	cr_assert_eq(fwd_count(t0), 0, "in silence");
	cr_assert_eq(fwd_mib(MIB_Ip_InAddrErrors), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_IP_FORWARDING_OFF], 1);
	fwd_set("net.ipv4.conf.t0.forwarding", "1");
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
}

Test(ip4_forward, ttl_runs_out)
{
	struct pkt4 p = {
		.daddr = "10.1.0.2", .proto = SINK, .ttl = 1, .payload = data, .len = 64
	};

	pkt4_rx(&n, &p);
	expect_icmp(ICMP4_TYPE_TIME_EXCEEDED, ICMP4_TIMEX_TTL, "TTL 1");
	cr_assert_eq(fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip_InHdrErrors), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_IP_TTL], 1);
	cr_assert_eq(fwd_mib(MIB_Ip_ForwDatagrams), 0);
}

/* IP4-09: the TTL counts for what goes on only */
Test(ip4_forward, our_own_first)
{
	struct pkt4 p = { .daddr = "10.1.0.1", .proto = IP_PROTO_ICMP, .ttl = 1 };
	u8 echo[64];

	p.payload = echo;
	p.len = echo4_make(echo, 1, 20);
	pkt4_rx(&n, &p);
	cr_assert_eq(ipnet_tx_icmp4(&n)->type, ICMP4_TYPE_ECHO_REPLY);
}

Test(ip4_forward, larger_than_the_link)
{
	struct pkt4 p = { .daddr = "10.1.0.2",
			  .proto = SINK,
			  .frag_off = IP4_DF,
			  .id = 77,
			  .payload = data,
			  .len = 1400 };
	const struct icmp4_hdr *icmp;
	const struct ip4_hdr *h;
	u32 off = 0;

	cr_assert_eq(dev_set_mtu(t1, 600), 0);
	pkt4_rx(&n, &p);
	icmp = ipnet_tx_icmp4(&n);
	cr_assert_eq(icmp->type, ICMP4_TYPE_UNREACH);
	cr_assert_eq(icmp->code, ICMP4_UNREACH_FRAG_NEEDED);
	cr_assert_eq(be16_get(icmp->un.frag.mtu), 600);
	cr_assert_eq(fwd_mib(MIB_Ip_FragFails), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_PKT_TOO_BIG], 1);
	cr_assert_eq(fwd_count(t1), 0);
	p.frag_off = 0;
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t0), 0);
	while ((h = tx4(t1))) {
		cr_assert_leq(be16_get(h->tot_len), 600);
		cr_assert_eq(be16_get(h->id), 77);
		cr_assert_eq(h->ttl, 63);
		cr_assert_eq(ip4_frag_offset(h), off);
		cr_assert_arr_eq((const u8 *)(h + 1), data + off, be16_get(h->tot_len) - 20u);
		off += be16_get(h->tot_len) - 20u;
	}
	cr_assert_eq(off, 1400);
	cr_assert_eq(fwd_mib(MIB_Ip_FragOKs), 1);
	cr_assert_eq(fwd_mib(MIB_Ip_FragCreates), 3);
}

/* A fragment that is cut again keeps its place, and more to follow */
Test(ip4_forward, fragments_of_fragments)
{
	struct pkt4 p = { .daddr = "10.1.0.2",
			  .proto = SINK,
			  .frag_off = IP4_MF | 100,
			  .id = 7,
			  .payload = data,
			  .len = 800 };
	const struct ip4_hdr *h;
	u32 nr = 0, off = 800;

	cr_assert_eq(dev_set_mtu(t1, 420), 0);
	pkt4_rx(&n, &p);
	while ((h = tx4(t1))) {
		cr_assert_eq(ip4_frag_offset(h), off);
		cr_assert(be16_get(h->frag_off) & IP4_MF);
		off += be16_get(h->tot_len) - 20u;
		nr++;
	}
	cr_assert_eq(nr, 2);
	cr_assert_eq(off, 1600);
}

/* What we learned of a path for ourselves is not the path of others, unless the administrator says so */
Test(ip4_forward, use_pmtu)
{
	struct pkt4 p = {
		.daddr = "10.1.0.2", .proto = SINK, .frag_off = IP4_DF, .payload = data, .len = 1400
	};
	union inet_addr d = ipnet_addr("10.1.0.2");

	inet_pmtu_learn(n.net, INET_FAMILY_4, &d, 0, 1000);
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
	fwd_set("net.ipv4.ip_forward_use_pmtu", "1");
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
	cr_assert_eq(be16_get(ipnet_tx_icmp4(&n)->un.frag.mtu), 1000);
}

struct refused {
	const char *saddr, *daddr;
};

/* IP4-30, IP4-31, IP4-36: a row per class of address that is not forwarded, with a default route for them */
Test(ip4_forward, addresses_that_stay)
{
	static const struct refused rows[] = {
		{ "0.1.2.3", "10.1.0.2" },	   { "127.0.0.1", "10.1.0.2" },
		{ "240.0.0.1", "10.1.0.2" },	   { "224.0.0.5", "10.1.0.2" },
		{ "10.0.0.255", "10.1.0.2" },	   { "10.1.0.1", "10.1.0.2" },
		{ "169.254.1.1", "10.1.0.2" },	   { "10.0.0.2", "169.254.1.1" },
		{ "10.0.0.2", "0.1.2.3" },	   { "10.0.0.2", "127.0.0.9" },
		{ "10.0.0.2", "240.0.0.1" },	   { "10.0.0.2", "224.0.0.5" },
		{ "10.0.0.2", "239.1.2.3" },	   { "10.0.0.2", "10.1.0.255" },
		{ "10.0.0.2", "255.255.255.255" },
	};
	struct pkt4 good = { .saddr = "10.0.0.2", .daddr = "9.9.9.9", .proto = SINK, .ttl = 9 };

	fwd_route("0.0.0.0/0", "10.1.0.2", t1, RTN_UNICAST);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt4 p = { .saddr = rows[i].saddr, .daddr = rows[i].daddr, .proto = SINK };

		pkt4_rx(&n, &p);
		cr_assert_eq(fwd_count(t1), 0, "%s > %s", rows[i].saddr, rows[i].daddr);
	}
	fwd_drop();
	cr_assert_eq(fwd_mib(MIB_Ip_ForwDatagrams), 0);
	pkt4_rx(&n, &good);
	cr_assert_eq(fwd_count(t1), 1);
}

/* RFC 1812 5.3.4 */
Test(ip4_forward, link_layer_broadcast_stays)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK };
	u8 buf[100];

	fwd_set("net.ipv4.conf.all.drop_unicast_in_l2_multicast", "0");
	ipnet_rx_to(&n, ipnet_bcast, ETH_TYPE_IP4, buf, pkt4_make(buf, &p));
	cr_assert_eq(fwd_count(t0) + fwd_count(t1), 0);
	cr_assert_eq(n.net->drops[SKB_DROP_UNICAST_IN_L2_MULTICAST], 1);
}

struct unreach {
	u8 type, code;
	bool silent;
};

Test(ip4_forward, routes_that_refuse)
{
	static const struct unreach rows[] = {
		{ RTN_UNREACHABLE, ICMP4_UNREACH_HOST, false },
		{ RTN_PROHIBIT, ICMP4_UNREACH_FILTERED, false },
		{ RTN_BLACKHOLE, 0, true },
		{ RTN_THROW, ICMP4_UNREACH_NET, false },
	};
	struct pkt4 none = { .daddr = "9.9.9.9", .proto = SINK, .payload = data, .len = 8 };

	pkt4_rx(&n, &none);
	expect_icmp(ICMP4_TYPE_UNREACH, ICMP4_UNREACH_NET, "no route");
	cr_assert_eq(fwd_mib(MIB_IpExt_InNoRoutes), 1);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		char prefix[20], daddr[20];
		struct pkt4 p = { .daddr = daddr, .proto = SINK, .payload = data, .len = 8 };

		snprintf(prefix, sizeof(prefix), "20.0.%u.0/24", i);
		snprintf(daddr, sizeof(daddr), "20.0.%u.7", i);
		fwd_route(prefix, NULL, NULL, rows[i].type);
		pkt4_rx(&n, &p);
		if (rows[i].silent)
			cr_assert_eq(fwd_count(t0), 0);
		else
			expect_icmp(ICMP4_TYPE_UNREACH, rows[i].code, daddr);
	}
	cr_assert_eq(n.net->drops[SKB_DROP_IP_INNOROUTES], 1 + ARRAY_SIZE(rows));
	cr_assert_eq(fwd_count(t1), 0);
}

/* The next hop does not answer: the source hears of it, from the address that is on its side */
Test(ip4_forward, next_hop_is_dead)
{
	struct pkt4 p = { .daddr = "10.1.0.77", .proto = SINK, .payload = data, .len = 8 };

	pkt4_rx(&n, &p);
	cr_assert(fwd_tx(t1));
	cr_assert_eq(get_be16(n.frame + 12), ETH_TYPE_ARP);
	cr_assert_eq(fwd_count(t0), 0);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	expect_icmp(ICMP4_TYPE_UNREACH, ICMP4_UNREACH_HOST, "no answer");
	cr_assert_eq(n.net->drops[SKB_DROP_NEIGH_FAILED], 1);
}

/*
 * The error's source is the address of the device that the packet came by, although it was to leave by
 * another
 */
Test(ip4_forward, inbound_address)
{
	struct pkt4 p = {
		.saddr = "9.9.9.9", .daddr = "10.1.0.77", .proto = SINK, .payload = data, .len = 8
	};
	const struct ip4_hdr *h;

	fwd_route("9.0.0.0/8", "10.1.0.2", t1, RTN_UNICAST);
	fwd_set("net.ipv4.icmp_errors_use_inbound_ifaddr", "1");
	pkt4_rx(&n, &p);
	fwd_drop();
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	while ((h = (const struct ip4_hdr *)ipnet_l3(&n), fwd_tx(t1)) &&
	       get_be16(n.frame + 12) != ETH_TYPE_IP4)
		;
	cr_assert_eq(h->protocol, IP_PROTO_ICMP);
	cr_assert_eq(be32_get(h->saddr), 0x0a000001);
}

/* IP4-14, IP4-12: record route and time stamp say the address of the way out; who has no room is counted */
Test(ip4_forward, options)
{
	u8 rr[12] = { 7, 11, 4 }, full[8] = { 7, 7, 8, 1, 1, 1, 1 }, ts[12] = { 68, 12, 5, 1 };
	u8 alert[4] = { 148, 4, 0, 0 };
	struct pkt4 p = { .daddr = "10.1.0.2",
			  .proto = SINK,
			  .payload = data,
			  .len = 8,
			  .opts = rr,
			  .optlen = 12 };
	const struct ip4_hdr *h;

	pkt4_rx(&n, &p);
	h = tx4(t1);
	cr_assert_eq(h->options[2], 8);
	cr_assert_eq(get_be32(h->options + 3), 0x0a010001);
	cr_assert_arr_eq((const u8 *)h + 32, data, 8);
	p.opts = full;
	p.optlen = 8;
	pkt4_rx(&n, &p);
	cr_assert_arr_eq(tx4(t1)->options, full, 8);
	p.opts = ts;
	p.optlen = 12;
	pkt4_rx(&n, &p);
	h = tx4(t1);
	cr_assert_eq(h->options[2], 13);
	cr_assert_eq(get_be32(h->options + 4), 0x0a010001);
	p.opts = alert;
	p.optlen = 4;
	pkt4_rx(&n, &p);
	cr_assert_arr_eq(tx4(t1)->options, alert, 4);
}

/* DEV-06, RFC 7126: nobody may choose the way himself */
Test(ip4_forward, source_routes_are_refused)
{
	u8 lsrr[8] = { 131, 7, 4, 10, 1, 0, 2 };
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK, .opts = lsrr, .optlen = 8 };

	pkt4_rx(&n, &p);
	lsrr[0] = 137;
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t0) + fwd_count(t1), 0);
	cr_assert_eq(fwd_mib(MIB_Ip_InAddrErrors), 2);
}

/* Malformed options of a packet that there is no route for: the fault is told, and nothing read beyond it */
Test(ip4_forward, bad_options_without_a_route)
{
	u8 bad[4] = { 7, 40, 4, 0 };
	struct pkt4 p = { .daddr = "9.9.9.9", .proto = SINK, .opts = bad, .optlen = 4 };

	pkt4_rx(&n, &p);
	expect_icmp(ICMP4_TYPE_PARAM_PROBLEM, ICMP4_PARAM_POINTER, "options");
}

/*
 * IP4-32: back by the same device, to a neighbour of a neighbour; at pauses that double, at most nine times
 */
Test(ip4_forward, redirects)
{
	struct pkt4 p = { .daddr = "9.9.9.9", .proto = SINK, .payload = data, .len = 8 };
	const struct icmp4_hdr *icmp;
	u32 told = 0;

	fwd_route("9.0.0.0/8", "10.0.0.3", t0, RTN_UNICAST);
	ipnet_know(&n, "10.0.0.3");
	pkt4_rx(&n, &p);
	icmp = ipnet_tx_icmp4(&n);
	cr_assert_eq(icmp->type, ICMP4_TYPE_REDIRECT);
	cr_assert_eq(icmp->code, ICMP4_REDIRECT_HOST);
	cr_assert_eq(be32_get(icmp->un.gateway), 0x0a000003);
	cr_assert_eq(fwd_mib(MIB_Icmp_OutRedirects), 1);
	cr_assert_eq(tx4(t0)->protocol, SINK, "and it goes on all the same");
	for (u32 i = 0; i < 1500; i++) {
		fixture_advance(n.net, 20 * NSEC_PER_MSEC);
		pkt4_rx(&n, &p);
		told += fwd_count(t0) - 1;
		fwd_drop();
	}
	cr_assert_eq(told, 8, "told %u times", told);
	fixture_advance(n.net, 30 * NSEC_PER_SEC);
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t0), 2, "it was quiet for long enough");
}

Test(ip4_forward, no_redirects)
{
	struct pkt4 far = { .saddr = "8.8.8.8", .daddr = "9.9.9.9", .proto = SINK };
	struct pkt4 near = { .daddr = "9.9.9.9", .proto = SINK };

	fwd_route("9.0.0.0/8", "10.0.0.3", t0, RTN_UNICAST);
	fwd_route("8.0.0.0/8", "10.0.0.4", t0, RTN_UNICAST);
	ipnet_know(&n, "10.0.0.3");
	pkt4_rx(&n, &far);
	cr_assert_eq(fwd_count(t0), 1, "who is behind a router can do nothing");
	fwd_set("net.ipv4.conf.all.send_redirects", "0");
	fwd_set("net.ipv4.conf.t0.send_redirects", "0");
	pkt4_rx(&n, &near);
	cr_assert_eq(fwd_count(t0), 2);
	fwd_set("net.ipv4.conf.all.send_redirects", "1");
	pkt4_rx(&n, &near);
	cr_assert_eq(fwd_count(t0), 4, "one of the two switches is enough");
}

static u32 seen_priority;
static u8 seen_summed;

static unsigned int look_at(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	(void)priv;
	(void)state;
	seen_priority = skb->priority;
	seen_summed = skb->ip_summed;
	return NF_ACCEPT;
}

Test(ip4_forward, priority_by_tos)
{
	static const u8 tos[] = { 0x00, 0x08, 0x10, 0x18, 0xb8, 0x03 },
			want[] = { 0, 2, 6, 4, 4, 0 };
	struct nf_hook_ops ops = { .pf = NF_PROTO_IPV4, .hook = NF_POST_ROUTING, .fn = look_at };

	nf_register_hook(n.net, &ops);
	for (u32 i = 0; i < ARRAY_SIZE(tos); i++) {
		struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK, .tos = tos[i] };

		pkt4_rx(&n, &p);
		cr_assert_eq(seen_priority, want[i], "tos %u: %u", tos[i], seen_priority);
		cr_assert_eq(tx4(t1)->tos, tos[i]);
	}
	fwd_set("net.ipv4.ip_forward_update_priority", "0");
	pkt4_rx(&n, &(struct pkt4){ .daddr = "10.1.0.2", .proto = SINK, .tos = 0x10 });
	cr_assert_eq(seen_priority, 0);
	nf_unregister_hook(n.net, &ops);
}

Test(ip4_forward, hooks)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK };
	struct fwd_hook fwd, post, in, out;

	fwd_hook(&fwd, NF_PROTO_IPV4, NF_FORWARD);
	fwd_hook(&post, NF_PROTO_IPV4, NF_POST_ROUTING);
	fwd_hook(&in, NF_PROTO_IPV4, NF_LOCAL_IN);
	fwd_hook(&out, NF_PROTO_IPV4, NF_LOCAL_OUT);
	pkt4_rx(&n, &p);
	cr_assert(fwd.calls == 1 && fwd.in == t0 && fwd.out == t1);
	cr_assert(post.calls == 1 && post.out == t1);
	cr_assert_eq(in.calls + out.calls, 0);
	fwd.verdict = NF_DROP;
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 1);
	cr_assert_eq(n.net->drops[SKB_DROP_NETFILTER_DROP], 1);
}

/* -- large packets --------------------------------------------------------------------------------- */

static u32 segment(u8 *buf, u32 i, u32 len)
{
	struct pkt4 p = {
		.daddr = "10.1.0.2", .proto = IP_PROTO_TCP, .id = (u16)(100 + i), .frag_off = IP4_DF
	};
	union inet_addr s = ipnet_addr("10.0.0.2"), d = ipnet_addr("10.1.0.2");
	u8 tcp[1500];

	p.payload = tcp;
	p.len = fwd_tcp(tcp, i * len, len,
			csum_tcpudp_nofold(inet_addr_4(&s), inet_addr_4(&d), TCP_HLEN + len,
					   IP_PROTO_TCP, 0));
	return pkt4_make(buf, &p);
}

enum { SEGS = 5, SEG = 1000 };

static void rx_segments(u32 seg)
{
	u8 buf[1600];

	for (u32 i = 0; i < SEGS; i++)
		fwd_queue(ETH_TYPE_IP4, buf, segment(buf, i, seg));
	fixture_settle(n.net);
}

/* What GRO made one packet of leaves as it came by a device that cannot cut */
Test(ip4_forward, merged_and_cut_again)
{
	u8 want[1600];

	rx_segments(SEG);
	cr_assert_eq(fwd_mib(MIB_Ip_ForwDatagrams), 1, "it was one packet");
	for (u32 i = 0; i < SEGS; i++) {
		u32 len = segment(want, i, SEG);
		struct ip4_hdr *h = (struct ip4_hdr *)want;

		h->ttl--;
		h->check = be16_make(0);
		h->check = ip_fast_csum(h, 5);
		cr_assert(fwd_tx(t1));
		cr_assert_eq(n.len, ETH_HLEN + len);
		cr_assert_arr_eq(n.frame + ETH_HLEN, want, len, "segment %u", i);
	}
	cr_assert_eq(fwd_count(t1), 0);
}

/* .. whole by one that can, its sums still to be made by it */
Test(ip4_forward, whole_to_who_can_cut)
{
	const struct sk_buff *skb;

	t1->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_TSO;
	rx_segments(SEG);
	cr_assert_eq(fwd_count(t1), 1);
	skb = skb_peek(&fixture_dev(t1)->tx);
	cr_assert_eq(skb_shinfo(skb)->gso_size, SEG);
	cr_assert_eq(skb_shinfo(skb)->gso_segs, SEGS);
	cr_assert_eq(skb->ip_summed, CHECKSUM_PARTIAL);
	cr_assert_eq(skb->csum_start - skb_headroom(skb), ETH_HLEN + IP4_HLEN);
}

/* Segments that fit pass however large the whole is; others do not, and their sender is told */
Test(ip4_forward, segments_against_mtu)
{
	cr_assert_eq(dev_set_mtu(t1, 600), 0);
	rx_segments(560);
	cr_assert_eq(fwd_count(t1), SEGS);
	cr_assert_eq(fwd_count(t0), 0);
	fwd_drop();
	rx_segments(561);
	cr_assert_eq(fwd_count(t1), 0);
	cr_assert_eq(be16_get(ipnet_tx_icmp4(&n)->un.frag.mtu), 600);
}

static struct sk_buff *received(const struct pkt4 *p)
{
	struct sk_buff *skb = alloc_skb(n.net, 2000);
	u8 buf[1600];

	skb_reserve(skb, 64);
	memset(skb_put(skb, ETH_HLEN), 0, ETH_HLEN);
	eth_addr_copy(skb->data, ipnet_mac);
	eth_addr_copy(skb->data + 6, ipnet_peer);
	put_be16(skb->data + 12, ETH_TYPE_IP4);
	skb_put_data(skb, buf, pkt4_make(buf, p));
	cr_assert(eth_type_trans(skb, t0));
	return skb;
}

/* A sum that the device made over the packet does not hold for the one that goes on. */
Test(ip4_forward, device_sum)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK, .payload = data, .len = 100 };
	struct nf_hook_ops ops = { .pf = NF_PROTO_IPV4, .hook = NF_FORWARD, .fn = look_at };
	struct sk_buff *skb = received(&p);

	nf_register_hook(n.net, &ops);
	skb->ip_summed = CHECKSUM_COMPLETE;
	skb->csum = 0x1234;
	netif_rx(skb);
	fixture_settle(n.net);
	nf_unregister_hook(n.net, &ops);
	cr_assert_eq(seen_summed, CHECKSUM_NONE);
	skb = skb_peek(&fixture_dev(t1)->tx);
	cr_assert_eq(skb->ip_summed, CHECKSUM_NONE);
	cr_assert_eq(skb->tstamp, 0, "when it came is not when it is to go");
}

/* What a device merged in its own way (LRO) cannot be cut as it came; nor what is not what it says. */
Test(ip4_forward, merged_by_hardware)
{
	u8 tcp[600];
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = IP_PROTO_TCP, .payload = tcp };
	static const u8 types[] = { 0, SKB_GSO_TCPV6, SKB_GSO_UDP_L4 };

	p.len = fwd_tcp(tcp, 1, 500, 0);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		struct sk_buff *skb = received(&p);

		skb_shinfo(skb)->gso_size = 100;
		skb_shinfo(skb)->gso_segs = 5;
		skb_shinfo(skb)->gso_type = types[i];
		netif_rx(skb);
		fixture_settle(n.net);
		cr_assert_eq(fwd_count(t1), 0);
		cr_assert_eq(n.net->drops[SKB_DROP_SKB_GSO_SEG], i + 1);
	}
}

/* -- whatever comes -------------------------------------------------------------------------------- */

/* A packet that is told to all shards is forwarded by the one that it belongs to. */
Test(ip4_forward, copies_of_other_shards)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK };
	static const u8 kinds[] = { SHARD_RX, SHARD_LEARN, SHARD_RAW };

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct sk_buff *skb = received(&p);

		skb_reset_network_header(skb);
		skb->steered = kinds[i];
		netif_rx(skb);
		fixture_settle(n.net);
		cr_assert_eq(fwd_count(t1), 1, "kind %u", kinds[i]);
	}
	cr_assert_eq(skb_peek(&fixture_dev(t1)->tx)->steered, 0);
}

/* The route is looked up anew when the tables change. */
Test(ip4_forward, routes_change)
{
	struct pkt4 p = { .daddr = "9.9.9.9", .proto = SINK };
	struct fib_route r = { .type = RTN_UNICAST };

	fwd_route("9.0.0.0/8", "10.1.0.2", t1, RTN_UNICAST);
	pkt4_rx(&n, &p);
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
	cr_assert(inet_prefix_parse("9.0.0.0/8", &r.dst));
	cr_assert_eq(fib_route_del(n.net, &r), 0);
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
	expect_icmp(ICMP4_TYPE_UNREACH, ICMP4_UNREACH_NET, "the route is gone");
	fwd_route("9.0.0.0/8", "10.1.0.2", t1, RTN_UNICAST);
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 3);
	cr_assert_eq(dev_close(t1), 0);
	pkt4_rx(&n, &p);
	expect_icmp(ICMP4_TYPE_UNREACH, ICMP4_UNREACH_NET, "the device is down");
}

/* A route that we looked up for ourselves is not that of others, which came by a device; nor this that. */
Test(ip4_forward, routes_of_our_own)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK };
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr("10.1.0.2") };
	struct dst_entry *own, *again;

	cr_assert_eq(ip_route_output(n.net, &fl, &own), 0);
	pkt4_rx(&n, &p);
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 2);
	cr_assert_eq(fwd_count(t0), 0);
	fl = (struct flowi){ .family = INET_FAMILY_4, .daddr = ipnet_addr("10.1.0.2") };
	cr_assert_eq(ip_route_output(n.net, &fl, &again), 0);
	cr_assert_eq(own, again);
	dst_release(own);
	dst_release(again);
}

/* Without memory a packet is lost, and nothing else. */
Test(ip4_forward, no_memory)
{
	struct pkt4 p = { .daddr = "10.1.0.2", .proto = SINK, .payload = data, .len = 700 };

	cr_assert_eq(dev_set_mtu(t1, 300), 0);
	for (n.rx_allocs = 1; n.rx_allocs < 30; n.rx_allocs++) {
		rt_genid_bump(n.net);
		pkt4_rx(&n, &p);
		fwd_drop();
	}
	n.rx_allocs = 0;
	pkt4_rx(&n, &p);
	cr_assert_eq(fwd_count(t1), 3);
}

Test(ip4_forward, random_bytes)
{
	struct prng r;

	prng_seed(&r, 4);
	fwd_route("0.0.0.0/0", "10.1.0.2", t1, RTN_UNICAST);
	for (int i = 0; i < 20000; i++) {
		struct pkt4 p = { .daddr = i % 3 ? "10.1.0.2" : "10.0.0.9",
				  .proto = (u8)(i % 2 ? 6 : 17),
				  .payload = data,
				  .len = prng_below(&r, 64),
				  .opts = data,
				  .optlen = prng_below(&r, 10) * 4 };
		u8 buf[200];
		u32 len = pkt4_make(buf, &p), flips = prng_below(&r, 6);
		struct ip4_hdr *h = (struct ip4_hdr *)buf;

		while (flips--)
			buf[prng_below(&r, len)] = (u8)prng_u32(&r);
		h->check = be16_make(0);
		if (ip4_hdrlen(h) <= len && prng_chance(&r, 9, 10))
			h->check = ip_fast_csum(h, ip4_hdrlen(h) / 4);
		ipnet_rx4(&n, buf, prng_chance(&r, 1, 8) ? prng_below(&r, len) : len);
		fwd_drop();
	}
	fixture_advance(n.net, 60 * NSEC_PER_SEC);
	fwd_drop();
	cr_assert_gt(fwd_mib(MIB_Ip_ForwDatagrams), 1000);
}
