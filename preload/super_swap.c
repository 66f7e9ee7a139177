/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library put another socket under its copy of a descriptor (swap.c): a kernel socket for an
 * address of the host's loopback, or a fresh one. The program's number is changed likewise, and
 * where an epoll instance of the program watched it, the new socket is added.
 */
#include "super.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define WATCH_MAX 8

/* Registrations of one number with the epoll instances of a process. */
struct watches {
	int nr;
	struct {
		int epfd;
		struct epoll_event ev;
	} at[WATCH_MAX];
};

/* Lines of /proc/TID/fdinfo/EPFD: "tfd:  5 events:  2019 data:  c0ffee ..." */
static void look_into(pid_t tid, int epfd, int fd, struct watches *w)
{
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)tid, epfd);
	f = fopen(path, "re");
	while (f && w->nr < WATCH_MAX && fgets(line, sizeof(line), f)) {
		unsigned int events;
		unsigned long long data;
		int tfd;

		if (sscanf(line, "tfd: %d events: %x data: %llx", &tfd, &events, &data) != 3 ||
		    tfd != fd)
			continue;
		w->at[w->nr].epfd = epfd;
		w->at[w->nr].ev.events = events;
		w->at[w->nr++].ev.data.u64 = data;
	}
	if (f)
		fclose(f);
}

static void find_watches(pid_t tid, int fd, struct watches *w)
{
	char path[64], link[64];
	int epfd, gap = 0;
	long n;

	/* Numbers are given from below: no need to read on far behind the last. */
	for (epfd = 0, w->nr = 0; epfd < 1024 && gap < 64; epfd++, gap++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, epfd);
		n = raw_call(SYS_readlinkat, AT_FDCWD, path, link, sizeof(link) - 1);
		if (n < 0)
			continue;
		gap = -1;
		link[n] = '\0';
		if (!strcmp(link, "anon_inode:[eventpoll]"))
			look_into(tid, epfd, fd, w);
	}
}

/* A registration is known by the socket and the number that it was made with: so it is made in a
 * child, whose table of descriptors can be as the program's. */
static void watch(int epfd, int fd, int number, const struct epoll_event *ev)
{
	struct epoll_event copy = *ev;
	pid_t child = fork();

	if (child < 0)
		return;
	if (!child) {
		if (epfd == number)
			epfd = (int)raw_call(SYS_fcntl, epfd, F_DUPFD, number + 1);
		if (fd != number)
			raw_call(SYS_dup3, fd, number, 0);
		raw_call(SYS_epoll_ctl, epfd, EPOLL_CTL_ADD, number, &copy);
		raw_call(SYS_exit_group, 0);
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static void restore(pid_t tid, int fd, int number, const struct watches *w)
{
	int i, epfd;

	for (i = 0; i < w->nr; i++) {
		epfd = task_getfd(tid, w->at[i].epfd);
		if (epfd < 0)
			continue;
		watch(epfd, fd, number, &w->at[i].ev);
		raw_call(SYS_close, epfd);
	}
}

void swap_install(struct call *c, int listener)
{
	struct seccomp_notif_addfd a = { .id = c->id, .flags = SECCOMP_ADDFD_FLAG_SETFD };
	struct watches w;
	int number = (int)c->a[0];

	find_watches(c->tid, number, &w);
	a.srcfd = (uint32_t)c->fd;
	a.newfd = (uint32_t)number;
	a.newfd_flags = task_cloexec(c->tid, number) ? O_CLOEXEC : 0;
	c->cookie = fd_cookie(c->fd);
	if (real.ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a) >= 0)
		restore(c->tid, c->fd, number, &w);
}
