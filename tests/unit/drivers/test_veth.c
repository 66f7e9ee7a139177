// SPDX-License-Identifier: BSD-2-Clause
/* The rings of a veth cable: back-pressure, nothing lost or seen twice or out of order whatever the
 * interleaving, what a closed end does, GRO where it is asked for. */
#include <errno.h>

#include "drivers/drivers.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5, RING = 256 };

static struct fixture f;
static struct net *net;
static struct net_device *end[2];
static u32 next[2];	/* number of the frame that must come now, at each end */

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	u32 at = dev == end[1];

	(void)pt;
	cr_assert_eq(get_be32(skb->data), next[at], "%u came to end %u", get_be32(skb->data), at);
	next[at]++;
	consume_skb(skb);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };

static void setup(void)
{
	struct veth_end ends[2];

	net = fixture_net_new(&f, 5);
	ends[0] = (struct veth_end){ .net = net, .name = "v0" };
	ends[1] = (struct veth_end){ .net = net, .name = "v1" };
	cr_assert_eq(veth_create(ends, end), 0);
	cr_assert_eq(dev_open(end[0]), 0);
	cr_assert_eq(dev_open(end[1]), 0);
	dev_add_pack(net, &pt_test);
	next[0] = next[1] = 0;
}

static void teardown(void)
{
	dev_remove_pack(&pt_test);
	fixture_net_free(&f);
}

TestSuite(veth, .init = setup, .fini = teardown);

static int give(u32 from, u32 number)
{
	struct sk_buff *skb = alloc_skb(net, 128);

	skb_reserve(skb, 32);
	skb_put_data(skb, end[!from]->dev_addr, 6);
	skb_put_data(skb, end[from]->dev_addr, 6);
	put_be16(skb_put(skb, 2), TYPE_TEST);
	put_be32(skb_put(skb, 46), number);
	skb->dev = end[from];
	skb->protocol = TYPE_TEST;
	return dev_queue_xmit(skb);
}

static struct ethtool_info info_of(u32 at)
{
	struct ethtool_info info;

	end[at]->ethtool_ops->get_info(end[at], &info);
	return info;
}

static u64 stat_of(u32 at, const char *name)
{
	const char *is;
	u64 value;
	u32 i;

	for (i = 0; (is = end[at]->ethtool_ops->get_stat(end[at], i, &value)); i++)
		if (!strcmp(is, name))
			return value;
	cr_assert_fail("no statistic %s", name);
	return 0;
}

/* What does not fit into the ring waits in the queueing discipline, and comes after it. */
Test(veth, a_full_ring_stops_the_sender)
{
	u32 i;

	for (i = 0; i < RING + 40; i++)
		cr_assert_eq(give(0, i), 0);
	cr_assert(netif_queue_stopped(end[0]));
	cr_assert_eq(end[0]->tx->qdisc->qlen, 40);
	cr_assert_eq(info_of(0).tx_pending, RING);
	cr_assert_eq(info_of(1).rx_pending, RING);
	cr_assert_eq(next[1], 0, "not from within the sender's turn");
	fixture_settle(net);
	cr_assert_eq(next[1], RING + 40);
	cr_assert_not(netif_queue_stopped(end[0]));
	cr_assert_eq(end[0]->stats.tx_packets, RING + 40);
	cr_assert_eq(end[1]->stats.rx_packets, RING + 40);
	cr_assert_eq(end[1]->stats.rx_bytes, (RING + 40) * 60);
	cr_assert_eq(stat_of(0, "tx_stops"), 1);
	cr_assert_eq(stat_of(1, "rx_posted"), RING + 40);
	cr_assert_eq(stat_of(0, "peer_ifindex"), end[1]->ifindex);
}

/* A burst of a turn rings once. */
Test(veth, doorbells_are_batched)
{
	u32 i;

	for (i = 0; i < 50; i++)
		give(0, i);
	fixture_settle(net);
	cr_assert_eq(next[1], 50);
	cr_assert_eq(stat_of(1, "rx_doorbells"), 1);
}

