/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 input: header checks, extension headers, ICMPv6 and when it keeps quiet. */
#include <errno.h>

#include "tests/unit/ip/ipnet.h"

static struct ipnet n;
static u32 delivered;
static struct inet_skb_cb last;
static u32 last_len;
static struct inet_icmp_err err;
static u32 errs;

static void sink_rcv(struct sk_buff *skb)
{
	delivered++;
	last = *inet_cb(skb);
	last_len = skb->len;
	consume_skb(skb);
}

static void sink_err(struct net *net, const struct inet_icmp_err *e)
{
	inet_icmp_err_pmtu(net, e);
	errs++;
	err = *e;
}

static const struct net_protocol sink = { .rcv = sink_rcv, .err = sink_err };
enum { SINK = 200, ABSENT = 254 };

static void setup(void)
{
	ipnet_new(&n, 31);
	ipnet_know(&n, "fd00::2");
	inet_add_protocol(n.net, &sink, SINK, 3);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	delivered = errs = 0;
}

static void teardown(void)
{
	inet_del_protocol(n.net, SINK, 3);
	ipnet_free(&n);
}

TestSuite(ip6_in, .init = setup, .fini = teardown);

static const u8 data[64] = { 1, 2, 3 };

/* Past every rate limit. */
static void rest(void)
{
	fixture_advance(n.net, 10 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	delivered = 0;
}

/* IP6-01, IP6-20 */
Test(ip6_in, header)
{
	struct pkt6 p = { .nexthdr = SINK, .payload = data, .len = 33, .hlim = 3, .tclass = 0xb8 };
	u8 buf[200] = { 0 };
	u32 len = pkt6_make(buf, &p);

	pkt6_rx(&n, &p);
	cr_assert_eq(delivered, 1);
	cr_assert_eq(last_len, 33);
	cr_assert_eq(last.l3_len, 40);
	cr_assert_eq(last.ttl, 3);
	cr_assert_eq(last.tos, 0xb8);
	ipnet_rx6(&n, buf, len + 20);		/* padding */
	cr_assert_eq(delivered, 2);
	cr_assert_eq(last_len, 33);
	buf[7] = 0;				/* hop limit 0 */
	ipnet_rx6(&n, buf, len);
	cr_assert_eq(delivered, 3);
	ipnet_rx6(&n, buf, len - 1);
	ipnet_rx6(&n, buf, 39);
	buf[0] = 0x40;
	ipnet_rx6(&n, buf, len);
	cr_assert_eq(delivered, 3);
	cr_assert_eq(n.net->mib[MIB_Ip6_InHdrErrors], 3);
	cr_assert_eq(n.net->mib[MIB_Ip6_InTruncatedPkts], 1);
}

/* IP6-25, IP6-26, IP6-28 */
Test(ip6_in, addresses)
{
	static const struct {
		const char *saddr, *daddr;
		bool ok;
	} rows[] = {
		{ "fd00::2", "fd00::1", true }, { "2001:db8::1", "fd00::1", true },
		{ "fe80::9", "fd00::1", true }, { "fd00::2", "ff02::1", true },
		{ "ff02::1", "fd00::1", false }, { "::1", "fd00::1", false },
		{ "fd00::2", "::1", false }, { "fd00::2", "::", false },
		{ "::7.7.7.7", "fd00::1", false }, { "fd00::2", "::7.7.7.7", false },
		{ "fd00::2", "fd00::3", false }, { "fd00::2", "ff01::1", false },
		{ "fd00::2", "ff00::1", false }, { "fd00::2", "ff02::1:2", false },
		{ "fd00::2", "ff0e::1", false }, { "fd00::2", "fe80::1", false },
		{ "fd00::2", "fe80::ff:fe00:1", true },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt6 p = { .saddr = rows[i].saddr, .daddr = rows[i].daddr, .nexthdr = SINK,
				  .payload = data, .len = 8 };

		delivered = 0;
		pkt6_rx(&n, &p);
		cr_assert_eq(delivered, rows[i].ok, "%s -> %s", rows[i].saddr, rows[i].daddr);
	}
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* IP6-26 */
Test(ip6_in, v4_mapped_on_the_wire)
{
	struct pkt6 p = { .nexthdr = SINK, .payload = data, .len = 8 };
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	u8 buf[100];
	u32 len = pkt6_make(buf, &p);

	memcpy(buf + 8, mapped, 12);
	ipnet_rx6(&n, buf, len);
	pkt6_make(buf, &p);
	memcpy(buf + 24, mapped, 12);
	ipnet_rx6(&n, buf, len);
	cr_assert_eq(delivered, 0);
	cr_assert_eq(n.net->drops[SKB_DROP_V4MAPPED_ON_WIRE], 2);
}

/* packet-suites 30, IP6-03 */
Test(ip6_in, unknown_next_header)
{
	struct pkt6 p = { .nexthdr = ABSENT, .payload = data, .len = 24 };
	const struct icmp6_hdr *r;
	u8 sent[100];
	u32 len = pkt6_make(sent, &p);

	pkt6_rx(&n, &p);
	r = ipnet_tx_icmp6(&n);
	cr_assert_not_null(r);
	cr_assert_eq(r->type, ICMP6_TYPE_PARAM_PROBLEM);
	cr_assert_eq(r->code, ICMP6_PARAM_NEXTHDR);
	cr_assert_eq(be32_get(r->un.pointer), 6);
	cr_assert_arr_eq((const u8 *)(r + 1), sent, len);
	p.nexthdr = IP_PROTO_NONE;
	pkt6_rx(&n, &p);
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* ATK-OFF-25: an error about a packet that came in fragments quotes what fits in 1280, once */
Test(ip6_in, error_about_reassembled)
{
	static u8 frag[8 + 1400];
	struct pkt6 p = { .nexthdr = 44, .payload = frag, .len = sizeof(frag) };
	const struct icmp6_hdr *r;

	frag[0] = ABSENT;
	put_be32(frag + 4, 77);
	put_be16(frag + 2, 0 | 1);
	pkt6_rx(&n, &p);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	put_be16(frag + 2, 1400);
	pkt6_rx(&n, &p);
	r = ipnet_tx_icmp6(&n);
	cr_assert_not_null(r);
	cr_assert_eq(r->type, ICMP6_TYPE_PARAM_PROBLEM);
	cr_assert_leq(n.len, ETH_HLEN + 1280);
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

struct chain {
	u8 hdr[32];
	u32 len;
	u8 nexthdr;		/* of the IPv6 header */
	bool ok;
	s32 code, pointer;	/* of the parameter problem; -1: silence */
};

/* IP6-02, IP6-05, IP6-06, IP6-08, IP6-09, IP6-19; S is SINK, hdr ends where the payload starts */
Test(ip6_in, extension_headers)
{
	static const struct chain rows[] = {
		{ { SINK, 0, 1, 4 }, 8, 0, true, -1, -1 },
		{ { SINK, 0, 1, 4 }, 8, 60, true, -1, -1 },
		{ { 60, 0, 1, 4, 0, 0, 0, 0, SINK, 0, 1, 4 }, 16, 0, true, -1, -1 },
		/* hop-by-hop behind another header */
		{ { 0, 0, 1, 4, 0, 0, 0, 0, SINK, 0, 1, 4 }, 16, 60, false, 1, 40 },
		{ { SINK, 0, 0, 0, 0, 0, 0, 0 }, 8, 60, true, -1, -1 },	/* 6 × Pad1 */
		{ { SINK, 1, 1, 4, 0, 0, 0, 0, 1, 6 }, 16, 60, false, -1, -1 }, /* 14 of padding */
		{ { SINK, 0, 1, 4, 0, 7, 0, 0 }, 8, 60, false, -1, -1 },	/* not zero */
		{ { SINK, 0, 1, 5, 0, 0, 0, 0 }, 8, 60, false, -1, -1 },	/* past the end */
		{ { SINK, 9, 1, 4 }, 8, 60, false, -1, -1 },		/* header past the end */
		{ { SINK, 0, 5, 2, 0, 0, 1, 0 }, 8, 0, true, -1, -1 },	/* router alert */
		{ { SINK, 0, 0xc2, 4, 0, 1, 0, 0 }, 8, 0, false, 0, 42 }, /* jumbo */
		{ { SINK, 0, 0, 0, 0, 0, 0, 0 }, 8, 43, true, -1, -1 },	/* RH0, no segments left */
		{ { SINK, 2, 0, 1 }, 24, 43, false, 0, 42 },		/* RH0 */
		{ { SINK, 0, 99, 0 }, 8, 43, true, -1, -1 },		/* unknown type, none left */
		{ { SINK, 0, 99, 1 }, 8, 43, false, 0, 42 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u8 buf[64] = { 0 };
		struct pkt6 p = { .nexthdr = rows[i].nexthdr, .payload = buf,
				  .len = rows[i].len + 8 };
		const struct icmp6_hdr *r;

		rest();
		memcpy(buf, rows[i].hdr, rows[i].len);
		pkt6_rx(&n, &p);
		cr_assert_eq(delivered, rows[i].ok, "row %u", i);
		if (rows[i].ok)
			cr_assert_eq(last_len, 8, "row %u: %u", i, last_len);
		r = ipnet_tx_icmp6(&n);
		cr_assert_eq(r != NULL, rows[i].code >= 0, "row %u", i);
		if (!r)
			continue;
		cr_assert_eq(r->type, ICMP6_TYPE_PARAM_PROBLEM);
		cr_assert_eq(r->code, rows[i].code, "row %u", i);
		cr_assert_eq(be32_get(r->un.pointer), (u32)rows[i].pointer, "row %u: %u", i,
			     be32_get(r->un.pointer));
	}
}

/* packet-suites 29, IP6-04, ICMP6-04: what the top two bits say */
Test(ip6_in, unknown_options)
{
	static const struct {
		u8 type;
		bool ok, icmp_unicast, icmp_multicast;
	} rows[] = { { 0x1e, true, false, false }, { 0x5e, false, false, false },
		     { 0x9e, false, true, true }, { 0xde, false, true, false } };

	for (u32 i = 0; i < ARRAY_SIZE(rows) * 4; i++) {
		u32 k = i / 4;
		bool group = i & 1, hbh = i & 2;
		u8 buf[16] = { SINK, 0, rows[k].type, 4 };
		struct pkt6 p = { .nexthdr = hbh ? 0 : 60, .payload = buf, .len = 16,
				  .daddr = group ? "ff02::1" : "fd00::1" };
		const struct icmp6_hdr *r;

		rest();
		pkt6_rx(&n, &p);
		cr_assert_eq(delivered, rows[k].ok, "%u", i);
		r = ipnet_tx_icmp6(&n);
		cr_assert_eq(r != NULL, group ? rows[k].icmp_multicast : rows[k].icmp_unicast,
			     "%u", i);
		if (!r)
			continue;
		cr_assert_eq(r->code, ICMP6_PARAM_OPTION);
		cr_assert_eq(be32_get(r->un.pointer), 42);
		/* ICMP6-09: never from the group */
		cr_assert_neq(ipnet_l3(&n)[8], 0xff);
	}
}

/* IP6-06, IP6-34 */
Test(ip6_in, many_options_and_headers)
{
	u8 buf[400] = { SINK, 4 };
	struct pkt6 p = { .nexthdr = 60, .payload = buf };

	for (u32 opts = 8; opts <= 9; opts++) {
		memset(buf + 2, 0, 100);
		for (u32 i = 0; i < opts; i++)
			buf[2 + i * 3] = 0x1e, buf[3 + i * 3] = 1;
		buf[2 + opts * 3] = 0x1e;	/* one more, that fills up */
		buf[2 + (opts - 1) * 3 + 1] = (u8)(38 - (opts - 1) * 3 - 2);
		memset(buf + 2 + opts * 3, 0, 40 - 2 - opts * 3);
		p.len = 48;
		delivered = 0;
		pkt6_rx(&n, &p);
		cr_assert_eq(delivered, opts == 8, "%u options", opts);
	}
	for (u32 headers = IP6_EXT_MAX; headers <= IP6_EXT_MAX + 1; headers++) {
		for (u32 i = 0; i < headers; i++) {
			memset(buf + i * 8, 0, 8);
			buf[i * 8] = i + 1 == headers ? SINK : 60;
			buf[i * 8 + 2] = 1;
			buf[i * 8 + 3] = 4;
		}
		p.len = headers * 8 + 8;
		delivered = 0;
		pkt6_rx(&n, &p);
		cr_assert_eq(delivered, headers == IP6_EXT_MAX);
	}
}

/* ATK-RSM-10: a fragment header in what a fragment header led to, again and again */
Test(ip6_in, nested_fragment_headers)
{
	u8 buf[8 * 64] = { 0 };
	struct pkt6 p = { .nexthdr = 44, .payload = buf };

	for (u32 depth = 1; depth < 60; depth += 7) {
		for (u32 i = 0; i < depth; i++) {
			buf[i * 8] = i + 1 == depth ? SINK : 44;
			put_be32(buf + i * 8 + 4, i);
		}
		p.len = depth * 8 + 8;
		delivered = 0;
		pkt6_rx(&n, &p);
		cr_assert_leq(delivered, depth <= IP6_EXT_MAX, "depth %u", depth);
		cr_assert_leq(ipnet_tx_count(&n), 1);
		ipnet_tx_drop(&n);
	}
	cr_assert_eq(n.net->ip.frags[1].mem, 0);
}

/* IP6-14, RFC 7112 */
Test(ip6_in, first_fragment_without_the_chain)
{
	u8 buf[24] = { 60, 0, 0, 1, 0, 0, 0, 1, 6, 1, 1, 12 };
	struct pkt6 p = { .nexthdr = 44, .payload = buf, .len = 24 };
	const struct icmp6_hdr *r;

	pkt6_rx(&n, &p);
	r = ipnet_tx_icmp6(&n);
	cr_assert_not_null(r);
	cr_assert_eq(r->type, ICMP6_TYPE_PARAM_PROBLEM);
	cr_assert_eq(r->code, ICMP6_PARAM_INCOMPLETE_CHAIN);
}

static void echo(const char *saddr, const char *daddr, u32 len)
{
	static u8 msg[66000];
	struct pkt6 p = { .saddr = saddr, .daddr = daddr, .nexthdr = IP_PROTO_ICMPV6,
			  .payload = msg, .len = 8 + len };

	memset(msg, 0x61, 8 + len);
	msg[0] = ICMP6_TYPE_ECHO_REQUEST;
	msg[1] = 0;
	icmp6_csum(&p, msg, p.len);
	pkt6_rx(&n, &p);
}

/* ICMP6-01, ICMP6-02 */
Test(ip6_in, echo)
{
	const struct icmp6_hdr *r;
	u8 msg[8] = { 128 };
	struct pkt6 bad = { .nexthdr = IP_PROTO_ICMPV6, .payload = msg, .len = 8 };

	for (u32 len = 0; len < 1400; len += 600) {
		echo(NULL, NULL, len);
		r = ipnet_tx_icmp6(&n);
		cr_assert_not_null(r);
		cr_assert_eq(r->type, ICMP6_TYPE_ECHO_REPLY);
		cr_assert_eq(n.len, ETH_HLEN + 48 + len);
		cr_assert_eq(((const u8 *)r)[7], 0x61);
		cr_assert_eq(ipnet_l3(&n)[23], 1);
	}
	echo(NULL, "ff02::1", 8);	/* from a unicast address */
	r = ipnet_tx_icmp6(&n);
	cr_assert_not_null(r);
	cr_assert_eq(ipnet_l3(&n)[8], 0xfd);
	pkt6_rx(&n, &bad);
	cr_assert_eq(n.net->mib[MIB_Icmp6_InCsumErrors], 1);
	sysctl_set(n.net, "net.ipv6.icmp.echo_ignore_multicast", "1");
	echo(NULL, "ff02::1", 8);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	sysctl_set(n.net, "net.ipv6.icmp.echo_ignore_all", "1");
	echo(NULL, NULL, 8);
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* ICMP6-05: whom an error is never sent to */
Test(ip6_in, never_answer)
{
	static const struct {
		const char *saddr, *daddr;
		u8 proto, type;
		bool answered;
	} rows[] = {
		{ "fd00::2", "fd00::1", ABSENT, 0, true },
		{ "fd00::2", "ff02::1", ABSENT, 0, false },
		{ "::", "fd00::1", ABSENT, 0, false },
		{ "fd00::2", "fd00::1", 58, 128, true }, { "fd00::2", "fd00::1", 58, 1, false },
		{ "fd00::2", "fd00::1", 58, 2, false }, { "fd00::2", "fd00::1", 58, 4, false },
		{ "fd00::2", "fd00::1", 58, 100, false }, { "fd00::2", "fd00::1", 58, 137, false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		/* an unknown option that asks for an error, then the protocol */
		u8 buf[24] = { rows[i].proto, 0, 0xde, 4, [8] = rows[i].type };
		struct pkt6 p = { .saddr = rows[i].saddr, .daddr = rows[i].daddr, .nexthdr = 60,
				  .payload = buf, .len = 24 };

		rest();
		pkt6_rx(&n, &p);
		cr_assert_eq(ipnet_tx_count(&n), rows[i].answered, "row %u", i);
	}
}

/* ICMP6-06, ICMP6-08 */
Test(ip6_in, error_size_and_rate)
{
	static u8 big[1400];
	struct pkt6 p = { .nexthdr = ABSENT, .payload = big, .len = sizeof(big) };
	u32 sent;

	for (int i = 0; i < 100; i++)
		pkt6_rx(&n, &p);
	cr_assert_not_null(ipnet_tx_icmp6(&n));
	cr_assert_eq(n.len, ETH_HLEN + 1280);
	sent = 1 + ipnet_tx_count(&n);
	cr_assert_eq(sent, 6);
	cr_assert_eq(n.net->mib[MIB_Icmp6_OutRateLimitHost], 94);
}

static void error_in(u8 type, u8 code, u32 info, const struct pkt6 *quoted)
{
	u8 msg[300] = { type, code };
	struct pkt6 p = { .nexthdr = IP_PROTO_ICMPV6, .payload = msg };

	put_be32(msg + 4, info);
	p.len = 8 + pkt6_make(msg + 8, quoted);
	icmp6_csum(&p, msg, p.len);
	pkt6_rx(&n, &p);
}

static const struct pkt6 ours = { .saddr = "fd00::1", .daddr = "2001:db8::9", .nexthdr = SINK,
				  .payload = data, .len = 16 };

/* IP6-22, ICMP6-07 */
Test(ip6_in, errors_reach_the_transport)
{
	static const struct {
		u8 type, code;
		int err;
		bool hard;
	} rows[] = {
		{ 1, 0, ENETUNREACH, false }, { 1, 1, EACCES, true },
		{ 1, 2, EHOSTUNREACH, false }, { 1, 3, EHOSTUNREACH, false },
		{ 1, 4, ECONNREFUSED, true }, { 1, 5, EACCES, true }, { 1, 6, EACCES, true },
		{ 2, 0, EMSGSIZE, false }, { 3, 0, EHOSTUNREACH, false }, { 4, 1, EPROTO, true },
		{ 100, 0, EPROTO, false },
	};
	struct pkt6 q = ours;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		errs = 0;
		error_in(rows[i].type, rows[i].code, 1400, &ours);
		cr_assert_eq(errs, 1, "row %u", i);
		cr_assert_eq(err.err, rows[i].err, "row %u", i);
		cr_assert_eq(err.hard, rows[i].hard, "row %u", i);
	}
	errs = 0;
	q.saddr = "fd00::77";
	error_in(1, 3, 0, &q);
	q = ours;
	q.len = 7;
	error_in(1, 3, 0, &q);
	cr_assert_eq(errs, 0);
}

/* IP6-21 ATK-OFF-07 ATK-RSM-11: nothing below 1280 is learned, hence no atomic fragment is made */
Test(ip6_in, packet_too_big)
{
	struct fib_route r = { .dst = { .family = INET_FAMILY_6 }, .gw = ipnet_addr("fd00::2"),
			       .type = RTN_UNICAST };
	struct flowi fl = { .family = INET_FAMILY_6, .daddr = ipnet_addr("2001:db8::9") };
	struct dst_entry *dst;

	cr_assert_eq(fib_route_add(n.net, &r), 0);
	cr_assert_eq(n.net->ip.af[1]->route_output(n.net, &fl, &dst), 0);
	cr_assert_eq(dst_mtu(dst), 1500);
	error_in(2, 0, 1279, &ours);
	cr_assert_eq(dst_mtu(dst), 1500);
	error_in(2, 0, 1400, &ours);
	cr_assert_eq(dst_mtu(dst), 1400);
	error_in(2, 0, 1450, &ours);
	cr_assert_eq(dst_mtu(dst), 1400);
	error_in(2, 0, 1280, &ours);
	cr_assert_eq(dst_mtu(dst), 1280);
	fixture_advance(n.net, 601 * NSEC_PER_SEC);
	cr_assert_eq(dst_mtu(dst), 1500);
	dst_release(dst);
}

/* whatever the bytes are, nothing leaks and nothing crashes */
Test(ip6_in, random_bytes, .timeout = 120)
{
	static const u8 heads[] = { 0, 43, 44, 60, 58, SINK, 59, ABSENT };
	struct prng r;

	prng_seed(&r, 4);
	for (int i = 0; i < 20000; i++) {
		u8 body[200], buf[300], at = 0;
		struct pkt6 p = { .nexthdr = heads[prng_below(&r, 8)], .payload = body,
				  .len = prng_below(&r, 200) };
		u32 len;

		prng_bytes(&r, body, sizeof(body));
		while (at < 150 && prng_chance(&r, 3, 4)) {
			body[at] = heads[prng_below(&r, 8)];
			body[at + 1] = (u8)prng_below(&r, 3);
			at = (u8)(at + 8 * (body[at + 1] + 1));
		}
		len = pkt6_make(buf, &p);
		ipnet_rx6(&n, buf, prng_chance(&r, 1, 8) ? prng_below(&r, len) : len);
		ipnet_tx_drop(&n);
	}
	fixture_advance(n.net, 61 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	cr_assert_eq(n.net->ip.frags[1].mem, 0);
}
