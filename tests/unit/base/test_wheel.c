/* SPDX-License-Identifier: BSD-2-Clause */
/* The wheel against an unsorted array that is searched every time. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/base.h"

#define TIMERS 64

struct twin {
	bool armed;
	u64 expires;
	u64 order;
};

struct world {
	struct wheel w;
	struct wheel_timer t[TIMERS];
	struct twin twin[TIMERS];
	struct prng rng;
	u64 now;
	u64 order;
	u32 last; /* timer armed last */
};

static int twin_first(const struct world *x)
{
	int best = -1;

	for (int i = 0; i < TIMERS; i++) {
		const struct twin *t = &x->twin[i], *b = best < 0 ? NULL : &x->twin[best];

		if (!t->armed)
			continue;
		if (!b || t->expires < b->expires ||
		    (t->expires == b->expires && t->order < b->order))
			best = i;
	}
	return best;
}

/* Delays of all magnitudes, equal ones and past ones among them. */
static u64 random_expiry(struct world *x)
{
	u64 expires;

	switch (prng_below(&x->rng, 8)) {
	case 0:
		return x->twin[x->last].expires;
	case 1:
		return x->now - min_t(u64, x->now, prng_below(&x->rng, 1 << 20));
	default:
		expires = x->now + (prng_u64(&x->rng) >> prng_below(&x->rng, 64));
		return expires >= x->now && expires != WHEEL_NEVER ? expires : WHEEL_NEVER - 1;
	}
}

static void arm(struct world *x)
{
	u32 i = prng_below(&x->rng, TIMERS);
	u64 expires = random_expiry(x);

	wheel_arm(&x->w, &x->t[i], expires);
	x->twin[i] = (struct twin){ true, expires, x->order++ };
	x->last = i;
}

static void cancel(struct world *x)
{
	u32 i = prng_below(&x->rng, TIMERS);
	int first = twin_first(x);

	/* the earliest one is the interesting one */
	if (first >= 0 && prng_chance(&x->rng, 1, 3))
		i = (u32)first;
	cr_assert_eq(wheel_timer_pending(&x->t[i]), x->twin[i].armed);
	cr_assert_eq(wheel_cancel(&x->w, &x->t[i]), x->twin[i].armed);
	x->twin[i].armed = false;
}

static void pop_all(struct world *x)
{
	for (;;) {
		int first = twin_first(x);
		struct wheel_timer *t = wheel_pop_expired(&x->w, x->now);

		if (first < 0 || x->twin[first].expires > x->now) {
			cr_assert_null(t, "fired early");
			return;
		}
		cr_assert_eq(t, &x->t[first], "wrong order");
		cr_assert_not(wheel_timer_pending(t));
		x->twin[first].armed = false;
	}
}

static void check_next(struct world *x)
{
	int first = twin_first(x);
	u64 next = wheel_next_expiry(&x->w);

	if (first < 0)
		cr_assert_eq(next, WHEEL_NEVER);
	else
		cr_assert(next <= x->twin[first].expires);
}

static void advance(struct world *x)
{
	u64 step = prng_u64(&x->rng) >> (20 + prng_below(&x->rng, 44));
	u64 next = wheel_next_expiry(&x->w);

	if (prng_chance(&x->rng, 1, 2) && next != WHEEL_NEVER)
		x->now = max(x->now, next);
	else if (x->now + step > x->now)
		x->now += step;
	pop_all(x);
}

static void world_init(struct world *x, u64 seed)
{
	memset(x, 0, sizeof(*x));
	prng_seed(&x->rng, seed);
	x->now = prng_u64(&x->rng) >> prng_below(&x->rng, 64);
	x->now /= 2;
	wheel_init(&x->w, x->now);
}

Test(wheel, random_against_array)
{
	static struct world x;

	for (u64 seed = 0; seed < 200; seed++) {
		world_init(&x, seed);
		for (int step = 0; step < 2000; step++) {
			u32 what = prng_below(&x.rng, 10);
			size_t armed = 0;

			if (what < 5)
				arm(&x);
			else if (what < 7)
				cancel(&x);
			else
				advance(&x);
			if (step % 3 == 0)
				check_next(&x);
			for (int i = 0; i < TIMERS; i++)
				armed += x.twin[i].armed;
			cr_assert_eq(wheel_count(&x.w), armed);
		}
	}
}

