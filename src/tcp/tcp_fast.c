/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ESTABLISHED. Header prediction: the expected segment (in order, nothing but ACK and PSH, the
 * same window, no option but timestamp and AccECN's) is queued or acknowledges at once; all others take the
 * steps of RFC 9293 3.10.7.4. From tcp_rcv.c; to tcp_ack.c and tcp_data.c.
 */
#include "tcp/tcp_priv.h"

/* May the fast path be tried for the next segment? */
void tcp_fast_path_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->pred_ok = rb_empty_root(&tp->ooo) && tp->rcv_wnd && !tp->urg_data &&
		      sk->sk_rmem_alloc < sk->sk_rcvbuf;
}

/* Notes the segment's timestamp. */
void tcp_note_tstamp(struct tcp_sock *tp, const struct tcp_seg *seg)
{
	tp->rx_opt.saw_tstamp = seg->opt.saw & TCP_SAW_TSTAMP && tp->rx_opt.tstamp_ok;
	if (!tp->rx_opt.saw_tstamp)
		return;
	tp->rx_opt.rcv_tsval = seg->opt.tsval;
	tp->rx_opt.rcv_tsecr = seg->opt.tsecr;
}

static void tcp_store_ts_recent(struct tcp_sock *tp)
{
	tp->rx_opt.ts_recent = tp->rx_opt.rcv_tsval;
	tp->rx_opt.ts_recent_stamp = tcp_now_s(tp->inet.sk.net);
}

/* RFC 7323 4.3: only a segment that covers Last.ACK.sent, and never backwards. True: it moved. */
bool tcp_replace_ts_recent(struct sock *sk, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old = tp->rx_opt.ts_recent;

	if (tp->rx_opt.saw_tstamp && !after(seq, tp->rcv_wup) &&
	    !tcp_paws_older(&tp->rx_opt, TCP_PAWS_WINDOW - 1, tcp_now_s(sk->net)))
		tcp_store_ts_recent(tp);
	return tp->rx_opt.ts_recent != old;
}

static u32 tcp_pred_flags(const struct tcp_sock *tp)
{
	return tp->ecn_flags & TCP_ECN_ACCURATE ? (u32)TCPHDR_ACK | tcp_accecn_predicted(tp) :
						  (u32)TCPHDR_ACK;
}

/* The usual options; with AccECN also its counters, which come and go. */
static bool tcp_predicted_opts(const struct tcp_sock *tp, const struct tcp_seg *seg)
{
	u16 usual = tp->rx_opt.tstamp_ok ? TCP_SAW_TSTAMP : 0;

	if (seg->hdr_len == tp->hdr_len)
		return !usual || seg->opt.saw == usual;
	return tp->ecn_flags & TCP_ECN_ACCURATE && seg->opts_ok &&
	       seg->opt.saw == (usual | TCP_SAW_ACCECN);
}

/* An old ACK, of which not even the timestamp may count: with data, or older than RFC 5961 5.2 allows. */
static bool tcp_pred_old_ack(const struct tcp_sock *tp, const struct tcp_seg *seg)
{
	return before(seg->ack, tp->snd_una) && (seg->len || tcp_ack_too_old(tp, seg->ack));
}

static bool tcp_predicted(const struct tcp_sock *tp, const struct tcp_seg *seg)
{
	if (!tp->pred_ok || (seg->flags & ~(u32)TCPHDR_PSH) != tcp_pred_flags(tp) ||
	    !tcp_predicted_opts(tp, seg) || (u32)seg->wnd << tp->rx_opt.snd_wscale != tp->snd_wnd ||
	    seg->seq != tp->rcv_nxt || after(seg->ack, tp->snd_nxt) || tcp_pred_old_ack(tp, seg))
		return false;
	return !tp->rx_opt.tstamp_ok || (s32)(seg->opt.tsval - tp->rx_opt.ts_recent) >= 0;
}

