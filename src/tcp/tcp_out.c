/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to send and when: segment sizes, Nagle and cork, the windows, TSO sizing, pacing. From
 * tcp_send.c (new data), tcp_ack.c (room in a window) and tcp_timer.c; to tcp_xmit.c.
 */
#include "tcp/tcp_repair.h"
#include "tcp/tcp_sig.h"

/* -- segment size ------------------------------------------------------------------------------ */

/* Payload of a full segment on a path of that MTU with the connection's usual options. */
u32 tcp_mtu_to_mss(const struct sock *sk, u32 pmtu)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 over = (u32)tp->inet.af->hdr_len + inet_opt_len(&tp->inet) + TCP_HLEN;
	u32 mss = pmtu > over ? pmtu - over : 0;

	if (tp->rx_opt.mss_clamp && mss > tp->rx_opt.mss_clamp)
		mss = tp->rx_opt.mss_clamp;
	mss = max_t(u32, mss, tcp_ns(sk)->min_snd_mss);
	return mss - min_t(u32, mss - 8, tp->hdr_len - TCP_HLEN);
}

/* The other way round: the size of a datagram with a segment of mss octets. */
u32 tcp_mss_to_mtu(const struct tcp_sock *tp, u32 mss)
{
	return mss + tp->hdr_len + inet_opt_len(&tp->inet) + (u32)tp->inet.af->hdr_len;
}

/* SWS: no segment above half of the largest window the peer ever offered. */
static u32 tcp_bound_to_half_wnd(const struct tcp_sock *tp, u32 size)
{
	u32 cutoff = tp->max_window > TCP_MSS_DEFAULT_NS ? tp->max_window >> 1 : tp->max_window;

	if (cutoff && size > cutoff)
		return max_t(u32, cutoff, 68u - tp->hdr_len);
	return size;
}

u32 tcp_sync_mss(struct sock *sk, u32 pmtu)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tcp_bound_to_half_wnd(tp, tcp_mtu_to_mss(sk, pmtu));

	if (tp->mtup.high > pmtu)
		tp->mtup.high = pmtu;
	if (tp->mtup.enabled)
		mss = min(mss, tcp_mtu_to_mss(sk, tp->mtup.low));
	tp->pmtu_cookie = pmtu;
	tp->mss_cache = mss;
	return mss;
}

/* The device's and the route's limits on one packet. */
static void tcp_setup_caps(struct sock *sk, const struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 max_size = GSO_MAX_SIZE;

	if (dst->dev) {
		sk->sk_route_caps = dst->dev->features;
		if (dst->dev->gso_max_size)
			max_size = min_t(u32, max_size, dst->dev->gso_max_size);
		sk->sk_gso_max_segs = (u16)min_t(u32, dst->dev->gso_max_segs, 65535);
	}
	if (!sk->sk_gso_max_segs)
		sk->sk_gso_max_segs = 65535;
	if (tcp_sig_active(tp))		/* each segment is signed: no large packets */
		sk->sk_gso_max_segs = 1;
	sk->sk_gso_max_size = max_size;
	/* headers count, and an IP datagram ends at 65535 */
	tp->gso_goal = max_size - 1 - 60 - TCP_HLEN_MAX;
}

/* Payload for the next segment, after a look at the path's MTU and at pending SACK blocks. */
u32 tcp_current_mss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dst_entry *dst = sk_dst_check(sk);
	u32 mss = tp->mss_cache, extra;

	if (dst) {
		u32 mtu = dst_mtu(dst);

		if (mtu != tp->pmtu_cookie)
			mss = tcp_sync_mss(sk, mtu);
		if (!tp->gso_goal)
			tcp_setup_caps(sk, dst);
	}
	extra = tcp_extra_opt_len(sk);
	return mss > extra + 8 ? mss - extra : 8;
}

/* A route was chosen: caps, MSS, advertised MSS. */
void tcp_route_attached(struct sock *sk, struct dst_entry *dst)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_setup_caps(sk, dst);
	tp->advmss = (u16)min_t(u32, dst->ops->advmss(dst), 65535);
	if (tp->rx_opt.user_mss && tp->rx_opt.user_mss < tp->advmss)
		tp->advmss = tp->rx_opt.user_mss;
	tcp_sync_mss(sk, dst_mtu(dst));
}

/* Largest payload that is worth collecting in one packet of the send queue: whole segments. */
u32 tcp_size_goal(const struct tcp_sock *tp, u32 mss)
{
	u32 goal = tcp_bound_to_half_wnd(tp, tp->gso_goal ? tp->gso_goal : mss);

	return max_t(u32, goal / mss * mss, mss);
}

