/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages of received packets, in the neutral form that the socket's user translates. */
#include "inet/inet.h"
#include "inet/ip6_ext_sockopt.h"

/* Options of SOL_SOCKET that say what to tell of a packet. */
static const u8 telling_flags[] = { SOCK_TIMESTAMP, SOCK_TIMESTAMPNS, SOCK_RCVTSTAMP, SOCK_TSTAMP_NEW,
				    SOCK_RXQ_OVFL, SOCK_RCVMARK, SOCK_RCVPRIORITY };

static bool is_ping(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM_NS && sk->sk_protocol == sk->sk_family_af->icmp_proto;
}

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
	       inet->o6.cmsg_flags & (INET_CMSG_PKTINFO | INET_CMSG_OLD_PKTINFO);
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
	c->has_old_pktinfo = want & INET_CMSG_OLD_PKTINFO;
	if (c->has_pktinfo || c->has_pktinfo6 || c->has_old_pktinfo)
		recv_pktinfo(sk, cb, c);
	if (want & (INET_CMSG_TTL | INET_CMSG_OLD_TTL)) {
		c->has_ttl = want & INET_CMSG_TTL;
		c->has_old_hoplimit = want & INET_CMSG_OLD_TTL;
		c->ttl = cb->ttl;
	}
	if (want & INET_CMSG_TOS) {
		c->has_tos = true;
		c->tos = cb->tos;
	}
}

/* Everything but what is looked up in the packet itself. */
static void from_cb(struct sock *sk, const struct inet_skb_cb *cb, u32 want, struct sock_cmsg *c)
{
	const struct sock_rx *rx = &c->rx;

	sock_recv_tstamp(sk, rx->tstamp_ns, false, c);
	if (sock_flag(sk, SOCK_RXQ_OVFL) && rx->drops) {
		c->has_rxq_ovfl = true;
		c->rxq_ovfl = rx->drops;
	}
	if (sock_flag(sk, SOCK_RCVMARK)) {
		c->has_mark = true;
		c->mark = rx->mark;
	}
	if (sock_flag(sk, SOCK_RCVPRIORITY)) {
		c->has_priority = true;
		c->priority = rx->priority;
	}
	from_header(sk, cb, want, c);
	if (c->v4 && c->has_pktinfo && !(rx->flags & SOCK_RX_PKTINFO)) {
		c->ifindex = is_ping(sk) ? cb->iif : 0;
		memset(&c->spec_dst, 0, sizeof(c->spec_dst));
	}
	if (want & INET_CMSG_ORIGDSTADDR && rx->flags & SOCK_RX_PORTS) {
		c->has_origdst = true;
		c->origdst_port = rx->dport;
		addr_bytes(&c->dst, &cb->daddr);
		if (!c->has_pktinfo)
			c->ifindex = cb->iif;
	}
	if (want & INET_CMSG_RECVFRAGSIZE && cb->frag_max_size) {
		c->has_fragsize = true;
		c->fragsize = cb->frag_max_size;
	}
	if (want & INET_CMSG_FLOWINFO && rx->flowinfo) {
		c->has_flowinfo = true;
		c->flowinfo = rx->flowinfo;
	}
}

/* A port is where UDP has it, in whatever the socket is for. */
static bool dest_port(const struct sk_buff *skb, u32 hdr, u16 *port)
{
	be16 buf[2];
	const be16 *p;

	if (hdr) {
		*port = dgram_cb(skb)->dport;
		return true;
	}
	p = skb_header_pointer(skb, (u32)(skb_transport_header(skb) - skb->data), sizeof(buf), buf);
	*port = p ? be16_get(p[1]) : 0;
	return p;
}

/* IP_PKTINFO, or of an IPv6 socket its own, and the socket is none for pings, which never looks. */
static bool pktinfo_is_on(const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 old_or_new = INET_CMSG_PKTINFO | INET_CMSG_OLD_PKTINFO;

	if (is_ping(sk))
		return false;
	return inet->cmsg_flags & INET_CMSG_PKTINFO ||
	       (sk->sk_family_af->af_bit && inet->o6.cmsg_flags & old_or_new);
}

