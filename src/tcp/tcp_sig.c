/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing and checking segments, whatever the scheme: who signs with what, the octets that a code
 * covers, and what becomes of keys as a connection is born and dies. Codes are per segment of the
 * wire: a socket with keys makes no GSO packets. From tcp_rcv.c, tcp_xmit.c, tcp_req.c, tcp_reply.c.
 */
#include "tcp/tcp_sig.h"

enum { SIG_PIECES = 64 };		/* of one segment: far more than a packet has */

/* Has the socket keys, whoever they are for? */
bool tcp_sig_active(const struct tcp_sock *tp)
{
	return !list_empty(&tp->md5_keys) || tp->ao;
}

/* Does a SYN of ours have timestamps? Not beside MD5: then SACK blocks would not fit any more. */
bool tcp_timestamps_wanted(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return tcp_ns(sk)->timestamps && !tcp_md5_lookup(tp, tp->inet.af, &tp->inet.daddr);
}

/* May the socket, for its key's sake, hold size octets more? (net.core.optmem_max) */
int tcp_sig_charge(struct sock *sk, u32 size)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->sig_mem + size > sk->net->core.optmem_max)
		return -ENOMEM;
	tp->sig_mem += size;
	return 0;
}

/* -- which key --------------------------------------------------------------------------------- */

/* Octets of the option on the segments of a connection. */
u32 tcp_sig_opt_len(const struct tcp_sock *tp)
{
	if (tp->ao && tp->ao->current)
		return ALIGN_UP((u32)TCP_OLEN_AO_BASE + tp->ao->current->maclen, 4);
	if (tcp_md5_lookup(tp, tp->inet.af, &tp->inet.daddr))
		return TCP_OLEN_MD5_ALIGNED;
	return 0;
}

/* Keys came or went: segments have another size, and are single or may be large again. */
void tcp_sig_changed(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tp->gso_goal = 0;
	if (!tcp_state_in(sk, TCPF_HAVE_PEER))
		return;
	if (tp->ao && tp->ao->current && !tp->ao->rnext)	/* under TCP_REPAIR only one was chosen */
		tp->ao->rnext = tp->ao->current;
	tp->hdr_len = (u16)(TCP_HLEN + (tp->rx_opt.tstamp_ok ? TCP_OLEN_TIMESTAMP_ALIGNED : 0) +
			    tcp_sig_opt_len(tp));
	tcp_sync_mss(sk, tp->pmtu_cookie);
}

/* For a segment of sk. False: it needs a signature that cannot be made, and must not go. */
bool tcp_sig_sock(struct sock *sk, u16 flags, u32 seq, struct tcp_signer *s)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_md5_key *key;
	struct tcp_sig_path p;

	s->kind = TCP_SIG_NONE;
	if (tp->ao && tp->ao->current) {
		tcp_sig_path_sock(tp, &p);
		return tcp_ao_sign(sk->net, tp->ao, &p, flags, seq, tp->snd_una, s);
	}
	key = tcp_md5_lookup(tp, tp->inet.af, &tp->inet.daddr);
	if (key)
		tcp_md5_signer(key, s);
	return true;
}

/* For what a request sock sends: its listener's key for the peer. */
static bool sig_req(struct tcp_request_sock *req, u32 seq, struct tcp_signer *s)
{
	const struct inet_tuple *t = &req->eh.tuple;
	const struct tcp_md5_key *key;

	s->kind = TCP_SIG_NONE;
	if (req->used_ao)
		return tcp_ao_sign_synack(req, seq, s);
	key = tcp_md5_lookup(req->listener, t->af, &t->raddr);
	if (key)
		tcp_md5_signer(key, s);
	return true;
}

bool tcp_sig_req(struct tcp_request_sock *req, struct tcp_signer *s)
{
	return sig_req(req, req->snt_isn, s);
}

static bool sig_tw(struct tcp_timewait_sock *tw, u16 flags, u32 seq, struct tcp_signer *s)
{
	struct tcp_sig_path p;

	tcp_sig_path_out(&tw->eh.tuple, &p);
	if (tw->ao)
		return tcp_ao_sign(tw->net, tw->ao, &p, flags, seq, tw->snd_nxt, s);
	if (tw->md5)
		tcp_md5_signer(tw->md5, s);
	return true;
}

/*
 * RST for a signed segment of a lost connection: the peers of such often listen on the port that
 * they connect to, so the listener on the peer's port knows the key. It is used if the segment
 * proves that its sender has it, too.
 */
