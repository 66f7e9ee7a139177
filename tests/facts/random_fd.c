// SPDX-License-Identifier: BSD-2-Clause
/* Random calls on descriptors: copies, flags, ioctls, readiness, pipes, wrong pointers, other sockets. */
#include "random.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sockios.h>

/* -- copies and flags ------------------------------------------------------------------------------ */
static void copy(struct slot *s)
{
	struct slot *to = &slots[below(SLOTS)];
	int how = (int)below(4), fd;

	if (to == s || s->fd < 0) {
		printf("dup %s", result(dup(-1)));
		return;
	}
	printf("dup %d to %td", how, to - slots);
	fd = how == 0 ? dup(s->fd) : how == 1 ? fcntl(s->fd, F_DUPFD, 100) :
	     how == 2 ? fcntl(s->fd, F_DUPFD_CLOEXEC, 0) : to->fd >= 0 ? dup2(s->fd, to->fd) : dup(s->fd);
	if (fd < 0) {
		printf(" %s", result(fd));
		return;
	}
	if (fd != to->fd)
		drop(to);
	*to = (struct slot){ fd, s->tried };
}

static void set_flags(struct slot *s)
{
	int fl = fcntl(s->fd, F_GETFL);

	printf("fl %s", result(fl));
	if (fl < 0)
		return;
	printf(" %s", result(fcntl(s->fd, F_SETFL, O_NONBLOCK)));
	printf(" %s", result(fcntl(s->fd, F_SETFD, (int)below(2))));
	printf(" %s", result(fcntl(s->fd, F_GETFD)));
}

static void odd_calls(struct slot *s)
{
	struct stat st = { 0 };
	struct flock lock = { .l_type = F_WRLCK };

	switch (below(10)) {
	case 0:
		printf("fstat %s", result(fstat(s->fd, &st)));
		printf(" %o %ld %d", st.st_mode, (long)st.st_size, st.st_nlink == 1);
		break;
	case 1:
		printf("lseek %s", result(lseek(s->fd, 0, SEEK_CUR)));
		break;
	case 2:
		printf("ftruncate %s", result(ftruncate(s->fd, 0)));
		break;
	case 3:
		printf("fsync %s", result(fsync(s->fd)));
		break;
	case 4:
		printf("isfdtype %s", result(isfdtype(s->fd, below(2) ? S_IFSOCK : S_IFREG)));
		break;
	case 5:
		printf("sockatmark %s", result(sockatmark(s->fd)));
		break;
	case 6:
		printf("lock %s", result(fcntl(s->fd, F_SETLK, &lock)));
		break;
	case 7:
		printf("fallocate %s", result(posix_fallocate(s->fd, 0, 1)));
		break;
	case 8:
		printf("own %s", result(fcntl(s->fd, F_SETOWN, below(2) ? 0 : getpid())));
		printf(" %d", fcntl(s->fd, F_GETOWN) != 0);
		break;
	default:
		printf("leases %s", result(fcntl(s->fd, F_GETPIPE_SZ)));
		printf(" %s", result(fchdir(s->fd)));
		break;
	}
}

void descriptors(struct slot *s)
{
	switch (below(3)) {
	case 0:
		copy(s);
		break;
	case 1:
		set_flags(s);
		break;
	default:
		odd_calls(s);
		break;
	}
}

