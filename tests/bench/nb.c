// SPDX-License-Identifier: BSD-2-Clause
/*
 * nb: the ordinary program that the benchmark runs, natively and under libnetstack.so. It knows
 * nothing of the stack.
 *
 *	nb server PORT [close]		echo on each connection, one thread, epoll; or one answer, then close
 *	nb rr HOST PORT SECONDS		1-byte round trips on one connection: p50 and p99 in us
 *	nb crr HOST PORT SECONDS N	connect, 1 byte each way, end of file, close; N at a time: connections
 *					per second. The server closes first ("nb server PORT close"), so that
 *					TIME-WAIT does not use up the client's ports
 *	nb idle HOST PORT N		opens N connections, prints "ready", waits for stdin to close
 *	nb udpsink PORT			counts datagrams until stdin closes
 *	nb udptx HOST PORT SECONDS SIZE	sends as fast as it can: datagrams per second
 *
 * Results are one JSON object on stdout.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define MAX_SAMPLES 4000000
#define MAX_EVENTS  256

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static socklen_t resolve(const char *host, const char *port, int type, struct sockaddr_storage *ss)
{
	struct addrinfo hints = { .ai_socktype = type,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *ai;
	socklen_t len;

	if (getaddrinfo(host, port, &hints, &ai)) {
		fprintf(stderr, "nb: %s port %s is no numeric address\n", host, port);
		exit(2);
	}
	memcpy(ss, ai->ai_addr, ai->ai_addrlen);
	len = ai->ai_addrlen;
	freeaddrinfo(ai);
	return len;
}

static int connect_to(const struct sockaddr_storage *ss, socklen_t len, int flags)
{
	int fd = socket(ss->ss_family, SOCK_STREAM | flags, 0), one = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (const struct sockaddr *)ss, len) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static int bound(const char *port, int type)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6,
				     .sin6_port = htons((uint16_t)atoi(port)) };
	int fd = socket(AF_INET6, type, 0), one = 1, zero = 0;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	if (fd < 0 || bind(fd, (struct sockaddr *)&sin6, sizeof(sin6)))
		die("bind");
	return fd;
}

static void accept_all(int ep, int listener)
{
	int one = 1, fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
		struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	}
}

/* Answers what came; false when the connection is over. */
static bool serve(int fd, bool once)
{
	static char buf[65536];
	ssize_t len = read(fd, buf, sizeof(buf));

	if (len <= 0)
		return len < 0 && errno == EAGAIN;
	return write(fd, buf, (size_t)len) == len && !once;
}

static int server(const char *port, bool once)
{
	struct epoll_event ev = { .events = EPOLLIN }, evs[MAX_EVENTS];
	int listener = bound(port, SOCK_STREAM | SOCK_NONBLOCK), ep = epoll_create1(0);

	if (listen(listener, 4096))
		die("listen");
	ev.data.fd = listener;
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &ev);
	printf("{\"listening\": true}\n");
	fflush(stdout);
	while (!ferror(stdout)) {
		int n = epoll_wait(ep, evs, MAX_EVENTS, -1), i;

		for (i = 0; i < n; i++) {
			int fd = evs[i].data.fd;

			if (fd == listener)
				accept_all(ep, listener);
			else if (!serve(fd, once))
				close(fd);
		}
	}
	return 0;
}

static int compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int rr(const char *host, const char *port, int seconds)
{
	struct sockaddr_storage ss;
	socklen_t len = resolve(host, port, SOCK_STREAM, &ss);
	int fd = connect_to(&ss, len, 0);
	uint32_t *sample = malloc(MAX_SAMPLES * sizeof(*sample));
	uint64_t end = now_ns() + (uint64_t)seconds * 1000000000u, t;
	size_t n = 0;
	char c = 'x';

	if (fd < 0)
		die("connect");
	while ((t = now_ns()) < end && n < MAX_SAMPLES) {
		if (write(fd, &c, 1) != 1 || read(fd, &c, 1) != 1)
			die("round trip");
		sample[n++] = (uint32_t)(now_ns() - t);
	}
	qsort(sample, n, sizeof(*sample), compare_u32);
	printf("{\"p50_us\": %.1f, \"p99_us\": %.1f, \"count\": %zu}\n", sample[n / 2] / 1e3,
	       sample[n * 99 / 100] / 1e3, n);
	return 0;
}

struct slot {
	int fd;
	bool written, answered;
};

static int slot_start(int ep, struct slot *slots, uint32_t i, const struct sockaddr_storage *ss,
		      socklen_t len)
{
	struct epoll_event ev = { .events = EPOLLOUT, .data.u32 = i };

	slots[i].fd = connect_to(ss, len, SOCK_NONBLOCK);
	slots[i].written = slots[i].answered = false;
	return slots[i].fd < 0 ? -1 : epoll_ctl(ep, EPOLL_CTL_ADD, slots[i].fd, &ev);
}

