// SPDX-License-Identifier: BSD-2-Clause
/* Facts about options: default, set to 1, set out of range, on each kind of socket. */
#include "facts.h"

#include <linux/filter.h>
#include <termios.h>

#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 26
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 31
#endif
#ifndef IPV6_ADDR_PREFERENCES
#define IPV6_ADDR_PREFERENCES 72
#endif
#ifndef UDP_ENCAP
#define UDP_ENCAP 100
#endif

struct opt {
	const char *name;
	int level, opt;
	int good, bad; /* bad: a value that Linux refuses, or equal to good */
};

#define O(level, opt, good, bad)            \
	{                                   \
#opt, level, opt, good, bad \
	}
static const struct opt opts[] = {
	O(SOL_SOCKET, SO_REUSEADDR, 1, 1),
	O(SOL_SOCKET, SO_REUSEPORT, 1, 1),
	O(SOL_SOCKET, SO_KEEPALIVE, 5, 5),
	O(SOL_SOCKET, SO_BROADCAST, 1, 1),
	O(SOL_SOCKET, SO_OOBINLINE, 1, 1),
	O(SOL_SOCKET, SO_SNDBUF, 30000, 1),
	O(SOL_SOCKET, SO_RCVBUF, 30000, 1),
	O(SOL_SOCKET, SO_PRIORITY, 3, 3),
	O(SOL_SOCKET, SO_RCVLOWAT, 1, 1),
	O(SOL_SOCKET, SO_TYPE, 1, 1),
	O(SOL_SOCKET, SO_DOMAIN, 1, 1),
	O(SOL_SOCKET, SO_PROTOCOL, 1, 1),
	O(SOL_SOCKET, SO_ACCEPTCONN, 1, 1),
	O(SOL_SOCKET, SO_BPF_EXTENSIONS, 1, 1),
	O(SOL_SOCKET, SO_TIMESTAMP, 1, 1),
	O(IPPROTO_TCP, TCP_NODELAY, 1, 1),
	O(IPPROTO_TCP, TCP_CORK, 1, 1),
	O(IPPROTO_TCP, TCP_KEEPIDLE, 60, 40000),
	O(IPPROTO_TCP, TCP_KEEPINTVL, 7, 0),
	O(IPPROTO_TCP, TCP_KEEPCNT, 4, 128),
	O(IPPROTO_TCP, TCP_SYNCNT, 3, 0),
	O(IPPROTO_TCP, TCP_USER_TIMEOUT, 5000, -1),
	O(IPPROTO_TCP, TCP_QUICKACK, 1, 1),
	O(IPPROTO_TCP, TCP_MAXSEG, 1000, 32768),
	O(IPPROTO_TCP, TCP_LINGER2, 300, -5),
	O(IPPROTO_TCP, TCP_DEFER_ACCEPT, 2, -1),
	O(IPPROTO_TCP, TCP_WINDOW_CLAMP, 40000, 1),
	O(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1, 2),
	O(IPPROTO_TCP, TCP_THIN_DUPACK, 1, 2),
	O(IPPROTO_TCP, TCP_NOTSENT_LOWAT, 10000, -1),
	O(IPPROTO_TCP, TCP_SAVE_SYN, 1, 3),
	O(IPPROTO_TCP, TCP_INQ, 1, 2),
	O(SOL_SOCKET, SO_SNDLOWAT, 1, 1),
	O(SOL_SOCKET, SO_PEERGROUPS, 1, 1),
	O(SOL_SOCKET, SO_BUSY_POLL, 50, -1),
	O(IPPROTO_IP, IP_TOS, 0x10, 0x10),
	O(IPPROTO_IP, IP_TTL, 33, 300),
	O(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, 9),
	O(IPPROTO_IPV6, IPV6_V6ONLY, 1, 1),
	O(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 44, 256),
	O(IPPROTO_IPV6, IPV6_TCLASS, 0x20, 256),
	O(IPPROTO_IP, IP_RETOPTS, 7, 7),
	O(IPPROTO_IP, IP_RECVERR_RFC4884, 1, 2),
	O(IPPROTO_IPV6, IPV6_RECVERR_RFC4884, 1, 2),
	O(IPPROTO_IPV6, IPV6_RECVPATHMTU, 7, 7),
	O(IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, 2, 3),
	O(IPPROTO_UDP, UDP_ENCAP, 3, 7),
	{ "nonsense", IPPROTO_TCP, 9999, 1, 1 },
	{ "nonlevel", 4242, 1, 1, 1 },
};

static long get(int fd, const struct opt *o)
{
	int v = 0;
	socklen_t len = sizeof(v);

	return getsockopt(fd, o->level, o->opt, &v, &len) ? -1 : v;
}

static void each(int fd)
{
	size_t i;

	for (i = 0; i < sizeof(opts) / sizeof(opts[0]); i++) {
		const struct opt *o = &opts[i];

		printf("\n  %s", o->name);
		say("get", get(fd, o));
		say("set", setsockopt(fd, o->level, o->opt, &o->good, sizeof(o->good)));
		say("get", get(fd, o));
		if (o->bad != o->good) {
			say("bad", setsockopt(fd, o->level, o->opt, &o->bad, sizeof(o->bad)));
			say("get", get(fd, o));
		}
		say("short", setsockopt(fd, o->level, o->opt, &o->good, 0));
	}
}

