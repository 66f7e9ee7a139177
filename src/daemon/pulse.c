// SPDX-License-Identifier: BSD-2-Clause
#include "daemon/pulse.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x10
#endif

static bool make_page(struct pulse *p)
{
	int fd = memfd_create("netstack-pulse", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	p->fds[NSP_PULSE_PAGE] = fd;
	if (fd < 0 || ftruncate(fd, sizeof(*p->page)))
		return false;
	p->page = mmap(NULL, sizeof(*p->page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p->page == MAP_FAILED) {
		p->page = NULL;
		return false;
	}
	/* programs may read */
	return !fcntl(fd, F_ADD_SEALS,
		      F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

void pulse_start(struct pulse *p)
{
	p->fds[NSP_PULSE_POLL] = epoll_create1(EPOLL_CLOEXEC);
	if (!make_page(p) || p->fds[NSP_PULSE_POLL] < 0)
		pulse_stop(p);
}

void pulse_stop(struct pulse *p)
{
	int i;

	if (p->page)
		munmap(p->page, sizeof(*p->page));
	p->page = NULL;
	for (i = 0; i < NSP_PULSE_FDS; i++) {
		if (p->fds[i] >= 0)
			close(p->fds[i]);
		p->fds[i] = -1;
	}
}

/*
 * Level-triggered, in an instance of its own: nobody waits on it, so nothing is consumed, and whoever holds
 * it can neither take the device out nor learn more than that it is readable.
 */
void pulse_watch(struct pulse *p, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };

	if (p->page && epoll_ctl(p->fds[NSP_PULSE_POLL], EPOLL_CTL_ADD, fd, &ev))
		pulse_stop(p);
}
