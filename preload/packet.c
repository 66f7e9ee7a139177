/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packet sockets (AF_PACKET): a descriptor as that of a datagram socket, whose addresses are those of
 * devices. What a send fails with is the daemon's to say, every time.
 */
#include "shim.h"

/** packet_socket() - socket(AF_PACKET, @type, @protocol) */
int packet_socket(int type, int protocol, int flags)
{
	int e;

	if (policy_broken())
		return fail(EINVAL);
	if (socket_wants_kernel(AF_PACKET, type, protocol))
		return real.socket(AF_PACKET, type | flags, protocol);
	e = reconnect_check(flags & SOCK_NONBLOCK);
	if (e)
		return e < 0 ? fail(-e) : real.socket(AF_PACKET, type | flags, protocol);
	return dgram_socket(AF_PACKET, type, protocol & 0xffff, flags);
}

int packet_recv_flags(int flags)
{
	return flags & ~(MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | MSG_ERRQUEUE) ? EINVAL : 0;
}

/* What the daemon has still, and then what it has told already. */
int packet_so_error(int fd)
{
	const struct nsp_geterr_req q = { 0 };
	struct nsp_geterr_rep r = { 0 };
	int saved = errno, e = rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL);

	errno = saved;
	return e >= 0 && r.err ? r.err : dgram_so_error(fd);
}

enum { RING_WAIT_US = 500 };

/*
 * Did it go? 0 or errno. *total becomes what a ring to send from had, and waiting is for all of it: the
 * daemon goes on as the device takes frames, and tells nobody.
 */
static int sent(int fd, size_t *total, bool waits)
{
	const struct nsp_geterr_req q = { .peek = NSP_GETERR_SENT };
	struct nsp_geterr_rep r;
	int e;

	for (;;) {
		memset(&r, 0, sizeof(r));
		e = rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL);
		if (e < 0)
			return -e;
		if (!r.state)
			return r.err;
		*total = r.state - 1;
		if (r.err != EAGAIN)
			return r.err;
		if (!waits)
			return *total ? 0 : EAGAIN;
		usleep(RING_WAIT_US);
	}
}

/** packet_send() - every kind of send of a packet socket; @total: octets of the message */
ssize_t packet_send(int fd, const struct msghdr *msg, size_t total, int flags)
{
	uint8_t ctl[NSP_DGRAM_CTL_MAX];
	struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC,
			       .type = NSP_DGRAM_DATA,
			       .hdrlen = sizeof(h),
			       .flags = NSP_DGRAM_TELL,
			       .paylen = (uint32_t)total };
	ssize_t n = ctl_pack(msg, ctl, sizeof(ctl));
	int e;

	if (n < 0)
		return fail((int)-n);
	h.ctllen = (uint32_t)n;
	if (msg->msg_name)
		addr_pack(&h.peer, msg->msg_name, msg->msg_namelen);
	if (total > NSP_FRAME_MAX) {
		h.flags |= NSP_DGRAM_LONG;
		h.err = total > INT32_MAX ? INT32_MAX : (int32_t)total;
		h.paylen = 0;
	}
	if (dgram_put(fd, msg, &h, ctl, flags) < 0) {
		e = errno;
		if (e == ECONNRESET || e == ENOTCONN || e == ECONNREFUSED || e == EPIPE)
			e = ENETDOWN;
		return fail(e);
	}
	e = sent(fd, &total, !(flags & MSG_DONTWAIT) && !fd_nonblock(fd));
	if (e)
		return fail(e);
	return (ssize_t)total;
}
