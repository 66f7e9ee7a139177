// SPDX-License-Identifier: BSD-2-Clause
/*
 * The packet device on one end of a veth pair of the kernel, in each way of receiving: what comes
 * is what was sent, in order, with its tags, sums and sizes; what the stack wants to hear the
 * interface knows; losses are counted.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "drivers/packet_host.h"
#include "tests/unit/drivers/hostnet.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5, FRAME_MAX = 65600, DEADLINE_MS = 5000 };

static const u8 mac_stack[6] = { 2, 0, 0, 0, 0, 2 }, mac_host[6] = { 2, 0, 0, 0, 0, 9 };

static struct fixture f;
static struct net *net;
static struct net_device *dev;
static int host = -1;
static u32 next, last_len;
static struct sk_buff *last;
static bool tx_ring; /* of the device that start() makes */

#define CASE(name, ...)                      \
	Test(packet, name, .fini = stop)     \
	{                                    \
		__VA_ARGS__;                 \
	}

static u8 octet(u32 n, u32 i)
{
	return (u8)(n * 131 + i * 7 + (i >> 8));
}

static void on_frame(struct sk_buff *skb, struct net_device *from, struct packet_type *pt)
{
	static u8 buf[FRAME_MAX];
	u32 i, n;

	(void)from, (void)pt;
	if (last)
		consume_skb(last);
	last = skb;
	last_len = skb->len;
	if (skb->protocol != TYPE_TEST)
		return;
	skb_copy_bits(skb, 0, buf, skb->len);
	n = get_be32(buf);
	cr_assert_eq(n, next, "frame %u where %u should be", n, next);
	next++;
	for (i = 4; i < skb->len; i++)
		cr_assert_eq(buf[i], octet(n, i), "frame %u octet %u", n, i);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };
static struct packet_type pt_ip4 = { .type = ETH_TYPE_IP4, .func = on_frame };

/* The kernel looks after links in its own time. */
static void wait_carrier(void)
{
	int ms;

	for (ms = 0; !dev->carrier && ms < DEADLINE_MS; ms++) {
		host_readable(packet_link_fd(dev), 1);
		packet_link_event(dev);
	}
	cr_assert(dev->carrier);
}

static void wait_no_carrier(void)
{
	int ms;

	for (ms = 0; dev->carrier && ms < DEADLINE_MS; ms++) {
		host_readable(packet_link_fd(dev), 1);
		packet_link_event(dev);
	}
	cr_assert_not(dev->carrier);
}

static bool start(enum packet_rx rx, bool offload, const char *prepare)
{
	struct packet_config cfg = { .ifname = "vb", .name = "eth0", .offload = offload, .rx = rx,
				     .tx_ring = tx_ring };

	if (!host_namespace())
		return false;
	if (prepare)
		host_sh(prepare);
	memcpy(cfg.mac, mac_stack, 6);
	net = fixture_net_new(&f, 11);
	cr_assert_eq(packet_create(net, &cfg, &dev), 0);
	cr_assert_eq(packet_rx_mode(dev), rx);
	cr_assert_eq(packet_tx_ring(dev), tx_ring);
	cr_assert_eq(dev_open(dev), 0);
	wait_carrier();
	dev_add_pack(net, &pt_test);
	dev_add_pack(net, &pt_ip4);
	host = host_socket(offload);
	next = 0;
	return true;
}

static void stop(void)
{
	if (!net)
		cr_skip_test("needs root for a network namespace");
	if (last)
		consume_skb(last);
	last = NULL;
	dev_remove_pack(&pt_test);
	dev_remove_pack(&pt_ip4);
	unregister_netdev(dev);
	fixture_net_free(&f);
	close(host);
	net = NULL;
}

static void turn(void)
{
	napi_schedule(packet_napi(dev, 0));
	fixture_settle(net);
}

/* Runs the device until it has received what is counted by *counter up to want. */
static void until(const u64 *counter, u64 want)
{
	int ms = 0;

	for (turn(); *counter < want && ms < DEADLINE_MS; ms++) {
		host_readable(packet_fd(dev, 0), 1);
		turn();
	}
	cr_assert_eq(*counter, want);
}

