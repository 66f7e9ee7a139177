/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 input: what is delivered, what is dropped and why, what is said about it. */
#include "tests/unit/ip/ipnet.h"

static struct ipnet n;
static u32 delivered;
static struct inet_skb_cb last;
static u8 last_payload[65536];
static u32 last_len;

static void sink_rcv(struct sk_buff *skb)
{
	delivered++;
	last = *inet_cb(skb);
	last_len = skb->len;
	cr_assert_eq(skb_copy_bits(skb, 0, last_payload, skb->len), 0);
	cr_assert_eq(skb_transport_header(skb), skb->data);
	consume_skb(skb);
}

static const struct net_protocol sink = { .rcv = sink_rcv };
enum { SINK = 200, ABSENT = 201 };

static void setup(void)
{
	ipnet_new(&n, 1);
	ipnet_know(&n, "10.0.0.2");
	cr_assert_eq(inet_add_protocol(n.net, &sink, SINK, 3), 0);
	ipnet_tx_drop(&n);
	delivered = 0;
}

static void teardown(void)
{
	inet_del_protocol(n.net, SINK, 3);
	ipnet_free(&n);
}

TestSuite(ip4_in, .init = setup, .fini = teardown);

static const u8 data[64] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };

Test(ip4_in, delivers_and_describes)
{
	struct pkt4 p = { .proto = SINK, .ttl = 7, .tos = 0xb9, .payload = data, .len = 33 };

	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 1);
	cr_assert_eq(last_len, 33);
	cr_assert_arr_eq(last_payload, data, 33);
	cr_assert(inet_addr_equal(&last.saddr, &(union inet_addr){ .w = { 0, 0,
		  be32_make(0xffff).raw, be32_make(0x0a000002).raw } }));
	cr_assert_eq(last.iif, n.dev->ifindex);
	cr_assert_eq(last.l3_len, 20);
	cr_assert_eq(last.ttl, 7);
	cr_assert_eq(last.tos, 0xb9);
	cr_assert_eq(last.proto, SINK);
	cr_assert_eq(last.flags, 0);
	cr_assert_eq(n.net->mib[MIB_Ip_InDelivers], 1);
	cr_assert_eq(n.net->mib[MIB_IpExt_InECT1Pkts], 1);
}

/* ETH-02: the padding of a short frame is not payload. */
Test(ip4_in, padding_is_trimmed)
{
	struct pkt4 p = { .proto = SINK, .payload = data, .len = 3 };
	u8 buf[100];
	u32 len = pkt4_make(buf, &p);

	memset(buf + len, 0xee, 46 - len);
	ipnet_rx4(&n, buf, 46);
	cr_assert_eq(delivered, 1);
	cr_assert_eq(last_len, 3);
}

struct broken {
	u32 off;
	u8 value;
	u32 cut;		/* octets missing at the end */
	bool fix_csum;
	enum skb_drop_reason reason;
};

/* IP4-01, IP4-02, IP4-03, ETH-01 */
Test(ip4_in, broken_headers)
{
	static const struct broken rows[] = {
		{ 0, 0x65, 0, true, SKB_DROP_IP_INHDR },		/* version 6 */
		{ 0, 0x44, 0, false, SKB_DROP_IP_INHDR },		/* IHL 4 */
		{ 0, 0x4f, 0, false, SKB_DROP_PKT_TOO_SMALL },	/* IHL past the end */
		{ 3, 19, 0, true, SKB_DROP_IP_INHDR },		/* total length < header */
		{ 3, 200, 0, true, SKB_DROP_PKT_TOO_SMALL },	/* total length > frame */
		{ 10, 0x55, 0, false, SKB_DROP_IP_CSUM },
		{ 8, 63, 0, false, SKB_DROP_IP_CSUM },
		{ 0, 0x45, 30, false, SKB_DROP_PKT_TOO_SMALL },	/* 6 octets */
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt4 p = { .proto = SINK, .payload = data, .len = 16 };
		struct ip4_hdr *h;
		u8 buf[100];
		u32 len = pkt4_make(buf, &p);
		u64 before = n.net->drops[rows[i].reason];

		buf[rows[i].off] = rows[i].value;
		h = (struct ip4_hdr *)buf;
		if (rows[i].fix_csum) {
			h->check = be16_make(0);
			h->check = ip_fast_csum(h, 5);
		}
		ipnet_rx4(&n, buf, len - rows[i].cut);
		cr_assert_eq(n.net->drops[rows[i].reason], before + 1, "row %u", i);
	}
	cr_assert_eq(delivered, 0);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_eq(n.net->mib[MIB_Ip_InHdrErrors], ARRAY_SIZE(rows));
	cr_assert_eq(n.net->mib[MIB_IpExt_InCsumErrors], 2);
}

