/* SPDX-License-Identifier: BSD-2-Clause */
/* Data both ways: PSH, Nagle, cork, ACKs, order, windows, urgent octets, the stream calls. */
#include "tests/unit/tcp/wirebox.h"

/* MUST-61 SHLD-27/28 MAY-16: PSH on the last segment of a write only; payload is what was written */
TEST46(data, push)
{
	u32 mss = w->v6 ? 1428 : 1448;

	establish(w);
	cr_assert_eq(wire_send(w, 3 * mss + 100, 0), 3 * mss + 100);
	for (u32 i = 0; i < 3; i++) {
		out(w, A, 1 + i * mss, 1, mss);
		for (u32 k = 0; k < mss; k++)
			cr_assert_eq(w->last.data[k], (u8)(1 + i * mss + k));
	}
	out(w, A | P, 1 + 3 * mss, 1, 100);
	cr_assert_eq(w->last.o.saw, TCP_SAW_TSTAMP);	/* TCP-TS-01 */
	in(w, .flags = A, .seq = 1, .ack = 1 + 3 * mss + 100);
	quiet(w);
	cr_assert_eq(wire_info(w).bytes_acked, 3 * mss + 100);
	cr_assert_eq(wire_info(w).unacked, 0);
}

/* SHLD-7 MUST-17 */
TEST46(data, nagle)
{
	establish(w);
	wire_send(w, 1, 0);
	out(w, A | P, 1, 1, 1);
	wire_send(w, 1, 0);
	wire_send(w, 1, 0);
	quiet(w);
	in(w, .flags = A, .seq = 1, .ack = 2);
	out(w, A | P, 2, 1, 2);
	wire_opt(w, 1, 1);
	wire_send(w, 1, 0);
	out(w, A | P, 4, 1, 1);
	wire_send(w, 1, 0);
	out(w, A | P, 5, 1, 1);
}

/* TCP_CORK holds a partial segment until it is pulled; MSG_MORE the same for one write */
TEST46(data, cork)
{
	u32 mss = w->v6 ? 1428 : 1448;

	establish(w);
	wire_opt(w, 3, 1);
	wire_send(w, 100, 0);
	quiet(w);
	wire_send(w, mss, 0);
	out(w, A, 1, 1, mss);
	quiet(w);
	wire_opt(w, 3, 0);
	out(w, A | P, 1 + mss, 1, 100);
	in(w, .flags = A, .seq = 1, .ack = 101 + mss);
	wire_send(w, 10, SMSG_MORE);
	quiet(w);
	wire_send(w, 10, 0);
	out(w, A | P, 101 + mss, 1, 20);
}

/* SHLD-18 SHLD-19 MUST-40: quick ACKs at first, then delayed, every second full segment at once */
TEST46(data, delayed_ack)
{
	char buf[100000];
	u32 seq = 1, n = 0;

	establish(w);
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
	out(w, A, 1, 1001, 0);
	seq += 1000;
	wire_recv(w, buf, sizeof(buf), 0);
	/* interactive: answering makes the next ACK wait for us */
	wire_send(w, 10, 0);
	out(w, A | P, 1, seq, 10);
	in(w, .flags = A | P, .seq = seq, .ack = 11, .len = 1000);
	seq += 1000;
	quiet(w);
	at(w, 41);
	out(w, A, 11, seq, 0);
	(void)n;
}

/* SHLD-31 MAY-13 TCP-SACK-02 TCP-SACK-04 TCP-CC-09: 3, 2, 1 */
TEST46(data, out_of_order)
{
	char buf[4000];

	establish(w);
	in(w, .flags = A, .seq = 2001, .ack = 1, .len = 1000);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->last.o.num_sacks, 1);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 2001);
	cr_assert_eq(w->last.o.sacks[0].end_seq, 3001);
	in(w, .flags = A, .seq = 4001, .ack = 1, .len = 1000);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->last.o.num_sacks, 2);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 4001);
	cr_assert_eq(w->last.o.sacks[1].start_seq, 2001);
	in(w, .flags = A, .seq = 1001, .ack = 1, .len = 1000);
	out(w, A, 1, 1, 0);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 1001);
	cr_assert_eq(w->last.o.sacks[0].end_seq, 3001);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 1000);
	out(w, A, 1, 3001, 0);
	cr_assert_eq(w->last.o.num_sacks, 1);
	in(w, .flags = A | P, .seq = 3001, .ack = 1, .len = 1000);
	out(w, A, 1, 5001, 0);
	cr_assert_eq(w->last.o.num_sacks, 0);
	for (u32 i = 0; i < 5000; i += 1000) {
		cr_assert_eq(wire_recv(w, buf, 1000, 0), 1000);
		for (u32 k = 0; k < 1000; k++)
			cr_assert_eq((u8)buf[k], (u8)(1 + i + k));
	}
	cr_assert_eq(wire_recv(w, buf, 10, 0), -EAGAIN);
}

