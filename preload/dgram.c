/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagram sockets (UDP, raw, ping): one packet of the Unix socket is one datagram behind a head
 * that carries addresses and control messages. doc/protocol.md, section 5.
 */
#include "shim.h"

#include <alloca.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>

#define FEW_IOV 16
#ifndef MSG_PROBE
#define MSG_PROBE 0x10
#endif

/* Bytes of control messages that the last datagram of a socket had, in units of 8: the next one
 * most likely has as many, and then its payload lands directly in the program's buffer. */
static uint8_t ctl_guess[MEM_FD_MAX];

/*
 * Sending is one way: what the stack says of a datagram comes later, as an error of the socket.
 * What may well be refused is asked for instead, until the same was taken once: large datagrams,
 * control messages, groups, IPv4 through an IPv6 socket. Raw and ping sockets always ask.
 *
 * On the way to this host a refusal is there before send() returns, so the next call has to tell it: the
 * daemon is waited for until a datagram was not refused.
 */
static struct trust {
	uint32_t ctl;	/* hash of the control messages */
	uint16_t size;	/* octets of payload */
	uint8_t dest;	/* TRUST_* */
	bool narrow;	/* the path is: even a small datagram may be too large */
	bool listens;	/* a datagram to this host was not refused */
	bool rerouted;	/* none was sent since an option chose another way */
	bool own_way;	/* an option has chosen one, so that route_check() says nothing */
	bool corked;	/* the last one is held back (MSG_MORE): what it fails with, the next one tells */
	uint32_t errors; /* pulse_errors() when errors were put before what waits */
} trusted[MEM_FD_MAX];
enum { TRUST_GROUP = 1, TRUST_MAPPED = 2, TRUST_BROADCAST = 4, SMALL_DATAGRAM = 1280 - 48 };

static struct trust *trust_of(int fd)
{
	static struct trust none;

	return (unsigned int)fd < MEM_FD_MAX ? &trusted[fd] : &none;
}

void dgram_distrust(int fd)
{
	memset(trust_of(fd), 0, sizeof(struct trust));
}

void dgram_option_set(int fd, bool routes)
{
	struct trust *t = trust_of(fd);

	*t = (struct trust){ .own_way = t->own_way || routes, .rerouted = t->rerouted || routes,
			     .corked = t->corked, .errors = t->errors };
}

/* An error of the socket, on its way to the program. */
static int note_error(int fd, int err)
{
	unsigned int k = fd_kind(fd);

	if (err && k & KF_RECVERR)
		errq_expect(fd);
	if (err == EMSGSIZE) {
		trust_of(fd)->size = 0;
		trust_of(fd)->narrow = true;
	}
	if (err)
		trust_of(fd)->listens = false;
	return err;
}

static uint32_t hash_of(const uint8_t *p, size_t len)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	while (len--)
		h = (h ^ *p++) * 16777619u;
	return h;
}

/* A broadcast needs SO_BROADCAST, a group does not. */
static uint8_t class_v4(in_addr_t a)
{
	return IN_MULTICAST(a) ? TRUST_GROUP : a == INADDR_BROADCAST ? TRUST_GROUP | TRUST_BROADCAST : 0;
}

static uint8_t dest_class(unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	const struct sockaddr_in6 *s6 = (const void *)sa;
	uint8_t mapped = k & KF_V6 ? TRUST_MAPPED : 0;

	if (!sa || len < sizeof(struct sockaddr_in))
		return 0;
	if (sa->sa_family == AF_INET) {
		in_addr_t a = ntohl(((const struct sockaddr_in *)(const void *)sa)->sin_addr.s_addr);

		return mapped | class_v4(a);
	}
	if (sa->sa_family != AF_INET6 || len < 24)
		return 0;
	if (IN6_IS_ADDR_V4MAPPED(&s6->sin6_addr))
		return TRUST_MAPPED | class_v4(ntohl(s6->sin6_addr.s6_addr32[3]));
	return IN6_IS_ADDR_MULTICAST(&s6->sin6_addr) ? TRUST_GROUP : 0;
}

