/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Accurate ECN after the handshake (RFC 9768 3.2): as receiver, how many packets and octets came
 * with each codepoint, told by the ACE field and the option; as sender, how many of ours were
 * marked, from three bits that may have wrapped and an option that may have been left out.
 */
#include "tcp/tcp_priv.h"

enum {
	CE_PENDING_MAX = 15,
	ACK_EVERY_CE = 2,		/* n of RFC 9768 3.2.2.5.1 for data */
	ACK_EVERY_CE_PURE = 6,		/* and when only ACKs come: at least 3, or they answer for ever */
	AVG_SHIFT = 6,			/* acked_avg: fixed point, and its weight 1/64 */
	AVG_THINNED = 4 << AVG_SHIFT,
	SAFETY_FACTOR = 2,		/* RFC 9768 A.2.2 */
	OPT_EVERY_SHIFT = 22,		/* octets of one codepoint between two options: 24 bits wrap */
	OPT_TOO_LATE = (1 << 23) - 1,	/* octets sent when a first option could be ambiguous */
	CE_AT = INET_ECN_CE - 1,
};

static const u8 byte_init[] = { ACCECN_E1B_INIT, ACCECN_E0B_INIT, ACCECN_CEB_INIT };

void tcp_accecn_reset(struct tcp_sock *tp)
{
	memset(&tp->accecn, 0, sizeof(tp->accecn));
}

/* The ACE field (0..7) as header flags, and back. */
u16 tcp_accecn_ace_flags(u8 ace)
{
	return (u16)((ace & 1 ? TCPHDR_ECE : 0) | (ace & 2 ? TCPHDR_CWR : 0) |
		     (ace & 4 ? TCPHDR_AE : 0));
}

u8 tcp_accecn_ace(u16 flags)
{
	return (u8)((flags & TCPHDR_ECE ? 1 : 0) | (flags & TCPHDR_CWR ? 2 : 0) |
		    (flags & TCPHDR_AE ? 4 : 0));
}

/* The ACE flags of a segment that reports nothing new: header prediction looks for them. */
u16 tcp_accecn_predicted(const struct tcp_sock *tp)
{
	return tcp_accecn_ace_flags((tp->delivered_ce + ACCECN_CEP_INIT) & ACCECN_ACE_MASK);
}

/* -- receiver ---------------------------------------------------------------------------------- */

/* Counters that an option must hold to show ecn's: they go in the order E1B, CEB, E0B. */
static u8 fields_for(u8 ecn)
{
	static const u8 place[] = { 1, 3, 2 };

	return place[ecn - 1];
}

static void count_octets(struct tcp_accecn *a, u8 ecn, u32 len)
{
	u32 *octets = &a->received_bytes[ecn - 1], old = *octets;

	*octets += len;
	a->opt_min = max(a->opt_min, fields_for(ecn));
	if ((*octets ^ old) >> OPT_EVERY_SHIFT && !a->opt_demand)
		a->opt_demand = 1;
}

/* An acceptable segment of the connection, skb still whole: what the next ACKs will tell of it. */
void tcp_accecn_received(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_accecn *a = &tp->accecn;
	bool ce = seg->ecn == INET_ECN_CE, edge = seg->ecn != a->last_ect;

	if (seg->ecn != INET_ECN_NOT_ECT) {
		u32 n = ce ? max_t(u32, skb_shinfo(skb)->gso_segs, 1) : 0;

		if (!(tp->ecn_flags & TCP_ECN_OK))
			tp->ecn_flags |= TCP_ECN_SEEN;
		a->received_ce += n;
		a->ce_pending = (u8)min(a->ce_pending + n, (u32)CE_PENDING_MAX);
		if (seg->len)
			count_octets(a, seg->ecn, seg->len);
	}
	if (!(tp->ecn_flags & TCP_ECN_ACCURATE))	/* counted for TCP_INFO only */
		return;
	if (edge || ce) {
		a->last_ect = seg->ecn;
		a->opt_demand = 2;
	}
	if ((seg->len && (edge || a->ce_pending >= ACK_EVERY_CE)) ||
	    a->ce_pending >= ACK_EVERY_CE_PURE)
		tp->ack_pending |= TCP_ACK_NOW;
}

/*
 * Data that we had came again. If that is the range of the D-SACK that went with the last option,
 * the peer did not see that ACK: the option is what a box on the path dislikes.
 */
void tcp_accecn_spurious_data(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ecn_flags & TCP_ECN_ACCURATE && tp->accecn.opt_with_dsack &&
	    seg->seq == tp->dsack.start_seq)
		tp->accecn.fail |= ACCECN_OPT_FAIL_SEND;
}

/* -- the option, out --------------------------------------------------------------------------- */

