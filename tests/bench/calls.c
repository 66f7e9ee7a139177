// SPDX-License-Identifier: BSD-2-Clause
/*
 * calls HOST PORT: what one call on a socket costs, natively or under libnetstack.so. An ordinary
 * program; HOST and PORT are an echo server over TCP (nb server). Prints one JSON object: for each
 * row the microseconds of one call, the median of several rounds.
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
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { ROUNDS = 9 };

static struct sockaddr_storage peer;
static socklen_t peer_len;
static int tcp, udp, epoll_fd;
static char byte = 'x', block[16384];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int connected(int type)
{
	int fd = socket(peer.ss_family, type, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&peer, peer_len))
		die("connect");
	return fd;
}

static void tcp_socket(void)
{
	close(socket(peer.ss_family, SOCK_STREAM, 0));
}

static void udp_socket(void)
{
	close(socket(peer.ss_family, SOCK_DGRAM, 0));
}

static void bind_listen(void)
{
	struct sockaddr_storage any = { .ss_family = peer.ss_family };
	int fd = socket(peer.ss_family, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&any, peer_len) || listen(fd, 8))
		die("listen");
	close(fd);
}

static void connect_close(void)
{
	close(connected(SOCK_STREAM));
}

static void connect_echo_close(void)
{
	int fd = connected(SOCK_STREAM);

	if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
		die("echo");
	close(fd);
}

static void nodelay(void)
{
	int one = 1;

	if (setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		die("TCP_NODELAY");
}

static void so_error(void)
{
	socklen_t len = sizeof(int);
	int v;

	if (getsockopt(tcp, SOL_SOCKET, SO_ERROR, &v, &len))
		die("SO_ERROR");
}

static void tcp_info(void)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(tcp, IPPROTO_TCP, TCP_INFO, &info, &len))
		die("TCP_INFO");
}

static void sockname(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getsockname(tcp, (struct sockaddr *)&ss, &len))
		die("getsockname");
}

static void peername(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getpeername(tcp, (struct sockaddr *)&ss, &len))
		die("getpeername");
}

static void fionread(void)
{
	int v;

	if (ioctl(tcp, FIONREAD, &v))
		die("FIONREAD");
}

static void outq(void)
{
	int v;

	if (ioctl(tcp, TIOCOUTQ, &v))
		die("SIOCOUTQ");
}

static void get_flags(void)
{
	if (fcntl(tcp, F_GETFL) < 0)
		die("F_GETFL");
}

static void dup_close(void)
{
	close(dup(tcp));
}

static void poll_out(void)
{
	struct pollfd p = { .fd = tcp, .events = POLLOUT };

	if (poll(&p, 1, 0) != 1)
		die("poll");
}

static void epoll_out(void)
{
	struct epoll_event ev;

	if (epoll_wait(epoll_fd, &ev, 1, 0) != 1)
		die("epoll_wait");
}

static void recv_nothing(void)
{
	if (recv(tcp, &byte, 1, MSG_DONTWAIT) >= 0 || errno != EAGAIN)
		die("recv");
}

static void round_trip(void)
{
	if (write(tcp, &byte, 1) != 1 || read(tcp, &byte, 1) != 1)
		die("round trip");
}

static void round_trip_block(void)
{
	size_t got = 0;

	if (write(tcp, block, sizeof(block)) != (ssize_t)sizeof(block))
		die("write");
	while (got < sizeof(block)) {
		ssize_t n = read(tcp, block, sizeof(block) - got);

		if (n <= 0)
			die("read");
		got += (size_t)n;
	}
}

static void udp_send(void)
{
	send(udp, &byte, 1, 0); /* nobody listens: an error of an earlier one may be told */
}

static void forked(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static const struct {
	const char *name;
	void (*call)(void);
	int times;
} rows[] = {
	{ "socket(SOCK_STREAM), close", tcp_socket, 2000 },
	{ "socket(SOCK_DGRAM), close", udp_socket, 1000 },
	{ "socket, bind, listen, close", bind_listen, 300 },
	{ "socket, connect, close", connect_close, 200 },
	{ "socket, connect, 1-byte echo, close", connect_echo_close, 200 },
	{ "write 1, read 1 (round trip)", round_trip, 500 },
	{ "write 16 KiB, read 16 KiB (round trip)", round_trip_block, 300 },
	{ "recv, nothing there (EAGAIN)", recv_nothing, 5000 },
	{ "poll, ready", poll_out, 5000 },
	{ "epoll_wait, ready", epoll_out, 5000 },
	{ "setsockopt(TCP_NODELAY)", nodelay, 1000 },
	{ "getsockopt(SO_ERROR)", so_error, 2000 },
	{ "getsockopt(TCP_INFO)", tcp_info, 500 },
	{ "getsockname", sockname, 500 },
	{ "getpeername", peername, 500 },
	{ "ioctl(FIONREAD)", fionread, 2000 },
	{ "ioctl(SIOCOUTQ)", outq, 500 },
	{ "fcntl(F_GETFL)", get_flags, 5000 },
	{ "dup, close", dup_close, 2000 },
	{ "send on a connected UDP socket", udp_send, 1000 },
	{ "fork, exit, wait", forked, 50 },
};
enum { NR_ROWS = sizeof(rows) / sizeof(rows[0]) };

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median_us(int row)
{
	double us[ROUNDS];
	int r, i;

	rows[row].call();
	for (r = 0; r < ROUNDS; r++) {
		uint64_t start = now_ns();

		for (i = 0; i < rows[row].times / ROUNDS + 1; i++)
			rows[row].call();
		us[r] = (double)(now_ns() - start) / 1e3 / (rows[row].times / ROUNDS + 1);
	}
	qsort(us, ROUNDS, sizeof(us[0]), compare);
	return us[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
				  .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV },
			*ai;
	struct epoll_event ev = { .events = EPOLLOUT };
	int i;

	if (argc != 3 || getaddrinfo(argv[1], argv[2], &hints, &ai)) {
		fprintf(stderr, "usage: calls HOST PORT (numeric) of an echo server\n");
		return 2;
	}
	memcpy(&peer, ai->ai_addr, ai->ai_addrlen);
	peer_len = ai->ai_addrlen;
	freeaddrinfo(ai);
	tcp = connected(SOCK_STREAM);
	udp = connected(SOCK_DGRAM);
	epoll_fd = epoll_create1(0);
	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, tcp, &ev);
	nodelay();
	printf("{");
	for (i = 0; i < NR_ROWS; i++)
		printf("%s\"%s\": %.2f", i ? ", " : "", rows[i].name, median_us(i));
	printf("}\n");
	return 0;
}
