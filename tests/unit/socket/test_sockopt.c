/* SPDX-License-Identifier: BSD-2-Clause */
/* socket(2)'s argument checks and the option tables, with Linux's errno. SOCK-01, SOCK-06. */
#include "tests/unit/socket/box.h"

Test(create, arguments)
{
	static const struct {
		int family, type, proto, want;
	} rows[] = {
		{ 2, 1, 0, 0 }, { 2, 1, 6, 0 }, { 2, 2, 17, 0 }, { 10, 2, 0, 0 }, { 10, 3, 58, 0 },
		{ 2, 2, 1, 0 }, { 10, 2, 58, 0 }, { 2, 3, 6, 0 }, { 2, 3, 255, 0 },
		{ 1, 1, 0, -EAFNOSUPPORT }, { 0, 1, 0, -EAFNOSUPPORT }, { -1, 1, 0, -EAFNOSUPPORT },
		{ 2, 1, 17, -EPROTONOSUPPORT }, { 2, 2, 6, -EPROTONOSUPPORT },
		{ 2, 3, 0, -EPROTONOSUPPORT }, { 2, 2, 58, -EPROTONOSUPPORT },
		{ 10, 2, 1, -EPROTONOSUPPORT }, { 2, 1, 262, -EPROTONOSUPPORT },
		{ 2, 4, 0, -ESOCKTNOSUPPORT }, { 2, 5, 132, -ESOCKTNOSUPPORT },
		{ 2, 11, 0, -EINVAL }, { 2, -1, 0, -EINVAL }, { 2, 1, -1, -EINVAL },
		{ 2, 1, 263, -EINVAL },
	};
	struct box *b = box_open();

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sock *sk = NULL;
		int err = sock_create(b->net, rows[i].family, rows[i].type, rows[i].proto, &sk);

		cr_expect_eq(err, rows[i].want, "%d %d %d: %d", rows[i].family, rows[i].type,
			     rows[i].proto, err);
		if (sk)
			sock_close(sk);
	}
	box_close(b);
}

enum { D4, D6, R4, R6, S4, KINDS };

static struct sock *kind(struct box *b, int k)
{
	static const int args[KINDS][3] = { { 2, 2, 0 }, { 10, 2, 0 }, { 2, 3, 200 }, { 10, 3, 200 },
					    { 2, 1, 0 } };

	return box_sock(b, args[k][0], args[k][1], args[k][2]);
}

