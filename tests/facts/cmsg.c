// SPDX-License-Identifier: BSD-2-Clause
/* Facts about control messages and the error queue of datagram sockets. */
#include "facts.h"

#include <linux/errqueue.h>
#include <linux/udp.h>
#include <netinet/ip.h>

#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif
#define IPPROTO_OF(v4, v6) (family == AF_INET ? (v4) : (v6))

static void say_cmsgs(struct msghdr *m, bool values)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		int v = 0;

		memcpy(&v, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0) < 4 ? 1 : 4);
		if (values)
			printf(" [%d/%d/%zu:%d]", c->cmsg_level, c->cmsg_type, c->cmsg_len, v);
		else
			printf(" [%d/%d/%zu]", c->cmsg_level, c->cmsg_type, c->cmsg_len);
	}
}

static ssize_t take(int fd, int flags, size_t room, bool values)
{
	char data[64], ctl[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = room };
	ssize_t n = recvmsg(fd, &m, flags);

	say("recv", n);
	if (n >= 0) {
		say("flags", m.msg_flags);
		say_cmsgs(&m, values);
	}
	return n;
}

static const struct {
	const char *name;
	int level, option;
	bool v4, v6, values;
} receives[] = {
	{ "timestamp", SOL_SOCKET, SO_TIMESTAMP, true, true, false },
	{ "timestampns", SOL_SOCKET, SO_TIMESTAMPNS, true, true, false },
	{ "rxq_ovfl", SOL_SOCKET, SO_RXQ_OVFL, true, true, false },
	{ "rcvmark", SOL_SOCKET, SO_RCVMARK, true, true, true },
	{ "pktinfo", IPPROTO_IP, IP_PKTINFO, true, true, false },
	{ "recvttl", IPPROTO_IP, IP_RECVTTL, true, true, true },
	{ "recvtos", IPPROTO_IP, IP_RECVTOS, true, true, true },
	{ "recvopts", IPPROTO_IP, IP_RECVOPTS, true, true, false },
	{ "origdstaddr", IPPROTO_IP, IP_RECVORIGDSTADDR, true, true, false },
	{ "recvfragsize", IPPROTO_IP, IP_RECVFRAGSIZE, true, true, false },
	{ "recverr", IPPROTO_IP, IP_RECVERR, true, true, false },
	{ "pktinfo6", IPPROTO_IPV6, IPV6_RECVPKTINFO, false, true, false },
	{ "hoplimit", IPPROTO_IPV6, IPV6_RECVHOPLIMIT, false, true, true },
	{ "tclass", IPPROTO_IPV6, IPV6_RECVTCLASS, false, true, true },
	{ "origdst6", IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, false, true, false },
	{ "fragsize6", IPPROTO_IPV6, IPV6_RECVFRAGSIZE, false, true, false },
	{ "recverr6", IPPROTO_IPV6, IPV6_RECVERR, false, true, false },
	{ "2292pktinfo", IPPROTO_IPV6, IPV6_2292PKTINFO, false, true, false },
	{ "2292hoplimit", IPPROTO_IPV6, IPV6_2292HOPLIMIT, false, true, true },
	{ "gro", IPPROTO_UDP, UDP_GRO, true, true, false },
};

static void received(void)
{
	size_t i;

	for (i = 0; i < sizeof(receives) / sizeof(receives[0]); i++) {
		int to, from, on = 1, v = -2;
		socklen_t len = sizeof(v);

		if (family == AF_INET ? !receives[i].v4 : !receives[i].v6)
			continue;
		self_pair(&to, &from);
		printf("\n %s", receives[i].name);
		say("set", setsockopt(to, receives[i].level, receives[i].option, &on, sizeof(on)));
		say("get", getsockopt(to, receives[i].level, receives[i].option, &v, &len));
		say("v", v);
		send(from, "x", 1, 0);
		settle();
		take(to, MSG_DONTWAIT, 512, receives[i].values);
		close(to);
		close(from);
	}
}

