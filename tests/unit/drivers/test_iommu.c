// SPDX-License-Identifier: BSD-2-Clause
/* The way of the emulated cards to memory, against a list of what is mapped. */
#include <criterion/criterion.h>
#include <errno.h>

#include "drivers/e1000/iommu.h"

enum { AREAS = 8, SIZE = 1 << IOMMU_SHIFT };

static u8 memory[AREAS][SIZE];

struct area {
	u64 bus;
	u32 len; /* 0: not mapped */
	bool writable;
};

/* All of [bus, bus + len) in one area that is mapped, for writing if it is to be written? */
static const u8 *twin(const struct area *a, u64 bus, u32 len, bool write)
{
	u32 i;

	for (i = 0; i < AREAS; i++) {
		if (a[i].len && bus >= a[i].bus && bus - a[i].bus <= a[i].len &&
		    len <= a[i].len - (bus - a[i].bus) && (!write || a[i].writable))
			return memory[i] + (bus - a[i].bus);
	}
	return NULL;
}

static void look(struct iommu *io, const struct area *a, u64 bus, u32 len)
{
	bool write;
	u32 k;

	for (k = 0; k < 2; k++) {
		u64 faults = io->faults;
		const u8 *want;

		write = k;
		want = twin(a, bus, len, write);
		cr_assert_eq(iommu_translate(io, bus, len, write), want, "%#lx, %u", (unsigned long)bus, len);
		cr_assert_eq(io->faults, faults + !want, "a fault is counted");
	}
}

/* In the area, at its ends, beyond them; of an octet, all of it, and more. */
static void look_around(struct iommu *io, const struct area *a, u32 i, u32 len, struct prng *rnd)
{
	u64 at[] = { a[i].bus, a[i].bus - 1, a[i].bus + len - 1, a[i].bus + len, a[i].bus + len + 1,
		     a[i].bus + SIZE - 1, a[i].bus + SIZE, a[i].bus + prng_below(rnd, SIZE), 0, ~0ull };
	u32 lens[] = { 1, 2, len, len + 1, SIZE, ~0u, 1 + prng_below(rnd, SIZE) }, k, n;

	for (k = 0; k < ARRAY_SIZE(at); k++)
		for (n = 0; n < ARRAY_SIZE(lens); n++)
			look(io, a, at[k], lens[n]);
}

Test(iommu, what_is_mapped_and_nothing_else)
{
	struct area a[AREAS] = { 0 };
	struct iommu io;
	struct prng rnd;
	u32 round, i;

	prng_seed(&rnd, 7);
	cr_assert_eq(iommu_init(&io, prng_u64(&rnd), AREAS), 0);
	cr_assert_geq(io.base, 1ull << 32, "above what 32 bits reach");
	for (round = 0; round < 3000; round++) {
		i = prng_below(&rnd, AREAS);
		if (!a[i].len) {
			a[i].len = 1 + (prng_below(&rnd, 4) ? prng_below(&rnd, SIZE) : SIZE - 1);
			a[i].writable = prng_below(&rnd, 2);
			cr_assert_eq(iommu_map(&io, memory[i], a[i].len, a[i].writable, &a[i].bus), 0);
			look_around(&io, a, i, a[i].len, &rnd);
		} else {
			u32 len = a[i].len;

			cr_assert_eq(iommu_unmap(&io, a[i].bus), memory[i]);
			cr_assert_null(iommu_unmap(&io, a[i].bus), "only once");
			a[i].len = 0;
			look_around(&io, a, i, len, &rnd);
		}
	}
	iommu_exit(&io);
}

Test(iommu, bounds)
{
	struct iommu io;
	u64 bus;
	u32 i;

	cr_assert_eq(iommu_init(&io, 1, AREAS), 0);
	cr_assert_eq(iommu_map(&io, memory[0], 0, true, &bus), -EINVAL);
	cr_assert_eq(iommu_map(&io, memory[0], SIZE + 1, true, &bus), -EINVAL);
	for (i = 0; i < AREAS; i++)
		cr_assert_eq(iommu_map(&io, memory[i], SIZE, true, &bus), 0);
	cr_assert_eq(iommu_map(&io, memory[0], 1, true, &bus), -ENOMEM);
	cr_assert_eq(io.used, AREAS);
	cr_assert_eq(iommu_unmap(&io, bus), memory[AREAS - 1]);
	cr_assert_eq(iommu_map(&io, memory[0], 1, true, &bus), 0);
	iommu_exit(&io);
}
