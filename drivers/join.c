// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two devices joined: what one receives the other sends, whoever it is for. Neither has anything to do with
 * the protocols any more, except that what is sent by its name still leaves. So does a veth pair's end
 * reach an interface of the host. Linux's way to it is tc's mirred, egress redirect, on both.
 */
#include <errno.h>

#include "drivers/drivers.h"
#include "wire/wire.h"

enum { TAGS_MAX = 2 };

struct join {
	struct notifier_block nb;
	struct net_device *dev[2];
};

static struct net_device *other_end(const struct net_device *dev)
{
	const struct join *j = dev->rx_handler_data;

	return j->dev[j->dev[0] == dev];
}

/* A frame, and not larger than what to is for; the parts of a segmented one fit wherever it comes from. */
static enum skb_drop_reason refusal(const struct sk_buff *skb, const struct net_device *to)
{
	if (!(to->flags & DEV_UP))
		return SKB_DROP_DEV_READY;
	if (!skb_is_gso(skb) && skb->len > to->mtu + to->hard_header_len + VLAN_TAG_LEN)
		return SKB_DROP_PKT_TOO_BIG;
	return SKB_NOT_DROPPED;
}

/* Where the packet begins, behind tags that are in the frame: it may have to be cut. */
static void find_network(struct sk_buff *skb)
{
	u16 type = skb->protocol;
	struct vlan_tag buf;
	u32 off = 0;

	while (eth_type_is_vlan(type) && off < TAGS_MAX * VLAN_TAG_LEN) {
		const struct vlan_tag *tag = skb_header_pointer(skb, off, sizeof(buf), &buf);

		if (!tag)
			break;
		type = be16_get(tag->type);
		off += VLAN_TAG_LEN;
	}
	skb_reset_network_header(skb);
	skb->network_header = (u16)(skb->network_header + off);
}

static void join_rx(struct sk_buff *skb)
{
	struct net_device *to = other_end(skb->dev);
	enum skb_drop_reason reason;

	find_network(skb);
	skb_push(skb, skb_headroom(skb) - skb->mac_header);
	reason = refusal(skb, to);
	if (reason) {
		to->stats.tx_dropped++;
		kfree_skb_reason(skb, reason);
		return;
	}
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		skb->ip_summed = CHECKSUM_NONE; /* complete, and not ours to judge */
	skb->tstamp = 0;
	skb->dev = to;
	dev_queue_xmit(skb);
}

static void join_event(struct notifier_block *nb, struct net *net, enum net_event event, void *obj)
{
	struct join *j = container_of(nb, struct join, nb);
	int i;

	if (event != NETDEV_UNREGISTER || (obj != j->dev[0] && obj != j->dev[1]))
		return;
	net_notifier_unregister(nb);
	for (i = 0; i < 2; i++) {
		j->dev[i]->rx_handler = NULL;
		dev_set_promiscuity(j->dev[i], -1);
	}
	net_free(net, j, sizeof(*j));
}

int dev_join(struct net_device *a, struct net_device *b)
{
	struct join *j;
	int i;

	if (a == b || a->net != b->net)
		return -EINVAL;
	if (a->type != DEV_TYPE_ETHER || b->type != DEV_TYPE_ETHER)
		return -EOPNOTSUPP;
	if (a->rx_handler || b->rx_handler)
		return -EBUSY;
	j = net_alloc(a->net, sizeof(*j));
	if (!j)
		return -ENOMEM;
	*j = (struct join){ .nb.fn = join_event, .dev = { a, b } };
	for (i = 0; i < 2; i++) {
		j->dev[i]->rx_handler_data = j;
		j->dev[i]->rx_handler = join_rx;
		dev_disable_lro(j->dev[i]);
		dev_set_promiscuity(j->dev[i], 1);
	}
	net_notifier_register(a->net, &j->nb);
	return 0;
}
