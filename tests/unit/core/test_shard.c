/* SPDX-License-Identifier: BSD-2-Clause */
/* Which shard has a packet, the same for all that belongs together, and the way from one shard to another. */
#include <errno.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"
#include "wire/wire.h"

TestSuite(shard);

struct packet {
	u8 d[256];
	u32 len;
};

static void put_ports(u8 *at, u16 src, u16 dst)
{
	put_be16(at, src);
	put_be16(at + 2, dst);
}

static struct packet packet4(u8 proto, u16 src, u16 dst, u16 frag_off)
{
	struct packet p = { .len = IP4_HLEN + 20 };

	p.d[0] = 0x45;
	put_be16(p.d + 2, (u16)p.len);
	put_be16(p.d + 6, frag_off);
	p.d[9] = proto;
	put_ports(p.d + IP4_HLEN, src, dst);
	return p;
}

/* exts: types of extension headers of 8 octets each, before the transport's; ends with 255 */
static struct packet packet6(u8 proto, u16 src, u16 dst, const u8 *exts)
{
	struct packet p = { .len = IP6_HLEN };
	u8 *next = p.d + 6;

	p.d[0] = 0x60;
	for (; *exts != 255; exts++) {
		*next = *exts;
		next = p.d + p.len;
		p.len += 8;
	}
	*next = proto;
	put_ports(p.d + p.len, src, dst);
	p.len += 20;
	return p;
}

static const u8 plain[] = { 255 };

static u32 of4(const struct packet *p, u32 nr)
{
	return shard_of_packet(ETH_TYPE_IP4, p->d, p->len, nr);
}

static u32 of6(const struct packet *p, u32 nr)
{
	return shard_of_packet(ETH_TYPE_IP6, p->d, p->len, nr);
}

/* An error that quotes a packet. */
static struct packet error4(const struct packet *quoted, u8 type)
{
	struct packet p = packet4(IP_PROTO_ICMP, 0, 0, 0);

	p.len = IP4_HLEN + ICMP4_HLEN + quoted->len;
	memset(p.d + IP4_HLEN, 0, ICMP4_HLEN);
	p.d[IP4_HLEN] = type;
	memcpy(p.d + IP4_HLEN + ICMP4_HLEN, quoted->d, quoted->len);
	return p;
}

static struct packet error6(const struct packet *quoted, u8 type)
{
	struct packet p = packet6(IP_PROTO_ICMPV6, 0, 0, plain);

	p.len = IP6_HLEN + ICMP6_HLEN + quoted->len;
	memset(p.d + IP6_HLEN, 0, ICMP6_HLEN);
	p.d[IP6_HLEN] = type;
	memcpy(p.d + IP6_HLEN + ICMP6_HLEN, quoted->d, quoted->len);
	return p;
}

static void check_flow(u32 nr, u16 own, u16 peer)
{
	static const u8 exts[] = { IP_PROTO_HOPOPTS, IP_PROTO_DSTOPTS, 255 };
	u32 tcp = shard_of_ports(own, peer, nr), udp = shard_of_port(own, nr);
	struct packet p, q;

	cr_assert_lt(tcp, nr);
	cr_assert_lt(udp, nr);
	p = packet4(IP_PROTO_TCP, peer, own, 0);
	cr_assert_eq(of4(&p, nr), tcp);
	p = packet4(IP_PROTO_TCP, own, peer, IP4_DF);
	cr_assert_eq(of4(&p, nr), tcp);		/* seen from the other end, on loopback */
	q = error4(&p, ICMP4_TYPE_UNREACH);
	cr_assert_eq(of4(&q, nr), tcp);
	p = packet6(IP_PROTO_TCP, peer, own, exts);
	cr_assert_eq(of6(&p, nr), tcp);
	p = packet6(IP_PROTO_TCP, own, peer, plain);
	q = error6(&p, ICMP6_TYPE_PKT_TOOBIG);
	cr_assert_eq(of6(&q, nr), tcp);

	p = packet4(IP_PROTO_UDP, peer, own, 0);
	cr_assert_eq(of4(&p, nr), udp);
	p = packet4(IP_PROTO_UDP, own, peer, 0);
	q = error4(&p, ICMP4_TYPE_UNREACH);
	cr_assert_eq(of4(&q, nr), udp);
	p = packet6(IP_PROTO_UDPLITE, peer, own, plain);
	cr_assert_eq(of6(&p, nr), udp);
	p = packet6(IP_PROTO_UDP, own, peer, exts);
	q = error6(&p, ICMP6_TYPE_UNREACH);
	cr_assert_eq(of6(&q, nr), udp);
}