Test(veth, random_interleavings)
{
	u32 sent[2] = { 0 }, step;
	struct prng p;

	prng_seed(&p, 23);
	for (step = 0; step < 4000; step++) {
		u32 from = prng_below(&p, 2), n = prng_below(&p, 400);

		while (n-- && sent[from] - next[!from] < DEV_TX_QUEUE_LEN)
			cr_assert_eq(give(from, sent[from]++), 0);
		if (prng_below(&p, 2))
			net_run(net, net->now, 1 + (int)prng_below(&p, 200));
		cr_assert_leq(info_of(0).rx_pending, RING);
		cr_assert_leq(info_of(1).rx_pending, RING);
	}
	fixture_settle(net);
	cr_assert(next[1] == sent[0] && next[0] == sent[1]);
	cr_assert_gt(sent[0], 100 * RING, "the ring went round");
	cr_assert_gt(stat_of(0, "tx_stops"), 10);
}

/* Its ring is emptied, and the sender does not wait for it for ever. */
Test(veth, an_end_goes_down)
{
	u32 i;

	for (i = 0; i < RING + 8; i++)
		give(0, i);
	dev_close(end[1]);
	cr_assert_eq(net->drops[SKB_DROP_DEV_READY], RING);
	fixture_settle(net);
	cr_assert_eq(next[1], 0);
	cr_assert_eq(end[0]->stats.tx_dropped, 8, "nobody is there");
	cr_assert_not(netif_queue_stopped(end[0]));
	cr_assert_eq(dev_open(end[1]), 0);
	next[1] = 7;
	give(0, 7);
	fixture_settle(net);
	cr_assert_eq(next[1], 8);
	for (i = 8; i < 12; i++)
		give(0, i);
	unregister_netdev(end[1]); /* with frames in its ring: the fixture misses none */
}

/* -- GRO --------------------------------------------------------------------------------------- */
static u32 packets, octets;

static void on_ip(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)dev;
	(void)pt;
	packets++;
	octets += skb->len - IP4_HLEN - TCP_HLEN;
	consume_skb(skb);
}

static void give_segment(u32 seq, u16 id)
{
	struct sk_buff *skb = alloc_skb(net, 256);
	struct ip4_hdr *ip;
	u8 *th;

	skb_reserve(skb, 32);
	skb_put_data(skb, end[1]->dev_addr, 6);
	skb_put_data(skb, end[0]->dev_addr, 6);
	put_be16(skb_put(skb, 2), ETH_TYPE_IP4);
	ip = skb_put(skb, IP4_HLEN);
	memset(ip, 0, sizeof(*ip));
	ip->ver_ihl = 0x45;
	ip->ttl = 64;
	ip->protocol = IP_PROTO_TCP;
	ip->tot_len = be16_make(IP4_HLEN + TCP_HLEN + 100);
	ip->id = be16_make(id);
	ip->check = ip_fast_csum(ip, 5);
	th = skb_put(skb, TCP_HLEN + 100);
	memset(th, 0, TCP_HLEN + 100);
	put_be32(th + 4, seq);
	th[12] = 0x50;
	th[13] = TCPHDR_ACK;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + ETH_HLEN + IP4_HLEN);
	skb->csum_offset = 16;
	skb->dev = end[0];
	skb->protocol = ETH_TYPE_IP4;
	dev_queue_xmit(skb);
}

Test(veth, gro_if_asked_for)
{
	struct packet_type pt = { .type = ETH_TYPE_IP4, .func = on_ip };
	u32 i, round;

	dev_add_pack(net, &pt);
	for (round = 0; round < 2; round++) {
		packets = octets = 0;
		for (i = 0; i < 10; i++)
			give_segment(100 * i, (u16)i);
		fixture_settle(net);
		cr_assert_eq(octets, 1000);
		cr_assert_eq(packets, round ? 1 : 10, "%u packets", packets);
		cr_assert_eq(dev_set_features(end[1], end[1]->features | NETIF_F_GRO), 0);
	}
	dev_remove_pack(&pt);
}
