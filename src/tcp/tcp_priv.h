/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The room's inside: struct tcp_sock, the small objects that stand for a connection before and
 * after it (request, time-wait), and the calls between the files.
 *
 *	in	tcp_rcv.c → tcp_rcv_fast.c / tcp_rcv_state.c → tcp_ack.c (tcp_sack.c, tcp_recovery.c,
 *		tcp_loss.c, tcp_rack.c, tcp_rate.c, tcp_cc.c) and tcp_data.c (tcp_ooo.c, tcp_rbuf.c)
 *	out	tcp_send.c → tcp_out.c → tcp_xmit.c; tcp_rexmit.c; tcp_timer.c
 *
 * Times are microseconds (_us) of the net's clock unless a name says otherwise. Sequence numbers
 * are host order. Windows are 32 bit, unscaled (REC-1).
 */
#ifndef NETSTACK_TCP_PRIV_H
#define NETSTACK_TCP_PRIV_H

#include "tcp/tcp.h"

#include <errno.h>

#include "tcp/tcp_accecn.h"
#include "tcp/tcp_cc.h"
#include "tcp/tcp_const.h"

struct tcp_request_sock;
struct tcp_listener;
struct tcp_timewait_sock;
struct tcp_fastopen_queue;
struct tcp_fastopen_child;
struct tcp_fastopen_request;
struct tcp_ao_info;
struct tcp_md5_key;

/* What a packet of the send queues carries in its cb (all of it: IP never sees these packets). */
struct tcp_tx_cb {
	u32 seq, end_seq;		/* SYN and FIN count one each */
	u16 flags;			/* TCPHDR_* that it will go out with */
	u8 sacked;			/* TCPCB_* */
	bool eor;			/* nothing may be appended (MSG_EOR, urgent end) */
	bool app_limited;		/* sent while the application, not the network, was the limit */
	u32 pcount;			/* segments on the wire: ceil(len / gso_size), SYN and FIN 1 */
	u32 gso_size;			/* MSS that pcount was computed with */
	u64 xmit_us;			/* last (re)transmission */
	u64 first_tx_us;		/* start of the send interval it closes (delivery rate) */
	u64 delivered_us;		/* tp->delivered_us when it left */
	u32 delivered, lost;		/* tp->delivered, tp->lost when it left */
	u32 tx_in_flight;
	struct list_head tsorted;	/* by time of transmission: RACK's order */
};
_Static_assert(sizeof(struct tcp_tx_cb) <= SKB_CB_SIZE, "tcp_tx_cb fits skb->cb");

static inline struct tcp_tx_cb *tcp_tx(const struct sk_buff *skb)
{
	return (struct tcp_tx_cb *)(uintptr_t)skb->cb;
}

/* What a received packet carries in the transport's half of its cb. */
struct tcp_rx_cb {
	u32 seq, end_seq;
	u16 flags;
};

static inline struct tcp_rx_cb *tcp_rxcb(const struct sk_buff *skb)
{
	return L4_CB(struct tcp_rx_cb, skb);
}

/* One segment being received: its header in host order and its options. */
struct tcp_seg {
	u32 seq, end_seq, ack;
	u32 len;			/* payload octets */
	u16 flags;			/* TCPHDR_* */
	u16 wnd;			/* as on the wire */
	u16 urg_ptr;
	u16 hdr_len;
	u16 sport, dport;		/* remote, local */
	u8 ecn, ttl;			/* of the IP header */
	u32 isn;			/* what a SYN's answer should begin with; 0: choose */
	bool opts_ok;			/* option list was well formed */
	struct tcp_opts_parsed opt;
};

struct tcp_options_received {
	u32 ts_recent;			/* TSval to echo (RFC 7323 4.3) */
	u64 ts_recent_stamp;		/* s, when ts_recent was taken; 0: none */
	u32 rcv_tsval, rcv_tsecr;	/* of the segment at hand */
	bool saw_tstamp, tstamp_ok, sack_ok, wscale_ok;
	u8 snd_wscale, rcv_wscale;
	u8 syn_wscale;			/* what our SYN offers */
	u16 user_mss;			/* TCP_MAXSEG; 0: none */
	u16 mss_clamp;			/* the peer's MSS, bounded by user_mss */
};

/* RFC 8985 */
struct tcp_rack {
	u64 xmit_us;			/* latest transmission that was delivered */
	u32 end_seq;			/* and its end */
	u32 rtt_us;			/* its round trip */
	u32 last_delivered;		/* tp->delivered when reo_wnd_steps last grew */
	u8 reo_wnd_steps;		/* reordering window in steps of min_rtt / 4 */
	u8 reo_wnd_persist;		/* recoveries until it shrinks back */
	bool dsack_seen, advanced;
};

