/* SPDX-License-Identifier: BSD-2-Clause */
/* The state machine of a neighbour: neigh_fsm.c decides and acts, neigh.c keeps the table. */
#ifndef NETSTACK_CORE_NEIGH_FSM_H
#define NETSTACK_CORE_NEIGH_FSM_H

#include "core/neigh.h"

enum neigh_event {
	NEV_OUTPUT,		/* a packet is to be sent */
	NEV_RETRY,		/* timer: one more probe */
	NEV_GIVE_UP,		/* timer: all probes were sent */
	NEV_FRESH,		/* timer: confirmed lately */
	NEV_USED,		/* timer: not confirmed, but used lately */
	NEV_IDLE,		/* timer: neither */
	NEV_CONFIRM,		/* an upper layer made progress (RFC 4861 7.3.1) */
	NEV_LL_REACH,		/* asked-for evidence with an address that we take */
	NEV_LL_STALE_NEW,	/* evidence not asked for: first or another address, taken */
	NEV_LL_STALE_SAME,	/* evidence not asked for: the address that we know */
	NEV_LL_WEAK,		/* another address that may only raise doubt */
	NEV_LL_REFUSED,		/* another address that may not override */
	NEV_NOLL_REACH,		/* asked-for evidence without an address */
	NEV_NOLL_STALE,		/* evidence not asked for, without an address */
	NEV_FAIL,		/* declared unreachable */
	NEV_MAX
};

enum neigh_action {
	NA_SEND = 1 << 0,	/* the packet goes out now */
	NA_QUEUE = 1 << 1,	/* it waits */
	NA_FIRST_MCAST = 1 << 2,/* count probes anew, by multicast or broadcast */
	NA_FIRST_UCAST = 1 << 3,/* count probes anew, to the known address */
	NA_SOLICIT = 1 << 4,
	NA_T_RETRANS = 1 << 5,	/* arm the timer */
	NA_T_DELAY = 1 << 6,
	NA_T_REACH = 1 << 7,
	NA_CONFIRMED = 1 << 8,	/* reachability is confirmed as of now */
	NA_LL = 1 << 9,		/* store the address */
	NA_FLUSH = 1 << 10,	/* send what waits */
	NA_ERROR = 1 << 11,	/* report and drop what waits */
};

enum { NEIGH_NR_STATES = 9, NEIGH_KEEP = 0xff };

struct neigh_cell {
	u8 next;		/* NUD_*, or NEIGH_KEEP */
	u16 act;		/* enum neigh_action */
};

/* Column of a NUD_* value: 0 .. NEIGH_NR_STATES - 1. */
u32 neigh_state_index(u8 state);
const struct neigh_cell *neigh_cell(enum neigh_event ev, u8 state);
/*
 * Applies the cell for ev in n's state. lladdr only for the NEV_LL_ events, skb (consumed) only for
 * NEV_OUTPUT. 0 or, for NEV_OUTPUT, what sending gave.
 */
int neigh_step(struct neighbour *n, enum neigh_event ev, const u8 *lladdr, struct sk_buff *skb);
void neigh_timer(struct timer_list *t);
/* Sets the state outright (administration); the timer follows it. */
void neigh_force_state(struct neighbour *n, u8 state, const u8 *lladdr);

#endif
