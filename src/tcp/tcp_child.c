/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection that a listener's handshake ends in: a full socket, ESTABLISHED, that inherits the
 * listener's options and waits in its accept queue. From tcp_req.c.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"

static void tcp_inherit_sock(const struct sock *l, struct sock *sk)
{
	const u32 keep = 1u << SOCK_KEEPOPEN | 1u << SOCK_LINGER | 1u << SOCK_URGINLINE | 1u << SOCK_URGKEEP |
			 1u << SOCK_BROADCAST | 1u << SOCK_TIMESTAMP | 1u << SOCK_TIMESTAMPNS |
			 1u << SOCK_RCVTSTAMP | 1u << SOCK_DBG | 1u << SOCK_DONTROUTE |
			 1u << SOCK_RXQ_OVFL | 1u << SOCK_SELECT_ERR_QUEUE |
			 1u << SOCK_FILTER_LOCKED | 1u << SOCK_TSTAMP_NEW | 1u << SOCK_ZEROCOPY |
			 1u << SOCK_TXTIME;

	sk->sk_flags = l->sk_flags & keep;
	sk->sk_reuse = l->sk_reuse;
	sk->sk_reuseport = l->sk_reuseport;
	sk->sk_type = l->sk_type;
	sk->sk_protocol = l->sk_protocol;
	sk->sk_userlocks = l->sk_userlocks & (u8)~INET_BINDPORT_LOCK;
	sk->sk_rcvbuf = l->sk_rcvbuf;
	sk->sk_sndbuf = l->sk_sndbuf;
	sk->sk_rcvlowat = l->sk_rcvlowat;
	sk->sk_priority = l->sk_priority;
	sk->sk_mark = l->sk_mark;
	sk->sk_bound_dev_if = l->sk_bound_dev_if;
	sk->sk_uid = l->sk_uid;
	sk->sk_lingertime_ns = l->sk_lingertime_ns;
	sk->sk_max_pacing_rate = l->sk_max_pacing_rate;
	sk->sk_pacing_rate = l->sk_pacing_rate;
	sk->sk_pacing_needed = l->sk_pacing_needed;
	sk->sk_clockid = l->sk_clockid;
	sk->sk_txtime_flags = l->sk_txtime_flags;
	sk->sk_rcvtimeo_us = l->sk_rcvtimeo_us;
	sk->sk_sndtimeo_us = l->sk_sndtimeo_us;
	sk->sk_txrehash = l->sk_txrehash;
	sk->sk_tsflags = l->sk_tsflags;
	sk->sk_tskey = l->sk_tskey;
	sk->sk_ll_usec = l->sk_ll_usec;
}

static void tcp_inherit_tcp(const struct tcp_sock *l, struct tcp_sock *tp)
{
	tp->nonagle = l->nonagle & (TCP_NAGLE_OFF | TCP_NAGLE_CORK);
	tp->syn_retries = l->syn_retries;
	tp->keepalive_probes = l->keepalive_probes;
	tp->keepalive_time_s = l->keepalive_time_s;
	tp->keepalive_intvl_s = l->keepalive_intvl_s;
	tp->user_timeout_ms = l->user_timeout_ms;
	tp->linger2_s = l->linger2_s;
	tp->notsent_lowat = l->notsent_lowat;
	tp->thin_lto = l->thin_lto;
	tp->rto_min_us = l->rto_min_us;
	tp->rto_max_ms = l->rto_max_ms;
	tp->delack_max_us = l->delack_max_us;
	tp->tx_delay_us = l->tx_delay_us;
	tp->recvmsg_inq = l->recvmsg_inq;
	tp->pingpong = l->pingpong;
	tp->rx_opt.user_mss = l->rx_opt.user_mss;
	tp->ca_setsockopt = l->ca_setsockopt;
	if (l->ca_setsockopt)		/* else the net's default of now, which it has */
		tp->ca_ops = l->ca_ops;
}

static void tcp_child_addresses(struct tcp_request_sock *req, struct tcp_sock *tp)
{
	const struct inet_tuple *t = &req->eh.tuple;
	struct sock *sk = tcp_to_sk(tp);

	tp->inet.af = t->af;
	tp->inet.saddr = tp->inet.rcv_saddr = t->laddr;
	tp->inet.daddr = t->raddr;
	tp->inet.sport = t->lport;
	tp->inet.dport = t->rport;
	tp->inet.rx_iif = req->iif;
	if (unlikely(req->label))
		tp->inet.flowlabel = req->label;
	if (tcp_ns(sk)->reflect_tos && t->af->af_bit)
		tp->inet.o6.tclass = req->syn_tos;
	else if (tcp_ns(sk)->reflect_tos)
		tp->inet.tos = req->syn_tos;
	if (unlikely(req->ip_opt)) {
		memcpy(tp->inet.opt, req->ip_opt, req->ip_opt_len);
		tp->inet.opt_len = req->ip_opt_len;
	}
	if (inet_addr_is_linklocal(&t->raddr)) {
		tp->inet.scope_id = req->iif;
		sk->sk_bound_dev_if = req->iif;
	}
}

