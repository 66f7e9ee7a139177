/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments in the states other than ESTABLISHED, LISTEN and TIME-WAIT (RFC 9293 3.10.7.3, .4), in
 * its order: sequence, RST, SYN, ACK, URG, data, FIN. From tcp_rcv.c.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"

/* -- SYN-SENT ---------------------------------------------------------------------------------- */

/* What the peer's SYN or SYN-ACK offers, reduced to what we offered too. */
static void tcp_syn_options(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_options_received *rx = &tp->rx_opt;
	const struct tcp_opts_parsed *o = &seg->opt;
	u32 mss = o->saw & TCP_SAW_MSS ? o->mss : tp->inet.af->default_mss;

	rx->mss_clamp = (u16)tcp_clamp_peer_mss(sk, mss, rx->user_mss);
	rx->tstamp_ok = o->saw & TCP_SAW_TSTAMP && tcp_timestamps_wanted(sk);
	rx->sack_ok = o->saw & TCP_SAW_SACK_PERM && tcp_ns(sk)->sack;
	rx->wscale_ok = o->saw & TCP_SAW_WSCALE && tcp_ns(sk)->window_scaling;
	rx->snd_wscale = rx->wscale_ok ? o->wscale : 0;
	if (!rx->wscale_ok) {
		rx->rcv_wscale = 0;
		tp->window_clamp = min(tp->window_clamp, 65535u);
		tp->rcv_wnd = min(tp->rcv_wnd, 65535u);		/* more was not offered */
	}
	tcp_sig_connected(sk, seg->seq);
	tp->hdr_len = (u16)(TCP_HLEN + tcp_sig_opt_len(tp));
	if (rx->tstamp_ok) {
		tp->hdr_len += TCP_OLEN_TIMESTAMP_ALIGNED;
		rx->ts_recent = o->tsval;
		rx->ts_recent_stamp = tcp_now_s(sk->net);
	}
	tcp_note_tstamp(tp, seg);
}

static void tcp_init_rcv_seq(struct tcp_sock *tp, const struct tcp_seg *seg)
{
	tp->irs = seg->seq;
	tp->rcv_nxt = seg->seq + 1;
	tp->rcv_wup = tp->rcv_nxt;
	tcp_rcv_window_set(tp, tp->rcv_wnd);
	tp->copied_seq = tp->rcv_nxt;
}

/* No SYN tells advmss any more: from now on it is the payload of a full segment. */
static void tcp_advmss_without_tstamp(struct tcp_sock *tp)
{
	if (tp->rx_opt.tstamp_ok)
		tp->advmss -= min_t(u16, tp->advmss, TCP_OLEN_TIMESTAMP_ALIGNED);
}

/* The handshake is over on our side. */
void tcp_finish_connect(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_ESTABLISHED);
	tcp_init_transfer(sk);
	tp->lsndtime_us = tcp_now_us(sk);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		tcp_arm_keep(sk, tcp_keepalive_time_us(sk));
	sk_wake(sk, SOCK_EV_OUT | SOCK_EV_STATE);
}

