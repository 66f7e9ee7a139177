/* SPDX-License-Identifier: BSD-2-Clause */
/* bind, listen, accept, connect, shutdown. */
#include "shim.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>

/*
 * A socket whose connect() failed is as good as new, and its port is free, once that was told; for
 * listen() by connect() itself. 0 or -errno.
 */
static int renew_failed(int fd, unsigned int *k, bool listens)
{
	bool told = *k & KF_FAILED && !(listens && *k & KF_ABORTED);
	int e;

	if (likely(KIND(*k) != K_CONNECTING) || !told)
		return 0;
	e = swap_to_new(fd, false);
	*k = fd_kind(fd);
	return -e;
}

int ns_bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	unsigned int k = fd_kind_now(fd);
	struct nsp_bind_req q;
	struct nsp_bind_rep r;
	struct sockaddr_storage ss;
	int e = user_addr_in(&ss, sa, len);

	if (e)
		return fail(e);
	sa = (struct sockaddr *)&ss;
	if (!(k & KF_V6) && len >= sizeof(struct sockaddr_in) && tag_is_raw(fd, k))
		ss.ss_family = AF_INET;	/* the kernel does not look at it */
	if (policy_broken())
		return fail(EINVAL);
	e = renew_failed(fd, &k, false);
	if (e)
		return fail(-e);
	if (KIND(k) == K_CONNECTING || KIND(k) == K_STREAM)
		return fail(k & KF_V6 || sa->sa_family == AF_INET || len < sizeof(struct sockaddr_in) ?
				    EINVAL : EAFNOSUPPORT);
	e = reconnect_first_use(fd);
	if (e)
		return e < 0 ? fail(-e) : real.bind(fd, sa, len);
	if (len >= sizeof(sa->sa_family) && addr_wants_kernel(fd, sa, len, true) &&
	    (k & KF_FRESH || (KIND(k) == K_NEW && !(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_BOUND)))) {
		e = swap_to_kernel(fd);
		return e ? fail(-e) : real.bind(fd, sa, len);
	}
	if (KIND(k) == K_NEW)
		sock_flush_opts(fd, tag_get(fd));
	addr_pack(&q.addr, sa, len);
	e = rpc(NSP_NR_BIND, fd, &q, NULL, 0, &r, NULL, NULL);
	if (e < 0)
		return fail(-e);
	tag_add(fd, NSP_TAGB_KNOWN | NSP_TAGB_BOUND);
	fd_set_kind(fd, k & ~(unsigned int)KF_FRESH);
	dgram_note_address(fd, sa, len);
	return 0;
}

EXPORT int bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.bind(fd, addr, len);
	return ns_bind(fd, addr.__sockaddr__, len);
}

int ns_listen(int fd, int backlog)
{
	unsigned int k = fd_kind_now(fd);
	struct nsp_listen_req q = { .backlog = backlog };
	struct nsp_listen_rep r;
	uint64_t tag;
	int e;

	if (IS_DGRAM(k))
		return fail(EOPNOTSUPP);
	e = renew_failed(fd, &k, true);
	if (e)
		return fail(-e);
	tag = tag_get(fd);
	if (KIND(k) == K_CONNECTING || KIND(k) == K_STREAM)
		return fail(EINVAL);
	if (KIND(k) == K_NEW && !(NSP_TAG_BITS(tag) & NSP_TAGB_BOUND) && listen_wants_kernel(fd)) {
		e = swap_to_kernel(fd);
		return e ? fail(-e) : real.listen(fd, backlog);
	}
	e = reconnect_first_use(fd);
	if (e)
		return e < 0 ? fail(-e) : real.listen(fd, backlog);
	sock_flush_opts(fd, tag);
	e = rpc(NSP_NR_LISTEN, fd, &q, NULL, 0, &r, NULL, NULL);
	if (e < 0)
		return fail(-e);
	tag |= (uint64_t)(NSP_TAGB_KNOWN | NSP_TAGB_LISTEN) << 24;
	tag_set(fd, tag & ~((uint64_t)NSP_TAGB_SHUT << 24));
	fd_set_kind(fd, K_LISTEN | (k & (KF_KEEP | KF_RESET)));
	return 0;
}

EXPORT int listen(int fd, int backlog)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.listen(fd, backlog);
	return ns_listen(fd, backlog);
}

/* Options of the listener that are the Unix socket's business, which does not hand them on. */
static void inherit(int from, int to, unsigned int k)
{
	static const int names[] = { SO_OOBINLINE, SO_RCVLOWAT };
	socklen_t len;
	size_t i;
	int v;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		len = sizeof(v);
		if (!real.getsockopt(from, SOL_SOCKET, names[i], &v, &len))
			real.setsockopt(to, SOL_SOCKET, names[i], &v, len);
	}
	fd_set_kind(to, fd_kind(to) | (k & (KF_LOWAT | KF_INLINE)));
}

/* A connection from this host to itself? */
static bool is_from_here(const struct nsp_accname *name)
{
	size_t at = name->local.sa[0] == AF_INET6 ? 8 : 4;

	return !memcmp(name->local.sa + at, name->peer.sa + at, at == 8 ? 16 : 4);
}

