/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness of the clients' descriptors: one edge-triggered epoll instance, itself a descriptor of
 * the host's loop, and the list of items that have something to do. An item that used up its
 * budget goes to the end of that list, so that a busy socket cannot starve the others.
 */
#ifndef NETSTACK_DAEMON_POLLER_H
#define NETSTACK_DAEMON_POLLER_H

#include <sys/epoll.h>

#include "base/base.h"
#include "host/host.h"

enum poll_class {
	POLL_DATA = 1,		/* connections and datagram sockets: safe to run inside a call */
	POLL_CALLS = 2,		/* listeners and control channels */
};

struct poll_item {
	struct list_head ready;	/* on poller.ready while there is something to do */
	int fd;			/* -1: none */
	u32 events;		/* EPOLL* gathered and not yet handled */
	u8 class;		/* enum poll_class */
	bool sole;		/* nobody else has a copy of fd: closing it ends the watch, too */
	/* May free the item and any other. events may be 0 (queued by poller_queue()). */
	void (*fn)(struct poll_item *item, u32 events);
};

struct poller {
	int epfd;
	bool signalled;		/* the loop saw epfd readable */
	struct host_fd *hf;
	struct host_loop *loop;
	struct poll_item *hot;	/* the one used last, looked at before the loop sleeps; NULL: none */
	struct list_head ready;	/* has something to do */
	struct list_head run;	/* what the dispatch under way has still to run */
	u32 closings;		/* items with EPOLLHUP among them */
	void (*after)(void *arg);	/* behind each item that poller_dispatch() runs; NULL: nothing */
	void *after_arg;
};

int poller_init(struct poller *p, struct host_loop *loop);	/* 0/-errno */
void poller_exit(struct poller *p);
void poll_item_init(struct poll_item *item, u8 class,
		    void (*fn)(struct poll_item *item, u32 events));
/* Watches fd, which the item owns from now on. 0/-errno (fd is then still the caller's). */
int poller_add(struct poller *p, struct poll_item *item, int fd);
/* Moves the descriptor to another item; what is ready on it is told again. 0/-errno. */
int poller_move(struct poller *p, struct poll_item *from, struct poll_item *to);
/* Closes the item's descriptor, if any, and takes it off every list. */
void poller_close(struct poller *p, struct poll_item *item);
/* To another poller, with its descriptor; what is ready on it is told again. 0/-errno: it stays. */
int poller_transfer(struct poller *from, struct poller *to, struct poll_item *item);
void poller_queue(struct poller *p, struct poll_item *item);	/* run its fn soon */
/* A conversation goes on over this item: its next message is looked for first. */
void poller_set_hot(struct poller *p, struct poll_item *item);
static inline void poller_hot(struct poller *p, struct poll_item *item)
{
	if (p->hot != item)
		poller_set_hot(p, item);
}
/* Asks the kernel what is ready, without waiting. */
void poller_collect(struct poller *p);
/* Runs the items that are ready now; those queued meanwhile wait for the next call. True when some
 * ran. Not from an item's fn. */
bool poller_dispatch(struct poller *p);
/* Runs the POLL_DATA items that are ready now. From the fn of a POLL_CALLS item only. */
bool poller_dispatch_data(struct poller *p);
static inline bool poller_idle(const struct poller *p)
{
	return list_empty(&p->ready) && !p->signalled;
}

#endif
