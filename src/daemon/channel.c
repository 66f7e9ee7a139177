// SPDX-License-Identifier: BSD-2-Clause
/* Control channels: reading with credentials and descriptors, replying without blocking. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/channel.h"
#include "daemon/payload.h"
#include "netstack/fdpass.h"

enum {
	CHANNEL_BUDGET = 32,		/* messages before others have their turn */
	CALLS_NS = 50000,		/* the same, as time: a call may follow on what frames brought */
	TEXT_PIECE = 32768,
	TRACE_QUEUE = 256 << 10,	/* bytes of lines that wait for one client */
	CHANNEL_FDS_MAX = 8,
	BARRIER_TURNS = 2,		/* full turns that a barrier waits for */
	BARRIER_TURNS_MAX = 1000,	/* under constant load */
};

static void channel_run(struct poll_item *item, u32 events);

struct channel *channel_new(struct daemon *dm, int fd, const struct cred *peer)
{
	struct channel *ch = calloc(1, sizeof(*ch));
	int one = 1;

	if (!ch)
		return NULL;
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
	poll_item_init(&ch->d, POLL_CALLS, channel_run);
	ch->dm = dm;
	ch->peer = *peer;
	ch->born_ns = dm->net->now;
	list_init(&ch->wait);
	if (poller_add(&dm->w0->poller, &ch->d, fd)) {
		free(ch);
		return NULL;
	}
	list_add_tail(&ch->all, &dm->server.channels);
	dm->server.nr_channels++;
	return ch;
}

void channel_free(struct channel *ch)
{
	if (ch->tracing)
		trace_stop(ch);
	captures_end(ch->dm, ch);
	list_del_init(&ch->wait);
	list_del(&ch->all);
	ch->dm->server.nr_channels--;
	poller_close(&ch->dm->w0->poller, &ch->d);
	free(ch->pending);
	free(ch->text);
	free(ch->lines);
	payload_put(ch->payload);
	free(ch);
}

/* -- replies --------------------------------------------------------------- */

/* true: sent, or the client is gone (seen when it is read). false: no room now. */
static bool send_with(struct channel *ch, const struct nsp_msg *h, const void *body, u32 len,
		      const int *fds, u32 nr)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(CHANNEL_FDS_MAX * sizeof(int))];
	} ctl = { 0 };
	struct iovec iov[2] = { { (void *)(uintptr_t)h, sizeof(*h) },
				{ (void *)(uintptr_t)body, len } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = len ? 2 : 1 };

	if (nr) {
		msg.msg_control = ctl.buf;
		fdpass_put(&msg, fds, nr);
	}
	return sendmsg(ch->d.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno != EAGAIN;
}

static bool send_now(struct channel *ch, const struct nsp_msg *h, const void *body, u32 len)
{
	return send_with(ch, h, body, len, NULL, 0);
}

static struct nsp_msg reply_head(u16 nr, u32 seq, int ret, u32 len)
{
	return (struct nsp_msg){ .magic = NSP_MSG_MAGIC, .nr = nr, .flags = NSP_F_REPLY,
				 .seq = seq, .ret = ret, .len = len };
}

void channel_reply(struct channel *ch, const struct nsp_msg *to, int ret, const void *body,
		   u32 len)
{
	struct nsp_msg h = reply_head(to->nr, to->seq, ret, len);

	if (send_now(ch, &h, body, len))
		return;
	/* At most one: nothing is read from the client until it is out. */
	free(ch->pending);
	ch->pending = malloc(sizeof(h) + len);
	if (!ch->pending) {
		ch->state = CHANNEL_CLOSING;
		return;
	}
	memcpy(ch->pending, &h, sizeof(h));
	if (len)
		memcpy(ch->pending + sizeof(h), body, len);
	ch->pending_len = (u32)sizeof(h) + len;
}

bool channel_reply_fds(struct channel *ch, const struct nsp_msg *to, const void *body, u32 len,
		       const int *fds, u32 nr)
{
	struct nsp_msg h = reply_head(to->nr, to->seq, 0, len);

	return send_with(ch, &h, body, len, fds, nr);
}

static bool flush_text(struct channel *ch)
{
	while (ch->text) {
		size_t left = ch->text_len - ch->text_off;
		u32 len = (u32)min_t(size_t, left, TEXT_PIECE);
		struct nsp_msg h = reply_head(ch->text_nr, ch->text_seq, 0, len);

		if (len < left)
			h.flags |= NSP_F_MORE;
		if (!send_now(ch, &h, ch->text + ch->text_off, len))
			return false;
		ch->text_off += len;
		if (len == left) {
			free(ch->text);
			ch->text = NULL;
		}
	}
	return true;
}

static bool send_line(struct channel *ch, const char *line, size_t len)
{
	struct nsp_msg h = reply_head(NSP_NR_TRACE, ch->trace_seq, 0, (u32)len);

	h.flags |= NSP_F_MORE;
	return send_now(ch, &h, line, (u32)len);
}

