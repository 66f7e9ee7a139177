// SPDX-License-Identifier: BSD-2-Clause
/* Facts about datagram sockets. */
#include "facts.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>

static ssize_t send_peer(int fd, const void *buf, size_t n, int port)
{
	struct sockaddr_storage ss = addr_of(true, port);

	return sendto(fd, buf, n, 0, (struct sockaddr *)&ss, addr_len());
}

static void unconnected(void)
{
	static char big[70000];
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char c;
	int fd = open_udp();

	say_poll("poll", fd);
	say("send", send(fd, "x", 1, 0));
	say("write", write(fd, "x", 1));
	say("port0", send_peer(fd, "x", 1, 0));
	say("big", send_peer(fd, big, 65528, PEER_PORT));
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("peer", getpeername(fd, (struct sockaddr *)&ss, &len));
	say("listen", listen(fd, 1));
	say("accept", accept(fd, NULL, NULL));
	say("shutdown", shutdown(fd, SHUT_WR));
	say("oob", send(fd, "x", 1, MSG_OOB));
}

static void echo(void)
{
	struct sockaddr_storage ss = { 0 }, want = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(ss);
	char buf[16] = { 0 };
	int n = -2, fd = open_udp();

	say("send", send_peer(fd, "abcdef", 6, PEER_PORT));
	say_poll_for("poll", fd, POLLIN);
	say("fionread", ioctl(fd, FIONREAD, &n));
	say("n", n);
	say("peek", recv(fd, buf, 3, MSG_PEEK));
	say("trunc", recv(fd, buf, 3, MSG_PEEK | MSG_TRUNC));
	say("from", recvfrom(fd, buf, 3, 0, (struct sockaddr *)&ss, &len));
	say("len", len);
	say("equal", !memcmp(&ss, &want, len));
	say("gone", recv(fd, buf, 3, MSG_DONTWAIT));
	say("empty", send_peer(fd, "", 0, PEER_PORT));
	say("recv", recv(fd, buf, 3, 0));
}

static void connected(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT), a = { 0 };
	socklen_t len = sizeof(a);
	char buf[16];
	int fd = open_udp();

	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("peer", getpeername(fd, (struct sockaddr *)&a, &len));
	say("equal", !memcmp(&ss, &a, len));
	say("write", write(fd, "hey", 3));
	say("read", read(fd, buf, sizeof(buf)));
	ss.ss_family = AF_UNSPEC;
	say("disconnect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	len = sizeof(a);
	say("peer", getpeername(fd, (struct sockaddr *)&a, &len));
	say("send", send(fd, "x", 1, 0));
}

static void refused(void)
{
	struct sockaddr_storage ss = addr_of(true, CLOSED_PORT);
	int v = -2, fd = open_udp();
	socklen_t len = sizeof(v);
	char c;

	connect(fd, (struct sockaddr *)&ss, addr_len());
	say("send", send(fd, "x", 1, 0));
	settle();
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("send", send(fd, "x", 1, 0));
	settle();
	say("send", send(fd, "x", 1, 0));
	settle();
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &v, &len);
	say("so_error", v);
}

static void control(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_udp(), one = 1, i;
	char data[4], ctl[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (family == AF_INET) {
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &one, sizeof(one));
	} else {
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &one, sizeof(one));
	}
	for (i = 0; i < 3; i++) {
		say("send", sendto(fd, "abcdef", 6, 0, (struct sockaddr *)&ss, addr_len()));
		m.msg_control = ctl;
		m.msg_controllen = i < 2 ? sizeof(ctl) : CMSG_LEN(4);
		say("recv", recvmsg(fd, &m, 0));
		say("data", memcmp(data, "abcd", 4));
		say("flags", m.msg_flags);
		for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
			printf(" [%d/%d/%zu]", c->cmsg_level, c->cmsg_type, c->cmsg_len);
	}
}

