/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a host puts into the options of a packet: its address into a record route, the time into a
 * time stamp, on receipt and on what it sends (RFC 791 3.1, RFC 1122 3.2.1.8, 3.2.2.6).
 */
#include "ipv4/ip4.h"

static void record_route(u8 *opt, const union inet_addr *own)
{
	u8 ptr = opt[2];

	if (ptr > opt[1])
		return;
	memcpy(opt + ptr - 1, inet_addr_4(own), 4);
	opt[2] = (u8)(ptr + 4);
}

/* The slot at p, of a kind that was checked; false: not ours to fill. */
static bool fill_slot(struct net *net, u8 *p, u8 flag, const union inet_addr *own)
{
	union inet_addr asked;

	switch (flag) {
	case IP4_OPT_TS_AND_ADDR:
		memcpy(p, inet_addr_4(own), 4);
		p += 4;
		break;
	case IP4_OPT_TS_PRESPEC:
		asked = inet_addr_from4(p);
		if (!ip4_addr_is_local(net, &asked))
			return false;
		p += 4;
		break;
	case IP4_OPT_TS_ONLY:
		break;
	default:
		return false;
	}
	put_be32(p, (u32)((net->now + net->cfg.wall_offset_ns) / NSEC_PER_MSEC % 86400000));
	return true;
}

/* Who finds no room is counted on receipt, by all but those who were named beforehand. */
static void record_time(struct net *net, u8 *opt, const union inet_addr *own, bool received)
{
	u8 ptr = opt[2], flag = opt[3] & 0x0f;

	if (ptr > opt[1]) {
		if (received && flag != IP4_OPT_TS_PRESPEC)
			opt[3] = (u8)(opt[3] + 0x10);
		return;
	}
	if (fill_slot(net, opt + ptr - 1, flag, own))
		opt[2] = (u8)(ptr + (flag == IP4_OPT_TS_ONLY ? 4 : 8));
}

/* iph: a header whose options o are; own: the address to record. */
static void record(struct net *net, struct ip4_hdr *iph, const struct ip4_opts *o,
		   const union inet_addr *own, bool received)
{
	u8 *h = (u8 *)iph;

	if (o->rr)
		record_route(h + o->rr, own);
	if (o->ts)
		record_time(net, h + o->ts, own, received);
}

/* The address that the sender knows us by: of a group's or broadcast's, the one we answer with; of what is
 * forwarded, that of the way it leaves by (RFC 791 3.1). */
static bool own_address(struct net *net, const struct sk_buff *skb, union inet_addr *own)
{
	const struct inet_skb_cb *cb = inet_cb(skb);
	const struct rtable *rt = rt_of(skb->dst);
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = cb->saddr, .oif = skb->dev->ifindex };
	struct dst_entry *dst;

	*own = cb->daddr;
	if (rt->type == RTN_UNICAST)
		*own = rt->saddr;
	if (rt->dst.input == ip4_input_error)
		return false;
	if (!(cb->flags & (INET_CB_BROADCAST | INET_CB_MULTICAST)))
		return true;
	if (inet_af4.route_output(net, &fl, &dst))
		return false;
	*own = fl.saddr;
	dst_release(dst);
	return true;
}

int ip4_options_received(struct net *net, struct sk_buff *skb, const struct ip4_opts *o)
{
	struct ip4_hdr *iph;
	union inet_addr own;

	if ((!o->rr && !o->ts) || !own_address(net, skb, &own))
		return 0;
	if (skb_cow_head(skb, 0))
		return -ENOMEM;
	iph = (struct ip4_hdr *)skb_network_header(skb);
	record(net, iph, o, &own, true);
	iph->check = be16_make(0);
	iph->check = ip_fast_csum(iph, ip4_hdrlen(iph) / 4);
	return 0;
}

void ip4_options_sent(struct net *net, struct ip4_hdr *iph, const union inet_addr *own)
{
	struct ip4_opts o;

	/* a fault was found when they were set */
	ip4_opts_parse(&o, iph->options, ip4_hdrlen(iph) - IP4_HLEN);
	record(net, iph, &o, own, false);
}
