/* SPDX-License-Identifier: BSD-2-Clause */
/* The room's start and end. */
#include <errno.h>

#include "ipv6/ip6.h"

int ipv6_net_init(struct net *net)
{
	int err;

	net->ip.af[1] = &inet_af6;
	net->ip.fam[1] = &ip_family6;
	net->ipv6.id_key.key[0] = net_rand64(net);
	net->ipv6.id_key.key[1] = net_rand64(net);
	net->ipv6.frag_id_salt = net_rand32(net);
	err = ndisc_init(net);
	if (err)
		return err;
	ip6_sysctl_init(net);
	err = inet_add_protocol(net, &icmp6_protocol, IP_PROTO_ICMPV6, 2);
	err = err ?: ip6_addr_init(net);
	net->ipv6.ip6_pt = (struct packet_type){ .type = ETH_TYPE_IP6, .func = ipv6_rcv };
	dev_add_pack(net, &net->ipv6.ip6_pt);
	return err;
}

void ipv6_net_exit(struct net *net)
{
	if (net->ipv6.ip6_pt.func) {
		dev_remove_pack(&net->ipv6.ip6_pt);
		inet_del_protocol(net, IP_PROTO_ICMPV6, 2);
		ip6_addr_exit(net);
		ip6_sysctl_exit(net);
	}
	if (net->ipv6.nd_tbl.buckets)
		ndisc_exit(net);
}
