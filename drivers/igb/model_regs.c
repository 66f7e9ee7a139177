// SPDX-License-Identifier: BSD-2-Clause
/* The 82576's registers, one row per register or array with the bits that a write may change. */
#include "drivers/igb/model_priv.h"

/* -- queues ------------------------------------------------------------------------------- */
/* Writable bits, by offset / 4; the rest is not there. */
static const u32 rx_bits[IGB_Q_STRIDE / 4] = {
	[IGB_Q_BAL / 4] = 0xffffff80, [IGB_Q_BAH / 4] = 0xffffffff,
	[IGB_Q_LEN / 4] = 0xfff80,    [IGB_Q_SRRCTL / 4] = 0x8ff00f7f,
	[IGB_Q_HEAD / 4] = 0xffff,    [IGB_Q_DCA / 4] = 0xff00ffff,
	[IGB_Q_TAIL / 4] = 0xffff,    [IGB_Q_DCTL / 4] = 0x021f1f1f,
};
static const u32 tx_bits[IGB_Q_STRIDE / 4] = {
	[IGB_Q_BAL / 4] = 0xffffff80,	 [IGB_Q_BAH / 4] = 0xffffffff,
	[IGB_Q_LEN / 4] = 0xfff80,	 [IGB_Q_HEAD / 4] = 0xffff,
	[IGB_Q_DCA / 4] = 0xff00ffff,	 [IGB_Q_TAIL / 4] = 0xffff,
	[IGB_Q_DCTL / 4] = 0x0a1f1f1f,	 [IGB_Q_TDWBAL / 4] = 0xfffffffd,
	[IGB_Q_TDWBAH / 4] = 0xffffffff,
};

u32 im_queue_read(struct e1000_model *m, u32 off)
{
	u32 v = em_get(m, off);

	if (off < IGB_TXQ && (off & (IGB_Q_STRIDE - 1)) == IGB_Q_RQDPC)
		*em_reg(m, off) = 0;
	return v;
}

void im_queue_write(struct e1000_model *m, u32 off, u32 v)
{
	bool rx = off < IGB_TXQ;
	u32 q = (off & 0x3ff) / IGB_Q_STRIDE, reg = off & (IGB_Q_STRIDE - 1);
	u32 mask = (rx ? rx_bits : tx_bits)[reg / 4], was = em_get(m, off);

	if (!mask)
		return;
	*em_reg(m, off) = v & mask;
	if (reg == IGB_Q_DCTL && ((was ^ v) & IGB_DCTL_ENABLE))
		rx ? im_rx_off(m, q) : im_tx_off(m, q);
	else if (reg == IGB_Q_DCTL && (v & IGB_DCTL_SWFLUSH))
		rx ? im_rx_flush(m, q) : im_tx_flush(m, q);
	else if (reg == IGB_Q_TAIL && rx)
		im_of(m)->rx[q].low = false;
	if (reg == IGB_Q_DCTL || reg == IGB_Q_TAIL)
		em_kick(m);
}

/* The registers of the first four queues where the older controllers have theirs. */
static u32 of_alias(u32 off)
{
	u32 rx = off < IGB_TXQ_ALIAS, q = off >> 8 & 3;

	return (rx ? im_rxq_reg(q, 0) : im_txq_reg(q, 0)) + (off & 0x3f);
}

static u32 alias_read(struct e1000_model *m, u32 off)
{
	return im_queue_read(m, of_alias(off));
}

static void alias_write(struct e1000_model *m, u32 off, u32 v)
{
	im_queue_write(m, of_alias(off), v);
}

/* -- others ------------------------------------------------------------------------------- */
static void rctl_write(struct e1000_model *m, u32 off, u32 v)
{
	bool was = em_get(m, off) & E1000_RCTL_EN;

	*em_reg(m, off) = v & 0x04dfb3feu;
	if (was && !(v & E1000_RCTL_EN))
		em_fifo_reset(m);
	em_kick(m);
}

static void tctl_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & 0x03fffffa;
	em_kick(m);
}

static void gpie_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = v & (IGB_GPIE_NSICR | IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_PBA);
	im_intr_update(m);
}

static u32 eims_read(struct e1000_model *m, u32 off)
{
	(void)off;
	return em_get(m, IGB_EIMS);
}

static void rah_write(struct e1000_model *m, u32 off, u32 v)
{
	*em_reg(m, off) = (off & 4) ? v & (E1000_RAH_AV | 0x03ffffff) : v;
}

