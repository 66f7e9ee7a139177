// SPDX-License-Identifier: BSD-2-Clause
/* The driver's life, of the physical function and of virtual ones: probe, open, vectors and polls,
 * watchdog, stop, removal. */
#include <errno.h>
#include <stdlib.h>

#include "drivers/igb/driver_priv.h"
#include "wire/wire.h"

/* -- running --------------------------------------------------------------------------- */
static void up(struct igb_adapter *a)
{
	a->running = true;
	a->func->configure(a);
	igb_wr(a, IGB_EIMS, (2u << a->nr_queues) - 1);
	a->func->check_link(a);
	mod_timer(&a->watchdog, a->dev->net->now + IGB_WATCHDOG_NS);
}

static void down(struct igb_adapter *a)
{
	u32 i;

	a->running = false;
	del_timer(&a->watchdog);
	a->func->update_stats(a);
	a->func->reset(a); /* from here on the device touches no memory */
	for (i = 0; i < a->nr_queues; i++) {
		struct igb_queue *q = &a->queue[i];

		igb_tx_drop_all(q);
		e1000_rx_drop(&q->rx, &q->rx_partial);
		e1000_queue_clear(&q->tx);
		e1000_queue_clear(&q->rx);
	}
}

static void free_queues(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < a->nr_queues; i++) {
		e1000_queue_free(&a->hw, &a->queue[i].tx);
		e1000_queue_free(&a->hw, &a->queue[i].rx);
	}
}

int igb_open(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);
	int err = 0;
	u32 i;

	for (i = 0; i < a->nr_queues && !err; i++) {
		err = e1000_queue_alloc(&a->hw, &a->queue[i].tx, IGB_TX_RING);
		if (!err)
			err = e1000_rx_alloc(&a->hw, &a->queue[i].rx, a->rx_ring);
	}
	if (err) {
		free_queues(a);
		return err;
	}
	dev->carrier = false;
	for (i = 0; i < a->nr_queues; i++)
		netif_tx_stop_queue(a->queue[i].txq);
	up(a);
	return 0;
}

int igb_stop(struct net_device *dev)
{
	down(igb_priv(dev));
	free_queues(igb_priv(dev));
	return 0;
}

/* The vector has masked itself; who handled its causes unmasks it. */
void igb_interrupt(struct net_device *dev, u32 vector)
{
	struct igb_adapter *a = igb_priv(dev);

	a->hw.irq_done(a->hw.ctx);
	a->count.interrupts++;
	if (!a->running)
		return;
	if (vector && vector <= a->nr_queues) {
		napi_schedule(&a->queue[vector - 1].napi);
		return;
	}
	a->func->other(a);
	igb_wr(a, IGB_EIMS, 1u << IGB_VECTOR_OTHER);
}

static int igb_poll(struct napi_struct *napi, int budget)
{
	struct igb_queue *q = container_of(napi, struct igb_queue, napi);
	int work;

	igb_clean_tx(q);
	work = igb_clean_rx(q, budget);
	igb_refill_rx(q);
	if (work < budget) {
		napi_complete_done(napi, work);
		/* What came since sends a message at once. */
		igb_wr(q->adapter, IGB_EIMS, igb_vector_bit(q));
	}
	return work;
}

/* -- watchdog ---------------------------------------------------------------------------- */
static bool tx_hangs(struct igb_queue *q)
{
	const struct desc_ring *ring = &q->tx.ring;
	bool same = ring->reclaim == q->tx_seen;

	q->tx_seen = ring->reclaim;
	return same && ring->reclaim != ring->rung && q->adapter->dev->carrier &&
	       !(igb_rd(q->adapter, E1000_STATUS) & E1000_STATUS_TXOFF);
}

void igb_carrier(struct igb_adapter *a, bool up)
{
	u32 i;

	if (up != a->dev->carrier)
		net_log(a->dev->net, 6, "%s: link %s", a->dev->name, up ? "up" : "down");
	dev_set_carrier(a->dev, up);
	/* For a while packets wait in the queueing disciplines, not in the rings: the watchdog ends that. */
	for (i = 0; i < a->nr_queues; i++) {
		if (up)
			netif_tx_wake_queue(a->queue[i].txq);
		else
			netif_tx_stop_queue(a->queue[i].txq);
	}
}

