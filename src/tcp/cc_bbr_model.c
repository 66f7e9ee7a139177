/* SPDX-License-Identifier: BSD-2-Clause */
/* The arithmetic of BBR's path model, for cc_bbr.c (version 1) and cc_bbr3.c. */
#include "tcp/cc_bbr.h"

#include "tcp/tcp_info.h"

enum { BBR_SLOW_BPS = 1200000, BBR_TSO_GOAL_MAX = 127, BBR_AGGR_RESET = 1 << 20 };

u32 bbr_bdp(const struct sock *sk, u64 bw, u32 min_rtt_us, u32 gain)
{
	(void)sk;
	if (min_rtt_us == BBR_NO_RTT)		/* nothing measured: the initial window */
		return TCP_INIT_CWND;
	return (u32)min_t(u64, ((bw * min_rtt_us * gain >> BBR_GAIN_SHIFT) + BBR_BW_UNIT - 1) >>
				       BBR_BW_SHIFT, U32_MAX / 4);
}

u32 bbr_min_tso_segs(struct sock *sk)
{
	return sk->sk_pacing_rate < BBR_SLOW_BPS / 8 ? 1 : 2;
}

u32 bbr_tso_goal(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 bytes = min_t(u64, sk->sk_pacing_rate >> 10, tp->gso_goal);
	u32 segs = max((u32)(bytes / max_t(u32, tp->mss_cache, 1)), bbr_min_tso_segs(sk));

	return min_t(u32, segs, BBR_TSO_GOAL_MAX);
}

/* Room for a window's worth while another one is being recovered. */
u32 bbr_sndbuf_expand(struct sock *sk)
{
	(void)sk;
	return 3;
}

u64 bbr_pacing_rate(const struct sock *sk, u64 bw, u32 gain)
{
	u64 rate = bw * tcp_sk(sk)->mss_cache * gain >> BBR_GAIN_SHIFT;

	rate = rate / 100 * (100 - BBR_MARGIN_PERCENT);
	return min_t(u64, rate * (USEC_PER_SEC / 64) >> (BBR_BW_SHIFT - 6), sk->sk_max_pacing_rate);
}

u64 bbr_initial_rate(const struct sock *sk, u32 gain)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 rtt = tp->srtt_us ? max(tp->srtt_us >> 3, 1u) : 1000;

	return bbr_pacing_rate(sk, (u64)tp->snd_cwnd * BBR_BW_UNIT / rtt, gain);
}

u64 bbr_sample_bw(const struct tcp_rate_sample *rs)
{
	return (u64)rs->delivered * BBR_BW_UNIT / (u64)rs->interval_us;
}

/*
 * An epoch is a time in which ACKs came faster than bw; it ends when the bandwidth has caught up.
 * The excess is what a burst of ACKs lets be outstanding beyond the BDP.
 */
void bbr_aggr_update(struct sock *sk, struct bbr_aggr *a, const struct tcp_rate_sample *rs, u64 bw,
		     bool round_start, u32 span)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 expected;

	if (!rs->acked_sacked || !bbr_sample_ok(rs))
		return;
	if (round_start && ++a->rounds >= span) {
		a->rounds = 0;
		a->idx ^= 1;
		a->extra[a->idx] = 0;
	}
	expected = (u32)min_t(u64, bw * (tp->delivered_us - a->epoch_us) >> BBR_BW_SHIFT, U32_MAX);
	if (a->epoch_acked <= expected || a->epoch_acked + rs->acked_sacked >= BBR_AGGR_RESET) {
		a->epoch_acked = 0;
		a->epoch_us = tp->delivered_us;
		expected = 0;
	}
	a->epoch_acked += rs->acked_sacked;
	a->extra[a->idx] = max(a->extra[a->idx], min(a->epoch_acked - expected, tp->snd_cwnd));
}

u32 bbr_aggr_extra(const struct bbr_aggr *a)
{
	return max(a->extra[0], a->extra[1]);
}

u32 bbr_fill_info(const struct sock *sk, void *info, u32 size, u64 bw, u32 min_rtt_us,
		  u32 pacing_gain, u32 cwnd_gain)
{
	u64 bytes = bw * tcp_sk(sk)->mss_cache * (USEC_PER_SEC / 64) >> (BBR_BW_SHIFT - 6);
	struct tcp_bbr_info_abi i = { (u32)bytes, (u32)(bytes >> 32), min_rtt_us, pacing_gain,
				      cwnd_gain };

	size = min_t(u32, size, sizeof(i));
	memcpy(info, &i, size);
	return size;
}
