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

static struct sock *udp_lookup(struct net *net, const struct inet_tuple *t)
{
	struct lookup l = { .t = t };

	inet_port_for_each(net->udp.hash, t->lport, lookup_best, &l);
	if (l.nr > 1) {
		l.pick = reciprocal_scale(inet_tuple_hash(net, t), l.nr);
		inet_port_for_each(net->udp.hash, t->lport, lookup_pick, &l);
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

/* Consumes skb: data at the UDP header, checksum verified. */
static void udp_queue(struct sock *sk, struct sk_buff *skb)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;
	const struct inet_af *af = inet_cb(skb)->af;
	const struct skb_shared_info *si = skb_shinfo(skb);
	u64 limit = (u64)sk->net->udp.mem[2] * UDP_MEM_PAGE;
	struct net *net = sk->net;
	u32 segs = 1;

	*dgram_cb(skb) = (struct dgram_cb){
		.sport = be16_get(uh->source), .dport = be16_get(uh->dest),
	};
	if (si->gso_size) {
		dgram_cb(skb)->gso_size = si->gso_size;
		dgram_cb(skb)->whole = udp_sk(sk)->gro_enabled;
		segs = DIV_ROUND_UP(skb->len - UDP_HLEN, (u32)si->gso_size);
	}
	if (net->udp.mem_bytes + skb->truesize > limit) {
		udp_mib_add(net, af, MemErrors, segs);
		udp_mib_add(net, af, InErrors, segs);
		kfree_skb_reason(skb, SKB_DROP_PROTO_MEM);
		return;
	}
	if (!dgram_queue_rcv(sk, skb)) {
		udp_mib_add(net, af, RcvbufErrors, segs);
		udp_mib_add(net, af, InErrors, segs);
		return;
	}
	/* Queued: still there, since readers run in a later turn. */
	dgram_cb(skb)->base_destructor = skb->destructor;
	skb->destructor = udp_rfree;
	net->udp.mem_bytes += skb->truesize;
	udp_mib_add(net, af, InDatagrams, segs);
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
	return udp_score(inet, m->t) && inet_mc_wants(sk, &m->t->laddr, m->t->iif);
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
			udp_mib_add(sk->net, inet_cb(m->skb)->af, RcvbufErrors, 1);
		}
	}
	m->last = sk;
	return false;
}

/* Consumes. No answer when nobody listens (RFC 1122 3.2.2). */
static void udp_mcast_rcv(struct sk_buff *skb, const struct inet_tuple *t)
{
	struct mcast m = { .skb = skb, .t = t };

	inet_port_for_each(skb->net->udp.hash, t->lport, mcast_deliver, &m);
	if (m.last) {
		udp_queue(m.last, skb);
		return;
	}
	udp_mib_add(skb->net, t->af, IgnoredMulti, 1);
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

/* No checksum at all: fine over IPv4, over IPv6 only where the socket allows it (RFC 6935). */
static bool udp_csum_bad(const struct sk_buff *skb, const struct sock *sk)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;
	const struct inet_skb_cb *cb = inet_cb(skb);

	if (be16_is_zero(uh->check) && skb->ip_summed != CHECKSUM_PARTIAL)
		return cb->af->af_bit && !(sk && udp_sk(sk)->no_check6_rx);
	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL)
		return false;
	return !be16_is_zero(csum_fold(skb_checksum(
		skb, 0, skb->len,
		cb->af->pseudo_csum(&cb->saddr, &cb->daddr, skb->len, IP_PROTO_UDP))));
}

static void udp_drop(struct sk_buff *skb, enum skb_drop_reason reason)
{
	const struct inet_af *af = inet_cb(skb)->af;

	if (reason == SKB_DROP_UDP_CSUM)
		udp_mib_add(skb->net, af, InCsumErrors, 1);
	udp_mib_add(skb->net, af, InErrors, 1);
	kfree_skb_reason(skb, reason);
}

static void udp_no_socket(struct sk_buff *skb)
{
	const struct inet_af *af = inet_cb(skb)->af;

	udp_mib_add(skb->net, af, NoPorts, 1);
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
	sk = t.lport ? udp_lookup(skb->net, &t) : NULL;
	if (udp_csum_bad(skb, sk))
		udp_drop(skb, SKB_DROP_UDP_CSUM);
	else if (sk)
		udp_queue(sk, skb);
	else if (!t.lport)
		udp_drop(skb, SKB_DROP_NO_SOCKET);
	else
		udp_no_socket(skb);
}

/* -- ICMP errors ------------------------------------------------------- */

void udp_err(struct net *net, const struct inet_icmp_err *e)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)e->l4;
	struct inet_tuple t = { .laddr = e->saddr, .raddr = e->daddr, .iif = e->iif, .af = e->af };
	struct sock *sk;
	int err;

	if (e->l4_len < UDP_HLEN)
		return;
	t.lport = be16_get(uh->source);
	t.rport = be16_get(uh->dest);
	sk = t.lport ? udp_lookup(net, &t) : NULL;
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
