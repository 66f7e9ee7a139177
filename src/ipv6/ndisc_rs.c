/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asking for routers (RFC 4861 6.3.7). As soon as an interface has a link-local address that nobody else has,
 * after a random delay or duplicate address detection, which began with one; then again, at intervals that
 * double up to a maximum, each up to a tenth shorter or longer, until a router answers (RFC 7559, with the
 * algorithm of RFC 8415 15) or router_solicitations are sent.
 */
#include "ipv6/ip6.h"

enum { JITTER_UNIT = 1000000, JITTER_MAX = 100000 };	/* a tenth */

bool ip6_accept_ra(const struct inet6_dev *idev)
{
	return idev->conf.forwarding ? idev->conf.accept_ra == 2 : idev->conf.accept_ra != 0;
}

/* RAND of RFC 8415 15: ns, and up to a tenth of it less or more. */
static u64 jitter(struct net *net, u64 ns)
{
	u64 r = net_rand_below(net, 2 * JITTER_MAX + 1);

	return ns - ns / JITTER_UNIT * JITTER_MAX + ns / JITTER_UNIT * r;
}

static u64 next_interval(struct net *net, const struct inet6_dev *idev)
{
	u64 max = idev->conf.router_solicitation_max_interval, next;

	if (!idev->rs_interval)
		return jitter(net, idev->conf.router_solicitation_interval);
	next = idev->rs_interval + jitter(net, idev->rs_interval);
	return next > max ? jitter(net, max) : next;
}

static bool more_to_send(const struct inet6_dev *idev)
{
	s32 limit = idev->conf.router_solicitations;

	return limit < 0 || idev->rs_sent < (u32)limit;
}

static void rs_timer(struct timer_list *t)
{
	struct inet6_dev *idev = from_timer(idev, t, rs_timer);
	const struct inet_ifaddr *from = ip6_link_local(idev);
	struct net_device *dev = idev->base.dev;

	if (!from || idev->rs_answered || !ip6_accept_ra(idev) || !more_to_send(idev))
		return;
	idev->rs_sent++;
	ndisc_send_rs(dev, &from->local);
	if (!more_to_send(idev))
		return;
	idev->rs_interval = next_interval(dev->net, idev);
	mod_timer(t, dev->net->now + idev->rs_interval);
}

void ndisc_rs_init(struct inet6_dev *idev, struct net *net)
{
	timer_setup(&idev->rs_timer, net, rs_timer);
}

void ndisc_rs_start(struct inet6_dev *idev, bool delay)
{
	struct net_device *dev = idev->base.dev;
	struct net *net = dev->net;
	u64 wait = 0;

	/* of the shards the first one asks; the answer is for all */
	if (idev->rs_started || !idev->on || net->shard || (dev->flags & DEV_LOOPBACK))
		return;
	if (!ip6_accept_ra(idev) || !idev->conf.router_solicitations)
		return;
	idev->rs_started = true;
	idev->rs_answered = false;
	idev->rs_sent = 0;
	idev->rs_interval = 0;
	if (delay)
		wait = prng_range(&net->prng, 0, idev->conf.router_solicitation_delay);
	mod_timer(&idev->rs_timer, net->now + wait);
}

void ndisc_rs_stop(struct inet6_dev *idev)
{
	del_timer(&idev->rs_timer);
	idev->rs_started = false;
}

void ndisc_rs_restart(struct inet6_dev *idev)
{
	if (!idev->rs_started)
		return;
	ndisc_rs_stop(idev);
	ndisc_rs_start(idev, true);
}

/* Who has not asked yet does so all the same: what was heard may have been meant for others. */
void ndisc_rs_answered(struct inet6_dev *idev)
{
	if (!idev->rs_sent)
		return;
	idev->rs_answered = true;
	del_timer(&idev->rs_timer);
}
