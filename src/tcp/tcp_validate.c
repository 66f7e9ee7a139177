/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a segment acceptable (RFC 9293 3.10.7.4 first to fourth check, RFC 5961, RFC 7323 5)? PAWS,
 * sequence, RST, SYN. What is not is answered here, at a limited rate.
 */
#include "tcp/tcp_fastopen.h"

/* Is the segment's TSval older than ts_recent by more than win ticks, ts_recent being fresh? */
bool tcp_paws_older(const struct tcp_options_received *rx, s32 win, u64 now_s)
{
	if ((s32)(rx->ts_recent - rx->rcv_tsval) <= win)
		return false;
	if (!rx->ts_recent_stamp || now_s >= rx->ts_recent_stamp + TCP_PAWS_24DAYS_S)
		return false;
	return rx->ts_recent != 0;
}

/*
 * A segment that is old by timestamp. A pure ACK that data overtook may be so and yet harmless
 * (TCP-PAWS-06): in sequence, it acknowledges nothing new, leaves the window and is not older than an
 * RTO of a clock with 1200 ticks a second. One below RCV.NXT is dropped, but asks for no answer.
 */
static enum skb_drop_reason tcp_disordered_ack(const struct sock *sk, const struct tcp_seg *seg)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	s32 age = (s32)(tp->rx_opt.ts_recent - tp->rx_opt.rcv_tsval);

	if (!(seg->flags & TCPHDR_ACK) || seg->seq != seg->end_seq)
		return SKB_DROP_TCP_RFC7323_PAWS;
	if (seg->seq != tp->rcv_nxt)
		return before(seg->seq, tp->rcv_nxt) ? SKB_DROP_TCP_RFC7323_PAWS_ACK :
						       SKB_DROP_TCP_RFC7323_PAWS;
	if (seg->ack != tp->snd_una ||
	    tcp_may_update_window(tp, seg->ack, seg->seq, (u32)seg->wnd << tp->rx_opt.snd_wscale) ||
	    age > (s32)((u64)tp->rto_us * 1200 / USEC_PER_SEC))
		return SKB_DROP_TCP_RFC7323_PAWS;
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason tcp_paws(const struct sock *sk, const struct tcp_seg *seg)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->rx_opt.saw_tstamp || seg->flags & TCPHDR_RST ||	/* TCP-PAWS-02 */
	    !tcp_paws_older(&tp->rx_opt, TCP_PAWS_WINDOW, tcp_now_s(sk->net)))
		return SKB_NOT_DROPPED;
	return tcp_disordered_ack(sk, seg);
}

/* An ACK that tells where we are, with a D-SACK of what came, if it was data that we have. */
static void tcp_send_dupack(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (seg->end_seq != seg->seq && before(seg->seq, tp->rcv_nxt)) {
		net_mib_inc(sk->net, TcpExt_DelayedACKLost);
		tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
		tcp_accecn_spurious_data(sk, seg);
		if (tcp_is_sack(tp) && tcp_ns(sk)->dsack)
			tcp_dsack_set(sk, seg->seq, seq_min(seg->end_seq, tp->rcv_nxt));
	}
	tcp_send_ack(sk);
}

/* RST just below RCV.NXT: the peer did not see our ACK of its FIN. */
static bool tcp_reset_below(const struct sock *sk, const struct tcp_seg *seg)
{
	return seg->seq == tcp_sk(sk)->rcv_nxt - 1 &&
	       tcp_state_in(sk, TCPF(CLOSE_WAIT) | TCPF(LAST_ACK) | TCPF(CLOSING));
}

/* The connection was reset by the peer (MUST-12). */
void tcp_reset(struct sock *sk, const struct sk_buff *skb)
{
	int err = ECONNRESET;

	trace_event(sk->net, tcp_receive_reset, skb, sk, NULL, 0, 0);
	if (sk->sk_state == TCP_CLOSE)
		return;
	if (sk->sk_state == TCP_SYN_SENT)
		err = ECONNREFUSED;
	else if (sk->sk_state == TCP_CLOSE_WAIT)
		err = EPIPE;
	tcp_fastopen_child_end(sk, true);
	tcp_write_queue_purge(sk);
	tcp_done_err(sk, err);
}

/* RFC 5961 3.2: exactly RCV.NXT, or the edge of what we SACKed; elsewhere in window: challenge. */
static void tcp_rcv_rst(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (seg->seq == tp->rcv_nxt || tcp_reset_below(sk, seg)) {
		tcp_reset(sk, skb);
		return;
	}
	if (tcp_is_sack(tp) && tp->num_sacks) {
		u32 edge = tp->sacks[0].end_seq;

		for (u32 i = 1; i < tp->num_sacks; i++)
			edge = seq_max(edge, tp->sacks[i].end_seq);
		if (seg->seq == edge) {
			tcp_reset(sk, skb);
			return;
		}
	}
	tcp_fastopen_odd_reset(sk);
	tcp_send_challenge_ack(sk);
}

