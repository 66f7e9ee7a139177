// SPDX-License-Identifier: BSD-2-Clause
/* Objects: look-up by cookie and id, accounts, life and death. */
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/object.h"
#include "daemon/channel.h"
#include "daemon/payload.h"

enum {
	GREETING_NS_S = 30,	/* a connection that sends no request is closed after that */
};

static struct hlist_head *bucket(struct hlist_head *table, u64 key)
{
	return &table[hash_64(key) >> (64 - OBJ_HASH_BITS)];
}

/* The lock is held. */
static struct account *account_find(struct daemon *dm, pid_t pid)
{
	struct account *a;

	hlist_for_each_entry(a, &dm->objects.accounts[hash_32((u32)pid) & 255], hash)
		if (a->pid == pid)
			return a;
	return NULL;
}

static struct account *account_get(struct daemon *dm, pid_t pid)
{
	struct hlist_head *head = &dm->objects.accounts[hash_32((u32)pid) & 255];
	struct account *a = account_find(dm, pid);

	if (a)
		return a;
	a = calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	a->pid = pid;
	hlist_add_head(&a->hash, head);
	return a;
}

static void account_put(struct account *a)
{
	if (!a->nr || --a->nr)
		return;
	hlist_del(&a->hash);
	free(a);
}

void obj_set_state(struct object *o, enum obj_state state)
{
	if (o->state == OBJ_GREETING && state != OBJ_GREETING && !o->original)
		o->w->objects.nr_greeting--;
	o->state = (u8)state;
}

/* May this process have no further socket? Logged once, until one of its sockets has gone. */
static bool account_full(const struct daemon *dm, struct account *a)
{
	if (a->nr < dm->conf.max_sockets) {
		a->told = false;
		return false;
	}
	if (!a->told)
		host_log(HOST_LOG_WARN, "process %d has %u sockets, no more (--max-sockets)",
			 (int)a->pid, a->nr);
	a->told = true;
	return true;
}

/* One more socket of this process. NULL: *err says why. */
static struct account *account_charge(struct daemon *dm, pid_t pid, int *err)
{
	struct account *a;

	daemon_lock(dm);
	a = account_get(dm, pid);
	*err = a ? -ENOBUFS : -ENOMEM;
	if (a && account_full(dm, a))
		a = NULL;
	if (a)
		a->nr++;
	daemon_unlock(dm);
	return a;
}

struct object *obj_new(struct worker *w, const struct cred *cred, int *err)
{
	struct account *a = account_charge(w->dm, cred->pid, err);
	struct object *o;

	if (!a)
		return NULL;
	o = calloc(1, sizeof(*o));
	if (!o) {
		daemon_lock(w->dm);
		account_put(a);
		daemon_unlock(w->dm);
		*err = -ENOMEM;
		return NULL;
	}
	poll_item_init(&o->d, POLL_DATA, stream_run);
	o->dm = w->dm;
	o->w = w;
	o->acct = a;
	o->uid = cred->uid;
	o->listen_fd = -1;
	o->born_ns = w->net->now;
	list_init(&o->link);
	list_add_tail(&o->all, &w->objects.all);
	w->objects.nr++;
	w->objects.nr_greeting++;
	return o;
}

/* Nobody finds it any more. */
static void unregister(struct object *o)
{
	daemon_lock(o->dm);
	hlist_del_init(&o->by_cookie);
	hlist_del_init(&o->by_id);
	hlist_del_init(&o->by_wd);
	account_put(o->acct);
	daemon_unlock(o->dm);
}

void obj_free(struct object *o)
{
	struct sock *sk = o->sk;

	unread_end(o);
	if (sk)
		linger_begin(o, sk);
	zombie_del(o);
	if (o->copies)
		obj_drop_copies(o);
	if (o->state == OBJ_LISTEN)
		listener_stop(o);
	obj_set_state(o, OBJ_DEAD);
	dgram_free(o);
	stamps_free(o);
	records_free(o);
	lent_end(o);
	poller_close(&o->w->poller, &o->d);
	unregister(o);
	list_del(&o->all);
	o->w->objects.nr--;
	free(o);
	if (sk) {
		sock_set_event(sk, NULL, NULL);
		sock_close(sk);
	}
}

