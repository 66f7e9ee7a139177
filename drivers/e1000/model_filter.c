// SPDX-License-Identifier: BSD-2-Clause
/* Which frames are taken (3.2.1): exact addresses, the multicast hash, broadcast, promiscuous, and
 * the VLAN table. */
#include "drivers/e1000/model_priv.h"

#include "wire/wire.h"

static bool match_exact(const struct e1000_model *m, const u8 *dst)
{
	u32 low = (u32)dst[0] | (u32)dst[1] << 8 | (u32)dst[2] << 16 | (u32)dst[3] << 24;
	u32 high = (u32)dst[4] | (u32)dst[5] << 8, i;

	for (i = 0; i < E1000_NR_RA; i++) {
		u32 rah = em_get(m, E1000_RAH0 + 8 * i);

		if ((rah & (E1000_RAH_AV | 0x3ffff)) == (E1000_RAH_AV | high) &&
		    em_get(m, E1000_RAL0 + 8 * i) == low)
			return true;
	}
	return false;
}

/* RCTL.MO chooses which 12 of the address's last 16 bits are looked up. */
bool em_filter_hash(const struct e1000_model *m, const u8 *dst)
{
	static const u8 shift[] = { 4, 3, 2, 0 };
	u32 mo = (em_get(m, E1000_RCTL) >> E1000_RCTL_MO_SHIFT) & 3;
	u32 hash = ((u32)(dst[4] | dst[5] << 8) >> shift[mo]) & 0xfff;

	return em_get(m, E1000_MTA + 4 * (hash >> 5)) >> (hash & 31) & 1;
}

bool em_filter(const struct e1000_model *m, const u8 *frame, bool *imperfect)
{
	u32 rctl = em_get(m, E1000_RCTL);

	*imperfect = false;
	if (eth_addr_is_broadcast(frame))
		return rctl & (E1000_RCTL_BAM | E1000_RCTL_MPE | E1000_RCTL_UPE) ||
		       match_exact(m, frame);
	if (match_exact(m, frame))
		return true;
	if (!eth_addr_is_multicast(frame))
		return rctl & E1000_RCTL_UPE;
	if (em_filter_hash(m, frame)) {
		*imperfect = true;
		return true;
	}
	return rctl & E1000_RCTL_MPE;
}

bool em_frame_tagged(const struct e1000_model *m, const u8 *frame, u32 len)
{
	return len >= ETH_HLEN + VLAN_TAG_LEN && get_be16(frame + 12) == em_get(m, E1000_VET);
}

bool em_vlan_filter(const struct e1000_model *m, u16 tci)
{
	u32 rctl = em_get(m, E1000_RCTL), vid = tci & VLAN_VID_MASK;

	if (!(rctl & E1000_RCTL_VFE))
		return true;
	if (!(em_get(m, E1000_VFTA + 4 * (vid >> 5)) >> (vid & 31) & 1))
		return false;
	/* the canonical form indicator must be the one asked for */
	return !(rctl & E1000_RCTL_CFIEN) || !!(tci & VLAN_DEI_MASK) == !!(rctl & E1000_RCTL_CFI);
}
