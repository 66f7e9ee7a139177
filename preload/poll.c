/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() and ppoll(): the kernel waits, and the bits that a Unix socket cannot have are put in
 * afterwards. A pending error of a datagram socket lies in its queue, a reset connection only
 * hangs up: both have POLLERR as well (epoll.c, too). select() counts those bits the same way, and
 * needs nothing but for error queues (select.c).
 */
#include "shim.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define IN_BITS (POLLIN | POLLRDNORM)
enum { FEW_FDS = 64, MAX_SECONDS = 1000000000, LOOK_NS = 10000000 };

bool poll_may_differ(unsigned int k)
{
	return IS_DGRAM(k) || KIND(k) == K_STREAM || KIND(k) == K_CONNECTING ||
	       k & (KF_ERRQ | KF_RESET);
}

static bool ours(const struct pollfd *p)
{
	unsigned int k = p->fd < 0 ? K_NONE : fd_kind(p->fd);

	return poll_may_differ(k) || (unlikely(p->events & POLLWRBAND) && IS_TCP(k));
}

/* The kernel is the one to say so. */
static bool bad(const struct pollfd *p, nfds_t n)
{
	return n > FD_MAX || (n && !user_readable(p, n * sizeof(*p)));
}

static bool any_ours(const struct pollfd *p, nfds_t n)
{
	while (n--)
		if (ours(p++))
			return true;
	return false;
}

/* Nothing to read but the urgent octet, which read() does not give? */
bool only_urgent(int fd)
{
	char c;
	int saved = errno;
	bool yes = at_urgent_mark(fd) && real.recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) < 0;

	errno = saved;
	return yes;
}

short poll_right(int fd, short ev)
{
	unsigned int k = fd_kind(fd);

	if (IS_DGRAM(k)) {
		if (unlikely(ring_used()) && ring_look(fd) == RING_EMPTY && !dgram_error_waits(fd))
			ev &= (short)~IN_BITS;
		if (ev & IN_BITS && dgram_error_waits(fd)) {
			/* the end can be read, too */
			if (!(fd_poll(fd, POLLRDHUP, 0) & POLLRDHUP) && !dgram_behind_error(fd))
				ev &= (short)~IN_BITS;
			ev |= POLLERR;
		}
		return ev;
	}
	if (unlikely(ev & POLLPRI && ev & IN_BITS) && only_urgent(fd))
		ev &= (short)~IN_BITS;
	ev &= (short)~POLLWRBAND;	/* TCP has one band for what is sent */
	if ((ev & (POLLHUP | POLLERR)) == POLLHUP &&
	    (KIND(k) == K_NEW ? k & KF_RESET : stream_has_error(fd)))
		ev |= POLLERR;
	return ev;
}

/* A datagram socket that nobody reads from is watched for errors all the same. */
static bool unread(const struct pollfd *p)
{
	unsigned int k = p->fd < 0 ? K_NONE : fd_kind(p->fd);

	return IS_DGRAM(k) && !(p->events & IN_BITS);
}

static bool asks_errq(const struct pollfd *p)
{
	return p->fd >= 0 && fd_kind(p->fd) & KF_ERRQ;
}

/* Bits of an error that the kernel does not see. *later: there may be one soon. */
static short hidden_error(const struct pollfd *p, bool *later)
{
	unsigned int k = p->fd < 0 ? K_NONE : fd_kind(p->fd);
	enum errq q;

	if (!(k & KF_ERRQ) && !unread(p))
		return 0;
	q = errq_look(p->fd);
	if (q == ERRQ_LATER)
		*later = true;
	if (q != ERRQ_WAITS && !(unread(p) && dgram_error_waits(p->fd)))
		return 0;
	return (short)(POLLERR | (k & KF_ERRPRI ? p->events & POLLPRI : 0));
}

/* Errors that wait already, where the kernel would not look: their number. */
static int early_errors(const struct pollfd *p, nfds_t n, bool *later)
{
	int found = 0;

	for (; n--; p++)
		if (hidden_error(p, later))
			found++;
	return found;
}

/* A frame in its ring: the descriptor need not tell. */
static bool has_frame(const struct pollfd *p)
{
	return unlikely(ring_used()) && p->fd >= 0 && p->events & IN_BITS && ring_look(p->fd) == RING_READY;
}

static bool any_frame(const struct pollfd *p, nfds_t n)
{
	bool any = false;

	for (; ring_used() && n--; p++)
		any |= has_frame(p);
	return any;
}

static int finish(struct pollfd *p, nfds_t n)
{
	bool later;
	int left = 0;

	for (; n--; p++) {
		if (ours(p)) {
			if (has_frame(p))
				p->revents |= p->events & IN_BITS;
			else if (p->revents)
				p->revents = poll_right(p->fd, p->revents);
			if (unread(p) || asks_errq(p))
				p->revents |= hidden_error(p, &later);
		}
		left += p->revents != 0;
	}
	return left;
}

