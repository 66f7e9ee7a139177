/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only way of the model to memory: a table of areas, each at its own place of a bus address
 * space that starts at a random address above 4 GiB. What was not mapped, or not for writing, or
 * reaches beyond an area's end, does not translate.
 */
#ifndef NETSTACK_DRIVERS_E1000_IOMMU_H
#define NETSTACK_DRIVERS_E1000_IOMMU_H

#include "base/base.h"

enum { IOMMU_SHIFT = 16 };

struct iommu_slot {
	u8 *cpu;
	u32 len; /* 0: free */
	u32 next_free;
	bool writable;
};

struct iommu {
	u64 base;
	u32 nr;
	u32 free; /* head of the list; nr: none */
	u32 used;
	u64 faults;
	struct iommu_slot *slot; /* nr */
};

int iommu_init(struct iommu *io, u64 random, u32 nr); /* so many areas; 0 or -ENOMEM */
void iommu_exit(struct iommu *io);
int iommu_map(struct iommu *io, void *cpu, u32 len, bool writable, u64 *bus); /* 0, -EINVAL, -ENOMEM */
void *iommu_unmap(struct iommu *io, u64 bus); /* what was mapped; NULL: nothing */
void *iommu_translate(struct iommu *io, u64 bus, u32 len, bool write);

#endif
