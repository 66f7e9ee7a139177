/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TCP socket as an AF_UNIX stream: the states in which the kernel's answer is not TCP's, the
 * errors, and the data. connect.c has the beginning. doc/protocol.md, section 3.
 */
#include "shim.h"

#include <poll.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/syscall.h>
#include <sys/time.h>

#define LATE_MAX 32768	/* octets that a READ call gives at most */
#define TRIAL_BYTES 1024 /* the smallest buffer takes them in one piece */
#define ZEROCOPY_FRAGS 17 /* Linux's MAX_SKB_FRAGS */

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

	if (shim.supervisor)
		return true;
	return fl >= 0 && (fl & O_NONBLOCK);
}

static int ask_error(int fd, uint32_t peek, int otherwise)
{
	const struct nsp_geterr_req q = { .peek = peek };
	struct nsp_geterr_rep r;
	int e = rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL);

	if (e == -ENOTCONN)	/* it ended in order, and the daemon has forgotten it */
		return 0;
	if (e == -ENOBUFS)	/* the daemon has no room for it */
		return ENOBUFS;
	return e < 0 ? otherwise : r.err;
}

/** stream_take_error() - the pending error, asked of the daemon; @otherwise if it cannot be */
int stream_take_error(int fd, int otherwise)
{
	return ask_error(fd, 0, otherwise);
}

bool stream_has_error(int fd)
{
	const struct nsp_geterr_req q = { .peek = NSP_GETERR_PEEK };
	struct nsp_geterr_rep r;

	return rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL) >= 0 && r.err;
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

/* As fd_poll() for POLLOUT, and a thread that waits so can be cancelled. */
static short poll_room(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int n = real.poll(&p, 1, ms);

	return n > 0 ? p.revents : (short)(n < 0 ? -1 : 0);
}

/** stream_wait_again() - block until a connecting socket has an end, or one has room: 0, or -1 with errno */
int stream_wait_again(const struct hold *h, int on_timeout)
{
	int fd = hold_fd(h), ms = -1;
	struct timeval tv = { 0 };
	socklen_t l = sizeof(tv);
	int64_t end = 0, now;
	short ev;

	if (!real.getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, &l) && (tv.tv_sec || tv.tv_usec)) {
		ms = (int)(tv.tv_sec * 1000 + (tv.tv_usec + 999) / 1000);
		end = now_ms() + ms;
	}
	for (;;) {
		ev = poll_room(fd, ms);
		if (ev == -1)
			return fail(errno);
		now = end ? now_ms() : 0;
		if (unlikely(hold_fd(h) != fd)) {	/* closed by another thread meanwhile */
			fd = hold_fd(h);
			ms = !end ? -1 : now < end ? (int)(end - now) : 0;
		} else if (unlikely(ev & POLLNVAL)) {
			return end && now >= end ? fail(on_timeout) : 0;
		} else {
			return ev ? 0 : fail(on_timeout);
		}
	}
}

/* ---- errors --------------------------------------------------------------------------- */
void stream_sigpipe(int flags)
{
	if (!(flags & MSG_NOSIGNAL))
		raw_call(SYS_tkill, raw_call(SYS_gettid, 0), SIGPIPE);
	errno = EPIPE;
}

int stream_tx_ready(const struct hold *h, unsigned int k, int flags)
{
	int fd = hold_fd(h);
	short ev;

	if (KIND(k) == K_NEW)
		k = fd_kind_now(fd);
	if (KIND(k) == K_NEW || KIND(k) == K_LISTEN || KIND(k) == K_DEADLISTEN) {
		if (stream_take_reset(fd))
			return fail(ECONNRESET);
		stream_sigpipe(flags);
		return -1;
	}
	if (KIND(k) != K_CONNECTING)
		return 0;
	ev = fd_poll(fd, POLLOUT, 0);
	if (!ev) {
		if (flags & MSG_DONTWAIT || fd_nonblock(fd))
			return fail(EAGAIN);
		if (stream_wait_again(h, EAGAIN))
			return -1;
		fd = hold_fd(h);
		ev = fd_poll(fd, POLLOUT, 0);
	}
	if (!(ev & (POLLHUP | POLLERR)))
		stream_connected(fd, k);
	return 0;
}

