// SPDX-License-Identifier: BSD-2-Clause
/* Facts about what becomes of sockets in the lives of programs: a new root, a daemon's start, activation. */
#include "facts.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>

/* One octet to who sends it back. */
static bool echoes(int fd)
{
	char c = 0;

	return write(fd, "e", 1) == 1 && read(fd, &c, 1) == 1 && c == 'e';
}

/* With nothing but what it has: 0, or bits of what failed. */
static int goes_on(int fd, int fresh, int udp)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT), own;
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int failed = 0, port = 0, l, s;

	failed |= !echoes(fd);
	failed |= (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) ||
		   info.tcpi_state != TCP_ESTABLISHED) << 1;
	failed |= (connect(fresh, (struct sockaddr *)&ss, addr_len()) || write(fresh, "E", 1) != 1 ||
		   !echoes(fresh)) << 2;
	failed |= (sendto(udp, "x", 1, 0, (struct sockaddr *)&ss, addr_len()) != 1) << 3;
	l = listen_any(&port);
	failed |= (l < 0 || !port) << 4;
	s = open_peer('E');
	failed |= !echoes(s) << 5;
	own = addr_of(false, 81);
	failed |= (!bind(open_tcp(), (struct sockaddr *)&own, addr_len()) || errno != EACCES) << 6;
	return failed;
}

static int child_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

/* An empty root directory and no privileges, as servers take for what they do with strangers. */
static void chrooted(void)
{
	char dir[] = "/tmp/factsXXXXXX";
	int fd = open_peer('E'), fresh = open_tcp(), udp = open_udp(), other = open_tcp();
	int failed;
	pid_t pid;

	if (!mkdtemp(dir))
		say("mkdtemp", -1);
	pid = fork();
	if (!pid) {
		if (chroot(dir) || chdir("/") || setgid(65534) || setuid(65534))
			_exit(200);
		failed = goes_on(fd, fresh, udp);
		if (failed)
			_exit(failed);
		pid = fork();
		if (!pid)
			_exit(goes_on(fd, other, udp));
		_exit(child_of(pid) ? 201 : 0);
	}
	say("failed", child_of(pid));
	rmdir(dir);
}

/* Forks twice, leaves its session, and closes all that it does not need. */
static void daemonized(void)
{
	int fd = open_peer('E'), fresh = open_tcp(), udp = open_udp(), out[2], i;
	unsigned char got = 255;

	if (pipe(out))
		say("pipe", -1);
	if (!fork()) {
		setsid();
		if (fork())
			_exit(0);
		if (chdir("/"))
			_exit(1);
		for (i = 0; i < 256; i++)
			if (i != fd && i != fresh && i != udp && i != out[1])
				close(i);
		got = (unsigned char)(goes_on(fd, fresh, udp) & ~(1 << 6)); /* it is root still */
		if (write(out[1], &got, 1) != 1)
			_exit(2);
		_exit(0);
	}
	wait(NULL);
	close(out[1]);
	say("told", read(out[0], &got, 1));
	say("failed", got);
	say("here", echoes(fd));
	close(out[0]);
}

int as_activated(int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	int on = 0, failed, s;
	char c = 0;

	failed = getsockname(fd, (struct sockaddr *)&ss, &len) || ss.ss_family != family;
	len = sizeof(on);
	failed |= (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) || !on) << 1;
	failed |= (getsockopt(fd, SOL_SOCKET, SO_TYPE, &on, &len) || on != SOCK_STREAM) << 2;
	failed |= (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &on, &len) || on != family) << 3;
	s = accept(fd, NULL, NULL);
	failed |= (s < 0 || read(s, &c, 1) != 1 || c != 'q' || write(s, "r", 1) != 1) << 4;
	return failed;
}

/* A listener that another has made, as systemd gives it: number 3; a client came before the server. */
static void activated(void)
{
	struct sockaddr_storage ss;
	int port, l = listen_any(&port), s = open_tcp(), saved = fcntl(3, F_DUPFD_CLOEXEC, 64);
	char c = 0;

	own_address(&ss);
	((struct sockaddr_in *)&ss)->sin_port = htons((uint16_t)port);
	say("connect", connect(s, (struct sockaddr *)&ss, addr_len()));
	say("write", write(s, "q", 1));
	dup2(l, 3);
	if (l != 3)
		close(l);
	say("failed", run_self("activated", 3, environ));
	say("read", read(s, &c, 1));
	say("octet", c);
	close(3);
	if (saved >= 0)
		dup2(saved, 3);
}