/* TCP-SACK-05: duplicates of old data and of out-of-order data are reported */
TEST46(data, dsack)
{
	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 1000);
	out(w, A, 1, 1001, 0);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 1000);
	out(w, A, 1, 1001, 0);
	cr_assert_eq(w->last.o.num_sacks, 1);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 1);
	cr_assert_eq(w->last.o.sacks[0].end_seq, 1001);
	in(w, .flags = A, .seq = 2001, .ack = 1, .len = 1000);
	out(w, A, 1, 1001, 0);
	in(w, .flags = A, .seq = 2001, .ack = 1, .len = 1000);
	out(w, A, 1, 1001, 0);
	cr_assert_eq(w->last.o.num_sacks, 2);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 2001);
	cr_assert_eq(w->last.o.sacks[0].end_seq, 3001);
	cr_assert_eq(w->last.o.sacks[1].end_seq, 3001);
	/* half old, half new */
	in(w, .flags = A | P, .seq = 501, .ack = 1, .len = 1000);
	out(w, A, 1, 1501, 0);
	cr_assert_eq(w->last.o.sacks[0].start_seq, 501);
	cr_assert_eq(w->last.o.sacks[0].end_seq, 1001);
}

/* MUST-35 MUST-36 MUST-37 SHLD-29 SHLD-30: probes with back-off, answered ones go on for ever */
TEST46(data, zero_window)
{
	double gap, t;

	establish_opt(w, NO_TS | NO_WS, 1000, 1460);
	wire_send(w, 3000, 0);
	out(w, A, 1, 1, 500);		/* half of the largest window the peer showed */
	out(w, A | P, 501, 1, 500);	/* more than that is queued */
	at(w, 1);
	in(w, .flags = A, .seq = 1, .ack = 1001, .zero_wnd = true);
	quiet(w);
	gap = wire_info(w).rto / 1000.0;
	t = 1;
	for (int i = 0; i < 12; i++) {
		at(w, t + gap - 2);
		quiet(w);
		at(w, t + gap + 2);
		out(w, A, 1000, 1, 0);	/* SND.UNA - 1, SHLD-12 */
		in(w, .flags = A, .seq = 1, .ack = 1001, .zero_wnd = true);
		t = now_ms(w);
		gap = gap * 2 > 120000 ? 120000 : gap * 2;
	}
	in(w, .flags = A, .seq = 1, .ack = 1001, .wnd = 8);
	quiet(w);			/* MUST-38: no tinygram, but when the timer says so */
	at(w, now_ms(w) + 120100);
	out(w, A | P, 1001, 1, 8);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
}

/* SHLD-14, MUST-39, MUST-66: our window closes, stays shut to crumbs, and opens again */
TEST46(data, receive_window)
{
	static char buf[300000];
	u32 seq = 1, edge = 0, i;
	int v = 20000;

	w->lsk = NULL;
	wire_listen(w, 5);
	sock_setsockopt(w->lsk, 1, 8, &v, sizeof(v));
	establish(w);
	for (i = 0; i < 200; i++) {
		u32 len = min(1400u, edge ? edge - seq : 1400u);	/* more than half of what they take */

		if (len)
			in(w, .flags = A | P, .seq = seq, .ack = 1, .len = len);
		else
			at(w, now_ms(w) + 210);	/* a delayed ACK may tell of more */
		if (take(w, &w->last)) {
			u32 scale = tcp_sk(w->sk)->rx_opt.rcv_wscale;
			u32 right = w->last.ack + ((u32)w->last.wnd << scale);

			cr_assert_geq((s32)(right - edge), 0, "right edge moved back");
			edge = right;
			seq = w->last.ack;
			if (!w->last.wnd)
				break;
		} else {
			seq += len;
		}
		drain(w);
	}
	cr_assert_lt(i, 200, "the window never closed");
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 1000);
	out(w, A, 1, seq, 0);
	cr_assert_eq(w->last.wnd, 0);
	cr_assert_eq(wire_recv(w, buf, 100, 0), 100);
	quiet(w);			/* no silly window */
	while (wire_recv(w, buf, sizeof(buf), 0) > 0)
		;
	out(w, A, 1, seq, 0);
	cr_assert_gt(w->last.wnd, 0);
}

