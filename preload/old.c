/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other names of libc's calls: those that only programs linked before glibc 2.33 use (stat), and those
 * with two underscores, which libpthread once had for itself and some programs took.
 */
#include "files.h"

#include <poll.h>
#include <sys/select.h>
#include <sys/stat.h>

/* ---- struct stat of a version: on 64-bit machines there is one ---------------------------------- */
int __xstat(int version, const char *path, struct stat *st);
int __lxstat(int version, const char *path, struct stat *st);
int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags);
int __xstat64(int version, const char *path, struct stat64 *st);
int __lxstat64(int version, const char *path, struct stat64 *st);
int __fxstatat64(int version, int dir, const char *path, struct stat64 *st, int flags);

static bool known(int version)
{
	enum { STAT_VER_KERNEL, STAT_VER_LINUX };

	if (version == STAT_VER_KERNEL || version == STAT_VER_LINUX)
		return true;
	errno = EINVAL;
	return false;
}

EXPORT int __xstat(int version, const char *path, struct stat *st)
{
	return known(version) ? stat(path, st) : -1;
}

EXPORT int __lxstat(int version, const char *path, struct stat *st)
{
	return known(version) ? lstat(path, st) : -1;
}

EXPORT int __fxstatat(int version, int dir, const char *path, struct stat *st, int flags)
{
	return known(version) ? fstatat(dir, path, st, flags) : -1;
}

EXPORT int __xstat64(int version, const char *path, struct stat64 *st)
{
	return known(version) ? stat64(path, st) : -1;
}

EXPORT int __lxstat64(int version, const char *path, struct stat64 *st)
{
	return known(version) ? lstat64(path, st) : -1;
}

EXPORT int __fxstatat64(int version, int dir, const char *path, struct stat64 *st, int flags)
{
	return known(version) ? fstatat64(dir, path, st, flags) : -1;
}

/* ---- two underscores ---------------------------------------------------------------------------- */
ssize_t __read(int fd, void *buf, size_t n);
ssize_t __write(int fd, const void *buf, size_t n);
ssize_t __send(int fd, const void *buf, size_t n, int flags);
int __close(int fd);
int __dup2(int from, int to);
int __connect(int fd, __CONST_SOCKADDR_ARG sa, socklen_t len);
int __poll(struct pollfd *fds, nfds_t n, int ms);
int __select(int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t);
int __fcntl(int fd, int cmd, ...);
int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);

EXPORT ssize_t __read(int fd, void *buf, size_t n)
{
	return read(fd, buf, n);
}

EXPORT ssize_t __write(int fd, const void *buf, size_t n)
{
	return write(fd, buf, n);
}

EXPORT ssize_t __send(int fd, const void *buf, size_t n, int flags)
{
	return send(fd, buf, n, flags);
}

EXPORT int __close(int fd)
{
	return close(fd);
}

EXPORT int __dup2(int from, int to)
{
	return dup2(from, to);
}

EXPORT int __connect(int fd, __CONST_SOCKADDR_ARG sa, socklen_t len)
{
	return connect(fd, sa, len);
}

EXPORT int __poll(struct pollfd *fds, nfds_t n, int ms)
{
	return poll(fds, n, ms);
}

EXPORT int __select(int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t)
{
	return select(n, r, w, e, t);
}

EXPORT int __fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return fcntl(fd, cmd, arg);
}

EXPORT int __open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_arg(flags, ap);
	va_end(ap);
	return open(path, flags, mode);
}

EXPORT int __open64(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_arg(flags, ap);
	va_end(ap);
	return open64(path, flags, mode);
}
