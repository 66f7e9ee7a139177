/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMPv6 received (RFC 4443). Raw and ping sockets have had their copy before (ip6_in.c). */
#include <errno.h>

#include "ipv6/ip6.h"

/* -- errors ------------------------------------------------------------------------------- */

static const struct {
	u8 err;
	bool hard;
} unreach_errno[ICMP6_UNREACH_MAX + 1] = {
	[ICMP6_UNREACH_NO_ROUTE] = { ENETUNREACH, false },
	[ICMP6_UNREACH_PROHIBITED] = { EACCES, true },
	[ICMP6_UNREACH_BEYOND_SCOPE] = { EHOSTUNREACH, false },
	[ICMP6_UNREACH_ADDRESS] = { EHOSTUNREACH, false },
	[ICMP6_UNREACH_PORT] = { ECONNREFUSED, true },
	[ICMP6_UNREACH_POLICY] = { EACCES, true },
	[ICMP6_UNREACH_REJECT_ROUTE] = { EACCES, true },
};

int icmp6_to_errno(u8 type, u8 code, bool *hard)
{
	*hard = false;
	switch (type) {
	case ICMP6_TYPE_UNREACH:
		*hard = true;
		if (code > ICMP6_UNREACH_MAX)
			return EPROTO;
		*hard = unreach_errno[code].hard;
		return unreach_errno[code].err;
	case ICMP6_TYPE_PKT_TOOBIG:
		return EMSGSIZE;
	case ICMP6_TYPE_PARAM_PROBLEM:
		*hard = true;
		return EPROTO;
	case ICMP6_TYPE_TIME_EXCEEDED:
		return EHOSTUNREACH;
	default:
		return EPROTO;
	}
}

/* The transport header in the quoted packet: its protocol and offset. false: not in there. */
static bool quoted_transport(const u8 *pkt, u32 len, u8 *proto, u32 *off)
{
	struct ip6_ext_cursor cur;

	for (const struct ip6_ext_hdr *e = ip6_ext_first(&cur, pkt, len); e;
	     e = ip6_ext_next(&cur))
		;
	if (cur.err != IP6_EXT_OK || cur.later_fragment || cur.off + 8 > len)
		return false;
	*proto = cur.type;
	*off = cur.off;
	return true;
}

/*
 * data at the ICMPv6 header. The quoted packet must be one that we could have sent (IP6-22): its
 * source is ours. A Packet Too Big below 1280 says nothing (RFC 8201 4).
 */
static enum skb_drop_reason icmp6_error(struct net *net, struct sk_buff *skb)
{
	struct inet_icmp_err e = { .af = &inet_af6, .iif = inet_cb(skb)->iif, .skb = skb };
	const struct icmp6_hdr *icmph;
	const struct ip6_hdr *quoted;
	u8 proto;
	u32 off;

