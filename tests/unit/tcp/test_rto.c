/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks: RTO (RFC 6298, RFC 5682), timestamps and PAWS (RFC 7323); and the scoreboard against a
 * model, with the known problems of RFC 2525.
 */
#include "tests/unit/tcp/wirebox.h"

#define SACKB(n, ...) .nsack = (n), .sack = { __VA_ARGS__ }

enum { RTT = 100, WND = 2048 };

/* A connection with srtt of 100 ms and n segments of 1000 octets in flight from 1 on. */
static void in_flight(struct wire *w, int no, u32 n)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_listen(w, 16);
	w->ts = !(no & NO_TS);
	in(w, .flags = S, .seq = 0, .mss = no & NO_TS ? 1000 : 1012, .sackok = !(no & NO_SACK), .ws = 7);
	out(w, S | A, 0, 1, 0);
	at(w, RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = WND);
	w->sk = wire_accept(w);
	tcp_sk(w->sk)->snd_cwnd = max(n, 10u);
	sock_setsockopt(w->sk, 1, 7, &(int){ 200000 }, 4);
	cr_assert_eq(wire_send(w, n * 1000, 0), (ssize_t)n * 1000);
	for (u32 i = 0; i < n; i++) {
		cr_assert(take(w, &w->last));
		cr_assert_eq(w->last.seq, 1 + i * 1000);
		cr_assert_eq(w->last.len, 1000);
	}
}

/* -- RTO --------------------------------------------------------------------------------------- */

/* TCP-RTO-03: SRTT by 1/8, and the deviation from the old SRTT by 1/4, in this order */
TEST46(rto, estimator)
{
	static const u32 sample[] = { 100000, 140000, 190000, 260000, 400000, 700000 };
	double srtt = 0, var = 0;
	struct tcp_sock *tp;

	establish(w);
	tp = tcp_sk(w->sk);
	tp->srtt_us = 0;
	for (u32 i = 0; i < ARRAY_SIZE(sample); i++) {
		double m = sample[i];

		tcp_rtt_estimator(w->sk, sample[i]);
		var = i ? 0.75 * var + 0.25 * (m > srtt ? m - srtt : srtt - m) : m / 2;
		srtt = i ? 0.875 * srtt + 0.125 * m : m;
		cr_assert(tp->srtt_us / 8.0 > srtt - 8 && tp->srtt_us / 8.0 < srtt + 8,
			  "%u: srtt %f, model %f", i, tp->srtt_us / 8.0, srtt);
		cr_assert(tp->mdev_us / 4.0 > var - 8 && tp->mdev_us / 4.0 < var + 8,
			  "%u: mdev %f, model %f", i, tp->mdev_us / 4.0, var);
	}
	cr_assert_geq(tcp_rto_from_srtt(w->sk), (u32)(srtt + 4 * var) - 100);
}

/* TCP-RTO-04 MUST-18 TCP-RTO-08: the ACK of what was sent twice is no sample, and does not end the
 * back-off */
TEST46(rto, karn)
{
	struct tcp_info_abi i;
	u32 srtt;

	in_flight(w, NO_TS, 1);
	srtt = wire_info(w).rtt;
	at(w, RTT + 950);	/* twice again, at 300 and 900 */
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = WND);
	i = wire_info(w);
	cr_assert_eq(i.unacked, 0);
	cr_assert_eq(i.rtt, srtt);
	cr_assert_geq(i.backoff, 1);
	cr_assert_geq(i.rto, 600000);
	wire_send(w, 1000, 0);
	drain(w);
	at(w, RTT + 1050);
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = WND);
	i = wire_info(w);
	cr_assert_eq(i.backoff, 0);
	cr_assert_lt(i.rto, 500000);
}

/* TCP-TS-06: with timestamps the retransmission is one */
TEST46(rto, karn_timestamps)
{
	in_flight(w, 0, 1);
	at(w, RTT + 310);
	drain(w);
	at(w, RTT + 910);
	drain(w);
	at(w, RTT + 990);	/* 80 ms after the second retransmission, whose TSval it echoes */
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = WND);
	cr_assert_lt(wire_info(w).rtt, RTT * 1000);
	cr_assert_eq(wire_info(w).backoff, 0);
}

