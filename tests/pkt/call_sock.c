// SPDX-License-Identifier: BSD-2-Clause
/* socket() to close(): calls that make, name, join and end sockets. */
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "tests/pkt/pkt.h"

static int expected_fd(const struct pending *c)
{
	const struct val *r = c->ev->call.result;

	return r && r->kind == VAL_INT ? (int)r->i : -1;
}

static struct fd *sock_arg(struct pkt *p, const struct pending *c)
{
	return fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_SOCK);
}

static void adopt(struct pkt *p, struct pending *c, struct sock *sk, int type)
{
	int number = expected_fd(c);
	struct fd *f;

	if (number < 0) {		/* the script expected an error: check_result() says so */
		sock_close(sk);
		c->ret = 0;
		return;
	}
	f = fd_new(p, number, FD_SOCK);
	f->sk = sk;
	f->flags = O_RDWR | (type & SOCK_NONBLOCK ? O_NONBLOCK : 0);
	sock_set_event(sk, fd_wake, f);
	c->ret = number;
}

static bool call_socket(struct pkt *p, struct pending *c)
{
	const struct val *domain = arg(p, c->ev, 0);
	int family = domain->kind == VAL_INT ? (int)domain->i : p->variant == IPV4 ? 2 : 10;
	int type = (int)arg_int(p, c->ev, 1);
	struct sock *sk;

	c->ret = sock_create(p->net, family, type & 0xf, (int)arg_int(p, c->ev, 2), &sk);
	if (c->ret)
		return true;
	if (!p->sk_under_test)
		p->sk_under_test = sk;
	adopt(p, c, sk, type);
	return true;
}

static bool opening(const struct sock *sk)
{
	return sk->sk_state == TCP_SYN_SENT || sk->sk_state == TCP_SYN_RECV;
}

static u32 put_sockaddr(struct pkt *p, const union inet_addr *a, u16 family, u16 port, u8 *sa)
{
	memset(sa, 0, 28);
	put_be16(sa + 2, port);
	if (p->variant == IPV4 || family == INET_FAMILY_4) {
		u16 af = AF_INET;

		if (p->variant == IPV4) {
			memcpy(sa, &af, 2);
			memcpy(sa + 4, a->b + 12, 4);
			return 16;
		}
	}
	memcpy(sa, &(u16){ AF_INET6 }, 2);
	memcpy(sa + 8, a->b, 16);
	return 28;
}

u32 arg_sockaddr(struct pkt *p, const struct event *ev, const struct val *v, bool bind, u8 sa[28])
{
	const struct val *f, *port, *addr;
	union inet_addr a = { .q = { 0, 0 } };
	u16 family = pk_v6(p) ? INET_FAMILY_6 : INET_FAMILY_4;

	if (v->kind == VAL_INT) {	/* AF_UNSPEC */
		memset(sa, 0, 28);
		memcpy(sa, &(u16){ (u16)v->i }, 2);
		return 16;
	}
	if (v->kind == VAL_ANY) {
		if (!bind)
			inet_addr_pton(p->opt.remote_ip[pk_v6(p)], &a, &family);
		return put_sockaddr(p, &a, family, bind ? p->opt.bind_port : p->opt.connect_port, sa);
	}
	f = val_field(v, "sa_family");
	if (f && f->i == AF_UNSPEC) {
		memset(sa, 0, 28);
		return 16;
	}
	port = val_field(v, "sin_port");
	port = port ? port : val_field(v, "sin6_port");
	addr = val_field(v, "sin_addr");
	addr = addr ? addr : val_field(v, "sin6_addr");
	if (!port || !addr)
		pk_fail(p, ev->line, "an address needs sin_port and sin_addr");
	if (addr->kind == VAL_STRING && !inet_addr_pton(addr->s, &a, &family))
		pk_fail(p, ev->line, "bad address %s", addr->s);
	return put_sockaddr(p, &a, family, (u16)port->i, sa);
}

static bool call_bind(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);
	u8 sa[28];
	u32 len = arg_sockaddr(p, c->ev, arg(p, c->ev, 1), true, sa);

	c->ret = sock_bind(f->sk, sa, len);
	p->sk_under_test = f->sk;
	return true;
}

static bool call_listen(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);

	c->ret = sock_listen(f->sk, (int)arg_int(p, c->ev, 1));
	p->sk_under_test = f->sk;
	p->under_test = NULL;		/* the next SYN is a new peer's */
	return true;
}

/* As struct socket's state: the first connect() after the handshake tells how that went. */
static bool connect_result(struct pending *c, struct fd *f)
{
	if (opening(f->sk)) {
		c->ret = -EALREADY;
		return false;
	}
	f->connecting = false;
	c->ret = sock_error(f->sk);
	if (!c->ret && f->sk->sk_state == TCP_CLOSE)
		c->ret = -ECONNABORTED;
	return true;
}

