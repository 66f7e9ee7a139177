/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a timer goes is decided by the highest bit in which the tick of its expiry differs from the
 * wheel's: that bit's group of six names the level, the group's value in the expiry the slot. It
 * follows that
 *
 *  - on each level all timers are in slots above the wheel's own, and they never wrap around;
 *  - whatever is on a level is earlier than everything on the levels above, so the earliest slot is
 *    the first one of the lowest occupied level: one look at a bitmap;
 *  - the wheel may move on to any tick up to the start of that slot without moving a timer.
 *
 * When that start is reached, the slot's timers are placed anew, which puts each at least one level
 * further down, and in the end into the tree of what is due.
 */
#include "base/wheel.h"

#include "base/assert.h"

#define SLOT_MASK (WHEEL_SLOTS - 1)
/* How many timers wheel_next_expiry() looks at to find the earliest of a stale slot. */
#define RESCAN_MAX 64

static u64 wheel_tick_of(u64 time)
{
	return time >> WHEEL_SHIFT;
}

/* First tick of a slot, given that the bits above its level are those of the wheel. */
static u64 wheel_slot_start(const struct wheel *w, unsigned int level, unsigned int index)
{
	unsigned int shift = level * WHEEL_BITS;
	u64 above = shift + WHEEL_BITS >= 64 ?
			    0 :
			    w->tick >> (shift + WHEEL_BITS) << (shift + WHEEL_BITS);

	return above | (u64)index << shift;
}

void wheel_init(struct wheel *w, u64 now)
{
	w->tick = wheel_tick_of(now);
	w->order = 0;
	w->count = 0;
	w->due = RB_ROOT_CACHED;
	for (unsigned int i = 0; i < WHEEL_LEVELS; i++) {
		w->occupied[i] = 0;
		w->stale[i] = 0;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(w->slots); i++) {
		list_init(&w->slots[i].list);
		w->slots[i].earliest = WHEEL_NEVER;
	}
}

static void wheel_due_insert(struct wheel *w, struct wheel_timer *t)
{
	struct rb_node **link = &w->due.rb_root.rb_node, *parent = NULL;
	bool leftmost = true;

	while (*link) {
		const struct wheel_timer *o;

		parent = *link;
		o = rb_entry(parent, struct wheel_timer, rb);
		if (t->expires < o->expires || (t->expires == o->expires && t->order < o->order)) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			leftmost = false;
		}
	}
	t->place = WHEEL_IN_TREE;
	rb_link_node(&t->rb, parent, link);
	rb_insert_color_cached(&t->rb, &w->due, leftmost);
}

static void wheel_slot_insert(struct wheel *w, struct wheel_timer *t, unsigned int level,
			      unsigned int index)
{
	struct wheel_slot *slot = &w->slots[level * WHEEL_SLOTS + index];

	t->place = WHEEL_IN_SLOT;
	t->slot = (u16)(level * WHEEL_SLOTS + index);
	list_add_tail(&t->list, &slot->list);
	w->occupied[level] |= 1ULL << index;
	if (t->expires <= slot->earliest) {
		slot->earliest = t->expires;
		w->stale[level] &= ~(1ULL << index);
	}
}

static void wheel_place(struct wheel *w, struct wheel_timer *t)
{
	u64 tick = wheel_tick_of(t->expires);
	unsigned int level;

	if (tick <= w->tick) {
		wheel_due_insert(w, t);
		return;
	}
	level = ilog2(tick ^ w->tick) / WHEEL_BITS;
	wheel_slot_insert(w, t, level, tick >> (level * WHEEL_BITS) & SLOT_MASK);
}

static void wheel_slot_emptied(struct wheel *w, unsigned int level, unsigned int index)
{
	w->occupied[level] &= ~(1ULL << index);
	w->stale[level] &= ~(1ULL << index);
	w->slots[level * WHEEL_SLOTS + index].earliest = WHEEL_NEVER;
}

