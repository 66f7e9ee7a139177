/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is held is bounded: the receive queues of a connection, all connections together (tcp_mem),
 * orphans; and what happens at the bounds.
 */
#include "tests/unit/tcp/wirebox.h"

static u64 mib(struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

static int sol_socket(struct wire *w, int name, int v)
{
	return sock_setsockopt(w->sk, 1, name, &v, sizeof(v));
}

enum { O_SO_SNDBUF = 7, O_SO_RCVBUF = 8, O_SO_MEMINFO = 55 };

/* -- one connection ---------------------------------------------------------------------------- */

/* TCP-SACK-16 ATK-RSM-01: octets with holes between them, each in a packet of its own */
TEST46(mem, ofo_pruned)
{
	u32 n = 4000, most = 0;

	establish_opt(w, 0, 1 << 20, 1460);
	sol_socket(w, O_SO_RCVBUF, 30000);
	for (u32 i = n; i; i--) {	/* from the far end, so that each one lands lowest */
		in(w, .flags = A, .seq = 1 + 2 * i, .ack = 1, .len = 1);
		most = max(most, (u32)w->sk->sk_rmem_alloc);
		drain(w);
	}
	cr_assert_leq(most, (u32)w->sk->sk_rcvbuf + 4096, "held %u of %d", most, w->sk->sk_rcvbuf);
	cr_assert_gt(mib(w, MIB_TcpExt_OfoPruned), 0);
	cr_assert_gt(mib(w, MIB_TcpExt_PruneCalled), 0);
	cr_assert_gt(mib(w, MIB_TcpExt_TCPOFOQueue), n / 2);
	/* what is in order is taken all the same */
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 1000);
	while (take(w, &w->last))
		;
	cr_assert_geq(w->last.ack, 1001);
	printf("# %u single octets: at most %u octets held of %d\n", n, most, w->sk->sk_rcvbuf);
}

/* The one that is farthest is dropped itself rather than what is nearer */
TEST46(mem, ofo_drop)
{
	establish_opt(w, 0, 1 << 20, 1460);
	sol_socket(w, O_SO_RCVBUF, 20000);
	for (u32 i = 1; !mib(w, MIB_TcpExt_TCPOFODrop); i++) {
		cr_assert_lt(i, 1000);
		in(w, .flags = A, .seq = 1 + 2 * i, .ack = 1, .len = 1);
		drain(w);
	}
	cr_assert_eq(mib(w, MIB_TcpExt_OfoPruned), 0);
	cr_assert_gt(mib(w, MIB_TcpExt_RcvPruned), 0);
}

/* Adjacent small packets are copied together before anything is dropped */
TEST46(mem, ofo_collapse)
{
	static char buf[4000];

	establish_opt(w, 0, 1 << 20, 1460);
	sol_socket(w, O_SO_RCVBUF, 40000);
	/* every second octet and then those between: contiguous, and never appended to the last */
	for (u32 i = 0; i < 60; i++)
		in(w, .flags = A, .seq = 101 + 20 * i, .ack = 1, .len = 10);
	for (u32 i = 0; i < 60; i++)
		in(w, .flags = A, .seq = 111 + 20 * (59 - i), .ack = 1, .len = 10);
	drain(w);
	cr_assert_gt(mib(w, MIB_TcpExt_TCPRcvCollapsed), 20);
	cr_assert_eq(mib(w, MIB_TcpExt_OfoPruned), 0);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 100);
	while (take(w, &w->last))
		;
	cr_assert_eq(w->last.ack, 1301);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 1300);
	for (u32 i = 0; i < 1300; i++)
		cr_assert_eq((u8)buf[i], (u8)(1 + i), "octet %u", i);
}

