/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses of devices: the list on each device and one hash by address over all. */
#include <errno.h>

#include "ip/ip.h"

enum { ADDR_HASH_SIZE = 256, MAX_ADDRS_PER_DEV = 4096 };

void inet_dev_init(struct inet_dev *idev, struct net_device *dev, u16 family)
{
	idev->dev = dev;
	idev->family = family;
	idev->nr_addrs = 0;
	INIT_LIST_HEAD(&idev->addrs);
	INIT_LIST_HEAD(&idev->mc_list);
}

struct ip_ifaddr *inet_ifaddr_find(struct net *net, const union inet_addr *addr,
				   const struct net_device *dev)
{
	struct ip_ifaddr *ifa;

	hlist_for_each_entry(ifa, &net->ip.addr_hash[inet_addr_bucket(addr)], hash)
		if (inet_addr_equal(&ifa->ifa.local, addr) && (!dev || ifa->ifa.dev == dev))
			return ifa;
	return NULL;
}

static bool prefix_ok(const struct inet_prefix *p, const struct net_device *dev)
{
	if (inet_addr_any(&p->addr) || inet_addr_is_multicast(&p->addr))
		return false;
	if (p->family == INET_FAMILY_4)
		return p->len <= 32 && inet_addr_is_v4mapped(&p->addr) &&
		       p->addr.w[3] != 0xffffffff;
	if (p->family != INET_FAMILY_6 || p->len > 128 || inet_addr_is_v4mapped(&p->addr))
		return false;
	return !inet_addr_is_loopback(&p->addr) || (dev->flags & DEV_LOOPBACK);
}

static u8 scope_of(const struct inet_prefix *p)
{
	if (inet_addr_is_loopback(&p->addr))
		return RT_SCOPE_HOST_NS;
	return inet_addr_is_linklocal(&p->addr) ? RT_SCOPE_LINK_NS : RT_SCOPE_GLOBAL;
}

/* What tells one address from another at its start. */
struct ifaddr_how {
	u32 flags;
	u64 valid_until, preferred_until;
	bool autoconf;
};

static struct ip_ifaddr *ifaddr_new(struct net *net, struct inet_dev *idev,
				    const struct inet_prefix *p, const struct ifaddr_how *how)
{
	struct ip_ifaddr *ifa = pool_zget(&net->ip.addr_pool);

	if (!ifa)
		return NULL;
	ifa->net = net;
	ifa->idev = idev;
	ifa->autoconf = how->autoconf;
	ifa->ifa = (struct inet_ifaddr){
		.dev = idev->dev, .local = p->addr, .family = p->family, .prefixlen = p->len,
		.scope = scope_of(p), .flags = how->flags,
		.valid_until = how->valid_until, .preferred_until = how->preferred_until,
		.created = net->now, .updated = net->now,
	};
	list_add_tail(&ifa->ifa.list, &idev->addrs);
	hlist_add_head(&ifa->hash, &net->ip.addr_hash[inet_addr_bucket(&p->addr)]);
	idev->nr_addrs++;
	return ifa;
}

static void ifaddr_free(struct ip_ifaddr *ifa)
{
	struct net *net = ifa->net;

	list_del(&ifa->ifa.list);
	hlist_del_init(&ifa->hash);
	ifa->idev->nr_addrs--;
	pool_put(&net->ip.addr_pool, ifa);
	rt_genid_bump(net);
}

static int ifaddr_add(struct net *net, struct net_device *dev, const struct inet_prefix *p,
		      const struct ifaddr_how *how)
{
	const struct ip_family *fam;
	struct ip_ifaddr *ifa;
	struct inet_dev *idev;
	int err;

	if (!prefix_ok(p, dev))
		return -EINVAL;
	fam = ip_family_get(net, p->family);
	idev = fam->dev_get(dev);
	if (!idev)
		return -EINVAL;
	if (inet_ifaddr_find(net, &p->addr, dev))
		return -EEXIST;
	if (idev->nr_addrs >= MAX_ADDRS_PER_DEV)
		return -ENOMEM;
	ifa = ifaddr_new(net, idev, p, how);
	if (!ifa)
		return -ENOMEM;
	rt_genid_bump(net);
	err = fam->addr_up(ifa);
	if (err) {
		fam->addr_down(ifa);
		ifaddr_free(ifa);
		return err;
	}
	net_notify(net, INETADDR_UP, &ifa->ifa);
	return 0;
}

