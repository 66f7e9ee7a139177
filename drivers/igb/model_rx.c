// SPDX-License-Identifier: BSD-2-Clause
/* Receive (7.1): the queues of a frame, and their descriptors, legacy or advanced. */
#include "drivers/igb/model_priv.h"

#include "wire/wire.h"

enum { ROOM_MAX = 64 }; /* frames, when all queues may drop */

struct rx_frame {
	const u8 *data;
	u32 len;
	bool bad_fcs, local; /* local: from another pool */
};

static u32 srrctl(const struct e1000_model *m, u32 q)
{
	return em_get(m, im_rxq_reg(q, IGB_Q_SRRCTL));
}

static u32 bufsize(const struct e1000_model *m, u32 q)
{
	u32 kib = srrctl(m, q) & IGB_SRRCTL_BSIZE;

	return kib ? kib * 1024 : em_rx_bufsize(m);
}

static bool enabled(const struct e1000_model *m, u32 q)
{
	const struct igb_model *im = (const struct igb_model *)m;

	if ((q & 7) < im->nr_vfs && !(em_get(m, IGB_VFRE) >> (q & 7) & 1))
		return false;
	return em_get(m, im_rxq_reg(q, IGB_Q_DCTL)) & IGB_DCTL_ENABLE;
}

void im_rx_flush(struct e1000_model *m, u32 queue)
{
	struct im_rxq *r = &im_of(m)->rx[queue];
	u32 i;

	for (i = 0; i < r->nr_wb; i++) {
		struct e1000_desc *mem = em_ring_desc(m, &r->ring, r->wb[i].index, true);
		struct igb_rx_desc *d = (struct igb_rx_desc *)mem;

		if (!mem)
			continue;
		if (!r->wb[i].adv) {
			mem->lower = r->wb[i].d.info;
			__atomic_store_n(&mem->upper, r->wb[i].d.hash, __ATOMIC_RELEASE);
			continue;
		}
		d->info = r->wb[i].d.info;
		d->hash = r->wb[i].d.hash;
		d->len_vlan = r->wb[i].d.len_vlan;
		__atomic_store_n(&d->status, r->wb[i].d.status, __ATOMIC_RELEASE);
	}
	r->nr_wb = 0;
}

/* -- what a descriptor says ------------------------------------------------------------------- */
static u32 packet_type(const u8 *frame, u32 len, u32 l3)
{
	const u8 *ip = frame + l3;
	u32 type = 0;
	u8 proto = 0;

	if (get_be16(ip - 2) == ETH_TYPE_IP4 && len >= l3 + IP4_HLEN) {
		type = IGB_RXD_TYPE_IP4;
		proto = get_be16(ip + 6) & 0x3fff ? 0 : ip[9];
	} else if (get_be16(ip - 2) == ETH_TYPE_IP6 && len >= l3 + IP6_HLEN) {
		type = IGB_RXD_TYPE_IP6;
		proto = ip[6];
	}
	if (proto == IP_PROTO_TCP)
		type |= IGB_RXD_TYPE_TCP;
	else if (proto == IP_PROTO_UDP)
		type |= IGB_RXD_TYPE_UDP;
	return type;
}

static u32 status_of(const struct e1000_model *m, const struct rx_frame *f,
		     const struct em_csum_result *sum, u32 type)
{
	bool exact = em_filter_hash(m, f->data) && eth_addr_is_multicast(f->data) &&
		     !eth_addr_is_broadcast(f->data);

	return IGB_RXD_DD | IGB_RXD_EOP | (exact ? IGB_RXD_PIF : 0) | (f->local ? IGB_RXD_LB : 0) |
	       (sum->ip_checked ? IGB_RXD_IPCS : 0) | (sum->l4_checked ? IGB_RXD_L4CS : 0) |
	       (sum->l4_checked && (type & IGB_RXD_TYPE_UDP) ? IGB_RXD_UDPCS : 0) |
	       (sum->ip_bad ? IGB_RXD_IPE : 0) | (sum->l4_bad ? IGB_RXD_L4E : 0) |
	       (f->bad_fcs ? IGB_RXD_RXE : 0);
}

