/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every option of SOL_TCP that Linux's headers name, and those of SOL_SOCKET that matter to a stream:
 * the default, the least and the largest value, and what is refused, as Linux 6.18 answers. And the
 * knobs of net.ipv4: each does something.
 */
#include "tests/unit/tcp/wirebox.h"

enum { NO_SET = -100000, NO_GET = -100001 };

struct opt_fact {
	int level, name, dflt;	/* NO_GET, or -errno */
	struct {
		int v, err, then;	/* set v: 0 and then reads as then, or err */
	} set[6];
};

#define INVAL(v) { v, -EINVAL, 0 }
#define OK(v) { v, 0, v }
#define AS(v, then) { v, 0, then }
#define RO { 1, -ENOPROTOOPT, 0 }

/* of a fresh socket. An entry of all zeroes ends the list of values; 0 comes first if it is one */
static const struct opt_fact facts[] = {
	{ 6, 1, 0, { OK(0), AS(5, 1), AS(-1, 1) } },			/* TCP_NODELAY */
	{ 6, 2, 536, { AS(0, 536), INVAL(87), OK(88), OK(32767), INVAL(32768) } }, /* TCP_MAXSEG */
	{ 6, 3, 0, { OK(0), AS(2, 1) } },				/* TCP_CORK */
	{ 6, 4, 7200, { INVAL(0), OK(1), OK(32767), INVAL(32768) } },	/* TCP_KEEPIDLE */
	{ 6, 5, 75, { INVAL(0), OK(1), OK(32767), INVAL(32768) } },	/* TCP_KEEPINTVL */
	{ 6, 6, 9, { INVAL(0), OK(1), OK(127), INVAL(128) } },		/* TCP_KEEPCNT */
	{ 6, 7, 6, { INVAL(0), OK(1), OK(127), INVAL(128) } },		/* TCP_SYNCNT */
	{ 6, 8, 60, { AS(0, 60), OK(-1), AS(-5, -1), OK(2), OK(120), AS(121, 120) } }, /* LINGER2 */
	{ 6, 9, 0, { OK(0), AS(-1, 0), OK(1), AS(2, 3), AS(255, 367), AS(2000000000, 29887) } },
	{ 6, 10, 0, { OK(0), AS(-1, 1152), AS(1000, 1152), OK(40000) } }, /* TCP_WINDOW_CLAMP */
	{ 6, 11, NO_GET, { RO } },					/* TCP_INFO */
	{ 6, 12, 1, { OK(0), OK(1), AS(2, 1) } },			/* TCP_QUICKACK */
	{ 6, 15, -ENOPROTOOPT, { { 1, -ENOPROTOOPT, 0 } } },		/* no such name */
	{ 6, 16, 0, { OK(0), OK(1), INVAL(2), INVAL(-1) } },		/* THIN_LINEAR_TIMEOUTS */
	{ 6, 17, 0, { OK(0), AS(1, 0), INVAL(2), INVAL(-1) } },		/* TCP_THIN_DUPACK */
	{ 6, 18, 0, { OK(0), OK(2000000000), INVAL(-1) } },		/* TCP_USER_TIMEOUT */
	{ 6, 23, 0, { OK(0), OK(1), AS(70000, 4096), INVAL(-1) } },	/* TCP_FASTOPEN */
	{ 6, 24, NO_GET, { { 1, -EPERM, 0 } } },			/* TCP_TIMESTAMP */
	{ 6, 25, 0, { OK(0), OK(-1), OK(100) } },			/* TCP_NOTSENT_LOWAT */
	{ 6, 26, NO_GET, { RO } },					/* TCP_CC_INFO */
	{ 6, 27, 0, { OK(0), OK(1), OK(2), INVAL(3), INVAL(-1) } },	/* TCP_SAVE_SYN */
	{ 6, 28, NO_GET, { RO } },					/* TCP_SAVED_SYN */
	{ 6, 30, 0, { OK(0), OK(1), INVAL(2), INVAL(-1) } },		/* TCP_FASTOPEN_CONNECT */
	{ 6, 31, NO_GET, { { 1, -ENOENT, 0 } } },			/* TCP_ULP */
	{ 6, 33, NO_GET, { INVAL(1) } },				/* TCP_FASTOPEN_KEY */
	{ 6, 34, 0, { OK(0), OK(1), INVAL(2) } },			/* TCP_FASTOPEN_NO_COOKIE */
	{ 6, 35, -ENOPROTOOPT, { { 1, -ENOPROTOOPT, 0 } } },		/* TCP_ZEROCOPY_RECEIVE */
	{ 6, 36, 0, { OK(0), OK(1), INVAL(2), INVAL(-1) } },		/* TCP_INQ */
	{ 6, 37, 0, { OK(0), OK(1000), OK((1 << 28) - 1), INVAL(1 << 28), INVAL(-1) } }, /* TCP_TX_DELAY */
	{ 6, 43, 0, { RO } },						/* TCP_IS_MPTCP */
	{ 6, 44, 120000, { INVAL(0), INVAL(999), OK(1000), OK(120000), INVAL(120001) } },
	{ 6, 45, 200000, { INVAL(0), INVAL(1000), OK(40000), OK(200000), INVAL(200001) } },
	{ 6, 46, 200000, { INVAL(0), INVAL(1000), OK(40000), OK(200000), INVAL(200001) } },
	{ 6, 47, -ENOPROTOOPT, { { 1, -ENOPROTOOPT, 0 } } },
	{ 1, 2, 0, { OK(0), AS(7, 1) } },				/* SO_REUSEADDR */
	{ 1, 7, 16384, { AS(0, 4608), AS(-1, 8388608), AS(5000, 10000) } },	/* SO_SNDBUF */
	{ 1, 8, 131072, { AS(0, 2304), AS(-1, 8388608), AS(5000, 10000) } },	/* SO_RCVBUF */
	{ 1, 18, 1, { AS(0, 1), OK(2), AS(-1, 3145728) } },		/* SO_RCVLOWAT */
	{ 1, 19, 1, { RO } },						/* SO_SNDLOWAT */
	{ 1, 49, -1, { OK(0), OK(3), OK(-1) } },			/* SO_INCOMING_CPU */
	{ 1, 53, -ENOPROTOOPT, { { 1, 0, NO_GET } } },			/* SO_CNX_ADVICE */
	{ 1, 56, 0, { RO } },						/* SO_INCOMING_NAPI_ID */
	{ 1, 59, -ENODATA, { RO } },					/* SO_PEERGROUPS */
	{ 1, 72, 0, { OK(0), OK(3), INVAL(4) } },			/* SO_BUF_LOCK */
	{ 1, 73, 0, { { 1, -EOPNOTSUPP, 0 }, INVAL(-1) } },		/* SO_RESERVE_MEM */
	{ 1, 74, 1, { OK(0), OK(1), AS(-1, 1), INVAL(2), INVAL(-2) } },	/* SO_TXREHASH */
	{ 1, 77, -ENODATA, { RO } },					/* SO_PEERPIDFD */
	{ 1, 83, -EOPNOTSUPP, { { 1, -EOPNOTSUPP, 0 } } },		/* SO_PASSRIGHTS */
};

