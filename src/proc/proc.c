/* SPDX-License-Identifier: BSD-2-Clause */
/* The files by name. */
#include "proc/proc_priv.h"

#include <errno.h>

enum { VALUE_MAX = 1024 };

static const struct proc_file {
	const char *name;
	void (*show)(struct net *net, struct strbuf *sb, u16 family);
	u16 family;
} files[] = {
	{ "tcp", proc_tcp, INET_FAMILY_4 },
	{ "tcp6", proc_tcp, INET_FAMILY_6 },
	{ "udp", proc_udp, INET_FAMILY_4 },
	{ "udp6", proc_udp, INET_FAMILY_6 },
	{ "udplite", proc_udplite, INET_FAMILY_4 },
	{ "udplite6", proc_udplite, INET_FAMILY_6 },
	{ "raw", proc_raw, INET_FAMILY_4 },
	{ "raw6", proc_raw, INET_FAMILY_6 },
	{ "icmp", proc_ping, INET_FAMILY_4 },
	{ "icmp6", proc_ping, INET_FAMILY_6 },
	{ "packet", proc_packet, 0 },
	{ "protocols", proc_protocols, 0 },
	{ "sockstat", proc_sockstat, INET_FAMILY_4 },
	{ "sockstat6", proc_sockstat, INET_FAMILY_6 },
	{ "snmp", proc_snmp, 0 },
	{ "snmp6", proc_snmp6, 0 },
	{ "netstat", proc_netstat, 0 },
	{ "dev", proc_dev, 0 },
	{ "dev_mcast", proc_dev_mcast, 0 },
	{ "igmp", proc_groups, INET_FAMILY_4 },
	{ "igmp6", proc_groups, INET_FAMILY_6 },
	{ "if_inet6", proc_if_inet6, 0 },
	{ "route", proc_route, 0 },
	{ "ipv6_route", proc_route6, 0 },
	{ "arp", proc_arp, 0 },
};

void proc_end_line(struct strbuf *sb, size_t start, u32 width)
{
	while (sb->len - start < width && strbuf_room(sb))
		strbuf_putc(sb, ' ');
	strbuf_putc(sb, '\n');
}

/* What follows prefix in name, or NULL. */
static const char *below(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(name, prefix, n) ? NULL : name + n;
}

static int read_sysctl(struct net *net, const char *name, struct strbuf *sb)
{
	char value[VALUE_MAX];
	int ret = sysctl_get(net, name, value, sizeof(value));

	if (ret)
		return ret;
	strbuf_puts(sb, value);
	strbuf_putc(sb, '\n');
	return 0;
}

int proc_read(struct net *net, const char *name, struct strbuf *sb)
{
	const char *file = below(name, "net/");
	u32 i;

	if (below(name, "sys/net/"))
		return read_sysctl(net, below(name, "sys/"), sb);
	if (below(name, "class/net/"))
		return proc_sysfs(net, below(name, "class/net/"), sb);
	for (i = 0; file && i < ARRAY_SIZE(files); i++) {
		if (!strcmp(files[i].name, file)) {
			files[i].show(net, sb, files[i].family);
			return 0;
		}
	}
	return -ENOENT;
}

int proc_write(struct net *net, const char *name, const char *value)
{
	char unused[1];
	struct strbuf sb;
	int ret;

	if (below(name, "sys/net/")) {
		ret = sysctl_set(net, below(name, "sys/"), value);
		return ret == -EPERM ? -EACCES : ret;
	}
	strbuf_init(&sb, unused, sizeof(unused));
	ret = proc_read(net, name, &sb);
	return ret ? ret : -EACCES;
}