/* -- ioctl ----------------------------------------------------------------------------------------- */
void controls(struct slot *s)
{
	static const struct {
		unsigned long what;
		const char *text;
	} numbers[] = {
		{ SIOCINQ, "INQ" }, { SIOCOUTQ, "OUTQ" }, { SIOCOUTQNSD, "OUTQNSD" },
		{ SIOCATMARK, "ATMARK" },
		{ FIOASYNC, "ASYNC" }, { SIOCGPGRP, "GPGRP" }, { FIOCLEX, "CLEX" }, { FIONCLEX, "NCLEX" },
		{ FIOQSIZE, "QSIZE" }, { 0x5401, "TCGETS" }, { 0x89ff, "89ff" }, { 0x12345, "12345" },
	};
	static const struct {
		unsigned long what;
		const char *text;
	} of_interfaces[] = {
		{ SIOCGIFFLAGS, "FLAGS" }, { SIOCGIFMTU, "MTU" }, { SIOCGIFMETRIC, "METRIC" },
		{ SIOCGIFADDR, "ADDR" }, { SIOCGIFNETMASK, "MASK" }, { SIOCGIFBRDADDR, "BRD" },
		{ SIOCGIFINDEX, "INDEX" }, { SIOCGIFDSTADDR, "DST" }, { SIOCGIFHWADDR, "HW" },
		{ SIOCGIFENCAP, "ENCAP" }, { SIOCGIFTXQLEN, "TXQ" }, { SIOCGIFSLAVE, "SLAVE" },
		{ SIOCGIFMAP, "MAP" }, { SIOCGIFPFLAGS, "PFLAGS" }, { SIOCGIFCOUNT, "COUNT" },
	};
	struct ifreq r = { 0 };
	size_t i;
	int n = 0;

	if (below(2)) {
		i = below(COUNT(numbers));
		printf("ioctl %s %s", numbers[i].text, result(ioctl(s->fd, numbers[i].what, &n)));
		/* what is not acknowledged yet is a matter of time */
		if (!failure)
			printf(" %d", numbers[i].what == SIOCOUTQ ? 0 : n);
		return;
	}
	i = below(COUNT(of_interfaces));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", below(4) ? "lo" : "none");
	printf("ioctl IF%s %s %s", of_interfaces[i].text, r.ifr_name,
	       result(ioctl(s->fd, of_interfaces[i].what, &r)));
	if (!failure)
		print_octets(&r.ifr_addr, 16);
}

/* -- readiness -------------------------------------------------------------------------------------- */
void ready(struct slot *s)
{
	struct pollfd p[SLOTS];
	fd_set in, out, ex;
	struct timeval none = { 0, 0 };
	int i, max = -1, n;

	if (below(2)) {
		short events = (short)(below(2) ? POLLIN | POLLOUT | POLLPRI | POLLRDHUP : below(0x400));

		for (i = 0; i < SLOTS; i++)
			p[i] = (struct pollfd){ slots[i].fd, events, 0 };
		n = poll(p, SLOTS, 0);
		printf("polls %x %d", (unsigned int)events, n);
		for (i = 0; i < SLOTS; i++)
			printf(" %x", (unsigned int)p[i].revents);
		return;
	}
	(void)s;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&ex);
	for (i = 0; i < SLOTS; i++) {
		if (slots[i].fd < 0)
			continue;
		FD_SET(slots[i].fd, &in);
		FD_SET(slots[i].fd, &out);
		FD_SET(slots[i].fd, &ex);
		max = slots[i].fd > max ? slots[i].fd : max;
	}
	n = select(max + 1, &in, &out, &ex, &none);
	printf("select %s", result(n));
	for (i = 0; i < SLOTS; i++)
		if (slots[i].fd >= 0)
			printf(" %d%d%d", !!FD_ISSET(slots[i].fd, &in), !!FD_ISSET(slots[i].fd, &out),
			       !!FD_ISSET(slots[i].fd, &ex));
}

void epoll_calls(struct slot *s)
{
	static int ep = -1;
	static const uint32_t kinds[] = { EPOLLIN, EPOLLIN | EPOLLOUT | EPOLLRDHUP, EPOLLIN | EPOLLET,
					  EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET, EPOLLOUT,
					  EPOLLIN | EPOLLONESHOT, 0, EPOLLIN | EPOLLEXCLUSIVE };
	struct epoll_event ev = { .events = PICK(kinds), .data.u32 = (uint32_t)(s - slots) };
	struct epoll_event got[SLOTS * 2];
	static const int ops[] = { EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD,
				   EPOLL_CTL_DEL, 9 };
	int op = PICK(ops), n, i;
	uint32_t seen[SLOTS] = { 0 };

	if (ep < 0)
		ep = epoll_create1(EPOLL_CLOEXEC);
	if (below(2)) {
		printf("epoll_ctl %d %x %s", op, ev.events, result(epoll_ctl(ep, op, s->fd, &ev)));
		return;
	}
	n = epoll_wait(ep, got, SLOTS * 2, 0);
	printf("epoll_wait %s", result(n));
	for (i = 0; i < n; i++)
		seen[got[i].data.u32 % SLOTS] |= got[i].events;
	for (i = 0; i < SLOTS; i++)
		printf(" %x", seen[i]);
}