/* Without SO_RCVBUF the buffer grows to what came, up to tcp_rmem's third; with it never */
TEST46(mem, rcvbuf_grows)
{
	wire_sysctl(w, "net.ipv4.tcp_rmem", "4096 20000 60000");
	establish_opt(w, 0, 1 << 20, 1460);
	for (u32 i = 1; i < 400; i++)
		in(w, .flags = A, .seq = 1 + 2 * i, .ack = 1, .len = 1);
	drain(w);
	cr_assert_gt(w->sk->sk_rcvbuf, 20000);
	cr_assert_leq(w->sk->sk_rcvbuf, 60000);
	cr_assert_leq(w->sk->sk_rmem_alloc, 60000 + 4096);
	wire_close(w);
	drain(w);
	w->iss_known = false;
	w->peer_port++;
	establish_opt(w, 0, 1 << 20, 1460);
	sol_socket(w, O_SO_RCVBUF, 10000);
	for (u32 i = 1; i < 400; i++)
		in(w, .flags = A, .seq = 1 + 2 * i, .ack = 1, .len = 1);
	drain(w);
	cr_assert_eq(w->sk->sk_rcvbuf, 20000);
}

/* The send buffer grows to what twice the window takes, up to tcp_wmem's third; one that was set stays */
TEST46(mem, sndbuf_grows)
{
	u32 first;

	wire_sysctl(w, "net.ipv4.tcp_wmem", "4096 16384 300000");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	for (int locked = 0; locked < 2; locked++) {
		if (locked)
			sol_socket(w, O_SO_SNDBUF, 40000);
		first = (u32)w->sk->sk_sndbuf;
		for (int i = 0; i < 60; i++) {
			wire_send(w, 200000, 0);
			at(w, now_ms(w) + 10);
			in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss, .wnd = 65535);
			drain(w);
		}
		if (locked)
			cr_assert_eq(w->sk->sk_sndbuf, 80000);
		else
			cr_assert_gt((u32)w->sk->sk_sndbuf, 2 * first);
		cr_assert_leq(w->sk->sk_sndbuf, 300000);
	}
}

static void sndbuf_stays(struct wire *w, const char *mem)
{
	int first;

	wire_sysctl(w, "net.ipv4.tcp_wmem", "4096 16384 300000");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	wire_sysctl(w, "net.ipv4.tcp_mem", mem);
	first = w->sk->sk_sndbuf;
	for (int i = 0; i < 60; i++) {
		wire_send(w, 200000, 0);
		at(w, now_ms(w) + 10);
		in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss, .wnd = 65535);
		drain(w);
	}
	cr_assert_eq(w->sk->sk_sndbuf, first);
}

/* but not while memory is short, nor while there is more in use than is plenty */
TEST46(mem, sndbuf_under_pressure) { sndbuf_stays(w, "1 2 100000"); }
TEST46(mem, sndbuf_before_pressure) { sndbuf_stays(w, "1 90000 100000"); }

/* In order and unread: packets that hold little are copied together before what comes is refused */
TEST46(mem, rcv_collapse)
{
	static char buf[40000];
	u32 seq = 1;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	sol_socket(w, O_SO_RCVBUF, 20000);
	for (int i = 0; i < 300 && !mib(w, MIB_TcpExt_TCPRcvCollapsed); i++) {
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 60);
		while (take(w, &w->last))
			seq = w->last.ack;
		seq = max(seq, tcp_sk(w->sk)->rcv_nxt - PEER_ISN);
	}
	cr_assert_gt(mib(w, MIB_TcpExt_TCPRcvCollapsed), 1);
	cr_assert_leq(w->sk->sk_rmem_alloc, w->sk->sk_rcvbuf);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), (ssize_t)seq - 1);
	for (u32 i = 0; i + 1 < seq; i++)
		cr_assert_eq((u8)buf[i], (u8)(1 + i), "octet %u", i);
	drain(w);
}

