// SPDX-License-Identifier: BSD-2-Clause
/*
 * A large write as a call: the stack takes what it has room for, as it would of a send() of its own, and the
 * program is told. When that is not all, the descriptor must not be writable until poll() would say so of the
 * connection: the library fills its queue with bytes that the pump throws away then, as after connect().
 */
#include <errno.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "daemon/channel.h"
#include "daemon/payload.h"

/* Only bytes of ours, or none, wait in the descriptor, and the connection is up. */
static bool may_write(const struct object *o)
{
	int queued = 0;

	return obj_is_stream(o) && o->state == OBJ_OPEN && o->sk->sk_state != TCP_SYN_SENT &&
	       !(o->flags & (OBJ_F_OOB_OUT | OBJ_F_MORE | OBJ_F_RDHUP)) &&
	       (!o->filler || o->flags & OBJ_F_FULL) && !ioctl(o->d.fd, SIOCINQ, &queued) &&
	       queued <= (int)o->filler && !lent_left(o);
}

int call_write(struct call *c)
{
	const struct nsp_write_req *req = c->req;
	struct nsp_write_rep *rep = c->rep;
	struct skb_vec vec = { .base = (void *)(uintptr_t)c->data, .len = c->datalen };
	struct msg m = { .vec = &vec, .nr_vec = 1, .len = c->datalen,
			 .flags = req->flags & NSP_WRITE_MORE ? SMSG_MORE : 0 };
	struct object *o = c->o;
	int ret;

	if (!may_write(o))
		return -EXDEV;
	ret = (int)sock_sendmsg(o->sk, &m);
	if (ret < (int)c->datalen && (ret >= 0 || ret == -EAGAIN) && !(o->flags & OBJ_F_FULL)) {
		o->flags |= OBJ_F_FULL;
		o->filler = min(req->filler, (u32)NSP_CONN_TOTAL_MAX);
		rep->full = 1;
	}
	return ret == -EAGAIN ? 0 : ret;
}

bool stream_is_full(struct object *o)
{
	if (!(o->flags & OBJ_F_FULL))
		return false;
	if (!(o->flags & (OBJ_F_RDHUP | OBJ_F_HUP)) && !o->sk->sk_err && !(sock_poll(o->sk) & SOCK_EV_OUT))
		return true;
	o->flags &= ~(u32)OBJ_F_FULL;
	return false;
}