/* Segments that make about a millisecond at the pacing rate, more on short paths. */
static u32 tcp_tso_segs(struct sock *sk, u32 mss)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	u32 r = tcp_min_rtt(tp) >> ns->tso_rtt_log, min_segs = ns->min_tso_segs;
	u64 bytes = sk->sk_pacing_rate >> 10;

	if (ns->tso_rtt_log && r < 32)
		bytes += tp->gso_goal >> r;
	bytes = min_t(u64, bytes, tp->gso_goal);
	if (tcp_ca(tp)->min_tso_segs)
		min_segs = tcp_ca(tp)->min_tso_segs(sk);
	return min(max((u32)(bytes / mss), min_segs), (u32)sk->sk_gso_max_segs);
}

/* -- pacing ------------------------------------------------------------------------------------ */

/*
 * Is there a rate to keep to? There is no fq behind us: the timer is ours. As on Linux, a socket that
 * had one once (an algorithm that paces, SO_MAX_PACING_RATE) is paced until its end.
 */
bool tcp_needs_pacing(const struct sock *sk)
{
	return sk->sk_pacing_needed;
}

/* What was held back by the rate may go, and could have gone earlier. */
void tcp_pacing_late(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = sk->net->now;

	tp->pacing_armed = false;
	if (tp->wstamp_ns < now)
		tp->pace_late_ns = (u32)min_t(u64, now - tp->wstamp_ns, TCP_PACE_LATE_MAX_NS);
}

/* Too early by the pacing rate: come back by the timer. */
bool tcp_pacing_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_needs_pacing(sk))
		return false;
	if (tp->wstamp_ns <= sk->net->now) {
		if (tp->pacing_armed)
			tcp_pacing_late(sk);
		return false;
	}
	tp->pacing_armed = true;
	tcp_arm_pace(sk);
	return true;
}

/*
 * len octets left: when may the next? What the timer was late is made good, as the loop counts
 * milliseconds and a packet's time may be a fraction of one; else half of the packet's time, as
 * Linux. The first window goes out at once, as with Linux's fq.
 */
void tcp_pacing_sent(struct sock *sk, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 rate = sk->sk_pacing_rate, now = sk->net->now, took, late;

	late = now > tp->wstamp_ns ? now - tp->wstamp_ns : 0;
	tp->wstamp_ns = max(tp->wstamp_ns, now);	/* what goes at once is no time that was missed */
	if (!tcp_needs_pacing(sk) || !rate || rate == ~0ull || tp->data_segs_out < TCP_INIT_CWND)
		return;
	took = (u64)len * NSEC_PER_SEC / rate;
	late = min(late, max_t(u64, took / 2, tp->pace_late_ns));
	tp->wstamp_ns += took - late;
	if (tp->wstamp_ns > now)
		tp->pace_late_ns = 0;
}

/* cwnd per srtt, doubled in slow start, a fifth above in avoidance. */
void tcp_update_pacing_rate(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	u64 rate = (u64)tp->mss_cache * (USEC_PER_SEC << 3) / 100;

	rate *= tp->snd_cwnd < tp->snd_ssthresh / 2 ? ns->pacing_ss_ratio : ns->pacing_ca_ratio;
	rate *= max(tp->snd_cwnd, tp->packets_out);
	if (tp->srtt_us)
		rate /= tp->srtt_us;
	sk->sk_pacing_rate = min(rate, sk->sk_max_pacing_rate);
}

/* -- may it go? -------------------------------------------------------------------------------- */

/* Segments that cwnd still allows. */
static u32 tcp_cwnd_quota(const struct tcp_sock *tp, const struct sk_buff *skb)
{
	u32 in_flight = tcp_packets_in_flight(tp), cwnd = tp->snd_cwnd;

	/* a FIN without company is never held back */
	if (tcp_tx(skb)->flags & TCPHDR_FIN && tcp_tx(skb)->pcount == 1)
		return 1;
	if (in_flight >= cwnd)
		return 0;
	return min(max(cwnd >> 1, 1u), cwnd - in_flight);
}

/* The end of urgent data that have been announced (tcp_stream_urgent()) is still to be written. */
static bool tcp_urgent_comes(const struct tcp_sock *tp)
{
	return tp->urg_mode && after(tp->snd_up, tp->write_seq);
}

/* Minshall's variant: another small segment is out and not acknowledged. */
static bool tcp_minshall_check(const struct tcp_sock *tp)
{
	return after(tp->snd_sml, tp->snd_una) && !after(tp->snd_sml, tp->snd_nxt);
}