static void many(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	char a[4][8];
	struct iovec iov[4];
	struct mmsghdr v[4] = { 0 };
	struct timespec to = { 1, 0 };
	int fd = open_udp(), i;

	for (i = 0; i < 4; i++) {
		memset(a[i], 'a' + i, sizeof(a[i]));
		iov[i] = (struct iovec){ a[i], (size_t)i + 1 };
		v[i].msg_hdr.msg_iov = &iov[i];
		v[i].msg_hdr.msg_iovlen = 1;
		v[i].msg_hdr.msg_name = &ss;
		v[i].msg_hdr.msg_namelen = addr_len();
	}
	say("sendmmsg", sendmmsg(fd, v, 4, 0));
	settle();
	for (i = 0; i < 4; i++) {
		iov[i].iov_len = 8;
		v[i].msg_hdr.msg_name = NULL;
		v[i].msg_hdr.msg_namelen = 0;
	}
	say("recvmmsg", recvmmsg(fd, v, 4, MSG_WAITFORONE, &to));
	for (i = 0; i < 4; i++)
		say("len", v[i].msg_len);
}

static void bound(void)
{
	struct sockaddr_storage any = addr_of(false, 0), a = { 0 };
	socklen_t len = sizeof(a);
	int fd = open_udp(), other = open_udp();

	say("bind", bind(fd, (struct sockaddr *)&any, addr_len()));
	say("name", getsockname(fd, (struct sockaddr *)&a, &len));
	say("port", ((struct sockaddr_in *)&a)->sin_port != 0);
	say("inuse", bind(other, (struct sockaddr *)&a, addr_len()));
	close(fd);
	say("free", bind(other, (struct sockaddr *)&a, addr_len()));
	say("twice", bind(other, (struct sockaddr *)&any, addr_len()));
}

static void unreachable(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_udp();

	if (family == AF_INET)
		inet_pton(AF_INET, "203.0.113.9", &((struct sockaddr_in *)&ss)->sin_addr);
	else
		inet_pton(AF_INET6, "2001:db8::9", &((struct sockaddr_in6 *)&ss)->sin6_addr);
	say("sendto", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
}

static void ping(void)
{
	struct sockaddr_storage ss = addr_of(true, 0);
	struct icmphdr q = { .type = family == AF_INET ? ICMP_ECHO : 128 };
	char buf[256];
	struct timeval tv = { .tv_sec = 2 };
	int fd = socket(family, SOCK_RAW, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6), i;
	ssize_t n = -1;

	say("raw", fd >= 0);
	q.un.echo.id = htons(77);
	if (family == AF_INET)
		q.checksum = (uint16_t) ~(q.type + q.un.echo.id);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	say("send", sendto(fd, &q, sizeof(q), 0, (struct sockaddr *)&ss, addr_len()));
	for (i = 0; i < 5; i++) {
		struct icmphdr *r = (struct icmphdr *)(buf + (family == AF_INET ? 20 : 0));

		n = recv(fd, buf, sizeof(buf), 0);
		if (n < 0 || r->type == (family == AF_INET ? ICMP_ECHOREPLY : 129))
			break;
	}
	say("reply", n);
}

static void bad_sockets(void)
{
	say("proto", socket(family, SOCK_STREAM, IPPROTO_UDP));
	say("udplite", socket(family, SOCK_DGRAM, IPPROTO_TCP));
	say("raw0", socket(family, SOCK_RAW, 0));
	say("type", socket(family, 77, 0));
	say("rdm", socket(family, SOCK_RDM, 0));
}

/* A raw socket that is shut down goes on; an IPv6 one connects to no IPv4 address. */
static void raw_shutdown(void)
{
	struct sockaddr_storage ss = addr_of(true, 0);
	struct sockaddr_in6 v4 = { .sin6_family = AF_INET };
	int fd = socket(family, SOCK_RAW, 253);

	say("unconnected", shutdown(fd, SHUT_RDWR));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("shutdown", shutdown(fd, SHUT_RDWR));
	say("send", send(fd, "data", 4, 0));
	say("poll", poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, 0));
	memcpy((char *)&v4 + 4, "\x7f\x00\x00\x01", 4);
	say("other", connect(fd, (struct sockaddr *)&v4, sizeof(v4)));
}

/* An IPv6 socket that is connected to an IPv6 address sends to an IPv4 one all the same. */
static void other_family(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_port = htons(PEER_PORT) };
	char c;
	int fd = open_udp();

	inet_pton(AF_INET6, "::ffff:10.77.0.1", &to.sin6_addr);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	if (family == AF_INET)
		return;
	say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)));
	settle();
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
}

