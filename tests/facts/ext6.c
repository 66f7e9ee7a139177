// SPDX-License-Identifier: BSD-2-Clause
/* Facts about IPv6's extension headers and flow labels (RFC 3542, RFC 2292), and what IPv4 says to them. */
#include "facts.h"
#include "ext6.h"
#include "label.h"

#include <net/if.h>

enum { O_FLOWINFO = 11, O_PATHMTU = 61, O_AUTOFLOWLABEL = 70, O_FLOWINFO_SEND = 33 };

static const uint8_t pad[8] = { 0, 0, 1, 4 }, data16[16] = { 0, 1, 0x1e, 12, 1, 2, 3 },
		     data8[8] = { 0, 0, 0x1e, 4, 9, 8, 7, 6 }, long8[8] = { 0, 1, 1, 4 };

static void say_bytes(const char *word, const uint8_t *p, size_t n)
{
	printf(" %s=", word);
	while (n--)
		printf("%02x", *p++);
}

void say_get(int fd, int name, socklen_t room)
{
	uint8_t buf[64];
	socklen_t len = room;

	memset(buf, 0xee, sizeof(buf));
	say("get", getsockopt(fd, IPPROTO_IPV6, name, buf, &len));
	say("len", len);
	say_bytes("bytes", buf, 18);
}

static void sticky_one(int fd, int name)
{
	uint8_t rt0[24] = { 0, 2, 0, 1 }, rt4[24] = { 0, 2, 4, 0 }, rt9[8] = { 0, 0, 9, 0 };

	say_get(fd, name, 64);
	say("none", set(fd, name, NULL, 0));
	say("short", set(fd, name, pad, 1));
	say("odd", set(fd, name, data16, 12));
	say("longer", set(fd, name, long8, 8));
	say("rt0", set(fd, name, rt0, 24));
	say("rt4", set(fd, name, rt4, 20));
	say("rt9", set(fd, name, rt9, 8));
	if (name == IPV6_RTHDR)
		return;
	say("set", set(fd, name, pad, 8));
	say_get(fd, name, 64);
	say("set", set(fd, name, data16, 16));
	say_get(fd, name, 64);
	say_get(fd, name, 4);
	say("more", set(fd, name, data16, 16));
	say("clear", set(fd, name, data16, 0));
	say_get(fd, name, 64);
}

static void ext6_sticky(void)
{
	static const int names[] = { IPV6_HOPOPTS, IPV6_DSTOPTS, IPV6_RTHDRDSTOPTS, IPV6_RTHDR };
	size_t i;

	for (i = 0; i < 4; i++) {
		printf("\n udp%zu", i);
		sticky_one(open_udp(), names[i]);
		printf("\n tcp%zu", i);
		sticky_one(open_tcp(), names[i]);
	}
}

static const int receives[] = { IPV6_RECVHOPOPTS, IPV6_RECVDSTOPTS, IPV6_RECVRTHDR, O_FLOWINFO,
				IPV6_2292HOPOPTS, IPV6_2292DSTOPTS, IPV6_2292RTHDR, IPV6_RECVPKTINFO,
				IPV6_RECVTCLASS };

static void ext6_switches(void)
{
	size_t i;

	for (i = 0; i < sizeof(receives) / sizeof(receives[0]); i++) {
		int fd = open_udp(), v = -2;
		socklen_t len = sizeof(v);

		printf("\n %d", receives[i]);
		say("get", getsockopt(fd, IPPROTO_IPV6, receives[i], &v, &len));
		say("v", v);
		say("short", set(fd, receives[i], "\1", 1));
		say("set", set_int(fd, receives[i], 7));
		say("get", getsockopt(fd, IPPROTO_IPV6, receives[i], &v, &len));
		say("v", v);
	}
}

static enum { NONE, SOME, ALL } labels;	/* which flow labels are told */

