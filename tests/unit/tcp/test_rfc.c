/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RFC 9293's requirements that no other file is about: sizes and options, urgent data, a peer that takes
 * its window back, aggregation of ACKs, and what is known to depart from the RFC, both ways.
 */
#include "tests/unit/tcp/wirebox.h"

/* -- sizes and options ------------------------------------------------------------------------- */

/* REC-1: a window of 1 GiB is not a negative number, nor is it cut */
TEST46(rfc, window_1g)
{
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1000, .ws = 14);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_eq(wire_info(w).snd_wnd, 65535u << 14);
	cr_assert_eq(wire_send(w, 8000, 0), 8000);
	cr_assert_eq(drain(w), 8);
}

/* SHLD-6 MAY-3 MUST-67: the MSS that we tell follows the device, and is told even when it is small */
TEST46(rfc, advertised_mss)
{
	static const u32 mtus[] = { 1500, 1400, 1280, 1342 };

	for (u32 i = 0; i < ARRAY_SIZE(mtus); i++) {
		cr_assert_eq(dev_set_mtu(w->dev, mtus[i]), 0);
		wire_run(w);
		skb_queue_purge(&w->frames);
		w->iss_known = false;
		connect_syn(w);
		cr_assert(w->last.o.saw & TCP_SAW_MSS);
		cr_assert_eq(w->last.o.mss, mtus[i] - (w->v6 ? 60 : 40));
		wire_close(w);
		drain(w);
	}
	cr_assert_eq(dev_set_mtu(w->dev, 1500), 0);
}

/* MUST-16 TCP-2525-14: IP options and TCP options are taken off the segment */
Test(rfc, effective_mss)
{
	static const u8 rr[8] = { 7, 7, 4, 0, 0, 0, 0, 0 };
	struct wire *w = wire_new(false);

	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 0, 4, rr, sizeof(rr)), 0);	/* record route */
	tcp_sync_mss(w->sk, tcp_sk(w->sk)->pmtu_cookie);
	in(w, .flags = A, .seq = 1001, .ack = 1, .len = 100);	/* and a SACK block goes along */
	skb_queue_purge(&w->frames);
	wire_send(w, 3000, 0);
	while (tcp_sk(w->sk)->snd_nxt - w->iss < 3001 || skb_peek(&w->frames)) {
		struct sk_buff *skb = skb_dequeue(&w->frames);

		if (!skb)
			break;
		cr_assert_eq(skb_linearize(skb), 0);
		cr_assert_eq(skb->data[14] & 15, 7, "8 octets of IP options");
		cr_assert_leq(get_be16(skb->data + 16), 1500);
		consume_skb(skb);
	}
	cr_assert_eq(tcp_sk(w->sk)->mss_cache, 1460 - 12 - 8);
	wire_end(w);
}

/* TCP-2525-02: a SYN-ACK without MSS leaves a window and a segment size that are known */
TEST46(rfc, no_mss)
{
	connect_syn(w);
	in(w, .flags = S | A, .seq = 0, .ack = 1);
	out(w, A, 1, 1, 0);
	cr_assert_eq(wire_info(w).snd_cwnd, 10);
	cr_assert_eq(wire_info(w).snd_mss, w->v6 ? 1220 : 536);
	wire_send(w, 30000, 0);
	cr_assert_eq(drain(w), 10);
}

