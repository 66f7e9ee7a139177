// SPDX-License-Identifier: BSD-2-Clause
/* The calls about one socket, and those of the channel itself. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "daemon/channel.h"
#include "daemon/payload.h"
#include "inet/inet.h"
#include "tcp/tcp.h"

/* -- channel ---------------------------------------------------------------- */

static int hello_reply(struct call *c, int ret, const char *text)
{
	struct nsp_hello_rep *rep = c->rep;

	rep->hash = nsp_proto_hash();
	c->replen = (u32)snprintf((char *)c->repdata, 256, "%s", text);
	return ret;
}

/* The answer with what tells of frames that wait. false: it must do without. */
static bool give_pulse(struct call *c)
{
	struct nsp_hello_rep *rep = c->rep;

	rep->caps = NSP_CAP_PULSE;
	if (channel_reply_fds(c->ch, c->h, rep, (u32)sizeof(*rep) + c->replen, c->dm->pulse.fds,
			      NSP_PULSE_FDS))
		return true;
	rep->caps = 0;
	return false;
}

int call_hello(struct call *c)
{
	const struct nsp_hello_req *req = c->req;

	c->ch->state = CHANNEL_OPEN;
	if (req->hash != nsp_proto_hash()) {
		c->ch->state = CHANNEL_CLOSING;
		return hello_reply(c, -EPROTONOSUPPORT,
				   "protocol mismatch: library and netstackd are of different "
				   "versions; restart netstackd from the same installation");
	}
	if (!c->ch->vouched && !daemon_allows(c->dm, &c->cred)) {
		c->ch->state = CHANNEL_CLOSING;
		return hello_reply(c, -EACCES,
				   "not allowed: start netstackd with --allow-uid for this user");
	}
	hello_reply(c, 0, "netstackd " NETSTACK_VERSION);
	if (req->caps & NSP_CAP_PULSE && pulse_on(&c->dm->pulse))
		c->answered = give_pulse(c);
	return 0;
}

int call_attach(struct call *c)
{
	socklen_t len = sizeof(int);
	int type = 0, domain = 0, fd;
	struct channel *ch;

	getsockopt(c->fd, SOL_SOCKET, SO_TYPE, &type, &len);
	getsockopt(c->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	if (domain != AF_UNIX || type != SOCK_SEQPACKET)
		return -EINVAL;
	fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	ch = channel_new(c->dm, fd, &c->cred);
	if (!ch) {
		close(fd);
		return -ENOMEM;
	}
	ch->vouched = true;
	return 0;
}

/* For programs that cannot reach our paths: we connect their descriptor to ourselves. */
int call_dconnect(struct call *c)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(int);
	int type = 0, domain = 0;
	struct cred asker;

	if (getsockopt(c->fd, SOL_SOCKET, SO_TYPE, &type, &len) ||
	    getsockopt(c->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) || domain != AF_UNIX)
		return -ENOTSOCK;
	snprintf(un.sun_path, sizeof(un.sun_path), "%s%s", c->dm->conf.control,
		 type == SOCK_STREAM ? NSP_STREAM_SUFFIX : "");
	/* Makes room, so that a descriptor that may block does not block us. */
	server_accept_streams(c->dm);
	server_accept_seqpackets(c->dm);
	if (connect(c->fd, (struct sockaddr *)&un, sizeof(un)))
		return -errno;
	/* The kernel says it comes from us; it is the asker's, with the asker's rights. */
	asker = c->cred;
	asker.vouched = true;
	c->dm->server.asker = &asker;
	server_accept_streams(c->dm);
	server_accept_seqpackets(c->dm);
	c->dm->server.asker = NULL;
	return 0;
}

/* -- addresses -------------------------------------------------------------- */

static bool port_is_privileged(struct net *net, const struct nsp_addr *a)
{
	u16 port;

	if (a->len < 4)
		return false;
	memcpy(&port, a->sa + 2, sizeof(port));
	port = (u16)(port >> 8 | port << 8);
	return port && port < net->inet.unprivileged_port_start;
}

static int bind_once(struct call *c, const struct nsp_addr *a)
{
	return a->len > sizeof(a->sa) ? -EINVAL : obj_bind(c->o, a);
}

