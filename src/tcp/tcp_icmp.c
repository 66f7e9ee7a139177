/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP errors about our segments (RFC 9293 3.9.2.2, RFC 5927): believed only if the quoted
 * sequence number is in flight; fatal while connecting, otherwise a soft error, a smaller path MTU
 * (RFC 1191) or a hint to an RTO that backed off for nothing (RFC 6069). From ip/proto.h.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"

enum { ICMP4_UNREACH = 3, ICMP4_QUENCH = 4, ICMP4_TIME_EXCEEDED = 11, ICMP4_PARAM_PROBLEM = 12,
       ICMP6_UNREACH = 1 };

/* The path is narrower: smaller segments, and again at once what was too large. */
void tcp_mtu_reduced(struct sock *sk, u32 mtu)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dst_entry *dst = sk_dst_check(sk);
	struct flowi fl;
	int err;

	/* nothing of ours is too large for it; over IPv4 Linux remembers it all the same */
	if (tp->inet.af->af_bit && tcp_mtu_to_mss(sk, mtu) >= tp->mss_cache)
		return;
	if (!dst)
		dst = inet_sk_route(sk, &fl, &err);
	if (!dst)
		return;
	if (dst_mtu(dst) > mtu && dst->ops->update_pmtu)
		dst->ops->update_pmtu(dst, mtu);
	mtu = dst_mtu(dst);
	if (tp->pmtu_cookie <= mtu)		/* not lower: TCP-BLIND-06 */
		return;
	if (sk->sk_state == TCP_SYN_SENT)	/* the SYN that goes again tells so */
		tp->advmss = (u16)min_t(u32, tp->advmss, mtu - tp->inet.af->hdr_len - TCP_HLEN);
	if (!tp->inet.af->af_bit && !tp->inet.pmtudisc)	/* DONT: routers fragment */
		return;
	tcp_sync_mss(sk, mtu);
	tcp_simple_retransmit(sk);
}

/*
 * Segments above the new MSS are lost for sure, and congestion is not why. Of a SYN with data, which is
 * two packets here, both are.
 */
void tcp_simple_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool all = tp->syn_data && sk->sk_state == TCP_SYN_SENT;
	u32 mss = tcp_current_mss(sk);
	struct sk_buff *skb;

	for (skb = tcp_rtx_head(tp); skb; skb = tcp_rtx_next(skb)) {
		if (!all && min(skb->len, tcp_tx(skb)->gso_size) <= mss)
			continue;
		tcp_mark_skb_lost(sk, skb);
		if (tcp_tx(skb)->sacked & TCPCB_LOST)
			list_del_init(&tcp_tx(skb)->tsorted);
	}
	tp->retransmit_hint = NULL;
	if (tp->lost_out)
		tcp_non_congestion_retransmit(sk);
}

/* What is marked lost goes again; cwnd is not to blame. */
void tcp_non_congestion_retransmit(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_state != TCP_CA_Loss) {
		tp->high_seq = tp->snd_nxt;
		tp->snd_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_ssthresh = 0;
		tp->undo_marker = 0;
		tcp_set_ca_state(sk, TCP_CA_Loss);
	}
	tcp_xmit_retransmit_queue(sk);
}

/* RFC 6069: the RTO backed off because the path was down, not because it was congested. */
static void tcp_ld_rto_revert(struct sock *sk, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_head(tp);
	u64 due;

	if (seq != tp->snd_una || !tp->retransmits || !tp->backoff || !head)
		return;
	tp->backoff--;
	tp->rto_us = tp->srtt_us ? tcp_rto_from_srtt(sk) : TCP_TIMEOUT_INIT_US;
	tp->rto_us = (u32)min_t(u64, (u64)tp->rto_us << min_t(u32, tp->backoff, 16),
				tcp_rto_max_us(sk));
	due = tcp_tx(head)->xmit_us + tp->rto_us;
	if (due > tcp_now_us(sk))
		tcp_arm_rto(sk, due - tcp_now_us(sk));
	else
		tcp_retransmit_timer(sk);
}

