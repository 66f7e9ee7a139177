/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Peers, and hosts that are none, with bad intentions (conformance 4.2 to 4.5). What they cost is
 * printed: octets held, segments sent, chain lengths. No clock is looked at but the simulated one.
 */
#include "tests/unit/tcp/wirebox.h"

#include <time.h>

static u64 mib(struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

/* s from another source address, with checksums that are right. */
static void spoof(struct wire *w, const char *src, const struct in_seg *s)
{
	const struct inet_af *af = w->net->ip.af[w->v6];
	struct sk_buff *skb = in_skb(w, s);
	u32 ihl = w->v6 ? 40 : 20, len = skb->len - 14 - ihl;
	u8 *ip = skb->data + 14;
	struct tcp_hdr *th = (void *)(ip + ihl);
	union inet_addr from, me;
	u16 family;

	inet_addr_pton(src, &from, &family);
	inet_addr_pton(w->v6 ? "fd00::1" : "10.0.0.1", &me, &family);
	if (w->v6) {
		memcpy(ip + 8, from.b, 16);
	} else {
		be16 c;

		memcpy(ip + 12, from.b + 12, 4);
		memset(ip + 10, 0, 2);
		c = ip_fast_csum(ip, 5);
		memcpy(ip + 10, &c, 2);
	}
	th->check = be16_make(0);
	th->check = csum_fold(csum_partial(th, len, af->pseudo_csum(&from, &me, len, IP_PROTO_TCP)));
	skb->dev = w->dev;
	eth_type_trans(skb, w->dev);
	netif_rx(skb);
	wire_run(w);
}

/* -- options ----------------------------------------------------------------------------------- */

/* ATK-OPT-03: the last of several counts, and forty octets of them are no trouble */
TEST46(attack, many_options)
{
	u8 o[40];
	u32 n = 0;

	wire_listen(w, 16);
	memset(o, 1, sizeof(o));
	in(w, .flags = S, .seq = 0, .opts = o, .opts_len = 40);
	out(w, S | A, 0, 1, 0);
	for (u32 i = 0; i < 10; i++) {
		o[n++] = 2;
		o[n++] = 4;
		put_be16(o + n, (u16)(400 + 100 * i));
		n += 2;
	}
	w->peer_port++;
	w->iss_known = false;
	in(w, .flags = S, .seq = 0, .opts = o, .opts_len = 40);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	w->sk = wire_accept(w);
	cr_assert_eq(wire_info(w).snd_mss, 1300);
	static const u8 twice[] = { 3, 3, 2, 3, 3, 9, 1, 1, 4, 2, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0,
				    8, 10, 0, 0, 0, 8, 0, 0, 0, 0 };

	w->peer_port++;
	w->iss_known = false;
	in(w, .flags = S, .seq = 0, .opts = twice, .opts_len = sizeof(twice));
	out(w, S | A, 0, 1, 0);
	cr_assert_eq(w->last.o.tsecr, 8);
}

/* ATK-OPT-09: a huge flight in the smallest segments, SACKed in one go: the counters hold */
TEST46(attack, sack_panic)
{
	struct tcp_info_abi i;
	ssize_t n;

	establish_opt(w, NO_TS, 1 << 22, 48);
	sock_setsockopt(w->sk, 1, 7, &(int){ 4 << 20 }, 4);
	tcp_sk(w->sk)->snd_cwnd = 1 << 20;
	n = wire_send(w, 1 << 20, 0);
	cr_assert_gt(n, 1 << 18);
	drain(w);
	i = wire_info(w);
	cr_assert_geq(i.unacked, (u32)(n - i.notsent_bytes) / 48);
	in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 65535, .nsack = 1,
	   .sack = { { 49, tcp_sk(w->sk)->snd_nxt - w->iss } });
	cr_assert_leq(wire_info(w).sacked, wire_info(w).unacked);
	cr_assert_geq(wire_info(w).sacked + 2, wire_info(w).unacked);
	printf("# %u segments of 48 octets in flight, %u SACKed by one block\n", i.unacked,
	       wire_info(w).sacked);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = tcp_sk(w->sk)->snd_nxt - w->iss, .wnd = 65535);
	drain(w);
	cr_assert_eq(wire_info(w).sacked, 0);
}