/* The last descriptor's; those before it have a length and DD only. */
static void describe(struct e1000_model *m, u32 q, const struct rx_frame *f, u32 hash, u32 rss_type,
		     const struct em_rx_out *o, struct im_rx_wb *wb)
{
	u32 rxcsum = em_get(m, E1000_RXCSUM);
	u32 l3 = em_frame_tagged(m, f->data, f->len) ? ETH_HLEN + VLAN_TAG_LEN : ETH_HLEN;
	u32 type = packet_type(f->data, f->len, l3), sum16;
	struct em_csum_result sum;

	em_rx_checksum((rxcsum & (E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL)) |
			       (rxcsum & E1000_RXCSUM_TUOFL ? E1000_RXCSUM_IPV6OFL : 0),
		       f->data, f->len, l3, &m->rx.known, &sum);
	sum16 = em_rx_packet_sum(rxcsum & E1000_RXCSUM_PCSS, f->data, f->len, &m->rx.known);
	wb->adv = srrctl(m, q) & IGB_SRRCTL_TYPE;
	wb->d.status = status_of(m, f, &sum, type) | (o->stripped ? IGB_RXD_VP : 0);
	if (wb->adv) {
		wb->d.info = rss_type | type;
		wb->d.hash = rxcsum & IGB_RXCSUM_PCSD ? hash : sum16 << 16;
		wb->d.len_vlan = o->special << 16;
		return;
	}
	/* legacy: the same low status octet, errors above it */
	wb->d.info = sum16 << 16;
	wb->d.hash = (wb->d.status & (0xffu & ~IGB_RXD_UDPCS)) |
		     (sum.ip_checked || sum.l4_checked ? 0 : E1000_RXD_IXSM) |
		     (sum.l4_bad ? E1000_RXD_TCPE : 0) | (sum.ip_bad ? E1000_RXD_IPE : 0) |
		     (f->bad_fcs ? E1000_RXD_CE : 0) | o->special << E1000_RXD_SPECIAL_SHIFT;
}

/* -- into memory ---------------------------------------------------------------------------------- */
static void put_wb(struct e1000_model *m, u32 q, const struct im_rx_wb *last, u32 len, bool eop)
{
	struct im_rxq *r = &im_of(m)->rx[q];
	struct im_rx_wb *wb;

	if (r->nr_wb == IM_RX_WB)
		im_rx_flush(m, q);
	wb = &r->wb[r->nr_wb++];
	*wb = (struct im_rx_wb){ .adv = last->adv };
	if (eop)
		wb->d = last->d;
	else if (last->adv)
		wb->d.status = IGB_RXD_DD;
	else
		wb->d.hash = E1000_RXD_DD;
	wb->index = em_ring_head(m, &r->ring);
	if (last->adv)
		wb->d.len_vlan |= len;
	else
		wb->d.info |= len;
}

static bool fill_one(struct e1000_model *m, u32 q, const struct em_rx_out *o, u32 off, u32 len)
{
	struct em_ring *ring = &im_of(m)->rx[q].ring;
	struct e1000_desc *d = em_ring_desc(m, ring, em_ring_head(m, ring), false);
	u8 *to = d ? em_dma(m, ring, d->addr, len, true) : NULL;

	if (!to)
		return false;
	em_gather(to, len, o->vec, o->nr, off);
	return true;
}

static void watermark(struct e1000_model *m, u32 q, u32 avail)
{
	struct im_rxq *r = &im_of(m)->rx[q];
	u32 limit = (srrctl(m, q) >> IGB_SRRCTL_RDMTS_SHIFT & 0x1f) * 16;

	if (r->low || avail > limit)
		return;
	r->low = true;
	em_cause(m, E1000_ICR_RXDMT0);
}