/* Path MTU found by probes (RFC 4821). Sizes are of IP datagrams. */
struct tcp_mtup {
	u32 low, high;			/* passes; may pass. high 0: the connection is not up yet */
	u32 probe;			/* size of the probe in flight; 0: none */
	u32 seq, end_seq;		/* of it */
	bool enabled;
	u64 stamp_s;			/* when the search began */
};

/* Delivery rate of one ACK, handed to the congestion control (rate sample). */
struct tcp_rate_sample {
	u64 prior_us;
	u32 prior_delivered;
	s32 delivered;			/* segments over the interval; -1 invalid */
	s64 interval_us;
	u32 snd_interval_us, rcv_interval_us;
	s64 rtt_us;			/* -1: none */
	int losses;
	u32 acked_sacked;
	u32 prior_in_flight;
	u32 tx_in_flight;		/* in flight when the sampled packet left, itself included */
	u32 lost;			/* marked lost since then */
	u32 last_end_seq;
	bool is_app_limited, is_retrans, is_ack_delayed;
};

struct tcp_sock {
	struct inet_sock inet;		/* must be first */
	struct inet_ehash_entry eh;	/* in ehash while eh.node is linked */
	struct list_head accept_node;	/* in the parent's accept queue; empty: taken */
	struct tcp_sock *parent;	/* listener until accept() */
	struct tcp_listener *listen;	/* LISTEN only */
	void *admit_cookie;		/* from sk_conn_admit, until accept() */

	/* -- what the peer has of ours (send sequence space, RFC 9293 3.3.1) */
	u32 snd_una, snd_nxt, write_seq;	/* oldest unacked; next; end of the queue */
	u32 snd_wnd, max_window;	/* offered now; largest ever */
	u32 snd_wl1;			/* SEG.SEQ of the last window update */
	u32 snd_sml;			/* end of the last small segment sent (Minshall) */
	u32 snd_up;			/* urgent pointer we announce */
	u32 pushed_seq;			/* end of the last forced push */
	u32 iss;
	bool urg_mode;

	/* -- what we have of the peer's (receive sequence space) */
	u32 rcv_nxt, rcv_wup, rcv_wnd;	/* expected; rcv_nxt when the window was last told; window */
	u32 rcv_edge;			/* highest right edge ever told */
	u32 copied_seq;			/* what the user has taken */
	u32 irs;
	u32 window_clamp, rcv_ssthresh;	/* most to offer; most to offer now (slow growth) */
	u64 rcv_tstamp_us;		/* last segment of any kind (keepalive) */
	u8 ack_ttl;			/* of the ACK at hand, for SOF_OPT_STATS */
	u64 lrcvtime_us, lsndtime_us;	/* last data in, last data out */

	/* -- sizes */
	u32 mss_cache;			/* payload of a full segment with the usual options */
	u32 pmtu_cookie;		/* path MTU that mss_cache was made from */
	u16 advmss;			/* MSS we tell */
	u16 hdr_len;			/* TCP header with the usual options */
	struct tcp_options_received rx_opt;
	u32 tsoffset;			/* random, per connection */
	u32 gso_goal;			/* largest payload of one packet to the device */
	struct tcp_mtup mtup;

	/* -- sent and not acknowledged: by sequence, and by time */
	struct rb_root rtx;		/* sk_buffs by tcp_tx(skb)->seq */
	struct list_head tsorted;	/* the unsacked of them by xmit_us */
	u32 packets_out;		/* segments in rtx */
	u32 sacked_out, lost_out, retrans_out;	/* of these */
	struct sk_buff *retransmit_hint;	/* first candidate for retransmission */
	struct sk_buff *highest_sack;	/* SACKed one with the highest sequence */
	struct tcp_sack_range recv_sack_cache[4];	/* blocks of the last ACK */

