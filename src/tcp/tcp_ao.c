/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP-AO (RFC 5925) with the algorithms of RFC 5926: master keys by peer, traffic keys derived per
 * connection and direction, the sequence number extension, and which key signs. From tcp_sig.c.
 */
#include "tcp/tcp_sig.h"

enum { AO_CONTEXT_MAX = 16 + 16 + 2 + 2 + 4 + 4 };

/* States in which both initial sequence numbers are known and the traffic keys ready. */
#define AO_SYNCHRONISED TCPF_HAVE_PEER

/* -- keys -------------------------------------------------------------------------------------- */

static bool ids_match(const struct tcp_ao_key *key, int sndid, int rcvid)
{
	return (sndid < 0 || key->sndid == sndid) && (rcvid < 0 || key->rcvid == rcvid);
}

/* A key for the peer with these ids (-1: any): that of the longest prefix. NULL: none. */
struct tcp_ao_key *tcp_ao_find(const struct tcp_ao_info *ao, const struct inet_af *af,
			       const union inet_addr *peer, int sndid, int rcvid)
{
	struct tcp_ao_key *key, *best = NULL;

	list_for_each_entry(key, &ao->keys, node) {
		if (key->peer.family == af->family && ids_match(key, sndid, rcvid) &&
		    inet_prefix_match(&key->peer, peer) && (!best || key->peer.len > best->peer.len))
			best = key;
	}
	return best;
}

/* The same on a connection, whose keys are all for its peer. */
struct tcp_ao_key *tcp_ao_own(const struct tcp_ao_info *ao, int sndid, int rcvid)
{
	struct tcp_ao_key *key;

	list_for_each_entry(key, &ao->keys, node) {
		if (ids_match(key, sndid, rcvid))
			return key;
	}
	return NULL;
}

/* sk's keys, made if there are none yet. NULL: no memory. */
struct tcp_ao_info *tcp_ao_get(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->ao) {
		tp->ao = net_alloc(sk->net, sizeof(*tp->ao));
		if (!tp->ao)
			return NULL;
		INIT_LIST_HEAD(&tp->ao->keys);
		sk->net->tcp.sig_used = true;
	}
	return tp->ao;
}

/* A copy of from, not in a list; it counts for sk. NULL: no memory. */
struct tcp_ao_key *tcp_ao_key_new(struct sock *sk, const struct tcp_ao_key *from)
{
	struct tcp_ao_key *key;

	if (tcp_sig_charge(sk, sizeof(*key)))
		return NULL;
	key = net_alloc_raw(sk->net, sizeof(*key));
	if (!key) {
		tcp_sk(sk)->sig_mem -= sizeof(*key);
		return NULL;
	}
	*key = *from;
	key->good = key->bad = 0;
	return key;
}

void tcp_ao_key_free(struct net *net, struct tcp_ao_key *key)
{
	memset(key, 0, sizeof(*key));
	net_free(net, key, sizeof(*key));
}

void tcp_ao_free(struct net *net, struct tcp_ao_info *ao)
{
	struct tcp_ao_key *key, *tmp;

	list_for_each_entry_safe(key, tmp, &ao->keys, node)
		tcp_ao_key_free(net, key);
	net_free(net, ao, sizeof(*ao));
}

/* -- key derivation (RFC 5926 3.1) --------------------------------------------------------------- */

/* key->master from key->key: AES-CMAC wants 16 octets, and makes them of any number (3.1.1.2). */
int tcp_ao_master(struct net *net, struct tcp_ao_key *key)
{
	static const u8 zero[16];
	struct skb_vec v = { key->key, key->keylen };

	key->master_len = key->keylen;
	memcpy(key->master, key->key, key->keylen);
	if (key->alg != NET_MAC_CMAC_AES128 || key->keylen == sizeof(zero))
		return 0;
	key->master_len = sizeof(zero);
	return net->cfg.crypto->mac(NET_MAC_CMAC_AES128, zero, sizeof(zero), &v, 1, key->master);
}

/* RFC 5925 5.2: who talks to whom, and from which numbers on. Its length. */
static u32 put_context(u8 *b, const struct tcp_sig_path *p, u32 sisn, u32 disn)
{
	u32 n = p->af->af_bit ? 16 : 4;

	memcpy(b, p->af->af_bit ? p->saddr.b : inet_addr_4(&p->saddr), n);
	memcpy(b + n, p->af->af_bit ? p->daddr.b : inet_addr_4(&p->daddr), n);
	b += 2 * n;
	put_be16(b, p->sport);
	put_be16(b + 2, p->dport);
	put_be32(b + 4, sisn);
	put_be32(b + 8, disn);
	return 2 * n + 12;
}

