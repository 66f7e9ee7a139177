// SPDX-License-Identifier: BSD-2-Clause
/* Facts about TCP: states, errors, ends. */
#include <time.h>

#include "facts.h"

static int so_error(int fd)
{
	int v = -2;
	socklen_t len = sizeof(v);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &len) ? -1 : v;
}

static int try_connect(int fd, bool peer, int port)
{
	struct sockaddr_storage ss = addr_of(peer, port);

	return connect(fd, (struct sockaddr *)&ss, addr_len());
}

static int nonblock(int fd)
{
	return fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void unconnected(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_tcp();

	say("read", read(fd, &c, 1));
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
	say("send", send(fd, "x", 1, MSG_NOSIGNAL));
	say("sigpipe", sigpipes);
	say("getpeername", getpeername(fd, (struct sockaddr *)&ss, &len));
	say("getsockname", getsockname(fd, (struct sockaddr *)&ss, &len));
	say("len", len);
	say("port", ((struct sockaddr_in *)&ss)->sin_port);
	say("accept", accept(fd, NULL, NULL));
	say("shutdown", shutdown(fd, SHUT_WR));
	say("so_error", so_error(fd));
	say_poll("poll", fd);
}

static void refused(void)
{
	int fd = open_tcp();

	say("connect", try_connect(fd, true, CLOSED_PORT));
	say("so_error", so_error(fd));
	say("again", try_connect(fd, true, CLOSED_PORT));
	say("open", try_connect(fd, true, PEER_PORT));
	say("write", write(fd, "E", 1));
}

static void refused_nonblocking(void)
{
	int fd = open_tcp();

	nonblock(fd);
	say("connect", try_connect(fd, true, CLOSED_PORT));
	say_poll_for("poll", fd, POLLHUP);
	say("so_error", so_error(fd));
	say("so_error", so_error(fd));
	say("write", send(fd, "x", 1, MSG_NOSIGNAL));
}

static void refused_read(void)
{
	int fd = open_tcp();
	char c;

	nonblock(fd);
	say("connect", try_connect(fd, true, CLOSED_PORT));
	say_poll_for("poll", fd, POLLHUP);
	say("read", read(fd, &c, 1));
	say("read", read(fd, &c, 1));
	say("so_error", so_error(fd));
}

static void connect_nonblocking(void)
{
	int fd = open_tcp();

	nonblock(fd);
	say("connect", try_connect(fd, true, PEER_PORT));
	say_poll_for("poll", fd, POLLOUT);
	say("so_error", so_error(fd));
	say("connect", try_connect(fd, true, PEER_PORT));
	say("connect", try_connect(fd, true, PEER_PORT));
}

static void connect_bad_address(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_tcp();

	say("short", connect(fd, (struct sockaddr *)&ss, 8));
	ss.ss_family = AF_UNIX;
	say("family", connect(fd, (struct sockaddr *)&ss, addr_len()));
	ss.ss_family = family == AF_INET ? AF_INET6 : AF_INET;
	say("other", connect(fd, (struct sockaddr *)&ss, sizeof(struct sockaddr_in6)));
	ss.ss_family = AF_UNSPEC;
	say("unspec", connect(fd, (struct sockaddr *)&ss, addr_len()));
}

static void connect_twice(void)
{
	int fd = open_peer('E');

	say("connect", try_connect(fd, true, PEER_PORT));
	say("listen", listen(fd, 1));
	say("bind",
	    bind(fd,
		 (struct sockaddr *)&(struct sockaddr_storage){ .ss_family = (sa_family_t)family },
		 addr_len()));
}

static void names(void)
{
	struct sockaddr_storage a = { 0 }, b = { 0 }, want = addr_of(true, PEER_PORT);
	socklen_t la = sizeof(a), lb = sizeof(b), small = 4;
	int fd = open_peer('E');

	say("peer", getpeername(fd, (struct sockaddr *)&a, &la));
	say("len", la);
	say("equal", !memcmp(&a, &want, la));
	say("name", getsockname(fd, (struct sockaddr *)&b, &lb));
	say("family", b.ss_family == family);
	say("port", ((struct sockaddr_in *)&b)->sin_port != 0);
	say("small", getpeername(fd, (struct sockaddr *)&a, &small));
	say("small", small);
}

static void echo_flags(void)
{
	char buf[32] = { 0 };
	int fd = open_peer('E');

	say("dontwait", recv(fd, buf, 1, MSG_DONTWAIT));
	say("write", write(fd, "abcdef", 6));
	settle();
	say("peek", recv(fd, buf, 3, MSG_PEEK));
	say("trunc", recv(fd, NULL, 2, MSG_TRUNC));
	say("read", read(fd, buf, 1));
	say("byte", buf[0]);
	memset(buf, '-', 2);
	say("peektrunc", recv(fd, buf, 2, MSG_PEEK | MSG_TRUNC));
	say("untouched", buf[0] == '-' && buf[1] == '-');
	say("errqueue", recv(fd, buf, 2, MSG_ERRQUEUE));
	say("zero", read(fd, buf, 0));
	say("rest", recv(fd, buf, sizeof(buf), 0));
	if (!fork()) {
		usleep(50000);
		(void)!write(fd, "12", 2);
		usleep(50000);
		(void)!write(fd, "34", 2);
		_exit(0);
	}
	say("waitall", recv(fd, buf, 4, MSG_WAITALL));
	say("oob", recv(fd, buf, 1, MSG_OOB));
}

static void recvfrom_name(void)
{
	struct sockaddr_storage ss = { .ss_family = 77 };
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_peer('E');

	(void)!write(fd, "q", 1);
	say("recvfrom", recvfrom(fd, &c, 1, 0, (struct sockaddr *)&ss, &len));
	say("family", ss.ss_family);
	ss = addr_of(true, CLOSED_PORT);
	say("sendto", sendto(fd, "z", 1, 0, (struct sockaddr *)&ss, addr_len()));
	say("read", read(fd, &c, 1));
}

static void peer_closes(void)
{
	char c;
	int fd = open_peer('F');

	say_poll_for("poll", fd, POLLRDHUP);
	say("read", read(fd, &c, 1));
	say("so_error", so_error(fd));
	say("write", write(fd, "x", 1));
	settle();
	say_poll_for("poll", fd, POLLHUP);
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
}

static void peer_resets(void)
{
	char c;
	int fd = open_peer('R');

	settle();
	say_poll_for("hup", fd, POLLHUP);
	say("read", read(fd, &c, 1));
	say("read", read(fd, &c, 1));
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
}

static void peer_resets_write(void)
{
	int fd = open_peer('R');

	settle();
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
}

static void peer_resets_so_error(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_peer('R');

	settle();
	say("so_error", so_error(fd));
	say("so_error", so_error(fd));
	say("read", read(fd, &c, 1));
	say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
	say("shutdown", shutdown(fd, SHUT_WR));
}

static void peer_resets_blocked(void)
{
	char c;
	int fd = accept_from_peer('H', NULL), pid = fork();

	if (!pid) {
		struct linger l = { .l_onoff = 1 };

		usleep(100000);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
		shutdown(fd, SHUT_RD);
		_exit(0);
	}
	say("read", read(fd, &c, 1));
}

static void shut_write(void)
{
	char c;
	int fd = open_peer('E');

	(void)!write(fd, "abc", 3);
	say("shutdown", shutdown(fd, SHUT_WR));
	say("write", write(fd, "x", 1));
	say("sigpipe", sigpipes);
	settle();
	say_poll_for("poll", fd, POLLHUP);
	say("read", read(fd, &c, 1));
	say("peek", recv(fd, &c, 1, MSG_PEEK));
}

/* After both FINs the socket is still the program's, with its names, counters and options. */
static void shut_write_kept(void)
{
	struct sockaddr_storage ss;
	struct tcp_info ti = { 0 };
	socklen_t len = sizeof(ss), size = sizeof(ti);
	int fd = open_peer('E'), i;
	char buf[8];

	(void)!write(fd, "abc", 3);
	say("read", recv(fd, buf, 3, MSG_WAITALL));
	say("shutdown", shutdown(fd, SHUT_WR));
	settle();
	say("end", read(fd, buf, 1));
	for (i = 0; i < 2; i++) {
		say("info", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &size));
		say("state", ti.tcpi_state);
		say("mss", ti.tcpi_snd_mss);
		say("name", getsockname(fd, (struct sockaddr *)&ss, &len));
		say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
		say("so_error", so_error(fd));
		settle();
	}
	say("again", shutdown(fd, SHUT_WR));
}

