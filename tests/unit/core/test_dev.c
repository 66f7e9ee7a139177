/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices: names, state, receive dispatch, input queue, qdiscs, doorbells, taps. */
#include <errno.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

static struct fixture f;
static struct net_device *dev;
static u32 got_packets, tapped, tapped_out;
static u8 got_type;
static u16 got_tci;

static void handler(struct sk_buff *skb, struct net_device *d, struct packet_type *pt)
{
	(void)d, (void)pt;
	got_packets++;
	got_type = skb->pkt_type;
	got_tci = skb->vlan_tci;
	cr_assert_eq(skb->network_header, skb_headroom(skb));
	consume_skb(skb);
}

static void tap(struct sk_buff *skb, struct net_device *d, struct packet_type *pt)
{
	(void)d, (void)pt;
	tapped++;
	tapped_out += skb->pkt_type == PACKET_OUTGOING;
	cr_assert_eq(skb->mac_header, skb_headroom(skb), "data at the link header");
	consume_skb(skb);
}

static struct packet_type pt_ip = { .type = ETH_TYPE_IP4, .func = handler };
static struct packet_type pt_tap = { .func = tap };

static void setup(void)
{
	fixture_net_new(&f, 1);
	dev = fixture_dev_new(f.net, "eth%d", 0);
	dev_add_pack(f.net, &pt_ip);
	got_packets = tapped = tapped_out = 0;
}

static void teardown(void)
{
	dev_remove_pack(&pt_ip);
	fixture_net_free(&f);
}

TestSuite(dev, .init = setup, .fini = teardown);

static const u8 own[6] = { 2, 0, 0, 0, 0, 1 }, peer[6] = { 2, 0, 0, 0, 0, 2 };

static struct sk_buff *frame(const u8 *dst, const u8 *src, u16 type, u32 payload)
{
	struct sk_buff *skb = alloc_skb(f.net, 2000);
	struct eth_hdr *eth;

	skb_reserve(skb, 64);
	eth = skb_put(skb, ETH_HLEN);
	eth_addr_copy(eth->dst, dst);
	eth_addr_copy(eth->src, src);
	eth->type = be16_make(type);
	memset(skb_put(skb, payload), 0, payload);
	return skb;
}

static void rx(struct sk_buff *skb)
{
	fixture_dev_rx(dev, skb);
	fixture_settle(f.net);
}

Test(dev, names)
{
	static const char *const bad[] = { "", ".", "..", "a/b", "a b", "a:b", "x%s", "x%d%d" };
	struct net_device *d;
	u32 i;

	cr_assert_str_eq(dev->name, "eth0");
	cr_assert_eq(dev_get_by_name(f.net, "eth0"), dev);
	cr_assert_eq(dev_get_by_index(f.net, dev->ifindex), dev);
	cr_assert_null(dev_get_by_name(f.net, "eth1"));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		d = alloc_netdev(f.net, bad[i], 0);
		cr_assert_eq(register_netdev(d), -EINVAL, "%s", bad[i]);
		free_netdev(d);
	}
	d = alloc_netdev(f.net, "eth0", 0);
	cr_assert_eq(register_netdev(d), -EEXIST);
	free_netdev(d);
	d = fixture_dev_new(f.net, "eth%d", 0);
	cr_assert_str_eq(d->name, "eth1");
	cr_assert_eq(d->ifindex, dev->ifindex + 1);
}

Test(dev, state)
{
	struct fixture_dev *d = fixture_dev(dev);

	cr_assert_eq(dev->flags & (DEV_UP | DEV_RUNNING | DEV_LOWER_UP),
		     DEV_UP | DEV_RUNNING | DEV_LOWER_UP);
	cr_assert_eq(dev_open(dev), 0);
	cr_assert_eq(d->opens, 1);
	dev_set_carrier(dev, false);
	cr_assert_eq(dev->flags & (DEV_UP | DEV_RUNNING), DEV_UP);
	cr_assert_eq(dev_close(dev), 0);
	cr_assert_eq(dev_close(dev), 0);
	cr_assert_eq(d->stops, 1);
	cr_assert_eq(dev_set_mtu(dev, 67), -EINVAL);
	cr_assert_eq(dev_set_mtu(dev, 1501), -EINVAL);
	cr_assert_eq(dev_set_mtu(dev, 68), 0);
	cr_assert_eq(dev_set_mac_address(dev, (u8[]){ 1, 0, 0, 0, 0, 0 }), -EADDRNOTAVAIL);
	cr_assert_eq(dev_set_mac_address(dev, (u8[]){ 0, 0, 0, 0, 0, 0 }), -EADDRNOTAVAIL);
}

