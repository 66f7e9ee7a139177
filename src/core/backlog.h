/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deferred work: whatever would be an upcall from a downcall (loopback delivery, ICMP errors
 * to sockets, wake-ups, notifications) is queued here and run by net_run() at the top of the
 * loop, in the order in which it was queued. Queuing asks the host to run (cfg.kick).
 */
#ifndef NETSTACK_CORE_BACKLOG_H
#define NETSTACK_CORE_BACKLOG_H

#include "base/base.h"

struct net;

struct work_struct {
	struct list_head entry;
	void (*fn)(struct work_struct *work);
	bool pending;
};

void work_init(struct work_struct *work, void (*fn)(struct work_struct *work));
bool queue_work(struct net *net, struct work_struct *work);	/* false if already queued */
bool cancel_work(struct work_struct *work);			/* true if it was queued */

#endif
