// SPDX-License-Identifier: BSD-2-Clause
/*
 * wire_sim: an Ethernet cable in virtual time, with faults. Frames in flight are copies outside
 * the nets, ordered by delivery time and, at equal times, by the order in which they were sent;
 * the randomness of each direction has its own generator: a run depends on the seed alone.
 */
#include <errno.h>
#include <stdlib.h>

#include "drivers/drivers.h"
#include "drivers/ring.h"
#include "wire/wire.h"

#define SIM_TX_RING 64
#define PPM	    1000000u

struct sim_frame {
	struct rb_node node;
	u64 due, order;
	u32 len;
	bool vnet_csum; /* CHECKSUM_PARTIAL travels as on a TAP (offload ends) */
	u16 csum_start, csum_offset, gso_size, gso_segs;
	u8 gso_type;
	u8 data[];
};

struct sim_dir {
	struct wire_sim_params params;
	struct wire_sim_stats stats;
	struct prng prng;
	u64 busy_until; /* the rate limiter has work until then */
	u64 last_due;	/* keeps the order under jitter */
	u64 tokens, tokens_at; /* policer: octets, and when they were counted */
	struct rb_root_cached flight;
};

struct sim_port {
	struct wire_sim *sim;
	struct net_device *dev;
	struct napi_struct napi;
	struct desc_ring tx;
	int end;
};

struct wire_sim {
	struct sim_port port[2];
	struct sim_dir dir[2];
	u64 order;
	void (*observe)(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len);
	void *observe_arg;
	bool (*filter)(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len);
	void *filter_arg;
	u64 (*delay)(void *arg, int dir, const u8 *frame, u32 len);
	void *delay_arg;
};