	/* -- congestion control */
	const struct tcp_congestion_ops *ca_ops;
	u64 ca_priv[TCP_CA_PRIV_SIZE / sizeof(u64)];
	u32 snd_cwnd, snd_ssthresh, snd_cwnd_cnt, snd_cwnd_clamp;
	u32 prior_cwnd, prior_ssthresh;	/* for undo */
	u32 max_packets_out, cwnd_usage_seq;	/* most in flight in this window */
	u32 snd_cwnd_used;
	u64 snd_cwnd_stamp_us;
	u32 high_seq;			/* snd_nxt when recovery began */
	u32 lost_edge;			/* with RACK off: below it all is SACKed or thought lost */
	u32 undo_marker;		/* snd_una when recovery began; 0: no undo */
	s32 undo_retrans;		/* retransmissions not yet known to be spurious */
	u32 prr_delivered, prr_out;	/* RFC 9937 */
	u32 retrans_stamp_ms;		/* timestamp of the first retransmission (Eifel); 0: none */
	u32 reordering, reord_seen, dsack_dups;
	u32 ca_state : 3;		/* TCP_CA_* */
	u32 ca_initialized : 1, ca_setsockopt : 1, ca_dst_locked : 1, frto : 1, is_sack_reneg : 1;
	u32 is_cwnd_limited : 1, tlp_retrans : 1, rate_app_limited : 1, chrono_type : 2;
	u32 ecn_flags : 6;
	u32 tlp_high_seq;		/* snd_nxt when the tail probe left; 0: none */
	struct tcp_rack rack;

	/* -- delivery rate */
	u32 delivered, delivered_ce, lost;	/* segments, ever */
	u32 app_limited;		/* limited until this many are delivered */
	u64 first_tx_us, delivered_us;
	u32 rate_delivered, rate_interval_us;
	u64 wstamp_ns;			/* pacing: next departure */
	u32 pace_late_ns;		/* how late the timer let it go: to be made good */

	/* -- round trip (RFC 6298) */
	u32 srtt_us, mdev_us, mdev_max_us, rttvar_us;	/* srtt is scaled by 8, mdev by 4 */
	u32 rtt_seq;
	struct minmax_filter rtt_min;	/* us over tcp_min_rtt_wlen seconds, t in ms */
	u32 rto_us;
	u8 backoff, retransmits, probes_out;
	u8 ca_pending;			/* TCP_TIMER_*: what rexmit_timer stands for */
	u64 rexmit_at_us;		/* when it is really due: the timer may fire earlier */
	u64 probes_tstamp_us;		/* first unanswered window probe */
	u64 retrans_first_us;		/* first retransmission of this stall; 0: none */

	/* -- acknowledging */
	u64 ack_timeout_us;		/* when the delayed ACK is due */
	u32 ato_us;			/* delayed-ACK time-out, adapted */
	u16 rcv_mss;			/* estimate of the peer's segment size */
	u16 last_seg_size;
	u8 quick;			/* quick ACKs left */
	u8 pingpong;			/* interactive when >= tcp_pingpong_thresh */
	u8 ack_pending;			/* TCP_ACK_* */
	u8 compressed_ack, dup_ack_counter;
	u32 compressed_rcv_nxt;
	u32 last_oow_ack_ms;		/* rate limit of answers to bad segments */

	/* -- receive queues */
	struct rb_root ooo;		/* out of order, by tcp_rxcb(skb)->seq */
	struct sk_buff *ooo_last;	/* the highest */
	struct tcp_sack_range sacks[4], dsack;	/* to report; most recent first */
	u8 num_sacks;
	bool has_dsack;
	u8 scaling_ratio;		/* window octets per 256 octets of truesize */
	bool pred_ok;			/* fast path may be tried */
	u32 rcvq_seq, rcvq_space;	/* autotuning: copied_seq and bytes per RTT */
	u64 rcvq_us;
	u32 rcv_rtt_us;			/* receiver's estimate, scaled by 8 */
	u32 rcv_rtt_seq;
	u64 rcv_rtt_time_us;
	u32 rcv_rtt_last_tsecr;
	u32 urg_seq;			/* of the urgent octet */
	u16 urg_data;			/* TCP_URG_* | octet */

	struct tcp_accecn accecn;

	/* -- Fast Open */
	struct tcp_fastopen_queue *fo_queue;	/* TCP_FASTOPEN; NULL: never asked for */
	struct tcp_fastopen_child *fo_child;	/* SYN-RECEIVED with data, the ACK is awaited */
	struct tcp_fastopen_request *fo_req;	/* while a SYN or SYN-ACK is made */
	u16 fastopen_connect : 1, fastopen_no_cookie : 1;	/* options */
	u16 defer_connect : 1;		/* connected by name; the SYN waits for data */
	u16 syn_fastopen : 1, syn_fastopen_exp : 1, syn_fastopen_ch : 1;	/* our SYN had the option */
	u16 syn_data : 1, syn_data_acked : 1, fastopen_client_fail : 2;
	u16 syn_fastopen_child : 1;	/* made by a SYN with data */

