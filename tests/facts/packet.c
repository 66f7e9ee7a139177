// SPDX-License-Identifier: BSD-2-Clause
/* Facts about packet sockets: AF_PACKET. */
#include "packet.h"

#include <linux/capability.h>
#include <net/if_arp.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <sys/syscall.h>

enum { TUNE = 5 };

int packet_open(int type, int protocol)
{
	int fd = socket(AF_PACKET, type, htons((uint16_t)protocol));

	if (fd < 0)
		say("socket", -1);
	return fd;
}

static struct sockaddr_ll to_device(unsigned int ifindex, int protocol)
{
	return (struct sockaddr_ll){ .sll_family = AF_PACKET,
				     .sll_protocol = htons((uint16_t)protocol),
				     .sll_ifindex = (int)ifindex };
}

int packet_bind_to(int fd, unsigned int ifindex, int protocol)
{
	struct sockaddr_ll ll = to_device(ifindex, protocol);

	return bind(fd, (struct sockaddr *)&ll, sizeof(ll));
}

static void say_name(int fd)
{
	unsigned char buf[64];
	struct sockaddr_ll ll;
	socklen_t len = sizeof(buf);

	memset(buf, 0xee, sizeof(buf));
	say("name", getsockname(fd, (struct sockaddr *)(void *)buf, &len));
	memcpy(&ll, buf, sizeof(ll));
	say("len", len);
	say("family", ll.sll_family);
	say("proto", ntohs(ll.sll_protocol));
	say("bound", ll.sll_ifindex == (int)own_interface() ? 1 : ll.sll_ifindex);
	say("hatype", ll.sll_hatype);
	say("pkttype", ll.sll_pkttype);
	say("halen", ll.sll_halen);
	say("behind", buf[len]);
}

static int int_option(int fd, int level, int name)
{
	int v = -7;
	socklen_t len = sizeof(v);

	return getsockopt(fd, level, name, &v, &len) ? -1 : v;
}

/* -- opening ----------------------------------------------------------------------------- */

static void calls(void)
{
	struct sockaddr_ll ll = to_device(own_interface(), ETH_P_IP);
	socklen_t len = sizeof(ll);
	int fd;

	if (family != AF_INET)
		return;
	say("stream", socket(AF_PACKET, SOCK_STREAM, htons(ETH_P_IP)));
	say("seqpacket", socket(AF_PACKET, SOCK_SEQPACKET, 0));
	fd = packet_open(SOCK_RAW, ETH_P_IP);
	say("type", int_option(fd, SOL_SOCKET, SO_TYPE));
	say("domain", int_option(fd, SOL_SOCKET, SO_DOMAIN));
	say("protocol", int_option(fd, SOL_SOCKET, SO_PROTOCOL));
	say("acceptconn", int_option(fd, SOL_SOCKET, SO_ACCEPTCONN));
	say("bpf", int_option(fd, SOL_SOCKET, SO_BPF_EXTENSIONS));
	say("connect", connect(fd, (struct sockaddr *)&ll, sizeof(ll)));
	say("listen", listen(fd, 5));
	say("accept", accept(fd, NULL, NULL));
	say("shutdown", shutdown(fd, SHUT_RD));
	say("peer", getpeername(fd, (struct sockaddr *)&ll, &len));
	say_poll("poll", fd);
	close(fd);
}

/* Root without CAP_NET_RAW: the type does not count then. */
static void rights(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };

	if (family != AF_INET)
		return;
	say("get", syscall(SYS_capget, &head, data));
	data[0].effective &= ~(1u << CAP_NET_RAW);
	say("set", syscall(SYS_capset, &head, data));
	say("raw", socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)));
	say("dgram", socket(AF_PACKET, SOCK_DGRAM, 0));
	say("stream", socket(AF_PACKET, SOCK_STREAM, 0));
	data[0].effective |= 1u << CAP_NET_RAW;
	say("set", syscall(SYS_capset, &head, data));
	say("again", socket(AF_PACKET, SOCK_DGRAM, 0) >= 0);
}

