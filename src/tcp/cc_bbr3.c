/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BBR, version 3 (draft-ietf-ccwg-bbr). Beside version 1's rate and round trip it learns how much
 * may be in flight: inflight_long, what the path took in the last probes without losing more than
 * 2 %, and bw_short and inflight_short, what losses since the last probe say of the moment.
 *
 *	STARTUP	2.77 times the rate; until it grows no more, or loses too much
 *	DRAIN	half the rate until the queue is gone
 *	DOWN, CRUISE, REFILL, UP	0.9; 1, with room for others; 1, forgetting the moment's bounds;
 *		1.25 until losses or a plateau show the limit. Probes come every 2 to 3 s, sooner
 *		where Reno would have grown that much
 *	PROBE_RTT	every 5 s half the BDP for 200 ms
 */
#include "tcp/cc_bbr.h"

enum bbr3_state { STARTUP, DRAIN, DOWN, CRUISE, REFILL, UP, PROBE_RTT };
enum ack_phase {
	ACKS_INIT,			/* no probe is under way */
	ACKS_REFILLING,			/* of the flight before a probe */
	ACKS_STARTING,			/* a probe began, ACKs are of before it */
	ACKS_FEEDBACK,			/* ACKs tell of the probe */
	ACKS_STOPPING,			/* it is over, they still do */
};
enum {
	FULL_ROUNDS = 3,
	FULL_LOSSES = 6,		/* holes in a round that end STARTUP */
	DRAIN_ROUNDS = 3,
	LOSS_PERCENT = 2,
	BETA_PERCENT = 70,
	HEADROOM_PERCENT = 15,
	MIN_RTT_US = 10 * 1000 * 1000,
	PROBE_RTT_EVERY_US = 5 * 1000 * 1000,
	AGGR_ROUNDS = 5,		/* two spans: the last five to ten rounds */
	RENO_ROUNDS = 63,
	INF = 0x7fffffff,
};

struct bbr3_gains {
	u32 pacing, cwnd;
};
static const struct bbr3_gains bbr3_gain[] = {
	[STARTUP] = { 709, 512 }, [DRAIN] = { 128, 512 }, [DOWN] = { 230, 512 },
	[CRUISE] = { 256, 512 }, [REFILL] = { 256, 512 }, [UP] = { 320, 576 },
	[PROBE_RTT] = { 256, 128 },
};

struct bbr3 {
	struct bbr_aggr aggr;
	u64 min_rtt_at_us, probe_rtt_at_us, probe_rtt_done_us, cycle_us, probe_wait_us;
	u32 bw_max[2];			/* of the cycle before, and of this */
	u32 bw_short, inflight_short, inflight_long;
	u32 bw_latest, inflight_latest;	/* best of this loss round */
	u32 undo_bw_short, undo_inflight_short, undo_inflight_long;
	u32 min_rtt_us, probe_rtt_us;	/* least in 10 s, in 5 s */
	u32 next_round_delivered, loss_round_delivered, rounds, drain_round;
	u32 full_bw, rounds_since_probe, up_rounds, up_acks, up_cnt, prior_cwnd, loss_end_seq;
	u8 state, undo_state, ack_phase, full_rounds, prev_ca_state, loss_events;
	bool round_start, loss_round_start, loss_in_round, idle_restart, probe_rtt_round_done;
	bool probe_rtt_expired, full_bw_now, full_bw_reached, probe_samples, has_seen_rtt;
	bool recovery_round;		/* a whole round was spent in recovery */
};

static struct bbr3 *bbr3_of(const struct sock *sk)
{
	return tcp_ca_state(tcp_sk(sk));
}

static u32 max_bw(const struct bbr3 *b)
{
	return max(b->bw_max[0], b->bw_max[1]);
}

static u32 bbr3_bw(const struct bbr3 *b)
{
	return min(max_bw(b), b->bw_short);
}

static bool in_probe_bw(const struct bbr3 *b)
{
	return b->state >= DOWN && b->state <= UP;
}

static u32 percent(u32 v, u32 p)
{
	return (u32)((u64)v * p / 100);
}

static u32 bdp(const struct sock *sk, u32 bw, u32 gain)
{
	return bbr_bdp(sk, bw, bbr3_of(sk)->min_rtt_us, gain);
}

static u32 quantize(struct sock *sk, u32 inflight)
{
	inflight = max(inflight, 3 * bbr_tso_goal(sk));
	inflight = max_t(u32, inflight, BBR_MIN_CWND);
	return bbr3_of(sk)->state == UP ? inflight + 2 : inflight;
}

