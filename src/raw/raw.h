/* SPDX-License-Identifier: BSD-2-Clause */
/* raw: the room's header. */
#ifndef NETSTACK_RAW_RAW_H
#define NETSTACK_RAW_RAW_H

#include "inet/inet.h"

int raw_net_init(struct net *net);
void raw_net_exit(struct net *net);

extern const struct proto raw_prot;	/* SOCK_RAW, any protocol */
extern const struct proto ping_prot;	/* SOCK_DGRAM, IPPROTO_ICMP and ICMPV6 */

#endif
