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

/*
 * Behind the ten at once the next has to wait for the time of the last of them, all of it: nobody was late.
 * BBR's first samples would be of a longer interval, and STARTUP slower than it need be.
 */
TEST46(pacing, behind_the_first)
{
	u64 rate = 1448000;
	u32 m;

	establish(w);
	m = wire_info(w).snd_mss;
	w->sk->sk_sndbuf = 1 << 20;
	cr_assert_eq(sock_setsockopt(w->sk, 1, 47, &rate, sizeof(rate)), 0);
	minmax_reset(&tcp_sk(w->sk)->rtt_min, 0, 50000);
	tcp_sk(w->sk)->snd_cwnd = 100;
	wire_send(w, 20 * m, 0);
	cr_assert_eq(drain(w), 10);
	w->now += 2ull * m * NSEC_PER_SEC / rate - 1000;
	wire_run(w);
	cr_assert_eq(drain(w), 0);
	w->now += 2000;
	wire_run(w);
	cr_assert_eq(drain(w), 2);
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

/* -- TCP small queues ------------------------------------------------------------------------- */
/* A connection whose window takes 200 segments, on a device whose queue stands still. */
static void small_queue(struct wire *w, u64 rate, const char *most)
{
	establish(w);
	w->sk->sk_sndbuf = 1 << 20;
	tcp_sk(w->sk)->snd_cwnd = 200;
	tcp_sk(w->sk)->snd_wnd = 1 << 20;
	w->sk->sk_pacing_rate = rate;
	wire_sysctl(w, "net.ipv4.tcp_limit_output_bytes", most);
	w->dev->features &= ~(netdev_features_t)NETIF_F_ALL_TSO;
	netif_tx_stop_queue(w->dev->tx);
}

/* How many of 180 segments, four large packets, wait below TCP while nothing leaves; all do, after that. */
static u32 waiting_below(struct wire *w)
{
	u32 m = wire_info(w).snd_mss, waiting;

	wire_send(w, 180 * m, 0);
	waiting = wire_info(w).unacked;
	netif_tx_wake_queue(w->dev->tx);
	wire_run(w);
	cr_assert_eq(drain(w), 180);
	cr_assert_eq(w->sk->sk_wmem_alloc, 0);
	return waiting;
}

/* Two large packets, or what is sent in a millisecond, if that is more. */
TEST46(tsq, two_packets_wait_below)
{
	u32 waiting;

	small_queue(w, 1024 * 1024, "4194304");
	waiting = waiting_below(w);
	cr_assert_geq(waiting, 2 * 44, "%u", waiting);
	cr_assert_leq(waiting, 3 * 45, "%u", waiting);
}

TEST46(tsq, a_millisecond_waits_below)
{
	u32 waiting;

	small_queue(w, 1024ull * 1024 * 1024, "4194304");
	waiting = waiting_below(w);
	cr_assert_eq(waiting, 180);
}

/* net.ipv4.tcp_limit_output_bytes is the most, however fast it sends. */
TEST46(tsq, limit_output_bytes)
{
	u32 m, few, many;

	small_queue(w, 1ull << 40, "4096");
	m = wire_info(w).snd_mss;
	wire_send(w, 150 * m, 0);
	few = wire_info(w).unacked;
	cr_assert_geq(few, 1);
	netif_tx_wake_queue(w->dev->tx);
	wire_run(w);
	cr_assert_eq(drain(w), 150);
	in(w, .flags = A, .seq = 1, .ack = 1 + 150 * m);
	wire_sysctl(w, "net.ipv4.tcp_limit_output_bytes", "4194304");
	tcp_sk(w->sk)->snd_cwnd = 200;
	netif_tx_stop_queue(w->dev->tx);
	wire_send(w, 150 * m, 0);
	many = wire_info(w).unacked;
	cr_assert_gt(many, few, "%u, %u", many, few);
	netif_tx_wake_queue(w->dev->tx);
	wire_run(w);
	cr_assert_eq(drain(w), 150);
}

/* What waits when the socket is closed leaves, and the FIN behind it. */
TEST46(tsq, closed_while_it_waits)
{
	u32 m;

	small_queue(w, 1 << 20, "4096");
	m = wire_info(w).snd_mss;
	wire_send(w, 100 * m, 0);
	cr_assert(tcp_sk(w->sk)->tsq_throttled);
	sock_close(w->sk);
	w->sk = NULL;
	netif_tx_wake_queue(w->dev->tx);
	wire_run(w);
	cr_assert_geq(drain(w), 100); /* and the FIN */
}
