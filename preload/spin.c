/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Busy polling (netstackd --busy-poll; Linux: net.core.busy_poll). To sleep and to be woken, on a processor
 * that has gone idle meanwhile, takes longer than all the rest of a round trip. So a call that would sleep
 * looks first whether it has to, for as long as the daemon does for frames; between two looks others may run.
 * Then it is made as it is: a look only makes it later, and may be left out.
 */
#include "shim.h"

#include <poll.h>
#include <sched.h>

enum { SPIN_MAX_NS = 1000000 };

struct spin {
	int64_t end, now;
};

/* timeout_ns: of the call; negative: none */
static bool spin_start(struct spin *s, int64_t timeout_ns)
{
	int64_t window = pulse_spin_ns();

	if (likely(!window) || shim.silent || shim.supervisor)
		return false;
	if (window > SPIN_MAX_NS)
		window = SPIN_MAX_NS;
	if (timeout_ns >= 0 && timeout_ns < window)
		window = timeout_ns;
	s->now = now_ns();
	s->end = s->now + window;
	return true;
}

static bool spin_again(struct spin *s)
{
	sched_yield();
	s->now = now_ns();
	return s->now < s->end;
}

void spin_for(int fd, int flags)
{
	int saved = errno;
	struct spin s;

	if (likely(!spin_start(&s, -1)) || flags & (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB))
		return;
	if (!fd_poll(fd, POLLIN, 0) && !fd_nonblock(fd))
		while (spin_again(&s) && !fd_poll(fd, POLLIN, 0))
			;
	errno = saved;
}

void spin_poll(struct pollfd *p, unsigned long n, int64_t timeout_ns)
{
	int saved = errno;
	struct spin s;

	if (likely(!spin_start(&s, timeout_ns)))
		return;
	while (s.now < s.end && !real.poll(p, n, 0))
		spin_again(&s);
	errno = saved;
}

/* An epoll instance is readable when it has an event. */
void spin_epoll(int epfd, int timeout_ms)
{
	struct pollfd p = { .fd = epfd, .events = POLLIN };

	spin_poll(&p, 1, timeout_ms < 0 ? -1 : timeout_ms * (int64_t)1000000);
}
