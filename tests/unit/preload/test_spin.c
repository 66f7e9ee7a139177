/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking before sleeping: how often a call looks, on a clock that a look moves by a microsecond. */
#include "preload/shim.h"

#include <criterion/criterion.h>
#include <poll.h>

enum { FD = 7, WINDOW_US = 200 };

struct shim shim = { .ready = true };

static int64_t window_us, clock_us;
static int looks, ready_at;
static bool nonblock;

static int look_again(void)
{
	looks++;
	clock_us++;
	errno = EINTR;
	return looks == ready_at ? POLLIN : 0;
}

static int mock_poll(struct pollfd *p, nfds_t n, int timeout)
{
	cr_assert_eq(p->fd, FD);
	cr_assert(n == 1 && !timeout);
	return look_again() != 0;
}

struct real real = { .poll = mock_poll };

short fd_poll(int fd, short events, int timeout_ms)
{
	cr_assert(fd == FD && events == POLLIN && !timeout_ms);
	return (short)look_again();
}

bool fd_nonblock(int fd)
{
	cr_assert_eq(fd, FD);
	return nonblock;
}

int64_t now_ns(void)
{
	return clock_us * 1000;
}

int64_t pulse_spin_ns(void)
{
	return window_us * 1000;
}

static void on(void)
{
	window_us = WINDOW_US;
	errno = ENOENT;
}

TestSuite(spin, .init = on);

Test(spin, not_unless_the_daemon_does)
{
	struct pollfd p = { .fd = FD };

	window_us = 0;
	spin_for(FD, 0);
	spin_epoll(FD, -1);
	spin_poll(&p, 1, -1);
	cr_assert_eq(looks, 0);
}

Test(spin, until_there_is_something)
{
	ready_at = 9;
	spin_for(FD, MSG_PEEK);
	cr_assert_eq(looks, 9);
	cr_assert_eq(errno, ENOENT);
}

Test(spin, for_as_long_as_the_daemon)
{
	spin_for(FD, 0);
	cr_assert_eq(looks, WINDOW_US);
	cr_assert_eq(errno, ENOENT);
}

Test(spin, a_millisecond_at_most)
{
	window_us = 1000000;
	spin_for(FD, 0);
	cr_assert_eq(looks, 1000);
}

Test(spin, not_for_a_call_that_does_not_sleep)
{
	spin_for(FD, MSG_DONTWAIT);
	spin_for(FD, MSG_ERRQUEUE);
	spin_epoll(FD, 0);
	cr_assert_eq(looks, 0);
	nonblock = true;
	spin_for(FD, 0);
	cr_assert_eq(looks, 1);
}

Test(spin, no_longer_than_the_call)
{
	struct pollfd p = { .fd = FD };

	spin_poll(&p, 1, 20000);
	cr_assert_eq(looks, 20);
	spin_poll(&p, 1, -1);
	cr_assert_eq(looks, 20 + WINDOW_US);
	spin_epoll(FD, 1);
	cr_assert_eq(looks, 20 + 2 * WINDOW_US);
	cr_assert_eq(errno, ENOENT);
}