/* SYN-ACK with an acceptable ACK. */
static void tcp_rcv_synack(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u16 syn_hdr_len = tp->hdr_len;

	tcp_syn_options(sk, seg);
	tcp_advmss_without_tstamp(tp);
	tcp_ecn_rcv_synack(sk, seg);
	tp->snd_wl1 = seg->seq;
	if (tcp_ack(sk, seg, FLAG_SLOWPATH) <= 0) {
		tcp_drop(sk, skb, SKB_DROP_TCP_INVALID_ACK_SEQUENCE);
		return;
	}
	tcp_init_rcv_seq(tp, seg);
	inet_note_answer(&tp->inet, skb);
	tp->snd_wnd = tp->max_window = seg->wnd;	/* not scaled in a SYN */
	tcp_mtup_init(sk);
	tp->mtup.low += syn_hdr_len - tp->hdr_len;	/* the first MSS allows for the SYN's options */
	tcp_sync_mss(sk, tp->pmtu_cookie);
	tcp_initialize_rcv_mss(sk);
	tcp_finish_connect(sk);
	if (tp->syn_fastopen || tp->syn_data) {
		if (tcp_rcv_fastopen_synack(sk, seg)) {
			tcp_fast_path_check(sk);
			consume_skb(skb);
			return;
		}
		tcp_fastopen_take_data(sk, skb, seg);
		skb = NULL;
	}
	/* data waits, or the user wants it: the ACK goes with the first data */
	if (tcp_send_head(sk) || sk->sk_write_pending || tp->defer_accept ||
	    tcp_in_interactive(tp)) {
		tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
		tcp_arm_delack(sk, TCP_DELACK_MAX_US);
		tcp_push_pending(sk);
	} else {
		tp->accecn.reflect = true;
		tcp_send_ack(sk);
	}
	tp->accecn.reflect = false;
	tcp_fast_path_check(sk);
	if (skb)
		consume_skb(skb);
}

/* SYN without ACK: both opened at once (MUST-10). */
static void tcp_rcv_cross_syn(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *syn = tcp_rtx_head(tp);

	tcp_syn_options(sk, seg);
	tcp_set_state(sk, TCP_SYN_RECV);
	tcp_init_rcv_seq(tp, seg);
	tp->snd_wl1 = seg->seq;
	tp->snd_wnd = tp->max_window = seg->wnd;
	tcp_mtup_init(sk);
	tcp_sync_mss(sk, tp->pmtu_cookie);
	tcp_initialize_rcv_mss(sk);
	tcp_ecn_rcv_cross_syn(sk, seg);
	if (syn) {		/* our SYN again, with an ACK */
		tcp_tx(syn)->flags = TCPHDR_SYN | TCPHDR_ACK | tcp_ecn_synack_flags(tp);
		tcp_transmit_skb(sk, syn);
	}
	consume_skb(skb);
}

static enum skb_drop_reason tcp_synsent_check_ack(const struct sock *sk, const struct tcp_seg *seg)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!after(seg->ack, tp->snd_una) || after(seg->ack, tp->snd_nxt))
		return SKB_DROP_TCP_INVALID_ACK_SEQUENCE;
	if (seg->opt.saw & TCP_SAW_TSTAMP && seg->opt.tsecr &&
	    !between(seg->opt.tsecr, tp->rcv_rtt_last_tsecr, tcp_ts_val(tp)))
		return SKB_DROP_TCP_RFC7323_TSECR;
	return SKB_NOT_DROPPED;
}

static void tcp_rcv_synsent(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	enum skb_drop_reason reason;

	if (seg->flags & TCPHDR_ACK) {
		reason = tcp_synsent_check_ack(sk, seg);
		if (reason) {
			if (reason == SKB_DROP_TCP_RFC7323_TSECR)
				net_mib_inc(sk->net, TcpExt_PAWSActive);
			else if (!tcp_sk(sk)->retransmits)
				tcp_arm_rto(sk, TCP_TIMEOUT_MIN_US); /* an old duplicate hid the answer */
			tcp_send_reset(sk->net, skb, seg);	/* TCP-ST-08 */
			tcp_drop(sk, skb, reason);
			return;
		}
		if (seg->flags & TCPHDR_RST) {
			tcp_reset(sk, skb);
			tcp_drop(sk, skb, SKB_DROP_TCP_RESET);
			return;
		}
		if (seg->flags & TCPHDR_SYN) {
			tcp_rcv_synack(sk, skb, seg);
			return;
		}
	} else if (seg->flags & TCPHDR_SYN && !(seg->flags & TCPHDR_RST)) {
		tcp_rcv_cross_syn(sk, skb, seg);
		return;
	}
	tcp_drop(sk, skb, SKB_DROP_TCP_FLAGS);
}