void obj_set_cookie(struct object *o, u64 cookie, bool proved)
{
	daemon_lock(o->dm);
	hlist_del_init(&o->by_cookie);
	o->cookie = cookie;
	if (proved)
		o->flags &= ~(u32)OBJ_F_CLAIMED;
	else
		o->flags |= OBJ_F_CLAIMED;
	hlist_add_head(&o->by_cookie, bucket(o->dm->objects.by_cookie, cookie));
	daemon_unlock(o->dm);
}

static struct object *find_cookie(struct daemon *dm, u64 cookie)
{
	struct object *o;

	hlist_for_each_entry(o, bucket(dm->objects.by_cookie, cookie), by_cookie)
		if (o->cookie == cookie)
			return o;
	return NULL;
}

static struct object *find_id(struct daemon *dm, u64 id)
{
	struct object *o;

	hlist_for_each_entry(o, bucket(dm->objects.by_id, id), by_id)
		if (o->id == id)
			return o;
	return NULL;
}

static struct object *find_wd(struct daemon *dm, u64 wd)
{
	struct object *o;

	hlist_for_each_entry(o, bucket(dm->objects.by_wd, wd), by_wd)
		if (o->wd == (int)wd)
			return o;
	return NULL;
}

/* Its owner may free it until he is held: then it is looked for once more. */
static struct object *find_held(struct daemon *dm, u64 key,
				struct object *(*find)(struct daemon *dm, u64 key))
{
	struct worker *w = NULL;
	struct object *o;

	if (!workers_many(dm))
		return find(dm, key);
	for (;;) {
		daemon_lock(dm);
		o = find(dm, key);
		w = o ? o->w : NULL;
		daemon_unlock(dm);
		if (!w || worker_is_held(w))
			return o;
		worker_hold(w);
	}
}

struct object *obj_by_cookie(struct daemon *dm, u64 cookie)
{
	return find_held(dm, cookie, find_cookie);
}

struct object *obj_by_id(struct daemon *dm, u64 id)
{
	return find_held(dm, id, find_id);
}

struct object *obj_by_wd(struct daemon *dm, int wd)
{
	return find_held(dm, (u64)wd, find_wd);
}

void obj_set_wd(struct object *o, int wd)
{
	daemon_lock(o->dm);
	hlist_del_init(&o->by_wd);
	o->wd = wd;
	if (wd)
		hlist_add_head(&o->by_wd, bucket(o->dm->objects.by_wd, (u64)wd));
	daemon_unlock(o->dm);
}

void obj_set_id(struct object *o)
{
	daemon_lock(o->dm);
	o->id = o->dm->objects.next_id++;
	hlist_add_head(&o->by_id, bucket(o->dm->objects.by_id, o->id));
	daemon_unlock(o->dm);
}

/* Is fd the program's end of an accepted connection of ours? */
static struct object *by_peer_name(struct daemon *dm, int fd, bool *named)
{
	struct sockaddr_un un;
	struct nsp_accname name;
	socklen_t len = sizeof(un);
	struct ucred peer;
	socklen_t peer_len = sizeof(peer);

	if (getpeername(fd, (struct sockaddr *)&un, &len))
		return NULL;
	if (len != offsetof(struct sockaddr_un, sun_path) + sizeof(name))
		return NULL;
	memcpy(&name, un.sun_path, sizeof(name));
	if (name.zero || memcmp(name.magic, NSP_ACCNAME_MAGIC, sizeof(name.magic)))
		return NULL;
	/* Names are per network namespace: another one may hold the same. Only we are its peer. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &peer_len) || peer.pid != dm->pid)
		return NULL;
	*named = true;
	return obj_by_id(dm, name.id);
}

/* What the tag and the kind of the descriptor say. 0, -ENOTSOCK */
static int read_tag(int fd, u64 *tag)
{
	socklen_t len = sizeof(*tag), ilen = sizeof(int);
	int domain, type;

	*tag = 0;
	if (getsockopt(fd, SOL_SOCKET, SO_MAX_PACING_RATE, tag, &len) || len != sizeof(*tag))
		return -ENOTSOCK;
	if (!NSP_TAG_OK(*tag))
		return -ENOTSOCK;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &ilen) || domain != AF_UNIX)
		return -ENOTSOCK;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &ilen) || type != SOCK_STREAM ||
	    NSP_TAG_TYPE(*tag) != SOCK_STREAM)
		return -ENOTSOCK;
	return 0;
}