/* A reader that sleeps closes the window, and no more is held than the buffer; TCP-ZWP-01 */
TEST46(mem, slow_reader)
{
	u32 seq = 1, sent = 0;
	char buf[2000];

	establish_opt(w, NO_TS, 1 << 20, 1460);
	sol_socket(w, O_SO_RCVBUF, 20000);
	for (int i = 0; i < 200; i++) {
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
		while (take(w, &w->last))
			seq = w->last.ack;
		sent++;
		at(w, now_ms(w) + 50);
		while (take(w, &w->last))
			seq = w->last.ack;
		cr_assert_leq(w->sk->sk_rmem_alloc, w->sk->sk_rcvbuf + 4096);
	}
	cr_assert_eq(w->last.wnd, 0);
	cr_assert_lt(seq, 45000);
	cr_assert_gt(mib(w, MIB_TcpExt_BeyondWindow) + mib(w, MIB_TcpExt_TCPZeroWindowDrop) +
			     mib(w, MIB_TcpExt_TCPRcvQDrop), 100);
	while (wire_recv(w, buf, sizeof(buf), 0) > 0)
		;
	while (take(w, &w->last))
		;
	cr_assert_gt(w->last.wnd, 0);
	cr_assert_eq(w->last.ack, seq);
}

/* What reaches beyond the window is taken while nothing else is queued, and then no more */
TEST46(mem, beyond_window)
{
	static char buf[100000];
	struct tcp_sock *tp;
	u32 edge;

	wire_listen(w, 5);
	sock_setsockopt(w->lsk, 1, O_SO_RCVBUF, &(int){ 10000 }, 4);
	establish_opt(w, NO_TS, 1 << 20, 1460);
	tp = tcp_sk(w->sk);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 100);
	drain(w);
	edge = tp->rcv_nxt + tcp_receive_window(tp) - PEER_ISN;
	in(w, .flags = A | P, .seq = 101, .ack = 1, .len = edge - 100);
	out(w, A, 1, 101, 0);
	cr_assert_eq(mib(w, MIB_TcpExt_BeyondWindow), 1);
	in(w, .flags = A | F, .seq = edge - 100, .ack = 1, .len = 100);	/* only the FIN does */
	cr_assert_eq(mib(w, MIB_TcpExt_BeyondWindow), 1);
	drain(w);
	wire_recv(w, buf, sizeof(buf), 0);
	drain(w);
	edge = tp->rcv_nxt + tcp_receive_window(tp) - PEER_ISN;
	in(w, .flags = A | P, .seq = 101, .ack = 1, .len = edge);
	cr_assert_gt(wire_recv(w, buf, sizeof(buf), 0), 100);
	cr_assert_eq(mib(w, MIB_TcpExt_BeyondWindow), 1);
	drain(w);
}

/* SHLD-14: the right edge stays, unless tcp_shrink_window lets it go back */
static void shrink(struct wire *w, bool allowed)
{
	u32 edge = 0, back = 0, seq = 1;

	wire_sysctl(w, "net.ipv4.tcp_shrink_window", allowed ? "1" : "0");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	for (int i = 0; i < 40; i++) {
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 100);
		seq += 100;
		if (i == 10)
			sol_socket(w, O_SO_RCVBUF, 8000);
		at(w, now_ms(w) + 300);
		while (take(w, &w->last)) {
			u32 e = w->last.ack + ((u32)w->last.wnd << tcp_sk(w->sk)->rx_opt.rcv_wscale);

			back += before(e, edge);
			edge = e;
		}
	}
	cr_assert_eq(back > 0, allowed);
	if (allowed)
		cr_assert_leq(tcp_receive_window(tcp_sk(w->sk)), 8000u);
}

TEST46(mem, shrink_window_off)
{
	shrink(w, false);
}

TEST46(mem, shrink_window_on)
{
	shrink(w, true);
}