int call_bind(struct call *c)
{
	const struct nsp_bind_req *req = c->req;
	struct nsp_bind_rep *rep = c->rep;
	int ret;

	if (!c->o->sk)
		return -EINVAL;
	if (!obj_is_packet(c->o) && port_is_privileged(c->dm->net, &req->addr) &&
	    !cred_capable(&c->cred, MAY_BIND_SERVICE))
		return -EACCES;
	ret = bind_once(c, &req->addr);
	if (ret == -EADDRINUSE) {
		/* The holder may be closed already, and we not yet told. */
		struct object *o = c->o;

		watch_catch_up(c->dm);
		if (obj_from_fd(c->dm, c->fd, &c->cred, &c->o) || c->o != o)
			return -EINVAL;
		ret = bind_once(c, &req->addr);
	}
	if (!ret)
		nsp_addr_name(c->o->sk, false, &rep->addr);
	return ret;
}

int call_listen(struct call *c)
{
	const struct nsp_listen_req *req = c->req;
	struct nsp_listen_rep *rep = c->rep;
	int ret = listener_start(c->o, c->fd, req->backlog);

	if (!ret)
		nsp_addr_name(c->o->sk, false, &rep->addr);
	return ret;
}

int call_name(struct call *c)
{
	struct nsp_name_rep *rep = c->rep;

	return c->o->sk ? nsp_addr_name(c->o->sk, false, &rep->addr) : -EINVAL;
}

int call_peer(struct call *c)
{
	struct nsp_peer_rep *rep = c->rep;

	return c->o->sk ? nsp_addr_name(c->o->sk, true, &rep->addr) : -ENOTCONN;
}

int call_uconn(struct call *c)
{
	const struct nsp_uconn_req *req = c->req;
	struct nsp_uconn_rep *rep = c->rep;
	static const u16 unspec;
	int ret;

	if (c->o->state != OBJ_DGRAM)
		return -EOPNOTSUPP;
	if (req->addr.len > sizeof(req->addr.sa))
		return -EINVAL;
	if (!req->addr.len)
		ret = sock_connect(c->o->sk, &unspec, sizeof(unspec));
	else
		ret = sock_connect(c->o->sk, req->addr.sa, req->addr.len);
	if (!ret)
		nsp_addr_name(c->o->sk, false, &rep->local);
	return ret;
}

/* -- options ---------------------------------------------------------------- */

enum { L_SOCKET = 1, L_IP = 0, L_TCP = 6, L_IPV6 = 41, L_TCP_CONGESTION = 13, L_FLOWLABEL_MGR = 32,
       L_2292PKTOPTIONS = 6 };

/* Options that need one of these capabilities. */
static const struct {
	int level, name;
	u32 caps;
} privileged_options[] = {
	{ L_SOCKET, SO_DEBUG, MAY_NET_ADMIN },
	{ L_SOCKET, SO_MARK, MAY_NET_ADMIN | MAY_NET_RAW },
	{ L_SOCKET, SO_SNDBUFFORCE, MAY_NET_ADMIN },
	{ L_SOCKET, SO_RCVBUFFORCE, MAY_NET_ADMIN },
	{ L_IP, 19 /* IP_TRANSPARENT */, MAY_NET_ADMIN | MAY_NET_RAW },
	{ L_IPV6, 75 /* IPV6_TRANSPARENT */, MAY_NET_ADMIN | MAY_NET_RAW },
	{ L_IPV6, L_2292PKTOPTIONS, MAY_NET_RAW },
	{ L_IPV6, 54 /* IPV6_HOPOPTS */, MAY_NET_RAW },
	{ L_IPV6, 55 /* IPV6_RTHDRDSTOPTS */, MAY_NET_RAW },
	{ L_IPV6, 59 /* IPV6_DSTOPTS */, MAY_NET_RAW },
	{ L_TCP, 19 /* TCP_REPAIR */, MAY_NET_ADMIN },
};

