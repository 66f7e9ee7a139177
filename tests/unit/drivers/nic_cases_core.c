// SPDX-License-Identifier: BSD-2-Clause
/* EEPROM, PHY, link, reset, the register file itself. */
#include "tests/unit/drivers/nic_cases.h"

void case_eeprom_sums_to_baba(struct board *b)
{
	u16 word[E1000_EEPROM_WORDS], sum = 0;
	u32 i;

	for (i = 0; i < E1000_EEPROM_WORDS; i++)
		sum = (u16)(sum + (word[i] = b_eeprom(b, i)));
	cr_assert_eq(sum, E1000_EEPROM_SUM);
	for (i = 0; i < 3; i++)
		cr_assert_eq(word[i], board_mac[2 * i] | board_mac[2 * i + 1] << 8);
	cr_assert_eq(word[0x0d], b->x->device, "%#x", word[0x0d]);
	cr_assert_eq(b_rd(b, E1000_RAL0), (u32)word[0] | (u32)word[1] << 16, "loaded from it");
	cr_assert_eq(b_rd(b, E1000_RAH0), word[2] | E1000_RAH_AV);
}

/* -- Microwire ---------------------------------------------------------------------------- */
/* One clock; what the EEPROM shows while it is high. */
static bool mw_bit(struct board *b, bool di)
{
	u32 v = E1000_EECD_REQ | E1000_EECD_CS | (di ? E1000_EECD_DI : 0);
	bool out;

	b_wr(b, E1000_EECD, v);
	b_wr(b, E1000_EECD, v | E1000_EECD_SK);
	out = b_rd(b, E1000_EECD) & E1000_EECD_DO;
	b_wr(b, E1000_EECD, v);
	return out;
}

static void mw_command(struct board *b, u32 bits, u32 nr)
{
	b_wr(b, E1000_EECD, E1000_EECD_REQ);
	b_wr(b, E1000_EECD, E1000_EECD_REQ | E1000_EECD_CS);
	while (nr--)
		mw_bit(b, bits >> nr & 1);
}

static u16 mw_read(struct board *b, u32 word)
{
	u16 v = 0;
	u32 i;

	mw_command(b, 6u << 6 | word, 9);
	for (i = 0; i < 16; i++)
		v = (u16)(v << 1 | mw_bit(b, false));
	b_wr(b, E1000_EECD, 0);
	return v;
}

void case_eeprom_bit_by_bit(struct board *b)
{
	u32 i;

	B_NEEDS(b, microwire);
	cr_assert(b_rd(b, E1000_EECD) & E1000_EECD_PRES);
	b_wr(b, E1000_EECD, E1000_EECD_REQ);
	cr_assert(b_rd(b, E1000_EECD) & E1000_EECD_GNT);
	for (i = 0; i < E1000_EEPROM_WORDS; i += 7)
		cr_assert_eq(mw_read(b, i), b_eeprom(b, i), "word %u", i);
	cr_assert_eq(mw_read(b, 63), b_eeprom(b, 63));
}

void case_eeprom_writes_when_enabled(struct board *b)
{
	B_NEEDS(b, eeprom_writable);
	mw_command(b, (5u << 6 | 0x20) << 16 | 0x1234, 25);
	b_wr(b, E1000_EECD, 0);
	cr_assert_neq(b_eeprom(b, 0x20), 0x1234, "writing was not enabled");
	mw_command(b, 4u << 6 | 3u << 4, 9); /* EWEN */
	mw_command(b, (5u << 6 | 0x20) << 16 | 0x1234, 25);
	b_wr(b, E1000_EECD, 0);
	cr_assert_eq(b_eeprom(b, 0x20), 0x1234);
	mw_command(b, 7u << 6 | 0x20, 9); /* erase */
	cr_assert_eq(b_eeprom(b, 0x20), 0xffff);
	mw_command(b, 4u << 6, 9); /* EWDS */
	mw_command(b, (5u << 6 | 0x20) << 16 | 0x4321, 25);
	cr_assert_eq(b_eeprom(b, 0x20), 0xffff);
}