/* tcp_app_win keeps a part of the buffer out of the window */
TEST46(mem, app_win)
{
	u32 all;

	establish_opt(w, 0, 1 << 20, 1460);
	all = tcp_sk(w->sk)->window_clamp + tcp_sk(w->sk)->advmss;	/* which is kept back */
	wire_close(w);
	drain(w);
	wire_sysctl(w, "net.ipv4.tcp_app_win", "2");
	w->iss_known = false;
	w->peer_port++;
	establish_opt(w, 0, 1 << 20, 1460);
	cr_assert_eq(tcp_sk(w->sk)->window_clamp, all - (all >> 2));
}

TEST46(mem, window_clamp)
{
	u32 wnd = 0;

	establish_opt(w, 0, 1 << 20, 1460);
	cr_assert_eq(wire_opt(w, 10, 0), -EINVAL);
	cr_assert_eq(wire_opt(w, 10, 5000), 0);
	for (int i = 0; i < 100; i++) {
		char buf[1000];

		in(w, .flags = A | P, .seq = 1 + 1000u * (u32)i, .ack = 1, .len = 1000);
		wire_recv(w, buf, sizeof(buf), 0);
		while (take(w, &w->last))
			wnd = (u32)w->last.wnd << tcp_sk(w->sk)->rx_opt.rcv_wscale;
	}
	cr_assert_leq(wnd, 5000 + 128);
	cr_assert_gt(wnd, 2000);
}

/* SO_RCVLOWAT is cut to half of what the buffer can be, and the buffer grows for it */
TEST46(mem, rcvlowat)
{
	int v, old;
	u32 len = sizeof(v);

	establish(w);
	old = w->sk->sk_rcvbuf;
	cr_assert_eq(sol_socket(w, 18, -1), 0);
	cr_assert_eq(sock_getsockopt(w->sk, 1, 18, &v, &len), 0);
	cr_assert_eq(v, (int)tcp_ns(w->sk)->rmem[2] / 2);
	cr_assert_gt(w->sk->sk_rcvbuf, old);
	sol_socket(w, O_SO_RCVBUF, 10000);
	sol_socket(w, 18, 1 << 20);
	sock_getsockopt(w->sk, 1, 18, &v, &len);
	cr_assert_eq(v, 10000);
}

TEST46(mem, meminfo)
{
	u32 m[9], len = sizeof(m);

	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 1000);
	wire_send(w, 5000, 0);
	cr_assert_eq(sock_getsockopt(w->sk, 1, O_SO_MEMINFO, m, &len), 0);
	cr_assert_eq(len, 36);
	cr_assert_eq(m[0], (u32)w->sk->sk_rmem_alloc);
	cr_assert_gt(m[0], 1000u);
	cr_assert_eq(m[1], (u32)w->sk->sk_rcvbuf);
	cr_assert_eq(m[3], (u32)w->sk->sk_sndbuf);
	cr_assert_gt(m[5], 5000u);
	len = 8;
	cr_assert_eq(sock_getsockopt(w->sk, 1, O_SO_MEMINFO, m, &len), 0);
	cr_assert_eq(len, 8);
	drain(w);
}

/* What SO_SNDBUF counts of a packet is Linux's, beside its payload, and no less than what it takes. */
TEST46(mem, send_queue_charge)
{
	const int each = 832;

	establish(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .zero_wnd = true);
	for (int i = 1; i <= 3; i++) {
		wire_send(w, 257, SMSG_EOR);
		cr_assert_eq(w->sk->sk_wmem_queued, i * (each + 257), "%d", w->sk->sk_wmem_queued);
	}
	cr_assert_leq(sizeof(struct sk_buff) + sizeof(struct skb_shared_info), each);
	cr_assert_eq(w->net->skb_bare_pool.nr_live, 3);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 1000);
	out(w, A | P, 1, 1, 257);
	in(w, .flags = A, .seq = 1, .ack = 258);
	cr_assert_eq(w->sk->sk_wmem_queued, 2 * (each + 257));
	drain(w);
}

