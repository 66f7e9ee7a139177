/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCP socket as an AF_UNIX stream: the request that connects it, the states in which the
 * kernel's answer is not TCP's, and the errors. doc/protocol.md, section 3.
 */
#include "shim.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/time.h>

short fd_poll(int fd, short events, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = events };
	int n;

	n = (int)raw_call(SYS_poll, &p, 1, timeout_ms);
	return n > 0 ? p.revents : (short)(n < 0 ? -1 : 0);
}

bool fd_nonblock(int fd)
{
	int fl = (int)raw_call(SYS_fcntl, fd, F_GETFL, 0);

	return fl >= 0 && (fl & O_NONBLOCK);
}

/* The pending error by asking the daemon. A call that fails is no success: @otherwise. */
static int take_error(int fd, int otherwise)
{
	struct nsp_geterr_rep r;

	if (rpc(NSP_NR_GETERR, fd, NULL, NULL, 0, &r, NULL, NULL) < 0)
		return otherwise;
	return r.err;
}

/** sock_flush_opts() - tell the daemon of a socket it may not know, before a call on it */
int sock_flush_opts(int fd, uint64_t tag)
{
	struct fdmem *m = fd_mem(fd, false);
	struct nsp_opts_req q = { 0 };
	int e;

	if (!tag || NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN)
		return 0;
	tag_set(fd, tag | (uint64_t)NSP_TAGB_KNOWN << 24);
	if (!m || !m->opts || NSP_TAG_TYPE(tag) != SOCK_STREAM)
		return 0;
	q.opts = m->opts;
	q.optlen = m->used;
	e = rpc_oneway(NSP_NR_OPTS, fd, &q, m->buf, m->used);
	return e;
}

struct request {
	struct nsp_conn h;
	uint8_t opts[sizeof(((struct fdmem *)0)->buf)];
};

static void request_build(struct request *q, int fd, uint64_t tag, const struct sockaddr *sa,
			  socklen_t len, bool owe)
{
	struct fdmem *m = fd_mem(fd, false);
	int sndbuf = 0;
	socklen_t l = sizeof(sndbuf);

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
	real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, &l);
	q->h.total = (uint32_t)(sizeof(q->h) + q->h.optlen + (unsigned int)sndbuf / 4 + owe);
}

/* Everything but the owed byte in one go. A short or failed send means that the daemon has
 * refused already; the caller learns it from the socket's state. */
static void request_send(int fd, struct request *q, bool owe)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl;
	struct iovec iov[16] = { { q, sizeof(q->h) + q->h.optlen } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 1 };
	size_t left = q->h.total - iov[0].iov_len - owe;

	while (left && m.msg_iovlen < ARRAY_SIZE(iov)) {
		size_t n = left < sizeof(shim_zeros) ? left : sizeof(shim_zeros);

		iov[m.msg_iovlen].iov_base = (void *)(uintptr_t)shim_zeros;
		iov[m.msg_iovlen++].iov_len = n;
		left -= n;
	}
	if (left)
		q->h.total -= (uint32_t)left;
	if (q->h.flags & NSP_CONN_FDPASS) {
		struct cmsghdr *c;

		memset(&ctl, 0, sizeof(ctl));
		m.msg_control = &ctl;
		m.msg_controllen = sizeof(ctl.buf);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	raw_call(SYS_sendmsg, fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static int connected(int fd, unsigned int k)
{
	tag_add(fd, NSP_TAGB_REPORTED);
	fd_set_kind(fd, K_STREAM | (k & KF_V6));
	return 0;
}

static int connect_failed(int fd, unsigned int k, int err)
{
	fd_set_kind(fd, (k & ~(unsigned int)K_MASK) | K_CONNECTING | KF_FAILED);
	return fail(err ? err : ECONNABORTED);
}

/*
 * Wait for the end of the handshake in a call that the kernel restarts after a signal, times
 * out by SO_SNDTIMEO and interrupts as it does connect(): sending the last byte of the filler
 * into a buffer made too small for it. The byte is owed to the daemon whatever happens.
 */
static int connect_wait(int fd, unsigned int k)
{
	int sndbuf = 0, tiny = 1, err;
	socklen_t l = sizeof(sndbuf);
	uint64_t cookie = fd_cookie(fd);
	ssize_t n;

	real.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, &l);
	real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &tiny, sizeof(tiny));
	n = real.send(fd, "", 1, MSG_NOSIGNAL);
	err = n < 0 ? errno : 0;
	if (fd_cookie(fd) != cookie)
		return fail(ETIMEDOUT);	/* closed by another thread */
	sndbuf /= 2;
	real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof(sndbuf));
	if (!err)
		return connected(fd, k);
	if (err == EINTR || err == EAGAIN) {
		raw_call(SYS_sendto, fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT, NULL, 0);
		return fail(err == EINTR ? EINTR : EINPROGRESS);
	}
	return connect_failed(fd, k, take_error(fd, ECONNRESET));
}

