/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options. Most are the daemon's: it knows Linux's checks and answers. A row below says that a
 * value within its limits cannot fail there, so it may be remembered until the socket is
 * connected or bound, and travel one way afterwards; and whether the Unix socket wants it too.
 */
#include "shim.h"

#include <linux/filter.h>
#include <linux/if_packet.h>
#include <netinet/tcp.h>

enum {
	REMEMBER = 1,	 /* may wait in memory */
	ONEWAY = 2,	 /* needs no answer */
	NATIVE = 4,	 /* set on the Unix socket as well */
	ALONE = 8,	 /* the Unix socket's business only */
	LATE_SYNC = 16,	 /* once the daemon knows the socket it may refuse */
	UNIX_STREAM = 32, /* ALONE only on a stream */
	OFF_ONEWAY = 64	 /* needs no answer when it is 0; else holds for the next octet written */
};

struct row {
	int level, name;
	int flags;
	int lo, hi;
};

enum { LABEL_AT = 16 };	/* in struct in6_flowlabel_req */

#define ANY (-0x7fffffff - 1), 0x7fffffff
static const struct row rows[] = {
	{ SOL_SOCKET, SO_REUSEADDR, REMEMBER | ONEWAY, ANY },
	{ SOL_SOCKET, SO_REUSEPORT, REMEMBER | ONEWAY, ANY },
	{ SOL_SOCKET, SO_KEEPALIVE, REMEMBER | ONEWAY, ANY },
	{ SOL_SOCKET, SO_BROADCAST, REMEMBER | ONEWAY, ANY },
	{ SOL_SOCKET, SO_OOBINLINE, ALONE | UNIX_STREAM | REMEMBER | ONEWAY, ANY },
	{ SOL_SOCKET, SO_SNDBUF, REMEMBER | ONEWAY | NATIVE, ANY },
	{ SOL_SOCKET, SO_RCVBUF, REMEMBER | ONEWAY, ANY },
	{ SOL_SOCKET, SO_RCVLOWAT, NATIVE, 0, 0x7fffffff },
	{ SOL_SOCKET, SO_RCVTIMEO, ALONE, ANY },
	{ SOL_SOCKET, SO_SNDTIMEO, ALONE, ANY },
	{ SOL_SOCKET, 66, ALONE, ANY }, /* SO_RCVTIMEO_NEW */
	{ SOL_SOCKET, 67, ALONE, ANY }, /* SO_SNDTIMEO_NEW */
	{ SOL_SOCKET, SO_PEEK_OFF, ALONE | UNIX_STREAM, ANY },
	{ IPPROTO_TCP, TCP_NODELAY, REMEMBER | ONEWAY, ANY },
	{ IPPROTO_TCP, TCP_CORK, REMEMBER | OFF_ONEWAY, ANY },
	{ IPPROTO_TCP, TCP_QUICKACK, REMEMBER, ANY },
	{ IPPROTO_TCP, TCP_KEEPIDLE, REMEMBER | ONEWAY, 1, 32767 },
	{ IPPROTO_TCP, TCP_KEEPINTVL, REMEMBER | ONEWAY, 1, 32767 },
	{ IPPROTO_TCP, TCP_KEEPCNT, REMEMBER | ONEWAY, 1, 127 },
	{ IPPROTO_TCP, TCP_SYNCNT, REMEMBER | ONEWAY, 1, 127 },
	{ IPPROTO_TCP, TCP_USER_TIMEOUT, REMEMBER | ONEWAY, 0, 0x7fffffff },
	{ IPPROTO_IP, IP_TOS, REMEMBER, 0, 255 },
	{ IPPROTO_IP, IP_TTL, REMEMBER, 1, 255 },
	{ IPPROTO_IP, IP_MTU_DISCOVER, REMEMBER, 0, 5 },
	{ IPPROTO_IPV6, IPV6_V6ONLY, REMEMBER | LATE_SYNC, ANY },
	{ IPPROTO_IPV6, IPV6_TCLASS, REMEMBER, -1, 255 },
	{ IPPROTO_IPV6, IPV6_UNICAST_HOPS, REMEMBER, -1, 255 },
};

