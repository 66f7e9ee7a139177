// SPDX-License-Identifier: BSD-2-Clause
/* Facts about ioctls that change interfaces, addresses and routes, made on the loopback. */
#include "facts.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/ipv6.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/route.h>

static struct ifreq request(const char *name)
{
	struct ifreq r = { 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	return r;
}

static void put_addr(struct sockaddr *sa, const char *text)
{
	struct sockaddr_in s = { .sin_family = AF_INET };

	inet_pton(AF_INET, text, &s.sin_addr);
	memcpy(sa, &s, sizeof(s));
}

static int set_number(int fd, unsigned long req, const char *name, int v)
{
	struct ifreq r = request(name);

	r.ifr_mtu = v;
	return ioctl(fd, req, &r);
}

static int set_address(int fd, unsigned long req, const char *name, const char *addr)
{
	struct ifreq r = request(name);

	put_addr(&r.ifr_addr, addr);
	return ioctl(fd, req, &r);
}

static void devices(void)
{
	struct ifreq r = request("lo");
	int fd = open_udp();

	if (family != AF_INET)	/* both run at once, and there is one loopback */
		return;
	say("none", set_number(fd, SIOCSIFMTU, "nosuch0", 1500));
	say("mtu", set_number(fd, SIOCSIFMTU, "lo", 60000));
	say("get", ioctl(fd, SIOCGIFMTU, &r));
	say("v", r.ifr_mtu);
	say("back", set_number(fd, SIOCSIFMTU, "lo", 65536));
	say("wrong", set_number(fd, SIOCSIFMTU, "lo", -1));
	say("qlen", set_number(fd, SIOCSIFTXQLEN, "lo", 77));
	say("wrong", set_number(fd, SIOCSIFTXQLEN, "lo", -1));
	say("get", ioctl(fd, SIOCGIFTXQLEN, &r));
	say("v", r.ifr_qlen);
	say("get", ioctl(fd, SIOCGIFFLAGS, &r));
	say("up", r.ifr_flags & (IFF_UP | IFF_LOOPBACK));
	say("set", ioctl(fd, SIOCSIFFLAGS, &r));
	printf("\n address");
	r = request("lo");
	r.ifr_addr.sa_family = 77;
	say("family", ioctl(fd, SIOCSIFADDR, &r));
	say("none", set_address(fd, SIOCSIFADDR, "nosuch0", "10.1.2.3"));
	say("class", set_address(fd, SIOCSIFADDR, "lo", "224.1.2.3"));
	say("holes", set_address(fd, SIOCSIFNETMASK, "lo", "255.0.255.0"));
	say("mask", set_address(fd, SIOCSIFNETMASK, "lo", "255.255.0.0"));
	say("get", ioctl(fd, SIOCGIFNETMASK, &r));
	say("v", ntohl(((struct sockaddr_in *)&r.ifr_netmask)->sin_addr.s_addr) & 0xffff);
	say("back", set_address(fd, SIOCSIFNETMASK, "lo", "255.0.0.0"));
	say("same", set_address(fd, SIOCSIFADDR, "lo", "127.0.0.1"));
}

static struct rtentry route_to(const char *dst, const char *mask, const char *gw, const char *dev)
{
	struct rtentry e = { .rt_dev = (char *)(uintptr_t)dev, .rt_flags = RTF_UP };

