/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Explicit congestion notification, classic (RFC 3168) and accurate (RFC 9768): what a connection
 * keeps of the latter, and the calls of tcp_ecn.c (handshake, marking) and tcp_accecn.c (counters).
 */
#ifndef NETSTACK_TCP_ACCECN_H
#define NETSTACK_TCP_ACCECN_H

#include "base/base.h"

struct ip_xmit_opts;
struct sk_buff;
struct sock;
struct tcp_hdr;
struct tcp_opts_parsed;
struct tcp_request_sock;
struct tcp_seg;
struct tcp_sock;

/* net.ipv4.tcp_ecn_option */
enum { ACCECN_OPT_NEVER, ACCECN_OPT_MINIMUM, ACCECN_OPT_FULL, ACCECN_OPT_PERSIST };

/* accecn.seen: the best option that came (tcpi_accecn_opt_seen) */
enum { ACCECN_NOT_SEEN, ACCECN_EMPTY_SEEN, ACCECN_COUNTER_SEEN, ACCECN_FAIL_SEEN };

/* accecn.fail (tcpi_accecn_fail_mode) */
enum {
	ACCECN_ACE_FAIL_SEND = 1,	/* our ACE was zeroed, or we had to leave it out */
	ACCECN_ACE_FAIL_RECV = 2,	/* the peer's feedback on the handshake cannot be true */
	ACCECN_OPT_FAIL_SEND = 4,	/* segments with our option do not arrive */
	ACCECN_OPT_FAIL_RECV = 8,	/* the option comes mangled */
};

enum {
	ACCECN_CEP_INIT = 5,		/* RFC 9768 3.2.1: what the counters begin with */
	ACCECN_E0B_INIT = 1,
	ACCECN_E1B_INIT = 1,
	ACCECN_CEB_INIT = 0,
	ACCECN_ACE_MASK = 7,
};

/* Byte counters are by codepoint less 1: ECT(1), ECT(0), CE. */
struct tcp_accecn {
	u64 opt_sent_us;		/* last option */
	u32 received_ce;		/* CE marked packets, r.cep less its initial value */
	u32 received_bytes[3];
	u32 delivered_bytes[3];		/* what the peer says it got of ours */
	u16 acked_avg;			/* segments per ACK, in 64ths; 0: no ACK yet */
	u8 ce_pending;			/* CE marked packets since our last ACK, at most 15 */
	u8 opt_demand;			/* so many of the next segments carry the option */
	u8 opt_min;			/* counters that it needs to tell the news: 0..3 */
	u8 seen, fail;
	u8 syn_ect;			/* codepoint of the peer's SYN or SYN-ACK */
	u8 last_ect;			/* of its latest segment */
	u8 grows;			/* codepoint whose counter grew last; 0: not clear */
	bool reflect;			/* the next ACK tells syn_ect instead of the counter */
	bool opt_with_dsack;		/* the last option went with a D-SACK */
	bool ace_checked;		/* the first counter after the handshake has come */
};

/* tcp_ecn.c */
u16 tcp_ecn_syn_flags(struct sock *sk);
u16 tcp_ecn_syn_again(struct sock *sk, u16 flags);
void tcp_ecn_rcv_synack(struct sock *sk, const struct tcp_seg *seg);
void tcp_ecn_rcv_cross_syn(struct sock *sk, const struct tcp_seg *seg);
void tcp_ecn_rcv_late_syn(struct sock *sk, const struct tcp_seg *seg);
u16 tcp_ecn_synack_flags(const struct tcp_sock *tp);
void tcp_ecn_req_syn(struct tcp_request_sock *req, const struct tcp_seg *seg);
bool tcp_ecn_req_by_route(const struct tcp_request_sock *req, bool may_ask);
void tcp_ecn_req_syn_again(struct tcp_request_sock *req, const struct tcp_seg *seg);
u16 tcp_ecn_req_synack_flags(struct tcp_request_sock *req, bool again);
void tcp_ecn_req_cookie(struct tcp_request_sock *req, const struct tcp_seg *seg);
void tcp_ecn_req_ack(struct tcp_request_sock *req, const struct tcp_seg *seg);
void tcp_ecn_child(const struct tcp_request_sock *req, struct tcp_sock *tp);
void tcp_ecn_synack_acked(struct sock *sk, const struct tcp_seg *seg);
void tcp_ecn_mark(struct sock *sk, const struct sk_buff *payload, struct tcp_hdr *hdr,
		  struct ip_xmit_opts *io, u32 seq);
u8 tcp_ecn_tw_tos(const struct tcp_sock *tp);

/* tcp_accecn.c */
void tcp_accecn_reset(struct tcp_sock *tp);
u16 tcp_accecn_ace_flags(u8 ace);
u8 tcp_accecn_ace(u16 flags);
u16 tcp_accecn_predicted(const struct tcp_sock *tp);
void tcp_accecn_received(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg);
u8 tcp_accecn_judge_option(const struct tcp_opts_parsed *o);
void tcp_accecn_note_option(struct tcp_sock *tp, const struct tcp_opts_parsed *o);
void tcp_accecn_synack_option(struct tcp_opts_parsed *o);
void tcp_accecn_fit_option(const struct sock *sk, struct tcp_opts_parsed *o);
void tcp_accecn_option_sent(struct sock *sk);
void tcp_accecn_spurious_data(struct sock *sk, const struct tcp_seg *seg);
int tcp_accecn_process(struct sock *sk, const struct tcp_seg *seg, u32 delivered, u32 bytes,
		       int flag);

#endif