static bool connect_begin(struct pkt *p, struct pending *c, struct fd *f)
{
	u8 sa[28];
	u32 len = arg_sockaddr(p, c->ev, arg(p, c->ev, 1), false, sa);

	p->sk_under_test = f->sk;
	if (f->connecting) {
		c->ret = f->deferred ? -EISCONN : 0;
		return f->deferred || connect_result(c, f);
	}
	if (f->sk->sk_state == TCP_CLOSE)
		p->under_test = NULL;
	c->ret = sock_connect(f->sk, sa, len);
	world_run(p);
	f->connecting = c->ret == -EINPROGRESS || (!c->ret && opening(f->sk));
	f->deferred = f->connecting && !c->ret;	/* TCP_FASTOPEN_CONNECT: the SYN waits for data */
	return !c->ret || !f->connecting;
}

static bool call_connect(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);

	if (!c->begun) {
		if (connect_begin(p, c, f) || sock_nonblock(f, 0))
			return true;
		if (f->sk->sk_sndtimeo_us)
			c->deadline = p->now + f->sk->sk_sndtimeo_us * USEC;
	}
	if (connect_result(c, f))
		return true;
	c->ret = -EINPROGRESS;
	return c->deadline && p->now >= c->deadline;
}

static bool call_accept(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);
	struct sock *child;
	int flags = c->ev->call.nr_args > 3 ? (int)arg_int(p, c->ev, 3) : 0;

	c->ret = sock_accept(f->sk, &child);
	if (!c->begun && f->sk->sk_rcvtimeo_us)
		c->deadline = p->now + f->sk->sk_rcvtimeo_us * USEC;
	if (c->ret == -EAGAIN && !sock_nonblock(f, 0))
		return c->deadline && p->now >= c->deadline;
	if (c->ret)
		return true;
	p->sk_under_test = child;
	adopt(p, c, child, flags);
	return true;
}

static bool call_shutdown(struct pkt *p, struct pending *c)
{
	c->ret = sock_shutdown(sock_arg(p, c)->sk, (int)arg_int(p, c->ev, 1));
	return true;
}

/* SO_LINGER with a time: close() waits until everything was acknowledged. */
static bool lingers(struct pkt *p, struct pending *c, struct fd *f)
{
	struct sock *sk = f->sk;

	if (!sock_flag(sk, SOCK_LINGER) || !sk->sk_lingertime_ns || sk->sk_type != SOCK_STREAM)
		return false;
	if (c->step == 0) {
		c->step = 1;
		if (sk->sk_state != TCP_ESTABLISHED && sk->sk_state != TCP_CLOSE_WAIT &&
		    sk->sk_state != TCP_FIN_WAIT1)
			return false;
		if (!skb_queue_empty(&sk->sk_receive_queue))
			return false;
		sock_shutdown(sk, SHUT_WR);
		c->deadline = p->now + sk->sk_lingertime_ns;
	}
	return c->deadline && p->now < c->deadline &&
	       (sk->sk_state == TCP_FIN_WAIT1 || sk->sk_state == TCP_CLOSING ||
		sk->sk_state == TCP_LAST_ACK);
}

static bool call_close(struct pkt *p, struct pending *c)
{
	struct fd *f = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_NONE);

	c->ret = 0;
	if (f->kind == FD_SOCK) {
		if (lingers(p, c, f))
			return false;
		if (p->sk_under_test == f->sk)
			p->sk_under_test = NULL;
		sock_close(f->sk);
	} else if (f->kind == FD_PIPE) {
		f->pipe->refs--;
	}
	fd_forget(p, f);
	return true;
}

static bool call_fcntl(struct pkt *p, struct pending *c)
{
	struct fd *f = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_NONE);
	int cmd = (int)arg_int(p, c->ev, 1);

	c->ret = 0;
	if (cmd == F_GETFL)
		c->ret = f->flags;
	else if (cmd == F_SETFL)
		f->flags = (f->flags & ~O_NONBLOCK) | ((int)arg_int(p, c->ev, 2) & O_NONBLOCK);
	else
		pk_fail(p, c->ev->line, "fcntl: only F_GETFL and F_SETFL");
	return true;
}

static bool call_ioctl(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);
	u32 cmd = (u32)arg_int(p, c->ev, 1);
	const struct val *v = arg(p, c->ev, 2);
	int value = 0;

	if (v->kind == VAL_LIST && v->nr)
		v = v->item[0];
	if (cmd == FIONBIO) {
		f->flags = (f->flags & ~O_NONBLOCK) | (v->i ? O_NONBLOCK : 0);
		c->ret = 0;
		return true;
	}
	c->ret = sock_ioctl(f->sk, cmd, &value);
	if (!c->ret && v->kind == VAL_INT && v->i != value)
		pk_fail(p, c->ev->line, "ioctl: expected %lld, but got %d", (long long)v->i, value);
	return true;
}

/* -- names ------------------------------------------------------------------------------------- */