static void tcp_child_options(const struct tcp_request_sock *req, struct tcp_sock *tp)
{
	struct tcp_options_received *rx = &tp->rx_opt;

	rx->tstamp_ok = req->tstamp_ok;
	rx->sack_ok = req->sack_ok;
	rx->wscale_ok = req->wscale_ok;
	rx->snd_wscale = req->snd_wscale;
	rx->rcv_wscale = req->rcv_wscale;
	rx->mss_clamp = req->mss_clamp;
	tp->hdr_len = (u16)(TCP_HLEN + tcp_sig_opt_len(tp));
	if (req->tstamp_ok) {
		rx->ts_recent = req->ts_recent;
		rx->ts_recent_stamp = tcp_now_s(tp->inet.sk.net);
		tp->hdr_len += TCP_OLEN_TIMESTAMP_ALIGNED;
	}
	tp->tsoffset = req->tsoffset;
	tcp_ecn_child(req, tp);
}

static void tcp_child_sequence(const struct tcp_request_sock *req, struct tcp_sock *tp)
{
	tp->iss = req->snt_isn;
	tp->snd_una = tp->snd_nxt = tp->write_seq = tp->snd_sml = tp->snd_up = tp->pushed_seq =
		req->snt_isn + 1;
	tp->irs = req->rcv_isn;
	tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = req->rcv_isn + 1;
	tp->snd_wl1 = req->rcv_isn + 1;
	tp->snd_wnd = tp->max_window = req->snd_wnd;
	tcp_rcv_window_set(tp, req->rcv_wnd);
	tp->rcv_ssthresh = req->rcv_wnd;
	tp->window_clamp = req->window_clamp;
	tp->clamp_set = req->listener->clamp_set;
	tp->total_retrans = req->num_retrans;
	tp->urg_seq = tp->copied_seq;
	tp->segs_in = 1;		/* the SYN */
}

/* Route and sizes. A path that vanished meanwhile is looked for again with the first segment. */
static void tcp_child_route(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dst_entry *dst;
	struct flowi fl;
	int err;

	dst = inet_sk_route(sk, &fl, &err);
	if (dst) {
		tcp_route_attached(sk, dst);
		tcp_ca_from_route(sk, dst);
	} else {
		tp->advmss = tp->inet.af->default_mss;
		tcp_sync_mss(sk, tp->inet.af->min_mtu);
	}
	if (tp->rx_opt.tstamp_ok && !tp->fo_child)	/* its SYN-ACK is yet to be made */
		tp->advmss -= min_t(u16, tp->advmss, TCP_OLEN_TIMESTAMP_ALIGNED);
}

static void tcp_child_establish(struct tcp_request_sock *req, struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_set_state(sk, TCP_SYN_RECV);
	if (tp->fo_child) {
		tp->syn_fastopen_child = 1;
		tcp_init_transfer(sk);
		tcp_initialize_rcv_mss(sk);
		return;
	}
	tcp_set_state(sk, TCP_ESTABLISHED);
	tp->rx_opt.saw_tstamp = req->tsecr != 0;
	tp->rx_opt.rcv_tsecr = req->tsecr;
	tcp_synack_rtt_meas(sk, req->num_retrans ? 0 : req->sent_us);
	tcp_init_transfer(sk);
	tcp_initialize_rcv_mss(sk);
	tp->delivered = 1;
	if (sock_flag(sk, SOCK_KEEPOPEN))
		tcp_arm_keep(sk, tcp_keepalive_time_us(sk));
	tcp_fast_path_check(sk);
}

/*
 * req, whose final ACK told its snd_wnd, becomes a socket in the accept queue of its listener and
 * is freed. cookie: of the admission. fast: it begins in SYN-RECEIVED with this for its handshake.
 * NULL without memory: req stays.
 */
struct sock *tcp_child_create(struct tcp_request_sock *req, void *cookie,
			      struct tcp_fastopen_child *fast)
{
	struct sock *lsk = tcp_to_sk(req->listener);
	struct sock *sk = sk_alloc(lsk->net, lsk->prot, lsk->sk_family_af);
	struct tcp_sock *tp;

	if (!sk)
		goto abort;
	tp = tcp_sk(sk);
	tcp_inherit_sock(lsk, sk);
	inet_sock_inherit(lsk, sk);
	tcp_inherit_tcp(req->listener, tp);
	tcp_child_addresses(req, tp);
	if (tcp_sig_child(req, sk) || sock_filter_inherit(lsk, sk) ||
	    inet_port_inherit(lsk, sk, tcp_ns(lsk)->hash)) {
		tp->inet.sport = 0;
		sock_set_flag(sk, SOCK_DEAD);
		sock_put(sk);
		goto abort;
	}
	tcp_child_options(req, tp);
	tcp_child_sequence(req, tp);
	tp->fo_child = fast;
	tcp_child_route(sk);
	tp->saved_syn = req->syn;
	tp->saved_syn_len = req->syn_len;
	req->syn = NULL;
	tp->admit_cookie = cookie;
	if (hlist_is_linked(&req->eh.node))
		inet_ehash_remove(lsk->net->tcp.hash, &req->eh);
	tcp_hash_established(sk);
	tcp_child_establish(req, sk);
	net_mib_inc(sk->net, Tcp_PassiveOpens);
	tcp_req_free(req);
	tcp_acceptq_add(lsk, tp);
	return sk;
abort:
	tcp_req_admit_undo(req, cookie);
	return NULL;
}
