/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Leaving slow start before the bottleneck's queue overflows: HyStart as Linux has it in CUBIC, by
 * ACK trains and by delay, or HyStart++ (RFC 9406). net.ipv4.tcp_cubic_hystart chooses.
 */
#ifndef NETSTACK_TCP_CC_HYSTART_H
#define NETSTACK_TCP_CC_HYSTART_H

#include "tcp/tcp_priv.h"

enum { HYSTART_OFF, HYSTART_CLASSIC, HYSTART_PLUSPLUS };

struct hystart {
	u64 round_us, last_ack_us;	/* classic: start of the round, last ACK of a train */
	u32 end_seq;			/* of the round */
	u32 curr_rtt, last_rtt;		/* least of this round, of the one before */
	u32 baseline_rtt;		/* ++: when the conservative phase began; 0: it has not */
	u8 samples;			/* of this round, up to those needed */
	u8 css_rounds, css_acked;	/* ++: rounds in that phase; ACKed and not counted yet */
	bool found;			/* slow start was left: done */
};

void hystart_reset(struct sock *sk, struct hystart *h);
/* A sample of delay us in slow start. May set ssthresh to cwnd, which ends slow start. */
void hystart_sample(struct sock *sk, struct hystart *h, u32 delay, u32 delay_min);
/* How many of acked segments slow start may grow by. */
u32 hystart_growth(const struct sock *sk, struct hystart *h, u32 acked);

#endif
