// SPDX-License-Identifier: BSD-2-Clause
/* VLANs of a recording device, VLANs in VLANs, veth cables within a net and between two, joined devices. */
#include <errno.h>

#include "drivers/drivers.h"
#include "tests/unit/drivers/tcp_packet.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5 };

static const u8 peer[6] = { 2, 0, 0, 0, 0, 9 };

static struct fixture f;
static struct net *net;
static struct net_device *lower, *vlan, *inner;
static struct sk_buff *last;
static struct net_device *last_dev;
static u32 received, tapped;
static u8 tapped_frame[64];

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)pt;
	consume_skb(last);
	last = skb;
	last_dev = dev;
	received++;
}

static void on_tap(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)pt;
	if (dev == vlan) {
		tapped++;
		skb_copy_bits(skb, 0, tapped_frame, min_t(u32, skb->len, 64));
	}
	consume_skb(skb);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };
static struct packet_type pt_tap = { .func = on_tap };

static void setup(void)
{
	net = fixture_net_new(&f, 3);
	lower = fixture_dev_new(net, "eth0", NETIF_F_SG | NETIF_F_HW_CSUM);
	dev_add_pack(net, &pt_test);
	received = tapped = 0;
	last = NULL;
}

static void teardown(void)
{
	consume_skb(last);
	dev_remove_pack(&pt_test);
	fixture_net_free(&f);
}

TestSuite(vlan, .init = setup, .fini = teardown);

static struct net_device *make(struct net_device *below, u16 proto, u16 vid)
{
	struct vlan_config cfg = { .lower = below, .proto = proto, .vid = vid };
	struct net_device *dev;

	cfg.ingress[5] = 7;
	cfg.egress[cfg.nr_egress++] = (struct vlan_qos){ 6, 3 };
	cr_assert_eq(vlan_create(net, &cfg, &dev), 0);
	cr_assert_eq(dev_open(dev), 0);
	return dev;
}

/* A frame to dst with the given tags (TPID << 16 | TCI, ended by 0) in it. */
static struct sk_buff *tagged(const u8 *dst, const u32 *tags)
{
	struct sk_buff *skb = alloc_skb(net, 256);

	skb_reserve(skb, 64);
	skb_put_data(skb, dst, 6);
	skb_put_data(skb, peer, 6);
	for (; *tags; tags++)
		put_be32(skb_put(skb, 4), *tags);
	put_be16(skb_put(skb, 2), TYPE_TEST);
	memset(skb_put(skb, 46), 0x5a, 46);
	return skb;
}

static void rx(struct sk_buff *skb)
{
	fixture_dev_rx(lower, skb);
	fixture_settle(net);
}

#define TAGS(...) ((const u32[]){ __VA_ARGS__, 0 })

Test(vlan, demultiplexes_by_tag)
{
	static const u8 other[6] = { 2, 0, 0, 0, 0, 0x77 };

	vlan = make(lower, ETH_TYPE_VLAN, 5);
	inner = make(make(lower, ETH_TYPE_QINQ, 7), ETH_TYPE_VLAN, 8);
	cr_assert_str_eq(vlan->name, "eth0.5");
	cr_assert_str_eq(inner->name, "eth0.7.8");
	rx(tagged(lower->dev_addr, TAGS(0x8100a005)));
	cr_assert(received == 1 && last_dev == vlan);
	cr_assert_eq(last->orig_ifindex, lower->ifindex);
	cr_assert_eq(last->priority, 7, "VLAN-03 priority map");
	cr_assert_eq(last->vlan_proto, 0);
	cr_assert_eq(last->len, 46);
	cr_assert_arr_eq(skb_mac_header(last), lower->dev_addr, 6, "as if hardware had stripped it");
	cr_assert_eq(get_be16(skb_mac_header(last) + 12), TYPE_TEST);
	rx(tagged(lower->dev_addr, TAGS(0x88a80007, 0x81000008)));
	cr_assert(received == 2 && last_dev == inner);
	rx(tagged(lower->dev_addr, TAGS(0x81006000)));
	cr_assert(received == 3 && last_dev == lower, "VLAN-01 priority tag");
	rx(tagged(lower->dev_addr, TAGS(0x81000006)));
	rx(tagged(lower->dev_addr, TAGS(0x88a80005)));
	cr_assert(received == 3 && net->drops[SKB_DROP_VLAN] == 2);
	rx(tagged(lower->dev_addr, TAGS(0x88a80007, 0x81000008, 0x81000008)));
	cr_assert_eq(net->drops[SKB_DROP_HDR_TRUNC], 1, "VLAN-02");
	rx(tagged(other, TAGS(0x81000005)));
	cr_assert_eq(net->drops[SKB_DROP_OTHERHOST], 1);
	cr_assert_eq(dev_set_mac_address(vlan, other), 0);
	cr_assert_eq(lower->promiscuity, 1, "else the device below would filter it");
	rx(tagged(other, TAGS(0x81000005)));
	cr_assert(received == 4 && last_dev == vlan);
	dev_close(vlan);
	cr_assert_eq(lower->promiscuity, 0);
	rx(tagged(other, TAGS(0x81000005)));
	cr_assert(received == 4 && net->drops[SKB_DROP_DEV_READY] == 1);
}

