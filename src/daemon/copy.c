// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where an object lives, if there are several workers. A connection's shard follows from both its
 * ports, a UDP socket's from its own: nobody knows it when the program makes the socket and sets its
 * options. So an object that is still free to go has a copy with a sock of its own in each other
 * worker, made when the first option is set, and what is set is set in all of them. A listener keeps
 * its copies: handshakes come to every shard. They are the control thread's to make, move and end,
 * with all workers held.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/object.h"

static bool is_udp(const struct object *o)
{
	return o->type == SOCK_DGRAM && !obj_is_packet(o) &&
	       (!o->protocol || o->protocol == IP_PROTO_UDP || o->protocol == IP_PROTO_UDPLITE);
}

bool obj_is_loose(const struct object *o)
{
	if (!o->sk || o->original)
		return false;
	if (obj_is_stream(o))
		return o->state == OBJ_IDLE && o->sk->sk_state == TCP_CLOSE;
	return is_udp(o) && !(o->sk->sk_userlocks & INET_BINDPORT_LOCK);
}

/* -- life of copies ------------------------------------------------------------------------- */

static void copy_free(struct object *c)
{
	if (c->state == OBJ_LISTEN)
		listener_stop(c);
	poller_close(&c->w->poller, &c->d);
	if (c->sk) {
		sock_set_event(c->sk, NULL, NULL);
		sock_close(c->sk);
	}
	free(c);
}

void copies_free(struct object **copies)
{
	u32 i;

	for (i = 0; i < NET_SHARDS_MAX; i++)
		if (copies[i])
			copy_free(copies[i]);
	free(copies);
}

void obj_drop_copies(struct object *o)
{
	struct object **copies = o->copies;

	o->copies = NULL;
	if (!copies)
		return;
	if (!on_control_thread(o->dm)) {
		worker_give_back(o->w, copies);
		return;
	}
	workers_hold_all(o->dm);
	copies_free(copies);
}

static int make_copy(struct object *o, struct worker *w)
{
	struct object *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	poll_item_init(&c->d, POLL_DATA, o->d.fn);
	c->dm = o->dm;
	c->w = w;
	c->original = o;
	c->acct = o->acct;
	c->uid = o->uid;
	c->state = o->state;
	c->family = o->family;
	c->type = o->type;
	c->protocol = o->protocol;
	c->listen_fd = -1;
	list_init(&c->link);
	list_init(&c->all);
	o->copies[w->index] = c;
	ret = obj_make_sock(c);
	if (!ret)
		c->sk->sk_twin = o->sk;
	return ret;
}

int obj_make_copies(struct object *o)
{
	struct daemon *dm = o->dm;
	int ret = 0;
	u32 i;

	if (!workers_many(dm))
		return 0;
	workers_hold_all(dm);
	if (o->copies || !obj_is_loose(o))
		return 0;
	o->copies = calloc(NET_SHARDS_MAX, sizeof(struct object *));
	if (!o->copies)
		return -ENOMEM;
	for (i = 0; i < dm->nr_workers && !ret; i++)
		if (dm->workers[i] != o->w)
			ret = make_copy(o, dm->workers[i]);
	if (ret)
		obj_drop_copies(o);
	return ret;
}

/* -- moving ---------------------------------------------------------------------------------- */

int obj_place(struct object *o, struct worker *w)
{
	struct worker *from = o->w;
	bool greeting = o->state == OBJ_GREETING;
	int ret;

	if (from == w)
		return 0;
	worker_hold(from);
	worker_hold(w);
	ret = o->d.fd < 0 ? 0 : poller_transfer(&from->poller, &w->poller, &o->d);
	if (ret)
		return ret;
	list_move_tail(&o->all, &w->objects.all);
	from->objects.nr--;
	w->objects.nr++;
	from->objects.nr_greeting -= greeting;
	w->objects.nr_greeting += greeting;
	o->w = w;
	return 0;
}

/* The sock of a copy for that of its original, which becomes the copy's: the two have changed places. */
static void swap_socks(struct object *o, struct object *c, struct worker *from)
{
	struct sock *old = o->sk;
	struct object *other;
	u32 i;

	o->sk = c->sk;
	c->sk = old;
	o->copies[c->w->index] = NULL;
	o->copies[from->index] = c;
	c->w = from;
	o->sk->sk_twin = NULL;
	o->sk->sk_user_data = o;
	old->sk_user_data = c;
	for_each_copy(o, other, i)
		if (other != o)
			other->sk->sk_twin = o->sk;
}

