/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the daemon: one SEQPACKET channel per process, opened at the first call. Signals are
 * blocked during a call (a handler that makes one itself would wait for its own thread), so
 * every wait has a limit. Plain system calls only: no cancellation point holds the lock.
 */
#include "shim.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#define RPC_SECONDS 10

static struct channel {
	int fd;		 /* -1: closed */
	int inherited;	 /* the parent's channel, in a forked child */
	uid_t uid;	 /* who opened it */
	bool attached;	 /* over the parent's: the path is out of reach, or not for us */
	uint64_t cookie; /* of fd, to notice that the number is another's now */
	uint32_t seq;
} ch = { .fd = -1, .inherited = -1 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool rpc_fd_is_ours(int fd)
{
	return fd >= 0 && fd < FD_MAX && KIND(fd_kinds[fd]) == K_OWN;
}

static void sun_path(struct sockaddr_un *un, bool stream)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s%s", shim.path,
		 stream ? NSP_STREAM_SUFFIX : "");
}

/* A full backlog blocks a blocking socket and fails a nonblocking one: then try again. */
static int channel_connect(int fd, bool stream)
{
	struct sockaddr_un un;
	int tries, r;

	sun_path(&un, stream);
	for (tries = 0; tries < 2000; tries++) {
		r = (int)raw_call(SYS_connect, fd, &un, sizeof(un));
		if (!r)
			return 0;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		poll(NULL, 0, 1);
	}
	return -ETIMEDOUT;
}

static void set_timeouts(int fd)
{
	struct timeval tv = { .tv_sec = RPC_SECONDS };

	real.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	real.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static void add_credentials(struct msghdr *m, const struct ucred *cred)
{
	struct cmsghdr *c = (void *)((char *)m->msg_control + m->msg_controllen);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(*cred));
	memcpy(CMSG_DATA(c), cred, sizeof(*cred));
	m->msg_controllen += CMSG_SPACE(sizeof(*cred));
}

/* Whom the call is for: another user, or another process, which only who administers the host may say. */
static bool is_for_another(struct ucred *cred)
{
	if (likely(!shim.as_other && !shim.as_process))
		return false;
	*cred = (struct ucred){ shim.as_process ? shim.as_process : getpid(),
				shim.as_other ? shim.as_uid : geteuid(), getgid() };
	return true;
}