/* The line of a socket in /proc/net/packet, but for what is a number of the host's. */
static void listed(void)
{
	char line[200], sk[40];
	unsigned int refs, type, proto, iface, running, rmem, user, seen = 0;
	int fd;
	FILE *f;

	if (family != AF_INET)
		return;
	fd = packet_open(SOCK_DGRAM, 0);
	say("bind", packet_bind_to(fd, own_interface(), 0x88b7));
	f = fopen("/proc/net/packet", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (!seen++)
			say("head", (long)strlen(line));
		if (sscanf(line, "%39s %u %u %x %u %u %u %u", sk, &refs, &type, &proto, &iface,
			   &running, &rmem, &user) != 8 ||
		    proto != 0x88b7)
			continue;
		say("type", type);
		say("here", iface == own_interface());
		say("running", running);
		say("rmem", rmem);
		say("user", user);
	}
	if (f)
		fclose(f);
	close(fd);
}

static void names(void)
{
	unsigned int ifindex = own_interface();
	struct sockaddr_ll ll = to_device(ifindex, ETH_P_ARP);
	int fd;

	if (family != AF_INET)
		return;
	fd = packet_open(SOCK_DGRAM, 0);
	say_name(fd);
	printf("\n bind");
	say("short", bind(fd, (struct sockaddr *)&ll, sizeof(ll) - 1));
	ll.sll_family = AF_INET;
	say("family", bind(fd, (struct sockaddr *)&ll, sizeof(ll)));
	say("nodev", packet_bind_to(fd, 9999, ETH_P_ARP));
	say("negative", packet_bind_to(fd, (unsigned int)-1, ETH_P_ARP));
	say("arp", packet_bind_to(fd, ifindex, ETH_P_ARP));
	say("so_error", int_option(fd, SOL_SOCKET, SO_ERROR));
	printf("\n bound");
	say_name(fd);
	printf("\n again");
	say("zero", packet_bind_to(fd, 0, 0));
	say_name(fd);
	printf("\n loopback");
	say("lo", packet_bind_to(fd, if_nametoindex("lo"), 0));
	say_name(fd);
	close(fd);
}

/* -- options ----------------------------------------------------------------------------- */

void packet_get(int fd, const char *word, int name, size_t room)
{
	unsigned char v[64];
	socklen_t len = (socklen_t)room;
	long r;

	memset(v, 0, sizeof(v));
	r = getsockopt(fd, SOL_PACKET, name, v, &len);
	say(word, r);
	if (!r) {
		say("len", len);
		if (len >= sizeof(int)) {
			int n;

			memcpy(&n, v, sizeof(n));
			say("v", n);
		}
	}
}

void packet_set(int fd, const char *word, int name, int v, size_t len)
{
	int val[4] = { v };

	say(word, setsockopt(fd, SOL_PACKET, name, val, (socklen_t)len));
}

static void member(int fd, const char *word, int op, unsigned int ifindex, unsigned short type,
		   unsigned short alen, size_t len)
{
	struct packet_mreq m = { .mr_ifindex = (int)ifindex,
				 .mr_type = type,
				 .mr_alen = alen,
				 .mr_address = { 1, 0, 0x5e, 1, 2, 3 } };

	say(word, setsockopt(fd, SOL_PACKET, op, &m, (socklen_t)len));
}

static void memberships(int fd, unsigned int ifindex)
{
	enum {
		ADD = PACKET_ADD_MEMBERSHIP,
		DROP = PACKET_DROP_MEMBERSHIP,
		WHOLE = sizeof(struct packet_mreq)
	};

	printf("\n member");
	member(fd, "short", ADD, ifindex, PACKET_MR_PROMISC, 0, WHOLE - 1);
	member(fd, "nodev", ADD, 9999, PACKET_MR_PROMISC, 0, WHOLE);
	member(fd, "promisc", ADD, ifindex, PACKET_MR_PROMISC, 0, WHOLE);
	member(fd, "twice", ADD, ifindex, PACKET_MR_PROMISC, 0, WHOLE);
	member(fd, "allmulti", ADD, ifindex, PACKET_MR_ALLMULTI, 0, WHOLE);
	member(fd, "group", ADD, ifindex, PACKET_MR_MULTICAST, 6, WHOLE);
	member(fd, "alen", ADD, ifindex, PACKET_MR_MULTICAST, 4, WHOLE);
	member(fd, "long", ADD, ifindex, PACKET_MR_MULTICAST, 8, WHOLE);
	member(fd, "longer", ADD, ifindex, PACKET_MR_MULTICAST, 9, WHOLE);
	member(fd, "unicast", ADD, ifindex, PACKET_MR_UNICAST, 6, WHOLE);
	member(fd, "unknown", ADD, ifindex, 77, 0, WHOLE);
	member(fd, "drop", DROP, ifindex, PACKET_MR_PROMISC, 0, WHOLE);
	member(fd, "again", DROP, ifindex, PACKET_MR_PROMISC, 0, WHOLE);
	member(fd, "none", DROP, ifindex, PACKET_MR_PROMISC, 0, WHOLE);
	member(fd, "short", DROP, ifindex, PACKET_MR_PROMISC, 0, 8);
}

