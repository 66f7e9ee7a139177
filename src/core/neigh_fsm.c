/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Neighbour unreachability detection as one table [event][state] (RFC 4861 7.3 and appendix C; ARP
 * uses the same). Timer events are told apart by neigh_timer(), evidence by neigh_update().
 */
#include "core/neigh_fsm.h"

#include <errno.h>

#include "core/internal.h"

#define K { NEIGH_KEEP, 0 }
#define KEEP(act) { NEIGH_KEEP, act }
#define RESOLVE { NUD_INCOMPLETE, NA_QUEUE | NA_FIRST_MCAST | NA_SOLICIT | NA_T_RETRANS }
#define AGAIN { NEIGH_KEEP, NA_SOLICIT | NA_T_RETRANS }
#define PROBE_IT { NUD_PROBE, NA_FIRST_UCAST | NA_SOLICIT | NA_T_RETRANS }
#define REACH { NUD_REACHABLE, NA_CONFIRMED | NA_T_REACH }
#define REACH_LL { NUD_REACHABLE, NA_LL | NA_CONFIRMED | NA_T_REACH }
#define REACH_Q { NUD_REACHABLE, NA_LL | NA_CONFIRMED | NA_T_REACH | NA_FLUSH }
#define STALE_LL { NUD_STALE, NA_LL }
#define STALE_Q { NUD_STALE, NA_LL | NA_FLUSH }
#define FAIL { NUD_FAILED, NA_ERROR }
#define SEND KEEP(NA_SEND)

static const struct neigh_cell cells[NEV_MAX][NEIGH_NR_STATES] = {
	/* NONE, INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED, NOARP, PERMANENT */
	[NEV_OUTPUT] = { RESOLVE, KEEP(NA_QUEUE), SEND, { NUD_DELAY, NA_SEND | NA_T_DELAY }, SEND,
			 SEND, RESOLVE, SEND, SEND },
	[NEV_RETRY] = { K, AGAIN, K, K, K, AGAIN, K, K, K },
	[NEV_GIVE_UP] = { K, FAIL, K, K, K, FAIL, K, K, K },
	[NEV_FRESH] = { K, K, KEEP(NA_T_REACH), K, { NUD_REACHABLE, NA_T_REACH }, K, K, K, K },
	[NEV_USED] = { K, K, { NUD_DELAY, NA_T_DELAY }, K, PROBE_IT, K, K, K, K },
	[NEV_IDLE] = { K, K, { NUD_STALE, 0 }, K, PROBE_IT, K, K, K, K },
	[NEV_CONFIRM] = { K, K, KEEP(NA_CONFIRMED), REACH, REACH, REACH, K, K, K },
	[NEV_LL_REACH] = { REACH_Q, REACH_Q, REACH_LL, REACH_LL, REACH_LL, REACH_LL, REACH_Q, K,
			   K },
	[NEV_LL_STALE_NEW] = { STALE_Q, STALE_Q, STALE_LL, STALE_LL, STALE_LL, STALE_LL, STALE_Q, K,
			       K },
	[NEV_LL_STALE_SAME] = { K, K, K, K, K, K, K, K, K },
	[NEV_LL_WEAK] = { K, K, { NUD_STALE, 0 }, K, K, K, K, K, K },
	[NEV_LL_REFUSED] = { K, K, K, K, K, K, K, K, K },
	[NEV_NOLL_REACH] = { K, K, REACH, REACH, REACH, REACH, K, K, K },
	[NEV_NOLL_STALE] = { K, K, K, K, K, K, K, K, K },
	[NEV_FAIL] = { { NUD_FAILED, 0 }, FAIL, FAIL, FAIL, FAIL, FAIL, K, K, K },
};

u32 neigh_state_index(u8 state)
{
	/* NONE is 0, the others one bit each, in the order of the columns */
	return state ? (u32)__builtin_ctz(state) + 1 : 0;
}

const struct neigh_cell *neigh_cell(enum neigh_event ev, u8 state)
{
	return &cells[ev][neigh_state_index(state)];
}