static u32 inflight_at(struct sock *sk, u32 bw, u32 gain)
{
	return quantize(sk, bdp(sk, bw, gain));
}

/* Below the long-term bound, so that other flows find room to grow into. */
static u32 inflight_with_headroom(const struct bbr3 *b)
{
	u32 headroom;

	if (b->inflight_long >= INF)
		return INF;
	headroom = max(percent(b->inflight_long, HEADROOM_PERCENT), 1u);
	return max_t(u32, b->inflight_long - min(headroom, b->inflight_long), BBR_MIN_CWND);
}

static u32 target_inflight(struct sock *sk)
{
	return min(bdp(sk, bbr3_bw(bbr3_of(sk)), BBR_UNIT), tcp_sk(sk)->snd_cwnd);
}

/* -- the pieces of the model ------------------------------------------------------------------- */

static void reset_congestion_signals(struct bbr3 *b)
{
	b->loss_in_round = false;
	b->loss_events = 0;
	b->bw_latest = 0;
	b->inflight_latest = 0;
}

static void reset_short_term(struct bbr3 *b)
{
	b->bw_short = U32_MAX;
	b->inflight_short = INF;
}

static void reset_full_bw(struct bbr3 *b, u32 bw)
{
	b->full_bw = bw;
	b->full_rounds = 0;
	b->full_bw_now = false;
}

static void start_round(struct sock *sk)
{
	bbr3_of(sk)->next_round_delivered = tcp_sk(sk)->delivered;
}

static u32 sample_bw(const struct tcp_rate_sample *rs)
{
	return bbr_sample_ok(rs) ? (u32)min_t(u64, bbr_sample_bw(rs), U32_MAX - 1) : 0;
}

/* -- probing for bandwidth --------------------------------------------------------------------- */

static void start_down(struct sock *sk)
{
	struct bbr3 *b = bbr3_of(sk);

	reset_congestion_signals(b);
	b->up_cnt = INF;
	/* 2 to 3 s, and not all flows of a path in step */
	b->rounds_since_probe = net_rand_below(sk->net, 2);
	b->probe_wait_us = 2 * USEC_PER_SEC + net_rand_below(sk->net, USEC_PER_SEC);
	b->cycle_us = tcp_sk(sk)->delivered_us;
	b->ack_phase = ACKS_STOPPING;
	start_round(sk);
	b->state = DOWN;
}

static void start_refill(struct sock *sk)
{
	struct bbr3 *b = bbr3_of(sk);

	reset_short_term(b);
	b->up_rounds = 0;
	b->up_acks = 0;
	b->ack_phase = ACKS_REFILLING;
	start_round(sk);
	b->state = REFILL;
}

/* Each round of UP may double what it adds to inflight_long: 1, 2, 4 … segments a round trip. */
static void raise_long_slope(struct sock *sk)
{
	struct bbr3 *b = bbr3_of(sk);
	u32 growth = 1u << b->up_rounds;

	b->up_rounds = min(b->up_rounds + 1, 30u);
	b->up_cnt = max(tcp_sk(sk)->snd_cwnd / growth, 1u);
}

static void start_up(struct sock *sk, u32 bw)
{
	struct bbr3 *b = bbr3_of(sk);

	b->ack_phase = ACKS_STARTING;
	start_round(sk);
	reset_full_bw(b, bw);
	b->state = UP;
	raise_long_slope(sk);
}

static bool is_inflight_too_high(u32 lost, u32 tx_in_flight)
{
	return (u64)lost * 100 > (u64)tx_in_flight * LOSS_PERCENT;
}

/* A probe lost more than 2 % with this much in flight: that is the bound. */
static void handle_inflight_too_high(struct sock *sk, u32 tx_in_flight, bool app_limited)
{
	struct bbr3 *b = bbr3_of(sk);

	b->probe_samples = false;
	if (!app_limited)
		b->inflight_long = max(tx_in_flight, percent(target_inflight(sk), BETA_PERCENT));
	if (b->state == UP)
		start_down(sk);
}

static void probe_long_upward(struct sock *sk, u32 acked)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);
	u32 delta;

	if (!tp->is_cwnd_limited || tp->snd_cwnd < b->inflight_long)
		return;
	b->up_acks += acked;
	if (b->up_acks >= b->up_cnt) {
		delta = b->up_acks / b->up_cnt;
		b->up_acks -= delta * b->up_cnt;
		b->inflight_long += delta;
	}
	if (b->round_start)
		raise_long_slope(sk);
}