/* set v: want an error, or want to read back `back` */
static const struct opt {
	int kind, level, name, v, want, back;
	const char *what;
} opts[] = {
	{ D4, 0, 1, 0xb8, 0, 0xb8, "IP_TOS" },
	{ D4, 0, 2, 0, -EINVAL, 64, "IP_TTL" },
	{ D4, 0, 2, 256, -EINVAL, 64, "IP_TTL" },
	{ D4, 0, 2, 255, 0, 255, "IP_TTL" },
	{ D4, 0, 2, -1, 0, 64, "IP_TTL" },
	{ D4, 0, 3, 1, -ENOPROTOOPT, 0, "IP_HDRINCL" },
	{ R4, 0, 3, 1, 0, 1, "IP_HDRINCL" },
	{ D4, 0, 8, 5, 0, 1, "IP_PKTINFO" },
	{ D4, 0, 10, 5, 0, 5, "IP_MTU_DISCOVER" },
	{ D4, 0, 10, 6, -EINVAL, 1, "IP_MTU_DISCOVER" },
	{ D4, 0, 10, -1, -EINVAL, 1, "IP_MTU_DISCOVER" },
	{ D4, 0, 11, 1, 0, 1, "IP_RECVERR" },
	{ D4, 0, 12, 1, 0, 1, "IP_RECVTTL" },
	{ D4, 0, 13, 1, 0, 1, "IP_RECVTOS" },
	{ D4, 0, 15, 1, 0, 1, "IP_FREEBIND" },
	{ D4, 0, 20, 1, 0, 1, "IP_RECVORIGDSTADDR" },
	{ D4, 0, 21, 256, -EINVAL, 0, "IP_MINTTL" },
	{ D4, 0, 21, 255, 0, 255, "IP_MINTTL" },
	{ D4, 0, 22, 1, -ENOPROTOOPT, 0, "IP_NODEFRAG" },
	{ D4, 0, 24, 1, 0, 1, "IP_BIND_ADDRESS_NO_PORT" },
	{ S4, 0, 25, 1, -EINVAL, 0, "IP_RECVFRAGSIZE" },
	{ D4, 0, 33, -1, 0, 1, "IP_MULTICAST_TTL" },
	{ D4, 0, 33, 256, -EINVAL, 1, "IP_MULTICAST_TTL" },
	{ S4, 0, 33, 2, -EINVAL, 1, "IP_MULTICAST_TTL" },
	{ D4, 0, 34, 0, 0, 0, "IP_MULTICAST_LOOP" },
	{ D4, 0, 49, 0, 0, 0, "IP_MULTICAST_ALL" },
	{ D4, 0, 49, 2, -EINVAL, 1, "IP_MULTICAST_ALL" },
	{ D4, 0, 51, 0x00100020, -EINVAL, 0, "IP_LOCAL_PORT_RANGE" },
	{ D4, 0, 51, 0x40003000, 0, 0x40003000, "IP_LOCAL_PORT_RANGE" },
	{ D4, 0, 23, 7, 0, 1, "IP_CHECKSUM" },
	{ D4, 0, 9999, 1, -ENOPROTOOPT, -1, "unknown" },
	{ D4, 41, 26, 1, -ENOPROTOOPT, -1, "IPV6_V6ONLY on IPv4" },
	{ D6, 0, 1, 0x20, 0, 0x20, "IP_TOS on an IPv6 socket" },
	{ R6, 0, 1, 0x20, -ENOPROTOOPT, -1, "IP_TOS on a raw IPv6 socket" },
	{ D6, 41, 26, 1, 0, 1, "IPV6_V6ONLY" },
	{ D6, 41, 16, 256, -EINVAL, 64, "IPV6_UNICAST_HOPS" },
	{ D6, 41, 16, 0, 0, 0, "IPV6_UNICAST_HOPS" },
	{ D6, 41, 18, -1, 0, 1, "IPV6_MULTICAST_HOPS" },
	{ D6, 41, 19, 2, -EINVAL, 1, "IPV6_MULTICAST_LOOP" },
	{ D6, 41, 17, 99, -ENODEV, 0, "IPV6_MULTICAST_IF" },
	{ D6, 41, 23, 4, 0, 4, "IPV6_MTU_DISCOVER" },
	{ D6, 41, 25, 1, 0, 1, "IPV6_RECVERR" },
	{ D6, 41, 49, 1, 0, 1, "IPV6_RECVPKTINFO" },
	{ D6, 41, 51, 1, 0, 1, "IPV6_RECVHOPLIMIT" },
	{ D6, 41, 62, 1, 0, 1, "IPV6_DONTFRAG" },
	{ D6, 41, 66, 1, 0, 1, "IPV6_RECVTCLASS" },
	{ D6, 41, 67, -2, -EINVAL, 0, "IPV6_TCLASS" },
	{ D6, 41, 67, 0xe0, 0, 0xe0, "IPV6_TCLASS" },
	{ D6, 41, 73, 300, -EINVAL, 0, "IPV6_MINHOPCOUNT" },
	{ D6, 41, 7, 2, -ENOPROTOOPT, -1, "IPV6_CHECKSUM" },
	{ R6, 41, 7, 4, 0, 4, "IPV6_CHECKSUM" },
	{ R6, 41, 7, 5, -EINVAL, -1, "IPV6_CHECKSUM" },
	{ D6, 41, 1, 2, -ENOTCONN, -1, "IPV6_ADDRFORM" },
	{ D4, 17, 103, 65536, -EINVAL, 0, "UDP_SEGMENT" },
	{ D4, 17, 103, 1400, 0, 1400, "UDP_SEGMENT" },
	{ D4, 17, 104, 1, 0, 1, "UDP_GRO" },
	{ D4, 17, 100, 1, -ENOPROTOOPT, -1, "UDP_ENCAP" },
};

Test(sockopt, values_ranges_errors)
{
	struct box *b = box_open();

	for (u32 i = 0; i < ARRAY_SIZE(opts); i++) {
		const struct opt *o = &opts[i];
		struct sock *sk = kind(b, o->kind);
		int v, err = box_set(sk, o->level, o->name, o->v);

		cr_expect_eq(err, o->want, "%s=%d: %d", o->what, o->v, err);
		if (o->back >= 0 || err == 0) {
			cr_expect_eq(box_get(sk, o->level, o->name, &v), 0, "%s", o->what);
			cr_expect_eq(v, o->back, "%s: %d", o->what, v);
		}
		sock_close(sk);
	}
	box_close(b);
}

/* SOL_IP takes one octet for an int and gives one to who asks for less than four. */
Test(sockopt, lengths)
{
	struct box *b = box_open();
	struct sock *d4 = kind(b, D4), *d6 = kind(b, D6);
	u8 one = 0x10, buf[40];
	u32 len;

	cr_expect_eq(sock_setsockopt(d4, 0, 1, &one, 1), 0);
	len = 1;
	cr_expect_eq(sock_getsockopt(d4, 0, 1, buf, &len), 0);
	cr_expect_eq(len, 1);
	cr_expect_eq(buf[0], 0x10);
	len = sizeof(buf);
	cr_expect_eq(sock_getsockopt(d4, 0, 1, buf, &len), 0);
	cr_expect_eq(len, 4);
	cr_expect_eq(sock_setsockopt(d6, 41, 67, &one, 1), -EINVAL);
	cr_expect_eq(sock_setsockopt(d4, 0, 35, buf, 7), -EINVAL);
	cr_expect_eq(sock_setsockopt(d4, 0, 35, buf, 0), -EINVAL);
	cr_expect_eq(sock_setsockopt(d6, 41, 20, buf, 19), -EINVAL);
	cr_expect_eq(sock_setsockopt(d4, 0, 42, buf, 20), -EINVAL);
	sock_close(d4);
	sock_close(d6);
	box_close(b);
}

