/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Error queues, which a Unix socket has not: they are the daemon's, and asked for. And what comes to
 * lie there of a stream's sends, time stamps and the end of MSG_ZEROCOPY: both belong to octets, so
 * the daemon is told of a send before or after it.
 */
#include "shim.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

enum {
	TX_RECORD = SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
		    SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_ACK | 1 << 18 /* TX_COMPLETION */,
};

static bool used;
/* Sockets that had a use for their error queue; more than so many are found by poll() only. */
static int expecting[64];

bool errq_used(void)
{
	return used;
}

/* Entries are numbers plus 1. One that is not used any longer may be taken. */
static void enlist(int fd)
{
	size_t i, room = ARRAY_SIZE(expecting);

	for (i = 0; i < ARRAY_SIZE(expecting); i++) {
		if (expecting[i] == fd + 1)
			return;
		if (room == ARRAY_SIZE(expecting) &&
		    (!expecting[i] || !(fd_kind(expecting[i] - 1) & KF_ERRQ)))
			room = i;
	}
	if (room < ARRAY_SIZE(expecting) && (unsigned int)fd < MEM_FD_MAX)
		expecting[room] = fd + 1;
}

int errq_fds(int *fds, int max)
{
	int n = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(expecting) && n < max; i++)
		if (expecting[i] && fd_kind(expecting[i] - 1) & KF_ERRQ)
			fds[n++] = expecting[i] - 1;
	return n;
}

void errq_expect(int fd)
{
	unsigned int k = fd_kind(fd);

	used = true;
	epoll_errq_changed(fd);
	if (k & KF_ERRQ)
		return;
	fd_set_kind(fd, k | KF_ERRQ);
	enlist(fd);
}

/* The daemon is asked only while there may be something. */
enum errq errq_look(int fd)
{
	uint8_t buf[sizeof(struct nsp_dgram) + 64] __attribute__((aligned(8)));
	const struct nsp_errq_req q = { .peek = 1 };
	size_t len = sizeof(buf);
	unsigned int k = fd_kind(fd);
	int e;

	if (!(k & KF_ERRQ))
		return ERRQ_EMPTY;
	e = rpc(NSP_NR_ERRQ, fd, &q, NULL, 0, NULL, buf, &len);
	if (e >= 0)
		return ERRQ_WAITS;
	if (e == -EINPROGRESS)
		return ERRQ_LATER;
	fd_set_kind(fd, k & ~(unsigned int)KF_ERRQ);
	return ERRQ_EMPTY;
}

/* Is the entry whose control messages these are an error, and not a stamp or the like? */
static bool is_error(const uint8_t *ctl, size_t len)
{
	struct sock_extended_err ee;
	struct nsp_cmsg h;
	size_t off = 0;

	while (len - off >= sizeof(h)) {
		memcpy(&h, ctl + off, sizeof(h));
		off += sizeof(h);
		if (h.len > len - off)
			break;
		if (h.len >= sizeof(ee) && ((h.level == IPPROTO_IP && h.type == IP_RECVERR) ||
					    (h.level == IPPROTO_IPV6 && h.type == IPV6_RECVERR))) {
			memcpy(&ee, ctl + off, sizeof(ee));
			return ee.ee_origin == SO_EE_ORIGIN_ICMP || ee.ee_origin == SO_EE_ORIGIN_ICMP6;
		}
		off += NSP_ALIGN8(h.len);
		if (off > len)
			break;
	}
	return false;
}

ssize_t errq_recv(int fd, struct msghdr *msg)
{
	uint8_t buf[NSP_MSG_MAX] __attribute__((aligned(8)));
	struct nsp_errq_req q = { 0 };
	struct nsp_dgram h;
	size_t len = sizeof(buf), want, n;
	int e;

	if (KIND(fd_kind(fd)) == K_NEW)
		return fail(EAGAIN);
	epoll_errq_changed(fd);
	e = rpc(NSP_NR_ERRQ, fd, &q, NULL, 0, NULL, buf, &len);
	if (e < 0)
		return fail(-e);
	if (len < sizeof(h))
		return fail(EAGAIN);
	memcpy(&h, buf, sizeof(h));
	if (h.ctllen > len - sizeof(h) || h.paylen > len - sizeof(h) - h.ctllen)
		return fail(EAGAIN);
	/* reading an error takes the pending one with it */
	if (IS_DGRAM(fd_kind(fd)) && is_error(buf + sizeof(h), h.ctllen))
		dgram_so_error(fd);
	want = iov_bytes(msg->msg_iov, msg->msg_iovlen);
	n = h.paylen < want ? h.paylen : want;
	iov_copy(msg->msg_iov, msg->msg_iovlen, 0, buf + sizeof(h) + h.ctllen, n, true);
	msg->msg_flags = MSG_ERRQUEUE | (h.paylen > want ? MSG_TRUNC : 0);
	if (msg->msg_name && !h.peer.len)
		msg->msg_namelen = 0;
	else if (msg->msg_name)
		addr_give(&h.peer, msg->msg_name, &msg->msg_namelen);
	ctl_unpack(msg, buf + sizeof(h), h.ctllen);
	return (ssize_t)n;
}

static void set_flag(int fd, unsigned int kf, uint32_t tagb, bool on)
{
	unsigned int k = fd_kind(fd);
	uint64_t tag;

	fd_set_kind(fd, on ? k | kf : k & ~kf);
	fd_flag_copies(fd, kf, on);
	if (on) {
		tag_add(fd, tagb);
	} else {
		tag = tag_get(fd);
		if (tag)
			tag_set(fd, tag & ~((uint64_t)tagb << 24));
	}
}

