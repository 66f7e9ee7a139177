/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP over lo: demultiplexing, lengths, corking, errors, control messages. */
#include "tests/unit/socket/box.h"

static const struct fam {
	int family;
	const char *any, *lo, *own, *gone;
} fams[] = {
	{ 2, "0.0.0.0", "127.0.0.1", "10.1.1.1", "127.0.0.9" },
	{ 10, "::", "::1", "fd01::1", "::1" },
};

static u8 big[70000];

static void fill(void)
{
	for (u32 i = 0; i < sizeof(big); i++)
		big[i] = (u8)(i * 31 + (i >> 8));
}

static struct sock *server(struct box *b, const struct fam *f, const char *addr, u16 port)
{
	struct sock *sk = box_sock(b, f->family, BOX_DGRAM, 0);

	cr_assert_eq(box_bind(b, sk, addr, port), 0);
	return sk;
}

/* UDP-10: empty, one octet, up to the largest; larger is EMSGSIZE. Fragmented when needed. */
Test(udp, sizes)
{
	static const u32 sizes[] = { 0, 1, 247, 248, 249, 1472, 1473, 32767, 32768, 40000, 65507 };
	u8 *buf = malloc(70000);

	fill();
	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *s = server(b, &fams[f], fams[f].any, 53);
		struct sock *c = box_sock(b, fams[f].family, BOX_DGRAM, 0);
		u32 max = fams[f].family == 2 ? 65507 : 65527;

		for (u32 i = 0; i < ARRAY_SIZE(sizes); i++) {
			struct inet_sockaddr from;

			cr_expect_eq(box_send(b, c, fams[f].lo, 53, big, sizes[i], NULL, 0),
				     (ssize_t)sizes[i], "%u", sizes[i]);
			box_run(b);
			cr_expect_eq(sock_poll(s) & SOCK_EV_IN, SOCK_EV_IN);
			cr_expect_eq(box_recv(s, buf, 70000, &from, NULL, 0, NULL),
				     (ssize_t)sizes[i], "size %u", sizes[i]);
			cr_expect_arr_eq(buf, big, sizes[i]);
			cr_expect_eq(from.port, box_port(c));
			cr_expect(inet_addr_is_loopback(&from.addr));
			cr_expect_eq(sock_poll(s) & SOCK_EV_IN, 0);
		}
		cr_expect_eq(box_send(b, c, fams[f].lo, 53, big, max + 1, NULL, 0), -EMSGSIZE);
		cr_expect_eq(box_recv(s, buf, 1, NULL, NULL, 0, NULL), -EAGAIN);
		sock_close(s);
		sock_close(c);
		box_close(b);
	}
	free(buf);
}

/* The same through a device with an MTU of 1500: fragments out; and back in by the other lo. */
Test(udp, fragments_leave_with_a_whole_checksum)
{
	struct box *b = box_open();
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	struct sk_buff *skb;
	u32 n = 0, bytes = 0;

	fill();
	box_set(c, 1, 6, 1);	/* SO_BROADCAST */
	cr_assert_eq(box_send(b, c, "10.1.1.255", 53, big, 4000, NULL, 0), 4000);
	box_run(b);
	while ((skb = skb_dequeue(&b->frames)) != NULL) {
		struct ip4_hdr ip;

		cr_assert_eq(skb_copy_bits(skb, 14, &ip, sizeof(ip)), 0);
		if (ip.protocol == IP_PROTO_UDP) {
			cr_expect_leq(be16_get(ip.tot_len), 1500);
			bytes += be16_get(ip.tot_len) - 20u;
			n++;
		}
		consume_skb(skb);
	}
	cr_expect_eq(n, 3);
	cr_expect_eq(bytes, 4008);
	sock_close(c);
	box_close(b);
}

