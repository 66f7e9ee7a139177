/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.ipv4.tcp_*: Linux's names and defaults. A row is here only if something reads it; the exceptions
 * are names that current Linux keeps for old scripts and reads nowhere either.
 */
#include "tcp/cc_hystart.h"
#include "tcp/tcp_fastopen.h"

#define OFF(field) offsetof(struct net, tcp.field)
#define ROW(field, default, lo, hi) \
	{ .name = "net.ipv4.tcp_" #field, .kind = SYSCTL_U32, .offset = OFF(field), \
	  .def = default, .min = lo, .max = hi }
#define ROW_SEC(text, field, default, lo, hi) \
	{ .name = "net.ipv4.tcp_" text, .kind = SYSCTL_SEC_NS, .offset = OFF(field), \
	  .def = default, .min = lo, .max = hi }
#define ROW_VEC(field, a, b, c) \
	{ .name = "net.ipv4.tcp_" #field, .kind = SYSCTL_U32_VEC3, .offset = OFF(field), \
	  .min = 1, .max = S32_MAX, .def_vec = { a, b, c } }

static const struct sysctl_row tcp_sysctl_rows[] = {
	ROW(abort_on_overflow, 0, 0, 255),
	{ .name = "net.ipv4.tcp_adv_win_scale", .kind = SYSCTL_S32, .offset = OFF(adv_win_scale),
	  .def = 1, .min = -31, .max = 31 },	/* nowhere read */
	{ .name = "net.ipv4.tcp_allowed_congestion_control", .kind = SYSCTL_STRING,
	  .size = TCP_CA_NAMES_MAX, .offset = OFF(allowed_congestion_control),
	  .apply = tcp_ca_apply_allowed },
	ROW(app_win, 31, 0, 31),
	ROW(autocorking, 1, 0, 1),
	{ .name = "net.ipv4.tcp_available_congestion_control", .kind = SYSCTL_STRING,
	  .size = TCP_CA_NAMES_MAX, .readonly = true, .offset = OFF(available_congestion_control) },
	ROW(base_mss, 1024, 0, S32_MAX),
	ROW(challenge_ack_limit, S32_MAX, 0, S32_MAX),
	{ .name = "net.ipv4.tcp_available_ulp", .kind = SYSCTL_STRING, .size = TCP_ULP_NAMES_MAX,
	  .readonly = true, .offset = OFF(available_ulp) },	/* none: TCP_ULP is ENOENT */
	{ .name = "net.ipv4.tcp_comp_sack_delay_ns", .kind = SYSCTL_U64,
	  .offset = OFF(comp_sack_delay_ns), .def = 1000000, .min = 0, .max = 1000000000 },
	ROW(comp_sack_nr, 44, 0, 255),
	{ .name = "net.ipv4.tcp_comp_sack_slack_ns", .kind = SYSCTL_U64,
	  .offset = OFF(comp_sack_slack_ns), .def = 100000, .min = 0, .max = 1000000000 },
	{ .name = "net.ipv4.tcp_congestion_control", .kind = SYSCTL_STRING,
	  .size = TCP_CA_NAME_MAX_NS, .offset = OFF(congestion_control), .def_str = "cubic",
	  .apply = tcp_ca_apply_default },
	ROW(cubic_hystart, HYSTART_CLASSIC, HYSTART_OFF, HYSTART_PLUSPLUS),	/* ours */
	ROW(dsack, 1, 0, 255),
	ROW(early_retrans, 3, 0, 4),
	ROW(ecn, 2, 0, 5),
	ROW(ecn_fallback, 1, 0, 1),
	ROW(ecn_option, ACCECN_OPT_FULL, ACCECN_OPT_NEVER, ACCECN_OPT_PERSIST),
	ROW(ecn_option_beacon, 3, 0, 63),
	ROW(fack, 0, 0, 255),			/* nowhere read */
	ROW(fastopen, TFO_CLIENT_ENABLE, 0, S32_MAX),
	{ .name = "net.ipv4.tcp_fastopen_blackhole_timeout_sec", .kind = SYSCTL_U32,
	  .offset = OFF(fastopen_blackhole_timeout_sec), .def = 0, .min = 0, .max = S32_MAX,
	  .apply = tcp_fastopen_apply_blackhole },
	{ .name = "net.ipv4.tcp_fastopen_key", .kind = SYSCTL_STRING,
	  .size = TCP_FASTOPEN_KEY_TEXT, .offset = OFF(fastopen_key),
	  .def_str = "00000000-00000000-00000000-00000000", .apply = tcp_fastopen_apply_key },
	ROW_SEC("fin_timeout", fin_timeout_ns, 60, 1, 3600),
	ROW(frto, 2, 0, 255),
	{ .name = "net.ipv4.tcp_invalid_ratelimit", .kind = SYSCTL_MS_NS,
	  .offset = OFF(invalid_ratelimit_ns), .def = 500, .min = 0, .max = S32_MAX },
	ROW_SEC("keepalive_intvl", keepalive_intvl_ns, 75, 1, 32767),
	ROW(keepalive_probes, 9, 1, 127),
	ROW_SEC("keepalive_time", keepalive_time_ns, 7200, 1, 32767),
	ROW(limit_output_bytes, 4 * 1048576, 4096, S32_MAX),
	ROW(low_latency, 0, 0, 255),		/* nowhere read */
	ROW(max_orphans, 65536, 0, S32_MAX),
	ROW(max_reordering, TCP_REORDERING_MAX, 1, S32_MAX),
	ROW(max_syn_backlog, 4096, 1, S32_MAX),
	ROW(max_tw_buckets, 65536, 0, S32_MAX),
	ROW_VEC(mem, 65536, 87380, 131072),
	ROW(min_rtt_wlen, 300, 0, 86400),
	ROW(min_snd_mss, 48, 48, 65535),
	ROW(min_tso_segs, 2, 1, 255),
	ROW(moderate_rcvbuf, 1, 0, 255),
	ROW(mtu_probe_floor, 48, 48, S32_MAX),
	ROW(mtu_probing, 0, 0, 255),
	ROW(no_metrics_save, 0, 0, 255),
	ROW(no_ssthresh_metrics_save, 1, 0, 1),
	ROW(notsent_lowat, U32_MAX, 0, U32_MAX),
	ROW(orphan_retries, 0, 0, 255),
	ROW(pacing_ca_ratio, 120, 0, 1000),
	ROW(pacing_ss_ratio, 200, 0, 1000),
	ROW(pingpong_thresh, 1, 1, 255),
	ROW(probe_interval, 600, 0, S32_MAX),
	ROW(probe_threshold, 8, 0, S32_MAX),
	ROW(recovery, TCP_RACK_LOSS_DETECTION, 0, 255),
	ROW(reflect_tos, 0, 0, 1),
	ROW(reordering, 3, 1, 300),
	ROW(retrans_collapse, 1, 0, 255),
	ROW(retries1, 3, 0, 255),
	ROW(retries2, 15, 0, 255),
	ROW(rfc1337, 0, 0, 255),
	ROW_VEC(rmem, 4096, 131072, 6291456),
	ROW(rto_max_ms, 120000, 1000, 120000),
	ROW(rto_min_us, TCP_RTO_MIN_US, 1, 1000000),
	ROW(sack, 1, 0, 255),
	ROW(shrink_window, 0, 0, 1),
	ROW(slow_start_after_idle, 1, 0, 255),
	ROW(stdurg, 0, 0, 255),
	ROW(syn_linear_timeouts, 4, 0, 127),
	ROW(syn_retries, 6, 1, 127),
	ROW(syncookies, 1, 0, 255),
	ROW(synack_retries, 5, 0, 255),
	ROW(thin_linear_timeouts, 0, 0, 255),
	ROW(timestamps, 1, 0, 255),
	ROW_SEC("timewait_len", timewait_ns, 60, 1, 3600),	/* ours: RFC 9293 says 240 (DEV-02) */
	ROW(tso_rtt_log, 9, 0, 31),
	ROW(tso_win_divisor, 3, 0, 255),
	ROW(tw_reuse, 2, 0, 2),
	ROW(tw_reuse_delay, 1000, 1, TCP_PAWS_MSL_S * 1000),
	ROW(window_scaling, 1, 0, 255),
	ROW_VEC(wmem, 4096, 16384, 4194304),
	ROW(workaround_signed_windows, 0, 0, 255),
};

void tcp_sysctl_init(struct net *net)
{
	net->tcp.sysctls.rows = tcp_sysctl_rows;
	net->tcp.sysctls.nr_rows = ARRAY_SIZE(tcp_sysctl_rows);
	sysctl_register(net, &net->tcp.sysctls);
	tcp_ca_net_init(net);
}
