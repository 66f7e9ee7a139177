// SPDX-License-Identifier: BSD-2-Clause
/* Facts about multicast and broadcast: joining, source filters, who gets what. */
#include "facts.h"

#include <linux/filter.h>
#include <net/if.h>

#define GROUP4 "239.1.2.3"
#define GROUP6 "ff1e::7777"

static void addr(struct sockaddr_storage *ss, const char *a4, const char *a6, int port)
{
	memset(ss, 0, sizeof(*ss));
	ss->ss_family = (sa_family_t)family;
	((struct sockaddr_in *)ss)->sin_port = htons((uint16_t)port);
	if (family == AF_INET)
		inet_pton(AF_INET, a4, &((struct sockaddr_in *)ss)->sin_addr);
	else
		inet_pton(AF_INET6, a6, &((struct sockaddr_in6 *)ss)->sin6_addr);
}

static int level(void)
{
	return family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
}

static int group_op(int fd, int name, const char *a4, const char *a6, unsigned int ifindex)
{
	struct group_req r = { .gr_interface = ifindex };

	addr(&r.gr_group, a4, a6, 0);
	return setsockopt(fd, level(), name, &r, sizeof(r));
}

static int source_op(int fd, int name, const struct sockaddr_storage *src, unsigned int ifindex)
{
	struct group_source_req r = { .gsr_interface = ifindex, .gsr_source = *src };

	addr(&r.gsr_group, GROUP4, GROUP6, 0);
	return setsockopt(fd, level(), name, &r, sizeof(r));
}

static void join(void)
{
	unsigned int i = own_interface();
	int fd = open_udp(), t = open_tcp();
	struct ip_mreqn m = { 0 };

	say("auto", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, 0));
	say("named", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, i));
	say("twice", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, i));
	say("noif", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, 999));
	say("unicast", group_op(fd, MCAST_JOIN_GROUP, "10.1.2.3", "fd00::9", i));
	say("leave", group_op(fd, MCAST_LEAVE_GROUP, GROUP4, GROUP6, i));
	say("leave", group_op(fd, MCAST_LEAVE_GROUP, GROUP4, GROUP6, i));
	say("tcp", group_op(t, MCAST_JOIN_GROUP, GROUP4, GROUP6, i));
	say("short", setsockopt(fd, level(), MCAST_JOIN_GROUP, &m, 8));
	if (family != AF_INET)
		return;
	inet_pton(AF_INET, GROUP4, &m.imr_multiaddr);
	say("mreqn", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	say("mreq", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, 8));
	m.imr_address.s_addr = htonl(0x01020304);
	say("noaddr", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	m.imr_ifindex = (int)i;
	say("both", setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m)));
	say("drop", setsockopt(fd, IPPROTO_IP, IP_DROP_MEMBERSHIP, &m, sizeof(m)));
}

static void sources(void)
{
	unsigned int i = own_interface(), n;
	struct sockaddr_storage a, b;
	int fd = open_udp();

	addr(&a, "10.9.9.1", "fd99::1", 0);
	addr(&b, "10.9.9.2", "fd99::2", 0);
	say("block", source_op(fd, MCAST_BLOCK_SOURCE, &a, i));
	say("unblock", source_op(fd, MCAST_UNBLOCK_SOURCE, &a, i));
	say("leave", source_op(fd, MCAST_LEAVE_SOURCE_GROUP, &a, i));
	say("join", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &a, i));
	say("join", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &a, i));
	say("join", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &b, i));
	say("any", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, i));
	say("block", source_op(fd, MCAST_BLOCK_SOURCE, &a, i));
	say("leave", source_op(fd, MCAST_LEAVE_SOURCE_GROUP, &a, i));
	say("leave", source_op(fd, MCAST_LEAVE_SOURCE_GROUP, &b, i));
	say("leave", source_op(fd, MCAST_LEAVE_SOURCE_GROUP, &b, i));
	printf("\n exclude");
	say("any", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, i));
	say("block", source_op(fd, MCAST_BLOCK_SOURCE, &a, i));
	say("block", source_op(fd, MCAST_BLOCK_SOURCE, &a, i));
	say("join", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &b, i));
	say("unblock", source_op(fd, MCAST_UNBLOCK_SOURCE, &b, i));
	say("unblock", source_op(fd, MCAST_UNBLOCK_SOURCE, &a, i));
	say("join", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &b, i));
	say("noif", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &b, 999));
	a.ss_family = 77;
	say("family", source_op(fd, MCAST_JOIN_SOURCE_GROUP, &a, i));
	printf("\n many");
	fd = open_udp();
	addr(&a, "10.9.9.1", "fd99::1", 0);
	for (n = 0; n < 70; n++) {
		((uint8_t *)&a)[family == AF_INET ? 6 : 22] = (uint8_t)n;
		if (source_op(fd, MCAST_JOIN_SOURCE_GROUP, &a, i)) {
			say("full", -1);
			say("n", n);
			break;
		}
	}
}