/* UDP-10 */
Test(udp, peek_trunc_and_flags)
{
	struct box *b = box_open();
	struct sock *s = server(b, &fams[0], "127.0.0.1", 53);
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	char buf[16];
	int fl;

	box_send(b, c, "127.0.0.1", 53, "hello", 5, NULL, 0);
	box_send(b, c, "127.0.0.1", 53, "second", 6, NULL, 0);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 3, NULL, NULL, SMSG_PEEK, &fl), 3);
	cr_expect_eq(fl & SMSG_TRUNC, SMSG_TRUNC);
	cr_expect_eq(box_recv(s, buf, 3, NULL, NULL, SMSG_PEEK | SMSG_TRUNC, &fl), 5);
	cr_expect_eq(box_recv(s, buf, 16, NULL, NULL, 0, &fl), 5);
	cr_expect_eq(fl, 0);
	cr_expect_arr_eq(buf, "hello", 5);
	cr_expect_eq(box_recv(s, buf, 0, NULL, NULL, 0, &fl), 0);
	cr_expect_eq(fl & SMSG_TRUNC, SMSG_TRUNC, "the rest of a datagram is gone");
	cr_expect_eq(box_recv(s, buf, 16, NULL, NULL, 0, &fl), -EAGAIN);
	cr_expect_eq(box_recv(s, buf, 16, NULL, NULL, SMSG_OOB, &fl), -EOPNOTSUPP);
	cr_expect_eq(box_send(b, c, "127.0.0.1", 53, "x", 1, NULL, SMSG_OOB), -EOPNOTSUPP);
	cr_expect_eq(box_send(b, c, "127.0.0.1", 0, "x", 1, NULL, 0), -EINVAL);
	cr_expect_eq(box_send(b, c, NULL, 0, "x", 1, NULL, 0), -EDESTADDRREQ);
	cr_expect_eq(box_send(b, c, "::1", 53, "x", 1, NULL, 0), -EAFNOSUPPORT);
	cr_expect_eq(sock_shutdown(c, 1), -ENOTCONN);
	cr_expect_eq(box_send(b, c, "127.0.0.1", 53, "x", 1, NULL, 0), -EPIPE);
	sock_close(s);
	sock_close(c);
	box_close(b);
}

/* UDP-06: most specific wins; a connected socket hears only its peer. UDP-16: disconnect. */
Test(udp, demultiplexing)
{
	struct box *b = box_open();
	struct sock *any, *exact, *conn, *c1, *c2;
	char buf[8];
	u16 port;

	any = box_sock(b, 2, BOX_DGRAM, 0);
	exact = box_sock(b, 2, BOX_DGRAM, 0);
	conn = box_sock(b, 2, BOX_DGRAM, 0);
	any->sk_reuse = exact->sk_reuse = conn->sk_reuse = true;
	cr_assert_eq(box_bind(b, any, "0.0.0.0", 53), 0);
	cr_assert_eq(box_bind(b, exact, "127.0.0.1", 53), 0);
	cr_assert_eq(box_bind(b, conn, "127.0.0.1", 53), 0);
	c1 = server(b, &fams[0], "127.0.0.1", 1001);
	c2 = server(b, &fams[0], "127.0.0.1", 1002);
	cr_assert_eq(box_connect(b, conn, "127.0.0.1", 1001), 0);

	box_send(b, c1, "127.0.0.1", 53, "a", 1, NULL, 0);
	box_send(b, c2, "127.0.0.1", 53, "b", 1, NULL, 0);
	box_send(b, c2, "10.1.1.1", 53, "c", 1, NULL, 0);
	box_run(b);
	cr_expect_eq(box_recv(conn, buf, 8, NULL, NULL, 0, NULL), 1);
	cr_expect_eq(buf[0], 'a');
	cr_expect_eq(box_recv(conn, buf, 8, NULL, NULL, 0, NULL), -EAGAIN);
	cr_expect_eq(box_recv(exact, buf, 8, NULL, NULL, 0, NULL), 1);
	cr_expect_eq(buf[0], 'b');
	cr_expect_eq(box_recv(any, buf, 8, NULL, NULL, 0, NULL), 1);
	cr_expect_eq(buf[0], 'c');

	/* connect gave an ephemeral port and a source: both go with AF_UNSPEC */
	cr_assert_eq(box_connect(b, c1, "127.0.0.1", 53), 0);
	cr_expect_eq(sock_connect(c1, "\0\0", 2), 0);
	cr_expect_eq(box_port(c1), 1001, "a bound port stays");
	sock_close(c1);
	c1 = box_sock(b, 2, BOX_DGRAM, 0);
	cr_assert_eq(box_connect(b, c1, "127.0.0.1", 53), 0);
	port = box_port(c1);
	cr_expect_neq(port, 0);
	cr_expect_eq(sock_connect(c1, "\0\0", 2), 0);
	cr_expect_eq(box_port(c1), 0);
	cr_expect(inet_addr_any(&inet_sk(c1)->rcv_saddr));
	cr_expect_eq(box_bind(b, c2, "127.0.0.1", port), -EINVAL);
	sock_close(any);
	sock_close(exact);
	sock_close(conn);
	sock_close(c1);
	sock_close(c2);
	box_close(b);
}

