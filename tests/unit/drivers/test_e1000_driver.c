// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two emulated NICs on one cable, in virtual time: what one's driver is given comes out of the
 * other's, once, in order, intact. Driver, model, memory translation and interrupts are the real
 * ones. Each case runs on two e1000s and on two igbs of four queues.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "drivers/e1000/nic.h"
#include "drivers/e1000/regs.h"
#include "tests/unit/drivers/tcp_packet.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5, KEEP_MAX = 64 };

static struct fixture f;
static struct net *net;
static struct net_device *a, *b;
static u32 next_tx, next_rx, received, max_gap;
static struct {
	u8 data[2048];
	u32 len;
	u16 tci, queue;
	u8 summed;
	bool hashed;
} kept[KEEP_MAX];
static u32 nr_kept;
static u16 flow_queue[48];

/* Each octet of a frame follows from its number. */
static u8 octet(u32 n, u32 i)
{
	return (u8)(n * 131 + i * 7 + (i >> 8));
}

static void on_test(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	u8 buf[16384];
	u32 n, len, i;

	(void)pt;
	cr_assert_eq(dev, b);
	skb_copy_bits(skb, 0, buf, skb->len);
	n = get_be32(buf);
	len = get_be32(buf + 4);
	cr_assert_geq(n, next_rx, "frame %u came twice or late (%u)", n, next_rx);
	max_gap = max(max_gap, n - next_rx);
	next_rx = n + 1;
	cr_assert_geq(skb->len, len);
	for (i = 8; i < len; i++)
		cr_assert_eq(buf[i], octet(n, i), "frame %u octet %u", n, i);
	received++;
	consume_skb(skb);
}

static void on_ip(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)pt;
	cr_assert_lt(nr_kept, KEEP_MAX);
	cr_assert_leq(skb->len, sizeof(kept[0].data));
	kept[nr_kept].len = skb->len;
	kept[nr_kept].tci = skb->vlan_tci;
	cr_assert_eq(dev_is_vlan(dev), skb->vlan_tci != 0);
	kept[nr_kept].summed = skb->ip_summed;
	kept[nr_kept].queue = skb->queue_mapping;
	kept[nr_kept].hashed = skb->l4_hash;
	skb_copy_bits(skb, 0, kept[nr_kept++].data, skb->len);
	consume_skb(skb);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_test };
static struct packet_type pt_ip4 = { .type = ETH_TYPE_IP4, .func = on_ip };
static struct packet_type pt_ip6 = { .type = ETH_TYPE_IP6, .func = on_ip };

static int (*make_card)(struct net *net, const struct e1000_config *cfg, struct net_device **dev);

static struct net_device *card(const char *name, u8 last)
{
	struct e1000_config cfg = { .wire = E1000_WIRE_PAIR, .wire_name = "cable", .name = name,
				    .mac = { 2, 0, 0, 0, 0, last }, .queues = 4 };
	struct net_device *dev;

	cr_assert_eq(make_card(net, &cfg, &dev), 0);
	return dev;
}

static void setup(void)
{
	net = fixture_net_new(&f, 3);
	a = card("eth0", 1);
	b = card("eth1", 2);
	cr_assert_eq(dev_open(a), 0);
	cr_assert_eq(dev_open(b), 0);
	cr_assert_not(a->carrier, "negotiation takes its time");
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	cr_assert(a->carrier && b->carrier);
	dev_add_pack(net, &pt_test);
	dev_add_pack(net, &pt_ip4);
	dev_add_pack(net, &pt_ip6);
	next_tx = next_rx = received = max_gap = nr_kept = 0;
}

static void teardown(void)
{
	dev_remove_pack(&pt_test);
	dev_remove_pack(&pt_ip4);
	dev_remove_pack(&pt_ip6);
	unregister_netdev(a);
	unregister_netdev(b);
	fixture_net_free(&f);
}

static void with(int (*create)(struct net *net, const struct e1000_config *cfg,
			       struct net_device **dev), void (*test)(void))
{
	make_card = create;
	setup();
	test();
	teardown();
}

#define CARD_TEST(name)                    \
	static void name(void);            \
	Test(e1000, name)                  \
	{                                  \
		with(e1000_create, name);  \
	}                                  \
	Test(igb, name)                    \
	{                                  \
		with(igb_create, name);    \
	}                                  \
	static void name(void)