int inet_ifaddr_add(struct net *net, struct net_device *dev, const struct inet_prefix *p, u32 flags)
{
	struct ifaddr_how how = { .flags = flags | IFA_FLAG_PERMANENT, .valid_until = U64_MAX,
				  .preferred_until = U64_MAX };

	return ifaddr_add(net, dev, p, &how);
}

int inet_ifaddr_add_auto(struct net *net, struct net_device *dev, const struct inet_prefix *p,
			 u64 valid_until, u64 preferred_until)
{
	struct ifaddr_how how = { .valid_until = valid_until, .preferred_until = preferred_until,
				  .autoconf = true };

	return ifaddr_add(net, dev, p, &how);
}

void inet_ifaddr_remove(struct ip_ifaddr *ifa)
{
	struct net *net = ifa->net;

	ip_family_get(net, ifa->ifa.family)->addr_down(ifa);
	net_notify(net, INETADDR_DOWN, &ifa->ifa);
	ifaddr_free(ifa);
}

int inet_ifaddr_del(struct net *net, struct net_device *dev, const struct inet_prefix *p)
{
	struct ip_ifaddr *ifa = inet_ifaddr_find(net, &p->addr, dev);

	if (!ifa || ifa->ifa.family != p->family || ifa->ifa.prefixlen != p->len)
		return -EADDRNOTAVAIL;
	inet_ifaddr_remove(ifa);
	return 0;
}

static int idev_for_each(const struct inet_dev *idev,
			 int (*fn)(const struct inet_ifaddr *ifa, void *arg), void *arg)
{
	const struct inet_ifaddr *ifa;
	int ret;

	if (!idev)
		return 0;
	list_for_each_entry(ifa, &idev->addrs, list) {
		ret = fn(ifa, arg);
		if (ret)
			return ret;
	}
	return 0;
}

int inet_ifaddr_for_each(struct net *net, struct net_device *dev, u16 family,
			 int (*fn)(const struct inet_ifaddr *ifa, void *arg), void *arg)
{
	struct net_device *d;
	int ret = 0;

	for_each_netdev(net, d) {
		if (dev && d != dev)
			continue;
		if (family != INET_FAMILY_6)
			ret = idev_for_each(d->ip_ptr, fn, arg);
		if (!ret && family != INET_FAMILY_4)
			ret = idev_for_each(d->ip6_ptr, fn, arg);
		if (ret)
			return ret;
	}
	return 0;
}

void inet_dev_clear(struct inet_dev *idev)
{
	while (!list_empty(&idev->addrs)) {
		struct inet_ifaddr *ifa = list_first_entry(&idev->addrs, struct inet_ifaddr, list);

		inet_ifaddr_remove(container_of(ifa, struct ip_ifaddr, ifa));
	}
	ip_mc_clear(idev);
}

int inet_neigh_add(struct net *net, struct net_device *dev, const union inet_addr *addr, u16 family,
		   const u8 *lladdr, u8 nud_state)
{
	const struct ip_family *fam = ip_family_get(net, family);
	struct neighbour *n;
	int err;

	if (inet_addr_any(addr) || inet_addr_is_multicast(addr))
		return -EINVAL;
	n = neigh_get(fam->neigh_table(net), addr->b + fam->key_off, dev);
	if (!n)
		return -ENOBUFS;
	err = neigh_update(n, lladdr, nud_state, NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN);
	neigh_release(n);
	return err;
}

int inet_ifaddr_net_init(struct net *net)
{
	pool_init(&net->ip.addr_pool, net, "ifaddr", sizeof(struct ip_ifaddr), 32);
	pool_init(&net->ip.mc_pool, net, "ip_mc", sizeof(struct ip_mc), 32);
	net->ip.addr_hash = net_alloc(net, sizeof(struct hlist_head) * ADDR_HASH_SIZE);
	return net->ip.addr_hash ? 0 : -ENOMEM;
}

void inet_ifaddr_net_exit(struct net *net)
{
	if (net->ip.addr_hash)
		net_free(net, net->ip.addr_hash, sizeof(struct hlist_head) * ADDR_HASH_SIZE);
	net->ip.addr_hash = NULL;
	pool_destroy(&net->ip.addr_pool);
	pool_destroy(&net->ip.mc_pool);
}
