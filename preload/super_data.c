/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that move data, for a program behind the filter: those of datagram sockets, and the few of
 * TCP sockets that the kernel's AF_UNIX socket would take wrongly.
 */
#include "super.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

/* Flags with which a TCP socket's calls come here (super_filter.c). */
#define ODD_SEND     (MSG_OOB | MSG_FASTOPEN)
#define ODD_RECV     (MSG_TRUNC | MSG_ERRQUEUE)
#define NAME_MAX_LEN ((int)sizeof(struct sockaddr_storage))

/* A message of the program, and our copy of its parts. */
struct message {
	uint64_t at; /* its struct msghdr, 0: none */
	struct msghdr theirs;
	struct iovec iov[SUPER_IOV_MAX];
	size_t total;
	struct sockaddr_storage name;
	uint8_t control[SUPER_CTL_MAX];
	struct iovec buf;
	struct msghdr ours;
};

static struct message msg; /* one call at a time */
static uint8_t data[SUPER_DATA_MAX];

/* A TCP socket whose number is in the range of datagram sockets by chance: the kernel's business. */
static bool is_native(const struct call *c, int flags, uint64_t addr, int odd)
{
	return IS_TCP(c->kind) && !addr && !(flags & odd);
}

/* The program's vector. */
static int vector_in(const struct call *c, uint64_t at, uint64_t n)
{
	size_t i;
	int e;

	if (n > SUPER_IOV_MAX)
		return -EMSGSIZE;
	e = task_read(c->tid, at, msg.iov, n * sizeof(msg.iov[0]));
	for (i = 0, msg.total = 0; !e && i < n; i++) {
		if ((ssize_t)msg.iov[i].iov_len < 0)
			return -EINVAL;
		msg.total += msg.iov[i].iov_len;
	}
	msg.theirs.msg_iovlen = n;
	return e;
}

static int header_in(const struct call *c, uint64_t at)
{
	int e = task_read(c->tid, at, &msg.theirs, sizeof(msg.theirs));

	msg.at = at;
	if (e)
		return e;
	if ((int)msg.theirs.msg_namelen < 0)
		return -EINVAL;
	if ((int)msg.theirs.msg_namelen > NAME_MAX_LEN)
		msg.theirs.msg_namelen = (socklen_t)NAME_MAX_LEN;
	return vector_in(c, (uintptr_t)msg.theirs.msg_iov, msg.theirs.msg_iovlen);
}

/* A message without a header: buffer and address are arguments. */
static void plain_message(uint64_t buf, uint64_t n)
{
	memset(&msg.theirs, 0, sizeof(msg.theirs));
	msg.at = 0;
	msg.iov[0] = (struct iovec){ (void *)(uintptr_t)buf, n };
	msg.theirs.msg_iovlen = 1;
	msg.total = n;
}

/* Where data begin that were not moved yet; bytes of them, at most SUPER_DATA_MAX. */
static ssize_t gather(const struct call *c, size_t from)
{
	size_t i = 0, n = msg.theirs.msg_iovlen;

	for (; i < n && from >= msg.iov[i].iov_len; i++)
		from -= msg.iov[i].iov_len;
	if (i == n)
		return 0;
	msg.iov[i].iov_base = (char *)msg.iov[i].iov_base + from;
	msg.iov[i].iov_len -= from;
	return task_iov(c->tid, msg.iov + i, n - i, data, sizeof(data), false);
}

/* ---- send ----------------------------------------------------------------------------- */
static int control_in(const struct call *c)
{
	if (!msg.theirs.msg_control || !msg.theirs.msg_controllen)
		return 0;
	if (msg.theirs.msg_controllen > sizeof(msg.control))
		return -ENOBUFS;
	msg.ours.msg_control = msg.control;
	msg.ours.msg_controllen = msg.theirs.msg_controllen;
	return task_read(c->tid, (uintptr_t)msg.theirs.msg_control, msg.control,
			 msg.theirs.msg_controllen);
}

static int name_in(const struct call *c)
{
	if (!msg.theirs.msg_name || !msg.theirs.msg_namelen)
		return 0;
	msg.ours.msg_name = &msg.name;
	msg.ours.msg_namelen = msg.theirs.msg_namelen;
	memset(&msg.name, 0, sizeof(msg.name));
	return task_read(c->tid, (uintptr_t)msg.theirs.msg_name, &msg.name, msg.theirs.msg_namelen);
}