static u32 put_header(u8 *p, u16 type)
{
	memcpy(p, mac_stack, 6);
	memcpy(p + 6, mac_host, 6);
	put_be16(p + 12, type);
	return ETH_HLEN;
}

static void send_small(void)
{
	struct sk_buff *skb = alloc_skb(net, 74);

	put_header(memset(skb_put(skb, 74), 0, 74), TYPE_TEST);
	skb->dev = dev;
	skb->protocol = TYPE_TEST;
	dev_queue_xmit(skb);
	fixture_settle(net);
}

/* Frame n with len octets behind the Ethernet header, from the host. */
static void host_sends(u32 n, u32 len, bool vnet)
{
	static u8 buf[FRAME_MAX];
	u32 i, off = vnet ? sizeof(struct vnet_hdr) : 0;
	u8 *p = buf + off;

	memset(buf, 0, off);
	p += put_header(p, TYPE_TEST);
	put_be32(p, n);
	for (i = 4; i < len; i++)
		p[i] = octet(n, i);
	cr_assert_eq(send(host, buf, off + ETH_HLEN + len, 0), (ssize_t)(off + ETH_HLEN + len), "%s",
		     strerror(errno));
}

static void in_order(enum packet_rx rx, bool vnet)
{
	u64 sent = 0;
	struct prng p;
	u32 round;

	if (!start(rx, vnet, "ip link set va mtu 9000 && ip link set vb mtu 9000"))
		return;
	prng_seed(&p, 3);
	for (round = 0; round < 40; round++) {
		u32 burst = 1 + prng_below(&p, 150);

		for (; burst; burst--)
			host_sends((u32)sent++, 46 + prng_below(&p, prng_chance(&p, 1, 8) ? 8900 : 1400),
				   vnet);
		until(&dev->stats.rx_packets, sent);
	}
	cr_assert_eq(next, sent);
	cr_assert_eq(dev->stats.rx_missed_errors, 0);
	cr_assert_eq(packet_stats(dev).truncated, 0);
}

CASE(v2_in_order, in_order(PACKET_RX_V2, true))
CASE(v2_without_vnet_header, in_order(PACKET_RX_V2, false))
CASE(v3_in_order, in_order(PACKET_RX_V3, true))
CASE(recv_in_order, in_order(PACKET_RX_RECV, true))

/* -- what comes beside the octets ------------------------------------------------------------ */
/* The kernel takes the tag off; its number comes with the frame (VLAN-02). */
static void tags(enum packet_rx rx)
{
	u8 frame[64] = { 0 };
	u32 off;

	if (!start(rx, false, NULL))
		return;
	put_header(frame, ETH_TYPE_VLAN);
	put_be16(frame + 14, 0x6000); /* priority 3, no VLAN */
	put_be16(frame + 16, TYPE_TEST);
	for (off = 4; off < 46; off++)
		frame[18 + off] = octet(0, off);
	cr_assert_eq(send(host, frame, 64, 0), 64);
	until(&dev->stats.rx_packets, 1);
	cr_assert_eq(next, 1);
	cr_assert_eq(last->vlan_tci, 0x6000);
	put_be16(frame + 14, 0x6123);
	put_be16(frame + 12, ETH_TYPE_QINQ);
	cr_assert_eq(send(host, frame, 64, 0), 64);
	until(&dev->stats.rx_packets, 2);
	cr_assert_eq(next, 1, "there is no such VLAN");
	cr_assert_eq(net->drops[SKB_DROP_VLAN], 1);
}

CASE(v2_tags, tags(PACKET_RX_V2))
CASE(v3_tags, tags(PACKET_RX_V3))
CASE(recv_tags, tags(PACKET_RX_RECV))

enum { FLOW_LEN = ETH_HLEN + IP4_HLEN + UDP_HLEN + 20 };

