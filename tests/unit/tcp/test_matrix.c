/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States x events (conformance 1.2), generated from two tables: what a segment means at five places
 * of the window, and what a state makes of a FIN and of data. Each cell is a connection of its own,
 * over IPv4 and IPv6. TCP-ST-01..13, TCP-ST-19..32, TCP-ST-34..37
 */
#include "tests/unit/tcp/wirebox.h"

/* where the segment begins */
enum pos { LEFT_OUT, LEFT_EDGE, INSIDE, RIGHT_EDGE, RIGHT_OUT, NR_POS };

enum want {
	NO,		/* nothing is sent, nothing changes */
	AK,		/* the state of things is acknowledged, nothing changes */
	CH,		/* the same as a challenge: once in 500 ms */
	RS,		/* the connection is reset */
	DA,		/* data in order: by state */
	OO,		/* out of order: kept and told, by state */
	FI,		/* FIN in order: by state */
};

struct event {
	const char *name;
	u16 flags;
	u32 len;
	u8 want[NR_POS];
};

static const struct event events[] = {
	/*			     left out, edge, inside, right edge, right out */
	{ "SYN", S, 0,			{ CH, CH, CH, CH, CH } },
	{ "SYN,ACK", S | A, 0,		{ CH, CH, CH, CH, CH } },
	{ "SYN,FIN", S | F, 0,		{ CH, CH, CH, CH, CH } },
	{ "ACK", A, 0,			{ CH, NO, NO, NO, CH } },
	{ "no flags", 0, 0,		{ NO, NO, NO, NO, NO } },
	{ "RST", R, 0,			{ NO, RS, CH, CH, NO } },
	{ "RST,ACK", R | A, 0,		{ NO, RS, CH, CH, NO } },
	{ "FIN", F, 0,			{ NO, NO, NO, NO, NO } },
	{ "FIN,ACK", F | A, 0,		{ AK, FI, OO, AK, AK } },
	{ "data", A | P, 10,		{ AK, DA, OO, AK, AK } },
	{ "data without ACK", P, 10,	{ NO, NO, NO, NO, NO } },
};

struct state {
	const char *name;
	u8 state;
	u8 fin;			/* state that a FIN in order leads to; 0: nothing follows the peer's FIN */
};

static const struct state states[] = {
	{ "ESTABLISHED", TCP_ESTABLISHED, TCP_CLOSE_WAIT },
	{ "FIN-WAIT-1", TCP_FIN_WAIT1, TCP_CLOSING },
	{ "FIN-WAIT-2", TCP_FIN_WAIT2, TCP_TIME_WAIT },
	{ "CLOSE-WAIT", TCP_CLOSE_WAIT, 0 },
	{ "CLOSING", TCP_CLOSING, 0 },
	{ "LAST-ACK", TCP_LAST_ACK, 0 },
};

/* A connection in that state; the peer's next octet is 1 or, after its FIN, 2. */
static void reach(struct wire *w, u8 st)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	if (st == TCP_CLOSE_WAIT || st == TCP_LAST_ACK)
		in(w, .flags = F | A, .seq = 1, .ack = 1);
	if (st != TCP_ESTABLISHED && st != TCP_CLOSE_WAIT)
		cr_assert_eq(sock_shutdown(w->sk, 1), 0);
	if (st == TCP_FIN_WAIT2)
		in(w, .flags = A, .seq = 1, .ack = 2);
	if (st == TCP_CLOSING)
		in(w, .flags = F | A, .seq = 1, .ack = 1);
	cr_assert_eq(w->sk->sk_state, st);
	at(w, 10);
	drain(w);
}

static u32 place(const struct wire *w, u8 pos, u32 len)
{
	const struct tcp_sock *tp = tcp_sk(w->sk);
	u32 nxt = tp->rcv_nxt - PEER_ISN, wnd = tcp_receive_window(tp);

	switch (pos) {
	case LEFT_OUT:
		return nxt - 100 - len;
	case LEFT_EDGE:
		return nxt;
	case INSIDE:
		return nxt + 100;
	case RIGHT_EDGE:
		return nxt + wnd;
	default:
		return nxt + wnd + 100;
	}
}

static u8 want_in(const struct event *e, u8 pos, const struct state *st)
{
	u8 want = e->want[pos];

	if (st->fin || pos == LEFT_OUT || pos == RIGHT_OUT)
		return want;
	if (want == DA || want == OO || want == FI)
		return NO;
	return pos == RIGHT_EDGE && want == AK && !e->len ? NO : want;
}

static void check_answer(struct wire *w, u8 want, u32 nxt, const char *what)
{
	if (want == NO || want == RS) {
		cr_assert(!take(w, &w->last), "%s: %x was sent", what, w->last.flags);
		return;
	}
	cr_assert(take(w, &w->last), "%s: no answer", what);
	cr_assert_eq(w->last.flags, A, "%s: %x", what, w->last.flags);
	cr_assert_eq(w->last.ack, nxt, "%s: ack %u, not %u", what, w->last.ack, nxt);
	cr_assert(!take(w, &w->last), "%s: a second answer", what);
}

