/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state machine as a table (RFC 9293 3.3.2): which change is legal, and what close() does in
 * each state. Every change goes through tcp_set_state().
 */
#include "tcp/tcp_priv.h"

/* to which states one may go; CLOSE is always allowed (abort) */
static const u32 tcp_next[TCP_MAX_STATES] = {
	[TCP_CLOSE] = TCPF(SYN_SENT) | TCPF(LISTEN) | TCPF(SYN_RECV),
	[TCP_LISTEN] = 0,
	[TCP_SYN_SENT] = TCPF(SYN_RECV) | TCPF(ESTABLISHED),
	[TCP_SYN_RECV] = TCPF(ESTABLISHED) | TCPF(FIN_WAIT1) | TCPF(CLOSE_WAIT),
	[TCP_ESTABLISHED] = TCPF(FIN_WAIT1) | TCPF(CLOSE_WAIT),
	[TCP_FIN_WAIT1] = TCPF(FIN_WAIT2) | TCPF(CLOSING) | TCPF(TIME_WAIT),
	[TCP_FIN_WAIT2] = TCPF(TIME_WAIT),
	[TCP_CLOSE_WAIT] = TCPF(LAST_ACK),
	[TCP_CLOSING] = TCPF(TIME_WAIT),
	[TCP_LAST_ACK] = 0,
	[TCP_TIME_WAIT] = 0,
};

bool tcp_transition_legal(u8 from, u8 to)
{
	return to == TCP_CLOSE || from == to || (tcp_next[from] & tcpf(to));
}

static bool tcp_counts_estab(u8 state)
{
	return state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
}

/* Changes the state, the counters that follow it, and, in CLOSE, leaves the tables. */
void tcp_set_state(struct sock *sk, u8 state)
{
	u8 old = sk->sk_state;

	ASSERT(tcp_transition_legal(old, state));
	if (tcp_counts_estab(state) && !tcp_counts_estab(old))
		net_mib_inc(sk->net, Tcp_CurrEstab);
	else if (tcp_counts_estab(old) && !tcp_counts_estab(state))
		sk->net->mib[MIB_Tcp_CurrEstab]--;
	if (state == TCP_CLOSE) {
		if (tcp_counts_estab(old))
			net_mib_inc(sk->net, Tcp_EstabResets);
		tcp_unhash(sk);
		if (!(sk->sk_userlocks & INET_BINDPORT_LOCK))
			tcp_put_port(sk);
	}
	sk_set_state(sk, state);
}

/* close() and shutdown(): the next state, and whether a FIN announces it. */
bool tcp_close_state(struct sock *sk)
{
	switch (sk->sk_state) {
	case TCP_ESTABLISHED:
	case TCP_SYN_RECV:
		tcp_set_state(sk, TCP_FIN_WAIT1);
		return true;
	case TCP_CLOSE_WAIT:
		tcp_set_state(sk, TCP_LAST_ACK);
		return true;
	case TCP_SYN_SENT:
		tcp_set_state(sk, TCP_CLOSE);
		return false;
	default:
		return false;
	}
}
