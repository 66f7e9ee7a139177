// SPDX-License-Identifier: BSD-2-Clause
/* Transmit (7.2): queues in turn, legacy and advanced descriptors; frames go to the wire, or to pools of
 * this device. */
#include "drivers/igb/model_priv.h"

#include "wire/wire.h"

enum { TURN = 32 }; /* descriptors of a queue before the next one's */

static bool enabled(const struct e1000_model *m, u32 q)
{
	const struct igb_model *im = (const struct igb_model *)m;

	if ((q & 7) < im->nr_vfs && !(em_get(m, IGB_VFTE) >> (q & 7) & 1))
		return false;
	return em_get(m, im_txq_reg(q, IGB_Q_DCTL)) & IGB_DCTL_ENABLE;
}

/* -- where frames go --------------------------------------------------------------------------- */
static bool switches(const struct e1000_model *m)
{
	return im_pools_on(m) && em_get(m, IGB_DTXSWC);
}

/* Pools that get it, as bits. *outside: so does the wire */
static u32 destinations(const struct e1000_model *m, u32 pool, const u8 *frame, u32 len, bool *outside)
{
	bool exact, group = eth_addr_is_multicast(frame);
	u32 pools = 0;

	if (em_get(m, IGB_DTXSWC) & IGB_DTXSWC_LOOPBACK) {
		pools = im_pools_of(m, frame, len, &exact) & ~(1u << pool);
		if (!exact && !group)
			pools = 0; /* the default pool is for what comes from outside */
	}
	*outside = !pools || group;
	return pools;
}

bool im_to_wire(const struct e1000_model *m, const struct em_tx *t, const u8 *header, u32 len)
{
	u32 pool = t->queue & 7;
	bool outside;

	if (em_loopback(m))
		return false;
	return !switches(m) || (len >= ETH_HLEN && im_pool_may_send(m, pool, header, len) &&
				!destinations(m, pool, header, len, &outside));
}

void im_sent(struct e1000_model *m, struct em_tx *t, u32 frames, u32 octets)
{
	if (im_pools_on(m))
		im_vf_count_tx(m, t->queue & 7, frames, octets, false);
}

/* To pools of this device. true: and no further */
static bool switch_frame(struct e1000_model *m, struct em_tx *t, const u8 *frame, u32 len)
{
	u32 pool = t->queue & 7, pools;
	bool outside;

	/* Anti-spoofing. What a pool may not send is lost, and noted. */
	if (!im_pool_may_send(m, pool, frame, len)) {
		*em_reg(m, IGB_WVBR) |= 1u << pool;
		return true;
	}
	pools = destinations(m, pool, frame, len, &outside);
	if (pools)
		im_loop(m, frame, len, pools);
	im_vf_count_tx(m, pool, 1, len, !outside);
	return !outside;
}

void im_deliver(struct e1000_model *m, struct em_tx *t, const struct e1000_frame *f)
{
	u8 copy[EM_TX_MAX + 8];
	struct e1000_rx_frame rx = { .data = copy };

	rx.len = em_gather(copy, sizeof(copy), f->vec, f->nr_vec, 0);
	if (im_pools_on(m) && switch_frame(m, t, copy, rx.len))
		return;
	if (em_loopback(m))
		e1000_model_receive(m, &rx, m->now);
	else
		m->cfg.ops->xmit(m->cfg.ctx, f);
}

/* -- descriptors ------------------------------------------------------------------------------- */
void im_tx_flush(struct e1000_model *m, u32 queue)
{
	struct em_tx *t = &im_of(m)->tx[queue];
	u32 low = em_get(m, im_txq_reg(queue, IGB_Q_TDWBAL)), i;
	u64 bus = (low & ~3u) | (u64)em_get(m, im_txq_reg(queue, IGB_Q_TDWBAH)) << 32;
	u32 *head = NULL;

	if (!t->nr_ready)
		return;
	if (low & 1) { /* the head instead of a status in each */
		head = em_dma(m, &t->ring, bus, sizeof(*head), true);
		if (head)
			__atomic_store_n(head, em_ring_head(m, &t->ring), __ATOMIC_RELEASE);
	}
	for (i = 0; i < t->nr_ready && !(low & 1); i++) {
		struct e1000_desc *d = em_ring_desc(m, &t->ring, t->wb[i].index, true);

		if (d)
			__atomic_store_n(&d->upper, t->wb[i].upper | E1000_TXD_DD,
					 __ATOMIC_RELEASE);
	}
	t->nr_wb -= t->nr_ready;
	memmove(t->wb, t->wb + t->nr_ready, t->nr_wb * sizeof(t->wb[0]));
	t->nr_ready = 0;
}

