// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts (7.3): causes of queues go by IVAR to bits of EICR, all others by ICR and IVAR_MISC. With
 * MSI-X each bit is a vector with a message of its own, at most one per interval of its EITR; without,
 * all of them raise one line.
 */
#include "drivers/igb/model_priv.h"

static bool msix(const struct e1000_model *m)
{
	return em_get(m, IGB_GPIE) & IGB_GPIE_MSIX;
}

static u64 interval(const struct e1000_model *m, u32 v)
{
	return (u64)((em_get(m, IGB_EITR + 4 * v) & IGB_EITR_INTERVAL) >> 2) * EM_DELAY_UNIT_NS;
}

/* The vector of a queue, -1: none. */
static s32 queue_vector(const struct e1000_model *m, u32 queue, bool rx)
{
	u32 shift = (queue & 8) * 2 + (rx ? 0 : 8);
	u32 e = em_get(m, IGB_IVAR + 4 * (queue & 7)) >> shift & 0xff;

	if (!(e & IGB_IVAR_VALID))
		return -1;
	return (s32)(e & (msix(m) ? 0x1f : 0x0f));
}

bool im_queue_throttled(const struct e1000_model *m, u32 queue, bool rx)
{
	s32 v = queue_vector(m, queue, rx);

	if (v < 0 || v >= IGB_VECTORS || !(em_get(m, IGB_EIMS) >> v & 1))
		return false;
	return m->now < ((const struct igb_model *)m)->eitr_until[msix(m) ? v : 0];
}

static void flush_vector(struct e1000_model *m, u32 v)
{
	u32 q;

	for (q = 0; q < IGB_QUEUES; q++) {
		if (queue_vector(m, q, true) == (s32)v)
			im_rx_flush(m, q);
		if (queue_vector(m, q, false) == (s32)v)
			im_tx_flush(m, q);
	}
}

static void fire(struct e1000_model *m, u32 v)
{
	struct igb_model *im = im_of(m);
	u32 bit = 1u << v;

	im->eitr_until[v] = m->now + interval(m, v);
	im->sent |= bit;
	if (em_get(m, IGB_EIAC) & bit) {
		*em_reg(m, IGB_EICR) &= ~bit;
		im->sent &= ~bit;
	}
	if ((em_get(m, IGB_GPIE) & IGB_GPIE_EIAME) && (em_get(m, IGB_EIAM) & bit))
		*em_reg(m, IGB_EIMS) &= ~bit;
	m->cfg.ops->msix(m->cfg.ctx, v);
}

static void update_vectors(struct e1000_model *m)
{
	struct igb_model *im = im_of(m);
	u32 due = em_get(m, IGB_EICR) & em_get(m, IGB_EIMS) & ~im->sent & IM_VECTOR_MASK, v;

	em_line_set(m, false);
	for (v = 0; due >> v; v++) {
		if (!(due >> v & 1))
			continue;
		if (m->now >= im->eitr_until[v])
			fire(m, v);
		else
			em_kick(m); /* whoever runs us must know the new deadline */
	}
}

static void update_line(struct e1000_model *m)
{
	struct igb_model *im = im_of(m);

	if (!im->other && !(em_get(m, IGB_EICR) & em_get(m, IGB_EIMS))) {
		em_line_set(m, false);
	} else if (m->now >= im->eitr_until[0]) {
		if (!m->irq_level)
			im->eitr_until[0] = m->now + interval(m, 0);
		em_line_set(m, true);
	} else if (!m->irq_level) {
		em_kick(m);
	}
}

void im_intr_update(struct e1000_model *m)
{
	struct igb_model *im = im_of(m);
	bool other = em_get(m, E1000_ICR) & em_get(m, E1000_IMS);
	u32 e = em_get(m, IGB_IVAR_MISC) >> 8;

	if (other && !im->other) {
		if (!msix(m))
			*em_reg(m, IGB_EICR) |= IGB_EICR_OTHER;
		else if ((e & IGB_IVAR_VALID) && (e & 0x1f) < IGB_VECTORS)
			*em_reg(m, IGB_EICR) |= 1u << (e & 0x1f);
	}
	im->other = other;
	im->sent &= em_get(m, IGB_EICR);
	if (msix(m))
		update_vectors(m);
	else
		update_line(m);
}

