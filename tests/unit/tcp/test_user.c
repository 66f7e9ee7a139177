/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293's interface for the user (3.9): addresses, TTL and DSCP, source routes, reports of errors,
 * and what becomes of a connection whose other half is gone.
 */
#include "tests/unit/tcp/wirebox.h"

static void icmp(struct wire *w, u8 type, u8 code, int err, u32 seq)
{
	struct inet_icmp_err e = { .type = type, .code = code, .err = err, .hard = true };

	wire_icmp(w, e, seq);
}

/* -- addresses --------------------------------------------------------------------------------- */

static struct sock *listen_on(struct wire *w, const char *addr)
{
	struct wire_sa sa = wire_sa(w, addr, LOCAL_PORT);
	struct sock *sk = wire_socket(w);
	int one = 1;

	cr_assert_eq(sock_setsockopt(sk, 1, 2, &one, sizeof(one)), 0);
	cr_assert_eq(sock_bind(sk, sa.b, sa.len), 0);
	return sk;
}

/* MUST-41 MUST-42: listeners on one port with different addresses; the most specific is asked, and
 * a new one changes nothing for a connection that is there */
TEST46(user, listeners)
{
	struct sock *child = NULL, *own, *any;

	own = listen_on(w, w->v6 ? "fd00::1" : "10.0.0.1");
	any = listen_on(w, w->v6 ? "::" : "0.0.0.0");
	cr_assert_eq(sock_listen(any, 5), 0);
	w->lsk = any;
	establish(w);			/* by the wildcard: the other does not listen yet */
	w->lsk = NULL;
	cr_assert_eq(sock_listen(own, 5), -EADDRINUSE);	/* Linux: not beside a wildcard */
	sock_close(any);
	wire_run(w);
	cr_assert_eq(sock_listen(own, 5), 0);
	wire_send(w, 10, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, 10);
	w->peer_port++;
	w->iss_known = false;
	w->ts = false;
	in(w, .flags = S, .seq = 0, .mss = 1000);
	while (take(w, &w->last) && !(w->last.flags & S))
		;
	in(w, .flags = A, .seq = 1, .ack = 1);
	cr_assert_eq(sock_accept(own, &child), 0);
	sock_close(child);
	sock_close(own);
	drain(w);
}

/* MUST-43 MUST-44 MUST-45: the address of bind(), else the route's; and every segment has it */
TEST46(user, local_address)
{
	struct wire_sa to = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
	const char *second = w->v6 ? "fd00::77" : "10.0.0.77";
	struct wire_sa from = wire_sa(w, second, 0);
	struct inet_prefix p;
	union inet_addr a;
	u16 family;

	cr_assert(inet_prefix_parse(w->v6 ? "fd00::77/64" : "10.0.0.77/24", &p));
	cr_assert_eq(inet_ifaddr_add(w->net, w->dev, &p, 2), 0);
	wire_run(w);
	skb_queue_purge(&w->frames);
	w->sk = wire_socket(w);
	cr_assert_eq(sock_bind(w->sk, from.b, from.len), 0);
	cr_assert_eq(sock_connect(w->sk, to.b, to.len), -EINPROGRESS);
	for (int ms = 0; ms < 8000; ms += 500) {
		at(w, ms);
		while (skb_peek(&w->frames)) {
			const u8 *ip = wire_peek_ip(w);

			inet_addr_pton(second, &a, &family);
			if (w->v6)
				cr_assert_eq(memcmp(ip + 8, a.b, 16), 0);
			else
				cr_assert_eq(memcmp(ip + 12, a.b + 12, 4), 0);
			consume_skb(skb_dequeue(&w->frames));
			if (!skb_peek(&w->frames))
				break;
		}
	}
	wire_close(w);
	w->iss_known = false;
	connect_syn(w);		/* without bind(): checked by the checksum of out() */
	drain(w);
}

/* MUST-46: not to many */
TEST46(user, not_to_groups)
{
	const char *bad[2][2] = { { "224.0.0.1", "10.0.0.255" }, { "ff02::1", "ff05::2" } };

	for (int i = 0; i < 2; i++) {
		struct wire_sa sa = wire_sa(w, bad[w->v6][i], 80);
		struct sock *sk = wire_socket(w);

		cr_assert_eq(sock_connect(sk, sa.b, sa.len), -ENETUNREACH);
		sock_close(sk);
	}
	quiet(w);
}

/* MUST-49 SHLD-21 SHLD-22 SHLD-23: TTL and DSCP are the user's, at any time; ECN is not */
TEST46(user, ttl_and_dscp)
{
	establish(w);
	wire_send(w, 10, 0);
	cr_assert_eq(wire_peek_ip(w)[w->v6 ? 7 : 8], 64);
	out(w, A | P, 1, 1, 10);
	cr_assert_eq(w->last.tos, 0);
	wire_ip_opt(w, 2, 16, 33, 0);
	wire_ip_opt(w, 1, 67, 0xb8 | 3, 0);
	in(w, .flags = A, .seq = 1, .ack = 11);
	wire_send(w, 10, 0);
	cr_assert_eq(wire_peek_ip(w)[w->v6 ? 7 : 8], 33);
	out(w, A | P, 11, 1, 10);
	cr_assert_eq(w->last.tos & 0xfc, 0xb8);
	cr_assert_eq(w->last.tos & 3, 0, "not ECN capable");
	at(w, 2000);			/* and stays for what is sent again */
	while (take(w, &w->last))
		cr_assert_eq(w->last.tos, 0xb8);
	wire_ip_opt(w, 2, 16, 256, -EINVAL);
}

