// SPDX-License-Identifier: BSD-2-Clause
/* Facts about signals in blocking calls, cancelled threads, spawned children, passed descriptors. */
#include "facts.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/select.h>

extern char **environ;

static volatile int caught;

static void on_alarm(int sig)
{
	(void)sig;
	caught++;
}

/* A signal in a tenth of a second. */
static void signal_soon(bool restart)
{
	struct itimerval it = { .it_value.tv_usec = 100000 };
	struct sigaction sa = { .sa_handler = on_alarm, .sa_flags = restart ? SA_RESTART : 0 };

	caught = 0;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

static void say_end(const char *word, long r)
{
	say(word, r);
	say("caught", caught);
	alarm(20);
}

/* A child that does something once the signal has come. */
static pid_t later(void (*fn)(const struct sockaddr_storage *), const struct sockaddr_storage *to)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	usleep(300000);
	fn(to);
	_exit(0);
}

static void send_one(const struct sockaddr_storage *to)
{
	(void)!sendto(open_udp(), "x", 1, 0, (const struct sockaddr *)to, addr_len());
}

static void connect_one(const struct sockaddr_storage *to)
{
	(void)!connect(open_tcp(), (const struct sockaddr *)to, addr_len());
}

/* Bound to our own address towards the peer. */
static void bind_own(int fd, struct sockaddr_storage *own)
{
	struct sockaddr_storage peer = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(*own);
	int u = open_udp();

	connect(u, (struct sockaddr *)&peer, addr_len());
	getsockname(u, (struct sockaddr *)own, &len);
	close(u);
	((struct sockaddr_in *)own)->sin_port = 0;
	if (bind(fd, (struct sockaddr *)own, addr_len()))
		say("bind", -1);
	getsockname(fd, (struct sockaddr *)own, &len);
}

