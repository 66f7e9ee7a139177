// SPDX-License-Identifier: BSD-2-Clause
/*
 * The emulated NIC under a guest that means it harm: registers, descriptors and memory are whatever
 * the input says. No access outside the memory that was lent, no hang, and the work that a doorbell
 * or a call causes is bounded. Records, an octet of operation first (low three bits):
 *
 *	0  write a register: offset (3), value (4)	4  a frame from the wire: length (2)
 *	1  read a register: offset (3)			5  time passes: microseconds (2)
 *	2  memory: place (2), length (1), octets	6  cable, bus mastering: bits 3 and 4
 *	3  the card runs until it rests			7  a sensible ring: bit 3 receive, size (1)
 */
#include <stdlib.h>
#include <string.h>

#include "drivers/e1000/model.h"
#include "drivers/e1000/regs.h"
#include "tests/fuzz/fuzz.h"

#include "base/base.h"

enum {
	MEMORY = 1 << 16,
	RECORDS_MAX = 256,
	RUNS_MAX = 3000,	/* a full ring of 65536 descriptors, and what follows from it */
	TRANSLATIONS_MAX = 4096, /* of one run */
	FRAME_MAX = 16384,
};
#define BUS 0x100000000ull

struct card {
	struct e1000_model *model;
	u8 *memory;
	u64 now;
	u32 translations;
	volatile u8 sink;
};

static void *translate(void *ctx, u64 bus, u32 len, bool write)
{
	struct card *c = ctx;

	(void)write;
	c->translations++;
	if (bus < BUS || bus - BUS > MEMORY || len > MEMORY - (bus - BUS))
		return NULL;
	return c->memory + (bus - BUS);
}

static void irq(void *ctx, bool level)
{
	(void)ctx, (void)level;
}

static void kick(void *ctx)
{
	(void)ctx;
}

/* Each octet of a frame must be there to be read. */
static void xmit(void *ctx, const struct e1000_frame *f)
{
	struct card *c = ctx;
	u32 i, k, len = 0;

	for (i = 0; i < f->nr_vec; i++) {
		for (k = 0; k < f->vec[i].len; k++)
			c->sink ^= f->vec[i].base[k];
		len += f->vec[i].len;
	}
	ASSERT(len == f->len);
	ASSERT(!f->csum_start || f->csum_start + f->csum_offset + 2u <= f->len);
	ASSERT(!f->gso_size || f->hdr_len < f->len);
}

static const struct e1000_model_ops ops = {
	.translate = translate, .irq = irq, .xmit = xmit, .kick = kick,
};

struct input {
	const uint8_t *p;
	size_t left;
};

/* n octets, little-endian; zeros beyond the end */
static u32 take(struct input *in, u32 n)
{
	u32 v = 0, i;

	for (i = 0; i < n && in->left; i++, in->left--)
		v |= (u32)*in->p++ << (8 * i);
	return v;
}

static void run(struct card *c)
{
	u32 n;

	for (n = 0; n < RUNS_MAX; n++) {
		bool more;

		c->translations = 0;
		more = e1000_model_run(c->model, c->now);
		ASSERT(c->translations <= TRANSLATIONS_MAX);
		if (!more)
			return;
	}
	ASSERT(n < RUNS_MAX);
}

static void write_memory(struct card *c, struct input *in)
{
	u32 at = take(in, 2), len = take(in, 1), i;

	for (i = 0; i < len && at + i < MEMORY; i++)
		c->memory[at + i] = (u8)take(in, 1);
}

static void receive(struct card *c, u32 len)
{
	u8 *frame = malloc(len % FRAME_MAX + 1);
	struct e1000_rx_frame f = { .data = frame, .len = len % FRAME_MAX };

	if (!frame)
		return;
	memset(frame, 0xff, f.len);
	c->translations = 0;
	e1000_model_receive(c->model, &f, c->now);
	ASSERT(c->translations <= TRANSLATIONS_MAX);
	free(frame);
}

static void wr(struct card *c, u32 off, u32 value)
{
	e1000_model_write(c->model, off, 4, value, c->now);
}

/* Base, length, head, tail and the enable bit, as a driver would. */
static void make_ring(struct card *c, bool rx, u32 size)
{
	wr(c, rx ? E1000_RDBAL : E1000_TDBAL, rx ? 0x8000 : 0);
	wr(c, rx ? E1000_RDBAH : E1000_TDBAH, BUS >> 32);
	wr(c, rx ? E1000_RDLEN : E1000_TDLEN, (size + 1) * 128);
	wr(c, rx ? E1000_RDH : E1000_TDH, 0);
	wr(c, rx ? E1000_RCTL : E1000_TCTL, rx ? E1000_RCTL_EN | E1000_RCTL_UPE | E1000_RCTL_MPE |
						   E1000_RCTL_BAM : E1000_TCTL_EN);
	wr(c, rx ? E1000_RDT : E1000_TDT, size * 8 + 7);
}

static void record(struct card *c, struct input *in)
{
	u8 op = (u8)take(in, 1);
	u32 off, us;

	switch (op & 7) {
	case 0:
		off = take(in, 3) & 0x1ffff;
		e1000_model_write(c->model, off, op & 8 ? 1u << (op >> 6) : 4, take(in, 4), c->now);
		break;
	case 1:
		off = take(in, 3) & 0x1ffff;
		c->sink ^= (u8)e1000_model_read(c->model, off, op & 8 ? 1u << (op >> 6) : 4, c->now);
		break;
	case 2:
		write_memory(c, in);
		break;
	case 3:
		run(c);
		break;
	case 4:
		receive(c, take(in, 2));
		break;
	case 5:
		us = take(in, 2);
		c->now += us * NSEC_PER_USEC;
		break;
	case 6:
		e1000_model_set_cable(c->model, op & 8, c->now);
		e1000_model_set_bus_master(c->model, op & 16);
		break;
	default:
		make_ring(c, op & 8, take(in, 1));
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct card c = { .now = NSEC_PER_SEC, .memory = calloc(1, MEMORY) };
	const struct e1000_model_cfg cfg = { .ops = &ops, .ctx = &c, .mac = { 2 },
					     .autoneg_ns = NSEC_PER_MSEC,
					     .wire = size & 1 ? E1000_WIRE_CSUM | E1000_WIRE_TSO : 0 };
	struct input in = { data, size };
	u32 n;

	if (!c.memory)
		return 0;
	c.model = e1000_model_create(&cfg);
	for (n = 0; c.model && in.left && n < RECORDS_MAX; n++)
		record(&c, &in);
	if (c.model) {
		run(&c);
		e1000_model_destroy(c.model);
	}
	free(c.memory);
	return 0;
}
