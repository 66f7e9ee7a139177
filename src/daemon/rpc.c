// SPDX-License-Identifier: BSD-2-Clause
/*
 * Dispatch of control messages. Lengths, descriptors and rights are checked here, from the
 * protocol's declaration, before a handler sees anything.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/channel.h"

#define STRUCT(name, size, fields)
#define CALL(nr, NAME, name, flags, reqsize, req, repsize, rep) [nr] = call_##name,
static int (*const handlers[NSP_NR_MAX + 1])(struct call *c) = {
#include "netstack/proto.def"
};
#undef STRUCT
#undef CALL

static const struct nsp_call *check_message(const struct channel *ch, const struct nsp_msg *h,
					    u32 len, int fd)
{
	const struct nsp_call *call;
	u32 body = len - (u32)sizeof(*h);

	if (h->magic != NSP_MSG_MAGIC || h->len != body || h->nr > NSP_NR_MAX)
		return NULL;
	call = &nsp_calls[h->nr];
	if (!call->name || body < call->reqsize)
		return NULL;
	if (body > call->reqsize && !(call->flags & NSP_CALL_REQDATA))
		return NULL;
	if ((call->flags & NSP_CALL_FD) && fd < 0)
		return NULL;
	if (!!(call->flags & NSP_CALL_FIRST) != (ch->state == CHANNEL_NEW))
		return NULL;
	return call;
}

/* Calls about a socket, which therefore must be found (these three pass others). */
static bool is_about_socket(const struct nsp_msg *h, const struct nsp_call *call)
{
	return (call->flags & NSP_CALL_FD) && h->nr != NSP_NR_ATTACH &&
	       h->nr != NSP_NR_DCONNECT && h->nr != NSP_NR_CAPTURE;
}

/* Is the object of the call still there, with the same cookie? Else it is looked for anew. 0 or -errno. */
static int find_again(struct call *c, u64 cookie)
{
	c->o = obj_by_cookie(c->dm, cookie);
	if (c->o && c->o->state != OBJ_DEAD)
		return 0;
	return obj_from_fd(c->dm, c->fd, &c->cred, &c->o);
}

/*
 * A datagram is taken here that might go to a socket of this host which was closed before: the kernel tells
 * that in its turn, which this call is ahead of.
 */
static int see_closings(struct call *c, u64 cookie)
{
	poller_collect(&c->o->w->poller);
	return poller_dispatch_data(&c->o->w->poller) ? find_again(c, cookie) : 0;
}

/* The socket that a call is about, as what the program did before has left it. */
static int find_socket(struct call *c, bool oneway)
{
	u64 cookie;
	int ret;

	if (!oneway)	/* what other sockets hold decides about no option that cannot fail */
		watch_read(c->dm);
	ret = obj_from_fd(c->dm, c->fd, &c->cred, &c->o);
	if (ret)
		return ret;
	if (!oneway && c->o->w->index)	/* the first one has looked before the call */
		worker_look(c->o->w);
	cookie = c->o->cookie;
	if (!oneway && c->o->state == OBJ_DGRAM) {
		ret = see_closings(c, cookie);
		if (ret)
			return ret;
	}
	obj_drain(c->o);
	/* Draining may have ended it: the program closed another copy. */
	return find_again(c, cookie);
}

static int run(struct call *c, const struct nsp_call *call, bool oneway)
{
	int ret;

	if ((call->flags & NSP_CALL_ADMIN) && !cred_is_admin(c->dm, &c->cred))
		return -EPERM;
	if (is_about_socket(c->h, call)) {
		ret = find_socket(c, oneway);
		if (ret)
			return ret;
	}
	return handlers[c->h->nr](c);
}

bool rpc_handle(struct channel *ch, const u8 *buf, u32 len, int *fd, const struct cred *cred)
{
	static u64 body[NSP_MSG_MAX / sizeof(u64)];
	struct daemon *dm = ch->dm;
	const struct nsp_call *call;
	struct nsp_msg h;
	struct call c;
	bool oneway;
	int ret;

	if (len < sizeof(h))
		return false;
	memcpy(&h, buf, sizeof(h));
	call = check_message(ch, &h, len, *fd);
	if (!call)
		return false;
	memset(body, 0, (size_t)call->repsize);
	c = (struct call){
		.dm = dm, .ch = ch, .h = &h, .cred = *cred, .fd = *fd,
		.req = buf + sizeof(h), .data = buf + sizeof(h) + call->reqsize,
		.datalen = h.len - call->reqsize,
		.rep = body, .repdata = (u8 *)body + call->repsize,
		.reproom = (u32)(sizeof(body) - sizeof(h)) - call->repsize,
	};
	dm->w0->count.calls++;
	oneway = (call->flags & NSP_CALL_ONEWAY) ||
		 ((call->flags & NSP_CALL_MAY1WAY) && (h.flags & NSP_F_ONEWAY));
	ret = run(&c, call, oneway);
	/* Before the answer: our copy must not outlive a close() that follows it. */
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	if (oneway) {
		if (ret < 0) {
			dm->w0->count.oneway_failed++;
			host_log(HOST_LOG_DEBUG, "one-way %s failed: %s", call->name,
				 strerror(-ret));
		}
		return true;
	}
	if (!c.answered)
		channel_reply(ch, &h, ret, body,
			      ret < 0 && !c.replen ? 0 : call->repsize + c.replen);
	return true;
}
