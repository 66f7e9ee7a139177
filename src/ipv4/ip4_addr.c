/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 on devices: the in_device, what an address brings along (local, broadcast and connected
 * routes), source selection, and the classes of addresses as seen from here.
 */
#include <errno.h>

#include "ipv4/ip4.h"

static const u8 all_hosts[4] = { 224, 0, 0, 1 };

/* -- routes of an address ---------------------------------------------------------- */

struct auto_route {
	u8 type, len;
	u32 table;
	u8 scope;
	be32 dst;
};

static int change_route(struct ip_ifaddr *ifa, const struct auto_route *a, bool add)
{
	struct fib_route r = {
		.dst = { inet_addr_be(a->dst), INET_FAMILY_4, a->len },
		.dev = ifa->ifa.dev, .prefsrc = ifa->ifa.local, .table = a->table,
		.type = a->type, .scope = a->scope, .protocol = RTPROT_KERNEL_NS,
	};
	int err;

	if (!add)
		return fib_route_del(ifa->net, &r);
	err = fib_route_add(ifa->net, &r);
	return err == -EEXIST ? 0 : err;	/* another address has brought it */
}

static be32 masked(const struct inet_ifaddr *ifa)
{
	return (be32){ ifa->local.w[3] & ip4_mask(ifa->prefixlen).raw };
}

/* Lists the routes of ifa, at most 3, that need its device up; returns how many. */
static u32 auto_routes(const struct ip_ifaddr *ifa, struct auto_route *r)
{
	const struct inet_ifaddr *a = &ifa->ifa;
	bool lo = a->dev->flags & DEV_LOOPBACK;
	u32 n = 0;

	if (!inet_addr_any(&a->broadcast))
		r[n++] = (struct auto_route){ RTN_BROADCAST, 32, RT_TABLE_LOCAL_NS,
					      RT_SCOPE_LINK_NS, be32_of(&a->broadcast) };
	if (a->prefixlen < 32 && !(a->flags & (IFA_FLAG_NOPREFIXROUTE | IFA_FLAG_SECONDARY)))
		r[n++] = (struct auto_route){ lo ? RTN_LOCAL : RTN_UNICAST, a->prefixlen,
					      lo ? RT_TABLE_LOCAL_NS : RT_TABLE_MAIN_NS,
					      lo ? RT_SCOPE_HOST_NS : RT_SCOPE_LINK_NS, masked(a) };
	return n;
}

static int local_route(struct ip_ifaddr *ifa, bool add)
{
	struct auto_route r = { RTN_LOCAL, 32, RT_TABLE_LOCAL_NS, RT_SCOPE_HOST_NS,
				be32_of(&ifa->ifa.local) };

	return change_route(ifa, &r, add);
}

static int device_routes(struct ip_ifaddr *ifa, bool add)
{
	struct auto_route r[3];
	u32 n = auto_routes(ifa, r);
	int err = 0;

	for (u32 i = 0; i < n && !err; i++) {
		err = change_route(ifa, &r[i], add);
		if (!add)
			err = 0;
	}
	return err;
}

static bool same_prefix(const struct inet_ifaddr *a, const struct inet_ifaddr *b)
{
	return a->prefixlen == b->prefixlen && be32_eq(masked(a), masked(b));
}

/* Another primary address of the same prefix makes this one secondary. */
static bool has_primary(const struct ip_ifaddr *ifa)
{
	const struct inet_ifaddr *o;

	list_for_each_entry(o, &ifa->idev->addrs, list)
		if (o != &ifa->ifa && !(o->flags & IFA_FLAG_SECONDARY) && same_prefix(o, &ifa->ifa))
			return true;
	return false;
}

int ip4_addr_up(struct ip_ifaddr *ifa)
{
	struct inet_ifaddr *a = &ifa->ifa;
	struct in_device *idev = in_dev_get(a->dev);
	struct net *net = ifa->net;
	int err;

	/* As Linux: once it has an address a device no longer follows "default". */
	idev->conf.set = idev->arp_parms.set = ~0ull;
	if (has_primary(ifa))
		a->flags |= IFA_FLAG_SECONDARY;
	if (a->prefixlen < 31) {
		be32 b = { a->local.w[3] | ~ip4_mask(a->prefixlen).raw };

		a->broadcast = inet_addr_be(b);
	}
	err = local_route(ifa, true);
	if (!err && (a->dev->flags & DEV_UP))
		err = device_routes(ifa, true);
	if (!err && (a->dev->flags & DEV_UP) && IN_DEV_MAX(net, idev, arp_notify))
		arp_announce(ifa);
	return err;
}

