/* SPDX-License-Identifier: BSD-2-Clause */
/* ioctl of sockets: what the Unix socket answers rightly, and what the stack must answer. */
#include "shim.h"

#include <ifaddrs.h>
#include <linux/sockios.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <net/route.h>
#include <stdarg.h>

static int ask(int fd, unsigned long req, void *arg, size_t len)
{
	struct nsp_ioctl_req q = { .code = (uint32_t)req, .len = (uint32_t)len };
	struct nsp_ioctl_rep r;
	size_t room = len;
	int e;

	if (!arg)
		return fail(EFAULT);
	e = rpc(NSP_NR_IOCTL, fd, &q, arg, len, &r, arg, &room);
	return e < 0 ? fail(-e) : r.value;
}

/* One entry of SIOCGIFCONF: 0 or EFAULT */
static int put_ifreq(char *to, const struct ifaddrs *i)
{
	struct ifreq r = { 0 };

	memcpy(r.ifr_name, i->ifa_name, strnlen(i->ifa_name, IFNAMSIZ - 1));
	memcpy(&r.ifr_addr, i->ifa_addr, sizeof(struct sockaddr_in));
	return user_out(to, &r, sizeof(r));
}

/* One entry per IPv4 address, as many as have room; without a buffer how much they all need. 0 or errno */
static int put_ifreqs(struct ifconf *c, const struct ifaddrs *i)
{
	int used = 0, e;

	for (; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET)
			continue;
		if (c->ifc_buf) {
			if (c->ifc_len - used < (int)sizeof(struct ifreq))
				break;
			e = put_ifreq(c->ifc_buf + used, i);
			if (e)
				return e;
		}
		used += (int)sizeof(struct ifreq);
	}
	c->ifc_len = used;
	return 0;
}

static int ifconf(struct ifconf *arg)
{
	struct ifaddrs *list;
	struct ifconf c;
	int e = user_in(&c, arg, sizeof(c));

	if (e)
		return fail(e);
	if (getifaddrs(&list))
		return -1;
	e = put_ifreqs(&c, list);
	freeifaddrs(list);
	if (!e)
		e = user_out(arg, &c, sizeof(c));
	return e ? fail(e) : 0;
}

/* The name that rt_dev points to goes along, behind the rest. */
static int route_v4(int fd, unsigned long req, const struct rtentry *arg)
{
	struct {
		uint8_t rt[offsetof(struct rtentry, rt_irtt) + sizeof(arg->rt_irtt)];
		char name[IFNAMSIZ];
		uint8_t pad[6];
	} buf = { 0 };
	const char *name;
	int e = user_in(buf.rt, arg, sizeof(buf.rt)), i;

	memcpy(&name, buf.rt + offsetof(struct rtentry, rt_dev), sizeof(name));
	for (i = 0; !e && name && i < IFNAMSIZ - 1; i++) {
		e = user_in(&buf.name[i], name + i, 1);
		if (!buf.name[i])
			break;
	}
	return e ? fail(e) : ask(fd, req, &buf, sizeof(buf));
}

bool ioctl_changes(unsigned long req)
{
	static const unsigned short codes[] = {
		SIOCADDRT,     SIOCDELRT,      SIOCSIFFLAGS,   SIOCSIFADDR,
		SIOCDIFADDR,   SIOCSIFBRDADDR, SIOCSIFNETMASK, SIOCSIFMTU,
		SIOCSIFHWADDR, SIOCSIFTXQLEN,  SIOCSIFDSTADDR,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i] == req)
			return true;
	return false;
}

/* What changes something is only read, and each has its own size. */
static int change(int fd, unsigned long req, const void *arg)
{
	bool v6 = fd_kind(fd) & KF_V6, route = req == SIOCADDRT || req == SIOCDELRT;
	uint8_t buf[sizeof(struct in6_rtmsg)];
	size_t n = sizeof(struct ifreq);
	int e;

	if (route && !v6)
		return shim.supervisor ? fail(ENOTTY) : route_v4(fd, req, arg);
	if (route)
		n = sizeof(struct in6_rtmsg);
	else if (v6 && (req == SIOCSIFADDR || req == SIOCDIFADDR))
		n = sizeof(struct in6_ifreq);
	if (shim.supervisor && n != sizeof(struct ifreq)) /* of which it has copied */
		return fail(ENOTTY);
	e = user_in(buf, arg, n);
	return e ? fail(e) : ask(fd, req, buf, n);
}

static int ask_interface(int fd, unsigned long req, void *arg)
{
	int ret = ioctl_changes(req) ? change(fd, req, arg) :
				       ask(fd, req, arg, sizeof(struct ifreq)),
	    e;

	if (ret >= 0 || (errno != ENODEV && errno != ENOTTY))
		return ret;
	e = hostdev_ioctl(req, arg, errno);
	return e ? fail(-e) : 0;
}

/* IPv4 addresses are those of an IPv4 socket; it has no flags of its own for an interface. */
static int not_of_family(unsigned int k, unsigned long req)
{
	bool set6 = req == SIOCSIFADDR || req == SIOCDIFADDR || req == SIOCSIFDSTADDR;

	if (k & KF_V6 && req >= SIOCGIFADDR && req <= SIOCSIFNETMASK && !set6)
		return ENOTTY;
	if (!(k & KF_V6) && (req == SIOCRTMSG || req == SIOCGIFPFLAGS || req == SIOCSIFPFLAGS))
		return EINVAL;
	if (req == SIOCGIFBR || req == SIOCSIFBR) /* there are no bridges */
		return EOPNOTSUPP;
	return 0;
}

