/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out-of-order data: a tree by sequence without overlaps, so that a flood of tiny segments costs
 * O(log n) each (SHLD-31, ATK-RSM-01). And what we report of it: SACK blocks, newest first
 * (RFC 2018 4), and D-SACK (RFC 2883).
 */
#include "tcp/tcp_priv.h"

/* -- reports ----------------------------------------------------------------------------------- */

/* Octets [seq, end) came twice: the next ACK says so. */
void tcp_dsack_set(struct sock *sk, u32 seq, u32 end)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tcp_is_sack(tp) || !tcp_ns(sk)->dsack)
		return;
	if (before(seq, tp->rcv_nxt))
		net_mib_inc(sk->net, TcpExt_TCPDSACKOldSent);
	else
		net_mib_inc(sk->net, TcpExt_TCPDSACKOfoSent);
	tp->has_dsack = true;
	tp->dsack = (struct tcp_sack_range){ seq, end };
}

static void tcp_dsack_extend(struct sock *sk, u32 seq, u32 end)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!tp->has_dsack) {
		tcp_dsack_set(sk, seq, end);
		return;
	}
	if (!after(seq, tp->dsack.end_seq) && !after(tp->dsack.start_seq, end)) {
		tp->dsack.start_seq = seq_min(tp->dsack.start_seq, seq);
		tp->dsack.end_seq = seq_max(tp->dsack.end_seq, end);
	}
}

static bool tcp_sack_touch(const struct tcp_sack_range *b, u32 seq, u32 end)
{
	return !after(seq, b->end_seq) && !after(b->start_seq, end);
}

/* [seq, end) arrived: its block, merged with its neighbours, goes to the front. */
static void tcp_sack_new(struct tcp_sock *tp, u32 seq, u32 end)
{
	struct tcp_sack_range merged = { seq, end };
	u32 n = 0;

	if (!tcp_is_sack(tp))
		return;
	for (u32 i = 0; i < tp->num_sacks; i++) {
		struct tcp_sack_range b = tp->sacks[i];

		if (tcp_sack_touch(&b, merged.start_seq, merged.end_seq)) {
			merged.start_seq = seq_min(merged.start_seq, b.start_seq);
			merged.end_seq = seq_max(merged.end_seq, b.end_seq);
		} else {
			tp->sacks[n++] = b;
		}
	}
	n = min_t(u32, n, ARRAY_SIZE(tp->sacks) - 1);
	memmove(&tp->sacks[1], &tp->sacks[0], n * sizeof(merged));
	tp->sacks[0] = merged;
	tp->num_sacks = (u8)(n + 1);
}

/* RCV.NXT advanced: blocks below it are history. */
static void tcp_sack_remove(struct tcp_sock *tp)
{
	u32 n = 0;

	if (rb_empty_root(&tp->ooo)) {
		tp->num_sacks = 0;
		return;
	}
	for (u32 i = 0; i < tp->num_sacks; i++)
		if (after(tp->sacks[i].start_seq, tp->rcv_nxt))
			tp->sacks[n++] = tp->sacks[i];
	tp->num_sacks = (u8)n;
}

/* -- the tree ---------------------------------------------------------------------------------- */

static struct sk_buff *tcp_ooo_entry(struct rb_node *n)
{
	return rb_entry_safe(n, struct sk_buff, rbnode);
}

static void tcp_ooo_drop(struct sock *sk, struct sk_buff *skb, enum skb_drop_reason reason)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ooo_last == skb)
		tp->ooo_last = tcp_ooo_entry(rb_prev(&skb->rbnode));
	rb_erase(&skb->rbnode, &tp->ooo);
	tcp_drop(sk, skb, reason);
}

/* Usual case: the segment right behind the highest. True when skb went into it. */
static bool tcp_ooo_append(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = tcp_rxcb(skb)->seq, end = tcp_rxcb(skb)->end_seq;

	if (!tp->ooo_last || !tcp_try_coalesce(sk, tp->ooo_last, skb))
		return false;
	tcp_sack_new(tp, seq, end);
	return true;
}

/*
 * Finds the place of skb. Covered altogether: false (D-SACK noted). Otherwise it is linked; what
 * it overlaps with at its front stays, readers skip by sequence.
 */
