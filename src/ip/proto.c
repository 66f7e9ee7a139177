/* SPDX-License-Identifier: BSD-2-Clause */
/* Table of transports, and the instances of the families. */
#include <errno.h>

#include "ip/ip.h"

int inet_add_protocol(struct net *net, const struct net_protocol *p, u8 proto, u8 af_bits)
{
	for (u32 bit = 0; bit < 2; bit++)
		if ((af_bits & 1u << bit) && net->ip.protos[bit][proto])
			return -EEXIST;
	for (u32 bit = 0; bit < 2; bit++)
		if (af_bits & 1u << bit)
			net->ip.protos[bit][proto] = p;
	return 0;
}

void inet_del_protocol(struct net *net, u8 proto, u8 af_bits)
{
	for (u32 bit = 0; bit < 2; bit++)
		if (af_bits & 1u << bit)
			net->ip.protos[bit][proto] = NULL;
}

const struct inet_af *inet_af_get(struct net *net, u16 family)
{
	if (family == INET_FAMILY_4)
		return net->ip.af[0];
	return family == INET_FAMILY_6 ? net->ip.af[1] : NULL;
}

void inet_icmp_err_deliver(struct net *net, const struct inet_icmp_err *e, u8 proto)
{
	const struct net_protocol *p = net->ip.protos[e->af->af_bit][proto];

	if (net->ip.raw_err)
		net->ip.raw_err(net, e, proto);
	if (p && p->err)
		p->err(net, e);
	if (net->ip.raw_err)
		net->ip.raw_err(net, e, proto);
}

void inet_icmp_err_pmtu(struct net *net, const struct inet_icmp_err *e)
{
	u32 scope = inet_addr_is_linklocal(&e->daddr) ? e->iif : 0;

	if (e->err == EMSGSIZE && e->info)
		inet_pmtu_learn(net, e->af->family, &e->daddr, scope, e->info);
}

u32 ip_quote(const struct sk_buff *skb, u8 *to, u32 max)
{
	const u8 *nh = skb_network_header(skb);
	u32 front = 0, off = 0, n;

	if (nh < skb->data)
		front = min((u32)(skb->data - nh), max);
	else
		off = (u32)(nh - skb->data);
	if (off > skb->len)
		return 0;
	memcpy(to, nh, front);
	n = min(max - front, skb->len - off);
	if (n && skb_copy_bits(skb, off, to + front, n))
		return front;
	return front + n;
}