static int start_connect(int fd, unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	uint64_t tag = tag_get(fd);
	bool wait = !fd_nonblock(fd);
	struct request q;
	int e;

	if (!(NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN)) {
		e = route_check(sa, len);
		if (e)
			return fail(-e);
	}
	e = channel_connect(fd, true);
	if (e == -ENOENT || e == -EACCES || e == -ENOTDIR)
		e = rpc(NSP_NR_DCONNECT, fd, NULL, NULL, 0, NULL, NULL, NULL);
	if (e < 0) {
		shim_log("connect: netstackd cannot be reached at %s: %s", shim.path, strerror(-e));
		return fail(ENETDOWN);
	}
	tag_set(fd, tag | (uint64_t)NSP_TAGB_CONNECT << 24);
	fd_set_kind(fd, K_CONNECTING | (k & KF_V6));
	request_build(&q, fd, tag, sa, len, wait);
	request_send(fd, &q, wait);
	return wait ? connect_wait(fd, k) : fail(EINPROGRESS);
}

/* Blocking again on a socket that is connecting already; 0 when it became ready. */
static int wait_again(int fd, int on_timeout)
{
	struct timeval tv = { 0 };
	socklen_t l = sizeof(tv);
	int ms = -1;
	short ev;

	if (!real.getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &l) && (tv.tv_sec || tv.tv_usec))
		ms = (int)(tv.tv_sec * 1000 + (tv.tv_usec + 999) / 1000);
	ev = fd_poll(fd, POLLOUT, ms);
	if (ev == -1)
		return fail(errno);
	return ev ? 0 : fail(on_timeout);
}

