/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters: snmp, snmp6, netstat. mib.def has Linux's names in Linux's order. */
#include "proc/proc_priv.h"

/* Counters that are no counts: they are read from where they are kept. */
static s64 value_of(const struct net *net, int i)
{
	switch (i) {
	case MIB_Ip_Forwarding:
		return net->ipv4.conf_all.forwarding ? 1 : 2;
	case MIB_Ip_DefaultTTL:
		return net->ipv4.ip_default_ttl;
	default:
		return (s64)net_mib_sum(net, i);
	}
}

/* MaxConn is the only one with a sign. */
static void put_value(struct strbuf *sb, int i, s64 v)
{
	if (i == MIB_Tcp_MaxConn)
		strbuf_printf(sb, " %lld", (long long)v);
	else
		strbuf_printf(sb, " %llu", (unsigned long long)v);
}

static bool in_group(int i, const char *group)
{
	return !strcmp(mib_names[i].group, group);
}

/* A line of names and one of values. busy: only what is not 0, and no line when all are. */
static void put_group(struct net *net, struct strbuf *sb, const char *group, bool busy)
{
	bool any = !busy;
	int i;

	for (i = 1; i < MIB_MAX; i++)
		any |= in_group(i, group) && value_of(net, i);
	if (!any)
		return;
	strbuf_printf(sb, "%s:", group);
	for (i = 1; i < MIB_MAX; i++)
		if (in_group(i, group) && (!busy || value_of(net, i)))
			strbuf_printf(sb, " %s", mib_names[i].name);
	strbuf_printf(sb, "\n%s:", group);
	for (i = 1; i < MIB_MAX; i++)
		if (in_group(i, group) && (!busy || value_of(net, i)))
			put_value(sb, i, value_of(net, i));
	strbuf_putc(sb, '\n');
}

void proc_snmp(struct net *net, struct strbuf *sb, u16 family)
{
	static const char *const groups[] = { "Ip", "Icmp", "IcmpMsg", "Tcp", "Udp", "UdpLite" };
	u32 i;

	(void)family;
	for (i = 0; i < ARRAY_SIZE(groups); i++)
		put_group(net, sb, groups[i], !strcmp(groups[i], "IcmpMsg"));
}

void proc_netstat(struct net *net, struct strbuf *sb, u16 family)
{
	(void)family;
	put_group(net, sb, "TcpExt", false);
	put_group(net, sb, "IpExt", false);
}

/* Messages counted by their type. */
static bool is_type(const char *name)
{
	return !strncmp(name, "InType", 6) || !strncmp(name, "OutType", 7);
}

void proc_snmp6(struct net *net, struct strbuf *sb, u16 family)
{
	static const char *const groups[] = { "Ip6", "Icmp6", "Udp6", "UdpLite6" };
	char name[64];
	struct strbuf nb;
	u32 g;
	int i;

	(void)family;
	for (g = 0; g < ARRAY_SIZE(groups); g++)
		for (i = 1; i < MIB_MAX; i++) {
			if (!in_group(i, groups[g]))
				continue;
			/* of the types only those that were seen */
			if (!net_mib_sum(net, i) && is_type(mib_names[i].name))
				continue;
			strbuf_init(&nb, name, sizeof(name));
			strbuf_printf(&nb, "%s%s", groups[g], mib_names[i].name);
			strbuf_printf(sb, "%-32s\t%llu\n", name, (unsigned long long)net_mib_sum(net, i));
		}
}
