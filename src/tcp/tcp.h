/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp: the room's header. */
#ifndef NETSTACK_TCP_TCP_H
#define NETSTACK_TCP_TCP_H

#include "inet/inet.h"

int tcp_net_init(struct net *net);
void tcp_net_exit(struct net *net);

extern const struct proto tcp_prot;

/* Congestion control by name. A key is what a route's metric RTAX_N_CC holds; 0, NULL: none such. */
u32 tcp_ca_key(const char *name, u32 len);
const char *tcp_ca_name(u32 key);
/* Is TCP_CONGESTION with this name for root only (net.ipv4.tcp_allowed_congestion_control)? */
bool tcp_ca_restricted(const struct net *net, const char *name, u32 len);

#endif