/* The traffic key for segments that travel by p; sisn, disn: of the sender and of the receiver. */
int tcp_ao_derive(struct net *net, const struct tcp_ao_key *key, const struct tcp_sig_path *p,
		  u32 sisn, u32 disn, u8 *out)
{
	u8 label[7] = { 1, 'T', 'C', 'P', '-', 'A', 'O' }, context[AO_CONTEXT_MAX], bits[2];
	struct skb_vec v[3] = { { label, sizeof(label) }, { context, 0 }, { bits, sizeof(bits) } };

	v[1].len = put_context(context, p, sisn, disn);
	put_be16(bits, (u16)(net_mac_size(key->alg) * 8));
	return net->cfg.crypto->mac(key->alg, key->master, key->master_len, v, ARRAY_SIZE(v), out);
}

/* Both traffic keys of a connection whose initial numbers are known. */
int tcp_ao_cache_keys(struct sock *sk, struct tcp_ao_key *key)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_ao_info *ao = tp->ao;
	struct tcp_sig_path out, in;
	int err;

	tcp_sig_path_sock(tp, &out);
	in = (struct tcp_sig_path){ .af = out.af, .saddr = out.daddr, .daddr = out.saddr,
				    .sport = out.dport, .dport = out.sport };
	err = tcp_ao_derive(sk->net, key, &out, ao->lisn, ao->risn, key->snd_key);
	return err ? err : tcp_ao_derive(sk->net, key, &in, ao->risn, ao->lisn, key->rcv_key);
}

/* -- sequence number extension (RFC 5925 6.2) ---------------------------------------------------- */

/*
 * The extension of seq, which is near now; ref follows now, over the wrap of sequence numbers. Each
 * segment passes here, so that now never moves by half of the sequence space unseen.
 */
u32 tcp_ao_sne(struct tcp_ao_sne *ref, u32 now, u32 seq)
{
	if (after(now, ref->seq)) {
		ref->sne += now < ref->seq;
		ref->seq = now;
	}
	if (before(seq, ref->seq))
		return ref->sne - (seq > ref->seq);
	return ref->sne + (seq < ref->seq);
}

/* -- signing ------------------------------------------------------------------------------------- */

static void fill_signer(struct tcp_signer *s, const struct tcp_ao_key *key, u8 rnext)
{
	s->kind = TCP_SIG_AO;
	s->alg = key->alg;
	s->maclen = key->maclen;
	s->keyid = key->sndid;
	s->rnext = rnext;
	s->exclude_opts = key->flags & TCP_AO_KEYF_EXCLUDE_OPT_NS;
	s->keylen = (u8)net_mac_size(key->alg);
	s->sne = 0;
}

/* For a segment of a connection with a current key. SYNs have keys of their own (RFC 5925 5.2). */
bool tcp_ao_sign(struct net *net, struct tcp_ao_info *ao, const struct tcp_sig_path *p, u16 flags,
		 u32 seq, u32 una, struct tcp_signer *s)
{
	const struct tcp_ao_key *key = ao->current;

	fill_signer(s, key, ao->rnext->rcvid);
	if (flags & TCPHDR_SYN)
		return !tcp_ao_derive(net, key, p, ao->lisn, flags & TCPHDR_ACK ? ao->risn : 0,
				      s->key);
	s->sne = tcp_ao_sne(&ao->snd, una, seq);
	memcpy(s->key, key->snd_key, s->keylen);
	return true;
}

/* What the SYN asked the answers to be signed with. */
void tcp_ao_req_note(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	req->used_ao = seg->opt.saw & TCP_SAW_AO && req->listener->ao;
	req->ao_keyid = seg->opt.ao_rnext;
	req->ao_rcv_next = seg->opt.ao_keyid;
}

/* For a SYN-ACK, or another segment of a request sock; none without the key that was asked for. */
bool tcp_ao_sign_synack(struct tcp_request_sock *req, u32 seq, struct tcp_signer *s)
{
	const struct inet_tuple *t = &req->eh.tuple;
	const struct tcp_ao_key *key = NULL;
	struct tcp_ao_sne ref = { .seq = req->snt_isn };
	struct tcp_sig_path p;

	if (req->listener->ao)
		key = tcp_ao_find(req->listener->ao, t->af, &t->raddr, req->ao_keyid, -1);
	if (!key)
		return false;
	fill_signer(s, key, req->ao_rcv_next);
	s->sne = tcp_ao_sne(&ref, req->snt_isn, seq);
	tcp_sig_path_out(t, &p);
	return !tcp_ao_derive(req->listener->inet.sk.net, key, &p, req->snt_isn, req->rcv_isn,
			      s->key);
}