/** dgram_note_address() - an address of the socket, its own or its peer's: is it one of IPv4? */
void dgram_note_address(int fd, const struct sockaddr *sa, socklen_t len)
{
	unsigned int k = fd_kind(fd);

	if (IS_DGRAM(k) && k & KF_V6 && addr_is_v4(sa, len))
		fd_set_kind(fd, k | KF_V4ONLY);
}

static uint8_t *guess_of(int fd)
{
	static uint8_t none;

	return (unsigned int)fd < MEM_FD_MAX ? &ctl_guess[fd] : &none;
}

static int wait_hello(int fd)
{
	struct nsp_dgram h;
	ssize_t n;

	if (!fd_poll(fd, POLLIN, 10000))
		return -ETIMEDOUT;
	n = raw_call(SYS_recvfrom, fd, &h, sizeof(h), MSG_DONTWAIT, NULL, NULL);
	if (n != sizeof(h) || h.magic != NSP_DGRAM_MAGIC || h.type != NSP_DGRAM_HELLO)
		return -ENETDOWN;
	return -h.err;
}

/** dgram_socket() - socket() of the datagram kinds: connected to the daemon at once */
int dgram_socket(int family, int type, int protocol, int flags)
{
	uint64_t tag = NSP_TAG(family, type, family == AF_PACKET ? 0 : protocol, 0);
	struct nsp_dhello q = { .magic = NSP_DHELLO_MAGIC,
				.family = (uint16_t)family,
				.type = (uint16_t)type,
				.protocol = (uint16_t)protocol,
				.hash = nsp_proto_hash() };
	int fd, e;

	fd = real.socket(AF_UNIX, SOCK_SEQPACKET | flags, 0);
	if (fd < 0)
		return -1;
	tag_set(fd, tag);
	fd_forget(fd);
	e = daemon_connect(fd, false);
	if (e < 0) {
		shim_log("socket: netstackd cannot be reached at %s: %s", shim.path, strerror(-e));
		e = -ENETDOWN;
		goto out;
	}
	q.cookie = fd_cookie(fd);
	if (type != SOCK_DGRAM || protocol != IPPROTO_UDP || family == AF_PACKET)
		q.flags = NSP_DHELLO_REPLY;
	if (rpc_hello(fd, &q)) {
		e = -ENETDOWN;
		goto out;
	}
	if (q.flags & NSP_DHELLO_REPLY) {
		e = wait_hello(fd);
		if (e)
			goto out;
	}
	*guess_of(fd) = 0;
	dgram_distrust(fd);
	trust_of(fd)->errors = pulse_errors();
	peek_off_forget(fd);
	fd_set_kind(fd, tag_kind(tag) | (family == AF_PACKET ? 0u : KF_FRESH));
	return fd;
out:
	raw_call(SYS_close, fd);
	return fail(-e);
}

static in_port_t port_of(const struct sockaddr *sa, socklen_t len)
{
	const struct sockaddr_in *s4 = (const void *)sa;

	return len < sizeof(*s4) ? 0 : s4->sin_port;
}

int dgram_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
	unsigned int k = fd_kind(fd);
	struct nsp_uconn_req q;
	struct nsp_uconn_rep r;
	uint64_t tag, bit = (uint64_t)NSP_TAGB_UCONN << 24;
	bool on;
	int e;

	if (KIND(k) == K_PACKET)
		return fail(EOPNOTSUPP);
	if (len < sizeof(sa->sa_family))
		return fail(EINVAL);
	on = sa->sa_family != AF_UNSPEC;
	/* the family before the length */
	if (KIND(k) == K_RAW && k & KF_V6 && on && sa->sa_family != AF_INET6 &&
	    (sa->sa_family != AF_INET || len < sizeof(struct sockaddr_in)))
		return fail(EAFNOSUPPORT);
	if (on && (k & KF_FRESH) && addr_wants_kernel(fd, sa, len, false)) {
		e = swap_to_kernel(fd);
		return e ? fail(-e) : real.connect(fd, sa, len);
	}
	addr_pack(&q.addr, sa, len);
	e = rpc(NSP_NR_UCONN, fd, &q, NULL, 0, &r, NULL, NULL);
	if (e == -EINVAL && sock_refuses_v4(fd, sa, len))
		return fail(EAFNOSUPPORT);
	if (e < 0)
		return fail(-e);
	tag = tag_get(fd);
	tag_set(fd, on ? tag | bit : tag & ~bit);
	k &= ~(unsigned int)(KF_FRESH | KF_CONN | KF_HERE);
	if (on)
		k |= KF_CONN | (addr_is_source(q.addr.sa, r.local.sa) ? KF_HERE : 0u);
	fd_set_kind(fd, k);
	trust_of(fd)->listens = false;
	if (!on)
		return 0;
	if (!port_of(sa, len))
		trust_of(fd)->rerouted = true;	/* which may be no destination */
	dgram_note_address(fd, sa, len);
	return 0;
}

