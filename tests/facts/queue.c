// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts about what waits in a socket's queue: where a peek begins (SO_PEEK_OFF), control messages that are
 * asked for when the datagram is there already, how much fits.
 */
#include "facts.h"

#include <netinet/ip.h>
#include <netinet/udp.h>

#ifndef IP_CHECKSUM
#define IP_CHECKSUM 23
#endif

enum { QUEUE_PROTO = 253 };	/* of the raw sockets */

/* -- SO_PEEK_OFF -------------------------------------------------------------------------------- */

static void say_offset(int fd)
{
	int v = -2;
	socklen_t len = sizeof(v);

	if (getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &v, &len))
		say("offset", -1);
	else if (v == -1)
		say_text("offset", "none");
	else
		say("offset", v);
}

static void set_offset(int fd, int v)
{
	say("set", setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &v, sizeof(v)));
	say_offset(fd);
}

/* One receive: octets, what they are, whether they were cut, and where the next peek begins. */
static void look(const char *word, int fd, size_t n, int flags)
{
	char data[64] = { 0 };
	struct sockaddr_storage ss;
	struct iovec iov = { data, n };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_name = &ss, .msg_namelen = sizeof(ss) };
	ssize_t r = recvmsg(fd, &m, flags | MSG_DONTWAIT);

	say(word, r);
	if (r >= 0) {
		data[n] = 0;
		say_text("data", data);
		say("flags", m.msg_flags);
		say("namelen", m.msg_namelen);
	}
	say_offset(fd);
}

static void peek_udp(void)
{
	int to, from, i;

	self_pair(&to, &from);
	say_offset(to);
	set_offset(to, -7);
	say("short", setsockopt(to, SOL_SOCKET, SO_PEEK_OFF, "\0", 1));
	set_offset(to, 0);
	send(from, "abcdefgh", 8, 0);
	send(from, "", 0, 0);
	send(from, "01234", 5, 0);
	settle();
	printf("\n look");
	for (i = 0; i < 6; i++)
		look("peek", to, 3, MSG_PEEK);
	printf("\n trunc");
	set_offset(to, 2);
	look("peek", to, 3, MSG_PEEK | MSG_TRUNC);
	look("peek", to, 20, MSG_PEEK);
	printf("\n read");
	set_offset(to, 10);
	look("peek", to, 9, MSG_PEEK);
	look("read", to, 4, 0);
	look("peek", to, 9, MSG_PEEK);
	look("read", to, 9, 0);
	look("read", to, 9, 0);
	look("read", to, 9, 0);
	printf("\n off");
	set_offset(to, -1);
	send(from, "xyz", 3, 0);
	settle();
	look("peek", to, 2, MSG_PEEK);
	look("peek", to, 2, MSG_PEEK);
	say("fionread", ioctl(to, FIONREAD, &i));
	say("n", i);
}

static void peek_wait(void)
{
	struct timeval tv = { .tv_usec = 100000 };
	int to, from;
	pid_t pid;
	char c = 0;

	self_pair(&to, &from);
	set_offset(to, 2);
	send(from, "ab", 2, 0);
	settle();
	setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	say("early", recv(to, &c, 1, MSG_PEEK));
	tv.tv_sec = 5;
	setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	pid = fork();
	if (!pid) {
		settle();
		send(from, "cd", 2, 0);
		_exit(0);
	}
	say("waited", recv(to, &c, 1, MSG_PEEK));
	say("byte", c);
	waitpid(pid, NULL, 0);
	say("read", recv(to, &c, 1, 0));
	say("byte", c);
	say_offset(to);
}

static void peek_tcp(void)
{
	int fd = open_peer('E'), i;

	say_offset(fd);
	set_offset(fd, 0);
	send(fd, "abcdefgh", 8, 0);
	for (i = 0; i < 100; i++) {
		int n = 0;

		usleep(10000);
		if (!ioctl(fd, FIONREAD, &n) && n == 8)
			break;
	}
	for (i = 0; i < 4; i++)
		look("peek", fd, 3, MSG_PEEK);
	set_offset(fd, 5);
	look("peek", fd, 9, MSG_PEEK | MSG_TRUNC);
	look("read", fd, 2, 0);
	look("peek", fd, 9, MSG_PEEK);
	look("read", fd, 2, MSG_TRUNC);
	set_offset(fd, -1);
	look("peek", fd, 2, MSG_PEEK);
	look("peek", fd, 2, MSG_PEEK);
}