static const struct row *find_row(unsigned int k, int level, int name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].level == level && rows[i].name == name) {
			if (level == IPPROTO_IPV6 && !(k & KF_V6))
				return NULL;
			return &rows[i];
		}
	return NULL;
}

static bool alone(const struct row *r, unsigned int k)
{
	return r && (r->flags & ALONE) && (!(r->flags & UNIX_STREAM) || IS_TCP(k));
}

static bool in_range(const struct row *r, const void *val, socklen_t len)
{
	int v;

	if (len != sizeof(v) || user_get(&v, val, sizeof(v)))
		return false;
	return v >= r->lo && v <= r->hi;
}

/*
 * Data go by the Unix socket, a one-way option by the channel: the daemon may read what was written
 * after the option before it knows of it. Not so the other way round, it reads the data first.
 */
static bool goes_one_way(const struct row *r, const void *val)
{
	int v;

	if (!r || !(r->flags & (ONEWAY | OFF_ONEWAY)))
		return false;
	memcpy(&v, val, sizeof(v));
	return (r->flags & ONEWAY) || !v;
}

/* IPV6_FLOWLABEL_MGR writes the label that it chose into the value; one that cannot be written is not. */
static void give_label(const void *val, uint32_t label)
{
	uint32_t be = htonl(label);

	user_put((uint8_t *)(uintptr_t)val + LABEL_AT, &be, sizeof(be));
}

static int set_sync(int fd, int level, int name, const void *val, socklen_t len, const void *theirs)
{
	struct nsp_setopt_req q = { .level = level, .name = name, .len = len };
	struct nsp_setopt_rep r = { 0 };
	int e;

	if (len > NSP_MSG_MAX / 2)
		return -EINVAL;
	e = rpc(NSP_NR_SETOPT, fd, &q, val, len, &r, NULL, NULL);
	if (unlikely(r.label && e >= 0))
		give_label(theirs, r.label);
	return e;
}

static int set_oneway(int fd, int level, int name, const void *val, socklen_t len)
{
	struct nsp_setopt_req q = { .level = level, .name = name, .len = len };

	return rpc_oneway(NSP_NR_SETOPT, fd, &q, val, len);
}

bool sock_is_v6only(int fd)
{
	uint64_t tag = KIND(fd_kind(fd)) == K_NEW ? tag_get(fd) : 0;
	const struct nsp_opt *o;
	int only = 0;
	socklen_t len = sizeof(only);

	if (!tag || NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN)
		return !ns_getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &len) && only;
	o = fd_find_opt(fd, IPPROTO_IPV6, IPV6_V6ONLY);	/* nobody else knows it yet */
	if (o && o->len == sizeof(only))
		memcpy(&only, o + 1, sizeof(only));
	return only;
}

bool addr_is_v4(const struct sockaddr *sa, socklen_t len)
{
	if (len < sizeof(sa->sa_family))
		return false;
	if (sa->sa_family == AF_INET)
		return true;
	return sa->sa_family == AF_INET6 && len >= 24 &&
	       IN6_IS_ADDR_V4MAPPED(&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr);
}

bool sock_refuses_v4(int fd, const struct sockaddr *sa, socklen_t len)
{
	unsigned int k = fd_kind(fd);

	return k & KF_V6 && KIND(k) != K_RAW && sa && addr_is_v4(sa, len) && sock_is_v6only(fd);
}

