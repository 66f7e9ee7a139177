// SPDX-License-Identifier: BSD-2-Clause
/*
 * Receive (3.2): a frame that passes the filters goes into the buffers of descriptors, or waits in
 * the FIFO for some, or is lost. Flow control (802.3x) tells the link partner before that happens.
 */
#include "drivers/e1000/model_priv.h"

#include <stdlib.h>

#include "wire/wire.h"

enum { PAUSE_OPCODE = 1, PAUSE_MIN = ETH_HLEN + 4 };

static u32 crc32_le(u32 crc, const u8 *p, u32 len)
{
	u32 k;

	while (len--) {
		crc ^= *p++;
		for (k = 0; k < 8; k++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

u32 em_rx_bufsize(const struct e1000_model *m)
{
	u32 rctl = em_get(m, E1000_RCTL), code = (rctl >> E1000_RCTL_BSIZE_SHIFT) & 3;

	if (rctl & E1000_RCTL_BSEX)
		return code ? 32768u >> code : 2048;
	return 2048u >> code;
}

void em_rx_flush_wb(struct e1000_model *m)
{
	struct em_rx *r = &m->rx;
	u32 i;

	for (i = 0; i < r->nr_wb; i++) {
		struct e1000_desc *d = em_ring_desc(m, &r->ring, r->wb[i].index, true);

		if (!d)
			continue;
		d->lower = r->wb[i].lower;
		__atomic_store_n(&d->upper, r->wb[i].upper, __ATOMIC_RELEASE);
	}
	r->nr_wb = 0;
}

/* -- into memory ---------------------------------------------------------------------------- */
static void out_status(struct e1000_model *m, const u8 *data, u32 len, bool bad_fcs,
		       struct em_rx_out *o)
{
	struct em_csum_result sum;
	bool imperfect;

	em_rx_checksum(em_get(m, E1000_RXCSUM), data, len,
		       em_frame_tagged(m, data, len) ? ETH_HLEN + VLAN_TAG_LEN : ETH_HLEN,
		       &m->rx.known, &sum);
	o->status = E1000_RXD_DD | E1000_RXD_EOP | (o->stripped ? E1000_RXD_VP : 0);
	if (!sum.ip_checked && !sum.l4_checked)
		o->status |= E1000_RXD_IXSM;
	o->status |= (sum.ip_checked ? E1000_RXD_IPCS : 0) | (sum.ip_bad ? E1000_RXD_IPE : 0) |
		     (sum.l4_checked ? E1000_RXD_TCPCS : 0) | (sum.l4_bad ? E1000_RXD_TCPE : 0) |
		     (bad_fcs ? E1000_RXD_CE : 0);
	em_filter(m, data, &imperfect);
	if (imperfect)
		o->status |= E1000_RXD_PIF;
	o->packet_sum = em_rx_packet_sum(em_get(m, E1000_RXCSUM) & E1000_RXCSUM_PCSS, data, len,
					 &m->rx.known);
}

void em_rx_out_make(struct e1000_model *m, const u8 *data, u32 len, bool strip, bool fcs,
		    struct em_rx_out *o)
{
	memset(o, 0, sizeof(*o));
	if (strip && em_frame_tagged(m, data, len)) {
		o->stripped = true;
		o->special = get_be16(data + ETH_HLEN);
		o->vec[o->nr++] = (struct e1000_vec){ data, 2 * ETH_ALEN };
		data += 2 * ETH_ALEN + VLAN_TAG_LEN;
		len -= 2 * ETH_ALEN + VLAN_TAG_LEN;
		o->len = 2 * ETH_ALEN;
	}
	o->vec[o->nr++] = (struct e1000_vec){ data, len };
	o->len += len;
	if (fcs) {
		u32 crc = ~0u, i;

		for (i = 0; i < o->nr; i++)
			crc = crc32_le(crc, o->vec[i].base, o->vec[i].len);
		for (i = 0; i < E1000_FCS_LEN; i++)
			o->fcs[i] = (u8)(~crc >> (8 * i));
		o->vec[o->nr++] = (struct e1000_vec){ o->fcs, E1000_FCS_LEN };
		o->len += E1000_FCS_LEN;
	}
}

void em_rx_watermark(struct e1000_model *m, u32 avail)
{
	u32 rdmts = (em_get(m, E1000_RCTL) >> E1000_RCTL_RDMTS_SHIFT) & 3;

	if (m->rx.low || avail > em_ring_size(m, &m->rx.ring) >> (rdmts + 1))
		return;
	m->rx.low = true;
	em_cause(m, E1000_ICR_RXDMT0);
}

/* One buffer's worth. false: a DMA fault. */
static bool fill_one(struct e1000_model *m, const struct em_rx_out *o, u32 off, u32 len)
{
	struct em_rx *r = &m->rx;
	u32 index = em_ring_head(m, &r->ring);
	struct e1000_desc *d = em_ring_desc(m, &r->ring, index, true);
	u8 *to = d ? em_dma(m, &r->ring, d->addr, len, true) : NULL;
	bool last = off + len == o->len;

	if (!to)
		return false;
	em_gather(to, len, o->vec, o->nr, off);
	if (r->nr_wb == EM_WB_MAX)
		em_rx_flush_wb(m);
	r->wb[r->nr_wb++] = (struct em_wb){
		.index = index,
		.lower = len | o->packet_sum << 16,
		.upper = last ? o->status | o->special << E1000_RXD_SPECIAL_SHIFT : E1000_RXD_DD,
	};
	em_ring_advance(m, &r->ring);
	return true;
}

bool em_to_memory(struct e1000_model *m, const u8 *data, u32 len, bool bad_fcs)
{
	struct em_rx *r = &m->rx;
	u32 bufsize = em_rx_bufsize(m), wthresh = (em_get(m, E1000_RXDCTL) >> 16) & 0x3f, off, n;
	struct em_rx_out o;

	if ((len + E1000_FCS_LEN + bufsize - 1) / bufsize > em_ring_avail(m, &r->ring))
		return false;
	em_rx_out_make(m, data, len, em_get(m, E1000_CTRL) & E1000_CTRL_VME,
		       !(em_get(m, E1000_RCTL) & E1000_RCTL_SECRC), &o);
	out_status(m, data, len, bad_fcs, &o);
	for (off = 0; off < o.len; off += n) {
		n = o.len - off < bufsize ? o.len - off : bufsize;
		if (!fill_one(m, &o, off, n))
			return true; /* lost; the ring stands still */
	}
	r->alike =
		(struct em_rx_alike){ .valid = o.nr == 1 && o.len <= bufsize, .status = o.status };
	if (r->nr_wb >= wthresh)
		em_rx_flush_wb(m);
	em_rx_watermark(m, em_ring_avail(m, &r->ring));
	em_rx_intr(m, len + E1000_FCS_LEN);
	return true;
}

/* -- FIFO and flow control -------------------------------------------------------------------- */
static void flow_control(struct e1000_model *m)
{
	struct em_rx *r = &m->rx;
	u32 high = em_get(m, E1000_FCRTH) & 0xfff8, low = em_get(m, E1000_FCRTL);

	if (!(em_get(m, E1000_CTRL) & E1000_CTRL_TFCE) || !high)
		return;
	if (r->fifo_bytes >= high) {
		if (r->xoff_sent && m->now < r->xoff_until)
			return;
		r->xoff_sent = r->pause_due = true;
		r->xoff_until = m->now + (u64)em_get(m, E1000_FCTTV) * EM_PAUSE_UNIT_NS;
		em_kick(m);
	} else if (r->xoff_sent && r->fifo_bytes <= (low & 0xfff8)) {
		r->xoff_sent = false;
		r->pause_due = low & E1000_FCRTL_XONE;
		em_kick(m);
	}
}

void em_rx_pause_run(struct e1000_model *m)
{
	u8 frame[EM_MIN_FRAME] = { 0x01, 0x80, 0xc2, 0, 0, 0x01 };
	struct e1000_vec v = { frame, sizeof(frame) };
	struct e1000_frame f = { .vec = &v, .nr_vec = 1, .len = sizeof(frame) };
	u32 i;

	if (!m->rx.pause_due || !e1000_model_link(m))
		return;
	m->rx.pause_due = false;
	for (i = 0; i < ETH_ALEN; i++)
		frame[ETH_ALEN + i] = (u8)(em_get(m, E1000_RAL0 + (i & 4)) >> (8 * (i & 3)));
	put_be16(frame + 2 * ETH_ALEN, (u16)em_get(m, E1000_FCT));
	put_be16(frame + ETH_HLEN, PAUSE_OPCODE);
	put_be16(frame + ETH_HLEN + 2, m->rx.xoff_sent ? (u16)em_get(m, E1000_FCTTV) : 0);
	em_stat_add(m, m->rx.xoff_sent ? E1000_XOFFTXC : E1000_XONTXC, 1);
	m->cfg.ops->xmit(m->cfg.ctx, &f);
}

static bool to_fifo(struct e1000_model *m, const u8 *data, u32 len)
{
	struct em_rx *r = &m->rx;
	struct em_fifo_frame *f;

	if (r->fifo_bytes + len > m->chip->rx_fifo)
		return false;
	f = malloc(sizeof(*f) + len);
	if (!f)
		return false;
	f->next = NULL;
	f->len = len;
	memcpy(f->data, data, len);
	*r->fifo_tail = f;
	r->fifo_tail = &f->next;
	r->fifo_bytes += len;
	em_stat_add(m, E1000_RNBC, 1);
	flow_control(m);
	return true;
}

static void rx_fifo_pop(struct em_rx *r)
{
	struct em_fifo_frame *f = r->fifo;

	r->fifo = f->next;
	if (!r->fifo)
		r->fifo_tail = &r->fifo;
	r->fifo_bytes -= f->len;
	free(f);
}

void em_rx_drain(struct e1000_model *m)
{
	struct em_rx *r = &m->rx;

	r->known.len = 0;
	while (r->fifo && m->chip->to_memory(m, r->fifo->data, r->fifo->len, false)) {
		r->known.len = 0;
		rx_fifo_pop(r);
	}
	if (r->xoff_sent && r->fifo_bytes < (em_get(m, E1000_FCRTH) & 0xfff8))
		flow_control(m);
}

/* A MAC control frame. true: it ends here. */
static bool control_frame(struct e1000_model *m, const u8 *data, u32 len)
{
	u32 rctl = em_get(m, E1000_RCTL), quanta;

	if (len < PAUSE_MIN || get_be16(data + 12) != em_get(m, E1000_FCT))
		return false;
	quanta = get_be16(data + ETH_HLEN + 2);
	if (get_be16(data + ETH_HLEN) != PAUSE_OPCODE) {
		em_stat_add(m, E1000_FCRUC, 1);
	} else if (em_get(m, E1000_CTRL) & E1000_CTRL_RFCE) {
		em_stat_add(m, quanta ? E1000_XOFFRXC : E1000_XONRXC, 1);
		em_timer_set(m, EM_T_PAUSE, m->now + (u64)quanta * EM_PAUSE_UNIT_NS);
		*em_reg(m, E1000_STATUS) |= E1000_STATUS_TXOFF;
	}
	return !(rctl & E1000_RCTL_PMCF) || (rctl & E1000_RCTL_DPF);
}

/* -- from the wire ------------------------------------------------------------------------------ */
u32 em_max_frame(const struct e1000_model *m, const u8 *data, u32 len)
{
	if (em_get(m, E1000_RCTL) & E1000_RCTL_LPE)
		return E1000_MAX_FRAME - E1000_FCS_LEN;
	return 1514u + (em_frame_tagged(m, data, len) ? VLAN_TAG_LEN : 0u);
}

bool em_wanted(struct e1000_model *m, const u8 *data, u32 len)
{
	bool imperfect;

	if (!em_filter(m, data, &imperfect))
		return false;
	return !em_frame_tagged(m, data, len) || em_vlan_filter(m, get_be16(data + ETH_HLEN));
}

static enum e1000_rx_result receive(struct e1000_model *m, u8 *data, u32 len, bool bad_fcs)
{
	em_stat_add(m, E1000_TPR, 1);
	em_stat_add64(m, E1000_TORL, len + E1000_FCS_LEN);
	if (bad_fcs) {
		em_stat_add(m, E1000_CRCERRS, 1);
		if (!(em_get(m, E1000_RCTL) & E1000_RCTL_SBP))
			return E1000_RX_DROPPED;
	}
	if (control_frame(m, data, len) || !m->chip->wanted(m, data, len))
		return E1000_RX_FILTERED;
	if (len > m->chip->max_frame(m, data, len)) {
		em_stat_add(m, E1000_ROC, 1);
		return E1000_RX_DROPPED;
	}
	if ((m->rx.fifo || !m->chip->to_memory(m, data, len, bad_fcs)) && !to_fifo(m, data, len)) {
		em_stat_add(m, E1000_MPC, 1);
		m->count.rx_overruns++;
		em_cause(m, E1000_ICR_RXO);
		return E1000_RX_DROPPED;
	}
	if (!bad_fcs)
		em_stat_rx(m, data, len + E1000_FCS_LEN, 1);
	return E1000_RX_OK;
}

enum e1000_rx_result e1000_model_receive(struct e1000_model *m, const struct e1000_rx_frame *f,
					 u64 now_ns)
{
	u8 padded[EM_MIN_FRAME] = { 0 };
	u8 *data = f->data;
	u32 len = f->len;

	m->now = now_ns;
	m->rx.known.len = 0;
	if (!e1000_model_rx_enabled(m) || len < ETH_HLEN)
		return E1000_RX_FILTERED;
	if (len < EM_MIN_FRAME) { /* the link's other end pads */
		memcpy(padded, data, len);
		data = padded;
		len = EM_MIN_FRAME;
	}
	if (f->csum_start)
		em_rx_finish_checksum(data, len, f->csum_start, (u32)f->csum_start + f->csum_offset,
				      &m->rx.known);
	return receive(m, data, len, f->bad_fcs);
}

bool e1000_model_rx_enabled(const struct e1000_model *m)
{
	return (em_get(m, E1000_RCTL) & E1000_RCTL_EN) &&
	       (e1000_model_link(m) || m->chip->loopback(m));
}

u32 em_rx_room(const struct e1000_model *m)
{
	u32 each = (1522 + em_rx_bufsize(m) - 1) / em_rx_bufsize(m);

	return em_ring_avail(m, &m->rx.ring) / each;
}

u32 e1000_model_rx_room(const struct e1000_model *m)
{
	return m->rx.fifo ? 0 : m->chip->rx_room(m);
}

void em_fifo_reset(struct e1000_model *m)
{
	struct em_rx *r = &m->rx;

	while (r->fifo)
		rx_fifo_pop(r);
	r->xoff_sent = r->pause_due = false;
}

void em_rx_reset(struct e1000_model *m)
{
	em_fifo_reset(m);
	m->rx.nr_wb = 0;
	m->rx.low = m->rx.ring.halted = false;
}

void em_rdt_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & 0xffff;
	m->rx.low = false;
	if (m->rx.fifo)
		em_kick(m);
}

void em_rctl_write(struct e1000_model *m, u32 off, u32 v)
{
	bool was = em_get(m, off) & E1000_RCTL_EN, is = v & E1000_RCTL_EN;

	*em_reg(m, off) = v & 0x06dfb3feu;
	if (was != is)
		em_rx_reset(m);
	em_kick(m);
}
