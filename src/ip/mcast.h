/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multicast membership of a device, counted per group, and the device's filter that follows from
 * it. Signalling (IGMP, MLD) and source filters belong elsewhere; the per-socket list is inet's.
 */
#ifndef NETSTACK_IP_MCAST_H
#define NETSTACK_IP_MCAST_H

#include "core/core.h"
#include "ip/addr.h"

struct inet_dev;

struct ip_mc {
	struct list_head list;
	union inet_addr group;
	u32 users;
};

/*
 * Joins dev to group on behalf of one user; every join needs its own leave. The link-layer group
 * goes into the device's filter with the first. -EINVAL (no group address), -ENODEV (the family is
 * not on dev), -ENOMEM. leave: -EADDRNOTAVAIL when there is no such membership.
 */
int ip_mc_join(struct net_device *dev, const union inet_addr *group, u16 family);
int ip_mc_leave(struct net_device *dev, const union inet_addr *group, u16 family);
/* Is dev a member? Exact on the IP address (the link-layer filter is not). */
bool ip_mc_is_member(const struct net_device *dev, const union inet_addr *group, u16 family);
/* Link-layer group (RFC 1112 6.4, RFC 2464 7); lladdr: 6 octets. */
void ip_mc_map(const union inet_addr *group, u16 family, u8 *lladdr);
void ip_mc_clear(struct inet_dev *idev);

#endif
