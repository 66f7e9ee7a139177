/* SPDX-License-Identifier: BSD-2-Clause */
/* Ethernet II framing (RFC 894, IEEE 802.3). */
#ifndef WIRE_ETH_H
#define WIRE_ETH_H

#include "base/base.h"

#define ETH_ALEN     6
#define ETH_HLEN     14
#define ETH_ZLEN     60 /* shortest frame, without FCS */
#define ETH_DATA_LEN 1500

/* Types (IANA ether-types). Below 0x0600 the field is a length (802.3). */
enum eth_type {
	ETH_TYPE_802_3_MIN = 0x0600,
	ETH_TYPE_IP4 = 0x0800,
	ETH_TYPE_ARP = 0x0806,
	ETH_TYPE_VLAN = 0x8100,
	ETH_TYPE_IP6 = 0x86dd,
	ETH_TYPE_PAUSE = 0x8808,
	ETH_TYPE_MPLS = 0x8847,
	ETH_TYPE_QINQ = 0x88a8,
	ETH_TYPE_LLDP = 0x88cc,
};

struct eth_hdr {
	u8 dst[ETH_ALEN];
	u8 src[ETH_ALEN];
	be16 type; /* enum eth_type */
} __packed;

_Static_assert(sizeof(struct eth_hdr) == ETH_HLEN, "Ethernet header");

static inline bool eth_addr_is_multicast(const u8 *a)
{
	return a[0] & 1;
}

static inline bool eth_addr_is_local(const u8 *a)
{
	return a[0] & 2;
}

static inline bool eth_addr_is_zero(const u8 *a)
{
	return !(a[0] | a[1] | a[2] | a[3] | a[4] | a[5]);
}

static inline bool eth_addr_is_broadcast(const u8 *a)
{
	return (a[0] & a[1] & a[2] & a[3] & a[4] & a[5]) == 0xff;
}

/* Fit to be the address of a station: neither group nor zero. */
static inline bool eth_addr_is_valid(const u8 *a)
{
	return !eth_addr_is_multicast(a) && !eth_addr_is_zero(a);
}

static inline bool eth_addr_equal(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, ETH_ALEN);
}

static inline void eth_addr_copy(u8 *dst, const u8 *src)
{
	memcpy(dst, src, ETH_ALEN);
}

/* The group address of an IPv4 group, 4 raw bytes (RFC 1112 6.4). */
static inline void eth_addr_ip4_mcast(u8 *dst, const void *group)
{
	const u8 *g = group;

	dst[0] = 0x01;
	dst[1] = 0x00;
	dst[2] = 0x5e;
	dst[3] = g[1] & 0x7f;
	dst[4] = g[2];
	dst[5] = g[3];
}

/* The group address of an IPv6 group, 16 raw bytes (RFC 2464 7). */
static inline void eth_addr_ip6_mcast(u8 *dst, const void *group)
{
	dst[0] = 0x33;
	dst[1] = 0x33;
	memcpy(dst + 2, (const u8 *)group + 12, 4);
}

#endif