static void wheel_remove(struct wheel *w, struct wheel_timer *t)
{
	unsigned int level = t->slot / WHEEL_SLOTS, index = t->slot % WHEEL_SLOTS;
	struct wheel_slot *slot = &w->slots[t->slot];

	if (t->place == WHEEL_IN_TREE) {
		rb_erase_cached(&t->rb, &w->due);
		t->place = WHEEL_IDLE;
		return;
	}
	list_del(&t->list);
	t->place = WHEEL_IDLE;
	if (list_empty(&slot->list))
		wheel_slot_emptied(w, level, index);
	else if (t->expires == slot->earliest)
		w->stale[level] |= 1ULL << index;
}

void wheel_arm(struct wheel *w, struct wheel_timer *t, u64 expires)
{
	ASSERT(expires != WHEEL_NEVER);
	if (t->place == WHEEL_IDLE)
		w->count++;
	else
		wheel_remove(w, t);
	t->expires = expires;
	t->order = w->order++;
	wheel_place(w, t);
}

bool wheel_cancel(struct wheel *w, struct wheel_timer *t)
{
	if (t->place == WHEEL_IDLE)
		return false;
	wheel_remove(w, t);
	w->count--;
	return true;
}

/* The earliest slot outside the tree; false when there is none. */
static bool wheel_first_slot(const struct wheel *w, unsigned int *level, unsigned int *index)
{
	for (unsigned int l = 0; l < WHEEL_LEVELS; l++) {
		if (!w->occupied[l])
			continue;
		*level = l;
		*index = (unsigned int)__builtin_ctzll(w->occupied[l]);
		return true;
	}
	return false;
}

/* Moves on to the start of the earliest slot and places its timers anew. */
static void wheel_open_slot(struct wheel *w, unsigned int level, unsigned int index)
{
	struct wheel_timer *t, *tmp;
	LIST_HEAD_LOCAL(todo);

	w->tick = wheel_slot_start(w, level, index);
	list_splice_init(&w->slots[level * WHEEL_SLOTS + index].list, &todo);
	wheel_slot_emptied(w, level, index);
	list_for_each_entry_safe(t, tmp, &todo, list)
		wheel_place(w, t);
}

static void wheel_advance(struct wheel *w, u64 now)
{
	unsigned int level, index;
	u64 target = wheel_tick_of(now);

	if (target <= w->tick)
		return;
	while (wheel_first_slot(w, &level, &index) && wheel_slot_start(w, level, index) <= target)
		wheel_open_slot(w, level, index);
	w->tick = target;
}

struct wheel_timer *wheel_pop_expired(struct wheel *w, u64 now)
{
	struct wheel_timer *t;

	wheel_advance(w, now);
	if (!w->due.rb_leftmost)
		return NULL;
	t = rb_entry(w->due.rb_leftmost, struct wheel_timer, rb);
	if (t->expires > now)
		return NULL;
	wheel_remove(w, t);
	w->count--;
	return t;
}

/* Finds the earliest expiry of a slot again, unless that takes too long. */
static void wheel_rescan(struct wheel *w, unsigned int level, unsigned int index)
{
	struct wheel_slot *slot = &w->slots[level * WHEEL_SLOTS + index];
	const struct wheel_timer *t;
	u64 earliest = WHEEL_NEVER;
	unsigned int seen = 0;

	list_for_each_entry(t, &slot->list, list) {
		if (++seen > RESCAN_MAX)
			return;
		earliest = min(earliest, t->expires);
	}
	slot->earliest = earliest;
	w->stale[level] &= ~(1ULL << index);
}

u64 wheel_next_expiry(struct wheel *w)
{
	unsigned int level, index;

	if (w->due.rb_leftmost)
		return rb_entry(w->due.rb_leftmost, struct wheel_timer, rb)->expires;
	if (!wheel_first_slot(w, &level, &index))
		return WHEEL_NEVER;
	if (w->stale[level] & 1ULL << index) {
		if (level == 0) {
			/* Sorting these few now keeps the answer exact; the tree may run ahead. */
			wheel_open_slot(w, level, index);
			return rb_entry(w->due.rb_leftmost, struct wheel_timer, rb)->expires;
		}
		wheel_rescan(w, level, index);
	}
	return w->slots[level * WHEEL_SLOTS + index].earliest;
}
