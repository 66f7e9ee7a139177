/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the e1000 driver knows of the world: registers, memory that the device can reach, and time.
 * Whatever offers these is the hardware: the model in this directory, QEMU over qtest, a PCI
 * function. The driver includes nothing else of them. The owner of the hardware calls
 * e1000_interrupt() (driver.h) whenever the interrupt line is high, never out of one of these
 * functions.
 */
#ifndef NETSTACK_DRIVERS_E1000_HW_H
#define NETSTACK_DRIVERS_E1000_HW_H

#include "base/base.h"

/* Memory that CPU and device see at once. bus differs from cpu and may be above 4 GiB. */
struct e1000_dma {
	void *cpu;
	u64 bus;
	size_t len;
};

struct e1000_hw {
	void *ctx;
	/* 32-bit registers at a multiple of 4. A read flushes the writes before it. */
	u32 (*rd32)(void *ctx, u32 off);
	void (*wr32)(void *ctx, u32 off, u32 value);
	/* Zeroed, contiguous on the bus, aligned to align (a power of two). 0 or -ENOMEM. */
	int (*dma_alloc)(void *ctx, size_t len, size_t align, struct e1000_dma *dma);
	void (*dma_free)(void *ctx, struct e1000_dma *dma);
	/*
	 * Lends [cpu, cpu + len) to the device until dma_unmap(), for reading. len is at most
	 * E1000_DMA_MAX. 0, -ENOMEM, -EINVAL.
	 */
	int (*dma_map)(void *ctx, const void *cpu, u32 len, u64 *bus);
	void (*dma_unmap)(void *ctx, u64 bus);
	void (*irq_done)(void *ctx); /* the causes have been read; the line may be unmasked */
	void (*delay_us)(void *ctx, u32 us);
	u64 reg_reads, reg_writes;	/* by hw_rd32() and hw_wr32() */
};

static inline u32 hw_rd32(struct e1000_hw *hw, u32 off)
{
	hw->reg_reads++;
	return hw->rd32(hw->ctx, off);
}
static inline void hw_wr32(struct e1000_hw *hw, u32 off, u32 value)
{
	hw->reg_writes++;
	hw->wr32(hw->ctx, off, value);
}

enum { E1000_DMA_MAX = 32768 };

#endif
