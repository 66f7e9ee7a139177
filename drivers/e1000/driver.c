// SPDX-License-Identifier: BSD-2-Clause
/* The driver's life: probe, open, interrupt and poll, watchdog, stop, removal. */
#include <errno.h>
#include <stdlib.h>

#include "drivers/e1000/driver_priv.h"
#include "wire/wire.h"

/* -- running --------------------------------------------------------------------------- */
static void up(struct e1000_adapter *a)
{
	a->running = true;
	a->tx_seen = a->tx.ring.reclaim;
	e1000_configure(a);
	er32(a, E1000_ICR); /* what happened before is over */
	ew32(a, E1000_IMS, E1000_IMS_BITS);
	e1000_check_link(a);
	mod_timer(&a->watchdog, a->dev->net->now + E1000_WATCHDOG_NS);
}

static void down(struct e1000_adapter *a)
{
	a->running = false;
	del_timer(&a->watchdog);
	e1000_update_stats(a);
	e1000_reset_hw(a); /* from here on the device touches no memory */
	e1000_tx_drop_all(a);
	e1000_rx_drop(&a->rx, &a->rx_partial);
	e1000_queue_clear(&a->tx);
	e1000_queue_clear(&a->rx);
}

static int e1000_open(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);
	int err = e1000_queue_alloc(&a->hw, &a->tx, E1000_TX_RING);

	if (!err)
		err = e1000_rx_alloc(&a->hw, &a->rx, a->rx_ring);
	if (err) {
		e1000_queue_free(&a->hw, &a->tx);
		return err;
	}
	dev->carrier = false;
	netif_stop_queue(dev);
	up(a);
	return 0;
}

static int e1000_stop(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);

	down(a);
	e1000_queue_free(&a->hw, &a->tx);
	e1000_queue_free(&a->hw, &a->rx);
	return 0;
}

bool e1000_interrupt(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);
	u32 icr = er32(a, E1000_ICR);

	a->hw.irq_done(a->hw.ctx);
	if (!icr)
		return false;
	a->count.interrupts++;
	if (!a->running)
		return true;
	if (icr & (E1000_ICR_LSC | E1000_ICR_RXSEQ))
		e1000_check_link(a);
	if (icr & ~(u32)E1000_ICR_LSC) {
		ew32(a, E1000_IMC, ~0u);
		napi_schedule(&a->napi);
	}
	return true;
}

static int e1000_poll(struct napi_struct *napi, int budget)
{
	struct e1000_adapter *a = e1000_priv(napi->dev);
	int work;

	e1000_clean_tx(a);
	work = e1000_clean_rx(a, budget);
	e1000_refill_rx(a);
	if (work < budget) {
		napi_complete_done(napi, work);
		ew32(a, E1000_IMS, E1000_IMS_BITS); /* what came since raises the line at once */
	}
	return work;
}

/* -- watchdog ---------------------------------------------------------------------------- */
static bool tx_hangs(struct e1000_adapter *a)
{
	const struct desc_ring *ring = &a->tx.ring;
	bool same = ring->reclaim == a->tx_seen;

	a->tx_seen = ring->reclaim;
	return same && ring->reclaim != ring->rung && a->dev->carrier &&
	       !(er32(a, E1000_STATUS) & E1000_STATUS_TXOFF);
}

static void reinit(struct e1000_adapter *a)
{
	net_log(a->dev->net, 4, "%s: transmitter hangs (%u descriptors), resetting", a->dev->name,
		a->tx.ring.post - a->tx.ring.reclaim);
	a->count.tx_timeouts++;
	a->dev->tx->timeouts++;
	a->dev->stats.tx_errors++;
	down(a);
	dev_set_carrier(a->dev, false);
	netif_stop_queue(a->dev);
	up(a);
}

/* It is no short break: what waits is dropped, and what comes, or its senders would be held for ever. */
static void without_link(struct e1000_adapter *a)
{
	if (a->dev->carrier)
		return;
	if (a->tx.ring.reclaim != a->tx.ring.post) { /* only a reset takes it back */
		down(a);
		up(a);
	}
	netif_wake_queue(a->dev);
}

static void watchdog(struct timer_list *t)
{
	struct e1000_adapter *a = from_timer(a, t, watchdog);

	e1000_clean_tx(a);
	e1000_check_link(a);
	without_link(a);
	e1000_update_stats(a);
	if (tx_hangs(a))
		reinit(a);
	mod_timer(&a->watchdog, a->dev->net->now + E1000_WATCHDOG_NS);
}

/* -- settings ------------------------------------------------------------------------------ */
static int e1000_change_mtu(struct net_device *dev, u32 mtu)
{
	dev->mtu = mtu;
	e1000_set_rx_mode(dev);
	return 0;
}

