// SPDX-License-Identifier: BSD-2-Clause
/*
 * The physical function's side of virtual ones (7.8, 7.10): a pool for each with its address and groups,
 * frames between pools, and a mailbox by which each asks for what it needs. Pool nr_vfs is the own one.
 */
#include "drivers/igb/driver_priv.h"

enum { FRAME_MAX = ETH_DATA_LEN + ETH_HLEN + VLAN_TAG_LEN + E1000_FCS_LEN };

static u32 pool_bit(u32 pool)
{
	return 1u << (IGB_VLVF_POOL_SHIFT + pool);
}

/* Entry 0 is for priority tags, which all may have. */
void igb_vfs_init(struct igb_adapter *a)
{
	static const u8 none[ETH_ALEN];
	u32 i;

	if (a->nr_vfs)
		a->vlvf[0] = IGB_VLVF_ENABLE | (pool_bit(a->nr_vfs + 1) - pool_bit(0));

	for (i = 0; i < a->nr_vfs; i++)
		mac_pick(a->dev->net, a->vf[i].mac, none);
}

/* -- VLANs ------------------------------------------------------------------------------------ */
static void leave_vlan(u32 *entry, u32 pool)
{
	*entry &= ~pool_bit(pool);
	if (!(*entry & IGB_VLVF_POOLS))
		*entry = 0;
}

bool igb_vfs_vlan(struct igb_adapter *a, u32 pool, u16 vid, bool in)
{
	u32 *entry = NULL, i;

	if (!vid)
		return true;
	for (i = 1; i < IGB_NR_VLVF && (!entry || !*entry); i++)
		if (!a->vlvf[i] || (a->vlvf[i] & IGB_VLVF_VID) == vid)
			entry = entry && !a->vlvf[i] ? entry : &a->vlvf[i];
	if (!in && entry && *entry)
		leave_vlan(entry, pool);
	else if (in && entry)
		*entry |= IGB_VLVF_ENABLE | vid | pool_bit(pool);
	return !in || entry;
}

/*
 * The table is one for all, and the owner of a virtual function is not trusted: it gets its share and no
 * more. The own pool's VLANs are the administrator's, who has what is left.
 */
static bool has_share(const struct igb_adapter *a, u32 pool, u16 vid)
{
	u32 share = (IGB_NR_VLVF - 1) / (a->nr_vfs + 1), in = 0, i;

	for (i = 1; i < IGB_NR_VLVF; i++) {
		if (!(a->vlvf[i] & pool_bit(pool)))
			continue;
		if ((a->vlvf[i] & IGB_VLVF_VID) == vid)
			return true;
		in++;
	}
	return in < share;
}

void igb_vfs_clear_vlans(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < IGB_NR_VLVF; i++)
		igb_wr(a, IGB_VLVF + 4 * i, 0);
	memset(a->vlvf_written, 0, sizeof(a->vlvf_written));
}

/* In promiscuous mode the own pool, which has what no other takes, is let have all. */
void igb_vfs_write_vlans(struct igb_adapter *a, u32 *want)
{
	bool all = a->dev->flags & DEV_PROMISC;
	u32 i;

	for (i = 0; i < IGB_NR_VLVF; i++) {
		u32 v = a->vlvf[i] ? a->vlvf[i] | (all ? pool_bit(a->nr_vfs) : 0) : 0;

		if (v)
			card_vlan_set(want, v & IGB_VLVF_VID, true);
		if (v != a->vlvf_written[i])
			igb_wr(a, IGB_VLVF + 4 * i, v);
		a->vlvf_written[i] = v;
	}
	if (all)
		memset(want, 0xff, E1000_NR_VFTA * sizeof(*want));
}

static void forget(struct igb_adapter *a, u32 pool)
{
	struct igb_vf *vf = &a->vf[pool];
	u32 i;

	vf->ready = vf->allmulti = false;
	vf->max_frame = vf->nr_hashes = 0;
	for (i = 1; i < IGB_NR_VLVF; i++)
		leave_vlan(&a->vlvf[i], pool);
}

/* -- pools ------------------------------------------------------------------------------------ */
static void write_pool(struct igb_adapter *a, u32 pool, u32 longest, bool allmulti)
{
	bool strip = a->dev->features & NETIF_F_VLAN_RX;

	igb_wr(a, IGB_VMOLR + 4 * pool,
	       IGB_VMOLR_AUPE | IGB_VMOLR_BAM | IGB_VMOLR_ROMPE | IGB_VMOLR_STRCRC | IGB_VMOLR_LPE |
		       longest | (allmulti ? IGB_VMOLR_MPME : 0) |
		       (strip || pool < a->nr_vfs ? IGB_VMOLR_STRVLAN : 0));
}

