/* SPDX-License-Identifier: BSD-2-Clause */
/* IP4-28: path MTU by packetization (RFC 4821): probes that pass, that are lost, and black holes. */
#include "tests/unit/tcp/wirebox.h"

#include "tcp/tcp_priv.h"

static u64 mib(struct wire *w, enum mib m)
{
	return w->net->mib[m];
}

/* A connection that probes from 512 octets up, with the window for it. */
static void probing(struct wire *w, u16 mss)
{
	wire_sysctl(w, "net.ipv4.tcp_mtu_probing", "2");
	wire_sysctl(w, "net.ipv4.tcp_base_mss", "512");
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	wire_sysctl(w, "net.ipv4.tcp_timestamps", "0");	/* the first MSS allows for those of the SYN */
	connect_syn(w);
	in(w, .flags = S | A, .seq = 0, .ack = 1, .mss = mss, .sackok = true, .ws = 7);
	out(w, A, 1, 1, 0);
	tcp_sk(w->sk)->snd_cwnd = 40;
	cr_assert_eq(wire_info(w).snd_mss, 512);
}

/* Between what surely passes and what may: (low + high) / 2, without the headers. */
static u32 probe_size(const struct wire *w, u32 low, u32 high)
{
	u32 hdr = w->v6 ? 60 : 40;

	return (low + hdr + high + hdr) / 2 - hdr;
}

/* MUST-16 SHLD-6: the probe is one segment, what follows it has the usual size, and its ACK raises it */
TEST46(mtu, probe)
{
	u32 high = w->v6 ? 1440 : 1460, probe = probe_size(w, 512, high), next, hdr = w->v6 ? 60 : 40;

	probing(w, (u16)high);
	wire_send(w, 8000, 0);
	out(w, A, 1, 1, probe);
	for (u32 seq = 1 + probe; seq < 8001; seq += 512)
		out(w, seq + 512 < 8001 ? A : A | P, seq, 1, min(512u, 8001 - seq));
	quiet(w);
	cr_assert_eq(wire_info(w).snd_cwnd, 39);	/* a probe counts for two */
	in(w, .flags = A, .seq = 1, .ack = 8001);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMTUPSuccess), 1);
	cr_assert_eq(wire_info(w).snd_mss, probe);
	/* the same octets, and what fifteen segments add */
	cr_assert_eq(wire_info(w).snd_cwnd, 39 * (512 + hdr) / (probe + hdr) + 15);
	tcp_sk(w->sk)->snd_cwnd = 40;
	next = probe_size(w, probe, high);
	wire_send(w, 20000, 0);
	out(w, A, 8001, 1, next);
	out(w, A, 8001 + next, 1, probe);
	drain(w);
}

/* Not without data, window and flow behind it */
TEST46(mtu, no_room)
{
	probing(w, 1400);
	wire_send(w, 1500, 0);		/* too little to see a loss by */
	out(w, A, 1, 1, 512);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 1501);
	tcp_sk(w->sk)->snd_cwnd = 10;
	wire_send(w, 8000, 0);
	out(w, A, 1501, 1, 512);
	drain(w);
	cr_assert_eq(tcp_sk(w->sk)->mtup.probe, 0);
}

/* A lost probe lowers the upper bound and goes again in small segments: cwnd is not to blame */
TEST46(mtu, probe_lost)
{
	u32 high = w->v6 ? 1440 : 1460, probe = probe_size(w, 512, high), cwnd, n = 0;

	probing(w, (u16)high);
	wire_send(w, 8000, 0);
	out(w, A, 1, 1, probe);
	drain(w);
	cwnd = wire_info(w).snd_cwnd;
	at(w, 50);
	in(w, .flags = A, .seq = 1, .ack = 1, .nsack = 1,
	   .sack = { { 1 + probe, 1 + probe + 512 } });
	in(w, .flags = A, .seq = 1, .ack = 1, .nsack = 1,
	   .sack = { { 1 + probe, 1 + probe + 1024 } });
	in(w, .flags = A, .seq = 1, .ack = 1, .nsack = 1,
	   .sack = { { 1 + probe, 8001 } });
	at(w, 100);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMTUPFail), 1);
	cr_assert_eq(wire_info(w).snd_cwnd, cwnd + 1);
	while (take(w, &w->last)) {
		cr_assert_leq(w->last.len, 512);
		cr_assert_leq(w->last.seq + w->last.len, 1 + probe);
		n += w->last.len;
	}
	cr_assert_eq(n, probe);
	in(w, .flags = A, .seq = 1, .ack = 8001);
	cr_assert_eq(wire_info(w).snd_mss, 512);
	cr_assert_lt(tcp_sk(w->sk)->mtup.high, probe + (w->v6 ? 60 : 40));
	cr_assert_eq(wire_info(w).unacked, 0);
}