static void options(void)
{
	int fd, v = 1;

	if (family != AF_INET)
		return;
	fd = packet_open(SOCK_RAW, 0);
	packet_set(fd, "aux", PACKET_AUXDATA, 5, 4);
	packet_set(fd, "short", PACKET_AUXDATA, 1, 3);
	packet_set(fd, "long", PACKET_AUXDATA, 5, 8);
	packet_get(fd, "get", PACKET_AUXDATA, 4);
	packet_get(fd, "little", PACKET_AUXDATA, 2);
	packet_get(fd, "much", PACKET_AUXDATA, 20);
	packet_set(fd, "off", PACKET_AUXDATA, 0, 4);
	packet_get(fd, "get", PACKET_AUXDATA, 4);
	printf("\n ignore");
	packet_set(fd, "on", PACKET_IGNORE_OUTGOING, 1, 4);
	packet_get(fd, "get", PACKET_IGNORE_OUTGOING, 4);
	packet_set(fd, "two", PACKET_IGNORE_OUTGOING, 2, 4);
	packet_set(fd, "neg", PACKET_IGNORE_OUTGOING, -1, 4);
	packet_set(fd, "long", PACKET_IGNORE_OUTGOING, 1, 8);
	printf("\n tstamp");
	packet_set(fd, "set", PACKET_TIMESTAMP, 16, 4);
	packet_set(fd, "long", PACKET_TIMESTAMP, 16, 8);
	packet_get(fd, "get", PACKET_TIMESTAMP, 4);
	printf("\n stats");
	packet_get(fd, "v2", PACKET_STATISTICS, sizeof(struct tpacket_stats));
	packet_get(fd, "short", PACKET_STATISTICS, 4);
	packet_set(fd, "set", PACKET_STATISTICS, 4, 4);
	printf("\n other");
	packet_get(fd, "unknown", 77, 4);
	packet_set(fd, "unknown", 77, 1, 4);
	packet_get(fd, "add", PACKET_ADD_MEMBERSHIP, 16);
	say("sol_ip", setsockopt(fd, IPPROTO_IP, IP_TTL, &v, sizeof(v)));
	say("sol_ip", int_option(fd, IPPROTO_IP, IP_TTL));
	say("sol_ipv6", setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v, sizeof(v)));
	say("sol_udp", setsockopt(fd, IPPROTO_UDP, 1, &v, sizeof(v)));
	say("reuseport", setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &v, sizeof(v)));
	say("zerocopy", setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &v, sizeof(v)));
	say("broadcast", setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &v, sizeof(v)));
	say("reuse", int_option(fd, SOL_SOCKET, SO_REUSEADDR));
	say("rcvbuf", int_option(fd, SOL_SOCKET, SO_RCVBUF));
	say("peek_off", setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &v, sizeof(v)));
	say("device", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3));
	say("nodevice", setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "nosuch0", 8));
	memberships(fd, own_interface());
	close(fd);
}

/* -- receiving --------------------------------------------------------------------------- */

static int readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, WAIT_MS);
}

/* Keeps what contains "tune" and a digit of the fact's family where UDP's payload begins. */
static void tune_in(int fd, bool link)
{
	unsigned int at = (link ? ETH_HLEN : 0) + (family == AF_INET ? 20 : 40) + 8;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x74756e65, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, family == AF_INET ? '4' : '6', 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0x40000),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { sizeof(code) / sizeof(code[0]), code };

	say("filter", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
}

