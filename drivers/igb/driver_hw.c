// SPDX-License-Identifier: BSD-2-Clause
/* Reset, link, filters, vectors, RSS. After a reset every register that matters is
 * written. */
#include <errno.h>

#include "drivers/igb/driver_priv.h"
#include "wire/wire.h"

enum { RESET_US = 1000 };
const struct card_eerd igb_eerd = { 2, IGB_EERD_DONE };

static void reset(struct igb_adapter *a)
{
	igb_wr(a, IGB_IMC, ~0u);
	igb_wr(a, IGB_EIMC, ~0u);
	igb_wr(a, E1000_RCTL, 0);
	igb_wr(a, E1000_TCTL, E1000_TCTL_PSP);
	igb_rd(a, E1000_STATUS);	     /* flush */
	a->hw.delay_us(a->hw.ctx, RESET_US); /* what is on its way to memory gets there */
	igb_wr(a, E1000_CTRL, igb_rd(a, E1000_CTRL) | E1000_CTRL_RST);
	a->hw.delay_us(a->hw.ctx, RESET_US);
	igb_wr(a, IGB_IMC, ~0u);
	igb_wr(a, IGB_EIMC, ~0u);
	igb_rd(a, IGB_ICR);
}

/* -- filters ---------------------------------------------------------------------------------- */
/* Who listens to all listens to all VLANs; those of the virtual functions stay theirs. */
static bool filters_vlans(const struct igb_adapter *a)
{
	return !(a->dev->flags & DEV_PROMISC) || a->nr_vfs;
}

/* Also after a change of the MTU or of VLANs. */
void igb_set_rx_mode(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);
	u32 rctl = E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_LPE;

	if (!a->running)
		return;
	igb_write_filters(a);
	if (filters_vlans(a))
		rctl |= E1000_RCTL_VFE;
	if (dev->flags & DEV_PROMISC)
		rctl |= E1000_RCTL_UPE | E1000_RCTL_MPE;
	if (dev->flags & DEV_ALLMULTI)
		rctl |= E1000_RCTL_MPE;
	if (a->nr_vfs)
		rctl |= igb_vfs_pool(a);
	if (rctl != a->rctl)
		igb_wr(a, E1000_RCTL, rctl);
	a->rctl = rctl;
}

static void write_vlans(struct igb_adapter *a)
{
	u32 want[E1000_NR_VFTA];

	memcpy(want, a->vlans, sizeof(want));
	if (a->nr_vfs)
		igb_vfs_write_vlans(a, want);
	card_write_vfta(&a->hw, want, a->vfta);
}

/* One table of groups and one largest length are for all functions; the pools' own come behind. */
void igb_write_filters(struct igb_adapter *a)
{
	u32 extra[E1000_NR_MTA] = { 0 }, i, k;
	u32 longest = a->dev->mtu + ETH_HLEN + VLAN_TAG_LEN + E1000_FCS_LEN;

	for (i = 0; i < a->nr_vfs; i++) {
		const struct igb_vf *vf = &a->vf[i];

		longest = max(longest, vf->max_frame);
		for (k = 0; k < vf->nr_hashes; k++)
			extra[vf->hash[k] >> 5] |= 1u << (vf->hash[k] & 31);
	}
	card_write_mta(&a->hw, a->dev, extra, a->mta);
	write_vlans(a);
	igb_wr(a, IGB_RLPML, longest);
}

/* With virtual functions an address belongs to a pool. */
static void write_mac(struct igb_adapter *a)
{
	card_write_mac(&a->hw, a->dev->dev_addr);
	if (a->nr_vfs)
		igb_wr(a, E1000_RAH0, igb_rd(a, E1000_RAH0) | 1u << (IGB_RAH_POOL_SHIFT + a->nr_vfs));
}

static void clear_tables(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < E1000_NR_MTA; i++)
		igb_wr(a, E1000_MTA + 4 * i, 0);
	memset(a->mta, 0, sizeof(a->mta));
	card_clear_vfta(&a->hw, a->vfta);
	if (a->nr_vfs)
		igb_vfs_clear_vlans(a);
	for (i = 1; i < IGB_NR_RA; i++) {
		u32 ra = i < 16 ? E1000_RAL0 + 8 * i : IGB_RAL16 + 8 * (i - 16);

		igb_wr(a, ra, 0);
		igb_wr(a, ra + 4, 0);
	}
}

