/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 header (RFC 791). */
#ifndef WIRE_IP4_H
#define WIRE_IP4_H

#include "wire/ip_proto.h"

#define IP4_HLEN       20 /* without options */
#define IP4_HLEN_MAX   60
#define IP4_OPTLEN_MAX (IP4_HLEN_MAX - IP4_HLEN)
#define IP4_LEN_MAX    65535
#define IP4_MIN_MTU    68 /* RFC 791 3.2 */

/* frag_off in host order */
enum {
	IP4_RF = 0x8000, /* reserved, must be zero (or evil, RFC 3514) */
	IP4_DF = 0x4000,
	IP4_MF = 0x2000,
	IP4_OFFMASK = 0x1fff, /* in units of 8 octets */
};

struct ip4_hdr {
	u8 ver_ihl; /* version 4, header length in 32-bit words 4 */
	u8 tos;	    /* DSCP 6, ECN 2 */
	be16 tot_len;
	be16 id;
	be16 frag_off;
	u8 ttl;
	u8 protocol; /* enum ip_proto */
	be16 check;
	be32 saddr;
	be32 daddr;
	u8 options[];
} __packed;

_Static_assert(sizeof(struct ip4_hdr) == IP4_HLEN, "IPv4 header");

static inline u8 ip4_version(const struct ip4_hdr *h)
{
	return h->ver_ihl >> 4;
}

/* Length of the header in octets as it claims: 0..60, not yet checked. */
static inline u32 ip4_hdrlen(const struct ip4_hdr *h)
{
	return (h->ver_ihl & 0x0fu) * 4;
}

/* hlen: octets, a multiple of 4 */
static inline u8 ip4_ver_ihl(u32 hlen)
{
	return (u8)(0x40 | hlen / 4);
}

static inline bool ip4_is_fragment(const struct ip4_hdr *h)
{
	return be16_get(h->frag_off) & (IP4_MF | IP4_OFFMASK);
}

/* Offset of the payload in the original datagram, in octets. */
static inline u32 ip4_frag_offset(const struct ip4_hdr *h)
{
	return (be16_get(h->frag_off) & (u32)IP4_OFFMASK) * 8;
}

/* Classes of addresses (RFC 6890, RFC 5771). */
static inline bool ip4_is_multicast(be32 a)
{
	return (be32_get(a) & 0xf0000000) == 0xe0000000;
}

static inline bool ip4_is_local_multicast(be32 a)
{
	return (be32_get(a) & 0xffffff00) == 0xe0000000;
}

static inline bool ip4_is_loopback(be32 a)
{
	return (be32_get(a) & 0xff000000) == 0x7f000000;
}

static inline bool ip4_is_lbcast(be32 a)
{
	return a.raw == 0xffffffff;
}

static inline bool ip4_is_zeronet(be32 a)
{
	return (be32_get(a) & 0xff000000) == 0;
}

static inline bool ip4_is_linklocal(be32 a)
{
	return (be32_get(a) & 0xffff0000) == 0xa9fe0000;
}

/* 240/4 without the limited broadcast address */
static inline bool ip4_is_reserved(be32 a)
{
	return (be32_get(a) & 0xf0000000) == 0xf0000000 && !ip4_is_lbcast(a);
}

/* The netmask of a prefix length 0..32. */
static inline be32 ip4_mask(unsigned int plen)
{
	return be32_make(plen ? 0xffffffffu << (32 - plen) : 0);
}

#endif
