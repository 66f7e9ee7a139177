/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another socket under the same number: a kernel socket when the address is the kernel's
 * loopback, a fresh one of ours when a connect() failed and is tried again. Options that were
 * remembered and the epoll registration move along.
 */
#include "shim.h"

#include <sys/syscall.h>
#include <sys/time.h>

static void copy_opt(int from, int to, int name, void *buf, socklen_t len)
{
	if (!real.getsockopt(from, SOL_SOCKET, name, buf, &len))
		real.setsockopt(to, SOL_SOCKET, name, buf, len);
}

/* Which the kernel doubles. */
static void copy_sndbuf(int from, int to)
{
	int size;
	socklen_t len = sizeof(size);

	if (real.getsockopt(from, SOL_SOCKET, SO_SNDBUF, &size, &len))
		return;
	size /= 2;
	real.setsockopt(to, SOL_SOCKET, SO_SNDBUF, &size, len);
}

/* Put s under fd's number unless that number has become another socket meanwhile. */
static int replace(int fd, int s, uint64_t cookie)
{
	struct fdmem *m = fd_mem(fd, false);
	struct timeval tv;
	int fl, cloexec;

	fl = (int)raw_call(SYS_fcntl, fd, F_GETFL, 0);
	cloexec = (int)raw_call(SYS_fcntl, fd, F_GETFD, 0);
	raw_call(SYS_fcntl, s, F_SETFL, fl);
	copy_opt(fd, s, SO_RCVTIMEO, &tv, sizeof(tv));
	copy_opt(fd, s, SO_SNDTIMEO, &tv, sizeof(tv));
	copy_opt(fd, s, SO_OOBINLINE, &fl, sizeof(fl));
	if (fd_cookie(fd) != cookie) {
		raw_call(SYS_close, s);
		return -EBADF;
	}
	if (raw_call(SYS_dup3, s, fd, cloexec & FD_CLOEXEC ? O_CLOEXEC : 0) < 0) {
		int e = errno;

		raw_call(SYS_close, s);
		return -e;
	}
	raw_call(SYS_close, s);
	if (unlikely(shim.swapped))
		shim.swapped(fd);
	if (m && m->epfd >= 0)
		real.epoll_ctl(m->epfd, EPOLL_CTL_ADD, fd, &m->ev);
	return 0;
}

int swap_to_kernel(int fd)
{
	struct fdmem *m = fd_mem(fd, false);
	uint64_t cookie = fd_cookie(fd), tag = tag_get(fd);
	size_t off = 0;
	int s, e, saved = errno;

	s = real.socket(NSP_TAG_FAMILY(tag), NSP_TAG_TYPE(tag) | SOCK_CLOEXEC,
			NSP_TAG_PROTOCOL(tag));
	if (s < 0)
		return -errno;
	fd_forget(s);
	while (m && off < m->used) {
		const struct nsp_opt *o = (const void *)(m->buf + off);

		real.setsockopt(s, o->level, o->name, o + 1, o->len);
		off += sizeof(*o) + NSP_ALIGN8(o->len);
	}
	e = replace(fd, s, cookie);
	if (!e)
		fd_forget(fd);
	errno = saved;
	return !e && shim.supervisor ? -ERESTART : e;
}

/* An accepted socket of IPv6 whose listener was bound to an address of it, or said so. */
static bool speaks_v6_only(int fd, uint64_t tag)
{
	return !NSP_TAG_BITS(tag) && sock_is_v6only(fd);
}

int swap_to_new(int fd, bool reset)
{
	uint64_t cookie = fd_cookie(fd), tag = tag_get(fd);
	uint32_t bits = NSP_TAG_BITS(tag);
	struct nsp_name_rep name = { 0 };
	struct nsp_accname acc;
	unsigned int k = fd_kind(fd);
	int s, e, only;

	if (!tag) { /* an accepted socket */
		if (!accname_of(fd, &acc))
			return -ENOTSOCK;
		tag = NSP_TAG(acc.local.sa[0], SOCK_STREAM, IPPROTO_TCP, 0);
	}
	only = k & KF_V6 && speaks_v6_only(fd, tag);
	if (reset) {
		struct nsp_setopt_req q = { .level = SOL_SOCKET, .name = SO_LINGER, .len = 8 };
		struct linger l = { .l_onoff = 1 };

		rpc(NSP_NR_SETOPT, fd, &q, &l, sizeof(l), NULL, NULL, NULL);
	}
	if (bits & NSP_TAGB_BOUND)
		rpc(NSP_NR_NAME, fd, NULL, NULL, 0, &name, NULL, NULL);
	s = real.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -errno;
	fd_forget(s);
	tag_set(s, NSP_TAG(NSP_TAG_FAMILY(tag), SOCK_STREAM, NSP_TAG_PROTOCOL(tag),
			   bits & NSP_TAGB_SNDBUF));
	if (k & KF_SMALL)
		fill_grow(fd, s, k);
	else if (bits & NSP_TAGB_SNDBUF)
		copy_sndbuf(fd, s);
	e = replace(fd, s, cookie);
	if (e)
		return e;
	fd_set_kind(fd, K_NEW | (k & KF_KEEP));
	tcp_claim(fd);
	if (only)
		ns_setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (name.addr.len && ns_bind(fd, (struct sockaddr *)(void *)name.addr.sa, name.addr.len))
		return -errno;
	return 0;
}
