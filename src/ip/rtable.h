/* SPDX-License-Identifier: BSD-2-Clause */
/* rtable: a dst_entry of IPv4 or IPv6, and the cache of them. */
#ifndef NETSTACK_IP_RTABLE_H
#define NETSTACK_IP_RTABLE_H

#include "core/core.h"
#include "ip/addr.h"
#include "ip/family.h"
#include "ip/fib.h"
#include "ip/flow.h"
#include "ip/pmtu.h"

enum { RT_CACHE_BITS = 10, RT_CACHE_MAX = 4096 };

struct rtable {
	struct dst_entry dst;		/* must be first */
	struct hlist_node hash;		/* by (family, daddr); unhashed: not in the cache */
	struct list_head lru;
	struct list_head all;
	const struct ip_family *fam;
	union inet_addr daddr;
	union inet_addr nexthop;	/* daddr itself when on link */
	union inet_addr saddr;		/* source to use when none was asked for */
	u32 oif;			/* as asked for: part of the key */
	u32 iif;			/* so, too: of packets that are forwarded; 0: ours */
	u32 mark;
	u8 tos;				/* DSCP bits of the key */
	u8 type;			/* RTN_* */
	bool gateway;
	bool cached;
	bool narrow;			/* with pmtu: smaller than the minimum, packets may be fragmented */
	u32 pmtu;			/* learned, valid until dst.expires; 0: none */
	u32 id;				/* IPv4 identification of atomic datagrams to daddr */
};

static inline struct rtable *rt_of(const struct dst_entry *dst)
{
	return (struct rtable *)(uintptr_t)dst;
}

/*
 * Output look-up behind inet_af.route_output(); fl->daddr is set and not any. One reference in *dst.
 */
int ip_route_output(struct net *net, struct flowi *fl, struct dst_entry **dst);
/*
 * dst for a received packet to a unicast address of ours. One reference. NULL: not ours, or no
 * memory. One of our own, by the loopback, is taken to have come by the device with the address: *iif.
 */
struct dst_entry *ip_route_input_local(struct net *net, u16 family, const union inet_addr *daddr,
				       struct net_device *dev, u32 *iif);
/*
 * dst that delivers locally by type (RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST), or refuses by it
 * (RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW: there is no route); NULL: no memory.
 */
struct dst_entry *ip_route_input_dst(struct net *net, u16 family, struct net_device *dev, u8 type);
/* An input look-up's dst becomes skb's, which takes over the reference; NULL is its lack of memory. */
static inline enum skb_drop_reason ip_route_take(struct sk_buff *skb, struct dst_entry *dst)
{
	if (!dst)
		return SKB_DROP_NOMEM;
	skb_dst_set(skb, dst);
	return SKB_NOT_DROPPED;
}
/*
 * dst for a received packet that goes on to another host; fl has the device it came by (iif). find: one
 * that was made before, NULL: there is none. make: by res, of type RTN_UNICAST, which fib_lookup() gave for
 * fl; NULL: no memory. One reference.
 */
struct dst_entry *ip_route_forward_find(struct net *net, const struct flowi *fl);
struct dst_entry *ip_route_forward_make(struct net *net, const struct flowi *fl,
					const struct fib_result *res);
/* The MTU of dst as configured, whatever was learned of the path. */
u32 rt_link_mtu(const struct dst_entry *dst);
/* The cached neighbour of dst for its next hop, looked up if needed. Borrowed; NULL: none. */
struct neighbour *rt_neigh(struct rtable *rt, const union inet_addr *nexthop);
/* Any change of routes, addresses or devices: what was looked up before is stale. */
static inline void rt_genid_bump(struct net *net)
{
	net->ip.rt_genid++;
}
/* Takes every rtable off dev, which goes away: they discard from now on. */
void rt_flush_dev(struct net *net, struct net_device *dev);
/* A new path MTU for daddr becomes known to the rtables that exist. */
void rt_pmtu_changed(struct net *net, u16 family, const union inet_addr *daddr, u32 oif,
		     const struct inet_pmtu *pmtu);
/*
 * A redirect: packets to daddr by dev go to next hop to from now on, if from is the one they go to
 * now (RFC 1122 3.2.2.2, RFC 4861 8.1). Lasts as long as the rtable is cached. false: refused.
 */
bool rt_redirect(struct net *net, u16 family, const union inet_addr *daddr, struct net_device *dev,
		 const union inet_addr *from, const union inet_addr *to);
int rt_net_init(struct net *net);
void rt_net_exit(struct net *net);

#endif
