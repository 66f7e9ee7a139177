/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP-MD5 (RFC 2385): both ways, in every state, and its options. */
#include "tests/unit/tcp/sigbox.h"

static void md5_connect(struct wire *w)
{
	w->sk = wire_socket(w);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	start_connect(w);
	cr_assert_eq(w->last.o.saw, TCP_SAW_MD5 | TCP_SAW_MSS | TCP_SAW_SACK_PERM | TCP_SAW_WSCALE);
	finish_connect(w);
}

static void md5_accept(struct wire *w, const char *peers, int prefix)
{
	wire_listen(w, 5);
	cr_assert_eq(md5_set(w, w->lsk, peers, prefix, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	w->ts = true;
	in(w, .flags = S, .seq = 0, .mss = 1460, .ws = 7);
	w->ts = true;
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 60000);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
}

/* TCP-MD5-01: signed in every state; what is not, or wrong, is dropped without an answer */
TEST46(md5, active)
{
	u8 buf[100];

	md5_connect(w);
	wire_send(w, 100, 0);
	out(w, P | A, 1, 1, 100);
	cr_assert(w->last.o.saw & TCP_SAW_MD5);
	in(w, .flags = A, .seq = 1, .ack = 101, .len = 50, .bad_sig = true);
	quiet(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMD5Failure), 1);
	in(w, .flags = A, .seq = 1, .ack = 101, .len = 50, .no_sig = true);
	quiet(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMD5NotFound), 1);
	in(w, .flags = R, .seq = 1, .no_sig = true);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(tcp_sk(w->sk)->snd_una, w->iss + 1);
	in(w, .flags = A, .seq = 1, .ack = 101, .len = 50);
	drain(w);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 50);
	in(w, .flags = R, .seq = 51);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ECONNRESET);
}

/* Unsigned SYN-ACKs and RSTs do not move SYN-SENT; a SYN that is repeated is signed, too */
TEST46(md5, syn_sent)
{
	w->sk = wire_socket(w);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	start_connect(w);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .no_sig = true);
	in(w, .flags = R | A, .seq = 0, .ack = 1, .no_sig = true);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_SENT);
	at(w, 1001);
	out(w, S, 0, 0, 0);
	in(w, .flags = R | A, .seq = 0, .ack = 1);
	cr_assert_eq(w->sk->sk_err, ECONNREFUSED);
}

/* Each segment is signed by itself: no large packets, and full ones are smaller by the option */
TEST46(md5, no_gso)
{
	u32 mss = (w->v6 ? 1440 : 1460) - 20;

	md5_connect(w);
	wire_send(w, 5 * mss, 0);
	for (u32 i = 0; i < 5; i++)
		out(w, A | (i == 4 ? P : 0), 1 + i * mss, 1, mss);
	at(w, 3000);
	cr_assert(take(w, &w->last));	/* retransmissions: signed, one by one */
	drain(w);
}

TEST46(md5, passive)
{
	md5_accept(w, peer_text(w), -1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMD5NotFound), 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 10);
	at(w, now_ms(w) + 100);
	out(w, A, 1, 11, 0);
	wire_send(w, 10, 0);
	out(w, P | A, 1, 11, 10);
	in(w, .flags = A, .seq = 11, .ack = 11, .len = 10, .no_sig = true);
	quiet(w);
}

/* A listener's key is for a prefix of peers; the child's is for its own */
TEST46(md5, passive_prefix)
{
	md5_accept(w, w->v6 ? "fd00::" : "10.0.0.0", w->v6 ? 64 : 24);
	wire_send(w, 10, 0);
	out(w, P | A, 1, 1, 10);
}

/* An unsigned or wrongly signed SYN gets no answer; another peer's needs no signature */
TEST46(md5, listener)
{
	wire_listen(w, 5);
	cr_assert_eq(md5_set(w, w->lsk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	in(w, .flags = S, .seq = 0, .mss = 1460, .no_sig = true);
	in(w, .flags = S, .seq = 0, .mss = 1460, .bad_sig = true);
	quiet(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMD5NotFound), 1);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMD5Failure), 1);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 90000, .ack = 1);	/* out of window: an ACK, signed */
	out(w, A, 1, 1, 0);
	in(w, .flags = R, .seq = 1, .no_sig = true);
	at(w, 1001);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(md5_set(w, w->lsk, peer_text(w), -1, 0), 0);
	cr_assert_eq(md5_set(w, w->lsk, w->v6 ? "fd00::77" : "10.0.0.77", -1, 5), 0);
	w->sig_saw = 0;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sport = 5);
	cr_assert(take(w, &w->last) && w->last.flags == (S | A));
	cr_assert_not(w->last.o.saw & TCP_SAW_MD5);
}

