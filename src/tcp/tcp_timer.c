/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The connection's timers, as named events. rexmit_timer serves one purpose at a time, told by
 * ca_pending: the RTO (RFC 6298), the tail probe and the reordering wait (RFC 8985), the window
 * probe (RFC 9293 3.8.6.1). Moving it later costs nothing: it fires, looks at rexmit_at_us, and
 * goes on waiting. keep_timer: keepalive and the end of FIN-WAIT-2. delack_timer: delayed ACK.
 * pace_timer: pacing and ACK compression.
 */
#include "tcp/tcp_fastopen.h"

/* -- arming ------------------------------------------------------------------------------------ */

void tcp_arm_rexmit(struct sock *sk, u8 what, u64 delay_us)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ca_pending = what;
	tp->rexmit_at_us = tcp_now_us(sk) + max_t(u64, delay_us, 1);
	if (!timer_pending(&tp->rexmit_timer) ||
	    timer_expires(&tp->rexmit_timer) > tp->rexmit_at_us * NSEC_PER_USEC)
		mod_timer(&tp->rexmit_timer, tp->rexmit_at_us * NSEC_PER_USEC);
}

void tcp_clear_rexmit(struct sock *sk)
{
	tcp_sk(sk)->ca_pending = TCP_TIMER_NONE;
	del_timer(&tcp_sk(sk)->rexmit_timer);
}

u32 tcp_rto_max_us(const struct sock *sk)
{
	u32 ms = tcp_sk(sk)->rto_max_ms ? tcp_sk(sk)->rto_max_ms : tcp_ns(sk)->rto_max_ms;

	return ms * 1000;
}

u32 tcp_rto_min_us(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;

	if (dst && dst->metrics[RTAX_N_RTO_MIN])
		return dst->metrics[RTAX_N_RTO_MIN] * 1000;
	return tcp_sk(sk)->rto_min_us ? tcp_sk(sk)->rto_min_us : tcp_ns(sk)->rto_min_us;
}

void tcp_arm_rto(struct sock *sk, u64 rto_us)
{
	tcp_arm_rexmit(sk, TCP_TIMER_RETRANS, min_t(u64, rto_us, tcp_rto_max_us(sk)));
}

/* RFC 6298 5.1-5.3: runs while something is in flight, counted from now; but when it takes over
 * from the probe or the reordering timer, from the oldest packet's departure. */
void tcp_rearm_rto(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct sk_buff *head = tcp_rtx_head(tp);
	u64 rto = tp->rto_us, due;

	if (tp->fo_child)	/* the timer is the SYN-ACK's */
		return;
	if (!tp->packets_out || !head) {
		tcp_clear_rexmit(sk);
		return;
	}
	if (tp->ca_pending == TCP_TIMER_REO_TIMEOUT || tp->ca_pending == TCP_TIMER_LOSS_PROBE) {
		due = tcp_tx(head)->xmit_us + rto;
		rto = due > tcp_now_us(sk) ? due - tcp_now_us(sk) : 1;
	}
	tcp_arm_rto(sk, rto);
}

/* Nothing in flight, data waits, no timer runs: the window is closed or the device was full. */
void tcp_check_probe_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->packets_out && tp->ca_pending == TCP_TIMER_NONE)
		tcp_arm_rexmit(sk, TCP_TIMER_PROBE0, max(tp->rto_us, TCP_RTO_MIN_US));
}

/* Interval to the next window probe: RTO with back-off, 120 s at most. */
u64 tcp_probe0_when(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 base = max(tp->rto_us, TCP_RTO_MIN_US);

	return min_t(u64, base << min_t(u32, tp->backoff, 16), tcp_rto_max_us(sk));
}

/* Not later than TCP_USER_TIMEOUT allows while probes go unanswered. */
u64 tcp_clamp_user_timeout(const struct sock *sk, u64 timeout_us)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 limit = (u64)tp->user_timeout_ms * 1000, elapsed;

	if (!limit || !tp->probes_tstamp_us)
		return timeout_us;
	elapsed = tcp_now_us(sk) - tp->probes_tstamp_us;
	return min_t(u64, timeout_us, elapsed < limit ? max_t(u64, limit - elapsed, 1000) : 1000);
}

void tcp_arm_delack(struct sock *sk, u64 delay_us)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 at = tcp_now_us(sk) + delay_us;

	/* a timer that runs is only ever moved forward */
	if (tp->ack_pending & TCP_ACK_TIMER && tp->ack_timeout_us <= at)
		at = tp->ack_timeout_us;
	tp->ack_pending |= TCP_ACK_SCHED | TCP_ACK_TIMER;
	tp->ack_timeout_us = at;
	mod_timer(&tp->delack_timer, at * NSEC_PER_USEC);
}

