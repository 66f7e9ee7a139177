// SPDX-License-Identifier: BSD-2-Clause
/* SOCK-03: facts about descriptors: dup, fork, close, epoll, sendfile, passing. */
#include "facts.h"

#include <net/if.h>
#include <netdb.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/un.h>

static void dups(void)
{
	char c;
	int fd = open_peer('E'), d = dup(fd), e = dup2(fd, 77), f = fcntl(fd, F_DUPFD_CLOEXEC, 90);

	say("dup2", e);
	say("dupfd", f);
	close(fd);
	say("write", write(e, "a", 1));
	say("read", read(d, &c, 1));
	say("cloexec", fcntl(f, F_GETFD));
	say("shut", shutdown(d, SHUT_WR));
	say("end", read(f, &c, 1));
	close(d);
	say("closed", write(d, "x", 1));
	say("twice", close(d));
}

static void forked(void)
{
	char c = 0;
	int fd = open_peer('E'), status;

	if (!fork()) {
		(void)!write(fd, "f", 1);
		_exit(getpeername(fd, (struct sockaddr *)&(struct sockaddr_storage){ 0 },
				  &(socklen_t){ sizeof(struct sockaddr_storage) }));
	}
	wait(&status);
	say("status", status);
	say("read", read(fd, &c, 1));
	say("byte", c);
	say("write", write(fd, "g", 1));
	say("read", read(fd, &c, 1));
}

/* Both ends have shut down, and nobody has closed yet: an end of file, not a reset. */
static void both_shut(void)
{
	int i, port, l = listen_any(&port), bad = 0;
	struct sockaddr_storage ss = addr_of(true, PEER_PORT), own;
	socklen_t len = sizeof(own);
	char c;
	int u = open_udp();

	connect(u, (struct sockaddr *)&ss, addr_len());
	getsockname(u, (struct sockaddr *)&own, &len);
	((struct sockaddr_in *)&own)->sin_port = htons((uint16_t)port);
	for (i = 0; i < 20; i++) {
		int a = open_tcp(), b;

		if (connect(a, (struct sockaddr *)&own, addr_len()))
			say("connect", -1);
		b = accept(l, NULL, NULL);
		bad += shutdown(b, SHUT_WR) != 0;
		bad += shutdown(a, SHUT_WR) != 0;
		usleep(i * 500);
		bad += read(a, &c, 1) != 0;
		bad += read(b, &c, 1) != 0;
		bad += read(b, &c, 1) != 0;
		close(a);
		bad += read(b, &c, 1) != 0;
		close(b);
	}
	say("bad", bad);
}

static void forked_accept(void)
{
	int port, l = listen_any(&port), fd, status = -2;
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	char order[4] = { 'C', 0, 0, 'P' }, buf[8];
	uint16_t be = htons((uint16_t)port);

	memcpy(order + 1, &be, 2);
	if (!fork()) {
		fd = accept(l, NULL, NULL);
		_exit((int)read(fd, buf, sizeof(buf)));
	}
	fd = open_tcp();
	connect(fd, (struct sockaddr *)&ss, addr_len());
	(void)!write(fd, order, 4);
	wait(&status);
	say("child", WEXITSTATUS(status));
}

static void execed(void)
{
	char cmd[64];
	char *const argv[] = { "sh", "-c", cmd, NULL };
	int fd = open_peer('E'), status = -2;
	pid_t pid;
	char c = 0;

	snprintf(cmd, sizeof(cmd), "echo x >&%d", fd);
	say("spawn", posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ));
	waitpid(pid, &status, 0);
	say("status", status);
	say("read", read(fd, &c, 1));
	say("byte", c);
}

int as_nobody(void)
{
	int failed = setuid(65534) != 0, u = open_udp(), l, port = 0, fd = open_tcp();
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	char c = 'E';

	failed |= (u < 0) << 1 | (send(u, "x", 1, 0) < 0 && errno != EDESTADDRREQ) << 2;
	failed |= (connect(fd, (struct sockaddr *)&ss, addr_len()) != 0) << 3;
	failed |= (write(fd, &c, 1) != 1 || write(fd, "n", 1) != 1) << 4;
	failed |= (read(fd, &c, 1) != 1 || c != 'n') << 5;
	l = listen_any(&port);
	failed |= (l < 0 || !port) << 6;
	failed |= (socket(family, SOCK_RAW, IPPROTO_UDP) >= 0 || errno != EPERM) << 8;
	ss = addr_of(false, 80);
	failed |= (!bind(u, (struct sockaddr *)&ss, addr_len()) || errno != EACCES) << 7;
	return failed & 0xff ? failed & 0xff : failed >> 8;
}

static void other_user(void)
{
	say("failed", run_self("nobody", -1, environ));
}