/* A datagram of flow n. */
static void put_flow(u8 *p, u32 n)
{
	memset(p, 0, FLOW_LEN);
	p += put_header(p, ETH_TYPE_IP4);
	p[0] = 0x45;
	p[3] = FLOW_LEN - ETH_HLEN;
	p[8] = 64;
	p[9] = IP_PROTO_UDP;
	p[12] = p[16] = 10;
	p[15] = 1;
	p[19] = 2;
	put_be16(p + 20, (u16)(2000 + n));
	put_be16(p + 22, 53);
	put_be16(p + 24, UDP_HLEN + 20);
}

/* A TCP packet of n octets payload, with vnet header, sum not made. */
static u32 gso_packet(u8 *buf, u32 n, u16 mss)
{
	struct vnet_hdr h = { .flags = VNET_HDR_F_NEEDS_CSUM, .gso_type = VNET_HDR_GSO_TCPV4,
			      .hdr_len = 54, .gso_size = mss, .csum_start = 34, .csum_offset = 16 };
	u8 *p = buf + sizeof(h), *ip = p + ETH_HLEN, *th = ip + IP4_HLEN;
	be16 sum;

	memcpy(buf, &h, sizeof(h));
	put_header(p, ETH_TYPE_IP4);
	memset(ip, 0, IP4_HLEN + TCP_HLEN);
	ip[0] = 0x45, ip[6] = 0x40, ip[8] = 64, ip[9] = IP_PROTO_TCP;
	put_be16(ip + 2, (u16)(IP4_HLEN + TCP_HLEN + n));
	ip[12] = 10, ip[15] = 1, ip[16] = 10, ip[19] = 2;
	sum = ip_fast_csum(ip, 5);
	memcpy(ip + 10, &sum, 2);
	th[12] = 0x50, th[13] = TCPHDR_ACK;
	put_be16(th + 16, (u16)~be16_get(csum_tcpudp_magic(ip + 12, ip + 16, TCP_HLEN + n, IP_PROTO_TCP, 0)));
	memset(th + TCP_HLEN, 0xab, n);
	return (u32)sizeof(h) + ETH_HLEN + IP4_HLEN + TCP_HLEN + n;
}

/* 64 KiB that the host does not cut come in one piece, and are known to be many. */
static void large_segments(enum packet_rx rx)
{
	static u8 buf[FRAME_MAX];
	u32 len = gso_packet(buf, 60000, 1460);

	if (!start(rx, true, NULL))
		return;
	cr_assert_eq(send(host, buf, len, 0), (ssize_t)len, "%s", strerror(errno));
	until(&dev->stats.rx_packets, 1);
	cr_assert_not_null(last);
	cr_assert_eq(last_len, IP4_HLEN + TCP_HLEN + 60000);
	cr_assert_eq(last->ip_summed, CHECKSUM_PARTIAL);
	cr_assert_eq(skb_shinfo(last)->gso_size, 1460);
	cr_assert_eq(skb_shinfo(last)->gso_segs, 42);
}

CASE(v2_large_segments, large_segments(PACKET_RX_V2))
CASE(v3_large_segments, large_segments(PACKET_RX_V3))
CASE(recv_large_segments, large_segments(PACKET_RX_RECV))

/* Without vnet headers the kernel still says of a frame of this machine that its sum was never made. */
static void sums_not_made(enum packet_rx rx)
{
	static u8 buf[FRAME_MAX];
	u32 len = gso_packet(buf, 100, 1460), k;

	if (!start(rx, false, NULL))
		return;
	close(host);
	host = host_socket(true);
	for (k = 0; k < 2; k++) {
		const struct vnet_hdr h = { .flags = k ? 0 : VNET_HDR_F_NEEDS_CSUM, .csum_start = 34,
					    .csum_offset = 16 };

		memcpy(buf, &h, sizeof(h));
		cr_assert_eq(send(host, buf, len, 0), (ssize_t)len, "%s", strerror(errno));
		until(&dev->stats.rx_packets, k + 1);
		cr_assert_eq(last->ip_summed, k ? CHECKSUM_NONE : CHECKSUM_UNNECESSARY);
	}
}

