/* SPDX-License-Identifier: BSD-2-Clause */
/* Per-net timers on the wheel. They run from net_run(), never nested, never early. */
#ifndef NETSTACK_CORE_TIMER_H
#define NETSTACK_CORE_TIMER_H

#include "base/base.h"

struct net;

struct timer_list {
	struct wheel_timer w;
	struct net *net;
	void (*fn)(struct timer_list *t);
};

void timer_setup(struct timer_list *t, struct net *net, void (*fn)(struct timer_list *t));
void mod_timer(struct timer_list *t, u64 expires_ns);	/* arm or re-arm, absolute net time */
bool del_timer(struct timer_list *t);			/* true if it was pending */
bool timer_pending(const struct timer_list *t);
u64 timer_expires(const struct timer_list *t);

#define from_timer(ptr, t, member) container_of(t, __typeof__(*(ptr)), member)

#endif
