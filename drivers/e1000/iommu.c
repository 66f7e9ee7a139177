// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/e1000/iommu.h"

#include <errno.h>

void iommu_init(struct iommu *io, u64 random)
{
	u32 i;

	memset(io, 0, sizeof(*io));
	io->base = (random & 0x00000fffffff0000ull) | 0x0000100000000000ull;
	for (i = 0; i < IOMMU_SLOTS; i++)
		io->slot[i].next_free = i + 1;
}

int iommu_map(struct iommu *io, void *cpu, u32 len, bool writable, u64 *bus)
{
	u32 i = io->free;

	if (!len || len > 1u << IOMMU_SHIFT)
		return -EINVAL;
	if (i == IOMMU_SLOTS)
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

	return i < IOMMU_SLOTS && io->slot[i].len ? &io->slot[i] : NULL;
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