/* The tag beside the frame, as a device with NETIF_F_VLAN_RX leaves it. */
Test(vlan, accelerated_tag)
{
	struct sk_buff *skb = tagged(lower->dev_addr, TAGS(0));

	vlan = make(lower, ETH_TYPE_VLAN, 5);
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 5;
	rx(skb);
	cr_assert(received == 1 && last_dev == vlan);
	skb = tagged(lower->dev_addr, TAGS(0));
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 6;
	rx(skb);
	cr_assert(received == 1 && net->drops[SKB_DROP_VLAN] == 1);
}

Test(vlan, header_is_reordered_or_not)
{
	struct vlan_config cfg = { .lower = lower, .vid = 5, .no_reorder = true };

	dev_add_pack(net, &pt_tap);
	vlan = make(lower, ETH_TYPE_VLAN, 6);
	rx(tagged(lower->dev_addr, TAGS(0x81000006)));
	cr_assert_eq(tapped, 1);
	cr_assert_eq(get_be16(tapped_frame + 12), TYPE_TEST);
	cr_assert_eq(vlan_create(net, &cfg, &vlan), 0);
	dev_open(vlan);
	rx(tagged(lower->dev_addr, TAGS(0x8100a005)));
	cr_assert_eq(tapped, 2);
	cr_assert_eq(get_be32(tapped_frame + 12), 0x8100a005);
	cr_assert_eq(get_be16(tapped_frame + 16), TYPE_TEST);
	cr_assert(received == 2 && last_dev == vlan && last->len == 46);
	dev_remove_pack(&pt_tap);
}

static struct sk_buff *to_send(struct net_device *dev, u32 priority)
{
	struct sk_buff *skb = tagged(peer, TAGS(0));

	skb->dev = dev;
	skb->protocol = TYPE_TEST;
	skb->priority = priority;
	return skb;
}

static const u8 *sent(void)
{
	struct sk_buff *skb = skb_peek_tail(&fixture_dev(lower)->tx);

	fixture_settle(net);
	cr_assert_not_null(skb);
	return skb->data;
}

Test(vlan, sends_tagged)
{
	vlan = make(lower, ETH_TYPE_VLAN, 5);
	inner = make(make(lower, ETH_TYPE_QINQ, 7), ETH_TYPE_VLAN, 8);
	cr_assert_eq(dev_queue_xmit(to_send(vlan, 6)), 0);
	cr_assert_eq(get_be32(sent() + 12), 0x81006005);
	cr_assert_eq(get_be16(sent() + 16), TYPE_TEST);
	dev_queue_xmit(to_send(vlan, 5));
	cr_assert_eq(get_be32(sent() + 12), 0x81000005);
	dev_queue_xmit(to_send(inner, 6));
	cr_assert_eq(get_be32(sent() + 12), 0x88a86007);
	cr_assert_eq(get_be32(sent() + 16), 0x81006008);
	cr_assert_eq(get_be16(sent() + 20), TYPE_TEST);
	cr_assert_eq(vlan->stats.tx_packets, 2);
	lower->features |= NETIF_F_VLAN_TX;
	dev_queue_xmit(to_send(vlan, 6));
	cr_assert_eq(get_be16(sent() + 12), TYPE_TEST, "the device inserts it");
	cr_assert_eq(skb_peek_tail(&fixture_dev(lower)->tx)->vlan_tci, 0x6005);
}

