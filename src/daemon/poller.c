// SPDX-License-Identifier: BSD-2-Clause
/* The edge-triggered epoll instance of the clients' descriptors. */
#include <errno.h>
#include <unistd.h>

#include "daemon/poller.h"

enum { POLL_BATCH = 256, HOT_SLOT = 0 };

static void on_epoll(void *arg, unsigned int events)
{
	struct poller *p = arg;

	(void)events;
	p->signalled = true;
}

int poller_init(struct poller *p, struct host_loop *loop)
{
	list_init(&p->ready);
	list_init(&p->run);
	p->loop = loop;
	p->epfd = epoll_create1(EPOLL_CLOEXEC);
	if (p->epfd < 0)
		return -errno;
	p->hf = host_loop_add_fd(loop, p->epfd, HOST_READ, on_epoll, p);
	if (!p->hf) {
		close(p->epfd);
		return -ENOMEM;
	}
	return 0;
}

void poller_exit(struct poller *p)
{
	host_loop_del_fd(p->hf);
	close(p->epfd);
}

void poll_item_init(struct poll_item *item, u8 class,
		    void (*fn)(struct poll_item *item, u32 events))
{
	list_init(&item->ready);
	item->fd = -1;
	item->events = 0;
	item->class = class;
	item->sole = false;
	item->fn = fn;
}

static int control(struct poller *p, int op, struct poll_item *item, int fd)
{
	struct epoll_event ev = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET,
		.data.ptr = item,
	};

	return epoll_ctl(p->epfd, op, fd, &ev) ? -errno : 0;
}

/* Events of an item that is to be run. */
static void note_events(struct poller *p, struct poll_item *item, u32 events)
{
	p->closings += events & ~item->events & EPOLLHUP ? 1 : 0;
	item->events |= events;
}

static u32 take_events(struct poller *p, struct poll_item *item)
{
	u32 events = item->events;

	item->events = 0;
	p->closings -= events & EPOLLHUP ? 1 : 0;
	return events;
}

int poller_add(struct poller *p, struct poll_item *item, int fd)
{
	int ret = control(p, EPOLL_CTL_ADD, item, fd);

	if (!ret)
		item->fd = fd;
	return ret;
}

int poller_move(struct poller *p, struct poll_item *from, struct poll_item *to)
{
	int ret = control(p, EPOLL_CTL_MOD, to, from->fd);

	if (ret)
		return ret;
	ASSERT(to->fd < 0);
	if (p->hot == from)
		poller_set_hot(p, NULL);
	to->fd = from->fd;
	to->sole = from->sole;
	from->fd = -1;
	list_del_init(&from->ready);
	take_events(p, from);
	/* Some edges may be gathered already under the old item: look at everything once. */
	to->events |= EPOLLIN | EPOLLOUT;
	poller_queue(p, to);
	return 0;
}

static void on_hot(void *arg, unsigned int events)
{
	struct poller *p = arg;

	(void)events;
	p->hot->events |= EPOLLIN;
	poller_queue(p, p->hot);
}

void poller_set_hot(struct poller *p, struct poll_item *item)
{
	p->hot = item;
	host_loop_hot(p->loop, HOT_SLOT, item ? item->fd : -1, on_hot, p);
}

void poller_close(struct poller *p, struct poll_item *item)
{
	if (p->hot == item)
		poller_set_hot(p, NULL);
	list_del_init(&item->ready);
	take_events(p, item);
	if (item->fd < 0)
		return;
	/* The other holder of an attached channel would keep the watch alive. */
	if (!item->sole)
		epoll_ctl(p->epfd, EPOLL_CTL_DEL, item->fd, NULL);
	close(item->fd);
	item->fd = -1;
}

int poller_transfer(struct poller *from, struct poller *to, struct poll_item *item)
{
	int ret = control(to, EPOLL_CTL_ADD, item, item->fd);

	if (ret)
		return ret;
	if (from->hot == item)
		poller_set_hot(from, NULL);
	epoll_ctl(from->epfd, EPOLL_CTL_DEL, item->fd, NULL);
	list_del_init(&item->ready);
	note_events(to, item, take_events(from, item));
	if (item->events)
		poller_queue(to, item);
	return 0;
}

void poller_queue(struct poller *p, struct poll_item *item)
{
	if (list_is_linked(&item->ready))
		return;
	list_add_tail(&item->ready, &p->ready);
}

void poller_collect(struct poller *p)
{
	struct epoll_event ev[POLL_BATCH];
	int n, i;

	do {
		n = epoll_wait(p->epfd, ev, POLL_BATCH, 0);
		for (i = 0; i < n; i++) {
			struct poll_item *item = ev[i].data.ptr;

			note_events(p, item, ev[i].events);
			poller_queue(p, item);
		}
	} while (n == POLL_BATCH);
	p->signalled = false;
}

static void take(struct list_head *from, struct list_head *to, u8 classes)
{
	struct poll_item *item, *next;

	list_for_each_entry_safe(item, next, from, ready)
		if (item->class & classes)
			list_move_tail(&item->ready, to);
}

static bool run_list(struct poller *p, struct list_head *run, bool after)
{
	bool any = false;

	while (!list_empty(run)) {
		struct poll_item *item = list_first_entry(run, struct poll_item, ready);
		u32 events = take_events(p, item);

		list_del_init(&item->ready);
		item->fn(item, events);
		if (unlikely(after && p->after))
			p->after(p->after_arg);
		any = true;
	}
	return any;
}

bool poller_dispatch(struct poller *p)
{
	list_splice_tail_init(&p->ready, &p->run);
	return run_list(p, &p->run, true);
}

bool poller_dispatch_data(struct poller *p)
{
	struct list_head run;

	list_init(&run);
	take(&p->run, &run, POLL_DATA);
	take(&p->ready, &run, POLL_DATA);
	return run_list(p, &run, false);	/* within one that is being run */
}
