/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BBR, version 1, as Linux ships it (draft-cardwell-iccrg-bbr-congestion-control-00): a model of
 * the path - the largest recent delivery rate, the least recent round trip - and a rate and window
 * that follow from it. Loss changes the model only where a policer shows.
 *
 *	STARTUP	2.89 times the rate each round until it grows no more
 *	DRAIN	the inverse until the queue that made is gone
 *	PROBE_BW	eight phases of a round trip: 5/4, 3/4, then even
 *	PROBE_RTT	every 10 s four segments for 200 ms, to see the path without a queue
 */
#include "tcp/cc_bbr.h"

enum bbr_mode { BBR_STARTUP, BBR_DRAIN, BBR_PROBE_BW, BBR_PROBE_RTT };
enum {
	BBR_HIGH_GAIN = 256 * 2885 / 1000 + 1,	/* 2/ln 2: doubles the rate each round */
	BBR_DRAIN_GAIN = 256 * 1000 / 2885,
	BBR_CWND_GAIN = 512,
	BBR_CYCLE = 8,
	BBR_CYCLE_RAND = 7,		/* do not begin with the phase that drains */
	BBR_BW_ROUNDS = BBR_CYCLE + 2,	/* window of the bandwidth filter */
	BBR_FULL_ROUNDS = 3,
	BBR_MIN_RTT_US = 10 * 1000 * 1000,
	BBR_AGGR_ROUNDS = 5,
	BBR_LT_MIN_ROUNDS = 4,		/* a policer's sampling interval */
	BBR_LT_MAX_ROUNDS = 48,		/* its rate is believed so long */
	BBR_LT_LOSS = 50,		/* of 256: a fifth lost is a policer */
	BBR_LT_DIFF_BPS = 4000 / 8,
};

struct bbr {
	struct minmax_filter bw;	/* over rounds */
	struct bbr_aggr aggr;
	u64 min_rtt_at_us, cycle_us;
	u64 probe_rtt_done_us;		/* 0: not yet down to four segments */
	u64 lt_last_us;
	u32 min_rtt_us, rounds, next_round_delivered;
	u32 lt_bw, lt_last_delivered, lt_last_lost, lt_rounds;
	u32 prior_cwnd, full_bw, pacing_gain, cwnd_gain;
	u8 mode, prev_ca_state, full_rounds, cycle_idx;
	bool packet_conservation, round_start, idle_restart, probe_rtt_round_done;
	bool lt_sampling, lt_use_bw, full_bw_reached, has_seen_rtt;
};

static const u32 bbr_cycle_gain[BBR_CYCLE] = { 320, 192, 256, 256, 256, 256, 256, 256 };

static struct bbr *bbr_of(const struct sock *sk)
{
	return tcp_ca_state(tcp_sk(sk));
}

static u32 bbr_max_bw(const struct bbr *b)
{
	return minmax_get(&b->bw);
}

static u32 bbr_bw(const struct bbr *b)
{
	return b->lt_use_bw ? b->lt_bw : bbr_max_bw(b);
}

/* -- rate and window --------------------------------------------------------------------------- */

static void bbr_rate_from_rtt(struct sock *sk)
{
	struct bbr *b = bbr_of(sk);

	b->has_seen_rtt = tcp_sk(sk)->srtt_us != 0;
	sk->sk_pacing_rate = bbr_initial_rate(sk, BBR_HIGH_GAIN);
}

/* Until the pipe is full the rate only grows: a low early sample is no reason to slow down. */
static void bbr_set_pacing_rate(struct sock *sk, u32 bw, u32 gain)
{
	struct bbr *b = bbr_of(sk);
	u64 rate = bbr_pacing_rate(sk, bw, gain);

	if (!b->has_seen_rtt && tcp_sk(sk)->srtt_us)
		bbr_rate_from_rtt(sk);
	if (b->full_bw_reached || rate > sk->sk_pacing_rate)
		sk->sk_pacing_rate = rate;
}

/* What bursts to the device and delayed ACKs need on top of the BDP. */
static u32 bbr_quantize(struct sock *sk, u32 cwnd)
{
	const struct bbr *b = bbr_of(sk);

	cwnd += 3 * bbr_tso_goal(sk);
	cwnd = (cwnd + 1) & ~1u;
	return b->mode == BBR_PROBE_BW && !b->cycle_idx ? cwnd + 2 : cwnd;
}

