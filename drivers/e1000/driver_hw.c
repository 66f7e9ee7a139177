// SPDX-License-Identifier: BSD-2-Clause
/* Reset, link, receive filters. Nothing is taken for granted after a reset: every
 * register that matters is written. */
#include <errno.h>

#include "drivers/e1000/driver_priv.h"
#include "wire/wire.h"

enum { RESET_US = 1000 };
const struct card_eerd e1000_eerd = { E1000_EERD_ADDR_SHIFT, E1000_EERD_DONE };

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

/* Delays count 1.024 us, ITR 256 ns. */
void e1000_write_delays(struct e1000_adapter *a)
{
	ew32(a, E1000_ITR, a->itr_ns / 256);
	ew32(a, E1000_RDTR, a->rx_delay_ns / 1024);
	ew32(a, E1000_RADV, a->rx_delay_ns / 1024 * 4);
	ew32(a, E1000_TIDV, a->tx_delay_ns / 1024);
	ew32(a, E1000_TADV, a->tx_delay_ns / 1024 * 4);
}

static void write_rctl(struct e1000_adapter *a)
{
	const struct net_device *dev = a->dev;
	u32 rctl = E1000_RCTL_EN | E1000_RCTL_BAM | E1000_RCTL_SECRC;

	/* Who listens to all listens to all VLANs. */
	rctl |= dev->flags & DEV_PROMISC ? E1000_RCTL_UPE | E1000_RCTL_MPE : E1000_RCTL_VFE;
	if (dev->flags & DEV_ALLMULTI)
		rctl |= E1000_RCTL_MPE;
	if (dev->mtu > ETH_DATA_LEN)
		rctl |= E1000_RCTL_LPE;
	if (rctl != a->rctl)
		ew32(a, E1000_RCTL, rctl);
	a->rctl = rctl;
}

/* Also after a change of the MTU or of VLANs. */
void e1000_set_rx_mode(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);

	if (!a->running)
		return;
	card_write_mta(&a->hw, dev, NULL, a->mta);
	card_write_vfta(&a->hw, a->vlans, a->vfta);
	write_rctl(a);
}

static void clear_tables(struct e1000_adapter *a)
{
	u32 i;

	for (i = 0; i < E1000_NR_MTA; i++)
		ew32(a, E1000_MTA + 4 * i, 0);
	memset(a->mta, 0, sizeof(a->mta));
	card_clear_vfta(&a->hw, a->vfta);
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
	card_write_frame_types(&a->hw);
	clear_tables(a);
	card_write_mac(&a->hw, dev->dev_addr);
	e1000_write_delays(a);
	e1000_tx_configure(a);
	e1000_rx_configure(a);
	a->rctl = 0;
	e1000_set_rx_mode(a->dev);
	e1000_refill_rx(a);
}

void e1000_check_link(struct e1000_adapter *a)
{
	u32 status = er32(a, E1000_STATUS), pause;
	bool up = status & E1000_STATUS_LU;

	a->count.speed = card_speed(status);
	a->count.full_duplex = status & E1000_STATUS_FD;
	if (up == a->dev->carrier)
		return;
	if (up) {
		pause = card_write_flow_control(&a->hw);
		a->count.rx_pause = pause & E1000_CTRL_RFCE;
		a->count.tx_pause = pause & E1000_CTRL_TFCE;
	}
	dev_set_carrier(a->dev, up);
	net_log(a->dev->net, 6, "%s: link %s", a->dev->name, up ? "up" : "down");
	/* For a while packets wait in the queueing discipline, not in the ring: the watchdog ends that. */
	if (up)
		netif_wake_queue(a->dev);
	else
		netif_stop_queue(a->dev);
}
