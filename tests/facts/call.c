// SPDX-License-Identifier: BSD-2-Clause
/* Facts about calls that are rare, or made in a rare way: bad arguments, other entry points. */
#include "facts.h"

#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static int udp_to_peer(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_udp();

	if (connect(fd, (struct sockaddr *)&ss, addr_len()))
		say("connect", -1);
	return fd;
}

static void *bad_page(void)
{
	return mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void vectors(int fd)
{
	static struct iovec many[1030];
	char a[4], b[8];
	struct iovec in[2] = { { a, 2 }, { b, 8 } }, out[2] = { { "abc", 3 }, { "defg", 4 } };
	int i;

	say("writev", writev(fd, out, 2));
	settle();
	say("readv", readv(fd, in, 2));
	say("data", memcmp(a, "ab", 2) | memcmp(b, "cdefg", 5));
	say("pwritev2", pwritev2(fd, out, 2, -1, 0));
	settle();
	say("preadv2", preadv2(fd, in, 2, -1, 0));
	say("nowait", preadv2(fd, in, 2, -1, RWF_NOWAIT));
	say("preadv", preadv(fd, in, 2, 0));
	say("pwrite", pwrite(fd, "x", 1, 0));
	say("pread", pread(fd, a, 1, 0));
	for (i = 0; i < 1030; i++)
		many[i] = (struct iovec){ a, 0 };
	say("toomany", writev(fd, many, 1025));
	say("toomany", readv(fd, many, 1025));
	say("negative", writev(fd, many, *(volatile int *)&(int){ -1 }));
}

static void tcp_vectors(void)
{
	vectors(open_peer('E'));
}

static void udp_vectors(void)
{
	vectors(udp_to_peer());
}

static void many_of(int fd)
{
	char data[3][4];
	struct iovec iov[3] = { { "ab", 2 }, { "cd", 2 }, { "ef", 2 } };
	struct mmsghdr v[3] = { 0 };
	int i;

	for (i = 0; i < 3; i++) {
		v[i].msg_hdr.msg_iov = &iov[i];
		v[i].msg_hdr.msg_iovlen = 1;
	}
	say("sendmmsg", sendmmsg(fd, v, 3, 0));
	settle();
	for (i = 0; i < 3; i++)
		iov[i] = (struct iovec){ data[i], 2 };
	say("recvmmsg", recvmmsg(fd, v, 3, MSG_DONTWAIT, NULL));
	say("len", v[2].msg_len);
	say("none", recvmmsg(fd, v, 3, MSG_DONTWAIT, NULL));
	say("zero", sendmmsg(fd, v, 0, 0));
}

static void tcp_many(void)
{
	many_of(open_peer('E'));
}

static void udp_many(void)
{
	many_of(udp_to_peer());
}

static void at_mark(void)
{
	int u = open_udp();
	struct stat st;

	say("tcp", sockatmark(open_peer('E')));
	say("new", sockatmark(open_tcp()));
	say("udp", sockatmark(u));
	say("isfdtype", isfdtype(u, S_IFSOCK));
	say("isfdtype", isfdtype(u, S_IFREG));
	say("fstat", fstat(u, &st));
	say("mode", (st.st_mode & S_IFMT) == S_IFSOCK);
}

static void udp_stdio(void)
{
	char line[32] = "";
	int fd = udp_to_peer();
	FILE *f = fdopen(fd, "r+");

	say("fileno", fileno(f) == fd);
	fputs("line\n", f);
	say("flush", fflush(f));
	settle();
	say_text("line", fgets(line, sizeof(line), f) ? "got" : "none");
	say("equal", strcmp(line, "line\n"));
	say("dprintf", dprintf(fd, "%s-%d", "x", 7));
	say("recv", recv(fd, line, sizeof(line), 0));
	say("fclose", fclose(f));
	say("closed", write(fd, "x", 1));
}

static void tcp_printf(void)
{
	char buf[16];
	int fd = open_peer('E');

	say("dprintf", dprintf(fd, "%05d", 42));
	say("recv", recv(fd, buf, 5, MSG_WAITALL));
	say("equal", memcmp(buf, "00042", 5));
}

static void udp_files(void)
{
	int fd = udp_to_peer(), p[2], f = open("/proc/version", O_RDONLY), t;
	char buf[64], name[] = "/tmp/factXXXXXX";
	off_t off = 3;

	close(f);
	t = mkstemp(name);
	unlink(name);
	(void)!write(t, "0123456789", 10);
	say("sendfile", sendfile(fd, t, &off, 5));
	say("off", off);
	say("recv", recv(fd, buf, sizeof(buf), 0));
	say("byte", buf[0]);
	(void)!pipe(p);
	(void)!write(p[1], "pipe", 4);
	say("splice", splice(p[0], NULL, fd, NULL, 4, 0));
	say("recv", recv(fd, buf, sizeof(buf), 0));
	(void)!write(fd, "again", 5);
	settle();
	say("splice", splice(fd, NULL, p[1], NULL, 64, 0));
	say("pipe", read(p[0], buf, sizeof(buf)));
}

static void bad_pointers(void)
{
	struct sockaddr *bad = bad_page();
	struct sockaddr_storage ss = addr_of(false, 0);
	socklen_t len = sizeof(ss), *badlen = (socklen_t *)bad;
	int port, l = listen_any(&port), fd = open_tcp(), v = 1;

	say("bind", bind(fd, bad, addr_len()));
	say("bind", bind(fd, (struct sockaddr *)-1, addr_len()));
	say("connect", connect(fd, bad, addr_len()));
	say("getsockname", getsockname(l, bad, &len));
	say("getsockname", getsockname(l, (struct sockaddr *)8, &len));
	say("getsockname", getsockname(l, (struct sockaddr *)&ss, (socklen_t *)8));
	say("getsockname", getsockname(l, (struct sockaddr *)&ss, badlen));
	len = (socklen_t)-1;
	say("getsockname", getsockname(l, (struct sockaddr *)&ss, &len));
	say("setsockopt", setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, bad, sizeof(v)));
	len = sizeof(v);
	say("getsockopt", getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, bad, &len));
	say("getsockopt", getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &v, badlen));
	say("ioctl", ioctl(fd, FIONREAD, bad));
	say("ioctl", ioctl(fd, SIOCATMARK, bad));
}