static u32 bbr_inflight(struct sock *sk, u32 bw, u32 gain)
{
	return bbr_quantize(sk, bbr_bdp(sk, bw, bbr_of(sk)->min_rtt_us, gain));
}

/* What of inflight will still be in the network when the pacer lets the next packet go. */
static u32 bbr_inflight_at_edt(struct sock *sk, u32 inflight)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct bbr *b = bbr_of(sk);
	u64 wait_us = tp->wstamp_ns > sk->net->now ? (tp->wstamp_ns - sk->net->now) / 1000 : 0;
	u64 delivered = (u64)bbr_bw(b) * wait_us >> BBR_BW_SHIFT;

	if (b->pacing_gain > BBR_UNIT)
		inflight += bbr_tso_goal(sk);
	return delivered >= inflight ? 0 : inflight - (u32)delivered;
}

static void bbr_save_cwnd(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);

	if (b->prev_ca_state < TCP_CA_Recovery && b->mode != BBR_PROBE_RTT)
		b->prior_cwnd = tp->snd_cwnd;
	else
		b->prior_cwnd = max(b->prior_cwnd, tp->snd_cwnd);
}

/* Recovery: one round of packet conservation, then as usual; back to the old window behind it. */
static bool bbr_cwnd_recover(struct sock *sk, const struct tcp_rate_sample *rs, u32 *cwnd)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);
	u8 state = tp->ca_state;

	if (rs->losses > 0)
		*cwnd = *cwnd > (u32)rs->losses ? *cwnd - (u32)rs->losses : 1;
	if (state == TCP_CA_Recovery && b->prev_ca_state != TCP_CA_Recovery) {
		b->packet_conservation = true;
		b->next_round_delivered = tp->delivered;
		*cwnd = tcp_packets_in_flight(tp) + rs->acked_sacked;
	} else if (b->prev_ca_state >= TCP_CA_Recovery && state < TCP_CA_Recovery) {
		*cwnd = max(*cwnd, b->prior_cwnd);
		b->packet_conservation = false;
	}
	b->prev_ca_state = state;
	if (b->packet_conservation)
		*cwnd = max(*cwnd, tcp_packets_in_flight(tp) + rs->acked_sacked);
	return b->packet_conservation;
}

static void bbr_set_cwnd(struct sock *sk, const struct tcp_rate_sample *rs, u32 bw, u32 gain)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);
	u32 cwnd = tp->snd_cwnd, target, aggr = 0;

	if (rs->acked_sacked && !bbr_cwnd_recover(sk, rs, &cwnd)) {
		if (b->full_bw_reached)
			aggr = min(bbr_aggr_extra(&b->aggr),
				   (u32)((u64)bw * BBR_EXTRA_ACKED_MAX_US >> BBR_BW_SHIFT));
		target = bbr_quantize(sk, bbr_bdp(sk, bw, b->min_rtt_us, gain) + aggr);
		if (b->full_bw_reached)
			cwnd = min(cwnd + rs->acked_sacked, target);
		else if (cwnd < target || tp->delivered < TCP_INIT_CWND)
			cwnd += rs->acked_sacked;
		cwnd = max_t(u32, cwnd, BBR_MIN_CWND);
	}
	tp->snd_cwnd = min(cwnd, tp->snd_cwnd_clamp);
	if (b->mode == BBR_PROBE_RTT)
		tp->snd_cwnd = min_t(u32, tp->snd_cwnd, BBR_MIN_CWND);
}

/* -- long-term rate: is there a policer? ------------------------------------------------------- */

static void bbr_lt_interval(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);

	b->lt_last_us = tp->delivered_us;
	b->lt_last_delivered = tp->delivered;
	b->lt_last_lost = tp->lost;
	b->lt_rounds = 0;
}

static void bbr_lt_reset(struct sock *sk)
{
	struct bbr *b = bbr_of(sk);

	b->lt_bw = 0;
	b->lt_use_bw = false;
	b->lt_sampling = false;
	bbr_lt_interval(sk);
}

