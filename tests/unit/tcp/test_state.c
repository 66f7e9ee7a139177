/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States x events (conformance 1.2), generated: in every synchronised state, segments at the
 * edges of the window with each flag. And the ways a connection ends.
 */
#include "tests/unit/tcp/wirebox.h"

/* Brings a fresh connection to state st; our data ends at 1 (2 with our FIN), the peer's at 1. */
static void reach(struct wire *w, u8 st)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	switch (st) {
	case TCP_ESTABLISHED:
		return;
	case TCP_CLOSE_WAIT:
	case TCP_LAST_ACK:
		in(w, .flags = F | A, .seq = 1, .ack = 1);
		out(w, A, 1, 2, 0);
		if (st == TCP_LAST_ACK) {
			sock_shutdown(w->sk, 1);
			out(w, F | A, 1, 2, 0);
		}
		return;
	}
	cr_assert_eq(sock_shutdown(w->sk, 1), 0);
	out(w, F | A, 1, 1, 0);
	if (st == TCP_FIN_WAIT2)
		in(w, .flags = A, .seq = 1, .ack = 2);
	if (st == TCP_CLOSING) {
		in(w, .flags = F | A, .seq = 1, .ack = 1);
		out(w, A, 2, 2, 0);
	}
	cr_assert_eq(w->sk->sk_state, st);
}

static const u8 synced[] = { TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSE_WAIT,
			     TCP_CLOSING, TCP_LAST_ACK };

static u32 rcv_nxt(struct wire *w)
{
	return tcp_sk(w->sk)->rcv_nxt - PEER_ISN;
}

static u32 snd_nxt(struct wire *w)
{
	return tcp_sk(w->sk)->snd_nxt - w->iss;
}

/* What the event at an offset from RCV.NXT must do. */
enum want { RESET, CHALLENGE, SILENT };

static void cell(bool v6, u8 st, u16 flags, s32 off, enum want want)
{
	struct wire *w = wire_new(v6);
	u32 seq, una;

	reach(w, st);
	at(w, 1000);			/* away from rate limits */
	drain(w);
	seq = rcv_nxt(w) + (u32)off;
	una = snd_nxt(w);
	w->events = 0;
	in(w, .flags = flags, .seq = seq, .ack = una);
	switch (want) {
	case RESET:
		cr_assert_eq(w->sk->sk_state, TCP_CLOSE, "state %u flags %x off %d", st, flags, off);
		cr_assert_neq(w->sk->sk_err, 0);
		quiet(w);
		break;
	case CHALLENGE:
		cr_assert_neq(w->sk->sk_state, TCP_CLOSE, "state %u flags %x off %d", st, flags, off);
		cr_assert(take(w, &w->last), "state %u flags %x off %d: no answer", st, flags, off);
		cr_assert_eq(w->last.flags, A);
		cr_assert_eq(w->last.ack, rcv_nxt(w));
		/* once: the next within 500 ms is not answered (TCP-BLIND-04, ATK-FLD-04) */
		in(w, .flags = flags, .seq = seq, .ack = una);
		quiet(w);
		break;
	case SILENT:
		cr_assert_neq(w->sk->sk_state, TCP_CLOSE, "state %u flags %x off %d", st, flags, off);
		quiet(w);
		break;
	}
	wire_end(w);
}

/* TCP-ST-19 TCP-ST-20 TCP-ST-21 TCP-BLIND-01 MUST-12 */
static void rst_matrix(bool v6)
{
	for (u32 i = 0; i < ARRAY_SIZE(synced); i++) {
		bool fin_seen = synced[i] == TCP_CLOSE_WAIT || synced[i] == TCP_LAST_ACK ||
				synced[i] == TCP_CLOSING;

		cell(v6, synced[i], R, 0, RESET);
		cell(v6, synced[i], R | A, 0, RESET);
		cell(v6, synced[i], R, 1, CHALLENGE);
		cell(v6, synced[i], R, 10000, CHALLENGE);
		cell(v6, synced[i], R, -2, SILENT);
		cell(v6, synced[i], R, 1 << 22, SILENT);
		cell(v6, synced[i], R, -1, fin_seen ? RESET : SILENT);
	}
}

Test(state, rst_4) { rst_matrix(false); }
Test(state, rst_6) { rst_matrix(true); }

/* TCP-ST-22 TCP-BLIND-02 */
static void syn_matrix(bool v6)
{
	static const s32 offs[] = { -1000, -1, 0, 1, 10000, 1 << 22 };

	for (u32 i = 0; i < ARRAY_SIZE(synced); i++)
		for (u32 k = 0; k < ARRAY_SIZE(offs); k++) {
			cell(v6, synced[i], S, offs[k], CHALLENGE);
			cell(v6, synced[i], S | A, offs[k], CHALLENGE);
		}
}