/* RFC 9293 3.7.4. true: a partial segment may be sent now. */
static bool tcp_nagle_test(const struct tcp_sock *tp, const struct sk_buff *skb, u32 mss,
			   u8 nonagle)
{
	if (nonagle & TCP_NAGLE_PUSH || tcp_tx(skb)->flags & TCPHDR_FIN ||
	    (tp->urg_mode && !tcp_urgent_comes(tp)))
		return true;
	if (skb->len >= mss)
		return true;
	if (nonagle & TCP_NAGLE_CORK)
		return false;
	return nonagle || !tp->packets_out || !tcp_minshall_check(tp);
}

static bool tcp_snd_wnd_test(const struct tcp_sock *tp, const struct sk_buff *skb, u32 mss)
{
	u32 end = tcp_tx(skb)->end_seq;

	if (skb->len > mss)
		end = tcp_tx(skb)->seq + mss;
	return !after(end, tcp_wnd_end(tp));
}

/* What stopped us. */
struct tcp_limited {
	bool cwnd, rwnd;
};

enum { TCP_DEFER_MAX_US = 1000 };

/*
 * Wait for more to fill a larger packet? Only while ACKs that will open the windows are due soon,
 * and never for long: data is deferred when the limit is cwnd or the receiver's window.
 */
static bool tcp_tso_should_defer(struct sock *sk, const struct sk_buff *skb, u32 max_segs,
				 struct tcp_limited *by)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 in_flight = tcp_packets_in_flight(tp), send_win, cong_win, limit, div, chunk;
	const struct sk_buff *head = tcp_rtx_head(tp);
	u64 due;

	if (tp->ca_state != TCP_CA_Open || !head)	/* limited transmit is not deferred */
		return false;
	if (tcp_now_us(sk) - tp->lsndtime_us >= 1000)
		return false;
	send_win = tcp_wnd_end(tp) - tcp_tx(skb)->seq;
	cong_win = (tp->snd_cwnd - in_flight) * tp->mss_cache;
	limit = min(send_win, cong_win);
	if (limit >= max_segs * tp->mss_cache)
		return false;
	if (skb != skb_peek_tail(&sk->sk_write_queue) && limit >= skb->len)
		return false;
	div = tcp_ns(sk)->tso_win_divisor;
	if (div) {
		chunk = min(tp->snd_wnd, tp->snd_cwnd * tp->mss_cache) / div;
		if (limit >= chunk)
			return false;
	} else if (limit > 3 * tp->mss_cache) {
		return false;
	}
	/* an ACK that is not due within half a round trip, or a millisecond, is not waited for */
	due = tcp_tx(head)->xmit_us + (tp->srtt_us >> 3);
	if (due > tcp_now_us(sk) + min_t(u64, tp->srtt_us >> 4, TCP_DEFER_MAX_US))
		return false;
	if (limit <= skb->len) {
		*(cong_win < send_win ? &by->cwnd : &by->rwnd) = true;
		return true;
	}
	return !(tcp_tx(skb)->flags & TCPHDR_FIN) && !tcp_tx(skb)->eor;	/* if more may come */
}

/* Octets of skb that may leave in one packet now. */
static u32 tcp_mss_split_point(const struct tcp_sock *tp, const struct sk_buff *skb, u32 mss,
			       u32 max_segs, u8 nonagle)
{
	u32 window = tcp_wnd_end(tp) - tcp_tx(skb)->seq, max_len = mss * max_segs, needed, partial;

	if (max_len <= window && skb != skb_peek_tail(&tp->inet.sk.sk_write_queue))
		return max_len;
	needed = min(skb->len, window);
	if (max_len <= needed)
		return max_len;
	partial = needed % mss;
	/* the odd end goes along only if it could go alone */
	if (partial && !tcp_nagle_test(tp, skb, skb->len + 1, nonagle) && needed > partial)
		return needed - partial;
	return needed;
}

/* -- the loop ---------------------------------------------------------------------------------- */

/* skb has left for the first time: it moves to the tree, and clocks start. */
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior = tp->packets_out;

	tp->snd_nxt = tcp_tx(skb)->end_seq;
	skb_unlink(&sk->sk_write_queue, skb);
	tcp_rtx_insert(tp, skb);
	INIT_LIST_HEAD(&tcp_tx(skb)->tsorted);
	list_add_tail(&tcp_tx(skb)->tsorted, &tp->tsorted);
	tp->packets_out += tcp_tx(skb)->pcount;
	if (!prior || tp->ca_pending == TCP_TIMER_LOSS_PROBE)
		tcp_rearm_rto(sk);
	net_mib_add(sk->net, TcpExt_TCPOrigDataSent, tcp_tx(skb)->pcount);
}