/* Packets that the sent data lie in. */
static u32 rtx_packets(const struct wire *w)
{
	u32 n = 0;

	for (struct sk_buff *skb = tcp_rtx_head(tcp_sk(w->sk)); skb; skb = tcp_rtx_next(skb))
		n++;
	return n;
}

/* Microseconds of processor time that n ACKs cost, each with the block [from, to). */
static double acks_cost(struct wire *w, u32 n, u32 from, u32 to, u32 other)
{
	clock_t t = clock();

	for (u32 i = 0; i < n; i++) {
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 65535, .nsack = 1,
		   .sack = { { i & 1 ? other : from, i & 1 ? other + 48 : to } });
		drain(w);
	}
	return (double)(clock() - t) * 1e6 / CLOCKS_PER_SEC / n;
}

/*
 * ATK-OPT-09 ATK-OPT-10 (CVE-2019-11478): a large flight SACKed segment by segment, then again and again
 * as a whole, with another block between so that no ACK is like the one before. What was cut for the
 * blocks is joined again, so that neither memory nor the work for an ACK goes with the number of segments.
 */
static void sack_pieces(struct wire *w, u32 step, const char *recovery)
{
	u32 end, cut, whole, most = 0;
	double cost;

	wire_sysctl(w, "net.core.wmem_max", "16777216");
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_sysctl(w, "net.ipv4.tcp_recovery", recovery);
	establish_opt(w, NO_TS, 1 << 22, 48);
	sock_setsockopt(w->sk, 1, 7, &(int){ 1 << 20 }, 4);
	tcp_sk(w->sk)->snd_cwnd = 1 << 20;
	cr_assert_gt(wire_send(w, 1 << 20, 0), 1 << 19);
	drain(w);
	end = tcp_sk(w->sk)->snd_nxt - w->iss;
	whole = rtx_packets(w);
	for (u32 s = 49; s + 48 <= end; s += 48 * step) {
		in(w, .flags = A, .seq = 1, .ack = 1, .wnd = 65535, .nsack = 1,
		   .sack = { { s, s + 48 } });
		drain(w);
		most = max(most, (u32)w->sk->sk_wmem_queued);
	}
	cut = rtx_packets(w);
	cost = acks_cost(w, 200, 49, end, 49 + 48 * 9);
	printf("# %u octets in %u packets, cut to %u, %u after SACK of all; %u of %u octets held, "
	       "%.1f us for an ACK\n", end, whole, cut, rtx_packets(w), most,
	       (u32)w->sk->sk_sndbuf, cost);
	cr_assert_leq(most, 2 * ((u32)w->sk->sk_sndbuf + 2 * (65536 + TCP_TX_TRUESIZE)) +
			      2 * TCP_TX_TRUESIZE);
	cr_assert_leq(rtx_packets(w), 2 * whole);
	cr_assert_eq(w->net->mib[MIB_TcpExt_TCPWqueueTooBig] > 0, step == 2);
	in(w, .flags = A, .seq = 1, .ack = end, .wnd = 65535);
	cr_assert_eq(wire_info(w).sacked, 0);
	cr_assert_eq(wire_info(w).lost, 0);
	drain(w);
}

TEST46(attack, sack_pieces_in_order) { sack_pieces(w, 1, "1"); }
TEST46(attack, sack_pieces_every_second) { sack_pieces(w, 2, "1"); }
TEST46(attack, sack_pieces_without_rack) { sack_pieces(w, 2, "0"); }

/*
 * ATK-RSM-01 (CVE-2018-5390): every second octet, in random order: what is held stays within the buffer,
 * and a segment costs about the same whatever waits already.
 */
