// SPDX-License-Identifier: BSD-2-Clause
/*
 * TAP: an interface of the host whose other end is ours. With offload on, frames carry a vnet
 * header: neither we nor the host compute checksums or segment what stays on this machine.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "drivers/tap_priv.h"

#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

enum { TAP_BUSY_TRIES = 100 }; /* two seconds */

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
	if (tap->ioctl_fd >= 0)
		close(tap->ioctl_fd);
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

/*
 * A daemon that was killed leaves its io_uring to the kernel, which closes it, and with it the
 * TAP, a moment later: its successor waits rather than calls the TAP busy.
 */
static int set_iff(int fd, struct ifreq *ifr)
{
	const struct timespec pause = { .tv_nsec = 20 * NSEC_PER_MSEC };
	int tries;

	for (tries = 0; ioctl(fd, TUNSETIFF, ifr); tries++) {
		if (errno != EBUSY || tries == TAP_BUSY_TRIES)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Opens the TAP and settles the vnet header; *uso tells whether UDP segmentation was granted. */
static int tap_attach(struct tap *tap, const struct tap_config *cfg, bool *uso)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	int hdr_size = sizeof(struct vnet_hdr), err;

	if (strlen(cfg->tap_name) >= sizeof(ifr.ifr_name) || !cfg->tap_name[0])
		return -EINVAL;
	if (cfg->offload)
		ifr.ifr_flags |= IFF_VNET_HDR;
	memcpy(ifr.ifr_name, cfg->tap_name, strlen(cfg->tap_name) + 1);
	tap->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0)
		return -errno;
	err = set_iff(tap->fd, &ifr);
	if (err)
		return err;
	memcpy(tap->tap_name, ifr.ifr_name, sizeof(ifr.ifr_name));
	if (!cfg->offload)
		return 0;
	if (ioctl(tap->fd, TUNSETVNETHDRSZ, &hdr_size))
		return -errno;
	*uso = !ioctl(tap->fd, TUNSETOFFLOAD, offloads | TUN_F_USO4 | TUN_F_USO6);
	/* USO is younger (Linux 6.2) than the rest. */
	if (!*uso && ioctl(tap->fd, TUNSETOFFLOAD, offloads))
		return -errno;
	tap->vnet = true;
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

static int tap_host_mtu(struct tap *tap, u32 *mtu)
{
	struct ifreq ifr = { 0 };

	memcpy(ifr.ifr_name, tap->tap_name, sizeof(ifr.ifr_name));
	if (ioctl(tap->ioctl_fd, SIOCGIFMTU, &ifr))
		return -errno;
	*mtu = (u32)ifr.ifr_mtu;
	return 0;
}

static int tap_alloc(const struct tap_config *cfg, struct tap **out, bool *uso)
{
	struct tap *tap = calloc(1, sizeof(*tap));
	int err = -ENOMEM;

	if (!tap)
		return -ENOMEM;
	tap->fd = tap->ioctl_fd = -1;
	tap->tx_slots = calloc(TAP_TX_BATCH, sizeof(*tap->tx_slots));
	tap->rx_slots = calloc(TAP_RX_SLOTS, sizeof(*tap->rx_slots));
	if (!tap->tx_slots || !tap->rx_slots || ring_init(&tap->tx, TAP_TX_RING))
		goto fail;
	err = tap_attach(tap, cfg, uso);
	if (err)
		goto fail;
	tap->ioctl_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (tap->ioctl_fd < 0) {
		err = -errno;
		goto fail;
	}
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

static void tap_pick_mac(struct net_device *dev, const u8 *mac)
{
	u64 r = net_rand64(dev->net);

	memcpy(dev->dev_addr, mac, ETH_ALEN);
	if (!eth_addr_is_zero(mac))
		return;
	memcpy(dev->dev_addr, &r, ETH_ALEN);
	dev->dev_addr[0] = (u8)((dev->dev_addr[0] & 0xfc) | 2); /* local, unicast */
}

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
		err = tap_host_mtu(tap, &mtu);
	dev = err ? NULL : alloc_netdev(net, name, 0);
	if (!dev) {
		tap_free(tap);
		return err ? err : -ENOMEM;
	}
	ether_setup(dev);
	dev->ops = &tap_ops;
	dev->priv = tap;
	dev->mtu = mtu;
	dev->min_mtu = 68;
	dev->max_mtu = 65535 - ETH_HLEN;
	dev->carrier = true;
	tap->dev = dev;
	tap_set_features(dev, tap->vnet, uso);
	tap_pick_mac(dev, cfg->mac);
	netif_napi_add(dev, &tap->napi, tap_poll, NAPI_POLL_WEIGHT);
	err = register_netdev(dev); /* on failure it calls ndo_destroy and frees dev */
	if (err)
		return err;
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
