/* SPDX-License-Identifier: BSD-2-Clause */
/* What IPv4 and IPv6 share on the wire: protocol numbers (IANA) and the DS/ECN octet. */
#ifndef WIRE_IP_PROTO_H
#define WIRE_IP_PROTO_H

#include "base/base.h"

enum ip_proto {
	IP_PROTO_HOPOPTS = 0,
	IP_PROTO_ICMP = 1,
	IP_PROTO_IGMP = 2,
	IP_PROTO_IPIP = 4,
	IP_PROTO_TCP = 6,
	IP_PROTO_UDP = 17,
	IP_PROTO_DCCP = 33,
	IP_PROTO_IPV6 = 41,
	IP_PROTO_ROUTING = 43,
	IP_PROTO_FRAGMENT = 44,
	IP_PROTO_GRE = 47,
	IP_PROTO_ESP = 50,
	IP_PROTO_AH = 51,
	IP_PROTO_ICMPV6 = 58,
	IP_PROTO_NONE = 59,
	IP_PROTO_DSTOPTS = 60,
	IP_PROTO_PIM = 103,
	IP_PROTO_SCTP = 132,
	IP_PROTO_MH = 135,
	IP_PROTO_UDPLITE = 136,
	IP_PROTO_RAW = 255,
};

/* The two low bits of the IPv4 TOS octet and of the IPv6 traffic class (RFC 3168 5). */
enum {
	INET_ECN_NOT_ECT = 0,
	INET_ECN_ECT_1 = 1,
	INET_ECN_ECT_0 = 2,
	INET_ECN_CE = 3,
	INET_ECN_MASK = 3,
	INET_DSCP_MASK = 0xfc,
};

#endif
