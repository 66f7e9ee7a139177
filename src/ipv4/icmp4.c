/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ICMP received (RFC 792, RFC 1122 3.2.2). Each type is a row; a type without a row is ignored.
 * Raw and ping sockets have had their copy before (ip_local_deliver).
 */
#include <errno.h>

#include "ipv4/ip4.h"

/* -- errors ------------------------------------------------------------------ */

/* Destination unreachable by code: errno, and whether it ends the connection attempt. */
static const struct {
	u8 err;
	bool hard;
} unreach_errno[ICMP4_UNREACH_MAX + 1] = {
	[ICMP4_UNREACH_NET] = { ENETUNREACH, false },
	[ICMP4_UNREACH_HOST] = { EHOSTUNREACH, false },
	[ICMP4_UNREACH_PROTOCOL] = { ENOPROTOOPT, true },
	[ICMP4_UNREACH_PORT] = { ECONNREFUSED, true },
	[ICMP4_UNREACH_FRAG_NEEDED] = { EMSGSIZE, false },
	[ICMP4_UNREACH_SR_FAILED] = { EOPNOTSUPP, false },
	[ICMP4_UNREACH_NET_UNKNOWN] = { ENETUNREACH, true },
	[ICMP4_UNREACH_HOST_UNKNOWN] = { EHOSTDOWN, true },
	[ICMP4_UNREACH_HOST_ISOLATED] = { ENONET, true },
	[ICMP4_UNREACH_NET_PROHIBITED] = { ENETUNREACH, true },
	[ICMP4_UNREACH_HOST_PROHIBITED] = { EHOSTUNREACH, true },
	[ICMP4_UNREACH_NET_TOS] = { ENETUNREACH, false },
	[ICMP4_UNREACH_HOST_TOS] = { EHOSTUNREACH, false },
	[ICMP4_UNREACH_FILTERED] = { EHOSTUNREACH, true },
	[ICMP4_UNREACH_PREC_VIOLATION] = { EHOSTUNREACH, true },
	[ICMP4_UNREACH_PREC_CUTOFF] = { EHOSTUNREACH, true },
};

int icmp4_to_errno(u8 type, u8 code, bool *hard)
{
	*hard = false;
	switch (type) {
	case ICMP4_TYPE_UNREACH:
		if (code > ICMP4_UNREACH_MAX)
			return EHOSTUNREACH;
		*hard = unreach_errno[code].hard;
		return unreach_errno[code].err;
	case ICMP4_TYPE_TIME_EXCEEDED:
		return EHOSTUNREACH;
	case ICMP4_TYPE_PARAM_PROBLEM:
		*hard = true;
		return EPROTO;
	default:
		return EHOSTUNREACH;
	}
}

/* RFC 1191 7: a router that does not tell the MTU; take the next lower usual one. */
static u32 plateau_below(u32 len)
{
	static const u16 plateaus[] = { 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296 };

	for (u32 i = 0; i < ARRAY_SIZE(plateaus); i++)
		if (plateaus[i] < len)
			return plateaus[i];
	return IP4_MIN_MTU;
}

enum { PMTU_DISC_WANT, PMTU_DISC_MIN, PMTU_DISC_IGNORE, PMTU_DISC_VERIFIED };	/* ip_no_pmtu_disc */

/*
 * 0: this Fragmentation Needed says nothing usable (RFC 1191 5: never more than what we sent), or is
 * not to be believed: in the hardened mode only TCP is, which checks the sequence number.
 */
static u32 frag_needed_mtu(struct net *net, const struct icmp4_hdr *icmph,
			   const struct ip4_hdr *quoted)
{
	u32 mtu = be16_get(icmph->un.frag.mtu), len = be16_get(quoted->tot_len);

	if (net->ipv4.ip_no_pmtu_disc == PMTU_DISC_MIN)
		return net->ipv4.min_pmtu;
	if (net->ipv4.ip_no_pmtu_disc == PMTU_DISC_IGNORE ||
	    (net->ipv4.ip_no_pmtu_disc == PMTU_DISC_VERIFIED && quoted->protocol != IP_PROTO_TCP))
		return 0;
	if (!mtu)
		mtu = plateau_below(len);
	return mtu;
}

/* What an error about this type carries in info; false: the message is to be ignored. */
static bool error_info(struct net *net, const struct icmp4_hdr *icmph, const struct ip4_hdr *quoted,
		       struct inet_icmp_err *e)
{
	if (icmph->type == ICMP4_TYPE_PARAM_PROBLEM)
		e->info = icmph->un.pointer;
	if (icmph->type != ICMP4_TYPE_UNREACH)
		return true;
	if (icmph->code > ICMP4_UNREACH_MAX)
		return false;
	if (icmph->code != ICMP4_UNREACH_FRAG_NEEDED)
		return true;
	e->info = frag_needed_mtu(net, icmph, quoted);
	return e->info;
}

