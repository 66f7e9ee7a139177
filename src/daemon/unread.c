// SPDX-License-Identifier: BSD-2-Clause
/*
 * The receive buffer of a program that reads slowly. What it was handed lies in its descriptor's queue, where
 * SO_RCVBUF does not see it; so a connection whose buffer is small, or was chosen, keeps the packets in
 * the stack's receive queue until the program has read them, and its window is what it would be on Linux.
 *
 * How much it has read is known from SIOCOUTQ of our end, which is memory, not octets: it shrinks by what
 * one write took when the last octet of it was read. So each write is remembered with both sizes. A read
 * between two looks hides some of the next write's memory, so the count may be off by that write, until the
 * queue is empty.
 */
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "daemon/object.h"

enum {
	WRITES = 64,			/* remembered singly; those beyond are taken for one */
	SMALL_RCVBUF = 64 << 10,	/* not chosen, but by far smaller than Linux's first one */
	LARGE_RCVBUF = 4 << 20,		/* from here on the descriptor's own 1 MiB hardly counts */
	MEM_PER_BYTE = 4,		/* of our end's buffer: below a quarter each read is an edge */
};

struct write {
	u32 len, mem;
};

struct unread {
	u32 len, mem;			/* sums of the writes */
	u32 first, nr;
	struct write writes[WRITES];
};

static bool counts(const struct sock *sk)
{
	return sk->sk_userlocks & SK_RCVBUF_LOCK ? sk->sk_rcvbuf < LARGE_RCVBUF :
						     sk->sk_rcvbuf < SMALL_RCVBUF;
}

static struct write *nth(struct unread *u, u32 i)
{
	return &u->writes[(u->first + i) % WRITES];
}

static u32 queue_mem(const struct object *o)
{
	int mem = 0;

	return o->d.fd < 0 || ioctl(o->d.fd, SIOCOUTQ, &mem) || mem < 0 ? 0 : (u32)mem;
}

/* Of the oldest write so much memory is free; it lay in several packets if that is not all. Octets. */
static u32 take(struct unread *u, u32 freed)
{
	struct write *w = nth(u, 0);
	u32 n = w->len;

	if (freed < w->mem) {
		n = (u32)((u64)n * freed / w->mem);
		w->len -= n;
		w->mem -= freed;
		u->mem -= freed;
		return n;
	}
	u->mem -= w->mem;
	u->first = (u->first + 1) % WRITES;
	u->nr--;
	return n;
}

/* The descriptor's queue takes mem now. Octets that were read since the last look. */
static u32 settle(struct unread *u, u32 mem)
{
	u32 n = 0;

	while (u->nr && (u->mem > mem || !mem))
		n += take(u, u->mem - mem);
	u->len -= n;
	return n;
}

static void push(struct unread *u, u32 len, u32 mem)
{
	struct write *w;

	if (u->nr == WRITES) {
		w = nth(u, WRITES - 1);
		w->len += len;
		w->mem += mem;
	} else {
		w = nth(u, u->nr++);
		*w = (struct write){ .len = len, .mem = mem };
	}
	u->len += len;
	u->mem += mem;
}

u32 unread_bytes(const struct object *o)
{
	return o->unread ? o->unread->len : 0;
}

void unread_given(struct object *o, u32 n)
{
	struct unread *u = o->unread;
	u32 mem = queue_mem(o);

	/* it took at least n; if there is less, something was read at the same time */
	push(u, n, mem > u->mem + n ? mem - u->mem : n);
	n = settle(u, mem);
	if (n)
		sock_stream_consume(o->sk, n);
}

void unread_look(struct object *o)
{
	struct unread *u = o->unread;
	u32 n;

	/* the mark is found by the place that reading has got to */
	if (o->flags & OBJ_F_URG) {
		unread_end(o);
		stream_make_roomy(o, o->sk->sk_rcvbuf / 2);
		return;
	}
	n = u->nr ? settle(u, queue_mem(o)) : 0;
	if (n)
		sock_stream_consume(o->sk, n);
}

void unread_begin(struct object *o)
{
	u32 mem;

	if (o->flags & (OBJ_F_URG | OBJ_F_DEAF_IN) || !counts(o->sk)) {
		unread_end(o);
		return;
	}
	/* It never fills: what is in it is bounded by the receive queue. */
	stream_make_roomy(o, MEM_PER_BYTE * o->sk->sk_rcvbuf);
	if (o->unread)
		return;
	o->unread = calloc(1, sizeof(*o->unread));	/* without memory: counts as if it were read */
	mem = o->unread ? queue_mem(o) : 0;
	if (mem)
		push(o->unread, 0, mem);
}

void unread_end(struct object *o)
{
	struct unread *u = o->unread;

	if (!u)
		return;
	o->unread = NULL;
	if (o->sk && u->len)
		sock_stream_consume(o->sk, u->len);
	free(u);
}