	if (skb->len < ICMP6_HLEN + IP6_HLEN + 8 || !pskb_may_pull(skb, min(skb->len, (u32)IP6_MIN_MTU)))
		return SKB_DROP_PKT_TOO_SMALL;
	icmph = (const struct icmp6_hdr *)skb->data;
	quoted = (const struct ip6_hdr *)(skb->data + ICMP6_HLEN);
	e.saddr = inet_addr_ip6(&quoted->saddr);
	e.daddr = inet_addr_ip6(&quoted->daddr);
	e.offender = inet_cb(skb)->saddr;
	e.type = icmph->type;
	e.code = icmph->code;
	e.info = be32_get(icmph->un.rest);
	if (e.type == ICMP6_TYPE_UNREACH || e.type == ICMP6_TYPE_TIME_EXCEEDED)
		e.ext_off = (e.info >> 24) * 8;		/* RFC 4884 4 */
	if (ip6_version(quoted) != 6 || !ip6_addr_is_local(net, &e.saddr))
		return SKB_DROP_IP_INVALID_DEST;
	if (!quoted_transport((const u8 *)quoted, skb_headlen(skb) - ICMP6_HLEN, &proto, &off))
		return SKB_DROP_ICMP_IGNORED;
	if (e.type == ICMP6_TYPE_PKT_TOOBIG && e.info < IP6_MIN_MTU)
		return SKB_DROP_ICMP_IGNORED;
	e.err = icmp6_to_errno(e.type, e.code, &e.hard);
	e.l4 = (const u8 *)quoted + off;
	e.l4_len = skb_headlen(skb) - ICMP6_HLEN - off;
	skb_pull(skb, ICMP6_HLEN);
	inet_icmp_err_deliver(net, &e, proto);
	consume_skb(skb);
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason icmp6_rcv_error(struct net *net, struct sk_buff *skb)
{
	enum skb_drop_reason reason = icmp6_error(net, skb);

	if (reason && reason != SKB_DROP_ICMP_IGNORED)
		net_mib_inc(net, Icmp6_InErrors);
	return reason;
}

/* -- informational --------------------------------------------------------------------------- */

/* Turns the request into its reply in place; the payload goes out as it came in. */
static enum skb_drop_reason icmp6_echo(struct net *net, struct sk_buff *skb)
{
	struct inet_skb_cb cb = *inet_cb(skb);
	bool group = cb.flags & INET_CB_MULTICAST;
	struct flowi fl = { .family = INET_FAMILY_6, .proto = IP_PROTO_ICMPV6, .daddr = cb.saddr,
			    .sport = ICMP6_TYPE_ECHO_REPLY, .tos = cb.tos };
	struct icmp6_hdr *icmph;
	struct dst_entry *dst;

