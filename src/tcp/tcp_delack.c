/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When to acknowledge (RFC 9293 3.8.6.3, RFC 5681 4.2): at once while the peer's window is young
 * (quick ACKs), every second full segment, else after a delay that adapts to the peer's rhythm.
 */
#include "tcp/tcp_priv.h"

static void tcp_incr_quickack(struct tcp_sock *tp, u32 max_quick)
{
	u32 n = tp->rcv_mss ? tp->rcv_wnd / (2u * tp->rcv_mss) : 0;

	n = min(n ? n : 2, max_quick);
	if (n > tp->quick)
		tp->quick = (u8)n;
}

void tcp_enter_quickack_mode(struct sock *sk, u32 max_quick)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_incr_quickack(tp, max_quick);
	tp->pingpong = 0;
	tp->ato_us = TCP_ATO_MIN_US;
}

/* First guess of the peer's segment size. */
void tcp_initialize_rcv_mss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 hint = min_t(u32, tp->advmss, tp->mss_cache);

	hint = min3(hint, tp->rcv_wnd / 2, (u32)TCP_MSS_DEFAULT_NS);
	tp->rcv_mss = (u16)max_t(u32, hint, TCP_MIN_MSS_NS);
}

/* Learns it: up at once, down when two equal segments that end nothing say so. */
static void tcp_measure_rcv_mss(struct sock *sk, const struct sk_buff *skb, u32 payload, u16 flags)
{
	bool psh = flags & TCPHDR_PSH, last_of = flags & (TCPHDR_PSH | TCPHDR_FIN | TCPHDR_URG);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 gso = skb_shinfo(skb)->gso_size, len = gso ? gso : payload;
	u16 last = tp->last_seg_size;

	tp->last_seg_size = 0;
	if (len >= tp->rcv_mss) {
		if (len != tp->rcv_mss)
			tcp_measure_scaling(sk, skb, payload);
		tp->rcv_mss = (u16)min_t(u32, len, tp->advmss);
		if (len < payload || !psh)
			return;
	} else if (len >= TCP_MSS_DEFAULT_NS || (len >= TCP_MIN_MSS_NS && !last_of)) {
		tp->last_seg_size = (u16)min_t(u32, len, U16_MAX);
		if (len == last) {
			tp->rcv_mss = (u16)len;
			return;
		}
	}
	if (tp->ack_pending & TCP_ACK_PUSHED)
		tp->ack_pending |= TCP_ACK_PUSHED2;
	tp->ack_pending |= TCP_ACK_PUSHED;
}

static void tcp_ecn_check_ce(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->ecn_flags & TCP_ECN_OK))
		return;
	if (seg->ecn == INET_ECN_CE) {
		tcp_ca_event(sk, CA_EVENT_ECN_IS_CE);
		if (!(tp->ecn_flags & TCP_ECN_DEMAND_CWR)) {
			tcp_enter_quickack_mode(sk, 2);
			tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
		}
		tp->ecn_flags |= TCP_ECN_SEEN;
	} else if (seg->ecn != INET_ECN_NOT_ECT) {
		tp->ecn_flags |= TCP_ECN_SEEN;
		tcp_ca_event(sk, CA_EVENT_ECN_NO_CE);
	} else if (tp->ecn_flags & TCP_ECN_SEEN) {
		tcp_enter_quickack_mode(sk, 2);	/* most likely sent again: the sender waits */
	}
}

/* New data arrived: an ACK is owed, and the delay adapts to the gap since the last. */
void tcp_event_data_recv(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_us(sk), gap = now - tp->lrcvtime_us;

	tp->ack_pending |= TCP_ACK_SCHED;
	tcp_measure_rcv_mss(sk, skb, seg->len, (u16)seg->flags);
	tcp_rcv_rtt_measure(sk);
	if (!tp->ato_us) {
		tcp_incr_quickack(tp, TCP_MAX_QUICKACKS);
		tp->ato_us = TCP_ATO_MIN_US;
	} else if (gap <= TCP_ATO_MIN_US / 2) {
		tp->ato_us = (tp->ato_us >> 1) + TCP_ATO_MIN_US / 2;
	} else if (gap < tp->ato_us) {
		tp->ato_us = min((tp->ato_us >> 1) + (u32)gap, tp->rto_us);
	} else if (gap > tp->rto_us) {
		tcp_incr_quickack(tp, TCP_MAX_QUICKACKS);	/* the peer restarts slowly */
	}
	tp->lrcvtime_us = now;
	tcp_ecn_check_ce(sk, seg);
	if (seg->len >= 128)
		tcp_grow_window(sk, skb, seg->len, false);
}