TEST46(attack, segment_smack)
{
	u32 x = 1, most = 0, n = 0;
	double first = 0, cost = 0;

	wire_sysctl(w, "net.core.rmem_max", "16777216");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	sock_setsockopt(w->sk, 1, 8, &(int){ 4 << 20 }, 4);
	for (int part = 0; part < 8; part++) {
		clock_t t = clock();

		for (int i = 0; i < 1000; i++, n++) {
			x = x * 1103515245 + 12345;
			in(w, .flags = A, .seq = 3 + 2 * (x >> 8 & 0x3fff), .ack = 1, .len = 1);
			most = max(most, (u32)w->sk->sk_rmem_alloc);
			drain(w);
		}
		cost = (double)(clock() - t) * 1e6 / CLOCKS_PER_SEC / 1000;
		first = part ? first : cost;
	}
	printf("# %u segments of an octet: %.1f us each of the first thousand, %.1f of the last; %u of %u "
	       "octets\n", n, first, cost, most, (u32)w->sk->sk_rcvbuf);
	cr_assert_leq(most, (u32)w->sk->sk_rcvbuf + 4096);
	cr_assert_leq(w->net->tcp.mem_octets, w->sk->sk_rcvbuf + 4096);
}

/* -- floods ------------------------------------------------------------------------------------ */

/*
 * ATK-FLD-02 ATK-OFF-14: every combination of flags, with and without payload, to a closed and to an
 * open port: never more than one bare segment for one, and nothing is kept but for a SYN
 */
TEST46(attack, all_flags)
{
	u32 sent = 0, answers = 0;

	wire_listen(w, 16);
	for (u16 flags = 0; flags < 64; flags++)
		for (u32 k = 0; k < 4; k++) {
			struct seg s;
			u32 n = 0;

			if ((flags & (S | A | R | F)) == S && k & 1)
				continue;	/* a request, and answered as one */
			in(w, .flags = flags, .seq = 1000, .ack = 77, .len = k & 2 ? 500 : 0,
			   .dport = k & 1 ? LOCAL_PORT : 9, .sport = 2000);
			sent++;
			while (take(w, &s)) {
				n++;
				cr_assert_eq(s.len, 0);
				cr_assert(s.flags & R, "flags %x drew %x", flags, s.flags);
				cr_assert(!(flags & R));
			}
			cr_assert_leq(n, 1u);
			answers += n;
		}
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
	printf("# %u segments of all kinds: %u resets\n", sent, answers);
}

/* ATK-FLD-03 ATK-OFF-10: from ourselves, from nobody, from everybody: not even an RST */
TEST46(attack, land_and_martians)
{
	static const char *const v4[] = { "10.0.0.1", "127.0.0.1", "0.0.0.0", "224.0.0.1",
					  "255.255.255.255", "10.0.0.255", "240.0.0.1" };
	static const char *const v6[] = { "fd00::1", "::1", "::", "ff02::1" };
	u32 nr = w->v6 ? ARRAY_SIZE(v6) : ARRAY_SIZE(v4);

	wire_listen(w, 16);
	for (u32 i = 0; i < nr; i++) {
		struct in_seg s = { .flags = S, .seq = 0, .mss = 1460, .sport = LOCAL_PORT };

		spoof(w, w->v6 ? v6[i] : v4[i], &s);
		s.dport = 9;
		spoof(w, w->v6 ? v6[i] : v4[i], &s);
		quiet(w);
		cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
	}
}

