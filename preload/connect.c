/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connect() of a TCP socket: the request that travels as the first bytes of the stream, the wait
 * for the end of the handshake, what a second connect() means, and TCP Fast Open. doc/protocol.md,
 * section 3.
 */
#include "shim.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/syscall.h>

struct request {
	struct nsp_conn h;
	uint8_t opts[sizeof(((struct fdmem *)0)->buf)];
};

static void request_build(struct request *q, int fd, uint64_t tag, const struct sockaddr *sa,
			  socklen_t len, bool owe)
{
	struct fdmem *m = fd_mem(fd, false);

	memset(&q->h, 0, sizeof(q->h));
	q->h.magic = NSP_CONN_MAGIC;
	q->h.hdrlen = sizeof(q->h);
	q->h.family = (uint8_t)NSP_TAG_FAMILY(tag);
	q->h.type = SOCK_STREAM;
	q->h.protocol = (uint16_t)NSP_TAG_PROTOCOL(tag);
	q->h.hash = nsp_proto_hash();
	q->h.cookie = fd_cookie(fd);
	addr_pack(&q->h.dst, sa, len);
	if (NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN) {
		q->h.flags = NSP_CONN_FDPASS;
	} else if (m && m->opts) {
		q->h.opts = m->opts;
		q->h.optlen = m->used;
		memcpy(q->opts, m->buf, m->used);
	}
	q->h.total = fill_size(fd, (uint32_t)sizeof(q->h) + q->h.optlen) + owe;
}

/* Everything but the owed byte in one go. A short or failed send means that the daemon has
 * refused already; the caller learns it from the socket's state. */
static void request_send(int fd, struct request *q, bool owe)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl;
	struct iovec iov[4] = { { q, sizeof(q->h) + q->h.optlen } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 1 };
	size_t left = q->h.total - iov[0].iov_len - owe;
	ssize_t n;

	while (left) { /* two pieces at most (fill_size()) */
		size_t part = left < sizeof(shim_zeros) ? left : sizeof(shim_zeros);

		iov[m.msg_iovlen].iov_base = (void *)(uintptr_t)shim_zeros;
		iov[m.msg_iovlen++].iov_len = part;
		left -= part;
	}
	if (q->h.flags & NSP_CONN_FDPASS) {
		memset(&ctl, 0, sizeof(ctl));
		m.msg_control = &ctl;
		fdpass_put(&m, &fd, 1);
	}
	n = raw_call(SYS_sendmsg, fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (unlikely(n > 0 && (size_t)n < q->h.total - owe))
		fill_put(fd, q->h.total - owe - (size_t)n);
}

static int connected(int fd, unsigned int k)
{
	tag_add(fd, NSP_TAGB_REPORTED);
	stream_connected(fd, k);
	return 0;
}

static int connect_failed(int fd, unsigned int k, int err)
{
	fd_set_kind(fd, (k & ~(unsigned int)K_MASK) | K_CONNECTING | KF_FAILED);
	return fail(err ? err : ECONNABORTED);
}

/*
 * Wait for the end of the handshake in a call that the kernel restarts after a signal, times
 * out by SO_SNDTIMEO and interrupts as it does connect(): sending the last byte of the filler,
 * for which there is no room. The byte is owed to the daemon whatever happens.
 */
static int connect_wait(int fd, unsigned int k)
{
	uint64_t cookie = fd_cookie(fd);
	ssize_t n = real.send(fd, "", 1, MSG_NOSIGNAL);
	int err = n < 0 ? errno : 0;

	if (fd_cookie(fd) != cookie) /* closed or disconnected by another thread */
		return fail(stream_take_reset(fd) ? ECONNRESET : ETIMEDOUT);
	if (!err)
		return connected(fd, k);
	if (err == EINTR || err == EAGAIN) {
		fill_put(fd, 1);
		return fail(err == EINTR ? EINTR : EINPROGRESS);
	}
	err = stream_take_error(fd, -1);
	if (err == ECONNRESET) { /* disconnected by another process: as new */
		swap_to_new(fd, false);
		return fail(ECONNRESET);
	}
	return connect_failed(fd, k, err < 0 ? ECONNRESET : err);
}

/*
 * Both ends are in the daemon: a handshake is over before the kernel's connect() returns, and programs
 * that talk to themselves count on it. Each call gives the stack a turn; a few do.
 */