/* TCP-RTO-05 TCP-INV-05: runs while something is in flight; each new ACK starts it anew */
TEST46(rto, timer)
{
	struct tcp_sock *tp;
	u64 due;

	in_flight(w, 0, 5);
	tp = tcp_sk(w->sk);
	cr_assert_eq(tp->ca_pending, TCP_TIMER_RETRANS);
	due = tp->rexmit_at_us;
	at(w, RTT + 50);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = WND);	/* acknowledges nothing */
	cr_assert_eq(tp->rexmit_at_us, due);
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = WND);
	cr_assert_eq(tp->ca_pending, TCP_TIMER_RETRANS);
	cr_assert_eq(tp->rexmit_at_us, tcp_now_us(w->sk) + tp->rto_us);
	in(w, .flags = A, .seq = 1, .ack = 5001, .wnd = WND);
	cr_assert_eq(tp->ca_pending, TCP_TIMER_NONE);
	at(w, 10000);
	quiet(w);
}

/* TCP-RTO-01 TCP-RTO-07: a SYN that went twice leaves 3 s until there is a sample */
TEST46(rto, after_lost_syn)
{
	wire_sysctl(w, "net.ipv4.tcp_timestamps", "0");
	connect_syn(w);
	at(w, 990);
	quiet(w);
	at(w, 1010);
	out(w, S, 0, 0, 0);
	at(w, 1100);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1000);
	out(w, A, 1, 1, 0);
	cr_assert_eq(wire_info(w).rto, 3000000);
	wire_send(w, 10, 0);
	drain(w);
	at(w, 1200);
	in(w, .flags = A, .seq = 1, .ack = 11);
	cr_assert_leq(wire_info(w).rto, 1000000);
}

/* TCP-RTO-11: what does not leave the host says nothing about the path */
TEST46(rto, local_failure)
{
	in_flight(w, 0, 1);
	dev_close(w->dev);
	wire_run(w);
	at(w, 20000);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_leq(wire_info(w).retransmits, 1);
	cr_assert_eq(wire_info(w).backoff, 0);
	drain(w);
}

/* A closed window is asked about for as long without a route as with one */
TEST46(rto, probes_without_route)
{
	in_flight(w, 0, 1);
	in(w, .flags = A, .seq = 1, .ack = 1001, .zero_wnd = true);
	wire_send(w, 1000, 0);
	dev_close(w->dev);
	wire_run(w);
	at(w, 30000);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_geq(wire_info(w).probes, 3);
	cr_assert_geq(wire_info(w).backoff, 3);
	drain(w);
}

/* TCP-FRTO-02: new data went out after the RTO, and a duplicate ACK answers: the loss was real */
TEST46(rto, frto_real)
{
	in_flight(w, NO_TS, 5);
	wire_send(w, 5000, 0);
	drain(w);
	at(w, RTT + 310);
	out(w, A, 1, 1, 1000);
	at(w, RTT + 400);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = WND);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = WND, SACKB(1, { 5001, 6001 }));
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Loss);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPSpuriousRTOs], 0);
	at(w, RTT + 2000);
	cr_assert_gt(drain(w), 0);
}

/* TCP-FRTO-05 TCP-FRTO-03 TCP-RACK-05: the path stalls for two seconds and all was delivered: no burst */
TEST46(rto, delay_spike)
{
	u32 cwnd, sent = 0;

	in_flight(w, 0, 10);
	cwnd = wire_info(w).snd_cwnd;
	u32 first_tsval = w->last_tsval;

	at(w, RTT + 2000);
	sent = (u32)drain(w);
	cr_assert_leq(sent, 4);		/* one a back-off */
	for (u32 i = 1; i <= 10; i++) {
		in(w, .flags = A, .seq = 1, .ack = 1 + i * 1000, .wnd = WND, .tsval = 5000 + i,
		   .tsecr = first_tsval);
		cr_assert_eq(drain(w), 0, "ACK %u", i);
	}
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_geq(wire_info(w).snd_cwnd, cwnd);
}

/* -- the scoreboard ---------------------------------------------------------------------------- */