struct address {
	const char *saddr, *daddr;
	bool ok;
};

/* IP4-04, IP4-05, ATK-OFF-10: a row per prefix */
Test(ip4_in, martians)
{
	static const struct address rows[] = {
		{ "10.0.0.2", "10.0.0.1", true },
		{ "8.8.8.8", "10.0.0.1", true },
		{ "0.1.2.3", "10.0.0.1", false },
		{ "0.0.0.0", "10.0.0.1", false },
		{ "127.0.0.1", "10.0.0.1", false },
		{ "224.0.0.5", "10.0.0.1", false },
		{ "240.0.0.1", "10.0.0.1", false },
		{ "255.255.255.255", "10.0.0.1", false },
		{ "10.0.0.255", "10.0.0.1", false },
		{ "10.0.0.1", "10.0.0.1", false },
		{ "10.0.0.2", "127.0.0.1", false },
		{ "10.0.0.2", "0.0.0.0", false },
		{ "10.0.0.2", "240.1.1.1", false },
		{ "10.0.0.2", "10.0.0.3", false },
		{ "10.0.0.2", "9.9.9.9", false },
		{ "10.0.0.2", "255.255.255.255", true },
		{ "0.0.0.0", "255.255.255.255", true },
		{ "10.0.0.2", "10.0.0.255", true },
		{ "10.0.0.2", "224.0.0.1", true },
		{ "10.0.0.2", "224.0.0.9", false },
		{ "10.0.0.2", "239.1.1.1", false },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt4 p = { .proto = SINK, .saddr = rows[i].saddr, .daddr = rows[i].daddr,
				  .payload = data, .len = 8 };

		delivered = 0;
		pkt4_rx(&n, &p);
		cr_assert_eq(delivered, rows[i].ok, "%s -> %s", rows[i].saddr, rows[i].daddr);
	}
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* IP4-05, ETH-07: membership is by IP address, and ends with the last leave */
Test(ip4_in, multicast_membership)
{
	union inet_addr g = ipnet_addr("239.1.1.1");
	struct pkt4 p = { .proto = SINK, .daddr = "239.1.1.1", .payload = data, .len = 8 };
	struct pkt4 collides = { .proto = SINK, .daddr = "224.129.1.1", .payload = data, .len = 8 };
	static const u8 mac[6] = { 1, 0, 0x5e, 1, 1, 1 };

	cr_assert_eq(ip_mc_join(n.dev, &g, INET_FAMILY_4), 0);
	cr_assert_eq(ip_mc_join(n.dev, &g, INET_FAMILY_4), 0);
	cr_assert(dev_mc_wanted(n.dev, mac));
	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 1);
	cr_assert(last.flags & INET_CB_MULTICAST);
	pkt4_rx(&n, &collides);
	cr_assert_eq(delivered, 1);
	cr_assert_eq(ip_mc_leave(n.dev, &g, INET_FAMILY_4), 0);
	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 2);
	cr_assert_eq(ip_mc_leave(n.dev, &g, INET_FAMILY_4), 0);
	cr_assert_not(dev_mc_wanted(n.dev, mac));
	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 2);
	cr_assert_lt(ip_mc_leave(n.dev, &g, INET_FAMILY_4), 0);
}