/* A pure ACK as expected. */
static void tcp_fast_ack(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->rx_opt.saw_tstamp && seg->seq == tp->rcv_wup)
		tcp_store_ts_recent(tp);
	net_mib_inc(sk->net, TcpExt_TCPHPAcks);
	tcp_accecn_received(sk, skb, seg);
	tcp_ack(sk, seg, 0);
	consume_skb(skb);
	tcp_data_snd_check(sk);
	tp->rcv_rtt_last_tsecr = tp->rx_opt.rcv_tsecr;	/* data that echo it again tell no round trip */
	if (tp->ack_pending & TCP_ACK_NOW)
		tcp_ack_snd_check(sk, false);
}

/* Data in order that fits. */
static void tcp_fast_data(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool acked = seg->ack != tp->snd_una;

	if (tp->rx_opt.saw_tstamp && seg->seq == tp->rcv_wup)
		tcp_store_ts_recent(tp);
	tcp_rcv_rtt_measure_ts(sk, skb_shinfo(skb)->gso_size ? skb_shinfo(skb)->gso_size :
							       seg->len);
	net_mib_inc(sk->net, TcpExt_TCPHPHits);
	tcp_accecn_received(sk, skb, seg);
	tcp_strip_header(skb, seg);
	tcp_event_data_recv(sk, skb, seg);
	tcp_queue_rcv(sk, skb);
	if (acked) {
		tcp_ack(sk, seg, FLAG_DATA);
		tcp_data_snd_check(sk);
	} else {
		tp->snd_wl1 = seg->seq;
		tp->rcv_tstamp_us = tcp_now_us(sk);
	}
	if (tp->ack_pending & (TCP_ACK_SCHED | TCP_ACK_NOW))
		tcp_ack_snd_check(sk, false);
	sk_wake(sk, SOCK_EV_IN);
}

/* The steps that the fast path skips, for any state but SYN-SENT and LISTEN. */
static void tcp_rcv_slow(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	enum skb_drop_reason reason = SKB_NOT_DROPPED;
	int err;

	if (!(seg->flags & (TCPHDR_ACK | TCPHDR_RST | TCPHDR_SYN))) {
		tcp_drop(sk, skb, SKB_DROP_TCP_FLAGS);
		return;
	}
	if (!tcp_validate_incoming(sk, skb, seg))
		return;
	if (!(seg->flags & TCPHDR_ACK)) {
		tcp_drop(sk, skb, SKB_DROP_TCP_FLAGS);
		return;
	}
	tcp_accecn_received(sk, skb, seg);
	err = tcp_ack(sk, seg, FLAG_SLOWPATH | FLAG_UPDATE_TS_RECENT);
	if (err < 0) {
		reason = (enum skb_drop_reason)-err;
		if (reason == SKB_DROP_TCP_ACK_UNSENT_DATA)
			tcp_send_challenge_ack(sk);	/* TCP-ST-24 */
		tcp_drop(sk, skb, reason);
		return;
	}
	tcp_rcv_rtt_measure_ts(sk, seg->len);
	tcp_urg(sk, skb, seg);
	tp->in_rcv = true;
	tcp_data_queue(sk, skb, seg);
	tp->in_rcv = false;
	tcp_data_snd_check(sk);
	tcp_ack_snd_check(sk, true);
}

/* A segment for a connection in ESTABLISHED. Consumes skb. */
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	trace_event(sk->net, tcp_probe, skb, sk, NULL, 0, 0);
	tcp_note_tstamp(tp, seg);
	if (tcp_predicted(tp, seg)) {
		if (!seg->len) {
			tcp_fast_ack(sk, skb, seg);
			return;
		}
		if (seg->len <= tcp_receive_window(tp) &&
		    sk->sk_rmem_alloc + (int)skb->truesize <= sk->sk_rcvbuf &&
		    tcp_rmem_schedule(sk, skb->truesize)) {
			tcp_fast_data(sk, skb, seg);
			return;
		}
	}
	tcp_rcv_slow(sk, skb, seg);
}