/* MUST-69: whatever is emitted ends on 32 bits, and after an end of list come only zeroes */
Test(rfc, option_padding)
{
	for (u32 saw = 0; saw < 1u << 6; saw++) {
		struct tcp_opts_parsed o = { .mss = 1460, .wscale = 7, .tsval = ~0u, .tsecr = ~0u };
		u8 b[40];
		int len, i = 0;

		o.saw = (u16)((saw & 1 ? TCP_SAW_MSS : 0) | (saw & 2 ? TCP_SAW_WSCALE : 0) |
			      (saw & 4 ? TCP_SAW_SACK_PERM : 0) | (saw & 8 ? TCP_SAW_TSTAMP : 0) |
			      (saw & 16 ? TCP_SAW_SACK : 0) | (saw & 32 ? TCP_SAW_FASTOPEN : 0));
		o.num_sacks = saw & 16 ? 1 : 0;
		o.fastopen_len = 6;
		memset(b, 0xaa, sizeof(b));
		len = tcp_opts_emit(b, sizeof(b), &o);
		if (len < 0)
			continue;	/* more than 40 octets */
		cr_assert_eq(len % 4, 0, "options %x: %d octets", saw, len);
		while (i < len && b[i]) {
			cr_assert(b[i] == 1 || (b[i + 1] >= 2 && i + b[i + 1] <= len));
			i += b[i] == 1 ? 1 : b[i + 1];
		}
		for (; i < len; i++)
			cr_assert_eq(b[i], 0);
	}
}

/* MAY-4: a retransmission is a datagram of its own, with its own identification */
Test(rfc, ip_id)
{
	struct wire *w = wire_new(false);
	u16 id;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish(w);
	wire_ip_opt(w, 10, 0, 0, 0);		/* IP_PMTUDISC_DONT: it may be fragmented */
	wire_send(w, 11, 0);
	cr_assert_eq(wire_peek_ip(w)[6] & 0x40, 0, "DF is off");
	id = get_be16(wire_peek_ip(w) + 4);
	drain(w);
	at(w, 300);
	cr_assert_neq(get_be16(wire_peek_ip(w) + 4), id);
	drain(w);
	wire_end(w);
}

/* -- urgent ------------------------------------------------------------------------------------ */

/* MUST-31: the pointer of a region of 100 KB saturates until its end is near */
TEST46(rfc, urgent_far)
{
	u32 end = 100001;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	sock_setsockopt(w->sk, 1, 7, &(int){ 1 << 20 }, 4);
	tcp_sk(w->sk)->snd_cwnd = 1;
	cr_assert_eq(wire_send(w, 99999, 0), 99999);
	cr_assert_eq(drain(w), 1);
	cr_assert_eq(wire_send(w, 1, SMSG_OOB), 1);
	quiet(w);
	tcp_sk(w->sk)->snd_cwnd = 200;
	in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss);
	while (take(w, &w->last)) {
		cr_assert(w->last.flags & U);
		cr_assert_eq(w->last.urg, end - w->last.seq < 0x10000 ? end - w->last.seq : 0xffff);
	}
	cr_assert_eq(w->last.seq + w->last.len, end);
}

/* TCP-URG-01 ATK-OPT-05: pointers of every kind leave the stream as it is, but for one octet */
TEST46(rfc, urgent_odd)
{
	static const u16 ptrs[] = { 0, 1, 5, 10, 11, 100, 65535 };
	u32 seq = 1, got = 0, sent = 0;
	char buf[100];
	ssize_t n;

	establish(w);
	for (u32 i = 0; i < 40; i++) {
		in(w, .flags = A | P | U, .seq = seq, .ack = 1, .len = 10,
		   .urg = ptrs[i % ARRAY_SIZE(ptrs)]);
		seq += 10;
		sent += 10;
		if (i % 3 == 0)		/* another pointer, behind the last, before it was read */
			in(w, .flags = A | U, .seq = seq, .ack = 1, .urg = 2);
		if (i % 2)
			while ((n = wire_recv(w, buf, sizeof(buf), 0)) > 0)
				got += (u32)n;
		drain(w);
	}
	in(w, .flags = A | P, .seq = seq, .ack = 1, .len = 10);
	while ((n = wire_recv(w, buf, sizeof(buf), 0)) > 0)
		got += (u32)n;
	cr_assert_eq(tcp_sk(w->sk)->copied_seq, tcp_sk(w->sk)->rcv_nxt);
	cr_assert_leq(got, sent + 10);
	cr_assert_geq(got, sent + 10 - 40);
	drain(w);
}