Test(dev, reference_outlives_the_registration)
{
	struct net_device *d = fixture_dev_new(f.net, "gone", 0);

	dev_hold(d);
	unregister_netdev(d);
	cr_assert_null(dev_get_by_name(f.net, "gone"));
	cr_assert(!(d->flags & DEV_UP));
	dev_put(d);
}

/* ETH-01, ETH-04, ETH-05, ETH-06, ETH-07 */
Test(dev, who_gets_a_frame)
{
	static const u8 bcast[6] = { 255, 255, 255, 255, 255, 255 };
	static const u8 mcast[6] = { 1, 0, 0x5e, 0, 0, 1 };

	rx(frame(own, peer, ETH_TYPE_IP4, 46));
	cr_assert(got_packets == 1 && got_type == PACKET_HOST);
	rx(frame(bcast, peer, ETH_TYPE_IP4, 46));
	cr_assert(got_packets == 2 && got_type == PACKET_BROADCAST);
	rx(frame(mcast, peer, ETH_TYPE_IP4, 46));
	cr_assert(got_packets == 3 && got_type == PACKET_MULTICAST);
	rx(frame(peer, peer, ETH_TYPE_IP4, 46));
	cr_assert_eq(f.net->drops[SKB_DROP_OTHERHOST], 1);
	rx(frame(own, mcast, ETH_TYPE_IP4, 46));
	cr_assert_eq(f.net->drops[SKB_DROP_DEV_HDR], 1);
	rx(frame(own, peer, 46, 46));
	cr_assert_eq(f.net->drops[SKB_DROP_UNHANDLED_PROTO], 1, "802.3 length");
	rx(frame(own, peer, 0x9999, 46));
	cr_assert_eq(dev->stats.rx_nohandler, 2);
	rx(alloc_skb(f.net, 10));
	cr_assert_eq(f.net->drops[SKB_DROP_DEV_HDR], 2, "too short");
	cr_assert_eq(got_packets, 3);
}

/* VLAN-01, VLAN-02, VLAN-03 */
Test(dev, tags)
{
	struct sk_buff *skb = frame(own, peer, ETH_TYPE_VLAN, 50);

	put_be16(skb->data + 14, 0xe000);	/* priority 7, VID 0 */
	put_be16(skb->data + 16, ETH_TYPE_IP4);
	rx(skb);
	cr_assert(got_packets == 1 && got_tci == 0xe000);
	skb = frame(own, peer, ETH_TYPE_VLAN, 50);
	put_be16(skb->data + 14, 5);
	put_be16(skb->data + 16, ETH_TYPE_IP4);
	rx(skb);
	cr_assert_eq(f.net->drops[SKB_DROP_VLAN], 1);
	rx(frame(own, peer, ETH_TYPE_VLAN, 3));
	cr_assert_eq(f.net->drops[SKB_DROP_HDR_TRUNC], 1);
	skb = frame(own, peer, ETH_TYPE_QINQ, 60);
	put_be16(skb->data + 16, ETH_TYPE_VLAN);
	put_be16(skb->data + 20, ETH_TYPE_VLAN);
	rx(skb);
	cr_assert_eq(f.net->drops[SKB_DROP_HDR_TRUNC], 2, "three tags");
	cr_assert_eq(got_packets, 1);
}

Test(dev, tag_goes_in_front_of_the_type)
{
	struct sk_buff *skb = frame(peer, own, ETH_TYPE_IP4, 46);

	skb->dev = dev;
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 7;
	dev_queue_xmit(skb);
	skb = skb_peek(&fixture_dev(dev)->tx);
	cr_assert_eq(skb->len, 64);
	cr_assert_arr_eq(skb->data, peer, 6);
	cr_assert_arr_eq(skb->data + 6, own, 6);
	cr_assert_eq(get_be32(skb->data + 12), 0x81000007);
	cr_assert_eq(get_be16(skb->data + 16), ETH_TYPE_IP4);
}

