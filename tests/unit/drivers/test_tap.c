// SPDX-License-Identifier: BSD-2-Clause
/*
 * The TAP device's rings, on a TAP of the kernel whose other end is a packet socket: whatever the
 * interleaving, with batches and without, nothing is lost, seen twice or out of order; a full ring holds
 * the sender back; what the host does not take is counted.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "tests/unit/drivers/hostnet.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5, LEN_MAX = 1400, AHEAD_MAX = 400, DEADLINE_MS = 5000 };

static const u8 mac_stack[6] = { 2, 0, 0, 0, 0, 2 };

static struct fixture f;
static struct net *net;
static struct net_device *dev;
static int host = -1;
static u32 to_stack, at_stack, to_host, at_host; /* frames given and seen, each way */

static u32 length_of(u32 n)
{
	return 46 + n * 97 % (LEN_MAX - 46);
}

static void check(const u8 *p, u32 len, u32 n)
{
	u32 i;

	cr_assert_eq(get_be32(p), n, "frame %u where %u should be", get_be32(p), n);
	cr_assert_eq(len, length_of(n));
	for (i = 4; i < len; i++)
		cr_assert_eq(p[i], (u8)(n * 131 + i * 7), "frame %u octet %u", n, i);
}

static void fill(u8 *p, u32 n)
{
	u32 i;

	put_be32(p, n);
	for (i = 4; i < length_of(n); i++)
		p[i] = (u8)(n * 131 + i * 7);
}

/* Linux's (6.18, measured on a TUN), and what it takes is at most three tenths more. */
static void check_charge(const struct sk_buff *skb)
{
	u32 n = skb->len + ETH_HLEN, charge = n <= 204 ? 832 : n <= 652 ? 1280 : 2304;
	u32 takes = (u32)(sizeof(*skb) + sizeof(struct skb_shared_info) + (size_t)(skb->end - skb->head));

	cr_assert_eq(skb->truesize, charge, "%u octets: %u", n, skb->truesize);
	takes += skb->data_len;
	cr_assert_leq(takes, charge * 13 / 10, "%u octets: %u", n, takes);
}

static void on_frame(struct sk_buff *skb, struct net_device *from, struct packet_type *pt)
{
	u8 buf[LEN_MAX];

	(void)from, (void)pt;
	check_charge(skb);
	cr_assert_leq(skb->len, LEN_MAX);
	skb_copy_bits(skb, 0, buf, skb->len);
	check(buf, skb->len, at_stack++);
	consume_skb(skb);
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };

static bool start(bool offload)
{
	struct tap_config cfg = { .tap_name = "va", .name = "eth0", .offload = offload };

	if (!host_namespace())
		return false;
	host_sh("ip link del va");	/* the veth pair: its name is the TAP's */
	memcpy(cfg.mac, mac_stack, 6);
	net = fixture_net_new(&f, 11);
	cr_assert_eq(tap_create(net, &cfg, &dev), 0);
	host_sh("ip link set va up");
	cr_assert_eq(dev_open(dev), 0);
	dev_add_pack(net, &pt_test);
	host = host_socket(false);
	to_stack = at_stack = to_host = at_host = 0;
	return true;
}

static void stop(void)
{
	if (!net)
		cr_skip_test("needs root for a network namespace");
	dev_remove_pack(&pt_test);
	unregister_netdev(dev);
	fixture_net_free(&f);
	if (host >= 0)
		close(host);
	net = NULL;
}

static u32 header(u8 *p, const u8 *dst, const u8 *src)
{
	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	put_be16(p + 12, TYPE_TEST);
	return ETH_HLEN;
}

static void host_sends(void)
{
	static const u8 mac_host[6] = { 2, 0, 0, 0, 0, 9 };
	u8 buf[ETH_HLEN + LEN_MAX];
	u32 len = header(buf, mac_stack, mac_host) + length_of(to_stack);

	fill(buf + ETH_HLEN, to_stack++);
	cr_assert_eq(send(host, buf, len, 0), (ssize_t)len, "%s", strerror(errno));
}