/* The interface that a packet of ours came by, 0: another's (the loopback's). */
static int came_by(int fd, unsigned int dev)
{
	char data[4], ctl[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	unsigned int i = 0;

	if (recvmsg(fd, &m, 0) < 0 || !CMSG_FIRSTHDR(&m))
		return -1;
	if (family == AF_INET)
		i = (unsigned int)((struct in_pktinfo *)CMSG_DATA(CMSG_FIRSTHDR(&m)))->ipi_ifindex;
	else
		i = ((struct in6_pktinfo *)CMSG_DATA(CMSG_FIRSTHDR(&m)))->ipi6_ifindex;
	return i == dev;
}

static void bind_dev(int fd, const char *name)
{
	say("device", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1));
}

/*
 * What is sent to an address of this host has come by the interface with the address, for those bound to it
 * and for those who ask.
 */
static void sent_here(void)
{
	struct timeval tv = { .tv_sec = 2 };
	int one = 1, i;

	for (i = 0; i < 4; i++) {
		struct sockaddr_storage ss;
		int to = open_udp(), fd = open_udp();
		char name[IF_NAMESIZE];

		if_indextoname(own_interface(), name);
		own_address(&ss);
		if (i & 1)
			bind_dev(to, name);
		if (i & 2)
			bind_dev(fd, name);
		setsockopt(to, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
			   family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO, &one, sizeof(one));
		setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
		say("bind", bind(to, (struct sockaddr *)&ss, addr_len()));
		say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
		say("came", came_by(to, own_interface()));
		close(to);
		close(fd);
	}
}

/* The link-local address of that interface, which needs its scope. */
static bool own_linklocal(struct sockaddr_in6 *a)
{
	struct ifaddrs *list, *i;
	bool found = false;

	if (getifaddrs(&list))
		return false;
	for (i = list; i; i = i->ifa_next) {
		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET6)
			continue;
		*a = *(struct sockaddr_in6 *)i->ifa_addr;
		found = IN6_IS_ADDR_LINKLOCAL(&a->sin6_addr) &&
			if_nametoindex(i->ifa_name) == own_interface();
		if (found)
			break;
	}
	freeifaddrs(list);
	return found;
}

static void sent_linklocal(void)
{
	struct timeval tv = { .tv_sec = 2 };
	struct sockaddr_in6 a, from = { 0 };
	socklen_t len = sizeof(a);
	int to, fd, i;
	char c;

	if (family == AF_INET || !own_linklocal(&a))
		return;
	to = open_udp();
	fd = open_udp();
	setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	for (i = 0; i < 60 && bind(to, (struct sockaddr *)&a, sizeof(a)); i++)
		usleep(50000);		/* duplicate address detection */
	getsockname(to, (struct sockaddr *)&a, &len);
	say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	say("recv", recvfrom(to, &c, 1, 0, (struct sockaddr *)&from, &len));
	say("scope", from.sin6_scope_id == own_interface());
	close(to);
	close(fd);
	to = open_tcp();
	fd = open_tcp();
	a.sin6_port = 0;
	say("bind", bind(to, (struct sockaddr *)&a, sizeof(a)));
	say("listen", listen(to, 1));
	getsockname(to, (struct sockaddr *)&a, &len);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	say("connect", connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

/* On the way to this host a refusal is there before send() returns. */
static void refused_here(void)
{
	struct sockaddr_storage ss;
	static char data[3000];
	int one = 1, i, fd;
	char c;

	own_address(&ss);
	((struct sockaddr_in *)&ss)->sin_port = htons(CLOSED_PORT);
	for (i = 0; i < 4; i++) {
		size_t n = i & 1 ? sizeof(data) : 1;

		fd = open_udp();
		if (i < 2)
			connect(fd, (struct sockaddr *)&ss, addr_len());
		else if (family == AF_INET)
			setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one));
		else
			setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof(one));
		say("first", sendto(fd, data, n, 0, (struct sockaddr *)&ss, addr_len()));
		say("second", sendto(fd, data, n, 0, (struct sockaddr *)&ss, addr_len()));
		say("third", sendto(fd, data, n, 0, (struct sockaddr *)&ss, addr_len()));
		say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
		say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
		close(fd);
	}
}