/* ATK-FLD-05: ten thousand whole handshakes and nobody who accepts: the backlog is the end of it */
TEST46(attack, connection_flood)
{
	size_t base, most = 0;
	struct sock *child;
	u32 taken = 0;

	wire_listen(w, 8);
	base = w->allocated;
	for (u32 i = 0; i < 10000; i++) {
		w->iss_known = false;
		w->peer_port = (u16)(1024 + i % 60000);
		in(w, .flags = S, .seq = 0, .mss = 1460);
		while (take(w, &w->last))
			;
		in(w, .flags = A, .seq = 1, .ack = 1);
		drain(w);
		most = max(most, w->allocated);
	}
	cr_assert_leq(w->lsk->sk_ack_backlog, 9);
	while (!sock_accept(w->lsk, &child)) {
		taken++;
		sock_close(child);
	}
	cr_assert_leq(taken, 9u);
	wire_run(w);
	drain(w);
	at(w, 400000);
	drain(w);
	printf("# 10000 connections: %u taken, at most %zu octets above %zu, %zd after\n", taken,
	       most - base, base, (ssize_t)(w->allocated - base));
	cr_assert_lt(most - base, (size_t)4096 * 1024);
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
}

/* ATK-FLD-06 ATK-FLD-08 TCP-ZWP-02: windows of zero on connections that the program has closed */
TEST46(attack, sockstress)
{
	enum { N = 200 };
	s64 most = 0;
	u32 orphans = 0;

	wire_sysctl(w, "net.ipv4.tcp_max_orphans", "50");
	wire_listen(w, 16);
	for (u32 i = 0; i < N; i++) {
		w->iss_known = false;
		w->peer_port = (u16)(2000 + i);
		in(w, .flags = S, .seq = 0, .mss = 1460);
		while (take(w, &w->last))
			;
		in(w, .flags = A, .seq = 1, .ack = 1, .zero_wnd = true);
		w->sk = wire_accept(w);
		cr_assert_not_null(w->sk);
		wire_send(w, 16384, 0);
		wire_close(w);
		drain(w);
		most = max(most, w->net->tcp.mem_octets);
		orphans = max(orphans, w->net->tcp.orphan_count);
	}
	cr_assert_leq(orphans, 51u);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPAbortOnMemory), N - w->net->tcp.orphan_count);
	/* somebody honest is served all the while */
	w->iss_known = false;
	w->peer_port = 50000;
	establish_opt(w, NO_TS, 60000, 1460);
	cr_assert_eq(wire_send(w, 1000, 0), 1000);
	cr_assert(take(w, &w->last));
	cr_assert_eq(w->last.len, 1000);
	in(w, .flags = A, .seq = 1, .ack = 1001);
	printf("# %u closed connections of zero windows: %u orphans, %lld octets at most\n", (u32)N,
	       orphans, (long long)most);
	for (int s = 1; s < 2000 && w->net->tcp.orphan_count; s += 10) {
		at(w, s * 1000.0);
		drain(w);
	}
	cr_assert_eq(w->net->tcp.orphan_count, 0);
}

/* ATK-FLD-07: a reader of single octets draws no storm of segments, and holds a send buffer, no more */
TEST46(attack, tiny_windows)
{
	u32 segs = 0, acked = 1;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish_opt(w, NO_TS | NO_WS, 2000, 1460);
	while (wire_send(w, 10000, 0) > 0)
		;
	cr_assert_leq(w->sk->sk_wmem_queued, w->sk->sk_sndbuf + 70000);
	for (int i = 0; i < 200; i++) {
		at(w, now_ms(w) + 100);
		while (take(w, &w->last)) {
			segs++;
			if (after(w->last.seq + w->last.len, acked))
				acked = w->last.seq + w->last.len;
		}
		in(w, .flags = A, .seq = 1, .ack = acked, .wnd = 1);
	}
	while (take(w, &w->last))
		segs++;
	cr_assert_leq(segs, 450u);
	printf("# windows of one octet for 20 s: %u segments, %d octets queued\n", segs,
	       w->sk->sk_wmem_queued);
}

