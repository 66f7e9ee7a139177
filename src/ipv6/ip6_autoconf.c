/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses out of advertised prefixes (RFC 4862 5.5.3): made with the interface identifier of the hardware
 * address, renewed by each advertisement, deprecated when their preferred lifetime ends, gone with the valid
 * one.
 */
#include <errno.h>

#include "ipv6/ip6.h"

/* What an advertisement, which nobody has signed, may leave of a valid lifetime: 5.5.3 e */
#define MIN_VALID (2 * 3600 * NSEC_PER_SEC)

void ip6_eui64(u8 iid[8], const u8 mac[6])
{
	const u8 id[8] = { mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] };

	memcpy(iid, id, sizeof(id));
}

static u64 until(const struct net *net, u32 lifetime)
{
	return lifetime == (u32)RA_LIFETIME_INFINITE ? U64_MAX : net->now + lifetime * NSEC_PER_SEC;
}

/* -- life ------------------------------------------------------------------------------------------- */

/* Not chosen for what is new, but still ours (RFC 4862 5.5.4). */
static void set_deprecated(struct ip_ifaddr *ifa, bool deprecated)
{
	u32 flags = ifa->ifa.flags & ~(u32)IFA_FLAG_DEPRECATED;

	flags |= deprecated ? (u32)IFA_FLAG_DEPRECATED : 0;
	if (flags == ifa->ifa.flags)
		return;
	ifa->ifa.flags = flags;
	ifa->ifa.updated = ifa->net->now;
	rt_genid_bump(ifa->net);
	net_notify(ifa->net, INETADDR_UP, &ifa->ifa);
}

static void life_timer(struct timer_list *t)
{
	struct ip_ifaddr *ifa = from_timer(ifa, t, life_timer);

	if (ifa->net->now >= ifa->ifa.valid_until)
		inet_ifaddr_remove(ifa);
	else
		ip6_autoconf_life(ifa);
}

void ip6_autoconf_life(struct ip_ifaddr *ifa)
{
	bool deprecated = ifa->net->now >= ifa->ifa.preferred_until;
	u64 at = deprecated ? ifa->ifa.valid_until : min(ifa->ifa.preferred_until, ifa->ifa.valid_until);

	if (!ifa->life_timer.net)
		timer_setup(&ifa->life_timer, ifa->net, life_timer);
	set_deprecated(ifa, deprecated);
	if (at == U64_MAX)
		del_timer(&ifa->life_timer);
	else
		mod_timer(&ifa->life_timer, at);
}

/* -- prefixes --------------------------------------------------------------------------------------- */

static void make(struct inet6_dev *idev, const union inet_addr *addr, u32 valid, u32 preferred)
{
	struct inet_prefix p = { *addr, INET_FAMILY_6, 64 };
	struct net_device *dev = idev->base.dev;
	u32 max = idev->conf.max_addresses;
	int err;

	if (!valid || (max && idev->base.nr_addrs >= max))
		return;
	err = inet_ifaddr_add_auto(dev->net, dev, &p, until(dev->net, valid), until(dev->net, preferred));
	if (err)
		net_log(dev->net, 4, "%s: no address for an advertised prefix: error %d", dev->name, -err);
}

/*
 * 5.5.3 e: the valid lifetime grows as it is told, and shrinks no further than to two hours, so that one
 * forged advertisement ends no address; the preferred one is what was told.
 */
static void renew(struct ip_ifaddr *ifa, u32 valid, u32 preferred)
{
	u64 now = ifa->net->now, told = until(ifa->net, valid);

	ifa->ifa.valid_until = max(told, min(ifa->ifa.valid_until, now + MIN_VALID));
	ifa->ifa.preferred_until = until(ifa->net, preferred);
	ifa->ifa.updated = now;
	ip6_autoconf_life(ifa);
}

void ip6_autoconf_prefix(struct inet6_dev *idev, const union inet_addr *prefix, u32 valid, u32 preferred)
{
	struct net_device *dev = idev->base.dev;
	union inet_addr addr = *prefix;
	struct ip_ifaddr *ifa;

	if (dev->type != DEV_TYPE_ETHER)
		return;
	ip6_eui64(addr.b + 8, dev->dev_addr);
	ifa = inet_ifaddr_find(dev->net, &addr, dev);
	if (!ifa)
		make(idev, &addr, valid, preferred);
	else if (ifa->autoconf)		/* what is configured stays as it is */
		renew(ifa, valid, preferred);
}