static int get_int(struct sock *sk, int level, int name, int *v)
{
	u32 len = sizeof(*v);

	*v = -12345;
	return sock_getsockopt(sk, level, name, v, &len);
}

static void check_fact(struct wire *w, const struct opt_fact *f)
{
	struct sock *sk = wire_socket(w);
	int v, err = get_int(sk, f->level, f->name, &v);

	if (f->dflt < -1 && f->dflt > NO_SET)
		cr_assert_eq(err, f->dflt, "get %d %d: %d", f->level, f->name, err);
	else if (f->dflt != NO_GET)
		cr_assert(!err && v == f->dflt, "get %d %d: %d, %d", f->level, f->name, err, v);
	for (u32 i = 0; i < ARRAY_SIZE(f->set); i++) {
		if (i && !f->set[i].v && !f->set[i].err)
			break;
		sock_close(sk);
		sk = wire_socket(w);
		v = f->set[i].v;
		err = sock_setsockopt(sk, f->level, f->name, &v, sizeof(v));
		cr_assert_eq(err, f->set[i].err, "set %d %d to %d: %d", f->level, f->name, v, err);
		if (err || f->set[i].then == NO_GET)
			continue;
		cr_assert_eq(get_int(sk, f->level, f->name, &v), 0);
		cr_assert_eq(v, f->set[i].then, "%d %d set to %d reads %d", f->level, f->name,
			     f->set[i].v, v);
	}
	if (f->level == 6 || f->name != 25)	/* a value that is too short */
		cr_assert_eq(sock_setsockopt(sk, f->level, f->name, &v, 0), -EINVAL, "%d %d short",
			     f->level, f->name);
	sock_close(sk);
}

