/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an acknowledgement does (RFC 9293 3.10.7.4 fifth check, RFC 5681): window update, SACK, the
 * queue shrinks, round trip sampled, losses found, cwnd moved. From tcp_rcv.c; to tcp_sack.c,
 * tcp_recovery.c, tcp_cc.c and out through tcp_xmit_recovery().
 */
#include "tcp/tcp_priv.h"

/* -- window ------------------------------------------------------------------------------------ */

/* SND.WL1/WL2 rule, and windows that only grow are taken from any ACK (RFC 9293 3.10.7.4). */
bool tcp_may_update_window(const struct tcp_sock *tp, u32 ack, u32 seq, u32 wnd)
{
	return after(ack, tp->snd_una) || after(seq, tp->snd_wl1) ||
	       (seq == tp->snd_wl1 && (wnd > tp->snd_wnd || !wnd));
}

static void tcp_snd_una_update(struct tcp_sock *tp, u32 ack)
{
	tp->bytes_acked += ack - tp->snd_una;
	tp->snd_una = ack;
}

static int tcp_ack_update_window(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 wnd = seg->wnd;
	int flag = 0;

	if (!(seg->flags & TCPHDR_SYN))
		wnd <<= tp->rx_opt.snd_wscale;
	if (tcp_may_update_window(tp, seg->ack, seg->seq, wnd)) {
		flag |= FLAG_WIN_UPDATE;
		tp->snd_wl1 = seg->seq;
		if (tp->snd_wnd != wnd) {
			tp->snd_wnd = wnd;
			tp->pred_ok = false;
			tcp_fast_path_check(sk);
			if (tcp_send_head(sk))
				tcp_slow_start_after_idle_check(sk);
			if (wnd > tp->max_window) {
				tp->max_window = wnd;
				tcp_sync_mss(sk, tp->pmtu_cookie);
			}
		}
	}
	tcp_snd_una_update(tp, seg->ack);
	return flag;
}

/* Nothing is in flight: did the ACK open the window that probes wait for? */
static void tcp_ack_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_send_head(sk);

	if (!head)
		return;
	if (!after(tcp_tx(head)->end_seq, tcp_wnd_end(tp))) {
		tp->backoff = 0;
		tp->probes_tstamp_us = 0;
		if (tp->ca_pending == TCP_TIMER_PROBE0)
			tcp_clear_rexmit(sk);
		/* the data goes out by tcp_data_snd_check() */
	} else if (!sock_flag(sk, SOCK_DEAD) || tp->ca_pending != TCP_TIMER_PROBE0) {
		/* an orphan's probes, which end it, are not put off by a peer that repeats itself */
		tcp_arm_rexmit(sk, TCP_TIMER_PROBE0,
			       tcp_clamp_user_timeout(sk, tcp_probe0_when(sk)));
	}
}

/* -- the queue shrinks ------------------------------------------------------------------------- */

struct tcp_clean {
	u32 prior_una;
	u32 pkts_acked;
	u64 first_ackt, last_ackt;	/* transmission of the oldest and newest newly acked */
	u32 last_in_flight;
	int flag;
};

/* Books one packet that is cumulatively acknowledged. */
static void tcp_clean_one(struct sock *sk, struct sk_buff *skb, struct tcp_clean *c,
			  struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);
	u64 now = tcp_now_us(sk);

	if (cb->sacked & TCPCB_EVER_RETRANS) {
		c->flag |= FLAG_RETRANS_DATA_ACKED;
	} else if (!(cb->sacked & TCPCB_SACKED)) {
		c->last_ackt = cb->xmit_us;
		if (!c->first_ackt)
			c->first_ackt = c->last_ackt;
		c->last_in_flight = cb->tx_in_flight;
		if (before(cb->seq, st->reord))		/* what was acknowledged of it before is no news */
			st->reord = seq_max(cb->seq, c->prior_una);
		if (!after(cb->end_seq, tp->high_seq))
			c->flag |= FLAG_ORIG_SACK_ACKED;
	}
	if (!(cb->sacked & TCPCB_SACKED))
		st->octets += skb->len;
	if (!(cb->sacked & TCPCB_SACKED) && tcp_is_sack(tp)) {
		tp->delivered += cb->pcount;
		if (!(cb->sacked & TCPCB_EVER_RETRANS) || !tcp_ack_echoes_earlier(tp, cb->xmit_us))
			tcp_rack_advance(tp, cb->sacked, cb->end_seq, cb->xmit_us, now);
	}
	tcp_rate_skb_delivered(sk, skb, st->rs);
	c->pkts_acked += cb->pcount;
	if (cb->flags & TCPHDR_SYN) {
		c->flag |= FLAG_SYN_ACKED;
		tp->retrans_stamp_ms = 0;
	} else {
		c->flag |= FLAG_DATA_ACKED;
	}
	tcp_rtx_uncount(tp, skb);
}

