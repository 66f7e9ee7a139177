// SPDX-License-Identifier: BSD-2-Clause
/* Facts about IPV6_PKTINFO that stays with a socket, and about scopes. */
#include "ext6.h"

#include <net/if.h>

static const uint8_t pad[8] = { 0, 0, 1, 4 };

static int stick(int fd, const char *from, unsigned int dev)
{
	struct in6_pktinfo p = { .ipi6_ifindex = dev };

	inet_pton(AF_INET6, from, &p.ipi6_addr);
	return set(fd, IPV6_PKTINFO, &p, sizeof(p));
}

static struct sockaddr_in6 scoped(const char *to, unsigned int dev)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(CLOSED_PORT),
				  .sin6_scope_id = dev };

	inet_pton(AF_INET6, to, &a.sin6_addr);
	return a;
}

/* Sent to, and connected to, with a device to choose: what each says. */
static void try_both(int fd, const char *to, unsigned int dev)
{
	struct sockaddr_in6 a = scoped(to, dev), from = { 0 };
	char text[INET6_ADDRSTRLEN];
	socklen_t len;

	int type = 0;

	len = sizeof(type);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	if (type == SOCK_RAW)
		a.sin6_port = 0;
	say("send", sendto(fd, pad, 8, 0, (struct sockaddr *)&a, sizeof(a)));
	len = sizeof(from);
	say("connect", connect(fd, (struct sockaddr *)&a, sizeof(a)));
	getsockname(fd, (struct sockaddr *)&from, &len);
	say_text("from", !IN6_IS_ADDR_LINKLOCAL(&from.sin6_addr) ?
				 inet_ntop(AF_INET6, &from.sin6_addr, text, sizeof(text)) : "link-local");
	close(fd);
}

static void say_control(const char *word, int fd, const char *to, unsigned int dev)
{
	struct sockaddr_in6 a = scoped(to, 0);
	struct in6_pktinfo p = { .ipi6_ifindex = dev };
	char ctl[CMSG_SPACE(sizeof(p))] = { 0 };
	struct iovec iov = { (void *)(uintptr_t)pad, 8 };
	struct msghdr m = { .msg_name = &a, .msg_namelen = sizeof(a), .msg_iov = &iov, .msg_iovlen = 1,
			    .msg_control = ctl, .msg_controllen = sizeof(ctl) };

	put_cmsg((uint8_t *)ctl, IPPROTO_IPV6, IPV6_PKTINFO, &p, sizeof(p));
	say(word, sendmsg(fd, &m, 0));
}

static int fresh(int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (family == AF_INET6 && type == SOCK_RAW)
		set_int(fd, IPV6_CHECKSUM, -1);
	return fd;
}

static void pktinfo_kind(int type, int protocol)
{
	unsigned int dev = own_interface(), lo = if_nametoindex("lo");
	int fd = fresh(type, protocol);

	say("short", set(fd, IPV6_PKTINFO, pad, 8));
	say("none", set(fd, IPV6_PKTINFO, NULL, 0));
	say("set", stick(fd, "::", dev));
	say_get(fd, IPV6_PKTINFO, 20);
	if (family == AF_INET || type == SOCK_STREAM)
		return;
	if (type != SOCK_RAW) {
		say_control("other", fd, "fd77::1", lo);
		say_control("same", fd, "fd77::1", dev);
	}
	try_both(fd, "fd77::1", 0);
	stick(fd = fresh(type, protocol), "fd77::1", 0);
	try_both(fd, "fd77::1", 0);	/* not this host's address: no matter */
	stick(fd = fresh(type, protocol), "::", dev);
	try_both(fd, "ff02::9999", 0);
	stick(fd = fresh(type, protocol), "::", dev);
	try_both(fd, "fe80::9999", 0);
	say("nowhere", stick(fd = fresh(type, protocol), "::", 4711));
	if (type != SOCK_RAW)
		try_both(fd, "fd77::1", 0);
	fd = fresh(type, protocol);
	setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &dev, sizeof(dev));
	say("lo", stick(fd, "::", lo));
	say("any", stick(fd, "::", 0));
	say("bound", stick(fd, "::", dev));
}

static void pktinfo_sticky(void)
{
	printf("\n udp");
	pktinfo_kind(SOCK_DGRAM, 0);
	printf("\n raw");
	pktinfo_kind(SOCK_RAW, 253);
	printf("\n tcp");
	pktinfo_kind(SOCK_STREAM, 0);
}

/* A device that there is not, where it counts and where it does not. */
static void scope_unknown(void)
{
	static const char *const to[] = { "fe80::9", "ff02::9", "fd77::1", "fd99::9" };
	size_t i;

	for (i = 0; family == AF_INET6 && i < 4; i++) {
		struct sockaddr_in6 a = scoped(to[i], 4711);

		printf("\n udp%zu", i);
		try_both(fresh(SOCK_DGRAM, 0), to[i], 4711);
		printf(" raw%zu", i);
		try_both(fresh(SOCK_RAW, 253), to[i], 4711);
		a.sin6_port = htons(PEER_PORT);
		say("tcp", connect(open_tcp(), (struct sockaddr *)&a, sizeof(a)));
	}
}

const struct fact facts_pktinfo[] = {
	{ "pktinfo_sticky", pktinfo_sticky },
	{ "scope_unknown", scope_unknown },
	{ NULL, NULL },
};