Test(state, syn_4) { syn_matrix(false); }
Test(state, syn_6) { syn_matrix(true); }

/* TCP-ST-23 TCP-ST-26 */
static void ack_matrix(bool v6)
{
	for (u32 i = 0; i < ARRAY_SIZE(synced); i++) {
		cell(v6, synced[i], 0, 0, SILENT);
		cell(v6, synced[i], P, 0, SILENT);
		cell(v6, synced[i], A, -1, CHALLENGE);
		cell(v6, synced[i], A, 1 << 22, CHALLENGE);
	}
}

Test(state, ack_4) { ack_matrix(false); }
Test(state, ack_6) { ack_matrix(true); }

/* TCP-ST-24 TCP-ST-25 TCP-BLIND-03 TCP-BLIND-07 MAY-12 */
TEST46(state, ack_range)
{
	for (u32 i = 0; i < 2; i++) {
		static const u32 bad[] = { 2, 1u << 31 };

		if (!w->sk)
			establish(w);
		at(w, (i + 1) * 1000);
		in(w, .flags = A | P, .seq = 1, .ack = bad[i], .len = 10);
		out(w, A, 1, 1, 0);
		cr_assert_eq(tcp_sk(w->sk)->rcv_nxt, PEER_ISN + 1u);
	}
}

/* TCP-ST-27 TCP-ST-35 TCP-ST-36: the peer closes first */
TEST46(state, passive_close)
{
	char b[4];

	establish(w);
	in(w, .flags = F | A, .seq = 1, .ack = 1);
	out(w, A, 1, 2, 0);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE_WAIT);
	cr_assert(w->events & SOCK_EV_RDHUP);
	cr_assert_eq(wire_recv(w, b, 4, 0), 0);
	cr_assert_eq(wire_send(w, 3, 0), 3);
	out(w, A | P, 1, 2, 3);
	wire_close(w);
	out(w, F | A, 4, 2, 0);
	at(w, 205);
	cr_assert(take(w, &w->last));		/* probe or RTO repeats it */
	cr_assert(w->last.flags & F);
	in(w, .flags = A, .seq = 2, .ack = 5);
	drain(w);
	in(w, .flags = A, .seq = 2, .ack = 5);
	out(w, R, 5, 0, 0);
	cr_assert_eq(w->net->mib[MIB_Tcp_CurrEstab], 0);
}

/* TCP-ST-29 TCP-ST-37 MUST-13 DEV-02 TCP-TW-03: 60 s, re-ACKed FIN, then RST */
TEST46(state, active_close)
{
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 2);
	quiet(w);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	at(w, 30000);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	at(w, 89000);
	in(w, .flags = A, .seq = 1, .ack = 2);	/* old: an ACK, and the wait starts anew */
	out(w, A, 2, 2, 0);
	at(w, 148000);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	at(w, 149500);
	cr_assert_eq(w->net->tcp.tw_count, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, R, 2, 0, 0);
}

/* TCP-ST-30 TCP-ST-34: both close at once */
TEST46(state, simultaneous_close)
{
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 1);
	out(w, A, 2, 2, 0);
	in(w, .flags = A, .seq = 2, .ack = 2);
	quiet(w);
	cr_assert_eq(w->net->tcp.tw_count, 1);
}

/* TCP-ST-31 */
TEST46(state, fin_and_ack)
{
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->net->tcp.tw_count, 1);
}

/* TCP-ST-28: FIN before the data in front of it */
TEST46(state, fin_out_of_order)
{
	char b[200];

	establish(w);
	in(w, .flags = F | A, .seq = 101, .ack = 1);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 100);
	out(w, A, 1, 102, 0);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE_WAIT);
	cr_assert_eq(wire_recv(w, b, 200, 0), 100);
	cr_assert_eq(wire_recv(w, b, 200, 0), 0);
}

/* SHLD-3 TCP-2525-13: unread data at close is a RST; so is data after it (TCP-ST-32) */
TEST46(state, close_unread)
{
	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);
	drain(w);
	wire_close(w);
	out(w, R | A, 1, 11, 0);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPAbortOnClose], 1);
}

TEST46(state, data_after_close)
{
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A | P, .seq = 1, .ack = 2, .len = 10);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.flags & R);
	cr_assert_eq(w->net->tcp.tw_count, 0);
}

/* TCP-ST-33 ATK-FLD-08: an orphan in FIN-WAIT-2 is gone after 60 s */
TEST46(state, fin_wait2_orphan)
{
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 2);
	at(w, 59000);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	at(w, 61000);
	cr_assert_eq(w->net->tcp.tw_count, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, R, 2, 0, 0);
}

