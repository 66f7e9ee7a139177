/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transmit path. A packet comes from neigh_output() (neigh.c) or, with its link header made, from
 * dev_queue_xmit() callers such as ARP. It goes through the device's queueing discipline (qdisc.c)
 * to the driver's ndo_start_xmit(), cut, summed and linearised on the way as the device needs.
 */
#include <errno.h>

#include "core/internal.h"
#include "wire/wire.h"

int dev_hard_header(struct sk_buff *skb, struct net_device *dev, u16 type, const u8 *daddr,
		    const u8 *saddr)
{
	static const u8 none[ETH_ALEN];
	struct eth_hdr *eth;

	if (!dev->hard_header_len) {
		skb_reset_mac_header(skb);
		skb->protocol = type;
		return 0;
	}
	if (!daddr) {
		if (!(dev->flags & (DEV_LOOPBACK | DEV_NOARP)))
			return -EINVAL;
		daddr = none;
	}
	if (skb_cow_head(skb, dev->hard_header_len))
		return -ENOMEM;
	eth = skb_push(skb, ETH_HLEN);
	eth_addr_copy(eth->dst, daddr);
	eth_addr_copy(eth->src, saddr ? saddr : dev->dev_addr);
	eth->type = be16_make(type);
	skb_reset_mac_header(skb);
	skb->mac_len = ETH_HLEN;
	skb->protocol = type;
	return 0;
}

int dev_queue_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct qdisc *q;
	int ret;

	if (unlikely(!(dev->flags & DEV_UP) || !dev->registered)) {
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
		return -ENETDOWN;
	}
	skb_reset_mac_header(skb);
	if (unlikely(skb->tx_flags & SKBTX_SCHED))
		skb_tstamp_tx(skb, SKBTX_SCHED);
	q = netdev_pick_tx(dev, skb)->qdisc;
	ret = q->ops->enqueue(q, skb);
	qdisc_run(q);
	return ret;
}

/* -- what the device takes ---------------------------------------------------- */
bool netif_can_checksum(const struct sk_buff *skb, netdev_features_t features)
{
	if (features & (NETIF_F_HW_CSUM | NETIF_F_LOOPBACK))
		return true;
	if (skb->protocol == ETH_TYPE_IP4)
		return features & NETIF_F_IP_CSUM;
	return skb->protocol == ETH_TYPE_IP6 && (features & NETIF_F_IPV6_CSUM);
}

static netdev_features_t gso_features_needed(const struct skb_shared_info *si)
{
	netdev_features_t need = NETIF_F_SG;

	if (si->gso_type & SKB_GSO_TCPV4)
		need |= NETIF_F_TSO;
	if (si->gso_type & SKB_GSO_TCPV6)
		need |= NETIF_F_TSO6;
	if (si->gso_type & SKB_GSO_UDP_L4)
		need |= NETIF_F_GSO_UDP_L4;
	if (si->gso_type & SKB_GSO_TCP_ECN)
		need |= NETIF_F_TSO_ECN;
	return need;
}

/* The device's features as far as they hold for this packet. */
netdev_features_t netif_skb_features(const struct sk_buff *skb, const struct net_device *dev)
{
	netdev_features_t features = dev->features;

	if (skb_is_gso(skb) &&
	    (skb->len > dev->gso_max_size || skb_shinfo(skb)->gso_segs > dev->gso_max_segs))
		features &= ~(netdev_features_t)(NETIF_F_ALL_TSO | NETIF_F_GSO_UDP_L4);
	if (!netif_can_checksum(skb, features))
		features &= ~(netdev_features_t)(NETIF_F_ALL_CSUM | NETIF_F_ALL_TSO |
						 NETIF_F_GSO_UDP_L4);
	return features;
}

bool netif_needs_gso(const struct sk_buff *skb, netdev_features_t features)
{
	netdev_features_t need;

	if (!skb_is_gso(skb))
		return false;
	need = gso_features_needed(skb_shinfo(skb));
	/* no device keeps CWR on every segment: virtio-net has no bit for it */
	if (skb_shinfo(skb)->gso_type & SKB_GSO_TCP_ACCECN)
		return true;
	return (features & need) != need || skb->ip_summed != CHECKSUM_PARTIAL;
}

/* The tag goes into the frame for a device that cannot insert it. */
static int vlan_push(struct sk_buff *skb)
{
	struct vlan_eth_hdr *veth;
	be16 type;

	if (skb->len < ETH_HLEN || skb_cow_head(skb, VLAN_TAG_LEN))
		return -ENOMEM;
	memcpy(&type, skb->data + offsetof(struct eth_hdr, type), sizeof(type));
	veth = skb_push(skb, VLAN_TAG_LEN);
	memmove(veth, skb->data + VLAN_TAG_LEN, 2 * ETH_ALEN);
	veth->vlan_type = be16_make(skb->vlan_proto);
	veth->tci = be16_make(skb->vlan_tci);
	veth->type = type;
	skb_reset_mac_header(skb);
	skb->mac_len += VLAN_TAG_LEN;
	skb->vlan_proto = 0;
	return 0;
}