static void wait_loopback(int fd)
{
	const struct nsp_geterr_req q = { .peek = NSP_GETERR_PEEK };
	struct nsp_geterr_rep r;
	int turns = 8;

	while (!fd_poll(fd, POLLOUT, 0) && turns--)
		if (rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL) < 0)
			break;
}

/* A link-local address without the device that it is on (RFC 4007 section 6) */
static bool lacks_zone(const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_in6 s6 = { 0 };

	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&s6, sa, len < sizeof(s6) ? len : sizeof(s6));
	return IN6_IS_ADDR_LINKLOCAL(&s6.sin6_addr) && !s6.sin6_scope_id;
}

/* 0, or the errno that connect() fails with at once. Of a socket that the daemon knows it is the daemon's. */
static int check_peer(int fd, uint64_t tag, const struct sockaddr *sa, socklen_t len)
{
	int e;

	if (addr_is_no_host(sa, len) || sock_refuses_v4(fd, sa, len))	/* whatever the socket is bound to */
		return ENETUNREACH;
	if (NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN)
		return 0;
	if (lacks_zone(sa, len))	/* no device was chosen by an option either */
		return EINVAL;
	e = route_check(sa, len);
	return e > 0 ? ENETUNREACH : -e;	/* > 0: a broadcast address */
}

/* started: the daemon has begun the handshake already. wait: for its end. */
static int start_connect(int fd, unsigned int k, const struct sockaddr *sa, socklen_t len,
			 bool started, bool wait)
{
	uint64_t tag = tag_of(fd);
	struct request q;
	int e;

	e = check_peer(fd, tag, sa, len);
	if (e)
		return fail(e);
	e = daemon_connect(fd, true);
	if (e < 0) {
		shim_log("connect: netstackd cannot be reached at %s: %s", shim.path, strerror(-e));
		return fail(ENETDOWN);
	}
	k = K_CONNECTING | (k & KF_KEEP) | fill_begin(fd, &tag);
	if (unlikely(addr_is_here(sa, len))) {
		k |= KF_HERE;
		settle_later();
	}
	tag_set(fd, tag | (uint64_t)NSP_TAGB_CONNECT << 24);
	fd_set_kind(fd, k);
	request_build(&q, fd, tag, sa, len, wait);
	if (started)
		q.h.flags |= NSP_CONN_STARTED;
	request_send(fd, &q, wait);
	if (wait)
		return connect_wait(fd, k);
	if (unlikely(k & KF_HERE))
		wait_loopback(fd);
	return fail(EINPROGRESS);
}

/*
 * Is there to be an ECONNRESET afterwards? Where the peer has not been told of an end yet, so that a reset is
 * what ends the connection (RFC 9293 3.10.7.4), or where one had ended it and nobody knows.
 */
static bool would_reset(int fd)
{
	enum { STATES = 1 << TCP_ESTABLISHED | 1 << TCP_SYN_SENT | 1 << TCP_SYN_RECV | 1 << TCP_FIN_WAIT1 |
			1 << TCP_FIN_WAIT2 | 1 << TCP_CLOSE_WAIT };
	uint8_t state;
	socklen_t len = sizeof(state);

	if (KIND(fd_kind(fd)) != K_STREAM || !fd_ended(fd))
		return true;
	if (stream_so_error(fd, fd_kind(fd)) == ECONNRESET)	/* untold, and stays so */
		return true;
	return !ns_getsockopt(fd, IPPROTO_TCP, TCP_INFO, &state, &len) && STATES >> state & 1;
}

int stream_disconnect(int fd, bool reset)
{
	bool told = reset && would_reset(fd);
	int e = swap_to_new(fd, reset);

	if (e)
		return fail(-e);
	if (told)
		fd_set_kind(fd, fd_kind(fd) | KF_RESET);
	return 0;
}

/* -- Fast Open ------------------------------------------------------------------------- */

static int fastopen_rpc(int fd, const struct sockaddr *sa, socklen_t len, uint32_t flags,
			const void *data, size_t n, uint32_t filler)
{
	struct nsp_fastopen_req q = { .flags = flags, .len = (uint32_t)n, .filler = filler };
	int e = sock_flush_opts(fd, tag_get(fd));

	if (e < 0)
		return e;
	addr_pack(&q.dst, sa, len);
	return rpc(NSP_NR_FASTOPEN, fd, &q, data, n, NULL, NULL, NULL);
}

static bool wants_fastopen(int fd)
{
	const struct nsp_opt *o = fd_find_opt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT);
	int v = 0;

	if (o && o->len == sizeof(v))
		memcpy(&v, o + 1, sizeof(v));
	return v;
}

