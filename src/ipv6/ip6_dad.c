/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Duplicate address detection (RFC 4862 5.4, RFC 7527): after a random delay of up to
 * router_solicitation_delay, dad_transmits solicitations from ::, one each retrans_time; silence
 * makes the address ours.
 */
#include "ipv6/ip6.h"

static void dad_done(struct ip_ifaddr *ifa)
{
	struct net *net = ifa->net;
	struct net_device *dev = ifa->ifa.dev;
	union inet_addr all = ip6_all_nodes();

	ifa->ifa.flags &= ~(u32)IFA_FLAG_TENTATIVE;
	ifa->ifa.updated = net->now;
	rt_genid_bump(net);
	if (ip6_local_route(ifa, true))
		net_log(net, 4, "%s: no memory for a local route", dev->name);
	net_notify(net, INETADDR_UP, &ifa->ifa);
	if (IN6_DEV_MAX(net, in6_dev_get(dev), ndisc_notify))
		ndisc_send_na(dev, &ifa->ifa.local, &all, false, true);
	if (inet_addr_is_linklocal(&ifa->ifa.local))
		ndisc_rs_start(in6_dev_get(dev), false);
}

static void dad_timer(struct timer_list *t)
{
	struct ip_ifaddr *ifa = from_timer(ifa, t, dad_timer);
	const struct inet6_dev *idev = in6_dev_get(ifa->ifa.dev);
	union inet_addr group = ip6_solicited_node_of(&ifa->ifa.local);
	struct net *net = ifa->net;

	if (!ifa->dad_probes) {
		dad_done(ifa);
		return;
	}
	ifa->dad_probes--;
	prng_bytes(&net->prng, ifa->dad_nonce, sizeof(ifa->dad_nonce));
	mod_timer(&ifa->dad_timer, net->now + idev->nd_parms.retrans_ns);
	if (!net->shard)
		ndisc_send_ns(ifa->ifa.dev, &ifa->ifa.local, NULL, &group,
			      IN6_DEV_MAX(net, idev, enhanced_dad) ? ifa->dad_nonce : NULL);
}

void ip6_dad_start(struct ip_ifaddr *ifa)
{
	const struct inet6_dev *idev = in6_dev_get(ifa->ifa.dev);
	struct net *net = ifa->net;
	u64 delay = idev->conf.router_solicitation_delay;

	timer_setup(&ifa->dad_timer, net, dad_timer);
	ifa->dad_probes = (u8)min_t(u32, idev->conf.dad_transmits, 255);
	/* Shards but the first listen only: no shorter than it needs. */
	if (!net->shard)
		delay = net_rand_below(net, (u32)min_t(u64, delay, U32_MAX));
	mod_timer(&ifa->dad_timer, net->now + delay);
}

/*
 * The address stays, unusable, for the administrator to see (RFC 4862 5.4.5). One by
 * autoconfiguration goes: the next advertisement has it tried again. ifa may be no more afterwards.
 */
void ip6_dad_failed(struct ip_ifaddr *ifa)
{
	struct net *net = ifa->net;
	struct net_device *dev = ifa->ifa.dev;
	struct inet6_dev *idev = in6_dev_get(dev);
	char text[INET_ADDRSTRLEN_NS];

	if (ifa->ifa.flags & IFA_FLAG_DADFAILED)
		return;
	del_timer(&ifa->dad_timer);
	ifa->ifa.flags |= IFA_FLAG_DADFAILED;
	inet_addr_ntop(&ifa->ifa.local, text, sizeof(text));
	if (!net->shard)
		net_log(net, 4, "%s: address %s is a duplicate", dev->name, text);
	if (ifa->autoconf)
		inet_ifaddr_remove(ifa);
	else if (inet_addr_is_linklocal(&ifa->ifa.local) && IN6_DEV_MAX(net, idev, accept_dad) > 1) {
		idev->conf.disable_ipv6 = 1;
		net_log(net, 3, "%s: IPv6 disabled: its hardware address is not unique", dev->name);
	}
}
