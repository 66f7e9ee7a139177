/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TIME-WAIT in small objects (RFC 9293 3.6.1, RFC 6191, RFC 1337): the last ACK again when it is
 * asked for, silence or an ACK for stray segments, and room for a new connection that is safely
 * newer. FIN-WAIT-2 whose user is gone lives here too. From tcp_rcv.c.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"

static void tcp_tw_free(struct tcp_timewait_sock *tw)
{
	struct netns_tcp *ns = &tw->net->tcp;

	del_timer(&tw->timer);
	if (hlist_is_linked(&tw->eh.node))
		inet_ehash_remove(ns->hash, &tw->eh);
	inet_port_tw_put(ns->hash, &tw->bind);
	list_del_init(&tw->node);
	ns->tw_count--;
	tcp_sig_tw_free(tw);
	pool_put(&ns->tw_pool, tw);
}

static void tcp_tw_fired(struct timer_list *t)
{
	struct tcp_timewait_sock *tw = from_timer(tw, t, timer);

	net_mib_inc(tw->net, TcpExt_TW);
	tcp_tw_free(tw);
}

static void tcp_tw_schedule(struct tcp_timewait_sock *tw, u64 ns)
{
	mod_timer(&tw->timer, tw->net->now + ns);
}

static void tcp_tw_fill(struct tcp_timewait_sock *tw, struct sock *sk, u8 state)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	tw->net = sk->net;
	tw->eh.kind = EHASH_TW;
	tw->eh.tuple = tp->eh.tuple;
	tw->snd_nxt = tp->snd_nxt;
	tw->rcv_nxt = tp->rcv_nxt;
	tw->rcv_wnd = tcp_receive_window(tp);
	tw->ts_recent = tp->rx_opt.ts_recent;
	tw->ts_recent_stamp = tp->rx_opt.ts_recent_stamp;
	tw->tstamp_ok = tp->rx_opt.tstamp_ok;
	tw->tsoffset = tp->tsoffset;
	tw->rcv_wscale = tp->rx_opt.rcv_wscale;
	tw->mark = sk->sk_mark;
	tw->tos = tp->inet.af->af_bit ? tp->inet.o6.tclass : tp->inet.tos;
	tw->tos = (u8)((tw->tos & INET_DSCP_MASK) | tcp_ecn_tw_tos(tp));
	tw->label = tp->inet.af->af_bit ? tp->inet.flowlabel & FLOWLABEL_MASK : 0;
	tcp_sig_to_tw(sk, tw);
	tw->substate = state;
	tw->entered_ns = sk->net->now;
	hlist_node_init(&tw->eh.node);
	timer_setup(&tw->timer, sk->net, tcp_tw_fired);
}

/*
 * sk becomes CLOSE and a time-wait object takes its place in the tables for timeo_ns. Without
 * memory, or with too many of them, the place is simply free (TCP-TW-04).
 */
void tcp_time_wait(struct sock *sk, u8 state, u64 timeo_ns)
{
	struct netns_tcp *ns = tcp_ns(sk);
	struct tcp_timewait_sock *tw = NULL;

	tcp_update_metrics(sk);
	if (ns->tw_count < ns->max_tw_buckets)
		tw = pool_zget(&ns->tw_pool);
	if (tw) {
		tcp_tw_fill(tw, sk, state);
		tcp_unhash(sk);
		inet_port_to_tw(sk, &tw->bind);
		inet_ehash_insert(sk->net, ns->hash, &tw->eh);
		list_add_tail(&tw->node, &ns->tw_list);
		ns->tw_count++;
		tcp_tw_schedule(tw, timeo_ns);
	} else {
		net_mib_inc(sk->net, TcpExt_TCPTimeWaitOverflow);
	}
	tcp_done(sk);
}

void tcp_tw_purge(struct net *net)
{
	struct tcp_timewait_sock *tw, *tmp;

	list_for_each_entry_safe(tw, tmp, &net->tcp.tw_list, node)
		tcp_tw_free(tw);
}

static bool tcp_tw_loopback(const struct tcp_timewait_sock *tw)
{
	return inet_addr_is_loopback(&tw->eh.tuple.laddr) ||
	       inet_addr_is_loopback(&tw->eh.tuple.raddr);
}

/*
 * For inet_port_connect(): may a new connection of ours replace e? With timestamps, tcp_tw_reuse_delay
 * later, it may (RFC 6191, tcp_tw_reuse); its numbers go on from the old ones.
 */