/* UDP-06: a dual socket takes both families, an IPv6-only one does not. */
Test(udp, dual_stack)
{
	struct box *b = box_open();
	struct sock *s = server(b, &fams[1], "::", 53);
	struct sock *c4 = box_sock(b, 2, BOX_DGRAM, 0), *c6 = box_sock(b, 10, BOX_DGRAM, 0);
	struct inet_sockaddr from;
	char buf[8];

	box_send(b, c4, "127.0.0.1", 53, "4", 1, NULL, 0);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 8, &from, NULL, 0, NULL), 1);
	cr_expect_eq(from.family, 10);
	cr_expect(inet_addr_is_v4mapped(&from.addr));
	/* and the answer, by the same name */
	cr_expect_eq(box_send(b, s, "::ffff:127.0.0.1", from.port, "5", 1, NULL, 0), 1);
	box_run(b);
	cr_expect_eq(box_recv(c4, buf, 8, &from, NULL, 0, NULL), 1);
	cr_expect_eq(from.family, 2);
	cr_expect_eq(box_send(b, c6, "::ffff:127.0.0.1", 53, "6", 1, NULL, 0), 1);
	cr_expect_eq(box_send(b, c6, "::1", 53, "7", 1, NULL, 0), 1);
	cr_expect_eq(box_send(b, c6, "127.0.0.1", 53, "8", 1, NULL, 0), 1, "sockaddr_in works, too");
	box_run(b);
	for (u32 i = 0; i < 3; i++)
		cr_expect_eq(box_recv(s, buf, 8, &from, NULL, 0, NULL), 1);
	cr_assert_eq(box_connect(b, c6, "::ffff:127.0.0.1", 53), 0);
	cr_expect_eq(box_send(b, c6, NULL, 0, "9", 1, NULL, 0), 1);
	sock_close(c6);
	c6 = box_sock(b, 10, BOX_DGRAM, 0);
	box_set(c6, 41, 26, 1);
	cr_expect_eq(box_send(b, c6, "::ffff:127.0.0.1", 53, "x", 1, NULL, 0), -ENETUNREACH);
	sock_close(s);
	sock_close(c4);
	sock_close(c6);
	box_close(b);
}

/* UDP-05, UDP-09: port unreachable tells a connected sender, once; others only with RECVERR. */
Test(udp, refused)
{
	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *c = box_sock(b, fams[f].family, BOX_DGRAM, 0);
		struct sock *u = box_sock(b, fams[f].family, BOX_DGRAM, 0);
		struct sock_cmsg cm = { 0 };
		struct inet_sockaddr to;
		char buf[8];
		u32 err;
		int v, fl;

		cr_assert_eq(box_connect(b, c, fams[f].lo, 9), 0);
		cr_expect_eq(box_send(b, c, NULL, 0, "x", 1, NULL, 0), 1);
		box_run(b);
		cr_expect_eq(sock_poll(c) & SOCK_EV_ERR, SOCK_EV_ERR);
		cr_expect_eq(box_get(c, 1, 4, &v), 0);
		cr_expect_eq(v, ECONNREFUSED);
		cr_expect_eq(box_recv(c, buf, 8, NULL, NULL, 0, NULL), -EAGAIN, "told once");
		box_send(b, c, NULL, 0, "x", 1, NULL, 0);
		box_run(b);
		cr_expect_eq(box_recv(c, buf, 8, NULL, NULL, 0, NULL), -ECONNREFUSED);
		box_send(b, c, NULL, 0, "x", 1, NULL, 0);
		box_run(b);
		cr_expect_eq(box_send(b, c, NULL, 0, "x", 1, NULL, 0), -ECONNREFUSED);

		cr_expect_eq(box_send(b, u, fams[f].lo, 9, "yy", 2, NULL, 0), 2);
		box_run(b);
		cr_expect_eq(sock_poll(u) & SOCK_EV_ERR, 0, "not connected: not told");
		box_set(u, f ? 41 : 0, f ? 25 : 11, 1);
		box_send(b, u, fams[f].lo, 9, "yy", 2, NULL, 0);
		box_run(b);
		cr_expect_eq(sock_poll(u) & SOCK_EV_ERR, SOCK_EV_ERR);
		cr_expect_eq(box_recv(u, buf, 8, &to, &cm, SMSG_ERRQUEUE, &fl), 2);
		cr_expect_eq(fl & SMSG_ERRQUEUE, SMSG_ERRQUEUE);
		cr_expect_arr_eq(buf, "yy", 2);
		cr_expect(cm.has_err);
		memcpy(&err, cm.ext_err, 4);
		cr_expect_eq(err, ECONNREFUSED);
		cr_expect_eq(cm.ext_err[4], f ? 3 : 2, "origin");
		cr_expect_eq(cm.ext_err[5], f ? 1 : 3, "type");
		cr_expect_eq(cm.ext_err[6], f ? 4 : 3, "code");
		cr_expect_eq(to.port, 9);
		cr_expect_eq(box_recv(u, buf, 8, &to, &cm, SMSG_ERRQUEUE, &fl), -EAGAIN);
		cr_expect_eq(sock_poll(u) & SOCK_EV_ERR, 0);
		sock_close(c);
		sock_close(u);
		box_close(b);
	}
}

