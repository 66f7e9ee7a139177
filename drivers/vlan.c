// SPDX-License-Identifier: BSD-2-Clause
/*
 * A VLAN (IEEE 802.1Q, 802.1ad) of a device below it. Sending, a packet gets its tag beside the
 * frame; the device below inserts it or the core does. Receiving, the core finds the VLAN by its
 * tag (dev_rx.c). The device follows the one below: up and down, carrier, MTU, address.
 */
#include <errno.h>
#include <stdio.h>

#include "drivers/drivers.h"
#include "wire/wire.h"

struct vlan {
	struct vlan_port port;	/* at lower */
	struct net_device *lower;
	bool reorder;		/* received frames show no tag */
	bool own_addr;		/* not that of the device below */
	bool promisc;		/* asked of the device below */
	u32 ingress[8];		/* skb->priority by priority code point */
	struct vlan_qos egress[VLAN_EGRESS_MAX];
	u32 nr_egress;
};

static struct vlan *vlan_priv(const struct net_device *dev)
{
	return dev->priv;
}

/* -- packets ------------------------------------------------------------------------------- */
static u8 egress_code(const struct vlan *v, u32 priority)
{
	u32 i;

	for (i = 0; i < v->nr_egress; i++)
		if (v->egress[i].priority == priority)
			return v->egress[i].code;
	return 0;
}

static void vlan_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct vlan *v = vlan_priv(dev);
	u32 len = skb->len;

	(void)more;
	skb->vlan_proto = v->port.proto;
	skb->vlan_tci = (u16)(v->port.vid | egress_code(v, skb->priority) << VLAN_PRIO_SHIFT);
	skb->dev = v->lower;
	if (dev_queue_xmit(skb)) {
		dev->stats.tx_dropped++;
		return;
	}
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
}

/* Taps of the VLAN's device shall see the tag: back into the frame, behind the addresses. */
static bool put_tag_back(struct sk_buff *skb)
{
	u8 *mac;

	if (skb_cow_head(skb, skb->mac_len + VLAN_TAG_LEN))
		return false;
	mac = skb_mac_header(skb) - VLAN_TAG_LEN;
	memmove(mac, mac + VLAN_TAG_LEN, 2 * ETH_ALEN);
	put_be16(mac + 2 * ETH_ALEN, skb->vlan_proto);
	put_be16(mac + 2 * ETH_ALEN + 2, skb->vlan_tci);
	skb->mac_header = (u16)(skb->mac_header - VLAN_TAG_LEN);
	skb->mac_len = (u16)(skb->mac_len + VLAN_TAG_LEN);
	return true;
}

static struct sk_buff *vlan_rx(struct vlan_port *port, struct sk_buff *skb)
{
	struct vlan *v = container_of(port, struct vlan, port);
	struct net_device *dev = port->dev;

	if (!skb->orig_ifindex)
		skb->orig_ifindex = skb->dev->ifindex;
	skb->dev = dev;
	if (!(dev->flags & DEV_UP)) {
		dev->stats.rx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
		return NULL;
	}
	if (skb->pkt_type == PACKET_OTHERHOST &&
	    eth_addr_equal(((const struct eth_hdr *)skb_mac_header(skb))->dst, dev->dev_addr))
		skb->pkt_type = PACKET_HOST;
	if (!v->reorder && !put_tag_back(skb)) {
		dev->stats.rx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return NULL;
	}
	skb->priority = v->ingress[skb->vlan_tci >> VLAN_PRIO_SHIFT];
	skb->vlan_proto = 0;
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	dev->stats.multicast += skb->pkt_type == PACKET_MULTICAST;
	return skb;
}

/* -- what the device below is told ------------------------------------------------------------ */
static void set_promisc(struct vlan *v, bool on)
{
	if (v->promisc == on)
		return;
	v->promisc = on;
	dev_set_promiscuity(v->lower, on ? 1 : -1);
}

/* A frame to another address than that of the device below gets through only so. */
static void vlan_set_rx_mode(struct net_device *dev)
{
	struct vlan *v = vlan_priv(dev);
	bool foreign = !eth_addr_equal(dev->dev_addr, v->lower->dev_addr);

	dev_mc_sync(v->lower, dev);
	set_promisc(v, foreign || (dev->flags & (DEV_PROMISC | DEV_ALLMULTI)));
}

static int vlan_open(struct net_device *dev)
{
	return vlan_priv(dev)->lower->flags & DEV_UP ? 0 : -ENETDOWN;
}

static int vlan_stop(struct net_device *dev)
{
	struct vlan *v = vlan_priv(dev);

	dev_mc_unsync(v->lower, dev);
	set_promisc(v, false);
	return 0;
}

static int vlan_change_mtu(struct net_device *dev, u32 mtu)
{
	return mtu <= vlan_priv(dev)->lower->mtu ? 0 : -ERANGE;
}

static int vlan_set_mac(struct net_device *dev, const u8 *addr)
{
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	vlan_priv(dev)->own_addr = true;
	if (dev->flags & DEV_UP)
		vlan_set_rx_mode(dev);
	return 0;
}

static void vlan_destroy(struct net_device *dev)
{
	struct vlan *v = vlan_priv(dev);

	vlan_port_del(v->lower, &v->port);
	dev_put(v->lower);
}

static void vlan_unregister(struct net_device *dev)
{
	vlan_port_del(vlan_priv(dev)->lower, &vlan_priv(dev)->port);
}

