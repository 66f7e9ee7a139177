/* SPDX-License-Identifier: BSD-2-Clause */
/* The ipv4 room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_IPV4_H
#define NETSTACK_CORE_NETNS_IPV4_H

#include "base/base.h"
#include "core/dev.h"
#include "core/neigh.h"
#include "core/notify.h"
#include "core/sysctl.h"

/* net.ipv4.conf.{all,default,DEV}.* */
struct ipv4_devconf {
	u64 set;				/* of a device: rows that were set for it */
	u8 accept_local, route_localnet, rp_filter;
	u8 arp_ignore, arp_announce, arp_filter, arp_accept, arp_notify;
	u8 accept_source_route;			/* can only be 0: received source routes are refused */
	u8 forwarding;				/* of packets that come by it */
	u8 send_redirects;
	u8 drop_unicast_in_l2_multicast, drop_gratuitous_arp, accept_redirects;
};

struct ipv4_ident {			/* next identification of one destination's bucket */
	u32 id;
	u32 last_ms;			/* when it was last used */
};

struct netns_ipv4 {
	struct neigh_table arp_tbl;
	struct packet_type ip_pt, arp_pt;
	struct notifier_block nb;
	struct sysctl_table sysctls;
	struct sysctl_dev_table conf_sysctls, neigh_sysctls;
	struct ipv4_devconf conf_all, conf_default;

	struct ipv4_ident *idents;		/* IP4_IDENTS buckets */

	/* net.ipv4.* */
	u8 ip_default_ttl;
	u8 ip_no_pmtu_disc;
	u8 ip_nonlocal_bind;
	u8 ip_forward_use_pmtu, ip_forward_update_priority;
	u8 forwarding_was;			/* conf_all.forwarding when it was last passed on */
	u8 icmp_echo_ignore_all, icmp_echo_ignore_broadcasts;
	u8 icmp_ignore_bogus_error_responses, icmp_errors_use_inbound_ifaddr;
	u32 min_pmtu, min_adv_mss;
	u64 mtu_expires_ns;
	u64 icmp_ratelimit_ns;
	u32 icmp_ratemask;
	u32 icmp_msgs_per_sec, icmp_msgs_burst;

	u32 icmp_tokens;			/* global bucket */
	u64 icmp_token_stamp;
};

#endif