/* Look at the head of the next packet without taking it; false: none. */
static bool peek_head(int fd, struct nsp_dgram *h)
{
	ssize_t n;
	int saved = errno;

	n = raw_call(SYS_recvfrom, fd, h, sizeof(*h), MSG_PEEK | MSG_DONTWAIT, NULL, NULL);
	errno = saved;
	return n == sizeof(*h) && h->magic == NSP_DGRAM_MAGIC;
}

/* An error is told before packets that came earlier. If some socket has one behind them, is it this one? */
static void errors_first(int fd)
{
	const struct nsp_geterr_req q = { .peek = NSP_GETERR_FIRST };
	struct trust *t = trust_of(fd);
	uint32_t errors = pulse_errors();
	int saved = errno;

	if (likely(t->errors == errors) || !(fd_kind(fd) & (KF_CONN | KF_RECVERR)))
		return;
	t->errors = errors;
	rpc(NSP_NR_GETERR, fd, &q, NULL, 0, NULL, NULL, NULL);
	errno = saved;
}

/* The error that comes next; 0: none. */
static int error_ahead(int fd)
{
	struct nsp_dgram h;

	errors_first(fd);
	return peek_head(fd, &h) && h.type == NSP_DGRAM_ERR ? h.err : 0;
}

bool dgram_error_waits(int fd)
{
	return error_ahead(fd);
}

int dgram_so_error(int fd)
{
	struct nsp_dgram h;
	int saved = errno;

	errors_first(fd);
	if (!peek_head(fd, &h) || h.type != NSP_DGRAM_ERR)
		return 0;
	raw_call(SYS_recvfrom, fd, &h, sizeof(h), MSG_DONTWAIT, NULL, NULL);
	errno = saved;
	return note_error(fd, h.err);
}

bool dgram_behind_error(int fd)
{
	int n = 0;

	return !real.ioctl(fd, FIONREAD, &n) && (size_t)n > sizeof(struct nsp_dgram);
}

int dgram_pending(int fd)
{
	struct nsp_dgram h;
	int from = sizeof(h), none = -1;
	bool any;

	if (!peek_head(fd, &h))
		return 0;
	if (h.type == NSP_DGRAM_DATA)
		return (int)h.paylen;
	/* an error is before it: look past that */
	if (real.setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &from, sizeof(from)))
		return 0;
	any = peek_head(fd, &h) && h.type == NSP_DGRAM_DATA;
	real.setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &none, sizeof(none));
	return any ? (int)h.paylen : 0;
}

/* ---- send ----------------------------------------------------------------------------- */
static int check_dest(unsigned int k, const struct sockaddr *sa, socklen_t len)
{
	bool v4 = sa->sa_family == AF_INET;

	if (KIND(k) == K_UDP && (k & KF_V6) && v4 && len >= sizeof(struct sockaddr_in))
		return ((const struct sockaddr_in *)(const void *)sa)->sin_port ? 0 : EINVAL;
	if (k & KF_V6) {
		if (len < 24)
			return EINVAL;
		if (sa->sa_family != AF_INET6)
			return KIND(k) == K_UDP ? EINVAL : EAFNOSUPPORT;
	} else {
		if (len < sizeof(struct sockaddr_in))
			return EINVAL;
		if (!v4 && sa->sa_family != AF_UNSPEC)
			return EAFNOSUPPORT;
	}
	if (KIND(k) == K_UDP && !((const struct sockaddr_in *)(const void *)sa)->sin_port)
		return EINVAL;
	return 0;
}

