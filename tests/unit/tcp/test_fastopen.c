/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP Fast Open (RFC 7413), both sides, and the metrics that the client keeps cookies in. */
#include "tests/unit/tcp/wirebox.h"
#include "tcp/tcp_fastopen.h"

enum { O_FASTOPEN = 23, O_FASTOPEN_CONNECT = 30, O_FASTOPEN_KEY = 33, O_FASTOPEN_NO_COOKIE = 34 };

/* SipHash-2-4 of peer and local address under KEY1, computed elsewhere. */
static const u8 cookie4[8] = { 0x9c, 0x7a, 0xcf, 0x0d, 0x9a, 0x44, 0xab, 0x52 };
static const u8 cookie6[8] = { 0x9d, 0xee, 0x2b, 0xac, 0xea, 0xc3, 0xb5, 0xb0 };
#define KEY1 "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4"
#define KEY2 "01234567-89abcdef-00000001-00000002"

static const u8 *cookie(const struct wire *w)
{
	return w->v6 ? cookie6 : cookie4;
}

static void serve(struct wire *w, int qlen)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen", "3");
	wire_sysctl(w, "net.ipv4.tcp_fastopen_key", KEY1);
	wire_listen(w, 16);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, O_FASTOPEN, &qlen, sizeof(qlen)), 0);
}

/* A SYN of the peer with MSS, the option (len -1: none) and data. */
static void syn(struct wire *w, const u8 *c, int len, bool exp, u32 data)
{
	u8 o[40] = { 2, 4, 5, 0xb4 };
	u32 n = 4;

	if (len >= 0) {
		o[n++] = exp ? 254 : 34;
		o[n++] = (u8)(len + (exp ? 4 : 2));
		if (exp)
			o[n++] = 0xf9, o[n++] = 0x89;
		while (len--)
			o[n++] = *c++;
		while (n % 4)
			o[n++] = 1;
	}
	in(w, .flags = S, .seq = 0, .opts = o, .opts_len = n, .len = data);
}

static void synack(struct wire *w, u32 ack, const u8 *c, int len, bool exp, u32 data)
{
	u8 o[40] = { 2, 4, 5, 0xb4 };
	u32 n = 4;

	if (len >= 0) {
		o[n++] = exp ? 254 : 34;
		o[n++] = (u8)(len + (exp ? 4 : 2));
		if (exp)
			o[n++] = 0xf9, o[n++] = 0x89;
		while (len--)
			o[n++] = *c++;
		while (n % 4)
			o[n++] = 1;
	}
	in(w, .flags = S | A, .seq = 0, .ack = ack, .opts = o, .opts_len = n, .len = data);
}

static u64 mib(const struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

/* -- server ------------------------------------------------------------------------------------ */

/* TCP-TFO-01: the cookie is Linux's for the same key. RFC 7413 4.1.2: asked for, handed out, nothing kept */
TEST46(fastopen, cookie_request)
{
	serve(w, 5);
	syn(w, NULL, 0, false, 0);
	out(w, S | A, 0, 1, 0);
	cr_assert(w->last.o.saw & TCP_SAW_FASTOPEN);
	cr_assert(!w->last.o.fastopen_exp);
	cr_assert_eq(w->last.o.fastopen_len, 8);
	cr_assert_arr_eq(w->last.o.fastopen, cookie(w), 8);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenCookieReqd), 1);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
}

/* The same by the experimental option, which is answered in kind; data with a request is not taken */
TEST46(fastopen, cookie_request_exp)
{
	serve(w, 5);
	syn(w, NULL, 0, true, 100);
	out(w, S | A, 0, 1, 0);
	cr_assert(w->last.o.fastopen_exp);
	cr_assert_arr_eq(w->last.o.fastopen, cookie(w), 8);
}

/* IP_MTU_DISCOVER off: what no path is too narrow for has DF even so, as the SYN-ACK of any listener */
TEST46(fastopen, synack_df)
{
	serve(w, 5);
	inet_sk(w->lsk)->pmtudisc = 0;
	syn(w, cookie(w), 8, false, 100);
	out(w, S | A, 0, 101, 0);
	cr_assert_eq(w->last.df, !w->v6);
	w->sk = wire_accept(w);
	in(w, .flags = A, .seq = 101, .ack = 1);
	wire_send(w, 1000, 0);
	out(w, P | A, 1, 101, 1000);
	cr_assert(!w->last.df);
	drain(w);
}

