// SPDX-License-Identifier: BSD-2-Clause
/* Facts about events: resets, ends, timeouts, signals, urgent data, and what poll says of them. */
#include "facts.h"

#include <sys/select.h>
#include <sys/sendfile.h>

static volatile int signals;

static int so_error(int fd)
{
	int v = -2;
	socklen_t len = sizeof(v);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &len) ? -1 : v;
}

static int try_connect(int fd, int port)
{
	struct sockaddr_storage ss = addr_of(true, port);

	return connect(fd, (struct sockaddr *)&ss, addr_len());
}

static int disconnect(int fd)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };

	return connect(fd, (struct sockaddr *)&ss, addr_len());
}

static void nonblock(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

static void catch(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };

	signals = 0;
	sigaction(sig, &sa, NULL);
}

static void tick(int ms)
{
	struct itimerval it = { .it_value = { .tv_usec = ms * 1000 } };

	setitimer(ITIMER_REAL, &it, NULL);
}

static void select_says(const char *word, int fd)
{
	struct timeval tv = { .tv_sec = 2 };
	fd_set r, w, e;
	char text[8];
	int n;

	FD_ZERO(&r);
	FD_ZERO(&w);
	FD_ZERO(&e);
	FD_SET(fd, &r);
	FD_SET(fd, &w);
	FD_SET(fd, &e);
	n = select(fd + 1, &r, &w, &e, &tv);
	snprintf(text, sizeof(text), "%d%s%s%s", n, FD_ISSET(fd, &r) ? "r" : "",
		 FD_ISSET(fd, &w) ? "w" : "", FD_ISSET(fd, &e) ? "e" : "");
	say_text(word, text);
}

static void select_states(void)
{
	int fd = open_tcp(), p = open_peer('E'), r = open_peer('R'), u = open_udp();

	select_says("new", fd);
	select_says("open", p);
	(void)!write(p, "x", 1);
	settle();
	select_says("data", p);
	settle();
	select_says("reset", r);
	select_says("udp", u);
	nonblock(fd);
	try_connect(fd, CLOSED_PORT);
	settle();
	select_says("refused", fd);
	say("so_error", so_error(fd));
}