static void shut_both(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_peer('H');

	say("shutdown", shutdown(fd, SHUT_RDWR));
	say("read", read(fd, &c, 1));
	say("write", send(fd, "x", 1, MSG_NOSIGNAL));
	say("name", getsockname(fd, (struct sockaddr *)&ss, &len));
	say("bad", shutdown(fd, 7));
}

/* A reset that answers what was written after the peer's FIN: reading goes on to end in order. */
static void reset_after_fin(void)
{
	int fd = open_peer('W'), i;
	char buf[8];

	settle();
	say("data", recv(fd, buf, sizeof(buf), MSG_WAITALL));
	say("write", write(fd, "x", 1));
	settle();
	for (i = 0; i < 3; i++)
		say("read", read(fd, buf, sizeof(buf)));
	say("so_error", so_error(fd));
	say("read", read(fd, buf, sizeof(buf)));
	say("send", send(fd, "x", 1, MSG_NOSIGNAL));
	say("so_error", so_error(fd));
	say("read", read(fd, buf, sizeof(buf)));
}

/* One direction after the other: the socket stays what it is until it is closed. */
static void shut_in_turn(void)
{
	struct sockaddr_storage ss;
	struct linger l = { 0 };
	int first;

	for (first = SHUT_RD; first <= SHUT_WR; first++) {
		socklen_t len = sizeof(ss), size = sizeof(l);
		int fd = open_peer('H'), udp = open_udp();

		say("first", shutdown(fd, first));
		say("second", shutdown(fd, SHUT_WR - first));
		settle();
		say_poll("poll", fd);
		say("name", getsockname(fd, (struct sockaddr *)&ss, &len));
		say("any", ((struct sockaddr_in *)&ss)->sin_port == 0);
		say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
		say("option", getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &size));
		say("both", shutdown(fd, SHUT_RDWR));
		close(fd);
		say("udp", shutdown(udp, first));
		say("udp", shutdown(udp, SHUT_WR - first));
		settle();
		say("udp", shutdown(udp, SHUT_RDWR));
		say("bind", bind(udp, (struct sockaddr *)&(struct sockaddr_storage){ .ss_family =
			 (sa_family_t)family }, addr_len()));
		close(udp);
	}
}