void tcp_arm_keep(struct sock *sk, u64 delay_us)
{
	mod_timer(&tcp_sk(sk)->keep_timer, (tcp_now_us(sk) + delay_us) * NSEC_PER_USEC);
}

void tcp_arm_pace(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!timer_pending(&tp->pace_timer) || timer_expires(&tp->pace_timer) > tp->wstamp_ns)
		mod_timer(&tp->pace_timer, tp->wstamp_ns);
}

/* ACK compression: one ACK for many, delay_ns from now. */
void tcp_arm_comp(struct sock *sk, u64 delay_ns)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 at = sk->net->now + delay_ns, slack = tcp_ns(sk)->comp_sack_slack_ns;

	tp->comp_armed = true;
	if (slack)		/* so that those of several connections fall together */
		at = DIV_ROUND_UP(at, slack) * slack;
	if (!timer_pending(&tp->pace_timer) || timer_expires(&tp->pace_timer) > at)
		mod_timer(&tp->pace_timer, at);
}

void tcp_clear_timers(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_clear_rexmit(sk);
	tp->ack_pending = 0;
	tp->pacing_armed = tp->comp_armed = false;
	del_timer(&tp->delack_timer);
	del_timer(&tp->keep_timer);
	del_timer(&tp->pace_timer);
}

/* -- giving up --------------------------------------------------------------------------------- */

/* The peer does not answer: the error is what ICMP said last, else ETIMEDOUT. */
static void tcp_write_err(struct sock *sk)
{
	int err = sk->sk_err_soft ? sk->sk_err_soft : ETIMEDOUT;

	net_mib_inc(sk->net, TcpExt_TCPAbortOnTimeout);
	tcp_write_queue_purge(sk);
	tcp_done_err(sk, err);
}

/*
 * Too many orphans, or too much memory in them: this one ends, with a RST if the peer was heard of
 * lately. One whose peer keeps silent or that drew ICMP errors is among the first (TCP-ZWP-02).
 */
static bool tcp_out_of_resources(struct sock *sk, bool do_reset)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 idle = tcp_now_us(sk) - tp->lsndtime_us;
	u32 shift = !!(idle > 2ull * tcp_rto_max_us(sk) || !do_reset) + !!sk->sk_err_soft;

	if (!tcp_orphan_excess(sk, shift))
		return false;
	if (idle <= TCP_TIMEWAIT_NS / NSEC_PER_USEC || (!tp->snd_wnd && !tp->packets_out))
		do_reset = true;
	if (do_reset)
		tcp_send_active_reset(sk);
	net_mib_inc(sk->net, TcpExt_TCPAbortOnMemory);
	tcp_done(sk);
	return true;
}

static u32 tcp_orphan_retries(const struct sock *sk, bool alive)
{
	u32 retries = tcp_ns(sk)->orphan_retries;

	if (sk->sk_err_soft && !alive)
		return 0;
	return !retries && alive ? 8 : retries;
}

/* The time that boundary retransmissions with doubling take, starting at base. */
static u64 tcp_model_timeout_us(const struct sock *sk, u32 boundary, u64 base)
{
	u64 max_us = tcp_rto_max_us(sk);
	u32 thresh = ilog2(max_t(u64, max_us / base, 1));

	if (boundary <= thresh)
		return ((2ull << boundary) - 1) * base;
	return ((2ull << thresh) - 1) * base + (boundary - thresh) * max_us;
}

static bool tcp_timed_out(const struct sock *sk, u32 boundary, u64 timeout_us)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 base = TCP_RTO_MIN_US;	/* whatever the least RTO is: R2 is 100 s and more (SHLD-11) */

	if (!tp->retransmits)
		return false;
	if (!timeout_us) {
		if (tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
			base = TCP_TIMEOUT_INIT_US;
		timeout_us = tcp_model_timeout_us(sk, boundary, base);
	}
	return tcp_now_us(sk) - tp->retrans_first_us >= timeout_us;
}

/* The dst may be a dead one (R1 of RFC 9293 3.8.3, MUST-20). */
static void tcp_negative_advice(struct sock *sk)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	if (dst && dst->ops->negative_advice)
		dst->ops->negative_advice(dst);
}

