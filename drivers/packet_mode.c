// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/packet_mode.h"

#include <errno.h>

#include "wire/wire.h"

static bool still_wanted(const struct net_device *dev, const u8 *group)
{
	const struct dev_mc_addr *mc;

	list_for_each_entry(mc, &dev->mc_list, list)
		if (eth_addr_equal(mc->addr, group))
			return true;
	return false;
}

static bool joined(const struct packet_mode *m, const u8 *group)
{
	u32 i;

	for (i = 0; i < m->nr_groups; i++)
		if (eth_addr_equal(m->groups[i], group))
			return true;
	return false;
}

/* dev NULL: all of them */
static void leave_groups(struct packet_mode *m, const struct net_device *dev)
{
	u32 i, kept = 0;

	for (i = 0; i < m->nr_groups; i++) {
		if (dev && still_wanted(dev, m->groups[i]))
			memmove(m->groups[kept++], m->groups[i], ETH_ALEN);
		else
			packet_host_join(m->host, PACKET_MR_MULTICAST, m->groups[i], false);
	}
	m->nr_groups = kept;
}

/* true: each of the device's groups is joined */
static bool join_groups(struct packet_mode *m, const struct net_device *dev)
{
	const struct dev_mc_addr *mc;

	list_for_each_entry(mc, &dev->mc_list, list) {
		if (joined(m, mc->addr))
			continue;
		if (m->nr_groups == PACKET_GROUPS_MAX ||
		    packet_host_join(m->host, PACKET_MR_MULTICAST, mc->addr, true))
			return false;
		memcpy(m->groups[m->nr_groups++], mc->addr, ETH_ALEN);
	}
	return true;
}

static void set_flag(struct packet_mode *m, bool *have, u16 type, bool want)
{
	if (*have != want && !packet_host_join(m->host, type, NULL, want))
		*have = want;
}

/* An address that is not the interface's own has to be let in, too. */
void packet_mode_unicast(struct packet_mode *m, const u8 *addr)
{
	if (eth_addr_equal(m->unicast, addr))
		return;
	if (!eth_addr_is_zero(m->unicast))
		packet_host_join(m->host, PACKET_MR_UNICAST, m->unicast, false);
	memset(m->unicast, 0, ETH_ALEN);
	if (eth_addr_equal(addr, m->host->mac) || eth_addr_is_zero(addr))
		return;
	if (!packet_host_join(m->host, PACKET_MR_UNICAST, addr, true))
		memcpy(m->unicast, addr, ETH_ALEN);
}

void packet_mode_sync(struct packet_mode *m, const struct net_device *dev)
{
	bool all;

	leave_groups(m, dev);
	all = !join_groups(m, dev);
	packet_mode_unicast(m, dev->dev_addr);
	set_flag(m, &m->allmulti, PACKET_MR_ALLMULTI, all || (dev->flags & DEV_ALLMULTI));
	set_flag(m, &m->promisc, PACKET_MR_PROMISC, dev->flags & DEV_PROMISC);
}

void packet_mode_leave(struct packet_mode *m)
{
	static const u8 none[ETH_ALEN];

	leave_groups(m, NULL);
	packet_mode_unicast(m, none);
	set_flag(m, &m->allmulti, PACKET_MR_ALLMULTI, false);
	set_flag(m, &m->promisc, PACKET_MR_PROMISC, false);
}

/* Frames longer than the interface's own MTU would be refused one by one. */
int packet_mode_mtu(struct packet_mode *m, u32 mtu, u32 (*most)(const struct packet_host *host))
{
	int err = packet_host_refresh(m->host);

	if (err)
		return err;
	if (mtu > most(m->host))
		return -EINVAL;
	m->mtu = 0;
	return 0;
}

void packet_mode_follow(struct packet_mode *m, struct net_device *dev,
			u32 (*most)(const struct packet_host *host))
{
	u32 want = m->mtu ? m->mtu : dev->mtu, can;
	int err = packet_host_refresh(m->host);

	dev_set_carrier(dev, m->host->running);
	if (err)
		return;
	can = min(want, most(m->host));
	if (can != dev->mtu && !dev_set_mtu(dev, can))
		m->mtu = can < want ? want : 0;
}
