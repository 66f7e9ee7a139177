/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/minmax.h"

/* The sample of rank i replaces all later ranks too: it is at least as good, and newer. */
static void minmax_store(struct minmax_filter *m, unsigned int i, struct minmax_sample s)
{
	for (; i < 3; i++)
		m->s[i] = s;
}

/*
 * Runs after a sample that is not the best: lets the best go when it is older than the window, and
 * keeps the runners-up from different parts of the window, so that one that just arrived does not
 * have to serve for a whole window afterwards.
 */
static u32 minmax_age(struct minmax_filter *m, u32 win, struct minmax_sample now)
{
	u32 age = now.t - m->s[0].t;

	if (age > win) {
		m->s[0] = m->s[1];
		m->s[1] = m->s[2];
		m->s[2] = now;
		if (now.t - m->s[0].t > win) {
			m->s[0] = m->s[1];
			m->s[1] = m->s[2];
		}
	} else if (m->s[1].t == m->s[0].t && age > win / 4) {
		/* A quarter has passed without a second choice: take one from here on. */
		m->s[2] = m->s[1] = now;
	} else if (m->s[2].t == m->s[1].t && age > win / 2) {
		m->s[2] = now;
	}
	return m->s[0].v;
}

/* better: v is at least as good as the sample of that rank. */
static u32 minmax_running(struct minmax_filter *m, u32 win, struct minmax_sample now,
			  const bool better[3])
{
	if (better[0] || now.t - m->s[2].t > win)
		return minmax_reset(m, now.t, now.v);
	if (better[1])
		minmax_store(m, 1, now);
	else if (better[2])
		minmax_store(m, 2, now);
	return minmax_age(m, win, now);
}

u32 minmax_running_min(struct minmax_filter *m, u32 win, u32 t, u32 v)
{
	const bool better[3] = { v <= m->s[0].v, v <= m->s[1].v, v <= m->s[2].v };

	return minmax_running(m, win, (struct minmax_sample){ t, v }, better);
}

u32 minmax_running_max(struct minmax_filter *m, u32 win, u32 t, u32 v)
{
	const bool better[3] = { v >= m->s[0].v, v >= m->s[1].v, v >= m->s[2].v };

	return minmax_running(m, win, (struct minmax_sample){ t, v }, better);
}