/* ATK-OPT-10 ATK-FLD-07: a peer with a tiny MSS cannot make the send queue cost more than twice */
TEST46(mem, tiny_mss_queue)
{
	u32 limit, most = 0, acks = 0;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish_opt(w, NO_TS, 1 << 20, 48);
	sol_socket(w, O_SO_SNDBUF, 100000);
	limit = (u32)w->sk->sk_sndbuf;
	for (int i = 0; i < 50; i++) {
		wire_send(w, 60000, 0);
		most = max(most, (u32)w->sk->sk_wmem_queued);
		while (take(w, &w->last) && acks < 500) {	/* SACK every second segment */
			if (++acks & 1)
				continue;
			in(w, .flags = A, .seq = 1, .ack = 1, .nsack = 1,
			   .sack = { { w->last.seq, w->last.seq + w->last.len } });
		}
		most = max(most, (u32)w->sk->sk_wmem_queued);
		drain(w);
		at(w, now_ms(w) + 20);
	}
	cr_assert_leq(most, 2 * limit, "%u octets held, the buffer is %u", most, limit);
	printf("# tiny MSS: %u of %u octets, %u segments out\n", most, limit,
	       tcp_sk(w->sk)->packets_out);
	drain(w);
}

/* -- all connections --------------------------------------------------------------------------- */

/* tcp_mem: above the second there is pressure, and below the first none; the windows stop growing */
TEST46(mem, pressure)
{
	char buf[4000];
	u32 ssthresh, seq = 1, n = 0;

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 8 64");
	wire_sysctl(w, "net.ipv4.tcp_rmem", "4096 500000 6000000");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	while (tcp_ns(w->sk)->mem_octets < 10 * 4096) {
		cr_assert_lt(n++, 1000);
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
		seq += 1000;
	}
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
	seq += 1000;
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMemoryPressures), 1);
	ssthresh = tcp_sk(w->sk)->rcv_ssthresh;
	cr_assert_leq(ssthresh, 4u * tcp_sk(w->sk)->advmss);
	at(w, 100);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMemoryPressuresChrono), 0);
	while (tcp_ns(w->sk)->mem_octets > 5 * 4096)
		cr_assert_gt(wire_recv(w, buf, 1000, 0), 0);
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
	seq += 1000;
	cr_assert(tcp_ns(w->sk)->mem_pressure);		/* until it is below the first */
	while (wire_recv(w, buf, sizeof(buf), 0) > 0)
		;
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
	cr_assert(!tcp_ns(w->sk)->mem_pressure);
	cr_assert_geq(mib(w, MIB_TcpExt_TCPMemoryPressuresChrono), 99);
	cr_assert_gt(tcp_sk(w->sk)->rcv_ssthresh, ssthresh);
	drain(w);
}

/* The end of memory: data is dropped, the window says so, and opens again when there is some */
TEST46(mem, exhausted)
{
	char buf[4000];
	u32 seq = 1, n = 0;

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 6 8");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	while (!mib(w, MIB_TcpExt_TCPRcvQDrop)) {
		cr_assert_lt(n++, 1000);
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
		while (take(w, &w->last))
			seq = w->last.ack;
	}
	cr_assert_eq(w->last.wnd, 0);
	cr_assert_leq(tcp_ns(w->sk)->mem_octets, 10 * 4096);
	while (wire_recv(w, buf, sizeof(buf), 0) > 0)
		;
	n = 0;
	while (take(w, &w->last))
		n += w->last.wnd != 0;
	cr_assert_gt(n, 0);
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 1000);
	drain(w);
}

/* Segments until one is refused for memory: what the connection holds then, in pages. */
static u32 pages_until_refused(struct wire *w)
{
	u64 drops = mib(w, MIB_TcpExt_TCPRcvQDrop);
	u32 seq = 1;

	for (int n = 0; mib(w, MIB_TcpExt_TCPRcvQDrop) == drops; n++) {
		cr_assert_lt(n, 1000);
		in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
		while (take(w, &w->last))
			seq = w->last.ack;
	}
	return DIV_ROUND_UP((u32)w->sk->sk_rmem_alloc, 4096);
}

