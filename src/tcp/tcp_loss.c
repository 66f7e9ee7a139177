/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Loss state: after an RTO (RFC 5681, 6298), F-RTO (RFC 5682), reneging; and undo, when a
 * reduction proves to have been for nothing: by timestamp (Eifel, RFC 3522), by D-SACK (RFC 3708),
 * by F-RTO.
 */
#include "tcp/tcp_priv.h"

/* -- undo -------------------------------------------------------------------------------------- */

bool tcp_any_retrans_done(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *head = tcp_rtx_head(tp);

	return tp->retrans_out || (head && tcp_tx(head)->sacked & TCPCB_EVER_RETRANS);
}

/* Eifel: the ACK was triggered by something sent before the first retransmission. */
static bool tcp_packet_delayed(const struct tcp_sock *tp)
{
	const struct tcp_options_received *rx = &tp->rx_opt;

	if (!tp->retrans_stamp_ms)
		return tp->inet.sk.sk_state != TCP_SYN_SENT && tp->undo_retrans <= 0;
	return rx->saw_tstamp && rx->rcv_tsecr &&
	       before(rx->rcv_tsecr, tp->retrans_stamp_ms);
}

static bool tcp_may_undo(const struct tcp_sock *tp)
{
	return tp->undo_marker && (!tp->undo_retrans || tcp_packet_delayed(tp));
}

static void tcp_undo_cwnd_reduction(struct sock *sk, bool unmark_loss)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (unmark_loss) {
		LIST_HEAD_LOCAL(back);

		for (struct sk_buff *skb = tcp_rtx_head(tp); skb; skb = tcp_rtx_next(skb)) {
			if (tcp_tx(skb)->sacked & TCPCB_LOST &&
			    !list_is_linked(&tcp_tx(skb)->tsorted) &&
			    !(tcp_tx(skb)->sacked & TCPCB_SACKED))
				list_add_tail(&tcp_tx(skb)->tsorted, &back);
			tcp_tx(skb)->sacked &= (u8)~TCPCB_LOST;
		}
		tcp_tsorted_merge(tp, &back);
		tp->lost_out = 0;
		tp->retransmit_hint = NULL;
	}
	if (tp->prior_ssthresh) {
		tp->snd_cwnd = tcp_ca(tp)->undo_cwnd ? tcp_ca(tp)->undo_cwnd(sk) :
						       tcp_reno_undo_cwnd(sk);
		if (tp->prior_ssthresh > tp->snd_ssthresh) {
			tp->snd_ssthresh = tp->prior_ssthresh;
			tp->ecn_flags &= ~(u32)TCP_ECN_QUEUE_CWR;
		}
	}
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	tp->undo_marker = 0;
	tp->rack.advanced = true;
}

/* At the end of Recovery or Loss. True: hold the state for this ACK (NewReno, RFC 6582 4.1). */
bool tcp_try_undo_recovery(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_may_undo(tp)) {
		if (tp->ca_state == TCP_CA_Loss)
			net_mib_inc(sk->net, TcpExt_TCPLossUndo);
		else
			net_mib_inc(sk->net, TcpExt_TCPFullUndo);
		tcp_undo_cwnd_reduction(sk, false);
	} else if (tp->rack.reo_wnd_persist) {
		tp->rack.reo_wnd_persist--;
	}
	if (tp->snd_una == tp->high_seq && !tcp_is_sack(tp)) {
		/* duplicates of the repaired window must not start another recovery */
		if (!tcp_any_retrans_done(sk))
			tp->retrans_stamp_ms = 0;
		return true;
	}
	tcp_set_ca_state(sk, TCP_CA_Open);
	tp->is_sack_reneg = 0;
	return false;
}

/* Every retransmission was reported as a duplicate. */
bool tcp_try_undo_dsack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->undo_marker || tp->undo_retrans)
		return false;
	tp->rack.reo_wnd_persist = (u8)min(TCP_RACK_RECOVERY_THRESH, tp->rack.reo_wnd_persist + 1);
	tcp_undo_cwnd_reduction(sk, false);
	net_mib_inc(sk->net, TcpExt_TCPDSACKUndo);
	return true;
}

static bool tcp_try_undo_loss(struct sock *sk, bool frto_undo)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!frto_undo && !tcp_may_undo(tp))
		return false;
	tcp_undo_cwnd_reduction(sk, true);
	net_mib_inc(sk->net, TcpExt_TCPLossUndo);
	if (frto_undo)
		net_mib_inc(sk->net, TcpExt_TCPSpuriousRTOs);
	tp->retransmits = 0;
	if (frto_undo || tcp_is_sack(tp)) {
		tcp_set_ca_state(sk, TCP_CA_Open);
		tp->is_sack_reneg = 0;
	}
	return true;
}

/* A partial ACK in Recovery, of the original and not of the retransmission: reordering. */
bool tcp_try_undo_partial(struct sock *sk, u32 prior_una)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->undo_marker || !tcp_packet_delayed(tp))
		return false;
	tcp_check_sack_reordering(sk, prior_una, true);
	if (tp->retrans_out)		/* wait until the flight of retransmissions is settled */
		return true;
	if (!tcp_any_retrans_done(sk))
		tp->retrans_stamp_ms = 0;
	tcp_undo_cwnd_reduction(sk, true);
	net_mib_inc(sk->net, TcpExt_TCPPartialUndo);
	tcp_try_keep_open(sk);
	return true;
}

