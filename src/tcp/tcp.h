/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp: the room's header. */
#ifndef NETSTACK_TCP_TCP_H
#define NETSTACK_TCP_TCP_H

#include "inet/inet.h"

int tcp_net_init(struct net *net);
void tcp_net_exit(struct net *net);

extern const struct proto tcp_prot;

#endif