/* ATK-OPT-06: URG on segments of the handshake and of the end, with a pointer to nowhere */
TEST46(rfc, urgent_states)
{
	connect_syn(w);
	in(w, .flags = S | A | U, .seq = 0, .ack = 1, .mss = 1460, .urg = 5000);
	drain(w);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	sock_shutdown(w->sk, 1);
	drain(w);
	in(w, .flags = A | U, .seq = 1, .ack = 2, .urg = 65535);
	in(w, .flags = A | F | U, .seq = 1, .ack = 2, .urg = 0);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	in(w, .flags = A | F | U, .seq = 1, .ack = 2, .urg = 1);
	drain(w);
}

/* -- windows ----------------------------------------------------------------------------------- */

/*
 * MUST-34 SHLD-15 SHLD-16 SHLD-17 MAY-7 MAY-8: the peer takes back what it offered. Nothing new is
 * sent beyond the new edge, what was sent is repeated at the edge only, and as long as the peer
 * answers, the connection lives, for an hour if need be
 */
TEST46(rfc, window_shrunk)
{
	u32 edge, last = 0;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish_opt(w, NO_TS | NO_SACK, 60000, 1000);
	wire_send(w, 10000, 0);
	cr_assert_eq(drain(w), 10);
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = 1500 >> 7);	/* up to 3409 */
	edge = 2001 + (1500 >> 7 << 7);
	wire_send(w, 5000, 0);
	quiet(w);
	for (int s = 1; s < 3600; s++) {
		at(w, s * 1000);
		while (take(w, &w->last)) {
			cr_assert(w->last.seq == 2001 || before(w->last.seq, edge));
			cr_assert(!after(w->last.seq + w->last.len, edge));
			last = w->last.seq;
			in(w, .flags = A, .seq = 1, .ack = 2001, .zero_wnd = true);
			edge = 3001;	/* the head of what is lost, whole (MAY-7) */
		}
		cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED, "at %d s", s);
	}
	cr_assert_eq(last, 2001);
	in(w, .flags = A, .seq = 1, .ack = 2001, .wnd = 60000 >> 7);
	for (int i = 0; i < 100 && wire_info(w).unacked + wire_info(w).notsent_bytes; i++) {
		at(w, now_ms(w) + 500);
		while (take(w, &w->last))
			if (!before(w->last.seq + w->last.len, edge))
				edge = w->last.seq + w->last.len;
		in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss,
		   .wnd = 60000 >> 7);
	}
	cr_assert_eq(wire_info(w).unacked, 0);
	cr_assert_eq(wire_info(w).bytes_acked, 15000);
}

/* TCP-2525-09: the update that opens the window is lost; a probe gets the answer again */
TEST46(rfc, lost_window_update)
{
	establish_opt(w, NO_TS, 1000, 1000);
	wire_opt(w, 1, 1);
	in(w, .flags = A, .seq = 1, .ack = 1, .zero_wnd = true);
	wire_send(w, 1000, 0);
	quiet(w);
	at(w, 300);
	out(w, A, 0, 1, 0);			/* the probe; its answer is lost */
	at(w, 1000);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 1000);
	while (take(w, &w->last))
		;
	cr_assert_eq(w->last.seq + w->last.len, 1001);
	cr_assert_eq(wire_info(w).notsent_bytes, 0);
}

/* MUST-60: a corked end of data does not wait for ever */
TEST46(rfc, cork_ends)
{
	establish(w);
	wire_opt(w, 3, 1);
	wire_send(w, 100, 0);
	quiet(w);
	at(w, 1000);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, 100);
	cr_assert(w->last.flags & P);
}

/* MUST-58 MUST-59 TCP-2525-10: what comes at once is acknowledged at once, by one ACK and not less */
TEST46(rfc, ack_of_a_batch)
{
	u32 n = 0;

	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 30 * 1448);
	while (take(w, &w->last))
		n++;
	cr_assert_eq(n, 1);
	cr_assert_eq(w->last.ack, 1 + 30 * 1448);
	n = 0;
	for (u32 i = 0; i < 20; i++) {	/* one by one: every second at least */
		char buf[4000];

		in(w, .flags = A, .seq = 1 + (30 + i) * 1448, .ack = 1, .len = 1448);
		wire_recv(w, buf, sizeof(buf), 0);
		while (take(w, &w->last))
			n++;
	}
	cr_assert_geq(n, 10);
}

