/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Active open: connect(), the SYN, and what both ends of a handshake set up when it is done. From
 * socket/ (connect) and tcp_state.c; to tcp_xmit.c.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_repair.h"
#include "tcp/tcp_sig.h"

/* The peer's MSS within the user's bound, and not below what keeps the send queue sane. */
u32 tcp_clamp_peer_mss(const struct sock *sk, u32 mss, u16 user_mss)
{
	if (user_mss && user_mss < mss)
		mss = user_mss;
	return max_t(u32, mss, tcp_ns(sk)->min_snd_mss);
}

static int tcp_check_dest(struct sock *sk, const struct inet_sockaddr *a)
{
	struct inet_sock *inet = inet_sk(sk);
	int type;

	if (inet_addr_is_linklocal(&a->addr)) {
		if (a->scope_id && sk->sk_bound_dev_if && a->scope_id != sk->sk_bound_dev_if)
			return -EINVAL;
		if (!a->scope_id && !sk->sk_bound_dev_if)
			return -EINVAL;
		if (a->scope_id)
			sk->sk_bound_dev_if = a->scope_id;
		inet->scope_id = sk->sk_bound_dev_if;
	}
	type = inet->af->addr_type(sk->net, &a->addr, NULL);
	if (type == RTN_MULTICAST || type == RTN_BROADCAST)	/* MUST-46 */
		return -ENETUNREACH;
	return 0;
}

/* Route and source address for the peer that inet->daddr names. */
static int tcp_connect_route(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);
	struct dst_entry *dst;
	struct flowi fl;
	int err;

	sk_dst_set(sk, NULL);
	inet_sk_flow(sk, &fl, &inet->daddr, inet->dport);
	err = inet->af->route_output(sk->net, &fl, &dst);
	if (err) {
		if (err == -ENETUNREACH)
			net_mib_inc(sk->net, Ip_OutNoRoutes);
		return err;
	}
	if (inet_addr_any(&inet->saddr))
		inet->saddr = fl.saddr;
	if (inet_addr_any(&inet->rcv_saddr))
		inet->rcv_saddr = inet->saddr;
	sk_dst_set(sk, dst);
	tcp_route_attached(sk, dst);
	tcp_ca_from_route(sk, dst);
	return 0;
}

void tcp_hash_established(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->eh.kind = EHASH_SOCK;
	tp->eh.tuple = (struct inet_tuple){
		.laddr = tp->inet.saddr, .raddr = tp->inet.daddr, .lport = tp->inet.sport,
		.rport = tp->inet.dport, .iif = sk->sk_bound_dev_if, .af = tp->inet.af,
	};
	inet_ehash_insert(sk->net, tcp_ns(sk)->hash, &tp->eh);
	sk->sk_txhash = tp->eh.hash | 1;
}

void tcp_bound_dev(struct sock *sk)
{
	tcp_sk(sk)->eh.tuple.iif = sk->sk_bound_dev_if;
}

/* The first numbers and windows of a connection that begins. */
void tcp_connect_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	u32 wnd;

	tp->tsoffset = tcp_ts_offset(sk->net, &tp->inet.saddr, &tp->inet.daddr);
	tp->hdr_len = (u16)(TCP_HLEN + tcp_sig_opt_len(tp) +
			    (tcp_timestamps_wanted(sk) ? TCP_OLEN_TIMESTAMP_ALIGNED : 0));
	/* what every peer takes, until this one tells */
	tp->rx_opt.mss_clamp = tp->rx_opt.user_mss ? tp->rx_opt.user_mss : tp->inet.af->default_mss;
	tcp_sync_mss(sk, tp->pmtu_cookie);
	tp->window_clamp = tcp_initial_clamp(sk, sk->sk_dst_cache);
	tcp_select_initial_window(sk->net, tcp_full_space(sk), tp->advmss, &tp->window_clamp,
				  ns->window_scaling, dst_metric(sk->sk_dst_cache, RTAX_N_INITRWND),
				  &wnd, &tp->rx_opt.rcv_wscale);
	tp->rx_opt.syn_wscale = tp->rx_opt.rcv_wscale;
	tp->rcv_wnd = wnd;
	tp->rcv_ssthresh = wnd;
	sk->sk_err = 0;
	sock_reset_flag(sk, SOCK_DONE);
	tp->snd_wnd = 0;
	tp->iss = tp->write_seq;
	tp->snd_una = tp->snd_nxt = tp->snd_sml = tp->snd_up = tp->write_seq;
	tp->rto_us = TCP_TIMEOUT_INIT_US;
	tp->retransmits = 0;
	tp->retrans_first_us = 0;
	tp->rcv_rtt_last_tsecr = tcp_ts_val(tp);	/* oldest TSecr that can be ours */
	tcp_init_rcv_state(tp);
}

static void tcp_connect_undo(struct sock *sk);

/* It could not begin: the socket is as before connect(). err */
int tcp_connect_failed(struct sock *sk, int err)
{
	tcp_sk(sk)->fo_req = NULL;	/* the caller's */
	tcp_set_state(sk, TCP_CLOSE);
	tcp_connect_undo(sk);
	return err;
}

/* The SYN is built and waits at the head of the write queue. 0, or -ENOBUFS and all is undone. */
int tcp_connect_begin(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u16 flags = TCPHDR_SYN;
	struct sk_buff *skb;
	int err = tcp_sig_connect(sk);

	if (err)
		return tcp_connect_failed(sk, err);
	tp->defer_connect = 0;
	tcp_connect_init(sk);
	flags |= tcp_ecn_syn_flags(sk);
	skb = tcp_tx_alloc(sk, tp->write_seq, flags);
	if (!skb)
		return tcp_connect_failed(sk, -ENOBUFS);
	tcp_tx(skb)->gso_size = tp->mss_cache;
	tcp_tx_queue_tail(sk, skb);
	return 0;
}

