// SPDX-License-Identifier: BSD-2-Clause
/*
 * XDP device: an interface of the host whose frames a program gives to us before the host's own
 * stack sees them, by AF_XDP sockets, one a queue. Frames travel in memory that is shared with the
 * kernel; where the interface's driver cannot work on it, the kernel copies.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "drivers/packet_mode.h"
#include "drivers/ring.h"
#include "drivers/rx_copy.h"
#include "drivers/vnet.h"
#include "drivers/xdp_host.h"

enum {
	TX_RING_SIZE = 256,
	TX_BATCH = 64,
	RX_BATCH = 64, /* frames that are given back at once */
	LINK_ROOM = ETH_HLEN + 2 * VLAN_TAG_LEN,
};
#define RETRY_NS (500 * NSEC_PER_USEC) /* the kernel has all frames to send with */

struct xdp_queue {
	struct net_device *dev;
	struct napi_struct napi;
	struct netdev_queue *txq;
	struct xdp_sock sock;
	struct page_frag frag;
	struct desc_ring tx;
	struct timer_list retry;
	u64 kicks, tx_busy, frames;
};

struct xdp_dev {
	struct packet_host host; /* asks of the interface, and has its memberships */
	struct packet_mode mode;
	struct xdp_prog prog;
	int link_fd;
	u32 nr_queues;
	struct xdp_queue queues[];
};

static struct xdp_dev *xdp_priv(const struct net_device *dev)
{
	return dev->priv;
}

/* -- receive ------------------------------------------------------------------------------------ */
static void receive(struct xdp_queue *q, const struct xdp_desc *desc)
{
	const u8 *frame = xsk_umem__get_data(q->sock.area, desc->addr);
	const struct gro_frame f = { .data = frame, .len = desc->len };
	struct net_device *dev = q->dev;
	struct sk_buff *skb = NULL;

	if (desc->len < ETH_HLEN) {
		dev->stats.rx_length_errors++;
		return;
	}
	if (!napi_gro_copy(&q->napi, &q->frag, &f)) {
		skb = rx_copy_frame(dev->net, &q->frag, frame, desc->len);
		if (!skb) {
			dev->stats.rx_dropped++;
			return;
		}
	}
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += desc->len;
	q->frames++;
	if (!skb)
		return; /* behind one that GRO holds */
	eth_type_trans(skb, dev);
	napi_gro_receive(&q->napi, skb);
}

/* Frames taken, at most RX_BATCH. */
static int receive_batch(struct xdp_queue *q, int budget)
{
	u64 frames[RX_BATCH];
	u32 at, n = xsk_ring_cons__peek(&q->sock.rx, (u32)min(budget, (int)RX_BATCH), &at), i;

	for (i = 0; i < n; i++) {
		const struct xdp_desc *desc = xsk_ring_cons__rx_desc(&q->sock.rx, at + i);

		receive(q, desc);
		frames[i] = desc->addr & ~(u64)(XDP_FRAME_SIZE - 1);
	}
	if (n)
		xsk_ring_cons__release(&q->sock.rx, n);
	xdp_sock_refill(&q->sock, frames, n);
	return (int)n;
}

static void reap(struct xdp_queue *q);

static int xdp_poll(struct napi_struct *napi, int budget)
{
	struct xdp_queue *q = container_of(napi, struct xdp_queue, napi);
	int n = 0, got;

	reap(q);
	do {
		got = receive_batch(q, budget - n);
		n += got;
	} while (got && n < budget);
	if (n < budget)
		napi_complete_done(napi, n);
	return n;
}

/* -- transmit ----------------------------------------------------------------------------------- */
/* Frames that the kernel is done with are ours again. */
static void reap(struct xdp_queue *q)
{
	struct xdp_sock *s = &q->sock;
	u32 at, octets = 0, n = xsk_ring_cons__peek(&s->comp, XDP_TX_FRAMES, &at), i;

	for (i = 0; i < n; i++) {
		u64 addr = *xsk_ring_cons__comp_addr(&s->comp, at + i);
		u32 len;

		memcpy(&len, s->area + addr + XDP_FRAME_ROOM, sizeof(len));
		octets += len;
		s->free[s->nr_free++] = addr;
	}
	if (n)
		xsk_ring_cons__release(&s->comp, n);
	netdev_tx_completed_queue(q->txq, octets);
}

