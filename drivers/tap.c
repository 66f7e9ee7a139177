// SPDX-License-Identifier: BSD-2-Clause
/*
 * TAP: an interface of the host whose other end is ours. With offload on, frames carry a vnet
 * header: neither we nor the host compute checksums or segment what stays on this machine.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "drivers/tap_host.h"
#include "drivers/tap_priv.h"

static int tap_change_mtu(struct net_device *dev, u32 mtu)
{
	dev->mtu = mtu;
	return 0;
}

static int tap_set_mac(struct net_device *dev, const u8 *addr)
{
	if (!eth_addr_is_valid(addr))
		return -EADDRNOTAVAIL;
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	return 0;
}

static void queue_free(struct tap_queue *q)
{
	if (q->rx_slots)
		tap_rx_free(q);
	if (q->tx.desc)
		ring_exit(&q->tx);
	if (q->have_uring)
		io_uring_queue_exit(&q->ring);
	if (q->fd >= 0)
		close(q->fd);
	free(q->tx_slots);
	free(q->rx_slots);
}

static void tap_free(struct tap *tap)
{
	u32 i;

	for (i = 0; i < tap->nr_queues; i++)
		queue_free(&tap->queues[i]);
	free(tap);
}

static void tap_destroy(struct net_device *dev)
{
	struct tap *tap = tap_priv(dev);
	u32 i;

	for (i = 0; i < tap->nr_queues; i++)
		netif_napi_del(&tap->queues[i].napi);
	tap_free(tap);
}

static const struct net_device_ops tap_ops = {
	.ndo_start_xmit = tap_start_xmit,
	.ndo_tx_flush = tap_tx_flush,
	.ndo_change_mtu = tap_change_mtu,
	.ndo_set_mac_address = tap_set_mac,
	.ndo_destroy = tap_destroy,
};

/* An unusable io_uring (old kernel, seccomp) is no error: frames are written one by one. */
static void uring_init(struct tap_queue *q)
{
	struct io_uring_params params = { .flags = IORING_SETUP_COOP_TASKRUN };

	if (io_uring_queue_init_params(TAP_TX_BATCH, &q->ring, &params) < 0)
		return;
	if (io_uring_register_files(&q->ring, &q->fd, 1) < 0) {
		io_uring_queue_exit(&q->ring);
		return;
	}
	q->have_uring = true;
}

/* name: of the TAP as it is now; what was asked for may hold a "%d" */
static int queue_open(struct tap_queue *q, const struct tap_config *cfg, char *name, bool *uso)
{
	const bool first = !*name && !cfg->joins;
	const struct tap_host_want want = { .name = *name ? name : cfg->tap_name,
					    .offload = cfg->offload, .uso = true,
					    .first = first,
					    .multi_queue = cfg->queues > 1 || cfg->multi_queue };
	struct tap_host host;
	int err;

	q->tx_slots = calloc(TAP_TX_BATCH, sizeof(*q->tx_slots));
	q->rx_slots = calloc(TAP_RX_SLOTS, sizeof(*q->rx_slots));
	if (!q->tx_slots || !q->rx_slots || ring_init(&q->tx, TAP_TX_RING))
		return -ENOMEM;
	err = tap_host_open(&want, &host);
	if (err)
		return err;
	q->fd = host.fd;
	q->vnet = host.vnet;
	*uso = host.uso;
	memcpy(name, host.name, sizeof(host.name));
	uring_init(q);
	return 0;
}

static int tap_alloc(const struct tap_config *cfg, struct tap **out, bool *uso)
{
	u32 nr = max(cfg->queues, 1u), i;
	struct tap *tap = calloc(1, sizeof(*tap) + nr * sizeof(tap->queues[0]));
	int err = 0;

	if (!tap)
		return -ENOMEM;
	tap->nr_queues = nr;
	for (i = 0; i < nr; i++)
		tap->queues[i].fd = -1;
	for (i = 0; i < nr && !err; i++)
		err = queue_open(&tap->queues[i], cfg, tap->tap_name, uso);
	if (err) {
		tap_free(tap);
		return err;
	}
	*out = tap;
	return 0;
}

