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

/* -- /sys/class/net -------------------------------------------------------- */

static void put_lladdr(struct strbuf *sb, const struct net_device *dev, const u8 *addr)
{
	strbuf_hex(sb, addr, dev->addr_len, ':');
}

static const char *operstate(const struct net_device *dev)
{
	if (dev->flags & DEV_LOOPBACK)
		return "unknown";
	return dev->flags & DEV_UP && dev->carrier ? "up" : "down";
}

static const struct {
	const char *name;
	u32 offset;
} statistics[] = {
#define ROW(field)                                               \
	{                                                        \
#field, offsetof(struct net_device_stats, field) \
	}
	ROW(collisions),       ROW(multicast),	       ROW(rx_bytes),	    ROW(rx_crc_errors),
	ROW(rx_dropped),       ROW(rx_errors),	       ROW(rx_fifo_errors), ROW(rx_frame_errors),
	ROW(rx_length_errors), ROW(rx_missed_errors),  ROW(rx_nohandler),   ROW(rx_over_errors),
	ROW(rx_packets),       ROW(tx_aborted_errors), ROW(tx_bytes),	    ROW(tx_carrier_errors),
	ROW(tx_dropped),       ROW(tx_errors),	       ROW(tx_fifo_errors), ROW(tx_packets),
#undef ROW
};

static int put_statistic(struct strbuf *sb, const struct net_device *dev, const char *name)
{
	const struct net_device_stats sum = dev_stats_sum(dev);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(statistics); i++) {
		u64 v;

		if (strcmp(statistics[i].name, name))
			continue;
		memcpy(&v, (const u8 *)&sum + statistics[i].offset, sizeof(v));
		strbuf_printf(sb, "%llu", (ull)v);
		return 0;
	}
	return -ENOENT;
}

static int put_attribute(struct strbuf *sb, const struct net_device *dev, const char *name)
{
	const struct {
		const char *name;
		u32 value;
	} numbers[] = {
		{ "addr_len", dev->addr_len },
		{ "ifindex", dev->ifindex },
		{ "iflink", dev->ifindex },
		{ "mtu", dev->mtu },
		{ "type", dev->type },
		{ "tx_queue_len", dev->tx_queue_len },
		{ "gro_flush_timeout", 0 },
		{ "dev_id", 0 },
		{ "dormant", 0 },
		{ "link_mode", 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!strcmp(numbers[i].name, name)) {
			strbuf_printf(sb, "%u", numbers[i].value);
			return 0;
		}
	}
	if (!strcmp(name, "address"))
		put_lladdr(sb, dev, dev->dev_addr);
	else if (!strcmp(name, "broadcast"))
		put_lladdr(sb, dev, dev->broadcast);
	else if (!strcmp(name, "flags"))
		strbuf_printf(sb, "0x%x", dev->flags & ~(u32)(DEV_RUNNING | DEV_LOWER_UP));
	else if (!strcmp(name, "operstate"))
		strbuf_puts(sb, operstate(dev));
	else if (!strcmp(name, "carrier"))
		strbuf_puts(sb, dev->carrier ? "1" : "0");
	else
		return -ENOENT;
	return 0;
}

/* "tx-N/byte_queue_limits/FILE" */
static int put_queue(struct strbuf *sb, const struct net_device *dev, const char *name)
{
	static const char limits[] = "/byte_queue_limits/";
	const struct dql *q;
	u32 index = 0, digits;

	if (strncmp(name, "tx-", 3))
		return -ENOENT;
	name += 3;
	for (digits = 0; digits < 4 && *name >= '0' && *name <= '9'; digits++)
		index = index * 10 + (u32)(*name++ - '0');
	if (!digits || index >= dev->num_tx_queues || strncmp(name, limits, sizeof(limits) - 1))
		return -ENOENT;
	name += sizeof(limits) - 1;
	q = &netdev_get_tx_queue(dev, (u16)index)->dql;
	if (!strcmp(name, "limit"))
		strbuf_printf(sb, "%u", q->limit);
	else if (!strcmp(name, "limit_min"))
		strbuf_printf(sb, "%u", q->min_limit);
	else if (!strcmp(name, "limit_max"))
		strbuf_printf(sb, "%u", q->max_limit);
	else if (!strcmp(name, "hold_time"))
		strbuf_printf(sb, "%u", (u32)(DQL_HOLD_NS / NSEC_PER_MSEC));
	else if (!strcmp(name, "inflight"))
		strbuf_printf(sb, "%u", dql_inflight(q));
	else
		return -ENOENT;
	return 0;
}

int proc_sysfs(struct net *net, const char *name, struct strbuf *sb)
{
	static const char stats[] = "statistics/", queues[] = "queues/";
	const char *slash = strchr(name, '/');
	struct net_device *dev;
	char devname[IFNAMSIZ_NS];
	int ret;

	if (!slash || (size_t)(slash - name) >= sizeof(devname))
		return -ENOENT;
	memset(devname, 0, sizeof(devname));
	memcpy(devname, name, (size_t)(slash - name));
	dev = dev_get_by_name(net, devname);
	if (!dev)
		return -ENOENT;
	slash++;
	if (!strncmp(slash, stats, sizeof(stats) - 1))
		ret = put_statistic(sb, dev, slash + sizeof(stats) - 1);
	else if (!strncmp(slash, queues, sizeof(queues) - 1))
		ret = put_queue(sb, dev, slash + sizeof(queues) - 1);
	else
		ret = put_attribute(sb, dev, slash);
	if (!ret)
		strbuf_putc(sb, '\n');
	return ret;
}
