// SPDX-License-Identifier: BSD-2-Clause
/*
 * One turn of a worker: what the clients have written goes into the stack, the stack runs, what
 * came of it goes to the clients, until nothing is left or others (new frames) must be looked at.
 * A wake-up costs more than all of it, so everything that is ready is done for one.
 */
#include <sched.h>

#include "daemon/notify.h"
#include "daemon/channel.h"

enum { TURN_ROUNDS = 8 };
enum { ADDR_DADFAILED = 0x08, ADDR_TENTATIVE = 0x40 };	/* IFA_F_* of Linux */
#define READY_WAIT_NS (4 * NSEC_PER_SEC)
#define READY_LOOK_NS (20 * NSEC_PER_MSEC)

/* true: nothing is left to do */
static bool run_rounds(struct worker *w)
{
	struct poller *p = &w->poller;
	int round;

	for (round = 0; round < TURN_ROUNDS; round++) {
		bool ran, more;

		if (p->signalled)
			poller_collect(p);
		ran = worker_inbox(w);
		ran |= poller_dispatch(p);
		w->kicked = false;
		more = net_run(w->net, host_now_ns(), 0);
		if (!ran && !more && list_empty(&p->ready))
			return true;
		if (w->look_out)
			break;
	}
	return false;
}

/* true: something was done */
static bool settle_worker(struct worker *w)
{
	bool ran = worker_inbox(w);

	poller_collect(&w->poller);
	ran |= poller_dispatch_data(&w->poller);
	w->kicked = false;
	return net_run(w->net, host_now_ns(), 0) || ran;
}

void workers_settle(struct daemon *dm)
{
	bool any = true;
	int round;
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++)
		worker_look(dm->workers[i]);
	for (round = 0; round < TURN_ROUNDS && any; round++) {
		any = false;
		for (i = 0; i < dm->nr_workers; i++)
			any |= settle_worker(dm->workers[i]);
	}
}

static int find_tentative(const struct inet_ifaddr *ifa, void *arg)
{
	*(bool *)arg |= (ifa->flags & (ADDR_TENTATIVE | ADDR_DADFAILED)) == ADDR_TENTATIVE;
	return 0;
}

/*
 * Ready is told when the addresses can be bound: duplicate address detection takes a second or
 * two. Not waited for without end: a link without carrier never finishes it.
 */
static void tell_ready(struct daemon *dm)
{
	bool tentative = false;
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++)
		inet_ifaddr_for_each(dm->workers[i]->net, NULL, 0, find_tentative, &tentative);
	workers_release(dm);
	if (tentative && dm->net->now < dm->started_ns + READY_WAIT_NS)
		return;
	dm->ready = true;
	host_log(HOST_LOG_INFO, "ready on %s", dm->conf.control);
	notify_ready(dm->conf.ready_fd);
}

u64 worker_deadline(const struct worker *w)
{
	u64 at = net_deadline(w->net);

	if (w->probe_at)
		at = min(at, w->probe_at);
	if (w->objects.nr_greeting || !list_empty(&w->lingering))
		at = min(at, w->reap_at);
	if (w->objects.nr_zombies)
		at = min(at, w->objects.look_at);
	return at;
}

static u64 control_deadline(const struct daemon *dm)
{
	u64 at = captures_deadline(dm);

	if (!dm->ready) {
		at = min(at, dm->started_ns + READY_WAIT_NS);
		if (workers_many(dm))	/* what it waits for happens elsewhere */
			at = min(at, dm->net->now + READY_LOOK_NS);
	}
	if (dm->server.retry_accept)
		at = min(at, dm->server.reap_at);
	return at;
}

/* What the first worker does for all. */
static void control_turn(struct daemon *dm, bool idle)
{
	if (!dm->ready)
		tell_ready(dm);
	server_turn(dm, idle);
	captures_turn(dm);
	workers_release(dm);
}

static bool work_is_left(struct worker *w)
{
	return w->kicked || !list_empty(&w->poller.ready) || workers_turning(w->dm) ||
	       (!w->index && !list_empty(&w->dm->server.barriers));
}

u64 worker_turn(void *arg)
{
	struct worker *w = arg;
	struct daemon *dm = w->dm;
	bool idle, quiet = w->net->napi_events == w->seen_napi_events;
	u64 at = 0;

	w->turns++;
	w->seen_napi_events = w->net->napi_events;
	w->turn_ns = host_now_ns();
	w->look_out = false;
	net_set_now(w->net, w->turn_ns);
	w->net->cpu = sched_getcpu();
	/* A barrier waits for what is readable now, told by an event or not. */
	if (workers_turning(dm) || (!w->index && !list_empty(&dm->server.barriers)))
		w->poller.signalled = true;
	listeners_probe(w);
	/* A call that came with frames, or after them, finds the stack as they leave it. */
	if (!quiet) {
		w->kicked = false;
		net_run(w->net, w->turn_ns, 0);
	}
	idle = run_rounds(w);
	objects_reap(w);
	/* quiet: a device may leave frames to its next interrupt */
	w->idle = idle && quiet;
	if (!w->index)
		control_turn(dm, w->idle);
	else if (!quiet && !list_empty(&dm->captures))
		workers_tell_control(dm);
	if (idle && list_empty(&w->poller.ready))
		worker_pulse_idle(w);
	if (!quiet || !workers_many(dm))	/* of several, those who have work */
		pulse_spin(&dm->pulse, host_loop_stats(w->loop)->window_ns);
	host_loop_look_until(w->loop, w->net->busy_until);
	if (idle && !work_is_left(w)) {
		at = worker_deadline(w);
		if (!w->index)
			at = min(at, control_deadline(dm));
	}
	worker_turn_done(w, at);
	return at;
}