int as_heir(int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	int on = 1, failed;
	char c = 0;

	failed = getpeername(fd, (struct sockaddr *)&ss, &len) || ss.ss_family != family;
	failed |= (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0) << 1;
	failed |= (write(fd, "h", 1) != 1 || read(fd, &c, 1) != 1 || c != 'h') << 2;
	return failed;
}

/* a program started with an environment of its parent's own making */
static void bare_heir(void)
{
	char *none[] = { NULL }, *some[] = { "A=b", "LD_PRELOAD=", "C=d", NULL };
	int fd = open_peer('E'), port, l = listen_any(&port);

	say("failed", run_self("heir", fd, none));
	say("failed", run_self("heir", fd, some));
	dup2(fd, 0);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(l, F_SETFD, FD_CLOEXEC);
	say("failed", run_self("heir", 0, none));
}

static void ranges(void)
{
	char c;
	int fd = open_peer('E'), a = dup2(fd, 50);

	dup2(fd, 51);
	say("close_range", close_range(51, ~0u, 0));
	say("write", write(51, "x", 1));
	say("write", write(a, "y", 1));
	say("read", read(fd, &c, 1));
	say("raw", syscall(SYS_close, a));
	say("write", write(a, "y", 1));
	say("sendto", syscall(SYS_sendto, fd, "z", 1, 0, NULL, 0));
	say("read", read(fd, &c, 1));
}

/* A program that has used up its numbers gives up the highest one, and goes on with that. */
static void table_full(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct rlimit few = { 32, 32 };
	int first = open_tcp(), fd;
	char c;

	close(first);
	say("limit", setrlimit(RLIMIT_NOFILE, &few));
	say("open", connect(open_tcp(), (struct sockaddr *)&ss, addr_len()));
	while (dup(0) >= 0)
		;
	say("full", -1);
	say("close", close(31));
	fd = open_tcp();
	say("socket", fd);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("write", write(fd, "E1", 2));
	say("read", read(fd, &c, 1));
}

/* .. and so does one that had few from the beginning. */
static void few_numbers(void)
{
	struct rlimit few = { 32, 32 };

	setrlimit(RLIMIT_NOFILE, &few);
	fflush(stdout);
	say("failed", run_self("full", 0, environ));
}

int as_full(void)
{
	table_full();
	return 0;
}

static long heap_pages(void)
{
	long data = -1;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%*d %*d %*d %*d %*d %ld", &data) != 1)
		data = -1;
	if (f)
		fclose(f);
	return data;
}

/* A list of interfaces that is given back leaves nothing. */
static void interface_names(void)
{
	struct if_nameindex *list;
	void *held = NULL;
	long before;
	int i;

	/* until the heap grows, and most of what it grew by */
	before = heap_pages();
	for (i = 0; i < 500 && heap_pages() == before; i++)
		held = malloc(4000);
	for (i = 0; i < 28; i++)
		held = malloc(4000);
	say("held", held != NULL);
	before = heap_pages();
	list = if_nameindex();
	say("list", list != NULL);
	if_freenameindex(list);
	say("grown", heap_pages() - before > 1);
}

static void epoll_edges(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET };
	int ep = epoll_create1(0), fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	char c;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	say("n", epoll_wait(ep, &ev, 1, 0));
	say("events", ev.events);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("n", epoll_wait(ep, &ev, 1, 1000));
	say("events", ev.events);
	ev.events = EPOLLIN | EPOLLRDHUP | EPOLLET;
	epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev);
	say("write", write(fd, "E1", 2));
	say("n", epoll_wait(ep, &ev, 1, 1000));
	say("in", ev.events & EPOLLIN);
	say("n", epoll_wait(ep, &ev, 1, 50));
	say("read", read(fd, &c, 1));
	say("read", read(fd, &c, 1));
}

static void epoll_refused(void)
{
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	struct epoll_event ev = { .events = EPOLLOUT };
	int ep = epoll_create1(0), fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	say("n", epoll_wait(ep, &ev, 1, 1000));
	say("hup", ev.events & EPOLLHUP);
	say("err", ev.events & EPOLLERR);
	ss = addr_of(true, PEER_PORT);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &(int){ 0 }, &(socklen_t){ sizeof(int) });
	connect(fd, (struct sockaddr *)&ss, addr_len());
	connect(fd, (struct sockaddr *)&ss, addr_len());
	say("n", epoll_wait(ep, &ev, 1, 1000));
	say("out", ev.events & EPOLLOUT);
}

