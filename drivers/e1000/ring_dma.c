// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/e1000/ring_dma.h"

#include <errno.h>
#include <stdlib.h>

#include "base/prefetch.h"
#include "drivers/rx_copy.h"
#include "wire/wire.h"

enum { RX_PREFETCH = 2 * CACHE_LINE };

int e1000_queue_alloc(const struct e1000_hw *hw, struct e1000_queue *q, u32 size)
{
	int err = ring_init(&q->ring, size);

	if (err)
		return err;
	err = hw->dma_alloc(hw->ctx, size * E1000_DESC_SIZE, 128, &q->dma);
	if (err) {
		ring_exit(&q->ring);
		q->ring = (struct desc_ring){ 0 };
	}
	return err;
}

void e1000_queue_free(const struct e1000_hw *hw, struct e1000_queue *q)
{
	if (!q->ring.desc)
		return;
	while (q->nr_areas)
		hw->dma_free(hw->ctx, &q->area[--q->nr_areas]);
	free(q->area);
	hw->dma_free(hw->ctx, &q->dma);
	ring_exit(&q->ring);
	memset(q, 0, sizeof(*q));
}

void e1000_queue_clear(struct e1000_queue *q)
{
	memset(q->dma.cpu, 0, q->dma.len);
	q->ring.post = q->ring.device = q->ring.reclaim = q->ring.rung = 0;
}

bool e1000_queue_doorbell(struct e1000_queue *q, u32 *tail)
{
	if (q->ring.rung == q->ring.post)
		return false;
	q->ring.rung = q->ring.post;
	q->ring.doorbells++;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	*tail = q->ring.post & (q->ring.size - 1);
	return true;
}

/* -- transmit ---------------------------------------------------------------------------- */
struct e1000_desc *e1000_tx_next(struct e1000_queue *q, struct ring_desc **sw)
{
	struct e1000_desc *d = e1000_hw_desc(q, q->ring.post);

	*sw = ring_reserve(&q->ring);
	return d;
}

bool e1000_tx_vec(struct sk_buff *skb, struct skb_vec *vec, u32 *nr, u64 *linearized)
{
	u32 covered;

	*nr = skb_to_vec(skb, 0, skb->len, vec, E1000_TX_VECS, &covered);
	if (covered == skb->len)
		return true;
	++*linearized;
	if (skb_linearize(skb))
		return false;
	*nr = skb_to_vec(skb, 0, skb->len, vec, E1000_TX_VECS, &covered);
	return covered == skb->len;
}

bool e1000_tx_post(const struct e1000_hw *hw, struct e1000_queue *q, const struct skb_vec *vec,
		   u32 nr, u32 cmd, u32 upper)
{
	u32 i, off, n;

	for (i = 0; i < nr; i++) {
		for (off = 0; off < vec[i].len; off += n) {
			struct ring_desc *sw;
			struct e1000_desc *d = e1000_tx_next(q, &sw);
			u64 bus;

			n = min_t(u32, (u32)vec[i].len - off, E1000_TX_CHUNK);
			if (hw->dma_map(hw->ctx, (u8 *)vec[i].base + off, n, &bus))
				return false;
			sw->bus = bus;
			d->addr = bus;
			d->lower = n | cmd;
			d->upper = upper;
		}
	}
	return true;
}

void e1000_tx_close(struct e1000_queue *q, u32 start, struct sk_buff *skb, u32 last_cmd)
{
	e1000_hw_desc(q, q->ring.post - 1)->lower |= last_cmd;
	ring_at(&q->ring, q->ring.post - 1)->skb = skb;
	ring_at(&q->ring, start)->span = q->ring.post - start;
}

void e1000_tx_unpost(const struct e1000_hw *hw, struct e1000_queue *q, u32 start)
{
	while (q->ring.post != start) {
		struct ring_desc *d = ring_at(&q->ring, --q->ring.post);

		if (d->bus)
			hw->dma_unmap(hw->ctx, d->bus);
		*d = (struct ring_desc){ 0 };
	}
}

struct e1000_desc *e1000_tx_last(const struct e1000_queue *q)
{
	return e1000_hw_desc(q, q->ring.reclaim + ring_at(&q->ring, q->ring.reclaim)->span - 1);
}