static int eth_type(void)
{
	return family == AF_INET ? ETH_P_IP : ETH_P_IPV6;
}

/* The peer echoes it: it goes out, and comes back. */
static void play(void)
{
	struct sockaddr_storage peer = addr_of(true, PEER_PORT);
	int fd = open_udp();

	if (sendto(fd, family == AF_INET ? "tune4" : "tune6", TUNE, 0, (struct sockaddr *)&peer,
		   addr_len()) != TUNE)
		say("play", -1);
	close(fd);
}

static void say_ll(const struct sockaddr_ll *ll, socklen_t len)
{
	static const unsigned char none[8];

	say("namelen", len);
	say("family", ll->sll_family);
	say("proto", ntohs(ll->sll_protocol));
	say("here", ll->sll_ifindex == (int)own_interface());
	say("hatype", ll->sll_hatype);
	say("pkttype", ll->sll_pkttype);
	say("halen", ll->sll_halen);
	say("addr", memcmp(ll->sll_addr, none, 6) != 0);
	say("pad", ll->sll_addr[6] | ll->sll_addr[7]);
}

static ssize_t receive(int fd, void *buf, size_t room, int flags)
{
	struct sockaddr_ll ll;
	socklen_t len = sizeof(ll);
	ssize_t n;

	memset(&ll, 0xee, sizeof(ll));
	if (readable(fd) != 1)
		say("silence", -2);
	n = recvfrom(fd, buf, room, flags | MSG_DONTWAIT, (struct sockaddr *)&ll, &len);
	say("recv", n);
	if (n >= 0)
		say_ll(&ll, len);
	return n;
}

/* Of one protocol: what comes in, and only that. */
static void incoming(void)
{
	int fd = packet_open(SOCK_DGRAM, 0), raw = packet_open(SOCK_RAW, 0);
	unsigned char buf[2000];
	int n = 0;

	tune_in(fd, false);
	tune_in(raw, true);
	say("bind", packet_bind_to(fd, own_interface(), eth_type()) |
			    packet_bind_to(raw, own_interface(), eth_type()));
	play();
	receive(fd, buf, sizeof(buf), MSG_PEEK);
	say("version", buf[0] >> 4);
	say("fionread", ioctl(fd, FIONREAD, &n));
	say("n", n);
	printf("\n cut");
	receive(fd, buf, 10, MSG_TRUNC);
	say("empty", recv(fd, buf, sizeof(buf), MSG_DONTWAIT));
	printf("\n raw");
	receive(raw, buf, sizeof(buf), 0);
	say("type", buf[12] << 8 | buf[13]);
	say("empty", recv(raw, buf, sizeof(buf), MSG_DONTWAIT));
	say("n", ioctl(raw, FIONREAD, &n) ? -1 : n);
	close(fd);
	close(raw);
}

/* Of all: both directions, and the message that tells more. */
static void everything(void)
{
	int fd = packet_open(SOCK_RAW, 0), deaf = packet_open(SOCK_RAW, 0), on = 1, i;
	unsigned char buf[2000], ctl[256];
	struct sockaddr_ll ll;
	struct iovec iov = { buf, sizeof(buf) };

	tune_in(fd, true);
	tune_in(deaf, true);
	say("bind", packet_bind_to(fd, own_interface(), ETH_P_ALL) |
			    packet_bind_to(deaf, own_interface(), ETH_P_ALL));
	say("aux", setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)));
	say("ignore", setsockopt(deaf, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)));
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0 ||
	       recv(deaf, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	play();
	for (i = 0; i < 2; i++) {
		struct msghdr m = { .msg_iov = &iov,
				    .msg_iovlen = 1,
				    .msg_control = ctl,
				    .msg_controllen = sizeof(ctl),
				    .msg_name = &ll,
				    .msg_namelen = sizeof(ll) };
		struct tpacket_auxdata a = { 0 };
		struct cmsghdr *c;

		printf("\n %s", i ? "in" : "out");
		if (readable(fd) != 1)
			break;
		say("recvmsg", recvmsg(fd, &m, 0));
		say("namelen", m.msg_namelen);
		say("flags", m.msg_flags);
		say("pkttype", ll.sll_pkttype);
		for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
			say("level", c->cmsg_level);
			say("type", c->cmsg_type);
			say("clen", (long)c->cmsg_len);
			if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
				memcpy(&a, CMSG_DATA(c), sizeof(a));
		}
		say("status",
		    a.tp_status & ~(unsigned int)(TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID));
		say("tp_len", a.tp_len);
		say("snaplen", a.tp_snaplen);
		say("mac", a.tp_mac);
		say("net", a.tp_net);
		say("vlan", a.tp_vlan_tci | a.tp_vlan_tpid);
	}
	printf("\n deaf");
	receive(deaf, buf, sizeof(buf), 0);
	say("empty", recv(deaf, buf, sizeof(buf), MSG_DONTWAIT));
	close(fd);
	close(deaf);
}