/* A few times per round trip even without news (RFC 9768 3.2.3.3). */
static bool option_beacon_due(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 per_rtt = tcp_ns(sk)->ecn_option_beacon;

	return per_rtt && (tcp_now_us(sk) - tp->accecn.opt_sent_us) * per_rtt >= tp->srtt_us >> 3;
}

static bool option_wanted(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 how = tcp_ns(sk)->ecn_option;

	if (how == ACCECN_OPT_NEVER || !tp->accecn.seen)
		return false;
	if (how == ACCECN_OPT_PERSIST)
		return true;
	if (tp->accecn.fail & ACCECN_OPT_FAIL_SEND)
		return false;
	return how == ACCECN_OPT_FULL || tp->accecn.opt_demand || option_beacon_due(sk);
}

static void fill_option(struct tcp_opts_parsed *o, const u32 *octets)
{
	o->saw |= TCP_SAW_ACCECN;
	o->accecn_nr = TCP_ACCECN_FIELDS;
	for (u32 i = 0; i < TCP_ACCECN_FIELDS; i++)
		o->accecn[i] = (octets ? octets[i] : 0) + byte_init[i];
}

/* In a SYN-ACK: the initial values, which show whether the option passes. */
void tcp_accecn_synack_option(struct tcp_opts_parsed *o)
{
	fill_option(o, NULL);
}

/* As many counters as fit, but not fewer than there is news of. */
static bool fit_fields(struct tcp_opts_parsed *o, u8 least)
{
	for (int nr = TCP_ACCECN_FIELDS; nr >= least; nr--) {
		o->accecn_nr = (u8)nr;
		if (tcp_opts_len(o) <= TCP_OPTLEN_MAX)
			return true;
	}
	return false;
}

/*
 * Adds the option to those of a segment if it is due and fits; for news SACK blocks make room, but
 * two of them stay.
 */
void tcp_accecn_fit_option(const struct sock *sk, struct tcp_opts_parsed *o)
{
	const struct tcp_accecn *a = &tcp_sk(sk)->accecn;
	u8 blocks = o->num_sacks;

	if (!option_wanted(sk))
		return;
	fill_option(o, a->received_bytes);
	while (!fit_fields(o, a->opt_min)) {
		if (!a->opt_min || o->num_sacks <= 2) {
			o->saw &= (u16)~TCP_SAW_ACCECN;
			o->num_sacks = blocks;
			return;
		}
		o->num_sacks--;
	}
}

void tcp_accecn_option_sent(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_accecn *a = &tp->accecn;

	a->opt_min = 0;
	a->opt_sent_us = tcp_now_us(sk);
	a->opt_with_dsack = tp->has_dsack;
	if (a->opt_demand)
		a->opt_demand--;
}

/* -- the option, in ---------------------------------------------------------------------------- */

/* What a first option says of the path: ACCECN_*_SEEN. A zeroed one was mangled (3.2.3.2.4). */
u8 tcp_accecn_judge_option(const struct tcp_opts_parsed *o)
{
	u32 first;

	if (!o->accecn_nr)
		return ACCECN_EMPTY_SEEN;
	first = tcp_accecn_field(0, o->accecn_e1b);
	return o->accecn[first] ? ACCECN_COUNTER_SEEN : ACCECN_FAIL_SEEN;
}

void tcp_accecn_note_option(struct tcp_sock *tp, const struct tcp_opts_parsed *o)
{
	struct tcp_accecn *a = &tp->accecn;

	if (!(o->saw & TCP_SAW_ACCECN) || a->seen >= ACCECN_COUNTER_SEEN)
		return;
	a->seen = tcp_accecn_judge_option(o);
	a->opt_demand = 2;
	if (a->seen == ACCECN_FAIL_SEEN)
		a->fail |= ACCECN_OPT_FAIL_RECV;
}

/* No option: the octets most likely have the codepoint that had the growth before. */
static bool guess_octets(struct tcp_sock *tp, u32 octets)
{
	struct tcp_accecn *a = &tp->accecn;

	if (!a->seen && tp->bytes_sent >= OPT_TOO_LATE) {
		a->seen = ACCECN_FAIL_SEEN;
		a->fail |= ACCECN_OPT_FAIL_RECV;
	}
	if (!a->seen || !a->grows || a->fail & ACCECN_OPT_FAIL_RECV)
		return false;
	a->delivered_bytes[a->grows - 1] += octets;
	return true;
}

/* Brings one counter up to its 24 bits on the wire; by how much it moved, also backwards. */
static s32 follow_counter(u32 *octets, u32 wire, u32 init)
{
	u32 moved = (wire - init - *octets) & 0xffffff;
	s32 delta = moved & 0x800000 ? (s32)moved - 0x1000000 : (s32)moved;

	*octets += (u32)delta;
	return delta;
}