/* The bound rises with what came through; the filter of max_bw turns once per cycle. */
static void adapt_long_term(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);

	if (b->ack_phase == ACKS_STARTING && b->round_start)
		b->ack_phase = ACKS_FEEDBACK;
	if (b->ack_phase == ACKS_STOPPING && b->round_start) {
		b->probe_samples = false;
		b->ack_phase = ACKS_INIT;
		if (in_probe_bw(b) && !rs->is_app_limited && b->bw_max[1]) {
			b->bw_max[0] = b->bw_max[1];
			b->bw_max[1] = 0;
		}
	}
	if (bbr_sample_ok(rs) && is_inflight_too_high(rs->lost, rs->tx_in_flight)) {
		if (b->probe_samples)
			handle_inflight_too_high(sk, rs->tx_in_flight, rs->is_app_limited);
		return;
	}
	if (b->inflight_long >= INF)
		return;
	b->inflight_long = max(b->inflight_long, rs->tx_in_flight);
	if (b->state == UP)
		probe_long_upward(sk, rs->acked_sacked);
}

/* As long as Reno would take to grow by a BDP, so that it keeps its share. */
static bool is_time_to_probe(struct sock *sk)
{
	const struct bbr3 *b = bbr3_of(sk);

	return tcp_sk(sk)->delivered_us > b->cycle_us + b->probe_wait_us ||
	       b->rounds_since_probe >= min_t(u32, target_inflight(sk), RENO_ROUNDS);
}

static bool is_time_to_cruise(struct sock *sk)
{
	const struct bbr3 *b = bbr3_of(sk);
	u32 inflight = tcp_packets_in_flight(tcp_sk(sk));

	return inflight <= inflight_with_headroom(b) &&
	       inflight <= inflight_at(sk, max_bw(b), BBR_UNIT);
}

static bool is_time_to_go_down(struct sock *sk, const struct tcp_rate_sample *rs)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	if (tp->is_cwnd_limited && tp->snd_cwnd >= b->inflight_long) {
		reset_full_bw(b, sample_bw(rs));	/* the bound stopped it, not the path */
		return false;
	}
	return b->full_bw_now;
}

static void update_cycle(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);

	if (!b->full_bw_reached)
		return;
	adapt_long_term(sk, rs);
	switch (b->state) {
	case DOWN:
		if (is_time_to_probe(sk))
			start_refill(sk);
		else if (is_time_to_cruise(sk))
			b->state = CRUISE;
		break;
	case CRUISE:
		if (is_time_to_probe(sk))
			start_refill(sk);
		break;
	case REFILL:
		if (b->round_start) {	/* the pipe is full: ACKs from now on tell of the probe */
			b->probe_samples = true;
			start_up(sk, sample_bw(rs));
		}
		break;
	case UP:
		if (is_time_to_go_down(sk, rs))
			start_down(sk);
		break;
	}
}

/* -- signals of one ACK ------------------------------------------------------------------------ */

static void update_round(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);
	u32 bw = sample_bw(rs);

	b->round_start = false;
	if (!bbr_sample_ok(rs))
		return;
	if (!before(rs->prior_delivered, b->next_round_delivered)) {
		start_round(sk);
		b->rounds++;
		b->rounds_since_probe++;
		b->round_start = true;
	}
	if (bw && (bw >= max_bw(b) || !rs->is_app_limited))	/* TCP-BBR-07 */
		b->bw_max[1] = max(b->bw_max[1], bw);
}

static void update_latest(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);

	b->loss_round_start = false;
	if (!bbr_sample_ok(rs))
		return;
	b->bw_latest = max(b->bw_latest, sample_bw(rs));
	b->inflight_latest = max(b->inflight_latest, (u32)rs->delivered);
	if (!before(rs->prior_delivered, b->loss_round_delivered)) {
		b->loss_round_delivered = tcp_sk(sk)->delivered;
		b->loss_round_start = true;
	}
}

/* A round with loss, outside of a probe: what was delivered in it, or 0.7 of before, is enough. */
static void adapt_short_term(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	if (!b->loss_in_round || b->state == STARTUP || b->state == REFILL || b->state == UP)
		return;
	if (b->bw_short == U32_MAX)
		b->bw_short = max_bw(b);
	if (b->inflight_short >= INF)
		b->inflight_short = tp->snd_cwnd;
	b->bw_short = max(b->bw_latest, percent(b->bw_short, BETA_PERCENT));
	b->inflight_short = max(b->inflight_latest, percent(b->inflight_short, BETA_PERCENT));
}

