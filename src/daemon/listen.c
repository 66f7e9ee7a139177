// SPDX-License-Identifier: BSD-2-Clause
/*
 * listen() and accept(). The program's own descriptor listens, bound by us to a path that is gone
 * before anyone else could see it. At the final ACK of a handshake we connect a new socket to it,
 * under a name that tells both addresses; when its queue is full the handshake is held.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/object.h"

enum { ACCEPT_BUDGET = 64 };
#define PROBE_MIN_NS (1 * NSEC_PER_MSEC)
#define PROBE_MAX_NS (10 * NSEC_PER_MSEC)
#define FULL_FOR_NS  (1 * NSEC_PER_MSEC) /* so long nobody is asked again */

/* Names our end: what the program's accept() returns as the peer's address. */
static int bind_name(struct object *o, int fd, const struct inet_sockaddr *local,
		     const struct inet_sockaddr *peer)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct nsp_accname name = { .magic = NSP_ACCNAME_MAGIC };
	socklen_t len;

	obj_set_id(o);
	name.id = o->id;
	nsp_addr_set(o->dm->net, o->family, peer, &name.peer);
	nsp_addr_set(o->dm->net, o->family, local, &name.local);
	memcpy(un.sun_path, &name, sizeof(name));
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof(name));
	return bind(fd, (struct sockaddr *)&un, len) ? -errno : 0;
}

static int connect_listener(const struct object *l, int fd)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	snprintf(un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d", l->listen_fd);
	return connect(fd, (struct sockaddr *)&un, sizeof(un)) ? -errno : 0;
}

static void hold(struct object *l)
{
	struct daemon *dm = l->dm;

	dm->count.admit_held++;
	if (!(l->flags & OBJ_F_HELD)) {
		l->flags |= OBJ_F_HELD;
		list_add_tail(&l->link, &dm->held);
	}
	if (!dm->probe_at) {
		dm->probe_ns = PROBE_MIN_NS;
		dm->probe_at = dm->net->now + dm->probe_ns;
	}
}

/* sk_conn_admit: a handshake is complete. Has the program room for it? */
static int admit(struct sock *sk, const struct inet_sockaddr *local,
		 const struct inet_sockaddr *peer, void **cookie)
{
	struct object *l = sk->sk_user_data, *o;
	struct cred cred;
	int fd, ret;

	if (!l || l->listen_fd < 0)
		return -ECONNREFUSED;
	cred = (struct cred){ .pid = l->acct->pid, .uid = l->uid };
	o = obj_new(l->dm, &cred, &ret);
	if (!o)
		goto no_object;
	obj_set_state(o, OBJ_ADMITTED);
	o->family = l->family;
	o->type = l->type;
	o->protocol = l->protocol;
	o->lowat = l->lowat;
	o->listener = l->cookie;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		ret = -EAGAIN;		/* out of descriptors: perhaps later */
		goto no_fd;
	}
	ret = bind_name(o, fd, local, peer);
	if (!ret)
		ret = connect_listener(l, fd);
	if (!ret)
		ret = poller_add(&l->dm->poller, &o->d, fd);
	if (ret)
		goto no_connection;
	o->d.sole = true;
	l->dm->count.admits++;
	l->queued++;
	*cookie = o;
	return 0;

no_connection:
	close(fd);
no_fd:
	obj_free(o);
no_object:
	if (ret == -EAGAIN)
		hold(l);
	else
		l->dm->count.admit_failed++;
	return ret;
}

/*
 * sk_conn_full: is there no place for one more handshake? The program's accept() tells us nothing, so
 * that we only know how many it has not taken at most; when that is too many the kernel is asked. Where
 * it does not say (another network namespace) a handshake that had to be held tells.
 */
static bool queue_is_full(struct sock *sk)
{
	struct object *l = sk->sk_user_data;
	u32 limit = sk->sk_max_ack_backlog;
	int queued;

	if (!l || l->flags & OBJ_F_HELD)
		return l;
	if (l->queued <= limit || l->flags & OBJ_F_UNSEEN)
		return false;
	if (l->full_until > l->dm->net->now)
		return true;
	queued = host_unix_queue(l->ino);
	if (queued < 0) {
		l->flags |= OBJ_F_UNSEEN;
		return false;
	}
	l->queued = (u32)queued;
	if (l->queued <= limit)
		return false;
	l->full_until = l->dm->net->now + FULL_FOR_NS;
	return true;
}

