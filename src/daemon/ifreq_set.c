// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interface and route ioctls that change the stack: what ifconfig(8) and route(8) make. For who may
 * administer it. Layouts are those of 64-bit Linux.
 */
#include <errno.h>
#include <string.h>

#include "daemon/channel.h"

enum {
	CODE_ADDRT = 0x890b, CODE_DELRT = 0x890c, CODE_SIFFLAGS = 0x8914, CODE_SIFADDR = 0x8916,
	CODE_SIFBRDADDR = 0x891a, CODE_SIFNETMASK = 0x891c, CODE_SIFMTU = 0x8922,
	CODE_SIFHWADDR = 0x8924, CODE_DIFADDR = 0x8936, CODE_SIFTXQLEN = 0x8943,
};
enum { RTF_GATEWAY_NS = 2, RTF_HOST_NS = 4, RTF_REJECT_NS = 0x200 };
enum { SA_LEN = 16, PROTO_BOOT = 3, IFREQ_FAMILY_AT = 16 };

/* struct ifreq: a name and a union */
struct ifreq_set {
	char name[16];
	union {
		s32 i;
		u16 flags;
		u8 sa[24];
	} u;
};
/* struct rtentry with rt_dev's name behind it */
struct rtentry_ns {
	u64 pad1;
	u8 dst[SA_LEN], gateway[SA_LEN], genmask[SA_LEN];	/* struct sockaddr_in */
	u16 flags;
	u16 pad2;
	u32 pad3;
	u64 pad4[2];
	s16 metric;
	u64 dev, mtu, window;
	u16 irtt;
	char name[16];
};
_Static_assert(offsetof(struct rtentry_ns, name) == 114, "struct rtentry of 64-bit Linux");
/* struct in6_rtmsg and struct in6_ifreq */
struct rtmsg6_ns {
	u8 dst[16], src[16], gateway[16];
	u32 type;
	u16 dst_len, src_len;
	u32 metric;
	u64 info;
	u32 flags;
	s32 ifindex;
};
struct ifreq6_ns {
	u8 addr[16];
	u32 prefixlen;
	s32 ifindex;
};

/* -- IPv4 addresses ------------------------------------------------------------ */

struct first_addr {
	struct inet_ifaddr ifa;
	bool found;
};

static int take_first(const struct inet_ifaddr *ifa, void *arg)
{
	struct first_addr *f = arg;

	f->ifa = *ifa;
	f->found = true;
	return 1;
}

static struct first_addr first_of(struct net *net, struct net_device *dev)
{
	struct first_addr f = { 0 };

	inet_ifaddr_for_each(net, dev, INET_FAMILY_4, take_first, &f);
	return f;
}

static int read_v4(struct net *net, const u8 *sa, union inet_addr *out)
{
	struct inet_sockaddr a;
	u16 family;

	memcpy(&family, sa, sizeof(family));
	if (family != INET_FAMILY_4 || inet_af_get(net, family)->sockaddr_from(sa, SA_LEN, &a))
		return -EINVAL;
	*out = a.addr;
	return 0;
}

/* Length of a netmask; -1: it has holes. */
static int mask_len(const union inet_addr *mask)
{
	const u8 *m = inet_addr_4(mask);
	u32 v = (u32)m[0] << 24 | (u32)m[1] << 16 | (u32)m[2] << 8 | m[3];
	int len = 0;

	while (len < 32 && v & 0x80000000u >> len)
		len++;
	return len < 32 && v << len ? -1 : len;
}

/* As before there were prefixes: by the class of the address. -1: no host's. */
static int class_len(const union inet_addr *addr)
{
	u8 first = inet_addr_4(addr)[0];

	if (first < 128)
		return first ? 8 : 0;
	return first < 192 ? 16 : first < 224 ? 24 : first < 240 ? -1 : 32;
}

/* The first address of the device gives way to this one. */
static int replace_v4(struct net *net, struct net_device *dev, const union inet_addr *addr, u8 len)
{
	struct first_addr old = first_of(net, dev);
	struct inet_prefix p = { .addr = *addr, .family = INET_FAMILY_4, .len = len };
	struct inet_prefix was = { .addr = old.ifa.local, .family = INET_FAMILY_4,
				   .len = old.ifa.prefixlen };
	int ret;

	if (old.found)
		inet_ifaddr_del(net, dev, &was);
	ret = inet_ifaddr_add(net, dev, &p, 0);
	if (ret && old.found)
		inet_ifaddr_add(net, dev, &was, 0);
	return ret;
}