static void sent_int(const char *name, int level, int type, int v, size_t len)
{
	int to, from, on = 1;

	printf("\n %s_%d_%zu", name, v, len);
	self_pair(&to, &from);
	setsockopt(to, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	setsockopt(to, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	if (family == AF_INET6) {
		setsockopt(to, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
		setsockopt(to, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof(on));
	}
	say("send", send_with(from, level, type, &v, len));
	settle();
	while (take(to, MSG_DONTWAIT, 512, true) > 0)
		;
	close(to);
	close(from);
}

static void sent(void)
{
	char info[64] = { 0 };
	int to, from;

	sent_int("ttl", IPPROTO_IP, IP_TTL, 9, 4);
	sent_int("ttl", IPPROTO_IP, IP_TTL, 0, 4);
	sent_int("ttl", IPPROTO_IP, IP_TTL, 256, 4);
	sent_int("ttl", IPPROTO_IP, IP_TTL, 9, 1);
	sent_int("tos", IPPROTO_IP, IP_TOS, 0x28, 4);
	sent_int("tos", IPPROTO_IP, IP_TOS, 0x28, 1);
	sent_int("tos", IPPROTO_IP, IP_TOS, 0x128, 4);
	sent_int("hoplimit", IPPROTO_IPV6, IPV6_HOPLIMIT, 9, 4);
	sent_int("hoplimit", IPPROTO_IPV6, IPV6_HOPLIMIT, -1, 4);
	sent_int("hoplimit", IPPROTO_IPV6, IPV6_HOPLIMIT, 256, 4);
	sent_int("hoplimit", IPPROTO_IPV6, IPV6_HOPLIMIT, 9, 1);
	sent_int("tclass", IPPROTO_IPV6, IPV6_TCLASS, 0x28, 4);
	sent_int("tclass", IPPROTO_IPV6, IPV6_TCLASS, -2, 4);
	sent_int("dontfrag", IPPROTO_IPV6, IPV6_DONTFRAG, 1, 4);
	sent_int("dontfrag", IPPROTO_IPV6, IPV6_DONTFRAG, 2, 4);
	sent_int("segment", IPPROTO_UDP, UDP_SEGMENT, 4, 2);
	sent_int("segment", IPPROTO_UDP, UDP_SEGMENT, 4, 4);
	sent_int("segment", IPPROTO_UDP, UDP_SEGMENT, 100, 2);
	sent_int("mark", SOL_SOCKET, SO_MARK, 7, 4);
	sent_int("priority", SOL_SOCKET, SO_PRIORITY, 3, 4);
	sent_int("timestamping", SOL_SOCKET, SO_TIMESTAMPING, 0, 4);
	sent_int("socket", SOL_SOCKET, 4711, 7, 4);
	sent_int("ip", IPPROTO_IP, 4711, 7, 4);
	sent_int("ipv6", IPPROTO_IPV6, 4711, 7, 4);
	sent_int("level", 4711, 1, 7, 4);
	self_pair(&to, &from);
	printf("\n pktinfo");
	say("v4", send_with(from, IPPROTO_IP, IP_PKTINFO, info, sizeof(struct in_pktinfo)));
	say("v4short", send_with(from, IPPROTO_IP, IP_PKTINFO, info, 8));
	say("v6", send_with(from, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof(struct in6_pktinfo)));
	say("v6short", send_with(from, IPPROTO_IPV6, IPV6_PKTINFO, info, 8));
	info[family == AF_INET ? 3 : 17] = 77;	/* an interface that is not */
	say("v4if", send_with(from, IPPROTO_IP, IP_PKTINFO, info, sizeof(struct in_pktinfo)));
	say("v6if", send_with(from, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof(struct in6_pktinfo)));
	settle();
}

static void truncated(void)
{
	size_t room;
	int to, from, on = 1;

	self_pair(&to, &from);
	if (family == AF_INET6) {
		setsockopt(to, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
		setsockopt(to, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &on, sizeof(on));
	} else {
		setsockopt(to, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
		setsockopt(to, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	}
	for (room = 0; room < 72; room += 4) {
		printf("\n room%zu", room);
		send(from, "x", 1, 0);
		take(to, room & 4 ? MSG_CMSG_CLOEXEC : 0, room, false);
	}
}

/* An IPv4 packet on an IPv6 socket: the messages of both levels that it has a meaning for. */
static void mapped(void)
{
	static const int wanted[][2] = {
		{ IPPROTO_IP, IP_RECVTTL }, { IPPROTO_IP, IP_RECVTOS }, { IPPROTO_IP, IP_PKTINFO },
		{ IPPROTO_IPV6, IPV6_RECVPKTINFO }, { IPPROTO_IPV6, IPV6_RECVHOPLIMIT },
		{ IPPROTO_IPV6, IPV6_RECVTCLASS },
	};
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(PEER_PORT) };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), on = 1;
	size_t i;

	if (family == AF_INET6)
		return;
	memset(&to.sin6_addr.s6_addr[10], 0xff, 2);
	memcpy(&to.sin6_addr.s6_addr[12], &((struct sockaddr_in *)&ss)->sin_addr, 4);
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		say("set", setsockopt(fd, wanted[i][0], wanted[i][1], &on, sizeof(on)));
		say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)));
		take(fd, 0, 512, false);
	}
}

