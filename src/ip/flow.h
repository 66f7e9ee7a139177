/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of a route look-up and what travels with an outgoing packet. */
#ifndef NETSTACK_IP_FLOW_H
#define NETSTACK_IP_FLOW_H

#include "base/base.h"
#include "ip/addr.h"

enum { FLOWI_F_ANYSRC = 1, FLOWI_F_KNOWN_NH = 2, FLOWI_F_DONTROUTE = 4 };

struct flowi {
	union inet_addr saddr, daddr;
	u32 oif, iif;
	u32 mark;
	u32 flowlabel;
	u16 sport, dport;	/* host order; ICMP: type, code */
	u16 family;
	u8 proto;
	u8 tos;
	u8 flags;
	u32 uid;
};

enum { AUTOFLOWLABEL_SYSCTL, AUTOFLOWLABEL_OFF, AUTOFLOWLABEL_ON };
enum { FLOWLABEL_MASK = 0x000fffff, FLOWINFO_MASK = 0x0fffffff };
enum { FLOWLABEL_STATELESS = 0x00080000 };	/* net.ipv6.flowlabel_state_ranges */

/*
 * Linux's TC_PRIO_*, the priority of what is sent with a type of service: by the two bits of the old one that
 * say throughput and low delay (RFC 1349).
 */
static inline u32 ip_tos_priority(u8 tos)
{
	enum { BESTEFFORT = 0, BULK = 2, INTERACTIVE_BULK = 4, INTERACTIVE = 6 };
	static const u8 priorities[] = { BESTEFFORT, BULK, INTERACTIVE, INTERACTIVE_BULK };

	return priorities[tos >> 3 & 3];
}

struct ip_xmit_opts {
	s16 ttl;		/* -1: the route's or the system's default */
	u8 tos;			/* DSCP and ECN bits as they go out */
	bool tos_set;		/* false: fl->tos */
	u8 pmtudisc;		/* IP_PMTUDISC_* of Linux: 0 DONT 1 WANT 2 DO 3 PROBE 4 INTERFACE 5 OMIT */
	bool allow_frag;	/* may fragment locally (UDP, raw) */
	u32 mtu;		/* the user's own limit (IPV6_MTU), below the path's; 0: none */
	const u8 *options;	/* IPv4 options or IPv6 extension headers to insert; may be NULL */
	u16 options_len;	/* IPv4: a multiple of 4, at most 40; IPv6: a multiple of 8 */
	u8 options_proto;	/* IPv6: type of the first extension header in options */
	u8 autoflowlabel;	/* IPv6, of a flow without a label: AUTOFLOWLABEL_* */
	bool atomic;		/* IPv4: DF is set and the identification 0, it says nothing (RFC 6864 4.1) */
	bool no_mc_loop;	/* IP_MULTICAST_LOOP 0: no copy to ourselves of what goes to a group */
	bool hdrincl;		/* data begins with an IP header that the user made: source, id (if
				 * zero), total length and checksum are filled in; opts are ignored */
};

#endif