/* -- PHY ------------------------------------------------------------------------------------ */
void case_phy_identity(struct board *b)
{
	cr_assert_eq(b_phy_read(b, PHY_ID1), 0x0141);
	cr_assert_eq(b_phy_read(b, PHY_ID2), b->x->phy_id2, "%#x", b_phy_read(b, PHY_ID2));
	cr_assert(b_phy_read(b, PHY_BMSR) & PHY_BMSR_LSTATUS);
	cr_assert(b_phy_read(b, PHY_BMCR) & PHY_BMCR_ANENABLE);
	cr_assert_neq(b_phy_read(b, PHY_ANAR) & 0x1e0, 0, "10 and 100 Mb/s are offered");
}

void case_phy_wrong_address(struct board *b)
{
	b_wr(b, E1000_MDIC, E1000_MDIC_OP_READ | 7u << E1000_MDIC_PHY_SHIFT);
	b_turns(b, 1);
	cr_assert(b_rd(b, E1000_MDIC) & E1000_MDIC_ERROR);
	cr_assert_eq(b_phy_read(b, PHY_ID1), 0x0141, "and the next one is answered");
}

void case_phy_read_only_registers(struct board *b)
{
	static const u8 fixed[] = { PHY_BMSR, PHY_ID1, PHY_ID2, PHY_ANLPAR, PHY_GBSR, PHY_PSSR };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(fixed); i++) {
		u16 was = b_phy_read(b, fixed[i]);

		b_phy_write(b, fixed[i], (u16)~was);
		cr_assert_eq(b_phy_read(b, fixed[i]), was, "register %u", fixed[i]);
	}
	b_phy_write(b, PHY_ANAR, 0x01e1);
	cr_assert_eq(b_phy_read(b, PHY_ANAR), 0x01e1);
}

/* Link goes and comes back; the station is told by LSC. */
void case_phy_negotiates(struct board *b)
{
	b_wr(b, E1000_IMS, E1000_ICR_LSC);
	b_phy_write(b, PHY_BMCR, PHY_BMCR_ANENABLE | PHY_BMCR_ANRESTART | 0x0140);
	if (b->x->phy_link_down) {
		cr_assert_not(b_rd(b, E1000_STATUS) & E1000_STATUS_LU);
		cr_assert_not(b_phy_read(b, PHY_BMSR) & PHY_BMSR_ANEGCOMPLETE);
		cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_LSC);
	}
	cr_assert(B_WAIT(b, b->ops->line(b)));
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_LSC);
	cr_assert(B_WAIT(b, b_rd(b, E1000_STATUS) & E1000_STATUS_LU));
	cr_assert(b_phy_read(b, PHY_BMSR) & PHY_BMSR_ANEGCOMPLETE);
	cr_assert_not(b_phy_read(b, PHY_BMCR) & PHY_BMCR_ANRESTART, "it clears itself");
}

void case_phy_power_down(struct board *b)
{
	B_NEEDS(b, phy_power_down);
	b_phy_write(b, PHY_BMCR, PHY_BMCR_ANENABLE | PHY_BMCR_PDOWN);
	b_turns(b, BOARD_WAITS);
	cr_assert_not(b_rd(b, E1000_STATUS) & E1000_STATUS_LU);
	b_phy_write(b, PHY_BMCR, PHY_BMCR_ANENABLE);
	cr_assert(B_WAIT(b, b_rd(b, E1000_STATUS) & E1000_STATUS_LU));
	b_phy_write(b, PHY_ANAR, 0x0021);
	b_phy_write(b, PHY_BMCR, PHY_BMCR_RESET);
	cr_assert_not(b_phy_read(b, PHY_BMCR) & PHY_BMCR_RESET);
	cr_assert_neq(b_phy_read(b, PHY_ANAR), 0x0021, "its registers are as after power-up");
}