/* ATK-FLD-10: those who vanish after the handshake are gone when keepalive says so */
TEST46(attack, naptha)
{
	wire_listen(w, 16);
	cr_assert_eq(sock_setsockopt(w->lsk, 1, 9, &(int){ 1 }, 4), 0);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, 4, &(int){ 10 }, 4), 0);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, 5, &(int){ 5 }, 4), 0);
	cr_assert_eq(sock_setsockopt(w->lsk, 6, 6, &(int){ 3 }, 4), 0);
	establish(w);
	at(w, 30000);
	cr_assert_eq(w->sk->sk_state, TCP_CLOSE);
	cr_assert_eq(w->sk->sk_err, ETIMEDOUT);
	drain(w);
}

/* the longest chain of the table of connections */
static u32 longest_chain(const struct wire *w)
{
	const struct inet_hashinfo *h = w->net->tcp.hash;
	struct inet_ehash_entry *e;
	u32 longest = 0;

	for (u32 i = 0; i < 1u << h->ehash_shift; i++) {
		u32 n = 0;

		hlist_for_each_entry(e, &h->ehash[i], node)
			n++;
		longest = max(longest, n);
	}
	return longest;
}

/*
 * ATK-FLD-23 ATK-RSM-12 ATK-FLD-24: tuples whose ports add up to the same number; the hash is keyed,
 * so the chains stay short. Each has a timer, and all of them end
 */
TEST46(attack, hash_flood)
{
	enum { N = 8000 };
	u32 longest;

	wire_sysctl(w, "net.core.somaxconn", "65535");
	wire_sysctl(w, "net.ipv4.tcp_max_syn_backlog", "65535");
	wire_sysctl(w, "net.ipv4.tcp_syncookies", "0");
	wire_listen(w, 65535);
	for (u32 i = 0; i < N; i++) {
		in(w, .flags = S, .seq = 0, .mss = 1460, .sport = (u16)(1024 + 8 * i % 64000 + i / 8000));
		skb_queue_purge(&w->frames);
	}
	cr_assert_geq(tcp_sk(w->lsk)->listen->nr_syn, (u32)N - 10);
	longest = longest_chain(w);
	printf("# %u handshakes in %u buckets, longest chain %u\n", w->net->tcp.hash->ehash_count,
	       1u << w->net->tcp.hash->ehash_shift, longest);
	cr_assert_leq(longest, 14u);
	for (int s = 1; s < 300; s++) {
		at(w, s * 1000.0);
		skb_queue_purge(&w->frames);
	}
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
	cr_assert_eq(w->net->tcp.hash->ehash_count, 0);
}

/* -- fragments --------------------------------------------------------------------------------- */

/* Octets [off, off + len) of a segment as a fragment of datagram id; len 0: all from off on. */
static void in_fragment(struct wire *w, const struct in_seg *s, u32 id, u32 off, u32 len)
{
	struct sk_buff *whole = in_skb(w, s), *skb = alloc_skb(w->net, 1000);
	u32 ihl = w->v6 ? 40 : 20;
	const u8 *l4 = whole->data + 14 + ihl;
	bool more = len;
	u8 *h;

	if (!len)
		len = whole->len - 14 - ihl - off;

	skb_reserve(skb, 100);
	memcpy(skb_put(skb, len), l4 + off, len);
	if (w->v6) {
		h = skb_push(skb, 8);
		memset(h, 0, 8);
		h[0] = IP_PROTO_TCP;
		put_be16(h + 2, (u16)(off | more));
		put_be32(h + 4, id);
	}
	h = skb_push(skb, 14 + ihl);
	memcpy(h, whole->data, 14 + ihl);
	h += 14;
	if (w->v6) {
		h[6] = 44;
		put_be16(h + 4, (u16)(len + 8));
	} else {
		be16 c;

		put_be16(h + 2, (u16)(len + 20));
		put_be16(h + 4, (u16)id);
		put_be16(h + 6, (u16)(off / 8 | (more ? 0x2000 : 0)));
		memset(h + 10, 0, 2);
		c = ip_fast_csum(h, 5);
		memcpy(h + 10, &c, 2);
	}
	consume_skb(whole);
	skb->dev = w->dev;
	if (!eth_type_trans(skb, w->dev))
		cr_assert(false);
	netif_rx(skb);
	wire_run(w);
}

