/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP_REPAIR and its companions: see tcp_repair.h. From tcp_sockopt.c, tcp_open.c, tcp_send.c,
 * tcp_recv.c and tcp_out.c. Who may is the daemon's business; a listener cannot be repaired.
 */
#include "tcp/tcp_repair.h"

#include "tcp/tcp_sig.h"

enum { REPAIR_OFF_NO_WP = -1, REPAIR_OFF, REPAIR_ON };

struct repair_opt_abi {
	u32 code, val;
};
struct repair_window_abi {
	u32 snd_wl1, snd_wnd, max_window, rcv_wnd, rcv_wup;
};
_Static_assert(sizeof(struct repair_window_abi) == 20, "struct tcp_repair_window");

/* A segment that the peer must answer: where it is, and how large its window. */
static void repair_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state != TCP_ESTABLISHED)
		return;
	tp->snd_wl1 = tp->rcv_nxt - 1;
	net_mib_inc(sk->net, TcpExt_TCPWinProbe);
	tcp_send_bare(sk, TCPHDR_ACK, tp->snd_una - 1);
}

int tcp_repair_set(struct sock *sk, int how)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		return -EPERM;
	if (how < REPAIR_OFF_NO_WP || how > REPAIR_ON)
		return -EINVAL;
	tp->repair = how == REPAIR_ON;
	sk->sk_reuse = tp->repair ? SK_FORCE_REUSE : 0;
	if (how == REPAIR_ON)
		tp->repair_queue = TCP_NO_QUEUE_NS;
	else if (how == REPAIR_OFF)
		repair_probe(sk);
	return 0;
}

int tcp_repair_set_queue(struct sock *sk, int queue)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->repair)
		return -EPERM;
	if (queue < 0 || queue >= TCP_QUEUES_NR_NS)
		return -EINVAL;
	tp->repair_queue = (u8)queue;
	return 0;
}

int tcp_repair_get_queue(const struct sock *sk, int *queue)
{
	*queue = tcp_sk(sk)->repair_queue;
	return tcp_sk(sk)->repair ? 0 : -EINVAL;
}

/* The end of the chosen queue, while there is nothing in it. */
int tcp_repair_set_seq(struct sock *sk, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state != TCP_CLOSE)
		return -EPERM;
	if (tp->repair_queue == TCP_SEND_QUEUE_NS) {
		tp->write_seq = seq;
		return 0;
	}
	if (tp->repair_queue != TCP_RECV_QUEUE_NS)
		return -EINVAL;
	tp->rcv_nxt = tp->copied_seq = seq;
	return 0;
}

int tcp_repair_get_seq(const struct sock *sk, u32 *seq)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	*seq = tp->repair_queue == TCP_SEND_QUEUE_NS ? tp->write_seq : tp->rcv_nxt;
	return tp->repair_queue == TCP_NO_QUEUE_NS ? -EINVAL : 0;
}

/* -- what the handshake had agreed to ------------------------------------------------------------ */

static int repair_one(struct tcp_options_received *rx, const struct repair_opt_abi *o)
{
	u32 snd = o->val & 0xffff, rcv = o->val >> 16;

	switch (o->code) {
	case TCP_OPT_MSS:
		rx->mss_clamp = (u16)min(o->val, 65535u);
		return 0;
	case TCP_OPT_WSCALE:
		if (snd > TCP_MAX_WSCALE || rcv > TCP_MAX_WSCALE)
			return -EFBIG;
		rx->snd_wscale = (u8)snd;
		rx->rcv_wscale = (u8)rcv;
		rx->wscale_ok = true;
		return 0;
	case TCP_OPT_SACK_PERM:
		rx->sack_ok = true;
		return o->val ? -EINVAL : 0;
	case TCP_OPT_TIMESTAMP:
		rx->tstamp_ok = true;
		return o->val ? -EINVAL : 0;
	}
	return 0;
}

int tcp_repair_set_options(struct sock *sk, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct repair_opt_abi o;
	int err = 0;

	if (!tp->repair)
		return -EINVAL;
	if (sk->sk_state != TCP_ESTABLISHED || tp->bytes_sent)
		return -EPERM;
	for (u32 off = 0; !err && len - off >= sizeof(o); off += sizeof(o)) {
		memcpy(&o, (const u8 *)val + off, sizeof(o));
		err = repair_one(&tp->rx_opt, &o);
	}
	tcp_sig_changed(sk);		/* the header has another length, segments another size */
	return err;
}

