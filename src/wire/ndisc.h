/* SPDX-License-Identifier: BSD-2-Clause */
/* Neighbour discovery messages (RFC 4861). Their options are parsed by nd_opt.h. */
#ifndef WIRE_NDISC_H
#define WIRE_NDISC_H

#include "wire/icmp6.h"
#include "wire/ip6.h"

#define ND_HOP_LIMIT 255 /* anything less came from another link */

struct nd_rs_msg {
	u8 type;
	u8 code;
	be16 check;
	be32 reserved;
} __packed;

struct nd_ra_msg {
	u8 type;
	u8 code;
	be16 check;
	u8 cur_hop_limit;     /* 0: unspecified */
	u8 flags;	      /* ND_RA_* */
	be16 router_lifetime; /* seconds; 0: not a default router */
	be32 reachable_time;  /* ms; 0: unspecified */
	be32 retrans_timer;   /* ms; 0: unspecified */
} __packed;

enum {
	ND_RA_MANAGED = 0x80,
	ND_RA_OTHER = 0x40,
	ND_RA_HOME_AGENT = 0x20,
	ND_RA_PREF_MASK = 0x18, /* RFC 4191 */
	ND_RA_PREF_HIGH = 0x08,
	ND_RA_PREF_MEDIUM = 0x00,
	ND_RA_PREF_LOW = 0x18,
	ND_RA_PREF_INVALID = 0x10,
};

struct nd_ns_msg {
	u8 type;
	u8 code;
	be16 check;
	be32 reserved;
	struct ip6_addr target;
} __packed;

struct nd_na_msg {
	u8 type;
	u8 code;
	be16 check;
	be32 flags; /* ND_NA_* */
	struct ip6_addr target;
} __packed;

/* flags in host order */
enum {
	ND_NA_SOLICITED = 0x40000000,
	ND_NA_OVERRIDE = 0x20000000,
};
#define ND_NA_ROUTER 0x80000000u

struct nd_redirect_msg {
	u8 type;
	u8 code;
	be16 check;
	be32 reserved;
	struct ip6_addr target;
	struct ip6_addr dest;
} __packed;

enum nd_opt_type {
	ND_OPT_T_SLLA = 1,
	ND_OPT_T_TLLA = 2,
	ND_OPT_T_PREFIX = 3,
	ND_OPT_T_REDIRECTED = 4,
	ND_OPT_T_MTU = 5,
	ND_OPT_T_NONCE = 14, /* RFC 3971, used by RFC 7527 */
	ND_OPT_T_ROUTE = 24, /* RFC 4191 */
	ND_OPT_T_RDNSS = 25, /* RFC 8106 */
	ND_OPT_T_DNSSL = 31,
	ND_OPT_T_CAPTIVE = 37, /* RFC 8910 */
	ND_OPT_T_PREF64 = 38,  /* RFC 8781 */
};

struct nd_opt_hdr {
	u8 type;
	u8 len; /* of the whole option, in 8 octets; 0 is illegal */
} __packed;

/* SLLA and TLLA for Ethernet: len 1. */
struct nd_opt_lladdr {
	u8 type;
	u8 len;
	u8 addr[6];
} __packed;

struct nd_opt_prefix {
	u8 type;
	u8 len; /* 4 */
	u8 prefix_len;
	u8 flags;	/* ND_PREFIX_* */
	be32 valid_lft; /* seconds; all ones: forever */
	be32 preferred_lft;
	be32 reserved;
	struct ip6_addr prefix;
} __packed;

enum {
	ND_PREFIX_ONLINK = 0x80,
	ND_PREFIX_AUTO = 0x40,
	ND_PREFIX_ROUTER = 0x20,
};

struct nd_opt_mtu {
	u8 type;
	u8 len; /* 1 */
	be16 reserved;
	be32 mtu;
} __packed;

/* The quoted packet follows. */
struct nd_opt_redirected {
	u8 type;
	u8 len;
	u8 reserved[6];
} __packed;

struct nd_opt_nonce {
	u8 type;
	u8 len; /* 1 for the 6-octet nonce of RFC 7527 */
	u8 nonce[6];
} __packed;

/* len 1, 2 or 3: 0, 8 or 16 octets of prefix follow. */
struct nd_opt_route {
	u8 type;
	u8 len;
	u8 prefix_len;
	u8 flags; /* preference as in ND_RA_PREF_MASK */
	be32 lifetime;
	u8 prefix[];
} __packed;

/* len odd and at least 3: (len - 1) / 2 addresses follow. */
struct nd_opt_rdnss {
	u8 type;
	u8 len;
	be16 reserved;
	be32 lifetime;
	struct ip6_addr addr[];
} __packed;

_Static_assert(sizeof(struct nd_rs_msg) == 8, "router solicitation");
_Static_assert(sizeof(struct nd_ra_msg) == 16, "router advertisement");
_Static_assert(sizeof(struct nd_ns_msg) == 24, "neighbour solicitation");
_Static_assert(sizeof(struct nd_na_msg) == 24, "neighbour advertisement");
_Static_assert(sizeof(struct nd_redirect_msg) == 40, "redirect");
_Static_assert(sizeof(struct nd_opt_lladdr) == 8, "link-layer address option");
_Static_assert(sizeof(struct nd_opt_prefix) == 32, "prefix option");
_Static_assert(sizeof(struct nd_opt_mtu) == 8, "MTU option");
_Static_assert(sizeof(struct nd_opt_redirected) == 8, "redirected header option");
_Static_assert(sizeof(struct nd_opt_nonce) == 8, "nonce option");
_Static_assert(sizeof(struct nd_opt_route) == 8, "route information option");
_Static_assert(sizeof(struct nd_opt_rdnss) == 8, "RDNSS option");

#endif