/* A socket with an IPv6 address has none to send IPv4 from, whichever way the destination is named. */
static void v4_from_v6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(PEER_PORT) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(PEER_PORT) };
	struct sockaddr_in6 far = { .sin6_family = AF_INET6 };
	static const uint8_t echo_request[8] = { 128 };
	struct sockaddr_storage own;
	int i, ping, fd = open_udp();

	own_address(&own);
	inet_pton(AF_INET6, "::ffff:255.255.255.255", &far.sin6_addr);
	inet_pton(AF_INET, "10.77.0.1", &v4.sin_addr);
	inet_pton(AF_INET6, "::ffff:10.77.0.1", &a.sin6_addr);
	say("bind", bind(fd, (struct sockaddr *)&own, addr_len()));
	for (i = 0; i < 2; i++) {
		/* no route, and none is looked for */
		ping = socket(family, i ? SOCK_RAW : SOCK_DGRAM, IPPROTO_ICMPV6);
		say("ping", sendto(ping, echo_request, 8, 0, (struct sockaddr *)&far, sizeof(far)));
		close(ping);
		say("sendto4", sendto(fd, "x", 1, 0, (struct sockaddr *)&v4, sizeof(v4)));
		say("mapped", sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	}
	close(fd);
}

/* IPv4 addresses on IPv6 sockets: UDP keeps to IPv4 then, others take none; ping sockets no group either. */
static void ipv4_on_ipv6(void)
{
	static const char *const others[] = { "::ffff:10.77.0.2", "ff0e::1", "ff02::1", "2001:db8::1" };
	struct sockaddr_storage peer = addr_of(true, PEER_PORT);
	struct sockaddr_in6 a = { .sin6_family = AF_INET6 };
	size_t i;
	int fd;

	if (family == AF_INET)
		return;
	fd = open("/proc/sys/net/ipv4/ping_group_range", O_WRONLY);
	say("range", write(fd, "0 2147483647", 12));
	close(fd);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		inet_pton(AF_INET6, others[i], &a.sin6_addr);
		fd = socket(family, SOCK_DGRAM, IPPROTO_ICMPV6);
		say("ping", bind(fd, (struct sockaddr *)&a, sizeof(a)));
		close(fd);
		fd = socket(family, SOCK_RAW, IPPROTO_ICMPV6);
		say("raw", bind(fd, (struct sockaddr *)&a, sizeof(a)));
		close(fd);
	}
	inet_pton(AF_INET6, others[0], &a.sin6_addr);
	fd = open_udp();
	say("udp", bind(fd, (struct sockaddr *)&a, sizeof(a)));
	say("other", sendto(fd, "x", 1, 0, (struct sockaddr *)&peer, addr_len()));
	say("other", sendto(fd, "x", 1, 0, (struct sockaddr *)&peer, addr_len()));
	say("connect", connect(fd, (struct sockaddr *)&peer, addr_len()));
	close(fd);
	fd = open_udp();
	a.sin6_port = htons(PEER_PORT);
	inet_pton(AF_INET6, "::ffff:10.77.0.1", &a.sin6_addr);
	say("connect", connect(fd, (struct sockaddr *)&a, sizeof(a)));
	say("other", sendto(fd, "x", 1, 0, (struct sockaddr *)&peer, addr_len()));
	close(fd);
	v4_from_v6();
}

static bool lists_port(in_port_t port)
{
	FILE *f = fopen(family == AF_INET ? "/proc/net/udp" : "/proc/net/udp6", "r");
	char line[256], want[16];
	bool found = false;

	snprintf(want, sizeof(want), ":%04X ", ntohs(port));
	while (f && fgets(line, sizeof(line), f))
		found = found || strstr(line, want);
	if (f)
		fclose(f);
	return found;
}

/* What is closed is no longer listed. */
static void listed(void)
{
	int i, missing = 0, left = 0;

	for (i = 0; i < 20; i++) {
		struct sockaddr_storage any = addr_of(false, 0);
		in_port_t *port = &((struct sockaddr_in *)&any)->sin_port;
		socklen_t len = sizeof(any);
		int fd = open_udp();

		bind(fd, (struct sockaddr *)&any, addr_len());
		getsockname(fd, (struct sockaddr *)&any, &len);
		missing += !lists_port(*port);
		close(fd);
		left += lists_port(*port);
	}
	say("missing", missing);
	say("left", left);
}

static bool port_is_free(int type, uint16_t port)
{
	struct sockaddr_storage ss = addr_of(false, port);
	int fd = socket(family, type, 0), rc = bind(fd, (struct sockaddr *)&ss, addr_len());

	close(fd);
	return rc == 0;
}

