/* SPDX-License-Identifier: BSD-2-Clause */
/* The ip room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_IP_H
#define NETSTACK_CORE_NETNS_IP_H

#include "base/base.h"
#include "core/notify.h"
#include "core/pool.h"
#include "core/sysctl.h"
#include "core/timer.h"

struct dst_entry;
struct fib_table;
struct inet_af;
struct inet_icmp_err;
struct ip_family;
struct net_protocol;
struct sk_buff;

enum { FIB_TABLES = 3 };			/* local, main, default */

/* One family's reassembly: ip/frag.c. Memory is truesize of fragments and of their queues. */
struct netns_frags {
	struct hlist_head *buckets;
	struct list_head lru;			/* oldest queue first */
	struct pool queue_pool;
	u32 nr_queues;
	u32 mem;				/* octets held */
	u32 high_thresh;			/* ipfrag_high_thresh: octets */
	u32 low_thresh;				/* eviction goes down to here */
	u32 max_dist;				/* 0: no limit */
	u32 *rids;				/* fragments seen by hash of source, for max_dist */
	u64 timeout_ns;
};

struct netns_ip {
	const struct inet_af *af[2];			/* 0 IPv4, 1 IPv6 */
	const struct net_protocol *protos[2][256];
	bool (*raw_deliver)(const struct sk_buff *skb, u8 proto);
	/* ICMP errors for raw and ping sockets, before the transport's own err() */
	void (*raw_err)(struct net *net, const struct inet_icmp_err *e, u8 proto);
	/* The route that a packet of another shard's brings back that went to a group, or to all;
	 * NULL: it is for nobody here */
	struct dst_entry *(*looped_dst)(struct net *net, const struct sk_buff *skb);
	/* Is what was received, network header at data, for another host, and will it be sent on? */
	bool (*in_transit)(const struct sk_buff *skb);
	const struct ip_family *fam[2];			/* what ip/ calls in ipv4/ and ipv6/ */

	/* FIB */
	struct fib_table *tables[2][FIB_TABLES];
	struct list_head rules[2];			/* struct fib_rule by priority */
	struct pool fib_node_pool, fib_entry_pool, fib_rule_pool;
	u32 rt_genid;					/* of routes, addresses and devices */

	/* route cache, ip/route.c */
	struct hlist_head *rt_hash;
	struct list_head rt_lru;
	struct list_head rt_all;			/* cached or not */
	u32 rt_cached;
	struct dst_entry *in_dst[2][6];			/* for input, by the way to be delivered or refused */

	/* learned path MTUs, ip/pmtu.c */
	struct hlist_head *pmtu_hash;
	struct list_head pmtu_lru;
	struct pool pmtu_pool;
	u32 pmtu_count;

	/* addresses by value, both families: ip/ifaddr.c */
	struct hlist_head *addr_hash;
	struct pool addr_pool, mc_pool;

	/* rate limits per destination: ip/peer.c */
	struct hlist_head *peer_hash;
	struct list_head peer_lru;
	struct pool peer_pool;
	u32 peer_count;
	struct siphash_key key;				/* of this room's tables */

	struct netns_frags frags[2];
	struct notifier_block nb;
};

#endif