static void peek_others(void)
{
	int port;

	printf("\n raw");
	set_offset(socket(family, SOCK_RAW, QUEUE_PROTO), 1);
	printf("\n fresh");
	set_offset(open_tcp(), 1);
	printf("\n listener");
	set_offset(listen_any(&port), 1);
}

/* -- control messages ---------------------------------------------------------------------------- */

static const int asked[][3] = {
	{ SOL_SOCKET, SO_TIMESTAMP, 0 },
	{ IPPROTO_IP, IP_PKTINFO, AF_INET },
	{ IPPROTO_IP, IP_RECVTTL, AF_INET },
	{ IPPROTO_IP, IP_RECVTOS, AF_INET },
	{ IPPROTO_IP, IP_RECVORIGDSTADDR, AF_INET },
	{ IPPROTO_IPV6, IPV6_RECVPKTINFO, AF_INET6 },
	{ IPPROTO_IPV6, IPV6_RECVHOPLIMIT, AF_INET6 },
	{ IPPROTO_IPV6, IPV6_RECVTCLASS, AF_INET6 },
	{ IPPROTO_IPV6, 74 /* IPV6_RECVORIGDSTADDR */, AF_INET6 },
};

static void ask(int fd, int on)
{
	size_t i;

	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (!asked[i][2] || asked[i][2] == family)
			setsockopt(fd, asked[i][0], asked[i][1], &on, sizeof(on));
}

static void take(int fd, bool ports)
{
	char data[128] = { 0 }, ctl[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c;
	ssize_t r = recvmsg(fd, &m, MSG_DONTWAIT);

	say("recv", r);
	if (r < 0)
		return;
	printf(" %02x", data[family == AF_INET && !ports ? 20 : 0]);
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		size_t n = c->cmsg_level == SOL_SOCKET ? 0 : c->cmsg_len - CMSG_LEN(0), i;

		printf(" [%d/%d/%zu:", c->cmsg_level, c->cmsg_type, c->cmsg_len);
		for (i = 0; i < n && n <= 4; i++)
			printf("%02x", CMSG_DATA(c)[i]);
		if (n == sizeof(struct in_pktinfo)) {	/* without the interface's number */
			memcpy(&i, CMSG_DATA(c), sizeof(int));
			printf("%s,", (int)i ? "if" : "0");
			for (i = 4; i < n; i++)
				printf("%02x", CMSG_DATA(c)[i]);
		} else if (n > 4) {
			for (i = 0; i < 16; i++)
				printf("%02x", c->cmsg_type == 20 || c->cmsg_type == 74 ? i < 2 || i > 3 ?
					CMSG_DATA(c)[i] : 0 : CMSG_DATA(c)[i]);
		}
		printf("]");
	}
}

/* Two datagrams wait, one that came before the messages were asked for and one after. */
static void late_pair(int to, int from, const void *data, size_t n, bool ports)
{
	int tos = 0x20;

	setsockopt(from, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
		   family == AF_INET ? IP_TOS : IPV6_TCLASS, &tos, sizeof(tos));
	say("send", send(from, data, n, 0));
	settle();
	ask(to, 1);
	say("send", send(from, data, n, 0));
	settle();
	take(to, ports);
	ask(to, 0);
	take(to, ports);
	take(to, ports);
	say("send", send(from, data, n, 0));
	settle();
	ask(to, 1);
	say_poll("poll", to);
	take(to, ports);
}

