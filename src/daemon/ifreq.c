// SPDX-License-Identifier: BSD-2-Clause
/* Interface ioctls on struct ifreq, as far as programs read with them. */
#include <errno.h>
#include <string.h>

#include "daemon/channel.h"

enum { IFREQ_LEN = 40, IFREQ_VALUE = 16 };

/* Linux's layout: name, then a union whose members are read by code. */
struct ifreq_ns {
	char name[IFREQ_VALUE];
	union {
		s32 i;
		s16 flags;
		u8 sa[24];
	} u;
};
_Static_assert(sizeof(struct ifreq_ns) == IFREQ_LEN, "struct ifreq of 64-bit Linux");

struct want_addr {
	const struct net_device *dev;
	struct inet_ifaddr found;
	bool ok;
};

static int first_v4(const struct inet_ifaddr *ifa, void *arg)
{
	struct want_addr *w = arg;

	w->found = *ifa;
	w->ok = true;
	return 1;
}

static int get_addr(struct net *net, struct net_device *dev, struct ifreq_ns *r,
		    union inet_addr (*pick)(const struct inet_ifaddr *ifa))
{
	struct want_addr w = { .dev = dev };
	struct inet_sockaddr sa = { .family = INET_FAMILY_4 };

	inet_ifaddr_for_each(net, dev, INET_FAMILY_4, first_v4, &w);
	if (!w.ok)
		return -EADDRNOTAVAIL;
	sa.addr = pick(&w.found);
	memset(r->u.sa, 0, sizeof(r->u.sa));
	inet_af_get(net, INET_FAMILY_4)->sockaddr_to(&sa, r->u.sa, 16);
	return 0;
}

static union inet_addr pick_local(const struct inet_ifaddr *ifa)
{
	return ifa->local;
}

static union inet_addr pick_broadcast(const struct inet_ifaddr *ifa)
{
	return ifa->broadcast;
}

static union inet_addr pick_mask(const struct inet_ifaddr *ifa)
{
	u8 mask[4] = { 0 };
	u32 i;

	for (i = 0; i < ifa->prefixlen && i < 32; i++)
		mask[i / 8] |= (u8)(0x80 >> (i % 8));
	return inet_addr_from4(mask);
}

static int get_ifaddr(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	return get_addr(net, dev, r, pick_local);
}

static int get_ifbrdaddr(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	int ret = get_addr(net, dev, r, pick_broadcast);

	if (dev->flags & DEV_LOOPBACK)
		memset(r->u.sa + 4, 0, 4);	/* nobody broadcasts there */
	return ret;
}

static int get_ifnetmask(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	return get_addr(net, dev, r, pick_mask);
}

static int get_ifindex(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net;
	r->u.i = (s32)dev->ifindex;
	return 0;
}

static int get_ifflags(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net;
	r->u.flags = (s16)dev_get_flags(dev);
	return 0;
}

static int get_ifmtu(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net;
	r->u.i = (s32)dev->mtu;
	return 0;
}

static int get_iftxqlen(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net;
	r->u.i = (s32)dev->tx_queue_len;
	return 0;
}

static int get_ifmetric(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net;
	(void)dev;
	r->u.i = 0;
	return 0;
}

/* Memory and interrupts of a card of the ISA bus. */
static int get_ifmap(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net, (void)dev;
	memset(r->u.sa, 0, sizeof(r->u.sa));
	return 0;
}

static int get_ifhwaddr(struct net *net, struct net_device *dev, struct ifreq_ns *r)
{
	(void)net;
	memset(r->u.sa, 0, sizeof(r->u.sa));
	memcpy(r->u.sa, &dev->type, sizeof(dev->type));
	memcpy(r->u.sa + 2, dev->dev_addr, min_t(size_t, dev->addr_len, 14));
	return 0;
}

static const struct {
	u32 code;
	int (*get)(struct net *net, struct net_device *dev, struct ifreq_ns *r);
} ifreq_rows[] = {
	{ 0x8913, get_ifflags },	/* SIOCGIFFLAGS */
	{ 0x8915, get_ifaddr },		/* SIOCGIFADDR */
	{ 0x8917, get_ifaddr },		/* SIOCGIFDSTADDR: there is no other end with one of its own */
	{ 0x8919, get_ifbrdaddr },	/* SIOCGIFBRDADDR */
	{ 0x891b, get_ifnetmask },	/* SIOCGIFNETMASK */
	{ 0x891d, get_ifmetric },	/* SIOCGIFMETRIC */
	{ 0x8921, get_ifmtu },		/* SIOCGIFMTU */
	{ 0x8927, get_ifhwaddr },	/* SIOCGIFHWADDR */
	{ 0x8933, get_ifindex },	/* SIOCGIFINDEX */
	{ 0x8942, get_iftxqlen },	/* SIOCGIFTXQLEN */
	{ 0x8970, get_ifmap },		/* SIOCGIFMAP */
};

/* What no device of ours can do, and what Linux says of such ones. */
static const struct {
	u16 first, last;
	int err;
} refused[] = {
	{ 0x891e, 0x891e, EOPNOTSUPP },	/* SIOCSIFMETRIC */
	{ 0x8923, 0x8923, EOPNOTSUPP },	/* SIOCSIFNAME */
	{ 0x8929, 0x8929, EINVAL },	/* SIOCGIFSLAVE */
	{ 0x8930, 0x8930, EOPNOTSUPP },	/* SIOCSIFSLAVE */
	{ 0x8931, 0x8932, EINVAL },	/* SIOCADDMULTI, SIOCDELMULTI */
	{ 0x8937, 0x8937, EINVAL },	/* SIOCSIFHWBROADCAST */
	{ 0x8946, 0x8949, EOPNOTSUPP },	/* SIOCETHTOOL, SIOCGMIIPHY, SIOCGMIIREG, SIOCSMIIREG */
	{ 0x894a, 0x894a, EOPNOTSUPP },	/* SIOCWANDEV */
	{ 0x8971, 0x8971, EOPNOTSUPP },	/* SIOCSIFMAP */
	{ 0x89f0, 0x89ff, EOPNOTSUPP },	/* SIOCDEVPRIVATE */
};

/* 0: it is not one of them */
static int refusal(u32 code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(refused); i++)
		if (code >= refused[i].first && code <= refused[i].last)
			return -refused[i].err;
	return 0;
}
enum { CODE_IFNAME = 0x8910 };		/* SIOCGIFNAME: by index */

int ifreq_ioctl(struct net *net, u32 code, u8 *arg, u32 len)
{
	struct net_device *dev;
	struct ifreq_ns r;
	size_t i;
	int ret = refusal(code);

	for (i = 0; i < ARRAY_SIZE(ifreq_rows); i++)
		if (ifreq_rows[i].code == code)
			break;
	if (i == ARRAY_SIZE(ifreq_rows) && code != CODE_IFNAME && !ret)
		return -ENOTTY;
	if (len < sizeof(r))
		return -EFAULT;
	memcpy(&r, arg, sizeof(r));
	r.name[sizeof(r.name) - 1] = '\0';
	dev = code == CODE_IFNAME ? dev_get_by_index(net, (u32)r.u.i) :
				    dev_get_by_name(net, r.name);
	if (!dev)
		return -ENODEV;
	if (ret)
		return ret;
	if (code == CODE_IFNAME)
		memcpy(r.name, dev->name, sizeof(r.name));
	else
		ret = ifreq_rows[i].get(net, dev, &r);
	if (!ret)
		memcpy(arg, &r, sizeof(r));
	return ret;
}
