/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames with a vnet header, between packets of the stack and a descriptor of the host: what TAP
 * and packet socket have in common. Without the header (vnet false) frames are bare.
 */
#ifndef NETSTACK_DRIVERS_VNET_H
#define NETSTACK_DRIVERS_VNET_H

#include <sys/uio.h>

#include "core/core.h"
#include "wire/wire.h"

enum {
	VNET_RX_LINEAR = SKB_DATA_HEAD, /* a frame up to here is one small buffer */
	VNET_RX_SHORT = 652, /* up to here it is copied out, and the buffer stays */
	VNET_RX_PAGES = 2,     /* the rest of a 64 KiB frame */
	VNET_IOV_MAX = MAX_SKB_FRAGS + 2,
};

struct vnet_tx_slot {
	struct vnet_hdr vnet;
	struct iovec iov[VNET_IOV_MAX];
};

/* An empty receive buffer: the header, a small packet, and pages that only large frames reach. */
struct vnet_rx_slot {
	struct vnet_hdr vnet;
	struct sk_buff *skb;
	struct page *pages[VNET_RX_PAGES];
	struct iovec iov[2 + VNET_RX_PAGES];
	u32 nr_iov;
};

/* What the header says of skb, data at the link header: checksum and segments that are left to the host. */
void vnet_from_skb(struct vnet_hdr *h, const struct sk_buff *skb);
/* iov over the header and all of skb. How many; 0: in too many pieces. */
u32 vnet_tx_fill(struct vnet_tx_slot *slot, const struct sk_buff *skb, bool vnet);

/* Puts buffers where the last frame took them. false: no memory. */
bool vnet_rx_fill(struct net *net, struct vnet_rx_slot *slot, bool vnet);
/* The packet of n octets (the header not counted) that was read into the slot. NULL, dropped as
 * NOMEM, when memory is out; odd ends of large frames are copied to pf. */
struct sk_buff *vnet_rx_take(struct vnet_rx_slot *slot, struct page_frag *pf, u32 n);
void vnet_rx_free(struct vnet_rx_slot *slot);

/* Checksum and segment size from the header; false: it makes no sense. data at the link header. */
bool vnet_to_skb(struct sk_buff *skb, const struct vnet_hdr *h);

#endif