TEST46(opts, table)
{
	for (u32 i = 0; i < ARRAY_SIZE(facts); i++)
		check_fact(w, &facts[i]);
}

/* What a listener was told its children know */
TEST46(opts, inherited)
{
	static const int o[][3] = {
		{ 6, 1, 1 }, { 6, 4, 100 }, { 6, 5, 7 }, { 6, 6, 3 }, { 6, 18, 5000 },
		{ 6, 25, 1000 }, { 6, 36, 1 }, { 6, 44, 5000 }, { 6, 45, 50000 }, { 6, 46, 50000 },
		{ 1, 74, 0 }, { 1, 9, 1 }, { 1, 12, 3 },
	};

	wire_listen(w, 5);
	for (u32 i = 0; i < ARRAY_SIZE(o); i++)
		cr_assert_eq(sock_setsockopt(w->lsk, o[i][0], o[i][1], &o[i][2], 4), 0);
	establish(w);
	for (u32 i = 0; i < ARRAY_SIZE(o); i++) {
		int v;

		cr_assert_eq(get_int(w->sk, o[i][0], o[i][1], &v), 0);
		cr_assert_eq(v, o[i][2], "%d %d", o[i][0], o[i][1]);
	}
}

/* TCP_INFO: any length, and what is there is true */
TEST46(opts, info)
{
	u8 raw[512];
	u32 len = sizeof(raw), whole;
	struct tcp_info_abi i;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish(w);
	wire_send(w, 3000, 0);
	drain(w);
	at(w, 30);
	in(w, .flags = A, .seq = 1, .ack = 3001);
	in(w, .flags = A | P, .seq = 1, .ack = 3001, .len = 777);
	drain(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 11, raw, &len), 0);
	whole = len;
	cr_assert_geq(whole, 248);
	i = wire_info(w);
	cr_assert_eq(memcmp(raw, &i, whole), 0);
	for (u32 n = 0; n <= whole; n += 13) {
		memset(raw, 0xee, sizeof(raw));
		len = n;
		cr_assert_eq(sock_getsockopt(w->sk, 6, 11, raw, &len), 0);
		cr_assert_eq(len, n);
		cr_assert_eq(memcmp(raw, &i, n), 0);
		cr_assert_eq(raw[n], 0xee);
	}
	cr_assert_eq(i.state, TCP_ESTABLISHED);
	cr_assert_eq(i.options & 7, 7);
	cr_assert_eq(i.wscales, 7 | tcp_sk(w->sk)->rx_opt.rcv_wscale << 4);
	cr_assert_eq(i.bytes_acked, 3000);
	cr_assert_eq(i.bytes_sent, 3000);
	cr_assert_eq(i.bytes_received, 777);
	cr_assert_eq(i.data_segs_in, 1);
	cr_assert_eq(i.data_segs_out, 3);
	cr_assert_eq(i.segs_in, 4);
	cr_assert_eq(i.segs_out, 4);
	cr_assert_eq(i.delivered, 4);		/* the SYN-ACK counts */
	cr_assert_eq(i.unacked, 0);
	cr_assert_eq(i.notsent_bytes, 0);
	cr_assert_eq(i.pmtu, 1500);
	cr_assert_eq(i.advmss, w->v6 ? 1428 : 1448);
	cr_assert_eq(i.snd_mss, w->v6 ? 1428 : 1448);
	cr_assert_eq(i.last_data_sent, 30);
	cr_assert_eq(i.last_data_recv, 0);
	cr_assert_eq(i.last_ack_recv, 0);
	cr_assert_geq(i.rtt, 1000);
	cr_assert_geq(i.rto, 200000);
	cr_assert_leq(i.min_rtt, 1000);		/* the handshake took no time here */
	cr_assert_eq(i.busy_time, 30000);
	cr_assert_eq(i.snd_wnd, 65535u << 7);
	cr_assert_gt(i.delivery_rate, 0);
}

