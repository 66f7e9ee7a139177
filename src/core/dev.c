/* SPDX-License-Identifier: BSD-2-Clause */
/* net_device: birth, names, up and down, addresses, end. */
#include "core/dev.h"

#include <errno.h>
#include <stdio.h>

#include "core/internal.h"
#include "wire/wire.h"

enum { NAMES_MAX = 1024 };	/* numbers tried for a "%d" */

/* priv_size octets behind the device are the driver's, at dev->priv. */
struct net_device *alloc_netdev(struct net *net, const char *name, u32 priv_size)
{
	return alloc_netdev_mqs(net, name, priv_size, 1, 1);
}

struct net_device *alloc_netdev_mqs(struct net *net, const char *name, u32 priv_size, u32 txqs,
				    u32 rxqs)
{
	u32 queues = ((u32)sizeof(struct net_device) + 15) & ~15u;
	u32 rx = (queues + txqs * (u32)sizeof(struct netdev_queue) + 15) & ~15u;
	u32 own = (rx + rxqs * (u32)sizeof(struct netdev_rx_queue) + 15) & ~15u;
	struct net_device *dev = net_alloc(net, own + priv_size);

	ASSERT(txqs && txqs <= NETDEV_QUEUES_MAX && rxqs && rxqs <= NETDEV_QUEUES_MAX);
	if (!dev)
		return NULL;
	dev->alloc_size = own + priv_size;
	dev->tx = (struct netdev_queue *)(void *)((u8 *)dev + queues);
	dev->rx = (struct netdev_rx_queue *)(void *)((u8 *)dev + rx);
	dev->num_tx_queues = (u16)txqs;
	dev->num_rx_queues = (u16)rxqs;
	netdev_queues_init(dev);
	dev->net = net;
	dev->refcnt = 1;
	if (priv_size)
		dev->priv = (u8 *)dev + own;
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	list_init(&dev->list);
	list_init(&dev->flush_entry);
	list_init(&dev->napi_list);
	list_init(&dev->mc_list);
	list_init(&dev->vlan_ports);
	skb_queue_head_init(&dev->input_queue);
	netif_napi_add(dev, &dev->backlog, process_backlog, NAPI_POLL_WEIGHT);
	dev->type = DEV_TYPE_NONE;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = IP4_MIN_MTU;
	dev->max_mtu = IP4_LEN_MAX;
	dev->features = NETIF_F_GSO | NETIF_F_GRO;
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = U16_MAX;
	dev->tx_queue_len = DEV_TX_QUEUE_LEN;
	dev->carrier = true;
	return dev;
}

void ether_setup(struct net_device *dev)
{
	dev->type = DEV_TYPE_ETHER;
	dev->hard_header_len = ETH_HLEN;
	dev->addr_len = ETH_ALEN;
	dev->mtu = ETH_DATA_LEN;
	dev->min_mtu = IP4_MIN_MTU;
	dev->max_mtu = ETH_DATA_LEN;
	dev->flags |= DEV_BROADCAST | DEV_MULTICAST;
	memset(dev->broadcast, 0xff, ETH_ALEN);
}

void netdev_destroy(struct net_device *dev)
{
	ASSERT(!dev->registered);
	dev_mc_flush(dev);
	if (dev->ops && dev->ops->ndo_destroy)
		dev->ops->ndo_destroy(dev);
	net_free(dev->net, dev, dev->alloc_size);
}

void free_netdev(struct net_device *dev)
{
	if (dev)
		dev_put(dev);
}

/* As Linux: not empty, not too long, no slash, colon or space, not "." or "..". */
static bool dev_valid_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= IFNAMSIZ_NS || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (; *name; name++) {
		if (*name == '/' || *name == ':' || (*name >= '\t' && *name <= '\r') ||
		    *name == ' ')
			return false;
	}
	return true;
}

/* Replaces the one "%d" of dev->name by the first free number. */
static int dev_number_name(struct net_device *dev)
{
	char name[2 * IFNAMSIZ_NS];
	char *at = strchr(dev->name, '%');
	int i;

	if (!at)
		return 0;
	if (at[1] != 'd' || strchr(at + 2, '%'))
		return -EINVAL;
	for (i = 0; i < NAMES_MAX; i++) {
		snprintf(name, sizeof(name), "%.*s%d%s", (int)(at - dev->name), dev->name, i,
			 at + 2);
		if (strlen(name) >= IFNAMSIZ_NS)
			return -EINVAL;
		if (!dev_get_by_name(dev->net, name)) {
			memcpy(dev->name, name, IFNAMSIZ_NS);
			return 0;
		}
	}
	return -ENFILE;
}

