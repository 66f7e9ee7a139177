// SPDX-License-Identifier: BSD-2-Clause
/*
 * The drivers of an 82576's functions against each other and a second card on the cable, in virtual time:
 * the mailbox, who gets which frame, what a virtual function may and may not, resets of either side.
 *
 *	peer ---- cable ---- pf (functions v0, v1)
 */
#include <errno.h>

#include "drivers/e1000/nic.h"
#include "drivers/igb/driver_priv.h"
#include "drivers/igb/model.h"
#include "tests/unit/drivers/tcp_packet.h"
#include "tests/unit/fixture.h"

enum { TYPE_TEST = 0x88b5 };

static struct fixture f;
static struct net *net;
static struct net_device *peer, *pf, *v[2];
static u32 got[4];	   /* frames by device: pf, v0, v1, peer */
static u32 last_len;

static u32 index_of(const struct net_device *dev)
{
	return dev == pf ? 0 : dev == v[0] ? 1 : dev == v[1] ? 2 : 3;
}

static void on_frame(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)pt;
	got[index_of(dev)]++;
	last_len = skb->len;
	consume_skb(skb);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };

static void settle(void)
{
	fixture_advance(net, 20 * NSEC_PER_MSEC);
}

static void watchdogs(void)
{
	u32 i;

	for (i = 0; i < 3; i++)
		fixture_advance(net, IGB_WATCHDOG_NS);
}

static int make_vf(u32 nr, struct net_device **dev)
{
	static const char *const names[] = { "v0", "v1", "v2" };
	const struct igbvf_config cfg = { .pf = pf, .vf = nr, .name = names[nr] };

	return igbvf_create(&cfg, dev);
}

static void setup(void)
{
	struct e1000_config cfg = { .wire = E1000_WIRE_PAIR, .wire_name = "cable", .name = "peer",
				    .mac = { 2, 0, 0, 0, 0, 9 } };

	net = fixture_net_new(&f, 3);
	cr_assert_eq(e1000_create(net, &cfg, &peer), 0);
	cfg.name = "pf";
	cfg.mac[5] = 1;
	cfg.vfs = 2;
	cr_assert_eq(igb_create(net, &cfg, &pf), 0);
	cr_assert_eq(dev_open(peer), 0);
	cr_assert_eq(dev_open(pf), 0);
	cr_assert_eq(make_vf(0, &v[0]), 0);
	cr_assert_eq(make_vf(1, &v[1]), 0);
	cr_assert_eq(dev_open(v[0]), 0);
	cr_assert_eq(dev_open(v[1]), 0);
	dev_add_pack(net, &pt_test);
	settle();
	cr_assert(pf->carrier && peer->carrier);
	memset(got, 0, sizeof(got));
}

static void teardown(void)
{
	dev_remove_pack(&pt_test);
	fixture_net_free(&f);
}

TestSuite(igbvf, .init = setup, .fini = teardown);

static void send_len(struct net_device *from, const u8 *dst, const u8 *src, u32 len)
{
	struct sk_buff *skb = alloc_skb(net, len + 64);

	skb_reserve(skb, 32);
	skb_put_data(skb, dst, ETH_ALEN);
	skb_put_data(skb, src, ETH_ALEN);
	put_be16(skb_put(skb, 2), TYPE_TEST);
	memset(skb_put(skb, len), 0x33, len);
	skb->dev = from;
	skb->protocol = TYPE_TEST;
	dev_queue_xmit(skb);
	settle();
}

static void send(struct net_device *from, const u8 *dst)
{
	send_len(from, dst, from->dev_addr, 100);
}

/* How many each has got since the last time. */
static void expect(u32 at_pf, u32 at_v0, u32 at_v1, u32 at_peer)
{
	cr_assert(got[0] == at_pf && got[1] == at_v0 && got[2] == at_v1 && got[3] == at_peer,
		  "pf %u, v0 %u, v1 %u, peer %u", got[0], got[1], got[2], got[3]);
	memset(got, 0, sizeof(got));
}

