/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RACK: loss by time (RFC 8985). A packet is lost when one that was sent later by more than the
 * reordering window has been delivered. Also what an ACK says about the tail loss probe.
 */
#include "tcp/tcp_priv.h"

/* Was the first transmission later? Sequence decides among equals. */
static bool tcp_sent_after(u64 t1, u64 t2, u32 seq1, u32 seq2)
{
	return t1 > t2 || (t1 == t2 && after(seq1, seq2));
}

static void tcp_count_lost(struct sock *sk, const struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->lost += tcp_tx(skb)->pcount;
	if (tcp_ca(tp)->skb_marked_lost)
		tcp_ca(tp)->skb_marked_lost(sk, skb);
}

/* A packet is thought lost: it leaves the flight and awaits retransmission. */
void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);

	if (cb->sacked & TCPCB_SACKED)
		return;
	if (tp->retransmit_hint && before(cb->seq, tcp_tx(tp->retransmit_hint)->seq))
		tp->retransmit_hint = skb;
	if (cb->sacked & TCPCB_LOST) {
		if (!(cb->sacked & TCPCB_RETRANS))
			return;
		/* the retransmission is lost too */
		cb->sacked &= (u8)~TCPCB_RETRANS;
		tp->retrans_out -= cb->pcount;
		net_mib_add(sk->net, TcpExt_TCPLostRetransmit, cb->pcount);
		tcp_count_lost(sk, skb);
		return;
	}
	if (cb->sacked & TCPCB_RETRANS) {
		cb->sacked &= (u8)~TCPCB_RETRANS;
		tp->retrans_out -= cb->pcount;
	}
	cb->sacked |= TCPCB_LOST;
	tp->lost_out += cb->pcount;
	tcp_count_lost(sk, skb);
}

/* RFC 8985 6.2 step 4. */
static u32 tcp_rack_reo_wnd(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 mode = tcp_ns(sk)->recovery;

	if (!tp->reord_seen) {
		if (tp->ca_state >= TCP_CA_Recovery)
			return 0;
		if (tp->sacked_out >= tp->reordering && !(mode & TCP_RACK_NO_DUPTHRESH))
			return 0;
	}
	return min((tcp_min_rtt(tp) >> 2) * tp->rack.reo_wnd_steps, tp->srtt_us >> 3);
}

/* us until skb counts as lost; <= 0: now. */
s64 tcp_rack_skb_timeout(const struct sock *sk, const struct sk_buff *skb, u32 reo_wnd)
{
	return (s64)tcp_sk(sk)->rack.rtt_us + reo_wnd -
	       (s64)(tcp_now_us(sk) - tcp_tx(skb)->xmit_us);
}

/* RFC 8985 6.2 step 5. Returns the longest wait of those not lost yet; 0: none. */
static u32 tcp_rack_detect_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 reo_wnd = tcp_rack_reo_wnd(sk), wait = 0;
	struct tcp_tx_cb *cb, *tmp;

	list_for_each_entry_safe(cb, tmp, &tp->tsorted, tsorted) {
		struct sk_buff *skb = container_of((u8 *)cb, struct sk_buff, cb[0]);
		s64 remaining;

		if (cb->sacked & TCPCB_LOST && !(cb->sacked & TCPCB_RETRANS))
			continue;
		if (!tcp_sent_after(tp->rack.xmit_us, cb->xmit_us, tp->rack.end_seq, cb->end_seq))
			break;
		remaining = tcp_rack_skb_timeout(sk, skb, reo_wnd);
		if (remaining <= 0) {
			tcp_mark_skb_lost(sk, skb);
			list_del_init(&cb->tsorted);
		} else {
			wait = max(wait, (u32)min_t(s64, remaining, U32_MAX));
		}
	}
	return wait;
}

/* After an ACK: marks losses, or arms the reordering timer. True when it is armed. */
bool tcp_rack_mark_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 wait;

	if (!tp->rack.advanced)
		return false;
	tp->rack.advanced = false;
	wait = tcp_rack_detect_loss(sk);
	if (!wait)
		return false;
	tcp_arm_rexmit(sk, TCP_TIMER_REO_TIMEOUT, (u64)wait + TCP_TIMEOUT_MIN_US);
	return true;
}

/*
 * Is the ACK at hand, by its timestamp, for something sent before xmit_us? Only a cumulative one can
 * tell: of data out of order no timestamp is echoed (RFC 7323 4.3).
 */
