/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.ipv6.*: names and defaults of Linux. A switch whose other positions are not implemented has a
 * range of one value: setting another fails, instead of being accepted and ignored.
 */
#include <errno.h>

#include "ipv6/ip6.h"

#define OFF(field) offsetof(struct net, field)
#define U8(nm, field, d, lo, hi)						\
	{ .name = "net.ipv6." nm, .kind = SYSCTL_U8, .offset = OFF(ipv6.field),	\
	  .def = (d), .min = (lo), .max = (hi), .fixed = (lo) == (hi) }
#define U32(nm, off, d, lo, hi)							\
	{ .name = "net.ipv6." nm, .kind = SYSCTL_U32, .offset = (off),		\
	  .def = (d), .min = (lo), .max = (hi), .fixed = (lo) == (hi) }
#define SEC(nm, off, d)								\
	{ .name = "net.ipv6." nm, .kind = SYSCTL_SEC_NS, .offset = (off),	\
	  .def = (d), .min = 0, .max = S32_MAX }
#define MS(nm, off, d)								\
	{ .name = "net.ipv6." nm, .kind = SYSCTL_MS_NS, .offset = (off),	\
	  .def = (d), .min = 0, .max = S32_MAX }
#define FRAG OFF(ip.frags[1])
#define NEIGH(field) OFF(ipv6.nd_tbl.field)

static const struct sysctl_row rows[] = {
	U8("bindv6only", bindv6only, 0, 0, 255),
	U8("auto_flowlabels", auto_flowlabels, 1, 0, 1),
	U8("flowlabel_reflect", flowlabel_reflect, 0, 0, 7),
	U8("flowlabel_consistency", flowlabel_consistency, 1, 0, 255),
	U8("flowlabel_state_ranges", flowlabel_state_ranges, 0, 0, 255),
	U8("ip_nonlocal_bind", ip_nonlocal_bind, 0, 0, 255),
	U8("icmp.echo_ignore_all", icmp_echo_ignore_all, 0, 0, 255),
	U8("icmp.echo_ignore_multicast", icmp_echo_ignore_multicast, 0, 0, 255),
	MS("icmp.ratelimit", OFF(ipv6.icmp_ratelimit_ns), 1000),
	U32("max_dst_opts_number", OFF(ipv6.max_dst_opts_number), 8, 0, S32_MAX),
	U32("max_hbh_opts_number", OFF(ipv6.max_hbh_opts_number), 8, 0, S32_MAX),
	U32("max_dst_opts_length", OFF(ipv6.max_dst_opts_length), S32_MAX, 0, S32_MAX),
	U32("max_hbh_length", OFF(ipv6.max_hbh_length), S32_MAX, 0, S32_MAX),
	SEC("route.mtu_expires", OFF(ipv6.mtu_expires_ns), 600),
	U32("route.min_adv_mss", OFF(ipv6.min_adv_mss), 1220, 1, 65475),

	U32("ip6frag_high_thresh", FRAG + offsetof(struct netns_frags, high_thresh), 4 << 20, 0,
	    1 << 30),
	U32("ip6frag_low_thresh", FRAG + offsetof(struct netns_frags, low_thresh), 3 << 20, 0,
	    1 << 30),
	SEC("ip6frag_time", FRAG + offsetof(struct netns_frags, timeout_ns), 60),

	U32("neigh.default.gc_thresh1", NEIGH(gc_thresh1), 128, 0, S32_MAX),
	U32("neigh.default.gc_thresh2", NEIGH(gc_thresh2), 512, 0, S32_MAX),
	U32("neigh.default.gc_thresh3", NEIGH(gc_thresh3), 1024, 1, S32_MAX),
};

/* -- of devices --------------------------------------------------------------------- */
/* What Linux does when one of these is written: "all" is "default"'s and every device's. */
static void to_all(struct net *net, const struct sysctl_row *row, void (*apply)(struct net_device *dev))
{
	u8 v = *((const u8 *)&net->ipv6.conf_all + row->offset);
	struct net_device *dev;

	*((u8 *)&net->ipv6.conf_default + row->offset) = v;
	for_each_netdev(net, dev) {
		if (!dev->ip6_ptr)
			continue;
		*((u8 *)&in6_dev_get(dev)->conf + row->offset) = v;
		apply(dev);
	}
}

