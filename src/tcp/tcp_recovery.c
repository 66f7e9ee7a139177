/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The congestion states and what moves between them: Open, Disorder (something is odd), CWR (told
 * to slow down), Recovery (losses found by ACKs), Loss (by the RTO, tcp_loss.c). Proportional rate
 * reduction (RFC 9937) paces the two in the middle. From tcp_ack.c when an ACK is dubious.
 */
#include "tcp/tcp_priv.h"

/* -- entering and leaving reductions ----------------------------------------------------------- */

void tcp_init_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->high_seq = tp->snd_nxt;
	tp->tlp_high_seq = 0;
	tp->snd_cwnd_cnt = 0;
	tp->prior_cwnd = tp->snd_cwnd;
	tp->prr_delivered = 0;
	tp->prr_out = 0;
	tp->snd_ssthresh = tcp_ca(tp)->ssthresh(sk);
	if (tp->ecn_flags & TCP_ECN_OK)
		tp->ecn_flags |= TCP_ECN_QUEUE_CWR;
}

/* RFC 9937: cwnd follows what is delivered, down to ssthresh, and not below by bursts of loss. */
void tcp_cwnd_reduction(struct sock *sk, u32 newly_delivered, int newly_lost, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s32 in_flight = (s32)tcp_packets_in_flight(tp), sndcnt;
	s32 delta = (s32)tp->snd_ssthresh - in_flight;

	if (!newly_delivered || !tp->prior_cwnd)
		return;
	tp->prr_delivered += newly_delivered;
	if (delta < 0) {
		u64 dividend = (u64)tp->snd_ssthresh * tp->prr_delivered + tp->prior_cwnd - 1;

		sndcnt = (s32)(dividend / tp->prior_cwnd) - (s32)tp->prr_out;
	} else {
		sndcnt = max((s32)tp->prr_delivered - (s32)tp->prr_out, (s32)newly_delivered);
		if (flag & FLAG_SND_UNA_ADVANCED && !newly_lost)
			sndcnt++;
		sndcnt = min(delta, sndcnt);
	}
	/* the fast retransmit itself is always allowed */
	sndcnt = max(sndcnt, tp->prr_out ? 0 : 1);
	tp->snd_cwnd = max((u32)(in_flight + sndcnt), 1u);
}

void tcp_end_cwnd_reduction(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_ca(tp)->cong_control)
		return;
	if (tp->snd_ssthresh < TCP_INFINITE_SSTHRESH &&
	    (tp->undo_marker || tp->ca_state == TCP_CA_CWR)) {
		tp->snd_cwnd = tp->snd_ssthresh;
		tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	}
	tcp_ca_event(sk, CA_EVENT_COMPLETE_CWR);
}

/* ECE, a full local queue: slow down once per round trip, nothing is lost. */
void tcp_enter_cwr(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->prior_ssthresh = 0;
	if (tp->ca_state >= TCP_CA_CWR)
		return;
	tp->undo_marker = 0;
	tcp_init_cwnd_reduction(sk);
	tcp_set_ca_state(sk, TCP_CA_CWR);
}

void tcp_init_undo(struct tcp_sock *tp)
{
	/* copies in flight that D-SACKs may report: of the recovery before, and the tail probe */
	s32 copies = (s32)tp->retrans_out + (tp->tlp_high_seq && tp->tlp_retrans);

	tp->undo_marker = tp->snd_una;
	tp->undo_retrans = copies ? copies : -1;
}

void tcp_enter_recovery(struct sock *sk, bool ece)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_is_sack(tp))
		net_mib_inc(sk->net, TcpExt_TCPSackRecovery);
	else
		net_mib_inc(sk->net, TcpExt_TCPRenoRecovery);
	tp->prior_ssthresh = 0;
	tp->lost_edge = tp->snd_una;
	tcp_init_undo(tp);
	if (!tcp_in_cwnd_reduction(tp)) {
		if (!ece)
			tp->prior_ssthresh = tcp_current_ssthresh(sk);
		tcp_init_cwnd_reduction(sk);
	}
	tcp_set_ca_state(sk, TCP_CA_Recovery);
}

