/* SPDX-License-Identifier: BSD-2-Clause */
/* Handshakes: passive, active, crossing, refused, repeated. */
#include "tests/unit/tcp/wirebox.h"

/* TCP-ST-06, TCP-ST-11 MUST-14 TCP-WS-01 TCP-WS-03: options of SYN-ACK mirror the SYN's */
TEST46(open, passive)
{
	wire_listen(w, 5);
	w->ts = true;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->last.o.saw, TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_TSTAMP | TCP_SAW_WSCALE);
	cr_assert_eq(w->last.o.mss, w->v6 ? 1440 : 1460);
	cr_assert_eq(w->last.o.wscale, 7);
	cr_assert_eq(w->last.wnd, w->v6 ? 64260 : 65160);	/* whole segments, MSS less timestamps */
	cr_assert_null(wire_accept(w));
	in(w, .flags = A, .seq = 1, .ack = 1);
	quiet(w);
	cr_assert(w->events & SOCK_EV_IN);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_null(wire_accept(w));
	cr_assert_eq(w->net->mib[MIB_Tcp_PassiveOpens], 1);
	cr_assert_eq(w->net->mib[MIB_Tcp_CurrEstab], 1);
}

/* TCP-WS-01 TCP-SACK-01 TCP-TS-01: what the SYN did not offer is not in the SYN-ACK; MUST-15 */
TEST46(open, passive_plain)
{
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->last.o.saw, TCP_SAW_MSS);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	wire_send(w, 4000, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, w->v6 ? 1220 : 536);
	drain(w);
}

TEST46(open, active)
{
	connect_syn(w);
	cr_assert_eq(w->last.o.saw, TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_TSTAMP | TCP_SAW_WSCALE);
	cr_assert_eq(w->last.wnd, w->v6 ? 64800 : 64240);
	cr_assert_eq(w->last.o.tsecr, 0);		/* TCP-TS-04 */
	w->ts = true;
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 7);
	out(w, A, 1, 1, 0);
	cr_assert(w->events & SOCK_EV_OUT);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(tcp_sk(w->sk)->snd_cwnd, 10);		/* TCP-CC-01 */
}

/* TCP-ST-09, TCP-ST-10: RST in SYN-SENT */
TEST46(open, refused)
{
	connect_syn(w);
	in(w, .flags = R, .seq = 0);
	in(w, .flags = R | A, .seq = 0, .ack = 7);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_SENT);
	drain(w);
	in(w, .flags = R | A, .seq = 0, .ack = 1);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ECONNREFUSED);
	cr_assert(w->events & SOCK_EV_ERR);
	in(w, .flags = A, .seq = 1, .ack = 1);
	out(w, R, 1, 0, 0);
}

/* TCP-ST-08, TCP-ST-13 */
TEST46(open, synsent_bad)
{
	connect_syn(w);
	in(w, .flags = A, .seq = 0, .ack = 0);
	out(w, R, 0, 0, 0);
	in(w, .flags = S | A, .seq = 0, .ack = 2);
	out(w, R, 2, 0, 0);
	in(w, .flags = F, .seq = 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 10);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_SENT);
}

/* TCP-ST-12 MUST-10: both SYNs cross */
TEST46(open, simultaneous)
{
	connect_syn(w);
	w->ts = true;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_RECV);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 7);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	drain(w);
	cr_assert_eq(wire_send(w, 10, 0), 10);
	out(w, P | A, 1, 1, 10);
}

/* TCP-RTO-01 MUST-22 DEV-01: 1 s, four times more, then doubling; 131 s in all */
TEST46(open, syn_retries)
{
	static const double when[] = { 1, 2, 3, 4, 5, 7, 11, 19, 35, 67 };

	connect_syn(w);
	for (u32 i = 0; i < ARRAY_SIZE(when); i++) {
		at(w, when[i] * 1000 - 1);
		quiet(w);
		at(w, when[i] * 1000 + 1);
		out(w, S, 0, 0, 0);
	}
	at(w, 130900);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_SENT);
	at(w, 131100);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ETIMEDOUT);
}