static void reset_send(void)
{
	int fd = open_peer('R'), one = open_peer('R');
	struct iovec iov = { "x", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	settle();
	say("send", send(fd, "x", 1, 0));
	say("send", send(fd, "x", 1, MSG_NOSIGNAL));
	say("sigpipe", sigpipes);
	say("writev", writev(fd, &iov, 1));
	say("sendmsg", sendmsg(fd, &m, 0));
	say("sigpipe", sigpipes);
	say("read", read(fd, &one, 1));
	say("sendmsg", sendmsg(one, &m, MSG_NOSIGNAL));
	say("writev", writev(one, &iov, 1));
	say("sigpipe", sigpipes);
}

static void reset_sendfile(void)
{
	int fd = open_peer('R'), f = open("/proc/self/exe", O_RDONLY);

	settle();
	say("sendfile", sendfile(fd, f, NULL, 10));
	say("sendfile", sendfile(fd, f, NULL, 10));
	say("sigpipe", sigpipes > 0);
}

static void reset_pending(void)
{
	char buf[8];
	int fd = open_peer('P');

	settle();
	say_poll_for("poll", fd, POLLHUP);
	say("peek", recv(fd, buf, sizeof(buf), MSG_PEEK));
	say("read", read(fd, buf, sizeof(buf)));
	settle();
	say("read", read(fd, buf, sizeof(buf)));
	say("read", read(fd, buf, sizeof(buf)));
	say("so_error", so_error(fd));
}

static void reset_poll(void)
{
	int fd = open_peer('R');

	settle();
	say_poll_for("poll", fd, POLLHUP);
	say("so_error", so_error(fd));
	say_poll("after", fd);
	say("so_error", so_error(fd));
}

static void reset_waitall(void)
{
	char buf[16];
	int fd = open_peer('P');

	say("waitall", recv(fd, buf, sizeof(buf), MSG_WAITALL));
	say("next", recv(fd, buf, sizeof(buf), MSG_WAITALL));
	say("last", recv(fd, buf, sizeof(buf), MSG_WAITALL));
}

static void reset_blocked_write(void)
{
	static char buf[1 << 16];
	int fd = open_peer('S');
	ssize_t n;

	while ((n = write(fd, buf, sizeof(buf))) > 0)
		;
	say("write", n);
	say("sigpipe", sigpipes);
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
}

/* Small writes without a pause to a peer that has closed: the reset is told before there is no room. */
static void burst_after_end(void)
{
	int i, full = 0;

	for (i = 0; i < 3; i++) {
		int fd = open_peer('F');

		poll(&(struct pollfd){ .fd = fd, .events = POLLRDHUP }, 1, -1);
		nonblock(fd);
		while (send(fd, "meow", 4, MSG_NOSIGNAL) == 4)
			;
		full += errno == EAGAIN;
		close(fd);
	}
	say("full", full);
}

static void end_waitall(void)
{
	char buf[16];
	int fd = open_peer('W');

	say("waitall", recv(fd, buf, sizeof(buf), MSG_WAITALL));
	say("next", recv(fd, buf, sizeof(buf), MSG_WAITALL));
	say_poll("poll", fd);
	say("write", write(fd, "x", 1));
}

static void disconnect_connected(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_peer('E');

	say("unspec", disconnect(fd));
	say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
	say("read", read(fd, &c, 1));
	say("send", send(fd, "x", 1, MSG_NOSIGNAL));
	say("so_error", so_error(fd));
	say("connect", try_connect(fd, PEER_PORT));
	say("write", write(fd, "Ex", 2));
	say("read", read(fd, &c, 1));
}

static void disconnect_bound(void)
{
	struct sockaddr_storage any = addr_of(false, 0), a = { 0 }, b = { 0 };
	socklen_t la = sizeof(a), lb = sizeof(b);
	int fd = open_tcp();

	say("bind", bind(fd, (struct sockaddr *)&any, addr_len()));
	getsockname(fd, (struct sockaddr *)&a, &la);
	say("connect", try_connect(fd, PEER_PORT));
	say("unspec", disconnect(fd));
	getsockname(fd, (struct sockaddr *)&b, &lb);
	say("port", ((struct sockaddr_in *)&a)->sin_port == ((struct sockaddr_in *)&b)->sin_port);
	say("listen", listen(fd, 1));
	say("unspec", disconnect(fd));
	say("connect", try_connect(fd, PEER_PORT));
}

static void connecting(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_tcp();

	/* an address of the link where nobody is */
	if (family == AF_INET)
		((uint8_t *)&((struct sockaddr_in *)&ss)->sin_addr)[3] = 99;
	else
		((struct sockaddr_in6 *)&ss)->sin6_addr.s6_addr[15] = 0x99;
	nonblock(fd);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say_poll("poll", fd);
	say("read", read(fd, &c, 1));
	say("write", write(fd, "x", 1));
	say("so_error", so_error(fd));
	say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
	say("again", try_connect(fd, PEER_PORT));
	say("listen", listen(fd, 1));
	say("shutdown", shutdown(fd, SHUT_WR));
	say("close", close(fd));
}

static void again_after_refused(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.u64 = 42 };
	int ep = epoll_create1(0), fd = open_tcp(), n;
	char c;

	nonblock(fd);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	epoll_wait(ep, &ev, 1, 0);
	say("connect", try_connect(fd, CLOSED_PORT));
	say_poll_for("poll", fd, POLLHUP);
	say("n", epoll_wait(ep, &ev, 1, 500));
	say("hup", ev.events & EPOLLHUP);
	say("so_error", so_error(fd));
	say("aborted", try_connect(fd, PEER_PORT));
	say("connect", try_connect(fd, PEER_PORT));
	settle();
	say("n", epoll_wait(ep, &ev, 1, 1000));
	say("data", (long)ev.data.u64);
	say("events", ev.events);
	say("write", write(fd, "Ez", 2));
	do
		n = epoll_wait(ep, &ev, 1, 1000);
	while (n == 1 && !(ev.events & EPOLLIN));
	say("n", n);
	say("read", read(fd, &c, 1));
	say("mod", epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev));
	say("del", epoll_ctl(ep, EPOLL_CTL_DEL, fd, &ev));
}

static void listener_shut(void)
{
	int port, l = listen_any(&port);

	nonblock(l);
	say_poll("idle", l);
	say("wr", shutdown(l, SHUT_WR));
	say_poll("poll", l);
	say("rd", shutdown(l, SHUT_RD));
	say_poll("poll", l);
	say("accept", accept(l, NULL, NULL));
	say("again", shutdown(l, SHUT_RD));
	say("listen", listen(l, 3));
	say_poll("poll", l);
	say("accept", accept(l, NULL, NULL));
}

