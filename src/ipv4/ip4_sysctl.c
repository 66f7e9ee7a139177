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
/* one switch of conf/all and conf/default */
#define CONF(nm, d, hi)								\
	U8("conf.all." #nm, conf_all.nm, 0, 0, hi),				\
	U8("conf.default." #nm, conf_default.nm, d, 0, hi)
#define FRAG OFF(ip.frags[0])
#define NEIGH(field) OFF(ipv4.arp_tbl.field)

static const struct sysctl_row rows[] = {
	U8("ip_default_ttl", ip_default_ttl, 64, 1, 255),
	U8("ip_no_pmtu_disc", ip_no_pmtu_disc, 0, 0, 3),
	U8("ip_nonlocal_bind", ip_nonlocal_bind, 0, 0, 1),
	U8("ip_forward", conf_all.forwarding, 0, 0, 0),
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

	CONF(accept_local, 0, 1),
	CONF(route_localnet, 0, 1),
	CONF(rp_filter, 0, 2),
	CONF(arp_ignore, 0, 8),
	CONF(arp_announce, 0, 2),
	CONF(arp_filter, 0, 1),
	CONF(arp_accept, 0, 1),
	CONF(arp_notify, 0, 1),
	CONF(accept_source_route, 0, 0),
	U8("conf.default.accept_redirects", conf_default.accept_redirects, 1, 0, 1),
	/* DEV-08: on, and one place to turn it off */
	U8("conf.all.drop_unicast_in_l2_multicast", conf_all.drop_unicast_in_l2_multicast, 1, 0,
	   1),
	U8("conf.default.drop_unicast_in_l2_multicast",
	   conf_default.drop_unicast_in_l2_multicast, 0, 0, 1),
	CONF(drop_gratuitous_arp, 0, 1),
	U8("conf.default.forwarding", conf_default.forwarding, 0, 0, 0),

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

void ip4_sysctl_init(struct net *net)
{
	net->ipv4.sysctls.rows = rows;
	net->ipv4.sysctls.nr_rows = ARRAY_SIZE(rows);
	sysctl_register(net, &net->ipv4.sysctls);
	net->ipv4.icmp_tokens = net->ipv4.icmp_msgs_burst;
	net->ipv4.icmp_token_stamp = net->now;
}
