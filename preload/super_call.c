/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls about sockets, names, options and connections, made for a program behind the filter. */
#include "super.h"

#include <linux/filter.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>

#define CAP_NET_ADMIN_BIT 12
#define CAP_NET_RAW_BIT 13
#define VALUE_MAX	65536u

static long result(int r)
{
	return r < 0 ? -errno : r;
}

/* An address argument, as the kernel takes it. */
static int address_in(const struct call *c, uint64_t addr, int len, struct sockaddr_storage *ss)
{
	if (len < 0 || len > (int)sizeof(*ss))
		return -EINVAL;
	memset(ss, 0, sizeof(*ss));
	return task_read(c->tid, addr, ss, (size_t)len);
}

static int address_out(const struct call *c, uint64_t addr, uint64_t lenp,
		       const struct sockaddr_storage *ss, socklen_t len)
{
	int room, e = task_read(c->tid, lenp, &room, sizeof(room));

	if (e)
		return e;
	if (room < 0)
		return -EINVAL;
	e = task_write(c->tid, addr, ss, (socklen_t)room < len ? (socklen_t)room : len);
	return e ? e : task_write(c->tid, lenp, &len, sizeof(len));
}

long call_socket(struct call *c)
{
	int type = (int)c->a[1], kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC), fd, number = -1;
	uint64_t cookie;
	int e;

	e = task_credentials(c->tid, kind == SOCK_RAW ? CAP_NET_RAW_BIT : -1);
	if (e)
		return e;
	if (((int)c->a[0] == AF_INET || (int)c->a[0] == AF_INET6) &&
	    socket_wants_kernel((int)c->a[0], kind, (int)c->a[2]))
		return CALL_CONTINUE;
	fd = ns_socket((int)c->a[0], type, (int)c->a[2]);
	if (fd < 0)
		return -errno;
	if (IS_DGRAM(fd_kind(fd)))
		number = task_free_number(c->tid);
	cookie = fd_cookie(fd);
	note_save(fd, cookie);
	return super_give_fd(c, fd, number, type & SOCK_CLOEXEC);
}

long call_bind(struct call *c)
{
	struct sockaddr_storage ss;
	int e = address_in(c, c->a[1], (int)c->a[2], &ss);

	if (e)
		return e;
	task_credentials(c->tid, -1);
	return result(ns_bind(c->fd, (struct sockaddr *)&ss, (socklen_t)c->a[2]));
}

long call_listen(struct call *c)
{
	return result(ns_listen(c->fd, (int)c->a[1]));
}

/* The Unix socket's accept4() must not wait, even if another process takes what was there. */
static int accept_now(struct call *c, struct sockaddr_storage *ss, socklen_t *len, int flags)
{
	struct timeval old = { 0 }, soon = { 0, 1 };
	socklen_t l = sizeof(old);
	int fd, saved;

	if (c->nonblock)
		return ns_accept(c->fd, (struct sockaddr *)ss, len, flags);
	real.getsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &old, &l);
	real.setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
	fd = ns_accept(c->fd, (struct sockaddr *)ss, len, flags);
	saved = errno;
	real.setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &old, sizeof(old));
	errno = saved;
	return fd;
}

static long accepted(struct call *c, int fd, const struct sockaddr_storage *ss, socklen_t len,
		     bool cloexec)
{
	int e = c->a[1] ? address_out(c, c->a[1], c->a[2], ss, len) : 0;

	note_save(fd, fd_cookie(fd));
	if (e) {
		raw_call(SYS_close, fd);
		return e;
	}
	return super_give_fd(c, fd, -1, cloexec);
}

