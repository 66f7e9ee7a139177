/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The seam of congestion control. An algorithm decides how large cwnd and ssthresh are; when to
 * retransmit and what is lost is not its business. Its state is what tcp_ca_state() gives: zeroes
 * at init(), inside the socket or, when it is large, beside it.
 */
#ifndef NETSTACK_TCP_CC_H
#define NETSTACK_TCP_CC_H

#include "base/base.h"

struct net;
struct sk_buff;
struct sock;
struct tcp_rate_sample;
struct tcp_sock;

enum tcp_ca_event {
	CA_EVENT_TX_START,		/* first transmission when nothing is in flight */
	CA_EVENT_CWND_RESTART,		/* cwnd was reset after idling */
	CA_EVENT_COMPLETE_CWR,		/* end of a reduction */
	CA_EVENT_LOSS,			/* RTO */
	CA_EVENT_ECN_NO_CE,
	CA_EVENT_ECN_IS_CE,
};

struct tcp_ack_sample {
	u32 pkts_acked;
	s32 rtt_us;			/* -1: none */
	u32 in_flight;			/* before this ACK */
};

struct tcp_congestion_ops {
	const char *name;
	bool needs_ecn, needs_pacing;
	u32 state_size;		/* its state, if that is more than TCP_CA_PRIV_SIZE holds; else 0 */
	void (*init)(struct sock *sk);		/* may be NULL, like every row but the first three */
	u32 (*ssthresh)(struct sock *sk);	/* new slow start threshold at a loss */
	/* acked: segments newly delivered by ACK ack */
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);	/* cwnd to return to when a loss was none */
	void (*release)(struct sock *sk);
	void (*set_state)(struct sock *sk, u8 new_state);
	void (*cwnd_event)(struct sock *sk, enum tcp_ca_event ev);
	void (*in_ack_event)(struct sock *sk, u32 flags);
	void (*pkts_acked)(struct sock *sk, const struct tcp_ack_sample *sample);
	/* Takes over from cong_avoid and PRR: sets cwnd and pacing rate itself (BBR). */
	void (*cong_control)(struct sock *sk, u32 ack, int flag, const struct tcp_rate_sample *rs);
	void (*skb_marked_lost)(struct sock *sk, const struct sk_buff *skb);
	u32 (*min_tso_segs)(struct sock *sk);
	u32 (*sndbuf_expand)(struct sock *sk);	/* factor; NULL: 2 */
	/* TCP_CC_INFO: bytes written to info (size is what fits), 0: nothing */
	u32 (*get_info)(struct sock *sk, void *info, u32 size);
};

extern const struct tcp_congestion_ops tcp_reno;
extern const struct tcp_congestion_ops tcp_cubic;
extern const struct tcp_congestion_ops tcp_bbr;		/* version 1, as Linux */
extern const struct tcp_congestion_ops tcp_bbr3;	/* draft-ietf-ccwg-bbr */
extern const struct tcp_congestion_ops tcp_dctcp;	/* RFC 8257 */

/* NULL: no such algorithm */
const struct tcp_congestion_ops *tcp_ca_find(const char *name, u32 len);
void tcp_ca_assign(struct sock *sk);		/* the net's default, for a new socket */
void tcp_ca_init(struct sock *sk);		/* start of the connection */
void tcp_ca_release(struct sock *sk);
int tcp_ca_set(struct sock *sk, const struct tcp_congestion_ops *ops);	/* while connected too */
void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev);
void tcp_set_ca_state(struct sock *sk, u8 state);

/* Building blocks for algorithms. */
u32 tcp_slow_start(struct tcp_sock *tp, u32 acked);	/* what of acked is left over */
void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked);	/* one more segment per w acked */
bool tcp_is_cwnd_limited(const struct sock *sk);
u32 tcp_reno_ssthresh(struct sock *sk);
void tcp_reno_cong_avoid(struct sock *sk, u32 ack, u32 acked);
u32 tcp_reno_undo_cwnd(struct sock *sk);
void *tcp_ca_state(const struct tcp_sock *tp);

#endif
