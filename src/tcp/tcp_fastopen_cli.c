/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fast Open, client (RFC 7413 4.1): a cookie is asked for once and kept with the destination's
 * metrics; a SYN to a server with one carries data. Paths that lose such SYNs are noticed, and Fast
 * Open pauses (tcp_fastopen_blackhole_timeout_sec). From tcp_send.c and tcp_open.c.
 */
#include "tcp/tcp_fastopen.h"

enum { BLACKHOLE_SHIFT_MAX = 6 };

/* -- black holes ------------------------------------------------------------------------------- */

int tcp_fastopen_apply_blackhole(struct net *net, const struct sysctl_row *row)
{
	(void)row;
	net->tcp.fastopen_off_times = 0;
	return 0;
}

static void blackhole_found(struct sock *sk)
{
	struct netns_tcp *ns = tcp_ns(sk);

	if (!ns->fastopen_blackhole_timeout_sec)
		return;
	ns->fastopen_off_ns = sk->net->now;
	ns->fastopen_off_times += ns->fastopen_off_times < U32_MAX;
	net_mib_inc(sk->net, TcpExt_TCPFastOpenBlackhole);
}

/* Off for the time-out, doubled with each further finding. */
static bool blackhole_pause(struct sock *sk)
{
	const struct netns_tcp *ns = tcp_ns(sk);
	u64 wait = ns->fastopen_blackhole_timeout_sec * NSEC_PER_SEC;

	if (!wait || !ns->fastopen_off_times)
		return false;
	wait <<= min_t(u32, ns->fastopen_off_times - 1, BLACKHOLE_SHIFT_MAX);
	if (sk->net->now < ns->fastopen_off_ns + wait)
		return true;
	tcp_sk(sk)->syn_fastopen_ch = 1;	/* success would end the pauses */
	return false;
}

/* A retransmission time-out: the third in a row, or the last that is allowed. */
void tcp_fastopen_detect_blackhole(struct sock *sk, bool expired)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->syn_fastopen || tp->syn_data || tp->syn_data_acked))
		return;
	if (tp->retransmits == 2 || (tp->retransmits < 2 && expired)) {
		blackhole_found(sk);
		net_mib_inc(sk->net, TcpExt_TCPFastOpenActiveFail);
	}
}

/* A RST, in the window but not where it should be, before any data: what came before it was lost. */
void tcp_fastopen_odd_reset(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->syn_fastopen && !tp->data_segs_in && sk->sk_state == TCP_ESTABLISHED)
		blackhole_found(sk);
}

/* The connection goes: a lone FIN out of order and no data says that a box dropped what came first. */
void tcp_fastopen_ofo_check(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct dst_entry *dst = sk->sk_dst_cache;

	if (!tp->syn_fastopen)
		return;
	if (!tp->data_segs_in) {
		const struct sk_buff *skb = rb_entry_safe(rb_first(&tp->ooo), struct sk_buff, rbnode);

		if (skb && !rb_next(&skb->rbnode) && tcp_rxcb(skb)->flags & TCPHDR_FIN)
			blackhole_found(sk);
	} else if (tp->syn_fastopen_ch && !(dst && dst->dev && dst->dev->flags & DEV_LOOPBACK)) {
		tcp_ns(sk)->fastopen_off_times = 0;
	}
}

/* -- the SYN ----------------------------------------------------------------------------------- */

/* May the SYN carry data? fo is filled with what is known; len 0 asks for a cookie. */
bool tcp_fastopen_cookie_check(struct sock *sk, struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);

	*fo = (struct tcp_fastopen_request){ .cookie.len = 0 };
	tcp_metrics_get_fastopen(sk, fo);
	if (blackhole_pause(sk)) {
		fo->cookie.len = -1;
		return false;
	}
	if (tcp_ns(sk)->fastopen & TFO_CLIENT_NO_COOKIE || tp->fastopen_no_cookie) {
		fo->cookie.len = -1;
		return true;
	}
	if (fo->cookie.len > 0)
		return true;
	fo->cookie.len = 0;
	tp->fastopen_client_fail = TFO_COOKIE_UNAVAILABLE;
	return false;
}

/* What is known of the peer's segments before it said anything: what it said last time, else what we take. */
static u32 syn_peer_mss(const struct tcp_sock *tp)
{
	u32 mss = tp->fo_req->mss ? tp->fo_req->mss : tp->advmss;

	return tp->rx_opt.user_mss ? min_t(u32, mss, tp->rx_opt.user_mss) : mss;
}

/* Octets of payload for the SYN: options that boxes on the way may add have their room. */
u32 tcp_fastopen_syn_space(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 over = (u32)tp->inet.af->hdr_len + inet_opt_len(&tp->inet) + TCP_HLEN;
	u32 mss = tp->pmtu_cookie > over ? tp->pmtu_cookie - over : 0;

	mss = min(mss, syn_peer_mss(tp));
	return mss > TCP_OPTLEN_MAX ? mss - TCP_OPTLEN_MAX : 0;
}

