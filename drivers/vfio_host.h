/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PCI function of the host through VFIO: its registers mapped, memory that it reaches through the IOMMU
 * and nothing else of the machine, its INTx line as a descriptor. The function must be bound to vfio-pci.
 */
#ifndef NETSTACK_DRIVERS_VFIO_HOST_H
#define NETSTACK_DRIVERS_VFIO_HOST_H

#include "drivers/e1000/hw.h"

enum {
	VFIO_BOUNCES = 256,		/* a transmit ring of pieces of packets */
	VFIO_BOUNCE = E1000_DMA_MAX,	/* octets of each */
};

struct vfio_host {
	int container, group, device; /* -1: not open */
	int irq;		      /* eventfd, non-blocking */
	u16 vendor, id;		      /* PCI */
	volatile u32 *regs;	      /* BAR 0 */
	size_t regs_len;
	u64 next_bus;		      /* the first address that was never used */
	struct e1000_dma bounce;      /* VFIO_BOUNCES pieces */
	u16 free_bounce[VFIO_BOUNCES], nr_free;
};

/*
 * address: like 0000:00:04.0. 0; -ENODEV: there is no such function, or it is not vfio-pci's; -EBUSY: others
 * of its IOMMU group are not; -EOPNOTSUPP: no IOMMU that VFIO can use; -errno of /dev/vfio. On failure there
 * is nothing to close.
 */
int vfio_host_open(struct vfio_host *v, const char *address);
void vfio_host_close(struct vfio_host *v);
/* Memory for both at once. 0, -ENOMEM */
int vfio_host_alloc(struct vfio_host *v, size_t len, struct e1000_dma *dma);
void vfio_host_free(struct vfio_host *v, struct e1000_dma *dma);
/* A copy of [cpu, cpu + len) where the device reads it. 0, -EINVAL, -ENOMEM: all are in use */
int vfio_host_bounce(struct vfio_host *v, const void *cpu, u32 len, u64 *bus);
void vfio_host_unbounce(struct vfio_host *v, u64 bus);
/* Was there an interrupt? The line is masked then, until vfio_host_unmask(). */
bool vfio_host_interrupted(struct vfio_host *v);
void vfio_host_unmask(struct vfio_host *v);

#endif
