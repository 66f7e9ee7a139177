// SPDX-License-Identifier: BSD-2-Clause
/*
 * close() with SO_LINGER {1, n}: the program waits, asking how far its connection is. A socket that
 * was shown for this is remembered by its cookie when it is closed, until it has ended, n seconds
 * have passed or nobody asks any more.
 */
#include <errno.h>
#include <stdlib.h>

#include "daemon/channel.h"

#define LINGER_ASKED_NS (2 * NSEC_PER_SEC)	/* a program that died asks no more */

struct lingerer {
	struct list_head list;		/* of a worker */
	struct sock *sk;		/* one reference: its user is gone */
	u64 cookie;
	uid_t uid;
	u64 until_ns;
};

/* The FIN, or data before it, is not acknowledged. */
static bool sock_is_closing(const struct sock *sk)
{
	return sk->sk_state == TCP_FIN_WAIT1 || sk->sk_state == TCP_CLOSING ||
	       sk->sk_state == TCP_LAST_ACK;
}

static void forget(struct lingerer *l)
{
	list_del(&l->list);
	sock_put(l->sk);
	free(l);
}

/* All workers are held. */
static struct lingerer *find(struct daemon *dm, u64 cookie)
{
	struct lingerer *l;
	u32 i;

	for (i = 0; i < dm->nr_workers; i++)
		list_for_each_entry(l, &dm->workers[i]->lingering, list)
			if (l->cookie == cookie)
				return l;
	return NULL;
}

void linger_begin(struct object *o, struct sock *sk)
{
	struct worker *w = o->w;
	struct lingerer *l;

	if (!(o->flags & OBJ_F_LINGER) || !o->cookie)
		return;
	l = calloc(1, sizeof(*l));
	if (!l)
		return;
	l->sk = sock_hold(sk);
	l->cookie = o->cookie;
	l->uid = o->uid;
	l->until_ns = w->net->now + LINGER_ASKED_NS;
	list_add_tail(&l->list, &w->lingering);
}

void lingerers_reap(struct worker *w, bool all)
{
	struct lingerer *l, *next;

	list_for_each_entry_safe(l, next, &w->lingering, list)
		if (all || l->until_ns <= w->net->now)
			forget(l);
}

/* The socket will be closed. */
static int announce(struct call *c)
{
	int ret = obj_from_fd(c->dm, c->fd, &c->cred, &c->o);

	if (ret)
		return ret;
	if (!obj_is_stream(c->o) || !c->o->sk)
		return -EINVAL;
	c->o->flags |= OBJ_F_LINGER;
	return 0;
}

int call_linger(struct call *c)
{
	const struct nsp_linger_req *req = c->req;
	struct lingerer *l;
	struct object *o;

	if (c->fd >= 0)
		return announce(c);
	watch_catch_up(c->dm);
	l = find(c->dm, req->cookie);
	if (!l) {
		/* not freed: what was written is on its way, or another copy is open */
		o = obj_by_cookie(c->dm, req->cookie);
		return o && (o->flags & (OBJ_F_HUP | OBJ_F_KEEP)) == OBJ_F_HUP ? -EAGAIN : 0;
	}
	if (c->cred.uid && c->cred.uid != l->uid)
		return 0;
	if (sock_is_closing(l->sk)) {
		l->until_ns = c->dm->net->now + LINGER_ASKED_NS;
		return -EAGAIN;
	}
	forget(l);
	return 0;
}
