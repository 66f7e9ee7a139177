/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LISTEN: listen(), the accept queue, accept(), and SYNs. A SYN makes a request sock (tcp_req.c);
 * its final ACK makes the child. From socket/ and tcp_rcv.c.
 */
#include "tcp/tcp_fastopen.h"

/* Linux's rule: backlog N admits N + 1. */
bool tcp_acceptq_full(struct sock *sk)
{
	if (sk->sk_conn_full)
		return sk->sk_conn_full(sk);
	return sk->sk_ack_backlog > sk->sk_max_ack_backlog;
}

int tcp_listen(struct sock *sk, int backlog)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_listener *l;
	int err;

	if (!tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)) || tp->inet.dport)
		return -EINVAL;
	/* negative is "as many as allowed", as for Linux's unsigned comparison */
	sk->sk_max_ack_backlog = min((u32)backlog, sk->net->core.somaxconn);
	if (sk->sk_state == TCP_LISTEN)
		return 0;
	err = tcp_fastopen_listen(sk, (u32)backlog);
	if (err)
		return err;
	err = inet_port_get(sk, tcp_ns(sk)->hash, tp->inet.sport);
	if (err)
		return err;
	l = pool_zget(&tcp_ns(sk)->listen_pool);
	if (!l) {
		if (!(sk->sk_userlocks & INET_BINDPORT_LOCK))
			tcp_put_port(sk);
		return -ENOMEM;
	}
	INIT_LIST_HEAD(&l->syn_list);
	INIT_LIST_HEAD(&l->held);
	INIT_LIST_HEAD(&l->accept_queue);
	tp->listen = l;
	tp->pingpong = 0;		/* what TCP_QUICKACK said before is not for the children */
	sk->sk_ack_backlog = 0;
	tcp_set_state(sk, TCP_LISTEN);
	inet_listen_hash(tcp_ns(sk)->hash, sk);
	return 0;
}

/* An un-accepted child goes with its listener: RST (TCP-ST-44). */
static void tcp_child_forget(struct sock *sk, struct tcp_sock *child)
{
	struct sock *csk = tcp_to_sk(child);
	void *cookie = child->admit_cookie;

	list_del_init(&child->accept_node);
	child->parent = NULL;
	child->admit_cookie = NULL;
	if (cookie && sk->sk_conn_abort)
		sk->sk_conn_abort(sk, cookie);
	sock_set_flag(csk, SOCK_LINGER);
	csk->sk_lingertime_ns = 0;
	tcp_close(csk);
}

/* The listener closes: handshakes and un-accepted children end. */
void tcp_listen_stop(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_listener *l = tp->listen;

	if (!l)
		return;
	tcp_fastopen_listen_stop(sk);
	/* A held handshake is complete to its peer, who must hear of the end like that of any child. */
	while (!list_empty(&l->held)) {
		struct tcp_request_sock *req = list_first_entry(&l->held, struct tcp_request_sock,
								held_node);

		if (!tcp_child_create(req, NULL, NULL))
			tcp_req_free(req);
	}
	while (!list_empty(&l->syn_list))
		tcp_req_free(list_first_entry(&l->syn_list, struct tcp_request_sock, node));
	while (!list_empty(&l->accept_queue))
		tcp_child_forget(sk, list_first_entry(&l->accept_queue, struct tcp_sock,
						      accept_node));
	sk->sk_ack_backlog = 0;
	tp->listen = NULL;
	pool_put(&tcp_ns(sk)->listen_pool, l);
}

void tcp_acceptq_add(struct sock *sk, struct tcp_sock *child)
{
	child->parent = tcp_sk(sk);
	list_add_tail(&child->accept_node, &tcp_sk(sk)->listen->accept_queue);
	sk->sk_ack_backlog++;
	sk_wake(sk, SOCK_EV_IN);
}

int tcp_accept(struct sock *sk, struct sock **out)
{
	struct tcp_listener *l = tcp_sk(sk)->listen;
	struct tcp_sock *child;

	if (sk->sk_state != TCP_LISTEN || !l)
		return -EINVAL;
	if (list_empty(&l->accept_queue))
		return -EAGAIN;
	child = list_first_entry(&l->accept_queue, struct tcp_sock, accept_node);
	list_del_init(&child->accept_node);
	sk->sk_ack_backlog--;
	child->parent = NULL;
	child->inet.sk.sk_user_data = child->admit_cookie;
	child->admit_cookie = NULL;
	*out = tcp_to_sk(child);
	return 0;
}

