// SPDX-License-Identifier: BSD-2-Clause
/*
 * connect(): the program's descriptor connects to PATH.d and begins with the request. It stays in
 * the queue, so that the descriptor is not writable, until the handshake has ended; if that
 * failed, the descriptor is closed over it, which the program sees as an error.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/channel.h"
#include "daemon/object.h"

struct request {
	struct nsp_conn h;
	u8 opts[NSP_CONN_OPT_MAX];
};

static bool head_is_sane(const struct nsp_conn *h)
{
	return h->magic == NSP_CONN_MAGIC && h->hdrlen == sizeof(*h) &&
	       h->hash == nsp_proto_hash() && h->type == SOCK_STREAM &&
	       h->optlen <= NSP_CONN_OPT_MAX && h->total >= sizeof(*h) + h->optlen &&
	       h->total <= NSP_CONN_TOTAL_MAX;
}

/* The descriptor that travels with the request's first byte, or -1. */
static int peek_fd(int conn)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(4 * sizeof(int))];
	} ctl;
	struct cmsghdr *c;
	struct msghdr msg = { .msg_control = ctl.buf, .msg_controllen = sizeof(ctl.buf) };
	char byte;
	struct iovec iov = { &byte, 1 };
	int fd = -1;

	msg.msg_iov = &iov;
	msg.msg_iovlen = 1;
	if (recvmsg(conn, &msg, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
		return -1;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		size_t i, nr;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < nr; i++) {
			int got;

			memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (fd < 0)
				fd = got;
			else
				close(got);
		}
	}
	return fd;
}

static bool fd_has_cookie(int conn, u64 cookie)
{
	socklen_t len = sizeof(u64);
	int fd = peek_fd(conn);
	u64 got;
	bool ok;

	if (fd < 0)
		return false;
	ok = !getsockopt(fd, SOL_SOCKET, SO_COOKIE, &got, &len) && got == cookie;
	close(fd);
	return ok;
}

/* Options that the program set before connect(), in order. */
static void apply_options(struct object *o, const struct request *rq)
{
	u32 off = 0, i;

	for (i = 0; i < rq->h.opts; i++) {
		struct nsp_opt opt;
		u32 len;

		if (rq->h.optlen - off < sizeof(opt))
			break;
		memcpy(&opt, rq->opts + off, sizeof(opt));
		off += sizeof(opt);
		len = NSP_ALIGN8(opt.len);
		if (opt.len > NSP_CONN_OPT_MAX || rq->h.optlen - off < len)
			break;
		if (obj_setsockopt(o, &(struct cred){ .uid = o->uid }, opt.level, opt.name,
				   rq->opts + off, opt.len))
			o->w->count.oneway_failed++;
		off += len;
	}
}

/* A request that carries its descriptor: the queue must not keep the socket alive. */
static bool drop_passed_fd(struct object *o, u32 len)
{
	u8 buf[sizeof(struct request)];
	ssize_t n = recv(o->d.fd, buf, len, MSG_DONTWAIT);

	if (n <= 0)
		return false;
	o->filler -= (u32)n;
	return true;
}

static void begin(struct object *o, const struct request *rq)
{
	u32 len = (u32)sizeof(rq->h) + rq->h.optlen;
	int ret;

	obj_set_state(o, OBJ_CONNECTING);
	o->filler = rq->h.total;
	if ((rq->h.flags & NSP_CONN_FDPASS) && !drop_passed_fd(o, len)) {
		obj_free(o);
		return;
	}
	ret = rq->h.flags & NSP_CONN_STARTED ? 0 : obj_settle_to(o, &rq->h.dst);
	if (!ret)
		ret = obj_make_sock(o);
	if (!ret && !(rq->h.flags & NSP_CONN_STARTED)) {
		apply_options(o, rq);
		ret = rq->h.dst.len > sizeof(rq->h.dst.sa) ? -EINVAL :
			sock_connect(o->sk, rq->h.dst.sa, rq->h.dst.len);
	}
	if (ret && ret != -EINPROGRESS) {
		obj_fail(o, -ret);
		return;
	}
	connect_progress(o);
}

/* The socket that the request is about, with the descriptor moved to it. NULL: refused. */
static struct object *find_target(struct object *o, const struct nsp_conn *h)
{
	struct object *known = obj_by_cookie(o->dm, h->cookie);

	if ((h->flags & NSP_CONN_FDPASS) && !fd_has_cookie(o->d.fd, h->cookie))
		return NULL;
	if (!known) {
		o->family = h->family;
		o->type = h->type;
		o->protocol = h->protocol;
		obj_set_cookie(o, h->cookie, h->flags & NSP_CONN_FDPASS);
		return o;
	}
	if (!(h->flags & NSP_CONN_FDPASS) || known->state != OBJ_IDLE)
		return NULL;
	if (obj_place(o, known->w) || poller_move(&o->w->poller, &o->d, &known->d))
		return NULL;
	obj_free(o);
	return known;
}

