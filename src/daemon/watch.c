// SPDX-License-Identifier: BSD-2-Clause
/*
 * Last close of a program's descriptor that has no connection to us: a one-shot inotify watch on
 * /proc/self/fd/N. The watch belongs to the open file description, so the event comes when the last
 * copy in any process is gone, however it went.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/object.h"

static int add(int inotify_fd, int fd)
{
	char path[32];
	int wd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	wd = inotify_add_watch(inotify_fd, path, IN_CLOSE | IN_ONESHOT);
	return wd < 0 ? -errno : wd;
}

int watch_add(struct daemon *dm, struct object *o, int fd)
{
	static bool told;
	int wd;

	if (o->wd)
		return 0;
	wd = add(dm->watch.item.fd, fd);
	if (wd < 0) {
		dm->watch.failures++;
		if (!told)
			host_log(HOST_LOG_ERR, "cannot watch a socket: %s; raise "
				 "fs.inotify.max_user_watches of the host", strerror(-wd));
		told = true;
		return -ENOBUFS;
	}
	obj_set_wd(o, wd);
	return 0;
}

static void closed(struct daemon *dm, int wd)
{
	struct object *o = obj_by_wd(dm, wd);

	if (!o)
		return;
	obj_set_wd(o, 0);
	obj_last_close(o);
}

static int by_number(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

/* The kernel's list of watches that still stand, sorted. Number, or -errno. */
static int read_standing(int inotify_fd, int **wds)
{
	size_t room = 0, nr = 0, line_room = 0;
	char path[64], *line = NULL;
	unsigned int wd;
	FILE *f;

	*wds = NULL;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", inotify_fd);
	f = fopen(path, "re");
	if (!f)
		return -errno;
	while (getline(&line, &line_room, f) >= 0) {
		if (sscanf(line, "inotify wd:%x", &wd) != 1)
			continue;
		if (nr == room) {
			int *p;

			room = room ? room * 2 : 1024;
			p = realloc(*wds, room * sizeof(**wds));
			if (!p) {
				nr = 0;
				room = SIZE_MAX;
				break;
			}
			*wds = p;
		}
		(*wds)[nr++] = (int)wd;
	}
	free(line);
	fclose(f);
	if (room == SIZE_MAX)
		return -ENOMEM;
	qsort(*wds, nr, sizeof(**wds), by_number);
	return (int)nr;
}

/* Events were lost: every watch of ours that the kernel has no more was a close. */
static void recover(struct daemon *dm)
{
	struct object *o, *next;
	int *wds, nr;
	u32 i;

	dm->watch.overflows++;
	nr = read_standing(dm->watch.item.fd, &wds);
	if (nr < 0) {
		host_log(HOST_LOG_ERR, "lost close events, and cannot recover: %s", strerror(-nr));
		free(wds);
		return;
	}
	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++)
		list_for_each_entry_safe(o, next, &dm->workers[i]->objects.all, all)
			if (o->wd && !bsearch(&o->wd, wds, (size_t)nr, sizeof(*wds), by_number))
				closed(dm, o->wd);
	free(wds);
}

void watch_read(struct daemon *dm)
{
	char buf[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool overflow = false;
	ssize_t len;

	while ((len = read(dm->watch.item.fd, buf, sizeof(buf))) > 0) {
		char *p = buf;

		while (p < buf + len) {
			struct inotify_event *ev = (struct inotify_event *)(void *)p;

			p += sizeof(*ev) + ev->len;
			if (ev->mask & IN_Q_OVERFLOW)
				overflow = true;
			else if (ev->mask & IN_CLOSE)
				closed(dm, ev->wd);
			dm->watch.events++;
		}
	}
	if (overflow)
		recover(dm);
}

void watch_catch_up(struct daemon *dm)
{
	u32 i;

	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers; i++) {
		poller_collect(&dm->workers[i]->poller);
		poller_dispatch_data(&dm->workers[i]->poller);
	}
	watch_read(dm);
}

static void on_readable(struct poll_item *item, u32 events)
{
	(void)events;
	watch_read(container_of(item, struct daemon, watch.item));
}

/* Does this kernel tell the last close of a socket at all? */
static bool self_test(int inotify_fd)
{
	char buf[512] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool early, told = false;
	ssize_t len;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return false;
	early = add(inotify_fd, pair[0]) < 0 || read(inotify_fd, buf, sizeof(buf)) > 0;
	close(pair[0]);
	close(pair[1]);
	if (early)
		return false;
	len = read(inotify_fd, buf, sizeof(buf));
	if (len > 0)
		told = ((struct inotify_event *)(void *)buf)->mask & IN_CLOSE;
	return told;
}

int watch_start(struct daemon *dm)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	if (!self_test(fd)) {
		close(fd);
		return -ENOSYS;
	}
	/* With the data items, so that a call which waits for closes sees them. */
	poll_item_init(&dm->watch.item, POLL_DATA, on_readable);
	ret = poller_add(&dm->w0->poller, &dm->watch.item, fd);
	if (ret)
		close(fd);
	return ret;
}

void watch_stop(struct daemon *dm)
{
	if (dm->watch.item.fn)
		poller_close(&dm->w0->poller, &dm->watch.item);
}
