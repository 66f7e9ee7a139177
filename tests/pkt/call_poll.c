// SPDX-License-Identifier: BSD-2-Clause
/* poll() and epoll, by Linux's rules: a wake-up makes an item ready, a look decides what of it is. */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "tests/pkt/pkt.h"

static bool timed_out(struct pkt *p, struct pending *c, s64 ms)
{
	if (ms == 0)
		return true;
	if (!c->begun && ms > 0)
		c->deadline = p->now + (u64)ms * NSEC_PER_MSEC;
	return c->deadline && p->now >= c->deadline;
}

static s64 field(struct pkt *p, const struct event *ev, const struct val *v, const char *name)
{
	const struct val *f = val_field(v, name);

	if (!f)
		pk_fail(p, ev->line, "%s is missing", name);
	return f->i;
}

static bool call_poll(struct pkt *p, struct pending *c)
{
	const struct val *list = arg(p, c->ev, 0);
	s64 revents[16], n = 0;

	for (u32 i = 0; i < list->nr && i < 16; i++) {
		const struct val *e = list->item[i];
		struct fd *f = fd_get(p, c->ev, field(p, c->ev, e, "fd"), FD_NONE);

		revents[i] = fd_poll_mask(p, f) &
			     ((u32)field(p, c->ev, e, "events") | POLLERR | POLLHUP);
		n += revents[i] != 0;
	}
	if (!n && !timed_out(p, c, arg_int(p, c->ev, 2)))
		return false;
	for (u32 i = 0; i < list->nr && i < 16; i++) {
		const struct val *want = val_field(list->item[i], "revents");

		if (want && want->kind == VAL_INT && want->i != revents[i])
			pk_fail(p, c->ev->line, "revents: expected 0x%llx, but got 0x%llx",
				(unsigned long long)want->i, (unsigned long long)revents[i]);
	}
	c->ret = n;
	return true;
}

/* -- epoll ------------------------------------------------------------------------------------ */

static struct epoll_item *find_item(struct fd *ep, int fd)
{
	for (u32 i = 0; i < ep->nr_items; i++)
		if (ep->item[i].used && ep->item[i].fd == fd)
			return &ep->item[i];
	return NULL;
}

void epoll_woken(struct pkt *p, int fd, u32 sock_events)
{
	u32 key = 0;

	if (sock_events & (SOCK_EV_IN | SOCK_EV_RDHUP))
		key |= EPOLLIN | EPOLLRDNORM | EPOLLRDHUP;
	if (sock_events & SOCK_EV_OUT)
		key |= EPOLLOUT | EPOLLWRNORM;
	if (sock_events & SOCK_EV_PRI)
		key |= EPOLLPRI;
	if (sock_events & (SOCK_EV_ERR | SOCK_EV_HUP | SOCK_EV_STATE))
		key = ~0u;
	for (u32 i = 0; i < MAX_FD; i++) {
		struct epoll_item *it;

		if (!p->fd[i] || p->fd[i]->kind != FD_EPOLL)
			continue;
		it = find_item(p->fd[i], fd);
		if (it && !it->disabled && key & (it->events | EPOLLERR | EPOLLHUP))
			it->ready = true;
	}
}

void epoll_closed(struct pkt *p, int fd)
{
	for (u32 i = 0; i < MAX_FD; i++) {
		struct epoll_item *it;

		if (!p->fd[i] || p->fd[i]->kind != FD_EPOLL)
			continue;
		it = find_item(p->fd[i], fd);
		if (it)
			it->used = false;
	}
}

static bool call_epoll_create(struct pkt *p, struct pending *c)
{
	const struct val *r = c->ev->call.result;

	c->ret = arg_int(p, c->ev, 0) > 0 || !strcmp(c->ev->call.name, "epoll_create1") ?
			 r->i : -EINVAL;
	if (c->ret >= 0)
		fd_new(p, (int)r->i, FD_EPOLL);
	return true;
}

