/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What algorithms share: slow start, additive increase, whether cwnd is used at all, and the windows
 * after idling (RFC 5681, RFC 2861/7661).
 */
#include "tcp/tcp_priv.h"

/* -- building blocks --------------------------------------------------------------------------- */

u32 tcp_slow_start(struct tcp_sock *tp, u32 acked)
{
	u32 cwnd = min(tp->snd_cwnd + acked, tp->snd_ssthresh);

	acked -= cwnd - tp->snd_cwnd;
	tp->snd_cwnd = min(cwnd, tp->snd_cwnd_clamp);
	return acked;
}

void tcp_cong_avoid_ai(struct tcp_sock *tp, u32 w, u32 acked)
{
	if (tp->snd_cwnd_cnt >= w) {
		tp->snd_cwnd_cnt = 0;
		tp->snd_cwnd++;
	}
	tp->snd_cwnd_cnt += acked;
	if (tp->snd_cwnd_cnt >= w) {
		u32 delta = tp->snd_cwnd_cnt / w;

		tp->snd_cwnd_cnt -= delta * w;
		tp->snd_cwnd += delta;
	}
	tp->snd_cwnd = min(tp->snd_cwnd, tp->snd_cwnd_clamp);
}

/* Is cwnd used? In slow start half of it is enough, or it could not double (TCP-CC-07). */
bool tcp_is_cwnd_limited(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tp->is_cwnd_limited)
		return true;
	return tcp_in_slow_start(tp) && tp->snd_cwnd < 2 * tp->max_packets_out;
}

u32 tcp_reno_undo_cwnd(struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd, tcp_sk(sk)->prior_cwnd);
}

u32 tcp_current_ssthresh(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (tcp_in_cwnd_reduction(tp))
		return tp->snd_ssthresh;
	return max(tp->snd_ssthresh, (tp->snd_cwnd >> 1) + (tp->snd_cwnd >> 2));
}

/* -- idling ------------------------------------------------------------------------------------ */

static u32 tcp_restart_window(const struct sock *sk)
{
	const struct dst_entry *dst = sk->sk_dst_cache;
	u32 iw = dst ? dst->metrics[RTAX_N_INITCWND] : 0;

	return iw ? iw : TCP_INIT_CWND;
}

/* cwnd was not used for a round trip and more: half way down to what was (RFC 2861). */
void tcp_cwnd_application_limited(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_state == TCP_CA_Open && !sock_flag(sk, SOCK_QUEUE_SHRUNK)) {
		u32 used = max(tp->snd_cwnd_used, tcp_restart_window(sk));

		if (used < tp->snd_cwnd) {
			tp->snd_ssthresh = tcp_current_ssthresh(sk);
			tp->snd_cwnd = (tp->snd_cwnd + used) >> 1;
		}
		tp->snd_cwnd_used = 0;
	}
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
}

/* Before new data: an idle RTO halves cwnd, down to the initial window (RFC 5681 4.1). */
void tcp_slow_start_after_idle_check(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 idle = tcp_now_us(sk) - tp->lsndtime_us;
	u32 restart, cwnd = tp->snd_cwnd;

	if (!tcp_ns(sk)->slow_start_after_idle || tp->packets_out || tcp_ca(tp)->cong_control ||
	    idle <= tp->rto_us || !tcp_state_in(sk, TCPF_CAN_SEND))
		return;
	restart = min(tcp_restart_window(sk), cwnd);
	tcp_ca_event(sk, CA_EVENT_CWND_RESTART);
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	while (idle > tp->rto_us && cwnd > restart) {
		idle -= tp->rto_us;
		cwnd >>= 1;
	}
	tp->snd_cwnd = max(cwnd, restart);
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	tp->snd_cwnd_used = 0;
}