static void shut_read(void)
{
	char c;
	int fd = open_peer('H');

	say("shutdown", shutdown(fd, SHUT_RD));
	say("read", read(fd, &c, 1));
	say("write", write(fd, "x", 1));
	say_poll("poll", fd);
}

/* What arrives after the shutdown can be read all the same. */
static void shut_read_late(void)
{
	struct iovec iov[2];
	char buf[8];
	int fd = open_peer('E');

	say("shutdown", shutdown(fd, SHUT_RD));
	say("read", read(fd, buf, sizeof(buf)));
	say("write", write(fd, "abcdef", 6));
	settle();
	say("peek", recv(fd, buf, 2, MSG_PEEK));
	say("read", read(fd, buf, 2));
	say("byte", buf[1]);
	iov[0] = (struct iovec){ buf, 4 };
	say("readv", readv(fd, iov, 1));
	say("byte", buf[3]);
	say("end", read(fd, buf, sizeof(buf)));
}

static void listener(void)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	char c;
	int v, port, l = listen_any(&port);

	nonblock(l);
	say_poll("poll", l);
	say("accept", accept(l, NULL, NULL));
	say("read", read(l, &c, 1));
	say("write", send(l, "x", 1, MSG_NOSIGNAL));
	say("connect", try_connect(l, true, PEER_PORT));
	say("peer", getpeername(l, (struct sockaddr *)&a, &len));
	len = sizeof(v);
	getsockopt(l, SOL_SOCKET, SO_ACCEPTCONN, &v, &len);
	say("acceptconn", v);
	say("listen", listen(l, 5));
	say("shutdown", shutdown(l, SHUT_RDWR));
	say("accept", accept(l, NULL, NULL));
}

