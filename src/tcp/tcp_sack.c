/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scoreboard (RFC 2018, 2883, 6675): SACK blocks onto the tree of sent packets. From
 * tcp_ack.c. A block's start is found by descent and what the previous ACK reported already is
 * jumped over, and neighbours that are both SACKed become one packet again, so that the work of an ACK
 * goes with what is new in it, not with the window.
 */
#include "tcp/tcp_priv.h"

u32 tcp_highest_sack_seq(const struct tcp_sock *tp)
{
	if (!tp->sacked_out || !tp->highest_sack)
		return tp->snd_una;
	return tcp_tx(tp->highest_sack)->end_seq;
}

/* Data below the highest SACK was delivered late: the path reorders that far (ts: by timestamp). */
void tcp_check_sack_reordering(struct sock *sk, u32 low_seq, bool ts)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 fack = tcp_highest_sack_seq(tp), mss = max_t(u32, tp->mss_cache, 1), metric;

	if (!before(low_seq, fack))
		return;
	metric = fack - low_seq;
	if (metric > tp->reordering * mss)
		tp->reordering = min(DIV_ROUND_UP(metric, mss), tcp_ns(sk)->max_reordering);
	tp->reord_seen++;
	if (ts)
		net_mib_inc(sk->net, TcpExt_TCPTSReorder);
	else
		net_mib_inc(sk->net, TcpExt_TCPSACKReorder);
}

/* A block must lie in what is outstanding; a D-SACK may lie up to a window below (TCP-SACK-06). */
static bool tcp_sackblock_valid(const struct tcp_sock *tp, bool dsack, u32 start, u32 end)
{
	if (after(end, tp->snd_nxt) || !before(start, end))
		return false;
	if (!before(start, tp->snd_nxt))
		return false;
	if (after(start, tp->snd_una))
		return true;
	if (!dsack || !tp->undo_marker)
		return false;
	if (after(end, tp->snd_una))
		return false;
	if (!before(start, tp->undo_marker))
		return true;
	return after(end, tp->undo_marker) && !before(start, end - tp->max_window);
}

/* RFC 2883: is the first block a report of duplicates? Books what it means. */
static bool tcp_check_dsack(struct sock *sk, const struct tcp_seg *seg, u32 prior_una,
			    struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	const struct tcp_sack_range *b = seg->opt.sacks;
	u32 len = b[0].end_seq - b[0].start_seq, segs = 1;
	bool dubious = !len || len > tp->max_window;	/* larger than any flight of ours */

	if (before(b[0].start_seq, seg->ack)) {
		net_mib_inc(sk->net, TcpExt_TCPDSACKRecv);
	} else if (seg->opt.num_sacks > 1 && !after(b[0].end_seq, b[1].end_seq) &&
		   !before(b[0].start_seq, b[1].start_seq)) {
		net_mib_inc(sk->net, TcpExt_TCPDSACKOfoRecv);
	} else {
		return false;
	}
	if (len > tp->mss_cache)
		segs = DIV_ROUND_UP(len, tp->mss_cache);
	else if (tp->tlp_high_seq && tp->tlp_high_seq == b[0].end_seq)
		st->flag |= FLAG_DSACK_TLP;
	if (!dubious)
		tp->dsack_dups += segs;
	if (dubious || tp->dsack_dups > tp->total_retrans) {	/* more than we repeated: the network */
		st->flag &= ~FLAG_DSACK_TLP;
		net_mib_inc(sk->net, TcpExt_TCPDSACKIgnoredDubious);
		return false;
	}
	if (tp->reord_seen && !(st->flag & FLAG_DSACK_TLP))
		tp->rack.dsack_seen = true;
	st->flag |= FLAG_DSACKING_ACK;
	net_mib_add(sk->net, TcpExt_TCPDSACKRecvSegs, segs);
	tp->delivered += segs;		/* the copies arrived as well */
	if (tp->undo_marker && tp->undo_retrans > 0 && !after(b[0].end_seq, prior_una) &&
	    after(b[0].end_seq, tp->undo_marker))
		tp->undo_retrans = max_t(s32, 0, tp->undo_retrans - (s32)segs);
	return true;
}