CASE(v2_sums_not_made, sums_not_made(PACKET_RX_V2))
CASE(v3_sums_not_made, sums_not_made(PACKET_RX_V3))
CASE(recv_sums_not_made, sums_not_made(PACKET_RX_RECV))

/* The stack's own packets go to the host as they are, and do not come back. */
static void transmit(enum packet_rx rx)
{
	static u8 buf[FRAME_MAX], got[FRAME_MAX];
	u32 len = gso_packet(buf, 30000, 1448), i, k;
	struct sk_buff *skb;

	if (!start(rx, true, NULL))
		return;
	for (i = 0; i < 100; i++) {
		skb = alloc_skb(net, FRAME_MAX);
		skb_put_data(skb, buf + sizeof(struct vnet_hdr), len - (u32)sizeof(struct vnet_hdr));
		skb->dev = dev;
		skb->protocol = ETH_TYPE_IP4;
		skb->ip_summed = CHECKSUM_PARTIAL;
		skb->csum_start = 34;
		skb->csum_offset = 16;
		skb_shinfo(skb)->gso_size = 1448;
		skb_shinfo(skb)->gso_segs = 21;
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
		cr_assert_eq(dev_queue_xmit(skb), 0);
		if (i % 10)
			continue;
		fixture_settle(net);
		cr_assert_eq(dev->stats.tx_errors, 0);
		for (k = i ? 10 : 1; k; k--) {
			cr_assert(host_readable(host, DEADLINE_MS));
			cr_assert_eq(recv(host, got, sizeof(got), 0), (ssize_t)len);
			cr_assert_arr_eq(got + 12, buf + 12, len - 12);
			cr_assert_eq(((struct vnet_hdr *)got)->gso_size, 1448);
		}
	}
	fixture_settle(net);
	cr_assert_eq(dev->stats.tx_packets, 100);
	cr_assert_lt(packet_stats(dev).sends, 15, "a burst is one system call");
	turn();
	cr_assert_eq(dev->stats.rx_packets, 0);
}

CASE(transmit, transmit(PACKET_RX_V2))
CASE(transmit_by_ring, tx_ring = true; transmit(PACKET_RX_V2))
CASE(transmit_by_v3_ring, tx_ring = true; transmit(PACKET_RX_V3))
CASE(transmit_by_ring_alone, tx_ring = true; transmit(PACKET_RX_RECV))

/* Any sizes, more than the host's ring has slots, in order and whole; without vnet headers, too. */
static void ring_in_order(enum packet_rx rx, bool vnet)
{
	static u8 got[FRAME_MAX];
	u32 hdr = vnet ? sizeof(struct vnet_hdr) : 0, sent = 0, seen = 0, round, i;
	struct prng p;

	tx_ring = true;
	if (!start(rx, vnet, NULL))
		return;
	prng_seed(&p, 4);
	for (round = 0; round < 20; round++) {
		for (i = prng_below(&p, 200); i; i--) {
			u32 len = 46 + prng_below(&p, 1455), k;
			struct sk_buff *skb = alloc_skb(net, ETH_HLEN + len);
			u8 *data = skb_put(skb, ETH_HLEN + len);

			put_header(data, TYPE_TEST);
			put_be32(data + ETH_HLEN, sent);
			for (k = 4; k < len; k++)
				data[ETH_HLEN + k] = octet(sent, k);
			sent++;
			skb->dev = dev;
			skb->protocol = TYPE_TEST;
			cr_assert_eq(dev_queue_xmit(skb), 0);
		}
		for (fixture_settle(net); seen < sent; seen++) {
			ssize_t n;
			u32 k;

			cr_assert(host_readable(host, DEADLINE_MS), "%u of %u", seen, sent);
			n = recv(host, got, sizeof(got), 0) - hdr - ETH_HLEN;
			cr_assert_eq(get_be32(got + hdr + ETH_HLEN), seen);
			for (k = 4; (ssize_t)k < n; k++)
				cr_assert_eq(got[hdr + ETH_HLEN + k], octet(seen, k));
			if (seen % 16 == 15)
				fixture_advance(net, NSEC_PER_MSEC); /* the host's ring had no slot left */
		}
	}
	cr_assert_eq(dev->stats.tx_packets, sent);
	cr_assert_eq(dev->stats.tx_errors, 0);
	host_sh("ip link set va down");
	wait_no_carrier();
	for (i = 0; i < 3; i++)
		send_small();
	cr_assert_eq(dev->stats.tx_carrier_errors, 3);
}