Test(shard, what_belongs_together_stays_together)
{
	struct prng rng;
	u32 nr, i;

	prng_seed(&rng, 5);
	for (nr = 1; nr <= NET_SHARDS_MAX; nr++)
		for (i = 0; i < 500; i++)
			check_flow(nr, (u16)prng_u32(&rng), (u16)prng_u32(&rng));
}

Test(shard, the_first_has_the_rest)
{
	static const u8 frag[] = { IP_PROTO_FRAGMENT, 255 };
	struct packet p = packet4(IP_PROTO_UDP, 1, 2, IP4_MF);
	u32 len;

	cr_assert_eq(of4(&p, 16), 0);
	p = packet4(IP_PROTO_TCP, 1, 2, 100);
	cr_assert_eq(of4(&p, 16), 0);
	p = packet6(IP_PROTO_TCP, 1, 7, frag);
	cr_assert_eq(of6(&p, 16), 0);
	p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_ECHO_REPLY << 8, 0, 0);
	cr_assert_eq(of4(&p, 16), 0, "ping's socket is there");
	p = packet6(IP_PROTO_ICMPV6, ICMP6_TYPE_ECHO_REPLY << 8, 0, plain);
	cr_assert_eq(of6(&p, 16), 0);
	p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_ECHO << 8, 0, IP4_MF);
	cr_assert_eq(of4(&p, 16), 0, "a fragment");
	p = packet4(IP_PROTO_IGMP, 0, 0, 0);
	cr_assert_eq(of4(&p, 16), 0);
	p = packet4(IP_PROTO_TCP, 1000, 80, 0);
	cr_assert_neq(of4(&p, 16), 0, "the example is none");
	for (len = 0; len < IP4_HLEN + 4; len++)
		cr_assert_eq(shard_of_packet(ETH_TYPE_IP4, p.d, len, 16), 0);
	cr_assert_eq(shard_of_packet(0x88cc, p.d, p.len, 16), 0);
}

Test(shard, all_learn)
{
	struct packet p = packet6(IP_PROTO_ICMPV6, ICMP6_TYPE_NEIGH_ADVERT << 8, 0, plain);

	cr_assert_eq(of6(&p, 2), SHARD_ALL);
	p = packet6(IP_PROTO_ICMPV6, ICMP6_TYPE_ECHO_REQUEST << 8, 0, plain);
	cr_assert_eq(of6(&p, 2), SHARD_ANY);
	p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_ECHO << 8, 0, 0);
	cr_assert_eq(of4(&p, 2), SHARD_ANY);
	p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_REDIRECT << 8, 0, 0);
	cr_assert_eq(of4(&p, 2), SHARD_ALL);
	cr_assert_eq(shard_of_packet(ETH_TYPE_ARP, p.d, 28, 2), SHARD_ALL);
}

/* Clients of one server, with ports as they are chosen one behind the other. */
Test(shard, shares_are_about_equal)
{
	u32 tcp[4] = { 0 }, udp[4] = { 0 }, i;

	for (i = 0; i < 4000; i++) {
		tcp[shard_of_ports((u16)(32768 + 2 * i), 443, 4)]++;
		udp[shard_of_port((u16)(32768 + i), 4)]++;
	}
	for (i = 0; i < 4; i++) {
		cr_assert(tcp[i] > 700 && tcp[i] < 1300, "%u of 4000", tcp[i]);
		cr_assert(udp[i] > 700 && udp[i] < 1300, "%u of 4000", udp[i]);
	}
}

