/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The send queue as a container. What was never sent is in sk_write_queue, in order; what was sent
 * and is not acknowledged is in tp->rtx, a tree by sequence, and, unless SACKed, in tp->tsorted by
 * time of transmission. Every packet here is a bare sk_buff whose frags are the payload.
 */
#include "tcp/tcp_priv.h"

/* The send queue grew by delta octets of truesize. */
void tcp_wmem_charge(struct sock *sk, int delta)
{
	sk->sk_wmem_queued += delta;
	tcp_ns(sk)->mem_octets += delta;
}

/* A packet for the send queue at sequence number seq, empty. NULL: no memory. */
struct sk_buff *tcp_tx_alloc(struct sock *sk, u32 seq, u16 flags)
{
	struct sk_buff *skb = alloc_skb(sk->net, 0);
	struct tcp_tx_cb *cb;

	if (!skb)
		return NULL;
	skb->truesize = max_t(u32, skb->truesize, TCP_TX_TRUESIZE);
	cb = tcp_tx(skb);
	memset(cb, 0, sizeof(*cb));
	cb->seq = seq;
	cb->end_seq = seq + !!(flags & TCPHDR_SYN) + !!(flags & TCPHDR_FIN);
	cb->flags = flags;
	cb->pcount = 1;
	INIT_LIST_HEAD(&cb->tsorted);
	return skb;
}

/* Appends to the unsent queue and charges the send buffer. */
void tcp_tx_queue_tail(struct sock *sk, struct sk_buff *skb)
{
	skb_queue_tail(&sk->sk_write_queue, skb);
	tcp_wmem_charge(sk, (int)skb->truesize);
	tcp_sk(sk)->write_seq = tcp_tx(skb)->end_seq;
}

/* len octets of page, which the caller holds for us, go behind skb's payload. 0/-EMSGSIZE. */
int tcp_tx_append(struct sock *sk, struct sk_buff *skb, struct page *page, u32 off, u32 len)
{
	u32 before_size = skb->truesize;
	int err = skb_add_frag(skb, page, off, len);

	if (err)
		return err;
	tcp_wmem_charge(sk, (int)(skb->truesize - before_size));
	tcp_tx(skb)->end_seq += len;
	tcp_tx(skb)->pcount = 0;	/* counted when it is sent */
	tcp_sk(sk)->write_seq += len;
	return 0;
}

/* Uncharges and frees a packet that is on no queue. */
void tcp_tx_free(struct sock *sk, struct sk_buff *skb)
{
	tcp_wmem_charge(sk, -(int)skb->truesize);
	consume_skb(skb);
}

/* Segments that len octets make at this MSS; FIN and SYN ride along or count as one. */
u32 tcp_tx_set_pcount(struct sk_buff *skb, u32 mss)
{
	struct tcp_tx_cb *cb = tcp_tx(skb);

	cb->gso_size = mss;
	cb->pcount = skb->len <= mss ? 1 : DIV_ROUND_UP(skb->len, mss);
	return cb->pcount;
}

void tcp_rtx_insert(struct tcp_sock *tp, struct sk_buff *skb)
{
	struct rb_node **link = &tp->rtx.rb_node, *parent = NULL;
	u32 seq = tcp_tx(skb)->seq;

	while (*link) {
		parent = *link;
		if (before(seq, tcp_tx(rb_entry(parent, struct sk_buff, rbnode))->seq))
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&skb->rbnode, parent, link);
	rb_insert_color(&skb->rbnode, &tp->rtx);
}

/* The packet that holds seq, or the first one behind it; NULL: all are before. */
struct sk_buff *tcp_rtx_find(const struct tcp_sock *tp, u32 seq)
{
	struct rb_node *n = tp->rtx.rb_node;
	struct sk_buff *best = NULL;

