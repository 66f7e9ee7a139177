// SPDX-License-Identifier: BSD-2-Clause
/*
 * veth: a cable of two ends in this process, in one net or in two. What one end sends the other
 * receives, from the top of its own net's loop. Within a net the packet itself changes hands, large
 * segments and unfinished sums included; between nets, which share no memory, a copy of it.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "wire/wire.h"

struct veth {
	struct net_device *peer; /* NULL: unregistered */
};

static struct veth *veth_priv(const struct net_device *dev)
{
	return dev->priv;
}

/* The same packet in the memory of another net. NULL: no memory. */
static struct sk_buff *copy_to(struct net *net, const struct sk_buff *skb)
{
	struct sk_buff *copy = alloc_skb(net, SKB_HEADROOM + skb->len);

	if (!copy)
		return NULL;
	skb_reserve(copy, SKB_HEADROOM);
	skb_copy_bits(skb, 0, skb_put(copy, skb->len), skb->len);
	copy->ip_summed = skb->ip_summed;
	copy->csum_start = (u16)(skb->csum_start - skb_headroom(skb) + SKB_HEADROOM);
	copy->csum_offset = skb->csum_offset;
	copy->vlan_tci = skb->vlan_tci;
	copy->vlan_proto = skb->vlan_proto;
	copy->protocol = skb->protocol;
	skb_shinfo(copy)->gso_size = skb_shinfo(skb)->gso_size;
	skb_shinfo(copy)->gso_segs = skb_shinfo(skb)->gso_segs;
	skb_shinfo(copy)->gso_type = skb_shinfo(skb)->gso_type;
	return copy;
}

static struct sk_buff *hand_over(struct sk_buff *skb, struct net_device *peer)
{
	struct sk_buff *copy;

	if (skb->net == peer->net) {
		skb_orphan(skb);
		skb_dst_drop(skb);
		skb->mark = 0;
		skb->tstamp = 0;
		return skb;
	}
	copy = copy_to(peer->net, skb);
	if (copy)
		consume_skb(skb);
	else
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
	return copy;
}

static void veth_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct net_device *peer = veth_priv(dev)->peer;
	u32 len = skb->len;

	(void)more;
	if (!peer || !(peer->flags & DEV_UP)) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
		return;
	}
	skb = hand_over(skb, peer);
	if (!skb || !eth_type_trans(skb, peer)) {
		dev->stats.tx_dropped++;
		if (skb)
			kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	peer->stats.rx_packets++;
	peer->stats.rx_bytes += len;
	netif_rx(skb);
}

/* There is a carrier while both ends are up. */
static void update_carrier(struct net_device *dev)
{
	struct net_device *peer = veth_priv(dev)->peer;
	bool on = peer && (dev->flags & peer->flags & DEV_UP);

	dev_set_carrier(dev, on);
	if (peer)
		dev_set_carrier(peer, on);
}

static int veth_open_or_stop(struct net_device *dev)
{
	update_carrier(dev);
	return 0;
}

/* Unregistered: the other end stays, without a carrier. */
static void veth_uninit(struct net_device *dev)
{
	struct veth *v = veth_priv(dev);

	if (!v->peer)
		return;
	veth_priv(v->peer)->peer = NULL;
	update_carrier(v->peer);
	v->peer = NULL;
}

static const struct net_device_ops veth_ops = {
	.ndo_open = veth_open_or_stop,
	.ndo_stop = veth_open_or_stop,
	.ndo_start_xmit = veth_xmit,
	.ndo_uninit = veth_uninit,
};

static void veth_get_info(struct net_device *dev, struct ethtool_info *info)
{
	const struct net_device *peer = veth_priv(dev)->peer;

	*info = (struct ethtool_info){ .driver = "veth", .bus = peer ? peer->name : NULL,
				       .has_settings = true, .full_duplex = true, .speed = 10000 };
}

static const struct ethtool_ops veth_ethtool_ops = { .get_info = veth_get_info };

static struct net_device *make_end(const struct veth_end *end)
{
	struct net_device *dev = alloc_netdev(end->net, end->name, sizeof(struct veth));

	if (!dev)
		return NULL;
	ether_setup(dev);
	dev->ops = &veth_ops;
	dev->ethtool_ops = &veth_ethtool_ops;
	dev->max_mtu = 65535;
	dev->mtu = end->mtu ? end->mtu : ETH_DATA_LEN;
	dev->carrier = false;
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO |
			   NETIF_F_GSO_UDP_L4 | NETIF_F_VLAN_TX | NETIF_F_VLAN_RX;
	dev->features = dev->hw_features | NETIF_F_GSO | NETIF_F_HIGHDMA;
	mac_pick(end->net, dev->dev_addr, end->mac);
	return dev;
}

int veth_create(const struct veth_end ends[2], struct net_device *devs[2])
{
	int err = -ENOMEM, i;

	for (i = 0; i < 2; i++) {
		devs[i] = make_end(&ends[i]);
		err = devs[i] ? register_netdev(devs[i]) : -ENOMEM;
		if (err)
			break;
	}
	if (!err) {
		veth_priv(devs[0])->peer = devs[1];
		veth_priv(devs[1])->peer = devs[0];
		return 0;
	}
	free_netdev(devs[i]);
	if (i)
		unregister_netdev(devs[0]);
	return err;
}

bool dev_is_veth(const struct net_device *dev)
{
	return dev->ops == &veth_ops;
}
