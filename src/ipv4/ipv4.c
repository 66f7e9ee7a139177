/* SPDX-License-Identifier: BSD-2-Clause */
/* The room's start and end. */
#include <errno.h>

#include "ipv4/ip4.h"

static int idents_init(struct net *net)
{
	net->ipv4.idents = net_alloc(net, sizeof(struct ipv4_ident) * IP4_IDENTS);
	if (!net->ipv4.idents)
		return -ENOMEM;
	for (u32 i = 0; i < IP4_IDENTS; i++)
		net->ipv4.idents[i].id = net_rand32(net);
	return 0;
}

int ipv4_net_init(struct net *net)
{
	int err;

	net->ip.af[0] = &inet_af4;
	net->ip.fam[0] = &ip_family4;
	err = arp_init(net);
	err = err ?: idents_init(net);
	if (err)
		return err;
	ip4_sysctl_init(net);
	err = inet_add_protocol(net, &icmp4_protocol, IP_PROTO_ICMP, 1);
	err = err ?: ip4_addr_init(net);
	net->ipv4.ip_pt = (struct packet_type){ .type = ETH_TYPE_IP4, .func = ip_rcv };
	net->ipv4.arp_pt = (struct packet_type){ .type = ETH_TYPE_ARP, .func = arp_rcv };
	dev_add_pack(net, &net->ipv4.ip_pt);
	dev_add_pack(net, &net->ipv4.arp_pt);
	return err;
}

void ipv4_net_exit(struct net *net)
{
	if (!net->ip.af[0])
		return;
	if (net->ipv4.ip_pt.func) {
		dev_remove_pack(&net->ipv4.arp_pt);
		dev_remove_pack(&net->ipv4.ip_pt);
		inet_del_protocol(net, IP_PROTO_ICMP, 1);
		ip4_addr_exit(net);
		ip4_sysctl_exit(net);
	}
	if (net->ipv4.arp_tbl.buckets)
		arp_exit(net);
	if (net->ipv4.idents)
		net_free(net, net->ipv4.idents, sizeof(struct ipv4_ident) * IP4_IDENTS);
	net->ipv4.idents = NULL;
}