bool tcp_tw_usable(struct inet_ehash_entry *e, struct sock *sk)
{
	struct tcp_timewait_sock *tw = container_of(e, struct tcp_timewait_sock, eh);
	struct tcp_sock *tp = tcp_sk(sk);
	u32 mode = tcp_ns(sk)->tw_reuse;

	if (e->kind != EHASH_TW || !mode || (mode == 2 && !tcp_tw_loopback(tw)))
		return false;
	if (!tw->ts_recent_stamp || sk->net->now - tw->entered_ns <
					    tcp_ns(sk)->tw_reuse_delay * (u64)NSEC_PER_MSEC)
		return false;
	tp->write_seq = tw->snd_nxt + 65535 + 2;
	if (!tp->write_seq)
		tp->write_seq = 1;
	tp->rx_opt.ts_recent = tw->ts_recent;
	tp->rx_opt.ts_recent_stamp = tw->ts_recent_stamp;
	net_mib_inc(sk->net, TcpExt_TWRecycled);
	tcp_tw_free(tw);
	return true;
}

/* -- segments ---------------------------------------------------------------------------------- */

enum tcp_tw_verdict { TW_SUCCESS, TW_RST, TW_ACK, TW_SYN };

static void tcp_tw_send_ack(struct net *net, struct tcp_timewait_sock *tw, struct sk_buff *skb,
			    const struct tcp_seg *seg)
{
	struct tcp_reply r = {
		.seq = tw->snd_nxt, .ack = tw->rcv_nxt, .flags = TCPHDR_ACK,
		.wnd = (u16)min(tw->rcv_wnd >> tw->rcv_wscale, 65535u), .has_ts = tw->tstamp_ok,
		.tsval = (u32)(net->now / NSEC_PER_MSEC) + tw->tsoffset, .tsecr = tw->ts_recent,
		.tos = tw->tos, .mark = tw->mark, .label = tw->label,
	};

	tcp_send_reply(net, skb, seg, &r);
}

static bool tcp_tw_in_window(const struct tcp_timewait_sock *tw, const struct tcp_seg *seg)
{
	u32 end = tw->rcv_nxt + tw->rcv_wnd;

	if (seg->seq == tw->rcv_nxt)
		return true;
	if (after(seg->end_seq, tw->rcv_nxt) && before(seg->seq, end))
		return true;
	return seg->seq == end && seg->seq == seg->end_seq;
}

static void tcp_tw_note_ts(struct tcp_timewait_sock *tw, const struct tcp_seg *seg)
{
	if (!(seg->opt.saw & TCP_SAW_TSTAMP) || !tw->tstamp_ok)
		return;
	tw->ts_recent = seg->opt.tsval;
	tw->ts_recent_stamp = tcp_now_s(tw->net);
}

static bool tcp_tw_paws(const struct tcp_timewait_sock *tw, const struct tcp_seg *seg)
{
	struct tcp_options_received rx = { .ts_recent = tw->ts_recent,
					   .ts_recent_stamp = tw->ts_recent_stamp,
					   .rcv_tsval = seg->opt.tsval };

	if (!tw->tstamp_ok || !(seg->opt.saw & TCP_SAW_TSTAMP) || seg->flags & TCPHDR_RST)
		return false;
	return tcp_paws_older(&rx, TCP_PAWS_WINDOW, tcp_now_s(tw->net));
}

/* Not more than one ACK per 500 ms, or two of these would talk for ever; data and FINs do not answer. */
static enum tcp_tw_verdict tcp_tw_ack_limited(struct tcp_timewait_sock *tw,
					      const struct tcp_seg *seg)
{
	u32 now = (u32)(tw->net->now / NSEC_PER_MSEC);
	s32 limit = (s32)(tw->net->tcp.invalid_ratelimit_ns / NSEC_PER_MSEC);

	if (seg->seq != seg->end_seq && !(seg->flags & TCPHDR_SYN))
		return TW_ACK;
	if (tw->last_oow_ack_ms && (s32)(now - tw->last_oow_ack_ms) < limit) {
		if (tw->substate == TCP_FIN_WAIT2)
			net_mib_inc(tw->net, TcpExt_TCPACKSkippedFinWait2);
		else
			net_mib_inc(tw->net, TcpExt_TCPACKSkippedTimeWait);
		return TW_SUCCESS;
	}
	tw->last_oow_ack_ms = now ? now : 1;
	return TW_ACK;
}