static void say_errqueue(int fd, const struct sockaddr_storage *want)
{
	struct sockaddr_storage ss = { 0 };
	char data[64] = { 0 }, ctl[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl), .msg_name = &ss,
			    .msg_namelen = sizeof(ss) };
	struct cmsghdr *c;

	say("errq", recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT));
	say("flags", m.msg_flags);
	say("namelen", m.msg_namelen);
	say("to", !memcmp(&ss, want, 4));
	say_text("data", data);
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		struct sock_extended_err e;
		struct sockaddr sa;

		printf(" [%d/%d/%zu]", c->cmsg_level, c->cmsg_type, c->cmsg_len);
		memcpy(&e, CMSG_DATA(c), sizeof(e));
		memcpy(&sa, CMSG_DATA(c) + sizeof(e), sizeof(sa));
		printf(" errno=%u origin=%u type=%u code=%u info=%u offender=%u", e.ee_errno,
		       e.ee_origin, e.ee_type, e.ee_code, e.ee_info, sa.sa_family);
	}
}

static void recverr_on(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_OF(IPPROTO_IP, IPPROTO_IPV6), IPPROTO_OF(IP_RECVERR, IPV6_RECVERR),
		   &on, sizeof(on));
}

static void error_queue(void)
{
	struct sockaddr_storage closed = addr_of(true, CLOSED_PORT), none = { 0 };
	static char big[4000];
	int fd = open_udp(), v = IPPROTO_OF(IP_PMTUDISC_DO, IPV6_PMTUDISC_DO);
	struct pollfd p = { .fd = fd };
	char c;

	recverr_on(fd);
	say("send", sendto(fd, "abc", 3, 0, (struct sockaddr *)&closed, addr_len()));
	settle();
	say("poll", poll(&p, 1, 1000));
	say("err", p.revents == POLLERR);
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("poll", poll(&p, 1, 0));
	say_errqueue(fd, &closed);
	say("errq", recv(fd, &c, 1, MSG_ERRQUEUE));
	say("poll", poll(&p, 1, 0));
	printf("\n second");
	say("send", sendto(fd, "defg", 4, 0, (struct sockaddr *)&closed, addr_len()));
	settle();
	say_errqueue(fd, &closed);
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	printf("\n local");
	setsockopt(fd, IPPROTO_OF(IPPROTO_IP, IPPROTO_IPV6),
		   IPPROTO_OF(IP_MTU_DISCOVER, IPV6_MTU_DISCOVER), &v, sizeof(v));
	closed = addr_of(true, PEER_PORT);
	say("send", sendto(fd, big, sizeof(big), 0, (struct sockaddr *)&closed, addr_len()));
	say_errqueue(fd, &none);
}

/* The rule of Linux: an error that lies in the queue is also the next call's. */
static void error_send(void)
{
	struct sockaddr_storage closed = addr_of(true, CLOSED_PORT), open = addr_of(true, PEER_PORT);
	int fd = open_udp(), v = -2;
	socklen_t len = sizeof(v);
	char c;

	recverr_on(fd);
	sendto(fd, "abc", 3, 0, (struct sockaddr *)&closed, addr_len());
	settle();
	say("send", sendto(fd, "abc", 3, 0, (struct sockaddr *)&open, addr_len()));
	say("send", sendto(fd, "abc", 3, 0, (struct sockaddr *)&open, addr_len()));
	settle();
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	sendto(fd, "abc", 3, 0, (struct sockaddr *)&closed, addr_len());
	settle();
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &len);
	say("so_error", v);
	v = 0;
	setsockopt(fd, IPPROTO_OF(IPPROTO_IP, IPPROTO_IPV6), IPPROTO_OF(IP_RECVERR, IPV6_RECVERR),
		   &v, sizeof(v));
	say("purged", recv(fd, &c, 1, MSG_ERRQUEUE | MSG_DONTWAIT));
}

