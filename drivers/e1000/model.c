// SPDX-License-Identifier: BSD-2-Clause
/* The model's life: creation, reset, link, time. */
#include "drivers/e1000/model_priv.h"

#include <stdlib.h>

/* What a reset leaves in registers that do not start as zero (chapter 13). */
static const struct {
	u16 off;
	u32 value;
} reset_values[] = {
	{ E1000_CTRL, E1000_CTRL_FD | 0x200 },
	{ E1000_EECD, E1000_EECD_PRES },
	{ E1000_PBA, 0x00100030 },
	{ E1000_LEDCTL, 0x07068302 },
	{ E1000_RXDCTL, 0x00010000 },
	{ E1000_TSPMT, 0x01000400 },
	{ E1000_TIPG, 0x00602008 },
	{ E1000_VET, 0x8100 },
	{ E1000_FCAL, 0x00c28001 },
	{ E1000_FCAH, 0x00000100 },
	{ E1000_FCT, 0x8808 },
	{ E1000_TCTL, 0x8 },
};

void em_reset(struct e1000_model *m)
{
	const u16 *w = m->eeprom.word;
	u32 i;

	em_rx_reset(m);
	em_tx_reset(m);
	memset(m->reg, 0, sizeof(m->reg));
	for (i = 0; i < ARRAY_SIZE(reset_values); i++)
		*em_reg(m, reset_values[i].off) = reset_values[i].value;
	*em_reg(m, E1000_RAL0) = w[0] | (u32)w[1] << 16;
	*em_reg(m, E1000_RAH0) = w[2] | E1000_RAH_AV;
	for (i = 0; i < EM_NR_TIMERS; i++)
		if (i != EM_T_AUTONEG)
			m->timer[i] = U64_MAX;
	m->itr_until = 0;
	em_link_update(m);
	*em_reg(m, E1000_ICR) = 0;
	em_intr_update(m);
}

struct e1000_model *e1000_model_create(const struct e1000_model_cfg *cfg)
{
	struct e1000_model *m = calloc(1, sizeof(*m));
	u32 i;

	if (!m)
		return NULL;
	m->cfg = *cfg;
	m->rx.ring.base = E1000_RDBAL;
	m->rx.fifo_tail = &m->rx.fifo;
	m->tx.ring.base = E1000_TDBAL;
	m->cable = m->bus_master = true;
	for (i = 0; i < EM_NR_TIMERS; i++)
		m->timer[i] = U64_MAX;
	em_regs_init(m);
	em_eeprom_init(m);
	em_phy_reset(m);
	em_reset(m);
	return m;
}

void e1000_model_destroy(struct e1000_model *m)
{
	if (!m)
		return;
	em_rx_reset(m);
	free(m);
}

/* STATUS.LU follows the PHY once the driver has said "set link up". */
void em_link_update(struct e1000_model *m)
{
	u32 *status = em_reg(m, E1000_STATUS), old = *status;
	bool up = m->phy.link && (em_get(m, E1000_CTRL) & E1000_CTRL_SLU);

	*status &= ~(E1000_STATUS_LU | E1000_STATUS_SPEED_1000 | E1000_STATUS_ASDV_1000 |
		     E1000_STATUS_FD);
	if (up)
		*status |= E1000_STATUS_LU | E1000_STATUS_SPEED_1000 | E1000_STATUS_ASDV_1000 |
			   E1000_STATUS_FD;
	if ((old ^ *status) & E1000_STATUS_LU) {
		em_cause(m, E1000_ICR_LSC);
		em_kick(m);
	}
}

void e1000_model_set_cable(struct e1000_model *m, bool plugged, u64 now_ns)
{
	m->now = now_ns;
	if (m->cable == plugged)
		return;
	m->cable = plugged;
	em_phy_restart(m);
}

bool e1000_model_link(const struct e1000_model *m)
{
	return em_get(m, E1000_STATUS) & E1000_STATUS_LU;
}

void e1000_model_set_bus_master(struct e1000_model *m, bool on)
{
	m->bus_master = on;
	em_kick(m);
}

bool e1000_model_run(struct e1000_model *m, u64 now_ns)
{
	m->now = now_ns;
	em_timers_run(m);
	em_rx_drain(m);
	em_rx_pause_run(m);
	return em_tx_run(m);
}

u64 e1000_model_deadline(const struct e1000_model *m)
{
	u64 at = U64_MAX;
	u32 i;

	for (i = 0; i < EM_NR_TIMERS; i++)
		at = m->timer[i] < at ? m->timer[i] : at;
	return at;
}

const struct e1000_model_counters *e1000_model_counters(const struct e1000_model *m)
{
	return &m->count;
}

/* -- memory and rings ------------------------------------------------------------ */
void *em_dma(struct e1000_model *m, struct em_ring *r, u64 bus, u32 len, bool write)
{
	void *p = m->bus_master ? m->cfg.ops->translate(m->cfg.ctx, bus, len, write) : NULL;

	if (p)
		return p;
	m->count.dma_faults++;
	r->halted = true;
	return NULL;
}

u32 em_ring_avail(const struct e1000_model *m, const struct em_ring *r)
{
	u32 n = em_ring_size(m, r), head = em_ring_head(m, r), tail = em_ring_tail(m, r);

	/* Indices beyond the ring are the driver's error; nothing is fetched for them. */
	if (r->halted || !m->bus_master || head >= n || tail >= n)
		return 0;
	return tail >= head ? tail - head : n - head + tail;
}

void em_ring_advance(struct e1000_model *m, const struct em_ring *r)
{
	u32 *head = em_reg(m, r->base + 0x10);

	if (++*head >= em_ring_size(m, r))
		*head = 0;
}

struct e1000_desc *em_ring_desc(struct e1000_model *m, struct em_ring *r, u32 index, bool write)
{
	u64 base = em_get(m, r->base) | (u64)em_get(m, r->base + 4) << 32;

	return em_dma(m, r, base + (u64)index * E1000_DESC_SIZE, E1000_DESC_SIZE, write);
}