/* UDP-12 */
Test(udp, path_mtu_and_local_errors)
{
	struct box *b = box_open();
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	struct sock_cmsg cm = { 0 };
	char buf[8];
	u32 v;
	int mtu;

	fill();
	box_set(c, 0, 11, 1);
	cr_expect_eq(box_get(c, 0, 14, &mtu), -ENOTCONN);
	cr_assert_eq(box_connect(b, c, "10.1.1.2", 53), 0);
	cr_expect_eq(box_get(c, 0, 14, &mtu), 0);
	cr_expect_eq(mtu, 1500);
	box_set(c, 0, 10, 2);	/* IP_PMTUDISC_DO */
	cr_expect_eq(box_send(b, c, NULL, 0, big, 1472, NULL, 0), 1472);
	cr_expect_eq(box_send(b, c, NULL, 0, big, 1473, NULL, 0), -EMSGSIZE);
	cr_expect_eq(box_recv(c, buf, 8, NULL, &cm, SMSG_ERRQUEUE, NULL), 0);
	memcpy(&v, cm.ext_err, 4);
	cr_expect_eq(v, EMSGSIZE);
	cr_expect_eq(cm.ext_err[4], 1, "local");
	memcpy(&v, cm.ext_err + 8, 4);
	cr_expect_eq(v, 1500);
	box_set(c, 0, 10, 1);
	cr_expect_eq(box_send(b, c, NULL, 0, big, 1473, NULL, 0), 1473);
	sock_close(c);
	box_close(b);
}

/* RFC 768 corking: UDP_CORK and MSG_MORE make one datagram of several sends. */
Test(udp, cork)
{
	struct box *b = box_open();
	struct sock *s = server(b, &fams[0], "127.0.0.1", 53);
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	u8 *buf = malloc(70000);

	fill();
	cr_assert_eq(box_connect(b, c, "127.0.0.1", 53), 0);
	cr_expect_eq(box_send(b, c, NULL, 0, "ab", 2, NULL, SMSG_MORE), 2);
	cr_expect_eq(box_send(b, c, NULL, 0, "cd", 2, NULL, SMSG_MORE), 2);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 70000, NULL, NULL, 0, NULL), -EAGAIN);
	cr_expect_eq(box_send(b, c, NULL, 0, "e", 1, NULL, 0), 1);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 70000, NULL, NULL, 0, NULL), 5);
	cr_expect_arr_eq(buf, "abcde", 5);

	/* many scattered pieces: more than a packet has slots for pages */
	box_set(c, 17, 1, 1);
	for (u32 i = 0; i < 60; i++) {
		struct page_frag *pf = &b->net->frag_cache;

		cr_assert_eq(box_send(b, c, NULL, 0, big + i * 1000, 1000, NULL, 0), 1000);
		if (pf->page && page_frag_room(pf) > 100)
			pf->off += 64;	/* somebody else's bytes lie in between */
	}
	cr_expect_eq(box_recv(s, buf, 70000, NULL, NULL, 0, NULL), -EAGAIN);
	cr_expect_eq(box_set(c, 17, 1, 0), 0);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 70000, NULL, NULL, 0, NULL), 60000);
	cr_expect_arr_eq(buf, big, 60000);

	box_set(c, 17, 1, 1);
	cr_expect_eq(box_send(b, c, NULL, 0, big, 65000, NULL, 0), 65000);
	cr_expect_eq(box_send(b, c, NULL, 0, big, 508, NULL, 0), -EMSGSIZE);
	cr_expect_eq(box_send(b, c, NULL, 0, "kept", 4, NULL, 0), 4);
	sock_close(c);	/* with data corked */
	sock_close(s);
	free(buf);
	box_close(b);
}