/* TCP-TFO-02 TCP-TFO-09 RFC 7413 4.2.2: data is delivered, and answered, before the handshake is over */
TEST46(fastopen, data_in_syn)
{
	struct tcp_info_abi i;
	char buf[200];

	serve(w, 5);
	syn(w, cookie(w), 8, false, 100);
	out(w, S | A, 0, 101, 0);
	cr_assert(!(w->last.o.saw & TCP_SAW_FASTOPEN));
	cr_assert_eq(w->last.o.mss, w->v6 ? 1440 : 1460);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_RECV);
	cr_assert(sock_poll(w->sk) & SOCK_EV_IN);
	cr_assert(sock_poll(w->sk) & SOCK_EV_OUT);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 100);
	cr_assert_eq(wire_send(w, 1000, 0), 1000);
	out(w, P | A, 1, 101, 1000);
	in(w, .flags = A, .seq = 101, .ack = 1001);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	i = wire_info(w);
	cr_assert(i.options & TCPI_OPT_SYN_DATA_NS);
	cr_assert(i.options & TCPI_OPT_TFO_CHILD_NS);
	cr_assert_eq(i.bytes_received, 100);
	cr_assert_eq(i.unacked, 0);
	cr_assert_eq(tcp_sk(w->lsk)->fo_queue->qlen, 0);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenPassive), 1);
	wire_send(w, 10, 0);
	out(w, P | A, 1001, 101, 10);
}

/* TCP-TFO-03, ATK-OFF-22 */
TEST46(fastopen, wrong_cookie)
{
	serve(w, 5);
	syn(w, (const u8 *)"abcdefgh", 8, false, 100);
	out(w, S | A, 0, 1, 0);
	cr_assert_arr_eq(w->last.o.fastopen, cookie(w), 8);
	cr_assert_null(wire_accept(w));
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenPassiveFail), 1);
}

/* TCP-TFO-07, key rotation: cookies of the old key are good, and replaced */
TEST46(fastopen, second_key)
{
	u8 raw[32];
	u32 len = sizeof(raw);
	char text[80];

	serve(w, 5);
	wire_sysctl(w, "net.ipv4.tcp_fastopen_key", KEY2 "," KEY1);
	cr_assert_eq(sysctl_get(w->net, "net.ipv4.tcp_fastopen_key", text, sizeof(text)), 0);
	cr_assert_str_eq(text, KEY2 "," KEY1);
	cr_assert_eq(sock_getsockopt(w->lsk, 6, O_FASTOPEN_KEY, raw, &len), 0);
	cr_assert_eq(len, 32);
	cr_assert_arr_eq(raw + 16, "\xa1\xa1\xa1\xa1\xb2\xb2\xb2\xb2", 8);
	cr_assert_arr_eq(raw, "\x67\x45\x23\x01\xef\xcd\xab\x89", 8);
	syn(w, cookie(w), 8, false, 10);
	out(w, S | A, 0, 11, 0);
	cr_assert_eq(w->last.o.fastopen_len, 8);
	cr_assert_arr_neq(w->last.o.fastopen, cookie(w), 8);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenPassiveAltKey), 1);
	cr_assert_neq(sysctl_set(w->net, "net.ipv4.tcp_fastopen_key", "a1a1a1a1-b2"), 0);
	cr_assert_neq(sysctl_set(w->net, "net.ipv4.tcp_fastopen_key", KEY1 ",x"), 0);
}

/* A listener's own key */
TEST46(fastopen, socket_key)
{
	static const u8 key[16] = { 0xa1, 0xa1, 0xa1, 0xa1, 0xb2, 0xb2, 0xb2, 0xb2,
				    0xc3, 0xc3, 0xc3, 0xc3, 0xd4, 0xd4, 0xd4, 0xd4 };
	serve(w, 5);
	wire_sysctl(w, "net.ipv4.tcp_fastopen_key", KEY2);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, O_FASTOPEN_KEY, key, 15), -EINVAL);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, O_FASTOPEN_KEY, key, 16), 0);
	syn(w, cookie(w), 8, false, 10);
	out(w, S | A, 0, 11, 0);
}

