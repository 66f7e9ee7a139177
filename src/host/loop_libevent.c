// SPDX-License-Identifier: BSD-2-Clause
/*
 * The event loop on libevent: the one file that knows it. libevent waits on descriptors and
 * signals; the deadline of the stack is the timeout of the wait, not a timer event, because it
 * changes on every turn.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <event2/event.h>

#include "host/host.h"

#define MAX_SIGNALS 8
#define NS_PER_SEC  1000000000u

enum {
	CONTENDED_NS = 50000,	/* a look at the descriptors that took longer was not alone */
	LOOK_ALL = 8,		/* one look in so many is at all descriptors */
	SHORT_NS = 4000000,	/* a wait in which a millisecond matters */
};

struct host_fd {
	struct host_loop *loop;
	struct event *ev;
	int fd;
	unsigned int events;
	void (*fn)(void *arg, unsigned int events);
	void *arg;
};

struct host_signal {
	struct host_loop *loop;
	struct event *ev;
	void (*fn)(void *arg, int signo);
	void *arg;
};

struct host_loop {
	struct event_base *base;
	struct event *timer; /* bounds a wait; armed only while waiting */
	struct event *precise;	/* the same for a short one; stays armed if something else was earlier */
	int precise_fd;
	struct host_signal signals[MAX_SIGNALS];
	unsigned int nr_signals;
	bool stop, kicked, got_event;
	struct host_spin spin;
	uint64_t look_until;
	struct pollfd hot_fds[HOST_HOT_MAX];
	struct {
		void (*fn)(void *arg, unsigned int events);
		void *arg;
	} hot[HOST_HOT_MAX];
	unsigned int nr_hot, hot_looks;
	uint64_t idle_since;	/* 0: there is work */
	struct host_loop_stats stats;
};

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void on_precise(evutil_socket_t fd, short what, void *arg)
{
	uint64_t times;

	(void)what;
	(void)arg;
	if (read(fd, &times, sizeof(times)) < 0)
		return;	/* armed again meanwhile */
}

/* Without it short waits end late, as the others do. */
static void precise_init(struct host_loop *loop)
{
	loop->precise_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->precise_fd < 0)
		return;
	loop->precise = event_new(loop->base, loop->precise_fd, EV_READ | EV_PERSIST, on_precise, NULL);
	if (loop->precise && !event_add(loop->precise, NULL))
		return;
	if (loop->precise)
		event_free(loop->precise);
	loop->precise = NULL;
	close(loop->precise_fd);
	loop->precise_fd = -1;
}

struct host_loop *host_loop_new(void)
{
	struct host_loop *loop = calloc(1, sizeof(*loop));
	struct event_config *cfg = event_config_new();

	if (!loop || !cfg)
		goto no_memory;
	event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK);
	/*
	 * No EVENT_BASE_FLAG_PRECISE_TIMER: it costs a timerfd_settime() a turn, which is dearer
	 * than what it buys. A wait ends up to a millisecond late, as a timer of Linux's TCP does. Not so
	 * a short one: pacing has its own, exact timer there, and a millisecond is a round trip.
	 */
	loop->base = event_base_new_with_config(cfg);
	if (!loop->base)
		goto no_memory;
	loop->timer = evtimer_new(loop->base, on_timer, NULL);
	if (!loop->timer)
		goto no_timer;
	precise_init(loop);
	event_config_free(cfg);
	return loop;

no_timer:
	event_base_free(loop->base);
no_memory:
	if (cfg)
		event_config_free(cfg);
	free(loop);
	errno = ENOMEM;
	return NULL;
}

void host_loop_free(struct host_loop *loop)
{
	unsigned int i;

	if (!loop)
		return;
	for (i = 0; i < loop->nr_signals; i++)
		event_free(loop->signals[i].ev);
	event_free(loop->timer);
	if (loop->precise) {
		event_free(loop->precise);
		close(loop->precise_fd);
	}
	event_base_free(loop->base);
	free(loop);
}

static void on_fd(evutil_socket_t fd, short what, void *arg)
{
	struct host_fd *hf = arg;
	unsigned int events = 0;

	(void)fd;
	if (what & EV_READ)
		events |= HOST_READ;
	if (what & EV_WRITE)
		events |= HOST_WRITE;
	hf->loop->got_event = true;
	hf->fn(hf->arg, events);
}

