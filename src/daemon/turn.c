// SPDX-License-Identifier: BSD-2-Clause
/*
 * One turn of the daemon: what the clients have written goes into the stack, the stack runs, what
 * came of it goes to the clients, until nothing is left or others (new frames) must be looked at.
 * A wake-up costs more than all of it, so everything that is ready is done for one.
 */
#include <sched.h>

#include "daemon/notify.h"
#include "daemon/channel.h"

enum { TURN_ROUNDS = 8 };
enum { ADDR_DADFAILED = 0x08, ADDR_TENTATIVE = 0x40 };	/* IFA_F_* of Linux */
#define READY_WAIT_NS (4 * NSEC_PER_SEC)

/* true: nothing is left to do */
static bool run_rounds(struct daemon *dm)
{
	struct poller *p = &dm->poller;
	int round;

	for (round = 0; round < TURN_ROUNDS; round++) {
		bool ran, more;

		if (p->signalled)
			poller_collect(p);
		ran = poller_dispatch(p);
		dm->kicked = false;
		more = net_run(dm->net, host_now_ns(), 0);
		if (!ran && !more && list_empty(&p->ready))
			return true;
		if (dm->look_out)
			break;
	}
	return false;
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

	inet_ifaddr_for_each(dm->net, NULL, 0, find_tentative, &tentative);
	if (tentative && dm->net->now < dm->started_ns + READY_WAIT_NS)
		return;
	dm->ready = true;
	host_log(HOST_LOG_INFO, "ready on %s", dm->conf.control);
	notify_ready(dm->conf.ready_fd);
}

static u64 deadline(const struct daemon *dm)
{
	u64 at = min(net_deadline(dm->net), captures_deadline(dm));

	if (!dm->ready)
		at = min(at, dm->started_ns + READY_WAIT_NS);
	if (dm->probe_at)
		at = min(at, dm->probe_at);
	if (dm->objects.nr_greeting || !list_empty(&dm->lingering))
		at = min(at, dm->reap_at);
	if (dm->objects.nr_zombies)
		at = min(at, dm->objects.look_at);
	if (dm->server.retry_accept)
		at = min(at, dm->server.reap_at);
	return at;
}

u64 daemon_turn(void *arg)
{
	struct daemon *dm = arg;
	bool idle, quiet = dm->net->napi_events == dm->seen_napi_events;

	dm->turns++;
	dm->seen_napi_events = dm->net->napi_events;
	dm->turn_ns = host_now_ns();
	dm->look_out = false;
	net_set_now(dm->net, dm->turn_ns);
	dm->net->cpu = sched_getcpu();
	/* A barrier waits for what is readable now, told by an event or not. */
	if (!list_empty(&dm->server.barriers))
		dm->poller.signalled = true;
	listeners_probe(dm);
	/* A call that came with frames, or after them, finds the stack as they leave it. */
	if (!quiet) {
		dm->kicked = false;
		net_run(dm->net, dm->turn_ns, 0);
	}
	idle = run_rounds(dm);
	if (!dm->ready)
		tell_ready(dm);
	objects_reap(dm);
	/* quiet: a device may leave frames to its next interrupt */
	server_turn(dm, idle && quiet);
	captures_turn(dm);
	if (idle && list_empty(&dm->poller.ready))
		pulse_idle(&dm->pulse);
	pulse_spin(&dm->pulse, host_loop_stats(dm->loop)->window_ns);
	host_loop_look_until(dm->loop, dm->net->busy_until);
	if (!idle || dm->kicked || !list_empty(&dm->poller.ready) ||
	    !list_empty(&dm->server.barriers))
		return 0;
	return deadline(dm);
}