/* Too many losses in one whole round of recovery: this is the pipe, and a bound on it. */
static void check_startup_loss(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);
	bool recovering = tcp_sk(sk)->ca_state == TCP_CA_Recovery;

	if (b->state == STARTUP && b->loss_round_start && b->recovery_round && recovering &&
	    b->loss_events >= FULL_LOSSES && is_inflight_too_high(rs->lost, rs->tx_in_flight)) {
		b->full_bw_reached = true;
		b->inflight_long = max(bdp(sk, max_bw(b), BBR_UNIT), b->inflight_latest);
	}
	if (b->loss_round_start)
		b->recovery_round = recovering;
}

static void check_full_bw(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);
	u32 bw = sample_bw(rs);

	if (b->full_bw_now || rs->is_app_limited || !bbr_sample_ok(rs))
		return;
	if (bw >= (u64)b->full_bw * 5 / 4) {
		reset_full_bw(b, bw);
		return;
	}
	if (!b->round_start)
		return;
	b->full_bw_now = ++b->full_rounds >= FULL_ROUNDS;
	b->full_bw_reached |= b->full_bw_now;
}

static void check_drain(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	if (b->state == STARTUP && b->full_bw_reached) {
		b->state = DRAIN;
		b->drain_round = b->rounds;
		tp->snd_ssthresh = inflight_at(sk, max_bw(b), BBR_UNIT);
	}
	if (b->state == DRAIN &&
	    (tcp_packets_in_flight(tp) <= inflight_at(sk, max_bw(b), BBR_UNIT) ||
	     b->rounds > b->drain_round + DRAIN_ROUNDS))
		start_down(sk);
}

/* -- the least round trip ---------------------------------------------------------------------- */

static void update_min_rtt(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);
	u64 now = tcp_now_us(sk);

	b->probe_rtt_expired = now > b->probe_rtt_at_us + PROBE_RTT_EVERY_US;
	if (bbr_rtt_ok(rs, b->probe_rtt_expired, b->probe_rtt_us)) {
		b->probe_rtt_us = (u32)rs->rtt_us;
		b->probe_rtt_at_us = now;
	}
	if (b->probe_rtt_us < b->min_rtt_us || now > b->min_rtt_at_us + MIN_RTT_US) {
		b->min_rtt_us = b->probe_rtt_us;
		b->min_rtt_at_us = b->probe_rtt_at_us;
	}
}

static u32 probe_rtt_cwnd(struct sock *sk)
{
	return max_t(u32, bdp(sk, bbr3_bw(bbr3_of(sk)), bbr3_gain[PROBE_RTT].cwnd), BBR_MIN_CWND);
}

static void save_cwnd(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	if (b->prev_ca_state < TCP_CA_Recovery && b->state != PROBE_RTT)
		b->prior_cwnd = tp->snd_cwnd;
	else
		b->prior_cwnd = max(b->prior_cwnd, tp->snd_cwnd);
}

static void probe_rtt_end(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);
	u64 now = tcp_now_us(sk);

	if (!b->probe_rtt_done_us || now <= b->probe_rtt_done_us)
		return;
	b->probe_rtt_at_us = now;
	tp->snd_cwnd = max(tp->snd_cwnd, b->prior_cwnd);
	reset_short_term(b);
	if (b->full_bw_reached) {
		start_down(sk);
		b->state = CRUISE;
	} else {
		b->state = STARTUP;
	}
}

static void check_probe_rtt(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	if (b->state != PROBE_RTT && b->probe_rtt_expired && !b->idle_restart) {
		save_cwnd(sk);
		b->state = PROBE_RTT;
		b->probe_rtt_done_us = 0;
		b->ack_phase = ACKS_STOPPING;
		start_round(sk);
	}
	if (b->state == PROBE_RTT) {
		tp->app_limited = max(tp->delivered + tcp_packets_in_flight(tp), 1u);
		if (b->probe_rtt_done_us) {
			b->probe_rtt_round_done |= b->round_start;
			if (b->probe_rtt_round_done)
				probe_rtt_end(sk);
		} else if (tcp_packets_in_flight(tp) <= probe_rtt_cwnd(sk)) {
			b->probe_rtt_done_us = tcp_now_us(sk) + BBR_PROBE_RTT_US;
			b->probe_rtt_round_done = false;
			start_round(sk);
		}
	}
	if (rs->delivered > 0)
		b->idle_restart = false;
}