	/* -- signed segments */
	struct list_head md5_keys;	/* struct tcp_md5_key */
	struct tcp_ao_info *ao;		/* NULL: none */
	u32 sig_mem;			/* octets of keys */

	/* -- the user's wishes */
	u8 nonagle;			/* TCP_NAGLE_* */
	u8 syn_retries;			/* TCP_SYNCNT; 0: sysctl */
	u8 keepalive_probes;
	u8 defer_accept;		/* SYN-ACK retransmissions to wait for data */
	u8 save_syn;
	bool thin_lto, repair;
	bool clamp_set;			/* window_clamp is TCP_WINDOW_CLAMP's */
	u8 repair_queue;		/* TCP_*_QUEUE_NS */
	bool recvmsg_inq;		/* TCP_INQ */
	u16 saved_syn_len;
	s32 linger2_s;			/* FIN-WAIT-2; 0: sysctl, -1: none */
	u32 keepalive_time_s, keepalive_intvl_s;	/* 0: sysctl */
	u32 user_timeout_ms;
	u32 notsent_lowat;		/* 0: sysctl */
	u32 rto_min_us, rto_max_ms, delack_max_us;	/* 0: default */
	u8 *saved_syn;
	struct tcp_rsv *rsv;		/* between stream_reserve() and stream_commit() */

	/* -- counters for TCP_INFO (RFC 4898 names there) */
	u64 bytes_acked, bytes_received, bytes_sent, bytes_retrans;
	u32 segs_in, segs_out, data_segs_in, data_segs_out;
	u32 total_retrans, rcv_ooopack;
	u32 timeout_rehash;
	u32 total_rto, total_rto_recoveries, total_rto_time_ms;
	u32 rto_stamp_ms;
	u32 tx_delay_us;		/* TCP_TX_DELAY: here because there is room */
	u64 chrono_start_us, chrono_stat_us[3];

	/* -- timers */
	struct timer_list rexmit_timer;	/* RTO, TLP, RACK reordering, zero-window probe */
	struct timer_list delack_timer;
	struct timer_list keep_timer;	/* keepalive, FIN-WAIT-2, linger */
	struct timer_list pace_timer;	/* pacing, ACK compression */
	struct work_struct tsq_work;	/* room below us: send on */
	bool tsq_throttled, pacing_armed, comp_armed;
	bool in_rcv;			/* segment being processed: push at its end */
};
_Static_assert(sizeof(struct tcp_sock) <= 2304, "memory per idle connection");

static inline struct tcp_sock *tcp_sk(const struct sock *sk)
{
	return (struct tcp_sock *)(uintptr_t)sk;
}
static inline struct sock *tcp_to_sk(struct tcp_sock *tp)
{
	return &tp->inet.sk;
}
static inline struct netns_tcp *tcp_ns(const struct sock *sk)
{
	return &sk->net->tcp;
}
/* A segment of a connection that is dropped counts as such, for SO_MEMINFO. Consumes. */
static inline void tcp_drop(struct sock *sk, struct sk_buff *skb, enum skb_drop_reason reason)
{
	sk->sk_drops++;
	kfree_skb_reason(skb, reason);
}

