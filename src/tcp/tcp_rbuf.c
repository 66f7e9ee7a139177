/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receive buffer and the window it makes. A window promises payload, the buffer holds truesize:
 * scaling_ratio, measured on arriving packets, converts. Buffers grow with what the user drains a
 * round trip (dynamic right-sizing); when memory runs short queues are collapsed, then pruned.
 */
#include "tcp/tcp_priv.h"

u32 tcp_win_from_space(const struct tcp_sock *tp, s64 space)
{
	return space <= 0 ? 0 : (u32)min_t(u64, (u64)space * tp->scaling_ratio >> 8, S32_MAX);
}

static s64 tcp_space_from_win(const struct tcp_sock *tp, u64 win)
{
	return (s64)((win << 8) / max_t(u32, tp->scaling_ratio, 1));
}

u32 tcp_full_space(const struct sock *sk)
{
	return tcp_win_from_space(tcp_sk(sk), sk->sk_rcvbuf);
}

static u32 tcp_space(const struct sock *sk)
{
	return tcp_win_from_space(tcp_sk(sk), (s64)sk->sk_rcvbuf - sk->sk_rmem_alloc);
}

/* The most that is ever offered, 0: no bound. A buffer that the user fixed will not grow. */
u32 tcp_initial_clamp(const struct sock *sk, const struct dst_entry *dst)
{
	u32 bound = tcp_sk(sk)->window_clamp, full = tcp_full_space(sk);

	if (!bound)
		bound = dst_metric(dst, RTAX_N_WINDOW);
	if (sk->sk_userlocks & TCP_RCVBUF_LOCK && (!bound || bound > full))
		return full;
	return bound;
}

/*
 * Window and scale of a connection that begins: a whole number of segments (of which a SYN can show
 * 65535 octets); the scale is what the buffer may grow to. init_segs: the route's bound on the window
 * (initrwnd), 0: none. *wnd and *wscale out.
 */
void tcp_select_initial_window(const struct net *net, u32 space, u32 mss, u32 *clamp_io,
			       bool wscale_ok, u32 init_segs, u32 *wnd, u8 *wscale)
{
	const struct netns_tcp *ns = &net->tcp;

	if (!*clamp_io)
		*clamp_io = 65535u << TCP_MAX_WSCALE;
	space = min(space, *clamp_io);
	if (mss && space > mss)
		space = space / mss * mss;
	*wnd = ns->workaround_signed_windows ? min(space, (u32)TCP_MAX_WINDOW_NS) : space;
	if (init_segs)
		*wnd = min(*wnd, init_segs * mss);
	*wscale = 0;
	if (wscale_ok) {
		space = max3(space, ns->rmem[2], net->core.rmem_max);
		space = min(space, *clamp_io);
		*wscale = space < 65536 ? 0 : (u8)clamp((int)ilog2(space) - 15, 0, TCP_MAX_WSCALE);
	} else {
		*wnd = min(*wnd, 65535u);
	}
	*clamp_io = min(65535u << *wscale, *clamp_io);
}

/* The window that may be offered now, silly ones rounded to none (RFC 9293 3.8.6.2.2). */
u32 tcp_window_now(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mss = tp->rcv_mss, free_space = tcp_space(sk), allowed = tcp_full_space(sk);
	u32 full = min(tp->window_clamp, allowed), window;
	u8 scale = tp->rx_opt.rcv_wscale;

	if (mss > full)
		mss = full;
	if (!mss)
		return 0;
	if (free_space < full >> 1) {
		tp->quick = 0;
		if (tcp_under_pressure(sk))
			tp->rcv_ssthresh = min(tp->rcv_ssthresh, 4u * tp->advmss);
		free_space = ALIGN_DOWN(free_space, 1u << scale);
		if (free_space < allowed >> 4 || free_space < mss)
			return 0;
	}
	if (scale && tcp_ns(sk)->shrink_window)	/* never more than there is */
		free_space = ALIGN_DOWN(free_space, 1u << scale);
	free_space = min(free_space, tp->rcv_ssthresh);
	if (scale)
		return ALIGN_UP(free_space, 1u << scale);
	window = tp->rcv_wnd;
	if (window + mss <= free_space || window > free_space)
		window = free_space / mss * mss;
	else if (mss == full && free_space > window + (full >> 1))
		window = free_space;
	return window;
}

/*
 * The window field of the segment being built. The right edge moves back (SHLD-14) only when it was
 * asked for by tcp_shrink_window, or when data had to be dropped for want of memory.
 */