void case_mdic_interrupt(struct board *b)
{
	b_rd(b, E1000_ICR);
	b_phy_read(b, PHY_ID1);
	cr_assert_not(b_rd(b, E1000_ICR) & E1000_ICR_MDAC);
	b_wr(b, E1000_MDIC, E1000_MDIC_OP_READ | E1000_MDIC_INT_EN | 1u << E1000_MDIC_PHY_SHIFT);
	b_turns(b, 2);
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_MDAC);
}

void case_cable_out_and_in(struct board *b)
{
	b_wr(b, E1000_IMS, E1000_ICR_LSC);
	b->ops->cable(b, false);
	cr_assert(B_WAIT(b, !(b_rd(b, E1000_STATUS) & E1000_STATUS_LU)));
	cr_assert(B_WAIT(b, b->ops->line(b)));
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_LSC);
	cr_assert_not(b->ops->line(b));
	cr_assert_not(B_WAIT(b, b_rd(b, E1000_STATUS) & E1000_STATUS_LU), "nobody is at the other end");
	b->ops->cable(b, true);
	cr_assert(B_WAIT(b, b_rd(b, E1000_STATUS) & E1000_STATUS_LU));
	cr_assert(B_WAIT(b, b->ops->line(b)));
	cr_assert(b_rd(b, E1000_ICR) & E1000_ICR_LSC);
}

/* -- registers -------------------------------------------------------------------------------- */
/* A register that a reset clears does; where nothing is cleared, it keeps its value. */
void case_reset_clears_registers(struct board *b)
{
	b_tx_start(b, 16);
	b_wr(b, E1000_IMS, E1000_ICR_LSC);
	b_wr(b, E1000_VET, 0x9100);
	b_wr(b, E1000_RAL0 + 8, 0x12345678);
	b_set(b, E1000_CTRL, E1000_CTRL_RST);
	b_turns(b, 20);
	cr_assert_not(b_rd(b, E1000_CTRL) & E1000_CTRL_RST, "it clears itself");
	B_NEEDS(b, reset_registers);
	cr_assert_eq(b_rd(b, E1000_IMS), 0);
	cr_assert_eq(b_rd(b, E1000_ICR), 0);
	cr_assert_eq(b_rd(b, E1000_TCTL) & E1000_TCTL_EN, 0);
	cr_assert_eq(b_rd(b, E1000_TDBAL), 0);
	cr_assert_eq(b_rd(b, E1000_TDLEN), 0);
	cr_assert_eq(b_rd(b, E1000_VET), 0x8100);
	cr_assert_eq(b_rd(b, E1000_RAL0 + 8), 0);
	cr_assert_eq(b_rd(b, E1000_RAH0) & E1000_RAH_AV, E1000_RAH_AV, "from the EEPROM again");
	cr_assert_not(b_rd(b, E1000_STATUS) & E1000_STATUS_LU, "CTRL.SLU went with the rest");
}

static const struct {
	u16 off;
	u32 bits; /* that can be written */
} bits[] = {
	{ E1000_FCAL, 0xffffffff },  { E1000_FCAH, 0xffff },	   { E1000_FCT, 0xffff },
	{ E1000_VET, 0xffff },	     { E1000_ITR, 0xffff },	   { E1000_FCTTV, 0xffff },
	{ E1000_TIPG, 0x3fffffff },  { E1000_FCRTL, 0x8000fff8 },  { E1000_FCRTH, 0x8000fff8 },
	{ E1000_RDBAL, 0xfffffff0 }, { E1000_RDBAH, 0xffffffff },  { E1000_RDLEN, 0xfff80 },
	{ E1000_RADV, 0xffff },	     { E1000_TDBAL, 0xfffffff0 },  { E1000_TDBAH, 0xffffffff },
	{ E1000_TDLEN, 0xfff80 },    { E1000_TADV, 0xffff },	   { E1000_RXCSUM, 0x7ff },
	{ E1000_RSRPD, 0xfff },	     { E1000_RXDCTL, 0x013f3f3f }, { E1000_TXDCTL, 0xff3f3f3f },
	{ E1000_STATUS, 0 },
};