static bool sig_no_socket(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg,
			  struct tcp_signer *s)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct inet_tuple t = { .laddr = cb->daddr, .raddr = cb->saddr, .lport = seg->dport,
				.rport = seg->sport, .iif = cb->iif, .af = cb->af };
	const struct tcp_md5_key *key = NULL;
	struct sock *lsk;

	if (seg->opt.saw & TCP_SAW_AO)
		return false;		/* its keys depend on numbers that nobody knows any more */
	if (!(seg->opt.saw & TCP_SAW_MD5))
		return true;
	lsk = inet_lookup_listener(net, net->tcp.hash, &t, NULL, 0);
	if (!lsk) {
		t.lport = seg->sport;
		lsk = inet_lookup_listener(net, net->tcp.hash, &t, NULL, 0);
	}
	if (lsk)
		key = tcp_md5_lookup(tcp_sk(lsk), cb->af, &cb->saddr);
	if (!key || tcp_md5_check(net, key, skb, seg))
		return false;
	tcp_md5_signer(key, s);
	return true;
}

/* For a bare answer to skb that no full socket sends. False: silence. */
bool tcp_sig_reply(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg,
		   const struct tcp_reply *r, struct tcp_signer *s)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct inet_tuple t = { .laddr = cb->daddr, .raddr = cb->saddr, .lport = seg->dport,
				.rport = seg->sport, .iif = cb->iif, .af = cb->af };
	struct inet_ehash_entry *e;

	s->kind = TCP_SIG_NONE;
	e = inet_ehash_lookup(net, net->tcp.hash, &t);
	if (!e)
		return sig_no_socket(net, skb, seg, s);
	if (e->kind == EHASH_REQ)
		return sig_req(container_of(e, struct tcp_request_sock, eh), r->seq, s);
	if (e->kind == EHASH_TW)
		return sig_tw(container_of(e, struct tcp_timewait_sock, eh), r->flags, r->seq, s);
	return tcp_sig_sock(tcp_to_sk(container_of(e, struct tcp_sock, eh)), r->flags, r->seq, s);
}

/* -- the code ---------------------------------------------------------------------------------- */

void tcp_sig_path_in(const struct sk_buff *skb, const struct tcp_seg *seg, struct tcp_sig_path *p)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	*p = (struct tcp_sig_path){ .af = cb->af, .saddr = cb->saddr, .daddr = cb->daddr,
				    .sport = seg->sport, .dport = seg->dport };
}

void tcp_sig_path_out(const struct inet_tuple *t, struct tcp_sig_path *p)
{
	*p = (struct tcp_sig_path){ .af = t->af, .saddr = t->laddr, .daddr = t->raddr,
				    .sport = t->lport, .dport = t->rport };
}

void tcp_sig_path_sock(const struct tcp_sock *tp, struct tcp_sig_path *p)
{
	*p = (struct tcp_sig_path){ .af = tp->inet.af, .saddr = tp->inet.saddr,
				    .daddr = tp->inet.daddr, .sport = tp->inet.sport,
				    .dport = tp->inet.dport };
}

/* The pseudo header, as octets; its length. */
static u32 put_pseudo(u8 *b, const struct tcp_sig_path *p, u32 len)
{
	if (p->af->af_bit) {
		memcpy(b, p->saddr.b, 16);
		memcpy(b + 16, p->daddr.b, 16);
		put_be32(b + 32, len);
		put_be32(b + 36, IP_PROTO_TCP);
		return 40;
	}
	memcpy(b, inet_addr_4(&p->saddr), 4);
	memcpy(b + 4, inet_addr_4(&p->daddr), 4);
	b[8] = 0;
	b[9] = IP_PROTO_TCP;
	put_be16(b + 10, (u16)len);
	return 12;
}

/* The header as it is covered: no checksum, zeros for the code. Its length. */
static u32 put_header(u8 *b, const struct tcp_signer *s, const u8 *th, u32 hdr_len, u32 mac_off)
{
	memcpy(b, th, hdr_len);
	memset(b + offsetof(struct tcp_hdr, check), 0, sizeof(be16));
	if (s->kind == TCP_SIG_MD5)
		return TCP_HLEN;
	if (s->exclude_opts) {		/* RFC 5925 5.1: only this option, and no others */
		memmove(b + TCP_HLEN, th + mac_off - TCP_OLEN_AO_BASE, TCP_OLEN_AO_BASE);
		mac_off = TCP_HLEN + TCP_OLEN_AO_BASE;
		hdr_len = mac_off + s->maclen;
	}
	memset(b + mac_off, 0, s->maclen);
	return hdr_len;
}

