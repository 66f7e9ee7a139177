// SPDX-License-Identifier: BSD-2-Clause
/* The 82576, its virtual functions among those who mean harm: fuzz_nic.h says what the input is. */
#include "tests/fuzz/fuzz_nic.h"

#include "drivers/igb/model.h"
#include "drivers/igb/regs.h"

enum { VFS = 3 };

static struct e1000_model *create(const struct e1000_model_cfg *cfg)
{
	struct e1000_model *m = igb_model_create(cfg);

	if (m)
		igb_model_set_vfs(m, VFS, NSEC_PER_SEC);
	return m;
}

/* who: 5 to 7 are the functions. */
static u64 rd(struct card *c, u32 off, u32 size, u32 who)
{
	if (who < 8 - VFS)
		return e1000_model_read(c->model, off, size, c->now);
	return igb_model_vf_read(c->model, who - (8 - VFS), off, size, c->now);
}

static void wr(struct card *c, u32 off, u32 size, u32 value, u32 who)
{
	if (who < 8 - VFS)
		e1000_model_write(c->model, off, size, value, c->now);
	else
		igb_model_vf_write(c->model, who - (8 - VFS), off, size, value, c->now);
}

/* op bits 4 to 7: the queue */
static void ring(struct card *c, u8 op, u32 size)
{
	bool rx = op & 8;
	u32 base = (rx ? IGB_RXQ : IGB_TXQ) + (u32)(op >> 4) * IGB_Q_STRIDE;

	card_write(c, base + IGB_Q_DCTL, 0);
	card_write(c, base + IGB_Q_BAL, rx ? 0x8000 : 0);
	card_write(c, base + IGB_Q_BAH, BUS >> 32);
	card_write(c, base + IGB_Q_LEN, (size + 1) * 128);
	card_write(c, base + IGB_Q_HEAD, 0);
	if (rx)
		card_write(c, base + IGB_Q_SRRCTL, 1 | (size & 1 ? IGB_SRRCTL_ADV : 0));
	card_write(c, base + IGB_Q_DCTL, IGB_DCTL_ENABLE);
	card_write(c, rx ? E1000_RCTL : E1000_TCTL,
		   rx ? E1000_RCTL_EN | E1000_RCTL_UPE | E1000_RCTL_MPE | E1000_RCTL_BAM |
				(size & 2 ? E1000_RCTL_SECRC : 0) : E1000_TCTL_EN);
	card_write(c, base + IGB_Q_TAIL, size * 8 + 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct card_kind kind = { create, rd, wr, ring };

	return fuzz_nic(&kind, data, size);
}