u32 igb_vfs_pool(struct igb_adapter *a)
{
	bool all = a->dev->flags & (DEV_PROMISC | DEV_ALLMULTI);
	u32 rctl = 0, i;

	write_pool(a, a->nr_vfs, a->dev->mtu + ETH_HLEN + VLAN_TAG_LEN + E1000_FCS_LEN, all);
	for (i = 0; i < a->nr_vfs; i++)
		if (a->vf[i].allmulti)
			rctl = E1000_RCTL_MPE;
	return rctl;
}

static void write_vf_mac(struct igb_adapter *a, u32 i)
{
	const u8 *m = a->vf[i].mac;
	u32 ra = E1000_RAL0 + 8 * (i + 1); /* the first is the own */

	igb_wr(a, ra, (u32)m[0] | (u32)m[1] << 8 | (u32)m[2] << 16 | (u32)m[3] << 24);
	igb_wr(a, ra + 4,
	       (u32)m[4] | (u32)m[5] << 8 | E1000_RAH_AV | 1u << (IGB_RAH_POOL_SHIFT + i));
}

/* Only those whose driver has asked are let through. */
static void write_enables(struct igb_adapter *a)
{
	u32 on = 1u << a->nr_vfs, i;

	for (i = 0; i < a->nr_vfs; i++)
		on |= (u32)a->vf[i].ready << i;
	igb_wr(a, IGB_VFRE, on);
	igb_wr(a, IGB_VFTE, on);
}

/* Frames between pools stay inside; nobody sends with another's address, or in a VLAN that is not his. */
void igb_vfs_configure(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < a->nr_vfs; i++) {
		forget(a, i);
		write_pool(a, i, FRAME_MAX, false);
	}
	igb_wr(a, IGB_VT_CTL, a->nr_vfs << IGB_VT_CTL_DEF_SHIFT | IGB_VT_CTL_REPLICATE);
	igb_wr(a, IGB_DTXSWC, IGB_DTXSWC_LOOPBACK | ((1u << a->nr_vfs) - 1) * 0x0101u);
	write_enables(a);
	igb_wr(a, IGB_VFLRE, ~0u);
	igb_wr(a, IGB_MBVFICR, ~0u);
	igb_wr(a, IGB_MBVFIMR, (1u << a->nr_vfs) - 1);
	igb_wr(a, E1000_CTRL_EXT, igb_rd(a, E1000_CTRL_EXT) | IGB_CTRL_EXT_PFRSTD);
}

/* -- what a virtual function may ask for --------------------------------------------------------- */
/* The answer is msg, *len words; true: it was done. */
static bool on_reset(struct igb_adapter *a, u32 i, u32 *msg, u32 *len)
{
	struct igb_vf *vf = &a->vf[i];

	forget(a, i);
	vf->ready = true;
	write_pool(a, i, FRAME_MAX, false);
	write_vf_mac(a, i);
	write_enables(a);
	igb_set_rx_mode(a->dev);
	memset(&msg[1], 0, 8);
	memcpy(&msg[1], vf->mac, ETH_ALEN);
	*len = 3;
	return true;
}

static bool on_set_mac(struct igb_adapter *a, u32 i, u32 *msg, u32 *len)
{
	const u8 *mac = (const u8 *)&msg[1];

	(void)len;
	if (!eth_addr_is_valid(mac))
		return false;
	memcpy(a->vf[i].mac, mac, ETH_ALEN);
	write_vf_mac(a, i);
	return true;
}

static bool on_set_multicast(struct igb_adapter *a, u32 i, u32 *msg, u32 *len)
{
	u32 nr = (msg[0] & IGB_MSG_INFO) >> IGB_MSG_INFO_SHIFT, k;
	struct igb_vf *vf = &a->vf[i];

	(void)len;
	if (nr > IGB_VF_HASHES_MAX)
		return false;
	memcpy(vf->hash, &msg[1], nr * sizeof(vf->hash[0]));
	for (k = 0; k < nr; k++)
		vf->hash[k] &= 0xfff;
	vf->nr_hashes = nr;
	igb_set_rx_mode(a->dev);
	return true;
}

static bool on_set_vlan(struct igb_adapter *a, u32 i, u32 *msg, u32 *len)
{
	bool in = msg[0] & IGB_MSG_INFO;

	(void)len;
	if (msg[1] >= VLAN_VID_MASK || (in && msg[1] && !has_share(a, i, (u16)msg[1])) ||
	    !igb_vfs_vlan(a, i, (u16)msg[1], in))
		return false;
	igb_set_rx_mode(a->dev);
	return true;
}

