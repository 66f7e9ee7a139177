/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Congestion control's frame: the list of algorithms, who may use which, and their choice by
 * sysctl, route and socket option. What they share is in tcp_cwnd.c.
 */
#include "tcp/tcp_priv.h"

/* In the order that a kernel with all of them built in lists them. */
static const struct {
	const struct tcp_congestion_ops *ops;
	bool allowed;			/* to everyone from the start, as Linux's NON_RESTRICTED */
} tcp_ca_list[] = {
	{ &tcp_reno, true }, { &tcp_cubic, true }, { &tcp_bbr, true }, { &tcp_bbr3, true },
	{ &tcp_dctcp, false },		/* it pushes other traffic aside */
};

/* -- names ------------------------------------------------------------------------------------- */

/* 1 and up; 0: no such algorithm. What RTAX_N_CC holds. */
u32 tcp_ca_key(const char *name, u32 len)
{
	for (u32 i = 0; i < ARRAY_SIZE(tcp_ca_list); i++) {
		const char *s = tcp_ca_list[i].ops->name;

		if (strlen(s) == len && !memcmp(s, name, len))
			return i + 1;
	}
	return 0;
}

static const struct tcp_congestion_ops *tcp_ca_by_key(u32 key)
{
	return key && key <= ARRAY_SIZE(tcp_ca_list) ? tcp_ca_list[key - 1].ops : NULL;
}

const char *tcp_ca_name(u32 key)
{
	const struct tcp_congestion_ops *ops = tcp_ca_by_key(key);

	return ops ? ops->name : NULL;
}

const struct tcp_congestion_ops *tcp_ca_find(const char *name, u32 len)
{
	return tcp_ca_by_key(tcp_ca_key(name, len));
}

/* The names of the set, a bit per key, with a blank between; buf holds them all. */
static void tcp_ca_names(u32 set, char *buf)
{
	u32 n = 0;

	for (u32 i = 0; i < ARRAY_SIZE(tcp_ca_list); i++) {
		u32 len = (u32)strlen(tcp_ca_list[i].ops->name);

		if (!(set >> (i + 1) & 1))
			continue;
		ASSERT(n + len + 2 <= TCP_CA_NAMES_MAX);
		if (n)
			buf[n++] = ' ';
		memcpy(buf + n, tcp_ca_list[i].ops->name, len);
		n += len;
	}
	buf[n] = '\0';
}

/* -- sysctls ----------------------------------------------------------------------------------- */

void tcp_ca_net_init(struct net *net)
{
	struct netns_tcp *ns = &net->tcp;

	ns->ca_default = &tcp_cubic;
	ns->ca_allowed = 0;
	for (u32 i = 0; i < ARRAY_SIZE(tcp_ca_list); i++)
		if (tcp_ca_list[i].allowed)
			ns->ca_allowed |= 1u << (i + 1);
	tcp_ca_names(~0u, ns->available_congestion_control);
	tcp_ca_names(ns->ca_allowed, ns->allowed_congestion_control);
}

/* net.ipv4.tcp_congestion_control: what is the default is allowed, too. */
int tcp_ca_apply_default(struct net *net, const struct sysctl_row *row)
{
	struct netns_tcp *ns = &net->tcp;
	u32 key = tcp_ca_key(ns->congestion_control, (u32)strlen(ns->congestion_control));

	(void)row;
	if (!key)
		return -ENOENT;
	ns->ca_default = tcp_ca_by_key(key);
	ns->ca_allowed |= 1u << key;
	tcp_ca_names(ns->ca_allowed, ns->allowed_congestion_control);
	return 0;
}

/* net.ipv4.tcp_allowed_congestion_control */
int tcp_ca_apply_allowed(struct net *net, const struct sysctl_row *row)
{
	const char *p = net->tcp.allowed_congestion_control;
	u32 set = 0;

	(void)row;
	while (*p) {
		u32 len = 0, key;

		while (p[len] && p[len] != ' ' && p[len] != '\t')
			len++;
		key = tcp_ca_key(p, len);
		if (len && !key)
			return -ENOENT;
		set |= len ? 1u << key : 0;
		p += len + (p[len] != '\0');
	}
	net->tcp.ca_allowed = set;
	tcp_ca_names(set, net->tcp.allowed_congestion_control);
	return 0;
}