/* Bits 0x200 and 0x400: no cookie, no option needed */
TEST46(fastopen, sysctl_bits)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen", "0x602");
	wire_listen(w, 3);
	cr_assert_eq(tcp_sk(w->lsk)->fo_queue->max_qlen, 3);
	syn(w, NULL, -1, false, 20);
	out(w, S | A, 0, 21, 0);
}

/* Off: a SYN with data is an ordinary one */
TEST46(fastopen, off)
{
	wire_listen(w, 3);
	syn(w, cookie(w), 8, false, 20);
	out(w, S | A, 0, 1, 0);
	cr_assert(!(w->last.o.saw & TCP_SAW_FASTOPEN));
}

/* TCP-TFO-04: the queue's bound, and that a reset child fills it for a minute (RFC 7413 5.1) */
TEST46(fastopen, queue)
{
	serve(w, 1);
	syn(w, cookie(w), 8, false, 10);
	out(w, S | A, 0, 11, 0);
	w->sk = wire_accept(w);
	in(w, .flags = R, .seq = 11);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	wire_close(w);
	w->iss_known = false;
	w->peer_port++;
	syn(w, cookie(w), 8, false, 10);
	out(w, S | A, 0, 1, 0);
	cr_assert(!(w->last.o.saw & TCP_SAW_FASTOPEN));
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenListenOverflow), 1);
	in(w, .flags = R, .seq = 1);
	at(w, 61000);
	drain(w);
	w->iss_known = false;
	w->peer_port++;
	syn(w, cookie(w), 8, false, 10);
	out(w, S | A, 0, 11, 0);
}

/* SYN-ACK alone is sent again, without the option; in the end the connection fails */
TEST46(fastopen, synack_again)
{
	int retries = 0;
	double t = 1000, ms = 0;

	serve(w, 5);
	wire_sysctl(w, "net.ipv4.tcp_synack_retries", "2");
	syn(w, cookie(w), 8, false, 10);
	out(w, S | A, 0, 11, 0);
	w->sk = wire_accept(w);
	wire_send(w, 100, 0);
	out(w, P | A, 1, 11, 100);
	syn(w, cookie(w), 8, false, 10);	/* lost on its way: SYN again */
	out(w, S | A, 0, 11, 0);
	for (ms = t; retries < 3; retries++, t *= 2, ms += t) {
		at(w, ms + 1);
		out(w, S | A, 0, 11, 0);
		quiet(w);
	}
	at(w, ms + 1);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(-sock_error(w->sk), ETIMEDOUT);
}

/* close() and shutdown() before the ACK; the listener goes first */
TEST46(fastopen, early_end)
{
	serve(w, 5);
	syn(w, cookie(w), 8, false, 0);
	out(w, S | A, 0, 1, 0);
	w->sk = wire_accept(w);
	sock_close(w->lsk);
	w->lsk = NULL;
	wire_send(w, 5, 0);
	out(w, P | A, 1, 1, 5);
	sock_shutdown(w->sk, 1);
	wire_run(w);
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 6);
	out(w, F | A, 6, 1, 0);
	in(w, .flags = F | A, .seq = 1, .ack = 7);
	out(w, A, 7, 2, 0);
}

/* -- client ------------------------------------------------------------------------------------ */

static ssize_t fast_send(struct wire *w, size_t len)
{
	static u8 buf[8000];
	struct inet_sockaddr a = { .port = PEER_PORT };
	struct skb_vec v = { buf, len };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = len, .flags = SMSG_FASTOPEN, .name = &a,
			 .has_name = true };
	struct inet_sockaddr me;
	ssize_t n;

	inet_addr_pton(w->v6 ? "fd00::2" : "10.0.0.2", &a.addr, &a.family);
	if (!w->sk)
		w->sk = wire_socket(w);
	w->iss_known = false;
	n = sock_sendmsg(w->sk, &m);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
	return n;
}

/* First contact: the cookie is asked for and kept. */
static void learn(struct wire *w)
{
	cr_assert_eq(fast_send(w, 100), -EINPROGRESS);
	out(w, S, 0, 0, 0);
	cr_assert(w->last.o.saw & TCP_SAW_FASTOPEN);
	cr_assert_eq(w->last.o.fastopen_len, 0);
	synack(w, 1, (const u8 *)"01234567", 8, false, 0);
	out(w, A, 1, 1, 0);
	cr_assert_eq((wire_info(w).rate_flags >> 1 & 3), TFO_COOKIE_UNAVAILABLE);
	in(w, .flags = R, .seq = 1);
	wire_close(w);
}

