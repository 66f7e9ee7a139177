// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts about a stream that one thread sends on, and what another does meanwhile: closes its number, by
 * whatever call, or cancels it. A call that waits has the file, and goes on with it.
 */
#include "facts.h"

#include <pthread.h>

enum { MIB = 1 << 20, MUCH = 8 * MIB };
enum { BY_CLOSE, BY_DUP2, BY_RANGE, WAYS };

static char data[MUCH];

struct closing {
	int fd, way;
};

static void *close_soon(void *arg)
{
	const struct closing *c = arg;
	int other;

	usleep(150000);
	switch (c->way) {
	case BY_CLOSE:
		close(c->fd);
		break;
	case BY_DUP2:
		other = open("/dev/null", O_RDONLY | O_CLOEXEC);
		dup2(other, c->fd);
		close(other);
		break;
	case BY_RANGE:
		close_range((unsigned int)c->fd, (unsigned int)c->fd, 0);
		break;
	}
	return NULL;
}

/* Sends n octets, and the number is closed soon. */
static void send_and_close(int fd, size_t n, int flags, int way)
{
	struct closing c = { fd, way };
	pthread_t thread;

	pthread_create(&thread, NULL, close_soon, &c);
	say("send", send(fd, data, n, flags));
	pthread_join(thread, NULL);
	if (way == BY_DUP2)
		close(fd);
}

/* To the last octet. */
static void fill(int fd)
{
	int full = 0;

	while (full < 4) {
		full++;
		while (send(fd, data, 65536, MSG_DONTWAIT) > 0 || send(fd, data, 1, MSG_DONTWAIT) > 0)
			full = 0;
		usleep(220000);
	}
}

static void sub(const char *name, int way)
{
	static const char *const ways[] = { "close", "dup2", "range" };

	printf("\n %s.%s", name, ways[way]);
}

/* The peer begins to read after that. */
static void closed_then_room(void)
{
	int way, small = 30000;

	for (way = 0; way < WAYS; way++) {
		int fd = open_peer('N');

		sub("much", way);
		send_and_close(fd, MUCH, 0, way);
		fd = open_peer('N');
		sub("more", way);
		send_and_close(fd, MUCH, MSG_MORE, way);
		fd = open_peer('N');
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
		sub("small", way);
		send_and_close(fd, MUCH, 0, way);
	}
}

static void closed_then_late(void)
{
	struct timeval tv = { 0, 400000 };
	int way;

	for (way = 0; way < WAYS; way++) {
		int fd = open_peer('H');

		fill(fd);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
		sub("late", way);
		send_and_close(fd, way == BY_CLOSE ? MIB : 8, 0, way);
	}
}

/* The peer resets the connection after that. */
static void closed_then_reset(void)
{
	int fd = open_peer('V'), pipes = sigpipes;

	fill(fd);
	send_and_close(fd, MIB, 0, BY_RANGE);
	say("sigpipe", sigpipes - pipes);
}

/* The peer resets the connection while a small send waits: nothing of it was taken. */
static void reset_while_full(void)
{
	int fd = open_peer('V'), pipes = sigpipes;

	fill(fd);
	say("send", send(fd, data, 8, 0));
	say("sigpipe", sigpipes - pipes);
	say("again", send(fd, data, 8, 0));
	say("sigpipe", sigpipes - pipes);
	close(fd);
}

static void *send_on(void *arg)
{
	while (send(*(int *)arg, data, MIB, 0) > 0)
		;
	return NULL;
}

/* A thread that is cancelled in a send, large or not, leaves a connection that another can go on with. */
static void cancelled_in_send(void)
{
	int fd = open_peer('N'), small = 30000, i;
	struct timeval tv = { 10, 0 };
	pthread_t thread;
	void *end;

	for (i = 0; i < 2; i++) {
		pthread_create(&thread, NULL, send_on, &fd);
		usleep(200000);
		pthread_cancel(thread);
		pthread_join(thread, &end);
		say("cancelled", end == PTHREAD_CANCELED);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
		say("send", send(fd, data, MUCH, 0));
		close(fd);
		fd = open_peer('N');
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	}
	close(fd);
}

const struct fact facts_thread[] = {
	{ "closed_then_room", closed_then_room },
	{ "closed_then_late", closed_then_late },
	{ "closed_then_reset", closed_then_reset },
	{ "reset_while_full", reset_while_full },
	{ "cancelled_in_send", cancelled_in_send },
	{ NULL, NULL },
};
