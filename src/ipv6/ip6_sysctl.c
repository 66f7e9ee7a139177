/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.ipv6.*: names and defaults of Linux. A switch whose other positions are not implemented has a
 * range of one value: setting another fails, instead of being accepted and ignored.
 */
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
#define CONF(nm, dall, d, lo, hi)						\
	U8("conf.all." #nm, conf_all.nm, dall, lo, hi),				\
	U8("conf.default." #nm, conf_default.nm, d, lo, hi)
#define FRAG OFF(ip.frags[1])
#define NEIGH(field) OFF(ipv6.nd_tbl.field)

static const struct sysctl_row rows[] = {
	U8("bindv6only", bindv6only, 0, 0, 1),
	U8("auto_flowlabels", auto_flowlabels, 1, 0, 1),
	U8("flowlabel_reflect", flowlabel_reflect, 0, 0, 0),
	U8("ip_nonlocal_bind", ip_nonlocal_bind, 0, 0, 1),
	U8("icmp.echo_ignore_all", icmp_echo_ignore_all, 0, 0, 1),
	U8("icmp.echo_ignore_multicast", icmp_echo_ignore_multicast, 0, 0, 1),
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

	CONF(disable_ipv6, 0, 0, 0, 1),
	CONF(accept_dad, 0, 1, 0, 2),
	CONF(ndisc_notify, 0, 0, 0, 1),
	CONF(drop_unsolicited_na, 0, 0, 0, 1),
	CONF(drop_unicast_in_l2_multicast, 1, 0, 0, 1),
	CONF(optimistic_dad, 0, 0, 0, 0),
	CONF(forwarding, 0, 0, 0, 0),
	CONF(accept_source_route, 0, 0, 0, 0),
	CONF(accept_ra, 0, 0, 0, 0),
	U8("conf.default.accept_redirects", conf_default.accept_redirects, 1, 0, 1),
	U8("conf.default.enhanced_dad", conf_default.enhanced_dad, 1, 0, 1),
	U8("conf.default.suppress_frag_ndisc", conf_default.suppress_frag_ndisc, 1, 0, 1),
	U8("conf.default.addr_gen_mode", conf_default.addr_gen_mode, 0, 0, 1),
	U8("conf.default.hop_limit", conf_default.hop_limit, 64, 1, 255),
	U32("conf.default.mtu", OFF(ipv6.conf_default.mtu), 0, 0, 65575),
	U32("conf.default.dad_transmits", OFF(ipv6.conf_default.dad_transmits), 1, 0, 255),

	MS("neigh.default.base_reachable_time_ms", NEIGH(parms.base_reachable_ns), 30000),
	MS("neigh.default.retrans_time_ms", NEIGH(parms.retrans_ns), 1000),
	SEC("neigh.default.delay_first_probe_time", NEIGH(parms.delay_probe_ns), 5),
	SEC("neigh.default.gc_stale_time", NEIGH(parms.gc_stale_ns), 60),
	U32("neigh.default.ucast_solicit", NEIGH(parms.ucast_probes), 3, 0, 255),
	U32("neigh.default.mcast_solicit", NEIGH(parms.mcast_probes), 3, 0, 255),
	U32("neigh.default.app_solicit", NEIGH(parms.app_probes), 0, 0, 0),
	U32("neigh.default.unres_qlen_bytes", NEIGH(parms.queue_len_bytes), 212992, 0, S32_MAX),
	U32("neigh.default.gc_thresh1", NEIGH(gc_thresh1), 128, 0, S32_MAX),
	U32("neigh.default.gc_thresh2", NEIGH(gc_thresh2), 512, 0, S32_MAX),
	U32("neigh.default.gc_thresh3", NEIGH(gc_thresh3), 1024, 1, S32_MAX),
};

void ip6_sysctl_init(struct net *net)
{
	net->ipv6.sysctls.rows = rows;
	net->ipv6.sysctls.nr_rows = ARRAY_SIZE(rows);
	sysctl_register(net, &net->ipv6.sysctls);
	net->ipv6.icmp_ratemask_lo = ~(1ull << ICMP6_TYPE_PKT_TOOBIG);
}
