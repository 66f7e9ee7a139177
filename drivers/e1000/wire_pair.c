// SPDX-License-Identifier: BSD-2-Clause
/* A cable between two emulated NICs of one stack: both are given the same pair:NAME. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "drivers/e1000/nic.h"
#include "wire/wire.h"

enum { PAIR_NAME_MAX = 64, PAIR_QUEUE_MAX = 1024, FRAME_MAX = 16384 };

struct pair_frame {
	struct pair_frame *next;
	u32 len;
	u8 data[];
};

struct wire_pair {
	char name[PAIR_NAME_MAX];
	struct e1000_nic *peer;
	struct pair_frame *first, **last; /* on their way to us */
	u32 queued;
};

static bool pair_send(struct e1000_nic *nic, const struct e1000_frame *f)
{
	struct wire_pair *w = nic->wire_priv, *to = w->peer ? w->peer->wire_priv : NULL;
	struct pair_frame *p;
	u32 i, off = 0;

	if (!to || to->queued == PAIR_QUEUE_MAX || f->len > FRAME_MAX)
		return false;
	p = malloc(sizeof(*p) + f->len);
	if (!p)
		return false;
	p->next = NULL;
	p->len = f->len;
	for (i = 0; i < f->nr_vec; off += f->vec[i++].len)
		memcpy(p->data + off, f->vec[i].base, f->vec[i].len);
	*to->last = p;
	to->last = &p->next;
	to->queued++;
	w->peer->wire_ready = true;
	nic_kick(w->peer);
	return true;
}

static struct pair_frame *pop(struct wire_pair *w)
{
	struct pair_frame *p = w->first;

	if (!p)
		return NULL;
	w->first = p->next;
	if (!w->first)
		w->last = &w->first;
	w->queued--;
	return p;
}

static bool pair_poll(struct e1000_nic *nic, u32 budget)
{
	struct wire_pair *w = nic->wire_priv;

	while (w->first && budget--) {
		struct e1000_rx_frame f = { 0 };
		struct pair_frame *p;

		if (!nic_rx_ready(nic))
			return true;
		p = pop(w);
		f.data = p->data;
		f.len = p->len;
		nic_receive(nic, &f);
		free(p);
	}
	return w->first;
}

static void pair_close(struct e1000_nic *nic)
{
	struct wire_pair *w = nic->wire_priv;
	struct pair_frame *p;

	if (w->peer) {
		((struct wire_pair *)w->peer->wire_priv)->peer = NULL;
		e1000_model_set_cable(w->peer->model, false, nic->net->now);
	}
	while ((p = pop(w)))
		free(p);
	free(w);
}

static const struct wire_ops pair_wire_ops = {
	.send = pair_send,
	.poll = pair_poll,
	.close = pair_close,
};

/* The other end, if it is there; -EBUSY: both are. */
static int find_peer(struct e1000_nic *nic, const char *name, struct e1000_nic **peer)
{
	struct net_device *dev;

	*peer = NULL;
	for_each_netdev(nic->net, dev) {
		struct e1000_nic *other = nic_of(dev);
		struct wire_pair *w;

		if (!other || other == nic || other->wire != &pair_wire_ops)
			continue;
		w = other->wire_priv;
		if (strcmp(w->name, name))
			continue;
		if (w->peer)
			return -EBUSY;
		*peer = other;
	}
	return 0;
}

int wire_pair_open(struct e1000_nic *nic, const struct e1000_config *cfg, u32 *offers)
{
	struct wire_pair *w;
	struct e1000_nic *peer;
	int err;

	if (!cfg->wire_name[0] || strlen(cfg->wire_name) >= PAIR_NAME_MAX)
		return -EINVAL;
	err = find_peer(nic, cfg->wire_name, &peer);
	if (err)
		return err;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	snprintf(w->name, sizeof(w->name), "%s", cfg->wire_name);
	w->last = &w->first;
	*offers = 0;
	nic->wire = &pair_wire_ops;
	nic->wire_priv = w;
	return 0;
}

void wire_pair_join(struct e1000_nic *nic)
{
	struct wire_pair *w = nic->wire_priv;
	struct e1000_nic *peer;

	if (find_peer(nic, w->name, &peer) || !peer) {
		e1000_model_set_cable(nic->model, false, nic->net->now);
		return;
	}
	w->peer = peer;
	((struct wire_pair *)peer->wire_priv)->peer = nic;
	e1000_model_set_cable(peer->model, true, nic->net->now);
}