static u64 stat_of(struct net_device *dev, const char *name)
{
	const char *is;
	u64 value;
	u32 i;

	for (i = 0; (is = dev->ethtool_ops->get_stat(dev, i, &value)); i++)
		if (!strcmp(is, name))
			return value;
	cr_assert_fail("no statistic %s", name);
	return 0;
}

Test(igbvf, comes_up_by_its_mailbox)
{
	struct ethtool_info info;

	cr_assert(v[0]->carrier && v[1]->carrier);
	cr_assert(igb_priv(pf)->vf[0].ready && igb_priv(pf)->vf[1].ready);
	cr_assert_arr_eq(v[0]->dev_addr, igb_priv(pf)->vf[0].mac, ETH_ALEN, "given by the physical one");
	cr_assert_neq(memcmp(v[0]->dev_addr, v[1]->dev_addr, ETH_ALEN), 0);
	v[0]->ethtool_ops->get_info(v[0], &info);
	cr_assert_str_eq(info.driver, "igbvf");
	cr_assert(info.speed == 1000 && info.channels == 1 && info.rx_ring == 128 && info.tx_ring);
	cr_assert(dev_is_igbvf(v[0]) && !dev_is_igb(v[0]) && !dev_is_igbvf(pf));
}

Test(igbvf, each_has_its_frames)
{
	u32 i;

	send(peer, v[0]->dev_addr);
	expect(0, 1, 0, 0);
	send(peer, v[1]->dev_addr);
	expect(0, 0, 1, 0);
	send(peer, pf->dev_addr);
	expect(1, 0, 0, 0);
	send(peer, peer->broadcast);
	expect(1, 1, 1, 0);
	send(v[0], peer->dev_addr);
	expect(0, 0, 0, 1);
	send(v[0], v[1]->dev_addr);
	expect(0, 0, 1, 0);
	send(v[0], pf->dev_addr);
	expect(1, 0, 0, 0);
	send(pf, v[1]->dev_addr);
	expect(0, 0, 1, 0);
	send(v[1], peer->broadcast);
	expect(1, 1, 0, 1);
	for (i = 0; i < 1000; i++) /* round its rings */
		send(v[i & 1], v[!(i & 1)]->dev_addr);
	expect(0, 500, 500, 0);
	cr_assert_geq(stat_of(v[0], "rx_packets"), 502);
	cr_assert_geq(stat_of(v[0], "lbrx_packets"), 500);
	cr_assert_geq(stat_of(v[1], "tx_packets"), 501);
	cr_assert_geq(stat_of(v[0], "interrupts"), 1);
}

Test(igbvf, nobody_sends_as_another)
{
	send_len(v[0], peer->dev_addr, v[1]->dev_addr, 100);
	expect(0, 0, 0, 0);
	send_len(v[0], v[1]->dev_addr, pf->dev_addr, 100);
	expect(0, 0, 0, 0);
	send(v[0], peer->dev_addr);
	expect(0, 0, 0, 1);
}

Test(igbvf, its_address_can_be_set)
{
	static const u8 mine[ETH_ALEN] = { 2, 7, 7, 7, 7, 7 }, group[ETH_ALEN] = { 1, 0, 0, 0, 0, 1 };
	u8 was[ETH_ALEN];
	u32 refuse[3] = { IGB_MSG_SET_MAC }, answer;

	memcpy(was, v[0]->dev_addr, ETH_ALEN);
	cr_assert_eq(dev_set_mac_address(v[0], mine), 0);
	send(peer, mine);
	expect(0, 1, 0, 0);
	send(v[0], peer->dev_addr);
	expect(0, 0, 0, 1);
	send(peer, was);
	expect(0, 0, 0, 0);
	memcpy(&refuse[1], group, ETH_ALEN);
	cr_assert_not(igbvf_ask(igb_priv(v[0]), refuse, 3, &answer, 1));
	cr_assert_eq(answer, IGB_MSG_SET_MAC | IGB_MSG_NACK | IGB_MSG_CTS);
	refuse[0] = 0x77;
	cr_assert_not(igbvf_ask(igb_priv(v[0]), refuse, 1, &answer, 1), "no such message");
	dev_close(v[0]);
	dev_open(v[0]);
	settle();
	send(peer, mine);
	expect(0, 1, 0, 0);
}

