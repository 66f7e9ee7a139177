/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending again, the tail loss probe, and the FIN. From tcp_recovery.c and tcp_timer.c; to
 * tcp_xmit.c.
 */
#include "tcp/tcp_priv.h"

/* Nothing may go beyond the peer's window but one segment at its edge (SHLD-16, MUST-36). */
static bool tcp_rexmit_window_ok(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	return before(tcp_tx(skb)->seq, tcp_wnd_end(tp)) || tcp_tx(skb)->seq == tp->snd_una;
}

/* Segments of skb that one packet may carry: an urgent pointer is of one segment, who cuts it copies it. */
static u32 tcp_rexmit_segs(const struct sock *sk, const struct sk_buff *skb, u32 segs)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (unlikely(tp->urg_mode && before(tcp_tx(skb)->seq, tp->snd_up)))
		return 1;
	return min(segs, (u32)sk->sk_gso_max_segs);
}

/* Cuts what is sent again to the window and to segs segments, or collects small neighbours. */
static int tcp_rexmit_shape(struct sock *sk, struct sk_buff *skb, u32 mss, u32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 len = mss * tcp_rexmit_segs(sk, skb, segs), window = mss;
	struct sk_buff *next;

	if (before(tcp_tx(skb)->seq, tcp_wnd_end(tp)))
		window = tcp_wnd_end(tp) - tcp_tx(skb)->seq;
	if (len > window)
		len = window >= mss ? window / mss * mss : window;
	if (skb->len > len)
		return tcp_fragment(sk, skb, len, mss, true);
	if (tcp_tx(skb)->gso_size != mss && skb->len) {
		u32 old = tcp_tx(skb)->pcount;

		tcp_rtx_recount(tp, skb, old, tcp_tx_set_pcount(skb, mss));
	}
	while (skb->len < mss && (next = tcp_rtx_next(skb)) && skb->len + next->len <= mss &&
	       tcp_ns(sk)->retrans_collapse && !(tcp_tx(next)->sacked & TCPCB_SACKED) &&
	       skb->len && tcp_rtx_merge(sk, skb, next, mss))
		;
	return 0;
}

static void tcp_rexmit_failed(struct sock *sk, const struct sk_buff *skb)
{
	net_mib_add(sk->net, TcpExt_TCPRetransFail, tcp_tx(skb)->pcount);
}

/* Sends skb, which is in the tree, again: at most segs segments of it. 0 or -errno. */
static int tcp_rexmit_one(struct sock *sk, struct sk_buff *skb, u32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);
	int err;

	if (!tcp_rexmit_window_ok(tp, skb))
		return -EAGAIN;
	err = tcp_rexmit_shape(sk, skb, tcp_current_mss(sk), max(segs, 1u));
	if (err)
		return err;
	if (cb->flags & TCPHDR_SYN)
		cb->flags = tcp_ecn_syn_again(sk, cb->flags);
	tp->total_retrans += cb->pcount;
	tp->bytes_retrans += skb->len;
	net_mib_add(sk->net, Tcp_RetransSegs, cb->pcount);
	if (cb->flags & TCPHDR_SYN)
		net_mib_inc(sk->net, TcpExt_TCPSynRetrans);
	err = tcp_transmit_skb(sk, skb);
	trace_event(sk->net, tcp_retransmit_skb, skb, sk, NULL, err, (int)cb->seq);
	if (err) {
		tcp_rexmit_failed(sk, skb);
		return err;
	}
	if (!(cb->sacked & TCPCB_SACKED)) {
		list_del_init(&cb->tsorted);
		list_add_tail(&cb->tsorted, &tp->tsorted);
	}
	cb->sacked |= TCPCB_EVER_RETRANS;
	return 0;
}

/*
 * Retransmits skb and books it: RETRANS mark, Eifel's time stamp, what undo has to see spurious.
 * 0, -EAGAIN (window), -ENOBUFS and so on.
 */
int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, u32 segs)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int err;

	tp->mtup.probe = 0;	/* with a loss around it the probe shows nothing */
	if (before(tcp_tx(skb)->seq, tp->snd_una)) {
		skb = tcp_rtx_trim_head(sk, skb);
		if (before(tcp_tx(skb)->seq, tp->snd_una))
			return -ENOMEM;
	}
	err = tcp_rexmit_one(sk, skb, segs);
	if (!tp->retrans_stamp_ms) {
		u32 stamp = tcp_ts_val(tp);

		tp->retrans_stamp_ms = stamp ? stamp : ~0u;	/* 0 means none: err early */
	}
	if (tp->undo_retrans < 0)
		tp->undo_retrans = 0;
	tp->undo_retrans += (s32)tcp_tx(skb)->pcount;
	if (err)
		return err;
	if (!(tcp_tx(skb)->sacked & TCPCB_RETRANS)) {
		tcp_tx(skb)->sacked |= TCPCB_RETRANS;
		tp->retrans_out += tcp_tx(skb)->pcount;
	}
	return 0;
}