/* Two lossy intervals with the same rate: that is the policer's, and it is kept to. */
static void bbr_lt_interval_done(struct sock *sk, u32 bw)
{
	struct bbr *b = bbr_of(sk);
	u32 diff = bw > b->lt_bw ? bw - b->lt_bw : b->lt_bw - bw;

	if (b->lt_bw && (diff <= b->lt_bw / 8 ||
			 bbr_pacing_rate(sk, diff, BBR_UNIT) <= BBR_LT_DIFF_BPS)) {
		b->lt_bw = (u32)(((u64)bw + b->lt_bw) >> 1);
		b->lt_use_bw = true;
		b->pacing_gain = BBR_UNIT;
		b->lt_rounds = 0;
		return;
	}
	b->lt_bw = bw;
	bbr_lt_interval(sk);
}

static void bbr_enter_probe_bw(struct sock *sk);

static void bbr_lt_sample(struct sock *sk, const struct tcp_rate_sample *rs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);
	u32 lost, delivered;
	u64 t;

	if (b->lt_use_bw) {
		if (b->mode == BBR_PROBE_BW && b->round_start && ++b->lt_rounds >= BBR_LT_MAX_ROUNDS) {
			bbr_lt_reset(sk);	/* the policer may be gone: probe again */
			bbr_enter_probe_bw(sk);
		}
		return;
	}
	if (!b->lt_sampling) {		/* begins with the first loss: the tokens ran out */
		if (!rs->losses)
			return;
		bbr_lt_interval(sk);
		b->lt_sampling = true;
	}
	if (rs->is_app_limited) {
		bbr_lt_reset(sk);
		return;
	}
	b->lt_rounds += b->round_start;
	if (b->lt_rounds < BBR_LT_MIN_ROUNDS)
		return;
	if (b->lt_rounds > 4 * BBR_LT_MIN_ROUNDS) {
		bbr_lt_reset(sk);
		return;
	}
	lost = tp->lost - b->lt_last_lost;
	delivered = tp->delivered - b->lt_last_delivered;
	if (!rs->losses || !delivered || (u64)lost << 8 < (u64)BBR_LT_LOSS * delivered)
		return;
	t = tp->delivered_us - b->lt_last_us;
	if (t >= USEC_PER_SEC / 1000)
		bbr_lt_interval_done(sk, (u32)min_t(u64, (u64)delivered * BBR_BW_UNIT / t, U32_MAX));
}

/* -- the model --------------------------------------------------------------------------------- */

static void bbr_update_bw(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr *b = bbr_of(sk);
	u32 bw;

	b->round_start = false;
	if (!bbr_sample_ok(rs))
		return;
	if (!before(rs->prior_delivered, b->next_round_delivered)) {
		b->next_round_delivered = tcp_sk(sk)->delivered;
		b->rounds++;
		b->round_start = true;
		b->packet_conservation = false;
	}
	bbr_lt_sample(sk, rs);
	bw = (u32)min_t(u64, bbr_sample_bw(rs), U32_MAX);
	/* what the application limited says nothing, unless it is more than was seen (TCP-BBR-07) */
	if (!rs->is_app_limited || bw >= bbr_max_bw(b))
		minmax_running_max(&b->bw, BBR_BW_ROUNDS, b->rounds, bw);
}

/* A phase lasts the least round trip; the one above waits for its effect, the one below ends early. */
static bool bbr_phase_over(struct sock *sk, const struct tcp_rate_sample *rs)
{
	const struct bbr *b = bbr_of(sk);
	bool full = tcp_sk(sk)->delivered_us - b->cycle_us > b->min_rtt_us;
	u32 inflight;

	if (b->pacing_gain == BBR_UNIT)
		return full;
	inflight = bbr_inflight_at_edt(sk, rs->prior_in_flight);
	if (b->pacing_gain > BBR_UNIT)
		return full && (rs->losses ||
				inflight >= bbr_inflight(sk, bbr_max_bw(b), b->pacing_gain));
	return full || inflight <= bbr_inflight(sk, bbr_max_bw(b), BBR_UNIT);
}