/* The trace lock is held: other workers add lines. */
static bool flush_lines(struct channel *ch)
{
	while (ch->lines_off < ch->lines_len) {
		size_t len = strlen(ch->lines + ch->lines_off);

		if (!send_line(ch, ch->lines + ch->lines_off, len))
			return false;
		ch->lines_off += len + 1;
	}
	ch->lines_off = 0;
	ch->lines_len = 0;
	if (ch->lines_lost) {
		char text[48];
		int n = snprintf(text, sizeof(text), "lost %llu lines: read faster",
				 (unsigned long long)ch->lines_lost);

		if (!send_line(ch, text, (size_t)n))
			return false;
		ch->lines_lost = 0;
	}
	return true;
}

bool channel_flush(struct channel *ch)
{
	bool out;

	if (ch->pending) {
		if (send(ch->d.fd, ch->pending, ch->pending_len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
		    errno == EAGAIN)
			return false;
		free(ch->pending);
		ch->pending = NULL;
	}
	if (!flush_text(ch))
		return false;
	if (!ch->tracing)
		return true;
	trace_lock(ch->dm);
	out = flush_lines(ch);
	trace_unlock(ch->dm);
	return out;
}

void channel_send_text(struct channel *ch, const struct nsp_msg *to, char *text, size_t len)
{
	free(ch->text);
	ch->text = text;
	ch->text_len = len;
	ch->text_off = 0;
	ch->text_nr = to->nr;
	ch->text_seq = to->seq;
	flush_text(ch);
}

void channel_line(struct channel *ch, const char *line, size_t len)
{
	if (!ch->lines)
		ch->lines = malloc(TRACE_QUEUE);
	if (!ch->lines || TRACE_QUEUE - ch->lines_len <= len) {
		ch->lines_lost++;
		return;
	}
	memcpy(ch->lines + ch->lines_len, line, len);
	ch->lines_len += len;
	ch->lines[ch->lines_len++] = '\0';
}

void channel_barrier(struct channel *ch, const struct nsp_msg *to, bool frames)
{
	ch->in_barrier = true;
	ch->barrier_frames = frames;
	ch->barrier_seq = to->seq;
	workers_note_turns(ch->dm, ch->barrier_turns);
	list_add_tail(&ch->wait, &ch->dm->server.barriers);
}

/* -- requests -------------------------------------------------------------- */

struct received {
	ssize_t len;
	int fd;				/* the first descriptor, or -1; others were closed */
	struct cred cred;
};

static void take_fds(const struct cmsghdr *c, struct received *r)
{
	size_t nr = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int), i;

	for (i = 0; i < nr; i++) {
		int fd;

		memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
		if (r->fd < 0)
			r->fd = fd;
		else
			close(fd);
	}
}

static void receive(struct channel *ch, u8 *buf, size_t size, struct received *r)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(struct ucred)) +
			 CMSG_SPACE(CHANNEL_FDS_MAX * sizeof(int))];
	} ctl;
	struct iovec iov = { buf, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl.buf,
			      .msg_controllen = sizeof(ctl.buf) };
	struct cmsghdr *c;

	r->fd = -1;
	r->cred = (struct cred){ .pid = 0, .uid = (uid_t)-1 };	/* nobody, unless we are told */
	r->len = recvmsg(ch->d.fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (r->len < 0)
		return;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		struct ucred uc;

		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_RIGHTS) {
			take_fds(c, r);
		} else if (c->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&uc, CMSG_DATA(c), sizeof(uc));
			r->cred = (struct cred){ .pid = uc.pid, .uid = uc.uid };
		}
	}
	if (msg.msg_flags & MSG_TRUNC)
		r->len = 0;		/* longer than any message: treated as the end */
}

static bool proves_cookie(int fd, u64 cookie)
{
	socklen_t len = sizeof(u64);
	u64 got;

	return fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_COOKIE, &got, &len) && got == cookie;
}

/*
 * Whose socket it is. Root may make one for another, and the kernel lets only it say so: the supervisor of
 * `netstack run --seccomp` does. The descriptor of any other user makes that user's, whoever writes to it: a
 * set-user-ID program may be made to.
 */
static struct cred maker_of(const struct channel *ch, const struct received *r)
{
	return ch->peer.uid == 0 ? r->cred : ch->peer;
}

/* The first packet is a datagram socket's hello: the connection becomes that socket. Frees ch. */
static void become_dgram(struct channel *ch, const u8 *buf, const struct received *r)
{
	struct daemon *dm = ch->dm;
	struct cred peer = ch->peer, maker = maker_of(ch, r);
	struct nsp_dhello h;
	struct object *o;
	bool proved;
	int err;

	memcpy(&h, buf, sizeof(h));
	proved = proves_cookie(r->fd, h.cookie);
	if (!daemon_allows(dm, &peer) || obj_by_cookie(dm, h.cookie) ||
	    ((h.flags & NSP_DHELLO_FDPASS) && !proved)) {
		dm->w0->count.refused++;
		channel_free(ch);
		return;
	}
	o = obj_new(dm->w0, &maker, &err);
	if (o) {
		o->d.fn = dgram_run;
		if (poller_move(&dm->w0->poller, &ch->d, &o->d)) {
			obj_free(o);
			o = NULL;
		}
	}
	channel_free(ch);
	if (!o)
		return;
	obj_set_cookie(o, h.cookie, proved);
	dgram_hello(o, &h, &maker);
}