static void late(void)
{
	static const uint8_t echo[2][8] = { { 8, 0, 0xf7, 0xfe, 0, 1, 0, 0 }, { 128 } };
	struct sockaddr_storage own, peer = addr_of(true, 0);
	int to, from;

	printf("\n udp");
	self_pair(&to, &from);
	late_pair(to, from, "abc", 3, true);
	printf("\n raw");
	own_address(&own);
	((struct sockaddr_in *)&own)->sin_port = 0;
	to = socket(family, SOCK_RAW, QUEUE_PROTO);
	from = socket(family, SOCK_RAW, QUEUE_PROTO);
	say("bind", bind(to, (struct sockaddr *)&own, addr_len()));
	say("connect", connect(from, (struct sockaddr *)&own, addr_len()));
	late_pair(to, from, "abc", 3, false);
	late_pair(to, from, "abcde", 5, false);
	printf("\n ping");
	from = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY);
	say("range", write(from, "0 2147483647", 12));
	to = socket(family, SOCK_DGRAM, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	say("connect", connect(to, (struct sockaddr *)&peer, addr_len()));
	say("send", send(to, echo[family == AF_INET6], 8, 0));
	settle();
	ask(to, 1);
	take(to, true);
	ask(to, 0);
	take(to, true);
}

/* A datagram whose sum the sender has made: told is the sum of its payload. */
static void checksum(void)
{
	struct sockaddr_storage own;
	struct {
		struct iphdr ip;
		struct udphdr udp;
		uint8_t data[4];
	} p = { .ip = { .version = 4, .ihl = 5, .ttl = 9, .protocol = IPPROTO_UDP },
		.udp = { .len = htons(12) }, .data = { 1, 2, 3, 4 } };
	int to, from, raw, on = 1, v = -2, sums;
	socklen_t len = sizeof(v);
	uint16_t *w;
	uint32_t sum = 0;
	char ctl[128], data[8];
	struct iovec iov = { data, sizeof(data) };

	self_pair(&to, &from);
	say("get", getsockopt(to, IPPROTO_IP, IP_CHECKSUM, &v, &len));
	say("v", v);
	say("set", setsockopt(to, IPPROTO_IP, IP_CHECKSUM, &on, sizeof(on)));
	say("get", getsockopt(to, IPPROTO_IP, IP_CHECKSUM, &v, &len));
	say("v", v);
	if (family == AF_INET6)
		return;
	own_address(&own);
	len = sizeof(own);
	getsockname(to, (struct sockaddr *)&own, &len);
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	p.ip.saddr = p.ip.daddr = ((struct sockaddr_in *)&own)->sin_addr.s_addr;
	p.udp.dest = ((struct sockaddr_in *)&own)->sin_port;
	p.udp.source = htons(4711);
	for (w = (uint16_t *)&p.ip.saddr; w < (uint16_t *)(&p + 1); w++)
		sum += *w;
	sum += p.udp.len + htons(IPPROTO_UDP);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	for (sums = 0; sums < 2; sums++) {
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
				    .msg_controllen = sizeof(ctl) };
		struct cmsghdr *c;

		p.udp.check = sums ? 0 : (uint16_t)~sum;
		say("send", sendto(raw, &p, sizeof(p), 0, (struct sockaddr *)&own, addr_len()));
		settle();
		say("recv", recvmsg(to, &m, MSG_DONTWAIT));
		c = CMSG_FIRSTHDR(&m);
		say("told", c && c->cmsg_type == IP_CHECKSUM);
		if (c) {
			memcpy(&sum, CMSG_DATA(c), 4);
			while (sum >> 16)
				sum = (sum & 0xffff) + (sum >> 16);
			printf(" sum=%04x", sum);
		}
	}
}

/* -- how much fits --------------------------------------------------------------------------------- */

/* Datagrams that can be read of 1000 that were sent, about. */
static void fill(int to, int from, size_t n, int size)
{
	static char data[1400];
	int i, got = 0;

	say("set", setsockopt(to, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)));
	for (i = 0; i < 1000; i++) {
		send(from, data, n, MSG_DONTWAIT);
		if (i % 50 == 0)
			usleep(1000);
	}
	settle();
	while (recv(to, data, sizeof(data), MSG_DONTWAIT) >= 0)
		got++;
	/* within a factor of two of what the memory of such packets makes */
	say_text("fits", got < size * 2 / (n > 1000 ? 2304 : 768) / 2 ? "less" :
			 got > size * 2 / (n > 1000 ? 2304 : 768) * 2 + 2 ? "more" : "right");
	/* and then there is room again */
	say("send", send(from, data, 1, 0));
	settle();
	say("recv", recv(to, data, sizeof(data), MSG_DONTWAIT) >= 0);
}

