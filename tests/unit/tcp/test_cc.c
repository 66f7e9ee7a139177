/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Congestion control: CUBIC against its equations, HyStart and HyStart++ round by
 * round, BBR's filters, DCTCP's receiver and alpha, PRR's arithmetic. Pacing is in test_pacing.c,
 * scenarios over simulated paths are in tests/sim.
 */
#include "tests/unit/tcp/ccbox.h"

#include <math.h>

/* -- CUBIC against RFC 9438 -------------------------------------------------------------------- */

struct cubic_run {
	struct sock *sk;
	struct tcp_sock *tp;
	double rtt_ms;
};

static struct cubic_run cubic_start(struct wire *w, double rtt_ms, u32 before_loss)
{
	struct cubic_run r = { .rtt_ms = rtt_ms };

	establish(w);
	r.sk = w->sk;
	r.tp = tcp_sk(w->sk);
	r.tp->is_cwnd_limited = 1;
	tcp_cubic.pkts_acked(r.sk, &(struct tcp_ack_sample){ 1, (s32)(rtt_ms * 1000), 1 });
	r.tp->snd_cwnd = before_loss;
	r.tp->snd_ssthresh = r.tp->snd_cwnd = tcp_cubic.ssthresh(r.sk);
	return r;
}

/* ACKs for ms, a segment each, evenly spread over the round trips. */
static void cubic_acks(struct wire *w, struct cubic_run *r, double ms)
{
	double end = now_ms(w) + ms, t = now_ms(w);

	while (t < end) {
		t += r->rtt_ms / r->tp->snd_cwnd;
		net_set_now(w->net, 1000 * NSEC_PER_SEC + (u64)(t * 1e6));
		tcp_cubic.cong_avoid(r->sk, 0, 1);
	}
	w->now = w->net->now;
}

/* TCP-CUB-01: W(t) = C (t - K)^3 + W_max, K = cbrt((W_max - cwnd) / C), within 1 % and a segment */
TEST46(cc, cubic_curve)
{
	struct cubic_run r = cubic_start(w, 100, 1000);
	double k = cbrt(300 / 0.4);

	cr_assert_eq(r.tp->snd_cwnd, 700);
	for (int s = 1; s <= 14; s++) {
		double want = 0.4 * pow(s - k, 3) + 1000;

		cubic_acks(w, &r, 1000);
		cr_assert_float_eq((double)r.tp->snd_cwnd, want, want / 100 + 1,
				   "after %d s: %u, not %.1f", s, r.tp->snd_cwnd, want);
	}
}

/* TCP-CUB-03: on a short path alpha = 3 (1 - beta) / (1 + beta) a round trip, then 1 */
TEST46(cc, cubic_reno_friendly)
{
	struct cubic_run r = cubic_start(w, 10, 40);

	cr_assert_eq(r.tp->snd_cwnd, 28);
	cubic_acks(w, &r, 10 * 10);
	cr_assert_float_eq((double)r.tp->snd_cwnd, 28 + 10 * 0.529, 1.5);
	cubic_acks(w, &r, 13 * 10);	/* W_est is at the old maximum */
	cr_assert_float_eq((double)r.tp->snd_cwnd, 40, 1.5);
	cubic_acks(w, &r, 20 * 10);
	cr_assert_float_eq((double)r.tp->snd_cwnd, 60, 2);
}

/* TCP-CUB-04: lost below the old maximum, so the plateau is (1 + beta) / 2 of where it was */
TEST46(cc, cubic_fast_convergence)
{
	struct cubic_run r = cubic_start(w, 100, 1000);
	double k;

	r.tp->snd_cwnd = 800;
	r.tp->snd_cwnd = r.tp->snd_ssthresh = tcp_cubic.ssthresh(r.sk);
	cr_assert_eq(r.tp->snd_cwnd, 560);
	k = cbrt((680 - 560) / 0.4);
	cubic_acks(w, &r, k * 1000);
	cr_assert_float_eq((double)r.tp->snd_cwnd, 680, 7);
}