CASE(v2_ring_in_order, ring_in_order(PACKET_RX_V2, true))
CASE(v3_ring_in_order, ring_in_order(PACKET_RX_V3, true))
CASE(ring_without_vnet_header, ring_in_order(PACKET_RX_V3, false))

/* The interface went down before we knew: what the ring has leaves when it is back. */
Test(packet, ring_over_a_break, .fini = stop)
{
	static u8 got[FRAME_MAX];

	tx_ring = true;
	if (!start(PACKET_RX_V3, true, NULL))
		return;
	host_sh("ip link set vb down");
	send_small();
	cr_assert_eq(dev->stats.tx_packets, 1);
	wait_no_carrier();
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	host_sh("ip link set vb up");
	wait_carrier();
	fixture_advance(net, NSEC_PER_MSEC);
	cr_assert(host_readable(host, DEADLINE_MS));
	cr_assert_eq(recv(host, got, sizeof(got), 0), (ssize_t)sizeof(struct vnet_hdr) + 74);
}

/* UDP_SEGMENT: the host cuts, or whoever it passes it on to. */
Test(packet, transmit_udp_segments, .fini = stop)
{
	enum { PAYLOAD = 5000, UDP_MSS = 1000 };
	static u8 got[FRAME_MAX];
	const struct vnet_hdr *h = (const struct vnet_hdr *)got;
	struct sk_buff *skb;
	u8 *p;

	if (!start(PACKET_RX_V2, true, NULL))
		return;
	if (!(dev->features & NETIF_F_GSO_UDP_L4)) {
		stop();
		cr_skip_test("needs Linux 6.2");
	}
	skb = alloc_skb(net, FRAME_MAX);
	p = skb_put(skb, ETH_HLEN + IP4_HLEN + UDP_HLEN + PAYLOAD);
	memset(p, 0xab, skb->len);
	put_flow(p, 1);
	put_be16(p + 16, IP4_HLEN + UDP_HLEN + PAYLOAD);
	put_be16(p + 38, UDP_HLEN + PAYLOAD);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP4;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = 34;
	skb->csum_offset = 6;
	skb_shinfo(skb)->gso_size = UDP_MSS;
	skb_shinfo(skb)->gso_segs = PAYLOAD / UDP_MSS;
	skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	cr_assert_eq(dev_queue_xmit(skb), 0);
	fixture_settle(net);
	cr_assert_eq(dev->stats.tx_errors, 0);
	cr_assert(host_readable(host, DEADLINE_MS));
	cr_assert_eq(recv(host, got, sizeof(got), 0),
		     (ssize_t)sizeof(*h) + ETH_HLEN + IP4_HLEN + UDP_HLEN + PAYLOAD);
	cr_assert_eq(h->gso_type, VNET_HDR_GSO_UDP_L4);
	cr_assert_eq(h->gso_size, UDP_MSS);
}

