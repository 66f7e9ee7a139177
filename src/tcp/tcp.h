/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp: the room's header. */
#ifndef NETSTACK_TCP_TCP_H
#define NETSTACK_TCP_TCP_H

#include "inet/inet.h"

int tcp_net_init(struct net *net);
void tcp_net_exit(struct net *net);

extern const struct proto tcp_prot;

/* Congestion control by name. A key is what a route's metric RTAX_N_CC holds; 0, NULL: none such. */
u32 tcp_ca_key(const char *name, u32 len);
const char *tcp_ca_name(u32 key);
/* Is TCP_CONGESTION with this name for root only (net.ipv4.tcp_allowed_congestion_control)? */
bool tcp_ca_restricted(const struct net *net, const char *name, u32 len);

/* One connection, or what stands for it before and after, with the columns of /proc/net/tcp. */
struct tcp_proc_line {
	union inet_addr laddr, raddr;
	u16 lport, rport;
	u8 state;			/* TCP_* */
	u8 timer;			/* 0 none, 1 retransmit, 2 keepalive, 3 time-wait, 4 window probe */
	u32 tx_queue, rx_queue;		/* octets; of a listener: connections */
	u64 timer_ns;			/* until it fires */
	u32 retransmits, probes;
	u32 uid, refcnt;
	u64 ino;
	bool full;			/* a socket: what follows is valid */
	u32 rto_ms, ato_ms, quick_pingpong, cwnd;
	s32 ssthresh;			/* -1: not yet known */
};
void tcp_proc_sock(const struct sock *sk, struct tcp_proc_line *l);
/* Calls fn for every request and time-wait object; family: of the listener, of the packets. */
void tcp_proc_small(struct net *net,
		    void (*fn)(const struct tcp_proc_line *l, u16 family, void *arg), void *arg);

#endif
