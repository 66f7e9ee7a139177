/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CUBIC (RFC 9438): between losses cwnd follows W(t) = C (t - K)^3 + W_max, never slower than what
 * Reno would get. HyStart (cc_hystart.c) leaves slow start before it overflows the bottleneck.
 *
 * Units: windows in segments, times in microseconds unless _ms; W_est with 20 binary digits.
 */
#include "tcp/cc_hystart.h"

enum {
	BETA = 717,			/* 0.7, of 1024 */
	BETA_SCALE = 1024,
	EST_SHIFT = 20,
};
/* 3 (1 - beta) / (1 + beta) */
#define ALPHA_EST ((u64)((3 * (BETA_SCALE - BETA)) << EST_SHIFT) / (BETA_SCALE + BETA))

struct cubic {
	u64 epoch_us;			/* start of this curve; 0: none */
	u64 w_est;			/* Reno's window, EST_SHIFT */
	u64 last_us;			/* when cnt was computed */
	struct hystart hystart;
	u32 cnt;			/* ACKed segments for one more of cwnd */
	u32 w_max;			/* before the last reduction, fast convergence applied */
	u32 prior_cwnd;			/* just before it */
	u32 origin;			/* plateau of the curve */
	u32 k_ms;
	u32 last_cwnd;
	u32 acked;			/* since w_est was computed */
	u32 delay_min;			/* least round trip */
};
_Static_assert(sizeof(struct cubic) <= TCP_CA_PRIV_SIZE, "cubic fits ca_priv");

static struct cubic *cubic_of(struct sock *sk)
{
	return tcp_ca_state(tcp_sk(sk));
}

/* Integer cube root, rounded down: bit by bit from the top. */
static u32 cubic_root(u64 a)
{
	u64 r = 0;

	for (int s = 63; s >= 0; s -= 3) {
		u64 b;

		r <<= 1;
		b = 3 * r * (r + 1) + 1;
		if (a >> s >= b) {
			a -= b << s;
			r++;
		}
	}
	return (u32)r;
}

/* No history, but for the window that the last loss met: Reno's pace goes by it (RFC 9438 4.3, 4.8). */
static void cubic_reset(struct sock *sk)
{
	struct cubic *ca = cubic_of(sk);
	u32 prior = ca->prior_cwnd;

	memset(ca, 0, sizeof(*ca));
	ca->prior_cwnd = prior;
	hystart_reset(sk, &ca->hystart);
}

static void cubic_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct cubic *ca = cubic_of(sk);
	u64 now = tcp_now_us(sk), idle;

	if (ev != CA_EVENT_TX_START || !ca->epoch_us)
		return;
	/* time spent idle is no time on the curve (TCP-CUB-05) */
	idle = now - tcp_sk(sk)->lsndtime_us;
	ca->epoch_us = min(ca->epoch_us + idle, now);
}

/* W(t + RTT), t since the epoch */
static u32 cubic_target(const struct cubic *ca, u64 now)
{
	u64 t_ms = (now - ca->epoch_us + ca->delay_min) / 1000, off, delta;
	bool below = t_ms < ca->k_ms;

	off = below ? ca->k_ms - t_ms : t_ms - ca->k_ms;
	off = min_t(u64, off, 2000000);
	delta = off * off * off / 2500000000ull;	/* 0.4 (off/1000)^3 */
	if (below)
		return delta < ca->origin ? ca->origin - (u32)delta : 0;
	return (u32)min_t(u64, ca->origin + delta, U32_MAX / 2);
}

static void cubic_new_epoch(struct cubic *ca, u32 cwnd, u32 acked, u64 now)
{
	ca->epoch_us = now;
	ca->acked = acked;
	ca->w_est = (u64)cwnd << EST_SHIFT;
	if (ca->w_max <= cwnd) {
		ca->k_ms = 0;
		ca->origin = cwnd;
	} else {
		/* K = cbrt((W_max - cwnd) / C), in ms */
		ca->k_ms = cubic_root((u64)(ca->w_max - cwnd) * 2500000000ull);
		ca->origin = ca->w_max;
	}
}

