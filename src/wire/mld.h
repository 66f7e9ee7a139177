/* SPDX-License-Identifier: BSD-2-Clause */
/* Multicast listener discovery versions 1 and 2 (RFC 2710, RFC 3810). Types are in icmp6.h. */
#ifndef WIRE_MLD_H
#define WIRE_MLD_H

#include "wire/icmp6.h"
#include "wire/igmp.h"
#include "wire/ip6.h"

struct mld_msg {
	u8 type;
	u8 code;
	be16 check;
	be16 max_delay; /* ms */
	be16 reserved;
	struct ip6_addr group;
} __packed;

struct mld2_query {
	struct mld_msg h;
	u8 flags; /* reserved 4, S 1, QRV 3 */
	u8 qqic;
	be16 nsrcs;
	struct ip6_addr srcs[];
} __packed;

struct mld2_report {
	u8 type;
	u8 reserved1;
	be16 check;
	be16 reserved2;
	be16 ngrec;
} __packed;

struct mld2_grec {
	u8 type; /* enum mcast_rec_type */
	u8 auxwords;
	be16 nsrcs;
	struct ip6_addr group;
	struct ip6_addr srcs[];
} __packed;

_Static_assert(sizeof(struct mld_msg) == 24, "MLD message");
_Static_assert(sizeof(struct mld2_query) == 28, "MLDv2 query");
_Static_assert(sizeof(struct mld2_report) == 8, "MLDv2 report");
_Static_assert(sizeof(struct mld2_grec) == 20, "MLDv2 group record");

#endif
