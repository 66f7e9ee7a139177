/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fast Open, server (RFC 7413 4.2): a SYN with a good cookie makes the child at once, with the SYN's
 * data in it; the handshake's rest is the child's own business in SYN-RECEIVED. From tcp_req.c.
 */
#include "tcp/tcp_fastopen.h"

/* -- cookies ----------------------------------------------------------------------------------- */

static void cookie_make(const struct inet_tuple *t, const struct siphash_key *key,
			struct tcp_fastopen_cookie *c)
{
	u32 n = t->af->af_bit ? 16 : 4;
	u8 buf[32];
	u64 v;

	memcpy(buf, t->raddr.b + 16 - n, n);
	memcpy(buf + n, t->laddr.b + 16 - n, n);
	v = siphash(buf, 2 * n, key);
	for (int i = 0; i < TFO_COOKIE_LEN; i++, v >>= 8)
		c->val[i] = (u8)v;
	c->len = TFO_COOKIE_LEN;
}

/* 0: not ours; 1: by the first key; 2: by the second. good: the cookie to hand out now. */
static int cookie_verify(const struct tcp_request_sock *req, const struct tcp_fastopen_cookie *foc,
			 struct tcp_fastopen_cookie *good)
{
	const struct tcp_sock *l = req->listener;
	const struct tcp_fastopen_keys *k = l->fo_queue->keys.nr ? &l->fo_queue->keys :
						&l->inet.sk.net->tcp.fastopen_keys;
	struct tcp_fastopen_cookie c;

	if (!k->nr)
		return 0;
	cookie_make(&req->eh.tuple, &k->key[0], good);
	if (foc->len != TFO_COOKIE_LEN)
		return 0;
	if (!memcmp(good->val, foc->val, TFO_COOKIE_LEN))
		return 1;
	if (k->nr < 2)
		return 0;
	cookie_make(&req->eh.tuple, &k->key[1], &c);
	return memcmp(c.val, foc->val, TFO_COOKIE_LEN) ? 0 : 2;
}

/* -- the queue --------------------------------------------------------------------------------- */

/* Room for one more? Children that were reset fill it for a minute (RFC 7413 5.1). */
static bool queue_has_room(struct sock *lsk, struct tcp_fastopen_queue *q)
{
	struct tcp_fastopen_child *c;

	if (!q || !q->max_qlen)
		return false;
	if (q->qlen < q->max_qlen)
		return true;
	if (!list_empty(&q->reset)) {
		c = list_first_entry(&q->reset, struct tcp_fastopen_child, node);
		if (c->expires_ns <= lsk->net->now) {
			list_del_init(&c->node);
			pool_put(&lsk->net->tcp.fastopen_pool, c);
			q->qlen--;
			return true;
		}
	}
	net_mib_inc(lsk->net, TcpExt_TCPFastOpenListenOverflow);
	return false;
}

/* The handshake of a child ended: by its ACK, or with it; reset: by a RST. */
void tcp_fastopen_child_end(struct sock *sk, bool reset)
{
	struct tcp_sock *tp = tcp_sk(sk), *l;
	struct tcp_fastopen_child *c = tp->fo_child;

	if (!c)
		return;
	tp->fo_child = NULL;
	list_del_init(&c->node);
	l = c->listener;
	if (l && reset && !list_is_linked(&tp->accept_node)) {
		c->expires_ns = sk->net->now + TFO_RST_HOLD_S * NSEC_PER_SEC;
		list_add_tail(&c->node, &l->fo_queue->reset);
		return;
	}
	if (l)
		l->fo_queue->qlen--;
	pool_put(&sk->net->tcp.fastopen_pool, c);
}

/* -- the child --------------------------------------------------------------------------------- */

/* The payload of a SYN or SYN-ACK, which RCV.NXT stands at, is the stream's beginning. Consumes. */
void tcp_fastopen_take_data(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool fin = seg->flags & TCPHDR_FIN;

	if (!seg->len && !fin) {
		consume_skb(skb);
		return;
	}
	tcp_strip_header(skb, seg);
	tcp_rxcb(skb)->seq++;
	tcp_rxcb(skb)->flags &= (u16)~TCPHDR_SYN;
	tp->syn_data_acked = 1;
	tp->data_segs_in = max(tp->data_segs_in, 1u);
	tcp_queue_rcv(sk, skb);
	if (fin)
		tcp_fin(sk);
	else if (!sock_flag(sk, SOCK_DEAD))
		sk_wake(sk, SOCK_EV_IN);
}

void tcp_fastopen_send_synack(struct sock *sk, const struct tcp_fastopen_cookie *foc)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_request fo = { .cookie.len = -1 };
	u16 flags = TCPHDR_SYN | TCPHDR_ACK;
	u32 sent = tp->segs_out;

	if (foc)
		fo.cookie = *foc;
	flags |= tcp_ecn_synack_flags(tp);
	tp->fo_req = &fo;
	tcp_send_bare(sk, flags, tp->iss);
	tp->segs_out = sent;		/* TCP_INFO counts what answers a SYN nowhere */
	tp->fo_req = NULL;
}

/* The SYN's data are the child's at once. NULL: no room, no memory, no consent. */
static struct sock *create_child(struct tcp_request_sock *req, struct sk_buff *skb,
				 struct tcp_seg *seg)
{
	struct net *net = skb->net;
	struct tcp_sock *l = req->listener;
	struct tcp_fastopen_child *c;
	struct sock *sk;
	void *cookie;

