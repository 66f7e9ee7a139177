/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header that a TAP with IFF_VNET_HDR puts in front of each frame (virtio 1.1, 5.1.6). Its
 * numbers are in the byte order of the host (legacy), which is what such a device uses by default.
 */
#ifndef WIRE_VIRTIO_NET_H
#define WIRE_VIRTIO_NET_H

#include "base/base.h"

enum {
	VNET_HDR_F_NEEDS_CSUM = 1, /* checksum from csum_start to the end goes to csum_offset */
	VNET_HDR_F_DATA_VALID = 2, /* received: the checksum has been verified */
	VNET_HDR_F_RSC_INFO = 4,
};

enum {
	VNET_HDR_GSO_NONE = 0,
	VNET_HDR_GSO_TCPV4 = 1,
	VNET_HDR_GSO_UDP = 3, /* IPv4 fragmentation (UFO) */
	VNET_HDR_GSO_TCPV6 = 4,
	VNET_HDR_GSO_UDP_L4 = 5, /* USO */
	VNET_HDR_GSO_ECN = 0x80, /* with TCP: the first segment carries CWR */
};

struct vnet_hdr {
	u8 flags;
	u8 gso_type;
	u16 hdr_len;	 /* of all headers together; a hint */
	u16 gso_size;	 /* payload per segment */
	u16 csum_start;	 /* from the start of the frame */
	u16 csum_offset; /* from csum_start */
} __packed;

/* With VIRTIO_NET_F_MRG_RXBUF or version 1. */
struct vnet_hdr_mrg {
	struct vnet_hdr h;
	u16 num_buffers;
} __packed;

_Static_assert(sizeof(struct vnet_hdr) == 10, "vnet header");
_Static_assert(sizeof(struct vnet_hdr_mrg) == 12, "vnet header with buffer count");

#endif
