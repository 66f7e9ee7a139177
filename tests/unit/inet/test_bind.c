/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may share a local port, and which one is chosen. UDP-08, UDP-16, SOCK-01. */
#include "tests/unit/socket/box.h"

enum { REUSE = 1, RPORT = 2, V6ONLY = 4, OTHER_UID = 8, ON_ETH = 16, ON_LO = 32 };

static struct sock *bound(struct box *b, int type, const char *addr, u16 port, int how, int *err)
{
	int family = strchr(addr, ':') ? 10 : 2;
	struct sock *sk = box_sock(b, family, type, 0);

	sk->sk_uid = how & OTHER_UID ? 1001 : 1000;
	sk->sk_reuse = how & REUSE;
	sk->sk_reuseport = how & RPORT;
	if (family == 10)
		box_set(sk, 41, 26, !!(how & V6ONLY));
	if (how & ON_ETH)
		sk->sk_bound_dev_if = b->eth->ifindex;
	if (how & ON_LO)
		sk->sk_bound_dev_if = dev_get_by_name(b->net, "lo")->ifindex;
	*err = box_bind(b, sk, addr, port);
	return sk;
}

/* For TCP without listeners and for UDP alike: what Linux 6.18 answers to the same calls. */
static const struct row {
	const char *a1;
	int how1;
	const char *a2;
	int how2;
	int want;
} rows[] = {
	{ "0.0.0.0", 0, "0.0.0.0", 0, -EADDRINUSE },
	{ "0.0.0.0", 0, "127.0.0.1", 0, -EADDRINUSE },
	{ "127.0.0.1", 0, "0.0.0.0", 0, -EADDRINUSE },
	{ "127.0.0.1", 0, "10.1.1.1", 0, 0 },
	{ "127.0.0.1", 0, "127.0.0.1", 0, -EADDRINUSE },
	{ "127.0.0.1", REUSE, "127.0.0.1", 0, -EADDRINUSE },
	{ "127.0.0.1", 0, "127.0.0.1", REUSE, -EADDRINUSE },
	{ "127.0.0.1", REUSE, "127.0.0.1", REUSE, 0 },
	{ "0.0.0.0", REUSE, "127.0.0.1", REUSE, 0 },
	{ "127.0.0.1", RPORT, "127.0.0.1", RPORT, 0 },
	{ "127.0.0.1", RPORT, "127.0.0.1", 0, -EADDRINUSE },
	{ "127.0.0.1", RPORT, "127.0.0.1", RPORT | OTHER_UID, -EADDRINUSE },
	{ "127.0.0.1", REUSE, "127.0.0.1", REUSE | OTHER_UID, 0 },
	{ "127.0.0.1", REUSE, "127.0.0.1", RPORT, -EADDRINUSE },
	/* families */
	{ "::", 0, "0.0.0.0", 0, -EADDRINUSE },
	{ "0.0.0.0", 0, "::", 0, -EADDRINUSE },
	{ "::", V6ONLY, "0.0.0.0", 0, 0 },
	{ "0.0.0.0", 0, "::", V6ONLY, 0 },
	{ "::", 0, "127.0.0.1", 0, -EADDRINUSE },
	{ "127.0.0.1", 0, "::", 0, -EADDRINUSE },
	{ "127.0.0.1", 0, "::", V6ONLY, 0 },
	{ "::", 0, "::", V6ONLY, -EADDRINUSE },
	{ "::", V6ONLY, "::1", 0, -EADDRINUSE },
	{ "::1", 0, "0.0.0.0", 0, 0 },
	{ "0.0.0.0", 0, "::1", 0, 0 },
	{ "::1", 0, "::", 0, -EADDRINUSE },
	{ "::1", 0, "fd01::1", 0, 0 },
	{ "::ffff:127.0.0.1", 0, "127.0.0.1", 0, -EADDRINUSE },
	{ "127.0.0.1", 0, "::ffff:127.0.0.1", 0, -EADDRINUSE },
	{ "::ffff:127.0.0.1", 0, "::1", 0, 0 },
	{ "::ffff:127.0.0.1", 0, "0.0.0.0", 0, -EADDRINUSE },
	{ "::", REUSE, "0.0.0.0", REUSE, 0 },
	{ "::", RPORT, "0.0.0.0", RPORT, 0 },
	/* devices */
	{ "0.0.0.0", ON_ETH, "0.0.0.0", ON_LO, 0 },
	{ "0.0.0.0", ON_ETH, "0.0.0.0", 0, -EADDRINUSE },
	{ "0.0.0.0", ON_ETH, "0.0.0.0", ON_ETH, -EADDRINUSE },
	{ "0.0.0.0", 0, "127.0.0.1", ON_LO, -EADDRINUSE },
};

