/* SPDX-License-Identifier: BSD-2-Clause */
/* Loss and what follows: RTO, fast retransmit, RACK, tail probe, PRR, undo, F-RTO, NewReno. */
#include "tests/unit/tcp/wirebox.h"

#define SACKB(n, ...) .nsack = (n), .sack = { __VA_ARGS__ }

enum { RTT = 100 };

/* A connection with srtt of 100 ms and ten segments of 1000 octets in flight from 1 to 10001. */
static void ten_in_flight(struct wire *w, int no)
{
	wire_listen(w, 16);
	w->ts = !(no & NO_TS);
	in(w, .flags = S, .seq = 0, .mss = no & NO_TS ? 1000 : 1012, .sackok = !(no & NO_SACK), .ws = 7);
	out(w, S | A, 0, 1, 0);
	at(w, RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	w->sk = wire_accept(w);
	cr_assert_eq(wire_info(w).rtt, RTT * 1000);	/* TCP-RTO-02 */
	cr_assert_eq(wire_info(w).rto, RTT * 1000 + 200000);
	cr_assert_eq(wire_send(w, 10000, 0), 10000);
	for (u32 i = 0; i < 10; i++)
		out(w, i % 2 ? A | P : A, 1 + i * 1000, 1, 1000);	/* packets of two segments */
}

/* MUST-19 TCP-RTO-06 TCP-RTO-12 TCP-CC-05 TCP-2525-01 TCP-2525-11, with the probe switched off */
TEST46(recovery, rto)
{
	double t = RTT, rto = 300;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	ten_in_flight(w, 0);
	for (int i = 0; i < 5; i++) {
		at(w, t + rto - 1);
		quiet(w);
		at(w, t + rto + 1);
		out(w, A, 1, 1, 1000);
		quiet(w);
		t += rto;
		rto *= 2;
		cr_assert_eq(wire_info(w).ca_state, TCP_CA_Loss);
		cr_assert_eq(wire_info(w).snd_cwnd, 1);
		cr_assert_eq(wire_info(w).lost, 10);
		cr_assert_eq(wire_info(w).backoff, i + 1);
		cr_assert_eq(wire_info(w).snd_ssthresh, 7);	/* TCP-CUB-02, once */
	}
	/* the ACK of the retransmission: slow start, the next holes */
	at(w, t + 50);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = 2048);
	out(w, A, 1001, 1, 1000);
	out(w, A, 2001, 1, 1000);
	quiet(w);
	cr_assert_eq(wire_info(w).backoff, 0);
}

/* TCP-RTO-09 SHLD-11 MUST-20: fifteen retransmissions, more than 924 s, ETIMEDOUT */
TEST46(recovery, give_up)
{
	int n = 0;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	ten_in_flight(w, 0);
	at(w, 924000);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	n = drain(w);
	cr_assert_geq(n, 13);
	at(w, 1300000);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ETIMEDOUT);
	drain(w);
}

/* MUST-21 TCP-UTO-01 */
TEST46(recovery, user_timeout)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	ten_in_flight(w, 0);
	wire_opt(w, 18, 2000);
	at(w, RTT + 310);
	drain(w);
	at(w, RTT + 2200);
	drain(w);
	at(w, RTT + 2500);
	cr_assert_eq(w->sk->sk_err, ETIMEDOUT);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 10001);
	out(w, R, 10001, 0, 0);
}

/* TCP-SACK-10 TCP-RACK-01 TCP-PRR-03 TCP-PRR-04: three SACKed segments, one hole */
TEST46(recovery, fast_retransmit)
{
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 2001 }));
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 3001 }));
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	quiet(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	cr_assert_eq(wire_info(w).snd_ssthresh, 7);
	cr_assert_eq(wire_info(w).lost, 1);
	cr_assert_eq(wire_info(w).sacked, 3);
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	quiet(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_geq(wire_info(w).snd_cwnd, 7);
	cr_assert_leq(wire_info(w).snd_cwnd, 8);	/* ssthresh, and what this ACK adds */
	cr_assert_eq(wire_info(w).total_retrans, 1);
}

/* TCP-SACK-12: new data on the first two */
TEST46(recovery, limited_transmit)
{
	ten_in_flight(w, 0);
	wire_send(w, 5000, 0);
	quiet(w);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 2001 }));
	out(w, A, 10001, 1, 1000);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 3001 }));
	out(w, A, 11001, 1, 1000);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	quiet(w);
}

