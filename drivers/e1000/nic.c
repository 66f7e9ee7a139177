// SPDX-License-Identifier: BSD-2-Clause
/*
 * Puts driver, model and wire together. The model runs as deferred work of the net, or from the loop when
 * the wire is readable: a doorbell, an interrupt and a timer queue that work, so that neither driver nor
 * model is ever entered from within the other.
 */
#include <errno.h>
#include <stdlib.h>

#include "drivers/e1000/nic.h"
#include "drivers/e1000/regs.h"
#include "drivers/igb/driver.h"
#include "drivers/igb/model.h"
#include "wire/wire.h"

enum { WIRE_BUDGET = 64, FULL_FRAME = 1518, AREAS_PER_QUEUE = 1024 };
#define AUTONEG_NS (2 * NSEC_PER_MSEC) /* copper takes seconds; nobody needs to wait that long */

void nic_kick(struct e1000_nic *nic)
{
	queue_work(nic->net, &nic->work);
}

/* -- the driver's side: struct e1000_hw -------------------------------------------------- */
static u32 nic_rd32(void *ctx, u32 off)
{
	struct e1000_nic *nic = ctx;

	return (u32)e1000_model_read(nic->model, off, 4, nic->net->now);
}

static void nic_wr32(void *ctx, u32 off, u32 value)
{
	struct e1000_nic *nic = ctx;

	e1000_model_write(nic->model, off, 4, value, nic->net->now);
	nic_rx_doorbell(nic, off);
}

void nic_rx_doorbell(struct e1000_nic *nic, u32 off)
{
	if ((off & 0x3f) == (E1000_RDT & 0x3f) && nic->rx_waits) /* of any queue */
		nic_kick(nic);
}

int nic_dma_alloc(void *ctx, size_t len, size_t align, struct e1000_dma *dma)
{
	struct e1000_nic *nic = ctx;
	size_t size = (len + align - 1) & ~(align - 1);
	int err;

	dma->cpu = aligned_alloc(align, size);
	if (!dma->cpu)
		return -ENOMEM;
	memset(dma->cpu, 0, size);
	dma->len = len;
	err = iommu_map(&nic->iommu, dma->cpu, (u32)len, true, &dma->bus);
	if (err)
		free(dma->cpu);
	return err;
}

void nic_dma_free(void *ctx, struct e1000_dma *dma)
{
	free(iommu_unmap(&((struct e1000_nic *)ctx)->iommu, dma->bus));
}

int nic_dma_map(void *ctx, const void *cpu, u32 len, u64 *bus)
{
	return iommu_map(&((struct e1000_nic *)ctx)->iommu, (void *)(uintptr_t)cpu, len, false, bus);
}

void nic_dma_unmap(void *ctx, u64 bus)
{
	iommu_unmap(&((struct e1000_nic *)ctx)->iommu, bus);
}

static void nic_irq_done(void *ctx)
{
	(void)ctx; /* a level: still high, and the work sees it */
}

static void nic_delay_us(void *ctx, u32 us)
{
	(void)ctx; /* the model needs no time for what a driver waits for in this way */
	(void)us;
}

/* -- the model's side --------------------------------------------------------------------- */
static void *nic_translate(void *ctx, u64 bus, u32 len, bool write)
{
	return iommu_translate(&((struct e1000_nic *)ctx)->iommu, bus, len, write);
}

static void nic_irq(void *ctx, bool level)
{
	struct e1000_nic *nic = ctx;

	nic->irq = level;
	if (level)
		nic_kick(nic);
}

static void nic_msix(void *ctx, u32 vector)
{
	struct e1000_nic *nic = ctx;

	nic->vectors |= 1u << vector;
	nic_kick(nic);
}

/* A link partner obeys PAUSE and passes nothing of it on (802.3 annex 31B). */
static bool is_pause(struct e1000_nic *nic, const struct e1000_frame *f)
{
	const u8 *p = f->vec[0].base;

	if (f->vec[0].len < ETH_HLEN + 4 || get_be16(p + 12) != ETH_TYPE_PAUSE ||
	    get_be16(p + 14) != 1)
		return false;
	nic->paused_until = nic->net->now + get_be16(p + 16) * 512ull;
	return true;
}

static void nic_xmit(void *ctx, const struct e1000_frame *f)
{
	struct e1000_nic *nic = ctx;

	if (!is_pause(nic, f) && !nic->wire->send(nic, f))
		nic->lost++;
}

static void nic_model_kick(void *ctx)
{
	nic_kick(ctx);
}