/* Sends it, with data if tp->fo_req allows, and starts its timer, which repairs a failure to send. */
int tcp_connect_send(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *syn = tcp_send_head(sk);
	const struct tcp_fastopen_request *fo = tp->fo_req;

	tp->retrans_stamp_ms = 0;
	net_mib_inc(sk->net, Tcp_ActiveOpens);
	if (fo && fo->cookie.len >= 0) {
		tp->syn_fastopen = 1;
		tp->syn_fastopen_exp = fo->cookie.exp;
	}
	if (fo) {
		tcp_fastopen_send_syn(sk, syn);
	} else {
		tcp_transmit_skb(sk, syn);
		tcp_event_syn_sent(sk, syn);
	}
	tp->fo_req = NULL;
	return -EINPROGRESS;
}

/* The SYN is in flight, whether the device took it or not. */
void tcp_event_syn_sent(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_tx(skb)->xmit_us = tcp_now_us(sk);
	tp->snd_nxt = tcp_tx(skb)->end_seq;
	tp->pushed_seq = tp->snd_nxt;
	skb_unlink(&sk->sk_write_queue, skb);
	tcp_rtx_insert(tp, skb);
	list_add_tail(&tcp_tx(skb)->tsorted, &tp->tsorted);
	tp->packets_out = 1;
	tp->retrans_first_us = tcp_now_us(sk);
	tcp_arm_rto(sk, tp->rto_us);
}

static void tcp_connect_undo(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (!(sk->sk_userlocks & INET_BINDPORT_LOCK))
		tcp_put_port(sk);
	tcp_reset_addresses(sk);
	inet->dport = 0;
	sk_dst_set(sk, NULL);
}

/* Everything but the SYN: addresses, route, port; the state is SYN-SENT. 0/-errno */
int tcp_connect_prepare(struct sock *sk, const struct inet_sockaddr *addr)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct inet_sockaddr a = *addr;
	int err;

	if (tp->defer_connect)		/* TCP_FASTOPEN_CONNECT: as good as connected */
		return -EISCONN;
	if (tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		return -EALREADY;
	if (sk->sk_state != TCP_CLOSE)
		return -EISCONN;
	err = inet_sk_set_family_for(sk, &a);
	if (err)
		return err;
	inet_fix_any_daddr(sk, &a.addr);
	err = tcp_check_dest(sk, &a);
	if (!err)
		err = flowlabel_check(sk, inet_flowinfo(&tp->inet, &a) & FLOWLABEL_MASK, NULL);
	if (err)
		return err;
	tcp_init_fields(sk);
	tp->inet.daddr = a.addr;
	tp->inet.dport = a.port;
	tp->inet.flowlabel = inet_flowinfo(&tp->inet, &a);
	err = tcp_connect_route(sk);
	if (!err)
		err = inet_port_connect(sk, tcp_ns(sk)->hash, tcp_tw_usable);
	if (err) {
		tcp_connect_undo(sk);
		return err;
	}
	tcp_hash_established(sk);
	if (!tp->write_seq && !tp->repair)
		tp->write_seq = tcp_isn(sk->net, &tp->eh.tuple);
	tcp_set_state(sk, TCP_SYN_SENT);
	return 0;
}

/* proto.connect. -EINPROGRESS; 0: TCP_FASTOPEN_CONNECT, the SYN waits for data; why it cannot be. */
int tcp_connect(struct sock *sk, const struct inet_sockaddr *addr)
{
	struct tcp_fastopen_request fo;
	u32 rcv_nxt = tcp_sk(sk)->rcv_nxt;
	int err;

	if (!addr->family)
		return tcp_disconnect(sk);
	err = tcp_connect_prepare(sk, addr);
	if (err)
		return err;
	if (tcp_sk(sk)->repair)
		return tcp_repair_connect(sk, rcv_nxt);
	if (tcp_fastopen_defer_connect(sk, &fo))
		return 0;
	err = tcp_connect_begin(sk);
	return err ? err : tcp_connect_send(sk);
}

/* -- both ends --------------------------------------------------------------------------------- */

void tcp_init_rcv_state(struct tcp_sock *tp)
{
	tp->rcv_nxt = tp->rcv_wup = tp->copied_seq = 0;
	tp->ooo = RB_ROOT;
	tp->ooo_last = NULL;
	tp->num_sacks = 0;
	tp->has_dsack = false;
}

static u32 tcp_init_cwnd(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;
	u32 cwnd = dst ? dst->metrics[RTAX_N_INITCWND] : 0;

	return min(cwnd ? cwnd : TCP_INIT_CWND, tcp_sk(sk)->snd_cwnd_clamp);
}

/* The connection is up: windows, round trip, congestion control, buffers. */
void tcp_init_transfer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_mtup_init(sk);
	tcp_init_metrics(sk);
	/* RFC 6928 3: a lost SYN says something about the path */
	tp->snd_cwnd = tp->total_retrans > 1 ? 1 : tcp_init_cwnd(sk);
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	tcp_ca_init(sk);
	tcp_init_buffer_space(sk);
	if (!tcp_ca(tp)->cong_control)	/* it has set a rate of its own */
		tcp_update_pacing_rate(sk);
	tp->lrcvtime_us = tcp_now_us(sk);
	tp->rcv_tstamp_us = tcp_now_us(sk);
}