struct sk_buff *e1000_tx_release(const struct e1000_hw *hw, struct e1000_queue *q)
{
	struct desc_ring *ring = &q->ring;
	u32 span = ring_at(ring, ring->reclaim)->span;
	struct sk_buff *skb = NULL;
	s32 status;

	while (span--) {
		struct ring_desc *d = ring_at(ring, ring->reclaim);

		if (d->bus)
			hw->dma_unmap(hw->ctx, d->bus);
		ring_device_done(ring, 0);
		skb = ring_reclaim(ring, &status);
	}
	return skb;
}

void e1000_prepare_tso(struct sk_buff *skb, u32 l3, u32 l4)
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

/* -- receive ----------------------------------------------------------------------------- */
int e1000_rx_alloc(const struct e1000_hw *hw, struct e1000_queue *q, u32 size)
{
	int err = e1000_queue_alloc(hw, q, size);

	if (err)
		return err;
	q->area = calloc(size / E1000_RX_AREA, sizeof(*q->area));
	err = q->area ? 0 : -ENOMEM;
	while (!err && q->nr_areas < size / E1000_RX_AREA) {
		err = hw->dma_alloc(hw->ctx, E1000_DMA_MAX, E1000_RX_BUFFER, &q->area[q->nr_areas]);
		q->nr_areas += !err;
	}
	if (err)
		e1000_queue_free(hw, q);
	return err;
}

static const struct e1000_dma *rx_area(const struct e1000_queue *q, u32 index, u32 *off)
{
	index &= q->ring.size - 1;
	*off = index % E1000_RX_AREA * E1000_RX_BUFFER;
	return &q->area[index / E1000_RX_AREA];
}

void e1000_rx_post(struct e1000_queue *q)
{
	while (ring_room(&q->ring) > 1) {
		u32 off;
		u64 bus = rx_area(q, q->ring.post, &off)->bus;

		*e1000_hw_desc(q, q->ring.post) = (struct e1000_desc){ .addr = bus + off };
		ring_reserve(&q->ring);
	}
}

static void rx_add(struct net *net, struct e1000_rx_partial *p, const u8 *data, u32 len)
{
	if (!p->open) {
		p->open = true;
		p->skb = rx_copy_frame(net, &p->frag, data, len);
		p->bad = !p->skb;
	} else if (!p->bad) {
		p->bad = !rx_copy_append(p->skb, &p->frag, data, len);
	}
}

static void rx_advance(struct e1000_queue *q, u32 len)
{
	s32 status;

	ring_device_done(&q->ring, (s32)len);
	ring_reclaim(&q->ring, &status);
}

/* The headers of a frame that will be looked at soon: the device wrote them, perhaps long ago. */
static void rx_prefetch(const struct e1000_queue *q, u32 index)
{
	u32 off;
	const struct e1000_dma *area = rx_area(q, index, &off);

	prefetch_range((const u8 *)area->cpu + off, RX_PREFETCH);
}

bool e1000_rx_merge(struct napi_struct *napi, struct e1000_queue *q, struct e1000_rx_partial *p,
		    struct gro_frame *f)
{
	u32 off;
	const struct e1000_dma *area = rx_area(q, q->ring.reclaim, &off);

	f->data = (const u8 *)area->cpu + off;
	rx_prefetch(q, q->ring.reclaim + 1);
	if (p->open || !napi_gro_copy(napi, &p->frag, f))
		return false;
	napi->dev->stats.rx_packets++;
	napi->dev->stats.rx_bytes += f->len;
	rx_advance(q, f->len);
	return true;
}

struct sk_buff *e1000_rx_take(struct net_device *dev, struct e1000_queue *q,
			      struct e1000_rx_partial *p, u32 len, bool last, bool error,
			      u64 *no_memory)
{
	struct sk_buff *skb;
	bool bad;
	u32 off;
	const struct e1000_dma *area = rx_area(q, q->ring.reclaim, &off);

	rx_add(dev->net, p, (const u8 *)area->cpu + off, len);
	rx_advance(q, len);
	if (!last)
		return NULL;
	skb = p->skb;
	bad = p->bad;
	p->skb = NULL;
	p->open = p->bad = false;
	if (!bad && !error)
		return skb;
	if (error)
		dev->stats.rx_errors++;
	else
		dev->stats.rx_dropped++;
	*no_memory += bad;
	kfree_skb_reason(skb, error ? SKB_DROP_DEV_HDR : SKB_DROP_NOMEM);
	return NULL;
}