/* Copies the oldest packet of the ring into a frame, which keeps its length behind its end. */
static void send_one(struct xdp_queue *q, u32 at)
{
	struct xdp_sock *s = &q->sock;
	struct ring_desc *ring_desc = ring_device_next(&q->tx);
	struct xdp_desc *desc = xsk_ring_prod__tx_desc(&s->tx, at);
	u32 len = ring_desc->skb->len;

	desc->addr = s->free[--s->nr_free];
	desc->len = len;
	desc->options = 0;
	skb_copy_bits(ring_desc->skb, 0, s->area + desc->addr, len);
	memcpy(s->area + desc->addr + XDP_FRAME_ROOM, &len, sizeof(len));
	netdev_tx_sent_queue(q->txq, len);
	ring_device_done(&q->tx, (s32)len);
}

/* Packets handed to the kernel; 0: it has all frames. */
static u32 send_batch(struct xdp_queue *q)
{
	u32 n = min3(ring_pending(&q->tx), q->sock.nr_free, (u32)TX_BATCH), at, i;

	if (!n || xsk_ring_prod__reserve(&q->sock.tx, n, &at) != n)
		return 0;
	for (i = 0; i < n; i++)
		send_one(q, at + i);
	xsk_ring_prod__submit(&q->sock.tx, n);
	return n;
}

static void reclaim(struct xdp_queue *q)
{
	struct sk_buff *skb;
	s32 status;

	while ((skb = ring_reclaim(&q->tx, &status))) {
		if (status < 0) {
			q->dev->stats.tx_errors++;
			q->dev->stats.tx_carrier_errors++;
			kfree_skb_reason(skb, SKB_DROP_DEV_READY);
			continue;
		}
		q->dev->stats.tx_packets++;
		q->dev->stats.tx_bytes += (u32)status;
		consume_skb(skb);
	}
	if (ring_room(&q->tx) >= TX_RING_SIZE / 2)
		netif_tx_wake_queue(q->txq);
}

static bool tx_left(const struct xdp_queue *q)
{
	return ring_pending(&q->tx) || *q->sock.tx.consumer != *q->sock.tx.producer;
}

/* The interface is down, or gone. What the kernel has it keeps; nothing more is given to it. */
static void drop_pending(struct xdp_queue *q)
{
	while (ring_pending(&q->tx))
		ring_device_done(&q->tx, -ENETDOWN);
}

/* Has the kernel work on what it was given. false: not before the link changes */
static bool kick(struct xdp_queue *q)
{
	int err = xdp_sock_kick(&q->sock);

	q->kicks++;
	reap(q);
	return !err || err == -EAGAIN;
}

/* Until the kernel has told what became of all, or a full queue has been woken. */
static void arm(struct xdp_queue *q)
{
	if (tx_left(q) || q->txq->state)
		mod_timer(&q->retry, q->dev->net->now + RETRY_NS);
}

/* The kernel takes some 32 frames a call. */
static void flush_queue(struct xdp_queue *q)
{
	bool up = q->dev->carrier;

	if (!ring_pending(&q->tx))
		return;
	q->tx.doorbells++;
	if (!up)
		drop_pending(q);
	while (up) {
		u32 before = *q->sock.tx.consumer, sent = send_batch(q);

		if (!tx_left(q))
			break;
		up = kick(q);
		if (!up)
			drop_pending(q);
		if (!up || (!sent && before == *q->sock.tx.consumer)) {
			q->tx_busy += up;
			break;
		}
	}
	reclaim(q);
	if (up)
		arm(q);
}

static void xdp_retry(struct timer_list *t)
{
	struct xdp_queue *q = from_timer(q, t, retry);

	reap(q);
	if (tx_left(q) && !kick(q))
		return;
	flush_queue(q);
	arm(q);
}

static void xdp_tx_flush(struct net_device *dev)
{
	struct xdp_dev *x = xdp_priv(dev);
	u32 i;

	for (i = 0; i < x->nr_queues; i++)
		flush_queue(&x->queues[i]);
}

