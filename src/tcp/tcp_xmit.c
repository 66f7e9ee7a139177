/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One segment onto the wire. From tcp_out.c, tcp_rexmit.c and whoever owes an ACK; to af->xmit.
 * A queued packet is never sent itself: a fresh small one carries the headers and refers to the
 * same pages, so payload is not copied and the queue's packet stays private.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"

struct tcp_out {
	u32 seq, ack;
	u16 flags, wnd, urg_ptr;
	u32 mss, pcount;		/* pcount > 1: GSO */
};

enum { TCP_HDR_ROOM = SKB_HEADROOM + TCP_HLEN_MAX };

/* The transport's half of an outgoing packet's cb. */
struct tcp_out_cb {
	u32 charged;			/* to sk_wmem_alloc */
};

/* -- accounting below us (TCP small queues) ---------------------------------------------------- */

static u32 tcp_tsq_limit(const struct sock *sk, u32 truesize)
{
	u64 rate = min_t(u64, sk->sk_pacing_rate, U32_MAX);
	u64 limit = max_t(u64, 2 * (u64)truesize, rate >> 10);

	return (u32)min_t(u64, limit, tcp_ns(sk)->limit_output_bytes);
}

/* More in qdisc and device than a millisecond of sending: wait until it drains. */
bool tcp_small_queue_check(struct sock *sk, const struct sk_buff *skb)
{
	if (sk->sk_wmem_alloc <= (int)tcp_tsq_limit(sk, skb->truesize))
		return false;
	if (tcp_rtx_empty(tcp_sk(sk)))
		return false;
	tcp_sk(sk)->tsq_throttled = true;
	return true;
}

static void tcp_wfree(struct sk_buff *skb)
{
	struct sock *sk = skb->sk;
	struct tcp_sock *tp = tcp_sk(sk);

	sk->sk_wmem_alloc -= (int)L4_CB(struct tcp_out_cb, skb)->charged;
	if (tp->tsq_throttled && sk->sk_state != TCP_CLOSE &&
	    sk->sk_wmem_alloc <= (int)(tcp_ns(sk)->limit_output_bytes / 2)) {
		tp->tsq_throttled = false;
		queue_work(sk->net, &tp->tsq_work);
	}
	skb->sk = NULL;
	skb->destructor = NULL;
	sock_put(sk);
}

void tcp_tsq_handler(struct work_struct *work)
{
	struct tcp_sock *tp = container_of(work, struct tcp_sock, tsq_work);
	struct sock *sk = tcp_to_sk(tp);

	if (!tcp_state_in(sk, TCPF(ESTABLISHED) | TCPF(FIN_WAIT1) | TCPF(CLOSING) |
				      TCPF(CLOSE_WAIT) | TCPF(LAST_ACK)))
		return;
	if (tp->lost_out > tp->retrans_out && tp->snd_cwnd > tcp_packets_in_flight(tp))
		tcp_xmit_retransmit_queue(sk);
	tcp_push_pending(sk);
}

static void tcp_set_owner_w(struct sk_buff *skb, struct sock *sk)
{
	skb->sk = sock_hold(sk);
	skb->destructor = tcp_wfree;
	/* remembered: layers below may change truesize */
	L4_CB(struct tcp_out_cb, skb)->charged = skb->truesize;
	sk->sk_wmem_alloc += (int)skb->truesize;
}

/* -- options ----------------------------------------------------------------------------------- */

