/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What both versions of BBR share: units, the model's arithmetic, the estimate of ACK aggregation.
 *
 * Bandwidth is in segments per microsecond with BBR_BW_SHIFT binary digits; gains have BBR_UNIT as
 * 1; windows are segments.
 */
#ifndef NETSTACK_TCP_CC_BBR_H
#define NETSTACK_TCP_CC_BBR_H

#include "tcp/tcp_priv.h"

enum { BBR_BW_SHIFT = 24, BBR_GAIN_SHIFT = 8 };
#define BBR_BW_UNIT (1u << BBR_BW_SHIFT)
#define BBR_UNIT    (1u << BBR_GAIN_SHIFT)
#define BBR_NO_RTT  (~0u)

enum {
	BBR_MIN_CWND = 4,		/* keeps delayed ACKs coming */
	BBR_MARGIN_PERCENT = 1,		/* pace so much below the estimate */
	BBR_EXTRA_ACKED_MAX_US = 100000,
	BBR_PROBE_RTT_US = 200000,
};

/* Largest excess of ACKed segments over what the bandwidth explains, of the last rounds. */
struct bbr_aggr {
	u64 epoch_us;
	u32 epoch_acked;
	u32 extra[2];			/* of the present and the previous span of rounds */
	u8 idx, rounds;
};

/* Segments that bw delivers in the least round trip, times gain, rounded up. */
u32 bbr_bdp(const struct sock *sk, u64 bw, u32 min_rtt_us, u32 gain);
/* Segments of one packet to the device; both BBRs leave room for three. */
u32 bbr_tso_goal(struct sock *sk);
u32 bbr_min_tso_segs(struct sock *sk);
u32 bbr_sndbuf_expand(struct sock *sk);
/* Octets per second for the pacer, the margin taken off. */
u64 bbr_pacing_rate(const struct sock *sk, u64 bw, u32 gain);
/* Before a rate is known: the initial window per round trip, 1 ms if that is not known either. */
u64 bbr_initial_rate(const struct sock *sk, u32 gain);
/* Bandwidth of a sample; only of a valid one. */
u64 bbr_sample_bw(const struct tcp_rate_sample *rs);
static inline bool bbr_sample_ok(const struct tcp_rate_sample *rs)
{
	return rs->delivered >= 0 && rs->interval_us > 0;
}
/* span: rounds that a maximum lives at least. */
void bbr_aggr_update(struct sock *sk, struct bbr_aggr *a, const struct tcp_rate_sample *rs, u64 bw,
		     bool round_start, u32 span);
u32 bbr_aggr_extra(const struct bbr_aggr *a);
/* TCP_CC_INFO, Linux's struct tcp_bbr_info */
u32 bbr_fill_info(const struct sock *sk, void *info, u32 size, u64 bw, u32 min_rtt_us,
		  u32 pacing_gain, u32 cwnd_gain);
/* An RTT sample that counts for minima: not one that a delayed ACK made long. */
static inline bool bbr_rtt_ok(const struct tcp_rate_sample *rs, bool expired, u32 least)
{
	return rs->rtt_us >= 0 && (rs->rtt_us < least || (expired && !rs->is_ack_delayed));
}

#endif
