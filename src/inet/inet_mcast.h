/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups that a socket joined (RFC 1112 7.1, RFC 3678). The device's membership is ip/mcast.h's. */
#ifndef NETSTACK_INET_INET_MCAST_H
#define NETSTACK_INET_INET_MCAST_H

#include "ip/ip.h"

/* Filters, with Linux's values: from nobody but the listed sources, from all but those. */
enum { INET_MC_EXCLUDE = 0, INET_MC_INCLUDE = 1 };

/*
 * ifindex 0: the device of the route to the group, or for IPv4 that of local (when not any).
 * -EINVAL no group address, -ENODEV, -EADDRINUSE joined already, -ENOBUFS too many (20, IPv6 no
 * limit), -ENOMEM. mode: a filter without sources. leave: -EADDRNOTAVAIL not joined, -ENODEV.
 */
int inet_mc_join(struct sock *sk, const union inet_addr *group, u32 ifindex,
		 const union inet_addr *local, u8 mode);
int inet_mc_leave(struct sock *sk, const union inet_addr *group, u32 ifindex,
		  const union inet_addr *local);
void inet_mc_drop_all(struct sock *sk);
/*
 * One source of a filter of the given mode added or taken away (RFC 3678 4.1.2, 4.1.3). Adding to an
 * include filter joins; taking its last one away leaves. -EINVAL not joined, or the filter is of the
 * other mode; -EADDRNOTAVAIL listed already, or not listed; -ENOBUFS too many; -ENODEV.
 */
int inet_mc_source(struct sock *sk, const union inet_addr *group, u32 ifindex,
		   const union inet_addr *local, const union inet_addr *src, u8 mode, bool add);
/* The whole filter (RFC 3678 4.2). Including nobody leaves. Errors as above. */
int inet_mc_set_filter(struct sock *sk, const union inet_addr *group, u32 ifindex,
		       const union inet_addr *local, u32 mode, const union inet_addr *src, u32 n);
/* *src is the socket's own list, of *n. -EADDRNOTAVAIL not joined. */
int inet_mc_get_filter(struct sock *sk, const union inet_addr *group, u32 ifindex,
		       const union inet_addr *local, u32 *mode, const union inet_addr **src, u32 *n);
/* Does sk take a packet from src to group that arrived on iif? A socket that joined groups takes them on the
 * device it joined on; others as IP_MULTICAST_ALL says. */
bool inet_mc_wants(const struct sock *sk, const union inet_addr *group, const union inet_addr *src,
		   u32 iif);
/* Device that has the IPv4 address, or NULL. */
struct net_device *inet_dev_by_addr(struct net *net, const union inet_addr *addr);

#endif