Test(igbvf, groups)
{
	static const u8 group[ETH_ALEN] = { 1, 0, 0x5e, 1, 2, 3 }, other[ETH_ALEN] = { 1, 0, 0x5e, 9, 9, 9 };
	u32 i;

	send(peer, group);
	expect(0, 0, 0, 0);
	cr_assert_eq(dev_mc_add(v[1], group), 0);
	send(peer, group);
	cr_assert_eq(got[2], 1);
	memset(got, 0, sizeof(got));
	dev_mc_del(v[1], group);
	send(peer, group);
	expect(0, 0, 0, 0);
	dev_set_allmulti(v[0], 1);
	send(peer, other);
	cr_assert_eq(got[1], 1);
	memset(got, 0, sizeof(got));
	dev_set_allmulti(v[0], -1);
	send(peer, other);
	expect(0, 0, 0, 0);
	for (i = 0; i < 40; i++) /* more than a message holds: then it wants all */
		dev_mc_add(v[0], (const u8[ETH_ALEN]){ 1, 0, 0x5e, 0, 0, (u8)i });
	send(peer, other);
	cr_assert_eq(got[1], 1);
}

Test(igbvf, long_frames)
{
	cr_assert_eq(dev_set_mtu(peer, 4000), 0);
	send_len(peer, v[0]->dev_addr, peer->dev_addr, 3000);
	expect(0, 0, 0, 0);
	cr_assert_eq(dev_set_mtu(v[0], 4000), 0);
	send_len(peer, v[0]->dev_addr, peer->dev_addr, 3000);
	expect(0, 1, 0, 0);
	cr_assert_eq(last_len, 3000);
	send_len(peer, v[1]->dev_addr, peer->dev_addr, 3000);
	expect(0, 0, 0, 0);
	send_len(peer, pf->dev_addr, peer->dev_addr, 3000);
	expect(0, 0, 0, 0);
}

Test(igbvf, tags)
{
	struct vlan_config at = { .lower = peer, .vid = 5 }, on = { .lower = v[0], .vid = 5 };
	struct net_device *vlan_peer, *vlan_vf;

	cr_assert_eq(vlan_create(net, &at, &vlan_peer), 0);
	cr_assert_eq(vlan_create(net, &on, &vlan_vf), 0);
	cr_assert_eq(dev_open(vlan_peer), 0);
	cr_assert_eq(dev_open(vlan_vf), 0);
	send(vlan_peer, v[0]->dev_addr);
	expect(0, 0, 0, 1); /* on the VLAN's device, which counts as peer here */
	send(vlan_vf, peer->dev_addr);
	expect(0, 0, 0, 1);
	unregister_netdev(vlan_vf);
	unregister_netdev(vlan_peer);
}

/* -- who is in which VLAN (VLVF) ------------------------------------------------------------------ */
static struct net_device *in_vlan(struct net_device *lower, u16 vid)
{
	const struct vlan_config cfg = { .lower = lower, .vid = vid };
	struct net_device *dev;

	cr_assert_eq(vlan_create(net, &cfg, &dev), 0);
	return dev;
}

/* Which drivers see a tagged frame from another one, as bits: pf, v0, v1, peer. */
static u32 see(struct net_device *from, const u8 *dst, u16 tci)
{
	struct net_device *const all[] = { pf, v[0], v[1], peer };
	u64 before[4];
	u32 seen = 0, i;
	struct sk_buff *skb = alloc_skb(net, 256);

	for (i = 0; i < 4; i++)
		before[i] = all[i]->stats.rx_packets;
	skb_reserve(skb, 32);
	skb_put_data(skb, dst, ETH_ALEN);
	skb_put_data(skb, from->dev_addr, ETH_ALEN);
	put_be16(skb_put(skb, 2), 0x88b6);
	memset(skb_put(skb, 60), 1, 60);
	skb->dev = from;
	skb->protocol = 0x88b6;
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = tci;
	dev_queue_xmit(skb);
	settle();
	for (i = 0; i < 4; i++)
		seen |= (u32)(all[i]->stats.rx_packets != before[i]) << i;
	return seen;
}