/* All registers are looked at only when what they said the last time is used up. */
bool nic_rx_ready(struct e1000_nic *nic)
{
	if (nic->rx_room)
		return true;
	if (!e1000_model_rx_enabled(nic->model))
		nic->rx_room = 1; /* thrown away at once */
	else if (nic->paused_until <= nic->net->now)
		nic->rx_room = e1000_model_rx_room(nic->model);
	return nic->rx_room;
}

void nic_receive(struct e1000_nic *nic, const struct e1000_rx_frame *f)
{
	if (f->len > FULL_FRAME || !nic->rx_room)
		nic->rx_room = 0;
	else
		nic->rx_room--;
	e1000_model_receive(nic->model, f, nic->net->now);
}

u32 nic_receive_train(struct e1000_nic *nic, struct e1000_rx_train *t)
{
	u32 n;

	if (t->first.len > FULL_FRAME) {
		nic_receive(nic, &t->first);
		return 1;
	}
	t->nr = min(t->nr, nic->rx_room);
	n = e1000_model_receive_train(nic->model, t, nic->net->now);
	nic->rx_room -= min(n, nic->rx_room);
	return n;
}

static void arm(struct e1000_nic *nic)
{
	u64 at = e1000_model_deadline(nic->model);

	if (nic->rx_waits && nic->paused_until > nic->net->now)
		at = min(at, nic->paused_until);
	if (at == U64_MAX)
		del_timer(&nic->timer);
	else
		mod_timer(&nic->timer, at);
}

static void nic_work(struct work_struct *work)
{
	struct e1000_nic *nic = container_of(work, struct e1000_nic, work);
	bool more = e1000_model_run(nic->model, nic->net->now);

	if (nic->wire_ready || nic->rx_waits) {
		nic->rx_waits = nic->wire_ready = false;
		nic->rx_room = 0; /* not known */
		if (nic->wire->poll(nic, WIRE_BUDGET)) {
			nic->rx_waits = !nic_rx_ready(nic);
			nic->wire_ready = more = more || !nic->rx_waits;
		}
	}
	if ((nic->irq || nic->vectors) && nic->dev)
		nic->kind->interrupt(nic);
	arm(nic);
	if (more)
		nic_kick(nic);
}

static void nic_timer(struct timer_list *t)
{
	struct e1000_nic *nic = from_timer(nic, t, timer);

	nic_kick(nic);
}

/* -- life ------------------------------------------------------------------------------------ */
static bool no_wire_send(struct e1000_nic *nic, const struct e1000_frame *f)
{
	(void)nic;
	(void)f;
	return false;
}

static bool no_wire_poll(struct e1000_nic *nic, u32 budget)
{
	(void)nic;
	(void)budget;
	return false;
}

static const struct wire_ops no_wire_ops = { .send = no_wire_send, .poll = no_wire_poll };

/* Virtual functions may have drivers longer than the physical one, but without link. */
static void nic_removed(void *ctx)
{
	struct e1000_nic *nic = ctx;

	if (nic->wire)
		nic->wire->close(nic);
	nic->wire = &no_wire_ops;
	nic->dev = NULL;
	nic_put(nic);
}

void nic_put(struct e1000_nic *nic)
{
	if (--nic->users)
		return;
	cancel_work(&nic->work);
	del_timer(&nic->timer);
	e1000_model_destroy(nic->model);
	iommu_exit(&nic->iommu);
	free(nic);
}

static const struct e1000_model_ops nic_model_ops = {
	.translate = nic_translate,
	.irq = nic_irq,
	.msix = nic_msix,
	.xmit = nic_xmit,
	.kick = nic_model_kick,
};

static int make_model(struct e1000_nic *nic, const u8 *mac, u32 offers)
{
	struct e1000_model_cfg cfg = { .ops = &nic_model_ops, .ctx = nic, .autoneg_ns = AUTONEG_NS,
				       .wire = offers };

	mac_pick(nic->net, cfg.mac, mac);
	nic->model = nic->kind->create(&cfg);
	return nic->model ? 0 : -ENOMEM;
}

static int open_wire(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers)
{
	static int (*const open[])(struct e1000_nic *, const struct e1000_config *, u32 *) = {
		[E1000_WIRE_TAP] = wire_host_open,
		[E1000_WIRE_PACKET] = wire_host_open,
		[E1000_WIRE_PCAP] = wire_pcap_open,
		[E1000_WIRE_PAIR] = wire_pair_open,
	};

	return open[cfg->wire](nic, cfg, offers);
}