/* UDP-13, UDP-14 */
Test(udp, segment_and_gro)
{
	struct box *b = box_open();
	struct sock *s = server(b, &fams[0], "127.0.0.1", 53);
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	struct sock_cmsg cm = { .has_gso = true, .gso_size = 100 }, got;
	u8 *buf = malloc(70000);
	int fl;

	fill();
	cr_assert_eq(box_connect(b, c, "127.0.0.1", 53), 0);
	cr_expect_eq(box_set(c, 17, 103, 70000), -EINVAL);
	cr_expect_eq(box_set(c, 17, 103, 1000), 0);
	cr_expect_eq(box_send(b, c, NULL, 0, big, 2500, NULL, 0), 2500);
	box_run(b);
	for (u32 i = 0; i < 3; i++) {	/* one packet on lo, three datagrams to the program */
		u32 n = i < 2 ? 1000 : 500;

		cr_expect_eq(box_recv(s, buf, 10, NULL, NULL, SMSG_PEEK | SMSG_TRUNC, &fl),
			     (ssize_t)n);
		cr_expect_eq(box_recv(s, buf, 70000, NULL, NULL, 0, NULL), (ssize_t)n);
		cr_expect_arr_eq(buf, big + i * 1000, n);
	}
	cr_expect_eq(box_recv(s, buf, 70000, NULL, NULL, 0, NULL), -EAGAIN);
	cr_expect_eq(b->net->mib[MIB_Udp_InDatagrams], 3);

	cr_expect_eq(box_set(s, 17, 104, 1), 0);
	cr_expect_eq(box_send(b, c, NULL, 0, big, 950, &cm, 0), 950, "the cmsg overrides");
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 70000, NULL, &got, 0, NULL), 950);
	cr_expect(got.has_gso);
	cr_expect_eq(got.gso_size, 100);
	cm.gso_size = 1;
	cr_expect_eq(box_send(b, c, NULL, 0, big, 200, &cm, 0), -EINVAL, "too many segments");
	sock_close(s);
	sock_close(c);

	c = box_sock(b, 2, BOX_DGRAM, 0);
	cr_assert_eq(box_connect(b, c, "10.1.1.2", 53), 0);
	cm.gso_size = 1473;
	cr_expect_eq(box_send(b, c, NULL, 0, big, 3000, &cm, 0), -EMSGSIZE, "beyond the MTU");
	sock_close(c);
	free(buf);
	box_close(b);
}