/* More than a datagram holds; the error goes to the error queue, too, which is the daemon's. */
static int too_long(unsigned int k, size_t total)
{
	if (KIND(k) == K_UDP && k & KF_RECVERR && (k & KF_V6 || total <= 65535) && total <= INT32_MAX)
		return -1;
	return EMSGSIZE;
}

enum { PING_HEAD = 8, ECHO_4 = 8, ECHO_6 = 128 };

/* Of a ping socket: it sends nothing but echo requests, and looks at that first. */
static bool is_echo(int fd, unsigned int k, const struct msghdr *msg, size_t total)
{
	uint8_t head[2] = { 0 };
	size_t i, n = 0;

	if (!tag_is_ping(fd, k))
		return true;
	for (i = 0; i < msg->msg_iovlen && n < sizeof(head); i++)
		for (size_t j = 0; j < msg->msg_iov[i].iov_len && n < sizeof(head); j++, n++)
			if (user_get(&head[n], (uint8_t *)msg->msg_iov[i].iov_base + j, 1))
				return true;
	return total >= PING_HEAD && head[0] == (k & KF_V6 ? ECHO_6 : ECHO_4) && !head[1];
}

bool dgram_has_peer(int fd)
{
	unsigned int k = fd_kind(fd);

	if (likely(k & KF_CONN) || KIND(k) == K_PACKET)
		return true;
	if (!(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_UCONN))
		return false;
	fd_set_kind(fd, k | KF_CONN);
	return true;
}

/* What sendto() must report at once; 0 when the datagram may go, -1 when the stack must be asked. */
static int send_checks(int fd, unsigned int k, const struct msghdr *msg, size_t total, int flags)
{
	bool named = msg->msg_name && msg->msg_namelen;
	int e;

	if ((flags & MSG_OOB) && (!(k & KF_V6) || KIND(k) == K_RAW || (k & KF_V4ONLY && !msg->msg_name) ||
				  (named && addr_is_v4(msg->msg_name, msg->msg_namelen))))
		return EOPNOTSUPP;
	if (total > 65535 && !(k & KF_V6))
		return EMSGSIZE;
	e = named ? check_dest(k, msg->msg_name, msg->msg_namelen) : dgram_has_peer(fd) ? 0 : EDESTADDRREQ;
	if (KIND(k) == K_RAW && (e || total < PING_HEAD) && !is_echo(fd, k, msg, total))
		return EINVAL;
	if (e)
		return e;
	if (total > 65535 || (KIND(k) == K_UDP && total > (k & KF_V6 ? 65527u : 65507u))) {
		e = too_long(k, total);
		if (e > 0)
			return e;
	}
	if (!named)
		return 0;
	/* the way to a group is the socket's own business */
	if (dest_class(k, msg->msg_name, msg->msg_namelen) & TRUST_GROUP)
		return 0;
	/* no route counts where IPv4 is refused, or a type is missed */
	if (KIND(k) == K_RAW && (total < 2 || (k & KF_V6 && addr_is_v4(msg->msg_name, msg->msg_namelen))))
		return 0;
	/* nor of a send whose control messages, or a socket whose options choose the way */
	if (unlikely(msg->msg_controllen || trust_of(fd)->own_way))
		return 0;
	e = route_check(msg->msg_name, msg->msg_namelen);
	if (e < 0 && shim.supervisor)	/* the options of the socket were set in other calls */
		return -1;
	return -e;
}

/* Will a refusal be told to this socket, and at once? */
static bool may_be_refused_here(int fd, unsigned int k, const struct msghdr *msg)
{
	if (KIND(k) != K_UDP || trust_of(fd)->listens)
		return false;
	if (k & KF_HERE)
		return true;
	return k & KF_RECVERR && msg->msg_name && addr_is_here(msg->msg_name, msg->msg_namelen);
}

