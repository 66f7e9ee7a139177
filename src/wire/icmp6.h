/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMPv6 (RFC 4443). Neighbour discovery is in ndisc.h, multicast listeners in mld.h. */
#ifndef WIRE_ICMP6_H
#define WIRE_ICMP6_H

#include "base/base.h"

#define ICMP6_HLEN 8

enum icmp6_type {
	ICMP6_TYPE_UNREACH = 1,
	ICMP6_TYPE_PKT_TOOBIG = 2,
	ICMP6_TYPE_TIME_EXCEEDED = 3,
	ICMP6_TYPE_PARAM_PROBLEM = 4,
	ICMP6_TYPE_INFO_MIN = 128, /* below: errors */
	ICMP6_TYPE_ECHO_REQUEST = 128,
	ICMP6_TYPE_ECHO_REPLY = 129,
	ICMP6_TYPE_MLD_QUERY = 130,
	ICMP6_TYPE_MLD_REPORT = 131,
	ICMP6_TYPE_MLD_DONE = 132,
	ICMP6_TYPE_ROUTER_SOLICIT = 133,
	ICMP6_TYPE_ROUTER_ADVERT = 134,
	ICMP6_TYPE_NEIGH_SOLICIT = 135,
	ICMP6_TYPE_NEIGH_ADVERT = 136,
	ICMP6_TYPE_REDIRECT = 137,
	ICMP6_TYPE_NI_QUERY = 139,
	ICMP6_TYPE_NI_REPLY = 140,
	ICMP6_TYPE_MLD2_REPORT = 143,
	ICMP6_TYPE_EXT_ECHO_REQUEST = 160,
	ICMP6_TYPE_EXT_ECHO_REPLY = 161,
};

/* Codes of ICMP6_TYPE_UNREACH. */
enum icmp6_unreach {
	ICMP6_UNREACH_NO_ROUTE = 0,
	ICMP6_UNREACH_PROHIBITED = 1,
	ICMP6_UNREACH_BEYOND_SCOPE = 2,
	ICMP6_UNREACH_ADDRESS = 3,
	ICMP6_UNREACH_PORT = 4,
	ICMP6_UNREACH_POLICY = 5,
	ICMP6_UNREACH_REJECT_ROUTE = 6,
	ICMP6_UNREACH_MAX = 6,
};

/* Codes of ICMP6_TYPE_TIME_EXCEEDED. */
enum {
	ICMP6_TIMEX_HOPLIMIT = 0,
	ICMP6_TIMEX_REASSEMBLY = 1,
};

/* Codes of ICMP6_TYPE_PARAM_PROBLEM. */
enum {
	ICMP6_PARAM_FIELD = 0,
	ICMP6_PARAM_NEXTHDR = 1,
	ICMP6_PARAM_OPTION = 2,
	ICMP6_PARAM_INCOMPLETE_CHAIN = 3, /* RFC 7112 */
};

struct icmp6_hdr {
	u8 type;
	u8 code;
	be16 check;
	union {
		struct {
			be16 id;
			be16 seq;
		} __packed echo;
		be32 mtu;     /* packet too big */
		be32 pointer; /* parameter problem */
		be32 rest;
		u8 data[4];
	} __packed un;
} __packed;

_Static_assert(sizeof(struct icmp6_hdr) == ICMP6_HLEN, "ICMPv6 header");

static inline bool icmp6_type_is_error(u8 type)
{
	return type < ICMP6_TYPE_INFO_MIN;
}

static inline bool icmp6_type_is_ndisc(u8 type)
{
	return type >= ICMP6_TYPE_ROUTER_SOLICIT && type <= ICMP6_TYPE_REDIRECT;
}

#endif