/* Why a connect() failed was told, but not by connect(): the next one says ECONNABORTED. */
static void note_aborted(int fd)
{
	unsigned int k = fd_kind(fd);

	uint32_t bits = NSP_TAG_BITS(tag_get(fd));

	if (bits & NSP_TAGB_CONNECT && !(bits & NSP_TAGB_REPORTED))
		tag_add(fd, NSP_TAGB_ABORTED);	/* for who has another number of it */
	if (KIND(k) == K_CONNECTING && !(k & KF_FAILED))
		fd_set_kind(fd, k | KF_FAILED | KF_ABORTED);
}

ssize_t stream_tx(int fd, ssize_t r, int flags)
{
	int err = r < 0 ? errno : 0;
	int pending;

	if (err != EPIPE && err != ECONNRESET && err != ENOTCONN)
		return r;
	if (shim.silent)
		return r;
	/* Not told by a hang-up while data wait to be read; none after the program's own shutdown(WR). */
	pending = stream_take_error(fd, 0);
	if (pending && pending != EPIPE) {
		note_aborted(fd);
		return fail(pending);
	}
	stream_sigpipe(flags);
	return -1;
}

bool stream_take_reset(int fd)
{
	unsigned int k = fd_kind(fd);

	if ((KIND(k) != K_NEW && KIND(k) != K_LISTEN) || !(k & KF_RESET))
		return false;
	fd_set_kind(fd, k & ~(unsigned int)KF_RESET);
	return true;
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
			return err ? fail(stream_take_reset(fd) ? ECONNRESET : ENOTCONN) : r;
		if (err)
			return r;
	}
	if (!err && !(fd_poll(fd, POLLRDHUP, 0) & (POLLHUP | POLLERR)))
		return 0;
	/* Without a daemon this is no orderly end: the data may be cut. */
	err = ask_error(fd, NSP_GETERR_READ, ECONNRESET);
	if (err)
		note_aborted(fd);
	return err ? fail(err) : 0;
}

ssize_t stream_rx_late(int fd, void *buf, size_t n, int flags)
{
	struct nsp_read_req q = { .peek = !!(flags & MSG_PEEK) };
	size_t room = n < LATE_MAX ? n : LATE_MAX;
	int r;

	if (shim.silent || !user_readable(buf, room))
		return 0;
	q.len = (uint32_t)room;
	r = rpc(NSP_NR_READ, fd, &q, NULL, 0, NULL, buf, &room);
	return r > 0 ? (ssize_t)room : 0;
}

/** stream_so_error() - SO_ERROR: what ended the connection, or an ICMP error that did not */
int stream_so_error(int fd, unsigned int k)
{
	short ev;
	int err;

	if (stream_take_reset(fd))
		return ECONNRESET;
	if (KIND(k) == K_NEW || KIND(k) == K_LISTEN || KIND(k) == K_DEADLISTEN)
		return 0;
	settle();
	ev = fd_poll(fd, POLLOUT, 0);
	if (!(ev & (POLLHUP | POLLERR))) {
		if (KIND(k) == K_CONNECTING && ev & POLLOUT)
			stream_connected(fd, k);
		return KIND(k) == K_STREAM ? ask_error(fd, NSP_GETERR_SOFT, 0) : 0;
	}
	err = stream_take_error(fd, KIND(k) == K_CONNECTING ? ECONNRESET : 0);
	note_aborted(fd);
	/* An error bit of the Unix socket itself is not to be seen again. */
	if (ev & POLLERR) {
		int unused;
		socklen_t l = sizeof(unused);

		real.getsockopt(fd, SOL_SOCKET, SO_ERROR, &unused, &l);
	}
	return err;
}