static int e1000_set_mac(struct net_device *dev, const u8 *addr)
{
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	if (e1000_priv(dev)->running)
		card_write_mac(&e1000_priv(dev)->hw, dev->dev_addr);
	return 0;
}

static int e1000_set_features(struct net_device *dev, netdev_features_t features)
{
	struct e1000_adapter *a = e1000_priv(dev);
	u32 ctrl;

	dev->features = features;
	if (!a->running)
		return 0;
	ew32(a, E1000_RXCSUM, features & NETIF_F_RXCSUM ?
		     E1000_RXCSUM_IPOFL | E1000_RXCSUM_TUOFL | E1000_RXCSUM_IPV6OFL : 0);
	ctrl = er32(a, E1000_CTRL) & ~E1000_CTRL_VME;
	if (features & (NETIF_F_VLAN_TX | NETIF_F_VLAN_RX))
		ctrl |= E1000_CTRL_VME;
	ew32(a, E1000_CTRL, ctrl);
	return 0;
}

static int e1000_add_vid(struct net_device *dev, u16 vid)
{
	card_vlan_set(e1000_priv(dev)->vlans, vid, true);
	e1000_set_rx_mode(dev);
	return 0;
}

static void e1000_kill_vid(struct net_device *dev, u16 vid)
{
	card_vlan_set(e1000_priv(dev)->vlans, vid, false);
	e1000_set_rx_mode(dev);
}

static void e1000_destroy(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);

	netif_napi_del(&a->napi);
	if (a->removed)
		a->removed(a->hw.ctx);
	free(a);
}

static const struct net_device_ops e1000_ops = {
	.ndo_open = e1000_open,
	.ndo_stop = e1000_stop,
	.ndo_start_xmit = e1000_start_xmit,
	.ndo_tx_flush = e1000_tx_flush,
	.ndo_change_mtu = e1000_change_mtu,
	.ndo_set_mac_address = e1000_set_mac,
	.ndo_set_rx_mode = e1000_set_rx_mode,
	.ndo_set_features = e1000_set_features,
	.ndo_vlan_rx_add_vid = e1000_add_vid,
	.ndo_vlan_rx_kill_vid = e1000_kill_vid,
	.ndo_destroy = e1000_destroy,
};

bool dev_is_e1000(const struct net_device *dev)
{
	return dev->ops == &e1000_ops;
}

void *e1000_hw_ctx(const struct net_device *dev)
{
	return e1000_priv(dev)->hw.ctx;
}

bool e1000_hw_is(const struct net_device *dev, u32 (*rd32)(void *ctx, u32 off))
{
	return e1000_priv(dev)->hw.rd32 == rd32;
}

/* -- probe ----------------------------------------------------------------------------------- */

static void setup_netdev(struct e1000_adapter *a, struct net_device *dev, u32 mtu)
{
	ether_setup(dev);
	dev->ops = &e1000_ops;
	dev->ethtool_ops = &e1000_ethtool_ops;
	dev->priv = a;
	dev->mtu = mtu ? mtu : ETH_DATA_LEN;
	dev->min_mtu = 68;
	dev->max_mtu = E1000_MAX_MTU;
	dev->carrier = false;
	dev->hw_features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_TSO |
			   NETIF_F_TSO6 | NETIF_F_GSO | NETIF_F_GRO | NETIF_F_VLAN_TX |
			   NETIF_F_VLAN_RX;
	dev->features = dev->hw_features | NETIF_F_HIGHDMA | NETIF_F_VLAN_FILTER;
	card_vlan_set(a->vlans, 0, true); /* priority tags */
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = 0xffff;
	dev->bql = true;
	a->dev = dev;
	timer_setup(&a->watchdog, dev->net, watchdog);
	netif_napi_add(dev, &a->napi, e1000_poll, NAPI_POLL_WEIGHT);
}

int e1000_probe(struct net *net, const struct e1000_probe *p, struct net_device **out)
{
	struct e1000_adapter *a = calloc(1, sizeof(*a));
	struct net_device *dev = NULL;
	int err = -ENOMEM;
	u8 mac[ETH_ALEN];

	if (!a)
		return -ENOMEM;
	a->hw = p->hw;
	a->rx_ring = p->rx_ring ? p->rx_ring : E1000_RX_RING;
	a->tx_delay_ns = 32 * 1024;
	e1000_reset_hw(a);
	err = card_read_mac(&a->hw, e1000_eerd, mac);
	if (!err) {
		dev = alloc_netdev(net, p->name, 0);
		err = dev ? 0 : -ENOMEM;
	}
	if (err) {
		free(a);
		return err;
	}
	setup_netdev(a, dev, p->mtu);
	memcpy(dev->dev_addr, mac, ETH_ALEN);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	a->removed = p->removed;
	*out = dev;
	return 0;
}
