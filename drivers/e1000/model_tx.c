// SPDX-License-Identifier: BSD-2-Clause
/*
 * Transmit (3.3): descriptors from TDH to TDT become packets. A packet is looked at when its last
 * descriptor (EOP) is there; its descriptors are written back when it has left, never before.
 */
#include "drivers/e1000/model_priv.h"

#include "wire/wire.h"

bool em_loopback(const struct e1000_model *m)
{
	return (em_get(m, E1000_RCTL) & E1000_RCTL_LBM_MASK) == E1000_RCTL_LBM_MAC ||
	       (m->phy.reg[PHY_BMCR] & PHY_BMCR_LOOPBACK);
}

u32 em_gather(u8 *to, u32 room, const struct e1000_vec *vec, u32 nr, u32 skip)
{
	u32 i, len = 0;

	for (i = 0; i < nr; i++) {
		u32 part = vec[i].len > skip ? vec[i].len - skip : 0;

		if (part > room - len)
			part = room - len;
		memcpy(to + len, vec[i].base + (vec[i].len > skip ? skip : 0), part);
		skip = vec[i].len > skip ? 0 : skip - vec[i].len;
		len += part;
	}
	return len;
}

/* Moves all behind the addresses by a tag's length; the room is the caller's. */
u32 em_insert_tag(const struct e1000_model *m, u8 *frame, u32 len, u16 tci)
{
	memmove(frame + 2 * ETH_ALEN + VLAN_TAG_LEN, frame + 2 * ETH_ALEN, len - 2 * ETH_ALEN);
	put_be16(frame + 2 * ETH_ALEN, (u16)em_get(m, E1000_VET));
	put_be16(frame + 2 * ETH_ALEN + 2, tci);
	return len + VLAN_TAG_LEN;
}

static void loop_frame(struct e1000_model *m, const struct e1000_frame *f)
{
	u8 copy[EM_TX_MAX + 8];
	struct e1000_rx_frame rx = { .data = copy };

	rx.len = em_gather(copy, sizeof(copy), f->vec, f->nr_vec, 0);
	e1000_model_receive(m, &rx, m->now);
}

void em_send_frame(struct e1000_model *m, const struct e1000_frame *f, u32 frames, u32 octets)
{
	em_stat_tx(m, f->vec[0].base, octets + frames * E1000_FCS_LEN, frames);
	if (em_loopback(m))
		loop_frame(m, f);
	else
		m->cfg.ops->xmit(m->cfg.ctx, f);
}

/* -- one packet ------------------------------------------------------------------------- */
static void apply_checksums(struct e1000_model *m, u32 len, u32 lower, u32 upper)
{
	struct em_tx *t = &m->tx;
	const struct em_ctx *x = &t->ctx[0];

	if (!(lower & E1000_TXD_DEXT)) {
		u32 css = (upper >> E1000_TXD_CSS_SHIFT) & 0xff;
		u32 cso = (lower >> E1000_TXD_CSO_SHIFT) & 0xff;

		if (lower & E1000_TXD_IC)
			em_insert_checksum(t->buf, len, css, 0, cso, false);
		return;
	}
	if (t->first_upper & E1000_TXD_POPTS_IXSM)
		em_insert_checksum(t->buf, len, x->ipcss, x->ipcse, x->ipcso, false);
	if (t->first_upper & E1000_TXD_POPTS_TXSM)
		em_insert_checksum(t->buf, len, x->tucss, x->tucse, x->tucso, !x->tcp);
}

/* Straight from the driver's memory, the checksum left to the wire. */
static bool send_in_place(struct e1000_model *m, u32 nr, u32 len, u32 lower, s32 tci)
{
	struct em_tx *t = &m->tx;
	const struct em_ctx *x = &t->ctx[0];
	struct e1000_frame f = { .vec = t->vec, .nr_vec = nr, .len = len };
	u32 popts = t->first_upper & (E1000_TXD_POPTS_IXSM | E1000_TXD_POPTS_TXSM);

	if (tci >= 0 || len < EM_MIN_FRAME || em_loopback(m) || t->vec[0].len < ETH_HLEN)
		return false;
	if (!(lower & E1000_TXD_DEXT)) {
		if (lower & E1000_TXD_IC)
			return false;
	} else if (popts) {
		if (popts != E1000_TXD_POPTS_TXSM || !(m->cfg.wire & E1000_WIRE_CSUM) || x->tucse ||
		    x->tucso < x->tucss || x->tucss < ETH_HLEN || x->tucso + 2u > len)
			return false;
		f.csum_start = x->tucss;
		f.csum_offset = (u16)(x->tucso - x->tucss);
	}
	em_send_frame(m, &f, 1, len);
	return true;
}