/* MUST-30 MUST-32 MUST-33 MUST-62 TCP-URG-02 */
TEST46(data, urgent_in)
{
	char buf[100];
	int mark;
	u8 oob;

	establish(w);
	in(w, .flags = A | P | U, .seq = 1, .ack = 1, .len = 10, .urg = 5, .data = "abcdEfghij");
	cr_assert(w->events & SOCK_EV_PRI);
	cr_assert(sock_poll(w->sk) & SOCK_EV_PRI);
	cr_assert_eq(wire_recv(w, buf, 100, 0), 4);
	cr_assert_eq(memcmp(buf, "abcd", 4), 0);
	cr_assert_eq(sock_ioctl(w->sk, 0x8905, &mark), 0);
	cr_assert_eq(mark, 1);
	cr_assert_eq(wire_recv(w, buf, 100, SMSG_OOB | SMSG_PEEK), 1);
	cr_assert_eq(sock_stream_read_oob(w->sk, &oob, 0), 1);
	cr_assert_eq(oob, 'E');
	cr_assert_eq(sock_stream_read_oob(w->sk, &oob, 0), -EINVAL);
	cr_assert_eq(wire_recv(w, buf, 100, 0), 5);
	cr_assert_eq(memcmp(buf, "fghij", 5), 0);
}

TEST46(data, urgent_out)
{
	establish(w);
	wire_send(w, 5, SMSG_OOB);
	out(w, A | P | U, 1, 1, 5);
	cr_assert_eq(w->last.urg, 5);
	in(w, .flags = A, .seq = 1, .ack = 6);
	wire_send(w, 5, 0);
	out(w, A | P, 6, 1, 5);
}

/* the calls without a copy, both ways */
TEST46(data, stream_calls)
{
	struct skb_vec v[8];
	size_t len, total = 0;
	int n;

	establish(w);
	n = sock_stream_reserve(w->sk, v, 8, 10000);
	cr_assert_gt(n, 0);
	memset(v[0].base, 'x', 100);
	cr_assert_eq(sock_stream_commit(w->sk, 100, 0), 0);
	wire_run(w);
	out(w, A | P, 1, 1, 100);
	cr_assert_eq(w->last.data[99], 'x');
	cr_assert_gt(sock_stream_reserve(w->sk, v, 8, 10000), 0);
	cr_assert_eq(sock_stream_commit(w->sk, 0, 0), 0);
	while ((n = sock_stream_reserve(w->sk, v, 8, 65536)) > 0) {
		len = 0;
		for (int i = 0; i < n; i++)
			len += v[i].len;
		total += len;
		cr_assert_eq(sock_stream_commit(w->sk, len, 0), 0);
		cr_assert_lt(total, 10000000u);
	}
	cr_assert_eq(n, -EAGAIN);
	cr_assert(!(sock_poll(w->sk) & SOCK_EV_OUT));
	w->events = 0;
	wire_run(w);
	for (u32 ack = 101; ack < total + 101;) {
		if (!take(w, &w->last))
			break;
		ack = w->last.seq + w->last.len;
		in(w, .flags = A, .seq = 1, .ack = ack);
	}
	cr_assert(w->events & SOCK_EV_OUT);
	drain(w);
	in(w, .flags = A | P, .seq = 1, .ack = 101, .len = 300);
	cr_assert_eq(sock_stream_peek(w->sk, 0, v, 8, &len), 1);
	cr_assert_eq(len, 300);
	cr_assert_eq(((u8 *)v[0].base)[7], 8);
	sock_stream_consume(w->sk, 299);
	sock_stream_peek(w->sk, 0, v, 8, &len);
	cr_assert_eq(len, 1);
	sock_stream_consume(w->sk, 1);
	cr_assert_eq(sock_stream_peek(w->sk, 0, v, 8, &len), 0);
}

