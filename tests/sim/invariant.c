// SPDX-License-Identifier: BSD-2-Clause
/*
 * What must hold of every TCP socket at every moment of every simulated run (conformance 1.11).
 * A socket is remembered from one look to the next to see what only moves one way.
 *
 * TCP-INV-11 is looked at once, at the end. TCP-INV-01 is flow.c's, TCP-INV-06 world_exit()'s,
 * TCP-INV-08 and TCP-INV-10 soak.c's.
 */
#include "world.h"

#include <stdlib.h>

#include "tcp/tcp_priv.h"

enum { BUCKETS = 1024, SLACK = 192 * 1024, RECOUNT_MAX = 200 };

struct seen {
	struct seen *next;
	const struct sock *sk;
	u32 iss, round;
	u32 snd_edge;	/* largest right edge that the peer offered */
	u32 rcv_edge;	/* the one that we offered */
	u32 cwnd, in_flight, lost, sacked;
	u32 mss, cut_end; /* when it shrank, what was sent before SND.NXT was cut into more segments */
	bool cut;
	u64 rcvq_drops;	/* of its net */
};

struct invariants {
	struct world *world;
	struct seen *bucket[BUCKETS];
	u32 round;
	s64 held;	/* octets found in the queues of the host at hand */
};

static struct seen *seen_get(struct invariants *inv, const struct tcp_sock *tp, bool *fresh)
{
	const struct sock *sk = &tp->inet.sk;
	struct seen **b = &inv->bucket[(uintptr_t)sk / 64 % BUCKETS], *s;

	for (s = *b; s; s = s->next)
		if (s->sk == sk)
			break;
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			abort();
		s->sk = sk;
		s->next = *b;
		*b = s;
	}
	/* the address may be that of a socket that is gone */
	*fresh = !s->round || s->iss != tp->iss || s->round + 1 != inv->round;
	s->iss = tp->iss;
	s->round = inv->round;
	return s;
}

#define CHECK(cond, id)                                                                        \
	do {                                                                                   \
		if (!(cond))                                                                   \
			sim_fail(inv->world,                                                   \
				 id ": %s (state %u ca %u una %u nxt %u wnd %u cwnd %u out %u " \
				 "sacked %u lost %u retrans %u pending %u)",                    \
				 #cond, sk->sk_state, tp->ca_state, tp->snd_una - tp->iss,     \
				 tp->snd_nxt - tp->iss, tp->snd_wnd, tp->snd_cwnd,             \
				 tp->packets_out, tp->sacked_out, tp->lost_out,                \
				 tp->retrans_out, tp->ca_pending);                             \
	} while (0)

/* TCP-INV-02 TCP-INV-03 */
static void check_sequence(struct invariants *inv, const struct tcp_sock *tp, struct seen *s,
			   bool fresh)
{
	const struct sock *sk = &tp->inet.sk;
	u32 edge = tp->rcv_wup + tp->rcv_wnd;
	u64 drops = sk->net->mib[MIB_TcpExt_TCPRcvQDrop];

	if (fresh || after(tcp_wnd_end(tp), s->snd_edge))
		s->snd_edge = tcp_wnd_end(tp);
	CHECK(!after(tp->snd_una, tp->snd_nxt), "TCP-INV-02");
	CHECK(!after(tp->snd_nxt, s->snd_edge + 1), "TCP-INV-02");
	/* a segment that had to be dropped for memory closes the window, as on Linux */
	CHECK(fresh || !before(edge, s->rcv_edge) || drops != s->rcvq_drops, "TCP-INV-03");
	s->rcvq_drops = drops;
	s->rcv_edge = edge;
}

/* Is part of what is in flight counted in smaller segments than it was sent in? */
static bool was_cut(struct seen *s, const struct tcp_sock *tp)
{
	if (tp->mss_cache < s->mss) {
		s->cut = true;
		s->cut_end = tp->snd_nxt;
	}
	s->mss = tp->mss_cache;
	s->cut = s->cut && before(tp->snd_una, s->cut_end);
	return s->cut;
}

