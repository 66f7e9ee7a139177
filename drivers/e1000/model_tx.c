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

bool em_to_wire(const struct e1000_model *m, const struct em_tx *t, const u8 *header, u32 len)
{
	(void)t, (void)header, (void)len;
	return !em_loopback(m);
}

/* Back in. */
void em_deliver(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f)
{
	u8 copy[EM_TX_MAX + 8];
	struct e1000_rx_frame rx = { .data = copy };

	(void)t;
	rx.len = em_gather(copy, sizeof(copy), f->vec, f->nr_vec, 0);
	e1000_model_receive(m, &rx, m->now);
}

/* lower, upper: of the descriptor with EOP. */
static void send_packet(struct e1000_model *m, u32 lower, u32 upper)
{
	struct em_tx *t = &m->tx;
	bool ext = lower & E1000_TXD_DEXT;
	bool tso = (t->first_lower & E1000_TXD_DEXT) && (t->first_lower & E1000_TXD_TSE);
	struct em_packet p = {
		.ctx = &t->ctx[tso],
		.tso = tso,
		.ixsm = ext && (t->first_upper & E1000_TXD_POPTS_IXSM),
		.txsm = ext && (t->first_upper & E1000_TXD_POPTS_TXSM),
		.ic = !ext && (lower & E1000_TXD_IC),
		.css = (upper >> E1000_TXD_CSS_SHIFT) & 0xff,
		.cso = (lower >> E1000_TXD_CSO_SHIFT) & 0xff,
		.own_fcs = !tso && !(lower & E1000_TXD_IFCS),
		.tci = -1,
	};

	if ((lower & E1000_TXD_VLE) && (em_get(m, E1000_CTRL) & E1000_CTRL_VME))
		p.tci = (s32)(upper >> E1000_TXD_SPECIAL_SHIFT);
	if ((t->bad || !em_xmit(m, t, &p)) && !t->ring.halted)
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
			__atomic_store_n(&d->upper, t->wb[i].upper | E1000_TXD_DD,
					 __ATOMIC_RELEASE);
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
		.ipcss = (u8)d->addr,
		.ipcso = (u8)(d->addr >> 8),
		.ipcse = (u16)(d->addr >> 16),
		.tucss = (u8)(d->addr >> 32),
		.tucso = (u8)(d->addr >> 40),
		.tucse = (u16)(d->addr >> 48),
		.paylen = d->lower & E1000_TXD_DLEN_MASK,
		.hdrlen = (u8)(d->upper >> E1000_TXC_HDRLEN_SHIFT),
		.mss = (u16)(d->upper >> E1000_TXC_MSS_SHIFT),
		.tcp = d->lower & E1000_TXC_TCP,
		.ip = d->lower & E1000_TXC_IP,
	};
}

static void add_data(struct em_tx *t, const struct e1000_desc *d)
{
	u32 len = d->lower & (d->lower & E1000_TXD_DEXT ? E1000_TXD_DLEN_MASK : E1000_TXD_LEN_MASK);

	if (!t->nr_desc++) {
		t->first_lower = d->lower;
		t->first_upper = d->upper;
	}
	t->bad |= !em_xmit_add(t, d->addr, len);
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
	m->tx_cut = 0;
	while (em_ring_avail(m, &m->tx.ring)) {
		if (!budget-- || m->tx_cut >= EM_TX_BUDGET)
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
