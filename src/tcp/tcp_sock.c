/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The life of a socket: made, bound, shut, closed, aborted, gone; and what it tells without moving
 * data (poll, names, ioctl). From socket/ and from wherever a connection ends.
 *
 * References: the user's one, until close(); then it is the connection's own (SOCK_DEAD, an
 * orphan), given up in tcp_destroy_sock() once the state is CLOSE.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"
#include "tcp/tcp_sockopt.h"

/* A fresh connection's values, in a socket that may have had one before. Options stay. */
void tcp_init_fields(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->rto_us = TCP_TIMEOUT_INIT_US;
	tp->srtt_us = tp->mdev_max_us = tp->rttvar_us = 0;
	tp->mdev_us = TCP_TIMEOUT_INIT_US;
	minmax_reset(&tp->rtt_min, tcp_now_ms(sk), ~0u);
	tp->backoff = tp->retransmits = tp->probes_out = 0;
	tp->probes_tstamp_us = tp->retrans_first_us = 0;
	tp->sacked_out = tp->lost_out = tp->retrans_out = 0;
	tp->snd_cwnd = TCP_INIT_CWND;
	tp->snd_ssthresh = TCP_INFINITE_SSTHRESH;
	tp->snd_cwnd_clamp = ~0u;
	tp->snd_cwnd_cnt = tp->snd_cwnd_used = 0;
	tp->max_packets_out = tp->cwnd_usage_seq = 0;
	tp->mss_cache = tp->inet.af->default_mss;
	tp->reordering = tcp_ns(sk)->reordering;
	tp->reord_seen = tp->dsack_dups = 0;
	tp->ca_state = TCP_CA_Open;
	tp->ca_initialized = 0;
	tp->frto = tp->is_sack_reneg = tp->is_cwnd_limited = tp->tlp_retrans = 0;
	tp->ecn_flags = 0;
	tcp_accecn_reset(tp);
	tp->undo_marker = 0;
	tp->undo_retrans = -1;
	tp->prior_cwnd = tp->prior_ssthresh = tp->prr_delivered = tp->prr_out = 0;
	tp->retrans_stamp_ms = 0;
	tp->high_seq = tp->tlp_high_seq = 0;
	memset(&tp->rack, 0, sizeof(tp->rack));
	tp->rack.reo_wnd_steps = 1;
	memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	tp->delivered = tp->delivered_ce = tp->lost = 0;
	tp->app_limited = ~0u;
	tp->first_tx_us = tp->delivered_us = 0;
	tp->rate_delivered = tp->rate_interval_us = 0;
	tp->rate_app_limited = 1;
	tp->wstamp_ns = 0;
	tp->ato_us = 0;
	tp->rcv_mss = TCP_MIN_MSS_NS;
	tp->quick = tp->ack_pending = tp->compressed_ack = 0;
	tp->last_oow_ack_ms = 0;
	tp->scaling_ratio = TCP_DEF_SCALING_RATIO;
	tp->rcv_rtt_us = 0;
	tp->rcv_rtt_time_us = 0;
	tp->urg_data = 0;
	tp->urg_mode = false;
	tp->rx_opt.tstamp_ok = tp->rx_opt.sack_ok = tp->rx_opt.wscale_ok = false;
	tp->rx_opt.saw_tstamp = false;
	tp->rx_opt.snd_wscale = tp->rx_opt.rcv_wscale = 0;
	tp->rx_opt.mss_clamp = 0;
	tp->rx_opt.ts_recent = 0;
	tp->rx_opt.ts_recent_stamp = 0;
	tp->max_window = 0;
	tp->bytes_acked = tp->bytes_received = tp->bytes_sent = tp->bytes_retrans = 0;
	tp->segs_in = tp->segs_out = tp->data_segs_in = tp->data_segs_out = 0;
	tp->total_retrans = tp->rcv_ooopack = tp->timeout_rehash = 0;
	tp->total_rto = tp->total_rto_recoveries = tp->total_rto_time_ms = tp->rto_stamp_ms = 0;
	memset(tp->chrono_stat_us, 0, sizeof(tp->chrono_stat_us));
	tp->chrono_type = 0;
	tp->defer_connect = tp->syn_fastopen = tp->syn_fastopen_exp = tp->syn_fastopen_ch = 0;
	tp->syn_data = tp->syn_data_acked = tp->fastopen_client_fail = tp->syn_fastopen_child = 0;
	tp->rcv_tstamp_us = tp->lrcvtime_us = tp->lsndtime_us = tcp_now_us(sk);
	tp->gso_goal = 0;
	memset(&tp->mtup, 0, sizeof(tp->mtup));
	sk->sk_pacing_rate = sk->sk_max_pacing_rate;
	tcp_init_rcv_state(tp);
}

