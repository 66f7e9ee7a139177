/* SPDX-License-Identifier: BSD-2-Clause */
/* What has to work together: Fast Open, Accurate ECN, signatures and SYN cookies. */
#include "tests/unit/tcp/sigbox.h"

#include "tcp/tcp_fastopen.h"

enum { O_FASTOPEN = 23, O_FASTOPEN_CONNECT = 30, O_FASTOPEN_NO_COOKIE = 34, SYN_ACE = S | AE | C | E };

/* The three bits of an ACE field. */
static u16 ace(u32 v)
{
	return (u16)((v & 1 ? E : 0) | (v & 2 ? C : 0) | (v & 4 ? AE : 0));
}

/* A listener that takes the data of any SYN (tcp_fastopen 0x200). */
static void serve(struct wire *w)
{
	int qlen = 5;

	wire_sysctl(w, "net.ipv4.tcp_fastopen", "515");
	wire_listen(w, 16);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, O_FASTOPEN, &qlen, sizeof(qlen)), 0);
}

static void accept_data(struct wire *w, u32 len)
{
	char buf[200];

	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_RECV);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), (ssize_t)len);
}

/* The first write makes the connection, and goes with the SYN without a cookie. */
static void fast_connect(struct wire *w, u32 len)
{
	static u8 buf[4000];
	struct inet_sockaddr a = { .port = PEER_PORT }, me;
	struct skb_vec v = { buf, len };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = len, .flags = SMSG_FASTOPEN, .name = &a,
			 .has_name = true };
	int one = 1;

	inet_addr_pton(peer_text(w), &a.addr, &a.family);
	cr_assert_eq(sock_setsockopt(w->sk, 6, O_FASTOPEN_NO_COOKIE, &one, sizeof(one)), 0);
	cr_assert_eq(sock_sendmsg(w->sk, &m), (ssize_t)len);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
}

/* -- Fast Open and Accurate ECN ------------------------------------------------------------------ */

/* TCP-TFO-02 TCP-AECN-01: the SYN-ACK of the child reports the SYN's codepoint; ACE counts from there */
TEST46(combine, fastopen_accecn_server)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	serve(w);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 7, .len = 100);
	out(w, S | A | ace(2), 0, 101, 0);
	cr_assert(w->last.o.saw & TCP_SAW_ACCECN);
	accept_data(w, 100);
	in(w, .flags = A | ace(2), .seq = 101, .ack = 1, .accecn = true, .e0b = 1, .e1b = 1);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert(tcp_sk(w->sk)->ecn_flags & TCP_ECN_ACCURATE);
	wire_send(w, 10, 0);
	out(w, P | A | ace(5), 1, 101, 10);
	cr_assert_eq(w->last.tos & 3, 2);
	in(w, .flags = A | ace(5), .seq = 101, .ack = 11, .len = 10, .tos = 3);
	at(w, 100);
	out(w, A | ace(6), 11, 111, 0);		/* one CE */
}

/* Data that are written before the handshake ends are not ECT: nothing is agreed upon yet */
TEST46(combine, fastopen_accecn_early_data)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	serve(w);
	in(w, .flags = SYN_ACE, .seq = 0, .mss = 1460, .sackok = true, .ws = 7, .len = 100, .tos = 3);
	out(w, S | A | ace(6), 0, 101, 0);
	accept_data(w, 100);
	in(w, .flags = A, .seq = 101, .ack = 1);	/* bleached: no ECN at all */
	wire_send(w, 10, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.tos & 3, 0);
}

/* TCP-TFO-05 TCP-AECN-01: the client */
TEST46(combine, fastopen_accecn_client)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	w->sk = wire_socket(w);
	fast_connect(w, 1000);
	out(w, SYN_ACE, 0, 0, 1000);
	cr_assert_eq(w->last.tos & 3, 0);
	in(w, .flags = S | A | ace(2), .seq = 0, .ack = 1001, .mss = 1460, .sackok = true, .ws = 7,
	   .accecn = true, .e0b = 1, .e1b = 1);
	out(w, A | ace(2), 1001, 1, 0);
	cr_assert(tcp_sk(w->sk)->ecn_flags & TCP_ECN_ACCURATE);
	wire_send(w, 10, 0);
	out(w, P | A | ace(5), 1001, 1, 10);
	cr_assert_eq(w->last.tos & 3, 2);
}

/* The SYN-ACK takes the SYN but not its data: they leave again, as data of the connection */
TEST46(combine, fastopen_accecn_not_taken)
{
	wire_sysctl(w, "net.ipv4.tcp_ecn", "3");
	w->sk = wire_socket(w);
	fast_connect(w, 1000);
	out(w, SYN_ACE, 0, 0, 1000);
	in(w, .flags = S | A | ace(2), .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 7);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.len == 1000 && w->last.seq == 1);
	cr_assert(tcp_sk(w->sk)->ecn_flags & TCP_ECN_ACCURATE);
	in(w, .flags = A | ace(5), .seq = 1, .ack = 1001);
	cr_assert_eq(wire_info(w).unacked, 0);
}

/* -- Fast Open and signatures -------------------------------------------------------------------- */

static void signed_child(struct wire *w)
{
	w->ts = !(w->sig_saw & TCP_SAW_MD5);
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7, .len = 100, .no_sig = true);
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7, .len = 100, .bad_sig = true);
	quiet(w);				/* no data from whoever has no key */
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7, .len = 100);
	out(w, S | A, 0, 101, 0);		/* signed: take() has looked */
	cr_assert(w->last.o.saw & w->sig_saw);
	accept_data(w, 100);
	wire_send(w, 10, 0);			/* before the handshake ends */
	out(w, P | A, 1, 101, 10);
	in(w, .flags = A, .seq = 101, .ack = 11, .no_sig = true);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_RECV);
	in(w, .flags = A, .seq = 101, .ack = 11);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	wire_send(w, 10, 0);
	out(w, P | A, 11, 101, 10);
}

