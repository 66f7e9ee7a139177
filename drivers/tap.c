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

static int tap_open(struct net_device *dev)
{
	netif_wake_queue(dev);
	return 0;
}

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

static void tap_free(struct tap *tap)
{
	if (tap->rx_slots)
		tap_rx_free(tap);
	if (tap->tx.desc)
		ring_exit(&tap->tx);
	if (tap->have_uring)
		io_uring_queue_exit(&tap->ring);
	if (tap->fd >= 0)
		close(tap->fd);
	free(tap->tx_slots);
	free(tap->rx_slots);
	free(tap);
}

static void tap_destroy(struct net_device *dev)
{
	netif_napi_del(&tap_priv(dev)->napi);
	tap_free(tap_priv(dev));
}

static const struct net_device_ops tap_ops = {
	.ndo_open = tap_open,
	.ndo_start_xmit = tap_start_xmit,
	.ndo_tx_flush = tap_tx_flush,
	.ndo_change_mtu = tap_change_mtu,
	.ndo_set_mac_address = tap_set_mac,
	.ndo_destroy = tap_destroy,
};

static int tap_attach(struct tap *tap, const struct tap_config *cfg, bool *uso)
{
	struct tap_host host;
	int err = tap_host_open(cfg->tap_name, cfg->offload, true, &host);

	if (err)
		return err;
	tap->fd = host.fd;
	memcpy(tap->tap_name, host.name, sizeof(host.name));
	tap->vnet = host.vnet;
	*uso = host.uso;
	return 0;
}

/* An unusable io_uring (old kernel, seccomp) is no error: frames are written one by one. */
static void tap_uring_init(struct tap *tap)
{
	struct io_uring_params params = { .flags = IORING_SETUP_COOP_TASKRUN };

	if (io_uring_queue_init_params(TAP_TX_BATCH, &tap->ring, &params) < 0)
		return;
	if (io_uring_register_files(&tap->ring, &tap->fd, 1) < 0) {
		io_uring_queue_exit(&tap->ring);
		return;
	}
	tap->have_uring = true;
}

static int tap_alloc(const struct tap_config *cfg, struct tap **out, bool *uso)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	int err = -ENOMEM;

	if (!tap)
		return -ENOMEM;
	tap->fd = -1;
	tap->tx_slots = calloc(TAP_TX_BATCH, sizeof(*tap->tx_slots));
	tap->rx_slots = calloc(TAP_RX_SLOTS, sizeof(*tap->rx_slots));
	if (!tap->tx_slots || !tap->rx_slots || ring_init(&tap->tx, TAP_TX_RING))
		goto fail;
	err = tap_attach(tap, cfg, uso);
	if (err)
		goto fail;
	tap_uring_init(tap);
	*out = tap;
	return 0;
fail:
	tap_free(tap);
	return err;
}

static void tap_set_features(struct net_device *dev, bool vnet, bool uso)
{
	dev->hw_features = NETIF_F_SG | NETIF_F_GSO | NETIF_F_GRO;
	if (vnet)
		dev->hw_features |= NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO;
	if (uso)
		dev->hw_features |= NETIF_F_GSO_UDP_L4;
	dev->features = dev->hw_features;
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = 0xffff;
}

static void tap_get_info(struct net_device *dev, struct ethtool_info *info)
{
	const struct tap *tap = tap_priv(dev);

	*info = (struct ethtool_info){ .driver = "tap", .bus = tap->tap_name, .has_settings = true,
				       .full_duplex = true, .tx_ring = TAP_TX_RING,
				       .tx_pending = ring_pending(&tap->tx), .channels = 1 };
}

static const char *tap_get_stat(struct net_device *dev, u32 index, u64 *value)
{
	const struct tap_stats *st = &tap_priv(dev)->stats;
	const struct {
		const char *name;
		u64 value;
	} rows[] = {
		{ "reads", st->reads }, { "writes", st->writes },
		{ "uring_submits", st->uring_submits }, { "uring_frames", st->uring_frames },
		{ "tx_errors", st->tx_errors }, { "tx_doorbells", tap_priv(dev)->tx.doorbells },
		{ "tx_ring_full", tap_priv(dev)->tx.full },
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

int tap_create(struct net *net, const struct tap_config *cfg, struct net_device **out)
{
	const char *name = cfg->name ? cfg->name : cfg->tap_name;
	struct net_device *dev;
	struct tap *tap = NULL;
	bool uso = false;
	u32 mtu = cfg->mtu;
	int err;

	err = tap_alloc(cfg, &tap, &uso);
	if (err)
		return err;
	if (!mtu)
		err = tap_host_mtu(tap->tap_name, &mtu);
	dev = err ? NULL : alloc_netdev(net, name, 0);
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
	tap->dev = dev;
	tap_set_features(dev, tap->vnet, uso);
	mac_pick(net, dev->dev_addr, cfg->mac);
	netif_napi_add(dev, &tap->napi, tap_poll, NAPI_POLL_WEIGHT);
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

int tap_fd(const struct net_device *dev)
{
	return tap_priv(dev)->fd;
}

void tap_interrupt(struct net_device *dev)
{
	napi_schedule(&tap_priv(dev)->napi);
}

const struct tap_stats *tap_stats(const struct net_device *dev)
{
	return &tap_priv(dev)->stats;
}