/* Reno's estimate: alpha per round trip until it is where the loss was, then 1 (RFC 9438 4.3). */
static u32 cubic_reno_cnt(struct cubic *ca, u32 cwnd)
{
	u64 alpha = ca->w_est >> EST_SHIFT < ca->prior_cwnd ? ALPHA_EST : 1ull << EST_SHIFT;
	u32 est;

	ca->w_est += alpha * ca->acked / cwnd;
	ca->acked = 0;
	est = (u32)(ca->w_est >> EST_SHIFT);
	return est > cwnd ? cwnd / (est - cwnd) : ~0u;
}

static void cubic_update(struct sock *sk, u32 cwnd, u32 acked)
{
	struct cubic *ca = cubic_of(sk);
	u64 now = tcp_now_us(sk);
	u32 target;

	/* looked at when cwnd has moved or been used up, and 32 times a second (Linux: these only) */
	ca->acked += acked;
	if (ca->last_cwnd == cwnd && ca->epoch_us && ca->acked < cwnd && now - ca->last_us <= 31250)
		return;
	ca->last_cwnd = cwnd;
	ca->last_us = now;
	if (!ca->epoch_us)
		cubic_new_epoch(ca, cwnd, acked, now);
	target = cubic_target(ca, now);
	ca->cnt = target > cwnd ? cwnd / (target - cwnd) : 100 * cwnd;
	if (!ca->w_max && ca->cnt > 20)		/* no loss yet: probe at 5 % a round trip */
		ca->cnt = 20;
	ca->cnt = min(ca->cnt, cubic_reno_cnt(ca, cwnd));
	ca->cnt = max(ca->cnt, 2u);		/* at most half of cwnd per round trip */
}

static void cubic_cong_avoid(struct sock *sk, u32 ack, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	(void)ack;
	if (!tcp_is_cwnd_limited(sk))
		return;
	if (tcp_in_slow_start(tp)) {
		acked = tcp_slow_start(tp, hystart_growth(sk, &cubic_of(sk)->hystart, acked));
		if (!acked)
			return;
	}
	cubic_update(sk, tp->snd_cwnd, acked);
	tcp_cong_avoid_ai(tp, cubic_of(sk)->cnt, acked);
}

static u32 cubic_ssthresh(struct sock *sk)
{
	struct cubic *ca = cubic_of(sk);
	u32 cwnd = tcp_sk(sk)->snd_cwnd;

	ca->epoch_us = 0;
	ca->prior_cwnd = cwnd;
	/* fast convergence: still below the old maximum, so leave room to others */
	if (cwnd < ca->w_max)
		ca->w_max = (u32)((u64)cwnd * (BETA_SCALE + BETA) / (2 * BETA_SCALE));
	else
		ca->w_max = cwnd;
	return max((u32)((u64)cwnd * BETA / BETA_SCALE), 2u);
}

static void cubic_set_state(struct sock *sk, u8 state)
{
	if (state == TCP_CA_Loss)
		cubic_reset(sk);
}

static void cubic_pkts_acked(struct sock *sk, const struct tcp_ack_sample *sample)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct cubic *ca = cubic_of(sk);
	u64 now = tcp_now_us(sk);
	u32 delay;

	if (sample->rtt_us < 0)
		return;
	if (ca->epoch_us && now - ca->epoch_us < USEC_PER_SEC)
		return;			/* just after a reduction queues are not yet drained */
	delay = max((u32)sample->rtt_us, 1u);
	if (!ca->delay_min || ca->delay_min > delay)
		ca->delay_min = delay;
	if (tcp_in_slow_start(tp))
		hystart_sample(sk, &ca->hystart, delay, ca->delay_min);
}

const struct tcp_congestion_ops tcp_cubic = {
	.name = "cubic",
	.init = cubic_reset,
	.ssthresh = cubic_ssthresh,
	.cong_avoid = cubic_cong_avoid,
	.set_state = cubic_set_state,
	.undo_cwnd = tcp_reno_undo_cwnd,
	.cwnd_event = cubic_cwnd_event,
	.pkts_acked = cubic_pkts_acked,
};