/* TCP-TLP-01 TCP-TLP-02 TCP-TLP-03: the tail again after 2 SRTT, one probe; its ACK costs */
TEST46(recovery, tail_probe)
{
	ten_in_flight(w, 0);
	at(w, 3 * RTT - 1);
	quiet(w);
	at(w, 3 * RTT + 4);
	out(w, A | P, 9001, 1, 1000);
	quiet(w);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPLossProbes], 1);
	at(w, 4 * RTT + 10);
	/* the last five were lost: SACK of the probe makes RACK see it at once */
	in(w, .flags = A, .seq = 1, .ack = 5001, .wnd = 2048, SACKB(1, { 9001, 10001 }));
	at(w, 4 * RTT + 40);
	out(w, A, 5001, 1, 1000);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	cr_assert_eq(wire_info(w).lost, 4);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPTimeouts], 0);
}

/* TCP-TLP-02: with unsent data and room the probe is new data */
TEST46(recovery, tail_probe_new_data)
{
	ten_in_flight(w, 0);
	wire_send(w, 1000, 0);		/* cwnd is full */
	quiet(w);
	at(w, 3 * RTT + 4);
	out(w, A | P, 10001, 1, 1000);
	quiet(w);
}

/* The probe of ten_in_flight() is answered by that many ACKs; what it costs shows with the next one. */
static void probe_answered(struct wire *w, u32 acks, u32 nsack, u32 want)
{
	u32 cwnd;

	ten_in_flight(w, NO_TS);
	at(w, 3 * RTT + 4);
	out(w, A | P, 9001, 1, 1000);
	for (u32 i = 0; i < acks; i++) {
		at(w, 4 * RTT + 10 * i);
		in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048,
		   .nsack = i + 1 == acks ? nsack : 0, .sack = { { 9001, 10001 } });
	}
	cwnd = wire_info(w).snd_cwnd;
	wire_send(w, 1000, 0);
	out(w, A | P, 10001, 1, 1000);
	at(w, 5 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 11001, .wnd = 2048);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPLossProbeRecovery], want);
	if (want) {
		cr_assert_eq(wire_info(w).snd_cwnd, cwnd * 7 / 10);
		cr_assert_eq(wire_info(w).snd_ssthresh, cwnd * 7 / 10);
	} else {
		cr_assert_geq(wire_info(w).snd_cwnd, cwnd);
	}
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
}

/* TCP-TLP-03: one ACK only, so either original or probe was lost: that costs a reduction */
TEST46(recovery, tail_probe_repaired) { probe_answered(w, 1, 0, 1); }
/* a D-SACK of the probe, or a second plain ACK of the same: both arrived, nothing was lost */
TEST46(recovery, tail_probe_dsack) { probe_answered(w, 1, 1, 0); }
TEST46(recovery, tail_probe_twice) { probe_answered(w, 2, 0, 0); }

/* Three segments, of which the last is SACKed: RACK must wait ms before it thinks the first one lost. */
static void reo_wait(struct wire *w, u32 *seq, bool dsack, double ms)
{
	double t;
	u32 from = *seq;

	*seq += 3000;
	tcp_sk(w->sk)->snd_cwnd = 10;
	wire_send(w, 3000, 0);
	drain(w);
	at(w, now_ms(w) + RTT);
	in(w, .flags = A, .seq = 1, .ack = from, .wnd = 2048, SACKB(1, { from + 2000, from + 3000 }));
	quiet(w);
	for (t = now_ms(w); !take(w, &w->last); at(w, now_ms(w) + 1))
		cr_assert_lt(now_ms(w), t + 200);
	cr_assert_float_eq(now_ms(w) - t, ms, 1.1, "%.0f ms, not %.0f, at %u", now_ms(w) - t, ms, from);
	cr_assert_eq(w->last.seq, from);
	at(w, now_ms(w) + RTT);
	in(w, .flags = A, .seq = 1, .ack = from + 3000, .wnd = 2048);
	if (dsack)
		in(w, .flags = A, .seq = 1, .ack = from + 3000, .wnd = 2048,
		   SACKB(1, { from, from + 1000 }));
	drain(w);
}

