/* SPDX-License-Identifier: BSD-2-Clause */
/* The ipv4 room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_IPV4_H
#define NETSTACK_CORE_NETNS_IPV4_H

#include "base/base.h"

struct netns_ipv4 {
	int placeholder;
};

#endif
