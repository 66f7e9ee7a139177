/* SPDX-License-Identifier: BSD-2-Clause */
/* Walks the chain of IPv6 extension headers, and the options in one of them (RFC 8200 4). */
#ifndef WIRE_IP6_EXT_H
#define WIRE_IP6_EXT_H

#include "wire/ip6.h"

#define IP6_EXT_MAX 32 /* headers in one chain; more is an attack */

enum ip6_ext_err {
	IP6_EXT_OK,
	IP6_EXT_TRUNCATED,     /* a header reaches past the end */
	IP6_EXT_TOO_MANY,      /* more than IP6_EXT_MAX */
	IP6_EXT_HBH_NOT_FIRST, /* Parameter Problem code 1 at nexthdr_off */
};

/*
 * While a header is current: type, off, len and nexthdr_off describe it. When the walk has ended
 * with err == IP6_EXT_OK: type is the upper-layer protocol (IP_PROTO_NONE included), off where
 * it begins, which may be the very end of the packet.
 */
struct ip6_ext_cursor {
	const u8 *pkt;
	u32 pkt_len;
	u32 off;	     /* from the start of the IPv6 header */
	u32 len;	     /* of the current extension header */
	u32 nexthdr_off;     /* of the Next Header octet that named type */
	u32 frag_off;	     /* of the last fragment header seen; 0: none */
	u8 type;	     /* enum ip_proto */
	u8 count;	     /* headers seen */
	bool later_fragment; /* stopped behind a fragment header with an offset: payload follows */
	enum ip6_ext_err err;
};

/*
 * Headers that the walk steps over. ESP is not among them: what follows it is not readable. Nor is
 * the mobility header, which is always the last one.
 */
static inline bool ip6_is_ext_hdr(u8 type)
{
	return type == IP_PROTO_HOPOPTS || type == IP_PROTO_ROUTING || type == IP_PROTO_FRAGMENT ||
	       type == IP_PROTO_AH || type == IP_PROTO_DSTOPTS;
}

/*
 * pkt begins with the IPv6 header; len octets of it can be read.
 *	for (e = ip6_ext_first(&cur, pkt, len); e; e = ip6_ext_next(&cur))
 * Every header returned lies wholly within len. At the end NULL, see the cursor.
 */
const struct ip6_ext_hdr *ip6_ext_first(struct ip6_ext_cursor *cur, const void *pkt, u32 len);
const struct ip6_ext_hdr *ip6_ext_next(struct ip6_ext_cursor *cur);

struct ip6_tlv {
	u8 type;
	u8 len;	 /* of data; Pad1 has none */
	u32 off; /* of the type octet, from the start of the extension header */
	const u8 *data;
};

struct ip6_tlv_cursor {
	const u8 *hdr;
	u32 hdr_len;
	u32 off;
	bool err; /* an option reaches past the header; off is where it begins */
};

/* Walks the options, padding included, of a hop-by-hop or destination header of hdr_len octets. */
bool ip6_tlv_first(struct ip6_tlv_cursor *cur, struct ip6_tlv *t, const void *hdr, u32 hdr_len);
bool ip6_tlv_next(struct ip6_tlv_cursor *cur, struct ip6_tlv *t);

#endif
