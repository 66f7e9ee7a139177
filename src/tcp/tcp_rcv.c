/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where segments come in, from ip_local_deliver: header and checksum checked, connection found,
 * handed to tcp_rcv_established() (tcp_fast.c), tcp_rcv_state_process() (tcp_state.c), a request
 * sock, a listener (tcp_listen.c, tcp_req.c) or a time-wait object (tcp_tw.c). No connection: RST.
 */
#include "tcp/tcp_sig.h"

/* 0 if the checksum is right or was vouched for (MUST-3). */
static bool tcp_checksum_bad(struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	u32 pseudo;

	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL)
		return false;
	pseudo = cb->af->pseudo_csum(&cb->saddr, &cb->daddr, skb->len, IP_PROTO_TCP);
	if (skb->ip_summed == CHECKSUM_COMPLETE &&
	    be16_is_zero(csum_fold(csum_add(skb->csum, pseudo)))) {
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		return false;
	}
	if (!be16_is_zero(csum_fold(skb_checksum(skb, 0, skb->len, pseudo))))
		return true;
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	return false;
}

static void tcp_parse_opts(struct tcp_seg *seg, const u8 *opts)
{
	u32 len = seg->hdr_len - TCP_HLEN;
	bool syn = seg->flags & TCPHDR_SYN;

	seg->opts_ok = true;
	seg->opt.saw = 0;
	seg->opt.num_sacks = 0;
	if (!len)
		return;
	if (!syn && tcp_opts_ts_only(opts, len, &seg->opt.tsval, &seg->opt.tsecr)) {
		seg->opt.saw = TCP_SAW_TSTAMP;
		return;
	}
	seg->opts_ok = tcp_opts_parse(&seg->opt, opts, len, syn);
}

/* Fills seg from a header that is linear. */
static void tcp_parse_header(const struct sk_buff *skb, struct tcp_seg *seg)
{
	const struct tcp_hdr *th = (const void *)skb->data;

	seg->sport = be16_get(th->source);
	seg->dport = be16_get(th->dest);
	seg->seq = be32_get(th->seq);
	seg->ack = be32_get(th->ack_seq);
	seg->flags = tcp_flags(th);
	seg->wnd = be16_get(th->window);
	seg->urg_ptr = be16_get(th->urg_ptr);
	seg->hdr_len = (u16)tcp_hdrlen(th);
	seg->len = skb->len - seg->hdr_len;
	seg->end_seq = seg->seq + seg->len + !!(seg->flags & TCPHDR_SYN) +
		       !!(seg->flags & TCPHDR_FIN);
	seg->isn = 0;
	seg->ecn = inet_cb(skb)->tos & INET_ECN_MASK;
	seg->ttl = inet_cb(skb)->ttl;
	tcp_parse_opts(seg, th->options);
}

/* Length, offset and checksum. SKB_NOT_DROPPED and seg filled, or why not. */
static enum skb_drop_reason tcp_check_segment(struct sk_buff *skb, struct tcp_seg *seg)
{
	u32 hlen;

	if (!pskb_may_pull(skb, TCP_HLEN))
		return SKB_DROP_PKT_TOO_SMALL;
	hlen = tcp_hdrlen((const struct tcp_hdr *)skb->data);
	if (hlen < TCP_HLEN || !pskb_may_pull(skb, hlen))
		return SKB_DROP_PKT_TOO_SMALL;
	if (tcp_checksum_bad(skb)) {
		net_mib_inc(skb->net, Tcp_InCsumErrors);
		return SKB_DROP_TCP_CSUM;
	}
	tcp_parse_header(skb, seg);
	return SKB_NOT_DROPPED;
}

static void tcp_seg_tuple(const struct sk_buff *skb, const struct tcp_seg *seg,
			  struct inet_tuple *t)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	*t = (struct inet_tuple){ .laddr = cb->daddr, .raddr = cb->saddr, .lport = seg->dport,
				  .rport = seg->sport, .iif = cb->iif, .af = cb->af };
}

/* Takes the header off and notes in cb what the queues need. */
void tcp_strip_header(struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_rx_cb *cb = tcp_rxcb(skb);

	cb->seq = seg->seq;
	cb->end_seq = seg->end_seq;
	cb->flags = seg->flags;
	skb_dst_drop(skb);
	skb->dev = NULL;	/* in a queue it may outlive the device */
	skb_pull(skb, seg->hdr_len);
}

static void tcp_rcv_by_state(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	if (sk->sk_state == TCP_ESTABLISHED)
		tcp_rcv_established(sk, skb, seg);
	else if (sk->sk_state == TCP_LISTEN)
		tcp_rcv_listen(sk, skb, seg);
	else
		tcp_rcv_state_process(sk, skb, seg);
}

