// SPDX-License-Identifier: BSD-2-Clause
/*
 * A virtual function's mailbox. Its memory is written by who has taken it (VFU, PFU); REQ and STS tell the
 * other that it holds a message. Reading the register clears STS and ACK: what was seen is kept.
 */
#include "drivers/igb/driver_priv.h"

enum { TRIES = 200, TRY_US = 500 };

static u32 look(struct igb_adapter *a)
{
	u32 v = igb_rd(a, IGB_V2PMAILBOX);

	a->mbx.v2p |= v & (IGB_V2P_PFSTS | IGB_V2P_PFACK);
	return v | a->mbx.v2p;
}

bool igbvf_ready(struct igb_adapter *a)
{
	return (look(a) & (IGB_V2P_RSTD | IGB_V2P_RSTI)) == IGB_V2P_RSTD;
}

static bool lock(struct igb_adapter *a)
{
	u32 i;

	for (i = 0; i < TRIES; i++) {
		igb_wr(a, IGB_V2PMAILBOX, IGB_V2P_VFU);
		if (look(a) & IGB_V2P_VFU)
			return true;
		a->hw.delay_us(a->hw.ctx, TRY_US);
	}
	return false;
}

static bool take(struct igb_adapter *a, u32 *words, u32 nr)
{
	u32 i;

	if (!(look(a) & IGB_V2P_PFSTS) || !lock(a))
		return false;
	for (i = 0; i < nr; i++)
		words[i] = igb_rd(a, IGB_VF_VMBMEM + 4 * i);
	a->mbx.v2p &= ~(IGB_V2P_PFSTS | IGB_V2P_PFACK);
	igb_wr(a, IGB_V2PMAILBOX, IGB_V2P_ACK); /* and gives the memory back */
	return true;
}

bool igbvf_was_called(struct igb_adapter *a)
{
	u32 word;

	if (!take(a, &word, 1))
		return false;
	if ((word & IGB_MSG_TYPE) == IGB_MSG_CONTROL && !(word & IGB_MSG_CTS))
		a->mbx.ready = false; /* the physical function knows us no more */
	return true;
}

bool igbvf_ask(struct igb_adapter *a, const u32 *words, u32 nr, u32 *answer, u32 nr_answer)
{
	u32 i, type = words[0] & IGB_MSG_TYPE;

	igbvf_was_called(a); /* or it would be taken for the answer */
	if (!lock(a))
		return false;
	for (i = 0; i < nr; i++)
		igb_wr(a, IGB_VF_VMBMEM + 4 * i, words[i]);
	igb_wr(a, IGB_V2PMAILBOX, IGB_V2P_REQ);
	for (i = 0; i < TRIES; i++) {
		if (take(a, answer, nr_answer) && (answer[0] & IGB_MSG_TYPE) == type)
			return answer[0] & IGB_MSG_ACK;
		a->hw.delay_us(a->hw.ctx, TRY_US);
	}
	return false;
}