/* Channels whose first packet is a hello that waits: a call may be about the socket it makes. */
void channels_greet(struct daemon *dm)
{
	struct channel *ch, *next;

	list_for_each_entry_safe(ch, next, &dm->server.channels, all) {
		u8 buf[sizeof(struct nsp_dhello)];
		struct received r;
		u32 magic;

		if (ch->state != CHANNEL_NEW ||
		    recv(ch->d.fd, buf, sizeof(buf), MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC) !=
			    (ssize_t)sizeof(buf))
			continue;
		memcpy(&magic, buf, sizeof(magic));
		if (magic != NSP_DHELLO_MAGIC)
			continue;
		receive(ch, buf, sizeof(buf), &r);
		if (r.len != (ssize_t)sizeof(buf))
			continue;
		become_dgram(ch, buf, &r);
		if (r.fd >= 0)
			close(r.fd);
	}
}

/* Reads and handles one message. false: stop reading (nothing there, or ch is freed). */
static bool take_message(struct channel *ch)
{
	u8 *buf = ch->dm->server.msgbuf;
	struct received r;
	bool ok = false;
	u32 magic;

	receive(ch, buf, NSP_MSG_MAX, &r);
	if (r.len < 0) {
		if (errno != EAGAIN && errno != EINTR)
			channel_free(ch);
		return false;
	}
	if (r.len >= (ssize_t)sizeof(magic)) {
		memcpy(&magic, buf, sizeof(magic));
		if (ch->state == CHANNEL_NEW && magic == NSP_DHELLO_MAGIC &&
		    r.len == sizeof(struct nsp_dhello)) {
			become_dgram(ch, buf, &r);
			if (r.fd >= 0)
				close(r.fd);
			return false;
		}
		ok = rpc_handle(ch, buf, (u32)r.len, &r.fd, &r.cred);
		if (!ok)
			ch->dm->w0->count.bad_messages++;
	}
	if (r.fd >= 0)
		close(r.fd);
	if (ok && ch->state != CHANNEL_CLOSING)
		return true;
	channel_free(ch);
	return false;
}

/*
 * Answering may have cost us the processor. A call that was made since then must find the stack as
 * the frames have left it that came before it.
 */
static bool frames_first(struct worker *w)
{
	w->look_out |= host_now_ns() - w->turn_ns > CALLS_NS;
	return w->look_out;
}

static void channel_run(struct poll_item *item, u32 events)
{
	struct channel *ch = container_of(item, struct channel, d);
	struct daemon *dm = ch->dm;
	int n;

	if (!channel_flush(ch)) {
		if (events & EPOLLHUP)
			channel_free(ch);
		return;
	}
	for (n = 0; n < CHANNEL_BUDGET; n++) {
		if (ch->pending || ch->text || ch->in_barrier)
			return;
		if (n && frames_first(ch->dm->w0))
			break;
		if (!take_message(ch))
			return;
		workers_release(dm);
	}
	poller_queue(&ch->dm->w0->poller, &ch->d);
}

/*
 * A barrier ends when turns have passed in which everything was asked for and nothing was left. For
 * frames one is enough, as it looks at the devices before all else and hands over what came of it
 * (with several workers that is workers_settle()).
 */
static bool barrier_is_over(struct daemon *dm, const struct channel *ch, u64 turns, bool idle)
{
	if (workers_many(dm))
		return workers_turned(dm, ch->barrier_turns, BARRIER_TURNS, turns < BARRIER_TURNS_MAX);
	if (ch->barrier_frames)
		return turns;
	return turns >= BARRIER_TURNS && (idle || turns >= BARRIER_TURNS_MAX);
}

static void end_barriers(struct daemon *dm, bool idle)
{
	struct channel *ch, *next;

	list_for_each_entry_safe(ch, next, &dm->server.barriers, wait) {
		struct nsp_msg to = { .nr = NSP_NR_BARRIER, .seq = ch->barrier_seq };
		struct nsp_barrier_rep rep = { .turns = dm->w0->turns - ch->barrier_turns[0] };

		if (!barrier_is_over(dm, ch, rep.turns, idle))
			continue;
		list_del_init(&ch->wait);
		ch->in_barrier = false;
		channel_reply(ch, &to, 0, &rep, sizeof(rep));
		poller_queue(&dm->w0->poller, &ch->d);	/* what it sent meanwhile */
	}
}

void channels_turn(struct daemon *dm, bool idle)
{
	struct channel *ch;

	end_barriers(dm, idle);
	list_for_each_entry(ch, &dm->server.traces, wait)
		channel_flush(ch);
}