Test(sockopt, ip_options)
{
	static const u8 rr[] = { 7, 7, 4, 0, 0, 0, 0 }, lsrr[] = { 131, 7, 4, 10, 0, 0, 1 },
			bad[] = { 7, 40, 4 };
	struct box *b = box_open();
	struct sock *sk = kind(b, D4);
	u8 buf[41] = { 0 };
	u32 len = 40;

	cr_expect_eq(sock_setsockopt(sk, 0, 4, rr, sizeof(rr)), 0);
	cr_expect_eq(sock_getsockopt(sk, 0, 4, buf, &len), 0);
	cr_expect_eq(len, 8, "padded to whole words");
	cr_expect_arr_eq(buf, rr, sizeof(rr));
	cr_expect_eq(sock_setsockopt(sk, 0, 4, lsrr, sizeof(lsrr)), -EPERM);
	cr_expect_eq(sock_setsockopt(sk, 0, 4, bad, sizeof(bad)), -EINVAL);
	cr_expect_eq(sock_setsockopt(sk, 0, 4, buf, 41), -EINVAL);
	cr_expect_eq(sock_setsockopt(sk, 0, 4, buf, 0), 0);
	len = 40;
	cr_expect_eq(sock_getsockopt(sk, 0, 4, buf, &len), 0);
	cr_expect_eq(len, 0);
	sock_close(sk);
	box_close(b);
}

/* Names are cut to the room there is, and say how long they are. SOCK-06 */
Test(names, truncation)
{
	struct box *b = box_open();
	struct sock *sk = kind(b, D6);
	u8 buf[28] = { 0 };
	u32 len = 4;

	cr_assert_eq(box_bind(b, sk, "::1", 5353), 0);
	cr_expect_eq(sock_getsockname(sk, buf, &len), 0);
	cr_expect_eq(len, 28);
	cr_expect_eq(get_be16(buf + 2), 5353);
	cr_expect_eq(buf[23], 0, "nothing beyond the room");
	cr_expect_eq(sock_getpeername(sk, buf, &len), -ENOTCONN);
	cr_expect_eq(sock_bind(sk, buf, 1), -EINVAL);
	cr_expect_eq(sock_connect(sk, buf, 1), -EINVAL);
	cr_expect_eq(sock_listen(sk, 1), -EOPNOTSUPP);
	cr_expect_eq(sock_shutdown(sk, 3), -EINVAL);
	sock_close(sk);
	box_close(b);
}

struct seen {
	u32 nr, udp;
};

static void count(struct sock *sk, void *arg)
{
	struct seen *s = arg;

	s->nr++;
	s->udp += sk->sk_protocol == 17;
}

/* net_destroy() copes with sockets in every state, and with data queued everywhere. */
Test(destroy, live_sockets)
{
	struct box *b = box_open();
	struct sock *d = kind(b, D4), *c = kind(b, D4), *r = kind(b, R4), *d6 = kind(b, D6);
	struct sock *p = box_sock(b, 2, BOX_DGRAM, 1);
	struct seen s = { 0 };

	cr_assert_eq(box_bind(b, d, "0.0.0.0", 53), 0);
	cr_assert_eq(box_connect(b, c, "127.0.0.1", 53), 0);
	box_send(b, c, NULL, 0, "queued", 6, NULL, 0);
	box_run(b);
	box_send(b, c, NULL, 0, "corked", 6, NULL, SMSG_MORE);
	box_send(b, d6, "::1", 99, "on its way", 10, NULL, 0);
	box_send(b, c, NULL, 0, "in the device", 13, NULL, 0);
	box_send(b, r, "10.1.1.77", 0, "waits for ARP", 13, NULL, 0);
	cr_assert_eq(box_connect(b, p, "127.0.0.1", 0), 0);
	sock_for_each(b->net, count, &s);
	cr_expect_eq(s.nr, 5);
	cr_expect_eq(s.udp, 3);
	box_close(b);
}

/* No memory at any single point: an error, never a crash or a leak. */
Test(destroy, allocation_failures)
{
	for (u32 n = 1; n < 400; n++) {
		struct box *b = box_open();
		struct sock *s = NULL, *c = NULL;
		u32 before;
		char buf[2000] = { 0 };

		b->fail_in = n;
		before = b->allocs;
		sock_create(b->net, 2, BOX_DGRAM, 0, &s);
		sock_create(b->net, 10, BOX_DGRAM, 0, &c);
		if (s && c && !box_bind(b, s, "0.0.0.0", 53)) {
			box_send(b, c, "::ffff:127.0.0.1", 53, buf, 2000, NULL, 0);
			box_send(b, c, "::1", 54, buf, 10, NULL, 0);
			box_run(b);
			box_recv(s, buf, sizeof(buf), NULL, NULL, 0, NULL);
		}
		if (s)
			sock_close(s);
		if (c)
			sock_close(c);
		box_run(b);
		before = b->allocs - before;
		b->fail_in = 0;
		box_close(b);
		if (n > before)
			return;
	}
	cr_assert_fail("allocates without end");
}