static void bad_buffers(int fd)
{
	char *bad = bad_page();
	struct iovec iov = { bad, 4 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	char c;

	say("send", send(fd, bad, 4, 0));
	say("write", write(fd, bad, 4));
	say("sendmsg", sendmsg(fd, &m, 0));
	say("sendmsg", sendmsg(fd, (struct msghdr *)-1, 0));
	say("sendto", sendto(fd, "x", 1, 0, (struct sockaddr *)-1, addr_len()));
	settle();
	say("recv", recv(fd, bad, 4, MSG_DONTWAIT));
	say("recv", recv(fd, &c, 1, MSG_DONTWAIT));
	say("recvmsg", recvmsg(fd, (struct msghdr *)-1, MSG_DONTWAIT));
}

static void tcp_bad_buffers(void)
{
	bad_buffers(open_peer('E'));
}

static void udp_bad_buffers(void)
{
	bad_buffers(udp_to_peer());
}

static void bad_descriptors(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(ss);
	int f = open("/dev/null", O_RDWR), v;
	char c;

	say("bind", bind(-1, (struct sockaddr *)&ss, addr_len()));
	say("bind", bind(f, (struct sockaddr *)&ss, addr_len()));
	say("connect", connect(400, (struct sockaddr *)&ss, addr_len()));
	say("connect", connect(f, (struct sockaddr *)&ss, addr_len()));
	say("listen", listen(f, 1));
	say("accept", accept(f, NULL, NULL));
	say("send", send(f, "x", 1, 0));
	say("recv", recv(-1, &c, 1, 0));
	say("name", getsockname(f, (struct sockaddr *)&ss, &len));
	say("opt", getsockopt(f, SOL_SOCKET, SO_TYPE, &v, &len));
	say("shutdown", shutdown(f, 0));
	say("close", close(-1));
	say("dup", dup(400));
}

static void accept_flags(void)
{
	int port, l = listen_any(&port), fd;
	struct sockaddr_storage ss;
	socklen_t len = 3;
	char order[4] = { 'C', 0, 0, 'H' };
	uint16_t be = htons((uint16_t)port);
	int c = open_peer('C');

	memcpy(order + 1, &be, 2);
	say("bad", accept4(l, NULL, NULL, 7));
	(void)!write(c, order + 1, 3);
	fd = accept4(l, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	say("accept4", fd >= 0);
	say("len", len);
	say("nonblock", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	say("cloexec", fcntl(fd, F_GETFD));
	say("dgram", accept(open_udp(), NULL, NULL));
	say("new", accept(open_tcp(), NULL, NULL));
}

static void socket_flags(void)
{
	int a = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	int b = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);

	say("nonblock", (fcntl(a, F_GETFL) & O_NONBLOCK) != 0);
	say("cloexec", fcntl(a, F_GETFD));
	say("nonblock", (fcntl(b, F_GETFL) & O_NONBLOCK) != 0);
	say("cloexec", fcntl(b, F_GETFD));
	say("flags", socket(family, SOCK_STREAM | 0x100000, 0));
	say("proto", socket(family, SOCK_STREAM, 300));
	say("proto", socket(family, SOCK_DGRAM, IPPROTO_ICMPV6 + 1000));
	say("family", socket(4711, SOCK_STREAM, 0));
	say("pair", socketpair(family, SOCK_STREAM, 0, (int[2]){ 0 }));
}

static void send_flags(void)
{
	char buf[16];
	int fd = open_peer('E'), u = udp_to_peer();

	say("more", send(fd, "a", 1, MSG_MORE));
	say("eor", send(fd, "b", 1, MSG_EOR));
	say("dontroute", send(fd, "c", 1, MSG_DONTROUTE));
	say("recv", recv(fd, buf, 3, MSG_WAITALL));
	say("zerocopy", send(fd, "d", 1, MSG_ZEROCOPY));
	say("confirm", send(u, "e", 1, MSG_CONFIRM));
	say("recv", recv(u, buf, sizeof(buf), 0));
	say("more", send(u, "f", 1, MSG_MORE));
	say("more", send(u, "gh", 2, 0));
	say("recv", recv(u, buf, sizeof(buf), 0));
	say("oob", recv(u, buf, sizeof(buf), MSG_OOB | MSG_DONTWAIT));
	say("probe", send(u, "x", 1, 0x10 /* MSG_PROBE */));
	settle();
	say("recv", recv(u, buf, sizeof(buf), MSG_DONTWAIT));
}

static void corked(void)
{
	int fd = udp_to_peer(), on = 1;
	char buf[16];

	say("cork", setsockopt(fd, IPPROTO_UDP, 1, &on, sizeof(on)));
	say("send", send(fd, "ab", 2, 0));
	say("send", send(fd, "cd", 2, 0));
	settle();
	say("none", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	on = 0;
	say("push", setsockopt(fd, IPPROTO_UDP, 1, &on, sizeof(on)));
	settle();
	say("recv", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
}

static void fast_open(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_tcp();
	char c;

	say("none", sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, NULL, 0));
	say("send", sendto(fd, "Ex", 2, MSG_FASTOPEN, (struct sockaddr *)&ss, addr_len()));
	say("read", read(fd, &c, 1));
	say("again", sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&ss, addr_len()));
}

static void by_number(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(ss);
	int fd = (int)syscall(SYS_socket, family, SOCK_STREAM, 0);
	struct iovec iov = { "Eab", 3 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	char buf[8];

	say("connect", syscall(SYS_connect, fd, &ss, addr_len()));
	say("peer", syscall(SYS_getpeername, fd, &ss, &len));
	say("family", ss.ss_family == family);
	say("sendmsg", syscall(SYS_sendmsg, fd, &m, 0));
	say("recv", recv(fd, buf, 2, MSG_WAITALL));
	say("write", syscall(SYS_write, fd, "c", 1));
	say("read", syscall(SYS_read, fd, buf, 8));
	say("fcntl", syscall(SYS_fcntl, fd, F_GETFL, 0) & O_NONBLOCK);
	say("shutdown", syscall(SYS_shutdown, fd, SHUT_WR));
	say("close", syscall(SYS_close, fd));
	say("closed", write(fd, "x", 1));
}

static void large_datagrams(void)
{
	static char buf[66000];
	int fd = udp_to_peer(), v = 1 << 20;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &v, sizeof(v));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &v, sizeof(v));
	memset(buf, 'z', sizeof(buf));
	say("one", send(fd, buf, 65507, 0));
	say("back", recv(fd, buf, sizeof(buf), 0));
	say("two", send(fd, buf, 65508, 0) > 0);
	say("three", send(fd, buf, 65528, 0));
	say("frag", send(fd, buf, 3000, 0));
	v = family == AF_INET ? IP_PMTUDISC_DO : IPV6_PMTUDISC_DO;
	setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
		   family == AF_INET ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &v, sizeof(v));
	say("df", send(fd, buf, 3000, 0));
}

