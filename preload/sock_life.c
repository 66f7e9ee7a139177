/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors come and go: socket, close, dup and their relatives. */
#include "shim.h"

#include <stdarg.h>
#include <sys/syscall.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

#define PROTOCOL_MAX 263	/* numbers of socket() end here; 256 and on are Linux's own */

void tcp_claim(int fd)
{
	const struct nsp_opts_req q = { 0 };

	if (likely(!shim.as_other))
		return;
	tag_add(fd, NSP_TAGB_KNOWN);
	rpc(NSP_NR_OPTS, fd, &q, NULL, 0, NULL, NULL, NULL);
}

static int tcp_socket(int family, int flags)
{
	uint64_t tag = NSP_TAG(family, SOCK_STREAM, IPPROTO_TCP, 0);
	int fd = real.socket(AF_UNIX, SOCK_STREAM | flags, 0);

	if (fd < 0)
		return -1;
	tag_set(fd, tag);
	fd_forget(fd);
	fd_set_kind(fd, tag_kind(tag));
	tag_private(fd);
	tcp_claim(fd);
	return fd;
}

/** ns_socket() - an Internet socket of the stack; anything else is the kernel's */
int ns_socket(int family, int type, int protocol)
{
	int flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC), kind = type & ~flags;
	int e = 0;

	if (shim.silent || own_network())
		return real.socket(family, type, protocol);
	if (family == AF_PACKET && !shim.supervisor)
		return packet_socket(kind, protocol, flags);
	if (family != AF_INET && family != AF_INET6)
		return real.socket(family, type, protocol);
	if (kind >= 0 && kind <= SOCK_PACKET && (protocol < 0 || protocol >= PROTOCOL_MAX))
		return fail(EINVAL);
	if (policy_broken())
		return fail(EINVAL);
	if (socket_wants_kernel(family, kind, protocol))
		return real.socket(family, type, protocol);
	if (kind != SOCK_STREAM || !(flags & SOCK_NONBLOCK))
		e = reconnect_check(flags & SOCK_NONBLOCK);
	if (e)
		return e < 0 ? fail(-e) : real.socket(family, type, protocol);
	switch (kind) {
	case SOCK_STREAM:
		if (protocol && protocol != IPPROTO_TCP)
			return fail(EPROTONOSUPPORT);
		return tcp_socket(family, flags);
	case SOCK_DGRAM:
		if (!protocol)
			protocol = IPPROTO_UDP;
		if (protocol != IPPROTO_UDP && protocol != IPPROTO_UDPLITE &&
		    protocol != (family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6))
			return fail(EPROTONOSUPPORT);
		return dgram_socket(family, kind, protocol, flags);
	case SOCK_RAW:
		if (!protocol)
			return fail(EPROTONOSUPPORT);
		if (protocol > 255)
			return fail(EPROTONOSUPPORT);
		return dgram_socket(family, kind, protocol, flags);
	default:
		return fail(kind < 0 || kind > SOCK_PACKET ? EINVAL : ESOCKTNOSUPPORT);
	}
}

int ns_close(int fd)
{
	unsigned int k = fd_kind(fd);

	if (KIND(k) == K_OWN && fd_owner())
		return fail(EBADF);
	if (IS_TCP(k))
		hold_closing((unsigned int)fd, (unsigned int)fd);
	if (unlikely((k & KF_LINGER) && IS_TCP(k) && !shim.silent))
		return stream_linger(fd);
	if (IS_SOCK(k) && k & KF_HERE)
		settle_later();
	if (k)
		fd_forget(fd);
	return real.close(fd);
}

/* A duplicate of a socket that the daemon has not met: from now on two numbers may set options,
 * so the daemon keeps them. */
int ns_dup_result(int oldfd, int newfd)
{
	if (newfd >= 0 && newfd != oldfd) {
		unsigned int k = fd_kind(oldfd);
		struct fdmem *m = fd_mem(oldfd, false);

		tag_shared(oldfd);
		if (KIND(k) == K_NEW ? m && m->opts : k & (KF_FIRST | KF_NODELAY))
			stream_shared(oldfd);
		if (k || fd_kind(newfd))
			fd_copy(oldfd, newfd);
	}
	return newfd;
}

