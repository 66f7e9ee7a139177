// SPDX-License-Identifier: BSD-2-Clause
/* Receive: empty packets wait in the ring, the device fills them, the poll takes them out and puts
 * new ones in. A frame longer than a buffer comes in several. */
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
	ew32(a, E1000_RDLEN, E1000_RX_RING * E1000_DESC_SIZE);
	ew32(a, E1000_RDH, 0);
	ew32(a, E1000_RDT, 0);
	ew32(a, E1000_RXDCTL, 0x01000000);
	ew32(a, E1000_RSRPD, 0);
	ew32(a, E1000_RXCSUM, rxcsum);
}

/* All but one descriptor are the device's: head and tail equal means that none is. */
void e1000_refill_rx(struct e1000_adapter *a)
{
	struct desc_ring *ring = &a->rx.ring;
	bool failed = false;
	u32 tail;

	while (ring_room(ring) > 1 && !failed)
		failed = !e1000_rx_post(a->dev->net, &a->hw, &a->rx);
	if ((ring->post - ring->rung >= E1000_RX_BATCH || failed) && e1000_queue_doorbell(&a->rx, &tail))
		ew32(a, E1000_RDT, tail);
	if (failed) {
		a->count.rx_no_memory++;
		mod_timer(&a->refill, a->dev->net->now + E1000_REFILL_NS);
	}
}

void e1000_rx_drop_all(struct e1000_adapter *a)
{
	e1000_rx_drop(&a->hw, &a->rx, &a->rx_partial);
}

static void set_checksum(const struct e1000_adapter *a, struct sk_buff *skb, u32 status)
{
	if (!(a->dev->features & NETIF_F_RXCSUM) || (status & E1000_RXD_IXSM))
		return;
	if ((status & E1000_RXD_TCPCS) && !(status & (E1000_RXD_TCPE | E1000_RXD_IPE)))
		skb->ip_summed = CHECKSUM_UNNECESSARY; /* if not, the stack looks for itself */
}

static void deliver(struct e1000_adapter *a, struct sk_buff *skb, u32 status)
{
	struct net_device *dev = a->dev;

	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	set_checksum(a, skb, status);
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
		skb = e1000_rx_release(&a->hw, &a->rx, len);
		skb = e1000_rx_assemble(a->dev, &a->rx_partial, skb, status & E1000_RXD_EOP,
					status & E1000_RXD_FRAME_ERR);
		if (!skb)
			continue;
		work++;
		deliver(a, skb, status);
	}
	return work;
}
