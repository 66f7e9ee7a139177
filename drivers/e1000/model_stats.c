// SPDX-License-Identifier: BSD-2-Clause
/* Statistics: 32-bit ones stop at their maximum and are cleared by reading; 64-bit ones are read
 * low half first and cleared by reading the high half (13.7). */
#include "drivers/e1000/model_priv.h"

static bool is_low_half(u32 off)
{
	return off == E1000_GORCL || off == E1000_GOTCL || off == E1000_TORL || off == E1000_TOTL;
}

u32 em_stat_read(struct e1000_model *m, u32 off)
{
	u32 v = em_get(m, off);

	if (is_low_half(off))
		return v;
	*em_reg(m, off) = 0;
	if (is_low_half(off - 4))
		*em_reg(m, off - 4) = 0;
	return v;
}

void em_stat_add(struct e1000_model *m, u32 off, u32 n)
{
	u32 *v = em_reg(m, off);

	*v = n > U32_MAX - *v ? U32_MAX : *v + n;
}

void em_stat_add64(struct e1000_model *m, u32 low, u64 n)
{
	u64 v = em_get(m, low) | (u64)em_get(m, low + 4) << 32;

	v += n;
	*em_reg(m, low) = (u32)v;
	*em_reg(m, low + 4) = (u32)(v >> 32);
}

/* The counter of a frame of len octets in the row that starts with "64". */
static u32 size_class(u32 first, u32 len)
{
	static const u32 limit[] = { 64, 127, 255, 511, 1023 };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(limit) && len > limit[i]; i++)
		;
	return first + 4 * i;
}

void em_stat_rx(struct e1000_model *m, const u8 *frame, u32 len, u32 frames)
{
	em_stat_add(m, E1000_GPRC, frames);
	em_stat_add64(m, E1000_GORCL, (u64)len * frames);
	em_stat_add(m, size_class(E1000_PRC64, len), frames);
	if ((frame[0] & frame[1] & frame[2] & frame[3] & frame[4] & frame[5]) == 0xff)
		em_stat_add(m, E1000_BPRC, frames);
	else if (frame[0] & 1)
		em_stat_add(m, E1000_MPRC, frames);
}

/* frames of together len octets, FCS included */
void em_stat_tx(struct e1000_model *m, const u8 *frame, u32 len, u32 frames)
{
	em_stat_add(m, E1000_GPTC, frames);
	em_stat_add(m, E1000_TPT, frames);
	em_stat_add64(m, E1000_GOTCL, len);
	em_stat_add64(m, E1000_TOTL, len);
	em_stat_add(m, size_class(E1000_PTC64, len / frames), frames);
	if ((frame[0] & frame[1] & frame[2] & frame[3] & frame[4] & frame[5]) == 0xff)
		em_stat_add(m, E1000_BPTC, frames);
	else if (frame[0] & 1)
		em_stat_add(m, E1000_MPTC, frames);
}