int register_netdev(struct net_device *dev)
{
	struct net *net = dev->net;
	int ret;

	if (!dev_valid_name(dev->name))
		return -EINVAL;
	ret = dev_number_name(dev);
	if (ret)
		return ret;
	if (dev_get_by_name(net, dev->name))
		return -EEXIST;
	ret = netdev_queues_attach(dev);
	if (ret)
		return ret;
	dev->ifindex = net->next_ifindex++;
	list_add_tail(&dev->list, &net->dev_list);
	dev->registered = true;
	if ((dev->flags & DEV_LOOPBACK) && !net->loopback_dev)
		net->loopback_dev = dev;
	net_notify(net, NETDEV_REGISTER, dev);
	return 0;
}

static void dev_forget_neighbours(struct net_device *dev)
{
	struct neigh_table *tbl;

	list_for_each_entry(tbl, &dev->net->neigh_tables, list)
		neigh_ifdown(tbl, dev);
}

void unregister_netdev(struct net_device *dev)
{
	struct net *net = dev->net;
	struct napi_struct *napi, *tmp;

	ASSERT(dev->registered);
	while (!list_empty(&dev->vlan_ports))
		unregister_netdev(list_first_entry(&dev->vlan_ports, struct vlan_port, list)->dev);
	dev_close(dev);
	if (dev->ops->ndo_uninit)
		dev->ops->ndo_uninit(dev);
	net_notify(net, NETDEV_UNREGISTER, dev);
	dev_forget_neighbours(dev);
	list_del_init(&dev->list);
	dev->registered = false;
	if (net->loopback_dev == dev)
		net->loopback_dev = NULL;
	if (dev->on_flush_list)
		list_del_init(&dev->flush_entry);
	dev->on_flush_list = false;
	skb_queue_purge_reason(&dev->input_queue, SKB_DROP_DEV_READY);
	list_for_each_entry_safe(napi, tmp, &dev->napi_list, dev_list)
		netif_napi_del(napi);
	netdev_queues_detach(dev);
	dev_put(dev);
}

/* Protocols, and the VLANs on top of dev. */
static void dev_event(struct net_device *dev, enum net_event event)
{
	struct vlan_port *port, *tmp;

	net_notify(dev->net, event, dev);
	list_for_each_entry_safe(port, tmp, &dev->vlan_ports, list)
		port->lower_event(port, event);
}

static void dev_update_running(struct net_device *dev)
{
	if ((dev->flags & DEV_UP) && dev->carrier)
		dev->flags |= DEV_RUNNING | DEV_LOWER_UP;
	else
		dev->flags &= ~(u32)(DEV_RUNNING | DEV_LOWER_UP);
}

void dev_rx_mode(struct net_device *dev)
{
	if ((dev->flags & DEV_UP) && dev->ops->ndo_set_rx_mode)
		dev->ops->ndo_set_rx_mode(dev);
}

/* 0, -ENODEV when not registered, or the driver's error. */
int dev_open(struct net_device *dev)
{
	int ret;

	if (!dev->registered)
		return -ENODEV;
	if (dev->flags & DEV_UP)
		return 0;
	dev->flags |= DEV_UP;
	netdev_queues_start(dev);
	ret = dev->ops->ndo_open ? dev->ops->ndo_open(dev) : 0;
	if (ret) {
		dev->flags &= ~(u32)DEV_UP;
		return ret;
	}
	dev_update_running(dev);
	dev_rx_mode(dev);
	dev_event(dev, NETDEV_UP);
	return 0;
}

int dev_close(struct net_device *dev)
{
	struct napi_struct *napi;

	if (!(dev->flags & DEV_UP))
		return 0;
	net_notify(dev->net, NETDEV_GOING_DOWN, dev);
	dev->flags &= ~(u32)DEV_UP;
	dev_update_running(dev);
	if (dev->ops->ndo_stop)
		dev->ops->ndo_stop(dev);
	netdev_queues_reset(dev);
	list_for_each_entry(napi, &dev->napi_list, dev_list)
		napi_disable(napi);
	skb_queue_purge_reason(&dev->input_queue, SKB_DROP_DEV_READY);
	dev_event(dev, NETDEV_DOWN);
	dev_forget_neighbours(dev);
	return 0;
}

