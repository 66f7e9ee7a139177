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

/* Flow labels (inet/flowlabel.h), and what the caller of the option at hand is. */
struct netns_labels {
	struct list_head all;
	u32 nr;
	u32 nr_exclusive;		/* not for all, or with headers: sends are checked then */
	bool caller_admin, caller_raw;	/* has CAP_NET_ADMIN, CAP_NET_RAW */
	u32 caller_pid, caller_uid;
	u32 chosen;			/* by the last request that named none; 0: it named one */
	u32 wanted;			/* by the next such request, if it is free; 0: any */
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
	struct netns_labels labels;
	struct sysctl_table sysctls;
};

#endif
