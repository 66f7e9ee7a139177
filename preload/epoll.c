/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll. The kernel's own, but for two things: a socket that is exchanged under its number has to be
 * registered again (swap.c), and an error, or an error queue that is not empty, is an EPOLLERR, which a
 * Unix socket cannot have. An event has not the number that it is of, but what was registered with it.
 */
#include "shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>

enum { SOME = 64, LOOK_MS = 10 };

/* Where a socket was registered last. */
static struct watched {
	int epfd;		/* plus 1; 0: nowhere */
	bool told;		/* EPOLLET: this filling of its error queue was told */
	bool spent;		/* EPOLLONESHOT: its error queue was told, and it was not armed again */
	uint32_t events;
	epoll_data_t data;
} watched[MEM_FD_MAX];
static int watched_end;	/* none from here on */

/* Datagram sockets that may have errors; of more than so many those of the later are not told. */
static struct {
	int fds[SOME];
	int nr;
} dgrams;

static void note_dgram(int fd)
{
	int i = 0, n = dgrams.nr;

	while (i < n && dgrams.fds[i] != fd && IS_DGRAM(fd_kind(dgrams.fds[i])))
		i++;
	if (i == SOME)
		return;
	dgrams.fds[i] = fd;
	if (i == n)
		dgrams.nr = n + 1;
}

static void remember_watched(int epfd, int op, int fd, const struct epoll_event *ev)
{
	struct watched *w = &watched[fd];

	if (IS_DGRAM(fd_kind(fd)))
		note_dgram(fd);
	if (fd >= watched_end)
		watched_end = fd + 1;
	if (op == EPOLL_CTL_DEL) {
		if (w->epfd == epfd + 1)
			w->epfd = 0;
		return;
	}
	*w = (struct watched){ .epfd = epfd + 1, .events = ev->events, .data = ev->data };
}

/* A socket that may still be swapped: remember where it was registered. */
static void remember_epoll(int epfd, int op, int fd, const struct epoll_event *ev)
{
	struct fdmem *m = fd_mem(fd, op != EPOLL_CTL_DEL);

	if (!m)
		return;
	if (op == EPOLL_CTL_DEL) {
		if (m->epfd == epfd)
			m->epfd = -1;
	} else if (ev && (m->epfd == epfd || m->epfd < 0)) {
		m->epfd = epfd;
		m->ev = *ev;
	}
}

EXPORT int epoll_ctl(int epfd, int op, int fd, struct epoll_event *ev)
{
	unsigned int k = fd_kind(fd);
	int r = real.epoll_ctl(epfd, op, fd, ev);

	if (likely(!k) || r)
		return r;
	if (IS_SOCK(k) && (unsigned int)fd < MEM_FD_MAX)
		remember_watched(epfd, op, fd, ev);
	if (KIND(k) == K_NEW || KIND(k) == K_CONNECTING || KIND(k) == K_LISTEN || k & KF_FRESH)
		remember_epoll(epfd, op, fd, ev);
	return r;
}

void epoll_errq_changed(int fd)
{
	if ((unsigned int)fd < MEM_FD_MAX)
		watched[fd].told = false;
}

/* "tfd: FD events: MASK ..." of a registration that has told its event: only how it tells is left. */
static bool line_disarmed(const char *line, int fd)
{
	unsigned int events;
	int tfd;

	return sscanf(line, "tfd: %d events: %x", &tfd, &events) == 2 && tfd == fd &&
	       !(events & ~(unsigned int)(EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE));
}

/* Has the kernel told an event of this one-shot registration since it was armed? */
static bool kernel_spent(int epfd, int fd)
{
	char path[40], buf[1024], *line, *end;
	bool spent = false;
	size_t have = 0;
	ssize_t n;
	int f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", epfd);
	f = real.open(path, O_RDONLY | O_CLOEXEC);
	if (f < 0)
		return false;
	while (!spent && (n = real.read(f, buf + have, sizeof(buf) - 1 - have)) > 0) {
		have += (size_t)n;
		buf[have] = 0;
		for (line = buf; !spent && (end = strchr(line, '\n')); line = end + 1) {
			*end = 0;
			spent = line_disarmed(line, fd);
		}
		have -= (size_t)(line - buf);
		memmove(buf, line, have);
	}
	real.close(f);
	return spent;
}

