/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ECN's handshake and marking: who asks for what, what is agreed, and what an outgoing segment then
 * carries. Classic ECN (RFC 3168) agrees by ECE and CWR; Accurate ECN (RFC 9768 3.1) by AE, CWR and
 * ECE together, and falls back to classic ECN or to none. From tcp_open.c, tcp_state.c, tcp_req.c
 * and tcp_xmit.c; the counters that follow are in tcp_accecn.c.
 */
#include "tcp/tcp_req.h"

enum { ECN_FLAGS = TCPHDR_ECE | TCPHDR_CWR, ACE_FLAGS = TCPHDR_AE | ECN_FLAGS };
enum { ACE_CLASSIC_SYN = 3 };

/* net.ipv4.tcp_ecn: what a SYN of ours asks for; a SYN of the peer's gets AccECN from 3 on. */
static const u16 syn_asks[] = { 0, ECN_FLAGS, 0, ACE_FLAGS, ECN_FLAGS, 0 };
enum { ECN_ACCEPTS_ACCURATE = 3 };

/* RFC 9768 table 3: the codepoint of a SYN or SYN-ACK as the answer's ACE field, and back. */
static const u8 ace_of_ect[] = { 2, 3, 4, 6 };
static const u8 ect_of_ace[] = { 0, 0, INET_ECN_NOT_ECT, INET_ECN_ECT_1, INET_ECN_ECT_0,
				 INET_ECN_NOT_ECT, INET_ECN_CE, 0 };

/* RFC 9768 table 2: what a SYN-ACK to an AccECN SYN agrees to, by its ACE field. */
static const u8 agreed[] = { 0, TCP_ECN_OK, TCP_ECN_ACCURATE, TCP_ECN_ACCURATE, TCP_ECN_ACCURATE,
			     TCP_ECN_ACCURATE, TCP_ECN_ACCURATE, 0 };

/* Does the route ask for ECN (features ecn)? */
static bool tcp_ecn_by_route(const struct dst_entry *dst)
{
	return dst && dst_metric(dst, RTAX_N_FEATURES) & RTAX_FEATURE_ECN_NS;
}

/* Flags for a SYN of ours, by net.ipv4.tcp_ecn, the congestion control's need or the route. */
u16 tcp_ecn_syn_flags(struct sock *sk)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u16 flags = syn_asks[tcp_ns(sk)->ecn];

	if (!flags && (tp->ca_ops->needs_ecn || tcp_ecn_by_route(sk->sk_dst_cache)))
		flags = ECN_FLAGS;
	tp->ecn_flags = !flags ? 0 : flags & TCPHDR_AE ? TCP_ECN_PENDING : TCP_ECN_OK;
	return flags;
}

/*
 * The SYN goes again: without ECN, in case that is what a box on the path drops (RFC 3168 6.1.1.1);
 * with AccECN only from the second repetition on (RFC 9768 3.1.4.1), as the SYN-ACK of SYNs that
 * crossed (3.1.4.2). One without AccECN answers what came and stays as it is.
 */
u16 tcp_ecn_syn_again(struct sock *sk, u16 flags)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool synack = flags & TCPHDR_ACK;
	u8 patience = tp->ecn_flags & (synack ? TCP_ECN_ACCURATE : TCP_ECN_PENDING) ? 1 : 0;

	if (!tcp_ns(sk)->ecn_fallback || tp->retransmits <= patience || (synack && !patience))
		return flags;
	if (synack)
		tp->accecn.fail |= ACCECN_ACE_FAIL_SEND;
	return flags & (u16)~ACE_FLAGS;
}

/* May a packet sent as snt have arrived as rcv? (RFC 9768 3.2.2.3: only CE may appear, on ECT) */
static bool ect_transition_valid(u8 snt, u8 rcv)
{
	if (rcv == snt)
		return true;
	return snt != INET_ECN_NOT_ECT && rcv != INET_ECN_NOT_ECT && snt != INET_ECN_CE;
}

