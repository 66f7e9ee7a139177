/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Emulated NICs under a guest that means them harm: registers, descriptors and memory are whatever the
 * input says. Records, an octet of operation first (low three bits):
 *
 *	0  write a register: offset (3), value (4)	4  a frame from the wire: length (2); bit 3: a train
 *	1  read a register: offset (3)			5  time passes: microseconds (2)
 *	2  memory: place (2), length (1), octets	6  cable, bus mastering: bits 3 and 4
 *	3  the card runs until it rests			7  a sensible ring: size (1)
 */
#ifndef TESTS_FUZZ_FUZZ_NIC_H
#define TESTS_FUZZ_FUZZ_NIC_H

#include "drivers/e1000/model.h"
#include "drivers/e1000/regs.h"
#include "tests/fuzz/fuzz.h"

#define BUS 0x100000000ull

struct card_kind;

struct card {
	const struct card_kind *kind;
	struct e1000_model *model;
	u8 *memory;
	u64 now;
	u32 translations, frames; /* of one call */
	volatile u8 sink;
};

struct card_kind {
	struct e1000_model *(*create)(const struct e1000_model_cfg *cfg);
	u64 (*read)(struct card *c, u32 off, u32 size, u32 who);
	void (*write)(struct card *c, u32 off, u32 size, u32 value, u32 who);
	/* Base, length, head, tail and the enable bit, as a driver would; op bit 3: receive. */
	void (*ring)(struct card *c, u8 op, u32 size);
};

void card_write(struct card *c, u32 off, u32 value);
int fuzz_nic(const struct card_kind *kind, const uint8_t *data, size_t size);

#endif