/* A struct sock_txtime. What is no such thing is for the stack to refuse. */
static u32 txtime_needs(const void *val, u32 len)
{
	struct { s32 clockid; u32 flags; } t;

	if (len != sizeof(t))
		return 0;
	memcpy(&t, val, sizeof(t));
	return t.clockid == CLOCK_MONOTONIC || t.flags >> 2 ? 0 : MAY_NET_ADMIN;
}

/* What an option needs; 0: nothing. */
static u32 needs(const struct object *o, int level, int name, const void *val, u32 len)
{
	size_t i;

	if (level == L_SOCKET && name == SO_DEBUG && len >= sizeof(int) && !sockopt_int(val))
		return 0;	/* to switch it off */
	if (level == L_SOCKET && name == SO_TXTIME)
		return txtime_needs(val, len);
	if (level == L_IPV6 && name == L_2292PKTOPTIONS && !len)
		return 0;
	if (level == L_IPV6 && o->family == INET_FAMILY_4)
		return 0;	/* no such option */
	for (i = 0; i < ARRAY_SIZE(privileged_options); i++)
		if (privileged_options[i].level == level && privileged_options[i].name == name)
			return privileged_options[i].caps;
	if (level == L_TCP && name == L_TCP_CONGESTION && tcp_ca_restricted(o->w->net, val, len))
		return MAY_NET_ADMIN;
	return 0;
}

/* Whose flow labels they are. */
static void note_caller(struct net *net, const struct cred *cred)
{
	net->inet.labels.caller_admin = cred_capable(cred, MAY_NET_ADMIN);
	net->inet.labels.caller_raw = cred_capable(cred, MAY_NET_RAW);
	net->inet.labels.caller_pid = (u32)cred->pid;
	net->inet.labels.caller_uid = cred->uid;
}

/* Of one copy. A flow label that was chosen for the original is all copies'. */
static int set_one(struct object *c, const struct cred *cred, int level, int name, const void *val, u32 len,
		   u32 label)
{
	struct netns_labels *labels = &c->w->net->inet.labels;
	int ret;

	if (likely(level != L_IPV6 || name != L_FLOWLABEL_MGR))
		return sock_setsockopt(c->sk, level, name, val, len);
	note_caller(c->w->net, cred);
	labels->wanted = label;
	ret = sock_setsockopt(c->sk, level, name, val, len);
	labels->wanted = 0;
	return ret;
}

/* The original first: a copy is made by what it accepts, and accepts the same. */
static int set_all(struct object *o, const struct cred *cred, int level, int name, const void *val, u32 len)
{
	struct object *c;
	u32 i, label;
	int ret;

	if (workers_many(o->dm) && obj_is_loose(o) && on_control_thread(o->dm)) {
		ret = obj_make_copies(o);
		if (ret)
			return ret;
	}
	ret = set_one(o, cred, level, name, val, len, 0);
	if (likely(!o->copies) || ret)
		return ret;
	label = o->w->net->inet.labels.chosen;
	workers_hold_all(o->dm);
	for_each_copy(o, c, i)
		if (c != o)
			set_one(c, cred, level, name, val, len, label);
	return 0;
}

/* The Unix socket puts the octets inline, which are given to it as what they are. */
static void note_inline(struct object *o)
{
	struct object *c;
	u32 i;

	for_each_copy(o, c, i) {
		sock_valbool_flag(c->sk, SOCK_URGKEEP, sock_flag(c->sk, SOCK_URGINLINE));
		sock_valbool_flag(c->sk, SOCK_URGINLINE, false);
	}
}

int obj_setsockopt(struct object *o, const struct cred *cred, int level, int name, const void *val,
		   u32 len)
{
	u32 caps = needs(o, level, name, val, len), i;
	struct object *c;
	int ret;

	if (unlikely(caps) && !cred_capable(cred, caps))
		return level == L_SOCKET && name == SO_DEBUG ? -EACCES : -EPERM;
	ret = set_all(o, cred, level, name, val, len);
	if (!ret && level == L_SOCKET && name == SO_RCVLOWAT && obj_is_stream(o)) {
		o->lowat = (u32)o->sk->sk_rcvlowat;
		for_each_copy(o, c, i) {
			c->lowat = o->lowat;
			c->sk->sk_rcvlowat = 1;
		}
		if (o->state == OBJ_OPEN)	/* there may be enough now */
			poller_queue(&o->w->poller, &o->d);
	}
	if (!ret && level == L_SOCKET && name == SO_OOBINLINE && obj_is_stream(o))
		note_inline(o);
	if (!ret && level == L_SOCKET && o->state == OBJ_OPEN)
		stamps_begin(o);
	if (!ret && level == L_SOCKET && (name == SO_RCVBUF || name == SO_RCVBUFFORCE)) {
		if (o->state == OBJ_OPEN)
			unread_begin(o);
		else if (o->state == OBJ_DGRAM)
			dgram_bound(o);
	}
	return ret;
}

