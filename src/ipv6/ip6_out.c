/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv6 transmit. From the transports by inet_af.xmit; to neigh_output().
 *
 *	ip6_xmit (headers) -> ip6_local_out: hook LOCAL_OUT -> dst->output: ip6_output or
 *	ip6_mc_output -> hook POST_ROUTING -> ip6_finish_output (MTU, fragments) -> neighbour
 */
#include <errno.h>

#include "ipv6/ip6.h"

int ip6_finish_output2(struct net *net, struct sk_buff *skb)
{
	return ip_neigh_output(net, skb, MIB_Ip6_OutOctets, MIB_Ip6_OutDiscards);
}

static int finish_piece(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	(void)sk;
	return skb->len > mtu ? ip6_fragment(net, skb, mtu) : ip6_finish_output2(net, skb);
}

static int too_big(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	net_mib_inc(net, Ip6_FragFails);
	/* A datagram socket learns from the result; a stream as if a router had said so. */
	if (!sk || !sk->prot || sk->prot->type == 1)
		icmp6_send(skb, ICMP6_TYPE_PKT_TOOBIG, 0, mtu);
	return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);
}

static int ip6_finish_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	u32 mtu = ip_out_cb(skb)->mtu ?: dst_mtu(skb->dst);

	if (likely(skb->len <= mtu && !skb_is_gso(skb)))
		return ip6_finish_output2(net, skb);
	if (skb_is_gso(skb) && ip_gso_fits(skb, mtu))
		return ip6_finish_output2(net, skb);
	if (!skb->ignore_df)
		return too_big(net, sk, skb, mtu);
	return skb_is_gso(skb) ? ip_gso_output(net, sk, skb, mtu, finish_piece) :
				 ip6_fragment(net, skb, mtu);
}

int ip6_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *dev = skb->dst->dev;
	const struct inet6_dev *idev = in6_dev_get(dev);

	net_mib_inc(net, Ip6_OutTransmits);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP6;
	if (unlikely(!idev || idev->conf.disable_ipv6)) {
		net_mib_inc(net, Ip6_OutDiscards);
		return ip_out_drop(skb, SKB_DROP_IPV6DISABLED, -ENETDOWN);
	}
	if (nf_hook(NF_PROTO_IPV6, NF_POST_ROUTING, net, sk, skb, NULL, dev) != NF_ACCEPT)
		return -EPERM;
	return ip6_finish_output(net, sk, skb);
}

int ip6_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct rtable *rt = rt_of(skb->dst);
	struct net_device *dev = rt->dst.dev;
	bool lo = dev->flags & DEV_LOOPBACK;

	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP6;
	net_mib_inc(net, Ip6_OutMcastPkts);
	net_mib_add(net, Ip6_OutMcastOctets, skb->len);
	if (!lo && !ip_out_cb(skb)->no_mc_loop && ip_mc_is_member(dev, &rt->daddr, INET_FAMILY_6))
		ip_mc_loopback(skb, PACKET_MULTICAST);
	/* scope 1 never leaves the node (RFC 4291 2.7), nor does hop limit 0 */
	if (!lo && (ip6_mcast_scope(ip6_of(&rt->daddr)) <= 1 || !ip6_hdr(skb)->hop_limit)) {
		consume_skb(skb);
		return 0;
	}
	return ip6_output(net, sk, skb);
}

/* -- making the header -------------------------------------------------------------------- */

static int ip6_local_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	net_mib_inc(net, Ip6_OutRequests);
	skb->protocol = ETH_TYPE_IP6;
	if (nf_hook(NF_PROTO_IPV6, NF_LOCAL_OUT, net, sk, skb, NULL, skb->dst->dev) != NF_ACCEPT)
		return -EPERM;
	return skb->dst->output(net, sk, skb);
}

static u8 default_hop_limit(const struct net *net, const struct rtable *rt)
{
	const struct inet6_dev *idev = in6_dev_get(rt->dst.dev);

	if (rt->type == RTN_MULTICAST)
		return 1;
	if (rt->dst.metrics[RTAX_N_HOPLIMIT])
		return (u8)rt->dst.metrics[RTAX_N_HOPLIMIT];
	return idev ? idev->conf.hop_limit : net->ipv6.conf_default.hop_limit;
}

/* The socket's label, or one that is the same for all packets of a flow (RFC 6437). */
static u32 flow_label(const struct net *net, const struct sk_buff *skb, const struct flowi *fl,
		      const struct ip_xmit_opts *opts)
{
	u64 h;

	if (fl->flowlabel)
		return fl->flowlabel & 0xfffff;
	if (opts->autoflowlabel == AUTOFLOWLABEL_SYSCTL ? !net->ipv6.auto_flowlabels :
							  opts->autoflowlabel == AUTOFLOWLABEL_OFF)
		return 0;
	if (skb->l4_hash)
		h = hash_32(skb->hash);
	else
		h = siphash_4u64(fl->saddr.q[0] ^ fl->daddr.q[0], fl->saddr.q[1], fl->daddr.q[1],
				 (u64)fl->sport << 32 | (u64)fl->dport << 16 | fl->proto,
				 &net->ipv6.id_key);
	if (net->ipv6.flowlabel_state_ranges)
		return (u32)(h & 0xfffff) | FLOWLABEL_STATELESS;
	return (u32)(h & 0xfffff) ?: 1;
}