/* half close: data still comes after shutdown(SHUT_WR) */
TEST46(state, half_close)
{
	char b[100];

	establish(w);
	cr_assert_eq(sock_shutdown(w->sk, 1), 0);
	out(w, F | A, 1, 1, 0);
	cr_assert_eq(wire_send(w, 1, 0), -EPIPE);
	in(w, .flags = A | P, .seq = 1, .ack = 2, .len = 50);
	drain(w);
	cr_assert_eq(wire_recv(w, b, 100, 0), 50);
	in(w, .flags = F | A, .seq = 51, .ack = 2);
	out(w, A, 2, 52, 0);
	cr_assert_eq(wire_recv(w, b, 100, 0), 0);
	cr_assert_eq(w->net->tcp.tw_count, 1);
}

/* SO_LINGER {1, 0} */
TEST46(state, linger_zero)
{
	int v[2] = { 1, 0 };

	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 1, 13, v, sizeof(v)), 0);
	wire_close(w);
	out(w, R | A, 1, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	out(w, R, 1, 0, 0);
}

/* TCP-ST-39 MAY-2 TCP-TW-01: a newer SYN reopens, with a larger ISN; an older one is ACKed */
TEST46(state, timewait_reopen)
{
	u32 old_iss;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	old_iss = w->iss;
	at(w, 1000);
	in(w, .flags = S, .seq = (u32)-100, .mss = 1460);
	out(w, A, 2, 2, 0);
	w->iss_known = false;
	in(w, .flags = S, .seq = 10, .mss = 1460);
	out(w, S | A, 0, 11, 0);
	cr_assert_gt((s32)(w->iss - old_iss), 2);
	in(w, .flags = A, .seq = 11, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
}

/* TCP-TW-02 TCP-ST-38: RST ends TIME-WAIT, unless tcp_rfc1337 */
static void tw_rst(bool protect)
{
	struct wire *w = wire_new(false);

	wire_sysctl(w, "net.ipv4.tcp_rfc1337", protect ? "1" : "0");
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	in(w, .flags = R, .seq = 5);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	in(w, .flags = R, .seq = 2);
	cr_assert_eq(w->net->tcp.tw_count, protect ? 1 : 0);
	wire_end(w);
}

Test(state, timewait_rst) { tw_rst(false); }
Test(state, timewait_rst_1337) { tw_rst(true); }

/* an RST reaches the user once, then the stream is at its end */
TEST46(state, reset_seen)
{
	char b[4];

	establish(w);
	in(w, .flags = R, .seq = 1);
	cr_assert(w->events & SOCK_EV_ERR);
	cr_assert(sock_poll(w->sk) & SOCK_EV_HUP);
	cr_assert_eq(wire_recv(w, b, 4, 0), -ECONNRESET);
	cr_assert_eq(wire_recv(w, b, 4, 0), 0);
	cr_assert_eq(wire_send(w, 1, 0), -EPIPE);
}

/* ATK-OPT-01 ATK-OPT-02 ATK-OPT-07 MUST-5 MUST-6 MUST-7 MUST-64 MUST-65 MUST-68 */
TEST46(state, odd_options)
{
	static const struct {
		u8 o[12];
		u32 len;
	} t[] = {
		{ { 0xff, 0, 0, 0 }, 4 }, { { 2, 0, 0, 0 }, 4 }, { { 8, 0 }, 4 }, { { 5, 0 }, 4 },
		{ { 5, 0x22, 1, 1 }, 4 }, { { 2, 3, 5, 0 }, 4 }, { { 3, 4, 7, 7 }, 4 },
		{ { 1, 1, 1, 2, 4, 0, 64, 0 }, 8 }, { { 253, 6, 1, 2, 3, 4, 0, 0 }, 8 },
		{ { 5, 9, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0 }, 12 },
	};
	u32 seq = 1;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	for (u32 i = 0; i < ARRAY_SIZE(t); i++) {
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 10, .opts = t[i].o,
		   .opts_len = t[i].len);
		seq += 10;
		drain(w);
		cr_assert_eq(tcp_sk(w->sk)->rcv_nxt - PEER_ISN, seq);
	}
	cr_assert_eq(wire_info(w).snd_mss, w->v6 ? 1440 : 1460);
}

/* ATK-OPT-08: a tiny MSS is raised to 48 */
TEST46(state, tiny_mss)
{
	establish_opt(w, NO_TS, 1 << 20, 1);
	wire_send(w, 200, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, 48);
	drain(w);
}
