/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hierarchical timer wheel: arming, re-arming and cancelling cost O(1), a million timers are fine.
 *
 * Times are u64 nanoseconds on a clock that never goes back and that the caller supplies. A slot of
 * the lowest level spans 2^16 ns, each level has 64 slots and is 64 times coarser, eight levels
 * cover the whole u64. What is due in the current slot sits in a tree sorted by exact expiry and
 * order of arming, so timers come out in that order, never early, and not late by more than the
 * caller is. Everything is a function of the calls made: no clock, no chance.
 *
 *	wheel_arm(w, &t, now + delay);
 *	...
 *	sleep until wheel_next_expiry(w);
 *	while ((t = wheel_pop_expired(w, now)))
 *		call what t stands for (it may arm and cancel any timer, itself too);
 *
 * A callback that re-arms itself at or before now comes out again in the same loop.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include "base/list.h"
#include "base/rbtree.h"
#include "base/types.h"

#define WHEEL_SHIFT  16 /* log2 of the lowest slot's span in ns */
#define WHEEL_BITS   6	/* log2 of slots per level */
#define WHEEL_SLOTS  (1u << WHEEL_BITS)
#define WHEEL_LEVELS 8
#define WHEEL_NEVER  U64_MAX /* no timer is armed; not a valid expiry */

_Static_assert(WHEEL_SHIFT + WHEEL_BITS * WHEEL_LEVELS == 64, "the levels cover a u64");

enum wheel_place {
	WHEEL_IDLE, /* not armed; zeroed memory is an idle timer */
	WHEEL_IN_SLOT,
	WHEEL_IN_TREE,
};

struct wheel_timer {
	union {
		struct list_head list; /* WHEEL_IN_SLOT */
		struct rb_node rb;     /* WHEEL_IN_TREE */
	};
	u64 expires; /* ns; valid while armed and until it is armed again */
	u64 order;   /* breaks ties: number of the arming */
	u16 slot;    /* level * WHEEL_SLOTS + index; WHEEL_IN_SLOT */
	u8 place;    /* enum wheel_place */
};

struct wheel_slot {
	struct list_head list;
	u64 earliest; /* lower bound of the expiries in here, exact unless the slot is stale */
};

struct wheel {
	u64 tick; /* every timer of an earlier or this slot is in due */
	u64 order;
	size_t count; /* armed timers */
	struct rb_root_cached due;
	u64 occupied[WHEEL_LEVELS]; /* bit per non-empty slot */
	u64 stale[WHEEL_LEVELS];    /* bit per slot whose earliest timer was cancelled */
	struct wheel_slot slots[WHEEL_LEVELS * WHEEL_SLOTS];
};

/* Starts an empty wheel at time now. */
void wheel_init(struct wheel *w, u64 now);

static inline void wheel_timer_init(struct wheel_timer *t)
{
	t->place = WHEEL_IDLE;
}

/* Arms t, or moves it if it is armed, to fire at expires (< WHEEL_NEVER; may be in the past). */
void wheel_arm(struct wheel *w, struct wheel_timer *t, u64 expires);

/* Returns whether it was armed. Harmless on an idle timer. */
bool wheel_cancel(struct wheel *w, struct wheel_timer *t);

static inline bool wheel_timer_pending(const struct wheel_timer *t)
{
	return t->place != WHEEL_IDLE;
}

static inline size_t wheel_count(const struct wheel *w)
{
	return w->count;
}

/*
 * Removes and returns the first timer with expires <= now, NULL when there is none: ordered by
 * expiry, and by arming among equals. now must not be smaller than in an earlier call.
 */
struct wheel_timer *wheel_pop_expired(struct wheel *w, u64 now);

/*
 * When to call wheel_pop_expired() next: never later than the earliest expiry, WHEEL_NEVER when
 * nothing is armed. Exact when the earliest timer is within the lowest level; else it can be early
 * after a cancellation, and then calling wheel_pop_expired() at that time refines it: it sorts at
 * least one slot further down, so a caller that steps from deadline to deadline gets on.
 */
u64 wheel_next_expiry(struct wheel *w);

#endif