	while (n) {
		struct sk_buff *skb = rb_entry(n, struct sk_buff, rbnode);

		if (before(seq, tcp_tx(skb)->end_seq)) {
			best = skb;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	return best;
}

/* Takes skb out of the tree and every hint, and frees it. */
void tcp_rtx_unlink_free(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->retransmit_hint == skb)
		tp->retransmit_hint = NULL;
	if (tp->highest_sack == skb)
		tp->highest_sack = NULL;
	list_del_init(&tcp_tx(skb)->tsorted);
	rb_erase(&skb->rbnode, &tp->rtx);
	tcp_tx_free(sk, skb);
}

/* The number of segments in skb went down by diff: so do the totals that include it. */
static void tcp_adjust_pcount(struct tcp_sock *tp, const struct sk_buff *skb, int diff)
{
	const struct tcp_tx_cb *cb = tcp_tx(skb);

	tp->packets_out -= (u32)diff;
	if (cb->sacked & TCPCB_SACKED)
		tp->sacked_out -= (u32)diff;
	if (cb->sacked & TCPCB_RETRANS)
		tp->retrans_out -= (u32)diff;
	if (cb->sacked & TCPCB_LOST)
		tp->lost_out -= (u32)diff;
	if (!tcp_is_sack(tp) && tp->sacked_out && diff > 0)
		tp->sacked_out -= min_t(u32, tp->sacked_out, (u32)diff);
}

static void tcp_fragment_cb(struct sk_buff *skb, struct sk_buff *tail, u32 len)
{
	struct tcp_tx_cb *cb = tcp_tx(skb), *tcb = tcp_tx(tail);

	*tcb = *cb;
	INIT_LIST_HEAD(&tcb->tsorted);
	tcb->seq = cb->seq + len;
	cb->end_seq = tcb->seq;
	cb->flags &= (u16)~(TCPHDR_FIN | TCPHDR_PSH);
	cb->eor = false;
}

/* The time stamp of an octet is wanted: it stays with the octet. */
static void tcp_fragment_tstamp(struct sk_buff *skb, struct sk_buff *tail)
{
	if (likely(!skb->tx_flags) || before(skb->tskey, tcp_tx(tail)->seq))
		return;
	tail->tx_flags = skb->tx_flags;
	tail->tskey = skb->tskey;
	skb->tx_flags = 0;
}

/* next was appended to skb: the later stamp stays, one packet has room for one. */
static void tcp_merge_tstamp(struct sk_buff *skb, const struct sk_buff *next)
{
	if (likely(!next->tx_flags))
		return;
	skb->tx_flags = next->tx_flags;
	skb->tskey = next->tskey;
}

/*
 * Makes skb, at the head of the unsent queue, longer by at most len octets of the packet behind it. What
 * does not fit (frags) stays where it is.
 */
void tcp_tx_grow(struct sock *sk, struct sk_buff *skb, u32 len)
{
	struct sk_buff *next = skb_queue_next(&sk->sk_write_queue, skb);
	u32 size = skb->truesize;

	if (!next || tcp_tx(skb)->eor || !next->len || !len ||
	    skb_shinfo(skb)->nr_frags + skb_shinfo(next)->nr_frags > MAX_SKB_FRAGS)
		return;
	if (len < next->len && tcp_fragment(sk, next, len, tcp_sk(sk)->mss_cache, false))
		return;
	if (skb_append_range(skb, next, 0, next->len))
		return;
	tcp_wmem_charge(sk, (int)(skb->truesize - size));
	tcp_merge_tstamp(skb, next);
	tcp_tx(skb)->end_seq = tcp_tx(next)->end_seq;
	tcp_tx(skb)->flags |= tcp_tx(next)->flags;
	tcp_tx(skb)->eor = tcp_tx(next)->eor;
	tcp_tx(skb)->pcount = 0;
	skb_unlink(&sk->sk_write_queue, next);
	tcp_tx_free(sk, next);
}

/*
 * A peer with a tiny MSS and SACK blocks of single segments has what is in flight cut to pieces, which
 * cost more than what is in them: not beyond twice the send buffer (CVE-2019-11478). True: it is enough.
 */
bool tcp_rtx_cut_enough(struct sock *sk)
{
	s64 limit = (s64)sk->sk_sndbuf + 2 * (GSO_MAX_SIZE + TCP_TX_TRUESIZE);

	if (likely(sk->sk_wmem_queued >> 1 <= limit))
		return false;
	net_mib_inc(sk->net, TcpExt_TCPWqueueTooBig);
	return true;
}

/*
 * Splits skb after len octets of payload; the rest becomes a new packet right behind it in the
 * same queue. in_rtx: it is in the tree. No octet is copied. 0/-ENOMEM/-EINVAL.
 */
int tcp_fragment(struct sock *sk, struct sk_buff *skb, u32 len, u32 mss, bool in_rtx)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 old = tcp_tx(skb)->pcount, rest = skb->len - len, truesize;
	struct sk_buff *tail;