int tcp_repair_set_window(struct sock *sk, const void *val, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct repair_window_abi w;

	if (!tp->repair)
		return -EPERM;
	if (len != sizeof(w))
		return -EINVAL;
	memcpy(&w, val, sizeof(w));
	if (w.max_window < w.snd_wnd || after(w.snd_wl1, tp->rcv_nxt + w.rcv_wnd) ||
	    after(w.rcv_wup, tp->rcv_nxt))
		return -EINVAL;
	tp->snd_wl1 = w.snd_wl1;
	tp->snd_wnd = w.snd_wnd;
	tp->max_window = w.max_window;
	tp->rcv_wup = w.rcv_wup;
	tcp_rcv_window_set(tp, w.rcv_wnd);
	tcp_sync_mss(sk, tp->pmtu_cookie);
	return 0;
}

int tcp_repair_get_window(const struct sock *sk, void *val, u32 *len)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct repair_window_abi w = { tp->snd_wl1, tp->snd_wnd, tp->max_window, tp->rcv_wnd,
				       tp->rcv_wup };

	if (*len != sizeof(w))
		return -EINVAL;
	if (!tp->repair)
		return -EPERM;
	return sockopt_get_bytes(&w, sizeof(w), val, len);
}

int tcp_repair_set_timestamp(struct sock *sk, u32 value)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->repair)
		return -EPERM;
	tp->tsoffset = value - tcp_now_ms(sk);
	return 0;
}

/* -- the connection ------------------------------------------------------------------------------ */

int tcp_repair_connect(struct sock *sk, u32 rcv_nxt)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int err = tcp_sig_connect(sk);

	if (err)
		return tcp_connect_failed(sk, err);
	tcp_connect_init(sk);
	tp->hdr_len = (u16)(TCP_HLEN + tcp_sig_opt_len(tp));	/* options are told later */
	tcp_sync_mss(sk, tp->pmtu_cookie);
	tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = tp->urg_seq = rcv_nxt;
	tcp_rcv_window_set(tp, tp->rcv_wnd);
	tp->pushed_seq = tp->write_seq;
	tcp_sig_connected(sk, 0);
	tcp_initialize_rcv_mss(sk);
	tcp_finish_connect(sk);
	return 0;
}

void tcp_repair_sent(struct sock *sk, struct sk_buff *skb, u32 mss)
{
	tcp_tx_set_pcount(skb, mss);
	tcp_rate_skb_sent(sk, skb);
	tcp_tx(skb)->xmit_us = tcp_now_us(sk);
	tcp_event_new_data_sent(sk, skb);
}

int tcp_repair_rcv_page(struct sock *sk, struct page *page, u32 off, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	if (sk->sk_rmem_alloc + (int)len > sk->sk_rcvbuf || !tcp_rmem_schedule(sk, len))
		return -ENOMEM;
	skb = alloc_skb(sk->net, 0);
	if (!skb)
		return -ENOMEM;
	if (skb_add_frag(skb, page, off, len)) {
		consume_skb(skb);
		return -ENOMEM;
	}
	tcp_rxcb(skb)->seq = tp->rcv_nxt;
	tcp_rxcb(skb)->end_seq = tp->rcv_nxt + len;
	tcp_rxcb(skb)->flags = TCPHDR_ACK;
	tcp_queue_rcv(sk, skb);
	sk_wake(sk, SOCK_EV_IN);
	return 0;
}

/* What is before snd_una was acknowledged: it is not part of the queue any more. */
static int peek_one(const struct tcp_sock *tp, const struct sk_buff *skb, struct msg *msg,
		    size_t *copied)
{
	u32 off = before(tcp_tx(skb)->seq, tp->snd_una) ? tp->snd_una - tcp_tx(skb)->seq : 0;
	u32 n = skb->len > off ? (u32)min_t(size_t, skb->len - off, msg->len - *copied) : 0;
	int err = n ? tcp_copy_to_msg(skb, off, msg, *copied, n) : 0;

	if (!err)
		*copied += n;
	return err;
}

ssize_t tcp_repair_peek_sndq(struct sock *sk, struct msg *msg)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	size_t copied = 0;
	int err = 0;

	for (skb = tcp_rtx_head(tp); skb && !err && copied < msg->len; skb = tcp_rtx_next(skb))
		err = peek_one(tp, skb, msg, &copied);
	for (skb = skb_peek(&sk->sk_write_queue); skb && !err && copied < msg->len;
	     skb = skb_queue_next(&sk->sk_write_queue, skb))
		err = peek_one(tp, skb, msg, &copied);
	return err && !copied ? err : (ssize_t)copied;
}
