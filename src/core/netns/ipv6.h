/* SPDX-License-Identifier: BSD-2-Clause */
/* The ipv6 room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_IPV6_H
#define NETSTACK_CORE_NETNS_IPV6_H

#include "base/base.h"

struct netns_ipv6 {
	int placeholder;
};

#endif