/* With a tag in front, as VLAN devices of the stack send: the host still knows how to cut it. */
static void tagged_segments(void)
{
	static u8 buf[FRAME_MAX], got[FRAME_MAX];
	u32 len = gso_packet(buf, 30000, 1448) - (u32)sizeof(struct vnet_hdr);
	const struct vnet_hdr *h = (const struct vnet_hdr *)got;
	struct sk_buff *skb;

	if (!start(PACKET_RX_V2, true, NULL))
		return;
	skb = alloc_skb(net, FRAME_MAX);
	skb_reserve(skb, 64);
	skb_put_data(skb, buf + sizeof(*h), len);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP4;
	skb->vlan_proto = ETH_TYPE_VLAN;
	skb->vlan_tci = 5;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = 64 + 34;
	skb->csum_offset = 16;
	skb_shinfo(skb)->gso_size = 1448;
	skb_shinfo(skb)->gso_segs = 21;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	cr_assert_eq(dev_queue_xmit(skb), 0);
	fixture_settle(net);
	cr_assert_eq(dev->stats.tx_errors, 0);
	cr_assert(host_readable(host, DEADLINE_MS));
	cr_assert_eq(recv(host, got, sizeof(got), 0), (ssize_t)(sizeof(*h) + len));
	cr_assert_eq(h->gso_size, 1448);
	cr_assert_eq(h->csum_start, 34, "the host has taken the tag off again");
	cr_assert_arr_eq(got + sizeof(*h) + 14, buf + sizeof(*h) + 14, len - 14);
}

CASE(transmit_tagged_segments, tagged_segments())
CASE(transmit_tagged_segments_by_ring, tx_ring = true; tagged_segments())

/* -- in step with the interface ----------------------------------------------------------------- */
static bool host_says(const char *command)
{
	return !host_run(command);
}

Test(packet, memberships, .fini = stop)
{
	static const u8 group[6] = { 1, 0, 0x5e, 1, 2, 3 };
	u8 many[6] = { 1, 0, 0x5e, 2, 0, 0 };
	u32 i;

	if (!start(PACKET_RX_V2, true, NULL))
		return;
	cr_assert_eq(dev_mc_add(dev, group), 0);
	cr_assert(host_says("ip maddr show dev vb | grep -q 01:00:5e:01:02:03"));
	dev_mc_del(dev, group);
	cr_assert_not(host_says("ip maddr show dev vb | grep -q 01:00:5e:01:02:03"));
	dev_set_promiscuity(dev, 2);
	cr_assert(host_says("ip -d link show vb | grep -q 'promiscuity [12]'"));
	dev_set_promiscuity(dev, -2);
	dev_set_allmulti(dev, 1);
	cr_assert(host_says("ip -d link show vb | grep -q 'allmulti 1'"));
	dev_set_allmulti(dev, -1);
	cr_assert(host_says("ip -d link show vb | grep -q 'allmulti 0'"));
	for (i = 0; i < 100; i++) {
		many[5] = (u8)i;
		cr_assert_eq(dev_mc_add(dev, many), 0);
	}
	cr_assert(host_says("ip -d link show vb | grep -q 'allmulti 1'"), "too many: all");
	dev_close(dev);
	cr_assert(host_says("ip -d link show vb | grep -q 'allmulti 0'"));
	cr_assert_not(host_says("ip maddr show dev vb | grep -q 01:00:5e:02"));
	cr_assert_eq(dev_open(dev), 0);
	cr_assert(host_says("ip maddr show dev vb | grep -q 01:00:5e:02"));
}

Test(packet, carrier_and_mtu, .fini = stop)
{
	if (!start(PACKET_RX_V2, true, NULL))
		return;
	cr_assert_eq(dev_set_mtu(dev, 1400), 0);
	cr_assert_eq(dev_set_mtu(dev, 1501), -EINVAL, "the interface's own is the limit");
	host_sh("ip link set va down");
	wait_no_carrier();
	host_sh("ip link set va up");
	wait_carrier();
	host_sh("ip link set vb down");
	turn();
	cr_assert_not(dev->carrier, "the socket said so");
	cr_assert_not(host_readable(packet_fd(dev, 0), 0), "and says it once");
}

static void wait_mtu(u32 mtu)
{
	int ms;

	for (ms = 0; dev->mtu != mtu && ms < DEADLINE_MS; ms++) {
		host_readable(packet_link_fd(dev), 1);
		packet_link_event(dev);
	}
	cr_assert_eq(dev->mtu, mtu);
}

