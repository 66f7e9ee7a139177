/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Payload into the receive queue, the FIN behind it, and the urgent pointer (RFC 9293 3.10.7.4
 * sixth to eighth check). From tcp_fast.c and tcp_state.c; to the user through sk_wake().
 */
#include "tcp/tcp_priv.h"

/*
 * May from be put behind to? What was received in one piece stays one, as on Linux, and costs its own, so
 * that SO_RCVBUF holds as many small segments; only what there is room for behind its predecessor is put
 * there, and costs nothing.
 */
static bool tcp_may_join(const struct sk_buff *to, const struct sk_buff *from)
{
	return !from->rx_room || from->len < to->rx_room;
}

/*
 * Appends from to to if it continues it; true when from was consumed. A packet's memory is free when all of
 * it was read, so it stays a small part of the buffer: else the window would open late.
 */
bool tcp_try_coalesce(struct sock *sk, struct sk_buff *to, struct sk_buff *from)
{
	struct tcp_rx_cb *t = tcp_rxcb(to), *f = tcp_rxcb(from);
	u32 end = f->end_seq, room = from->rx_room ? to->rx_room - from->len : 0, delta;
	u64 tstamp = from->tstamp;
	u16 flags = f->flags;

	if (f->seq != t->end_seq || t->flags & TCPHDR_FIN)
		return false;
	if (!from->len) {		/* a FIN alone costs no room */
		t->end_seq = end;
		t->flags |= flags;
		consume_skb(from);
		return true;
	}
	if (to->truesize > (u32)sk->sk_rcvbuf >> 2)
		return false;
	if (!tcp_may_join(to, from) || !skb_try_coalesce(to, from, &delta))
		return false;
	to->rx_room = (u16)room;
	if (room) {
		to->truesize -= delta;
		delta = 0;
	}
	sk->sk_rmem_alloc += (int)delta;
	tcp_ns(sk)->mem_octets += (int)delta;
	to->tstamp = tstamp;
	t->end_seq = end;
	t->flags |= flags;
	net_mib_inc(sk->net, TcpExt_TCPRcvCoalesce);
	return true;
}

static void tcp_rcv_nxt_update(struct tcp_sock *tp, u32 seq)
{
	tp->bytes_received += seq - tp->rcv_nxt;
	tp->rcv_nxt = seq;
}

/* skb, header stripped and continuing RCV.NXT, goes to the receive queue. Consumes. */
void tcp_queue_rcv(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *tail = skb_peek_tail(&sk->sk_receive_queue);
	u32 end = tcp_rxcb(skb)->end_seq;

	skb_orphan(skb);
	if (tail && tcp_try_coalesce(sk, tail, skb)) {
		tcp_rcv_nxt_update(tp, end);
		return;
	}
	skb_queue_tail(&sk->sk_receive_queue, skb);
	skb_set_owner_r(skb, sk);
	tcp_rcv_nxt_update(tp, end);
}

/* The peer's FIN is in order. */
void tcp_fin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ack_pending |= TCP_ACK_SCHED;
	sk->sk_shutdown |= RCV_SHUTDOWN;
	sock_set_flag(sk, SOCK_DONE);
	switch (sk->sk_state) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		tcp_set_state(sk, TCP_CLOSE_WAIT);
		tp->pingpong = (u8)tcp_ns(sk)->pingpong_thresh;
		break;
	case TCP_FIN_WAIT1:		/* crossing FINs */
		tcp_send_ack(sk);
		tcp_set_state(sk, TCP_CLOSING);
		break;
	case TCP_FIN_WAIT2:
		tcp_send_ack(sk);
		tcp_time_wait(sk, TCP_TIME_WAIT, tcp_ns(sk)->timewait_ns);
		break;
	default:			/* a FIN again: nothing new */
		break;
	}
	tcp_ooo_purge(sk);
	tp->has_dsack = false;
	if (sk->sk_state == TCP_CLOSE || sock_flag(sk, SOCK_DEAD))
		return;
	sk_wake(sk, SOCK_EV_IN | SOCK_EV_RDHUP | SOCK_EV_STATE |
			    (sk->sk_shutdown == SHUTDOWN_MASK ? SOCK_EV_HUP : 0));
}

/* In order, at least in part. Consumes. */
static void tcp_data_in_order(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool fin = seg->flags & TCPHDR_FIN;

	if (seg->len && !tcp_rmem_ok(sk, skb, seg->seq) && skb_peek(&sk->sk_receive_queue)) {
		net_mib_inc(sk->net, TcpExt_TCPRcvQDrop);
		tp->ack_pending |= TCP_ACK_SCHED | TCP_ACK_NOW | TCP_ACK_NOMEM;
		sk_wake(sk, SOCK_EV_IN);
		tcp_drop(sk, skb, SKB_DROP_SOCKET_RCVBUFF);
		return;
	}
	tcp_strip_header(skb, seg);
	if (seg->len)
		tcp_event_data_recv(sk, skb, seg);
	tcp_queue_rcv(sk, skb);
	if (fin) {
		if (!seg->len)		/* TCP-ST-27; with data it is their ACK's business */
			tp->ack_pending |= TCP_ACK_NOW;
		tcp_fin(sk);
	}
	if (sk->sk_state == TCP_CLOSE)
		return;
	if (!rb_empty_root(&tp->ooo)) {
		if (tcp_ofo_queue(sk))
			tcp_fin(sk);
		if (sk->sk_state == TCP_CLOSE)
			return;
		/* a hole was filled: the sender waits to hear (RFC 5681 4.2) */
		if (rb_empty_root(&tp->ooo))
			tp->ack_pending |= TCP_ACK_NOW;
	}
	tcp_fast_path_check(sk);
	if (!sock_flag(sk, SOCK_DEAD) && tp->rcv_nxt - tp->copied_seq >= (u32)max(1, min(
							sk->sk_rcvlowat, sk->sk_rcvbuf >> 1)))
		sk_wake(sk, SOCK_EV_IN);
}

