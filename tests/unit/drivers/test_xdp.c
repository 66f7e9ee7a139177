// SPDX-License-Identifier: BSD-2-Clause
/*
 * The XDP device on one end of a veth pair of the kernel: what comes is what was sent, in order,
 * both ways and also when the other side does not keep up; the program goes with the device.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "tests/unit/drivers/hostnet.h"
#include "wire/wire.h"

enum { TYPE_TEST = 0x88b5, FRAME_MAX = 4096, DEADLINE_MS = 5000, STACK_FRAMES = 3000 };

static struct fixture f;
static struct net *net;
static struct net_device *dev;
static int host = -1;
static u32 next;

static u8 octet(u32 n, u32 i)
{
	return (u8)(n * 131 + i * 7 + (i >> 8));
}

/* Frame n with len octets behind the Ethernet header. */
static void fill_frame(u8 *p, u32 n, u32 len)
{
	u32 i;

	memcpy(p, "\2\0\0\0\0\2\2\0\0\0\0\11\x88\xb5", ETH_HLEN);
	put_be32(p + ETH_HLEN, n);
	for (i = 4; i < len; i++)
		p[ETH_HLEN + i] = octet(n, i);
}

static void on_frame(struct sk_buff *skb, struct net_device *from, struct packet_type *pt)
{
	static u8 buf[FRAME_MAX];
	u32 i, len = skb->len;

	(void)from, (void)pt;
	skb_copy_bits(skb, 0, buf, len);
	consume_skb(skb);
	cr_assert_eq(get_be32(buf), next, "frame %u where %u should be", get_be32(buf), next);
	for (i = 4; i < len; i++)
		cr_assert_eq(buf[i], octet(next, i));
	next++;
}

static struct packet_type pt_test = { .type = TYPE_TEST, .func = on_frame };

/* false: it cannot be tried here */
static bool start(void)
{
	struct xdp_config cfg = { .ifname = "vb", .name = "eth0", .mac = { 2, 0, 0, 0, 0, 2 } };
	int err;

	if (!host_namespace())
		return false;
	host_sh("ip link set va mtu 3000 && ip link set vb mtu 3000");
	net = fixture_net_new(&f, 11);
	err = xdp_create(net, &cfg, &dev);
	if (err == -EOPNOTSUPP) {
		fixture_net_free(&f);
		net = NULL;
		return false;
	}
	cr_assert_eq(err, 0, "%s", strerror(-err));
	cr_assert_eq(dev_open(dev), 0);
	dev_add_pack(net, &pt_test);
	host = host_socket(false);
	next = 0;
	return true;
}

static void stop(void)
{
	if (!net)
		cr_skip_test("needs root for a network namespace, and AF_XDP");
	dev_remove_pack(&pt_test);
	unregister_netdev(dev);
	fixture_net_free(&f);
	close(host);
	net = NULL;
}

static void until_received(u32 want)
{
	int ms;

	for (ms = 0; next < want && ms < DEADLINE_MS; ms++) {
		napi_schedule(xdp_napi(dev, 0));
		fixture_settle(net);
		if (next < want)
			host_readable(xdp_fd(dev, 0), 1);
	}
	cr_assert_eq(next, want);
}

Test(xdp, receives_in_order, .fini = stop)
{
	static u8 buf[FRAME_MAX];
	struct prng p;
	u32 sent = 0, round;

	if (!start())
		return;
	prng_seed(&p, 3);
	for (round = 0; round < 60; round++) {
		u32 burst = 1 + prng_below(&p, 150);

		for (; burst; burst--, sent++) {
			u32 len = 46 + prng_below(&p, 2900);

			fill_frame(buf, sent, len);
			cr_assert_eq(send(host, buf, ETH_HLEN + len, 0), (ssize_t)(ETH_HLEN + len), "%s",
				     strerror(errno));
		}
		until_received(sent);
	}
	cr_assert_eq(dev->stats.rx_packets, sent);
	cr_assert_gt(sent, 2048, "more than there are frames: they are used again");
}

/* As the stack sends: some tail in pages. */
static void stack_sends(u32 n, u32 len)
{
	struct sk_buff *skb = alloc_skb(net, FRAME_MAX);
	static u8 buf[FRAME_MAX];
	struct page_frag *pf = &net->frag_cache;
	u32 linear = min(ETH_HLEN + len, 300u), rest = ETH_HLEN + len - linear;

	fill_frame(buf, n, len);
	skb_put_data(skb, buf, linear);
	if (rest) {
		cr_assert_eq(page_frag_refill(net, pf, rest), 0);
		memcpy(pf->page->data + pf->off, buf + linear, rest);
		cr_assert_eq(skb_add_frag(skb, pf->page, pf->off, rest), 0);
		pf->off += rest;
	}
	skb->dev = dev;
	skb->protocol = TYPE_TEST;
	cr_assert_eq(dev_queue_xmit(skb), 0);
}

static void expect_at_host(u32 n)
{
	static u8 want[FRAME_MAX], got[FRAME_MAX];
	ssize_t len;

	cr_assert(host_readable(host, DEADLINE_MS), "frame %u", n);
	len = recv(host, got, sizeof(got), 0);
	cr_assert_geq(len, 60);
	fill_frame(want, n, (u32)len - ETH_HLEN);
	cr_assert_arr_eq(got, want, (size_t)len, "frame %u", n);
}