static void reinit(struct igb_adapter *a)
{
	down(a);
	igb_carrier(a, false);
	up(a);
}

static void tx_timeout(struct igb_adapter *a, u32 queue)
{
	net_log(a->dev->net, 4, "%s: transmit queue %u hangs, resetting", a->dev->name, queue);
	a->count.tx_timeouts++;
	a->queue[queue].txq->timeouts++;
	a->dev->stats.tx_errors++;
	reinit(a);
}

/* It is no short break: what waits is dropped, and what comes, or its senders would be held for ever. */
static void without_link(struct igb_adapter *a)
{
	bool pending = false;
	u32 i;

	if (a->dev->carrier)
		return;
	for (i = 0; i < a->nr_queues; i++)
		pending |= a->queue[i].tx.ring.reclaim != a->queue[i].tx.ring.post;
	if (pending) { /* only a reset takes it back */
		down(a);
		up(a);
	}
	for (i = 0; i < a->nr_queues; i++)
		netif_tx_wake_queue(a->queue[i].txq);
}

static void watchdog(struct timer_list *t)
{
	struct igb_adapter *a = from_timer(a, t, watchdog);
	u32 i;

	if (a->func->lost(a))
		reinit(a);
	a->func->check_link(a);
	a->func->update_stats(a);
	without_link(a);
	for (i = 0; i < a->nr_queues; i++) {
		igb_clean_tx(&a->queue[i]);
		if (tx_hangs(&a->queue[i])) {
			tx_timeout(a, i);
			break;
		}
	}
	mod_timer(&a->watchdog, a->dev->net->now + IGB_WATCHDOG_NS);
}

/* -- settings ------------------------------------------------------------------------------ */
static int igb_change_mtu(struct net_device *dev, u32 mtu)
{
	dev->mtu = mtu;
	igb_set_rx_mode(dev);
	return 0;
}

int igb_set_mac(struct net_device *dev, const u8 *addr)
{
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	if (igb_priv(dev)->running)
		igb_priv(dev)->func->write_mac(igb_priv(dev));
	return 0;
}

static int igb_set_features(struct net_device *dev, netdev_features_t features)
{
	dev->features = features;
	if (igb_priv(dev)->running)
		igb_write_offloads(igb_priv(dev));
	return 0;
}

static void kill_vid(struct net_device *dev, u16 vid)
{
	struct igb_adapter *a = igb_priv(dev);

	card_vlan_set(a->vlans, vid, false);
	if (a->nr_vfs)
		igb_vfs_vlan(a, a->nr_vfs, vid, false);
	igb_set_rx_mode(dev);
}

static int add_vid(struct net_device *dev, u16 vid)
{
	struct igb_adapter *a = igb_priv(dev);

	if (a->nr_vfs && !igb_vfs_vlan(a, a->nr_vfs, vid, true))
		return -ENOSPC;
	card_vlan_set(a->vlans, vid, true);
	igb_set_rx_mode(dev);
	return 0;
}

const u32 *igb_get_vlan_filter(struct net_device *dev)
{
	return dev->ops == &igb_ops && (dev->flags & DEV_PROMISC) ? NULL : igb_priv(dev)->vlans;
}

void igb_free(struct igb_adapter *a)
{
	free(a->queue);
	free(a);
}

void igb_destroy(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);
	u32 i;

	for (i = 0; i < a->nr_queues; i++)
		netif_napi_del(&a->queue[i].napi);
	if (a->removed)
		a->removed(a->hw.ctx);
	igb_free(a);
}

const struct net_device_ops igb_ops = {
	.ndo_open = igb_open,
	.ndo_stop = igb_stop,
	.ndo_start_xmit = igb_start_xmit,
	.ndo_tx_flush = igb_tx_flush,
	.ndo_change_mtu = igb_change_mtu,
	.ndo_set_mac_address = igb_set_mac,
	.ndo_set_rx_mode = igb_set_rx_mode,
	.ndo_set_features = igb_set_features,
	.ndo_vlan_rx_add_vid = add_vid,
	.ndo_vlan_rx_kill_vid = kill_vid,
	.ndo_destroy = igb_destroy,
};

