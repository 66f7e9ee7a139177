/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP-Lite over lo: how far the checksum reaches, and what of it a receiver insists on. RFC 3828. */
#include "tests/unit/socket/box.h"

enum { LITE = 136, SEND_COV = 10, RECV_COV = 11, UDP_CORK_NS = 1 };

static const struct fam {
	int family;
	const char *lo;
} fams[] = { { 2, "127.0.0.1" }, { 10, "::1" } };

static struct sock *server(struct box *b, const struct fam *f)
{
	struct sock *sk = box_sock(b, f->family, BOX_DGRAM, LITE);

	cr_assert_eq(box_bind(b, sk, f->lo, 53), 0);
	return sk;
}

static u64 bad(struct box *b)
{
	return b->net->mib[MIB_UdpLite_InErrors] + b->net->mib[MIB_UdpLite6_InErrors];
}

/* Ports of its own; data go through, and an absent one is told by ICMP. */
Test(udplite, is_a_datagram_protocol)
{
	for (u32 f = 0; f < ARRAY_SIZE(fams); f++) {
		struct box *b = box_open();
		struct sock *s = server(b, &fams[f]), *c = box_sock(b, fams[f].family, BOX_DGRAM, LITE);
		struct sock *udp = box_sock(b, fams[f].family, BOX_DGRAM, 0);
		struct inet_sockaddr from;
		char buf[8];

		cr_expect_eq(box_bind(b, udp, fams[f].lo, 53), 0, "UDP's port 53 is another");
		cr_expect_eq(box_send(b, c, fams[f].lo, 53, "hello", 5, NULL, 0), 5);
		box_run(b);
		cr_expect_eq(box_recv(s, buf, sizeof(buf), &from, NULL, 0, NULL), 5);
		cr_expect_eq(from.port, box_port(c));
		cr_expect_eq(box_recv(udp, buf, sizeof(buf), NULL, NULL, 0, NULL), -EAGAIN);
		cr_expect_eq(box_connect(b, c, fams[f].lo, 54), 0);
		cr_expect_eq(box_send(b, c, NULL, 0, "x", 1, NULL, 0), 1);
		box_run(b);
		cr_expect_eq(box_recv(c, buf, sizeof(buf), NULL, NULL, 0, NULL), -ECONNREFUSED);
		cr_expect_eq(box_set(c, 17, 103, 4), 0);	/* UDP_SEGMENT */
		cr_expect_eq(box_send(b, c, NULL, 0, "x", 1, NULL, 0), -EIO);
		sock_close(s);
		sock_close(c);
		sock_close(udp);
		box_close(b);
	}
}

/* UDPL-02 */
Test(udplite, options)
{
	struct box *b = box_open();
	struct sock *sk = box_sock(b, 2, BOX_DGRAM, LITE), *udp = box_sock(b, 2, BOX_DGRAM, 0);
	static const struct {
		int set, get;
	} rows[] = { { 0, 0 }, { 1, 8 }, { 7, 8 }, { 20, 20 }, { 70000, 65535 } };
	int v;

	for (int name = SEND_COV; name <= RECV_COV; name++)
		for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
			cr_expect_eq(box_set(sk, i & 1 ? LITE : 17, name, rows[i].set), 0);
			cr_expect_eq(box_get(sk, i & 1 ? 17 : LITE, name, &v), 0);
			cr_expect_eq(v, rows[i].get, "%d: %d", rows[i].set, v);
		}
	cr_expect_eq(box_set(udp, 17, SEND_COV, 8), -ENOPROTOOPT);
	cr_expect_eq(box_get(udp, 17, SEND_COV, &v), 0);
	cr_expect_eq(box_set(udp, LITE, SEND_COV, 8), -ENOPROTOOPT);
	cr_expect_eq(box_set(sk, LITE, UDP_CORK_NS, 1), 0);
	sock_close(sk);
	sock_close(udp);
	box_close(b);
}