static u64 stat_of(struct net_device *dev, const char *want)
{
	const char *name;
	u64 value;
	u32 i;

	for (i = 0; (name = dev->ethtool_ops->get_stat(dev, i, &value)); i++)
		if (!strcmp(name, want))
			return value;
	cr_assert_fail("no statistic %s", want);
	return 0;
}

static struct sk_buff *headed(u32 size, u16 type)
{
	struct sk_buff *skb = alloc_skb(net, size + ETH_HLEN + 64);

	if (!skb)
		return NULL;
	skb_reserve(skb, 64);
	skb->dev = a;
	eth_addr_copy(skb_put(skb, ETH_ALEN), b->dev_addr);
	skb_put_data(skb, a->dev_addr, ETH_ALEN);
	put_be16(skb_put(skb, 2), type);
	skb->protocol = type;
	return skb;
}

/* A frame of len octets behind the Ethernet header, some of them in pages. false: not taken. */
static bool send_test(struct prng *p, u32 len)
{
	u32 n = next_tx++, linear = 8 + prng_below(p, len - 7), i;
	struct sk_buff *skb = headed(len, TYPE_TEST);
	u8 data[16384];

	if (!skb)
		return false;
	put_be32(data, n);
	put_be32(data + 4, len);
	for (i = 8; i < len; i++)
		data[i] = octet(n, i);
	skb_put_data(skb, data, linear);
	while (linear < len) {
		bool last = skb_shinfo(skb)->nr_frags == 9;
		u32 part = last ? len - linear : 1 + prng_below(p, len - linear);
		struct page *page = page_alloc(net);

		if (!page) {
			consume_skb(skb);
			return false;
		}
		memcpy(page->data, data + linear, part);
		skb_add_frag(skb, page, 0, part);
		page_put(page);
		linear += part;
	}
	return !dev_queue_xmit(skb);
}

static void some_time(struct prng *p)
{
	if (prng_chance(p, 1, 3))
		net_run(net, net->now, 1 + (int)prng_below(p, 40));
	else if (prng_chance(p, 1, 2))
		fixture_advance(net, prng_below(p, 200) * NSEC_PER_USEC);
	else
		net_run(net, net->now + prng_below(p, 50000), 0);
}

/* The rings wrap a hundred times; queues fill; nothing is lost, twice or out of order. */
CARD_TEST(nothing_is_lost_or_seen_twice)
{
	struct prng p;
	u32 step, k, taken = 0;

	prng_seed(&p, 5);
	cr_assert_eq(dev_set_mtu(a, 9000), 0);
	cr_assert_eq(dev_set_mtu(b, 9000), 0);
	for (step = 0; step < 1500; step++) {
		u32 burst = prng_chance(&p, 1, 20) ? 300 : prng_below(&p, 30);

		for (k = 0; k < burst; k++) {
			if (send_test(&p, 46 + prng_below(&p, prng_chance(&p, 1, 4) ? 8900 : 1400)))
				taken++;
			else
				next_tx--;
		}
		some_time(&p);
	}
	fixture_advance(net, NSEC_PER_SEC);
	cr_assert_gt(taken, 20000);
	cr_assert_eq(received, taken);
	cr_assert_eq(max_gap, 0);
	cr_assert_eq(nic_of(a)->iommu.faults + nic_of(b)->iommu.faults, 0,
		     "nobody touched what was not lent");
}

/* Interfaces go down and up, allocations fail: frames may be lost, never doubled or damaged. */
/* XPS: what answers a flow leaves by the pair of queues on which the flow arrived. */
Test(igb, queues_are_pairs)
{
	u32 i;

	make_card = igb_create;
	setup();
	for (i = 0; i < 4; i++)
		cr_assert_eq(netdev_get_tx_queue(a, i)->xps_rxqs, 1ull << i);
	teardown();
}

