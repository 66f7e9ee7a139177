// SPDX-License-Identifier: BSD-2-Clause
/* Data: read() to recvmsg(). Payload is zeros, in both directions. */
#include <errno.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/pkt/pkt.h"

enum { IO_MAX = 4 << 20 };

static u8 io_buf[IO_MAX];

struct io {
	struct fd *f;
	size_t len;
	int flags;
	const struct val *addr;		/* sendto's */
	bool null;			/* the buffer is NULL */
	u32 nr_vec;
};

static struct fd *sock_of(struct pkt *p, const struct pending *c)
{
	return fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_SOCK);
}

static void buffer(struct pkt *p, const struct pending *c, u32 at, struct io *io)
{
	io->null = arg(p, c->ev, at)->kind == VAL_INT && !arg_int(p, c->ev, at);
	io->len = (size_t)arg_int(p, c->ev, at + 1);
	if (io->len > IO_MAX)
		pk_fail(p, c->ev->line, "a buffer too long");
}

/* Sum of an iovec list: [{..., 100}, {..., 20}] */
static size_t iov_len(struct pkt *p, const struct event *ev, const struct val *v)
{
	size_t len = 0;

	if (!v || v->kind != VAL_LIST)
		pk_fail(p, ev->line, "expected a list of buffers");
	for (u32 i = 0; i < v->nr; i++) {
		const struct val *e = v->item[i];

		if (e->kind != VAL_STRUCT || e->nr < 2 || e->item[1]->kind != VAL_INT)
			pk_fail(p, ev->line, "expected {..., length}");
		len += (size_t)e->item[1]->i;
	}
	if (len > IO_MAX)
		pk_fail(p, ev->line, "buffers too long");
	return len;
}

/* -- sending ---------------------------------------------------------------------------------- */

/* A send that may be the connect(), or the first call to learn how that one ended. */
static ssize_t send_connecting(struct pkt *p, struct io *io, struct msg *m)
{
	struct fd *f = io->f;
	ssize_t n;

	if (f->connecting && f->sk->sk_state != TCP_SYN_SENT && f->sk->sk_state != TCP_CLOSE) {
		f->connecting = false;
		m->flags &= ~SMSG_FASTOPEN;	/* ignored after the handshake */
	}
	if (f->sk->sk_state == TCP_CLOSE) {
		p->sk_under_test = f->sk;
		p->under_test = NULL;
	}
	f->deferred = false;
	n = sock_sendmsg(f->sk, m);
	f->connecting = f->connecting || f->sk->sk_state == TCP_SYN_SENT;
	return n;
}

static ssize_t send_once(struct pkt *p, struct pending *c, struct io *io)
{
	struct skb_vec vec = { io_buf, io->len - c->moved };
	struct inet_sockaddr name;
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = vec.len, .flags = io->flags,
			 .name = &name };
	const struct inet_af *af = io->f->sk->sk_family_af;
	u8 sa[28];
	int err;

	if (io->null && io->len)
		return -EFAULT;
	if (io->addr && (io->addr->kind != VAL_INT || io->flags & SMSG_FASTOPEN)) {
		u32 len = arg_sockaddr(p, c->ev, io->addr, false, sa);

		m.has_name = true;
		name = (struct inet_sockaddr){ .family = 0 };
		if (sa[0] || sa[1]) {
			err = af->sockaddr_from(sa, len, &name);
			if (err)
				return err;
		}
	}
	if (!(io->flags & SMSG_FASTOPEN) && !io->f->connecting)
		return sock_sendmsg(io->f->sk, &m);
	return send_connecting(p, io, &m);
}

/* A blocking sender whose connection is still being made waits for that first. */
static bool opening(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV;
}

static bool send_blocks(struct pkt *p, struct pending *c, const struct io *io)
{
	if (!c->begun && io->f->sk->sk_sndtimeo_us)
		c->deadline = p->now + io->f->sk->sk_sndtimeo_us * USEC;
	return !(c->deadline && p->now >= c->deadline);
}

