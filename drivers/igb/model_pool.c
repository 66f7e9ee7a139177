// SPDX-License-Identifier: BSD-2-Clause
/* Which frames are taken and, with VMDq, by which pools (7.10.3): addresses, groups, broadcast, VLANs,
 * the default pool; and what a pool may send (7.10.3.9). */
#include "drivers/igb/model_priv.h"

#include "wire/wire.h"

static u32 ra_reg(u32 i)
{
	return i < 16 ? E1000_RAL0 + 8 * i : IGB_RAL16 + 8 * (i - 16);
}

/* The pools of all entries with this address, as bits; *match: there is one. */
static u32 pools_of_address(const struct e1000_model *m, const u8 *addr, bool *match)
{
	u32 low = (u32)addr[0] | (u32)addr[1] << 8 | (u32)addr[2] << 16 | (u32)addr[3] << 24;
	u32 high = (u32)addr[4] | (u32)addr[5] << 8 | E1000_RAH_AV, i, pools = 0;

	*match = false;
	for (i = 0; i < IGB_NR_RA; i++) {
		u32 rah = em_get(m, ra_reg(i) + 4);

		if ((rah & (E1000_RAH_AV | 0xffff)) != high || em_get(m, ra_reg(i)) != low)
			continue;
		*match = true;
		pools |= rah >> IGB_RAH_POOL_SHIFT & 0xff;
	}
	return pools;
}

static u32 with_option(const struct e1000_model *m, u32 option)
{
	u32 pools = 0, i;

	for (i = 0; i < IGB_POOLS; i++)
		if (em_get(m, IGB_VMOLR + 4 * i) & option)
			pools |= 1u << i;
	return pools;
}

static bool unicast_hash(const struct e1000_model *m, const u8 *dst)
{
	u32 hash = ((u32)(dst[4] | dst[5] << 8) >> 4) & 0xfff;

	return em_get(m, IGB_UTA + 4 * (hash >> 5)) >> (hash & 31) & 1;
}

static u32 by_address(const struct e1000_model *m, const u8 *dst, bool *exact)
{
	u32 pools = pools_of_address(m, dst, exact);

	if (eth_addr_is_broadcast(dst))
		return pools | with_option(m, IGB_VMOLR_BAM);
	if (eth_addr_is_multicast(dst)) {
		pools |= with_option(m, IGB_VMOLR_MPME);
		return em_filter_hash(m, dst) ? pools | with_option(m, IGB_VMOLR_ROMPE) : pools;
	}
	return unicast_hash(m, dst) ? pools | with_option(m, IGB_VMOLR_ROPE) : pools;
}

static u32 by_vlan(const struct e1000_model *m, u32 vid)
{
	u32 pools = 0, i;

	for (i = 0; i < IGB_NR_VLVF; i++) {
		u32 v = em_get(m, IGB_VLVF + 4 * i);

		if ((v & IGB_VLVF_ENABLE) && (v & IGB_VLVF_VID) == vid)
			pools |= v >> IGB_VLVF_POOL_SHIFT & 0xff;
	}
	return pools;
}

u32 im_pools_of(const struct e1000_model *m, const u8 *frame, u32 len, bool *exact)
{
	u32 vt = em_get(m, IGB_VT_CTL), pools = by_address(m, frame, exact);
	u32 own = 1u << (vt >> IGB_VT_CTL_DEF_SHIFT & 7);
	bool group = eth_addr_is_multicast(frame), tagged = em_frame_tagged(m, frame, len);

	if (tagged && (em_get(m, E1000_RCTL) & E1000_RCTL_VFE))
		pools &= by_vlan(m, get_be16(frame + ETH_HLEN) & VLAN_VID_MASK);
	else if (!tagged)
		pools &= with_option(m, IGB_VMOLR_AUPE);
	*exact &= pools != 0;
	/* What is nobody's is the default pool's. */
	if (!pools && !(vt & IGB_VT_CTL_DIS_DEF) &&
	    (!group || (em_get(m, E1000_RCTL) & (E1000_RCTL_MPE | E1000_RCTL_BAM))) &&
	    (tagged || (with_option(m, IGB_VMOLR_AUPE) & own)))
		pools = own;
	if (group && !(vt & IGB_VT_CTL_REPLICATE))
		pools &= -pools; /* the first only */
	return pools;
}

/* The filters of the whole device, which come first. */
static bool device_wants(const struct e1000_model *m, const u8 *frame)
{
	u32 rctl = em_get(m, E1000_RCTL);
	bool exact;

	pools_of_address(m, frame, &exact);
	if (exact)
		return true;
	if (eth_addr_is_broadcast(frame))
		return rctl & (E1000_RCTL_BAM | E1000_RCTL_MPE | E1000_RCTL_UPE);
	if (eth_addr_is_multicast(frame))
		return (rctl & E1000_RCTL_MPE) || em_filter_hash(m, frame);
	return (rctl & E1000_RCTL_UPE) || unicast_hash(m, frame);
}

bool im_wanted(struct e1000_model *m, const u8 *frame, u32 len)
{
	bool exact;

	if (!device_wants(m, frame) ||
	    (em_frame_tagged(m, frame, len) && !em_vlan_filter(m, get_be16(frame + ETH_HLEN))))
		return false;
	return !im_pools_on(m) || im_pools_of(m, frame, len, &exact);
}

u32 im_max_frame(const struct e1000_model *m, const u8 *frame, u32 len)
{
	u32 tag = em_frame_tagged(m, frame, len) ? VLAN_TAG_LEN : 0, most = em_get(m, IGB_RLPML);

	if (!(em_get(m, E1000_RCTL) & E1000_RCTL_LPE))
		return 1514 + tag;
	most = most < E1000_MAX_FRAME ? most : E1000_MAX_FRAME;
	return most < E1000_FCS_LEN ? 0 : most - E1000_FCS_LEN;
}

bool im_pool_may_send(const struct e1000_model *m, u32 pool, const u8 *frame, u32 len)
{
	u32 dtxswc = em_get(m, IGB_DTXSWC);
	bool match, ok = true;

	if (dtxswc >> pool & 1)
		ok = pools_of_address(m, frame + ETH_ALEN, &match) >> pool & 1;
	if (ok && (dtxswc >> (8 + pool) & 1)) {
		u32 vid = get_be16(frame + ETH_HLEN) & VLAN_VID_MASK;

		ok = !em_frame_tagged(m, frame, len) || (by_vlan(m, vid) >> pool & 1);
	}
	return ok;
}
