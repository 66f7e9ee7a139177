// SPDX-License-Identifier: BSD-2-Clause
/* The register file: one row per register or array, with the bits that a write may change. */
#include "drivers/e1000/model_priv.h"

struct reg_row {
	u16 first, last; /* offsets */
	u32 mask;	 /* writable bits of a plain register */
	u32 (*read)(struct e1000_model *m, u32 off);		/* NULL: what is stored */
	void (*write)(struct e1000_model *m, u32 off, u32 v); /* NULL: store under mask */
};

static u32 read_zero(struct e1000_model *m, u32 off)
{
	(void)m;
	(void)off;
	return 0;
}

static void ctrl_write(struct e1000_model *m, u32 off, u32 v)
{
	u32 phy_reset = v & E1000_CTRL_PHY_RST;

	if (v & E1000_CTRL_RST) {
		em_reset(m);
		return;
	}
	*em_reg(m, off) = v & 0x5fffffe9u;
	if (phy_reset)
		em_phy_reset(m);
	em_link_update(m);
}

static void rdtr_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & E1000_DELAY_MASK;
	if (!(v & E1000_RDTR_FPD))
		return;
	m->timer[EM_T_RDTR] = m->timer[EM_T_RADV] = U64_MAX;
	em_rx_flush_wb(m);
	em_cause(m, E1000_ICR_RXT0);
}

static void tidv_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & E1000_DELAY_MASK;
	if (v & E1000_RDTR_FPD)
		em_tx_flush_wb(m);
}

static void dxbal_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & ~15u;
}

/* RAH: address bits, the two that select destination or source, AV */
static void ra_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = (off & 4) ? v & (E1000_RAH_AV | 0x3ffff) : v;
}

#define PLAIN(off, bits) { (off), (off), (bits), NULL, NULL }
static const struct reg_row rows[] = {
	{ E1000_CTRL, E1000_CTRL, 0, NULL, ctrl_write },
	PLAIN(E1000_STATUS, 0),
	{ E1000_EECD, E1000_EECD, 0, em_eecd_read, em_eecd_write },
	{ E1000_EERD, E1000_EERD, 0, NULL, em_eerd_write },
	PLAIN(E1000_CTRL_EXT, 0x0ffffff0),
	{ E1000_MDIC, E1000_MDIC, 0, NULL, em_mdic_write },
	PLAIN(E1000_FCAL, 0xffffffff),
	PLAIN(E1000_FCAH, 0xffff),
	PLAIN(E1000_FCT, 0xffff),
	PLAIN(E1000_VET, 0xffff),
	{ E1000_ICR, E1000_ICR, 0, em_icr_read, em_icr_write },
	PLAIN(E1000_ITR, 0xffff),
	{ E1000_ICS, E1000_ICS, 0, read_zero, em_ics_write },
	{ E1000_IMS, E1000_IMS, 0, NULL, em_ims_write },
	{ E1000_IMC, E1000_IMC, 0, read_zero, em_imc_write },
	{ E1000_RCTL, E1000_RCTL, 0, NULL, em_rctl_write },
	PLAIN(E1000_FCTTV, 0xffff),
	PLAIN(E1000_TXCW, 0xc000ffff),
	PLAIN(E1000_RXCW, 0),
	{ E1000_TCTL, E1000_TCTL, 0, NULL, em_tctl_write },
	PLAIN(E1000_TIPG, 0x3fffffff),
	PLAIN(E1000_AIFS, 0xffff),
	PLAIN(E1000_LEDCTL, 0xcfcfcfcf),
	PLAIN(E1000_PBA, 0xffff),
	PLAIN(E1000_FCRTL, 0x8000fff8),
	PLAIN(E1000_FCRTH, 0x8000fff8),
	{ E1000_RDBAL, E1000_RDBAL, 0, NULL, dxbal_write },
	PLAIN(E1000_RDBAH, 0xffffffff),
	PLAIN(E1000_RDLEN, 0xfff80),
	PLAIN(E1000_RDH, 0xffff),
	{ E1000_RDT, E1000_RDT, 0, NULL, em_rdt_write },
	{ E1000_RDTR, E1000_RDTR, 0, NULL, rdtr_write },
	PLAIN(E1000_RXDCTL, 0x013f3f3f),
	PLAIN(E1000_RADV, 0xffff),
	PLAIN(E1000_RSRPD, 0xfff),
	{ E1000_TDBAL, E1000_TDBAL, 0, NULL, dxbal_write },
	PLAIN(E1000_TDBAH, 0xffffffff),
	PLAIN(E1000_TDLEN, 0xfff80),
	PLAIN(E1000_TDH, 0xffff),
	{ E1000_TDT, E1000_TDT, 0, NULL, em_tdt_write },
	{ E1000_TIDV, E1000_TIDV, 0, NULL, tidv_write },
	PLAIN(E1000_TXDCTL, 0xff3f3f3f),
	PLAIN(E1000_TADV, 0xffff),
	PLAIN(E1000_TSPMT, 0xffffffff),
	{ E1000_CRCERRS, E1000_STAT_END - 4, 0, em_stat_read, NULL },
	PLAIN(E1000_RXCSUM, 0x7ff),
	{ E1000_MTA, E1000_MTA + 4 * (E1000_NR_MTA - 1), 0xffffffff, NULL, NULL },
	{ E1000_RAL0, E1000_RAL0 + 8 * E1000_NR_RA - 4, 0, NULL, ra_write },
	{ E1000_VFTA, E1000_VFTA + 4 * (E1000_NR_VFTA - 1), 0xffffffff, NULL, NULL },
	PLAIN(E1000_WUC, 0xf),
	PLAIN(E1000_WUFC, 0xf80ff),
	PLAIN(E1000_WUS, 0),
	PLAIN(E1000_MANC, 0xffffffff),
};

_Static_assert(ARRAY_SIZE(rows) < 255, "a row fits an octet");

void em_regs_init(struct e1000_model *m)
{
	u32 i, off;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (off = rows[i].first; off <= rows[i].last; off += 4)
			m->row[off / 4] = (u8)(i + 1);
}

static const struct reg_row *find_row(const struct e1000_model *m, u32 off)
{
	u8 row = off < EM_REG_SPACE ? m->row[off / 4] : 0;

	return row ? &rows[row - 1] : NULL;
}

static u32 read32(struct e1000_model *m, u32 off)
{
	const struct reg_row *row = find_row(m, off);

	if (!row)
		return 0;
	return row->read ? row->read(m, off) : em_get(m, off);
}

static void write32(struct e1000_model *m, u32 off, u32 v)
{
	const struct reg_row *row = find_row(m, off);

	if (!row)
		return;
	if (row->write)
		row->write(m, off, v);
	else if (row->mask)
		*em_reg(m, off) = v & row->mask;
}

static bool access_ok(struct e1000_model *m, u32 off, u32 size)
{
	if ((size == 4 || size == 8) && !(off & (size - 1)) && off < E1000_BAR_SIZE)
		return true;
	m->count.bad_accesses++;
	return false;
}

u64 e1000_model_read(struct e1000_model *m, u32 off, u32 size, u64 now_ns)
{
	u32 low;

	m->now = now_ns;
	if (!access_ok(m, off, size))
		return 0;
	low = read32(m, off);
	return size == 4 ? low : low | (u64)read32(m, off + 4) << 32;
}

void e1000_model_write(struct e1000_model *m, u32 off, u32 size, u64 value, u64 now_ns)
{
	m->now = now_ns;
	if (!access_ok(m, off, size))
		return;
	write32(m, off, (u32)value);
	if (size == 8)
		write32(m, off + 4, (u32)(value >> 32));
}