/* Root without these capabilities is not root. */
static int drop_caps(uint32_t mask)
{
	struct __user_cap_header_struct h = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[2];

	if (syscall(SYS_capget, &h, d))
		return -1;
	d[0].effective &= ~mask;
	return (int)syscall(SYS_capset, &h, d);
}

static void privileged_calls(void)
{
	struct sockaddr_storage ss = addr_of(false, family == AF_INET ? 77 : 78);
	int fd = open_udp(), tcp = open_tcp(), on = 1;
	bool v4 = family == AF_INET;

	say("raw", socket(family, SOCK_RAW, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6) >= 0 ? 0 : -1);
	say("bind", bind(open_udp(), (struct sockaddr *)&ss, addr_len()));
	say("tcp", bind(open_tcp(), (struct sockaddr *)&ss, addr_len()));
	say("mark", setsockopt(fd, SOL_SOCKET, SO_MARK, &on, sizeof(on)));
	say("force", setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &on, sizeof(on)));
	say("debug", setsockopt(fd, SOL_SOCKET, SO_DEBUG, &on, sizeof(on)));
	say("transparent", setsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? 19 : 75, &on, sizeof(on)));
	say("hopopts", setsockopt(fd, IPPROTO_IPV6, IPV6_HOPOPTS, "\0\0\1\4\0\0\0", 8));
	say("repair", setsockopt(tcp, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)));
}

