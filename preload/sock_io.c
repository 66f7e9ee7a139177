/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading and writing. A stream's data calls go to the kernel as they are; only an end of file
 * and an error are looked at. A foreign descriptor costs one table look-up.
 */
#include "shim.h"

#include <poll.h>
#include <sys/stat.h>
#include <time.h>

#define PLAIN_RECV (MSG_PEEK | MSG_DONTWAIT | MSG_WAITALL | MSG_NOSIGNAL | MSG_CMSG_CLOEXEC)
#define PLAIN_SEND (MSG_DONTWAIT | MSG_NOSIGNAL | MSG_DONTROUTE | MSG_CONFIRM)
#define BULK_BYTES 16384
#define BULK_PIECE 4096		/* octets on average, or it is not worth while to look at each */
#define ADDR_MAX   sizeof(struct sockaddr_storage)

/* Descriptors that arrived in a message of the program's own Unix sockets. */
static void learn_rights(struct msghdr *msg)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t i, n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			fd_forget(fd);
			fd_learn(fd);
		}
	}
}

/* A socket that goes to another process takes its remembered options to the daemon first. */
static void flush_rights(const struct msghdr *msg)
{
	struct msghdr *m = (struct msghdr *)(uintptr_t)msg;
	struct cmsghdr *c;

	/* A bad pointer is for the kernel to find. */
	if (!user_readable(m, sizeof(*m)) || !m->msg_control || !m->msg_controllen ||
	    !user_readable(m->msg_control, m->msg_controllen))
		return;
	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t i, n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
		    c->cmsg_len > m->msg_controllen - (size_t)((char *)c - (char *)m->msg_control))
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			struct fdmem *mem;
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			mem = fd_mem(fd, false);
			tag_shared(fd);
			if (KIND(fd_kind(fd)) != K_NEW || (mem && mem->opts))
				stream_shared(fd);
		}
	}
}

/* A pointer that is the kernel's own, with which not even a socket that takes nothing is tried. */
static bool is_kernels(const struct iovec *iov, size_t n)
{
	while (n--)
		if (unlikely((intptr_t)iov[n].iov_base < 0))
			return true;
	return false;
}

/* 0 or errno: what the kernel finds wrong in a message before it looks at the socket. */
static int msg_check(const struct msghdr *m, bool sending)
{
	socklen_t name;

	if (!user_readable(m, sizeof(*m)))
		return EFAULT;
	name = m->msg_name ? m->msg_namelen : 0;
	if ((int)name < 0)
		return EINVAL;
	if (m->msg_iovlen > 1024)
		return EMSGSIZE;
	if (m->msg_iovlen && (!user_readable(m->msg_iov, m->msg_iovlen * sizeof(*m->msg_iov)) ||
			      is_kernels(m->msg_iov, m->msg_iovlen)))
		return EFAULT;
	if (name && !user_readable(m->msg_name, name < ADDR_MAX ? name : ADDR_MAX))
		return EFAULT;
	if (sending && name > ADDR_MAX)
		return EINVAL;
	if (sending && m->msg_control && m->msg_controllen &&
	    !user_readable(m->msg_control, m->msg_controllen))
		return EFAULT;
	return 0;
}

/* May the Unix socket take more of n octets than the stack has room for, and is there time to ask? */
static bool send_is_large(unsigned int k, size_t n, int flags)
{
	return unlikely(n >= BULK_BYTES || k & KF_BOUNDED) && KIND(k) == K_STREAM &&
	       !(k & (KF_MORE | KF_DEFER)) && !(flags & ~PLAIN_SEND) && !shim.silent &&
	       large_send_wanted(k, n);
}

/* Something is to be told, or waited for, before a write or after it, or counted by the octet. */
#define NOT_BULK (KF_MORE | KF_TSTAMP | KF_ZEROCOPY | KF_DEFER | KF_FULL | KF_BOUNDED | KF_FIRST | KF_NODELAY)

/* One of many large writes to a connection, by shared memory? */
static bool send_is_bulk(int fd, unsigned int k, size_t n, int flags)
{
	return unlikely(n >= BULK_BYTES) && KIND(k) == K_STREAM && !(flags & ~PLAIN_SEND) &&
	       !(k & NOT_BULK) && payload_wanted(fd, n);
}

