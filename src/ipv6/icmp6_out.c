/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMPv6 sent: errors, with the rules about when to keep quiet (RFC 4443 2.4 e) and the limit (f). */
#include <errno.h>

#include "ipv6/ip6.h"

enum { ICMP6_QUOTE_MAX = IP6_MIN_MTU - IP6_HLEN - ICMP6_HLEN };

struct out_row {
	u16 mib, mib_type;
};
#define ROW(type, name, num) [type] = { MIB_Icmp6_##name, MIB_Icmp6_OutType##num }
static const struct out_row out_rows[] = {
	ROW(ICMP6_TYPE_UNREACH, OutDestUnreachs, 1),
	ROW(ICMP6_TYPE_PKT_TOOBIG, OutPktTooBigs, 2),
	ROW(ICMP6_TYPE_TIME_EXCEEDED, OutTimeExcds, 3),
	ROW(ICMP6_TYPE_PARAM_PROBLEM, OutParmProblems, 4),
	ROW(ICMP6_TYPE_ECHO_REPLY, OutEchoReplies, 129),
	ROW(ICMP6_TYPE_ROUTER_SOLICIT, OutRouterSolicits, 133),
	ROW(ICMP6_TYPE_NEIGH_SOLICIT, OutNeighborSolicits, 135),
	ROW(ICMP6_TYPE_NEIGH_ADVERT, OutNeighborAdvertisements, 136),
	ROW(ICMP6_TYPE_REDIRECT, OutRedirects, 137),
};

void icmp6_count_out(struct net *net, u8 type)
{
	net_mib_inc(net, Icmp6_OutMsgs);
	if (type >= ARRAY_SIZE(out_rows) || !out_rows[type].mib)
		return;
	net->mib[out_rows[type].mib]++;
	net->mib[out_rows[type].mib_type]++;
}

int icmp6_xmit(struct net *net, struct sk_buff *skb, const struct flowi *fl, struct dst_entry *dst,
	       s16 hop_limit)
{
	struct ip_xmit_opts opts = { .ttl = hop_limit, .allow_frag = true,
				     .pmtudisc = IP6_PMTUDISC_WANT, .no_mc_loop = true };
	struct icmp6_hdr *icmph = (struct icmp6_hdr *)skb->data;

	icmph->check = be16_make(0);
	icmph->check = csum_ipv6_magic(fl->saddr.b, fl->daddr.b, skb->len, IP_PROTO_ICMPV6,
				       skb_checksum(skb, 0, skb->len, 0));
	icmp6_count_out(net, icmph->type);
	return ip6_xmit(net, NULL, skb, fl, dst, &opts);
}

/* -- errors ------------------------------------------------------------------------------- */

/* Does the packet that we would complain about carry an ICMPv6 error or a redirect? */
static bool is_icmp_error(const struct sk_buff *skb)
{
	struct ip6_ext_cursor cur;
	u8 front[512];
	u32 n = ip_quote(skb, front, sizeof(front));

	for (const struct ip6_ext_hdr *e = ip6_ext_first(&cur, front, n); e;
	     e = ip6_ext_next(&cur))
		;
	if (cur.err != IP6_EXT_OK || cur.later_fragment || cur.type != IP_PROTO_ICMPV6)
		return false;
	if (cur.off >= n)
		return true;
	return icmp6_type_is_error(front[cur.off]) || front[cur.off] == ICMP6_TYPE_REDIRECT;
}

static bool may_answer(const struct sk_buff *skb, const struct ip6_hdr *h, u8 type, u8 code)
{
	bool to_group = ip6_addr_is_multicast(&h->daddr) || skb->pkt_type == PACKET_BROADCAST ||
			skb->pkt_type == PACKET_MULTICAST;

	if (to_group && type != ICMP6_TYPE_PKT_TOOBIG &&
	    !(type == ICMP6_TYPE_PARAM_PROBLEM && code == ICMP6_PARAM_OPTION))
		return false;
	if (skb->pkt_type == PACKET_OTHERHOST)
		return false;
	/* a source that is not one node's: nobody to tell */
	if (ip6_addr_is_any(&h->saddr) || ip6_addr_is_multicast(&h->saddr))
		return false;
	return !is_icmp_error(skb);
}

static bool allow(struct net *net, const struct dst_entry *dst, const union inet_addr *to, u8 type)
{
	if ((dst->dev->flags & DEV_LOOPBACK) || type == ICMP6_TYPE_PKT_TOOBIG)
		return true;
	if (type < 64 && !(net->ipv6.icmp_ratemask_lo & (1ull << type)))
		return true;
	if (inet_peer_allow(net, to, net->ipv6.icmp_ratelimit_ns))
		return true;
	net_mib_inc(net, Icmp6_OutRateLimitHost);
	return false;
}

static struct sk_buff *make_error(const struct sk_buff *about, u8 type, u8 code, u32 rest)
{
	struct sk_buff *skb = alloc_skb(about->net, SKB_HEADROOM + IP6_MIN_MTU);
	struct icmp6_hdr *icmph;
	u32 n;

	if (!skb)
		return NULL;
	skb_reserve(skb, SKB_HEADROOM);
	icmph = skb_put(skb, ICMP6_HLEN + ICMP6_QUOTE_MAX);
	icmph->type = type;
	icmph->code = code;
	icmph->un.rest = be32_make(rest);
	n = ip_quote(about, skb->data + ICMP6_HLEN, ICMP6_QUOTE_MAX);
	skb_trim(skb, ICMP6_HLEN + n);
	return skb;
}

void icmp6_send(const struct sk_buff *about, u8 type, u8 code, u32 rest)
{
	struct net *net = about->net;
	const struct ip6_hdr *h = ip6_hdr(about);
	struct flowi fl = { .family = INET_FAMILY_6, .proto = IP_PROTO_ICMPV6, .sport = type,
			    .dport = code };
	struct dst_entry *dst;
	struct sk_buff *skb;

	if (!may_answer(about, h, type, code))
		return;
	fl.daddr = inet_addr_ip6(&h->saddr);
	fl.saddr = inet_addr_ip6(&h->daddr);
	if (!ip6_addr_is_local(net, &fl.saddr))
		fl.saddr = (union inet_addr){ .q = { 0, 0 } };
	if (inet_addr_is_linklocal(&fl.daddr))
		fl.oif = about->dev->ifindex;
	if (inet_af6.route_output(net, &fl, &dst))
		return;
	if (allow(net, dst, &fl.daddr, type)) {
		skb = make_error(about, type, code, rest);
		if (skb)
			icmp6_xmit(net, skb, &fl, dst, -1);
		else
			net_mib_inc(net, Icmp6_OutErrors);
	}
	dst_release(dst);
}

void icmp6_send_unreach_port(const struct sk_buff *skb)
{
	icmp6_send(skb, ICMP6_TYPE_UNREACH, ICMP6_UNREACH_PORT, 0);
}