static void dropped_caps(void)
{
	static const uint32_t caps[] = { 1 << CAP_NET_BIND_SERVICE, 1 << CAP_NET_RAW, 1 << CAP_NET_ADMIN };
	int i;

	for (i = 0; i < 3; i++) {
		pid_t pid;

		printf("\n cap%d", i);
		fflush(stdout);
		pid = fork();
		if (!pid) {
			say("drop", drop_caps(caps[i]));
			privileged_calls();
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	say("drop", drop_caps(1 << CAP_NET_ADMIN | 1 << CAP_NET_RAW | 1 << CAP_NET_BIND_SERVICE));
	printf("\n all");
	privileged_calls();
}

/* Sockets of a program that gave up root before it made them. port: one that root has, too; 0: any */
static void nobodys_sockets(int kind, int port)
{
	struct sockaddr_storage own = addr_of(false, port), peer = addr_of(true, PEER_PORT);
	int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
	int fd = socket(family, kind, 0), on = 1, high = 7;

	if (port) {
		say("reuseport", setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
		say("bind", bind(fd, (struct sockaddr *)&own, addr_len()));
	}
	say("connect", connect(fd, (struct sockaddr *)&peer, addr_len()));
	say("priority", setsockopt(fd, SOL_SOCKET, SO_PRIORITY, &high, sizeof(high)));
	say("mark", setsockopt(fd, SOL_SOCKET, SO_MARK, &on, sizeof(on)));
	say("device", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	say("device", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "", 0));
	say("unknown", setsockopt(fd, level, IP_OPTIONS, "\xe0\5\1\2\3\0\0", 8));
	say("transparent", setsockopt(fd, level, family == AF_INET ? 19 : 75, &on, sizeof(on)));
	fflush(stdout);
}

static void nobodys_of(const char *name, int kind, bool ask)
{
	struct sockaddr_storage own = addr_of(false, 0);
	socklen_t len = sizeof(own);
	int fd = socket(family, kind, 0), on = 1;

	printf("\n %s", name);
	say("reuseport", setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)));
	say("bind", bind(fd, (struct sockaddr *)&own, addr_len()));
	getsockname(fd, (struct sockaddr *)&own, &len);
	fflush(stdout);
	if (!fork()) {
		if (setgroups(0, NULL) || setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			say("setresuid", -1);
		nobodys_sockets(kind, ask ? ntohs(((struct sockaddr_in *)&own)->sin_port) : 0);
		_exit(0);
	}
	wait(NULL);
}

static void nobodys(void)
{
	nobodys_of("datagram", SOCK_DGRAM, true);
	nobodys_of("bound", SOCK_STREAM, true);
	nobodys_of("stream", SOCK_STREAM, false);
}

/* What root may in a user name space of its own, it may not here. */
static void own_user_ns(void)
{
	say("unshare", unshare(CLONE_NEWUSER));
	privileged_calls();
}

const struct fact facts_call[] = {
	{ "dropped_caps", dropped_caps },
	{ "own_user_ns", own_user_ns },
	{ "nobodys", nobodys },
	{ "tcp_vectors", tcp_vectors },
	{ "udp_vectors", udp_vectors },
	{ "tcp_many", tcp_many },
	{ "udp_manymsg", udp_many },
	{ "at_mark", at_mark },
	{ "udp_stdio", udp_stdio },
	{ "tcp_printf", tcp_printf },
	{ "udp_files", udp_files },
	{ "bad_pointers", bad_pointers },
	{ "tcp_bad_buffers", tcp_bad_buffers },
	{ "udp_bad_buffers", udp_bad_buffers },
	{ "bad_descriptors", bad_descriptors },
	{ "accept_flags", accept_flags },
	{ "socket_flags", socket_flags },
	{ "send_flags", send_flags },
	{ "corked", corked },
	{ "fast_open", fast_open },
	{ "by_number", by_number },
	{ "large_datagrams", large_datagrams },
	{ NULL, NULL },
};
