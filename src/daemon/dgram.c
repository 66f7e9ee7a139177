// SPDX-License-Identifier: BSD-2-Clause
/*
 * The pump of a datagram socket (UDP, raw, ping, packet): packets of the program's SEQPACKET descriptor to
 * sock_sendmsg() and back, in batches. What would block is kept aside (at most one batch), and the
 * other side's queue does the rest: the program's own for sending, the socket's for receiving.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "daemon/object.h"
#include "inet/inet.h"

enum {
	FILLER_CHUNK = 256 << 10,
	DGRAM_BATCH = 16,
	DGRAM_BUDGET = 64,		/* packets one way before others have their turn */
	DGRAM_SLOT = (NSP_DGRAM_MAX + 63) & ~63,
	LARGE_RCVBUF = 4 << 20,		/* from here on the descriptor's own queue hardly counts */
	ERR_MEM = 1280,			/* what an error takes of the descriptor's queue, at most */
	MEM_PER_BYTE = 4,		/* of our end's buffer: below a quarter each read is an event */
};

struct dgram_stash {
	struct dgram_stash *next;
	u32 len;
	u8 data[];
};

struct pump_buffers {
	u8 waste[FILLER_CHUNK];		/* octets that nobody wants */
	u8 ext[NSP_DGRAM_CTL_MAX];	/* extension headers of the datagram at hand */
	u8 slots[DGRAM_BATCH][DGRAM_SLOT];
	struct mmsghdr msgs[DGRAM_BATCH];
	struct iovec iov[DGRAM_BATCH];
};

u8 *pump_waste(struct worker *w, size_t *len)
{
	*len = sizeof(w->bufs->waste);
	return w->bufs->waste;
}

int dgram_buffers_init(struct worker *w)
{
	struct pump_buffers *b = calloc(1, sizeof(*b));
	u32 i;

	if (!b)
		return -ENOMEM;
	for (i = 0; i < DGRAM_BATCH; i++) {
		b->iov[i].iov_base = b->slots[i];
		b->msgs[i].msg_hdr.msg_iov = &b->iov[i];
		b->msgs[i].msg_hdr.msg_iovlen = 1;
	}
	w->bufs = b;
	return 0;
}

void dgram_buffers_free(struct worker *w)
{
	free(w->bufs);
	w->bufs = NULL;
}

/* false: no memory; a datagram may be lost */
static bool stash_put(struct dgram_stash **list, const u8 *data, u32 len)
{
	struct dgram_stash *s = malloc(sizeof(*s) + len);

	if (!s)
		return false;
	s->next = NULL;
	s->len = len;
	memcpy(s->data, data, len);
	while (*list)
		list = &(*list)->next;
	*list = s;
	return true;
}

static void stash_pop(struct dgram_stash **list)
{
	struct dgram_stash *s = *list;

	*list = s->next;
	free(s);
}

void dgram_uncharge(struct object *o)
{
	if (o->charged)
		o->sk->sk_rmem_alloc -= o->charged;
	o->charged = 0;
}

void dgram_free(struct object *o)
{
	dgram_uncharge(o);
	while (o->in)
		stash_pop(&o->in);
	while (o->out)
		stash_pop(&o->out);
}

u32 dgram_stashed(const struct object *o)
{
	u32 sum = 0;

	for (const struct dgram_stash *s = o->out; s; s = s->next)
		sum += s->len;
	return sum;
}

/* A packet for the program: what came at ns, or 0. */
static void note_given(struct object *o, size_t len, u64 ns)
{
	o->given += len;
	if (unlikely(o->stamps))
		stamps_packet(o, ns);
}

static int unread_mem(const struct object *o)
{
	int mem = 0;

	return ioctl(o->d.fd, SIOCOUTQ, &mem) || mem < 0 ? 0 : mem;
}

/* Tells the program the socket's pending error; kept for GETERR when its queue is full. */
static void tell_error(struct object *o, int err)
{
	struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC, .type = NSP_DGRAM_ERR,
			       .hdrlen = sizeof(h), .err = err };

	if (send(o->d.fd, &h, sizeof(h), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		o->err = err;
		return;
	}
	if (unread_mem(o) > ERR_MEM)
		pulse_error(&o->w->dm->pulse);
	note_given(o, sizeof(h), 0);
}

