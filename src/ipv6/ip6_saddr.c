/* SPDX-License-Identifier: BSD-2-Clause */
/* Choice of a source address (RFC 6724 5). */
#include "ipv6/ip6.h"

/* -- policy table: labels of prefixes (RFC 6724 2.1) ------------------------------------------- */

struct policy {
	u8 prefix[16];
	u8 len, label;
};

/* longest prefixes first */
static const struct policy policies[] = {
	{ { [15] = 1 }, 128, 0 },
	{ { [10] = 0xff, [11] = 0xff }, 96, 4 },
	{ { 0 }, 96, 3 },
	{ { 0x20, 0x01, 0, 0 }, 32, 5 },
	{ { 0x20, 0x02 }, 16, 2 },
	{ { 0x3f, 0xfe }, 16, 12 },
	{ { 0xfe, 0xc0 }, 10, 11 },
	{ { 0xfc }, 7, 13 },
	{ { 0 }, 0, 1 },
};

static u8 label_of(const union inet_addr *a)
{
	for (u32 i = 0; i < ARRAY_SIZE(policies); i++) {
		struct inet_prefix p = { inet_addr_from6(policies[i].prefix), INET_FAMILY_6,
					 policies[i].len };

		if (inet_prefix_match(&p, a))
			return policies[i].label;
	}
	return 1;
}

/* Scope as in multicast addresses (RFC 6724 3.1): 2 link, 5 site, 14 global. */
static u8 scope_of(const union inet_addr *a)
{
	if (inet_addr_is_multicast(a))
		return ip6_mcast_scope(ip6_of(a));
	if (inet_addr_is_loopback(a) || inet_addr_is_linklocal(a))
		return 2;
	return ip6_addr_is_sitelocal(ip6_of(a)) ? 5 : 14;
}

static u32 common_prefix(const union inet_addr *a, const union inet_addr *b)
{
	for (u32 i = 0; i < 16; i++)
		if (a->b[i] != b->b[i])
			return i * 8 + (u32)__builtin_clz((u32)(a->b[i] ^ b->b[i]) << 24);
	return 128;
}

/* -- the rules ------------------------------------------------------------------------------------ */

struct choice {
	const union inet_addr *daddr;
	const struct net_device *dev;	/* outgoing; may be NULL */
	u8 dscope, dlabel;
};

/* > 0: a is the better source for c, < 0: b, 0: equal by all rules. */
static int compare(const struct choice *c, const struct inet_ifaddr *a, const struct inet_ifaddr *b)
{
	u8 sa = scope_of(&a->local), sb = scope_of(&b->local);
	int d;

	/* 1: the destination itself */
	d = inet_addr_equal(&a->local, c->daddr) - inet_addr_equal(&b->local, c->daddr);
	if (d)
		return d;
	/* 2: the smallest scope that reaches it */
	if (sa < sb)
		return sa < c->dscope ? -1 : 1;
	if (sb < sa)
		return sb < c->dscope ? 1 : -1;
	/* 3: not deprecated */
	d = !(a->flags & IFA_FLAG_DEPRECATED) - !(b->flags & IFA_FLAG_DEPRECATED);
	if (d)
		return d;
	/* 5: of the outgoing device (4, home addresses, does not arise) */
	d = (a->dev == c->dev) - (b->dev == c->dev);
	if (d)
		return d;
	/* 6: same label */
	d = (label_of(&a->local) == c->dlabel) - (label_of(&b->local) == c->dlabel);
	if (d)
		return d;
	/* 8: longest common prefix, within the source's prefix (7, temporary ones, does not arise) */
	return (int)min_t(u32, common_prefix(&a->local, c->daddr), a->prefixlen) -
	       (int)min_t(u32, common_prefix(&b->local, c->daddr), b->prefixlen);
}

static bool usable(const struct inet_ifaddr *a)
{
	if (a->flags & (IFA_FLAG_TENTATIVE | IFA_FLAG_DADFAILED))
		return false;
	return !inet_addr_is_loopback(&a->local);
}

static const struct inet_ifaddr *best_of(const struct choice *c, const struct net_device *dev,
					 const struct inet_ifaddr *best)
{
	const struct inet6_dev *idev = in6_dev_get(dev);
	const struct inet_ifaddr *a;

	if (!idev || !(dev->flags & DEV_UP))
		return best;
	list_for_each_entry(a, &idev->base.addrs, list)
		if (usable(a) && (!best || compare(c, a, best) > 0))
			best = a;
	return best;
}

bool ip6_select_saddr(struct net *net, struct net_device *dev, const union inet_addr *daddr,
		      union inet_addr *saddr)
{
	struct choice c = { .daddr = daddr, .dev = dev, .dscope = scope_of(daddr),
			    .dlabel = label_of(daddr) };
	const struct inet_ifaddr *best = NULL;
	struct net_device *d;

	if (inet_addr_is_loopback(daddr)) {
		*saddr = *daddr;
		return true;
	}
	/* 4: for groups and link-local destinations only the outgoing device's */
	if (dev && (inet_addr_is_multicast(daddr) || c.dscope <= 2)) {
		best = best_of(&c, dev, NULL);
	} else {
		for_each_netdev(net, d)
			best = best_of(&c, d, best);
	}
	/* a link-local source of another device's link is no source */
	if (best && dev && best->dev != dev && inet_addr_is_linklocal(&best->local))
		best = best_of(&c, dev, NULL);
	if (best)
		*saddr = best->local;
	return best;
}
