// SPDX-License-Identifier: BSD-2-Clause
/*
 * lo: what is sent comes back through netif_rx(), from the top of the loop. Checksums are not
 * made and GSO packets stay whole: nothing leaves the process.
 */
#include <errno.h>

#include "drivers/drivers.h"

#define LOOPBACK_MTU 65536

static void loopback_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	(void)more;
	skb_orphan(skb);
	skb_dst_drop(skb);
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->len;
	skb->dev = dev;
	skb->tstamp = 0;	/* when it should leave is not when it came */
	if (!eth_type_trans(skb, dev)) {
		dev->stats.rx_length_errors++;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	netif_rx(skb);
}

static int loopback_change_mtu(struct net_device *dev, u32 mtu)
{
	dev->mtu = mtu;
	return 0;
}

static const struct net_device_ops loopback_ops = {
	.ndo_start_xmit = loopback_xmit,
	.ndo_change_mtu = loopback_change_mtu,
};

int loopback_create(struct net *net)
{
	struct net_device *dev = alloc_netdev(net, "lo", 0);
	int err;

	if (!dev)
		return -ENOMEM;
	ether_setup(dev);
	dev->ops = &loopback_ops;
	dev->type = DEV_TYPE_LOOPBACK;
	dev->flags = DEV_LOOPBACK;
	dev->mtu = LOOPBACK_MTU;
	dev->max_mtu = LOOPBACK_MTU;
	dev->min_mtu = 0;
	dev->tx_queue_len = 1000;	/* as Linux says, although nothing is queued */
	dev->features = dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM |
					   NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4 | NETIF_F_GSO |
					   NETIF_F_LOOPBACK | NETIF_F_HIGHDMA;
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->carrier = true;
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	net->loopback_dev = dev;
	return dev_open(dev);
}
