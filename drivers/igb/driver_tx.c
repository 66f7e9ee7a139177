// SPDX-License-Identifier: BSD-2-Clause
/*
 * Transmit by one queue: a context descriptor, if the last one does not say the same, and a data
 * descriptor for each piece of the packet's memory. Only the last asks for a report.
 */
#include <errno.h>

#include "drivers/igb/driver_priv.h"
#include "wire/wire.h"

enum { IPLEN_MAX = 511, L2_MAX = 127 };

void igb_tx_configure(struct igb_queue *q)
{
	struct igb_adapter *a = q->adapter;

	igb_wr(a, igb_txq(q, IGB_Q_DCTL), 0);
	igb_wr(a, igb_txq(q, IGB_Q_BAL), (u32)q->tx.dma.bus);
	igb_wr(a, igb_txq(q, IGB_Q_BAH), (u32)(q->tx.dma.bus >> 32));
	igb_wr(a, igb_txq(q, IGB_Q_LEN), IGB_TX_RING * E1000_DESC_SIZE);
	igb_wr(a, igb_txq(q, IGB_Q_TDWBAL), 0);
	igb_wr(a, igb_txq(q, IGB_Q_HEAD), 0);
	igb_wr(a, igb_txq(q, IGB_Q_TAIL), 0);
	igb_wr(a, igb_txq(q, IGB_Q_DCTL), IGB_DCTL_ENABLE);
	memset(&q->tx_context, 0, sizeof(q->tx_context));
	q->tx_seen = q->tx.ring.reclaim;
}

static bool done(const struct e1000_desc *d)
{
	return __atomic_load_n(&d->upper, __ATOMIC_ACQUIRE) & E1000_TXD_DD;
}

void igb_clean_tx(struct igb_queue *q)
{
	struct desc_ring *ring = &q->tx.ring;
	struct net_device *dev = q->adapter->dev;
	u32 octets = 0;

	while (ring->reclaim != ring->post && done(e1000_tx_last(&q->tx))) {
		struct sk_buff *skb = e1000_tx_release(&q->adapter->hw, &q->tx);

		dev->stats.tx_packets += skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;
		dev->stats.tx_bytes += skb->len;
		octets += skb->len;
		consume_skb(skb);
	}
	netdev_tx_completed_queue(q->txq, octets);
	if (dev->carrier && ring_room(ring) >= IGB_TX_RING / 2)
		netif_tx_wake_queue(q->txq);
}

void igb_tx_drop_all(struct igb_queue *q)
{
	while (q->tx.ring.reclaim != q->tx.ring.post)
		kfree_skb_reason(e1000_tx_release(&q->adapter->hw, &q->tx), SKB_DROP_DEV_READY);
	netdev_tx_reset_queue(q->txq);
}

/* -- one packet -------------------------------------------------------------------------- */
/* Where the layers begin. false: the device has no words for such a packet. */
static bool layers(const struct sk_buff *skb, u32 *l3, u32 *l4)
{
	bool tcp = skb->csum_offset == offsetof(struct tcp_hdr, check);
	bool udp = skb->csum_offset == offsetof(struct udp_hdr, check);

	*l3 = ETH_HLEN;
	if (eth_type_is_vlan(get_be16(skb->data + 2 * ETH_ALEN)))
		*l3 += VLAN_TAG_LEN;
	*l4 = skb->csum_start - skb_headroom(skb);
	return (tcp || udp) && *l3 <= L2_MAX && *l4 >= *l3 + IP4_HLEN && *l4 - *l3 <= IPLEN_MAX &&
	       *l4 + 60 <= U8_MAX; /* one octet holds all headers together */
}

