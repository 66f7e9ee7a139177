/* SPDX-License-Identifier: BSD-2-Clause */
/* ipv6: the room's header. Transports reach it through struct inet_af and the protocol table. */
#ifndef NETSTACK_IPV6_IPV6_H
#define NETSTACK_IPV6_IPV6_H

#include "ip/ip.h"

/* Room entry points for src/stack.c */
int ipv6_net_init(struct net *net);
void ipv6_net_exit(struct net *net);

#endif
