/* SPDX-License-Identifier: BSD-2-Clause */
/* Token buckets per remote address, for what we answer without being asked: ICMP errors. */
#ifndef NETSTACK_IP_PEER_H
#define NETSTACK_IP_PEER_H

#include "core/core.h"
#include "ip/addr.h"

/*
 * May one more message go to addr, at one each interval_ns with bursts of 6? Takes a token if so.
 * The table is bounded: the peers asked about longest ago are forgotten (their bucket is full again).
 */
bool inet_peer_allow(struct net *net, const union inet_addr *addr, u64 interval_ns);
/*
 * May addr be told of a better way, by a redirect? It is told at most 9 times, at pauses that double from
 * 40 ms, and anew when it has needed none for 20 s.
 */
bool inet_peer_redirect_allow(struct net *net, const union inet_addr *addr);
int inet_peer_net_init(struct net *net);
void inet_peer_net_exit(struct net *net);

#endif