/* To all devices, or to the one that the switch is of. */
static void to_scope(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
		     struct net_device *dev, void (*apply)(struct net_device *dev))
{
	if (scope == SYSCTL_ALL)
		to_all(net, row, apply);
	else if (dev)
		apply(dev);
}

static int apply_disable(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
			 struct net_device *dev)
{
	to_scope(net, row, scope, dev, ip6_dev_switch);
	return 0;
}

static int apply_gen_mode(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
			  struct net_device *dev)
{
	to_scope(net, row, scope, dev, ip6_dev_gen_mode);
	return 0;
}

static void router_or_host(struct net_device *dev)
{
	if (in6_dev_get(dev)->conf.forwarding)
		dev_disable_lro(dev);
	ip6_router_groups(in6_dev_get(dev));
}

static int apply_forwarding(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
			    struct net_device *dev)
{
	to_scope(net, row, scope, dev, router_or_host);
	if (scope == SYSCTL_ALL ? net->ipv6.conf_all.forwarding : dev && in6_dev_get(dev)->conf.forwarding)
		ip6_ra_routers_purge(net);
	rt_genid_bump(net);
	return 0;
}

static void forced_or_not(struct net_device *dev)
{
	if (in6_dev_get(dev)->conf.force_forwarding)
		dev_disable_lro(dev);
}

static int apply_force(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
		       struct net_device *dev)
{
	to_scope(net, row, scope, dev, forced_or_not);
	return 0;
}

/* No larger than the device's. */
static int apply_mtu(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
		     struct net_device *dev)
{
	(void)row;
	(void)scope;
	if (dev && in6_dev_get(dev)->conf.mtu > dev->mtu)
		return -EINVAL;
	rt_genid_bump(net);
	return 0;
}

#define CONF_OF(nm, kd, dall, d, lo, hi, fn)						\
	{ .name = #nm, .kind = kd, .offset = offsetof(struct ipv6_devconf, nm),		\
	  .def_all = (dall), .def = (d), .min = (lo), .max = (hi), .fixed = (lo) == (hi),	\
	  .apply_dev = (fn) }
#define CONF(nm, dall, d, lo, hi) CONF_OF(nm, SYSCTL_U8, dall, d, lo, hi, NULL)
#define CONF_U32(nm, d, lo, hi) CONF_OF(nm, SYSCTL_U32, d, d, lo, hi, NULL)
#define CONF_SEC(nm, d, lo) CONF_OF(nm, SYSCTL_SEC_NS, d, d, lo, S32_MAX, NULL)

/* "all" counts for a device where IN6_DEV_MAX says so: accept_dad, enhanced_dad, ndisc_notify and our
 * drop_unicast_in_l2_multicast. */