static void neigh_arm(struct neighbour *n, u64 expires)
{
	mod_timer(&n->timer, expires);
}

static void neigh_set_state(struct neighbour *n, u8 state)
{
	u8 old = n->nud_state;

	if (old == state)
		return;
	n->nud_state = state;
	n->updated = n->tbl->net->now;
	if (!n->dead)
		list_move_tail(&n->lru, &n->tbl->lru);
	if (!(state & NUD_IN_TIMER))
		del_timer(&n->timer);
	if (state == NUD_FAILED)
		n->tbl->res_failed++;
	trace_event(n->tbl->net, neigh_update, NULL, NULL, n->dev, old, state);
}

/* RFC 4861 6.3.2: between half and one and a half of the base value. */
static void neigh_new_reachable_time(struct neighbour *n)
{
	u64 base = n->parms->base_reachable_ns;

	n->reachable_ns = prng_range(&n->tbl->net->prng, base / 2, base + base / 2);
}

static void neigh_solicit(struct neighbour *n)
{
	/* A probe may bring about anything, even the end of n. */
	n->refcnt++;
	n->tbl->solicit(n, skb_peek(&n->arp_queue));
	n->probes++;
	neigh_release(n);
}

/* Puts the link header on and sends. Consumes. */
static int neigh_xmit(struct neighbour *n, struct sk_buff *skb)
{
	int ret;

	skb->dev = n->dev;
	ret = dev_hard_header(skb, n->dev, n->tbl->protocol, n->ha, NULL);
	if (unlikely(ret)) {
		kfree_skb_reason(skb, ret == -ENOMEM ? SKB_DROP_NOMEM : SKB_DROP_DEV_HDR);
		return ret == -ENOMEM ? -ENOBUFS : ret;
	}
	return dev_queue_xmit(skb);
}

/* Oldest packets make room. Consumes. */
static void neigh_enqueue(struct neighbour *n, struct sk_buff *skb)
{
	while (n->arp_queue.qlen &&
	       n->arp_queue_bytes + skb->truesize > n->parms->queue_len_bytes) {
		struct sk_buff *old = skb_dequeue(&n->arp_queue);

		n->arp_queue_bytes -= old->truesize;
		n->tbl->unres_discards++;
		kfree_skb_reason(old, SKB_DROP_NEIGH_QUEUEFULL);
	}
	skb_queue_tail(&n->arp_queue, skb);
	n->arp_queue_bytes += skb->truesize;
}

static void neigh_take_queue(struct neighbour *n, struct sk_buff_head *q)
{
	skb_queue_head_init(q);
	list_splice_tail_init(&n->arp_queue.list, &q->list);
	q->qlen = n->arp_queue.qlen;
	n->arp_queue.qlen = 0;
	n->arp_queue_bytes = 0;
}

static void neigh_flush_queue(struct neighbour *n)
{
	struct sk_buff_head q;
	struct sk_buff *skb;

	neigh_take_queue(n, &q);
	while ((skb = skb_dequeue(&q)))
		neigh_output(n, skb);
}

static void neigh_report_queue(struct neighbour *n)
{
	struct sk_buff_head q;
	struct sk_buff *skb;

	neigh_take_queue(n, &q);
	while ((skb = skb_dequeue(&q))) {
		if (n->tbl->error_report)
			n->tbl->error_report(n, skb);
		else
			kfree_skb_reason(skb, SKB_DROP_NEIGH_FAILED);
	}
}

static void neigh_act_timers(struct neighbour *n, u16 act)
{
	const struct neigh_parms *p = n->parms;
	u64 now = n->tbl->net->now;

	if (act & NA_T_RETRANS)
		neigh_arm(n, now + p->retrans_ns);
	if (act & NA_T_DELAY)
		neigh_arm(n, now + p->delay_probe_ns);
	if (act & NA_T_REACH)
		neigh_arm(n, n->confirmed + n->reachable_ns);
}

