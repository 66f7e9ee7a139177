/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP errors, path MTU, options, TCP_INFO, congestion control, ECN, checksums of what we send. */
#include "tests/unit/tcp/wirebox.h"

/* An ICMP error that quotes a segment of ours with sequence number seq (relative). */
static void icmp(struct wire *w, u8 type, u8 code, int err, u32 info, u32 seq)
{
	struct inet_icmp_err e = { .type = type, .code = code, .info = info, .err = err,
				   .hard = true };

	wire_icmp(w, e, seq);
}

/* MUST-54 MUST-47: while connecting every unreachable ends it with its errno */
TEST46(misc, icmp_connecting)
{
	static const int errs[] = { ENETUNREACH, EHOSTUNREACH, ENOPROTOOPT, ECONNREFUSED };

	for (u32 i = 0; i < ARRAY_SIZE(errs); i++) {
		w->iss_known = false;
		connect_syn(w);
		icmp(w, 3, (u8)i, errs[i], 0, 100);	/* TCP-BLIND-05: not in flight */
		cr_assert_eq(w->sk->sk_state, TCP_SYN_SENT);
		icmp(w, 3, (u8)i, errs[i], 0, 0);
		cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
		cr_assert_eq(w->sk->sk_err, errs[i]);
		wire_close(w);
	}
}

/* MUST-56 SHLD-25 DEV-04: established connections live on; the error is remembered */
TEST46(misc, icmp_established)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish(w);
	wire_opt(w, 18, 500);
	wire_send(w, 100, 0);
	drain(w);
	icmp(w, 3, 1, EHOSTUNREACH, 0, 1);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(w->sk->sk_err, 0);
	at(w, 5000);
	drain(w);
	cr_assert_eq(w->sk->sk_err, EHOSTUNREACH);
}

/* TCP-RTO-10 RFC 6069 */
TEST46(misc, icmp_reverts_backoff)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish(w);
	wire_send(w, 100, 0);
	drain(w);
	at(w, 1500);
	cr_assert_geq(wire_info(w).backoff, 2);
	u32 before_icmp = wire_info(w).backoff;

	drain(w);
	icmp(w, w->v6 ? 1 : 3, 0, ENETUNREACH, 0, 1);
	cr_assert_eq(wire_info(w).backoff, before_icmp - 1);
}

/* RFC 1191 TCP-BLIND-06: smaller segments, again at once; a larger MTU changes nothing */
TEST46(misc, pmtu)
{
	u32 mss = 1400 - (w->v6 ? 60 : 40) - 12, full = w->v6 ? 1428 : 1448;

	establish(w);
	wire_send(w, 2 * full, 0);
	out(w, A, 1, 1, full);
	out(w, A | P, 1 + full, 1, full);
	icmp(w, w->v6 ? 2 : 3, w->v6 ? 0 : 4, EMSGSIZE, 1400, 1 + 10 * full);
	cr_assert_eq(wire_info(w).snd_mss, full);
	icmp(w, w->v6 ? 2 : 3, w->v6 ? 0 : 4, EMSGSIZE, 1400, 1);
	cr_assert_eq(wire_info(w).snd_mss, mss);
	cr_assert_eq(wire_info(w).pmtu, 1400);
	out(w, A, 1, 1, mss);
	u32 bytes = mss;

	while (take(w, &w->last)) {
		cr_assert_leq(w->last.len, mss);
		bytes += w->last.len;
	}
	cr_assert_eq(bytes, 2 * full);
	icmp(w, w->v6 ? 2 : 3, w->v6 ? 0 : 4, EMSGSIZE, 9000, 1);
	cr_assert_eq(wire_info(w).snd_mss, mss);
	in(w, .flags = A, .seq = 1, .ack = 1 + 2 * full);
	cr_assert_eq(wire_info(w).unacked, 0);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
}

static int get_opt(struct wire *w, int name)
{
	int v = -12345;
	u32 len = sizeof(v);

	cr_assert_eq(sock_getsockopt(w->sk, 6, name, &v, &len), 0);
	return v;
}

