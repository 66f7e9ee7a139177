/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 transmit. From the transports by inet_af.xmit; to neigh_output().
 *
 *	ip_queue_xmit (header) -> ip_local_out: hook LOCAL_OUT -> dst->output: ip_output or
 *	ip_mc_output -> hook POST_ROUTING -> ip_finish_output (MTU, fragments) -> neighbour
 *
 * With a cached route and neighbour nothing is looked up and nothing allocated.
 */
#include <errno.h>

#include "ipv4/ip4.h"

int ip4_finish_output2(struct net *net, struct sk_buff *skb)
{
	return ip_neigh_output(net, skb, MIB_IpExt_OutOctets, MIB_Ip_OutDiscards);
}

static int finish_piece(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	return skb->len > mtu ? ip4_fragment(net, sk, skb, mtu) : ip4_finish_output2(net, skb);
}

static int too_big(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu)
{
	net_mib_inc(net, Ip_FragFails);
	/* A datagram socket learns from the result; a stream from the ICMP path, as of any router. */
	if (!sk || !sk->prot || sk->prot->type == 1)
		icmp4_send(skb, ICMP4_TYPE_UNREACH, ICMP4_UNREACH_FRAG_NEEDED, be32_make(mtu));
	return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);
}

static int ip_finish_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	u32 mtu = ip_out_cb(skb)->mtu ?: dst_mtu(skb->dst);
	bool df;

	if (likely(skb->len <= mtu && !skb_is_gso(skb)))
		return ip4_finish_output2(net, skb);
	if (skb_is_gso(skb) && ip_gso_fits(skb, mtu))
		return ip4_finish_output2(net, skb);
	df = be16_get(ip4_hdr(skb)->frag_off) & IP4_DF;
	if (df && !skb->ignore_df)
		return too_big(net, sk, skb, mtu);
	return skb_is_gso(skb) ? ip_gso_output(net, sk, skb, mtu, finish_piece) :
				 ip4_fragment(net, sk, skb, mtu);
}

int ip_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct net_device *dev = skb->dst->dev;

	net_mib_inc(net, Ip_OutTransmits);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP4;
	if (nf_hook(NF_PROTO_IPV4, NF_POST_ROUTING, net, sk, skb, NULL, dev) != NF_ACCEPT)
		return -EPERM;
	return ip_finish_output(net, sk, skb);
}

int ip_mc_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	struct rtable *rt = rt_of(skb->dst);
	struct net_device *dev = rt->dst.dev;
	bool lo = dev->flags & DEV_LOOPBACK;

	net_mib_inc(net, Ip_OutTransmits);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_IP4;
	if (rt->type == RTN_MULTICAST) {
		net_mib_inc(net, IpExt_OutMcastPkts);
		net_mib_add(net, IpExt_OutMcastOctets, skb->len);
		if (!lo && !ip_out_cb(skb)->no_mc_loop &&
		    ip_mc_is_member(dev, &rt->daddr, INET_FAMILY_4))
			ip_mc_loopback(skb, PACKET_MULTICAST);
		if (ip4_hdr(skb)->ttl == 0) {
			consume_skb(skb);
			return 0;
		}
	} else {
		net_mib_inc(net, IpExt_OutBcastPkts);
		net_mib_add(net, IpExt_OutBcastOctets, skb->len);
		if (!lo)
			ip_mc_loopback(skb, PACKET_BROADCAST);
	}
	if (nf_hook(NF_PROTO_IPV4, NF_POST_ROUTING, net, sk, skb, NULL, dev) != NF_ACCEPT)
		return -EPERM;
	return ip_finish_output(net, sk, skb);
}

/* -- making the header --------------------------------------------------------- */

static int ip_local_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	net_mib_inc(net, Ip_OutRequests);
	skb->protocol = ETH_TYPE_IP4;
	if (nf_hook(NF_PROTO_IPV4, NF_LOCAL_OUT, net, sk, skb, NULL, skb->dst->dev) != NF_ACCEPT)
		return -EPERM;
	return skb->dst->output(net, sk, skb);
}

static u8 default_ttl(const struct net *net, const struct rtable *rt)
{
	if (rt->type == RTN_MULTICAST)
		return 1;
	if (rt->dst.metrics[RTAX_N_HOPLIMIT])
		return (u8)rt->dst.metrics[RTAX_N_HOPLIMIT];
	return net->ipv4.ip_default_ttl;
}

/*
 * Don't Fragment, and the MTU to hold to, as IP_MTU_DISCOVER says. A path that is narrower than the smallest
 * MTU that is believed could not be passed with it.
 */
static bool want_df(struct sk_buff *skb, const struct dst_entry *dst, u8 pmtudisc, bool allow_frag)
{
	switch (pmtudisc) {
	case IP4_PMTUDISC_WANT:
		if (unlikely(rt_of(dst)->narrow && dst->net->now < dst->expires))
			return false;
		return !allow_frag || skb_is_gso(skb) || skb->len <= dst_mtu(dst);
	case IP4_PMTUDISC_DO:
		return true;
	case IP4_PMTUDISC_PROBE:	/* Linux's TCP probes without DF, its datagrams with it */
		ip_out_cb(skb)->mtu = dst->dev->mtu;
		return allow_frag;
	case IP4_PMTUDISC_INTERFACE:
	case IP4_PMTUDISC_OMIT:
		ip_out_cb(skb)->mtu = dst->dev->mtu;
		return false;
	default:
		return false;
	}
}

