// SPDX-License-Identifier: BSD-2-Clause
/*
 * Workers: threads, turns, and what passes between them. Locks, in this order: turns (the control
 * thread holds any number, the others their own), then one leaf: an inbox, the tables of objects, or
 * the lists of traces. With one worker there is no thread, no lock and nothing here on any path.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/object.h"
#include "daemon/ringmem.h"
#include "daemon/trace.h"
#include "daemon/worker_priv.h"

enum { DRAIN_ROUNDS = 64 };

static _Thread_local const struct worker *self;	/* NULL: the control thread */

bool on_control_thread(const struct daemon *dm)
{
	(void)dm;
	return !self;
}

/* -- locks ------------------------------------------------------------------------------------ */

void daemon_lock(struct daemon *dm)
{
	if (workers_many(dm))
		pthread_mutex_lock(&dm->shared->objects);
}

void daemon_unlock(struct daemon *dm)
{
	if (workers_many(dm))
		pthread_mutex_unlock(&dm->shared->objects);
}

void trace_lock(struct daemon *dm)
{
	if (workers_many(dm))
		pthread_mutex_lock(&dm->shared->traces);
}

void trace_unlock(struct daemon *dm)
{
	if (workers_many(dm))
		pthread_mutex_unlock(&dm->shared->traces);
}

void worker_wake(const struct worker *w)
{
	u64 one = 1;

	if (write(w->shared->wake_fd, &one, sizeof(one)) < 0)
		return;		/* it is told already */
}

static void turn_take(struct worker_shared *ws)
{
	pthread_mutex_lock(&ws->next);
	pthread_mutex_lock(&ws->turn);
	pthread_mutex_unlock(&ws->next);
}

static u32 bit(const struct worker *w)
{
	return 1u << w->index;
}

bool worker_is_held(const struct worker *w)
{
	return !w->index || w->dm->shared->held & bit(w);
}

void worker_hold(struct worker *w)
{
	if (worker_is_held(w))
		return;
	turn_take(w->shared);
	w->dm->shared->held |= bit(w);
	net_set_now(w->net, host_now_ns());
}

void workers_hold_all(struct daemon *dm)
{
	u32 i;

	for (i = 1; i < dm->nr_workers; i++)
		worker_hold(dm->workers[i]);
}

/* Does it wait, and longer than it would if it knew? */
static bool oversleeps(const struct worker *w)
{
	return w->shared->outside && (w->kicked || !list_empty(&w->poller.ready) ||
				      worker_deadline(w) < w->shared->until);
}

void workers_release(struct daemon *dm)
{
	u32 i;

	if (likely(!dm->shared) || !dm->shared->held)
		return;
	for (i = 1; i < dm->nr_workers; i++) {
		struct worker *w = dm->workers[i];
		bool tell;

		if (!(dm->shared->held & bit(w)))
			continue;
		tell = oversleeps(w);
		pthread_mutex_unlock(&w->shared->turn);
		if (tell)
			worker_wake(w);
	}
	dm->shared->held = 0;
}

static void release_after(void *arg)
{
	workers_release(arg);
}

struct worker *worker_next(struct daemon *dm)
{
	return workers_many(dm) ? dm->workers[dm->shared->next++ % dm->nr_workers] : dm->w0;
}

/* -- turns ------------------------------------------------------------------------------------- */

static void enter(void *arg)
{
	struct worker *w = arg;

	turn_take(w->shared);
	w->shared->outside = false;
}

static void leave(void *arg)
{
	struct worker *w = arg;

	w->shared->outside = true;
	pthread_mutex_unlock(&w->shared->turn);
}

void workers_tell_control(struct daemon *dm)
{
	if (self)
		worker_wake(dm->w0);
}

bool workers_turning(const struct daemon *dm)
{
	return dm->shared && __atomic_load_n(&dm->shared->turning, __ATOMIC_RELAXED);
}

/* The end of a turn: at is when the next one is due. */
void worker_turn_done(struct worker *w, u64 at)
{
	struct workers_shared *s = w->dm->shared;

	if (!s)
		return;
	if (!w->index) {
		__atomic_store_n(&s->turning, !list_empty(&w->dm->server.barriers), __ATOMIC_RELAXED);
		return;
	}
	w->shared->until = at;
	if (__atomic_load_n(&s->stopping, __ATOMIC_RELAXED))
		host_loop_stop(w->loop);
}