long call_accept(struct call *c)
{
	int flags = c->nr == SYS_accept4 ? (int)c->a[3] : 0, fd;
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return -EINVAL;
	if (KIND(c->kind) == K_LISTEN && !fd_poll(c->fd, POLLIN, 0)) {
		if (c->nonblock || c->timed_out)
			return -EAGAIN;
		return super_park(c, POLLIN, SO_RCVTIMEO);
	}
	fd = accept_now(c, &ss, &len, flags | SOCK_CLOEXEC);
	if (fd >= 0)
		return accepted(c, fd, &ss, len, flags & SOCK_CLOEXEC);
	if (errno == EAGAIN && !c->nonblock)
		return c->timed_out ? -EAGAIN : super_park(c, POLLIN, SO_RCVTIMEO);
	return -errno;
}

/* The library begins and never waits; while the handshake runs, the same call asks how it goes. */
long call_connect(struct call *c)
{
	struct sockaddr_storage ss;
	int len = (int)c->a[2], e = address_in(c, c->a[1], len, &ss);

	if (e)
		return e;
	if (c->timed_out)
		return -c->first_error;
	if (IS_TCP(c->kind) && KIND(c->kind) != K_NEW)	/* it may become a new socket */
		task_credentials(c->tid, -1);
	if (!ns_connect(c->fd, (struct sockaddr *)&ss, (socklen_t)len))
		return 0;
	e = errno;
	if (c->nonblock || !IS_TCP(fd_kind(c->fd)) || (e != EINPROGRESS && e != EALREADY))
		return -e;
	if (!c->first_error)
		c->first_error = e;
	return super_park(c, POLLOUT, SO_SNDTIMEO);
}

long call_name(struct call *c)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (ns_name(c->fd, (struct sockaddr *)&ss, &len, c->nr == SYS_getpeername))
		return -errno;
	return address_out(c, c->a[1], c->a[2], &ss, len);
}

/* The program that SO_ATTACH_FILTER's value points to, copied from the task; p then points to the copy. */
static int filter_copy(struct call *c, struct sock_fprog *p)
{
	static struct sock_filter insns[BPF_MAXINSNS];
	int e = task_read(c->tid, c->a[3], p, sizeof(*p));

	if (e)
		return e;
	if (!p->filter || p->len > BPF_MAXINSNS)
		return -EINVAL;
	e = task_read(c->tid, (uint64_t)(uintptr_t)p->filter, insns, p->len * sizeof(insns[0]));
	p->filter = insns;
	return e;
}

static long attach_filter(struct call *c, int len)
{
	struct sock_fprog p;
	int e = len == sizeof(p) ? filter_copy(c, &p) : -EINVAL;

	return e ? e : result(ns_setsockopt(c->fd, SOL_SOCKET, (int)c->a[2], &p,
					   sizeof(p)));
}

static bool is_filter(const struct call *c)
{
	return (int)c->a[1] == SOL_SOCKET &&
	       ((int)c->a[2] == SO_ATTACH_FILTER || (int)c->a[2] == SO_ATTACH_REUSEPORT_CBPF);
}

long call_getsockopt(struct call *c)
{
	static uint8_t value[VALUE_MAX];
	socklen_t len;
	int room, e = task_read(c->tid, c->a[4], &room, sizeof(room));

	if (e)
		return e;
	if (room < 0)
		return -EINVAL;
	len = room > (int)sizeof(value) ? sizeof(value) : (socklen_t)room;
	if (task_read(c->tid, c->a[3], value, len)) /* some options are asked with a value */
		memset(value, 0, len);
	if (ns_getsockopt(c->fd, (int)c->a[1], (int)c->a[2], value, &len))
		return -errno;
	room = is_filter(c) ? (room ? (int)len * (int)sizeof(struct sock_filter) : 0) : (int)len;
	e = task_write(c->tid, c->a[3], value, (size_t)room);
	return e ? e : task_write(c->tid, c->a[4], &len, sizeof(len));
}

enum { FLOWLABEL_MGR = 32 };	/* IPV6_FLOWLABEL_MGR */