static bool tcp_ooo_link(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct rb_node **link = &tp->ooo.rb_node, *parent = NULL;
	u32 seq = tcp_rxcb(skb)->seq, end = tcp_rxcb(skb)->end_seq;

	while (*link) {
		struct sk_buff *s = rb_entry(*link, struct sk_buff, rbnode);
		struct tcp_rx_cb *c = tcp_rxcb(s);

		parent = *link;
		if (before(seq, c->seq)) {
			link = &parent->rb_left;
			continue;
		}
		if (before(seq, c->end_seq)) {
			if (!after(end, c->end_seq)) {
				tcp_dsack_set(sk, seq, end);
				return false;
			}
			if (after(seq, c->seq)) {
				tcp_dsack_set(sk, seq, c->end_seq);
			} else {	/* same start, longer: takes its place */
				rb_replace_node(&s->rbnode, &skb->rbnode, &tp->ooo);
				tcp_dsack_extend(sk, c->seq, c->end_seq);
				if (tp->ooo_last == s)
					tp->ooo_last = skb;
				tcp_drop(sk, s, SKB_DROP_TCP_OFOMERGE);
				return true;
			}
		}
		link = &parent->rb_right;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &tp->ooo);
	return true;
}

/* What skb covers behind it goes. */
static void tcp_ooo_swallow(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 end = tcp_rxcb(skb)->end_seq;
	struct sk_buff *s;

	while ((s = tcp_ooo_entry(rb_next(&skb->rbnode)))) {
		struct tcp_rx_cb *c = tcp_rxcb(s);

		if (!after(end, c->seq))
			break;
		if (before(end, c->end_seq)) {
			tcp_dsack_extend(sk, c->seq, end);
			break;
		}
		tcp_dsack_extend(sk, c->seq, c->end_seq);
		tcp_ooo_drop(sk, s, SKB_DROP_TCP_OFOMERGE);
	}
	if (!s)
		tp->ooo_last = skb;
}

/* What waits out of order must not be what keeps the rest from coming. */
static void tcp_ooo_grow(struct sock *sk)
{
	if (list_empty(&tcp_sk(sk)->accept_node) && !sock_flag(sk, SOCK_DEAD))
		tcp_rcvbuf_grow(sk, tcp_sk(sk)->rcvq_space);
}

/*
 * New data out of order opens the window, or a path that reorders would keep it small. Without SACK it does
 * not: a duplicate ACK is one by its unchanged window (RFC 5681 2).
 */
static void tcp_ooo_open_window(struct sock *sk, const struct sk_buff *skb)
{
	if (tcp_is_sack(tcp_sk(sk)))
		tcp_grow_window(sk, skb, skb->len, true);
}

/* Data beyond RCV.NXT, header stripped. Consumes skb. */
void tcp_data_queue_ofo(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 seq = tcp_rxcb(skb)->seq, end = tcp_rxcb(skb)->end_seq;
	bool next = tp->ooo_last && tcp_rxcb(tp->ooo_last)->end_seq == seq;

	if (!tcp_rmem_ok(sk, skb, seq)) {
		tcp_drop(sk, skb, SKB_DROP_TCP_OFO_DROP);
		return;
	}
	tp->pred_ok = false;
	tp->ack_pending |= TCP_ACK_SCHED;
	tp->rcv_ooopack += max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	net_mib_inc(sk->net, TcpExt_TCPOFOQueue);
	if (next)			/* then it is no duplicate */
		tcp_ooo_open_window(sk, skb);
	if (tcp_ooo_append(sk, skb)) {
		tcp_ooo_grow(sk);
		return;
	}
	if (!tcp_ooo_link(sk, skb)) {
		tcp_sack_new(tp, seq, end);
		tcp_drop(sk, skb, SKB_DROP_TCP_OFOMERGE);
		return;
	}
	tcp_ooo_swallow(sk, skb);
	tcp_sack_new(tp, seq, end);
	if (!next)
		tcp_ooo_open_window(sk, skb);
	skb_orphan(skb);
	skb_set_owner_r(skb, sk);
	tcp_ooo_grow(sk);
}

/* RCV.NXT advanced: what fits now moves to the receive queue. True when a FIN was among it. */
bool tcp_ofo_queue(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 came = tp->rcv_nxt;		/* what was there twice before was told when it came */
	bool fin = false;
	struct sk_buff *skb;

	while (!fin && (skb = tcp_ooo_entry(rb_first(&tp->ooo)))) {
		struct tcp_rx_cb *c = tcp_rxcb(skb);

		if (after(c->seq, tp->rcv_nxt))
			break;
		if (before(c->seq, came))
			tcp_dsack_extend(sk, c->seq, seq_min(c->end_seq, came));
		if (!after(c->end_seq, tp->rcv_nxt)) {
			tcp_ooo_drop(sk, skb, SKB_DROP_TCP_OFO_QUEUE_PRUNE);
			continue;
		}
		if (tp->ooo_last == skb)
			tp->ooo_last = tcp_ooo_entry(rb_prev(&skb->rbnode));
		rb_erase(&skb->rbnode, &tp->ooo);
		fin = c->flags & TCPHDR_FIN;
		skb_orphan(skb);
		tcp_queue_rcv(sk, skb);
	}
	tcp_sack_remove(tp);
	return fin;
}