static void wake_all(struct daemon *dm)
{
	u32 i;

	for (i = 1; i < dm->nr_workers; i++)
		worker_wake(dm->workers[i]);
}

void workers_note_turns(struct daemon *dm, u64 *from)
{
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++)
		from[i] = dm->workers[i]->turns;
	if (!dm->shared)
		return;
	__atomic_store_n(&dm->shared->turning, true, __ATOMIC_RELAXED);
	wake_all(dm);
}

bool workers_turned(struct daemon *dm, const u64 *from, u32 nr, bool idle)
{
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++) {
		const struct worker *w = dm->workers[i];

		if (w->turns - from[i] < nr || (idle && !w->idle) ||
		    __atomic_load_n(&w->shared->inbox.nr, __ATOMIC_RELAXED))
			return false;
	}
	return true;
}

/* -- life -------------------------------------------------------------------------------------- */

static void on_wake(void *arg, unsigned int events)
{
	struct worker *w = arg;
	u64 count;

	(void)events;
	if (read(w->shared->wake_fd, &count, sizeof(count)) < 0)
		return;
}

/* Whatever happens is followed by a turn; only work made at its end needs another. */
static void on_kick(void *ctx)
{
	struct worker *w = ctx;

	w->kicked = true;
}

static void on_log(void *ctx, int level, const char *line)
{
	(void)ctx;
	host_log(level, "%s", line);
}

static int create_net(struct worker *w)
{
	u64 now = host_now_ns();
	struct net_cfg cfg = {
		.ctx = w, .alloc = host_alloc, .free = host_free, .kick = on_kick,
		.trace = trace_to_channels, .log = on_log, .crypto = &host_crypto,
		.seed = host_random_u64(),
		.now_ns = now, .wall_offset_ns = host_wall_ns() - now,
		.group = w->dm->shared ? &w->dm->shared->group : NULL, .shard = w->index,
	};

	w->net = net_create(&cfg);
	if (w->net)
		ringmem_init(w->net);
	if (w->net && cfg.group)
		cfg.group->nets[w->index] = w->net;
	return w->net ? 0 : -ENOMEM;
}

static int create_shared(struct worker *w)
{
	struct worker_shared *ws = calloc(1, sizeof(*ws));

	if (!ws)
		return -ENOMEM;
	w->shared = ws;
	pthread_mutex_init(&ws->next, NULL);
	pthread_mutex_init(&ws->turn, NULL);
	inbox_init(&ws->inbox);
	ws->outside = true;
	ws->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ws->wake_fd < 0)
		return -errno;
	ws->wake = host_loop_add_fd(w->loop, ws->wake_fd, HOST_READ, on_wake, w);
	if (!ws->wake)
		return -ENOMEM;
	if (w->index)
		host_loop_guard(w->loop, enter, leave, w);
	return 0;
}

static int create_worker(struct daemon *dm, u32 index)
{
	struct worker *w = calloc(1, sizeof(*w));
	int ret;

	if (!w)
		return -ENOMEM;
	w->dm = dm;
	w->index = index;
	dm->workers[index] = w;
	worker_objects_init(w);
	w->loop = host_loop_new();
	if (!w->loop)
		return -ENOMEM;
	ret = poller_init(&w->poller, w->loop);
	if (!ret && dm->shared)
		ret = create_shared(w);
	if (!ret)
		ret = dgram_buffers_init(w);
	return ret ? ret : create_net(w);
}