void sock_set_nodelay(int fd)
{
	int saved = errno, on = 1;

	set_oneway(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	errno = saved;
}

/* TCP_NODELAY on, of an accepted socket on which nothing was written yet: it can wait (fill.c). */
static bool put_off(int fd, unsigned int k, int level, int name, const void *val)
{
	int v;

	if (likely(!(k & KF_FIRST)) || level != IPPROTO_TCP || name != TCP_NODELAY)
		return false;
	memcpy(&v, val, sizeof(v));
	if (v)
		fd_set_kind(fd, k | KF_NODELAY);
	else
		stream_writes(fd, SIZE_MAX);
	return v;
}

/* Also on the Unix socket: what its hop must know. */
static void set_native(int fd, unsigned int k, int level, int name, const void *val, socklen_t len)
{
	int saved = errno, size;

	if (unlikely(k & KF_SMALL) && name == SO_SNDBUF) {
		memcpy(&size, val, sizeof(size));
		fill_chose(fd, k, size);
		errno = saved;
		return;
	}
	real.setsockopt(fd, level, name, val, len);
	if (name == SO_SNDBUF) {
		tag_add(fd, NSP_TAGB_SNDBUF);
		fd_set_kind(fd, fd_kind(fd) | KF_BOUNDED);
	}
	errno = saved;
}

/* SO_LINGER was accepted: does close() wait? */
static void note_linger(int fd, const void *val)
{
	struct linger l;
	unsigned int k = fd_kind(fd) & ~(unsigned int)KF_LINGER;

	memcpy(&l, val, sizeof(l));
	fd_set_kind(fd, l.l_onoff && l.l_linger ? k | KF_LINGER : k);
}

/* TCP_INQ was accepted, on or off. */
static void note_inq(int fd, const void *val)
{
	unsigned int k = fd_kind(fd) & ~(unsigned int)KF_INQ;
	int on;

	memcpy(&on, val, sizeof(on));
	fd_set_kind(fd, on ? k | KF_INQ : k);
}

/* IPV6_ADDRFORM was accepted: the socket is an IPv4 one from now on. */
static void note_addrform(int fd)
{
	unsigned int k = fd_kind(fd);
	uint64_t tag = tag_get(fd);
	int type = IS_TCP(k) ? SOCK_STREAM : NSP_TAG_TYPE(tag);
	int protocol = IS_TCP(k) ? IPPROTO_TCP : NSP_TAG_PROTOCOL(tag);
	uint32_t bits = tag ? NSP_TAG_BITS(tag) : NSP_TAGB_CONNECT | NSP_TAGB_REPORTED | NSP_TAGB_KNOWN;

	tag_set(fd, NSP_TAG(AF_INET, type, protocol, bits));
	fd_set_kind(fd, k & ~(unsigned int)KF_V6);
}

static int set_tcp(int fd, unsigned int k, int level, int name, const void *val, socklen_t len)
{
	const struct row *r = find_row(k, level, name);
	const void *theirs = val;
	uint8_t copy[64];
	bool known = true;
	uint64_t tag = 0;
	int e;

	if (r && !in_range(r, val, len))
		r = NULL;
	if (r && put_off(fd, k, level, name, val))
		return 0;
	if (unlikely(k & KF_NODELAY))	/* in order */
		stream_writes(fd, SIZE_MAX);
	if (KIND(k) == K_NEW) {
		tag = tag_of(fd);
		known = NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN;
	}
	if (r && r->flags & NATIVE)
		set_native(fd, k, level, name, val, len);
	if (r && level == SOL_SOCKET && name == SO_RCVLOWAT)
		fd_set_kind(fd, k | KF_LOWAT);
	if (r && !known && (r->flags & REMEMBER) && fd_remember_opt(fd, level, name, val, len))
		return 0;
	if (len && len <= sizeof(copy)) {
		e = user_in(copy, val, len);
		if (e)
			return fail(e);
		val = copy;
	}
	if (level == SOL_SOCKET && name == SO_LINGER && !known && len == sizeof(struct linger) &&
	    fd_remember_opt(fd, level, name, val, len)) {
		note_linger(fd, val);
		return 0;
	}
	if (!known)
		sock_flush_opts(fd, tag);
	if (goes_one_way(r, val))
		e = set_oneway(fd, level, name, val, len);
	else
		e = set_sync(fd, level, name, val, len, theirs);
	if (e == -ENOTCONN && KIND(k) == K_STREAM)	/* ended, and forgotten: all the same */
		e = 0;
	if (e < 0)
		return fail(-e);
	if (level == SOL_SOCKET && name == SO_LINGER && len >= sizeof(struct linger))
		note_linger(fd, val);
	if (level == IPPROTO_TCP && name == TCP_INQ && len >= sizeof(int))
		note_inq(fd, val);
	if (level == IPPROTO_TCP && name == TCP_NOTSENT_LOWAT)
		fd_set_kind(fd, fd_kind(fd) | KF_BOUNDED);
	if (KIND(k) == K_NEW && len <= 64)
		fd_remember_opt(fd, level, name, val, len);
	return 0;
}

/* The option of either family was accepted; one that is switched off leaves the other on. */
static void note_recverr(int fd, const void *val, socklen_t len)
{
	int on = 1;

	if (len >= sizeof(on))
		memcpy(&on, val, sizeof(on));
	if (on)
		fd_set_kind(fd, fd_kind(fd) | KF_RECVERR);
}

static bool chooses_route(int level, int name)
{
	switch (level) {
	case SOL_SOCKET:
		return name == SO_BINDTODEVICE || name == SO_BINDTOIFINDEX || name == SO_MARK ||
		       name == SO_DONTROUTE;
	case IPPROTO_IP:
		return name == IP_UNICAST_IF;
	case IPPROTO_IPV6:
		return name == IPV6_UNICAST_IF || name == IPV6_PKTINFO;
	}
	return false;
}

static int set_dgram(int fd, unsigned int k, int level, int name, const void *val, socklen_t len)
{
	int e = len && !user_ok(val) ? -EFAULT : set_sync(fd, level, name, val, len, val);

	dgram_option_set(fd, !e && chooses_route(level, name));
	if (!e && KIND(k) == K_PACKET && level == SOL_PACKET && name == PACKET_RX_RING)
		ring_changed(fd);
	if (e < 0)
		return fail(-e);
	if ((k & KF_FRESH) && len <= 64)
		fd_remember_opt(fd, level, name, val, len);
	if ((level == IPPROTO_IP && name == IP_RECVERR) ||
	    (level == IPPROTO_IPV6 && name == IPV6_RECVERR))
		note_recverr(fd, val, len);
	if (level == SOL_SOCKET && (name == SO_RCVLOWAT))
		set_native(fd, k, level, name, val, len);
	return 0;
}

/*
 * The value of SO_ATTACH_FILTER and its like points to the program: the daemon gets the instructions
 * themselves. 0 or an errno; *val and *len are what is sent.
 */
static int filter_in(const void **val, socklen_t *len)
{
	struct sock_fprog p;
	int e;

	if (*len != sizeof(p))
		return EINVAL;
	e = user_in(&p, *val, sizeof(p));
	if (e)
		return e;
	if (!p.filter || !p.len || p.len > BPF_MAXINSNS)
		return EINVAL;
	*len = (socklen_t)(p.len * sizeof(*p.filter));
	*val = p.filter;
	return user_readable(p.filter, *len) ? 0 : EFAULT;
}

int ns_setsockopt(int fd, int level, int name, const void *val, socklen_t len)
{
	unsigned int k = fd_kind(fd);
	int r;

	if ((int)len < 0)
		return fail(EINVAL);
	if (!val && len)
		return fail(EFAULT);
	if (alone(find_row(k, level, name), k)) {
		r = real.setsockopt(fd, level, name, val, len);
		if (r || level != SOL_SOCKET || name != SO_OOBINLINE)
			return r;
		/* the Unix socket's business, but nothing may be left out on the way to it */
		fd_set_kind(fd, k | KF_INLINE);
		return set_tcp(fd, fd_kind(fd), level, name, val, len);
	}
	if (level == SOL_SOCKET && name == SO_PEEK_OFF)
		return peek_off_set(fd, val, len);
	if (level == SOL_SOCKET && (name == SO_ATTACH_FILTER || name == SO_ATTACH_REUSEPORT_CBPF)) {
		r = filter_in(&val, &len);
		if (r)
			return fail(r);
	}
	/* The supervisor does not see what a stream sends: nothing would come of it. */
	if (unlikely(shim.supervisor) && IS_TCP(k) && level == SOL_SOCKET && errq_is_option(name))
		return fail(ENOPROTOOPT);
	r = IS_TCP(k) ? set_tcp(fd, k, level, name, val, len) :
			set_dgram(fd, k, level, name, val, len);
	if (!r && level == IPPROTO_IPV6 && name == IPV6_ADDRFORM)
		note_addrform(fd);
	if (!r && level == SOL_SOCKET)
		errq_note_option(fd, name, val, len);
	return r;
}

EXPORT int setsockopt(int fd, int level, int name, const void *val, socklen_t len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.setsockopt(fd, level, name, val, len);
	return ns_setsockopt(fd, level, name, val, len);
}

/* ---- get ------------------------------------------------------------------------------ */
static int give(const void *data, size_t n, void *val, socklen_t *len)
{
	int e;

	if (n > *len)
		n = *len;
	e = user_put(val, data, n);
	if (e)
		return fail(e);
	*len = (socklen_t)n;
	return 0;
}

static int give_int(int v, void *val, socklen_t *len)
{
	return give(&v, sizeof(v), val, len);
}

/* SO_PEERNAME, of older programs: as much of the address as asked for, and not more than there is. */
static int peer_name(int fd, void *val, socklen_t *len)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);

	if (ns_name(fd, (struct sockaddr *)&ss, &n, true) < 0)
		return fail(ENOTCONN);
	return *len > n ? fail(EINVAL) : give(&ss, *len, val, len);
}

