/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UDP receive. From ip_local_deliver: look the socket up (most specific match), verify the
 * checksum, queue. Groups and broadcasts go to every socket that matches.
 */
#include "udp/udp_priv.h"

#include <errno.h>

/* -- look-up ----------------------------------------------------------- */

/* 0: no. An exact address outweighs peer, device and family. */
static int udp_score(const struct inet_sock *inet, const struct inet_tuple *t)
{
	bool v4 = inet_addr_is_v4mapped(&t->laddr);
	bool own_v4 = inet->sk.sk_family_af->af_bit == 0;
	int score = 1;

	if (!inet_bound_dev_match(&inet->sk, t->iif))
		return 0;
	if (inet_addr_equal(&inet->rcv_saddr, &t->laddr))
		score += 64;
	else if (!inet_addr_any(&inet->rcv_saddr) || (v4 ? !own_v4 && inet->v6only : own_v4))
		return 0;
	if (!inet_addr_any(&inet->daddr)) {
		if (!inet_addr_equal(&inet->daddr, &t->raddr))
			return 0;
		score += 16;
	}
	if (inet->dport) {
		if (inet->dport != t->rport)
			return 0;
		score += 16;
	}
	if (inet->sk.sk_bound_dev_if)
		score += 8;
	return score + (own_v4 == v4);
}

struct lookup {
	const struct inet_tuple *t;
	struct sock *best;
	int score;
	u32 nr;			/* members of the best one's SO_REUSEPORT group */
	u32 pick;
};

static bool lookup_best(struct sock *sk, void *arg)
{
	struct lookup *l = arg;
	int score = udp_score(inet_sk(sk), l->t);

	if (score > l->score) {
		l->best = sk;
		l->score = score;
		l->nr = 1;
	} else if (score && score == l->score && sk->sk_reuseport && l->best->sk_reuseport &&
		   sk->sk_uid == l->best->sk_uid) {
		l->nr++;
	}
	return false;
}

static bool lookup_pick(struct sock *sk, void *arg)
{
	struct lookup *l = arg;

	if (!sk->sk_reuseport || sk->sk_uid != l->best->sk_uid ||
	    udp_score(inet_sk(sk), l->t) != l->score || l->pick--)
		return false;
	l->best = sk;
	return true;
}

/* skb: the datagram for it, data at the UDP header; NULL: there is none */
static struct sock *udp_lookup(struct net *net, const struct inet_tuple *t, u8 proto, struct sk_buff *skb)
{
	struct inet_hashinfo *h = udp_hash_of(net, proto);
	struct lookup l = { .t = t };

	inet_port_for_each(h, t->lport, lookup_best, &l);
	if (l.nr > 1) {
		if (inet_reuseport_choose(l.best, skb, UDP_HLEN, l.nr, &l.pick))
			l.pick = l.nr - 1 - l.pick;	/* the newest comes first */
		else
			l.pick = reciprocal_scale(inet_tuple_hash(net, t), l.nr);
		inet_port_for_each(h, t->lport, lookup_pick, &l);
	}
	return l.best;
}

/* -- delivery ---------------------------------------------------------- */

static void udp_rfree(struct sk_buff *skb)
{
	struct dgram_cb *cb = dgram_cb(skb);

	skb->net->udp.mem_bytes -= skb->truesize;
	cb->base_destructor(skb);
}

/* UDPLITE_RECV_CSCOV: datagrams of which less is covered are not for this socket. */
static bool udplite_uncovered(const struct sock *sk, const struct sk_buff *skb)
{
	const struct udp_sock *up = udp_sk(sk);
	u32 cover = be16_get(((const struct udp_hdr *)skb->data)->len);

	if (!up->has_recv_cov || !cover || cover == skb->len)
		return false;
	return !up->recv_cov || cover < up->recv_cov;
}