/* ---- data ----------------------------------------------------------------------------- */
bool stream_room(int fd, int flags)
{
	static const struct nsp_barrier_req q = { .flags = NSP_BARRIER_FRAMES };
	static struct budget budget;
	int64_t now = now_ns();

	if (shim.silent || shim.supervisor || KIND(fd_kind(fd)) != K_STREAM || !budget_left(&budget, now) ||
	    (!(flags & MSG_DONTWAIT) && !fd_nonblock(fd)))
		return false;
	rpc(NSP_NR_BARRIER, -1, &q, NULL, 0, NULL, NULL, NULL);
	/* a tenth counts: without room the program would have to wait for the daemon in any case */
	budget_spend(&budget, now, now + (now_ns() - now) / 10);
	return fd_poll(fd, POLLOUT, 0);
}

#define BULK_BYTES  16384
#define BULK_SNDBUF (512 * 1024)

/* The first large write gives the hop to the daemon a large buffer: fewer wake-ups. A program
 * that chose SO_SNDBUF gets what it chose. */
static void bulk(int fd, unsigned int k)
{
	const struct nsp_opt *o = fd_find_opt(fd, SOL_SOCKET, SO_SNDBUF);
	int size = BULK_SNDBUF, saved = errno;

	fd_set_kind(fd, k | KF_BULK);
	if (o && o->len == sizeof(size))
		memcpy(&size, o + 1, sizeof(size));
	else if (NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_SNDBUF)
		return;
	if (size > BULK_SNDBUF)
		size = BULK_SNDBUF;
	if (real.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		real.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	errno = saved;
}

/*
 * MSG_MORE is a mark in the stream, which the Unix socket has not. The daemon is told before the
 * first send that has it, and after the first that has not.
 */
void stream_more(int fd, int flags, bool before)
{
	struct nsp_more_req q = { .on = !!(flags & MSG_MORE) };
	unsigned int k = fd_kind(fd);
	int saved = errno;

	if (KIND(k) != K_STREAM || !(k & KF_MORE) == !q.on || before != q.on)
		return;
	fd_set_kind(fd, q.on ? k | KF_MORE : k & ~(unsigned int)KF_MORE);
	if (q.on) /* answered, or the daemon might read the data first */
		rpc(NSP_NR_MORE, fd, &q, NULL, 0, NULL, NULL, NULL);
	else
		rpc_oneway(NSP_NR_MORE, fd, &q, NULL, 0);
	errno = saved;
}

/* MSG_EOR, after a send that took all: nothing written later shares a packet with it. */
static void end_record(int fd)
{
	int saved = errno;

	rpc(NSP_NR_EOR, fd, NULL, NULL, 0, NULL, NULL, NULL);
	errno = saved;
}

static ssize_t send_oob(int fd, const struct msghdr *msg, int flags)
{
	enum { PIECES = 16 };
	struct iovec iov[PIECES], *last;
	struct msghdr m = { .msg_iov = iov };
	struct nsp_oob_req q = { 0 };
	size_t total = 0, i;
	ssize_t n = 0;
	int e;

	for (i = 0; i < msg->msg_iovlen && m.msg_iovlen < PIECES; i++)
		if (msg->msg_iov[i].iov_len) {
			iov[m.msg_iovlen++] = msg->msg_iov[i];
			total += msg->msg_iov[i].iov_len;
		}
	if (!total)
		return stream_send(fd, msg, flags & ~MSG_OOB);
	if (total > NSP_OOB_AHEAD)
		return fail(EMSGSIZE);
	/* all but the last octet are ordinary data */
	q.ahead = (uint32_t)total - 1;
	last = &iov[m.msg_iovlen - 1];
	if (user_get(&q.byte, (const uint8_t *)last->iov_base + --last->iov_len, 1))
		return fail(EFAULT);
	e = rpc(NSP_NR_OOB, fd, &q, NULL, 0, NULL, NULL, NULL);
	if (e == -EPIPE || e == -ENOTCONN) {
		errno = -e;
		return stream_tx(fd, -1, flags);
	}
	if (e < 0)
		return fail(-e);
	if (q.ahead)
		n = stream_send(fd, &m, flags & ~MSG_OOB);
	if (n == (ssize_t)q.ahead)
		return n + 1;
	e = errno;
	q.cancel = 1;
	rpc(NSP_NR_OOB, fd, &q, NULL, 0, NULL, NULL, NULL);
	errno = e;
	return n;
}

/*
 * A short write tells whether a connecting socket is connected: there is no room for it before, and the
 * kernel waits with it, or does not, as it should. Not one that the daemon has to be told of first.
 */
static bool may_try(unsigned int k, const struct msghdr *msg, size_t total, int flags)
{
	return total && total <= TRIAL_BYTES && !(flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) &&
	       !(k & KF_TSTAMP) && !msg->msg_controllen;
}

/*
 * Each piece of a MSG_ZEROCOPY send is a fragment of its packet, and a packet has room for so many: the next
 * one begins there, as a record does. One completion for all.
 */
static ssize_t send_fragments(int fd, const struct msghdr *msg, int flags)
{
	struct msghdr m = *msg;
	size_t left = msg->msg_iovlen, done = 0;

	while (left) {
		size_t want;
		ssize_t r;

		m.msg_iovlen = left < ZEROCOPY_FRAGS ? left : ZEROCOPY_FRAGS;
		left -= m.msg_iovlen;
		want = iov_bytes(m.msg_iov, m.msg_iovlen);
		r = stream_send(fd, &m, (flags & ~MSG_ZEROCOPY) | (left ? MSG_EOR : 0));
		if (r < 0 && !done)
			return r;
		done += r > 0 ? (size_t)r : 0;
		if (r < (ssize_t)want)
			break;
		m.msg_iov += m.msg_iovlen;
		m.msg_controllen = 0;
	}
	stamp_after(fd, done, (ssize_t)done, flags, false);
	return (ssize_t)done;
}

/* Of a connection that has ended, that is told before what is wrong in a control message. */
static ssize_t control_refused(int fd, int e, int flags)
{
	/* or of one that the program has shut down: AF_UNIX looks at that even if there is nothing to send */
	if (!fd_ended(fd) && !real.send(fd, "", 0, MSG_NOSIGNAL | MSG_DONTWAIT))
		return fail(e);
	errno = EPIPE;
	return stream_tx(fd, -1, flags);
}

ssize_t stream_send(int fd, const struct msghdr *msg, int flags)
{
	unsigned int k = fd_kind(fd);
	struct msghdr m = *msg;
	bool marked = false, trial;
	size_t total;
	ssize_t r;
	int e;
	HOLD(h, fd, flags);

	if (unlikely(flags & MSG_FASTOPEN)) {
		flags &= ~MSG_FASTOPEN;
		if (KIND(k) == K_NEW)
			return stream_fastopen(fd, msg, flags);
		if (!(k & KF_DEFER) && stream_fastopen_late(fd, k))
			return -1;
		k = fd_kind(fd);
	}
	if (unlikely(k & KF_DEFER))
		return stream_first(fd, msg, flags);
	if (unlikely(flags & MSG_ZEROCOPY && k & KF_ZEROCOPY && m.msg_iovlen > ZEROCOPY_FRAGS) &&
	    KIND(k) == K_STREAM)
		return send_fragments(fd, msg, flags);
	m.msg_name = NULL;
	m.msg_namelen = 0;
	m.msg_control = NULL; /* nothing that TCP understands may reach the Unix socket */
	m.msg_controllen = 0;
	total = iov_bytes(m.msg_iov, m.msg_iovlen);
	trial = unlikely(k & KF_SMALL) && may_try(k, msg, total, flags);
	if (unlikely(KIND(k) != K_STREAM && !trial) && stream_tx_ready(&h, k, flags))
		return -1;
	if (unlikely(k & KF_FULL) && !stream_full_over(&h, flags))
		return -1;
	fd = hold_fd(&h);
	if (unlikely(flags & MSG_OOB)) {
		e = msg->msg_controllen ? stamp_before(fd, msg, 0, &marked) : 0;
		return e ? control_refused(fd, e, flags) : send_oob(fd, &m, flags);
	}
	if (unlikely(k & (KF_FIRST | KF_NODELAY)))
		stream_writes(fd, flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL) ? SIZE_MAX : total);
	if (unlikely(!(k & KF_BULK)) && total >= BULK_BYTES)
		bulk(fd, fd_kind(fd));
	if (unlikely(k & KF_TSTAMP || msg->msg_controllen)) {
		e = stamp_before(fd, msg, total, &marked);
		if (e)
			return control_refused(fd, e, flags);
	}
	if (unlikely(flags & MSG_MORE))
		stream_more(fd, flags, true);
	do
		r = real.sendmsg(fd, &m, (flags & ~(MSG_ZEROCOPY | MSG_EOR)) | MSG_NOSIGNAL);
	while (unlikely(r < 0) && errno == EAGAIN && stream_room(fd, flags));
	fd = hold_fd(&h);
	if (trial && r > 0)
		stream_connected(fd, k);
	if (unlikely(marked || flags & MSG_ZEROCOPY))
		stamp_after(fd, total, r, flags, marked);
	if (unlikely(k & KF_MORE) && total)	/* a send of nothing pushes nothing */
		stream_more(fd, flags, false);
	if (unlikely(flags & MSG_EOR) && r > 0 && (size_t)r == total)
		end_record(fd);
	/* A Unix socket takes nothing also where nothing is taken any more. */
	if (unlikely(!r) && fd_poll(fd, POLLOUT, 0) & (POLLHUP | POLLERR)) {
		errno = EPIPE;
		r = -1;
	}
	return unlikely(r < 0) ? stream_tx(fd, r, flags) : r;
}