/* TCP-CUB-05: at most half of cwnd more per round trip; idle time is no time on the curve */
TEST46(cc, cubic_bounds)
{
	struct cubic_run r = cubic_start(w, 100, 100);
	u32 cwnd;

	cubic_acks(w, &r, 100);
	cwnd = r.tp->snd_cwnd;
	r.tp->lsndtime_us = tcp_now_us(r.sk);
	w->now += 100 * NSEC_PER_SEC;
	net_set_now(w->net, w->now);
	tcp_cubic.cwnd_event(r.sk, CA_EVENT_TX_START);
	cubic_acks(w, &r, 100);
	cr_assert_leq(r.tp->snd_cwnd, cwnd + 3);
	cwnd = r.tp->snd_cwnd;
	w->now += 100 * NSEC_PER_SEC;	/* and without the event the curve is far above */
	net_set_now(w->net, w->now);
	for (u32 i = 0; i < cwnd; i++)
		tcp_cubic.cong_avoid(r.sk, 0, 1);
	cr_assert_geq(r.tp->snd_cwnd, cwnd * 14 / 10);
	cr_assert_leq(r.tp->snd_cwnd, cwnd * 15 / 10 + 1);
}

/* TCP-CUB-06: an RTO forgets W_max: no plateau, 5 % a round trip as before any loss; undo */
TEST46(cc, cubic_rto)
{
	struct cubic_run r = cubic_start(w, 100, 1000);

	tcp_cubic.set_state(r.sk, TCP_CA_Loss);
	tcp_cubic.pkts_acked(r.sk, &(struct tcp_ack_sample){ 1, 100000, 1 });
	cubic_acks(w, &r, 1000);
	cr_assert_float_eq((double)r.tp->snd_cwnd, 700 * pow(1.05, 10), 30);
	r.tp->prior_cwnd = 5000;
	cr_assert_eq(tcp_cubic.undo_cwnd(r.sk), 5000);
}

/* -- HyStart ----------------------------------------------------------------------------------- */

/* One round of n ACKs of two segments, spread over ms, each with that round trip. */
static void hystart_round(struct wire *w, u32 n, double ms, double rtt_ms)
{
	struct tcp_sock *tp = tcp_sk(w->sk);

	tp->snd_una = tp->snd_nxt;
	tp->snd_nxt += 1000;
	for (u32 i = 0; i < n; i++) {
		tcp_cubic.pkts_acked(w->sk, &(struct tcp_ack_sample){ 2, (s32)(rtt_ms * 1000), 20 });
		tcp_cubic.cong_avoid(w->sk, 0, 2);
		w->now += (u64)(ms / n * MS_NS);
		net_set_now(w->net, w->now);
		tp->snd_una++;
	}
}

static struct tcp_sock *hystart_start(struct wire *w, const char *mode, u32 cwnd)
{
	struct tcp_sock *tp;

	wire_sysctl(w, "net.ipv4.tcp_cubic_hystart", mode);
	establish(w);
	tp = tcp_sk(w->sk);
	tp->snd_cwnd = cwnd;
	tp->is_cwnd_limited = 1;
	return tp;
}

/* TCP-HYS-04: by delay, an eighth above the least, 4 to 16 ms; not below a window of 16 */
TEST46(cc, hystart_delay)
{
	struct tcp_sock *tp = hystart_start(w, "1", 10);

	hystart_round(w, 2, 100, 100);
	hystart_round(w, 1, 100, 200);		/* cwnd 14 by now */
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	hystart_round(w, 10, 100, 100);
	hystart_round(w, 10, 100, 112);		/* less than 100 / 8 more */
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	hystart_round(w, 8, 100, 113);
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);	/* eight samples are not enough */
	hystart_round(w, 10, 100, 113);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHystartDelayDetect], 1);
	cr_assert_lt(tp->snd_ssthresh, 200);
}

/* TCP-HYS-04: by an ACK train of half a round trip, with gaps of 2 ms at most */
TEST46(cc, hystart_train)
{
	struct tcp_sock *tp = hystart_start(w, "1", 20);

	hystart_round(w, 8, 90, 100);		/* spread out: no train */
	hystart_round(w, 8, 90, 100);
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	hystart_round(w, 60, 60, 100);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHystartTrainDetect], 1);
	cr_assert_lt(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
}

/* ... and of a whole one where the sender is paced, as one that began with BBR is until its end. */
TEST46(cc, hystart_train_paced)
{
	struct tcp_sock *tp;

	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "bbr");
	tp = hystart_start(w, "1", 20);
	cr_assert_eq(sock_setsockopt(w->sk, 6, 13, "cubic", 5), 0);
	cr_assert_eq(tp->ca_ops, &tcp_cubic);
	hystart_round(w, 8, 90, 100);
	hystart_round(w, 60, 90, 100);
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	hystart_round(w, 80, 120, 100);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHystartTrainDetect], 1);
	cr_assert_lt(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
}

