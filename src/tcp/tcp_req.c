/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYN-RECEIVED of a passive open: the request sock, its SYN-ACK and the segments that answer it.
 * From tcp_listen.c (SYN) and tcp_rcv.c; the child is made in tcp_child.c.
 */
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_sig.h"

static struct net *req_net(const struct tcp_request_sock *req)
{
	return req->listener->inet.sk.net;
}

static void tcp_req_unhold(struct tcp_request_sock *req)
{
	if (!list_is_linked(&req->held_node))
		return;
	list_del_init(&req->held_node);
	req->listener->listen->nr_held--;
}

/* Out of all tables and freed. */
void tcp_req_free(struct tcp_request_sock *req)
{
	struct net *net = req_net(req);

	tcp_req_unhold(req);
	del_timer(&req->timer);
	if (hlist_is_linked(&req->eh.node))
		inet_ehash_remove(net->tcp.hash, &req->eh);
	list_del_init(&req->node);
	req->listener->listen->nr_syn--;
	if (req->syn)
		net_free(net, req->syn, req->syn_len);
	if (req->ip_opt)
		net_free(net, req->ip_opt, req->ip_opt_len);
	pool_put(&net->tcp.req_pool, req);
}

/* -- SYN-ACK ----------------------------------------------------------------------------------- */

/* The flow of req's answers. */
void tcp_req_flow(const struct tcp_request_sock *req, struct flowi *fl)
{
	const struct sock *lsk = &req->listener->inet.sk;
	const struct inet_tuple *t = &req->eh.tuple;

	*fl = (struct flowi){
		.saddr = t->laddr, .daddr = t->raddr, .sport = t->lport, .dport = t->rport,
		.family = t->af->family, .proto = IP_PROTO_TCP, .mark = lsk->sk_mark,
		.oif = lsk->sk_bound_dev_if, .uid = lsk->sk_uid, .flowlabel = req->label,
		.tos = t->af->af_bit ? req->listener->inet.o6.tclass : req->listener->inet.tos,
	};
	if (tcp_ns(lsk)->reflect_tos)
		fl->tos = req->syn_tos | (fl->tos & INET_ECN_MASK);
	if (!fl->oif && inet_addr_is_linklocal(&t->raddr))
		fl->oif = req->iif;
}

static u32 tcp_req_ts(const struct tcp_request_sock *req)
{
	return (u32)(req_net(req)->now / NSEC_PER_MSEC) + req->tsoffset;
}

static void tcp_synack_opts(struct tcp_request_sock *req, struct tcp_opts_parsed *o,
			    const struct tcp_signer *sig, bool again)
{
	memset(o, 0, sizeof(*o));
	tcp_sig_reserve(sig, o);
	o->saw |= TCP_SAW_MSS;
	o->mss = req->advmss;
	if (req->tstamp_ok) {
		o->saw |= TCP_SAW_TSTAMP;
		o->tsval = req->cookie ? tcp_cookie_tsval(req, tcp_req_ts(req)) : tcp_req_ts(req);
		o->tsecr = req->ts_recent;
		req->tsval_last = o->tsval;
		if (!req->tsval_sent)
			req->tsval_first = o->tsval;
		req->tsval_sent = true;
	}
	if (req->wscale_ok) {
		o->saw |= TCP_SAW_WSCALE;
		o->wscale = req->rcv_wscale;
	}
	if (req->sack_ok)
		o->saw |= TCP_SAW_SACK_PERM;
	if (req->fo && req->fo->len >= 0) {
		o->saw |= TCP_SAW_FASTOPEN;
		o->fastopen_len = (u8)req->fo->len;
		o->fastopen_exp = req->fo->exp;
		memcpy(o->fastopen, req->fo->val, sizeof(o->fastopen));
		if (tcp_opts_len(o) > TCP_OPTLEN_MAX)
			o->saw &= (u16)~TCP_SAW_FASTOPEN;
	}
	if (req->accecn_ok && req_net(req)->tcp.ecn_option && !again)
		tcp_accecn_synack_option(o);
	if (tcp_opts_len(o) > TCP_OPTLEN_MAX)
		o->saw &= (u16)~TCP_SAW_ACCECN;
}