/* One that no option was set of: another sock is as good. */
static int replace_sock(struct object *o)
{
	struct sock *old = o->sk;
	int ret;

	o->sk = NULL;
	ret = obj_make_sock(o);
	if (ret) {
		o->sk = old;
		return ret;
	}
	sock_set_event(old, NULL, NULL);
	sock_close(old);
	return 0;
}

int obj_settle(struct object *o, struct worker *w)
{
	struct worker *from = o->w;
	struct object *c;
	int ret;

	if (from == w)
		return 0;
	workers_hold_all(o->dm);
	ret = obj_place(o, w);
	if (ret || !o->sk)
		return ret;
	c = o->copies ? o->copies[w->index] : NULL;
	if (c) {
		list_del_init(&c->d.ready);
		swap_socks(o, c, from);
		return 0;
	}
	ret = replace_sock(o);
	if (ret)
		obj_place(o, from);
	return ret;
}

/* Ports are at the same place in both families' addresses. 0: none */
static u16 port_in(const struct nsp_addr *a)
{
	return a->len >= 4 ? get_be16(a->sa + 2) : 0;
}

static struct worker *of_own_port(const struct object *o, const struct nsp_addr *dst)
{
	u16 own = o->sk ? inet_sk(o->sk)->sport : 0;

	return own ? o->dm->workers[shard_of_ports(own, port_in(dst), o->dm->nr_workers)] : NULL;
}

int obj_settle_to(struct object *o, const struct nsp_addr *dst)
{
	struct worker *w;
	int ret;

	if (!workers_many(o->dm))
		return 0;
	w = of_own_port(o, dst);
	ret = obj_settle(o, w ? w : worker_next(o->dm));
	if (!ret)
		obj_drop_copies(o);
	return ret;
}

int obj_settle_fastopen(struct object *o, const struct nsp_addr *dst)
{
	u32 key = 0, i, word;
	struct worker *w;

	if (!workers_many(o->dm))
		return 0;
	for (i = 4; i + sizeof(word) <= min_t(u32, dst->len, 24); i += sizeof(word)) {
		memcpy(&word, dst->sa + i, sizeof(word));
		key = key * 31 + word;
	}
	w = of_own_port(o, dst);
	return obj_settle(o, w ? w : o->dm->workers[shard_mix(key, o->dm->nr_workers)]);
}

/* -- bind ------------------------------------------------------------------------------------ */

/* The original is granted a port that is free in every shard; the copies take it. */
static int bind_stream(struct object *o, const struct nsp_addr *a)
{
	int ret = obj_make_copies(o);
	struct nsp_addr same = *a;
	struct object *c;
	u16 port;
	u32 i;

	if (!ret)
		ret = sock_bind(o->sk, a->sa, a->len);
	if (ret || !o->copies)
		return ret;
	port = inet_sk(o->sk)->sport;
	if (port)
		put_be16(same.sa + 2, port);
	for_each_copy(o, c, i)
		if (c != o && !ret)
			ret = sock_bind(c->sk, same.sa, same.len);
	return ret;
}

static int bind_udp(struct object *o, const struct nsp_addr *a)
{
	u16 port = port_in(a);
	int ret = 0;
	u32 i;

	if (port && !inet_sk(o->sk)->sport)
		ret = obj_settle(o, o->dm->workers[shard_of_port(port, o->dm->nr_workers)]);
	if (!ret)
		ret = sock_bind(o->sk, a->sa, a->len);
	/* The stack chooses, but of few ports (IP_LOCAL_PORT_RANGE), of which perhaps none is of
	 * this shard. */
	for (i = 0; !port && ret == -EADDRINUSE && i < o->dm->nr_workers; i++) {
		ret = obj_settle(o, o->dm->workers[i]);
		if (!ret)
			ret = sock_bind(o->sk, a->sa, a->len);
	}
	if (!ret && !obj_is_loose(o))
		obj_drop_copies(o);
	return ret;
}

int obj_bind(struct object *o, const struct nsp_addr *a)
{
	if (!workers_many(o->dm) || !obj_is_loose(o))
		return sock_bind(o->sk, a->sa, a->len);
	return obj_is_stream(o) ? bind_stream(o, a) : bind_udp(o, a);
}
