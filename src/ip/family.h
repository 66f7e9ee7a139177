/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the neutral code of ip/ needs to know of a family beyond struct inet_af: two constant
 * instances, set in net->ip.fam[] by ipv4 and ipv6. Transports do not use it.
 */
#ifndef NETSTACK_IP_FAMILY_H
#define NETSTACK_IP_FAMILY_H

#include "core/core.h"
#include "ip/addr.h"
#include "ip/af.h"

struct ip_ifaddr;
struct inet_dev;

struct ip_family {
	const struct inet_af *af;
	u8 key_off;			/* of the wire address within union inet_addr: 12 or 0 */
	struct neigh_table *(*neigh_table)(struct net *net);
	struct inet_dev *(*dev_get)(const struct net_device *dev);	/* NULL: none */
	/* dst->input of local, of refused and of others' destinations; dst->output by kind */
	void (*input_local)(struct sk_buff *skb);
	void (*input_error)(struct sk_buff *skb);
	void (*input_forward)(struct sk_buff *skb);
	int (*output)(struct net *net, struct sock *sk, struct sk_buff *skb);
	int (*mc_output)(struct net *net, struct sock *sk, struct sk_buff *skb);
	/* Source for a packet to daddr by dev (NULL: any). false: none is fit. */
	bool (*select_saddr)(struct net *net, struct net_device *dev, const union inet_addr *daddr,
			     union inet_addr *saddr);
	/* Family part of adding and removing an address, its routes included. addr_up: 0 or -errno. */
	int (*addr_up)(struct ip_ifaddr *ifa);
	void (*addr_down)(struct ip_ifaddr *ifa);
	u32 (*min_pmtu)(const struct net *net);
	u64 (*mtu_expires_ns)(const struct net *net);
	u32 (*dev_mtu)(const struct net_device *dev);
	/* Are packets for other hosts that come by dev sent on? */
	bool (*forwards)(const struct net_device *dev);
	/* May a source of the loopback net leave by dev? */
	bool (*localnet_may_leave)(const struct net_device *dev);
};

static inline u8 inet_family_bit(u16 family)
{
	return family == INET_FAMILY_6;
}
static inline const struct ip_family *ip_family_get(const struct net *net, u16 family)
{
	return net->ip.fam[inet_family_bit(family)];
}

#endif