bool dev_is_igb(const struct net_device *dev)
{
	return dev->ops == &igb_ops;
}

void *igb_hw_ctx(const struct net_device *dev)
{
	return igb_priv(dev)->hw.ctx;
}

/* -- probe ----------------------------------------------------------------------------------- */

static void setup_queues(struct igb_adapter *a)
{
	const struct igb_function *f = a->func;
	u32 i;

	for (i = 0; i < a->nr_queues; i++) {
		struct igb_queue *q = &a->queue[i];

		q->adapter = a;
		q->index = i;
		/* a virtual function's pool comes before the physical one's */
		q->rx_base = f->rx_base + (a->nr_vfs + i) * f->rx_stride;
		q->tx_base = f->tx_base + (a->nr_vfs + i) * f->tx_stride;
		q->txq = netdev_get_tx_queue(a->dev, i);
		netif_napi_add_queue(a->dev, &q->napi, igb_poll, (u16)i);
	}
	for (i = 0; i < IGB_RETA; i++)
		a->rss_table[i] = (u8)(i % a->nr_queues);
	for (i = 0; i < IGB_RSS_KEY; i++)
		a->rss_key[i] = (u8)net_rand32(a->dev->net);
}

struct igb_adapter *igb_alloc(const struct igb_probe *p, const struct igb_function *func)
{
	struct igb_adapter *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->hw = p->hw;
	a->func = func;
	a->nr_queues = p->queues;
	a->rx_ring = p->rx_ring ? p->rx_ring : IGB_RX_RING;
	a->queue = calloc(p->queues, sizeof(*a->queue));
	if (a->queue)
		return a;
	free(a);
	return NULL;
}

int igb_register(struct net *net, const struct igb_probe *p, struct igb_adapter *a, const u8 *mac,
		 const struct net_device_ops *ops, const struct ethtool_ops *ethtool,
		 netdev_features_t fixed)
{
	struct net_device *dev = alloc_netdev_mqs(net, p->name, 0, p->queues, p->queues);
	int err;

	if (!dev) {
		igb_free(a);
		return -ENOMEM;
	}
	ether_setup(dev);
	dev->ops = ops;
	dev->ethtool_ops = ethtool;
	dev->priv = a;
	dev->mtu = p->mtu ? p->mtu : ETH_DATA_LEN;
	dev->min_mtu = 68;
	dev->max_mtu = IGB_MAX_MTU;
	dev->carrier = false;
	dev->bql = true;
	dev->features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_TSO |
			NETIF_F_TSO6 | NETIF_F_GSO | NETIF_F_GRO | NETIF_F_VLAN_TX |
			NETIF_F_VLAN_RX;
	dev->hw_features = dev->features & ~fixed;
	dev->features |= NETIF_F_HIGHDMA | NETIF_F_VLAN_FILTER;
	card_vlan_set(a->vlans, 0, true); /* priority tags */
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = 0xffff;
	a->dev = dev;
	timer_setup(&a->watchdog, dev->net, watchdog);
	setup_queues(a);
	memcpy(dev->dev_addr, mac, ETH_ALEN);
	err = register_netdev(dev);
	if (err)
		free_netdev(dev);
	else
		a->removed = p->removed;
	return err;
}

int igb_probe(struct net *net, const struct igb_probe *p, struct net_device **out)
{
	struct igb_adapter *a;
	u8 mac[ETH_ALEN];
	int err;

	/* With virtual functions each pool has one pair, and so has this one. */
	if (!p->queues || p->queues > (p->vfs ? 1 : IGB_MAX_QUEUES) || p->vfs >= IGB_POOLS)
		return -EINVAL;
	a = igb_alloc(p, &igb_physical);
	if (!a)
		return -ENOMEM;
	a->func->reset(a);
	err = card_read_mac(&a->hw, igb_eerd, mac);
	if (err) {
		igb_free(a);
		return err;
	}
	a->nr_vfs = p->vfs;
	err = igb_register(net, p, a, mac, &igb_ops, &igb_ethtool_ops, 0);
	if (err)
		return err;
	igb_vfs_init(a);
	*out = a->dev;
	return 0;
}