/* tcp_probe_threshold: near enough is enough; tcp_probe_interval later the search begins anew */
TEST46(mtu, reprobe)
{
	u32 hdr = w->v6 ? 60 : 40;

	probing(w, 530);
	wire_sysctl(w, "net.ipv4.tcp_probe_threshold", "20");
	wire_sysctl(w, "net.ipv4.tcp_slow_start_after_idle", "0");
	wire_send(w, 8000, 0);
	out(w, A, 1, 1, 512);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 8001);
	tcp_sk(w->sk)->mtup.high = 512 + hdr;
	at(w, 601000);
	tcp_sk(w->sk)->snd_cwnd = 40;
	wire_send(w, 8000, 0);
	drain(w);
	cr_assert_eq(tcp_sk(w->sk)->mtup.high, 530 + hdr);
	in(w, .flags = A, .seq = 1, .ack = 16001);
	tcp_sk(w->sk)->mtup.high = 512 + hdr;	/* and not again a moment later */
	at(w, 602000);
	wire_send(w, 8000, 0);
	drain(w);
	cr_assert_eq(tcp_sk(w->sk)->mtup.high, 512 + hdr);
}

/* tcp_probe_threshold octets between the bounds are enough to search in, one less is not */
TEST46(mtu, threshold)
{
	probing(w, 520);
	wire_sysctl(w, "net.ipv4.tcp_probe_threshold", "9");
	wire_send(w, 8000, 0);
	out(w, A, 1, 1, 512);
	drain(w);
	in(w, .flags = A, .seq = 1, .ack = 8001);
	wire_sysctl(w, "net.ipv4.tcp_probe_threshold", "8");
	tcp_sk(w->sk)->snd_cwnd = 40;
	wire_send(w, 8000, 0);
	out(w, A, 8001, 1, 516);
	drain(w);
}

/* A probe and segments before it in flight, or a window that is being reduced: the loss is one like others */
static void not_the_probe(struct wire *w, bool marked)
{
	u32 start = marked ? 1 : 1001;

	probing(w, 1400);
	if (!marked) {
		wire_send(w, 1000, 0);		/* too little for a probe */
		drain(w);
	}
	wire_send(w, 8000, 0);
	drain(w);
	cr_assert_eq(tcp_sk(w->sk)->mtup.seq - w->iss, start);
	cr_assert_gt(tcp_sk(w->sk)->mtup.probe, 0);
	if (marked)
		tcp_enter_cwr(w->sk);
	at(w, 50);
	in(w, .flags = A, .seq = 1, .ack = 1, .nsack = 1,
	   .sack = { { marked ? 2001 : 513, tcp_sk(w->sk)->snd_nxt - w->iss } });
	at(w, 100);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPMTUPFail), 0);
	cr_assert_eq(mib(w, MIB_TcpExt_TCPSackRecovery), 1);
	drain(w);
}

TEST46(mtu, loss_before_the_probe) { not_the_probe(w, false); }
TEST46(mtu, loss_when_marked) { not_the_probe(w, true); }

/* No probe while there is something out of order to tell: its blocks need the room */
TEST46(mtu, not_with_blocks)
{
	probing(w, 1400);
	in(w, .flags = A, .seq = 101, .ack = 1, .len = 100);
	drain(w);
	wire_send(w, 8000, 0);
	cr_assert(take(w, &w->last));
	cr_assert_leq(w->last.len, 512);
	cr_assert_eq(tcp_sk(w->sk)->mtup.probe, 0);
	drain(w);
}

