// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts: causes, masks, the moderation of the line (ITR) and the delays of receive and
 * transmit causes. All in the caller's time.
 */
#include "drivers/e1000/model_priv.h"

void em_line_set(struct e1000_model *m, bool level)
{
	if (m->irq_level == level)
		return;
	m->irq_level = level;
	m->cfg.ops->irq(m->cfg.ctx, level);
}

/* The line is high while an unmasked cause is set; it rises at most once per ITR interval. */
void em_intr_update(struct e1000_model *m)
{
	u32 itr = em_get(m, E1000_ITR);

	if (!(em_get(m, E1000_ICR) & em_get(m, E1000_IMS))) {
		m->timer[EM_T_ITR] = U64_MAX;
		em_line_set(m, false);
		return;
	}
	if (m->irq_level)
		return;
	if (itr && m->now < m->itr_until) {
		em_timer_set(m, EM_T_ITR, m->itr_until);
		return;
	}
	m->timer[EM_T_ITR] = U64_MAX;
	m->itr_until = m->now + (u64)itr * EM_ITR_UNIT_NS;
	em_line_set(m, true);
}

void em_cause(struct e1000_model *m, u32 causes)
{
	*em_reg(m, E1000_ICR) |= causes;
	m->chip->intr_update(m);
}

void em_timer_set(struct e1000_model *m, enum em_timer t, u64 at)
{
	m->timer[t] = at;
	if (at != U64_MAX)
		em_kick(m); /* whoever runs us must know the new deadline */
}

static void rx_expire(struct e1000_model *m)
{
	m->timer[EM_T_RDTR] = m->timer[EM_T_RADV] = U64_MAX;
	em_rx_flush_wb(m);
	em_cause(m, E1000_ICR_RXT0);
}

/* A frame is in memory: RDTR starts anew with each, RADV with the first since the interrupt. */
void em_rx_intr(struct e1000_model *m, u32 frame_len)
{
	u64 rdtr = em_get(m, E1000_RDTR), radv = em_get(m, E1000_RADV);
	u32 small = em_get(m, E1000_RSRPD);

	if (small && frame_len <= small) {
		em_rx_flush_wb(m);
		em_cause(m, E1000_ICR_SRPD);
	}
	if (!rdtr) {
		rx_expire(m);
		return;
	}
	em_timer_set(m, EM_T_RDTR, m->now + rdtr * EM_DELAY_UNIT_NS);
	if (radv && m->timer[EM_T_RADV] == U64_MAX)
		em_timer_set(m, EM_T_RADV, m->now + radv * EM_DELAY_UNIT_NS);
}

static void tx_expire(struct e1000_model *m)
{
	m->timer[EM_T_TIDV] = m->timer[EM_T_TADV] = U64_MAX;
	em_tx_flush_wb(m);
	em_cause(m, E1000_ICR_TXDW);
}

/* now: a descriptor without IDE. The same two timers on the transmit side. */
void em_tx_intr(struct e1000_model *m, bool now)
{
	u64 tidv = em_get(m, E1000_TIDV), tadv = em_get(m, E1000_TADV);

	if (now || !tidv) {
		tx_expire(m);
		return;
	}
	em_timer_set(m, EM_T_TIDV, m->now + tidv * EM_DELAY_UNIT_NS);
	if (tadv && m->timer[EM_T_TADV] == U64_MAX)
		em_timer_set(m, EM_T_TADV, m->now + tadv * EM_DELAY_UNIT_NS);
}

static void pause_expire(struct e1000_model *m)
{
	m->timer[EM_T_PAUSE] = U64_MAX;
	*em_reg(m, E1000_STATUS) &= ~E1000_STATUS_TXOFF;
}

static void autoneg_expire(struct e1000_model *m)
{
	m->timer[EM_T_AUTONEG] = U64_MAX;
	em_phy_autoneg_done(m);
}

void em_timers_run(struct e1000_model *m)
{
	static void (*const expire[EM_NR_TIMERS])(struct e1000_model * m) = {
		[EM_T_RDTR] = rx_expire,	 [EM_T_RADV] = rx_expire,
		[EM_T_TIDV] = tx_expire,	 [EM_T_TADV] = tx_expire,
		[EM_T_ITR] = em_intr_update,	 [EM_T_PAUSE] = pause_expire,
		[EM_T_AUTONEG] = autoneg_expire,
	};
	u32 i;

	for (i = 0; i < EM_NR_TIMERS; i++)
		if (m->timer[i] <= m->now)
			expire[i](m);
}

u32 em_icr_read(struct e1000_model *m, u32 off)
{
	u32 v = em_get(m, off);

	*em_reg(m, off) = 0;
	em_intr_update(m);
	return v;
}

void em_icr_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) &= ~v;
	em_intr_update(m);
}

void em_ics_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	em_cause(m, v & E1000_ICR_ALL);
}

void em_ims_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) |= v & E1000_ICR_ALL;
	em_intr_update(m);
}

void em_imc_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	*em_reg(m, E1000_IMS) &= ~v;
	em_intr_update(m);
}