static void tcp_opts_syn(const struct sock *sk, struct tcp_opts_parsed *o, bool synack)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct netns_tcp *ns = tcp_ns(sk);
	/* The SYN-ACK of crossing SYNs is our SYN once more: it offers what that did. */
	bool agreed = synack && tp->fo_child;

	tcp_sig_reserve_sock(tp, o);
	o->saw |= TCP_SAW_MSS;
	o->mss = tp->advmss;
	if (agreed ? tp->rx_opt.tstamp_ok : tcp_timestamps_wanted(sk)) {
		o->saw |= TCP_SAW_TSTAMP;
		o->tsval = tcp_ts_val(tp);
		o->tsecr = synack ? tp->rx_opt.ts_recent : 0;
	}
	if (agreed ? tp->rx_opt.wscale_ok : ns->window_scaling) {
		o->saw |= TCP_SAW_WSCALE;
		o->wscale = agreed ? tp->rx_opt.rcv_wscale : tp->rx_opt.syn_wscale;
	}
	if (agreed ? tp->rx_opt.sack_ok : ns->sack)
		o->saw |= TCP_SAW_SACK_PERM;
	if (tp->fo_req && tp->fo_req->cookie.len >= 0) {
		o->saw |= TCP_SAW_FASTOPEN;
		o->fastopen_len = (u8)tp->fo_req->cookie.len;
		o->fastopen_exp = tp->fo_req->cookie.exp;
		memcpy(o->fastopen, tp->fo_req->cookie.val, sizeof(o->fastopen));
		if (tcp_opts_len(o) > TCP_OPTLEN_MAX)
			o->saw &= (u16)~TCP_SAW_FASTOPEN;
	}
	if (synack && tp->ecn_flags & TCP_ECN_ACCURATE && ns->ecn_option && !tp->total_retrans) {
		tcp_accecn_synack_option(o);
		if (tcp_opts_len(o) > TCP_OPTLEN_MAX)
			o->saw &= (u16)~TCP_SAW_ACCECN;
	}
}

/* D-SACK first, then the blocks, as many as fit (RFC 2018 4, RFC 2883 4). */
static void tcp_opts_sack(const struct tcp_sock *tp, struct tcp_opts_parsed *o)
{
	u32 room = tcp_opts_sack_room(o), n = 0;

	if (tp->has_dsack && room)
		o->sacks[n++] = tp->dsack;
	for (u32 i = 0; i < tp->num_sacks && n < room; i++)
		o->sacks[n++] = tp->sacks[i];
	o->num_sacks = (u8)n;
	if (n)
		o->saw |= TCP_SAW_SACK;
}

/* Nothing but a timestamp, at most. */
static bool tcp_opts_usual(const struct tcp_sock *tp)
{
	return !tp->num_sacks && !tp->has_dsack && !(tp->ecn_flags & TCP_ECN_ACCURATE) &&
	       !tcp_sig_active(tp);
}

/* Of every segment but SYNs. */
static void tcp_opts_data(const struct sock *sk, struct tcp_opts_parsed *o)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	tcp_sig_reserve_sock(tp, o);
	if (tp->rx_opt.tstamp_ok) {
		o->saw |= TCP_SAW_TSTAMP;
		o->tsval = tcp_ts_val(tp);
		o->tsecr = tp->rx_opt.ts_recent;
	}
	tcp_opts_sack(tp, o);
	if (tp->ecn_flags & TCP_ECN_ACCURATE)
		tcp_accecn_fit_option(sk, o);
}

/* Writes the options of a segment to buf (40 octets); their length. */
static u32 tcp_write_options(struct sock *sk, u8 *buf, u16 flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_opts_parsed o;
	int len;

	if (!(flags & TCPHDR_SYN) && tcp_opts_usual(tp)) {
		if (!tp->rx_opt.tstamp_ok)
			return 0;
		put_be32(buf, 0x0101080a);
		put_be32(buf + 4, tcp_ts_val(tp));
		put_be32(buf + 8, tp->rx_opt.ts_recent);
		return TCP_OLEN_TIMESTAMP_ALIGNED;
	}
	memset(&o, 0, sizeof(o));
	if (flags & TCPHDR_SYN)
		tcp_opts_syn(sk, &o, flags & TCPHDR_ACK);
	else
		tcp_opts_data(sk, &o);
	if (o.saw & TCP_SAW_ACCECN && !(flags & TCPHDR_SYN))
		tcp_accecn_option_sent(sk);
	if (o.num_sacks)
		tp->has_dsack = false;	/* told, once (RFC 2883 4) */
	len = tcp_opts_emit(buf, TCP_OPTLEN_MAX, &o);
	return len < 0 ? 0 : (u32)len;
}