/*
 * A GSO packet that is acknowledged in part gives up as many segments as what is left of it has less
 * (TCP-CC-02): all ACKs of it together give no more than one would.
 */
static bool tcp_clean_partial(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);
	u32 mss = max_t(u32, cb->gso_size, 1), acked = tp->snd_una - cb->seq, left, was = cb->pcount;

	if (was == 1 || !after(tp->snd_una, cb->seq) || acked >= skb->len)
		return false;
	left = (skb->len - acked + mss - 1) / mss;
	if (left >= was || tcp_fragment(sk, skb, acked, mss, true))
		return false;
	tcp_rtx_recount(tp, skb, cb->pcount, was - left);
	cb->pcount = was - left;
	return true;
}

static void tcp_clean_finish(struct sock *sk, struct tcp_clean *c, struct tcp_sack_state *st,
			     u32 prior_fack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *head = tcp_rtx_head(tp);
	s64 seq_rtt = -1, sack_rtt = -1, ca_rtt = -1;
	u64 now = tcp_now_us(sk);
	bool rtt_update;

	if (c->first_ackt && !(c->flag & FLAG_RETRANS_DATA_ACKED)) {
		seq_rtt = (s64)(now - c->first_ackt);
		ca_rtt = (s64)(now - c->last_ackt);
		if (c->pkts_acked == 1 && c->last_in_flight <= 1 &&
		    !(c->flag & FLAG_SYN_ACKED) && st->rs->prior_delivered + 1 == tp->delivered)
			c->flag |= FLAG_ACK_MAYBE_DELAYED;
	}
	if (st->first_sackt) {
		sack_rtt = (s64)(now - st->first_sackt);
		ca_rtt = (s64)(now - st->last_sackt);
	}
	rtt_update = tcp_ack_update_rtt(sk, c->flag | st->flag, seq_rtt, sack_rtt, ca_rtt, st->rs);
	if (c->flag & FLAG_ACKED) {
		c->flag |= FLAG_SET_XMIT_TIMER;
		if (!tcp_is_sack(tp)) {
			tcp_remove_reno_sacks(sk, c->pkts_acked);
			if (c->flag & FLAG_RETRANS_DATA_ACKED)
				c->flag &= ~FLAG_ORIG_SACK_ACKED;
		} else if (before(st->reord, prior_fack)) {
			tcp_check_sack_reordering(sk, st->reord, false);
		}
	} else if (head && rtt_update && sack_rtt >= 0 &&
		   sack_rtt > (s64)(now - tcp_tx(head)->xmit_us)) {
		c->flag |= FLAG_SET_XMIT_TIMER;	/* the RTO got shorter: do not run by the old */
	}
	if (tcp_ca(tp)->pkts_acked) {
		struct tcp_ack_sample s = { c->pkts_acked, (s32)st->rs->rtt_us,
					    st->rs->prior_in_flight };

		tcp_ca(tp)->pkts_acked(sk, &s);
	}
}

/* Frees what snd_una passed. Returns what was learned. */
static int tcp_clean_rtx_queue(struct sock *sk, u32 prior_una, u32 prior_fack,
			       struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_clean c = { .prior_una = prior_una };
	struct sk_buff *skb;

	while ((skb = tcp_rtx_head(tp))) {
		if (after(tcp_tx(skb)->end_seq, tp->snd_una) && !tcp_clean_partial(sk, skb))
			break;
		tcp_clean_one(sk, skb, &c, st);
		if (unlikely(skb->tx_flags & SKBTX_ACK)) {
			tp->ack_ttl = st->ttl;
			sock_tstamp_tx(sk, skb, SKBTX_ACK);
		}
		tcp_rtx_unlink_free(sk, skb);
	}
	if (tp->mtup.probe && !after(tp->mtup.end_seq, tp->snd_una))
		tcp_mtup_acked(sk);
	if (!skb)
		tcp_chrono_stop(tp, TCP_CHRONO_BUSY);
	else if (tcp_tx(skb)->sacked & TCPCB_SACKED)
		c.flag |= FLAG_SACK_RENEGING;
	if (between(tp->snd_up, prior_una, tp->snd_una))
		tp->snd_up = tp->snd_una;
	if (tp->urg_mode && !after(tp->snd_up, tp->snd_una))
		tp->urg_mode = false;
	if (c.flag & FLAG_ACKED || st->first_sackt)
		tcp_clean_finish(sk, &c, st, prior_fack);
	return c.flag;
}

/* -- ECN --------------------------------------------------------------------------------------- */

static bool tcp_ecn_rcv_ecn_echo(const struct tcp_sock *tp, u16 flags)
{
	return flags & TCPHDR_ECE && !(flags & TCPHDR_SYN) && tp->ecn_flags & TCP_ECN_OK;
}