/* The datagram has been taken: does the socket have its refusal now? */
static void await_refusal(int fd)
{
	const struct nsp_barrier_req q = { .flags = NSP_BARRIER_FRAMES };

	if (!rpc(NSP_NR_BARRIER, -1, &q, NULL, 0, NULL, NULL, NULL))
		trust_of(fd)->listens = !dgram_error_waits(fd);
}

/* A flow label may not be the socket's. */
static bool has_label(const struct msghdr *msg)
{
	const struct sockaddr_in6 *s6 = msg->msg_name;

	return s6 && msg->msg_namelen >= 8 && s6->sin6_family == AF_INET6 && s6->sin6_flowinfo;
}

static bool must_ask(int fd, unsigned int k, const struct msghdr *msg, size_t total,
		     const uint8_t *ctl, size_t ctllen)
{
	const struct trust *t = trust_of(fd);

	if (KIND(k) == K_RAW || unlikely(t->rerouted || t->corked))
		return true;
	if (total > t->size && (total > SMALL_DATAGRAM || t->narrow))
		return true;
	if (ctllen && hash_of(ctl, ctllen) != t->ctl)
		return true;
	if (unlikely(has_label(msg)))
		return true;
	if (unlikely(k & KF_V4ONLY) && msg->msg_name && !addr_is_v4(msg->msg_name, msg->msg_namelen))
		return true;
	return dest_class(k, msg->msg_name, msg->msg_namelen) & ~t->dest;
}

/* The stack's answer to the datagram just sent, which is perhaps more of one that was begun: 0 or errno. */
static int ask_sent(int fd, const struct msghdr *msg, const uint8_t *ctl,
		    const struct nsp_dgram *h, bool more)
{
	struct trust *t = trust_of(fd);
	struct nsp_geterr_rep r = { 0 };
	const struct nsp_geterr_req q = { .peek = NSP_GETERR_SENT };
	int e = rpc(NSP_NR_GETERR, fd, &q, NULL, 0, &r, NULL, NULL);

	if (e < 0)
		return -e;
	if (r.err)
		return r.err;
	if (h->ctllen)	/* of more of a datagram it is not looked at */
		t->ctl = more ? 0 : hash_of(ctl, h->ctllen);
	if (h->paylen > t->size)
		t->size = (uint16_t)h->paylen;
	t->rerouted = false;
	t->dest |= dest_class(fd_kind(fd), msg->msg_name, msg->msg_namelen);
	return 0;
}

ssize_t dgram_put(int fd, const struct msghdr *msg, struct nsp_dgram *h, void *ctl, int flags)
{
	size_t n = msg->msg_iovlen;
	struct iovec few[FEW_IOV + 2], *iov = few;
	struct msghdr m = { 0 };

	if (n > 1024)
		return fail(EMSGSIZE);
	if (n > FEW_IOV)
		iov = alloca((n + 2) * sizeof(*iov));
	iov[0] = (struct iovec){ h, sizeof(*h) };
	iov[1] = (struct iovec){ ctl, h->ctllen };
	memcpy(iov + 2, msg->msg_iov, n * sizeof(*iov));
	m.msg_iov = iov;
	m.msg_iovlen = h->flags & NSP_DGRAM_LONG ? 2 : n + 2;
	return real.sendmsg(fd, &m, MSG_NOSIGNAL | (flags & MSG_DONTWAIT));
}

/*
 * What a send fails with that has the socket's error `err` before it, or comes after a shutdown: these come
 * last, when all else is right.
 */
static int would_fail(int fd, const struct msghdr *msg, const uint8_t *ctl, const struct nsp_dgram *h,
		      int err)
{
	struct nsp_would_req q = { .msgflags = h->msgflags, .len = h->paylen, .err = err };
	struct nsp_would_rep r;
	int e;

	if (msg->msg_name)
		addr_pack(&q.peer, msg->msg_name, msg->msg_namelen);
	e = rpc(NSP_NR_WOULD, fd, &q, ctl, h->ctllen, &r, NULL, NULL);
	if (e >= 0 && !r.err && h->msgflags & MSG_PROBE)	/* which makes no packet */
		return 0;
	return e < 0 || !r.err ? err : r.err;
}