/* The peer connects and ends before we accept. */
static void pending(char what)
{
	char order[4] = { 'C', 0, 0, what }, buf[8];
	int port, l = listen_any(&port), c = open_tcp(), fd;
	uint16_t be = htons((uint16_t)port);

	memcpy(order + 1, &be, 2);
	say("connect", try_connect(c, PEER_PORT));
	(void)!write(c, order, 4);
	settle();
	settle();
	say_poll_for("listener", l, POLLIN);
	fd = accept(l, NULL, NULL);
	say("accept", fd >= 0);
	settle();
	say("read", read(fd, buf, sizeof(buf)));
	say("read", read(fd, buf, sizeof(buf)));
	close(fd);
	say_poll("listener", l);
}

static void pending_end(void)
{
	pending('F');
}

static void pending_reset(void)
{
	pending('R');
}

static void pending_data(void)
{
	pending('P');
}

static void low_water(void)
{
	int fd = open_peer('E'), v = 5;
	char buf[16];

	say("set", setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &v, sizeof(v)));
	(void)!write(fd, "abc", 3);
	settle();
	say_poll("three", fd);
	say("dontwait", recv(fd, buf, sizeof(buf), MSG_DONTWAIT | MSG_PEEK));
	(void)!write(fd, "de", 2);
	say_poll_for("five", fd, POLLIN);
	say("read", recv(fd, buf, sizeof(buf), 0));
	v = 1;
	say("back", setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &v, sizeof(v)));
	(void)!write(fd, "f", 1);
	say_poll_for("one", fd, POLLIN);
}