static void tcp_sack_first_time(struct sock *sk, struct sk_buff *skb, struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);

	tcp_rack_advance(tp, cb->sacked, cb->end_seq, cb->xmit_us, tcp_now_us(sk));
	if (cb->sacked & TCPCB_RETRANS) {
		/* it may be the original or the copy that arrived; only if it was thought lost
		 * does the copy count as gone from the network */
		if (cb->sacked & TCPCB_LOST) {
			cb->sacked &= (u8)~(TCPCB_LOST | TCPCB_RETRANS);
			tp->lost_out -= cb->pcount;
			tp->retrans_out -= cb->pcount;
		}
	} else {
		if (!(cb->sacked & TCPCB_EVER_RETRANS)) {
			if (before(cb->seq, tcp_highest_sack_seq(tp)) && before(cb->seq, st->reord))
				st->reord = cb->seq;
			if (!after(cb->end_seq, tp->high_seq))
				st->flag |= FLAG_ORIG_SACK_ACKED;
			if (!st->first_sackt)
				st->first_sackt = cb->xmit_us;
			st->last_sackt = cb->xmit_us;
		}
		if (cb->sacked & TCPCB_LOST) {
			cb->sacked &= (u8)~TCPCB_LOST;
			tp->lost_out -= cb->pcount;
		}
	}
	cb->sacked |= TCPCB_SACKED;
	tcp_rate_skb_delivered(sk, skb, st->rs);	/* now: the later ACK is no second sample */
	st->flag |= FLAG_DATA_SACKED;
	tp->sacked_out += cb->pcount;
	tp->delivered += cb->pcount;
	st->octets += skb->len;
	if (!tp->highest_sack || after(cb->seq, tcp_tx(tp->highest_sack)->seq))
		tp->highest_sack = skb;
	list_del_init(&cb->tsorted);
}

static void tcp_sacktag_one(struct sock *sk, struct sk_buff *skb, bool dsack,
			    struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb);

	if (dsack && cb->sacked & TCPCB_EVER_RETRANS) {
		if (tp->undo_marker && tp->undo_retrans > 0 && after(cb->end_seq, tp->undo_marker))
			tp->undo_retrans = max_t(s32, 0, tp->undo_retrans - (s32)cb->pcount);
		if (cb->sacked & TCPCB_SACKED && before(cb->seq, st->reord))
			st->reord = cb->seq;
	}
	if (!after(cb->end_seq, tp->snd_una))
		return;
	if (!(cb->sacked & TCPCB_SACKED))
		tcp_sack_first_time(sk, skb, st);
	if (dsack && cb->sacked & TCPCB_RETRANS) {
		cb->sacked &= (u8)~TCPCB_RETRANS;
		tp->retrans_out -= cb->pcount;
	}
}

/*
 * Is skb covered by [start, end)? A GSO packet that is covered in part is cut on a segment
 * boundary: false when the front is not covered (the walk goes on with the rest), true when it is.
 */
static bool tcp_sack_match(struct sock *sk, struct sk_buff *skb, u32 start, u32 end)
{
	struct tcp_tx_cb *cb = tcp_tx(skb);
	u32 mss = max_t(u32, cb->gso_size, 1), len;

	if (!after(start, cb->seq) && !before(end, cb->end_seq))
		return true;
	if (cb->pcount <= 1 || !after(end, cb->seq) || !before(start, cb->end_seq) ||
	    tcp_rtx_cut_enough(sk))
		return false;
	if (after(start, cb->seq)) {
		len = DIV_ROUND_UP(start - cb->seq, mss) * mss;
		if (len < skb->len)
			tcp_fragment(sk, skb, len, mss, true);
		return false;
	}
	len = (end - cb->seq) / mss * mss;
	return len && len < skb->len && !tcp_fragment(sk, skb, len, mss, true);
}

/* What SACK blocks have cut is joined again. Returns the packet that skb is in now. */
static struct sk_buff *tcp_sack_join(struct sock *sk, struct sk_buff *skb)
{
	struct sk_buff *prev = tcp_rtx_prev(skb), *next = tcp_rtx_next(skb);

	if (next)
		tcp_rtx_join_sacked(sk, skb, next);
	return prev && tcp_rtx_join_sacked(sk, prev, skb) ? prev : skb;
}

/* Tags what [start, end) covers, beginning the walk at the packet that holds from. */
static void tcp_sack_walk(struct sock *sk, u32 from, u32 start, u32 end, bool dsack,
			  struct tcp_sack_state *st)
{
	struct sk_buff *skb = tcp_rtx_find(tcp_sk(sk), from);

	for (; skb && before(tcp_tx(skb)->seq, end); skb = tcp_rtx_next(skb)) {
		if (tcp_tx(skb)->sacked & TCPCB_SACKED && !dsack)
			continue;
		if (!tcp_sack_match(sk, skb, start, end))
			continue;
		tcp_sacktag_one(sk, skb, dsack, st);
		skb = tcp_sack_join(sk, skb);
	}
}

