/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive path. A packet comes from a driver's poll, by way of napi_gro_receive() (gro.c), or from
 * netif_rx() through the device's input queue (loopback). It goes to the taps (ptype_all) and
 * to the handler of its EtherType: ip_rcv(), ipv6_rcv(), arp_rcv().
 */
#include <errno.h>

#include "core/internal.h"
#include "wire/wire.h"

enum {
	ETH_P_802_2_NS = 0x0004,	/* what Linux calls a frame with a length field */
	VLAN_TAGS_MAX = 2,
};

static u16 ethertype(u16 field)
{
	return field >= ETH_TYPE_802_3_MIN ? field : ETH_P_802_2_NS;
}

static u8 eth_pkt_type(const struct net_device *dev, const u8 *dst)
{
	if (eth_addr_is_multicast(dst))
		return eth_addr_equal(dst, dev->broadcast) ? PACKET_BROADCAST : PACKET_MULTICAST;
	return eth_addr_equal(dst, dev->dev_addr) ? PACKET_HOST : PACKET_OTHERHOST;
}

bool eth_type_trans(struct sk_buff *skb, struct net_device *dev)
{
	const struct eth_hdr *eth;

	skb->dev = dev;
	if (!pskb_may_pull(skb, ETH_HLEN))
		return false;
	skb_reset_mac_header(skb);
	skb->mac_len = ETH_HLEN;
	eth = (const struct eth_hdr *)skb->data;
	skb->pkt_type = eth_pkt_type(dev, eth->dst);
	skb->protocol = ethertype(be16_get(eth->type));
	skb_pull(skb, ETH_HLEN);
	return true;
}

void dev_add_pack(struct net *net, struct packet_type *pt)
{
	list_add_tail(&pt->list, pt->type ? &net->ptype_list : &net->ptype_all);
}

void dev_add_tap(struct net *net, struct packet_type *pt)
{
	list_add_tail(&pt->list, pt->type ? &net->ptype_taps : &net->ptype_all);
}

void dev_remove_pack(struct packet_type *pt)
{
	list_del_init(&pt->list);
}

/* -- VLAN ------------------------------------------------------------------------- */
static struct vlan_port *vlan_port_find(const struct net_device *dev, u16 proto, u16 vid)
{
	struct vlan_port *p;

	list_for_each_entry(p, &dev->vlan_ports, list)
		if (p->proto == proto && p->vid == vid)
			return p;
	return NULL;
}

/* Does a device's filter concern this VLAN? Tags of 802.1ad pass it, as in Linux without STAG_FILTER. */
static bool vlan_filtered(const struct net_device *dev, const struct vlan_port *port)
{
	return (dev->features & NETIF_F_VLAN_FILTER) && port->proto == ETH_TYPE_VLAN && port->vid;
}

int vlan_port_add(struct net_device *lower, struct vlan_port *port)
{
	int err = 0;

	if (vlan_port_find(lower, port->proto, port->vid))
		return -EEXIST;
	if (vlan_filtered(lower, port))
		err = lower->ops->ndo_vlan_rx_add_vid(lower, port->vid);
	if (!err)
		list_add_tail(&port->list, &lower->vlan_ports);
	return err;
}

void vlan_port_del(struct net_device *lower, struct vlan_port *port)
{
	if (list_empty(&port->list))
		return;
	list_del_init(&port->list);
	if (vlan_filtered(lower, port))
		lower->ops->ndo_vlan_rx_kill_vid(lower, port->vid);
}

bool vlan_take_tag(struct sk_buff *skb)
{
	const struct vlan_tag *tag;
	u8 *mac;

	if (!pskb_may_pull(skb, VLAN_TAG_LEN) || skb_cow_head(skb, 0))
		return false;
	tag = (const struct vlan_tag *)skb->data;
	skb->vlan_tci = be16_get(tag->tci);
	skb->vlan_proto = skb->protocol;
	skb->protocol = ethertype(be16_get(tag->type));
	skb_pull(skb, VLAN_TAG_LEN);
	mac = skb_mac_header(skb);
	memmove(mac + VLAN_TAG_LEN, mac, 2 * ETH_ALEN);
	skb->mac_header = (u16)(skb->mac_header + VLAN_TAG_LEN);
	return true;
}

/*
 * Follows the tags, at most two (VLAN-02). true: *skb is an untagged frame of its device, or with
 * *again one of a VLAN's device that it was just given to. false: it was consumed.
 */
static bool vlan_receive(struct sk_buff **pskb, u32 *tags, bool *again)
{
	struct sk_buff *skb = *pskb;

	for (*again = false; skb->vlan_proto || eth_type_is_vlan(skb->protocol);) {
		struct vlan_port *port;

		if (++*tags > VLAN_TAGS_MAX || (!skb->vlan_proto && !vlan_take_tag(skb))) {
			kfree_skb_reason(skb, SKB_DROP_HDR_TRUNC);
			return false;
		}
		port = vlan_port_find(skb->dev, skb->vlan_proto, skb->vlan_tci & VLAN_VID_MASK);
		if (port) {
			*pskb = port->rx(port, skb);
			*again = true;
			return *pskb != NULL;
		}
		if (skb->vlan_tci & VLAN_VID_MASK) {
			kfree_skb_reason(skb, SKB_DROP_VLAN);
			return false;
		}
		skb->vlan_proto = 0;	/* priority tag: as if untagged (VLAN-01) */
	}
	return true;
}

