/* SPDX-License-Identifier: BSD-2-Clause */
/* The supervisor's loop: super.h has the whole. */
#include "super.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

/* While calls are parked, who made them is looked at: may have been killed, or have a signal. */
#define LOOK_MIN_MS 10
#define LOOK_MAX_MS 80

/* Linux 6.6: the caller runs where we do, as it waits for us and we for it. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	   SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP 1ul
#endif

static struct super {
	int listener;
	struct call *current;
	struct call *parked;
	unsigned int nr_parked;
	int look_ms;
	struct pollfd *polls;
	unsigned int nr_polls;
} su;

/* Calls that are about one descriptor, or about none. */
static const struct {
	int nr;
	long (*fn)(struct call *c);
} handlers[] = {
	{ SYS_socket, call_socket },
	{ SYS_bind, call_bind },
	{ SYS_listen, call_listen },
#ifdef SYS_accept
	{ SYS_accept, call_accept },
#endif
	{ SYS_accept4, call_accept },
	{ SYS_connect, call_connect },
	{ SYS_getsockname, call_name },
	{ SYS_getpeername, call_name },
	{ SYS_getsockopt, call_getsockopt },
	{ SYS_setsockopt, call_setsockopt },
	{ SYS_shutdown, call_shutdown },
	{ SYS_ioctl, call_ioctl },
	{ SYS_dup, call_dup },
	{ SYS_fcntl, call_dup },
	{ SYS_sendto, call_sendto },
	{ SYS_recvfrom, call_recvfrom },
	{ SYS_sendmsg, call_sendmsg },
	{ SYS_recvmsg, call_recvmsg },
	{ SYS_sendmmsg, call_sendmmsg },
	{ SYS_recvmmsg, call_recvmmsg },
	{ SYS_read, call_readwrite },
	{ SYS_readv, call_readwrite },
	{ SYS_preadv2, call_readwrite },
	{ SYS_write, call_readwrite },
	{ SYS_writev, call_readwrite },
	{ SYS_pwritev2, call_readwrite },
};

/* ---- answers -------------------------------------------------------------------------- */
static void answer(const struct call *c, long ret)
{
	struct seccomp_notif_resp r = { .id = c->id };

	if (ret == CALL_CONTINUE)
		r.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (ret < 0)
		r.error = (int32_t)ret;
	else
		r.val = ret;
	real.ioctl(su.listener, SECCOMP_IOCTL_NOTIF_SEND, &r); /* ENOENT: killed meanwhile */
}

long super_give_fd(struct call *c, int fd, int number, bool cloexec)
{
	struct seccomp_notif_addfd a = { .id = c->id,
					 .flags = SECCOMP_ADDFD_FLAG_SEND,
					 .srcfd = (uint32_t)fd,
					 .newfd_flags = cloexec ? O_CLOEXEC : 0 };
	int r = -1;

	if (number >= 0) {
		a.newfd = (uint32_t)number;
		a.flags |= SECCOMP_ADDFD_FLAG_SETFD;
		r = real.ioctl(su.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
		a.newfd = 0;
		a.flags = SECCOMP_ADDFD_FLAG_SEND;
	}
	if (r < 0)
		r = real.ioctl(su.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a);
	if (r < 0)
		r = -errno;
	raw_call(SYS_close, fd);
	return r < 0 && r != -ENOENT ? r : CALL_ANSWERED;
}

/* ---- one call ------------------------------------------------------------------------- */
static bool is_ours(struct call *c)
{
	c->fd = task_getfd(c->tid, (int)c->a[0]);
	if (c->fd < 0)
		return false;
	c->kind = fd_learn(c->fd);
	if (IS_SOCK(c->kind))
		return true;
	raw_call(SYS_close, c->fd);
	c->fd = -1;
	return false;
}

/* Our copy of the descriptor is as if the program's call had been made here. */
static void prepare(struct call *c)
{
	long fl = raw_call(SYS_fcntl, c->fd, F_GETFL, 0);

	c->nonblock = fl >= 0 && fl & O_NONBLOCK;
	c->cookie = fd_cookie(c->fd);
	if (IS_DGRAM(c->kind))
		dgram_distrust(c->fd);
	note_load(c->fd, c->cookie);
	c->kind = fd_kind(c->fd);
}

static long make(struct call *c)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(handlers); i++)
		if (handlers[i].nr == c->nr)
			return handlers[i].fn(c);
	return CALL_CONTINUE;
}

/* One try; true when the call is over. */
static bool attempt(struct call *c)
{
	long ret;

	if (c->again)
		fd_learn(c->fd);
	if (c->fd >= 0)
		prepare(c);
	su.current = c;
	shim.as_task = c->tid;
	ret = make(c);
	if (ret == -ERESTART)
		ret = CALL_CONTINUE;
	shim.as_other = false;
	shim.as_process = 0;
	if (c->fd >= 0)
		note_save(c->fd, c->cookie);
	if (ret == CALL_PARKED)
		return false;
	if (ret != CALL_ANSWERED)
		answer(c, ret);
	if (c->fd >= 0)
		raw_call(SYS_close, c->fd);
	return true;
}

static void park(struct call *c)
{
	struct call *copy = malloc(sizeof(*copy));

	if (!copy) {
		answer(c, -ENOMEM);
		raw_call(SYS_close, c->fd);
		return;
	}
	*copy = *c;
	copy->again = true;
	copy->next = su.parked;
	su.parked = copy;
	su.nr_parked++;
	su.look_ms = LOOK_MIN_MS;
}

