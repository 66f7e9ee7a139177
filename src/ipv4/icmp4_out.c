/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP sent: errors about packets that we received (or could not send), with the rules about when
 * to keep quiet (RFC 1122 3.2.2, RFC 1812 4.3.2.7) and the rate limits (4.3.2.8).
 */
#include <errno.h>

#include "ipv4/ip4.h"

enum { ICMP4_QUOTE_MAX = 576 - IP4_HLEN - ICMP4_HLEN, TOS_INTERNETCONTROL = 0xc0 };

/* Counter of what we send, by type; 0: only IcmpMsg. */
static const u16 out_mib[ICMP4_TYPE_MAX + 1] = {
	[ICMP4_TYPE_ECHO_REPLY] = MIB_Icmp_OutEchoReps,
	[ICMP4_TYPE_UNREACH] = MIB_Icmp_OutDestUnreachs,
	[ICMP4_TYPE_REDIRECT] = MIB_Icmp_OutRedirects,
	[ICMP4_TYPE_TIME_EXCEEDED] = MIB_Icmp_OutTimeExcds,
	[ICMP4_TYPE_PARAM_PROBLEM] = MIB_Icmp_OutParmProbs,
	[ICMP4_TYPE_TIMESTAMP_REPLY] = MIB_Icmp_OutTimestampReps,
};

void icmp4_count_out(struct net *net, u8 type)
{
	net_mib_inc(net, Icmp_OutMsgs);
	if (type > ICMP4_TYPE_MAX)
		return;
	net->mib[MIB_IcmpMsg_OutType0 + type]++;
	if (out_mib[type])
		net->mib[out_mib[type]]++;
}

/* -- limits ------------------------------------------------------------------------ */

/*
 * One bucket for all: icmp_msgs_per_sec with bursts of icmp_msgs_burst. A token more or less at
 * random keeps an observer from counting what others were sent (SAD DNS).
 */
static bool global_allow(struct net *net)
{
	u64 elapsed = min_t(u64, net->now - net->ipv4.icmp_token_stamp, NSEC_PER_SEC);
	u64 fresh = elapsed * net->ipv4.icmp_msgs_per_sec / NSEC_PER_SEC;
	u32 credit, burst = net->ipv4.icmp_msgs_burst;

	if (fresh) {
		net->ipv4.icmp_tokens = (u32)min_t(u64, net->ipv4.icmp_tokens + fresh, burst);
		net->ipv4.icmp_token_stamp = net->now;
	}
	credit = net->ipv4.icmp_tokens;
	if (!credit)
		return false;
	net->ipv4.icmp_tokens -= min(credit, net_rand_below(net, 3));
	return true;
}

/*
 * The target's limit first: the global bucket is charged only for what would really be sent, so
 * that probing one target tells nothing about the bucket.
 */
bool icmp4_allow(struct net *net, const struct dst_entry *dst, const union inet_addr *to, u8 type,
		 u8 code)
{
	if (type == ICMP4_TYPE_UNREACH && code == ICMP4_UNREACH_FRAG_NEEDED)
		return true;
	if (type < 32 && !(net->ipv4.icmp_ratemask & (1u << type)))
		return true;
	if (dst->dev->flags & DEV_LOOPBACK)
		return true;
	if (!inet_peer_allow(net, to, net->ipv4.icmp_ratelimit_ns)) {
		net_mib_inc(net, Icmp_OutRateLimitHost);
		return false;
	}
	if (!global_allow(net)) {
		net_mib_inc(net, Icmp_OutRateLimitGlobal);
		return false;
	}
	return true;
}

/* -- errors ------------------------------------------------------------------------- */

/* An ICMP error, or an ICMP type that may be one, inside the packet that we would complain about? */
static bool is_icmp_error(const struct sk_buff *skb, const struct ip4_hdr *iph)
{
	u8 front[IP4_HLEN_MAX + 1];
	u32 hlen = ip4_hdrlen(iph);

	if (iph->protocol != IP_PROTO_ICMP)
		return false;
	if (ip_quote(skb, front, hlen + 1) < hlen + 1)
		return true;
	return icmp4_type_is_error(front[hlen]) || front[hlen] > ICMP4_TYPE_MAX;
}

static bool may_answer(struct net *net, const struct sk_buff *skb, const struct ip4_hdr *iph)
{
	union inet_addr saddr = inet_addr_be(iph->saddr), daddr = inet_addr_be(iph->daddr);
	int type;

	if (skb->pkt_type != PACKET_HOST)
		return false;
	if (ip4_frag_offset(iph))
		return false;
	type = ip4_addr_type(net, &daddr, NULL);
	if (type == RTN_BROADCAST || type == RTN_MULTICAST)
		return false;
	type = ip4_addr_type(net, &saddr, NULL);
	if ((type != RTN_UNICAST && type != RTN_LOCAL) || ip4_is_reserved(iph->saddr))
		return false;
	if (ip4_is_loopback(iph->saddr) && !(skb->dev->flags & DEV_LOOPBACK))
		return false;
	return !is_icmp_error(skb, iph);
}