TEST46(cc, hystart_off)
{
	struct tcp_sock *tp = hystart_start(w, "0", 20);

	hystart_round(w, 20, 100, 100);
	hystart_round(w, 60, 60, 200);
	hystart_round(w, 60, 60, 200);
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
}

/* TCP-HYS-01 TCP-HYS-02: round against round; then a quarter of the growth, for five rounds */
TEST46(cc, hystart_plusplus)
{
	struct tcp_sock *tp = hystart_start(w, "2", 20);
	u32 cwnd;

	hystart_round(w, 10, 100, 100);
	cr_assert_eq(tp->snd_cwnd, 40);
	hystart_round(w, 10, 100, 112);		/* less than clamp(100 / 8, 4, 16) more */
	cr_assert_eq(tp->snd_cwnd, 60);
	hystart_round(w, 7, 100, 140);		/* seven samples are not enough */
	cr_assert_eq(tp->snd_cwnd, 74);
	hystart_round(w, 10, 100, 126);
	hystart_round(w, 10, 100, 142);		/* 126 / 8 is less than 16 */
	cwnd = tp->snd_cwnd;
	for (int round = 0; round < 3; round++) {
		hystart_round(w, 10, 100, 142);
		cr_assert_eq(tp->snd_cwnd - cwnd, 5, "a quarter of 20");
		cwnd = tp->snd_cwnd;
		cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	}
	hystart_round(w, 10, 100, 142);
	hystart_round(w, 10, 100, 142);
	hystart_round(w, 10, 100, 142);
	cr_assert_lt(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPHystartDelayDetect], 1);
}

/* TCP-HYS-02: the round trip falls below the baseline: it was jitter, on with slow start */
TEST46(cc, hystart_plusplus_resume)
{
	struct tcp_sock *tp = hystart_start(w, "2", 20);
	u32 cwnd;

	hystart_round(w, 10, 100, 100);
	hystart_round(w, 10, 100, 150);
	hystart_round(w, 10, 100, 120);
	cwnd = tp->snd_cwnd;
	hystart_round(w, 10, 100, 120);
	cr_assert_eq(tp->snd_cwnd - cwnd, 20);
	for (int round = 0; round < 10; round++)
		hystart_round(w, 10, 100, 120);
	cr_assert_eq(tp->snd_ssthresh, TCP_INFINITE_SSTHRESH);
}

/* TCP-HYS-03: after a loss slow start is plain */
TEST46(cc, hystart_plusplus_first_only)
{
	struct tcp_sock *tp = hystart_start(w, "2", 20);
	u32 cwnd;

	tp->snd_ssthresh = 100000;
	hystart_round(w, 10, 100, 100);
	hystart_round(w, 10, 100, 200);
	cwnd = tp->snd_cwnd;
	hystart_round(w, 10, 100, 300);
	cr_assert_eq(tp->snd_cwnd - cwnd, 20);
	cr_assert_eq(tp->snd_ssthresh, 100000);
}

/* RFC 9406 4.3: unpaced, an ACK adds eight segments at most */
TEST46(cc, hystart_plusplus_limit)
{
	struct tcp_sock *tp = hystart_start(w, "2", 20);

	tcp_cubic.cong_avoid(w->sk, 0, 30);
	cr_assert_eq(tp->snd_cwnd, 28);
}

/* -- BBR --------------------------------------------------------------------------------------- */

static u64 bbr_bw_of(struct wire *w)
{
	struct tcp_bbr_info_abi i;
	u32 len = sizeof(i);

	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CC_INFO, &i, &len), 0);
	cr_assert_eq(len, 20);
	return i.bw_lo | (u64)i.bw_hi << 32;
}

static void bbr_sample(struct wire *w, s32 delivered, s64 us, bool app_limited)
{
	struct tcp_sock *tp = tcp_sk(w->sk);
	struct tcp_rate_sample rs = { .prior_delivered = tp->delivered, .delivered = delivered,
				      .interval_us = us, .rtt_us = us, .acked_sacked = 1,
				      .is_app_limited = app_limited, .tx_in_flight = 10 };

	tp->delivered += (u32)delivered;
	tp->delivered_us = tcp_now_us(w->sk);
	tp->ca_ops->cong_control(w->sk, 0, 0, &rs);
	w->now += 10 * MS_NS;
	net_set_now(w->net, w->now);
}