int host_fd_set_events(struct host_fd *hf, unsigned int events)
{
	short what = EV_PERSIST;

	if (events == hf->events)
		return 0;
	if (hf->events)
		event_del(hf->ev);
	hf->events = 0;
	if (!events)
		return 0;
	if (events & HOST_READ)
		what |= EV_READ;
	if (events & HOST_WRITE)
		what |= EV_WRITE;
	if (event_assign(hf->ev, hf->loop->base, hf->fd, what, on_fd, hf) ||
	    event_add(hf->ev, NULL))
		return -ENOMEM;
	hf->events = events;
	return 0;
}

struct host_fd *host_loop_add_fd(struct host_loop *loop, int fd, unsigned int events,
				 void (*fn)(void *arg, unsigned int events), void *arg)
{
	struct host_fd *hf = calloc(1, sizeof(*hf));

	if (!hf)
		goto no_memory;
	hf->loop = loop;
	hf->fd = fd;
	hf->fn = fn;
	hf->arg = arg;
	hf->ev = event_new(loop->base, fd, EV_PERSIST | EV_READ, on_fd, hf);
	if (!hf->ev)
		goto no_memory;
	if (host_fd_set_events(hf, events))
		goto no_event;
	return hf;

no_event:
	event_free(hf->ev);
no_memory:
	free(hf);
	errno = ENOMEM;
	return NULL;
}

void host_loop_del_fd(struct host_fd *hf)
{
	if (!hf)
		return;
	event_free(hf->ev);
	free(hf);
}

static void on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct host_signal *hs = arg;

	(void)what;
	hs->loop->got_event = true;
	hs->fn(hs->arg, (int)signo);
}

int host_loop_on_signal(struct host_loop *loop, int signo, void (*fn)(void *arg, int signo),
			void *arg)
{
	struct host_signal *hs = &loop->signals[loop->nr_signals];

	if (loop->nr_signals == MAX_SIGNALS)
		return -ENOSPC;
	hs->loop = loop;
	hs->fn = fn;
	hs->arg = arg;
	hs->ev = evsignal_new(loop->base, signo, on_signal, hs);
	if (!hs->ev)
		return -ENOMEM;
	if (evsignal_add(hs->ev, NULL)) {
		event_free(hs->ev);
		return -EINVAL;
	}
	loop->nr_signals++;
	return 0;
}

void host_loop_stop(struct host_loop *loop)
{
	loop->stop = true;
	event_base_loopbreak(loop->base);
}

void host_loop_kick(struct host_loop *loop)
{
	loop->kicked = true;
}

void host_loop_look_until(struct host_loop *loop, uint64_t when_ns)
{
	loop->look_until = when_ns;
}

void host_loop_hot(struct host_loop *loop, unsigned int slot, int fd,
		   void (*fn)(void *arg, unsigned int events), void *arg)
{
	for (; loop->nr_hot <= slot; loop->nr_hot++)
		loop->hot_fds[loop->nr_hot].fd = -1;
	loop->hot_fds[slot].fd = fd;
	loop->hot_fds[slot].events = POLLIN | POLLRDHUP;
	loop->hot[slot].fn = fn;
	loop->hot[slot].arg = arg;
}

const struct host_loop_stats *host_loop_stats(struct host_loop *loop)
{
	loop->stats.window_ns = host_spin_window(&loop->spin);
	return &loop->stats;
}

/* Ends a wait at the absolute time until, which is left away. */
static void arm(struct host_loop *loop, uint64_t until, uint64_t left)
{
	struct timeval tv = {
		.tv_sec = (time_t)(left / NS_PER_SEC),
		/* round up: waking early would only turn the loop idly */
		.tv_usec = (suseconds_t)((left % NS_PER_SEC + 999) / 1000),
	};
	struct itimerspec at = {
		.it_value = { (time_t)(until / NS_PER_SEC), (long)(until % NS_PER_SEC) },
	};

	if (left < SHORT_NS && loop->precise &&
	    !timerfd_settime(loop->precise_fd, TFD_TIMER_ABSTIME, &at, NULL))
		return;
	if (tv.tv_usec >= 1000000) {
		tv.tv_usec -= 1000000;
		tv.tv_sec++;
	}
	evtimer_add(loop->timer, &tv);
}

