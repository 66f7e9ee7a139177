/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.ipv4.*: names and defaults of Linux. A switch whose other positions are not implemented has a
 * range of one value: setting another fails, instead of being accepted and ignored.
 */
#include "ipv4/ip4.h"

#define OFF(field) offsetof(struct net, field)
#define U8(nm, field, d, lo, hi)						\
	{ .name = "net.ipv4." nm, .kind = SYSCTL_U8, .offset = OFF(ipv4.field),	\
	  .def = (d), .min = (lo), .max = (hi), .fixed = (lo) == (hi) }
#define U32(nm, off, d, lo, hi)							\
	{ .name = "net.ipv4." nm, .kind = SYSCTL_U32, .offset = (off),		\
	  .def = (d), .min = (lo), .max = (hi), .fixed = (lo) == (hi) }
#define SEC(nm, off, d)								\
	{ .name = "net.ipv4." nm, .kind = SYSCTL_SEC_NS, .offset = (off),	\
	  .def = (d), .min = 0, .max = S32_MAX }
#define MS(nm, off, d)								\
	{ .name = "net.ipv4." nm, .kind = SYSCTL_MS_NS, .offset = (off),	\
	  .def = (d), .min = 0, .max = S32_MAX }
#define FRAG OFF(ip.frags[0])
#define NEIGH(field) OFF(ipv4.arp_tbl.field)

/* What Linux does when all's forwarding is written: it is the new devices', and every device's, too. */
static void pass_on_forwarding(struct net *net)
{
	u8 on = net->ipv4.conf_all.forwarding;
	struct net_device *dev;

	net->ipv4.forwarding_was = on;
	net->ipv4.conf_all.accept_redirects = !on;
	net->ipv4.conf_default.forwarding = on;
	for_each_netdev(net, dev) {
		if (on)
			dev_disable_lro(dev);
		if (dev->ip_ptr)
			in_dev_get(dev)->conf.forwarding = on;
	}
	rt_genid_bump(net);
}

static int apply_forward(struct net *net, const struct sysctl_row *row)
{
	(void)row;
	if (net->ipv4.conf_all.forwarding != net->ipv4.forwarding_was)
		pass_on_forwarding(net);
	return 0;
}

static int apply_dev_forwarding(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
				struct net_device *dev)
{
	if (scope == SYSCTL_ALL)
		return apply_forward(net, row);
	if (dev && in_dev_get(dev)->conf.forwarding)
		dev_disable_lro(dev);
	rt_genid_bump(net);
	return 0;
}

static const struct sysctl_row rows[] = {
	U8("ip_default_ttl", ip_default_ttl, 64, 1, 255),
	U8("ip_no_pmtu_disc", ip_no_pmtu_disc, 0, 0, 255),
	U8("ip_nonlocal_bind", ip_nonlocal_bind, 0, 0, 255),
	{ .name = "net.ipv4.ip_forward", .kind = SYSCTL_U8, .offset = OFF(ipv4.conf_all.forwarding),
	  .max = 255, .apply = apply_forward },
	U8("ip_forward_use_pmtu", ip_forward_use_pmtu, 0, 0, 255),
	U8("ip_forward_update_priority", ip_forward_update_priority, 1, 0, 1),
	U32("route.min_pmtu", OFF(ipv4.min_pmtu), 552, 68, 65535),
	U32("route.min_adv_mss", OFF(ipv4.min_adv_mss), 256, 1, 65535),
	SEC("route.mtu_expires", OFF(ipv4.mtu_expires_ns), 600),

	U32("ipfrag_high_thresh", FRAG + offsetof(struct netns_frags, high_thresh), 4 << 20, 0,
	    1 << 30),
	U32("ipfrag_low_thresh", FRAG + offsetof(struct netns_frags, low_thresh), 3 << 20, 0,
	    1 << 30),
	SEC("ipfrag_time", FRAG + offsetof(struct netns_frags, timeout_ns), 30),
	U32("ipfrag_max_dist", FRAG + offsetof(struct netns_frags, max_dist), 64, 0, 1 << 30),

	U8("icmp_echo_ignore_all", icmp_echo_ignore_all, 0, 0, 1),
	U8("icmp_echo_ignore_broadcasts", icmp_echo_ignore_broadcasts, 1, 0, 1),
	U8("icmp_ignore_bogus_error_responses", icmp_ignore_bogus_error_responses, 1, 0, 1),
	U8("icmp_errors_use_inbound_ifaddr", icmp_errors_use_inbound_ifaddr, 0, 0, 1),
	MS("icmp_ratelimit", OFF(ipv4.icmp_ratelimit_ns), 1000),
	U32("icmp_ratemask", OFF(ipv4.icmp_ratemask), 6168, 0, U32_MAX),
	U32("icmp_msgs_per_sec", OFF(ipv4.icmp_msgs_per_sec), 1000, 0, S32_MAX),
	U32("icmp_msgs_burst", OFF(ipv4.icmp_msgs_burst), 50, 0, S32_MAX),

	U32("neigh.default.gc_thresh1", NEIGH(gc_thresh1), 128, 0, S32_MAX),
	U32("neigh.default.gc_thresh2", NEIGH(gc_thresh2), 512, 0, S32_MAX),
	U32("neigh.default.gc_thresh3", NEIGH(gc_thresh3), 1024, 1, S32_MAX),
};