Test(shard, any_octets)
{
	struct prng rng;
	u32 i, k;

	prng_seed(&rng, 6);
	for (i = 0; i < 20000; i++) {
		u32 len = prng_below(&rng, 120), to;
		u8 *p = malloc(len + 1);	/* so that the sanitizer sees what is read behind it */

		p = realloc(p, len ? len : 1);
		for (k = 0; k < len; k++)
			p[k] = (u8)prng_u32(&rng);
		if (len)
			p[0] = i & 1 ? 0x45 : 0x60;
		if (len > 9)
			p[i & 1 ? 9 : 6] = (const u8[]){ 1, 6, 17, 58, 0, 43, 44, 60 }[i / 2 % 8];
		to = shard_of_packet(i & 1 ? ETH_TYPE_IP4 : ETH_TYPE_IP6, p, len, 3);
		cr_assert(to < 3 || to == SHARD_ALL || to == SHARD_ANY);
		free(p);
	}
}

/* -- two nets ------------------------------------------------------------------------------------------- */

static struct {
	struct net_group group;
	struct fixture f[2];
	struct net_device *dev[2];
	struct packet_type pt[2], tap[2];
	struct shard_msg *msgs[2][16];
	u32 nr[2], room, got[2], seen[2], raw[2];
	u8 last[64];
	u32 last_len;
	u8 last_steered;
} two;

static bool post(struct net *from, u32 to, const struct sk_buff *skb, enum shard_kind kind)
{
	(void)from;
	if (two.nr[to] == two.room)
		return false;
	two.msgs[to][two.nr[to]] = malloc(shard_msg_size(skb, kind));
	shard_pack(two.msgs[to][two.nr[to]++], skb, kind);
	return true;
}

static void on_protocol(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	u32 i = (u32)(pt - two.pt);

	cr_assert_eq(dev, two.dev[i]);
	two.got[i]++;
	two.last_len = skb->len;
	two.last_steered = skb->steered;
	skb_copy_bits(skb, 0, two.last, min_t(u32, skb->len, sizeof(two.last)));
	two.raw[i] += skb->steered == SHARD_RAW;
	if (skb->steered != SHARD_RX)
		dev->net->mib[MIB_Ip_InReceives]++;	/* what a copy counts is taken back */
	consume_skb(skb);
}

static void on_tap(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	(void)dev;
	two.seen[pt - two.tap]++;
	consume_skb(skb);
}

static void two_setup(void)
{
	u32 i;

	memset(&two, 0, sizeof(two));
	two.room = 16;
	two.group.nr = 2;
	two.group.post = post;
	for (i = 0; i < 2; i++) {
		struct net *net = calloc(1, sizeof(*net));

		net->cfg = fixture_cfg(&two.f[i], 20 + i);
		net->cfg.group = &two.group;
		net->cfg.shard = i;
		two.f[i].net = net;
		two.group.nets[i] = net;
		cr_assert_eq(core_net_init(net), 0);
		two.dev[i] = fixture_dev_new(net, "d0", 0);
		two.pt[i] = (struct packet_type){ .type = ETH_TYPE_IP4, .func = on_protocol };
		two.tap[i] = (struct packet_type){ .func = on_tap };
		dev_add_pack(net, &two.pt[i]);
		dev_add_pack(net, &two.tap[i]);
	}
}

static void two_teardown(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		dev_remove_pack(&two.pt[i]);
		dev_remove_pack(&two.tap[i]);
		fixture_net_free(&two.f[i]);
	}
}

TestSuite(shards, .init = two_setup, .fini = two_teardown);