/* Window and scale of the SYN-ACK, from the listener's buffer. */
static void tcp_req_window(struct tcp_request_sock *req, const struct dst_entry *dst, bool cookie)
{
	const struct tcp_sock *l = req->listener;
	u32 mss = cookie ? req->mss_clamp : req->advmss;

	req->window_clamp = tcp_initial_clamp(&l->inet.sk, dst);
	if (req->tstamp_ok && !cookie)
		mss -= min_t(u32, mss, TCP_OLEN_TIMESTAMP_ALIGNED);
	tcp_select_initial_window(req_net(req), tcp_full_space(&l->inet.sk), mss,
				  &req->window_clamp, req->wscale_ok,
				  dst_metric(dst, RTAX_N_INITRWND), &req->rcv_wnd, &req->rcv_wscale);
}

static int tcp_synack_sign(const struct tcp_request_sock *req, const struct tcp_signer *sig,
			   struct sk_buff *skb)
{
	struct tcp_sig_path p;

	tcp_sig_path_out(&req->eh.tuple, &p);
	return tcp_sig_write(req_net(req), sig, skb, &p);
}

/* len: of the SYN-ACK and of IP's options. What no path can be too narrow for is never fragmented. */
bool tcp_synack_atomic(u8 pmtudisc, u32 len)
{
	enum { PMTUDISC_WANT = 1, PMTUDISC_DO = 2, NARROWEST = 68 - 20 };

	return pmtudisc == PMTUDISC_WANT || pmtudisc == PMTUDISC_DO || len <= NARROWEST;
}

static void tcp_synack_xmit(struct tcp_request_sock *req, struct dst_entry *dst,
			    const struct flowi *fl, bool again)
{
	const struct tcp_sock *l = req->listener;
	const struct inet_af *af = req->eh.tuple.af;
	struct net *net = req_net(req);
	u16 flags = TCPHDR_SYN | TCPHDR_ACK | tcp_ecn_req_synack_flags(req, again);
	struct tcp_opts_parsed o;
	struct ip_xmit_opts io = {
		.ttl = af->af_bit ? l->inet.o6.ucast_hops : l->inet.uc_ttl,
		.tos = fl->tos | (req->ecn_ok && l->ca_ops->needs_ecn ? INET_ECN_ECT_0 : 0),
		.tos_set = true,
		.pmtudisc = af->af_bit ? l->inet.o6.pmtudisc : l->inet.pmtudisc,
		.options = req->ip_opt, .options_len = req->ip_opt_len,
	};
	struct tcp_hdr hdr = {
		.source = be16_make(req->eh.tuple.lport), .dest = be16_make(req->eh.tuple.rport),
		.seq = be32_make(req->snt_isn), .ack_seq = be32_make(req->rcv_isn + 1),
		.doff_res = (u8)(flags >> 8), .flags = (u8)flags,
		.window = be16_make((u16)min(req->rcv_wnd, 65535u)),
	};
	struct sk_buff *skb;
	u8 opts[TCP_OPTLEN_MAX];
	struct tcp_signer sig;
	int len;

	if (af->af_bit)
		inet_ext6_xmit_opts(l->inet.o6.ext, &io);
	if (!tcp_sig_req(req, &sig))
		return;
	skb = alloc_skb(net, SKB_HEADROOM + TCP_HLEN_MAX);
	if (!skb)
		return;
	skb_reserve(skb, SKB_HEADROOM + TCP_HLEN_MAX);
	tcp_synack_opts(req, &o, &sig, again);
	len = tcp_opts_emit(opts, sizeof(opts), &o);
	tcp_push_header(skb, af, &fl->saddr, &fl->daddr, &hdr, opts, len < 0 ? 0 : (u32)len);
	if (sig.kind && tcp_synack_sign(req, &sig, skb)) {
		consume_skb(skb);
		return;
	}
	skb->mark = fl->mark;
	skb->priority = l->inet.sk.sk_priority;
	io.atomic = tcp_synack_atomic(io.pmtudisc, skb->len + io.options_len);
	net_mib_inc(net, Tcp_OutSegs);
	af->xmit(net, NULL, skb, fl, dst, &io);
}

