/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select() and pselect(). The kernel's own do, but for a program that has a use for error queues: they
 * count as errors, and with SO_SELECT_ERR_QUEUE as exceptional. Then it is a poll() (poll.c).
 */
#include "shim.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/select.h>
#include <time.h>

enum {
	FEW = 64,
	READABLE = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
	WRITABLE = POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
};

struct sets {
	fd_set *in, *out, *ex;
};

static bool has(const fd_set *s, int fd)
{
	return s && ((const unsigned long *)(const void *)s)[fd / (8 * (int)sizeof(long))] >>
			    (fd % (8 * (int)sizeof(long))) & 1;
}

static void put(fd_set *s, int fd, bool on)
{
	unsigned long bit = 1ul << (fd % (8 * (int)sizeof(long)));
	unsigned long *word = s ? &((unsigned long *)(void *)s)[fd / (8 * (int)sizeof(long))] : NULL;

	if (word)
		*word = on ? *word | bit : *word & ~bit;
}

static nfds_t to_poll(const struct sets *s, int n, struct pollfd *p)
{
	nfds_t m = 0;
	int fd;

	for (fd = 0; fd < n; fd++) {
		short ev = (short)((has(s->in, fd) ? POLLIN | POLLRDNORM | POLLRDBAND : 0) |
				   (has(s->out, fd) ? POLLOUT | POLLWRNORM | POLLWRBAND : 0) |
				   (has(s->ex, fd) ? POLLPRI : 0));

		if (ev)
			p[m++] = (struct pollfd){ .fd = fd, .events = ev };
	}
	return m;
}

/* The bits of poll() in the sets: their number. */
static int from_poll(const struct sets *s, const struct pollfd *p, nfds_t n)
{
	int found = 0;

	for (; n--; p++) {
		bool in = has(s->in, p->fd) && p->revents & READABLE;
		bool out = has(s->out, p->fd) && p->revents & WRITABLE;
		bool ex = has(s->ex, p->fd) && p->revents & POLLPRI;

		put(s->in, p->fd, in);
		put(s->out, p->fd, out);
		put(s->ex, p->fd, ex);
		found += in + out + ex;
	}
	return found;
}

static bool any_bad(const struct pollfd *p, nfds_t n)
{
	while (n--)
		if (p++->revents & POLLNVAL)
			return true;
	return false;
}

static int by_poll(int n, struct sets *s, const struct timespec *to, const sigset_t *mask)
{
	struct pollfd few[FEW], *p = few;
	nfds_t m;
	int r;

	if (n > FEW)
		p = malloc((size_t)n * sizeof(*p));
	if (!p)
		return fail(ENOMEM);
	m = to_poll(s, n, p);
	r = ppoll(p, m, to, mask);
	if (r >= 0)
		r = any_bad(p, m) ? fail(EBADF) : from_poll(s, p, m);
	if (p != few)
		free(p);
	return r;
}

/* What is wrong is for the kernel to say. */
static bool readable(int n, const struct sets *s)
{
	size_t bytes = ((size_t)n + 8 * sizeof(long) - 1) / (8 * sizeof(long)) * sizeof(long);

	return n > 0 && n <= FD_MAX && !(s->in && !user_readable(s->in, bytes)) &&
	       !(s->out && !user_readable(s->out, bytes)) && !(s->ex && !user_readable(s->ex, bytes));
}

/* An error queue, or frames in a ring. */
static bool poll_asks(unsigned int k)
{
	return k & KF_ERRQ || (KIND(k) == K_PACKET && k & KF_RING);
}

/* Is one of these a socket of which the descriptor does not tell all? */
static bool asks_errq(int n, const struct sets *s)
{
	int fd;

	if (likely(!errq_used() && !ring_used()) || shim.silent || !readable(n, s))
		return false;
	for (fd = 0; fd < n; fd++)
		if (poll_asks(fd_kind(fd)) && (has(s->in, fd) || has(s->out, fd) || has(s->ex, fd)))
			return true;
	return false;
}

/* Of few descriptors, one of them ours. A timeout of a second or more is none, for one looks less long. */
static void spin_select(int n, const struct sets *s, int64_t timeout_ns)
{
	struct pollfd p[FEW];
	nfds_t m, i;

	if (likely(!pulse_spin_ns()) || n > FEW || !readable(n, s))
		return;
	m = to_poll(s, n, p);
	for (i = 0; i < m && !IS_SOCK(fd_kind(p[i].fd)); i++)
		;
	if (i < m)
		spin_poll(p, m, timeout_ns);
}

/* Readable by nothing but the urgent octet: exceptional alone, as poll() has it. */
static int mend_urgent(int n, struct sets *s, int found)
{
	int fd;

	for (fd = 0; found > 0 && fd < n; fd++)
		if (has(s->ex, fd) && has(s->in, fd) && IS_TCP(fd_kind(fd)) && only_urgent(fd)) {
			FD_CLR(fd, s->in);
			found--;
		}
	return found;
}

/* select(2) leaves what is left of the time. */
static void time_left(struct timeval *tv, int64_t start)
{
	int64_t left = tv->tv_sec * (int64_t)1000000 + tv->tv_usec - (now_ns() - start) / 1000;

	if (left < 0)
		left = 0;
	tv->tv_sec = left / 1000000;
	tv->tv_usec = left % 1000000;
}

EXPORT int select(int n, fd_set *in, fd_set *out, fd_set *ex, struct timeval *tv)
{
	struct sets s = { in, out, ex };
	struct timespec to;
	int64_t start;
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	settle();
	if (!tv || user_readable(tv, sizeof(*tv)))
		spin_select(n, &s, !tv || tv->tv_sec ? -1 : tv->tv_usec * 1000);
	if (!asks_errq(n, &s) || (tv && (!user_readable(tv, sizeof(*tv)) || tv->tv_sec < 0 ||
					 tv->tv_usec < 0))) {
		r = real.select(n, in, out, ex, tv);
		return unlikely(r > 0 && in && ex) ? mend_urgent(n, &s, r) : r;
	}
	if (!tv)
		return by_poll(n, &s, NULL, NULL);
	to.tv_sec = tv->tv_sec + tv->tv_usec / 1000000;
	to.tv_nsec = tv->tv_usec % 1000000 * 1000;
	start = now_ns();
	r = by_poll(n, &s, &to, NULL);
	time_left(tv, start);
	return r;
}

EXPORT int pselect(int n, fd_set *in, fd_set *out, fd_set *ex, const struct timespec *to,
		   const sigset_t *mask)
{
	struct sets s = { in, out, ex };
	int r;

	if (unlikely(!shim.ready))
		shim_init();
	settle();
	if (!to || user_readable(to, sizeof(*to)))
		spin_select(n, &s, !to || to->tv_sec ? -1 : to->tv_nsec);
	if (!asks_errq(n, &s) || (to && (!user_readable(to, sizeof(*to)) || to->tv_sec < 0 ||
					 to->tv_nsec < 0 || to->tv_nsec >= 1000000000))) {
		r = real.pselect(n, in, out, ex, to, mask);
		return unlikely(r > 0 && in && ex) ? mend_urgent(n, &s, r) : r;
	}
	return by_poll(n, &s, to, mask);
}
