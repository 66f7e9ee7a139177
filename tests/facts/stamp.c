// SPDX-License-Identifier: BSD-2-Clause
/* Facts about SO_TIMESTAMPING, the other time stamps of streams, and MSG_ZEROCOPY. */
#include "facts.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <time.h>

#ifndef SCM_TS_OPT_ID
#define SCM_TS_OPT_ID 81
#endif

enum {
	TX_ALL = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_ACK,
	RX = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE,
	TX = SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE,
};

static int set(int fd, int name, int v)
{
	return setsockopt(fd, SOL_SOCKET, name, &v, sizeof(v));
}

/* A stamp is nothing, or a time of the last minute. */
static const char *when(const void *data)
{
	struct timespec ts, now;

	memcpy(&ts, data, sizeof(ts));
	if (!ts.tv_sec && !ts.tv_nsec)
		return "0";
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - ts.tv_sec < 60 && now.tv_sec >= ts.tv_sec ? "now" : "wrong";
}

static void say_stamp(const struct cmsghdr *c)
{
	const char *p = (const char *)CMSG_DATA(c);

	printf(" [ts%d/%zu:%s,%s,%s]", c->cmsg_type, c->cmsg_len, when(p), when(p + 16), when(p + 32));
}

/* Attributes that a quiet connection has the same values of, whatever it runs over. */
static bool steady(uint16_t type, uint32_t info)
{
	switch (type) {
	case 24:	/* not sent: as seen before, or after, the packet is counted */
		return info != SCM_TSTAMP_SCHED;
	case 1:		/* busy */
	case 6:		/* pacing rate */
	case 7:		/* delivery rate */
	case 8:		/* window: depends on whether an ACK has come */
	case 10:	/* round trips */
	case 22:
	case 25:	/* when it left */
	case 26:	/* TTL: the peer's */
		return false;
	}
	return true;
}

static void say_stats(const struct cmsghdr *c, uint32_t info)
{
	const unsigned char *p = CMSG_DATA(c);
	size_t len = c->cmsg_len - CMSG_LEN(0), off, n;

	printf(" [stats %zu:", len);
	for (off = 0; off + 4 <= len; off += (n + 3) & ~(size_t)3) {
		uint16_t head[2];
		uint64_t v = 0;

		memcpy(head, p + off, 4);
		n = head[0];
		if (n < 4 || n > 12 || off + n > len)
			break;
		memcpy(&v, p + off + 4, n - 4);
		printf(" %u/%zu", head[1], n - 4);
		if (steady(head[1], info))
			printf("=%llu", (unsigned long long)v);
	}
	printf("]");
}

/* What a stamp's record is of: its ee_info. */
static uint32_t stamp_kind(struct msghdr *m)
{
	struct sock_extended_err e = { 0 };
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		if (c->cmsg_level != SOL_SOCKET)
			memcpy(&e, CMSG_DATA(c), sizeof(e));
	return e.ee_info;
}

static void say_control(struct msghdr *m)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct sock_extended_err e;

		if (c->cmsg_level == SOL_SOCKET &&
		    (c->cmsg_type == SO_TIMESTAMPING || c->cmsg_type == SO_TIMESTAMPING_NEW)) {
			say_stamp(c);
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPING_OPT_STATS) {
			say_stats(c, stamp_kind(m));
		} else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
			   (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) {
			struct sockaddr sa;

			memcpy(&e, CMSG_DATA(c), sizeof(e));
			memcpy(&sa, CMSG_DATA(c) + sizeof(e), sizeof(sa));
			printf(" [%d:errno=%u,origin=%u,type=%u,code=%u,info=%u,data=%u,from=%u]",
			       c->cmsg_level, e.ee_errno, e.ee_origin, e.ee_type, e.ee_code,
			       e.ee_info, e.ee_data, sa.sa_family);
		} else {
			printf(" [%d/%d/%zu]", c->cmsg_level, c->cmsg_type, c->cmsg_len);
		}
	}
}