u16 tcp_select_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old = tp->rcv_wnd, cur = tcp_receive_window(tp), win = tcp_window_now(sk);
	u8 scale = tp->rx_opt.rcv_wscale;

	if (tp->ack_pending & TCP_ACK_NOMEM) {
		win = 0;
	} else if (win < cur && !(scale && tcp_ns(sk)->shrink_window)) {
		if (!win)
			net_mib_inc(sk->net, TcpExt_TCPWantZeroWindowAdv);
		win = ALIGN_UP(cur, 1u << scale);
	}
	tp->rcv_wnd = win;
	tp->rcv_wup = tp->rcv_nxt;
	if (!scale && tcp_ns(sk)->workaround_signed_windows)
		win = min(win, (u32)TCP_MAX_WINDOW_NS);
	else
		win = min(win, 65535u << scale);
	win >>= scale;
	tp->rcv_edge = seq_max(tp->rcv_edge, tp->rcv_nxt + (win << scale));
	if (!win) {
		tp->pred_ok = false;
		if (old)
			net_mib_inc(sk->net, TcpExt_TCPToZeroWindowAdv);
	} else if (!old) {
		net_mib_inc(sk->net, TcpExt_TCPFromZeroWindowAdv);
		tcp_fast_path_check(sk);
	}
	return (u16)win;
}

/* -- growing ----------------------------------------------------------------------------------- */

/* A clamp that falls takes the offered window with it; one that rises gives room to grow. */
void tcp_set_window_clamp(struct sock *sk, u32 to)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old = tp->window_clamp;

	tp->window_clamp = max_t(u32, to, SOCK_MIN_RCVBUF / 2);
	if (tp->window_clamp < old)
		tp->rcv_ssthresh = min(tp->rcv_ssthresh, tp->window_clamp);
	else if (tp->window_clamp > old)
		tp->rcv_ssthresh = max(tp->rcv_ssthresh, min(tp->rcv_wnd, tp->window_clamp));
}

/* Is it the user, or the route, who bounds the window, and not the buffer? */
static bool tcp_clamp_chosen(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->clamp_set && (!sk->sk_dst_cache || !dst_metric(sk->sk_dst_cache, RTAX_N_WINDOW)))
		return false;
	/* advmss may have shrunk by the timestamps since, with Fast Open */
	return tp->window_clamp + tp->advmss + TCP_OLEN_TIMESTAMP_ALIGNED < tcp_full_space(sk);
}

/* How much of what a packet costs is payload: looked at when the peer's segment size changes. */
void tcp_measure_scaling(struct sock *sk, const struct sk_buff *skb, u32 payload)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 ratio = ((u64)payload << 8) / max(skb->truesize, 1u);
	bool chosen = tcp_clamp_chosen(sk);

	ratio = clamp_t(u64, ratio, 1, 255);
	if (ratio == tp->scaling_ratio)
		return;
	tp->scaling_ratio = (u8)ratio;
	if (!chosen)
		tcp_set_window_clamp(sk, tcp_full_space(sk));
	tp->rcvq_space = min(tp->rcvq_space, tp->window_clamp);
}

/* Half full, and what comes costs more than it was thought to: promise less. */
static void tcp_lower_scaling(struct sock *sk, const struct sk_buff *skb, u32 len)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 ratio = (u32)(((u64)len << 8) / max(skb->truesize, 1u));

	if (2 * (s64)sk->sk_rmem_alloc > sk->sk_rcvbuf && ratio < tp->scaling_ratio)
		tp->scaling_ratio = (u8)((tp->scaling_ratio * 7u + max(ratio, 8u) + 4) >> 3);
}

/*
 * By how much a packet with len octets of payload lets the window grow. One that is mostly overhead does
 * so only as far as a buffer of such packets could hold: to 1/2^k of the largest, if payload is that part.
 */
static u32 tcp_window_step(const struct sock *sk, const struct sk_buff *skb, u32 len)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 cost = tcp_win_from_space(tp, skb->truesize), k = 1;

	if (cost <= len)
		return max(2u * tp->advmss, 2 * len);
	while (cost >> k > len)
		k++;
	if (tp->rcv_ssthresh > tcp_win_from_space(tp, tcp_ns(sk)->rmem[2]) >> k)
		return 0;
	return max(2u * tp->rcv_mss, 2 * len);
}

/* A segment came in: offer more. queued: its cost is in the buffer already. */
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb, u32 len, bool queued)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 space = (s64)sk->sk_rcvbuf - sk->sk_rmem_alloc;
	u32 room, incr;

	tcp_lower_scaling(sk, skb, len);
	if (tcp_under_pressure(sk)) {
		tp->rcv_ssthresh = min(tp->rcv_ssthresh, 4u * tp->advmss);
		return;
	}
	if (!queued)
		space -= skb->truesize;
	room = min(tp->window_clamp, tcp_win_from_space(tp, space));
	if (tp->rcv_ssthresh >= room)
		return;
	incr = tcp_window_step(sk, skb, len);
	if (!incr)
		return;
	tp->quick |= 1;
	tp->rcv_ssthresh += min(room - tp->rcv_ssthresh, incr);
}