/* The oldest secondary of the prefix of gone becomes primary, as with promote_secondaries. */
static void promote(struct ip_ifaddr *gone)
{
	struct inet_ifaddr *o;

	list_for_each_entry(o, &gone->idev->addrs, list) {
		struct ip_ifaddr *ifa = container_of(o, struct ip_ifaddr, ifa);

		if (!(o->flags & IFA_FLAG_SECONDARY) || !same_prefix(o, &gone->ifa))
			continue;
		o->flags &= ~(u32)IFA_FLAG_SECONDARY;
		if (o->dev->flags & DEV_UP)
			device_routes(ifa, true);
		return;
	}
}

void ip4_addr_down(struct ip_ifaddr *ifa)
{
	bool primary = !(ifa->ifa.flags & IFA_FLAG_SECONDARY);

	if (primary || !has_primary(ifa))
		device_routes(ifa, false);
	local_route(ifa, false);
	if (primary)
		promote(ifa);
}

/* -- questions about addresses ------------------------------------------------------ */

/* The best address of idev for daddr: of its subnet if there is one, else the first that may. */
static const struct inet_ifaddr *pick(const struct in_device *idev, const union inet_addr *daddr,
				      u8 max_scope)
{
	const struct inet_ifaddr *ifa, *first = NULL;

	list_for_each_entry(ifa, &idev->base.addrs, list) {
		struct inet_prefix p = { ifa->local, INET_FAMILY_4, ifa->prefixlen };

		if ((ifa->flags & IFA_FLAG_SECONDARY) || ifa->scope > max_scope)
			continue;
		if (inet_prefix_match(&p, daddr))
			return ifa;
		if (!first)
			first = ifa;
	}
	return first;
}

bool ip4_select_saddr(struct net *net, struct net_device *dev, const union inet_addr *daddr,
		      union inet_addr *saddr)
{
	u8 scope = inet_addr_is_loopback(daddr) ? RT_SCOPE_HOST_NS : RT_SCOPE_LINK_NS;
	const struct inet_ifaddr *ifa = NULL;
	struct net_device *d;

	if (dev && in_dev_get(dev))
		ifa = pick(in_dev_get(dev), daddr, scope);
	/* an unnumbered device borrows */
	for_each_netdev(net, d) {
		if (ifa)
			break;
		if (d != dev && in_dev_get(d))
			ifa = pick(in_dev_get(d), daddr, min_t(u8, scope, RT_SCOPE_LINK_NS - 1));
	}
	if (ifa)
		*saddr = ifa->local;
	return ifa;
}

static int local_table_type(struct net *net, const union inet_addr *addr,
			    const struct net_device *dev)
{
	struct fib_table *t = fib_table_get(net, INET_FAMILY_4, RT_TABLE_LOCAL_NS);
	struct fib_node *n = fib_trie_lookup(&t->trie, fib_key_of(INET_FAMILY_4, addr));
	const struct fib_entry *e;

	for (; n; n = fib_trie_shorter(n))
		list_for_each_entry(e, &n->entries, list)
			if (!dev || e->r.dev == dev)
				return e->r.type;
	return RTN_UNICAST;
}

int ip4_addr_type(struct net *net, const union inet_addr *addr, struct net_device *dev)
{
	be32 a = be32_of(addr);

	if (ip4_is_zeronet(a) || ip4_is_lbcast(a))
		return RTN_BROADCAST;
	if (ip4_is_multicast(a))
		return RTN_MULTICAST;
	if (!dev && inet_ifaddr_find(net, addr, NULL))
		return RTN_LOCAL;
	return local_table_type(net, addr, dev);
}

