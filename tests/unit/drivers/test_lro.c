// SPDX-License-Identifier: BSD-2-Clause
/*
 * A device that merges what it receives (LRO) stops when packets are forwarded: by whichever switch, on
 * whatever stands on top of it.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "tests/unit/fixture.h"

static struct fixture f;
static struct net *net;
static struct net_device *dev;
static u32 told;		/* the driver: of features */

static int set_features(struct net_device *d, netdev_features_t features)
{
	(void)d;
	told++;
	cr_assert_not(features & NETIF_F_LRO);
	return 0;
}

static const struct net_device_ops lro_ops = {
	.ndo_start_xmit = fixture_dev_xmit,
	.ndo_destroy = fixture_dev_destroy,
	.ndo_set_features = set_features,
};

/* With LRO, on; fixed: it cannot be turned off. */
static struct net_device *lro_dev(const char *name, bool fixed)
{
	struct net_device *d = alloc_netdev(net, name, sizeof(struct fixture_dev));

	ether_setup(d);
	d->ops = &lro_ops;
	d->features |= NETIF_F_LRO;
	d->hw_features = fixed ? 0 : NETIF_F_LRO;
	skb_queue_head_init(&fixture_dev(d)->tx);
	skb_queue_head_init(&fixture_dev(d)->rx);
	cr_assert_eq(register_netdev(d), 0);
	return d;
}

static bool has_lro(const struct net_device *d)
{
	return d->features & NETIF_F_LRO;
}

static void set(const char *name, const char *value)
{
	cr_assert_eq(sysctl_set(net, name, value), 0, "%s", name);
}

static void setup(void)
{
	struct net_cfg cfg = fixture_cfg(&f, 5);

	net = net_create(&cfg);
	cr_assert_not_null(net);
	cr_assert_eq(loopback_create(net), 0);
	told = 0;
	dev = lro_dev("t0", false);
}

static void teardown(void)
{
	net_destroy(net);
	cr_assert_eq(f.live, 0);
}

TestSuite(lro, .init = setup, .fini = teardown);

static const char *const of_device[] = { "net.ipv4.conf.t0.forwarding", "net.ipv6.conf.t0.forwarding",
					 "net.ipv6.conf.t0.force_forwarding" };
static const char *const of_all[] = { "net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding",
				      "net.ipv6.conf.all.forwarding", "net.ipv6.conf.all.force_forwarding" };
static const char *const of_new[] = { "net.ipv4.conf.default.forwarding", "net.ipv6.conf.default.forwarding",
				      "net.ipv6.conf.default.force_forwarding" };

Test(lro, is_on_without_forwarding)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(of_device); i++)
		set(of_device[i], "0");
	for (i = 0; i < ARRAY_SIZE(of_all); i++)
		set(of_all[i], "0");
	set("net.ipv4.conf.lo.forwarding", "1");
	set("net.ipv6.conf.lo.forwarding", "1");
	cr_assert(has_lro(dev));
	cr_assert_eq(told, 0);
}

Test(lro, switch_of_the_device)
{
	for (u32 i = 0; i < ARRAY_SIZE(of_device); i++) {
		struct net_device *other;

		cr_assert(has_lro(dev), "%s", of_device[i]);
		other = lro_dev("t1", false);
		set(of_device[i], "1");
		cr_assert_not(has_lro(dev), "%s", of_device[i]);
		cr_assert(has_lro(other), "that of another");
		cr_assert_eq(told, i + 1);
		set(of_device[i], "0");
		cr_assert_not(has_lro(dev), "it stays off");
		unregister_netdev(other);
		dev->features |= NETIF_F_LRO;
	}
}

Test(lro, switch_of_all)
{
	for (u32 i = 0; i < ARRAY_SIZE(of_all); i++) {
		struct net_device *other = lro_dev("t1", false);

		dev->features |= NETIF_F_LRO;
		set(of_all[i], "1");
		cr_assert(!has_lro(dev) && !has_lro(other), "%s", of_all[i]);
		set(of_all[i], "0");
		unregister_netdev(other);
	}
}

Test(lro, device_that_comes_later)
{
	for (u32 i = 0; i < ARRAY_SIZE(of_new); i++) {
		struct net_device *other;

		set(of_new[i], "1");
		other = lro_dev("t1", false);
		cr_assert_not(has_lro(other), "%s", of_new[i]);
		cr_assert(has_lro(dev), "%s", of_new[i]);
		unregister_netdev(other);
		set(of_new[i], "0");
	}
}

/* A VLAN has none itself, the device below merges for it; also below a VLAN in a VLAN. */
Test(lro, vlan)
{
	static const char *const keys[] = { "net.ipv4.conf.v5.forwarding", "net.ipv6.conf.v5.forwarding",
					    "net.ipv4.conf.v8.forwarding", "net.ipv6.conf.v8.forwarding" };
	struct vlan_config cfg = { .lower = dev, .vid = 5, .name = "v5" };
	struct net_device *other = lro_dev("t1", false), *v;

	cr_assert_eq(vlan_create(net, &cfg, &v), 0);
	cr_assert_not(has_lro(v));
	cfg = (struct vlan_config){ .lower = v, .vid = 8, .name = "v8" };
	cr_assert_eq(vlan_create(net, &cfg, &v), 0);
	cr_assert(has_lro(dev));
	for (u32 i = 0; i < ARRAY_SIZE(keys); i++) {
		dev->features |= NETIF_F_LRO;
		set(keys[i], "1");
		cr_assert_not(has_lro(dev), "%s", keys[i]);
	}
	cr_assert(has_lro(other));
}

Test(lro, vlan_that_comes_later)
{
	struct vlan_config cfg = { .lower = dev, .vid = 5 };
	struct net_device *v;

	set("net.ipv6.conf.default.forwarding", "1");
	cr_assert(has_lro(dev));
	cr_assert_eq(vlan_create(net, &cfg, &v), 0);
	cr_assert_not(has_lro(dev));
}

/* Frames that pass from one device to another are forwarded, too. */
Test(lro, joined_devices)
{
	struct net_device *other = lro_dev("t1", false), *third = lro_dev("t2", false);

	cr_assert_eq(dev_join(dev, other), 0);
	cr_assert(!has_lro(dev) && !has_lro(other) && has_lro(third));
}

Test(lro, cannot_be_turned_off)
{
	struct net_device *other = lro_dev("t1", true);

	set("net.ipv4.ip_forward", "1");
	cr_assert(has_lro(other));
	cr_assert_not(has_lro(dev));
}