static void take(int fd)
{
	char data[64], ctl[1024];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c;

	ssize_t r;

	settle();
	r = recvmsg(fd, &m, MSG_DONTWAIT);
	say("recv", r);
	for (c = r < 0 ? NULL : CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		uint32_t info = 0;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		printf(" [%d/%d", c->cmsg_level, c->cmsg_type);
		if (c->cmsg_type == O_FLOWINFO && labels == SOME && info != htonl(0x55501))
			printf("/auto");
		else if (c->cmsg_type == O_FLOWINFO && !labels)	/* chosen at random */
			printf("/%zu", c->cmsg_len);
		else
			say_bytes("", CMSG_DATA(c), c->cmsg_type == IPV6_PKTINFO ? 16 :
						    c->cmsg_len - CMSG_LEN(0));
		printf("]");
	}
}

static void receive_all(int fd, bool old)
{
	size_t i;

	for (i = 0; i < sizeof(receives) / sizeof(receives[0]); i++)
		if ((i >= 4 && i <= 6) == old)
			set_int(fd, receives[i], 1);
}

static void ext6_received(void)
{
	int to, from, old;

	for (old = 0; old < 2; old++) {
		printf("\n %s", old ? "rfc2292" : "rfc3542");
		self_pair(&to, &from);
		receive_all(to, old);
		say("send", send(from, "x", 1, 0));
		take(to);
		set(from, IPV6_HOPOPTS, data8, 8);
		say("send", send(from, "x", 1, 0));
		take(to);
		set(from, IPV6_DSTOPTS, data16, 16);
		say("send", send(from, "x", 1, 0));
		take(to);
		set(from, IPV6_HOPOPTS, NULL, 0);
		set(from, IPV6_RTHDRDSTOPTS, data16, 16);
		say("send", send(from, "x", 1, 0));
		take(to);
		say("send", send_with(from, IPPROTO_IPV6, IPV6_HOPOPTS, data16, 16));
		take(to);
		close(to);
		close(from);
	}
}

static void ext6_sent(void)
{
	static const int types[] = { IPV6_HOPOPTS, IPV6_2292HOPOPTS, IPV6_DSTOPTS, IPV6_2292DSTOPTS,
				     IPV6_RTHDRDSTOPTS, IPV6_RTHDR, IPV6_2292RTHDR };
	uint8_t rt0[24] = { 0, 2, 0, 1 };
	size_t i;
	int to, from;

	self_pair(&to, &from);
	receive_all(to, false);
	for (i = 0; i < 7; i++) {
		printf("\n %d", types[i]);
		say("short", send_with(from, IPPROTO_IPV6, types[i], pad, 1));
		say("longer", send_with(from, IPPROTO_IPV6, types[i], long8, 8));
		say("rt0", send_with(from, IPPROTO_IPV6, types[i], rt0, 24));
		if (i < 5) {
			say("set", send_with(from, IPPROTO_IPV6, types[i], data8, 8));
			take(to);
			say("more", send_with(from, IPPROTO_IPV6, types[i], data8, 7));
		}
		while (recv(to, rt0, 1, MSG_DONTWAIT) >= 0)
			;
	}
}

/* Fragments: the hop-by-hop header goes with each, the destination options with the first. */
static void ext6_fragments(void)
{
	static char big[4000];
	int to, from;

	self_pair(&to, &from);
	receive_all(to, false);
	set(from, IPV6_HOPOPTS, data8, 8);
	set(from, IPV6_DSTOPTS, data16, 16);
	set_int(from, 24 /* IPV6_MTU */, 1400);
	say("send", send(from, big, sizeof(big), 0));
	take(to);
	set_int(from, 23 /* IPV6_MTU_DISCOVER */, IPV6_PMTUDISC_DO);
	say("toobig", send(from, big, 1400 - 48 - 24 + 1, 0));
	say("fits", send(from, big, 1400 - 48 - 24 - 16, 0));
}

static void ext6_tcp(void)
{
	int fd = open_tcp(), v = 0;
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(v);
	static char big[10000];
	ssize_t r, n;
	char c;

	set(fd, IPV6_DSTOPTS, data16, 16);
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("write", write(fd, "Ex", 2));
	say("read", read(fd, &c, 1));
	for (n = 0; n < 50000 && (r = write(fd, big, sizeof(big))) > 0; n += r)
		;
	for (; n > 0 && (r = read(fd, big, sizeof(big))) > 0; n -= r)
		;
	say("left", n);
	say("maxseg", getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &v, &len));
	say("v", v);
}