/* R2 reached? Then the connection is gone and true returned. */
static bool tcp_write_timeout(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	u64 user_timeout = (u64)tp->user_timeout_ms * 1000;
	bool expired = false;
	u32 until;

	if (tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV))) {
		if (tp->retransmits)
			tcp_negative_advice(sk);
		/* the linear ones are tries more, but not time more */
		until = tp->syn_retries ? tp->syn_retries : ns->syn_retries;
		expired = tp->retransmits >= until + (sk->sk_state == TCP_SYN_SENT ?
						      ns->syn_linear_timeouts : 0) ||
			  tcp_timed_out(sk, until, user_timeout);
	} else {
		if (tcp_timed_out(sk, ns->retries1, 0)) {
			tcp_mtup_blackhole(sk);
			tcp_negative_advice(sk);
		}
		until = ns->retries2;
		if (sock_flag(sk, SOCK_DEAD)) {
			bool alive = tp->rto_us < tcp_rto_max_us(sk);

			until = tcp_orphan_retries(sk, alive);
			if (tcp_out_of_resources(sk, alive || !tcp_timed_out(sk, until, 0)))
				return true;
		}
		expired = tcp_timed_out(sk, until, user_timeout);
	}
	tcp_fastopen_detect_blackhole(sk, expired);
	if (!expired) {
		if (sk_rethink_txhash(sk)) {
			tp->timeout_rehash++;
			net_mib_inc(sk->net, TcpExt_TcpTimeoutRehash);
		}
		return false;
	}
	tcp_write_err(sk);
	return true;
}

/* -- retransmission ---------------------------------------------------------------------------- */

static void tcp_rto_mib(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	net_mib_inc(sk->net, TcpExt_TCPTimeouts);
	if (tp->ca_state == TCP_CA_Recovery) {
		if (tcp_is_sack(tp))
			net_mib_inc(sk->net, TcpExt_TCPSackRecoveryFail);
		else
			net_mib_inc(sk->net, TcpExt_TCPRenoRecoveryFail);
	} else if (tp->ca_state == TCP_CA_Loss) {
		net_mib_inc(sk->net, TcpExt_TCPLossFailures);
	} else if (tp->ca_state == TCP_CA_Disorder || tp->sacked_out) {
		if (tcp_is_sack(tp))
			net_mib_inc(sk->net, TcpExt_TCPSackFailures);
		else
			net_mib_inc(sk->net, TcpExt_TCPRenoFailures);
	}
}

/* RFC 6298 5.5; linear for thin streams and for the first SYNs, as asked. */
static void tcp_backoff(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);

	if (sk->sk_state == TCP_ESTABLISHED && (tp->thin_lto || ns->thin_linear_timeouts) &&
	    tp->packets_out < 4 && !tcp_in_initial_slowstart(tp) && tp->retransmits <= 6) {
		tp->backoff = 0;
		tp->rto_us = clamp(tcp_rto_from_srtt(sk), tcp_rto_min_us(sk), tcp_rto_max_us(sk));
	} else if (sk->sk_state != TCP_SYN_SENT || tp->total_rto > ns->syn_linear_timeouts) {
		if (tp->backoff < U8_MAX)
			tp->backoff++;
		tp->rto_us = (u32)min_t(u64, (u64)tp->rto_us << 1, tcp_rto_max_us(sk));
	}
}

static void tcp_count_rto(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->retransmits) {
		if (!tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)) || !tp->retrans_first_us)
			tp->retrans_first_us = tcp_now_us(sk);	/* else counted from the first SYN */
		tp->total_rto_recoveries++;
		tp->rto_stamp_ms = tcp_now_ms(sk);
	}
	tp->retransmits += tp->retransmits < U8_MAX;
	tp->total_rto++;
}

static u64 tcp_rto_to_user_timeout(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 limit = (u64)tp->user_timeout_ms * 1000, elapsed;

	if (!limit)
		return tp->rto_us;
	elapsed = tcp_now_us(sk) - tp->retrans_first_us;
	return min_t(u64, tp->rto_us, elapsed < limit ? limit - elapsed : 1000);
}

/*
 * Nothing of what a shut window keeps was taken for too long: TCP_USER_TIMEOUT, whatever the peer
 * answers, else twice the largest RTO without any answer.
 */
static bool tcp_zero_window_timed_out(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 stalled = tcp_now_us(sk) - tp->retrans_first_us;

	if (!tp->retrans_first_us)
		return false;
	if (tp->user_timeout_ms && stalled >= (u64)tp->user_timeout_ms * 1000)
		return true;
	return tcp_now_us(sk) - tp->rcv_tstamp_us > 2ull * tcp_rto_max_us(sk);
}