/* One event of an error queue's is due: false if its registration tells one only, and has. */
static bool may_tell(struct watched *w, int epfd, int fd)
{
	if (w->told || w->spent)
		return false;
	w->told = w->events & EPOLLET;
	if (!(w->events & EPOLLONESHOT))
		return true;
	w->spent = true;
	return !kernel_spent(epfd, fd);
}

/* Events of error queues for this instance: their number. *later: there may be one soon. */
static int errq_events(int epfd, struct epoll_event *ev, bool *later)
{
	int fds[SOME], n = errq_fds(fds, SOME), i, found = 0;

	for (i = 0; i < n; i++) {
		struct watched *w = &watched[fds[i]];
		enum errq q;

		if (w->epfd != epfd + 1)
			continue;
		q = errq_look(fds[i]);
		if (q == ERRQ_LATER)
			*later = true;
		if (q != ERRQ_WAITS || !may_tell(w, epfd, fds[i]))
			continue;
		ev[found].events = EPOLLERR;
		if (fd_kind(fds[i]) & KF_ERRPRI)
			ev[found].events |= w->events & EPOLLPRI;
		ev[found++].data = w->data;
	}
	return found;
}

/* Frames in rings, which the descriptor need not tell. */
static int ring_events(int epfd, struct epoll_event *ev, int found)
{
	int fds[SOME], n = ring_fds(fds, SOME), i;

	for (i = 0; i < n && found < SOME; i++) {
		struct watched *w = (unsigned int)fds[i] < MEM_FD_MAX ? &watched[fds[i]] : NULL;

		if (!w || w->epfd != epfd + 1 || ring_look(fds[i]) != RING_READY || !(w->events & EPOLLIN))
			continue;
		if (w->events & (EPOLLET | EPOLLONESHOT) && !may_tell(w, epfd, fds[i]))
			continue;
		ev[found].events = w->events & (EPOLLIN | EPOLLRDNORM);
		ev[found++].data = w->data;
	}
	return found;
}

/* A token may come when its frames were read already: what the kernel told is taken back then. Returns how
 * many events are left. */
static int without_tokens(int epfd, struct epoll_event *ev, int n)
{
	int fds[SOME], nr = ring_fds(fds, SOME), i, k, left = 0;

	for (i = 0; i < n; i++) {
		for (k = 0; k < nr; k++) {
			const struct watched *w = (unsigned int)fds[k] < MEM_FD_MAX ? &watched[fds[k]] : NULL;

			if (w && w->epfd == epfd + 1 && w->data.u64 == ev[i].data.u64 &&
			    !(w->events & EPOLLONESHOT) && ring_look(fds[k]) == RING_EMPTY &&
			    !dgram_error_waits(fds[k]))
				ev[i].events &= ~(uint32_t)(EPOLLIN | EPOLLRDNORM);
		}
		if (ev[i].events)
			ev[left++] = ev[i];
	}
	return left;
}

/* Events of the same registration are one event. */
static int merge(struct epoll_event *ev, int n, int max, const struct epoll_event *more, int nr_more)
{
	for (; nr_more--; more++) {
		int i = 0;

		while (i < n && ev[i].data.u64 != more->data.u64)
			i++;
		if (i < n) {
			ev[i].events |= more->events;
		} else if (n < max) {
			ev[n++] = *more;
		}
	}
	return n;
}

static bool is_of(int fd, int epfd, const struct epoll_event *ev)
{
	const struct watched *w = &watched[fd];

	return w->epfd == epfd + 1 && w->data.u64 == ev->data.u64 && poll_may_differ(fd_kind(fd));
}

/* The datagram socket, of those that may have an error, that an event is of; -1: none. */
static int dgram_of(int epfd, const struct epoll_event *ev)
{
	int i;

	for (i = 0; i < dgrams.nr; i++) {
		int fd = dgrams.fds[i];
		unsigned int k = fd_kind(fd);

		if (IS_DGRAM(k) && k & (KF_CONN | KF_RECVERR) && is_of(fd, epfd, ev))
			return fd;
	}
	return -1;
}