/* UDPL-02: what a sender covers against what a receiver wants; 0 is all, -1 not set. */
Test(udplite, coverage)
{
	static const struct {
		int send, recv;
		bool arrives;
	} rows[] = {
		{ -1, -1, true }, { 8, -1, true }, { 20, 20, true }, { 20, 21, false },
		{ 0, 40, true }, { 28, 40, true }, { 8, 0, false }, { 100, 0, true },
	};
	char data[20] = "twenty octets of it", buf[20];

	for (u32 i = 0; i < ARRAY_SIZE(rows) * 2; i++) {
		const struct fam *f = &fams[i & 1];
		struct box *b = box_open();
		struct sock *s = server(b, f), *c = box_sock(b, f->family, BOX_DGRAM, LITE);

		if (rows[i / 2].send >= 0)
			box_set(c, LITE, SEND_COV, rows[i / 2].send);
		if (rows[i / 2].recv >= 0)
			box_set(s, LITE, RECV_COV, rows[i / 2].recv);
		cr_expect_eq(box_send(b, c, f->lo, 53, data, 20, NULL, 0), 20);
		box_run(b);
		cr_expect_eq(box_recv(s, buf, 20, NULL, NULL, 0, NULL),
			     rows[i / 2].arrives ? 20 : -EAGAIN, "row %u", i / 2);
		cr_expect_eq(bad(b), !rows[i / 2].arrives);
		sock_close(s);
		sock_close(c);
		box_close(b);
	}
}

/* A datagram from 127.0.0.1:9 to port 53 with this reach and a sum over `over` octets. */
static void send_raw(struct box *b, struct sock *raw, u16 reach, u32 over, bool zero_sum, u8 last)
{
	u8 p[16] = { 0, 9, 0, 53, (u8)(reach >> 8), (u8)reach, 0, 0, 'p', 'a', 'y', 'l' };
	u8 pseudo[12] = { 127, 0, 0, 1, 127, 0, 0, 1, 0, LITE, 0, sizeof(p) };
	be16 sum;

	p[15] = last;
	sum = csum_fold(csum_partial(p, over, csum_partial(pseudo, sizeof(pseudo), 0)));
	if (!zero_sum)
		memcpy(p + 6, &sum, sizeof(sum));
	p[15] = 'd';
	cr_assert_eq(box_send(b, raw, "127.0.0.1", 0, p, sizeof(p), NULL, 0), sizeof(p));
	box_run(b);
}

/* UDPL-01: a reach of 0 is all, 1 to 7 and more than the datagram are illegal, a sum is needed. */
Test(udplite, header)
{
	static const struct {
		u16 reach;
		u32 over;
		bool zero_sum;
		u8 last;	/* octet 15 while summing: 'd' is right */
		bool arrives;
	} rows[] = {
		{ 16, 16, false, 'd', true }, { 0, 16, false, 'd', true }, { 8, 8, false, 'd', true },
		{ 12, 12, false, 'x', true }, { 16, 16, false, 'x', false }, { 0, 16, false, 'x', false },
		{ 7, 7, false, 'd', false }, { 1, 16, false, 'd', false }, { 17, 16, false, 'd', false },
		{ 16, 16, true, 'd', false },
	};
	struct box *b = box_open();
	struct sock *s = server(b, &fams[0]), *raw = box_sock(b, 2, BOX_RAW, LITE);
	u64 wrong = 0;
	char buf[16];

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		send_raw(b, raw, rows[i].reach, rows[i].over, rows[i].zero_sum, rows[i].last);
		cr_expect_eq(box_recv(s, buf, sizeof(buf), NULL, NULL, 0, NULL),
			     rows[i].arrives ? 8 : -EAGAIN, "row %u", i);
		wrong += !rows[i].arrives;
	}
	cr_expect_eq(bad(b), wrong);
	cr_expect_eq(b->net->mib[MIB_UdpLite_InCsumErrors], wrong);
	cr_expect_eq(b->net->mib[MIB_Udp_InErrors], 0, "UDP counts its own");
	sock_close(s);
	sock_close(raw);
	box_close(b);
}