/*
 * ATK-RSM-06 (RFC 1858, 3128): a TCP header in two fragments is looked at as a whole; a fragment at
 * offset 8 that would put other flags into it spoils the datagram
 */
TEST46(attack, tiny_fragments)
{
	struct in_seg syn = { .flags = S, .seq = 0, .mss = 1460 };
	struct in_seg rst = { .flags = R | A, .seq = 0, .mss = 1460 };

	wire_listen(w, 5);
	in_fragment(w, &syn, 1, 0, 8);
	quiet(w);
	in_fragment(w, &syn, 1, 8, 0);
	if (!w->v6) {				/* IPv6 wants all headers in the first (RFC 7112) */
		out(w, S | A, 0, 1, 0);
		in(w, .flags = R, .seq = 1);
	}
	in_fragment(w, &syn, 2, 0, 16);
	in_fragment(w, &rst, 2, 8, 0);
	in_fragment(w, &syn, 2, 16, 0);
	quiet(w);
	cr_assert_eq(tcp_sk(w->lsk)->listen->nr_syn, 0);
}

/*
 * ATK-RSM-08: who forges the end of a datagram before the true one comes makes it be lost, and no more:
 * the next one, with the same data, is whole
 */
TEST46(attack, fragment_poisoning)
{
	struct in_seg data = { .flags = P | A, .seq = 1, .ack = 1, .len = 64 }, forged = data;
	char buf[100], evil[64];

	memset(evil, 'x', sizeof(evil));
	forged.data = evil;
	establish(w);
	in_fragment(w, &forged, 7, 40, 0);
	in_fragment(w, &data, 7, 0, 40);
	in_fragment(w, &data, 7, 40, 0);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), -EAGAIN);
	in_fragment(w, &data, 8, 0, 40);
	in_fragment(w, &data, 8, 40, 0);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 64);
	for (int i = 0; i < 64; i++)
		cr_assert_eq((u8)buf[i], (u8)(1 + i));
}

/* -- off the path ------------------------------------------------------------------------------ */

/* ATK-OFF-01: a spray of RST, SYN and data that does not know the numbers */
TEST46(attack, blind_spray)
{
	u32 seed = 1, answers = 0;
	char buf[100];

	establish(w);
	for (u32 i = 0; i < 3000; i++) {
		u16 flags = i % 3 == 0 ? R : i % 3 == 1 ? S : A | P;

		seed = seed * 1103515245 + 12345;
		at(w, 1 + i);
		in(w, .flags = flags, .seq = seed | 1, .raw_seq = true, .ack = seed ^ 0x5555,
		   .raw_ack = true, .len = i % 3 == 2 ? 10 : 0, .no_ts = true);
		answers += (u32)drain(w);
	}
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), -EAGAIN);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10);
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 10);
	printf("# 3000 blind segments in 3 s: %u answers\n", answers);
	cr_assert_leq(answers, 1010u);	/* data is always answered, the others twice a second */
	drain(w);
}

/* ATK-OFF-02 TCP-BLIND-04: what one connection was asked is not to be seen at another */
TEST46(attack, no_shared_limit)
{
	struct sock *one;

	establish(w);
	one = w->sk;
	at(w, 1000);
	for (u32 i = 0; i < 500; i++)
		in(w, .flags = S, .seq = 100 + i);
	cr_assert_eq(drain(w), 1);
	w->iss_known = false;
	w->ts = false;
	w->peer_port++;
	establish_opt(w, NO_TS, 1 << 20, 1460);
	in(w, .flags = S, .seq = 100);
	cr_assert_eq(drain(w), 1);
	sock_close(one);
	wire_run(w);
	drain(w);
}