/* skb in a shape that the device takes, cut into a ->next chain if need be; NULL: dropped. */
static struct sk_buff *validate_xmit_skb(struct sk_buff *skb, struct net_device *dev)
{
	netdev_features_t features = netif_skb_features(skb, dev);

	/* What a device inserts is the tag of 802.1Q. */
	if (skb->vlan_proto && !(skb->vlan_proto == ETH_TYPE_VLAN && (features & NETIF_F_VLAN_TX)) &&
	    vlan_push(skb)) {
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return NULL;
	}
	if (netif_needs_gso(skb, features))
		return skb_gso_segment(skb, features);
	if (skb_is_nonlinear(skb) && !(features & NETIF_F_SG) && skb_linearize(skb)) {
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return NULL;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && !netif_can_checksum(skb, features) &&
	    skb_checksum_help(skb)) {
		kfree_skb_reason(skb, SKB_DROP_SKB_CSUM);
		return NULL;
	}
	return skb;
}

/* The rest of a chain that the device has no room for: first in line when it wakes. */
static void requeue_chain(struct sk_buff *skb, struct qdisc *q)
{
	struct sk_buff *next, *prev = NULL;

	for (; skb; skb = next) {
		next = skb->next;
		skb->next = NULL;
		if (prev)
			skb_queue_after(&q->gso_skb, prev, skb);
		else
			skb_queue_head(&q->gso_skb, skb);
		prev = skb;
		q->requeues++;
	}
}

static void mark_doorbell(struct net_device *dev)
{
	if (dev->on_flush_list)
		return;
	dev->on_flush_list = true;
	list_add_tail(&dev->flush_entry, &dev->net->tx_flush_list);
	net_kick(dev->net);
}

/*
 * A device with ndo_tx_flush() is always told that more may follow: its doorbell is rung once, at
 * the end of the turn.
 */
static void start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	if (likely(!dev->remote))
		trace_event(dev->net, net_dev_xmit, skb, skb->sk, dev, 0, 0);
	if (dev->ops->ndo_tx_flush) {
		mark_doorbell(dev);
		more = true;
	}
	if (unlikely(skb->tx_flags & SKBTX_SND))
		skb_tstamp_tx(skb, SKBTX_SND);
	dev->ops->ndo_start_xmit(skb, dev, more);
}

static void xmit_one(struct sk_buff *skb, struct net_device *dev, bool more)
{
	if (unlikely((!list_empty(&dev->net->ptype_all) || shard_tapped(dev->net->group)) && !dev->remote))
		dev_deliver_taps(skb, PACKET_OUTGOING);
	start_xmit(skb, dev, more);
}

void dev_hard_start_xmit(struct sk_buff *skb, struct netdev_queue *txq, bool more)
{
	struct sk_buff *next;

	for (skb = validate_xmit_skb(skb, txq->dev); skb; skb = next) {
		if (txq->state) {
			requeue_chain(skb, txq->qdisc);
			return;
		}
		next = skb->next;
		skb->next = NULL;
		txq->packets++;
		txq->bytes += skb->len;
		xmit_one(skb, txq->dev, next || more);
	}
}

int dev_direct_xmit(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct netdev_queue *txq;
	struct sk_buff *next;
	int ret = 0;

	if (unlikely(!(dev->flags & DEV_UP) || !dev->registered)) {
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
		return -ENETDOWN;
	}
	skb_reset_mac_header(skb);
	txq = netdev_pick_tx(dev, skb);
	for (skb = validate_xmit_skb(skb, dev); skb; skb = next) {
		next = skb->next;
		skb->next = NULL;
		if (txq->state) {
			dev->stats.tx_dropped++;
			kfree_skb_reason(skb, SKB_DROP_FULL_RING);
			ret = -ENOBUFS;
			continue;
		}
		txq->packets++;
		txq->bytes += skb->len;
		start_xmit(skb, dev, next);
	}
	return ret;
}

void run_tx_flush(struct net *net)
{
	while (!list_empty(&net->tx_flush_list)) {
		struct net_device *dev =
			list_first_entry(&net->tx_flush_list, struct net_device, flush_entry);

		list_del_init(&dev->flush_entry);
		dev->on_flush_list = false;
		dev->ops->ndo_tx_flush(dev);
	}
}