/* At the start of the connection. */
void tcp_init_buffer_space(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 max_win;

	if (!(sk->sk_userlocks & TCP_SNDBUF_LOCK))
		tcp_sndbuf_expand(sk);
	tp->rcvq_us = tcp_now_us(sk);
	tp->rcvq_seq = tp->copied_seq;
	max_win = tcp_full_space(sk);
	if (tp->window_clamp >= max_win) {
		tp->window_clamp = max_win;
		if (tcp_ns(sk)->app_win && max_win > 4u * tp->advmss)	/* for the application */
			tp->window_clamp = max(max_win - (max_win >> tcp_ns(sk)->app_win),
					       4u * tp->advmss);
	}
	/* one segment is never offered */
	if (tp->window_clamp > 2u * tp->advmss && tp->window_clamp + tp->advmss > max_win)
		tp->window_clamp = max_t(u32, 2u * tp->advmss, max_win - tp->advmss);
	tp->rcv_ssthresh = min(tp->rcv_ssthresh, tp->window_clamp);
	tp->rcvq_space = min3(tp->rcv_ssthresh, tp->rcv_wnd, 10u * tp->advmss);
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
}

/*
 * space octets a round trip are taken, or were: the buffer becomes what holds twice that, with room for
 * a sender that doubles its rate, and what waits out of order (DRS).
 */
void tcp_rcvbuf_grow(struct sock *sk, u32 space)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 rcvwin = 2ull * space;
	s64 buf;

	rcvwin += 2 * (rcvwin * (space - tp->rcvq_space) / max(tp->rcvq_space, 1u));
	tp->rcvq_space = space;
	if (!tcp_ns(sk)->moderate_rcvbuf || sk->sk_userlocks & TCP_RCVBUF_LOCK)
		return;
	if (tp->ooo_last)
		rcvwin += tcp_rxcb(tp->ooo_last)->end_seq - tp->rcv_nxt;
	buf = min_t(s64, tcp_space_from_win(tp, rcvwin), (s64)tcp_ns(sk)->rmem[2]);
	if (buf <= sk->sk_rcvbuf)
		return;
	sk->sk_rcvbuf = (int)buf;
	tp->window_clamp = tcp_win_from_space(tp, buf);
}

/* The user took data: looked at once a round trip. What still waits was not taken in time. */
void tcp_rcv_space_adjust(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_us(sk);
	s32 copied;

	if (!tp->rcv_rtt_us || now - tp->rcvq_us < tp->rcv_rtt_us >> 3)
		return;
	copied = (s32)(tp->copied_seq - tp->rcvq_seq) - (s32)(tp->rcv_nxt - tp->copied_seq);
	if (copied > 0 && (u32)copied > tp->rcvq_space)
		tcp_rcvbuf_grow(sk, (u32)copied);
	tp->rcvq_seq = tp->copied_seq;
	tp->rcvq_us = now;
}

/* SO_RCVLOWAT: not more than the buffer can ever hold, and a buffer that holds it. */
int tcp_set_rcvlowat(struct sock *sk, int val)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool locked = sk->sk_userlocks & TCP_RCVBUF_LOCK;
	int cap = locked ? sk->sk_rcvbuf >> 1 : (int)tcp_ns(sk)->rmem[2] >> 1;
	s64 space;

	val = min(val, cap);
	sk->sk_rcvlowat = val ? val : 1;
	if (tp->rcv_nxt - tp->copied_seq >= (u32)sk->sk_rcvlowat)
		sk_wake(sk, SOCK_EV_IN);
	space = tcp_space_from_win(tp, (u32)val);
	if (locked || space <= sk->sk_rcvbuf)
		return 0;
	sk->sk_rcvbuf = (int)min_t(s64, space, S32_MAX);
	if (tp->window_clamp && tp->window_clamp < (u32)val)
		tp->window_clamp = (u32)val;
	return 0;
}

/* What a segment is taken to cost: Linux's figures, so that SO_SNDBUF says there and here the same. */
enum { SNDBUF_HEAD = 512, SNDBUF_SKB = 256 };

/* What cwnd needs twice over, so that the user can write while a window is in flight. */
void tcp_sndbuf_expand(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 per_mss = max_t(u32, tp->rx_opt.mss_clamp, tp->mss_cache) + SNDBUF_HEAD;
	u64 segs = max3((u32)TCP_INIT_CWND, tp->snd_cwnd, tp->reordering + 1), want;

	want = segs * (roundup_pow_of_two(per_mss) + SNDBUF_SKB) *
	       (tcp_ca(tp)->sndbuf_expand ? tcp_ca(tp)->sndbuf_expand(sk) : 2);
	if ((u64)sk->sk_sndbuf < want && tcp_mem_plenty(sk))
		sk->sk_sndbuf = (int)min_t(u64, want, tcp_ns(sk)->wmem[2]);
}

