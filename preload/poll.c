/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() and ppoll(): the kernel waits, and the bits that a Unix socket cannot have are put in
 * afterwards. A pending error of a datagram socket lies in its queue, a reset connection only
 * hangs up: both have POLLERR as well. select() counts those bits the same way, and needs
 * nothing.
 */
#include "shim.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define IN_BITS (POLLIN | POLLRDNORM)

/* Is this one of which the answer may need another look? */
static bool ours(const struct pollfd *p)
{
	unsigned int k = p->fd < 0 ? K_NONE : fd_kind(p->fd);

	return IS_DGRAM(k) || KIND(k) == K_STREAM || KIND(k) == K_CONNECTING;
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

static void look_again(struct pollfd *p)
{
	unsigned int k = fd_kind(p->fd);

	if (IS_DGRAM(k)) {
		if (p->revents & IN_BITS && dgram_error_waits(p->fd))
			p->revents = (short)((p->revents & ~IN_BITS) | POLLERR);
	} else if ((p->revents & (POLLHUP | POLLERR)) == POLLHUP && stream_has_error(p->fd)) {
		p->revents |= POLLERR;
	}
}

/* A datagram socket that nobody reads from is watched for errors all the same. */
static bool unread(const struct pollfd *p)
{
	unsigned int k = p->fd < 0 ? K_NONE : fd_kind(p->fd);

	return IS_DGRAM(k) && !(p->events & IN_BITS);
}

/* An error that waits already, where the kernel would not look: their number. */
static int early_errors(struct pollfd *p, nfds_t n)
{
	int found = 0;

	for (; n--; p++)
		if (unread(p) && dgram_error_waits(p->fd))
			found++;
	return found;
}

static int finish(struct pollfd *p, nfds_t n)
{
	int left = 0;

	for (; n--; p++) {
		if (ours(p)) {
			if (p->revents)
				look_again(p);
			else if (unread(p) && dgram_error_waits(p->fd))
				p->revents = POLLERR;
		}
		left += p->revents != 0;
	}
	return left;
}

EXPORT int poll(struct pollfd *p, nfds_t n, int timeout)
{
	int r, saved = errno;

	if (unlikely(!shim.ready))
		shim_init();
	if (shim.silent || bad(p, n) || !any_ours(p, n))
		return real.poll(p, n, timeout);
	if (early_errors(p, n))
		timeout = 0;
	r = real.poll(p, n, timeout);
	if (r < 0)
		return r;
	if (r || !timeout)
		r = finish(p, n);
	errno = saved;
	return r;
}

EXPORT int ppoll(struct pollfd *p, nfds_t n, const struct timespec *to, const sigset_t *mask)
{
	static const struct timespec now;
	int r, saved = errno;

	if (unlikely(!shim.ready))
		shim_init();
	if (shim.silent || bad(p, n) || !any_ours(p, n))
		return real.ppoll(p, n, to, mask);
	if (early_errors(p, n))
		to = &now;
	r = real.ppoll(p, n, to, mask);
	if (r < 0)
		return r;
	if (r || to == &now)
		r = finish(p, n);
	errno = saved;
	return r;
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
