/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Congestion control's frame: the list of algorithms, their choice and change, and what they share:
 * slow start, additive increase, the windows after idling (RFC 5681, RFC 2861/7661).
 */
#include "tcp/tcp_priv.h"

static const struct tcp_congestion_ops *const tcp_ca_list[] = { &tcp_reno, &tcp_cubic };

const struct tcp_congestion_ops *tcp_ca_find(const char *name, u32 len)
{
	for (u32 i = 0; i < ARRAY_SIZE(tcp_ca_list); i++)
		if (strlen(tcp_ca_list[i]->name) == len && !memcmp(tcp_ca_list[i]->name, name, len))
			return tcp_ca_list[i];
	return NULL;
}

/* "cubic reno", into buf of size octets */
void tcp_ca_names(char *buf, u32 size)
{
	u32 n = 0;

	for (u32 i = ARRAY_SIZE(tcp_ca_list); i-- > 0;) {
		u32 len = (u32)strlen(tcp_ca_list[i]->name);

		if (n + len + 2 > size)
			break;
		if (n)
			buf[n++] = ' ';
		memcpy(buf + n, tcp_ca_list[i]->name, len);
		n += len;
	}
	buf[n] = '\0';
}

void tcp_ca_assign(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ca_ops = tcp_ns(sk)->ca_default;
	memset(tp->ca_priv, 0, sizeof(tp->ca_priv));
}

void tcp_ca_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_initialized)
		return;
	tp->prior_ssthresh = 0;
	memset(tp->ca_priv, 0, sizeof(tp->ca_priv));
	if (tp->ca_ops->init)
		tp->ca_ops->init(sk);
	tp->ca_initialized = 1;
}

void tcp_ca_release(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_initialized && tp->ca_ops->release)
		tp->ca_ops->release(sk);
	tp->ca_initialized = 0;
}

int tcp_ca_set(struct sock *sk, const struct tcp_congestion_ops *ops)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ca_setsockopt = 1;
	if (ops == tp->ca_ops)
		return 0;
	tcp_ca_release(sk);
	tp->ca_ops = ops;
	memset(tp->ca_priv, 0, sizeof(tp->ca_priv));
	if (!tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		tcp_ca_init(sk);
	return 0;
}

void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev)
{
	const struct tcp_congestion_ops *ops = tcp_sk(sk)->ca_ops;

	if (ops->cwnd_event)
		ops->cwnd_event(sk, ev);
}

void tcp_set_ca_state(struct sock *sk, u8 state)
{
	struct tcp_sock *tp = tcp_sk(sk);

	trace_event(sk->net, tcp_cong_state_set, NULL, sk, NULL, tp->ca_state, state);
	if (tp->ca_ops->set_state)
		tp->ca_ops->set_state(sk, state);
	tp->ca_state = state & 7;
}

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

	if (!tcp_ns(sk)->slow_start_after_idle || tp->packets_out || tp->ca_ops->cong_control ||
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
