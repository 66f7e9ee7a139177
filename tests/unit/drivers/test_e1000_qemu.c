// SPDX-License-Identifier: BSD-2-Clause
/*
 * The e1000 driver on hardware that we did not write: QEMU's 82540EM and 82544GC. The driver is the
 * object that runs on our own model. What QEMU does not do (it verifies no checksum, counts no frame
 * that it could not place, pads nothing that is sent) is not asked here. Skipped where QEMU is not installed.
 */
#include "drivers/e1000/driver.h"
#include "drivers/e1000/regs.h"
#include "tests/unit/drivers/qtest.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5, MAX_FRAME = 9100 };

static const u8 mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, host[6] = { 2, 0, 0, 0, 0, 9 };

static struct qtest q;
static struct net *net;
static struct net_device *dev;
static u32 received;
static u8 last[MAX_FRAME];
static u32 last_len;
static struct net_device *last_dev;

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (u64)t.tv_sec * NSEC_PER_SEC + (u64)t.tv_nsec;
}

static void on_kick(void *ctx)
{
	(void)ctx;
}

static void on_frame(struct sk_buff *skb, struct net_device *from, struct packet_type *pt)
{
	(void)pt;
	received++;
	last_dev = from;
	last_len = skb->len;
	skb_copy_bits(skb, 0, last, min_t(u32, skb->len, MAX_FRAME));
	consume_skb(skb);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };

/* Interrupts and a turn of the stack. */
static void turn(void)
{
	char line[128];

	cr_assert_not(qtest_line(&q, line, sizeof(line), 1), "%s", line);
	if (q.irq)
		e1000_interrupt(dev);
	net_run(net, now_ns(), 0);
}

static void until(const u32 *counter, u32 want)
{
	u64 end = now_ns() + QTEST_WAIT_MS * NSEC_PER_MSEC;

	while (*counter < want && now_ns() < end)
		turn();
	cr_assert_eq(*counter, want);
}

static bool start(const char *device)
{
	struct e1000_probe p = { .name = "eth0", .mtu = 1500 };
	struct e1000_info info;
	u64 end;

	if (!qtest_start(&q, device))
		return false;
	net = calloc(1, sizeof(*net));
	net->cfg = (struct net_cfg){ .ctx = &q, .alloc = qtest_alloc, .free = qtest_free,
				     .kick = on_kick, .seed = 1, .now_ns = now_ns() };
	cr_assert_eq(core_net_init(net), 0);
	p.hw = qtest_hw(&q);
	cr_assert_eq(e1000_probe(net, &p, &dev), 0);
	cr_assert_arr_eq(dev->dev_addr, mac, 6, "from its EEPROM");
	cr_assert_eq(dev_open(dev), 0);
	dev_add_pack(net, &pt_test);
	end = now_ns() + QTEST_WAIT_MS * NSEC_PER_MSEC;
	while (!dev->carrier && now_ns() < end)
		turn();
	cr_assert(dev->carrier);
	e1000_get_info(dev, &info);
	cr_assert_eq(info.rx_ring, 256);
	return true;
}

static void stop(void)
{
	cr_assert_eq(q.foreign, 0);
	dev_remove_pack(&pt_test);
	unregister_netdev(dev);
	core_net_exit(net);
	free(net);
	qtest_stop(&q);
}

/* -- frames ------------------------------------------------------------------------------------ */
static struct sk_buff *make(u16 type, u32 len)
{
	struct sk_buff *skb = alloc_skb(net, len + ETH_HLEN + 64);

	skb_reserve(skb, 64);
	skb->dev = dev;
	skb->protocol = type;
	skb_put_data(skb, host, 6);
	skb_put_data(skb, mac, 6);
	put_be16(skb_put(skb, 2), type);
	return skb;
}

static u32 wire_frame(u8 *buf)
{
	struct pollfd p = { .fd = q.wire, .events = POLLIN };
	ssize_t n;

	cr_assert_eq(poll(&p, 1, QTEST_WAIT_MS), 1, "nothing on the wire");
	n = recv(q.wire, buf, MAX_FRAME, 0);
	cr_assert_gt(n, 0);
	return (u32)n;
}

static bool wire_silent(void)
{
	struct pollfd p = { .fd = q.wire, .events = POLLIN };

	turn();
	return poll(&p, 1, 20) == 0;
}

static void to_wire(const u8 *dst, const u8 *tag, u32 n, u32 len)
{
	u8 frame[MAX_FRAME];
	u32 off = 12, i;

	memcpy(frame, dst, 6);
	memcpy(frame + 6, host, 6);
	if (tag) {
		memcpy(frame + off, tag, 4);
		off += 4;
	}
	put_be16(frame + off, TYPE_TEST);
	for (i = 0; i < len; i++)
		frame[off + 2 + i] = (u8)(n * 31 + i * 7);
	cr_assert_eq(send(q.wire, frame, off + 2 + len, 0), (ssize_t)(off + 2 + len));
}