/* MAY-9: the DSCP that the peer opened with can be read */
Test(user, received_dscp)
{
	struct wire *w = wire_new(false);
	u8 b[64];
	u32 len = sizeof(b);
	int v;

	wire_listen(w, 5);
	cr_assert_eq(sock_setsockopt(w->lsk, 0, 13, &(int){ 1 }, 4), 0);	/* IP_RECVTOS */
	in(w, .flags = S, .seq = 0, .mss = 1460, .tos = 0xb8);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .tos = 0xb8);
	w->sk = wire_accept(w);
	cr_assert_eq(sock_getsockopt(w->sk, 0, 9, b, &len), 0);
	cr_assert_eq(len, 24);
	memcpy(&v, b + 12, 4);
	cr_assert_eq(v, 1);
	memcpy(&v, b + 16, 4);
	cr_assert_eq(v, 0xb8);
	len = 8;
	cr_assert_eq(sock_getsockopt(w->sk, 0, 9, b, &len), 0);
	cr_assert_eq(len, 0);
	wire_end(w);
}

/* MUST-51 MUST-52 MUST-53 SHLD-24 DEV-06: source routes are neither sent nor taken (SHLD-24's order
 * of two is void), and there is no switch that says otherwise */
Test(user, source_route)
{
	static const u8 lsrr[8] = { 131, 7, 4, 10, 0, 0, 9, 0 };
	struct wire *w = wire_new(false);

	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 0, 4, lsrr, sizeof(lsrr)), -EPERM);
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.conf.all.accept_source_route", "1"), -EINVAL);
	wire_end(w);
}

/* -- errors ------------------------------------------------------------------------------------ */

/* MUST-47 SHLD-20: reports of soft errors when they are asked for, and only then */
TEST46(user, error_reports)
{
	struct sock_cmsg c;
	u8 b[64];
	struct skb_vec v = { b, sizeof(b) };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = sizeof(b), .flags = SMSG_ERRQUEUE,
			 .cmsg = &c };

	establish(w);
	wire_send(w, 10, 0);
	drain(w);
	icmp(w, w->v6 ? 1 : 3, w->v6 ? 3 : 1, EHOSTUNREACH, 1);
	cr_assert_eq(w->sk->sk_err, 0);
	cr_assert_eq(sock_recvmsg(w->sk, &m), -EAGAIN);
	wire_ip_opt(w, 11, 25, 1, 0);	/* IP_RECVERR */
	icmp(w, w->v6 ? 1 : 3, w->v6 ? 3 : 1, EHOSTUNREACH, 1);
	cr_assert_eq(w->sk->sk_err, EHOSTUNREACH);
	m.flags = SMSG_ERRQUEUE;
	cr_assert_geq(sock_recvmsg(w->sk, &m), 0);
	cr_assert(c.has_err);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	wire_ip_opt(w, 11, 25, 0, 0);
	w->sk->sk_err = 0;
	icmp(w, w->v6 ? 1 : 3, w->v6 ? 3 : 1, EHOSTUNREACH, 1);
	cr_assert_eq(sock_recvmsg(w->sk, &m), -EAGAIN);
}

/* MUST-55: source quench does nothing at all */
Test(user, source_quench)
{
	struct wire *w = wire_new(false);
	u32 cwnd;

	establish(w);
	wire_send(w, 20000, 0);
	drain(w);
	cwnd = wire_info(w).snd_cwnd;
	icmp(w, 4, 0, 0, 1);
	cr_assert_eq(wire_info(w).snd_cwnd, cwnd);
	cr_assert_eq(wire_info(w).ca_state, TCP_CA_Open);
	cr_assert_eq(w->sk->sk_err_soft, 0);
	wire_end(w);
}

/* SHLD-26 DEV-04: codes 2 and 3 abort while connecting and are soft afterwards; 4 is about the MTU */
TEST46(user, hard_errors)
{
	u8 type = w->v6 ? 1 : 3, code = w->v6 ? 4 : 3;

	connect_syn(w);
	icmp(w, type, code, ECONNREFUSED, 0);
	cr_assert_eq(w->sk->sk_err, ECONNREFUSED);
	wire_close(w);
	w->iss_known = false;
	w->local_port = LOCAL_PORT;
	establish(w);
	wire_send(w, 10, 0);
	drain(w);
	icmp(w, type, code, ECONNREFUSED, 1);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(w->sk->sk_err_soft, ECONNREFUSED);
}

/* TCP-ST-42: the peer rebooted; its SYN draws an ACK, and its RST to that ends the connection */
TEST46(user, half_open)
{
	establish(w);
	wire_send(w, 10, 0);
	out(w, A | P, 1, 1, 10);
	at(w, 600);
	drain(w);
	in(w, .flags = S, .seq = 777777, .mss = 1460, .no_ts = true);
	out(w, A, 11, 1, 0);
	in(w, .flags = R, .seq = w->last.ack, .no_ts = true);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ECONNRESET);
}

/* MAY-1: after close() nobody reads: what still comes is answered with RST */
TEST46(user, half_duplex_close)
{
	establish(w);
	wire_close(w);
	out(w, F | A, 1, 1, 0);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.flags & R);
}
