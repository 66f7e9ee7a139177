/* SPDX-License-Identifier: BSD-2-Clause */
/* What both families do with a packet that goes on to another host. */
#ifndef NETSTACK_IP_FORWARD_H
#define NETSTACK_IP_FORWARD_H

#include "core/core.h"
#include "ip/addr.h"

/*
 * May skb be sent on, as far as its link layer and its offloads are concerned? What a group or somebody
 * else was sent is not (RFC 1812 5.3.4), nor what a device merged so that it cannot be cut again (LRO), nor
 * a large packet whose headers are not those that it is to be cut by. Network header at data. May move the
 * packet's octets.
 */
enum skb_drop_reason ip_forward_check(struct sk_buff *skb);

/* net->ip.in_transit: what shards share among themselves, since no socket of ours has it. */
bool ip_in_transit(const struct sk_buff *skb);

/*
 * From what was received to what is to be sent by skb->dst: sums, time stamp, what the receive path kept;
 * no packet of it will be longer than mtu. Headers stay. 0, or -ENOMEM: there is no room for a link header.
 */
int ip_forward_prepare(struct sk_buff *skb, u32 mtu);

/*
 * Of a net of several shards: a copy of a packet that each of them gets, or of one for raw sockets. Whoever
 * has the packet itself forwards it.
 */
static inline bool ip_forward_is_copy(const struct sk_buff *skb)
{
	return skb->steered > SHARD_RX;
}

/*
 * Is a, by the FIB, a neighbour on dev's link? Then it could send to others there itself: a redirect says
 * so.
 */
bool ip_is_on_link(struct net_device *dev, u16 family, const union inet_addr *a);

#endif