static const struct ip_xmit_opts default_opts = { .ttl = -1, .pmtudisc = IP4_PMTUDISC_WANT };

static void fill_header(struct net *net, struct sk_buff *skb, const struct flowi *fl,
			struct rtable *rt, const struct ip_xmit_opts *opts, u32 hlen)
{
	struct ip4_hdr *iph = (struct ip4_hdr *)skb->data;
	u32 segs = max_t(u32, 1, skb_shinfo(skb)->gso_segs);
	bool df = opts->atomic || want_df(skb, &rt->dst, opts->pmtudisc, opts->allow_frag);

	iph->ver_ihl = ip4_ver_ihl(hlen);
	iph->tos = opts->tos_set ? opts->tos : fl->tos;
	iph->tot_len = be16_make((u16)min(skb->len, (u32)IP4_LEN_MAX));
	iph->frag_off = be16_make(df ? IP4_DF : 0);
	iph->ttl = opts->ttl >= 0 ? (u8)opts->ttl : default_ttl(net, rt);
	iph->protocol = fl->proto;
	iph->saddr = be32_of(&fl->saddr);
	iph->daddr = be32_of(&fl->daddr);
	if (opts->atomic) {
		iph->id = be16_make(0);
	} else if (df) {
		iph->id = be16_make((u16)rt->id);
		rt->id += segs;
	} else {
		iph->id = be16_make(ip4_select_ident(net, iph->saddr, iph->daddr, fl->proto, segs));
	}
	if (hlen > IP4_HLEN) {
		memcpy(iph->options, opts->options, hlen - IP4_HLEN);
		ip4_options_sent(net, iph, &fl->saddr);
	}
	iph->check = be16_make(0);
	iph->check = ip_fast_csum(iph, hlen / 4);
}

/* IP_HDRINCL: what the user left open is filled in, the rest is his business. */
static int xmit_hdrincl(struct net *net, struct sock *sk, struct sk_buff *skb,
			const struct flowi *fl, struct dst_entry *dst)
{
	struct ip4_hdr *iph;
	u32 hlen;

	if (skb->len > dst_mtu(dst))
		return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);
	if (!pskb_may_pull(skb, IP4_HLEN) || skb->len > IP4_LEN_MAX)
		return ip_out_drop(skb, SKB_DROP_IP_INHDR, -EINVAL);
	hlen = ip4_hdrlen((const struct ip4_hdr *)skb->data);
	if (hlen < IP4_HLEN || !pskb_may_pull(skb, hlen))
		return ip_out_drop(skb, SKB_DROP_IP_INHDR, -EINVAL);
	if (skb_cow_head(skb, dst->dev->hard_header_len))
		return ip_out_drop(skb, SKB_DROP_NOMEM, -ENOBUFS);
	iph = (struct ip4_hdr *)skb->data;
	if (be32_is_zero(iph->saddr))
		iph->saddr = be32_of(&fl->saddr);
	iph->tot_len = be16_make((u16)skb->len);
	if (be16_is_zero(iph->id))
		iph->id = be16_make(ip4_select_ident(net, iph->saddr, iph->daddr, iph->protocol,
						     1));
	iph->check = be16_make(0);
	iph->check = ip_fast_csum(iph, hlen / 4);
	skb_reset_network_header(skb);
	skb->transport_header = (u16)(skb->network_header + hlen);
	skb_dst_drop(skb);
	skb_dst_set(skb, dst_hold(dst));
	return ip_local_out(net, sk, skb);
}

int ip_queue_xmit(struct net *net, struct sock *sk, struct sk_buff *skb, const struct flowi *fl,
		  struct dst_entry *dst, const struct ip_xmit_opts *opts)
{
	struct rtable *rt = rt_of(dst);
	u32 hlen;

	if (!opts)
		opts = &default_opts;
	memset(ip_out_cb(skb), 0, sizeof(struct ip_out_cb));
	ip_out_cb(skb)->no_mc_loop = opts->no_mc_loop;
	if (sk) {
		skb->priority = sk->sk_priority;
		skb->mark = sk->sk_mark;
	}
	if (opts->hdrincl)
		return xmit_hdrincl(net, sk, skb, fl, dst);
	hlen = IP4_HLEN + (u32)(opts->options ? opts->options_len : 0);
	if (unlikely(hlen > IP4_HLEN_MAX || (hlen & 3)))
		return ip_out_drop(skb, SKB_DROP_IP_OPTIONS, -EINVAL);
	if (unlikely(skb->len + hlen > IP4_LEN_MAX && !skb_is_gso(skb)))
		return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);
	if (skb_cow_head(skb, hlen + dst->dev->hard_header_len))
		return ip_out_drop(skb, SKB_DROP_NOMEM, -ENOBUFS);
	skb_reset_transport_header(skb);
	skb_push(skb, hlen);
	skb_reset_network_header(skb);
	fill_header(net, skb, fl, rt, opts, hlen);
	if (unlikely(opts->pmtudisc == IP4_PMTUDISC_INTERFACE && skb->len > dst->dev->mtu &&
		     !skb_is_gso(skb)))
		return ip_out_drop(skb, SKB_DROP_PKT_TOO_BIG, -EMSGSIZE);	/* no DF, yet no fragments */
	skb_dst_drop(skb);
	skb_dst_set(skb, dst_hold(dst));
	return ip_local_out(net, sk, skb);
}
