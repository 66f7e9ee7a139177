/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a device wants to hear of an interface of the host: memberships of a packet socket, kept in
 * step with the device's groups, flags and address. They end with the socket.
 */
#ifndef NETSTACK_DRIVERS_PACKET_MODE_H
#define NETSTACK_DRIVERS_PACKET_MODE_H

#include "drivers/packet_host.h"

enum { PACKET_GROUPS_MAX = 64 }; /* joined one by one; more are received all */

struct packet_mode {
	const struct packet_host *host;
	u8 groups[PACKET_GROUPS_MAX][6];
	u32 nr_groups;
	bool promisc, allmulti;
	u8 unicast[6];	/* zero: none */
};

void packet_mode_sync(struct packet_mode *m, const struct net_device *dev);
void packet_mode_unicast(struct packet_mode *m, const u8 *addr); /* the address alone */
void packet_mode_leave(struct packet_mode *m);			 /* all of it */

#endif