/* The host's interface changes under us: smaller, larger, another name, gone, another one of that name. */
static void host_changes(enum packet_rx rx)
{
	int i;

	if (!start(rx, true, NULL))
		return;
	host_sh("ip link set vb mtu 1300");
	wait_mtu(1300);
	host_sh("ip link set vb mtu 9000");
	wait_mtu(1500);
	cr_assert_eq(dev_set_mtu(dev, 1400), 0);
	host_sh("ip link set vb mtu 1500");
	host_sh("ip link set vb name other");
	host_readable(packet_link_fd(dev), 100);
	packet_link_event(dev);
	cr_assert(dev->carrier && dev->mtu == 1400, "what was set by hand stays");
	host_sh("ip link del other && ip link add va type veth peer name vb && ip link set va up && "
		"ip link set vb up");
	wait_no_carrier();
	for (i = 0; i < 5; i++) {
		turn();
		host_readable(packet_link_fd(dev), 20);
		packet_link_event(dev);
	}
	cr_assert_not(dev->carrier, "it is another one");
	cr_assert_not(host_readable(packet_fd(dev, 0), 0), "nobody is woken any more");
	send_small();
	cr_assert_eq(dev->stats.tx_errors, 1);
}

CASE(v2_host_changes, host_changes(PACKET_RX_V2))
CASE(v3_host_changes, host_changes(PACKET_RX_V3))
CASE(recv_host_changes, host_changes(PACKET_RX_RECV))

/* More than the ring holds: the kernel drops, and what is lost is counted (VLAN or not). */
static void overflow(enum packet_rx rx)
{
	u64 sent;

	if (!start(rx, false, NULL))
		return;
	for (sent = 0; sent < 12000; sent++)
		host_sends((u32)sent, 1000, false);
	turn();
	host_sends((u32)next, 1000, false);
	next = 0;
	dev_remove_pack(&pt_test); /* numbers are missing now */
	list_init(&pt_test.list);
	until(&dev->stats.rx_packets, dev->stats.rx_packets + 1);
	cr_assert_gt(dev->stats.rx_missed_errors, 0);
	cr_assert_leq(dev->stats.rx_missed_errors + dev->stats.rx_packets, sent + 1);
}

CASE(v2_overflow, overflow(PACKET_RX_V2))

static void host_sends_flow(u32 n)
{
	u8 buf[FLOW_LEN];

	put_flow(buf, n);
	cr_assert_eq(send(host, buf, sizeof(buf), 0), (ssize_t)sizeof(buf), "%s", strerror(errno));
}

static void stack_sends_on(struct net_device *d, u32 n)
{
	struct sk_buff *skb = alloc_skb(net, FLOW_LEN);

	put_flow(skb_put(skb, FLOW_LEN), n);
	skb->dev = d;
	skb->protocol = ETH_TYPE_IP4;
	skb->mac_len = ETH_HLEN;
	cr_assert_eq(dev_queue_xmit(skb), 0);
}

static void expect_queues(const struct net_device *d, u32 frames)
{
	u32 used = 0, sum = 0, i;

	for (i = 0; i < d->num_rx_queues; i++) {
		u32 n = (u32)packet_napi(d, i)->packets;

		used += n > 0;
		sum += n;
	}
	cr_assert_eq(sum, frames, "%u of %u", sum, frames);
	cr_assert_geq(used, 3, "%u queues", used);
}