/* Answers that need nobody; false: ask the daemon. */
static bool get_local(int fd, unsigned int k, int name, void *val, socklen_t *len, int *ret)
{
	static const struct {
		int pid;
		unsigned int uid, gid;
	} nobody = { 0, ~0u, ~0u };
	uint64_t tag = tag_get(fd);
	int e, v;

	switch (name) {
	case SO_ERROR:
		e = IS_TCP(k)		  ? stream_so_error(fd, k) :
		    KIND(k) == K_PACKET ? packet_so_error(fd) :
					  dgram_so_error(fd);
		*ret = give_int(e, val, len);
		return true;
	case SO_TYPE:
		*ret = give_int(tag ? NSP_TAG_TYPE(tag) : SOCK_STREAM, val, len);
		return true;
	case SO_DOMAIN:
		*ret = give_int(KIND(k) == K_PACKET ? AF_PACKET : k & KF_V6 ? AF_INET6 : AF_INET, val, len);
		return true;
	case SO_PROTOCOL:
		*ret = give_int(tag ? NSP_TAG_PROTOCOL(tag) : IPPROTO_TCP, val, len);
		return true;
	case SO_ACCEPTCONN:
		*ret = give_int(KIND(k) == K_LISTEN, val, len);
		return true;
	case SO_PEERCRED:
		*ret = give(&nobody, sizeof(nobody), val, len);
		return true;
	case SO_PEEK_OFF:
		e = peek_off_get(fd, &v);
		*ret = e ? fail(e) : give_int(v, val, len);
		return true;
	case SO_PEERNAME:
		*ret = peer_name(fd, val, len);
		return true;
	case SO_COOKIE:
		*ret = real.getsockopt(fd, SOL_SOCKET, name, val, len);
		return true;
	default:
		return false;
	}
}