static int connect_again(int fd, unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	short ev = fd_poll(fd, POLLOUT, 0);
	int e;

	if (sa->sa_family == AF_UNSPEC) {
		e = swap_to_new(fd, true);
		return e ? fail(-e) : 0;
	}
	if (!ev) {
		if (fd_nonblock(fd))
			return fail(EALREADY);
		if (wait_again(fd, EALREADY))
			return -1;
		ev = fd_poll(fd, POLLOUT, 0);
	}
	if (!(ev & (POLLHUP | POLLERR)))
		return connected(fd, k);
	if (!(k & KF_FAILED)) {
		e = take_error(fd, ECONNRESET);
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
	unsigned int k = fd_kind(fd);
	uint64_t tag;
	int e;

	if (len < sizeof(sa->sa_family))
		return fail(EINVAL);
	switch (KIND(k)) {
	case K_LISTEN:
	case K_DEADLISTEN:
		return fail(EISCONN);
	case K_CONNECTING:
		return connect_again(fd, k, sa, len);
	case K_STREAM:
		if (sa->sa_family == AF_UNSPEC) {
			e = swap_to_new(fd, true);
			return e ? fail(-e) : 0;
		}
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
	if (addr_wants_kernel(sa, len, false) &&
	    !(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_KNOWN)) {
		e = swap_to_kernel(fd);
		return e ? fail(-e) : real.connect(fd, sa, len);
	}
	return start_connect(fd, k, sa, len);
}

/* ---- errors --------------------------------------------------------------------------- */
static void sigpipe(int flags)
{
	if (!(flags & MSG_NOSIGNAL))
		raw_call(SYS_tkill, raw_call(SYS_gettid, 0), SIGPIPE);
	errno = EPIPE;
}

int stream_tx_ready(int fd, unsigned int k, int flags)
{
	short ev;

	if (KIND(k) == K_NEW || KIND(k) == K_LISTEN || KIND(k) == K_DEADLISTEN) {
		sigpipe(flags);
		return -1;
	}
	if (KIND(k) != K_CONNECTING)
		return 0;
	ev = fd_poll(fd, POLLOUT, 0);
	if (!ev) {
		if (flags & MSG_DONTWAIT || fd_nonblock(fd))
			return fail(EAGAIN);
		if (wait_again(fd, EAGAIN))
			return -1;
		ev = fd_poll(fd, POLLOUT, 0);
	}
	if (!(ev & (POLLHUP | POLLERR)))
		fd_set_kind(fd, K_STREAM | (k & (KF_V6 | KF_BULK)));
	return 0;
}

ssize_t stream_tx(int fd, ssize_t r, int flags)
{
	int err = r < 0 ? errno : 0;
	int pending;

	if (err != EPIPE && err != ECONNRESET && err != ENOTCONN)
		return r;
	if (shim.silent)
		return r;
	/* The program's own shutdown(WR) leaves the other direction open: no HUP, no error. */
	pending = fd_poll(fd, POLLRDHUP, 0) & (POLLHUP | POLLERR) ? take_error(fd, 0) : 0;
	if (pending)
		return fail(pending);
	sigpipe(flags);
	return -1;
}

ssize_t stream_rx(int fd, ssize_t r)
{
	int err = r < 0 ? errno : 0;
	unsigned int k;

	if (r > 0 || shim.silent || (err && err != ECONNRESET && err != EINVAL))
		return r;
	k = fd_kind(fd);
	if (err == EINVAL || !err) {
		if (KIND(k) == K_NEW || KIND(k) == K_LISTEN || KIND(k) == K_DEADLISTEN)
			return err ? fail(ENOTCONN) : r;
		if (err)
			return r;
	}
	if (!err && !(fd_poll(fd, POLLRDHUP, 0) & (POLLHUP | POLLERR)))
		return 0;
	err = take_error(fd, err);
	if (err && KIND(k) == K_CONNECTING)
		fd_set_kind(fd, k | KF_FAILED);
	return err ? fail(err) : 0;
}

/** stream_so_error() - SO_ERROR: asks the daemon only when the socket's state says so */
int stream_so_error(int fd, unsigned int k)
{
	short ev;
	int err;

	if (KIND(k) == K_NEW || KIND(k) == K_LISTEN || KIND(k) == K_DEADLISTEN)
		return 0;
	ev = fd_poll(fd, POLLOUT, 0);
	if (!(ev & (POLLHUP | POLLERR))) {
		if (KIND(k) == K_CONNECTING && ev & POLLOUT)
			fd_set_kind(fd, K_STREAM | (k & (KF_V6 | KF_BULK)));
		return 0;
	}
	err = take_error(fd, KIND(k) == K_CONNECTING ? ECONNRESET : 0);
	if (KIND(k) == K_CONNECTING)
		fd_set_kind(fd, k | KF_FAILED);
	/* An error bit of the Unix socket itself is not to be seen again. */
	if (ev & POLLERR) {
		int unused;
		socklen_t l = sizeof(unused);

		real.getsockopt(fd, SOL_SOCKET, SO_ERROR, &unused, &l);
	}
	return err;
}

/* ---- data ----------------------------------------------------------------------------- */
#define BULK_BYTES 16384
#define BULK_SNDBUF (512 * 1024)

/* The first large write gives the hop to the daemon a large buffer: fewer wake-ups. A program
 * that chose SO_SNDBUF keeps what it chose. */
static void bulk(int fd, unsigned int k)
{
	int size = BULK_SNDBUF, saved = errno;

	fd_set_kind(fd, k | KF_BULK);
	if (NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_SNDBUF)
		return;
	if (real.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	errno = saved;
}

static size_t iov_bytes(const struct iovec *iov, size_t n)
{
	size_t sum = 0;

	while (n--)
		sum += iov++->iov_len;
	return sum;
}

static ssize_t send_oob(int fd, const struct msghdr *msg, int flags)
{
	size_t total = iov_bytes(msg->msg_iov, msg->msg_iovlen), i;
	struct nsp_oob_req q = { 0 };
	ssize_t n;
	int e;

	if (!total)
		return 0;
	if (total > 1) {	/* all but the last byte are ordinary data */
		struct iovec one = { 0 };
		struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1 };

		for (i = 0; i < msg->msg_iovlen && !one.iov_len; i++)
			one = msg->msg_iov[i];
		if (one.iov_len == total)
			one.iov_len--;
		n = stream_send(fd, &m, flags & ~MSG_OOB);
		if (n < (ssize_t)total - 1)
			return n;
	}
	for (i = msg->msg_iovlen; i && !msg->msg_iov[i - 1].iov_len; i--)
		;
	q.byte = ((const uint8_t *)msg->msg_iov[i - 1].iov_base)[msg->msg_iov[i - 1].iov_len - 1];
	e = rpc(NSP_NR_OOB, fd, &q, NULL, 0, NULL, NULL, NULL);
	if (e == -EPIPE)
		sigpipe(flags);
	return e < 0 ? fail(-e) : (ssize_t)total;
}

ssize_t stream_send(int fd, const struct msghdr *msg, int flags)
{
	unsigned int k = fd_kind(fd);
	struct msghdr m = *msg;
	ssize_t r;

	if (unlikely(flags & MSG_FASTOPEN)) {
		flags &= ~MSG_FASTOPEN;
		if (KIND(k) == K_NEW) {
			if (!msg->msg_name)
				return fail(EDESTADDRREQ);
			if (ns_connect(fd, msg->msg_name, msg->msg_namelen))
				return -1;
			k = fd_kind(fd);
			if (KIND(k) == K_NONE)
				return real.sendmsg(fd, &m, flags);
		} else {
			return fail(EISCONN);
		}
	}
	m.msg_name = NULL;
	m.msg_namelen = 0;
	m.msg_control = NULL;	/* nothing that TCP understands may reach the Unix socket */
	m.msg_controllen = 0;
	if (unlikely(KIND(k) != K_STREAM) && stream_tx_ready(fd, k, flags))
		return -1;
	if (unlikely(flags & MSG_OOB))
		return send_oob(fd, &m, flags);
	if (unlikely(!(k & KF_BULK)) && iov_bytes(m.msg_iov, m.msg_iovlen) >= BULK_BYTES)
		bulk(fd, fd_kind(fd));
	r = real.sendmsg(fd, &m, (flags & ~MSG_ZEROCOPY) | MSG_NOSIGNAL);
	return unlikely(r < 0) ? stream_tx(fd, r, flags) : r;
}

/* MSG_TRUNC on TCP throws the bytes away without touching the buffer. */
static ssize_t recv_discard(int fd, size_t len, int flags)
{
	char scratch[4096];
	size_t done = 0;

	while (done < len) {
		size_t n = len - done < sizeof(scratch) ? len - done : sizeof(scratch);
		ssize_t r = real.recv(fd, scratch, n, flags & ~MSG_TRUNC);

		if (r <= 0)
			return done ? (ssize_t)done : stream_rx(fd, r);
		done += (size_t)r;
		if (!(flags & MSG_WAITALL))
			flags |= MSG_DONTWAIT;
		if (flags & MSG_PEEK)
			break;
	}
	return (ssize_t)done;
}

ssize_t stream_recv(int fd, struct msghdr *msg, int flags)
{
	struct msghdr m = *msg;
	ssize_t r;

	if (unlikely(flags & MSG_ERRQUEUE))
		return fail(EAGAIN);
	if (unlikely((flags & MSG_TRUNC) && !(flags & (MSG_PEEK | MSG_OOB)))) {
		r = recv_discard(fd, iov_bytes(msg->msg_iov, msg->msg_iovlen), flags);
		m.msg_flags = 0;
	} else {
		m.msg_name = NULL;
		m.msg_namelen = 0;
		m.msg_control = NULL;
		m.msg_controllen = 0;
		r = real.recvmsg(fd, &m, flags & ~MSG_TRUNC);
		if (unlikely(r <= 0) && !(flags & MSG_OOB) &&
		    (r < 0 || iov_bytes(msg->msg_iov, msg->msg_iovlen)))
			r = stream_rx(fd, r);
	}
	if (r >= 0) {
		msg->msg_flags = m.msg_flags;
		msg->msg_controllen = 0;
		if (msg->msg_name)
			msg->msg_namelen = 0;
	}
	return r;
}