Test(dev, inserts_only_what_it_can)
{
	struct sk_buff *skb = frame(peer, own, ETH_TYPE_IP4, 46);

	dev->features |= NETIF_F_VLAN_TX;
	skb->dev = dev;
	skb->vlan_proto = ETH_TYPE_QINQ;
	skb->vlan_tci = 7;
	dev_queue_xmit(skb);
	cr_assert_eq(get_be32(skb_peek(&fixture_dev(dev)->tx)->data + 12), 0x88a80007);
}

Test(dev, taps_see_both_ways)
{
	struct sk_buff *skb;

	dev_add_pack(f.net, &pt_tap);
	rx(frame(own, peer, ETH_TYPE_IP4, 46));
	rx(frame(peer, peer, ETH_TYPE_IP4, 46));
	cr_assert_eq(tapped, 2);
	skb = frame(peer, own, ETH_TYPE_IP4, 46);
	skb->dev = dev;
	dev_queue_xmit(skb);
	cr_assert(tapped == 3 && tapped_out == 1);
	dev_remove_pack(&pt_tap);
}

/* ATK-FLD-26 */
Test(dev, input_queue_is_bounded_and_not_nested)
{
	u32 i;

	for (i = 0; i < 1500; i++) {
		struct sk_buff *skb = frame(own, peer, ETH_TYPE_IP4, 46);

		cr_assert(eth_type_trans(skb, dev));
		netif_rx(skb);
	}
	cr_assert_eq(got_packets, 0);
	cr_assert_eq(f.net->drops[SKB_DROP_BACKLOG_FULL], 500);
	fixture_settle(f.net);
	cr_assert_eq(got_packets, 1000);
}

Test(dev, down_drops)
{
	struct sk_buff *skb = frame(peer, own, ETH_TYPE_IP4, 46);

	fixture_dev_rx(dev, frame(own, peer, ETH_TYPE_IP4, 46));
	dev_close(dev);
	fixture_settle(f.net);
	skb->dev = dev;
	cr_assert_eq(dev_queue_xmit(skb), -ENETDOWN);
	skb = frame(own, peer, ETH_TYPE_IP4, 46);
	eth_type_trans(skb, dev);
	netif_rx(skb);
	cr_assert_eq(f.net->drops[SKB_DROP_DEV_READY], 2);
	cr_assert_eq(got_packets, 0);
}

Test(dev, hard_header)
{
	struct sk_buff *skb = alloc_skb(f.net, 20);

	skb_put(skb, 10);
	cr_assert_eq(dev_hard_header(skb, dev, ETH_TYPE_ARP, NULL, NULL), -EINVAL);
	cr_assert_eq(dev_hard_header(skb, dev, ETH_TYPE_ARP, peer, NULL), 0, "finds its headroom");
	cr_assert_eq(skb->len, 24);
	cr_assert_arr_eq(skb->data, peer, 6);
	cr_assert_arr_eq(skb->data + 6, own, 6);
	cr_assert_eq(get_be16(skb->data + 12), ETH_TYPE_ARP);
	consume_skb(skb);
}

/* -- qdisc ------------------------------------------------------------------------------------- */
static int send_nr(u32 nr)
{
	struct sk_buff *skb = frame(peer, own, ETH_TYPE_IP4, 46);

	put_be32(skb->data + 20, nr);
	skb->dev = dev;
	return dev_queue_xmit(skb);
}

static void expect_sent(u32 from, u32 to)
{
	for (; from < to; from++) {
		struct sk_buff *skb = skb_dequeue(&fixture_dev(dev)->tx);

		cr_assert_not_null(skb, "%u is missing", from);
		cr_assert_eq(get_be32(skb->data + 20), from);
		consume_skb(skb);
	}
	cr_assert_eq(fixture_dev(dev)->tx.qlen, 0);
}

Test(dev, pfifo_holds_while_stopped)
{
	struct fixture_dev *d = fixture_dev(dev);
	u32 i;

	d->stop_after = 3;
	for (i = 0; i < 1010; i++)
		cr_assert_eq(send_nr(i), i < 1003 ? 0 : -ENOBUFS, "%u", i);
	cr_assert_eq(dev->tx->qdisc->qlen, 1000);
	cr_assert_eq(dev->tx->qdisc->backlog, 1000 * 60);
	cr_assert_eq(dev->tx->qdisc->drops, 7);
	cr_assert_eq(f.net->drops[SKB_DROP_QDISC_DROP], 7);
	expect_sent(0, 3);
	netif_wake_queue(dev);
	cr_assert_eq(d->tx.qlen, 0, "not from within the driver");
	fixture_settle(f.net);
	expect_sent(3, 1003);
	cr_assert_eq(dev->tx->qdisc->packets, 1003);
	cr_assert_eq(dev->tx->qdisc->backlog, 0);
}