static ssize_t send_label(int fd, const struct sockaddr_storage *to, uint32_t flowinfo)
{
	struct sockaddr_storage ss = *to;

	if (family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_flowinfo = htonl(flowinfo);
	return sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len());
}

static void flow_info(void)
{
	struct sockaddr_storage own, peer;
	socklen_t len = sizeof(own), l = sizeof(int);
	int to, from, fd = open_udp(), v = -2;
	uint32_t label = htonl(0x54321), info = htonl(0x0ab54321);

	labels = ALL;
	say("auto", getsockopt(fd, IPPROTO_IPV6, O_AUTOFLOWLABEL, &v, &l));
	say("v", v);
	say("set", set_int(fd, O_AUTOFLOWLABEL, 0));
	say("auto", getsockopt(fd, IPPROTO_IPV6, O_AUTOFLOWLABEL, &v, &l));
	say("v", v);
	self_pair(&to, &from);
	getsockname(to, (struct sockaddr *)&own, &len);
	receive_all(to, false);
	set_int(fd, O_FLOWINFO_SEND, 0);
	say("off", send_label(fd, &own, 0x12345));
	take(to);
	set_int(fd, O_FLOWINFO_SEND, 1);
	say("on", send_label(fd, &own, 0x12345));
	take(to);
	say("class", send_label(fd, &own, 0x0ab12345));
	take(to);
	say("class", send_label(fd, &own, 0x0ab00000));
	take(to);
	printf("\n cmsg");
	say("label", send_with(from, IPPROTO_IPV6, O_FLOWINFO, &label, 4));
	take(to);
	set_int(from, O_AUTOFLOWLABEL, 0);
	say("info", send_with(from, IPPROTO_IPV6, O_FLOWINFO, &info, 4));
	take(to);
	say("short", send_with(from, IPPROTO_IPV6, O_FLOWINFO, &info, 2));
	printf("\n connected");
	if (family == AF_INET6)
		((struct sockaddr_in6 *)&own)->sin6_flowinfo = htonl(0x12345);
	say("connect", connect(fd, (struct sockaddr *)&own, addr_len()));
	say("send", send(fd, "x", 1, 0));
	take(to);
	l = sizeof(peer);
	memset(&peer, 0, sizeof(peer));
	getpeername(fd, (struct sockaddr *)&peer, &l);
	say("flowinfo", family == AF_INET6 ? ((struct sockaddr_in6 *)&peer)->sin6_flowinfo : 0);
	say("differs", send_with(fd, IPPROTO_IPV6, O_FLOWINFO, &label, 4));
}

static void path_mtu(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct {
		struct sockaddr_in6 addr;
		uint32_t mtu;
	} info;
	int udp = open_udp(), tcp = open_peer('E');
	socklen_t len = sizeof(info);

	say("none", getsockopt(udp, IPPROTO_IPV6, O_PATHMTU, &info, &len));
	say("connect", connect(udp, (struct sockaddr *)&ss, addr_len()));
	say("udp", getsockopt(udp, IPPROTO_IPV6, O_PATHMTU, &info, &len));
	say("len", len);
	say("mtu", info.mtu);
	say("family", info.addr.sin6_family);
	say("tcp", getsockopt(tcp, IPPROTO_IPV6, O_PATHMTU, &info, &len));
	say("mtu", info.mtu);
	len = sizeof(info) - 1;
	say("short", getsockopt(udp, IPPROTO_IPV6, O_PATHMTU, &info, &len));
	say("set", set_int(udp, O_PATHMTU, 1));
}

/* poll() does not tell of it, and the daemon takes its time. */
static ssize_t receive_told(int fd, struct msghdr *m)
{
	ssize_t n;
	int tries;

	for (tries = 0; tries < 200; tries++) {
		n = recvmsg(fd, m, MSG_DONTWAIT);
		if (n >= 0 || errno != EAGAIN)
			break;
		usleep(5000);
	}
	return n;
}

