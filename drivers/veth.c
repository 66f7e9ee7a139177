// SPDX-License-Identifier: BSD-2-Clause
/*
 * veth: a cable of two ends in this process, in one net or in two. What one end sends the other
 * receives, from the top of its own net's loop: the sender posts into the receiver's ring, and stops
 * when it is full. Within a net the packet itself changes hands, large segments and unfinished sums
 * included; between nets, which share no memory, a copy of it.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "drivers/ring.h"
#include "wire/wire.h"

enum { VETH_RING = 256 };

struct veth {
	struct net_device *peer; /* NULL: unregistered */
	struct napi_struct napi;
	struct desc_ring rx; /* posted by the peer; of packets of this end's net */
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

/* One doorbell for what comes until the receiver's poll. That may be still in this turn of net_run(). */
static void ring_doorbell(struct veth *to)
{
	to->rx.doorbells += !to->napi.scheduled;
	napi_schedule(&to->napi);
}

static void veth_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct net_device *peer = veth_priv(dev)->peer;
	u32 len = skb->len;
	struct veth *to;

	(void)more; /* who polls takes what follows as well */
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
	to = veth_priv(peer);
	ring_post(&to->rx, skb);
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	if (!ring_room(&to->rx))
		netif_stop_queue(dev);
	ring_doorbell(to);
}

static int veth_poll(struct napi_struct *napi, int budget)
{
	struct net_device *dev = napi->dev;
	struct veth *v = veth_priv(dev);
	struct ring_desc *desc;
	s32 len;
	int n;

	for (n = 0; n < budget && (desc = ring_device_next(&v->rx)); n++) {
		ring_device_done(&v->rx, (s32)(desc->skb->len + ETH_HLEN));
		napi_gro_receive(napi, ring_reclaim(&v->rx, &len));
		dev->stats.rx_packets++;
		dev->stats.rx_bytes += (u32)len;
	}
	if (v->peer && ring_room(&v->rx) >= VETH_RING / 2)
		netif_wake_queue(v->peer);
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}

/* What came before the end went down is lost; who sent it need not wait for room. */
static void empty_ring(struct veth *v)
{
	s32 len;

	while (ring_device_next(&v->rx)) {
		ring_device_done(&v->rx, -ENETDOWN);
		kfree_skb_reason(ring_reclaim(&v->rx, &len), SKB_DROP_DEV_READY);
	}
	if (v->peer)
		netif_wake_queue(v->peer);
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

static int veth_open(struct net_device *dev)
{
	update_carrier(dev);
	return 0;
}

static int veth_stop(struct net_device *dev)
{
	update_carrier(dev);
	empty_ring(veth_priv(dev));
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

static void veth_destroy(struct net_device *dev)
{
	if (veth_priv(dev)->rx.desc)
		ring_exit(&veth_priv(dev)->rx);
}

static const struct net_device_ops veth_ops = {
	.ndo_open = veth_open,
	.ndo_stop = veth_stop,
	.ndo_start_xmit = veth_xmit,
	.ndo_uninit = veth_uninit,
	.ndo_destroy = veth_destroy,
};

static void veth_get_info(struct net_device *dev, struct ethtool_info *info)
{
	const struct veth *v = veth_priv(dev);

	*info = (struct ethtool_info){ .driver = "veth", .bus = v->peer ? v->peer->name : NULL,
				       .has_settings = true, .full_duplex = true, .speed = 10000,
				       .rx_ring = VETH_RING, .rx_pending = ring_pending(&v->rx),
				       .tx_ring = VETH_RING, .channels = 1 };
	if (v->peer)
		info->tx_pending = ring_pending(&veth_priv(v->peer)->rx);
}

static const char *veth_get_stat(struct net_device *dev, u32 index, u64 *value)
{
	const struct veth *v = veth_priv(dev);
	const struct {
		const char *name;
		u64 value;
	} rows[] = {
		{ "peer_ifindex", v->peer ? v->peer->ifindex : 0 },
		{ "rx_doorbells", v->rx.doorbells },
		{ "rx_posted", v->rx.posted },
		{ "tx_stops", dev->tx->stops },
	};

	if (index >= ARRAY_SIZE(rows))
		return NULL;
	*value = rows[index].value;
	return rows[index].name;
}

static const struct ethtool_ops veth_ethtool_ops = {
	.get_info = veth_get_info,
	.get_stat = veth_get_stat,
};

static struct net_device *make_end(const struct veth_end *end)
{
	struct net_device *dev = alloc_netdev(end->net, end->name, sizeof(struct veth));

	if (!dev)
		return NULL;
	dev->ops = &veth_ops;
	if (ring_init(&veth_priv(dev)->rx, VETH_RING)) {
		free_netdev(dev);
		return NULL;
	}
	netif_napi_add(dev, &veth_priv(dev)->napi, veth_poll, 0);
	ether_setup(dev);
	dev->ethtool_ops = &veth_ethtool_ops;
	dev->max_mtu = 65535;
	dev->mtu = end->mtu ? end->mtu : ETH_DATA_LEN;
	dev->carrier = false;
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO |
			   NETIF_F_GSO_UDP_L4 | NETIF_F_VLAN_TX | NETIF_F_VLAN_RX;
	dev->features = dev->hw_features | NETIF_F_GSO | NETIF_F_HIGHDMA;
	dev->hw_features |= NETIF_F_GRO; /* off, as Linux's: what comes is large already */
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