bool tcp_ca_restricted(const struct net *net, const char *name, u32 len)
{
	u32 key = tcp_ca_key(name, (u32)strnlen(name, len));

	return key && !(net->tcp.ca_allowed >> key & 1);
}

/* -- of a socket ------------------------------------------------------------------------------- */

void *tcp_ca_state(const struct tcp_sock *tp)
{
	if (tp->ca_ops->state_size)
		return (void *)(uintptr_t)tp->ca_priv[0];
	return (void *)(uintptr_t)tp->ca_priv;
}

void tcp_ca_assign(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ca_ops = tcp_ns(sk)->ca_default;
	memset(tp->ca_priv, 0, sizeof(tp->ca_priv));
}

/* What the route names; NULL: nothing. */
const struct tcp_congestion_ops *tcp_ca_of_route(const struct dst_entry *dst)
{
	return tcp_ca_by_key(dst_metric(dst, RTAX_N_CC));
}

/* The route may name an algorithm, and may insist on it (RTAX_LOCK). */
void tcp_ca_from_route(struct sock *sk, const struct dst_entry *dst)
{
	const struct tcp_congestion_ops *ops = tcp_ca_of_route(dst);
	struct tcp_sock *tp = tcp_sk(sk);

	tp->ca_dst_locked = ops && dst_metric(dst, RTAX_N_LOCK) >> RTAX_N_CC & 1;
	if (ops)
		tp->ca_ops = ops;
}

void tcp_ca_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 size = tp->ca_ops->state_size;
	void *state;

	if (tp->ca_initialized)
		return;
	tp->prior_ssthresh = 0;
	memset(tp->ca_priv, 0, sizeof(tp->ca_priv));
	if (size) {
		state = net_alloc(sk->net, size);
		if (state)
			tp->ca_priv[0] = (uintptr_t)state;
		else
			tp->ca_ops = &tcp_reno;		/* which needs none */
	}
	if (tp->ca_ops->needs_pacing)
		sk->sk_pacing_needed = true;
	if (tp->ca_ops->init)
		tp->ca_ops->init(sk);
	tp->ca_initialized = 1;
}

void tcp_ca_release(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->ca_initialized)
		return;
	if (tp->ca_ops->release)
		tp->ca_ops->release(sk);
	if (tp->ca_ops->state_size)
		net_free(sk->net, tcp_ca_state(tp), tp->ca_ops->state_size);
	tp->ca_initialized = 0;
}

int tcp_ca_set(struct sock *sk, const struct tcp_congestion_ops *ops)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ca_dst_locked)
		return -EPERM;
	tp->ca_setsockopt = 1;
	if (ops == tp->ca_ops)
		return 0;
	tcp_ca_release(sk);
	tp->ca_ops = ops;
	memset(tp->ca_priv, 0, sizeof(tp->ca_priv));
	if (!tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN) | TCPF(SYN_SENT)))
		tcp_ca_init(sk);
	return 0;
}

void tcp_ca_event(struct sock *sk, enum tcp_ca_event ev)
{
	const struct tcp_congestion_ops *ops = tcp_ca(tcp_sk(sk));

	if (ops->cwnd_event)
		ops->cwnd_event(sk, ev);
}

void tcp_set_ca_state(struct sock *sk, u8 state)
{
	struct tcp_sock *tp = tcp_sk(sk);

	trace_event(sk->net, tcp_cong_state_set, NULL, sk, NULL, tp->ca_state, state);
	if (tcp_ca(tp)->set_state)
		tcp_ca(tp)->set_state(sk, state);
	if (tp->ca_state == TCP_CA_Loss && state != TCP_CA_Loss && tp->rto_stamp_ms) {
		tp->total_rto_time_ms += tcp_now_ms(sk) - tp->rto_stamp_ms;	/* TCP_INFO's */
		tp->rto_stamp_ms = 0;
	}
	tp->ca_state = state & 7;
}