static void timeout_values(void)
{
	struct timeval tv = { 1, 500000 }, got = { 0 };
	socklen_t len = sizeof(got);
	int fd = open_tcp(), u = open_udp();
	char c;

	say("set", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	say("get", getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &got, &len));
	say("sec", got.tv_sec);
	say("usec", got.tv_usec);
	tv.tv_usec = 1000000;
	say("bad", setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	tv.tv_usec = -1;
	say("bad", setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	tv.tv_usec = 0;
	tv.tv_sec = -5;
	say("negative", setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &got, &len);
	say("sec", got.tv_sec);
	say("short", setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, 4));
	tv = (struct timeval){ 0, 30000 };
	setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	say("udp", recv(u, &c, 1, 0));
}

static void send_timeout(void)
{
	static char buf[1 << 16];
	struct timeval tv = { 0, 100000 };
	int fd = open_peer('H');
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	while ((n = write(fd, buf, sizeof(buf))) > 0)
		;
	say("full", n);
}

static void interrupted(void)
{
	struct timeval tv = { 5, 0 };
	int port, fd = open_peer('H'), l = listen_any(&port), u = open_udp();
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char c;

	catch(SIGALRM, 0);
	tick(50);
	say("read", read(fd, &c, 1));
	tick(50);
	say("accept", accept(l, NULL, NULL));
	tick(50);
	say("udp", recv(u, &c, 1, 0));
	tick(50);
	say("poll", poll(&p, 1, 2000));
	tick(50);
	say("waitall", recv(fd, &c, 1, MSG_WAITALL));
	catch(SIGALRM, SA_RESTART);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	tick(50);
	say("timeo", read(fd, &c, 1));
	say("signals", signals);
}

static void restarted(void)
{
	struct timeval tv = { 0, 0 };
	int fd = accept_from_peer('L', NULL), u = open_udp();
	char c;

	catch(SIGALRM, SA_RESTART);
	tick(50);
	say("read", read(fd, &c, 1));
	say("signals", signals);
	if (!fork()) {
		usleep(150000);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	catch(SIGTERM, 0);
	catch(SIGALRM, SA_RESTART);
	setsockopt(u, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	tick(50);
	say("udp", recv(u, &c, 1, 0));
	say("signals", signals);
}

static void urgent_send(void)
{
	int fd = open_peer('U');
	char buf[16];

	say("send", send(fd, "abc", 3, MSG_OOB));
	settle();
	say("reply", recv(fd, buf, sizeof(buf), 0));
	say("mark", buf[0]);
	say("byte", buf[1]);
}

static void urgent_inline(void)
{
	char buf[8] = { 0 };
	int fd = open_tcp(), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one));
	try_connect(fd, PEER_PORT);
	(void)!write(fd, "O", 1);
	settle();
	say("oob", recv(fd, buf, 1, MSG_OOB));
	say("read", recv(fd, buf, sizeof(buf), 0));
	say("atmark", sockatmark(fd));
	say("read", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	say("byte", buf[0]);
}

static void urgent_signal(void)
{
	struct epoll_event ev = { .events = EPOLLPRI };
	int ep = epoll_create1(0), fd = open_tcp();

	catch(SIGURG, 0);
	try_connect(fd, PEER_PORT);
	say("setown", fcntl(fd, F_SETOWN, getpid()));
	say("getown", fcntl(fd, F_GETOWN) == getpid());
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	(void)!write(fd, "O", 1);
	settle();
	say("signals", signals > 0);
	say("n", epoll_wait(ep, &ev, 1, 500));
	say("pri", ev.events & EPOLLPRI);
}

static void async_signal(void)
{
	int fd = open_peer('E'), on = 1;

	catch(SIGIO, SA_RESTART);
	say("setown", fcntl(fd, F_SETOWN, getpid()));
	say("fioasync", ioctl(fd, FIOASYNC, &on));
	say("flag", (fcntl(fd, F_GETFL) & O_ASYNC) != 0);
	(void)!write(fd, "x", 1);
	settle();
	say("signals", signals > 0);
	on = 0;
	ioctl(fd, FIOASYNC, &on);
	say("flag", (fcntl(fd, F_GETFL) & O_ASYNC) != 0);
}

static void udp_async_signal(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_udp();

	catch(SIGIO, SA_RESTART);
	fcntl(fd, F_SETOWN, getpid());
	say("async", fcntl(fd, F_SETFL, O_ASYNC));
	sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len());
	settle();
	say("signals", signals > 0);
}

static void udp_refused_poll(void)
{
	int fd = open_udp();
	char c;

	try_connect(fd, CLOSED_PORT);
	say("send", send(fd, "x", 1, 0));
	settle();
	say_poll_for("poll", fd, POLLERR);
	say("so_error", so_error(fd));
	say_poll("poll", fd);
	say("send", send(fd, "x", 1, 0));
	settle();
	say_poll_for("poll", fd, POLLERR);
	say("recv", recv(fd, &c, 1, 0));
	say_poll("poll", fd);
}

static void udp_refused_unconnected(void)
{
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	int fd = open_udp();
	char c;

	say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
	settle();
	say_poll("poll", fd);
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
}

static void udp_shutdown(void)
{
	int fd = open_udp(), other = open_udp();
	char c;

	say("unconnected", shutdown(fd, SHUT_RDWR));
	try_connect(other, PEER_PORT);
	say("wr", shutdown(other, SHUT_WR));
	say("send", send(other, "x", 1, 0));
	say("sigpipe", sigpipes);
	say_poll("poll", other);
	say("rd", shutdown(other, SHUT_RD));
	say_poll("poll", other);
	say("recv", recv(other, &c, 1, 0));
	say("dontwait", recv(other, &c, 1, MSG_DONTWAIT));
}

static void udp_reconnect(void)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	int fd = open_udp();
	char c;

	say("connect", try_connect(fd, CLOSED_PORT));
	say("connect", try_connect(fd, PEER_PORT));
	say("peer", getpeername(fd, (struct sockaddr *)&a, &len));
	say("port", ntohs(((struct sockaddr_in *)&a)->sin_port));
	say("write", write(fd, "x", 1));
	say("read", read(fd, &c, 1));
	say("unspec", disconnect(fd));
	len = sizeof(a);
	say("name", getsockname(fd, (struct sockaddr *)&a, &len));
	say("port", ((struct sockaddr_in *)&a)->sin_port);
	say("connect", try_connect(fd, PEER_PORT));
	say("write", write(fd, "y", 1));
	say("read", read(fd, &c, 1));
}

/* An address of the link that nobody has. */
static int connect_nobody(int fd)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);

	if (family == AF_INET)
		((uint8_t *)&((struct sockaddr_in *)&ss)->sin_addr)[3] = 77;
	else
		((struct sockaddr_in6 *)&ss)->sin6_addr.s6_addr[15] = 0x77;
	return connect(fd, (struct sockaddr *)&ss, addr_len());
}