static void tcp_ecn_accept_cwr(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(seg->flags & TCPHDR_CWR))
		return;
	tp->ecn_flags &= ~(u32)TCP_ECN_DEMAND_CWR;
	if (seg->len && !sock_flag(sk, SOCK_DONE))	/* behind a FIN nothing is due */
		tp->ack_pending |= TCP_ACK_NOW;
}

/* -- challenge ACKs (RFC 5961) ----------------------------------------------------------------- */

/* One answer per 500 ms to segments that look wrong; true: keep silent. mib counts the silences. */
bool tcp_oow_rate_limited(struct sock *sk, u32 *last_ms, u32 payload, enum mib mib)
{
	u32 limit = (u32)(tcp_ns(sk)->invalid_ratelimit_ns / NSEC_PER_MSEC);
	u32 now = tcp_now_ms(sk);

	if (payload)
		return false;
	if (*last_ms && (s32)(now - *last_ms) < (s32)limit) {
		sk->net->mib[mib]++;
		return true;
	}
	*last_ms = now ? now : 1;
	return false;
}

/* RFC 5961 7, limited per connection: a shared limit would be a side channel (TCP-BLIND-04). */
void tcp_send_challenge_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct netns_tcp *ns = tcp_ns(sk);

	if (tcp_oow_rate_limited(sk, &tp->last_oow_ack_ms, 0, MIB_TcpExt_TCPACKSkippedChallenge))
		return;
	if (ns->challenge_ack_limit != (u32)S32_MAX) {
		if (sk->net->now >= ns->challenge_until) {
			ns->challenge_until = sk->net->now + NSEC_PER_SEC;
			ns->challenge_count = ns->challenge_ack_limit / 2 +
				net_rand_below(sk->net, max(ns->challenge_ack_limit, 1u));
		}
		if (!ns->challenge_count)
			return;
		ns->challenge_count--;
	}
	net_mib_inc(sk->net, TcpExt_TCPChallengeACK);
	tcp_send_ack(sk);
}

/* -- the whole --------------------------------------------------------------------------------- */

static bool tcp_ack_is_dubious(const struct tcp_sock *tp, int flag)
{
	return !(flag & FLAG_NOT_DUP) || flag & FLAG_CA_ALERT || tp->ca_state != TCP_CA_Open;
}

/* The timer that fits: tail probe, else RTO. */
static void tcp_set_xmit_timer(struct sock *sk)
{
	if (!tcp_schedule_loss_probe(sk, true))
		tcp_rearm_rto(sk);
}

/* ACK is older than SND.UNA: its SACK blocks may still be news. */
static int tcp_old_ack(struct sock *sk, const struct tcp_seg *seg, u32 prior_una, int flag,
		       struct tcp_sack_state *st)
{
	int rexmit = REXMIT_NONE;
	u32 dup = 0;

	if (seg->opt.num_sacks && tcp_is_sack(tcp_sk(sk))) {
		tcp_sacktag_write_queue(sk, seg, prior_una, st);
		flag |= st->flag;
		tcp_fastretrans_alert(sk, prior_una, dup, &flag, &rexmit);
		tcp_xmit_recovery(sk, rexmit);
	}
	return 0;
}

/* Window, SACK and ECN parts, with SND.UNA moved. */
static int tcp_ack_slow(struct sock *sk, const struct tcp_seg *seg, int flag, u32 prior_una,
			struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 events = 0;

	if (seg->seq != seg->end_seq)
		flag |= FLAG_DATA;
	else
		net_mib_inc(sk->net, TcpExt_TCPPureAcks);
	flag |= tcp_ack_update_window(sk, seg);
	if (seg->opt.num_sacks && tcp_is_sack(tp)) {
		tcp_sacktag_write_queue(sk, seg, prior_una, st);
		flag |= st->flag;
	}
	if (tcp_ecn_rcv_ecn_echo(tp, seg->flags)) {
		flag |= FLAG_ECE;
		events = FLAG_ECE;
	}
	if (tcp_ca(tp)->in_ack_event)
		tcp_ca(tp)->in_ack_event(sk, events);
	return flag;
}