/* SYN-ACK again at 1, 3, 7, 15, 31 s, gone at 63 s */
TEST46(open, synack_retries)
{
	static const double when[] = { 1, 3, 7, 15, 31 };

	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	for (u32 i = 0; i < ARRAY_SIZE(when); i++) {
		at(w, when[i] * 1000 - 1);
		quiet(w);
		at(w, when[i] * 1000 + 1);
		out(w, S | A, 0, 1, 0);
	}
	at(w, 63100);
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 1);
	out(w, R, 1, 0, 0);
}

/* TCP-ST-14, TCP-ST-15, TCP-ST-16, MUST-11 */
TEST46(open, synrecv_events)
{
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	quiet(w);					/* at most one per 500 ms */
	in(w, .flags = A, .seq = 1, .ack = 0);
	out(w, R, 0, 0, 0);
	in(w, .flags = A, .seq = 1, .ack = 2);
	out(w, R, 2, 0, 0);
	at(w, 600);
	in(w, .flags = S, .seq = 100, .mss = 1460);
	out(w, A, 1, 1, 0);
	in(w, .flags = R, .seq = 1);
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 1);
	out(w, R, 1, 0, 0);
	cr_assert_null(wire_accept(w));
}

/* TCP-ST-17, TCP-ST-18: data and FIN with the final ACK */
TEST46(open, data_with_ack)
{
	char buf[100];

	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A | P | F, .seq = 1, .ack = 1, .len = 20);
	at(w, 40);
	out(w, A, 1, 22, 0);
	w->sk = wire_accept(w);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE_WAIT);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 20);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 0);
}

/* TCP-ST-04, TCP-ST-05, TCP-ST-07 */
TEST46(open, listen_odd)
{
	wire_listen(w, 5);
	in(w, .flags = R, .seq = 0);
	in(w, .flags = 0, .seq = 0);
	in(w, .flags = F, .seq = 0);
	in(w, .flags = S | F, .seq = 0);
	in(w, .flags = S | R, .seq = 0);
	in(w, .flags = U | P | F, .seq = 0);
	quiet(w);
	w->iss_known = true;
	in(w, .flags = A, .seq = 5, .ack = 77);
	out(w, R, 77, 0, 0);
	in(w, .flags = S | A, .seq = 5, .ack = 78);
	out(w, R, 78, 0, 0);
}

/* TCP-ST-01, TCP-ST-02, TCP-ST-03 */
TEST46(open, closed_port)
{
	w->iss_known = true;
	in(w, .flags = S, .seq = 0, .dport = 9);
	out(w, R | A, 0, 1, 0);
	in(w, .flags = F | P, .seq = 10, .len = 5, .dport = 9);
	out(w, R | A, 0, 16, 0);
	in(w, .flags = A, .seq = 10, .ack = 99, .dport = 9);
	out(w, R, 99, 0, 0);
	in(w, .flags = R, .seq = 10, .dport = 9);
	in(w, .flags = R | A, .seq = 10, .ack = 99, .dport = 9);
	quiet(w);
}

/* MUST-3: a wrong checksum draws nothing */
TEST46(open, checksum)
{
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .bad_sum = true);
	quiet(w);
	cr_assert_eq(w->net->mib[MIB_Tcp_InCsumErrors], 1);
	cr_assert_eq(w->net->mib[MIB_Tcp_InErrs], 1);
}

/* TCP-ST-43: backlog 1 holds two; the third's final ACK is dropped and its SYN-ACK repeated */
TEST46(open, backlog)
{
	wire_listen(w, 1);
	u32 iss[3];

	for (u16 i = 0; i < 3; i++) {
		in(w, .flags = S, .seq = 0, .mss = 1460, .sport = (u16)(1000 + i));
		w->iss_known = false;
		out(w, S | A, 0, 1, 0);
		iss[i] = w->iss;
	}
	for (u16 i = 0; i < 3; i++) {
		w->iss = iss[i];
		in(w, .flags = A, .seq = 1, .ack = 1, .sport = (u16)(1000 + i));
	}
	quiet(w);
	cr_assert_eq(w->net->mib[MIB_TcpExt_ListenOverflows], 1);
	in(w, .flags = S, .seq = 0, .mss = 1460, .sport = 1003);
	quiet(w);
	at(w, 1001);
	out(w, S | A, 0, 1, 0);
	w->sk = wire_accept(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .sport = 1002);
	quiet(w);
	sock_close(wire_accept(w));
	sock_close(wire_accept(w));
	cr_assert_null(wire_accept(w));
	drain(w);
}