/* sk_conn_waits: we accept at once, the program perhaps has not yet. */
static bool waits_for_program(const struct sock *child)
{
	const struct object *o = child->sk_user_data;
	u32 ino = o && o->state == OBJ_OPEN ? obj_own_inode(o) : 0;

	return ino && !host_unix_accepted(ino);
}

/* sk_conn_abort: the connection died before we took it. Not now: we may be called from anywhere. */
static void abort_admitted(struct sock *sk, void *cookie)
{
	struct object *o = cookie;

	(void)sk;
	if (!o)
		return;
	o->err = ECONNRESET;
	o->flags |= OBJ_F_HUP;
	poller_queue(&o->dm->poller, &o->d);
}

/* Binds the program's descriptor to a path that vanishes at once; ours is an O_PATH handle. */
static int bind_program_fd(struct object *o, int fd)
{
	struct server *s = &o->dm->server;
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	char name[24];
	int ret = 0;

	snprintf(name, sizeof(name), "%llx", (unsigned long long)s->next_path++);
	snprintf(un.sun_path, sizeof(un.sun_path), "/proc/self/fd/%d/%s", s->dir_fd, name);
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)))
		return -errno;
	o->listen_fd = openat(s->dir_fd, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (o->listen_fd < 0)
		ret = -errno;
	unlinkat(s->dir_fd, name, 0);
	return ret;
}

int listener_start(struct object *o, int fd, int backlog)
{
	u32 somaxconn = o->dm->net->core.somaxconn;
	int ret;

	if (!obj_is_stream(o))
		return -EOPNOTSUPP;
	if ((o->state != OBJ_IDLE && o->state != OBJ_LISTEN) || !o->sk)
		return -EINVAL;
	ret = sock_listen(o->sk, backlog);
	if (ret)
		return ret;
	if (o->listen_fd < 0) {
		ret = bind_program_fd(o, fd);
		if (ret) {
			host_log(HOST_LOG_WARN, "cannot bind a listener: %s", strerror(-ret));
			return -ENOBUFS;
		}
	}
	if (listen(fd, (int)min((u32)backlog, somaxconn)))
		return -errno;
	obj_note_fd(o, fd);
	o->full_until = 0;
	o->flags &= ~(u32)OBJ_F_UNSEEN;
	o->sk->sk_conn_admit = admit;
	o->sk->sk_conn_abort = abort_admitted;
	o->sk->sk_conn_full = queue_is_full;
	o->sk->sk_conn_waits = waits_for_program;
	obj_set_state(o, OBJ_LISTEN);
	return 0;
}

void listener_stop(struct object *o)
{
	if (o->flags & OBJ_F_HELD) {
		o->flags &= ~(u32)OBJ_F_HELD;
		list_del_init(&o->link);
	}
	if (o->listen_fd >= 0)
		close(o->listen_fd);
	o->listen_fd = -1;
}

/* false: there may be more */
static bool take_children(struct object *o)
{
	struct sock *child;
	int n;

	for (n = 0; n < ACCEPT_BUDGET && !sock_accept(o->sk, &child); n++) {
		struct object *c = child->sk_user_data;

		if (!c) {
			sock_abort(child);
			continue;
		}
		c->sk = child;
		sock_set_event(child, stream_event, c);
		stream_open(c);
	}
	return n < ACCEPT_BUDGET;
}

void listener_take(struct object *o)
{
	struct object *l = obj_by_cookie(o->dm, o->listener);

	while (l && l->state == OBJ_LISTEN && o->state == OBJ_ADMITTED)
		if (take_children(l))
			break;
}

void listener_run(struct object *o)
{
	if (!take_children(o))
		poller_queue(&o->dm->poller, &o->d);
}

void listener_finish(struct object *o)
{
	while (!take_children(o))
		;
}

void listeners_probe(struct daemon *dm)
{
	struct object *l, *next;
	bool progress = false;

	if (!dm->probe_at || dm->net->now < dm->probe_at)
		return;
	list_for_each_entry_safe(l, next, &dm->held, link) {
		u64 admits = dm->count.admits;

		if (sock_listen_retry(l->sk) <= 0) {
			l->flags &= ~(u32)OBJ_F_HELD;
			list_del_init(&l->link);
		}
		progress |= admits != dm->count.admits;
	}
	dm->probe_ns = progress ? PROBE_MIN_NS : min_t(u64, dm->probe_ns * 2, PROBE_MAX_NS);
	dm->probe_at = list_empty(&dm->held) ? 0 : dm->net->now + dm->probe_ns;
}
