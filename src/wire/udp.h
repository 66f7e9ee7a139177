/* SPDX-License-Identifier: BSD-2-Clause */
/* UDP (RFC 768). */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include "base/base.h"

#define UDP_HLEN 8

struct udp_hdr {
	be16 source;
	be16 dest;
	be16 len;   /* header and payload */
	be16 check; /* 0: none (IPv4 only); a computed 0 is sent as 0xffff */
} __packed;

_Static_assert(sizeof(struct udp_hdr) == UDP_HLEN, "UDP header");

#endif