static int remove_first(struct net *net, struct net_device *dev, const struct first_addr *old)
{
	struct inet_prefix was = { .addr = old->ifa.local, .family = INET_FAMILY_4,
				   .len = old->ifa.prefixlen };

	return old->found ? inet_ifaddr_del(net, dev, &was) : 0;
}

static int set_addr(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	struct first_addr old = first_of(net, dev);
	union inet_addr addr;
	int len;

	if (read_v4(net, r->u.sa, &addr))
		return -EINVAL;
	if (inet_addr_any(&addr))	/* takes the address away */
		return remove_first(net, dev, &old);
	len = class_len(&addr);
	if (len < 0)
		return -EINVAL;
	if (old.found && inet_addr_equal(&old.ifa.local, &addr))
		return 0;
	return replace_v4(net, dev, &addr, (u8)len);
}

static int set_netmask(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	struct first_addr old = first_of(net, dev);
	union inet_addr mask;
	int len;

	if (!old.found)
		return -EADDRNOTAVAIL;
	if (read_v4(net, r->u.sa, &mask))
		return -EINVAL;
	len = mask_len(&mask);
	if (len < 0)
		return -EINVAL;
	return len == old.ifa.prefixlen ? 0 : replace_v4(net, dev, &old.ifa.local, (u8)len);
}

/* The broadcast address follows from the prefix here: another cannot be set. */
static int set_broadcast(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	struct first_addr old = first_of(net, dev);
	union inet_addr addr;

	if (!old.found)
		return -EADDRNOTAVAIL;
	if (read_v4(net, r->u.sa, &addr))
		return -EINVAL;
	return inet_addr_equal(&addr, &old.ifa.broadcast) ? 0 : -EOPNOTSUPP;
}

/* -- devices -------------------------------------------------------------------- */

static int set_flags(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	(void)net;
	return dev_change_flags(dev, r->u.flags);
}

static int set_mtu(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	(void)net;
	return r->u.i < 0 ? -EINVAL : dev_set_mtu(dev, (u32)r->u.i);
}

static int set_hwaddr(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	u16 type;

	(void)net;
	memcpy(&type, r->u.sa, sizeof(type));
	return type != dev->type ? -EINVAL : dev_set_mac_address(dev, r->u.sa + 2);
}

static int set_txqlen(struct net *net, struct net_device *dev, const struct ifreq_set *r)
{
	(void)net;
	if (r->u.i < 0)
		return -EINVAL;
	dev->tx_queue_len = (u32)r->u.i;
	return 0;
}

static const struct {
	u32 code;
	int (*set)(struct net *net, struct net_device *dev, const struct ifreq_set *r);
} set_rows[] = {
	{ CODE_SIFFLAGS, set_flags },
	{ CODE_SIFADDR, set_addr },
	{ CODE_SIFBRDADDR, set_broadcast },
	{ CODE_SIFNETMASK, set_netmask },
	{ CODE_SIFMTU, set_mtu },
	{ CODE_SIFHWADDR, set_hwaddr },
	{ CODE_SIFTXQLEN, set_txqlen },
};

static size_t row_of(u32 code)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(set_rows) && set_rows[i].code != code)
		i++;
	return i;
}

static int set_device(struct net *net, u32 code, const u8 *arg, u32 len)
{
	struct net_device *dev;
	struct ifreq_set r;

	if (len < sizeof(r))
		return -EFAULT;
	memcpy(&r, arg, sizeof(r));
	r.name[sizeof(r.name) - 1] = '\0';
	dev = dev_get_by_name(net, r.name);
	return dev ? set_rows[row_of(code)].set(net, dev, &r) : -ENODEV;
}

/* -- routes ---------------------------------------------------------------------- */

/* Whoever made it, it can be deleted. */
static int put_route(struct net *net, u32 code, struct fib_route *r)
{
	if (code == CODE_ADDRT)
		return fib_route_add(net, r);
	r->protocol = 0;
	return fib_route_del(net, r);
}

static bool has_family(const u8 *sa)
{
	return sa[0] || sa[1];
}