TEST46(fastopen, client)
{
	struct tcp_info_abi i;

	learn(w);
	cr_assert_eq(fast_send(w, 1000), 1000);
	out(w, S, 0, 0, 1000);
	cr_assert_eq(w->last.o.fastopen_len, 8);
	cr_assert_arr_eq(w->last.o.fastopen, "01234567", 8);
	cr_assert_eq(fast_send(w, 10), -EALREADY);
	synack(w, 1001, NULL, -1, false, 50);	/* and the answer's beginning */
	out(w, A, 1001, 51, 0);
	i = wire_info(w);
	cr_assert(i.options & TCPI_OPT_SYN_DATA_NS);
	cr_assert_eq(i.unacked, 0);
	cr_assert_eq(i.delivered, 1);
	cr_assert_eq(i.bytes_received, 50);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenActive), 1);
	cr_assert_eq(fast_send(w, 10), -EISCONN);
	wire_send(w, 10, 0);
	out(w, P | A, 1001, 51, 10);
}

/* The SYN takes what fits beside forty octets of options */
TEST46(fastopen, client_large)
{
	learn(w);
	cr_assert_eq(fast_send(w, 4000), w->v6 ? 1400 : 1420);
	out(w, S, 0, 0, w->v6 ? 1400 : 1420);
}

/* TCP-TFO-05 RFC 7413 4.2.1: the server acknowledged the SYN only: the data goes again at once */
TEST46(fastopen, client_not_taken)
{
	learn(w);
	cr_assert_eq(fast_send(w, 1000), 1000);
	out(w, S, 0, 0, 1000);
	synack(w, 1, (const u8 *)"abcdefgh", 8, false, 0);
	out(w, P | A, 1, 1, 1000);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenActiveFail), 1);
	cr_assert_eq((wire_info(w).rate_flags >> 1 & 3), TFO_DATA_NOT_ACKED);
	cr_assert_eq(tcp_sk(w->sk)->snd_cwnd, 10);
	in(w, .flags = A, .seq = 1, .ack = 1001);
	cr_assert_eq(wire_info(w).unacked, 0);
	in(w, .flags = R, .seq = 1);
	wire_close(w);
	fast_send(w, 10);			/* with the new cookie */
	cr_assert(take(w, &w->last));
	cr_assert_arr_eq(w->last.o.fastopen, "abcdefgh", 8);
}

/* TCP-TFO-06: the SYN is lost, the next one is a plain one */
TEST46(fastopen, client_syn_lost)
{
	learn(w);
	cr_assert_eq(fast_send(w, 1000), 1000);
	out(w, S, 0, 0, 1000);
	at(w, now_ms(w) + 1001);
	out(w, S, 0, 0, 0);
	cr_assert(!(w->last.o.saw & TCP_SAW_FASTOPEN));
	synack(w, 1, NULL, -1, false, 0);
	out(w, P | A, 1, 1, 1000);
	cr_assert_eq((wire_info(w).rate_flags >> 1 & 3), TFO_SYN_RETRANSMITTED);
}

/* No answer to the option: it is asked for in the experimental way, and then no more so */
TEST46(fastopen, client_try_exp)
{
	bool exp[3] = { false, true, false };

	for (int i = 0; i < 3; i++) {
		cr_assert_eq(fast_send(w, 100), -EINPROGRESS);
		out(w, S, 0, 0, 0);
		cr_assert_eq(w->last.o.fastopen_exp, exp[i]);
		synack(w, 1, NULL, -1, false, 0);
		out(w, A, 1, 1, 0);
		in(w, .flags = R, .seq = 1);
		wire_close(w);
	}
}