int obj_make_sock(struct object *o)
{
	int ret;

	if (o->sk)
		return 0;
	ret = sock_create(o->w->net, o->family, o->type, o->protocol, &o->sk);
	if (ret)
		return ret;
	o->sk->sk_uid = o->uid;
	sock_set_event(o->sk, o->type == 1 ? stream_event : dgram_event, o);
	return 0;
}

static bool account_of_is_full(struct daemon *dm, pid_t pid)
{
	struct account *a;
	bool full;

	daemon_lock(dm);
	a = account_find(dm, pid);
	full = a && account_full(dm, a);
	daemon_unlock(dm);
	return full;
}

static int obj_from_tag(struct daemon *dm, int fd, u64 cookie, const struct cred *cred,
			struct object **out)
{
	struct object *o;
	u64 tag;
	int ret = read_tag(fd, &tag);

	if (ret)		/* it may be one whose greeting was refused */
		return server_starved(dm) || account_of_is_full(dm, cred->pid) ? -ENOBUFS : ret;
	o = obj_new(dm->w0, cred, &ret);
	if (!o)
		return ret;
	obj_set_state(o, OBJ_IDLE);
	o->family = (u16)NSP_TAG_FAMILY(tag);
	o->type = (u16)NSP_TAG_TYPE(tag);
	o->protocol = (u16)NSP_TAG_PROTOCOL(tag);
	ret = obj_make_sock(o);
	if (!ret)
		ret = watch_add(dm, o, fd);
	if (ret) {
		obj_free(o);
		return ret;
	}
	obj_set_cookie(o, cookie, true);
	obj_note_fd(o, fd);
	*out = o;
	return 0;
}

/* A descriptor proves the cookie; a claim by another user's connect request was a lie. */
static struct object *by_proved_cookie(struct daemon *dm, u64 cookie, const struct cred *cred)
{
	struct object *o = obj_by_cookie(dm, cookie);

	if (!o || !(o->flags & OBJ_F_CLAIMED))
		return o;
	if (o->uid != 0 && o->uid != cred->uid && cred->uid != 0) {
		obj_free(o);
		return NULL;
	}
	o->flags &= ~(u32)OBJ_F_CLAIMED;
	return o;
}

/* Requests and hellos that were sent before the call that is being handled. */
static void greet_all(struct daemon *dm)
{
	u32 left = dm->w0->objects.nr_greeting;
	struct object *o, *next;

	/* those that were accepted before, the newest of the list; they may have been silent */
	if (left)
		list_for_each_entry_safe_reverse(o, next, &dm->w0->objects.all, all) {
			if (o->state != OBJ_GREETING)
				continue;
			connect_greeting(o);
			if (!--left)
				break;
		}
	server_accept_streams(dm);
	server_accept_seqpackets(dm);
	channels_greet(dm);
}

int obj_from_fd(struct daemon *dm, int fd, const struct cred *cred, struct object **out)
{
	socklen_t len = sizeof(u64);
	struct object *o;
	bool named = false;
	u64 cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return -ENOTSOCK;
	o = by_proved_cookie(dm, cookie, cred);
	if (!o) {
		o = by_peer_name(dm, fd, &named);
		if (o)
			obj_set_cookie(o, cookie, true);
		else if (named)		/* an accepted connection that has ended */
			return -ENOTCONN;
	}
	if (!o) {
		greet_all(dm);
		o = by_proved_cookie(dm, cookie, cred);
	}
	if (!o)
		return obj_from_tag(dm, fd, cookie, cred, out);
	if (unlikely(o->state == OBJ_ADMITTED))	/* the program was quicker than we */
		listener_take(o);
	if (o->state == OBJ_DEAD && !o->wd && !watch_add(dm, o, fd))
		zombie_del(o);
	*out = o;
	return 0;
}