/* The codepoint that ace reports of our SYN or SYN-ACK, which went as Not-ECT; notes a lie. */
static u8 handshake_feedback(const struct net *net, u8 ace, u8 *fail)
{
	u8 ect = ect_of_ace[ace];

	if (net->tcp.ecn_fallback && !ect_transition_valid(INET_ECN_NOT_ECT, ect)) {
		*fail |= ACCECN_ACE_FAIL_RECV;
		return INET_ECN_NOT_ECT;
	}
	return ect;
}

static void accecn_begin(struct tcp_sock *tp, u8 syn_ect)
{
	tp->ecn_flags = TCP_ECN_ACCURATE;
	tp->accecn.syn_ect = tp->accecn.last_ect = syn_ect;
}

/* SYN-ACK to our SYN. Classic: ECE without CWR agrees (RFC 3168 6.1.1). */
void tcp_ecn_rcv_synack(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	u8 ace = tcp_accecn_ace(seg->flags);

	if (tp->ecn_flags & TCP_ECN_OK && (seg->flags & ECN_FLAGS) != TCPHDR_ECE)
		tp->ecn_flags = 0;
	if (!(tp->ecn_flags & TCP_ECN_PENDING))
		return;
	tp->ecn_flags = agreed[ace];
	if (!(tp->ecn_flags & TCP_ECN_ACCURATE))
		return;
	accecn_begin(tp, seg->ecn);
	tp->accecn.opt_demand = 2;
	handshake_feedback(sk->net, ace, &tp->accecn.fail);
	tcp_accecn_note_option(tp, &seg->opt);
	if (seg->ecn == INET_ECN_CE) {
		tp->accecn.received_ce++;
		tp->accecn.ce_pending++;
	}
}

static bool syn_wants_accurate(u8 ace)
{
	return ace && ace != ACE_CLASSIC_SYN;	/* any other set of flags: RFC 9768 3.1.2 */
}

/*
 * Both opened at once: the peer's SYN crossed ours. If that asked for AccECN, what is agreed is what a
 * listener would have (RFC 9768 3.1.2): nothing classic with a SYN that is ECT.
 */
void tcp_ecn_rcv_cross_syn(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);
	bool classic = (seg->flags & ECN_FLAGS) == ECN_FLAGS &&
		       (seg->ecn == INET_ECN_NOT_ECT || !(tp->ecn_flags & TCP_ECN_PENDING));

	if (tp->ecn_flags & TCP_ECN_PENDING && syn_wants_accurate(tcp_accecn_ace(seg->flags)))
		accecn_begin(tp, seg->ecn);
	else if (tp->ecn_flags & (TCP_ECN_PENDING | TCP_ECN_OK))
		tp->ecn_flags = classic ? TCP_ECN_OK : 0;
}

/* A SYN or SYN-ACK again, when the connection is up: the answer tells how it arrived. */
void tcp_ecn_rcv_late_syn(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->ecn_flags & TCP_ECN_ACCURATE))
		return;
	tp->accecn.syn_ect = seg->ecn;
	tp->accecn.reflect = true;
	tcp_accecn_note_option(tp, &seg->opt);
}

/* For the SYN-ACK that a full socket sends: crossing SYNs, Fast Open. */
u16 tcp_ecn_synack_flags(const struct tcp_sock *tp)
{
	if (tp->ecn_flags & TCP_ECN_ACCURATE)
		return tcp_accecn_ace_flags(ace_of_ect[tp->accecn.syn_ect]);
	return tp->ecn_flags & TCP_ECN_OK ? TCPHDR_ECE : 0;
}

/* -- passive open ------------------------------------------------------------------------------ */

/* Does req's SYN ask for ECN, and may it? Classic: not if the SYN itself was ECT (RFC 3168 6.1.1). */
void tcp_ecn_req_syn(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	const struct tcp_sock *l = req->listener;
	u32 ecn = tcp_ns(&l->inet.sk)->ecn;

	req->syn_ect = seg->ecn;
	if (ecn >= ECN_ACCEPTS_ACCURATE && syn_wants_accurate(tcp_accecn_ace(seg->flags))) {
		req->accecn_ok = true;
		return;
	}
	if ((seg->flags & ECN_FLAGS) != ECN_FLAGS)
		return;
	req->ecn_ok = l->ca_ops->needs_ecn ||
		      (ecn && (seg->ecn == INET_ECN_NOT_ECT || seg->flags & TCPHDR_AE));
	if (!req->ecn_ok)
		req->ecn_ok = tcp_ecn_req_by_route(req, seg->ecn == INET_ECN_NOT_ECT ||
							seg->flags & TCPHDR_AE);
}