bool errq_is_option(int name)
{
	return name == SO_TIMESTAMPING || name == SO_TIMESTAMPING_NEW || name == SO_TIMESTAMP ||
	       name == SO_TIMESTAMPNS || name == SO_TIMESTAMP_NEW || name == SO_TIMESTAMPNS_NEW ||
	       name == SO_ZEROCOPY;
}

void errq_note_option(int fd, int name, const void *val, socklen_t len)
{
	bool stream = IS_TCP(fd_kind(fd));
	int v = 0;

	if (len < sizeof(v) || user_in(&v, val, sizeof(v)))
		return;
	switch (name) {
	case SO_TIMESTAMPING:
	case SO_TIMESTAMPING_NEW:
		set_flag(fd, KF_TSTAMP, NSP_TAGB_TSTAMP, v & TX_RECORD);
		if (stream && v & SOF_TIMESTAMPING_SOFTWARE)
			set_flag(fd, KF_ARRIVAL, NSP_TAGB_ARRIVAL, true);
		used |= v & TX_RECORD;
		break;
	case SO_TIMESTAMP:
	case SO_TIMESTAMPNS:
	case SO_TIMESTAMP_NEW:
	case SO_TIMESTAMPNS_NEW:
		if (stream && v)
			set_flag(fd, KF_ARRIVAL, NSP_TAGB_ARRIVAL, true);
		break;
	case SO_ZEROCOPY:
		set_flag(fd, KF_ZEROCOPY, NSP_TAGB_ZEROCOPY, v);
		used |= v;
		break;
	case SO_SELECT_ERR_QUEUE:
		set_flag(fd, KF_ERRPRI, NSP_TAGB_ERRPRI, v);
		break;
	}
}

/* ---- a stream's sends ----------------------------------------------------------------- */
/* The control messages that a TCP socket looks at. 0 or EINVAL, as whatever is wrong is told. */
static int tcp_control(int fd, const struct msghdr *msg, uint32_t *tsflags)
{
	const struct nsp_stamp_req txtime = { .op = NSP_STAMP_TXTIME };
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR((struct msghdr *)(uintptr_t)msg, c)) {
		size_t left = msg->msg_controllen - (size_t)((char *)c - (char *)msg->msg_control);

		if (c->cmsg_len < sizeof(*c) || c->cmsg_len > left)
			return EINVAL;
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		switch (c->cmsg_type) {
		case SCM_RIGHTS:
		case SCM_CREDENTIALS:
			break;
		case SO_MARK:
		case SO_PRIORITY:
			if (c->cmsg_len != CMSG_LEN(sizeof(uint32_t)))
				return EINVAL;
			break;
		case SO_TIMESTAMPING:
		case SO_TIMESTAMPING_NEW:
			if (c->cmsg_len != CMSG_LEN(sizeof(*tsflags)))
				return EINVAL;
			memcpy(tsflags, CMSG_DATA(c), sizeof(*tsflags));
			if (*tsflags & ~(uint32_t)TX_RECORD)
				return EINVAL;
			break;
		case SCM_TXTIME:
			if (c->cmsg_len != CMSG_LEN(sizeof(uint64_t)))
				return EINVAL;
			if (KIND(fd_kind(fd)) == K_STREAM && !shim.silent &&
			    rpc(NSP_NR_STAMP, fd, &txtime, NULL, 0, NULL, NULL, NULL) < 0)
				return EINVAL;
			break;
		default:
			return EINVAL;
		}
	}
	return 0;
}

int stamp_before(int fd, const struct msghdr *msg, size_t len, bool *marked)
{
	struct nsp_stamp_req q = { .op = NSP_STAMP_MARK, .len = (uint32_t)len };
	int e = 0;

	if (msg->msg_control && msg->msg_controllen >= sizeof(struct cmsghdr))
		e = tcp_control(fd, msg, &q.tsflags);
	if (e || !len || KIND(fd_kind(fd)) != K_STREAM || shim.silent ||
	    (!(fd_kind(fd) & KF_TSTAMP) && !q.tsflags))
		return e;
	errq_expect(fd);
	*marked = rpc(NSP_NR_STAMP, fd, &q, NULL, 0, NULL, NULL, NULL) >= 0;
	return 0;
}

void stamp_after(int fd, size_t len, ssize_t sent, int flags, bool marked)
{
	struct nsp_stamp_req q = { .op = NSP_STAMP_LESS };
	size_t n = sent > 0 ? (size_t)sent : 0;
	int saved = errno;

	if (marked && n < len) {
		q.len = (uint32_t)(len - n);
		rpc_oneway(NSP_NR_STAMP, fd, &q, NULL, 0);
	}
	if (n && flags & MSG_ZEROCOPY && fd_kind(fd) & KF_ZEROCOPY) {
		q = (struct nsp_stamp_req){ .op = NSP_STAMP_COPIED };
		errq_expect(fd);
		rpc_oneway(NSP_NR_STAMP, fd, &q, NULL, 0);
	}
	errno = saved;
}

size_t stamp_arrival(int fd, size_t ahead, void *buf, size_t room)
{
	const struct nsp_arrival_req q = { .ahead = (uint32_t)ahead };

	return rpc(NSP_NR_ARRIVAL, fd, &q, NULL, 0, NULL, buf, &room) < 0 ? 0 : room;
}