TEST46(misc, options)
{
	char cc[16];
	u32 len = sizeof(cc);

	establish(w);
	cr_assert_eq(wire_opt(w, 1, 5), 0);
	cr_assert_eq(get_opt(w, 1), 1);
	cr_assert_eq(wire_opt(w, 2, 87), -EINVAL);
	cr_assert_eq(wire_opt(w, 2, 32768), -EINVAL);
	cr_assert_eq(get_opt(w, 2), w->v6 ? 1428 : 1448);
	cr_assert_eq(wire_opt(w, 4, 0), -EINVAL);
	cr_assert_eq(wire_opt(w, 4, 32768), -EINVAL);
	cr_assert_eq(get_opt(w, 4), 7200);
	cr_assert_eq(get_opt(w, 5), 75);
	cr_assert_eq(get_opt(w, 6), 9);
	cr_assert_eq(wire_opt(w, 7, 0), -EINVAL);
	cr_assert_eq(get_opt(w, 7), 6);
	cr_assert_eq(get_opt(w, 8), 60);
	cr_assert_eq(wire_opt(w, 9, 5), 0);
	cr_assert_eq(get_opt(w, 9), 7);			/* rounded to SYN-ACK retransmissions */
	cr_assert_eq(wire_opt(w, 18, -1), -EINVAL);
	cr_assert_eq(wire_opt(w, 99, 1), -ENOPROTOOPT);
	cr_assert_eq(wire_opt(w, 23, 5), -EINVAL);		/* not when connected */
	cr_assert_eq(sock_setsockopt(w->sk, 6, 31, "tls", 3), -ENOENT);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 13, cc, &len), 0);
	cr_assert_str_eq(cc, "cubic");
	cr_assert_eq(sock_setsockopt(w->sk, 6, 13, "reno", 4), 0);
	cr_assert_eq(sock_setsockopt(w->sk, 6, 13, "vegas", 5), -ENOENT);
	len = sizeof(cc);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 13, cc, &len), 0);
	cr_assert_str_eq(cc, "reno");
	wire_opt(w, 8, 500);
	cr_assert_eq(get_opt(w, 8), 120);
}

/* TCP_SAVE_SYN: the SYN's headers, once */
TEST46(misc, save_syn)
{
	u8 buf[200];
	u32 len = sizeof(buf);
	int on = 1;

	wire_listen(w, 5);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, 27, &on, sizeof(on)), 0);
	establish(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 28, buf, &len), 0);
	cr_assert_gt(len, 40);
	cr_assert_eq(buf[0] >> 4, w->v6 ? 6 : 4);
	cr_assert_eq(buf[(w->v6 ? 40 : 20) + 13], S);
	len = sizeof(buf);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 28, buf, &len), 0);
	cr_assert_eq(len, 0);
}

/* TCP_DEFER_ACCEPT: the bare ACK does not complete, data does */
TEST46(misc, defer_accept)
{
	int s = 5;

	wire_listen(w, 5);
	sock_setsockopt(w->lsk, 6, 9, &s, sizeof(s));
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	quiet(w);
	cr_assert_null(wire_accept(w));
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);
	drain(w);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
}

/* TCP-CC-03 TCP-2525-05: reno in avoidance adds a segment a round trip */
TEST46(misc, reno_avoidance)
{
	struct tcp_sock *tp;
	u32 seq = 1, start;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");	/* the handshake took no time */
	establish_opt(w, NO_TS, 1 << 20, 1000);
	sock_setsockopt(w->sk, 6, 13, "reno", 4);
	tp = tcp_sk(w->sk);
	tp->snd_ssthresh = 10;
	start = tp->snd_cwnd;
	for (int rtt = 0; rtt < 10; rtt++) {
		u32 n = tp->snd_cwnd;

		wire_send(w, n * 1000, 0);
		drain(w);
		at(w, now_ms(w) + 50);
		for (u32 i = 0; i < n; i++) {
			seq += 1000;
			in(w, .flags = A, .seq = 1, .ack = seq);
		}
		drain(w);
	}
	cr_assert_eq(tp->snd_cwnd, start + 10);
}

/* TCP-CC-07: an application-limited flow does not grow its window */
TEST46(misc, app_limited)
{
	u32 seq = 1;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish_opt(w, NO_TS, 1 << 20, 1000);
	for (int i = 0; i < 50; i++) {
		wire_send(w, 2000, 0);
		drain(w);
		at(w, now_ms(w) + 50);
		seq += 2000;
		in(w, .flags = A, .seq = 1, .ack = seq);
		drain(w);
	}
	cr_assert_eq(wire_info(w).snd_cwnd, 10);
}

/* TCP-CC-07 RFC 7661: half of what was not used for an RTO is lost; by tcp_slow_start_after_idle 0 nothing */
static void unused_window(struct wire *w, const char *after_idle, u32 cwnd, u32 ssthresh)
{
	wire_sysctl(w, "net.ipv4.tcp_slow_start_after_idle", after_idle);
	establish_opt(w, NO_TS, 1 << 20, 1000);
	tcp_sk(w->sk)->snd_cwnd = 80;
	at(w, 2000);
	tcp_sk(w->sk)->lsndtime_us = tcp_now_us(w->sk);	/* not idle: an ACK's data, say, went out */
	wire_send(w, 1000, 0);
	drain(w);
	cr_assert_eq(wire_info(w).snd_cwnd, cwnd);
	cr_assert_eq(wire_info(w).snd_ssthresh, ssthresh);
}