/* What the card has not reported as sent counts, and no more than the limit is given to it. */
CARD_TEST(byte_queue_limit)
{
	const struct netdev_queue *txq = netdev_get_tx_queue(a, 0);
	struct prng p;
	u32 i;

	prng_seed(&p, 8);
	for (i = 0; i < 40; i++)
		send_test(&p, 1400);
	cr_assert_gt(dql_inflight(&txq->dql), 0);
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	cr_assert_eq(dql_inflight(&txq->dql), 0);
	cr_assert_gt(txq->dql.limit, 0);
	cr_assert_gt(txq->bql_stops, 0);
	cr_assert_eq(received, next_tx);
	for (i = 0; i < 3; i++)
		send_test(&p, 1400);
	cr_assert_eq(dev_close(a), 0);
	cr_assert_eq(dql_inflight(&txq->dql), 0, "a reset takes what the card had");
	cr_assert_eq(dev_open(a), 0);
}

CARD_TEST(resets_and_failing_memory)
{
	struct prng p;
	u32 step, k, before;

	prng_seed(&p, 6);
	for (step = 0; step < 1500; step++) {
		f.fail_chance = prng_chance(&p, 1, 4) ? 300 : 0;
		for (k = prng_below(&p, 40); k; k--)
			send_test(&p, 46 + prng_below(&p, 1400));
		some_time(&p);
		f.fail_chance = 0;
		if (prng_chance(&p, 1, 30)) {
			struct net_device *dev = prng_chance(&p, 1, 2) ? a : b;

			cr_assert_eq(dev_close(dev), 0);
			some_time(&p);
			cr_assert_eq(dev_open(dev), 0);
			fixture_advance(net, 5 * NSEC_PER_MSEC);
		}
	}
	fixture_advance(net, NSEC_PER_SEC);
	before = received;
	cr_assert_gt(before, 1000);
	for (k = 0; k < 100; k++)
		cr_assert(send_test(&p, 1000));
	fixture_advance(net, NSEC_PER_SEC);
	cr_assert_eq(received, before + 100, "all is well again");
	cr_assert_eq(nic_of(a)->iommu.faults + nic_of(b)->iommu.faults, 0);
}

/* -- offloads: the hardware cuts as the stack itself would ------------------------------------ */
static struct sk_buff *tcp_packet(bool v6, u32 payload, u16 mss)
{
	return make_tcp_packet(a, b->dev_addr, v6, payload, mss);
}

static void same_with_and_without(bool v6, u32 payload, u16 tci)
{
	const struct vlan_config vlan = { .lower = b, .vid = 0x123 };
	netdev_features_t all = a->features;
	struct net_device *dev = NULL;
	u32 half = 0, i;
	struct sk_buff *skb;

	if (tci) {
		cr_assert_eq(vlan_create(net, &vlan, &dev), 0);
		cr_assert_eq(dev_open(dev), 0);
	}

	dev_set_features(b, b->features & ~(netdev_features_t)NETIF_F_GRO);
	nr_kept = 0;
	for (i = 0; i < 2; i++) {
		skb = tcp_packet(v6, payload, 1400);
		if (tci) {
			skb->vlan_proto = ETH_TYPE_VLAN;
			skb->vlan_tci = tci;
		}
		dev_queue_xmit(skb);
		fixture_advance(net, NSEC_PER_MSEC);
		half = i ? half : nr_kept;
		dev_set_features(a, all & ~(netdev_features_t)(NETIF_F_ALL_TSO | NETIF_F_ALL_CSUM |
							      NETIF_F_VLAN_TX));
		fixture_settle(net);
	}
	dev_set_features(a, all);
	cr_assert_eq(half, (payload + 1399) / 1400);
	cr_assert_eq(nr_kept, 2 * half);
	for (i = 0; i < half; i++) {
		cr_assert_eq(kept[i].len, kept[half + i].len);
		cr_assert_arr_eq(kept[i].data, kept[half + i].data, kept[i].len, "segment %u", i);
		cr_assert_eq(kept[i].summed, CHECKSUM_UNNECESSARY);
		cr_assert_eq(kept[half + i].summed, CHECKSUM_UNNECESSARY);
		cr_assert_eq(kept[i].tci, tci);
		cr_assert_eq(kept[half + i].tci, kept[i].tci);
	}
	if (dev)
		unregister_netdev(dev);
}