/* The end of a record stays the end of a segment: a probe is not made across it */
TEST46(mtu, not_across_records)
{
	probing(w, 1400);
	tcp_sk(w->sk)->snd_cwnd = 1;
	wire_send(w, 512, 0);
	out(w, A | P, 1, 1, 512);
	wire_send(w, 400, 0x80);	/* MSG_EOR */
	wire_send(w, 8000, 0);
	tcp_sk(w->sk)->snd_cwnd = 40;
	in(w, .flags = A, .seq = 1, .ack = 513);
	out(w, A | P, 513, 1, 400);
	drain(w);
}

/* tcp_mtu_probing 1: full segments vanish, so RTO by RTO they get smaller, down to the floor */
TEST46(mtu, black_hole)
{
	u32 mss = w->v6 ? 1440 : 1460, low = ~0u;

	wire_sysctl(w, "net.ipv4.tcp_mtu_probing", "1");
	wire_sysctl(w, "net.ipv4.tcp_mtu_probe_floor", "100");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	wire_send(w, 4 * mss, 0);
	out(w, A, 1, 1, mss);
	drain(w);
	for (int ms = 100; ms < 200000; ms += 100) {
		at(w, ms);
		while (take(w, &w->last))
			if (w->last.seq == 1)
				low = w->last.len;
	}
	cr_assert_eq(low, 100);
	/* the path has always taken 600: all arrives, in segments of what was found to pass */
	in(w, .flags = A, .seq = 1, .ack = 101);
	while (take(w, &w->last))
		cr_assert_leq(w->last.len, 100);
}

/* and the first step is tcp_base_mss, once tcp_retries1 is reached */
TEST46(mtu, black_hole_first_step)
{
	u32 mss = w->v6 ? 1440 : 1460, step = 0;

	wire_sysctl(w, "net.ipv4.tcp_mtu_probing", "1");
	wire_sysctl(w, "net.ipv4.tcp_early_retrans", "0");
	establish_opt(w, NO_TS, 1 << 20, 1460);
	wire_send(w, mss, 0);
	out(w, A | P, 1, 1, mss);
	while (!step) {
		at(w, now_ms(w) + 50);
		cr_assert_lt(now_ms(w), 60000);
		while (take(w, &w->last))
			if (w->last.len != mss)
				step = w->last.len;
	}
	cr_assert_eq(step, 1024);
	cr_assert_geq(wire_info(w).retransmits, 4);
}

/* mode 0 never changes the size */
TEST46(mtu, black_hole_off)
{
	u32 mss = w->v6 ? 1440 : 1460;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	wire_send(w, mss, 0);
	for (int ms = 100; ms < 100000; ms += 100) {
		at(w, ms);
		while (take(w, &w->last))
			cr_assert_eq(w->last.len, mss);
	}
}

/* IP4-28: a device that cuts large packets is told the new size at once, of old and of new data */
TEST46(mtu, gso_follows)
{
	struct inet_icmp_err e = { .type = w->v6 ? 2 : 3, .code = w->v6 ? 0 : 4, .err = EMSGSIZE,
				   .info = 1300 };
	u32 mss = 1300 - (w->v6 ? 60 : 40), large = 0;
	struct sk_buff *skb;

	establish_opt(w, NO_TS, 1 << 20, 1460);
	w->dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_ALL_TSO;
	tcp_sk(w->sk)->gso_goal = 0;	/* asks the device anew */
	tcp_sk(w->sk)->snd_cwnd = 40;
	wire_send(w, 11680, 0);
	cr_assert_gt(skb_shinfo(skb_peek(&w->frames))->gso_size, mss);
	skb_queue_purge(&w->frames);
	wire_icmp(w, e, 1);
	wire_send(w, 13000, 0);
	in(w, .flags = A, .seq = 1, .ack = 11681);
	while ((skb = skb_dequeue(&w->frames))) {
		large += skb_shinfo(skb)->gso_size > 0;
		cr_assert_leq(skb_shinfo(skb)->gso_size, mss);
		cr_assert(skb_shinfo(skb)->gso_size || skb->len <= 14 + 1300);
		consume_skb(skb);
	}
	cr_assert_gt(large, 1);
}
