// SPDX-License-Identifier: BSD-2-Clause
/* What is told first: errors that wait, and all that can be wrong with a call. */
#include "facts.h"

#include <netinet/udp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#ifndef MSG_PROBE
#define MSG_PROBE 0x10
#endif
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

/* A wrong control message: one octet where four are needed. */
static ssize_t send_wrong(int fd)
{
	char octet = 1;

	return family == AF_INET ? send_with(fd, IPPROTO_IP, IP_TTL, "\0\0", 2) :
				   send_with(fd, IPPROTO_IPV6, IPV6_TCLASS, &octet, 1);
}

/* A connected socket whose peer, here, was closed: the error waits. */
static int refused_one(int *keep)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int to, from;

	self_pair(&to, &from);
	if (keep) {	/* something that is unread */
		getsockname(from, (void *)&ss, &len);
		sendto(to, "xyz", (size_t)*keep, 0, (void *)&ss, len);
	}
	close(to);
	send(from, "a", 1, 0);
	settle();
	return from;
}

static void pending_last(void)
{
	int fd = refused_one(NULL);

	say("wrong", send_wrong(fd));
	say_poll("still", fd);
	say("right", send(fd, "b", 1, 0));
	say_poll("none", fd);
	close(fd);
	fd = refused_one(NULL);
	shutdown(fd, SHUT_WR);
	say("wrong", send_wrong(fd));
	say("right", send(fd, "b", 1, MSG_NOSIGNAL));
	say("over", send(fd, "b", 1, MSG_NOSIGNAL));
	say("wrong", send_wrong(fd));
	close(fd);
}

