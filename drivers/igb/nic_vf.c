// SPDX-License-Identifier: BSD-2-Clause
/*
 * A virtual function of an emulated 82576 and its driver. Its registers are the model's, its memory is
 * reached as the whole device's. Its driver and the physical function's take turns in one process: while
 * one waits for the other's answer, that one looks at its mailboxes.
 */
#include <errno.h>
#include <stdlib.h>

#include "drivers/e1000/nic.h"
#include "drivers/igb/driver.h"
#include "drivers/igb/model.h"
#include "drivers/igb/regs.h"

struct nic_vf {
	struct e1000_nic *nic;
	u32 nr;
	struct net_device *dev;
};

static struct e1000_nic *nic_of_vf(void *ctx)
{
	return ((struct nic_vf *)ctx)->nic;
}

static u32 vf_rd32(void *ctx, u32 off)
{
	const struct nic_vf *v = ctx;

	return (u32)igb_model_vf_read(v->nic->model, v->nr, off, 4, v->nic->net->now);
}

static void vf_wr32(void *ctx, u32 off, u32 value)
{
	const struct nic_vf *v = ctx;

	igb_model_vf_write(v->nic->model, v->nr, off, 4, value, v->nic->net->now);
	nic_rx_doorbell(v->nic, off);
}

static int vf_dma_alloc(void *ctx, size_t len, size_t align, struct e1000_dma *dma)
{
	return nic_dma_alloc(nic_of_vf(ctx), len, align, dma);
}

static void vf_dma_free(void *ctx, struct e1000_dma *dma)
{
	nic_dma_free(nic_of_vf(ctx), dma);
}

static int vf_dma_map(void *ctx, const void *cpu, u32 len, u64 *bus)
{
	return nic_dma_map(nic_of_vf(ctx), cpu, len, bus);
}

static void vf_dma_unmap(void *ctx, u64 bus)
{
	nic_dma_unmap(nic_of_vf(ctx), bus);
}

static void vf_irq_done(void *ctx)
{
	(void)ctx; /* messages */
}

static void vf_delay_us(void *ctx, u32 us)
{
	(void)us;
	if (nic_of_vf(ctx)->dev)
		igb_serve_vfs(nic_of_vf(ctx)->dev);
}

static void vf_removed(void *ctx)
{
	struct nic_vf *v = ctx;

	v->nic->vf[v->nr] = NULL;
	nic_put(v->nic);
	free(v);
}

bool nic_vf_interrupt(struct e1000_nic *nic, u32 vector)
{
	u32 nr = (IGB_VECTORS - 1 - vector) / IGB_VF_VECTORS;

	if (nr >= nic->nr_vfs)
		return false;
	if (nic->vf[nr] && nic->vf[nr]->dev)
		igb_interrupt(nic->vf[nr]->dev, vector - (IGB_VECTORS - IGB_VF_VECTORS * (nr + 1)));
	return true;
}

static int probe(struct nic_vf *v, const struct igbvf_config *cfg)
{
	struct igb_probe p = {
		.hw = { .ctx = v, .rd32 = vf_rd32, .wr32 = vf_wr32, .dma_alloc = vf_dma_alloc,
			.dma_free = vf_dma_free, .dma_map = vf_dma_map,
			.dma_unmap = vf_dma_unmap, .irq_done = vf_irq_done,
			.delay_us = vf_delay_us },
		.name = cfg->name,
		.mtu = cfg->mtu,
		.rx_ring = NIC_RX_RING,
		.queues = 1,
		.removed = vf_removed,
		.mac = cfg->mac,
	};

	return igbvf_probe(v->nic->net, &p, &v->dev);
}

int igbvf_create(const struct igbvf_config *cfg, struct net_device **dev)
{
	struct e1000_nic *nic = dev_is_igb(cfg->pf) ? nic_of(cfg->pf) : NULL;
	struct nic_vf *v;
	int err;

	if (!nic || cfg->vf >= nic->nr_vfs)
		return -EINVAL;
	if (nic->vf[cfg->vf])
		return -EBUSY;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	*v = (struct nic_vf){ .nic = nic, .nr = cfg->vf };
	nic->vf[cfg->vf] = v;
	nic->users++;
	err = probe(v, cfg);
	if (err)
		vf_removed(v);
	else
		*dev = v->dev;
	return err;
}