CARD_TEST(segmentation_equals_software)
{
	bool v6;

	for (v6 = false;; v6 = true) {
		same_with_and_without(v6, 100, 0);
		same_with_and_without(v6, 1400, 0);
		same_with_and_without(v6, 1401, 0);
		same_with_and_without(v6, 33333, 0);
		same_with_and_without(v6, 5000, 0x6123);
		if (v6)
			break;
	}
}

/* Does b's driver see a frame with this tag? */
static bool tag_passes(u16 proto, u16 tci)
{
	u64 before = b->stats.rx_packets;
	struct sk_buff *skb = alloc_skb(net, 256);

	skb_reserve(skb, 32);
	skb_put_data(skb, b->dev_addr, ETH_ALEN);
	skb_put_data(skb, a->dev_addr, ETH_ALEN);
	put_be16(skb_put(skb, 2), 0x88b6); /* nobody's */
	memset(skb_put(skb, 60), 1, 60);
	skb->dev = a;
	skb->protocol = 0x88b6;
	skb->vlan_proto = proto;
	skb->vlan_tci = tci;
	dev_queue_xmit(skb);
	fixture_advance(net, NSEC_PER_MSEC);
	return b->stats.rx_packets != before;
}

static struct net_device *vlan_on(struct net_device *dev, u16 proto, u16 vid)
{
	const struct vlan_config cfg = { .lower = dev, .proto = proto, .vid = vid };
	struct net_device *vlan;

	cr_assert_eq(vlan_create(net, &cfg, &vlan), 0);
	return vlan;
}

static bool in_filter(u16 vid)
{
	return b->ethtool_ops->get_vlan_filter(b)[vid >> 5] >> (vid & 31) & 1;
}

/* VLAN-02: of VLANs those on the device come; not what lies within another tag, nor 802.1ad's. */
CARD_TEST(vlan_filter)
{
	struct net_device *five, *zero;

	cr_assert(!(b->hw_features & NETIF_F_VLAN_FILTER) && (b->features & NETIF_F_VLAN_FILTER));
	cr_assert(tag_passes(ETH_TYPE_VLAN, 0x6000), "a priority tag");
	cr_assert_not(tag_passes(ETH_TYPE_VLAN, 5));
	cr_assert_not(tag_passes(ETH_TYPE_VLAN, 4094));
	cr_assert(tag_passes(ETH_TYPE_QINQ, 5), "a tag that it does not know");
	five = vlan_on(b, ETH_TYPE_VLAN, 5);
	vlan_on(vlan_on(b, ETH_TYPE_QINQ, 7), ETH_TYPE_VLAN, 8);
	vlan_on(five, ETH_TYPE_VLAN, 6);
	cr_assert(tag_passes(ETH_TYPE_VLAN, 0xe005) && tag_passes(ETH_TYPE_QINQ, 7));
	cr_assert(in_filter(0) && in_filter(5) && !in_filter(6) && !in_filter(7) && !in_filter(8));
	cr_assert_not(tag_passes(ETH_TYPE_VLAN, 6));
	cr_assert_not(tag_passes(ETH_TYPE_VLAN, 8));
	dev_set_promiscuity(b, 1);
	cr_assert(tag_passes(ETH_TYPE_VLAN, 6) && !b->ethtool_ops->get_vlan_filter(b));
	dev_set_promiscuity(b, -1);
	cr_assert_not(tag_passes(ETH_TYPE_VLAN, 6));
	zero = vlan_on(b, ETH_TYPE_VLAN, 0);
	unregister_netdev(zero);
	cr_assert(tag_passes(ETH_TYPE_VLAN, 0x6000), "VLAN 0 stays");
	dev_close(b);
	vlan_on(b, ETH_TYPE_VLAN, 4094);
	cr_assert_eq(b->ethtool_ops->self_test(b), 0);
	cr_assert_eq(dev_open(b), 0);
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	cr_assert(tag_passes(ETH_TYPE_VLAN, 5) && tag_passes(ETH_TYPE_VLAN, 4094));
	unregister_netdev(five);
	cr_assert_not(tag_passes(ETH_TYPE_VLAN, 5));
	cr_assert(tag_passes(ETH_TYPE_VLAN, 4094) && !in_filter(5));
}

