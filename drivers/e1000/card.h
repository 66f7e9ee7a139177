/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drivers of the 82540EM and the 82576 do alike with their card's registers. */
#ifndef NETSTACK_DRIVERS_E1000_CARD_H
#define NETSTACK_DRIVERS_E1000_CARD_H

#include "drivers/drivers.h"
#include "drivers/e1000/hw.h"
#include "drivers/e1000/regs.h"

/* Where EERD of a card has the address and the bit that says that the word is there. */
struct card_eerd {
	u32 addr_shift, done;
};

/* words[0 .. nr), nr at most E1000_EEPROM_WORDS. -EIO: no answer */
int card_read_eeprom(struct e1000_hw *hw, struct card_eerd eerd, u16 *words, u32 nr);
bool card_eeprom_adds_up(struct e1000_hw *hw, struct card_eerd eerd);
/* The address in the EEPROM. -EIO: it does not add up; -EADDRNOTAVAIL */
int card_read_mac(struct e1000_hw *hw, struct card_eerd eerd, u8 *mac);
void card_write_mac(struct e1000_hw *hw, const u8 *mac);
/* The device's groups in the multicast table, RCTL.MO 0, and what extra (or NULL) holds. mta: what is in it;
 * only changes are written. */
void card_write_mta(struct e1000_hw *hw, const struct net_device *dev, const u32 *extra, u32 *mta);
/* VLANs that are let in, by bit: want becomes what VFTA holds. vfta: what is in it; only changes are
 * written. */
void card_write_vfta(struct e1000_hw *hw, const u32 *want, u32 *vfta);
/* All of VFTA nothing, whatever it held; vfta: the same. */
void card_clear_vfta(struct e1000_hw *hw, u32 *vfta);
static inline void card_vlan_set(u32 *table, u16 vid, bool on)
{
	table[vid >> 5] = on ? table[vid >> 5] | 1u << (vid & 31) : table[vid >> 5] & ~(1u << (vid & 31));
}
u32 card_mta_hash(const u8 *group); /* 12 bits: word and bit of the table */
/* VET, and flow control by PAUSE frames with the thresholds of Intel's manual. */
void card_write_frame_types(struct e1000_hw *hw);
/* Sets CTRL to what both ends said of PAUSE frames in negotiation (802.3 annex 28B); CTRL's two bits. */
u32 card_write_flow_control(struct e1000_hw *hw);
void card_drop_without_link(struct net_device *dev, struct sk_buff *skb);
u32 card_speed(u32 status); /* Mb/s by STATUS, 0: no link */

#endif