/* -- cases ---------------------------------------------------------------------------------------- */
static void transmits(struct prng *p)
{
	u8 want[MAX_FRAME], got[MAX_FRAME];
	u32 k, i;

	for (k = 0; k < 300; k++) { /* more than the ring has descriptors */
		u32 len = 46 + prng_below(p, 1400), linear = prng_below(p, len);
		struct sk_buff *skb = make(TYPE_TEST, linear);

		for (i = 0; i < len; i++)
			want[i] = (u8)prng_below(p, 256);
		skb_put_data(skb, want, linear);
		while (linear < len) {
			struct page *page = page_alloc(net);
			u32 part = skb_shinfo(skb)->nr_frags == 7 ? len - linear :
								    1 + prng_below(p, len - linear);

			memcpy(page->data, want + linear, part);
			skb_add_frag(skb, page, 0, part);
			page_put(page);
			linear += part;
		}
		cr_assert_eq(dev_queue_xmit(skb), 0);
		turn();
		cr_assert_eq(wire_frame(got), len + ETH_HLEN);
		cr_assert_arr_eq(got + ETH_HLEN, want, len, "frame %u", k);
	}
}

static void receives(struct prng *p, u32 longest)
{
	u32 k, i;

	received = 0;
	for (k = 0; k < 300; k++) {
		u32 len = 46 + prng_below(p, longest - 46);

		to_wire(mac, NULL, k, len);
		until(&received, k + 1);
		cr_assert_eq(last_len, len);
		for (i = 0; i < len; i++)
			cr_assert_eq(last[i], (u8)(k * 31 + i * 7));
	}
}

static struct sk_buff *tcp_packet(u32 payload, u16 mss)
{
	struct sk_buff *skb = make(ETH_TYPE_IP4, IP4_HLEN + TCP_HLEN + payload);
	u8 *ip = skb_put(skb, IP4_HLEN), *th;
	u32 i;

	memset(ip, 0, IP4_HLEN);
	ip[0] = 0x45, ip[8] = 64, ip[9] = IP_PROTO_TCP, ip[12] = 10, ip[15] = 1, ip[16] = 10, ip[19] = 2;
	put_be16(ip + 2, (u16)(IP4_HLEN + TCP_HLEN + payload));
	memcpy(ip + 10, &(be16){ ip_fast_csum(ip, 5).raw }, 2);
	skb->network_header = (u16)(ip - skb->head);
	th = skb_put(skb, TCP_HLEN);
	skb->transport_header = (u16)(th - skb->head);
	memset(th, 0, TCP_HLEN);
	put_be32(th + 4, 0xfffffff0);
	th[12] = 0x50, th[13] = TCPHDR_ACK | TCPHDR_PSH;
	put_be16(th + 16, (u16)~be16_get(csum_tcpudp_magic(ip + 12, ip + 16, TCP_HLEN + payload,
							   IP_PROTO_TCP, 0)));
	for (i = 0; i < payload; i++)
		*(u8 *)skb_put(skb, 1) = (u8)(i * 13);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = 16;
	if (payload > mss) {
		skb_shinfo(skb)->gso_size = mss;
		skb_shinfo(skb)->gso_segs = (u16)((payload + mss - 1) / mss);
		skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	}
	return skb;
}

/* What the hardware cuts and sums is what the stack itself does. */
static void offloads(u32 payload, u16 tci)
{
	static u8 hw[8][2048];
	netdev_features_t all = dev->features;
	u32 nr = (payload + 1399) / 1400, len[8], i, round;
	u8 sw[MAX_FRAME];

	for (round = 0; round < 2; round++) {
		struct sk_buff *skb = tcp_packet(payload, 1400);

		if (tci) {
			skb->vlan_proto = ETH_TYPE_VLAN;
			skb->vlan_tci = tci;
		}
		dev_queue_xmit(skb);
		turn();
		for (i = 0; i < nr; i++) {
			if (!round) {
				len[i] = wire_frame(hw[i]);
				continue;
			}
			cr_assert_eq(wire_frame(sw), len[i]);
			cr_assert_arr_eq(sw, hw[i], len[i], "segment %u of %u", i, nr);
		}
		cr_assert(wire_silent());
		dev_set_features(dev, all & ~(netdev_features_t)(NETIF_F_ALL_TSO | NETIF_F_ALL_CSUM |
								NETIF_F_VLAN_TX));
	}
	dev_set_features(dev, all);
}