/* How many frames the device below gets of a packet of four segments; the first is *one. */
static u32 frames_of(struct net_device *dev, bool v6, struct sk_buff **one)
{
	struct sk_buff_head *tx = &fixture_dev(lower)->tx;
	u32 n;

	consume_skb(*one);
	cr_assert_eq(dev_queue_xmit(make_tcp_packet(dev, peer, v6, 5000, 1400)), 0);
	n = tx->qlen;
	*one = skb_dequeue(tx);
	skb_queue_purge(tx);
	return n;
}

Test(vlan, offloads_of_the_device_below)
{
	struct vlan_config plain_cfg = { .lower = lower, .vid = 6, .no_offload = true };
	struct sk_buff *skb = NULL;
	struct net_device *plain;

	lower->features |= NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4 | NETIF_F_VLAN_TX;
	vlan = make(lower, ETH_TYPE_VLAN, 5);
	inner = make(vlan, ETH_TYPE_VLAN, 8);
	cr_assert_eq(vlan_create(net, &plain_cfg, &plain), 0);
	cr_assert_eq(dev_open(plain), 0);
	cr_assert(vlan->features & NETIF_F_GSO_UDP_L4);
	cr_assert_not(plain->features & (NETIF_F_SG | NETIF_F_ALL_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO));
	for (u32 v6 = 0; v6 < 2; v6++) {
		cr_assert_eq(frames_of(vlan, v6, &skb), 1, "the device below cuts");
		cr_assert(skb_is_gso(skb) && skb->ip_summed == CHECKSUM_PARTIAL);
		cr_assert_eq(skb->vlan_tci, 5, "and inserts the tag");
		cr_assert_eq(frames_of(plain, v6, &skb), 4, "software cuts");
		cr_assert(!skb_is_gso(skb) && skb->ip_summed == CHECKSUM_NONE);
		cr_assert_eq(frames_of(inner, v6, &skb), 4, "of two tags software cuts");
	}
	consume_skb(skb);
}

Test(vlan, follows_the_device_below)
{
	static const u8 group[6] = { 1, 0, 0x5e, 1, 2, 3 }, moved[6] = { 2, 0, 0, 0, 0, 0x55 };

	vlan = make(lower, ETH_TYPE_VLAN, 5);
	cr_assert_eq(dev_mc_add(vlan, group), 0);
	cr_assert(dev_mc_wanted(lower, group));
	dev_close(lower);
	cr_assert_not(vlan->flags & DEV_UP);
	cr_assert_not(dev_mc_wanted(lower, group));
	cr_assert_eq(dev_open(vlan), -ENETDOWN);
	dev_open(lower);
	cr_assert(vlan->flags & DEV_UP);
	cr_assert(dev_mc_wanted(lower, group));
	dev_mc_del(vlan, group);
	cr_assert_not(dev_mc_wanted(lower, group));
	dev_set_carrier(lower, false);
	cr_assert_not(vlan->carrier);
	dev_set_carrier(lower, true);
	cr_assert(vlan->carrier);
	cr_assert_eq(dev_set_mtu(lower, 1400), 0);
	cr_assert_eq(vlan->mtu, 1400);
	cr_assert_eq(dev_set_mtu(vlan, 1450), -ERANGE);
	dev_set_mac_address(lower, moved);
	cr_assert_arr_eq(vlan->dev_addr, moved, 6);
	make(vlan, ETH_TYPE_VLAN, 6);
	unregister_netdev(lower);
	cr_assert_null(dev_get_by_name(net, "eth0.5"));
	cr_assert_null(dev_get_by_name(net, "eth0.5.6"));
}

/* A device that filters is told of 802.1Q's numbers on it, once each, and of no others. */
static u32 told[4];
static int add_result;

static int add_vid(struct net_device *dev, u16 vid)
{
	cr_assert_eq(dev, lower);
	told[0]++;
	told[1] = vid;
	return add_result;
}

static void kill_vid(struct net_device *dev, u16 vid)
{
	cr_assert_eq(dev, lower);
	told[2]++;
	told[3] = vid;
}