/* -- running short ----------------------------------------------------------------------------- */

/* Can s, the run so far len octets long, be copied into one packet with it? */
static bool tcp_ooo_joins(const struct sk_buff *s, u32 end, u32 len)
{
	return tcp_rxcb(s)->seq == end && len + s->len <= 16384 && tcp_bloated(s) &&
	       !(tcp_rxcb(s)->flags & TCPHDR_FIN);
}

/* The run of adjacent wasteful packets from first becomes one. Returns the packet behind it. */
static struct sk_buff *tcp_ooo_collapse_run(struct sock *sk, struct sk_buff *first)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 end = tcp_rxcb(first)->end_seq, len = first->len, n = 1;
	struct sk_buff *s = tcp_ooo_entry(rb_next(&first->rbnode)), *next, *big;

	while (s && tcp_ooo_joins(s, end, len)) {
		end = tcp_rxcb(s)->end_seq;
		len += s->len;
		n++;
		s = tcp_ooo_entry(rb_next(&s->rbnode));
	}
	if (n < 2 || !(big = alloc_skb(sk->net, len)))
		return s;
	*tcp_rxcb(big) = *tcp_rxcb(first);
	tcp_rxcb(big)->end_seq = end;
	big->tstamp = first->tstamp;
	skb_copy_bits(first, 0, skb_put(big, first->len), first->len);
	next = tcp_ooo_entry(rb_next(&first->rbnode));
	rb_replace_node(&first->rbnode, &big->rbnode, &tp->ooo);
	if (tp->ooo_last == first)
		tp->ooo_last = big;
	consume_skb(first);
	while (next != s) {
		struct sk_buff *behind = tcp_ooo_entry(rb_next(&next->rbnode));

		skb_copy_bits(next, 0, skb_put(big, next->len), next->len);
		if (tp->ooo_last == next)
			tp->ooo_last = big;
		rb_erase(&next->rbnode, &tp->ooo);
		consume_skb(next);
		next = behind;
	}
	skb_set_owner_r(big, sk);
	net_mib_add(sk->net, TcpExt_TCPRcvCollapsed, n);
	return s;
}

/* Adjacent packets that cost much more than they hold are copied together. */
void tcp_ooo_collapse(struct sock *sk)
{
	struct sk_buff *skb = tcp_ooo_entry(rb_first(&tcp_sk(sk)->ooo));

	while (skb)
		skb = tcp_bloated(skb) && !(tcp_rxcb(skb)->flags & TCPHDR_FIN) ?
			      tcp_ooo_collapse_run(sk, skb) :
			      tcp_ooo_entry(rb_next(&skb->rbnode));
}

/*
 * Drops out-of-order data from the high end, but none below seq, where the data that came are to go:
 * until they fit, and an eighth of the buffer at a time, so that the next one need not come here
 * (TCP-SACK-16). False: nothing could be dropped.
 */
bool tcp_prune_ooo(struct sock *sk, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 goal = sk->sk_rcvbuf >> 3;
	bool pruned = false;

	while (tp->ooo_last && !after(seq, tcp_rxcb(tp->ooo_last)->seq)) {
		goal -= tp->ooo_last->truesize;
		pruned = true;
		tcp_ooo_drop(sk, tp->ooo_last, SKB_DROP_TCP_OFO_QUEUE_PRUNE);
		if (goal > 0)
			continue;
		if (tcp_rcvbuf_holds(sk) && !tcp_under_pressure(sk))
			break;
		goal = sk->sk_rcvbuf >> 3;
	}
	if (!pruned)
		return false;
	net_mib_inc(sk->net, TcpExt_OfoPruned);
	/* what was promised is no longer held: say nothing rather than something wrong */
	tp->num_sacks = 0;
	return true;
}

void tcp_ooo_purge(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);

	while (tp->ooo_last)
		tcp_ooo_drop(sk, tp->ooo_last, SKB_DROP_SOCKET_CLOSE);
	tp->num_sacks = 0;
}
