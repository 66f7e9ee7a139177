/* SPDX-License-Identifier: BSD-2-Clause */
/* ipv4: the room's header. Transports reach it through struct inet_af and the protocol table. */
#ifndef NETSTACK_IPV4_IPV4_H
#define NETSTACK_IPV4_IPV4_H

#include "ip/ip.h"

/* Room entry points for src/stack.c */
int ipv4_net_init(struct net *net);
void ipv4_net_exit(struct net *net);

#endif
