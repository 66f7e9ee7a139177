/* SPDX-License-Identifier: BSD-2-Clause */
/* The inet room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_INET_H
#define NETSTACK_CORE_NETNS_INET_H

#include "base/base.h"
#include "core/sysctl.h"

enum {
	INET_PERTURB_SLOTS = 4096,	/* RFC 6056 3.3.4: counters of algorithm 4 */
	INET_RESERVED_TEXT = 250,
};

struct netns_inet {
	struct list_head socks;		/* every inet_sock.net_entry */
	u16 local_ports[2];		/* ip_local_port_range, both included */
	u32 unprivileged_port_start, autobind_reuse;
	u32 max_memberships;		/* IPv4 groups of one socket */
	u32 igmp_max_msf, mld_max_msf;	/* sources of one filter */
	char reserved_text[INET_RESERVED_TEXT];	/* ip_local_reserved_ports */
	DECLARE_BITMAP(reserved, 65536);
	u32 *perturb;			/* INET_PERTURB_SLOTS */
	struct siphash_key port_key;
	struct sysctl_table sysctls;
};

#endif