	if (!len || len >= skb->len)
		return -EINVAL;
	/* without the two ends nothing goes on */
	if (in_rtx && skb != tcp_rtx_head(tp) && skb != tcp_rtx_tail(tp) && tcp_rtx_cut_enough(sk))
		return -ENOMEM;
	tail = tcp_tx_alloc(sk, 0, 0);
	if (!tail)
		return -ENOMEM;
	if (skb_append_range(tail, skb, len, rest)) {
		consume_skb(tail);
		return -ENOMEM;
	}
	truesize = skb->truesize;
	if (pskb_trim(skb, len)) {
		consume_skb(tail);
		return -ENOMEM;
	}
	skb->truesize = truesize > rest ? truesize - rest : skb->truesize;
	tcp_wmem_charge(sk, (int)(tail->truesize + skb->truesize - truesize));
	tcp_fragment_cb(skb, tail, len);
	tcp_fragment_tstamp(skb, tail);
	tcp_tx_set_pcount(skb, mss);
	tcp_tx_set_pcount(tail, mss);
	if (!in_rtx) {
		skb_queue_after(&sk->sk_write_queue, skb, tail);
		return 0;
	}
	tcp_adjust_pcount(tp, skb, (int)old - (int)tcp_tx(skb)->pcount - (int)tcp_tx(tail)->pcount);
	tcp_rtx_insert(tp, tail);
	if (list_is_linked(&tcp_tx(skb)->tsorted))
		list_add(&tcp_tx(tail)->tsorted, &tcp_tx(skb)->tsorted);
	if (tp->highest_sack == skb)
		tp->highest_sack = tail;
	return 0;
}

/* Takes the marks and segments of skb out of the totals: it leaves the tree. */
void tcp_rtx_uncount(struct tcp_sock *tp, const struct sk_buff *skb)
{
	const struct tcp_tx_cb *cb = tcp_tx(skb);

	tp->packets_out -= cb->pcount;
	if (cb->sacked & TCPCB_SACKED)
		tp->sacked_out -= cb->pcount;
	if (cb->sacked & TCPCB_RETRANS)
		tp->retrans_out -= cb->pcount;
	if (cb->sacked & TCPCB_LOST)
		tp->lost_out -= cb->pcount;
}

/*
 * skb begins before snd_una (an ACK in the middle of a segment): frees what is acknowledged.
 * Returns the packet that begins at snd_una, or skb itself when memory is out.
 */
struct sk_buff *tcp_rtx_trim_head(struct sock *sk, struct sk_buff *skb)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 len = tp->snd_una - tcp_tx(skb)->seq;
	struct sk_buff *tail;

	if (!before(tcp_tx(skb)->seq, tp->snd_una) || len >= skb->len)
		return skb;
	if (tcp_fragment(sk, skb, len, max_t(u32, tcp_tx(skb)->gso_size, 1), true))
		return skb;
	tail = tcp_rtx_next(skb);
	tcp_rtx_uncount(tp, skb);
	tcp_rtx_unlink_free(sk, skb);
	return tail;
}

/* skb, before it in the tree, takes what next has, but for the count of segments. False: no room. */
static bool tcp_rtx_absorb(struct sock *sk, struct sk_buff *skb, struct sk_buff *next)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_tx_cb *cb = tcp_tx(skb), *ncb = tcp_tx(next);
	u32 size = skb->truesize;

	if (next->len && skb_append_range(skb, next, 0, next->len))
		return false;
	tcp_wmem_charge(sk, (int)(skb->truesize - size));
	tcp_merge_tstamp(skb, next);
	cb->end_seq = ncb->end_seq;
	cb->flags |= ncb->flags & TCPHDR_PSH;
	cb->eor = ncb->eor;
	if (tp->highest_sack == next)
		tp->highest_sack = skb;
	if (tp->retransmit_hint == next)
		tp->retransmit_hint = skb;
	tcp_rtx_unlink_free(sk, next);
	return true;
}

/*
 * Merges next into skb (both in the tree, adjacent, with the same marks): retransmitting small
 * segments as one. True when next is gone.
 */
bool tcp_rtx_merge(struct sock *sk, struct sk_buff *skb, struct sk_buff *next, u32 mss)
{
	struct tcp_tx_cb *cb = tcp_tx(skb), *ncb = tcp_tx(next);
	u32 old = cb->pcount + ncb->pcount;

	if (cb->sacked != ncb->sacked || cb->eor || cb->end_seq != ncb->seq ||
	    (cb->flags | ncb->flags) & (TCPHDR_SYN | TCPHDR_FIN) ||
	    skb_shinfo(skb)->nr_frags + skb_shinfo(next)->nr_frags > MAX_SKB_FRAGS ||
	    !tcp_rtx_absorb(sk, skb, next))
		return false;
	tcp_tx_set_pcount(skb, mss);
	tcp_adjust_pcount(tcp_sk(sk), skb, (int)old - (int)cb->pcount);
	return true;
}