/* TCP-SACK-09 ATK-OPT-04: random blocks, against a bit per segment */
TEST46(rto, scoreboard)
{
	enum { N = 40 };
	bool sacked[N] = { false };
	u32 acked = 0, seed = 7;

	in_flight(w, NO_TS, N);
	for (int round = 0; round < 300 && acked < N - 1; round++) {
		u32 a, b, count = 0, ack;

		seed = seed * 1103515245 + 12345;
		a = acked + 1 + (seed >> 16) % (N - acked - 1);
		b = a + 1 + (seed >> 24) % 3;
		b = min(b, (u32)N);
		if (round % 20 == 19) {
			while (acked < N && (sacked[acked] || count < 1))
				count += !sacked[acked], acked++;
			a = b = 0;
		}
		for (u32 i = a; i < b; i++)
			sacked[i] = true;
		ack = 1 + acked * 1000;
		if (a)
			in(w, .flags = A, .seq = 1, .ack = ack, .wnd = WND,
			   SACKB(1, { 1 + a * 1000, 1 + b * 1000 }));
		else
			in(w, .flags = A, .seq = 1, .ack = ack, .wnd = WND);
		count = 0;
		for (u32 i = acked; i < N; i++)
			count += sacked[i];
		cr_assert_eq(wire_info(w).sacked, count, "round %d", round);
		cr_assert_eq(wire_info(w).unacked, N - acked);
		cr_assert_leq(tcp_left_out(tcp_sk(w->sk)), tcp_sk(w->sk)->packets_out);
		while (take(w, &w->last))	/* TCP-2525-03: the same octets, for ever */
			for (u32 k = 0; k < w->last.len; k++)
				cr_assert_eq(w->last.data[k], (u8)(w->last.seq + k));
	}
	in(w, .flags = A, .seq = 1, .ack = 1 + N * 1000, .wnd = WND);
	cr_assert_eq(wire_info(w).sacked, 0);
	cr_assert_eq(wire_info(w).lost, 0);
}

/* TCP-SACK-11 RFC 6675 with RACK off: holes below the highest SACK first, then new data */
TEST46(rto, next_seg)
{
	u32 want[] = { 1, 2001, 4001 };

	wire_sysctl(w, "net.ipv4.tcp_recovery", "0");
	in_flight(w, NO_TS, 10);
	wire_send(w, 5000, 0);
	drain(w);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = WND,
	   SACKB(3, { 5001, 10001 }, { 3001, 4001 }, { 1001, 2001 }));
	for (u32 i = 0, k = 0; k < ARRAY_SIZE(want) && i < 20; i++) {
		while (take(w, &w->last)) {
			if (before(w->last.seq, 10001)) {
				cr_assert_lt(k, ARRAY_SIZE(want));
				cr_assert_eq(w->last.seq, want[k++]);
			} else {
				cr_assert_eq(k, ARRAY_SIZE(want), "new data before the holes");
			}
		}
		at(w, now_ms(w) + 1);
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = WND,
		   SACKB(3, { 5001, 10001 }, { 3001, 4001 }, { 1001, 2001 }));
	}
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	drain(w);
}

/* TCP-SACK-14: duplicates after an RTO are of the old flight: no second reduction */
TEST46(rto, careful)
{
	u32 ssthresh;

	in_flight(w, NO_SACK | NO_TS, 10);
	at(w, RTT + 310);
	out(w, A, 1, 1, 1000);
	ssthresh = wire_info(w).snd_ssthresh;
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = WND);
	drain(w);
	for (int i = 0; i < 6; i++)
		in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = WND);
	drain(w);
	cr_assert_eq(wire_info(w).snd_ssthresh, ssthresh);
	cr_assert_neq(wire_info(w).ca_state, TCP_CA_Recovery);
}

/* TCP-2525-07: when recovery ends, cwnd is what ssthresh says */
static void deflate(struct wire *w, int no)
{
	in_flight(w, no, 20);
	at(w, 2 * RTT);
	for (u32 i = 2; i <= 20; i++) {
		if (no & NO_SACK)
			in(w, .flags = A, .seq = 1, .ack = 1, .wnd = WND);
		else
			in(w, .flags = A, .seq = 1, .ack = 1, .wnd = WND,
			   SACKB(1, { 1001, 1 + i * 1000 }));
		drain(w);
	}
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 20001, .wnd = WND);
	wire_send(w, 1000, 0);	/* NewReno holds its state until something above is acknowledged */
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 21001, .wnd = WND);
	cr_assert_leq(wire_info(w).snd_cwnd, wire_info(w).snd_ssthresh);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
}

TEST46(rto, deflate_sack)
{
	deflate(w, NO_TS);
}

TEST46(rto, deflate_reno)
{
	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "reno");
	deflate(w, NO_TS | NO_SACK);
}

/* -- windows and timestamps -------------------------------------------------------------------- */

/* TCP-WS-05 SHLD-14: with a shift, too, the right edge never moves back */
TEST46(rto, scaled_edge)
{
	u32 edge = 0, seq = 1;
	char buf[333];

	establish(w);
	for (u32 i = 0; i < 500; i++) {
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1 + i * 37 % 1400);
		seq = tcp_sk(w->sk)->rcv_nxt - PEER_ISN;
		if (i % 3 == 0)
			wire_recv(w, buf, sizeof(buf), 0);
		while (take(w, &w->last)) {
			u32 e = w->last.ack + ((u32)w->last.wnd << tcp_sk(w->sk)->rx_opt.rcv_wscale);

			cr_assert(!before(e, edge), "edge %u after %u", e, edge);
			edge = e;
		}
	}
}

