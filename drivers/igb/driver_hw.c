// SPDX-License-Identifier: BSD-2-Clause
/* Reset, EEPROM, PHY, link, filters, vectors, RSS. After a reset every register that matters is
 * written. */
#include <errno.h>

#include "drivers/igb/driver_priv.h"
#include "wire/wire.h"

enum { POLL_TRIES = 1000, POLL_US = 5, RESET_US = 1000 };
enum { PHY_ADDRESS = 1, PAUSE_BITS = 0x0400 };
enum { EERD_SHIFT = 2 };

void igb_reset_hw(struct igb_adapter *a)
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

static int read_word(struct igb_adapter *a, u32 addr, u16 *word)
{
	u32 v, i;

	igb_wr(a, E1000_EERD, addr << EERD_SHIFT | E1000_EERD_START);
	for (i = 0; i < POLL_TRIES; i++) {
		v = igb_rd(a, E1000_EERD);
		if (v & IGB_EERD_DONE) {
			*word = (u16)(v >> E1000_EERD_DATA_SHIFT);
			return 0;
		}
		a->hw.delay_us(a->hw.ctx, POLL_US);
	}
	return -EIO;
}

/* words[0 .. nr), nr at most 64. -EIO: no answer */
int igb_read_eeprom(struct igb_adapter *a, u16 *words, u32 nr)
{
	u32 i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = read_word(a, i, &words[i]);
	return err;
}

static bool read_phy(struct igb_adapter *a, u32 reg, u16 *value)
{
	u32 v, i;

	igb_wr(a, E1000_MDIC,
	       reg << E1000_MDIC_REG_SHIFT | PHY_ADDRESS << E1000_MDIC_PHY_SHIFT |
		       E1000_MDIC_OP_READ);
	for (i = 0; i < POLL_TRIES; i++) {
		v = igb_rd(a, E1000_MDIC);
		*value = (u16)v;
		if (v & E1000_MDIC_READY)
			return !(v & E1000_MDIC_ERROR);
		a->hw.delay_us(a->hw.ctx, POLL_US);
	}
	return false;
}

/* -- filters ---------------------------------------------------------------------------------- */
void igb_write_mac(struct igb_adapter *a)
{
	const u8 *m = a->dev->dev_addr;

	igb_wr(a, E1000_RAL0, (u32)m[0] | (u32)m[1] << 8 | (u32)m[2] << 16 | (u32)m[3] << 24);
	igb_wr(a, E1000_RAH0, (u32)m[4] | (u32)m[5] << 8 | E1000_RAH_AV);
}

static void write_mta(struct igb_adapter *a)
{
	u32 mta[E1000_NR_MTA] = { 0 }, i;
	struct dev_mc_addr *mc;

	list_for_each_entry(mc, &a->dev->mc_list, list) {
		u32 hash = ((u32)mc->addr[4] >> 4 | (u32)mc->addr[5] << 4) & 0xfff;

		mta[hash >> 5] |= 1u << (hash & 31);
	}
	for (i = 0; i < E1000_NR_MTA; i++)
		if (mta[i] != a->mta[i])
			igb_wr(a, E1000_MTA + 4 * i, mta[i]);
	memcpy(a->mta, mta, sizeof(mta));
}

/* Also after a change of the MTU. */
void igb_set_rx_mode(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);
	u32 rctl = E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC | E1000_RCTL_LPE;

	if (!a->running)
		return;
	write_mta(a);
	igb_wr(a, IGB_RLPML, dev->mtu + ETH_HLEN + VLAN_TAG_LEN + E1000_FCS_LEN);
	if (dev->flags & DEV_PROMISC)
		rctl |= E1000_RCTL_UPE | E1000_RCTL_MPE;
	if (dev->flags & DEV_ALLMULTI)
		rctl |= E1000_RCTL_MPE;
	if (rctl != a->rctl)
		igb_wr(a, E1000_RCTL, rctl);
	a->rctl = rctl;
}

static void clear_tables(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < E1000_NR_MTA; i++)
		igb_wr(a, E1000_MTA + 4 * i, 0);
	memset(a->mta, 0, sizeof(a->mta));
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

	for (i = 0; i < a->nr_queues; i++)
		ivar[i & 7] |= ((i + 1) | IGB_IVAR_VALID) * 0x0101u << (i & 8 ? 16 : 0);
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
	       IGB_MRQC_RSS | IGB_MRQC_TCP4 | IGB_MRQC_IP4 | IGB_MRQC_TCP6 | IGB_MRQC_IP6);
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

void igb_configure(struct igb_adapter *a)
{
	u32 i;

	igb_wr(a, E1000_CTRL, E1000_CTRL_SLU | E1000_CTRL_ASDE | E1000_CTRL_FD);
	igb_wr(a, E1000_VET, ETH_TYPE_VLAN);
	igb_wr(a, E1000_FCAL, 0x00c28001);
	igb_wr(a, E1000_FCAH, 0x0100);
	igb_wr(a, E1000_FCT, ETH_TYPE_PAUSE);
	igb_wr(a, E1000_FCTTV, 0x0680);
	igb_wr(a, E1000_FCRTL, 0x4000 | E1000_FCRTL_XONE);
	igb_wr(a, E1000_FCRTH, 0x8000);
	clear_tables(a);
	igb_write_mac(a);
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
	a->rctl = 0;
	igb_set_rx_mode(a->dev);
	for (i = 0; i < a->nr_queues; i++)
		igb_refill_rx(&a->queue[i]);
}

/* -- link --------------------------------------------------------------------------------------- */
/* Both ends said in negotiation whether they obey PAUSE frames (802.3 annex 28B). */
static void write_flow_control(struct igb_adapter *a)
{
	u16 ours = 0, theirs = 0;
	u32 ctrl = igb_rd(a, E1000_CTRL) & ~(E1000_CTRL_RFCE | E1000_CTRL_TFCE);

	if (read_phy(a, PHY_ANAR, &ours) && read_phy(a, PHY_ANLPAR, &theirs) &&
	    (ours & theirs & PAUSE_BITS))
		ctrl |= E1000_CTRL_RFCE | E1000_CTRL_TFCE;
	igb_wr(a, E1000_CTRL, ctrl);
	a->rx_pause = ctrl & E1000_CTRL_RFCE;
	a->tx_pause = ctrl & E1000_CTRL_TFCE;
}

void igb_check_link(struct igb_adapter *a)
{
	u32 status = igb_rd(a, E1000_STATUS), i;
	bool up = status & E1000_STATUS_LU;

	a->speed = !up ? 0 : status & E1000_STATUS_SPEED_1000 ? 1000 : status & 0x40 ? 100 : 10;
	a->full_duplex = status & E1000_STATUS_FD;
	if (up == a->dev->carrier)
		return;
	if (up)
		write_flow_control(a);
	dev_set_carrier(a->dev, up);
	net_log(a->dev->net, 6, "%s: link %s", a->dev->name, up ? "up" : "down");
	/* Without link nothing leaves: packets wait in the queueing disciplines, not in the rings. */
	for (i = 0; i < a->nr_queues; i++) {
		if (up)
			netif_tx_wake_queue(a->queue[i].txq);
		else
			netif_tx_stop_queue(a->queue[i].txq);
	}
}
