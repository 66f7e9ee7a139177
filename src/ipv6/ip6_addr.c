/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv6 on devices: the inet6_dev, what an address brings along (local and connected route,
 * solicited-node group, DAD), the addresses that appear by themselves (::1, link-local).
 */
#include <errno.h>

#include "ipv6/ip6.h"

/* -- an address ------------------------------------------------------------------------------- */

struct inet_prefix ip6_prefix_of(const union inet_addr *a, u8 len)
{
	struct fib_key k = fib_key_mask(fib_key_of(INET_FAMILY_6, a), len);
	struct inet_prefix p = { .family = INET_FAMILY_6, .len = len };

	put_be64(p.addr.b, k.hi);
	put_be64(p.addr.b + 8, k.lo);
	return p;
}

static int change_route(struct ip_ifaddr *ifa, u8 type, u8 len, u32 table, bool add)
{
	struct fib_route r = {
		.dst = ip6_prefix_of(&ifa->ifa.local, len), .dev = ifa->ifa.dev,
		.table = table, .type = type, .protocol = RTPROT_KERNEL_NS,
		.priority = type == RTN_LOCAL ? 0 : 256,
	};
	int err;

	if (!add)
		return fib_route_del(ifa->net, &r);
	err = fib_route_add(ifa->net, &r);
	return err == -EEXIST ? 0 : err;
}

int ip6_local_route(struct ip_ifaddr *ifa, bool add)
{
	return change_route(ifa, RTN_LOCAL, 128, RT_TABLE_LOCAL_NS, add);
}

static bool has_prefix_route(const struct inet_ifaddr *a)
{
	if (container_of(a, struct ip_ifaddr, ifa)->autoconf)
		return false;
	return a->prefixlen < 128 && !(a->flags & IFA_FLAG_NOPREFIXROUTE) &&
	       !(a->dev->flags & DEV_LOOPBACK);
}

/* Does another address of the device need the same connected route? */
static bool prefix_shared(const struct ip_ifaddr *ifa)
{
	struct inet_prefix p = { ifa->ifa.local, INET_FAMILY_6, ifa->ifa.prefixlen };
	const struct inet_ifaddr *o;

	list_for_each_entry(o, &ifa->idev->addrs, list)
		if (o != &ifa->ifa && o->prefixlen == p.len && has_prefix_route(o) &&
		    inet_prefix_match(&p, &o->local))
			return true;
	return false;
}

static bool wants_dad(const struct ip_ifaddr *ifa)
{
	const struct net_device *dev = ifa->ifa.dev;
	const struct inet6_dev *idev = in6_dev_get(dev);

	if (ifa->ifa.flags & IFA_FLAG_NODAD)
		return false;
	if (dev->flags & (DEV_LOOPBACK | DEV_NOARP))
		return false;
	return idev->conf.dad_transmits && IN6_DEV_MAX(ifa->net, idev, accept_dad);
}

static int prefix_route(struct ip_ifaddr *ifa, bool add)
{
	return change_route(ifa, RTN_UNICAST, ifa->ifa.prefixlen, RT_TABLE_MAIN_NS, add);
}

void ip6_addr_routes_restore(struct inet6_dev *idev)
{
	struct inet_ifaddr *a;

	list_for_each_entry(a, &idev->base.addrs, list)
		if (has_prefix_route(a))
			prefix_route(container_of(a, struct ip_ifaddr, ifa), true);
}

const struct inet_ifaddr *ip6_link_local(const struct inet6_dev *idev)
{
	const struct inet_ifaddr *a;

	list_for_each_entry(a, &idev->base.addrs, list)
		if (inet_addr_is_linklocal(&a->local) && !(a->flags & IFA_FLAG_TENTATIVE))
			return a;
	return NULL;
}

/* The address is there: what begins with it. */
static void start(struct ip_ifaddr *ifa, bool dad)
{
	if (ifa->autoconf)
		ip6_autoconf_life(ifa);
	if (dad)
		ip6_dad_start(ifa);
	else if (inet_addr_is_linklocal(&ifa->ifa.local))
		ndisc_rs_start(in6_dev_get(ifa->ifa.dev), true);
}

int ip6_addr_up(struct ip_ifaddr *ifa)
{
	union inet_addr group = ip6_solicited_node_of(&ifa->ifa.local);
	bool dad = wants_dad(ifa);
	int err;

	if (inet_addr_is_linklocal(&ifa->ifa.local))
		ifa->ifa.scope = RT_SCOPE_LINK_NS;
	err = ip_mc_join(ifa->ifa.dev, &group, INET_FAMILY_6);
	if (err)
		return err;
	if (dad)
		ifa->ifa.flags |= IFA_FLAG_TENTATIVE;
	else
		err = ip6_local_route(ifa, true);
	if (!err && has_prefix_route(&ifa->ifa))
		err = prefix_route(ifa, true);
	if (!err && (ifa->ifa.dev->flags & DEV_UP))
		start(ifa, dad);
	return err;
}