/* TCP-BBR-07: a sample that the application limited counts only if it is a new maximum */
TEST46(cc, bbr_app_limited)
{
	static const char *const names[] = { "bbr", "bbr3" };

	establish(w);
	for (u32 i = 0; i < 2; i++) {
		u64 bw;

		set_cc(w, names[i]);
		bbr_sample(w, 100, 100000, false);
		bw = bbr_bw_of(w);
		cr_assert_float_eq((double)bw, 1000.0 * tcp_sk(w->sk)->mss_cache, 2000);
		for (int k = 0; k < 30; k++)
			bbr_sample(w, 10, 100000, true);
		cr_assert_eq(bbr_bw_of(w), bw, "%s", names[i]);
		bbr_sample(w, 200, 100000, true);
		cr_assert_geq(bbr_bw_of(w), bw * 2 - 2, "%s", names[i]);
	}
}

static u32 bbr_pacing_gain(struct wire *w)
{
	struct tcp_bbr_info_abi i;
	u32 len = sizeof(i);

	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CC_INFO, &i, &len), 0);
	return i.pacing_gain;
}

/* A loss that ended bbr3's probe for bandwidth was none: the probe goes on, bound and all. */
TEST46(cc, bbr3_undo_resumes_probe)
{
	enum { UP_GAIN = 256 * 5 / 4 };
	struct tcp_sock *tp;
	int k;

	establish(w);
	set_cc(w, "bbr3");
	tp = tcp_sk(w->sk);
	for (k = 0; k < 300 && bbr_pacing_gain(w) != UP_GAIN; k++)
		bbr_sample(w, 100, 100000, false);
	cr_assert_eq(bbr_pacing_gain(w), UP_GAIN, "%d rounds", k);

	wire_send(w, 1000, 0);
	cr_assert_not_null(tcp_rtx_head(tp));
	tp->lost++;
	tp->ca_ops->skb_marked_lost(w->sk, tcp_rtx_head(tp));
	cr_assert_lt(bbr_pacing_gain(w), 256);
	tp->ca_ops->undo_cwnd(w->sk);
	cr_assert_eq(bbr_pacing_gain(w), UP_GAIN);
}

/* The rate sampler: segments delivered over the time since the last of them left. */
/* TCP-BBR-07: what leaves while the program has no more to send is marked, what leaves of a backlog is not */
TEST46(cc, app_limited_mark)
{
	struct tcp_sock *tp;
	u32 m;

	establish(w);
	tp = tcp_sk(w->sk);
	m = wire_info(w).snd_mss;
	w->sk->sk_sndbuf = 1 << 20;
	wire_send(w, 40 * m, 0);
	drain(w);
	at(w, 50);
	in(w, .flags = A, .seq = 1, .ack = 1 + 10 * m, .wnd = 65535);
	drain(w);
	cr_assert_eq(tp->app_limited, 0);
	cr_assert_not(tcp_tx(tcp_rtx_tail(tp))->app_limited);
	at(w, 100);
	in(w, .flags = A, .seq = 1, .ack = 1 + 30 * m, .wnd = 65535);
	at(w, 150);
	in(w, .flags = A, .seq = 1, .ack = 1 + 40 * m, .wnd = 65535);
	drain(w);
	cr_assert_eq(wire_info(w).unacked, 0);
	wire_send(w, 2 * m, 0);
	drain(w);
	cr_assert(tcp_tx(tcp_rtx_tail(tp))->app_limited);
	cr_assert_neq(tp->app_limited, 0);
}

TEST46(cc, rate_sample)
{
	u32 m;

	establish(w);
	m = wire_info(w).snd_mss;
	wire_send(w, 10 * m, 0);
	drain(w);
	at(w, 50);
	in(w, .flags = A, .seq = 1, .ack = 1 + m, .wnd = 2048);
	cr_assert_float_eq((double)wire_info(w).delivery_rate, m / 0.05, 100);
	cr_assert_eq(wire_info(w).rate_flags & 1, 1);	/* the flight was all there was */
	at(w, 51);
	in(w, .flags = A, .seq = 1, .ack = 1 + 10 * m, .wnd = 2048);
	cr_assert_float_eq((double)wire_info(w).delivery_rate, 10 * m / 0.051, 1000);
	cr_assert_eq(wire_info(w).delivered, 11);	/* SYN and ten */
}