/* A signature that nobody asked for */
TEST46(md5, unexpected)
{
	wire_listen(w, 5);
	peer_signs_md5(w);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	quiet(w);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMD5Unexpected), 1);
}

/* Both signatures at once are nonsense for any socket */
TEST46(md5, both)
{
	u8 opts[40] = { 1, 1, 19, 18 };

	opts[20] = 29;
	opts[21] = 16;
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .opts = opts, .opts_len = 36);
	quiet(w);
	cr_assert_eq(w->net->drops[SKB_DROP_TCP_AUTH_HDR], 1);
}

/* TIME-WAIT answers signed, and only what is signed */
TEST46(md5, time_wait)
{
	md5_connect(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 2);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	at(w, 1000);
	in(w, .flags = F | A, .seq = 1, .ack = 2);
	out(w, A, 2, 2, 0);
	at(w, 2000);
	in(w, .flags = F | A, .seq = 1, .ack = 2, .no_sig = true);
	quiet(w);
	in(w, .flags = R, .seq = 2, .no_sig = true);
	cr_assert_eq(w->net->tcp.tw_count, 1);
}

/* A lost connection's RST is signed by the key of the listener on that port */
TEST46(md5, reset_without_socket)
{
	wire_listen(w, 5);
	cr_assert_eq(md5_set(w, w->lsk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	w->iss_known = true;
	in(w, .flags = A, .seq = 1, .ack = 1000, .sport = LOCAL_PORT, .dport = 999);
	out(w, R, 1000, 0, 0);
	in(w, .flags = A, .seq = 1, .ack = 1000, .sport = LOCAL_PORT, .dport = 999, .bad_sig = true);
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 1000, .sport = 77, .dport = 999);
	quiet(w);
}

/* A key that comes to a connection, and goes */
TEST46(md5, key_on_connection)
{
	u32 mss;

	establish(w);
	mss = tcp_sk(w->sk)->mss_cache;
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, sizeof(secret) - 1), 0);
	cr_assert_eq(tcp_sk(w->sk)->mss_cache, mss - 20);
	peer_signs_md5(w);
	wire_send(w, 10, 0);
	out(w, P | A, 1, 1, 10);
	in(w, .flags = A, .seq = 1, .ack = 11);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, 0), 0);
	cr_assert_eq(tcp_sk(w->sk)->mss_cache, mss);
	w->sig_saw = 0;
	wire_send(w, 10, 0);
	out(w, P | A, 11, 1, 10);
	cr_assert_not(w->last.o.saw & TCP_SAW_MD5);
}

TEST46(md5, errno)
{
	struct md5sig m = { .keylen = 4 };
	u32 len = sizeof(m);

	w->sk = wire_socket(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, MD5SIG, &m, &len), -ENOPROTOOPT);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, 0), -ENOENT);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, 81), -EINVAL);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), w->v6 ? 129 : 33, 4), -EINVAL);
	cr_assert_eq(md5_set(w, w->sk, w->v6 ? "10.0.0.2" : "fd00::2", -1, 4), -EINVAL);
	fill_addr(w, m.addr, peer_text(w));
	cr_assert_eq(sock_setsockopt(w->sk, 6, MD5SIG, &m, sizeof(m) - 1), -EINVAL);
	m.flags = 2;
	m.ifindex = 2;			/* a device, but no VRF */
	cr_assert_eq(sock_setsockopt(w->sk, 6, MD5SIG_EXT, &m, sizeof(m)), -EINVAL);
	cr_assert_eq(sock_setsockopt(w->sk, 6, MD5SIG, &m, sizeof(m)), 0);
	cr_assert_eq(ao_add(w, w->sk, "hmac(sha1)", 1, 2, 0), -EKEYREJECTED);
	wire_sysctl(w, "net.core.optmem_max", "100");
	cr_assert_eq(md5_set(w, w->sk, w->v6 ? "fd00::3" : "10.0.0.3", -1, 4), -ENOMEM);
}