CARD_TEST(watchdog_resets_a_transmitter_that_hangs)
{
	struct prng p;
	u64 timeouts;
	u32 k;

	prng_seed(&p, 8);
	e1000_model_set_bus_master(nic_of(a)->model, false);
	for (k = 0; k < 5; k++)
		cr_assert(send_test(&p, 500));
	fixture_advance(net, 10 * NSEC_PER_SEC);
	cr_assert_eq(received, 0);
	for (k = 0, timeouts = 0; k < a->num_tx_queues; k++)
		timeouts += a->tx[k].timeouts;
	cr_assert_geq(timeouts, 1);
	cr_assert_eq(stat_of(a, "tx_timeouts"), timeouts);
	e1000_model_set_bus_master(nic_of(a)->model, true);
	fixture_advance(net, 5 * NSEC_PER_SEC);
	for (k = 0; k < 5; k++)
		cr_assert(send_test(&p, 500));
	fixture_advance(net, NSEC_PER_SEC);
	cr_assert_eq(received, 5);
}

static bool held(const struct net_device *dev)
{
	u32 i;

	for (i = 0; i < dev->num_tx_queues && !dev->tx[i].state; i++)
		;
	return i < dev->num_tx_queues;
}

/* More than the rings and the queue hold: it waits where it should, and the wake-up comes. */
CARD_TEST(back_pressure)
{
	struct prng p;
	u32 k, taken = 0;

	prng_seed(&p, 9);
	for (k = 0; k < 900; k++)
		taken += send_test(&p, 1000);
	cr_assert(held(a));
	fixture_advance(net, NSEC_PER_SEC);
	cr_assert_not(held(a));
	cr_assert_eq(received, taken);
}

CARD_TEST(cable_out_and_in)
{
	struct prng p;

	prng_seed(&p, 10);
	e1000_model_set_cable(nic_of(a)->model, false, net->now);
	fixture_advance(net, NSEC_PER_MSEC);
	cr_assert_not(a->carrier);
	cr_assert(send_test(&p, 500), "waits for the link");
	e1000_model_set_cable(nic_of(a)->model, true, net->now);
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	cr_assert(a->carrier);
	cr_assert_eq(received, 1);
}

/* After a while nobody waits for it any longer: whose packets these are could send no more. */
CARD_TEST(cable_out_for_good)
{
	struct prng p;
	u32 i;

	prng_seed(&p, 10);
	for (i = 0; i < 3; i++)
		send_test(&p, 500); /* in the ring, and on their way */
	e1000_model_set_cable(nic_of(a)->model, false, net->now);
	fixture_advance(net, NSEC_PER_MSEC);
	for (i = 0; i < 100; i++)
		send_test(&p, 500);
	cr_assert_eq(net->drops[SKB_DROP_DEV_READY], 0, "not yet");
	fixture_advance(net, 3 * NSEC_PER_SEC);
	send_test(&p, 500);
	fixture_settle(net);
	cr_assert_not(a->carrier);
	cr_assert_eq(received + net->drops[SKB_DROP_DEV_READY], 104);
	cr_assert_geq(a->stats.tx_carrier_errors, 101);
	e1000_model_set_cable(nic_of(a)->model, true, net->now);
	fixture_advance(net, 3 * NSEC_PER_SEC);
	cr_assert(a->carrier);
	next_rx = next_tx;
	received = 0;
	cr_assert(send_test(&p, 500));
	fixture_settle(net);
	cr_assert_eq(received, 1, "and it works");
}

/* Groups are filtered by hash, the others' frames by address; promiscuous takes all. */
CARD_TEST(receive_filters)
{
	static const u8 group[6] = { 1, 0, 0x5e, 1, 2, 3 };
	struct prng p;
	u32 before;

	prng_seed(&p, 11);
	memcpy(b->dev_addr, group, 6); /* what send_test() addresses */
	send_test(&p, 100);
	fixture_advance(net, NSEC_PER_MSEC);
	cr_assert_eq(received, 0);
	cr_assert_eq(dev_mc_add(b, group), 0);
	send_test(&p, 100);
	fixture_advance(net, NSEC_PER_MSEC);
	cr_assert_eq(received, 1);
	dev_mc_del(b, group);
	before = (u32)b->stats.rx_packets;
	send_test(&p, 100);
	fixture_advance(net, NSEC_PER_MSEC);
	cr_assert_eq(b->stats.rx_packets, before, "the hardware keeps it");
	dev_set_promiscuity(b, 1);
	send_test(&p, 100);
	fixture_advance(net, NSEC_PER_MSEC);
	cr_assert_eq(b->stats.rx_packets, before + 1);
}

