/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all connections together may hold (net.ipv4.tcp_mem, in pages: below the first all is well,
 * above the second there is pressure until it falls below the first again, the third is the end),
 * and who has to yield then: windows stop growing, those with more than their share take nothing
 * more, orphans go. A connection's first few kilobytes are never refused.
 */
#include "tcp/tcp_priv.h"

enum { MEM_PAGE = 4096 };

static u64 tcp_mem_pages(const struct netns_tcp *ns)
{
	return (u64)max_t(s64, ns->mem_octets, 0) / MEM_PAGE;
}

static void tcp_enter_pressure(struct sock *sk)
{
	struct netns_tcp *ns = tcp_ns(sk);

	if (ns->mem_pressure)
		return;
	ns->mem_pressure = true;
	ns->mem_pressure_since = sk->net->now;
	net_mib_inc(sk->net, TcpExt_TCPMemoryPressures);
}

static void tcp_leave_pressure(struct sock *sk)
{
	struct netns_tcp *ns = tcp_ns(sk);

	if (!ns->mem_pressure)
		return;
	ns->mem_pressure = false;
	net_mib_add(sk->net, TcpExt_TCPMemoryPressuresChrono,
		    (sk->net->now - ns->mem_pressure_since) / NSEC_PER_MSEC);
}

/* Is memory short now? Crossing a threshold is noticed here. */
bool tcp_under_pressure(struct sock *sk)
{
	const struct netns_tcp *ns = tcp_ns(sk);
	u64 pages = tcp_mem_pages(ns);

	if (pages > ns->mem[1])
		tcp_enter_pressure(sk);
	else if (pages < ns->mem[0])
		tcp_leave_pressure(sk);
	return ns->mem_pressure;
}

/* Enough for buffers to grow on their own? */
bool tcp_mem_plenty(struct sock *sk)
{
	return !tcp_under_pressure(sk) && tcp_mem_pages(tcp_ns(sk)) < tcp_ns(sk)->mem[0];
}

/* May sk, holding held octets in this direction, of which floor are its right, take size more? */
static bool tcp_mem_schedule(struct sock *sk, s64 held, u32 floor, u32 size)
{
	const struct netns_tcp *ns = tcp_ns(sk);
	u64 pages = tcp_mem_pages(ns) + size / MEM_PAGE, own;

	if (pages <= ns->mem[0] || held < (s64)floor)
		return true;
	if (pages > ns->mem[2])
		return false;
	if (!tcp_under_pressure(sk))
		return true;
	own = DIV_ROUND_UP((u64)(sk->sk_rmem_alloc + sk->sk_wmem_queued) + size, MEM_PAGE);
	return ns->mem[2] > ns->sock_count * own;
}

/* A received packet of truesize size may be queued. */
bool tcp_rmem_schedule(struct sock *sk, u32 size)
{
	return tcp_mem_schedule(sk, sk->sk_rmem_alloc, tcp_ns(sk)->rmem[0], size);
}

/* size octets of the user may be queued. When not, the buffer is cut to what is in it. */
bool tcp_wmem_schedule(struct sock *sk, u32 size)
{
	if (tcp_mem_schedule(sk, sk->sk_wmem_queued, tcp_ns(sk)->wmem[0], size))
		return true;
	tcp_enter_pressure(sk);
	if (!(sk->sk_userlocks & TCP_SNDBUF_LOCK))
		sk->sk_sndbuf = max_t(int, min(sk->sk_sndbuf, sk->sk_wmem_queued >> 1),
				      SOCK_MIN_SNDBUF);
	return false;
}

/* Must an orphan end? shift: how much more it weighs than an ordinary one. */
bool tcp_orphan_excess(struct sock *sk, u32 shift)
{
	const struct netns_tcp *ns = tcp_ns(sk);

	return (u64)ns->orphan_count << shift > ns->max_orphans ||
	       (sk->sk_wmem_queued > SOCK_MIN_SNDBUF && tcp_mem_pages(ns) > ns->mem[2]);
}
