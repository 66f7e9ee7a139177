/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP: echo, the matrix of when no error is sent, rate limits, errors that come in. */
#include <errno.h>

#include "tests/unit/ip/ipnet.h"

static struct ipnet n;
static struct inet_icmp_err err;
static u8 err_l4[64];
static u32 errs;

static void sink_rcv(struct sk_buff *skb)
{
	consume_skb(skb);
}

static void sink_err(struct net *net, const struct inet_icmp_err *e)
{
	inet_icmp_err_pmtu(net, e);
	errs++;
	err = *e;
	cr_assert_geq(e->l4_len, 8);
	memcpy(err_l4, e->l4, min_t(u32, e->l4_len, sizeof(err_l4)));
}

static const struct net_protocol sink = { .rcv = sink_rcv, .err = sink_err };
enum { SINK = 200, ABSENT = 201 };

static void setup(void)
{
	ipnet_new(&n, 2);
	ipnet_know(&n, "10.0.0.2");
	inet_add_protocol(n.net, &sink, SINK, 3);
	inet_add_protocol(n.net, &sink, IP_PROTO_UDP, 3);
	ipnet_tx_drop(&n);
	errs = 0;
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(icmp4, .init = setup, .fini = teardown);

static void echo(const char *saddr, const char *daddr, u16 seq, u32 len)
{
	static u8 icmp[65600];
	struct pkt4 p = { .saddr = saddr, .daddr = daddr, .proto = IP_PROTO_ICMP, .payload = icmp,
			  .tos = 0x2a };

	p.len = echo4_make(icmp, seq, len);
	pkt4_rx(&n, &p);
}

/* ICMP4-01 */
Test(icmp4, echo_mirrors)
{
	const struct icmp4_hdr *r;
	const struct ip4_hdr *h = (const struct ip4_hdr *)ipnet_l3(&n);
	u8 want[1008];

	for (u32 len = 0; len <= 1000; len += 250) {
		echo("10.0.0.2", "10.0.0.1", (u16)len, len);
		r = ipnet_tx_icmp4(&n);
		cr_assert_not_null(r);
		cr_assert_eq(r->type, ICMP4_TYPE_ECHO_REPLY);
		cr_assert_eq(be16_get(h->tot_len), 28 + len);
		cr_assert_eq(be32_get(h->saddr), 0x0a000001);
		cr_assert_eq(be32_get(h->daddr), 0x0a000002);
		cr_assert_eq(h->tos, 0x2a);
		echo4_make(want, (u16)len, len);
		cr_assert_arr_eq((const u8 *)r + 4, want + 4, 4 + len);
		cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	}
}

/* ICMP4-02, ICMP4-03 */
/* ATK-FLD-12: smurf */
Test(icmp4, echo_not_answered)
{
	u8 icmp[32];
	struct pkt4 p = { .proto = IP_PROTO_ICMP, .payload = icmp, .len = 32 };

	echo("10.0.0.2", "10.0.0.255", 1, 8);
	echo("10.0.0.2", "224.0.0.1", 1, 8);
	echo("10.0.0.2", "255.255.255.255", 1, 8);
	echo4_make(icmp, 1, 24);
	icmp[9] ^= 1;
	pkt4_rx(&n, &p);
	cr_assert_eq(n.net->mib[MIB_Icmp_InCsumErrors], 1);
	p.len = 7;
	pkt4_rx(&n, &p);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.icmp_echo_ignore_all", "1"), 0);
	echo("10.0.0.2", "10.0.0.1", 1, 8);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.icmp_echo_ignore_all", "0"), 0);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.icmp_echo_ignore_broadcasts", "0"), 0);
	echo("10.0.0.2", "10.0.0.255", 1, 8);
	cr_assert_not_null(ipnet_tx_icmp4(&n));
	/* IP4-06: never from the broadcast address */
	cr_assert_eq(get_be32(ipnet_l3(&n) + 12), 0x0a000001);
}