/* Everything behind the queue's shrinking, when something was in flight. */
static void tcp_ack_recover(struct sock *sk, const struct tcp_seg *seg, u32 prior_una, int flag,
			    struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int rexmit = REXMIT_NONE;

	tcp_rack_update_reo_wnd(sk, st->rs->prior_delivered);
	if (tp->tlp_high_seq)
		tcp_process_tlp_ack(sk, seg->ack, flag);
	if (tcp_ack_is_dubious(tp, flag)) {
		u32 dups = 0;

		if (!(flag & (FLAG_SND_UNA_ADVANCED | FLAG_NOT_DUP | FLAG_DSACKING_ACK)))
			dups = 1;
		tcp_fastretrans_alert(sk, prior_una, dups, &flag, &rexmit);
	}
	if (flag & FLAG_SET_XMIT_TIMER && !(flag & FLAG_TIMER_SET))
		tcp_set_xmit_timer(sk);
	if (flag & FLAG_FORWARD_PROGRESS || !(flag & FLAG_NOT_DUP)) {
		struct dst_entry *dst = sk->sk_dst_cache;

		if (dst && dst->ops->confirm_neigh)
			dst->ops->confirm_neigh(dst);
	}
	st->rs->is_ack_delayed = flag & FLAG_ACK_MAYBE_DELAYED;
	tcp_rate_gen(sk, tp->delivered - st->prior_delivered, tp->lost - st->prior_lost,
		     tp->is_sack_reneg, st->rs);
	tcp_cong_control(sk, seg->ack, tp->delivered - st->prior_delivered, flag, st->rs);
	tcp_xmit_recovery(sk, rexmit);
}

static void tcp_ack_in_window(struct sock *sk, const struct tcp_seg *seg, int flag, u32 prior_una,
			      struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior_out = tp->packets_out, prior_fack = tcp_highest_sack_seq(tp);

	st->rs->prior_in_flight = tcp_packets_in_flight(tp);
	if (after(seg->ack, prior_una)) {
		flag |= FLAG_SND_UNA_ADVANCED;
		tp->retransmits = 0;
		tp->retrans_first_us = 0;
	}
	if (flag & FLAG_UPDATE_TS_RECENT && tcp_replace_ts_recent(sk, seg->seq))
		flag |= FLAG_TS_PROGRESS;
	if ((flag & (FLAG_SLOWPATH | FLAG_SND_UNA_ADVANCED)) == FLAG_SND_UNA_ADVANCED) {
		tp->snd_wl1 = seg->seq;
		tcp_snd_una_update(tp, seg->ack);
		flag |= FLAG_WIN_UPDATE;
		if (tcp_ca(tp)->in_ack_event)
			tcp_ca(tp)->in_ack_event(sk, 0);
	} else {
		flag = tcp_ack_slow(sk, seg, flag, prior_una, st);
	}
	tcp_ecn_accept_cwr(sk, seg);
	sk->sk_err_soft = 0;
	tp->probes_out = 0;
	tp->rcv_tstamp_us = tcp_now_us(sk);
	if (prior_out) {
		flag |= tcp_clean_rtx_queue(sk, prior_una, prior_fack, st);
		if (tp->ecn_flags & TCP_ECN_ACCURATE)
			flag |= tcp_accecn_process(sk, seg, tp->delivered - st->prior_delivered,
						   st->octets, flag);
		tcp_ack_recover(sk, seg, prior_una, flag, st);
		return;
	}
	if (tp->ecn_flags & TCP_ECN_ACCURATE)
		flag |= tcp_accecn_process(sk, seg, 0, 0, flag);
	if (flag & FLAG_DSACKING_ACK) {
		int rexmit = REXMIT_NONE;

		tcp_fastretrans_alert(sk, prior_una, 0, &flag, &rexmit);
	}
	tcp_ack_probe(sk);
	if (tp->tlp_high_seq)
		tcp_process_tlp_ack(sk, seg->ack, flag);
}

/*
 * Processes the ACK of seg. 1: acceptable; 0: old, harmless; negative enum skb_drop_reason: the
 * segment must go no further (an answer, if one is due, was sent).
 */
int tcp_ack(struct sock *sk, const struct tcp_seg *seg, int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_rate_sample rs = { .rtt_us = -1 };
	struct tcp_sack_state st = { .reord = tp->snd_nxt, .rs = &rs,
				     .prior_delivered = tp->delivered, .prior_lost = tp->lost,
				     .ttl = seg->ttl };
	u32 prior_una = tp->snd_una;
	u32 delivered;

	if (before(seg->ack, prior_una)) {
		if (tcp_ack_too_old(tp, seg->ack)) {
			if (!(flag & FLAG_NO_CHALLENGE_ACK))
				tcp_send_challenge_ack(sk);
			return -(int)SKB_DROP_TCP_TOO_OLD_ACK;
		}
		return tcp_old_ack(sk, seg, prior_una, flag, &st);
	}
	if (after(seg->ack, tp->snd_nxt))
		return -(int)SKB_DROP_TCP_ACK_UNSENT_DATA;
	tcp_ack_in_window(sk, seg, flag, prior_una, &st);
	delivered = tp->delivered - st.prior_delivered;
	if (delivered) {
		net_mib_add(sk->net, TcpExt_TCPDelivered, delivered);
		if (tcp_ecn_rcv_ecn_echo(tp, seg->flags)) {
			tp->delivered_ce += delivered;
			net_mib_add(sk->net, TcpExt_TCPDeliveredCE, delivered);
		}
	}
	return 1;
}