static void say_filter(int fd, unsigned int i, unsigned int room)
{
	uint8_t buf[GROUP_FILTER_SIZE(8)] __attribute__((aligned(8))) = { 0 };
	struct group_filter *f = (struct group_filter *)buf;
	socklen_t len = (socklen_t)GROUP_FILTER_SIZE(room);

	f->gf_interface = i;
	addr(&f->gf_group, GROUP4, GROUP6, 0);
	f->gf_numsrc = room;
	say("get", getsockopt(fd, level(), MCAST_MSFILTER, f, &len));
	say("len", len);
	say("mode", f->gf_fmode);
	say("num", f->gf_numsrc);
	if (room)
		say("first", f->gf_slist[0].ss_family);
}

static int put_filter(int fd, unsigned int i, unsigned int mode, unsigned int n, socklen_t less)
{
	uint8_t buf[GROUP_FILTER_SIZE(100)] __attribute__((aligned(8))) = { 0 };
	struct group_filter *f = (struct group_filter *)buf;
	unsigned int k;

	f->gf_interface = i;
	addr(&f->gf_group, GROUP4, GROUP6, 0);
	f->gf_fmode = mode;
	f->gf_numsrc = n;
	for (k = 0; k < n; k++) {
		addr(&f->gf_slist[k], "10.9.9.1", "fd99::1", 0);
		((uint8_t *)&f->gf_slist[k])[family == AF_INET ? 6 : 22] = (uint8_t)k;
	}
	return setsockopt(fd, level(), MCAST_MSFILTER, f, (socklen_t)GROUP_FILTER_SIZE(n) - less);
}

static void filter(void)
{
	unsigned int i = own_interface();
	int fd = open_udp();

	say("none", put_filter(fd, i, MCAST_INCLUDE, 2, 0));
	say_filter(fd, i, 2);
	say("join", group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, i));
	say_filter(fd, i, 2);
	say("set", put_filter(fd, i, MCAST_INCLUDE, 3, 0));
	say_filter(fd, i, 2);
	say_filter(fd, i, 0);
	say("set", put_filter(fd, i, MCAST_EXCLUDE, 0, 0));
	say_filter(fd, i, 2);
	printf("\n wrong");
	say("mode", put_filter(fd, i, 2, 1, 0));
	say("short", put_filter(fd, i, MCAST_INCLUDE, 2, 8));
	say("shorter", put_filter(fd, i, MCAST_INCLUDE, 0, 8));
	say("many", put_filter(fd, i, MCAST_INCLUDE, 99, 0));
	say("noif", put_filter(fd, 999, MCAST_INCLUDE, 1, 0));
	say("nobody", put_filter(fd, i, MCAST_INCLUDE, 0, 0));
	say("left", group_op(fd, MCAST_LEAVE_GROUP, GROUP4, GROUP6, i));
}

/* IPv4's own structures, which name the interface by its address. */
static void filter_v4(void)
{
	uint8_t buf[IP_MSFILTER_SIZE(8)] __attribute__((aligned(8))) = { 0 };
	struct ip_msfilter *f = (struct ip_msfilter *)buf;
	struct sockaddr_storage me;
	struct ip_mreq_source m = { 0 };
	socklen_t len = sizeof(buf);
	int fd = open_udp();

	if (family != AF_INET)
		return;
	own_address(&me);
	inet_pton(AF_INET, GROUP4, &m.imr_multiaddr);
	m.imr_interface = ((struct sockaddr_in *)&me)->sin_addr;
	m.imr_sourceaddr.s_addr = htonl(0x0a090901);
	say("block", setsockopt(fd, IPPROTO_IP, IP_BLOCK_SOURCE, &m, sizeof(m)));
	say("add", setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &m, sizeof(m)));
	say("long", setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &m, sizeof(m) + 4));
	m.imr_sourceaddr.s_addr = htonl(0x0a090902);
	say("add", setsockopt(fd, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, &m, sizeof(m)));
	f->imsf_multiaddr = m.imr_multiaddr;
	f->imsf_interface = m.imr_interface;
	f->imsf_numsrc = 1;
	say("get", getsockopt(fd, IPPROTO_IP, IP_MSFILTER, f, &len));
	say("len", len);
	say("num", f->imsf_numsrc);
	say("mode", f->imsf_fmode);
	say("src", f->imsf_slist[0].s_addr == htonl(0x0a090901));
	f->imsf_fmode = MCAST_EXCLUDE;
	say("set", setsockopt(fd, IPPROTO_IP, IP_MSFILTER, f, (socklen_t)IP_MSFILTER_SIZE(2)));
	say("short", setsockopt(fd, IPPROTO_IP, IP_MSFILTER, f, 12));
	f->imsf_numsrc = 3;
	say("short", setsockopt(fd, IPPROTO_IP, IP_MSFILTER, f, (socklen_t)IP_MSFILTER_SIZE(2)));
	f->imsf_numsrc = 11;
	say("many", setsockopt(fd, IPPROTO_IP, IP_MSFILTER, f, (socklen_t)IP_MSFILTER_SIZE(2)));
	say("drop", setsockopt(fd, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, &m, sizeof(m)));
	say("unblock", setsockopt(fd, IPPROTO_IP, IP_UNBLOCK_SOURCE, &m, sizeof(m)));
}

