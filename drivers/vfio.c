// SPDX-License-Identifier: BSD-2-Clause
/*
 * A card of the machine, given to the stack by VFIO: the e1000 driver on the real thing. What the card
 * sends lies in memory that the IOMMU shows it for good, into which packets are copied; a mapping for each
 * would cost two system calls.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "drivers/e1000/driver.h"
#include "drivers/vfio_host.h"

struct vfio_card {
	struct net *net;
	struct net_device *dev;
	struct vfio_host host;
};

/* -- struct e1000_hw ------------------------------------------------------------------------------ */
static u32 card_rd32(void *ctx, u32 off)
{
	return ((struct vfio_card *)ctx)->host.regs[off / 4];
}

static void card_wr32(void *ctx, u32 off, u32 value)
{
	((struct vfio_card *)ctx)->host.regs[off / 4] = value;
}

static int card_dma_alloc(void *ctx, size_t len, size_t align, struct e1000_dma *dma)
{
	(void)align; /* pages are */
	return vfio_host_alloc(&((struct vfio_card *)ctx)->host, len, dma);
}

static void card_dma_free(void *ctx, struct e1000_dma *dma)
{
	vfio_host_free(&((struct vfio_card *)ctx)->host, dma);
}

static int card_dma_map(void *ctx, const void *cpu, u32 len, u64 *bus)
{
	return vfio_host_bounce(&((struct vfio_card *)ctx)->host, cpu, len, bus);
}

static void card_dma_unmap(void *ctx, u64 bus)
{
	vfio_host_unbounce(&((struct vfio_card *)ctx)->host, bus);
}

static void card_irq_done(void *ctx)
{
	vfio_host_unmask(&((struct vfio_card *)ctx)->host);
}

static void card_delay_us(void *ctx, u32 us)
{
	const struct timespec t = { .tv_nsec = (long)us * 1000 };

	(void)ctx;
	nanosleep(&t, NULL);
}

/* -- life ------------------------------------------------------------------------------------------- */
static void card_removed(void *ctx)
{
	vfio_host_close(&((struct vfio_card *)ctx)->host);
	free(ctx);
}

/* Those whose registers the e1000 driver knows: 82540EM, 82545EM, 82544GC. */
static bool is_known(const struct vfio_host *h)
{
	static const u16 ids[] = { 0x100e, 0x100f, 0x100c };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ids); i++)
		if (h->vendor == 0x8086 && h->id == ids[i])
			return true;
	return false;
}

static int probe(struct vfio_card *c, const struct vfio_config *cfg)
{
	const struct e1000_probe p = {
		.hw = { .ctx = c, .rd32 = card_rd32, .wr32 = card_wr32,
			.dma_alloc = card_dma_alloc, .dma_free = card_dma_free,
			.dma_map = card_dma_map, .dma_unmap = card_dma_unmap,
			.irq_done = card_irq_done, .delay_us = card_delay_us },
		.name = cfg->name, .mtu = cfg->mtu, .removed = card_removed,
	};

	if (!is_known(&c->host))
		return -EPFNOSUPPORT;
	return e1000_probe(c->net, &p, &c->dev);
}

int vfio_create(struct net *net, const struct vfio_config *cfg, struct net_device **dev)
{
	struct vfio_card *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return -ENOMEM;
	c->net = net;
	err = vfio_host_open(&c->host, cfg->address);
	if (err) {
		free(c);
		return err;
	}
	err = probe(c, cfg);
	if (err) {
		card_removed(c);
		return err;
	}
	*dev = c->dev;
	return 0;
}

int vfio_fd(const struct net_device *dev)
{
	return ((struct vfio_card *)e1000_hw_ctx(dev))->host.irq;
}

void vfio_event(struct net_device *dev)
{
	struct vfio_card *c = e1000_hw_ctx(dev);

	if (vfio_host_interrupted(&c->host))
		e1000_interrupt(dev);
}