/* TCP_FASTOPEN_CONNECT: the SYN waits for the first write */
TEST46(fastopen, deferred)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
	struct inet_sockaddr me;
	struct skb_vec v[4];
	int n;

	learn(w);
	w->sk = wire_socket(w);
	cr_assert_eq(wire_opt(w, O_FASTOPEN_CONNECT, 1), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), 0);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	w->iss_known = false;
	wire_run(w);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_SENT);
	cr_assert(sock_poll(w->sk) & SOCK_EV_OUT);
	n = sock_stream_reserve(w->sk, v, 4, 3000);
	cr_assert_gt(n, 0);
	cr_assert_eq(sock_stream_commit(w->sk, 3000, 0), 0);
	wire_run(w);
	out(w, S, 0, 0, w->v6 ? 1400 : 1420);
	synack(w, 1 + w->last.len, NULL, -1, false, 0);
	out(w, A, 1 + (w->v6 ? 1400 : 1420), 1, w->v6 ? 1440 : 1460);
	out(w, P | A, 1 + (w->v6 ? 2840 : 2880), 1, w->v6 ? 160 : 120);
}

/* Without a cookie connect() starts at once, asking for one; the data calls do as always */
TEST46(fastopen, deferred_unknown)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);

	w->sk = wire_socket(w);
	cr_assert_eq(wire_opt(w, O_FASTOPEN_CONNECT, 1), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	wire_run(w);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.o.saw & TCP_SAW_FASTOPEN);
	cr_assert_eq(wire_opt(w, O_FASTOPEN_CONNECT, 0), -EINVAL);
}

/* tcp_fastopen_blackhole_timeout_sec: three time-outs switch it off for a while */
TEST46(fastopen, blackhole)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	learn(w);
	cr_assert_eq(fast_send(w, 1000), 1000);
	at(w, now_ms(w) + 2500);
	cr_assert_eq(drain(w), 3);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 0);
	at(w, now_ms(w) + 1000);
	cr_assert_eq(drain(w), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenActiveFail), 1);
	wire_close(w);
	cr_assert_eq(fast_send(w, 1000), -EINPROGRESS);
	out(w, S, 0, 0, 0);
	cr_assert(!(w->last.o.saw & TCP_SAW_FASTOPEN));
	wire_close(w);
	at(w, now_ms(w) + 10000);
	cr_assert_eq(fast_send(w, 1000), 1000);
	drain(w);
}

/* Options: values, states, and what they answer afterwards */
/* Does a SYN have data? */
static bool fast_now(struct wire *w)
{
	ssize_t n = fast_send(w, 1000);

	drain(w);
	in(w, .flags = R | A, .seq = 0, .ack = 1);
	wire_close(w);
	drain(w);
	return n == 1000;
}

/* Each further finding doubles the pause; a connection in order ends the counting */
TEST46(fastopen, blackhole_doubles)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	learn(w);
	for (u32 pause = 10; pause <= 40; pause *= 2) {
		cr_assert_eq(fast_send(w, 1000), 1000);
		at(w, now_ms(w) + 3500);
		drain(w);
		wire_close(w);
		at(w, now_ms(w) + pause * 1000 - 3000);
		cr_assert_not(fast_now(w), "%u s", pause);
		at(w, now_ms(w) + 3000);
	}
	cr_assert_eq(fast_send(w, 1000), 1000);
	out(w, S, 0, 0, 1000);
	synack(w, 1001, NULL, -1, false, 50);
	drain(w);
	wire_close(w);
	drain(w);
	cr_assert_eq(w->net->tcp.fastopen_off_times, 0);
}

/* What boxes that swallow data leave: a RST where none should be, or a lone FIN behind a hole */
static void swallowed(struct wire *w)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	learn(w);
	cr_assert_eq(fast_send(w, 1000), 1000);
	drain(w);
	synack(w, 1001, NULL, -1, false, 0);
	drain(w);
}

TEST46(fastopen, blackhole_by_reset)
{
	swallowed(w);
	in(w, .flags = R, .seq = 101);
	drain(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 1);
}

TEST46(fastopen, blackhole_by_fin)
{
	swallowed(w);
	in(w, .flags = F | A, .seq = 101, .ack = 1001);
	drain(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 0);
	in(w, .flags = R, .seq = 1);	/* the end, in order */
	drain(w);
	wire_close(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 1);
}

/* Data that came, or that wait without a FIN: nothing was swallowed */
TEST46(fastopen, no_blackhole_with_data)
{
	swallowed(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1001, .len = 10);
	in(w, .flags = R, .seq = 101);
	drain(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 0);
}

TEST46(fastopen, no_blackhole_with_a_hole)
{
	swallowed(w);
	in(w, .flags = A | P, .seq = 101, .ack = 1001, .len = 10);
	in(w, .flags = R, .seq = 1);
	drain(w);
	wire_close(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 0);
}