Test(xdp, transmits_in_order, .fini = stop)
{
	u32 sent = 0, seen = 0, i;
	struct prng p;

	if (!start())
		return;
	prng_seed(&p, 5);
	while (sent < STACK_FRAMES) {
		for (i = 0; i < 300; i++)	/* more than the ring holds */
			stack_sends(sent++, 46 + prng_below(&p, 2900));
		fixture_advance(net, NSEC_PER_MSEC * 20);
		for (; seen < sent; seen++)
			expect_at_host(seen);
	}
	cr_assert_eq(dev->stats.tx_packets, sent);
	cr_assert_eq(dev->stats.tx_errors, 0);
	cr_assert_eq(dev->tx->state, 0);
	cr_assert_eq(dql_inflight(&dev->tx->dql), 0, "the kernel gave all frames back");
	cr_assert_gt(dev->tx->dql.limit, 0);
}

Test(xdp, link_goes_down_and_up, .fini = stop)
{
	int ms;

	if (!start())
		return;
	host_sh("ip link set va down");
	for (ms = 0; dev->carrier && ms < DEADLINE_MS; ms++) {
		host_readable(xdp_link_fd(dev), 1);
		xdp_link_event(dev);
	}
	cr_assert_not(dev->carrier);
	host_sh("ip link set va up");
	for (ms = 0; !dev->carrier && ms < DEADLINE_MS; ms++) {
		host_readable(xdp_link_fd(dev), 1);
		xdp_link_event(dev);
	}
	cr_assert(dev->carrier);
	close(host);	/* it is told of the time without a network */
	host = host_socket(false);
	stack_sends(0, 100);
	fixture_advance(net, NSEC_PER_MSEC);
	expect_at_host(0);
}

static void wait_link(bool carrier, u32 mtu)
{
	int ms;

	for (ms = 0; (dev->carrier != carrier || dev->mtu != mtu) && ms < DEADLINE_MS; ms++) {
		host_readable(xdp_link_fd(dev), 1);
		xdp_link_event(dev);
	}
	cr_assert(dev->carrier == carrier && dev->mtu == mtu, "%d %u", dev->carrier, dev->mtu);
}

static void stack_sends_many(u32 n)
{
	while (n--)
		stack_sends(n, 100);
	fixture_settle(net);
}

/* How often the device wants to be run in a second in which nothing happens. */
static u32 wakeups(void)
{
	u64 end = net->now + NSEC_PER_SEC;
	u32 n = 0;

	for (fixture_settle(net); net_deadline(net) < end; n++)
		fixture_advance(net, net_deadline(net) - net->now + 1);
	return n;
}

/* The host's interface changes under us: smaller, larger, down in mid-traffic, gone. */
Test(xdp, host_changes, .fini = stop)
{
	if (!start())
		return;
	host_sh("ip link set vb mtu 1300");
	wait_link(true, 1300);
	host_sh("ip link set vb mtu 3000");
	wait_link(true, 3000);
	host_sh("ip link set vb down");
	stack_sends_many(100);
	wait_link(false, 3000);
	stack_sends_many(100);
	cr_assert_lt(wakeups(), 20, "nothing can be done but wait");
	host_sh("ip link set vb up");
	wait_link(true, 3000);
	cr_assert_lt(wakeups(), 20);
	host_sh("ip link del vb");
	wait_link(false, 3000);
	stack_sends_many(400);
	cr_assert_lt(wakeups(), 20);
	cr_assert_not(host_readable(xdp_fd(dev, 0), 0), "nobody is woken any more");
}

Test(xdp, refusals, .fini = stop)
{
	struct xdp_config cfg = { .ifname = "vb", .name = "eth1" };
	struct net_device *none;
	int i;

	if (!start())
		return;
	cr_assert_eq(xdp_create(net, &cfg, &none), -EBUSY);
	cr_assert_eq(dev_set_mtu(dev, 3001), -EINVAL, "more than the interface takes");
	unregister_netdev(dev);
	cfg.queues = NETDEV_QUEUES_MAX;
	i = xdp_create(net, &cfg, &none);
	cr_assert_eq(i, -EINVAL, "it has not so many: %d", i);
	cfg.queues = 0;
	cfg.mtu = 3001;
	cr_assert_eq(xdp_create(net, &cfg, &none), -EMSGSIZE);
	cfg.mtu = 0;
	cfg.ifname = "nonesuch";
	cr_assert_eq(xdp_create(net, &cfg, &none), -ENODEV);
	cfg.ifname = "lo";
	cr_assert_eq(xdp_create(net, &cfg, &none), -EINVAL, "not Ethernet");
	cfg.ifname = "vb";
	cr_assert_eq(xdp_create(net, &cfg, &dev), 0, "nothing of the refused ones is left");
}

Test(xdp, memory_runs_out, .fini = stop)
{
	u8 buf[200];
	u32 i;

	if (!start())
		return;
	fill_frame(buf, 0, 100);
	f.fail_after = 0;
	for (i = 0; i < 20; i++) {
		cr_assert_eq(send(host, buf, 114, 0), 114);
		host_readable(xdp_fd(dev, 0), 100);
		napi_schedule(xdp_napi(dev, 0));
		fixture_settle(net);
	}
	f.fail_after = -1;
	cr_assert_eq(dev->stats.rx_packets + dev->stats.rx_dropped, 20);
	cr_assert_gt(dev->stats.rx_dropped, 0);
	fill_frame(buf, next, 100);
	cr_assert_eq(send(host, buf, 114, 0), 114);
	until_received(next + 1);
}