/*
 * MSS and window by the route that the answer takes. Of a cookie that came back the peer's segments are
 * what is known, and the window is a whole number of them, as Linux's is then.
 */
static void tcp_req_sizes(struct tcp_request_sock *req, const struct dst_entry *dst, bool cookie)
{
	u16 user = req->listener->rx_opt.user_mss;

	req->advmss = (u16)min_t(u32, dst->ops->advmss(dst), 65535);
	if (user && user < req->advmss)
		req->advmss = user;
	tcp_req_window(req, dst, cookie);
}

enum { SYNACK_FIRST, SYNACK_AGAIN, SYNACK_NONE, SYNACK_COOKIE };

/* Sends the SYN-ACK: the first one fixes the sizes; NONE and COOKIE only fix. 0 or -errno: no route. */
static int tcp_send_synack(struct tcp_request_sock *req, int how)
{
	struct net *net = req_net(req);
	struct dst_entry *dst;
	struct flowi fl;
	int err;

	tcp_req_flow(req, &fl);
	err = req->eh.tuple.af->route_output(net, &fl, &dst);
	if (err)
		return err;
	if (how != SYNACK_AGAIN)
		tcp_req_sizes(req, dst, how == SYNACK_COOKIE);
	if (how < SYNACK_NONE)
		tcp_synack_xmit(req, dst, &fl, how == SYNACK_AGAIN);
	dst_release(dst);
	return 0;
}

/* Linux's rule for TCP_DEFER_ACCEPT: after its SYN-ACKs the rest of the normal schedule. */
static void tcp_synack_recalc(const struct tcp_request_sock *req, u32 max_retries, bool *expire,
			      bool *resend)
{
	u32 defer = req->listener->defer_accept;

	if (!defer) {
		*expire = req->num_timeout >= max_retries;
		*resend = true;
		return;
	}
	*expire = req->num_timeout >= max_retries && (!req->acked || req->num_timeout >= defer);
	*resend = !req->acked || req->num_timeout >= defer - 1u;
}

static void tcp_req_fired(struct timer_list *t)
{
	struct tcp_request_sock *req = from_timer(req, t, timer);
	const struct netns_tcp *ns = &req_net(req)->tcp;
	u32 retries = req->listener->syn_retries ? req->listener->syn_retries : ns->synack_retries;
	bool expire, resend;

	tcp_synack_recalc(req, retries, &expire, &resend);
	if (expire) {
		tcp_req_free(req);
		return;
	}
	req->num_timeout++;
	if (resend) {
		if (!tcp_send_synack(req, SYNACK_AGAIN)) {
			req->num_retrans++;
			net_mib_inc(t->net, Tcp_RetransSegs);
			net_mib_inc(t->net, TcpExt_TCPSynRetrans);
		}
	}
	req->timeout_ns = min_t(u64, req->timeout_ns * 2, (u64)tcp_rto_max_us(&req->listener->inet.sk) *
							 NSEC_PER_USEC);
	mod_timer(&req->timer, t->net->now + req->timeout_ns);
}

/* -- a new one --------------------------------------------------------------------------------- */

