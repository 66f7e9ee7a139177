/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagram base: what UDP, raw and ping sockets share in connect, receive and error queues. */
#ifndef NETSTACK_INET_DGRAM_H
#define NETSTACK_INET_DGRAM_H

#include "ip/ip.h"

/* connect(): sets peer, source and route, without a packet. family 0 disconnects. -EINVAL,
 * -ENETUNREACH, -EACCES (broadcast without SO_BROADCAST) … */
int dgram_connect(struct sock *sk, const struct inet_sockaddr *addr);
int dgram_disconnect(struct sock *sk);
/* recvmsg() over sk_receive_queue or, with SMSG_ERRQUEUE, the error queue. hdr: bytes of transport
 * header to skip. Handles PEEK, TRUNC, control messages, source address. */
ssize_t dgram_recvmsg(struct sock *sk, struct msg *msg, u32 hdr);
/* Fills msg->cmsg from skb as inet->cmsg_flags ask. */
void inet_cmsg_recv(struct sock *sk, const struct sk_buff *skb, struct msg *msg);
/* Queues an IP_RECVERR/IPV6_RECVERR record if asked for. */
void inet_err_queue(struct sock *sk, const struct inet_icmp_err *e, u16 port, u8 origin);
u32 dgram_poll(struct sock *sk);

#endif