/* TCP-2525-04 TCP-2525-12 TCP-2525-13: kept above a hole; the FIN is told at once; RST for the unread */
TEST46(rfc, fin_at_once)
{
	establish(w);
	in(w, .flags = A | F, .seq = 101, .ack = 1, .len = 10);
	drain(w);
	w->events = 0;
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 100);
	cr_assert(w->events & SOCK_EV_RDHUP);
	while (take(w, &w->last))
		;
	cr_assert_eq(w->last.ack, 112);
	wire_close(w);
	cr_assert(take(w, &w->last));
	cr_assert(w->last.flags & R);
}

/* -- the rest ---------------------------------------------------------------------------------- */

/* SHLD-8: asked for with tcp_ecn 1, agreed by ECE alone */
TEST46(rfc, ecn_active)
{
	struct wire_sa sa = wire_sa(w, w->v6 ? "fd00::2" : "10.0.0.2", PEER_PORT);
	struct inet_sockaddr me;

	wire_sysctl(w, "net.ipv4.tcp_ecn", "1");
	w->sk = wire_socket(w);
	cr_assert_eq(sock_connect(w->sk, sa.b, sa.len), -EINPROGRESS);
	inet_getname(w->sk, &me, false);
	w->local_port = me.port;
	wire_run(w);
	out(w, S | E | C, 0, 0, 0);
	in(w, .flags = S | A | E, .seq = 0, .ack = 1, .mss = 1460);
	drain(w);
	cr_assert(wire_info(w).options & TCPI_OPT_ECN_NS);
	wire_send(w, 10, 0);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.tos & 3, INET_ECN_ECT_0);
}

/* MAY-18 */
TEST46(rfc, congestion_choice)
{
	char name[16];
	u32 len;

	establish(w);
	for (int i = 0; i < 2; i++) {
		const char *want = i ? "cubic" : "reno";

		len = sizeof(name);
		cr_assert_eq(sock_setsockopt(w->sk, 6, 13, want, (u32)strlen(want)), 0);
		cr_assert_eq(sock_getsockopt(w->sk, 6, 13, name, &len), 0);
		cr_assert_str_eq(name, want);
	}
}

/* MAY-5 MAY-6 SHLD-12 TCP-2525-08: not before its time, one octet below SND.NXT and without it */
TEST46(rfc, keepalive)
{
	establish(w);
	cr_assert_eq(sock_setsockopt(w->sk, 1, 9, &(int){ 1 }, 4), 0);
	at(w, 7199000);
	quiet(w);
	at(w, 7200500);
	out(w, A, 0, 1, 0);
	for (int i = 1; i < 9; i++) {	/* and not more often than every 75 s */
		at(w, 7200500 + i * 75000 - 1000);
		quiet(w);
		at(w, 7200500 + i * 75000);
		out(w, A, 0, 1, 0);
	}
	in(w, .flags = A, .seq = 1, .ack = 1);	/* the ninth is answered: MUST-29 */
	at(w, 7200500 + 9 * 75000 + 1000);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	drain(w);
}

/* MUST-23 DEV-01 SHLD-10 SHLD-11: SYNs for 131 s, and for three minutes by the knob */
static void syn_r2(struct wire *w, const char *retries, double least, double most)
{
	if (retries)
		wire_sysctl(w, "net.ipv4.tcp_syn_retries", retries);
	connect_syn(w);
	for (double s = 1; s < 1000 && w->sk->sk_state == TCP_SYN_SENT; s += 1)
		at(w, s * 1000);
	drain(w);
	cr_assert_eq(w->sk->sk_err, ETIMEDOUT);
	cr_assert(now_ms(w) / 1000 >= least && now_ms(w) / 1000 <= most, "%f s",
		  now_ms(w) / 1000);
	cr_assert_geq(w->net->tcp.retries1, 3);
}

TEST46(rfc, syn_r2_default)
{
	syn_r2(w, NULL, 120, 135);
}