/* -- DCTCP ------------------------------------------------------------------------------------- */

static void dctcp_establish(struct wire *w)
{
	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "dctcp");
	wire_listen(w, 4);
	w->ts = true;
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A | E, 0, 1, 0);
	cr_assert_eq(w->last.tos & 3, INET_ECN_ECT_0);
	at(w, 100);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	w->sk = wire_accept(w);
	cr_assert_str_eq(get_cc(w), "dctcp");
	cr_assert(wire_info(w).options & TCPI_OPT_ECN_NS);
}

static void dctcp_in(struct wire *w, u32 seq, bool ce)
{
	in(w, .flags = A, .seq = seq, .ack = 1, .len = 1000, .wnd = 2048,
	   .tos = ce ? INET_ECN_CE : INET_ECN_ECT_0);
}

/* RFC 8257 3.2: a change of marks is told at once, by an ACK of its own for what came before */
TEST46(cc, dctcp_receiver)
{
	u32 seq = 1;

	dctcp_establish(w);
	wire_opt(w, 12 /* TCP_QUICKACK */, 0);
	tcp_sk(w->sk)->quick = 0;
	dctcp_in(w, seq, false);
	quiet(w);				/* delayed */
	dctcp_in(w, seq += 1000, true);
	out(w, A, 1, 1001, 0);			/* not of the marked one, no ECE */
	out(w, A | E, 1, 2001, 0);
	dctcp_in(w, seq += 1000, true);
	at(w, now_ms(w) + 300);
	out(w, A | E, 1, 3001, 0);
	dctcp_in(w, seq += 1000, false);
	out(w, A, 1, 4001, 0);
	drain(w);
}

/* RFC 8257 3.3: alpha follows the share of marked octets with g = 1/16; cwnd shrinks by alpha / 2 */
TEST46(cc, dctcp_sender)
{
	struct tcp_dctcp_info_abi i;
	u32 len = sizeof(i), cwnd, m;

	dctcp_establish(w);
	m = wire_info(w).snd_mss;
	wire_send(w, 10 * m, 0);
	out(w, A, 1, 1, m);
	cr_assert_eq(w->last.tos & 3, INET_ECN_ECT_0);
	drain(w);
	at(w, 200);
	in(w, .flags = A, .seq = 1, .ack = 1 + 5 * m, .wnd = 2048);
	drain(w);
	at(w, 210);
	in(w, .flags = A, .seq = 1, .ack = 1 + 10 * m, .wnd = 2048);
	drain(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_CC_INFO, &i, &len), 0);
	cr_assert_eq(len, sizeof(i));
	cr_assert_eq(i.enabled, 1);
	cr_assert_lt(i.alpha, 1024);		/* it begins with 1, nothing was marked */
	cr_assert_geq(i.alpha, 1024 * 225 / 256);
	cwnd = wire_info(w).snd_cwnd;
	wire_send(w, 10 * m, 0);
	drain(w);
	at(w, 310);
	in(w, .flags = A | E, .seq = 1, .ack = 1 + 20 * m, .wnd = 2048);
	drain(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_CWR);
	cr_assert_lt(wire_info(w).snd_ssthresh, cwnd);
	cr_assert_geq(wire_info(w).snd_ssthresh, cwnd / 2);
	cr_assert_gt(wire_info(w).delivered_ce, 0);
}

/* An active DCTCP socket asks for ECN whatever tcp_ecn says, with ECT on the SYN, as Linux. */
TEST46(cc, dctcp_connect)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);

	w->sk = wire_socket(w);
	cr_assert_eq(set_cc(w, "dctcp"), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	wire_run(w);
	out(w, S | E | C, 0, 0, 0);
	cr_assert_eq(w->last.tos & 3, INET_ECN_ECT_0);
}

/* -- loss and PRR ------------------------------------------------------------------------------ */

/* TCP-CC-04: half of what was in use, two at least */
TEST46(cc, reno_halves)
{
	establish(w);
	set_cc(w, "reno");
	tcp_sk(w->sk)->snd_cwnd = 11;
	cr_assert_eq(tcp_reno.ssthresh(w->sk), 5);
	tcp_sk(w->sk)->snd_cwnd = 3;
	cr_assert_eq(tcp_reno.ssthresh(w->sk), 2);
}