/* -- of devices --------------------------------------------------------------------- */
/* "all" together with a device's own: the larger one holds (IN_DEV_MAX), as Linux has it for these; of
 * switches that is "one of the two", but of accept_redirects of a device that forwards both. forwarding is
 * the device's alone; accept_source_route can only be off. */
#define CONF(nm, dall, d, hi)							\
	{ .name = #nm, .kind = SYSCTL_U8, .offset = offsetof(struct ipv4_devconf, nm), \
	  .def_all = (dall), .def = (d), .max = (hi), .fixed = !(hi) }

static const struct sysctl_row conf_rows[] = {
	CONF(accept_local, 0, 0, 1),
	CONF(route_localnet, 0, 0, 1),
	CONF(rp_filter, 0, 0, 2),
	CONF(arp_ignore, 0, 0, 8),
	CONF(arp_announce, 0, 0, 2),
	CONF(arp_filter, 0, 0, 1),
	CONF(arp_accept, 0, 0, 1),
	CONF(arp_notify, 0, 0, 1),
	CONF(accept_source_route, 0, 0, 0),
	CONF(accept_redirects, 1, 1, 1),
	CONF(send_redirects, 1, 1, 1),
	/* DEV-08: on, and one place to turn it off */
	CONF(drop_unicast_in_l2_multicast, 1, 0, 1),
	CONF(drop_gratuitous_arp, 0, 0, 1),
	{ .name = "forwarding", .kind = SYSCTL_U8, .offset = offsetof(struct ipv4_devconf, forwarding),
	  .max = 255, .unshared = true, .apply_dev = apply_dev_forwarding },
};

static void *conf_values(struct net *net, enum sysctl_scope scope, const struct net_device *dev)
{
	if (scope == SYSCTL_DEV)
		return in_dev_get(dev) ? &in_dev_get(dev)->conf : NULL;
	return scope == SYSCTL_ALL ? &net->ipv4.conf_all : &net->ipv4.conf_default;
}

static void *neigh_values(struct net *net, enum sysctl_scope scope, const struct net_device *dev)
{
	if (scope == SYSCTL_DEV)
		return in_dev_get(dev) ? &in_dev_get(dev)->arp_parms : NULL;
	return scope == SYSCTL_ALL ? NULL : &net->ipv4.arp_tbl.parms;
}

static void register_of_devices(struct net *net)
{
	net->ipv4.conf_sysctls = (struct sysctl_dev_table){
		.prefix = "net.ipv4.conf.", .rows = conf_rows, .nr_rows = ARRAY_SIZE(conf_rows),
		.values = conf_values, .inherits = true,
	};
	sysctl_register_dev(net, &net->ipv4.conf_sysctls);
	net->ipv4.neigh_sysctls = (struct sysctl_dev_table){
		.prefix = "net.ipv4.neigh.", .rows = ip_neigh_rows, .nr_rows = IP_NEIGH_ROWS,
		.values = neigh_values, .inherits = true,
	};
	sysctl_register_dev(net, &net->ipv4.neigh_sysctls);
}

void ip4_sysctl_exit(struct net *net)
{
	list_del_init(&net->ipv4.sysctls.list);
	list_del_init(&net->ipv4.conf_sysctls.list);
	list_del_init(&net->ipv4.neigh_sysctls.list);
}

void ip4_sysctl_init(struct net *net)
{
	net->ipv4.sysctls.rows = rows;
	net->ipv4.sysctls.nr_rows = ARRAY_SIZE(rows);
	sysctl_register(net, &net->ipv4.sysctls);
	register_of_devices(net);
	net->ipv4.icmp_tokens = net->ipv4.icmp_msgs_burst;
	net->ipv4.icmp_token_stamp = net->now;
}