int call_setopt(struct call *c)
{
	const struct nsp_setopt_req *req = c->req;
	struct nsp_setopt_rep *rep = c->rep;
	bool dgram = c->o->state == OBJ_DGRAM;
	u64 wishes;
	int ret;

	if (!c->o->sk || req->len != c->datalen)
		return -EINVAL;
	dgram = dgram && !obj_is_packet(c->o);
	wishes = dgram ? inet_cmsg_wishes(c->o->sk) : 0;
	ret = obj_setsockopt(c->o, &c->cred, req->level, req->name, c->data, c->datalen);
	if (!ret && req->level == L_IPV6 && req->name == L_FLOWLABEL_MGR)
		rep->label = c->o->w->net->inet.labels.chosen;
	if (!ret && dgram && inet_cmsg_wishes(c->o->sk) != wishes)
		dgram_retell(c->o, c->fd);
	return ret;
}

int call_opts(struct call *c)
{
	const struct nsp_opts_req *req = c->req;
	struct nsp_opts_rep *rep = c->rep;
	u32 off = 0, i;
	int first = 0;

	if (!c->o->sk || req->optlen != c->datalen)
		return -EINVAL;
	for (i = 0; i < req->opts; i++) {
		struct nsp_opt opt;
		int ret;

		if (c->datalen - off < sizeof(opt))
			return -EINVAL;
		memcpy(&opt, c->data + off, sizeof(opt));
		off += (u32)sizeof(opt);
		if (opt.len > c->datalen || c->datalen - off < NSP_ALIGN8(opt.len))
			return -EINVAL;
		ret = obj_setsockopt(c->o, &c->cred, opt.level, opt.name, c->data + off, opt.len);
		off += NSP_ALIGN8(opt.len);
		rep->failed += ret < 0;
		if (!first)
			first = ret;
	}
	return first;
}

int call_getopt(struct call *c)
{
	const struct nsp_getopt_req *req = c->req;
	struct nsp_getopt_rep *rep = c->rep;
	u32 len = min3(req->len, c->reproom, (u32)32768);
	int ret;

	if (!c->o->sk)
		return -EINVAL;
	/* Some options read the caller's value first. */
	memcpy(c->repdata, c->data, min(c->datalen, len));
	ret = sock_getsockopt(c->o->sk, req->level, req->name, c->repdata, &len);
	if (ret)
		return ret;
	if (req->level == L_SOCKET && req->name == SO_RCVLOWAT && c->o->lowat)
		memcpy(c->repdata, &c->o->lowat, min_t(u32, len, sizeof(c->o->lowat)));
	rep->len = len;
	c->replen = min3(len, req->len, c->reproom);
	return 0;
}

static int pending_error(const struct object *o)
{
	return o->err || !o->sk ? o->err : o->sk->sk_err;
}

/* An ICMP error that the connection survives, told once. */
static int soft_error(struct sock *sk)
{
	int err = sk ? sk->sk_err_soft : 0;

	if (err)
		sk->sk_err_soft = 0;
	return err;
}