/* A send that does not fit is told as a message of its own (RFC 3542 11.3). */
static void path_mtu_told(void)
{
	struct sockaddr_storage peer = addr_of(true, PEER_PORT), from;
	struct {
		struct sockaddr_in6 addr;
		uint32_t mtu;
	} info = { 0 };
	char data[8], ctl[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = ctl, .msg_controllen = sizeof(ctl) };
	static char big[3000];
	int fd = open_udp(), tries;

	if (family == AF_INET)
		return;
	for (tries = 0; tries < 3; tries++) {
		if (tries)
			set_int(fd, IPV6_RECVPATHMTU, 1);
		if (tries > 1)
			set_int(fd, IPV6_DONTFRAG, 1);
		say("send", sendto(fd, big, sizeof(big), MSG_DONTWAIT, (struct sockaddr *)&peer, addr_len()));
		while (tries < 2 && recv(fd, data, sizeof(data), 0) < 0)	/* its echo */
			;
	}
	say("recv", receive_told(fd, &m));
	say("namelen", m.msg_namelen);
	say_bytes("name", (uint8_t *)&from, sizeof(struct sockaddr_in6));
	if (CMSG_FIRSTHDR(&m)) {
		say("type", CMSG_FIRSTHDR(&m)->cmsg_type);
		say("len", (long)CMSG_FIRSTHDR(&m)->cmsg_len);
		memcpy(&info, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(info));
		say_bytes("info", (uint8_t *)&info, sizeof(info));
	}
	say("recv", recv(fd, data, sizeof(data), MSG_DONTWAIT));
}

/* -- IPV6_FLOWLABEL_MGR ------------------------------------------------------------------------- */

static long label(int fd, int action, uint32_t number, int share, int flags, int linger)
{
	struct label_req q = { .action = (uint8_t)action, .label = htonl(number), .share = (uint8_t)share,
			       .flags = (uint16_t)flags, .linger = (uint16_t)linger };
	struct sockaddr_storage peer = addr_of(true, 0);
	long r;

	if (family == AF_INET6)
		memcpy(q.dst, &((struct sockaddr_in6 *)&peer)->sin6_addr, 16);
	r = set(fd, O_FLOWLABEL_MGR, &q, sizeof(q));
	if (!number && !r)
		say("chosen", q.label && !(ntohl(q.label) & ~0xfffffu));
	return r;
}

/* The lines of labels of this name; users, share, owner told if it is somebody, and the times. */
static void list_labels(uint32_t number)
{
	FILE *f = fopen("/proc/net/ip6_flowlabel", "r");
	char line[256], dst[64];
	unsigned int at, share, owner, users, opt;
	long linger, expires;

	if (!f || !fgets(line, sizeof(line), f)) {
		say("list", -1);
		return;
	}
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%x %u %u %u %ld %ld %63s %u", &at, &share, &owner, &users, &linger,
			   &expires, dst, &opt) == 8 && at == number)
			printf(" [%u %s %u %ld %d %s %u]", share,
			       owner == (unsigned int)getpid() ? "me" : owner ? "?" : "0", users, linger,
			       expires >= linger - 1, dst, opt);
	fclose(f);
}

