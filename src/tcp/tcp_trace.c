/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tracepoint's line says of a TCP connection. */
#include "tcp/tcp_priv.h"

static void trace_end(const struct sock *sk, bool peer, const char *key, struct strbuf *sb)
{
	struct inet_sockaddr a;
	char text[INET_ADDRSTRLEN_NS];

	if (sk->prot->getname((struct sock *)(uintptr_t)sk, &a, peer))
		return;
	inet_addr_ntop(&a.addr, text, sizeof(text));
	strbuf_printf(sb, strchr(text, ':') ? " %s=[%s]:%u" : " %s=%s:%u", key, text, a.port);
}

/* The names of Linux's tcp_probe event; sequence numbers as on the wire, srtt in microseconds. */
void tcp_trace(const struct sock *sk, struct strbuf *sb)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	trace_end(sk, false, "src", sb);
	trace_end(sk, true, "dest", sb);
	if (sk->sk_state == TCP_LISTEN || sk->sk_state == TCP_CLOSE)
		return;
	strbuf_printf(sb,
		      " snd_nxt=%u snd_una=%u snd_cwnd=%u ssthresh=%u snd_wnd=%u srtt=%u "
		      "rcv_wnd=%u mss=%u",
		      tp->snd_nxt, tp->snd_una, tp->snd_cwnd, tp->snd_ssthresh, tp->snd_wnd,
		      tp->srtt_us >> 3, tp->rcv_wnd, tp->mss_cache);
}
