/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Round trip and RTO (RFC 6298), with the variance kept per window of data so that many samples a
 * round trip do not wear it out. Also the timestamp clock's samples on both sides.
 */
#include "tcp/tcp_priv.h"

/* Mean deviation, scaled by 4, after a sample that is off by err from the smoothed one. */
static void tcp_mdev_update(struct tcp_sock *tp, s64 err)
{
	if (err < 0) {
		err = -err - (tp->mdev_us >> 2);
		if (err > 0)
			err >>= 3;	/* a shrinking round trip must not raise the RTO */
	} else {
		err -= tp->mdev_us >> 2;
	}
	tp->mdev_us = (u32)((s64)tp->mdev_us + err);
}

/* One sample of rtt_us. */
void tcp_rtt_estimator(struct sock *sk, s64 rtt_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 rto_min = tcp_rto_min_us(sk), m = (u32)clamp_t(s64, rtt_us, 1, 1ll << 27);
	s64 err;

	if (!tp->srtt_us) {
		tp->srtt_us = m << 3;
		tp->mdev_us = m << 1;
		tp->rttvar_us = max(tp->mdev_us, rto_min);
		tp->mdev_max_us = tp->rttvar_us;
		tp->rtt_seq = tp->snd_nxt;
		return;
	}
	err = (s64)m - (tp->srtt_us >> 3);
	tp->srtt_us = (u32)max_t(s64, (s64)tp->srtt_us + err, 1);
	tcp_mdev_update(tp, err);
	if (tp->mdev_us > tp->mdev_max_us) {
		tp->mdev_max_us = tp->mdev_us;
		tp->rttvar_us = max(tp->rttvar_us, tp->mdev_max_us);
	}
	if (after(tp->snd_una, tp->rtt_seq)) {
		if (tp->mdev_max_us < tp->rttvar_us)
			tp->rttvar_us -= (tp->rttvar_us - tp->mdev_max_us) >> 2;
		tp->rtt_seq = tp->snd_nxt;
		tp->mdev_max_us = rto_min;
	}
}

u32 tcp_rto_from_srtt(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return min((tp->srtt_us >> 3) + tp->rttvar_us, tcp_rto_max_us(sk));
}

/* RTO from the estimate as it is, without back-off. */
void tcp_set_rto(struct sock *sk)
{
	tcp_sk(sk)->rto_us = tcp_rto_from_srtt(sk);
}

static void tcp_update_rtt_min(struct sock *sk, s64 rtt_us, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 win_ms = tcp_ns(sk)->min_rtt_wlen * 1000;

	/* a delayed ACK of a small flight would only ever raise the minimum */
	if (flag & FLAG_ACK_MAYBE_DELAYED && rtt_us > tcp_min_rtt(tp))
		return;
	minmax_running_min(&tp->rtt_min, win_ms, tcp_now_ms(sk), (u32)max_t(s64, rtt_us, 1));
}

/* Sample by the echoed timestamp, -1 if there is none. */
static s64 tcp_rtt_tsopt_us(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 delta;

	if (!tp->rx_opt.saw_tstamp || !tp->rx_opt.rcv_tsecr)
		return -1;
	delta = tcp_ts_val(tp) - tp->rx_opt.rcv_tsecr;
	if (delta > 1u << 27)
		return -1;
	return (s64)max(delta, 1u) * 1000;
}

/*
 * The samples that one ACK gives: seq_rtt by the oldest packet that it acknowledged for the first
 * time, sack_rtt by SACKed ones, ca_rtt by the newest; each -1 if none. Karn: packets sent twice
 * give none, but the echoed timestamp may (TCP-TS-06). True when the RTO was updated.
 */
bool tcp_ack_update_rtt(struct sock *sk, int flag, s64 seq_rtt, s64 sack_rtt, s64 ca_rtt,
			struct tcp_rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (seq_rtt < 0)
		seq_rtt = sack_rtt;
	if (seq_rtt < 0 && flag & FLAG_ACKED)
		seq_rtt = ca_rtt = tcp_rtt_tsopt_us(sk);
	rs->rtt_us = ca_rtt;
	if (seq_rtt < 0)
		return false;
	tcp_update_rtt_min(sk, ca_rtt < 0 ? seq_rtt : ca_rtt, flag);
	tcp_rtt_estimator(sk, seq_rtt);
	tcp_set_rto(sk);
	tp->backoff = 0;
	return true;
}

/* Handshake's sample, passive side: sent_us is when the SYN-ACK left, 0: it was sent twice. */
void tcp_synack_rtt_meas(struct sock *sk, u64 sent_us)
{
	struct tcp_rate_sample rs = { 0 };
	s64 rtt = -1;

	if (sent_us)
		rtt = (s64)(tcp_now_us(sk) - sent_us);
	tcp_ack_update_rtt(sk, FLAG_SYN_ACKED, rtt, -1, rtt, &rs);
}

/* -- the receiver's estimate, for buffer tuning ------------------------------------------------ */

/* The least sample: what the peer's program waits before it sends is no part of a round trip. */
static void tcp_rcv_rtt_update(struct tcp_sock *tp, u32 sample_us)
{
	u32 m = max(sample_us, 1u) << 3;

	if (!tp->rcv_rtt_us || m < tp->rcv_rtt_us)
		tp->rcv_rtt_us = m;
}

/* Without timestamps: the time that a full window of data takes. */
void tcp_rcv_rtt_measure(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_us(sk);

	if (tp->rcv_rtt_time_us) {
		if (before(tp->rcv_nxt, tp->rcv_rtt_seq))
			return;
		tcp_rcv_rtt_update(tp, (u32)min_t(u64, now - tp->rcv_rtt_time_us, 1u << 27));
	}
	tp->rcv_rtt_seq = tp->rcv_nxt + tp->rcv_wnd;
	tp->rcv_rtt_time_us = now;
}

/* With timestamps: what the peer echoes of ours. */
void tcp_rcv_rtt_measure_ts(struct sock *sk, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 us;

	if (!tp->rx_opt.saw_tstamp || tp->rx_opt.rcv_tsecr == tp->rcv_rtt_last_tsecr)
		return;
	tp->rcv_rtt_last_tsecr = tp->rx_opt.rcv_tsecr;
	if (len < tp->rcv_mss)
		return;
	us = tcp_rtt_tsopt_us(sk);
	if (us > 0)
		tcp_rcv_rtt_update(tp, (u32)us);
}
