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
	nsp_addr_set(o->w->net, o->family, peer, &name.peer);
	nsp_addr_set(o->w->net, o->family, local, &name.local);
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
	struct worker *w = l->w;

	w->count.admit_held++;
	if (!(l->flags & OBJ_F_HELD)) {
		l->flags |= OBJ_F_HELD;
		list_add_tail(&l->link, &w->held);
	}
	if (!w->probe_at) {
		w->probe_ns = PROBE_MIN_NS;
		w->probe_at = w->net->now + w->probe_ns;
	}
}

/* Copies share the program's listener, and with it the count. */
static u32 *queued_of(struct object *l)
{
	return l->original ? &l->original->queued : &l->queued;
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
	o = obj_new(l->w, &cred, &ret);
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
		ret = poller_add(&l->w->poller, &o->d, fd);
	if (ret)
		goto no_connection;
	o->d.sole = true;
	l->w->count.admits++;
	__atomic_fetch_add(queued_of(l), 1, __ATOMIC_RELAXED);
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
		l->w->count.admit_failed++;
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
	if (__atomic_load_n(queued_of(l), __ATOMIC_RELAXED) <= limit || l->flags & OBJ_F_UNSEEN)
		return false;
	if (l->full_until > l->w->net->now)
		return true;
	queued = host_unix_queue(l->ino);
	if (queued < 0) {
		l->flags |= OBJ_F_UNSEEN;
		return false;
	}
	__atomic_store_n(queued_of(l), (u32)queued, __ATOMIC_RELAXED);
	if ((u32)queued <= limit)
		return false;
	l->full_until = l->w->net->now + FULL_FOR_NS;
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
	poller_queue(&o->w->poller, &o->d);
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

/* The original first: it has a port then, if it had none, which the others take. */
static int listen_all(struct object *o, int backlog)
{
	int ret = obj_make_copies(o);
	struct nsp_addr name;
	struct object *c;
	u32 i;

	if (!ret)
		ret = sock_listen(o->sk, backlog);
	if (ret || !o->copies)
		return ret;
	ret = nsp_addr_name(o->sk, false, &name);
	for_each_copy(o, c, i) {
		if (ret || c == o)
			continue;
		if (!inet_sk(c->sk)->sport)
			ret = sock_bind(c->sk, name.sa, name.len);
		if (!ret)
			ret = sock_listen(c->sk, backlog);
	}
	return ret;
}

/* Handshakes of each shard go to the program's one listener, that of o. */
static void open_for_all(struct object *c, const struct object *o)
{
	c->listen_fd = o->listen_fd;
	c->ino = o->ino;
	c->lowat = o->lowat;
	c->full_until = 0;
	c->flags &= ~(u32)OBJ_F_UNSEEN;
	c->sk->sk_conn_admit = admit;
	c->sk->sk_conn_abort = abort_admitted;
	c->sk->sk_conn_full = queue_is_full;
	c->sk->sk_conn_waits = waits_for_program;
	obj_set_state(c, OBJ_LISTEN);
}

int listener_start(struct object *o, int fd, int backlog)
{
	u32 somaxconn = o->w->net->core.somaxconn;
	struct object *c;
	int ret;
	u32 i;

	if (!obj_is_stream(o))
		return -EOPNOTSUPP;
	if ((o->state != OBJ_IDLE && o->state != OBJ_LISTEN) || !o->sk)
		return -EINVAL;
	ret = listen_all(o, backlog);
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
	for_each_copy(o, c, i)
		open_for_all(c, o);
	return 0;
}

void listener_stop(struct object *o)
{
	if (o->flags & OBJ_F_HELD) {
		o->flags &= ~(u32)OBJ_F_HELD;
		list_del_init(&o->link);
	}
	if (o->listen_fd >= 0 && !o->original)
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
		poller_queue(&o->w->poller, &o->d);
}

void listener_finish(struct object *o)
{
	struct object *c;
	u32 i;

	if (o->copies)
		workers_hold_all(o->dm);
	for_each_copy(o, c, i)
		while (!take_children(c))
			;
}

void listeners_probe(struct worker *w)
{
	struct object *l, *next;
	bool progress = false;

	if (!w->probe_at || w->net->now < w->probe_at)
		return;
	list_for_each_entry_safe(l, next, &w->held, link) {
		u64 admits = w->count.admits;

		if (sock_listen_retry(l->sk) <= 0) {
			l->flags &= ~(u32)OBJ_F_HELD;
			list_del_init(&l->link);
		}
		progress |= admits != w->count.admits;
	}
	w->probe_ns = progress ? PROBE_MIN_NS : min_t(u64, w->probe_ns * 2, PROBE_MAX_NS);
	w->probe_at = list_empty(&w->held) ? 0 : w->net->now + w->probe_ns;
}
