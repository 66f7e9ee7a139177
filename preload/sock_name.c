/* SPDX-License-Identifier: BSD-2-Clause */
/* getsockname and getpeername. */
#include "shim.h"

#include <poll.h>

/*
 * Names of a connection do not change while it lives, so they are asked for once. They are the
 * socket's with that cookie, whatever has become of the number: nothing need be told of close(), dup() or
 * fork(). cookie 0: being written.
 */
static struct names {
	uint64_t cookie;
	struct nsp_addr local, peer;	/* len 0: not asked for yet */
} names[MEM_FD_MAX];

static bool remembered(int fd, unsigned int k, bool peer, struct nsp_addr *a)
{
	struct names *n = (unsigned int)fd < MEM_FD_MAX ? &names[fd] : NULL;
	uint64_t cookie = n ? __atomic_load_n(&n->cookie, __ATOMIC_ACQUIRE) : 0;

	if (!cookie || cookie != fd_cookie(fd))
		return false;
	*a = peer ? n->peer : n->local;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&n->cookie, __ATOMIC_RELAXED) == cookie && a->len &&
	       (a->sa[0] == AF_INET6) == !!(k & KF_V6);	/* IPV6_ADDRFORM changes it */
}

static void remember(int fd, bool peer, const struct nsp_addr *a)
{
	struct names *n = (unsigned int)fd < MEM_FD_MAX ? &names[fd] : NULL;
	uint64_t cookie = n ? fd_cookie(fd) : 0, old;

	if (!cookie)
		return;
	old = __atomic_exchange_n(&n->cookie, 0, __ATOMIC_ACQ_REL);
	if (old != cookie)
		n->local.len = n->peer.len = 0;
	if (peer)
		n->peer = *a;
	else
		n->local = *a;
	__atomic_store_n(&n->cookie, cookie, __ATOMIC_RELEASE);
}

/** ns_name() - an address of one of our sockets, without asking the daemon where possible */
int ns_name(int fd, struct sockaddr *sa, socklen_t *len, bool peer)
{
	unsigned int k = fd_kind_now(fd);
	struct nsp_accname acc;
	struct nsp_name_rep r = { 0 };
	bool lives;
	int e;

	if (unlikely(peer && IS_SOCK(k) && k & KF_HERE))	/* the other end may have reset it */
		settle();
	if (peer && IS_TCP(k) && KIND(k) != K_STREAM && KIND(k) != K_CONNECTING)
		return fail(ENOTCONN);
	if (peer && KIND(k) == K_CONNECTING && fd_poll(fd, POLLOUT, 0) != POLLOUT)
		return fail(ENOTCONN);
	lives = KIND(k) == K_STREAM && !(fd_poll(fd, 0, 0) & (POLLERR | POLLHUP));
	if (lives && remembered(fd, k, peer, &r.addr)) {
		e = user_addr_out(&r.addr, sa, len);
		return e ? fail(e) : 0;
	}
	/* The name of an accepted connection tells both, until the connection has ended. */
	if (KIND(k) == K_STREAM && (lives || !peer) &&
	    accname_of(fd, &acc) && (acc.local.sa[0] == AF_INET6) == !!(k & KF_V6)) {
		e = user_addr_out(peer ? &acc.peer : &acc.local, sa, len);
		return e ? fail(e) : 0;
	}
	if (KIND(k) == K_NEW && !(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_KNOWN)) {
		r.addr.sa[0] = k & KF_V6 ? AF_INET6 : AF_INET;
		r.addr.len = k & KF_V6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		e = user_addr_out(&r.addr, sa, len);
		return e ? fail(e) : 0;
	}
	e = rpc(peer ? NSP_NR_PEER : NSP_NR_NAME, fd, NULL, NULL, 0, &r, NULL, NULL);
	if (e == -ENOTSOCK && peer && IS_TCP(k))	/* ended, and forgotten by the daemon */
		e = -ENOTCONN;
	if (e < 0)
		return fail(-e);
	if (lives)
		remember(fd, peer, &r.addr);
	e = user_addr_out(&r.addr, sa, len);
	return e ? fail(e) : 0;
}

EXPORT int getsockname(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.getsockname(fd, addr, len);
	return ns_name(fd, addr.__sockaddr__, len, false);
}

EXPORT int getpeername(int fd, __SOCKADDR_ARG addr, socklen_t *len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.getpeername(fd, addr, len);
	return ns_name(fd, addr.__sockaddr__, len, true);
}