enum { ICMP4_QUOTE_PULL = 1024 };	/* octets of the quoted packet that sockets are shown */

/* RFC 4884 4: the length of the quoted datagram, in words, which an extension follows. */
static u32 extension_at(const struct icmp4_hdr *icmph)
{
	if (icmph->type != ICMP4_TYPE_UNREACH && icmph->type != ICMP4_TYPE_TIME_EXCEEDED &&
	    icmph->type != ICMP4_TYPE_PARAM_PROBLEM)
		return 0;
	return (be32_get(icmph->un.rest) >> 16 & 0xff) * 4;
}

/*
 * data at the ICMP header, 8 octets of it linear. The quoted packet must be one that we could have
 * sent: our source address, no broadcast destination, a first fragment, 8 octets of transport.
 */
static enum skb_drop_reason icmp_error(struct net *net, struct sk_buff *skb)
{
	const struct icmp4_hdr *icmph;
	const struct ip4_hdr *quoted;
	struct inet_icmp_err e = { .af = &inet_af4, .iif = skb->dev->ifindex, .skb = skb };
	u32 hlen, want;

	if (!pskb_may_pull(skb, ICMP4_HLEN + IP4_HLEN))
		return SKB_DROP_PKT_TOO_SMALL;
	quoted = (const struct ip4_hdr *)(skb->data + ICMP4_HLEN);
	hlen = ip4_hdrlen(quoted);
	if (ip4_version(quoted) != 4 || hlen < IP4_HLEN)
		return SKB_DROP_IP_INHDR;
	want = ICMP4_HLEN + hlen + 8;
	if (skb->len < want || !pskb_may_pull(skb, min(skb->len, want + ICMP4_QUOTE_PULL)))
		return SKB_DROP_PKT_TOO_SMALL;
	icmph = (const struct icmp4_hdr *)skb->data;
	quoted = (const struct ip4_hdr *)(skb->data + ICMP4_HLEN);
	if (ip4_frag_offset(quoted))
		return SKB_DROP_ICMP_IGNORED;
	e.saddr = inet_addr_be(quoted->saddr);
	e.daddr = inet_addr_be(quoted->daddr);
	e.offender = inet_cb(skb)->saddr;
	e.type = icmph->type;
	e.code = icmph->code;
	e.ext_off = extension_at(icmph);
	if (!ip4_addr_is_local(net, &e.saddr))
		return SKB_DROP_IP_INVALID_DEST;
	if (ip4_addr_type(net, &e.daddr, NULL) == RTN_BROADCAST &&
	    net->ipv4.icmp_ignore_bogus_error_responses)
		return SKB_DROP_ICMP_IGNORED;
	if (!error_info(net, icmph, quoted, &e))
		return SKB_DROP_ICMP_IGNORED;
	e.err = icmp4_to_errno(e.type, e.code, &e.hard);
	e.l4 = (const u8 *)quoted + hlen;
	e.l4_len = skb_headlen(skb) - ICMP4_HLEN - hlen;
	skb_pull(skb, ICMP4_HLEN);
	inet_icmp_err_deliver(net, &e, quoted->protocol);
	consume_skb(skb);
	return SKB_NOT_DROPPED;
}

/* A router's own tables know better: there both switches must be on, else one of them. */
static bool accept_redirects(const struct net *net, const struct in_device *idev)
{
	u8 all = net->ipv4.conf_all.accept_redirects, own = idev->conf.accept_redirects;

	return idev->conf.forwarding ? all && own : all || own;
}

/*
 * RFC 1122 3.2.2.2: from the gateway that we use for the destination, and the new one is on the
 * same link. Quotes a packet that we could have sent.
 */
static enum skb_drop_reason icmp_redirect(struct net *net, struct sk_buff *skb)
{
	const struct in_device *idev = in_dev_get(skb->dev);
	struct flowi fl = { .family = INET_FAMILY_4, .oif = skb->dev->ifindex };
	union inet_addr gateway, saddr, daddr;
	const struct icmp4_hdr *icmph;
	const struct ip4_hdr *quoted;
	struct fib_result res;

