// SPDX-License-Identifier: BSD-2-Clause
/* A packet that is to leave: its memory, its sums, its tag, and the way out. What kind of descriptor
 * described it is not known here. */
#include "drivers/e1000/model_priv.h"

#include "wire/wire.h"

u32 em_gather(u8 *to, u32 room, const struct e1000_vec *vec, u32 nr, u32 skip)
{
	u32 i, len = 0;

	for (i = 0; i < nr; i++) {
		u32 part = vec[i].len > skip ? vec[i].len - skip : 0;

		if (part > room - len)
			part = room - len;
		memcpy(to + len, vec[i].base + (vec[i].len > skip ? skip : 0), part);
		skip = vec[i].len > skip ? 0 : skip - vec[i].len;
		len += part;
	}
	return len;
}

/* Moves all behind the addresses by a tag's length; the room is the caller's. */
u32 em_insert_tag(const struct e1000_model *m, u8 *frame, u32 len, u16 tci)
{
	memmove(frame + 2 * ETH_ALEN + VLAN_TAG_LEN, frame + 2 * ETH_ALEN, len - 2 * ETH_ALEN);
	put_be16(frame + 2 * ETH_ALEN, (u16)em_get(m, E1000_VET));
	put_be16(frame + 2 * ETH_ALEN + 2, tci);
	return len + VLAN_TAG_LEN;
}

void em_send_frame(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f, u32 frames,
		   u32 octets)
{
	em_stat_tx(m, f->vec[0].base, octets + frames * E1000_FCS_LEN, frames);
	if (!t->to_wire) {
		m->chip->deliver(m, t, f);
		return;
	}
	if (m->chip->sent)
		m->chip->sent(m, t, frames, octets);
	m->cfg.ops->xmit(m->cfg.ctx, f);
}

static void apply_checksums(struct em_tx *t, const struct em_packet *p, u32 len)
{
	const struct em_ctx *x = p->ctx;

	if (p->ic)
		em_insert_checksum(t->buf, len, p->css, 0, p->cso, false);
	if (p->ixsm)
		em_insert_checksum(t->buf, len, x->ipcss, x->ipcse, x->ipcso, false);
	if (p->txsm)
		em_insert_checksum(t->buf, len, x->tucss, x->tucse, x->tucso, !x->tcp);
}

/* Straight from the driver's memory, the checksum left to the wire. */
static bool send_in_place(struct e1000_model *m, struct em_tx *t, const struct em_packet *p, u32 nr)
{
	const struct em_ctx *x = p->ctx;
	struct e1000_frame f = { .vec = t->vec, .nr_vec = nr, .len = t->len };

	if (p->tci >= 0 || p->ic || p->ixsm || p->own_fcs || t->len < EM_MIN_FRAME ||
	    !t->to_wire || t->vec[0].len < ETH_HLEN)
		return false;
	if (p->txsm) {
		if (!(m->cfg.wire & E1000_WIRE_CSUM) || x->tucse || x->tucso < x->tucss ||
		    x->tucss < ETH_HLEN || x->tucso + 2u > t->len)
			return false;
		f.csum_start = x->tucss;
		f.csum_offset = (u16)(x->tucso - x->tucss);
	}
	em_send_frame(m, t, &f, 1, t->len);
	return true;
}

static bool send_one(struct e1000_model *m, struct em_tx *t, const struct em_packet *p, u32 nr)
{
	struct e1000_vec v = { .base = t->buf };
	struct e1000_frame f = { .vec = &v, .nr_vec = 1 };
	u32 len = t->len - (p->own_fcs ? E1000_FCS_LEN : 0);

	if (t->len < ETH_HLEN + (p->own_fcs ? E1000_FCS_LEN + 1 : 0) || len > EM_TX_MAX)
		return false;
	if (send_in_place(m, t, p, nr))
		return true;
	em_gather(t->buf, len, t->vec, nr, 0);
	apply_checksums(t, p, len);
	if (p->tci >= 0)
		len = em_insert_tag(m, t->buf, len, (u16)p->tci);
	if (len < EM_MIN_FRAME && (em_get(m, E1000_TCTL) & E1000_TCTL_PSP)) {
		memset(t->buf + len, 0, EM_MIN_FRAME - len);
		len = EM_MIN_FRAME;
	}
	v.len = f.len = len;
	em_send_frame(m, t, &f, 1, len);
	return true;
}

/* The pieces of the packet as the CPU sees them; false: a DMA fault. */
static bool map_packet(struct e1000_model *m, struct em_tx *t, u32 *nr)
{
	u32 i, k = 0;

	for (i = 0; i < t->nr_frag; i++) {
		if (!t->frag[i].len)
			continue;
		t->vec[k].base = em_dma(m, &t->ring, t->frag[i].bus, t->frag[i].len, false);
		t->vec[k].len = t->frag[i].len;
		if (!t->vec[k++].base)
			return false;
	}
	*nr = k;
	return true;
}

/* As its frames will begin: with the tag that the device inserts. */
static bool to_wire(const struct e1000_model *m, const struct em_tx *t, const struct em_packet *p, u32 nr)
{
	u8 header[ETH_HLEN + 2 * VLAN_TAG_LEN] = { 0 };
	u32 len = em_gather(header, ETH_HLEN + VLAN_TAG_LEN, t->vec, nr, 0);

	if (p->tci >= 0 && len >= ETH_HLEN)
		len = em_insert_tag(m, header, len, (u16)p->tci);
	return m->chip->to_wire(m, t, header, len);
}

bool em_xmit(struct e1000_model *m, struct em_tx *t, const struct em_packet *p)
{
	u32 nr;

	if (!map_packet(m, t, &nr) || !nr)
		return false;
	t->to_wire = to_wire(m, t, p, nr);
	return p->tso ? em_tso(m, t, p, nr) : send_one(m, t, p, nr);
}

bool em_xmit_add(struct em_tx *t, u64 bus, u32 len)
{
	if (t->nr_frag == EM_TX_FRAGS || t->len + len > 1u << 20)
		return false;
	t->frag[t->nr_frag++] = (struct em_frag){ bus, len };
	t->len += len;
	return true;
}
