// SPDX-License-Identifier: BSD-2-Clause
/*
 * Time stamps of a stream. The stack stamps packets, the program asks for octets: which one a send
 * ended with, and when the last one that it read arrived. Both are kept by position, counted from
 * when the program first asked for stamps. SIOCGSTAMP of a datagram socket goes the same way: by
 * position in what its descriptor was given.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "daemon/object.h"

enum { MARKS = 256, ARRIVALS = 512 };

struct stamps {
	u64 taken, given;		/* octets from, and to the program */
	u32 mark, nr_marks;		/* oldest, number */
	u32 arrival, nr_arrivals;
	struct {
		u64 end;		/* behind the octet */
		u32 tsflags;
	} marks[MARKS];
	struct {
		u64 end;
		u64 ns;
	} arrivals[ARRIVALS];
};

void stamps_begin(struct object *o)
{
	const struct sock *sk = o->sk;

	if (!o->stamps && sk && (sk->sk_tsflags || sock_flag(sk, SOCK_RCVTSTAMP)))
		o->stamps = calloc(1, sizeof(*o->stamps));	/* without memory: no stamps */
}

void stamps_free(struct object *o)
{
	free(o->stamps);
	o->stamps = NULL;
}

static int unread(int fd)
{
	int n = 0;

	return ioctl(fd, SIOCINQ, &n) ? 0 : n;
}

/* -- sending ------------------------------------------------------------------ */

int stamps_mark(struct object *o, u32 tsflags, u32 len)
{
	struct stamps *s;
	u32 i, waiting;

	if (!o->stamps)		/* asked for by a control message only */
		o->stamps = calloc(1, sizeof(*o->stamps));
	s = o->stamps;
	if (!s)
		return -ENOMEM;
	if (s->nr_marks == MARKS)
		return -ENOBUFS;
	i = (s->mark + s->nr_marks++) % MARKS;
	waiting = (u32)unread(o->d.fd);
	/* what is left of the connect request is not of the stream */
	waiting -= min(waiting, o->filler);
	s->marks[i].end = s->taken + waiting + len;
	s->marks[i].tsflags = tsflags;
	return 0;
}

/* The newest mark's send took less than it wanted. Too late if what it took was taken here. */
void stamps_less(struct object *o, u32 less)
{
	struct stamps *s = o->stamps;
	u32 i;

	if (!s || !s->nr_marks)
		return;
	i = (s->mark + s->nr_marks - 1) % MARKS;
	if (s->marks[i].end <= s->taken + less)
		s->nr_marks--;
	else
		s->marks[i].end -= less;
}

size_t stamps_limit(const struct object *o, size_t want)
{
	const struct stamps *s = o->stamps;

	return s->nr_marks ? min_t(u64, want, s->marks[s->mark].end - s->taken) : want;
}

void stamps_taken(struct object *o, size_t n)
{
	struct stamps *s = o->stamps;

	s->taken += n;
	if (!s->nr_marks || s->marks[s->mark].end != s->taken)
		return;
	o->sk->sk_tx_stamp = s->marks[s->mark].tsflags;
	s->mark = (s->mark + 1) % MARKS;
	s->nr_marks--;
}

bool stamps_outstanding(struct object *o)
{
	int out = 0;

	if (o->stamps && o->stamps->nr_marks)
		return true;
	return !sock_ioctl(o->sk, SIOCOUTQ, &out) && out;
}

/* -- receiving ------------------------------------------------------------------ */

/* What was given up to end arrived at ns. */
static void arrived(struct stamps *s, u64 end, u64 ns)
{
	u32 last = (s->arrival + s->nr_arrivals - 1) % ARRIVALS;

	if (s->nr_arrivals && s->arrivals[last].ns == ns) {
		s->arrivals[last].end = end;
		return;
	}
	if (s->nr_arrivals == ARRIVALS) {	/* unread for long: the oldest one is forgotten */
		s->arrival = (s->arrival + 1) % ARRIVALS;
		s->nr_arrivals--;
	}
	last = (s->arrival + s->nr_arrivals++) % ARRIVALS;
	s->arrivals[last].end = end;
	s->arrivals[last].ns = ns;
}

void stamps_given(struct object *o, size_t n, u64 ns)
{
	struct stamps *s = o->stamps;

	s->given += n;
	arrived(s, s->given, ns);
}

/* When what ends at `at` arrived. What ends before `read` will not be asked for again. */
static u64 arrival_at(struct stamps *s, u64 at, u64 read)
{
	while (s->nr_arrivals > 1 && s->arrivals[s->arrival].end < read) {
		s->arrival = (s->arrival + 1) % ARRIVALS;
		s->nr_arrivals--;
	}
	for (u32 i = 0; i < s->nr_arrivals; i++)
		if (s->arrivals[(s->arrival + i) % ARRIVALS].end >= at)
			return s->arrivals[(s->arrival + i) % ARRIVALS].ns;
	return 0;
}

u64 stamps_arrival(struct object *o, int fd, u32 ahead)
{
	struct stamps *s = o->stamps;
	u64 at;

	if (!s)
		return 0;
	at = s->given - (u64)unread(fd) + ahead;	/* behind the octet in question */
	return (s64)at <= 0 ? 0 : arrival_at(s, at, at - ahead);
}

/* -- datagrams ------------------------------------------------------------------ */

void stamps_packet(struct object *o, u64 ns)
{
	struct stamps *s = o->stamps;

	if (ns)
		arrived(s, o->given, ns);
	else if (s->nr_arrivals)	/* the packet before it is still the last one */
		s->arrivals[(s->arrival + s->nr_arrivals - 1) % ARRIVALS].end = o->given;
}

void stamps_take_back(struct object *o)
{
	struct stamps *s = o->stamps;

	while (s->nr_arrivals && s->arrivals[(s->arrival + s->nr_arrivals - 1) % ARRIVALS].end > o->given) {
		u32 last = (s->arrival + s->nr_arrivals - 1) % ARRIVALS;
		u32 before = (s->arrival + s->nr_arrivals - 2) % ARRIVALS;

		if (s->nr_arrivals == 1 || s->arrivals[before].end < o->given) {
			s->arrivals[last].end = o->given;
			return;
		}
		s->nr_arrivals--;
	}
}

/* Nobody asked so far: what was read, and what waits, counts as if it came now. */
static int stamps_start(struct object *o, u64 read, u64 now)
{
	const struct sock *sk = o->sk;

	o->stamps = calloc(1, sizeof(*o->stamps));
	if (!o->stamps)
		return -ENOMEM;
	if (o->given && !sk->sk_tsflags && !sock_flag(sk, SOCK_RCVTSTAMP)) {
		if (read)
			arrived(o->stamps, read, now);
		arrived(o->stamps, o->given, now);
	}
	return 0;
}

int stamps_last(struct object *o, int fd, u64 *ns)
{
	u64 read = o->given - (u64)unread(fd) - dgram_stashed(o);
	const struct net *net = o->w->net;

	if (!o->stamps) {
		int ret = stamps_start(o, read, net->now + net->cfg.wall_offset_ns);

		if (ret)
			return ret;
	}
	*ns = (s64)read <= 0 ? 0 : arrival_at(o->stamps, read, read);
	return *ns ? 0 : -ENOENT;
}
