// SPDX-License-Identifier: BSD-2-Clause
/*
 * The other end of tests/facts: a plain program that does on request what a peer can do to a
 * connection. The first byte of a connection says what:
 *	E echo | F close | R reset | P "hello", then reset | D 200000 bytes, then close
 *	O "ab", urgent "c" | H do nothing | C port: connect back to that port, and then by the
 *	third byte after the port, as above
 *	S read nothing, reset after half a second | W "hello", then close after a moment
 *	L "l" after a moment | U tell where the urgent byte is, and which
 * UDP to the same port is echoed.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT = 7100 };

static void reset(int fd)
{
	struct linger l = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
	close(fd);
	_exit(0);
}

static void echo(int fd)
{
	char buf[65536];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			break;
}

static void send_much(int fd)
{
	static char buf[200000];
	size_t done = 0;

	memset(buf, 'd', sizeof(buf));
	while (done < sizeof(buf)) {
		ssize_t n = write(fd, buf + done, sizeof(buf) - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
}

static int connect_back(int fd)
{
	struct sockaddr_in6 sa;
	socklen_t len = sizeof(sa);
	uint16_t port;
	int s;

	if (recv(fd, &port, sizeof(port), MSG_WAITALL) != sizeof(port) ||
	    getpeername(fd, (struct sockaddr *)&sa, &len))
		return -1;
	sa.sin6_port = port;
	s = socket(AF_INET6, SOCK_STREAM, 0);
	if (s < 0 || connect(s, (struct sockaddr *)&sa, len)) {
		if (s >= 0)
			close(s);
		return -1;
	}
	return s;
}

static void tell_urgent(int fd)
{
	char reply[2] = { '0', 0 }, c;

	usleep(50000);
	recv(fd, reply + 1, 1, MSG_OOB);
	while (!sockatmark(fd) && read(fd, &c, 1) == 1)
		reply[0]++;
	(void)!write(fd, reply, 2);
}

static void act(int fd, char what)
{
	static char nap[65536];

	switch (what) {
	case 'E':
		echo(fd);
		break;
	case 'R':
		reset(fd);
		break;
	case 'P':
		(void)!write(fd, "hello", 5);
		usleep(50000);
		reset(fd);
		break;
	case 'D':
		send_much(fd);
		break;
	case 'O':
		(void)!write(fd, "ab", 2);
		send(fd, "c", 1, MSG_OOB);
		sleep(1);
		break;
	case 'S':
		usleep(500000);
		reset(fd);
		break;
	case 'W':
		(void)!write(fd, "hello", 5);
		usleep(50000);
		break;
	case 'L':
		usleep(200000);
		(void)!write(fd, "l", 1);
		break;
	case 'U':
		tell_urgent(fd);
		break;
	case 'V':
		usleep(3500000);
		reset(fd);
		break;
	case 'N':
		usleep(600000);
		while (read(fd, nap, sizeof(nap)) > 0)
			;
		break;
	case 'H':
		sleep(3);
		break;
	}
}

static void serve(int fd)
{
	char what = 0;

	if (read(fd, &what, 1) != 1)
		_exit(0);
	if (what == 'C') {
		int s = connect_back(fd);

		if (s >= 0 && read(fd, &what, 1) == 1)
			act(s, what);
		_exit(0);
	}
	act(fd, what);
	_exit(0);
}

static void udp_echo(int fd)
{
	char buf[65536];
	struct sockaddr_in6 sa;

	for (;;) {
		socklen_t len = sizeof(sa);
		ssize_t n = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&sa, &len);

		if (n >= 0)
			sendto(fd, buf, (size_t)n, 0, (struct sockaddr *)&sa, len);
	}
}

static int open_socket(int type)
{
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int fd = socket(AF_INET6, type, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		perror("peer: bind");
		exit(1);
	}
	return fd;
}

/* fork(); the child does not outlive us: run.sh ends the peer by its process id. */
static pid_t child(void)
{
	pid_t pid = fork();

	if (!pid) {
		signal(SIGTERM, SIG_DFL);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	}
	return pid;
}

int main(void)
{
	int l = open_socket(SOCK_STREAM), u = open_socket(SOCK_DGRAM);

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (!child())
		udp_echo(u);
	listen(l, 128);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int fd = accept(l, NULL, NULL);

		if (fd < 0)
			continue;
		if (!child()) {
			close(l);
			serve(fd);
		}
		close(fd);
	}
}