bool ip4_addr_is_local(struct net *net, const union inet_addr *addr)
{
	return ip4_addr_type(net, addr, NULL) == RTN_LOCAL;
}

/* -- devices ------------------------------------------------------------------------- */

static void dev_register(struct net *net, struct net_device *dev)
{
	struct in_device *idev;

	if (dev->ip_ptr)
		return;
	idev = net_alloc(net, sizeof(*idev));
	if (!idev)
		return;		/* IPv4 is then not on this device: every user checks */
	inet_dev_init(&idev->base, dev, INET_FAMILY_4);
	idev->conf = net->ipv4.conf_default;
	idev->conf.set = 0;
	if (idev->conf.forwarding)
		dev_disable_lro(dev);
	neigh_parms_attach(&net->ipv4.arp_tbl, &idev->arp_parms, dev);
	dev->ip_ptr = idev;
}

static void dev_up(struct net *net, struct net_device *dev)
{
	static const u8 localhost[4] = { 127, 0, 0, 1 };
	struct in_device *idev = in_dev_get(dev);
	union inet_addr group = inet_addr_from4(all_hosts);
	struct inet_prefix lo = { inet_addr_from4(localhost), INET_FAMILY_4, 8 };
	struct inet_ifaddr *ifa;

	if (!idev || idev->on)
		return;
	idev->on = true;
	ip_mc_join(dev, &group, INET_FAMILY_4);
	list_for_each_entry(ifa, &idev->base.addrs, list) {
		struct ip_ifaddr *a = container_of(ifa, struct ip_ifaddr, ifa);

		local_route(a, true);
		device_routes(a, true);
		if (IN_DEV_MAX(net, idev, arp_notify))
			arp_announce(a);
	}
	if ((dev->flags & DEV_LOOPBACK) && list_empty(&idev->base.addrs) &&
	    inet_ifaddr_add(net, dev, &lo, 0))
		net_log(net, 4, "%s: no memory for 127.0.0.1", dev->name);
}

/* As Linux: every route by the device goes, the configured ones too; addresses stay. */
static void dev_down(struct net *net, struct net_device *dev)
{
	struct in_device *idev = in_dev_get(dev);
	union inet_addr group = inet_addr_from4(all_hosts);

	if (!idev || !idev->on)
		return;
	idev->on = false;
	ip_mc_leave(dev, &group, INET_FAMILY_4);
	fib_flush_dev(net, INET_FAMILY_4, dev);
	neigh_ifdown(&net->ipv4.arp_tbl, dev);
}

static void dev_unregister(struct net *net, struct net_device *dev)
{
	struct in_device *idev = in_dev_get(dev);

	if (!idev)
		return;
	dev_down(net, dev);
	inet_dev_clear(&idev->base);
	fib_flush_dev(net, INET_FAMILY_4, dev);
	neigh_ifdown(&net->ipv4.arp_tbl, dev);
	neigh_parms_detach(&net->ipv4.arp_tbl, &idev->arp_parms);
	dev->ip_ptr = NULL;
	net_free(net, idev, sizeof(*idev));
}

static void dev_event(struct notifier_block *nb, struct net *net, enum net_event event, void *obj)
{
	(void)nb;
	switch (event) {
	case NETDEV_REGISTER:
		dev_register(net, obj);
		break;
	case NETDEV_UP:
		dev_up(net, obj);
		break;
	case NETDEV_DOWN:
		dev_down(net, obj);
		break;
	case NETDEV_CHANGEADDR:
		neigh_changeaddr(&net->ipv4.arp_tbl, obj);
		break;
	case NETDEV_UNREGISTER:
		dev_unregister(net, obj);
		break;
	default:
		break;
	}
}

int ip4_addr_init(struct net *net)
{
	struct net_device *dev;

	net->ipv4.nb.fn = dev_event;
	net_notifier_register(net, &net->ipv4.nb);
	for_each_netdev(net, dev) {
		dev_register(net, dev);
		if (dev->flags & DEV_UP)
			dev_up(net, dev);
	}
	return 0;
}

void ip4_addr_exit(struct net *net)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		dev_unregister(net, dev);
	net_notifier_unregister(&net->ipv4.nb);
}