static void neigh_act_state(struct neighbour *n, const struct neigh_cell *cell, const u8 *lladdr)
{
	u64 now = n->tbl->net->now;

	if ((cell->act & NA_LL) && lladdr)
		memcpy(n->ha, lladdr, n->dev->addr_len);
	if (cell->act & NA_CONFIRMED)
		n->confirmed = now;
	if (cell->next == NUD_REACHABLE && n->nud_state != NUD_REACHABLE)
		neigh_new_reachable_time(n);
	if (cell->act & NA_FIRST_MCAST)
		n->probes = n->parms->ucast_probes;
	if (cell->act & NA_FIRST_UCAST)
		n->probes = 0;
	if (cell->next != NEIGH_KEEP)
		neigh_set_state(n, cell->next);
	neigh_act_timers(n, cell->act);
}

int neigh_step(struct neighbour *n, enum neigh_event ev, const u8 *lladdr, struct sk_buff *skb)
{
	const struct neigh_cell *cell = neigh_cell(ev, n->nud_state);
	u16 act = cell->act;
	int ret = 0;

	if (ev == NEV_OUTPUT && cell->next == NEIGH_KEEP && (act & NA_SEND))
		return neigh_xmit(n, skb);	/* the usual case */
	n->refcnt++;
	neigh_act_state(n, cell, lladdr);
	if (act & NA_QUEUE)
		neigh_enqueue(n, skb);
	if (act & NA_SEND)
		ret = neigh_xmit(n, skb);
	if (act & NA_SOLICIT)
		neigh_solicit(n);
	if (act & NA_FLUSH)
		neigh_flush_queue(n);
	if (act & NA_ERROR)
		neigh_report_queue(n);
	neigh_release(n);
	return ret;
}

static u32 neigh_max_probes(const struct neighbour *n)
{
	const struct neigh_parms *p = n->parms;

	return p->ucast_probes + p->app_probes +
	       (n->nud_state == NUD_PROBE ? p->mcast_reprobes : p->mcast_probes);
}

static enum neigh_event neigh_timer_event(const struct neighbour *n)
{
	const struct neigh_parms *p = n->parms;
	u64 now = n->tbl->net->now;

	switch (n->nud_state) {
	case NUD_REACHABLE:
		if (now < n->confirmed + n->reachable_ns)
			return NEV_FRESH;
		return now <= n->used + p->delay_probe_ns ? NEV_USED : NEV_IDLE;
	case NUD_DELAY:		/* a confirmation would have ended it */
		return NEV_USED;
	default:
		return n->probes < neigh_max_probes(n) ? NEV_RETRY : NEV_GIVE_UP;
	}
}

void neigh_timer(struct timer_list *t)
{
	struct neighbour *n = from_timer(n, t, timer);
	u8 old = n->nud_state;

	n->refcnt++;
	neigh_step(n, neigh_timer_event(n), NULL, NULL);
	if (n->nud_state != old)
		net_notify(n->tbl->net, NEIGH_UPDATE, n);
	neigh_release(n);
}

void neigh_force_state(struct neighbour *n, u8 state, const u8 *lladdr)
{
	static const u16 timers[NEIGH_NR_STATES] = {
		[1] = NA_T_RETRANS, [2] = NA_T_REACH, [4] = NA_T_DELAY, [5] = NA_T_RETRANS,
	};
	bool was_valid = n->nud_state & NUD_VALID;

	n->refcnt++;
	if (lladdr)
		memcpy(n->ha, lladdr, n->dev->addr_len);
	if (state & NUD_CONNECTED)
		n->confirmed = n->tbl->net->now;
	neigh_new_reachable_time(n);
	n->probes = state == NUD_PROBE ? 0 : n->parms->ucast_probes;
	neigh_set_state(n, state);
	neigh_act_timers(n, timers[neigh_state_index(state)]);
	if (state == NUD_PROBE || state == NUD_INCOMPLETE)
		neigh_solicit(n);
	if (!was_valid && (state & NUD_VALID))
		neigh_flush_queue(n);
	if (state == NUD_FAILED)
		neigh_report_queue(n);
	neigh_release(n);
}
