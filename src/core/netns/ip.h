/* SPDX-License-Identifier: BSD-2-Clause */
/* The ip room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_IP_H
#define NETSTACK_CORE_NETNS_IP_H

#include "base/base.h"

struct inet_af;
struct net_protocol;
struct sk_buff;

struct netns_ip {
	const struct inet_af *af[2];			/* 0 IPv4, 1 IPv6 */
	const struct net_protocol *protos[2][256];
	bool (*raw_deliver)(const struct sk_buff *skb, u8 proto);
};

#endif