/* The first of four neighbours that no earlier fact's connection holds in TIME-WAIT, nor the other family's
 * sockets, which are looked at meanwhile. */
static uint32_t free_ports(int type)
{
	uint32_t first, n = 0, from = family == AF_INET ? 45000 : 46000;

	for (first = from; first < from + 1000 && n < 4; first++)
		n = port_is_free(type, first) ? n + 1 : 0;
	return first - n;
}

/* Ports are two, sockets three: those that may share one do. */
static void few_ports(void)
{
	int type, i, on = 1;

	for (type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
		uint32_t first = free_ports(type), range = (first + 1) << 16 | first;

		printf("\n type%d", type);
		for (i = 0; i < 6; i++) {
			struct sockaddr_storage ss = addr_of(false, 0);
			int fd = socket(family, type, 0);

			if (i >= 3)
				setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
			range += i == 3 ? 0x20002 : 0;
			say("range", setsockopt(fd, IPPROTO_IP, 51, &range, sizeof(range)));
			say("bind", bind(fd, (struct sockaddr *)&ss, addr_len()));
		}
	}
}

static void mapped_bound(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	inet_pton(AF_INET6, "::ffff:10.77.0.2", &own.sin6_addr);
	say("bind", bind(fd, (struct sockaddr *)&own, sizeof(own)));
	say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	own.sin6_port = 0;
	inet_pton(AF_INET6, "::1", &own.sin6_addr);
	say("loopback", sendto(fd, "x", 1, 0, (struct sockaddr *)&own, sizeof(own)));
}

static void too_long(void)
{
	static char big[70000];
	char c;
	int fd = open_udp(), on = 1;

	say("recverr", setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
				  family == AF_INET ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on)));
	say("send", send_peer(fd, big, 65508, PEER_PORT) > 0);
	say("queue", recv(fd, &c, 1, MSG_ERRQUEUE | MSG_DONTWAIT));
	say("send", send_peer(fd, big, 65528, PEER_PORT));
	say("queue", recv(fd, &c, 1, MSG_ERRQUEUE | MSG_DONTWAIT));
	say("send", send_peer(fd, big, 65536, PEER_PORT));
	say("queue", recv(fd, &c, 1, MSG_ERRQUEUE | MSG_DONTWAIT));
}

static void raw_levels(void)
{
	int fd = socket(family, SOCK_RAW, family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	static const int levels[] = { 1, 255, 58, 6, 17, 4711 };
	uint8_t v[32] = { 0 };
	socklen_t len;
	size_t i;

	for (i = 0; i < 6; i++) {
		printf("\n level%d", levels[i]);
		len = sizeof(v);
		say("get", getsockopt(fd, levels[i], 1, v, &len));
		say("set", setsockopt(fd, levels[i], 1, v, sizeof(v)));
		len = sizeof(v);
		say("get", getsockopt(fd, levels[i], 4711, v, &len));
		say("set", setsockopt(fd, levels[i], 4711, v, 4));
	}
}

/* Where there is no route, but the socket or the send names the device. */
static void send_ways(void)
{
	unsigned int dev = own_interface();
	uint32_t net_order = htonl(dev);
	struct in_pktinfo p4 = { .ipi_ifindex = (int)dev };
	struct in6_pktinfo p6 = { .ipi6_ifindex = dev };
	struct ip_mreqn m = { .imr_ifindex = (int)dev };
	struct sockaddr_in6 far6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr_in far4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr *to = family == AF_INET ? (struct sockaddr *)&far4 : (struct sockaddr *)&far6;
	socklen_t len = family == AF_INET ? sizeof(far4) : sizeof(far6);
	struct iovec iov = { "x", 1 };
	char ctl[CMSG_SPACE(sizeof(p6))] = { 0 };
	struct msghdr msg = { .msg_name = to, .msg_namelen = len, .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = ctl, .msg_controllen = CMSG_SPACE(sizeof(p6)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	int fd;

	inet_pton(AF_INET, "198.51.100.9", &far4.sin_addr);
	inet_pton(AF_INET6, "fd99::9", &far6.sin6_addr);
	say("none", sendto(open_udp(), "x", 1, 0, to, len));
	fd = open_udp();
	setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &dev, sizeof(dev));
	say("bound", sendto(fd, "x", 1, 0, to, len));
	say("again", sendto(fd, "x", 1, 0, to, len));
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &dev, sizeof(dev));
	say("again", sendto(fd, "x", 1, 0, to, len));
	fd = open_udp();
	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_UNICAST_IF, &net_order, sizeof(net_order));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_IF, &net_order, sizeof(net_order));
	say("unicast_if", sendto(fd, "x", 1, 0, to, len));
	c->cmsg_level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	c->cmsg_type = family == AF_INET ? IP_PKTINFO : IPV6_PKTINFO;
	c->cmsg_len = family == AF_INET ? CMSG_LEN(sizeof(p4)) : CMSG_LEN(sizeof(p6));
	memcpy(CMSG_DATA(c), family == AF_INET ? (void *)&p4 : (void *)&p6, c->cmsg_len - CMSG_LEN(0));
	msg.msg_controllen = CMSG_ALIGN(c->cmsg_len);
	say("pktinfo", sendmsg(open_udp(), &msg, 0));
	if (family == AF_INET)
		return;
	inet_pton(AF_INET6, "::ffff:239.1.2.3", &far6.sin6_addr);
	say("mapped", sendto(open_udp(), "x", 1, 0, to, len));
	fd = open_udp();
	setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m));
	say("mapped_if", sendto(fd, "x", 1, 0, to, len));
}

