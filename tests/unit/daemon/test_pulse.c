/* SPDX-License-Identifier: BSD-2-Clause */
/* The pulse: what a program's library is given to look at. */
#include <criterion/criterion.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/pulse.h"

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

Test(pulse, tells_of_frames)
{
	int dev = eventfd(0, EFD_NONBLOCK);
	uint64_t n = 1;
	struct pulse p;

	pulse_init(&p);
	cr_assert(!pulse_on(&p));
	pulse_start(&p);
	cr_assert(pulse_on(&p));
	pulse_watch(&p, dev);
	cr_assert(!readable(p.fds[NSP_PULSE_POLL]));
	cr_assert_eq(write(dev, &n, sizeof(n)), (ssize_t)sizeof(n));
	cr_assert(readable(p.fds[NSP_PULSE_POLL]));
	cr_assert(readable(p.fds[NSP_PULSE_POLL]), "looking consumes nothing");
	cr_assert_eq(read(dev, &n, sizeof(n)), (ssize_t)sizeof(n));
	cr_assert(!readable(p.fds[NSP_PULSE_POLL]));
	pulse_stop(&p);
	cr_assert(!pulse_on(&p));
	close(dev);
}

Test(pulse, page_is_for_reading)
{
	const struct nsp_pulse *seen;
	struct pulse p;

	pulse_init(&p);
	pulse_start(&p);
	seen = mmap(NULL, sizeof(*seen), PROT_READ, MAP_SHARED, p.fds[NSP_PULSE_PAGE], 0);
	cr_assert_neq(seen, MAP_FAILED);
	cr_assert_eq(seen->busy, 0);
	pulse_busy(&p, 0);
	cr_assert_eq(seen->busy, 1);
	pulse_idle(&p, 0);
	cr_assert_eq(seen->busy, 0);
	cr_assert_eq(mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED, p.fds[NSP_PULSE_PAGE], 0),
		     MAP_FAILED);
	cr_assert_lt(ftruncate(p.fds[NSP_PULSE_PAGE], 0), 0);
	pulse_stop(&p);
	pulse_busy(&p, 0);		/* no page: nothing to do */
}