/* and of a listener: how many wait, of how many may */
TEST46(opts, info_listener)
{
	struct tcp_info_abi i;

	wire_listen(w, 7);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	tcp_get_info(w->lsk, &i);
	cr_assert_eq(i.state, TCP_LISTEN);
	cr_assert_eq(i.unacked, 1);
	cr_assert_eq(i.sacked, 7);
}

/* TCP_SAVE_SYN 2: from the link header on */
TEST46(opts, save_syn_link)
{
	u8 syn[128];
	u32 len = sizeof(syn), ihl = w->v6 ? 40 : 20;
	int v = 2;

	wire_listen(w, 5);
	sock_setsockopt(w->lsk, 6, 27, &v, sizeof(v));
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 28, syn, &len), 0);
	cr_assert_eq(len, 14 + ihl + 24);
	cr_assert_eq(get_be16(syn + 12), w->v6 ? 0x86dd : 0x0800);
	cr_assert_eq(syn[14 + ihl + 13], S);
	len = sizeof(syn);
	cr_assert_eq(sock_getsockopt(w->sk, 6, 28, syn, &len), 0);
	cr_assert_eq(len, 0);
}

/* TCP_DELACK_MAX_US bounds the delay of an ACK */
TEST46(opts, delack_max)
{
	char buf[100];

	establish(w);
	wire_opt(w, 12, 0);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);
	at(w, 41);
	out(w, A, 1, 11, 0);
	wire_opt(w, 46, 10000);
	wire_opt(w, 12, 0);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10);
	quiet(w);
	at(w, 52);
	out(w, A, 1, 21, 0);
	wire_recv(w, buf, sizeof(buf), 0);
}

/* TCP_RTO_MAX_MS, TCP_RTO_MIN_US: a path without delay, and then no answer at all */
TEST46(opts, rto_bounds)
{
	double last = 0, gap = 0;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_listen(w, 5);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, 45, &(int){ 20000 }, 4), 0);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, 44, &(int){ 1000 }, 4), 0);
	establish(w);
	wire_send(w, 100, 0);
	out(w, A | P, 1, 1, 100);
	in(w, .flags = A, .seq = 1, .ack = 101);
	wire_send(w, 100, 0);
	out(w, A | P, 101, 1, 100);
	last = now_ms(w);
	for (double ms = now_ms(w); ms < 15000; ms += 1) {
		at(w, ms);
		if (!take(w, &w->last))
			continue;
		if (!gap)
			cr_assert_lt(ms - last, 100);
		gap = ms - last;
		last = ms;
	}
	cr_assert(gap > 990 && gap < 1010, "%f", gap);
}

/* SO_TXREHASH: an RTO tries another path, and TCP_INFO counts */
TEST46(opts, txrehash)
{
	u32 hash;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish(w);
	hash = w->sk->sk_txhash;
	wire_send(w, 100, 0);
	at(w, 1000);
	cr_assert_neq(w->sk->sk_txhash, hash);
	cr_assert_gt(wire_info(w).rehash, 0);
	cr_assert_eq(wire_info(w).rehash, w->net->mib[MIB_TcpExt_TcpTimeoutRehash]);
	wire_sysctl(w, "net.core.txrehash", "0");
	hash = w->sk->sk_txhash;
	at(w, 5000);
	cr_assert_eq(w->sk->sk_txhash, hash);
	drain(w);
}

/* -- knobs ------------------------------------------------------------------------------------- */

/* tcp_reflect_tos: the SYN's class for the SYN-ACK and the connection, never its ECN bits */
static void reflect(struct wire *w, bool on)
{
	u8 want = on ? 0x48 : 0;

	wire_sysctl(w, "net.ipv4.tcp_reflect_tos", on ? "1" : "0");
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460, .tos = 0x48 | 1);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->last.tos, want);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	wire_send(w, 10, 0);
	out(w, A | P, 1, 1, 10);
	cr_assert_eq(w->last.tos, want);
}

TEST46(opts, reflect_tos_off)
{
	reflect(w, false);
}

TEST46(opts, reflect_tos_on)
{
	reflect(w, true);
}