static void tcp_req_options(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	const struct sock *lsk = &req->listener->inet.sk;
	const struct netns_tcp *ns = tcp_ns(lsk);
	const struct tcp_opts_parsed *o = &seg->opt;
	u32 mss = o->saw & TCP_SAW_MSS ? o->mss : req->eh.tuple.af->default_mss;	/* MUST-15 */

	req->mss_clamp = (u16)tcp_clamp_peer_mss(lsk, mss, req->listener->rx_opt.user_mss);
	req->tstamp_ok = o->saw & TCP_SAW_TSTAMP && ns->timestamps;
	req->ts_recent = req->tstamp_ok ? o->tsval : 0;
	req->sack_ok = o->saw & TCP_SAW_SACK_PERM && ns->sack;
	req->wscale_ok = o->saw & TCP_SAW_WSCALE && ns->window_scaling;
	req->snd_wscale = req->wscale_ok ? o->wscale : 0;
	/* MD5, timestamps and SACK blocks do not fit together: timestamps go */
	if (req->sack_ok && tcp_md5_lookup(req->listener, req->eh.tuple.af, &req->eh.tuple.raddr))
		req->tstamp_ok = false;
	tcp_ao_req_note(req, seg);
	tcp_ecn_req_syn(req, seg);
}

/* TCP_SAVE_SYN: 1 from the network header, 2 from the link header. */
static void tcp_req_save_syn(struct tcp_request_sock *req, const struct sk_buff *skb,
			     const struct tcp_seg *seg)
{
	bool link = req->listener->save_syn == 2;
	const u8 *head = link ? skb_mac_header(skb) : skb_network_header(skb);
	u32 front = (u32)(skb_network_header(skb) - head) + inet_cb(skb)->l3_len;
	u32 len = front + seg->hdr_len;
	struct net *net = req_net(req);

	if (!req->listener->save_syn)
		return;
	req->syn = net_alloc(net, len);
	if (!req->syn)
		return;
	req->syn_len = (u16)len;
	memcpy(req->syn, head, front);
	skb_copy_bits(skb, 0, req->syn + front, seg->hdr_len);
}

/* The SYN's record route and time stamp are for all that answers it; without memory an answer has none. */
static void tcp_req_ip_options(struct tcp_request_sock *req, const struct sk_buff *skb)
{
	u8 opt[IP4_OPTLEN_MAX];
	u32 len = inet_options4_echo(skb, opt);

	if (likely(!len))
		return;
	req->ip_opt = net_alloc(req_net(req), len);
	if (!req->ip_opt)
		return;
	memcpy(req->ip_opt, opt, len);
	req->ip_opt_len = (u8)len;
}

/* An empty request sock for the tuple of skb, in the listener's list. NULL: no memory. */
static struct tcp_request_sock *tcp_req_alloc(struct sock *lsk, const struct sk_buff *skb,
					      const struct tcp_seg *seg, u32 peer_isn)
{
	struct net *net = lsk->net;
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct tcp_request_sock *req = pool_zget(&net->tcp.req_pool);

	if (!req)
		return NULL;
	req->listener = tcp_sk(lsk);
	req->eh.kind = EHASH_REQ;
	req->eh.tuple = (struct inet_tuple){
		.laddr = cb->daddr, .raddr = cb->saddr, .lport = seg->dport, .rport = seg->sport,
		.af = cb->af,
		.iif = lsk->sk_bound_dev_if || inet_addr_is_linklocal(&cb->saddr) ? cb->iif : 0,
	};
	req->iif = cb->iif;
	req->syn_tos = cb->tos & INET_DSCP_MASK;
	req->label = inet_reflected_label(&req->listener->inet, skb);
	INIT_LIST_HEAD(&req->held_node);
	timer_setup(&req->timer, net, tcp_req_fired);
	req->rcv_isn = peer_isn;
	req->tsoffset = tcp_ts_offset(net, &cb->daddr, &cb->saddr);
	req->timeout_ns = TCP_TIMEOUT_INIT_US * NSEC_PER_USEC;
	list_add_tail(&req->node, &req->listener->listen->syn_list);
	req->listener->listen->nr_syn++;
	tcp_req_ip_options(req, skb);
	return req;
}