/* Octets that were seen before are passed over, whichever packet they are in. */
TEST46(data, stream_peek_behind)
{
	struct skb_vec v[8];
	size_t len;

	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 1000);
	in(w, .flags = A | P, .seq = 1001, .ack = 1, .len = 1400);
	in(w, .flags = A | P, .seq = 2401, .ack = 1, .len = 100);
	drain(w);
	for (u32 skip = 0; skip < 2500; skip += 50) {
		cr_assert_gt(sock_stream_peek(w->sk, skip, v, 8, &len), 0);
		cr_assert_eq(len, 2500 - skip);
		cr_assert_eq(((u8 *)v[0].base)[0], (u8)(skip + 1));
	}
	cr_assert_eq(sock_stream_peek(w->sk, 2500, v, 8, &len), 0);
	sock_stream_consume(w->sk, 1700);
	cr_assert_gt(sock_stream_peek(w->sk, 750, v, 8, &len), 0);
	cr_assert_eq(len, 50);
	in(w, .flags = A | F, .seq = 2501, .ack = 1);
	cr_assert_eq(sock_stream_peek(w->sk, 800, v, 8, &len), 0);
}

static u32 given_back;

static void give_back(struct page *page)
{
	given_back++;
	cr_assert_eq(page->refcnt, 0);
}

/* somebody else's memory goes out as it is, as far as there is room, and comes back when acknowledged */
TEST46(data, stream_attach)
{
	static u8 memory[400000];	/* more than a packet */
	struct page page = { .net = w->net, .refcnt = 1, .size = sizeof(memory), .data = memory,
			     .release = give_back };
	ssize_t n, total;

	given_back = 0;
	establish(w);
	memset(memory, 'm', sizeof(memory));
	cr_assert_eq(sock_stream_attach(w->sk, &page, 500, 100, 0), 100);
	wire_run(w);
	out(w, A | P, 1, 1, 100);
	cr_assert_eq(w->last.data[99], 'm');
	page_put(&page);
	cr_assert_eq(given_back, 0, "not acknowledged yet");
	in(w, .flags = A, .seq = 1, .ack = 101);
	cr_assert_eq(given_back, 1);

	page.refcnt = 1;
	sock_setsockopt(w->sk, 1, 7, &(int){ 8192 }, sizeof(int));	/* SO_SNDBUF */
	in(w, .flags = A, .seq = 1, .ack = 101, .zero_wnd = true);
	for (total = 0; total < (ssize_t)sizeof(memory); total += n) {
		n = sock_stream_attach(w->sk, &page, (u32)total, (u32)(sizeof(memory) - (size_t)total), 0);
		if (n < 0)
			break;
	}
	cr_assert_eq(n, -EAGAIN);
	cr_assert(total > 0 && total < (ssize_t)sizeof(memory));
	cr_assert(!(sock_poll(w->sk) & SOCK_EV_OUT));
	page_put(&page);
	in(w, .flags = R, .seq = 1);
	cr_assert_eq(given_back, 2, "with the connection");
	cr_assert_eq(sock_stream_attach(w->sk, &page, 0, 100, 0), -ECONNRESET);
	cr_assert_eq(sock_stream_attach(w->sk, &page, 0, 100, 0), -EPIPE);
	drain(w);
}

static void commit(struct wire *w, size_t len)
{
	struct skb_vec v[1];

	cr_assert_eq(sock_stream_reserve(w->sk, v, 1, len), 1);
	memset(v[0].base, 'r', len);
	cr_assert_eq(sock_stream_commit(w->sk, len, 0), 0);
}

/* a record ends behind octets that wait, and behind some that were sent */
TEST46(data, stream_record_end)
{
	establish(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .zero_wnd = true);
	commit(w, 100);
	cr_assert_eq(sock_stream_commit(w->sk, 0, SMSG_EOR), 0);
	commit(w, 50);
	commit(w, 50);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 1000);
	out(w, A | P, 1, 1, 100);
	in(w, .flags = A, .seq = 1, .ack = 101);
	out(w, A | P, 101, 1, 100);
	cr_assert_eq(sock_stream_commit(w->sk, 0, SMSG_EOR), 0);
	cr_assert_eq(sock_stream_commit(w->sk, 0, 0), -EINVAL);
}