static struct epoll_item *new_item(struct pkt *p, struct fd *ep)
{
	if (ep->nr_items == ep->cap_items) {
		struct epoll_item *more = pk_alloc(p, (ep->cap_items + 16) * sizeof(*more));

		if (ep->nr_items)
			memcpy(more, ep->item, ep->nr_items * sizeof(*more));
		ep->item = more;
		ep->cap_items += 16;
	}
	return &ep->item[ep->nr_items++];
}

static void item_set(struct pkt *p, const struct event *ev, struct epoll_item *it, int fd,
		     const struct val *v)
{
	const struct val *d = val_field(v, "fd");

	it->used = true;
	it->disabled = false;
	it->fd = fd;
	it->events = (u32)field(p, ev, v, "events");
	it->data_is_fd = d != NULL;
	d = d ? d : val_field(v, "u32");
	d = d ? d : val_field(v, "u64");
	d = d ? d : val_field(v, "ptr");
	it->data = d ? (u64)d->i : 0;
	it->ready = fd_poll_mask(p, fd_get(p, ev, fd, FD_NONE)) &
		    (it->events | EPOLLERR | EPOLLHUP);
}

static bool call_epoll_ctl(struct pkt *p, struct pending *c)
{
	struct fd *ep = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_EPOLL);
	s64 op = arg_int(p, c->ev, 1);
	int fd = (int)arg_int(p, c->ev, 2);
	struct epoll_item *it = find_item(ep, fd);

	c->ret = 0;
	if (op == EPOLL_CTL_ADD && it)
		c->ret = -EEXIST;
	else if (op != EPOLL_CTL_ADD && !it)
		c->ret = -ENOENT;
	else if (op == EPOLL_CTL_DEL)
		it->used = false;
	else
		item_set(p, c->ev, it ? it : new_item(p, ep), fd, arg(p, c->ev, 3));
	return true;
}

static void check_epoll(struct pkt *p, const struct event *ev, const struct val *v, u32 events,
			u64 data)
{
	const struct val *want = val_field(v, "events"), *d = val_field(v, "fd");

	d = d ? d : val_field(v, "u32");
	d = d ? d : val_field(v, "u64");
	d = d ? d : val_field(v, "ptr");
	if (want && want->kind == VAL_INT && (u32)want->i != events)
		pk_fail(p, ev->line, "events: expected 0x%x, but got 0x%x", (u32)want->i, events);
	if (d && d->kind == VAL_INT && (u64)d->i != data)
		pk_fail(p, ev->line, "epoll data: expected %lld, but got %llu", (long long)d->i,
			(unsigned long long)data);
}

static bool call_epoll_wait(struct pkt *p, struct pending *c)
{
	struct fd *ep = fd_get(p, c->ev, arg_int(p, c->ev, 0), FD_EPOLL);
	const struct val *v = arg(p, c->ev, 1);
	s64 max = arg_int(p, c->ev, 2), n = 0;

	for (u32 i = 0; i < ep->nr_items && n < max; i++) {
		struct epoll_item *it = &ep->item[i];
		u32 got;

		if (!it->used || !it->ready || it->disabled)
			continue;
		got = fd_poll_mask(p, fd_get(p, c->ev, it->fd, FD_NONE)) &
		      (it->events | EPOLLERR | EPOLLHUP);
		it->ready = got && !(it->events & EPOLLET);
		if (!got)
			continue;
		it->disabled = it->events & EPOLLONESHOT;
		check_epoll(p, c->ev, v->kind == VAL_LIST ? v->item[n] : v, got, it->data);
		n++;
	}
	if (!n && !timed_out(p, c, arg_int(p, c->ev, 3)))
		return false;
	if (!n && v->kind == VAL_STRUCT)
		check_epoll(p, c->ev, v, 0, 0);
	c->ret = n;
	return true;
}

const struct call_def poll_calls[] = {
	{ "poll", call_poll, 3, 3 },
	{ "epoll_create", call_epoll_create, 1, 1 },
	{ "epoll_create1", call_epoll_create, 1, 1 },
	{ "epoll_ctl", call_epoll_ctl, 4, 4 },
	{ "epoll_wait", call_epoll_wait, 4, 4 },
	{ NULL, NULL, 0, 0 },
};