static void accepted(void)
{
	struct sockaddr_storage a = { 0 }, b = { 0 };
	socklen_t la = sizeof(a), lb = sizeof(b);
	char buf[8];
	int l, fd = accept_from_peer('P', &l);

	say("name", getsockname(fd, (struct sockaddr *)&a, &la));
	say("len", la);
	getsockname(l, (struct sockaddr *)&b, &lb);
	say("port", ((struct sockaddr_in *)&a)->sin_port == ((struct sockaddr_in *)&b)->sin_port);
	la = sizeof(a);
	say("peer", getpeername(fd, (struct sockaddr *)&a, &la));
	say("family", a.ss_family == family);
	say("flags", fcntl(fd, F_GETFL) & O_NONBLOCK);
	say("read", recv(fd, buf, sizeof(buf), 0));
	settle();
	say("reset", recv(fd, buf, sizeof(buf), 0));
	say("end", recv(fd, buf, sizeof(buf), 0));
}

static void bind_errors(void)
{
	struct sockaddr_storage any = addr_of(false, 0), strange = addr_of(true, 0);
	int port, l = listen_any(&port), fd = open_tcp(), one = 1;
	struct sockaddr_storage same = addr_of(false, port);

	say("inuse", bind(fd, (struct sockaddr *)&same, addr_len()));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	say("reuse", bind(fd, (struct sockaddr *)&same, addr_len()));
	say("strange", bind(fd, (struct sockaddr *)&strange, addr_len()));
	say("short", bind(fd, (struct sockaddr *)&any, 8));
	any.ss_family = AF_UNIX;
	say("family", bind(fd, (struct sockaddr *)&any, addr_len()));
	any.ss_family = (sa_family_t)family;
	say("bind", bind(fd, (struct sockaddr *)&any, addr_len()));
	say("twice", bind(fd, (struct sockaddr *)&any, addr_len()));
	close(l);
	fd = open_tcp();
	say("after", bind(fd, (struct sockaddr *)&same, addr_len()));
}

static void bound_client(void)
{
	struct sockaddr_storage any = addr_of(false, 0), a = { 0 }, b = { 0 };
	socklen_t la = sizeof(a), lb = sizeof(b);
	int fd = open_tcp();

	say("bind", bind(fd, (struct sockaddr *)&any, addr_len()));
	getsockname(fd, (struct sockaddr *)&a, &la);
	say("connect", try_connect(fd, true, PEER_PORT));
	getsockname(fd, (struct sockaddr *)&b, &lb);
	say("port", ((struct sockaddr_in *)&a)->sin_port == ((struct sockaddr_in *)&b)->sin_port);
}