static void label_rules(void)
{
	int a = open_udp(), b = open_tcp(), i;
	struct label_req q = { 0 };
	socklen_t len = sizeof(q);

	if (family == AF_INET)
		return;
	say("short", set(a, O_FLOWLABEL_MGR, &q, 31));
	say("nobody", set(a, O_FLOWLABEL_MGR, &q, 32));
	say("action", label(a, 7, 1, ANY, FL_CREATE, 10));
	say("big", label(a, FL_GET, 0x100000, ANY, FL_CREATE, 10));
	say("none", label(a, FL_GET, 0x11, ANY, 0, 10));
	say("share", label(a, FL_GET, 0x11, 4, FL_CREATE, 10));
	say("reflect", label(a, FL_GET, 0x11, ANY, FL_REFLECT, 10));
	say("reflect", label(b, FL_PUT, 0x11, ANY, FL_REFLECT, 10));
	say("reflect", label(a, FL_PUT, 0x11, ANY, FL_REFLECT, 10));
	say("put", label(a, FL_PUT, 0x11, ANY, 0, 10));
	say("renew", label(a, FL_RENEW, 0x11, ANY, 0, 10));
	say("get", getsockopt(a, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, &len));
	q.action = FL_PUT;
	say("get", getsockopt(a, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, &len));
	len = 31;
	say("get", getsockopt(a, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, &len));
	printf("\n lease");
	say("any", label(a, FL_GET, 0x4411, ANY, FL_CREATE, 10));
	list_labels(0x4411);
	say("again", label(b, FL_GET, 0x4411, ANY, 0, 40));
	list_labels(0x4411);
	say("excl", label(b, FL_GET, 0x4411, ANY, FL_EXCL, 10));
	say("other", label(b, FL_GET, 0x4411, 2, 0, 10));
	say("put", label(b, FL_PUT, 0x4411, 0, 0, 0));
	say("renew", label(a, FL_RENEW, 0x4411, ANY, 0, 100));
	say("long", label(a, FL_RENEW, 0x4411, ANY, 0, 200));
	list_labels(0x4411);
	say("admin", label(b, FL_RENEW, 0x4411, 0, 0, 20));
	close(a);
	settle();
	list_labels(0x4411);
	printf("\n shares");
	a = open_udp();
	for (i = 1; i <= 3; i++) {
		say("get", label(a, FL_GET, 0x4420 + (uint32_t)i, i, FL_CREATE, 6));
		say("again", label(b, FL_GET, 0x4420 + (uint32_t)i, i, FL_CREATE, 6));
		list_labels(0x4420 + (uint32_t)i);
	}
	say("any", label(a, FL_GET, 0, ANY, FL_CREATE, 6));
	fflush(stdout);
	if (!fork()) {
		printf(" child");
		say("process", label(b, FL_GET, 0x4422, 2, FL_CREATE, 6));
		say("user", label(b, FL_GET, 0x4423, 3, FL_CREATE, 6));
		fflush(stdout);
		_exit(0);
	}
	wait(NULL);
}

/* Since a label was leased by one alone, only leased ones may be sent. */
static void label_sent(void)
{
	struct sockaddr_storage own;
	struct label_req q = { .action = FL_GET };
	socklen_t len = sizeof(own);
	uint32_t info = htonl(0x54321);
	int to, from, fd = open_udp();

	labels = SOME;
	self_pair(&to, &from);
	getsockname(to, (struct sockaddr *)&own, &len);
	receive_all(to, false);
	say("lease", label(fd, FL_GET, 0x55501, 1, FL_CREATE, 6));
	say("off", send_label(fd, &own, 0x12345));
	take(to);
	set_int(fd, O_FLOWINFO_SEND, 1);
	say("mine", send_label(fd, &own, 0x55501));
	take(to);
	say("zero", send_label(fd, &own, 0));
	take(to);
	say("other", send_label(fd, &own, 0x12345));
	take(to);
	say("cmsg", send_with(from, IPPROTO_IPV6, O_FLOWINFO, &info, 4));
	take(to);
	if (family == AF_INET6)
		((struct sockaddr_in6 *)&own)->sin6_flowinfo = htonl(0x12345);
	say("connect", connect(fd, (struct sockaddr *)&own, addr_len()));
	if (family == AF_INET6)
		((struct sockaddr_in6 *)&own)->sin6_flowinfo = htonl(0x55501);
	say("connect", connect(fd, (struct sockaddr *)&own, addr_len()));
	say("send", send(fd, "x", 1, 0));
	take(to);
	len = sizeof(q);
	say("get", getsockopt(fd, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, &len));
	say("len", len);
	printf(" %05x %u %u %d", ntohl(q.label), q.share, q.linger, q.expires >= 4);
	say("put", label(fd, FL_PUT, 0x55501, 0, 0, 0));
	q.action = FL_GET;
	q.flags = 0;
	say("get", getsockopt(fd, IPPROTO_IPV6, O_FLOWLABEL_MGR, &q, &len));
}

