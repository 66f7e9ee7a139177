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
	struct packet_host *host;
	u8 groups[PACKET_GROUPS_MAX][6];
	u32 nr_groups;
	bool promisc, allmulti;
	u8 unicast[6];	/* zero: none */
	u32 mtu;	/* what the device had before the interface's became smaller; 0: it did not */
};

void packet_mode_sync(struct packet_mode *m, const struct net_device *dev);
void packet_mode_unicast(struct packet_mode *m, const u8 *addr); /* the address alone */
/* A change of the link: carrier and MTU are the interface's, of which most(host) can be used. */
void packet_mode_follow(struct packet_mode *m, struct net_device *dev,
			u32 (*most)(const struct packet_host *host));
/* For ndo_change_mtu(): 0, -EINVAL, or -errno of the interface */
int packet_mode_mtu(struct packet_mode *m, u32 mtu, u32 (*most)(const struct packet_host *host));
void packet_mode_leave(struct packet_mode *m);			 /* all of it */

#endif
