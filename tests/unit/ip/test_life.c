/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ATK-RACE-03: births and deaths: whatever allocation fails, what was begun can be ended, and nothing
 * is left.
 */
#include "tests/unit/ip/ipnet.h"

static struct fixture f;

static int (*const inits[])(struct net *) = { ip_net_init, ipv4_net_init, ipv6_net_init };
static void (*const exits[])(struct net *) = { ip_net_exit, ipv4_net_exit, ipv6_net_exit };

/* A net with a device, of which only the first `allocs` allocations succeed; whether all did. */
static bool live_once(s64 allocs)
{
	struct net *net = fixture_net_new(&f, 1);
	struct net_device *dev = fixture_dev_new(net, "t0", 0);
	struct inet_prefix p4, p6;
	u32 i;
	bool ok;

	inet_prefix_parse("10.0.0.1/24", &p4);
	inet_prefix_parse("fd00::1/64", &p6);
	f.fail_after = allocs;
	for (i = 0; i < 3; i++)
		if (inits[i](net))
			break;
	ok = i == 3;
	if (ok) {
		ok &= !inet_ifaddr_add(net, dev, &p4, 0);
		ok &= !inet_ifaddr_add(net, dev, &p6, IFA_FLAG_NODAD);
		fixture_advance(net, 3 * NSEC_PER_SEC);
		ok &= fixture_dev(dev)->tx.qlen != 0;
	} else {
		i++;	/* a room that could not be furnished is emptied like the others */
	}
	f.fail_after = -1;
	if (ok || i == 3)
		unregister_netdev(dev);
	while (i--)
		exits[i](net);
	fixture_net_free(&f);
	return ok;
}

Test(life, every_allocation_fails_once, .timeout = 120)
{
	s64 allocs = 0;

	while (!live_once(allocs))
		cr_assert_lt(++allocs, 500);
	cr_assert_gt(allocs, 10);
}

/* rooms that end while devices are there let go of them */
Test(life, rooms_before_devices)
{
	struct ipnet n;

	ipnet_new(&n, 1);
	fixture_advance(n.net, NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	ipv6_net_exit(n.net);
	ipv4_net_exit(n.net);
	ip_net_exit(n.net);
	cr_assert_null(n.dev->ip_ptr);
	cr_assert_null(n.dev->ip6_ptr);
	fixture_net_free(&n.f);
}

/* a device that goes while packets, routes and fragments refer to it */
Test(life, device_goes_first)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr("10.0.0.9") };
	static const u8 data[16];
	struct pkt4 part = { .proto = 200, .frag_off = IP4_MF, .payload = data, .len = 16 };
	struct dst_entry *dst;
	struct sk_buff *skb;
	struct ipnet n;

	ipnet_new(&n, 1);
	pkt4_rx(&n, &part);
	cr_assert_eq(n.net->ip.af[0]->route_output(n.net, &fl, &dst), 0);
	skb = alloc_skb(n.net, 200);
	skb_reserve(skb, 150);
	skb_put(skb, 8);
	n.net->ip.af[0]->xmit(n.net, NULL, skb, &fl, dst, NULL);	/* waits for ARP */
	unregister_netdev(n.dev);
	cr_assert_null(dst_check(dst));
	cr_assert_eq(dst->dev, n.lo);
	skb = alloc_skb(n.net, 200);
	skb_reserve(skb, 150);
	skb_put(skb, 8);
	cr_assert_lt(n.net->ip.af[0]->xmit(n.net, NULL, skb, &fl, dst, NULL), 0);
	cr_assert_eq(n.net->ip.frags[0].mem, 0);
	dst_release(dst);
	ipnet_free(&n);
}

/* down and up again: connected routes come back, IPv6 begins anew */
Test(life, down_and_up)
{
	union inet_addr a4 = ipnet_addr("10.0.0.1"), a6 = ipnet_addr("fd00::1");
	struct ipnet n;

	ipnet_new(&n, 1);
	for (int i = 0; i < 3; i++) {
		dev_close(n.dev);
		cr_assert_null(inet_ifaddr_find(n.net, &a6, NULL));
		cr_assert_not_null(inet_ifaddr_find(n.net, &a4, NULL));
		cr_assert_eq(dev_open(n.dev), 0);
		fixture_advance(n.net, 5 * NSEC_PER_SEC);
		ipnet_tx_drop(&n);
		cr_assert(n.net->ip.af[0]->addr_is_local(n.net, &a4));
	}
	ipnet_free(&n);
}

/* RFC 8200 5: no IPv6 below 1280 */
Test(life, small_mtu)
{
	struct ipnet n;

	ipnet_new(&n, 1);
	cr_assert_eq(dev_set_mtu(n.dev, 1279), 0);
	cr_assert_null(n.dev->ip6_ptr);
	cr_assert_eq(dev_set_mtu(n.dev, 1280), 0);
	cr_assert_not_null(n.dev->ip6_ptr);
	ipnet_free(&n);
}