/* -- RTO --------------------------------------------------------------------------------------- */

/* Marks what was in flight. A head that is SACKed has been reneged on: forget all SACKs. */
static void tcp_timeout_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_head(tp), *skb;
	bool reneg = head && tcp_tx(head)->sacked & TCPCB_SACKED;

	if (reneg) {
		net_mib_inc(sk->net, TcpExt_TCPSACKReneging);
		tp->sacked_out = 0;
		tp->highest_sack = NULL;
		tp->is_sack_reneg = 1;
		memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	} else if (!tcp_is_sack(tp)) {
		tp->sacked_out = 0;
	}
	for (skb = head; skb; skb = tcp_rtx_next(skb)) {
		if (reneg)
			tcp_tx(skb)->sacked &= (u8)~TCPCB_SACKED;
		else if (tcp_is_rack(sk) && tcp_is_sack(tp) && skb != head &&
			 tcp_rack_skb_timeout(sk, skb, 0) > 0)
			continue;	/* sent a moment ago: RACK will tell */
		tcp_mark_skb_lost(sk, skb);
		if (tcp_tx(skb)->sacked & TCPCB_LOST)
			list_del_init(&tcp_tx(skb)->tsorted);
	}
}

/* The RTO fired, or the receiver reneged: all in flight is lost, start again from one segment. */
void tcp_enter_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool fresh = tp->ca_state < TCP_CA_Recovery;
	u32 reordering = tcp_ns(sk)->reordering;

	tcp_timeout_mark_lost(sk);
	/* ssthresh is lowered once for a flight (TCP-CC-05) */
	if (tp->ca_state <= TCP_CA_Disorder || !after(tp->high_seq, tp->snd_una) ||
	    (tp->ca_state == TCP_CA_Loss && !tp->retransmits)) {
		tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tp->prior_cwnd = tp->snd_cwnd;
		tp->snd_ssthresh = tcp_ca(tp)->ssthresh(sk);
		tcp_ca_event(sk, CA_EVENT_LOSS);
		tcp_init_undo(tp);
	}
	tp->snd_cwnd = tcp_packets_in_flight(tp) + 1;
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	if (tp->ca_state <= TCP_CA_Disorder && tp->sacked_out >= reordering)
		tp->reordering = min(tp->reordering, reordering);
	tcp_set_ca_state(sk, TCP_CA_Loss);
	tp->high_seq = tp->snd_nxt;
	if (tp->ecn_flags & TCP_ECN_OK)
		tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
	tp->tlp_high_seq = 0;
	/* F-RTO needs an RTO that nothing else explains (RFC 5682 2.1 step 1) */
	tp->frto = tcp_ns(sk)->frto && (fresh || tp->retransmits) && !tp->mtup.probe;
}

/*
 * An ACK shows a SACKed head: the receiver threw data away (RFC 2018 8). It gets half a round trip
 * for a second thought. True: the ACK is done with.
 */
bool tcp_check_sack_reneging(struct sock *sk, int *flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(*flag & FLAG_SACK_RENEGING) || !(*flag & FLAG_SND_UNA_ADVANCED))
		return false;
	tcp_arm_rto(sk, max_t(u32, tp->srtt_us >> 4, 10000));
	*flag |= FLAG_TIMER_SET;
	return true;
}

/* In Loss. F-RTO steps 2 and 3, or plain go-back in slow start. */
void tcp_process_loss(struct sock *sk, int flag, u32 dupacks, int *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool recovered = !before(tp->snd_una, tp->high_seq);

	if (flag & FLAG_SND_UNA_ADVANCED && tcp_try_undo_loss(sk, false))
		return;
	if (tp->frto) {
		/* something never sent again was delivered after the RTO: it was spurious */
		if (flag & FLAG_ORIG_SACK_ACKED && tcp_try_undo_loss(sk, true))
			return;
		if (after(tp->snd_nxt, tp->high_seq)) {
			if (flag & FLAG_DATA_SACKED || dupacks)
				tp->frto = 0;
		} else if (flag & FLAG_SND_UNA_ADVANCED && !recovered) {
			tp->high_seq = tp->snd_nxt;
			if (tcp_send_head(sk) && after(tcp_wnd_end(tp), tp->snd_nxt)) {
				*rexmit = REXMIT_NEW;
				return;
			}
			tp->frto = 0;
		}
	}
	if (recovered) {
		tcp_try_undo_recovery(sk);
		return;
	}
	if (!tcp_is_sack(tp)) {
		if (after(tp->snd_nxt, tp->high_seq) && dupacks)
			tcp_add_reno_sack(sk, dupacks);
		else if (flag & FLAG_SND_UNA_ADVANCED)
			tp->sacked_out = 0;
	}
	*rexmit = REXMIT_LOST;
}