/* ICMP4-09 */
Test(icmp4, timestamp_and_dead_types)
{
	static const u8 types[] = { 15, 17, 10, 4, 9, 42 };
	const struct icmp4_timestamp *ts;
	const struct icmp4_hdr *r;
	u8 icmp[20] = { ICMP4_TYPE_TIMESTAMP, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 99 };
	struct pkt4 p = { .proto = IP_PROTO_ICMP, .payload = icmp, .len = 20 };

	put_be16(icmp + 2, be16_get(csum_fold(csum_partial(icmp, 20, 0))));
	pkt4_rx(&n, &p);
	r = ipnet_tx_icmp4(&n);
	cr_assert_not_null(r);
	cr_assert_eq(r->type, ICMP4_TYPE_TIMESTAMP_REPLY);
	ts = (const struct icmp4_timestamp *)(r + 1);
	cr_assert_eq(be32_get(ts->originate), 99);
	cr_assert_eq(be32_get(ts->receive), (u32)(n.net->now / NSEC_PER_MSEC % 86400000));
	for (u32 i = 0; i < sizeof(types); i++) {
		icmp[0] = types[i];
		put_be16(icmp + 2, 0);
		put_be16(icmp + 2, be16_get(csum_fold(csum_partial(icmp, 20, 0))));
		pkt4_rx(&n, &p);
		cr_assert_eq(ipnet_tx_count(&n), 0, "type %u", types[i]);
	}
}

struct quiet {
	const char *saddr, *daddr;
	u16 frag_off;
	u8 icmp_type;		/* 255: not ICMP */
	bool l2_broadcast;
	bool answered;
};

/* ICMP4-04: whom an error is never sent to, by the protocol unreachable that would be due */
Test(icmp4, never_answer)
{
	static const struct quiet rows[] = {
		{ "10.0.0.2", "10.0.0.1", 0, 255, false, true },
		{ "10.0.0.2", "10.0.0.255", 0, 255, false, false },
		{ "10.0.0.2", "255.255.255.255", 0, 255, false, false },
		{ "10.0.0.2", "224.0.0.1", 0, 255, false, false },
		{ "10.0.0.2", "10.0.0.1", 0, 255, true, false },
		{ "0.0.0.0", "255.255.255.255", 0, 255, false, false },
		{ "127.0.0.1", "10.0.0.1", 0, 255, false, false },
		{ "224.0.0.9", "10.0.0.1", 0, 255, false, false },
		{ "250.0.0.1", "10.0.0.1", 0, 255, false, false },
	};
	u8 data[32] = { 0 }, buf[100];

	sysctl_set(n.net, "net.ipv4.conf.all.drop_unicast_in_l2_multicast", "0");
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt4 p = { .saddr = rows[i].saddr, .daddr = rows[i].daddr, .proto = ABSENT,
				  .payload = data, .len = 32 };
		u32 len = pkt4_make(buf, &p);

		fixture_advance(n.net, 10 * NSEC_PER_SEC);
		ipnet_tx_drop(&n);
		ipnet_rx_to(&n, rows[i].l2_broadcast ? ipnet_bcast : ipnet_mac, ETH_TYPE_IP4, buf,
			    len);
		cr_assert_eq(ipnet_tx_count(&n), rows[i].answered, "row %u", i);
	}
}

/* ICMP4-04: no error about an error, whichever error we could send: here bad options */
/* ATK-FLD-12: no ping-pong of errors */
Test(icmp4, no_error_about_errors)
{
	static const u8 bad_opts[4] = { 99, 1, 0, 0 };
	static const struct {
		u8 type;
		bool answered;
	} rows[] = { { 0, true }, { 8, true }, { 13, true }, { 3, false }, { 4, false },
		     { 5, false }, { 11, false }, { 12, false }, { 44, false } };
	u8 icmp[36] = { 0 };

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt4 p = { .proto = IP_PROTO_ICMP, .payload = icmp, .len = 36,
				  .opts = bad_opts, .optlen = 4 };

		fixture_advance(n.net, 10 * NSEC_PER_SEC);
		ipnet_tx_drop(&n);
		icmp[0] = rows[i].type;
		pkt4_rx(&n, &p);
		cr_assert_eq(ipnet_tx_count(&n), rows[i].answered, "about type %u", rows[i].type);
	}
}

