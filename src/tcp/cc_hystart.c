/* SPDX-License-Identifier: BSD-2-Clause */
/* HyStart and HyStart++ (RFC 9406): see cc_hystart.h. */
#include "tcp/cc_hystart.h"

enum {
	MIN_SAMPLES = 8,
	LOW_WINDOW = 16,		/* classic only */
	ACK_DELTA_US = 2000,
	DELAY_MIN_US = 4000,
	DELAY_MAX_US = 16000,
	CSS_DIVISOR = 4,
	CSS_ROUNDS = 5,
	L_SEGMENTS = 8,			/* per ACK, without pacing */
};

void hystart_reset(struct sock *sk, struct hystart *h)
{
	h->round_us = h->last_ack_us = tcp_now_us(sk);
	h->end_seq = tcp_sk(sk)->snd_nxt;
	h->last_rtt = h->curr_rtt ? h->curr_rtt : ~0u;
	h->curr_rtt = ~0u;
	h->samples = 0;
}

static void hystart_leave(struct sock *sk, struct hystart *h)
{
	struct tcp_sock *tp = tcp_sk(sk);

	h->found = true;
	tp->snd_ssthresh = tp->snd_cwnd;
}

static void hystart_leave_by_delay(struct sock *sk, struct hystart *h)
{
	net_mib_inc(sk->net, TcpExt_TCPHystartDelayDetect);
	net_mib_add(sk->net, TcpExt_TCPHystartDelayCwnd, tcp_sk(sk)->snd_cwnd);
	hystart_leave(sk, h);
}

static u32 hystart_margin(u32 rtt)
{
	return clamp(rtt >> 3, (u32)DELAY_MIN_US, (u32)DELAY_MAX_US);
}

/* -- classic ----------------------------------------------------------------------------------- */

/* What a large packet of the device adds to the time of a train, 1 ms at most. */
static u32 hystart_ack_delay(const struct sock *sk)
{
	u64 rate = sk->sk_pacing_rate;

	return rate ? (u32)min_t(u64, 1000, 65536ull * 4 * USEC_PER_SEC / rate) : 0;
}

/* ACKs that follow each other closely for half a round trip, all of it when paced: it is full. */
static void hystart_train(struct sock *sk, struct hystart *h, u32 delay_min)
{
	u64 now = tcp_now_us(sk);
	u32 thresh = delay_min + hystart_ack_delay(sk);

	if (now - h->last_ack_us > ACK_DELTA_US)
		return;
	h->last_ack_us = now;
	if (!tcp_needs_pacing(sk))
		thresh >>= 1;
	if (now - h->round_us <= thresh)
		return;
	net_mib_inc(sk->net, TcpExt_TCPHystartTrainDetect);
	net_mib_add(sk->net, TcpExt_TCPHystartTrainCwnd, tcp_sk(sk)->snd_cwnd);
	hystart_leave(sk, h);
}

/* The round trip of this round is an eighth above the least. */
static void hystart_delay(struct sock *sk, struct hystart *h, u32 delay, u32 delay_min)
{
	h->curr_rtt = min(h->curr_rtt, delay);
	if (h->samples < MIN_SAMPLES)
		h->samples++;
	else if (h->curr_rtt > delay_min + hystart_margin(delay_min))
		hystart_leave_by_delay(sk, h);
}

static void hystart_classic(struct sock *sk, struct hystart *h, u32 delay, u32 delay_min)
{
	if (after(tcp_sk(sk)->snd_una, h->end_seq))
		hystart_reset(sk, h);	/* rounds are counted from the first on */
	if (tcp_sk(sk)->snd_cwnd < LOW_WINDOW)
		return;
	hystart_train(sk, h, delay_min);
	if (!h->found)
		hystart_delay(sk, h, delay, delay_min);
}

/* -- ++ ---------------------------------------------------------------------------------------- */

/* A round of the conservative phase is over; the fifth ends slow start (RFC 9406 4.2). */
static void hystart_plus_round(struct sock *sk, struct hystart *h)
{
	if (h->baseline_rtt && ++h->css_rounds >= CSS_ROUNDS)
		hystart_leave_by_delay(sk, h);
	hystart_reset(sk, h);
}

static void hystart_plusplus(struct sock *sk, struct hystart *h, u32 delay)
{
	if (!tcp_in_initial_slowstart(tcp_sk(sk)))	/* only the first (TCP-HYS-03) */
		return;
	if (after(tcp_sk(sk)->snd_una, h->end_seq)) {
		hystart_plus_round(sk, h);
		if (h->found)
			return;
	}
	h->curr_rtt = min(h->curr_rtt, delay);
	if (h->samples < MIN_SAMPLES)
		h->samples++;
	if (h->samples < MIN_SAMPLES)
		return;
	if (h->baseline_rtt) {
		if (h->curr_rtt < h->baseline_rtt)	/* it was jitter: on with slow start */
			h->baseline_rtt = h->css_rounds = 0;
	} else if (h->last_rtt != ~0u && h->curr_rtt >= h->last_rtt + hystart_margin(h->last_rtt)) {
		h->baseline_rtt = h->curr_rtt;
		h->css_rounds = 0;
		h->css_acked = 0;
	}
}

/* -- for CUBIC --------------------------------------------------------------------------------- */

void hystart_sample(struct sock *sk, struct hystart *h, u32 delay, u32 delay_min)
{
	u32 mode = tcp_ns(sk)->cubic_hystart;

	if (h->found)
		return;
	if (mode == HYSTART_CLASSIC)
		hystart_classic(sk, h, delay, delay_min);
	else if (mode == HYSTART_PLUSPLUS)
		hystart_plusplus(sk, h, delay);
}

u32 hystart_growth(const struct sock *sk, struct hystart *h, u32 acked)
{
	if (tcp_ns(sk)->cubic_hystart != HYSTART_PLUSPLUS || !tcp_in_initial_slowstart(tcp_sk(sk)))
		return acked;
	if (!tcp_needs_pacing(sk))
		acked = min_t(u32, acked, L_SEGMENTS);
	if (!h->baseline_rtt)
		return acked;
	acked += h->css_acked;
	h->css_acked = (u8)(acked % CSS_DIVISOR);
	return acked / CSS_DIVISOR;
}