TEST46(rfc, syn_r2_three_minutes)
{
	syn_r2(w, "7", 180, 300);
}

/* SHLD-9 MUST-20 MUST-22: R1 can be seen in TCP_INFO before R2 ends it */
TEST46(rfc, r1_is_visible)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish(w);
	wire_send(w, 10, 0);
	at(w, 4000);
	cr_assert_geq(wire_info(w).backoff, w->net->tcp.retries1);
	cr_assert_geq(wire_info(w).retransmits, w->net->tcp.retries1);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	drain(w);
}

/* MAY-15 MAY-17: PSH is neither shown to the reader nor waited for */
TEST46(rfc, push_received)
{
	char buf[100];

	establish(w);
	in(w, .flags = A, .seq = 1, .ack = 1, .len = 10);
	cr_assert(w->events & SOCK_EV_IN);
	in(w, .flags = A | P, .seq = 11, .ack = 1, .len = 10);
	in(w, .flags = A, .seq = 21, .ack = 1, .len = 10);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 30);
	drain(w);
}

/* MAY-10 MAY-11: record route and timestamp of RFC 791 may be sent */
Test(rfc, ip_options)
{
	static const u8 opt[2][8] = { { 7, 7, 4, 0, 0, 0, 0, 0 }, { 68, 8, 5, 0, 0, 0, 0, 0 } };
	struct wire *w = wire_new(false);

	establish(w);
	for (u32 i = 0; i < 2; i++) {
		cr_assert_eq(sock_setsockopt(w->sk, 0, 4, opt[i], 8), 0);
		wire_send(w, 10, 0);
		cr_assert_eq(wire_peek_ip(w)[0] & 15, 7);
		cr_assert_eq(wire_peek_ip(w)[20], opt[i][0]);
		skb_queue_purge(&w->frames);
		in(w, .flags = A, .seq = 1, .ack = 11 + 10 * i);
		skb_queue_purge(&w->frames);
	}
	cr_assert_eq(sock_setsockopt(w->sk, 0, 4, NULL, 0), 0);
	wire_end(w);
}

static void has_route(struct wire *w, u8 ptr, u8 flags)
{
	static const u8 own[4] = { 10, 0, 0, 1 };
	const u8 *ip = wire_peek_ip(w);

	cr_assert_eq(ip[0] & 15, 8);
	cr_assert_eq(ip[20], 7);
	cr_assert_eq(ip[22], ptr);
	cr_assert_arr_eq(ip + 23, own, 4);
	cr_assert_arr_eq(ip + 19 + ptr - 4, own, 4);
	cr_assert_eq(ip[32 + 13] & 0x3f, flags);
}

/* Our address on receipt and once more on the way back, as Linux: in the SYN-ACK, its child's data and FIN */
static void answered_route(bool cookies)
{
	static const u8 rr[12] = { 7, 11, 4 };
	struct wire *w = wire_new(false);
	u8 opt[40];
	u32 len = sizeof(opt);

	if (cookies)
		wire_sysctl(w, "net.ipv4.tcp_syncookies", "2");
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460, .ip_opts = rr, .ip_opts_len = sizeof(rr));
	has_route(w, 12, S | A);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1, .ip_opts = rr, .ip_opts_len = sizeof(rr));
	w->sk = wire_accept(w);
	cr_assert_eq(sock_getsockopt(w->sk, 0, 4, opt, &len), 0);
	cr_assert_eq(len, 12);
	cr_assert_eq(wire_info(w).snd_mss, 1460 - 12);
	wire_send(w, 10, 0);
	has_route(w, 12, P | A);
	out(w, P | A, 1, 1, 10);
	in(w, .flags = A, .seq = 1, .ack = 11);		/* what comes later without them changes nothing */
	wire_send(w, 10, 0);
	has_route(w, 12, P | A);
	out(w, P | A, 11, 1, 10);
	in(w, .flags = R, .seq = 1);
	wire_end(w);
}

/* MAY-10 MAY-11 */
Test(rfc, ip_options_answered)
{
	answered_route(false);
}

Test(rfc, ip_options_cookie)
{
	answered_route(true);
}

