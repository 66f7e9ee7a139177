/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Received octets to the user: recvmsg(), the urgent octet, and the calls that show them in place.
 * From socket/. Each read that frees room may send a window update (tcp_cleanup_rbuf()).
 */
#include "tcp/tcp_repair.h"

/* The packet of the receive queue that holds seq, and where in it. NULL: none. */
static struct sk_buff *tcp_recv_skb(struct sock *sk, u32 seq, u32 *off)
{
	struct sk_buff *skb;

	for (skb = skb_peek(&sk->sk_receive_queue); skb;
	     skb = skb_queue_next(&sk->sk_receive_queue, skb)) {
		*off = seq - tcp_rxcb(skb)->seq;
		if (*off < skb->len || tcp_rxcb(skb)->flags & TCPHDR_FIN)
			return skb;
	}
	return NULL;
}

/* Frees what is before copied_seq. */
static void tcp_eat_read(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	while ((skb = skb_peek(&sk->sk_receive_queue))) {
		u32 fin = !!(tcp_rxcb(skb)->flags & TCPHDR_FIN);

		if (before(tp->copied_seq, tcp_rxcb(skb)->end_seq - fin))
			break;
		if (fin) {
			if (tp->copied_seq + 1 == tcp_rxcb(skb)->end_seq)
				tp->copied_seq++;
		}
		skb_unlink(&sk->sk_receive_queue, skb);
		consume_skb(skb);
		if (fin)
			break;
	}
}

/* The urgent octet was passed over and is out of band: it is not part of the stream. */
static bool tcp_at_urg(const struct sock *sk, u32 seq)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->urg_data && tp->urg_seq == seq && !sock_flag(sk, SOCK_URGINLINE);
}

void tcp_urg_skip(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->copied_seq++;
	tcp_eat_read(sk);
}

/* Reading went past the mark. */
static void tcp_urg_passed(struct sock *sk, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->urg_data && after(seq, tp->urg_seq)) {
		tp->urg_data = 0;
		tcp_fast_path_check(sk);
	}
}

/* Octets from seq up to the urgent mark, the end of the packet, or the FIN. */
static u32 tcp_run_length(const struct sock *sk, const struct sk_buff *skb, u32 off, u32 seq)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 n = off < skb->len ? skb->len - off : 0, urg = tp->urg_seq - seq;

	if (tp->urg_data && urg && urg < n)
		n = urg;
	return n;
}

static ssize_t tcp_recv_empty(struct sock *sk)
{
	if (sock_flag(sk, SOCK_DONE))
		return 0;
	if (sk->sk_err)
		return sock_error(sk);
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	if (sk->sk_state == TCP_CLOSE)
		return -ENOTCONN;
	return -EAGAIN;
}

static ssize_t tcp_recv_urg(struct sock *sk, struct msg *msg)
{
	u8 byte;
	int n = tcp_stream_read_oob(sk, &byte, msg->flags);

	if (n < 0)
		return n;
	msg->out_flags |= SMSG_OOB;
	if (!n)
		return 0;
	if (!msg->len) {
		msg->out_flags |= SMSG_TRUNC;
		return 0;
	}
	if (!(msg->flags & SMSG_TRUNC) && msg_copy_to(msg, 0, &byte, 1))
		return -EFAULT;
	return 1;
}

/* len octets at off of skb to offset at of the message. 0/-EFAULT. */
int tcp_copy_to_msg(const struct sk_buff *skb, u32 off, struct msg *msg, size_t at, u32 len)
{
	struct skb_vec vec[MAX_SKB_FRAGS + 1];
	u32 covered;
	int err;

	while (len) {
		u32 n = skb_to_vec(skb, off, len, vec, ARRAY_SIZE(vec), &covered);

		if (!n || !covered)
			return -EFAULT;
		for (u32 i = 0; i < n; i++) {
			err = msg_copy_to(msg, at, vec[i].base, vec[i].len);
			if (err)
				return err;
			at += vec[i].len;
		}
		off += covered;
		len -= covered;
	}
	return 0;
}

/* One pass over the queue from *seq: copies until the buffer, the data or the mark ends it. */
static ssize_t tcp_recv_loop(struct sock *sk, struct msg *msg, u32 *seq)
{
	size_t copied = 0;
	struct sk_buff *skb;
	u32 off, n;

	while (copied < msg->len) {
		if (tcp_at_urg(sk, *seq)) {
			if (copied)
				break;	/* the mark ends a read */
			++*seq;
			if (!(msg->flags & SMSG_PEEK))
				tcp_sk(sk)->copied_seq = *seq;
		}
		skb = tcp_recv_skb(sk, *seq, &off);
		if (!skb)
			break;
		n = tcp_run_length(sk, skb, off, *seq);
		if (!n)
			break;		/* FIN */
		n = (u32)min_t(size_t, n, msg->len - copied);
		if (!(msg->flags & SMSG_TRUNC)) {
			int err = tcp_copy_to_msg(skb, off, msg, copied, n);

			if (err)
				return copied ? (ssize_t)copied : err;
		}
		if (unlikely(msg->cmsg))	/* the last packet's */
			sock_recv_tstamp(sk, skb->tstamp, false, msg->cmsg);
		copied += n;
		*seq += n;
		if (!(msg->flags & SMSG_PEEK)) {
			tcp_sk(sk)->copied_seq = *seq;
			tcp_urg_passed(sk, *seq);
		}
		/* another urgent octet right behind stops the read at the mark */
		if (tcp_sk(sk)->urg_data && tcp_sk(sk)->urg_seq == *seq)
			break;
	}
	return (ssize_t)copied;
}