static void deliver_letters(void)
{
	u32 i, k;

	for (i = 0; i < 2; i++) {
		for (k = 0; k < two.nr[i]; k++) {
			shard_input(two.f[i].net, two.msgs[i][k]);
			free(two.msgs[i][k]);
		}
		two.nr[i] = 0;
		fixture_settle(two.f[i].net);
	}
}

static void arrive(u32 at, const struct packet *p)
{
	struct net_device *dev = two.dev[at];
	struct sk_buff *skb = alloc_skb(dev->net, SKB_HEADROOM + ETH_HLEN + p->len);
	struct eth_hdr *eth;

	skb_reserve(skb, SKB_HEADROOM);
	eth = skb_put(skb, ETH_HLEN);
	memcpy(eth->dst, dev->dev_addr, ETH_ALEN);
	memcpy(eth->src, "\2\0\0\0\0\11", ETH_ALEN);
	eth->type = be16_make(ETH_TYPE_IP4);
	skb_put_data(skb, p->d, p->len);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	cr_assert(eth_type_trans(skb, dev));
	netif_receive_skb(skb);
	deliver_letters();
}

/* A UDP packet of shard to. */
static struct packet udp_for(u32 to)
{
	u16 port = 1;

	while (shard_of_port(port, 2) != to)
		port++;
	return packet4(IP_PROTO_UDP, 53, port, 0);
}

Test(shards, a_packet_gets_to_its_shard_once)
{
	struct packet p;
	u32 at, to;

	for (at = 0; at < 2; at++)
		for (to = 0; to < 2; to++) {
			p = udp_for(to);
			memset(two.got, 0, sizeof(two.got));
			memset(two.seen, 0, sizeof(two.seen));
			arrive(at, &p);
			cr_assert_eq(two.got[to], 1);
			cr_assert_eq(two.got[!to], 0);
			cr_assert_eq(two.seen[at], 1, "taps see it where it arrives");
			cr_assert_eq(two.seen[!at], 0, "and there only");
			cr_assert_eq(two.last_len, p.len);
			cr_assert_eq(memcmp(two.last, p.d, p.len), 0);
			cr_assert_eq(two.last_steered, at == to ? 0 : SHARD_RX);
		}
}

/* An echo request from a host of that number. */
static struct packet echo_from(u8 host)
{
	struct packet p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_ECHO << 8, 0, 0);

	p.d[15] = host;
	return p;
}

/* What belongs to no shard stays where it came, or goes by flow to those that its receive queue lets. */
Test(shards, rps)
{
	struct packet p = echo_from(1);
	u32 at, i;

	for (at = 0; at < 2; at++) {
		memset(two.got, 0, sizeof(two.got));
		arrive(at, &p);
		cr_assert_eq(two.got[at], 1, "mask 0");
		cr_assert_eq(two.got[!at], 0);
		cr_assert_eq(netif_set_rps_cpus(two.dev[at], 0, at ? 1 : 2), 0);
		arrive(at, &p);
		cr_assert_eq(two.got[!at], 1, "the other alone");
		cr_assert_eq(two.last_steered, SHARD_RX);
		cr_assert_eq(netif_set_rps_cpus(two.dev[at], 0, 3), 0);
		memset(two.got, 0, sizeof(two.got));
		for (i = 0; i < 100; i++) {
			u32 before[2] = { two.got[0], two.got[1] }, to;

			p = echo_from((u8)i);
			arrive(at, &p);
			cr_assert_eq(two.got[0] + two.got[1], 2 * i + 1);
			to = two.got[1] > before[1];
			arrive(at, &p);
			cr_assert_eq(two.got[to], before[to] + 2, "a flow stays");
		}
		cr_assert_gt(two.got[0], 50);
		cr_assert_gt(two.got[1], 50);
	}
	cr_assert_eq(netif_set_rps_cpus(two.dev[0], 0, 4), -EINVAL);
	cr_assert_eq(netif_set_rps_cpus(two.dev[0], 1, 1), -EINVAL);
}

/* net->ip.in_transit of the tests: what goes to 10.x.x.x */
static bool for_others(const struct sk_buff *skb)
{
	return skb->data[16] == 10;
}