/* MAY-11: a time stamp of the SYN, in the reset of a closed port */
Test(rfc, ip_options_reset)
{
	static const u8 ts[12] = { 68, 12, 5 };
	struct wire *w = wire_new(false);
	const u8 *ip;

	in(w, .flags = S, .seq = 0, .mss = 1460, .ip_opts = ts, .ip_opts_len = sizeof(ts));
	ip = wire_peek_ip(w);
	cr_assert_eq(ip[0] & 15, 8);
	cr_assert_eq(ip[20], 68);
	cr_assert_eq(ip[22], 13, "one on receipt, one on the way back");
	cr_assert_eq(ip[32 + 13], R | A);
	wire_end(w);
}

/* DEV-03: 200 ms at least, or the second of RFC 6298 by the knob */
static void least_rto(struct wire *w, bool second)
{
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	if (second)
		wire_sysctl(w, "net.ipv4.tcp_rto_min_us", "1000000");
	establish(w);
	wire_send(w, 10, 0);
	drain(w);
	at(w, second ? 990 : 190);
	quiet(w);
	at(w, second ? 1010 : 210);
	cr_assert_eq(drain(w), 1);
}

TEST46(rfc, rto_min_linux)
{
	least_rto(w, false);
}

TEST46(rfc, rto_min_rfc)
{
	least_rto(w, true);
}

/* DEV-05: the limit of RFC 5961 for the whole host, when it is asked for */
TEST46(rfc, challenge_limit)
{
	u32 n = 0, first = 0, others = 0;

	wire_sysctl(w, "net.ipv4.tcp_invalid_ratelimit", "0");
	establish(w);
	for (u32 i = 0; i < 100; i++)
		in(w, .flags = S, .seq = 100 + i);
	cr_assert_eq(drain(w), 100);
	wire_sysctl(w, "net.ipv4.tcp_challenge_ack_limit", "10");
	for (u32 second = 0; second < 20; second++) {	/* each second so many, and not always as many */
		at(w, 2000 + 1100 * second);
		for (u32 i = 0; i < 100; i++)
			in(w, .flags = S, .seq = 100 + i);
		n = (u32)drain(w);
		cr_assert(n >= 4 && n <= 15, "%u", n);
		first = second ? first : n;
		others += n != first;
	}
	cr_assert_gt(others, 0);
}

/* DEV-10: data in a SYN is not kept; with Fast Open without cookies it is */
static void data_in_syn(struct wire *w, bool fast)
{
	char buf[100];

	if (fast)
		wire_sysctl(w, "net.ipv4.tcp_fastopen", "0x603");
	wire_listen(w, 5);
	in(w, .flags = S, .seq = 0, .mss = 1460, .len = 20);
	out(w, S | A, 0, fast ? 21 : 1, 0);
	in(w, .flags = A | P, .seq = 21, .ack = 1, .len = 10);
	while (take(w, &w->last))
		;
	if (!fast)
		in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 20);
	w->sk = wire_accept(w);
	cr_assert_not_null(w->sk);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 30);
	drain(w);
}

TEST46(rfc, syn_data_dropped)
{
	data_in_syn(w, false);
}

TEST46(rfc, syn_data_taken)
{
	data_in_syn(w, true);
}

/* SHLD-4 TCP-TW-01: a SYN that is older by sequence and newer by timestamp opens again */
TEST46(rfc, timewait_by_timestamp)
{
	establish(w);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 5000);
	drain(w);
	char buf[5000];

	wire_recv(w, buf, sizeof(buf), 0);
	wire_close(w);
	cr_assert(take(w, &w->last));
	in(w, .flags = A | F, .seq = 5001, .ack = 2);
	drain(w);
	cr_assert_eq(w->net->tcp.tw_count, 1);
	at(w, 2000);
	in(w, .flags = S, .seq = 100, .mss = 1460, .tsval = (u32)now_ms(w) + 1000);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.flags, S | A);
	cr_assert_eq(w->last.ack, 101);
	cr_assert_eq(w->net->tcp.tw_count, 0);
}
