/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packetization-layer path MTU discovery (RFC 4821, net.ipv4.tcp_mtu_probing): a segment above the
 * usual size is tried in the middle of a flow; that it arrives says more than an ICMP message that
 * may never come. mtup.low is known to pass, mtup.high may. And the other way round: when RTOs go
 * on the path is thought to be a black hole for large segments, and low is halved. From tcp_out.c
 * (probe), tcp_ack.c (it arrived), tcp_recovery.c (it was lost) and tcp_timer.c (black hole).
 */
#include "tcp/tcp_priv.h"

enum { MTUP_MIN_CWND = 11 };	/* a probe and the segments behind it that show its loss */

static u32 tcp_mtup_highest(const struct tcp_sock *tp)
{
	return tp->rx_opt.mss_clamp + TCP_HLEN + (u32)tp->inet.af->hdr_len;
}

/* When the connection is up: what to search between. */
void tcp_mtup_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);

	tp->mtup = (struct tcp_mtup){
		.enabled = ns->mtu_probing > 1,
		.high = tcp_mtup_highest(tp),
		.low = tcp_mss_to_mtu(tp, ns->base_mss),
		.stamp_s = tcp_now_s(sk->net),
	};
}

/* The path may have changed for the better: search again between today's size and the peer's. */
static void tcp_mtup_check_reprobe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_s(sk->net);

	if (now - tp->mtup.stamp_s < tcp_ns(sk)->probe_interval)
		return;
	tp->mtup.probe = 0;
	tp->mtup.high = tcp_mtup_highest(tp);
	tp->mtup.low = tcp_mss_to_mtu(tp, tcp_current_mss(sk));
	tp->mtup.stamp_s = now;
}

/* next joins skb, both at the head of the unsent queue. */
static bool tcp_mtup_join(struct sock *sk, struct sk_buff *skb, struct sk_buff *next)
{
	struct tcp_tx_cb *cb = tcp_tx(skb), *ncb = tcp_tx(next);
	u32 size = skb->truesize;

	if (skb_shinfo(skb)->nr_frags + skb_shinfo(next)->nr_frags > MAX_SKB_FRAGS ||
	    skb_append_range(skb, next, 0, next->len))
		return false;
	tcp_wmem_charge(sk, (int)(skb->truesize - size));
	cb->end_seq = ncb->end_seq;
	cb->flags = ncb->flags;
	cb->eor = ncb->eor;
	skb_unlink(&sk->sk_write_queue, next);
	tcp_tx_free(sk, next);
	return true;
}

/* Makes the head of the unsent queue exactly len octets. NULL: the queue is as good as before. */
static struct sk_buff *tcp_mtup_gather(struct sock *sk, u32 len)
{
	struct sk_buff *skb = tcp_send_head(sk), *next;

	while (skb->len < len) {
		next = skb_queue_next(&sk->sk_write_queue, skb);
		if (!next || tcp_tx(skb)->eor || tcp_tx(skb)->flags & TCPHDR_FIN)
			return NULL;
		if (next->len > len - skb->len &&
		    tcp_fragment(sk, next, len - skb->len, tcp_sk(sk)->mss_cache, false))
			return NULL;
		if (!tcp_mtup_join(sk, skb, next))
			return NULL;
	}
	if (skb->len > len && tcp_fragment(sk, skb, len, len, false))
		return NULL;
	return skb;
}

/* Is enough queued, and allowed by the windows, for a probe and what must follow it? */
static int tcp_mtup_room(const struct tcp_sock *tp, u32 probe_mss)
{
	u32 needed = probe_mss + (tp->reordering + 1) * tp->mss_cache;

	if (tp->write_seq - tp->snd_nxt < needed || tp->snd_wnd < needed)
		return -1;
	if (after(tp->snd_nxt + needed, tcp_wnd_end(tp)))
		return 0;
	if (tcp_packets_in_flight(tp) + 2 > tp->snd_cwnd)
		return tcp_packets_in_flight(tp) ? 0 : -1;
	return 1;
}

/*
 * Sends a probe if one is due. 1: it left; 0: wait, nothing else should be sent before it; -1: go
 * on as usual.
 */
int tcp_mtu_probe(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_mtup *m = &tp->mtup;
	u32 mss, threshold = max(tcp_ns(sk)->probe_threshold, 1u);
	struct sk_buff *skb;
	int room;

	if (!m->enabled || m->probe || tp->ca_state != TCP_CA_Open ||
	    tp->snd_cwnd < MTUP_MIN_CWND || tp->num_sacks || tp->has_dsack)
		return -1;
	mss = tcp_mtu_to_mss(sk, (m->high + m->low) / 2);
	if (mss > tcp_mtu_to_mss(sk, m->high) || m->high < m->low + threshold) {
		tcp_mtup_check_reprobe(sk);
		return -1;
	}
	room = tcp_mtup_room(tp, mss);
	if (room <= 0)
		return room;
	skb = tcp_mtup_gather(sk, mss);
	if (!skb)
		return -1;
	tcp_tx_set_pcount(skb, mss);
	if (tcp_transmit_skb(sk, skb))
		return -1;
	tp->snd_cwnd--;		/* it counts for two: an ACK of it is worth as much */
	tcp_event_new_data_sent(sk, skb);
	m->probe = tcp_mss_to_mtu(tp, mss);
	m->seq = tcp_tx(skb)->seq;
	m->end_seq = tcp_tx(skb)->end_seq;
	return 1;
}

/* SND.UNA passed the probe. cwnd stays the same number of octets. */
void tcp_mtup_acked(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_mtup *m = &tp->mtup;
	u64 cwnd = (u64)tp->snd_cwnd * tcp_mss_to_mtu(tp, tp->mss_cache) / m->probe;

	tp->prior_ssthresh = tcp_current_ssthresh(sk);
	tp->snd_cwnd = max_t(u32, (u32)cwnd, 1);
	tp->snd_cwnd_cnt = 0;
	tp->snd_cwnd_stamp_us = tcp_now_us(sk);
	tp->snd_ssthresh = tcp_current_ssthresh(sk);
	m->low = m->probe;
	m->probe = 0;
	tcp_sync_mss(sk, tp->pmtu_cookie);
	net_mib_inc(sk->net, TcpExt_TCPMTUPSuccess);
}

/*
 * Loss recovery is about to begin. When it is the probe that is missing, its size is why, not
 * congestion: true, and it goes again in smaller segments.
 */
bool tcp_mtup_lost(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_mtup *m = &tp->mtup;

	if (!m->probe || tp->ca_state >= TCP_CA_CWR || tp->snd_una != m->seq)
		return false;
	m->high = m->probe - 1;
	m->probe = 0;
	net_mib_inc(sk->net, TcpExt_TCPMTUPFail);
	tp->snd_cwnd++;
	tcp_simple_retransmit(sk);
	return true;
}

/*
 * The path may be a black hole for large segments (RTOs beyond tcp_retries1): begin to probe, or go
 * down another step.
 */
void tcp_mtup_blackhole(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	struct tcp_mtup *m = &tp->mtup;
	u32 mss;

	if (!ns->mtu_probing || !m->high)
		return;
	if (!m->enabled) {
		m->enabled = true;
		m->stamp_s = tcp_now_s(sk->net);
	} else {
		mss = min(tcp_mtu_to_mss(sk, m->low) >> 1, ns->base_mss);
		mss = max3(mss, ns->mtu_probe_floor, ns->min_snd_mss);
		m->low = tcp_mss_to_mtu(tp, mss);
	}
	tcp_sync_mss(sk, tp->pmtu_cookie);
}
