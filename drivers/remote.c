// SPDX-License-Identifier: BSD-2-Clause
/*
 * remote: a device of the first shard, as another shard has it. What is sent goes to that shard, whose device
 * sends it; what that one receives comes by the rule of core/shard.h and never by here. So a device with one
 * queue serves all workers.
 */
#include <errno.h>

#include "drivers/drivers.h"

static void remote_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	(void)more;
	skb_orphan(skb);
	if (dev->net->group->post(dev->net, 0, skb, SHARD_TX))
		consume_skb(skb);
	else
		kfree_skb_reason(skb, SKB_DROP_SHARD_FULL);
}

/* The first shard's device was asked before, and has agreed. */
static int remote_change_mtu(struct net_device *dev, u32 mtu)
{
	dev->mtu = mtu;
	return 0;
}

static int remote_set_mac(struct net_device *dev, const u8 *addr)
{
	memcpy(dev->dev_addr, addr, dev->addr_len);
	return 0;
}

static const struct net_device_ops remote_ops = {
	.ndo_start_xmit = remote_xmit,
	.ndo_change_mtu = remote_change_mtu,
	.ndo_set_mac_address = remote_set_mac,
};

int remote_create(struct net *net, const struct net_device *of, struct net_device **out)
{
	struct net_device *dev = alloc_netdev(net, of->name, 0);
	int err;

	if (!dev)
		return -ENOMEM;
	ether_setup(dev);
	dev->ops = &remote_ops;
	dev->remote = true;
	dev->type = of->type;
	dev->mtu = of->mtu;
	dev->min_mtu = of->min_mtu;
	dev->max_mtu = of->max_mtu;
	dev->hard_header_len = of->hard_header_len;
	dev->addr_len = of->addr_len;
	memcpy(dev->dev_addr, of->dev_addr, sizeof(dev->dev_addr));
	memcpy(dev->broadcast, of->broadcast, sizeof(dev->broadcast));
	/* What the device itself cannot do its own shard does. */
	dev->hw_features = (of->hw_features & ~(netdev_features_t)NETIF_F_LRO) | NETIF_F_SG |
			   NETIF_F_HW_CSUM | NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4 | NETIF_F_GSO |
			   NETIF_F_HIGHDMA | NETIF_F_VLAN_TX;
	dev->features = dev->hw_features & ~(netdev_features_t)NETIF_F_GRO;
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = U16_MAX;
	dev->carrier = of->carrier;
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	*out = dev;
	return 0;
}