void obj_fail(struct object *o, int err)
{
	if (err)
		o->err = err;
	unread_end(o);
	lent_end(o);
	obj_set_state(o, OBJ_DEAD);
	zombie_add(o);
	poller_close(&o->w->poller, &o->d);
}

/* Has the program not read all that was handed to it? Asked before its socket has gone. */
static bool left_unread(const struct object *o)
{
	int queued = 0;

	return !ioctl(o->d.fd, SIOCOUTQ, &queued) && queued > 0;
}

void obj_last_close(struct object *o)
{
	switch (o->state) {
	case OBJ_CONNECTING:
	case OBJ_OPEN:
		if (left_unread(o))
			o->flags |= OBJ_F_UNREAD;
		/* What the program wrote may still be in the descriptor's queue. */
		o->flags |= OBJ_F_HUP | OBJ_F_READABLE;
		o->flags &= ~(u32)OBJ_F_KEEP;
		poller_queue(&o->w->poller, &o->d);
		break;
	case OBJ_LISTEN:
		listener_finish(o);
		obj_free(o);
		break;
	default:
		obj_free(o);
	}
}

void obj_drain(struct object *o)
{
	if (o->d.fd < 0)
		return;
	if (o->state == OBJ_OPEN)
		stream_drain(o);
	else if (o->state == OBJ_DGRAM)
		dgram_drain(o);
}

void objects_init(struct daemon *dm)
{
	list_init(&dm->captures);
	list_init(&dm->server.channels);
	list_init(&dm->server.barriers);
	list_init(&dm->server.traces);
	dm->objects.next_id = host_random_u64() >> 1 | 1;
}

void worker_objects_init(struct worker *w)
{
	list_init(&w->objects.all);
	list_init(&w->objects.zombies);
	list_init(&w->held);
	list_init(&w->lingering);
}

static void abort_sock(struct object *o)
{
	struct sock *sk = o->sk;

	if (!sk)
		return;
	dgram_uncharge(o);
	sock_set_event(sk, NULL, NULL);
	o->sk = NULL;
	sock_abort(sk);
}

void objects_exit(struct daemon *dm)
{
	struct object *o, *next, *c;
	u32 i, k;

	for (i = 0; i < dm->nr_workers; i++)
		list_for_each_entry_safe(o, next, &dm->workers[i]->objects.all, all)
			for_each_copy(o, c, k)
				abort_sock(c);
	/* Aborting a listener may tell admitted connections, which frees their objects. */
	for (i = 0; i < dm->nr_workers; i++) {
		struct worker *w = dm->workers[i];

		while (!list_empty(&w->objects.all))
			obj_free(list_first_entry(&w->objects.all, struct object, all));
		lingerers_reap(w, true);
	}
}

void objects_reap(struct worker *w)
{
	u64 now = w->net->now;
	struct object *o, *next;

	zombies_reap(w);
	if (now < w->reap_at)
		return;
	w->reap_at = now + NSEC_PER_SEC;
	lingerers_reap(w, false);
	if (!w->objects.nr_greeting)
		return;
	list_for_each_entry_safe(o, next, &w->objects.all, all)
		if (o->state == OBJ_GREETING && now - o->born_ns > GREETING_NS_S * NSEC_PER_SEC)
			obj_free(o);
}

u32 objects_count(const struct daemon *dm, u32 *zombies)
{
	u32 nr = 0, i;

	*zombies = 0;
	for (i = 0; i < dm->nr_workers; i++) {
		nr += dm->workers[i]->objects.nr;
		*zombies += dm->workers[i]->objects.nr_zombies;
	}
	return nr;
}