/* The parts of a block that the previous ACK did not report. */
static void tcp_sack_block(struct sock *sk, const struct tcp_sack_range *b,
			   struct tcp_sack_state *st)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 from = b->start_seq;

	for (u32 i = 0; i < ARRAY_SIZE(tp->recv_sack_cache); i++) {
		const struct tcp_sack_range *c = &tp->recv_sack_cache[i];

		if (c->start_seq == c->end_seq || !before(c->start_seq, b->end_seq) ||
		    !after(c->end_seq, from))
			continue;
		if (before(from, c->start_seq))
			tcp_sack_walk(sk, from, b->start_seq, seq_min(c->start_seq + 1, b->end_seq),
				      false, st);
		if (!before(c->end_seq, b->end_seq))
			return;
		from = c->end_seq;
	}
	/* the packet that holds the end of a known part may be covered only now */
	tcp_sack_walk(sk, from == b->start_seq ? from : from - 1, b->start_seq, b->end_seq, false,
		      st);
}

/* Copies the valid blocks to sp, sorted; their number. The D-SACK is handled and left out. */
static u32 tcp_sack_collect(struct sock *sk, const struct tcp_seg *seg, u32 prior_una, bool dsack,
			    struct tcp_sack_range *sp, struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 n = 0;

	for (u32 i = 0; i < seg->opt.num_sacks; i++) {
		struct tcp_sack_range b = seg->opt.sacks[i];
		bool dup = dsack && i == 0;
		u32 j;

		if (!tcp_sackblock_valid(tp, dup, b.start_seq, b.end_seq)) {
			if (dup && !tp->undo_marker)
				net_mib_inc(sk->net, TcpExt_TCPDSACKIgnoredNoUndo);
			else if (dup)
				net_mib_inc(sk->net, TcpExt_TCPDSACKIgnoredOld);
			else if (i > 0 || after(b.end_seq, tp->snd_una))
				net_mib_inc(sk->net, TcpExt_TCPSACKDiscard);
			continue;
		}
		if (!after(b.end_seq, prior_una))
			continue;
		if (dup) {
			tcp_sack_walk(sk, b.start_seq, b.start_seq, b.end_seq, true, st);
			continue;
		}
		for (j = n; j > 0 && before(b.start_seq, sp[j - 1].start_seq); j--)
			sp[j] = sp[j - 1];
		sp[j] = b;
		n++;
	}
	return n;
}

/* Applies an ACK's SACK blocks to the tree; what was learned is in *st. */
void tcp_sacktag_write_queue(struct sock *sk, const struct tcp_seg *seg, u32 prior_una,
			     struct tcp_sack_state *st)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_sack_range sp[TCP_MAX_SACKS];
	bool dsack = tcp_check_dsack(sk, seg, prior_una, st);
	u32 n;

	/* an ACK from before the window tells nothing */
	if (before(seg->ack, prior_una - tp->max_window) || tcp_rtx_empty(tp))
		return;
	n = tcp_sack_collect(sk, seg, prior_una, dsack, sp, st);
	for (u32 i = 0; i < n; i++)
		tcp_sack_block(sk, &sp[i], st);
	memset(tp->recv_sack_cache, 0, sizeof(tp->recv_sack_cache));
	memcpy(tp->recv_sack_cache, sp, n * sizeof(sp[0]));
	if (tp->ca_state != TCP_CA_Loss || tp->undo_marker)
		tcp_check_sack_reordering(sk, st->reord, false);
}

/* -- without SACK: count duplicate ACKs as if they were (RFC 5681, 6582) --------------------- */

/* At least the lost ones are holes. True: there were more duplicates than that leaves. */
static bool tcp_limit_reno_sacked(struct tcp_sock *tp)
{
	u32 holes = clamp(tp->lost_out, 1u, max(tp->packets_out, 1u));

	if (tp->sacked_out + holes <= tp->packets_out)
		return false;
	tp->sacked_out = tp->packets_out > holes ? tp->packets_out - holes : 0;
	return true;
}

/* What duplicate ACKs counted for was delivered after all: the path reorders, or duplicates. */
static void tcp_check_reno_reordering(struct sock *sk, u32 addend)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->sacked_out || !tcp_limit_reno_sacked(tp))
		return;
	tp->reordering = min(tp->packets_out + addend, tcp_ns(sk)->max_reordering);
	tp->reord_seen++;
	net_mib_inc(sk->net, TcpExt_TCPRenoReorder);
}

void tcp_add_reno_sack(struct sock *sk, u32 dupacks)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 prior = tp->sacked_out;

	if (!dupacks)
		return;
	tp->sacked_out += dupacks;
	tcp_check_reno_reordering(sk, 0);
	if (tp->sacked_out > prior)
		tp->delivered += tp->sacked_out - prior;
}

/* acked segments left by a cumulative ACK: those were no holes. */
void tcp_remove_reno_sacks(struct sock *sk, u32 acked)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (acked) {
		tp->delivered += acked > tp->sacked_out + 1 ? acked - tp->sacked_out : 1;
		if (acked - 1 >= tp->sacked_out)
			tp->sacked_out = 0;
		else
			tp->sacked_out -= acked - 1;
	}
	tcp_check_reno_reordering(sk, acked);
}