/* -- running short ----------------------------------------------------------------------------- */

/* Merges the run of packets that begins at skb (in the receive queue) into one linear packet. */
static void tcp_collapse_run(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff_head *q = &sk->sk_receive_queue;
	u32 len = 0, seq = tcp_rxcb(skb)->seq, n = 0;
	struct sk_buff *s, *next, *big;

	for (s = skb; s && (tcp_bloated(s) || !n); s = skb_queue_next(q, s)) {
		if (tcp_rxcb(s)->seq != seq + len || len + s->len > 16384 ||
		    tcp_rxcb(s)->flags & (TCPHDR_FIN | TCPHDR_SYN))
			break;
		len += s->len;
		n++;
	}
	if (n < 2)
		return;
	big = alloc_skb(sk->net, len);
	if (!big)
		return;
	*tcp_rxcb(big) = (struct tcp_rx_cb){ .seq = seq, .end_seq = seq + len,
					     .flags = tcp_rxcb(skb)->flags };
	big->tstamp = skb->tstamp;
	for (s = skb; n--; s = next) {
		next = skb_queue_next(q, s);
		skb_copy_bits(s, 0, skb_put(big, s->len), s->len);
		if (s == skb)
			skb_queue_after(q, s, big);
		skb_unlink(q, s);
		consume_skb(s);
		net_mib_inc(sk->net, TcpExt_TCPRcvCollapsed);
	}
	skb_set_owner_r(big, sk);
}

static void tcp_collapse_queue(struct sock *sk)
{
	struct sk_buff *skb = skb_peek(&sk->sk_receive_queue), *prev;

	while (skb) {
		prev = skb_queue_prev(&sk->sk_receive_queue, skb);
		if (tcp_bloated(skb) && !(tcp_rxcb(skb)->flags & TCPHDR_FIN))
			tcp_collapse_run(sk, skb);
		skb = prev ? skb_queue_next(&sk->sk_receive_queue, prev) :
			     skb_peek(&sk->sk_receive_queue);
		if (skb)
			skb = skb_queue_next(&sk->sk_receive_queue, skb);
	}
}

/* Data came for which there is no room: the buffer grows if it may, and the window does not. */
static void tcp_clamp_window(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int most = (int)tcp_ns(sk)->rmem[2];

	tp->quick = 0;
	if (sk->sk_rcvbuf < most && !(sk->sk_userlocks & TCP_RCVBUF_LOCK) && tcp_mem_plenty(sk))
		sk->sk_rcvbuf = min(sk->sk_rmem_alloc, most);
	if (sk->sk_rmem_alloc > sk->sk_rcvbuf)
		tp->rcv_ssthresh = min(tp->window_clamp, 2u * tp->advmss);
}

/* One more packet may go beyond the buffer, whatever its size: the window was a promise. */
bool tcp_rcvbuf_holds(const struct sock *sk)
{
	return sk->sk_rmem_alloc <= sk->sk_rcvbuf;
}

/* The buffer is full. Collapse; then drop out-of-order data above seq. Is there room now? */
static bool tcp_prune_queue(struct sock *sk, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	net_mib_inc(sk->net, TcpExt_PruneCalled);
	if (sk->sk_rmem_alloc >= sk->sk_rcvbuf)
		tcp_clamp_window(sk);
	else if (tcp_under_pressure(sk))
		tp->rcv_ssthresh = min(tp->rcv_ssthresh, 4u * tp->advmss);
	if (tcp_rcvbuf_holds(sk))
		return true;
	tcp_ooo_collapse(sk);
	tcp_collapse_queue(sk);
	if (tcp_rcvbuf_holds(sk))
		return true;
	tcp_prune_ooo(sk, seq);
	if (tcp_rcvbuf_holds(sk))
		return true;
	net_mib_inc(sk->net, TcpExt_RcvPruned);
	tp->pred_ok = false;
	return false;
}

/* May skb, whose data begins at seq, be queued? Makes room for it if it can. */
bool tcp_rmem_ok(struct sock *sk, const struct sk_buff *skb, u32 seq)
{
	if (tcp_rcvbuf_holds(sk) && tcp_rmem_schedule(sk, skb->truesize))
		return true;
	if (!tcp_prune_queue(sk, seq))
		return false;
	while (!tcp_rmem_schedule(sk, skb->truesize))
		if (!tcp_prune_ooo(sk, seq))
			return false;
	return true;
}