static void check_matrix(int type)
{
	struct box *b = box_open();

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		int err1, err2;
		struct sock *s1 = bound(b, type, r->a1, 7000, r->how1, &err1);
		struct sock *s2 = bound(b, type, r->a2, 7000, r->how2, &err2);

		cr_expect_eq(err1, 0, "row %u: first bind %d", i, err1);
		cr_expect_eq(err2, r->want, "type %d row %u: %s/%x then %s/%x: %d", type, i, r->a1,
			     r->how1, r->a2, r->how2, err2);
		sock_close(s2);
		sock_close(s1);
		box_run(b);
	}
	box_close(b);
}

Test(bind, matrix_udp)
{
	check_matrix(BOX_DGRAM);
}

Test(bind, matrix_tcp)
{
	check_matrix(BOX_STREAM);
}

Test(bind, refused_addresses)
{
	static const struct {
		int family;
		const char *addr;
		int want;
	} bad[] = {
		{ 2, "10.9.9.9", -EADDRNOTAVAIL }, { 10, "fd09::9", -EADDRNOTAVAIL },
		{ 10, "::ffff:10.9.9.9", -EADDRNOTAVAIL }, { 2, "::1", -EAFNOSUPPORT },
		{ 10, "127.0.0.1", -EINVAL },	/* sockaddr_in is too short for AF_INET6 */
		{ 2, "224.0.0.1", 0 }, { 2, "10.1.1.255", 0 }, { 2, "255.255.255.255", 0 },
		{ 10, "ff02::1", -EINVAL }, { 10, "ff05::1", 0 }, { 10, "fe80::1", 0 },
		{ 10, "fe80::9", -EADDRNOTAVAIL },
	};
	struct box *b = box_open();

	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		struct sock *sk = box_sock(b, bad[i].family, BOX_DGRAM, 0);
		int err = box_bind(b, sk, bad[i].addr, 0);

		cr_expect_eq(err, bad[i].want, "%s: %d", bad[i].addr, err);
		if (!err)
			cr_expect_eq(box_bind(b, sk, bad[i].addr, 0), -EINVAL, "bound twice");
		sock_close(sk);
	}
	/* ::1 is lo's */
	{
		struct sock *sk = box_sock(b, 10, BOX_DGRAM, 0);

		sk->sk_bound_dev_if = b->eth->ifindex;
		cr_expect_eq(box_bind(b, sk, "::1", 0), -EADDRNOTAVAIL);
		cr_expect_eq(box_bind(b, sk, "fd01::1", 0), 0);
		sock_close(sk);
	}
	box_close(b);
}

Test(bind, failed_bind_leaves_no_trace)
{
	struct box *b = box_open();
	int err, v;
	struct sock *s1 = bound(b, BOX_DGRAM, "::1", 7000, 0, &err);
	struct sock *s2 = bound(b, BOX_DGRAM, "::1", 7000, 0, &err);

	cr_assert_eq(err, -EADDRINUSE);
	cr_assert_eq(box_get(s2, 41, 26, &v), 0);
	cr_assert_eq(v, 0, "v6only stuck");
	cr_assert_eq(box_port(s2), 0);
	cr_assert_eq(box_bind(b, s2, "::", 7001), 0);
	sock_close(s1);
	sock_close(s2);
	box_close(b);
}

Test(ports, chosen_ports_keep_to_the_range_and_its_parity)
{
	struct box *b = box_open();
	struct sock *sk[12];
	u32 odd = 0;

	cr_assert_eq(sysctl_set(b->net, "net.ipv4.ip_local_port_range", "40000 40009"), 0);
	cr_assert_eq(sysctl_set(b->net, "net.ipv4.ip_local_reserved_ports", "40003,40005-40006"), 0);
	for (u32 i = 0; i < 7; i++) {
		u16 port;

		sk[i] = box_sock(b, 2, BOX_DGRAM, 0);
		cr_assert_eq(box_bind(b, sk[i], "0.0.0.0", 0), 0, "port %u of 7", i);
		port = box_port(sk[i]);
		cr_expect(port >= 40000 && port <= 40009, "%u", port);
		cr_expect(port != 40003 && port != 40005 && port != 40006, "%u is reserved", port);
		if (i < 3)	/* 40001, 40007, 40009 */
			odd += port & 1;
	}
	cr_expect_eq(odd, 3, "bind takes odd offsets first");
	sk[7] = box_sock(b, 2, BOX_DGRAM, 0);
	cr_expect_eq(box_bind(b, sk[7], "0.0.0.0", 0), -EADDRINUSE);
	cr_expect_eq(box_bind(b, sk[7], "0.0.0.0", 40003), 0, "reserved ports may be asked for");
	for (u32 i = 0; i < 8; i++)
		sock_close(sk[i]);
	box_close(b);
}