static void udp_lite(void)
{
	struct sockaddr_storage ss = addr_of(false, 0), own = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(ss);
	int a = socket(family, SOCK_DGRAM, IPPROTO_UDPLITE), v;
	int b = socket(family, SOCK_DGRAM, IPPROTO_UDPLITE), u = open_udp();
	char buf[32];

	connect(u, (struct sockaddr *)&own, addr_len());
	getsockname(u, (struct sockaddr *)&ss, &len);
	((struct sockaddr_in *)&ss)->sin_port = 0;
	say("bind", bind(a, (struct sockaddr *)&ss, addr_len()));
	getsockname(a, (struct sockaddr *)&ss, &len);
	len = sizeof(v);
	say("proto", getsockopt(a, SOL_SOCKET, SO_PROTOCOL, &v, &len));
	say("v", v);
	for (v = 0; v < 40; v += 13) {
		say("send_cov", setsockopt(b, 136, 10, &v, sizeof(v)));
		say("send", sendto(b, "twenty octets of it", 20, 0, (struct sockaddr *)&ss,
				   addr_len()));
		settle();
		say("recv", recv(a, buf, sizeof(buf), MSG_DONTWAIT));
	}
	v = 30;
	say("recv_cov", setsockopt(a, 136, 11, &v, sizeof(v)));
	v = 20;
	say("send_cov", setsockopt(b, 136, 10, &v, sizeof(v)));
	say("send", sendto(b, "x", 20, 0, (struct sockaddr *)&ss, addr_len()));
	settle();
	say("recv", recv(a, buf, sizeof(buf), MSG_DONTWAIT));
	say("seg", send_with(b, IPPROTO_UDP, UDP_SEGMENT, &(uint16_t){ 4 }, 2));
}

/* Options that came, and those to answer with: routes are recorded by who sends and who receives. */
static void returned_options(void)
{
	static const struct { const char *name; uint8_t len, opts[16]; } sent[] = {
		{ "none", 0, { 0 } },
		{ "route", 12, { IPOPT_NOP, IPOPT_RR, 11, 4 } },
		{ "routes", 16, { IPOPT_RR, 15, 4 } },
		{ "full", 4, { IPOPT_RR, 3, 4 } },
		{ "alert", 4, { IPOPT_RA, 4 } },
		{ "nop", 4, { IPOPT_NOP, IPOPT_NOP, IPOPT_NOP, IPOPT_NOP } },
	};
	char data[8], ctl[256];
	struct iovec iov = { data, sizeof(data) };
	int to, from, on = 1;

	self_pair(&to, &from);
	say("recvopts", setsockopt(to, IPPROTO_IP, IP_RECVOPTS, &on, sizeof(on)));
	say("retopts", setsockopt(to, IPPROTO_IP, IP_RETOPTS, &on, sizeof(on)));
	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
				    .msg_controllen = sizeof(ctl) };

		printf("\n %s", sent[i].name);
		say("set", setsockopt(from, IPPROTO_IP, IP_OPTIONS, sent[i].opts, sent[i].len));
		say("send", send(from, "x", 1, 0));
		settle();
		say("recv", recvmsg(to, &m, MSG_DONTWAIT));
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
			printf(" [%d:", c->cmsg_type);
			for (size_t n = 0; n < c->cmsg_len - CMSG_LEN(0); n++)
				printf("%02x", CMSG_DATA(c)[n]);
			printf("]");
		}
	}
}

const struct fact facts_cmsg[] = {
	{ "cmsg_received", received },
	{ "cmsg_sent", sent },
	{ "cmsg_truncated", truncated },
	{ "cmsg_mapped", mapped },
	{ "cmsg_returned", returned_options },
	{ "error_queue", error_queue },
	{ "error_send", error_send },
	{ "udp_lite", udp_lite },
	{ NULL, NULL },
};