static void fresh_tcp(void)
{
	each(open_tcp());
}

static void connected_tcp(void)
{
	each(open_peer('E'));
}

static void listening_tcp(void)
{
	int port;

	each(listen_any(&port));
}

static void udp(void)
{
	each(open_udp());
}

static void carried(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_tcp(), one = 1, idle = 77, v = 0;
	socklen_t len = sizeof(v);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &v, &len);
	say("nodelay", v);
	getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &v, &len);
	say("idle", v);
	getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &v, &len);
	say("keepalive", v);
}

/* What is left to read, told with each read. */
static void inq(void)
{
	int fd = open_peer('E'), one = 1, i, n = 0;
	char ctl[64], buf[4];

	say("set", setsockopt(fd, IPPROTO_TCP, TCP_INQ, &one, sizeof(one)));
	say("send", send(fd, "0123456789", 10, 0));
	for (i = 0; i < 200 && n < 10; i++) {	/* the echo */
		usleep(10000);
		ioctl(fd, FIONREAD, &n);
	}
	for (i = 0; i < 7; i++) {
		struct iovec iov = { buf, sizeof(buf) };
		struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
				    .msg_controllen = sizeof(ctl) };
		struct cmsghdr *c;
		int v = -1;

		if (i == 3) {	/* once more, and the end behind it */
			say("send", send(fd, "0123456789", 10, 0));
			say("shutdown", shutdown(fd, SHUT_WR));
			settle();
		}
		say("recvmsg", recvmsg(fd, &m, 0));
		c = CMSG_FIRSTHDR(&m);
		if (c && c->cmsg_level == IPPROTO_TCP && c->cmsg_type == TCP_CM_INQ)
			memcpy(&v, CMSG_DATA(c), sizeof(v));
		say("inq", v);
	}
}

static void info(void)
{
	struct tcp_info ti = { 0 };
	socklen_t len = sizeof(ti);
	int fd = open_peer('E');

	say("info", getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len));
	say("state", ti.tcpi_state);
	say("options", ti.tcpi_options & 7);
}

/* -- filters ---------------------------------------------------------------------------------- */

static int attach(int fd, struct sock_filter *insns, unsigned short n)
{
	struct sock_fprog p = { n, insns };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p));
}

static void filter_rules(int fd)
{
	struct sock_filter all[] = { { BPF_LD | BPF_LEN, 0, 0, 0 }, { BPF_RET | BPF_A, 0, 0, 0 } };
	struct sock_filter bad[] = { { BPF_LD | BPF_LEN, 0, 0, 0 } };
	struct sock_fprog nowhere = { 2, (struct sock_filter *)8 };
	struct sock_filter got[4];
	socklen_t len = 0;
	int one = 1, zero = 0;

	say("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &one, sizeof(one)));
	say("bad", attach(fd, bad, 1));
	say("empty", attach(fd, all, 0));
	say("short", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &one, sizeof(one)));
	say("fault", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &nowhere, sizeof(nowhere)));
	say("attach", attach(fd, all, 2));
	say("count", getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, NULL, &len));
	say("n", len);
	len = 1;
	say("small", getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, got, &len));
	len = 4;
	say("get", getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, got, &len));
	say("n", len);
	say("same", !memcmp(got, all, sizeof(all)));
	say("lock", setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof(one)));
	say("unlock", setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &zero, sizeof(zero)));
	say("again", attach(fd, all, 2));
	say("detach", setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &one, sizeof(one)));
}