/* -- kinds ----------------------------------------------------------------------------------- */
static int probe_e1000(struct e1000_nic *nic, const struct e1000_config *cfg, const struct e1000_hw *hw)
{
	struct e1000_probe p = { .hw = *hw, .name = cfg->name, .removed = nic_removed,
				 .rx_ring = NIC_RX_RING,
				 .mtu = cfg->mtu ? cfg->mtu : nic->wire_mtu };

	return e1000_probe(nic->net, &p, &nic->dev);
}

static void interrupt_e1000(struct e1000_nic *nic)
{
	e1000_interrupt(nic->dev);
}

static int probe_igb(struct e1000_nic *nic, const struct e1000_config *cfg, const struct e1000_hw *hw)
{
	struct igb_probe p = { .hw = *hw, .name = cfg->name, .removed = nic_removed,
			       .rx_ring = NIC_RX_RING,
			       .mtu = cfg->mtu ? cfg->mtu : nic->wire_mtu,
			       .queues = cfg->queues ? cfg->queues : 1, .vfs = cfg->vfs };

	nic->nr_vfs = cfg->vfs;
	if (cfg->vfs)
		igb_model_set_vfs(nic->model, cfg->vfs, nic->net->now);

	return igb_probe(nic->net, &p, &nic->dev);
}

static void interrupt_igb(struct e1000_nic *nic)
{
	u32 vectors = nic->vectors, v;

	nic->vectors = 0;
	for (v = 0; vectors >> v; v++)
		if ((vectors >> v & 1) && !nic_vf_interrupt(nic, v))
			igb_interrupt(nic->dev, v);
}

static const struct nic_kind kind_e1000 = { e1000_model_create, probe_e1000, interrupt_e1000 };
static const struct nic_kind kind_igb = { igb_model_create, probe_igb, interrupt_igb };

static int probe(struct e1000_nic *nic, const struct e1000_config *cfg)
{
	const struct e1000_hw hw = {
		.ctx = nic, .rd32 = nic_rd32, .wr32 = nic_wr32, .dma_alloc = nic_dma_alloc,
		.dma_free = nic_dma_free, .dma_map = nic_dma_map, .dma_unmap = nic_dma_unmap,
		.irq_done = nic_irq_done, .delay_us = nic_delay_us,
	};

	return nic->kind->probe(nic, cfg, &hw);
}

static int create(struct net *net, const struct nic_kind *kind, const struct e1000_config *cfg,
		  struct net_device **dev)
{
	struct e1000_nic *nic = calloc(1, sizeof(*nic));
	u32 offers = 0;
	int err;

	if (!nic)
		return -ENOMEM;
	nic->net = net;
	nic->kind = kind;
	nic->users = 1;
	nic->fd = -1;
	work_init(&nic->work, nic_work);
	timer_setup(&nic->timer, net, nic_timer);
	err = iommu_init(&nic->iommu, net_rand64(net), AREAS_PER_QUEUE * (max(cfg->queues, 1u) + cfg->vfs));
	if (!err)
		err = open_wire(nic, cfg, &offers);
	if (!err)
		err = make_model(nic, cfg->mac, offers);
	if (!err)
		err = probe(nic, cfg);
	if (err) {
		nic_removed(nic);
		return err;
	}
	nic->wire_ready = true;
	if (cfg->wire == E1000_WIRE_PAIR)
		wire_pair_join(nic);
	*dev = nic->dev;
	return 0;
}

int e1000_create(struct net *net, const struct e1000_config *cfg, struct net_device **dev)
{
	return create(net, &kind_e1000, cfg, dev);
}

int igb_create(struct net *net, const struct e1000_config *cfg, struct net_device **dev)
{
	return create(net, &kind_igb, cfg, dev);
}

struct e1000_nic *nic_of(const struct net_device *dev)
{
	if (dev_is_igb(dev))
		return igb_hw_ctx(dev);
	return dev_is_e1000(dev) && e1000_hw_is(dev, nic_rd32) ? e1000_hw_ctx(dev) : NULL;
}

int e1000_fd(const struct net_device *dev)
{
	return nic_of(dev)->fd;
}

void e1000_wire_ready(struct net_device *dev)
{
	struct e1000_nic *nic = nic_of(dev);

	nic->wire_ready = true;
	/* Now, so that a call of a program finds the frames that came before it (their poll comes first). */
	if (!nic->rx_waits)
		nic_work(&nic->work);
}