/* TCP-RACK-02 TCP-RACK-03: a D-SACK adds a quarter of min RTT, and sixteen recoveries without take it back */
TEST46(recovery, reo_wnd_adapts)
{
	u32 seq = 13001;

	ten_in_flight(w, NO_TS);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	wire_send(w, 3000, 0);
	drain(w);
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048, SACKB(1, { 12001, 13001 }));
	at(w, 3 * RTT + 5);
	in(w, .flags = A, .seq = 1, .ack = 13001, .wnd = 2048);
	cr_assert_eq(wire_info(w).reord_seen, 1);
	quiet(w);
	reo_wait(w, &seq, false, 27);
	reo_wait(w, &seq, true, 27);
	for (int i = 0; i < 16; i++)
		reo_wait(w, &seq, false, 52);
	reo_wait(w, &seq, false, 27);
	/* tcp_recovery 2: it is a quarter for ever */
	wire_sysctl(w, "net.ipv4.tcp_recovery", "3");
	reo_wait(w, &seq, true, 27);
	reo_wait(w, &seq, false, 27);
}

/* TCP-RACK-06: below three SACKed the reordering timer decides, a quarter of min RTT later */
TEST46(recovery, reorder_timer)
{
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 2001 }));
	quiet(w);
	at(w, 2 * RTT + 10);
	quiet(w);
	at(w, 2 * RTT + 26);
	quiet(w);
	at(w, 2 * RTT + 28);		/* min(min_rtt / 4, srtt) + 2 ms */
	out(w, A, 1, 1, 1000);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
}

/* TCP-RACK-04: the retransmission is lost too, and found without an RTO */
TEST46(recovery, lost_retransmission)
{
	ten_in_flight(w, 0);
	wire_send(w, 20000, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 10001 }));
	int n = drain(w);

	cr_assert_gt(n, 2);
	at(w, 3 * RTT + 1);
	/* what was sent after the retransmission arrives */
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 12001 }));
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.seq, 1);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPLostRetransmit], 1);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPTimeouts], 0);
	drain(w);
}

/* TCP-FRTO-03: the echoed timestamp is older than the retransmission: nothing was lost */
TEST46(recovery, eifel)
{
	u32 before_ts;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_sysctl(w, "net.ipv4.tcp_frto", "0");
	ten_in_flight(w, 0);
	before_ts = w->last_tsval;
	at(w, RTT + 305);
	out(w, A, 1, 1, 1000);
	cr_assert_eq(wire_info(w).snd_cwnd, 1);
	at(w, RTT + 310);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = 2048, .tsval = 4000, .tsecr = before_ts);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_eq(wire_info(w).snd_cwnd, 11);	/* what it was, and this ACK's */
	cr_assert_eq(wire_info(w).snd_ssthresh, 0x7fffffff);
	cr_assert_eq(wire_info(w).lost, 0);
	drain(w);
}

/* Ten segments, no probe of the tail: after the RTO an ACK of what was sent first. */
static void rto_for_nothing(struct wire *w)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	ten_in_flight(w, NO_TS);
	at(w, RTT + 305);
	out(w, A, 1, 1, 1000);
	at(w, RTT + 310);
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = 2048);
}

/* TCP-FRTO-01: without timestamps, a SACK of something never sent again */
TEST46(recovery, frto)
{
	rto_for_nothing(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPSpuriousRTOs], 1);
	drain(w);
}