static bool send_one(struct e1000_model *m, u32 nr, u32 len, u32 lower, u32 upper, s32 tci)
{
	struct em_tx *t = &m->tx;
	struct e1000_vec v = { .base = t->buf };
	struct e1000_frame f = { .vec = &v, .nr_vec = 1 };

	if (!(lower & E1000_TXD_IFCS)) { /* the driver's data ends with an FCS of its own */
		if (len <= ETH_HLEN + E1000_FCS_LEN)
			return false;
		len -= E1000_FCS_LEN;
	}
	if (len > EM_TX_MAX || len < ETH_HLEN)
		return false;
	if ((lower & E1000_TXD_IFCS) && send_in_place(m, nr, len, lower, tci))
		return true;
	em_gather(t->buf, len, t->vec, nr, 0);
	apply_checksums(m, len, lower, upper);
	if (tci >= 0)
		len = em_insert_tag(m, t->buf, len, (u16)tci);
	if (len < EM_MIN_FRAME && (em_get(m, E1000_TCTL) & E1000_TCTL_PSP)) {
		memset(t->buf + len, 0, EM_MIN_FRAME - len);
		len = EM_MIN_FRAME;
	}
	v.len = f.len = len;
	em_send_frame(m, &f, 1, len);
	return true;
}

/* The pieces of the packet as the CPU sees them; false: a DMA fault. */
static bool map_packet(struct e1000_model *m, u32 *nr)
{
	struct em_tx *t = &m->tx;
	u32 i, k = 0;

	for (i = 0; i < t->nr_frag; i++) {
		if (!t->frag[i].len)
			continue;
		t->vec[k].base = em_dma(m, &t->ring, t->frag[i].bus, t->frag[i].len, false);
		t->vec[k].len = t->frag[i].len;
		if (!t->vec[k++].base)
			return false;
	}
	*nr = k;
	return true;
}

/* lower, upper: of the descriptor with EOP. */
static void send_packet(struct e1000_model *m, u32 lower, u32 upper)
{
	struct em_tx *t = &m->tx;
	bool tso = (t->first_lower & E1000_TXD_DEXT) && (t->first_lower & E1000_TXD_TSE);
	s32 tci = -1;
	u32 nr;

	if ((lower & E1000_TXD_VLE) && (em_get(m, E1000_CTRL) & E1000_CTRL_VME))
		tci = (s32)(upper >> E1000_TXD_SPECIAL_SHIFT);
	if (!t->bad && !map_packet(m, &nr))
		return;
	if (t->bad || !nr ||
	    !(tso ? em_tso(m, nr, t->len, tci) : send_one(m, nr, t->len, lower, upper, tci)))
		m->count.tx_bad++;
}

/* -- descriptors ------------------------------------------------------------------------ */
void em_tx_flush_wb(struct e1000_model *m)
{
	struct em_tx *t = &m->tx;
	u32 i;

	for (i = 0; i < t->nr_ready; i++) {
		struct e1000_desc *d = em_ring_desc(m, &t->ring, t->wb[i].index, true);

		if (d)
			__atomic_store_n(&d->upper, t->wb[i].upper | E1000_TXD_DD, __ATOMIC_RELEASE);
	}
	t->nr_wb -= t->nr_ready;
	memmove(t->wb, t->wb + t->nr_ready, t->nr_wb * sizeof(t->wb[0]));
	t->nr_ready = 0;
	t->wb_now = false;
}

static void want_wb(struct em_tx *t, u32 index, const struct e1000_desc *d)
{
	if (!(d->lower & E1000_TXD_RS) || t->nr_wb == ARRAY_SIZE(t->wb))
		return;
	t->wb[t->nr_wb++] = (struct em_wb){ index, d->lower, d->upper };
	t->wb_now |= !(d->lower & E1000_TXD_IDE);
}

/* What is done may be written back, now or when enough has come together (TXDCTL.WTHRESH). */
static void packet_done(struct e1000_model *m)
{
	struct em_tx *t = &m->tx;
	u32 wthresh = (em_get(m, E1000_TXDCTL) >> 16) & 0x3f;
	bool now = t->wb_now;

	t->nr_frag = t->len = t->nr_desc = 0;
	t->bad = false;
	if (!t->nr_wb)
		return;
	t->nr_ready = t->nr_wb;
	if (t->nr_ready >= wthresh || t->nr_ready >= EM_WB_MAX)
		em_tx_flush_wb(m);
	em_tx_intr(m, now && t->nr_ready == 0);
}