/* Whole segments of one size, nothing of them thought lost or sent again: may next be counted with skb? */
static bool tcp_sacked_alike(const struct sk_buff *skb, const struct sk_buff *next)
{
	const struct tcp_tx_cb *cb = tcp_tx(skb), *ncb = tcp_tx(next);

	return (cb->sacked & TCPCB_TAGBITS) == TCPCB_SACKED &&
	       (ncb->sacked & TCPCB_TAGBITS) == TCPCB_SACKED && cb->end_seq == ncb->seq && !cb->eor &&
	       cb->gso_size == ncb->gso_size && skb->len == cb->pcount * cb->gso_size && next->len &&
	       skb->len + next->len <= GSO_MAX_SIZE && !skb->tx_flags &&
	       !((cb->flags | ncb->flags) & (TCPHDR_SYN | TCPHDR_FIN));
}

/* May skb refer to next's payload, too? The pieces of one page are one reference again. */
static bool tcp_frags_fit(const struct sk_buff *skb, const struct sk_buff *next)
{
	const struct skb_shared_info *a = skb_shinfo(skb), *b = skb_shinfo(next);
	const struct skb_frag *last = &a->frags[a->nr_frags - 1];
	u32 nr = (u32)a->nr_frags + b->nr_frags;

	if (!a->nr_frags || !b->nr_frags)
		return false;
	if (last->page == b->frags[0].page && last->off + last->len == b->frags[0].off)
		nr--;
	return nr <= MAX_SKB_FRAGS;
}

/*
 * next, in the tree behind skb, joins it if both are SACKed: what blocks have cut is one packet again, and
 * neither memory nor a walk over the tree goes with the number of segments. True when next is gone.
 */
bool tcp_rtx_join_sacked(struct sock *sk, struct sk_buff *skb, struct sk_buff *next)
{
	u32 segs = tcp_tx(next)->pcount;
	u8 again = tcp_tx(next)->sacked & TCPCB_EVER_RETRANS;

	if (!tcp_sacked_alike(skb, next) || !tcp_frags_fit(skb, next) || !tcp_rtx_absorb(sk, skb, next))
		return false;
	tcp_tx(skb)->pcount += segs;
	tcp_tx(skb)->sacked |= again;
	return true;
}

/* Empties both queues: the connection is gone. */
void tcp_write_queue_purge(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u32 sacked = tp->sacked_out, lost = tp->lost_out, retrans = tp->retrans_out;
	struct sk_buff *skb;

	tcp_chrono_stop(tp, TCP_CHRONO_BUSY);
	while ((skb = skb_dequeue(&sk->sk_write_queue)))
		tcp_tx_free(sk, skb);
	while ((skb = tcp_rtx_head(tp)))
		tcp_rtx_unlink_free(sk, skb);
	INIT_LIST_HEAD(&tp->tsorted);
	tp->packets_out = 0;
	tp->sacked_out = sacked;	/* TCP_INFO goes on telling */
	tp->lost_out = lost;
	tp->retrans_out = retrans;
	tp->backoff = 0;
	tp->retransmit_hint = tp->highest_sack = NULL;
}

/* skb in the tree is now now_segs segments instead of old. */
void tcp_rtx_recount(struct tcp_sock *tp, const struct sk_buff *skb, u32 old, u32 now_segs)
{
	tcp_adjust_pcount(tp, skb, (int)old - (int)now_segs);
}

/* RACK's order: by time of transmission, sequence decides among equals. */
static bool tcp_tsorted_before(const struct list_head *a, const struct list_head *b)
{
	const struct tcp_tx_cb *x = list_entry(a, struct tcp_tx_cb, tsorted);
	const struct tcp_tx_cb *y = list_entry(b, struct tcp_tx_cb, tsorted);

	return x->xmit_us < y->xmit_us ||
	       (x->xmit_us == y->xmit_us && before(x->end_seq, y->end_seq));
}

/*
 * Puts the packets of batch back into tsorted, all at once: their times may go to and fro, as the peer
 * chose with its SACKs, and to look for the place of each would be quadratic. Returns the comparisons.
 */
u32 tcp_tsorted_merge(struct tcp_sock *tp, struct list_head *batch)
{
	if (list_empty(batch))
		return 0;
	list_splice_tail_init(batch, &tp->tsorted);
	return list_sort(&tp->tsorted, tcp_tsorted_before);
}