	if (!pskb_may_pull(skb, ICMP4_HLEN + IP4_HLEN))
		return SKB_DROP_PKT_TOO_SMALL;
	icmph = (const struct icmp4_hdr *)skb->data;
	quoted = (const struct ip4_hdr *)(skb->data + ICMP4_HLEN);
	gateway = inet_addr_be(icmph->un.gateway);
	saddr = inet_addr_be(quoted->saddr);
	daddr = inet_addr_be(quoted->daddr);
	fl.daddr = gateway;
	if (!idev || !accept_redirects(net, idev) || icmph->code > ICMP4_REDIRECT_HOST_TOS ||
	    !ip4_addr_is_local(net, &saddr) || ip4_addr_type(net, &gateway, NULL) != RTN_UNICAST ||
	    fib_lookup(net, &fl, &res) || res.type != RTN_UNICAST ||
	    !inet_addr_any(&res.entry->r.gw))
		return SKB_DROP_ICMP_IGNORED;
	if (!rt_redirect(net, INET_FAMILY_4, &daddr, skb->dev, &inet_cb(skb)->saddr, &gateway))
		return SKB_DROP_ICMP_IGNORED;
	consume_skb(skb);
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason icmp_rcv_error(struct net *net, struct sk_buff *skb)
{
	enum skb_drop_reason reason = icmp_error(net, skb);

	if (reason && reason != SKB_DROP_ICMP_IGNORED)
		net_mib_inc(net, Icmp_InErrors);
	return reason;
}

/* -- requests ------------------------------------------------------------------ */

/*
 * Turns the request into its reply in place: the payload goes out as it came in. data at the ICMP
 * header, private. Consumes.
 */
static void reply(struct net *net, struct sk_buff *skb, u8 type)
{
	struct inet_skb_cb cb = *inet_cb(skb);
	struct flowi fl = { .family = INET_FAMILY_4, .proto = IP_PROTO_ICMP, .daddr = cb.saddr,
			    .sport = type, .mark = 0 };
	struct dst_entry *dst;
	bool unicast = !(cb.flags & (INET_CB_BROADCAST | INET_CB_MULTICAST));
	u8 opts[IP4_OPTLEN_MAX];
	u32 optlen;

	fl.saddr = unicast ? cb.daddr : inet_addr_from4((const u8[4]){ 0 });
	if (inet_af4.route_output(net, &fl, &dst)) {
		net_mib_inc(net, Icmp_OutErrors);
		kfree_skb_reason(skb, SKB_DROP_IP_OUTNOROUTES);
		return;
	}
	optlen = ip4_opts_echo(opts, skb_network_header(skb) + IP4_HLEN, cb.l3_len - (u32)IP4_HLEN);
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb->pkt_type = PACKET_HOST;
	skb->ip_summed = CHECKSUM_NONE;
	skb->tstamp = 0;
	skb->steered = 0;
	skb->frag_max = 0;
	if (icmp4_allow(net, dst, &fl.daddr, type, 0))
		icmp4_xmit(net, skb, &fl, dst, cb.tos, opts, optlen);
	else
		kfree_skb_reason(skb, SKB_DROP_ICMP_IGNORED);
	dst_release(dst);
}

static bool ignore_group(const struct net *net, const struct sk_buff *skb)
{
	return net->ipv4.icmp_echo_ignore_broadcasts &&
	       (inet_cb(skb)->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST));
}

static enum skb_drop_reason icmp_echo(struct net *net, struct sk_buff *skb)
{
	struct icmp4_hdr *icmph;
	be16 from, to;