static void files(void)
{
	char name[] = "/tmp/factXXXXXX", buf[64];
	int f = mkstemp(name), fd = open_peer('E'), p[2];
	off_t off = 2;

	unlink(name);
	(void)!write(f, "0123456789", 10);
	say("sendfile", sendfile(fd, f, &off, 5));
	say("off", off);
	say("read", recv(fd, buf, 5, MSG_WAITALL));
	say("byte", buf[0]);
	(void)!pipe(p);
	(void)!write(p[1], "pipe", 4);
	say("splice", splice(p[0], NULL, fd, NULL, 4, 0));
	settle();
	say("splice", splice(fd, NULL, p[1], NULL, 16, 0));
	say("pipe", read(p[0], buf, sizeof(buf)));
	say("seek", lseek(fd, 0, SEEK_SET));
	say("pread", pread(fd, buf, 1, 0));
}

static void passed(void)
{
	int sv[2], fd = open_peer('E'), got = -1;
	char ctl[CMSG_SPACE(sizeof(int))] = { 0 }, c;
	struct iovec iov = { &c, 1 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl, .msg_controllen = sizeof(ctl)
	};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	socketpair(AF_UNIX, SOCK_STREAM, 0, sv);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(h), &fd, sizeof(fd));
	say("send", sendmsg(sv[0], &m, 0));
	close(fd);
	say("recv", recvmsg(sv[1], &m, 0));
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(got));
	say("peer", getpeername(got, (struct sockaddr *)&ss, &len));
	say("family", ss.ss_family == family);
	say("write", write(got, "k", 1));
	say("read", read(got, &c, 1));
}

static void *closer(void *arg)
{
	usleep(100000);
	shutdown(*(int *)arg, SHUT_RDWR);
	return NULL;
}

static void threads(void)
{
	int fd = open_peer('H');
	pthread_t t;
	char c;

	pthread_create(&t, NULL, closer, &fd);
	say("read", read(fd, &c, 1));
	pthread_join(t, NULL);
}

static void stdio(void)
{
	char line[32] = "";
	int fd = open_peer('E');
	FILE *f = fdopen(fd, "r+");

	fputs("line\n", f);
	fflush(f);
	say_text("line", fgets(line, sizeof(line), f) ? "got" : "none");
	say("fclose", fclose(f));
	say("write", write(fd, "x", 1));
}

/* A vfork child has another file under the number of its parent's socket, which stays what it was set to. */
static void vfork_reuses(void)
{
	static char buf[1000];
	int fd = accept_from_peer('E', NULL), null = open("/dev/null", O_WRONLY), on = 1;
	socklen_t len = sizeof(on);
	pid_t pid;

	say("set", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
	pid = vfork();
	if (!pid) {
		dup2(null, fd);
		_exit(write(fd, buf, sizeof(buf)) != sizeof(buf));
	}
	waitpid(pid, NULL, 0);
	on = -1;
	getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len);
	say("nodelay", on);
}

static void resolver(void)
{
	struct addrinfo h = { .ai_family = family, .ai_socktype = SOCK_STREAM }, *r = NULL;
	char host[64] = "", serv[16] = "";

	say("loopback", getaddrinfo(family == AF_INET ? "127.1" : "::1", "80", &h, &r));
	say("name", r ? getnameinfo(r->ai_addr, r->ai_addrlen, host, sizeof(host), serv,
				    sizeof(serv), NI_NUMERICHOST | NI_NUMERICSERV) :
			-2);
	say_text("host", host);
	say_text("serv", serv);
	h.ai_flags = AI_PASSIVE;
	say("passive", getaddrinfo(NULL, "http", &h, &r));
	say("port", ntohs(((struct sockaddr_in *)r->ai_addr)->sin_port));
	h.ai_flags = AI_NUMERICHOST;
	say("numeric", getaddrinfo("not-a-number", NULL, &h, &r));
	say("both", getaddrinfo(NULL, NULL, &h, &r));
	say("service", getaddrinfo("127.0.0.1", "no-such-service", &h, &r));
	h.ai_family = AF_UNIX;
	say("family", getaddrinfo("127.0.0.1", NULL, &h, &r));
}

const struct fact facts_fd[] = {
	{ "dups", dups },
	{ "forked", forked },
	{ "forked_accept", forked_accept },
	{ "both_shut", both_shut },
	{ "execed", execed },
	{ "other_user", other_user },
	{ "bare_heir", bare_heir },
	{ "ranges", ranges },
	{ "table_full", table_full },
	{ "few_numbers", few_numbers },
	{ "interface_names", interface_names },
	{ "epoll_edges", epoll_edges },
	{ "epoll_refused", epoll_refused },
	{ "files", files },
	{ "passed", passed },
	{ "threads", threads },
	{ "stdio", stdio },
	{ "vfork_reuses", vfork_reuses },
	{ "resolver", resolver },
	{ NULL, NULL },
};