ssize_t ns_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	unsigned int k = fd_kind(fd);
	int e = msg_check(msg, true);
	struct msghdr unnamed;
	size_t n;

	if (e)
		return fail(e);
	if (unlikely(k & KF_HERE)) {
		if (IS_DGRAM(k))
			settle();	/* what came of the last one */
		settle_later();
	}
	if (unlikely(msg->msg_name && !msg->msg_namelen)) {	/* whatever it points to */
		unnamed = *msg;
		unnamed.msg_name = NULL;
		msg = &unnamed;
	}
	n = KIND(k) == K_STREAM && !msg->msg_controllen ? iov_bytes(msg->msg_iov, msg->msg_iovlen) : 0;
	settle_frames();
	if (n / BULK_PIECE >= msg->msg_iovlen && send_is_bulk(fd, k, n, flags))
		return payload_send(fd, msg->msg_iov, msg->msg_iovlen, n, flags);
	if (send_is_large(k, n, flags)) {
		if (k & (KF_FIRST | KF_NODELAY))
			stream_writes(fd, n);
		return stream_send_large(fd, msg->msg_iov, msg->msg_iovlen, n, flags);
	}
	return IS_DGRAM(fd_kind(fd)) ? dgram_send(fd, msg, flags) : stream_send(fd, msg, flags);
}

ssize_t ns_recvmsg(int fd, struct msghdr *msg, int flags)
{
	int e = msg_check(msg, false);

	if (e)
		return fail(e);
	settle();
	spin_for(fd, flags);
	return IS_DGRAM(fd_kind(fd)) ? dgram_recv(fd, msg, flags) : stream_recv(fd, msg, flags);
}

static ssize_t send_iov(int fd, const struct iovec *iov, size_t n, int flags,
			const struct sockaddr *sa, socklen_t len)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov,
			    .msg_iovlen = n,
			    .msg_name = (void *)(uintptr_t)sa,
			    .msg_namelen = sa ? len : 0 };

	return ns_sendmsg(fd, &m, flags);
}

static ssize_t send_buf(int fd, const void *buf, size_t n, int flags)
{
	struct iovec iov = { (void *)(uintptr_t)buf, n };
	unsigned int k = fd_kind(fd);
	ssize_t r;

	if (unlikely(k & (KF_FIRST | KF_NODELAY)))
		stream_writes(fd, n);
	if (unlikely(k & KF_HERE))
		settle_later();
	if (send_is_bulk(fd, k, n, flags)) {
		settle_frames();
		return payload_send(fd, &iov, 1, n, flags);
	}
	if (send_is_large(k, n, flags)) {
		settle_frames();
		return stream_send_large(fd, &iov, 1, n, flags);
	}
	if (KIND(k) == K_STREAM && !(k & (KF_MORE | KF_TSTAMP | KF_DEFER | KF_FULL)) &&
	    !(flags & ~PLAIN_SEND) && (n < BULK_BYTES || k & KF_BULK)) {
		HOLD(h, fd, flags);

		settle_frames();
		do
			r = real.send(fd, buf, n, flags | MSG_NOSIGNAL);
		while (unlikely(r < 0) && errno == EAGAIN && stream_room(fd, flags));
		return unlikely(r < 0) ? stream_tx(hold_fd(&h), r, flags) : r;
	}
	return send_iov(fd, &iov, 1, flags, NULL, 0);
}

/* Nothing was asked for: an error is told all the same, but not before the data. */
bool nothing_left(int fd)
{
	int n = 0;

	return fd_ended(fd) && !real.ioctl(fd, FIONREAD, &n) && !n;
}

bool nothing_wanted(int fd, size_t n, int flags)
{
	int saved = errno;
	bool some;
	char c;

	if (likely(n) || flags & (MSG_OOB | MSG_ERRQUEUE))
		return false;
	some = real.recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0 || fd_poll(fd, POLLPRI, 0) & POLLPRI;
	errno = saved;
	return some;
}