/*
 * May req have ECN for its route's sake: because that says so, if may_ask, or because its congestion
 * control needs it? Asked only where nothing else has decided.
 */
bool tcp_ecn_req_by_route(const struct tcp_request_sock *req, bool may_ask)
{
	const struct tcp_congestion_ops *ops;
	struct dst_entry *dst;
	struct flowi fl;
	bool ok;

	tcp_req_flow(req, &fl);
	if (req->eh.tuple.af->route_output(req->listener->inet.sk.net, &fl, &dst))
		return false;
	ops = tcp_ca_of_route(dst);
	ok = (may_ask && tcp_ecn_by_route(dst)) || (ops && ops->needs_ecn);
	dst_release(dst);
	return ok;
}

/* The SYN came again. Stripped of its flags meanwhile, ECT is not worth trying (RFC 9768 3.1.5). */
void tcp_ecn_req_syn_again(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	if (!req->accecn_ok)
		return;
	req->syn_ect = seg->ecn;
	if (!tcp_accecn_ace(seg->flags))
		req->accecn_fail |= ACCECN_ACE_FAIL_RECV;
}

/* again: the SYN-ACK is repeated; from the second time-out on without ECN (RFC 9768 3.1.4.2). */
u16 tcp_ecn_req_synack_flags(struct tcp_request_sock *req, bool again)
{
	if (!req->accecn_ok)
		return req->ecn_ok ? TCPHDR_ECE : 0;
	if (again && req->num_timeout > 1) {
		req->accecn_fail |= ACCECN_ACE_FAIL_SEND;
		return 0;
	}
	return tcp_accecn_ace_flags(ace_of_ect[req->syn_ect]);
}

/* A cookie says "ECN"; which one, the ACK that brought it tells. */
void tcp_ecn_req_cookie(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	if (!req->ecn_ok || tcp_ns(&req->listener->inet.sk)->ecn < ECN_ACCEPTS_ACCURATE ||
	    tcp_accecn_ace(seg->flags) < ace_of_ect[INET_ECN_NOT_ECT])
		return;
	req->ecn_ok = false;
	req->accecn_ok = true;
}

/*
 * What the ACK of our SYN-ACK says of it, or the SYN-ACK of SYNs that crossed of our SYN; data in their place
 * have the counter in ACE already.
 */
static u8 third_ack_feedback(const struct net *net, const struct tcp_seg *seg, u8 *fail)
{
	u8 ace = tcp_accecn_ace(seg->flags);

	if (!ace)
		*fail |= ACCECN_ACE_FAIL_RECV;	/* RFC 9768 3.2.2.4: no counter begins with it */
	if (ect_of_ace[ace] && seg->end_seq - seg->seq == !!(seg->flags & TCPHDR_SYN))
		return handshake_feedback(net, ace, fail);
	return INET_ECN_NOT_ECT;
}

/* The segment that completes req's handshake. */
void tcp_ecn_req_ack(struct tcp_request_sock *req, const struct tcp_seg *seg)
{
	if (!req->accecn_ok)
		return;
	req->synack_ce = third_ack_feedback(req->listener->inet.sk.net, seg, &req->accecn_fail) ==
			 INET_ECN_CE;
	if (!(seg->opt.saw & TCP_SAW_ACCECN))
		return;
	req->accecn_seen = tcp_accecn_judge_option(&seg->opt);
	if (req->accecn_seen == ACCECN_FAIL_SEEN)
		req->accecn_fail |= ACCECN_OPT_FAIL_RECV;
}

