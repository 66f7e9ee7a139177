/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Delivery rate (the sampler that BBR and TCP_INFO read): each packet remembers how much had been
 * delivered, and when, as it left; its ACK gives the rate over that interval. And the stop-watches
 * of what limits the sender: the application, the receiver's window, the send buffer.
 */
#include "tcp/tcp_priv.h"

void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);
	u64 now = tcp_now_us(sk);

	if (cb->flags & TCPHDR_SYN) {	/* its round trip is no rate */
		cb->delivered_us = 0;
		return;
	}
	if (!tp->packets_out) {		/* a new busy period */
		tp->first_tx_us = now;
		tp->delivered_us = now;
	}
	cb->first_tx_us = tp->first_tx_us;
	cb->delivered_us = tp->delivered_us;
	cb->delivered = tp->delivered;
	cb->lost = tp->lost;
	cb->app_limited = tp->app_limited;
	cb->tx_in_flight = tcp_packets_in_flight(tp) + cb->pcount;
}

/* skb is delivered: if it is the latest sent so far, the sample is over its interval. */
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct tcp_rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);

	if (!cb->delivered_us)
		return;
	if (!rs->prior_us || cb->xmit_us > tp->first_tx_us ||
	    (cb->xmit_us == tp->first_tx_us && after(cb->end_seq, rs->last_end_seq))) {
		rs->prior_delivered = cb->delivered;
		rs->prior_us = cb->delivered_us;
		rs->is_app_limited = cb->app_limited;
		rs->tx_in_flight = cb->tx_in_flight;
		rs->lost = tp->lost - cb->lost;
		rs->is_retrans = cb->sacked & TCPCB_EVER_RETRANS;
		rs->last_end_seq = cb->end_seq;
		rs->snd_interval_us = (u32)(cb->xmit_us - cb->first_tx_us);
		tp->first_tx_us = cb->xmit_us;
	}
	if (cb->sacked & TCPCB_SACKED)	/* already booked at the SACK: not again at the ACK */
		cb->delivered_us = 0;
}

/* Completes the sample of one ACK: delivered and lost are segments that it told of. */
void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg,
		  struct tcp_rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 snd_us, ack_us;

	if (tp->app_limited && after(tp->delivered, tp->app_limited))
		tp->app_limited = 0;
	if (delivered)
		tp->delivered_us = tcp_now_us(sk);
	rs->acked_sacked = delivered;
	rs->losses = (int)lost;
	if (!rs->prior_us || is_sack_reneg) {
		rs->delivered = -1;
		rs->interval_us = -1;
		return;
	}
	rs->delivered = (s32)(tp->delivered - rs->prior_delivered);
	snd_us = rs->snd_interval_us;
	ack_us = (u32)(tcp_now_us(sk) - rs->prior_us);
	rs->rcv_interval_us = ack_us;
	rs->interval_us = max(snd_us, ack_us);
	if (rs->interval_us < tcp_min_rtt(tp)) {	/* cannot be: clocks or ACKs were compressed */
		rs->interval_us = -1;
		return;
	}
	/* TCP_INFO keeps the best recent one, and any that the application did not limit */
	if (!rs->is_app_limited || (u64)rs->delivered * tp->rate_interval_us >=
					   (u64)tp->rate_delivered * (u64)rs->interval_us) {
		tp->rate_delivered = (u32)rs->delivered;
		tp->rate_interval_us = (u32)rs->interval_us;
		tp->rate_app_limited = rs->is_app_limited;
	}
}

/* Is the application the limit now? Then what is in flight says nothing about the path. */
void tcp_rate_check_app_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->write_seq - tp->snd_nxt < tp->mss_cache && sk->sk_wmem_alloc < TCP_SKB_OVERHEAD &&
	    tcp_packets_in_flight(tp) < tp->snd_cwnd && tp->lost_out <= tp->retrans_out)
		tp->app_limited = max(tp->delivered + tcp_packets_in_flight(tp), 1u);
}

/* -- stop-watches ------------------------------------------------------------------------------ */

static u64 tcp_chrono_now(const struct tcp_sock *tp)
{
	return tcp_now_us(&tp->inet.sk);
}

static void tcp_chrono_set(struct tcp_sock *tp, u32 type)
{
	u64 now = tcp_chrono_now(tp);

	if (tp->chrono_type)
		tp->chrono_stat_us[tp->chrono_type - 1] += now - tp->chrono_start_us;
	tp->chrono_start_us = now;
	tp->chrono_type = type & 3;
}

/* The most specific reason wins: send buffer over window over busy. */
void tcp_chrono_start(struct tcp_sock *tp, u32 type)
{
	if (type > tp->chrono_type)
		tcp_chrono_set(tp, type);
}

void tcp_chrono_stop(struct tcp_sock *tp, u32 type)
{
	const struct sock *sk = &tp->inet.sk;

	/* busy as long as there is anything to send or to have acknowledged */
	if (tcp_rtx_empty(tp) && skb_queue_empty(&sk->sk_write_queue)) {
		if (tp->chrono_type)
			tcp_chrono_set(tp, 0);
	} else if (type == tp->chrono_type && type != TCP_CHRONO_BUSY) {
		tcp_chrono_set(tp, TCP_CHRONO_BUSY);
	}
}

/* Everything is sent and the user could not write more: the buffer limits. */
void tcp_chrono_sndbuf_check(struct sock *sk)
{
	if (sock_flag(sk, SOCK_QUEUE_SHRUNK) && tcp_state_in(sk, TCPF_CAN_SEND))
		tcp_chrono_start(tcp_sk(sk), TCP_CHRONO_SNDBUF_LIMITED);
}

u64 tcp_chrono_read(const struct tcp_sock *tp, u32 type)
{
	u64 us = tp->chrono_stat_us[type - 1];

	if (tp->chrono_type == type)
		us += tcp_chrono_now(tp) - tp->chrono_start_us;
	return us;
}