/* Fails with the error that waits, or with what is wrong with the send; then that stays. */
static ssize_t fail_pending(int fd, const struct msghdr *msg, const uint8_t *ctl, const struct nsp_dgram *h,
			    int pending)
{
	int e = would_fail(fd, msg, ctl, h, pending);

	return e ? fail(e == pending ? dgram_so_error(fd) : e) : (ssize_t)h->paylen;
}

/* The daemon's end is closed, and not because the program shut its own down? */
static bool daemon_gone(int fd)
{
	return fd_poll(fd, 0, 0) & POLLHUP && !(NSP_TAG_BITS(tag_get(fd)) & NSP_TAGB_SHUT);
}

/* AF_UNSPEC is no destination for UDP over IPv6, but not a wrong one: the message goes to the peer. */
static bool names_nobody(unsigned int k, const struct msghdr *msg)
{
	const struct sockaddr *sa = msg->msg_name;

	return k & KF_V6 && KIND(k) == K_UDP && sa && msg->msg_namelen >= sizeof(sa->sa_family) &&
	       sa->sa_family == AF_UNSPEC;
}

/* For IPv4 it is another word for AF_INET. */
static bool means_v4(unsigned int k, const struct msghdr *msg)
{
	return !(k & KF_V6) && msg->msg_name && msg->msg_namelen >= sizeof(struct sockaddr_in) &&
	       ((const struct sockaddr *)msg->msg_name)->sa_family == AF_UNSPEC;
}

/* Why the descriptor has taken nothing. */
static int not_taken(int fd, const struct msghdr *msg, const uint8_t *ctl, const struct nsp_dgram *h)
{
	int e = errno;

	if (e == ECONNRESET || e == ENOTCONN || e == ECONNREFUSED)
		return ENETDOWN;
	if (e != EPIPE)
		return e;
	return daemon_gone(fd) ? ENETDOWN : would_fail(fd, msg, ctl, h, EPIPE);
}

/* msg is as it goes to the stack; total: its octets. */
static ssize_t send_datagram(int fd, unsigned int k, const struct msghdr *msg, size_t total, int flags)
{
	uint8_t ctl[NSP_DGRAM_CTL_MAX];
	struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC,
			       .type = NSP_DGRAM_DATA,
			       .hdrlen = sizeof(h),
			       .paylen = (uint32_t)total,
			       .msgflags = (uint32_t)flags };
	int e = send_checks(fd, k, msg, total, flags), pending;
	bool here, more;
	ssize_t n;

	if (e > 0)
		return fail((e == EINVAL || e == EOPNOTSUPP) &&
			    sock_refuses_v4(fd, msg->msg_name, msg->msg_namelen) ? ENETUNREACH : e);
	if (k & KF_FRESH)
		fd_set_kind(fd, k & ~(unsigned int)KF_FRESH);
	n = ctl_pack(msg, ctl, sizeof(ctl));
	if (n < 0)
		return fail(sock_refuses_v4(fd, msg->msg_name, msg->msg_namelen) ? ENETUNREACH : (int)-n);
	h.ctllen = (uint32_t)n;
	pending = k & (KF_CONN | KF_RECVERR) ? error_ahead(fd) : 0;
	if (unlikely(pending))
		return fail_pending(fd, msg, ctl, &h, pending);
	if (msg->msg_name)
		addr_pack(&h.peer, msg->msg_name, msg->msg_namelen);
	here = unlikely(k & (KF_HERE | KF_RECVERR)) && may_be_refused_here(fd, k, msg);
	if (e || here || must_ask(fd, k, msg, total, ctl, (size_t)n))
		h.flags = NSP_DGRAM_TELL;
	if (unlikely(total > 65535)) {
		h.flags |= NSP_DGRAM_LONG;
		h.err = (int32_t)total;
		h.paylen = 0;
	}
	if (unlikely(k & (KF_TSTAMP | KF_ZEROCOPY) || h.ctllen))
		errq_expect(fd);
	more = trust_of(fd)->corked;
	if (unlikely(flags & MSG_MORE || more))
		trust_of(fd)->corked = flags & MSG_MORE;
	n = dgram_put(fd, msg, &h, ctl, flags);
	if (unlikely(n < 0)) {
		e = not_taken(fd, msg, ctl, &h);
		return e ? fail(e) : (ssize_t)total;
	}
	if (unlikely(k & KF_HERE || (msg->msg_name && addr_is_loopback(msg->msg_name, msg->msg_namelen))))
		settle_later();
	e = h.flags ? note_error(fd, ask_sent(fd, msg, ctl, &h, more)) : 0;
	if (here && !e)
		await_refusal(fd);
	return e ? fail(e) : (ssize_t)total;
}

