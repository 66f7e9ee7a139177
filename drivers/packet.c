// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packet device: an interface of the host, shared with the host's own stack, by a packet socket.
 * With offload on, frames carry a vnet header, as a TAP's do. What the stack wants to hear is told
 * to the interface as memberships of the socket; they end with it.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "drivers/packet_priv.h"

static void packet_set_rx_mode(struct net_device *dev)
{
	packet_mode_sync(&packet_priv(dev)->mode, dev);
}

/* -- life ------------------------------------------------------------------------------------- */
static int packet_stop(struct net_device *dev)
{
	struct packet_dev *p = packet_priv(dev);
	u32 i;

	packet_tx_flush(dev);
	for (i = 0; i < p->nr_queues; i++)
		del_timer(&p->queues[i].tx_retry);
	packet_mode_leave(&p->mode);
	return 0;
}

static u32 mtu_most(const struct packet_host *host)
{
	return host->mtu;
}

static int packet_change_mtu(struct net_device *dev, u32 mtu)
{
	return packet_mode_mtu(&packet_priv(dev)->mode, mtu, mtu_most);
}

static int packet_set_mac(struct net_device *dev, const u8 *addr)
{
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	if (dev->flags & DEV_UP)
		packet_mode_unicast(&packet_priv(dev)->mode, addr);
	return 0;
}

static void queue_free(struct packet_queue *q)
{
	packet_host_close(&q->host);
	vnet_rx_free(&q->slot);
	page_frag_release(&q->frag);
	if (q->tx.desc)
		ring_exit(&q->tx);
}

static void packet_free(struct packet_dev *p)
{
	u32 i;

	if (p->link_fd >= 0)
		close(p->link_fd);
	for (i = 0; i < p->nr_queues; i++)
		queue_free(&p->queues[i]);
	free(p);
}

static void packet_destroy(struct net_device *dev)
{
	struct packet_dev *p = packet_priv(dev);
	u32 i;

	for (i = 0; i < p->nr_queues; i++) {
		del_timer(&p->queues[i].tx_retry);
		netif_napi_del(&p->queues[i].napi);
	}
	packet_free(p);
}

static const struct net_device_ops packet_ops = {
	.ndo_stop = packet_stop,
	.ndo_start_xmit = packet_start_xmit,
	.ndo_tx_flush = packet_tx_flush,
	.ndo_change_mtu = packet_change_mtu,
	.ndo_set_mac_address = packet_set_mac,
	.ndo_set_rx_mode = packet_set_rx_mode,
	.ndo_destroy = packet_destroy,
};

static void packet_get_info(struct net_device *dev, struct ethtool_info *info)
{
	const struct packet_dev *p = packet_priv(dev);
	const struct packet_host *host = p->host;
	u32 i;

	*info = (struct ethtool_info){
		.driver = "packet", .bus = host->name, .has_settings = true, .full_duplex = true,
		.tx_ring = PACKET_TX_RING_SIZE, .channels = p->nr_queues,
	};
	for (i = 0; i < p->nr_queues; i++)
		info->tx_pending += ring_pending(&p->queues[i].tx);
	if (host->rx == PACKET_RX_V2)
		info->rx_ring = host->nr_blocks * (host->block_size / host->frame_size);
	else if (host->rx == PACKET_RX_V3)
		info->rx_ring = host->nr_blocks;
}

static const char *packet_get_stat(struct net_device *dev, u32 index, u64 *value)
{
	const struct packet_stats st = packet_stats(dev);
	const struct {
		const char *name;
		u64 value;
	} rows[] = {
		{ "rx_ring_frames", st.ring_frames }, { "rx_blocks", st.blocks },
		{ "rx_reads", st.reads }, { "rx_ring_drops", st.ring_drops },
		{ "rx_truncated", st.truncated }, { "tx_sends", st.sends },
		{ "tx_host_full", st.tx_full }, { "tx_doorbells", st.tx_doorbells },
		{ "tx_ring_full", st.tx_ring_full },
	};

	if (index >= ARRAY_SIZE(rows))
		return NULL;
	*value = rows[index].value;
	return rows[index].name;
}

static const struct ethtool_ops packet_ethtool_ops = {
	.get_info = packet_get_info,
	.get_stat = packet_get_stat,
};

/* The first queue makes the fanout group that the others join. The kernel's first has number 0. */
static int open_queues(struct packet_dev *p, const struct packet_config *cfg)
{
	struct packet_host_want want = { .ifname = cfg->ifname, .vnet = cfg->offload,
					 .rx = cfg->rx, .tx_ring = cfg->tx_ring,
					 .fanout = cfg->fanout };
	int err = 0;
	u32 i;

	if (cfg->fanout || cfg->share == PACKET_SHARE_JOIN)
		want.group = PACKET_GROUP_JOIN;
	else if (p->nr_queues > 1 || cfg->share == PACKET_SHARE_NEW)
		want.group = PACKET_GROUP_NEW;
	for (i = 0; i < p->nr_queues && !err; i++) {
		struct packet_queue *q = &p->queues[i];

		err = ring_init(&q->tx, PACKET_TX_RING_SIZE);
		if (!err)
			err = packet_host_open(&q->host, &want);
		want.rx = q->host.rx;
		want.tx_ring = q->host.tx_ring;
		if (want.group == PACKET_GROUP_NEW) {
			want.group = PACKET_GROUP_JOIN;
			want.fanout = q->host.fanout;
		}
	}
	return err;
}

