/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP_REPAIR: a live connection goes from one socket to another, in another stack. */
#include "tests/unit/tcp/sigbox.h"

#include "tcp/tcp_repair.h"

enum { REPAIR = 19, QUEUE = 20, SEQ = 21, OPTIONS = 22, TIMESTAMP = 24, WINDOW = 29, AO_REPAIR = 42 };
enum { RECVQ = 1, SENDQ = 2 };

struct window {
	u32 snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup;
};

/* All that is told of a connection. */
struct image {
	u32 snd_seq, rcv_seq;		/* of the queues' beginnings */
	u8 sndq[20000], rcvq[20000];
	u32 sndq_len, unsent, rcvq_len;
	struct window win;
	u32 mss, ts;
	u16 port;
};

static int set(struct wire *w, int name, int v)
{
	return sock_setsockopt(w->sk, 6, name, &v, sizeof(v));
}

static int get(struct wire *w, int name)
{
	int v = 0;
	u32 len = sizeof(v);

	cr_assert_eq(sock_getsockopt(w->sk, 6, name, &v, &len), 0, "option %d", name);
	return v;
}

static void save(struct wire *w, struct image *im)
{
	struct inet_sockaddr me;
	u32 len = sizeof(im->win);
	int n;

	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(get(w, REPAIR), 1);
	cr_assert_eq(set(w, QUEUE, SENDQ), 0);
	n = (int)wire_recv(w, im->sndq, sizeof(im->sndq), SMSG_PEEK);
	cr_assert_geq(n, 0);
	im->sndq_len = (u32)n;
	im->snd_seq = (u32)get(w, SEQ) - im->sndq_len;
	cr_assert_eq(tcp_ioctl(w->sk, 0x894b, &n), 0);		/* SIOCOUTQNSD */
	im->unsent = (u32)n;
	cr_assert_eq(set(w, QUEUE, RECVQ), 0);
	n = (int)wire_recv(w, im->rcvq, sizeof(im->rcvq), SMSG_PEEK);
	im->rcvq_len = n > 0 ? (u32)n : 0;
	im->rcv_seq = (u32)get(w, SEQ) - im->rcvq_len;
	cr_assert_eq(sock_getsockopt(w->sk, 6, WINDOW, &im->win, &len), 0);
	im->mss = (u32)get(w, 2);
	im->ts = (u32)get(w, TIMESTAMP);
	inet_getname(w->sk, &me, false);
	im->port = me.port;
}

/* The connection as a socket of its own, still under repair. */
static void restore(struct wire *w, const struct image *im)
{
	struct wire_sa me = wire_sa(w, w->v6 ? "fd00::1" : "10.0.0.1", im->port);
	struct wire_sa peer = wire_sa(w, peer_text(w), w->peer_port);
	const struct {
		u32 code, val;
	} opts[] = { { 2, im->mss }, { 3, 7 | 7 << 16 }, { 4, 0 }, { 8, 0 } };
	struct skb_vec v = { (void *)(uintptr_t)im->rcvq, im->rcvq_len };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = im->rcvq_len };

	w->sk = wire_socket(w);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(set(w, QUEUE, SENDQ), 0);
	cr_assert_eq(set(w, SEQ, (int)im->snd_seq), 0);
	cr_assert_eq(set(w, QUEUE, RECVQ), 0);
	cr_assert_eq(set(w, SEQ, (int)im->rcv_seq), 0);
	cr_assert_eq(sock_bind(w->sk, me.b, me.len), 0);
	cr_assert_eq(sock_connect(w->sk, peer.b, peer.len), 0);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(sock_setsockopt(w->sk, 6, OPTIONS, opts, sizeof(opts)), 0);
	cr_assert_eq(set(w, TIMESTAMP, (int)im->ts), 0);
	if (im->rcvq_len)
		cr_assert_eq(sock_sendmsg(w->sk, &m), (ssize_t)im->rcvq_len);
	cr_assert_eq(set(w, QUEUE, SENDQ), 0);
	v = (struct skb_vec){ (void *)(uintptr_t)im->sndq, im->sndq_len - im->unsent };
	m = (struct msg){ .vec = &v, .nr_vec = 1, .len = v.len };
	if (v.len)
		cr_assert_eq(sock_sendmsg(w->sk, &m), (ssize_t)v.len);
	cr_assert_eq(sock_setsockopt(w->sk, 6, WINDOW, &im->win, sizeof(im->win)), 0);
	wire_run(w);
	quiet(w);
}