/* flowlabel_reflect: the peer's label, by the connection and by what is left of it in TIME-WAIT */
static void reflect_label(struct wire *w, const char *on, u32 want)
{
	wire_sysctl(w, "net.ipv6.auto_flowlabels", "0");
	wire_sysctl(w, "net.ipv6.flowlabel_reflect", on);
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460, .label = 0x12345);
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->last.label, want);
	in(w, .flags = A, .seq = 1, .ack = 1, .label = 0x12345);
	w->sk = wire_accept(w);
	sock_close(w->sk);
	w->sk = NULL;
	out(w, F | A, 1, 1, 0);
	cr_assert_eq(w->last.label, want);
	in(w, .flags = F | A, .seq = 1, .ack = 2, .label = 0x12345);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->last.label, want);
	at(w, 1000);
	in(w, .flags = F | A, .seq = 1, .ack = 2, .label = 0x54321);
	out(w, A, 2, 2, 0);
	cr_assert_eq(w->last.label, want);
}

TEST46(opts, reflect_label_off)
{
	reflect_label(w, "0", 0);
}

TEST46(opts, reflect_label_on)
{
	reflect_label(w, "1", w->v6 ? 0x12345 : 0);
}

/* tcp_pingpong_thresh: how many answers in time make a connection interactive */
TEST46(opts, pingpong_thresh)
{
	wire_sysctl(w, "net.ipv4.tcp_pingpong_thresh", "3");
	establish(w);
	for (u32 i = 0; i < 3; i++) {
		cr_assert(!tcp_in_interactive(tcp_sk(w->sk)), "after %u", i);
		in(w, .flags = A | P, .seq = 1 + 10 * i, .ack = 1 + 10 * i, .len = 10);
		wire_send(w, 10, 0);
		drain(w);
	}
	cr_assert(tcp_in_interactive(tcp_sk(w->sk)));
}

/* tcp_autocorking: small writes join while what went before is still in the host */
static void autocork(struct wire *w, bool on)
{
	wire_sysctl(w, "net.ipv4.tcp_autocorking", on ? "1" : "0");
	establish(w);
	wire_opt(w, 1, 1);
	wire_send(w, 10, 0);
	out(w, A | P, 1, 1, 10);
	w->sk->sk_wmem_alloc += 5000;	/* a packet that waits in a queue below */
	wire_send(w, 10, 0);
	wire_send(w, 10, 0);
	cr_assert_eq(drain(w), on ? 0 : 2);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPAutoCorking], on);
	w->sk->sk_wmem_alloc -= 5000;
	wire_send(w, 10, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, on ? 30 : 10);
}

TEST46(opts, autocorking_off)
{
	autocork(w, false);
}

TEST46(opts, autocorking_on)
{
	autocork(w, true);
}

/* tcp_comp_sack_slack_ns: the held-back ACKs of several connections fall together */
TEST46(opts, comp_sack_slack)
{
	wire_sysctl(w, "net.ipv4.tcp_comp_sack_slack_ns", "10000000");
	wire_sysctl(w, "net.ipv4.tcp_comp_sack_delay_ns", "1000000");
	establish(w);
	tcp_sk(w->sk)->rcv_rtt_us = 8 * 100000;
	at(w, 1.5);
	for (u32 i = 1; i < 10; i++)
		in(w, .flags = A, .seq = 1 + 2000 * i, .ack = 1, .len = 1000);
	drain(w);
	at(w, 9.9);
	quiet(w);
	at(w, 10.1);
	cr_assert_eq(drain(w), 1);
}

/* ACK compression: the first three duplicates at once, the others as one, a millisecond later; 0: never */
TEST46(opts, comp_sack)
{
	establish(w);
	tcp_sk(w->sk)->rcv_rtt_us = 8 * 100000;
	tcp_sk(w->sk)->quick = 0;
	for (u32 i = 1; i < 11; i++)
		in(w, .flags = A, .seq = 1 + 2000 * i, .ack = 1, .len = 1000);
	cr_assert_eq(drain(w), 3);
	at(w, now_ms(w) + 2);
	cr_assert_eq(drain(w), 1);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPAckCompressed], 7);
	wire_sysctl(w, "net.ipv4.tcp_comp_sack_nr", "0");
	for (u32 i = 11; i < 21; i++)
		in(w, .flags = A, .seq = 1 + 2000 * i, .ack = 1, .len = 1000);
	cr_assert_eq(drain(w), 10);
}