/* An end that comes before the third time-out is one, too; a SYN without Fast Open says nothing */
TEST46(fastopen, blackhole_by_the_last_try)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	wire_sysctl(w, "net.ipv4.tcp_syn_linear_timeouts", "0");
	learn(w);
	w->sk = wire_socket(w);
	cr_assert_eq(wire_opt(w, 7, 1), 0);		/* TCP_SYNCNT */
	cr_assert_eq(fast_send(w, 1000), 1000);
	at(w, now_ms(w) + 8000);
	drain(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 1);
}

TEST46(fastopen, no_blackhole_by_others)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	connect_syn(w);
	at(w, now_ms(w) + 10000);
	drain(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 0);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenActiveFail), 0);
}

/* A time-out of 0 never pauses; to write it forgets what was found; 64 times is the longest */
TEST46(fastopen, blackhole_pauses)
{
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "0");
	learn(w);
	cr_assert_eq(fast_send(w, 1000), 1000);
	at(w, now_ms(w) + 3500);
	drain(w);
	wire_close(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenActiveFail), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPFastOpenBlackhole), 0);
	cr_assert_eq(w->net->tcp.fastopen_off_times, 0);
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	w->net->tcp.fastopen_off_times = 20;
	w->net->tcp.fastopen_off_ns = w->now;
	at(w, now_ms(w) + 639000);
	cr_assert_not(fast_now(w));
	at(w, now_ms(w) + 2000);
	cr_assert(fast_now(w));
	w->net->tcp.fastopen_off_times = 20;
	w->net->tcp.fastopen_off_ns = w->now;
	cr_assert_not(fast_now(w));
	wire_sysctl(w, "net.ipv4.tcp_fastopen_blackhole_timeout_sec", "10");
	cr_assert(fast_now(w));
}

TEST46(fastopen, options)
{
	int v = -1;
	u32 len = sizeof(v);

	w->sk = wire_socket(w);
	cr_assert_eq(wire_opt(w, O_FASTOPEN, -1), -EINVAL);
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_FASTOPEN, &v, &len), 0);
	cr_assert_eq(v, 0);
	cr_assert_eq(wire_opt(w, O_FASTOPEN, 1 << 20), 0);
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_FASTOPEN, &v, &len), 0);
	cr_assert_eq(v, 4096);			/* net.core.somaxconn */
	cr_assert_eq(wire_opt(w, O_FASTOPEN_CONNECT, 2), -EINVAL);
	cr_assert_eq(wire_opt(w, O_FASTOPEN_NO_COOKIE, 2), -EINVAL);
	cr_assert_eq(wire_opt(w, O_FASTOPEN_NO_COOKIE, 1), 0);
	cr_assert_eq(sock_getsockopt(w->sk, 6, O_FASTOPEN_NO_COOKIE, &v, &len), 0);
	cr_assert_eq(v, 1);
	cr_assert_eq(fast_send(w, 100), 100);	/* no cookie: the data go all the same */
	out(w, S, 0, 0, 100);
	cr_assert(!(w->last.o.saw & TCP_SAW_FASTOPEN));
	cr_assert_eq(wire_opt(w, O_FASTOPEN, 1), -EINVAL);
	wire_close(w);
	wire_sysctl(w, "net.ipv4.tcp_fastopen", "0");
	w->sk = wire_socket(w);
	cr_assert_eq(wire_opt(w, O_FASTOPEN_CONNECT, 1), -EOPNOTSUPP);
	cr_assert_eq(fast_send(w, 1), -EOPNOTSUPP);
}

/* -- metrics ----------------------------------------------------------------------------------- */

/* A hundred octets were acknowledged; both sides close. */
static void ended_in_order(struct wire *w)
{
	sock_shutdown(w->sk, 1);
	wire_run(w);
	drain(w);
	in(w, .flags = F | A, .seq = 1, .ack = 102);
	drain(w);
	wire_close(w);
}

/* A connection of 150 ms leaves its round trip; the next one's first RTO is made from it */
TEST46(metrics, rtt)
{
	for (int save = 0; save < 2; save++) {
		wire_sysctl(w, "net.ipv4.tcp_no_metrics_save", save ? "0" : "1");
		for (int i = 0; i < 2; i++) {
			w->iss_known = false;
			connect_done(w, 0);
			cr_assert_eq(wire_info(w).rto > 210000, save && i);
			wire_send(w, 100, 0);
			drain(w);
			at(w, now_ms(w) + 150);
			quiet(w);
			in(w, .flags = A, .seq = 1, .ack = 101);
			ended_in_order(w);
		}
	}
}

