/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program linked statically, which no library can be loaded into: plain clients and servers, and
 * what calls that wait do with signals and time limits. Prints what happened; test_static.py
 * knows what should.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_storage address;
static socklen_t address_len;

static void parse(const char *host, const char *port)
{
	struct sockaddr_in *a4 = (void *)&address;
	struct sockaddr_in6 *a6 = (void *)&address;

	memset(&address, 0, sizeof(address));
	if (inet_pton(AF_INET, host, &a4->sin_addr) == 1) {
		a4->sin_family = AF_INET;
		a4->sin_port = htons((uint16_t)atoi(port));
		address_len = sizeof(*a4);
	} else if (inet_pton(AF_INET6, host, &a6->sin6_addr) == 1) {
		a6->sin6_family = AF_INET6;
		a6->sin6_port = htons((uint16_t)atoi(port));
		address_len = sizeof(*a6);
	} else {
		exit(2);
	}
}

static int die(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(int type)
{
	int fd = socket(address.ss_family, type, 0);

	return fd < 0 ? die("socket") : fd;
}

static int listener(int backlog)
{
	int fd = open_socket(SOCK_STREAM), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, address_len))
		die("bind");
	if (listen(fd, backlog))
		die("listen");
	return fd;
}

static const char *show(const struct sockaddr_storage *ss, char *buf)
{
	const struct sockaddr_in *a4 = (const void *)ss;
	const struct sockaddr_in6 *a6 = (const void *)ss;

	if (ss->ss_family == AF_INET)
		return inet_ntop(AF_INET, &a4->sin_addr, buf, 64);
	if (ss->ss_family == AF_INET6)
		return inet_ntop(AF_INET6, &a6->sin6_addr, buf, 64);
	snprintf(buf, 64, "family%d", ss->ss_family);
	return buf;
}

static void names(int fd)
{
	struct sockaddr_storage local = { 0 }, peer = { 0 };
	socklen_t l = sizeof(local), p = sizeof(peer);
	char a[64], b[64];

	if (getsockname(fd, (struct sockaddr *)&local, &l) ||
	    getpeername(fd, (struct sockaddr *)&peer, &p))
		die("name");
	printf("local=%s peer=%s\n", show(&local, a), show(&peer, b));
}

/* Sends n bytes and reads them back. */
static void echo_round(int fd, size_t n)
{
	static char out[65536], in[65536];
	size_t i, got = 0;
	ssize_t r;

	for (i = 0; i < n; i++)
		out[i] = (char)(i * 7);
	if (send(fd, out, n, 0) != (ssize_t)n)
		die("send");
	while (got < n && (r = recv(fd, in + got, n - got, 0)) > 0)
		got += (size_t)r;
	printf("echo=%zu equal=%d\n", got, !memcmp(in, out, n));
}

static void client(void)
{
	int fd = open_socket(SOCK_STREAM);

	if (connect(fd, (struct sockaddr *)&address, address_len))
		die("connect");
	names(fd);
	echo_round(fd, 10);
	echo_round(fd, 60000);
	shutdown(fd, SHUT_WR);
	printf("end=%zd\n", read(fd, &(char){ 0 }, 1));
}

/* -- servers ------------------------------------------------------------------------------ */

static void *echo(void *arg)
{
	int fd = (int)(intptr_t)arg;
	char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			break;
	close(fd);
	return NULL;
}

static int accept_one(int fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	char text[64];
	int c = accept(fd, (struct sockaddr *)&peer, &len);

	if (c < 0)
		die("accept");
	printf("from=%s\n", show(&peer, text));
	return c;
}

static void thread_server(int n)
{
	int fd = listener(16), i;
	pthread_t t[64];

	for (i = 0; i < n; i++)
		pthread_create(&t[i], NULL, echo, (void *)(intptr_t)accept_one(fd));
	for (i = 0; i < n; i++)
		pthread_join(t[i], NULL);
	printf("served=%d\n", n);
}

/* Children that wait in accept() on the listener of their parent, one connection each. */
static void fork_server(int n)
{
	int fd = listener(16), i, ok = 0, status;

	for (i = 0; i < n; i++)
		if (!fork()) {
			echo((void *)(intptr_t)accept_one(fd));
			fflush(stdout);
			_exit(0);
		}
	for (i = 0; i < n; i++)
		ok += wait(&status) > 0 && !status;
	printf("served=%d\n", ok);
}

/* The connection is handed to another program, which knows nothing of sockets. */
static void exec_server(void)
{
	int fd = listener(1), c = accept_one(fd);

	fflush(stdout);
	dup2(c, 0);
	dup2(c, 1);
	execlp("cat", "cat", NULL);
}

/* -- UDP ---------------------------------------------------------------------------------- */