/* Octets that SACK blocks and AccECN add to a segment's usual options now. */
u32 tcp_extra_opt_len(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_opts_parsed o;

	if (tcp_opts_usual(tp))
		return 0;
	memset(&o, 0, sizeof(o));
	tcp_opts_data(sk, &o);
	return tcp_opts_len(&o) - (tp->hdr_len - TCP_HLEN);
}

/* -- the segment ------------------------------------------------------------------------------- */

/* Puts a TCP header with opts before skb's data and leaves its checksum to the device. */
void tcp_push_header(struct sk_buff *skb, const struct inet_af *af, const union inet_addr *saddr,
		     const union inet_addr *daddr, const struct tcp_hdr *hdr, const u8 *opts,
		     u32 opt_len)
{
	struct tcp_hdr *th;

	memcpy(skb_push(skb, opt_len), opts, opt_len);
	th = skb_push(skb, TCP_HLEN);
	*th = *hdr;
	th->doff_res |= tcp_doff(TCP_HLEN + opt_len);
	skb_reset_transport_header(skb);
	th->check.raw = csum_fold16(af->pseudo_csum(saddr, daddr, skb->len, IP_PROTO_TCP));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = offsetof(struct tcp_hdr, check);
}

/* What follows from an ACK having left. Only one that was owed for data uses a quick ACK up. */
static void tcp_event_ack_sent(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->compressed_ack) {
		net_mib_add(sk->net, TcpExt_TCPAckCompressed, tp->compressed_ack);
		tp->compressed_ack = 0;
		tp->comp_armed = false;
	}
	if (tp->quick && tp->ack_pending & TCP_ACK_SCHED && !--tp->quick)
		tp->ato_us = TCP_ATO_MIN_US;
	tp->ack_pending = 0;
	del_timer(&tp->delack_timer);
}

/* Sending data soon after receiving some: the connection is interactive. */
static void tcp_event_data_sent(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u64 now = tcp_now_us(sk);

	if (tcp_packets_in_flight(tp) == 0)
		tcp_ca_event(sk, CA_EVENT_TX_START);
	tp->lsndtime_us = now;
	if (now - tp->lrcvtime_us < tp->ato_us && tp->pingpong < U8_MAX)
		tp->pingpong++;
}

static void tcp_fill_out_hdr(const struct tcp_sock *tp, const struct tcp_out *o, struct tcp_hdr *h)
{
	h->source = be16_make(tp->inet.sport);
	h->dest = be16_make(tp->inet.dport);
	h->seq = be32_make(o->seq);
	h->ack_seq = be32_make(o->ack);
	h->doff_res = (u8)(o->flags >> 8 & 1);
	h->flags = (u8)o->flags;
	h->window = be16_make(o->wnd);
	h->check = be16_make(0);
	h->urg_ptr = be16_make(o->urg_ptr);
}

/* Fills the code in, if the segment has one. 0 or -errno: it must not go. */
static int tcp_sign_segment(struct sock *sk, struct sk_buff *skb, const struct tcp_out *o)
{
	struct tcp_sig_path p;
	struct tcp_signer s;

	if (!tcp_sig_sock(sk, o->flags, o->seq, &s))
		return -ENOBUFS;
	if (s.kind == TCP_SIG_NONE)
		return 0;
	tcp_sig_path_sock(tcp_sk(sk), &p);
	return tcp_sig_write(sk->net, &s, skb, &p);
}

