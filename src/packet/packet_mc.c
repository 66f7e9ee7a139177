/* SPDX-License-Identifier: BSD-2-Clause */
/* PACKET_ADD_MEMBERSHIP: what a device is to receive because a packet socket asked. */
#include "packet/packet_priv.h"

#include <errno.h>

enum { MR_MULTICAST, MR_PROMISC, MR_ALLMULTI, MR_UNICAST };

/* struct packet_mreq */
struct mreq {
	s32 ifindex;
	u16 type, alen;
	u8 addr[8];
};
_Static_assert(sizeof(struct mreq) == 16, "packet_mreq");

/* A further address of its own is beyond the devices' filters: they let all pass, as Linux's do then. */
static int apply(struct net_device *dev, const struct packet_mc *mc, bool on)
{
	switch (mc->type) {
	case MR_MULTICAST:
		if (mc->alen != dev->addr_len)
			return -EINVAL;
		return on ? dev_mc_add(dev, mc->addr) : dev_mc_del(dev, mc->addr);
	case MR_UNICAST:
		if (mc->alen != dev->addr_len)
			return -EINVAL;
		dev_set_promiscuity(dev, on ? 1 : -1);
		return 0;
	case MR_PROMISC:
		dev_set_promiscuity(dev, on ? 1 : -1);
		return 0;
	case MR_ALLMULTI:
		dev_set_allmulti(dev, on ? 1 : -1);
		return 0;
	default:
		return 0;
	}
}

static int parse(const void *val, u32 len, struct mreq *m)
{
	if (len < sizeof(*m))
		return -EINVAL;
	memcpy(m, val, sizeof(*m));
	return len < m->alen + offsetof(struct mreq, addr) ? -EINVAL : 0;
}

static struct packet_mc *find(const struct packet_sock *po, const struct mreq *m)
{
	struct packet_mc *mc;

	list_for_each_entry(mc, &po->mc, list)
		if (mc->ifindex == m->ifindex && mc->type == m->type && mc->alen == m->alen &&
		    !memcmp(mc->addr, m->addr, min_t(size_t, m->alen, sizeof(mc->addr))))
			return mc;
	return NULL;
}

int packet_mc_add(struct packet_sock *po, const void *val, u32 len)
{
	struct net_device *dev;
	struct packet_mc *mc;
	struct mreq m;
	int err = parse(val, len, &m);

	if (err)
		return err;
	dev = m.ifindex > 0 ? dev_get_by_index(po->sk.net, (u32)m.ifindex) : NULL;
	if (!dev)
		return -ENODEV;
	if (m.alen > dev->addr_len || m.alen > sizeof(m.addr))
		return -EINVAL;
	mc = find(po, &m);
	if (mc) {
		mc->count++;
		return 0;
	}
	mc = net_alloc(po->sk.net, sizeof(*mc));
	if (!mc)
		return -ENOBUFS;
	*mc = (struct packet_mc){
		.ifindex = m.ifindex, .type = m.type, .alen = m.alen, .count = 1
	};
	memcpy(mc->addr, m.addr, sizeof(mc->addr));
	err = apply(dev, mc, true);
	if (err)
		net_free(po->sk.net, mc, sizeof(*mc));
	else
		list_add_tail(&mc->list, &po->mc);
	return err;
}

static void forget(struct packet_sock *po, struct packet_mc *mc)
{
	struct net_device *dev = dev_get_by_index(po->sk.net, (u32)mc->ifindex);

	if (dev)
		apply(dev, mc, false);
	list_del(&mc->list);
	net_free(po->sk.net, mc, sizeof(*mc));
}

/* One that was never added is none's loss: as Linux. */
int packet_mc_drop(struct packet_sock *po, const void *val, u32 len)
{
	struct packet_mc *mc;
	struct mreq m;
	int err = parse(val, len, &m);

	if (err)
		return err;
	mc = find(po, &m);
	if (mc && !--mc->count)
		forget(po, mc);
	return 0;
}

void packet_mc_drop_all(struct packet_sock *po)
{
	struct packet_mc *mc, *tmp;

	list_for_each_entry_safe(mc, tmp, &po->mc, list)
		forget(po, mc);
}

void packet_mc_dev_gone(struct packet_sock *po, const struct net_device *dev)
{
	struct packet_mc *mc, *tmp;

	list_for_each_entry_safe(mc, tmp, &po->mc, list)
		if (mc->ifindex == (s32)dev->ifindex)
			forget(po, mc);
}