static void timeouts(void)
{
	struct timeval tv = { .tv_usec = 50000 };
	char c;
	int port, fd = open_peer('H'), l = listen_any(&port);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	say("read", read(fd, &c, 1));
	setsockopt(l, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	say("accept", accept(l, NULL, NULL));
}

static void much_data(void)
{
	static char buf[65536];
	int fd = open_peer('D');
	long sum = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		sum += n;
	say("sum", sum);
	say("end", n);
}

static void urgent(void)
{
	char buf[8];
	int mark = -2, fd = open_peer('O');

	settle();
	say_poll("poll", fd);
	say("oob", recv(fd, buf, 1, MSG_OOB));
	say("byte", buf[0]);
	say("again", recv(fd, buf, 1, MSG_OOB));
	say("read", recv(fd, buf, sizeof(buf), 0));
	say("atmark", ioctl(fd, SIOCATMARK, &mark));
	say("mark", mark);
}

static void unreachable(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_tcp();

	if (family == AF_INET)
		inet_pton(AF_INET, "203.0.113.9", &((struct sockaddr_in *)&ss)->sin_addr);
	else
		inet_pton(AF_INET6, "2001:db8::9", &((struct sockaddr_in6 *)&ss)->sin6_addr);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	nonblock(fd);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
}

static ssize_t fast_send(int fd, const char *text, int port, int flags)
{
	struct sockaddr_storage ss = addr_of(true, port);

	return sendto(fd, text, strlen(text), MSG_FASTOPEN | flags, (struct sockaddr *)&ss,
		      addr_len());
}

static void fastopen(void)
{
	char buf[8];
	int fd = open_tcp();

	say("no_address", send(fd, "x", 1, MSG_FASTOPEN));
	say("sendto", fast_send(fd, "Eabc", PEER_PORT, 0));
	say("echo", recv(fd, buf, 3, MSG_WAITALL));
	say("again", fast_send(fd, "x", PEER_PORT, 0));
	say("write", write(fd, "defg", 4));
	say("echo", recv(fd, buf, 4, MSG_WAITALL));
}

static void fastopen_nonblocking(void)
{
	char buf[8];
	int fd = open_tcp();

	nonblock(fd);
	say("sendto", fast_send(fd, "Eabc", PEER_PORT, 0));
	say_poll_for("poll", fd, POLLOUT);
	say("write", write(fd, "Eabc", 4));
	say_poll_for("poll", fd, POLLIN);
	say("echo", read(fd, buf, sizeof(buf)));
}

static void fastopen_bad_pointer(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	char buf[8];
	int fd = open_tcp();

	nonblock(fd);
	say("sendto", sendto(fd, NULL, 4, MSG_FASTOPEN, (struct sockaddr *)&ss, addr_len()));
	say_poll_for("poll", fd, POLLOUT);
	say("write", write(fd, "Eabc", 4));
	say_poll_for("poll", fd, POLLIN);
	say("echo", read(fd, buf, sizeof(buf)));
}

/* A connect() that did not wait reports its success once, to whoever asks first. */
static void fastopen_late(void)
{
	char buf[8];
	int fd = open_tcp();

	nonblock(fd);
	say("connect", try_connect(fd, true, PEER_PORT));
	say_poll_for("poll", fd, POLLOUT);
	say("sendto", fast_send(fd, "Eabc", PEER_PORT, 0));
	say_poll_for("poll", fd, POLLIN);
	say("echo", read(fd, buf, sizeof(buf)));
	say("again", fast_send(fd, "x", PEER_PORT, 0));
}

static void fastopen_refused(void)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNSPEC };
	int fd = open_tcp();

	say("unspec", sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&ss, addr_len()));
	say("short", sendto(fd, "x", 1, MSG_FASTOPEN,
			    (struct sockaddr *)&(struct sockaddr_storage){
				    .ss_family = (sa_family_t)family }, 8));
	say("refused", fast_send(fd, "x", CLOSED_PORT, 0));
	say("so_error", so_error(fd));
}

/* Nobody here has a cookie: connect() asks for one and is an ordinary one otherwise. */
static void fastopen_connect(void)
{
	int fd = open_tcp(), v = 1;
	char buf[8];

	say("set", setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &v, sizeof(v)));
	nonblock(fd);
	say("connect", try_connect(fd, true, PEER_PORT));
	say_poll_for("poll", fd, POLLOUT);
	say("write", write(fd, "Eabc", 4));
	say_poll_for("poll", fd, POLLIN);
	say("echo", read(fd, buf, sizeof(buf)));
	say("late", setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &v, sizeof(v)));
}

static bool close_waits(int fd)
{
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	say("close", close(fd));
	clock_gettime(CLOCK_MONOTONIC, &b);
	return (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000 >= 900;
}

/* Nothing more can be written. */
static void fill(int fd)
{
	static char buf[65536];

	nonblock(fd);
	while (write(fd, buf, sizeof(buf)) > 0 || (settle(), write(fd, buf, 1)) > 0)
		;
}

/* close() waits for a peer that does not read, as long as it was told to; not for one that does. */
static void linger(void)
{
	struct linger l = { 1, 1 };
	int fd = open_peer('H'), other;
	char c;

	say("set", setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	fill(fd);
	say("waits", close_waits(fd));
	fd = open_peer('E');
	say("set", setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)));
	other = dup(fd);
	say("copy", close_waits(fd));
	say("write", write(other, "x", 1));
	say("echo", read(other, &c, 1));
	say("done", close_waits(other));
}