static void flags(void)
{
	int fd = packet_open(SOCK_DGRAM, 0);
	char buf[8];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (family == AF_INET) {
		say("dontwait", recv(fd, buf, 8, MSG_DONTWAIT));
		say("oob", recv(fd, buf, 8, MSG_DONTWAIT | MSG_OOB));
		say("waitall", recv(fd, buf, 8, MSG_DONTWAIT | MSG_WAITALL));
		say("nosignal", recv(fd, buf, 8, MSG_DONTWAIT | MSG_NOSIGNAL));
		say("cloexec", recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
		say("errqueue", recvmsg(fd, &m, MSG_DONTWAIT | MSG_ERRQUEUE));
		say("peek", recv(fd, buf, 8, MSG_DONTWAIT | MSG_PEEK));
	}
	close(fd);
}

/* -- sending ----------------------------------------------------------------------------- */

ssize_t packet_send_to(int fd, unsigned int ifindex, int protocol, size_t len)
{
	static unsigned char buf[200000];
	struct sockaddr_ll ll = to_device(ifindex, protocol);

	ll.sll_halen = 6;
	memset(ll.sll_addr, 0xff, 6);
	buf[12] = (unsigned char)(protocol >> 8);
	buf[13] = (unsigned char)protocol;
	return sendto(fd, buf, len, 0, (struct sockaddr *)&ll, sizeof(ll));
}

static void send_errors(int type)
{
	unsigned int ifindex = own_interface();
	struct sockaddr_ll ll = to_device(ifindex, 0x88b5);
	int fd = packet_open(type, 0), head = type == SOCK_RAW ? ETH_HLEN : 0;
	char buf[64] = { 0 };

	say("write", write(fd, buf, sizeof(buf)));
	say("send", send(fd, buf, sizeof(buf), 0));
	say("nodev", packet_send_to(fd, 9999, 0x88b5, 64));
	say("nodev_long", packet_send_to(fd, 9999, 0x88b5, 100000));
	say("zero", packet_send_to(fd, 0, 0x88b5, 64));
	say("short_name", sendto(fd, buf, sizeof(buf), 0, (struct sockaddr *)&ll, 12));
	say("no_name", sendto(fd, buf, sizeof(buf), 0, (struct sockaddr *)&ll, 0));
	ll.sll_halen = 77;
	say("halen", sendto(fd, buf, sizeof(buf), 0, (struct sockaddr *)&ll, sizeof(ll)));
	say("empty", packet_send_to(fd, ifindex, 0x88b5, 0));
	say("short", packet_send_to(fd, ifindex, 0x88b5, 13));
	say("header", packet_send_to(fd, ifindex, 0x88b5, 14));
	say("full", packet_send_to(fd, ifindex, 0x88b5, 1500 + (size_t)head));
	say("one_more", packet_send_to(fd, ifindex, 0x88b5, 1501 + (size_t)head));
	say("tag_more", packet_send_to(fd, ifindex, 0x88b5, 1505 + (size_t)head));
	say("long", packet_send_to(fd, ifindex, 0x88b5, 65536));
	say("huge", packet_send_to(fd, ifindex, 0x88b5, 200000));
	say("bind", packet_bind_to(fd, ifindex, 0x88b5));
	say("bound", send(fd, buf, sizeof(buf), 0));
	say("oob", send(fd, buf, sizeof(buf), MSG_OOB));
	say("so_error", int_option(fd, SOL_SOCKET, SO_ERROR));
	close(fd);
}

static void send_wrong(void)
{
	if (family != AF_INET)
		return;
	send_errors(SOCK_RAW);
	printf("\n cooked");
	send_errors(SOCK_DGRAM);
}

struct arp4 {
	struct arphdr head;
	unsigned char sha[6], spa[4], tha[6], tpa[4];
} __attribute__((packed));

/* Who has the peer's address? Asked by hand, in a frame or behind a header that is made for it. */
static void ask(int type)
{
	unsigned int ifindex = own_interface();
	struct sockaddr_ll own, ll = to_device(ifindex, ETH_P_ARP);
	struct sockaddr_storage me, peer = addr_of(true, 0);
	unsigned char frame[60] = { 0 }, buf[2000];
	struct arp4 arp = { .head = { .ar_hrd = htons(1),
				      .ar_pro = htons(ETH_P_IP),
				      .ar_hln = 6,
				      .ar_pln = 4,
				      .ar_op = htons(ARPOP_REQUEST) } };
	int fd = packet_open(type, ETH_P_ARP), i;
	socklen_t len = sizeof(own);
	size_t head = type == SOCK_RAW ? ETH_HLEN : 0;

	say("bind", packet_bind_to(fd, ifindex, ETH_P_ARP));
	getsockname(fd, (struct sockaddr *)&own, &len);
	own_address(&me);
	memcpy(arp.sha, own.sll_addr, 6);
	memcpy(arp.spa, &((struct sockaddr_in *)&me)->sin_addr, 4);
	memcpy(arp.tpa, &((struct sockaddr_in *)&peer)->sin_addr, 4);
	memset(frame, 0xff, 6);
	memcpy(frame + 6, own.sll_addr, 6);
	frame[12] = 0x08;
	frame[13] = 0x06;
	memcpy(frame + head, &arp, sizeof(arp));
	ll.sll_halen = 6;
	memset(ll.sll_addr, 0xff, 6);
	say("ask", sendto(fd, frame, head + sizeof(arp), 0, (struct sockaddr *)&ll, sizeof(ll)));
	for (i = 0; i < 20; i++) {
		ssize_t n = readable(fd) == 1 ? recv(fd, buf, sizeof(buf), 0) : -1;

		memcpy(&arp, buf + head, sizeof(arp));
		if (n < (ssize_t)(head + sizeof(arp)) ||
		    (arp.head.ar_op == htons(ARPOP_REPLY) && !memcmp(arp.tha, own.sll_addr, 6)))
			break;
	}
	say("reply", ntohs(arp.head.ar_op));
	say("from", !memcmp(arp.spa, &((struct sockaddr_in *)&peer)->sin_addr, 4));
	close(fd);
}

static void arp(void)
{
	if (family != AF_INET)
		return;
	ask(SOCK_RAW);
	printf("\n cooked");
	ask(SOCK_DGRAM);
}

/* What one sends, others see, but not itself. */
static void own_frames(void)
{
	int other, fd;
	unsigned char buf[2000];

	if (family != AF_INET)
		return;
	fd = packet_open(SOCK_RAW, ETH_P_ALL);
	other = packet_open(SOCK_RAW, ETH_P_ALL);
	say("bind",
	    packet_bind_to(fd, own_interface(), 0) | packet_bind_to(other, own_interface(), 0));
	settle();
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0 ||
	       recv(other, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	say("send", packet_send_to(fd, own_interface(), 0x88b5, 77));
	for (;;) {
		struct sockaddr_ll ll;
		socklen_t len = sizeof(ll);
		ssize_t n = readable(other) == 1 ? recvfrom(other, buf, sizeof(buf), 0,
							    (struct sockaddr *)&ll, &len) :
						   -1;

		if (n < 0)
			break;
		if (n != 77)
			continue;
		say("seen", n);
		say_ll(&ll, len);
		break;
	}
	settle();
	for (;;) {
		ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (n == 77)
			say("itself", n);
		if (n < 0)
			break;
	}
	close(fd);
	close(other);
}

/* -- filters and bounds ------------------------------------------------------------------ */

void packet_attach(int fd, unsigned int ad, unsigned int want, unsigned int keep)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned int)SKF_AD_OFF + ad),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, want, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, keep),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { 4, code };

	say("attach", setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)));
}