static void prr_state(struct tcp_sock *tp, u32 out, u32 sacked, u32 lost, u32 delivered, u32 prr_out)
{
	tp->prior_cwnd = 100;
	tp->snd_ssthresh = 70;
	tp->packets_out = out;
	tp->sacked_out = sacked;
	tp->lost_out = lost;
	tp->retrans_out = 0;
	tp->prr_delivered = delivered;
	tp->prr_out = prr_out;
}

/* TCP-PRR-01 TCP-PRR-02 TCP-PRR-03: RFC 9937 5 */
TEST46(cc, prr)
{
	struct tcp_sock *tp;

	establish(w);
	tp = tcp_sk(w->sk);
	/* above ssthresh: ceil(prr_delivered * 70 / 100) - prr_out */
	prr_state(tp, 100, 11, 1, 10, 6);
	tcp_cwnd_reduction(w->sk, 1, 1, 0);
	cr_assert_eq(tp->snd_cwnd, 88 + 2);
	prr_state(tp, 100, 11, 1, 10, 7);
	tcp_cwnd_reduction(w->sk, 1, 1, 0);
	cr_assert_eq(tp->snd_cwnd, 88 + 1);
	prr_state(tp, 100, 11, 1, 10, 8);
	tcp_cwnd_reduction(w->sk, 1, 1, 0);
	cr_assert_eq(tp->snd_cwnd, 88);
	/* below: what was delivered and not sent; one more if the ACK advances and nothing is lost */
	prr_state(tp, 100, 30, 40, 20, 20);
	tcp_cwnd_reduction(w->sk, 2, 1, 0);
	cr_assert_eq(tp->snd_cwnd, 30 + 2);
	prr_state(tp, 100, 30, 40, 20, 20);
	tcp_cwnd_reduction(w->sk, 2, 0, FLAG_SND_UNA_ADVANCED);
	cr_assert_eq(tp->snd_cwnd, 30 + 3);
	prr_state(tp, 100, 30, 40, 20, 20);
	tcp_cwnd_reduction(w->sk, 2, 1, FLAG_SND_UNA_ADVANCED);
	cr_assert_eq(tp->snd_cwnd, 30 + 2);
	prr_state(tp, 100, 15, 16, 60, 10);	/* but not above ssthresh */
	tcp_cwnd_reduction(w->sk, 5, 0, FLAG_SND_UNA_ADVANCED);
	cr_assert_eq(tp->snd_cwnd, 70);
	/* the first ACK always lets the retransmission go */
	prr_state(tp, 100, 0, 1, 0, 0);
	tcp_cwnd_reduction(w->sk, 1, 1, 0);
	cr_assert_eq(tp->snd_cwnd, 99 + 1);
	prr_state(tp, 0, 0, 0, 0, 0);
}

/* TCP-PRR-05: every third of 30 is lost; sends keep to deliveries, recovery ends with ssthresh */
TEST46(cc, prr_many_losses)
{
	u32 sent = 0, ssthresh, m;

	establish(w);
	m = wire_info(w).snd_mss;
	w->sk->sk_sndbuf = 1 << 20;
	tcp_sk(w->sk)->snd_cwnd = 30;
	tcp_sk(w->sk)->snd_ssthresh = 20;
	wire_send(w, 200 * m, 0);
	cr_assert_eq(drain(w), 30);
	for (u32 i = 0; i < 30; i++) {
		struct tcp_sack_range b = { 1 + i * m, 1 + (i + 1) * m };

		if (i % 3 == 0)
			continue;
		at(w, 100 + i);
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, .nsack = 1, .sack = { b });
		sent += (u32)drain(w);
		cr_assert_leq(sent, (i + 1) * 2 / 3 + 1, "after %u deliveries", i);
	}
	ssthresh = wire_info(w).snd_ssthresh;
	cr_assert_eq(ssthresh, 21);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	/* 0.7 of 20 deliveries, ten of them were sent again first */
	cr_assert_geq(sent, 13);
	cr_assert_eq(wire_info(w).total_retrans, 10);
	at(w, 200);
	in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss, .wnd = 2048);
	drain(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_leq(wire_info(w).snd_cwnd, ssthresh + 1);	/* TCP-PRR-04 */
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPTimeouts], 0);
}
