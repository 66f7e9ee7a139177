/* SPDX-License-Identifier: BSD-2-Clause */
/* ip: what IPv4 and IPv6 share. This is the room's header. */
#ifndef NETSTACK_IP_IP_H
#define NETSTACK_IP_IP_H

#include "core/core.h"
#include "ip/addr.h"
#include "ip/af.h"
#include "ip/family.h"
#include "ip/fib.h"
#include "ip/flow.h"
#include "ip/forward.h"
#include "ip/frag.h"
#include "ip/ifaddr.h"
#include "ip/mcast.h"
#include "ip/output.h"
#include "ip/peer.h"
#include "ip/pmtu.h"
#include "ip/proto.h"
#include "ip/route.h"
#include "ip/rtable.h"
#include "wire/wire.h"

/* net.ipv4.neigh.DEV.* and net.ipv6.neigh.DEV.*: rows over struct neigh_parms */
enum { IP_NEIGH_ROWS = 11 };
extern const struct sysctl_row ip_neigh_rows[IP_NEIGH_ROWS];

/* Room entry points for src/stack.c */
int ip_net_init(struct net *net);
void ip_net_exit(struct net *net);

#endif