/* ICMP4-05 */
Test(icmp4, error_quotes_up_to_576)
{
	static u8 data[1400];
	struct pkt4 p = { .proto = ABSENT, .payload = data, .len = sizeof(data), .tos = 0x10 };
	const struct ip4_hdr *h = (const struct ip4_hdr *)ipnet_l3(&n);
	const struct icmp4_hdr *r;
	u8 sent[1500];

	memset(data, 0x5a, sizeof(data));
	pkt4_make(sent, &p);
	pkt4_rx(&n, &p);
	r = ipnet_tx_icmp4(&n);
	cr_assert_not_null(r);
	cr_assert_eq(be16_get(h->tot_len), 576);
	cr_assert_eq(h->tos, 0xd0);
	cr_assert_arr_eq((const u8 *)(r + 1), sent, 576 - 28);
}

static u32 burst(u32 packets, const char *from)
{
	u8 data[8] = { 0 };
	struct pkt4 p = { .saddr = from, .proto = ABSENT, .payload = data, .len = 8 };
	u32 sent = 0;

	for (u32 i = 0; i < packets; i++)
		pkt4_rx(&n, &p);
	sent = ipnet_tx_count(&n);
	ipnet_tx_drop(&n);
	return sent;
}

/* ICMP4-07 */
/* ATK-FLD-11,12 */
Test(icmp4, rate_limit_per_target)
{
	cr_assert_eq(burst(200, "10.0.0.2"), 6);
	fixture_advance(n.net, NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	cr_assert_eq(burst(10, "10.0.0.2"), 1);
	cr_assert_gt(n.net->mib[MIB_Icmp_OutRateLimitHost], 190);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.icmp_ratelimit", "0"), 0);
	sysctl_set(n.net, "net.ipv4.icmp_msgs_burst", "1000");
	fixture_advance(n.net, 10 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	cr_assert_eq(burst(100, "10.0.0.2"), 100);
}

static u32 burst_of_many(void)
{
	char from[32];
	u32 sent = 0;

	for (int i = 0; i < 200; i++) {
		snprintf(from, sizeof(from), "10.0.0.%d", i + 10);
		ipnet_know(&n, from);
		sent += burst(1, from);
	}
	return sent;
}

/* ICMP4-07: the global bucket is bounded, and its size cannot be read off */
/* DEV-11: a bucket for all behind one per target */
Test(icmp4, global_rate_limit)
{
	u32 first = burst_of_many(), second, distinct = 0;

	cr_assert(first >= 25 && first <= 120, "%u", first);
	for (int i = 0; i < 5; i++) {
		fixture_advance(n.net, 60 * NSEC_PER_SEC);
		ipnet_tx_drop(&n);
		second = burst_of_many();
		distinct += second != first;
	}
	cr_assert_gt(distinct, 0);
}

/* ICMP4-08: what the target's limit refuses does not take from the others' bucket */
/* ATK-OFF-03: what was spent on others cannot be measured by probing */
Test(icmp4, global_charged_last)
{
	u32 tokens;

	burst(6, "10.0.0.2");
	tokens = n.net->ipv4.icmp_tokens;
	burst(100, "10.0.0.2");
	cr_assert_eq(n.net->ipv4.icmp_tokens, tokens);
}

/* An error about a packet from saddr to daddr of the protocol. */
static void error_in(u8 type, u8 code, u32 rest, const struct pkt4 *quoted, u32 cut)
{
	u8 icmp[200] = { type, code };
	struct pkt4 p = { .proto = IP_PROTO_ICMP, .payload = icmp };

	put_be32(icmp + 4, rest);
	p.len = 8 + pkt4_make(icmp + 8, quoted) - cut;
	put_be16(icmp + 2, be16_get(csum_fold(csum_partial(icmp, p.len, 0))));
	pkt4_rx(&n, &p);
}

static const u8 l4[16] = { 0x12, 0x34, 0, 53, 0, 16, 0, 0 };
static const struct pkt4 ours = { .saddr = "10.0.0.1", .daddr = "8.8.8.8", .proto = SINK,
				  .payload = l4, .len = 16 };

/* ICMP4-10, TCP's ICMP table rests on these values */
Test(icmp4, error_reaches_the_transport)
{
	static const struct {
		u8 type, code;
		int err;
		bool hard;
	} rows[] = {
		{ 3, 0, ENETUNREACH, false }, { 3, 1, EHOSTUNREACH, false },
		{ 3, 2, ENOPROTOOPT, true }, { 3, 3, ECONNREFUSED, true },
		{ 3, 4, EMSGSIZE, false }, { 3, 5, EOPNOTSUPP, false },
		{ 3, 6, ENETUNREACH, true }, { 3, 7, EHOSTDOWN, true }, { 3, 8, ENONET, true },
		{ 3, 9, ENETUNREACH, true }, { 3, 10, EHOSTUNREACH, true },
		{ 3, 11, ENETUNREACH, false }, { 3, 12, EHOSTUNREACH, false },
		{ 3, 13, EHOSTUNREACH, true }, { 11, 0, EHOSTUNREACH, false },
		{ 12, 0, EPROTO, true },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		errs = 0;
		error_in(rows[i].type, rows[i].code, 1400, &ours, 0);
		cr_assert_eq(errs, 1, "row %u", i);
		cr_assert_eq(err.err, rows[i].err, "row %u: %d", i, err.err);
		cr_assert_eq(err.hard, rows[i].hard, "row %u", i);
		cr_assert_arr_eq(err_l4, l4, 16);
	}
	cr_assert_eq(be32_get(*(const be32 *)inet_addr_4(&err.daddr)), 0x08080808);
}

/* ICMP4-10, IP6-22's twin: only what we could have sent */
Test(icmp4, error_about_what_we_did_not_send)
{
	struct pkt4 q = ours;

	q.saddr = "10.0.0.77";
	error_in(3, 1, 0, &q, 0);
	q = ours;
	q.frag_off = 100;
	error_in(3, 1, 0, &q, 0);
	q = ours;
	q.daddr = "10.0.0.255";
	error_in(3, 1, 0, &q, 0);
	q = ours;
	error_in(3, 1, 0, &q, 9);	/* 7 octets of transport */
	error_in(3, 16, 0, &q, 0);
	error_in(3, 4, 0, &q, 30);
	error_in(4, 0, 0, &q, 0);	/* IP4-38 */
	cr_assert_eq(errs, 0);
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

static struct dst_entry *route_to(const char *daddr)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr(daddr), .proto = SINK };
	struct dst_entry *dst;

	cr_assert_eq(n.net->ip.af[0]->route_output(n.net, &fl, &dst), 0);
	return dst;
}

static void default_route(void)
{
	struct fib_route r = { .dst = { .addr = ipnet_addr("0.0.0.0"), .family = INET_FAMILY_4 },
			       .gw = ipnet_addr("10.0.0.2"), .type = RTN_UNICAST };

	cr_assert_eq(fib_route_add(n.net, &r), 0);
}

/* IP4-26, IP4-27 */
Test(icmp4, path_mtu)
{
	static u8 payload[1480];
	struct pkt4 q = { .saddr = "10.0.0.1", .daddr = "8.8.8.8", .proto = SINK,
			  .payload = payload, .len = 100 };
	struct dst_entry *dst, *other;

	default_route();
	dst = route_to("8.8.8.8");
	other = route_to("8.8.4.4");
	cr_assert_eq(dst_mtu(dst), 1500);
	error_in(3, 4, 1400, &q, 0);
	cr_assert_eq(dst_mtu(dst), 1400);
	cr_assert_eq(dst_mtu(other), 1500);
	error_in(3, 4, 1450, &q, 0);		/* not raised */
	cr_assert_eq(dst_mtu(dst), 1400);
	error_in(3, 4, 70000 & 0xffff, &q, 0);
	error_in(3, 4, 68, &q, 0);		/* never below min_pmtu */
	cr_assert_eq(dst_mtu(dst), 552);
	fixture_advance(n.net, 599 * NSEC_PER_SEC);
	cr_assert_eq(dst_mtu(dst), 552);
	fixture_advance(n.net, 2 * NSEC_PER_SEC);
	cr_assert_eq(dst_mtu(dst), 1500);
	error_in(3, 4, 1300, &q, 0);
	dst_release(dst);
	rt_genid_bump(n.net);			/* survives the cache */
	dst = route_to("8.8.8.8");
	cr_assert_eq(dst_mtu(dst), 1300);
	dst_release(dst);
	dst_release(other);
}

/* RFC 5927: what no transport claims does not shrink the path */
/* ATK-FLD-20 ATK-OFF-06 */
Test(icmp4, path_mtu_of_nobody)
{
	struct pkt4 q = { .saddr = "10.0.0.1", .daddr = "8.8.8.8", .proto = ABSENT, .payload = l4,
			  .len = 16 };
	struct dst_entry *dst;

	default_route();
	dst = route_to("8.8.8.8");
	error_in(3, 4, 600, &q, 0);
	cr_assert_eq(dst_mtu(dst), 1500);
	dst_release(dst);
}

/* IP4-26: a router that does not tell */
Test(icmp4, path_mtu_plateau)
{
	struct pkt4 q = { .saddr = "10.0.0.1", .daddr = "8.8.8.8", .proto = SINK, .payload = l4,
			  .len = 16 };
	u8 icmp[64] = { 3, 4 };
	struct pkt4 p = { .proto = IP_PROTO_ICMP, .payload = icmp };
	struct dst_entry *dst;

	default_route();
	dst = route_to("8.8.8.8");
	p.len = 8 + pkt4_make(icmp + 8, &q);
	put_be16(icmp + 8 + 2, 1500);
	put_be16(icmp + 2, be16_get(csum_fold(csum_partial(icmp, p.len, 0))));
	pkt4_rx(&n, &p);
	cr_assert_eq(dst_mtu(dst), 1492);
	dst_release(dst);
}

/* IP4-33 */
Test(icmp4, redirect)
{
	struct pkt4 q = { .saddr = "10.0.0.1", .daddr = "8.8.8.8", .proto = SINK, .payload = l4,
			  .len = 16 };
	struct dst_entry *dst;
	union inet_addr gw1 = ipnet_addr("10.0.0.2"), gw2 = ipnet_addr("10.0.0.3");

	default_route();
	dst = route_to("8.8.8.8");
	error_in(5, 1, 0x09090909, &q, 0);	/* not on link */
	error_in(5, 1, 0xe0000001, &q, 0);
	error_in(5, 1, 0x0a000001, &q, 0);	/* ourselves */
	cr_assert(inet_addr_equal(&rt_of(dst)->nexthop, &gw1));
	error_in(5, 1, 0x0a000003, &q, 0);
	cr_assert(inet_addr_equal(&rt_of(dst)->nexthop, &gw2));
	error_in(5, 1, 0x0a000004, &q, 0);	/* 10.0.0.2 is no longer the gateway for it */
	cr_assert(inet_addr_equal(&rt_of(dst)->nexthop, &gw2));
	dst_release(dst);
}