/* What the compiler makes of the calls where it knows how large a buffer is (_FORTIFY_SOURCE). */
ssize_t __read_chk(int fd, void *buf, size_t n, size_t room);
ssize_t __recv_chk(int fd, void *buf, size_t n, size_t room, int flags);
ssize_t __recvfrom_chk(int fd, void *buf, size_t n, size_t room, int flags, struct sockaddr *sa,
		       socklen_t *len);
int __poll_chk(struct pollfd *p, nfds_t n, int ms, size_t room);
int __ppoll_chk(struct pollfd *p, nfds_t n, const struct timespec *t, const sigset_t *mask, size_t room);

static void fortified(void)
{
	struct timespec second = { 1, 0 };
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	struct pollfd p;
	int to, from, fd = open_peer('E');
	char buf[8];

	p = (struct pollfd){ .fd = fd, .events = POLLIN };
	say("nothing", __poll_chk(&p, 1, 0, sizeof(p)));
	say("write", write(fd, "abc", 3));
	say("ppoll", __ppoll_chk(&p, 1, &second, NULL, sizeof(p)));
	say("recv", __recv_chk(fd, buf, 1, sizeof(buf), MSG_PEEK));
	settle();
	say("read", __read_chk(fd, buf, 8, sizeof(buf)));
	self_pair(&to, &from);
	say("send", send(from, "datagram", 8, 0));
	settle();
	say("recvfrom", __recvfrom_chk(to, buf, 4, sizeof(buf), MSG_TRUNC, (struct sockaddr *)&ss, &len));
	say("family", ss.ss_family == family);
	say("length", len);
	say("octet", buf[3]);
}

static void loopback_up(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	int fd = open_udp();

	say("flags", ioctl(fd, SIOCGIFFLAGS, &r));
	r.ifr_flags |= IFF_UP;
	say("up", ioctl(fd, SIOCSIFFLAGS, &r));
	close(fd);
}

static void talk_to_itself(void)
{
	struct sockaddr_storage ss = { .ss_family = (sa_family_t)family };
	int port, l = listen_any(&port), s = open_tcp(), c;
	char got = 0;

	if (family == AF_INET)
		((struct sockaddr_in *)&ss)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		((struct sockaddr_in6 *)&ss)->sin6_addr = in6addr_loopback;
	((struct sockaddr_in *)&ss)->sin_port = htons((uint16_t)port);
	c = connect(s, (struct sockaddr *)&ss, addr_len());
	say("connect", c);
	if (c)
		return;
	c = accept(l, NULL, NULL);
	say("write", write(s, "x", 1));
	say("read", read(c, &got, 1));
	say("octet", got);
}

/* An empty network of its own: what it makes there is of it, what it has keeps what it is. */
static void own_network(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct ifaddrs *ifa = NULL, *i;
	int fd = open_peer('E'), s, others = 0;
	char name[IF_NAMESIZE] = "";

	if_indextoname(own_interface(), name);
	say("unshare", unshare(CLONE_NEWNET));
	say("had", echoes(fd));
	s = open_tcp();
	say("connect", connect(s, (struct sockaddr *)&ss, addr_len()));
	close(s);
	say("own", if_nametoindex(name));
	say("lo", if_nametoindex("lo"));
	say("devices", lines_with("/proc/net/dev", ":"));
	say("getifaddrs", getifaddrs(&ifa));
	for (i = ifa; i; i = i->ifa_next)
		others += strcmp(i->ifa_name, "lo") != 0;
	say("others", others);
	freeifaddrs(ifa);
	loopback_up();
	talk_to_itself();
	say("had", echoes(fd));
}

static void network(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		own_network();
		fflush(stdout);
		_exit(0);
	}
	say("ended", child_of(pid));
}

const struct fact facts_life[] = {
	{ "own_network", network },
	{ "chrooted", chrooted },
	{ "daemonized", daemonized },
	{ "activated", activated },
	{ "fortified", fortified },
	{ NULL, NULL },
};