/* -- from and to pipes and files ------------------------------------------------------------------- */
static int file_of(size_t n)
{
	char text[5000];
	int fd = memfd_create("random", 0);

	memset(text, 'f', sizeof(text));
	if (write(fd, text, n) < 0)
		return -1;
	lseek(fd, 0, SEEK_SET);
	return fd;
}

void pipes(struct slot *s)
{
	static const size_t sizes[] = { 0, 1, 10, 1000, 5000 };
	size_t n = PICK(sizes), have = PICK(sizes);
	char text[5000];
	int p[2], fd;
	off_t at = (off_t)below(20);

	if (pipe2(p, O_NONBLOCK) < 0)
		return;
	memset(text, 'p', sizeof(text));
	switch (below(5)) {
	case 0:
	case 1:
		fd = file_of(have);
		if (n > have)	/* that more is to come keeps a datagram back */
			n = have;
		printf("sendfile %zu of %zu", n, have);
		printf(" %s", result(sendfile(s->fd, fd, below(2) ? &at : NULL, n)));
		printf(" %ld", (long)at);
		close(fd);
		break;
	case 2:
		printf("splice in %zu of %zd", n, have ? write(p[1], text, have) : 0);
		printf(" %s", result(splice(p[0], NULL, s->fd, NULL, n, SPLICE_F_NONBLOCK)));
		break;
	case 3:
		printf("splice out %zu", n);
		printf(" %s", result(splice(s->fd, NULL, p[1], NULL, n, SPLICE_F_NONBLOCK)));
		printf(" %zd", read(p[0], text, sizeof(text)));
		break;
	default:
		fd = file_of(0);
		printf("sendfile from %s", result(sendfile(fd, s->fd, NULL, n)));
		printf(" tee %s", result(tee(s->fd, p[1], n, SPLICE_F_NONBLOCK)));
		close(fd);
		break;
	}
	close(p[0]);
	close(p[1]);
}

/* -- wrong pointers, lengths and descriptors ------------------------------------------------------- */
void wrong(struct slot *s)
{
	static void *const bads[] = { NULL, (void *)1, (void *)-4096 };
	volatile uintptr_t hidden = (uintptr_t)PICK(bads);	/* gcc would warn of what is meant */
	void *bad = (void *)hidden;
	struct sockaddr_storage ss = { 0 };
	socklen_t len = PICK(((socklen_t[]){ 0, 1, 2, 8, 16, 28, 128, 200, (socklen_t)-1 }));
	struct msghdr h = { .msg_iov = bad, .msg_iovlen = below(2000) };
	int one = 1;

	printf("wrong %zx %d ", (size_t)bad, (int)len);
	switch (below(16)) {
	case 0:
		printf("bind %s", result(bind(s->fd, bad, len & 0xff)));
		break;
	case 1:
		printf("connect %s", result(connect(s->fd, bad, len)));
		break;
	case 2:
		printf("name %s", result(getsockname(s->fd, (void *)&ss, &len)));
		printf(" %d", (int)len);
		break;
	case 3:
		printf("name %s", result(getsockname(s->fd, bad, &len)));
		printf(" %d", (int)len);
		break;
	case 4:
		printf("name %s", result(getsockname(s->fd, (void *)&ss, bad)));
		break;
	case 5:
		printf("peer %s", result(getpeername(s->fd, bad, &len)));
		printf(" %d", (int)len);
		break;
	case 6:
		printf("set %s", result(setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, bad, 4)));
		break;
	case 7:
		printf("get %s", result(getsockopt(s->fd, SOL_SOCKET, SO_TYPE, bad, &len)));
		break;
	case 8:
		printf("get %s", result(getsockopt(s->fd, SOL_SOCKET, SO_TYPE, &one, bad)));
		break;
	case 9:
		printf("sendmsg %zu %s", (size_t)h.msg_iovlen, result(sendmsg(s->fd, &h, MSG_NOSIGNAL)));
		break;
	case 10:
		printf("recvmsg %zu %s", (size_t)h.msg_iovlen, result(recvmsg(s->fd, &h, MSG_DONTWAIT)));
		break;
	case 11:
		printf("send %s", result(send(s->fd, bad, 5, MSG_NOSIGNAL | MSG_DONTWAIT)));
		break;
	case 12:
		printf("sendto %s", result(sendto(s->fd, "abcde", 5, MSG_NOSIGNAL | MSG_DONTWAIT, bad, len)));
		break;
	case 13:
		printf("recv %s", result(recv(s->fd, bad, 5, MSG_DONTWAIT | MSG_PEEK)));
		break;
	case 14:
		printf("ioctl %s", result(ioctl(s->fd, FIONREAD, bad)));
		break;
	default:
		printf("accept %s", result(accept4(s->fd, bad, &len, 0x12345)));
		printf(" closed %s", result(recv(-1, &ss, 5, 0)));
		break;
	}
}