static bool on_set_lpe(struct igb_adapter *a, u32 i, u32 *msg, u32 *len)
{
	struct igb_vf *vf = &a->vf[i];

	(void)len;
	if (msg[1] < ETH_HLEN + E1000_FCS_LEN ||
	    msg[1] > IGB_MAX_MTU + ETH_HLEN + VLAN_TAG_LEN + E1000_FCS_LEN)
		return false;
	vf->max_frame = msg[1];
	write_pool(a, i, vf->max_frame, vf->allmulti);
	igb_set_rx_mode(a->dev);
	return true;
}

/* Other stations' frames are not for a virtual function; all groups are. */
static bool on_set_promisc(struct igb_adapter *a, u32 i, u32 *msg, u32 *len)
{
	struct igb_vf *vf = &a->vf[i];

	(void)len;
	if (msg[0] & IGB_MSG_INFO & ~IGB_MSG_PROMISC_MULTICAST)
		return false;
	vf->allmulti = msg[0] & IGB_MSG_PROMISC_MULTICAST;
	write_pool(a, i, vf->max_frame ? vf->max_frame : FRAME_MAX, vf->allmulti);
	igb_set_rx_mode(a->dev);
	return true;
}

/* -- mailboxes ------------------------------------------------------------------------------------ */
static bool lock(struct igb_adapter *a, u32 i)
{
	igb_wr(a, IGB_P2VMAILBOX + 4 * i, IGB_P2V_PFU);
	return igb_rd(a, IGB_P2VMAILBOX + 4 * i) & IGB_P2V_PFU;
}

static void answer(struct igb_adapter *a, u32 i, const u32 *msg, u32 len)
{
	u32 k;

	for (k = 0; k < len; k++)
		igb_wr(a, IGB_VMBMEM + 4 * (IGB_MBX_WORDS * i + k), msg[k]);
	igb_wr(a, IGB_P2VMAILBOX + 4 * i, IGB_P2V_STS | IGB_P2V_ACK); /* gives the memory back */
}

static void serve(struct igb_adapter *a, u32 i)
{
	static bool (*const handlers[])(struct igb_adapter *, u32, u32 *, u32 *) = {
		[IGB_MSG_RESET] = on_reset,
		[IGB_MSG_SET_MAC] = on_set_mac,
		[IGB_MSG_SET_MULTICAST] = on_set_multicast,
		[IGB_MSG_SET_VLAN] = on_set_vlan,
		[IGB_MSG_SET_LPE] = on_set_lpe,
		[IGB_MSG_SET_PROMISC] = on_set_promisc,
	};
	u32 msg[IGB_MBX_WORDS], type, k, len = 1;
	bool ok = false;

	if (!lock(a, i))
		return; /* being written: its request comes after that */
	for (k = 0; k < IGB_MBX_WORDS; k++)
		msg[k] = igb_rd(a, IGB_VMBMEM + 4 * (IGB_MBX_WORDS * i + k));
	type = msg[0] & IGB_MSG_TYPE;
	if (type < ARRAY_SIZE(handlers) && handlers[type] &&
	    (type == IGB_MSG_RESET || a->vf[i].ready))
		ok = handlers[type](a, i, msg, &len);
	msg[0] = type | (ok ? IGB_MSG_ACK : IGB_MSG_NACK) | (a->vf[i].ready ? IGB_MSG_CTS : 0);
	answer(a, i, msg, len);
}

void igb_vfs_serve(struct igb_adapter *a)
{
	u32 gone = igb_rd(a, IGB_VFLRE), asked = igb_rd(a, IGB_MBVFICR), i;

	igb_wr(a, IGB_VFLRE, gone);
	igb_wr(a, IGB_MBVFICR, asked);
	for (i = 0; i < a->nr_vfs; i++) {
		if (gone >> i & 1)
			forget(a, i);
		if (asked >> i & 1)
			serve(a, i);
	}
	if (gone) {
		write_enables(a);
		igb_set_rx_mode(a->dev);
	}
}

void igb_vfs_ping(struct igb_adapter *a)
{
	u32 i;

	igb_vfs_serve(a); /* what waits would be written over */
	for (i = 0; i < a->nr_vfs; i++) {
		u32 msg = IGB_MSG_CONTROL | (a->vf[i].ready ? IGB_MSG_CTS : 0);

		if (lock(a, i))
			answer(a, i, &msg, 1);
	}
}

void igb_serve_vfs(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);

	if (a->running && a->nr_vfs)
		igb_vfs_serve(a);
}