/* UDP-11 ATK-FLD-11 */
Test(udp, receive_buffer_limits)
{
	struct box *b = box_open();
	struct sock *s = server(b, &fams[0], "127.0.0.1", 53);
	struct sock *t = server(b, &fams[0], "127.0.0.1", 54);
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	struct sock_cmsg cm;
	u32 got = 0;
	char buf[2000];

	fill();
	box_set(s, 1, 8, 4000);		/* SO_RCVBUF */
	box_set(s, 1, 40, 1);		/* SO_RXQ_OVFL */
	for (u32 i = 0; i < 50; i++) {
		cr_assert_eq(box_send(b, c, "127.0.0.1", 53, big, 1000, NULL, 0), 1000);
		box_run(b);
	}
	box_send(b, c, "127.0.0.1", 54, big, 1000, NULL, 0);
	box_run(b);
	cr_expect_eq(box_recv(t, buf, sizeof(buf), NULL, NULL, 0, NULL), 1000, "others unaffected");
	while (box_recv(s, buf, sizeof(buf), NULL, NULL, 0, NULL) == 1000)
		got++;
	cr_expect(got > 0 && got < 50, "%u", got);
	cr_expect_eq(s->sk_drops, 50 - got);
	cr_expect_eq(b->net->mib[MIB_Udp_RcvbufErrors], 50 - got);
	box_send(b, c, "127.0.0.1", 53, big, 1000, NULL, 0);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, sizeof(buf), NULL, &cm, 0, NULL), 1000);
	cr_expect(cm.has_rxq_ovfl);
	cr_expect_eq(cm.rxq_ovfl, 50 - got);
	/* the limit of all sockets together */
	cr_assert_eq(sysctl_set(b->net, "net.ipv4.udp_mem", "0 0 0"), 0);
	box_send(b, c, "127.0.0.1", 54, big, 1000, NULL, 0);
	box_run(b);
	cr_expect_eq(box_recv(t, buf, sizeof(buf), NULL, NULL, 0, NULL), -EAGAIN);
	cr_expect_eq(b->net->mib[MIB_Udp_MemErrors], 1);
	sock_close(s);
	sock_close(t);
	sock_close(c);
	cr_expect_eq(b->net->udp.mem_bytes, 0);
	box_close(b);
}

/* UDP-15 */
Test(udp, control_messages)
{
	struct box *b = box_open();
	struct sock *s = server(b, &fams[0], "0.0.0.0", 53);
	struct sock *c = box_sock(b, 2, BOX_DGRAM, 0);
	struct sock_cmsg out = { .has_ttl = true, .ttl = 33, .has_tos = true, .tos = 0x48 }, in;
	char buf[8];

	box_set(s, 0, 8, 1);
	box_set(s, 0, 12, 1);
	box_set(s, 0, 13, 1);
	box_set(s, 0, 20, 1);
	box_set(s, 1, 29, 1);	/* SO_TIMESTAMP */
	cr_expect_eq(box_send(b, c, "10.1.1.1", 53, "x", 1, &out, 0), 1);
	box_run(b);
	cr_expect_eq(box_recv(s, buf, 8, NULL, &in, 0, NULL), 1);
	cr_expect(in.has_ttl && in.ttl == 33, "ttl %d", in.ttl);
	cr_expect(in.has_tos && in.tos == 0x48, "tos %d", in.tos);
	cr_expect(in.has_pktinfo && in.dst.b[12] == 10 && in.dst.b[15] == 1);
	cr_expect_eq(in.ifindex, b->eth->ifindex);	/* by the device with the address */
	cr_expect(in.has_origdst && in.origdst_port == 53);
	cr_expect(in.has_tstamp && in.tstamp_ns >= BOX_EPOCH_S * NSEC_PER_SEC);
	out.ttl = 0;
	cr_expect_eq(box_send(b, c, "10.1.1.1", 53, "x", 1, &out, 0), -EINVAL);
	out = (struct sock_cmsg){ .has_pktinfo = true, .ifindex = 99 };
	cr_expect_eq(box_send(b, c, "10.1.1.1", 53, "x", 1, &out, 0), -ENODEV);
	/* the source by PKTINFO */
	out.ifindex = 0;
	memcpy(out.spec_dst.b, inet_addr_from4((const u8[]){ 10, 1, 1, 1 }).b, 16);
	{
		struct inet_sockaddr from;

		cr_expect_eq(box_send(b, c, "127.0.0.1", 53, "x", 1, &out, 0), 1);
		box_run(b);
		cr_expect_eq(box_recv(s, buf, 8, &from, NULL, 0, NULL), 1);
		cr_expect_eq(from.addr.b[12], 10);
	}
	sock_close(s);
	sock_close(c);
	box_close(b);
}