/*
 * recvmsg(2), without blocking: octets, 0 at the end of the stream, -EAGAIN, a pending error.
 * SMSG_WAITALL is the waiting caller's business. SMSG_TRUNC discards instead of copying.
 */
ssize_t tcp_recvmsg(struct sock *sk, struct msg *msg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = tp->copied_seq;
	ssize_t n;

	msg->out_flags = 0;
	msg->has_name = false;
	if (msg->cmsg)
		memset(msg->cmsg, 0, sizeof(*msg->cmsg));
	if (msg->flags & SMSG_ERRQUEUE)
		return inet_err_recv(sk, msg);
	if (sk->sk_state == TCP_LISTEN)
		return -ENOTCONN;
	if (msg->flags & SMSG_OOB)
		return tcp_recv_urg(sk, msg);
	if (unlikely(tp->repair)) {		/* the queues are looked at, not read */
		if (!(msg->flags & SMSG_PEEK))
			return -EPERM;
		if (tp->repair_queue == TCP_SEND_QUEUE_NS)
			return tcp_repair_peek_sndq(sk, msg);
		if (tp->repair_queue == TCP_NO_QUEUE_NS)
			return -EINVAL;
	}
	n = tcp_recv_loop(sk, msg, &seq);
	if (n < 0)
		return n;
	if (!(msg->flags & SMSG_PEEK)) {
		tcp_eat_read(sk);
		tcp_rcv_space_adjust(sk);
		tcp_cleanup_rbuf(sk, (u32)n);
	}
	if (!n && msg->len)
		return tcp_recv_empty(sk);
	return n;
}

/* -- in place ---------------------------------------------------------------------------------- */

/* As tcp_recv_skb(), for a seq that much of the queue is before. */
static struct sk_buff *tcp_recv_skb_late(struct sock *sk, u32 seq)
{
	struct sk_buff *skb = skb_peek_tail(&sk->sk_receive_queue), *found = NULL;

	while (skb && before(seq, tcp_rxcb(skb)->end_seq)) {
		found = skb;
		skb = skb_queue_prev(&sk->sk_receive_queue, skb);
	}
	return found;
}

/* iovecs over what can be read behind skip octets up to the urgent mark; their number, 0: none now. */
int tcp_stream_peek(struct sock *sk, u32 skip, struct skb_vec *vec, u32 max, size_t *len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = tp->copied_seq, off, n, covered, nr = 0;
	struct sk_buff *skb;

	*len = 0;
	if (sk->sk_state == TCP_LISTEN)
		return 0;
	if (!skip && tcp_at_urg(sk, seq) && after(tp->rcv_nxt, seq)) {
		tcp_urg_skip(sk);
		seq = tp->copied_seq;
		tcp_urg_passed(sk, seq);
	}
	seq += skip;
	if (skip && tp->urg_data && tp->urg_seq == seq)
		return 0;
	skb = skip ? tcp_recv_skb_late(sk, seq) : tcp_recv_skb(sk, seq, &off);
	for (; skb && nr < max; skb = skb_queue_next(&sk->sk_receive_queue, skb)) {
		off = seq - tcp_rxcb(skb)->seq;
		n = tcp_run_length(sk, skb, off, seq);
		if (!n)
			break;
		nr += skb_to_vec(skb, off, n, vec + nr, max - nr, &covered);
		if (!covered)
			break;
		seq += covered;
		*len += covered;
		if (covered < n || (tp->urg_data && tp->urg_seq == seq))
			break;
	}
	return (int)nr;
}

/* When the packet that holds the octet behind the next skip to be read arrived, ns; 0: there is none. */
u64 tcp_stream_stamp(struct sock *sk, u32 skip)
{
	u32 off;
	const struct sk_buff *skb = tcp_recv_skb(sk, tcp_sk(sk)->copied_seq + skip, &off);

	return skb ? skb->tstamp : 0;
}

void tcp_stream_consume(struct sock *sk, size_t len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 n = (u32)min_t(size_t, len, tp->rcv_nxt - tp->copied_seq);

	tp->copied_seq += n;
	tcp_urg_passed(sk, tp->copied_seq);
	tcp_eat_read(sk);
	tcp_rcv_space_adjust(sk);
	tcp_cleanup_rbuf(sk, n);
}

/* The urgent octet: 1 and *byte, 0 at the end of the stream, -EINVAL none, -EAGAIN not here yet. */
int tcp_stream_read_oob(struct sock *sk, u8 *byte, int flags)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sock_flag(sk, SOCK_URGINLINE) || !tp->urg_data || tp->urg_data == TCP_URG_READ)
		return -EINVAL;
	if (sk->sk_state == TCP_CLOSE && !sock_flag(sk, SOCK_DONE))
		return -ENOTCONN;
	if (tp->urg_data & TCP_URG_VALID) {
		*byte = (u8)tp->urg_data;
		if (!(flags & SMSG_PEEK))
			tp->urg_data = TCP_URG_READ;
		return 1;
	}
	if (sk->sk_state == TCP_CLOSE || sk->sk_shutdown & RCV_SHUTDOWN)
		return 0;
	return -EAGAIN;
}
