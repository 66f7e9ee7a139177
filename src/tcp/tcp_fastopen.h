/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP Fast Open (RFC 7413) and the per-destination metrics that its client side keeps cookies in. */
#ifndef NETSTACK_TCP_FASTOPEN_H
#define NETSTACK_TCP_FASTOPEN_H

#include "tcp/tcp_req.h"

/* net.ipv4.tcp_fastopen */
enum {
	TFO_CLIENT_ENABLE = 1, TFO_SERVER_ENABLE = 2, TFO_CLIENT_NO_COOKIE = 4,
	TFO_SERVER_COOKIE_NOT_REQD = 0x200, TFO_SERVER_WO_SOCKOPT = 0x400,
};

enum { TFO_KEY_LEN = 16, TFO_COOKIE_LEN = 8, TFO_RST_HOLD_S = 60 };

/* tcpi_fastopen_client_fail */
enum {
	TFO_STATUS_UNSPEC, TFO_COOKIE_UNAVAILABLE, TFO_DATA_NOT_ACKED, TFO_SYN_RETRANSMITTED,
};

/* An option to send, or what is known of a server. */
struct tcp_fastopen_cookie {
	s8 len;				/* octets of val; 0: a request for one; -1: no option */
	bool exp;			/* by the experimental option, kind 254 */
	u8 val[TCP_FASTOPEN_COOKIE_MAX];
};

/* What a SYN or SYN-ACK of this moment carries. Lives on the stack of its sender. */
struct tcp_fastopen_request {
	struct tcp_fastopen_cookie cookie;
	u16 mss;			/* of the peer, remembered; 0: none */
};

/* A listener's side, made by TCP_FASTOPEN, TCP_FASTOPEN_KEY or listen(). */
struct tcp_fastopen_queue {
	u32 max_qlen, qlen;		/* handshakes that have delivered data and wait for the ACK */
	struct tcp_fastopen_keys keys;	/* nr 0: the net's */
	struct list_head pending;	/* struct tcp_fastopen_child of accepted and other children */
	struct list_head reset;		/* and of those that a RST ended: counted for a minute */
};

/* A child in SYN-RECEIVED, data already delivered. */
struct tcp_fastopen_child {
	struct list_head node;
	struct tcp_sock *listener;	/* NULL: closed */
	u64 sent_us;			/* first SYN-ACK */
	u64 expires_ns;			/* on the reset list */
	u8 num_timeout;
};

/* tcp_fastopen.c: keys and cookies, both sides */
void tcp_fastopen_init_key_once(struct net *net);
int tcp_fastopen_apply_key(struct net *net, const struct sysctl_row *row);
struct tcp_fastopen_queue *tcp_fastopen_queue_get(struct sock *sk);	/* made if need be; NULL */
void tcp_fastopen_queue_free(struct sock *sk);
int tcp_fastopen_listen(struct sock *sk, u32 backlog);
void tcp_fastopen_listen_stop(struct sock *sk);
/* 0/-errno. keys: 16 or 32 octets. */
int tcp_fastopen_set_keys(struct sock *sk, const u8 *raw, u32 len);
u32 tcp_fastopen_get_keys(struct sock *sk, u8 *raw);

/* tcp_fastopen_srv.c */
/*
 * Looks at a SYN with its request: the child if data were taken (skb consumed), else NULL and foc is
 * what the plain SYN-ACK should carry.
 */
struct sock *tcp_try_fastopen(struct tcp_request_sock *req, struct sk_buff *skb,
			      struct tcp_seg *seg, struct tcp_fastopen_cookie *foc);
void tcp_fastopen_take_data(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg);
void tcp_fastopen_send_synack(struct sock *sk, const struct tcp_fastopen_cookie *foc);
/* The SYN-ACK of a child in SYN-RECEIVED again, counted as a retransmission. */
void tcp_fastopen_synack_again(struct sock *sk);
void tcp_fastopen_synack_timer(struct sock *sk);
void tcp_fastopen_child_acked(struct sock *sk);
void tcp_fastopen_child_end(struct sock *sk, bool reset);

/* tcp_fastopen_cli.c */
bool tcp_fastopen_cookie_check(struct sock *sk, struct tcp_fastopen_request *fo);
bool tcp_fastopen_defer_connect(struct sock *sk, struct tcp_fastopen_request *fo);
/* The SYN with what of the write queue behind it fits. 0/-errno */
int tcp_fastopen_send_syn(struct sock *sk, struct sk_buff *syn);
u32 tcp_fastopen_syn_space(const struct sock *sk);
/* True: the data of our SYN was not taken and left again; no ACK of the SYN-ACK is due. */
bool tcp_rcv_fastopen_synack(struct sock *sk, const struct tcp_seg *seg);
void tcp_fastopen_detect_blackhole(struct sock *sk, bool expired);
void tcp_fastopen_odd_reset(struct sock *sk);
void tcp_fastopen_ofo_check(struct sock *sk);
int tcp_fastopen_apply_blackhole(struct net *net, const struct sysctl_row *row);

/* tcp_metrics.c: what was learned of a destination (Linux's tcp_metrics), bounded */
void tcp_init_metrics(struct sock *sk);
void tcp_update_metrics(struct sock *sk);
void tcp_metrics_get_fastopen(struct sock *sk, struct tcp_fastopen_request *fo);
void tcp_metrics_set_fastopen(struct sock *sk, u16 mss, const struct tcp_fastopen_cookie *cookie,
			      bool syn_lost, u8 try_exp);
void tcp_metrics_flush(struct net *net);

#endif