/* -EINVAL outside [min_mtu, max_mtu], or the driver's error. */
int dev_set_mtu(struct net_device *dev, u32 mtu)
{
	int ret;

	if (mtu == dev->mtu)
		return 0;
	if (mtu < dev->min_mtu || mtu > dev->max_mtu)
		return -EINVAL;
	ret = dev->ops->ndo_change_mtu ? dev->ops->ndo_change_mtu(dev, mtu) : 0;
	if (ret)
		return ret;
	dev->mtu = mtu;
	if (dev->registered)
		dev_event(dev, NETDEV_CHANGEMTU);
	return 0;
}

/* addr: addr_len octets. -EOPNOTSUPP without a link address, -EADDRNOTAVAIL for a group's. */
int dev_set_mac_address(struct net_device *dev, const u8 *addr)
{
	struct neigh_table *tbl;
	int ret;

	if (!dev->addr_len)
		return -EOPNOTSUPP;
	if (dev->type == DEV_TYPE_ETHER && !eth_addr_is_valid(addr))
		return -EADDRNOTAVAIL;
	ret = dev->ops->ndo_set_mac_address ? dev->ops->ndo_set_mac_address(dev, addr) : 0;
	if (ret)
		return ret;
	memcpy(dev->dev_addr, addr, dev->addr_len);
	if (!dev->registered)
		return 0;
	list_for_each_entry(tbl, &dev->net->neigh_tables, list)
		neigh_changeaddr(tbl, dev);
	dev_event(dev, NETDEV_CHANGEADDR);
	return 0;
}

void dev_set_carrier(struct net_device *dev, bool on)
{
	if (dev->carrier == on)
		return;
	dev->carrier = on;
	dev_update_running(dev);
	if (dev->registered)
		dev_event(dev, NETDEV_CHANGE);
}

/* Changes what may be changed (hw_features); the rest stays. 0 or the driver's error. */
int dev_set_features(struct net_device *dev, netdev_features_t features)
{
	int ret;

	features = (dev->features & ~dev->hw_features) | (features & dev->hw_features);
	if (features == dev->features)
		return 0;
	ret = dev->ops->ndo_set_features ? dev->ops->ndo_set_features(dev, features) : 0;
	if (!ret)
		dev->features = features;
	return ret;
}

void dev_disable_lro(struct net_device *dev)
{
	for (; dev; dev = dev->lower)
		if ((dev->features & NETIF_F_LRO) && dev_set_features(dev, dev->features & ~(u64)NETIF_F_LRO))
			net_log(dev->net, 4, "%s: LRO cannot be turned off: what it merges is not forwarded",
				dev->name);
}

/* inc: +1 or -1. The flag holds while the count is not zero. */
void dev_set_promiscuity(struct net_device *dev, int inc)
{
	ASSERT(inc >= 0 || dev->promiscuity >= (u32)-inc);
	dev->promiscuity += (u32)inc;
	dev->flags = dev->promiscuity ? dev->flags | DEV_PROMISC : dev->flags & ~(u32)DEV_PROMISC;
	dev_rx_mode(dev);
}

void dev_set_allmulti(struct net_device *dev, int inc)
{
	ASSERT(inc >= 0 || dev->allmulti >= (u32)-inc);
	dev->allmulti += (u32)inc;
	dev->flags = dev->allmulti ? dev->flags | DEV_ALLMULTI : dev->flags & ~(u32)DEV_ALLMULTI;
	dev_rx_mode(dev);
}

static const u32 counted_flags = DEV_PROMISC | DEV_ALLMULTI;

u32 dev_get_flags(const struct net_device *dev)
{
	return (dev->flags & ~counted_flags) | dev->gflags;
}

int dev_change_flags(struct net_device *dev, u32 want)
{
	const u32 plain = DEV_NOARP | DEV_MULTICAST;
	u32 differ = dev_get_flags(dev) ^ want;

	dev->flags = (dev->flags & ~plain) | (want & plain);
	dev->gflags = want & counted_flags;
	if (differ & DEV_PROMISC)
		dev_set_promiscuity(dev, want & DEV_PROMISC ? 1 : -1);
	if (differ & DEV_ALLMULTI)
		dev_set_allmulti(dev, want & DEV_ALLMULTI ? 1 : -1);
	if (!(differ & DEV_UP))
		return 0;
	return want & DEV_UP ? dev_open(dev) : dev_close(dev);
}

struct net_device *dev_get_by_name(struct net *net, const char *name)
{
	struct net_device *dev;

	for_each_netdev(net, dev) {
		if (!strncmp(dev->name, name, IFNAMSIZ_NS))
			return dev;
	}
	return NULL;
}

struct net_device *dev_get_by_index(struct net *net, u32 ifindex)
{
	struct net_device *dev;

	for_each_netdev(net, dev) {
		if (dev->ifindex == ifindex)
			return dev;
	}
	return NULL;
}