/* One device with several queues, each a socket of a group of its own making. */
Test(packet, queues, .fini = stop)
{
	struct packet_config cfg = { .ifname = "vb", .name = "eth1", .queues = 4 };
	struct net_device *mq;
	u32 i;

	if (!start(PACKET_RX_V2, false, NULL))
		return;
	cr_assert_eq(packet_create(net, &cfg, &mq), 0);
	cr_assert_eq(mq->num_rx_queues, 4);
	dev_open(mq);
	for (i = 0; i < 200; i++)
		host_sends_flow(i);
	until(&dev->stats.rx_packets, 200);
	for (i = 0; i < 4; i++)
		napi_schedule(packet_napi(mq, i));
	fixture_settle(net);
	expect_queues(mq, 200);
	for (i = 0; i < 40; i++)
		stack_sends_on(mq, i);
	fixture_settle(net);
	for (i = 0; i < 4; i++)
		napi_schedule(packet_napi(mq, i));
	fixture_settle(net);
	cr_assert_eq(mq->stats.tx_packets, 40);
	cr_assert_eq(mq->stats.rx_packets, 200, "own frames do not come back");
	unregister_netdev(mq);
}

/* The first group that the kernel chooses after it has booted has number 0, and can be joined. */
Test(packet, fanout_zero, .fini = stop)
{
	const struct packet_host_want want = { .ifname = "vb", .rx = PACKET_RX_RECV,
					       .group = PACKET_GROUP_JOIN, .fanout = 0 };
	struct packet_host hosts[3];
	u32 sum = 0, i;

	if (!start(PACKET_RX_V2, false, NULL))
		return;
	for (i = 0; i < ARRAY_SIZE(hosts); i++) {
		cr_assert_eq(packet_host_open(&hosts[i], &want), 0);
		cr_assert_eq(hosts[i].fanout, 0);
	}
	for (i = 0; i < 200; i++)
		host_sends(i, 100, false);
	until(&dev->stats.rx_packets, 200);
	for (i = 0; i < ARRAY_SIZE(hosts); i++) {
		struct packet_aux aux;
		u8 buf[200];
		struct iovec iov = { buf, sizeof(buf) };

		while (packet_host_recv(&hosts[i], &iov, 1, &aux) > 0)
			sum++;
		packet_host_close(&hosts[i]);
	}
	cr_assert_eq(sum, 200, "%u of 200", sum);
}

/* Two sockets of a fanout group share the flows of one interface. */
Test(packet, fanout, .fini = stop)
{
	struct packet_config cfg = { .ifname = "vb", .name = "eth1", .fanout = 7 };
	struct net_device *other, *third;
	u64 total;
	u32 i;

	if (!start(PACKET_RX_V2, false, NULL))
		return;
	cr_assert_eq(packet_create(net, &cfg, &other), 0);
	cfg.name = "eth2";
	cr_assert_eq(packet_create(net, &cfg, &third), 0);
	dev_open(other);
	dev_open(third);
	for (i = 0; i < 200; i++)
		host_sends(i, 100, false);
	until(&dev->stats.rx_packets, 200);
	napi_schedule(packet_napi(other, 0));
	napi_schedule(packet_napi(third, 0));
	fixture_settle(net);
	total = other->stats.rx_packets + third->stats.rx_packets;
	unregister_netdev(other);
	unregister_netdev(third);
	cr_assert_eq(total, 200, "each frame went to one of the two (%llu)", (unsigned long long)total);
}

Test(packet, refusals)
{
	struct packet_config cfg = { .ifname = "vb" };
	struct net_device *none;

	if (!host_namespace())
		cr_skip_test("needs root for a network namespace");
	net = fixture_net_new(&f, 1);
	cfg.mtu = 9000;
	cr_assert_eq(packet_create(net, &cfg, &none), -EMSGSIZE);
	cfg.mtu = 0;
	cfg.ifname = "nonesuch";
	cr_assert_eq(packet_create(net, &cfg, &none), -ENODEV);
	cfg.ifname = "a name that is too long";
	cr_assert_eq(packet_create(net, &cfg, &none), -EINVAL);
	host_sh("ip link set lo up && ip tuntap add tun0 mode tun");
	cfg.ifname = "tun0";
	cr_assert_eq(packet_create(net, &cfg, &none), -EINVAL, "not Ethernet");
	cfg.ifname = "vb";
	cfg.name = "a/b";
	cr_assert_eq(packet_create(net, &cfg, &none), -EINVAL);
	fixture_net_free(&f);
}