static void data_left_in_syn(struct sock *sk, struct sk_buff *data)
{
	struct tcp_sock *tp = tcp_sk(sk);

	skb_unlink(&sk->sk_write_queue, data);
	tcp_rtx_insert(tp, data);
	INIT_LIST_HEAD(&tcp_tx(data)->tsorted);
	list_add_tail(&tcp_tx(data)->tsorted, &tp->tsorted);
	tp->packets_out += tcp_tx(data)->pcount;
	tp->snd_nxt = tp->pushed_seq = tcp_tx(data)->end_seq;
	tp->syn_data = 1;
	tcp_chrono_start(tp, TCP_CHRONO_BUSY);
	net_mib_inc(sk->net, TcpExt_TCPOrigDataSent);
}

/*
 * syn is at the head of the write queue, the data behind it. What was not sent, or does not fit, goes
 * with the ACK of the handshake.
 */
int tcp_fastopen_send_syn(struct sock *sk, struct sk_buff *syn)
{
	struct sk_buff *data = skb_queue_next(&sk->sk_write_queue, syn);
	u32 space = tcp_fastopen_syn_space(sk);
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb;
	int err;

	if (!data || !data->len || !space ||
	    (data->len > space && tcp_fragment(sk, data, space, space, false))) {
		err = tcp_transmit_skb(sk, syn);
		tcp_event_syn_sent(sk, syn);
		return err;
	}
	tp->rx_opt.mss_clamp = (u16)syn_peer_mss(tp);	/* until the SYN-ACK tells it */
	tcp_sync_mss(sk, tp->pmtu_cookie);
	cb = tcp_tx(data);
	tcp_tx_set_pcount(data, max(data->len, 1u));
	cb->seq--;
	cb->flags = tcp_tx(syn)->flags;
	err = tcp_transmit_skb(sk, data);
	cb->seq++;
	cb->flags = TCPHDR_ACK | TCPHDR_PSH;
	tcp_tx(syn)->first_tx_us = cb->first_tx_us;
	tcp_tx(syn)->delivered_us = cb->delivered_us;
	tcp_event_syn_sent(sk, syn);
	if (!err)
		data_left_in_syn(sk, data);
	return err;
}

/*
 * TCP_FASTOPEN_CONNECT: true if the SYN can wait for the first data. Else fo is what the SYN should
 * ask for.
 */
bool tcp_fastopen_defer_connect(struct sock *sk, struct tcp_fastopen_request *fo)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->fastopen_connect || tp->fo_req)
		return false;
	if (tcp_fastopen_cookie_check(sk, fo)) {
		tp->defer_connect = 1;
		return true;
	}
	tp->fo_req = fo;
	return false;
}

/* -- the SYN-ACK ------------------------------------------------------------------------------- */

/* Data that the SYN carried and that was not acknowledged is lost, and congestion is not why. */
static void syn_data_again(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;

	tp->fastopen_client_fail = tp->total_retrans ? TFO_SYN_RETRANSMITTED : TFO_DATA_NOT_ACKED;
	for (skb = tcp_rtx_head(tp); skb; skb = tcp_rtx_next(skb)) {
		tcp_mark_skb_lost(sk, skb);
		if (tcp_tx(skb)->sacked & TCPCB_LOST)
			list_del_init(&tcp_tx(skb)->tsorted);
	}
	tcp_non_congestion_retransmit(sk);
	net_mib_inc(sk->net, TcpExt_TCPFastOpenActiveFail);
}

bool tcp_rcv_fastopen_synack(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_opts_parsed *o = &seg->opt;
	struct tcp_fastopen_cookie c = { .len = -1 };
	bool unacked = tp->syn_data && !tcp_rtx_empty(tp), lost = false;
	u8 try_exp = 0;

	if (tp->syn_fastopen && o->saw & TCP_SAW_FASTOPEN) {
		c.len = (s8)o->fastopen_len;
		c.exp = o->fastopen_exp;
		memcpy(c.val, o->fastopen, sizeof(c.val));
	}
	if (tp->syn_fastopen) {
		if (tp->total_retrans)
			lost = c.len < 0 && unacked;
		else if (c.len < 0 && !tp->syn_data)
			try_exp = tp->syn_fastopen_exp ? 2 : 1;
	}
	tcp_metrics_set_fastopen(sk, o->saw & TCP_SAW_MSS ? o->mss : 0, &c, lost, try_exp);
	if (unacked) {
		syn_data_again(sk);
		return true;
	}
	tp->syn_data_acked = tp->syn_data;
	if (tp->syn_data_acked) {
		net_mib_inc(sk->net, TcpExt_TCPFastOpenActive);
		if (tp->delivered > 1)	/* SYN and data are one packet */
			tp->delivered--;
	}
	return false;
}