static void room(void)
{
	static const int sizes[] = { 4096, 20000, 100000 };
	struct sockaddr_storage own;
	int to, from;
	size_t i;

	for (i = 0; i < 3; i++) {
		printf("\n udp_%d", sizes[i]);
		self_pair(&to, &from);
		fill(to, from, 1, sizes[i]);
		fill(to, from, 1400, sizes[i]);
		close(to);
		close(from);
		printf("\n raw_%d", sizes[i]);
		own_address(&own);
		((struct sockaddr_in *)&own)->sin_port = 0;
		to = socket(family, SOCK_RAW, QUEUE_PROTO);
		from = socket(family, SOCK_RAW, QUEUE_PROTO);
		say("bind", bind(to, (struct sockaddr *)&own, addr_len()));
		connect(from, (struct sockaddr *)&own, addr_len());
		shutdown(from, SHUT_RD);
		fill(to, from, 1, sizes[i]);
		fill(to, from, 1400, sizes[i]);
		close(to);
		close(from);
	}
}

/* Security labels (CIPSO) of a domain that nobody has set up: not to be sent, and not taken. */
static void security_label(void)
{
	static const uint8_t label[12] = { 134, 10, 0, 0, 0, 5, 1, 4, 0, 1 };
	struct {
		struct iphdr ip;
		uint8_t label[12];
		struct udphdr udp;
	} p = { .ip = { .version = 4, .ihl = 8, .ttl = 9, .protocol = IPPROTO_UDP },
		.udp = { .len = htons(8), .source = htons(4711) } };
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int to, from, raw;
	char c;

	if (family == AF_INET6)
		return;
	self_pair(&to, &from);
	say("set", setsockopt(from, IPPROTO_IP, IP_OPTIONS, label, sizeof(label)));
	getsockname(to, (struct sockaddr *)&own, &len);
	p.ip.saddr = p.ip.daddr = ((struct sockaddr_in *)&own)->sin_addr.s_addr;
	p.udp.dest = ((struct sockaddr_in *)&own)->sin_port;
	memcpy(p.label, label, sizeof(label));
	raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	say("send", sendto(raw, &p, sizeof(p), 0, (struct sockaddr *)&own, addr_len()));
	memset(p.label, IPOPT_NOP, sizeof(label));
	say("send", sendto(raw, &p, sizeof(p), 0, (struct sockaddr *)&own, addr_len()));
	settle();
	say("recv", recv(to, &c, 1, MSG_DONTWAIT));
	say("recv", recv(to, &c, 1, MSG_DONTWAIT));
}

/* A call about a connection that was accepted this moment. */
static void accepted_calls(void)
{
	int i, port, l = listen_any(&port), bad[3] = { 0 };
	struct sockaddr_storage own;

	own_address(&own);
	((struct sockaddr_in *)&own)->sin_port = htons((uint16_t)port);
	for (i = 0; i < 100; i++) {
		int a = open_tcp(), b, v = 20000;
		socklen_t len = sizeof(v);

		if (connect(a, (struct sockaddr *)&own, addr_len()))
			say("connect", -1);
		b = accept(l, NULL, NULL);
		switch (i % 3) {
		case 0:
			bad[0] += shutdown(b, SHUT_WR) != 0;
			break;
		case 1:
			bad[1] += setsockopt(b, IPPROTO_TCP, TCP_USER_TIMEOUT, &v, sizeof(v)) != 0;
			break;
		default:
			bad[2] += getsockopt(b, IPPROTO_TCP, TCP_MAXSEG, &v, &len) != 0;
		}
		close(a);
		close(b);
	}
	say("shutdown", bad[0]);
	say("set", bad[1]);
	say("get", bad[2]);
}

const struct fact facts_queue[] = {
	{ "accepted_calls", accepted_calls },
	{ "security_label", security_label },
	{ "peek_udp", peek_udp },
	{ "peek_wait", peek_wait },
	{ "peek_tcp", peek_tcp },
	{ "peek_others", peek_others },
	{ "late_cmsg", late },
	{ "udp_checksum", checksum },
	{ "rcvbuf_room", room },
	{ NULL, NULL },
};