/* Taps see the whole frame: data at the link header. type: of those in that list. */
static void deliver_taps(struct list_head *taps, u16 type, const struct sk_buff *skb, u8 pkt_type)
{
	struct packet_type *pt, *tmp;

	list_for_each_entry_safe(pt, tmp, taps, list) {
		struct sk_buff *clone;

		if (pt->type != type || (pt->dev && pt->dev != skb->dev))
			continue;
		clone = skb_clone(skb);
		if (!clone)
			continue;
		clone->pkt_type = pkt_type;
		clone->sk = skb->sk;	/* who sends it: to look at during the call */
		if (skb_headroom(clone) > clone->mac_header)
			skb_push(clone, skb_headroom(clone) - clone->mac_header);
		pt->func(clone, clone->dev, pt);
	}
}

void dev_deliver_taps(struct sk_buff *skb, u8 pkt_type)
{
	deliver_taps(&skb->net->ptype_all, 0, skb, pkt_type);
	if (shard_tapped(skb->net->group))
		shard_tap(skb, pkt_type);
}

static void deliver_proto(struct sk_buff *skb)
{
	struct packet_type *pt, *found = NULL;

	list_for_each_entry(pt, &skb->net->ptype_list, list) {
		if (pt->type != skb->protocol || (pt->dev && pt->dev != skb->dev))
			continue;
		if (found) {
			struct sk_buff *clone = skb_clone(skb);

			if (clone)
				found->func(clone, clone->dev, found);
		}
		found = pt;
	}
	if (found) {
		found->func(skb, skb->dev, found);
		return;
	}
	skb->dev->stats.rx_nohandler++;
	kfree_skb_reason(skb, SKB_DROP_UNHANDLED_PROTO);
}

/* Taps, and whether the frame is to be looked at any further; false: consumed. */
static bool receive_frame(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;

	if (unlikely(!(dev->flags & DEV_UP))) {
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
		return false;
	}
	if (!skb->tstamp)
		skb->tstamp = dev->net->now;
	trace_event(dev->net, netif_receive_skb, skb, NULL, dev, 0, 0);
	if (unlikely(!list_empty(&dev->net->ptype_all) || shard_tapped(dev->net->group)))
		dev_deliver_taps(skb, skb->pkt_type);
	if (dev->type == DEV_TYPE_ETHER && skb->mac_len &&
	    eth_addr_is_multicast(((const struct eth_hdr *)skb_mac_header(skb))->src)) {
		dev->stats.rx_frame_errors++;
		kfree_skb_reason(skb, SKB_DROP_DEV_HDR);	/* ETH-05 */
		return false;
	}
	if (unlikely(dev->rx_handler)) {
		dev->rx_handler(skb);
		return false;
	}
	return true;
}

/*
 * From another shard, which has done all that is above the protocols. A copy is counted where it was
 * received: what it does to the counters here is undone.
 */
static void receive_steered(struct sk_buff *skb)
{
	struct net *net = skb->net;
	u64 mib[MIB_MAX], drops[SKB_DROP_MAX];

	if (skb->steered == SHARD_RX) {
		deliver_proto(skb);
		return;
	}
	memcpy(mib, net->mib, sizeof(mib));
	memcpy(drops, net->drops, sizeof(drops));
	deliver_proto(skb);
	memcpy(net->mib, mib, sizeof(mib));
	memcpy(net->drops, drops, sizeof(drops));
}

void netif_receive_skb(struct sk_buff *skb)
{
	const struct net_device *in = skb->dev;
	bool again = true;
	u32 tags = 0;

	if (unlikely(skb->steered)) {
		receive_steered(skb);
		return;
	}
	while (again)
		if (!receive_frame(skb) || !vlan_receive(&skb, &tags, &again))
			return;
	if (unlikely(!list_empty(&skb->net->ptype_taps)))
		deliver_taps(&skb->net->ptype_taps, skb->protocol, skb, skb->pkt_type);
	if (skb->pkt_type == PACKET_OTHERHOST) {
		kfree_skb_reason(skb, SKB_DROP_OTHERHOST);
		return;
	}
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	if (unlikely(skb->net->group) && shard_steer(skb, in))
		return;
	if (unlikely(skb->steered))
		receive_steered(skb);
	else
		deliver_proto(skb);
}

/* Never nested: the packet waits on its device's input queue until the device's turn. */
void netif_rx(struct sk_buff *skb)
{
	struct net_device *dev = skb->dev;
	struct net *net = dev->net;

	if (!(dev->flags & DEV_UP)) {
		kfree_skb_reason(skb, SKB_DROP_DEV_READY);
		return;
	}
	if (dev->input_queue.qlen >= net->core.netdev_max_backlog) {
		dev->stats.rx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_BACKLOG_FULL);
		return;
	}
	trace_event(net, netif_rx, skb, NULL, dev, 0, 0);
	skb_queue_tail(&dev->input_queue, skb);
	napi_schedule(&dev->backlog);
}

/* The poll of a device's input queue. */
int process_backlog(struct napi_struct *napi, int budget)
{
	struct sk_buff_head *q = &napi->dev->input_queue;
	struct sk_buff *skb;
	int n = 0;

	napi->weight = (int)napi->dev->net->core.dev_weight;	/* of its next turn */
	while (n < budget && (skb = skb_dequeue(q))) {
		netif_receive_skb(skb);
		n++;
	}
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}
