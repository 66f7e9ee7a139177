/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may have a port: TIME-WAIT objects, how many, and when one makes room; the choice of a free one. */
#include "tests/unit/tcp/wirebox.h"

static u64 mib(struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

/* -- TIME-WAIT objects ------------------------------------------------------------------------- */

/* Closes from our side; the peer follows. */
static void close_both(struct wire *w)
{
	wire_close(w);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.flags & F);
	in(w, .flags = A | F, .seq = 1, .ack = 2);
	cr_assert(take(w, &w->last));
}

/* TCP-TW-04 ATK-FLD-09: not more TIME-WAIT objects than tcp_max_tw_buckets */
TEST46(ports, tw_buckets)
{
	wire_sysctl(w, "net.ipv4.tcp_max_tw_buckets", "3");
	for (int i = 0; i < 6; i++) {
		establish(w);
		close_both(w);
		w->iss_known = false;
		w->peer_port++;
	}
	cr_assert_eq(w->net->tcp.tw_count, 3);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPTimeWaitOverflow), 3);
	cr_assert_leq(sizeof(struct tcp_timewait_sock), 320u);
	printf("# TIME-WAIT: %zu octets each, a connection %zu\n",
	       sizeof(struct tcp_timewait_sock), sizeof(struct tcp_sock));
	at(w, 61000);
	cr_assert_eq(w->net->tcp.tw_count, 0);
}

/* -- TIME-WAIT again --------------------------------------------------------------------------- */

static int reconnect(struct wire *w)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
	struct wire_sa me = wire_sa(w, w->v6 ? "fd00::1" : "10.0.0.1", 30000);
	struct sock *sk;
	int err;

	cr_assert_eq(sock_create(w->net, w->v6 ? 10 : 2, 1, 0, &sk), 0);
	int one = 1;

	cr_assert_eq(sock_setsockopt(sk, 1, 2, &one, sizeof(one)), 0);
	cr_assert_eq(sock_bind(sk, me.b, me.len), 0);
	err = sock_connect(sk, sa.b, sa.len);
	if (err != -EINPROGRESS) {
		sock_close(sk);
		return err;
	}
	sock_set_event(sk, wire_event, w);
	w->sk = sk;
	w->local_port = 30000;
	return err;
}

/* TCP-TW-01 SHLD-4 MAY-2: tcp_tw_reuse 1 takes the place after tcp_tw_reuse_delay, 2 only on loopback */
TEST46(ports, tw_reuse)
{
	u32 nxt;

	wire_sysctl(w, "net.ipv4.tcp_tw_reuse", "1");
	cr_assert_eq(reconnect(w), -EINPROGRESS);
	wire_run(w);
	out(w, S, 0, 0, 0);
	w->ts = true;
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .tsval = 1000);
	out(w, A, 1, 1, 0);
	close_both(w);
	nxt = w->last.seq + w->iss;
	cr_assert_eq(w->net->tcp.tw_count, 1);
	cr_assert_eq(reconnect(w), -EADDRNOTAVAIL);
	at(w, 1100);
	wire_sysctl(w, "net.ipv4.tcp_tw_reuse", "0");
	cr_assert_eq(reconnect(w), -EADDRNOTAVAIL);
	wire_sysctl(w, "net.ipv4.tcp_tw_reuse", "2");
	cr_assert_eq(reconnect(w), -EADDRNOTAVAIL);
	wire_sysctl(w, "net.ipv4.tcp_tw_reuse", "1");
	wire_sysctl(w, "net.ipv4.tcp_tw_reuse_delay", "2000");
	cr_assert_eq(reconnect(w), -EADDRNOTAVAIL);
	at(w, 2100);
	w->iss_known = false;
	cr_assert_eq(reconnect(w), -EINPROGRESS);
	wire_run(w);
	out(w, S, 0, 0, 0);
	cr_assert_gt((s32)(w->iss - nxt), 65535, "the new ISN lies above the old numbers");
	cr_assert_eq(w->net->tcp.tw_count, 0);
	cr_assert_eq(mib(w, MIB_TcpExt_TWRecycled), 1);
}

/* -- ports ------------------------------------------------------------------------------------- */

static int connect_to(struct wire *w, struct sock **sk, u16 port, u32 range)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", port);

	cr_assert_eq(sock_create(w->net, w->v6 ? 10 : 2, 1, 0, sk), 0);
	if (range)
		cr_assert_eq(sock_setsockopt(*sk, 0, 51, &range, sizeof(range)), 0);
	return sock_connect(*sk, sa.b, sa.len);
}

/* TCP-PORT-02 ATK-FLD-21: the range and the reserved list are kept; when all are taken,
 * EADDRNOTAVAIL, and another destination has them all again */
TEST46(ports, port_exhaustion)
{
	struct sock *sk[16];
	struct inet_sockaddr me;

	wire_sysctl(w, "net.ipv4.ip_local_port_range", "40000 40009");
	wire_sysctl(w, "net.ipv4.ip_local_reserved_ports", "40003,40005-40006");
	for (int i = 0; i < 7; i++) {
		cr_assert_eq(connect_to(w, &sk[i], 80, 0), -EINPROGRESS);
		cr_assert_eq(inet_getname(sk[i], &me, false), 0);
		cr_assert(me.port >= 40000 && me.port <= 40009 && me.port != 40003 &&
			  me.port != 40005 && me.port != 40006);
	}
	cr_assert_eq(connect_to(w, &sk[7], 80, 0), -EADDRNOTAVAIL);
	for (int i = 8; i < 15; i++)
		cr_assert_eq(connect_to(w, &sk[i], 81, 0), -EINPROGRESS);
	cr_assert_eq(connect_to(w, &sk[15], 82, 40008u << 16 | 40007u), -EINPROGRESS);
	cr_assert_eq(inet_getname(sk[15], &me, false), 0);
	cr_assert(me.port == 40007 || me.port == 40008);
	for (int i = 0; i < 16; i++)
		sock_close(sk[i]);
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.ip_local_port_range", "500 600"), -EINVAL);
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.ip_unprivileged_port_start", "50000"), -EINVAL);
	wire_run(w);
	drain(w);
}

/* TCP-PORT-01 RFC 6056: two destinations see unrelated sequences that cover the range evenly */
TEST46(ports, port_sequence)
{
	enum { N = 4000, BINS = 16 };
	u32 bin[BINS] = { 0 }, same = 0, port[2] = { 0 };
	double chi = 0;

	for (int i = 0; i < N; i++) {
		struct inet_sockaddr me;
		struct sock *sk;
		u32 prev = port[i & 1];

		connect_to(w, &sk, i & 1 ? 80 : 81, 0);
		cr_assert_eq(inet_getname(sk, &me, false), 0);
		port[i & 1] = me.port;
		same += i > 1 && port[0] - port[1] == prev - port[!(i & 1)];
		bin[(me.port - 32768u) * BINS / 28232]++;
		sock_close(sk);
		wire_run(w);
		skb_queue_purge(&w->frames);
	}
	for (int i = 0; i < BINS; i++)
		chi += (bin[i] - (double)N / BINS) * (bin[i] - (double)N / BINS) / ((double)N / BINS);
	printf("# ports: chi^2 %.1f over %d bins, equal distances %u of %d\n", chi, BINS, same, N);
	cr_assert_lt(same, (u32)N / 4);
}