void connect_greeting(struct object *o)
{
	struct daemon *dm = o->dm;
	struct object *target;
	struct request rq;
	ssize_t n;

	n = recv(o->d.fd, &rq, sizeof(rq), MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && errno == EAGAIN && !(o->flags & OBJ_F_HUP))
		return;
	if (n <= 0 || (o->flags & OBJ_F_HUP))
		goto refuse;
	if (n < (ssize_t)sizeof(rq.h))
		return;
	if (!head_is_sane(&rq.h))
		goto refuse;
	if (n < (ssize_t)(sizeof(rq.h) + rq.h.optlen))
		return;
	/* all that came was seen, and what follows has an edge of its own */
	if (n < (ssize_t)sizeof(rq) && n <= (ssize_t)rq.h.total && !(o->flags & OBJ_F_RDHUP))
		o->flags &= ~(u32)OBJ_F_READABLE;
	target = find_target(o, &rq.h);
	if (!target)
		goto refuse;
	begin(target, &rq);
	return;

refuse:
	dm->w0->count.refused++;
	obj_free(o);
}

void connect_progress(struct object *o)
{
	struct sock *sk = o->sk;
	int err;

	switch (sk->sk_state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
		if (sock_poll(sk) & SOCK_EV_OUT) {	/* the first write sends the SYN */
			stream_open(o);
			return;
		}
		if ((o->flags & (OBJ_F_HUP | OBJ_F_KEEP)) == OBJ_F_HUP)
			obj_free(o);
		return;
	case TCP_CLOSE:
		err = -sock_error(sk);
		obj_fail(o, err ? err : ECONNREFUSED);
		return;
	default:
		stream_open(o);
	}
}

/* Linux puts off the ACK of the SYN,ACK when data are about to follow: to go with them. */
static void note_writer(struct object *o, const struct nsp_fastopen_req *req, int taken)
{
	bool more = taken < (int)req->len || req->len == NSP_FASTOPEN_DATA_MAX;

	o->sk->sk_write_pending = req->flags & NSP_FASTOPEN_WAITS && more;
}

/* The first write of a connection whose SYN waited for it. The descriptor, open until now, connects. */
static int first_write(struct object *o, const struct nsp_fastopen_req *req, struct msg *m)
{
	int ret;

	if (o->state != OBJ_OPEN || o->sk->sk_state != TCP_SYN_SENT)
		return -EISCONN;
	ret = (int)sock_sendmsg(o->sk, m);
	if (ret < 0 && ret != -EINPROGRESS)
		return ret;
	note_writer(o, req, ret);
	o->filler += min(req->filler, (u32)NSP_CONN_TOTAL_MAX);
	obj_set_state(o, OBJ_CONNECTING);
	return ret;
}

/* TCP Fast Open: the handshake begins before the descriptor's request comes. */
int call_fastopen(struct call *c)
{
	const struct nsp_fastopen_req *req = c->req;
	struct object *o = c->o;
	struct skb_vec vec = { .base = (void *)(uintptr_t)c->data, .len = c->datalen };
	struct inet_sockaddr name;
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = c->datalen, .flags = SMSG_FASTOPEN,
			 .name = &name, .has_name = true };
	u16 family = 0;
	int ret = 0;

	if (!obj_is_stream(o) || req->len != c->datalen || req->len > NSP_FASTOPEN_DATA_MAX)
		return -EINVAL;
	if (req->flags & NSP_FASTOPEN_FIRST) {
		m.flags = 0;
		m.name = NULL;
		m.has_name = false;
		return first_write(o, req, &m);
	}
	if (o->state != OBJ_IDLE || !o->sk)
		return o->state == OBJ_CONNECTING ? -EALREADY : -EISCONN;
	if (req->dst.len > sizeof(req->dst.sa) || req->dst.len < sizeof(family))
		return -EINVAL;
	ret = obj_settle_fastopen(o, &req->dst);
	if (ret)
		return ret;
	if (req->flags & NSP_FASTOPEN_CONNECT) {
		ret = sock_connect(o->sk, req->dst.sa, req->dst.len);
		if (!obj_is_loose(o))
			obj_drop_copies(o);
		return ret;
	}
	memcpy(&family, req->dst.sa, sizeof(family));
	if (family)
		ret = o->sk->sk_family_af->sockaddr_from(req->dst.sa, req->dst.len, &name);
	else
		name.family = 0;
	if (!ret)
		ret = (int)sock_sendmsg(o->sk, &m);
	if (ret >= 0 || ret == -EINPROGRESS)
		note_writer(o, req, ret);
	if (!obj_is_loose(o))
		obj_drop_copies(o);
	return ret;
}