static ssize_t recv_buf(int fd, void *buf, size_t n, int flags)
{
	struct iovec iov = { buf, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned int k = fd_kind(fd);
	ssize_t r;

	if (KIND(k) == K_STREAM && !(k & KF_LOWAT) && !(flags & ~PLAIN_RECV)) {
		settle();
		if (nothing_wanted(fd, n, flags))
			return 0;
		spin_for(fd, flags);
		r = real.recv(fd, buf, n, flags);
		if (unlikely(!r && k & KF_SHUT_RD))
			r = stream_rx_late(fd, buf, n, flags);
		return unlikely(r <= 0) && (n || r < 0 || nothing_left(fd)) ? stream_rx(fd, r) : r;
	}
	return ns_recvmsg(fd, &m, flags);
}

/* ---- read and write ------------------------------------------------------------------- */
/* The number was closed where we did not see it, and is a file now: look again. */
static bool stale(int fd, ssize_t r)
{
	if (r >= 0 || errno != ENOTSOCK)
		return false;
	fd_forget(fd);
	return !IS_SOCK(fd_learn(fd));
}

EXPORT ssize_t read(int fd, void *buf, size_t n)
{
	unsigned int k = fd_kind(fd);
	ssize_t r;

	if (!IS_SOCK(k) || shim.silent)
		return real.read(fd, buf, n);
	if (!n)
		return 0;
	r = recv_buf(fd, buf, n, 0);
	return unlikely(stale(fd, r)) ? real.read(fd, buf, n) : r;
}

EXPORT ssize_t __read_chk(int fd, void *buf, size_t n, size_t room);
EXPORT ssize_t __read_chk(int fd, void *buf, size_t n, size_t room)
{
	if (n > room)
		__builtin_trap();
	return read(fd, buf, n);
}

EXPORT ssize_t write(int fd, const void *buf, size_t n)
{
	ssize_t r;

	if (!IS_SOCK(fd_kind(fd)) || shim.silent) {
		if (unlikely(fd_kind(fd) == K_FILE))
			return file_write(fd, &(struct iovec){ (void *)(uintptr_t)buf, n }, 1, FILE_OFF_NONE);
		return real.write(fd, buf, n);
	}
	r = send_buf(fd, buf, n, 0);
	return unlikely(stale(fd, r)) ? real.write(fd, buf, n) : r;
}

static ssize_t file_write_at(int fd, const struct iovec *iov, int n, off_t off)
{
	return off < 0 ? fail(EINVAL) : file_write(fd, iov, n, off);
}

/* A socket has no places: the kernel says so. */
EXPORT ssize_t pwrite(int fd, const void *buf, size_t n, off_t off)
{
	if (unlikely(fd_kind(fd) == K_FILE))
		return file_write_at(fd, &(struct iovec){ (void *)(uintptr_t)buf, n }, 1, off);
	return real.pwrite(fd, buf, n, off);
}

EXPORT ssize_t pwrite64(int fd, const void *buf, size_t n, off64_t off)
{
	return pwrite(fd, buf, n, off);
}

EXPORT ssize_t pwritev(int fd, const struct iovec *iov, int n, off_t off)
{
	if (unlikely(fd_kind(fd) == K_FILE))
		return file_write_at(fd, iov, n, off);
	return real.pwritev(fd, iov, n, off);
}

EXPORT ssize_t pwritev64(int fd, const struct iovec *iov, int n, off64_t off)
{
	return pwritev(fd, iov, n, off);
}

/* readv(), writev() and the like do nothing then; not even an empty datagram is sent. */
bool iov_is_empty(const struct iovec *iov, size_t n)
{
	return !n || (user_readable(iov, n * sizeof(*iov)) && !iov_bytes(iov, n));
}

EXPORT ssize_t readv(int fd, const struct iovec *iov, int n)
{
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov, .msg_iovlen = (size_t)n };
	ssize_t r;

	if (!IS_SOCK(fd_kind(fd)) || shim.silent)
		return real.readv(fd, iov, n);
	if (n < 0 || n > 1024)
		return fail(EINVAL);
	if (iov_is_empty(iov, (size_t)n))
		return 0;
	r = ns_recvmsg(fd, &m, 0);
	return unlikely(stale(fd, r)) ? real.readv(fd, iov, n) : r;
}

EXPORT ssize_t writev(int fd, const struct iovec *iov, int n)
{
	ssize_t r;

	if (!IS_SOCK(fd_kind(fd)) || shim.silent)
		return unlikely(fd_kind(fd) == K_FILE) ? file_write(fd, iov, n, FILE_OFF_NONE) :
							 real.writev(fd, iov, n);
	if (n < 0 || n > 1024)
		return fail(EINVAL);
	if (iov_is_empty(iov, (size_t)n))
		return 0;
	r = send_iov(fd, iov, (size_t)n, 0, NULL, 0);
	return unlikely(stale(fd, r)) ? real.writev(fd, iov, n) : r;
}

/* ---- send ----------------------------------------------------------------------------- */
EXPORT ssize_t send(int fd, const void *buf, size_t n, int flags)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.send(fd, buf, n, flags);
	return send_buf(fd, buf, n, flags);
}