/* Sends again what is marked lost, oldest first, while cwnd has room (NextSeg of RFC 6675). */
void tcp_xmit_retransmit_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb, *next;
	bool rearm = false;
	u32 room;

	if (tcp_rtx_empty(tp) || tp->lost_out <= tp->retrans_out)
		return;
	skb = tp->retransmit_hint ? tp->retransmit_hint : tcp_rtx_head(tp);
	for (; skb; skb = next) {
		u8 sacked = tcp_tx(skb)->sacked;

		if (tp->lost_out <= tp->retrans_out || tcp_pacing_check(sk))
			break;
		tp->retransmit_hint = skb;
		room = tp->snd_cwnd > tcp_packets_in_flight(tp) ?
			       tp->snd_cwnd - tcp_packets_in_flight(tp) : 0;
		if (!room)
			break;
		next = tcp_rtx_next(skb);
		if (sacked & (TCPCB_SACKED | TCPCB_RETRANS) || !(sacked & TCPCB_LOST))
			continue;
		if (tcp_small_queue_check(sk, skb))
			break;
		if (before(tcp_tx(skb)->seq, tp->snd_una))
			skb = tcp_rtx_trim_head(sk, skb);
		if (tcp_retransmit_skb(sk, skb, room))
			break;
		net_mib_add(sk->net, TcpExt_TCPSlowStartRetrans,
			    tp->ca_state == TCP_CA_Loss ? tcp_tx(skb)->pcount : 0);
		net_mib_add(sk->net, TcpExt_TCPFastRetrans,
			    tp->ca_state == TCP_CA_Loss ? 0 : tcp_tx(skb)->pcount);
		if (tcp_in_cwnd_reduction(tp))
			tp->prr_out += tcp_tx(skb)->pcount;
		tcp_pacing_sent(sk, skb->len);
		next = tcp_rtx_next(skb);
		if (skb == tcp_rtx_head(tp) && tp->ca_pending != TCP_TIMER_REO_TIMEOUT)
			rearm = true;
	}
	if (rearm)
		tcp_arm_rto(sk, tp->rto_us);
}

/* -- tail loss probe (RFC 8985 7) -------------------------------------------------------------- */

/*
 * Arms the probe, 2 SRTT after the last transmission and not behind the RTO. advancing: an ACK
 * advanced (else data was sent). False: not wanted here, the RTO timer it is.
 */
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_us(sk), rto_at;
	u32 early = tcp_ns(sk)->early_retrans, timeout;

	if ((early != 3 && early != 4) || !tp->packets_out || !tcp_is_sack(tp) ||
	    (tp->ca_state != TCP_CA_Open && tp->ca_state != TCP_CA_CWR) || tp->fo_child)
		return false;
	if (tp->srtt_us) {
		timeout = tp->srtt_us >> 2;
		timeout += tp->packets_out == 1 ? tcp_rto_min_us(sk) : TCP_TIMEOUT_MIN_US;
	} else {
		timeout = TCP_TIMEOUT_INIT_US;
	}
	/* that of the head, which is not when the timer ends: a probe or a back-off may have put it off */
	rto_at = (advancing ? now : tcp_tx(tcp_rtx_head(tp))->xmit_us) + tp->rto_us;
	if (rto_at > now && rto_at - now < timeout)
		timeout = (u32)(rto_at - now);
	tcp_arm_rexmit(sk, TCP_TIMER_LOSS_PROBE, timeout);
	return true;
}