static int send_packet(int fd, const struct iovec *iov, int niov, int pass)
{
	struct ucred cred;
	union {
		char buf[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} ctl;
	struct msghdr m = { .msg_iov = (struct iovec *)(uintptr_t)iov,
			    .msg_iovlen = (size_t)niov,
			    .msg_control = &ctl };

	memset(&ctl, 0, sizeof(ctl));
	if (pass >= 0)
		fdpass_put(&m, &pass, 1);
	if (is_for_another(&cred))
		add_credentials(&m, &cred);
	if (!m.msg_controllen)
		m.msg_control = NULL;
	return raw_call(SYS_sendmsg, fd, &m, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int rpc_hello(int fd, const struct nsp_dhello *q)
{
	struct iovec iov = { (void *)(uintptr_t)q, sizeof(*q) };

	return send_packet(fd, &iov, 1, -1);
}

static int send_call(int fd, uint32_t seq, int nr, unsigned int flags, int pass, const void *req,
		     const void *data, size_t dlen)
{
	struct nsp_msg h = { .magic = NSP_MSG_MAGIC,
			     .nr = (uint16_t)nr,
			     .flags = (uint16_t)flags,
			     .seq = seq,
			     .len = (uint32_t)(nsp_calls[nr].reqsize + dlen) };
	struct iovec iov[3] = { { &h, sizeof(h) },
				{ (void *)(uintptr_t)req, nsp_calls[nr].reqsize },
				{ (void *)(uintptr_t)data, dlen } };

	return send_packet(fd, iov, 3, pass);
}

static void take_fds(struct msghdr *m, int *fds)
{
	const struct cmsghdr *c = CMSG_FIRSTHDR(m);

	memset(fds, 0xff, NSP_PULSE_FDS * sizeof(*fds));
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len <= CMSG_LEN(NSP_PULSE_FDS * sizeof(*fds)))
		memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
}

/*
 * Wait for the answer to seq; answers to calls that were given up are passed over. 0 and what
 * the daemon answered in *ret, or -errno of the transport. fds[NSP_PULSE_FDS], unless NULL, gets the
 * descriptors that came along, or -1.
 */
static int recv_reply_fds(int fd, uint32_t seq, int nr, void *rep, void *rdata, size_t *rdlen, int *ret,
			  int *fds)
{
	uint8_t scratch[256];
	struct nsp_msg h;
	struct iovec iov[3] = { { &h, sizeof(h) },
				{ rep ? rep : scratch, nsp_calls[nr].repsize },
				{ rdata, rdata ? *rdlen : 0 } };
	union {
		char buf[CMSG_SPACE(NSP_PULSE_FDS * sizeof(int))];
		struct cmsghdr align;
	} ctl;
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 3 };
	ssize_t n;

	if (fds) {
		m.msg_control = &ctl;
		m.msg_controllen = sizeof(ctl);
	}
	do {
		n = raw_call(SYS_recvmsg, fd, &m, MSG_CMSG_CLOEXEC);
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n < (ssize_t)sizeof(h) || h.magic != NSP_MSG_MAGIC)
			return -EPIPE;
	} while (h.seq != seq || h.nr != nr);
	if (fds)
		take_fds(&m, fds);
	n -= (ssize_t)sizeof(h);
	if (h.ret >= 0 && n < nsp_calls[nr].repsize)
		return -EPROTO;
	n -= nsp_calls[nr].repsize;
	if (rdlen)
		*rdlen = n > 0 ? (size_t)n : 0;
	*ret = h.ret;
	return 0;
}

static int recv_reply(int fd, uint32_t seq, int nr, void *rep, void *rdata, size_t *rdlen, int *ret)
{
	return recv_reply_fds(fd, seq, nr, rep, rdata, rdlen, ret, NULL);
}

/*
 * Out of the way of programs that count on low numbers, without growing the kernel's table; nor are the
 * highest ones taken, one of which a program may give up when it has reached its limit, to go on.
 */
static int move_high(int fd)
{
	static const int places[] = { 1000, 900, 240, 100, 48, 20, 0 };
	enum { HIGHEST = 8 };
	struct rlimit rl;
	unsigned int i;
	int high;

	if (getrlimit(RLIMIT_NOFILE, &rl))
		return fd;
	for (i = 0; places[i]; i++) {
		if ((rlim_t)places[i] + HIGHEST >= rl.rlim_cur)
			continue;
		high = (int)raw_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, places[i]);
		if (high >= 0) {
			raw_call(SYS_close, fd);
			return high;
		}
	}
	return fd;
}

static int say_hello(int fd)
{
	struct nsp_hello_req q = { .hash = nsp_proto_hash(),
				   .pid = (uint32_t)getpid(),
				   .role = NSP_ROLE_SHIM };
	struct nsp_hello_rep r;
	char text[256] = "";
	size_t len = sizeof(text) - 1;
	bool other = shim.as_other;
	pid_t process = shim.as_process;
	int e, ret = 0, fds[NSP_PULSE_FDS] = { -1, -1 };

	/* not for the one call of a vfork child, nor for who makes calls for others */
	if (!shim.supervisor && fd_owner())
		q.caps = NSP_CAP_PULSE;

	shim.as_other = false;	/* the channel is ours */
	shim.as_process = 0;

	e = send_call(fd, 0, NSP_NR_HELLO, 0, -1, &q, NULL, 0);
	shim.as_other = other;
	shim.as_process = process;
	if (!e)
		e = recv_reply_fds(fd, 0, NSP_NR_HELLO, &r, text, &len, &ret, fds);
	if (!e)
		e = ret;
	if (fds[NSP_PULSE_POLL] >= 0) {
		fds[NSP_PULSE_POLL] = move_high(fds[NSP_PULSE_POLL]);
		pulse_take(fds);
	}
	if (e < 0) {
		text[len < sizeof(text) ? len : 0] = 0;
		shim_log("netstackd refused the channel: %s (%s)", strerror(-e), text);
	}
	return e;
}

