// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random socket calls, the same for the same seed: random STEPS SETTLE_MS SEED... Each seed is a
 * process with a few sockets that talk to each other over an own address; each call is a line with its
 * result. run.sh --random runs it natively and on the stack, and random.py compares.
 */
#include "random.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_EPHEMERAL = 10000 };

struct slot slots[SLOTS];
int failure;
static uint64_t state;
static volatile sig_atomic_t sigpipes;
static unsigned int settle_ms;

uint32_t below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 11) % n);
}

const char *result(long r)
{
	static char text[24];

	failure = r < 0 ? errno : 0;
	if (r < 0)
		return strerrorname_np(failure);
	snprintf(text, sizeof(text), "%ld", r);
	return text;
}

/* -- addresses ------------------------------------------------------------------------------------ */
static const char *const hosts4[] = { "10.77.0.2", "10.77.0.2", "0.0.0.0", "10.77.0.1", "10.77.0.2" };
static const char *const odd4[] = { "224.0.0.251", "255.255.255.255", "10.77.0.1" };
static const char *const hosts6[] = { "fd77::2", "fd77::2", "::", "fd77::1", "::ffff:10.77.0.2" };
static const char *const odd6[] = { "::ffff:0.0.0.0", "ff02::1", "fd77::1" };
static const uint16_t ports[] = { 0, 4001, 4002, 4003, 4001, 4002, 9 };

static socklen_t address(struct sockaddr_storage *ss, bool v6, const char *host, uint16_t port)
{
	struct sockaddr_in *a4 = (void *)ss;
	struct sockaddr_in6 *a6 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = v6 ? AF_INET6 : AF_INET;
	a4->sin_port = htons(port);
	inet_pton(ss->ss_family, host, v6 ? (void *)&a6->sin6_addr : (void *)&a4->sin_addr);
	return v6 ? sizeof(*a6) : sizeof(*a4);
}

socklen_t any_address(struct sockaddr_storage *ss)
{
	bool v6 = below(2), odd = !below(4);
	const char *host = v6 ? odd ? PICK(odd6) : PICK(hosts6) : odd ? PICK(odd4) : PICK(hosts4);
	uint16_t port = PICK(ports);
	socklen_t len = address(ss, v6, host, port);
	uint32_t kind = below(20);

	if (kind < 2) {
		ss->ss_family = kind ? AF_UNIX : AF_UNSPEC;
		printf(" family %d", ss->ss_family);
		return 16;
	}
	printf(" [%s]:%u", host, port);
	if (below(25))
		return len;
	printf("/short");
	return len - 8;
}

void print_address(const struct sockaddr_storage *ss, socklen_t len)
{
	const struct sockaddr_in *a4 = (const void *)ss;
	const struct sockaddr_in6 *a6 = (const void *)ss;
	char text[INET6_ADDRSTRLEN] = "?";
	uint16_t port = ntohs(a4->sin_port);

	if (!len) {
		printf(" -");
		return;
	}
	inet_ntop(ss->ss_family, ss->ss_family == AF_INET6 ? (const void *)&a6->sin6_addr :
							     (const void *)&a4->sin_addr, text, sizeof(text));
	printf(" [%s]:", text);
	printf(port && port < FIRST_EPHEMERAL ? "%u" : "E", port);
	printf("/%u", len);
}

uint32_t interface_kind(uint32_t index)
{
	return index == if_nametoindex("lo") ? 1 : index ? 9 : 0;
}

void print_octets(const void *p, size_t n)
{
	const unsigned char *c = p;
	size_t i;

	for (i = 0; i < n; i++)
		printf(" %02x", c[i]);
}

