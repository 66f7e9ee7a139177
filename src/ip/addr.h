/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One address value for both families: 16 bytes, IPv4 as v4-mapped (::ffff:a.b.c.d). The wire
 * family is kept apart (flowi.family, inet_skb_cb.af): a v4-mapped address in a real IPv6 header
 * is not the IPv4 address and is refused in ip6_in.c.
 */
#ifndef NETSTACK_IP_ADDR_H
#define NETSTACK_IP_ADDR_H

#include "base/base.h"

union inet_addr {
	u8 b[16];
	u32 w[4];	/* network order; w[3] is the IPv4 address */
	u64 q[2];
};

enum { INET_FAMILY_4 = 2, INET_FAMILY_6 = 10 };	/* the values of AF_INET and AF_INET6 */

/* A neutral socket address. */
struct inet_sockaddr {
	u16 family;		/* INET_FAMILY_*; 0: unspecified (disconnect) */
	u16 port;		/* host order */
	union inet_addr addr;
	u32 scope_id;
	u32 flowinfo;
};

/* net order IPv4 bytes */
union inet_addr inet_addr_from4(const void *four_bytes);
union inet_addr inet_addr_from6(const void *sixteen_bytes);
static inline bool inet_addr_is_v4mapped(const union inet_addr *a)
{
	return a->q[0] == 0 && a->w[2] == be32_make(0xffff).raw;
}
static inline const u8 *inet_addr_4(const union inet_addr *a)	/* the four IPv4 bytes */
{
	return &a->b[12];
}
static inline bool inet_addr_equal(const union inet_addr *a, const union inet_addr *b)
{
	return a->q[0] == b->q[0] && a->q[1] == b->q[1];
}
/* 0.0.0.0, ::ffff:0.0.0.0 and :: are all "any" */
static inline bool inet_addr_any(const union inet_addr *a)
{
	return a->w[3] == 0 && a->q[0] == 0 && (a->w[2] == 0 || a->w[2] == be32_make(0xffff).raw);
}
bool inet_addr_is_loopback(const union inet_addr *a);
bool inet_addr_is_multicast(const union inet_addr *a);
/* nothing without a device (RFC 4007): link-local ones, and groups up to that scope */
bool inet_addr_needs_scope(const union inet_addr *a);
bool inet_addr_is_linklocal(const union inet_addr *a);	/* fe80::/10 only (needs a scope) */
/* text: "10.0.0.1" or "fd77::1"; bytes written to buf without overflow */
#define INET_ADDRSTRLEN_NS 46
void inet_addr_ntop(const union inet_addr *a, char *buf, u32 size);
bool inet_addr_pton(const char *text, union inet_addr *a, u16 *family);

struct inet_prefix {
	union inet_addr addr;
	u16 family;
	u8 len;			/* 0..32 or 0..128 by family */
};
bool inet_prefix_parse(const char *text, struct inet_prefix *p);	/* "10.0.0.2/24"; len default full */
bool inet_prefix_match(const struct inet_prefix *p, const union inet_addr *a);

#endif