/* On the loopback, where both directions are one's own. */
static void filters(void)
{
	unsigned int lo = if_nametoindex("lo");
	unsigned char buf[200];
	int in, tx;

	if (family != AF_INET)
		return;
	in = packet_open(SOCK_RAW, 0);
	tx = packet_open(SOCK_RAW, 0);
	packet_attach(in, SKF_AD_PKTTYPE, PACKET_HOST, 20);
	say("bind", packet_bind_to(in, lo, ETH_P_ALL));
	say("tx", packet_send_to(tx, lo, 0x88b5, 100));
	say("host", receive(in, buf, sizeof(buf), MSG_TRUNC));
	printf("\n proto");
	packet_attach(in, SKF_AD_PROTOCOL, 0x88b6, 0xffff);
	say("tx", packet_send_to(tx, lo, 0x88b5, 100));
	say("tx", packet_send_to(tx, lo, 0x88b6, 101));
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	say("empty", recv(in, buf, sizeof(buf), MSG_DONTWAIT));
	printf("\n ifindex");
	packet_attach(in, SKF_AD_IFINDEX, lo, 30);
	say("tx", packet_send_to(tx, lo, 0x88b5, 100));
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	printf("\n hatype");
	packet_attach(in, SKF_AD_HATYPE, 772, 40);
	say("tx", packet_send_to(tx, lo, 0x88b5, 100));
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	printf("\n vlan");
	packet_attach(in, SKF_AD_VLAN_TAG_PRESENT, 0, 50);
	say("tx", packet_send_to(tx, lo, 0x88b5, 100));
	receive(in, buf, sizeof(buf), MSG_TRUNC);
	close(in);
	close(tx);
}