/* tcp_frto 0 leaves it to the retransmissions */
TEST46(recovery, frto_off)
{
	wire_sysctl(w, "net.ipv4.tcp_frto", "0");
	rto_for_nothing(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Loss);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPSpuriousRTOs], 0);
	drain(w);
}

/* What was taken for lost for nothing is timed again, in its place before what was sent since */
TEST46(recovery, undone_is_timed)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	ten_in_flight(w, NO_TS);
	wire_send(w, 5000, 0);
	at(w, RTT + 305);
	out(w, A, 1, 1, 1000);
	at(w, RTT + 310);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = 2048);
	out(w, A, 10001, 1, 1000);
	out(w, A, 11001, 1, 1000);
	at(w, RTT + 315);
	in(w, .flags = A, .seq = 1, .ack = 3001, .wnd = 2048);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPSpuriousRTOs], 1);
	cr_assert_eq(wire_info(w).lost, 0);
	drain(w);
	at(w, RTT + 320);
	in(w, .flags = A, .seq = 1, .ack = 3001, .wnd = 2048, SACKB(1, { 9001, 10001 }));
	at(w, RTT + 400);		/* the time that is given to reordering */
	cr_assert_eq(wire_info(w).lost, 6);
	drain(w);
}

/* Checks that tsorted is in RACK's order. Returns how many are in it. */
static u32 timed_in_order(const struct tcp_sock *tp)
{
	const struct tcp_tx_cb *cb, *last = NULL;
	u32 n = 0;

	list_for_each_entry(cb, &tp->tsorted, tsorted) {
		cr_assert(!last || last->xmit_us < cb->xmit_us ||
			  (last->xmit_us == cb->xmit_us && before(last->end_seq, cb->end_seq)));
		last = cb;
		n++;
	}
	return n;
}

/* The times of what was taken for lost for nothing go to and fro, among those of what was sent since. */
TEST46(recovery, undone_to_and_fro)
{
	u32 i = 0;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_sysctl(w, "net.core.wmem_max", "1048576");
	ten_in_flight(w, NO_TS);
	sock_setsockopt(w->sk, 1, 7, &(int){ 1 << 20 }, 4);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = 2048);
	tcp_sk(w->sk)->snd_cwnd = 200;
	for (i = 0; i < 80; i++) {
		at(w, 2 * RTT + (i < 50 ? 10 : 250));
		wire_send(w, 1000, 0);
		drain(w);
	}
	at(w, 2 * RTT + 305);
	out(w, A, 1001, 1, 1000);
	cr_assert_eq(wire_info(w).lost, 59);
	i = 0;
	for (struct sk_buff *skb = tcp_rtx_head(tcp_sk(w->sk)); skb; skb = tcp_rtx_next(skb))
		if (!list_is_linked(&tcp_tx(skb)->tsorted) && i++ & 1)
			tcp_tx(skb)->xmit_us += 245000;
	cr_assert_gt(i, 50);
	at(w, 2 * RTT + 310);
	in(w, .flags = A, .seq = 1, .ack = 3001, .wnd = 2048);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPSpuriousRTOs], 1);
	cr_assert_eq(wire_info(w).lost, 0);
	cr_assert_geq(timed_in_order(tcp_sk(w->sk)), 80);
	drain(w);
}

/*
 * ATK-OPT-09: a peer that reneges has chosen by its SACKs what went again when. 4 MB, every second packet
 * at another time, and others that never left the order: the work is counted, and is not the square of that.
 */
Test(recovery, merge_work)
{
	enum { N = 4096 };
	static struct tcp_tx_cb cb[2 * N];
	static struct tcp_sock tp;
	LIST_HEAD_LOCAL(batch);
	u32 work;

	list_init(&tp.tsorted);
	for (u32 i = 0; i < 2 * N; i++) {
		cb[i].seq = i;
		cb[i].end_seq = i + 1;
		cb[i].xmit_us = i < N ? i & 1 : i / 2;
		list_add_tail(&cb[i].tsorted, i < N ? &batch : &tp.tsorted);
	}
	work = tcp_tsorted_merge(&tp, &batch);
	printf("# %u comparisons for %u packets\n", work, 2 * N);
	cr_assert_leq(work, 2 * N * 2 * 14);
	cr_assert(list_empty(&batch));
	cr_assert_eq(timed_in_order(&tp), 2 * N);
	cr_assert_eq(tcp_tsorted_merge(&tp, &batch), 0);
}