static void xdp_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct xdp_queue *q = &xdp_priv(dev)->queues[skb->queue_mapping];

	(void)more; /* the core rings the doorbell by ndo_tx_flush() at the end of its turn */
	if (skb->len > XDP_FRAME_ROOM) {
		dev->stats.tx_errors++;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_BIG);
		return;
	}
	ring_post(&q->tx, skb);
	if (ring_pending(&q->tx) == TX_BATCH)
		flush_queue(q);
	if (!ring_room(&q->tx))
		netif_tx_stop_queue(q->txq);
}

/* -- life ---------------------------------------------------------------------------------------- */
static void xdp_set_rx_mode(struct net_device *dev)
{
	packet_mode_sync(&xdp_priv(dev)->mode, dev);
}

static int xdp_stop(struct net_device *dev)
{
	struct xdp_dev *x = xdp_priv(dev);
	u32 i;

	xdp_tx_flush(dev);
	for (i = 0; i < x->nr_queues; i++)
		del_timer(&x->queues[i].retry);
	packet_mode_leave(&x->mode);
	return 0;
}

static u32 mtu_most(const struct packet_host *host)
{
	return min_t(u32, host->mtu, XDP_FRAME_ROOM - LINK_ROOM);
}

static int xdp_change_mtu(struct net_device *dev, u32 mtu)
{
	return packet_mode_mtu(&xdp_priv(dev)->mode, mtu, mtu_most);
}

static int xdp_set_mac(struct net_device *dev, const u8 *addr)
{
	memcpy(dev->dev_addr, addr, ETH_ALEN);
	if (dev->flags & DEV_UP)
		packet_mode_unicast(&xdp_priv(dev)->mode, addr);
	return 0;
}

static void xdp_free(struct xdp_dev *x)
{
	u32 i;

	xdp_prog_detach(&x->prog);
	for (i = 0; i < x->nr_queues; i++) {
		xdp_sock_close(&x->queues[i].sock);
		page_frag_release(&x->queues[i].frag);
		if (x->queues[i].tx.desc)
			ring_exit(&x->queues[i].tx);
	}
	if (x->link_fd >= 0)
		close(x->link_fd);
	packet_host_close(&x->host);
	free(x);
}

static void xdp_destroy(struct net_device *dev)
{
	struct xdp_dev *x = xdp_priv(dev);
	u32 i;

	for (i = 0; i < x->nr_queues; i++) {
		del_timer(&x->queues[i].retry);
		netif_napi_del(&x->queues[i].napi);
	}
	xdp_free(x);
}

static const struct net_device_ops xdp_ops = {
	.ndo_stop = xdp_stop,
	.ndo_start_xmit = xdp_start_xmit,
	.ndo_tx_flush = xdp_tx_flush,
	.ndo_change_mtu = xdp_change_mtu,
	.ndo_set_mac_address = xdp_set_mac,
	.ndo_set_rx_mode = xdp_set_rx_mode,
	.ndo_destroy = xdp_destroy,
};

static void xdp_get_info(struct net_device *dev, struct ethtool_info *info)
{
	const struct xdp_dev *x = xdp_priv(dev);
	u32 i;

	*info = (struct ethtool_info){
		.driver = "xdp", .bus = x->host.name, .has_settings = true, .full_duplex = true,
		.rx_ring = XDP_RX_FRAMES, .tx_ring = TX_RING_SIZE, .channels = x->nr_queues,
	};
	for (i = 0; i < x->nr_queues; i++)
		info->tx_pending += ring_pending(&x->queues[i].tx);
}

static const char *xdp_get_stat(struct net_device *dev, u32 index, u64 *value)
{
	static const char *const names[] = { "rx_frames", "tx_kicks", "tx_host_full", "tx_doorbells",
					     "tx_ring_full", "native" };
	const struct xdp_dev *x = xdp_priv(dev);
	u64 sums[ARRAY_SIZE(names)] = { [5] = x->prog.native };
	u32 i;

	if (index >= ARRAY_SIZE(names))
		return NULL;
	for (i = 0; i < x->nr_queues; i++) {
		const struct xdp_queue *q = &x->queues[i];

		sums[0] += q->frames;
		sums[1] += q->kicks;
		sums[2] += q->tx_busy;
		sums[3] += q->tx.doorbells;
		sums[4] += q->tx.full;
	}
	*value = sums[index];
	return names[index];
}

static const struct ethtool_ops xdp_ethtool_ops = {
	.get_info = xdp_get_info,
	.get_stat = xdp_get_stat,
};