TEST46(combine, fastopen_md5_server)
{
	serve(w);
	cr_assert_eq(md5_set(w, w->lsk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	signed_child(w);
}

TEST46(combine, fastopen_ao_server)
{
	serve(w);
	ao.exclude_opts = false;
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 7, 8, 0), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 8, 7);
	signed_child(w);
}

/* A RST of the peer before the handshake ends is signed with the connection's key */
TEST46(combine, fastopen_ao_reset)
{
	serve(w);
	ao.exclude_opts = false;
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 7, 8, 0), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 8, 7);
	in(w, .flags = S, .seq = 0, .mss = 1460, .len = 100);
	out(w, S | A, 0, 101, 0);
	accept_data(w, 100);
	in(w, .flags = R, .seq = 101, .no_sig = true);
	cr_assert_eq(w->sk->sk_state, TCP_SYN_RECV);
	in(w, .flags = R, .seq = 101);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ECONNRESET);
}

static void signed_client(struct wire *w)
{
	w->ts = !(w->sig_saw & TCP_SAW_MD5);
	fast_connect(w, 1000);
	out(w, S, 0, 0, 1000);
	cr_assert(w->last.o.saw & w->sig_saw);
	in(w, .flags = S | A, .seq = 0, .ack = 1001, .mss = 1460, .sackok = true, .ws = 7,
	   .bad_sig = true);
	quiet(w);
	in(w, .flags = S | A, .seq = 0, .ack = 1001, .mss = 1460, .sackok = true, .ws = 7);
	out(w, A, 1001, 1, 0);
	cr_assert_eq(wire_info(w).unacked, 0);
	wire_send(w, 10, 0);
	out(w, P | A, 1001, 1, 10);
}

TEST46(combine, fastopen_md5_client)
{
	w->sk = wire_socket(w);
	cr_assert_eq(md5_set(w, w->sk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	signed_client(w);
}

TEST46(combine, fastopen_ao_client)
{
	ao.exclude_opts = false;
	w->sk = wire_socket(w);
	cr_assert_eq(ao_add(w, w->sk, "hmac(sha1)", 100, 200, 0), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 200, 100);
	signed_client(w);
}

/* Asking for a cookie beside a signature: what does not fit in forty octets is left out, never the code */
TEST46(combine, fastopen_cookie_beside_code)
{
	struct wire_sa sa = wire_sa(w, peer_text(w), PEER_PORT);
	struct ao_add a = ao_key(w, "hmac(sha1)", 100, 200);
	struct inet_sockaddr me;

	ao.exclude_opts = false;
	w->sk = wire_socket(w);
	a.maclen = 16;
	cr_assert_eq(sock_setsockopt(w->sk, 6, AO_ADD, &a, sizeof(a)), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 200, 100);
	w->sig_maclen = 16;
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
	out(w, S, 0, 0, 0);
	cr_assert_eq(w->last.o.saw & (TCP_SAW_AO | TCP_SAW_MSS), TCP_SAW_AO | TCP_SAW_MSS);
}

/* -- cookies and signatures ---------------------------------------------------------------------- */

static void signed_cookie(struct wire *w)
{
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7, .no_sig = true);
	quiet(w);
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .no_sig = true);
	in(w, .flags = A, .seq = 1, .ack = 1, .bad_sig = true);
	quiet(w);
	cr_assert_null(wire_accept(w));
	in(w, .flags = P | A, .seq = 1, .ack = 1, .len = 10);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	at(w, 100);
	drain(w);
	wire_send(w, 10, 0);
	out(w, P | A, 1, 11, 10);
	in(w, .flags = A, .seq = 11, .ack = 11, .len = 5, .no_sig = true);
	quiet(w);
	in(w, .flags = A, .seq = 11, .ack = 11);
	cr_assert_eq(wire_info(w).unacked, 0);
}

/* TCP-MD5-01 TCP-SYNF-02 */
TEST46(combine, cookie_md5)
{
	wire_listen(w, 5);
	cr_assert_eq(md5_set(w, w->lsk, peer_text(w), -1, sizeof(secret) - 1), 0);
	peer_signs_md5(w);
	signed_cookie(w);
}

/* TCP-AO-02 TCP-SYNF-02, with the options that a timestamp keeps */
TEST46(combine, cookie_ao)
{
	wire_listen(w, 5);
	ao.exclude_opts = false;
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 7, 8, 0), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 8, 7);
	w->ts = true;
	signed_cookie(w);
	cr_assert_eq(wire_info(w).options & 7, 7);
}

/* -- both schemes -------------------------------------------------------------------------------- */

/* Keys of prefixes, each set while the other's did not cover it, leave a peer with both: refused */
TEST46(combine, md5_and_ao_for_a_peer)
{
	struct wire_sa sa = wire_sa(w, peer_text(w), PEER_PORT);
	int one = 1;

	w->sk = wire_socket(w);
	cr_assert_eq(sock_setsockopt(w->sk, 6, O_FASTOPEN_CONNECT, &one, sizeof(one)), 0);
	cr_assert_eq(ao_add(w, w->sk, "hmac(sha1)", 1, 2, 0), 0);
	cr_assert_eq(md5_set(w, w->sk, w->v6 ? "fd00::" : "10.0.0.0", w->v6 ? 64 : 24, 4), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EKEYREJECTED);
	cr_assert_null(tcp_sk(w->sk)->fo_req);		/* nothing of that attempt is left */
	cr_assert_eq(md5_set(w, w->sk, w->v6 ? "fd00::" : "10.0.0.0", w->v6 ? 64 : 24, 0), 0);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
}