	if (tcp_req_admit(req, &cookie))
		return NULL;
	c = pool_zget(&net->tcp.fastopen_pool);
	if (!c) {
		tcp_req_admit_undo(req, cookie);
		return NULL;
	}
	req->snd_wnd = seg->wnd;	/* not scaled in a SYN */
	sk = tcp_child_create(req, cookie, c);
	if (!sk) {
		pool_put(&net->tcp.fastopen_pool, c);
		return NULL;
	}
	INIT_LIST_HEAD(&c->node);
	c->listener = l;
	c->sent_us = tcp_clock_us(net);
	list_add_tail(&c->node, &l->fo_queue->pending);
	l->fo_queue->qlen++;
	tcp_arm_rexmit(sk, TCP_TIMER_RETRANS, TCP_TIMEOUT_INIT_US);
	tcp_fastopen_take_data(sk, skb, seg);
	tcp_sk(sk)->rcv_wup = tcp_sk(sk)->rcv_nxt;
	tcp_rcv_window_set(tcp_sk(sk), tcp_sk(sk)->rcv_wnd);
	return sk;
}

static bool no_cookie_needed(const struct sock *lsk)
{
	return tcp_ns(lsk)->fastopen & TFO_SERVER_COOKIE_NOT_REQD ||
	       tcp_sk(lsk)->fastopen_no_cookie;
}

struct sock *tcp_try_fastopen(struct tcp_request_sock *req, struct sk_buff *skb,
			      struct tcp_seg *seg, struct tcp_fastopen_cookie *foc)
{
	struct sock *lsk = tcp_to_sk(req->listener), *child = NULL;
	struct tcp_fastopen_cookie good = { .len = -1 };
	struct net *net = skb->net;
	int key = 0;

	if (foc->len == 0)
		net_mib_inc(net, TcpExt_TCPFastOpenCookieReqd);
	if (!(tcp_ns(lsk)->fastopen & TFO_SERVER_ENABLE) || (!seg->len && foc->len < 0) ||
	    !queue_has_room(lsk, req->listener->fo_queue)) {
		foc->len = -1;
		return NULL;
	}
	if (!no_cookie_needed(lsk)) {
		tcp_fastopen_init_key_once(net);
		if (foc->len < 0)
			return NULL;
		key = cookie_verify(req, foc, &good);
		if (!key) {
			if (foc->len)
				net_mib_inc(net, TcpExt_TCPFastOpenPassiveFail);
			goto plain;
		}
	}
	child = create_child(req, skb, seg);
	if (!child) {
		net_mib_inc(net, TcpExt_TCPFastOpenPassiveFail);
		goto plain;
	}
	net_mib_inc(net, TcpExt_TCPFastOpenPassive);
	if (key == 2) {
		net_mib_inc(net, TcpExt_TCPFastOpenPassiveAltKey);
		good.exp = foc->exp;
		*foc = good;
	} else {
		foc->len = -1;
	}
	return child;
plain:
	good.exp = foc->exp;
	*foc = good;
	return NULL;
}

/* The SYN-ACK once more: the round trip is its timestamp's then, if there is one (Karn). */
void tcp_fastopen_synack_again(struct sock *sk)
{
	tcp_fastopen_send_synack(sk, NULL);
	tcp_sk(sk)->total_retrans++;
	net_mib_inc(sk->net, Tcp_RetransSegs);
	net_mib_inc(sk->net, TcpExt_TCPSynRetrans);
}

/* The SYN-ACK was not answered: it and nothing else goes again, until the retries are used up. */
void tcp_fastopen_synack_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_fastopen_child *c = tp->fo_child;
	u32 retries = tp->syn_retries ? tp->syn_retries : tcp_ns(sk)->synack_retries + 1;

	if (c->num_timeout >= retries) {
		net_mib_inc(sk->net, TcpExt_TCPAbortOnTimeout);
		tcp_write_queue_purge(sk);
		tcp_done_err(sk, sk->sk_err_soft ? sk->sk_err_soft : ETIMEDOUT);
		return;
	}
	if (c->num_timeout == 1)
		tp->snd_cwnd = 1;	/* RFC 6298 5.7, RFC 5681 3.1 */
	tcp_fastopen_synack_again(sk);
	c->num_timeout++;
	tp->total_rto++;
	tcp_arm_rexmit(sk, TCP_TIMER_RETRANS,
		       min_t(u64, (u64)TCP_TIMEOUT_INIT_US << min_t(u32, c->num_timeout, 16),
			     tcp_rto_max_us(sk)));
}

/* The final ACK of the handshake came. */
void tcp_fastopen_child_acked(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_fastopen_child *c = tp->fo_child;

	tp->delivered++;
	if (!tp->srtt_us)
		tcp_synack_rtt_meas(sk, tp->total_retrans ? 0 : c->sent_us);
	if (tp->rx_opt.tstamp_ok)
		tp->advmss -= min_t(u16, tp->advmss, TCP_OLEN_TIMESTAMP_ALIGNED);
	tp->total_rto = 0;
	tcp_fastopen_child_end(sk, false);
	tcp_rearm_rto(sk);
}
