/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SO_PEEK_OFF of datagram sockets: where the next MSG_PEEK begins, counted in payload over all datagrams
 * that wait. The Unix socket has such an offset, too, but it would count heads and control messages:
 * it is set for each piece that is looked at, and never left behind.
 */
#include "shim.h"

#include <sys/syscall.h>

static uint32_t offsets[MEM_FD_MAX];	/* as set, and moved since, plus one: 0 is "none" */
static uint8_t empties[MEM_FD_MAX];	/* datagrams without octets there that were peeked at already */
static bool in_use;			/* by any socket of this program */

static int offset_of(int fd)
{
	return (int)((unsigned int)fd < MEM_FD_MAX ? offsets[fd] : 0) - 1;
}

static void set_offset(int fd, int v)
{
	if ((unsigned int)fd >= MEM_FD_MAX)
		return;
	offsets[fd] = (uint32_t)v + 1;
	empties[fd] = 0;
}

void peek_off_forget(int fd)
{
	set_offset(fd, -1);
}

void peek_off_copy(int from, int to)
{
	set_offset(to, offset_of(from));
}

/* Neither raw nor ping sockets have this option. */
static bool has_option(unsigned int k)
{
	return !shim.supervisor && KIND(k) == K_UDP;
}

int peek_off_set(int fd, const void *val, socklen_t len)
{
	int v;

	if (len < sizeof(v))
		return fail(EINVAL);
	if (!has_option(fd_kind(fd)))
		return fail(EOPNOTSUPP);
	if (user_get(&v, val, sizeof(v)))
		return fail(EFAULT);
	in_use = true;
	set_offset(fd, v);
	return 0;
}

int peek_off_get(int fd, int *v)
{
	if (!has_option(fd_kind(fd)))
		return EOPNOTSUPP;
	*v = offset_of(fd);
	return 0;
}

bool peek_off_counts(int fd)
{
	return in_use && offset_of(fd) >= 0 && KIND(fd_kind(fd)) == K_UDP;
}

void peek_off_read(int fd, ssize_t n)
{
	int v = offset_of(fd);

	if (n >= 0)
		set_offset(fd, v > n ? v - (int)n : 0);
}

/* ---- looking --------------------------------------------------------------------------- */
/* Octets of the Unix socket's queue from `at` on, of one packet. */
static ssize_t look(int fd, size_t at, struct iovec *iov, size_t n, int flags)
{
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = n };
	int off = (int)at;

	real.setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off));
	return real.recvmsg(fd, &m, MSG_PEEK | MSG_TRUNC | flags);
}

static void look_no_more(int fd)
{
	int off = -1, saved = errno;

	real.setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off));
	errno = saved;
}

/*
 * The datagram in which the offset lies: its head, where it is in the queue, and where in its payload.
 * 1, 0 at the end of all, or -1 with errno.
 */
static int find(int fd, int flags, struct nsp_dgram *h, size_t *at, size_t *into)
{
	unsigned int skip = (unsigned int)fd < MEM_FD_MAX ? empties[fd] : 0;
	struct iovec head = { h, sizeof(*h) };

	*at = 0;
	*into = (size_t)offset_of(fd);
	for (;;) {
		ssize_t n = look(fd, *at, &head, 1, flags & MSG_DONTWAIT);

		if (n <= 0)
			return (int)n;
		if (n >= (ssize_t)sizeof(*h) && h->magic == NSP_DGRAM_MAGIC && h->type == NSP_DGRAM_DATA) {
			if (*into < h->paylen || (!*into && !h->paylen && !skip))
				return 1;
			*into -= h->paylen;
			skip -= !h->paylen && skip;
		}
		*at += (size_t)n;
	}
}

ssize_t peek_off_recv(int fd, struct msghdr *msg, int flags, size_t want)
{
	uint8_t ctl[NSP_DGRAM_CTL_MAX];
	struct iovec piece = { ctl, 0 };
	struct nsp_dgram h;
	size_t at, into, n;
	int e = dgram_so_error(fd);

	if (e)
		return fail(e);
	e = find(fd, flags, &h, &at, &into);
	if (e <= 0)
		goto out;
	at += sizeof(h);
	piece.iov_len = h.ctllen < sizeof(ctl) ? h.ctllen : sizeof(ctl);
	if (piece.iov_len && look(fd, at, &piece, 1, MSG_DONTWAIT) < 0)
		goto gone;
	at += h.ctllen + into;
	n = h.paylen - into < want ? h.paylen - into : want;
	if (n && look(fd, at, msg->msg_iov, msg->msg_iovlen, MSG_DONTWAIT) < 0)
		goto gone;
	look_no_more(fd);
	/* as Linux: a rest that just fits is told as cut, one that leaves room is not */
	msg->msg_flags = want < h.paylen && want <= h.paylen - into ? MSG_TRUNC : 0;
	msg->msg_flags |= flags & MSG_CMSG_CLOEXEC;
	if (msg->msg_name)
		addr_give(&h.peer, msg->msg_name, &msg->msg_namelen);
	ctl_unpack(msg, ctl, piece.iov_len);
	if (flags & MSG_TRUNC)
		n = h.paylen;
	if (h.paylen)
		set_offset(fd, offset_of(fd) + (int)n);
	else if ((unsigned int)fd < MEM_FD_MAX && empties[fd] < UINT8_MAX)
		empties[fd]++;
	return (ssize_t)n;
gone:	/* another thread took it meanwhile */
	e = fail(EAGAIN);
out:
	look_no_more(fd);
	return e < 0 ? -1 : dgram_end(fd, flags);
}