/* Was the congestion window, and not the application, what stopped us? (RFC 7661) */
static void tcp_cwnd_validate(struct sock *sk, bool is_cwnd_limited)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!before(tp->snd_una, tp->cwnd_usage_seq) || is_cwnd_limited ||
	    (!tp->is_cwnd_limited && tp->packets_out > tp->max_packets_out)) {
		tp->is_cwnd_limited = is_cwnd_limited;
		tp->max_packets_out = tp->packets_out;
		tp->cwnd_usage_seq = tp->snd_nxt;
	}
	if (tcp_is_cwnd_limited(sk)) {
		tp->snd_cwnd_used = 0;
		tp->snd_cwnd_stamp_us = tcp_now_us(sk);
		return;
	}
	if (tp->packets_out > tp->snd_cwnd_used)
		tp->snd_cwnd_used = tp->packets_out;
	if (tcp_ns(sk)->slow_start_after_idle &&
	    tcp_now_us(sk) - tp->snd_cwnd_stamp_us >= tp->rto_us && !tcp_ca(tp)->cong_control)
		tcp_cwnd_application_limited(sk);
	if (skb_queue_empty(&sk->sk_write_queue))
		tcp_chrono_sndbuf_check(sk);
}

enum { XMIT_NORMAL, XMIT_ONE = 1, XMIT_PROBE = 2 };

/* Decides about the packet at the head of the queue: octets to send of it now, 0 to stop. */
static u32 tcp_write_decide(struct sock *sk, struct sk_buff *skb, u32 mss, u8 nonagle, int how,
			    struct tcp_limited *by)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 quota = tcp_cwnd_quota(tp, skb), max_segs = tcp_tso_segs(sk, mss), limit;
	u32 segs;

	if (!quota) {
		by->cwnd = true;
		if (how != XMIT_PROBE)
			return 0;
		quota = 1;
	}
	quota = min(quota, max_segs);
	if (skb->len < quota * mss)	/* small writes queued behind each other leave as one */
		tcp_tx_grow(sk, skb, quota * mss - skb->len);
	limit = skb->len;
	segs = tcp_tx_set_pcount(skb, mss);
	if (!tcp_snd_wnd_test(tp, skb, mss)) {
		by->rwnd = true;
		return 0;
	}
	if (segs == 1) {
		if (!tcp_nagle_test(tp, skb, mss, skb == skb_peek_tail(&sk->sk_write_queue) ?
						  nonagle : TCP_NAGLE_PUSH))
			return 0;
		return limit ? limit : 1;
	}
	if (how == XMIT_NORMAL && tcp_tso_should_defer(sk, skb, max_segs, by))
		return 0;
	if (how == XMIT_PROBE)
		return mss;
	if (!tp->urg_mode)
		limit = tcp_mss_split_point(tp, skb, mss, quota, nonagle);
	else
		limit = mss;
	return limit;
}

/*
 * Sends from the unsent queue as much as the windows, Nagle and pacing allow. how: XMIT_ONE one
 * packet only, XMIT_PROBE one segment beyond cwnd (tail loss probe). Returns true when there is
 * data, nothing is in flight and nothing was sent: the caller sees to the window probe timer.
 */