/* -- program to stack ---------------------------------------------------- */

static int parse_peer(struct object *o, const struct nsp_addr *a, struct inet_sockaddr *out)
{
	u16 family = o->family, given;
	const struct inet_af *af;

	if (a->len > sizeof(a->sa) || a->len < sizeof(given))
		return -EINVAL;
	memcpy(&given, a->sa, sizeof(given));
	if (given == INET_FAMILY_4)	/* an IPv6 socket takes it, too */
		family = given;
	af = inet_af_get(o->w->net, family);
	return af ? af->sockaddr_from(a->sa, a->len, out) : -EAFNOSUPPORT;
}

static ssize_t send_payload(struct object *o, struct msg *m, u8 *data, u32 len)
{
	struct skb_vec vec = { .base = data, .len = len };

	m->vec = &vec;
	m->nr_vec = 1;
	m->len = len;
	m->flags |= SMSG_DONTWAIT | SMSG_NOSIGNAL;
	return sock_sendmsg(o->sk, m);
}

/* A datagram whose octets did not come, as nothing could hold them: refused, by the stack's rules. */
static ssize_t send_too_long(struct object *o, struct msg *m, s32 len)
{
	ssize_t ret;

	if (obj_is_packet(o)) {		/* which looks at where to, first */
		ret = len > NSP_FRAME_MAX ? send_payload(o, m, NULL, (u32)len) : -EMSGSIZE;
		return ret < 0 ? ret : -EMSGSIZE;
	}
	if (len <= U16_MAX || o->type != SOCK_DGRAM ||
	    (o->protocol != IPPROTO_UDP && o->protocol != IPPROTO_UDPLITE))
		return -EMSGSIZE;
	ret = send_payload(o, m, NULL, (u32)len);
	return ret < 0 ? ret : -EMSGSIZE;
}

