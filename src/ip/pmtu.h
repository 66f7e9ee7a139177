/* SPDX-License-Identifier: BSD-2-Clause */
/* Path MTUs learned from ICMP (RFC 1191, RFC 8201): exceptions per destination, bounded, aging. */
#ifndef NETSTACK_IP_PMTU_H
#define NETSTACK_IP_PMTU_H

#include "core/core.h"
#include "ip/addr.h"

struct inet_pmtu {
	u32 mtu;		/* octets; 0: nothing is known */
	bool narrow;		/* a router asked for less than the minimum: packets may be fragmented */
	u64 expires;		/* ns */
};

/*
 * A router said that packets to daddr must not be larger than mtu octets. Only ever lowers what is
 * known; values below the family's minimum count as the minimum (IPv4) or are ignored (IPv6).
 * oif: device of a link-local destination, else 0.
 */
void inet_pmtu_learn(struct net *net, u16 family, const union inet_addr *daddr, u32 oif, u32 mtu);
/* What was learned and has not run out. */
struct inet_pmtu inet_pmtu_lookup(struct net *net, const union inet_addr *daddr, u32 oif);
void inet_pmtu_flush(struct net *net);
int inet_pmtu_net_init(struct net *net);
void inet_pmtu_net_exit(struct net *net);

#endif