/* MUST-24..29 */
TEST46(data, keepalive)
{
	int on = 1;

	establish(w);
	at(w, 3600.0 * 3 * 1000);
	quiet(w);
	sock_setsockopt(w->sk, 1, 9, &on, sizeof(on));
	wire_opt(w, 4, 100);
	wire_opt(w, 5, 10);
	wire_opt(w, 6, 3);
	wire_run(w);
	drain(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);
	drain(w);
	double t = now_ms(w);

	at(w, t + 99990);
	quiet(w);
	at(w, t + 100010);
	out(w, A, 0, 11, 0);
	at(w, t + 110010);
	out(w, A, 0, 11, 0);
	in(w, .flags = A, .seq = 11, .ack = 1);
	at(w, t + 210000);
	quiet(w);
	at(w, t + 210020);
	out(w, A, 0, 11, 0);
	at(w, t + 230030);
	cr_assert_eq(drain(w), 2);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	at(w, t + 240030);
	out(w, R | A, 1, 11, 0);
	cr_assert_eq(w->sk->sk_err, ETIMEDOUT);
}

/* TCP-PAWS-01 TCP-PAWS-02 TCP-TS-03 */
TEST46(data, paws)
{
	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .tsval = 5000);
	out(w, A, 1, 11, 0);
	cr_assert_eq(w->last.o.tsecr, 5000);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10, .tsval = 3000);
	out(w, A, 1, 11, 0);
	cr_assert_eq(w->last.o.tsecr, 5000);
	cr_assert_eq(w->net->mib[MIB_TcpExt_PAWSEstab], 1);
	in(w, .flags = R, .seq = 11, .tsval = 3000);
	cr_assert_eq(w->sk->sk_err, ECONNRESET);
}

/* -- out of order ------------------------------------------------------------------------------ */

/* With SACK the window opens by data out of order; without, duplicate ACKs look alike (TCP-SACK-15). */
TEST46(data, window_grows_out_of_order)
{
	u32 before;

	establish(w);
	w->sk->sk_rcvbuf = 1 << 22;
	tcp_sk(w->sk)->window_clamp = 1 << 21;
	before = tcp_sk(w->sk)->rcv_ssthresh;
	for (u32 i = 1; i < 20; i++)
		in(w, .flags = A, .seq = 1 + i * 1400, .ack = 1, .len = 1400);
	cr_assert_gt(tcp_sk(w->sk)->rcv_ssthresh, before);
	drain(w);
	wire_close(w);
	drain(w);
	w->peer_port++;
	w->iss_known = false;
	in(w, .flags = S, .seq = 0, .mss = 1460, .ws = 7);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	w->sk->sk_rcvbuf = 1 << 22;
	tcp_sk(w->sk)->window_clamp = 1 << 21;
	before = tcp_sk(w->sk)->rcv_ssthresh;
	for (u32 i = 1; i < 20; i++)
		in(w, .flags = A, .seq = 1 + i * 1000, .ack = 1, .len = 1000);
	cr_assert_leq(tcp_sk(w->sk)->rcv_ssthresh, before);
	drain(w);
}

/* TCP-ECN-04: a mark on a segment out of order is echoed like any other */
TEST46(data, mark_out_of_order)
{
	wire_listen(w, 4);
	in(w, .flags = S | E | C, .seq = 0, .mss = 1460, .sackok = true, .ws = 7);
	out(w, S | A | E, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 2048);
	w->sk = wire_accept(w);
	in(w, .flags = A, .seq = 1001, .ack = 1, .len = 1000, .tos = INET_ECN_CE);
	out(w, A | E, 1, 1, 0);
}

/* MUST-61: what the daemon writes without a copy leaves in the same packets as what is sent */
TEST46(data, stream_half_window)
{
	static const u8 text[3000];
	struct skb_vec v[8];
	u32 done = 0;
	int n;

	establish_opt(w, NO_TS | NO_WS, 257, 1000);
	n = sock_stream_reserve(w->sk, v, 8, sizeof(text));
	cr_assert_gt(n, 0);
	for (int i = 0; i < n; i++) {
		memcpy(v[i].base, text + done, v[i].len);
		done += (u32)v[i].len;
	}
	cr_assert_geq(done, 2u * 257);
	cr_assert_eq(sock_stream_commit(w->sk, done, 0), 0);
	out(w, P | A, 1, 1, 257);	/* more than half of the window, so that it is pushed */
	quiet(w);
}