/* One step of a connection's life; 1 when it is complete, -1 on error. */
static int slot_step(int ep, struct slot *s, uint32_t i)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u32 = i };
	char c = 'x';
	ssize_t n;

	if (!s->written) {
		if (write(s->fd, &c, 1) != 1)
			return -1;
		s->written = true;
		epoll_ctl(ep, EPOLL_CTL_MOD, s->fd, &ev);
		return 0;
	}
	n = read(s->fd, &c, 1);
	if (n == 1 && !s->answered) {
		s->answered = true;
		return 0;
	}
	return n == 0 && s->answered ? 1 : -1;
}

static int crr(const char *host, const char *port, int seconds, uint32_t n)
{
	struct sockaddr_storage ss;
	socklen_t len = resolve(host, port, SOCK_STREAM, &ss);
	struct slot *slots = calloc(n, sizeof(*slots));
	struct epoll_event evs[MAX_EVENTS];
	uint64_t start = now_ns(), end = start + (uint64_t)seconds * 1000000000u;
	unsigned long done = 0, errors = 0;
	int ep = epoll_create1(0);
	uint32_t i;

	for (i = 0; i < n; i++)
		if (slot_start(ep, slots, i, &ss, len))
			die("connect");
	while (now_ns() < end) {
		int got = epoll_wait(ep, evs, MAX_EVENTS, 1000), k;

		for (k = 0; k < got; k++) {
			int ret = slot_step(ep, &slots[evs[k].data.u32], evs[k].data.u32);

			if (!ret)
				continue;
			if (ret > 0)
				done++;
			else
				errors++;
			close(slots[evs[k].data.u32].fd);
			if (slot_start(ep, slots, evs[k].data.u32, &ss, len))
				die("connect");
		}
	}
	printf("{\"per_s\": %.0f, \"errors\": %lu}\n",
	       (double)done * 1e9 / (double)(now_ns() - start), errors);
	return 0;
}

static int idle(const char *host, const char *port, int n)
{
	struct sockaddr_storage ss;
	socklen_t len = resolve(host, port, SOCK_STREAM, &ss);
	char c;
	int i;

	for (i = 0; i < n; i++) {
		if (connect_to(&ss, len, 0) < 0)
			die("connect");
	}
	printf("{\"ready\": %d}\n", n);
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	return 0;
}

static int udpsink(const char *port)
{
	int fd = bound(port, SOCK_DGRAM), size = 4 << 20;
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = 0, .events = POLLIN } };
	static char bufs[64][2048];
	struct mmsghdr mm[64];
	struct iovec iov[64];
	unsigned long count = 0;
	uint64_t first = 0, last = 0;
	int i;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (i = 0; i < 64; i++) {
		iov[i] = (struct iovec){ bufs[i], sizeof(bufs[i]) };
		mm[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	}
	printf("{\"listening\": true}\n");
	fflush(stdout);
	while (poll(p, 2, -1) > 0) {
		if (p[0].revents) {
			int n = recvmmsg(fd, mm, 64, MSG_DONTWAIT, NULL);

			if (n > 0) {
				count += (unsigned long)n;
				last = now_ns();
				first = first ? first : last;
			}
			continue;
		}
		if (p[1].revents)
			break;
	}
	printf("{\"per_s\": %.0f, \"count\": %lu}\n",
	       last > first ? (double)count * 1e9 / (double)(last - first) : 0.0, count);
	return 0;
}

static int udptx(const char *host, const char *port, int seconds, size_t size)
{
	struct sockaddr_storage ss;
	socklen_t len = resolve(host, port, SOCK_DGRAM, &ss);
	int fd = socket(ss.ss_family, SOCK_DGRAM, 0);
	static char buf[65536];
	uint64_t start = now_ns(), end = start + (uint64_t)seconds * 1000000000u;
	unsigned long sent = 0;

	if (connect(fd, (struct sockaddr *)&ss, len))
		die("connect");
	while (now_ns() < end)
		if (send(fd, buf, size, 0) >= 0)
			sent++;
	printf("{\"per_s\": %.0f}\n", (double)sent * 1e9 / (double)(now_ns() - start));
	return 0;
}

int main(int argc, char **argv)
{
	struct rlimit rl = { 65536, 65536 };

	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_NOFILE, &rl);
	if ((argc == 3 || (argc == 4 && !strcmp(argv[3], "close"))) && !strcmp(argv[1], "server"))
		return server(argv[2], argc == 4);
	if (argc == 5 && !strcmp(argv[1], "rr"))
		return rr(argv[2], argv[3], atoi(argv[4]));
	if (argc == 6 && !strcmp(argv[1], "crr"))
		return crr(argv[2], argv[3], atoi(argv[4]), (uint32_t)atoi(argv[5]));
	if (argc == 5 && !strcmp(argv[1], "idle"))
		return idle(argv[2], argv[3], atoi(argv[4]));
	if (argc == 3 && !strcmp(argv[1], "udpsink"))
		return udpsink(argv[2]);
	if (argc == 6 && !strcmp(argv[1], "udptx"))
		return udptx(argv[2], argv[3], atoi(argv[4]), (size_t)atoi(argv[5]));
	fprintf(stderr,
		"usage: nb server PORT [close] | rr HOST PORT SECONDS | crr HOST PORT SECONDS N | "
		"idle HOST PORT N | udpsink PORT | udptx HOST PORT SECONDS SIZE\n");
	return 2;
}