/** dgram_send() - every kind of send of a datagram socket */
ssize_t dgram_send(int fd, const struct msghdr *msg, int flags)
{
	unsigned int k = fd_kind(fd);
	struct msghdr renamed = *msg;
	struct sockaddr_in v4;
	int e;

	if (KIND(k) == K_PACKET)
		return packet_send(fd, msg, iov_bytes(msg->msg_iov, msg->msg_iovlen), flags);
	if (unlikely(names_nobody(k, msg))) {
		renamed.msg_name = NULL;
		renamed.msg_namelen = 0;
	}
	if (unlikely(means_v4(k, msg))) {
		memcpy(&v4, msg->msg_name, sizeof(v4));
		v4.sin_family = AF_INET;
		renamed.msg_name = &v4;
		renamed.msg_namelen = sizeof(v4);
	}
	if (k & KF_FRESH && renamed.msg_name &&
	    addr_wants_kernel(fd, renamed.msg_name, renamed.msg_namelen, false)) {
		e = swap_to_kernel(fd);
		return e ? fail(-e) : real.sendmsg(fd, msg, flags);
	}
	return send_datagram(fd, k, &renamed, iov_bytes(msg->msg_iov, msg->msg_iovlen), flags);
}

/* ---- receive -------------------------------------------------------------------------- */
void iov_copy(const struct iovec *iov, size_t n, size_t off, uint8_t *buf, size_t len, bool in)
{
	for (; n-- && len; iov++) {
		size_t part;

		if (off >= iov->iov_len) {
			off -= iov->iov_len;
			continue;
		}
		part = iov->iov_len - off < len ? iov->iov_len - off : len;
		if (in)
			memcpy((uint8_t *)iov->iov_base + off, buf, part);
		else
			memcpy(buf, (uint8_t *)iov->iov_base + off, part);
		buf += part;
		len -= part;
		off = 0;
	}
}

/*
 * The guess was wrong: in the scattered bytes [ctl: guessed][buffer][tail] the payload starts at
 * `is` instead of `should`. Fetch the control messages, then shift the payload.
 */
static void rescatter(const struct iovec *iov, size_t n, uint8_t *ctl, size_t should, size_t is,
		      size_t paylen, size_t have)
{
	uint8_t bounce[512];
	size_t left = have > is ? have - is : 0, done = 0;

	if (left > paylen)
		left = paylen;
	iov_copy(iov, n, 0, ctl, is < NSP_DGRAM_CTL_MAX ? is : NSP_DGRAM_CTL_MAX, false);
	while (done < left) {
		size_t part = left - done < sizeof(bounce) ? left - done : sizeof(bounce);
		size_t pos = is > should ? done : left - done - part;

		iov_copy(iov, n, is + pos, bounce, part, false);
		iov_copy(iov, n, should + pos, bounce, part, true);
		done += part;
	}
}

/* The daemon is gone, or the program shut down reading: only a call that waits sees that end. */
ssize_t dgram_end(int fd, int flags)
{
	if (daemon_gone(fd))
		return fail(ENETDOWN);
	if (flags & MSG_DONTWAIT || fcntl(fd, F_GETFL) & O_NONBLOCK)
		return fail(EAGAIN);
	return 0;
}