static int open_queues(struct xdp_dev *x)
{
	int err = xdp_prog_attach(&x->prog, x->host.ifindex, x->nr_queues);
	u32 i;

	for (i = 0; i < x->nr_queues && !err; i++) {
		err = ring_init(&x->queues[i].tx, TX_RING_SIZE);
		if (!err)
			err = xdp_sock_open(&x->queues[i].sock, x->host.name, i, x->prog.map_fd);
	}
	return err;
}

static int xdp_alloc(const struct xdp_config *cfg, struct xdp_dev **out)
{
	struct packet_host host;
	struct xdp_dev *x;
	int err = packet_host_open_quiet(&host, cfg->ifname);
	u32 nr;

	if (err)
		return err;
	nr = cfg->queues ? cfg->queues :
			   min_t(u32, xdp_host_queues(host.fd, host.name), NETDEV_QUEUES_MAX);
	x = calloc(1, sizeof(*x) + nr * sizeof(x->queues[0]));
	if (!x) {
		packet_host_close(&host);
		return -ENOMEM;
	}
	x->host = host;
	x->mode.host = &x->host;
	x->nr_queues = nr;
	x->prog = (struct xdp_prog){ .map_fd = -1, .prog_fd = -1, .link_fd = -1 };
	err = x->link_fd = packet_link_open();
	if (err >= 0)
		err = open_queues(x);
	if (err < 0) {
		xdp_free(x);
		return err;
	}
	*out = x;
	return 0;
}

static void queue_setup(struct xdp_queue *q, struct net_device *dev, u16 index)
{
	q->dev = dev;
	q->txq = netdev_get_tx_queue(dev, index);
	timer_setup(&q->retry, dev->net, xdp_retry);
	netif_napi_add_queue(dev, &q->napi, xdp_poll, index);
}

static void xdp_setup(struct xdp_dev *x, struct net_device *dev, const struct xdp_config *cfg)
{
	u16 i;

	ether_setup(dev);
	dev->ops = &xdp_ops;
	dev->ethtool_ops = &xdp_ethtool_ops;
	dev->priv = x;
	dev->mtu = cfg->mtu ? cfg->mtu : mtu_most(&x->host);
	dev->min_mtu = 68;
	dev->max_mtu = XDP_FRAME_ROOM - LINK_ROOM;
	dev->carrier = x->host.running;
	dev->bql = true;
	dev->hw_features = NETIF_F_SG | NETIF_F_GSO | NETIF_F_GRO;
	dev->features = dev->hw_features;
	mac_pick(dev->net, dev->dev_addr, cfg->mac);
	for (i = 0; i < x->nr_queues; i++)
		queue_setup(&x->queues[i], dev, i);
}

int xdp_create(struct net *net, const struct xdp_config *cfg, struct net_device **out)
{
	struct xdp_dev *x = NULL;
	struct net_device *dev = NULL;
	int err = xdp_alloc(cfg, &x);

	if (err)
		return err;
	if (cfg->mtu > mtu_most(&x->host))
		err = -EMSGSIZE;
	if (!err)
		dev = alloc_netdev_mqs(net, cfg->name ? cfg->name : cfg->ifname, 0, x->nr_queues,
				       x->nr_queues);
	if (!dev) {
		xdp_free(x);
		return err ? err : -ENOMEM;
	}
	xdp_setup(x, dev, cfg);
	err = register_netdev(dev);
	if (err) {
		free_netdev(dev);
		return err;
	}
	*out = dev;
	return 0;
}

int xdp_fd(const struct net_device *dev, u32 queue)
{
	return xsk_socket__fd(xdp_priv(dev)->queues[queue].sock.xsk);
}

struct napi_struct *xdp_napi(const struct net_device *dev, u32 queue)
{
	return &xdp_priv(dev)->queues[queue].napi;
}

int xdp_link_fd(const struct net_device *dev)
{
	return xdp_priv(dev)->link_fd;
}

void xdp_link_event(struct net_device *dev)
{
	struct xdp_dev *x = xdp_priv(dev);
	u32 i;

	packet_link_drain(x->link_fd);
	packet_mode_follow(&x->mode, dev, mtu_most);
	for (i = 0; dev->carrier && i < x->nr_queues; i++)
		arm(&x->queues[i]);	/* what the kernel kept meanwhile */
}
