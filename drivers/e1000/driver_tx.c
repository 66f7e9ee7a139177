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

/* Takes the oldest packet, whose descriptors are done with, out of the ring. */
static struct sk_buff *release_one(struct e1000_adapter *a)
{
	struct desc_ring *ring = &a->tx.ring;
	u32 span = ring_at(ring, ring->reclaim)->span;
	struct sk_buff *skb = NULL;
	s32 status;

	while (span--) {
		struct ring_desc *d = ring_at(ring, ring->reclaim);

		if (d->bus)
			a->hw.dma_unmap(a->hw.ctx, d->bus);
		ring_device_done(ring, 0);
		skb = ring_reclaim(ring, &status);
	}
	return skb;
}

void e1000_clean_tx(struct e1000_adapter *a)
{
	struct desc_ring *ring = &a->tx.ring;
	struct net_device *dev = a->dev;

	while (ring->reclaim != ring->post) {
		u32 last = ring->reclaim + ring_at(ring, ring->reclaim)->span - 1;
		struct sk_buff *skb;

		if (!e1000_desc_done(e1000_hw_desc(&a->tx, last)))
			break;
		skb = release_one(a);
		dev->stats.tx_packets += skb_is_gso(skb) ? skb_shinfo(skb)->gso_segs : 1;
		dev->stats.tx_bytes += skb->len;
		consume_skb(skb);
	}
	if (netif_queue_stopped(dev) && dev->carrier && ring_room(ring) >= E1000_TX_RING / 2)
		netif_wake_queue(dev);
}

void e1000_tx_drop_all(struct e1000_adapter *a)
{
	while (a->tx.ring.reclaim != a->tx.ring.post)
		kfree_skb_reason(release_one(a), SKB_DROP_DEV_READY);
}

/* -- one packet ---------------------------------------------------------------------- */
static struct e1000_desc *next_desc(struct e1000_adapter *a, struct ring_desc **sw)
{
	struct e1000_desc *d = e1000_hw_desc(&a->tx, a->tx.ring.post);

	*sw = ring_reserve(&a->tx.ring);
	return d;
}

/* Segmentation: the device fills in lengths and sums; its pseudo header has no length. */
static void prepare_tso(struct sk_buff *skb, u32 l3, u32 l4)
{
	u8 *ip = skb->data + l3, *th = skb->data + l4;
	u16 sum;

	memcpy(&sum, th + offsetof(struct tcp_hdr, check), sizeof(sum));
	sum = csum_fold16(csum_sub(sum, be16_make((u16)(skb->len - l4)).raw));
	memcpy(th + offsetof(struct tcp_hdr, check), &sum, sizeof(sum));
	if (ip[0] >> 4 == 4) {
		put_be16(ip + 2, 0);
		put_be16(ip + 10, 0);
	} else {
		put_be16(ip + 4, 0);
	}
}

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
	prepare_tso(skb, l3, l4);
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
	*next_desc(a, &sw) = *c;
}

/* Undoes what was posted since start. */
static void unpost(struct e1000_adapter *a, u32 start)
{
	struct desc_ring *ring = &a->tx.ring;

	while (ring->post != start) {
		struct ring_desc *d = ring_at(ring, --ring->post);

		if (d->bus)
			a->hw.dma_unmap(a->hw.ctx, d->bus);
		*d = (struct ring_desc){ 0 };
	}
	memset(&a->tx_context, 0, sizeof(a->tx_context));
}

static bool post_data(struct e1000_adapter *a, const struct skb_vec *vec, u32 nr, u32 cmd, u32 upper)
{
	u32 i, off, n;

	for (i = 0; i < nr; i++) {
		for (off = 0; off < vec[i].len; off += n) {
			struct ring_desc *sw;
			struct e1000_desc *d = next_desc(a, &sw);
			u64 bus;

			n = min_t(u32, (u32)vec[i].len - off, E1000_TX_CHUNK);
			if (a->hw.dma_map(a->hw.ctx, (u8 *)vec[i].base + off, n, false, &bus))
				return false;
			sw->bus = bus;
			d->addr = bus;
			d->lower = n | cmd;
			d->upper = upper;
		}
	}
	return true;
}

static bool to_vec(struct e1000_adapter *a, struct sk_buff *skb, struct skb_vec *vec, u32 *nr)
{
	u32 covered;

	*nr = skb_to_vec(skb, 0, skb->len, vec, E1000_TX_VECS, &covered);
	if (covered == skb->len)
		return true;
	a->count.tx_linearized++;
	if (skb_linearize(skb))
		return false;
	*nr = skb_to_vec(skb, 0, skb->len, vec, E1000_TX_VECS, &covered);
	return covered == skb->len;
}

static bool post_packet(struct e1000_adapter *a, struct sk_buff *skb)
{
	u32 cmd = E1000_TXD_DEXT | E1000_TXD_DTYP_D | E1000_TXD_IFCS, upper = 0, nr;
	u32 start = a->tx.ring.post;
	struct skb_vec vec[E1000_TX_VECS];
	struct e1000_desc context;
	struct ring_desc *last;
	int ret = make_context(skb, &context, &cmd, &upper);

	if (ret < 0 || !to_vec(a, skb, vec, &nr))
		return false;
	if (skb->vlan_proto) {
		cmd |= E1000_TXD_VLE;
		upper |= (u32)skb->vlan_tci << E1000_TXD_SPECIAL_SHIFT;
	}
	if (ret)
		post_context(a, &context);
	if (!post_data(a, vec, nr, cmd, upper)) {
		unpost(a, start);
		return false;
	}
	e1000_hw_desc(&a->tx, a->tx.ring.post - 1)->lower |=
		E1000_TXD_EOP | E1000_TXD_RS | E1000_TXD_IDE;
	last = ring_at(&a->tx.ring, a->tx.ring.post - 1);
	last->skb = skb;
	ring_at(&a->tx.ring, start)->span = a->tx.ring.post - start;
	return true;
}

void e1000_tx_flush(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);
	struct desc_ring *ring = &a->tx.ring;

	if (!a->running || ring->rung == ring->post)
		return;
	ring->rung = ring->post;
	ring->doorbells++;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	ew32(a, E1000_TDT, ring->post & (ring->size - 1));
	e1000_clean_tx(a);
}

void e1000_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct e1000_adapter *a = e1000_priv(dev);

	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
	if (!a->running || ring_room(&a->tx.ring) <= E1000_TX_DESCS || !post_packet(a, skb)) {
		dev->stats.tx_dropped++;
		kfree_skb_reason(skb, SKB_DROP_FULL_RING);
		return;
	}
	if (ring_room(&a->tx.ring) <= E1000_TX_DESCS)
		e1000_clean_tx(a);
	if (ring_room(&a->tx.ring) <= E1000_TX_DESCS)
		netif_stop_queue(dev);
}
