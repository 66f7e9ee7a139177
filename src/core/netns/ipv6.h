/* SPDX-License-Identifier: BSD-2-Clause */
/* The ipv6 room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_IPV6_H
#define NETSTACK_CORE_NETNS_IPV6_H

#include "base/base.h"
#include "core/dev.h"
#include "core/neigh.h"
#include "core/notify.h"
#include "core/sysctl.h"

/* net.ipv6.conf.{all,default,DEV}.* */
struct ipv6_devconf {
	u8 disable_ipv6, accept_redirects, accept_dad, enhanced_dad, suppress_frag_ndisc;
	u8 optimistic_dad;			/* can only be 0 */
	u8 forwarding;				/* all's: of packets; a device's: router, not host */
	u8 force_forwarding;			/* of packets that come by it, whatever all says */
	u8 accept_source_route;			/* can only be 0 */
	u8 accept_ra;				/* 0: no, 1: unless forwarding, 2: always */
	u8 accept_ra_defrtr, accept_ra_rtr_pref, accept_ra_pinfo, accept_ra_mtu, accept_ra_from_local;
	u8 accept_ra_min_hop_limit;
	u8 accept_ra_rt_info_min_plen, accept_ra_rt_info_max_plen;
	u8 autoconf;
	u8 addr_gen_mode;			/* 0: EUI-64, 1: none */
	u8 ndisc_notify, drop_unicast_in_l2_multicast, drop_unsolicited_na;
	u8 ndisc_tclass;			/* traffic class of neighbour discovery */
	u8 force_tllao;				/* who asks by unicast is told the address, too */
	u8 hop_limit;
	u32 mtu, dad_transmits;
	u32 max_addresses;			/* autoconfiguration makes no more; 0: no limit of its own */
	u32 ra_defrtr_metric;
	u32 accept_ra_min_lft;			/* s: a shorter lifetime, but for 0, says nothing */
	s32 router_solicitations;		/* -1: until a router answers (RFC 7559) */
	u64 router_solicitation_interval, router_solicitation_max_interval;	/* ns */
	u64 router_solicitation_delay;		/* ns, at most */
	u64 router_probe_interval;		/* ns, of one that does not answer */
};

/* net.ipv6.flowlabel_reflect: whose answers have the label of what they answer. */
enum { FLOWLABEL_REFLECT_STREAMS = 1, FLOWLABEL_REFLECT_RESETS = 2, FLOWLABEL_REFLECT_ECHO = 4 };

struct netns_ipv6 {
	struct neigh_table nd_tbl;
	struct packet_type ip6_pt;
	struct notifier_block nb;
	struct sysctl_table sysctls;
	struct sysctl_dev_table conf_sysctls, neigh_sysctls;
	struct ipv6_devconf conf_all, conf_default;
	struct siphash_key id_key;		/* fragment identifications, flow labels */
	u32 frag_id_salt;

	/* net.ipv6.* */
	u8 bindv6only;
	u8 auto_flowlabels;
	u8 flowlabel_reflect;			/* FLOWLABEL_REFLECT_* */
	u8 flowlabel_consistency;		/* sockets may not be told to reflect labels */
	u8 flowlabel_state_ranges;		/* chosen labels have FLOWLABEL_STATELESS, leased ones not */
	u8 ip_nonlocal_bind;
	u8 icmp_echo_ignore_all, icmp_echo_ignore_multicast, icmp_echo_ignore_anycast;
	u8 icmp_error_anycast_as_unicast;	/* can only be 0 */
	u64 icmp_ratelimit_ns;
	u64 icmp_ratemask_lo;			/* error types 0..63; 127 and above are not limited */
	u32 max_dst_opts_number, max_hbh_opts_number;
	u32 max_dst_opts_length, max_hbh_length;
	u64 mtu_expires_ns;
	u32 min_adv_mss;
};

#endif