/* Where a packet that comes by shard at arrives; it does so once. */
static u32 shard_that_gets(u32 at, const struct packet *p)
{
	memset(two.got, 0, sizeof(two.got));
	arrive(at, p);
	cr_assert_eq(two.got[0] + two.got[1], 1);
	return two.got[1];
}

static void check_transit(u32 at, struct packet p, u32 home)
{
	p.d[16] = 10;
	cr_assert_eq(netif_set_rps_cpus(two.dev[at], 0, 0), 0);
	cr_assert_eq(shard_that_gets(at, &p), at, "mask 0: where it came");
	cr_assert_eq(netif_set_rps_cpus(two.dev[at], 0, at ? 1 : 2), 0);
	cr_assert_eq(shard_that_gets(at, &p), !at);
	p.d[16] = 11;
	cr_assert_eq(shard_that_gets(at, &p), home, "for us: no mask moves it");
}

/* What goes on to other hosts has no socket here, whatever its ports; its fragments do not wait. */
Test(shards, rps_of_what_is_forwarded)
{
	u32 at;
	u16 port;

	two.f[0].net->ip.in_transit = two.f[1].net->ip.in_transit = for_others;
	for (at = 0; at < 2; at++)
		for (port = 80; port < 90; port++) {
			check_transit(at, packet4(IP_PROTO_TCP, 2000, port, 0),
				      shard_of_ports(2000, port, 2));
			check_transit(at, packet4(IP_PROTO_TCP, 2000, port, IP4_MF), 0);
			check_transit(at, packet4(IP_PROTO_UDP, 2000, port, 100), 0);
		}
}

Test(shards, rps_does_not_move_what_belongs_to_one)
{
	struct packet p = udp_for(0);

	cr_assert_eq(netif_set_rps_cpus(two.dev[0], 0, 2), 0);
	arrive(0, &p);
	cr_assert_eq(two.got[0], 1);
	p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_ECHO_REPLY << 8, 0, 0);
	arrive(0, &p);
	cr_assert_eq(two.got[0], 2);
	cr_assert_eq(two.got[1], 0);
}

/* The device that received it says so, not the one of the VLAN that it is in. */
static struct sk_buff *to_vlan(struct vlan_port *port, struct sk_buff *skb)
{
	skb->dev = port->dev;
	skb->vlan_proto = 0;
	return skb;
}

Test(shards, rps_of_the_device_that_received_it)
{
	struct vlan_port port = { .proto = ETH_TYPE_VLAN, .vid = 5, .rx = to_vlan };
	struct packet p = echo_from(1);
	struct net_device *dev = two.dev[0];
	struct sk_buff *skb;

	list_init(&port.list);
	port.dev = fixture_dev_new(two.f[0].net, "v5", 0);
	two.dev[0] = port.dev;
	cr_assert_eq(vlan_port_add(dev, &port), 0);
	cr_assert_eq(netif_set_rps_cpus(dev, 0, 2), 0);
	skb = alloc_skb(dev->net, SKB_HEADROOM + p.len);
	skb_reserve(skb, SKB_HEADROOM);
	skb_reset_mac_header(skb);
	skb_put_data(skb, p.d, p.len);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP4;
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 5;
	netif_receive_skb(skb);
	cr_assert_eq(two.got[0], 0);
	cr_assert_eq(two.nr[1], 1, "a letter to the other");
	free(two.msgs[1][0]);
	two.nr[1] = 0;
	cr_assert_eq(netif_set_rps_cpus(dev, 0, 0), 0);
	vlan_port_del(dev, &port);
}

Test(shards, all_learn_and_one_counts)
{
	struct packet p = packet4(IP_PROTO_ICMP, ICMP4_TYPE_REDIRECT << 8, 0, 0);
	u32 at;

	for (at = 0; at < 2; at++) {
		memset(two.got, 0, sizeof(two.got));
		arrive(at, &p);
		cr_assert_eq(two.got[0], 1);
		cr_assert_eq(two.got[1], 1);
	}
	cr_assert_eq(two.f[1].net->mib[MIB_Ip_InReceives], 0);
}

