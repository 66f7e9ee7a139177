/* SPDX-License-Identifier: BSD-2-Clause */
/* raw: the room's header. */
#ifndef NETSTACK_RAW_RAW_H
#define NETSTACK_RAW_RAW_H

#include "inet/inet.h"

int raw_net_init(struct net *net);
void raw_net_exit(struct net *net);

extern const struct proto raw_prot;	/* SOCK_RAW, any protocol */
extern const struct proto ping_prot;	/* SOCK_DGRAM, IPPROTO_ICMP and ICMPV6 */

/* A raw socket receives from its creation on: to be called once sk_protocol is set. */
void raw_hash(struct sock *sk);
/* net.ipv4.ping_group_range: may a program of this group have a ping socket? Whoever knows the
 * program's groups asks before sock_create(). */
bool ping_group_allowed(const struct net *net, u32 gid);

#endif
