/* SPDX-License-Identifier: BSD-2-Clause */
/* The raw room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_RAW_H
#define NETSTACK_CORE_NETNS_RAW_H

#include "base/base.h"
#include "core/sysctl.h"

struct netns_raw {
	struct hlist_head socks[256];	/* raw sockets by protocol */
	struct hlist_head pings[64];	/* ping sockets by identifier */
	u16 ping_rover;			/* last identifier that was chosen */
	char ping_group_text[40];
	u32 ping_group_lo, ping_group_hi;	/* ping_group_range: lo > hi is nobody */
	struct sysctl_table sysctls;
};

#endif