/* TCP-FRTO-04: D-SACK of every retransmission */
TEST46(recovery, dsack_undo)
{
	ten_in_flight(w, NO_TS);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	at(w, 2 * RTT + 10);
	in(w, .flags = A, .seq = 1, .ack = 6001, .wnd = 2048);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	at(w, 2 * RTT + 20);
	in(w, .flags = A, .seq = 1, .ack = 6001, .wnd = 2048, SACKB(1, { 1, 1001 }));
	cr_assert_eq(wire_info(w).snd_cwnd, 10);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPDSACKUndo], 1);
	drain(w);
}

/* A child with SACK and classic ECN. */
static void establish_ecn(struct wire *w)
{
	wire_listen(w, 16);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1000, .sackok = true, .ws = 7);
	out(w, S | A | E, 0, 1, 0);
	at(w, RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	w->sk = wire_accept(w);
}

/* TCP-ECN-05: a reduction that is undone is not told by CWR */
TEST46(recovery, undo_without_cwr)
{
	establish_ecn(w);
	wire_send(w, 4000, 0);
	drain(w);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	cr_assert(tcp_sk(w->sk)->ecn_flags & TCP_ECN_QUEUE_CWR);
	at(w, 2 * RTT + 10);
	in(w, .flags = A, .seq = 1, .ack = 4001, .wnd = 2048, SACKB(1, { 1, 1001 }));
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPFullUndo], 1);
	wire_send(w, 1000, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.seq, 4001);
	cr_assert(!(w->last.flags & C));
}

/* TCP-ECN-05: the ACK that tells of a loss, or a later one, tells of a mark, which undo does not take back */
static void marked_and_undone(struct wire *w, bool later)
{
	establish_ecn(w);
	wire_send(w, 10000, 0);
	drain(w);
	at(w, 2 * RTT);
	in(w, .flags = later ? A : A | E, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	if (later)
		in(w, .flags = A | E, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 5001 }));
	cr_assert_eq(wire_info(w).snd_ssthresh, 7);
	at(w, 2 * RTT + 10);
	in(w, .flags = A, .seq = 1, .ack = 5001, .wnd = 2048, SACKB(1, { 1, 1001 }));
	cr_assert_eq(wire_info(w).snd_ssthresh, 7);
	cr_assert_leq(wire_info(w).snd_cwnd, 8);
	drain(w);
}

TEST46(recovery, marked_and_undone) { marked_and_undone(w, false); }
TEST46(recovery, marked_later_and_undone) { marked_and_undone(w, true); }

/* A mark costs down to the threshold, by what is delivered, and ends there (RFC 3168 6.1.2) */
TEST46(recovery, mark_ends_at_threshold)
{
	ten_in_flight(w, NO_TS);
	tcp_enter_cwr(w->sk);
	cr_assert_eq(wire_info(w).snd_ssthresh, 7);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = 2048);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_CWR);
	cr_assert_eq(wire_info(w).snd_cwnd, 10);
	wire_send(w, 2000, 0);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 12001, .wnd = 2048);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_geq(wire_info(w).snd_cwnd, 7);
	cr_assert_leq(wire_info(w).snd_cwnd, 8);
	drain(w);
}

/* A path known to reorder: data delivered out of order open the window, and an RTO ends that knowledge */
TEST46(recovery, known_to_reorder)
{
	wire_sysctl(w, "net.ipv4.tcp_recovery", "0");
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	ten_in_flight(w, NO_TS);
	tcp_sk(w->sk)->reordering = 20;
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 5001 }));
	quiet(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Disorder);
	cr_assert_eq(wire_info(w).snd_cwnd, 14);
	at(w, 9 * RTT);
	out(w, A, 1, 1, 1000);
	cr_assert_eq(wire_info(w).reordering, 3);
	drain(w);
}

