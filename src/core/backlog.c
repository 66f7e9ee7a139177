/* SPDX-License-Identifier: BSD-2-Clause */
/* Deferred work: run by net_run() in the order of queueing, never nested. */
#include "core/backlog.h"

#include "core/internal.h"

enum { WORK_PER_TURN = 1024 };

void work_init(struct work_struct *work, void (*fn)(struct work_struct *work))
{
	list_init(&work->entry);
	work->fn = fn;
	work->pending = false;
}

bool queue_work(struct net *net, struct work_struct *work)
{
	if (work->pending)
		return false;
	work->pending = true;
	list_add_tail(&work->entry, &net->work_list);
	net_kick(net);
	return true;
}

bool cancel_work(struct work_struct *work)
{
	if (!work->pending)
		return false;
	work->pending = false;
	list_del_init(&work->entry);
	return true;
}

/* Work that is queued meanwhile runs too, up to the bound of a turn. */
bool run_work(struct net *net)
{
	int n = 0;

	while (!list_empty(&net->work_list) && n++ < WORK_PER_TURN) {
		struct work_struct *work =
			list_first_entry(&net->work_list, struct work_struct, entry);

		list_del_init(&work->entry);
		work->pending = false;	/* fn may queue it again, or free it */
		work->fn(work);
	}
	return !list_empty(&net->work_list);
}