Test(vlan, filter_is_told)
{
	struct vlan_config cfg = { .lower = lower, .vid = 9 };
	struct net_device_ops ops = *lower->ops;
	const struct net_device_ops *old = lower->ops;
	struct net_device *dev;

	ops.ndo_vlan_rx_add_vid = add_vid;
	ops.ndo_vlan_rx_kill_vid = kill_vid;
	lower->ops = &ops;
	vlan = make(lower, ETH_TYPE_VLAN, 4);
	cr_assert_eq(told[0], 0, "it has no filter");
	unregister_netdev(vlan);
	cr_assert_eq(told[2], 0);
	lower->features |= NETIF_F_VLAN_FILTER;
	vlan = make(lower, ETH_TYPE_VLAN, 5);
	cr_assert(told[0] == 1 && told[1] == 5);
	cr_assert_not(vlan->features & NETIF_F_VLAN_FILTER);
	make(vlan, ETH_TYPE_VLAN, 6);
	make(lower, ETH_TYPE_QINQ, 7);
	make(lower, ETH_TYPE_VLAN, 0);
	cr_assert_eq(told[0], 1);
	add_result = -ENOSPC;
	cr_assert_eq(vlan_create(net, &cfg, &dev), -ENOSPC);
	cr_assert_eq(vlan_create(net, &cfg, &dev), -ENOSPC, "and it is not there");
	cr_assert_eq(told[2], 0);
	add_result = 0;
	cfg.name = "lo0"; /* the name is taken: it was told in vain */
	cr_assert_eq(vlan_create(net, &cfg, &dev), 0);
	cfg.vid = 10;
	cr_assert_eq(vlan_create(net, &cfg, &dev), -EEXIST);
	cr_assert(told[2] == 1 && told[3] == 10);
	unregister_netdev(vlan);
	cr_assert(told[2] == 2 && told[3] == 5);
	while (!list_empty(&lower->vlan_ports))
		unregister_netdev(list_first_entry(&lower->vlan_ports, struct vlan_port, list)->dev);
	cr_assert(told[2] == 3 && told[3] == 9);
	lower->ops = old;
}

Test(vlan, refusals)
{
	struct vlan_config cfg = { .lower = lower, .vid = 4095 };
	struct net_device *dev;

	cr_assert_eq(vlan_create(net, &cfg, &dev), -EINVAL);
	cfg.vid = 4094;
	cfg.mtu = 1501;
	cr_assert_eq(vlan_create(net, &cfg, &dev), -ERANGE);
	cfg.mtu = 0;
	cr_assert_eq(vlan_create(net, &cfg, &dev), 0);
	cfg.name = "other";
	cr_assert_eq(vlan_create(net, &cfg, &dev), -EEXIST);
	cfg.proto = ETH_TYPE_IP4;
	cr_assert_eq(vlan_create(net, &cfg, &dev), -EINVAL);
	cr_assert_eq(loopback_create(net), 0);
	cfg = (struct vlan_config){ .lower = dev_get_by_name(net, "lo"), .vid = 1 };
	cr_assert_eq(vlan_create(net, &cfg, &dev), -EOPNOTSUPP);
}

/* -- veth ------------------------------------------------------------------------------------ */
static void through_cable(struct net *other, struct net_device *devs[2])
{
	struct veth_end ends[2] = { { .net = net, .name = "v0" }, { .net = other, .name = "v1" } };
	struct sk_buff *skb;

	cr_assert_eq(veth_create(ends, devs), 0);
	cr_assert_eq(dev_open(devs[0]), 0);
	cr_assert_not(devs[0]->carrier);
	cr_assert_eq(dev_open(devs[1]), 0);
	cr_assert(devs[0]->carrier && devs[1]->carrier);
	skb = to_send(devs[0], 0);
	memcpy(skb->data, devs[1]->dev_addr, 6);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + 20);
	skb->csum_offset = 6;
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 0x2000;
	dev_queue_xmit(skb);
	fixture_settle(net);
	cr_assert_eq(received, net == other, "not from within the sender's turn");
	fixture_settle(other);
	cr_assert(received == 1 && last_dev == devs[1]);
	cr_assert_eq(last->ip_summed, CHECKSUM_PARTIAL);
	cr_assert_eq(last->csum_start - skb_headroom(last), 20 - ETH_HLEN);
	cr_assert_eq(last->vlan_tci, 0x2000);
	cr_assert_eq(last->pkt_type, PACKET_HOST);
	cr_assert_eq(last->data[45], 0x5a);
	dev_close(devs[1]);
	cr_assert_not(devs[0]->carrier);
}