/* The unsent rest goes as an ordinary write, when repair is over. */
static void finish(struct wire *w, const struct image *im)
{
	struct skb_vec v = { (void *)(uintptr_t)(im->sndq + im->sndq_len - im->unsent), im->unsent };
	struct msg m = { .vec = &v, .nr_vec = 1, .len = im->unsent };

	cr_assert_eq(set(w, REPAIR, -1), 0);
	quiet(w);
	if (im->unsent)
		cr_assert_eq(sock_sendmsg(w->sk, &m), (ssize_t)im->unsent);
	wire_run(w);
}

static void close_silently(struct wire *w)
{
	wire_close(w);
	quiet(w);
	at(w, now_ms(w) + 5000);
	quiet(w);
}

/* A wire to another stack on which the peer goes on with w's connection. */
static struct wire *elsewhere(const struct wire *w)
{
	struct wire *n = wire_new(w->v6);

	n->iss = w->iss;
	n->iss_known = true;
	n->ts = w->ts;
	n->last_tsval = w->last_tsval;
	n->local_port = w->local_port;
	n->sig_saw = w->sig_saw;
	n->sig_code = w->sig_code;
	n->sig_keyid = w->sig_keyid;
	n->sig_rnext = w->sig_rnext;
	n->sig_maclen = w->sig_maclen;
	at(n, now_ms(w) + 100);
	return n;
}

/* Data in every place: unread, sent and lost, sent, and never sent; all of it arrives once. */
TEST46(repair, moves_to_another_stack)
{
	u32 mss = (w->v6 ? 1440 : 1460) - 12;
	static struct image im;
	struct wire *n;
	u8 buf[300];

	establish_opt(w, 0, 4 * mss / 128 * 128, 1460);
	in(w, .flags = P | A, .seq = 1, .ack = 1, .len = 200, .wnd = 4 * mss / 128);
	drain(w);
	wire_send(w, 6 * mss, 0);
	cr_assert_geq(drain(w), 3);
	save(w, &im);
	cr_assert_eq(im.sndq_len, 6 * mss);
	cr_assert_gt(im.unsent, 0);
	cr_assert(im.rcvq_len == 200 && im.snd_seq == w->iss + 1 && im.rcv_seq == PEER_ISN + 1);
	close_silently(w);

	n = elsewhere(w);
	restore(n, &im);
	cr_assert_eq(get(n, 2), (int)im.mss);
	finish(n, &im);
	drain(n);
	cr_assert_eq(wire_recv(n, buf, sizeof(buf), 0), 200);
	for (u32 i = 0; i < 200; i++)
		cr_assert_eq(buf[i], (u8)(1 + i));
	drain(n);
	in(n, .flags = A, .seq = 201, .ack = 1 + mss, .wnd = 5000);	/* opens, tells of a loss */
	at(n, now_ms(n) + 3000);
	for (u32 next = 1 + mss; next < 1 + 6 * mss;) {
		cr_assert(take(n, &n->last), "octet %u is missing", next);
		if (n->last.seq > next || n->last.seq + n->last.len <= next)
			continue;
		for (u32 i = 0; i < n->last.len; i++)
			cr_assert_eq(n->last.data[i], (u8)(n->last.seq + i));
		cr_assert(n->last.o.saw & TCP_SAW_TSTAMP);
		cr_assert_geq((s32)(n->last.o.tsval - im.ts), 0, "timestamps went back");
		next = n->last.seq + n->last.len;
		in(n, .flags = A, .seq = 201, .ack = next, .wnd = 5000);
	}
	drain(n);
	in(n, .flags = P | A, .seq = 201, .ack = 1 + 6 * mss, .len = 10, .wnd = 5000);
	cr_assert_eq(wire_recv(n, buf, sizeof(buf), 0), 10);
	drain(n);
	wire_close(n);
	out(n, F | A, 1 + 6 * mss, 211, 0);
	wire_end(n);
}

/* Off with a probe: one segment asks the peer where it is */
TEST46(repair, probe)
{
	establish(w);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(set(w, REPAIR, 0), 0);
	out(w, A, 0, 1, 0);
	cr_assert_eq(get(w, REPAIR), 0);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(set(w, REPAIR, -1), 0);
	quiet(w);
}

/* Same stack: the port of the old socket may be taken while it is there, and in TIME-WAIT */
TEST46(repair, same_port)
{
	struct wire_sa me = wire_sa(w, w->v6 ? "fd00::1" : "10.0.0.1", LOCAL_PORT);
	struct sock *old;

	establish(w);
	old = w->sk;
	w->sk = wire_socket(w);
	cr_assert_eq(sock_bind(w->sk, me.b, me.len), -EADDRINUSE);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(sock_bind(w->sk, me.b, me.len), 0);
	sock_close(old);
	drain(w);
}