/*
 * The code of the segment skb (data at its header, all of which is linear) to out; mac_off is where
 * it belongs, from the header's start. 0 or -errno.
 */
int tcp_sig_mac(struct net *net, const struct tcp_signer *s, const struct sk_buff *skb,
		const struct tcp_sig_path *p, u32 mac_off, u8 *out)
{
	u32 hdr_len = tcp_hdrlen((const struct tcp_hdr *)skb->data), n = 0, covered = 0;
	u8 pseudo[4 + 40], header[TCP_HLEN_MAX + TCP_OLEN_AO_BASE + NET_MAC_SIZE_MAX];
	struct skb_vec v[SIG_PIECES + 3];
	bool ao = s->kind == TCP_SIG_AO;

	put_be32(pseudo, s->sne);
	v[n++] = (struct skb_vec){ pseudo + (ao ? 0 : 4),
				   put_pseudo(pseudo + 4, p, skb->len) + (ao ? 4 : 0) };
	v[n++] = (struct skb_vec){ header, put_header(header, s, skb->data, hdr_len, mac_off) };
	if (skb->len > hdr_len)
		n += skb_to_vec(skb, hdr_len, skb->len - hdr_len, v + n, SIG_PIECES, &covered);
	if (covered != skb->len - hdr_len)
		return -EMSGSIZE;
	if (!ao)
		v[n++] = (struct skb_vec){ (void *)(uintptr_t)s->key, s->keylen };
	return net->cfg.crypto->mac(s->alg, s->key, ao ? s->keylen : 0, v, n, out);
}

/* -- out --------------------------------------------------------------------------------------- */

/* The option's place among the others: it is always the first. */
void tcp_sig_reserve(const struct tcp_signer *s, struct tcp_opts_parsed *o)
{
	if (s->kind == TCP_SIG_MD5) {
		o->saw |= TCP_SAW_MD5;
	} else if (s->kind == TCP_SIG_AO) {
		o->saw |= TCP_SAW_AO;
		o->ao_len = (u8)(TCP_OLEN_AO_BASE + s->maclen);
		o->ao_keyid = s->keyid;
		o->ao_rnext = s->rnext;
	}
}

/* The same for segments of a connection, before they are signed. */
void tcp_sig_reserve_sock(const struct tcp_sock *tp, struct tcp_opts_parsed *o)
{
	const struct tcp_ao_info *ao = tp->ao;

	if (ao && ao->current) {
		o->saw |= TCP_SAW_AO;
		o->ao_len = (u8)(TCP_OLEN_AO_BASE + ao->current->maclen);
		o->ao_keyid = ao->current->sndid;
		o->ao_rnext = ao->rnext->rcvid;
	} else if (tcp_md5_lookup(tp, tp->inet.af, &tp->inet.daddr)) {
		o->saw |= TCP_SAW_MD5;
	}
}

/* Signs the whole segment skb, which has the option reserved. 0 or -errno */
int tcp_sig_write(struct net *net, const struct tcp_signer *s, struct sk_buff *skb,
		  const struct tcp_sig_path *p)
{
	u8 code[NET_MAC_SIZE_MAX];
	int err;

	/* both options have their code behind four octets */
	err = tcp_sig_mac(net, s, skb, p, TCP_HLEN + 4, code);
	if (!err)
		memcpy(skb->data + TCP_HLEN + 4, code, s->maclen);
	return err;
}

/* -- in ---------------------------------------------------------------------------------------- */

static bool sig_options(const struct tcp_seg *seg, u16 bits)
{
	return seg->opt.saw & bits;
}

/* What is signed twice is nonsense. */
static bool sig_both(const struct tcp_seg *seg)
{
	return (seg->opt.saw & (TCP_SAW_MD5 | TCP_SAW_AO)) == (TCP_SAW_MD5 | TCP_SAW_AO);
}

static enum skb_drop_reason sig_unsigned(struct tcp_sock *tp, const struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	struct tcp_ao_info *ao = tp->ao;

	if (ao && (ao->current || ao->required || tcp_ao_find(ao, cb->af, &cb->saddr, -1, -1))) {
		ao->required_missing++;
		return SKB_DROP_TCP_AONOTFOUND;
	}
	return tcp_md5_lookup(tp, cb->af, &cb->saddr) ? SKB_DROP_TCP_MD5NOTFOUND : SKB_NOT_DROPPED;
}