/* The child gets what was agreed. */
void tcp_ecn_child(const struct tcp_request_sock *req, struct tcp_sock *tp)
{
	if (!req->accecn_ok) {
		tp->ecn_flags = req->ecn_ok ? TCP_ECN_OK : 0;
		return;
	}
	accecn_begin(tp, req->syn_ect);
	tp->accecn.fail = req->accecn_fail;
	tp->accecn.seen = req->accecn_seen;
	tp->accecn.opt_demand = 1;
	tp->delivered_ce = req->synack_ce;
}

/*
 * The same for a full socket: a child that Fast Open made with the SYN, or SYNs that crossed, when each
 * end is what it had been as a listener (RFC 9768 3.1.2).
 */
void tcp_ecn_synack_acked(struct sock *sk, const struct tcp_seg *seg)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (!(tp->ecn_flags & TCP_ECN_ACCURATE))
		return;
	tcp_accecn_note_option(tp, &seg->opt);
	if (third_ack_feedback(sk->net, seg, &tp->accecn.fail) == INET_ECN_CE)
		tp->delivered_ce++;
}

/* -- outgoing segments ------------------------------------------------------------------------- */

static bool accecn_may_ect(const struct tcp_sock *tp)
{
	return !(tp->accecn.fail & (ACCECN_ACE_FAIL_SEND | ACCECN_ACE_FAIL_RECV));
}

/* RFC 9768 3.2.2: every segment has ACE, and every one may be ECT (RFC 8311 4.3). */
static void accecn_mark(struct tcp_sock *tp, struct tcp_hdr *hdr, struct ip_xmit_opts *io)
{
	struct tcp_accecn *a = &tp->accecn;
	u8 ace = a->reflect ? ace_of_ect[a->syn_ect] :
			      (a->received_ce + ACCECN_CEP_INIT) & ACCECN_ACE_MASK;
	u16 flags = tcp_accecn_ace_flags(ace);

	hdr->flags |= (u8)flags;
	hdr->doff_res |= (u8)(flags >> 8);
	if (!a->reflect)
		a->ce_pending = 0;
	a->reflect = false;
	if (accecn_may_ect(tp))
		io->tos |= INET_ECN_ECT_0;
}

/* ECT, and the flags that answer the peer, for a segment whose header is hdr and begins at seq. */
void tcp_ecn_mark(struct sock *sk, const struct sk_buff *payload, struct tcp_hdr *hdr,
		  struct ip_xmit_opts *io, u32 seq)
{
	struct tcp_sock *tp = tcp_sk(sk);

	if (tp->ecn_flags && tp->ca_ops->needs_ecn) {	/* as Linux: every packet, the SYN, too */
		io->tos &= INET_DSCP_MASK;
		io->tos |= INET_ECN_ECT_0;
	}
	if (!(tp->ecn_flags & (TCP_ECN_OK | TCP_ECN_ACCURATE)) || hdr->flags & TCPHDR_SYN)
		return;
	if (tp->ecn_flags & TCP_ECN_ACCURATE) {
		io->tos &= INET_DSCP_MASK;
		accecn_mark(tp, hdr, io);
		return;
	}
	if (hdr->flags & TCPHDR_RST)
		return;
	if (!tp->ca_ops->needs_ecn)
		io->tos &= INET_DSCP_MASK;
	/* ECT on new data only (RFC 3168 6.1.4, 6.1.5, 6.1.6) */
	if (payload && payload->len && !before(seq, tp->snd_nxt)) {
		io->tos |= INET_ECN_ECT_0;
		if (tp->ecn_flags & TCP_ECN_QUEUE_CWR) {
			tp->ecn_flags &= ~(u32)TCP_ECN_QUEUE_CWR;
			hdr->flags |= TCPHDR_CWR;
		}
	}
	if (tp->ecn_flags & TCP_ECN_DEMAND_CWR)
		hdr->flags |= TCPHDR_ECE;
}

/* ECN bits for what a time-wait object sends in the connection's place. */
u8 tcp_ecn_tw_tos(const struct tcp_sock *tp)
{
	return tp->ecn_flags & TCP_ECN_ACCURATE && accecn_may_ect(tp) ? INET_ECN_ECT_0 : 0;
}
