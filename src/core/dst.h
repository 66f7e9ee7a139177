/* SPDX-License-Identifier: BSD-2-Clause */
/* dst_entry: the result of a route look-up, shared by packets and sockets; refcounted. */
#ifndef NETSTACK_CORE_DST_H
#define NETSTACK_CORE_DST_H

#include "base/base.h"

struct dst_entry;
struct neighbour;
struct net;
struct net_device;
struct sk_buff;
struct sock;

enum { RTAX_N_LOCK, RTAX_N_MTU, RTAX_N_WINDOW, RTAX_N_RTT, RTAX_N_RTTVAR, RTAX_N_SSTHRESH,
       RTAX_N_CWND, RTAX_N_ADVMSS, RTAX_N_REORDERING, RTAX_N_HOPLIMIT, RTAX_N_INITCWND,
       RTAX_N_FEATURES, RTAX_N_RTO_MIN, RTAX_N_INITRWND, RTAX_N_QUICKACK, RTAX_N_CC, RTAX_N_MAX };
enum { RTAX_FEATURE_ECN_NS = 1 };	/* of RTAX_N_FEATURES: TCP uses ECN, whatever net.ipv4.tcp_ecn says */

struct dst_ops {
	u8 family;
	struct dst_entry *(*check)(struct dst_entry *dst);	/* NULL: stale, look up again */
	u32 (*mtu)(const struct dst_entry *dst);		/* path MTU, octets of IP packet */
	u32 (*advmss)(const struct dst_entry *dst);
	void (*update_pmtu)(struct dst_entry *dst, u32 mtu);
	void (*confirm_neigh)(const struct dst_entry *dst);	/* progress (RFC 4861 7.3.1) */
	void (*negative_advice)(struct dst_entry *dst);		/* upper layer suspects the path */
	/* Releases what the room added; dst_release() drops dev and neigh. May be NULL. */
	void (*destroy)(struct dst_entry *dst);
};

struct dst_entry {
	const struct dst_ops *ops;
	struct net *net;
	struct net_device *dev;
	u32 size;			/* of the allocation */
	u32 refcnt;
	u32 genid;			/* of the FIB when made; ops->check compares */
	int error;			/* e.g. -EHOSTUNREACH for an unreachable route */
	u64 expires;			/* learned PMTU runs out; 0: never */
	u32 metrics[RTAX_N_MAX];	/* 0: not set */
	/* Both consume. input: local delivery or forwarding; output: towards the device. */
	void (*input)(struct sk_buff *skb);
	int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb);
	struct neighbour *neigh;	/* cached next hop; may be NULL */
};

struct dst_entry *dst_alloc(struct net *net, const struct dst_ops *ops, struct net_device *dev,
			    u32 size);		/* one reference; NULL on no memory */
static inline struct dst_entry *dst_hold(struct dst_entry *dst)
{
	dst->refcnt++;
	return dst;
}
void dst_release(struct dst_entry *dst);	/* NULL allowed */
static inline struct dst_entry *dst_check(struct dst_entry *dst)
{
	return dst->ops->check(dst);
}
static inline u32 dst_mtu(const struct dst_entry *dst)
{
	return dst->ops->mtu(dst);
}
static inline u32 dst_metric(const struct dst_entry *dst, int metric)
{
	return dst->metrics[metric];
}

#endif