/* proto.init */
int tcp_init_sock(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	inet_sock_init(sk);
	tp->inet.is_icsk = true;
	INIT_LIST_HEAD(&tp->accept_node);
	INIT_LIST_HEAD(&tp->tsorted);
	INIT_LIST_HEAD(&tp->md5_keys);
	hlist_node_init(&tp->eh.node);
	tcp_init_timers(sk);
	sk->sk_max_pacing_rate = ~0ull;
	tcp_init_fields(sk);
	tcp_ca_assign(sk);
	sk->sk_rcvbuf = (int)tcp_ns(sk)->rmem[1];
	sk->sk_sndbuf = (int)tcp_ns(sk)->wmem[1];
	sk->sk_mem = &tcp_ns(sk)->mem_octets;
	tcp_ns(sk)->sock_count++;
	return 0;
}

void tcp_unhash(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_LISTEN)
		inet_listen_unhash(tcp_ns(sk)->hash, sk);
	else if (hlist_is_linked(&tp->eh.node))
		inet_ehash_remove(tcp_ns(sk)->hash, &tp->eh);
}

void tcp_put_port(struct sock *sk)
{
	inet_port_put(sk, tcp_ns(sk)->hash);
}

/* What connect() set: back to what bind() left. */
void tcp_reset_addresses(struct sock *sk)
{
	struct inet_sock *inet = inet_sk(sk);

	if (!(sk->sk_userlocks & INET_BINDADDR_LOCK)) {
		memset(&inet->saddr, 0, sizeof(inet->saddr));
		if (!sk->sk_family_af->af_bit)
			inet->saddr = inet_addr_from4((const u8[4]){ 0 });
		inet->rcv_saddr = inet->saddr;
	}
	inet->af = sk->sk_family_af;
}

/* Everything that a connection holds. */
static void tcp_release_all(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_fastopen_ofo_check(sk);
	tcp_fastopen_child_end(sk, false);
	tcp_clear_timers(sk);
	cancel_work(&tp->tsq_work);
	tcp_ca_release(sk);
	tcp_rsv_release(sk);
	tcp_write_queue_purge(sk);
	tcp_ooo_purge(sk);
	if (tp->saved_syn)
		net_free(sk->net, tp->saved_syn, tp->saved_syn_len);
	tp->saved_syn = NULL;
}

/* proto.destroy: the last reference is gone. */
void tcp_destroy(struct sock *sk)
{
	if (sk->sk_state != TCP_CLOSE)
		tcp_set_state(sk, TCP_CLOSE);
	tcp_release_all(sk);
	tcp_fastopen_queue_free(sk);
	tcp_sig_destroy(sk);
	tcp_unhash(sk);
	tcp_put_port(sk);
	tcp_ns(sk)->sock_count--;
	inet_sock_destroy(sk);
}