static void filters(void)
{
	static const u8 other[6] = { 2, 0, 0, 0, 0, 0x55 }, group[6] = { 1, 0, 0x5e, 1, 2, 3 };
	static const u8 all[6] = { 255, 255, 255, 255, 255, 255 };
	u32 before = (u32)dev->stats.rx_packets, count;

	received = 0;
	to_wire(other, NULL, 1, 100);
	to_wire(group, NULL, 2, 100);
	to_wire(all, NULL, 3, 100);
	until(&received, 1);
	cr_assert_eq(dev->stats.rx_packets, before + 1, "the card kept the others");
	cr_assert_eq(dev_mc_add(dev, group), 0);
	to_wire(group, NULL, 2, 100);
	until(&received, 2);
	dev_mc_del(dev, group);
	dev_set_promiscuity(dev, 1);
	to_wire(other, NULL, 1, 100);
	to_wire(all, NULL, 3, 100);
	until(&received, 3);
	count = (u32)dev->stats.rx_packets - before;
	cr_assert_eq(count, 4, "%u", count);
	dev_set_promiscuity(dev, -1);
}

static void vlans(void)
{
	static const u8 tag[4] = { 0x81, 0, 0x61, 0x23 };
	const struct vlan_config cfg = { .lower = dev, .vid = 0x123 };
	struct net_device *vlan;
	u64 count;

	cr_assert_eq(vlan_create(net, &cfg, &vlan), 0);
	cr_assert_eq(dev_open(vlan), 0);
	received = 0;
	to_wire(mac, tag, 9, 100);
	until(&received, 1);
	cr_assert(last_dev == vlan && last_len == 100);
	unregister_netdev(vlan);
	/* The filter: what is not in it does not come, so that the frame behind it is the next one. */
	count = dev->stats.rx_packets;
	to_wire(mac, tag, 10, 100);
	to_wire(mac, NULL, 11, 100);
	until(&received, 2);
	cr_assert_eq(dev->stats.rx_packets, count + 1);
	dev_set_promiscuity(dev, 1);
	to_wire(mac, tag, 12, 100);
	to_wire(mac, NULL, 13, 100);
	until(&received, 3);
	cr_assert_eq(dev->stats.rx_packets, count + 3);
	dev_set_promiscuity(dev, -1);
}

static void ethtool_and_restart(void)
{
	struct prng p;
	const char *name;
	u64 value, packets = 0;
	u32 i;

	for (i = 0; (name = e1000_get_stat(dev, i, &value)); i++)
		if (!strcmp(name, "tx_packets"))
			packets = value;
	cr_assert_geq(packets, 300);
	dev_close(dev);
	cr_assert_eq(e1000_self_test(dev), 0);
	cr_assert_eq(dev_open(dev), 0);
	while (!dev->carrier)
		turn();
	prng_seed(&p, 2);
	receives(&p, 200);
}

static void suite(const char *device)
{
	struct prng p;
	u64 before;

	if (!start(device))
		cr_skip_test("qemu-system-x86_64 is not installed");
	prng_seed(&p, 1);
	transmits(&p);
	before = q.accesses;
	receives(&p, 1500);
	printf("# %s, one frame at a time: %.1f register accesses a frame received\n", device,
	       (double)(q.accesses - before) / 300);
	offloads(100, 0);
	offloads(1401, 0);
	offloads(9000, 0);
	offloads(5000, 0x6123);
	filters();
	vlans();
	ethtool_and_restart();
	cr_assert_eq(dev_set_mtu(dev, 9000), 0);
	receives(&p, 8900);
	stop();
}

Test(e1000_qemu, an_82540em, .timeout = 300)
{
	suite("e1000");
}

Test(e1000_qemu, an_82544gc, .timeout = 300)
{
	suite("e1000-82544gc");
}

/* The 82574L reads its EEPROM by another layout of EERD: it is not a card of this driver. */
Test(e1000_qemu, an_82574l_is_refused, .timeout = 300)
{
	struct e1000_probe p = { .name = "eth0" };

	if (!qtest_start(&q, "e1000e"))
		cr_skip_test("qemu-system-x86_64 is not installed");
	net = calloc(1, sizeof(*net));
	net->cfg = (struct net_cfg){ .ctx = &q, .alloc = qtest_alloc, .free = qtest_free,
				     .kick = on_kick, .seed = 1, .now_ns = now_ns() };
	cr_assert_eq(core_net_init(net), 0);
	p.hw = qtest_hw(&q);
	cr_assert_eq(e1000_probe(net, &p, &dev), -EIO);
	core_net_exit(net);
	free(net);
	qtest_stop(&q);
}
