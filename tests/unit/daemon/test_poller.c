// SPDX-License-Identifier: BSD-2-Clause
/* The ready list: edges, fairness, items that free themselves and others, data inside a call. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/poller.h"

static struct host_loop *loop;
static struct poller p;
static char order[64];
static int nr;

struct thing {
	struct poll_item item;
	char name;
	int again;			/* times to queue itself again */
	struct thing *victim;		/* closed when this one runs */
	bool nest;			/* runs the data items from inside */
	u32 seen;
	int other;			/* the other end of its socket pair */
};

static void run(struct poll_item *item, u32 events)
{
	struct thing *t = container_of(item, struct thing, item);

	order[nr++] = t->name;
	order[nr] = '\0';
	t->seen |= events;
	if (t->nest)
		poller_dispatch_data(&p);
	if (t->victim)
		poller_close(&p, &t->victim->item);
	if (t->again-- > 0)
		poller_queue(&p, &t->item);
}

static void make(struct thing *t, char name, u8 class)
{
	int pair[2];

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	*t = (struct thing){ .name = name, .other = pair[1] };
	poll_item_init(&t->item, class, run);
	cr_assert_eq(poller_add(&p, &t->item, pair[0]), 0);
}

static void setup(void)
{
	loop = host_loop_new();
	cr_assert_not_null(loop);
	cr_assert_eq(poller_init(&p, loop), 0);
}

static void teardown(void)
{
	poller_exit(&p);
	host_loop_free(loop);
}

TestSuite(poller, .init = setup, .fini = teardown);

/* Forgets the first edge (writable) that every socket has. */
static void settle(void)
{
	poller_collect(&p);
	while (poller_dispatch(&p))
		;
	nr = 0;
	order[0] = '\0';
}

Test(poller, tells_an_edge_once)
{
	struct thing a;

	make(&a, 'a', POLL_DATA);
	settle();
	a.seen = 0;
	cr_assert_eq(write(a.other, "x", 1), 1);
	poller_collect(&p);
	cr_assert(poller_dispatch(&p));
	cr_assert(a.seen & EPOLLIN);
	poller_collect(&p);
	cr_assert_not(poller_dispatch(&p), "the byte is still there, but that is no edge");
	close(a.other);
	a.seen = 0;
	poller_collect(&p);
	poller_dispatch(&p);
	cr_assert(a.seen & EPOLLHUP);
	poller_close(&p, &a.item);
	cr_assert(poller_idle(&p));
}

Test(poller, busy_item_lets_others_run)
{
	struct thing a, b, c;

	make(&a, 'a', POLL_DATA);
	make(&b, 'b', POLL_DATA);
	make(&c, 'c', POLL_DATA);
	settle();
	a.again = 2;
	poller_queue(&p, &a.item);
	poller_queue(&p, &b.item);
	poller_queue(&p, &c.item);
	while (poller_dispatch(&p))
		;
	cr_assert_str_eq(order, "abcaa");
}

Test(poller, queued_twice_runs_once)
{
	struct thing a;

	make(&a, 'a', POLL_DATA);
	settle();
	poller_queue(&p, &a.item);
	poller_queue(&p, &a.item);
	poller_dispatch(&p);
	cr_assert_str_eq(order, "a");
}

Test(poller, closed_item_does_not_run)
{
	struct thing a, b;

	make(&a, 'a', POLL_DATA);
	make(&b, 'b', POLL_DATA);
	settle();
	a.victim = &b;
	poller_queue(&p, &a.item);
	poller_queue(&p, &b.item);
	poller_dispatch(&p);
	cr_assert_str_eq(order, "a");
	cr_assert_eq(b.item.fd, -1);
}

Test(poller, data_inside_a_call)
{
	struct thing call, later, data;

	make(&call, 'C', POLL_CALLS);
	make(&later, 'L', POLL_CALLS);
	make(&data, 'd', POLL_DATA);
	settle();
	call.nest = true;
	poller_queue(&p, &call.item);
	poller_queue(&p, &later.item);
	poller_queue(&p, &data.item);
	poller_dispatch(&p);
	cr_assert_str_eq(order, "CdL", "data run inside the call, other calls after it: %s", order);
}

Test(poller, moved_descriptor_is_told_again)
{
	struct thing a, b;

	make(&a, 'a', POLL_CALLS);
	b = (struct thing){ .name = 'b' };
	poll_item_init(&b.item, POLL_DATA, run);
	settle();
	cr_assert_eq(write(a.other, "x", 1), 1);
	poller_collect(&p);
	cr_assert_eq(poller_move(&p, &a.item, &b.item), 0);
	poller_dispatch(&p);
	cr_assert_str_eq(order, "b");
	cr_assert(b.seen & EPOLLIN);
	cr_assert_eq(a.item.fd, -1);
	nr = 0;
	close(a.other);
	poller_collect(&p);
	poller_dispatch(&p);
	cr_assert_str_eq(order, "b");
}

enum { MESSAGES = 64 };

static struct {
	struct thing a;
	int messages, alone;	/* found, and of them without asking for all */
} talk;

/* Takes the message that ended the last wait, and sends one to end the next. */
static uint64_t next_message(void *arg)
{
	char byte;

	if (read(talk.a.item.fd, &byte, 1) == 1) {
		talk.messages++;
		talk.alone += !p.signalled;
		cr_assert_eq(list_is_linked(&talk.a.item.ready), !p.signalled);
	}
	settle();
	if (talk.messages == MESSAGES)
		host_loop_stop(arg);
	cr_assert_eq(write(talk.a.other, "x", 1), 1);
	return UINT64_MAX;
}

Test(poller, the_one_used_last_is_looked_at_alone)
{
	const struct host_spin spin = { .max_ns = 1000000000 };

	make(&talk.a, 'a', POLL_DATA);
	settle();
	poller_hot(&p, &talk.a.item);
	cr_assert_eq(host_loop_run(loop, next_message, loop, &spin), 0);
	cr_assert_eq(talk.messages, MESSAGES);
	cr_assert_eq(talk.alone, MESSAGES * 7 / 8, "one look in eight is at all");
	poller_close(&p, &talk.a.item);
	cr_assert_null(p.hot);
}