/* -- checking ------------------------------------------------------------------------------------ */

/* Initial sequence numbers of sender and receiver, as far as a segment's check needs them. */
struct ao_isns {
	u32 sisn, disn, sne;
};

/* Outside of the synchronised states. False: the segment cannot be checked. */
static bool find_isns(const struct tcp_ao_info *ao, u8 state, const struct tcp_request_sock *req,
		      const struct tcp_seg *seg, struct ao_isns *i)
{
	struct tcp_ao_sne ref = { 0 };

	*i = (struct ao_isns){ .sisn = seg->seq };
	if (seg->flags & TCPHDR_SYN && !(seg->flags & TCPHDR_ACK))
		return true;
	if (state == TCP_LISTEN || state == TCP_NEW_SYN_RECV_NS) {
		if (!req && (seg->flags & (TCPHDR_SYN | TCPHDR_ACK)) != TCPHDR_ACK)
			return false;
		/* no request: it may carry a SYN cookie, which is then our number */
		i->sisn = req ? req->rcv_isn : seg->seq - 1;
		i->disn = req ? req->snt_isn : seg->ack - 1;
	} else {
		if (!(seg->flags & TCPHDR_SYN) && (state != TCP_SYN_SENT || !(seg->flags & TCPHDR_RST)))
			i->sisn = ao->risn;
		i->disn = ao->lisn;
	}
	ref.seq = i->sisn;
	i->sne = tcp_ao_sne(&ref, i->sisn, seg->seq);
	return true;
}

static enum skb_drop_reason verify(struct net *net, struct tcp_ao_info *ao, struct tcp_ao_key *key,
				   const struct tcp_signer *s, const struct sk_buff *skb,
				   const struct tcp_sig_path *p, const struct tcp_seg *seg)
{
	u32 off = TCP_HLEN + seg->opt.ao_off + TCP_OLEN_AO_BASE;
	u8 want[NET_MAC_SIZE_MAX];

	if (seg->opt.ao_len != TCP_OLEN_AO_BASE + s->maclen ||
	    tcp_sig_mac(net, s, skb, p, off, want) ||
	    !net_mac_equal(want, skb->data + off, s->maclen)) {
		ao->bad++;
		key->bad++;
		return SKB_DROP_TCP_AOFAILURE;
	}
	ao->good++;
	key->good++;
	net_mib_inc(net, TcpExt_TCPAOGood);
	return SKB_NOT_DROPPED;
}

/*
 * The peer asks for another key: it is used from now on, if we have it (RFC 5925 7.5.2.e). sk: of the
 * connection, whose segments may get another size; NULL in TIME-WAIT.
 */
static void follow_rnext(struct sock *sk, struct tcp_ao_info *ao, u8 wanted)
{
	struct tcp_ao_key *key;

	if (ao->current->sndid == wanted)
		return;
	key = tcp_ao_own(ao, wanted, -1);
	if (!key)
		return;
	ao->current = key;
	if (sk)
		tcp_sig_changed(sk);
}

/* Is the AO option of the segment right? sk: NULL in TIME-WAIT, whose ao it is; or ao is NULL. */
enum skb_drop_reason tcp_ao_check(struct net *net, struct sock *sk, struct tcp_ao_info *ao, u8 state,
				  const struct tcp_request_sock *req, u32 rcv_nxt,
				  const struct sk_buff *skb, const struct tcp_seg *seg)
{
	bool synced = tcpf(state) & AO_SYNCHRONISED && ao && ao->current;
	const struct inet_skb_cb *cb = inet_cb(skb);
	enum skb_drop_reason reason;
	struct tcp_ao_key *key;
	struct tcp_sig_path p;
	struct tcp_signer s;
	struct ao_isns isn;

	if (!ao)
		return SKB_DROP_TCP_AOUNEXPECTED;
	key = synced ? tcp_ao_own(ao, -1, seg->opt.ao_keyid) :
		       tcp_ao_find(ao, cb->af, &cb->saddr, -1, seg->opt.ao_keyid);
	if (!key) {
		ao->key_not_found++;
		return SKB_DROP_TCP_AOKEYNOTFOUND;
	}
	fill_signer(&s, key, 0);
	tcp_sig_path_in(skb, seg, &p);
	if (synced && (seg->flags & (TCPHDR_SYN | TCPHDR_ACK)) != TCPHDR_SYN) {
		s.sne = tcp_ao_sne(&ao->rcv, rcv_nxt, seg->seq);
		memcpy(s.key, key->rcv_key, s.keylen);
		reason = verify(net, ao, key, &s, skb, &p, seg);
		if (!reason)
			follow_rnext(sk, ao, seg->opt.ao_rnext);
		return reason;
	}
	if (!find_isns(ao, state, req, seg, &isn))
		return SKB_DROP_TCP_FLAGS;
	s.sne = isn.sne;
	if (tcp_ao_derive(net, key, &p, isn.sisn, isn.disn, s.key))
		return SKB_DROP_TCP_AOFAILURE;
	return verify(net, ao, key, &s, skb, &p, seg);
}