long call_setsockopt(struct call *c)
{
	static uint8_t value[VALUE_MAX];
	int len = (int)c->a[4], e;

	if (len < 0)
		return -EINVAL;
	if (is_filter(c)) {
		task_credentials(c->tid, -1);
		return attach_filter(c, len);
	}
	if (len > (int)sizeof(value))
		len = sizeof(value);
	e = task_read(c->tid, c->a[3], value, (size_t)len);
	if (e)
		return e;
	task_credentials(c->tid, -1);
	e = (int)result(ns_setsockopt(c->fd, (int)c->a[1], (int)c->a[2], value, (socklen_t)len));
	if (!e && c->a[1] == IPPROTO_IPV6 && c->a[2] == FLOWLABEL_MGR)	/* has its label now */
		task_write(c->tid, c->a[3], value, (size_t)len);
	return e;
}

long call_shutdown(struct call *c)
{
	return result(ns_shutdown(c->fd, (int)c->a[1]));
}

static long interface_list(struct call *c)
{
	struct ifconf conf;
	uint64_t buf;
	char *copy = NULL;
	int e = task_read(c->tid, c->a[2], &conf, sizeof(conf));

	if (e)
		return e;
	if (conf.ifc_len < 0)
		conf.ifc_len = 0;
	buf = (uintptr_t)conf.ifc_buf;
	if (buf) {
		if (conf.ifc_len > (int)VALUE_MAX)
			conf.ifc_len = VALUE_MAX;
		copy = malloc((size_t)conf.ifc_len + 1);
		if (!copy)
			return -ENOMEM;
	}
	conf.ifc_buf = copy;
	e = ns_ioctl(c->fd, SIOCGIFCONF, &conf) < 0 ? -errno : 0;
	if (!e && buf)
		e = task_write(c->tid, buf, copy, (size_t)conf.ifc_len);
	conf.ifc_buf = (char *)(uintptr_t)buf;
	free(copy);
	return e ? e : task_write(c->tid, c->a[2], &conf, sizeof(conf));
}

long call_ioctl(struct call *c)
{
	unsigned long req = c->a[1];
	int64_t stamp[2];
	struct ifreq r;
	size_t n = req == FIONREAD || req == SIOCOUTQ || req == SIOCATMARK ? sizeof(int) :
									     sizeof(r);
	int ret;

	switch (req) {
	case SIOCGIFCONF:
		return interface_list(c);
	case SIOCSPGRP: /* the Unix socket's business; the caller's process counts */
	case SIOCGPGRP:
	case FIOSETOWN:
	case FIOGETOWN:
		return CALL_CONTINUE;
	}
	if (ioctl_is_stamp(req)) {
		ret = ns_ioctl(c->fd, req, stamp);
		if (ret < 0)
			return -errno;
		return task_write(c->tid, c->a[2], stamp, sizeof(stamp)) ? -EFAULT : 0;
	}
	if (ioctl_changes(req)) {
		ret = task_credentials(c->tid, CAP_NET_ADMIN_BIT);
		if (ret)
			return ret;
	}
	memset(&r, 0, sizeof(r));
	if (task_read(c->tid, c->a[2], &r, n) && task_read(c->tid, c->a[2], &r, n = sizeof(int)))
		return -EFAULT;
	ret = ns_ioctl(c->fd, req, &r);
	if (ret < 0)
		return -errno;
	return task_write(c->tid, c->a[2], &r, n) ? -EFAULT : ret;
}

/* A duplicate of a datagram socket stays among the numbers for those. */
long call_dup(struct call *c)
{
	bool cloexec = c->nr == SYS_fcntl && (int)c->a[1] == F_DUPFD_CLOEXEC;
	int copy, number;

	if (!IS_DGRAM(c->kind) || (c->nr == SYS_fcntl && c->a[2] > SUPER_DGRAM_LO))
		return CALL_CONTINUE;
	number = task_free_number(c->tid);
	copy = number < 0 ? -1 : (int)raw_call(SYS_fcntl, c->fd, F_DUPFD_CLOEXEC, 0);
	return copy < 0 ? CALL_CONTINUE : super_give_fd(c, copy, number, cloexec);
}
