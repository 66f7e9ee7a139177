/* SPDX-License-Identifier: BSD-2-Clause */
/* IEEE 802.1Q and 802.1ad tags. */
#ifndef WIRE_VLAN_H
#define WIRE_VLAN_H

#include "wire/eth.h"

#define VLAN_TAG_LEN	4
#define VLAN_VID_MASK	0x0fff
#define VLAN_DEI_MASK	0x1000
#define VLAN_PRIO_SHIFT 13
#define VLAN_PRIO_BITS	0xe000

/* What follows the type field of the Ethernet header when that is ETH_TYPE_VLAN or _QINQ. */
struct vlan_tag {
	be16 tci;  /* priority 3, DEI 1, VLAN id 12 */
	be16 type; /* of what follows */
} __packed;

struct vlan_eth_hdr {
	u8 dst[ETH_ALEN];
	u8 src[ETH_ALEN];
	be16 vlan_type;
	be16 tci;
	be16 type;
} __packed;

_Static_assert(sizeof(struct vlan_tag) == VLAN_TAG_LEN, "VLAN tag");
_Static_assert(sizeof(struct vlan_eth_hdr) == ETH_HLEN + VLAN_TAG_LEN, "tagged Ethernet header");

static inline bool eth_type_is_vlan(u16 type)
{
	return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ;
}

#endif
