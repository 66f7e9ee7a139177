/* SPDX-License-Identifier: BSD-2-Clause */
/* udp: the room's header. */
#ifndef NETSTACK_UDP_UDP_H
#define NETSTACK_UDP_UDP_H

#include "inet/inet.h"

int udp_net_init(struct net *net);
void udp_net_exit(struct net *net);

/* Is a datagram being put together (UDP_CORK, MSG_MORE)? What is sent then is more of it, whatever else the
 * send says. */
bool udp_is_corked(const struct sock *sk);

extern const struct proto udp_prot, udplite_prot;

#endif