void case_registers_keep_their_bits(struct board *b)
{
	u32 i, was;

	B_NEEDS(b, read_back);
	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		was = b_rd(b, bits[i].off);
		b_wr(b, bits[i].off, ~0u);
		cr_assert_eq(b_rd(b, bits[i].off), bits[i].bits | (bits[i].bits ? 0 : was),
			     "%#x: %#x", bits[i].off, b_rd(b, bits[i].off));
		b_wr(b, bits[i].off, 0);
		cr_assert_eq(b_rd(b, bits[i].off), bits[i].bits ? 0 : was, "%#x", bits[i].off);
	}
}

void case_ctrl_keeps_its_bits(struct board *b)
{
	const u32 resets = E1000_CTRL_RST | E1000_CTRL_PHY_RST;

	B_NEEDS(b, read_back);
	b_wr(b, E1000_CTRL, ~resets);
	cr_assert_eq(b_rd(b, E1000_CTRL), 0x5fffffe9 & ~resets, "%#x", b_rd(b, E1000_CTRL));
}

static void keeps(struct board *b, u32 off, u32 mask)
{
	u32 value = (off * 0x9e3779b1u) & mask;

	b_wr(b, off, value);
	cr_assert_eq(b_rd(b, off), value, "%#x: %#x", off, b_rd(b, off));
}

void case_tables_keep_all_bits(struct board *b)
{
	u32 i;

	for (i = 0; i < E1000_NR_MTA; i += 9)
		keeps(b, E1000_MTA + 4 * i, ~0u);
	for (i = 0; i < E1000_NR_VFTA; i += 9)
		keeps(b, E1000_VFTA + 4 * i, ~0u);
	for (i = 1; i < E1000_NR_RA - 1; i += 3) { /* the 82574 has one less */
		keeps(b, E1000_RAL0 + 8 * i, ~0u);
		keeps(b, E1000_RAH0 + 8 * i, E1000_RAH_AV | 0xffff);
	}
}

void case_access_widths(struct board *b)
{
	b_wr(b, E1000_RDBAL, 0x12345600);
	b_wr(b, E1000_RDBAH, 0x9abc);
	cr_assert_eq(b->ops->read(b, E1000_RDBAL, 8), 0x00009abc12345600ull);
	b->ops->write(b, E1000_RDBAL, 8, 0x0000432100765400ull);
	cr_assert_eq(b_rd(b, E1000_RDBAL), 0x00765400);
	cr_assert_eq(b_rd(b, E1000_RDBAH), 0x4321);
	B_NEEDS(b, narrow_ignored);
	b->ops->write(b, E1000_RDBAL, 1, 0xf0);
	b->ops->write(b, E1000_RDBAL, 2, 0xfff0);
	b->ops->write(b, E1000_RDBAL + 2, 4, 0xffffffff);
	b->ops->write(b, E1000_RDBAL + 4, 8, ~0ull);
	cr_assert_eq(b_rd(b, E1000_RDBAL), 0x00765400);
	cr_assert_eq(b_rd(b, E1000_RDBAH), 0x4321);
	cr_assert_eq(b->ops->read(b, E1000_RDBAL, 2), 0);
	cr_assert_eq(b->ops->read(b, E1000_RDBAL + 1, 4), 0);
}

void case_beyond_the_registers(struct board *b)
{
	static const u32 offs[] = { 0x7ffc, 0xbffc, 0xfffc };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(offs); i++) {
		b_wr(b, offs[i], ~0u);
		cr_assert_eq(b_rd(b, offs[i]), 0, "%#x", offs[i]);
	}
	cr_assert(b_rd(b, E1000_STATUS) & E1000_STATUS_LU, "nothing happened");
}