/* An orphan in CLOSE: the reference that was the user's ends. */
static void tcp_destroy_sock(struct sock *sk)
{
	if (sock_flag(sk, SOCK_DESTROY))
		return;
	sock_set_flag(sk, SOCK_DESTROY);
	tcp_release_all(sk);
	tcp_unhash(sk);
	tcp_put_port(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	tcp_ns(sk)->orphan_count--;
	sock_put(sk);
}

/* The connection is over. A user is told; an orphan goes. */
void tcp_done(struct sock *sk)
{
	if (tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		net_mib_inc(sk->net, Tcp_AttemptFails);
	tcp_set_state(sk, TCP_CLOSE);
	tcp_clear_timers(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	if (sock_flag(sk, SOCK_DEAD))
		tcp_destroy_sock(sk);
	else
		sk_wake(sk, SOCK_EV_IN | SOCK_EV_OUT | SOCK_EV_RDHUP | SOCK_EV_HUP | SOCK_EV_STATE);
}

void tcp_done_err(struct sock *sk, int err)
{
	if (!sock_flag(sk, SOCK_DEAD))
		sk_report_error(sk, err);
	else
		sk->sk_err = err;
	tcp_done(sk);
}

static bool tcp_need_reset(u8 state)
{
	return tcpf(state) & (TCPF(ESTABLISHED) | TCPF(CLOSE_WAIT) | TCPF(FIN_WAIT1) |
			      TCPF(FIN_WAIT2) | TCPF(SYN_RECV) | TCPF(CLOSING) | TCPF(LAST_ACK));
}

/* RST and the end, for a reason of our own. how: which counter. */
void tcp_abort(struct sock *sk, int err, int how)
{
	if (how == TCP_ABORT_MEMORY)
		net_mib_inc(sk->net, TcpExt_TCPAbortOnMemory);
	if (tcp_need_reset(sk->sk_state))
		tcp_send_active_reset(sk);
	tcp_write_queue_purge(sk);
	tcp_done_err(sk, err);
}

/* connect(AF_UNSPEC), and shutdown() before a connection: back to a fresh socket. */
int tcp_disconnect(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 old = sk->sk_state;

	if (old == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		tcp_listen_stop(sk);
	} else if (tp->repair && old != TCP_CLOSE) {
		sk->sk_err = ECONNABORTED;
		tcp_set_state(sk, TCP_CLOSE);
	} else if (tcp_need_reset(old)) {
		tcp_send_active_reset(sk);
		sk->sk_err = ECONNRESET;
		tcp_set_state(sk, TCP_CLOSE);
	} else if (old == TCP_SYN_SENT) {
		sk->sk_err = ECONNRESET;
		tcp_set_state(sk, TCP_CLOSE);
	}
	tcp_release_all(sk);
	skb_queue_purge(&sk->sk_receive_queue);
	tp->inet.dport = 0;
	memset(&tp->inet.daddr, 0, sizeof(tp->inet.daddr));
	tcp_reset_addresses(sk);
	sk_dst_set(sk, NULL);
	sk->sk_shutdown = 0;
	sock_reset_flag(sk, SOCK_DONE);
	tp->write_seq = tp->write_seq ? tp->write_seq + tp->max_window + 2 : 0;
	tp->window_clamp = 0;
	tp->clamp_set = false;
	tcp_init_fields(sk);
	return 0;
}

/* -- close ------------------------------------------------------------------------------------- */

static bool tcp_unread_data(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb;
	bool unread = false;

	while ((skb = skb_dequeue(&sk->sk_receive_queue))) {
		u32 end = tcp_rxcb(skb)->end_seq - !!(tcp_rxcb(skb)->flags & TCPHDR_FIN);

		unread |= after(end, tp->copied_seq);
		consume_skb(skb);
	}
	return unread;
}

u64 tcp_fin_time_ns(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 t = tp->linger2_s > 0 ? (u64)tp->linger2_s * NSEC_PER_SEC : tcp_ns(sk)->fin_timeout_ns;
	u64 rto = tp->rto_us * NSEC_PER_USEC;

	return max(t, (rto << 2) - (rto >> 1));
}

/* How the connection goes on without its user: by FIN, by RST, or not at all. */
static void tcp_close_connection(struct sock *sk)
{
	if (tcp_sk(sk)->repair) {	/* it goes on elsewhere: not a word to the peer */
		tcp_set_state(sk, TCP_CLOSE);
		return;
	}
	if (tcp_unread_data(sk)) { /* SHLD-3 */
		net_mib_inc(sk->net, TcpExt_TCPAbortOnClose);
		if (tcp_need_reset(sk->sk_state))
			tcp_send_active_reset(sk);
		tcp_set_state(sk, TCP_CLOSE);
	} else if (sock_flag(sk, SOCK_LINGER) && !sk->sk_lingertime_ns) {
		net_mib_inc(sk->net, TcpExt_TCPAbortOnData);
		if (tcp_need_reset(sk->sk_state))
			tcp_send_active_reset(sk);
		tcp_set_state(sk, TCP_CLOSE);
	} else if (tcp_close_state(sk)) {
		tcp_send_fin(sk);
	}
}

/* An orphan in FIN-WAIT-2 waits for the peer's FIN, but not for ever. */
static void tcp_close_fin_wait2(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 tmo = tcp_fin_time_ns(sk);

	if (tp->linger2_s < 0) {
		net_mib_inc(sk->net, TcpExt_TCPAbortOnLinger);
		tcp_send_active_reset(sk);
		tcp_set_state(sk, TCP_CLOSE);
	} else if (tmo > TCP_TIMEWAIT_NS) {
		tcp_arm_keep(sk, (tmo - TCP_TIMEWAIT_NS) / NSEC_PER_USEC);
	} else {
		tcp_time_wait(sk, TCP_FIN_WAIT2, tmo);
	}
}

/* proto.close: the user is done, and gives its reference up. */
void tcp_close(struct sock *sk)
{
	struct netns_tcp *ns = tcp_ns(sk);

	sock_hold(sk);
	sk->sk_shutdown = SHUTDOWN_MASK;
	tcp_rsv_release(sk);
	if (sk->sk_state == TCP_LISTEN) {
		tcp_set_state(sk, TCP_CLOSE);
		tcp_listen_stop(sk);
	} else if (sk->sk_state != TCP_CLOSE) {
		tcp_close_connection(sk);
	}
	sock_set_flag(sk, SOCK_DEAD);
	sk->sk_event = NULL;
	ns->orphan_count++;
	if (sk->sk_state == TCP_FIN_WAIT2)
		tcp_close_fin_wait2(sk);
	if (sk->sk_state != TCP_CLOSE && tcp_orphan_excess(sk, 0)) {
		net_mib_inc(sk->net, TcpExt_TCPAbortOnMemory);
		tcp_send_active_reset(sk);
		tcp_set_state(sk, TCP_CLOSE);
	}
	if (sk->sk_state == TCP_CLOSE)
		tcp_destroy_sock(sk);
	sock_put(sk);
}

/* proto.shutdown. how: RCV_SHUTDOWN | SEND_SHUTDOWN */
int tcp_shutdown(struct sock *sk, int how)
{
	if (!(how & SHUTDOWN_MASK) || how & ~SHUTDOWN_MASK)
		return -EINVAL;
	switch (sk->sk_state) {
	case TCP_CLOSE:
		return -ENOTCONN;
	case TCP_LISTEN:
		if (!(how & RCV_SHUTDOWN))
			return 0;
		return tcp_disconnect(sk);
	case TCP_SYN_SENT:
		tcp_disconnect(sk);
		sk_wake(sk, SOCK_EV_IN | SOCK_EV_OUT | SOCK_EV_HUP | SOCK_EV_STATE);
		return 0;
	}
	sk->sk_shutdown |= (u8)how;
	/* in SYN-RECEIVED the FIN follows the ACK of the handshake */
	if (how & SEND_SHUTDOWN && sk->sk_state != TCP_SYN_RECV && tcp_close_state(sk))
		tcp_send_fin(sk);
	sk_wake(sk, SOCK_EV_STATE | (how & RCV_SHUTDOWN ? SOCK_EV_IN | SOCK_EV_RDHUP : 0) |
			    (sk->sk_shutdown == SHUTDOWN_MASK ? SOCK_EV_HUP : 0));
	return 0;
}

/* -- telling ----------------------------------------------------------------------------------- */

/* Octets that a read would give, without an urgent one in their way. */
u32 tcp_inq(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 n;

	if (tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		return 0;
	if (tp->urg_data && !sock_flag(sk, SOCK_URGINLINE) &&
	    !before(tp->urg_seq, tp->copied_seq) && before(tp->urg_seq, tp->rcv_nxt)) {
		n = tp->urg_seq - tp->copied_seq;
	} else {
		n = tp->rcv_nxt - tp->copied_seq;
		if (n && sock_flag(sk, SOCK_DONE))
			n--; /* the FIN */
	}
	return n;
}

static bool tcp_stream_is_readable(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 avail = tp->rcv_nxt - tp->copied_seq, target = (u32)max(sk->sk_rcvlowat, 1);

	if (tp->urg_seq == tp->copied_seq && !sock_flag(sk, SOCK_URGINLINE) && tp->urg_data)
		target++;
	return avail >= target || (avail && tcp_window_now((struct sock *)(uintptr_t)sk) == 0);
}

u32 tcp_poll(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ev = 0;

	if (sk->sk_state == TCP_LISTEN)
		return list_empty(&tp->listen->accept_queue) ? 0 : SOCK_EV_IN;
	if (sk->sk_shutdown == SHUTDOWN_MASK || sk->sk_state == TCP_CLOSE)
		ev |= SOCK_EV_HUP;
	if (sk->sk_shutdown & RCV_SHUTDOWN)
		ev |= SOCK_EV_IN | SOCK_EV_RDHUP;
	if (tp->defer_connect)		/* a write will send the SYN */
		ev |= SOCK_EV_OUT;
	if (!tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)) || tp->fo_child) {
		if (tcp_stream_is_readable(sk))
			ev |= SOCK_EV_IN;
		if (sk->sk_shutdown & SEND_SHUTDOWN) {
			ev |= SOCK_EV_OUT;
		} else if (tcp_stream_writeable(sk)) {
			ev |= SOCK_EV_OUT;
		} else {
			sock_set_flag(sk, SOCK_QUEUE_SHRUNK);
		}
		if (tp->urg_data & TCP_URG_VALID)
			ev |= SOCK_EV_PRI;
	}
	if (sk->sk_err || !skb_queue_empty(&sk->sk_error_queue))
		ev |= SOCK_EV_ERR;
	return ev;
}

enum { SIOCATMARK_NS = 0x8905, SIOCINQ_NS = 0x541b, SIOCOUTQ_NS = 0x5411, SIOCOUTQNSD_NS = 0x894b };

int tcp_ioctl(struct sock *sk, u32 cmd, int *value)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool pre = tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV));

	switch (cmd) {
	case SIOCINQ_NS:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		*value = (int)tcp_inq(sk);
		return 0;
	case SIOCATMARK_NS:
		*value = tp->urg_data && tp->urg_seq == tp->copied_seq;
		return 0;
	case SIOCOUTQ_NS:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		*value = pre ? 0 : (int)(tp->write_seq - tp->snd_una);
		return 0;
	case SIOCOUTQNSD_NS:
		if (sk->sk_state == TCP_LISTEN)
			return -EINVAL;
		*value = pre ? 0 : (int)(tp->write_seq - tp->snd_nxt);
		return 0;
	default:
		return -ENOTTY;
	}
}

