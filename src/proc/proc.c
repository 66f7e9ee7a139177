/* SPDX-License-Identifier: BSD-2-Clause */
/* The files by name. */
#include "proc/proc_priv.h"

#include <errno.h>

enum { VALUE_MAX = 1024 };

static const struct proc_file {
	const char *name;
	void (*show)(struct net *net, struct strbuf *sb, u16 family);
	u16 family;
	bool sockets;	/* one a line */
} files[] = {
	{ "tcp", proc_tcp, INET_FAMILY_4, true },
	{ "tcp6", proc_tcp, INET_FAMILY_6, true },
	{ "udp", proc_udp, INET_FAMILY_4, true },
	{ "udp6", proc_udp, INET_FAMILY_6, true },
	{ "udplite", proc_udplite, INET_FAMILY_4, true },
	{ "udplite6", proc_udplite, INET_FAMILY_6, true },
	{ "raw", proc_raw, INET_FAMILY_4, true },
	{ "raw6", proc_raw, INET_FAMILY_6, true },
	{ "icmp", proc_ping, INET_FAMILY_4, true },
	{ "icmp6", proc_ping, INET_FAMILY_6, true },
	{ "packet", proc_packet, 0, false },
	{ "protocols", proc_protocols, 0, false },
	{ "sockstat", proc_sockstat, INET_FAMILY_4, false },
	{ "sockstat6", proc_sockstat, INET_FAMILY_6, false },
	{ "snmp", proc_snmp, 0, false },
	{ "snmp6", proc_snmp6, 0, false },
	{ "netstat", proc_netstat, 0, false },
	{ "dev", proc_dev, 0, false },
	{ "dev_mcast", proc_dev_mcast, 0, false },
	{ "igmp", proc_groups, INET_FAMILY_4, false },
	{ "igmp6", proc_groups, INET_FAMILY_6, false },
	{ "ip6_flowlabel", proc_flowlabels, 0, false },
	{ "if_inet6", proc_if_inet6, 0, false },
	{ "route", proc_route, 0, false },
	{ "ipv6_route", proc_route6, 0, false },
	{ "arp", proc_arp, 0, false },
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

/* The row of a file of /proc/net, NULL: there is none of that name. */
static const struct proc_file *find(const char *name)
{
	const char *file = below(name, "net/");
	u32 i;

	for (i = 0; file && i < ARRAY_SIZE(files); i++)
		if (!strcmp(files[i].name, file))
			return &files[i];
	return NULL;
}

bool proc_lists_sockets(const char *name)
{
	const struct proc_file *f = find(name);

	return f && f->sockets;
}

int proc_read(struct net *net, const char *name, struct strbuf *sb)
{
	const struct proc_file *f = find(name);

	if (below(name, "sys/net/"))
		return read_sysctl(net, below(name, "sys/"), sb);
	if (below(name, "class/net/"))
		return proc_sysfs(net, below(name, "class/net/"), sb);
	if (!f)
		return -ENOENT;
	f->show(net, sb, f->family);
	return 0;
}

/* -- directories ------------------------------------------------------------ */

struct sysctl_listing {
	const char *dir;	/* "net/ipv4" */
	proc_list_fn fn;
	void *arg;
	bool found;
};

/*
 * Is this name below the directory? The next part of it, behind which a dot leads deeper; a slash stands
 * for a dot in it (a VLAN's name).
 */
static void list_row(struct net *net, const char *name, void *arg)
{
	struct sysctl_listing *l = arg;
	const char *p = name, *d = l->dir;
	char part[64];
	size_t n = 0;

	(void)net;
	for (; *d; p++, d++)
		if (*p != *d && !(*p == '.' && *d == '/') && !(*p == '/' && *d == '.'))
			return;
	if (*p++ != '.')
		return;
	l->found = true;
	for (; p[n] && p[n] != '.' && n < sizeof(part) - 1; n++)
		part[n] = p[n] == '/' ? '.' : p[n];
	part[n] = '\0';
	l->fn(part, p[n] ? PROC_DIR : PROC_FILE, l->arg);
}

int proc_list(struct net *net, const char *name, proc_list_fn fn, void *arg)
{
	struct sysctl_listing l = { .fn = fn, .arg = arg };

	if (!strcmp(name, "class/net"))
		return proc_list_sysfs(net, "", fn, arg);
	if (below(name, "class/net/"))
		return proc_list_sysfs(net, below(name, "class/net/"), fn, arg);
	l.dir = below(name, "sys/");
	if (!l.dir)
		return -ENOENT;
	sysctl_for_each(net, list_row, &l);
	return l.found ? 0 : -ENOENT;
}

int proc_may_write(struct net *net, const char *name)
{
	char unused[1];
	struct strbuf sb;
	int ret;

	if (below(name, "sys/net/"))
		return 0;
	if (below(name, "class/net/"))
		return proc_write_sysfs(net, below(name, "class/net/"), NULL);
	strbuf_init(&sb, unused, sizeof(unused));
	ret = proc_read(net, name, &sb);
	return ret ? ret : -EACCES;
}

int proc_write(struct net *net, const char *name, const char *value)
{
	int ret;

	if (!below(name, "sys/net/")) {
		ret = proc_may_write(net, name);
		return ret ? ret : proc_write_sysfs(net, below(name, "class/net/"), value);
	}
	ret = sysctl_write(net, below(name, "sys/"), value);
	return ret == -EPERM ? -EACCES : ret;
}
