/* SPDX-License-Identifier: BSD-2-Clause */
/* IGMP versions 1 to 3 (RFC 1112, RFC 2236, RFC 3376). */
#ifndef WIRE_IGMP_H
#define WIRE_IGMP_H

#include "base/base.h"

enum igmp_type {
	IGMP_TYPE_QUERY = 0x11,
	IGMP_TYPE_V1_REPORT = 0x12,
	IGMP_TYPE_V2_REPORT = 0x16,
	IGMP_TYPE_V2_LEAVE = 0x17,
	IGMP_TYPE_V3_REPORT = 0x22,
};

struct igmp_hdr {
	u8 type;
	u8 code; /* max response time */
	be16 check;
	be32 group;
} __packed;

struct igmp3_query {
	struct igmp_hdr h;
	u8 flags; /* reserved 4, S 1, QRV 3 */
	u8 qqic;
	be16 nsrcs;
	be32 srcs[];
} __packed;

struct igmp3_report {
	u8 type;
	u8 reserved1;
	be16 check;
	be16 reserved2;
	be16 ngrec;
} __packed;

struct igmp3_grec {
	u8 type; /* enum mcast_rec_type */
	u8 auxwords;
	be16 nsrcs;
	be32 group;
	be32 srcs[];
} __packed;

/* Group record types, the same in MLDv2 (RFC 3810). */
enum mcast_rec_type {
	MCAST_REC_IS_INCLUDE = 1,
	MCAST_REC_IS_EXCLUDE = 2,
	MCAST_REC_TO_INCLUDE = 3,
	MCAST_REC_TO_EXCLUDE = 4,
	MCAST_REC_ALLOW_NEW = 5,
	MCAST_REC_BLOCK_OLD = 6,
};

_Static_assert(sizeof(struct igmp_hdr) == 8, "IGMP header");
_Static_assert(sizeof(struct igmp3_query) == 12, "IGMPv3 query");
_Static_assert(sizeof(struct igmp3_report) == 8, "IGMPv3 report");
_Static_assert(sizeof(struct igmp3_grec) == 8, "IGMPv3 group record");

#endif
