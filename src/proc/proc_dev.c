/* SPDX-License-Identifier: BSD-2-Clause */
/* Interfaces: counters, addresses, groups, and their attributes in /sys/class/net. */
#include "proc/proc_priv.h"

#include <errno.h>

typedef unsigned long long ull;

void proc_dev(struct net *net, struct strbuf *sb, u16 family)
{
	struct net_device *dev;

	(void)family;
	strbuf_puts(sb,
		    "Inter-|   Receive                                                |  Transmit\n"
		    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    "
		    "packets errs drop fifo colls carrier compressed\n");
	for_each_netdev(net, dev)
	{
		const struct net_device_stats sum = dev_stats_sum(dev), *s = &sum;

		strbuf_printf(sb, "%6s: %7llu %7llu %4llu %4llu %4llu %5llu %10llu %9llu ",
			      dev->name, (ull)s->rx_bytes, (ull)s->rx_packets, (ull)s->rx_errors,
			      (ull)(s->rx_dropped + s->rx_missed_errors), (ull)s->rx_fifo_errors,
			      (ull)(s->rx_length_errors + s->rx_over_errors + s->rx_crc_errors +
				    s->rx_frame_errors),
			      0ull, (ull)s->multicast);
		strbuf_printf(sb, "%8llu %7llu %4llu %4llu %4llu %5llu %7llu %10llu\n",
			      (ull)s->tx_bytes, (ull)s->tx_packets, (ull)s->tx_errors,
			      (ull)s->tx_dropped, (ull)s->tx_fifo_errors, (ull)s->collisions,
			      (ull)(s->tx_carrier_errors + s->tx_aborted_errors), 0ull);
	}
}

/* -- groups ---------------------------------------------------------------- */

void proc_dev_mcast(struct net *net, struct strbuf *sb, u16 family)
{
	struct net_device *dev;
	struct dev_mc_addr *mc;

	(void)family;
	for_each_netdev(net, dev) list_for_each_entry(mc, &dev->mc_list, list)
	{
		strbuf_printf(sb, "%-4u %-15s %-5u %-5d ", dev->ifindex, dev->name, mc->users, 0);
		strbuf_hex(sb, mc->addr, dev->addr_len, 0);
		strbuf_putc(sb, '\n');
	}
}

static void put_groups4(struct strbuf *sb, const struct net_device *dev,
			const struct inet_dev *idev)
{
	const struct ip_mc *mc;
	u32 nr = 0;

	list_for_each_entry(mc, &idev->mc_list, list)
		nr++;
	strbuf_printf(sb, "%u\t%-10s: %5u %7s\n", dev->ifindex, dev->name, nr, "V3");
	list_for_each_entry(mc, &idev->mc_list, list)
		strbuf_printf(sb, "\t\t\t\t%08X %5u %d:%08lX\t\t%d\n", mc->group.w[3], mc->users, 0,
			      0ul, 0);
}

static void put_groups6(struct strbuf *sb, const struct net_device *dev,
			const struct inet_dev *idev)
{
	const struct ip_mc *mc;

	list_for_each_entry(mc, &idev->mc_list, list) {
		strbuf_printf(sb, "%-4u %-15s ", dev->ifindex, dev->name);
		strbuf_hex(sb, mc->group.b, 16, 0);
		strbuf_printf(sb, " %5u %08X %ld\n", mc->users, 4 /* MAF_LOADED */, 0l);
	}
}

void proc_groups(struct net *net, struct strbuf *sb, u16 family)
{
	struct net_device *dev;

	if (family == INET_FAMILY_4)
		strbuf_puts(sb, "Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n");
	for_each_netdev(net, dev)
	{
		const struct inet_dev *idev = ip_family_get(net, family)->dev_get(dev);

		if (!idev)
			continue;
		if (family == INET_FAMILY_4)
			put_groups4(sb, dev, idev);
		else
			put_groups6(sb, dev, idev);
	}
}

/* -- addresses ------------------------------------------------------------- */

/* Scopes of this file are not rtnetlink's. */
static u32 file_scope(const struct inet_ifaddr *ifa)
{
	if (ifa->scope == RT_SCOPE_HOST_NS)
		return 0x10;
	if (ifa->scope == RT_SCOPE_LINK_NS)
		return 0x20;
	return ifa->scope == RT_SCOPE_SITE_NS ? 0x40 : 0;
}

static int put_if_inet6(const struct inet_ifaddr *ifa, void *arg)
{
	struct strbuf *sb = arg;

	strbuf_hex(sb, ifa->local.b, 16, 0);
	strbuf_printf(sb, " %02x %02x %02x %02x %8s\n", ifa->dev->ifindex, ifa->prefixlen,
		      file_scope(ifa), ifa->flags & 0xff, ifa->dev->name);
	return 0;
}

void proc_if_inet6(struct net *net, struct strbuf *sb, u16 family)
{
	(void)family;
	inet_ifaddr_for_each(net, NULL, INET_FAMILY_6, put_if_inet6, sb);
}

/* -- flow labels ------------------------------------------------------------ */

struct label_list {
	struct strbuf *sb;
	u64 now;
};

static void put_flowlabel(const struct flowlabel *fl, void *arg)
{
	const struct label_list *l = arg;
	s64 left = (s64)(fl->expires - l->now) / (s64)NSEC_PER_SEC;

	strbuf_printf(l->sb, "%05X %-1d %-6u %-6u %-6llu %-8lld ", fl->label, fl->share, fl->owner, fl->users,
		      (ull)(fl->linger / NSEC_PER_SEC), (long long)left);
	strbuf_hex(l->sb, fl->dst.b, 16, 0);
	strbuf_printf(l->sb, " %-4u\n", fl->ext_len);
}

void proc_flowlabels(struct net *net, struct strbuf *sb, u16 family)
{
	struct label_list l = { .sb = sb, .now = net->now };

	(void)family;
	strbuf_puts(sb, "Label S Owner  Users  Linger Expires  Dst                              Opt\n");
	flowlabels_for_each(net, put_flowlabel, &l);
}
