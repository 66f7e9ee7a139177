/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Windowed minimum or maximum (Kathleen Nichols' estimator): the best value seen during the last
 * win units of time, kept in three samples. It is exact as long as the best stays in the window;
 * when it leaves, the second or third best, which are later and never better, take over.
 * Time and values are u32; time may wrap, win must be below 2^31.
 */
#ifndef BASE_MINMAX_H
#define BASE_MINMAX_H

#include "base/types.h"

struct minmax_sample {
	u32 t; /* when it was measured */
	u32 v; /* what was measured */
};

struct minmax_filter {
	struct minmax_sample s[3]; /* best, second, third choice; times do not decrease */
};

static inline u32 minmax_get(const struct minmax_filter *m)
{
	return m->s[0].v;
}

/* Forgets the past: the estimate is v from now on. Returns v. */
static inline u32 minmax_reset(struct minmax_filter *m, u32 t, u32 v)
{
	m->s[0] = m->s[1] = m->s[2] = (struct minmax_sample){ t, v };
	return v;
}

/* Adds a measurement v made at t, which must not be earlier than the last; returns the estimate. */
u32 minmax_running_min(struct minmax_filter *m, u32 win, u32 t, u32 v);
u32 minmax_running_max(struct minmax_filter *m, u32 win, u32 t, u32 v);

#endif