static bool name_call(struct pkt *p, struct pending *c, bool peer)
{
	struct fd *f = sock_arg(p, c);
	u8 sa[28], want[28];
	u32 len = sizeof(sa), want_len;
	const struct val *v = arg(p, c->ev, 1);

	c->ret = peer ? sock_getpeername(f->sk, sa, &len) : sock_getsockname(f->sk, sa, &len);
	if (c->ret || v->kind == VAL_ANY)
		return true;
	want_len = arg_sockaddr(p, c->ev, v, true, want);
	if (want_len != len || memcmp(sa, want, len))
		pk_fail(p, c->ev->line, "%s: another address", c->ev->call.name);
	return true;
}

static bool call_getsockname(struct pkt *p, struct pending *c)
{
	return name_call(p, c, false);
}

static bool call_getpeername(struct pkt *p, struct pending *c)
{
	return name_call(p, c, true);
}

/* -- options ----------------------------------------------------------------------------------- */

/* SO_LINGER's and the time-outs' structures, keys and names, integers. Returns the length. */
static u32 opt_bytes(struct pkt *p, const struct event *ev, const struct val *v, u8 *b, u32 size)
{
	s64 sec = 0, usec = 0;

	if (v->kind == VAL_LIST && v->nr)
		v = v->item[0];
	memset(b, 0, size);
	if (v->kind == VAL_STRING) {
		if (v->slen > size)
			pk_fail(p, ev->line, "the value is too long");
		memcpy(b, v->s, v->slen);
		return (u32)v->slen;
	}
	if (v->kind == VAL_INT) {
		memcpy(b, &v->i, 8);
		return 4;
	}
	if (v->kind != VAL_STRUCT)
		return 0;
	if (val_field(v, "onoff")) {
		int linger[2] = { (int)val_field(v, "onoff")->i,
				  val_field(v, "linger") ? (int)val_field(v, "linger")->i : 0 };

		memcpy(b, linger, 8);
		return 8;
	}
	if (val_field(v, "tv_sec"))
		sec = val_field(v, "tv_sec")->i;
	if (val_field(v, "tv_usec"))
		usec = val_field(v, "tv_usec")->i;
	memcpy(b, &sec, 8);
	memcpy(b + 8, &usec, 8);
	return 16;
}

static bool call_setsockopt(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);
	int level = (int)arg_int(p, c->ev, 1), name = (int)arg_int(p, c->ev, 2);
	u8 b[256];
	u32 len = opt_bytes(p, c->ev, arg(p, c->ev, 3), b, sizeof(b));

	if (c->ev->call.nr_args > 4)
		len = (u32)arg_int(p, c->ev, 4);
	if (level == 6 && name == TCP_INQ) {	/* the receiving call's business */
		f->inq = b[0];
		c->ret = 0;
		return true;
	}
	/* a mapped socket's IPv4 options are options of the socket, too */
	c->ret = sock_setsockopt(f->sk, level, name, b, len);
	return true;
}

static bool call_getsockopt(struct pkt *p, struct pending *c)
{
	struct fd *f = sock_arg(p, c);
	const struct val *v = arg(p, c->ev, 3), *l = arg(p, c->ev, 4);
	u8 got[256], want[256];
	u32 len = sizeof(got), want_len;

	if (l->kind == VAL_LIST && l->nr)
		l = l->item[0];
	if (l->kind == VAL_INT && l->i >= 0 && l->i < (s64)sizeof(got))
		len = (u32)l->i;
	memset(got, 0, sizeof(got));
	c->ret = sock_getsockopt(f->sk, (int)arg_int(p, c->ev, 1), (int)arg_int(p, c->ev, 2), got,
				 &len);
	if (v->kind == VAL_LIST && v->nr)
		v = v->item[0];
	if (c->ret || v->kind == VAL_ANY || (v->kind == VAL_LIST && !v->nr))
		return true;
	want_len = opt_bytes(p, c->ev, v, want, sizeof(want));
	if (want_len > len && v->kind != VAL_INT)
		pk_fail(p, c->ev->line, "getsockopt: %u octets only", len);
	if (memcmp(got, want, want_len < len ? want_len : len))
		pk_fail(p, c->ev->line, "getsockopt: expected %lld, but got %d", (long long)v->i,
			sockopt_int(got));
	return true;
}

const struct call_def socket_calls[] = {
	{ "socket", call_socket, 3, 3 },
	{ "bind", call_bind, 3, 3 },
	{ "listen", call_listen, 2, 2 },
	{ "connect", call_connect, 3, 3 },
	{ "accept", call_accept, 3, 3 },
	{ "accept4", call_accept, 4, 4 },
	{ "shutdown", call_shutdown, 2, 2 },
	{ "close", call_close, 1, 1 },
	{ "fcntl", call_fcntl, 2, 3 },
	{ "ioctl", call_ioctl, 3, 3 },
	{ "getsockname", call_getsockname, 3, 3 },
	{ "getpeername", call_getpeername, 3, 3 },
	{ "setsockopt", call_setsockopt, 4, 5 },
	{ "getsockopt", call_getsockopt, 5, 5 },
	{ NULL, NULL, 0, 0 },
};