static void statistics(void)
{
	unsigned int lo = if_nametoindex("lo");
	struct tpacket_stats st = { 0 };
	socklen_t len = sizeof(st);
	int in, tx, i, small = 4000, n = 0;
	unsigned char buf[2000];

	if (family != AF_INET)
		return;
	in = packet_open(SOCK_RAW, 0);
	tx = packet_open(SOCK_RAW, 0);
	packet_attach(in, SKF_AD_PKTTYPE, PACKET_HOST, 0xffff);
	say("bind", packet_bind_to(in, lo, 0x88b5));
	for (i = 0; i < 3; i++)
		packet_send_to(tx, lo, 0x88b5, 100);
	settle();
	say("get", getsockopt(in, SOL_PACKET, PACKET_STATISTICS, &st, &len));
	say("len", len);
	say("packets", st.tp_packets);
	say("drops", st.tp_drops);
	getsockopt(in, SOL_PACKET, PACKET_STATISTICS, &st, &len);
	say("then", st.tp_packets);
	say("small", setsockopt(in, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)));
	for (i = 0; i < 100; i++)
		packet_send_to(tx, lo, 0x88b5, 1400);
	settle();
	getsockopt(in, SOL_PACKET, PACKET_STATISTICS, &st, &len);
	say("all", st.tp_packets);
	say("some", st.tp_drops > 10 && st.tp_drops < 100);
	while (recv(in, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		n++;
	say("rest", n >= 3 && n < 90);
	close(in);
	close(tx);
}

const struct fact facts_packet[] = {
	{ "packet_calls", calls },
	{ "packet_rights", rights },
	{ "packet_listed", listed },
	{ "packet_names", names },
	{ "packet_options", options },
	{ "packet_incoming", incoming },
	{ "packet_everything", everything },
	{ "packet_flags", flags },
	{ "packet_send_wrong", send_wrong },
	{ "packet_arp", arp },
	{ "packet_own", own_frames },
	{ "packet_filters", filters },
	{ "packet_statistics", statistics },
	{ 0 },
};