	if (net->ipv6.icmp_echo_ignore_all || (group && net->ipv6.icmp_echo_ignore_multicast))
		return SKB_DROP_ICMP_IGNORED;
	if (inet_addr_any(&cb.saddr))
		return SKB_DROP_IP_INVALID_SOURCE;
	if (!group)
		fl.saddr = cb.daddr;
	if (net->ipv6.flowlabel_reflect & FLOWLABEL_REFLECT_ECHO)
		fl.flowlabel = ip6_flowlabel((const struct ip6_hdr *)skb_network_header(skb));
	if (inet_addr_is_linklocal(&fl.daddr) || group)
		fl.oif = cb.iif;
	if (skb_cow_head(skb, 0))
		return SKB_DROP_NOMEM;
	if (inet_af6.route_output(net, &fl, &dst)) {
		net_mib_inc(net, Icmp6_OutErrors);
		return SKB_DROP_IP_OUTNOROUTES;
	}
	icmph = (struct icmp6_hdr *)skb->data;
	icmph->type = ICMP6_TYPE_ECHO_REPLY;
	icmph->code = 0;
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_NONE;
	skb->tstamp = 0;
	skb->steered = 0;
	skb->frag_max = 0;
	icmp6_xmit(net, skb, &fl, dst, -1);
	dst_release(dst);
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason icmp6_for_sockets(struct net *net, struct sk_buff *skb)
{
	(void)net;
	if (!(inet_cb(skb)->flags & INET_CB_RAW_SEEN))
		return SKB_DROP_ICMP_IGNORED;
	consume_skb(skb);
	return SKB_NOT_DROPPED;
}

/* -- dispatch --------------------------------------------------------------------------------- */

struct icmp6_row {
	u16 mib;	/* Icmp6In… */
	u16 mib_type;	/* Icmp6InTypeN */
	/* data at the ICMPv6 header. A reason: the caller drops. */
	enum skb_drop_reason (*rcv)(struct net *net, struct sk_buff *skb);
};

#define ROW(type, name, num, fn) [type] = { MIB_Icmp6_##name, MIB_Icmp6_InType##num, fn }
static const struct icmp6_row rows[] = {
	ROW(ICMP6_TYPE_UNREACH, InDestUnreachs, 1, icmp6_rcv_error),
	ROW(ICMP6_TYPE_PKT_TOOBIG, InPktTooBigs, 2, icmp6_rcv_error),
	ROW(ICMP6_TYPE_TIME_EXCEEDED, InTimeExcds, 3, icmp6_rcv_error),
	ROW(ICMP6_TYPE_PARAM_PROBLEM, InParmProblems, 4, icmp6_rcv_error),
	ROW(ICMP6_TYPE_ECHO_REQUEST, InEchos, 128, icmp6_echo),
	ROW(ICMP6_TYPE_ECHO_REPLY, InEchoReplies, 129, icmp6_for_sockets),
	ROW(ICMP6_TYPE_MLD_QUERY, InGroupMembQueries, 130, icmp6_for_sockets),
	ROW(ICMP6_TYPE_MLD_REPORT, InGroupMembResponses, 131, icmp6_for_sockets),
	ROW(ICMP6_TYPE_MLD_DONE, InGroupMembReductions, 132, icmp6_for_sockets),
	ROW(ICMP6_TYPE_ROUTER_SOLICIT, InRouterSolicits, 133, ndisc_rcv),
	ROW(ICMP6_TYPE_ROUTER_ADVERT, InRouterAdvertisements, 134, ndisc_rcv),
	ROW(ICMP6_TYPE_NEIGH_SOLICIT, InNeighborSolicits, 135, ndisc_rcv),
	ROW(ICMP6_TYPE_NEIGH_ADVERT, InNeighborAdvertisements, 136, ndisc_rcv),
	ROW(ICMP6_TYPE_REDIRECT, InRedirects, 137, ndisc_rcv),
	ROW(ICMP6_TYPE_NI_QUERY, InType139, 139, icmp6_for_sockets),
	ROW(ICMP6_TYPE_NI_REPLY, InType140, 140, icmp6_for_sockets),
	ROW(ICMP6_TYPE_MLD2_REPORT, InMLDv2Reports, 143, icmp6_for_sockets),
};

static bool csum_ok(const struct sk_buff *skb)
{
	const struct inet_skb_cb *cb = inet_cb(skb);

	if (skb->ip_summed == CHECKSUM_UNNECESSARY || skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	return be16_is_zero(csum_ipv6_magic(cb->saddr.b, cb->daddr.b, skb->len, IP_PROTO_ICMPV6,
					    skb_checksum(skb, 0, skb->len, 0)));
}

static enum skb_drop_reason icmp6_dispatch(struct net *net, struct sk_buff *skb)
{
	const struct icmp6_row *row = NULL;
	u8 type;

	if (!pskb_may_pull(skb, ICMP6_HLEN)) {
		net_mib_inc(net, Icmp6_InErrors);
		return SKB_DROP_PKT_TOO_SMALL;
	}
	if (!csum_ok(skb)) {
		net_mib_inc(net, Icmp6_InCsumErrors);
		net_mib_inc(net, Icmp6_InErrors);
		return SKB_DROP_ICMP_CSUM;
	}
	type = ((const struct icmp6_hdr *)skb->data)->type;
	if (type < ARRAY_SIZE(rows) && rows[type].rcv)
		row = &rows[type];
	if (!row) /* RFC 4443 2.4 a, b: unknown errors go up, unknown information is dropped */
		return icmp6_type_is_error(type) ? icmp6_rcv_error(net, skb) :
						   icmp6_for_sockets(net, skb);
	net->mib[row->mib_type]++;
	if (row->mib != row->mib_type)
		net->mib[row->mib]++;
	return row->rcv(net, skb);
}

static void icmp6_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	enum skb_drop_reason reason;

	net_mib_inc(net, Icmp6_InMsgs);
	reason = icmp6_dispatch(net, skb);
	if (reason)
		kfree_skb_reason(skb, reason);
}

const struct net_protocol icmp6_protocol = { .rcv = icmp6_rcv };