static void bbr_next_phase(struct sock *sk)
{
	struct bbr *b = bbr_of(sk);

	b->cycle_idx = (b->cycle_idx + 1) & (BBR_CYCLE - 1);
	b->cycle_us = tcp_sk(sk)->delivered_us;
}

static void bbr_enter_probe_bw(struct sock *sk)
{
	struct bbr *b = bbr_of(sk);

	b->mode = BBR_PROBE_BW;
	b->cycle_idx = (u8)(BBR_CYCLE - 1 - net_rand_below(sk->net, BBR_CYCLE_RAND));
	bbr_next_phase(sk);
}

static void bbr_reset_mode(struct sock *sk)
{
	if (bbr_of(sk)->full_bw_reached)
		bbr_enter_probe_bw(sk);
	else
		bbr_of(sk)->mode = BBR_STARTUP;
}

/* Full: three rounds without a quarter more, whatever the receiver or a burst of loss did. */
static void bbr_check_full(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr *b = bbr_of(sk);

	if (b->full_bw_reached || !b->round_start || rs->is_app_limited)
		return;
	if (bbr_max_bw(b) >= (u64)b->full_bw * 5 / 4) {
		b->full_bw = bbr_max_bw(b);
		b->full_rounds = 0;
		return;
	}
	b->full_bw_reached = ++b->full_rounds >= BBR_FULL_ROUNDS;
}

static void bbr_check_drain(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);

	if (b->mode == BBR_STARTUP && b->full_bw_reached) {
		b->mode = BBR_DRAIN;
		tp->snd_ssthresh = bbr_inflight(sk, bbr_max_bw(b), BBR_UNIT);
	}
	if (b->mode == BBR_DRAIN && bbr_inflight_at_edt(sk, tcp_packets_in_flight(tp)) <=
					    bbr_inflight(sk, bbr_max_bw(b), BBR_UNIT))
		bbr_enter_probe_bw(sk);
}

static void bbr_probe_rtt_end(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);
	u64 now = tcp_now_us(sk);

	if (!b->probe_rtt_done_us || now <= b->probe_rtt_done_us)
		return;
	b->min_rtt_at_us = now;
	tp->snd_cwnd = max(tp->snd_cwnd, b->prior_cwnd);
	bbr_reset_mode(sk);
}

static void bbr_probe_rtt(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);

	/* the rate is low on purpose */
	tp->app_limited = max(tp->delivered + tcp_packets_in_flight(tp), 1u);
	if (!b->probe_rtt_done_us) {
		if (tcp_packets_in_flight(tp) > BBR_MIN_CWND)
			return;
		b->probe_rtt_done_us = tcp_now_us(sk) + BBR_PROBE_RTT_US;
		b->probe_rtt_round_done = false;
		b->next_round_delivered = tp->delivered;
		return;
	}
	b->probe_rtt_round_done |= b->round_start;
	if (b->probe_rtt_round_done)
		bbr_probe_rtt_end(sk);
}

static void bbr_update_min_rtt(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr *b = bbr_of(sk);
	u64 now = tcp_now_us(sk);
	bool expired = now > b->min_rtt_at_us + BBR_MIN_RTT_US;

	if (bbr_rtt_ok(rs, expired, b->min_rtt_us)) {
		b->min_rtt_us = (u32)rs->rtt_us;
		b->min_rtt_at_us = now;
	}
	if (expired && !b->idle_restart && b->mode != BBR_PROBE_RTT) {
		bbr_save_cwnd(sk);
		b->mode = BBR_PROBE_RTT;
		b->probe_rtt_done_us = 0;
	}
	if (b->mode == BBR_PROBE_RTT)
		bbr_probe_rtt(sk);
	if (rs->delivered > 0)
		b->idle_restart = false;
}

static void bbr_update_gains(struct sock *sk)
{
	struct bbr *b = bbr_of(sk);

	switch (b->mode) {
	case BBR_STARTUP:
		b->pacing_gain = b->cwnd_gain = BBR_HIGH_GAIN;
		break;
	case BBR_DRAIN:
		b->pacing_gain = BBR_DRAIN_GAIN;
		b->cwnd_gain = BBR_HIGH_GAIN;
		break;
	case BBR_PROBE_BW:
		b->pacing_gain = b->lt_use_bw ? BBR_UNIT : bbr_cycle_gain[b->cycle_idx];
		b->cwnd_gain = BBR_CWND_GAIN;
		break;
	case BBR_PROBE_RTT:
		b->pacing_gain = b->cwnd_gain = BBR_UNIT;
		break;
	}
}