static const struct sysctl_row conf_rows[] = {
	CONF_OF(disable_ipv6, SYSCTL_U8, 0, 0, 0, 1, apply_disable),
	CONF(accept_dad, 0, 1, 0, 2),
	CONF(ndisc_notify, 0, 0, 0, 1),
	CONF(drop_unsolicited_na, 0, 0, 0, 1),
	CONF(ndisc_tclass, 0, 0, 0, 255),
	CONF(force_tllao, 0, 0, 0, 1),
	CONF(drop_unicast_in_l2_multicast, 1, 0, 0, 1),
	CONF(optimistic_dad, 0, 0, 0, 0),
	CONF_OF(forwarding, SYSCTL_U8, 0, 0, 0, 255, apply_forwarding),
	CONF_OF(force_forwarding, SYSCTL_U8, 0, 0, 0, 1, apply_force),
	CONF(accept_source_route, 0, 0, 0, 0),
	CONF(accept_ra, 1, 1, 0, 2),
	CONF(accept_ra_defrtr, 1, 1, 0, 1),
	CONF(accept_ra_rtr_pref, 1, 1, 0, 1),
	CONF(accept_ra_pinfo, 1, 1, 0, 1),
	CONF(accept_ra_mtu, 1, 1, 0, 1),
	CONF(accept_ra_from_local, 0, 0, 0, 1),
	CONF(accept_ra_min_hop_limit, 1, 1, 0, 255),
	CONF(accept_ra_rt_info_min_plen, 0, 0, 0, 128),
	CONF(accept_ra_rt_info_max_plen, 0, 0, 0, 128),
	CONF(autoconf, 1, 1, 0, 1),
	CONF_U32(max_addresses, 16, 0, S32_MAX),
	CONF_U32(ra_defrtr_metric, 1024, 1, S32_MAX),
	CONF_U32(accept_ra_min_lft, 0, 0, S32_MAX),
	CONF_OF(router_solicitations, SYSCTL_S32, -1, -1, -1, S32_MAX, NULL),
	CONF_SEC(router_solicitation_interval, 4, 1),
	CONF_SEC(router_solicitation_max_interval, 3600, 1),
	CONF_SEC(router_solicitation_delay, 1, 0),
	CONF_SEC(router_probe_interval, 60, 1),
	CONF(accept_redirects, 1, 1, 0, 1),
	CONF(enhanced_dad, 1, 1, 0, 1),
	CONF(suppress_frag_ndisc, 1, 1, 0, 1),
	CONF_OF(addr_gen_mode, SYSCTL_U8, 0, 0, 0, 1, apply_gen_mode),
	CONF(hop_limit, 64, 64, 1, 255),
	CONF_OF(mtu, SYSCTL_U32, IP6_MIN_MTU, IP6_MIN_MTU, IP6_MIN_MTU, S32_MAX, apply_mtu),
	CONF_OF(dad_transmits, SYSCTL_U32, 1, 1, 0, 255, NULL),
};

static void *conf_values(struct net *net, enum sysctl_scope scope, const struct net_device *dev)
{
	if (scope == SYSCTL_DEV)
		return in6_dev_get(dev) ? &in6_dev_get(dev)->conf : NULL;
	return scope == SYSCTL_ALL ? &net->ipv6.conf_all : &net->ipv6.conf_default;
}

static void *neigh_values(struct net *net, enum sysctl_scope scope, const struct net_device *dev)
{
	if (scope == SYSCTL_DEV)
		return in6_dev_get(dev) ? &in6_dev_get(dev)->nd_parms : NULL;
	return scope == SYSCTL_ALL ? NULL : &net->ipv6.nd_tbl.parms;
}

/* As Linux: of these only neighbours' settings of devices follow "default". */
static void register_of_devices(struct net *net)
{
	net->ipv6.conf_sysctls = (struct sysctl_dev_table){
		.prefix = "net.ipv6.conf.", .rows = conf_rows, .nr_rows = ARRAY_SIZE(conf_rows),
		.values = conf_values,
	};
	sysctl_register_dev(net, &net->ipv6.conf_sysctls);
	net->ipv6.neigh_sysctls = (struct sysctl_dev_table){
		.prefix = "net.ipv6.neigh.", .rows = ip_neigh_rows, .nr_rows = IP_NEIGH_ROWS,
		.values = neigh_values, .inherits = true,
	};
	sysctl_register_dev(net, &net->ipv6.neigh_sysctls);
	net->ipv6.nd_tbl.parms.locktime_ns = 0;	/* RFC 4861 knows none */
}

void ip6_sysctl_exit(struct net *net)
{
	list_del_init(&net->ipv6.sysctls.list);
	list_del_init(&net->ipv6.conf_sysctls.list);
	list_del_init(&net->ipv6.neigh_sysctls.list);
}

void ip6_sysctl_init(struct net *net)
{
	net->ipv6.sysctls.rows = rows;
	net->ipv6.sysctls.nr_rows = ARRAY_SIZE(rows);
	sysctl_register(net, &net->ipv6.sysctls);
	register_of_devices(net);
	net->ipv6.icmp_ratemask_lo = ~(1ull << ICMP6_TYPE_PKT_TOOBIG);
}