/* TCP-INV-04: what grew since the last look keeps to cwnd, but for a probe and limited transmit */
static void check_flight(struct invariants *inv, const struct tcp_sock *tp, struct seen *s,
			 bool fresh)
{
	const struct sock *sk = &tp->inet.sk;
	u32 in_flight = tcp_packets_in_flight(tp);
	/* what proves not to be lost after all is in flight again */
	u32 undone = s->lost > tp->lost_out ? s->lost - tp->lost_out : 0;
	/* without SACK a duplicate ACK counts for a segment that has arrived, until more is known */
	u32 taken_back = !tcp_is_sack(tp) && s->sacked > tp->sacked_out ? s->sacked - tp->sacked_out : 0;
	u32 allowed = max3(tp->snd_cwnd, max(tp->prior_cwnd, s->cwnd),
			   s->in_flight + undone + taken_back);

	/* between two looks that are further apart cwnd may have been larger */
	if (!was_cut(s, tp) && !fresh && inv->world->check_every == 1)
		CHECK(in_flight <= allowed + 3, "TCP-INV-04");
	s->cwnd = tp->snd_cwnd;
	s->in_flight = in_flight;
	s->lost = tp->lost_out;
	s->sacked = tp->sacked_out;
}

/* TCP-INV-05 */
static void check_timers(struct invariants *inv, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet.sk;

	if (tp->packets_out)
		CHECK(tp->ca_pending && timer_pending(&tp->rexmit_timer), "TCP-INV-05");
	else
		CHECK(tp->ca_pending != TCP_TIMER_RETRANS &&
			      tp->ca_pending != TCP_TIMER_LOSS_PROBE, "TCP-INV-05");
	if (tp->ack_pending & TCP_ACK_TIMER)
		CHECK(timer_pending(&tp->delack_timer), "TCP-INV-05");
	if (tp->pacing_armed)
		CHECK(timer_pending(&tp->pace_timer), "TCP-INV-05");
}

/* TCP-SACK-09: the counts are those of the tree */
static void check_scoreboard(struct invariants *inv, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet.sk;
	u32 out = 0, sacked = 0, lost = 0, retrans = 0;

	if (tp->packets_out > RECOUNT_MAX && inv->round % 16)
		return;
	for (struct sk_buff *skb = tcp_rtx_head(tp); skb; skb = tcp_rtx_next(skb)) {
		const struct tcp_tx_cb *cb = tcp_tx(skb);

		out += cb->pcount;
		sacked += cb->sacked & TCPCB_SACKED ? cb->pcount : 0;
		lost += cb->sacked & TCPCB_LOST ? cb->pcount : 0;
		retrans += cb->sacked & TCPCB_RETRANS ? cb->pcount : 0;
	}
	CHECK(out == tp->packets_out, "TCP-SACK-09");
	CHECK(lost == tp->lost_out && retrans == tp->retrans_out, "TCP-SACK-09");
	CHECK(!tcp_is_sack(tp) || sacked == tp->sacked_out, "TCP-SACK-09");
}

/* One packet may go beyond. GRO makes one of up to 64 KiB of small frames, each of which is charged. */
static s64 rmem_limit(const struct sock *sk)
{
	const struct sk_buff *last = skb_peek_tail(&sk->sk_receive_queue);

	return (s64)sk->sk_rcvbuf + max_t(u32, SLACK, last ? last->truesize : 0);
}

/*
 * What a program may write fits into the buffer; sent in single segments it costs a packet's memory for each
 * of them. At least twice: what SACK cuts is bounded by that (CVE-2019-11478).
 */
static s64 wmem_limit(const struct tcp_sock *tp)
{
	s64 times = max(2, 1 + DIV_ROUND_UP(TCP_TX_TRUESIZE, (s64)tp->mss_cache));

	return times * (tp->inet.sk.sk_sndbuf + SLACK);
}

/* TCP-INV-07: socket by socket, which bounds the sum */
static void check_memory(struct invariants *inv, const struct tcp_sock *tp)
{
	const struct sock *sk = &tp->inet.sk;

	CHECK(sk->sk_rmem_alloc >= 0 && sk->sk_rmem_alloc <= rmem_limit(sk), "TCP-INV-07");
	CHECK(sk->sk_wmem_queued >= 0 && sk->sk_wmem_queued <= wmem_limit(tp), "TCP-INV-07");
}

static s64 queue_truesize(const struct sk_buff_head *q)
{
	s64 sum = 0;

	for (const struct sk_buff *skb = skb_peek(q); skb; skb = skb_queue_next(q, skb))
		sum += skb->truesize;
	return sum;
}

