/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DCTCP (RFC 8257): the window shrinks by the share of octets that were marked, not by half for any
 * mark. It needs ECN and its own receiver: ECE tells of each packet, so that an ACK never speaks for
 * packets of both kinds. Without ECN it is Reno. For data centres: not fair to other traffic.
 */
#include "tcp/tcp_info.h"
#include "tcp/tcp_priv.h"

enum { DCTCP_MAX_ALPHA = 1024, DCTCP_SHIFT_G = 4 };

struct dctcp {
	u32 old_delivered, old_delivered_ce;	/* at the start of this window of data */
	u32 next_seq;			/* its end */
	u32 alpha;			/* smoothed share of marks, DCTCP_MAX_ALPHA is all */
	u32 loss_cwnd;			/* for undo */
	bool ce_state;			/* was the last segment marked? */
};
_Static_assert(sizeof(struct dctcp) <= TCP_CA_PRIV_SIZE, "dctcp fits ca_priv");

static struct dctcp *dctcp_of(const struct sock *sk)
{
	return tcp_ca_state(tcp_sk(sk));
}

static void dctcp_new_window(struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = dctcp_of(sk);

	ca->next_seq = tp->snd_nxt;
	ca->old_delivered = tp->delivered;
	ca->old_delivered_ce = tp->delivered_ce;
}

static const struct tcp_congestion_ops tcp_dctcp_reno;

static void dctcp_init(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = dctcp_of(sk);

	/* the peer has no ECN (RFC 8257 3.5) */
	if (!(tp->ecn_flags & (TCP_ECN_OK | TCP_ECN_ACCURATE))) {
		tp->ca_ops = &tcp_dctcp_reno;
		return;
	}
	ca->alpha = DCTCP_MAX_ALPHA;	/* conservative until there is something to measure */
	dctcp_new_window(sk);
}

/* -- the sender -------------------------------------------------------------------------------- */

/* Once a window: alpha = (1 - g) alpha + g F (RFC 8257 3.3). */
static void dctcp_in_ack_event(struct sock *sk, u32 flags)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = dctcp_of(sk);
	u32 all, marked, decay;

	(void)flags;
	if (before(tp->snd_una, ca->next_seq))
		return;
	all = tp->delivered - ca->old_delivered;
	marked = tp->delivered_ce - ca->old_delivered_ce;
	decay = ca->alpha >> DCTCP_SHIFT_G;
	ca->alpha -= decay ? decay : ca->alpha;
	if (marked)
		ca->alpha = (u32)min_t(u64, DCTCP_MAX_ALPHA, ca->alpha +
				       ((u64)marked << (10 - DCTCP_SHIFT_G)) / max(all, 1u));
	dctcp_new_window(sk);
}

static u32 dctcp_ssthresh(struct sock *sk)
{
	struct dctcp *ca = dctcp_of(sk);
	u32 cwnd = tcp_sk(sk)->snd_cwnd;

	ca->loss_cwnd = cwnd;
	return max(cwnd - (u32)((u64)cwnd * ca->alpha >> 11), 2u);
}

/* A packet that was lost and not marked: as Reno (RFC 8257 3.4). */
static void dctcp_react_to_loss(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	dctcp_of(sk)->loss_cwnd = tp->snd_cwnd;
	tp->snd_ssthresh = max(tp->snd_cwnd >> 1, 2u);
}

static void dctcp_set_state(struct sock *sk, u8 state)
{
	if (state == TCP_CA_Recovery && tcp_sk(sk)->ca_state != TCP_CA_Recovery)
		dctcp_react_to_loss(sk);
}

static u32 dctcp_undo_cwnd(struct sock *sk)
{
	return max(tcp_sk(sk)->snd_cwnd, dctcp_of(sk)->loss_cwnd);
}

/* -- the receiver ------------------------------------------------------------------------------ */

static void dctcp_set_ece(struct tcp_sock *tp, bool ce)
{
	if (ce)
		tp->ecn_flags |= TCP_ECN_DEMAND_CWR;
	else
		tp->ecn_flags &= ~(u32)TCP_ECN_DEMAND_CWR;
}

/*
 * Figure 1 of RFC 8257 3.2: when the mark changes while an ACK is delayed, that ACK goes now, for
 * what came before and with its mark; the present segment's own ACK is not delayed.
 */
static void dctcp_ce_update(struct sock *sk, bool ce)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct dctcp *ca = dctcp_of(sk);

	if (ca->ce_state != ce) {
		if (tp->ack_pending & TCP_ACK_TIMER) {
			dctcp_set_ece(tp, ca->ce_state);
			tcp_send_ack(sk);	/* RCV.NXT is still that of before the segment */
		}
		tp->ack_pending |= TCP_ACK_SCHED | TCP_ACK_NOW;
	}
	ca->ce_state = ce;
	dctcp_set_ece(tp, ce);
}

static void dctcp_cwnd_event(struct sock *sk, enum tcp_ca_event ev)
{
	switch (ev) {
	case CA_EVENT_ECN_IS_CE:
	case CA_EVENT_ECN_NO_CE:
		dctcp_ce_update(sk, ev == CA_EVENT_ECN_IS_CE);
		break;
	case CA_EVENT_LOSS:
		dctcp_react_to_loss(sk);
		break;
	default:
		break;
	}
}

static u32 dctcp_fill_info(const struct sock *sk, void *info, u32 size, bool enabled)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	const struct dctcp *ca = dctcp_of(sk);
	struct tcp_dctcp_info_abi i = { 0 };

	if (enabled) {
		i.enabled = 1;
		i.ce_state = ca->ce_state;
		i.alpha = ca->alpha;
		i.ab_ecn = tp->mss_cache * (tp->delivered_ce - ca->old_delivered_ce);
		i.ab_tot = tp->mss_cache * (tp->delivered - ca->old_delivered);
	}
	size = min_t(u32, size, sizeof(i));
	memcpy(info, &i, size);
	return size;
}

static u32 dctcp_get_info(struct sock *sk, void *info, u32 size)
{
	return dctcp_fill_info(sk, info, size, true);
}

static u32 dctcp_reno_get_info(struct sock *sk, void *info, u32 size)
{
	return dctcp_fill_info(sk, info, size, false);
}

const struct tcp_congestion_ops tcp_dctcp = {
	.name = "dctcp",
	.needs_ecn = true,
	.init = dctcp_init,
	.ssthresh = dctcp_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.set_state = dctcp_set_state,
	.undo_cwnd = dctcp_undo_cwnd,
	.cwnd_event = dctcp_cwnd_event,
	.in_ack_event = dctcp_in_ack_event,
	.get_info = dctcp_get_info,
};

static const struct tcp_congestion_ops tcp_dctcp_reno = {
	.name = "dctcp-reno",
	.ssthresh = tcp_reno_ssthresh,
	.cong_avoid = tcp_reno_cong_avoid,
	.undo_cwnd = tcp_reno_undo_cwnd,
	.get_info = dctcp_reno_get_info,
};
