// SPDX-License-Identifier: BSD-2-Clause
/* Receive: buffers wait in the ring, the device fills them, the poll copies the frames out and gives the
 * buffers back. A frame longer than a buffer comes in several. */
#include <errno.h>

#include "drivers/e1000/driver_priv.h"
#include "wire/wire.h"

void e1000_rx_configure(struct e1000_adapter *a)
{
	u32 rxcsum = 0;

	if (a->dev->features & NETIF_F_RXCSUM)
		rxcsum = E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL | E1000_RXCSUM_IPV6OFL;
	ew32(a, E1000_RDBAL, (u32)a->rx.dma.bus);
	ew32(a, E1000_RDBAH, (u32)(a->rx.dma.bus >> 32));
	ew32(a, E1000_RDLEN, a->rx_ring * E1000_DESC_SIZE);
	ew32(a, E1000_RDH, 0);
	ew32(a, E1000_RDT, 0);
	ew32(a, E1000_RXDCTL, 0x01000000);
	ew32(a, E1000_RSRPD, 0);
	ew32(a, E1000_RXCSUM, rxcsum);
}

void e1000_refill_rx(struct e1000_adapter *a)
{
	u32 tail;

	e1000_rx_post(&a->rx);
	if (a->rx.ring.post - a->rx.ring.rung >= E1000_RX_BATCH &&
	    e1000_queue_doorbell(&a->rx, &tail))
		ew32(a, E1000_RDT, tail);
}

/* If not, the stack looks for itself. */
static bool verified(const struct e1000_adapter *a, u32 status)
{
	if (!(a->dev->features & NETIF_F_RXCSUM) || (status & E1000_RXD_IXSM))
		return false;
	return (status & E1000_RXD_TCPCS) && !(status & (E1000_RXD_TCPE | E1000_RXD_IPE));
}

static void deliver(struct e1000_adapter *a, struct sk_buff *skb, u32 status)
{
	struct net_device *dev = a->dev;

	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	if (verified(a, status))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (status & E1000_RXD_VP) {
		skb->vlan_proto = ETH_TYPE_VLAN;
		skb->vlan_tci = (u16)(status >> E1000_RXD_SPECIAL_SHIFT);
	}
	skb->dev = dev;
	if (!eth_type_trans(skb, dev)) {
		dev->stats.rx_length_errors++;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	napi_gro_receive(&a->napi, skb);
}

/* A frame that goes on with what GRO holds needs no packet of its own. */
static bool merge(struct e1000_adapter *a, u32 len, u32 status)
{
	struct gro_frame f = { .len = len, .verified = verified(a, status) };

	if (!(status & E1000_RXD_EOP) || (status & E1000_RXD_FRAME_ERR))
		return false;
	if (status & E1000_RXD_VP) {
		f.vlan_proto = ETH_TYPE_VLAN;
		f.vlan_tci = (u16)(status >> E1000_RXD_SPECIAL_SHIFT);
	}
	return e1000_rx_merge(&a->napi, &a->rx, &a->rx_partial, &f);
}

/* Frames taken, at most budget. */
int e1000_clean_rx(struct e1000_adapter *a, int budget)
{
	struct desc_ring *ring = &a->rx.ring;
	int work = 0;

	while (work < budget && ring->reclaim != ring->post) {
		const struct e1000_desc *d = e1000_hw_desc(&a->rx, ring->reclaim);
		u32 len, status;
		struct sk_buff *skb;

		if (!e1000_desc_done(d))
			break;
		status = d->upper;
		len = min_t(u32, d->lower & 0xffff, E1000_RX_BUFFER);
		if (merge(a, len, status)) {
			work++;
			continue;
		}
		skb = e1000_rx_take(a->dev, &a->rx, &a->rx_partial, len, status & E1000_RXD_EOP,
				    status & E1000_RXD_FRAME_ERR, &a->count.rx_no_memory);
		if (!skb)
			continue;
		work++;
		deliver(a, skb, status);
	}
	return work;
}