/* connect() with TCP_FASTOPEN_CONNECT: at once, if the SYN is to carry the first write. */
static int fastopen_connect(int fd, unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	int e = fastopen_rpc(fd, sa, len, NSP_FASTOPEN_CONNECT, NULL, 0, 0);

	if (e < 0 && e != -EINPROGRESS)
		return fail(-e);
	if (e)
		return start_connect(fd, k, sa, len, true, !fd_nonblock(fd));
	if (start_connect(fd, k, sa, len, true, false) && errno != EINPROGRESS)
		return -1;
	if (fd_poll(fd, POLLOUT, -1) & (POLLHUP | POLLERR))	/* not the network: the daemon */
		return connect_failed(fd, k, stream_take_error(fd, ECONNRESET));
	connected(fd, fd_kind(fd));
	fd_set_kind(fd, fd_kind(fd) | KF_DEFER);
	return 0;
}

/* Up to a pointer that is none: it is found when the rest is sent. */
static size_t gather(const struct msghdr *msg, char *buf, size_t room, size_t *total)
{
	bool good = true;
	size_t i, n = 0;

	*total = 0;
	for (i = 0; i < msg->msg_iovlen; i++) {
		size_t part = msg->msg_iov[i].iov_len;

		*total += part;
		if (part > room - n)
			part = room - n;
		good = good && !user_in(buf + n, msg->msg_iov[i].iov_base, part);
		if (good)
			n += part;
	}
	return n;
}

/* What the SYN did not take, once connected: as one write, however many pieces it has. */
static ssize_t send_rest(int fd, const struct msghdr *msg, size_t done, int flags)
{
	struct iovec iov[UIO_MAXIOV];
	struct msghdr m = { .msg_iov = iov };
	size_t skip = done, i;
	ssize_t r;

	for (i = 0; i < msg->msg_iovlen && m.msg_iovlen < UIO_MAXIOV; i++) {
		struct iovec v = msg->msg_iov[i];

		if (skip >= v.iov_len) {
			skip -= v.iov_len;
			continue;
		}
		iov[m.msg_iovlen++] = (struct iovec){ (char *)v.iov_base + skip, v.iov_len - skip };
		skip = 0;
	}
	r = stream_send(fd, &m, flags);
	if (r < 0)
		return done ? (ssize_t)done : -1;
	return (ssize_t)done + r;
}

ssize_t stream_fastopen(int fd, const struct msghdr *msg, int flags)
{
	const struct sockaddr *sa = msg->msg_name;
	bool wait = !(flags & MSG_DONTWAIT) && !fd_nonblock(fd);
	unsigned int k = fd_kind(fd);
	char buf[NSP_FASTOPEN_DATA_MAX];
	size_t total, n;
	int took;

	if (!sa || msg->msg_namelen < sizeof(sa->sa_family))
		return fail(EINVAL);
	if (addr_wants_kernel(fd, sa, msg->msg_namelen, false) &&
	    !(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_KNOWN)) {
		took = swap_to_kernel(fd);
		return took ? fail(-took) : real.sendmsg(fd, msg, flags | MSG_FASTOPEN);
	}
	n = gather(msg, buf, sizeof(buf), &total);
	took = fastopen_rpc(fd, sa, msg->msg_namelen, wait ? NSP_FASTOPEN_WAITS : 0, buf, n, 0);
	if (took < 0 && took != -EINPROGRESS)
		return fail(-took);
	if (took < 0)
		took = 0;
	if (start_connect(fd, k, sa, msg->msg_namelen, true, wait) && (wait || errno != EINPROGRESS))
		return -1;
	stamp_after(fd, (size_t)took, took, flags, false);	/* MSG_ZEROCOPY */
	if (!wait)
		return took ? took : fail(EINPROGRESS);
	return (size_t)took < total ? send_rest(fd, msg, (size_t)took, flags) : (ssize_t)total;
}