/* What the call waits for. */
enum { WAIT_NOTHING, WAIT_ROOM, WAIT_OPEN };

static bool still_waits(struct pkt *p, struct pending *c, const struct io *io)
{
	const struct sock *sk = io->f->sk;

	if (c->step == WAIT_OPEN && opening(sk))
		return send_blocks(p, c, io);
	/* woken when there is room worth the while, not by every acknowledgment */
	if (c->step == WAIT_ROOM && !(sock_poll(io->f->sk) & (SOCK_EV_OUT | SOCK_EV_ERR)))
		return send_blocks(p, c, io);
	return false;
}

/* The SYN went out with data: a blocking caller learns how the handshake ends first. */
static bool fast_opened(struct pending *c, struct io *io, ssize_t n)
{
	if (n != -EINPROGRESS && !(n > 0 && io->f->sk->sk_state == TCP_SYN_SENT))
		return false;
	if (n > 0)
		c->moved += (size_t)n;
	c->step = WAIT_OPEN;
	return true;
}

static bool send_stream(struct pkt *p, struct pending *c, struct io *io)
{
	bool block = !sock_nonblock(io->f, io->flags);
	struct sock *sk = io->f->sk;
	ssize_t n = 0;

	for (;;) {
		sk->sk_write_pending = 0;
		if (c->step && still_waits(p, c, io)) {
			sk->sk_write_pending = c->moved < io->len;
			return false;
		}
		if (c->step == WAIT_OPEN) {
			io->f->connecting = false;
			io->flags &= ~SMSG_FASTOPEN;
			if (sk->sk_err) {
				c->ret = sock_error(sk);
				return true;
			}
			if (c->moved == io->len)
				break;
		}
		n = send_once(p, c, io);
		world_run(p);
		if (block && fast_opened(c, io, n))
			continue;
		if (n == -EAGAIN && block && send_blocks(p, c, io)) {
			c->step = opening(sk) ? WAIT_OPEN : WAIT_ROOM;
			sk->sk_write_pending = 1;
			return false;
		}
		if (n > 0)
			c->moved += (size_t)n;
		if (n <= 0 || !block || c->moved >= io->len)
			break;
	}
	c->ret = c->moved ? (s64)c->moved : n;
	return true;
}

static bool send_all(struct pkt *p, struct pending *c, struct io *io)
{
	if (io->f->sk->sk_type == SOCK_STREAM)
		return send_stream(p, c, io);
	c->ret = send_once(p, c, io);
	return true;
}

static bool call_write(struct pkt *p, struct pending *c)
{
	struct fd *any = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_NONE);
	struct io io = { .f = any };

	buffer(p, c, 1, &io);
	if (any->kind == FD_PIPE) {
		any->pipe->len += io.len;
		c->ret = (s64)io.len;
		return true;
	}
	io.f = sock_of(p, c);
	return send_all(p, c, &io);
}

static bool call_writev(struct pkt *p, struct pending *c)
{
	struct io io = { .f = sock_of(p, c), .len = iov_len(p, c->ev, arg(p, c->ev, 1)) };

	return send_all(p, c, &io);
}

static bool call_send(struct pkt *p, struct pending *c)
{
	struct io io = { .f = sock_of(p, c), .flags = (int)arg_int(p, c->ev, 3) };

	buffer(p, c, 1, &io);
	return send_all(p, c, &io);
}

static bool call_sendto(struct pkt *p, struct pending *c)
{
	struct io io = { .f = sock_of(p, c), .addr = arg(p, c->ev, 4) };

	io.flags = (int)arg_int(p, c->ev, 3);
	buffer(p, c, 1, &io);
	return send_all(p, c, &io);
}