Test(ports, bad_reserved_lists_are_refused_and_change_nothing)
{
	static const char *const bad[] = { "70000", "5-3", "x", "1,,2", "1 2", "3-" };
	struct box *b = box_open();
	char text[300];

	cr_assert_eq(sysctl_set(b->net, "net.ipv4.ip_local_reserved_ports", "8080,9000-9003"), 0);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		cr_expect_eq(sysctl_set(b->net, "net.ipv4.ip_local_reserved_ports", bad[i]), -EINVAL,
			     "%s", bad[i]);
	cr_assert_eq(sysctl_get(b->net, "net.ipv4.ip_local_reserved_ports", text, sizeof(text)), 0);
	cr_expect(strstr(text, "8080,9000-9003"), "%s", text);
	cr_expect(bitmap_test(b->net->inet.reserved, 9002));
	box_close(b);
}

/* A connect() port may serve several peers, never the same 4-tuple twice (RFC 6056 3.3). */
static struct sock *connecting(struct box *b, u16 dport, int want)
{
	struct sock *sk = box_sock(b, 2, BOX_DGRAM, 0);
	struct inet_sock *inet = inet_sk(sk);

	inet->saddr = inet->rcv_saddr = inet_addr_from4((const u8[]){ 10, 1, 1, 1 });
	inet->daddr = inet_addr_from4((const u8[]){ 10, 1, 1, 2 });
	inet->dport = dport;
	cr_assert_eq(inet_port_connect(sk, b->net->udp.hash, NULL), want);
	return sk;
}

Test(ports, connect_shares_ports_between_peers)
{
	struct box *b = box_open();
	struct inet_hashinfo *h = b->net->udp.hash;
	struct inet_ehash_entry e[10] = { 0 };
	struct sock *sk[12];
	u32 even = 0;

	cr_assert_eq(sysctl_set(b->net, "net.ipv4.ip_local_port_range", "40000 40004"), 0);
	for (u32 i = 0; i < 10; i++) {
		struct inet_sock *inet;

		sk[i] = connecting(b, (u16)(80 + i / 5), 0);
		inet = inet_sk(sk[i]);
		if (i < 3)
			even += !(inet->sport & 1);
		e[i].tuple = (struct inet_tuple){ .laddr = inet->saddr, .raddr = inet->daddr,
						  .lport = inet->sport, .rport = inet->dport,
						  .af = inet->af };
		inet_ehash_insert(b->net, h, &e[i]);
	}
	cr_expect_eq(even, 3, "connect takes even offsets first");
	sk[10] = connecting(b, 80, -EADDRNOTAVAIL);
	sk[11] = connecting(b, 82, 0);
	for (u32 i = 0; i < 10; i++)
		inet_ehash_remove(h, &e[i]);
	for (u32 i = 0; i < 12; i++)
		sock_close(sk[i]);
	box_close(b);
}

/* Many entries: the table grows, and every one is found again. */
Test(ehash, grows_and_finds)
{
	enum { N = 5000 };
	struct box *b = box_open();
	struct inet_hashinfo *h = b->net->udp.hash;
	struct inet_ehash_entry *e = calloc(N, sizeof(*e));

	for (u32 i = 0; i < N; i++) {
		e[i].tuple = (struct inet_tuple){ .lport = (u16)i, .rport = (u16)(i * 7),
						  .af = b->net->ip.af[0] };
		e[i].tuple.raddr.w[3] = i;
		inet_ehash_insert(b->net, h, &e[i]);
	}
	cr_expect_geq(1u << h->ehash_shift, N / 2);
	for (u32 i = 0; i < N; i++)
		cr_assert_eq(inet_ehash_lookup(b->net, h, &e[i].tuple), &e[i], "entry %u", i);
	for (u32 i = 0; i < N; i++)
		inet_ehash_remove(h, &e[i]);
	cr_expect_null(inet_ehash_lookup(b->net, h, &e[0].tuple));
	free(e);
	box_close(b);
}