/* The delivered octets by codepoint. True: they are certain enough to judge the ACE field by. */
static bool take_option(struct tcp_sock *tp, const struct tcp_seg *seg, u32 octets)
{
	struct tcp_accecn *a = &tp->accecn;
	const struct tcp_opts_parsed *o = &seg->opt;
	u8 expected = a->grows, grew = 0;
	bool clear = true, surprise = false;

	if (!(o->saw & TCP_SAW_ACCECN))
		return guess_octets(tp, octets);
	tcp_accecn_note_option(tp, o);
	if (a->fail & ACCECN_OPT_FAIL_RECV)
		return false;
	for (u32 i = 0; i < o->accecn_nr; i++) {
		u32 c = tcp_accecn_field(i, o->accecn_e1b);
		s32 delta = follow_counter(&a->delivered_bytes[c], o->accecn[c], byte_init[c]);

		if (delta < 0)
			clear = false;
		if (!delta || c + 1 == expected)
			continue;
		surprise = true;
		if (grew)
			clear = false;
		grew = (u8)(c + 1);
	}
	if (!clear)
		a->grows = 0;
	else if (surprise)
		a->grows = grew;
	return clear && expected;
}

/* -- sender ------------------------------------------------------------------------------------ */

static void note_ack_size(struct tcp_accecn *a, u32 segs)
{
	u32 now = min(segs, (u32)U16_MAX >> AVG_SHIFT) << AVG_SHIFT;

	if (!segs)
		return;
	if (!a->acked_avg)
		a->acked_avg = (u16)now;
	else
		a->acked_avg = (u16)((s32)a->acked_avg +
				     ((s32)now - (s32)a->acked_avg) / (1 << AVG_SHIFT));
}

/*
 * The ACE field moved by delta, modulo 8, while segs segments were acknowledged: how many times did
 * it wrap? As often as it can have (RFC 9768 A.2.1), unless the octets marked say that it did not
 * (A.2.2), or ACKs are always rare on this path, so that none of them was lost.
 */
static u32 unwrap_ace(const struct tcp_sock *tp, u32 delta, u32 segs, bool certain, u32 ce_octets)
{
	u32 safe = segs - ((segs - delta) & ACCECN_ACE_MASK);

	if (segs <= ACCECN_ACE_MASK)
		return delta;
	if (certain) {
		if (!ce_octets)
			return delta;
		if (ce_octets > delta * tp->mss_cache)
			return safe;
		if (ce_octets < safe * tp->mss_cache / SAFETY_FACTOR)
			return delta;
	}
	return tp->accecn.acked_avg > AVG_THINNED ? delta : safe;
}

/*
 * The first counter that comes after the handshake cannot be 0, but after three marks: then it is zeroed on
 * the way (RFC 9768 3.2.2.4).
 */
static void check_first_ace(struct tcp_accecn *a, const struct tcp_seg *seg, u32 delivered)
{
	if (likely(a->ace_checked))
		return;
	a->ace_checked = true;
	if (!tcp_accecn_ace(seg->flags) && delivered + ACCECN_CEP_INIT <= ACCECN_ACE_MASK)
		a->fail |= ACCECN_ACE_FAIL_RECV;
}

/*
 * An ACK that delivered so many segments and octets. FLAG_ECE if some of them were marked CE, else
 * 0. Without progress it may be an old one, overtaken: its counters say nothing.
 */
int tcp_accecn_process(struct sock *sk, const struct tcp_seg *seg, u32 delivered, u32 octets,
		       int flag)
{
	struct tcp_sock *tp = tcp_sk(sk);
	struct tcp_accecn *a = &tp->accecn;
	u32 ce_before = a->delivered_bytes[CE_AT], delta;
	bool certain;

	if (!(flag & (FLAG_FORWARD_PROGRESS | FLAG_TS_PROGRESS)))
		return 0;
	note_ack_size(a, delivered);
	certain = take_option(tp, seg, octets);
	if (!(flag & FLAG_SYN_ACKED))
		check_first_ace(a, seg, delivered);
	if (flag & FLAG_SYN_ACKED || (!(flag & FLAG_SLOWPATH) && delivered <= ACCECN_ACE_MASK))
		return 0;
	/* something on the path changes ACE or ECT: nothing of ours is ECT, so nothing was marked */
	if (a->fail & ACCECN_ACE_FAIL_RECV)
		return 0;
	delta = (tcp_accecn_ace(seg->flags) - ACCECN_CEP_INIT - tp->delivered_ce) &
		ACCECN_ACE_MASK;
	delta = unwrap_ace(tp, delta, delivered, certain, a->delivered_bytes[CE_AT] - ce_before);
	if (!delta)
		return 0;
	tp->delivered_ce += delta;
	net_mib_add(sk->net, TcpExt_TCPDeliveredCE, delta);
	return FLAG_ECE;
}