Test(vlan, veth_within_a_net)
{
	struct net_device *devs[2];

	through_cable(net, devs);
	unregister_netdev(devs[0]);
	cr_assert_not(devs[1]->carrier);
	dev_open(devs[1]);
	dev_queue_xmit(to_send(devs[1], 0));
	fixture_settle(net);
	cr_assert_eq(devs[1]->stats.tx_dropped, 1);
}

Test(vlan, veth_between_two_nets)
{
	static struct packet_type pt_other = { .type = TYPE_TEST, .func = on_frame };
	struct net_device *devs[2];
	static struct fixture g;
	struct net *other = fixture_net_new(&g, 4);

	dev_add_pack(other, &pt_other);
	through_cable(other, devs);
	consume_skb(last);
	last = NULL;
	dev_remove_pack(&pt_other);
	unregister_netdev(devs[1]);
	fixture_net_free(&g);
}

/* -- join ------------------------------------------------------------------------------------ */
static u32 sent_by(struct net_device *dev)
{
	return fixture_dev(dev)->tx.qlen;
}

/* A packet that is still to be cut and summed comes out of the other net's end as it went in. */
Test(vlan, large_packet_between_two_nets)
{
	static struct packet_type pt4 = { .type = ETH_TYPE_IP4, .func = on_frame };
	static struct packet_type pt6 = { .type = ETH_TYPE_IP6, .func = on_frame };
	struct veth_end ends[2] = { { .net = net, .name = "in" }, { .name = "out" } };
	static u8 was[8192], is[8192];
	struct net_device *devs[2];
	static struct fixture g;

	ends[1].net = fixture_net_new(&g, 4);
	cr_assert_eq(veth_create(ends, devs), 0);
	dev_open(devs[0]);
	dev_open(devs[1]);
	dev_add_pack(ends[1].net, &pt4);
	dev_add_pack(ends[1].net, &pt6);
	for (u32 v6 = 0; v6 < 2; v6++) {
		struct sk_buff *skb = make_tcp_packet(devs[0], devs[1]->dev_addr, v6, 5000, 1400);
		u32 len = skb->len - ETH_HLEN, start = skb->csum_start - skb_headroom(skb) - ETH_HLEN;

		skb_copy_bits(skb, ETH_HLEN, was, len);
		cr_assert_eq(dev_queue_xmit(skb), 0);
		fixture_settle(net);
		fixture_settle(ends[1].net);
		cr_assert(last && last->net == ends[1].net && last->len == len);
		skb_copy_bits(last, 0, is, len);
		cr_assert_arr_eq(is, was, len);
		cr_assert_eq(last->ip_summed, CHECKSUM_PARTIAL);
		cr_assert_eq(last->csum_start - skb_headroom(last), start);
		cr_assert_eq(last->csum_offset, 16);
		cr_assert_eq(skb_shinfo(last)->gso_size, 1400);
		cr_assert_eq(skb_shinfo(last)->gso_segs, 4);
		cr_assert_eq(skb_shinfo(last)->gso_type, v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4);
		consume_skb(last);
		last = NULL;
	}
	dev_remove_pack(&pt4);
	dev_remove_pack(&pt6);
	unregister_netdev(devs[1]);
	fixture_net_free(&g);
}

