/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP_INFO's layout (ABI fact of linux/tcp.h): later kernels only append. */
#ifndef NETSTACK_TCP_INFO_H
#define NETSTACK_TCP_INFO_H

#include "base/base.h"

enum { TCPI_OPT_TIMESTAMPS_NS = 1, TCPI_OPT_SACK_NS = 2, TCPI_OPT_WSCALE_NS = 4,
       TCPI_OPT_ECN_NS = 8, TCPI_OPT_ECN_SEEN_NS = 16, TCPI_OPT_SYN_DATA_NS = 32,
       TCPI_OPT_TFO_CHILD_NS = 128 };

/* tcpi_ecn_mode */
enum { TCPI_ECN_MODE_DISABLED_NS, TCPI_ECN_MODE_RFC3168_NS, TCPI_ECN_MODE_ACCECN_NS,
       TCPI_ECN_MODE_PENDING_NS };
/* the fields of accecn */
enum { TCPI_ACCECN_OPT_SEEN_SHIFT = 2, TCPI_ACCECN_FAIL_MODE_SHIFT = 4 };

struct tcp_info_abi {
	u8 state, ca_state, retransmits, probes, backoff, options;
	u8 wscales;			/* low half: send, high half: receive */
	u8 rate_flags;			/* bit 0: delivery rate limited by the application; bits 1,
					 * 2: tcpi_fastopen_client_fail */
	u32 rto, ato, snd_mss, rcv_mss;
	u32 unacked, sacked, lost, retrans, fackets;
	u32 last_data_sent, last_ack_sent, last_data_recv, last_ack_recv;
	u32 pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh, snd_cwnd, advmss, reordering;
	u32 rcv_rtt, rcv_space, total_retrans;
	u64 pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
	u32 segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
	u64 delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
	u32 delivered, delivered_ce;
	u64 bytes_sent, bytes_retrans;
	u32 dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash;
	u16 total_rto, total_rto_recoveries;
	u32 total_rto_time;
	u32 received_ce, delivered_e1_bytes, delivered_e0_bytes, delivered_ce_bytes;
	u32 received_e1_bytes, received_e0_bytes, received_ce_bytes;
	u32 accecn;			/* tcpi_ecn_mode 2 bits, tcpi_accecn_opt_seen 2,
					 * tcpi_accecn_fail_mode 4, tcpi_options2 24 */
};
_Static_assert(offsetof(struct tcp_info_abi, pacing_rate) == 104, "tcpi_pacing_rate");
_Static_assert(offsetof(struct tcp_info_abi, rcv_wnd) == 232, "tcpi_rcv_wnd");
_Static_assert(offsetof(struct tcp_info_abi, received_ce) == 248, "tcpi_received_ce");
_Static_assert(sizeof(struct tcp_info_abi) == 280, "struct tcp_info");

/* TCP_CC_INFO (ABI facts of linux/inet_diag.h) */
struct tcp_bbr_info_abi {
	u32 bw_lo, bw_hi;		/* octets per second */
	u32 min_rtt;			/* us */
	u32 pacing_gain, cwnd_gain;	/* 256 is 1 */
};
struct tcp_dctcp_info_abi {
	u16 enabled, ce_state;
	u32 alpha;			/* 1024 is 1 */
	u32 ab_ecn, ab_tot;		/* octets of this window: CE-marked, all */
};
_Static_assert(sizeof(struct tcp_bbr_info_abi) == 20, "struct tcp_bbr_info");
_Static_assert(sizeof(struct tcp_dctcp_info_abi) == 16, "struct tcp_dctcp_info");

#endif
