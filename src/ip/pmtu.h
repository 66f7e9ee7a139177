/* SPDX-License-Identifier: BSD-2-Clause */
/* Path MTUs learned from ICMP (RFC 1191, RFC 8201): exceptions per destination, bounded, aging. */
#ifndef NETSTACK_IP_PMTU_H
#define NETSTACK_IP_PMTU_H

#include "core/core.h"
#include "ip/addr.h"

/*
 * A router said that packets to daddr must not be larger than mtu octets. Only ever lowers what is
 * known; values below the family's minimum count as the minimum (IPv4) or are ignored (IPv6).
 * oif: device of a link-local destination, else 0.
 */
void inet_pmtu_learn(struct net *net, u16 family, const union inet_addr *daddr, u32 oif, u32 mtu);
/* What was learned and has not run out: octets, 0 for nothing. *expires: when (ns). */
u32 inet_pmtu_lookup(struct net *net, const union inet_addr *daddr, u32 oif, u64 *expires);
void inet_pmtu_flush(struct net *net);
int inet_pmtu_net_init(struct net *net);
void inet_pmtu_net_exit(struct net *net);

#endif