/* Port 0 is nobody's: refused, as by another host that has nobody there. */
static void to_port_zero(void)
{
	struct sockaddr_storage own;
	int fd = open_udp();
	char c;

	own_address(&own);
	say("connect", connect(fd, (struct sockaddr *)&own, addr_len()));
	say("send", send(fd, "x", 1, 0));
	settle();
	say("again", send(fd, "x", 1, 0));
	settle();
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("nothing", recv(fd, &c, 1, MSG_DONTWAIT));
}

static void connect_mapped(int fd, const char *to)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(9) };

	inet_pton(AF_INET6, to, &a.sin6_addr);
	say(strrchr(to, ':') + 1, connect(fd, (struct sockaddr *)&a, sizeof(a)));
}

/* What a socket of IPv6 had for a source towards IPv4 stays beside its own address. */
static void two_sources(void)
{
	int fd = open_udp();
	struct sockaddr_in6 a = { .sin6_family = AF_UNSPEC };
	struct sockaddr_storage own;

	if (family == AF_INET)
		return;
	own_address(&own);
	say("own", connect(fd, (struct sockaddr *)&own, addr_len()));
	connect_mapped(fd, "::ffff:224.0.0.251");
	connect_mapped(fd, "::ffff:255.255.255.255");
	connect_mapped(fd, "::ffff:10.77.0.1");
	connect_mapped(fd, "::ffff:224.0.0.251");
	connect_mapped(fd, "::ffff:255.255.255.255");
	say("off", connect(fd, (struct sockaddr *)&a, sizeof(a)));
	connect_mapped(fd, "::ffff:224.0.0.251");
	connect_mapped(fd, "::ffff:10.77.0.1");
	say("own", connect(fd, (struct sockaddr *)&own, addr_len()));
	connect_mapped(fd, "::ffff:224.0.0.251");
}

const struct fact facts_udp[] = {
	{ "to_port_zero", to_port_zero },
	{ "two_sources", two_sources },
	{ "send_ways", send_ways },
	{ "few_ports", few_ports },
	{ "mapped_bound", mapped_bound },
	{ "too_long", too_long },
	{ "raw_levels", raw_levels },
	{ "udp_unconnected", unconnected },
	{ "udp_echo", echo },
	{ "udp_connected", connected },
	{ "udp_refused", refused },
	{ "udp_control", control },
	{ "udp_many", many },
	{ "udp_bound", bound },
	{ "udp_unreachable", unreachable },
	{ "raw_ping", ping },
	{ "bad_sockets", bad_sockets },
	{ "raw_shutdown", raw_shutdown },
	{ "udp_other_family", other_family },
	{ "udp_sent_here", sent_here },
	{ "udp_sent_linklocal", sent_linklocal },
	{ "udp_refused_here", refused_here },
	{ "ipv4_on_ipv6", ipv4_on_ipv6 },
	{ "udp_listed", listed },
	{ NULL, NULL },
};