/* No place in the table: a SYN-ACK that remembers, and nothing else. */
static int tcp_req_send_cookie(struct tcp_request_sock *req)
{
	int err;

	req->cookie = true;
	if (!req->tstamp_ok)
		req->wscale_ok = req->sack_ok = req->ecn_ok = req->accecn_ok = false;
	req->snt_isn = tcp_cookie_make(req);
	net_mib_inc(req_net(req), TcpExt_SyncookiesSent);
	err = tcp_send_synack(req, SYNACK_FIRST);
	tcp_req_free(req);
	return err;
}

/* A SYN with the Fast Open option, or with data. True: it made the child at once. */
static bool tcp_req_fastopen(struct tcp_request_sock *req, struct sk_buff *skb,
			     struct tcp_seg *seg, struct tcp_fastopen_cookie *foc)
{
	struct sock *child;

	foc->len = -1;
	if (seg->opt.saw & TCP_SAW_FASTOPEN) {
		foc->len = (s8)seg->opt.fastopen_len;
		foc->exp = seg->opt.fastopen_exp;
		memcpy(foc->val, seg->opt.fastopen, sizeof(foc->val));
	} else if (!seg->len) {
		return false;
	}
	if (tcp_send_synack(req, SYNACK_NONE))
		return false;
	child = tcp_try_fastopen(req, skb, seg, foc);
	if (child)
		tcp_fastopen_send_synack(child, foc);
	else
		req->fo = foc;
	return child;
}

/*
 * A request sock for the SYN seg, and its SYN-ACK; cookie: only the latter. 0, -ENOMEM, or no
 * route back; 1: skb was consumed.
 */
int tcp_req_create(struct sock *lsk, struct sk_buff *skb, struct tcp_seg *seg, bool cookie)
{
	struct net *net = lsk->net;
	struct tcp_request_sock *req = tcp_req_alloc(lsk, skb, seg, seg->seq);
	struct tcp_fastopen_cookie foc;
	int err;

	if (!req)
		return -ENOMEM;
	tcp_req_options(req, seg);
	if (cookie && !seg->isn)
		return tcp_req_send_cookie(req);
	req->snt_isn = seg->isn ? seg->isn : tcp_isn(net, &req->eh.tuple);
	tcp_req_save_syn(req, skb, seg);
	if (tcp_req_fastopen(req, skb, seg, &foc))
		return 1;
	inet_ehash_insert(net, net->tcp.hash, &req->eh);
	req->sent_us = tcp_clock_us(net);
	err = tcp_send_synack(req, SYNACK_FIRST);
	req->fo = NULL;
	if (err) {
		tcp_req_free(req);
		return err;
	}
	mod_timer(&req->timer, net->now + req->timeout_ns);
	return 0;
}

/* -- what answers the SYN-ACK ------------------------------------------------------------------ */

static void tcp_req_send_ack(struct tcp_request_sock *req, struct sk_buff *skb,
			     const struct tcp_seg *seg)
{
	struct net *net = req_net(req);
	struct tcp_reply r = {
		.seq = req->snt_isn + 1, .ack = req->rcv_isn + 1, .flags = TCPHDR_ACK,
		.wnd = (u16)min(req->rcv_wnd >> req->rcv_wscale, 65535u),
		.has_ts = req->tstamp_ok, .tsval = tcp_req_ts(req), .tsecr = req->ts_recent,
		.tos = inet_cb(skb)->tos & INET_DSCP_MASK, .mark = req->listener->inet.sk.sk_mark,
		.label = req->label,
	};

	if (tcp_oow_rate_limited(&req->listener->inet.sk, &req->last_oow_ack_ms,
				 seg->flags & TCPHDR_SYN ? 0 : seg->end_seq - seg->seq,
				 MIB_TcpExt_TCPACKSkippedSynRecv))
		return;
	req->tsval_last = r.tsval;
	tcp_send_reply(net, skb, seg, &r);
}