/* Waits for events until the absolute time until (UINT64_MAX: for ever). */
static int wait_events(struct host_loop *loop, uint64_t until)
{
	uint64_t before = host_now_ns();
	int ret;

	if (until != UINT64_MAX && until > before)
		arm(loop, until, until - before);
	ret = event_base_loop(loop->base, until > before ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK);
	if (until != UINT64_MAX)
		evtimer_del(loop->timer);
	loop->stats.wakeups++;
	loop->stats.slept_ns += host_now_ns() - before;
	return ret < 0 ? -EIO : 0;
}

static int poll_events(struct host_loop *loop)
{
	loop->stats.polls++;
	/* ONCE: or it would run until a level-triggered descriptor is silent */
	return event_base_loop(loop->base, EVLOOP_ONCE | EVLOOP_NONBLOCK) < 0 ? -EIO : 0;
}

/* Is it one of the few, as it is most times? What is more than input is for a look at all. */
static int look_hot(struct host_loop *loop)
{
	unsigned int i;

	if (!loop->nr_hot || loop->hot_looks++ % LOOK_ALL == 0)
		return poll_events(loop);
	if (poll(loop->hot_fds, loop->nr_hot, 0) <= 0)
		return 0;
	for (i = 0; i < loop->nr_hot; i++)
		if (loop->hot_fds[i].fd >= 0 && loop->hot_fds[i].revents & ~POLLIN)
			return poll_events(loop);
	loop->got_event = true;
	for (i = 0; i < loop->nr_hot; i++)
		if (loop->hot_fds[i].fd >= 0 && loop->hot_fds[i].revents)
			loop->hot[i].fn(loop->hot[i].arg, HOST_READ);
	return 0;
}

/* Looks for events until the time, or the deadline. Lets others have the processor, and notes that
 * they wanted it. */
static int look(struct host_loop *loop, uint64_t until, uint64_t next)
{
	uint64_t start = host_now_ns(), now = start;
	int ret = 0;

	if (until > next)
		until = next;
	if (until <= now)
		return 0;
	loop->stats.looks++;
	while (!loop->got_event && !loop->kicked && !loop->stop && !ret && now < until) {
		uint64_t before = now;

		ret = look_hot(loop);
		if (!loop->got_event)
			sched_yield();	/* who is waited for may be waiting for this processor */
		now = host_now_ns();
		if (now - before > CONTENDED_NS && !loop->got_event) {
			host_spin_contended(&loop->spin);
			break;
		}
	}
	loop->stats.found += loop->got_event;
	loop->stats.looked_ns += now - start;
	return ret;
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Nothing is left to do before next, an absolute time. */
static int idle(struct host_loop *loop, uint64_t next)
{
	uint64_t window = host_spin_window(&loop->spin);
	int ret = 0;

	if (!loop->spin.max_ns && !loop->look_until)
		return wait_events(loop, next);
	if (!loop->idle_since)
		loop->idle_since = host_now_ns();
	if (window || loop->look_until)
		ret = look(loop, later(loop->idle_since + window, loop->look_until), next);
	if (!ret && !loop->got_event && !loop->kicked && !loop->stop)
		ret = wait_events(loop, next);
	if (loop->got_event) {
		host_spin_idle(&loop->spin, host_now_ns() - loop->idle_since);
		loop->idle_since = 0;
	}
	return ret;
}

int host_loop_run(struct host_loop *loop, uint64_t (*turn)(void *arg), void *arg,
		  const struct host_spin *spin)
{
	int ret = 0;

	loop->spin = *spin;
	while (!loop->stop && !ret) {
		uint64_t next;

		loop->kicked = false;
		loop->stats.turns++;
		next = turn(arg);
		if (loop->stop)
			break;
		loop->got_event = false;
		ret = loop->kicked || next == 0 ? poll_events(loop) : idle(loop, next);
	}
	return ret;
}