Test(shards, no_room)
{
	struct packet p = udp_for(1);

	two.room = 0;
	arrive(0, &p);
	cr_assert_eq(two.got[1], 0);
	cr_assert_eq(two.f[0].net->drops[SKB_DROP_SHARD_FULL], 1);
	cr_assert_eq(net_drops_sum(two.f[1].net, SKB_DROP_SHARD_FULL), 1);
}

/* A large one that is yet to be cut, with an unfinished sum. */
Test(shards, shape_is_kept)
{
	struct sk_buff *skb = alloc_skb(two.f[0].net, SKB_HEADROOM + 4000), *copy;
	u32 i;

	skb_reserve(skb, SKB_HEADROOM);
	for (i = 0; i < 3000; i++)
		*(u8 *)skb_put(skb, 1) = (u8)(i * 7);
	skb->dev = two.dev[0];
	skb_reset_mac_header(skb);
	skb->mac_len = ETH_HLEN;
	skb->network_header = (u16)(skb->mac_header + ETH_HLEN);
	skb->transport_header = (u16)(skb->network_header + IP4_HLEN);
	skb->protocol = ETH_TYPE_IP4;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(SKB_HEADROOM + 34);
	skb->csum_offset = 16;
	skb_shinfo(skb)->gso_size = 1000;
	skb_shinfo(skb)->gso_segs = 3;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	two.dev[1]->features = two.dev[1]->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_ALL_TSO;
	two.dev[1]->gso_max_size = 65536;
	two.dev[1]->gso_max_segs = 64;
	cr_assert(post(two.f[0].net, 1, skb, SHARD_TX));
	deliver_letters();
	copy = skb_dequeue(&fixture_dev(two.dev[1])->tx);
	cr_assert_not_null(copy);
	cr_assert_eq(copy->sent_by, 1 + 0, "the first shard's");
	cr_assert_eq(copy->len, skb->len);
	cr_assert_eq(copy->net, two.f[1].net);
	cr_assert_eq(memcmp(copy->data, skb->data, skb->len), 0);
	cr_assert_eq(copy->csum_start - skb_headroom(copy), 34u);
	cr_assert_eq(copy->csum_offset, 16);
	cr_assert_eq(skb_shinfo(copy)->gso_size, 1000);
	cr_assert_eq(skb_network_header(copy) - copy->data, ETH_HLEN);
	consume_skb(copy);
	consume_skb(skb);
}

Test(shards, raw_sockets_are_in_the_first)
{
	struct packet p = udp_for(1);
	struct net_device *dev = two.dev[1];
	struct sk_buff *skb = alloc_skb(dev->net, SKB_HEADROOM + p.len);

	skb_reserve(skb, SKB_HEADROOM);
	skb_put_data(skb, p.d, p.len);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP4;
	skb_reset_mac_header(skb);
	skb_reset_network_header(skb);
	skb_pull(skb, IP4_HLEN);
	shard_raw(skb, 0, IP_PROTO_UDP);
	deliver_letters();
	cr_assert_eq(two.raw[0], 0, "nobody asked");
	shard_raw_user(two.f[0].net, 0, IP_PROTO_UDP, 1);
	shard_raw(skb, 1, IP_PROTO_UDP);
	shard_raw(skb, 0, IP_PROTO_UDP);
	deliver_letters();
	cr_assert_eq(two.raw[0], 1);
	cr_assert_eq(two.last_len, p.len);
	cr_assert_eq(memcmp(two.last, p.d, p.len), 0);
	shard_raw_user(two.f[0].net, 0, IP_PROTO_UDP, -1);
	shard_raw(skb, 0, IP_PROTO_UDP);
	deliver_letters();
	cr_assert_eq(two.raw[0], 1);
	consume_skb(skb);
}
