/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending and receiving: messages, and streams without a copy. */
#include "socket/socket.h"

#include <errno.h>

static size_t vec_len(const struct msg *msg)
{
	size_t len = 0;

	for (u32 i = 0; i < msg->nr_vec; i++)
		len += msg->vec[i].len;
	return len;
}

ssize_t sock_sendmsg(struct sock *sk, struct msg *msg)
{
	ASSERT(msg->len == vec_len(msg));
	return sk->prot->sendmsg(sk, msg);
}

/* Nothing told yet, but where the user has room. */
static void cmsg_clear(struct sock_cmsg *c)
{
	u8 *ext = c->ext;
	u16 room = c->ext_room;

	memset(c, 0, sizeof(*c));
	c->ext = ext;
	c->ext_room = room;
}

ssize_t sock_recvmsg(struct sock *sk, struct msg *msg)
{
	ASSERT(msg->len == vec_len(msg));
	msg->out_flags = 0;
	msg->has_name = false;
	if (msg->cmsg)
		cmsg_clear(msg->cmsg);
	return sk->prot->recvmsg(sk, msg);
}

int sock_stream_reserve(struct sock *sk, struct skb_vec *vec, u32 max, size_t want)
{
	return sk->prot->stream_reserve ? sk->prot->stream_reserve(sk, vec, max, want) : -EOPNOTSUPP;
}

int sock_stream_commit(struct sock *sk, size_t len, int flags)
{
	return sk->prot->stream_commit ? sk->prot->stream_commit(sk, len, flags) : -EOPNOTSUPP;
}

void sock_stream_urgent(struct sock *sk, u32 ahead)
{
	if (sk->prot->stream_urgent)
		sk->prot->stream_urgent(sk, ahead);
}

ssize_t sock_stream_attach(struct sock *sk, struct page *page, u32 off, u32 len, int flags)
{
	return sk->prot->stream_attach ? sk->prot->stream_attach(sk, page, off, len, flags) : -EOPNOTSUPP;
}

int sock_stream_peek(struct sock *sk, u32 skip, struct skb_vec *vec, u32 max, size_t *len)
{
	return sk->prot->stream_peek ? sk->prot->stream_peek(sk, skip, vec, max, len) : -EOPNOTSUPP;
}

void sock_stream_consume(struct sock *sk, size_t len)
{
	if (sk->prot->stream_consume)
		sk->prot->stream_consume(sk, len);
}

int sock_stream_read_oob(struct sock *sk, u8 *byte, int flags)
{
	return sk->prot->stream_read_oob ? sk->prot->stream_read_oob(sk, byte, flags) : -EINVAL;
}