static void bbr_cong_control(struct sock *sk, u32 ack, int flag, const struct tcp_rate_sample *rs)
{
	struct bbr *b = bbr_of(sk);

	(void)ack;
	(void)flag;
	bbr_update_bw(sk, rs);
	bbr_aggr_update(sk, &b->aggr, rs, bbr_bw(b), b->round_start,
			b->full_bw_reached ? BBR_AGGR_ROUNDS : 1);
	if (b->mode == BBR_PROBE_BW && bbr_phase_over(sk, rs))
		bbr_next_phase(sk);
	bbr_check_full(sk, rs);
	bbr_check_drain(sk);
	bbr_update_min_rtt(sk, rs);
	bbr_update_gains(sk);
	bbr_set_pacing_rate(sk, bbr_bw(b), b->pacing_gain);
	bbr_set_cwnd(sk, rs, bbr_bw(b), b->cwnd_gain);
}

/* -- events ------------------------------------------------------------------------------------ */

static void bbr_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr *b = bbr_of(sk);

	b->next_round_delivered = tp->delivered;
	b->min_rtt_us = tcp_min_rtt(tp) ? tcp_min_rtt(tp) : BBR_NO_RTT;
	b->min_rtt_at_us = b->cycle_us = b->aggr.epoch_us = tcp_now_us(sk);
	b->prev_ca_state = TCP_CA_Open;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	bbr_rate_from_rtt(sk);
	bbr_lt_reset(sk);
	bbr_update_gains(sk);
}

static void bbr_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct bbr *b = bbr_of(sk);

	if (ev != CA_EVENT_TX_START || !tcp_sk(sk)->app_limited)
		return;
	b->idle_restart = true;
	b->aggr.epoch_us = tcp_now_us(sk);
	b->aggr.epoch_acked = 0;
	/* no burst into a path whose state is not known any more */
	if (b->mode == BBR_PROBE_BW)
		bbr_set_pacing_rate(sk, bbr_bw(b), BBR_UNIT);
	else if (b->mode == BBR_PROBE_RTT)
		bbr_probe_rtt_end(sk);
}

static u32 bbr_ssthresh(struct sock *sk)
{
	bbr_save_cwnd(sk);
	return tcp_sk(sk)->snd_ssthresh;
}

/* A loss that was none, mostly of reordering, must not end STARTUP. */
static u32 bbr_undo_cwnd(struct sock *sk)
{
	struct bbr *b = bbr_of(sk);

	b->full_bw = 0;
	b->full_rounds = 0;
	bbr_lt_reset(sk);
	return tcp_sk(sk)->snd_cwnd;
}

static void bbr_set_state(struct sock *sk, u8 state)
{
	static const struct tcp_rate_sample lossy = { .losses = 1 };
	struct bbr *b = bbr_of(sk);

	if (state != TCP_CA_Loss)
		return;
	b->prev_ca_state = TCP_CA_Loss;
	b->full_bw = 0;
	b->round_start = true;		/* an RTO ends a round */
	bbr_lt_sample(sk, &lossy);
}

static u32 bbr_get_info(struct sock *sk, void *info, u32 size)
{
	const struct bbr *b = bbr_of(sk);

	return bbr_fill_info(sk, info, size, bbr_bw(b), b->min_rtt_us, b->pacing_gain, b->cwnd_gain);
}

const struct tcp_congestion_ops tcp_bbr = {
	.name = "bbr",
	.needs_pacing = true,
	.state_size = sizeof(struct bbr),
	.init = bbr_init,
	.ssthresh = bbr_ssthresh,
	.cong_control = bbr_cong_control,
	.undo_cwnd = bbr_undo_cwnd,
	.cwnd_event = bbr_cwnd_event,
	.set_state = bbr_set_state,
	.min_tso_segs = bbr_min_tso_segs,
	.sndbuf_expand = bbr_sndbuf_expand,
	.get_info = bbr_get_info,
};
