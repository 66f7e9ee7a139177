/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of an Ethernet frame is headers. */
#ifndef WIRE_HEADLEN_H
#define WIRE_HEADLEN_H

#include "base/base.h"

/*
 * Octets from the link header to the end of the last header that is known: VLAN tags, IPv4 or IPv6
 * without extension headers, TCP with options, UDP. At most len. A guess for laying a packet out:
 * nothing is checked.
 */
u32 frame_headlen(const u8 *frame, u32 len);

#endif