/* UDP-07: groups and broadcasts reach every socket that matches; sending one needs SO_BROADCAST. */
Test(udp, broadcast_and_multicast)
{
	struct box *b = box_open();
	struct sock *s1 = box_sock(b, 2, BOX_DGRAM, 0), *s2 = box_sock(b, 2, BOX_DGRAM, 0);
	struct sock *uni = box_sock(b, 2, BOX_DGRAM, 0), *c = box_sock(b, 2, BOX_DGRAM, 0);
	u8 mreq[8] = { 239, 1, 2, 3, 10, 1, 1, 1 };
	char buf[8];

	s1->sk_reuse = s2->sk_reuse = uni->sk_reuse = true;
	cr_assert_eq(box_bind(b, s1, "0.0.0.0", 53), 0);
	cr_assert_eq(box_bind(b, s2, "0.0.0.0", 53), 0);
	cr_assert_eq(box_bind(b, uni, "10.1.1.1", 53), 0);
	cr_expect_eq(box_send(b, c, "10.1.1.255", 53, "x", 1, NULL, 0), -EACCES);
	cr_expect_eq(box_connect(b, c, "10.1.1.255", 53), -EACCES);
	box_set(c, 1, 6, 1);
	cr_expect_eq(box_send(b, c, "10.1.1.255", 53, "x", 1, NULL, 0), 1);
	box_run(b);
	cr_expect_eq(box_recv(s1, buf, 8, NULL, NULL, 0, NULL), 1);
	cr_expect_eq(box_recv(s2, buf, 8, NULL, NULL, 0, NULL), 1);
	cr_expect_eq(box_recv(uni, buf, 8, NULL, NULL, 0, NULL), -EAGAIN);

	cr_expect_eq(sock_setsockopt(s1, 0, 35, mreq, 8), 0);
	cr_expect_eq(sock_setsockopt(s1, 0, 35, mreq, 8), -EADDRINUSE);
	box_set(s2, 0, 49, 0);	/* IP_MULTICAST_ALL off: only own groups */
	cr_expect_eq(sock_setsockopt(c, 0, 32, mreq + 4, 4), 0);	/* IP_MULTICAST_IF */
	cr_expect_eq(box_send(b, c, "239.1.2.3", 53, "m", 1, NULL, 0), 1);
	box_run(b);
	cr_expect_eq(box_recv(s1, buf, 8, NULL, NULL, 0, NULL), 1);
	cr_expect_eq(box_recv(s2, buf, 8, NULL, NULL, 0, NULL), -EAGAIN);
	box_set(c, 0, 34, 0);	/* IP_MULTICAST_LOOP */
	cr_expect_eq(box_send(b, c, "239.1.2.3", 53, "m", 1, NULL, 0), 1);
	box_run(b);
	cr_expect_eq(box_recv(s1, buf, 8, NULL, NULL, 0, NULL), -EAGAIN);
	cr_expect_eq(sock_setsockopt(s1, 0, 36, mreq, 8), 0);
	cr_expect_eq(sock_setsockopt(s1, 0, 36, mreq, 8), -EADDRNOTAVAIL);
	mreq[0] = 10;
	cr_expect_eq(sock_setsockopt(s1, 0, 35, mreq, 8), -EINVAL);
	sock_close(s1);
	sock_close(s2);
	sock_close(uni);
	sock_close(c);
	box_close(b);
}

/* UDP-08: a flow always goes to the same member, and every member gets flows. */
Test(udp, reuseport_spread)
{
	enum { MEMBERS = 4, FLOWS = 64 };
	struct box *b = box_open();
	struct sock *s[MEMBERS], *c[FLOWS];
	u32 counts[MEMBERS] = { 0 };
	char buf[8];

	for (u32 i = 0; i < MEMBERS; i++) {
		s[i] = box_sock(b, 2, BOX_DGRAM, 0);
		s[i]->sk_reuseport = true;
		cr_assert_eq(box_bind(b, s[i], "0.0.0.0", 53), 0);
	}
	for (u32 f = 0; f < FLOWS; f++) {
		c[f] = box_sock(b, 2, BOX_DGRAM, 0);
		for (u32 n = 0; n < 3; n++)
			box_send(b, c[f], "127.0.0.1", 53, "x", 1, NULL, 0);
	}
	box_run(b);
	for (u32 i = 0; i < MEMBERS; i++) {
		while (box_recv(s[i], buf, 8, NULL, NULL, 0, NULL) == 1)
			counts[i]++;
		cr_expect_gt(counts[i], 0);
		cr_expect_eq(counts[i] % 3, 0, "flows are not torn");
		sock_close(s[i]);
	}
	for (u32 f = 0; f < FLOWS; f++)
		sock_close(c[f]);
	box_close(b);
}