/* The peer shrank its window to nothing below what is in flight: probe with the head of it. */
static bool tcp_rto_zero_window(struct sock *sk, struct sk_buff *head)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->snd_wnd || sock_flag(sk, SOCK_DEAD) ||
	    tcp_state_in(sk, TCPF(SYN_SENT) | TCPF(SYN_RECV)))
		return false;
	if (tcp_zero_window_timed_out(sk)) {
		tcp_write_err(sk);
		return true;
	}
	tcp_enter_loss(sk);
	if (!tp->retrans_first_us)
		tp->retrans_first_us = tcp_now_us(sk);
	tcp_retransmit_skb(sk, head, 1);	/* a probe: TCP_INFO counts no timeout */
	tcp_backoff(sk);
	tcp_arm_rto(sk, tcp_rto_to_user_timeout(sk));
	return true;
}

/* The RTO. */
void tcp_retransmit_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *head = tcp_rtx_head(tp);
	int err;

	if (tp->fo_child) {	/* nothing else goes again before the handshake is done */
		tcp_fastopen_synack_timer(sk);
		return;
	}
	if (!tp->packets_out || !head)
		return;
	tp->tlp_high_seq = 0;
	if (tcp_rto_zero_window(sk, head))
		return;
	if (tcp_write_timeout(sk))
		return;
	if (!tp->retransmits)
		tcp_rto_mib(sk);
	tcp_enter_loss(sk);
	head = tcp_rtx_head(tp);
	tcp_count_rto(sk);
	err = tcp_retransmit_skb(sk, head, 1);
	if (err && err != -EAGAIN) {
		/* it did not get out of here: the path is not to blame (TCP-RTO-11) */
		tp->retransmits -= tp->retransmits > 1;
		tcp_arm_rto(sk, min_t(u64, tp->rto_us, TCP_RESOURCE_PROBE_US));
		return;
	}
	tcp_backoff(sk);
	tcp_arm_rto(sk, tcp_rto_to_user_timeout(sk));
	if (tcp_timed_out(sk, tcp_ns(sk)->retries1 + 1, 0))
		sk_dst_set(sk, NULL);
}

static void tcp_probe_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 max_probes = tcp_ns(sk)->retries2;

	if (tp->packets_out || !tcp_send_head(sk)) {
		tp->probes_out = 0;
		tp->probes_tstamp_us = 0;
		return;
	}
	if (!tp->probes_tstamp_us) {
		tp->probes_tstamp_us = tcp_now_us(sk);
	} else if (tp->user_timeout_ms && tcp_now_us(sk) - tp->probes_tstamp_us >=
						  (u64)tp->user_timeout_ms * 1000) {
		tcp_write_err(sk);
		return;
	}
	if (sock_flag(sk, SOCK_DEAD)) {
		bool alive = tcp_probe0_when(sk) < tcp_rto_max_us(sk);

		max_probes = tcp_orphan_retries(sk, alive);
		if (!alive && tp->backoff >= max_probes) {
			tcp_write_err(sk);
			return;
		}
		if (tcp_out_of_resources(sk, true))
			return;
	}
	if (tp->probes_out >= max_probes)
		tcp_write_err(sk);
	else
		tcp_send_probe0(sk);
}

static void tcp_rexmit_fired(struct timer_list *t)
{
	struct tcp_sock *tp = from_timer(tp, t, rexmit_timer);
	struct sock *sk = tcp_to_sk(tp);
	u8 what = tp->ca_pending;

	if (what == TCP_TIMER_NONE || tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		return;
	if (tp->rexmit_at_us > tcp_now_us(sk)) {
		mod_timer(t, tp->rexmit_at_us * NSEC_PER_USEC);
		return;
	}
	sock_hold(sk);
	switch (what) {
	case TCP_TIMER_REO_TIMEOUT:
		tcp_rack_reo_timeout(sk);
		break;
	case TCP_TIMER_LOSS_PROBE:
		tcp_send_loss_probe(sk);
		break;
	case TCP_TIMER_RETRANS:
		tp->ca_pending = TCP_TIMER_NONE;
		tcp_retransmit_timer(sk);
		break;
	case TCP_TIMER_PROBE0:
		tp->ca_pending = TCP_TIMER_NONE;
		tcp_probe_timer(sk);
		break;
	}
	sock_put(sk);
}

/* -- the others -------------------------------------------------------------------------------- */

static void tcp_delack_fired(struct timer_list *t)
{
	struct tcp_sock *tp = from_timer(tp, t, delack_timer);
	struct sock *sk = tcp_to_sk(tp);

	if (!(tp->ack_pending & TCP_ACK_TIMER) || tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		return;
	tp->ack_pending &= (u8)~TCP_ACK_TIMER;
	if (!(tp->ack_pending & TCP_ACK_SCHED))
		return;
	if (!tcp_in_interactive(tp)) {
		tp->ato_us = min(tp->ato_us << 1, tp->rto_us);
	} else {
		tp->pingpong = 0;
		tp->ato_us = TCP_ATO_MIN_US;
	}
	tcp_send_ack(sk);
	net_mib_inc(sk->net, TcpExt_DelayedACKs);
}

/* FIN-WAIT-2 without a user: the rest of it needs no more than a time-wait object. */
static void tcp_fin_wait2_timer(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->linger2_s >= 0) {
		u64 tmo = tcp_fin_time_ns(sk);

		if (tmo > TCP_TIMEWAIT_NS) {
			tcp_time_wait(sk, TCP_FIN_WAIT2, TCP_TIMEWAIT_NS);
			return;
		}
	}
	tcp_send_active_reset(sk);
	tcp_done(sk);
}

static u64 tcp_idle_us(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tcp_now_us(sk) - max(tp->rcv_tstamp_us, tp->lrcvtime_us);
}

u64 tcp_keepalive_time_us(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tp->keepalive_time_s ? tp->keepalive_time_s * USEC_PER_SEC :
				      tcp_ns(sk)->keepalive_time_ns / NSEC_PER_USEC;
}

static bool tcp_keepalive_dead(const struct sock *sk, u64 idle)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 user = (u64)tp->user_timeout_ms * 1000;
	u32 probes = tp->keepalive_probes ? tp->keepalive_probes : tcp_ns(sk)->keepalive_probes;

	return user ? idle >= user && tp->probes_out > 0 : tp->probes_out >= probes;
}

