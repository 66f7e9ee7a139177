/* SPDX-License-Identifier: BSD-2-Clause */
/* ARP for IPv4 over Ethernet (RFC 826). */
#ifndef WIRE_ARP_H
#define WIRE_ARP_H

#include "wire/eth.h"

enum {
	ARP_HRD_ETHER = 1,
	ARP_HRD_IEEE802 = 6,
};

enum arp_op {
	ARP_OP_REQUEST = 1,
	ARP_OP_REPLY = 2,
	ARP_OP_RREQUEST = 3,
	ARP_OP_RREPLY = 4,
};

/* The fixed part; addresses of hln and pln octets follow. */
struct arp_hdr {
	be16 hrd;
	be16 pro; /* enum eth_type */
	u8 hln;
	u8 pln;
	be16 op;
} __packed;

/* All of it, for hln 6 and pln 4. */
struct arp_eth_ip4 {
	struct arp_hdr h;
	u8 sha[ETH_ALEN];
	be32 spa;
	u8 tha[ETH_ALEN];
	be32 tpa;
} __packed;

_Static_assert(sizeof(struct arp_hdr) == 8, "ARP header");
_Static_assert(sizeof(struct arp_eth_ip4) == 28, "ARP for IPv4 over Ethernet");

#endif