void ip6_addr_down(struct ip_ifaddr *ifa)
{
	union inet_addr group = ip6_solicited_node_of(&ifa->ifa.local);

	if (ifa->dad_timer.net)
		del_timer(&ifa->dad_timer);
	if (ifa->life_timer.net)
		del_timer(&ifa->life_timer);
	ip_mc_leave(ifa->ifa.dev, &group, INET_FAMILY_6);
	if (has_prefix_route(&ifa->ifa) && !prefix_shared(ifa)) {
		prefix_route(ifa, false);
		ip6_ra_routes_restore(in6_dev_get(ifa->ifa.dev));
	}
	ip6_local_route(ifa, false);
}

/* -- questions about addresses -------------------------------------------------------------------- */

bool ip6_addr_is_local(struct net *net, const union inet_addr *addr)
{
	struct ip_ifaddr *ifa;

	/* an address may be on several devices, and on some of them still tentative */
	hlist_for_each_entry(ifa, &net->ip.addr_hash[inet_addr_bucket(addr)], hash)
		if (inet_addr_equal(&ifa->ifa.local, addr) &&
		    !(ifa->ifa.flags & IFA_FLAG_TENTATIVE))
			return true;
	return false;
}

int ip6_addr_type(struct net *net, const union inet_addr *addr, struct net_device *dev)
{
	const struct ip_ifaddr *ifa;

	if (inet_addr_is_multicast(addr))
		return RTN_MULTICAST;
	if (!dev)
		return ip6_addr_is_local(net, addr) ? RTN_LOCAL : RTN_UNICAST;
	ifa = inet_ifaddr_find(net, addr, dev);
	return ifa && !(ifa->ifa.flags & IFA_FLAG_TENTATIVE) ? RTN_LOCAL : RTN_UNICAST;
}

/* -- devices ----------------------------------------------------------------------------------------- */

static const u8 ff00[16] = { 0xff };
static const u8 node_local_all[16] = { 0xff, 0x01, [15] = 1 };

static void dev_register(struct net *net, struct net_device *dev)
{
	struct inet6_dev *idev;

	if (dev->ip6_ptr || dev->mtu < IP6_MIN_MTU)
		return;
	idev = net_alloc(net, sizeof(*idev));
	if (!idev)
		return;		/* IPv6 is then not on this device: every user checks */
	inet_dev_init(&idev->base, dev, INET_FAMILY_6);
	idev->conf = net->ipv6.conf_default;
	idev->conf.mtu = dev->mtu;
	if (idev->conf.forwarding || idev->conf.force_forwarding)
		dev_disable_lro(dev);
	neigh_parms_attach(&net->ipv6.nd_tbl, &idev->nd_parms, dev);
	ndisc_rs_init(idev, net);
	INIT_LIST_HEAD(&idev->ra_routes);
	dev->ip6_ptr = idev;
}

static void add_link_local(struct net *net, struct net_device *dev)
{
	struct inet_prefix p = { { .b = { 0xfe, 0x80 } }, INET_FAMILY_6, 64 };
	int err;

	ip6_eui64(p.addr.b + 8, dev->dev_addr);
	err = inet_ifaddr_add(net, dev, &p, 0);
	if (err && err != -EEXIST)
		net_log(net, 4, "%s: no link-local address: error %d", dev->name, -err);
}

static void multicast_route(struct net *net, struct net_device *dev, bool add)
{
	struct fib_route r = {
		.dst = { inet_addr_from6(ff00), INET_FAMILY_6, 8 }, .dev = dev,
		.table = RT_TABLE_LOCAL_NS, .type = RTN_MULTICAST, .protocol = RTPROT_KERNEL_NS,
		.priority = 256,
	};

	if (add)
		fib_route_add(net, &r);
	else
		fib_route_del(net, &r);
}

/* What was configured while the device was down starts its DAD now, or asks for routers. */
static void restart_dad(struct inet6_dev *idev)
{
	struct inet_ifaddr *a;

	list_for_each_entry(a, &idev->base.addrs, list)
		if ((a->flags & (IFA_FLAG_TENTATIVE | IFA_FLAG_DADFAILED)) == IFA_FLAG_TENTATIVE)
			ip6_dad_start(container_of(a, struct ip_ifaddr, ifa));
	if (ip6_link_local(idev))
		ndisc_rs_start(idev, true);
}