static void tcp_keep_fired(struct timer_list *t)
{
	struct tcp_sock *tp = from_timer(tp, t, keep_timer);
	struct sock *sk = tcp_to_sk(tp);
	u64 wait = tcp_keepalive_time_us(sk), idle;

	if (sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD)) {
		sock_hold(sk);
		tcp_fin_wait2_timer(sk);
		sock_put(sk);
		return;
	}
	if (!sock_flag(sk, SOCK_KEEPOPEN) ||
	    tcp_state_in(sk, TCPF(CLOSE) | TCPF(SYN_SENT) | TCPF(LISTEN)))
		return;
	idle = tcp_idle_us(sk);
	if (!tp->packets_out && !tcp_send_head(sk)) {
		if (idle < wait) {
			wait -= idle;
		} else if (tcp_keepalive_dead(sk, idle)) {
			sock_hold(sk);
			tcp_send_active_reset(sk);
			tcp_write_err(sk);
			sock_put(sk);
			return;
		} else if (!tcp_local_congestion(tcp_write_wakeup(sk))) {
			net_mib_inc(sk->net, TcpExt_TCPKeepAlive);
			tp->probes_out++;
			wait = tp->keepalive_intvl_s ? tp->keepalive_intvl_s * USEC_PER_SEC :
				tcp_ns(sk)->keepalive_intvl_ns / NSEC_PER_USEC;
		} else {
			wait = TCP_RESOURCE_PROBE_US;
		}
	}
	tcp_arm_keep(sk, wait);
}

/* SO_KEEPALIVE or a keepalive option changed. */
void tcp_set_keepalive(struct sock *sk, bool on)
{
	if (tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		return;
	if (on) {
		u64 idle = tcp_idle_us(sk), wait = tcp_keepalive_time_us(sk);

		tcp_arm_keep(sk, idle < wait ? wait - idle : 0);
	} else if (!(sk->sk_state == TCP_FIN_WAIT2 && sock_flag(sk, SOCK_DEAD))) {
		del_timer(&tcp_sk(sk)->keep_timer);
	}
}

static void tcp_pace_fired(struct timer_list *t)
{
	struct tcp_sock *tp = from_timer(tp, t, pace_timer);
	struct sock *sk = tcp_to_sk(tp);

	if (sk->sk_state == TCP_CLOSE)
		return;
	sock_hold(sk);
	if (tp->comp_armed) {
		tp->comp_armed = false;
		if (tp->compressed_ack)
			tcp_send_ack(sk);
	}
	if (tp->pacing_armed) {
		tcp_pacing_late(sk);
		tcp_xmit_retransmit_queue(sk);
		tcp_push_pending(sk);
	}
	sock_put(sk);
}

void tcp_init_timers(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	timer_setup(&tp->rexmit_timer, sk->net, tcp_rexmit_fired);
	timer_setup(&tp->delack_timer, sk->net, tcp_delack_fired);
	timer_setup(&tp->keep_timer, sk->net, tcp_keep_fired);
	timer_setup(&tp->pace_timer, sk->net, tcp_pace_fired);
	work_init(&tp->tsq_work, tcp_tsq_handler);
}