static int get_sync(int fd, int level, int name, void *val, socklen_t *len)
{
	struct nsp_getopt_req q = { .level = level, .name = name, .len = *len };
	struct nsp_getopt_rep r;
	size_t room = *len, in = *len < 256 ? *len : 256;
	int e;

	if (room > NSP_MSG_MAX / 2)
		room = NSP_MSG_MAX / 2;
	q.len = (uint32_t)room;
	e = rpc(NSP_NR_GETOPT, fd, &q, val, in, &r, val, &room);
	if (e < 0)
		return fail(-e);
	*len = r.len < room ? r.len : (socklen_t)room;
	return 0;
}

#ifndef TCP_ZEROCOPY_RECEIVE
#define TCP_ZEROCOPY_RECEIVE 35
#endif
#ifndef TCP_AO_GET_KEYS
#define TCP_AO_GET_KEYS 41
#endif
enum { AO_KEY_SIZE = 304, AO_NKEYS_AT = 272 };	/* struct tcp_ao_getsockopt and its nkeys */

/*
 * *len is the size of one structure, and the first of the array at val says how many there are: the
 * daemon is told the size of the whole. What does not fit a message is counted and left out.
 */
static int get_ao_keys(int fd, void *val, socklen_t *len)
{
	struct nsp_getopt_req q = { .level = IPPROTO_TCP, .name = TCP_AO_GET_KEYS };
	struct nsp_getopt_rep r;
	uint32_t nkeys, most = NSP_MSG_MAX / 2 / AO_KEY_SIZE;
	size_t room;
	int e;

	if (*len != AO_KEY_SIZE)
		return fail(EINVAL);
	memcpy(&nkeys, (char *)val + AO_NKEYS_AT, sizeof(nkeys));
	if (nkeys > most)
		nkeys = most;
	room = (nkeys ? nkeys : 1) * (size_t)AO_KEY_SIZE;
	q.len = (uint32_t)room;
	e = rpc(NSP_NR_GETOPT, fd, &q, val, AO_KEY_SIZE, &r, val, &room);
	return e < 0 ? fail(-e) : 0;
}