static void set_context(struct em_tx *t, const struct e1000_desc *d)
{
	struct em_ctx *x = &t->ctx[!!(d->lower & E1000_TXD_TSE)];

	*x = (struct em_ctx){
		.ipcss = (u8)d->addr, .ipcso = (u8)(d->addr >> 8), .ipcse = (u16)(d->addr >> 16),
		.tucss = (u8)(d->addr >> 32), .tucso = (u8)(d->addr >> 40),
		.tucse = (u16)(d->addr >> 48),
		.paylen = d->lower & E1000_TXD_DLEN_MASK,
		.hdrlen = (u8)(d->upper >> E1000_TXC_HDRLEN_SHIFT),
		.mss = (u16)(d->upper >> E1000_TXC_MSS_SHIFT),
		.tcp = d->lower & E1000_TXC_TCP, .ip = d->lower & E1000_TXC_IP,
	};
}

static void add_data(struct em_tx *t, const struct e1000_desc *d)
{
	u32 len = d->lower & (d->lower & E1000_TXD_DEXT ? E1000_TXD_DLEN_MASK : E1000_TXD_LEN_MASK);

	if (!t->nr_desc++) {
		t->first_lower = d->lower;
		t->first_upper = d->upper;
	}
	if (t->nr_frag == EM_TX_FRAGS || t->len + len > 1u << 20) {
		t->bad = true;
		return;
	}
	t->frag[t->nr_frag++] = (struct em_frag){ d->addr, len };
	t->len += len;
}

static void low_watermark(struct e1000_model *m)
{
	u32 avail = em_ring_avail(m, &m->tx.ring), low = em_get(m, E1000_TXDCTL) >> 25;

	if (!avail)
		em_cause(m, E1000_ICR_TXQE);
	if (low && avail == low * 8)
		em_cause(m, E1000_ICR_TXD_LOW);
}

/* One descriptor; false: a DMA fault. */
static bool tx_step(struct e1000_model *m)
{
	struct em_tx *t = &m->tx;
	u32 index = em_ring_head(m, &t->ring);
	const struct e1000_desc *mem = em_ring_desc(m, &t->ring, index, false);
	struct e1000_desc d;

	if (!mem)
		return false;
	d = *mem; /* once: the driver may write to it meanwhile */
	if ((d.lower & E1000_TXD_DEXT) && (d.lower & E1000_TXD_DTYP_MASK) == E1000_TXD_DTYP_C) {
		set_context(t, &d);
		want_wb(t, index, &d);
		em_ring_advance(m, &t->ring);
		if (!t->nr_desc)
			packet_done(m);
		return true;
	}
	add_data(t, &d);
	want_wb(t, index, &d);
	if (d.lower & E1000_TXD_EOP) {
		send_packet(m, d.lower, d.upper);
		if (t->ring.halted)
			return false;
	}
	em_ring_advance(m, &t->ring);
	if (d.lower & E1000_TXD_EOP)
		packet_done(m);
	low_watermark(m);
	return true;
}

bool em_tx_run(struct e1000_model *m)
{
	u32 budget = EM_TX_BUDGET;

	if (!(em_get(m, E1000_TCTL) & E1000_TCTL_EN) || m->timer[EM_T_PAUSE] != U64_MAX ||
	    !(e1000_model_link(m) || em_loopback(m)))
		return false;
	while (em_ring_avail(m, &m->tx.ring)) {
		if (!budget--)
			return true;
		if (!tx_step(m))
			return false;
	}
	return false;
}

void em_tx_reset(struct e1000_model *m)
{
	struct em_tx *t = &m->tx;

	t->nr_frag = t->len = t->nr_desc = t->nr_wb = t->nr_ready = 0;
	t->bad = t->wb_now = t->ring.halted = false;
	memset(t->ctx, 0, sizeof(t->ctx));
}

void em_tdt_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & 0xffff;
	if (em_get(m, E1000_TCTL) & E1000_TCTL_EN)
		em_kick(m);
}

void em_tctl_write(struct e1000_model *m, u32 off, u32 v)
{
	bool was = em_get(m, off) & E1000_TCTL_EN, is = v & E1000_TCTL_EN;

	*em_reg(m, off) = v & 0x03fffffa;
	if (was == is)
		return;
	if (is)
		em_tx_reset(m); /* what was left half-fetched is forgotten */
	em_kick(m);
}
