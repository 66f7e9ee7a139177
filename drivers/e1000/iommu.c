// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/e1000/iommu.h"

#include <errno.h>
#include <stdlib.h>

int iommu_init(struct iommu *io, u64 random, u32 nr)
{
	u32 i;

	*io = (struct iommu){ .nr = nr, .slot = calloc(nr, sizeof(*io->slot)) };
	if (!io->slot)
		return -ENOMEM;
	io->base = (random & 0x00000fffffff0000ull) | 0x0000100000000000ull;
	for (i = 0; i < nr; i++)
		io->slot[i].next_free = i + 1;
	return 0;
}

void iommu_exit(struct iommu *io)
{
	free(io->slot);
	io->slot = NULL;
}

int iommu_map(struct iommu *io, void *cpu, u32 len, bool writable, u64 *bus)
{
	u32 i = io->free;

	if (!len || len > 1u << IOMMU_SHIFT)
		return -EINVAL;
	if (i == io->nr)
		return -ENOMEM;
	io->free = io->slot[i].next_free;
	io->slot[i] = (struct iommu_slot){ .cpu = cpu, .len = len, .writable = writable };
	io->used++;
	*bus = io->base + ((u64)i << IOMMU_SHIFT);
	return 0;
}

static struct iommu_slot *find(struct iommu *io, u64 bus)
{
	u64 i = (bus - io->base) >> IOMMU_SHIFT;

	return i < io->nr && io->slot[i].len ? &io->slot[i] : NULL;
}

void *iommu_unmap(struct iommu *io, u64 bus)
{
	struct iommu_slot *s = find(io, bus);
	void *cpu = s ? s->cpu : NULL;

	if (!s)
		return NULL;
	*s = (struct iommu_slot){ .next_free = io->free };
	io->free = (u32)(s - io->slot);
	io->used--;
	return cpu;
}

void *iommu_translate(struct iommu *io, u64 bus, u32 len, bool write)
{
	struct iommu_slot *s = find(io, bus);
	u32 off = (u32)(bus - io->base) & ((1u << IOMMU_SHIFT) - 1);

	if (s && off <= s->len && len <= s->len - off && (!write || s->writable))
		return s->cpu + off;
	io->faults++;
	return NULL;
}