/* shutdown() of a handshake that has no answer yet ends it, and leaves a socket that is as new. */
static void shutdown_connecting(void)
{
	int how;

	for (how = SHUT_RD; how <= SHUT_RDWR; how++) {
		struct sockaddr_storage ss = { 0 };
		socklen_t len = sizeof(ss);
		int fd = open_tcp();
		char c;

		printf("\n how%d", how);
		nonblock(fd);
		say("connect", connect_nobody(fd));
		say("shutdown", shutdown(fd, how));
		say_poll("poll", fd);
		say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
		if (how == SHUT_RD)
			say("read", read(fd, &c, 1));
		else if (how == SHUT_WR)
			say("so_error", so_error(fd));
		else
			say("write", write(fd, "x", 1));
		say("sigpipe", sigpipes);
		say("read", read(fd, &c, 1));
		say("write", write(fd, "x", 1));
		say_poll("poll", fd);
		fcntl(fd, F_SETFL, 0);
		say("connect", try_connect(fd, PEER_PORT));
		say("write", write(fd, "Ex", 2));
		say("read", read(fd, &c, 1));
		close(fd);
	}
}

/* The same while a call waits for that handshake. */
static void shutdown_waiting(void)
{
	int fd = open_tcp();
	pid_t pid = fork();
	char c;

	if (!pid) {
		usleep(200000);
		_exit(shutdown(fd, SHUT_RDWR) ? errno : 0);
	}
	say("connect", connect_nobody(fd));
	say("shutdown", WEXITSTATUS(({ int st; waitpid(pid, &st, 0); st; })));
	say_poll("poll", fd);
	say("so_error", so_error(fd));
	say("connect", try_connect(fd, PEER_PORT));
	say("write", write(fd, "Ex", 2));
	say("read", read(fd, &c, 1));
}

/* Urgent octets faster than they are read: inline none is missing, whenever the next one came. */
static void urgent_once(int *octets, int *wrong)
{
	struct sockaddr_storage me;
	socklen_t len = addr_len();
	unsigned char octet = 0, got[64];
	int one = 1, l = open_tcp(), c = open_tcp(), s, sum = 0;
	pid_t pid;
	ssize_t n, i;

	own_address(&me);
	bind(l, (struct sockaddr *)&me, len);
	listen(l, 1);
	getsockname(l, (struct sockaddr *)&me, &len);
	connect(c, (struct sockaddr *)&me, addr_len());
	s = accept(l, NULL, NULL);
	setsockopt(s, SOL_SOCKET, SO_OOBINLINE, &one, sizeof(one));
	pid = fork();
	if (!pid) {
		for (i = 0; i < 250; i++, octet++)
			send(c, &octet, 1, MSG_OOB);
		_exit(0);
	}
	close(c);
	do {
		struct pollfd p = { .fd = s, .events = POLLIN };

		poll(&p, 1, 5000);
		n = recv(s, got, sizeof(got), MSG_DONTWAIT);
		for (i = 0; i < n; i++)
			*wrong += got[i] != (unsigned char)sum++;
	} while (n > 0 || (n < 0 && errno == EAGAIN));
	waitpid(pid, NULL, 0);
	*octets += sum;
	close(s);
	close(l);
}

static void urgent_many(void)
{
	int octets = 0, wrong = 0, i;

	for (i = 0; i < 10; i++)
		urgent_once(&octets, &wrong);
	say("octets", octets);
	say("wrong", wrong);
}

const struct fact facts_event[] = {
	{ "urgent_many", urgent_many },
	{ "shutdown_connecting", shutdown_connecting },
	{ "shutdown_waiting", shutdown_waiting },
	{ "select_states", select_states },
	{ "reset_send", reset_send },
	{ "reset_sendfile", reset_sendfile },
	{ "reset_pending", reset_pending },
	{ "reset_poll", reset_poll },
	{ "reset_waitall", reset_waitall },
	{ "reset_blocked_write", reset_blocked_write },
	{ "burst_after_end", burst_after_end },
	{ "end_waitall", end_waitall },
	{ "disconnect_connected", disconnect_connected },
	{ "disconnect_bound", disconnect_bound },
	{ "connecting", connecting },
	{ "again_after_refused", again_after_refused },
	{ "listener_shut", listener_shut },
	{ "pending_end", pending_end },
	{ "pending_reset", pending_reset },
	{ "pending_data", pending_data },
	{ "low_water", low_water },
	{ "timeout_values", timeout_values },
	{ "send_timeout", send_timeout },
	{ "interrupted", interrupted },
	{ "restarted", restarted },
	{ "urgent_send", urgent_send },
	{ "urgent_inline", urgent_inline },
	{ "urgent_signal", urgent_signal },
	{ "async_signal", async_signal },
	{ "udp_async_signal", udp_async_signal },
	{ "udp_refused_poll", udp_refused_poll },
	{ "udp_refused_unconnected", udp_refused_unconnected },
	{ "udp_shutdown", udp_shutdown },
	{ "udp_reconnect", udp_reconnect },
	{ NULL, NULL },
};
