// SPDX-License-Identifier: BSD-2-Clause
/* Random options: any name of any level, lengths that fit and lengths that do not, values of structures. */
#include "random.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

/* What is told depends on time, on the machine or on how buffers are counted: only whether it works. */
static const struct {
	int level, name;
} silent[] = {
	{ SOL_SOCKET, SO_COOKIE }, { SOL_SOCKET, SO_INCOMING_CPU }, { SOL_SOCKET, SO_INCOMING_NAPI_ID },
	{ SOL_SOCKET, SO_NETNS_COOKIE }, { SOL_SOCKET, 77 /* SO_PEERPIDFD */ }, { SOL_SOCKET, SO_MEMINFO },
	{ IPPROTO_TCP, TCP_INFO }, { IPPROTO_TCP, TCP_CC_INFO }, { IPPROTO_TCP, TCP_TIMESTAMP },
	{ IPPROTO_TCP, TCP_SAVED_SYN }, { IPPROTO_TCP, TCP_WINDOW_CLAMP }, { IPPROTO_IP, IP_PKTOPTIONS },
	{ IPPROTO_TCP, TCP_ZEROCOPY_RECEIVE }, { SOL_SOCKET, SO_RCVBUF }, { SOL_SOCKET, SO_SNDBUF },
	{ IPPROTO_IPV6, IPV6_2292PKTOPTIONS }, { SOL_SOCKET, 28 /* SO_PEERNAME */ },
	{ IPPROTO_IP, 52 /* IP_PROTOCOL */ },
	{ IPPROTO_TCP, TCP_CONGESTION }, { IPPROTO_TCP, TCP_QUICKACK },
	{ IPPROTO_TCP, TCP_ULP },
};
/* Not asked for: not there, or listed in doc/linux-differences.md. */
static const struct {
	int level, first, last;
} skipped[] = {
	{ SOL_SOCKET, SO_ATTACH_BPF, SO_ATTACH_BPF }, { SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, 52 },
	{ SOL_SOCKET, SO_PREFER_BUSY_POLL, 70 }, { SOL_SOCKET, SO_PEERSEC, SO_PEERSEC },
	{ SOL_SOCKET, SO_PEEK_OFF, SO_PEEK_OFF }, { SOL_SOCKET, 80, 80 }, { SOL_SOCKET, 85, 1 << 20 },
	{ SOL_SOCKET, 41, 41 }, { SOL_SOCKET, 43, 43 }, { SOL_SOCKET, SO_ATTACH_FILTER, SO_ATTACH_FILTER },
	{ SOL_SOCKET, SO_TIMESTAMPING, SO_TIMESTAMPING }, { SOL_SOCKET, SO_PEERGROUPS, SO_PEERGROUPS },
	{ SOL_SOCKET, SO_TXTIME, SO_TXTIME },
	{ IPPROTO_IP, IP_ROUTER_ALERT, IP_ROUTER_ALERT }, { IPPROTO_IP, 16, 18 }, { IPPROTO_IP, 64, 1 << 20 },
	{ IPPROTO_IPV6, IPV6_ROUTER_ALERT, IPV6_ROUTER_ALERT }, { IPPROTO_IPV6, 27, 28 },
	{ IPPROTO_IPV6, 34, 35 }, { IPPROTO_IPV6, 30, 32 }, { IPPROTO_IPV6, 9, 9 },
	{ IPPROTO_IPV6, 64, 71 }, { IPPROTO_IPV6, 80 /* of netfilter, where it is */, 1 << 20 },
	{ IPPROTO_TCP, TCP_REPAIR, TCP_QUEUE_SEQ }, { IPPROTO_TCP, TCP_REPAIR_OPTIONS, TCP_REPAIR_OPTIONS },
	{ IPPROTO_TCP, 38 /* TCP_AO_ADD_KEY */, 1 << 20 }, { IPPROTO_TCP, TCP_TX_DELAY, TCP_TX_DELAY },
	{ IPPROTO_TCP, TCP_MD5SIG, TCP_MD5SIG }, { IPPROTO_TCP, 26, 26 /* TCP_CC_INFO */ },
	{ IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP },
};
static const struct {
	int level;
	uint32_t names;
	const char *text;
} levels[] = {
	{ SOL_SOCKET, 86, "SOCKET" }, { SOL_SOCKET, 86, "SOCKET" }, { IPPROTO_IP, 64, "IP" },
	{ IPPROTO_IPV6, 82, "IPV6" }, { IPPROTO_TCP, 48, "TCP" }, { IPPROTO_UDP, 110, "UDP" },
	{ IPPROTO_ICMP, 3, "ICMP" }, { 41 + 100, 4, "?" },
};