/* Never later than a twentieth of the round trip, be it the one that data or that ACKs show */
TEST46(opts, comp_sack_rtt)
{
	wire_sysctl(w, "net.ipv4.tcp_comp_sack_slack_ns", "0");
	establish_opt(w, NO_TS, 1 << 20, 1460);	/* whose echoes would be samples */
	for (int round = 0; round < 2; round++) {
		tcp_sk(w->sk)->rcv_rtt_us = 8 * (round ? 100000 : 2000);
		tcp_sk(w->sk)->srtt_us = 8 * (round ? 2000 : 100000);
		tcp_sk(w->sk)->quick = 0;
		for (u32 i = 1; i < 11; i++)
			in(w, .flags = A, .seq = 1 + 2000 * (i + 10 * (u32)round), .ack = 1, .len = 1000);
		drain(w);
		at(w, now_ms(w) + 0.09);
		quiet(w);
		at(w, now_ms(w) + 0.03);
		cr_assert_eq(drain(w), 1, "round %d", round);
		wire_sysctl(w, "net.ipv4.tcp_comp_sack_nr", "44");
		tcp_sk(w->sk)->dup_ack_counter = 0;
	}
}

/* Old names are taken, in Linux's range, and mean nothing there either */
TEST46(opts, legacy_names)
{
	wire_sysctl(w, "net.ipv4.tcp_fack", "1");
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_fack", "256"), -EINVAL);
	wire_sysctl(w, "net.ipv4.tcp_adv_win_scale", "-31");
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_adv_win_scale", "32"), -EINVAL);
	wire_sysctl(w, "net.ipv4.tcp_low_latency", "1");
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_nonesuch", "1"), -ENOENT);
}

/* TCP_ULP knows no name, and the list of names says so */
TEST46(opts, no_ulp)
{
	char text[64];

	cr_assert_eq(sysctl_get(w->net, "net.ipv4.tcp_available_ulp", text, sizeof(text)), 0);
	cr_assert_str_eq(text, "");
	cr_assert_eq(sysctl_set(w->net, "net.ipv4.tcp_available_ulp", "tls"), -EPERM);
	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 6, 31, "tls", 4), -ENOENT);
}

static struct sock *bound_any(struct wire *w, int *err)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "::" : "0.0.0.0", 0);
	struct sock *sk = wire_socket(w);
	int one = 1;

	sock_setsockopt(sk, 1, 2, &one, sizeof(one));
	*err = sock_bind(sk, sa.b, sa.len);
	return sk;
}

/* ip_autobind_reuse: bind(0) of sockets with SO_REUSEADDR may share when all ports are taken */
TEST46(opts, autobind_reuse)
{
	struct sock *sk[5];
	int err;

	wire_sysctl(w, "net.ipv4.ip_local_port_range", "40000 40002");
	for (int i = 0; i < 3; i++) {
		sk[i] = bound_any(w, &err);
		cr_assert_eq(err, 0);
	}
	sk[3] = bound_any(w, &err);
	cr_assert_eq(err, -EADDRINUSE);
	wire_sysctl(w, "net.ipv4.ip_autobind_reuse", "1");
	sk[4] = bound_any(w, &err);
	cr_assert_eq(err, 0);
	for (int i = 0; i < 5; i++)
		sock_close(sk[i]);
}

/* igmp_max_memberships and optmem_max bound a socket's groups */
Test(opts, memberships)
{
	struct wire *w = wire_new(false);
	u8 mreq[8] = { 224, 1, 1, 1, 10, 0, 0, 1 };
	struct sock *sk;
	u32 m[9], len = sizeof(m);

	cr_assert_eq(sock_create(w->net, 2, 2, 0, &sk), 0);
	wire_sysctl(w, "net.ipv4.igmp_max_memberships", "2");
	for (u8 i = 1; i < 4; i++) {
		mreq[3] = i;
		cr_assert_eq(sock_setsockopt(sk, 0, 35, mreq, 8), i < 3 ? 0 : -ENOBUFS);
	}
	wire_sysctl(w, "net.ipv4.igmp_max_memberships", "20");
	cr_assert_eq(sock_getsockopt(sk, 1, 55, m, &len), 0);
	cr_assert_gt(m[6], 0u);
	wire_sysctl(w, "net.core.optmem_max", "10");
	cr_assert_eq(sock_setsockopt(sk, 0, 35, mreq, 8), -ENOBUFS);
	sock_close(sk);
	wire_end(w);
}
