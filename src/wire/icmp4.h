/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP for IPv4 (RFC 792, RFC 1122 3.2.2, RFC 1191, RFC 1812, RFC 4884). */
#ifndef WIRE_ICMP4_H
#define WIRE_ICMP4_H

#include "base/base.h"

#define ICMP4_HLEN 8

enum icmp4_type {
	ICMP4_TYPE_ECHO_REPLY = 0,
	ICMP4_TYPE_UNREACH = 3,
	ICMP4_TYPE_SOURCE_QUENCH = 4, /* RFC 6633: ignored, never sent */
	ICMP4_TYPE_REDIRECT = 5,
	ICMP4_TYPE_ECHO = 8,
	ICMP4_TYPE_ROUTER_ADVERT = 9,
	ICMP4_TYPE_ROUTER_SOLICIT = 10,
	ICMP4_TYPE_TIME_EXCEEDED = 11,
	ICMP4_TYPE_PARAM_PROBLEM = 12,
	ICMP4_TYPE_TIMESTAMP = 13,
	ICMP4_TYPE_TIMESTAMP_REPLY = 14,
	ICMP4_TYPE_INFO_REQUEST = 15,
	ICMP4_TYPE_INFO_REPLY = 16,
	ICMP4_TYPE_ADDRESS_MASK = 17,
	ICMP4_TYPE_ADDRESS_MASK_REPLY = 18,
	ICMP4_TYPE_MAX = 18,
	ICMP4_TYPE_EXT_ECHO = 42, /* RFC 8335 */
	ICMP4_TYPE_EXT_ECHO_REPLY = 43,
};

/* Codes of ICMP4_TYPE_UNREACH. */
enum icmp4_unreach {
	ICMP4_UNREACH_NET = 0,
	ICMP4_UNREACH_HOST = 1,
	ICMP4_UNREACH_PROTOCOL = 2,
	ICMP4_UNREACH_PORT = 3,
	ICMP4_UNREACH_FRAG_NEEDED = 4,
	ICMP4_UNREACH_SR_FAILED = 5,
	ICMP4_UNREACH_NET_UNKNOWN = 6,
	ICMP4_UNREACH_HOST_UNKNOWN = 7,
	ICMP4_UNREACH_HOST_ISOLATED = 8,
	ICMP4_UNREACH_NET_PROHIBITED = 9,
	ICMP4_UNREACH_HOST_PROHIBITED = 10,
	ICMP4_UNREACH_NET_TOS = 11,
	ICMP4_UNREACH_HOST_TOS = 12,
	ICMP4_UNREACH_FILTERED = 13,
	ICMP4_UNREACH_PREC_VIOLATION = 14,
	ICMP4_UNREACH_PREC_CUTOFF = 15,
	ICMP4_UNREACH_MAX = 15,
};

/* Codes of ICMP4_TYPE_REDIRECT. */
enum {
	ICMP4_REDIRECT_NET = 0,
	ICMP4_REDIRECT_HOST = 1,
	ICMP4_REDIRECT_NET_TOS = 2,
	ICMP4_REDIRECT_HOST_TOS = 3,
};

/* Codes of ICMP4_TYPE_TIME_EXCEEDED. */
enum {
	ICMP4_TIMEX_TTL = 0,
	ICMP4_TIMEX_REASSEMBLY = 1,
};

/* Codes of ICMP4_TYPE_PARAM_PROBLEM. */
enum {
	ICMP4_PARAM_POINTER = 0,
	ICMP4_PARAM_MISSING_OPTION = 1,
	ICMP4_PARAM_BAD_LENGTH = 2,
};

struct icmp4_hdr {
	u8 type;
	u8 code;
	be16 check;
	union {
		struct {
			be16 id;
			be16 seq;
		} __packed echo;
		be32 gateway; /* redirect */
		struct {
			u8 unused;
			u8 length; /* RFC 4884: of the quoted datagram, in 32-bit words */
			be16 mtu;  /* RFC 1191: next hop's, with ICMP4_UNREACH_FRAG_NEEDED */
		} __packed frag;
		u8 pointer; /* parameter problem: offset of the octet in error */
		be32 rest;
	} __packed un;
} __packed;

/* Body of a timestamp message: milliseconds since midnight UT. */
struct icmp4_timestamp {
	be32 originate;
	be32 receive;
	be32 transmit;
} __packed;

_Static_assert(sizeof(struct icmp4_hdr) == ICMP4_HLEN, "ICMP header");
_Static_assert(sizeof(struct icmp4_timestamp) == 12, "ICMP timestamp");

/* Messages that report an error, to which no error may be sent in answer (RFC 1122 3.2.2). */
static inline bool icmp4_type_is_error(u8 type)
{
	return type == ICMP4_TYPE_UNREACH || type == ICMP4_TYPE_SOURCE_QUENCH ||
	       type == ICMP4_TYPE_REDIRECT || type == ICMP4_TYPE_TIME_EXCEEDED ||
	       type == ICMP4_TYPE_PARAM_PROBLEM;
}

#endif