CARD_TEST(ethtool_data)
{
	const struct ethtool_ops *ops = a->ethtool_ops;
	struct ethtool_reg regs[128];
	struct ethtool_info info;
	struct prng p;
	u16 words[64];
	u32 i, n;

	prng_seed(&p, 12);
	for (i = 0; i < 10; i++)
		send_test(&p, 1000);
	fixture_advance(net, NSEC_PER_SEC);
	cr_assert_eq(stat_of(a, "tx_packets"), 10);
	n = ops->get_regs(a, regs, ARRAY_SIZE(regs));
	cr_assert_gt(n, 20);
	for (i = 0; i < n; i++)
		if (regs[i].off == E1000_STATUS)
			cr_assert(regs[i].value & E1000_STATUS_LU);
	cr_assert_eq(ops->get_eeprom(a, words, 64), 64);
	cr_assert_eq(words[0], 0x0002);
	ops->get_info(a, &info);
	cr_assert_eq(info.speed, 1000);
	cr_assert(info.rx_pause && info.tx_pause && info.full_duplex);
	cr_assert_eq(info.channels, a->num_rx_queues);
	cr_assert_eq(info.rx_ring, 128, "as the emulated card was probed");
	cr_assert_eq(ops->self_test(a), -EBUSY);
	dev_close(a);
	cr_assert_eq(ops->self_test(a), 0);
	if (dev_is_e1000(a)) {
		cr_assert_eq(e1000_set_coalesce(a, 1u << 31, 0, 0), -EINVAL);
		cr_assert_eq(e1000_set_coalesce(a, 50000, 20000, 50000), 0);
	} else {
		cr_assert_eq(igb_set_coalesce(a, 1u << 31), -EINVAL);
		cr_assert_eq(igb_set_coalesce(a, 50000), 0);
	}
	dev_open(a);
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	for (i = 0; i < 10; i++)
		send_test(&p, 1000);
	fixture_advance(net, NSEC_PER_SEC);
	cr_assert_eq(received, 20);
}

/* How often the driver asks the hardware, per packet of a stream. Printed, and bounded. */
CARD_TEST(register_accesses_per_packet)
{
	u64 before = stat_of(b, "reg_reads") + stat_of(b, "reg_writes"), accesses, asking;
	struct prng p;
	u32 k;

	asking = stat_of(b, "reg_reads") + stat_of(b, "reg_writes") - before;
	before += asking;
	prng_seed(&p, 13);
	for (k = 0; k < 1984; k++) {
		send_test(&p, 1400);
		if (k % 32 == 31)
			fixture_advance(net, 100 * NSEC_PER_USEC);
	}
	accesses = stat_of(b, "reg_reads") + stat_of(b, "reg_writes") - before - asking;
	printf("# %s, receive, bursts of 32: %.3f register accesses per packet\n",
	       dev_is_igb(b) ? "igb" : "e1000", (double)accesses / received);
	cr_assert_eq(received, 1984);
	cr_assert_lt(accesses, received);
}

/* -- several queues -------------------------------------------------------------------------- */
static struct sk_buff *flow_packet(u32 flow)
{
	struct sk_buff *skb = tcp_packet(flow & 1, 100, 1400);
	u8 *th = skb_transport_header(skb);

	put_be16(th, (u16)(1000 + flow));
	skb_reset_mac_header(skb);
	skb->mac_len = ETH_HLEN; /* as dev_hard_header() leaves it */
	return skb;
}