/* The probe's moment: new data if the windows allow, else the last segment again. */
void tcp_send_loss_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_current_mss(sk);
	struct sk_buff *skb = tcp_send_head(sk);
	bool sent = false;

	if (tp->tlp_high_seq)		/* one probe per tail */
		goto rearm;
	if (skb && !after(tcp_tx(skb)->seq + min(skb->len, mss), tcp_wnd_end(tp)))
		sent = tcp_push_probe(sk, mss);
	if (sent) {
		tp->tlp_retrans = 0;
	} else {
		skb = tcp_rtx_tail(tp);
		if (!skb)
			return;
		if (skb->len > mss && tcp_tx(skb)->pcount > 1 &&
		    !tcp_fragment(sk, skb, (tcp_tx(skb)->pcount - 1) * tcp_tx(skb)->gso_size,
				  tcp_tx(skb)->gso_size, true))
			skb = tcp_rtx_tail(tp);
		if (tcp_rexmit_one(sk, tcp_rtx_trim_head(sk, skb), 1))
			goto rearm;
		tp->tlp_retrans = 1;
	}
	tp->tlp_high_seq = tp->snd_nxt;
	net_mib_inc(sk->net, TcpExt_TCPLossProbes);
	tp->ca_pending = TCP_TIMER_NONE;
rearm:
	tcp_rearm_rto(sk);
}

/* -- FIN --------------------------------------------------------------------------------------- */

/* Queues the FIN behind all data, on the last unsent packet if there is one, and sends. */
void tcp_send_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);

	if (tail) {
		tcp_tx(tail)->flags |= TCPHDR_FIN;
		tcp_tx(tail)->end_seq++;
		tp->write_seq++;
	} else {
		struct sk_buff *skb = tcp_tx_alloc(sk, tp->write_seq, TCPHDR_ACK | TCPHDR_FIN);

		if (!skb) {
			tcp_abort(sk, ECONNABORTED, TCP_ABORT_MEMORY);
			return;
		}
		tcp_tx_queue_tail(sk, skb);
		tcp_chrono_start(tp, TCP_CHRONO_BUSY);
	}
	if (tcp_write_xmit(sk, tcp_current_mss(sk), TCP_NAGLE_OFF, 0))
		tcp_check_probe_timer(sk);
}

/* -- window probes ----------------------------------------------------------------------------- */

/*
 * One segment that the peer must answer: SND.UNA-1, no payload (SHLD-12). Before it goes one at
 * SND.UNA, which may be acceptable, that shows an urgent pointer ahead (MUST-66).
 */
static int tcp_xmit_probe(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->urg_mode && between(tp->snd_up, tp->snd_una + 1, tp->snd_una + 0xffff))
		tcp_send_bare(sk, TCPHDR_ACK, tp->snd_una);
	return tcp_send_bare(sk, TCPHDR_ACK, tp->snd_una - 1);
}

/* Data if the window took some, else a probe. 0, or -errno: see tcp_local_congestion(). */
int tcp_write_wakeup(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_send_head(sk);
	u32 mss = tcp_current_mss(sk), seg;
	int err;

	if (!skb || !before(tcp_tx(skb)->seq, tcp_wnd_end(tp)))
		return tcp_xmit_probe(sk);
	seg = tcp_wnd_end(tp) - tcp_tx(skb)->seq;
	if (seg < tcp_tx(skb)->end_seq - tcp_tx(skb)->seq || skb->len > mss) {
		seg = min(seg, mss);
		tcp_tx(skb)->flags |= TCPHDR_PSH;
		if (seg < skb->len && tcp_fragment(sk, skb, seg, mss, false))
			return -ENOBUFS;
	}
	tcp_tx_set_pcount(skb, mss);
	tcp_tx(skb)->flags |= TCPHDR_PSH;
	err = tcp_transmit_skb(sk, skb);
	if (!err)
		tcp_event_new_data_sent(sk, skb);
	return err;
}

/*
 * Is err of a kind that passes soon, so that a second try is due in TCP_RESOURCE_PROBE_US? A missing
 * route is not: tries that end with it are as good as lost ones.
 */
bool tcp_local_congestion(int err)
{
	return err == -ENOBUFS || err == -ENOMEM;
}

/* The probe timer fired: probe, and set it again with back-off (SHLD-29, SHLD-30). */
void tcp_send_probe0(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int err = tcp_write_wakeup(sk);
	u64 timeout;

	if (!tp->packets_out)
		net_mib_inc(sk->net, TcpExt_TCPWinProbe);

	if (tp->packets_out || !tcp_send_head(sk)) {
		tp->probes_out = 0;
		tp->backoff = 0;
		tp->probes_tstamp_us = 0;
		return;
	}
	tp->probes_out++;
	if (!tcp_local_congestion(err)) {
		if (tp->backoff < tcp_ns(sk)->retries2)
			tp->backoff++;
		timeout = tcp_probe0_when(sk);
	} else {
		timeout = TCP_RESOURCE_PROBE_US;
	}
	tcp_arm_rexmit(sk, TCP_TIMER_PROBE0, tcp_clamp_user_timeout(sk, timeout));
}
