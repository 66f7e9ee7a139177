/* SPDX-License-Identifier: BSD-2-Clause */
/* getsockname and getpeername. */
#include "shim.h"

#include <poll.h>

/** ns_name() - an address of one of our sockets, without asking the daemon where possible */
int ns_name(int fd, struct sockaddr *sa, socklen_t *len, bool peer)
{
	unsigned int k = fd_kind(fd);
	struct nsp_accname acc;
	struct nsp_name_rep r = { 0 };
	int e;

	if (peer && IS_TCP(k) && KIND(k) != K_STREAM && KIND(k) != K_CONNECTING)
		return fail(ENOTCONN);
	if (peer && KIND(k) == K_CONNECTING && fd_poll(fd, POLLOUT, 0) != POLLOUT)
		return fail(ENOTCONN);
	/* The name of an accepted connection tells both, until the connection has ended. */
	if (KIND(k) == K_STREAM && !(peer && fd_poll(fd, 0, 0) & (POLLERR | POLLHUP)) &&
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