/*
 * May the segment come in to sk, or to req of the listener sk? Counts; the caller drops it without
 * any answer (RFC 2385 2, RFC 5925 7.5).
 */
enum skb_drop_reason tcp_sig_inbound(struct sock *sk, const struct tcp_request_sock *req,
				     const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (likely(!sig_options(seg, TCP_SAW_MD5 | TCP_SAW_AO)))
		return tcp_sig_active(tp) ? sig_unsigned(tp, skb) : SKB_NOT_DROPPED;
	if (sig_both(seg))
		return SKB_DROP_TCP_AUTH_HDR;
	if (sig_options(seg, TCP_SAW_AO))
		return tcp_ao_check(sk->net, sk, tp->ao,
				    req ? (u8)TCP_NEW_SYN_RECV_NS : sk->sk_state, req, tp->rcv_nxt,
				    skb, seg);
	return tcp_md5_check(sk->net, tcp_md5_lookup(tp, inet_cb(skb)->af, &inet_cb(skb)->saddr),
			     skb, seg);
}

enum skb_drop_reason tcp_sig_inbound_tw(struct tcp_timewait_sock *tw, const struct sk_buff *skb,
					const struct tcp_seg *seg)
{
	/* a SYN may be for the next connection, which has keys of its own */
	if (seg->flags & TCPHDR_SYN && !(seg->flags & TCPHDR_ACK))
		return SKB_NOT_DROPPED;
	if (sig_both(seg))
		return SKB_DROP_TCP_AUTH_HDR;
	if (sig_options(seg, TCP_SAW_AO))
		return tcp_ao_check(tw->net, NULL, tw->ao, TCP_CLOSING, NULL, tw->rcv_nxt, skb,
				    seg);
	if (sig_options(seg, TCP_SAW_MD5))
		return tcp_md5_check(tw->net, tw->md5, skb, seg);
	if (tw->ao)
		return SKB_DROP_TCP_AONOTFOUND;
	return tw->md5 ? SKB_DROP_TCP_MD5NOTFOUND : SKB_NOT_DROPPED;
}

/* -- birth and death of a connection ----------------------------------------------------------- */

/*
 * Before the SYN: the one scheme that the peer is for. -EKEYREJECTED: AO is required, but no key; or
 * keys of prefixes, each set when the other was not in its way, leave both.
 */
int tcp_sig_connect(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_af *af = tp->inet.af;

	if (!tp->ao)
		return 0;
	if (tcp_md5_lookup(tp, af, &tp->inet.daddr) &&
	    tcp_ao_find(tp->ao, af, &tp->inet.daddr, -1, -1))
		return -EKEYREJECTED;
	return tcp_ao_connect(sk);
}

/* The peer's initial sequence number is known. */
void tcp_sig_connected(struct sock *sk, u32 risn)
{
	if (tcp_sk(sk)->ao)
		tcp_ao_finish_connect(sk, risn);
}

/* The child of req gets the keys for its peer. 0 or -errno: it must not be. */
int tcp_sig_child(const struct tcp_request_sock *req, struct sock *sk)
{
	const struct inet_tuple *t = &req->eh.tuple;
	const struct tcp_md5_key *key;

	if (req->used_ao)
		return tcp_ao_child(req, sk);
	key = tcp_md5_lookup(req->listener, t->af, &t->raddr);
	return key ? tcp_md5_copy(key, sk, &t->raddr) : 0;
}

/* The time-wait object that takes sk's place takes its keys, too: it answers for it. */
void tcp_sig_to_tw(struct sock *sk, struct tcp_timewait_sock *tw)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_md5_key *key = tcp_md5_lookup(tp, tp->inet.af, &tp->inet.daddr);

	if (tp->ao && tp->ao->current) {
		tw->ao = tp->ao;
		tp->ao = NULL;
	} else if (key) {
		tw->md5 = net_alloc_raw(sk->net, sizeof(*tw->md5));
		if (tw->md5)
			memcpy(tw->md5, key, sizeof(*key));
	}
}

void tcp_sig_tw_free(struct tcp_timewait_sock *tw)
{
	if (tw->ao)
		tcp_ao_free(tw->net, tw->ao);
	if (tw->md5) {
		memset(tw->md5, 0, sizeof(*tw->md5));
		net_free(tw->net, tw->md5, sizeof(*tw->md5));
	}
}

void tcp_sig_destroy(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	tcp_md5_free_all(sk);
	if (tp->ao)
		tcp_ao_free(sk->net, tp->ao);
	tp->ao = NULL;
}