/* Those are the first worker's, as raw sockets are. */
static bool is_ping(u16 protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

/* Will a datagram to this address, or to the peer, be one of IPv4? */
static bool sends_v4(const struct object *o, const struct inet_sockaddr *name)
{
	if (o->family == INET_FAMILY_4)
		return true;
	if (!name) {
		struct sockaddr_in6 s6 = { 0 };
		u32 size = sizeof(s6);

		return !sock_getpeername(o->sk, &s6, &size) && IN6_IS_ADDR_V4MAPPED(&s6.sin6_addr);
	}
	return name->family == INET_FAMILY_4 || inet_addr_is_v4mapped(&name->addr);
}

/* IPv4 to a UDP socket that speaks IPv6 only: before what is wrong in a control message. */
static bool refuses_v4(const struct object *o, const struct inet_sockaddr *name)
{
	return name && o->family != INET_FAMILY_4 && o->type == SOCK_DGRAM && !is_ping(o->protocol) &&
	       sends_v4(o, name) && inet_sk(o->sk)->v6only;
}

/* To a device: an address of at most 8 octets, or nothing of it. */
static ssize_t send_frame(struct object *o, const struct nsp_dgram *h, const u8 *ctl, u8 *data)
{
	struct sock_cmsg cmsg = { 0 };
	struct sock_ll ll = { 0 };
	struct msg m = { .ll_len = h->peer.len, .cmsg = &cmsg };
	ssize_t ret = 0;

	if (h->peer.len) {
		memcpy(&ll, h->peer.sa, min_t(size_t, h->peer.len, sizeof(ll)));
		m.ll = &ll;
	}
	if (h->ctllen)
		ret = cmsg_get(o, false, ctl, h->ctllen, &cmsg);
	if (ret)
		return ret;
	if (h->flags & NSP_DGRAM_LONG)
		return send_too_long(o, &m, h->err);
	return send_payload(o, &m, data, h->paylen);
}

/* A datagram as its head describes it, with the control messages at ctl: sent, or why not. */
static ssize_t send_described(struct object *o, const struct nsp_dgram *h, const u8 *ctl, u8 *data)
{
	struct inet_sockaddr name;
	struct sock_cmsg cmsg = { .ext = o->w->bufs->ext, .ext_room = sizeof(o->w->bufs->ext) };
	struct msg m = { 0 };
	ssize_t ret = 0;

	if (obj_is_packet(o))
		return send_frame(o, h, ctl, data);
	if (h->peer.len) {
		ret = parse_peer(o, &h->peer, &name);
		m.name = &name;
		m.has_name = true;
	}
	if (!ret && h->ctllen) {
		ret = cmsg_get(o, sends_v4(o, m.name), ctl, h->ctllen, &cmsg);
		if (ret && refuses_v4(o, m.name))
			ret = -ENETUNREACH;
		m.cmsg = &cmsg;
	}
	m.flags = (int)h->msgflags & (SMSG_MORE | SMSG_CONFIRM | SMSG_DONTROUTE | SMSG_PROBE |
				       SMSG_ZEROCOPY);
	if (!ret && h->flags & NSP_DGRAM_LONG)
		return send_too_long(o, &m, h->err);
	return ret ? ret : send_payload(o, &m, data, h->paylen);
}

/* One packet of the program. -EAGAIN: the stack has no room now; all else is settled. */
static int take_packet(struct object *o, u8 *p, u32 len)
{
	struct nsp_dgram h;
	ssize_t ret;

	memcpy(&h, p, min_t(size_t, len, sizeof(h)));
	if (len < sizeof(h) || h.magic != NSP_DGRAM_MAGIC) {
		/* Not the shim's: a plain write to a connected socket. */
		struct msg m = { 0 };

		ret = send_payload(o, &m, p, len);
		return ret == -EAGAIN ? -EAGAIN : 0;
	}
	if (h.hdrlen != sizeof(h) || h.type != NSP_DGRAM_DATA || h.ctllen > NSP_DGRAM_CTL_MAX ||
	    (u64)sizeof(h) + h.ctllen + h.paylen != len) {
		o->w->count.dgram_bad++;
		return 0;
	}
	ret = send_described(o, &h, p + sizeof(h), p + sizeof(h) + h.ctllen);
	if (ret == -EAGAIN)
		return -EAGAIN;
	if (ret < 0 && h.flags & NSP_DGRAM_TELL)
		o->err = (int)-ret;	/* the program asks right behind it */
	else if (ret < 0)
		tell_error(o, (int)-ret);
	o->w->count.dgram_in++;
	return 0;
}

int dgram_would(struct object *o, const struct nsp_would_req *req, const u8 *ctl, u32 ctllen)
{
	struct nsp_dgram h = { .ctllen = ctllen, .peer = req->peer, .paylen = min_t(u32, req->len, U16_MAX),
			       .msgflags = req->msgflags };
	int pending = o->sk->sk_err;
	ssize_t ret;

	if (!req->err && !(o->sk->sk_shutdown & SEND_SHUTDOWN))
		return 0;	/* it might be sent */
	if (req->len > U16_MAX) {
		h.flags = NSP_DGRAM_LONG;
		h.err = (s32)min_t(u32, req->len, INT32_MAX);
	}
	o->sk->sk_err = req->err;
	ret = send_described(o, &h, ctl, o->w->bufs->waste);
	o->sk->sk_err = pending;
	return ret < 0 ? (int)-ret : 0;
}

/* true: nothing is left aside */
static bool send_stashed(struct object *o)
{
	while (o->in) {
		if (take_packet(o, o->in->data, o->in->len) == -EAGAIN)
			return false;
		stash_pop(&o->in);
	}
	return true;
}

/* No octets: an empty datagram of a plain write, or the end, whose event may still be on its way? */
static bool at_end(const struct object *o)
{
	struct pollfd p = { .fd = o->d.fd, .events = POLLRDHUP };

	return o->flags & (OBJ_F_HUP | OBJ_F_RDHUP) ||
	       (poll(&p, 1, 0) > 0 && p.revents & (POLLRDHUP | POLLHUP));
}

/*
 * Was a socket closed of which the kernel's news are not read yet? What goes to this host may be for it, and
 * was sent later: then what is at hand waits its turn, which comes before or behind that in the order of what
 * happened.
 */
static bool closing_first(struct object *o)
{
	const struct dst_entry *dst = o->sk->sk_dst_cache;

	if (!dst || rt_of(dst)->type != RTN_LOCAL)
		return false;
	poller_collect(&o->w->poller);
	return o->w->poller.closings;
}

/* Takes a batch, of which the first `sure` datagrams go before all news not read. false: nothing more now. */
static bool take_batch(struct object *o, int sure)
{
	struct pump_buffers *b = o->w->bufs;
	bool full = false, hold;
	int n, i;

	for (i = 0; i < DGRAM_BATCH; i++)
		b->iov[i].iov_len = DGRAM_SLOT;
	n = recvmmsg(o->d.fd, b->msgs, DGRAM_BATCH, MSG_DONTWAIT, NULL);
	if (n <= 0) {
		o->flags &= ~(u32)OBJ_F_READABLE;
		return false;
	}
	hold = n > sure && closing_first(o);
	if (unlikely(hold))
		poller_queue(&o->w->poller, &o->d);
	for (i = 0; i < n; i++) {
		u32 len = b->msgs[i].msg_len;

		if (!len && at_end(o)) {
			o->flags &= ~(u32)OBJ_F_READABLE;	/* end of all packets */
			return false;
		}
		full = full || (hold && i >= sure) || take_packet(o, b->slots[i], len) == -EAGAIN;
		if (full)
			stash_put(&o->in, b->slots[i], len);
	}
	return !full;
}

static void pump_in(struct object *o, int sure)
{
	int n = 0;

	if (!send_stashed(o))
		return;
	while ((o->flags & OBJ_F_READABLE) && n < DGRAM_BUDGET) {
		if (!take_batch(o, sure))
			return;
		if (sure < DGRAM_BATCH)
			sure = 0;
		n += DGRAM_BATCH;
	}
	if (o->flags & OBJ_F_READABLE)
		poller_queue(&o->w->poller, &o->d);
}

/* -- stack to program ---------------------------------------------------- */

static void put_rx(const struct sock_rx *rx, struct nsp_dgrx *out)
{
	*out = (struct nsp_dgrx){ .tstamp = rx->tstamp_ns, .ifindex = rx->ifindex, .drops = rx->drops,
				  .mark = rx->mark, .priority = rx->priority, .flowinfo = rx->flowinfo,
				  .fragsize = rx->fragsize, .dport = rx->dport, .ttl = rx->ttl,
				  .tos = rx->tos, .known = rx->flags };
	memcpy(out->dst, rx->dst.b, sizeof(out->dst));
}

/* Fills one packet for the program: its length, or -errno. *ns: when it arrived, unless options tell. */
static ssize_t fill_packet(struct object *o, u8 *p, int flags, u64 *ns)
{
	const u32 ctl_room = NSP_DGRAM_CTL_MAX;
	u8 *payload = p + sizeof(struct nsp_dgram) + ctl_room;
	struct skb_vec vec = { .base = payload, .len = DGRAM_SLOT - (size_t)(payload - p) };
	struct inet_sockaddr name = { 0 };
	struct sock_ll ll = { 0 };
	struct sock_cmsg cmsg = { .ext = o->w->bufs->ext, .ext_room = sizeof(o->w->bufs->ext) };
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = vec.len, .name = &name, .ll = &ll, .cmsg = &cmsg,
			 .flags = flags | SMSG_DONTWAIT };
	struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC, .type = NSP_DGRAM_DATA,
			       .hdrlen = sizeof(h) };
	ssize_t n = sock_recvmsg(o->sk, &m);

	if (n < 0)
		return n;
	if (m.has_name && obj_is_packet(o)) {
		memcpy(h.peer.sa, &ll, sizeof(ll));
		h.peer.len = sizeof(ll);
	} else if (m.has_name)
		nsp_addr_set(o->w->net, o->family, &name, &h.peer);
	h.paylen = (u32)n;
	h.ifindex = cmsg.ifindex;
	h.msgflags = (u32)m.out_flags;
	h.flags = m.out_flags & SMSG_TRUNC ? NSP_DGRAM_TRUNC : 0;
	put_rx(&cmsg.rx, &h.rx);
	h.ctllen = cmsg_put(o->sk, o->family, &cmsg, p + sizeof(h), ctl_room);
	memcpy(p, &h, sizeof(h));
	memmove(p + sizeof(h) + h.ctllen, payload, (size_t)n);
	*ns = cmsg.has_tstamp || cmsg.has_tstamping ? 0 : cmsg.tstamp_ns;
	return (ssize_t)(sizeof(h) + h.ctllen) + n;
}

