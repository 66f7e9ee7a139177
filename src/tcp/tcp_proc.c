/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections as /proc/net/tcp tells them: sockets, requests, time-wait objects. */
#include "tcp/tcp_req.h"

#include "tcp/tcp.h"

/* Values of the column "tr". */
enum { TR_NONE, TR_RETRANSMIT, TR_KEEPALIVE, TR_TIMEWAIT, TR_PROBE };

static u64 ns_left(const struct net *net, u64 at_ns)
{
	return at_ns > net->now ? at_ns - net->now : 0;
}

static void sock_timer(const struct sock *sk, struct tcp_proc_line *l)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_pending != TCP_TIMER_NONE) {
		l->timer = tp->ca_pending == TCP_TIMER_PROBE0 ? TR_PROBE : TR_RETRANSMIT;
		l->timer_ns = ns_left(sk->net, tp->rexmit_at_us * NSEC_PER_USEC);
	} else if (timer_pending(&tp->keep_timer)) {
		l->timer = TR_KEEPALIVE;
		l->timer_ns = ns_left(sk->net, timer_expires(&tp->keep_timer));
	}
}

void tcp_proc_sock(const struct sock *sk, struct tcp_proc_line *l)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_sock *inet = &tp->inet;

	*l = (struct tcp_proc_line){ .laddr = inet->rcv_saddr,
				     .raddr = inet->daddr,
				     .lport = inet->sport,
				     .rport = inet->dport,
				     .state = sk->sk_state,
				     .uid = sk->sk_uid,
				     .ino = sk->sk_ino,
				     .refcnt = sk->refcnt,
				     .full = true };
	sock_timer(sk, l);
	l->retransmits = tp->retransmits;
	l->probes = tp->probes_out;
	l->rto_ms = tp->rto_us / 1000;
	l->ato_ms = tp->ato_us / 1000;
	l->quick_pingpong = (u32)tp->quick << 1 | tcp_in_interactive(tp);
	l->cwnd = tp->snd_cwnd;
	if (sk->sk_state == TCP_LISTEN) {
		l->rx_queue = sk->sk_ack_backlog;
		return;
	}
	l->tx_queue = tp->write_seq - tp->snd_una;
	l->rx_queue = (s32)(tp->rcv_nxt - tp->copied_seq) > 0 ? tp->rcv_nxt - tp->copied_seq : 0;
	l->ssthresh = tp->snd_ssthresh >= TCP_INFINITE_SSTHRESH ? -1 : (s32)tp->snd_ssthresh;
}

static void from_tuple(struct tcp_proc_line *l, const struct inet_tuple *t)
{
	l->laddr = t->laddr;
	l->raddr = t->raddr;
	l->lport = t->lport;
	l->rport = t->rport;
}

static void show_request(const struct tcp_request_sock *req,
			 void (*fn)(const struct tcp_proc_line *l, u16 family, void *arg),
			 void *arg)
{
	const struct sock *sk = &req->listener->inet.sk;
	struct tcp_proc_line l = { .state = TCP_SYN_RECV,
				   .timer = TR_RETRANSMIT,
				   .retransmits = req->num_timeout,
				   .uid = sk->sk_uid };

	from_tuple(&l, &req->eh.tuple);
	if (timer_pending(&req->timer))
		l.timer_ns = ns_left(sk->net, timer_expires(&req->timer));
	fn(&l, sk->sk_family, arg);
}

static void proc_small_of(struct net *net,
			  void (*fn)(const struct tcp_proc_line *l, u16 family, void *arg), void *arg)
{
	const struct tcp_timewait_sock *tw;
	const struct tcp_request_sock *req;
	const struct inet_sock *inet;

	list_for_each_entry(inet, &net->inet.socks, net_entry) {
		const struct tcp_sock *tp = tcp_sk(&inet->sk);

		if (inet->sk.prot != &tcp_prot || inet->sk.sk_state != TCP_LISTEN || !tp->listen)
			continue;
		list_for_each_entry(req, &tp->listen->syn_list, node)
			show_request(req, fn, arg);
	}
	list_for_each_entry(tw, &net->tcp.tw_list, node) {
		struct tcp_proc_line l = { .state = tw->substate,
					   .timer = TR_TIMEWAIT,
					   .refcnt = 1 };

		from_tuple(&l, &tw->eh.tuple);
		if (timer_pending(&tw->timer))
			l.timer_ns = ns_left(net, timer_expires(&tw->timer));
		fn(&l, tw->eh.tuple.af->family, arg);
	}
}

void tcp_proc_small(struct net *net,
		    void (*fn)(const struct tcp_proc_line *l, u16 family, void *arg), void *arg)
{
	struct net *s;
	u32 i;

	for_each_shard(net, s, i)
		proc_small_of(s, fn, arg);
}