/* The socket that a hang-up is of: most programs have the number in the event. */
static int stream_of(int epfd, const struct epoll_event *ev)
{
	int fd = ev->data.fd;

	if ((unsigned int)fd < MEM_FD_MAX && is_of(fd, epfd, ev))
		return fd;
	for (fd = 0; fd < watched_end; fd++)
		if (is_of(fd, epfd, ev))
			return fd;
	return -1;
}

/* What the kernel told, put right. Returns n. */
static int put_right(int epfd, struct epoll_event *ev, int n)
{
	int i, fd, saved = errno;

	for (i = 0; i < n; i++) {
		fd = -1;
		if (unlikely(dgrams.nr) && ev[i].events & EPOLLIN)
			fd = dgram_of(epfd, &ev[i]);
		if (unlikely((ev[i].events & (EPOLLHUP | EPOLLERR)) == EPOLLHUP))
			fd = stream_of(epfd, &ev[i]);
		if (unlikely(fd >= 0))
			ev[i].events = (uint16_t)poll_right(fd, (short)ev[i].events);
	}
	errno = saved;
	return n;
}

/* What may come of an earlier send wakes nobody: then looks are taken in between. */
static int wait_errq(int epfd, struct epoll_event *ev, int max, int timeout, const sigset_t *mask)
{
	int64_t end = timeout < 0 ? -1 : now_ms() + timeout;
	int left = timeout, r, n, saved = errno;
	struct epoll_event more[SOME];
	bool later, last;

	do {
		later = false;
		n = ring_events(epfd, more, errq_events(epfd, more, &later));
		if (n)
			left = 0;
		last = n || !later || (left >= 0 && left <= LOOK_MS);
		r = real.epoll_pwait(epfd, ev, max, last ? left : LOOK_MS, mask);
		if (r < 0)
			return r;
		r = without_tokens(epfd, ev, r);
		put_right(epfd, ev, r);
		r = merge(ev, r, max, more, n);
		if (end >= 0)
			left = end > now_ms() ? (int)(end - now_ms()) : 0;
		else
			left = timeout;
	} while (!r && (!last || (ring_used() && left)));
	errno = saved;
	return r;
}

/* Is it a wait for the kernel alone, once it knows what frames have brought by now? */
static bool plain(int epfd, uintptr_t ev, int max, int timeout)
{
	if (unlikely(!shim.ready))
		shim_init();
	settle();
	if (watched_end)
		spin_epoll(epfd, timeout);
	return likely(!errq_used() && !ring_used()) || shim.silent || max <= 0 || max > FD_MAX ||
	       !user_readable((const void *)ev, (size_t)max * sizeof(struct epoll_event));
}

/* The end of such a wait. */
static int told(int epfd, struct epoll_event *ev, int n)
{
	return n > 0 && likely(!shim.silent) ? put_right(epfd, ev, n) : n;
}

EXPORT int epoll_wait(int epfd, struct epoll_event *ev, int max, int timeout)
{
	if (likely(plain(epfd, (uintptr_t)ev, max, timeout)))
		return told(epfd, ev, real.epoll_wait(epfd, ev, max, timeout));
	return wait_errq(epfd, ev, max, timeout, NULL);
}

EXPORT int epoll_pwait(int epfd, struct epoll_event *ev, int max, int timeout, const sigset_t *mask)
{
	if (likely(plain(epfd, (uintptr_t)ev, max, timeout)))
		return told(epfd, ev, real.epoll_pwait(epfd, ev, max, timeout, mask));
	return wait_errq(epfd, ev, max, timeout, mask);
}

EXPORT int epoll_pwait2(int epfd, struct epoll_event *ev, int max, const struct timespec *to,
			const sigset_t *mask)
{
	int ms = -1;

	/* less than a millisecond is not worth looking */
	if (plain(epfd, (uintptr_t)ev, max, to ? 0 : -1) ||
	    (to && (!user_readable(to, sizeof(*to)) || to->tv_sec < 0 || to->tv_nsec < 0 ||
		    to->tv_nsec >= 1000000000)))
		return told(epfd, ev, real.epoll_pwait2(epfd, ev, max, to, mask));
	if (to && to->tv_sec < 2000000)
		ms = (int)(to->tv_sec * 1000 + (to->tv_nsec + 999999) / 1000000);
	return wait_errq(epfd, ev, max, ms, mask);
}