int workers_create(struct daemon *dm)
{
	u32 nr = dm->conf.workers, i;
	int ret = 0;

	if (nr > 1) {
		dm->shared = calloc(1, sizeof(*dm->shared));
		if (!dm->shared)
			return -ENOMEM;
		pthread_mutex_init(&dm->shared->objects, NULL);
		pthread_mutex_init(&dm->shared->traces, NULL);
		dm->shared->group.nr = nr;
		dm->shared->group.post = letter_post;
		dm->shared->group.membership = letter_membership;
	}
	dm->nr_workers = nr;
	for (i = 0; i < nr && !ret; i++)
		ret = create_worker(dm, i);
	if (ret)
		return ret;
	dm->w0 = dm->workers[0];
	dm->net = dm->w0->net;
	dm->started_ns = dm->net->now;
	if (dm->shared) {
		dm->w0->poller.after = release_after;
		dm->w0->poller.after_arg = dm;
		dm->shared->carrier.fn = letter_carrier;
		net_notifier_register(dm->net, &dm->shared->carrier);
	}
	return 0;
}

int worker_run(struct worker *w)
{
	const struct host_spin spin = {
		.max_ns = w->dm->conf.busy_poll_us * NSEC_PER_USEC,
		.adaptive = w->dm->conf.busy_poll_auto,
	};

	return host_loop_run(w->loop, worker_turn, w, &spin);
}

static void *thread_main(void *arg)
{
	struct worker *w = arg;
	int ret;

	self = w;
	enter(w);
	ret = worker_run(w);
	leave(w);
	if (ret)
		host_log(HOST_LOG_ERR, "worker %u: its loop failed: %s", w->index, strerror(-ret));
	return NULL;
}

/* Signals are the control thread's. */
int workers_start(struct daemon *dm)
{
	sigset_t all, old;
	int ret = 0;
	u32 i;

	if (!dm->shared)
		return 0;
	workers_release(dm);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (i = 1; i < dm->nr_workers && !ret; i++) {
		struct worker_shared *ws = dm->workers[i]->shared;

		ret = -pthread_create(&ws->thread, NULL, thread_main, dm->workers[i]);
		ws->started = !ret;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

void workers_stop(struct daemon *dm)
{
	u32 i;

	if (!dm->shared)
		return;
	workers_release(dm);
	__atomic_store_n(&dm->shared->stopping, true, __ATOMIC_RELAXED);
	for (i = 1; i < dm->nr_workers; i++) {
		struct worker *w = dm->workers[i];

		if (!w || !w->shared || !w->shared->started)
			continue;
		worker_wake(w);
		pthread_join(w->shared->thread, NULL);
		w->shared->started = false;
	}
}

void workers_drain(struct daemon *dm)
{
	bool more = true;
	int round;
	u32 i;

	workers_hold_all(dm);
	for (round = 0; round < DRAIN_ROUNDS && more; round++) {
		more = false;
		for (i = 0; i < dm->nr_workers; i++) {
			more |= worker_inbox(dm->workers[i]);
			more |= net_run(dm->workers[i]->net, host_now_ns(), 0);
		}
	}
}

static void destroy_shared(struct worker *w)
{
	struct worker_shared *ws = w->shared;

	if (!ws)
		return;
	inbox_destroy(&ws->inbox);
	host_loop_del_fd(ws->wake);
	if (ws->wake_fd >= 0)
		close(ws->wake_fd);
	pthread_mutex_destroy(&ws->turn);
	pthread_mutex_destroy(&ws->next);
	free(ws);
	w->shared = NULL;
}

static void destroy_worker(struct worker *w)
{
	destroy_shared(w);
	dgram_buffers_free(w);
	if (w->poller.hf)
		poller_exit(&w->poller);
	host_loop_free(w->loop);
	free(w);
}

/* Nets say things to each other until the last has ended: first all of them, then what holds their
 * letters. */
void workers_destroy(struct daemon *dm)
{
	u32 i;

	workers_release(dm);
	if (dm->shared && dm->net)
		net_notifier_unregister(&dm->shared->carrier);
	for (i = 0; i < dm->nr_workers; i++)
		if (dm->workers[i] && dm->workers[i]->net)
			net_destroy(dm->workers[i]->net);
	for (i = 0; i < dm->nr_workers; i++) {
		if (dm->workers[i])
			destroy_worker(dm->workers[i]);
		dm->workers[i] = NULL;
	}
	dm->w0 = NULL;
	dm->net = NULL;
	if (!dm->shared)
		return;
	pthread_mutex_destroy(&dm->shared->objects);
	pthread_mutex_destroy(&dm->shared->traces);
	free(dm->shared);
	dm->shared = NULL;
}