Test(vlan, joined_devices_are_a_wire)
{
	static const u8 anyone[6] = { 2, 0, 0, 0, 0, 0x42 };
	struct net_device *other = fixture_dev_new(net, "eth1", NETIF_F_SG);
	struct sk_buff *skb;

	vlan = make(lower, ETH_TYPE_VLAN, 5);
	cr_assert_eq(dev_join(lower, lower), -EINVAL);
	cr_assert_eq(loopback_create(net), 0);
	cr_assert_eq(dev_join(lower, dev_get_by_name(net, "lo")), -EOPNOTSUPP);
	cr_assert_eq(dev_join(lower, other), 0);
	cr_assert_eq(dev_join(lower, other), -EBUSY);
	cr_assert(lower->promiscuity == 1 && other->promiscuity == 1);
	rx(tagged(anyone, TAGS(0x81006005)));
	cr_assert_eq(sent_by(other), 1);
	skb = skb_peek_tail(&fixture_dev(other)->tx);
	cr_assert_arr_eq(skb->data, anyone, 6);
	cr_assert_eq(get_be32(skb->data + 12), 0x81006005, "a VLAN's as well");
	cr_assert_eq(skb->len, 14 + 4 + 46);
	skb = tagged(lower->dev_addr, TAGS(0));
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 9;
	rx(skb);
	cr_assert_eq(sent_by(other), 2);
	cr_assert_eq(get_be32(skb_peek_tail(&fixture_dev(other)->tx)->data + 12), 0x81000009);
	fixture_dev_rx(other, tagged(anyone, TAGS(0)));
	fixture_settle(net);
	cr_assert_eq(sent_by(lower), 1, "both ways");
	cr_assert_eq(received, 0, "and the stack has none of them");
}

Test(vlan, joined_devices_part)
{
	struct net_device *other = fixture_dev_new(net, "eth1", NETIF_F_SG);

	cr_assert_eq(dev_join(lower, other), 0);
	dev_close(other);
	rx(tagged(lower->dev_addr, TAGS(0)));
	cr_assert_eq(other->stats.tx_dropped, 1);
	cr_assert_eq(net->drops[SKB_DROP_DEV_READY], 1);
	unregister_netdev(other);
	cr_assert_eq(lower->promiscuity, 0);
	rx(tagged(lower->dev_addr, TAGS(0)));
	cr_assert(received == 1 && last_dev == lower, "the stack's again");
}

Test(vlan, joined_devices_keep_mtu)
{
	struct net_device *other = fixture_dev_new(net, "eth1", NETIF_F_SG);
	struct sk_buff *skb = alloc_skb(net, 2048);

	cr_assert_eq(dev_join(lower, other), 0);
	skb_reserve(skb, 64);
	skb_put_data(skb, lower->dev_addr, 6);
	skb_put_data(skb, peer, 6);
	put_be16(skb_put(skb, 2), TYPE_TEST);
	memset(skb_put(skb, 1505), 0, 1505);
	rx(skb);
	cr_assert_eq(net->drops[SKB_DROP_PKT_TOO_BIG], 1);
	cr_assert_eq(sent_by(other), 0);
}

/* A large packet of a host, as a driver hands it over: nobody has told where its headers are. */
static struct sk_buff *large(bool v6, const u32 *tags)
{
	struct sk_buff *skb = make_tcp_packet(lower, peer, v6, 5000, 1400);
	u32 n = 0;

	for (; tags[n]; n++) {
		u8 *p = skb_push(skb, VLAN_TAG_LEN);

		memmove(p, p + VLAN_TAG_LEN, 2 * ETH_ALEN);
	}
	for (u32 i = 0; i < n; i++)
		put_be32(skb->data + 12 + VLAN_TAG_LEN * i, tags[i]);
	skb->network_header = skb->transport_header = 0;
	return skb;
}

Test(vlan, joined_devices_cut)
{
	static const u32 none[] = { 0 }, one[] = { 0x81000005, 0 }, two[] = { 0x88a80007, 0x81000008, 0 };
	static const u32 *const tags[] = { none, one, two };
	struct net_device *other = fixture_dev_new(net, "eth1", NETIF_F_SG);

	cr_assert_eq(dev_join(lower, other), 0);
	for (u32 i = 0; i < 6; i++) {
		u32 hdr = ETH_HLEN + VLAN_TAG_LEN * (i / 2) + (i & 1 ? IP6_HLEN : IP4_HLEN) + TCP_HLEN, k;

		rx(large(i & 1, tags[i / 2]));
		cr_assert_eq(sent_by(other), 4, "%u tags, IPv%u: %u", i / 2, i & 1 ? 6 : 4, sent_by(other));
		for (k = 0; k < 4; k++) {
			struct sk_buff *skb = skb_dequeue(&fixture_dev(other)->tx);

			cr_assert_eq(skb->len, hdr + (k < 3 ? 1400 : 800));
			cr_assert_eq(skb->ip_summed, CHECKSUM_NONE);
			consume_skb(skb);
		}
	}
}