/* The context that skb needs: 1, 0: none, -errno. */
static int make_context(struct sk_buff *skb, struct e1000_desc *c, u32 *cmd, u32 *olinfo)
{
	u32 l3, l4, l4_len;

	*c = (struct e1000_desc){ 0 };
	if (skb->vlan_proto) {
		c->addr = (u64)skb->vlan_tci << IGB_TXC_VLAN_SHIFT |
			  ETH_HLEN << IGB_TXC_MACLEN_SHIFT;
		c->lower = E1000_TXD_DEXT | IGB_TXD_DTYP_C;
		*cmd |= E1000_TXD_VLE;
	}
	if (skb->ip_summed == CHECKSUM_PARTIAL && !layers(skb, &l3, &l4)) {
		int err = skb_checksum_help(skb);

		if (err)
			return err;
	}
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return skb->vlan_proto ? 1 : 0;
	c->addr &= ~(0x7full << IGB_TXC_MACLEN_SHIFT);
	c->addr |= (l4 - l3) | l3 << IGB_TXC_MACLEN_SHIFT;
	c->lower = E1000_TXD_DEXT | IGB_TXD_DTYP_C;
	if (skb->data[l3] >> 4 == 4)
		c->lower |= IGB_TXC_IP4;
	l4_len = 8;
	if (skb->csum_offset == offsetof(struct tcp_hdr, check)) {
		c->lower |= IGB_TXC_L4T_TCP;
		l4_len = tcp_hdrlen((const struct tcp_hdr *)(skb->data + l4));
	}
	*olinfo |= E1000_TXD_POPTS_TXSM;
	if (!skb_is_gso(skb))
		return 1;
	if (skb_cow_head(skb, 0))
		return -ENOMEM;
	e1000_prepare_tso(skb, l3, l4);
	c->upper = (u32)skb_shinfo(skb)->gso_size << IGB_TXC_MSS_SHIFT |
		   l4_len << IGB_TXC_L4LEN_SHIFT;
	*cmd |= IGB_TXD_TSE;
	*olinfo |= (skb->len - l4 - l4_len) << IGB_TXD_PAYLEN_SHIFT;
	if (c->lower & IGB_TXC_IP4)
		*olinfo |= E1000_TXD_POPTS_IXSM;
	return 1;
}

static bool post_packet(struct igb_queue *q, struct sk_buff *skb)
{
	u32 cmd = E1000_TXD_DEXT | IGB_TXD_DTYP_D | E1000_TXD_IFCS, olinfo = 0, nr,
	    start = q->tx.ring.post;
	struct igb_adapter *a = q->adapter;
	struct skb_vec vec[E1000_TX_VECS];
	struct e1000_desc context;
	struct ring_desc *sw;
	int ret = make_context(skb, &context, &cmd, &olinfo);

	if (ret < 0 || !e1000_tx_vec(skb, vec, &nr, &a->count.tx_linearized))
		return false;
	if (!(cmd & IGB_TXD_TSE))
		olinfo |= skb->len << IGB_TXD_PAYLEN_SHIFT;
	if (ret && memcmp(&context, &q->tx_context, sizeof(context))) {
		q->tx_context = context;
		*e1000_tx_next(&q->tx, &sw) = context;
	}
	if (!e1000_tx_post(&a->hw, &q->tx, vec, nr, cmd, olinfo)) {
		e1000_tx_unpost(&a->hw, &q->tx, start);
		memset(&q->tx_context, 0, sizeof(q->tx_context));
		return false;
	}
	e1000_tx_close(&q->tx, start, skb, E1000_TXD_EOP | E1000_TXD_RS);
	return true;
}

static void flush(struct igb_queue *q)
{
	u32 tail;

	if (!e1000_queue_doorbell(&q->tx, &tail))
		return;
	igb_wr(q->adapter, igb_txq(q, IGB_Q_TAIL), tail);
	igb_clean_tx(q);
}

void igb_tx_flush(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);
	u32 i;

	for (i = 0; a->running && i < a->nr_queues; i++)
		flush(&a->queue[i]);
}

void igb_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct igb_adapter *a = igb_priv(dev);
	struct igb_queue *q = &a->queue[skb->queue_mapping];

	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
	if (unlikely(!dev->carrier)) {
		card_drop_without_link(dev, skb);
		return;
	}
	if (!a->running || ring_room(&q->tx.ring) <= E1000_TX_DESCS || !post_packet(q, skb)) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_FULL_RING);
		return;
	}
	netdev_tx_sent_queue(q->txq, skb->len);
	if (ring_room(&q->tx.ring) <= E1000_TX_DESCS)
		igb_clean_tx(q);
	if (ring_room(&q->tx.ring) <= E1000_TX_DESCS)
		netif_tx_stop_queue(q->txq);
}