static void dev_up(struct net *net, struct net_device *dev)
{
	static const u8 one[16] = { [15] = 1 };
	struct inet_prefix lo = { inet_addr_from6(one), INET_FAMILY_6, 128 };
	union inet_addr group = ip6_all_nodes(), node = inet_addr_from6(node_local_all);
	struct inet6_dev *idev;

	dev_register(net, dev);		/* the MTU may have grown */
	idev = in6_dev_get(dev);
	if (!idev || idev->on || idev->conf.disable_ipv6)
		return;
	idev->on = true;
	ip_mc_join(dev, &group, INET_FAMILY_6);
	ip_mc_join(dev, &node, INET_FAMILY_6);
	ip6_router_groups(idev);
	if (dev->flags & DEV_LOOPBACK) {
		inet_ifaddr_add(net, dev, &lo, IFA_FLAG_NODAD);
		return;
	}
	multicast_route(net, dev, true);
	restart_dad(idev);
	if (dev->type == DEV_TYPE_ETHER && idev->conf.addr_gen_mode == 0)
		add_link_local(net, dev);
}

/* As Linux without keep_addr_on_down: addresses and routes go. */
static void dev_down(struct net *net, struct net_device *dev)
{
	union inet_addr group = ip6_all_nodes(), node = inet_addr_from6(node_local_all);
	struct inet6_dev *idev = in6_dev_get(dev);

	if (!idev || !idev->on)
		return;
	idev->on = false;
	ip6_router_groups(idev);
	ndisc_rs_stop(idev);
	ip6_ra_routes_clear(idev);
	if (idev->ra_mtu)
		idev->conf.mtu = dev->mtu;
	idev->ra_mtu = false;
	while (!list_empty(&idev->base.addrs)) {
		struct inet_ifaddr *a = list_first_entry(&idev->base.addrs, struct inet_ifaddr,
							 list);

		inet_ifaddr_remove(container_of(a, struct ip_ifaddr, ifa));
	}
	ip_mc_leave(dev, &group, INET_FAMILY_6);
	ip_mc_leave(dev, &node, INET_FAMILY_6);
	fib_flush_dev(net, INET_FAMILY_6, dev);
	neigh_ifdown(&net->ipv6.nd_tbl, dev);
}

void ip6_dev_switch(struct net_device *dev)
{
	if (in6_dev_get(dev)->conf.disable_ipv6)
		dev_down(dev->net, dev);
	else if (dev->flags & DEV_UP)
		dev_up(dev->net, dev);
}

void ip6_dev_gen_mode(struct net_device *dev)
{
	const struct inet6_dev *idev = in6_dev_get(dev);

	if (idev->on && dev->type == DEV_TYPE_ETHER && idev->conf.addr_gen_mode == 0)
		add_link_local(dev->net, dev);
}

static void dev_unregister(struct net *net, struct net_device *dev)
{
	struct inet6_dev *idev = in6_dev_get(dev);

	if (!idev)
		return;
	dev_down(net, dev);
	inet_dev_clear(&idev->base);
	fib_flush_dev(net, INET_FAMILY_6, dev);
	neigh_ifdown(&net->ipv6.nd_tbl, dev);
	neigh_parms_detach(&net->ipv6.nd_tbl, &idev->nd_parms);
	dev->ip6_ptr = NULL;
	net_free(net, idev, sizeof(*idev));
}

static void change_mtu(struct net *net, struct net_device *dev)
{
	if (dev->mtu < IP6_MIN_MTU)	/* there is no IPv6 (RFC 8200 5) */
		dev_unregister(net, dev);
	else if (dev->ip6_ptr)
		in6_dev_get(dev)->conf.mtu = dev->mtu;
	else if (dev->flags & DEV_UP)
		dev_up(net, dev);
}

static void neigh_event(struct net *net, const struct neighbour *n)
{
	if (n->tbl == &net->ipv6.nd_tbl)
		ip6_ra_neigh_changed(n);
}

static void dev_event(struct notifier_block *nb, struct net *net, enum net_event event, void *obj)
{
	struct net_device *dev = obj;

	(void)nb;
	switch (event) {
	case NETDEV_REGISTER:
		dev_register(net, dev);
		break;
	case NETDEV_UP:
		dev_up(net, dev);
		break;
	case NETDEV_DOWN:
		dev_down(net, dev);
		break;
	case NETDEV_CHANGE:
		if (dev->carrier && dev->ip6_ptr)
			ndisc_rs_restart(in6_dev_get(dev));
		break;
	case NETDEV_CHANGEADDR:
		neigh_changeaddr(&net->ipv6.nd_tbl, dev);
		break;
	case NETDEV_CHANGEMTU:
		change_mtu(net, dev);
		break;
	case NETDEV_UNREGISTER:
		dev_unregister(net, dev);
		break;
	case NEIGH_UPDATE:
		neigh_event(net, obj);
		break;
	default:
		break;
	}
}

int ip6_addr_init(struct net *net)
{
	struct net_device *dev;

	net->ipv6.nb.fn = dev_event;
	net_notifier_register(net, &net->ipv6.nb);
	for_each_netdev(net, dev) {
		dev_register(net, dev);
		if (dev->flags & DEV_UP)
			dev_up(net, dev);
	}
	return 0;
}

void ip6_addr_exit(struct net *net)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		dev_unregister(net, dev);
	net_notifier_unregister(&net->ipv6.nb);
}