int tcp_listen_retry(struct sock *sk)
{
	struct tcp_listener *l = tcp_sk(sk)->listen;

	if (!l)
		return 0;
	while (!list_empty(&l->held)) {
		struct tcp_request_sock *req = list_first_entry(&l->held, struct tcp_request_sock,
								held_node);

		if (!tcp_req_retry(req))
			break;
	}
	return (int)l->nr_held;
}

/* -- SYN --------------------------------------------------------------------------------------- */

/* Without cookies a quarter of tcp_max_syn_backlog is kept for peers that are known. */
static bool tcp_syn_share_left(const struct sock *sk, bool cookie)
{
	u32 most = tcp_ns(sk)->max_syn_backlog, used = tcp_sk(sk)->listen->nr_syn;

	return cookie || tcp_ns(sk)->syncookies || used <= most - (most >> 2);
}

/*
 * Is there room for one more handshake? As many as may wait to be accepted; what does not fit is
 * answered with a cookie. A full accept queue is no reason for cookies.
 */
static enum skb_drop_reason tcp_syn_room(struct sock *sk, bool *cookie)
{
	const struct tcp_listener *l = tcp_sk(sk)->listen;
	if (tcp_acceptq_full(sk)) {
		net_mib_inc(sk->net, TcpExt_ListenOverflows);
		net_mib_inc(sk->net, TcpExt_ListenDrops);
		return SKB_DROP_TCP_LISTEN_OVERFLOW;
	}
	*cookie = tcp_ns(sk)->syncookies == 2;
	if (l->nr_syn <= sk->sk_max_ack_backlog)	/* N + 1, as for the accept queue */
		return tcp_syn_share_left(sk, *cookie) ? SKB_NOT_DROPPED : SKB_DROP_TCP_REQQ_FULL;
	tcp_ns(sk)->overflow_stamp = sk->net->now;
	*cookie = tcp_ns(sk)->syncookies;
	if (*cookie) {
		net_mib_inc(sk->net, TcpExt_TCPReqQFullDoCookies);
		return SKB_NOT_DROPPED;
	}
	net_mib_inc(sk->net, TcpExt_TCPReqQFullDrop);
	net_mib_inc(sk->net, TcpExt_ListenDrops);
	return SKB_DROP_TCP_REQQ_FULL;
}

/* MUST-57, MUST-63, ATK-FLD-03: who may open a connection at all. */
static bool tcp_syn_addresses_ok(struct net *net, const struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	if (cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST) ||
	    inet_addr_is_multicast(&cb->daddr) || inet_addr_is_multicast(&cb->saddr) ||
	    inet_addr_any(&cb->saddr))
		return false;
	return cb->af->addr_type(net, &cb->saddr, NULL) != RTN_BROADCAST;
}

static void tcp_conn_request(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	enum skb_drop_reason reason = SKB_DROP_IP_INVALID_SOURCE;
	bool cookie;
	int err;

	if (tcp_syn_addresses_ok(sk->net, skb)) {
		reason = tcp_syn_room(sk, &cookie);
		err = reason ? 0 : tcp_req_create(sk, skb, seg, cookie);
		if (err > 0)
			return;
		if (err) {
			net_mib_inc(sk->net, TcpExt_ListenDrops);
			reason = err == -ENOMEM ? SKB_DROP_NOMEM : SKB_DROP_IP_OUTNOROUTES;
		}
	}
	if (reason)
		kfree_skb_reason(skb, reason);
	else
		consume_skb(skb);
}

/* A segment for a listener that no handshake claims. Consumes skb. */
void tcp_rcv_listen(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	if (seg->flags & TCPHDR_RST) {			/* TCP-ST-04 */
		kfree_skb_reason(skb, SKB_DROP_TCP_RESET);
		return;
	}
	if (seg->flags & TCPHDR_ACK && !(seg->flags & TCPHDR_SYN) && tcp_cookies_expected(sk->net) &&
	    tcp_req_from_cookie(sk, skb, seg))
		return;
	if (seg->flags & TCPHDR_ACK) {			/* TCP-ST-05 */
		tcp_send_reset(sk->net, skb, seg);
		kfree_skb_reason(skb, SKB_DROP_TCP_FLAGS);
		return;
	}
	if (!(seg->flags & TCPHDR_SYN) || seg->flags & TCPHDR_FIN) {	/* TCP-ST-07 */
		kfree_skb_reason(skb, SKB_DROP_TCP_FLAGS);
		return;
	}
	tcp_conn_request(sk, skb, seg);
}