TEST46(repair, errno)
{
	struct window win = { 0 };
	u32 len = sizeof(win), v;
	u8 buf[10];
	struct {
		u32 code, val;
	} o = { 3, 15 };

	wire_listen(w, 5);
	w->sk = w->lsk;
	cr_assert_eq(set(w, REPAIR, 1), -EPERM);
	w->sk = NULL;
	establish(w);
	cr_assert_eq(set(w, QUEUE, SENDQ), -EPERM);
	cr_assert_eq(set(w, TIMESTAMP, 5), -EPERM);
	cr_assert_eq(sock_setsockopt(w->sk, 6, OPTIONS, &o, sizeof(o)), -EINVAL);
	cr_assert_eq(sock_setsockopt(w->sk, 6, WINDOW, &win, sizeof(win)), -EPERM);
	cr_assert_eq(sock_getsockopt(w->sk, 6, WINDOW, &win, &len), -EPERM);
	v = 4;
	cr_assert_eq(sock_getsockopt(w->sk, 6, QUEUE, &v, &v), -EINVAL);
	cr_assert_eq(set(w, REPAIR, 2), -EINVAL);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(set(w, QUEUE, 3), -EINVAL);
	cr_assert_eq(set(w, SEQ, 1), -EPERM);			/* there is a connection */
	cr_assert_eq(wire_recv(w, buf, 10, 0), -EPERM);		/* looking only */
	cr_assert_eq(wire_recv(w, buf, 10, SMSG_PEEK), -EINVAL);	/* at no queue */
	cr_assert_eq(wire_send(w, 10, 0), -EINVAL);
	cr_assert_eq(sock_setsockopt(w->sk, 6, OPTIONS, &o, sizeof(o)), -EFBIG);
	o.code = 4;
	cr_assert_eq(sock_setsockopt(w->sk, 6, OPTIONS, &o, sizeof(o)), -EINVAL);
	win.snd_wnd = 5;
	cr_assert_eq(sock_setsockopt(w->sk, 6, WINDOW, &win, sizeof(win)), -EINVAL);
	cr_assert_eq(sock_setsockopt(w->sk, 6, WINDOW, &win, sizeof(win) - 1), -EINVAL);
	wire_close(w);
	quiet(w);
	w->sk = wire_socket(w);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(set(w, SEQ, 1), -EINVAL);
}

/* connect(AF_UNSPEC) under repair is as silent as close() */
TEST46(repair, disconnect)
{
	establish(w);
	cr_assert_eq(set(w, REPAIR, 1), 0);
	cr_assert_eq(sock_connect(w->sk, (const u16[]){ 0 }, sizeof(u16)), 0);
	quiet(w);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ECONNABORTED);
}

/* A connection signed by TCP-AO moves with its numbers (TCP_AO_REPAIR) */
TEST46(repair, signed)
{
	struct {
		u8 b[16];
	} aor;
	static struct image im;
	u32 len = sizeof(aor);
	struct wire *n;

	ao.exclude_opts = false;
	wire_listen(w, 5);
	cr_assert_eq(ao_add(w, w->lsk, "hmac(sha1)", 7, 8, 0), 0);
	peer_signs_ao(w, NET_MAC_HMAC_SHA1, 8, 7);
	w->ts = true;
	in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_eq(sock_getsockopt(w->sk, 6, AO_REPAIR, &aor, &len), -EPERM);
	save(w, &im);
	cr_assert_eq(sock_getsockopt(w->sk, 6, AO_REPAIR, &aor, &len), 0);
	close_silently(w);

	n = elsewhere(w);
	restore(n, &im);
	cr_assert_eq(ao_add(n, n->sk, "hmac(sha1)", 7, 8, 0), 0);
	{
		struct ao_info i = { .flags = 3, .current = 7, .rnext = 8 };

		cr_assert_eq(sock_setsockopt(n->sk, 6, AO_INFO, &i, sizeof(i)), 0);
	}
	cr_assert_eq(sock_setsockopt(n->sk, 6, AO_REPAIR, &aor, sizeof(aor)), 0);
	cr_assert_eq(set(n, REPAIR, 0), 0);
	out(n, A, 0, 1, 0);
	wire_send(n, 100, 0);
	out(n, P | A, 1, 1, 100);
	in(n, .flags = P | A, .seq = 1, .ack = 101, .len = 10);
	cr_assert_eq(tcp_sk(n->sk)->snd_una, n->iss + 101);
	drain(n);
	wire_end(n);
}