static bool tcp_req_paws(const struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	return req->tstamp_ok && seg->opt.saw & TCP_SAW_TSTAMP &&
	       (s32)(req->ts_recent - seg->opt.tsval) > TCP_PAWS_WINDOW;
}

/* Echoes what no SYN-ACK had. Of a cookie's SYN-ACK nothing is known. */
static bool tcp_req_bad_tsecr(const struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	return req->tsval_sent && seg->opt.saw & TCP_SAW_TSTAMP && seg->opt.tsecr &&
	       !between(seg->opt.tsecr, req->tsval_first, req->tsval_last);
}

static bool tcp_req_in_window(const struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	u32 start = req->rcv_isn + 1, end = start + req->rcv_wnd;

	if (seg->seq == start)
		return true;
	if (after(seg->end_seq, start) && before(seg->seq, end))
		return true;
	return seg->seq == end && seg->seq == seg->end_seq;
}

/* SYN again: SYN-ACK again, not more often than the rate limit, and its timer restarts. */
static void tcp_req_dup_syn(struct tcp_request_sock *req)
{
	struct net *net = req_net(req);

	if (tcp_oow_rate_limited(&req->listener->inet.sk, &req->last_oow_ack_ms, 0,
				 MIB_TcpExt_TCPACKSkippedSynRecv))
		return;
	if (tcp_send_synack(req, SYNACK_AGAIN))
		return;
	req->num_retrans++;
	net_mib_inc(net, Tcp_RetransSegs);
	net_mib_inc(net, TcpExt_TCPSynRetrans);
	mod_timer(&req->timer, net->now + req->timeout_ns);
}

static void tcp_req_reset(struct tcp_request_sock *req)
{
	net_mib_inc(req_net(req), TcpExt_EmbryonicRsts);
	net_mib_inc(req_net(req), Tcp_AttemptFails);
	tcp_req_free(req);
}

/*
 * The final ACK may complete the handshake. Room in the accept queue, or the owner's consent?
 * 0 with *cookie; -EAGAIN: not now; other: never.
 */
int tcp_req_admit(struct tcp_request_sock *req, void **cookie)
{
	struct sock *lsk = &req->listener->inet.sk;
	const struct inet_tuple *t = &req->eh.tuple;
	struct inet_sockaddr local = { .family = t->af->family, .port = t->lport, .addr = t->laddr };
	struct inet_sockaddr peer = { .family = t->af->family, .port = t->rport, .addr = t->raddr };

	*cookie = NULL;
	if (!lsk->sk_conn_admit) {
		if (!tcp_acceptq_full(lsk))
			return 0;
		net_mib_inc(lsk->net, TcpExt_ListenOverflows);
		return tcp_ns(lsk)->abort_on_overflow ? -ECONNREFUSED : -EAGAIN;
	}
	if (inet_addr_is_linklocal(&t->laddr))
		local.scope_id = req->iif;
	if (inet_addr_is_linklocal(&t->raddr))
		peer.scope_id = req->iif;
	return lsk->sk_conn_admit(lsk, &local, &peer, cookie);
}

/* The consent is not used. */
void tcp_req_admit_undo(struct tcp_request_sock *req, void *cookie)
{
	struct sock *lsk = &req->listener->inet.sk;

	if (cookie && lsk->sk_conn_abort)
		lsk->sk_conn_abort(lsk, cookie);
}

static void tcp_req_hold(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	struct sock *lsk = &req->listener->inet.sk;

	req->acked = true;
	req->snd_wnd = (u32)seg->wnd << req->snd_wscale;
	if (!lsk->sk_conn_admit || list_is_linked(&req->held_node))
		return;
	list_add_tail(&req->held_node, &req->listener->listen->held);
	req->listener->listen->nr_held++;
}