/* A child that cannot reach the path sends one end of a new pair over its parent's channel. */
static int attach(int inherited)
{
	struct nsp_attach_req q = { 0 };
	int sv[2], e;

	if (raw_call(SYS_socketpair, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv))
		return -errno;
	e = send_call(inherited, 0, NSP_NR_ATTACH, NSP_F_ONEWAY, sv[1], &q, NULL, 0);
	raw_call(SYS_close, sv[1]);
	if (!e)
		return sv[0];
	raw_call(SYS_close, sv[0]);
	return e;
}

/* A channel by way of the path; the descriptor or -errno. */
static int reach(void)
{
	int fd = (int)raw_call(SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), e;

	if (fd < 0)
		return -errno;
	e = channel_connect(fd, false);
	if (e)
		raw_call(SYS_close, fd);
	return e ? e : fd;
}

/* The greeting; fd is closed when it fails. fd or -errno */
static int greet(int fd)
{
	int e;

	set_timeouts(fd);
	e = say_hello(fd);
	if (e >= 0)
		return fd;
	raw_call(SYS_close, fd);
	return e;
}

/* Open a channel of this process; the descriptor or -errno. */
static int open_channel(int inherited, bool *attached)
{
	int fd = reach();

	*attached = false;
	if (fd >= 0)
		fd = greet(fd);
	if (fd < 0 && inherited >= 0) {
		*attached = true;
		fd = attach(inherited);
		if (fd >= 0)
			fd = greet(fd);
	}
	if (fd < 0) {
		shim_log("no netstackd at %s: %s", shim.path, strerror(-fd));
		return -ENETDOWN;
	}
	return move_high(fd);
}

/* Is the channel all that lets us in: was it opened by another user, or over the parent's? */
static bool only_channel(void)
{
	return ch.fd >= 0 && (ch.attached || ch.uid != shim.euid);
}

int daemon_connect(int fd, bool stream)
{
	int e = only_channel() ? -EACCES : channel_connect(fd, stream);

	if (e == -ENOENT || e == -EACCES || e == -ENOTDIR)
		e = rpc(NSP_NR_DCONNECT, fd, NULL, NULL, 0, NULL, NULL, NULL);
	return e;
}

static void close_channel(void)
{
	if (ch.fd >= 0 && fd_cookie(ch.fd) == ch.cookie)
		raw_call(SYS_close, ch.fd);
	if (ch.fd >= 0 && ch.fd < FD_MAX && KIND(fd_kinds[ch.fd]) == K_OWN)
		fd_kinds[ch.fd] = K_NONE;
	ch.fd = -1;
	pulse_drop();
	payload_drop();
}

static int need_channel(void)
{
	int fd;

	if (ch.fd >= 0) {
		if (fd_cookie(ch.fd) == ch.cookie)
			return 0;
		/* The program closed the number by a way we do not see; what is there now is
		 * the program's. */
		if (ch.fd < FD_MAX && KIND(fd_kinds[ch.fd]) == K_OWN)
			fd_kinds[ch.fd] = K_NONE;
		ch.fd = -1;
	}
	fd = open_channel(ch.inherited, &ch.attached);
	ch.uid = shim.euid;
	if (ch.inherited >= 0) {
		if (rpc_fd_is_ours(ch.inherited)) {
			raw_call(SYS_close, ch.inherited);
			fd_kinds[ch.inherited] = K_NONE;
		}
		ch.inherited = -1;
	}
	if (fd < 0)
		return fd;
	ch.fd = fd;
	ch.cookie = fd_cookie(fd);
	if (fd < FD_MAX)
		fd_kinds[fd] = K_OWN;
	return 0;
}