static int got(int fd)
{
	char buf[16];
	int n = 0;

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

/* A receiver of the group's port; joins: with a membership of its own. */
static int receiver(int port, bool joins, int all)
{
	struct sockaddr_storage any;
	int fd = open_udp(), on = 1;

	addr(&any, "0.0.0.0", "::", port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, level(), family == AF_INET ? IP_MULTICAST_ALL : IPV6_MULTICAST_ALL, &all,
		   sizeof(all));
	if (bind(fd, (struct sockaddr *)&any, addr_len()))
		say("bind", -1);
	if (joins && group_op(fd, MCAST_JOIN_GROUP, GROUP4, GROUP6, own_interface()))
		say("join", -1);
	return fd;
}

static int sender(int port)
{
	struct sockaddr_storage g;
	struct ip_mreqn m = { .imr_ifindex = (int)own_interface() };
	int fd = open_udp(), i = (int)own_interface();

	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof(m));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &i, sizeof(i));
	addr(&g, GROUP4, GROUP6, port);
	if (connect(fd, (struct sockaddr *)&g, addr_len()))
		say("connect", -1);
	return fd;
}

/* What we send to a group comes back to who joined it here, unless it is not to. */
static void loop(void)
{
	int port = 7301, a = receiver(port, true, 1), b = receiver(port, true, 0);
	int c = receiver(port, false, 1), d = receiver(port, false, 0), s = sender(port), off = 0;
	struct sockaddr_storage me;

	say("send", send(s, "x", 1, 0));
	settle();
	say("a", got(a));
	say("b", got(b));
	say("c", got(c));
	say("d", got(d));
	own_address(&me);
	say("block", source_op(a, MCAST_BLOCK_SOURCE, &me, own_interface()));
	addr(&me, "10.9.9.1", "fd99::1", 0);
	say("leave", group_op(b, MCAST_LEAVE_GROUP, GROUP4, GROUP6, own_interface()));
	say("join", source_op(b, MCAST_JOIN_SOURCE_GROUP, &me, own_interface()));
	say("send", send(s, "x", 1, 0));
	settle();
	say("a", got(a));
	say("b", got(b));
	own_address(&me);
	say("unblock", source_op(a, MCAST_UNBLOCK_SOURCE, &me, own_interface()));
	say("join", source_op(b, MCAST_JOIN_SOURCE_GROUP, &me, own_interface()));
	say("send", send(s, "x", 1, 0));
	settle();
	say("a", got(a));
	say("b", got(b));
	setsockopt(s, level(), family == AF_INET ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, &off,
		   sizeof(off));
	say("send", send(s, "x", 1, 0));
	settle();
	say("a", got(a));
}

