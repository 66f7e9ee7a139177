// SPDX-License-Identifier: BSD-2-Clause
/* Facts about whole spaces of numbers, and about calls that nobody makes on purpose: found by random.c. */
#include "facts.h"

#include <net/if.h>
#include <sys/select.h>
#include <sys/sendfile.h>

#include <linux/sockios.h>

#ifndef POLLWRBAND
#define POLLWRBAND 0x200
#endif

/* -- every option ---------------------------------------------------------------------------------- */
/* Not there, and listed so; or what is told depends on how the host's kernel was built. */
static const struct {
	int level, first, last;
} skipped[] = {
	{ SOL_SOCKET, 41, 43 },	   { SOL_SOCKET, 31, 31 },    { SOL_SOCKET, 50, 50 },
	{ SOL_SOCKET, 52, 52 },	   { SOL_SOCKET, 57, 57 },    { SOL_SOCKET, 59, 59 },
	{ SOL_SOCKET, 69, 71 },	   { SOL_SOCKET, 77, 130 },   { IPPROTO_IP, 5, 5 },
	{ IPPROTO_IP, 16, 18 },	   { IPPROTO_IP, 52, 52 },    { IPPROTO_IP, 64, 130 },
	{ IPPROTO_IPV6, 22, 22 },  { IPPROTO_IPV6, 27, 28 },  { IPPROTO_IPV6, 30, 35 },
	{ IPPROTO_IPV6, 64, 65 },  { IPPROTO_IPV6, 68, 69 },  { IPPROTO_IPV6, 80, 130 },
	{ IPPROTO_TCP, 19, 22 },   { IPPROTO_TCP, 26, 27 },   { IPPROTO_TCP, 33, 33 },
	{ IPPROTO_TCP, 35, 130 },
	{ IPPROTO_UDP, 100, 100 }, { IPPROTO_UDPLITE, 100, 100 },
};

static bool is_skipped(int level, int name)
{
	size_t i;

	for (i = 0; i < sizeof(skipped) / sizeof(*skipped); i++)
		if (skipped[i].level == level && skipped[i].first <= name && name <= skipped[i].last)
			return true;
	return false;
}

static const int levels[] = { SOL_SOCKET,      IPPROTO_IP,     IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP,
			      IPPROTO_UDPLITE, IPPROTO_ICMPV6, 255,	     1000 };

/* How getting or setting each option ends, where that is not ENOPROTOOPT. */
static void sweep_socket(int fd, bool set, socklen_t size)
{
	size_t l;
	int name;

	for (l = 0; l < sizeof(levels) / sizeof(*levels); l++)
		for (name = 0; name < 130; name++) {
			char v[256] = { 0 };
			socklen_t len = size;
			int r;

			if (is_skipped(levels[l], name))
				continue;
			r = set ? setsockopt(fd, levels[l], name, v, len) :
				  getsockopt(fd, levels[l], name, v, &len);
			if (!r || errno != ENOPROTOOPT)
				printf(" %d/%d=%s/%d", levels[l], name, r ? strerrorname_np(errno) : "0",
				       r ? 0 : (int)len);
		}
}

static void sweep_kinds(bool set, socklen_t size)
{
	static const struct {
		const char *word;
		int type, protocol;
	} kinds[] = {
		{ "tcp", SOCK_STREAM, 0 }, { "udp", SOCK_DGRAM, 0 }, { "lite", SOCK_DGRAM, IPPROTO_UDPLITE },
		{ "raw", SOCK_RAW, 253 },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		int fd = socket(family, kinds[i].type, kinds[i].protocol);

		printf("\n %s", kinds[i].word);
		sweep_socket(fd, set, size);
		close(fd);
	}
}

static void options_got(void)
{
	sweep_kinds(false, 4);
}

static void options_got_short(void)
{
	sweep_kinds(false, 1);
}

static void options_set(void)
{
	sweep_kinds(true, 4);
}

static void options_set_short(void)
{
	sweep_kinds(true, 0);
}

static void options_set_long(void)
{
	sweep_kinds(true, 32);
}

