// SPDX-License-Identifier: BSD-2-Clause
/* The script's descriptors: its numbers are names, which any call may be expected to return. */
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include "tests/pkt/pkt.h"

static void fd_shelve(struct pkt *p, struct fd *f)
{
	for (u32 i = MAX_FD; i < ARRAY_SIZE(p->fd); i++)
		if (!p->fd[i]) {
			p->fd[i] = f;
			return;
		}
	pk_fail(p, 0, "descriptor %d is open", f->number);
}

struct fd *fd_new(struct pkt *p, int number, enum fd_kind kind)
{
	struct fd *f = pk_alloc(p, sizeof(*f));

	if (number < 0 || number >= MAX_FD)
		pk_fail(p, 0, "descriptor %d is out of range", number);
	if (p->fd[number])		/* open, and never used again under that number */
		fd_shelve(p, p->fd[number]);
	f->p = p;
	f->kind = kind;
	f->number = number;
	p->fd[number] = f;
	return f;
}

struct fd *fd_get(struct pkt *p, const struct event *ev, s64 number, enum fd_kind kind)
{
	struct fd *f = number >= 0 && number < MAX_FD ? p->fd[number] : NULL;

	if (!f || (kind && f->kind != kind))
		pk_fail(p, ev->line, "descriptor %lld is not open, or of another kind",
			(long long)number);
	return f;
}

void fd_forget(struct pkt *p, struct fd *f)
{
	epoll_closed(p, f->number);
	p->fd[f->number] = NULL;
	f->kind = FD_NONE;
}

/* sk_event of every socket */
void fd_wake(struct sock *sk, u32 events)
{
	struct fd *f = sk->sk_user_data;

	f->wakes |= events;
	epoll_woken(f->p, f->number, events);
}

bool sock_nonblock(const struct fd *f, int msg_flags)
{
	return f->flags & O_NONBLOCK || msg_flags & SMSG_DONTWAIT;
}

u32 fd_poll_mask(struct pkt *p, const struct fd *f)
{
	static const struct {
		u32 sock, epoll;
	} map[] = {
		{ SOCK_EV_IN, EPOLLIN | EPOLLRDNORM }, { SOCK_EV_OUT, EPOLLOUT | EPOLLWRNORM },
		{ SOCK_EV_PRI, EPOLLPRI }, { SOCK_EV_ERR, EPOLLERR },
		{ SOCK_EV_RDHUP, EPOLLRDHUP | EPOLLIN | EPOLLRDNORM }, { SOCK_EV_HUP, EPOLLHUP },
	};
	u32 mask = 0, ev;

	(void)p;
	if (f->kind == FD_PIPE)
		return (f->pipe->len ? EPOLLIN : 0u) | (f->pipe->len < f->pipe->max ? EPOLLOUT : 0u);
	if (f->kind != FD_SOCK)
		return EPOLLIN | EPOLLOUT;
	ev = sock_poll(f->sk);
	for (u32 i = 0; i < ARRAY_SIZE(map); i++)
		if (ev & map[i].sock)
			mask |= map[i].epoll;
	return mask;
}
