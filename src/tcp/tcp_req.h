/* SPDX-License-Identifier: BSD-2-Clause */
/* The small objects that stand for a connection before (request) and after it (time-wait). */
#ifndef NETSTACK_TCP_REQ_H
#define NETSTACK_TCP_REQ_H

#include "tcp/tcp_priv.h"

/* A handshake in SYN-RECEIVED: all that a SYN costs. */
struct tcp_request_sock {
	struct inet_ehash_entry eh;	/* tuple, kind EHASH_REQ */
	struct tcp_sock *listener;
	struct list_head node;		/* listener->syn_list */
	struct list_head held_node;	/* listener->held: waits for admission */
	struct timer_list timer;	/* SYN-ACK again */
	u64 sent_us;			/* first SYN-ACK */
	u64 timeout_ns;
	u32 rcv_isn, snt_isn;
	u32 ts_recent, tsoffset;
	u32 tsecr;			/* of the final ACK; 0: none */
	u32 rcv_wnd, window_clamp;
	u32 snd_wnd;			/* of the final ACK, unscaled */
	u32 last_oow_ack_ms;
	u32 tsval_first, tsval_last;
	u32 iif;
	u32 label;			/* that the answers and the connection have; 0: none is asked for */
	u16 mss_clamp;			/* the peer's */
	u16 advmss;
	u8 snd_wscale, rcv_wscale;
	u8 num_timeout, num_retrans;
	bool tstamp_ok, sack_ok, wscale_ok, ecn_ok, accecn_ok;
	u8 syn_tos;			/* of its IP header, without ECN */
	bool acked;			/* the final ACK came, and could not be taken */
	bool tsval_sent;		/* tsval_first and tsval_last are those of our SYN-ACKs */
	bool cookie;			/* snt_isn is a cookie: nothing is kept */
	u8 syn_ect;			/* codepoint of the SYN */
	u8 accecn_fail, accecn_seen;	/* for the child's struct tcp_accecn */
	bool synack_ce;			/* our SYN-ACK arrived with CE */
	bool used_ao;			/* the SYN was signed by TCP-AO */
	u8 ao_keyid, ao_rcv_next;	/* what answers are to be signed with, and what with comes */
	u8 ip_opt_len;
	u8 *ip_opt;			/* IPv4 options of the answer, and of the connection; or NULL */
	u16 syn_len;
	u8 *syn;			/* TCP_SAVE_SYN */
	const struct tcp_fastopen_cookie *fo;	/* for the first SYN-ACK; else NULL */
};

/* What a socket in LISTEN has beside its struct tcp_sock. */
struct tcp_listener {
	struct list_head syn_list, held, accept_queue;
	u32 nr_syn, nr_held;
};

/* tcp_req.c */
void tcp_req_flow(const struct tcp_request_sock *req, struct flowi *fl);
bool tcp_synack_atomic(u8 pmtudisc, u32 len);
/* tcp_cookie.c */
u32 tcp_cookie_make(struct tcp_request_sock *req);
u32 tcp_cookie_tsval(const struct tcp_request_sock *req, u32 now_ts);
int tcp_cookie_check(const struct net *net, const struct inet_tuple *t, u32 peer_isn, u32 cookie);
bool tcp_cookies_expected(const struct net *net);
bool tcp_cookie_options(struct tcp_request_sock *req, const struct tcp_seg *seg);
u16 tcp_cookie_mss(const struct inet_af *af, int class);

/* TIME-WAIT, and FIN-WAIT-2 without a user. */
struct tcp_timewait_sock {
	struct inet_ehash_entry eh;	/* kind EHASH_TW */
	struct inet_tw_bind bind;
	struct list_head node;		/* net->tcp.tw_list */
	struct timer_list timer;
	struct net *net;
	u32 snd_nxt, rcv_nxt, rcv_wnd;
	u32 ts_recent, tsoffset;
	u64 ts_recent_stamp;
	u32 last_oow_ack_ms, mark;
	u32 label;			/* IPv6's flow label of the connection; 0: any */
	u64 entered_ns;			/* TIME-WAIT: tcp_tw_reuse_delay */
	u8 substate;			/* TCP_FIN_WAIT2 or TCP_TIME_WAIT */
	u8 rcv_wscale, tos;
	bool tstamp_ok;
	struct tcp_md5_key *md5;	/* of the connection; or NULL */
	struct tcp_ao_info *ao;
};

#endif