static u32 wvbr_read(struct e1000_model *m, u32 off)
{
	u32 v = em_get(m, off);

	*em_reg(m, off) = 0;
	return v;
}

#define ARRAY(off, nr, bits)                                    \
	{                                                       \
		(off), (off) + 4 * ((nr)-1), (bits), NULL, NULL \
	}
static const struct em_reg_row rows[] = {
	{ E1000_CTRL, E1000_CTRL, 0, NULL, em_ctrl_write },
	EM_PLAIN(E1000_STATUS, 0),
	EM_PLAIN(E1000_EECD, 0),
	{ E1000_EERD, E1000_EERD, 0, NULL, em_eerd_write },
	EM_PLAIN(E1000_CTRL_EXT, 0x18c04ff0),
	{ E1000_MDIC, E1000_MDIC, 0, NULL, em_mdic_write },
	EM_PLAIN(E1000_FCAL, 0xffffffff),
	EM_PLAIN(E1000_FCAH, 0xffff),
	EM_PLAIN(E1000_FCT, 0xffff),
	EM_PLAIN(E1000_VET, 0xffff),
	{ E1000_ICR, E1000_ICR, 0, im_icr_read, im_icr_write },
	{ E1000_ICS, E1000_ICS, 0, em_read_zero, im_ics_write },
	{ E1000_IMS, E1000_IMS, 0, NULL, im_ims_write },
	{ E1000_IMC, E1000_IMC, 0, em_read_zero, im_imc_write },
	{ IGB_ICR, IGB_ICR, 0, im_icr_read, im_icr_write },
	{ IGB_ICS, IGB_ICS, 0, em_read_zero, im_ics_write },
	{ IGB_IMS, IGB_IMS, 0, im_ims_read, im_ims_write },
	{ IGB_IMC, IGB_IMC, 0, em_read_zero, im_imc_write },
	EM_PLAIN(IGB_IAM, IGB_ICR_ALL),
	{ IGB_GPIE, IGB_GPIE, 0, NULL, gpie_write },
	{ IGB_EICS, IGB_EICS, 0, em_read_zero, im_eics_write },
	{ IGB_EIMS, IGB_EIMS, 0, NULL, im_eims_write },
	{ IGB_EIMC, IGB_EIMC, 0, eims_read, im_eimc_write },
	EM_PLAIN(IGB_EIAC, IM_VECTOR_MASK),
	EM_PLAIN(IGB_EIAM, IM_VECTOR_MASK | IGB_EICR_OTHER),
	{ IGB_EICR, IGB_EICR, 0, im_eicr_read, im_eicr_write },
	{ IGB_EITR, IGB_EITR + 4 * (IGB_VECTORS - 1), 0, NULL, im_eitr_write },
	ARRAY(IGB_IVAR, 8, 0x9f9f9f9f),
	EM_PLAIN(IGB_IVAR_MISC, 0x9f9f),
	{ E1000_RCTL, E1000_RCTL, 0, NULL, rctl_write },
	EM_PLAIN(E1000_FCTTV, 0xffff),
	{ E1000_TCTL, E1000_TCTL, 0, NULL, tctl_write },
	EM_PLAIN(E1000_TIPG, 0x3fffffff),
	EM_PLAIN(E1000_LEDCTL, 0xcfcfcfcf),
	EM_PLAIN(E1000_FCRTL, 0x8000fff0),
	EM_PLAIN(E1000_FCRTH, 0xfff0),
	ARRAY(IGB_VMBMEM, IGB_POOLS *IGB_MBX_WORDS, 0xffffffff),
	{ IGB_P2VMAILBOX, IGB_P2VMAILBOX + 4 * (IGB_POOLS - 1), 0, im_p2v_read, im_p2v_write },
	{ IGB_MBVFICR, IGB_MBVFICR, 0, NULL, im_mbvficr_write },
	EM_PLAIN(IGB_MBVFIMR, 0x00ff00ff),
	{ IGB_VFLRE, IGB_VFLRE, 0, NULL, im_mbvficr_write },
	EM_PLAIN(IGB_VFRE, 0xff),
	EM_PLAIN(IGB_VFTE, 0xff),
	EM_PLAIN(IGB_DTXSWC, 0x8000ffff),
	{ IGB_WVBR, IGB_WVBR, 0, wvbr_read, NULL },
	ARRAY(IGB_VMVIR, IGB_POOLS, 0xc000ffff),
	{ E1000_CRCERRS, E1000_STAT_END - 4, 0, em_stat_read, NULL },
	EM_PLAIN(E1000_RXCSUM, 0x3bff),
	EM_PLAIN(IGB_RLPML, 0x3fff),
	ARRAY(E1000_MTA, E1000_NR_MTA, 0xffffffff),
	{ E1000_RAL0, E1000_RAL0 + 8 * 16 - 4, 0, NULL, rah_write },
	{ IGB_RAL16, IGB_RAL16 + 8 * (IGB_NR_RA - 16) - 4, 0, NULL, rah_write },
	ARRAY(E1000_VFTA, E1000_NR_VFTA, 0xffffffff),
	EM_PLAIN(IGB_MRQC, 0x01ff003f),
	EM_PLAIN(IGB_VT_CTL, 0x60000380),
	ARRAY(IGB_VMOLR, IGB_POOLS, 0xdf033fff),
	ARRAY(IGB_RETA_REG, IGB_RETA / 4, 0x0f0f0f0f),
	ARRAY(IGB_RSSRK, IGB_RSS_KEY / 4, 0xffffffff),
	ARRAY(IGB_VLVF, IGB_NR_VLVF, 0x801fffff),
	ARRAY(IGB_UTA, 128, 0xffffffff),
	{ IGB_RXQ, IGB_RXQ + IGB_QUEUES *IGB_Q_STRIDE - 4, 0, im_queue_read, im_queue_write },
	{ IGB_TXQ, IGB_TXQ + IGB_QUEUES *IGB_Q_STRIDE - 4, 0, im_queue_read, im_queue_write },
	{ IGB_RXQ_ALIAS, IGB_RXQ_ALIAS + 0x3c, 0, alias_read, alias_write },
	{ IGB_RXQ_ALIAS + 0x100, IGB_RXQ_ALIAS + 0x13c, 0, alias_read, alias_write },
	{ IGB_RXQ_ALIAS + 0x200, IGB_RXQ_ALIAS + 0x23c, 0, alias_read, alias_write },
	{ IGB_RXQ_ALIAS + 0x300, IGB_RXQ_ALIAS + 0x33c, 0, alias_read, alias_write },
	{ IGB_TXQ_ALIAS, IGB_TXQ_ALIAS + 0x3c, 0, alias_read, alias_write },
	{ IGB_TXQ_ALIAS + 0x100, IGB_TXQ_ALIAS + 0x13c, 0, alias_read, alias_write },
	{ IGB_TXQ_ALIAS + 0x200, IGB_TXQ_ALIAS + 0x23c, 0, alias_read, alias_write },
	{ IGB_TXQ_ALIAS + 0x300, IGB_TXQ_ALIAS + 0x33c, 0, alias_read, alias_write },
};