/* ATK-OFF-05 SHLD-1: the bits of ISNs over ten thousand ports, and of their differences */
Test(attack, isn_sample)
{
	enum { N = 10000 };
	struct wire *w = wire_new(false);
	u32 bits[2][24] = { 0 }, prev = 0, worst = 0;

	for (u32 i = 0; i < N; i++) {
		struct inet_tuple t = { .lport = (u16)(10000 + i), .rport = 80 };
		u32 isn = tcp_isn(w->net, &t), d = isn - prev;

		prev = isn;
		for (u32 b = 0; b < 24; b++) {
			bits[0][b] += isn >> b & 1;
			bits[1][b] += d >> b & 1;
		}
	}
	for (u32 b = 0; b < 24; b++)
		for (u32 k = 0; k < 2; k++)
			worst = max(worst, bits[k][b] > N / 2 ? bits[k][b] - N / 2 : N / 2 - bits[k][b]);
	printf("# %d ISNs: a bit is off one half by %.2f %% at worst\n", N, 100.0 * worst / N);
	cr_assert_lt(worst, N / 40u);
	wire_end(w);
}

static void packet_too_big(struct wire *w, u32 mtu, u32 seq)
{
	struct inet_icmp_err e = { .type = w->v6 ? 2 : 3, .code = w->v6 ? 0 : 4, .err = EMSGSIZE,
				   .info = mtu };

	wire_icmp(w, e, seq);
}

/* ATK-OFF-06 ATK-OFF-07 TCP-BLIND-05: forged errors about sizes are not believed, or not below a floor */
TEST46(attack, forged_mtu)
{
	static const u32 mtus[] = { 552, 296, 68, 67, 1, 0 };
	u32 full = w->v6 ? 1428 : 1448, least = w->v6 ? 1280 - 60 - 12 : 552 - 40 - 12;

	establish(w);
	wire_send(w, 2 * full, 0);
	drain(w);
	for (u32 i = 0; i < ARRAY_SIZE(mtus); i++) {
		packet_too_big(w, mtus[i], 1 + 2 * full + 1);
		packet_too_big(w, mtus[i], 0u - 5);
		cr_assert_eq(wire_info(w).snd_mss, full);
	}
	cr_assert_eq(mib(w, MIB_TcpExt_OutOfWindowIcmps), 2 * ARRAY_SIZE(mtus));
	for (u32 i = 0; i < ARRAY_SIZE(mtus); i++) {
		packet_too_big(w, mtus[i], 1);
		cr_assert_geq(wire_info(w).snd_mss, least, "an MTU of %u", mtus[i]);
		drain(w);
	}
}

/* ATK-OFF-12: no octet of our memory in what is sent: wire_alloc() hands out 0xa5 */
TEST46(attack, no_leak)
{
	static const u8 odd[] = { 3, 3, 7, 4, 2 };

	wire_listen(w, 5);
	for (int round = 0; round < 3; round++) {
		struct sk_buff *skb;

		w->iss_known = false;
		w->peer_port++;
		in(w, .flags = S, .seq = 0, .opts = odd, .opts_len = round ? 5 - 5 % 4 : 0,
		   .mss = round ? 0 : 1460);
		skb = skb_peek(&w->frames);
		cr_assert_not_null(skb);
		for (; skb; skb = skb_queue_next(&w->frames, skb)) {
			u32 run = 0;

			cr_assert_eq(skb_linearize(skb), 0);
			for (u32 i = 0; i < skb->len; i++) {
				run = skb->data[i] == 0xa5 ? run + 1 : 0;
				cr_assert_lt(run, 3u, "at octet %u of %u", i, skb->len);
			}
		}
		drain(w);
		in(w, .flags = R, .seq = 1);
		in(w, .flags = A, .seq = 77, .ack = 88, .dport = 9);
		skb = skb_peek(&w->frames);
		cr_assert_not_null(skb);
		cr_assert_eq(skb->len, 14 + (w->v6 ? 40u : 20u) + 20);
		drain(w);
	}
}

