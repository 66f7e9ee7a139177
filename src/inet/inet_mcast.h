/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups that a socket joined (RFC 1112 7.1, RFC 3678). The device's membership is ip/mcast.h's. */
#ifndef NETSTACK_INET_INET_MCAST_H
#define NETSTACK_INET_INET_MCAST_H

#include "ip/ip.h"

/*
 * ifindex 0: the device of the route to the group, or for IPv4 that of local (when not any).
 * -EINVAL no group address, -ENODEV, -EADDRINUSE joined already, -ENOBUFS too many (20, IPv6 no
 * limit), -ENOMEM. leave: -EADDRNOTAVAIL not joined, -ENODEV.
 */
int inet_mc_join(struct sock *sk, const union inet_addr *group, u32 ifindex,
		 const union inet_addr *local);
int inet_mc_leave(struct sock *sk, const union inet_addr *group, u32 ifindex,
		  const union inet_addr *local);
void inet_mc_drop_all(struct sock *sk);
/* Does sk take a packet to group that arrived on iif? A socket that joined groups takes them on the
 * device it joined on; others as IP_MULTICAST_ALL says. */
bool inet_mc_wants(const struct sock *sk, const union inet_addr *group, u32 iif);
/* Device that has the IPv4 address, or NULL. */
struct net_device *inet_dev_by_addr(struct net *net, const union inet_addr *addr);

#endif
