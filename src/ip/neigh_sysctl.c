/* SPDX-License-Identifier: BSD-2-Clause */
/* net.ipv4.neigh.DEV.* and net.ipv6.neigh.DEV.*: names and defaults of Linux. */
#include "ip/ip.h"

#define ROW(nm, kd, field, d, hi)							\
	{ .name = nm, .kind = kd, .offset = offsetof(struct neigh_parms, field), .def = (d),	\
	  .max = (hi) }

const struct sysctl_row ip_neigh_rows[IP_NEIGH_ROWS] = {
	ROW("base_reachable_time_ms", SYSCTL_MS_NS, base_reachable_ns, 30000, S32_MAX),
	ROW("base_reachable_time", SYSCTL_SEC_NS, base_reachable_ns, 30, S32_MAX),
	ROW("retrans_time_ms", SYSCTL_MS_NS, retrans_ns, 1000, S32_MAX),
	ROW("delay_first_probe_time", SYSCTL_SEC_NS, delay_probe_ns, 5, S32_MAX),
	ROW("gc_stale_time", SYSCTL_SEC_NS, gc_stale_ns, 60, S32_MAX),
	ROW("ucast_solicit", SYSCTL_U32, ucast_probes, 3, S32_MAX),
	ROW("mcast_solicit", SYSCTL_U32, mcast_probes, 3, S32_MAX),
	ROW("mcast_resolicit", SYSCTL_U32, mcast_reprobes, 0, S32_MAX),
	{ .name = "app_solicit", .kind = SYSCTL_U32, .fixed = true,
	  .offset = offsetof(struct neigh_parms, app_probes) },
	ROW("unres_qlen_bytes", SYSCTL_U32, queue_len_bytes, 212992, S32_MAX),
	ROW("locktime", SYSCTL_HZ_NS, locktime_ns, 100, S32_MAX),
};