/* Adds the wish for input where only an error is waited for, which comes as input. */
static bool watch_errors(struct pollfd *copy, const struct pollfd *p, nfds_t n)
{
	bool any = false;

	for (; n--; p++, copy++) {
		*copy = *p;
		if (unread(p)) {
			copy->events |= POLLIN;
			any = true;
		}
	}
	return any;
}

/* Takes over what was asked for. A datagram that nobody wants is not watched any longer. */
static int take_events(struct pollfd *copy, struct pollfd *p, nfds_t n)
{
	int left = 0;

	for (; n--; p++, copy++) {
		p->revents = copy->revents;
		if (unread(p) && copy->revents & POLLIN) {
			p->revents &= (short)~POLLIN;
			if (dgram_error_waits(p->fd))
				p->revents |= POLLERR;
			else
				copy->events &= (short)~POLLIN;
		}
		left += p->revents != 0;
	}
	return left;
}

/* ns as ppoll() takes it; NULL for a negative one, which is for ever. */
static struct timespec *span(struct timespec *to, int64_t ns)
{
	to->tv_sec = ns / 1000000000;
	to->tv_nsec = ns % 1000000000;
	return ns < 0 ? NULL : to;
}

/* timeout_ns: -1: never */
static int wait_for(struct pollfd *p, nfds_t n, int64_t timeout_ns, const sigset_t *mask)
{
	struct pollfd copy[FEW_FDS];
	struct timespec to;
	int64_t end, left;
	int r;

	if (n > FEW_FDS || !watch_errors(copy, p, n))
		return real.ppoll(p, n, span(&to, timeout_ns), mask);
	end = timeout_ns < 0 ? -1 : now_ns() + timeout_ns;
	do {
		left = end < 0 ? -1 : end - now_ns();
		r = real.ppoll(copy, n, span(&to, end >= 0 && left < 0 ? 0 : left), mask);
		if (r < 0)
			return r;
		r = take_events(copy, p, n);
	} while (!r && (end < 0 || now_ns() < end));
	return r;
}

/* What may come of an earlier send wakes nobody: then looks are taken in between. */
static int poll_ours(struct pollfd *p, nfds_t n, int64_t timeout_ns, const sigset_t *mask)
{
	int64_t end = timeout_ns > 0 ? now_ns() + timeout_ns : timeout_ns, left = timeout_ns;
	int r, saved = errno;
	bool later, last, again;

	settle();
	spin_poll(p, n, timeout_ns);
	do {
		later = false;
		if (early_errors(p, n, &later) || any_frame(p, n))
			left = 0;
		last = !later || (left >= 0 && left <= LOOK_NS);
		r = wait_for(p, n, last ? left : LOOK_NS, mask);
		/* A frame changes several bits, the daemon one after the other. */
		if (r > 0 && settle())
			r = wait_for(p, n, 0, mask);
		if (r < 0)
			return r;
		r = finish(p, n);
		again = !r && (!last || (ring_used() && (end < 0 || now_ns() < end)));
		if (again && end >= 0)
			left = end > now_ns() ? end - now_ns() : 0;
	} while (again);
	errno = saved;
	return r;
}

EXPORT int poll(struct pollfd *p, nfds_t n, int timeout)
{
	if (unlikely(!shim.ready))
		shim_init();
	if (shim.silent || bad(p, n) || !any_ours(p, n))
		return real.poll(p, n, timeout);
	return poll_ours(p, n, timeout < 0 ? -1 : timeout * (int64_t)1000000, NULL);
}

EXPORT int ppoll(struct pollfd *p, nfds_t n, const struct timespec *to, const sigset_t *mask)
{
	if (unlikely(!shim.ready))
		shim_init();
	if (shim.silent || bad(p, n) || !any_ours(p, n))
		return real.ppoll(p, n, to, mask);
	if (to && (!user_readable(to, sizeof(*to)) || to->tv_sec < 0 || to->tv_nsec < 0 ||
		   to->tv_nsec >= 1000000000))
		return real.ppoll(p, n, to, mask);
	return poll_ours(p, n, !to || to->tv_sec > MAX_SECONDS ? -1 :
				to->tv_sec * (int64_t)1000000000 + to->tv_nsec, mask);
}

int __poll_chk(struct pollfd *p, nfds_t n, int timeout, size_t room);
EXPORT int __poll_chk(struct pollfd *p, nfds_t n, int timeout, size_t room)
{
	if (room / sizeof(*p) < n)
		__builtin_trap();
	return poll(p, n, timeout);
}

int __ppoll_chk(struct pollfd *p, nfds_t n, const struct timespec *to, const sigset_t *mask,
		size_t room);
EXPORT int __ppoll_chk(struct pollfd *p, nfds_t n, const struct timespec *to, const sigset_t *mask,
		       size_t room)
{
	if (room / sizeof(*p) < n)
		__builtin_trap();
	return ppoll(p, n, to, mask);
}
