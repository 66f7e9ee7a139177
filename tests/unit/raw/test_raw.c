/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw and ping sockets over lo, both families. */
#include "tests/unit/socket/box.h"

static const struct fam {
	int family, proto;
	const char *lo, *own;
	u8 request, reply;
} fams[] = {
	{ 2, 1, "127.0.0.1", "10.1.1.1", 8, 0 },
	{ 10, 58, "::1", "fd01::1", 128, 129 },
};

/* An echo request is answered; the socket that sent it gets the reply with its own identifier. */
Test(ping, echo)
{
	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *p = box_sock(b, fams[f].family, BOX_DGRAM, fams[f].proto);
		struct sock *q = box_sock(b, fams[f].family, BOX_DGRAM, fams[f].proto);
		u8 req[12] = { fams[f].request, 0, 9, 9, 0x12, 0x34, 0, 7, 'p', 'i', 'n', 'g' };
		struct inet_sockaddr from;
		int off = 0;
		u8 buf[64];

		cr_assert_eq(box_bind(b, q, fams[f].lo, 777), 0);
		cr_expect_eq(box_send(b, p, fams[f].lo, 0, req, 12, NULL, 0), 12);
		box_run(b);
		cr_expect_eq(box_recv(p, buf, sizeof(buf), &from, NULL, 0, NULL), 12);
		cr_expect_eq(buf[0], fams[f].reply);
		cr_expect_eq(get_be16(buf + 4), box_port(p), "identifier is the port");
		cr_expect_eq(get_be16(buf + 6), 7);
		cr_expect_arr_eq(buf + 8, "ping", 4);
		cr_expect(inet_addr_is_loopback(&from.addr));
		cr_expect_eq(box_recv(q, buf, sizeof(buf), NULL, NULL, 0, NULL), -EAGAIN);
		cr_assert_eq(box_connect(b, q, fams[f].lo, 0), 0);
		cr_expect_eq(box_send(b, q, NULL, 0, req, 12, NULL, 0), 12);
		box_run(b);
		cr_expect_eq(box_recv(q, buf, sizeof(buf), NULL, NULL, 0, NULL), 12);
		cr_expect_eq(get_be16(buf + 4), 777);
		req[0] = fams[f].reply;
		cr_expect_eq(box_send(b, p, fams[f].lo, 0, req, 12, NULL, 0), -EINVAL);
		cr_expect_eq(box_send(b, p, fams[f].lo, 0, req, 7, NULL, 0), -EINVAL);
		sock_close(p);
		p = box_sock(b, fams[f].family, BOX_DGRAM, fams[f].proto);
		/* ping sockets are born with SO_REUSEADDR, as on Linux; both must have it to share */
		cr_expect_eq(sock_setsockopt(p, 1 /* SOL_SOCKET */, 2 /* SO_REUSEADDR */, &off, 4),
			     0);
		cr_expect_eq(box_bind(b, p, fams[f].lo, 777), -EADDRINUSE);
		sock_close(p);
		p = box_sock(b, fams[f].family, BOX_DGRAM, fams[f].proto);
		cr_expect_eq(box_bind(b, p, fams[f].lo, 777), 0);
		sock_close(p);
		sock_close(q);
		box_close(b);
	}
}

Test(ping, large_requests_are_fragmented)
{
	static u8 req[9000], buf[9000];

	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *p = box_sock(b, fams[f].family, BOX_DGRAM, fams[f].proto);

		memset(req, 'z', sizeof(req));
		req[0] = fams[f].request;
		req[1] = 0;
		cr_assert_eq(dev_set_mtu(dev_get_by_name(b->net, "lo"), 1500), 0);
		cr_expect_eq(box_send(b, p, fams[f].lo, 0, req, sizeof(req), NULL, 0), 9000);
		box_run(b);
		cr_expect_eq(box_recv(p, buf, sizeof(buf), NULL, NULL, 0, NULL), 9000);
		cr_expect_arr_eq(buf + 8, req + 8, 8992);
		sock_close(p);
		box_close(b);
	}
}

Test(ping, groups)
{
	struct box *b = box_open();

	cr_expect(ping_group_allowed(b->net, 0));
	cr_assert_eq(sysctl_set(b->net, "net.ipv4.ping_group_range", "100 200"), 0);
	cr_expect(!ping_group_allowed(b->net, 99));
	cr_expect(ping_group_allowed(b->net, 200));
	cr_assert_eq(sysctl_set(b->net, "net.ipv4.ping_group_range", "1 0"), 0);
	cr_expect(!ping_group_allowed(b->net, 0));
	cr_expect_eq(sysctl_set(b->net, "net.ipv4.ping_group_range", "x"), -EINVAL);
	cr_expect(!ping_group_allowed(b->net, 1));
	box_close(b);
}