/* IP4-07 DEV-08, both ways */
Test(ip4_in, unicast_in_link_broadcast)
{
	struct pkt4 p = { .proto = SINK, .payload = data, .len = 8 };
	u8 buf[100];
	u32 len = pkt4_make(buf, &p);

	ipnet_rx_to(&n, ipnet_bcast, ETH_TYPE_IP4, buf, len);
	cr_assert_eq(delivered, 0);
	cr_assert_eq(n.net->drops[SKB_DROP_UNICAST_IN_L2_MULTICAST], 1);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.all.drop_unicast_in_l2_multicast", "0"), 0);
	ipnet_rx_to(&n, ipnet_bcast, ETH_TYPE_IP4, buf, len);
	cr_assert_eq(delivered, 1);
}

/* IP4-08 */
Test(ip4_in, low_ttl_is_delivered)
{
	struct pkt4 p = { .proto = SINK, .ttl = 1, .payload = data, .len = 8 };
	u8 buf[100];
	u32 len = pkt4_make(buf, &p);
	struct ip4_hdr *h = (struct ip4_hdr *)buf;

	pkt4_rx(&n, &p);
	h->ttl = 0;
	h->check = be16_make(0);
	h->check = ip_fast_csum(h, 5);
	ipnet_rx4(&n, buf, len);
	cr_assert_eq(delivered, 2);
}

struct options {
	u8 opts[12];
	bool ok;
	u8 pointer;		/* of the parameter problem; 0: silence */
};

/* IP4-10, IP4-11, IP4-13 */
Test(ip4_in, options)
{
	static const struct options rows[] = {
		{ { 1, 1, 1, 0 }, true, 0 },
		{ { 148, 4, 0, 0 }, true, 0 },			/* router alert */
		{ { 99, 4, 1, 2 }, true, 0 },			/* unknown */
		{ { 7, 7, 4, 0, 0, 0, 0, 0 }, true, 0 },	/* record route */
		{ { 99, 1, 0, 0 }, false, 21 },			/* too short */
		{ { 1, 99, 40, 0 }, false, 22 },		/* past the header */
		{ { 7, 7, 3, 0, 0, 0, 0, 0 }, false, 22 },	/* pointer < 4 */
		{ { 131, 7, 4, 10, 0, 0, 9, 0 }, false, 0 },	/* loose source route */
		{ { 137, 7, 4, 10, 0, 0, 9, 0 }, false, 0 },	/* strict */
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pkt4 p = { .proto = SINK, .payload = data, .len = 8, .opts = rows[i].opts,
				  .optlen = 12 };
		const struct icmp4_hdr *icmp;

		fixture_advance(n.net, 10 * NSEC_PER_SEC);	/* past the rate limit */
		ipnet_tx_drop(&n);
		delivered = 0;
		pkt4_rx(&n, &p);
		cr_assert_eq(delivered, rows[i].ok, "row %u", i);
		icmp = ipnet_tx_icmp4(&n);
		cr_assert_eq(icmp != NULL, rows[i].pointer != 0, "row %u", i);
		if (!icmp)
			continue;
		cr_assert_eq(icmp->type, ICMP4_TYPE_PARAM_PROBLEM);
		cr_assert_eq(icmp->un.pointer, rows[i].pointer, "row %u: %u", i, icmp->un.pointer);
	}
}

/* IP4-34, ATK-OFF-11: spoof matrix */
Test(ip4_in, reverse_path_filter)
{
	struct pkt4 on_link = { .proto = SINK, .payload = data, .len = 8 };
	struct pkt4 far = { .proto = SINK, .saddr = "8.8.8.8", .payload = data, .len = 8 };
	struct net_device *other = fixture_dev_new(n.net, "t1", 0);
	struct inet_prefix p;
	struct pkt4 elsewhere = { .proto = SINK, .saddr = "10.9.0.5", .payload = data, .len = 8 };

	cr_assert(inet_prefix_parse("10.9.0.1/24", &p));
	cr_assert_eq(inet_ifaddr_add(n.net, other, &p, 0), 0);
	for (int mode = 0; mode < 3; mode++) {
		char text[2] = { (char)('0' + mode), 0 };

		cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.all.rp_filter", text), 0);
		delivered = 0;
		pkt4_rx(&n, &on_link);
		cr_assert_eq(delivered, 1);
		pkt4_rx(&n, &far);		/* no route back at all */
		cr_assert_eq(delivered, mode == 0 ? 2 : 1, "mode %d", mode);
		delivered = 0;
		pkt4_rx(&n, &elsewhere);	/* the way back is by t1 */
		cr_assert_eq(delivered, mode != 1, "mode %d", mode);
	}
	cr_assert_lt(sysctl_set(n.net, "net.ipv4.conf.all.rp_filter", "3"), 0);
}