/* Open, unless something is still odd: then Disorder. */
void tcp_try_keep_open(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 state = TCP_CA_Open;

	if (tcp_left_out(tp) || tcp_any_retrans_done(sk))
		state = TCP_CA_Disorder;
	if (tp->ca_state != state) {
		tcp_set_ca_state(sk, state);
		tp->high_seq = tp->snd_nxt;
	}
}

static void tcp_try_to_open(struct sock *sk, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_any_retrans_done(sk))
		tp->retrans_stamp_ms = 0;
	if (flag & FLAG_ECE)
		tcp_enter_cwr(sk);
	if (tp->ca_state != TCP_CA_CWR)
		tcp_try_keep_open(sk);
}

/* -- finding losses ---------------------------------------------------------------------------- */

/*
 * RFC 6675 for when RACK is off: everything with upto SACKed segments above it is lost. From the highest
 * one down to where the ACK before left off, so that the work does not go with the window.
 */
static void tcp_mark_sacked_past(struct sock *sk, u32 upto)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 above = 0, edge = tp->lost_edge;

	for (struct sk_buff *skb = tp->highest_sack; skb && after(tcp_tx(skb)->end_seq, edge);
	     skb = tcp_rtx_prev(skb)) {
		const struct tcp_tx_cb *cb = tcp_tx(skb);

		if (cb->sacked & TCPCB_SACKED) {
			above += cb->pcount;
			continue;
		}
		if (above < upto || after(cb->end_seq, tp->high_seq))
			continue;
		tp->lost_edge = seq_max(tp->lost_edge, cb->end_seq);
		if (!(cb->sacked & TCPCB_LOST))
			tcp_mark_skb_lost(sk, skb);
	}
}

static void tcp_update_scoreboard(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_head(tp);

	if (!tcp_is_sack(tp))
		return;
	if (tp->sacked_out >= tp->reordering)
		tcp_mark_sacked_past(sk, tp->reordering);
	else if (head && !(tcp_tx(head)->sacked & (TCPCB_SACKED | TCPCB_LOST)) &&
		 !after(tcp_tx(head)->end_seq, tp->high_seq))
		tcp_mark_skb_lost(sk, head);
}

static void tcp_identify_packet_loss(struct sock *sk, int *flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior = tp->retrans_out;

	if (tcp_rtx_empty(tp))
		return;
	if (!tcp_is_sack(tp)) {
		tcp_newreno_mark_lost(sk, *flag & FLAG_SND_UNA_ADVANCED);
	} else if (tcp_is_rack(sk)) {
		if (tcp_rack_mark_lost(sk))
			*flag |= FLAG_TIMER_SET;
		if (prior > tp->retrans_out)
			*flag |= FLAG_LOST_RETRANS;
	}
}

static bool tcp_time_to_recover(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->lost_out)
		return true;
	return !tcp_is_rack(sk) && tp->sacked_out >= tp->reordering;
}

/* -- the states -------------------------------------------------------------------------------- */

/* Everything that was outstanding when the state began is acknowledged. True: nothing to add. */
static bool tcp_state_completed(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_state == TCP_CA_CWR && tp->snd_una != tp->high_seq) {
		/* CWR is held until data beyond high_seq is acknowledged */
		tcp_end_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_Open);
	} else if (tp->ca_state == TCP_CA_Recovery) {
		if (!tcp_is_sack(tp))
			tp->sacked_out = 0;
		if (tcp_try_undo_recovery(sk))
			return true;
		tcp_end_cwnd_reduction(sk);
	}
	return false;
}

/* In Recovery. True: this ACK is done with. */
static bool tcp_process_recovery(struct sock *sk, u32 prior_una, u32 dupacks, int *flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(*flag & FLAG_SND_UNA_ADVANCED)) {
		if (!tcp_is_sack(tp))
			tcp_add_reno_sack(sk, dupacks);
	} else if (tcp_try_undo_partial(sk, prior_una)) {
		return true;
	}
	if (tcp_try_undo_dsack(sk))
		tcp_try_to_open(sk, *flag);
	tcp_identify_packet_loss(sk, flag);
	if (tp->ca_state != TCP_CA_Recovery) {
		if (!tcp_time_to_recover(sk))
			return true;
		if (tcp_mtup_lost(sk))
			return true;
		tcp_enter_recovery(sk, *flag & FLAG_ECE);
	}
	return false;
}