int call_geterr(struct call *c)
{
	const struct nsp_geterr_req *req = c->req;
	struct nsp_geterr_rep *rep = c->rep;
	struct object *o = c->o;
	bool peek = req->peek == NSP_GETERR_PEEK;

	if (req->peek == NSP_GETERR_FIRST) {
		if (o->state == OBJ_DGRAM)
			dgram_retell(o, c->fd);
		return 0;
	}
	if (req->peek == NSP_GETERR_SOFT) {
		rep->err = soft_error(o->sk);
		return 0;
	}
	if (req->peek == NSP_GETERR_READ && pending_error(o) == EPIPE)
		return 0;
	rep->err = o->err;
	if (!peek)
		o->err = 0;
	if (!o->sk || req->peek == NSP_GETERR_SENT)
		return 0;
	if (!rep->err && peek)
		rep->err = o->sk->sk_err;
	else if (!rep->err)
		rep->err = -sock_error(o->sk);
	rep->state = o->sk->sk_state;
	return 0;
}

int call_would(struct call *c)
{
	struct nsp_would_rep *rep = c->rep;

	if (c->o->state != OBJ_DGRAM || !c->o->sk || c->datalen > NSP_DGRAM_CTL_MAX)
		return -EINVAL;
	rep->err = dgram_would(c->o, c->req, c->data, c->datalen);
	return 0;
}

/* -- the rest --------------------------------------------------------------- */

int call_shut(struct call *c)
{
	const struct nsp_shut_req *req = c->req;

	return stream_shutdown(c->o, req->how, c->fd);
}

int call_oob(struct call *c)
{
	const struct nsp_oob_req *req = c->req;

	if (!obj_is_stream(c->o))
		return -EOPNOTSUPP;
	if (req->cancel) {
		stream_cancel_oob(c->o);
		return 0;
	}
	return req->ahead < NSP_OOB_AHEAD ? stream_send_oob(c->o, req->byte, req->ahead) : -EINVAL;
}

int call_more(struct call *c)
{
	const struct nsp_more_req *req = c->req;

	if (obj_is_stream(c->o))
		stream_more(c->o, req->on);
	return 0;
}

/* A send of a stream: what is to come of it on the error queue. */
int call_stamp(struct call *c)
{
	const struct nsp_stamp_req *req = c->req;
	struct object *o = c->o;

	if (!obj_is_stream(o) || !o->sk)
		return -EINVAL;
	switch (req->op) {
	case NSP_STAMP_MARK:
		if (o->d.fd < 0)
			return -EINVAL;
		return stamps_mark(o, (o->sk->sk_tsflags & ~(u32)SOF_TX_RECORD_MASK) |
					      (req->tsflags ? req->tsflags : o->sk->sk_tsflags),
				   req->len);
	case NSP_STAMP_LESS:
		stamps_less(o, req->len);
		return 0;
	case NSP_STAMP_TXTIME:
		return sock_flag(o->sk, SOCK_TXTIME) ? 0 : -EINVAL;
	case NSP_STAMP_COPIED:
		if (sock_flag(o->sk, SOCK_ZEROCOPY))
			sock_zerocopy_done(o->sk);
		return 0;
	default:
		return -EINVAL;
	}
}

/* When what the program has just read from a stream arrived, as control messages. */
int call_arrival(struct call *c)
{
	const struct nsp_arrival_req *req = c->req;
	struct sock_cmsg cmsg = { 0 };
	u64 ns;

	if (!obj_is_stream(c->o) || !c->o->sk)
		return -EINVAL;
	ns = stamps_arrival(c->o, c->fd, req->ahead);
	if (ns)
		sock_recv_tstamp(c->o->sk, ns, false, &cmsg);
	c->replen = cmsg_put(c->o->sk, c->o->family, &cmsg, c->repdata, c->reproom);
	return 0;
}

int call_eor(struct call *c)
{
	return obj_is_stream(c->o) ? stream_end_record(c->o) : 0;
}

/* After shutdown(SHUT_RD) the descriptor takes no more: what arrives stays in the stack. */
int call_read(struct call *c)
{
	const struct nsp_read_req *req = c->req;
	struct skb_vec vec = { .base = c->repdata, .len = min(req->len, c->reproom) };
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = vec.len, .flags = req->peek ? SMSG_PEEK : 0 };
	int ret;

	if (!obj_is_stream(c->o) || c->o->state != OBJ_OPEN || !(c->o->flags & OBJ_F_DEAF_IN))
		return 0;
	ret = (int)sock_recvmsg(c->o->sk, &m);
	if (ret > 0)
		c->replen = (u32)ret;
	return ret == -EAGAIN ? 0 : ret;
}