/* A mark after a recovery: the D-SACK that the recovery waited for takes nothing back any more. */
TEST46(recovery, dsack_after_mark)
{
	ten_in_flight(w, NO_TS);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	at(w, 2 * RTT + 10);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	tcp_enter_cwr(w->sk);
	wire_send(w, 2000, 0);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 12001, .wnd = 2048);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	in(w, .flags = A, .seq = 1, .ack = 12001, .wnd = 2048, SACKB(1, { 1, 1001 }));
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPDSACKRecv], 1);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPDSACKUndo], 0);
}

/* A reduction begins the count of avoidance anew (RFC 5681 3.1): what was gathered is of the old window. */
TEST46(recovery, avoidance_anew)
{
	ten_in_flight(w, NO_TS);
	tcp_sk(w->sk)->snd_cwnd_cnt = 6;
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	cr_assert_eq(tcp_sk(w->sk)->snd_cwnd_cnt, 0);
	drain(w);
}

/* TCP-CC-10 RFC 9937: what is in flight is the new window already; the fast retransmit goes all the same */
TEST46(recovery, first_retransmit_always)
{
	ten_in_flight(w, NO_TS);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 3001 }));
	quiet(w);
	at(w, 3 * RTT);			/* the time that is given to reordering */
	out(w, A, 1, 1, 1000);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	cr_assert_eq(wire_info(w).snd_ssthresh, 7);
	cr_assert_eq(wire_info(w).snd_cwnd, 8);
	drain(w);
}

/* TCP-TLP-03: a loss found meanwhile, by ACKs or by the RTO, has cost the window; the probe does not */
static void probe_then(struct wire *w, bool rto)
{
	u32 ssthresh;

	wire_sysctl(w, "net.ipv4.tcp_frto", "0");
	ten_in_flight(w, NO_TS);
	at(w, 3 * RTT + 4);
	out(w, A | P, 9001, 1, 1000);
	if (rto) {
		at(w, 9 * RTT);
		out(w, A, 1, 1, 1000);
		cr_assert_eq(wire_info(w).ca_state, TCP_CA_Loss);
	} else {
		at(w, 4 * RTT);
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 8001 }));
		out(w, A, 1, 1, 1000);
		cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	}
	ssthresh = wire_info(w).snd_ssthresh;
	at(w, now_ms(w) + RTT);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	drain(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPTimeouts], rto);
	wire_send(w, 1000, 0);
	out(w, A | P, 10001, 1, 1000);
	at(w, now_ms(w) + RTT);
	in(w, .flags = A, .seq = 1, .ack = 11001, .wnd = 2048);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPLossProbeRecovery], 0);
	cr_assert_eq(wire_info(w).snd_ssthresh, ssthresh);
}

TEST46(recovery, probe_then_recovery) { probe_then(w, false); }
TEST46(recovery, probe_then_timeout) { probe_then(w, true); }

/* RFC 6675 with RACK off: two SACKed above a hole are not enough, three are */
TEST46(recovery, rfc6675_two_above)
{
	wire_sysctl(w, "net.ipv4.tcp_recovery", "0");
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(2, { 5001, 7001 }, { 1001, 4001 }));
	cr_assert_eq(wire_info(w).lost, 1);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(2, { 5001, 8001 }, { 1001, 4001 }));
	cr_assert_eq(wire_info(w).lost, 2);
	drain(w);
}

/* TCP-SACK-13 RFC 6582: no SACK; third duplicate, then a hole per partial ACK */
TEST46(recovery, newreno)
{
	ten_in_flight(w, NO_SACK | NO_TS);
	at(w, 2 * RTT);
	for (int i = 0; i < 2; i++) {
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
		quiet(w);
	}
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	out(w, A, 1, 1, 1000);
	quiet(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	for (int i = 0; i < 5; i++)
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	drain(w);
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 4001, .wnd = 2048);
	out(w, A, 4001, 1, 1000);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	at(w, 4 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	quiet(w);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPTimeouts], 0);
}

