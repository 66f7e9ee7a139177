// SPDX-License-Identifier: BSD-2-Clause
/* The 82576: what it is made of, its reset, its virtual functions' coming and going. */
#include <stdlib.h>

#include "drivers/igb/model_priv.h"

/* A queue begins anew: what was on its way is forgotten. */
void im_rx_off(struct e1000_model *m, u32 queue)
{
	struct im_rxq *r = &im_of(m)->rx[queue];

	r->nr_wb = 0;
	r->low = r->ring.halted = false;
	r->ring.base = im_rxq_reg(queue, 0);
}

void im_tx_off(struct e1000_model *m, u32 queue)
{
	struct em_tx *t = &im_of(m)->tx[queue];

	t->nr_frag = t->len = t->nr_desc = t->nr_wb = t->nr_ready = 0;
	t->bad = t->ring.halted = false;
	t->ring.base = im_txq_reg(queue, 0);
	t->queue = queue;
	memset(t->ctx, 0, sizeof(t->ctx));
}

static void set_status(struct e1000_model *m)
{
	u32 *status = em_reg(m, E1000_STATUS), nr = im_of(m)->nr_vfs;

	*status &= ~(15u << IGB_STATUS_VF_SHIFT | IGB_STATUS_IOV);
	*status |= nr << IGB_STATUS_VF_SHIFT | (nr ? IGB_STATUS_IOV : 0);
}

void im_reset(struct e1000_model *m)
{
	struct igb_model *im = im_of(m);
	u32 i;

	for (i = 0; i < IGB_QUEUES; i++) {
		im_rx_off(m, i);
		im_tx_off(m, i);
	}
	memset(im->vf, 0, sizeof(im->vf));
	memset(im->eitr_until, 0, sizeof(im->eitr_until));
	im->sent = 0;
	im->other = false;
	/* Queue 0 works like the older controllers' unless it is told otherwise. */
	*em_reg(m, im_txq_reg(0, IGB_Q_DCTL)) = IGB_DCTL_ENABLE;
	*em_reg(m, im_rxq_reg(0, IGB_Q_DCTL)) = IGB_DCTL_ENABLE;
	set_status(m);
}

struct e1000_model *igb_model_create(const struct e1000_model_cfg *cfg)
{
	struct igb_model *im = calloc(1, sizeof(*im));

	if (im && !em_init(&im->core, &im_chip, cfg))
		return &im->core;
	free(im);
	return NULL;
}

void igb_model_set_vfs(struct e1000_model *m, u32 nr, u64 now_ns)
{
	u32 i;

	m->now = now_ns;
	im_of(m)->nr_vfs = nr < IGB_POOLS ? nr : IGB_POOLS - 1;
	for (i = 0; i < im_of(m)->nr_vfs; i++)
		im_vf_reset(m, i);
	set_status(m);
}