static void tcp_data_out_of_window(struct sock *sk, struct sk_buff *skb,
				   enum skb_drop_reason reason)
{
	tcp_enter_quickack_mode(sk, TCP_MAX_QUICKACKS);
	tcp_sk(sk)->ack_pending |= TCP_ACK_SCHED;
	tcp_drop(sk, skb, reason);
}

/* The data of an acceptable segment, header still on. Consumes skb. */
void tcp_data_queue(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 win = tcp_receive_window(tp);

	if (seg->seq == seg->end_seq) {
		consume_skb(skb);
		return;
	}
	tp->has_dsack = false;		/* the next ACK tells of this segment */
	if (tcp_state_in(sk, TCPF(CLOSE_WAIT) | TCPF(CLOSING) | TCPF(LAST_ACK)) &&
	    !before(seg->seq, tp->rcv_nxt)) {	/* nothing can follow a FIN */
		tcp_drop(sk, skb, SKB_DROP_TCP_OLD_DATA);
		return;
	}
	if (!after(seg->end_seq, tp->rcv_nxt)) {
		net_mib_inc(sk->net, TcpExt_DelayedACKLost);
		tcp_accecn_spurious_data(sk, seg);
		tcp_dsack_set(sk, seg->seq, seg->end_seq);
		tcp_data_out_of_window(sk, skb, SKB_DROP_TCP_OLD_DATA);
		return;
	}
	if (!after(seg->seq, tp->rcv_nxt)) {
		if (before(seg->seq, tp->rcv_nxt))
			tcp_dsack_set(sk, seg->seq, tp->rcv_nxt);
		if (!win && (seg->len || !(seg->flags & TCPHDR_FIN))) {
			tp->ack_pending |= TCP_ACK_NOW;
			tcp_data_out_of_window(sk, skb, SKB_DROP_TCP_ZEROWINDOW);
			return;
		}
		tcp_data_in_order(sk, skb, seg);
		return;
	}
	if (!before(seg->seq, tp->rcv_nxt + win)) {
		net_mib_inc(sk->net, TcpExt_BeyondWindow);
		tcp_data_out_of_window(sk, skb, SKB_DROP_TCP_OVERWINDOW);
		return;
	}
	tcp_strip_header(skb, seg);
	tcp_event_ofo_recv(sk, skb, seg);
	tcp_data_queue_ofo(sk, skb);
}

/* What to send after a segment was processed: data that a window let go, room for the user. */
void tcp_data_snd_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	tcp_push_pending(sk);
	if (!(sk->sk_userlocks & TCP_SNDBUF_LOCK) && tp->packets_out &&
	    tp->packets_out >= tp->snd_cwnd / 2)
		tcp_sndbuf_expand(sk);
	if (sock_flag(sk, SOCK_QUEUE_SHRUNK) && tcp_stream_writeable(sk) &&
	    !sock_flag(sk, SOCK_DEAD)) {
		sock_reset_flag(sk, SOCK_QUEUE_SHRUNK);
		tcp_chrono_stop(tp, TCP_CHRONO_SNDBUF_LIMITED);
		sk_wake(sk, SOCK_EV_OUT);
	}
}

/* -- urgent ------------------------------------------------------------------------------------ */

/* A new urgent pointer (RFC 9293 3.8.5): when it moves forward the user is told. */
static void tcp_check_urg(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ptr = seg->urg_ptr;

	if (ptr && !tcp_ns(sk)->stdurg)
		ptr--;		/* it names the octet behind the last urgent one (MUST-62) */
	ptr += seg->seq;
	if (after(tp->copied_seq, ptr) || before(ptr, tp->rcv_nxt))
		return;
	if (tp->urg_data && !after(ptr, tp->urg_seq))
		return;
	/* the earlier urgent octet was never read, or is not to be read again: not inline it is left out */
	if (tp->urg_seq == tp->copied_seq && tp->urg_data && !sock_flag(sk, SOCK_URGINLINE) &&
	    (!sock_flag(sk, SOCK_URGKEEP) || tp->urg_data == TCP_URG_READ) && tp->copied_seq != tp->rcv_nxt)
		tcp_urg_skip(sk);
	tp->urg_data = TCP_URG_NOTYET;
	tp->urg_seq = ptr;
	tp->pred_ok = false;
	if (!sock_flag(sk, SOCK_DEAD))
		sk_wake(sk, SOCK_EV_PRI);
}

/* URG processing, before the data is queued. */
void tcp_urg(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 off;
	u8 byte;

	if (seg->flags & TCPHDR_URG)
		tcp_check_urg(sk, seg);
	if (tp->urg_data != TCP_URG_NOTYET)
		return;
	off = tp->urg_seq - seg->seq + seg->hdr_len - !!(seg->flags & TCPHDR_SYN);
	if (off < seg->hdr_len || off >= skb->len || skb_copy_bits(skb, off, &byte, 1))
		return;
	tp->urg_data = TCP_URG_VALID | byte;
	if (!sock_flag(sk, SOCK_DEAD))
		sk_wake(sk, SOCK_EV_PRI);
}