/* TCP-ST-44 */
TEST46(open, listener_closed)
{
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	sock_close(w->lsk);
	w->lsk = NULL;
	wire_run(w);
	out(w, R | A, 1, 1, 0);
}

static int admit_answer;
static void *admit_cookie;
static int aborted;

static int admit(struct sock *sk, const struct inet_sockaddr *local,
		 const struct inet_sockaddr *peer, void **cookie)
{
	(void)sk;
	cr_assert_eq(local->port, LOCAL_PORT);
	cr_assert_eq(peer->port, PEER_PORT);
	if (!admit_answer)
		*cookie = admit_cookie;
	return admit_answer;
}

static void conn_abort(struct sock *sk, void *cookie)
{
	(void)sk;
	cr_assert_eq(cookie, admit_cookie);
	aborted++;
}

/* the owner holds the handshake, lets it go, and gets its cookie back */
TEST46(open, admission)
{
	wire_listen(w, 5);
	admit_cookie = w;
	w->lsk->sk_conn_admit = admit;
	w->lsk->sk_conn_abort = conn_abort;
	admit_answer = -EAGAIN;
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	cr_assert_eq(sock_listen_retry(w->lsk), 1);
	at(w, 1001);
	out(w, S | A, 0, 1, 0);
	admit_answer = 0;
	cr_assert_eq(sock_listen_retry(w->lsk), 0);
	cr_assert_eq(sock_accept(w->lsk, &w->sk), 0);
	cr_assert_eq(w->sk->sk_user_data, w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(wire_send(w, 5, 0), 5);
	out(w, P | A, 1, 1, 5);
	aborted = 0;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sport = PEER_PORT, .dport = LOCAL_PORT);
	drain(w);
	cr_assert_eq(aborted, 0);
}

/* MUST-57, MUST-63 are IP's addresses: SYN from a multicast source never gets here; LAND does */
TEST46(open, self_connect)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "::1" : "127.0.0.1", 5555);
	char buf[8];

	w->sk = wire_socket(w);
	cr_assert_eq(sock_bind(w->sk, sa.b, sa.len), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	wire_run(w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);		/* TCP-ST-41 */
	cr_assert_eq(wire_send(w, 4, 0), 4);
	cr_assert_eq(wire_recv(w, buf, 8, 0), 4);
	at(w, 60000);						/* no loop of ACKs */
	cr_assert_lt(tcp_sk(w->sk)->segs_out, 12);
}

/* TCP-SYNF-01 TCP-SYNF-02 TCP-SYNF-03 ATK-FLD-01: a full SYN table answers with cookies */
TEST46(open, syn_cookies)
{
	u16 port;

	wire_listen(w, 3);
	w->iss_known = true;
	in(w, .flags = A, .seq = 1, .ack = 12345, .sport = 3000);
	out(w, R, 12345, 0, 0);				/* no overflow, no cookies */
	w->ts = true;
	for (port = 2000; port < 2100; port++) {
		in(w, .flags = S, .seq = 0, .mss = 1400, .sackok = true, .ws = 9, .sport = port);
		w->iss_known = false;
		out(w, S | A, 0, 1, 0);
	}
	cr_assert_eq(w->net->mib[MIB_TcpExt_SyncookiesSent], 96);
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 4);
	at(w, 100);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 20, .sport = 2099);	/* a forged one */
	out(w, R, 20, 0, 0);
	cr_assert_eq(w->net->mib[MIB_TcpExt_SyncookiesFailed], 1);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .sport = 2099);
	cr_assert(take(w, &w->last));
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(tcp_inq(w->sk), 10);
	cr_assert_eq(wire_info(w).options & 7, 7);	/* timestamps, SACK, scale: from the echo */
	cr_assert_eq(wire_info(w).wscales & 15, 9);
	cr_assert_eq(wire_info(w).snd_mss, w->v6 ? 1220 - 12 : 1300 - 12);
	cr_assert_eq(w->net->mib[MIB_TcpExt_SyncookiesRecv], 1);
	wire_close(w);
	drain(w);
}

/* TCP-SYNF-02: a cookie is good for two minutes at most */
TEST46(open, cookie_age)
{
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	wire_listen(w, 4);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
	at(w, 129000);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 1);
	out(w, R, 1, 0, 0);
}
