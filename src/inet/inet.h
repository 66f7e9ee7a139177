/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inet: what the transports share: struct inet_sock, the tables of established, bound and
 * listening sockets, port choice, request and time-wait objects, datagram send and receive.
 */
#ifndef NETSTACK_INET_INET_H
#define NETSTACK_INET_INET_H

#include "ip/ip.h"
#include "inet/inet_sock.h"
#include "inet/inet_hash.h"
#include "inet/inet_mcast.h"
#include "inet/dgram.h"
#include "inet/flowlabel.h"

int inet_net_init(struct net *net);
void inet_net_exit(struct net *net);

#endif
