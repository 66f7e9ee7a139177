/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP_REPAIR: a connection is taken out of one socket and put into another, of this stack or another
 * host's, without the peer's knowledge: its numbers, options, windows and both queues.
 */
#ifndef NETSTACK_TCP_REPAIR_H
#define NETSTACK_TCP_REPAIR_H

#include "tcp/tcp_priv.h"

enum { TCP_NO_QUEUE_NS, TCP_RECV_QUEUE_NS, TCP_SEND_QUEUE_NS, TCP_QUEUES_NR_NS };

/* What is written now counts as sent already. */
static inline bool tcp_repair_fills_sndq(const struct tcp_sock *tp)
{
	return unlikely(tp->repair) && tp->repair_queue == TCP_SEND_QUEUE_NS;
}

static inline bool tcp_repair_fills_rcvq(const struct tcp_sock *tp)
{
	return unlikely(tp->repair) && tp->repair_queue == TCP_RECV_QUEUE_NS;
}

/* Options. All 0 or Linux's -errno. */
int tcp_repair_set(struct sock *sk, int how);
int tcp_repair_set_queue(struct sock *sk, int queue);
int tcp_repair_get_queue(const struct sock *sk, int *queue);
int tcp_repair_set_seq(struct sock *sk, u32 seq);
int tcp_repair_get_seq(const struct sock *sk, u32 *seq);
int tcp_repair_set_options(struct sock *sk, const void *val, u32 len);
int tcp_repair_set_window(struct sock *sk, const void *val, u32 len);
int tcp_repair_get_window(const struct sock *sk, void *val, u32 *len);
int tcp_repair_set_timestamp(struct sock *sk, u32 value);

/* connect() of a socket under repair whose route is chosen: ESTABLISHED at once, rcv_nxt as set. */
int tcp_repair_connect(struct sock *sk, u32 rcv_nxt);
/* The head of the unsent queue moves to what was sent, unsent. */
void tcp_repair_sent(struct sock *sk, struct sk_buff *skb, u32 mss);
/* len octets of page, which are shared, go behind the receive queue. 0, -ENOMEM, -EPERM. */
int tcp_repair_rcv_page(struct sock *sk, struct page *page, u32 off, u32 len);
/* recvmsg() with MSG_PEEK of the send queue: octets, or -EFAULT. */
ssize_t tcp_repair_peek_sndq(struct sock *sk, struct msg *msg);

#endif