EXPORT ssize_t sendto(int fd, const void *buf, size_t n, int flags, __CONST_SOCKADDR_ARG addr,
		      socklen_t len)
{
	struct iovec iov = { (void *)(uintptr_t)buf, n };
	unsigned int k = fd_kind(fd);

	if (!IS_SOCK(k))
		return real.sendto(fd, buf, n, flags, addr, len);
	if (addr.__sockaddr__ && len > ADDR_MAX)
		return fail(EINVAL);
	if (!len && addr.__sockaddr__) {	/* UDP looks at the length, others do not */
		if (KIND(k) == K_UDP || KIND(k) == K_PACKET)
			return fail(EINVAL);
		addr.__sockaddr__ = NULL;
	}
	if (addr.__sockaddr__ && !user_readable(addr.__sockaddr__, len))
		return fail(EFAULT);
	if (!addr.__sockaddr__ || (IS_TCP(k) && !(flags & MSG_FASTOPEN)))
		return send_buf(fd, buf, n, flags);
	return send_iov(fd, &iov, 1, flags, addr.__sockaddr__, len);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	if (!IS_SOCK(fd_kind(fd))) {
		flush_rights(msg);
		return real.sendmsg(fd, msg, flags);
	}
	return ns_sendmsg(fd, msg, flags);
}

int ns_sendmmsg(int fd, struct mmsghdr *v, unsigned int n, int flags)
{
	unsigned int i;
	ssize_t r;

	if (n > 1024)
		n = 1024;
	if (n && !user_readable(v, n * sizeof(*v)))
		return fail(EFAULT);
	for (i = 0; i < n; i++) {
		if (i && fd_kind(fd) & KF_HERE)	/* the one before may have been answered */
			settle();
		r = ns_sendmsg(fd, &v[i].msg_hdr, flags);
		if (r < 0)
			return i ? (int)i : -1;
		v[i].msg_len = (unsigned int)r;
	}
	return (int)i;
}

EXPORT int sendmmsg(int fd, struct mmsghdr *v, unsigned int n, int flags)
{
	if (!IS_SOCK(fd_kind(fd))) {
		unsigned int i;

		for (i = 0; i < n && user_readable(&v[i], sizeof(v[i])); i++)
			flush_rights(&v[i].msg_hdr);
		return real.sendmmsg(fd, v, n, flags);
	}
	return ns_sendmmsg(fd, v, n, flags);
}

/* ---- receive -------------------------------------------------------------------------- */
EXPORT ssize_t recv(int fd, void *buf, size_t n, int flags)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.recv(fd, buf, n, flags);
	return recv_buf(fd, buf, n, flags);
}

EXPORT ssize_t __recv_chk(int fd, void *buf, size_t n, size_t room, int flags);
EXPORT ssize_t __recv_chk(int fd, void *buf, size_t n, size_t room, int flags)
{
	if (n > room)
		__builtin_trap();
	return recv(fd, buf, n, flags);
}

EXPORT ssize_t recvfrom(int fd, void *buf, size_t n, int flags, __SOCKADDR_ARG addr, socklen_t *len)
{
	struct iovec iov = { buf, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_name = addr.__sockaddr__ };
	ssize_t r;

	if (!IS_SOCK(fd_kind(fd)))
		return real.recvfrom(fd, buf, n, flags, addr, len);
	if (!addr.__sockaddr__)
		return recv_buf(fd, buf, n, flags);
	if (!user_readable(len, sizeof(*len)))
		return fail(EFAULT);
	if (IS_TCP(fd_kind(fd))) {	/* has no address to give */
		r = recv_buf(fd, buf, n, flags);
		if (r >= 0 && (int)*len < 0)
			return fail(EINVAL);
	} else {
		if ((int)*len < 0)
			return fail(EINVAL);
		m.msg_namelen = *len;
		r = ns_recvmsg(fd, &m, flags);
	}
	if (r >= 0)
		*len = m.msg_namelen;
	return r;
}

EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t room, int flags,
			      __SOCKADDR_ARG addr, socklen_t *len);
EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t room, int flags,
			      __SOCKADDR_ARG addr, socklen_t *len)
{
	if (n > room)
		__builtin_trap();
	return recvfrom(fd, buf, n, flags, addr, len);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t r;

	if (!IS_SOCK(fd_kind(fd))) {
		r = real.recvmsg(fd, msg, flags);
		if (unlikely(r >= 0 && msg->msg_controllen && msg->msg_control))
			learn_rights(msg);
		return r;
	}
	return ns_recvmsg(fd, msg, flags);
}