static void error_first(void)
{
	int len, n, fd;
	char buf[8];

	for (len = 3; len >= 0; len -= 3) {
		fd = refused_one(&len);
		say_poll("poll", fd);
		n = -1;
		say("inq", ioctl(fd, FIONREAD, &n));
		say("n", n);
		say("error", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
		say_poll("poll", fd);
		say("data", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
		close(fd);
		fd = refused_one(&len);
		say("send", send(fd, "b", 1, 0));
		say("data", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
		close(fd);
		fd = refused_one(&len);
		say("so_error", getsockopt(fd, SOL_SOCKET, SO_ERROR, &n, &(socklen_t){ sizeof(n) }));
		say("n", n == ECONNREFUSED);
		say("data", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
		close(fd);
	}
}

/* An option that changes what is told of datagrams, when no more can come. */
static void kept_after_shutdown(void)
{
	int to, from, one = 1;
	char buf[8];

	self_pair(&to, &from);
	send(from, "abc", 3, 0);
	send(from, "de", 2, 0);
	settle();
	shutdown(to, SHUT_RDWR);
	setsockopt(to, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
		   family == AF_INET ? IP_RECVTTL : IPV6_RECVHOPLIMIT, &one, sizeof(one));
	say("first", recv(to, buf, sizeof(buf), MSG_DONTWAIT));
	say("second", recv(to, buf, sizeof(buf), MSG_DONTWAIT));
	close(to);
	close(from);
}

/* IPv4 to a socket of IPv6 that is bound to an address of it. */
static void v6_only(void)
{
	struct sockaddr_in s4 = { .sin_family = AF_INET, .sin_port = htons(CLOSED_PORT) };
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = htons(CLOSED_PORT) };
	struct msghdr m = { .msg_name = &s4, .msg_namelen = sizeof(s4) };
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	struct sockaddr_storage ss;
	union {
		char space[CMSG_SPACE(4)];
		struct cmsghdr head;
	} ctl = { .head = { .cmsg_len = CMSG_LEN(1), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_TCLASS } };
	int to, from, l, fd;

	inet_pton(AF_INET, "10.77.0.2", &s4.sin_addr);
	inet_pton(AF_INET6, "::ffff:10.77.0.2", &mapped.sin6_addr);
	self_pair(&to, &from);
	if (family == AF_INET6) {
		say("right", sendto(to, "a", 1, 0, (void *)&s4, sizeof(s4)));
		say("short", sendto(to, "a", 1, 0, (void *)&s4, 8));
		say("urgent", sendto(to, "a", 1, MSG_OOB, (void *)&s4, sizeof(s4)));
		say("mapped", sendto(to, "a", 1, MSG_OOB, (void *)&mapped, sizeof(mapped)));
		m.msg_control = &ctl;
		m.msg_controllen = CMSG_LEN(1);
		say("control", sendmsg(to, &m, 0));
		s4.sin_port = 0;
		say("port", sendto(to, "a", 1, 0, (void *)&s4, sizeof(s4)));
		say("connect", connect(to, (void *)&s4, 8));
		own_address(&ss);
		l = open_tcp();
		say("bind", bind(l, (void *)&ss, addr_len()) | listen(l, 1));
		from = open_tcp();
		say("own", connect(from, (void *)&ss, addr_len()));
		fd = accept(l, NULL, NULL);
		say("apart", connect(fd, &unspec, sizeof(unspec)));
		say("again", connect(fd, (void *)&mapped, sizeof(mapped)));
		close(fd);
		close(l);
	}
	close(to);
	close(from);
	/* a socket of both, to a peer of port 0 */
	fd = open_udp();
	if (family == AF_INET6) {
		mapped.sin6_port = 0;
		say("zero", connect(fd, (void *)&mapped, sizeof(mapped)));
		say("send", send(fd, "a", 1, 0));
		say("send", send(fd, "a", 1, 0));
	}
	close(fd);
}

static void kernel_pointers(void)
{
	volatile uintptr_t at = (uintptr_t)-4096;	/* gcc would warn of what is meant */
	void *bad = (void *)at;
	struct iovec iov = { bad, 5 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int udp = open_udp(), tcp = open_tcp();

	say("udp", send(udp, bad, 5, MSG_DONTWAIT));
	say("udp", sendmsg(udp, &m, MSG_DONTWAIT));
	say("udp", recv(udp, bad, 5, MSG_DONTWAIT));
	say("tcp", send(tcp, bad, 5, MSG_DONTWAIT | MSG_NOSIGNAL));
	say("tcp", sendmsg(tcp, &m, MSG_DONTWAIT | MSG_NOSIGNAL));
	say("null", send(udp, NULL, 5, MSG_DONTWAIT));
	close(udp);
	close(tcp);
}

/* Two numbers of a socket, of which one connects. */
static void two_numbers(void)
{
	struct sockaddr_storage ss;
	int fd, copy, i;
	char buf[8];

	for (i = 0; i < 3; i++) {
		own_address(&ss);	/* a port that nobody has */
		fd = open_tcp();
		fcntl(fd, F_SETFL, O_NONBLOCK);
		copy = dup(fd);
		say("connect", connect(copy, (void *)&ss, addr_len()));
		settle();
		if (i == 0)
			say("send", send(fd, "", 0, MSG_NOSIGNAL));
		else if (i == 1)
			say("send", send(fd, "abc", 3, MSG_NOSIGNAL));
		else
			say("recv", recv(fd, buf, sizeof(buf), 0));
		say("again", connect(copy, (void *)&ss, addr_len()));
		say("again", connect(copy, (void *)&ss, addr_len()));
		close(fd);
		close(copy);
	}
}

/* SO_TIMESTAMP by one number, a receive by the other without room for what it tells. */
static void stamp_by_copy(void)
{
	char buf[8];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = open_peer('E'), copy = dup(fd), one = 1;

	setsockopt(copy, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one));
	send(fd, "abc", 3, 0);
	say("recv", recvmsg(fd, &m, 0));
	say("flags", m.msg_flags & MSG_CTRUNC);
	close(fd);
	close(copy);
}

/* The first part of a datagram says how it is to be cut, the second that it cannot be. */
static void corked_segments(void)
{
	uint16_t size = 7;
	char data[3000] = { 0 };
	int to, from;

	self_pair(&to, &from);
	say("size", setsockopt(from, IPPROTO_UDP, UDP_SEGMENT, &(int){ size }, sizeof(int)));
	say("more", send(from, data, sizeof(data), MSG_MORE));
	say("last", send(from, data, 10, 0));
	say("alone", send(from, data, 10, 0));
	close(to);
	close(from);
}

/* The family of connect()'s address before its length. */
static void raw_families(void)
{
	static const int families[] = { AF_UNIX, AF_INET, 77 };
	static const socklen_t lens[] = { 2, 8, 16, 24, 28 };
	int type, fd;
	size_t i, j;

	for (type = SOCK_DGRAM; type <= SOCK_RAW; type++)
		for (i = 0; i < sizeof(families) / sizeof(*families); i++)
			for (j = 0; j < sizeof(lens) / sizeof(*lens); j++) {
				struct sockaddr_storage ss = { .ss_family = (sa_family_t)families[i] };

				if (families[i] == AF_INET && lens[j] >= sizeof(struct sockaddr_in))
					continue;
				fd = socket(family, type, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
				say("to", connect(fd, (void *)&ss, lens[j]));
				close(fd);
			}
}

/* An address of IPv4 for a raw socket of IPv6. */
static void raw_mapped(void)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	int fd, i;

	inet_pton(AF_INET6, "::ffff:10.77.0.1", &to.sin6_addr);
	for (i = 0; i < 2; i++) {
		fd = socket(family, SOCK_RAW, i ? 253 : IPPROTO_ICMPV6);
		say("to", sendto(fd, "abcdefgh", 8, 0, (void *)&to, sizeof(to)));
		say("near", sendto(fd, "abcdefgh", 8, MSG_DONTROUTE, (void *)&to, sizeof(to)));
		say("connect", connect(fd, (void *)&to, sizeof(to)));
		say("send", send(fd, "abcdefgh", 8, 0));
		say("near", send(fd, "abcdefgh", 8, MSG_DONTROUTE));
		to.sin6_port = htons(7);
		say("port", sendto(fd, "abcdefgh", 8, 0, (void *)&to, sizeof(to)));
		inet_pton(AF_INET6, "fd77::1", &to.sin6_addr);
		say("port", sendto(fd, "abcdefgh", 8, 0, (void *)&to, sizeof(to)));
		inet_pton(AF_INET6, "::ffff:10.77.0.1", &to.sin6_addr);
		to.sin6_port = 0;
		close(fd);
	}
}

/* What is wrong in a control message is not looked at where the datagram has been begun. */
static void corked_control(void)
{
	int to, from, i;
	char buf[64];

	self_pair(&to, &from);
	for (i = 0; i < 2; i++) {
		say("begun", send(from, "12345678", 8, MSG_MORE));
		say("wrong", send_with(from, SOL_SOCKET, SO_TIMESTAMPING, "\0\0", 2));
		settle();
		say("got", recv(to, buf, sizeof(buf), MSG_DONTWAIT));
		say("alone", send_with(from, SOL_SOCKET, SO_TIMESTAMPING, "\0\0", 2));
	}
	close(to);
	close(from);
}

/* A connection of this host's two ends. */
static void tcp_pair(int pair[2])
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int l = open_tcp();

	own_address(&own);
	pair[0] = open_tcp();
	if (bind(l, (void *)&own, addr_len()) || listen(l, 1) || getsockname(l, (void *)&own, &len) ||
	    connect(pair[0], (void *)&own, addr_len()))
		say("pair", -1);
	pair[1] = accept(l, NULL, NULL);
	close(l);
}

/* A file that ends before so much was sent: a datagram of IPv6 waits for the rest. */
static void short_file(void)
{
	int to, from, file = memfd_create("short", 0);
	off_t at = 5;
	char buf[64];

	self_pair(&to, &from);
	say("write", write(file, "0123456789", 10));
	say("sendfile", sendfile(from, file, &at, 10));
	settle();
	say("got", recv(to, buf, sizeof(buf), MSG_DONTWAIT));
	say("send", send(from, "x", 1, 0));
	settle();
	say("got", recv(to, buf, sizeof(buf), MSG_DONTWAIT));
	at = 0;
	say("sendfile", sendfile(from, file, &at, 10));
	settle();
	say("got", recv(to, buf, sizeof(buf), MSG_DONTWAIT));
	close(file);
	close(to);
	close(from);
}

/* A receive of nothing, where only urgent data, and where others are before it: that is still there. */
static void urgent_nothing(void)
{
	struct msghdr none = { 0 };
	int pair[2], n, unread = -1;
	char c[16];

	for (n = 1; n < 4; n++) {
		tcp_pair(pair);
		printf("\n n%d", n);
		say("send", send(pair[0], "abc", (size_t)n, MSG_OOB));
		settle();
		say("inq", ioctl(pair[1], FIONREAD, &unread));
		say("unread", unread);
		say("peek", recv(pair[1], c, 0, MSG_PEEK | MSG_DONTWAIT));
		say("recv", recv(pair[1], c, 0, MSG_DONTWAIT));
		say("recvmsg", recvmsg(pair[1], &none, MSG_DONTWAIT));
		say("before", recv(pair[1], c, sizeof(c), MSG_DONTWAIT));
		say("inq", ioctl(pair[1], FIONREAD, &unread));
		say("unread", unread);
		say("recv", recv(pair[1], c, 0, MSG_DONTWAIT));
		say("recvmsg", recvmsg(pair[1], &none, MSG_DONTWAIT));
		say("urgent", recv(pair[1], c, 1, MSG_OOB));
		send(pair[0], "defg", 4, 0);
		settle();
		say("behind", recv(pair[1], c, sizeof(c), MSG_DONTWAIT));
		say("recv", recv(pair[1], c, 0, MSG_DONTWAIT));
		close(pair[0]);
		close(pair[1]);
	}
}

/* A closed port of this host, named as an address of IPv4, by a socket of either family, and its child. */
static void refused_here(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(CLOSED_PORT) };
	int fd = socket(family, SOCK_DGRAM, 0), status = 0;

	inet_pton(AF_INET, "10.77.0.2", &own.sin_addr);
	say("connect", connect(fd, (void *)&own, sizeof(own)));
	if (!fork())
		_exit(send(fd, "x", 1, 0) == 1 && recv(fd, &own, sizeof(own), MSG_DONTWAIT) < 0 ? errno : 0);
	wait(&status);
	say("child", WEXITSTATUS(status));
	say("send", send(fd, "x", 1, 0));
	say("recv", recv(fd, &own, sizeof(own), MSG_DONTWAIT));
	close(fd);
}

/* ICMP by a raw socket has a type and a code. */
static void raw_no_type(void)
{
	struct sockaddr_storage ss = addr_of(true, 0);
	int fd = socket(family, SOCK_RAW, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	say("none", sendto(fd, "", 0, 0, (void *)&ss, addr_len()));
	say("half", sendto(fd, "a", 1, 0, (void *)&ss, addr_len()));
	inet_pton(family, family == AF_INET ? "198.51.100.9" : "fd99::9",
		  family == AF_INET ? (void *)&((struct sockaddr_in *)&ss)->sin_addr :
				      (void *)&((struct sockaddr_in6 *)&ss)->sin6_addr);
	say("far", sendto(fd, "a", 1, 0, (void *)&ss, addr_len()));
	close(fd);
}

/* A datagram to a socket that was closed just before. */
static void closed_before(void)
{
	struct timeval tv = { 0, 500000 };
	int i, to, from, refused = 0;
	char buf[8];

	for (i = 0; i < 300; i++) {
		self_pair(&to, &from);
		setsockopt(from, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
		if (i & 1) {
			send(from, "a", 1, 0);
			recv(to, buf, sizeof(buf), 0);
		}
		close(to);
		send(from, "b", 1, 0);
		refused += recv(from, buf, sizeof(buf), 0) < 0 && errno == ECONNREFUSED;
		close(from);
	}
	say("refused", refused);
}

/* Another device than the one that a connection's packets come by. */
static void bound_late(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int port, l = listen_any(&port), fd = open_tcp(), other = 77, a;
	char buf[8];

	own_address(&ss);
	if (family == AF_INET)
		((struct sockaddr_in *)&ss)->sin_port = htons((uint16_t)port);
	else
		((struct sockaddr_in6 *)&ss)->sin6_port = htons((uint16_t)port);
	say("connect", connect(fd, (void *)&ss, addr_len()));
	a = accept(l, (void *)&ss, &len);
	close(l);
	say("bound", setsockopt(a, SOL_SOCKET, SO_BINDTOIFINDEX, &other, sizeof(other)));
	say("send", send(fd, "abc", 3, MSG_NOSIGNAL));
	settle();
	say("recv", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	close(a);
	close(fd);
}

static void *close_soon(void *arg)
{
	usleep(100000);
	close(*(int *)arg);
	return NULL;
}

/* A send that waits for a connection, and whose descriptor another thread closes. */
static void closed_while_sending(void)
{
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	struct timeval tv = { 0, 400000 };
	pthread_t thread;
	int fd = open_tcp();

	inet_pton(family, family == AF_INET ? "10.77.0.77" : "fd77::77",
		  family == AF_INET ? (void *)&((struct sockaddr_in *)&ss)->sin_addr :
				      (void *)&((struct sockaddr_in6 *)&ss)->sin6_addr);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	say("connect", connect(fd, (void *)&ss, addr_len()));
	fcntl(fd, F_SETFL, 0);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	pthread_create(&thread, NULL, close_soon, &fd);
	say("send", send(fd, "abcdefgh", 8, MSG_MORE));
	pthread_join(thread, NULL);
}

/* What is wrong in a control message of a stream that was shut down. */
static void shut_before_control(void)
{
	int fd = open_peer('H');

	say("wrong", send_with(fd, SOL_SOCKET, SO_TIMESTAMPING, "\0\0", 2));
	shutdown(fd, SHUT_WR);
	say("wrong", send_with(fd, SOL_SOCKET, SO_TIMESTAMPING, "\0\0", 2));
	close(fd);
}

/* What a listener has that was a connection, and was reset. */
static void listens_after_reset(void)
{
	struct sockaddr unspec = { .sa_family = AF_UNSPEC };
	int fd = open_peer('H');

	say("apart", connect(fd, &unspec, sizeof(unspec)));
	say("listen", listen(fd, 1));
	say("send", send(fd, "", 0, MSG_NOSIGNAL));
	say("send", send(fd, "", 0, MSG_NOSIGNAL));
	close(fd);
}

/* Another number connects, or listens: what the first then can do. */
static void used_by_copy(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = open_tcp(), copy = dup(fd), other;

	own_address(&ss);
	say("bind", bind(copy, (void *)&ss, addr_len()));
	say("listen", listen(copy, 1));
	say("connect", connect(fd, (void *)&ss, addr_len()));
	say("bind", bind(fd, (void *)&ss, addr_len()));
	other = open_tcp();
	say("other", connect(other, (void *)&ss, addr_len()));
	close(accept(fd, NULL, NULL));
	close(other);
	close(fd);
	close(copy);
	fd = open_tcp();
	copy = dup(fd);
	ss = addr_of(true, PEER_PORT);
	say("connect", connect(copy, (void *)&ss, addr_len()));
	say("connect", connect(fd, (void *)&ss, addr_len()));
	say("listen", listen(fd, 1));
	say("peer", getpeername(fd, (void *)&ss, &len));
	close(fd);
	close(copy);
}

static void leaving(void)
{
	struct ip_mreq m = { 0 };
	struct in_addr far = { 0 };
	int fd = open_udp();
	socklen_t len = 2;

	if (family == AF_INET) {
		inet_pton(AF_INET, "198.51.100.9", &far);
		say("none", setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
		m.imr_multiaddr = far;
		say("far", setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
		m.imr_interface = far;
		say("foreign", setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
		say("if", getsockopt(fd, IPPROTO_IP, IP_UNICAST_IF, &m, &len));
		say("len", len);
	}
	close(fd);
}

static void probed(void)
{
	int fd = refused_one(NULL);

	say("probe", send(fd, "abc", 3, MSG_PROBE));
	say("send", send(fd, "abc", 3, 0));
	shutdown(fd, SHUT_WR);
	say("probe", send(fd, "abc", 3, MSG_PROBE));
	close(fd);
}

/* A ping socket looks at what is to be sent before it looks where to. */
static void ping_first(void)
{
	struct sockaddr_storage ss = { .ss_family = (sa_family_t)(family == AF_INET ? AF_INET6 : AF_INET) };
	int fd = socket(family, SOCK_DGRAM, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	inet_pton(ss.ss_family, family == AF_INET ? "fd77::1" : "10.77.0.1",
		  family == AF_INET ? (void *)&((struct sockaddr_in6 *)&ss)->sin6_addr :
				      (void *)&((struct sockaddr_in *)&ss)->sin_addr);
	say("to", sendto(fd, "aaaaaaaaaa", 10, 0, (void *)&ss, sizeof(struct sockaddr_in6)));
	close(fd);
}

/* Options that nobody knows, which root may send, and source routes without a route. */
static void odd_ip_options(void)
{
	static const uint8_t odd[][8] = { { 0xe0, 5, 1, 2, 3 }, { 130, 4, 1, 2 }, { 131, 2 }, { 137, 8, 4 },
					  { 134, 6 }, { 3, 9 }, { 1, 1, 200, 2 } };
	int fd = open_udp(), s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	int status = 0;
	size_t i;

	if (family == AF_INET) {
		for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
			say("set", setsockopt(fd, IPPROTO_IP, IP_OPTIONS, odd[i], sizeof(odd[i])));
			say("send", sendto(fd, "a", 1, 0, (void *)&ss, addr_len()));
		}
		if (!fork()) {
			if (setresuid(1, 1, 1))
				_exit(9);
			close(s);
			s = socket(AF_INET, SOCK_DGRAM, 0);
			_exit(setsockopt(s, IPPROTO_IP, IP_OPTIONS, odd[0], sizeof(odd[0])) ? errno : 0);
		}
		wait(&status);
		say("nobody", WEXITSTATUS(status));
	}
	close(fd);
	close(s);
}

const struct fact facts_order[] = {
	{ "odd_ip_options", odd_ip_options },
	{ "listens_after_reset", listens_after_reset },
	{ "used_by_copy", used_by_copy },
	{ "leaving", leaving },
	{ "probed", probed },
	{ "ping_first", ping_first },
	{ "pending_last", pending_last },
	{ "error_first", error_first },
	{ "kept_after_shutdown", kept_after_shutdown },
	{ "v6_only", v6_only },
	{ "kernel_pointers", kernel_pointers },
	{ "two_numbers", two_numbers },
	{ "stamp_by_copy", stamp_by_copy },
	{ "corked_segments", corked_segments },
	{ "raw_families", raw_families },
	{ "raw_no_type", raw_no_type },
	{ "raw_mapped", raw_mapped },
	{ "corked_control", corked_control },
	{ "refused_here", refused_here },
	{ "urgent_nothing", urgent_nothing },
	{ "short_file", short_file },
	{ "closed_before", closed_before },
	{ "bound_late", bound_late },
	{ "closed_while_sending", closed_while_sending },
	{ "shut_before_control", shut_before_control },
	{ NULL, NULL },
};