static ssize_t take(int fd, int flags)
{
	struct sockaddr_storage ss;
	char data[256], ctl[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl, .msg_name = &ss,
			    .msg_namelen = sizeof(ss), .msg_controllen = sizeof(ctl) };
	ssize_t n = recvmsg(fd, &m, flags | MSG_DONTWAIT);

	say("n", n);
	if (n >= 0) {
		say("flags", m.msg_flags);
		say("name", m.msg_namelen);
		say_control(&m);
	}
	return n;
}

/* Everything in the error queue, once it has come. */
static void take_all(int fd, int entries)
{
	struct pollfd p = { .fd = fd };

	while (entries--) {
		say("poll", poll(&p, 1, 2000));
		say("ev", p.revents);
		printf(" entry");
		take(fd, MSG_ERRQUEUE);
	}
	take(fd, MSG_ERRQUEUE);
	say("poll", poll(&p, 1, 0));
}

static int connected(bool stream)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = stream ? open_peer('E') : open_udp();

	if (!stream && connect(fd, (struct sockaddr *)&ss, addr_len()))
		say("connect", -1);
	return fd;
}

static void options(void)
{
	static const int values[] = {
		0, TX_ALL, SOF_TIMESTAMPING_OPT_STATS,
		SOF_TIMESTAMPING_OPT_STATS | SOF_TIMESTAMPING_OPT_TSONLY, 1 << 19, 1 << 30, -1,
		SOF_TIMESTAMPING_OPT_ID, SOF_TIMESTAMPING_OPT_ID | 1 << 16, 1 << 16, 1 << 15,
		SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE,
	};
	int kind, v[2];
	socklen_t len;
	size_t i;

	for (kind = 0; kind < 4; kind++) {
		int fd = kind < 2 ? (kind ? open_udp() : open_tcp()) : connected(kind == 2);

		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			printf("\n %d/%x", kind, (unsigned int)values[i]);
			say("set", set(fd, SO_TIMESTAMPING, values[i]));
			len = sizeof(v);
			say("get", getsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, v, &len));
			say("len", len);
			say("v", v[0]);
			say("new", getsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING_NEW, v, &len));
			say("v", v[0]);
		}
		printf("\n %d/short", kind);
		say("set", setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, v, 2));
		say("zero", set(fd, SO_ZEROCOPY, 1));
		say("zero", set(fd, SO_ZEROCOPY, 2));
		len = sizeof(v[0]);
		say("get", getsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, v, &len));
		say("v", v[0]);
		close(fd);
	}
}

static void received(int name, int value)
{
	int kind;

	for (kind = 0; kind < 2; kind++) {
		int fd = connected(kind);

		printf("\n %s", kind ? "tcp" : "udp");
		say("set", set(fd, name, value));
		if (write(fd, "abc", 3) != 3)
			say("write", -1);
		settle();
		if (kind) {	/* looking twice gives the same */
			take(fd, MSG_PEEK);
			take(fd, 0);
		} else {
			take(fd, 0);
		}
		take(fd, 0);
		close(fd);
	}
}

static void rx(void)
{
	received(SO_TIMESTAMPING, RX);
	received(SO_TIMESTAMPING_NEW, RX);
	received(SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE);
}

static void rx_old(void)
{
	received(SO_TIMESTAMP, 1);
	received(SO_TIMESTAMPNS, 1);
	received(SO_TIMESTAMP_NEW, 1);
	received(SO_TIMESTAMPNS_NEW, 1);
}

/* Several sends, each with its id. */
static void sent(bool stream, int name, int flags, int entries)
{
	int fd = connected(stream), i;

	printf("\n %s/%x", stream ? "tcp" : "udp", (unsigned int)flags);
	settle();
	say("set", set(fd, name, flags));
	for (i = 0; i < 2; i++) {
		if (write(fd, "abcd", 4) != 4)
			say("write", -1);
		settle();
	}
	take_all(fd, entries);
	close(fd);
}

static void tx(void)
{
	enum { ID = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY };

	sent(false, SO_TIMESTAMPING, TX | ID, 2);
	sent(false, SO_TIMESTAMPING_NEW, TX | ID | SOF_TIMESTAMPING_TX_SCHED, 4);
	sent(false, SO_TIMESTAMPING, TX, 2);
	sent(false, SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SOFTWARE | ID, 2);
	sent(true, SO_TIMESTAMPING, TX | ID, 2);
	sent(true, SO_TIMESTAMPING, TX | ID | TX_ALL, 6);
	sent(true, SO_TIMESTAMPING_NEW, SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_ACK, 2);
	sent(true, SO_TIMESTAMPING, TX | ID | 1 << 16, 2);
}