static int packet_alloc(const struct packet_config *cfg, struct packet_dev **out)
{
	u32 nr = max(cfg->queues, 1u), i;
	struct packet_dev *p = calloc(1, sizeof(*p) + nr * sizeof(p->queues[0]));
	int err;

	if (!p)
		return -ENOMEM;
	p->nr_queues = nr;
	p->host = &p->queues[0].host;
	p->mode.host = p->host;
	p->link_fd = -1;
	for (i = 0; i < nr; i++)
		p->queues[i].host.fd = -1;
	err = open_queues(p, cfg);
	if (!err)
		err = p->link_fd = packet_link_open();
	if (err < 0) {
		packet_free(p);
		return err;
	}
	*out = p;
	return 0;
}

static void queue_setup(struct packet_queue *q, struct net_device *dev, u16 index)
{
	q->dev = dev;
	q->txq = netdev_get_tx_queue(dev, index);
	timer_setup(&q->tx_retry, dev->net, packet_tx_retry);
	netif_napi_add_queue(dev, &q->napi, packet_poll, index);
}

static void packet_setup(struct packet_dev *p, struct net_device *dev,
			 const struct packet_config *cfg)
{
	u16 i;

	ether_setup(dev);
	dev->ops = &packet_ops;
	dev->ethtool_ops = &packet_ethtool_ops;
	dev->priv = p;
	dev->mtu = cfg->mtu ? cfg->mtu : p->host->mtu;
	dev->min_mtu = 68;
	dev->max_mtu = 65535 - ETH_HLEN;
	dev->carrier = p->host->running;
	dev->hw_features = NETIF_F_SG | NETIF_F_GSO | NETIF_F_GRO;
	if (p->host->vnet)
		dev->hw_features |= NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO;
	if (p->host->vnet && packet_host_cuts_udp())
		dev->hw_features |= NETIF_F_GSO_UDP_L4;
	dev->features = dev->hw_features;
	dev->gso_max_size = GSO_MAX_SIZE;
	dev->gso_max_segs = U16_MAX;
	mac_pick(dev->net, dev->dev_addr, cfg->mac);
	p->dev = dev;
	for (i = 0; i < p->nr_queues; i++)
		queue_setup(&p->queues[i], dev, i);
}

int packet_create(struct net *net, const struct packet_config *cfg, struct net_device **out)
{
	struct packet_dev *p = NULL;
	struct net_device *dev = NULL;
	int err = packet_alloc(cfg, &p);

	if (err)
		return err;
	if (cfg->mtu > p->host->mtu)
		err = -EMSGSIZE;
	if (!err)
		dev = alloc_netdev_mqs(net, cfg->name ? cfg->name : cfg->ifname, 0,
				       p->nr_queues, p->nr_queues);
	if (!dev) {
		packet_free(p);
		return err ? err : -ENOMEM;
	}
	packet_setup(p, dev, cfg);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	*out = dev;
	return 0;
}

bool dev_is_packet(const struct net_device *dev)
{
	return dev->ops == &packet_ops;
}

int packet_fd(const struct net_device *dev, u32 queue)
{
	return packet_priv(dev)->queues[queue].host.fd;
}

struct napi_struct *packet_napi(const struct net_device *dev, u32 queue)
{
	return &packet_priv(dev)->queues[queue].napi;
}

u16 packet_fanout_group(const struct net_device *dev)
{
	return (u16)packet_priv(dev)->host->fanout;
}

int packet_link_fd(const struct net_device *dev)
{
	return packet_priv(dev)->link_fd;
}

void packet_link_event(struct net_device *dev)
{
	struct packet_dev *p = packet_priv(dev);
	u32 i;

	packet_link_drain(p->link_fd);
	packet_mode_follow(&p->mode, dev, mtu_most);
	for (i = 0; dev->carrier && i < p->nr_queues; i++)
		packet_txring_resume(&p->queues[i]);
}

struct packet_stats packet_stats(const struct net_device *dev)
{
	const struct packet_dev *p = packet_priv(dev);
	struct packet_stats sum = { 0 };
	u32 i;

	for (i = 0; i < p->nr_queues; i++) {
		const struct packet_queue *q = &p->queues[i];

		sum.ring_frames += q->stats.ring_frames;
		sum.blocks += q->stats.blocks;
		sum.reads += q->stats.reads;
		sum.sends += q->stats.sends;
		sum.ring_drops += q->stats.ring_drops;
		sum.truncated += q->stats.truncated;
		sum.tx_full += q->stats.tx_full;
		sum.tx_doorbells += q->tx.doorbells;
		sum.tx_ring_full += q->tx.full;
	}
	return sum;
}

enum packet_rx packet_rx_mode(const struct net_device *dev)
{
	return packet_priv(dev)->host->rx;
}

bool packet_tx_ring(const struct net_device *dev)
{
	return packet_priv(dev)->host->tx_ring;
}
