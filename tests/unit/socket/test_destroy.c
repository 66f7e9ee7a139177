/* SPDX-License-Identifier: BSD-2-Clause */
/* Births and deaths of a whole net: without memory, and with connections in every state. SOCK-01 */
#include "tests/unit/socket/box.h"

/* net_create() without memory at any single point: NULL, and nothing kept. */
Test(create, allocation_failures)
{
	struct net *net = NULL;

	for (u32 n = 1; !net; n++) {
		struct box b = { .now = NSEC_PER_SEC, .fail_in = n };

		net = box_net(&b);
		if (net) {
			cr_assert_gt(b.fail_in, 0, "allocation %u failed unnoticed", n);
			b.fail_in = 0;
			net_destroy(net);
		}
		cr_assert_eq(b.allocated, 0, "allocation %u: %zu left", n, b.allocated);
		cr_assert_lt(n, 2000);
	}
}

struct pair {
	struct sock *listener, *client, *server;
};

static void pair_open(struct box *b, struct pair *p, const char *addr, u16 port)
{
	int family = strchr(addr, ':') ? 10 : 2, err;

	p->listener = box_sock(b, family, BOX_STREAM, 0);
	p->client = box_sock(b, family, BOX_STREAM, 0);
	cr_assert_eq(box_bind(b, p->listener, addr, port), 0);
	cr_assert_eq(sock_listen(p->listener, 5), 0);
	err = box_connect(b, p->client, addr, port);
	cr_assert(err == 0 || err == -EINPROGRESS, "%d", err);
	box_run(b);
	cr_assert_eq(sock_accept(p->listener, &p->server), 0);
	cr_assert_eq(p->client->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(p->server->sk_state, TCP_ESTABLISHED);
}

static void pair_say(struct box *b, struct pair *p, const char *text)
{
	char buf[64];
	ssize_t n = (ssize_t)strlen(text);

	cr_assert_eq(box_send(b, p->client, NULL, 0, text, strlen(text), NULL, 0), n);
	box_run(b);
	cr_assert_eq(box_recv(p->server, buf, sizeof(buf), NULL, NULL, 0, NULL), n);
	cr_assert_arr_eq(buf, text, strlen(text));
}

Test(destroy, connections_in_every_state)
{
	static u8 bulk[100000];
	struct box *b = box_open();
	struct pair p[8];
	struct sock *waiting, *syn_sent;

	for (u32 i = 0; i < 8; i++) {
		pair_open(b, &p[i], i & 1 ? "::1" : "127.0.0.1", (u16)(100 + i));
		pair_say(b, &p[i], "hello");
	}
	/* 0: ESTABLISHED with unread and unsent data */
	cr_expect_gt(box_send(b, p[0].client, NULL, 0, bulk, sizeof(bulk), NULL, 0), 0);
	box_run(b);
	sock_close(p[1].client);		/* FIN-WAIT-2, CLOSE-WAIT */
	sock_shutdown(p[2].client, 1);
	sock_close(p[3].client);		/* LAST-ACK, TIME-WAIT */
	box_run(b);
	sock_close(p[3].server);
	box_run(b);
	sock_close(p[4].client);		/* both at once: CLOSING, TIME-WAIT */
	sock_close(p[4].server);
	box_run(b);
	sock_close(p[5].listener);
	sock_abort(p[6].client);
	box_run(b);
	/* accepted by nobody */
	waiting = box_sock(b, 2, BOX_STREAM, 0);
	cr_assert_eq(box_connect(b, waiting, "127.0.0.1", 100), -EINPROGRESS);
	box_run(b);
	/* a peer that never answers */
	syn_sent = box_sock(b, 2, BOX_STREAM, 0);
	cr_assert_eq(box_connect(b, syn_sent, "10.1.1.77", 80), -EINPROGRESS);
	box_run(b);
	sock_close(p[7].client);	/* its FIN is not even sent */
	box_close(b);
}

/* connect() to nobody, and the port is free again afterwards. */
Test(tcp, refused)
{
	for (u32 f = 0; f < 2; f++) {
		struct box *b = box_open();
		struct sock *c = box_sock(b, f ? 10 : 2, BOX_STREAM, 0);
		int v;

		cr_assert_eq(box_connect(b, c, f ? "::1" : "127.0.0.1", 9), -EINPROGRESS);
		box_run(b);
		cr_expect_eq(sock_poll(c) & SOCK_EV_ERR, SOCK_EV_ERR);
		cr_expect_eq(box_get(c, 1, 4, &v), 0);
		cr_expect_eq(v, ECONNREFUSED);
		sock_close(c);
		box_run(b);
		cr_expect_eq(b->net->tcp.hash->bhash_count, 0);
		box_close(b);
	}
}

/* A listener keeps its port for itself, and gives it back; TIME-WAIT yields to SO_REUSEADDR. */
Test(tcp, listener_and_time_wait_ports)
{
	struct box *b = box_open();
	struct sock *s;
	struct pair p;

	pair_open(b, &p, "127.0.0.1", 100);
	s = box_sock(b, 2, BOX_STREAM, 0);
	box_set(s, 1, 2, 1);
	box_set(p.listener, 1, 2, 1);
	cr_expect_eq(box_bind(b, s, "127.0.0.1", 100), -EADDRINUSE, "a listener shares with nobody");
	sock_close(p.listener);
	sock_close(p.server);
	box_run(b);
	sock_close(p.client);
	box_run(b);
	/* the server's end closed first: it holds the port in TIME-WAIT */
	cr_expect_eq(b->net->tcp.hash->bhash_count, 1);
	sock_close(s);
	s = box_sock(b, 2, BOX_STREAM, 0);
	cr_expect_eq(box_bind(b, s, "127.0.0.1", 100), -EADDRINUSE);
	sock_close(s);
	box_pass(b, 61 * NSEC_PER_SEC);
	cr_expect_eq(b->net->tcp.hash->bhash_count, 0, "TIME-WAIT ends after 60 s");
	s = box_sock(b, 2, BOX_STREAM, 0);
	cr_expect_eq(box_bind(b, s, "127.0.0.1", 100), 0);
	sock_close(s);
	box_close(b);
}