static bool call_sendmsg(struct pkt *p, struct pending *c)
{
	const struct val *m = arg(p, c->ev, 1), *name = val_field(m, "msg_name");
	struct io io = { .f = sock_of(p, c) };

	io.flags = (int)arg_int(p, c->ev, 2);
	io.len = iov_len(p, c->ev, val_field(m, "msg_iov"));
	if (name && (name->kind != VAL_ANY || io.flags & SMSG_FASTOPEN ||
		     io.f->sk->sk_type == SOCK_DGRAM))
		io.addr = name;
	return send_all(p, c, &io);
}

/* -- receiving -------------------------------------------------------------------------------- */

static bool recv_blocks(struct pkt *p, struct pending *c, const struct io *io)
{
	if (!c->begun && io->f->sk->sk_rcvtimeo_us)
		c->deadline = p->now + io->f->sk->sk_rcvtimeo_us * USEC;
	return !sock_nonblock(io->f, io->flags) && !(io->flags & SMSG_ERRQUEUE) &&
	       !(c->deadline && p->now >= c->deadline);
}

static ssize_t recv_once(struct pending *c, struct io *io, struct sock_cmsg *cmsg, int *out_flags)
{
	struct skb_vec vec = { io_buf, io->len - c->moved };
	struct inet_sockaddr name;
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = vec.len, .flags = io->flags,
			 .name = &name, .cmsg = cmsg };
	ssize_t n = sock_recvmsg(io->f->sk, &m);

	*out_flags = m.out_flags;
	return n;
}

static void check_zeros(struct pkt *p, const struct pending *c, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++)
		if (io_buf[i]) {
			io_buf[i] = 0;
			pk_fail(p, c->ev->line, "received data differ from what was sent");
		}
}

static bool recv_some(struct pkt *p, struct pending *c, struct io *io, struct sock_cmsg *cmsg,
		      int *out_flags)
{
	bool all = io->flags & SMSG_WAITALL && !(io->flags & SMSG_PEEK);
	struct sock *sk = io->f->sk;
	ssize_t n;

	do {
		if (io->null && io->len && sk->sk_state != TCP_LISTEN) {
			int in = 0;

			c->ret = sock_ioctl(sk, 0x541b, &in) ? -EFAULT : -EFAULT;
			return true;
		}
		n = recv_once(c, io, cmsg, out_flags);
		world_run(p);
		if (n == -EAGAIN && recv_blocks(p, c, io))
			return false;
		if (n > 0) {
			check_zeros(p, c, n);
			c->moved += (size_t)n;
		}
	} while (all && n > 0 && c->moved < io->len);
	c->ret = c->moved ? (s64)c->moved : n;
	return true;
}

static bool call_read(struct pkt *p, struct pending *c)
{
	struct fd *any = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_NONE);
	struct io io = { .f = any };
	int out;

	buffer(p, c, 1, &io);
	if (any->kind == FD_PIPE) {
		c->ret = (s64)(any->pipe->len < io.len ? any->pipe->len : io.len);
		any->pipe->len -= (size_t)c->ret;
		return true;
	}
	io.f = sock_of(p, c);
	return recv_some(p, c, &io, NULL, &out);
}

static bool call_readv(struct pkt *p, struct pending *c)
{
	struct io io = { .f = sock_of(p, c), .len = iov_len(p, c->ev, arg(p, c->ev, 1)) };
	int out;

	return recv_some(p, c, &io, NULL, &out);
}

static bool call_recv(struct pkt *p, struct pending *c)
{
	struct io io = { .f = sock_of(p, c), .flags = (int)arg_int(p, c->ev, 3) };
	int out;

	buffer(p, c, 1, &io);
	return recv_some(p, c, &io, NULL, &out);
}

/* -- control messages ------------------------------------------------------------------------- */

/* TCP_INQ's answer: what is left to read, and 1 for the end of the stream. */
static int inq_hint(struct fd *f)
{
	int in = 0;

	sock_ioctl(f->sk, 0x541b, &in);
	if (!in && sock_poll(f->sk) & SOCK_EV_RDHUP)
		in = 1;
	return in;
}