static bool frame_before(const struct sim_frame *a, const struct sim_frame *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void flight_insert(struct wire_sim *sim, struct sim_dir *dir, struct sim_frame *f)
{
	struct rb_node **link = &dir->flight.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	f->order = sim->order++;
	while (*link) {
		parent = *link;
		if (frame_before(f, rb_entry(parent, struct sim_frame, node))) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	rb_link_node(&f->node, parent, link);
	rb_insert_color_cached(&f->node, &dir->flight, leftmost);
}

static struct sim_frame *flight_first(const struct sim_dir *dir)
{
	struct rb_node *node = rb_first_cached(&dir->flight);

	return node ? rb_entry(node, struct sim_frame, node) : NULL;
}

static struct sim_frame *frame_from_skb(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	struct sim_frame *f = malloc(sizeof(*f) + skb->len);

	if (!f)
		return NULL;
	*f = (struct sim_frame){
		.len = skb->len,
		.vnet_csum = skb->ip_summed == CHECKSUM_PARTIAL,
		.csum_start = (u16)(skb->csum_start - skb_headroom(skb)),
		.csum_offset = skb->csum_offset,
		.gso_size = info->gso_size,
		.gso_segs = info->gso_segs,
		.gso_type = info->gso_type,
	};
	skb_copy_bits(skb, 0, f->data, skb->len);
	return f;
}

static struct sim_frame *frame_dup(const struct sim_frame *f)
{
	struct sim_frame *copy = malloc(sizeof(*f) + f->len);

	if (copy)
		memcpy(copy, f, sizeof(*f) + f->len);
	return copy;
}

/* Sets CE on an ECN-capable IPv4 or IPv6 packet; true if it did. */
static bool mark_ce(struct sim_frame *f)
{
	u16 type = get_be16(f->data + 12);
	u8 *p = f->data + ETH_HLEN;

	if (type == ETH_TYPE_IP4 && f->len >= ETH_HLEN + 20 && (p[1] & 3)) {
		struct ip4_hdr *ip = (struct ip4_hdr *)p;
		u16 old = get_be16(p);

		csum_replace2(&ip->check, be16_make(old), be16_make(old | 3));
		p[1] |= 3;
		return true;
	}
	if (type == ETH_TYPE_IP6 && f->len >= ETH_HLEN + 40 && (p[1] & 0x30)) {
		p[1] |= 0x30;
		return true;
	}
	return false;
}

/* When the frame has left the rate limiter; 0: its queue is full. */
static u64 serialise(struct sim_dir *dir, struct sim_frame *f, u64 now)
{
	const struct wire_sim_params *p = &dir->params;
	u64 start = max_t(u64, now, dir->busy_until), backlog;

	if (!p->rate_bps)
		return now;
	backlog = (start - now) / 8 * (p->rate_bps / 1000) / 1000000;
	if (p->queue_bytes && backlog + f->len > p->queue_bytes)
		return 0;
	dir->stats.queue_peak = max_t(u64, dir->stats.queue_peak, backlog + f->len);
	if (p->ecn_mark_bytes && backlog > p->ecn_mark_bytes && mark_ce(f))
		dir->stats.marked++;
	dir->busy_until = start + (u64)f->len * 8 * NSEC_PER_SEC / p->rate_bps;
	return dir->busy_until;
}

/* Does the policer let it pass? */
static bool police(struct sim_dir *dir, const struct sim_frame *f, u64 now)
{
	const struct wire_sim_params *p = &dir->params;

	if (!p->police_bps)
		return true;
	dir->tokens += (now - dir->tokens_at) / 8 * (p->police_bps / 1000) / 1000000;
	dir->tokens = min_t(u64, dir->tokens, p->police_bytes);
	dir->tokens_at = now;
	if (dir->tokens < f->len)
		return false;
	dir->tokens -= f->len;
	return true;
}

static void fly(struct wire_sim *sim, struct sim_dir *dir, struct sim_frame *f, u64 at)
{
	const struct wire_sim_params *p = &dir->params;
	u64 extra = 0;

	f->due = at + p->delay_ns;
	if (sim->delay)
		extra = sim->delay(sim->delay_arg, (int)(dir - sim->dir), f->data, f->len);
	if (p->jitter_ns)
		f->due += prng_range(&dir->prng, 0, p->jitter_ns);
	if (p->reorder_ppm && prng_chance(&dir->prng, p->reorder_ppm, PPM)) {
		f->due += p->reorder_ns;
		dir->stats.reordered++;
	} else if (extra) {
		f->due += extra;
	} else {
		f->due = max_t(u64, f->due, dir->last_due);
		dir->last_due = f->due;
	}
	flight_insert(sim, dir, f);
}

/* The fate of one frame offered to the wire; f is consumed. */
static void offer(struct wire_sim *sim, struct sim_dir *dir, struct sim_frame *f, u64 now)
{
	const struct wire_sim_params *p = &dir->params;
	struct sim_frame *copy;
	u64 at;

	if (p->down || (p->loss_ppm && prng_chance(&dir->prng, p->loss_ppm, PPM))) {
		dir->stats.lost++;
		goto drop;
	}
	if (p->mtu && f->len > p->mtu + ETH_HLEN && !f->gso_size) {
		dir->stats.too_big++;
		goto drop;
	}
	if (!police(dir, f, now)) {
		dir->stats.policed++;
		goto drop;
	}
	at = serialise(dir, f, now);
	if (!at) {
		dir->stats.queue_drops++;
		goto drop;
	}
	if (p->corrupt_ppm && prng_chance(&dir->prng, p->corrupt_ppm, PPM)) {
		dir->stats.corrupted++;
		/* Without a checksum of its own the damage would be the receiver's to find. */
		if (f->vnet_csum)
			goto drop;
		f->data[prng_below(&dir->prng, f->len)] ^= (u8)(1u << prng_below(&dir->prng, 8));
	}
	if (p->dup_ppm && prng_chance(&dir->prng, p->dup_ppm, PPM) && (copy = frame_dup(f))) {
		dir->stats.dups++;
		fly(sim, dir, copy, at);
	}
	fly(sim, dir, f, at);
	return;
drop:
	free(f);
}

static void sim_send(struct sim_port *port, const struct sk_buff *skb)
{
	struct wire_sim *sim = port->sim;
	struct sim_dir *dir = &sim->dir[port->end];
	u64 now = port->dev->net->now;
	struct sim_frame *f = frame_from_skb(skb);

	dir->stats.sent++;
	if (!f) {
		dir->stats.lost++;
		return;
	}
	if (sim->observe)
		sim->observe(sim->observe_arg, port->end, now, f->data, f->len);
	if (sim->filter && sim->filter(sim->filter_arg, port->end, now, f->data, f->len)) {
		dir->stats.lost++;
		free(f);
		return;
	}
	offer(sim, dir, f, now);
}

static void sim_tx_flush(struct net_device *dev)
{
	struct sim_port *port = dev->priv;
	struct ring_desc *desc;
	struct sk_buff *skb;
	s32 status;

	while ((desc = ring_device_next(&port->tx))) {
		sim_send(port, desc->skb);
		ring_device_done(&port->tx, (s32)desc->skb->len);
	}
	while ((skb = ring_reclaim(&port->tx, &status))) {
		dev->stats.tx_packets++;
		dev->stats.tx_bytes += (u64)status;
		consume_skb(skb);
	}
}

static void sim_start_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	struct sim_port *port = dev->priv;

	(void)more;
	ring_post(&port->tx, skb);
	if (!ring_room(&port->tx))
		sim_tx_flush(dev);
}

static struct sk_buff *frame_to_skb(struct net_device *dev, const struct sim_frame *f)
{
	struct sk_buff *skb = alloc_skb(dev->net, f->len);

	if (!skb)
		return NULL;
	skb_put_data(skb, f->data, f->len);
	skb->dev = dev;
	if (f->vnet_csum && !skb_partial_csum_set(skb, f->csum_start, f->csum_offset)) {
		kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
		return NULL;
	}
	skb_shinfo(skb)->gso_size = f->gso_size;
	skb_shinfo(skb)->gso_segs = f->gso_segs;
	skb_shinfo(skb)->gso_type = f->gso_type;
	return skb;
}

static void deliver(struct sim_port *port, struct sim_dir *dir, const struct sim_frame *f)
{
	struct net_device *dev = port->dev;
	struct sk_buff *skb = frame_to_skb(dev, f);

	if (!skb) {
		dev->stats.rx_dropped++;
		return;
	}
	dir->stats.delivered++;
	dir->stats.bytes += f->len;
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += f->len;
	if (!eth_type_trans(skb, dev)) {
		dev->stats.rx_length_errors++;
		kfree_skb_reason(skb, SKB_DROP_PKT_TOO_SMALL);
		return;
	}
	napi_gro_receive(&port->napi, skb);
}

static int sim_poll(struct napi_struct *napi, int budget)
{
	struct sim_port *port = napi->dev->priv;
	struct sim_dir *dir = &port->sim->dir[!port->end];
	u64 now = napi->dev->net->now;
	struct sim_frame *f;
	int work = 0;

	while (work < budget && (f = flight_first(dir)) && f->due <= now) {
		rb_erase_cached(&f->node, &dir->flight);
		deliver(port, dir, f);
		free(f);
		work++;
	}
	if (work < budget)
		napi_complete_done(napi, work);
	return work;
}

static void sim_destroy_dev(struct net_device *dev)
{
	struct sim_port *port = dev->priv;

	netif_napi_del(&port->napi);
	ring_exit(&port->tx);
	port->dev = NULL;
}

static int sim_change_mtu(struct net_device *dev, u32 mtu)
{
	dev->mtu = mtu;
	return 0;
}

static const struct net_device_ops sim_ops = {
	.ndo_start_xmit = sim_start_xmit,
	.ndo_tx_flush = sim_tx_flush,
	.ndo_change_mtu = sim_change_mtu,
	.ndo_destroy = sim_destroy_dev,
};

static int sim_port_init(struct wire_sim *sim, int end, const struct wire_sim_end *cfg)
{
	struct sim_port *port = &sim->port[end];
	struct net_device *dev;

	port->sim = sim;
	port->end = end;
	if (ring_init(&port->tx, SIM_TX_RING))
		return -ENOMEM;
	dev = alloc_netdev(cfg->net, cfg->name, 0);
	if (!dev) {
		ring_exit(&port->tx);
		return -ENOMEM;
	}
	ether_setup(dev);
	dev->ops = &sim_ops;
	dev->priv = port;
	dev->mtu = cfg->mtu ? cfg->mtu : ETH_DATA_LEN;
	dev->max_mtu = 65535 - ETH_HLEN;
	dev->carrier = true;
	memcpy(dev->dev_addr, cfg->mac, ETH_ALEN);
	dev->hw_features = NETIF_F_SG | NETIF_F_GSO | NETIF_F_GRO;
	if (cfg->offload)
		dev->hw_features |= NETIF_F_HW_CSUM | NETIF_F_RXCSUM | NETIF_F_ALL_TSO |
				    NETIF_F_GSO_UDP_L4;
	dev->features = dev->hw_features;
	netif_napi_add(dev, &port->napi, sim_poll, NAPI_POLL_WEIGHT);
	port->dev = dev;
	return register_netdev(dev);
}

struct wire_sim *wire_sim_create(u64 seed, const struct wire_sim_end ends[2])
{
	struct wire_sim *sim = calloc(1, sizeof(*sim));
	int i;

	if (!sim)
		return NULL;
	for (i = 0; i < 2; i++) {
		prng_seed(&sim->dir[i].prng, seed * 2 + (u64)i);
		sim->dir[i].flight = RB_ROOT_CACHED;
	}
	for (i = 0; i < 2; i++) {
		if (!sim_port_init(sim, i, &ends[i]))
			continue;
		wire_sim_destroy(sim);
		return NULL;
	}
	return sim;
}

void wire_sim_destroy(struct wire_sim *sim)
{
	struct sim_frame *f;
	int i;

	for (i = 0; i < 2; i++) {
		if (sim->port[i].dev)
			unregister_netdev(sim->port[i].dev);
		while ((f = flight_first(&sim->dir[i]))) {
			rb_erase_cached(&f->node, &sim->dir[i].flight);
			free(f);
		}
	}
	free(sim);
}

struct net_device *wire_sim_dev(struct wire_sim *sim, int end)
{
	return sim->port[end].dev;
}

void wire_sim_set(struct wire_sim *sim, int dir, const struct wire_sim_params *p)
{
	sim->dir[dir].params = *p;
}

u64 wire_sim_deadline(const struct wire_sim *sim)
{
	u64 due = U64_MAX;
	int i;

	for (i = 0; i < 2; i++) {
		const struct sim_frame *f = flight_first(&sim->dir[i]);

		if (f && f->due < due)
			due = f->due;
	}
	return due;
}

void wire_sim_run(struct wire_sim *sim, u64 now_ns)
{
	int i;

	for (i = 0; i < 2; i++) {
		const struct sim_frame *f = flight_first(&sim->dir[i]);

		if (f && f->due <= now_ns && sim->port[!i].dev)
			napi_schedule(&sim->port[!i].napi);
	}
}

const struct wire_sim_stats *wire_sim_stats(const struct wire_sim *sim, int dir)
{
	return &sim->dir[dir].stats;
}

void wire_sim_observe(struct wire_sim *sim,
		      void (*fn)(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len),
		      void *arg)
{
	sim->observe = fn;
	sim->observe_arg = arg;
}

void wire_sim_delay(struct wire_sim *sim,
		    u64 (*fn)(void *arg, int dir, const u8 *frame, u32 len), void *arg)
{
	sim->delay = fn;
	sim->delay_arg = arg;
}

void wire_sim_filter(struct wire_sim *sim,
		     bool (*fn)(void *arg, int dir, u64 now_ns, const u8 *frame, u32 len),
		     void *arg)
{
	sim->filter = fn;
	sim->filter_arg = arg;
}