static void tx_stats(void)
{
	enum { ID = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_OPT_STATS };

	sent(false, SO_TIMESTAMPING, TX | ID, 2);
	sent(true, SO_TIMESTAMPING, TX | ID, 2);
	sent(true, SO_TIMESTAMPING, TX | ID | TX_ALL, 6);
}

static void tx_cmsg(void)
{
	int fd = connected(false), on = 1;

	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	say("set", set(fd, SO_TIMESTAMPING, TX | SOF_TIMESTAMPING_OPT_CMSG));
	if (write(fd, "abcd", 4) != 4)
		say("write", -1);
	settle();
	take_all(fd, 1);
	close(fd);
}

static ssize_t send_stamped(int fd, int type, uint32_t v, int flags)
{
	char ctl[CMSG_SPACE(sizeof(v))] = { 0 };
	struct iovec iov = { "abcdefgh", 8 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(sizeof(v));
	memcpy(CMSG_DATA(c), &v, sizeof(v));
	return sendmsg(fd, &m, flags);
}

/* Asked for with one send only. */
static void per_send(void)
{
	int kind;

	for (kind = 0; kind < 2; kind++) {
		int fd = connected(kind);

		printf("\n %s", kind ? "tcp" : "udp");
		settle();
		say("set", set(fd, SO_TIMESTAMPING, SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID |
							SOF_TIMESTAMPING_OPT_TSONLY));
		say("send", send_stamped(fd, SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SOFTWARE, 0));
		say("bad", send_stamped(fd, SO_TIMESTAMPING, RX, 0));
		say("id", send_stamped(fd, SCM_TS_OPT_ID, 77, 0));
		say("other", send_stamped(fd, 4711, 0, 0));
		settle();
		take_all(fd, 1);
		close(fd);
	}
}

static void zerocopy(void)
{
	int kind, i;

	for (kind = 0; kind < 2; kind++) {
		int fd = connected(kind);
		char c[16];

		printf("\n %s", kind ? "tcp" : "udp");
		settle();
		say("off", send(fd, "abc", 3, MSG_ZEROCOPY));
		settle();
		say("errq", recv(fd, c, 1, MSG_ERRQUEUE | MSG_DONTWAIT));
		say("set", set(fd, SO_ZEROCOPY, 1));
		for (i = 0; i < 3; i++)
			say("send", send(fd, "abc", 3, MSG_ZEROCOPY));
		say("plain", send(fd, "abc", 3, 0));
		settle();
		take_all(fd, 1);
		say("send", send(fd, "abc", 3, MSG_ZEROCOPY));
		settle();
		take_all(fd, 1);
		close(fd);
	}
}

/* What waits for an error queue sees it, by any way of waiting. */
static void waiting(void)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.u32 = 5 }, got[4];
	int fd = connected(true), ep = epoll_create1(0);
	struct timeval tv = { .tv_sec = 2 };
	fd_set in, ex;
	char c[4];

	settle();
	set(fd, SO_ZEROCOPY, 1);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	say("send", send(fd, "abc", 3, MSG_ZEROCOPY));
	settle();
	say("wait", epoll_wait(ep, got, 4, 2000));
	say("ev", got[0].events);
	say("data", got[0].data.u32);
	say("again", epoll_wait(ep, got, 4, 0));
	say("read", read(fd, c, 3));
	FD_ZERO(&in);
	FD_ZERO(&ex);
	FD_SET(fd, &in);
	FD_SET(fd, &ex);
	say("select", select(fd + 1, &in, NULL, &ex, &tv));
	say("in", FD_ISSET(fd, &in));
	say("ex", FD_ISSET(fd, &ex));
	take(fd, MSG_ERRQUEUE);
	tv.tv_sec = 0;
	FD_SET(fd, &in);
	say("select", select(fd + 1, &in, NULL, NULL, &tv));
	close(fd);
	fd = connected(false);
	set(fd, SO_TIMESTAMPING, TX);
	set(fd, SO_SELECT_ERR_QUEUE, 1);
	say("send", send(fd, "abc", 3, 0));
	settle();
	FD_ZERO(&ex);
	FD_SET(fd, &ex);
	tv.tv_sec = 2;
	say("select", select(fd + 1, NULL, NULL, &ex, &tv));
	say("ex", FD_ISSET(fd, &ex));
	close(fd);
}

