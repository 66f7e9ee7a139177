/* SPDX-License-Identifier: BSD-2-Clause */
/* The udp room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_UDP_H
#define NETSTACK_CORE_NETNS_UDP_H

#include "base/base.h"
#include "core/sysctl.h"

struct inet_hashinfo;

struct netns_udp {
	struct inet_hashinfo *hash;	/* sockets by local port */
	struct inet_hashinfo *lite_hash;	/* of UDP-Lite, which has ports of its own */
	struct sysctl_table sysctls;
	u32 mem[3];			/* udp_mem: pages; the last is the limit */
	u32 rmem_min, wmem_min;
	u64 mem_bytes;			/* truesize in receive queues */
};

#endif
