// SPDX-License-Identifier: BSD-2-Clause
/*
 * Transmit: a packet becomes a context descriptor, if the last one does not say the same, and a data
 * descriptor for each piece of its memory. Only the last asks for a report; what is done is found by
 * looking into memory, never by reading a register.
 */
#include <errno.h>

#include "drivers/e1000/driver_priv.h"
#include "wire/wire.h"

void e1000_tx_configure(struct e1000_adapter *a)
{
	ew32(a, E1000_TDBAL, (u32)a->tx.dma.bus);
	ew32(a, E1000_TDBAH, (u32)(a->tx.dma.bus >> 32));
	ew32(a, E1000_TDLEN, E1000_TX_RING * E1000_DESC_SIZE);
	ew32(a, E1000_TDH, 0);
	ew32(a, E1000_TDT, 0);
	ew32(a, E1000_TXDCTL, 0x01000000); /* thresholds count descriptors, write back each */
	ew32(a, E1000_TIPG, 0x00602008);
	ew32(a, E1000_TCTL, E1000_TCTL_EN | E1000_TCTL_PSP | 0x0f << E1000_TCTL_CT_SHIFT |
				    0x40 << E1000_TCTL_COLD_SHIFT);
	memset(&a->tx_context, 0, sizeof(a->tx_context));
}

void e1000_clean_tx(struct e1000_adapter *a)
{
	struct desc_ring *ring = &a->tx.ring;
	struct net_device *dev = a->dev;
	u32 octets = 0;

	while (ring->reclaim != ring->post) {
		struct sk_buff *skb;

		if (!e1000_desc_done(e1000_tx_last(&a->tx)))
			break;
		skb = e1000_tx_release(&a->hw, &a->tx);
		dev->stats.tx_packets += skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;
		dev->stats.tx_bytes += skb->len;
		octets += skb->len;
		consume_skb(skb);
	}
	netdev_tx_completed_queue(netdev_get_tx_queue(dev, 0), octets);
	if (netif_queue_stopped(dev) && dev->carrier && ring_room(ring) >= E1000_TX_RING / 2)
		netif_wake_queue(dev);
}

void e1000_tx_drop_all(struct e1000_adapter *a)
{
	while (a->tx.ring.reclaim != a->tx.ring.post)
		kfree_skb_reason(e1000_tx_release(&a->hw, &a->tx), SKB_DROP_DEV_READY);
	netdev_tx_reset_queue(netdev_get_tx_queue(a->dev, 0));
}

/* -- one packet ---------------------------------------------------------------------- */
/* The context that skb needs: 1, 0: none, -errno. */
static int make_context(struct sk_buff *skb, struct e1000_desc *c, u32 *cmd, u32 *popts)
{
	u32 l4, l3 = ETH_HLEN, hdr, cso;

	*c = (struct e1000_desc){ 0 };
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	l4 = skb->csum_start - skb_headroom(skb);
	cso = l4 + skb->csum_offset;
	if (cso + 2 > U8_MAX) /* beyond what the descriptor can say */
		return skb_checksum_help(skb);
	if (eth_type_is_vlan(get_be16(skb->data + 2 * ETH_ALEN)))
		l3 += VLAN_TAG_LEN;
	c->addr = (u64)l4 << 32 | (u64)cso << 40;
	c->lower = E1000_TXD_DEXT;
	if (skb->csum_offset == offsetof(struct tcp_hdr, check))
		c->lower |= E1000_TXC_TCP;
	*popts = E1000_TXD_POPTS_TXSM;
	if (!skb_is_gso(skb))
		return 1;
	if (skb_cow_head(skb, 0))
		return -ENOMEM;
	hdr = l4 + tcp_hdrlen((const struct tcp_hdr *)(skb->data + l4));
	e1000_prepare_tso(skb, l3, l4);
	c->addr |= l3;
	c->lower |= E1000_TXD_TSE | (skb->len - hdr);
	if (skb->data[l3] >> 4 == 4) {
		c->addr |= (u64)(l3 + 10) << 8 | (u64)(l4 - 1) << 16;
		c->lower |= E1000_TXC_IP;
		*popts |= E1000_TXD_POPTS_IXSM;
	} else {
		c->addr |= (u64)(l3 + 4) << 8 | (u64)(l4 - 1) << 16;
	}
	c->upper = hdr << E1000_TXC_HDRLEN_SHIFT |
		   (u32)skb_shinfo(skb)->gso_size << E1000_TXC_MSS_SHIFT;
	*cmd |= E1000_TXD_TSE;
	return 1;
}

static void post_context(struct e1000_adapter *a, const struct e1000_desc *c)
{
	struct ring_desc *sw;

	if (!memcmp(c, &a->tx_context, sizeof(*c)))
		return;
	a->tx_context = *c;
	*e1000_tx_next(&a->tx, &sw) = *c;
}

static bool post_packet(struct e1000_adapter *a, struct sk_buff *skb)
{
	u32 cmd = E1000_TXD_DEXT | E1000_TXD_DTYP_D | E1000_TXD_IFCS, upper = 0, nr;
	u32 start = a->tx.ring.post;
	struct skb_vec vec[E1000_TX_VECS];
	struct e1000_desc context;
	int ret = make_context(skb, &context, &cmd, &upper);

	if (ret < 0 || !e1000_tx_vec(skb, vec, &nr, &a->count.tx_linearized))
		return false;
	if (skb->vlan_proto) {
		cmd |= E1000_TXD_VLE;
		upper |= (u32)skb->vlan_tci << E1000_TXD_SPECIAL_SHIFT;
	}
	if (ret)
		post_context(a, &context);
	if (!e1000_tx_post(&a->hw, &a->tx, vec, nr, cmd, upper)) {
		e1000_tx_unpost(&a->hw, &a->tx, start);
		memset(&a->tx_context, 0, sizeof(a->tx_context));
		return false;
	}
	e1000_tx_close(&a->tx, start, skb, E1000_TXD_EOP | E1000_TXD_RS | E1000_TXD_IDE);
	return true;
}

void e1000_tx_flush(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);
	u32 tail;

	if (!a->running || !e1000_queue_doorbell(&a->tx, &tail))
		return;
	ew32(a, E1000_TDT, tail);
	e1000_clean_tx(a);
}

/* Who is stopped until the device is done wants to hear of it at once, not after TIDV. */
static void count_sent(struct e1000_adapter *a, u32 octets)
{
	struct netdev_queue *txq = netdev_get_tx_queue(a->dev, 0);

	netdev_tx_sent_queue(txq, octets);
	if (txq->state & QUEUE_BQL_XOFF)
		e1000_hw_desc(&a->tx, a->tx.ring.post - 1)->lower &= ~(u32)E1000_TXD_IDE;
}

void e1000_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct e1000_adapter *a = e1000_priv(dev);

	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
	if (unlikely(!dev->carrier)) {
		card_drop_without_link(dev, skb);
		return;
	}
	if (!a->running || ring_room(&a->tx.ring) <= E1000_TX_DESCS || !post_packet(a, skb)) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_FULL_RING);
		return;
	}
	count_sent(a, skb->len);
	if (ring_room(&a->tx.ring) <= E1000_TX_DESCS)
		e1000_clean_tx(a);
	if (ring_room(&a->tx.ring) <= E1000_TX_DESCS)
		netif_stop_queue(dev);
}