/* -- the ACK ----------------------------------------------------------------------------------- */

/* SYN-RECEIVED of crossing SYNs: our SYN-ACK is acknowledged. */
static void tcp_synrecv_acked(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_ESTABLISHED);
	tp->snd_wnd = (u32)seg->wnd << tp->rx_opt.snd_wscale;
	tp->max_window = max(tp->max_window, tp->snd_wnd);
	tp->snd_wl1 = seg->seq;
	tcp_ecn_synack_acked(sk, seg);
	if (tp->fo_child) {
		tcp_fastopen_child_acked(sk);
		/* the SYN's window and no round trip were what these were made of */
		tcp_initialize_rcv_mss(sk);
		if (!tcp_ca(tp)->cong_control)
			tcp_update_pacing_rate(sk);
	} else {
		tp->delivered++;	/* the SYN-ACK, besides the SYN that it repeated */
		tcp_advmss_without_tstamp(tp);
		tcp_init_transfer(sk);
	}
	tp->lsndtime_us = tcp_now_us(sk);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		tcp_arm_keep(sk, tcp_keepalive_time_us(sk));
	tcp_fast_path_check(sk);
	sk_wake(sk, SOCK_EV_OUT | SOCK_EV_STATE);
	if (sk->sk_shutdown & SEND_SHUTDOWN && tcp_close_state(sk))
		tcp_send_fin(sk);	/* shutdown() came before the ACK */
}

/* FIN-WAIT-1 and our FIN is acknowledged. False: the connection is gone. */
static bool tcp_finwait1_acked(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 tmo;

	tcp_set_state(sk, TCP_FIN_WAIT2);
	sk->sk_shutdown |= SEND_SHUTDOWN;
	if (!sock_flag(sk, SOCK_DEAD)) {
		sk_wake(sk, SOCK_EV_STATE);
		return true;
	}
	if (tp->linger2_s < 0 ||
	    (seg->end_seq != seg->seq &&
	     after(seg->end_seq - !!(seg->flags & TCPHDR_FIN), tp->rcv_nxt))) {
		net_mib_inc(sk->net, TcpExt_TCPAbortOnData);
		tcp_send_reset(sk->net, skb, seg);
		tcp_done(sk);
		return false;
	}
	tmo = tcp_fin_time_ns(sk);
	if (tmo > TCP_TIMEWAIT_NS) {
		tcp_arm_keep(sk, (tmo - TCP_TIMEWAIT_NS) / NSEC_PER_USEC);
	} else if (seg->flags & TCPHDR_FIN) {
		tcp_arm_keep(sk, tmo / NSEC_PER_USEC);	/* the FIN is dealt with below */
	} else {
		tcp_time_wait(sk, TCP_FIN_WAIT2, tmo);
		return false;
	}
	return true;
}

/* State changes by an acceptable ACK. False: the connection is gone. */
static bool tcp_state_by_ack(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	switch (sk->sk_state) {
	case TCP_SYN_RECV:
		tcp_synrecv_acked(sk, seg);
		break;
	case TCP_FIN_WAIT1:
		if (tp->fo_child)
			tcp_fastopen_child_acked(sk);
		if (tp->snd_una == tp->write_seq)
			return tcp_finwait1_acked(sk, skb, seg);
		break;
	case TCP_CLOSING:
		if (tp->snd_una == tp->write_seq) {
			tcp_time_wait(sk, TCP_TIME_WAIT, tcp_ns(sk)->timewait_ns);
			return false;
		}
		break;
	case TCP_LAST_ACK:
		if (tp->snd_una == tp->write_seq) {
			tcp_update_metrics(sk);
			tcp_done(sk);
			return false;
		}
		break;
	}
	return true;
}