/* The command lies where ifr_data points to. */
static int ethtool_command(const void *arg)
{
	struct ifreq r;
	uint32_t cmd;

	return user_in(&r, arg, sizeof(r)) || user_in(&cmd, r.ifr_data, sizeof(cmd)) ? EFAULT : 0;
}

/* Of an interface: the stack's, or one that only the host has. */
static int of_interface(int fd, unsigned long req, void *arg)
{
	int wrong = not_of_family(fd_kind(fd), req);

	if (!wrong && req == SIOCETHTOOL && !shim.supervisor)
		wrong = ethtool_command(arg);
	return wrong ? fail(wrong) : ask_interface(fd, req, arg);
}

bool ioctl_is_stamp(unsigned long req)
{
	return req == SIOCGSTAMP_OLD || req == SIOCGSTAMPNS_OLD || req == SIOCGSTAMP_NEW ||
	       req == SIOCGSTAMPNS_NEW;
}

/* When the packet arrived that was read last; streams have no packets. */
static int last_stamp(int fd, unsigned long req, void *arg)
{
	int64_t ts[2];
	int e;

	if (IS_TCP(fd_kind(fd)))
		return fail(ENOENT);
	if (ask(fd, SIOCGSTAMPNS_OLD, ts, sizeof(ts)) < 0)
		return -1;
	if (req == SIOCGSTAMP_OLD || req == SIOCGSTAMP_NEW)
		ts[1] /= 1000;
	e = user_out(arg, ts, sizeof(ts));
	return e ? fail(e) : 0;
}

/* Of so many octets, those before the urgent one that waits among them. A peek stops there. */
static int before_mark(int fd, int unread)
{
	enum { PIECE = 4096, PIECES = 512 };
	struct iovec iov[PIECES];
	struct msghdr m = { .msg_iov = iov };
	int off = -1, mark = 0, saved = errno;
	socklen_t len = sizeof(off);
	char waste[PIECE];
	ssize_t n;

	if (!real.ioctl(fd, SIOCATMARK, &mark) && mark)
		return 0;
	if (!real.getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &off, &len) && off >= 0)
		return unread;	/* a peek is not without effect */
	while (m.msg_iovlen < PIECES && m.msg_iovlen * PIECE < (size_t)unread)
		iov[m.msg_iovlen++] = (struct iovec){ waste, PIECE };
	n = real.recvmsg(fd, &m, MSG_PEEK | MSG_DONTWAIT);
	errno = saved;
	return n < 0 ? 0 : n < (ssize_t)(m.msg_iovlen * PIECE) ? (int)n : unread;
}

/* AF_UNIX counts past an urgent octet, and one that nobody can read any more. */
static int inq(int fd, unsigned int k, int *arg)
{
	int r = real.ioctl(fd, FIONREAD, arg);
	short ev;

	if (r || !*arg)
		return r;
	ev = fd_poll(fd, POLLIN | POLLPRI, 0);
	if (unlikely(*arg == 1) && !(ev & POLLIN))
		*arg = 0;
	else if (unlikely(ev & POLLPRI) && !(k & KF_INLINE))
		*arg = before_mark(fd, *arg);
	return r;
}

int ns_ioctl(int fd, unsigned long req, void *arg)
{
	unsigned int k = fd_kind(fd);

	switch (req) {
	case FIONREAD:
		if (tag_is_ping(fd, k))	/* they have no ioctls of their own */
			return fail(ENOTTY);
		if (IS_DGRAM(k)) {
			int n = dgram_pending(fd);

			n = user_out(arg, &n, sizeof(n));
			return n ? fail(n) : 0;
		}
		if (KIND(k) == K_LISTEN)
			return fail(EINVAL);
		settle();
		if (k & KF_LOWAT) /* what is held back comes first */
			ask(fd, req, &(int){ 0 }, sizeof(int));
		return inq(fd, k, arg);
	case SIOCOUTQ:
	case SIOCOUTQNSD:
		if (tag_is_ping(fd, k))	/* they have no ioctls of their own */
			return fail(ENOTTY);
		return ask(fd, req, arg, sizeof(int));
	case SIOCGIFCONF:
		return ifconf(arg);
	case SIOCATMARK:
		if (IS_TCP(k))
			return real.ioctl(fd, req, arg);
		break;
	case SIOCSPGRP:
	case SIOCGPGRP:
	case FIOSETOWN:
	case FIOGETOWN:
		return real.ioctl(fd, req, arg);
	}
	if (ioctl_is_stamp(req))
		return last_stamp(fd, req, arg);
	if ((req >> 8 & 0xff) != 0x89 || req > 0xffff)
		return real.ioctl(fd, req, arg);
	return of_interface(fd, req, arg);
}

EXPORT int ioctl(int fd, unsigned long req, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, req);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (!IS_SOCK(fd_kind(fd)))
		return real.ioctl(fd, req, arg);
	return ns_ioctl(fd, req, arg);
}
