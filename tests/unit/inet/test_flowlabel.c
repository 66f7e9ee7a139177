/* SPDX-License-Identifier: BSD-2-Clause */
/* Leases of flow labels: who may share one, how long it is held, and what may be sent then. */
#include "tests/unit/socket/box.h"

enum { GET, PUT, RENEW, CREATE = 1, EXCL = 2 };
enum { SHARE_EXCL = 1, SHARE_PROCESS = 2, SHARE_USER = 3, SHARE_ANY = 255 };
enum { SOL_IPV6_NR = 41, FLOWLABEL_MGR = 32, FLOWINFO_SEND = 33, DSTOPTS = 59 };

struct request {
	u8 dst[16];
	be32 label;
	u8 action, share;
	u16 flags, expires, linger;
	u32 zero;
};

static int ask(struct sock *sk, int action, u32 label, int share, int flags, int linger)
{
	struct request q = { .dst = { 0x20, 1, 0xd, 0xb8, [15] = 1 }, .label = be32_make(label),
			     .action = (u8)action, .share = (u8)share, .flags = (u16)flags,
			     .linger = (u16)linger };

	return sock_setsockopt(sk, SOL_IPV6_NR, FLOWLABEL_MGR, &q, sizeof(q));
}

static void count(const struct flowlabel *fl, void *arg)
{
	(void)fl;
	++*(u32 *)arg;
}

static u32 labels(struct box *b)
{
	u32 n = 0;

	flowlabels_for_each(b->net, count, &n);
	return n;
}

Test(flowlabel, shares)
{
	struct box *b = box_open();
	struct sock *one = box_sock(b, 10, BOX_DGRAM, 0), *two = box_sock(b, 10, BOX_DGRAM, 0);
	struct netns_labels *ns = &b->net->inet.labels;

	ns->caller_pid = 7;
	ns->caller_uid = 1000;
	cr_assert_eq(ask(one, GET, 0x11, SHARE_ANY, 0, 10), -ENOENT);
	cr_assert_eq(ask(one, GET, 0x100000, SHARE_ANY, CREATE, 10), -EINVAL);
	cr_assert_eq(ask(one, GET, 0x11, 4, CREATE, 10), -EINVAL);
	cr_assert_eq(ask(one, GET, 0x11, SHARE_PROCESS, CREATE, 10), 0);
	cr_assert_eq(ask(two, GET, 0x11, SHARE_PROCESS, 0, 10), 0);
	cr_assert_eq(ask(two, GET, 0x11, SHARE_PROCESS, EXCL, 10), -EEXIST);
	ns->caller_pid = 8;
	cr_assert_eq(ask(two, GET, 0x11, SHARE_PROCESS, 0, 10), -EPERM);
	cr_assert_eq(ask(two, GET, 0x11, SHARE_ANY, 0, 10), -EPERM);
	cr_assert_eq(ask(one, GET, 0x12, SHARE_USER, CREATE, 10), 0);
	cr_assert_eq(ask(two, GET, 0x12, SHARE_USER, 0, 10), 0);
	ns->caller_uid = 1001;
	cr_assert_eq(ask(two, GET, 0x12, SHARE_USER, 0, 10), -EPERM);
	cr_assert_eq(ask(one, GET, 0x13, SHARE_EXCL, CREATE, 10), 0);
	cr_assert_eq(ask(two, GET, 0x13, SHARE_EXCL, CREATE, 10), -EPERM);
	cr_assert_eq(ask(one, GET, 0, SHARE_ANY, CREATE, 10), 0);
	cr_assert(ns->chosen && ns->chosen <= 0xfffff);
	cr_assert_eq(labels(b), 4);
	sock_close(one);
	sock_close(two);
	box_close(b);
}

Test(flowlabel, time)
{
	struct box *b = box_open();
	struct sock *sk = box_sock(b, 10, BOX_DGRAM, 0);

	b->net->inet.labels.caller_admin = false;
	cr_assert_eq(ask(sk, GET, 0x11, SHARE_ANY, CREATE, 151), -EPERM);
	cr_assert_eq(ask(sk, GET, 0x11, SHARE_ANY, CREATE, 20), 0);
	box_pass(b, 60 * NSEC_PER_SEC);
	cr_assert_eq(labels(b), 1, "one in use does not end");
	cr_assert_eq(ask(sk, RENEW, 0x11, SHARE_ANY, 0, 30), 0);
	cr_assert_eq(ask(sk, PUT, 0x11, 0, 0, 0), 0);
	cr_assert_eq(ask(sk, PUT, 0x11, 0, 0, 0), -ESRCH);
	cr_assert_eq(ask(sk, RENEW, 0x11, 0, 0, 30), -ESRCH);
	b->net->inet.labels.caller_admin = true;
	cr_assert_eq(ask(sk, RENEW, 0x11, 0, 0, 30), 0);
	box_pass(b, 29 * NSEC_PER_SEC);
	cr_assert_eq(labels(b), 1);
	box_pass(b, 2 * NSEC_PER_SEC);
	cr_assert_eq(labels(b), 0);
	sock_close(sk);
	box_close(b);
}