ssize_t stream_first(int fd, const struct msghdr *msg, int flags)
{
	bool wait = !(flags & MSG_DONTWAIT) && !fd_nonblock(fd);
	unsigned int k = fd_kind(fd) & ~(unsigned int)KF_DEFER;
	char buf[NSP_FASTOPEN_DATA_MAX];
	size_t total, n = gather(msg, buf, sizeof(buf), &total);
	uint32_t filler = fill_size(fd, 0);
	uint64_t tag;
	int took;

	took = fastopen_rpc(fd, NULL, 0, NSP_FASTOPEN_FIRST | (wait ? NSP_FASTOPEN_WAITS : 0), buf, n,
			    filler + wait);
	fd_set_kind(fd, k);
	if (took == -EISCONN)		/* another process has written */
		return stream_send(fd, msg, flags);
	if (took < 0 && took != -EINPROGRESS)
		return fail(-took);
	tag = tag_get(fd) & ~((uint64_t)NSP_TAGB_REPORTED << 24);
	k = K_CONNECTING | (k & (KF_KEEP | KF_HERE)) | fill_begin(fd, &tag);
	tag_set(fd, tag);
	fd_set_kind(fd, k);
	fill_put(fd, filler);
	if (!wait)
		return took < 0 ? fail(-took) : took;
	if (connect_wait(fd, k))
		return -1;
	if (took < 0)
		took = 0;
	return (size_t)took < total ? send_rest(fd, msg, (size_t)took, flags) : (ssize_t)total;
}

int stream_fastopen_late(int fd, unsigned int k)
{
	uint64_t tag;
	short ev;

	if (KIND(k) == K_CONNECTING && !(k & KF_FAILED)) {
		ev = fd_poll(fd, POLLOUT, 0);
		if (!ev)
			return fail(EALREADY);
		if (ev & (POLLHUP | POLLERR))
			return connect_failed(fd, k, stream_take_error(fd, ECONNRESET));
		return connected(fd, k);
	}
	tag = tag_get(fd);
	if (KIND(k) == K_STREAM && tag && NSP_TAG_BITS(tag) & NSP_TAGB_CONNECT &&
	    !(NSP_TAG_BITS(tag) & NSP_TAGB_REPORTED))
		return connected(fd, k);
	return fail(EISCONN);
}

static int connect_again(int fd, unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	short ev = fd_poll(fd, POLLOUT, 0);
	int e;

	if (sa->sa_family == AF_UNSPEC)
		return stream_disconnect(fd, true);
	if (!ev) {
		if (fd_nonblock(fd))
			return fail(EALREADY);
		if (stream_wait_again(&(struct hold){ .fd = fd }, EALREADY))
			return -1;
		ev = fd_poll(fd, POLLOUT, 0);
	}
	if (!(ev & (POLLHUP | POLLERR)))
		return connected(fd, k);
	/* the reason was told already, but not here */
	if (k & KF_ABORTED || (!(k & KF_FAILED) && NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_ABORTED))
		return connect_failed(fd, k & ~(unsigned int)KF_ABORTED, ECONNABORTED);
	if (!(k & KF_FAILED)) {
		e = stream_take_error(fd, ECONNRESET);
		if (e)
			return connect_failed(fd, k, e);
	}
	e = swap_to_new(fd, false);
	return e ? fail(-e) : stream_connect(fd, sa, len);
}

static int check_family(unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	if (k & KF_V6) {
		if (len < 24)
			return EINVAL;
		return sa->sa_family == AF_INET6 ? 0 : EAFNOSUPPORT;
	}
	if (len < sizeof(struct sockaddr_in))
		return EINVAL;
	return sa->sa_family == AF_INET ? 0 : EAFNOSUPPORT;
}

/** stream_connect() - connect() of a TCP socket in any state */
int stream_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	unsigned int k = fd_kind_now(fd);
	uint64_t tag;
	int e;

	if (len < sizeof(sa->sa_family))
		return fail(EINVAL);
	switch (KIND(k)) {
	case K_LISTEN:
	case K_DEADLISTEN:
		return sa->sa_family == AF_UNSPEC ? stream_disconnect(fd, false) : fail(EISCONN);
	case K_CONNECTING:
		return connect_again(fd, k, sa, len);
	case K_STREAM:
		if (sa->sa_family == AF_UNSPEC)
			return stream_disconnect(fd, true);
		tag = tag_get(fd);
		if (tag && !(NSP_TAG_BITS(tag) & NSP_TAGB_REPORTED))
			return connected(fd, k);
		return fail(EISCONN);
	}
	if (sa->sa_family == AF_UNSPEC)
		return 0;
	e = check_family(k, sa, len);
	if (e)
		return fail(e);
	if (addr_wants_kernel(fd, sa, len, false) && !(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_BOUND)) {
		e = swap_to_kernel(fd);
		return e ? fail(-e) : real.connect(fd, sa, len);
	}
	if (wants_fastopen(fd))
		return fastopen_connect(fd, k, sa, len);
	return start_connect(fd, k, sa, len, false, !fd_nonblock(fd));
}