void rpc_after_fork(void)
{
	pthread_mutex_init(&lock, NULL);
	payload_drop();
	if (ch.fd >= 0)
		ch.inherited = ch.fd;
	ch.fd = -1;
}

static int cmp_int(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

void rpc_own_fds(int fds[OWN_FDS])
{
	fds[0] = rpc_fd_is_ours(ch.fd) ? ch.fd : -1;
	fds[1] = rpc_fd_is_ours(ch.inherited) ? ch.inherited : -1;
	fds[2] = pulse_fd();
	qsort(fds, OWN_FDS, sizeof(*fds), cmp_int);
}

void rpc_move_away(int fd)
{
	int saved = errno, to;

	if (!fd_owner())
		return;
	to = (int)raw_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, fd > 500 ? 500 : 501);
	if (to < 0)
		to = (int)raw_call(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
	fd_kinds[fd] = K_NONE;
	if (ch.fd == fd)
		ch.fd = to;
	else if (!pulse_moved(fd, to) && ch.inherited == fd)
		ch.inherited = to;
	if (to >= 0)
		fd_set_kind(to, K_OWN);
	errno = saved;
}

/* Is a failure of the transport, after which the channel is worth opening anew? */
static bool transport_lost(int e)
{
	return e == -EPIPE || e == -ECONNRESET || e == -ENOTCONN || e == -EBADF || e == -ENOTSOCK;
}

/* In a vfork child: a channel for this one call, nothing remembered in the parent's memory. */
static int call_once(int nr, int fd, const void *req, const void *data, size_t dlen, void *rep,
		     void *rdata, size_t *rdlen, bool oneway)
{
	bool attached;
	int c = open_channel(-1, &attached), e, ret = 0;

	if (c < 0)
		return c;
	e = send_call(c, 1, nr, oneway ? NSP_F_ONEWAY : 0, fd, req, data, dlen);
	if (!e && !oneway)
		e = recv_reply(c, 1, nr, rep, rdata, rdlen, &ret);
	raw_call(SYS_close, c);
	return e ? e : ret;
}

static int call_locked(int nr, int fd, const void *req, const void *data, size_t dlen, void *rep,
		       void *rdata, size_t *rdlen, bool oneway, int *fds)
{
	size_t room = rdlen ? *rdlen : 0;
	int tries, e, ret = 0;

	for (tries = 0; tries < 2; tries++) {
		e = need_channel();
		if (e)
			return e;
		if (rdlen)
			*rdlen = room;
		e = send_call(ch.fd, ++ch.seq, nr, oneway ? NSP_F_ONEWAY : 0, fd, req, data, dlen);
		if (!e && !oneway)
			e = recv_reply_fds(ch.fd, ch.seq, nr, rep, rdata, rdlen, &ret, fds);
		if (!transport_lost(e))
			return e ? e : ret;
		if (e == -EBADF && fd >= 0 && !fd_cookie(fd))
			return -EBADF;	/* the socket, not the channel */
		close_channel();
	}
	return -ENETDOWN;
}

/* Every reply to seq, their data written to out; the last reply's ret in *ret. */
static int recv_text(int fd, uint32_t seq, int nr, int out, void *buf, int *ret)
{
	struct nsp_msg h;

	do {
		struct iovec iov[2] = { { &h, sizeof(h) }, { buf, NSP_MSG_MAX } };
		struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2 };
		ssize_t n = raw_call(SYS_recvmsg, fd, &m, 0);

		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n < (ssize_t)sizeof(h) || h.magic != NSP_MSG_MAGIC)
			return -EPIPE;
		if (h.seq != seq || h.nr != nr) {
			h.flags |= NSP_F_MORE;
			continue;
		}
		n -= (ssize_t)sizeof(h);
		if (n && raw_call(SYS_write, out, buf, n) != n)
			return -ENOSPC;
		*ret = h.ret;
	} while (h.flags & NSP_F_MORE);
	return 0;
}