int ns_accept(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
	unsigned int k = fd_kind_now(fd);
	struct sockaddr_un un;
	socklen_t l = sizeof(un);
	struct nsp_accname name;
	int s;

	if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
		return fail(EINVAL);
	if (IS_DGRAM(k))
		return fail(EOPNOTSUPP);
	if (KIND(k) != K_LISTEN)
		return fail(EINVAL);
	settle();
	s = real.accept4(fd, (struct sockaddr *)&un, &l, flags);
	if (s < 0)
		return -1;
	fd_forget(s);
	if (!accname_ok(&un, l)) {
		if (sa && len)
			*len = 0;
		return s;
	}
	memcpy(&name, un.sun_path, sizeof(name));
	fd_set_kind(s, K_STREAM | (name.local.sa[0] == AF_INET6 ? KF_V6 : 0) |
			       (shim.supervisor ? 0 : KF_FIRST) | (is_from_here(&name) ? KF_HERE : 0) |
			       (k & (KF_LINGER | KF_INQ | KF_STAMPS)));
	if (unlikely(k & (KF_LOWAT | KF_INLINE)))
		inherit(fd, s, k);
	if (sa) {
		int e = user_addr_out(&name.peer, sa, len);

		if (e) {
			ns_close(s);
			return fail(e);
		}
	}
	return s;
}

EXPORT int accept(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.accept(fd, addr, len);
	return ns_accept(fd, addr.__sockaddr__, len, 0);
}

EXPORT int accept4(int fd, __SOCKADDR_ARG addr, socklen_t *len, int flags)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.accept4(fd, addr, len, flags);
	return ns_accept(fd, addr.__sockaddr__, len, flags);
}

int ns_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_storage ss;
	int e = user_addr_in(&ss, sa, len);

	if (e)
		return fail(e);
	sa = (struct sockaddr *)&ss;
	if (policy_broken())
		return fail(EINVAL);
	e = reconnect_first_use(fd);
	if (e)
		return e < 0 ? fail(-e) : real.connect(fd, sa, len);
	settle();
	return IS_DGRAM(fd_kind(fd)) ? dgram_connect(fd, sa, len) : stream_connect(fd, sa, len);
}

EXPORT int connect(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.connect(fd, addr, len);
	return ns_connect(fd, addr.__sockaddr__, len);
}

static int shut_rpc(int fd, int how)
{
	struct nsp_shut_req q = { .how = how };

	return rpc(NSP_NR_SHUT, fd, &q, NULL, 0, NULL, NULL, NULL);
}

/* A handshake without an answer yet: its end leaves a socket that can be connected again. */
static int shut_connecting(int fd, int how)
{
	const struct nsp_geterr_req q = { .peek = NSP_GETERR_PEEK };
	struct nsp_geterr_rep r;
	int e = shut_rpc(fd, how);

	if (e >= 0)
		e = rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL);
	if (e < 0)
		return fail(-e);
	return r.state == TCP_CLOSE ? stream_disconnect(fd, true) : real.shutdown(fd, how);
}

int ns_shutdown(int fd, int how)
{
	unsigned int k = fd_kind_now(fd);
	int e = 0;

	if (shim.silent)
		return real.shutdown(fd, how);
	if (KIND(k) == K_PACKET)
		return fail(EOPNOTSUPP);
	if (how < SHUT_RD || how > SHUT_RDWR)
		return fail(EINVAL);
	settle();
	if (k & KF_HERE)
		settle_later();
	if (KIND(k) == K_CONNECTING && !(k & KF_FAILED)) {
		short ev = fd_poll(fd, POLLOUT, 0);

		if (ev && !(ev & (POLLHUP | POLLERR))) {
			stream_connected(fd, k);
			k = K_STREAM | (k & KF_KEEP);
		}
	}
	switch (KIND(k)) {
	case K_NEW:
	case K_DEADLISTEN:
		return fail(ENOTCONN);
	case K_LISTEN:
		if (how == SHUT_WR)
			return 0;
		e = shut_rpc(fd, how);
		if (e < 0)
			return fail(-e);
		tag_add(fd, NSP_TAGB_SHUT);
		fd_set_kind(fd, K_DEADLISTEN | (k & KF_KEEP));
		real.shutdown(fd, how);	/* wakes who waits in accept(), in every process */
		swap_to_new(fd, false); /* polls like a socket that was never connected */
		return 0;
	case K_STREAM:
		e = shut_rpc(fd, how);
		if (e == -ENOTCONN || e == -ENOTSOCK)
			return fail(ENOTCONN);
		if (how != SHUT_WR)
			fd_set_kind(fd, k | KF_SHUT_RD);
		break;
	case K_CONNECTING:
		return shut_connecting(fd, how);
	default: /* datagrams */
		e = shut_rpc(fd, how);
		if (tag_is_raw(fd, k))
			return e < 0 ? fail(-e) : 0;	/* data go on both ways */
		tag_add(fd, NSP_TAGB_SHUT);
		if (e == -ENOTCONN)	/* it is shut down all the same */
			real.shutdown(fd, how);
		if (e < 0)
			return fail(-e);
	}
	return real.shutdown(fd, how);
}

EXPORT int shutdown(int fd, int how)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.shutdown(fd, how);
	return ns_shutdown(fd, how);
}
