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
#define GATHER	   8192		/* and of smaller pieces: what a stack has room for */
#define FILE_PART  32768	/* of a file, read to be sent */

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

void pieces_advance(struct pieces *p, size_t n)
{
	p->off += n;
	while (p->nr && p->off >= p->iov->iov_len) {
		p->off -= p->iov->iov_len;
		p->iov++;
		p->nr--;
	}
}

/*
 * The next octets, *n of them at most and as many at least as room holds, in one piece: in place if the
 * program has them so, else in room. NULL: a bad pointer.
 */
static const char *next_part(const struct pieces *p, char *room, size_t size, size_t *n)
{
	struct pieces at = *p;
	size_t done = 0, left = p->iov->iov_len - p->off;

	if (left >= size || left >= *n) {
		*n = left < *n ? left : *n;
		return (const char *)p->iov->iov_base + p->off;
	}
	*n = size < *n ? size : *n;
	while (done < *n) {
		size_t part = at.iov->iov_len - at.off;

		if (part > *n - done)
			part = *n - done;
		if (user_get(room + done, (const char *)at.iov->iov_base + at.off, part))
			return NULL;
		done += part;
		pieces_advance(&at, part);
	}
	return room;
}

/* The library or the daemon has no part in how this ends: the Unix socket has. */
static ssize_t plain(int fd, struct pieces *p, int flags, size_t done)
{
	/* An error is for the next call, which it must still be there for. */
	if (done && fd_ended(fd))
		return (ssize_t)done;
	while (p->nr) {
		struct iovec first = { (char *)p->iov->iov_base + p->off, p->iov->iov_len - p->off };
		struct msghdr m = { .msg_iov = p->off ? &first : (struct iovec *)(uintptr_t)p->iov,
				    .msg_iovlen = p->off ? 1 : p->nr };
		size_t want = iov_bytes(m.msg_iov, m.msg_iovlen);
		ssize_t r = stream_send(fd, &m, flags);

		if (r < 0 && !done)
			return r;
		done += r > 0 ? (size_t)r : 0;
		if (r < (ssize_t)want)
			break;
		pieces_advance(p, want);
	}
	return (ssize_t)done;
}

bool stream_full_over(const struct hold *h, int flags)
{
	int fd = hold_fd(h);

	if (!fd_poll(fd, POLLOUT, 0)) {
		if (flags & MSG_DONTWAIT || fd_nonblock(fd)) {
			errno = EAGAIN;
			return false;
		}
		if (stream_wait_again(h, EAGAIN))
			return false;
		fd = hold_fd(h);
	}
	fd_set_kind(fd, fd_kind(fd) & ~(unsigned int)KF_FULL);
	return true;
}

/* How a call ended that took nothing, *done octets having been taken before. */
static ssize_t refused(int err, size_t done, int flags)
{
	if (done)
		return (ssize_t)done;
	if (err == EPIPE)
		stream_sigpipe(flags);
	return fail(err);
}

ssize_t stream_send_large(int fd, const struct iovec *iov, size_t nr, size_t n, int flags)
{
	struct pieces p = { .iov = iov, .nr = nr };
	char room[GATHER];
	size_t done = 0;
	HOLD(h, fd, flags);

	if (unlikely(fd_kind(fd) & KF_TSTAMP))	/* the stack stamps what it takes */
		errq_expect(fd);
	pieces_advance(&p, 0);
	while (done < n) {
		size_t part = n - done < LARGE_CALL ? n - done : LARGE_CALL;
		const char *buf = next_part(&p, room, sizeof(room), &part);
		uint32_t filler;
		int r;

		if (!buf)
			return refused(EFAULT, done, flags);
		r = take(fd, buf, part, part < n - done, &filler);
		if (unlikely(r == -EBADF) && hold_fd(&h) != fd) {
			fd = hold_fd(&h);
			continue;
		}
		if (r == -EXDEV || r == -ENETDOWN || r == -ETIMEDOUT || r == -ENOTCONN)
			return plain(fd, &p, flags, done);
		if (filler) {
			stream_fill(fd, filler);
			fd_set_kind(fd, fd_kind(fd) | KF_FULL);
		}
		if (r < 0)
			return refused(-r, done, flags);
		done += (size_t)r;
		pieces_advance(&p, (size_t)r);
		if (r < (int)part && !stream_full_over(&h, flags)) {
			if (!done)
				return -1;
			break;
		}
		fd = hold_fd(&h);
	}
	return (ssize_t)done;
}

/* What was read of the file and not taken is read again by the next call. */
static void unread_file(int in, off_t *off, size_t taken, size_t left)
{
	int saved = errno;

	if (off)
		*off += (off_t)taken;
	else if (left)
		lseek(in, -(off_t)left, SEEK_CUR);
	errno = saved;
}

ssize_t stream_sendfile(int fd, int in, off_t *off, size_t n)
{
	char buf[FILE_PART];
	struct iovec iov = { .iov_base = buf };
	size_t done = 0;

	while (done < n) {
		size_t part = n - done < sizeof(buf) ? n - done : sizeof(buf);
		ssize_t got, r;

		if (done && !large_send_wanted(fd_kind(fd), n - done)) {	/* enough was asked */
			r = real.sendfile(fd, in, off, n - done);
			return (ssize_t)done + (r > 0 ? r : 0);
		}
		got = off ? pread(in, buf, part, *off) : read(in, buf, part);
		if (got <= 0)
			return done ? (ssize_t)done : got;
		iov.iov_len = (size_t)got;
		r = stream_send_large(fd, &iov, 1, (size_t)got, 0);
		unread_file(in, off, r > 0 ? (size_t)r : 0, (size_t)(r > 0 ? got - r : got));
		done += r > 0 ? (size_t)r : 0;
		if (r < got)
			return done ? (ssize_t)done : r;
	}
	return (ssize_t)done;
}