/* One packet; its payload bytes, -1 with errno, or -2 when it was none for the program. */
static ssize_t recv_packet(int fd, struct msghdr *msg, int flags, size_t want)
{
	uint8_t ctl[NSP_DGRAM_CTL_MAX], wrong[NSP_DGRAM_CTL_MAX], tail[NSP_DGRAM_CTL_MAX];
	struct iovec few[FEW_IOV + 3], *iov = few;
	size_t n = msg->msg_iovlen, guess = *guess_of(fd) * 8u, have;
	struct nsp_dgram h;
	struct msghdr m = { 0 };
	uint8_t *ctlp = ctl;
	ssize_t r;

	if (n > 1024)
		return fail(EMSGSIZE);
	if (n > FEW_IOV)
		iov = alloca((n + 3) * sizeof(*iov));
	iov[0] = (struct iovec){ &h, sizeof(h) };
	iov[1] = (struct iovec){ ctl, guess };
	memcpy(iov + 2, msg->msg_iov, n * sizeof(*iov));
	iov[n + 2] = (struct iovec){ tail, sizeof(tail) };
	m.msg_iov = iov;
	m.msg_iovlen = n + 3;
	r = real.recvmsg(fd, &m,
			 (flags & (MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC)) | MSG_TRUNC);
	if (r < 0)
		return -1;
	if (!r)
		return dgram_end(fd, flags);
	if (r < (ssize_t)sizeof(h) || h.magic != NSP_DGRAM_MAGIC || h.type == NSP_DGRAM_HELLO ||
	    h.type == NSP_DGRAM_TOKEN ||
	    (h.type == NSP_DGRAM_DATA && (size_t)r != sizeof(h) + h.ctllen + h.paylen)) {
		if (flags & MSG_PEEK)
			raw_call(SYS_recvfrom, fd, &h, sizeof(h), MSG_DONTWAIT, NULL, NULL);
		return -2;
	}
	if (h.type == NSP_DGRAM_ERR) {
		if (flags & MSG_PEEK)
			raw_call(SYS_recvfrom, fd, &h, sizeof(h), MSG_DONTWAIT, NULL, NULL);
		return fail(note_error(fd, h.err));
	}
	have = (size_t)r - sizeof(h);
	if (have > guess + want + sizeof(tail))
		have = guess + want + sizeof(tail);
	if (h.ctllen != guess) {
		rescatter(iov + 1, n + 2, wrong, guess, h.ctllen, h.paylen, have);
		ctlp = wrong;
		if (h.ctllen <= 255 * 8)
			*guess_of(fd) = (uint8_t)(h.ctllen / 8);
	}
	msg->msg_flags = h.paylen > want || (h.flags & NSP_DGRAM_TRUNC) ? MSG_TRUNC : 0;
	msg->msg_flags |= flags & MSG_CMSG_CLOEXEC;
	if (msg->msg_name)
		addr_give(&h.peer, msg->msg_name, &msg->msg_namelen);
	ctl_unpack(msg, ctlp, h.ctllen);
	return h.paylen > want && !(flags & MSG_TRUNC) ? (ssize_t)want : (ssize_t)h.paylen;
}

/** dgram_recv() - every kind of receive of a datagram socket */
ssize_t dgram_recv(int fd, struct msghdr *msg, int flags)
{
	size_t want = iov_bytes(msg->msg_iov, msg->msg_iovlen);
	ssize_t r;

	if (KIND(fd_kind(fd)) == K_PACKET && packet_recv_flags(flags))
		return fail(packet_recv_flags(flags));
	if (unlikely(flags & MSG_OOB) && KIND(fd_kind(fd)) == K_RAW)
		return fail(EOPNOTSUPP);
	if (unlikely(flags & MSG_ERRQUEUE))
		return errq_recv(fd, msg);
	errors_first(fd);
	if (unlikely(peek_off_counts(fd)) && flags & MSG_PEEK)
		return peek_off_recv(fd, msg, flags, want);
	do {
		r = recv_packet(fd, msg, flags, want);
	} while (r == -2);
	if (unlikely(peek_off_counts(fd)))
		peek_off_read(fd, r);
	return r;
}
