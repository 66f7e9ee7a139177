/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets made by copying frames out of a driver's own buffers. The headers are linear and what they carry
 * lies in pages, behind what came before: GRO puts the payloads of a flow together by reference, and the
 * buffers never leave the driver.
 */
#ifndef NETSTACK_DRIVERS_RX_COPY_H
#define NETSTACK_DRIVERS_RX_COPY_H

#include "core/core.h"

/* The len octets at data, a frame or its beginning, as a packet. NULL: no memory. */
struct sk_buff *rx_copy_frame(struct net *net, struct page_frag *pf, const u8 *data, u32 len);
/* Appends len octets more. false: no memory, or more pieces than a packet has room for. */
bool rx_copy_append(struct sk_buff *skb, struct page_frag *pf, const u8 *data, u32 len);

#endif