/* Header on skb (payload, if any, is in it) and out. Consumes. 0 or -errno. */
static int tcp_xmit_segment(struct sock *sk, struct sk_buff *skb, const struct tcp_out *o)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_af *af = tp->inet.af;
	struct ip_xmit_opts io;
	struct dst_entry *dst;
	struct tcp_hdr hdr;
	struct flowi fl;
	u8 opts[TCP_OPTLEN_MAX];
	u32 opt_len;
	int err;

	inet_sk_flow(sk, &fl, &tp->inet.daddr, tp->inet.dport);
	dst = inet_sk_route(sk, &fl, &err);
	if (!dst) {
		net_mib_inc(sk->net, Ip_OutNoRoutes);
		kfree_skb_reason(skb, SKB_DROP_IP_OUTNOROUTES);
		return err;
	}
	memset(&io, 0, sizeof(io));
	inet_xmit_opts(sk, &io);
	if (!io.tos_set) {
		io.tos = tp->inet.tos;
		io.tos_set = true;
	}
	tcp_fill_out_hdr(tp, o, &hdr);
	tcp_ecn_mark(sk, skb, &hdr, &io, o->seq);
	opt_len = tcp_write_options(sk, opts, o->flags);
	tcp_push_header(skb, af, &tp->inet.saddr, &tp->inet.daddr, &hdr, opts, opt_len);
	if (unlikely(o->flags & TCPHDR_SYN) && tp->fo_child)	/* like any listener's */
		io.atomic = tcp_synack_atomic(io.pmtudisc, skb->len + io.options_len);
	if (unlikely(tcp_sig_active(tp)) && tcp_sign_segment(sk, skb, o)) {
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return -ENOBUFS;
	}
	if (o->pcount > 1) {
		struct skb_shared_info *si = skb_shinfo(skb);

		si->gso_size = (u16)o->mss;
		si->gso_segs = (u16)o->pcount;
		si->gso_type = af->gso_tcp_type;
		if (tp->ecn_flags & TCP_ECN_ACCURATE)	/* by software, segment by segment, as by Linux */
			si->gso_type |= SKB_GSO_TCP_ACCECN;
		else if (hdr.flags & TCPHDR_CWR)
			si->gso_type |= SKB_GSO_TCP_ECN;
	}
	skb->priority = sk->sk_priority;
	skb->mark = sk->sk_mark;
	skb->hash = sk->sk_txhash;
	skb->l4_hash = true;
	sk_busy_poll(sk);
	tcp_set_owner_w(skb, sk);
	tp->segs_out += max_t(u32, o->pcount, 1);
	net_mib_add(sk->net, Tcp_OutSegs, max_t(u32, o->pcount, 1));
	return af->xmit(sk->net, sk, skb, &fl, dst, &io);
}

static struct sk_buff *tcp_alloc_header(struct sock *sk)
{
	struct sk_buff *skb = alloc_skb(sk->net, TCP_HDR_ROOM);

	if (skb)
		skb_reserve(skb, TCP_HDR_ROOM);
	return skb;
}

/* URG: the pointer names the octet behind the urgent one (RFC 6093, MUST-62); it saturates. */
static void tcp_set_urgent(struct tcp_sock *tp, struct tcp_out *o)
{
	if (!tp->urg_mode || !before(o->seq, tp->snd_up))
		return;
	o->flags |= TCPHDR_URG;
	o->urg_ptr = before(tp->snd_up, o->seq + 0x10000) ? (u16)(tp->snd_up - o->seq) : 0xffff;
}

static u16 tcp_out_window(struct sock *sk, u16 flags)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (flags & TCPHDR_SYN)		/* never scaled (RFC 7323 2.2) */
		return (u16)min_t(u32, tp->rcv_wnd, 65535);
	return tcp_select_window(sk);
}

/*
 * Sends a packet of the send queue, which stays where it is. The times that RACK and the rate
 * sampler want are noted in its cb. 0, or -errno and nothing was sent.
 */