static s64 field_or(const struct val *v, const char *name, s64 otherwise)
{
	const struct val *f = val_field(v, name);

	return f && f->kind == VAL_INT ? f->i : otherwise;
}

static void check_ext_err(struct pkt *p, const struct event *ev, const struct val *want,
			  const struct sock_cmsg *got)
{
	static const struct {
		const char *name;
		u8 off, size;
	} map[] = { { "ee_errno", 0, 4 }, { "ee_origin", 4, 1 }, { "ee_type", 5, 1 },
		    { "ee_code", 6, 1 }, { "ee_info", 8, 4 }, { "ee_data", 12, 4 } };

	for (u32 i = 0; i < ARRAY_SIZE(map); i++) {
		u32 v = 0;
		s64 w;

		memcpy(&v, got->ext_err + map[i].off, map[i].size);
		w = field_or(want, map[i].name, v);
		if ((u32)w != v)
			pk_fail(p, ev->line, "%s: expected %lld, but got %u", map[i].name,
				(long long)w, v);
	}
}

static void check_cmsg(struct pkt *p, const struct pending *c, const struct io *io,
		       const struct val *want, const struct sock_cmsg *got)
{
	s64 level = field_or(want, "cmsg_level", -1), type = field_or(want, "cmsg_type", -1);
	const struct val *data = val_field(want, "cmsg_data");
	s64 v = data && data->kind == VAL_INT ? data->i : -1, live = -1;

	if (level == 6 && type == 36 /* TCP_CM_INQ */ && io->f->inq)
		live = inq_hint(io->f);
	else if ((level == 0 && type == 2) || (level == 41 && type == 52))
		live = got->has_ttl ? got->ttl : -1;
	else if ((level == 0 && type == 1) || (level == 41 && type == 67))
		live = got->has_tos ? got->tos : -1;
	else if (((level == 0 && type == 11) || (level == 41 && type == 25)) && got->has_err)
		return check_ext_err(p, c->ev, data, got);
	else
		pk_fail(p, c->ev->line, "no control message of level %lld type %lld",
			(long long)level, (long long)type);
	if (live != v)
		pk_fail(p, c->ev->line, "cmsg_data: expected %lld, but got %lld", (long long)v,
			(long long)live);
}

static bool call_recvmsg(struct pkt *p, struct pending *c)
{
	const struct val *m = arg(p, c->ev, 1), *f = val_field(m, "msg_flags");
	const struct val *control = val_field(m, "msg_control");
	struct io io = { .f = sock_of(p, c), .flags = (int)arg_int(p, c->ev, 2) };
	struct sock_cmsg cmsg = { .has_ttl = false };
	int out = 0;

	io.len = iov_len(p, c->ev, val_field(m, "msg_iov"));
	if (!recv_some(p, c, &io, &cmsg, &out))
		return false;
	if (c->ret < 0)
		return true;
	if (f && f->kind == VAL_INT && f->i != out)
		pk_fail(p, c->ev->line, "msg_flags: expected 0x%llx, but got 0x%x",
			(unsigned long long)f->i, (u32)out);
	for (u32 i = 0; control && control->kind == VAL_LIST && i < control->nr; i++)
		check_cmsg(p, c, &io, control->item[i], &cmsg);
	return true;
}

const struct call_def io_calls[] = {
	{ "read", call_read, 3, 3 },
	{ "readv", call_readv, 3, 3 },
	{ "recv", call_recv, 4, 4 },
	{ "recvfrom", call_recv, 6, 6 },
	{ "recvmsg", call_recvmsg, 3, 3 },
	{ "write", call_write, 3, 3 },
	{ "writev", call_writev, 3, 3 },
	{ "send", call_send, 4, 4 },
	{ "sendto", call_sendto, 6, 6 },
	{ "sendmsg", call_sendmsg, 3, 3 },
	{ NULL, NULL, 0, 0 },
};