long super_park(struct call *c, short events, int timeo)
{
	struct timeval tv = { 0 };
	socklen_t len = sizeof(tv);

	c->events = events;
	if (!c->again && !real.getsockopt(c->fd, SOL_SOCKET, timeo, &tv, &len) &&
	    (tv.tv_sec || tv.tv_usec))
		c->deadline = now_ns() + (int64_t)tv.tv_sec * 1000000000 + tv.tv_usec * 1000;
	return CALL_PARKED;
}

static void take_notification(struct seccomp_notif *n)
{
	struct call c = { .fd = -1 };

	memset(n, 0, sizeof(*n));
	if (real.ioctl(su.listener, SECCOMP_IOCTL_NOTIF_RECV, n) < 0)
		return;
	c.id = n->id;
	c.tid = (pid_t)n->pid;
	c.nr = n->data.nr;
	memcpy(c.a, n->data.args, sizeof(c.a));
	if (c.nr != SYS_socket && !is_ours(&c))
		answer(&c, CALL_CONTINUE);
	else if (!attempt(&c))
		park(&c);
}

/* ---- parked calls --------------------------------------------------------------------- */
static void drop(struct call *c)
{
	struct call **p = &su.parked;

	while (*p != c)
		p = &(*p)->next;
	*p = c->next;
	su.nr_parked--;
	if (c->fd >= 0)
		raw_call(SYS_close, c->fd);
	free(c);
}

static void retry(struct call *c)
{
	if (!attempt(c))
		return;
	c->fd = -1;
	drop(c);
}

/* Killed: nobody waits for the answer. A signal: the kernel ends or restarts the call. */
static void look_after(struct call *c)
{
	int e;

	if (real.ioctl(su.listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &c->id) < 0) {
		drop(c);
		return;
	}
	e = task_signal(c->tid, &c->pending);
	if (!e)
		return;
	/* A call with a time limit is not restarted on Linux, either; one with a part done ends. */
	if (c->done)
		answer(c, (long)c->done);
	else
		answer(c, c->deadline ? -EINTR : -e);
	drop(c);
}

static void look_at_all(void)
{
	struct call *c, *next;
	int64_t now = now_ns();

	for (c = su.parked; c; c = next) {
		next = c->next;
		if (c->deadline && now >= c->deadline) {
			c->timed_out = true;
			retry(c);
		} else {
			look_after(c);
		}
	}
	su.look_ms = su.look_ms * 2 > LOOK_MAX_MS ? LOOK_MAX_MS : su.look_ms * 2;
}

static void swapped(int fd)
{
	if (su.current && fd == su.current->fd)
		swap_install(su.current, su.listener);
}

/* ---- the loop ------------------------------------------------------------------------- */
static bool make_room(void)
{
	unsigned int need = su.nr_parked + 2;
	struct pollfd *p;

	if (need <= su.nr_polls)
		return true;
	p = realloc(su.polls, (need + 64) * sizeof(*p));
	if (!p)
		return false;
	su.polls = p;
	su.nr_polls = need + 64;
	return true;
}

/* The next time limit may come before the next look. */
static int wait_ms(int64_t now)
{
	int64_t ms = su.look_ms, left;
	struct call *c;

	if (!su.parked)
		return -1;
	for (c = su.parked; c; c = c->next) {
		left = (c->deadline - now + 999999) / 1000000;
		if (c->deadline && left < ms)
			ms = left < 0 ? 0 : left;
	}
	return (int)ms;
}

static void retry_ready(unsigned int nr)
{
	struct call *c = su.parked, *next;
	unsigned int i;

	for (i = 2; i < nr && c; i++, c = next) {
		next = c->next;
		if (su.polls[i].revents)
			retry(c);
	}
}

static int fill_polls(int events)
{
	struct call *c;
	int n = 2;

	su.polls[0] = (struct pollfd){ .fd = su.listener, .events = POLLIN };
	su.polls[1] = (struct pollfd){ .fd = events, .events = POLLIN };
	for (c = su.parked; c; c = c->next)
		su.polls[n++] = (struct pollfd){ .fd = c->fd, .events = c->events };
	return n;
}

static int loop(struct seccomp_notif *n, int events, void (*ready)(void *arg), void *arg)
{
	int64_t looked = now_ns(), now;
	int nr, r;

	for (;;) {
		if (!make_room())
			return -ENOMEM;
		nr = fill_polls(events);
		r = (int)raw_call(SYS_poll, su.polls, nr, wait_ms(now_ns()));
		if (r < 0 && errno != EINTR)
			return -errno;
		now = now_ns();
		if (r > 0) {
			retry_ready((unsigned int)nr);
			if (su.polls[1].revents)
				ready(arg);
			if (su.polls[0].revents & POLLIN)
				take_notification(n);
			else if (su.polls[0].revents & (POLLHUP | POLLERR))
				return 0;
		}
		if (su.parked && (!r || now - looked >= (int64_t)su.look_ms * 1000000)) {
			look_at_all();
			looked = now;
		}
	}
}

EXPORT int netstack_filter(void)
{
	return super_filter_install();
}

EXPORT int netstack_supervise(int listener, const char *control, int events,
			      void (*ready)(void *arg), void *arg)
{
	struct seccomp_notif_sizes sizes = { 0 };
	struct seccomp_notif *n;
	int ret;

	if (strlen(control) > NSP_PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(shim.path, control, strlen(control) + 1);
	shim.supervisor = true;
	shim.swapped = swapped;
	signal(SIGPIPE, SIG_IGN);
	if (raw_call(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0)
		return -errno;
	n = calloc(1, sizes.seccomp_notif > sizeof(*n) ? sizes.seccomp_notif : sizeof(*n));
	if (!n)
		return -ENOMEM;
	real.ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	su.listener = listener;
	su.look_ms = LOOK_MIN_MS;
	ret = loop(n, events, ready, arg);
	free(n);
	free(su.polls);
	raw_call(SYS_close, listener);
	return ret;
}
