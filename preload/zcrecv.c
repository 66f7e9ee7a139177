/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP_ZEROCOPY_RECEIVE: pages of received data mapped into the program, where the socket was mapped by
 * mmap(). A Unix socket cannot be (ENODEV), so no address is one of those: what is left is what Linux does
 * then. Little data are copied to where the program says, or it is told how much to read; for more the
 * address is refused.
 */
#include "shim.h"

#include <poll.h>

enum {
	PAGE_OCTETS = 4096,
	LEN_MIN = 12,			/* up to length */
	MSG_FLAGS_TS = 2,		/* TCP_CMSG_TS: stamps, if there are */
};

struct zc {		/* struct tcp_zerocopy_receive (ABI) */
	uint64_t address;
	uint32_t length, recv_skip_hint, inq;
	int32_t err;
	uint64_t copybuf_address;
	int32_t copybuf_len;
	uint32_t flags;
	uint64_t msg_control, msg_controllen;
	uint32_t msg_flags, reserved;
};
_Static_assert(sizeof(struct zc) == 64, "struct tcp_zerocopy_receive");

/* 0 or errno. *len: of what is given back. */
static int zc_in(struct zc *z, const void *val, socklen_t *len)
{
	uint8_t more[192] = { 0 };
	size_t n = *len, i;

	if (n < LEN_MIN)
		return EINVAL;
	if (n > sizeof(*z)) {		/* a later kernel's: nothing that we know may be asked for */
		n = n - sizeof(*z) < sizeof(more) ? n - sizeof(*z) : sizeof(more);
		if (user_in(more, (const char *)val + sizeof(*z), n))
			return EFAULT;
		for (i = 0; i < n; i++)
			if (more[i])
				return EINVAL;
		*len = n = sizeof(*z);
	}
	if (user_in(z, val, n))
		return EFAULT;
	return z->reserved || z->msg_flags & ~(uint32_t)MSG_FLAGS_TS ? EINVAL : 0;
}

/* All n octets, which are there, to copybuf. */
static int zc_copy(int fd, struct zc *z, int n)
{
	ssize_t r = real.recv(fd, (void *)(uintptr_t)z->copybuf_address, (size_t)n, MSG_DONTWAIT);

	if (r < 0)
		return errno;
	z->copybuf_len = (int32_t)r;
	return 0;
}

static int zc_receive(int fd, unsigned int k, struct zc *z)
{
	short ev;
	int n = 0, e;

	if (z->address % PAGE_OCTETS)
		return EINVAL;
	if (KIND(k) == K_LISTEN || KIND(k) == K_DEADLISTEN)
		return ENOTCONN;
	settle();
	if (KIND(k) == K_STREAM && real.ioctl(fd, FIONREAD, &n))
		n = 0;
	if (n && n <= z->copybuf_len) {
		e = zc_copy(fd, z, n);
		if (e)
			return e;
		n = 0;
	} else {
		if (n >= PAGE_OCTETS)
			return EINVAL;
		z->copybuf_len = 0;
	}
	ev = KIND(k) == K_STREAM ? fd_poll(fd, POLLRDHUP, 0) : 0;
	z->err = ev & (POLLHUP | POLLERR) ? -stream_so_error(fd, k) : 0;
	if (!n && !z->copybuf_len && ev & POLLRDHUP && !z->err)
		return EIO;
	z->length = z->msg_flags = 0;
	z->recv_skip_hint = (uint32_t)n;
	z->inq = (uint32_t)n + (ev & POLLRDHUP && !z->err);
	return 0;
}

int stream_zerocopy_receive(int fd, void *val, socklen_t *len)
{
	struct zc z = { 0 };
	socklen_t n;
	int e;

	if (user_get(&n, len, sizeof(n)))
		return fail(EFAULT);
	e = zc_in(&z, val, &n);
	if (!e)
		e = zc_receive(fd, fd_kind(fd), &z);
	if (e)
		return fail(e);
	if (user_out(val, &z, n) || user_put(len, &n, sizeof(n)))
		return fail(EFAULT);
	return 0;
}