/* Without privilege a socket has 32, and fewer when there are many. */
Test(flowlabel, room)
{
	struct box *b = box_open();
	struct sock *sk = box_sock(b, 10, BOX_DGRAM, 0), *other = box_sock(b, 10, BOX_DGRAM, 0);
	u32 i;

	b->net->inet.labels.caller_admin = false;
	for (i = 1; i <= 32; i++)
		cr_assert_eq(ask(sk, GET, i, SHARE_ANY, CREATE, 6), 0, "%u", i);
	cr_assert_eq(ask(sk, GET, i, SHARE_ANY, CREATE, 6), -ENOBUFS);
	cr_assert_eq(ask(other, GET, i, SHARE_ANY, CREATE, 6), 0);
	b->net->inet.labels.caller_admin = true;
	for (; i <= 4096; i++)
		cr_assert_eq(ask(sk, GET, i, SHARE_ANY, CREATE, 6), 0, "%u", i);
	cr_assert_eq(ask(sk, GET, i, SHARE_ANY, CREATE, 6), -ENOBUFS);
	sock_close(sk);
	sock_close(other);
	box_close(b);
}

/* A label with a hop-by-hop header: its maker needs the right, and who sends with it has the header. */
Test(flowlabel, headers)
{
	struct box *b = box_open();
	struct sock *sk = box_sock(b, 10, BOX_DGRAM, 0), *to = box_sock(b, 10, BOX_DGRAM, 0);
	struct inet_sockaddr name = { .family = 10, .port = 99, .addr.b[15] = 1, .flowinfo = 0x55 };
	struct skb_vec vec = { .base = "x", .len = 1 };
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = 1, .name = &name, .has_name = true };
	struct {
		struct request q;
		u64 len; /* struct cmsghdr */
		s32 level, type;
		u8 header[8];
	} r = { { .dst = { 0x20, 1, 0xd, 0xb8, [15] = 1 },
		  .label = be32_make(0x55),
		  .share = SHARE_ANY,
		  .flags = CREATE },
		24,
		SOL_IPV6_NR,
		54,
		{ 0, 0, 0x1e, 4 } };
	u32 count;

	cr_assert_eq(box_bind(b, to, "::1", 99), 0);
	cr_assert_eq(box_set(sk, SOL_IPV6_NR, FLOWINFO_SEND, 1), 0);
	cr_assert_eq(sock_setsockopt(sk, SOL_IPV6_NR, FLOWLABEL_MGR, &r, sizeof(r)), -EPERM);
	b->net->inet.labels.caller_raw = true;
	r.header[1] = 1;
	cr_assert_eq(sock_setsockopt(sk, SOL_IPV6_NR, FLOWLABEL_MGR, &r, sizeof(r)), -EINVAL,
		     "is not all there");
	r.header[1] = 0;
	cr_assert_eq(sock_setsockopt(sk, SOL_IPV6_NR, FLOWLABEL_MGR, &r, sizeof(r)), 0);
	cr_assert_eq(sock_setsockopt(sk, SOL_IPV6_NR, DSTOPTS, r.header, 8), 0);
	for (count = 0; count < 2; count++) { /* at once, and held back */
		m.flags = count ? SMSG_MORE : 0;
		cr_assert_eq(sock_sendmsg(sk, &m), 1);
	}
	m.flags = 0;
	cr_assert_eq(sock_sendmsg(sk, &m), 1);
	box_run(b);
	count = 0;
	while (!skb_queue_empty(&to->sk_receive_queue)) {
		struct sk_buff *skb = skb_dequeue(&to->sk_receive_queue);
		const u8 *ip = skb_network_header(skb);

		cr_assert_eq(ip[6], 0, "hop-by-hop options are first");
		cr_assert_eq(ip[40], IP_PROTO_DSTOPTS);
		cr_assert_eq(ip[42], 0x1e);
		consume_skb(skb);
		count++;
	}
	cr_assert_eq(count, 2);
	sock_close(sk);
	sock_close(to);
	box_close(b);
}

Test(flowlabel, sent)
{
	struct box *b = box_open();
	struct sock *sk = box_sock(b, 10, BOX_DGRAM, 0), *to = box_sock(b, 10, BOX_DGRAM, 0);
	struct inet_sockaddr name = { .family = 10, .port = 99, .addr.b[15] = 1, .flowinfo = 0x12345 };
	struct skb_vec vec = { .base = "x", .len = 1 };
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = 1, .name = &name, .has_name = true };

	cr_assert_eq(box_bind(b, to, "::1", 99), 0);
	cr_assert_eq(box_set(sk, SOL_IPV6_NR, FLOWINFO_SEND, 1), 0);
	cr_assert_eq(sock_sendmsg(sk, &m), 1, "any label, while none was leased");
	cr_assert_eq(ask(sk, GET, 0x55, SHARE_EXCL, CREATE, 6), 0);
	cr_assert_eq(sock_sendmsg(sk, &m), -EINVAL);
	name.flowinfo = 0x55;
	cr_assert_eq(sock_sendmsg(sk, &m), 1);
	name.flowinfo = 0;
	cr_assert_eq(sock_sendmsg(sk, &m), 1);
	box_run(b);
	sock_close(sk);
	sock_close(to);
	box_close(b);
}