static void udp_client(void)
{
	int fd = open_socket(SOCK_DGRAM), n, ready;
	char buf[2000] = "datagram";
	fd_set set;

	if (connect(fd, (struct sockaddr *)&address, address_len))
		die("connect");
	names(fd);
	if (write(fd, buf, 1400) != 1400)
		die("write");
	FD_ZERO(&set);
	FD_SET(fd, &set);
	ready = select(fd + 1, &set, NULL, NULL, NULL);
	ioctl(fd, FIONREAD, &n);
	printf("select=%d pending=%d read=%zd\n", ready, n, read(fd, buf, sizeof(buf)));
}

static void udp_refused(void)
{
	int fd = open_socket(SOCK_DGRAM);
	struct timeval tv = { .tv_sec = 5 };
	char c = 0;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (connect(fd, (struct sockaddr *)&address, address_len) || write(fd, &c, 1) != 1)
		die("udp");
	n = read(fd, &c, 1);
	printf("read=%zd %s\n", n, strerror(errno));
}

static void udp_server(int n)
{
	int fd = open_socket(SOCK_DGRAM), twin;
	struct sockaddr_storage peer;
	char buf[2000], text[64];
	socklen_t len;
	ssize_t r;

	if (bind(fd, (struct sockaddr *)&address, address_len))
		die("bind");
	twin = dup(fd);
	while (n--) {
		len = sizeof(peer);
		r = recvfrom(n & 1 ? fd : twin, buf, sizeof(buf), 0, (struct sockaddr *)&peer,
			     &len);
		if (r < 0)
			die("recvfrom");
		printf("from=%s bytes=%zd\n", show(&peer, text), r);
		sendto(fd, buf, (size_t)r, 0, (struct sockaddr *)&peer, len);
	}
	/* read() of a socket that has no peer */
	printf("read=%zd\n", read(fd, buf, sizeof(buf)));
}

/* -- calls that wait ---------------------------------------------------------------------- */

static volatile sig_atomic_t caught;

static void on_alarm(int signo)
{
	(void)signo;
	caught++;
}

static void alarm_in_ms(int ms, int flags)
{
	struct itimerval t = { .it_value = { .tv_usec = ms * 1000 } };
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = flags };

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &t, NULL);
}

static void *connect_later(void *arg)
{
	sigset_t all;
	int fd;

	(void)arg;
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	usleep(800000);
	fd = open_socket(SOCK_STREAM);
	if (connect(fd, (struct sockaddr *)&address, address_len))
		die("connect");
	return NULL;
}

static void waiting(void)
{
	struct timeval tv = { .tv_usec = 200000 };
	int fd = listener(4), r;
	pthread_t t;

	alarm_in_ms(200, 0);
	r = accept(fd, NULL, NULL);
	printf("interrupted=%d %s caught=%d\n", r, strerror(errno), caught);
	pthread_create(&t, NULL, connect_later, NULL);
	alarm_in_ms(200, SA_RESTART);
	r = accept(fd, NULL, NULL);
	printf("restarted=%d caught=%d\n", r >= 0, caught);
	pthread_join(t, NULL);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	r = accept(fd, NULL, NULL);
	printf("timeout=%d %s\n", r, strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	r = accept(fd, NULL, NULL);
	printf("nonblocking=%d %s\n", r, strerror(errno));
}

/* A socket that an epoll instance watches before it is connected, as many libraries have it. */
static void watched(void)
{
	int fd = open_socket(SOCK_STREAM | SOCK_NONBLOCK), ep = epoll_create1(0), err, n;
	struct epoll_event ev = { .events = EPOLLOUT | EPOLLET, .data.u64 = 0x1234567812345678ull };
	socklen_t len = sizeof(err);

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	epoll_wait(ep, &ev, 1, 0); /* not connected: EPOLLOUT and EPOLLHUP */
	if (connect(fd, (struct sockaddr *)&address, address_len) && errno != EINPROGRESS)
		die("connect");
	n = epoll_wait(ep, &ev, 1, 5000);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	printf("ready=%d data=%d error=%d\n", n, ev.data.u64 == 0x1234567812345678ull, err);
	names(fd);
	ev.events = EPOLLIN;
	printf("modify=%d\n", epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev));
}

int main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";
	int n = argc > 4 ? atoi(argv[4]) : 1;

	if (argc < 4)
		return 2;
	parse(argv[2], argv[3]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(what, "client"))
		client();
	else if (!strcmp(what, "threads"))
		thread_server(n);
	else if (!strcmp(what, "forks"))
		fork_server(n);
	else if (!strcmp(what, "exec"))
		exec_server();
	else if (!strcmp(what, "udp-client"))
		udp_client();
	else if (!strcmp(what, "udp-refused"))
		udp_refused();
	else if (!strcmp(what, "udp-server"))
		udp_server(n);
	else if (!strcmp(what, "waiting"))
		waiting();
	else if (!strcmp(what, "watched"))
		watched();
	else
		return 2;
	return 0;
}