static bool listed(int level, int name)
{
	size_t i;

	for (i = 0; i < COUNT(skipped); i++)
		if (skipped[i].level == level && skipped[i].first <= name && name <= skipped[i].last)
			return true;
	return false;
}

static bool is_silent(int level, int name)
{
	size_t i;

	for (i = 0; i < COUNT(silent); i++)
		if (silent[i].level == level && silent[i].name == name)
			return true;
	return false;
}

static size_t any_option(int *name)
{
	size_t l;

	do {
		l = below(COUNT(levels));
		*name = (int)below(levels[l].names);
	} while (listed(levels[l].level, *name));
	return l;
}

static const int values[] = { -2, -1, 0, 0, 1, 1, 1, 2, 3, 5, 7, 64, 255, 256, 1000, 65535, 65536, 1 << 30 };
static const socklen_t lengths[] = { 4, 4, 4, 4, 4, 4, 4, 4, 0, 1, 2, 3, 5, 8, 12, 16, 20, 32, 64, 136, 264 };

/* A structure that some option takes. */
static socklen_t structure(void *p)
{
	static const char *const groups4[] = { "224.5.5.5", "239.1.1.1", "10.77.0.2", "0.0.0.0" };
	static const char *const hosts4[] = { "10.77.0.2", "10.77.0.1", "0.0.0.0", "10.99.0.1" };
	static const char *const groups6[] = { "ff02::123", "ff15::1", "fd77::2", "::" };
	struct in_addr g4, h4;
	struct in6_addr g6;
	struct ipv6_mreq mreq6 = { .ipv6mr_interface = below(3) ? 0 : 77 };
	struct group_req group = { .gr_interface = below(3) ? 0 : 77 };
	struct linger linger = { PICK(values), (int)below(3) };
	struct timeval tv = { (time_t)below(3) - 1, (suseconds_t)below(3) * 500000 };

	inet_pton(AF_INET, PICK(groups4), &g4);
	inet_pton(AF_INET, PICK(hosts4), &h4);
	inet_pton(AF_INET6, PICK(groups6), &g6);
	mreq6.ipv6mr_multiaddr = g6;
	switch (below(6)) {
	case 0:
		memcpy(p, &g4, 4);
		memcpy((char *)p + 4, &h4, 4);
		return rarely(3) ? 12 : 8;
	case 1:
		memcpy(p, &mreq6, sizeof(mreq6));
		return sizeof(mreq6);
	case 2:
		((struct sockaddr_in *)&group.gr_group)->sin_family = AF_INET;
		((struct sockaddr_in *)&group.gr_group)->sin_addr = g4;
		if (below(2)) {
			((struct sockaddr_in6 *)&group.gr_group)->sin6_family = AF_INET6;
			((struct sockaddr_in6 *)&group.gr_group)->sin6_addr = g6;
		}
		memcpy(p, &group, sizeof(group));
		return sizeof(group);
	case 3:
		memcpy(p, &linger, sizeof(linger));
		return sizeof(linger);
	case 4:
		memcpy(p, &tv, sizeof(tv));
		return sizeof(tv);
	default:
		memcpy(p, &h4, 4);
		return 4;
	}
}

void set_option(struct slot *s)
{
	_Alignas(8) unsigned char v[512] = { 0 };
	int name, n = PICK(values), second = PICK(values);
	size_t l = any_option(&name);
	socklen_t len = PICK(lengths);

	memcpy(v, &n, sizeof(n));
	memcpy(v + 4, &second, sizeof(second));
	if (rarely(4))
		len = structure(v);
	printf("set %s %d %d/%u", levels[l].text, name, *(int *)v, len);
	printf(" %s", result(setsockopt(s->fd, levels[l].level, name, v, len)));
}

void get_option(struct slot *s)
{
	_Alignas(8) unsigned char v[512] = { 0 };
	int name;
	size_t l = any_option(&name);
	socklen_t len = PICK(lengths);

	if (levels[l].level == SOL_SOCKET && rarely(40))
		len = (socklen_t)-1;
	/* what a structure is to tell about, too */
	v[0] = below(2) ? (unsigned char)below(4) : 0;
	printf("get %s %d/%d", levels[l].text, name, (int)len);
	printf(" %s", result(getsockopt(s->fd, levels[l].level, name, v, &len)));
	if (failure)
		return;
	printf(" %u:", len);
	if (!is_silent(levels[l].level, name))
		print_octets(v, len < 48 ? len : 48);
}