static void packet_done(struct e1000_model *m, struct em_tx *t)
{
	u32 wthresh = em_get(m, im_txq_reg(t->queue, IGB_Q_DCTL)) >> IGB_DCTL_WTHRESH_SHIFT & 0x1f;

	t->nr_frag = t->len = t->nr_desc = 0;
	t->bad = false;
	if (!t->nr_wb)
		return;
	t->nr_ready = t->nr_wb;
	if (t->nr_ready >= wthresh || t->nr_ready >= EM_WB_MAX ||
	    !im_queue_throttled(m, t->queue, false))
		im_tx_flush(m, t->queue);
	im_queue_cause(m, t->queue, false);
}

static void set_context(struct e1000_model *m, struct em_tx *t, const struct e1000_desc *d)
{
	u32 low = (u32)d->addr, idx = d->upper >> IGB_TXD_IDX_SHIFT & 1;
	u32 l2 = low >> IGB_TXC_MACLEN_SHIFT & 0x7f, l3 = low & 0x1ff;
	bool tcp = (d->lower & IGB_TXC_L4T_MASK) == IGB_TXC_L4T_TCP;
	u32 l4 = d->upper >> IGB_TXC_L4LEN_SHIFT & 0xff, hdr = l2 + l3 + l4, tucss = l2 + l3;

	im_of(m)->tx_vlan[t->queue][idx] = (u16)(low >> IGB_TXC_VLAN_SHIFT);
	t->ctx[idx] = (struct em_ctx){ 0 };
	if (hdr > 0xff || l2 < ETH_HLEN || l3 < IP4_HLEN)
		return; /* a packet that needs it is refused */
	t->ctx[idx] = (struct em_ctx){
		.ipcss = (u8)l2,
		.ipcso = (u8)(l2 + 10),
		.ipcse = (u16)(tucss - 1),
		.tucss = (u8)tucss,
		.tucso = (u8)(tucss + (tcp ? 16 : 6)),
		.hdrlen = (u8)hdr,
		.mss = (u16)(d->upper >> IGB_TXC_MSS_SHIFT),
		.tcp = tcp,
		.ip = d->lower & IGB_TXC_IP4,
	};
}

static void legacy_packet(const struct e1000_desc *d, struct em_packet *p)
{
	p->ic = d->lower & E1000_TXD_IC;
	p->css = d->upper >> E1000_TXD_CSS_SHIFT & 0xff;
	p->cso = d->lower >> E1000_TXD_CSO_SHIFT & 0xff;
	if (d->lower & E1000_TXD_VLE)
		p->tci = (s32)(d->upper >> E1000_TXD_SPECIAL_SHIFT);
}

/* false: it needs a context that does not describe it */
static bool advanced_packet(struct e1000_model *m, struct em_tx *t, struct em_packet *p)
{
	u32 idx = t->first_upper >> IGB_TXD_IDX_SHIFT & 1;
	struct em_ctx *x = &t->ctx[idx];

	p->ctx = x;
	p->tso = t->first_lower & IGB_TXD_TSE;
	p->ixsm = t->first_upper & E1000_TXD_POPTS_IXSM;
	p->txsm = t->first_upper & E1000_TXD_POPTS_TXSM;
	p->own_fcs &= !p->tso;
	if (t->first_lower & E1000_TXD_VLE)
		p->tci = im_of(m)->tx_vlan[t->queue][idx];
	x->paylen = t->first_upper >> IGB_TXD_PAYLEN_SHIFT;
	return x->tucss || !(p->ixsm || p->txsm || p->tso);
}