static bool passed(const struct timespec *end)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > end->tv_sec ||
	       (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

int ns_recvmmsg(int fd, struct mmsghdr *v, unsigned int n, int flags, struct timespec *to)
{
	struct timespec end = { 0 };
	unsigned int k = fd_kind(fd), i;
	ssize_t r;
	int e;

	if (n && !user_readable(v, n * sizeof(*v)))
		return fail(EFAULT);
	if (to && !user_readable(to, sizeof(*to)))
		return fail(EFAULT);
	if (to && (to->tv_sec < 0 || to->tv_nsec < 0 || to->tv_nsec >= 1000000000))
		return fail(EINVAL);
	if (to) {
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_sec += to->tv_sec;
		end.tv_nsec += to->tv_nsec;
		if (end.tv_nsec >= 1000000000) {
			end.tv_nsec -= 1000000000;
			end.tv_sec++;
		}
	}
	/* an error that waits is told before anything is read, here alone */
	e = KIND(k) == K_STREAM ? stream_so_error(fd, k) : !n && IS_DGRAM(k) ? dgram_so_error(fd) : 0;
	if (e)
		return fail(e);
	for (i = 0; i < n; i++) {
		r = ns_recvmsg(fd, &v[i].msg_hdr, flags & ~MSG_WAITFORONE);
		if (r < 0)
			return i ? (int)i : -1;
		v[i].msg_len = (unsigned int)r;
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (to && passed(&end))
			return (int)i + 1;
	}
	return (int)i;
}

EXPORT int recvmmsg(int fd, struct mmsghdr *v, unsigned int n, int flags, struct timespec *to)
{
	if (!IS_SOCK(fd_kind(fd))) {
		int r = real.recvmmsg(fd, v, n, flags, to), i;

		for (i = 0; i < r; i++)
			if (v[i].msg_hdr.msg_controllen && v[i].msg_hdr.msg_control)
				learn_rights(&v[i].msg_hdr);
		return r;
	}
	return ns_recvmmsg(fd, v, n, flags, to);
}

/* ---- files into sockets --------------------------------------------------------------- */
/* A pipe that is open for this: what splice() needs at one end. */
static bool is_pipe(int fd, int unwanted_mode)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISFIFO(st.st_mode) &&
	       (fcntl(fd, F_GETFL) & O_ACCMODE) != unwanted_mode;
}

/* Nothing left of a file: then nothing is sent, and the socket is not looked at. */
static bool file_ended(int fd, const off_t *off, size_t count)
{
	struct stat st;
	off_t at;

	if (!count)
		return true;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (off && !user_readable(off, sizeof(*off))))
		return false;
	at = off ? *off : lseek(fd, 0, SEEK_CUR);
	return at >= st.st_size;
}

/* Before the kernel writes by itself, and would raise SIGPIPE for a reset: 0 to go on. Not with a
 * source that it will refuse, nor with the file `in` at its end. */
static int stream_file_check(int fd, unsigned int k, bool source_ok, int in, const off_t *off,
			     size_t count)
{
	if (!source_ok)
		return 0;
	if (unlikely(k & (KF_FIRST | KF_NODELAY)))
		stream_writes(fd, SIZE_MAX);
	if (KIND(k) == K_STREAM && !fd_ended(fd))
		return 0;
	if (in >= 0 && file_ended(in, off, count))
		return 0;
	if (KIND(k) != K_STREAM && stream_tx_ready(&(struct hold){ .fd = fd }, k, 0))
		return -1;
	if (fd_ended(fd)) {
		errno = EPIPE;
		return (int)stream_tx(fd, -1, 0);
	}
	return 0;
}

/* A datagram needs its head: read a piece, send it, as one datagram per call. Of a file that ends before,
 * UDP of IPv6 waits for more, as after MSG_MORE; that of IPv4 sees the end. */
static ssize_t dgram_sendfile(int out, int in, off_t *off, size_t count)
{
	unsigned int k = fd_kind(out);
	bool waits = KIND(k) == K_UDP && k & KF_V6;
	char buf[65507];
	ssize_t n, r;

	if (!dgram_has_peer(out))
		return file_ended(in, off, count) ? 0 : fail(EDESTADDRREQ);
	if (count > sizeof(buf))
		count = sizeof(buf);
	n = off ? pread(in, buf, count, *off) : read(in, buf, count);
	if (n <= 0)
		return n;
	r = send_buf(out, buf, (size_t)n, waits && (size_t)n < count ? MSG_MORE : 0);
	if (off && r > 0)
		*off += r;
	return r;
}

