/* SPDX-License-Identifier: BSD-2-Clause */
/* The inet room's part of a net: sysctls, the ports' secret, the list of sockets. */
#include "inet/inet.h"

#include <errno.h>

/* "8080,9000-9003,": a list of ports and ranges (Documentation of ip_local_reserved_ports) */
static bool parse_port(const char **p, u32 *port)
{
	u32 v = 0;
	const char *s = *p;

	while (*s >= '0' && *s <= '9' && v <= 65535)
		v = v * 10 + (u32)(*s++ - '0');
	if (s == *p || v > 65535)
		return false;
	*p = s;
	*port = v;
	return true;
}

static bool parse_ports(const char *text, u64 *map)
{
	u32 from, to;

	bitmap_zero(map, 65536);
	while (*text == ' ' || *text == '\n')
		text++;
	while (*text && *text != '\n') {
		if (!parse_port(&text, &from))
			return false;
		to = from;
		if (*text == '-') {
			text++;
			if (!parse_port(&text, &to) || to < from)
				return false;
		}
		for (u32 p = from; p <= to; p++)
			bitmap_set(map, p);
		if (*text == ',')
			text++;
		else if (*text && *text != '\n')
			return false;
	}
	return true;
}

static int apply_reserved(struct net *net, const struct sysctl_row *row)
{
	u64 *map = net_alloc(net, sizeof(net->inet.reserved));
	bool ok;

	(void)row;
	if (!map)
		return -ENOMEM;
	ok = parse_ports(net->inet.reserved_text, map);
	if (ok)
		memcpy(net->inet.reserved, map, sizeof(net->inet.reserved));
	net_free(net, map, sizeof(net->inet.reserved));
	return ok ? 0 : -EINVAL;
}

/* What bind(0) may choose must not need privilege. */
static int apply_ports(struct net *net, const struct sysctl_row *row)
{
	(void)row;
	return net->inet.local_ports[0] < net->inet.unprivileged_port_start ? -EINVAL : 0;
}

#define INET_OFF(field) (u32)offsetof(struct net, inet.field)

static const struct sysctl_row inet_sysctls[] = {
	{ .name = "net.ipv4.ip_local_port_range", .kind = SYSCTL_U16_RANGE,
	  .offset = INET_OFF(local_ports), .min = 1, .max = 65535, .def_vec = { 32768, 60999 },
	  .apply = apply_ports },
	{ .name = "net.ipv4.ip_local_reserved_ports", .kind = SYSCTL_STRING,
	  .size = INET_RESERVED_TEXT, .offset = INET_OFF(reserved_text), .def_str = "",
	  .apply = apply_reserved },
	{ .name = "net.ipv4.ip_unprivileged_port_start", .kind = SYSCTL_U32,
	  .offset = INET_OFF(unprivileged_port_start), .def = 1024, .min = 0, .max = 65535,
	  .apply = apply_ports },
	{ .name = "net.ipv4.ip_autobind_reuse", .kind = SYSCTL_U32,
	  .offset = INET_OFF(autobind_reuse), .def = 0, .min = 0, .max = 1 },
	{ .name = "net.ipv4.igmp_max_msf", .kind = SYSCTL_U32, .offset = INET_OFF(igmp_max_msf),
	  .def = 10, .min = 0, .max = S32_MAX },
	{ .name = "net.ipv6.mld_max_msf", .kind = SYSCTL_U32, .offset = INET_OFF(mld_max_msf),
	  .def = 64, .min = 0, .max = S32_MAX },
	{ .name = "net.ipv4.igmp_max_memberships", .kind = SYSCTL_U32,
	  .offset = INET_OFF(max_memberships), .def = 20, .min = 0, .max = S32_MAX },
};

int inet_net_init(struct net *net)
{
	struct netns_inet *n = &net->inet;

	INIT_LIST_HEAD(&n->socks);
	flowlabels_init(net);
	n->port_key.key[0] = net_rand64(net);
	n->port_key.key[1] = net_rand64(net);
	n->perturb = net_alloc(net, INET_PERTURB_SLOTS * sizeof(u32));
	if (!n->perturb)
		return -ENOMEM;
	for (u32 i = 0; i < INET_PERTURB_SLOTS; i++)
		n->perturb[i] = net_rand32(net);
	n->sysctls.rows = inet_sysctls;
	n->sysctls.nr_rows = ARRAY_SIZE(inet_sysctls);
	sysctl_register(net, &n->sysctls);
	return 0;
}

void inet_net_exit(struct net *net)
{
	struct netns_inet *n = &net->inet;

	ASSERT(list_empty(&n->socks));
	flowlabels_exit(net);
	if (n->perturb)
		net_free(net, n->perturb, INET_PERTURB_SLOTS * sizeof(u32));
	n->perturb = NULL;
}
