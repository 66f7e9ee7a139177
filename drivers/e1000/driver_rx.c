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

static bool post_buffer(struct e1000_adapter *a)
{
	struct sk_buff *skb = alloc_skb(a->dev->net, E1000_RX_BUFFER);
	struct e1000_desc *d = e1000_hw_desc(&a->rx, a->rx.ring.post);
	struct ring_desc *sw;
	u64 bus;

	if (!skb)
		return false;
	if (a->hw.dma_map(a->hw.ctx, skb->data, E1000_RX_BUFFER, true, &bus)) {
		consume_skb(skb);
		return false;
	}
	sw = ring_reserve(&a->rx.ring);
	sw->skb = skb;
	sw->bus = bus;
	*d = (struct e1000_desc){ .addr = bus };
	return true;
}

/* All but one descriptor are the device's: head and tail equal means that none is. */
void e1000_refill_rx(struct e1000_adapter *a)
{
	struct desc_ring *ring = &a->rx.ring;
	bool failed = false;

	while (ring_room(ring) > 1 && !failed)
		failed = !post_buffer(a);
	if (ring->post - ring->rung >= E1000_RX_BATCH || (failed && ring->post != ring->rung)) {
		ring->rung = ring->post;
		ring->doorbells++;
		__atomic_thread_fence(__ATOMIC_RELEASE);
		ew32(a, E1000_RDT, ring->post & (ring->size - 1));
	}
	if (failed) {
		a->count.rx_no_memory++;
		mod_timer(&a->refill, a->dev->net->now + E1000_REFILL_NS);
	}
}

static struct sk_buff *release_one(struct e1000_adapter *a, s32 len)
{
	struct desc_ring *ring = &a->rx.ring;
	s32 status;

	a->hw.dma_unmap(a->hw.ctx, ring_at(ring, ring->reclaim)->bus);
	ring_device_done(ring, len);
	return ring_reclaim(ring, &status);
}

void e1000_rx_drop_all(struct e1000_adapter *a)
{
	while (a->rx.ring.reclaim != a->rx.ring.post)
		consume_skb(release_one(a, 0));
	consume_skb(a->rx_partial);
	a->rx_partial = NULL;
}

static void set_checksum(const struct e1000_adapter *a, struct sk_buff *skb, u32 status)
{
	if (!(a->dev->features & NETIF_F_RXCSUM) || (status & E1000_RXD_IXSM))
		return;
	if ((status & E1000_RXD_TCPCS) && !(status & (E1000_RXD_TCPE | E1000_RXD_IPE)))
		skb->ip_summed = CHECKSUM_UNNECESSARY; /* if not, the stack looks for itself */
}

/* Puts the buffer behind those that came before. The whole frame, or NULL. */
static struct sk_buff *assemble(struct e1000_adapter *a, struct sk_buff *skb, u32 status)
{
	struct sk_buff *head = a->rx_partial;

	if (head) {
		a->rx_partial_bad |= skb_append_range(head, skb, 0, skb->len) != 0;
		consume_skb(skb);
		skb = head;
	}
	a->rx_partial = skb;
	if (!(status & E1000_RXD_EOP))
		return NULL;
	a->rx_partial = NULL;
	if (!a->rx_partial_bad && !(status & E1000_RXD_FRAME_ERR))
		return skb;
	if (status & E1000_RXD_FRAME_ERR)
		a->dev->stats.rx_errors++;
	else
		a->dev->stats.rx_dropped++;
	a->rx_partial_bad = false;
	kfree_skb_reason(skb, status & E1000_RXD_FRAME_ERR ? SKB_DROP_DEV_HDR : SKB_DROP_NOMEM);
	return NULL;
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
		skb = release_one(a, (s32)len);
		skb_put(skb, len);
		skb = assemble(a, skb, status);
		if (!skb)
			continue;
		work++;
		deliver(a, skb, status);
	}
	return work;
}
