// SPDX-License-Identifier: BSD-2-Clause
/* The 82540EM: fuzz_nic.h says what the input is. */
#include "tests/fuzz/fuzz_nic.h"

static u64 rd(struct card *c, u32 off, u32 size, u32 who)
{
	(void)who;
	return e1000_model_read(c->model, off, size, c->now);
}

static void wr(struct card *c, u32 off, u32 size, u32 value, u32 who)
{
	(void)who;
	e1000_model_write(c->model, off, size, value, c->now);
}

static void ring(struct card *c, u8 op, u32 size)
{
	bool rx = op & 8;

	card_write(c, rx ? E1000_RDBAL : E1000_TDBAL, rx ? 0x8000 : 0);
	card_write(c, rx ? E1000_RDBAH : E1000_TDBAH, BUS >> 32);
	card_write(c, rx ? E1000_RDLEN : E1000_TDLEN, (size + 1) * 128);
	card_write(c, rx ? E1000_RDH : E1000_TDH, 0);
	card_write(c, rx ? E1000_RCTL : E1000_TCTL, rx ? E1000_RCTL_EN | E1000_RCTL_UPE | E1000_RCTL_MPE |
						   E1000_RCTL_BAM | (size & 2 ? E1000_RCTL_SECRC : 0) :
						   E1000_TCTL_EN);
	card_write(c, rx ? E1000_RDT : E1000_TDT, size * 8 + 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct card_kind kind = { e1000_model_create, rd, wr, ring };

	return fuzz_nic(&kind, data, size);
}