static void strip_options(const struct e1000_model *m, u32 q, bool *tag, bool *fcs)
{
	u32 vmolr = em_get(m, IGB_VMOLR + 4 * (q & 7));

	*tag = im_pools_on(m) ? vmolr & IGB_VMOLR_STRVLAN : em_get(m, E1000_CTRL) & E1000_CTRL_VME;
	*fcs = !(em_get(m, E1000_RCTL) & E1000_RCTL_SECRC) &&
	       !(im_pools_on(m) && (vmolr & IGB_VMOLR_STRCRC));
}

/* There are descriptors enough. */
static void store(struct e1000_model *m, u32 q, const struct rx_frame *f, u32 hash, u32 rss_type)
{
	struct em_ring *ring = &im_of(m)->rx[q].ring;
	u32 size = bufsize(m, q), off, n;
	u32 wthresh = em_get(m, im_rxq_reg(q, IGB_Q_DCTL)) >> IGB_DCTL_WTHRESH_SHIFT & 0x1f;
	struct im_rx_wb last = { 0 };
	struct em_rx_out o;
	bool tag, fcs;

	strip_options(m, q, &tag, &fcs);
	em_rx_out_make(m, f->data, f->len, tag, fcs, &o);
	describe(m, q, f, hash, rss_type, &o, &last);
	for (off = 0; off < o.len; off += n) {
		n = o.len - off < size ? o.len - off : size;
		if (!fill_one(m, q, &o, off, n))
			return; /* lost; the queue stands still */
		put_wb(m, q, &last, n, off + n == o.len);
		em_ring_advance(m, ring);
	}
	m->rx.alike.valid = o.nr == 1 && o.len <= size && last.adv;
	m->rx.alike.queue = q;
	im_of(m)->alike = last.d;
	im_vf_count_rx(m, q & 7, f->local, f->data, o.len, 1);
	watermark(m, q, em_ring_avail(m, ring));
	if (im_of(m)->rx[q].nr_wb >= wthresh || !im_queue_throttled(m, q, true))
		im_rx_flush(m, q);
	im_queue_cause(m, q, true);
}

static u32 buffers(const struct e1000_model *m, u32 q, u32 len)
{
	u32 size = bufsize(m, q);

	return (len + E1000_FCS_LEN + size - 1) / size;
}

static bool fits(const struct e1000_model *m, u32 q, u32 len)
{
	const struct im_rxq *r = &((const struct igb_model *)m)->rx[q];

	return buffers(m, q, len) <= em_ring_avail(m, &r->ring);
}

/* Those that follow the first of a train are for the same queue. */
u32 im_train_to_memory(struct e1000_model *m, const struct e1000_rx_train *t)
{
	u32 q = m->rx.alike.queue, len = t->first.len, lost = 0, k;
	struct im_rxq *r = &im_of(m)->rx[q];
	u32 avail = em_ring_avail(m, &r->ring), need = buffers(m, q, len);
	bool hash = em_get(m, E1000_RXCSUM) & IGB_RXCSUM_PCSD;
	struct igb_rx_desc like = im_of(m)->alike;
	struct em_train x;

	if (r->nr_wb ||
	    (em_get(m, im_rxq_reg(q, IGB_Q_DCTL)) >> IGB_DCTL_WTHRESH_SHIFT & 0x1f) > 1 ||
	    !em_train_begin(m, t, bufsize(m, q), &x))
		return 0;
	for (k = 1; k < t->nr && avail >= need; k++, avail--) {
		struct e1000_desc *mem = em_ring_desc(m, &r->ring, em_ring_head(m, &r->ring), true);
		u8 *to = mem ? em_dma(m, &r->ring, mem->addr, len, true) : NULL;
		struct igb_rx_desc *d = (struct igb_rx_desc *)mem;
		u16 sum;

		if (!to) {
			lost = 1; /* and the queue stands still */
			break;
		}
		sum = em_train_frame(&x, k, to);
		d->info = like.info;
		d->hash = hash ? like.hash : (u32)sum << 16;
		d->len_vlan = like.len_vlan | len;
		__atomic_store_n(&d->status, like.status, __ATOMIC_RELEASE);
		em_ring_advance(m, &r->ring);
	}
	if (k > 1) {
		im_vf_count_rx(m, q & 7, false, t->first.data, len, k - 1);
		watermark(m, q, avail);
		im_queue_cause(m, q, true);
	}
	return k - 1 + lost;
}