/* TCP_DELACK_MAX_US, and before the peer's RTO by its least. */
static u32 tcp_delack_max(const struct sock *sk)
{
	u32 most = tcp_sk(sk)->delack_max_us ? tcp_sk(sk)->delack_max_us : TCP_DELACK_MAX_US;

	return min(most, max_t(u32, tcp_rto_min_us(sk), 2000) - 1000);
}

/* Data out of order: its mark and its size count. */
void tcp_event_ofo_recv(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	tcp_ecn_check_ce(sk, seg);
	tcp_measure_rcv_mss(sk, skb, seg->len, (u16)seg->flags);
}

void tcp_send_delayed_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_us(sk);
	u32 ato = tp->ato_us;

	if (ato > TCP_DELACK_MIN_US) {
		u32 max_ato = 500 * 1000;

		if (tcp_in_interactive(tp) || tp->ack_pending & TCP_ACK_PUSHED)
			max_ato = TCP_DELACK_MAX_US;
		if (tp->srtt_us)
			max_ato = min(max_ato, max(tp->srtt_us >> 3, TCP_DELACK_MIN_US));
		ato = min(ato, max_ato);
	}
	ato = min(ato, tcp_delack_max(sk));
	if (tp->ack_pending & TCP_ACK_TIMER && tp->ack_timeout_us <= now + (ato >> 2)) {
		tcp_send_ack(sk);
		return;
	}
	tcp_arm_delack(sk, ato);
}

/* Out of order: the first three duplicates at once, then one per millisecond or so. */
static void tcp_compress_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	u32 rtt = tp->rcv_rtt_us;
	u64 delay;

	if (!tcp_is_sack(tp) || tp->compressed_ack >= ns->comp_sack_nr)
		goto send_now;
	if (tp->compressed_rcv_nxt != tp->rcv_nxt) {
		tp->compressed_rcv_nxt = tp->rcv_nxt;
		tp->dup_ack_counter = 0;
	}
	if (tp->dup_ack_counter < TCP_FASTRETRANS_THRESH) {
		tp->dup_ack_counter++;
		goto send_now;
	}
	tp->compressed_ack++;
	if (tp->comp_armed)
		return;
	if (tp->srtt_us && tp->srtt_us < rtt)
		rtt = tp->srtt_us;
	delay = min_t(u64, ns->comp_sack_delay_ns, (u64)rtt * (NSEC_PER_USEC >> 3) / 20);
	tcp_arm_comp(sk, delay);
	return;
send_now:
	tcp_send_ack(sk);
}

/* After a segment: acknowledge now, later, or not at all. */
void tcp_ack_snd_check(struct sock *sk, bool ofo_possible)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->ack_pending & (TCP_ACK_SCHED | TCP_ACK_NOW)) || sk->sk_state == TCP_CLOSE)
		return;
	if ((tp->rcv_nxt - tp->rcv_wup > tp->rcv_mss &&
	     (tp->rcv_nxt - tp->copied_seq < (u32)sk->sk_rcvlowat ||
	      tcp_window_now(sk) >= tp->rcv_wnd)) ||
	    tcp_in_quickack(tp) || tp->ack_pending & TCP_ACK_NOW)
		tcp_send_ack(sk);
	else if (ofo_possible && !rb_empty_root(&tp->ooo))
		tcp_compress_ack(sk);
	else
		tcp_send_delayed_ack(sk);
}

/* The user took copied octets: tell the peer of the room, if that is worth a segment. */
void tcp_cleanup_rbuf(struct sock *sk, u32 copied)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool now = false;

	if (tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN) | TCPF(SYN_SENT)))
		return;
	if (tp->ack_pending & TCP_ACK_SCHED) {
		/* more than a segment unacknowledged, or an emptied buffer of pushed data */
		if (tp->rcv_nxt - tp->rcv_wup > tp->rcv_mss ||
		    (copied && (tp->ack_pending & TCP_ACK_PUSHED2 ||
				(tp->ack_pending & TCP_ACK_PUSHED && !tcp_in_interactive(tp))) &&
		     !sk->sk_rmem_alloc))
			now = true;
	}
	if (copied && !now && !(sk->sk_shutdown & RCV_SHUTDOWN)) {
		u32 cur = tcp_receive_window(tp);

		if (2 * (u64)cur <= tp->window_clamp) {
			u32 win = tcp_window_now(sk);

			if (win && win >= 2 * (u64)cur)
				now = true;
		}
	}
	if (now)
		tcp_send_ack(sk);
}