	if (net->ipv4.icmp_echo_ignore_all || ignore_group(net, skb))
		return SKB_DROP_ICMP_IGNORED;
	if (skb_cow_head(skb, 0))
		return SKB_DROP_NOMEM;
	icmph = (struct icmp4_hdr *)skb->data;
	from = be16_make((u16)(icmph->type << 8 | icmph->code));
	icmph->type = ICMP4_TYPE_ECHO_REPLY;
	to = be16_make(icmph->code);
	csum_replace2(&icmph->check, from, to);
	reply(net, skb, ICMP4_TYPE_ECHO_REPLY);
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason icmp_timestamp(struct net *net, struct sk_buff *skb)
{
	u64 wall_ms = (net->now + net->cfg.wall_offset_ns) / NSEC_PER_MSEC;
	u32 len = ICMP4_HLEN + sizeof(struct icmp4_timestamp);
	struct icmp4_timestamp *ts;
	struct icmp4_hdr *icmph;

	if (ignore_group(net, skb))
		return SKB_DROP_ICMP_IGNORED;
	if (!pskb_may_pull(skb, len))
		return SKB_DROP_PKT_TOO_SMALL;
	if (pskb_trim(skb, len) || skb_cow_head(skb, 0))
		return SKB_DROP_NOMEM;
	icmph = (struct icmp4_hdr *)skb->data;
	ts = (struct icmp4_timestamp *)(skb->data + ICMP4_HLEN);
	ts->receive = be32_make((u32)(wall_ms % 86400000));
	ts->transmit = ts->receive;
	icmph->type = ICMP4_TYPE_TIMESTAMP_REPLY;
	icmph->code = 0;
	icmph->check = be16_make(0);
	icmph->check = csum_fold(csum_partial(skb->data, len, 0));
	reply(net, skb, ICMP4_TYPE_TIMESTAMP_REPLY);
	return SKB_NOT_DROPPED;
}

/* For raw and ping sockets only; nothing left to do. */
static enum skb_drop_reason icmp_for_sockets(struct net *net, struct sk_buff *skb)
{
	(void)net;
	if (!(inet_cb(skb)->flags & INET_CB_RAW_SEEN))
		return SKB_DROP_ICMP_IGNORED;
	consume_skb(skb);
	return SKB_NOT_DROPPED;
}

static enum skb_drop_reason icmp_ignore(struct net *net, struct sk_buff *skb)
{
	(void)net;
	(void)skb;
	return SKB_DROP_ICMP_IGNORED;
}

/* -- dispatch ------------------------------------------------------------------- */

struct icmp_row {
	u16 mib;
	/* data at the ICMP header. A reason: the caller drops. */
	enum skb_drop_reason (*rcv)(struct net *net, struct sk_buff *skb);
	bool to_all;	/* may be sent to a group or by broadcast */
};

static const struct icmp_row rows[ICMP4_TYPE_MAX + 1] = {
	[ICMP4_TYPE_ECHO_REPLY] = { MIB_Icmp_InEchoReps, icmp_for_sockets, false },
	[ICMP4_TYPE_UNREACH] = { MIB_Icmp_InDestUnreachs, icmp_rcv_error, false },
	[ICMP4_TYPE_SOURCE_QUENCH] = { MIB_Icmp_InSrcQuenchs, icmp_ignore, false },
	[ICMP4_TYPE_REDIRECT] = { MIB_Icmp_InRedirects, icmp_redirect, false },
	[ICMP4_TYPE_ECHO] = { MIB_Icmp_InEchos, icmp_echo, true },
	[ICMP4_TYPE_TIME_EXCEEDED] = { MIB_Icmp_InTimeExcds, icmp_rcv_error, false },
	[ICMP4_TYPE_PARAM_PROBLEM] = { MIB_Icmp_InParmProbs, icmp_rcv_error, false },
	[ICMP4_TYPE_TIMESTAMP] = { MIB_Icmp_InTimestamps, icmp_timestamp, true },
	[ICMP4_TYPE_TIMESTAMP_REPLY] = { MIB_Icmp_InTimestampReps, icmp_for_sockets, false },
	[ICMP4_TYPE_ADDRESS_MASK] = { MIB_Icmp_InAddrMasks, icmp_ignore, true },
	[ICMP4_TYPE_ADDRESS_MASK_REPLY] = { MIB_Icmp_InAddrMaskReps, icmp_for_sockets, true },
};

static enum skb_drop_reason icmp_dispatch(struct net *net, struct sk_buff *skb)
{
	const struct icmp_row *row;
	u8 type;

	if (!pskb_may_pull(skb, ICMP4_HLEN)) {
		net_mib_inc(net, Icmp_InErrors);
		return SKB_DROP_PKT_TOO_SMALL;
	}
	if (skb->ip_summed != CHECKSUM_UNNECESSARY && skb->ip_summed != CHECKSUM_PARTIAL &&
	    !be16_is_zero(csum_fold(skb_checksum(skb, 0, skb->len, 0)))) {
		net_mib_inc(net, Icmp_InCsumErrors);
		net_mib_inc(net, Icmp_InErrors);
		return SKB_DROP_ICMP_CSUM;
	}
	type = ((const struct icmp4_hdr *)skb->data)->type;
	if (type > ICMP4_TYPE_MAX) {
		net_mib_inc(net, Icmp_InErrors);
		return icmp_for_sockets(net, skb);
	}
	net->mib[MIB_IcmpMsg_InType0 + type]++;
	row = &rows[type];
	if (!row->rcv) {
		net_mib_inc(net, Icmp_InErrors);
		return icmp_for_sockets(net, skb);
	}
	net->mib[row->mib]++;
	if (inet_cb(skb)->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST) && !row->to_all) {
		net_mib_inc(net, Icmp_InErrors);
		return icmp_for_sockets(net, skb);
	}
	return row->rcv(net, skb);
}

static void icmp_rcv(struct sk_buff *skb)
{
	struct net *net = skb->dev->net;
	enum skb_drop_reason reason;

	net_mib_inc(net, Icmp_InMsgs);
	reason = icmp_dispatch(net, skb);
	if (reason)
		kfree_skb_reason(skb, reason);
}

const struct net_protocol icmp4_protocol = { .rcv = icmp_rcv };
