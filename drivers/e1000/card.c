// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/e1000/card.h"

#include <errno.h>

#include "wire/wire.h"

enum { POLL_TRIES = 1000, POLL_US = 5 };
enum { PHY_ADDRESS = 1, PAUSE_BITS = 0x0400 };

/* -- EEPROM and PHY ------------------------------------------------------------------------- */
static int read_word(struct e1000_hw *hw, struct card_eerd eerd, u32 addr, u16 *word)
{
	u32 v, i;

	hw_wr32(hw, E1000_EERD, addr << eerd.addr_shift | E1000_EERD_START);
	for (i = 0; i < POLL_TRIES; i++) {
		v = hw_rd32(hw, E1000_EERD);
		if (v & eerd.done) {
			*word = (u16)(v >> E1000_EERD_DATA_SHIFT);
			return 0;
		}
		hw->delay_us(hw->ctx, POLL_US);
	}
	return -EIO;
}

int card_read_eeprom(struct e1000_hw *hw, struct card_eerd eerd, u16 *words, u32 nr)
{
	u32 i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = read_word(hw, eerd, i, &words[i]);
	return err;
}

/* The whole EEPROM, whose words have a known sum. */
static int read_all(struct e1000_hw *hw, struct card_eerd eerd, u16 words[E1000_EEPROM_WORDS])
{
	int err = card_read_eeprom(hw, eerd, words, E1000_EEPROM_WORDS);
	u16 sum = 0;
	u32 i;

	if (err)
		return err;
	for (i = 0; i < E1000_EEPROM_WORDS; i++)
		sum = (u16)(sum + words[i]);
	return sum == E1000_EEPROM_SUM ? 0 : -EIO;
}

bool card_eeprom_adds_up(struct e1000_hw *hw, struct card_eerd eerd)
{
	u16 words[E1000_EEPROM_WORDS];

	return !read_all(hw, eerd, words);
}

int card_read_mac(struct e1000_hw *hw, struct card_eerd eerd, u8 *mac)
{
	u16 words[E1000_EEPROM_WORDS];
	int err = read_all(hw, eerd, words);
	u32 i;

	if (err)
		return err;
	for (i = 0; i < ETH_ALEN; i++)
		mac[i] = (u8)(words[i / 2] >> (8 * (i & 1)));
	return eth_addr_is_valid(mac) ? 0 : -EADDRNOTAVAIL;
}

static bool read_phy(struct e1000_hw *hw, u32 reg, u16 *value)
{
	u32 v, i;

	hw_wr32(hw, E1000_MDIC,
		reg << E1000_MDIC_REG_SHIFT | PHY_ADDRESS << E1000_MDIC_PHY_SHIFT |
			E1000_MDIC_OP_READ);
	for (i = 0; i < POLL_TRIES; i++) {
		v = hw_rd32(hw, E1000_MDIC);
		*value = (u16)v;
		if (v & E1000_MDIC_READY)
			return !(v & E1000_MDIC_ERROR);
		hw->delay_us(hw->ctx, POLL_US);
	}
	return false;
}

/* -- filters -------------------------------------------------------------------------------- */
void card_write_mac(struct e1000_hw *hw, const u8 *m)
{
	hw_wr32(hw, E1000_RAL0, (u32)m[0] | (u32)m[1] << 8 | (u32)m[2] << 16 | (u32)m[3] << 24);
	hw_wr32(hw, E1000_RAH0, (u32)m[4] | (u32)m[5] << 8 | E1000_RAH_AV);
}

u32 card_mta_hash(const u8 *group)
{
	return ((u32)group[4] >> 4 | (u32)group[5] << 4) & 0xfff;
}

void card_write_mta(struct e1000_hw *hw, const struct net_device *dev, const u32 *extra, u32 *mta)
{
	u32 want[E1000_NR_MTA] = { 0 }, i;
	struct dev_mc_addr *mc;

	if (extra)
		memcpy(want, extra, sizeof(want));
	list_for_each_entry(mc, &dev->mc_list, list) {
		u32 hash = card_mta_hash(mc->addr);

		want[hash >> 5] |= 1u << (hash & 31);
	}
	for (i = 0; i < E1000_NR_MTA; i++)
		if (want[i] != mta[i])
			hw_wr32(hw, E1000_MTA + 4 * i, want[i]);
	memcpy(mta, want, sizeof(want));
}

void card_write_vfta(struct e1000_hw *hw, const u32 *want, u32 *vfta)
{
	u32 i;

	for (i = 0; i < E1000_NR_VFTA; i++)
		if (want[i] != vfta[i])
			hw_wr32(hw, E1000_VFTA + 4 * i, want[i]);
	memcpy(vfta, want, E1000_NR_VFTA * sizeof(*vfta));
}

void card_clear_vfta(struct e1000_hw *hw, u32 *vfta)
{
	u32 i;

	for (i = 0; i < E1000_NR_VFTA; i++)
		hw_wr32(hw, E1000_VFTA + 4 * i, 0);
	memset(vfta, 0, E1000_NR_VFTA * sizeof(*vfta));
}

/* -- link ------------------------------------------------------------------------------------ */
void card_write_frame_types(struct e1000_hw *hw)
{
	hw_wr32(hw, E1000_VET, ETH_TYPE_VLAN);
	hw_wr32(hw, E1000_FCAL, 0x00c28001);
	hw_wr32(hw, E1000_FCAH, 0x0100);
	hw_wr32(hw, E1000_FCT, ETH_TYPE_PAUSE);
	hw_wr32(hw, E1000_FCTTV, 0x0680);
	hw_wr32(hw, E1000_FCRTL, 0x4000 | E1000_FCRTL_XONE);
	hw_wr32(hw, E1000_FCRTH, 0x8000);
}

u32 card_write_flow_control(struct e1000_hw *hw)
{
	const u32 both = E1000_CTRL_RFCE | E1000_CTRL_TFCE;
	u32 ctrl = hw_rd32(hw, E1000_CTRL) & ~both;
	u16 ours = 0, theirs = 0;

	if (read_phy(hw, PHY_ANAR, &ours) && read_phy(hw, PHY_ANLPAR, &theirs) &&
	    (ours & theirs & PAUSE_BITS))
		ctrl |= both;
	hw_wr32(hw, E1000_CTRL, ctrl);
	return ctrl & both;
}

u32 card_speed(u32 status)
{
	if (!(status & E1000_STATUS_LU))
		return 0;
	return status & E1000_STATUS_SPEED_1000 ? 1000 : status & 0x40 ? 100 : 10;
}

void card_drop_without_link(struct net_device *dev, struct sk_buff *skb)
{
	dev->stats.tx_errors++;
	dev->stats.tx_carrier_errors++;
	kfree_skb_reason(skb, SKB_DROP_DEV_READY);
}
