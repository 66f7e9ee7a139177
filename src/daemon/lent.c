// SPDX-License-Identifier: BSD-2-Clause
/* Blocks of a program's payload memory in the stream that it writes: payload.h. */
#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "daemon/payload.h"

int lent_begin(struct object *o, struct payload *p)
{
	struct lent *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	payload_get(p);
	l->pool = p;
	o->lent = l;
	return 0;
}

bool lent_mark(struct object *o, u8 block)
{
	struct lent *l = o->lent;

	l->off = 0;
	l->page = payload_take(l->pool, o->w->net, block, &l->len);
	if (!l->page)
		l->len = 0;
	return l->page;
}

void lent_throw_away(struct object *o, u8 block)
{
	u32 len;
	struct page *page = payload_take(o->lent->pool, o->w->net, block, &len);

	if (page)
		page_put(page);
}

/* The last octet that the program wrote stays: by it our close is a reset, if it is one. */
static void give_back_unread(struct object *o)
{
	struct msghdr msg = { .msg_iovlen = 1 };
	int left = 0;
	u8 c;

	if (o->d.fd < 0)
		return;
	shutdown(o->d.fd, SHUT_RD);
	if (ioctl(o->d.fd, SIOCINQ, &left) || left <= 0)
		return;
	stream_discard_all_but(o, (size_t)left, 1);
	msg.msg_iov = &(struct iovec){ &c, 1 };
	if (recvmsg(o->d.fd, &msg, MSG_PEEK | MSG_DONTWAIT) == 1 && msg.msg_flags & MSG_CTRUNC)
		lent_throw_away(o, c);
}

void lent_end(struct object *o)
{
	if (likely(!o->lent))
		return;
	give_back_unread(o);
	lent_undo(o);
}

void lent_undo(struct object *o)
{
	struct lent *l = o->lent;

	if (l->page)
		page_put(l->page);
	payload_put(l->pool);
	free(l);
	o->lent = NULL;
}

/*
 * Without a copy it stays lent until the peer has acknowledged it. When most of the program's memory does, as
 * on a long path, it is copied, so that there is always some for the next write.
 */
static ssize_t send_some(struct object *o, struct lent *l)
{
	int flags = o->flags & OBJ_F_MORE ? SMSG_MORE : 0;
	ssize_t n = -EOPNOTSUPP;

	if (!payload_is_crowded(l->pool) || o->stamps)
		n = sock_stream_attach(o->sk, l->page, l->off, l->len, flags);
	if (n == -EOPNOTSUPP) {
		struct skb_vec vec = { .base = l->page->data + l->off, .len = l->len };
		struct msg m = { .vec = &vec, .nr_vec = 1, .len = l->len, .flags = flags };

		n = sock_sendmsg(o->sk, &m);
	}
	return n == -ENOBUFS || n == -ENOMEM ? -EAGAIN : n;
}

ssize_t lent_send(struct object *o, bool *done)
{
	struct lent *l = o->lent;
	ssize_t n = send_some(o, l);

	*done = false;
	if (n <= 0)
		return n ? n : -EAGAIN;
	l->off += (u32)n;
	l->len -= (u32)n;
	if (!l->len) {
		page_put(l->page);
		l->page = NULL;
		*done = true;
	}
	return n;
}