/* -- rate and window --------------------------------------------------------------------------- */

static void rate_from_rtt(struct sock *sk)
{
	bbr3_of(sk)->has_seen_rtt = tcp_sk(sk)->srtt_us != 0;
	sk->sk_pacing_rate = bbr_initial_rate(sk, bbr3_gain[STARTUP].pacing);
}

static void set_pacing_rate(struct sock *sk, u32 gain)
{
	struct bbr3 *b = bbr3_of(sk);
	u64 rate = bbr_pacing_rate(sk, bbr3_bw(b), gain);

	if (!b->has_seen_rtt && tcp_sk(sk)->srtt_us)
		rate_from_rtt(sk);
	if (b->full_bw_reached || rate > sk->sk_pacing_rate)
		sk->sk_pacing_rate = rate;
}

/* The bounds that the model sets beside the BDP. */
static u32 bound_by_model(struct sock *sk, u32 cwnd)
{
	const struct bbr3 *b = bbr3_of(sk);
	u32 cap = INF;

	if (in_probe_bw(b) && b->state != CRUISE)
		cap = b->inflight_long;
	else if (b->state == CRUISE || b->state == PROBE_RTT)
		cap = inflight_with_headroom(b);
	cap = max_t(u32, min(cap, b->inflight_short), BBR_MIN_CWND);
	return min(cwnd, cap);
}

static void set_cwnd(struct sock *sk, const struct tcp_rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);
	u32 cwnd = tp->snd_cwnd, target;

	if (b->prev_ca_state >= TCP_CA_Recovery && tp->ca_state < TCP_CA_Recovery)
		cwnd = max(cwnd, b->prior_cwnd);
	b->prev_ca_state = tp->ca_state;
	if (rs->acked_sacked) {
		target = bdp(sk, bbr3_bw(b), bbr3_gain[b->state].cwnd) + bbr_aggr_extra(&b->aggr);
		target = quantize(sk, target);
		if (b->full_bw_reached)
			cwnd = min(cwnd + rs->acked_sacked, target);
		else if (cwnd < target || tp->delivered < TCP_INIT_CWND)
			cwnd += rs->acked_sacked;
		cwnd = max_t(u32, cwnd, BBR_MIN_CWND);
	}
	if (b->state == PROBE_RTT)
		cwnd = min(cwnd, probe_rtt_cwnd(sk));
	tp->snd_cwnd = min(bound_by_model(sk, cwnd), tp->snd_cwnd_clamp);
}

static void bbr3_cong_control(struct sock *sk, u32 ack, int flag, const struct tcp_rate_sample *rs)
{
	struct bbr3 *b = bbr3_of(sk);

	(void)ack;
	(void)flag;
	update_latest(sk, rs);
	update_round(sk, rs);
	check_startup_loss(sk, rs);
	if (b->loss_round_start) {
		adapt_short_term(sk);
		b->loss_in_round = false;
		b->loss_events = 0;
	}
	bbr_aggr_update(sk, &b->aggr, rs, bbr3_bw(b), b->round_start,
			b->full_bw_reached ? AGGR_ROUNDS : 1);
	check_full_bw(sk, rs);
	check_drain(sk);
	update_cycle(sk, rs);
	update_min_rtt(sk, rs);
	check_probe_rtt(sk, rs);
	if (b->loss_round_start && bbr_sample_ok(rs)) {
		b->bw_latest = sample_bw(rs);
		b->inflight_latest = (u32)rs->delivered;
	}
	set_pacing_rate(sk, bbr3_gain[b->state].pacing);
	set_cwnd(sk, rs);
}

/* -- events ------------------------------------------------------------------------------------ */

static void save_state(struct bbr3 *b)
{
	b->undo_state = b->state;
	b->undo_bw_short = b->bw_short;
	b->undo_inflight_short = b->inflight_short;
	b->undo_inflight_long = b->inflight_long;
}

