/* SPDX-License-Identifier: BSD-2-Clause */
/* /sys/class/net: attributes of interfaces, and what its directories hold. */
#include "proc/proc_priv.h"

#include <errno.h>

typedef unsigned long long ull;

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

#define NUMBER(attribute, value)                                                        \
	static void put_##attribute(struct strbuf *sb, const struct net_device *dev)    \
	{                                                                               \
		(void)dev;                                                              \
		strbuf_printf(sb, "%u", (u32)(value));                                  \
	}
NUMBER(addr_len, dev->addr_len)
NUMBER(ifindex, dev->ifindex)
NUMBER(mtu, dev->mtu)
NUMBER(type, dev->type)
NUMBER(tx_queue_len, dev->tx_queue_len)
NUMBER(carrier, dev->carrier)
NUMBER(zero, 0)

static void put_address(struct strbuf *sb, const struct net_device *dev)
{
	put_lladdr(sb, dev, dev->dev_addr);
}

static void put_broadcast(struct strbuf *sb, const struct net_device *dev)
{
	put_lladdr(sb, dev, dev->broadcast);
}

static void put_flags(struct strbuf *sb, const struct net_device *dev)
{
	strbuf_printf(sb, "0x%x", dev->flags & ~(u32)(DEV_RUNNING | DEV_LOWER_UP));
}

static void put_operstate(struct strbuf *sb, const struct net_device *dev)
{
	strbuf_puts(sb, operstate(dev));
}

static const struct {
	const char *name;
	void (*put)(struct strbuf *sb, const struct net_device *dev);
} attributes[] = {
	{ "addr_len", put_addr_len },	      { "address", put_address },
	{ "broadcast", put_broadcast },	      { "carrier", put_carrier },
	{ "dev_id", put_zero },		      { "dormant", put_zero },
	{ "flags", put_flags },		      { "gro_flush_timeout", put_zero },
	{ "ifindex", put_ifindex },	      { "iflink", put_ifindex },
	{ "link_mode", put_zero },	      { "mtu", put_mtu },
	{ "operstate", put_operstate },	      { "tx_queue_len", put_tx_queue_len },
	{ "type", put_type },
};

static int put_attribute(struct strbuf *sb, const struct net_device *dev, const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		if (!strcmp(attributes[i].name, name)) {
			attributes[i].put(sb, dev);
			return 0;
		}
	return -ENOENT;
}

/* The device that a path begins with, and what follows its name: "" or what is behind the slash. */
static struct net_device *dev_of(struct net *net, const char *path, const char **rest)
{
	const char *slash = strchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : strlen(path);
	char devname[IFNAMSIZ_NS] = { 0 };

	if (len >= sizeof(devname))
		return NULL;
	memcpy(devname, path, len);
	*rest = slash ? slash + 1 : path + len;
	return dev_get_by_name(net, devname);
}

/* What follows "DIR/". NULL: it is not in that directory */
static const char *in_dir(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) || path[n] != '/' ? NULL : path + n + 1;
}

int proc_sysfs(struct net *net, const char *name, struct strbuf *sb)
{
	const char *rest;
	struct net_device *dev = dev_of(net, name, &rest);
	int ret;

	if (!dev)
		return -ENOENT;
	if (in_dir(rest, "statistics"))
		ret = put_statistic(sb, dev, in_dir(rest, "statistics"));
	else if (in_dir(rest, "queues"))
		ret = proc_read_queue(dev, in_dir(rest, "queues"), sb);
	else
		ret = put_attribute(sb, dev, rest);
	if (!ret)
		strbuf_putc(sb, '\n');
	return ret;
}

int proc_write_sysfs(struct net *net, const char *name, const char *value)
{
	const char *rest;
	struct net_device *dev = dev_of(net, name, &rest);
	char unused[1];
	struct strbuf sb;
	int ret;

	if (dev && in_dir(rest, "queues"))
		return proc_write_queue(dev, in_dir(rest, "queues"), value);
	strbuf_init(&sb, unused, sizeof(unused));
	ret = proc_sysfs(net, name, &sb);
	return ret ? ret : -EACCES;
}

/* -- directories -------------------------------------------------------------- */

int proc_list_sysfs(struct net *net, const char *path, proc_list_fn fn, void *arg)
{
	struct net_device *dev;
	const char *rest;
	u32 i;

	if (!*path) {
		for_each_netdev(net, dev)
			fn(dev->name, PROC_LINK, arg);
		return 0;
	}
	dev = dev_of(net, path, &rest);
	if (!dev)
		return -ENOENT;
	if (!strcmp(rest, "statistics")) {
		for (i = 0; i < ARRAY_SIZE(statistics); i++)
			fn(statistics[i].name, PROC_FILE, arg);
		return 0;
	}
	if (!strcmp(rest, "queues"))
		return proc_list_queues(dev, "", fn, arg);
	if (in_dir(rest, "queues"))
		return proc_list_queues(dev, in_dir(rest, "queues"), fn, arg);
	if (*rest)
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(attributes); i++)
		fn(attributes[i].name, PROC_FILE, arg);
	fn("queues", PROC_DIR, arg);
	fn("statistics", PROC_DIR, arg);
	return 0;
}
