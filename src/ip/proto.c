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

	if (p && p->err)
		p->err(net, e);
}