/* Every raw socket of the protocol sees the packet; IPv4's with its header, IPv6's without. */
Test(raw, copies_and_filters)
{
	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *r1 = box_sock(b, fams[f].family, BOX_RAW, fams[f].proto);
		struct sock *r2 = box_sock(b, fams[f].family, BOX_RAW, fams[f].proto);
		struct sock *other = box_sock(b, fams[f].family, BOX_RAW, 200);
		struct sock *elsewhere = box_sock(b, fams[f].family, BOX_RAW, fams[f].proto);
		u8 req[8] = { fams[f].request, 0, 0, 0, 0, 5, 0, 1 };
		u8 filter[32];
		u8 buf[64];
		u32 hdr = f ? 0 : 20, seen = 0;

		memset(filter, 0xff, sizeof(filter));
		filter[fams[f].reply >> 3] &= (u8) ~(1u << (fams[f].reply & 7));
		cr_assert_eq(sock_setsockopt(r1, f ? 58 : 255, 1, filter, f ? 32 : 4), 0);
		cr_expect_eq(sock_setsockopt(other, f ? 58 : 255, 1, filter, 4), -EOPNOTSUPP);
		cr_assert_eq(box_bind(b, elsewhere, fams[f].own, 0), 0);
		if (!f) {
			u32 sum = csum_partial(req, 8, 0);
			be16 c = csum_fold(sum);

			memcpy(req + 2, &c, 2);
		}
		cr_expect_eq(box_send(b, r1, fams[f].lo, 0, req, 8, NULL, 0), 8);
		box_run(b);
		cr_expect_eq(box_recv(r1, buf, sizeof(buf), NULL, NULL, 0, NULL), hdr + 8);
		cr_expect_eq(buf[hdr], fams[f].reply, "the filter let only the reply pass");
		cr_expect_eq(box_recv(r1, buf, sizeof(buf), NULL, NULL, 0, NULL), -EAGAIN);
		while (box_recv(r2, buf, sizeof(buf), NULL, NULL, 0, NULL) == hdr + 8)
			seen++;
		cr_expect_eq(seen, 2, "request and reply");
		cr_expect_eq(box_recv(other, buf, sizeof(buf), NULL, NULL, 0, NULL), -EAGAIN);
		cr_expect_eq(box_recv(elsewhere, buf, sizeof(buf), NULL, NULL, 0, NULL), -EAGAIN);
		sock_close(r1);
		sock_close(r2);
		sock_close(other);
		sock_close(elsewhere);
		box_close(b);
	}
}

/* A protocol that nobody else handles, and IPV6_CHECKSUM. */
Test(raw, own_protocol)
{
	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *r = box_sock(b, fams[f].family, BOX_RAW, 200);
		u8 pkt[6] = { 1, 2, 0, 0, 5, 6 }, buf[64];
		u32 hdr = f ? 0 : 20;

		cr_expect_eq(box_port(r), 200, "getsockname shows the protocol");
		if (f) {
			cr_expect_eq(box_set(r, 41, 7, 3), -EINVAL);
			cr_expect_eq(box_set(r, 41, 7, 2), 0);
		} else {
			cr_expect_eq(box_set(r, 255, 7, 2), -ENOPROTOOPT);
		}
		cr_expect_eq(box_send(b, r, fams[f].lo, 0, pkt, 6, NULL, 0), 6);
		box_run(b);
		cr_expect_eq(box_recv(r, buf, sizeof(buf), NULL, NULL, 0, NULL), hdr + 6);
		cr_expect_arr_eq(buf + hdr, pkt, 2);
		if (f) {
			cr_expect_neq(get_be16(buf + 2), 0, "the stack made the checksum");
			cr_expect_eq(box_set(r, 41, 7, 6), 0);
			cr_expect_eq(box_send(b, r, fams[f].lo, 0, pkt, 6, NULL, 0), -EINVAL);
		}
		sock_close(r);
		box_close(b);
	}
}

Test(raw, header_included)
{
	struct box *b = box_open();
	struct sock *r = box_sock(b, 2, BOX_RAW, 255), *in = box_sock(b, 2, BOX_RAW, 200);
	u8 pkt[24] = { 0x45, 0, 0, 0, 0,   0, 0, 0, 9,	 200, 0,   0,
		       0,    0, 0, 0, 127, 0, 0, 1, 'r', 'a', 'w', 0 };
	u8 buf[64];
	int v;

	cr_expect_eq(box_get(r, 0, 3, &v), 0);
	cr_expect_eq(v, 1, "IPPROTO_RAW implies IP_HDRINCL");
	cr_expect_eq(box_send(b, r, "127.0.0.1", 0, pkt, 24, NULL, 0), 24);
	box_run(b);
	cr_expect_eq(box_recv(in, buf, sizeof(buf), NULL, NULL, 0, NULL), 24);
	cr_expect_eq(buf[8], 9, "the program's TTL");
	cr_expect_eq(get_be16(buf + 2), 24, "total length is filled in");
	cr_expect_eq(buf[12], 127, "and the source");
	cr_expect_arr_eq(buf + 20, "raw", 3);
	cr_expect_eq(box_send(b, r, "127.0.0.1", 0, pkt, 19, NULL, 0), -EINVAL);
	sock_close(r);
	sock_close(in);
	box_close(b);
}
