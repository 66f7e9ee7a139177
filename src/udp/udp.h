/* SPDX-License-Identifier: BSD-2-Clause */
/* udp: the room's header. */
#ifndef NETSTACK_UDP_UDP_H
#define NETSTACK_UDP_UDP_H

#include "inet/inet.h"

int udp_net_init(struct net *net);
void udp_net_exit(struct net *net);

extern const struct proto udp_prot, udplite_prot;

#endif