static void send_packet(struct e1000_model *m, struct em_tx *t, const struct e1000_desc *d)
{
	u32 vmvir = em_get(m, IGB_VMVIR + 4 * (t->queue & 7));
	struct em_packet p = { .own_fcs = !(d->lower & E1000_TXD_IFCS), .tci = -1 };
	bool ok = !t->bad;

	if (!(t->first_lower & E1000_TXD_DEXT))
		legacy_packet(d, &p);
	else
		ok = advanced_packet(m, t, &p) && ok;
	if (im_pools_on(m) && (vmvir & IGB_VMVIR_ALWAYS))
		p.tci = (s32)(vmvir & 0xffff);
	else if (im_pools_on(m) && (vmvir & IGB_VMVIR_NEVER))
		p.tci = -1;
	if ((!ok || !em_xmit(m, t, &p)) && !t->ring.halted)
		m->count.tx_bad++;
}

static void take_desc(struct e1000_model *m, struct em_tx *t, u32 index, const struct e1000_desc *d)
{
	bool ext = d->lower & E1000_TXD_DEXT;
	u32 len = d->lower & E1000_TXD_LEN_MASK;

	if (ext && (d->lower & E1000_TXD_DTYP_MASK) != IGB_TXD_DTYP_D)
		t->bad = true;
	if (!t->nr_desc++) {
		t->first_lower = d->lower;
		t->first_upper = d->upper;
	}
	t->bad |= !em_xmit_add(t, d->addr, len);
	if ((d->lower & E1000_TXD_RS) && t->nr_wb < ARRAY_SIZE(t->wb))
		t->wb[t->nr_wb++] = (struct em_wb){ index, d->lower, d->upper };
	if (d->lower & E1000_TXD_EOP)
		send_packet(m, t, d);
}

/* One descriptor; false: a DMA fault. */
static bool tx_step(struct e1000_model *m, struct em_tx *t)
{
	u32 index = em_ring_head(m, &t->ring);
	const struct e1000_desc *mem = em_ring_desc(m, &t->ring, index, false);
	struct e1000_desc d;

	if (!mem)
		return false;
	d = *mem; /* once: the driver may write to it meanwhile */
	if ((d.lower & (E1000_TXD_DEXT | E1000_TXD_DTYP_MASK)) ==
	    (E1000_TXD_DEXT | IGB_TXD_DTYP_C)) {
		set_context(m, t, &d);
		em_ring_advance(m, &t->ring);
		return true;
	}
	take_desc(m, t, index, &d);
	if (t->ring.halted)
		return false;
	em_ring_advance(m, &t->ring);
	if (d.lower & E1000_TXD_EOP)
		packet_done(m, t);
	return true;
}

static u32 run_queue(struct e1000_model *m, u32 q, u32 budget)
{
	struct em_tx *t = &im_of(m)->tx[q];
	u32 n = 0;

	if (!enabled(m, q))
		return 0;
	while (n < budget && m->tx_cut < EM_TX_BUDGET && em_ring_avail(m, &t->ring) && tx_step(m, t))
		n++;
	return n;
}

bool im_tx_run(struct e1000_model *m)
{
	struct igb_model *im = im_of(m);
	u32 budget = EM_TX_BUDGET, idle = 0;

	if (!(em_get(m, E1000_TCTL) & E1000_TCTL_EN) || m->timer[EM_T_PAUSE] != U64_MAX ||
	    !(e1000_model_link(m) || em_loopback(m)))
		return false;
	m->tx_cut = 0;
	while (idle < IGB_QUEUES) {
		u32 n = run_queue(m, im->next_tx, TURN);

		im->next_tx = (im->next_tx + 1) % IGB_QUEUES;
		idle = n ? 0 : idle + 1;
		if (n >= budget || m->tx_cut >= EM_TX_BUDGET)
			return true;
		budget -= n;
	}
	return false;
}