/* What `msg` describes. >= 0, -errno, or -EAGAIN with nothing or only a part (c->done) sent. */
static long send_once(struct call *c, int flags)
{
	bool stream = IS_TCP(c->kind);
	ssize_t n, r;
	int e;

	if (!stream && msg.total > 65535)
		return -EMSGSIZE;
	memset(&msg.ours, 0, sizeof(msg.ours));
	e = name_in(c);
	if (!e)
		e = control_in(c);
	if (e)
		return e;
	n = gather(c, c->done);
	if (n < 0)
		return n;
	msg.buf = (struct iovec){ data, (size_t)n };
	msg.ours.msg_iov = &msg.buf;
	msg.ours.msg_iovlen = 1;
	r = ns_sendmsg(c->fd, &msg.ours, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
	if (r < 0)
		return -errno;
	if (!stream)
		return r;
	c->done += (size_t)r;
	return c->done < msg.total ? -EAGAIN : (long)c->done;
}

/* MSG_FASTOPEN connects as well: a call that waits does so until the handshake has ended. */
static long send_message(struct call *c, int flags)
{
	bool begins = flags & MSG_FASTOPEN && KIND(c->kind) == K_NEW, waits;
	long r = send_once(c, c->again ? flags & ~MSG_FASTOPEN : flags);

	waits = !c->nonblock && !(flags & MSG_DONTWAIT) && !c->timed_out;
	if (c->again && flags & MSG_FASTOPEN && r >= 0)
		tag_add(c->fd, NSP_TAGB_REPORTED);	/* it has waited for it */
	if (r == -EPIPE && !(flags & MSG_NOSIGNAL) && IS_TCP(c->kind))
		raw_call(SYS_tkill, c->tid, SIGPIPE);
	if (waits && (r == -EAGAIN || (begins && (r >= 0 || r == -EINPROGRESS))))
		return super_park(c, POLLOUT, SO_SNDTIMEO);
	return c->done && r < 0 ? (long)c->done : r;
}

long call_sendto(struct call *c)
{
	if (is_native(c, (int)c->a[3], c->a[4], ODD_SEND))
		return CALL_CONTINUE;
	plain_message(c->a[1], c->a[2]);
	msg.theirs.msg_name = (void *)(uintptr_t)c->a[4];
	if (c->a[4]) {
		if (!(int)c->a[5] && KIND(c->kind) == K_UDP)
			return -EINVAL;
		if ((int)c->a[5] < 0 || (int)c->a[5] > NAME_MAX_LEN)
			return -EINVAL;
		msg.theirs.msg_namelen = (socklen_t)c->a[5];
	}
	return send_message(c, (int)c->a[3]);
}

long call_sendmsg(struct call *c)
{
	int e;

	if (is_native(c, (int)c->a[2], 0, ODD_SEND))
		return CALL_CONTINUE;
	e = header_in(c, c->a[1]);
	return e ? e : send_message(c, (int)c->a[2]);
}

/* ---- receive -------------------------------------------------------------------------- */
static int message_out(const struct call *c, size_t n)
{
	const struct msghdr *o = &msg.ours;
	int e = 0;

	if (n > msg.total)
		n = msg.total;
	if (n > msg.buf.iov_len)
		n = msg.buf.iov_len;
	if (n && task_iov(c->tid, msg.iov, msg.theirs.msg_iovlen, data, n, true) < 0)
		return -EFAULT;
	if (!msg.at)
		return 0;
	if (msg.theirs.msg_name)
		e = task_write(c->tid, (uintptr_t)msg.theirs.msg_name, &msg.name,
			       o->msg_namelen < msg.theirs.msg_namelen ? o->msg_namelen :
									 msg.theirs.msg_namelen);
	if (!e && o->msg_control)
		e = task_write(c->tid, (uintptr_t)msg.theirs.msg_control, msg.control,
			       o->msg_controllen);
	if (e)
		return e;
	if (msg.theirs.msg_name)
		msg.theirs.msg_namelen = o->msg_namelen;
	msg.theirs.msg_controllen = o->msg_control ? o->msg_controllen : 0;
	msg.theirs.msg_flags = o->msg_flags;
	return task_write(c->tid, msg.at, &msg.theirs, sizeof(msg.theirs));
}

static long recv_once(struct call *c, int flags)
{
	size_t room = msg.theirs.msg_controllen;
	ssize_t r;
	int e;

	memset(&msg.ours, 0, sizeof(msg.ours));
	msg.buf = (struct iovec){ data, msg.total < sizeof(data) ? msg.total : sizeof(data) };
	msg.ours.msg_iov = &msg.buf;
	msg.ours.msg_iovlen = 1;
	if (msg.theirs.msg_name) {
		msg.ours.msg_name = &msg.name;
		msg.ours.msg_namelen = sizeof(msg.name);
	}
	if (msg.at && msg.theirs.msg_control && room) {
		msg.ours.msg_control = msg.control;
		msg.ours.msg_controllen = room < sizeof(msg.control) ? room : sizeof(msg.control);
	}
	r = ns_recvmsg(c->fd, &msg.ours, (flags | MSG_DONTWAIT) & ~MSG_WAITALL);
	if (r < 0)
		return -errno;
	/* on TCP the flag asks for no bytes */
	e = message_out(c, IS_TCP(c->kind) && flags & MSG_TRUNC ? 0 : (size_t)r);
	return e ? e : r;
}

/* The program shut down reading: a call that waits ends with 0. */
static bool at_end(const struct call *c)
{
	return fd_poll(c->fd, POLLIN | POLLRDHUP, 0) & (POLLRDHUP | POLLHUP);
}

static long recv_message(struct call *c, int flags)
{
	long r = recv_once(c, flags);

	if (r != -EAGAIN || flags & (MSG_DONTWAIT | MSG_ERRQUEUE) || c->nonblock || c->timed_out)
		return r;
	return at_end(c) ? 0 : super_park(c, POLLIN, SO_RCVTIMEO);
}

long call_recvfrom(struct call *c)
{
	long r;
	int room, e;

	if (is_native(c, (int)c->a[3], c->a[4], ODD_RECV))
		return CALL_CONTINUE;
	plain_message(c->a[1], c->a[2]);
	msg.theirs.msg_name = (void *)(uintptr_t)c->a[4];
	r = recv_message(c, (int)c->a[3]);
	if (r < 0 || !c->a[4] || !c->a[5])
		return r;
	e = task_read(c->tid, c->a[5], &room, sizeof(room));
	if (e || room < 0)
		return e ? e : -EINVAL;
	if (room > (int)msg.ours.msg_namelen)
		room = (int)msg.ours.msg_namelen;
	e = task_write(c->tid, c->a[4], &msg.name, (size_t)room);
	if (!e)
		e = task_write(c->tid, c->a[5], &msg.ours.msg_namelen, sizeof(socklen_t));
	return e ? e : r;
}

long call_recvmsg(struct call *c)
{
	int e;

	if (is_native(c, (int)c->a[2], 0, ODD_RECV))
		return CALL_CONTINUE;
	e = header_in(c, c->a[1]);
	return e ? e : recv_message(c, (int)c->a[2]);
}

/* ---- several at once ------------------------------------------------------------------ */
static uint64_t entry(const struct call *c, size_t i)
{
	return c->a[1] + i * sizeof(struct mmsghdr);
}

static int length_out(const struct call *c, size_t i, long n)
{
	unsigned int len = (unsigned int)n;

	return task_write(c->tid, entry(c, i) + offsetof(struct mmsghdr, msg_len), &len,
			  sizeof(len));
}

/* The time limit of recvmmsg() is looked at when a datagram has come, as Linux does. */
static int limit_in(struct call *c)
{
	struct timespec t;
	int e;

	if (c->nr != SYS_recvmmsg || !c->a[4] || c->again)
		return 0;
	e = task_read(c->tid, c->a[4], &t, sizeof(t));
	if (!e && (t.tv_sec < 0 || t.tv_nsec < 0 || t.tv_nsec > 999999999))
		e = -EINVAL;
	c->limit = now_ns() + (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
	return e;
}

static void limit_out(const struct call *c)
{
	int64_t left = c->limit - now_ns();
	struct timespec t = { 0 };

	if (!c->limit)
		return;
	if (left > 0)
		t = (struct timespec){ left / 1000000000, left % 1000000000 };
	task_write(c->tid, c->a[4], &t, sizeof(t));
}

static long several(struct call *c, long (*one)(struct call *c, int flags), int flags, short events,
		    int timeo)
{
	size_t n = c->a[2] < SUPER_IOV_MAX ? (size_t)c->a[2] : SUPER_IOV_MAX, i = c->done;
	long r = limit_in(c);

	while (r >= 0 && i < n && !(i && c->limit && now_ns() >= c->limit)) {
		r = header_in(c, entry(c, i));
		c->done = 0; /* counts bytes of a stream elsewhere */
		if (!r)
			r = one(c, flags);
		if (r >= 0)
			r = length_out(c, i, r);
		if (r >= 0)
			i++;
	}
	c->done = i;
	if (r == -EAGAIN && !c->nonblock && !c->timed_out && !(flags & MSG_DONTWAIT) &&
	    !(i && flags & MSG_WAITFORONE))
		return super_park(c, events, timeo);
	limit_out(c);
	return i ? (long)i : r;
}

long call_sendmmsg(struct call *c)
{
	return IS_TCP(c->kind) ? CALL_CONTINUE :
				 several(c, send_once, (int)c->a[3], POLLOUT, SO_SNDTIMEO);
}

long call_recvmmsg(struct call *c)
{
	return IS_TCP(c->kind) ? CALL_CONTINUE :
				 several(c, recv_once, (int)c->a[3], POLLIN, SO_RCVTIMEO);
}

/* ---- read and write ------------------------------------------------------------------- */
long call_readwrite(struct call *c)
{
	bool one = c->nr == SYS_read || c->nr == SYS_write;
	int e = 0, flags = 0;

	if (!IS_DGRAM(c->kind))
		return CALL_CONTINUE;
	plain_message(c->a[1], c->a[2]);
	if (!one)
		e = c->a[2] > SUPER_IOV_MAX ? -EINVAL : vector_in(c, c->a[1], c->a[2]);
	if (e)
		return e;
	if (c->nr == SYS_preadv2 || c->nr == SYS_pwritev2) {
		if (c->a[3] != UINT64_MAX)
			return -ESPIPE;
		if (c->a[5] & ~(uint64_t)RWF_NOWAIT)
			return -EOPNOTSUPP;
		flags = c->a[5] ? MSG_DONTWAIT : 0;
	}
	if (!msg.total && c->nr != SYS_write)	/* only write() sends an empty datagram */
		return 0;
	if (c->nr == SYS_write || c->nr == SYS_writev || c->nr == SYS_pwritev2)
		return send_message(c, flags);
	return recv_message(c, flags);
}
