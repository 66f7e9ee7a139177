/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers that no full socket sends: RST (RFC 9293 3.10.7.1), the ACKs of time-wait objects and of
 * request socks. The addresses are those of the packet answered, turned round.
 */
#include "tcp/tcp_sig.h"

enum { TCP_REPLY_ROOM = SKB_HEADROOM + TCP_HLEN_MAX };

/* Route back to where skb came from; NULL if none. The caller releases it. */
struct dst_entry *tcp_reply_route(struct net *net, const struct sk_buff *skb,
				  const struct tcp_seg *seg, u32 mark, struct flowi *fl)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct dst_entry *dst = NULL;

	*fl = (struct flowi){
		.saddr = cb->daddr, .daddr = cb->saddr, .sport = seg->dport, .dport = seg->sport,
		.family = cb->af->family, .proto = IP_PROTO_TCP, .mark = mark,
		.oif = inet_addr_is_linklocal(&cb->saddr) ? cb->iif : 0,
		.tos = cb->tos & INET_DSCP_MASK,
	};
	if (cb->af->route_output(net, fl, &dst))
		return NULL;
	return dst;
}

static int tcp_reply_opts(const struct tcp_reply *r, const struct tcp_signer *sig, u8 *buf)
{
	struct tcp_opts_parsed o;

	memset(&o, 0, sizeof(o));
	if (r->has_ts) {
		o.saw = TCP_SAW_TSTAMP;
		o.tsval = r->tsval;
		o.tsecr = r->tsecr;
	}
	tcp_sig_reserve(sig, &o);
	return max(tcp_opts_emit(buf, TCP_OPTLEN_MAX, &o), 0);
}

static int tcp_reply_sign(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg,
			  const struct tcp_signer *sig, struct sk_buff *out)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct tcp_sig_path p = { .af = cb->af, .saddr = cb->daddr, .daddr = cb->saddr,
				  .sport = seg->dport, .dport = seg->sport };

	return tcp_sig_write(net, sig, out, &p);
}

/* Sends one bare segment in answer to skb (which stays the caller's). */
void tcp_send_reply(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg,
		    const struct tcp_reply *r)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct ip_xmit_opts io = { .ttl = r->ttl ? (s16)r->ttl : (s16)-1, .tos = r->tos,
				   .tos_set = true, .atomic = true };
	struct tcp_hdr hdr = { .source = be16_make(seg->dport), .dest = be16_make(seg->sport),
			       .seq = be32_make(r->seq), .ack_seq = be32_make(r->ack),
			       .flags = (u8)r->flags, .window = be16_make(r->wnd) };
	u8 opts[TCP_OPTLEN_MAX], ip_opts[IP4_OPTLEN_MAX];
	struct dst_entry *dst;
	struct tcp_signer sig;
	struct sk_buff *out;
	struct flowi fl;
	int opt_len;

	sig.kind = TCP_SIG_NONE;
	if ((net->tcp.sig_used || seg->opt.saw & TCP_SAW_AO) &&
	    !tcp_sig_reply(net, skb, seg, r, &sig))
		return;
	dst = tcp_reply_route(net, skb, seg, r->mark, &fl);
	if (!dst)
		return;
	fl.flowlabel = r->label;
	out = alloc_skb(net, TCP_REPLY_ROOM);
	if (!out) {
		dst_release(dst);
		return;
	}
	skb_reserve(out, TCP_REPLY_ROOM);
	opt_len = tcp_reply_opts(r, &sig, opts);
	tcp_push_header(out, cb->af, &fl.saddr, &fl.daddr, &hdr, opts, (u32)opt_len);
	if (sig.kind && tcp_reply_sign(net, skb, seg, &sig, out)) {
		consume_skb(out);
		dst_release(dst);
		return;
	}
	out->mark = r->mark;
	io.options_len = (u16)inet_options4_echo(skb, ip_opts);
	io.options = io.options_len ? ip_opts : NULL;
	net_mib_inc(net, Tcp_OutSegs);
	if (r->flags & TCPHDR_RST)
		net_mib_inc(net, Tcp_OutRsts);
	cb->af->xmit(net, NULL, out, &fl, dst, &io);
	dst_release(dst);
}

/*
 * RST for a segment that no connection wants: at its ACK, or, if it has none, at 0 with an ACK for
 * all of it (TCP-ST-01, -02). Never for a RST (TCP-ST-03), a broadcast or a foreign address.
 */
void tcp_send_reset(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct tcp_reply r = { .flags = TCPHDR_RST, .tos = cb->tos & INET_DSCP_MASK,
			       .label = inet_reset_label(net, skb) };

	if (seg->flags & TCPHDR_RST || cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST) ||
	    skb->pkt_type != PACKET_HOST || inet_addr_is_multicast(&cb->daddr) ||
	    !cb->af->addr_is_local(net, &cb->daddr))
		return;
	if (seg->flags & TCPHDR_ACK) {
		r.seq = seg->ack;
	} else {
		r.flags |= TCPHDR_ACK;
		r.ack = seg->end_seq;
	}
	trace_event(net, tcp_send_reset, skb, NULL, NULL, 0, 0);
	tcp_send_reply(net, skb, seg, &r);
}
