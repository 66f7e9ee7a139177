/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes that may not fit. The Unix socket takes what its own buffer has room for, and more than SO_SNDBUF
 * and TCP_NOTSENT_LOWAT allow; so a large write, and any where the program has set one of these, is a call,
 * and the stack says how much it has taken. When that was not all, the descriptor is filled, so that it
 * becomes writable when the connection is (daemon/write.c).
 *
 * A call is dearer than a write: as for pulse.c, it is made from a small share of the time only.
 */
#include "shim.h"

#include <poll.h>

#define LARGE_MIN  16384
#define LARGE_CALL 60000	/* octets a call: a message has to hold them */

static struct budget budget;

bool large_send_wanted(unsigned int k, size_t n)
{
	return (n >= LARGE_MIN || (n && k & KF_BOUNDED)) && budget_left(&budget, now_ns());
}

/* Octets taken, or -errno; *full: the descriptor is to be filled with *filler bytes. */
static int take(int fd, const char *buf, size_t n, bool more, uint32_t *filler)
{
	struct nsp_write_req q = { .flags = more ? NSP_WRITE_MORE : 0 };
	struct nsp_write_rep r = { 0 };
	int64_t since = now_ns();
	int sndbuf = 0, ret;
	socklen_t l = sizeof(sndbuf);

	real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, &l);
	q.filler = (uint32_t)sndbuf / 4;
	ret = rpc(NSP_NR_WRITE, fd, &q, buf, n, &r, NULL, NULL);
	*filler = ret >= 0 && r.full ? q.filler : 0;
	budget_spend(&budget, since, now_ns());
	return ret;
}

/* The library or the daemon has no part in how this ends: the Unix socket has. */
static ssize_t plain(int fd, const char *buf, size_t n, int flags, size_t done)
{
	struct iovec iov = { (void *)(uintptr_t)buf, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t r;

	/* An error is for the next call, which it must still be there for. */
	if (done && fd_poll(fd, 0, 0) & (POLLHUP | POLLERR))
		return (ssize_t)done;
	r = stream_send(fd, &m, flags);
	if (r < 0 && !done)
		return r;
	return (ssize_t)done + (r > 0 ? r : 0);
}

bool stream_full_over(int fd, int flags)
{
	if (!fd_poll(fd, POLLOUT, 0)) {
		if (flags & MSG_DONTWAIT || fd_nonblock(fd)) {
			errno = EAGAIN;
			return false;
		}
		if (stream_wait_again(fd, EAGAIN))
			return false;
	}
	fd_set_kind(fd, fd_kind(fd) & ~(unsigned int)KF_FULL);
	return true;
}

ssize_t stream_send_large(int fd, const void *data, size_t n, int flags)
{
	const char *buf = data;
	size_t done = 0;

	if (unlikely(fd_kind(fd) & KF_TSTAMP))	/* the stack stamps what it takes */
		errq_expect(fd);
	while (done < n) {
		size_t part = n - done < LARGE_CALL ? n - done : LARGE_CALL;
		uint32_t filler;
		int r = take(fd, buf + done, part, part < n - done, &filler);

		if (r == -EXDEV || r == -ENETDOWN || r == -ETIMEDOUT || r == -ENOTCONN)
			return plain(fd, buf + done, n - done, flags, done);
		if (filler) {
			stream_fill(fd, filler);
			fd_set_kind(fd, fd_kind(fd) | KF_FULL);
		}
		if (r < 0) {
			if (done)
				break;
			if (r == -EPIPE)
				stream_sigpipe(flags);
			return fail(-r);
		}
		done += (size_t)r;
		if (r < (int)part && !stream_full_over(fd, flags)) {
			if (!done)
				return -1;
			break;
		}
	}
	return (ssize_t)done;
}