bool tcp_write_xmit(struct sock *sk, u32 mss, u8 nonagle, int how)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_limited by = { .cwnd = false };
	struct sk_buff *skb;
	u32 sent = 0;

	if (how == XMIT_NORMAL && tp->mtup.enabled) {
		int probed = tcp_mtu_probe(sk);

		if (!probed)
			return false;
		sent = probed > 0;
	}
	while ((skb = tcp_send_head(sk))) {
		u32 limit, len;

		if (tcp_repair_fills_sndq(tp)) {
			sent += tcp_tx_set_pcount(skb, mss);
			tcp_repair_sent(sk, skb, mss);
			continue;
		}
		if (how != XMIT_PROBE && tcp_pacing_check(sk))
			break;
		limit = tcp_write_decide(sk, skb, mss, nonagle, how, &by);
		if (!limit)
			break;
		if (limit < skb->len && tcp_fragment(sk, skb, limit, mss, false))
			break;
		if (how != XMIT_PROBE && tcp_small_queue_check(sk, skb))
			break;
		tcp_tx_set_pcount(skb, mss);
		len = skb->len;
		if (tcp_transmit_skb(sk, skb))
			break;
		tcp_pacing_sent(sk, len);
		tcp_event_new_data_sent(sk, skb);
		if (len < mss * tcp_tx(skb)->pcount && len)
			tp->snd_sml = tcp_tx(skb)->end_seq;
		if (tcp_in_cwnd_reduction(tp))
			tp->prr_out += tcp_tx(skb)->pcount;
		sent += tcp_tx(skb)->pcount;
		if (how != XMIT_NORMAL)
			break;
	}
	if (by.rwnd)
		tcp_chrono_start(tp, TCP_CHRONO_RWND_LIMITED);
	else
		tcp_chrono_stop(tp, TCP_CHRONO_RWND_LIMITED);
	by.cwnd |= tcp_packets_in_flight(tp) >= tp->snd_cwnd;
	if (sent || by.cwnd)
		tcp_cwnd_validate(sk, by.cwnd);
	if (sent) {
		if (how != XMIT_PROBE)
			tcp_schedule_loss_probe(sk, false);
		return false;
	}
	return !tp->packets_out && tcp_send_head(sk);
}

/* Sends what may go; with nothing in flight and a closed window starts probing. */
void tcp_push_pending(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE || !tcp_send_head(sk))
		return;
	if (tcp_write_xmit(sk, tcp_current_mss(sk), tp->nonagle, XMIT_NORMAL))
		tcp_check_probe_timer(sk);
}

/* Everything that the windows allow, Nagle or not. */
void tcp_push_all(struct sock *sk, u32 mss)
{
	if (sk->sk_state != TCP_CLOSE && tcp_write_xmit(sk, mss, TCP_NAGLE_PUSH, XMIT_NORMAL))
		tcp_check_probe_timer(sk);
}

/* One packet at once, even if small: a full segment just came together. */
void tcp_push_one(struct sock *sk, u32 mss)
{
	tcp_write_xmit(sk, mss, TCP_NAGLE_PUSH, XMIT_ONE);
}

/* The tail loss probe's new data: one segment, cwnd or not. True if it left. */
bool tcp_push_probe(struct sock *sk, u32 mss)
{
	u32 before_nxt = tcp_sk(sk)->snd_nxt;

	tcp_write_xmit(sk, mss, TCP_NAGLE_OFF, XMIT_PROBE);
	return tcp_sk(sk)->snd_nxt != before_nxt;
}

/* Marks the end of the queue as the end of a write: PSH goes there (MUST-61). */
void tcp_mark_push(struct tcp_sock *tp, struct sk_buff *skb)
{
	tcp_tx(skb)->flags |= TCPHDR_PSH;
	tp->pushed_seq = tp->write_seq;
}

/* More than half of the largest window is queued since the last PSH. */
bool tcp_forced_push(const struct tcp_sock *tp)
{
	return after(tp->write_seq, tp->pushed_seq + (tp->max_window >> 1));
}

/*
 * A small write behind data that has not left the host yet: it waits for that, so that more can join
 * it (tcp_autocorking). The packet below us, when it is freed, pushes on.
 */
static bool tcp_autocork(struct sock *sk, const struct sk_buff *tail, u32 mss)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_ns(sk)->autocorking || tail->len >= tcp_size_goal(tp, mss) ||
	    tcp_rtx_empty(tp) || tcp_tx(tail)->eor || sk->sk_wmem_alloc <= (int)tail->truesize)
		return false;
	if (!tp->tsq_throttled)
		net_mib_inc(sk->net, TcpExt_TCPAutoCorking);
	tp->tsq_throttled = true;
	return true;
}

/*
 * A write of the user ended: flags are its MSG_* flags. Corks hold a partial segment until
 * tcp_push() without SMSG_MORE.
 */
void tcp_push(struct sock *sk, int flags, u32 mss)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_write_queue);
	u8 nonagle = tp->nonagle;

	if (!tail)
		return;
	if (!(flags & SMSG_MORE) || (tcp_forced_push(tp) && !tcp_urgent_comes(tp)))
		tcp_mark_push(tp, tail);
	if (flags & SMSG_OOB)
		tp->snd_up = tp->write_seq;
	if (tcp_autocork(sk, tail, mss))
		return;
	if (flags & SMSG_MORE)
		nonagle = TCP_NAGLE_CORK;
	if (tcp_write_xmit(sk, mss, nonagle, XMIT_NORMAL))
		tcp_check_probe_timer(sk);
}