/* *len counts instructions, of those at val and of the program; asked with 0, nothing is written. */
static int get_filter(int fd, void *val, socklen_t *len)
{
	struct nsp_getopt_req q = { .level = SOL_SOCKET, .name = SO_GET_FILTER };
	struct nsp_getopt_rep r;
	size_t most = NSP_MSG_MAX / 2, room = *len;
	int e;

	room = room > most / sizeof(struct sock_filter) ? most : room * sizeof(struct sock_filter);
	q.len = (uint32_t)room;
	e = rpc(NSP_NR_GETOPT, fd, &q, NULL, 0, &r, val, &room);
	if (e < 0)
		return fail(-e);
	*len = r.len / (socklen_t)sizeof(struct sock_filter);
	return 0;
}

static int give_remembered(unsigned int k, const struct nsp_opt *o, void *val, socklen_t *len)
{
	const struct row *r = find_row(k, o->level, o->name);
	int v;

	if (!r || o->len != sizeof(v))
		return give(o + 1, o->len, val, len);
	memcpy(&v, o + 1, sizeof(v));
	if (r->hi == 0x7fffffff && r->lo < 0) /* a switch: any value is "on" */
		v = !!v;
	return give_int(v, val, len);
}

/* Is what was set what will be told? ECN bits and -1 for a default are the stack's business. */
static bool told_as_set(int level, int name)
{
	return level != IPPROTO_IP && (level != IPPROTO_IPV6 || name == IPV6_V6ONLY);
}

int ns_getsockopt(int fd, int level, int name, void *val, socklen_t *len)
{
	unsigned int k = fd_kind(fd);
	const struct nsp_opt *o;
	socklen_t room;
	int ret;

	if (user_get(&room, len, sizeof(room)))
		return fail(EFAULT);
	if ((int)room < 0)
		return fail(EINVAL);
	if (!val && room)
		return fail(EFAULT);
	if (alone(find_row(k, level, name), k))
		return real.getsockopt(fd, level, name, val, len);
	if (unlikely(k & KF_NODELAY))
		stream_writes(fd, SIZE_MAX);
	if (level == SOL_SOCKET && get_local(fd, k, name, val, len, &ret))
		return ret;
	if (KIND(k) == K_NEW) {
		uint64_t tag = tag_get(fd);

		o = name == SO_GET_FILTER ? NULL : fd_find_opt(fd, level, name);
		if (o && !(NSP_TAG_BITS(tag) & NSP_TAGB_KNOWN) && name != SO_SNDBUF &&
		    name != SO_RCVBUF && *len >= o->len && told_as_set(level, name))
			return give_remembered(k, o, val, len);
		sock_flush_opts(fd, tag);
	}
	if (level == IPPROTO_TCP && name == TCP_AO_GET_KEYS && IS_TCP(k))
		return get_ao_keys(fd, val, len);
	if (level == IPPROTO_TCP && name == TCP_ZEROCOPY_RECEIVE && IS_TCP(k) && !shim.supervisor)
		return stream_zerocopy_receive(fd, val, len);
	if (level == SOL_SOCKET && name == SO_GET_FILTER)
		return get_filter(fd, val, len);
	return get_sync(fd, level, name, val, len);
}

EXPORT int getsockopt(int fd, int level, int name, void *val, socklen_t *len)
{
	if (!IS_SOCK(fd_kind(fd)))
		return real.getsockopt(fd, level, name, val, len);
	return ns_getsockopt(fd, level, name, val, len);
}