bool at_urgent_mark(int fd)
{
	int mark = 0;

	return !(fd_kind(fd) & KF_INLINE) && !real.ioctl(fd, SIOCATMARK, &mark) && mark;
}

/* MSG_TRUNC on TCP throws the bytes away without touching the buffer. */
static ssize_t recv_discard(int fd, size_t len, int flags)
{
	char scratch[4096];
	size_t done = 0;

	while (done < len) {
		size_t n = len - done < sizeof(scratch) ? len - done : sizeof(scratch);
		ssize_t r;

		if (done && at_urgent_mark(fd))	/* a read does not go past it */
			break;
		r = real.recv(fd, scratch, n, flags & ~MSG_TRUNC);
		if (unlikely(!r && fd_kind(fd) & KF_SHUT_RD))
			r = stream_rx_late(fd, scratch, n, flags & ~MSG_TRUNC);
		if (r <= 0)
			return done ? (ssize_t)done : stream_rx(fd, r);
		done += (size_t)r;
		if (!(flags & MSG_WAITALL))
			flags |= MSG_DONTWAIT;
	}
	return (ssize_t)done;
}

/* With MSG_PEEK as well: only how much there is of len octets. */
static ssize_t recv_measure(int fd, size_t len, int flags)
{
	char c;
	ssize_t r;
	int n = 0, from = -1;
	socklen_t size = sizeof(from);

	real.getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &from, &size);
	r = real.recv(fd, &c, len ? 1 : 0, flags & ~MSG_TRUNC);
	if (r <= 0)
		return stream_rx(fd, r);
	real.ioctl(fd, FIONREAD, &n);
	if (from > 0)
		n = n > from ? n - from : 0;
	r = (size_t)n < len ? n : (ssize_t)len;
	if (from >= 0) {
		from += (int)r;
		real.setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &from, sizeof(from));
	}
	return r;
}