/* Whoever steps from deadline to deadline gets everything, each at its time, in few steps. */
Test(wheel, stepping_by_deadline_gets_on)
{
	static struct world x;

	for (u64 seed = 0; seed < 200; seed++) {
		int steps = 0, armed, first;

		world_init(&x, seed);
		for (int i = 0; i < TIMERS; i++)
			arm(&x);
		for (int i = 0; i < TIMERS / 2; i++)
			cancel(&x);
		pop_all(&x);
		for (armed = 0; wheel_count(&x.w); steps++) {
			u64 next = wheel_next_expiry(&x.w);

			first = twin_first(&x);
			cr_assert(next >= x.now && next <= x.twin[first].expires);
			x.now = next;
			pop_all(&x);
			armed++;
		}
		cr_assert(steps <= TIMERS * (WHEEL_LEVELS + 1), "%d steps", steps);
		cr_assert_eq(wheel_next_expiry(&x.w), WHEEL_NEVER);
	}
}

Test(wheel, deadline_is_exact_without_cancellation)
{
	static struct wheel w;
	struct wheel_timer a = { 0 }, b = { 0 };

	wheel_init(&w, 5);
	for (unsigned int bit = 0; bit < 63; bit++) {
		wheel_arm(&w, &a, 12345 + (1ULL << bit));
		wheel_arm(&w, &b, 12346 + (1ULL << bit));
		cr_assert_eq(wheel_next_expiry(&w), 12345 + (1ULL << bit));
	}
}

Test(wheel, deadline_stays_exact_in_the_lowest_level)
{
	static struct wheel w;
	struct wheel_timer a = { 0 }, b = { 0 }, c = { 0 };
	u64 slot = 1ULL << WHEEL_SHIFT;

	wheel_init(&w, 0);
	wheel_arm(&w, &a, 3 * slot + 10);
	wheel_arm(&w, &b, 3 * slot + 20);
	wheel_cancel(&w, &a);
	cr_assert_eq(wheel_next_expiry(&w), 3 * slot + 20);
	/* the tree has run ahead; an earlier timer is still first */
	wheel_arm(&w, &c, 1 * slot + 7);
	cr_assert_eq(wheel_next_expiry(&w), 1 * slot + 7);
	cr_assert_null(wheel_pop_expired(&w, 1 * slot + 6));
	cr_assert_eq(wheel_pop_expired(&w, 1 * slot + 7), &c);
	cr_assert_null(wheel_pop_expired(&w, 3 * slot + 19));
	cr_assert_eq(wheel_pop_expired(&w, 3 * slot + 20), &b);
}

Test(wheel, never_early_and_never_late)
{
	static struct wheel w;
	struct wheel_timer t = { 0 };

	for (unsigned int bit = 0; bit < 63; bit++) {
		u64 at = (1ULL << bit) + 99;

		wheel_init(&w, 0);
		wheel_arm(&w, &t, at);
		cr_assert_null(wheel_pop_expired(&w, at - 1));
		cr_assert_eq(wheel_pop_expired(&w, at), &t);
		cr_assert_null(wheel_pop_expired(&w, at + 1));
	}
}

Test(wheel, rearming_in_the_callback)
{
	static struct wheel w;
	struct wheel_timer t = { 0 };
	u64 now = 0;
	int fired = 0;

	wheel_init(&w, now);
	wheel_arm(&w, &t, 200 * NSEC_PER_MSEC);
	while (now < 10 * NSEC_PER_SEC) {
		now = wheel_next_expiry(&w);
		if (wheel_pop_expired(&w, now)) {
			fired++;
			wheel_arm(&w, &t, now + 200 * NSEC_PER_MSEC);
		}
	}
	cr_assert_eq(fired, 50);
}

Test(wheel, a_million_timers)
{
	enum { N = 1000000 };
	struct wheel_timer *t = calloc(N, sizeof(*t)), *got;
	struct wheel *w = malloc(sizeof(*w));
	struct prng rng;
	u64 last = 0;
	size_t n = 0;

	prng_seed(&rng, 9);
	wheel_init(w, 0);
	for (int i = 0; i < N; i++)
		wheel_arm(w, &t[i], prng_range(&rng, 0, 100 * NSEC_PER_SEC));
	/* every second one moves, every fourth is cancelled */
	for (int i = 0; i < N; i += 2)
		wheel_arm(w, &t[i], prng_range(&rng, 0, 100 * NSEC_PER_SEC));
	for (int i = 0; i < N; i += 4)
		cr_assert(wheel_cancel(w, &t[i]));
	cr_assert_eq(wheel_count(w), N - N / 4);
	while ((got = wheel_pop_expired(w, 100 * NSEC_PER_SEC))) {
		cr_assert(got->expires >= last);
		last = got->expires;
		n++;
	}
	cr_assert_eq(n, N - N / 4);
	free(t);
	free(w);
}
