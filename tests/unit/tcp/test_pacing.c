/* SPDX-License-Identifier: BSD-2-Clause */
/* Pacing by TCP's own timer: when segments leave, and who is paced. */
#include "tests/unit/tcp/wirebox.h"

#include "tcp/tcp_priv.h"

/* SO_MAX_PACING_RATE without any qdisc: ten segments at once, then by the clock (TCP-BBR-06) */
TEST46(pacing, max_rate)
{
	u64 rate = 1448000;	/* a segment a millisecond */
	struct tcp_info_abi i;
	u32 n, m;

	establish(w);
	m = wire_info(w).snd_mss;
	w->sk->sk_sndbuf = 1 << 20;
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &rate, sizeof(rate)), 0);
	tcp_sk(w->sk)->snd_cwnd = 100;
	minmax_reset(&tcp_sk(w->sk)->rtt_min, 0, 50000);	/* short paths take larger bursts */
	wire_send(w, 60 * m, 0);
	n = (u32)drain(w);
	cr_assert_leq(n, 14, "%u", n);
	at(w, 20);
	n += (u32)drain(w);
	cr_assert_geq(n, 28);
	cr_assert_leq(n, 34);
	at(w, 40);
	n += (u32)drain(w);
	cr_assert_geq(n, 48);
	cr_assert_leq(n, 54);
	at(w, 70);
	n += (u32)drain(w);
	cr_assert_geq(n, 60);
	i = wire_info(w);
	cr_assert_eq(i.max_pacing_rate, rate);
	cr_assert_leq(i.pacing_rate, rate);
	/* and what the ACKs make of it stays below */
	in(w, .flags = A, .seq = 1, .ack = 1 + 60 * m, .wnd = 65535);
	cr_assert_eq(wire_info(w).pacing_rate, rate);
	wire_send(w, 60 * m, 0);
	cr_assert_leq(drain(w), 14);
}

/* What was paced once stays so: at TCP's own rate when SO_MAX_PACING_RATE is taken back. */
TEST46(pacing, stays)
{
	u64 rate = 1448000, none = ~0ull;
	u32 n, m;

	establish(w);
	m = wire_info(w).snd_mss;
	w->sk->sk_sndbuf = 1 << 20;
	tcp_sk(w->sk)->snd_cwnd = 100;
	tcp_sk(w->sk)->srtt_us = 100000 << 3;
	minmax_reset(&tcp_sk(w->sk)->rtt_min, 0, 100000);
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &none, sizeof(none)), 0);
	cr_assert(!tcp_needs_pacing(w->sk));
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &rate, sizeof(rate)), 0);
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &none, sizeof(none)), 0);
	tcp_update_pacing_rate(w->sk);			/* two segments a millisecond */
	wire_send(w, 60 * m, 0);
	n = (u32)drain(w);
	cr_assert_leq(n, 14, "%u", n);
	at(w, 50);
	n += (u32)drain(w);
	cr_assert_eq(n, 60);
}

/* A loop that counts milliseconds: what it was late is made good also if a write comes before the timer. */
TEST46(pacing, before_the_timer)
{
	u64 rate = 1448000;	/* a segment a millisecond */
	u32 n, m, i;

	establish(w);
	m = wire_info(w).snd_mss;
	w->sk->sk_sndbuf = 1 << 20;
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &rate, sizeof(rate)), 0);
	tcp_sk(w->sk)->snd_cwnd = 100;
	minmax_reset(&tcp_sk(w->sk)->rtt_min, 0, 50000);
	wire_send(w, 80 * m, 0);
	n = (u32)drain(w);
	for (i = 0; i < 20; i++) {
		w->now += 2500 * NSEC_PER_USEC;
		net_set_now(w->net, w->now);
		wire_send(w, 1, 0);
		n += (u32)drain(w);
	}
	cr_assert_geq(n, 58, "%u", n);
	cr_assert_leq(n, 64, "%u", n);
}

/* tcp_pacing_ss_ratio and tcp_pacing_ca_ratio: twice and 1.2 times cwnd per SRTT */
TEST46(pacing, ratios)
{
	u32 m;

	establish(w);
	m = wire_info(w).snd_mss;
	tcp_sk(w->sk)->srtt_us = 100000 << 3;
	tcp_sk(w->sk)->snd_cwnd = 10;
	tcp_update_pacing_rate(w->sk);
	cr_assert_float_eq((double)wire_info(w).pacing_rate, 2.0 * 10 * m / 0.1, 100);
	tcp_sk(w->sk)->snd_ssthresh = 10;
	tcp_update_pacing_rate(w->sk);
	cr_assert_float_eq((double)wire_info(w).pacing_rate, 1.2 * 10 * m / 0.1, 100);
	wire_sysctl(w, "net.ipv4.tcp_pacing_ca_ratio", "300");
	tcp_update_pacing_rate(w->sk);
	cr_assert_float_eq((double)wire_info(w).pacing_rate, 3.0 * 10 * m / 0.1, 100);
}

/* A timer that fires late, by more than a packet's time, sends what should have gone meanwhile. */
TEST46(pacing, late_timer)
{
	u64 rate = 5792000;	/* 250 us a segment */
	u32 n;

	establish(w);
	w->sk->sk_sndbuf = 1 << 20;
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &rate, sizeof(rate)), 0);
	tcp_sk(w->sk)->snd_cwnd = 200;
	minmax_reset(&tcp_sk(w->sk)->rtt_min, 0, 50000);
	wire_send(w, 150 * 1400, 0);
	drain(w);
	n = 0;
	for (int ms = 0; ms < 20; ms++) {	/* a loop that turns once a millisecond */
		w->now += MS_NS;
		wire_run(w);
		n += (u32)drain(w);
	}
	cr_assert_geq(n, 70, "%u", n);
	cr_assert_leq(n, 90, "%u", n);
}

/* A send that comes late by itself goes on sooner, by half of a packet's time. */
TEST46(pacing, late)
{
	struct tcp_sock *tp;
	u64 rate = 1448000, due;

	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &rate, sizeof(rate)), 0);
	tp = tcp_sk(w->sk);
	tp->data_segs_out = 10;
	w->sk->sk_pacing_rate = rate;
	tcp_pacing_sent(w->sk, 1448);
	due = w->net->now + 400000;
	tp->wstamp_ns = due;
	w->now = due + 300000;
	net_set_now(w->net, w->now);
	tcp_pacing_sent(w->sk, 1448);
	cr_assert_eq(tp->wstamp_ns, due + 1000000);
	w->now = tp->wstamp_ns + 5000000;	/* but no more than half a packet's time */
	net_set_now(w->net, w->now);
	tcp_pacing_sent(w->sk, 1448);
	cr_assert_eq(tp->wstamp_ns, w->now + 500000);
}