bool tcp_ack_echoes_earlier(const struct tcp_sock *tp, u64 xmit_us)
{
	const struct tcp_options_received *rx = &tp->rx_opt;

	return rx->saw_tstamp && rx->rcv_tsecr &&
	       before(rx->rcv_tsecr, (u32)(xmit_us / 1000) + tp->tsoffset);
}

/* RFC 8985 6.2 steps 1-3: skb, with those marks, was delivered. */
void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_us, u64 now_us)
{
	u32 rtt = (u32)min_t(u64, now_us - xmit_us, U32_MAX);

	if (sacked & (TCPCB_RETRANS | TCPCB_EVER_RETRANS) && rtt < tcp_min_rtt(tp))
		return;			/* the ACK is for the original: ambiguous */
	tp->rack.advanced = true;
	tp->rack.rtt_us = rtt;
	if (tcp_sent_after(xmit_us, tp->rack.xmit_us, end_seq, tp->rack.end_seq)) {
		tp->rack.xmit_us = xmit_us;
		tp->rack.end_seq = end_seq;
	}
}

/* The reordering timer: mark without an ACK, and recover. */
void tcp_rack_reo_timeout(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior = tcp_packets_in_flight(tp), wait, lost = tp->lost;

	tp->ca_pending = TCP_TIMER_NONE;
	wait = tcp_rack_detect_loss(sk);
	if (prior != tcp_packets_in_flight(tp)) {
		if (tp->ca_state != TCP_CA_Recovery) {
			tcp_enter_recovery(sk, false);
			if (!tcp_ca(tp)->cong_control)
				tcp_cwnd_reduction(sk, 1, (int)(tp->lost - lost), 0);
		}
		tcp_xmit_retransmit_queue(sk);
	}
	if (wait && tp->ca_pending == TCP_TIMER_NONE && tp->ca_state < TCP_CA_Recovery)
		tcp_arm_rexmit(sk, TCP_TIMER_REO_TIMEOUT, (u64)wait + TCP_TIMEOUT_MIN_US);
	else if (tp->ca_pending != TCP_TIMER_RETRANS)
		tcp_rearm_rto(sk);
}

/* RFC 8985 6.2 step 4: D-SACKs widen the window, 16 recoveries without any narrow it. */
void tcp_rack_update_reo_wnd(struct sock *sk, u32 prior_delivered)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_ns(sk)->recovery & TCP_RACK_STATIC_REO_WND || !prior_delivered)
		return;
	if (before(prior_delivered, tp->rack.last_delivered))
		tp->rack.dsack_seen = false;
	if (tp->rack.dsack_seen) {
		tp->rack.reo_wnd_steps = (u8)min(0xffu, tp->rack.reo_wnd_steps + 1u);
		tp->rack.dsack_seen = false;
		tp->rack.last_delivered = tp->delivered;
		tp->rack.reo_wnd_persist = TCP_RACK_RECOVERY_THRESH;
	} else if (!tp->rack.reo_wnd_persist) {
		tp->rack.reo_wnd_steps = 1;
	}
}

/* Without SACK: the third duplicate, and each partial ACK, condemn the head (RFC 6582). */
void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_rtx_head(tp);

	if (!((tp->ca_state < TCP_CA_Recovery && tp->sacked_out >= tp->reordering) ||
	      (tp->ca_state == TCP_CA_Recovery && snd_una_advanced)))
		return;
	if (!skb || tcp_tx(skb)->sacked & TCPCB_LOST)
		return;
	if (tcp_tx(skb)->pcount > 1 && skb->len > tcp_tx(skb)->gso_size)
		tcp_fragment(sk, skb, tcp_tx(skb)->gso_size, tcp_tx(skb)->gso_size, true);
	tcp_mark_skb_lost(sk, skb);
}

/* RFC 8985 7.4: an ACK at or beyond the probe. A loss that the probe hid costs a reduction. */
void tcp_process_tlp_ack(struct sock *sk, u32 ack, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (before(ack, tp->tlp_high_seq))
		return;
	if (!tp->tlp_retrans || flag & FLAG_DSACK_TLP) {
		tp->tlp_high_seq = 0;
	} else if (after(ack, tp->tlp_high_seq)) {
		tcp_init_cwnd_reduction(sk);
		tcp_set_ca_state(sk, TCP_CA_CWR);
		tcp_end_cwnd_reduction(sk);
		tcp_try_keep_open(sk);
		net_mib_inc(sk->net, TcpExt_TCPLossProbeRecovery);
	} else if (!(flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DATA_SACKED))) {
		tp->tlp_high_seq = 0;	/* duplicate ACK: original and probe both arrived */
	}
}
