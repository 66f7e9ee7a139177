/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket that connects must not be writable, nor take what is written. So its Unix socket gets the
 * smallest buffer there is, and the connect request is made long enough to fill that: then the kernel itself
 * says EAGAIN, or waits. The buffer grows when the connection is found to be up, by whatever call finds it.
 * doc/protocol.md, section 3.
 */
#include "shim.h"

#include <poll.h>
#include <sys/syscall.h>

#define SMALL_TOTAL 3072	 /* octets: two packets of the smallest buffer, the second one over it */
#define SMALL_ROOM  6000	 /* for one more octet; still more than a quarter of it is in use */
#define LARGE_ROOM  (256 * 1024) /* for all of it, where packets are larger than we know them */
#define OTHERS_MAX  (416 * 1024) /* of a buffer that stays as it is: then a quarter of it is to be filled */

static int usual; /* what getsockopt(SO_SNDBUF) says of a new Unix socket; 0: not known yet */

static int sndbuf_of(int fd)
{
	socklen_t len = sizeof(int);
	int size = 0;

	return real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &len) ? 0 : size;
}

static void sndbuf_set(int fd, int size)
{
	real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static int usual_sndbuf(void)
{
	int fd;

	if (usual)
		return usual;
	fd = real.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		usual = sndbuf_of(fd);
		raw_call(SYS_close, fd);
	}
	return usual;
}

/* The one that the supervisor acts for writes without telling it: its buffer cannot grow later. */
static uint32_t quarter(int fd)
{
	int size = sndbuf_of(fd);

	if (size > OTHERS_MAX) {
		sndbuf_set(fd, OTHERS_MAX / 2);
		size = sndbuf_of(fd);
	}
	return (uint32_t)size / 4;
}

uint32_t fill_size(int fd, uint32_t used)
{
	if (unlikely(shim.supervisor))
		return used + quarter(fd);
	return used < SMALL_TOTAL ? SMALL_TOTAL : used;
}

unsigned int fill_begin(int fd, uint64_t *tag)
{
	bool chosen = NSP_TAG_BITS(*tag) & NSP_TAGB_SNDBUF;
	int size;

	if (unlikely(shim.supervisor))
		return 0;
	if (unlikely(chosen || !usual)) {
		size = sndbuf_of(fd);
		if (chosen)
			*tag = NSP_TAG_WITH_KIB(*tag, size);
		else
			usual = size;
	}
	sndbuf_set(fd, 1);
	return KF_SMALL | (chosen ? KF_CHOSE : 0);
}

void fill_chose(int fd, unsigned int k, int size)
{
	uint64_t tag = tag_get(fd) | (uint64_t)NSP_TAGB_SNDBUF << 24;
	int64_t octets = size < 1 ? 1 : 2 * (int64_t)size;	/* the kernel doubles it */

	fd_remember_opt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (NSP_TAG_OK(tag))
		tag_set(fd, NSP_TAG_WITH_KIB(tag, octets));
	fd_set_kind(fd, k | KF_CHOSE | KF_BOUNDED);
}

/* Zeros, as many as there is room for; what is left. */
static size_t put(int fd, size_t n)
{
	while (n) {
		size_t part = n < sizeof(shim_zeros) ? n : sizeof(shim_zeros);
		ssize_t r = raw_call(SYS_sendto, fd, shim_zeros, part, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);

		if (r <= 0)
			break;		/* refused already, or full */
		n -= (size_t)r;
	}
	return n;
}

void stream_fill(int fd, size_t n)
{
	put(fd, n);
}

void fill_put(int fd, size_t n)
{
	n = put(fd, n);
	if (!n || shim.supervisor)
		return;
	sndbuf_set(fd, n == 1 ? SMALL_ROOM : LARGE_ROOM);
	put(fd, n);
	sndbuf_set(fd, 1);
}

void fill_grow(int fd, int to, unsigned int k)
{
	const struct nsp_opt *o = fd_find_opt(fd, SOL_SOCKET, SO_SNDBUF);
	int size = 0, saved = errno;

	if (o && o->len == sizeof(size))
		memcpy(&size, o + 1, sizeof(size));
	else if (k & KF_CHOSE)
		size = (int)NSP_TAG_KIB(tag_get(fd)) * 512;
	else
		size = usual_sndbuf() / 2;
	if (size)
		sndbuf_set(to, size);
	errno = saved;
}

void stream_connected(int fd, unsigned int k)
{
	if (k & KF_SMALL)
		fill_grow(fd, fd, k);
	fd_set_kind(fd, K_STREAM | (k & (KF_KEEP | KF_BULK | KF_HERE)));
}

/* -- what is put off until a socket is written ------------------------------------------------ */
#define ONE_SEGMENT 512	/* octets that any path takes in one */

void stream_writes(int fd, size_t n)
{
	const unsigned int both = KF_FIRST | KF_NODELAY;
	uint32_t was;

	/* A vfork child: the table is its parent's. The socket under the number may be another. */
	if (!fd_owner()) {
		if (fd_kind(fd) & KF_NODELAY)
			sock_set_nodelay(fd);
		return;
	}
	was = __atomic_fetch_and(&fd_kinds[fd], ~(uint32_t)KF_FIRST, __ATOMIC_RELAXED);
	if (!(was & KF_NODELAY) || ((was & both) == both && n <= ONE_SEGMENT))
		return;
	was = __atomic_fetch_and(&fd_kinds[fd], ~(uint32_t)KF_NODELAY, __ATOMIC_RELAXED);
	if (was & KF_NODELAY)
		sock_set_nodelay(fd);
}

void stream_shared(int fd)
{
	unsigned int k = fd_kind(fd);

	if (KIND(k) == K_NEW)
		sock_flush_opts(fd, tag_get(fd));
	else if (KIND(k) == K_CONNECTING && k & KF_SMALL && fd_poll(fd, POLLOUT, 0) == POLLOUT)
		stream_connected(fd, k);
	else if (k & (KF_FIRST | KF_NODELAY))
		stream_writes(fd, SIZE_MAX);
}