static const struct net_device_ops vlan_ops = {
	.ndo_open = vlan_open,
	.ndo_stop = vlan_stop,
	.ndo_start_xmit = vlan_xmit,
	.ndo_change_mtu = vlan_change_mtu,
	.ndo_set_mac_address = vlan_set_mac,
	.ndo_set_rx_mode = vlan_set_rx_mode,
	.ndo_uninit = vlan_unregister,
	.ndo_destroy = vlan_destroy,
};

/* -- what the device below does ------------------------------------------------------------- */
static void follow_address(struct vlan *v, struct net_device *dev)
{
	const u8 *addr = v->lower->dev_addr;

	if (!v->own_addr && !eth_addr_equal(dev->dev_addr, addr)) {
		dev_set_mac_address(dev, addr);
		v->own_addr = false;
	} else if (dev->flags & DEV_UP) {
		vlan_set_rx_mode(dev);
	}
}

static void vlan_lower_event(struct vlan_port *port, enum net_event event)
{
	struct vlan *v = container_of(port, struct vlan, port);
	struct net_device *dev = port->dev;

	dev_set_carrier(dev, (v->lower->flags & DEV_UP) && v->lower->carrier);
	switch (event) {
	case NETDEV_UP: /* as in Linux, it comes up with the device below */
		dev_open(dev);
		break;
	case NETDEV_DOWN:
		dev_close(dev);
		break;
	case NETDEV_CHANGEMTU:
		if (dev->mtu > v->lower->mtu)
			dev_set_mtu(dev, v->lower->mtu);
		break;
	case NETDEV_CHANGEADDR:
		follow_address(v, dev);
		break;
	default:
		break;
	}
}

/* -- life -------------------------------------------------------------------------------------- */
/* What the device below does for a tagged frame; a second tag lies in the frame, and segments of
 * such are cut by software. */
static void set_features(struct net_device *dev, const struct net_device *lower, bool offload)
{
	netdev_features_t features = NETIF_F_SG | NETIF_F_ALL_CSUM | NETIF_F_RXCSUM;

	if (lower->ops != &vlan_ops)
		features |= NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4;
	if (!offload)
		features = 0;
	dev->hw_features = lower->features & features;
	dev->features = dev->hw_features | NETIF_F_GSO;
	dev->gso_max_size = lower->gso_max_size;
	dev->gso_max_segs = lower->gso_max_segs;
}

static void vlan_ethtool_info(struct net_device *dev, struct ethtool_info *info)
{
	*info = (struct ethtool_info){ .driver = "802.1Q VLAN Support",
				       .bus = vlan_priv(dev)->lower->name };
}

static const struct ethtool_ops vlan_ethtool_ops = { .get_info = vlan_ethtool_info };

static int check_config(const struct vlan_config *cfg)
{
	if (cfg->vid >= VLAN_VID_MASK || cfg->nr_egress > VLAN_EGRESS_MAX ||
	    (cfg->proto && !eth_type_is_vlan(cfg->proto)))
		return -EINVAL;
	if (cfg->lower->type != DEV_TYPE_ETHER)
		return -EOPNOTSUPP;
	return cfg->mtu > cfg->lower->mtu ? -ERANGE : 0;
}

static void vlan_setup(struct net_device *dev, const struct vlan_config *cfg)
{
	struct vlan *v = vlan_priv(dev);

	ether_setup(dev);
	dev->ops = &vlan_ops;
	dev->ethtool_ops = &vlan_ethtool_ops;
	dev->tx_queue_len = 0; /* the queue is that of the device below */
	dev->mtu = cfg->mtu ? cfg->mtu : cfg->lower->mtu;
	dev->max_mtu = 65535;
	dev->carrier = (cfg->lower->flags & DEV_UP) && cfg->lower->carrier;
	v->own_addr = !eth_addr_is_zero(cfg->mac);
	memcpy(dev->dev_addr, v->own_addr ? cfg->mac : cfg->lower->dev_addr, ETH_ALEN);
	set_features(dev, cfg->lower, !cfg->no_offload);
	v->lower = cfg->lower;
	dev->lower = cfg->lower;
	v->reorder = !cfg->no_reorder;
	memcpy(v->ingress, cfg->ingress, sizeof(v->ingress));
	memcpy(v->egress, cfg->egress, cfg->nr_egress * sizeof(v->egress[0]));
	v->nr_egress = cfg->nr_egress;
	v->port = (struct vlan_port){ .proto = cfg->proto ? cfg->proto : ETH_TYPE_VLAN,
				      .vid = cfg->vid, .dev = dev, .rx = vlan_rx,
				      .lower_event = vlan_lower_event };
	list_init(&v->port.list);
	dev_hold(cfg->lower);
}

int vlan_create(struct net *net, const struct vlan_config *cfg, struct net_device **out)
{
	int err = check_config(cfg);
	struct net_device *dev;
	char name[2 * IFNAMSIZ_NS];

	if (err)
		return err;
	snprintf(name, sizeof(name), "%s.%u", cfg->lower->name, cfg->vid);
	if (!cfg->name && strlen(name) >= IFNAMSIZ_NS)
		return -EINVAL;
	dev = alloc_netdev(net, cfg->name ? cfg->name : name, sizeof(struct vlan));
	if (!dev)
		return -ENOMEM;
	vlan_setup(dev, cfg);
	err = vlan_port_add(cfg->lower, &vlan_priv(dev)->port);
	if (!err)
		err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	*out = dev;
	return 0;
}

bool dev_is_vlan(const struct net_device *dev)
{
	return dev->ops == &vlan_ops;
}

void vlan_get_info(const struct net_device *dev, struct vlan_info *info)
{
	const struct vlan *v = vlan_priv(dev);

	*info = (struct vlan_info){ .lower = v->lower->name, .proto = v->port.proto,
				    .vid = v->port.vid, .reorder = v->reorder };
}