static void cell(bool v6, const struct state *st, const struct event *e, u8 pos)
{
	static const char *const at_name[] = { "left outside", "left edge", "inside", "right edge",
					       "right outside" };
	struct wire *w = wire_new(v6);
	struct in_seg s = { .flags = e->flags, .len = e->len };
	u32 nxt, took = 0;
	char what[100];
	u8 want, old;

	reach(w, st->state);
	snprintf(what, sizeof(what), "%s, %s, %s", st->name, e->name, at_name[pos]);
	want = want_in(e, pos, st);
	old = w->sk->sk_state;
	s.seq = place(w, pos, e->len);
	s.ack = tcp_sk(w->sk)->snd_una - w->iss;
	nxt = tcp_sk(w->sk)->rcv_nxt - PEER_ISN;
	if (want == FI)
		took = 1;
	if (want == DA)
		took = e->len;
	in_seg_send(w, &s);
	if (want == DA)			/* a delayed ACK is one, too */
		at(w, now_ms(w) + 60);
	check_answer(w, want, nxt + took, what);
	switch (want) {
	case RS:
		cr_assert_eq(w->sk->sk_state, TCP_CLOSE, "%s", what);
		break;
	case FI:
		if (st->fin == TCP_TIME_WAIT)
			cr_assert_eq(w->net->tcp.tw_count, 1, "%s", what);
		else
			cr_assert_eq(w->sk->sk_state, st->fin, "%s", what);
		break;
	default:
		cr_assert_eq(w->sk->sk_state, old, "%s", what);
	}
	if (want == CH) {		/* the second in 500 ms is not answered */
		in_seg_send(w, &s);
		check_answer(w, NO, 0, what);
	}
	drain(w);
	wire_end(w);
}

static void synchronised(bool v6)
{
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(states); i++)
		for (u32 k = 0; k < ARRAY_SIZE(events); k++)
			for (u8 pos = 0; pos < NR_POS; pos++, n++)
				cell(v6, &states[i], &events[k], pos);
	printf("# %u cells\n", n);
}

Test(matrix, synchronised_4, .timeout = 120) { synchronised(false); }
Test(matrix, synchronised_6, .timeout = 120) { synchronised(true); }

/* -- before there is a connection -------------------------------------------------------------- */

struct cold {
	u16 flags;
	u16 closed, listen, syn_sent;	/* flags of the answer; 0: none */
	u8 then;			/* state of the socket in SYN-SENT afterwards */
};

/* with an ACK that is right for SYN-SENT: TCP-ST-01..13 */
static const struct cold colds[] = {
	{ S, R | A, S | A, S | A, TCP_SYN_RECV },
	{ S | A, R, R, A, TCP_ESTABLISHED },
	{ A, R, R, 0, TCP_SYN_SENT },
	{ F, R | A, 0, 0, TCP_SYN_SENT },
	{ F | A, R, R, 0, TCP_SYN_SENT },
	{ 0, R | A, 0, 0, TCP_SYN_SENT },
	{ P | A, R, R, 0, TCP_SYN_SENT },
	{ R, 0, 0, 0, TCP_SYN_SENT },
	{ R | A, 0, 0, 0, TCP_CLOSE },
	{ U | P | F, R | A, 0, 0, TCP_SYN_SENT },
};

static void expect(struct wire *w, u16 flags, u16 got_for, const char *where)
{
	if (!flags) {
		cr_assert(!take(w, &w->last), "%s, %x drew %x", where, got_for, w->last.flags);
		return;
	}
	cr_assert(take(w, &w->last), "%s, %x drew nothing", where, got_for);
	cr_assert_eq(w->last.flags, flags, "%s, %x drew %x", where, got_for, w->last.flags);
}

static void unsynchronised(bool v6)
{
	for (u32 i = 0; i < ARRAY_SIZE(colds); i++) {
		const struct cold *c = &colds[i];
		struct wire *w = wire_new(v6);

		in(w, .flags = c->flags, .seq = 100, .ack = 55, .dport = 9);
		expect(w, c->closed, c->flags, "CLOSED");
		wire_listen(w, 5);
		in(w, .flags = c->flags, .seq = 100, .ack = 55);
		expect(w, c->listen, c->flags, "LISTEN");
		w->iss_known = false;
		connect_syn(w);
		in(w, .flags = c->flags, .seq = 0, .ack = 1);
		expect(w, c->syn_sent, c->flags, "SYN-SENT");
		cr_assert_eq(w->sk->sk_state, c->then, "SYN-SENT, %x: %u", c->flags,
			     w->sk->sk_state);
		drain(w);
		wire_end(w);
	}
}

Test(matrix, unsynchronised_4) { unsynchronised(false); }
Test(matrix, unsynchronised_6) { unsynchronised(true); }