static void broadcast(void)
{
	struct sockaddr_storage to;
	int a = receiver(7302, false, 1), b = receiver(7302, false, 1), s = open_udp(), on = 1;

	if (family != AF_INET)
		return;
	addr(&to, "10.77.0.255", "::", 7302);
	say("refused", sendto(s, "x", 1, 0, (struct sockaddr *)&to, addr_len()));
	say("connect", connect(s, (struct sockaddr *)&to, addr_len()));
	setsockopt(s, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	say("send", sendto(s, "x", 1, 0, (struct sockaddr *)&to, addr_len()));
	settle();
	say("a", got(a));
	say("b", got(b));
}

/* Connections and datagrams are spread over a group of sockets; each peer goes to one. */
static void balanced(void)
{
	struct sockaddr_storage me;
	int fd[4], seen[4] = { 0 }, on = 1, i, n = 0, used = 0;

	own_address(&me);
	((struct sockaddr_in *)&me)->sin_port = htons(7303);
	for (i = 0; i < 4; i++) {
		fd[i] = open_udp();
		setsockopt(fd[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		say("bind", bind(fd[i], (struct sockaddr *)&me, addr_len()));
	}
	for (i = 0; i < 64; i++) {
		int s = open_udp();

		if (sendto(s, "x", 1, 0, (struct sockaddr *)&me, addr_len()) != 1)
			say("send", -1);
		if (sendto(s, "y", 1, 0, (struct sockaddr *)&me, addr_len()) != 1)
			say("send", -1);
		close(s);
	}
	settle();
	for (i = 0; i < 4; i++) {
		seen[i] = got(fd[i]);
		n += seen[i];
		used += seen[i] > 0 && seen[i] % 2 == 0;
	}
	say("all", n);
	say("used", used);
	i = open_udp();
	say("other", bind(i, (struct sockaddr *)&me, addr_len()));
	used = n = 0;
	for (i = 0; i < 4; i++) {
		close(fd[i]);
		fd[i] = open_tcp();
		setsockopt(fd[i], SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		say("bind", bind(fd[i], (struct sockaddr *)&me, addr_len()));
		say("listen", listen(fd[i], 64));
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
	}
	for (i = 0; i < 64; i++)
		if (connect(open_tcp(), (struct sockaddr *)&me, addr_len()))
			say("connect", -1);
	settle();
	for (i = 0; i < 4; i++) {
		seen[i] = 0;
		while (accept(fd[i], NULL, NULL) >= 0)
			seen[i]++;
		n += seen[i];
		used += seen[i] > 0;
	}
	say("all", n);
	say("used", used);
}

/* Loads an octet of the payload and gives it less '0'. */
static struct sock_filter by_digit[] = {
	{ 0x30, 0, 0, 0 },
	{ 0x14, 0, 0, '0' },
	{ 0x16, 0, 0, 0 },
};
static struct sock_filter second[] = { { 0x06, 0, 0, 1 } };
static struct sock_filter endless[] = { { 0x30, 0, 0, 0 } };

static int set_prog(int fd, struct sock_filter *f, unsigned short n)
{
	struct sock_fprog p = { .len = n, .filter = f };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &p, sizeof(p));
}

static int reuseport_on(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
}

static int detach_prog(int fd)
{
	int v = 0;

	return setsockopt(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &v, sizeof(v));
}

/* Which of the sockets got the datagram; 9: none. */
static int who_got(const int *fd, int n)
{
	char c;
	int i;

	settle();
	for (i = 0; i < n; i++)
		if (recv(fd[i], &c, 1, MSG_DONTWAIT) == 1)
			return i;
	return 9;
}

static int send_digit(const struct sockaddr_storage *to, const char *digit)
{
	int s = open_udp(),
	    r = (int)sendto(s, digit, 1, 0, (const struct sockaddr *)to, addr_len());

	close(s);
	return r;
}

static void reuseport_prog(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd[4], i, v;
	char digit[2] = "0";

	fd[0] = open_udp();
	say("without", set_prog(fd[0], by_digit, 3));
	say("detach", detach_prog(fd[0]));
	say("on", reuseport_on(fd[0]));
	say("detach", detach_prog(fd[0]));
	say("unbound", set_prog(fd[0], by_digit, 3));
	say("bad", set_prog(fd[0], endless, 1));
	say("empty", set_prog(fd[0], by_digit, 0));
	say("short", setsockopt(fd[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, by_digit, 8));
	own_address(&ss);
	((struct sockaddr_in *)&ss)->sin_port = 0;
	say("bind", bind(fd[0], (struct sockaddr *)&ss, addr_len()));
	getsockname(fd[0], (struct sockaddr *)&ss, &len);
	for (i = 1; i < 4; i++) {
		fd[i] = open_udp();
		reuseport_on(fd[i]);
		say("bind", bind(fd[i], (struct sockaddr *)&ss, addr_len()));
	}
	for (i = 3; i >= 0; i--) {
		digit[0] = (char)('0' + i);
		send_digit(&ss, digit);
		say(digit, who_got(fd, 4));
	}
	send_digit(&ss, "7");
	say("other", who_got(fd, 4) < 4);
	say("another", set_prog(fd[2], second, 1));
	send_digit(&ss, "3");
	say("3", who_got(fd, 4));
	close(fd[0]);
	say("detach", detach_prog(fd[3]));
	say("again", detach_prog(fd[3]));
	len = sizeof(v);
	say("get", getsockopt(fd[1], SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &v, &len));
	v = 1;
	say("lock", setsockopt(fd[1], SOL_SOCKET, SO_LOCK_FILTER, &v, sizeof(v)));
	say("locked", set_prog(fd[1], second, 1));
}

static void reuseport_prog_tcp(void)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd[3], i, n, c;

	own_address(&ss);
	((struct sockaddr_in *)&ss)->sin_port = 0;
	for (i = 0; i < 3; i++) {
		fd[i] = open_tcp();
		reuseport_on(fd[i]);
		say("bind", bind(fd[i], (struct sockaddr *)&ss, addr_len()));
		getsockname(fd[i], (struct sockaddr *)&ss, &len);
		if (!i)
			say("early", set_prog(fd[0], second, 1));
		say("listen", listen(fd[i], 8));
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
	}
	for (i = 0; i < 3; i++) {
		c = open_tcp();
		say("connect", connect(c, (struct sockaddr *)&ss, addr_len()));
		settle();
		for (n = 0; n < 3 && accept(fd[n], NULL, NULL) < 0; n++)
			;
		say("accepted", n);
	}
	say("detach", detach_prog(fd[2]));
}

/* The narrowest scope of a group is an interface: what is sent to one never leaves, but comes. */
static void scopes(void)
{
	static const char *const v6[] = { "ff00::7", "ff01::7", "ff02::7", "ff05::7", "ff0e::7" };
	static const char *const v4[] = { "224.0.0.7", "239.255.0.7", "239.192.0.7", "232.1.0.7",
					  "224.1.1.7" };
	size_t i;

	for (i = 0; i < sizeof(v6) / sizeof(v6[0]); i++) {
		struct ip_mreqn own = { .imr_ifindex = (int)own_interface() };
		struct sockaddr_storage ss;
		socklen_t len = sizeof(ss);
		int fd = open_udp();

		addr(&ss, "0.0.0.0", "::", 0);
		say("bind", bind(fd, (struct sockaddr *)&ss, addr_len()));
		getsockname(fd, (struct sockaddr *)&ss, &len);
		addr(&ss, v4[i], v6[i], ntohs(((struct sockaddr_in *)&ss)->sin_port));
		if (family == AF_INET)
			setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &own, sizeof(own));
		else
			((struct sockaddr_in6 *)&ss)->sin6_scope_id = own_interface();
		say("join", group_op(fd, MCAST_JOIN_GROUP, v4[i], v6[i], own_interface()));
		say("send", sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len()));
		settle();
		say("got", got(fd));
	}
}

/* What /proc/net says of groups that were joined one after the other: their order, and how often each was */
static void listed(void)
{
	static const char *const names[3][2] = {
		{ "239.1.2.1", "ff1e::7701" },
		{ "239.1.2.2", "ff1e::7702" },
		{ "239.1.2.3", "ff1e::7703" },
	};
	const char *path = family == AF_INET ? "/proc/net/igmp" : "/proc/net/igmp6";
	const char *like = family == AF_INET ? "0201EF" : "ff1e000000000000000000000000770";
	int fd = open_udp(), i, users;
	char line[200], *at;
	FILE *f;

	for (i = 0; i < 3; i++)
		say("join",
		    group_op(fd, MCAST_JOIN_GROUP, names[i][0], names[i][1], own_interface()));
	say("again",
	    group_op(open_udp(), MCAST_JOIN_GROUP, names[1][0], names[1][1], own_interface()));
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		at = strstr(line, like);
		if (!at || sscanf(at + strcspn(at, " "), "%d", &users) != 1)
			continue;
		at += family == AF_INET ? -1 : (int)strlen(like);
		printf(" %c*%d", *at, users);
	}
	if (f)
		fclose(f);
}

/* A link-local address that names no device, for a stream that does not wait */
static void no_zone(void)
{
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_storage ss;

	addr(&ss, "10.77.0.1", "fe80::77", 9);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	close(fd);
}

const struct fact facts_group[] = {
	{ "no_zone", no_zone },
	{ "groups_listed", listed },
	{ "group_join", join },
	{ "group_sources", sources },
	{ "group_filter", filter },
	{ "group_filter_v4", filter_v4 },
	{ "group_loop", loop },
	{ "group_scopes", scopes },
	{ "broadcast", broadcast },
	{ "reuseport", balanced },
	{ "reuseport_prog", reuseport_prog },
	{ "reuseport_prog_tcp", reuseport_prog_tcp },
	{ NULL, NULL },
};
