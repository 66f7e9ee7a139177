/* SPDX-License-Identifier: BSD-2-Clause */
/* Which packets are for other hosts and sent on: workers share them, since no socket here has them. */
#include "tests/unit/ip/fwdnet.h"

static void setup(void)
{
	fwd_new();
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(in_transit, .init = setup, .fini = teardown);

/* The first len octets of a packet to daddr that t0 received. */
static bool is_in_transit(const char *daddr, u8 pkt_type, u32 len)
{
	union inet_addr a = ipnet_addr(daddr);
	bool v6 = strchr(daddr, ':'), transit;
	struct sk_buff *skb = alloc_skb(n.net, IP6_HLEN);
	u8 h[IP6_HLEN] = { v6 ? 0x60 : 0x45 };

	memcpy(h + (v6 ? 24 : 16), v6 ? a.b : a.b + 12, v6 ? 16 : 4);
	skb_put_data(skb, h, len);
	skb->dev = t0;
	skb->protocol = v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4;
	skb->pkt_type = pkt_type;
	transit = n.net->ip.in_transit(skb);
	consume_skb(skb);
	return transit;
}

static bool host4(const char *daddr)
{
	return is_in_transit(daddr, PACKET_HOST, IP4_HLEN);
}

static bool host6(const char *daddr)
{
	return is_in_transit(daddr, PACKET_HOST, IP6_HLEN);
}

Test(in_transit, others)
{
	cr_assert(host4("10.1.0.2"));
	cr_assert(host6("fd01::2"));
	cr_assert(host4("99.1.1.1"), "there is no way to it, which its sender is told");
	cr_assert(host6("2001:db8::1"));
}

Test(in_transit, ours)
{
	static const char *const ours4[] = { "10.0.0.1",  "10.1.0.1",  "10.1.0.255",	  "10.0.0.255",
					     "127.0.0.9", "224.0.0.5", "255.255.255.255", "0.0.0.0" };
	static const char *const ours6[] = { "fd00::1", "fd01::1", "ff02::1", "fe80::1" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ours4); i++)
		cr_assert_not(host4(ours4[i]), "%s", ours4[i]);
	for (i = 0; i < ARRAY_SIZE(ours6); i++)
		cr_assert_not(host6(ours6[i]), "%s", ours6[i]);
}

Test(in_transit, by_the_link_layer)
{
	cr_assert_not(is_in_transit("10.1.0.2", PACKET_BROADCAST, IP4_HLEN));
	cr_assert_not(is_in_transit("10.1.0.2", PACKET_OTHERHOST, IP4_HLEN));
	cr_assert_not(is_in_transit("fd01::2", PACKET_MULTICAST, IP6_HLEN));
}

Test(in_transit, too_short)
{
	cr_assert_not(is_in_transit("10.1.0.2", PACKET_HOST, IP4_HLEN - 1));
	cr_assert_not(is_in_transit("fd01::2", PACKET_HOST, IP6_HLEN - 1));
}

Test(in_transit, switches)
{
	fwd_set("net.ipv4.conf.t1.forwarding", "0");
	cr_assert(host4("10.1.0.2"), "it came by another");
	fwd_set("net.ipv4.conf.t0.forwarding", "0");
	cr_assert_not(host4("10.1.0.2"));
	fwd_set("net.ipv6.conf.all.forwarding", "0");
	cr_assert_not(host6("fd01::2"));
	fwd_set("net.ipv6.conf.t0.force_forwarding", "1");
	cr_assert(host6("fd01::2"));
}
