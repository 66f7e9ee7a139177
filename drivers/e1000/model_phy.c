// SPDX-License-Identifier: BSD-2-Clause
/* The internal PHY behind MDIC: identity, auto-negotiation, link (802.3 clauses 22 and 28). */
#include "drivers/e1000/model_priv.h"

enum { PHY_ADDRESS = 1 };

void em_phy_reset(struct e1000_model *m)
{
	u16 *r = m->phy.reg;

	memset(m->phy.reg, 0, sizeof(m->phy.reg));
	r[PHY_BMCR] = PHY_BMCR_ANENABLE | 0x0140; /* full duplex, 1000 Mb/s */
	r[PHY_BMSR] = 0x7949;
	r[PHY_ID1] = 0x0141;
	r[PHY_ID2] = m->chip->phy_id2;
	r[PHY_ANAR] = 0x0de1; /* both kinds of pause, 10 and 100 */
	r[PHY_GBCR] = 0x0e00;
	r[PHY_ESR] = 0x3000;
	em_phy_restart(m);
}

/* Link falls; it comes back when negotiation has ended with somebody. */
void em_phy_restart(struct e1000_model *m)
{
	u16 *r = m->phy.reg;

	m->phy.link = false;
	r[PHY_BMSR] &= (u16) ~(PHY_BMSR_ANEGCOMPLETE | PHY_BMSR_LSTATUS);
	r[PHY_ANLPAR] = r[PHY_GBSR] = r[PHY_ANER] = r[PHY_PSSR] = 0;
	em_timer_set(m, EM_T_AUTONEG, U64_MAX);
	if (m->cable && !(r[PHY_BMCR] & PHY_BMCR_PDOWN))
		em_timer_set(m, EM_T_AUTONEG, m->now + m->cfg.autoneg_ns);
	em_link_update(m);
}

void em_phy_autoneg_done(struct e1000_model *m)
{
	u16 *r = m->phy.reg;

	m->phy.link = true;
	r[PHY_BMSR] |= PHY_BMSR_LSTATUS | PHY_BMSR_ANEGCOMPLETE;
	r[PHY_ANLPAR] = 0x4de1; /* the partner acknowledges, can do all that we can */
	r[PHY_ANER] = 0x0001;
	r[PHY_GBSR] = 0x3c00;
	r[PHY_PSSR] = 0xac08; /* 1000 Mb/s, full duplex, resolved, link */
	em_link_update(m);
}

static void phy_write(struct e1000_model *m, u32 reg, u16 v)
{
	switch (reg) {
	case PHY_BMCR:
		if (v & PHY_BMCR_RESET) {
			em_phy_reset(m);
			return;
		}
		m->phy.reg[reg] = v & (u16)~PHY_BMCR_ANRESTART;
		if (v & (PHY_BMCR_ANRESTART | PHY_BMCR_PDOWN) || !m->phy.link)
			em_phy_restart(m);
		return;
	case PHY_BMSR:
	case PHY_ID1:
	case PHY_ID2:
	case PHY_ANLPAR:
	case PHY_ANER:
	case PHY_GBSR:
	case PHY_ESR:
	case PHY_PSSR:
		return; /* read only */
	default:
		m->phy.reg[reg] = v;
	}
}

void em_mdic_write(struct e1000_model *m, u32 off, u32 v)
{
	u32 reg = (v >> E1000_MDIC_REG_SHIFT) & 31, phy = (v >> E1000_MDIC_PHY_SHIFT) & 31;
	u32 *mdic = em_reg(m, off);

	*mdic = (v & ~E1000_MDIC_ERROR) | E1000_MDIC_READY;
	if (phy != PHY_ADDRESS)
		*mdic |= E1000_MDIC_ERROR;
	else if (v & E1000_MDIC_OP_WRITE)
		phy_write(m, reg, (u16)v);
	else if (v & E1000_MDIC_OP_READ)
		*mdic = (*mdic & 0xffff0000u) | m->phy.reg[reg];
	if (v & E1000_MDIC_INT_EN)
		em_cause(m, E1000_ICR_MDAC);
}