static void options_odd(void)
{
	int tcp = open_peer('E'), udp = open_udp(), v = -1;
	struct sockaddr_storage ss, peer = addr_of(true, PEER_PORT);
	socklen_t len = addr_len();

	say("peername", getsockopt(tcp, SOL_SOCKET, 28, &ss, &len));
	say("is", !memcmp(&ss, &peer, 4));
	len = addr_len() + 1;
	say("large", getsockopt(tcp, SOL_SOCKET, 28, &ss, &len));
	len = 2;
	say("none", getsockopt(udp, SOL_SOCKET, 28, &ss, &len));
	len = (socklen_t)-1;
	say("negative", getsockopt(udp, SOL_SOCKET, SO_TYPE, NULL, &len));
	len = 8;
	say("name", getsockname(tcp, (struct sockaddr *)(uintptr_t)1, &len));
	say("len", (long)len);
	setsockopt(udp, IPPROTO_IPV6, IPV6_TCLASS, &v, sizeof(v));
	close(tcp);
	tcp = open_tcp();
	say("set", setsockopt(tcp, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &v, sizeof(v)));
	len = sizeof(v);
	say("hops", getsockopt(tcp, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &v, &len));
	say("are", v);
	v = 7;
	setsockopt(tcp, IPPROTO_IPV6, IPV6_TCLASS, &v, sizeof(v));
	getsockopt(tcp, IPPROTO_IPV6, IPV6_TCLASS, &v, &len);
	say("tclass", v);
	len = sizeof(v);
	say("protocol", getsockopt(udp, IPPROTO_IP, 52, &v, &len));
	say("none", v);
	bind(udp, (struct sockaddr *)(struct sockaddr_storage[]){ addr_of(false, 0) }, addr_len());
	getsockopt(udp, IPPROTO_IP, 52, &v, &len);
	len = sizeof(ss);
	getsockname(udp, (struct sockaddr *)&ss, &len);
	say("port", v == ntohs(((struct sockaddr_in *)&ss)->sin_port));
	close(tcp);
	close(udp);
}

/* -- every ioctl of an interface --------------------------------------------------------------------- */
/* Of bridges, of the host's name space, of ARP; or it would change something. */
static bool ioctl_is_skipped(unsigned int code)
{
	return (code >= 0x8901 && code <= 0x890c) || code == SIOCGIFCONF || code == 0x8918 ||
	       code == 0x8922 || (code >= 0x8924 && code <= 0x8926) || code == 0x8936 || code == 0x8943 ||
	       (code >= 0x894b && code <= 0x8960) || (code >= 0x8980 && code < 0x89f0);
}

static bool ioctl_sets(unsigned int code)
{
	return (code >= 0x8914 && code <= 0x8924 && !(code & 1)) || code == 0x8923 || code == 0x8930 ||
	       code == 0x8932 || code == 0x8934 || code == 0x8971;
}

static void ioctls(void)
{
	int fd = open_udp(), i;
	unsigned int code;

	for (code = 0x8900; code < 0x8a00; code++)
		for (i = 0; i < 2 && !ioctl_is_skipped(code); i++) {
			struct ifreq r = { 0 };
			int ret, sum = 0;
			size_t n;

			if (!i && ioctl_sets(code))
				continue;
			snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", i ? "none" : "lo");
			ret = ioctl(fd, code, &r);
			for (n = 0; n < 16; n++)
				sum = sum * 31 + ((unsigned char *)&r.ifr_addr)[n];
			if (ret || sum)
				printf(" %x/%s=%s/%d", code, r.ifr_name, ret ? strerrorname_np(errno) : "0",
				       ret ? 0 : sum);
		}
	close(fd);
}

/* -- nothing to do ----------------------------------------------------------------------------------- */
static void nothing(const char *word, int fd)
{
	char octet;
	struct iovec iov[2] = { { &octet, 0 }, { &octet, 0 } };
	FILE *empty = tmpfile();
	int p[2] = { -1, -1 };
	off_t at = 5;

	if (pipe2(p, O_NONBLOCK))
		say("pipe", -1);
	printf("\n %s", word);
	say("readv0", readv(fd, iov, 0));
	say("readv", readv(fd, iov, 2));
	say("preadv2", preadv2(fd, iov, 2, -1, 0));
	say("writev0", writev(fd, iov, 0));
	say("writev", writev(fd, iov, 2));
	say("pwritev2", pwritev2(fd, iov, 1, -1, 0));
	say("read", read(fd, &octet, 0));
	say("splice_in", splice(p[0], NULL, fd, NULL, 0, 0));
	say("splice_out", splice(fd, NULL, p[1], NULL, 0, 0));
	say("splice_empty", splice(p[0], NULL, fd, NULL, 10, SPLICE_F_NONBLOCK));
	say("sendfile0", sendfile(fd, fileno(empty), NULL, 0));
	say("sendfile", sendfile(fd, fileno(empty), NULL, 100));
	say("sendfile_at", sendfile(fd, fileno(empty), &at, 100));
	say("pipes", sigpipes);
	fclose(empty);
	close(p[0]);
	close(p[1]);
}