/* Puts the IP header on and sends. skb: data at the ICMP header, complete. Consumes. */
int icmp4_xmit(struct net *net, struct sk_buff *skb, struct flowi *fl, struct dst_entry *dst,
	       u8 tos, const u8 *options, u32 options_len)
{
	struct ip_xmit_opts opts = { .ttl = -1, .tos = tos, .tos_set = true, .allow_frag = true,
				     .pmtudisc = IP4_PMTUDISC_DONT, .options = options,
				     .options_len = (u16)options_len };
	u8 type = ((const struct icmp4_hdr *)skb->data)->type;

	icmp4_count_out(net, type);
	return ip_queue_xmit(net, NULL, skb, fl, dst, &opts);
}

static struct sk_buff *make_error(const struct sk_buff *about, u8 type, u8 code, be32 rest,
				  u32 quote_max)
{
	struct sk_buff *skb = alloc_skb(about->net, SKB_HEADROOM + ICMP4_HLEN + quote_max);
	struct icmp4_hdr *icmph;
	u32 n;

	if (!skb)
		return NULL;
	skb_reserve(skb, SKB_HEADROOM);
	icmph = skb_put(skb, ICMP4_HLEN + quote_max);
	icmph->type = type;
	icmph->code = code;
	icmph->check = be16_make(0);
	icmph->un.rest = rest;
	n = ip_quote(about, skb->data + ICMP4_HLEN, quote_max);
	skb_trim(skb, ICMP4_HLEN + n);
	icmph->check = csum_fold(csum_partial(skb->data, skb->len, 0));
	return skb;
}

static int take_address(const struct inet_ifaddr *ifa, void *arg)
{
	*(union inet_addr *)arg = ifa->local;
	return 1;
}

/* The device that it came by: of one that is forwarded skb->dev may be that it leaves by. */
static struct net_device *came_by(const struct sk_buff *about)
{
	u32 iif = about->dst ? rt_of(about->dst)->iif : 0;

	return iif ? dev_get_by_index(about->net, iif) : about->dev;
}

/* What the error comes from: the address that was asked, else one of the way it came or goes. */
static void error_source(const struct sk_buff *about, union inet_addr *saddr)
{
	struct net *net = about->net;
	struct net_device *dev;

	if (ip4_addr_is_local(net, saddr))
		return;
	*saddr = inet_addr_from4((const u8[4]){ 0 });
	dev = net->ipv4.icmp_errors_use_inbound_ifaddr ? came_by(about) : NULL;
	if (dev)
		inet_ifaddr_for_each(net, dev, INET_FAMILY_4, take_address, saddr);
}

/* The packet's record route and time stamps go back, unless its options may be what is wrong. */
static u32 error_options(const struct sk_buff *about, u8 type, u8 opts[IP4_OPTLEN_MAX])
{
	const struct ip4_hdr *iph = ip4_hdr(about);

	if (type == ICMP4_TYPE_PARAM_PROBLEM || ip4_hdrlen(iph) <= IP4_HLEN)
		return 0;
	return ip4_opts_echo(opts, iph->options, ip4_hdrlen(iph) - IP4_HLEN);
}

void icmp4_send(const struct sk_buff *about, u8 type, u8 code, be32 rest)
{
	struct net *net = about->net;
	const struct ip4_hdr *iph = ip4_hdr(about);
	struct flowi fl = { .family = INET_FAMILY_4, .proto = IP_PROTO_ICMP, .sport = type,
			    .dport = code };
	u8 tos, opts[IP4_OPTLEN_MAX];
	struct dst_entry *dst;
	struct sk_buff *skb;
	u32 n;

	if (!may_answer(net, about, iph))
		return;
	fl.daddr = inet_addr_be(iph->saddr);
	fl.saddr = inet_addr_be(iph->daddr);
	error_source(about, &fl.saddr);
	tos = (u8)((iph->tos & 0x1e) | TOS_INTERNETCONTROL);
	if (inet_af4.route_output(net, &fl, &dst))
		return;
	if (icmp4_allow(net, dst, &fl.daddr, type, code)) {
		n = error_options(about, type, opts);
		skb = make_error(about, type, code, rest, ICMP4_QUOTE_MAX - n);
		if (skb)
			icmp4_xmit(net, skb, &fl, dst, tos, opts, n);
		else
			net_mib_inc(net, Icmp_OutErrors);
	}
	dst_release(dst);
}

void icmp4_send_unreach_port(const struct sk_buff *skb)
{
	icmp4_send(skb, ICMP4_TYPE_UNREACH, ICMP4_UNREACH_PORT, be32_make(0));
}
