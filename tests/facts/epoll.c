// SPDX-License-Identifier: BSD-2-Clause
/* Facts about epoll: the events of an end, of a reset and of a datagram socket's error. */
#include "facts.h"

static int so_error(int fd)
{
	int v = -2;
	socklen_t len = sizeof(v);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &len) ? -1 : v;
}

static int watch(int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };
	int ep = epoll_create1(0);

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev))
		say("add", -1);
	return ep;
}

/* The events told once all of want are; what comes with them is told by turns, so it is waited for. */
static void say_events(const char *word, int ep, uint32_t want)
{
	struct epoll_event ev = { 0 };
	int i, n = 0;

	for (i = 0; i < 500 && (ev.events & want) != want; i++) {
		n = epoll_wait(ep, &ev, 1, 10);
		if (n == 1 && (ev.events & want) == want)
			break;
		usleep(5000);
	}
	say(word, n);
	say("events", n == 1 ? (long)ev.events : 0);
	say("data", n == 1 ? (long)ev.data.u64 : 0);
}

/* A reset, with the number in the data as most programs have it, and with something else. */
static void epoll_reset(void)
{
	int fd = open_peer('R'), other = open_peer('R');
	int ep = watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, 1234567);
	int one = watch(other, EPOLLIN | EPOLLET, 7);
	char c;

	settle();
	say_events("n", ep, EPOLLHUP);
	say("read", read(fd, &c, 1));
	say_events("after", ep, EPOLLHUP);
	say_events("edge", one, EPOLLHUP);
	say("so_error", so_error(other));
}

static void epoll_end(void)
{
	int fd = open_peer('F'), ep = watch(fd, EPOLLIN | EPOLLRDHUP, 99);

	say_events("n", ep, EPOLLRDHUP);
	say("shutdown", shutdown(fd, SHUT_WR));
	say_events("both", ep, EPOLLHUP);
}

static void epoll_datagram_error(void)
{
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	int fd = open_udp(), ep = watch(fd, EPOLLIN | EPOLLOUT, 42);
	char c;

	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("send", send(fd, "x", 1, 0));
	say_events("n", ep, EPOLLERR);
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say_events("after", ep, EPOLLOUT);
}

/* An error that is taken by what reads the error queue: one event, and nothing to be read. */
static void epoll_datagram_queue(void)
{
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, on = 1;
	int name = family == AF_INET ? IP_RECVERR : IPV6_RECVERR;
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	int fd = open_udp(), ep = watch(fd, EPOLLIN, 43);
	char c, ctl[256];
	struct iovec iov = { &c, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };

	setsockopt(fd, level, name, &on, sizeof(on));
	say("sendto", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
	say_events("n", ep, EPOLLERR);
	say("queue", recvmsg(fd, &m, MSG_ERRQUEUE));
	say("queue", recvmsg(fd, &m, MSG_ERRQUEUE));
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
}

/* Both ends are here: what one did the other has, without a wait, and both have their events at once. */
static void epoll_own_peer(void)
{
	struct epoll_event ev[4], want = { .events = EPOLLIN };
	int ep = epoll_create1(0), port, l = listen_any(&port), c = open_tcp(), s;
	struct sockaddr_storage own;
	char buf[8];

	own_address(&own);
	((struct sockaddr_in *)&own)->sin_port = htons((uint16_t)port);
	fcntl(l, F_SETFL, O_NONBLOCK);
	say("connect", connect(c, (struct sockaddr *)&own, addr_len()));
	s = accept(l, NULL, NULL);
	say("accept", s < 0 ? -1 : 0);
	epoll_ctl(ep, EPOLL_CTL_ADD, c, &want);
	epoll_ctl(ep, EPOLL_CTL_ADD, s, &want);
	say("send", send(c, "abc", 3, 0));
	say("recv", recv(s, buf, sizeof(buf), MSG_DONTWAIT));
	say("send", send(c, "x", 1, 0));
	say("send", send(s, "y", 1, 0));
	say("n", epoll_wait(ep, ev, 4, 0));
	say("read", read(c, buf, 1));
	say("read", read(s, buf, 1));
	say("close", close(c));
	say("end", recv(s, buf, 1, MSG_DONTWAIT));
}

/* The same of datagrams. */
static void poll_own_datagram(void)
{
	struct pollfd p = { .events = POLLIN };
	int to, from;
	char c;

	self_pair(&to, &from);
	p.fd = to;
	say("send", send(from, "x", 1, 0));
	say("poll", poll(&p, 1, 0));
	say("recv", recv(to, &c, 1, MSG_DONTWAIT));
	say("send", send(from, "x", 1, 0));
	say("recv", recv(to, &c, 1, MSG_DONTWAIT));
}

const struct fact facts_epoll[] = {
	{ "epoll_own_peer", epoll_own_peer },
	{ "poll_own_datagram", poll_own_datagram },
	{ "epoll_reset", epoll_reset },
	{ "epoll_end", epoll_end },
	{ "epoll_datagram_error", epoll_datagram_error },
	{ "epoll_datagram_queue", epoll_datagram_queue },
	{ NULL, NULL },
};