static int tcp_bind(struct sock *sk, const struct inet_sockaddr *addr)
{
	return inet_bind(sk, tcp_ns(sk)->hash, addr);
}

static int tcp_reuseport_prog(struct sock *sk, struct sock_filter *prog)
{
	return inet_reuseport_prog(tcp_ns(sk)->hash, sk, prog);
}

static const struct sockopt_table *const tcp_sockopt_tables[] = {
	&tcp_sockopt_table, &tcp_admin_sockopt_table, NULL, /* SOL_IP and SOL_IPV6: the socket room */
};

const struct proto tcp_prot = {
	.name = "TCP",
	.type = 1,
	.protocol = IP_PROTO_TCP,
	.obj_size = sizeof(struct tcp_sock),
	.sockopts = tcp_sockopt_tables,
	.init = tcp_init_sock,
	.destroy = tcp_destroy,
	.close = tcp_close,
	.bind = tcp_bind,
	.connect = tcp_connect,
	.listen = tcp_listen,
	.accept = tcp_accept,
	.shutdown = tcp_shutdown,
	.sendmsg = tcp_sendmsg,
	.recvmsg = tcp_recvmsg,
	.getname = inet_getname,
	.ioctl = tcp_ioctl,
	.poll = tcp_poll,
	.stream_reserve = tcp_stream_reserve,
	.stream_commit = tcp_stream_commit,
	.stream_urgent = tcp_stream_urgent,
	.stream_attach = tcp_stream_attach,
	.stream_peek = tcp_stream_peek,
	.stream_consume = tcp_stream_consume,
	.stream_read_oob = tcp_stream_read_oob,
	.stream_stamp = tcp_stream_stamp,
	.reuseport_prog = tcp_reuseport_prog,
	.tskey = tcp_tskey,
	.opt_stats = tcp_opt_stats,
	.listen_retry = tcp_listen_retry,
	.bound_dev = tcp_bound_dev,
	.keepalive = tcp_set_keepalive,
	.trace = tcp_trace,
	.set_rcvlowat = tcp_set_rcvlowat,
};