/*
 * The daemon holds data back for SO_RCVLOWAT, so that poll does not see too few. A call that does
 * not wait gets them all the same; one that waits is for the kernel to count for, which knows
 * SO_RCVLOWAT, too.
 */
static bool let_go(int fd, int how)
{
	struct nsp_ioctl_req q = { .code = FIONREAD, .len = sizeof(int) };
	struct nsp_ioctl_rep r;
	size_t room = sizeof(how);

	return rpc(NSP_NR_IOCTL, fd, &q, &how, sizeof(how), &r, &how, &room) >= 0;
}

static ssize_t recv_lowat(int fd, struct msghdr *m, int flags)
{
	bool wait = !(flags & MSG_DONTWAIT) && !fd_nonblock(fd);
	ssize_t r;
	int e;

	if (!wait) {
		r = real.recvmsg(fd, m, flags);
		if (r < 0 && errno == EAGAIN && let_go(fd, NSP_LET_GO_NOW))
			r = real.recvmsg(fd, m, flags);
		return r;
	}
	let_go(fd, NSP_LET_GO_ON);
	r = real.recvmsg(fd, m, flags);
	e = errno;
	let_go(fd, NSP_LET_GO_OFF);
	errno = e;
	return r;
}

/* TCP_CM_INQ: what can be read now; the end of the stream counts as an octet. */
static size_t put_inq(int fd, void *buf)
{
	struct {
		struct nsp_cmsg h;
		int inq;
	} c = { .h = { .len = sizeof(int), .level = IPPROTO_TCP, .type = TCP_CM_INQ } };

	if (real.ioctl(fd, FIONREAD, &c.inq))
		c.inq = 0;
	if (fd_poll(fd, POLLRDHUP, 0) & (POLLRDHUP | POLLHUP))
		c.inq++;
	memset(buf, 0, NSP_ALIGN8(sizeof(c)));
	memcpy(buf, &c, sizeof(c));
	return NSP_ALIGN8(sizeof(c));
}