static bool is_plain_file(int fd, const off_t *off)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) &&
	       (!off || (user_readable(off, sizeof(*off)) && *off >= 0));
}

EXPORT ssize_t sendfile(int out, int in, off_t *off, size_t count)
{
	unsigned int k = fd_kind(out);
	ssize_t r;

	if (IS_DGRAM(k))
		return dgram_sendfile(out, in, off, count);
	if (IS_TCP(k))
		settle_frames();
	if (k & KF_HERE)
		settle_later();
	if (IS_TCP(k) && !shim.silent &&
	    stream_file_check(out, k, !IS_SOCK(fd_kind(in)), in, off, count))
		return -1;
	k = fd_kind(out);
	if (send_is_bulk(out, k, count, 0) && is_plain_file(in, off))
		return payload_sendfile(out, in, off, count);
	if (IS_TCP(k) && send_is_large(k, count, 0) && is_plain_file(in, off))
		return stream_sendfile(out, in, off, count);
	r = real.sendfile(out, in, off, count);
	if (unlikely(k & KF_MORE) && IS_TCP(k) && r > 0)
		stream_more(out, 0, false);
	return r;
}

EXPORT ssize_t sendfile64(int out, int in, off64_t *off, size_t count)
{
	static_assert(sizeof(off_t) == sizeof(off64_t), "one sendfile serves both");
	return sendfile(out, in, (off_t *)off, count);
}

/* Nothing to splice, and not to be waited for: the socket is not looked at. */
static bool lacks_data(int in, unsigned int flags)
{
	int n = 1;

	return (flags & SPLICE_F_NONBLOCK || fd_nonblock(in)) && !real.ioctl(in, FIONREAD, &n) && !n;
}

/* Pipe to datagram or back: one datagram for each call, as the kernel does it. */
static ssize_t dgram_splice(int in, int out, size_t n, unsigned int flags)
{
	char buf[65536];
	ssize_t r;

	if (IS_DGRAM(fd_kind(out)) && !dgram_has_peer(out))
		return fail(lacks_data(in, flags) ? EAGAIN : EDESTADDRREQ);
	if (n > sizeof(buf))
		n = sizeof(buf);
	if (IS_DGRAM(fd_kind(in)))
		r = recv_buf(in, buf, n, 0);
	else
		r = read(in, buf, n);
	if (r <= 0)
		return r;
	return IS_DGRAM(fd_kind(out)) ? send_buf(out, buf, (size_t)r, 0) :
					write(out, buf, (size_t)r);
}

EXPORT ssize_t splice(int in, off64_t *ioff, int out, off64_t *ooff, size_t n, unsigned int flags)
{
	unsigned int kin = fd_kind(in), kout = fd_kind(out);
	ssize_t r;

	if (!n)
		return real.splice(in, ioff, out, ooff, n, flags);
	if (unlikely(IS_DGRAM(kin) || IS_DGRAM(kout))) {
		if (ioff || ooff)
			return fail(ESPIPE);
		if (IS_SOCK(kin) && IS_SOCK(kout))
			return fail(EINVAL);
		if (IS_DGRAM(kin) ? !is_pipe(out, O_RDONLY) : !is_pipe(in, O_WRONLY))
			return fail(EINVAL);
		return dgram_splice(in, out, n, flags);
	}
	if (IS_TCP(kin) || IS_TCP(kout))
		settle();
	if (IS_SOCK(kout) && kout & KF_HERE)
		settle_later();
	if (IS_TCP(kout) && !shim.silent &&
	    (KIND(kout) != K_STREAM || kout & (KF_FIRST | KF_NODELAY) || fd_poll(out, 0, 0)) &&
	    stream_file_check(out, kout, is_pipe(in, O_WRONLY) && !lacks_data(in, flags), -1, NULL, n))
		return -1;
	/* TCP's splice() does not pass the urgent octet: there is nothing at the mark, until a read() has. */
	if (IS_TCP(kin) && !shim.silent && !ioff && at_urgent_mark(in) && is_pipe(out, O_RDONLY))
		return flags & SPLICE_F_NONBLOCK || fd_nonblock(in) ? fail(EAGAIN) : 0;
	r = real.splice(in, ioff, out, ooff, n, flags);
	if (unlikely(kout & KF_MORE) && IS_TCP(kout) && r > 0 && !(flags & SPLICE_F_MORE))
		stream_more(out, 0, false);
	return IS_TCP(kin) && r <= 0 && n && is_pipe(out, O_RDONLY) ? stream_rx(in, r) : r;
}