static void nothing_done(void)
{
	int fd = open_tcp(), to, from;

	nothing("tcp", fd);
	close(fd);
	fd = open_udp();
	nothing("udp", fd);
	close(fd);
	fd = open_peer('E');
	nothing("conn", fd);
	shutdown(fd, SHUT_RDWR);
	settle();
	nothing("ended", fd);
	close(fd);
	self_pair(&to, &from);
	nothing("pair", from);
	say("arrived", recv(to, &fd, sizeof(fd), MSG_DONTWAIT));
	say("null", sendto(from, "abc", 3, 0, (struct sockaddr *)(uintptr_t)1, 0));
	close(to);
	close(from);
}

/* -- calls in the wrong place ------------------------------------------------------------------------ */
static void order_of_errors(void)
{
	int tcp = open_tcp(), raw, flags = fcntl(tcp, F_GETFL);
	struct sockaddr_in6 other = { .sin6_family = AF_INET6 };
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct pollfd p = { tcp, POLLOUT | POLLWRNORM | POLLWRBAND, 0 };

	say("no_type", socket(family, 0, -1));
	say("accept", accept4(tcp, NULL, NULL, 0x12345));
	poll(&p, 1, 0);
	say("bands", p.revents);
	fcntl(tcp, F_SETFL, flags | O_NONBLOCK);
	close(tcp);
	raw = socket(family, SOCK_RAW, 253);
	say("raw_accept", accept4(raw, NULL, NULL, 0x12345));
	say("raw_bind", bind(raw, (struct sockaddr *)&other, sizeof(other)));
	close(raw);
	tcp = open_peer('E');
	say("control", send_with(tcp, SOL_SOCKET, SO_RCVBUF, &flags, sizeof(flags)));
	close(tcp);
	tcp = open_peer('R');
	settle();
	say("reset_control", send_with(tcp, SOL_SOCKET, SO_RCVBUF, &flags, sizeof(flags)));
	say("disconnect", connect(tcp, &none, sizeof(none)));
	say("send", send(tcp, "x", 1, MSG_NOSIGNAL));
	close(tcp);
	tcp = open_peer('R');
	settle();
	say("peek0", recv(tcp, &flags, 0, 0));
	close(tcp);
}

/* A write that a closed peer answers with a reset: who tells of it, and when. */
static void told_by_many(void)
{
	int fd = open_peer('F');
	char c[4];
	struct iovec iov = { c, sizeof(c) };
	struct mmsghdr m[2] = { { .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } },
				{ .msg_hdr = { .msg_iov = &iov, .msg_iovlen = 1 } } };

	settle();
	say("oob", send(fd, "abcd", 4, MSG_OOB | MSG_NOSIGNAL));
	settle();
	say("many", recvmmsg(fd, m, 2, MSG_DONTWAIT, NULL));
	say("again", recvmmsg(fd, m, 2, MSG_DONTWAIT, NULL));
	close(fd);
}

static void broadcast_after_group(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7445) };
	struct sockaddr_storage own;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), one = 1;

	if (family != AF_INET)
		return;
	own_address(&own);
	say("bind", bind(fd, (struct sockaddr *)&own, addr_len()));
	inet_pton(AF_INET, "224.0.0.251", &a.sin_addr);
	say("group", sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	a.sin_addr.s_addr = INADDR_BROADCAST;
	say("all", sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one));
	say("allowed", sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)));
	close(fd);
}

/* -- the urgent octet -------------------------------------------------------------------------------- */
/* Both ends of a connection to our own address. */
static void own_connection(int *a, int *b)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int l = open_tcp();

	own_address(&own);
	((struct sockaddr_in *)&own)->sin_port = 0;
	if (bind(l, (struct sockaddr *)&own, addr_len()) || listen(l, 1) ||
	    getsockname(l, (struct sockaddr *)&own, &len))
		say("listen", -1);
	*a = open_tcp();
	if (connect(*a, (struct sockaddr *)&own, len))
		say("connect", -1);
	*b = accept(l, NULL, NULL);
	close(l);
}

