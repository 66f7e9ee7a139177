/* SPDX-License-Identifier: BSD-2-Clause */
/* The tcp room's part of struct net: data only. The room's code fills it. */
#ifndef NETSTACK_CORE_NETNS_TCP_H
#define NETSTACK_CORE_NETNS_TCP_H

#include "base/base.h"
#include "core/pool.h"
#include "core/sysctl.h"

struct inet_hashinfo;
struct tcp_congestion_ops;

struct tcp_metrics_table;

enum { TCP_CA_NAME_MAX_NS = 16, TCP_CA_NAMES_MAX = 128, TCP_FASTOPEN_KEY_TEXT = 76,
       TCP_ULP_NAMES_MAX = 16 };

struct tcp_fastopen_keys {
	u32 nr;				/* 0: none yet; the first makes cookies, both are accepted */
	struct siphash_key key[2];
};

struct netns_tcp {
	struct inet_hashinfo *hash;	/* established, request, time-wait; listeners; bound ports */
	struct pool req_pool, tw_pool, listen_pool, rsv_pool, fastopen_pool;
	struct tcp_metrics_table *metrics;	/* per destination; made with the first entry */

	struct list_head tw_list;	/* every time-wait object, oldest first */
	struct siphash_key isn_key;	/* RFC 6528 secret */
	struct siphash_key ts_key;	/* per-connection timestamp offsets */
	struct siphash_key cookie_key[2];	/* SYN cookies */
	struct page_frag tx_frag;	/* page that outgoing payload is carved from */
	struct sysctl_table sysctls;
	const struct tcp_congestion_ops *ca_default;
	u32 ca_allowed;			/* bit per key of tcp_ca_key(): for everyone */
	u32 tw_count, orphan_count, sock_count;
	s64 mem_octets;			/* truesize in the queues of all connections */
	u64 mem_pressure_since;
	bool mem_pressure;		/* above mem[1], and not yet below mem[0] again */
	u32 challenge_count;		/* host-wide challenge ACKs in this second */
	u64 challenge_until;
	struct tcp_fastopen_keys fastopen_keys;
	u64 fastopen_off_ns;		/* last black hole */
	u32 fastopen_off_times;
	bool sig_used;			/* some socket has or had keys: segments are looked at */
	u64 overflow_stamp;		/* when a SYN table last overflowed: cookies are valid then */

	/* net.ipv4.tcp_*: one field a row of tcp_sysctl.c, in the unit of the text unless _ns */
	u32 rmem[3], wmem[3], mem[3];	/* mem in pages of 4096 octets */
	u32 app_win, shrink_window, autocorking, pingpong_thresh, reflect_tos, tw_reuse_delay;
	u32 low_latency;
	u32 fack;			/* these three mean nothing any more, here as on Linux */
	s32 adv_win_scale;
	u32 mtu_probing, base_mss, mtu_probe_floor, probe_interval, probe_threshold;
	u32 sack, dsack, timestamps, window_scaling, recovery, early_retrans, frto;
	u32 reordering, max_reordering, slow_start_after_idle;
	u32 ecn, ecn_fallback, ecn_option, ecn_option_beacon;
	u32 syn_retries, synack_retries, syn_linear_timeouts, retries1, retries2, orphan_retries;
	u32 max_orphans, max_tw_buckets, max_syn_backlog, syncookies, abort_on_overflow;
	u32 tw_reuse, rfc1337, stdurg, challenge_ack_limit, min_snd_mss;
	u32 limit_output_bytes, pacing_ss_ratio, pacing_ca_ratio, notsent_lowat;
	u32 moderate_rcvbuf, tso_win_divisor, min_tso_segs;
	u32 tso_rtt_log, thin_linear_timeouts, retrans_collapse, workaround_signed_windows;
	u32 comp_sack_nr, keepalive_probes, min_rtt_wlen, rto_min_us;
	u32 rto_max_ms;
	u64 fin_timeout_ns, keepalive_time_ns, keepalive_intvl_ns, invalid_ratelimit_ns;
	u64 comp_sack_delay_ns, comp_sack_slack_ns;
	u32 fastopen, fastopen_blackhole_timeout_sec;
	u32 no_metrics_save, no_ssthresh_metrics_save;
	char fastopen_key[TCP_FASTOPEN_KEY_TEXT];
	u32 cubic_hystart;		/* HYSTART_* */
	u64 timewait_ns;
	char congestion_control[TCP_CA_NAME_MAX_NS];
	char allowed_congestion_control[TCP_CA_NAMES_MAX];
	char available_congestion_control[TCP_CA_NAMES_MAX];
	char available_ulp[TCP_ULP_NAMES_MAX];	/* empty */
};

#endif
