// SPDX-License-Identifier: BSD-2-Clause
/* The 82540EM's registers, one row per register or array with the bits that a write may change; and
 * how registers of any controller of the family are accessed. */
#include "drivers/e1000/model_priv.h"

u32 em_read_zero(struct e1000_model *m, u32 off)
{
	(void)m;
	(void)off;
	return 0;
}

void em_ctrl_write(struct e1000_model *m, u32 off, u32 v)
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

void em_dxbal_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & ~15u;
}

/* RAH: address bits, the two that select destination or source, AV */
static void ra_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = (off & 4) ? v & (E1000_RAH_AV | 0x3ffff) : v;
}

static const struct em_reg_row rows[] = {
	{ E1000_CTRL, E1000_CTRL, 0, NULL, em_ctrl_write },
	EM_PLAIN(E1000_STATUS, 0),
	{ E1000_EECD, E1000_EECD, 0, em_eecd_read, em_eecd_write },
	{ E1000_EERD, E1000_EERD, 0, NULL, em_eerd_write },
	EM_PLAIN(E1000_CTRL_EXT, 0x0ffffff0),
	{ E1000_MDIC, E1000_MDIC, 0, NULL, em_mdic_write },
	EM_PLAIN(E1000_FCAL, 0xffffffff),
	EM_PLAIN(E1000_FCAH, 0xffff),
	EM_PLAIN(E1000_FCT, 0xffff),
	EM_PLAIN(E1000_VET, 0xffff),
	{ E1000_ICR, E1000_ICR, 0, em_icr_read, em_icr_write },
	EM_PLAIN(E1000_ITR, 0xffff),
	{ E1000_ICS, E1000_ICS, 0, em_read_zero, em_ics_write },
	{ E1000_IMS, E1000_IMS, 0, NULL, em_ims_write },
	{ E1000_IMC, E1000_IMC, 0, em_read_zero, em_imc_write },
	{ E1000_RCTL, E1000_RCTL, 0, NULL, em_rctl_write },
	EM_PLAIN(E1000_FCTTV, 0xffff),
	EM_PLAIN(E1000_TXCW, 0xc000ffff),
	EM_PLAIN(E1000_RXCW, 0),
	{ E1000_TCTL, E1000_TCTL, 0, NULL, em_tctl_write },
	EM_PLAIN(E1000_TIPG, 0x3fffffff),
	EM_PLAIN(E1000_AIFS, 0xffff),
	EM_PLAIN(E1000_LEDCTL, 0xcfcfcfcf),
	EM_PLAIN(E1000_PBA, 0xffff),
	EM_PLAIN(E1000_FCRTL, 0x8000fff8),
	EM_PLAIN(E1000_FCRTH, 0x8000fff8),
	{ E1000_RDBAL, E1000_RDBAL, 0, NULL, em_dxbal_write },
	EM_PLAIN(E1000_RDBAH, 0xffffffff),
	EM_PLAIN(E1000_RDLEN, 0xfff80),
	EM_PLAIN(E1000_RDH, 0xffff),
	{ E1000_RDT, E1000_RDT, 0, NULL, em_rdt_write },
	{ E1000_RDTR, E1000_RDTR, 0, NULL, rdtr_write },
	EM_PLAIN(E1000_RXDCTL, 0x013f3f3f),
	EM_PLAIN(E1000_RADV, 0xffff),
	EM_PLAIN(E1000_RSRPD, 0xfff),
	{ E1000_TDBAL, E1000_TDBAL, 0, NULL, em_dxbal_write },
	EM_PLAIN(E1000_TDBAH, 0xffffffff),
	EM_PLAIN(E1000_TDLEN, 0xfff80),
	EM_PLAIN(E1000_TDH, 0xffff),
	{ E1000_TDT, E1000_TDT, 0, NULL, em_tdt_write },
	{ E1000_TIDV, E1000_TIDV, 0, NULL, tidv_write },
	EM_PLAIN(E1000_TXDCTL, 0xff3f3f3f),
	EM_PLAIN(E1000_TADV, 0xffff),
	EM_PLAIN(E1000_TSPMT, 0xffffffff),
	{ E1000_CRCERRS, E1000_STAT_END - 4, 0, em_stat_read, NULL },
	EM_PLAIN(E1000_RXCSUM, 0x7ff),
	{ E1000_MTA, E1000_MTA + 4 * (E1000_NR_MTA - 1), 0xffffffff, NULL, NULL },
	{ E1000_RAL0, E1000_RAL0 + 8 * E1000_NR_RA - 4, 0, NULL, ra_write },
	{ E1000_VFTA, E1000_VFTA + 4 * (E1000_NR_VFTA - 1), 0xffffffff, NULL, NULL },
	EM_PLAIN(E1000_WUC, 0xf),
	EM_PLAIN(E1000_WUFC, 0xf80ff),
	EM_PLAIN(E1000_WUS, 0),
	EM_PLAIN(E1000_MANC, 0xffffffff),
};

/* What a reset leaves in registers that do not start as zero (chapter 13). */
static const struct em_reset_value reset_values[] = {
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

static void reset_rings(struct e1000_model *m)
{
	em_rx_reset(m);
	em_tx_reset(m);
}

const struct em_chip em_82540em = {
	.reg_space = 0x6000,
	.rows = rows,
	.nr_rows = ARRAY_SIZE(rows),
	.reset_values = reset_values,
	.nr_reset_values = ARRAY_SIZE(reset_values),
	.device = 0x100e,
	.phy_id2 = 0x0c20,
	.eerd_done = E1000_EERD_DONE,
	.eerd_shift = E1000_EERD_ADDR_SHIFT,
	.rx_fifo = EM_RX_FIFO,
	.reset = reset_rings,
	.intr_update = em_intr_update,
	.tx_run = em_tx_run,
	.loopback = em_loopback,
	.to_wire = em_to_wire,
	.deliver = em_deliver,
	.wanted = em_wanted,
	.max_frame = em_max_frame,
	.to_memory = em_to_memory,
	.train = em_train_to_memory,
	.rx_room = em_rx_room,
};

void em_regs_init(struct e1000_model *m)
{
	const struct em_chip *chip = m->chip;
	u32 i, off;

	ASSERT(chip->nr_rows < 255); /* a row fits an octet */
	for (i = 0; i < chip->nr_rows; i++)
		for (off = chip->rows[i].first; off <= chip->rows[i].last; off += 4)
			m->row[off / 4] = (u8)(i + 1);
}

static const struct em_reg_row *find_row(const struct e1000_model *m, u32 off)
{
	u8 row = off < m->chip->reg_space ? m->row[off / 4] : 0;

	return row ? &m->chip->rows[row - 1] : NULL;
}

static u32 read32(struct e1000_model *m, u32 off)
{
	const struct em_reg_row *row = find_row(m, off);

	if (!row)
		return 0;
	return row->read ? row->read(m, off) : em_get(m, off);
}

static void write32(struct e1000_model *m, u32 off, u32 v)
{
	const struct em_reg_row *row = find_row(m, off);

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
