/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/spin.h"

enum { WINDOW_START_NS = 20000 };	/* below this a wake-up is cheaper than to look */

static void shrink(struct host_spin *s)
{
	s->window_ns /= 2;
	if (s->window_ns < WINDOW_START_NS)
		s->window_ns = 0;
}

static void grow(struct host_spin *s)
{
	s->window_ns = s->window_ns ? s->window_ns * 2 : WINDOW_START_NS;
	if (s->window_ns > s->max_ns)
		s->window_ns = s->max_ns;
}

void host_spin_idle(struct host_spin *s, uint64_t idle_ns)
{
	if (!s->adaptive)
		return;
	if (idle_ns > s->max_ns)
		shrink(s);
	else if (idle_ns > s->window_ns)
		grow(s);
}

void host_spin_contended(struct host_spin *s)
{
	if (s->adaptive)
		shrink(s);
}
