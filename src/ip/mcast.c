/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "ip/ip.h"

void ip_mc_map(const union inet_addr *group, u16 family, u8 *lladdr)
{
	if (family == INET_FAMILY_4)
		eth_addr_ip4_mcast(lladdr, inet_addr_4(group));
	else
		eth_addr_ip6_mcast(lladdr, group->b);
}

static struct ip_mc *mc_find(const struct inet_dev *idev, const union inet_addr *group)
{
	struct ip_mc *mc;

	list_for_each_entry(mc, &idev->mc_list, list)
		if (inet_addr_equal(&mc->group, group))
			return mc;
	return NULL;
}

static bool has_filter(const struct net_device *dev)
{
	return dev->type == DEV_TYPE_ETHER;
}

int ip_mc_join(struct net_device *dev, const union inet_addr *group, u16 family)
{
	struct inet_dev *idev = ip_family_get(dev->net, family)->dev_get(dev);
	u8 lladdr[MAX_ADDR_LEN] = { 0 };
	struct ip_mc *mc;
	int err = 0;

	if (!inet_addr_is_multicast(group))
		return -EINVAL;
	if (!idev)
		return -ENODEV;
	mc = mc_find(idev, group);
	if (mc) {
		mc->users++;
		return 0;
	}
	mc = pool_zget(&dev->net->ip.mc_pool);
	if (!mc)
		return -ENOMEM;
	ip_mc_map(group, family, lladdr);
	if (has_filter(dev))
		err = dev_mc_add(dev, lladdr);
	if (err) {
		pool_put(&dev->net->ip.mc_pool, mc);
		return err;
	}
	mc->group = *group;
	mc->users = 1;
	list_add(&mc->list, &idev->mc_list);
	return 0;
}

static void mc_drop(struct inet_dev *idev, struct ip_mc *mc)
{
	u8 lladdr[MAX_ADDR_LEN] = { 0 };

	ip_mc_map(&mc->group, idev->family, lladdr);
	if (has_filter(idev->dev))
		dev_mc_del(idev->dev, lladdr);
	list_del(&mc->list);
	pool_put(&idev->dev->net->ip.mc_pool, mc);
}

int ip_mc_leave(struct net_device *dev, const union inet_addr *group, u16 family)
{
	struct inet_dev *idev = ip_family_get(dev->net, family)->dev_get(dev);
	struct ip_mc *mc = idev ? mc_find(idev, group) : NULL;

	if (!mc)
		return -EADDRNOTAVAIL;
	if (--mc->users == 0)
		mc_drop(idev, mc);
	return 0;
}

bool ip_mc_is_member(const struct net_device *dev, const union inet_addr *group, u16 family)
{
	struct inet_dev *idev = ip_family_get(dev->net, family)->dev_get(dev);

	return idev && mc_find(idev, group);
}

void ip_mc_clear(struct inet_dev *idev)
{
	while (!list_empty(&idev->mc_list))
		mc_drop(idev, list_first_entry(&idev->mc_list, struct ip_mc, list));
}