static void stream_calls(bool restart)
{
	char c[4];
	struct iovec iov = { c, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct timeval tv = { .tv_sec = 5 };
	int fd = open_peer('L');

	signal_soon(restart);
	say_end("read", read(fd, c, 1));
	fd = open_peer('L');
	signal_soon(restart);
	say_end("recv", recv(fd, c, 1, 0));
	fd = open_peer('L');
	signal_soon(restart);
	say_end("readv", readv(fd, &iov, 1));
	fd = open_peer('L');
	signal_soon(restart);
	say_end("recvmsg", recvmsg(fd, &m, 0));
	fd = open_peer('L');
	signal_soon(restart);
	say_end("peek", recv(fd, c, 1, MSG_PEEK));
	fd = open_peer('L');
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	signal_soon(restart);
	say_end("timed", recv(fd, c, 1, 0));
}

static void other_calls(bool restart)
{
	struct sockaddr_storage own;
	struct epoll_event ev = { .events = EPOLLIN };
	struct timeval tv = { .tv_sec = 2 };
	struct mmsghdr mm = { 0 };
	struct pollfd p;
	char c[4];
	struct iovec iov = { c, 1 };
	int fd = open_udp(), l = open_tcp(), ep = epoll_create1(0);
	fd_set in;

	bind_own(fd, &own);
	later(send_one, &own);
	signal_soon(restart);
	say_end("udp", recv(fd, c, 1, 0));
	if (!restart)
		recv(fd, c, 1, 0);
	later(send_one, &own);
	mm.msg_hdr.msg_iov = &iov;
	mm.msg_hdr.msg_iovlen = 1;
	signal_soon(restart);
	say_end("recvmmsg", recvmmsg(fd, &mm, 1, 0, NULL));
	if (!restart)
		recv(fd, c, 1, 0);
	bind_own(l, &own);
	listen(l, 4);
	later(connect_one, &own);
	signal_soon(restart);
	say_end("accept", accept(l, NULL, NULL) >= 0 ? 0 : -1);
	if (!restart)
		accept(l, NULL, NULL);
	p = (struct pollfd){ .fd = l, .events = POLLIN };
	signal_soon(restart);
	say_end("poll", poll(&p, 1, 2000));
	FD_ZERO(&in);
	FD_SET(l, &in);
	signal_soon(restart);
	say_end("select", select(l + 1, &in, NULL, NULL, &tv));
	epoll_ctl(ep, EPOLL_CTL_ADD, l, &ev);
	signal_soon(restart);
	say_end("epoll", epoll_wait(ep, &ev, 1, 2000));
	p.fd = fd;
	signal_soon(restart);
	say_end("pollerr", poll(&(struct pollfd){ .fd = fd }, 1, 2000));
}

static void interrupted(void)
{
	stream_calls(false);
	other_calls(false);
}

static void restarted(void)
{
	stream_calls(true);
	other_calls(true);
}

/* An address on the link that nobody has. */
static struct sockaddr_storage nobody(void)
{
	struct sockaddr_storage ss = addr_of(true, 80);

	if (family == AF_INET)
		((uint8_t *)&((struct sockaddr_in *)&ss)->sin_addr)[3] = 99;
	else
		((struct sockaddr_in6 *)&ss)->sin6_addr.s6_addr[15] = 0x99;
	return ss;
}

static void connecting(void)
{
	struct sockaddr_storage ss = nobody();
	struct timeval tv = { .tv_sec = 5 };
	int fd = open_tcp();

	signal_soon(false);
	say_end("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	say("again", connect(fd, (struct sockaddr *)&ss, addr_len()));
	fd = open_tcp();
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	signal_soon(true);
	say_end("timed", connect(fd, (struct sockaddr *)&ss, addr_len()));
	fd = open_tcp();
	signal_soon(true);
	say_end("restart", connect(fd, (struct sockaddr *)&ss, addr_len()));
}

/* Until nothing goes any more: how much that is, is the buffers' business. */
static void sending(void)
{
	static char big[4 << 20];
	struct iovec iov = { big, sizeof(big) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;
	int fd = open_peer('H');

	signal_soon(false);
	n = send(fd, big, sizeof(big), 0);
	say_end("part", n > 0 && n < (ssize_t)sizeof(big));
	do {
		signal_soon(false);
		n = send(fd, big, sizeof(big), 0);
	} while (n > 0);
	say_end("send", n);
	do {
		signal_soon(false);
		n = write(fd, big, 1);
	} while (n > 0 && !caught);
	say_end("write", n);
	do {
		signal_soon(false);
		n = sendmsg(fd, &m, 0);
	} while (n > 0);
	say_end("sendmsg", n);
}

/* A blocked call ends with its thread, and nothing of the library stays locked. */
static int cancel_fd;

static void *blocked_read(void *arg)
{
	char c;

	(void)arg;
	(void)!read(cancel_fd, &c, 1);
	return NULL;
}

static void *blocked_recvmsg(void *arg)
{
	char c;
	struct iovec iov = { &c, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	(void)arg;
	(void)!recvmsg(cancel_fd, &m, 0);
	return NULL;
}

static void *blocked_accept(void *arg)
{
	(void)arg;
	(void)!accept(cancel_fd, NULL, NULL);
	return NULL;
}

static void *blocked_poll(void *arg)
{
	struct pollfd p = { .fd = cancel_fd, .events = POLLIN };

	(void)arg;
	(void)!poll(&p, 1, -1);
	return NULL;
}

static void *blocked_connect(void *arg)
{
	struct sockaddr_storage ss = nobody();

	(void)arg;
	(void)!connect(open_tcp(), (struct sockaddr *)&ss, addr_len());
	return NULL;
}

static void cancel_in(const char *name, void *(*fn)(void *), int fd)
{
	pthread_t t;
	void *r = NULL;

	cancel_fd = fd;
	pthread_create(&t, NULL, fn, NULL);
	settle();
	pthread_cancel(t);
	pthread_join(t, &r);
	say(name, r == PTHREAD_CANCELED);
}

static void cancelled(void)
{
	struct sockaddr_storage ss = addr_of(false, 0);
	int u = open_udp(), port, l = listen_any(&port), fd = open_peer('E');
	char c;

	bind(u, (struct sockaddr *)&ss, addr_len());
	cancel_in("read", blocked_read, fd);
	cancel_in("recvmsg", blocked_recvmsg, fd);
	cancel_in("udp", blocked_recvmsg, u);
	cancel_in("accept", blocked_accept, l);
	cancel_in("poll", blocked_poll, l);
	cancel_in("connect", blocked_connect, -1);
	say("write", write(fd, "x", 1));
	say("read", read(fd, &c, 1));
	say("socket", close(open_tcp()));
}

/* A child made by vfork() or posix_spawn() has the connection as its output, and the parent too. */
static void spawned(void)
{
	char *argv[] = { "sh", "-c", "printf hi", NULL }, buf[8] = { 0 };
	posix_spawn_file_actions_t fa;
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	int fd = open_peer('E'), status;
	pid_t pid;

	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, fd, 1);
	posix_spawn_file_actions_addclose(&fa, fd);
	say("spawn", posix_spawn(&pid, "/bin/sh", &fa, NULL, argv, environ));
	waitpid(pid, &status, 0);
	say("status", status);
	say("read", recv(fd, buf, 2, MSG_WAITALL));
	say_text("text", buf);
	pid = vfork();
	if (!pid) {
		dup2(fd, 1);
		close(fd);	/* here alone */
		execv("/bin/sh", argv);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	say("status", status);
	say("read", recv(fd, buf, 2, MSG_WAITALL));
	say("own", write(fd, "z", 1));
	say("read", recv(fd, buf, 1, 0));
	say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
	say("family", ss.ss_family == family);
	say_poll("poll", fd);
}

static void pass(int via, int fd)
{
	char ctl[CMSG_SPACE(sizeof(fd))] = { 0 };
	struct iovec iov = { "f", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(via, &m, 0) != 1)
		say("pass", -1);
}

static int taken(int via)
{
	char ctl[CMSG_SPACE(sizeof(int))], b;
	struct iovec iov = { &b, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	int fd = -1;

	if (recvmsg(via, &m, 0) == 1 && CMSG_FIRSTHDR(&m))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

/* Sockets of each kind, passed to a process that has never seen them, and back. */
static void passed(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT), a;
	int via[2], fd[4], i, port, one = 1, v = -2;
	socklen_t len;
	char c;
	pid_t pid;

	socketpair(AF_UNIX, SOCK_STREAM, 0, via);
	pid = fork();
	if (!pid) {	/* makes them and gives them away */
		fd[0] = open_tcp();
		setsockopt(fd[0], SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
		fd[1] = open_peer('E');
		fd[2] = open_udp();
		connect(fd[2], (struct sockaddr *)&ss, addr_len());
		fd[3] = listen_any(&port);
		for (i = 0; i < 4; i++)
			pass(via[1], fd[i]);
		_exit(0);
	}
	for (i = 0; i < 4; i++)
		fd[i] = taken(via[0]);
	waitpid(pid, NULL, 0);
	len = sizeof(v);
	say("keep", getsockopt(fd[0], SOL_SOCKET, SO_KEEPALIVE, &v, &len));
	say("v", v);
	say("connect", connect(fd[0], (struct sockaddr *)&ss, addr_len()));
	say("write", write(fd[0], "Ex", 2));
	say("read", read(fd[0], &c, 1));
	len = sizeof(a);
	say("peer", getpeername(fd[1], (struct sockaddr *)&a, &len));
	say("family", a.ss_family == family);
	say("write", write(fd[1], "x", 1));
	say("read", read(fd[1], &c, 1));
	say("send", send(fd[2], "x", 1, 0));
	say("recv", recv(fd[2], &c, 1, 0));
	len = sizeof(v);
	say("accepting", getsockopt(fd[3], SOL_SOCKET, SO_ACCEPTCONN, &v, &len));
	say("v", v);
	fcntl(fd[3], F_SETFL, O_NONBLOCK);
	say("accept", accept(fd[3], NULL, NULL));
	say("errors", (dup2(fd[1], fd[2]), send(fd[2], "y", 1, 0)));
	say("read", read(fd[1], &c, 1));
}

static void say_names(int fd, const struct sockaddr_storage *was)
{
	struct sockaddr_storage a = { 0 }, b = { 0 };
	socklen_t la = sizeof(a), lb = sizeof(b);

	say("name", getsockname(fd, (struct sockaddr *)&a, &la));
	say("same", !was || !memcmp(&a, was, addr_len()));
	say("peer", getpeername(fd, (struct sockaddr *)&b, &lb));
	say("port", ntohs(((struct sockaddr_in *)&b)->sin_port));
	say("len", la);
	la = 3;
	say("cut", getsockname(fd, (struct sockaddr *)&a, &la));
	say("len", la);
}

/* The names of a connection, asked again and again while its number and its owner change. */
static void names(void)
{
	struct sockaddr_storage peer = addr_of(true, PEER_PORT), own = { 0 }, none = { 0 };
	socklen_t len = sizeof(own);
	int fd = open_peer('E'), copy, status;
	pid_t pid;

	getsockname(fd, (struct sockaddr *)&own, &len);
	say_names(fd, &own);
	copy = dup(fd);
	say_names(copy, &own);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		say_names(fd, &own);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	printf("\n other");
	say("dup2", dup2(open_peer('E'), fd) == fd);
	len = sizeof(none);
	say("name", getsockname(fd, (struct sockaddr *)&none, &len));
	say("same", !memcmp(&none, &own, addr_len()));
	say_names(copy, &own);
	printf("\n reused");
	close(fd);
	fd = open_peer('R');
	settle();
	say("peer", getpeername(fd, (struct sockaddr *)&none, &len));
	printf("\n dissolved");
	memset(&none, 0, sizeof(none));
	say("unspec", connect(copy, (struct sockaddr *)&none, addr_len()));
	say("peer", getpeername(copy, (struct sockaddr *)&none, &len));
	say("again", connect(copy, (struct sockaddr *)&peer, addr_len()));
	len = sizeof(none);
	say("name", getsockname(copy, (struct sockaddr *)&none, &len));
	say("other", memcmp(&none, &own, addr_len()) != 0);
	shutdown(copy, SHUT_RDWR);
	settle();
	say("peer", getpeername(copy, (struct sockaddr *)&none, &len));
}

const struct fact facts_signal[] = {
	{ "names", names },
	{ "interrupted", interrupted },
	{ "restarted", restarted },
	{ "interrupted_connect", connecting },
	{ "interrupted_send", sending },
	{ "cancelled", cancelled },
	{ "spawned", spawned },
	{ "passed", passed },
	{ NULL, NULL },
};