static int route_v4(struct net *net, u32 code, const u8 *arg, u32 len)
{
	struct fib_route r = { .type = RTN_UNICAST, .protocol = PROTO_BOOT };
	struct rtentry_ns e;
	union inet_addr mask;
	int plen = 32;

	if (len < sizeof(e))
		return -EFAULT;
	memcpy(&e, arg, sizeof(e));
	if (read_v4(net, e.dst, &r.dst.addr))
		return -EAFNOSUPPORT;
	if (!(e.flags & RTF_HOST_NS)) {
		mask = inet_addr_from4(e.genmask + 4);
		if (has_family(e.genmask) && read_v4(net, e.genmask, &mask))
			return -EAFNOSUPPORT;
		plen = mask_len(&mask);
		if (plen < 0)
			return -EINVAL;
	}
	r.dst.family = INET_FAMILY_4;
	r.dst.len = (u8)plen;
	if (e.metric)
		r.priority = (u32)e.metric - 1;
	if (has_family(e.gateway) && read_v4(net, e.gateway, &r.gw))
		return -EINVAL;
	if (e.flags & RTF_GATEWAY_NS && inet_addr_any(&r.gw))
		return -EINVAL;
	if (!(e.flags & RTF_GATEWAY_NS))
		memset(&r.gw, 0, sizeof(r.gw));
	if (e.flags & RTF_REJECT_NS)
		r.type = RTN_UNREACHABLE;
	e.name[sizeof(e.name) - 1] = '\0';
	if (e.dev) {
		r.dev = dev_get_by_name(net, e.name);
		if (!r.dev)
			return -ENODEV;
	}
	return put_route(net, code, &r);
}

static int route_v6(struct net *net, u32 code, const u8 *arg, u32 len)
{
	struct fib_route r = { .type = RTN_UNICAST, .protocol = PROTO_BOOT };
	struct rtmsg6_ns m;

	if (len < sizeof(m))
		return -EFAULT;
	memcpy(&m, arg, sizeof(m));
	if (m.dst_len > 128 || m.src_len)
		return -EINVAL;
	r.dst = (struct inet_prefix){ .addr = inet_addr_from6(m.dst), .family = INET_FAMILY_6,
				      .len = (u8)m.dst_len };
	r.priority = m.metric;
	if (m.flags & RTF_GATEWAY_NS)
		r.gw = inet_addr_from6(m.gateway);
	if (m.ifindex) {
		r.dev = dev_get_by_index(net, (u32)m.ifindex);
		if (!r.dev)
			return -ENODEV;
	}
	return put_route(net, code, &r);
}

static int addr_v6(struct net *net, u32 code, const u8 *arg, u32 len)
{
	struct inet_prefix p = { .family = INET_FAMILY_6 };
	struct net_device *dev;
	struct ifreq6_ns r;

	if (len < sizeof(r))
		return -EFAULT;
	memcpy(&r, arg, sizeof(r));
	if (r.prefixlen > 128)
		return -EINVAL;
	dev = dev_get_by_index(net, (u32)r.ifindex);
	if (!dev)
		return -ENODEV;
	p.addr = inet_addr_from6(r.addr);
	p.len = (u8)r.prefixlen;
	return code == CODE_SIFADDR ? inet_ifaddr_add(net, dev, &p, 0) :
				      inet_ifaddr_del(net, dev, &p);
}

static int set_in(struct net *net, bool v6, u32 code, const u8 *arg, u32 len)
{
	if (code == CODE_ADDRT || code == CODE_DELRT)
		return v6 ? route_v6(net, code, arg, len) : route_v4(net, code, arg, len);
	if (v6 && (code == CODE_SIFADDR || code == CODE_DIFADDR))
		return addr_v6(net, code, arg, len);
	return set_device(net, code, arg, len);
}

static bool sets_address(u32 code)
{
	return code == CODE_SIFADDR || code == CODE_SIFBRDADDR || code == CODE_SIFNETMASK;
}

/* The first worker's net decides; what it takes the others take. */
int ifreq_set(struct daemon *dm, const struct cred *cred, u16 family, u32 code, const u8 *arg, u32 len)
{
	bool v6 = family == INET_FAMILY_6, route = code == CODE_ADDRT || code == CODE_DELRT;
	bool addr6 = v6 && (code == CODE_SIFADDR || code == CODE_DIFADDR);
	int ret = 0;
	u32 i;

	if (row_of(code) == ARRAY_SIZE(set_rows) && !route && !addr6)
		return -ENOTTY;
	if (!cred_is_admin(dm, cred) || (!cred->uid && !cred_capable(cred, MAY_NET_ADMIN)))
		return -EPERM;
	if (!v6 && sets_address(code) && len > IFREQ_FAMILY_AT &&
	    arg[IFREQ_FAMILY_AT] != INET_FAMILY_4)
		return -EINVAL;
	workers_hold_all(dm);
	for (i = 0; i < dm->nr_workers && !ret; i++)
		ret = set_in(dm->workers[i]->net, v6, code, arg, len);
	return ret;
}