static enum tcp_tw_verdict tcp_tw_fin_wait2(struct tcp_timewait_sock *tw, const struct tcp_seg *seg,
					    bool *kill)
{
	bool paws = tcp_tw_paws(tw, seg);

	if (paws || !tcp_tw_in_window(tw, seg))
		return seg->flags & TCPHDR_RST ? TW_SUCCESS : tcp_tw_ack_limited(tw, seg);
	if (seg->flags & TCPHDR_RST) {
		*kill = true;
		return TW_SUCCESS;
	}
	if (seg->flags & TCPHDR_SYN && !before(seg->seq, tw->rcv_nxt)) {
		*kill = true;
		return TW_RST;
	}
	if (!(seg->flags & TCPHDR_ACK) || !after(seg->end_seq, tw->rcv_nxt) ||
	    seg->end_seq == seg->seq)
		return TW_SUCCESS;
	if (!(seg->flags & TCPHDR_FIN) || seg->end_seq != tw->rcv_nxt + 1) {
		*kill = true;		/* data that nobody will read */
		return TW_RST;
	}
	tw->substate = TCP_TIME_WAIT;
	tw->entered_ns = tw->net->now;
	tw->rcv_nxt = seg->end_seq;
	tcp_tw_note_ts(tw, seg);
	tcp_tw_schedule(tw, tw->net->tcp.timewait_ns);
	return TW_ACK;
}

static enum tcp_tw_verdict tcp_tw_time_wait(struct tcp_timewait_sock *tw, struct tcp_seg *seg,
					    bool *kill)
{
	bool paws = tcp_tw_paws(tw, seg), rst = seg->flags & TCPHDR_RST;
	bool saw_ts = seg->opt.saw & TCP_SAW_TSTAMP && tw->tstamp_ok;

	if (!paws && seg->seq == tw->rcv_nxt && (seg->seq == seg->end_seq || rst)) {
		if (rst && !tw->net->tcp.rfc1337) {	/* TCP-TW-02 */
			*kill = true;
			return TW_SUCCESS;
		}
		if (!rst)
			tcp_tw_note_ts(tw, seg);
		tcp_tw_schedule(tw, tw->net->tcp.timewait_ns);
		return TW_SUCCESS;
	}
	/* RFC 6191: newer by sequence or by timestamp */
	if (seg->flags & TCPHDR_SYN && !rst && !(seg->flags & TCPHDR_ACK) && !paws &&
	    (after(seg->seq, tw->rcv_nxt) ||
	     (saw_ts && (s32)(tw->ts_recent - seg->opt.tsval) < 0))) {
		seg->isn = tw->snd_nxt + 65535 + 2;
		if (!seg->isn)
			seg->isn = 1;
		return TW_SYN;
	}
	if (paws)
		net_mib_inc(tw->net, TcpExt_PAWSTimewait);
	if (rst)
		return TW_SUCCESS;
	if (paws || seg->flags & TCPHDR_ACK)
		tcp_tw_schedule(tw, tw->net->tcp.timewait_ns);
	return tcp_tw_ack_limited(tw, seg);
}

/*
 * A segment for tw. False: consumed. True: it is a SYN for a listener, tw is gone, and seg->isn is
 * what the new connection should begin with.
 */
bool tcp_rcv_timewait(struct net *net, struct tcp_timewait_sock *tw, struct sk_buff *skb,
		      struct tcp_seg *seg)
{
	enum skb_drop_reason reason = tcp_sig_inbound_tw(tw, skb, seg);
	enum tcp_tw_verdict v;
	bool kill = false;

	if (reason) {
		kfree_skb_reason(skb, reason);
		return false;
	}
	if (tw->substate == TCP_FIN_WAIT2)
		v = tcp_tw_fin_wait2(tw, seg, &kill);
	else
		v = tcp_tw_time_wait(tw, seg, &kill);
	if (v == TW_SYN) {
		if (inet_lookup_listener(net, net->tcp.hash, &tw->eh.tuple, NULL, 0)) {
			tcp_tw_free(tw);
			return true;
		}
		v = TW_ACK;
	}
	if (v == TW_ACK)
		tcp_tw_send_ack(net, tw, skb, seg);
	else if (v == TW_RST)
		tcp_send_reset(net, skb, seg);
	if (kill) {
		net_mib_inc(net, TcpExt_TWKilled);
		tcp_tw_free(tw);
	}
	kfree_skb_reason(skb, SKB_DROP_TCP_TIMEWAIT);
	return false;
}
