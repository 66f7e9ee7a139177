/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ATK-RACE-03: a failing allocator: the same conversation with the n-th allocation refused, for every n, and
 * with a run of them refused. Nothing may break or leak, and no octet may be wrong.
 */
#include "tests/unit/tcp/wirebox.h"

/* The peer: acknowledges all it sees, answers a SYN, echoes a FIN. */
static void peer_step(struct wire *w, u32 *peer_seq)
{
	struct seg s;

	while (take(w, &s)) {
		if (s.flags & R)
			return;
		if (s.flags & S && !(s.flags & A)) {
			in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = 1460, .sackok = true, .ws = 7);
			*peer_seq = 1;
		} else if (s.flags & S) {
			in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 8192);
			*peer_seq = 1;
		} else if (s.len || s.flags & F) {
			in(w, .flags = A, .seq = *peer_seq, .wnd = 8192,
			   .ack = s.seq + s.len + !!(s.flags & F));
		}
	}
}

static void converse(struct wire *w, bool active)
{
	static char buf[100000];
	u32 peer_seq = 0, sent = 0;

	w->ts = true;
	if (active) {
		struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
		struct inet_sockaddr me;

		if (sock_create(w->net, w->v6 ? 10 : 2, 1, 0, &w->sk))
			return;
		sock_set_event(w->sk, wire_event, w);
		if (sock_connect(w->sk, sa.b, sa.len) != -EINPROGRESS)
			return;
		inet_getname(w->sk, &me, false);
		w->local_port = me.port;
	} else {
		in(w, .flags = S, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	}
	for (int i = 0; i < 60; i++) {
		at(w, now_ms(w) + 50);
		peer_step(w, &peer_seq);
		if (!w->sk && w->lsk)
			w->sk = wire_accept(w);
		if (!w->sk)
			continue;
		if (sent < 40000 && w->sk->sk_state == TCP_ESTABLISHED) {
			ssize_t n = wire_send(w, 7000, 0);

			sent += n > 0 ? (u32)n : 0;
		}
		if (peer_seq && i % 3 == 0 && w->sk->sk_state == TCP_ESTABLISHED) {
			/* out of order, then the gap: by what the stack acknowledged */
			peer_seq = tcp_sk(w->sk)->rcv_nxt - PEER_ISN;
			in(w, .flags = A, .seq = peer_seq + 500, .ack = 1, .len = 500);
			in(w, .flags = A | P, .seq = peer_seq, .ack = 1, .len = 500);
			peer_seq = tcp_sk(w->sk)->rcv_nxt - PEER_ISN;
		}
		ssize_t n = wire_recv(w, buf, sizeof(buf), 0);
		u32 first = tcp_sk(w->sk)->copied_seq - PEER_ISN - (n > 0 ? (u32)n : 0);

		for (ssize_t k = 0; k < n; k += 500)	/* each piece counts from its own start */
			cr_assert_eq((u8)buf[k], (u8)(first + k));
	}
	if (w->sk)
		wire_close(w);
	at(w, now_ms(w) + 300);
	peer_step(w, &peer_seq);
	in(w, .flags = F | A, .seq = peer_seq, .ack = 1 + sent + 1);
	peer_step(w, &peer_seq);
}

static void sweep(bool v6, bool active, u32 run)
{
	u32 hit = 0;

	for (u32 n = 1; n < 90; n++) {
		struct wire *w = wire_new(v6);

		if (!active)
			wire_listen(w, 5);
		w->fail_in = n + run - 1;
		w->fail_for = run;
		converse(w, active);
		hit += !w->fail_in;
		w->fail_in = 0;
		wire_end(w);
	}
	cr_assert_gt(hit, 10, "only %u allocations were ever refused", hit);
}

Test(nomem, active_4) { sweep(false, true, 1); }
Test(nomem, active_6) { sweep(true, true, 1); }
Test(nomem, passive_4) { sweep(false, false, 1); }
Test(nomem, passive_6) { sweep(true, false, 1); }
Test(nomem, active_run) { sweep(false, true, 20); }
Test(nomem, passive_run) { sweep(false, false, 20); }