/* True: the ACK is acceptable. False: answered and consumed. */
static bool tcp_state_ack(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	int err;

	if (sk->sk_state == TCP_SYN_RECV && !between(seg->ack, tp->snd_una + !tp->fo_child,
						     tp->snd_nxt)) {
		tcp_send_reset(sk->net, skb, seg);	/* TCP-ST-16 */
		tcp_drop(sk, skb, SKB_DROP_TCP_INVALID_ACK_SEQUENCE);
		return false;
	}
	err = tcp_ack(sk, seg, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);
	if (err > 0)
		return true;
	if (err < 0) {
		if (err == -(int)SKB_DROP_TCP_ACK_UNSENT_DATA)
			tcp_send_challenge_ack(sk);
		tcp_drop(sk, skb, (enum skb_drop_reason)-err);
		return false;
	}
	if (sk->sk_state == TCP_SYN_RECV) {
		tcp_drop(sk, skb, SKB_DROP_TCP_OLD_ACK);
		return false;
	}
	return true;
}

/*
 * Data for a user who is gone are refused with a RST (TCP-ST-32), and so are a FIN that says there were some,
 * and a segment that has the peer's FIN in its middle. True: consumed.
 */
static bool tcp_data_after_close(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 end = seg->end_seq - !!(seg->flags & TCPHDR_FIN);
	bool had_fin = tcp_state_in(sk, TCPF(CLOSE_WAIT) | TCPF(CLOSING) | TCPF(LAST_ACK));

	if (!(sk->sk_shutdown & RCV_SHUTDOWN) || seg->end_seq == seg->seq || !after(end, tp->rcv_nxt))
		return false;
	if (had_fin ? !before(seg->seq, tp->rcv_nxt) :
		      !tcp_state_in(sk, TCPF(FIN_WAIT1) | TCPF(FIN_WAIT2)))
		return false;
	net_mib_inc(sk->net, TcpExt_TCPAbortOnData);
	tcp_send_reset(sk->net, skb, seg);
	tcp_reset(sk, skb);
	tcp_drop(sk, skb, SKB_DROP_TCP_ABORT_ON_DATA);
	return true;
}

/* Consumes skb. */
void tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE) {
		tcp_send_reset(sk->net, skb, seg);
		tcp_drop(sk, skb, SKB_DROP_TCP_CLOSE);
		return;
	}
	if (sk->sk_state == TCP_SYN_SENT) {
		tcp_rcv_synsent(sk, skb, seg);
		return;
	}
	tcp_note_tstamp(tp, seg);
	if (tp->fo_child && (seg->flags & (TCPHDR_SYN | TCPHDR_ACK | TCPHDR_RST)) == TCPHDR_SYN &&
	    seg->seq == tp->irs) {		/* TCP-ST-14: the SYN-ACK was lost */
		if (!tcp_oow_rate_limited(sk, &tp->last_oow_ack_ms, 0,
					  MIB_TcpExt_TCPACKSkippedSynRecv))
			tcp_fastopen_synack_again(sk);
		tcp_drop(sk, skb, SKB_DROP_TCP_INVALID_SYN);
		return;
	}
	if (!(seg->flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN))) {
		tcp_drop(sk, skb, SKB_DROP_TCP_FLAGS);	/* TCP-ST-23 */
		return;
	}
	if (!tcp_validate_incoming(sk, skb, seg))
		return;
	if (!(seg->flags & TCPHDR_ACK)) {
		tcp_drop(sk, skb, SKB_DROP_TCP_FLAGS);
		return;
	}
	tcp_accecn_received(sk, skb, seg);
	if (!tcp_state_ack(sk, skb, seg))
		return;
	if (!tcp_state_by_ack(sk, skb, seg)) {
		consume_skb(skb);
		return;
	}
	tcp_urg(sk, skb, seg);
	if (tcp_data_after_close(sk, skb, seg))
		return;
	tp->in_rcv = true;
	tcp_data_queue(sk, skb, seg);
	tp->in_rcv = false;
	if (sk->sk_state == TCP_CLOSE)
		return;
	tcp_data_snd_check(sk);
	tcp_ack_snd_check(sk, true);
}
