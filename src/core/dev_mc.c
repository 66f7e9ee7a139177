/* SPDX-License-Identifier: BSD-2-Clause */
/* The link-layer groups that a device is to receive. */
#include <errno.h>

#include "core/internal.h"

static struct dev_mc_addr *dev_mc_find(const struct net_device *dev, const u8 *addr)
{
	struct dev_mc_addr *mc;

	list_for_each_entry(mc, &dev->mc_list, list) {
		if (!memcmp(mc->addr, addr, dev->addr_len))
			return mc;
	}
	return NULL;
}

static void dev_mc_free(struct net_device *dev, struct dev_mc_addr *mc)
{
	list_del(&mc->list);
	net_free(dev->net, mc, sizeof(*mc));
}

void dev_mc_flush(struct net_device *dev)
{
	struct dev_mc_addr *mc, *tmp;

	list_for_each_entry_safe(mc, tmp, &dev->mc_list, list)
		dev_mc_free(dev, mc);
}

/* Counts its users. 0/-ENOMEM */
int dev_mc_add(struct net_device *dev, const u8 *addr)
{
	struct dev_mc_addr *mc = dev_mc_find(dev, addr);

	if (mc) {
		if (!mc->users++)
			dev_rx_mode(dev);
		return 0;
	}
	mc = net_alloc(dev->net, sizeof(*mc));
	if (!mc)
		return -ENOMEM;
	memcpy(mc->addr, addr, dev->addr_len);
	mc->users = 1;
	list_add_tail(&mc->list, &dev->mc_list);
	dev_rx_mode(dev);
	return 0;
}

/* -ENOENT when it is not there */
int dev_mc_del(struct net_device *dev, const u8 *addr)
{
	struct dev_mc_addr *mc = dev_mc_find(dev, addr);

	if (!mc || !mc->users)
		return -ENOENT;
	if (--mc->users)
		return 0;
	if (!mc->synced)
		dev_mc_free(dev, mc);
	dev_rx_mode(dev);	/* with dev_mc_sync(): the other device is told, and it goes */
	return 0;
}

bool dev_mc_wanted(const struct net_device *dev, const u8 *addr)
{
	const struct dev_mc_addr *mc = dev_mc_find(dev, addr);

	return (dev->flags & (DEV_PROMISC | DEV_ALLMULTI)) || (mc && mc->users);
}

/* none: as if from wanted nothing */
static void sync_list(struct net_device *to, struct net_device *from, bool none)
{
	struct dev_mc_addr *mc, *tmp;

	list_for_each_entry_safe(mc, tmp, &from->mc_list, list) {
		bool wanted = mc->users && !none;

		if (wanted && !mc->synced)
			mc->synced = !dev_mc_add(to, mc->addr);
		if (wanted || !mc->synced)
			continue;
		mc->synced = false;
		dev_mc_del(to, mc->addr);
		if (!mc->users)
			dev_mc_free(from, mc);
	}
}

void dev_mc_sync(struct net_device *to, struct net_device *from)
{
	sync_list(to, from, false);
}

void dev_mc_unsync(struct net_device *to, struct net_device *from)
{
	sync_list(to, from, true);
}