/* TCP-WS-06: a cookie has no room for the shift; with timestamps it travels in them */
static void cookie(struct wire *w, bool ts)
{
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	wire_listen(w, 5);
	w->ts = ts;
	in(w, .flags = S, .seq = 0, .mss = 1460, .ws = 7, .sackok = true);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(!!(w->last.o.saw & TCP_SAW_WSCALE), ts);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 1000);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(wire_info(w).snd_wnd, ts ? 1000u << 7 : 1000u);
	cr_assert_eq(!!(wire_info(w).options & TCPI_OPT_SACK_NS), ts);
}

TEST46(rto, cookie_plain)
{
	cookie(w, false);
}

TEST46(rto, cookie_timestamps)
{
	cookie(w, true);
}

/* TCP-TS-02: a segment that lost its timestamp is taken as it is, as on Linux */
TEST46(rto, timestamp_missing)
{
	char buf[100];

	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .no_ts = true);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 10);
	drain(w);
}

/* TCP-TS-05 ATK-OFF-13: 1 ms ticks, and an offset per pair of hosts that tells nothing of the uptime */
TEST46(rto, timestamp_clock)
{
	union inet_addr a, b;
	u16 family;
	u32 t0, off;

	establish(w);
	wire_send(w, 1, 0);
	cr_assert(take(w, &w->last));
	t0 = w->last.o.tsval;
	at(w, 1000);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 2);
	wire_send(w, 1, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.o.tsval - t0, 1000);
	off = tcp_sk(w->sk)->tsoffset;
	inet_addr_pton(w->v6 ? "fd00::1" : "10.0.0.1", &a, &family);
	inet_addr_pton(w->v6 ? "fd00::3" : "10.0.0.3", &b, &family);
	cr_assert_neq(tcp_ts_offset(w->net, &a, &b), off);
	inet_addr_pton(w->v6 ? "fd00::2" : "10.0.0.2", &b, &family);
	cr_assert_eq(tcp_ts_offset(w->net, &a, &b), off);
}

/* TCP-PAWS-03: after 24 days of silence any timestamp is as good as another */
TEST46(rto, paws_24_days)
{
	char buf[100];

	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .tsval = 5000000);
	drain(w);
	at(w, 10000);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10, .tsval = 1000);
	out(w, A, 1, 11, 0);
	at(w, 25.0 * 86400 * 1000);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10, .tsval = 1000);
	drain(w);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 20);
}

/* TCP-PAWS-04 ATK-OFF-16: only what begins at or before the last ACK sets TS.Recent */
TEST46(rto, paws_beyond)
{
	establish(w);
	in(w, .flags = A, .seq = 1001, .ack = 1, .len = 10, .tsval = 4000000);
	cr_assert(take(w, &w->last));
	cr_assert_lt(w->last.o.tsecr, 4000000u);
	in(w, .flags = A, .seq = 1u << 30, .ack = 1, .len = 10, .tsval = 4000000);
	while (take(w, &w->last))
		cr_assert_lt(w->last.o.tsecr, 4000000u);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);	/* the connection lives */
	while (take(w, &w->last))
		;
	cr_assert_eq(w->last.ack, 11);
}

/* TCP-PAWS-05: a duplicate from one turn of the sequence space ago is in the window, but not in time */
TEST46(rto, paws_wrap)
{
	char buf[100];

	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .tsval = 100000000);
	drain(w);
	at(w, 600);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10, .tsval = 90000000, .data = "XXXXXXXXXX");
	out(w, A, 1, 11, 0);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10, .tsval = 100000010);
	drain(w);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 20);
	for (u32 i = 0; i < 20; i++)
		cr_assert_eq((u8)buf[i], (u8)(1 + i));
	cr_assert_eq(w->net->mib[MIB_TcpExt_PAWSEstab], 1);
}

/* TCP-PAWS-06: a pure ACK that another overtook draws no answer */
TEST46(rto, paws_disordered_ack)
{
	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .tsval = 100000);
	drain(w);
	at(w, 700);
	in(w, .flags = A, .seq = 11, .ack = 1, .tsval = 100001);
	in(w, .flags = A, .seq = 11, .ack = 1, .tsval = 99990);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
}
