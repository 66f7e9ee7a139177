// SPDX-License-Identifier: BSD-2-Clause
/* Reset, EEPROM, PHY, link, receive filters. Nothing is taken for granted after a reset: every
 * register that matters is written. */
#include <errno.h>

#include "drivers/e1000/driver_priv.h"
#include "wire/wire.h"

enum { POLL_TRIES = 1000, POLL_US = 5, RESET_US = 1000 };
enum { PHY_ADDRESS = 1, PAUSE_BITS = 0x0400 };

void e1000_reset_hw(struct e1000_adapter *a)
{
	ew32(a, E1000_IMC, ~0u);
	ew32(a, E1000_RCTL, 0);
	ew32(a, E1000_TCTL, E1000_TCTL_PSP);
	er32(a, E1000_STATUS); /* flush */
	a->hw.delay_us(a->hw.ctx, RESET_US); /* what is on its way to memory gets there */
	ew32(a, E1000_CTRL, er32(a, E1000_CTRL) | E1000_CTRL_RST);
	a->hw.delay_us(a->hw.ctx, RESET_US);
	ew32(a, E1000_IMC, ~0u);
	er32(a, E1000_ICR);
}

static int read_word(struct e1000_adapter *a, u32 addr, u16 *word)
{
	u32 v, i;

	ew32(a, E1000_EERD, addr << E1000_EERD_ADDR_SHIFT | E1000_EERD_START);
	for (i = 0; i < POLL_TRIES; i++) {
		v = er32(a, E1000_EERD);
		if (v & E1000_EERD_DONE) {
			*word = (u16)(v >> E1000_EERD_DATA_SHIFT);
			return 0;
		}
		a->hw.delay_us(a->hw.ctx, POLL_US);
	}
	return -EIO;
}

/* words[0 .. nr), nr at most 64. -EIO: no answer */
int e1000_read_eeprom(struct e1000_adapter *a, u16 *words, u32 nr)
{
	u32 i;
	int err = 0;

	for (i = 0; i < nr && !err; i++)
		err = read_word(a, i, &words[i]);
	return err;
}

int e1000_read_phy(struct e1000_adapter *a, u32 reg, u16 *value)
{
	u32 v, i;

	ew32(a, E1000_MDIC, reg << E1000_MDIC_REG_SHIFT | PHY_ADDRESS << E1000_MDIC_PHY_SHIFT |
				    E1000_MDIC_OP_READ);
	for (i = 0; i < POLL_TRIES; i++) {
		v = er32(a, E1000_MDIC);
		if (v & E1000_MDIC_READY) {
			*value = (u16)v;
			return v & E1000_MDIC_ERROR ? -EIO : 0;
		}
		a->hw.delay_us(a->hw.ctx, POLL_US);
	}
	return -EIO;
}

void e1000_write_mac(struct e1000_adapter *a)
{
	const u8 *m = a->dev->dev_addr;

	ew32(a, E1000_RAL0, (u32)m[0] | (u32)m[1] << 8 | (u32)m[2] << 16 | (u32)m[3] << 24);
	ew32(a, E1000_RAH0, (u32)m[4] | (u32)m[5] << 8 | E1000_RAH_AV);
}

/* Delays count 1.024 us, ITR 256 ns. */
void e1000_write_delays(struct e1000_adapter *a)
{
	ew32(a, E1000_ITR, a->itr_ns / 256);
	ew32(a, E1000_RDTR, a->rx_delay_ns / 1024);
	ew32(a, E1000_RADV, a->rx_delay_ns / 1024 * 4);
	ew32(a, E1000_TIDV, a->tx_delay_ns / 1024);
	ew32(a, E1000_TADV, a->tx_delay_ns / 1024 * 4);
}

static u32 mta_hash(const u8 *addr) /* RCTL.MO is 0 */
{
	return ((u32)addr[4] >> 4 | (u32)addr[5] << 4) & 0xfff;
}

static void write_mta(struct e1000_adapter *a)
{
	u32 mta[E1000_NR_MTA] = { 0 }, i;
	struct dev_mc_addr *mc;

	list_for_each_entry(mc, &a->dev->mc_list, list) {
		u32 hash = mta_hash(mc->addr);

		mta[hash >> 5] |= 1u << (hash & 31);
	}
	for (i = 0; i < E1000_NR_MTA; i++)
		if (mta[i] != a->mta[i])
			ew32(a, E1000_MTA + 4 * i, mta[i]);
	memcpy(a->mta, mta, sizeof(mta));
}

