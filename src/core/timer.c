/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers: struct timer_list on the net's wheel. */
#include "core/timer.h"

#include "core/internal.h"

enum { TIMERS_PER_TURN = 1024 };	/* then frames get their turn */

void timer_setup(struct timer_list *t, struct net *net, void (*fn)(struct timer_list *t))
{
	wheel_timer_init(&t->w);
	t->net = net;
	t->fn = fn;
}

/* A time in the past fires in the next net_run(). */
void mod_timer(struct timer_list *t, u64 expires_ns)
{
	wheel_arm(&t->net->wheel, &t->w, min(expires_ns, WHEEL_NEVER - 1));
}

bool del_timer(struct timer_list *t)
{
	if (!wheel_timer_pending(&t->w))
		return false;
	return wheel_cancel(&t->net->wheel, &t->w);
}

bool timer_pending(const struct timer_list *t)
{
	return wheel_timer_pending(&t->w);
}

u64 timer_expires(const struct timer_list *t)
{
	return t->w.expires;
}

bool run_timers(struct net *net)
{
	struct wheel_timer *w;
	int n = 0;

	while ((w = wheel_pop_expired(&net->wheel, net->now))) {
		struct timer_list *t = container_of(w, struct timer_list, w);

		t->fn(t);
		if (++n == TIMERS_PER_TURN)
			return wheel_next_expiry(&net->wheel) <= net->now;
	}
	return false;
}
