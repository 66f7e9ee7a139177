// SPDX-License-Identifier: BSD-2-Clause
/* The two listening sockets, and the directory where programs' listeners get their paths. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/channel.h"
#include "host/host.h"

enum { SERVER_BACKLOG = 4096, CHANNEL_GREETING_S = 30 };

static int spare_descriptor(void)
{
	return open("/", O_PATH | O_CLOEXEC);
}

bool daemon_allows(const struct daemon *dm, const struct cred *c)
{
	u32 i;

	if (c->vouched || c->uid == 0 || c->uid == dm->uid)
		return true;
	for (i = 0; i < dm->conf.nr_uids; i++)
		if (dm->conf.uids[i] == c->uid)
			return true;
	return false;
}

bool server_starved(const struct daemon *dm)
{
	return dm->server.starved_ns && dm->net->now - dm->server.starved_ns < NSEC_PER_SEC;
}

/*
 * There is no descriptor for who connects: told at once instead of made to wait. The spare one takes
 * the connection, which is closed with it. False: nobody was waiting, or not even that works.
 */
static bool refuse_one(struct daemon *dm, struct poll_item *listener)
{
	struct server *s = &dm->server;
	int fd;

	if (!server_starved(dm))
		host_log(HOST_LOG_WARN, "out of descriptors: new sockets are refused");
	s->starved_ns = dm->net->now;
	if (s->spare_fd >= 0)
		close(s->spare_fd);
	fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		dm->w0->count.refused++;
		close(fd);
	}
	s->spare_fd = spare_descriptor();
	return fd >= 0;
}

/* Takes one pending connection: its descriptor, or -1. */
static int take_one(struct daemon *dm, struct poll_item *listener, struct cred *cred)
{
	socklen_t len = sizeof(struct ucred);
	struct ucred uc;
	int fd;

	do {
		fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (fd < 0 && (errno == EMFILE || errno == ENFILE) && refuse_one(dm, listener));
	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
			dm->server.retry_accept = true;
		return -1;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &uc, &len))
		uc = (struct ucred){ .pid = 0, .uid = (uid_t)-1 };
	*cred = (struct cred){ .pid = uc.pid, .uid = uc.uid };
	if (uc.pid == dm->pid)		/* we made it ourselves, for another */
		*cred = dm->server.asker ? *dm->server.asker : (struct cred){ .uid = (uid_t)-1 };
	return fd;
}

void server_accept_streams(struct daemon *dm)
{
	struct cred cred;
	int fd, err;

	while ((fd = take_one(dm, &dm->server.stream, &cred)) >= 0) {
		struct object *o = daemon_allows(dm, &cred) ? obj_new(dm->w0, &cred, &err) : NULL;

		if (!o) {
			dm->w0->count.refused++;
			close(fd);
			continue;
		}
		if (poller_add(&dm->w0->poller, &o->d, fd)) {
			close(fd);
			obj_free(o);
			continue;
		}
		o->d.sole = true;
		connect_greeting(o);
	}
}

void server_accept_seqpackets(struct daemon *dm)
{
	struct cred cred;
	int fd;

	while ((fd = take_one(dm, &dm->server.seqpacket, &cred)) >= 0) {
		if (!channel_new(dm, fd, &cred))
			close(fd);
	}
}

static void on_stream(struct poll_item *item, u32 events)
{
	(void)events;
	server_accept_streams(container_of(item, struct daemon, server.stream));
}

static void on_seqpacket(struct poll_item *item, u32 events)
{
	(void)events;
	server_accept_seqpackets(container_of(item, struct daemon, server.seqpacket));
}

/* Is somebody listening there? A path left by a dead daemon is removed. */
static int claim_path(const struct sockaddr_un *un, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), ret = 0;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)un, sizeof(*un)) || errno == EAGAIN)
		ret = -EADDRINUSE;
	else if (errno == ECONNREFUSED)
		unlink(un->sun_path);
	close(fd);
	return ret;
}