/* -- calls ---------------------------------------------------------------------------------------- */
void drop(struct slot *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Two connected ends. */
static void pair(struct slot *a)
{
	struct slot *b = &slots[((size_t)(a - slots) + 1) % SLOTS];
	bool v6 = below(2);
	int type = below(4) ? SOCK_STREAM : SOCK_DGRAM, one = 1;
	struct sockaddr_storage ss;
	socklen_t len = address(&ss, v6, v6 ? hosts6[0] : hosts4[0], 0);
	int l = socket(ss.ss_family, type, 0), bad;

	drop(a);
	drop(b);
	a->fd = socket(ss.ss_family, type, 0);
	bad = bind(l, (void *)&ss, len) | getsockname(l, (void *)&ss, &len);
	if (type == SOCK_STREAM)
		bad |= listen(l, 1);
	bad |= connect(a->fd, (void *)&ss, len);
	if (type == SOCK_STREAM) {
		b->fd = accept(l, NULL, NULL);
		close(l);
	} else {
		bad |= getsockname(a->fd, (void *)&ss, &len) | connect(l, (void *)&ss, len);
		b->fd = l;
	}
	ioctl(a->fd, FIONBIO, &one);
	ioctl(b->fd, FIONBIO, &one);
	a->tried = b->tried = true;
	printf("pair with %td: family %d type %d %d", b - slots, ss.ss_family, type, bad);
}

static void open_or_close(struct slot *s)
{
	bool v6 = below(2);
	int type = below(5) < 3 ? SOCK_STREAM : SOCK_DGRAM;
	struct sockaddr_storage any;
	socklen_t len = address(&any, v6, v6 ? "::" : "0.0.0.0", 0);

	if (s->fd >= 0) {
		printf("close %s", result(close(s->fd)));
		s->fd = -1;
		return;
	}
	s->fd = socket(any.ss_family, type | SOCK_NONBLOCK, 0);
	s->tried = false;
	/* a failed send or connect gives a port natively only */
	if (type == SOCK_DGRAM)
		bind(s->fd, (void *)&any, len);
	printf("socket %d %d", any.ss_family, type);
}

static void do_bind(struct slot *s)
{
	struct sockaddr_storage ss;
	socklen_t len;

	printf("bind");
	len = any_address(&ss);
	if (!s->tried)
		printf(" %s", result(bind(s->fd, (void *)&ss, len)));
}

static void do_listen(struct slot *s)
{
	int backlog = (int)below(4) - 1;

	printf("listen %d %s", backlog, result(listen(s->fd, backlog)));
}

static void do_connect(struct slot *s)
{
	struct sockaddr_storage ss;
	socklen_t len;

	printf("connect");
	len = any_address(&ss);
	printf(" %s", result(connect(s->fd, (void *)&ss, len)));
	s->tried = true;
}

static void do_accept(struct slot *s)
{
	struct slot *to = &slots[below(SLOTS)];
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = accept4(s->fd, (void *)&ss, &len, SOCK_NONBLOCK);

	printf("accept to %td %s", to - slots, fd < 0 ? result(fd) : "");
	if (fd < 0)
		return;
	failure = 0;
	print_address(&ss, len);
	drop(to);
	*to = (struct slot){ fd, true };
}

static const size_t sizes[] = { 0, 1, 10, 1000, 10 };

static void do_send(struct slot *s)
{
	static const int flags[] = { 0, 0, 0, 0, MSG_OOB, MSG_CONFIRM, MSG_EOR };
	struct sockaddr_storage ss;
	char buf[1000];
	size_t n = PICK(sizes);
	int f = PICK(flags);
	socklen_t len = 0;

	memset(buf, 'a' + (int)below(26), sizeof(buf));
	printf("send %zu %x", n, f);
	if (!below(4))
		len = any_address(&ss);
	printf(" %s", result(sendto(s->fd, buf, n, f | MSG_NOSIGNAL, len ? (void *)&ss : NULL, len)));
}

static void do_recv(struct slot *s)
{
	static const int flags[] = { 0, 0, 0, MSG_PEEK, MSG_OOB, MSG_TRUNC, MSG_WAITALL, MSG_ERRQUEUE };
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char buf[4000];
	size_t n = PICK(sizes) * 4;
	int f = PICK(flags);
	ssize_t r = recvfrom(s->fd, buf, n, f | MSG_DONTWAIT, (void *)&ss, &len);

	printf("recv %zu %x %s", n, f, result(r));
	if (r > 0 && n && !(f & MSG_TRUNC))
		printf(" %c", buf[0]);
	if (r >= 0)
		print_address(&ss, len);
}

static void do_shutdown(struct slot *s)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int how = 1 + (int)below(2);	/* what arrives after SHUT_RD is another matter */

	printf("shutdown %d", how);
	if (!getpeername(s->fd, (void *)&ss, &len))
		printf(" %s", result(shutdown(s->fd, how)));
}

static void names(struct slot *s)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	bool peer = below(2);
	int r = peer ? getpeername(s->fd, (void *)&ss, &len) : getsockname(s->fd, (void *)&ss, &len);

	printf("%s %s", peer ? "peer" : "name", result(r));
	if (!r)
		print_address(&ss, len);
}

static void do_poll(struct slot *s)
{
	struct pollfd p = { s->fd, POLLIN | POLLOUT | POLLRDHUP | POLLPRI, 0 };
	int n = -1;

	poll(&p, 1, 0);
	printf("poll %x, %s", (unsigned int)p.revents, result(ioctl(s->fd, FIONREAD, &n)));
	/* the urgent mark is counted past */
	printf(" %d", p.revents & POLLPRI ? -2 : n);
}

/* -- a seed ---------------------------------------------------------------------------------------- */
static void step(unsigned int i)
{
	static void (*const calls[])(struct slot *s) = {
		pair, pair, pair, open_or_close, open_or_close, do_bind, do_listen, do_connect, do_connect,
		do_accept, do_send, do_send, do_send, do_recv, do_recv, do_recv, do_shutdown, names,
		set_option, set_option, set_option, set_option, get_option, get_option, do_poll, do_poll,
		send_message, send_message, send_message, receive_message, receive_message, receive_message,
		messages, vectors, vectors, pipes, descriptors, descriptors, controls, ready, ready,
		epoll_calls, epoll_calls, wrong, other_socket, handed_over,
	};
	struct slot *s = &slots[below(SLOTS)];

	printf("%u: %td ", i, s - slots);
	failure = 0;
	sigpipes = 0;
	PICK(calls)(s);
	printf("%s\n", sigpipes ? " SIGPIPE" : "");
	/* when an error was told decides over what follows: on with another socket */
	if (failure == ECONNREFUSED || failure == ECONNRESET || failure == ECONNABORTED ||
	    failure == EPIPE)
		drop(s);
	usleep(settle_ms * 1000);
}

static void on_sigpipe(int sig)
{
	(void)sig;
	sigpipes++;
}

static void run(uint64_t seed, unsigned int steps)
{
	unsigned int i;

	signal(SIGPIPE, on_sigpipe);
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);	/* what a call is about is seen if it never ends */

	alarm(60 + steps);
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (i = 0; i < SLOTS; i++)
		slots[i].fd = -1;
	for (i = 0; i < steps; i++)
		step(i);
	exit(0);
}

int main(int argc, char **argv)
{
	unsigned int steps;
	int status, i;

	if (argc < 4)
		return 2;
	steps = (unsigned int)strtoul(argv[1], NULL, 0);
	settle_ms = (unsigned int)strtoul(argv[2], NULL, 0);
	for (i = 3; i < argc; i++) {
		printf("== %s\n", argv[i]);
		fflush(stdout);
		if (!fork())
			run(strtoull(argv[i], NULL, 0), steps);
		if (wait(&status) < 0 || status)
			printf("status %x\n", (unsigned int)status);
	}
	return 0;
}
