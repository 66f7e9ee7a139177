// SPDX-License-Identifier: BSD-2-Clause
/* Receive by one queue: buffers wait in the ring, the device fills them, the poll copies the frames out,
 * with the hash that chose the queue, and gives the buffers back. */
#include <errno.h>

#include "drivers/igb/driver_priv.h"
#include "wire/wire.h"

void igb_rx_configure(struct igb_queue *q)
{
	struct igb_adapter *a = q->adapter;

	igb_wr(a, igb_rxq(q, IGB_Q_DCTL), 0);
	igb_wr(a, igb_rxq(q, IGB_Q_BAL), (u32)q->rx.dma.bus);
	igb_wr(a, igb_rxq(q, IGB_Q_BAH), (u32)(q->rx.dma.bus >> 32));
	igb_wr(a, igb_rxq(q, IGB_Q_LEN), a->rx_ring * E1000_DESC_SIZE);
	/* A full queue holds up the others and then, by PAUSE, the sender; all are emptied in turn. */
	igb_wr(a, igb_rxq(q, IGB_Q_SRRCTL), E1000_RX_BUFFER / 1024 | IGB_SRRCTL_ADV);
	igb_wr(a, igb_rxq(q, IGB_Q_HEAD), 0);
	igb_wr(a, igb_rxq(q, IGB_Q_TAIL), 0);
	igb_wr(a, igb_rxq(q, IGB_Q_DCTL), IGB_DCTL_ENABLE);
}

void igb_refill_rx(struct igb_queue *q)
{
	u32 tail;

	e1000_rx_post(&q->rx);
	if (q->rx.ring.post - q->rx.ring.rung >= E1000_RX_BATCH && e1000_queue_doorbell(&q->rx, &tail))
		igb_wr(q->adapter, igb_rxq(q, IGB_Q_TAIL), tail);
}

/* If not, the stack looks for itself. */
static bool verified(const struct igb_queue *q, const struct igb_rx_desc *d)
{
	return (q->adapter->dev->features & NETIF_F_RXCSUM) && (d->status & IGB_RXD_L4CS) &&
	       !(d->status & (IGB_RXD_L4E | IGB_RXD_IPE));
}

static void describe(struct igb_queue *q, struct sk_buff *skb, const struct igb_rx_desc *d)
{
	u32 rss = d->info & IGB_RXD_RSS_MASK;

	if (verified(q, d))
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	if (d->status & IGB_RXD_VP) {
		skb->vlan_proto = ETH_TYPE_VLAN;
		skb->vlan_tci = (u16)(d->len_vlan >> 16);
	}
	if (rss == IGB_RSS_TCP4 || rss == IGB_RSS_TCP6)
		skb_set_hash(skb, d->hash);
}

static void deliver(struct igb_queue *q, struct sk_buff *skb, const struct igb_rx_desc *d)
{
	struct net_device *dev = q->adapter->dev;

	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->len;
	describe(q, skb, d);
	skb->dev = dev;
	if (!eth_type_trans(skb, dev)) {
		dev->stats.rx_length_errors++;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	napi_gro_receive(&q->napi, skb);
}

/* A frame that goes on with what GRO holds needs no packet of its own. */
static bool merge(struct igb_queue *q, const struct igb_rx_desc *d, u32 len)
{
	struct gro_frame f = { .len = len, .verified = verified(q, d) };

	if (!(d->status & IGB_RXD_EOP) || (d->status & IGB_RXD_RXE))
		return false;
	if (d->status & IGB_RXD_VP) {
		f.vlan_proto = ETH_TYPE_VLAN;
		f.vlan_tci = (u16)(d->len_vlan >> 16);
	}
	return e1000_rx_merge(&q->napi, &q->rx, &q->rx_partial, &f);
}

/* Frames taken, at most budget. */
int igb_clean_rx(struct igb_queue *q, int budget)
{
	struct desc_ring *ring = &q->rx.ring;
	int work = 0;

	while (work < budget && ring->reclaim != ring->post) {
		const struct igb_rx_desc *mem =
			(const struct igb_rx_desc *)e1000_hw_desc(&q->rx, ring->reclaim);
		struct igb_rx_desc d;
		struct sk_buff *skb;
		u32 len;

		if (!(__atomic_load_n(&mem->status, __ATOMIC_ACQUIRE) & IGB_RXD_DD))
			break;
		d = *mem;
		len = min_t(u32, d.len_vlan & 0xffff, E1000_RX_BUFFER);
		if (merge(q, &d, len)) {
			work++;
			continue;
		}
		skb = e1000_rx_take(q->adapter->dev, &q->rx, &q->rx_partial, len, d.status & IGB_RXD_EOP,
				    d.status & IGB_RXD_RXE, &q->adapter->count.rx_no_memory);
		if (!skb)
			continue;
		work++;
		deliver(q, skb, &d);
	}
	return work;
}