/* tcp_no_ssthresh_metrics_save: the threshold of one connection is the next one's, or is not */
TEST46(metrics, ssthresh)
{
	for (int save = 0; save < 2; save++) {
		wire_sysctl(w, "net.ipv4.tcp_no_ssthresh_metrics_save", save ? "0" : "1");
		for (int i = 0; i < 2; i++) {
			w->iss_known = false;
			connect_done(w, 0);
			cr_assert_eq(wire_info(w).snd_ssthresh, save && i ? 20 : 0x7fffffff);
			wire_send(w, 100, 0);
			drain(w);
			in(w, .flags = A, .seq = 1, .ack = 101);
			tcp_sk(w->sk)->snd_cwnd = 40;
			tcp_sk(w->sk)->snd_ssthresh = 15;
			ended_in_order(w);
		}
	}
}

/* The route's own, locked or not: a locked one is not learned over, and a locked cwnd bounds the window */
static void metrics_of_route(struct wire *w, u32 lock)
{
	struct fib_route r = { .dev = w->dev, .type = 1 };

	cr_assert(inet_prefix_parse(w->v6 ? "fd00::2/128" : "10.0.0.2/32", &r.dst));
	r.metrics[RTAX_N_SSTHRESH] = 7;
	r.metrics[RTAX_N_CWND] = 30;
	r.metrics[RTAX_N_LOCK] = lock;
	cr_assert_eq(fib_route_add(w->net, &r), 0);
	wire_sysctl(w, "net.ipv4.tcp_no_ssthresh_metrics_save", "0");
	at(w, 5000);
	for (int i = 0; i < 2; i++) {
		w->iss_known = false;
		connect_done(w, 0);
		cr_assert_eq(wire_info(w).snd_ssthresh, lock || !i ? 7 : 20);
		cr_assert_eq(tcp_sk(w->sk)->snd_cwnd_clamp == 30, !!lock);
		wire_send(w, 100, 0);
		drain(w);
		in(w, .flags = A, .seq = 1, .ack = 101);
		tcp_sk(w->sk)->snd_cwnd = 40;
		tcp_sk(w->sk)->snd_ssthresh = 15;
		ended_in_order(w);
	}
}

TEST46(metrics, locked) { metrics_of_route(w, 1u << RTAX_N_SSTHRESH | 1u << RTAX_N_CWND); }
TEST46(metrics, not_locked) { metrics_of_route(w, 0); }

/* Nothing came back in time: the round trip that was kept is forgotten */
TEST46(metrics, forgotten)
{
	wire_sysctl(w, "net.ipv4.tcp_no_metrics_save", "0");
	for (int i = 0; i < 3; i++) {
		w->iss_known = false;
		connect_done(w, 0);
		cr_assert_eq(wire_info(w).rto > 210000, i == 1);
		wire_send(w, 100, 0);
		drain(w);
		at(w, now_ms(w) + (i ? 1000 : 150));
		drain(w);
		if (i) {
			cr_assert_gt(tcp_sk(w->sk)->backoff, 0);
			tcp_update_metrics(w->sk);
			in(w, .flags = R, .seq = 1);
			drain(w);
			wire_close(w);
			continue;
		}
		in(w, .flags = A, .seq = 1, .ack = 101);
		ended_in_order(w);
	}
}

/* What a connection knew of reordering and how long its round trips were spread is where the next begins */
TEST46(metrics, reordering)
{
	wire_sysctl(w, "net.ipv4.tcp_no_metrics_save", "0");
	for (int i = 0; i < 2; i++) {
		w->iss_known = false;
		connect_done(w, 0);
		cr_assert_eq(wire_info(w).reordering, i ? 9 : 3);
		wire_send(w, 100, 0);
		drain(w);
		in(w, .flags = A, .seq = 1, .ack = 101);
		tcp_sk(w->sk)->reordering = 9;
		tcp_sk(w->sk)->snd_ssthresh = 20;	/* in slow start, but not for the first time */
		ended_in_order(w);
	}
}
