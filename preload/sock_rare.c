/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry points of libc that do what others do, by another name or with one more argument, and
 * those that would use a descriptor behind our back (libc's inner calls are not interposed).
 */
#include "shim.h"

#include <linux/sockios.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>

/* ---- readv and writev with an offset --------------------------------------------------- */
/* Offset -1 is "where the file stands": all that a socket can do. */
static ssize_t read_vec(int fd, const struct iovec *iov, int n, off_t off, int flags)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)n };

	if (off != -1)
		return fail(ESPIPE);
	if (n < 0 || n > 1024)
		return fail(EINVAL);
	if (flags & ~RWF_NOWAIT)
		return fail(EOPNOTSUPP);
	if (iov_is_empty(iov, (size_t)n))
		return 0;
	return ns_recvmsg(fd, &m, flags & RWF_NOWAIT ? MSG_DONTWAIT : 0);
}

static ssize_t write_vec(int fd, const struct iovec *iov, int n, off_t off, int flags)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)n };

	if (off != -1)
		return fail(ESPIPE);
	if (n < 0 || n > 1024)
		return fail(EINVAL);
	if (flags & ~RWF_NOWAIT)
		return fail(EOPNOTSUPP);
	if (iov_is_empty(iov, (size_t)n))
		return 0;
	return ns_sendmsg(fd, &m, flags & RWF_NOWAIT ? MSG_DONTWAIT : 0);
}

static bool plain(int fd)
{
	return !IS_SOCK(fd_kind(fd)) || shim.silent;
}

EXPORT ssize_t preadv2(int fd, const struct iovec *iov, int n, off_t off, int flags)
{
	return plain(fd) ? real.preadv2(fd, iov, n, off, flags) :
			   read_vec(fd, iov, n, off, flags);
}

EXPORT ssize_t pwritev2(int fd, const struct iovec *iov, int n, off_t off, int flags)
{
	if (unlikely(fd_kind(fd) == K_FILE) && !flags && off >= FILE_OFF_NONE)
		return file_write(fd, iov, n, off);
	return plain(fd) ? real.pwritev2(fd, iov, n, off, flags) :
			   write_vec(fd, iov, n, off, flags);
}

EXPORT ssize_t preadv64v2(int fd, const struct iovec *iov, int n, off64_t off, int flags)
{
	return preadv2(fd, iov, n, off, flags);
}

EXPORT ssize_t pwritev64v2(int fd, const struct iovec *iov, int n, off64_t off, int flags)
{
	return pwritev2(fd, iov, n, off, flags);
}

/* ---- stdio ----------------------------------------------------------------------------- */
static ssize_t cookie_read(void *arg, char *buf, size_t n)
{
	return read((int)(intptr_t)arg, buf, n);
}

static ssize_t cookie_write(void *arg, const char *buf, size_t n)
{
	ssize_t r = write((int)(intptr_t)arg, buf, n);

	return r < 0 ? 0 : r;
}

static int cookie_close(void *arg)
{
	return ns_close((int)(intptr_t)arg);
}

/*
 * stdio reads and writes by itself, without the head that every datagram has: a stream of a
 * datagram socket goes through our calls. A TCP socket's bytes are the Unix socket's.
 */
EXPORT FILE *fdopen(int fd, const char *mode)
{
	static const cookie_io_functions_t io = {
		.read = cookie_read, .write = cookie_write, .close = cookie_close
	};
	FILE *f;

	if (!IS_DGRAM(fd_kind(fd)) && fd_kind(fd) != K_FILE) {
		if (fd_kind(fd) & (KF_FIRST | KF_NODELAY))	/* libc writes without us */
			stream_writes(fd, SIZE_MAX);
		return real.fdopen(fd, mode);
	}
	f = fopencookie((void *)(intptr_t)fd, mode, io);
	if (f)
		f->_fileno = fd;	/* for fileno() */
	return f;
}