/* Beside the one that w had, if any, which goes into *others. */
static void another_connection(struct wire *w, struct sock **others)
{
	*others = w->sk;
	w->iss_known = false;
	w->peer_port++;
	establish_opt(w, NO_TS, 1 << 20, 1460);
}

static void close_all(struct wire *w, struct sock *const *others, int n)
{
	for (int i = 0; i < n; i++) {
		drain(w);
		if (!others[i])
			continue;
		wire_close(w);
		w->sk = others[i];
	}
	drain(w);
}

/* Under pressure a connection that holds more than its share of the last of tcp_mem gets no more */
TEST46(mem, share)
{
	struct sock *others[4];
	u32 pages, share;

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 8 64");
	wire_sysctl(w, "net.ipv4.tcp_rmem", "4096 500000 6000000");
	for (int i = 0; i < 4; i++)
		another_connection(w, &others[i]);
	pages = pages_until_refused(w);
	share = 64 / tcp_ns(w->sk)->sock_count;
	cr_assert_leq(pages, share);
	cr_assert_geq(pages, share - 3);
	cr_assert_lt(tcp_ns(w->sk)->mem_octets, 32 * 4096);
	close_all(w, others, 4);
}

/* which without pressure is no matter */
TEST46(mem, no_share)
{
	struct sock *others[4];

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 60 64");
	wire_sysctl(w, "net.ipv4.tcp_rmem", "4096 500000 6000000");
	for (int i = 0; i < 4; i++)
		another_connection(w, &others[i]);
	cr_assert_gt(pages_until_refused(w), 50);
	close_all(w, others, 4);
}

/* and what it has to send counts as well */
TEST46(mem, share_of_writer)
{
	struct sock *others[4];
	u32 pages, share;

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 8 640");
	wire_sysctl(w, "net.ipv4.tcp_wmem", "4096 4000000 4000000");
	for (int i = 0; i < 4; i++)
		another_connection(w, &others[i]);
	for (int n = 0; wire_send(w, 3000, 0) > 0; n++)
		cr_assert_lt(n, 1000);
	pages = DIV_ROUND_UP((u32)w->sk->sk_wmem_queued, 4096);
	share = 640 / tcp_ns(w->sk)->sock_count;
	cr_assert_leq(pages, share);
	cr_assert_geq(pages, share - 17);	/* a packet that is not full yet counts as one of 64 KiB */
	cr_assert_lt(tcp_ns(w->sk)->mem_octets, 320 * 4096);
	close_all(w, others, 4);
}

/* and the last of tcp_mem is the end for all, but for what is each one's right, however little one holds */
TEST46(mem, end_for_all)
{
	struct sock *others[3];
	u32 held = 0, left;

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 8 120");
	wire_sysctl(w, "net.ipv4.tcp_rmem", "4096 500000 6000000");
	for (int i = 0; i < 2; i++) {
		another_connection(w, &others[i]);
		held += pages_until_refused(w);
	}
	another_connection(w, &others[2]);
	left = 120 - held;
	cr_assert_lt(left + 2, 120 / tcp_ns(w->sk)->sock_count);	/* less than its share */
	cr_assert_leq(pages_until_refused(w), left + 2);
	close_all(w, others, 3);
}

/* Writers stop as well, and each has its first tcp_wmem octets */
TEST46(mem, exhausted_writer)
{
	ssize_t n, sum = 0;

	wire_sysctl(w, "net.ipv4.tcp_mem", "4 6 8");
	establish_opt(w, NO_TS, 1 << 10, 1460);
	while ((n = wire_send(w, 3000, 0)) > 0)
		sum += n;
	cr_assert_eq(n, -EAGAIN);
	cr_assert_geq(sum, 4096);
	cr_assert_leq(tcp_ns(w->sk)->mem_octets, 12 * 4096);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMemoryPressures), 1);
	cr_assert_leq(w->sk->sk_sndbuf, max_t(int, w->sk->sk_wmem_queued / 2, SOCK_MIN_SNDBUF));
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 1 + (u32)min_t(ssize_t, sum, 512));
	drain(w);
	for (int i = 0; i < 100 && wire_info(w).unacked + wire_info(w).notsent_bytes; i++) {
		in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss);
		drain(w);
	}
	cr_assert_eq(tcp_ns(w->sk)->mem_octets, 0);
	cr_assert_gt(wire_send(w, 100, 0), 0);
	drain(w);
}

