/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and routes, both families. The FIB is one LPM trie per family and table behind
 * fib_lookup(); policy rules and more tables come behind the same call.
 */
#ifndef NETSTACK_IP_ROUTE_H
#define NETSTACK_IP_ROUTE_H

#include "core/core.h"
#include "ip/addr.h"
#include "ip/flow.h"

enum { RT_TABLE_DEFAULT_NS = 253, RT_TABLE_MAIN_NS = 254, RT_TABLE_LOCAL_NS = 255 };

struct fib_route {			/* one route as configured */
	struct inet_prefix dst;
	union inet_addr gw;		/* any: on link */
	union inet_addr prefsrc;	/* any: chosen */
	struct net_device *dev;
	u32 table;			/* 0: main */
	u32 priority;			/* metric: lower wins */
	u8 type;			/* RTN_* */
	u8 scope, protocol, tos;
	u8 rank;			/* among those of one metric: lower wins */
	u32 metrics[RTAX_N_MAX];
	u32 flags;			/* FIB_F_*: where it came from, for who lists routes */
};

/* Linux's RTF_* (ABI) */
enum {
	FIB_F_DEFAULT = 0x10000, FIB_F_ADDRCONF = 0x40000, FIB_F_PREFIX_RT = 0x80000,
	FIB_F_EXPIRES = 0x400000, FIB_F_ROUTEINFO = 0x800000, FIB_F_PREF_SHIFT = 27,
};

/* -EEXIST, -ESRCH, -ENETUNREACH (gateway not on link), -EINVAL, -ENOMEM */
int fib_route_add(struct net *net, const struct fib_route *r);
/* The first that matches; what r leaves open (0, NULL, any) matches all, but for table and tos. */
int fib_route_del(struct net *net, const struct fib_route *r);
int fib_for_each(struct net *net, u16 family, int (*fn)(const struct fib_route *r, void *arg), void *arg);

struct inet_ifaddr {			/* one address of a device */
	struct list_head list;
	struct net_device *dev;
	union inet_addr local, broadcast;
	u16 family;
	u8 prefixlen, scope;
	/* IFA_F_* of Linux: TENTATIVE 0x40, PERMANENT 0x80, DADFAILED 0x08 … */
	u32 flags;
	u64 valid_until, preferred_until;	/* ns; UINT64_MAX: for ever */
	u64 created, updated;
};
/* Adds the local, broadcast and connected routes; IPv6 starts DAD unless nodad. -EEXIST, -EINVAL */
int inet_ifaddr_add(struct net *net, struct net_device *dev, const struct inet_prefix *p, u32 flags);
/*
 * The same for an address that nobody configured (RFC 4862): it is not permanent, lives until the times (ns,
 * U64_MAX: for ever), and says nothing about what is on link (RFC 5942). Its family ends its life.
 */
int inet_ifaddr_add_auto(struct net *net, struct net_device *dev, const struct inet_prefix *p,
			 u64 valid_until, u64 preferred_until);
int inet_ifaddr_del(struct net *net, struct net_device *dev, const struct inet_prefix *p);
int inet_ifaddr_for_each(struct net *net, struct net_device *dev /* NULL: all */, u16 family /* 0 */,
			 int (*fn)(const struct inet_ifaddr *ifa, void *arg), void *arg);
/* permanent neighbour (--neigh) */
int inet_neigh_add(struct net *net, struct net_device *dev, const union inet_addr *addr, u16 family,
		   const u8 *lladdr, u8 nud_state);

#endif
