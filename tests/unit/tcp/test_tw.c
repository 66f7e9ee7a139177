/* SPDX-License-Identifier: BSD-2-Clause */
/* What the small objects of TIME-WAIT, and of FIN-WAIT-2 without a user, say to which segment. */
#include "tests/unit/tcp/wirebox.h"

#include "tcp/tcp_priv.h"
#include "tcp/tcp_req.h"

static u64 mib(struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

static struct tcp_timewait_sock *object(struct wire *w)
{
	cr_assert_eq(w->net->tcp.tw_count, 1);
	return list_first_entry(&w->net->tcp.tw_list, struct tcp_timewait_sock, node);
}

/* The user is gone and our FIN acknowledged. */
static void fin_wait2(struct wire *w)
{
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 2);
	cr_assert_eq(object(w)->substate, TCP_FIN_WAIT2);
}

static void time_wait(struct wire *w)
{
	fin_wait2(w);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	cr_assert_eq(object(w)->substate, TCP_TIME_WAIT);
}

/* TCP-TW-01: an ACK in order begins the minute anew, without an answer */
TEST46(tw, ack_restarts)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	time_wait(w);
	at(w, 30000);
	in(w, .flags = A, .seq = 2, .ack = 2);
	quiet(w);
	at(w, 89000);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	at(w, 91000);
	cr_assert_eq(w->net->tcp.tw_count, 0);
}

/* TCP-TS-04: the newest time stamp in order is what later ones are judged by, and is echoed */
TEST46(tw, time_stamps)
{
	u32 ts;

	establish(w);
	time_wait(w);
	ts = object(w)->ts_recent;
	in(w, .flags = A, .seq = 2, .ack = 2, .tsval = ts + 100);
	quiet(w);
	in(w, .flags = F | A, .seq = 1, .ack = 2, .tsval = ts + 50);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->last.o.tsecr, ts + 100);
	cr_assert_eq(mib(w, MIB_TcpExt_PAWSTimewait), 1);
}

/* and so is that of the FIN that makes it TIME-WAIT; ours goes on from the connection's */
TEST46(tw, time_stamp_of_the_fin)
{
	u32 ts, ours;

	establish(w);
	fin_wait2(w);
	ts = object(w)->ts_recent;
	ours = w->last.o.tsval;
	at(w, now_ms(w) + 1000);
	in(w, .flags = F | A, .seq = 1, .ack = 2, .tsval = ts + 200);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->last.o.tsecr, ts + 200);
	cr_assert_leq(w->last.o.tsval - ours - 1000, 1u);
}

/* A RST that is not where it has to be is not answered; one that is ends it, and is counted */
static void resets(struct wire *w)
{
	in(w, .flags = R, .seq = 1 << 24);
	quiet(w);
	in(w, .flags = R, .seq = (u32)-1000);
	quiet(w);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	in(w, .flags = R, .seq = object(w)->rcv_nxt - PEER_ISN);
	quiet(w);
	cr_assert_eq(w->net->tcp.tw_count, 0);
	cr_assert_eq(mib(w, MIB_TcpExt_TWKilled), 1);
}

TEST46(tw, reset)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	time_wait(w);
	resets(w);
}

TEST46(tw, reset_fin_wait2)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	fin_wait2(w);
	resets(w);
}

/* TCP-ST-39: a SYN of now ends FIN-WAIT-2 with a reset; a SYN,ACK opens nothing in TIME-WAIT */
TEST46(tw, syn_fin_wait2)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	fin_wait2(w);
	in(w, .flags = S, .seq = 1, .mss = 1460);
	out(w, R | A, 0 - w->iss, 2, 0);
	cr_assert_eq(w->net->tcp.tw_count, 0);
}

TEST46(tw, syn_ack)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	time_wait(w);
	at(w, 1000);
	in(w, .flags = S | A, .seq = 100, .ack = 2, .mss = 1460);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->net->tcp.tw_count, 1);
}

/* A newer SYN when nobody listens any more: the old connection's ACK */
TEST46(tw, syn_without_listener)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	time_wait(w);
	sock_close(w->lsk);
	w->lsk = NULL;
	at(w, 1000);
	in(w, .flags = S, .seq = 100, .mss = 1460);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->net->tcp.tw_count, 1);
}

/* The number that a new connection begins with is never 0, which means none */
TEST46(tw, isn_not_zero)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	time_wait(w);
	object(w)->snd_nxt = 0u - 65535 - 2;
	w->iss_known = false;
	in(w, .flags = S, .seq = 100, .mss = 1460);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.flags, S | A);
	cr_assert_eq(w->iss, 1);
}

/* An empty segment at the end of the window is in it; behind it each is answered, twice a second at most */
TEST46(tw, window_and_rate)
{
	u32 end;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	fin_wait2(w);
	end = object(w)->rcv_nxt - PEER_ISN + object(w)->rcv_wnd;
	in(w, .flags = A, .seq = end, .ack = 2);
	quiet(w);
	in(w, .flags = A, .seq = end + 1, .ack = 2);
	out(w, A, 2, 1, 0);
	in(w, .flags = A, .seq = end + 1, .ack = 2);
	quiet(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPACKSkippedFinWait2), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPACKSkippedTimeWait), 0);
	at(w, now_ms(w) + 501);
	in(w, .flags = A, .seq = end + 1, .ack = 2);
	out(w, A, 2, 1, 0);
}

/* SO_MARK goes with the answers, too */
TEST46(tw, mark)
{
	establish_opt(w, NO_TS, 1 << 20, 1460);
	cr_assert_eq(sock_setsockopt(w->sk, 1, 36, &(int){ 77 }, 4), 0);
	time_wait(w);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	cr_assert_eq(skb_peek(&w->frames)->mark, 77u);
	out(w, A, 2, 2, 0);
}