/* cwnd after ten flights that are acknowledged in steps */
static u32 grown(bool v6, u32 step)
{
	struct wire *w = wire_new(v6);
	u32 cwnd, una = 1;

	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_sysctl(w, "net.ipv4.tcp_congestion_control", "reno");
	establish_opt(w, NO_TS, 1 << 22, 1000);
	sock_setsockopt(w->sk, 1, 7, &(int){ 4 << 20 }, 4);
	for (int i = 0; i < 5; i++) {
		u32 end;

		wire_send(w, 1 << 19, 0);
		drain(w);
		at(w, now_ms(w) + 100);
		end = tcp_sk(w->sk)->snd_nxt - w->iss;
		while (una != end) {
			una = min(una + step, end);
			in(w, .flags = A, .seq = 1, .ack = una, .wnd = 32768);
		}
		drain(w);
	}
	cwnd = wire_info(w).snd_cwnd;
	wire_end(w);
	return cwnd;
}

/* ATK-OFF-15 TCP-CC-02: splitting ACKs, or acknowledging what never came, gains nothing */
static void misbehaving(bool v6)
{
	u32 honest = grown(v6, 2000), split = grown(v6, 100);

	printf("# cwnd after five flights: %u, by ACKs of 100 octets %u\n", honest, split);
	cr_assert_leq(split, honest + honest / 10 + 1);
}

Test(attack, ack_division_4) { misbehaving(false); }
Test(attack, ack_division_6) { misbehaving(true); }

TEST46(attack, optimistic_ack)
{
	u32 cwnd;

	establish(w);
	wire_send(w, 5000, 0);
	drain(w);
	cwnd = wire_info(w).snd_cwnd;
	for (u32 i = 0; i < 50; i++)
		in(w, .flags = A, .seq = 1, .ack = 5002 + 1448 * i);
	cr_assert_eq(wire_info(w).snd_cwnd, cwnd);
	cr_assert_eq(wire_info(w).bytes_acked, 0);
	cr_assert_leq(drain(w), 2);
}

/* ATK-OFF-17: the peer answers SYN by SYN, then ACK: one connection, opened from both ends */
TEST46(attack, split_handshake)
{
	connect_syn(w);
	in(w, .flags = S, .seq = 0, .mss = 1460);
	out(w, S | A, 0, 1, 0);
	in(w, .flags = A, .seq = 1, .ack = 1);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	drain(w);
	cr_assert_eq(w->net->tcp.hash->ehash_count, 1);
}

/*
 * ATK-OFF-18: what a firewall may see and we do not, or otherwise: a reset with a bad checksum, a FIN
 * beyond the window, octets again with another content. The first in-order copy is the one
 */
TEST46(attack, evasion)
{
	char buf[64];

	establish(w);
	in(w, .flags = R | A, .seq = 1, .ack = 1, .bad_sum = true);
	in(w, .flags = F | A, .seq = 1 << 24, .ack = 1);
	cr_assert_eq(w->sk->sk_state, TCP_ESTABLISHED);
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 10, .data = "AAAAAAAAAA");
	in(w, .flags = A | P, .seq = 1, .ack = 1, .len = 20, .data = "BBBBBBBBBBBBBBBBBBBB");
	in(w, .flags = A | P, .seq = 16, .ack = 1, .len = 10, .data = "CCCCCCCCCC");
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 25);
	cr_assert_eq(memcmp(buf, "AAAAAAAAAABBBBBBBBBBCCCCC", 25), 0);
	/* out of order the same, as long as nothing covers it altogether */
	in(w, .flags = A, .seq = 36, .ack = 1, .len = 10, .data = "DDDDDDDDDD");
	in(w, .flags = A, .seq = 41, .ack = 1, .len = 10, .data = "EEEEEEEEEE");
	in(w, .flags = A | P, .seq = 26, .ack = 1, .len = 10, .data = "FFFFFFFFFF");
	cr_assert_eq(wire_recv(w, buf, sizeof(buf), 0), 25);
	cr_assert_eq(memcmp(buf, "FFFFFFFFFFDDDDDDDDDDEEEEE", 25), 0);
	drain(w);
}