/* The device's hash chooses the queue, a flow stays in it, and all queues are used. */
Test(igb, flows_spread_over_queues)
{
	struct napi_struct *napi;
	u32 flow, used = 0, round;

	make_card = igb_create;
	setup();
	cr_assert_eq(b->num_rx_queues, 4);
	for (round = 0; round < 3; round++) {
		for (flow = 0; flow < 48; flow++) {
			nr_kept = 0;
			dev_queue_xmit(flow_packet(flow));
			fixture_advance(net, NSEC_PER_MSEC);
			cr_assert_eq(nr_kept, 1);
			cr_assert_gt(kept[0].queue, 0, "recorded");
			cr_assert(kept[0].hashed);
			if (round)
				cr_assert_eq(kept[0].queue, flow_queue[flow]);
			flow_queue[flow] = kept[0].queue;
		}
	}
	list_for_each_entry(napi, &b->napi_list, dev_list)
		used += napi != &b->backlog && napi->packets > 9;
	cr_assert_eq(used, 4);
	for (flow = 0, used = 0; flow < 4; flow++)
		used += a->tx[flow].packets > 9;
	cr_assert_eq(used, 4, "transmit queues as well");
	teardown();
}

Test(igb, rss_is_told)
{
	struct ethtool_rxfh rxfh;
	u32 i;

	make_card = igb_create;
	setup();
	b->ethtool_ops->get_rxfh(b, &rxfh);
	cr_assert_eq(rxfh.table_len, 128);
	cr_assert_eq(rxfh.key_len, 40);
	for (i = 0; i < 128; i++)
		cr_assert_eq(rxfh.table[i], i % 4);
	teardown();
}

Test(igb, too_many_queues)
{
	struct e1000_config cfg = { .wire = E1000_WIRE_PAIR, .wire_name = "x", .name = "eth9",
				    .queues = 17 };
	struct net_device *dev;

	net = fixture_net_new(&f, 3);
	cr_assert_eq(igb_create(net, &cfg, &dev), -EINVAL);
	fixture_net_free(&f);
}

/* -- a wire into a file ---------------------------------------------------------------------------- */
static void expect_frame(const u8 *got, const struct pcap_pkthdr *h, u32 len, u64 at)
{
	cr_assert_eq(h->caplen, len);
	cr_assert_eq(h->len, len);
	cr_assert_eq((u64)h->ts.tv_sec * NSEC_PER_SEC + (u64)h->ts.tv_usec, at);
	cr_assert_eq(get_be16(got + 12), TYPE_TEST);
}

/* What leaves the card is in the file, whole, padded as a wire carries it, with the time to the ns. */
CARD_TEST(wire_into_a_file)
{
	char path[] = "/tmp/netstack-wire-XXXXXX", err[PCAP_ERRBUF_SIZE];
	struct e1000_config cfg = { .wire = E1000_WIRE_PCAP, .wire_name = path, .name = "eth2" };
	static const u32 lens[] = { 20, 500, 1500 };
	struct net_device *was = a, *dev;
	struct prng p;
	pcap_t *file;
	u32 i;

	prng_seed(&p, 12);
	close(mkstemp(path));
	cr_assert_eq(make_card(net, &cfg, &dev), 0);
	cr_assert_eq(e1000_fd(dev), -1, "nothing ever comes");
	cr_assert_eq(dev_open(dev), 0);
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	cr_assert(dev->carrier);
	a = dev;
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		cr_assert(send_test(&p, lens[i]));
		fixture_settle(net);
		fixture_advance(net, NSEC_PER_SEC);
	}
	a = was;
	unregister_netdev(dev);
	file = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, err);
	cr_assert_not_null(file, "%s", err);
	cr_assert_eq(pcap_datalink(file), DLT_EN10MB);
	for (i = 0; i < ARRAY_SIZE(lens); i++) {
		u64 at = net->now + net->cfg.wall_offset_ns - (ARRAY_SIZE(lens) - i) * NSEC_PER_SEC;
		struct pcap_pkthdr *h;
		const u8 *got;
		u32 k;

		cr_assert_eq(pcap_next_ex(file, &h, &got), 1);
		expect_frame(got, h, max(lens[i] + ETH_HLEN, 60u), at);
		for (k = 8; k < lens[i]; k++)
			cr_assert_eq(got[ETH_HLEN + k], octet(i, k));
	}
	pcap_close(file);
	cfg.wire_name = "/nonesuch/file";
	cr_assert_eq(make_card(net, &cfg, &dev), -ENOENT);
	unlink(path);
}