static void stack_sends(void)
{
	static const u8 group[6] = { 1, 0, 0x5e, 0, 0, 9 };
	struct sk_buff *skb = alloc_skb(net, 64 + ETH_HLEN + LEN_MAX);

	skb_reserve(skb, 64);
	header(skb_put(skb, ETH_HLEN), group, mac_stack);
	fill(skb_put(skb, length_of(to_host)), to_host);
	to_host++;
	skb->dev = dev;
	skb->protocol = TYPE_TEST;
	cr_assert_eq(dev_queue_xmit(skb), 0);
}

static void host_takes(u32 most)
{
	u8 buf[ETH_HLEN + LEN_MAX];
	ssize_t n;

	while (most-- && (n = recv(host, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
		if (get_be16(buf + 12) == TYPE_TEST)
			check(buf + ETH_HLEN, (u32)n - ETH_HLEN, at_host++);
}

static void run(int budget)
{
	napi_schedule(tap_napi(dev, 0));
	net_run(net, net->now, budget);
}

static void interleaved(bool offload)
{
	struct prng p;
	u32 step, n, ms;

	if (!start(offload))
		return;
	prng_seed(&p, 5);
	for (step = 0; step < 3000; step++) {
		n = prng_below(&p, 90);
		switch (prng_below(&p, 4)) {
		case 0: /* the queue of the kernel's TAP is not longer */
			while (n-- && to_stack - at_stack < AHEAD_MAX)
				host_sends();
			break;
		case 1:
			while (n-- && to_host - at_host < AHEAD_MAX)
				stack_sends();
			break;
		case 2:
			run(1 + (int)n);
			break;
		default:
			host_takes(n);
			break;
		}
	}
	for (ms = 0; (at_stack < to_stack || at_host < to_host) && ms < DEADLINE_MS; ms++) {
		run(0);
		host_takes(~0u);
		if (at_stack < to_stack)
			host_readable(tap_fd(dev, 0), 1);
		else if (at_host < to_host)
			host_readable(host, 1);
	}
	cr_assert_eq(at_stack, to_stack);
	cr_assert_eq(at_host, to_host);
	cr_assert(to_stack > 5000 && to_host > 5000, "%u and %u: the rings went round", to_stack, to_host);
	cr_assert_eq(dev->stats.rx_packets, to_stack);
	cr_assert_eq(dev->stats.tx_packets, to_host);
	cr_assert_eq(tap_stats(dev).tx_errors, 0);
}

Test(tap, random_interleavings, .fini = stop)
{
	interleaved(false);
}

Test(tap, random_interleavings_with_vnet_header, .fini = stop)
{
	interleaved(true);
}

/* The host sends large packets as such: what is small is seen as it came. */
Test(tap, merges_only_without_offloads, .fini = stop)
{
	cr_assert(start(true) || !net);
	if (!net)
		return;
	cr_assert(!(dev->features & NETIF_F_GRO) == !!(dev->features & NETIF_F_TSO));
	cr_assert(dev->features & NETIF_F_TSO);
	cr_assert(dev->hw_features & NETIF_F_GRO);
	stop();
	cr_assert(start(false));
	cr_assert(dev->features & NETIF_F_GRO);
}

/* In one turn, without the loop: the ring is written out when a batch is there, never dropped. */
Test(tap, a_burst_longer_than_the_ring, .fini = stop)
{
	u32 i;

	if (!start(true))
		return;
	for (i = 0; i < 1000; i++)
		stack_sends();
	fixture_settle(net);
	host_takes(~0u);
	cr_assert_eq(at_host, 1000);
	cr_assert_eq(tap_stats(dev).tx_ring_full, 0);
	cr_assert_lt(tap_stats(dev).tx_doorbells, 500, "in batches");
}

Test(tap, what_the_host_refuses_is_counted, .fini = stop)
{
	u32 i;

	if (!start(false))
		return;
	host_sh("ip link set va down");
	for (i = 0; i < 20; i++)
		stack_sends();
	fixture_settle(net);
	cr_assert_eq(dev->stats.tx_errors, 20);
	cr_assert_eq(net->drops[SKB_DROP_DEV_READY], 20);
	host_sh("ip link set va up");
	close(host);
	host = host_socket(false);
	at_host = to_host;
	stack_sends();
	fixture_settle(net);
	host_takes(~0u);
	cr_assert_eq(at_host, to_host);
}

/* Less than a link header: the host does not take it. */
static void stack_sends_too_little(void)
{
	struct sk_buff *skb = alloc_skb(net, 64 + ETH_HLEN);

	skb_reserve(skb, 64);
	memset(skb_put(skb, 10), 0, 10);
	skb->dev = dev;
	skb->protocol = TYPE_TEST;
	cr_assert_eq(dev_queue_xmit(skb), 0);
}

Test(tap, one_of_a_batch_is_refused, .fini = stop)
{
	u32 i, sent = 0;

	if (!start(false))
		return;
	for (i = 0; i < 10; i++) {
		if (i == 4 || i == 7) {
			stack_sends_too_little();
			continue;
		}
		stack_sends();
		sent++;
	}
	fixture_settle(net);
	host_takes(~0u);
	cr_assert_eq(at_host, sent);
	cr_assert_eq(dev->stats.tx_errors, 2);
	cr_assert_eq(dev->stats.tx_packets, sent);
}

/* Deleted by the host in mid-traffic: no link, what is sent is counted, and nobody is woken for nothing. */
static void deleted(bool offload, u32 burst)
{
	u32 i;

	if (!start(offload))
		return;
	for (i = 0; i < burst; i++)
		host_sends();
	run(1 + (int)burst / 2);
	host_sh("ip link del va");
	for (i = 0; i < 4; i++)
		run(0);
	cr_assert_not(dev->carrier);
	cr_assert_not(host_readable(tap_fd(dev, 0), 0), "it is readable no more");
	for (i = 0; i < 100; i++)
		stack_sends();
	fixture_settle(net);
	cr_assert_eq(tap_stats(dev).tx_errors, 100);
	close(host);
	host_sh("ip link add va type veth peer name vb"); /* another one */
	run(0);
	cr_assert_not(dev->carrier);
	cr_assert_eq(dev_close(dev), 0);
	cr_assert_eq(dev_open(dev), 0);
	host = -1;
}

Test(tap, deleted, .fini = stop)
{
	deleted(false, 0);
}

Test(tap, deleted_in_mid_traffic, .fini = stop)
{
	deleted(true, 100);
}

/* Of an emulated card it is the cable that is gone. */
static void card_loses_its_wire(int (*create)(struct net *net, const struct e1000_config *cfg,
					      struct net_device **dev))
{
	struct e1000_config cfg = { .wire = E1000_WIRE_TAP, .wire_name = "va", .name = "eth0",
				    .offload = true };
	u32 i;

	if (!host_namespace())
		return;
	host_sh("ip link del va");
	net = fixture_net_new(&f, 11);
	cr_assert_eq(create(net, &cfg, &dev), 0);
	host_sh("ip link set va up");
	cr_assert_eq(dev_open(dev), 0);
	dev_add_pack(net, &pt_test);
	fixture_advance(net, 10 * NSEC_PER_MSEC);
	cr_assert(dev->carrier);
	to_host = 0;
	for (i = 0; i < 100; i++)
		stack_sends();
	host_sh("ip link del va");
	for (i = 0; i < 4; i++) {
		e1000_wire_ready(dev);
		fixture_settle(net);
	}
	cr_assert_not(dev->carrier);
	cr_assert_not(host_readable(e1000_fd(dev), 0));
	fixture_advance(net, 10 * NSEC_PER_SEC);
	stack_sends();
	fixture_settle(net);
	cr_assert_geq(dev->stats.tx_carrier_errors, 1, "nobody waits for it any longer");
	cr_assert_eq(dev->stats.tx_errors, dev->stats.tx_carrier_errors, "which is no hang");
}

Test(tap, of_an_e1000_deleted, .fini = stop)
{
	card_loses_its_wire(e1000_create);
}

Test(tap, of_an_igb_deleted, .fini = stop)
{
	card_loses_its_wire(igb_create);
}