/* -- IPV6_2292PKTOPTIONS -------------------------------------------------------------------------- */

static void say_options(int fd, int level, int name)
{
	uint8_t buf[256];
	socklen_t len = sizeof(buf);
	struct msghdr m = { .msg_control = buf };
	struct cmsghdr *c;

	say("get", getsockopt(fd, level, name, buf, &len));
	say("len", len);
	m.msg_controllen = len == sizeof(buf) ? 0 : len;
	for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		size_t n = c->cmsg_len - CMSG_LEN(0);

		printf(" [%d/%d", c->cmsg_level, c->cmsg_type);
		if (c->cmsg_type != O_FLOWINFO)
			say_bytes("", CMSG_DATA(c), n > 16 ? 16 : n);
		printf("]");
	}
}

static void say_pktoptions(int fd)
{
	say_options(fd, IPPROTO_IPV6, 6);
}

/* What the handshake brought, asked for before it. */
static void pkt_options_asked(void)
{
	static const int ask4[] = { IP_PKTINFO, IP_RECVTTL, IP_RECVTOS },
			 ask6[] = { IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_RECVTCLASS };
	bool v4 = family == AF_INET;
	int level = v4 ? IPPROTO_IP : IPPROTO_IPV6, get = v4 ? IP_PKTOPTIONS : IPV6_2292PKTOPTIONS;
	int fd[2] = { open_tcp(), open_tcp() }, one = 1, v, i, j, a;
	struct sockaddr_storage me;
	socklen_t len = addr_len();

	for (i = 0; i < 2; i++) {
		for (j = 0; j < 3; j++)
			setsockopt(fd[i], level, v4 ? ask4[j] : ask6[j], &one, sizeof(one));
		v = 0x20 + 8 * i;
		setsockopt(fd[i], level, v4 ? IP_TOS : IPV6_TCLASS, &v, sizeof(v));
		v = 77 + i;
		setsockopt(fd[i], level, v4 ? IP_TTL : IPV6_UNICAST_HOPS, &v, sizeof(v));
	}
	own_address(&me);
	bind(fd[0], (struct sockaddr *)&me, len);
	listen(fd[0], 1);
	getsockname(fd[0], (struct sockaddr *)&me, &len);
	connect(fd[1], (struct sockaddr *)&me, addr_len());
	a = accept(fd[0], NULL, NULL);
	say_options(fd[1], level, get);
	say_options(a, level, get);
	len = sizeof(v);
	getsockopt(a, level, v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, &v, &len);
	say("mc_ttl", v);
}

/* A connection of this host's: its two ends. */
static void own_connection(int listener, int ends[2])
{
	struct sockaddr_storage me;
	socklen_t len = addr_len();

	own_address(&me);
	bind(listener, (struct sockaddr *)&me, len);
	listen(listener, 1);
	getsockname(listener, (struct sockaddr *)&me, &len);
	ends[0] = open_tcp();
	connect(ends[0], (struct sockaddr *)&me, addr_len());
	ends[1] = accept(listener, NULL, NULL);
}

/* What the last segment brought, once it is asked for. */
static void pkt_options_last(void)
{
	int end[2], v;

	if (family == AF_INET)
		return;
	own_connection(open_tcp(), end);
	set_int(end[1], IPV6_UNICAST_HOPS, 44);
	set_int(end[1], IPV6_TCLASS, 0x48);
	say("write", write(end[1], "x", 1));
	settle();
	for (v = 0; v < 2; v++) {
		set_int(end[0], v ? IPV6_RECVTCLASS : IPV6_RECVHOPLIMIT, 1);
		say_pktoptions(end[0]);
		say("write", write(end[1], "x", 1));
		settle();
		say_pktoptions(end[0]);
		set_int(end[1], IPV6_UNICAST_HOPS, 45 + v);
	}
}