/* Neither end has read, and no more can be written: then one closes. That is a reset, and at once. */
static void close_both_full(void)
{
	struct sockaddr_storage me;
	int port, l = listen_any(&port), c = open_tcp(), s, i;
	struct pollfd p = { .events = POLLOUT };
	ssize_t n = 0;

	own_address(&me);
	((struct sockaddr_in *)&me)->sin_port = htons((uint16_t)port);
	say("connect", connect(c, (struct sockaddr *)&me, addr_len()));
	s = p.fd = accept(l, NULL, NULL);
	fill(c);
	fill(s);
	say("close", close(c));
	for (i = 0; i < 50 && poll(&p, 1, 2000) > 0 && (n = write(s, "x", 1)) > 0; i++)
		settle();
	say("writable", !!(p.revents & POLLOUT));
	say("write", n);
}

static int accepts_and_closes(const struct sockaddr_storage *me)
{
	struct sockaddr_storage to = *me;
	int port, l = listen_any(&port), c = open_tcp(), s;
	char octet;

	((struct sockaddr_in *)&to)->sin_port = htons((uint16_t)port);
	if (connect(c, (struct sockaddr *)&to, addr_len()))
		return 1;
	s = accept(l, NULL, NULL);
	close(l);
	if (write(c, "x", 1) != 1 || read(s, &octet, 1) != 1)
		return 1;
	close(s);
	return close(c);
}

/* A listener that closes right behind its accept(): what was accepted stays. Many at a time. */
static void accept_and_close(void)
{
	enum { CHILDREN = 30, TIMES = 20 };
	struct sockaddr_storage me;
	int i, lost = 0, status;

	own_address(&me);
	for (i = 0; i < CHILDREN; i++)
		if (!fork()) {
			for (i = 0; i < TIMES; i++)
				if (accepts_and_closes(&me))
					_exit(1);
			_exit(0);
		}
	for (i = 0; i < CHILDREN; i++)
		lost += wait(&status) < 0 || status;
	say("lost", lost);
}

const struct fact facts_tcp[] = {
	{ "unconnected", unconnected },
	{ "refused", refused },
	{ "refused_nonblocking", refused_nonblocking },
	{ "refused_read", refused_read },
	{ "connect_nonblocking", connect_nonblocking },
	{ "connect_bad_address", connect_bad_address },
	{ "connect_twice", connect_twice },
	{ "names", names },
	{ "echo_flags", echo_flags },
	{ "recvfrom_name", recvfrom_name },
	{ "peer_closes", peer_closes },
	{ "peer_resets", peer_resets },
	{ "peer_resets_write", peer_resets_write },
	{ "peer_resets_so_error", peer_resets_so_error },
	{ "read_shut_elsewhere", peer_resets_blocked },
	{ "shut_write", shut_write },
	{ "shut_write_kept", shut_write_kept },
	{ "shut_both", shut_both },
	{ "shut_in_turn", shut_in_turn },
	{ "reset_after_fin", reset_after_fin },
	{ "shut_read", shut_read },
	{ "shut_read_late", shut_read_late },
	{ "listener", listener },
	{ "accepted", accepted },
	{ "bind_errors", bind_errors },
	{ "bound_client", bound_client },
	{ "timeouts", timeouts },
	{ "much_data", much_data },
	{ "urgent", urgent },
	{ "unreachable", unreachable },
	{ "fastopen", fastopen },
	{ "fastopen_nonblocking", fastopen_nonblocking },
	{ "fastopen_late", fastopen_late },
	{ "fastopen_bad_pointer", fastopen_bad_pointer },
	{ "fastopen_refused", fastopen_refused },
	{ "fastopen_connect", fastopen_connect },
	{ "accept_and_close", accept_and_close },
	{ "linger", linger },
	{ "close_both_full", close_both_full },
	{ NULL, NULL },
};