static int open_listener(struct daemon *dm, struct poll_item *item, int type, const char *suffix)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	mode_t mode = dm->conf.nr_uids ? 0666 : 0600, old;
	int fd, one = 1, ret;

	snprintf(un.sun_path, sizeof(un.sun_path), "%s%s", dm->conf.control, suffix);
	ret = claim_path(&un, type);
	if (ret)
		return ret;
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Inherited by what it accepts: every message carries its sender's credentials. */
	if (type == SOCK_SEQPACKET)
		setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
	old = umask(0777 & ~mode);
	ret = bind(fd, (struct sockaddr *)&un, sizeof(un)) ? -errno : 0;
	umask(old);
	if (!ret && listen(fd, SERVER_BACKLOG))
		ret = -errno;
	if (!ret)
		ret = poller_add(&dm->w0->poller, item, fd);
	if (ret)
		close(fd);
	return ret;
}

static int make_directory(struct daemon *dm)
{
	struct server *s = &dm->server;
	char path[NSP_PATH_MAX + 8];

	snprintf(path, sizeof(path), "%s.l", dm->conf.control);
	rmdir(path);
	if (mkdir(path, 0700))
		return -errno;
	s->dir_path = strdup(path);
	s->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return s->dir_fd < 0 || !s->dir_path ? -errno : 0;
}

int server_start(struct daemon *dm)
{
	struct server *s = &dm->server;
	int ret;

	poll_item_init(&s->seqpacket, POLL_CALLS, on_seqpacket);
	poll_item_init(&s->stream, POLL_CALLS, on_stream);
	s->dir_fd = -1;
	s->tree_fd = -1;
	s->spare_fd = spare_descriptor();
	s->msgbuf = malloc(NSP_MSG_MAX);
	if (!s->msgbuf)
		return -ENOMEM;
	ret = open_listener(dm, &s->seqpacket, SOCK_SEQPACKET, "");
	if (!ret)
		ret = open_listener(dm, &s->stream, SOCK_STREAM, NSP_STREAM_SUFFIX);
	if (!ret)
		ret = make_directory(dm);
	return ret;
}

void server_stop(struct daemon *dm)
{
	struct server *s = &dm->server;
	char path[NSP_PATH_MAX + 8];

	if (!s->msgbuf)
		return;
	while (!list_empty(&s->channels))
		channel_free(list_first_entry(&s->channels, struct channel, all));
	if (s->stream.fd >= 0) {
		snprintf(path, sizeof(path), "%s%s", dm->conf.control, NSP_STREAM_SUFFIX);
		unlink(path);
	}
	if (s->seqpacket.fd >= 0)
		unlink(dm->conf.control);
	poller_close(&dm->w0->poller, &s->stream);
	poller_close(&dm->w0->poller, &s->seqpacket);
	tree_remove(dm);
	if (s->dir_fd >= 0)
		close(s->dir_fd);
	if (s->spare_fd >= 0)
		close(s->spare_fd);
	if (s->dir_path)
		rmdir(s->dir_path);
	free(s->dir_path);
	free(s->msgbuf);
	s->msgbuf = NULL;
}

void server_turn(struct daemon *dm, bool idle)
{
	struct server *s = &dm->server;
	struct channel *ch, *next;

	channels_turn(dm, idle);
	if (dm->net->now < s->reap_at)
		return;
	s->reap_at = dm->net->now + NSEC_PER_SEC;
	if (s->retry_accept) {
		s->retry_accept = false;
		poller_queue(&dm->w0->poller, &s->stream);
		poller_queue(&dm->w0->poller, &s->seqpacket);
	}
	list_for_each_entry_safe(ch, next, &s->channels, all)
		if (ch->state == CHANNEL_NEW &&
		    dm->net->now - ch->born_ns > CHANNEL_GREETING_S * NSEC_PER_SEC)
			channel_free(ch);
}