static const struct em_reset_value reset_values[] = {
	{ E1000_CTRL, E1000_CTRL_FD | 0x200 },
	{ E1000_EECD, E1000_EECD_PRES | 0x200 },
	{ E1000_TIPG, 0x00601008 },
	{ E1000_VET, 0x8100 },
	{ E1000_FCAL, 0x00c28001 },
	{ E1000_FCAH, 0x00000100 },
	{ E1000_FCT, 0x8808 },
	{ E1000_TCTL, 0x8 },
	{ IGB_RLPML, 1518 },
	{ E1000_RXCSUM, E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL },
};

const struct em_chip im_chip = {
	.reg_space = IGB_REG_SPACE,
	.rows = rows,
	.nr_rows = ARRAY_SIZE(rows),
	.reset_values = reset_values,
	.nr_reset_values = ARRAY_SIZE(reset_values),
	.device = 0x10c9,
	.phy_id2 = 0x0391,
	.eerd_done = IGB_EERD_DONE,
	.eerd_shift = 2,
	.rx_fifo = 64 * 1024,
	.reset = im_reset,
	.intr_update = im_intr_update,
	.run_timers = im_run_timers,
	.deadline = im_deadline,
	.tx_run = im_tx_run,
	.loopback = em_loopback,
	.to_wire = im_to_wire,
	.deliver = im_deliver,
	.sent = im_sent,
	.wanted = im_wanted,
	.max_frame = im_max_frame,
	.to_memory = im_to_memory,
	.train = im_train_to_memory,
	.rx_room = im_rx_room,
};