/* Control messages of what was received. ahead: octets that were only looked at. */
static void put_control(int fd, struct msghdr *msg, unsigned int k, size_t ahead)
{
	uint8_t buf[512] __attribute__((aligned(8)));
	size_t n = 0;
	int e = errno;

	if (k & KF_ARRIVAL)	/* MSG_CTRUNC tells of it where there is no room */
		n = stamp_arrival(fd, ahead, buf, sizeof(buf) - 64);
	if (k & KF_INQ)
		n += put_inq(fd, buf + n);
	ctl_unpack(msg, buf, n);
	errno = e;
}

ssize_t stream_recv(int fd, struct msghdr *msg, int flags)
{
	struct msghdr m = *msg;
	size_t want;
	ssize_t r;

	if (unlikely(flags & MSG_ERRQUEUE))
		return errq_recv(fd, msg);
	if (unlikely(flags & MSG_OOB) && KIND(fd_kind(fd)) == K_LISTEN)
		return fail(ENOTCONN);
	if (nothing_wanted(fd, iov_bytes(msg->msg_iov, msg->msg_iovlen), flags)) {
		msg->msg_flags = flags & MSG_CMSG_CLOEXEC;
		msg->msg_namelen = msg->msg_controllen = 0;
		return 0;
	}
	want = flags & MSG_TRUNC && !(flags & MSG_OOB) ? iov_bytes(msg->msg_iov, msg->msg_iovlen) : 0;
	if (unlikely(want)) {
		r = flags & MSG_PEEK ? recv_measure(fd, want, flags) : recv_discard(fd, want, flags);
		m.msg_flags = 0;
	} else {
		m.msg_name = NULL;
		m.msg_namelen = 0;
		m.msg_control = NULL;
		m.msg_controllen = 0;
		r = unlikely(fd_kind(fd) & KF_LOWAT) ? recv_lowat(fd, &m, flags & ~MSG_TRUNC) :
						       real.recvmsg(fd, &m, flags & ~MSG_TRUNC);
		if (unlikely(!r && fd_kind(fd) & KF_SHUT_RD && m.msg_iovlen))
			r = stream_rx_late(fd, m.msg_iov->iov_base, m.msg_iov->iov_len, flags);
		if (unlikely(flags & MSG_OOB) && r > 0 && !iov_bytes(msg->msg_iov, msg->msg_iovlen)) {
			r = 0;	/* AF_UNIX counts what there was no room for */
			m.msg_flags |= MSG_TRUNC;
		}
		if (unlikely(r <= 0) && !(flags & MSG_OOB) &&
		    (r < 0 || iov_bytes(msg->msg_iov, msg->msg_iovlen) || nothing_left(fd)))
			r = stream_rx(fd, r);
	}
	if (r >= 0) {
		msg->msg_flags = m.msg_flags | (flags & MSG_CMSG_CLOEXEC);
		if (unlikely(fd_kind(fd) & (KF_INQ | KF_ARRIVAL)))
			put_control(fd, msg, fd_kind(fd), flags & MSG_PEEK ? (size_t)r : 0);
		else
			msg->msg_controllen = 0;
		if (msg->msg_name)
			msg->msg_namelen = 0;
	}
	return r;
}