/* TCP-SACK-15: a window update is no duplicate ACK */
TEST46(recovery, window_update)
{
	ten_in_flight(w, NO_SACK | NO_TS);
	at(w, 2 * RTT);
	for (u32 i = 1; i < 6; i++)
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048 + i);
	quiet(w);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
}

/* TCP-SACK-06 ATK-OPT-04: blocks that cannot be are counted and change nothing */
TEST46(recovery, bad_sack)
{
	ten_in_flight(w, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 5001, 4001 }));
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 9001, 20001 }));
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(2, { 2001, 3001 }, { 9001, 1 << 30 }));
	cr_assert_eq(wire_info(w).sacked, 1);
	cr_assert_gt(w->net->mib[MIB_TcpExt_TCPSACKDiscard], 0);
	drain(w);
}

/* TCP-SACK-07 TCP-SACK-08: the receiver reneges; all is sent again and arrives */
TEST46(recovery, reneging)
{
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 10001 }));
	out(w, A, 1, 1, 1000);
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = 2048);
	drain(w);
	at(w, 3 * RTT + 40);		/* half a round trip for a second thought */
	quiet(w);
	at(w, 3 * RTT + 60);
	out(w, A, 1001, 1, 1000);
	drain(w);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPSACKReneging], 1);
	for (u32 ack = 2001; ack <= 10001; ack += 1000) {
		at(w, now_ms(w) + 50);
		in(w, .flags = A, .seq = 1, .ack = ack, .wnd = 2048);
	}
	drain(w);
	cr_assert_eq(wire_info(w).unacked, 0);
	cr_assert_eq(wire_info(w).sacked, 0);
	cr_assert_eq(wire_info(w).lost, 0);
	cr_assert_eq(wire_info(w).retrans, 0);
}

/* TCP-CC-02 TCP-2525-01: an octet at a time gains nothing over whole segments */
TEST46(recovery, ack_splitting)
{
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	for (u32 i = 1; i < 1000; i += 10)
		in(w, .flags = A, .seq = 1, .ack = 1 + i, .wnd = 2048);
	cr_assert_eq(wire_info(w).snd_cwnd, 10);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	cr_assert_leq(wire_info(w).snd_cwnd, 20);
	drain(w);
}

/* TCP-CC-08 TCP-ST-24: an ACK of what was never sent */
TEST46(recovery, optimistic_ack)
{
	ten_in_flight(w, 0);
	in(w, .flags = A, .seq = 1, .ack = 10002, .wnd = 2048);
	out(w, A, 10001, 1, 0);
	cr_assert_eq(wire_info(w).unacked, 10);
}

/* TCP-SACK-11 RFC 6675 with RACK off: behind a partial ACK the first hole goes again at once */
TEST46(recovery, rfc6675_partial)
{
	wire_sysctl(w, "net.ipv4.tcp_recovery", "0");
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 5001 }));
	out(w, A, 1, 1, 1000);
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 5001, .wnd = 2048, SACKB(1, { 6001, 7001 }));
	out(w, A, 5001, 1, 1000);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Recovery);
	drain(w);
}

/* RFC 6675 with RACK off (DEV-12) */
TEST46(recovery, rfc6675)
{
	wire_sysctl(w, "net.ipv4.tcp_recovery", "0");
	ten_in_flight(w, 0);
	at(w, 2 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 3001 }));
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(1, { 1001, 4001 }));
	out(w, A, 1, 1, 1000);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048, SACKB(2, { 5001, 9001 }, { 1001, 4001 }));
	out(w, A, 4001, 1, 1000);
	cr_assert_eq(wire_info(w).lost, 2);
	at(w, 3 * RTT);
	in(w, .flags = A, .seq = 1, .ack = 10001, .wnd = 2048);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	drain(w);
}