static void write_rctl(struct e1000_adapter *a)
{
	const struct net_device *dev = a->dev;
	u32 rctl = E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC;

	if (dev->flags & DEV_PROMISC)
		rctl |= E1000_RCTL_UPE | E1000_RCTL_MPE;
	if (dev->flags & DEV_ALLMULTI)
		rctl |= E1000_RCTL_MPE;
	if (dev->mtu > ETH_DATA_LEN)
		rctl |= E1000_RCTL_LPE;
	if (rctl != a->rctl)
		ew32(a, E1000_RCTL, rctl);
	a->rctl = rctl;
}

/* Also after a change of the MTU. */
void e1000_set_rx_mode(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);

	if (!a->running)
		return;
	write_mta(a);
	write_rctl(a);
}

static void clear_tables(struct e1000_adapter *a)
{
	u32 i;

	for (i = 0; i < E1000_NR_MTA; i++)
		ew32(a, E1000_MTA + 4 * i, 0);
	memset(a->mta, 0, sizeof(a->mta));
	for (i = 1; i < E1000_NR_RA; i++) {
		ew32(a, E1000_RAL0 + 8 * i, 0);
		ew32(a, E1000_RAH0 + 8 * i, 0);
	}
}

void e1000_configure(struct e1000_adapter *a)
{
	const struct net_device *dev = a->dev;
	u32 ctrl = E1000_CTRL_SLU | E1000_CTRL_ASDE | E1000_CTRL_FD;

	if (dev->features & (NETIF_F_VLAN_TX | NETIF_F_VLAN_RX))
		ctrl |= E1000_CTRL_VME;
	ew32(a, E1000_CTRL, ctrl);
	ew32(a, E1000_VET, ETH_TYPE_VLAN);
	ew32(a, E1000_FCAL, 0x00c28001);
	ew32(a, E1000_FCAH, 0x0100);
	ew32(a, E1000_FCT, ETH_TYPE_PAUSE);
	ew32(a, E1000_FCTTV, 0x0680);
	ew32(a, E1000_FCRTL, 0x4000 | E1000_FCRTL_XONE);
	ew32(a, E1000_FCRTH, 0x8000);
	clear_tables(a);
	e1000_write_mac(a);
	e1000_write_delays(a);
	e1000_tx_configure(a);
	e1000_rx_configure(a);
	a->rctl = 0;
	e1000_set_rx_mode(a->dev);
	e1000_refill_rx(a);
}

/* Both ends said in negotiation whether they obey PAUSE frames (802.3 annex 28B). */
static void write_flow_control(struct e1000_adapter *a)
{
	u16 ours = 0, theirs = 0;
	u32 ctrl = er32(a, E1000_CTRL) & ~(E1000_CTRL_RFCE | E1000_CTRL_TFCE);

	if (!e1000_read_phy(a, PHY_ANAR, &ours) && !e1000_read_phy(a, PHY_ANLPAR, &theirs) &&
	    (ours & theirs & PAUSE_BITS))
		ctrl |= E1000_CTRL_RFCE | E1000_CTRL_TFCE;
	ew32(a, E1000_CTRL, ctrl);
	a->count.rx_pause = ctrl & E1000_CTRL_RFCE;
	a->count.tx_pause = ctrl & E1000_CTRL_TFCE;
}

void e1000_check_link(struct e1000_adapter *a)
{
	u32 status = er32(a, E1000_STATUS);
	bool up = status & E1000_STATUS_LU;

	a->count.speed = !up ? 0 : status & E1000_STATUS_SPEED_1000 ? 1000 : status & 0x40 ? 100 : 10;
	a->count.full_duplex = status & E1000_STATUS_FD;
	if (up == a->dev->carrier)
		return;
	if (up)
		write_flow_control(a);
	dev_set_carrier(a->dev, up);
	net_log(a->dev->net, 6, "%s: link %s", a->dev->name, up ? "up" : "down");
	/* Without link nothing leaves: packets wait in the queueing discipline, not in the ring. */
	if (up)
		netif_wake_queue(a->dev);
	else
		netif_stop_queue(a->dev);
}