/* Of what the peer sends back only that which begins with an a, and of that four octets. */
static void filter_udp(void)
{
	struct sock_filter some[] = { { BPF_LD | BPF_B | BPF_ABS, 0, 0, 8 },
				      { BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 'a' },
				      { BPF_RET | BPF_K, 0, 0, 8 + 4 },
				      { BPF_RET | BPF_K, 0, 0, 0 } };
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	char buf[16] = { 0 };
	int fd = open_udp();

	filter_rules(open_udp());
	say("attach", attach(fd, some, 4));
	say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
	say("no", send(fd, "bcdefg", 6, 0));
	say("yes", send(fd, "abcdef", 6, 0));
	say("recv", recv(fd, buf, sizeof(buf), 0));
	say_text("text", buf);
	say("end", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void filter_tcp(void)
{
	struct sock_filter all[] = { { BPF_RET | BPF_K, 0, 0, 0x40000 } };
	char buf[8];
	int fd = open_peer('E');

	filter_rules(open_tcp());
	say("attach", attach(fd, all, 1));
	say("send", send(fd, "abc", 3, 0));
	say("recv", recv(fd, buf, sizeof(buf), 0));
}

/* What TCP_ZEROCOPY_RECEIVE says, of a structure of len octets. */
static void zc(const char *word, int fd, uint64_t address, void *copy, int32_t room, socklen_t len)
{
	struct {
		uint64_t address;
		uint32_t length, hint, inq;
		int32_t err;
		uint64_t copybuf;
		int32_t copybuf_len;
		uint32_t flags;
		uint64_t control, controllen;
		uint32_t msg_flags, reserved;
		uint8_t more[16];
	} z = { .address = address, .length = 4096, .hint = 7, .inq = 8, .err = 9,
		.copybuf = (uint64_t)(uintptr_t)copy, .copybuf_len = room };
	int r = getsockopt(fd, IPPROTO_TCP, 35, &z, &len);

	say(word, r);
	if (r < 0)
		return;
	printf(" len=%u length=%u hint=%u inq=%u err=%d copied=%d", len, z.length, z.hint, z.inq, z.err,
	       z.copybuf_len);
}

static void zerocopy_receive(void)
{
	static const socklen_t lens[] = { 0, 11, 12, 16, 20, 24, 36, 64, 80 };
	static char page[8192] __attribute__((aligned(4096))), copy[8192];
	uint64_t at = (uint64_t)(uintptr_t)page;
	int fd = open_tcp(), echo = open_peer('E');
	size_t i;

	zc("new", fd, at, NULL, 0, 64);
	listen(fd, 1);
	zc("listener", fd, at, NULL, 0, 64);
	zc("udp", open_udp(), at, NULL, 0, 64);
	for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
		zc("len", echo, at, NULL, 0, lens[i]);
	zc("unaligned", echo, at + 8, NULL, 0, 64);
	say("write", write(echo, copy, 100));
	settle();
	zc("few", echo, at, NULL, 0, 64);
	zc("room", echo, at, copy, 50, 64);
	zc("bad", echo, at, (void *)8, 100, 64);
	zc("copied", echo, at, copy, 100, 64);
	say("write", write(echo, copy, 5000));
	settle();
	zc("many", echo, at, NULL, 0, 64);
	zc("copied", echo, at, copy, sizeof(copy), 64);
	say("write", write(echo, copy, 100));
	say("shutdown", shutdown(echo, SHUT_WR));
	settle();
	zc("fin", echo, at, NULL, 0, 64);
	zc("copied", echo, at, copy, sizeof(copy), 64);
	zc("end", echo, at, copy, sizeof(copy), 64);
	say("set", setsockopt(echo, IPPROTO_TCP, 35, page, 64));
}

/* The send buffer that a connection begins with, by its segment size. */
static void sndbuf_begins(void)
{
	static const int sizes[] = { 0, 88, 400, 460, 536, 1400 };
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int fd = open_tcp(), v = 0;
		socklen_t len = sizeof(v);

		setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
		if (sizes[i])
			setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &sizes[i], sizeof(sizes[i]));
		say("connect", connect(fd, (struct sockaddr *)&ss, addr_len()));
		getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &v, &len);
		say("sndbuf", v);
		close(fd);
	}
}

/* MAY-14: there is no FLUSH. What a terminal would take for one is refused, and nothing is lost. */
static void no_flush(void)
{
	int fd = open_peer('E');
	char buf[16];

	say("write", write(fd, "12345678", 8));
	for (int what = TCIFLUSH; what <= TCIOFLUSH; what++)
		say("flush", ioctl(fd, TCFLSH, what));
	settle();
	say("flush", ioctl(fd, TCFLSH, TCIOFLUSH));
	say("echo", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void say_priority(int fd)
{
	int v = -1;
	socklen_t len = sizeof(v);

	getsockopt(fd, SOL_SOCKET, SO_PRIORITY, &v, &len);
	say("priority", v);
}

static void set_tos(int fd, int tos)
{
	say("set", setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)));
	say_priority(fd);
}

/* IPv4's type of service brings a priority, if it is a new one. */
static void tos_priority(void)
{
	int kinds[] = { open_tcp(), open_udp(), open_peer('E') }, v, tclass = 0x10;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (v = 0; v < 256; v += 19)
			set_tos(kinds[i], v);
		v = 5;
		setsockopt(kinds[i], SOL_SOCKET, SO_PRIORITY, &v, sizeof(v));
		say_priority(kinds[i]);
		set_tos(kinds[i], 247);
		set_tos(kinds[i], 0x10);
		setsockopt(kinds[i], SOL_SOCKET, SO_PRIORITY, &v, sizeof(v));
		set_tos(kinds[i], 0x10);
		setsockopt(kinds[i], IPPROTO_IPV6, IPV6_TCLASS, &tclass, sizeof(tclass));
		say_priority(kinds[i]);
	}
}

const struct fact facts_opt[] = {
	{ "opt_no_flush", no_flush },
	{ "opt_sndbuf_begins", sndbuf_begins },
	{ "opt_zerocopy_receive", zerocopy_receive },
	{ "opt_tcp", fresh_tcp },
	{ "opt_connected", connected_tcp },
	{ "opt_listener", listening_tcp },
	{ "opt_udp", udp },
	{ "opt_tos_priority", tos_priority },
	{ "opt_carried", carried },
	{ "opt_tcp_info", info },
	{ "opt_inq", inq },
	{ "opt_filter_udp", filter_udp },
	{ "opt_filter_tcp", filter_tcp },
	{ NULL, NULL },
};