/* TCP-INV-07: what is charged is what is in the queues, of a socket and of all (tcp_mem) */
static void count_memory(struct sock *sk, void *arg)
{
	struct invariants *inv = arg;
	const struct tcp_sock *tp = tcp_sk(sk);
	s64 rx = queue_truesize(&sk->sk_receive_queue) + queue_truesize(&sk->sk_error_queue);
	s64 tx = queue_truesize(&sk->sk_write_queue);

	if (sk->prot != &tcp_prot)
		return;
	for (const struct rb_node *n = rb_first(&tp->ooo); n; n = rb_next(n))
		rx += rb_entry(n, struct sk_buff, rbnode)->truesize;
	for (const struct sk_buff *skb = tcp_rtx_head(tp); skb; skb = tcp_rtx_next(skb))
		tx += skb->truesize;
	CHECK(sk->sk_rmem_alloc == rx && sk->sk_wmem_queued == tx, "TCP-INV-07");
	inv->held += rx + tx;
}

static void check_sock(struct sock *sk, void *arg)
{
	struct invariants *inv = arg;
	const struct tcp_sock *tp = tcp_sk(sk);
	struct seen *s;
	bool fresh;

	if (sk->prot != &tcp_prot ||
	    tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN) | TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		return;
	s = seen_get(inv, tp, &fresh);
	check_sequence(inv, tp, s, fresh);
	check_flight(inv, tp, s, fresh);
	check_timers(inv, tp);
	check_scoreboard(inv, tp);
	check_memory(inv, tp);
}

void invariants_check(struct world *w)
{
	struct invariants *inv = w->invariants;

	if (!inv) {
		inv = w->invariants = calloc(1, sizeof(*inv));
		if (!inv)
			abort();
		inv->world = w;
	}
	inv->round++;
	for (u32 i = 0; i < w->nr_hosts; i++) {
		struct net *net = w->host[i].net;

		inet_sock_for_each(net, check_sock, inv);
		if (inv->round % 16)
			continue;
		inv->held = 0;
		inet_sock_for_each(net, count_memory, inv);
		if (inv->held != net->tcp.mem_octets)
			sim_fail(w, "TCP-INV-07: host %u is charged %lld octets, %lld are there", i,
				 (long long)net->tcp.mem_octets, (long long)inv->held);
	}
}

/* The counter that a drop's reason moves, by the row of drop.def. */
static const enum mib drop_mib[SKB_DROP_MAX] = {
#define DROP(name, mib, text) [SKB_DROP_##name] = MIB_##mib,
#include "core/drop.def"
#undef DROP
};

/*
 * TCP-INV-11: each packet that was dropped had a reason, was counted under it, and in the counter of its
 * row. Reasons that share a counter are taken together.
 */
void invariants_drops(struct world *w)
{
	for (u32 i = 0; i < w->nr_hosts; i++) {
		const struct host *h = &w->host[i];
		u64 by_mib[MIB_MAX] = { 0 };

		if (h->net->drops[SKB_NOT_DROPPED] || h->net->drops[SKB_DROP_NOT_SPECIFIED])
			sim_fail(w, "TCP-INV-11: host %u drops without a reason", i);
		for (u32 r = 0; r < SKB_DROP_MAX; r++) {
			if (h->net->drops[r] != h->dropped[r])
				sim_fail(w, "TCP-INV-11: host %u dropped %llu as %s and counts %llu", i,
					 (unsigned long long)h->dropped[r],
					 skb_drop_reason_name((enum skb_drop_reason)r),
					 (unsigned long long)h->net->drops[r]);
			by_mib[drop_mib[r]] += h->dropped[r];
		}
		for (u32 m = MIB_NONE + 1; m < MIB_MAX; m++)
			if (h->net->mib[m] < by_mib[m])
				sim_fail(w, "TCP-INV-11: host %u: %s%s is %llu after %llu drops", i,
					 mib_names[m].group, mib_names[m].name,
					 (unsigned long long)h->net->mib[m],
					 (unsigned long long)by_mib[m]);
	}
}

void invariants_free(struct world *w)
{
	for (u32 i = 0; w->invariants && i < BUCKETS; i++) {
		struct seen *s, *next;

		for (s = w->invariants->bucket[i]; s; s = next) {
			next = s->next;
			free(s);
		}
	}
	free(w->invariants);
	w->invariants = NULL;
}
