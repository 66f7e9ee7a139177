/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages of received packets, in the neutral form that the socket's user translates. */
#include "inet/inet.h"
#include "inet/ip6_ext_sockopt.h"

static void addr_bytes(void *to, const union inet_addr *a)
{
	memcpy(to, a->b, sizeof(a->b));
}

/* Which messages are wanted of this packet: an IPv6 socket has its own set for each family. */
static u32 wanted(const struct inet_sock *inet, const struct inet_skb_cb *cb)
{
	return cb->af->af_bit ? inet->o6.cmsg_flags : inet->cmsg_flags;
}

/* IPV6_PKTINFO of an IPv4 packet gives v4-mapped addresses. */
static bool wants_pktinfo6(const struct inet_sock *inet, const struct inet_skb_cb *cb)
{
	return !cb->af->af_bit && inet->sk.sk_family_af->af_bit &&
	       inet->o6.cmsg_flags & INET_CMSG_PKTINFO;
}

/* Our address for an answer: for what went to a group, the one that the sender's route gives. */
static union inet_addr spec_dst(struct sock *sk, const struct inet_skb_cb *cb)
{
	struct flowi fl = { .daddr = cb->saddr, .family = cb->af->family, .oif = cb->iif,
			    .proto = sk->sk_protocol };
	struct dst_entry *dst;

	if (!(cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST)))
		return cb->daddr;
	if (cb->af->route_output(sk->net, &fl, &dst))
		return inet_sk(sk)->saddr;
	dst_release(dst);
	return fl.saddr;
}

static void recv_pktinfo(struct sock *sk, const struct inet_skb_cb *cb, struct sock_cmsg *c)
{
	union inet_addr spec = spec_dst(sk, cb);

	c->ifindex = cb->iif;
	addr_bytes(&c->dst, &cb->daddr);
	addr_bytes(&c->spec_dst, &spec);
}

static void from_header(struct sock *sk, const struct inet_skb_cb *cb, u32 want, struct sock_cmsg *c)
{
	c->v4 = !cb->af->af_bit;
	c->has_pktinfo = want & INET_CMSG_PKTINFO;
	c->has_pktinfo6 = wants_pktinfo6(inet_sk(sk), cb);
	if (c->has_pktinfo || c->has_pktinfo6)
		recv_pktinfo(sk, cb, c);
	if (want & INET_CMSG_TTL) {
		c->has_ttl = true;
		c->ttl = cb->ttl;
	}
	if (want & INET_CMSG_TOS) {
		c->has_tos = true;
		c->tos = cb->tos;
	}
}

void inet_cmsg_recv(struct sock *sk, const struct sk_buff *skb, struct msg *msg)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	const struct dgram_cb *dcb = dgram_cb(skb);
	struct sock_cmsg *c = msg->cmsg;
	u32 want = wanted(inet_sk(sk), cb);

	if (!c)
		return;
	sock_recv_tstamp(sk, skb->tstamp, false, c);
	if (sock_flag(sk, SOCK_RXQ_OVFL) && dcb->drops) {
		c->has_rxq_ovfl = true;
		c->rxq_ovfl = dcb->drops;
	}
	if (sock_flag(sk, SOCK_RCVMARK)) {
		c->has_mark = true;
		c->mark = skb->mark;
	}
	if (sock_flag(sk, SOCK_RCVPRIORITY)) {
		c->has_priority = true;
		c->priority = skb->priority;
	}
	c->old_pktinfo = inet_sk(sk)->o6.pktinfo_2292;
	c->old_hoplimit = inet_sk(sk)->o6.hoplimit_2292;
	if (dcb->whole && dcb->gso_size) {
		c->has_gso = true;
		c->gso_size = dcb->gso_size;
	}
	from_header(sk, cb, want, c);
	if (want & INET_CMSG_ORIGDSTADDR) {
		c->has_origdst = true;
		c->origdst_port = dcb->dport;
		addr_bytes(&c->dst, &cb->daddr);
		if (!c->has_pktinfo)
			c->ifindex = cb->iif;
	}
	if (want & INET_CMSG_RECVFRAGSIZE && cb->frag_max_size) {
		c->has_fragsize = true;
		c->fragsize = cb->frag_max_size;
	}
	if (want & (INET_CMSG_RECVOPTS | INET_CMSG_RETOPTS))
		inet_options4_recv(skb, want, c);
	if (cb->af->af_bit && want >> INET_CMSG_EXT6_SHIFT | (want & INET_CMSG_FLOWINFO))
		inet_ext6_recv(skb, want, c);
}

bool inet_cmsg_sent(struct sock *sk, const struct sk_buff *skb, struct inet_skb_cb *cb, u32 iif,
		    struct sock_cmsg *c)
{
	const struct inet_af *const *af = sk->net->ip.af;
	u32 i = af[0]->ethertype == skb->protocol ? 0 : 1;

	if (af[i]->ethertype != skb->protocol)
		return false;
	af[i]->read_header(skb, cb);
	cb->iif = iif;
	from_header(sk, cb, wanted(inet_sk(sk), cb), c);
	if (c->has_pktinfo)
		addr_bytes(&c->spec_dst, &cb->saddr);
	return true;
}