static void tap_set_features(struct net_device *dev, bool vnet, bool uso)
{
	dev->hw_features = NETIF_F_SG | NETIF_F_GSO | NETIF_F_GRO;
	if (vnet)
		dev->hw_features |= NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO;
	if (uso)
		dev->hw_features |= NETIF_F_GSO_UDP_L4;
	dev->features = dev->hw_features;
	if (vnet)	/* what comes is large already, as with Linux's veth; what is small came so */
		dev->features &= ~(netdev_features_t)NETIF_F_GRO;
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = 0xffff;
}

static void tap_get_info(struct net_device *dev, struct ethtool_info *info)
{
	const struct tap *tap = tap_priv(dev);
	u32 i;

	*info = (struct ethtool_info){ .driver = "tap", .bus = tap->tap_name, .has_settings = true,
				       .full_duplex = true, .tx_ring = TAP_TX_RING,
				       .channels = tap->nr_queues };
	for (i = 0; i < tap->nr_queues; i++)
		info->tx_pending += ring_pending(&tap->queues[i].tx);
}

static const char *tap_get_stat(struct net_device *dev, u32 index, u64 *value)
{
	const struct tap_stats st = tap_stats(dev);
	const struct {
		const char *name;
		u64 value;
	} rows[] = {
		{ "reads", st.reads }, { "writes", st.writes },
		{ "uring_submits", st.uring_submits }, { "uring_frames", st.uring_frames },
		{ "tx_errors", st.tx_errors }, { "tx_doorbells", st.tx_doorbells },
		{ "tx_ring_full", st.tx_ring_full },
	};

	if (index >= ARRAY_SIZE(rows))
		return NULL;
	*value = rows[index].value;
	return rows[index].name;
}

static const struct ethtool_ops tap_ethtool_ops = {
	.get_info = tap_get_info,
	.get_stat = tap_get_stat,
};

static void queue_setup(struct tap_queue *q, struct net_device *dev, u16 index)
{
	q->dev = dev;
	q->txq = netdev_get_tx_queue(dev, index);
	netif_napi_add_queue(dev, &q->napi, tap_poll, index);
}

int tap_create(struct net *net, const struct tap_config *cfg, struct net_device **out)
{
	const char *name = cfg->name ? cfg->name : cfg->tap_name;
	struct net_device *dev;
	struct tap *tap = NULL;
	bool uso = false;
	u32 mtu = cfg->mtu;
	u16 i;
	int err;

	err = tap_alloc(cfg, &tap, &uso);
	if (err)
		return err;
	if (!mtu)
		err = tap_host_mtu(tap->tap_name, &mtu);
	dev = err ? NULL : alloc_netdev_mqs(net, name, 0, tap->nr_queues, tap->nr_queues);
	if (!dev) {
		tap_free(tap);
		return err ? err : -ENOMEM;
	}
	ether_setup(dev);
	dev->ops = &tap_ops;
	dev->ethtool_ops = &tap_ethtool_ops;
	dev->priv = tap;
	dev->mtu = mtu;
	dev->min_mtu = 68;
	dev->max_mtu = 65535 - ETH_HLEN;
	dev->carrier = true;
	tap_set_features(dev, tap->queues[0].vnet, uso);
	mac_pick(net, dev->dev_addr, cfg->mac);
	for (i = 0; i < tap->nr_queues; i++)
		queue_setup(&tap->queues[i], dev, i);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	*out = dev;
	return 0;
}

bool dev_is_tap(const struct net_device *dev)
{
	return dev->ops == &tap_ops;
}

int tap_fd(const struct net_device *dev, u32 queue)
{
	return tap_priv(dev)->queues[queue].fd;
}

struct napi_struct *tap_napi(const struct net_device *dev, u32 queue)
{
	return &tap_priv(dev)->queues[queue].napi;
}

struct tap_stats tap_stats(const struct net_device *dev)
{
	const struct tap *tap = tap_priv(dev);
	struct tap_stats sum = { 0 };
	u32 i;

	for (i = 0; i < tap->nr_queues; i++) {
		const struct tap_queue *q = &tap->queues[i];

		sum.reads += q->stats.reads;
		sum.writes += q->stats.writes;
		sum.uring_submits += q->stats.uring_submits;
		sum.uring_frames += q->stats.uring_frames;
		sum.tx_errors += q->stats.tx_errors;
		sum.tx_doorbells += q->tx.doorbells;
		sum.tx_ring_full += q->tx.full;
	}
	return sum;
}