EXPORT int socket(int family, int type, int protocol)
{
	if (unlikely(!shim.ready))
		shim_init();
	return ns_socket(family, type, protocol);
}

EXPORT int close(int fd)
{
	return ns_close(fd);
}

EXPORT int dup(int oldfd)
{
	unsigned int k = fd_kind(oldfd);

	if (KIND(k) == K_OWN)
		return fail(EBADF);
	return ns_dup_result(oldfd, real.dup(oldfd));
}

static bool about_to_overwrite(int oldfd, int newfd)
{
	if (oldfd == newfd)
		return true;
	if (KIND(fd_kind(oldfd)) == K_OWN)
		return false;
	if (KIND(fd_kind(newfd)) == K_OWN)
		rpc_move_away(newfd);
	else if (IS_TCP(fd_kind(newfd)))
		hold_closing((unsigned int)newfd, (unsigned int)newfd);
	return true;
}

EXPORT int dup2(int oldfd, int newfd)
{
	fd_kind(oldfd);
	if (!about_to_overwrite(oldfd, newfd))
		return fail(EBADF);
	return ns_dup_result(oldfd, real.dup2(oldfd, newfd));
}

EXPORT int dup3(int oldfd, int newfd, int flags)
{
	fd_kind(oldfd);
	if (!about_to_overwrite(oldfd, newfd))
		return fail(EBADF);
	return ns_dup_result(oldfd, real.dup3(oldfd, newfd, flags));
}

static int vfcntl(int fd, int cmd, void *arg)
{
	unsigned int k = fd_kind(fd);
	int r;

	if (KIND(k) == K_OWN)
		return fail(EBADF);
	r = real.fcntl(fd, cmd, arg);
	if (cmd == F_DUPFD || cmd == F_DUPFD_CLOEXEC)
		return ns_dup_result(fd, r);
	return r;
}

EXPORT int fcntl(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return vfcntl(fd, cmd, arg);
}

EXPORT int fcntl64(int fd, int cmd, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return vfcntl(fd, cmd, arg);
}

EXPORT int fclose(FILE *f)
{
	int fd = fileno(f), saved = errno;

	if (fd >= 0 && fd_kind(fd)) {
		if (KIND(fd_kind(fd)) == K_OWN)
			rpc_move_away(fd);
		fflush(f);
		fd_forget(fd);
	}
	if (unlikely(!shim.ready))
		shim_init();
	errno = saved;
	return real.fclose(f);
}

EXPORT FILE *freopen(const char *path, const char *mode, FILE *f)
{
	int fd = fileno(f);

	if (fd >= 0)
		fd_forget(fd);
	if (unlikely(!shim.ready))
		shim_init();
	return real.freopen(path, mode, f);
}

EXPORT FILE *freopen64(const char *path, const char *mode, FILE *f)
{
	return freopen(path, mode, f);
}

static int range(unsigned int first, unsigned int last, int flags)
{
	if (first > last)
		return 0;
	return (int)raw_call(SYS_close_range, first, last, flags);
}

EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
	int own[OWN_FDS], r = 0, i, saved;

	if (unlikely(!shim.ready))
		shim_init();
	if (flags & (int)CLOSE_RANGE_CLOEXEC)
		return (int)raw_call(SYS_close_range, first, last, flags);
	if (first > last)
		return fail(EINVAL);
	hold_closing(first, last);
	fd_forget_range(first, last);
	rpc_own_fds(own);
	for (i = 0; i < OWN_FDS; i++) {
		if (own[i] < 0 || (unsigned int)own[i] < first || (unsigned int)own[i] > last)
			continue;
		if (own[i])
			r = range(first, (unsigned int)own[i] - 1, flags);
		if (r)
			return r;
		first = (unsigned int)own[i] + 1;
	}
	saved = errno;
	r = range(first, last, flags);
	if (!r)
		errno = saved;
	return r;
}

EXPORT void closefrom(int low)
{
	int fd, saved = errno;

	if (close_range(low < 0 ? 0u : (unsigned int)low, ~0u, 0) && errno == ENOSYS)
		for (fd = low; fd < 65536; fd++)
			ns_close(fd);
	errno = saved;
}