/* The queue in a pool, or in all of the device. */
static u32 queue_of(const struct e1000_model *m, s32 pool, u32 hash, u32 rss_type)
{
	u32 mrqc = em_get(m, IGB_MRQC), i = hash & (IGB_RETA - 1);
	u32 e = em_get(m, IGB_RETA_REG + (i & ~3u)) >> (8 * (i & 3)) & 15;

	if (pool < 0)
		return rss_type ? e : mrqc >> IGB_MRQC_DEFQ_SHIFT & 7;
	if (rss_type && (em_get(m, IGB_VMOLR + 4 * (u32)pool) & IGB_VMOLR_RSSE))
		return (u32)pool | (e & 8);
	return (u32)pool;
}

/* wait: for descriptors, if the queue may. false: it has to. */
static bool to_queue(struct e1000_model *m, s32 pool, const struct rx_frame *f, bool wait)
{
	u32 rss_type, hash = im_rss(m, f->data, f->len, &rss_type);
	u32 q = queue_of(m, pool, hash, rss_type);

	if (!enabled(m, q))
		return true; /* nobody listens */
	if (fits(m, q, f->len)) {
		store(m, q, f, hash, rss_type);
		return true;
	}
	if (wait && !(srrctl(m, q) & IGB_SRRCTL_DROP) && !im_of(m)->rx[q].ring.halted)
		return false;
	++*em_reg(m, im_rxq_reg(q, IGB_Q_RQDPC));
	m->count.rx_overruns++;
	return true;
}

static void to_pools(struct e1000_model *m, const struct rx_frame *f, u32 pools)
{
	u32 i;

	for (i = 0; i < IGB_POOLS; i++) {
		u32 vmolr = em_get(m, IGB_VMOLR + 4 * i);
		u32 most = vmolr & IGB_VMOLR_LPE ? vmolr & IGB_VMOLR_RLPML : 1522;

		if ((pools >> i & 1) && f->len + E1000_FCS_LEN <= most) {
			m->tx_cut += f->local;
			to_queue(m, (s32)i, f, false);
		}
	}
}

bool im_to_memory(struct e1000_model *m, const u8 *frame, u32 len, bool bad_fcs)
{
	const struct rx_frame f = { .data = frame, .len = len, .bad_fcs = bad_fcs };
	u32 pools;
	bool exact;

	if (!im_pools_on(m))
		return to_queue(m, -1, &f, true);
	pools = im_pools_of(m, frame, len, &exact);
	to_pools(m, &f, pools);
	if (pools & (pools - 1))
		m->rx.alike.valid = false; /* more than one have it */
	return true;
}

void im_loop(struct e1000_model *m, const u8 *frame, u32 len, u32 pools)
{
	const struct rx_frame f = { .data = frame, .len = len, .local = true };

	m->rx.known.len = 0;
	to_pools(m, &f, pools);
}

/* What the queue with the least room takes of those that must not drop: any of them may be meant. */
u32 im_rx_room(const struct e1000_model *m)
{
	u32 q, least = ROOM_MAX;

	for (q = 0; q < IGB_QUEUES; q++) {
		const struct im_rxq *r = &((const struct igb_model *)m)->rx[q];
		u32 each = (1522 + bufsize(m, q) - 1) / bufsize(m, q);
		u32 room = em_ring_avail(m, &r->ring) / each;

		if (enabled(m, q) && !(srrctl(m, q) & IGB_SRRCTL_DROP) && room < least)
			least = room;
	}
	return least;
}