int call_errq(struct call *c)
{
	const struct nsp_errq_req *req = c->req;
	int ret;

	if (!c->o->sk)
		return -EAGAIN;
	ret = dgram_errq(c->o, req->peek, c->repdata, c->reproom);
	if (ret == -EAGAIN && req->peek && stamps_outstanding(c->o))
		return -EINPROGRESS;
	if (ret < 0)
		return ret;
	c->replen = (u32)ret;
	return 0;
}

/* What the program wrote and we have not read yet counts as unsent. */
static int unsent_bytes(const struct object *o)
{
	int n = 0;

	if (!obj_is_stream(o) || o->d.fd < 0 || ioctl(o->d.fd, SIOCINQ, &n) || n < 0)
		return 0;
	return n - (int)min_t(u32, o->filler, (u32)n) + (int)lent_left(o);
}

static int ioctl_int(const struct call *c)
{
	int v = 0;

	memcpy(&v, c->data, min_t(size_t, c->datalen, sizeof(v)));
	return v;
}

/* SIOCGSTAMPNS of a datagram socket: struct timespec. */
static int last_stamp(struct call *c)
{
	s64 ts[2];
	u64 ns;
	int ret;

	if (!c->o->sk || obj_is_stream(c->o) || c->datalen != sizeof(ts))
		return -ENOTTY;
	ret = stamps_last(c->o, c->fd, &ns);
	if (ret)
		return ret;
	ts[0] = (s64)(ns / NSEC_PER_SEC);
	ts[1] = (s64)(ns % NSEC_PER_SEC);
	memcpy(c->repdata, ts, sizeof(ts));
	return 0;
}

int call_ioctl(struct call *c)
{
	const struct nsp_ioctl_req *req = c->req;
	struct nsp_ioctl_rep *rep = c->rep;
	int value = 0, ret;

	if (req->len != c->datalen || req->len > 4096)
		return -EINVAL;
	rep->len = c->datalen;
	c->replen = c->datalen;
	if (req->code == SIOCGSTAMPNS_OLD)
		return last_stamp(c);
	memcpy(c->repdata, c->data, c->datalen);
	ret = ifreq_set(c->dm, &c->cred, c->o->family, req->code, c->data, c->datalen);
	if (ret == -ENOTTY)
		ret = ifreq_ioctl(c->dm->net, req->code, c->repdata, c->datalen);
	if (ret == -ENOTTY) {
		if (!c->o->sk)
			return -EINVAL;
		if (req->code == SIOCINQ && obj_is_stream(c->o))
			stream_let_go(c->o, ioctl_int(c));
		ret = sock_ioctl(c->o->sk, req->code, &value);
		if (!ret && (req->code == SIOCOUTQ || req->code == SIOCOUTQNSD))
			value += unsent_bytes(c->o);
		if (!ret && c->datalen >= sizeof(value))
			memcpy(c->repdata, &value, sizeof(value));
	}
	return ret;
}

/* Memory of its own for this channel, in use by o. */
static int give_payload(struct call *c)
{
	struct nsp_payload_rep rep = { .fresh = 1 };
	int fd, ret;

	c->ch->payload = payload_new(c->dm, &fd, &ret);
	if (!c->ch->payload)
		return ret;
	ret = lent_begin(c->o, c->ch->payload);
	if (!ret && !channel_reply_fds(c->ch, c->h, &rep, sizeof(rep), &fd, 1))
		ret = -EAGAIN;
	close(fd);
	c->answered = !ret;
	if (ret) {
		if (c->o->lent)
			lent_undo(c->o);
		payload_put(c->ch->payload);
		c->ch->payload = NULL;
	}
	return ret;
}

int call_payload(struct call *c)
{
	struct object *o = c->o;

	if (!obj_is_stream(o) || o->state != OBJ_OPEN || o->d.fd < 0)
		return -ENOTCONN;
	if (o->lent)
		return o->lent->pool == c->ch->payload ? 0 : -EBUSY;
	return c->ch->payload ? lent_begin(o, c->ch->payload) : give_payload(c);
}