/* -- sockets that are not TCP's or UDP's ----------------------------------------------------------- */
void other_socket(struct slot *s)
{
	static const int families[] = { AF_INET, AF_INET, AF_INET6, AF_INET6, 0, 77 };
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, 0, 11 };
	static const int protocols[] = { 0, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_UDPLITE, 253, IPPROTO_RAW,
					 IPPROTO_TCP, IPPROTO_UDP, 1000, -1, 77 };
	int family = PICK(families), type = PICK(types), protocol = PICK(protocols), fd, one = 1;
	struct sockaddr_in6 any = { .sin6_family = (sa_family_t)family };

	fd = socket(family, type, protocol);
	printf("socket %d %d %d %s", family, type, protocol, fd < 0 ? result(fd) : "");
	if (fd < 0)
		return;
	failure = 0;
	ioctl(fd, FIONBIO, &one);
	/* a failed send or connect gives a port natively only */
	if (type == SOCK_DGRAM)
		printf(" %s", result(bind(fd, (void *)&any, family == AF_INET ? 16 : 28)));
	drop(s);
	*s = (struct slot){ fd, false };
}

/* -- through another process ----------------------------------------------------------------------- */
static void child(const struct slot *s)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	char text[10];

	printf(" child %s", result(send(s->fd, "child", 5, MSG_NOSIGNAL | MSG_DONTWAIT)));
	printf(" %s", result(recv(s->fd, text, sizeof(text), MSG_DONTWAIT)));
	printf(" %s", result(getsockname(s->fd, (void *)&ss, &len)));
	fflush(stdout);
	_exit(failure == ECONNRESET || failure == EPIPE || failure == ECONNREFUSED);
}

/* The same descriptor by another way: a child, or a message of its own. */
void handed_over(struct slot *s)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} ctl = { 0 };
	char octet = 'x';
	struct iovec iov = { &octet, 1 };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &ctl,
			    .msg_controllen = sizeof(ctl) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&h);
	int pair[2], status = 0;
	pid_t pid;

	if (s->fd < 0 || below(2)) {
		printf("fork");
		fflush(stdout);
		pid = fork();
		if (!pid)
			child(s);
		waitpid(pid, &status, 0);
		if (status)
			drop(s);
		return;
	}
	printf("pass");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &s->fd, sizeof(int));
	printf(" %s", result(sendmsg(pair[0], &h, 0)));
	close(s->fd);
	printf(" %s", result(recvmsg(pair[1], &h, 0)));
	memcpy(&s->fd, CMSG_DATA(c), sizeof(int));
	close(pair[0]);
	close(pair[1]);
}