static void remember(const struct sock *sk, const struct sk_buff *skb, u32 hdr, struct sock_rx *rx)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	const struct dgram_cb *dcb = dgram_cb(skb);

	rx->tstamp_ns = skb->tstamp;
	rx->ifindex = cb->iif;
	rx->drops = dcb->drops;
	rx->mark = skb->mark;
	rx->priority = skb->priority;
	rx->fragsize = cb->frag_max_size;
	rx->ttl = cb->ttl;
	rx->tos = cb->tos;
	rx->flags = SOCK_RX_KNOWN | (cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST) ? SOCK_RX_GROUP : 0);
	addr_bytes(&rx->src, &cb->saddr);
	addr_bytes(&rx->dst, &cb->daddr);
	rx->flags |= dest_port(skb, hdr, &rx->dport) ? SOCK_RX_PORTS : 0;
	rx->flags |= pktinfo_is_on(sk) ? SOCK_RX_PKTINFO : 0;
	if (cb->af->af_bit)
		rx->flowinfo = inet_flowinfo6(skb);
	else
		rx->flags |= SOCK_RX_V4;
}

/*
 * IP_CHECKSUM: Linux tells it where it has made the sum, or the device has; not where the sender
 * left it to be made.
 */
static void recv_csum(const struct sk_buff *skb, u32 hdr, struct sock_cmsg *c)
{
	const struct udp_hdr *uh = (const struct udp_hdr *)skb->data;

	if (!hdr || inet_cb(skb)->proto != IP_PROTO_UDP || skb->ip_summed == CHECKSUM_PARTIAL ||
	    be16_is_zero(uh->check))
		return;
	c->has_csum = true;
	c->csum = skb_checksum(skb, hdr, skb->len - hdr, 0);
}

void inet_cmsg_recv(struct sock *sk, const struct sk_buff *skb, struct msg *msg, u32 hdr)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	const struct dgram_cb *dcb = dgram_cb(skb);
	struct sock_cmsg *c = msg->cmsg;
	u32 want = wanted(inet_sk(sk), cb);

	if (!c)
		return;
	remember(sk, skb, hdr, &c->rx);
	if (dcb->whole && dcb->gso_size) {
		c->has_gso = true;
		c->gso_size = dcb->gso_size;
	}
	from_cb(sk, cb, want, c);
	if (want & (INET_CMSG_RECVOPTS | INET_CMSG_RETOPTS))
		inet_options4_recv(skb, want, c);
	if (unlikely(want & INET_CMSG_CHECKSUM && !cb->af->af_bit))
		recv_csum(skb, hdr, c);
	if (cb->af->af_bit && want >> INET_CMSG_EXT6_SHIFT)
		inet_ext6_recv(skb, want, c);
}

void inet_cmsg_again(struct sock *sk, const struct sock_rx *rx, struct sock_cmsg *c)
{
	struct inet_skb_cb cb = { .af = sk->net->ip.af[rx->flags & SOCK_RX_V4 ? 0 : 1], .iif = rx->ifindex,
				  .frag_max_size = rx->fragsize, .tos = rx->tos, .ttl = rx->ttl,
				  .flags = rx->flags & SOCK_RX_GROUP ? INET_CB_MULTICAST : 0 };

	memcpy(&cb.saddr, rx->src.b, sizeof(cb.saddr));
	memcpy(&cb.daddr, rx->dst.b, sizeof(cb.daddr));
	c->rx = *rx;
	from_cb(sk, &cb, wanted(inet_sk(sk), &cb), c);
}

u64 inet_cmsg_wishes(const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	u32 flags = 0;

	for (u32 i = 0; i < ARRAY_SIZE(telling_flags); i++)
		flags |= (u32)sock_flag(sk, telling_flags[i]) << i;
	flags |= sk->sk_tsflags << 8;
	return (u64)flags << 32 | (inet->cmsg_flags & 0xffff) << 16 | (inet->o6.cmsg_flags & 0xffff);
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