/* -- vectors and RSS -------------------------------------------------------------------------- */
/* Both directions of a pair share a vector. All of them clear and mask themselves: the poll unmasks. */
static void write_vectors(struct igb_adapter *a)
{
	u32 ivar[8] = { 0 }, all = (2u << a->nr_queues) - 1, i;

	for (i = 0; i < a->nr_queues; i++) {
		u32 q = a->nr_vfs + i;

		ivar[q & 7] |= ((i + 1) | IGB_IVAR_VALID) * 0x0101u << (q & 8 ? 16 : 0);
	}
	igb_wr(a, IGB_GPIE, IGB_GPIE_MSIX | IGB_GPIE_EIAME | IGB_GPIE_NSICR | IGB_GPIE_PBA);
	for (i = 0; i < ARRAY_SIZE(ivar); i++)
		igb_wr(a, IGB_IVAR + 4 * i, ivar[i]);
	igb_wr(a, IGB_IVAR_MISC, (IGB_VECTOR_OTHER | IGB_IVAR_VALID) << 8);
	igb_wr(a, IGB_EIAC, all);
	igb_wr(a, IGB_EIAM, all);
	igb_write_itr(a);
}

void igb_write_itr(struct igb_adapter *a)
{
	u32 i;

	for (i = 1; i <= a->nr_queues; i++)
		igb_wr(a, IGB_EITR + 4 * i, a->itr_ns / 1024 << 2);
}

static u32 le32_of(const u8 *p)
{
	return (u32)p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

/* UDP's ports are left out, as Linux does: its fragments would go elsewhere. */
static void write_rss(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < IGB_RSS_KEY; i += 4)
		igb_wr(a, IGB_RSSRK + i, le32_of(a->rss_key + i));
	for (i = 0; i < IGB_RETA; i += 4)
		igb_wr(a, IGB_RETA_REG + i, le32_of(a->rss_table + i));
	igb_wr(a, IGB_MRQC,
	       (a->nr_vfs ? IGB_MRQC_VMDQ : IGB_MRQC_RSS) | IGB_MRQC_TCP4 | IGB_MRQC_IP4 |
		       IGB_MRQC_TCP6 | IGB_MRQC_IP6);
}

void igb_write_offloads(struct igb_adapter *a)
{
	netdev_features_t features = a->dev->features;
	u32 ctrl = igb_rd(a, E1000_CTRL) & ~E1000_CTRL_VME;

	igb_wr(a, E1000_RXCSUM,
	       IGB_RXCSUM_PCSD |
		       (features & NETIF_F_RXCSUM ? E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL : 0));
	igb_wr(a, E1000_CTRL, features & NETIF_F_VLAN_RX ? ctrl | E1000_CTRL_VME : ctrl);
}

static void configure(struct igb_adapter *a)
{
	u32 i;

	igb_wr(a, E1000_CTRL, E1000_CTRL_SLU | E1000_CTRL_ASDE | E1000_CTRL_FD);
	card_write_frame_types(&a->hw);
	clear_tables(a);
	write_mac(a);
	igb_write_offloads(a);
	write_vectors(a);
	write_rss(a);
	for (i = 0; i < a->nr_queues; i++) {
		igb_tx_configure(&a->queue[i]);
		igb_rx_configure(&a->queue[i]);
	}
	igb_wr(a, E1000_TCTL,
	       E1000_TCTL_EN | E1000_TCTL_PSP | 0x0f << E1000_TCTL_CT_SHIFT |
		       0x40 << E1000_TCTL_COLD_SHIFT);
	if (a->nr_vfs)
		igb_vfs_configure(a);
	a->rctl = 0;
	igb_set_rx_mode(a->dev);
	for (i = 0; i < a->nr_queues; i++)
		igb_refill_rx(&a->queue[i]);
	igb_rd(a, IGB_ICR); /* what happened before is over */
	igb_wr(a, IGB_IMS, E1000_ICR_LSC | (a->nr_vfs ? IGB_ICR_VMMB : 0));
}

/* -- link --------------------------------------------------------------------------------------- */
static void check_link(struct igb_adapter *a)
{
	u32 status = igb_rd(a, E1000_STATUS), pause;
	bool up = status & E1000_STATUS_LU;

	a->speed = card_speed(status);
	a->full_duplex = status & E1000_STATUS_FD;
	if (up == a->dev->carrier)
		return;
	if (up) {
		pause = card_write_flow_control(&a->hw);
		a->rx_pause = pause & E1000_CTRL_RFCE;
		a->tx_pause = pause & E1000_CTRL_TFCE;
	}
	igb_carrier(a, up);
	if (a->nr_vfs)
		igb_vfs_ping(a);
}

static void other(struct igb_adapter *a)
{
	u32 icr = igb_rd(a, IGB_ICR);

	if (icr & E1000_ICR_LSC)
		check_link(a);
	if (icr & IGB_ICR_VMMB)
		igb_vfs_serve(a);
}

static bool never_lost(struct igb_adapter *a)
{
	(void)a;
	return false;
}

const struct igb_function igb_physical = {
	.reset = reset,
	.configure = configure,
	.check_link = check_link,
	.other = other,
	.lost = never_lost,
	.update_stats = igb_update_stats,
	.write_mac = write_mac,
	.rx_base = IGB_RXQ,
	.rx_stride = IGB_Q_STRIDE,
	.tx_base = IGB_TXQ,
	.tx_stride = IGB_Q_STRIDE,
};
