// SPDX-License-Identifier: BSD-2-Clause
/* The model's life: creation, reset, link, time. */
#include "drivers/e1000/model_priv.h"

#include <errno.h>
#include <stdlib.h>

void em_reset(struct e1000_model *m)
{
	const struct em_chip *chip = m->chip;
	const u16 *w = m->eeprom.word;
	u32 i;

	em_fifo_reset(m);
	memset(m->reg, 0, chip->reg_space);
	for (i = 0; i < chip->nr_reset_values; i++)
		*em_reg(m, chip->reset_values[i].off) = chip->reset_values[i].value;
	chip->reset(m);
	*em_reg(m, E1000_RAL0) = w[0] | (u32)w[1] << 16;
	*em_reg(m, E1000_RAH0) = w[2] | E1000_RAH_AV;
	for (i = 0; i < EM_NR_TIMERS; i++)
		if (i != EM_T_AUTONEG)
			m->timer[i] = U64_MAX;
	m->itr_until = 0;
	em_link_update(m);
	*em_reg(m, E1000_ICR) = 0;
	chip->intr_update(m);
}

int em_init(struct e1000_model *m, const struct em_chip *chip, const struct e1000_model_cfg *cfg)
{
	u32 i;

	m->chip = chip;
	m->cfg = *cfg;
	m->reg = calloc(chip->reg_space / 4, sizeof(*m->reg));
	m->row = calloc(chip->reg_space / 4, sizeof(*m->row));
	if (!m->reg || !m->row) {
		free(m->reg);
		free(m->row);
		return -ENOMEM;
	}
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
	return 0;
}

struct e1000_model *e1000_model_create(const struct e1000_model_cfg *cfg)
{
	struct e1000_model *m = calloc(1, sizeof(*m));

	if (m && !em_init(m, &em_82540em, cfg))
		return m;
	free(m);
	return NULL;
}

void e1000_model_destroy(struct e1000_model *m)
{
	if (!m)
		return;
	em_fifo_reset(m);
	free(m->reg);
	free(m->row);
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
	if (m->chip->run_timers)
		m->chip->run_timers(m);
	em_rx_drain(m);
	em_rx_pause_run(m);
	return m->chip->tx_run(m);
}

u64 e1000_model_deadline(const struct e1000_model *m)
{
	u64 at = m->chip->deadline ? m->chip->deadline(m) : U64_MAX;
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