/* but the buffer that one of them chose stays what it is */
TEST46(mem, exhausted_chosen)
{
	wire_sysctl(w, "net.ipv4.tcp_mem", "4 6 8");
	establish_opt(w, NO_TS, 1 << 10, 1460);
	sol_socket(w, O_SO_SNDBUF, 100000);
	for (int n = 0; wire_send(w, 3000, 0) > 0; n++)
		cr_assert_lt(n, 1000);
	cr_assert_eq(w->sk->sk_sndbuf, 200000);
	drain(w);
}

/* TCP-ZWP-02 ATK-FLD-06 ATK-FLD-08: more orphans than tcp_max_orphans are reset */
TEST46(mem, orphans)
{
	wire_sysctl(w, "net.ipv4.tcp_max_orphans", "1");
	establish(w);
	wire_send(w, 100, 0);
	wire_close(w);
	drain(w);
	w->iss_known = false;
	w->peer_port++;
	establish(w);
	wire_send(w, 100, 0);
	drain(w);
	wire_close(w);
	cr_assert(take(w, &w->last));
	while (!(w->last.flags & R))
		cr_assert(take(w, &w->last));
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAbortOnMemory), 1);
	cr_assert_eq(w->net->tcp.orphan_count, 1);
}

static void note_sock(struct sock *sk, void *arg)
{
	*(struct sock **)arg = sock_flag(sk, SOCK_DEAD) ? sk : *(struct sock **)arg;
}

static struct sock *tcp_sk_of_orphan(struct wire *w)
{
	struct sock *sk = NULL;

	inet_sock_for_each(w->net, note_sock, &sk);
	cr_assert_not_null(sk);
	return sk;
}

/* At the end of memory an orphan with much to send ends when its timer says so, one with little does not */
TEST46(mem, orphan_at_the_end)
{
	struct sock *full, *none;

	another_connection(w, &none);
	for (u32 i = 0; i < 20; i++)		/* somebody holds the memory */
		in(w, .flags = A | P, .seq = 1 + 1000 * i, .ack = 1, .len = 1000);
	drain(w);
	for (int much = 0; much < 2; much++) {
		wire_sysctl(w, "net.ipv4.tcp_mem", "1000 2000 4000");
		another_connection(w, much ? &none : &full);
		wire_send(w, much ? 20000 : 100, 0);
		wire_close(w);
		drain(w);
		wire_sysctl(w, "net.ipv4.tcp_mem", "1 1 1");
		at(w, now_ms(w) + 2000);
		drain(w);
		cr_assert_eq(mib(w, MIB_TcpExt_TCPAbortOnMemory), (u64)much);
		cr_assert_eq(w->net->tcp.orphan_count, 1);	/* the small one */
	}
	w->sk = full;
}

/* and one whose path drew ICMP errors weighs twice */
TEST46(mem, orphan_of_bad_path)
{
	wire_sysctl(w, "net.ipv4.tcp_max_orphans", "1");
	wire_sysctl(w, "net.ipv4.tcp_orphan_retries", "50");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	wire_send(w, 100, 0);
	wire_close(w);
	at(w, 5000);
	cr_assert_eq(w->net->tcp.orphan_count, 1);
	tcp_sk_of_orphan(w)->sk_err_soft = EHOSTUNREACH;
	at(w, 30000);
	cr_assert_eq(w->net->tcp.orphan_count, 0);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAbortOnMemory), 1);
	drain(w);
}