/* The handshake's end: the child, or why not. skb (its last segment) is consumed. */
static void tcp_req_complete(struct tcp_request_sock *req, struct sk_buff *skb, struct tcp_seg *seg)
{
	struct net *net = req_net(req);
	struct sock *child;
	void *cookie;
	int err = tcp_req_admit(req, &cookie);

	if (err == -EAGAIN) {
		tcp_req_hold(req, seg);
		kfree_skb_reason(skb, SKB_DROP_TCP_LISTEN_OVERFLOW);
		return;
	}
	if (err) {
		tcp_send_reset(net, skb, seg);
		tcp_req_reset(req);
		kfree_skb_reason(skb, SKB_DROP_TCP_LISTEN_OVERFLOW);
		return;
	}
	req->snd_wnd = (u32)seg->wnd << req->snd_wscale;
	child = tcp_child_create(req, cookie, NULL);
	if (child)
		inet_note_header(inet_sk(child), skb);
	if (!child) {
		net_mib_inc(net, TcpExt_ListenDrops);
		kfree_skb_reason(skb, SKB_DROP_NOMEM);
		return;
	}
	if (seg->seq == seg->end_seq) {
		tcp_accecn_received(child, skb, seg);
		tcp_sk(child)->segs_in++;
		consume_skb(skb);
		return;
	}
	tcp_do_rcv(child, skb, seg);
}

/* listen_retry(): the head of the held ones once more. True: it is held no longer. */
bool tcp_req_retry(struct tcp_request_sock *req)
{
	void *cookie;
	int err = tcp_req_admit(req, &cookie);

	if (err == -EAGAIN)
		return false;
	tcp_req_unhold(req);
	if (err)
		tcp_req_reset(req);
	else if (!tcp_child_create(req, cookie, NULL))
		return false;
	return true;
}

/* A RST in SYN-RECEIVED, judged before any ACK in it (RFC 9293 3.10.7.4, RFC 5961 3.2). */
static enum skb_drop_reason tcp_req_rst(struct tcp_request_sock *req, struct sk_buff *skb,
					const struct tcp_seg *seg)
{
	if (tcp_req_bad_tsecr(req, seg)) {
		net_mib_inc(req_net(req), TcpExt_TSEcrRejected);
		return SKB_DROP_TCP_RFC7323_TSECR;
	}
	if (!tcp_req_in_window(req, seg))			/* TCP-ST-21 */
		return SKB_DROP_TCP_INVALID_SEQUENCE;
	if (seg->seq != req->rcv_isn + 1) {			/* TCP-ST-20 */
		tcp_req_send_ack(req, skb, seg);
		return SKB_DROP_TCP_RESET;
	}
	tcp_req_reset(req);					/* MUST-11: the user never knows */
	return SKB_DROP_TCP_RESET;
}

/* Acceptability in SYN-RECEIVED. SKB_NOT_DROPPED: the segment completes the handshake. */
static enum skb_drop_reason tcp_check_req(struct tcp_request_sock *req, struct sk_buff *skb,
					  struct tcp_seg *seg)
{
	struct net *net = req_net(req);
	bool paws = tcp_req_paws(req, seg), tsecr = tcp_req_bad_tsecr(req, seg);