/* The four requests; a stamp is old, now, or an error. */
static void say_gstamp(const char *word, int fd)
{
	static const unsigned long reqs[] = { 0x8906, 0x8907, 0x80108906, 0x80108907 };
	struct timespec now;
	long v[2];
	size_t i;

	for (i = 0; i < sizeof(reqs) / sizeof(reqs[0]); i++) {
		int r = ioctl(fd, reqs[i], v);

		clock_gettime(CLOCK_REALTIME, &now);
		if (r < 0)
			say(word, -1);
		else
			say_text(word, v[0] > now.tv_sec || now.tv_sec - v[0] > 60 ? "wrong" :
				 v[1] >= (i & 1 ? 1000000000 : 1000000) ? "large" : "now");
	}
}

static void last_stamp(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_udp(), copy, tcp = open_peer('E');
	long a[2] = { 0 }, b[2] = { 0 };
	char c;

	say_gstamp("none", fd);
	say("efault", ioctl(fd, SIOCGSTAMP, NULL));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("send", send(fd, "x", 1, 0));
	settle();
	say_gstamp("unread", fd);
	say("peek", recv(fd, &c, 1, MSG_PEEK));
	say_gstamp("peeked", fd);
	say("recv", recv(fd, &c, 1, 0));
	say("get", ioctl(fd, SIOCGSTAMPNS, a));
	settle();
	say("get", ioctl(fd, SIOCGSTAMPNS, b));
	say("same", a[0] == b[0] && a[1] == b[1]);
	say("send", send(fd, "x", 1, 0));
	settle();
	copy = dup(fd);
	say("recv", recv(fd, &c, 1, 0));
	say("get", ioctl(copy, SIOCGSTAMPNS, b));
	say("later", b[0] > a[0] || (b[0] == a[0] && b[1] > a[1]));
	say("efault", ioctl(fd, SIOCGSTAMP, NULL));
	say("write", write(tcp, "x", 1));
	say("read", read(tcp, &c, 1));
	say_gstamp("tcp", tcp);
	say_gstamp("new", open_tcp());
	fd = open_udp();
	say("on", set(fd, SO_TIMESTAMP, 1));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("send", send(fd, "x", 1, 0));
	say("recv", recv(fd, &c, 1, 0));
	say_gstamp("option", fd);
}

/* A registration with EPOLLONESHOT tells of the error queue once, too, until it is armed again. */
static void oneshot(void)
{
	struct epoll_event ev = { .events = EPOLLOUT | EPOLLET | EPOLLONESHOT, .data.u64 = 7 }, got = { 0 };
	int ep = epoll_create1(0), fd = open_peer('E');

	set(fd, SO_ZEROCOPY, 1);
	say("add", epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev));
	for (int armed = 0; armed < 3; armed++) {
		for (int i = 0; i < 2; i++) {
			say("send", send(fd, "abc", 3, MSG_ZEROCOPY));
			settle();
			got.events = 0;
			say("n", epoll_wait(ep, &got, 1, 0));
			say("events", got.events);
			say("again", epoll_wait(ep, &got, 1, 0));
		}
		say("mod", epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev));
	}
}

const struct fact facts_stamp[] = {
	{ "last_stamp", last_stamp },
	{ "stamp_options", options },
	{ "stamp_rx", rx },
	{ "stamp_rx_old", rx_old },
	{ "stamp_tx", tx },
	{ "stamp_tx_cmsg", tx_cmsg },
	{ "stamp_tx_stats", tx_stats },
	{ "stamp_per_send", per_send },
	{ "zerocopy", zerocopy },
	{ "errqueue_waiting", waiting },
	{ "errqueue_oneshot", oneshot },
	{ NULL, NULL },
};
