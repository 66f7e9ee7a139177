/* SPDX-License-Identifier: BSD-2-Clause */
/* What both families do with a packet whose header is made, on its way to the neighbour. */
#ifndef NETSTACK_IP_OUTPUT_H
#define NETSTACK_IP_OUTPUT_H

#include <errno.h>

#include "core/core.h"
#include "ip/rtable.h"

struct sock;

/* IP layer's half of cb on the way out, from xmit to the device. */
struct ip_out_cb {
	u32 mtu;		/* 0: the route's */
	bool no_mc_loop;
};
static inline struct ip_out_cb *ip_out_cb(const struct sk_buff *skb)
{
	return (struct ip_out_cb *)(uintptr_t)skb->cb;
}

/* Drops skb for reason; returns err, the negative errno that its sender is to see. */
int ip_out_drop(struct sk_buff *skb, enum skb_drop_reason reason, int err);

/* Do the packets that GSO will make of skb fit into mtu octets each? */
bool ip_gso_fits(const struct sk_buff *skb, u32 mtu);

/* Sends one packet, or its fragments if it is larger than mtu. Consumes skb. 0/-errno. */
typedef int (*ip_piece_fn)(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu);

/* A GSO packet whose packets do not fit: cuts it here and gives each to piece(). The first error, or 0. */
int ip_gso_output(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu, ip_piece_fn piece);

/*
 * A copy for ourselves of what goes to a group that we are in, or to everybody. It arrives in a
 * later turn, as pkt_type. Without memory there is none.
 */
void ip_mc_loopback(struct sk_buff *skb, u8 pkt_type);

/* Hands skb to its next hop; octets and discards are the family's MIB rows for that. 0/-errno. */
static inline int ip_neigh_output(struct net *net, struct sk_buff *skb, enum mib octets,
				  enum mib discards)
{
	struct rtable *rt = rt_of(skb->dst);
	struct neighbour *n = rt_neigh(rt, &rt->nexthop);

	net->mib[octets] += skb->len;
	if (unlikely(!n)) {
		net->mib[discards]++;
		return ip_out_drop(skb, SKB_DROP_NEIGH_CREATEFAIL, -ENOBUFS);
	}
	return neigh_output(n, skb);
}

#endif