/* true: nothing is left aside */
static bool give_stashed(struct object *o)
{
	while (o->out) {
		if (send(o->d.fd, o->out->data, o->out->len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
			o->flags &= ~(u32)OBJ_F_WRITABLE;
			return false;
		}
		stash_pop(&o->out);
	}
	return true;
}

/* Hands n filled slots over. false: the program's queue is full. */
static bool give_batch(struct object *o, int n)
{
	struct pump_buffers *b = o->w->bufs;
	int sent = sendmmsg(o->d.fd, b->msgs, (unsigned int)n, MSG_DONTWAIT | MSG_NOSIGNAL), i;

	if (sent < 0)
		sent = 0;
	o->w->count.dgram_out += (u64)sent;
	if (sent == n)
		return true;
	o->flags &= ~(u32)OBJ_F_WRITABLE;
	for (i = sent; i < n; i++)
		if (!stash_put(&o->out, b->slots[i], (u32)b->iov[i].iov_len))
			o->given -= b->iov[i].iov_len;
	return false;
}

/* Takes a batch from the socket. false: nothing more now. */
static bool pump_out_batch(struct object *o)
{
	struct pump_buffers *b = o->w->bufs;
	ssize_t len = 0;
	u64 ns;
	int n;

	for (n = 0; n < DGRAM_BATCH; n++) {
		len = fill_packet(o, b->slots[n], 0, &ns);
		if (len < 0)
			break;
		note_given(o, (size_t)len, ns);
		b->iov[n].iov_len = (size_t)len;
	}
	if (n && !give_batch(o, n))
		return false;
	if (len < 0 && len != -EAGAIN) {
		tell_error(o, (int)-len);
		return true;		/* the error is taken: there may be more */
	}
	return len >= 0;
}

/* To a ring's reader, who waits for the descriptor: one that is full is readable as it is. */
static void give_token(struct object *o)
{
	const struct nsp_dgram h = { .magic = NSP_DGRAM_MAGIC, .type = NSP_DGRAM_TOKEN, .hdrlen = sizeof(h) };

	if (packet_ring_token(o->sk))
		send(o->d.fd, &h, sizeof(h), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void pump_out(struct object *o)
{
	int n = 0;

	if (unlikely(obj_is_packet(o)))
		give_token(o);
	if (!(o->flags & OBJ_F_WRITABLE) || !give_stashed(o))
		return;
	while (pump_out_batch(o)) {
		n += DGRAM_BATCH;
		if (n >= DGRAM_BUDGET) {
			poller_queue(&o->w->poller, &o->d);
			return;
		}
	}
}

/* -- a chosen receive buffer ---------------------------------------------- */

/* What lies in the descriptor is in the socket's receive buffer, by the memory that it takes there. */
static void charge(struct object *o)
{
	int mem = o->flags & OBJ_F_BOUNDED ? unread_mem(o) : 0;

	o->sk->sk_rmem_alloc += mem - o->charged;
	o->charged = mem;
}

void dgram_bound(struct object *o)
{
	int size = o->sk->sk_rcvbuf;

	if (o->sk->sk_userlocks & SK_RCVBUF_LOCK && size < LARGE_RCVBUF) {
		o->flags |= OBJ_F_BOUNDED;
		stream_make_roomy(o, MEM_PER_BYTE * size);
	} else {
		o->flags &= ~(u32)OBJ_F_BOUNDED;
	}
	charge(o);
}

/* -- packets taken back --------------------------------------------------- */

/* Control messages that cannot be made again: what is in the packet itself, and UDP_GRO. */
static u32 kept_ctl(const u8 *ctl, u32 len, u8 *out)
{
	u32 off = 0, n = 0;

	while (len - off >= sizeof(struct nsp_cmsg)) {
		struct nsp_cmsg h;
		u32 size;

		memcpy(&h, ctl + off, sizeof(h));
		size = (u32)sizeof(h) + NSP_ALIGN8(h.len);
		if (cmsg_is_content(h.level, h.type)) {
			memcpy(out + n, ctl + off, size);
			n += size;
		}
		off += size;
	}
	return n;
}

/*
 * The packet of len octets at p with control messages as the options ask for them now; onto *list. An error
 * goes before all packets, onto *errors.
 */
static void remake(struct object *o, const u8 *p, u32 len, struct dgram_stash **errors,
		   struct dgram_stash **list)
{
	u8 *out = o->w->bufs->slots[1];
	struct sock_cmsg cmsg = { 0 };
	struct inet_sockaddr from;
	struct sock_rx rx;
	struct nsp_dgram h;
	u32 kept;

	memcpy(&h, p, sizeof(h));
	if (h.type == NSP_DGRAM_DATA && h.rx.known) {
		rx = (struct sock_rx){ .tstamp_ns = h.rx.tstamp, .ifindex = h.rx.ifindex, .drops = h.rx.drops,
				       .mark = h.rx.mark, .priority = h.rx.priority,
				       .flowinfo = h.rx.flowinfo, .fragsize = h.rx.fragsize,
				       .dport = h.rx.dport, .ttl = h.rx.ttl, .tos = h.rx.tos,
				       .flags = h.rx.known };
		memcpy(rx.dst.b, h.rx.dst, sizeof(rx.dst.b));
		if (!parse_peer(o, &h.peer, &from))
			memcpy(rx.src.b, &from.addr, sizeof(rx.src.b));
		inet_cmsg_again(o->sk, &rx, &cmsg);
		kept = kept_ctl(p + sizeof(h), h.ctllen, out + sizeof(h));
		kept += cmsg_put(o->sk, o->family, &cmsg, out + sizeof(h) + kept, NSP_DGRAM_CTL_MAX - kept);
		memcpy(out + sizeof(h) + kept, p + sizeof(h) + h.ctllen, h.paylen);
		h.ctllen = kept;
		memcpy(out, &h, sizeof(h));
		p = out;
		len = (u32)sizeof(h) + h.ctllen + h.paylen;
	}
	if (!stash_put(h.type == NSP_DGRAM_ERR ? errors : list, p, len))
		return;
	note_given(o, len, cmsg.has_tstamp || cmsg.has_tstamping ? 0 : h.rx.tstamp);
}

void dgram_retell(struct object *o, int fd)
{
	struct dgram_stash *old = o->out, *list = NULL, *errors = NULL, **last = &errors;
	struct pump_buffers *b = o->w->bufs;
	u32 len, sum = dgram_stashed(o);
	int waiting = 0;
	ssize_t n;

	if (!old && (ioctl(fd, SIOCINQ, &waiting) || !waiting))
		return;
	if (o->sk->sk_shutdown & RCV_SHUTDOWN)
		return;		/* the descriptor would not have them again */
	o->given -= min_t(u64, o->given, (u64)waiting + sum);
	if (o->stamps)
		stamps_take_back(o);
	while ((n = recv(fd, b->slots[0], DGRAM_SLOT, MSG_DONTWAIT)) >= (ssize_t)sizeof(struct nsp_dgram))
		remake(o, b->slots[0], (u32)n, &errors, &list);
	for (o->out = old; o->out; stash_pop(&o->out)) {
		len = o->out->len;
		memcpy(b->slots[0], o->out->data, len);
		remake(o, b->slots[0], len, &errors, &list);
	}
	while (*last)
		last = &(*last)->next;
	*last = list;
	o->out = errors;
	o->flags |= OBJ_F_WRITABLE;
	give_stashed(o);
	charge(o);
}

/* -- events --------------------------------------------------------------- */

void dgram_event(struct sock *sk, u32 events)
{
	struct object *o = sk->sk_user_data;

	(void)events;
	if (o)
		poller_queue(&o->w->poller, &o->d);
}

void dgram_run(struct poll_item *item, u32 events)
{
	struct object *o = container_of(item, struct object, d);

	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		o->flags |= OBJ_F_READABLE;
	if (events & EPOLLOUT)
		o->flags |= OBJ_F_WRITABLE;
	if (events & EPOLLRDHUP)
		o->flags |= OBJ_F_RDHUP;
	if (events & (EPOLLHUP | EPOLLERR))
		o->flags |= OBJ_F_HUP;
	poller_hot(&o->w->poller, item);
	pump_in(o, events & EPOLLIN ? 1 : 0);	/* of which that event tells */
	if ((o->flags & (OBJ_F_HUP | OBJ_F_KEEP)) == OBJ_F_HUP) {
		if (!(o->flags & OBJ_F_READABLE) && !o->in)
			obj_free(o);
		return;
	}
	pump_out(o);
	if (unlikely(o->flags & OBJ_F_BOUNDED))
		charge(o);
}

void dgram_drain(struct object *o)
{
	o->flags |= OBJ_F_READABLE;
	pump_in(o, DGRAM_BATCH);
}

/* 0, or -errno of socket() */
static int hello_check(const struct nsp_dhello *h)
{
	if (h->hash != nsp_proto_hash())
		return -EPROTONOSUPPORT;
	if (h->type == SOCK_DGRAM || h->type == SOCK_RAW)
		return 0;
	return h->family == SOCK_FAMILY_PACKET ? -ESOCKTNOSUPPORT : -EPROTONOSUPPORT;
}

static bool needs_net_raw(const struct nsp_dhello *h)
{
	return h->type == SOCK_RAW || h->family == SOCK_FAMILY_PACKET;
}

void dgram_hello(struct object *o, const struct nsp_dhello *h, const struct cred *cred)
{
	int ret = hello_check(h);

	obj_set_state(o, OBJ_DGRAM);
	o->family = h->family;
	o->type = ret ? SOCK_DGRAM : h->type;
	o->protocol = h->protocol;
	if (ret != -EPROTONOSUPPORT && needs_net_raw(h) && !cred_capable(cred, MAY_NET_RAW))
		ret = -EPERM;
	if (!ret && !needs_net_raw(h) && !is_ping(h->protocol))
		ret = obj_place(o, worker_next(o->dm));
	if (!ret)
		ret = obj_make_sock(o);
	if (h->flags & NSP_DHELLO_REPLY) {
		struct nsp_dgram r = { .magic = NSP_DGRAM_MAGIC, .type = NSP_DGRAM_HELLO,
				       .hdrlen = sizeof(r), .err = -ret };

		send(o->d.fd, &r, sizeof(r), MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	if (ret) {
		obj_free(o);
		return;
	}
	o->flags |= OBJ_F_READABLE | OBJ_F_WRITABLE;
	poller_queue(&o->w->poller, &o->d);
}

int dgram_errq(struct object *o, bool peek, u8 *buf, u32 size)
{
	u8 *p = o->w->bufs->slots[0];
	u64 ns;
	ssize_t n = fill_packet(o, p, SMSG_ERRQUEUE | (peek ? SMSG_PEEK : 0), &ns);

	if (n < 0)
		return (int)n;
	if ((u32)n > size) {		/* cut the quoted packet, as a short buffer would */
		struct nsp_dgram *h = (struct nsp_dgram *)(void *)p;

		h->paylen -= (u32)n - size;
		n = size;
	}
	memcpy(buf, p, (size_t)n);
	return (int)n;
}