/* The peer of a request cannot be reached at all: it is forgotten. */
static bool tcp_icmp_ends_request(const struct inet_icmp_err *e)
{
	if (e->af->af_bit)
		return e->hard && e->err != EMSGSIZE;
	return e->type == ICMP4_TIME_EXCEEDED || e->type == ICMP4_PARAM_PROBLEM ||
	       (e->type == ICMP4_UNREACH && e->code <= 1);
}

static bool tcp_icmp_unreachable(const struct inet_icmp_err *e)
{
	if (e->af->af_bit)
		return e->type == ICMP6_UNREACH && (e->code == 0 || e->code == 3);
	return e->type == ICMP4_UNREACH && e->code <= 1;
}

/* Does the handshake go on, for all that its user knows? Not with a Fast Open child that it has. */
static bool tcp_is_opening(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk), *l;

	if (!tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		return false;
	if (!tp->fo_child || !list_empty(&tp->accept_node))
		return true;
	l = tp->fo_child->listener;
	return l && l->inet.sk.sk_conn_waits && l->inet.sk.sk_conn_waits(sk);
}

static void tcp_err_sock(struct sock *sk, const struct inet_icmp_err *e, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool opening = tcp_is_opening(sk);
	u32 una = tp->snd_una - !!tp->fo_child;	/* its SYN-ACK may be what is quoted */

	if (sk->sk_state == TCP_CLOSE || tcp_ao_ignore_icmp(sk, e))
		return;
	if (sk->sk_state != TCP_LISTEN && !between(seq, una, tp->snd_nxt)) {
		net_mib_inc(sk->net, TcpExt_OutOfWindowIcmps);
		return;
	}
	if (e->err == EMSGSIZE) {
		u8 mode = e->af->af_bit ? tp->inet.o6.pmtudisc : tp->inet.pmtudisc;

		if (sk->sk_state != TCP_LISTEN && mode < 4)
			tcp_mtu_reduced(sk, e->info);
		return;
	}
	if (!e->af->af_bit && e->type == ICMP4_QUENCH)	/* MUST-55 */
		return;
	if (!opening && tcp_icmp_unreachable(e))
		tcp_ld_rto_revert(sk, seq);
	if (!e->err || sk->sk_state == TCP_CLOSE)
		return;
	inet_err_queue(sk, e, tp->inet.dport, e->af->af_bit ? EE_ORIGIN_ICMP6 : EE_ORIGIN_ICMP);
	if (opening) {
		tcp_write_queue_purge(sk);
		tcp_done_err(sk, e->err);
	} else if (inet_recverr(sk, e->af) && !sock_flag(sk, SOCK_DEAD)) {
		sk_report_error(sk, e->err);
	} else {
		sk->sk_err_soft = e->err;
	}
}

/* net_protocol.err */
void tcp_err(struct net *net, const struct inet_icmp_err *e)
{
	struct inet_tuple t = { .laddr = e->saddr, .raddr = e->daddr, .iif = e->iif, .af = e->af };
	struct inet_ehash_entry *entry;
	u32 seq;

	if (e->l4_len < 8)
		return;
	t.lport = get_be16(e->l4);
	t.rport = get_be16(e->l4 + 2);
	seq = get_be32(e->l4 + 4);
	entry = inet_ehash_lookup(net, net->tcp.hash, &t);
	if (!entry || entry->kind == EHASH_TW)
		return;
	if (entry->kind == EHASH_REQ) {
		struct tcp_request_sock *req = container_of(entry, struct tcp_request_sock, eh);

		if (seq != req->snt_isn)
			net_mib_inc(net, TcpExt_OutOfWindowIcmps);
		else if (tcp_icmp_ends_request(e))
			tcp_req_free(req);
		return;
	}
	struct sock *sk = tcp_to_sk(container_of(entry, struct tcp_sock, eh));

	sock_hold(sk);
	tcp_err_sock(sk, e, seq);
	sock_put(sk);
}