TEST46(misc, cwnd_validated) { unused_window(w, "1", 45, 0x7fffffff); }
TEST46(misc, cwnd_kept) { unused_window(w, "0", 80, 0x7fffffff); }

/* The window after a minute of idling with one of a hundred segments. */
static void idle_minute(struct wire *w, u32 cwnd)
{
	establish(w);
	tcp_sk(w->sk)->snd_cwnd = 100;
	at(w, now_ms(w) + 60000);
	wire_send(w, 30000, 0);
	cr_assert_eq(wire_info(w).snd_cwnd, cwnd);
	drain(w);
}

/* TCP-CC-06: idling for long ends in the initial window */
TEST46(misc, idle_restart)
{
	idle_minute(w, 10);
}

/* TCP-CC-06: and that is the route's, if it says so */
TEST46(misc, idle_restart_by_route)
{
	struct fib_route r = { .dev = w->dev, .type = 1 };

	cr_assert(inet_prefix_parse(w->v6 ? "fd00::2/128" : "10.0.0.2/32", &r.dst));
	r.metrics[RTAX_N_INITCWND] = 20;
	cr_assert_eq(fib_route_add(w->net, &r), 0);
	at(w, 5000);		/* settled: a route that is asked anew has told nothing yet */
	idle_minute(w, 20);
}

/* TCP-ECN-01 TCP-ECN-03 TCP-ECN-04 TCP-ECN-05 */
TEST46(misc, ecn)
{
	wire_listen(w, 5);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1000);
	out(w, S | A | E, 0, 1, 0);
	cr_assert_eq(w->last.tos & 3, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	wire_send(w, 1000, 0);
	out(w, A | P, 1, 1, 1000);
	cr_assert_eq(w->last.tos & 3, INET_ECN_ECT_0);
	in(w, .flags = A, .seq = 1, .ack = 1001);
	in(w, .flags = A | P, .seq = 1, .ack = 1001, .len = 100, .tos = INET_ECN_CE);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.flags & E);
	cr_assert_eq(w->last.tos & 3, 0);
	in(w, .flags = A | P | C, .seq = 101, .ack = 1001, .len = 100, .tos = INET_ECN_ECT_0);
	cr_assert(take(w, &w->last));
	cr_assert(!(w->last.flags & E));
	wire_send(w, 3000, 0);
	drain(w);
	in(w, .flags = A | E, .seq = 201, .ack = 2001);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_CWR);
	cr_assert_eq(wire_info(w).snd_ssthresh, 7);
	in(w, .flags = A | E, .seq = 201, .ack = 4001);
	wire_send(w, 1000, 0);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.flags & C);
	drain(w);
}

/* without memory nothing breaks, and nothing leaks (checked at the end) */
TEST46(misc, sysctl_off)
{
	wire_sysctl(w, "net.ipv4.tcp_timestamps", "0");
	wire_sysctl(w, "net.ipv4.tcp_sack", "0");
	wire_sysctl(w, "net.ipv4.tcp_window_scaling", "0");
	connect_syn(w);
	cr_assert_eq(w->last.o.saw, TCP_SAW_MSS);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 7,
	   .tsval = 5);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->last.o.saw, 0);
	cr_assert_eq(wire_info(w).options, 0);
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_congestion_control", "nonesuch"), -ENOENT);
	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "reno");
}

/* TCP-WS-02: a shift above 14 counts as 14 */
TEST46(misc, wscale_over)
{
	static const u8 o[] = { 2, 4, 5, 180, 1, 3, 3, 15 };

	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .opts = o, .opts_len = 8);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 1);
	w->sk = wire_accept(w);
	cr_assert_eq(wire_info(w).wscales & 15, 14);
	cr_assert_eq(wire_info(w).snd_wnd, 1 << 14);
}

/* MUST-8 MUST-9 TCP-ISN-01: the clock goes on, neighbours are unrelated */
TEST46(misc, isn)
{
	struct inet_tuple t = { .lport = 1, .rport = 2 };
	u32 a = tcp_isn(w->net, &t), b;

	at(w, 1);
	b = tcp_isn(w->net, &t);
	cr_assert_eq(b - a, 1000000 / 64);
	t.rport = 3;
	cr_assert_gt(tcp_isn(w->net, &t) - b + 100000, 200000);
}