/* How IPV6_MTU_DISCOVER and IPV6_MTU bear on this packet: its MTU, and whether the source may cut it. */
static void set_pmtudisc(struct sk_buff *skb, const struct dst_entry *dst,
			 const struct ip_xmit_opts *opts)
{
	if (opts->pmtudisc >= IP6_PMTUDISC_PROBE)
		ip_out_cb(skb)->mtu = dst->dev->mtu;
	if (opts->mtu && opts->allow_frag)
		ip_out_cb(skb)->mtu = min(opts->mtu, ip_out_cb(skb)->mtu ?: dst_mtu(dst));
	skb->ignore_df = opts->allow_frag && opts->pmtudisc != IP6_PMTUDISC_DO &&
			 opts->pmtudisc != IP6_PMTUDISC_PROBE &&
			 opts->pmtudisc != IP6_PMTUDISC_INTERFACE;
}

/* Puts the user's extension headers on; *nexthdr becomes the first one's type. 0/-EINVAL. */
static int push_options(struct sk_buff *skb, const struct ip_xmit_opts *opts, u8 *nexthdr)
{
	u32 off = 0, len;
	u8 *p = skb_push(skb, opts->options_len);

	memcpy(p, opts->options, opts->options_len);
	for (;;) {
		if (off + 8 > opts->options_len)
			return -EINVAL;
		len = ((u32)p[off + 1] + 1) * 8;
		if (off + len > opts->options_len)
			return -EINVAL;
		if (off + len == opts->options_len)
			break;
		off += len;
	}
	p[off] = *nexthdr;
	*nexthdr = opts->options_proto;
	return 0;
}

static void fill_header(struct net *net, struct sk_buff *skb, const struct flowi *fl,
			const struct rtable *rt, const struct ip_xmit_opts *opts, u8 nexthdr)
{
	struct ip6_hdr *h = (struct ip6_hdr *)skb->data;
	u32 payload = skb->len - IP6_HLEN;

	h->ver_tc_flow = ip6_ver_tc_flow(opts->tos_set ? opts->tos : fl->tos,
					 flow_label(net, skb, fl, opts));
	h->payload_len = be16_make(payload > 65535 ? 0 : (u16)payload);
	h->nexthdr = nexthdr;
	h->hop_limit = opts->ttl >= 0 ? (u8)opts->ttl : default_hop_limit(net, rt);
	memcpy(h->saddr.b, fl->saddr.b, 16);
	memcpy(h->daddr.b, fl->daddr.b, 16);
}

static int xmit_hdrincl(struct net *net, struct sock *sk, struct sk_buff *skb,
			struct dst_entry *dst)
{
	if (skb->len > dst_mtu(dst))
		return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);
	if (!pskb_may_pull(skb, IP6_HLEN))
		return ip_out_drop(skb, SKB_DROP_IP_INHDR, -EINVAL);
	if (skb_cow_head(skb, dst->dev->hard_header_len))
		return ip_out_drop(skb, SKB_DROP_NOMEM, -ENOBUFS);
	skb_reset_network_header(skb);
	skb->transport_header = (u16)(skb->network_header + IP6_HLEN);
	skb_dst_drop(skb);
	skb_dst_set(skb, dst_hold(dst));
	return ip6_local_out(net, sk, skb);
}

static const struct ip_xmit_opts default_opts = { .ttl = -1, .pmtudisc = IP6_PMTUDISC_WANT };

int ip6_xmit(struct net *net, struct sock *sk, struct sk_buff *skb, const struct flowi *fl,
	     struct dst_entry *dst, const struct ip_xmit_opts *opts)
{
	struct rtable *rt = rt_of(dst);
	u8 nexthdr = fl->proto;
	u32 extra;

	if (!opts)
		opts = &default_opts;
	memset(ip_out_cb(skb), 0, sizeof(struct ip_out_cb));
	ip_out_cb(skb)->no_mc_loop = opts->no_mc_loop;
	if (sk) {
		skb->priority = sk->sk_priority;
		skb->mark = sk->sk_mark;
	}
	if (opts->hdrincl)
		return xmit_hdrincl(net, sk, skb, dst);
	extra = opts->options ? opts->options_len : 0;
	if (unlikely(skb->len + extra > 65535 && !skb_is_gso(skb)))
		return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);
	if (skb_cow_head(skb, IP6_HLEN + extra + dst->dev->hard_header_len))
		return ip_out_drop(skb, SKB_DROP_NOMEM, -ENOBUFS);
	skb_reset_transport_header(skb);
	if (extra && push_options(skb, opts, &nexthdr))
		return ip_out_drop(skb, SKB_DROP_IPV6_BAD_EXTHDR, -EINVAL);
	skb_push(skb, IP6_HLEN);
	skb_reset_network_header(skb);
	fill_header(net, skb, fl, rt, opts, nexthdr);
	set_pmtudisc(skb, dst, opts);
	skb_dst_drop(skb);
	skb_dst_set(skb, dst_hold(dst));
	return ip6_local_out(net, sk, skb);
}
