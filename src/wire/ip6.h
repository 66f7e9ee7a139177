/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv6 header and extension headers (RFC 8200), address classes (RFC 4291). */
#ifndef WIRE_IP6_H
#define WIRE_IP6_H

#include "wire/ip_proto.h"

#define IP6_HLEN    40
#define IP6_MIN_MTU 1280
#define IP6_LEN_MAX (IP6_HLEN + 65535) /* without jumbograms */

struct ip6_addr {
	union {
		u8 b[16];
		be16 h[8];
		be32 w[4];
		be64 d[2];
	};
} __packed;

struct ip6_hdr {
	be32 ver_tc_flow; /* version 4, traffic class 8, flow label 20 */
	be16 payload_len;
	u8 nexthdr; /* enum ip_proto */
	u8 hop_limit;
	struct ip6_addr saddr;
	struct ip6_addr daddr;
} __packed;

/* The first two octets of every extension header but the fragment header. */
struct ip6_ext_hdr {
	u8 nexthdr;
	u8 hdrlen; /* in 8 octets, not counting the first 8 (AH: in 4 octets, not counting 8) */
} __packed;

struct ip6_rt_hdr {
	u8 nexthdr;
	u8 hdrlen;
	u8 type;
	u8 segments_left;
} __packed;

struct ip6_frag_hdr {
	u8 nexthdr;
	u8 reserved;
	be16 frag_off; /* offset 13 bits, reserved 2, M 1 */
	be32 id;
} __packed;

#define IP6_FRAG_HLEN 8
/* frag_off in host order */
enum {
	IP6_MF = 0x0001,
	IP6_OFFMASK = 0xfff8, /* already in octets */
};

enum {
	IP6_RT_TYPE_0 = 0, /* refused: RFC 5095 */
	IP6_RT_TYPE_MIPV6 = 2,
	IP6_RT_TYPE_RPL = 3,
	IP6_RT_TYPE_SRH = 4,
};

/* Options of the hop-by-hop and destination headers. */
enum {
	IP6_TLV_PAD1 = 0x00,
	IP6_TLV_PADN = 0x01,
	IP6_TLV_ROUTERALERT = 0x05, /* RFC 2711 */
	IP6_TLV_JUMBO = 0xc2,	    /* RFC 2675 */
	IP6_TLV_HAO = 0xc9,	    /* RFC 6275 */
	/* Top two bits: what to do with an option that one does not know (RFC 8200 4.2). */
	IP6_TLV_ACT_MASK = 0xc0,
	IP6_TLV_ACT_SKIP = 0x00,
	IP6_TLV_ACT_DROP = 0x40,
	IP6_TLV_ACT_ICMP =
		0x80, /* drop, Parameter Problem code 2 even to a multicast destination */
	IP6_TLV_ACT_ICMP_UCAST = 0xc0, /* the same, unless the destination was multicast */
};

_Static_assert(sizeof(struct ip6_addr) == 16 && _Alignof(struct ip6_addr) == 1, "IPv6 address");
_Static_assert(sizeof(struct ip6_hdr) == IP6_HLEN, "IPv6 header");
_Static_assert(sizeof(struct ip6_ext_hdr) == 2, "extension header");
_Static_assert(sizeof(struct ip6_rt_hdr) == 4, "routing header");
_Static_assert(sizeof(struct ip6_frag_hdr) == IP6_FRAG_HLEN, "fragment header");

static inline u8 ip6_version(const struct ip6_hdr *h)
{
	return (u8)(be32_get(h->ver_tc_flow) >> 28);
}

static inline u8 ip6_tclass(const struct ip6_hdr *h)
{
	return (u8)(be32_get(h->ver_tc_flow) >> 20);
}

static inline u32 ip6_flowlabel(const struct ip6_hdr *h)
{
	return be32_get(h->ver_tc_flow) & 0xfffff;
}

static inline be32 ip6_ver_tc_flow(u8 tclass, u32 flowlabel)
{
	return be32_make(0x60000000u | (u32)tclass << 20 | (flowlabel & 0xfffff));
}

static inline bool ip6_addr_equal(const struct ip6_addr *a, const struct ip6_addr *b)
{
	return !((a->d[0].raw ^ b->d[0].raw) | (a->d[1].raw ^ b->d[1].raw));
}

static inline bool ip6_addr_is_any(const struct ip6_addr *a)
{
	return !(a->d[0].raw | a->d[1].raw);
}

static inline bool ip6_addr_is_loopback(const struct ip6_addr *a)
{
	return !a->d[0].raw && be64_get(a->d[1]) == 1;
}

static inline bool ip6_addr_is_multicast(const struct ip6_addr *a)
{
	return a->b[0] == 0xff;
}

static inline bool ip6_addr_is_linklocal(const struct ip6_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static inline bool ip6_addr_is_sitelocal(const struct ip6_addr *a)
{
	return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0xc0;
}

static inline bool ip6_addr_is_ula(const struct ip6_addr *a)
{
	return (a->b[0] & 0xfe) == 0xfc;
}

/* ::ffff:a.b.c.d */
static inline bool ip6_addr_is_v4mapped(const struct ip6_addr *a)
{
	return !a->d[0].raw && be32_get(a->w[2]) == 0xffff;
}

/* A multicast address's scope (RFC 7346): 1 interface, 2 link, 5 site, 8 organization, 14 global */
static inline u8 ip6_mcast_scope(const struct ip6_addr *a)
{
	return a->b[1] & 0x0f;
}

/* ff02::1:ffXX:XXXX (RFC 4291 2.7.1) */
static inline bool ip6_addr_is_solicited_node(const struct ip6_addr *a)
{
	return be64_get(a->d[0]) == 0xff02000000000000ULL &&
	       be64_get(a->d[1]) >> 24 == 0x00000001ffULL;
}

static inline void ip6_solicited_node(struct ip6_addr *group, const struct ip6_addr *a)
{
	group->d[0] = be64_make(0xff02000000000000ULL);
	group->d[1] = be64_make(0x00000001ff000000ULL | (be64_get(a->d[1]) & 0xffffff));
}

#endif