/* RFC 5925 7.8: hard ICMP errors could be anybody's; on a connection they are not heard. */
bool tcp_ao_ignore_icmp(struct sock *sk, const struct inet_icmp_err *e)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao;
	bool hard = e->af->af_bit ? e->type == 1 && (e->code == 1 || e->code == 4) :
				    e->type == 3 && e->code >= 2 && e->code <= 4;

	if (!ao || !hard || ao->accept_icmps || !tcp_state_in(sk, TCPF_HAVE_PEER))
		return false;
	ao->dropped_icmps++;
	net_mib_inc(sk->net, TcpExt_TCPAODroppedIcmps);
	return true;
}

/* -- birth of a connection ----------------------------------------------------------------------- */

/* Keys for other peers go; the first that is left signs, unless the user chose. */
int tcp_ao_connect(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct inet_af *af = tp->inet.af;
	const union inet_addr *peer = &tp->inet.daddr;
	struct tcp_ao_info *ao = tp->ao;
	struct tcp_ao_key *key, *tmp;

	if (!tcp_ao_find(ao, af, peer, -1, -1)) {
		if (ao->required)
			return -EKEYREJECTED;
		list_for_each_entry(key, &ao->keys, node)
			tp->sig_mem -= sizeof(*key);
		tcp_ao_free(sk->net, ao);
		tp->ao = NULL;
		return 0;
	}
	list_for_each_entry_safe(key, tmp, &ao->keys, node) {
		if (key->peer.family == af->family && inet_prefix_match(&key->peer, peer))
			continue;
		if (ao->current == key)
			ao->current = NULL;
		if (ao->rnext == key)
			ao->rnext = NULL;
		list_del(&key->node);
		tcp_ao_key_free(sk->net, key);
		tp->sig_mem -= sizeof(*key);
	}
	key = tcp_ao_find(ao, af, peer, -1, -1);
	if (!ao->current)
		ao->current = key;
	if (!ao->rnext)
		ao->rnext = key;
	ao->lisn = tp->write_seq;
	ao->snd = (struct tcp_ao_sne){ .seq = ao->lisn };
	return 0;
}

void tcp_ao_finish_connect(struct sock *sk, u32 risn)
{
	struct tcp_ao_info *ao = tcp_sk(sk)->ao;
	struct tcp_ao_key *key;

	ao->risn = risn;
	ao->rcv = (struct tcp_ao_sne){ .seq = risn };
	list_for_each_entry(key, &ao->keys, node)
		tcp_ao_cache_keys(sk, key);
}

/* The child's keys: all that the listener has for the peer. 0, -ENOMEM, or -ENOENT: gone meanwhile. */
int tcp_ao_child(const struct tcp_request_sock *req, struct sock *sk)
{
	const struct inet_tuple *t = &req->eh.tuple;
	const struct tcp_ao_info *l = req->listener->ao;
	struct tcp_ao_key *key, *copy;
	struct tcp_ao_info *ao;

	if (!l)
		return -ENOENT;
	ao = tcp_ao_get(sk);
	if (!ao)
		return -ENOMEM;
	ao->required = l->required;
	ao->accept_icmps = l->accept_icmps;
	ao->lisn = req->snt_isn;
	ao->snd = (struct tcp_ao_sne){ .seq = ao->lisn };
	list_for_each_entry(key, &l->keys, node) {
		if (key->peer.family != t->af->family || !inet_prefix_match(&key->peer, &t->raddr))
			continue;
		copy = tcp_ao_key_new(sk, key);
		if (!copy)
			return -ENOMEM;
		list_add_tail(&copy->node, &ao->keys);
	}
	ao->current = tcp_ao_own(ao, req->ao_keyid, -1);
	ao->rnext = tcp_ao_own(ao, -1, req->ao_rcv_next);
	if (!ao->current || !ao->rnext)
		return -ENOENT;
	tcp_ao_finish_connect(sk, req->rcv_isn);
	return 0;
}
