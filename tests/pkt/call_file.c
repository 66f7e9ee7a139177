// SPDX-License-Identifier: BSD-2-Clause
/* Files of zeros and pipes, for sendfile() and splice(). */
#include <errno.h>

#include "tests/pkt/pkt.h"

enum { PIPE_CAPACITY = 65536, CHUNK = 65536 };

static u8 zeros[CHUNK];

static bool call_open(struct pkt *p, struct pending *c)
{
	const struct val *v = arg(p, c->ev, 0), *r = c->ev->call.result;
	struct fd *f;

	if (v->kind != VAL_STRING)
		pk_fail(p, c->ev->line, "open: expected a path");
	c->ret = -ENOENT;
	for (u32 i = 0; i < ARRAY_SIZE(p->file_name); i++)
		if (p->file_name[i] && !strcmp(p->file_name[i], v->s)) {
			f = fd_new(p, (int)r->i, FD_FILE);
			f->size = p->file_size[i];
			c->ret = r->i;
			break;
		}
	return true;
}

static bool call_pipe(struct pkt *p, struct pending *c)
{
	const struct val *v = arg(p, c->ev, 0);
	struct pk_pipe *pipe = pk_alloc(p, sizeof(*pipe));

	if (v->kind != VAL_LIST || v->nr != 2)
		pk_fail(p, c->ev->line, "pipe: expected [fd, fd]");
	pipe->max = PIPE_CAPACITY;
	pipe->refs = 2;
	for (u32 i = 0; i < 2; i++)
		fd_new(p, (int)v->item[i]->i, FD_PIPE)->pipe = pipe;
	c->ret = 0;
	return true;
}

static bool call_sendfile(struct pkt *p, struct pending *c)
{
	struct fd *f = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_SOCK);
	struct fd *file = fd_get(p, c->ev, arg_int(p, c->ev, 1), FD_FILE);
	size_t want = (size_t)arg_int(p, c->ev, 3), left = (size_t)(file->size - file->off);

	want = want < left ? want : left;
	while (c->moved < want) {
		size_t n = want - c->moved < CHUNK ? want - c->moved : CHUNK;
		struct skb_vec vec = { zeros, n };
		struct msg m = { .vec = &vec, .nr_vec = 1, .len = n,
				 .flags = c->moved + n < want ? SMSG_MORE : 0 };
		ssize_t done = sock_sendmsg(f->sk, &m);

		if (done == -EAGAIN && !sock_nonblock(f, 0))
			return false;
		if (done <= 0) {
			c->ret = c->moved ? (s64)c->moved : done;
			return true;
		}
		c->moved += (size_t)done;
		file->off += done;
	}
	c->ret = (s64)c->moved;
	return true;
}

enum { AT_MARK = 0x8905 };	/* SIOCATMARK */

/* Linux's splice() does not pass an urgent mark: read() does. */
static s64 splice_in(struct fd *sock, struct pk_pipe *pipe, size_t want)
{
	struct skb_vec vec[16];
	int n, mark = 0;
	size_t len = 0;

	if (!sock_ioctl(sock->sk, AT_MARK, &mark) && mark)
		return sock_nonblock(sock, 0) ? -EAGAIN : 0;
	n = sock_stream_peek(sock->sk, 0, vec, ARRAY_SIZE(vec), &len);
	if (n < 0)
		return n;
	if (!n)			/* the end */
		return sock_poll(sock->sk) & SOCK_EV_RDHUP ? 0 : -EAGAIN;
	len = min_t(size_t, min_t(size_t, len, want), pipe->max - pipe->len);
	sock_stream_consume(sock->sk, len);
	pipe->len += len;
	return (s64)len;
}

static bool call_splice(struct pkt *p, struct pending *c)
{
	struct fd *in = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_NONE);
	struct fd *out = fd_get(p, c->ev, arg_int(p, c->ev, 2), FD_NONE);
	size_t want = (size_t)arg_int(p, c->ev, 4);

	if (in->kind == FD_SOCK && out->kind == FD_PIPE) {
		c->ret = splice_in(in, out->pipe, want);
		return c->ret != -EAGAIN || sock_nonblock(in, 0);
	}
	if (in->kind == FD_PIPE && out->kind == FD_SOCK) {
		size_t n = min_t(size_t, min_t(size_t, in->pipe->len, want), CHUNK);
		struct skb_vec vec = { zeros, n };
		struct msg m = { .vec = &vec, .nr_vec = 1, .len = n };

		c->ret = sock_sendmsg(out->sk, &m);
		if (c->ret > 0)
			in->pipe->len -= (size_t)c->ret;
		return true;
	}
	pk_fail(p, c->ev->line, "splice: between a socket and a pipe only");
}

const struct call_def file_calls[] = {
	{ "open", call_open, 2, 3 },
	{ "pipe", call_pipe, 1, 1 },
	{ "sendfile", call_sendfile, 4, 4 },
	{ "splice", call_splice, 6, 6 },
	{ NULL, NULL, 0, 0 },
};