static void urgent_alone(void)
{
	struct timeval none = { 0, 0 };
	fd_set in, ex;
	char buf[64];
	int a, fd;

	own_connection(&a, &fd);
	send(a, "u", 1, MSG_OOB);
	say_poll("alone", fd);
	FD_ZERO(&in);
	FD_ZERO(&ex);
	FD_SET(fd, &in);
	FD_SET(fd, &ex);
	say("select", select(fd + 1, &in, NULL, &ex, &none));
	say("in", !!FD_ISSET(fd, &in));
	say("ex", !!FD_ISSET(fd, &ex));
	say("take", recv(fd, buf, 1, MSG_OOB));
	send(a, "abcdefghiU", 10, MSG_OOB);
	settle();
	send(a, "0123456789", 10, 0);
	settle();
	say("to_mark", recv(fd, buf, sizeof(buf), MSG_TRUNC));
	say("behind", recv(fd, buf, sizeof(buf), MSG_TRUNC | MSG_DONTWAIT));
	shutdown(fd, SHUT_RD);
	send(a, "late", 4, 0);
	settle();
	say("late", recv(fd, buf, 2, MSG_TRUNC | MSG_DONTWAIT));
	close(a);
	close(fd);
}

/* connect(AF_UNSPEC) of a connection that has ended: what nobody was told of stays. */
static void left_behind(void)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	char c = 'x';
	int a, b;

	own_connection(&a, &b);
	shutdown(b, SHUT_RDWR);
	settle();
	send(a, &c, 1, 0);
	settle();
	say("closer", connect(b, &none, sizeof(none)));
	say("send", send(b, &c, 1, MSG_NOSIGNAL));
	say("other", connect(a, &none, sizeof(none)));
	say("send", send(a, &c, 1, MSG_NOSIGNAL));
	close(a);
	close(b);
	own_connection(&a, &b);
	send(a, &c, 1, 0);
	settle();
	close(b);
	settle();
	say("unread", connect(a, &none, sizeof(none)));
	say("send", send(a, &c, 1, MSG_NOSIGNAL));
	say("again", send(a, &c, 1, MSG_NOSIGNAL));
	close(a);
}

/* A datagram socket that another number for it has connected. */
static void connected_by_copy(void)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	int to = open_udp(), fd = open_udp(), copy = dup(fd), status;

	own_address(&own);
	((struct sockaddr_in *)&own)->sin_port = 0;
	bind(to, (struct sockaddr *)&own, addr_len());
	getsockname(to, (struct sockaddr *)&own, &len);
	say("before", send(fd, "x", 1, 0));
	say("connect", connect(copy, (struct sockaddr *)&own, addr_len()));
	say("after", send(fd, "x", 1, 0));
	connect(copy, &(struct sockaddr){ .sa_family = AF_UNSPEC }, sizeof(struct sockaddr));
	close(copy);
	close(fd);
	fd = open_udp();
	if (!fork())
		_exit(connect(fd, (struct sockaddr *)&own, addr_len()) != 0);
	wait(&status);
	say("child", status);
	say("parent", send(fd, "x", 1, 0));
	close(fd);
	close(to);
}

static void sends_of_nothing(void)
{
	char buf[64] = "";
	FILE *file;
	int a, b;

	own_connection(&a, &b);
	send(a, buf, 10, MSG_MORE);
	say("nothing", send(a, buf, 0, 0));
	usleep(20000);
	say("held", recv(b, buf, sizeof(buf), MSG_DONTWAIT));
	say("one", send(a, buf, 1, 0));
	settle();
	say("all", recv(b, buf, sizeof(buf), MSG_DONTWAIT));
	send(a, buf, 10, MSG_MORE);
	file = tmpfile();
	fputs("file", file);
	rewind(file);
	say("file", sendfile(a, fileno(file), NULL, 4));
	fclose(file);
	usleep(20000);
	say("pushed", recv(b, buf, sizeof(buf), MSG_DONTWAIT));
	send(a, "abU", 3, MSG_OOB);
	settle();
	recv(b, buf, sizeof(buf), 0);
	say("no_room", recv(b, buf, 0, MSG_OOB));
	close(a);
	close(b);
}

const struct fact facts_sweep[] = {
	{ "left_behind", left_behind },
	{ "sends_of_nothing", sends_of_nothing },
	{ "connected_by_copy", connected_by_copy },
	{ "options_got", options_got },
	{ "options_got_short", options_got_short },
	{ "options_set", options_set },
	{ "options_set_short", options_set_short },
	{ "options_set_long", options_set_long },
	{ "options_odd", options_odd },
	{ "ioctls", ioctls },
	{ "nothing_done", nothing_done },
	{ "order_of_errors", order_of_errors },
	{ "told_by_many", told_by_many },
	{ "broadcast_after_group", broadcast_after_group },
	{ "urgent_alone", urgent_alone },
	{ NULL, NULL },
};