void im_run_timers(struct e1000_model *m)
{
	struct igb_model *im = im_of(m);
	u32 v;

	for (v = 0; v < IGB_VECTORS; v++) {
		if (!im->eitr_until[v] || im->eitr_until[v] > m->now)
			continue;
		im->eitr_until[v] = 0;
		if (msix(m))
			flush_vector(m, v);
		im_intr_update(m);
	}
}

u64 im_deadline(const struct e1000_model *m)
{
	const struct igb_model *im = (const struct igb_model *)m;
	u64 at = U64_MAX;
	u32 v;

	for (v = 0; v < IGB_VECTORS; v++)
		if (im->eitr_until[v] && im->eitr_until[v] < at)
			at = im->eitr_until[v];
	return at;
}

void im_eicr_set(struct e1000_model *m, u32 bits)
{
	*em_reg(m, IGB_EICR) |= bits;
	im_intr_update(m);
}

void im_queue_cause(struct e1000_model *m, u32 queue, bool rx)
{
	s32 v = queue_vector(m, queue, rx);

	if (!msix(m))
		*em_reg(m, E1000_ICR) |= rx ? E1000_ICR_RXT0 : E1000_ICR_TXDW;
	im_eicr_set(m, v >= 0 && v < IGB_VECTORS ? 1u << v : 0);
}

/* -- registers --------------------------------------------------------------------------- */
/* Reading clears when NSICR says so, when nothing is unmasked or when the interrupt was raised. */
u32 im_icr_read(struct e1000_model *m, u32 off)
{
	u32 ims = em_get(m, E1000_IMS), v = em_get(m, E1000_ICR);
	bool raised = v & ims;

	(void)off;
	if ((em_get(m, IGB_GPIE) & IGB_GPIE_NSICR) || !ims || raised)
		*em_reg(m, E1000_ICR) = 0;
	if (raised && (em_get(m, E1000_CTRL_EXT) & IGB_CTRL_EXT_IAME))
		*em_reg(m, E1000_IMS) &= ~em_get(m, IGB_IAM);
	im_intr_update(m);
	return v | (raised ? IGB_ICR_INTA : 0);
}

void im_icr_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	*em_reg(m, E1000_ICR) &= ~v;
	im_intr_update(m);
}

void im_ics_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	*em_reg(m, E1000_ICR) |= v & IGB_ICR_ALL;
	im_intr_update(m);
}

u32 im_ims_read(struct e1000_model *m, u32 off)
{
	(void)off;
	return em_get(m, E1000_IMS);
}

void im_ims_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	*em_reg(m, E1000_IMS) |= v & IGB_ICR_ALL;
	im_intr_update(m);
}

void im_imc_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	*em_reg(m, E1000_IMS) &= ~v;
	im_intr_update(m);
}

/* Bits that clear themselves (EIAC) are not touched by reading. */
u32 im_eicr_read(struct e1000_model *m, u32 off)
{
	u32 v = em_get(m, off);

	*em_reg(m, off) = msix(m) ? v & em_get(m, IGB_EIAC) : 0;
	if (!(em_get(m, IGB_GPIE) & IGB_GPIE_EIAME))
		*em_reg(m, IGB_EIMS) &= ~(v & em_get(m, IGB_EIAM));
	im_intr_update(m);
	return v;
}

void im_eicr_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) &= ~v;
	im_intr_update(m);
}

void im_eics_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	im_eicr_set(m, v & (msix(m) ? (u32)IM_VECTOR_MASK : IGB_EICR_OTHER | 0xffffu));
}

void im_eims_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) |= v & (IM_VECTOR_MASK | IGB_EICR_OTHER);
	im_intr_update(m);
}

void im_eimc_write(struct e1000_model *m, u32 off, u32 v)
{
	(void)off;
	*em_reg(m, IGB_EIMS) &= ~v;
	im_intr_update(m);
}

/* A shorter interval counts at once, unless the counter is to be left alone. */
void im_eitr_write(struct e1000_model *m, u32 off, u32 v)
{
	u32 vector = (off - IGB_EITR) / 4;
	u64 *until = &im_of(m)->eitr_until[vector];

	*em_reg(m, off) = v & IGB_EITR_INTERVAL;
	if (!(v & IGB_EITR_CNT_IGNR) && *until > m->now + interval(m, vector))
		*until = m->now + interval(m, vector);
	im_intr_update(m);
}