EXPORT int vdprintf(int fd, const char *fmt, va_list ap)
{
	char *text;
	int n;

	if (plain(fd))
		return real.vdprintf(fd, fmt, ap);
	n = vasprintf(&text, fmt, ap);
	if (n > 0 && write(fd, text, (size_t)n) < 0)
		n = -1;
	if (n >= 0)
		free(text);
	return n;
}

EXPORT int dprintf(int fd, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vdprintf(fd, fmt, ap);
	va_end(ap);
	return n;
}

int __vdprintf_chk(int fd, int flag, const char *fmt, va_list ap);
EXPORT int __vdprintf_chk(int fd, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	return vdprintf(fd, fmt, ap);
}

int __dprintf_chk(int fd, int flag, const char *fmt, ...);
EXPORT int __dprintf_chk(int fd, int flag, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = __vdprintf_chk(fd, flag, fmt, ap);
	va_end(ap);
	return n;
}

/* ---- others ---------------------------------------------------------------------------- */
EXPORT int sockatmark(int fd)
{
	int mark = 0;

	return ioctl(fd, SIOCATMARK, &mark) ? -1 : mark;
}

/* Reserved ports, as libc tries them: from one place on, around. */
EXPORT int bindresvport(int fd, struct sockaddr_in *sin)
{
	enum { LOW = 600, HIGH = 1023 };
	struct sockaddr_in own = { .sin_family = AF_INET };
	int i, port = LOW + (int)((unsigned int)getpid() % (HIGH - LOW + 1));

	if (!sin)
		sin = &own;
	else if (sin->sin_family != AF_INET)
		return fail(EAFNOSUPPORT);
	for (i = LOW; i <= HIGH; i++, port++) {
		if (port > HIGH)
			port = LOW;
		sin->sin_port = htons((uint16_t)port);
		if (!bind(fd, (struct sockaddr *)sin, sizeof(*sin)))
			return 0;
		if (errno != EADDRINUSE)
			return -1;
	}
	return fail(EADDRINUSE);
}

/* Puts /dev/null under 0, 1 and 2 by inner calls. */
EXPORT int daemon(int nochdir, int noclose)
{
	int r, i;

	if (unlikely(!shim.ready))
		shim_init();
	r = real.daemon(nochdir, noclose);
	for (i = 0; !r && !noclose && i < 3; i++)
		fd_forget(i);
	return r;
}

/* A descriptor of another process: it may be a socket of ours. */
int pidfd_getfd(int pidfd, int target, unsigned int flags);
EXPORT int pidfd_getfd(int pidfd, int target, unsigned int flags)
{
	int fd;

	if (unlikely(!shim.ready))
		shim_init();
	fd = (int)real.syscall(SYS_pidfd_getfd, pidfd, target, flags);
	if (fd >= 0) {
		fd_forget(fd);
		fd_learn(fd);
	}
	return fd;
}

/* ---- io_uring -------------------------------------------------------------------------- */
/*
 * Its operations would act on the Unix socket under a descriptor, past everything that makes it
 * an Internet socket: refused as by a kernel without it, and programs fall back.
 */
int io_uring_setup(unsigned int entries, void *params);
int io_uring_queue_init(unsigned int entries, void *ring, unsigned int flags);
int io_uring_queue_init_params(unsigned int entries, void *ring, void *params);
int io_uring_queue_init_mem(unsigned int entries, void *ring, void *params, void *buf, size_t len);

EXPORT int io_uring_setup(unsigned int entries, void *params)
{
	(void)entries, (void)params;
	return -ENOSYS;
}

EXPORT int io_uring_queue_init(unsigned int entries, void *ring, unsigned int flags)
{
	(void)entries, (void)ring, (void)flags;
	return -ENOSYS;
}

EXPORT int io_uring_queue_init_params(unsigned int entries, void *ring, void *params)
{
	(void)entries, (void)ring, (void)params;
	return -ENOSYS;
}

EXPORT int io_uring_queue_init_mem(unsigned int entries, void *ring, void *params, void *buf,
				   size_t len)
{
	(void)entries, (void)ring, (void)params, (void)buf, (void)len;
	return -ENOSYS;
}