/* Consumes skb: data at the UDP header, checksum verified. */
static void udp_queue(struct sock *sk, struct sk_buff *skb)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;
	const struct inet_af *af = inet_cb(skb)->af;
	const struct skb_shared_info *si = skb_shinfo(skb);
	u64 limit = (u64)sk->net->udp.mem[2] * UDP_MEM_PAGE;
	struct net *net = sk->net;
	bool lite = udp_is_lite(sk);
	u32 segs = 1;

	*dgram_cb(skb) = (struct dgram_cb){
		.sport = be16_get(uh->source), .dport = be16_get(uh->dest),
	};
	if (si->gso_size) {
		dgram_cb(skb)->gso_size = si->gso_size;
		dgram_cb(skb)->whole = udp_sk(sk)->gro_enabled;
		segs = DIV_ROUND_UP(skb->len - UDP_HLEN, (u32)si->gso_size);
	}
	if (unlikely(lite) && udplite_uncovered(sk, skb)) {
		udp_mib_add(net, af, true, InErrors, 1);
		sk->sk_drops++;
		kfree_skb_reason(skb, SKB_DROP_UDP_CSUM);
		return;
	}
	if (!sock_filter_pass(sk, skb, UDP_HLEN)) {
		udp_mib_add(net, af, lite, InErrors, segs);
		return;
	}
	if (!inet_addr_any(&udp_sk(sk)->inet.daddr))
		sk_mark_rx(sk, skb);
	else
		sk_mark_rx_once(sk, skb);
	if (net->udp.mem_bytes + skb->truesize > limit) {
		udp_mib_add(net, af, lite, MemErrors, segs);
		udp_mib_add(net, af, lite, InErrors, segs);
		kfree_skb_reason(skb, SKB_DROP_PROTO_MEM);
		return;
	}
	if (!dgram_queue_rcv(sk, skb)) {
		udp_mib_add(net, af, lite, RcvbufErrors, segs);
		udp_mib_add(net, af, lite, InErrors, segs);
		return;
	}
	/* Queued: still there, since readers run in a later turn. */
	dgram_cb(skb)->base_destructor = skb->destructor;
	skb->destructor = udp_rfree;
	net->udp.mem_bytes += skb->truesize;
	udp_mib_add(net, af, lite, InDatagrams, segs);
}

struct mcast {
	struct sk_buff *skb;
	const struct inet_tuple *t;
	struct sock *last;	/* gets the packet itself: the others a clone */
};

static bool mcast_wants(const struct sock *sk, const struct mcast *m)
{
	const struct inet_sock *inet = inet_sk(sk);

	/* A bound group or broadcast address is an exact match like any other. */
	return udp_score(inet, m->t) && inet_mc_wants(sk, &m->t->laddr, &m->t->raddr, m->t->iif);
}

static bool mcast_deliver(struct sock *sk, void *arg)
{
	struct mcast *m = arg;
	struct sk_buff *clone;

	if (!mcast_wants(sk, m))
		return false;
	if (m->last) {
		clone = skb_clone(m->skb);
		if (clone) {
			udp_queue(m->last, clone);
		} else {
			m->last->sk_drops++;
			udp_mib_add(sk->net, inet_cb(m->skb)->af, udp_is_lite(sk), RcvbufErrors, 1);
		}
	}
	m->last = sk;
	return false;
}

/* Consumes. No answer when nobody listens (RFC 1122 3.2.2). */
static void udp_mcast_rcv(struct sk_buff *skb, const struct inet_tuple *t)
{
	struct mcast m = { .skb = skb, .t = t };
	u8 proto = inet_cb(skb)->proto;

	inet_port_for_each(udp_hash_of(skb->net, proto), t->lport, mcast_deliver, &m);
	if (m.last) {
		udp_queue(m.last, skb);
		return;
	}
	if (proto == IP_PROTO_UDP && t->af->af_bit)
		net_mib_inc(skb->net, Udp6_IgnoredMulti);
	else if (proto == IP_PROTO_UDP)
		net_mib_inc(skb->net, Udp_IgnoredMulti);
	else if (!t->af->af_bit)	/* UdpLite6 has no such counter */
		net_mib_inc(skb->net, UdpLite_IgnoredMulti);
	consume_skb(skb);
}

/* -- checks ------------------------------------------------------------ */

/* Header and length (a datagram may be shorter than the packet, never longer). */
static enum skb_drop_reason udp_check_len(struct sk_buff *skb)
{
	const struct udp_hdr *uh;
	u32 len;

	if (!pskb_may_pull(skb, UDP_HLEN))
		return SKB_DROP_PKT_TOO_SMALL;
	if (inet_cb(skb)->proto == IP_PROTO_UDPLITE)	/* the field means the checksum's reach */
		return SKB_NOT_DROPPED;
	uh = (const struct udp_hdr *)skb->data;
	len = be16_get(uh->len);
	if (skb_is_gso(skb) && len < skb->len)	/* of one segment, or cut off at 64 KiB */
		return SKB_NOT_DROPPED;
	if (len < UDP_HLEN || len > skb->len)
		return SKB_DROP_PKT_TOO_SMALL;
	if (len < skb->len && pskb_trim(skb, len))
		return SKB_DROP_NOMEM;
	return SKB_NOT_DROPPED;
}