void e1000_rx_drop(struct e1000_queue *q, struct e1000_rx_partial *p)
{
	while (q->ring.reclaim != q->ring.post)
		rx_advance(q, 0);
	consume_skb(p->skb);
	page_frag_release(&p->frag);
	*p = (struct e1000_rx_partial){ 0 };
}

/* -- statistics -------------------------------------------------------------------------- */
/* Hardware counters, cleared by reading; those with a second register are 64 bits wide. */
static const struct {
	const char *name;
	u16 reg, high;
} stat_rows[] = {
	{ "rx_crc_errors", E1000_CRCERRS, 0 },
	{ "rx_align_errors", E1000_ALGNERRC, 0 },
	{ "rx_symbol_errors", E1000_SYMERRS, 0 },
	{ "rx_errors", E1000_RXERRC, 0 },
	{ "rx_missed_errors", E1000_MPC, 0 },
	{ "tx_single_collision_ok", E1000_SCC, 0 },
	{ "tx_abort_excess_collision", E1000_ECOL, 0 },
	{ "tx_abort_late_collision", E1000_LATECOL, 0 },
	{ "collisions", E1000_COLC, 0 },
	{ "tx_deferred_ok", E1000_DC, 0 },
	{ "tx_carrier_errors", E1000_TNCRS, 0 },
	{ "rx_length_errors", E1000_RLEC, 0 },
	{ "rx_flow_control_xon", E1000_XONRXC, 0 },
	{ "rx_flow_control_xoff", E1000_XOFFRXC, 0 },
	{ "tx_flow_control_xon", E1000_XONTXC, 0 },
	{ "tx_flow_control_xoff", E1000_XOFFTXC, 0 },
	{ "rx_unsupported_control", E1000_FCRUC, 0 },
	{ "rx_packets", E1000_GPRC, 0 },
	{ "rx_broadcast", E1000_BPRC, 0 },
	{ "rx_multicast", E1000_MPRC, 0 },
	{ "tx_packets", E1000_GPTC, 0 },
	{ "rx_bytes", E1000_GORCL, E1000_GORCH },
	{ "tx_bytes", E1000_GOTCL, E1000_GOTCH },
	{ "rx_no_buffer_count", E1000_RNBC, 0 },
	{ "rx_short_length_errors", E1000_RUC, 0 },
	{ "rx_fragments", E1000_RFC, 0 },
	{ "rx_long_length_errors", E1000_ROC, 0 },
	{ "rx_jabber", E1000_RJC, 0 },
	{ "rx_all_bytes", E1000_TORL, E1000_TORH },
	{ "tx_all_bytes", E1000_TOTL, E1000_TOTH },
	{ "rx_all_packets", E1000_TPR, 0 },
	{ "tx_all_packets", E1000_TPT, 0 },
	{ "tx_multicast", E1000_MPTC, 0 },
	{ "tx_broadcast", E1000_BPTC, 0 },
	{ "tx_tcp_seg_good", E1000_TSCTC, 0 },
	{ "tx_tcp_seg_failed", E1000_TSCTFC, 0 },
};

_Static_assert(ARRAY_SIZE(stat_rows) == E1000_NR_STATS, "one sum a row");

void e1000_stats_read(struct e1000_hw *hw, struct net_device *dev, u64 *sums)
{
	u32 i;

	for (i = 0; i < E1000_NR_STATS; i++) {
		u16 reg = stat_rows[i].reg;

		sums[i] += hw_rd32(hw, reg);
		if (stat_rows[i].high)
			sums[i] += (u64)hw_rd32(hw, stat_rows[i].high) << 32;
		if (reg == E1000_CRCERRS)
			dev->stats.rx_crc_errors = sums[i];
		else if (reg == E1000_MPC)
			dev->stats.rx_missed_errors = sums[i];
		else if (reg == E1000_COLC)
			dev->stats.collisions = sums[i];
		else if (reg == E1000_MPRC)
			dev->stats.multicast = sums[i];
	}
}

const char *e1000_stat_name(u32 index)
{
	return stat_rows[index].name;
}