/* Each lost packet: the first of a round begins it, and a probe may be over with it. */
static void bbr3_skb_marked_lost(struct sock *sk, const struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_tx_cb *cb = tcp_tx(skb);
	u32 lost = tp->lost - cb->lost, before_inflight, before_lost, prefix;
	struct bbr3 *b = bbr3_of(sk);

	if (!b->loss_in_round) {
		b->loss_round_delivered = tp->delivered;
		save_state(b);
	}
	b->loss_in_round = true;
	if (cb->seq != b->loss_end_seq && b->loss_events < U8_MAX)
		b->loss_events++;	/* not the neighbour of the one before: another hole */
	b->loss_end_seq = cb->end_seq;
	if (!b->probe_samples || !is_inflight_too_high(lost, cb->tx_in_flight))
		return;
	/* how much was in flight when the losses among it passed the threshold */
	before_inflight = cb->tx_in_flight - min(cb->pcount, cb->tx_in_flight);
	before_lost = lost - min(cb->pcount, lost);
	prefix = percent(before_inflight, LOSS_PERCENT);
	prefix = prefix > before_lost ? (prefix - before_lost) * 100 / (100 - LOSS_PERCENT) : 0;
	handle_inflight_too_high(sk, before_inflight + prefix, cb->app_limited);
}

static void bbr3_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	b->min_rtt_us = b->probe_rtt_us = tcp_min_rtt(tp) ? tcp_min_rtt(tp) : BBR_NO_RTT;
	b->min_rtt_at_us = b->probe_rtt_at_us = b->aggr.epoch_us = tcp_now_us(sk);
	b->inflight_long = INF;
	b->up_cnt = INF;
	b->loss_round_delivered = tp->delivered;
	reset_short_term(b);
	save_state(b);
	start_round(sk);
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	rate_from_rtt(sk);
}

static void bbr3_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	struct bbr3 *b = bbr3_of(sk);

	if (ev != CA_EVENT_TX_START || !tcp_sk(sk)->app_limited)
		return;
	b->idle_restart = true;
	b->aggr.epoch_us = tcp_now_us(sk);
	b->aggr.epoch_acked = 0;
	if (in_probe_bw(b))
		set_pacing_rate(sk, BBR_UNIT);
	else if (b->state == PROBE_RTT)
		probe_rtt_end(sk);
}

static u32 bbr3_ssthresh(struct sock *sk)
{
	save_cwnd(sk);
	return tcp_sk(sk)->snd_ssthresh;
}

/* The losses were none: the bounds that they set go, and a probe that they ended goes on. */
static u32 bbr3_undo_cwnd(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct bbr3 *b = bbr3_of(sk);

	b->loss_in_round = false;
	b->loss_events = 0;
	reset_full_bw(b, 0);
	b->bw_short = max(b->bw_short, b->undo_bw_short);
	b->inflight_short = max(b->inflight_short, b->undo_inflight_short);
	b->inflight_long = max(b->inflight_long, b->undo_inflight_long);
	if (b->state != PROBE_RTT && b->state != b->undo_state && b->undo_state == STARTUP) {
		b->state = STARTUP;
		b->full_bw_reached = false;
	} else if (b->state != PROBE_RTT && b->state != UP && b->undo_state == UP) {
		b->probe_samples = true;
		start_up(sk, 0);
	}
	return max(tp->snd_cwnd, b->prior_cwnd);
}

static void bbr3_set_state(struct sock *sk, u8 state)
{
	struct bbr3 *b = bbr3_of(sk);

	if (state != TCP_CA_Loss)
		return;
	b->prev_ca_state = TCP_CA_Loss;
	reset_full_bw(b, 0);
}

static u32 bbr3_get_info(struct sock *sk, void *info, u32 size)
{
	const struct bbr3 *b = bbr3_of(sk);

	return bbr_fill_info(sk, info, size, bbr3_bw(b), b->min_rtt_us, bbr3_gain[b->state].pacing,
			     bbr3_gain[b->state].cwnd);
}

const struct tcp_congestion_ops tcp_bbr3 = {
	.name = "bbr3",
	.needs_pacing = true,
	.state_size = sizeof(struct bbr3),
	.init = bbr3_init,
	.ssthresh = bbr3_ssthresh,
	.cong_control = bbr3_cong_control,
	.undo_cwnd = bbr3_undo_cwnd,
	.cwnd_event = bbr3_cwnd_event,
	.set_state = bbr3_set_state,
	.skb_marked_lost = bbr3_skb_marked_lost,
	.min_tso_segs = bbr_min_tso_segs,
	.sndbuf_expand = bbr_sndbuf_expand,
	.get_info = bbr3_get_info,
};