static bool sum_wrong(const struct sk_buff *skb, u32 cover)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	u32 pseudo = cb->af->pseudo_csum(&cb->saddr, &cb->daddr, skb->len, cb->proto);

	return !be16_is_zero(csum_fold(skb_checksum(skb, 0, cover, pseudo)));
}

/* RFC 3828 3.1: a reach of 0 is all, less than the header or more than there is is wrong, and so is
 * no checksum. */
static bool udplite_csum_bad(const struct sk_buff *skb)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;
	u32 cover = be16_get(uh->len);

	if (!cover)
		cover = skb->len;
	return be16_is_zero(uh->check) || cover < UDP_HLEN || cover > skb->len ||
	       sum_wrong(skb, cover);
}

/* No checksum at all: fine over IPv4, over IPv6 only where the socket allows it (RFC 6935). */
static bool udp_csum_bad(const struct sk_buff *skb, const struct sock *sk)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;
	const struct inet_skb_cb *cb = inet_cb(skb);

	if (cb->proto == IP_PROTO_UDPLITE)
		return udplite_csum_bad(skb);
	if (be16_is_zero(uh->check) && skb->ip_summed != CHECKSUM_PARTIAL)
		return cb->af->af_bit && !(sk && udp_sk(sk)->no_check6_rx);
	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL)
		return false;
	return sum_wrong(skb, skb->len);
}

static void udp_drop(struct sk_buff *skb, enum skb_drop_reason reason)
{
	const struct inet_af *af = inet_cb(skb)->af;
	bool lite = inet_cb(skb)->proto == IP_PROTO_UDPLITE;

	if (reason == SKB_DROP_UDP_CSUM)
		udp_mib_add(skb->net, af, lite, InCsumErrors, 1);
	udp_mib_add(skb->net, af, lite, InErrors, 1);
	kfree_skb_reason(skb, reason);
}

static void udp_no_socket(struct sk_buff *skb)
{
	const struct inet_af *af = inet_cb(skb)->af;

	udp_mib_add(skb->net, af, inet_cb(skb)->proto == IP_PROTO_UDPLITE, NoPorts, 1);
	af->send_unreach_port(skb);
	kfree_skb_reason(skb, SKB_DROP_NO_SOCKET);
}

void udp_rcv(struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	enum skb_drop_reason reason = udp_check_len(skb);
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;
	struct inet_tuple t;
	struct sock *sk;

	if (reason) {
		udp_drop(skb, reason);
		return;
	}
	t = (struct inet_tuple){
		.laddr = cb->daddr, .raddr = cb->saddr, .lport = be16_get(uh->dest),
		.rport = be16_get(uh->source), .iif = cb->iif, .af = cb->af,
	};
	if (cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST)) {
		if (udp_csum_bad(skb, NULL))
			udp_drop(skb, SKB_DROP_UDP_CSUM);
		else
			udp_mcast_rcv(skb, &t);
		return;
	}
	sk = t.lport ? udp_lookup(skb->net, &t, cb->proto, skb) : NULL;
	if (udp_csum_bad(skb, sk))
		udp_drop(skb, SKB_DROP_UDP_CSUM);
	else if (sk)
		udp_queue(sk, skb);
	else
		udp_no_socket(skb);
}

/* -- ICMP errors ------------------------------------------------------- */

static void err_rcv(struct net *net, const struct inet_icmp_err *e, u8 proto)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)e->l4;
	struct inet_tuple t = { .laddr = e->saddr, .raddr = e->daddr, .iif = e->iif, .af = e->af };
	struct sock *sk;
	int err;

	if (e->l4_len < UDP_HLEN)
		return;
	t.lport = be16_get(uh->source);
	t.rport = be16_get(uh->dest);
	sk = t.lport ? udp_lookup(net, &t, proto, NULL) : NULL;
	if (!sk) {
		if (e->af->af_bit)
			net_mib_inc(net, Icmp6_InErrors);
		else
			net_mib_inc(net, Icmp_InErrors);
		return;
	}
	err = dgram_icmp_errno(sk, e, t.rport, UDP_HLEN);
	if (err)
		sk_report_error(sk, err);
}

void udp_err(struct net *net, const struct inet_icmp_err *e)
{
	err_rcv(net, e, IP_PROTO_UDP);
}

void udplite_err(struct net *net, const struct inet_icmp_err *e)
{
	err_rcv(net, e, IP_PROTO_UDPLITE);
}