	put_addr(&e.rt_dst, dst);
	put_addr(&e.rt_genmask, mask);
	if (gw) {
		put_addr(&e.rt_gateway, gw);
		e.rt_flags |= RTF_GATEWAY;
	}
	return e;
}

static void routes_v4(int fd)
{
	struct rtentry e = route_to("10.99.0.0", "255.255.255.0", NULL, "lo");

	say("add", ioctl(fd, SIOCADDRT, &e));
	say("twice", ioctl(fd, SIOCADDRT, &e));
	say("del", ioctl(fd, SIOCDELRT, &e));
	say("again", ioctl(fd, SIOCDELRT, &e));
	e = route_to("10.99.0.1", "255.255.255.0", NULL, "lo");
	say("host_part", ioctl(fd, SIOCADDRT, &e));
	e = route_to("10.99.0.0", "255.0.255.0", NULL, "lo");
	say("holes", ioctl(fd, SIOCADDRT, &e));
	e = route_to("10.99.0.0", "255.255.255.0", NULL, "nosuch0");
	say("nodev", ioctl(fd, SIOCADDRT, &e));
	e = route_to("10.99.0.0", "255.255.255.0", "192.0.2.1", NULL);
	say("far", ioctl(fd, SIOCADDRT, &e));
	e = route_to("10.99.0.0", "255.255.255.0", "0.0.0.0", NULL);
	say("nogw", ioctl(fd, SIOCADDRT, &e));
	e = route_to("10.99.0.0", "255.255.255.0", "10.77.0.1", NULL);
	e.rt_metric = 5;
	say("gw", ioctl(fd, SIOCADDRT, &e));
	say("del", ioctl(fd, SIOCDELRT, &e));
	e.rt_dst.sa_family = 77;
	say("family", ioctl(fd, SIOCADDRT, &e));
}

static void routes_v6(int fd)
{
	struct in6_rtmsg m = { .rtmsg_dst_len = 64, .rtmsg_ifindex = (int)if_nametoindex("lo"),
			       .rtmsg_metric = 1, .rtmsg_flags = RTF_UP };
	struct in6_ifreq r = { .ifr6_prefixlen = 128, .ifr6_ifindex = m.rtmsg_ifindex };
	struct sockaddr_in6 sa = { .sin6_family = AF_INET6 };
	int s = open_udp();

	inet_pton(AF_INET6, "fd98::", &m.rtmsg_dst);
	say("add", ioctl(fd, SIOCADDRT, &m));
	say("twice", ioctl(fd, SIOCADDRT, &m));
	say("del", ioctl(fd, SIOCDELRT, &m));
	say("again", ioctl(fd, SIOCDELRT, &m));
	m.rtmsg_ifindex = 999;
	say("nodev", ioctl(fd, SIOCADDRT, &m));
	inet_pton(AF_INET6, "fd97::5", &r.ifr6_addr);
	say("addr", ioctl(fd, SIOCSIFADDR, &r));
	say("twice", ioctl(fd, SIOCSIFADDR, &r));
	sa.sin6_addr = r.ifr6_addr;
	settle();
	say("bind", bind(s, (struct sockaddr *)&sa, sizeof(sa)));
	close(s);
	say("gone", ioctl(fd, SIOCDIFADDR, &r));
	say("again", ioctl(fd, SIOCDIFADDR, &r));
	r.ifr6_prefixlen = 129;
	say("long", ioctl(fd, SIOCSIFADDR, &r));
	r.ifr6_ifindex = 999;
	r.ifr6_prefixlen = 64;
	say("nodev", ioctl(fd, SIOCSIFADDR, &r));
}

static void routes(void)
{
	int fd = open_udp();

	if (family == AF_INET)
		routes_v4(fd);
	else
		routes_v6(fd);
}

static void unprivileged(void)
{
	struct rtentry e = route_to("10.99.0.0", "255.255.255.0", NULL, "lo");
	int fd = open_udp();

	if (family != AF_INET)
		return;
	if (setgid(65534) || setuid(65534))
		say("setuid", -1);
	say("mtu", set_number(fd, SIOCSIFMTU, "lo", 60000));
	say("none", set_number(fd, SIOCSIFMTU, "nosuch0", 60000));
	say("addr", set_address(fd, SIOCSIFADDR, "lo", "10.1.2.3"));
	say("route", ioctl(fd, SIOCADDRT, &e));
}

static void tun_addresses(int fd, const char *name)
{
	struct ifreq r = request(name);

	say("addr", set_address(fd, SIOCSIFADDR, name, "10.98.0.1"));
	say("peer", set_address(fd, SIOCSIFDSTADDR, name, "10.98.0.2"));
	say("get", ioctl(fd, SIOCGIFADDR, &r));
	say("v", ntohl(((struct sockaddr_in *)&r.ifr_addr)->sin_addr.s_addr) & 0xff);
	say("get", ioctl(fd, SIOCGIFDSTADDR, &r));
	say("v", ntohl(((struct sockaddr_in *)&r.ifr_addr)->sin_addr.s_addr) & 0xff);
	say("class", set_address(fd, SIOCSIFADDR, name, "224.1.2.3"));
}

/* A device of its own making, as a VPN has it: with the kernel's stack as with ours, it is there. */
static void tun(void)
{
	static const char dev[] = "fact0";
	struct ifreq r = request(dev);
	int fd = open_udp(), t = open("/dev/net/tun", O_RDWR);
	char name[IF_NAMESIZE] = "";

	if (family != AF_INET)
		return;
	say("none", if_nametoindex(dev));
	r.ifr_flags = IFF_TUN | IFF_NO_PI;
	say("make", ioctl(t, TUNSETIFF, &r));
	say("ioctl", ioctl(fd, SIOCGIFINDEX, &r));
	say("index", r.ifr_ifindex > 0 && if_nametoindex(dev) == (unsigned int)r.ifr_ifindex);
	say("mtu", set_number(fd, SIOCSIFMTU, dev, 1400));
	say("get", ioctl(fd, SIOCGIFMTU, &r));
	say("v", r.ifr_mtu);
	say("wrong", set_number(fd, SIOCSIFMTU, dev, -1));
	tun_addresses(fd, dev);
	r.ifr_flags = IFF_UP;
	say("up", ioctl(fd, SIOCSIFFLAGS, &r));
	say("get", ioctl(fd, SIOCGIFFLAGS, &r));
	say("v", r.ifr_flags & (IFF_UP | IFF_POINTOPOINT));
	say("name", if_indextoname(if_nametoindex(dev), name) && !strcmp(name, dev));
	close(t);
	say("gone", if_nametoindex(dev));
	say("gone", ioctl(fd, SIOCGIFFLAGS, &r));
}

/* SIOCGIFCONF: where it may write, how much, and what fits */
static void lists(void)
{
	struct ifreq entries[8];
	struct ifconf c = { .ifc_len = sizeof(entries), .ifc_req = entries };
	int fd = open_udp(), all;

	say("all", ioctl(fd, SIOCGIFCONF, &c));
	all = c.ifc_len;
	say("entries", all % (int)sizeof(entries[0]) == 0 && all > 0);
	c = (struct ifconf){ .ifc_len = 0 };
	say("size", ioctl(fd, SIOCGIFCONF, &c));
	say("len", c.ifc_len == all);
	c = (struct ifconf){ .ifc_len = sizeof(entries[0]) - 1, .ifc_req = entries };
	say("short", ioctl(fd, SIOCGIFCONF, &c));
	say("len", c.ifc_len);
	c = (struct ifconf){ .ifc_len = -1, .ifc_req = entries };
	say("negative", ioctl(fd, SIOCGIFCONF, &c));
	say("len", c.ifc_len);
	c = (struct ifconf){ .ifc_len = sizeof(entries), .ifc_req = (void *)1 };
	say("bad buffer", ioctl(fd, SIOCGIFCONF, &c));
	c = (struct ifconf){ .ifc_len = 1, .ifc_req = (void *)1 };
	say("bad, not used", ioctl(fd, SIOCGIFCONF, &c));
	say("bad", ioctl(fd, SIOCGIFCONF, (void *)1));
	say("none", ioctl(fd, SIOCGIFCONF, NULL));
}

const struct fact facts_ifreq[] = {
	{ "ifreq_lists", lists },
	{ "ifreq_tun", tun },
	{ "ifreq_devices", devices },
	{ "ifreq_routes", routes },
	{ "ifreq_unprivileged", unprivileged },
	{ NULL, NULL },
};
