/* SPDX-License-Identifier: BSD-2-Clause */
/* The packet room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_PACKET_H
#define NETSTACK_CORE_NETNS_PACKET_H

#include "base/base.h"
#include "core/notify.h"

struct netns_packet {
	struct list_head socks;		/* struct packet_sock */
	struct notifier_block nb;	/* devices that come and go */
};

#endif