enum { PF = 1, V0 = 2, V1 = 4, PEER = 8 };

Test(igbvf, vlans)
{
	static const u8 all[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
	struct net_device *five;

	cr_assert_eq(see(peer, all, 5), 0);
	cr_assert_eq(see(peer, all, 0x6000), PF | V0 | V1, "priority tags are for all");
	five = in_vlan(v[0], 5);
	in_vlan(peer, 5);
	cr_assert_eq(see(peer, all, 5), V0);
	cr_assert_eq(see(peer, v[0]->dev_addr, 5), V0);
	cr_assert_eq(see(peer, v[1]->dev_addr, 5), PF, "nobody's: the default pool's");
	cr_assert_eq(see(peer, v[0]->dev_addr, 6), 0);
	cr_assert_eq(see(v[0], v[1]->dev_addr, 5), 0, "it is not in that VLAN");
	cr_assert_eq(see(v[1], v[0]->dev_addr, 5), 0, "nor may it send there");
	in_vlan(v[1], 5);
	cr_assert_eq(see(v[0], v[1]->dev_addr, 5), V1);
	cr_assert_eq(see(v[1], all, 5), V0 | PEER);
	dev_set_promiscuity(pf, 1);
	cr_assert_eq(see(peer, all, 5), PF | V0 | V1);
	cr_assert_eq(see(peer, all, 6), PF, "the VLANs of functions stay theirs");
	cr_assert_eq(see(peer, v[0]->dev_addr, 6), PF);
	dev_set_promiscuity(pf, -1);
	cr_assert_eq(see(peer, all, 6), 0);
	unregister_netdev(five);
	cr_assert_eq(see(peer, all, 5), V1);
}

Test(igbvf, vlans_are_told_again)
{
	static const u8 all[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };

	in_vlan(v[0], 5);
	in_vlan(pf, 6);
	dev_close(v[0]);
	settle();
	in_vlan(v[0], 7);
	cr_assert_eq(see(peer, all, 5), 0, "who is down is in no VLAN");
	cr_assert_eq(dev_open(v[0]), 0);
	settle();
	cr_assert(see(peer, all, 5) == V0 && see(peer, all, 7) == V0 && see(peer, all, 6) == PF);
	dev_close(pf);
	watchdogs();
	in_vlan(v[0], 8);
	cr_assert_eq(dev_open(pf), 0);
	watchdogs();
	cr_assert(see(peer, all, 5) == V0 && see(peer, all, 8) == V0 && see(peer, all, 6) == PF);
	cr_assert_eq(see(peer, all, 0), PF | V0 | V1);
}

static int try_vlan(struct net_device *lower, u16 vid, struct net_device **dev)
{
	const struct vlan_config cfg = { .lower = lower, .vid = vid };

	return vlan_create(net, &cfg, dev);
}

/* 32 entries, one of them for priority tags; a third of the others for each of three pools. */
Test(igbvf, vlan_table_is_shared_out)
{
	enum { SHARE = (IGB_NR_VLVF - 1) / 3, LEFT = IGB_NR_VLVF - 1 - 2 * SHARE };
	static const u8 all[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
	struct net_device *dev, *last = NULL;
	u16 i;

	for (i = 0; i < SHARE; i++)
		last = in_vlan(v[0], 100 + i);
	cr_assert_eq(try_vlan(v[0], 200, &dev), -EINVAL, "the answer is no");
	for (i = 0; i < SHARE; i++)
		in_vlan(v[1], 300 + i);
	cr_assert_eq(try_vlan(v[1], 100, &dev), -EINVAL, "another's VLAN counts, who may leave it");
	for (i = 0; i < LEFT; i++)
		in_vlan(pf, 400 + i);
	cr_assert_eq(try_vlan(pf, 500, &dev), -ENOSPC);
	in_vlan(pf, 100);
	cr_assert_eq(see(peer, all, 100), PF | V0, "an entry has many pools");
	cr_assert_eq(see(peer, all, 200), 0);
	unregister_netdev(last);
	cr_assert_eq(try_vlan(v[0], 200, &dev), 0, "another one instead");
	cr_assert_eq(see(peer, all, 200), V0);
}

/* Where the physical function has taken all, there is nothing left. */
Test(igbvf, vlan_table_is_full)
{
	struct net_device *dev, *last = NULL;
	u16 i;

	for (i = 0; i < IGB_NR_VLVF - 1; i++)
		last = in_vlan(pf, 100 + i);
	cr_assert_eq(try_vlan(v[0], 500, &dev), -EINVAL);
	cr_assert_eq(try_vlan(pf, 500, &dev), -ENOSPC);
	in_vlan(v[0], 100);
	unregister_netdev(last);
	cr_assert_eq(try_vlan(v[0], 500, &dev), 0);
	cr_assert_eq(try_vlan(pf, 500, &dev), 0, "an entry has many pools");
}

/* -- large packets ---------------------------------------------------------------------------------- */
enum { KEEP = 32 };
static struct {
	struct net_device *dev;
	u8 data[2048];
	u32 len;
	u8 summed;
} kept[KEEP];
static u32 nr_kept;

static void on_ip(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)pt;
	cr_assert_lt(nr_kept, KEEP);
	cr_assert_leq(skb->len, sizeof(kept[0].data));
	kept[nr_kept].dev = dev;
	kept[nr_kept].len = skb->len;
	kept[nr_kept].summed = skb->ip_summed;
	skb_copy_bits(skb, 0, kept[nr_kept++].data, skb->len);
	consume_skb(skb);
}

/* What a function's device cuts and sums is what the stack would, at each who gets it. */
static void large_packet(struct net_device *from, const u8 *dst, bool v6, u16 tci, u32 receivers)
{
	static u8 first[KEEP][2048];
	netdev_features_t all = from->features;
	u32 round, i, want = 4 * receivers;

	for (round = 0; round < 2; round++) {
		struct sk_buff *skb = make_tcp_packet(from, dst, v6, 5000, 1400);

		skb->vlan_proto = tci ? ETH_TYPE_VLAN : 0;
		skb->vlan_tci = tci;
		nr_kept = 0;
		if (round) /* not by dev_set_features(): they are fixed */
			from->features &= ~(netdev_features_t)(NETIF_F_ALL_TSO | NETIF_F_ALL_CSUM);
		dev_queue_xmit(skb);
		settle();
		from->features = all;
		cr_assert_eq(nr_kept, want, "%u of %u", nr_kept, want);
		for (i = 0; i < want; i++) {
			cr_assert_eq(kept[i].summed, CHECKSUM_UNNECESSARY, "%u", i);
			if (round)
				cr_assert_arr_eq(kept[i].data, first[i], kept[i].len, "segment %u", i);
			memcpy(first[i], kept[i].data, sizeof(first[i]));
		}
	}
}

Test(igbvf, large_packets)
{
	static const u8 all[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
	struct packet_type ip4 = { .type = ETH_TYPE_IP4, .func = on_ip };
	struct packet_type ip6 = { .type = ETH_TYPE_IP6, .func = on_ip };
	struct net_device *const devs[] = { pf, v[0], v[1], peer };
	u64 before = stat_of(v[0], "lbtx_packets");
	u32 i, v6;

	dev_add_pack(net, &ip4);
	dev_add_pack(net, &ip6);
	for (i = 0; i < 4; i++)
		devs[i]->features &= ~(netdev_features_t)NETIF_F_GRO;
	for (i = 1; i < 4; i++)
		cr_assert_eq(dev_open(in_vlan(devs[i], 5)), 0);
	for (v6 = 0; v6 < 2; v6++) {
		large_packet(v[0], peer->dev_addr, v6, 0, 1);
		cr_assert_eq(kept[0].dev, peer);
		large_packet(v[0], v[1]->dev_addr, v6, 0, 1);
		cr_assert_eq(kept[0].dev, v[1]);
		large_packet(v[1], pf->dev_addr, v6, 0, 1);
		large_packet(pf, v[0]->dev_addr, v6, 0, 1);
		large_packet(peer, v[0]->dev_addr, v6, 0, 1);
		large_packet(v[0], all, v6, 0, 3);
		large_packet(v[0], peer->dev_addr, v6, 0x6005, 1);
		large_packet(v[0], v[1]->dev_addr, v6, 0x6005, 1);
		large_packet(v[0], all, v6, 5, 2);
	}
	cr_assert_eq(stat_of(v[0], "lbtx_packets") - before, 2 * 2 * 2 * 4, "those to v1 stayed in the card");
	dev_remove_pack(&ip4);
	dev_remove_pack(&ip6);
}

/* One function's stop and start are not the other's. */
Test(igbvf, goes_down_and_up)
{
	dev_close(v[0]);
	settle();
	cr_assert_not(igb_priv(pf)->vf[0].ready);
	send(peer, v[0]->dev_addr);
	send(peer, v[1]->dev_addr);
	expect(0, 0, 1, 0);
	cr_assert_eq(v[0]->ethtool_ops->self_test(v[0]), 0);
	cr_assert_eq(v[1]->ethtool_ops->self_test(v[1]), -EBUSY);
	cr_assert_eq(dev_open(v[0]), 0);
	settle();
	send(peer, v[0]->dev_addr);
	expect(0, 1, 0, 0);
}

Test(igbvf, follows_the_physical_function)
{
	u64 before = stat_of(v[0], "rx_packets");

	dev_close(pf);
	watchdogs();
	cr_assert(!v[0]->carrier && !v[1]->carrier);
	cr_assert_eq(stat_of(v[0], "rx_packets"), before);
	dev_close(v[1]);
	cr_assert_eq(v[1]->ethtool_ops->self_test(v[1]), 2, "nobody answers");
	cr_assert_eq(dev_open(v[1]), 0, "it waits");
	cr_assert_eq(dev_open(pf), 0);
	watchdogs();
	cr_assert(v[0]->carrier && v[1]->carrier);
	send(peer, v[0]->dev_addr);
	send(peer, v[1]->dev_addr);
	expect(0, 1, 1, 0);
}

/* Between two looks of the watchdog: the message says that it is known no more. */
Test(igbvf, a_short_reset_is_noticed)
{
	dev_close(pf);
	cr_assert_eq(dev_open(pf), 0);
	settle();
	watchdogs();
	cr_assert(v[0]->carrier);
	send(peer, v[0]->dev_addr);
	send(v[1], v[0]->dev_addr);
	expect(0, 2, 0, 0);
	cr_assert_lt(stat_of(v[0], "rx_packets"), 1000, "counters that began anew are no progress");
}

Test(igbvf, link_of_the_cable)
{
	dev_close(peer);
	unregister_netdev(peer);
	settle();
	cr_assert(!pf->carrier && !v[0]->carrier, "told by the mailbox, before the watchdog looks");
}

Test(igbvf, refusals)
{
	struct e1000_config cfg = { .wire = E1000_WIRE_PAIR, .wire_name = "x", .name = "x", .vfs = 2,
				    .queues = 2 };
	struct igbvf_config vf = { .pf = peer, .name = "y" };
	struct net_device *dev;

	cr_assert_eq(make_vf(1, &dev), -EBUSY);
	cr_assert_eq(make_vf(2, &dev), -EINVAL);
	cr_assert_eq(igbvf_create(&vf, &dev), -EINVAL, "no 82576");
	cr_assert_eq(igb_create(net, &cfg, &dev), -EINVAL);
	cfg.queues = 1;
	cfg.vfs = 8;
	cr_assert_eq(igb_create(net, &cfg, &dev), -EINVAL);
	unregister_netdev(v[1]);
	cr_assert_eq(make_vf(1, &v[1]), 0, "its driver is gone");
}

Test(igbvf, outlives_the_physical_function)
{
	unregister_netdev(pf);
	watchdogs();
	cr_assert_not(v[0]->carrier);
	send(v[0], v[1]->dev_addr);
	expect(0, 0, 0, 0);
	dev_close(v[0]);
	dev_open(v[0]);
	unregister_netdev(v[0]);
}