static inline u64 tcp_clock_us(const struct net *net)
{
	return net->now / NSEC_PER_USEC;
}
static inline u64 tcp_now_us(const struct sock *sk)
{
	return tcp_clock_us(sk->net);
}
static inline u32 tcp_now_ms(const struct sock *sk)
{
	return (u32)(sk->net->now / NSEC_PER_MSEC);
}
/* The timestamp clock of a connection (RFC 7323 5.4: 1 ms tick, random offset). */
static inline u32 tcp_ts_val(const struct tcp_sock *tp)
{
	return tcp_now_ms(&tp->inet.sk) + tp->tsoffset;
}
static inline u64 tcp_now_s(const struct net *net)
{
	return net->now / NSEC_PER_SEC + 1;	/* never 0: 0 stands for "none" */
}
static inline u32 tcp_packets_in_flight(const struct tcp_sock *tp)
{
	return tp->packets_out - (tp->sacked_out + tp->lost_out) + tp->retrans_out;
}
static inline u32 tcp_left_out(const struct tcp_sock *tp)
{
	return tp->sacked_out + tp->lost_out;
}
static inline bool tcp_in_slow_start(const struct tcp_sock *tp)
{
	return tp->snd_cwnd < tp->snd_ssthresh;
}
static inline bool tcp_in_initial_slowstart(const struct tcp_sock *tp)
{
	return tp->snd_ssthresh >= TCP_INFINITE_SSTHRESH;
}
static inline bool tcp_in_cwnd_reduction(const struct tcp_sock *tp)
{
	return tp->ca_state == TCP_CA_CWR || tp->ca_state == TCP_CA_Recovery;
}
static inline u32 tcp_wnd_end(const struct tcp_sock *tp)
{
	return tp->snd_una + tp->snd_wnd;
}
static inline bool tcp_is_sack(const struct tcp_sock *tp)
{
	return tp->rx_opt.sack_ok;
}
static inline bool tcp_is_rack(const struct sock *sk)
{
	return tcp_ns(sk)->recovery & TCP_RACK_LOSS_DETECTION;
}
static inline u32 tcp_min_rtt(const struct tcp_sock *tp)
{
	return minmax_get(&tp->rtt_min);
}
/* Who is asked: the algorithm between its init() and release(), else Reno, which has no state. */
static inline const struct tcp_congestion_ops *tcp_ca(const struct tcp_sock *tp)
{
	return tp->ca_initialized ? tp->ca_ops : &tcp_reno;
}
/* Octets of the offered window that are still free. */
static inline u32 tcp_receive_window(const struct tcp_sock *tp)
{
	s32 win = (s32)(tp->rcv_wup + tp->rcv_wnd - tp->rcv_nxt);

	return win < 0 ? 0 : (u32)win;
}
/* A window begins, or is given by whoever restores the connection. */
static inline void tcp_rcv_window_set(struct tcp_sock *tp, u32 wnd)
{
	tp->rcv_wnd = wnd;
	tp->rcv_edge = tp->rcv_wup + wnd;
}
/* RFC 5961 5.2: older than the largest window allows, or than the connection is. */
static inline bool tcp_ack_too_old(const struct tcp_sock *tp, u32 ack)
{
	return before(ack, tp->snd_una - (u32)min_t(u64, tp->max_window, tp->bytes_acked));
}
/* Octets that may still come of the largest window ever offered (RFC 7323 2.4: they must be honoured). */
static inline u32 tcp_max_receive_window(const struct tcp_sock *tp)
{
	u32 win = tcp_receive_window(tp);
	s32 told = (s32)(tp->rcv_edge - tp->rcv_nxt);

	return told > (s32)win ? (u32)told : win;
}
static inline struct sk_buff *tcp_rtx_head(const struct tcp_sock *tp)
{
	return rb_entry_safe(rb_first(&tp->rtx), struct sk_buff, rbnode);
}
static inline struct sk_buff *tcp_rtx_tail(const struct tcp_sock *tp)
{
	return rb_entry_safe(rb_last(&tp->rtx), struct sk_buff, rbnode);
}
static inline struct sk_buff *tcp_rtx_next(const struct sk_buff *skb)
{
	return rb_entry_safe(rb_next(&skb->rbnode), struct sk_buff, rbnode);
}
static inline struct sk_buff *tcp_rtx_prev(const struct sk_buff *skb)
{
	return rb_entry_safe(rb_prev(&skb->rbnode), struct sk_buff, rbnode);
}
static inline bool tcp_rtx_empty(const struct tcp_sock *tp)
{
	return rb_empty_root(&tp->rtx);
}
static inline struct sk_buff *tcp_send_head(const struct sock *sk)
{
	return skb_peek(&sk->sk_write_queue);
}
static inline bool tcp_in_quickack(const struct tcp_sock *tp)
{
	const struct dst_entry *dst = tp->inet.sk.sk_dst_cache;

	return (tp->quick && tp->pingpong < tp->inet.sk.net->tcp.pingpong_thresh) ||
	       (dst && dst_metric(dst, RTAX_N_QUICKACK));
}
static inline bool tcp_in_interactive(const struct tcp_sock *tp)
{
	return tp->pingpong >= tp->inet.sk.net->tcp.pingpong_thresh;
}
/* one bit of a state set */
static inline u32 tcpf(u8 state)
{
	return 1u << state;
}
static inline bool tcp_state_in(const struct sock *sk, u32 set)
{
	return (1u << sk->sk_state) & set;
}
/* A queued packet that costs much more than it holds. */
static inline bool tcp_bloated(const struct sk_buff *skb)
{
	return skb->truesize > 2 * skb->len + 512;
}
static inline bool tcp_wspace_ok(const struct sock *sk)
{
	return sk->sk_sndbuf - sk->sk_wmem_queued >= sk->sk_wmem_queued >> 1;
}

#include "tcp/tcp_calls.h"

#endif