/* RFC 5961 4.2: whatever the sequence number, ask the peer. */
static enum skb_drop_reason tcp_syn_challenge(struct sock *sk, const struct tcp_seg *seg)
{
	net_mib_inc(sk->net, Tcp_InErrs);
	net_mib_inc(sk->net, TcpExt_TCPSYNChallenge);
	tcp_ecn_rcv_late_syn(sk, seg);
	tcp_send_challenge_ack(sk);
	tcp_sk(sk)->accecn.reflect = false;
	return SKB_DROP_TCP_INVALID_SYN;
}

/*
 * What reaches beyond the largest window ever offered is refused whole; that the present one is smaller
 * is for tcp_data_queue() to see (RFC 7323 2.4), and no reason not to look at the ACK. Two are lenient: a
 * FIN alone may lie behind it, and while nothing is queued the data of a sender that cannot count are
 * taken, or it would never end.
 */
static enum skb_drop_reason tcp_sequence(const struct sock *sk, const struct tcp_seg *seg)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 edge = tp->rcv_nxt + tcp_max_receive_window(tp);

	if (before(seg->end_seq, tp->rcv_wup))
		return SKB_DROP_TCP_OLD_SEQUENCE;
	if (!after(seg->end_seq - !!(seg->flags & TCPHDR_FIN), edge))
		return SKB_NOT_DROPPED;
	if (after(seg->seq, edge))
		return SKB_DROP_TCP_INVALID_SEQUENCE;
	return skb_queue_empty(&sk->sk_receive_queue) ? SKB_NOT_DROPPED :
							SKB_DROP_TCP_INVALID_END_SEQUENCE;
}

static enum skb_drop_reason tcp_validate(struct sock *sk, const struct sk_buff *skb,
					 const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	enum skb_drop_reason reason = tcp_paws(sk, seg);
	bool rst = seg->flags & TCPHDR_RST;

	if (reason) {
		if (seg->flags & TCPHDR_SYN)
			return tcp_syn_challenge(sk, seg);
		if (reason == SKB_DROP_TCP_RFC7323_PAWS_ACK) {
			net_mib_inc(sk->net, TcpExt_PAWSOldAck);
			return reason;
		}
		net_mib_inc(sk->net, TcpExt_PAWSEstab);
		if (!tcp_oow_rate_limited(sk, &tp->last_oow_ack_ms, seg->end_seq - seg->seq,
					  MIB_TcpExt_TCPACKSkippedPAWS))
			tcp_send_dupack(sk, seg);
		return SKB_DROP_TCP_RFC7323_PAWS;
	}
	reason = tcp_sequence(sk, seg);
	if (reason) {
		if (rst) {
			if (tcp_reset_below(sk, seg)) {
				tcp_reset(sk, skb);
				reason = SKB_DROP_TCP_RESET;
			}
			return reason;
		}
		if (seg->flags & TCPHDR_SYN)
			return tcp_syn_challenge(sk, seg);
		if (reason != SKB_DROP_TCP_OLD_SEQUENCE)
			net_mib_inc(sk->net, TcpExt_BeyondWindow);
		if (!tcp_oow_rate_limited(sk, &tp->last_oow_ack_ms, seg->end_seq - seg->seq,
					  MIB_TcpExt_TCPACKSkippedSeq))
			tcp_send_dupack(sk, seg);
		return reason;
	}
	if (rst) {
		tcp_rcv_rst(sk, skb, seg);
		return SKB_DROP_TCP_RESET;
	}
	if (seg->flags & TCPHDR_SYN) {
		/* crossing SYNs: the peer's SYN again, with our ACK in it */
		if (sk->sk_state == TCP_SYN_RECV && seg->flags & TCPHDR_ACK &&
		    seg->seq + 1 == tp->rcv_nxt && seg->seq + 1 == seg->end_seq &&
		    seg->ack == tp->snd_nxt)
			return SKB_NOT_DROPPED;
		return tcp_syn_challenge(sk, seg);
	}
	return SKB_NOT_DROPPED;
}

/* True: go on with skb. False: it was answered as it should be, and consumed. */
bool tcp_validate_incoming(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	enum skb_drop_reason reason = tcp_validate(sk, skb, seg);

	if (!reason)
		return true;
	if (reason == SKB_DROP_TCP_RESET)	/* it was heard */
		kfree_skb_reason(skb, reason);
	else
		tcp_drop(sk, skb, reason);
	return false;
}