/* Headers of a listener go with its SYN,ACK, too: seen by a raw socket. */
static void ext6_listener(void)
{
	char data[64], ctl[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = sizeof(ctl) };
	int raw = socket(family, SOCK_RAW, IPPROTO_TCP), l = open_tcp(), end[2];
	bool is_answer;

	if (family == AF_INET)
		return;
	set_int(raw, IPV6_RECVDSTOPTS, 1);
	set(l, IPV6_DSTOPTS, data16, 16);
	own_connection(l, end);
	settle();
	while (recvmsg(raw, &m, MSG_DONTWAIT) > 0) {
		is_answer = data[13] == 0x12;
		if (is_answer || data[13] == 2)
			printf(" %s:%zu", is_answer ? "answer" : "syn",
			       CMSG_FIRSTHDR(&m) ? CMSG_FIRSTHDR(&m)->cmsg_len - CMSG_LEN(0) : 0);
		m.msg_controllen = sizeof(ctl);
	}
}

static void pkt_options(void)
{
	uint8_t list[256] = { 0 };
	int to, from, l, fd, v = 5;
	size_t n;

	self_pair(&to, &from);
	receive_all(to, false);
	n = put_cmsg(list, IPPROTO_IPV6, IPV6_2292HOPOPTS, data8, 8);
	n += put_cmsg(list + n, IPPROTO_IPV6, IPV6_2292DSTOPTS, data16, 16);
	say("set", set(from, 6, list, (socklen_t)n));
	say_get(from, IPV6_HOPOPTS, 64);
	say_get(from, IPV6_DSTOPTS, 64);
	say("send", send(from, "x", 1, 0));
	take(to);
	say("short", set(from, 6, list, 8));
	say("cut", set(from, 6, list, 20));
	n = put_cmsg(list, IPPROTO_IPV6, IPV6_2292HOPLIMIT, &v, 4);
	say("hops", set(from, 6, list, (socklen_t)n));
	say_get(from, IPV6_HOPOPTS, 64);
	n = put_cmsg(list, IPPROTO_IPV6, 4711, &v, 4);
	say("unknown", set(from, 6, list, (socklen_t)n));
	n = put_cmsg(list, IPPROTO_IP, 4711, &v, 4);
	say("level", set(from, 6, list, (socklen_t)n));
	n = put_cmsg(list, IPPROTO_IPV6, IPV6_DSTOPTS, pad, 8);
	say("set", set(from, 6, list, (socklen_t)n));
	say_get(from, IPV6_DSTOPTS, 64);
	n = put_cmsg(list, IPPROTO_IPV6, IPV6_RTHDRDSTOPTS, pad, 8);
	say("routing", set(from, 6, list, (socklen_t)n));
	say_get(from, IPV6_RTHDRDSTOPTS, 64);
	say("clear", set(from, 6, list, 0));
	say_get(from, IPV6_DSTOPTS, 64);
	say_pktoptions(from);
	printf("\n tcp");
	fd = open_tcp();
	say_pktoptions(fd);
	receive_all(fd, false);
	set_int(fd, IPV6_RECVHOPLIMIT, 1);
	say_pktoptions(fd);
	receive_all(fd, true);
	set_int(fd, IPV6_2292PKTINFO, 1);
	say_pktoptions(fd);
	printf("\n accepted");
	fd = accept_from_peer('H', &l);
	say_pktoptions(fd);
	receive_all(fd, false);
	set_int(fd, IPV6_RECVHOPLIMIT, 1);
	set_int(fd, IPV6_RECVPKTINFO, 0);
	say_pktoptions(fd);
}

const struct fact facts_ext6[] = {
	{ "ext6_sticky", ext6_sticky },
	{ "ext6_switches", ext6_switches },
	{ "ext6_received", ext6_received },
	{ "ext6_sent", ext6_sent },
	{ "ext6_fragments", ext6_fragments },
	{ "ext6_tcp", ext6_tcp },
	{ "flow_info", flow_info },
	{ "path_mtu", path_mtu },
	{ "label_rules", label_rules },
	{ "label_sent", label_sent },
	{ "pkt_options", pkt_options },
	{ "pkt_options_last", pkt_options_last },
	{ "ext6_listener", ext6_listener },
	{ "pkt_options_asked", pkt_options_asked },
	{ "path_mtu_told", path_mtu_told },
	{ NULL, NULL },
};