Test(dev, doorbell_rings_once_a_turn)
{
	struct fixture_dev *d = fixture_dev(dev);
	u32 i;

	dev->ops = &fixture_dev_flush_ops;
	f.kicks = 0;
	for (i = 0; i < 10; i++)
		send_nr(i);
	cr_assert(d->saw_more);
	cr_assert_eq(d->flushes, 0);
	cr_assert_eq(f.kicks, 1);
	cr_assert_eq(net_deadline(f.net), f.net->now);
	fixture_settle(f.net);
	cr_assert_eq(d->flushes, 1);
}

Test(dev, noqueue_goes_straight_through)
{
	struct net_device *d = alloc_netdev(f.net, "nq", sizeof(struct fixture_dev));
	struct sk_buff *skb = frame(peer, own, ETH_TYPE_IP4, 46);

	ether_setup(d);
	d->ops = &fixture_dev_ops;
	d->tx_queue_len = 0;
	skb_queue_head_init(&fixture_dev(d)->tx);
	skb_queue_head_init(&fixture_dev(d)->rx);
	cr_assert_eq(register_netdev(d), 0);
	cr_assert_str_eq(d->tx->qdisc->ops->id, "noqueue");
	dev_open(d);
	skb->dev = d;
	cr_assert_eq(dev_queue_xmit(skb), 0);
	cr_assert_eq(fixture_dev(d)->tx.qlen, 1);
	netif_stop_queue(d);
	skb = frame(peer, own, ETH_TYPE_IP4, 46);
	skb->dev = d;
	cr_assert_eq(dev_queue_xmit(skb), -ENOBUFS);
}

/* A wish of the administrator's is one of several, and the only one that he sees. */
Test(dev, flags_of_several_users)
{
	const u32 both = DEV_PROMISC | DEV_ALLMULTI;
	u32 i;

	dev_set_promiscuity(dev, 1); /* a VLAN's */
	cr_assert((dev->flags & DEV_PROMISC) && !(dev_get_flags(dev) & DEV_PROMISC));
	for (i = 0; i < 2; i++)
		cr_assert_eq(dev_change_flags(dev, dev_get_flags(dev) | both), 0);
	cr_assert_eq(dev_get_flags(dev) & both, both);
	cr_assert(dev->promiscuity == 2 && dev->allmulti == 1);
	for (i = 0; i < 2; i++)
		cr_assert_eq(dev_change_flags(dev, dev_get_flags(dev) & ~both), 0);
	cr_assert((dev->flags & DEV_PROMISC) && !(dev->flags & DEV_ALLMULTI));
	dev_set_promiscuity(dev, -1);
	cr_assert_not(dev->flags & DEV_PROMISC);
	cr_assert_eq(dev_change_flags(dev, dev_get_flags(dev) & ~(u32)DEV_UP), 0);
	cr_assert_not(dev->flags & DEV_UP);
	cr_assert_eq(dev_change_flags(dev, dev_get_flags(dev) | DEV_UP | DEV_NOARP), 0);
	cr_assert((dev->flags & DEV_UP) && (dev->flags & DEV_NOARP));
}

Test(dev, multicast_list_counts_users)
{
	static const u8 group[6] = { 1, 0, 0x5e, 1, 2, 3 };

	cr_assert(!dev_mc_wanted(dev, group));
	dev_mc_add(dev, group);
	dev_mc_add(dev, group);
	cr_assert_eq(dev_mc_del(dev, group), 0);
	cr_assert(dev_mc_wanted(dev, group));
	dev_mc_del(dev, group);
	cr_assert(!dev_mc_wanted(dev, group));
	cr_assert_eq(dev_mc_del(dev, group), -ENOENT);
	dev_set_allmulti(dev, 1);
	cr_assert(dev_mc_wanted(dev, group));
	dev_set_allmulti(dev, -1);
	dev_mc_add(dev, group);	/* freed with the device */
}