	if (seg->flags & TCPHDR_RST)
		return tcp_req_rst(req, skb, seg);
	if (seg->flags & TCPHDR_SYN && !(seg->flags & TCPHDR_ACK) &&
	    seg->seq == req->rcv_isn && !paws) {
		tcp_ecn_req_syn_again(req, seg);
		tcp_req_dup_syn(req);				/* TCP-ST-14 */
		return SKB_DROP_TCP_INVALID_SYN;
	}
	if (seg->flags & TCPHDR_ACK && seg->ack != req->snt_isn + 1) {
		tcp_send_reset(net, skb, seg);			/* TCP-ST-16 */
		return SKB_DROP_TCP_INVALID_ACK_SEQUENCE;
	}
	if (paws || tsecr || !tcp_req_in_window(req, seg)) {
		tcp_req_send_ack(req, skb, seg);
		if (paws)
			net_mib_inc(net, TcpExt_PAWSEstab);
		else if (tsecr)
			net_mib_inc(net, TcpExt_TSEcrRejected);
		return paws ? SKB_DROP_TCP_RFC7323_PAWS : tsecr ? SKB_DROP_TCP_RFC7323_TSECR :
								  SKB_DROP_TCP_INVALID_SEQUENCE;
	}
	if (seg->flags & TCPHDR_SYN && seg->seq != req->rcv_isn) {
		tcp_req_send_ack(req, skb, seg);		/* TCP-ST-15 */
		return SKB_DROP_TCP_INVALID_SYN;
	}
	if (!(seg->flags & TCPHDR_ACK))
		return SKB_DROP_TCP_FLAGS;
	req->tsecr = seg->opt.saw & TCP_SAW_TSTAMP && req->tstamp_ok ? seg->opt.tsecr : 0;
	tcp_ecn_req_ack(req, seg);
	if (req->num_timeout < req->listener->defer_accept && seg->end_seq == req->rcv_isn + 1) {
		req->acked = true;
		return SKB_DROP_TCP_DEFER_ACCEPT;
	}
	if (seg->opt.saw & TCP_SAW_TSTAMP && req->tstamp_ok && !after(seg->seq, req->rcv_isn + 1))
		req->ts_recent = seg->opt.tsval;
	return SKB_NOT_DROPPED;
}

/* A segment for a request sock. Consumes skb. */
void tcp_rcv_req(struct net *net, struct tcp_request_sock *req, struct sk_buff *skb,
		 struct tcp_seg *seg)
{
	enum skb_drop_reason reason;

	(void)net;
	reason = tcp_check_req(req, skb, seg);
	if (reason)
		kfree_skb_reason(skb, reason);
	else
		tcp_req_complete(req, skb, seg);
}

/*
 * An ACK for a listener while cookies are out: if it carries one, the handshake is complete and skb
 * consumed (true). The request sock that it gives stays if the child must wait.
 */
bool tcp_req_from_cookie(struct sock *lsk, struct sk_buff *skb, struct tcp_seg *seg)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct inet_tuple t = { .laddr = cb->daddr, .raddr = cb->saddr, .lport = seg->dport,
				.rport = seg->sport, .af = cb->af };
	struct net *net = lsk->net;
	int class = tcp_cookie_check(net, &t, seg->seq - 1, seg->ack - 1);
	struct tcp_request_sock *req;

	if (class < 0) {
		net_mib_inc(net, TcpExt_SyncookiesFailed);
		return false;
	}
	/* those that wait for admission are bounded too */
	req = tcp_sk(lsk)->listen->nr_syn < 2 * max(lsk->sk_max_ack_backlog,
						    net->tcp.max_syn_backlog) ?
		      tcp_req_alloc(lsk, skb, seg, seg->seq - 1) : NULL;
	if (!req) {
		kfree_skb_reason(skb, SKB_DROP_TCP_REQQ_FULL);
		return true;
	}
	req->snt_isn = seg->ack - 1;
	req->mss_clamp = (u16)tcp_clamp_peer_mss(lsk, tcp_cookie_mss(cb->af, class),
						 req->listener->rx_opt.user_mss);
	if (!tcp_cookie_options(req, seg) || tcp_send_synack(req, SYNACK_COOKIE)) {
		tcp_req_free(req);
		return false;
	}
	tcp_ao_req_note(req, seg);
	tcp_ecn_req_cookie(req, seg);
	net_mib_inc(net, TcpExt_SyncookiesRecv);
	inet_ehash_insert(net, net->tcp.hash, &req->eh);
	mod_timer(&req->timer, net->now + req->timeout_ns);
	tcp_rcv_req(net, req, skb, seg);
	return true;
}