static int text_locked(int nr, const void *req, const void *data, size_t dlen, int out, void *buf)
{
	int tries, e, ret = 0;

	for (tries = 0; tries < 2; tries++) {
		e = need_channel();
		if (!e)
			e = send_call(ch.fd, ++ch.seq, nr, 0, -1, req, data, dlen);
		if (!e)
			e = recv_text(ch.fd, ch.seq, nr, out, buf, &ret);
		if (!transport_lost(e))
			return e ? e : ret;
		close_channel();
	}
	return -ENETDOWN;
}

int rpc_text(int nr, const void *req, const void *data, size_t dlen, int out)
{
	uint64_t all = ~0ull, old;
	int e, saved = errno;
	void *buf;

	if (shim.silent || !fd_owner())
		return -ENETDOWN;
	buf = mmap(NULL, NSP_MSG_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buf == MAP_FAILED)
		return -ENOMEM;
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
	pthread_mutex_lock(&lock);
	e = text_locked(nr, req, data, dlen, out, buf);
	pthread_mutex_unlock(&lock);
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
	munmap(buf, NSP_MSG_MAX);
	errno = saved;
	return e;
}

static int call(int nr, int fd, const void *req, const void *data, size_t dlen, void *rep,
		void *rdata, size_t *rdlen, bool oneway, int *fds)
{
	uint64_t all = ~0ull, old;
	int e, saved = errno;

	if (shim.silent)
		return -ENETDOWN;
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
	if (!fd_owner()) {
		e = call_once(nr, fd, req, data, dlen, rep, rdata, rdlen, oneway);
	} else {
		pthread_mutex_lock(&lock);
		e = call_locked(nr, fd, req, data, dlen, rep, rdata, rdlen, oneway, fds);
		pthread_mutex_unlock(&lock);
	}
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
	errno = saved;
	return e;
}

int rpc(int nr, int fd, const void *req, const void *data, size_t dlen, void *rep, void *rdata,
	size_t *rdlen)
{
	return call(nr, fd, req, data, dlen, rep, rdata, rdlen, false, NULL);
}

int rpc_fd(int nr, int fd, const void *req, void *rep, int *got)
{
	int fds[NSP_PULSE_FDS] = { -1, -1 };
	int e = call(nr, fd, req, NULL, 0, rep, NULL, NULL, false, fds);

	*got = fds[0];
	return e;
}

int rpc_oneway(int nr, int fd, const void *req, const void *data, size_t dlen)
{
	return call(nr, fd, req, data, dlen, NULL, NULL, NULL, true, NULL);
}

void rpc_prepare(void)
{
	uint64_t all = ~0ull, old;
	int saved = errno;

	if (shim.silent || !fd_owner())
		return;
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
	pthread_mutex_lock(&lock);
	need_channel();
	pthread_mutex_unlock(&lock);
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
	errno = saved;
}

bool rpc_alive(void)
{
	uint64_t all = ~0ull, old;
	int e, saved = errno;

	if (shim.silent || !fd_owner())
		return true;	/* cannot be asked; a call will tell */
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &all, &old, 8);
	pthread_mutex_lock(&lock);
	e = need_channel();
	if (!e && fd_poll(ch.fd, 0, 0) & (POLLHUP | POLLERR)) {
		close_channel();
		e = need_channel();
	}
	pthread_mutex_unlock(&lock);
	raw_call(SYS_rt_sigprocmask, SIG_SETMASK, &old, NULL, 8);
	errno = saved;
	return !e;
}
