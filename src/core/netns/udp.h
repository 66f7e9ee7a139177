/* SPDX-License-Identifier: BSD-2-Clause */
/* The udp room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_UDP_H
#define NETSTACK_CORE_NETNS_UDP_H

#include "base/base.h"

struct netns_udp {
	int placeholder;
};

#endif