int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);
	struct sk_buff *out = tcp_alloc_header(sk);
	struct tcp_out o;
	int err;

	if (!out)
		return -ENOBUFS;
	if (skb->len && skb_append_range(out, skb, 0, skb->len)) {
		consume_skb(out);
		return -ENOBUFS;
	}
	o = (struct tcp_out){ .seq = cb->seq, .flags = cb->flags, .mss = cb->gso_size,
			      .pcount = cb->pcount };
	if (o.flags & TCPHDR_ACK)
		o.ack = tp->rcv_nxt;
	if (cb->pcount > 1)		/* the receiver's GRO need not wait for more (MAY-15) */
		o.flags |= TCPHDR_PSH;
	o.wnd = tcp_out_window(sk, o.flags);
	tcp_set_urgent(tp, &o);
	if (unlikely(skb->tx_flags & (SKBTX_SCHED | SKBTX_SND))) {	/* of the first time only */
		out->tx_flags = skb->tx_flags & (SKBTX_SCHED | SKBTX_SND);
		out->tskey = skb->tskey;
		skb->tx_flags &= SKBTX_ACK;
	}
	tcp_rate_skb_sent(sk, skb);
	cb->xmit_us = tcp_now_us(sk);
	if (skb->len) {
		tcp_event_data_sent(sk);
		tp->data_segs_out += cb->pcount;	/* also what is refused below, as by Linux */
		tp->bytes_sent += skb->len;
	}
	sock_hold(sk);
	err = tcp_xmit_segment(sk, out, &o);
	if (!err) {
		if (o.flags & TCPHDR_ACK)
			tcp_event_ack_sent(sk);
	} else if (err == -ENOBUFS) {
		tcp_enter_cwr(sk);
	}
	sock_put(sk);
	return err;
}

/*
 * A segment without payload that is in no queue: ACK, RST, window probe. Returns -ENOBUFS when
 * there is no memory. The has_dsack report, if any, is used up by an ACK.
 */
int tcp_send_bare(struct sock *sk, u16 flags, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct sk_buff *skb = tcp_alloc_header(sk);
	struct tcp_out o = { .seq = seq, .flags = flags, .pcount = 1 };
	int err;

	if (!skb)
		return -ENOBUFS;
	if (flags & TCPHDR_ACK)
		o.ack = tp->rcv_nxt;
	o.wnd = tcp_out_window(sk, flags);
	if (!(flags & TCPHDR_RST))
		tcp_set_urgent(tp, &o);
	err = tcp_xmit_segment(sk, skb, &o);
	if (!err && flags & TCPHDR_ACK && !(flags & TCPHDR_RST))
		tcp_event_ack_sent(sk);
	tp->has_dsack = false;
	return err;
}

/* SND.NXT, unless the peer shrank its window below it: then the edge, which it will accept. */
u32 tcp_acceptable_seq(const struct tcp_sock *tp)
{
	u32 end = tcp_wnd_end(tp);

	if (!before(end, tp->snd_nxt) ||
	    (tp->rx_opt.wscale_ok && tp->snd_nxt - end < 1u << tp->rx_opt.rcv_wscale))
		return tp->snd_nxt;
	return end;
}

/* An ACK now. Without memory it is left to the delayed-ACK timer. */
void tcp_send_ack(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (sk->sk_state == TCP_CLOSE)
		return;
	if (tcp_send_bare(sk, TCPHDR_ACK, tcp_acceptable_seq(tp)) == -ENOBUFS) {
		tp->ack_pending |= TCP_ACK_SCHED;
		tp->ato_us = TCP_ATO_MIN_US;
		tcp_arm_delack(sk, TCP_DELACK_MAX_US);
	}
}

/* RST for a synchronised connection: at SND.NXT with an ACK, acceptable to the peer. */
void tcp_send_active_reset(struct sock *sk)
{
	net_mib_inc(sk->net, Tcp_OutRsts);
	trace_event(sk->net, tcp_send_reset, NULL, sk, NULL, 0, 0);
	if (tcp_send_bare(sk, TCPHDR_RST | TCPHDR_ACK, tcp_acceptable_seq(tcp_sk(sk))) == -ENOBUFS)
		net_mib_inc(sk->net, TcpExt_TCPAbortFailed);
}