static bool tcp_process_open(struct sock *sk, u32 dupacks, int *flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp)) {
		if (*flag & FLAG_SND_UNA_ADVANCED)
			tp->sacked_out = 0;
		tcp_add_reno_sack(sk, dupacks);
	}
	if (tp->ca_state <= TCP_CA_Disorder)
		tcp_try_undo_dsack(sk);
	tcp_identify_packet_loss(sk, flag);
	if (!tcp_time_to_recover(sk)) {
		tcp_try_to_open(sk, *flag);
		return true;
	}
	if (tcp_mtup_lost(sk))
		return true;
	tcp_enter_recovery(sk, *flag & FLAG_ECE);
	return false;
}

/*
 * An ACK that is a duplicate, carries SACK or ECE, or comes in any state but Open. dupacks: how
 * many duplicates it counts for. What to send is told in *rexmit.
 */
void tcp_fastretrans_alert(struct sock *sk, u32 prior_una, u32 dupacks, int *flag, int *rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool do_lost = dupacks || *flag & FLAG_DATA_SACKED;

	if (!tp->packets_out && tp->sacked_out)
		tp->sacked_out = 0;
	if (*flag & FLAG_ECE)
		tp->prior_ssthresh = 0;
	if (tcp_check_sack_reneging(sk, flag))
		return;
	if (tp->ca_state == TCP_CA_Open)
		tp->retrans_stamp_ms = tp->retrans_out ? tp->retrans_stamp_ms : 0;
	else if (!before(tp->snd_una, tp->high_seq) && tcp_state_completed(sk))
		return;

	switch (tp->ca_state) {
	case TCP_CA_Recovery:
		if (tcp_process_recovery(sk, prior_una, dupacks, flag))
			return;
		break;
	case TCP_CA_Loss:
		tcp_process_loss(sk, *flag, dupacks, rexmit);
		if (tp->ca_state != TCP_CA_Open)
			tcp_identify_packet_loss(sk, flag);
		if (!(tp->ca_state == TCP_CA_Open || *flag & FLAG_LOST_RETRANS))
			return;
		fallthrough;
	default:
		if (tcp_process_open(sk, dupacks, flag))
			return;
	}
	if (!tcp_is_rack(sk) && do_lost)
		tcp_update_scoreboard(sk);
	*rexmit = REXMIT_LOST;
}

/* -- after the ACK ----------------------------------------------------------------------------- */

static bool tcp_may_raise_cwnd(const struct sock *sk, int flag)
{
	if (tcp_sk(sk)->reordering > tcp_ns(sk)->reordering)
		return flag & FLAG_FORWARD_PROGRESS;
	return flag & FLAG_DATA_ACKED;
}

/* Lets the algorithm set cwnd, or PRR while a reduction is on; then the pacing rate. */
void tcp_cong_control(struct sock *sk, u32 ack, u32 delivered, int flag,
		      const struct tcp_rate_sample *rs)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_ca(tp)->cong_control) {
		tcp_ca(tp)->cong_control(sk, ack, flag, rs);
		return;
	}
	if (tcp_in_cwnd_reduction(tp)) {
		tcp_cwnd_reduction(sk, delivered, rs->losses, flag);
	} else if (tcp_may_raise_cwnd(sk, flag)) {
		tcp_ca(tp)->cong_avoid(sk, ack, delivered);
		tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	}
	tcp_update_pacing_rate(sk);
}

/* Sends what fastretrans_alert() asked for. */
void tcp_xmit_recovery(struct sock *sk, int rexmit)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (rexmit == REXMIT_NONE || sk->sk_state == TCP_SYN_SENT)
		return;
	if (rexmit == REXMIT_NEW) {	/* F-RTO step 2b: new data instead */
		tcp_write_xmit(sk, tcp_current_mss(sk), TCP_NAGLE_OFF, 0);
		if (after(tp->snd_nxt, tp->high_seq))
			return;
		tp->frto = 0;
	}
	tcp_xmit_retransmit_queue(sk);
}