/* IP4-37 DEV-07: weak host model; rp_filter above is the strict one's half of it */
Test(ip4_in, address_of_another_device)
{
	struct net_device *other = fixture_dev_new(n.net, "t1", 0);
	struct pkt4 p = { .proto = SINK, .daddr = "10.9.0.1", .payload = data, .len = 8 };
	struct inet_prefix a;

	cr_assert(inet_prefix_parse("10.9.0.1/24", &a));
	cr_assert_eq(inet_ifaddr_add(n.net, other, &a, 0), 0);
	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 1);
}

Test(ip4_in, unknown_protocol)
{
	struct pkt4 p = { .proto = ABSENT, .payload = data, .len = 8 };
	const struct icmp4_hdr *icmp;

	pkt4_rx(&n, &p);
	icmp = ipnet_tx_icmp4(&n);
	cr_assert_not_null(icmp);
	cr_assert_eq(icmp->type, ICMP4_TYPE_UNREACH);
	cr_assert_eq(icmp->code, ICMP4_UNREACH_PROTOCOL);
	cr_assert_arr_eq((const u8 *)icmp + 8 + 20, data, 8);
	cr_assert_eq(n.net->mib[MIB_Ip_InUnknownProtos], 1);
}

static bool raw_took(const struct sk_buff *skb, u8 proto)
{
	(void)skb;
	return proto == ABSENT;
}

Test(ip4_in, raw_socket_makes_a_protocol_known)
{
	struct pkt4 p = { .proto = ABSENT, .payload = data, .len = 8 };

	n.net->ip.raw_deliver = raw_took;
	pkt4_rx(&n, &p);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	cr_assert_eq(n.net->mib[MIB_Ip_InDelivers], 1);
}

Test(ip4_in, after_the_address_is_gone)
{
	struct pkt4 p = { .proto = SINK, .payload = data, .len = 8 };
	struct inet_prefix a;

	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 1);
	cr_assert(inet_prefix_parse("10.0.0.1/24", &a));
	cr_assert_eq(inet_ifaddr_del(n.net, n.dev, &a), 0);
	pkt4_rx(&n, &p);
	cr_assert_eq(delivered, 1);
}

/* whatever the bytes are, nothing leaks and nothing crashes */
Test(ip4_in, random_bytes)
{
	struct prng r;

	prng_seed(&r, 4);
	for (int i = 0; i < 20000; i++) {
		struct pkt4 p = { .proto = (u8)(i % 2 ? SINK : IP_PROTO_ICMP), .payload = data,
				  .len = prng_below(&r, 64) };
		u8 buf[200];
		u32 len = pkt4_make(buf, &p), flips = prng_below(&r, 4);

		while (flips--)
			buf[prng_below(&r, len)] = (u8)prng_u32(&r);
		if (prng_chance(&r, 3, 4)) {
			struct ip4_hdr *h = (struct ip4_hdr *)buf;

			h->check = be16_make(0);
			if (ip4_hdrlen(h) <= len)
				h->check = ip_fast_csum(h, ip4_hdrlen(h) / 4);
		}
		ipnet_rx4(&n, buf, prng_chance(&r, 1, 8) ? prng_below(&r, len) : len);
		ipnet_tx_drop(&n);
	}
	fixture_advance(n.net, 60 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	cr_assert_eq(n.net->ip.frags[0].mem, 0);
}