/* The same of a socket that tells of the header of the last segment in order. */
static void tcp_rcv_noted(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	struct inet_rx_header h = inet_rx_header6(skb);
	u32 end_seq = seg->end_seq;

	tcp_rcv_by_state(sk, skb, seg);
	if (end_seq == tcp_sk(sk)->rcv_nxt && sk->sk_state != TCP_CLOSE && sk->sk_state != TCP_LISTEN)
		inet_note_last(inet_sk(sk), &h);
}

/* A segment for a full socket. Consumes skb. */
void tcp_do_rcv(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 min_ttl = inet_min_ttl(sk, inet_cb(skb)->af);

	if (min_ttl && inet_cb(skb)->ttl < min_ttl) {
		kfree_skb_reason(skb, SKB_DROP_TCP_MINTTL);
		return;
	}
	sock_hold(sk);
	tp->segs_in += max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	if (seg->len)
		tp->data_segs_in += max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	tp->inet.rx_iif = inet_cb(skb)->iif;
	if (sk->sk_state != TCP_LISTEN)
		sk_mark_rx(sk, skb);
	if (unlikely(inet_wants_header6(&tp->inet)))
		tcp_rcv_noted(sk, skb, seg);
	else
		tcp_rcv_by_state(sk, skb, seg);
	sock_put(sk);
}

static void tcp_no_socket(struct net *net, struct sk_buff *skb, const struct tcp_seg *seg)
{
	tcp_send_reset(net, skb, seg);
	kfree_skb_reason(skb, SKB_DROP_NO_SOCKET);
}

/* Is the segment signed as the socket, or the listener of req, wants it? Else it is consumed. */
static bool tcp_signature_ok(struct sock *sk, const struct tcp_request_sock *req,
			     struct sk_buff *skb, const struct tcp_seg *seg)
{
	enum skb_drop_reason reason;

	if (likely(!sk->net->tcp.sig_used && !(seg->opt.saw & (TCP_SAW_MD5 | TCP_SAW_AO))))
		return true;
	reason = tcp_sig_inbound(sk, req, skb, seg);
	if (reason)
		kfree_skb_reason(skb, reason);
	return !reason;
}

/* What a filter cuts off was never received: the peer sends it again. */
static bool tcp_filter_pass(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	u32 before = skb->len;

	if (!sock_filter_pass(sk, skb, seg->hdr_len))
		return false;
	seg->len -= before - skb->len;
	seg->end_seq -= before - skb->len;
	return true;
}

static void tcp_rcv_sock(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg)
{
	if (tcp_signature_ok(sk, NULL, skb, seg) && tcp_filter_pass(sk, skb, seg))
		tcp_do_rcv(sk, skb, seg);
}

static void tcp_rcv_signed_req(struct tcp_request_sock *req, struct sk_buff *skb,
			       struct tcp_seg *seg)
{
	struct sock *lsk = tcp_to_sk(req->listener);

	if (tcp_signature_ok(lsk, req, skb, seg) && tcp_filter_pass(lsk, skb, seg))
		tcp_rcv_req(skb->net, req, skb, seg);
}

/* net_protocol.rcv of both families. data at the TCP header. Consumes. */
void tcp_rcv(struct sk_buff *skb)
{
	struct net *net = skb->net;
	struct inet_ehash_entry *e;
	enum skb_drop_reason reason;
	struct inet_tuple t;
	struct tcp_seg seg;
	struct sock *sk;

	net_mib_add(net, Tcp_InSegs, max_t(u32, skb_shinfo(skb)->gso_segs, 1));
	if (skb->pkt_type != PACKET_HOST) {	/* MUST-57 */
		kfree_skb_reason(skb, SKB_DROP_OTHERHOST);
		return;
	}
	reason = tcp_check_segment(skb, &seg);
	if (reason) {
		net_mib_inc(net, Tcp_InErrs);
		kfree_skb_reason(skb, reason);
		return;
	}
	tcp_seg_tuple(skb, &seg, &t);
	e = inet_ehash_lookup(net, net->tcp.hash, &t);
	if (e && e->kind == EHASH_SOCK) {
		tcp_rcv_sock(tcp_to_sk(container_of(e, struct tcp_sock, eh)), skb, &seg);
		return;
	}
	if (e && e->kind == EHASH_REQ) {
		tcp_rcv_signed_req(container_of(e, struct tcp_request_sock, eh), skb, &seg);
		return;
	}
	if (e && !tcp_rcv_timewait(net, container_of(e, struct tcp_timewait_sock, eh), skb, &seg))
		return;
	/* nothing, or a time-wait object that gave way to a new SYN */
	sk = inet_lookup_listener(net, net->tcp.hash, &t, skb,
				  tcp_hdrlen((const struct tcp_hdr *)skb->data));
	if (sk)
		tcp_rcv_sock(sk, skb, &seg);
	else
		tcp_no_socket(net, skb, &seg);
}
