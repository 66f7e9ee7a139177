/* SPDX-License-Identifier: BSD-2-Clause */
/* The calls between the room's files, by the file that defines them. Documented there. */
#ifndef NETSTACK_TCP_CALLS_H
#define NETSTACK_TCP_CALLS_H

#ifndef NETSTACK_TCP_PRIV_H
#error "include tcp/tcp_priv.h"
#endif

/* What SACK processing of one ACK learned. */
struct tcp_sack_state {
	u32 reord;			/* lowest sequence that was delivered late */
	u64 first_sackt, last_sackt;	/* transmission of the first and last newly SACKed */
	struct tcp_rate_sample *rs;
	u32 prior_delivered, prior_lost;
	u32 octets;			/* newly delivered */
	u8 ttl;				/* of the ACK */
	int flag;
};

/* A bare segment that no full socket sends. */
struct tcp_reply {
	u32 label;			/* IPv6's flow label; 0: any */
	u32 seq, ack, tsval, tsecr, mark;
	u16 flags, wnd;
	u8 tos, ttl;
	bool has_ts;
};

enum { REXMIT_NONE, REXMIT_LOST, REXMIT_NEW };
enum { TCP_CHRONO_BUSY = 1, TCP_CHRONO_RWND_LIMITED, TCP_CHRONO_SNDBUF_LIMITED };
enum { TCP_ABORT_USER, TCP_ABORT_MEMORY };
enum { TCP_SNDBUF_LOCK = 1, TCP_RCVBUF_LOCK = 2 };	/* sk_userlocks */

/* tcp_fsm.c */
void tcp_set_state(struct sock *sk, u8 state);
bool tcp_transition_legal(u8 from, u8 to);
bool tcp_close_state(struct sock *sk);

/* tcp_rtx.c */
struct sk_buff *tcp_tx_alloc(struct sock *sk, u32 seq, u16 flags);
void tcp_tx_queue_tail(struct sock *sk, struct sk_buff *skb);
int tcp_tx_append(struct sock *sk, struct sk_buff *skb, struct page *page, u32 off, u32 len);
void tcp_tx_free(struct sock *sk, struct sk_buff *skb);
void tcp_wmem_charge(struct sock *sk, int delta);
u32 tcp_tx_set_pcount(struct sk_buff *skb, u32 mss);
void tcp_rtx_insert(struct tcp_sock *tp, struct sk_buff *skb);
struct sk_buff *tcp_rtx_find(const struct tcp_sock *tp, u32 seq);
void tcp_rtx_unlink_free(struct sock *sk, struct sk_buff *skb);
void tcp_rtx_uncount(struct tcp_sock *tp, const struct sk_buff *skb);
void tcp_rtx_recount(struct tcp_sock *tp, const struct sk_buff *skb, u32 old, u32 now_segs);
struct sk_buff *tcp_rtx_trim_head(struct sock *sk, struct sk_buff *skb);
bool tcp_rtx_merge(struct sock *sk, struct sk_buff *skb, struct sk_buff *next, u32 mss);
bool tcp_rtx_join_sacked(struct sock *sk, struct sk_buff *skb, struct sk_buff *next);
u32 tcp_tsorted_merge(struct tcp_sock *tp, struct list_head *batch);
bool tcp_rtx_cut_enough(struct sock *sk);
int tcp_fragment(struct sock *sk, struct sk_buff *skb, u32 len, u32 mss, bool in_rtx);
void tcp_write_queue_purge(struct sock *sk);

/* tcp_xmit.c */
bool tcp_small_queue_check(struct sock *sk, const struct sk_buff *skb);
void tcp_tsq_handler(struct work_struct *work);
u32 tcp_extra_opt_len(const struct sock *sk);
void tcp_push_header(struct sk_buff *skb, const struct inet_af *af, const union inet_addr *saddr,
		     const union inet_addr *daddr, const struct tcp_hdr *hdr, const u8 *opts,
		     u32 opt_len);
int tcp_transmit_skb(struct sock *sk, struct sk_buff *skb);
int tcp_send_bare(struct sock *sk, u16 flags, u32 seq);
u32 tcp_acceptable_seq(const struct tcp_sock *tp);
void tcp_send_ack(struct sock *sk);
void tcp_send_active_reset(struct sock *sk);

/* tcp_out.c */
u32 tcp_mtu_to_mss(const struct sock *sk, u32 pmtu);
u32 tcp_mss_to_mtu(const struct tcp_sock *tp, u32 mss);
u32 tcp_sync_mss(struct sock *sk, u32 pmtu);
u32 tcp_current_mss(struct sock *sk);
void tcp_route_attached(struct sock *sk, struct dst_entry *dst);
u32 tcp_size_goal(const struct tcp_sock *tp, u32 mss);
bool tcp_needs_pacing(const struct sock *sk);
bool tcp_pacing_check(struct sock *sk);
void tcp_pacing_late(struct sock *sk);
void tcp_pacing_sent(struct sock *sk, u32 len);
void tcp_update_pacing_rate(struct sock *sk);
void tcp_event_new_data_sent(struct sock *sk, struct sk_buff *skb);
bool tcp_write_xmit(struct sock *sk, u32 mss, u8 nonagle, int how);
void tcp_push_pending(struct sock *sk);
void tcp_push_one(struct sock *sk, u32 mss);
void tcp_push_all(struct sock *sk, u32 mss);
bool tcp_forced_push(const struct tcp_sock *tp);
bool tcp_push_probe(struct sock *sk, u32 mss);
void tcp_mark_push(struct tcp_sock *tp, struct sk_buff *skb);
void tcp_push(struct sock *sk, int flags, u32 mss);

/* tcp_mem.c */
bool tcp_under_pressure(struct sock *sk);
bool tcp_mem_plenty(struct sock *sk);
bool tcp_rmem_schedule(struct sock *sk, u32 size);
bool tcp_wmem_schedule(struct sock *sk, u32 size);
bool tcp_orphan_excess(struct sock *sk, u32 shift);

/* tcp_mtu_probe.c */
void tcp_mtup_init(struct sock *sk);
int tcp_mtu_probe(struct sock *sk);
void tcp_mtup_acked(struct sock *sk);
bool tcp_mtup_lost(struct sock *sk);
void tcp_mtup_blackhole(struct sock *sk);

/* tcp_send.c */
u32 tcp_rsv_size(void);
bool tcp_stream_writeable(const struct sock *sk);
ssize_t tcp_sendmsg(struct sock *sk, struct msg *msg);
void tcp_rsv_release(struct sock *sk);
int tcp_stream_reserve(struct sock *sk, struct skb_vec *vec, u32 max, size_t want);
int tcp_stream_commit(struct sock *sk, size_t len, int flags);
void tcp_stream_urgent(struct sock *sk, u32 ahead);
ssize_t tcp_stream_attach(struct sock *sk, struct page *page, u32 off, u32 len, int flags);

/* tcp_rexmit.c */
int tcp_retransmit_skb(struct sock *sk, struct sk_buff *skb, u32 segs);
void tcp_xmit_retransmit_queue(struct sock *sk);
bool tcp_schedule_loss_probe(struct sock *sk, bool advancing);
void tcp_send_loss_probe(struct sock *sk);
void tcp_send_fin(struct sock *sk);
bool tcp_local_congestion(int err);
int tcp_write_wakeup(struct sock *sk);
void tcp_send_probe0(struct sock *sk);

/* tcp_timer.c */
void tcp_init_timers(struct sock *sk);
void tcp_clear_timers(struct sock *sk);
void tcp_arm_rexmit(struct sock *sk, u8 what, u64 delay_us);
void tcp_clear_rexmit(struct sock *sk);
void tcp_arm_rto(struct sock *sk, u64 rto_us);
void tcp_rearm_rto(struct sock *sk);
u32 tcp_rto_max_us(const struct sock *sk);
u32 tcp_rto_min_us(const struct sock *sk);
void tcp_check_probe_timer(struct sock *sk);
u64 tcp_probe0_when(const struct sock *sk);
u64 tcp_clamp_user_timeout(const struct sock *sk, u64 timeout_us);
void tcp_arm_delack(struct sock *sk, u64 delay_us);
void tcp_arm_keep(struct sock *sk, u64 delay_us);
void tcp_arm_pace(struct sock *sk);
void tcp_arm_comp(struct sock *sk, u64 delay_ns);
void tcp_retransmit_timer(struct sock *sk);
u64 tcp_keepalive_time_us(const struct sock *sk);
void tcp_set_keepalive(struct sock *sk, bool on);

/* tcp_rtt.c */
void tcp_rtt_estimator(struct sock *sk, s64 rtt_us);
u32 tcp_rto_from_srtt(const struct sock *sk);
void tcp_set_rto(struct sock *sk);
bool tcp_ack_update_rtt(struct sock *sk, int flag, s64 seq_rtt, s64 sack_rtt, s64 ca_rtt,
			struct tcp_rate_sample *rs);
void tcp_synack_rtt_meas(struct sock *sk, u64 sent_us);
void tcp_rcv_rtt_measure(struct sock *sk);
void tcp_rcv_rtt_measure_ts(struct sock *sk, u32 len);

/* tcp_sack.c */
u32 tcp_highest_sack_seq(const struct tcp_sock *tp);
void tcp_check_sack_reordering(struct sock *sk, u32 low_seq, bool ts);
void tcp_sacktag_write_queue(struct sock *sk, const struct tcp_seg *seg, u32 prior_una,
			     struct tcp_sack_state *st);
void tcp_add_reno_sack(struct sock *sk, u32 dupacks);
void tcp_remove_reno_sacks(struct sock *sk, u32 acked);

/* tcp_rack.c */
void tcp_mark_skb_lost(struct sock *sk, struct sk_buff *skb);
s64 tcp_rack_skb_timeout(const struct sock *sk, const struct sk_buff *skb, u32 reo_wnd);
bool tcp_rack_mark_lost(struct sock *sk);
bool tcp_ack_echoes_earlier(const struct tcp_sock *tp, u64 xmit_us);
void tcp_rack_advance(struct tcp_sock *tp, u8 sacked, u32 end_seq, u64 xmit_us, u64 now_us);
void tcp_rack_reo_timeout(struct sock *sk);
void tcp_rack_update_reo_wnd(struct sock *sk, u32 prior_delivered);
void tcp_newreno_mark_lost(struct sock *sk, bool snd_una_advanced);
void tcp_process_tlp_ack(struct sock *sk, u32 ack, int flag);

/* tcp_rate.c */
void tcp_rate_skb_sent(struct sock *sk, struct sk_buff *skb);
void tcp_rate_skb_delivered(struct sock *sk, struct sk_buff *skb, struct tcp_rate_sample *rs);
void tcp_rate_gen(struct sock *sk, u32 delivered, u32 lost, bool is_sack_reneg,
		  struct tcp_rate_sample *rs);
void tcp_rate_check_app_limited(struct sock *sk);
void tcp_chrono_start(struct tcp_sock *tp, u32 type);
void tcp_chrono_stop(struct tcp_sock *tp, u32 type);
void tcp_chrono_sndbuf_check(struct sock *sk);
u64 tcp_chrono_read(const struct tcp_sock *tp, u32 type);

/* tcp_recovery.c */
void tcp_init_cwnd_reduction(struct sock *sk);
void tcp_cwnd_reduction(struct sock *sk, u32 newly_delivered, int newly_lost, int flag);
void tcp_end_cwnd_reduction(struct sock *sk);
void tcp_enter_cwr(struct sock *sk);
void tcp_init_undo(struct tcp_sock *tp);
void tcp_enter_recovery(struct sock *sk, bool ece);
void tcp_try_keep_open(struct sock *sk);
void tcp_fastretrans_alert(struct sock *sk, u32 prior_una, u32 dupacks, int *flag, int *rexmit);
void tcp_cong_control(struct sock *sk, u32 ack, u32 delivered, int flag,
		      const struct tcp_rate_sample *rs);
void tcp_xmit_recovery(struct sock *sk, int rexmit);

/* tcp_loss.c */
bool tcp_any_retrans_done(const struct sock *sk);
bool tcp_try_undo_recovery(struct sock *sk);
bool tcp_try_undo_dsack(struct sock *sk);
bool tcp_try_undo_partial(struct sock *sk, u32 prior_una);
void tcp_enter_loss(struct sock *sk);
bool tcp_check_sack_reneging(struct sock *sk, int *flag);
void tcp_process_loss(struct sock *sk, int flag, u32 dupacks, int *rexmit);

/* tcp_ack.c */
bool tcp_may_update_window(const struct tcp_sock *tp, u32 ack, u32 seq, u32 wnd);
bool tcp_oow_rate_limited(struct sock *sk, u32 *last_ms, u32 payload, enum mib mib);
void tcp_send_challenge_ack(struct sock *sk);
int tcp_ack(struct sock *sk, const struct tcp_seg *seg, int flag);

/* tcp_cc.c */
void tcp_ca_net_init(struct net *net);
int tcp_ca_apply_default(struct net *net, const struct sysctl_row *row);
int tcp_ca_apply_allowed(struct net *net, const struct sysctl_row *row);
const struct tcp_congestion_ops *tcp_ca_of_route(const struct dst_entry *dst);
void tcp_ca_from_route(struct sock *sk, const struct dst_entry *dst);

/* tcp_cwnd.c */
u32 tcp_current_ssthresh(const struct sock *sk);
void tcp_cwnd_application_limited(struct sock *sk);
void tcp_slow_start_after_idle_check(struct sock *sk);

/* tcp_reply.c */
struct dst_entry *tcp_reply_route(struct net *net, const struct sk_buff *skb,
				  const struct tcp_seg *seg, u32 mark, struct flowi *fl);
void tcp_send_reply(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg,
		    const struct tcp_reply *r);
void tcp_send_reset(struct net *net, const struct sk_buff *skb, const struct tcp_seg *seg);

/* tcp_rcv.c, tcp_fast.c, tcp_validate.c, tcp_state.c */
void tcp_rcv(struct sk_buff *skb);
void tcp_do_rcv(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg);
void tcp_strip_header(struct sk_buff *skb, const struct tcp_seg *seg);
void tcp_fast_path_check(struct sock *sk);
void tcp_note_tstamp(struct tcp_sock *tp, const struct tcp_seg *seg);
bool tcp_replace_ts_recent(struct sock *sk, u32 seq);
void tcp_rcv_established(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg);
bool tcp_paws_older(const struct tcp_options_received *rx, s32 win, u64 now_s);
bool tcp_validate_incoming(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg);
void tcp_reset(struct sock *sk, const struct sk_buff *skb);
void tcp_finish_connect(struct sock *sk);
void tcp_rcv_state_process(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg);

/* tcp_delack.c */
void tcp_enter_quickack_mode(struct sock *sk, u32 max_quick);
void tcp_initialize_rcv_mss(struct sock *sk);
void tcp_event_data_recv(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg);
void tcp_event_ofo_recv(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg);
void tcp_send_delayed_ack(struct sock *sk);
void tcp_ack_snd_check(struct sock *sk, bool ofo_possible);
void tcp_cleanup_rbuf(struct sock *sk, u32 copied);

/* tcp_rbuf.c */
u32 tcp_win_from_space(const struct tcp_sock *tp, s64 space);
u32 tcp_full_space(const struct sock *sk);
void tcp_set_window_clamp(struct sock *sk, u32 to);
void tcp_tx_grow(struct sock *sk, struct sk_buff *skb, u32 len);
u32 tcp_initial_clamp(const struct sock *sk, const struct dst_entry *dst);
void tcp_rcvbuf_grow(struct sock *sk, u32 space);
void tcp_measure_scaling(struct sock *sk, const struct sk_buff *skb, u32 payload);
void tcp_select_initial_window(const struct net *net, u32 space, u32 mss, u32 *clamp_io,
			       bool wscale_ok, u32 init_segs, u32 *wnd, u8 *wscale);
u32 tcp_window_now(struct sock *sk);
u16 tcp_select_window(struct sock *sk);
void tcp_grow_window(struct sock *sk, const struct sk_buff *skb, u32 len, bool queued);
void tcp_init_buffer_space(struct sock *sk);
void tcp_rcv_space_adjust(struct sock *sk);
int tcp_set_rcvlowat(struct sock *sk, int val);
void tcp_sndbuf_expand(struct sock *sk);
bool tcp_rcvbuf_holds(const struct sock *sk);
bool tcp_rmem_ok(struct sock *sk, const struct sk_buff *skb, u32 seq);

/* tcp_ooo.c */
void tcp_dsack_set(struct sock *sk, u32 seq, u32 end);
void tcp_data_queue_ofo(struct sock *sk, struct sk_buff *skb);
bool tcp_ofo_queue(struct sock *sk);
void tcp_ooo_collapse(struct sock *sk);
bool tcp_prune_ooo(struct sock *sk, u32 seq);
void tcp_ooo_purge(struct sock *sk);

/* tcp_data.c */
bool tcp_try_coalesce(struct sock *sk, struct sk_buff *to, struct sk_buff *from);
void tcp_queue_rcv(struct sock *sk, struct sk_buff *skb);
void tcp_data_queue(struct sock *sk, struct sk_buff *skb, const struct tcp_seg *seg);
void tcp_fin(struct sock *sk);
void tcp_data_snd_check(struct sock *sk);
void tcp_urg(struct sock *sk, const struct sk_buff *skb, const struct tcp_seg *seg);

/* tcp_isn.c */
u32 tcp_isn(const struct net *net, const struct inet_tuple *t);
u32 tcp_ts_offset(const struct net *net, const union inet_addr *laddr,
		  const union inet_addr *raddr);

/* tcp_open.c */
u32 tcp_clamp_peer_mss(const struct sock *sk, u32 mss, u16 user_mss);
void tcp_hash_established(struct sock *sk);
void tcp_bound_dev(struct sock *sk);	/* what comes by another device is not for it */
void tcp_event_syn_sent(struct sock *sk, struct sk_buff *skb);
int tcp_connect_prepare(struct sock *sk, const struct inet_sockaddr *addr);
void tcp_connect_init(struct sock *sk);
int tcp_connect_failed(struct sock *sk, int err);
int tcp_connect_begin(struct sock *sk);
int tcp_connect_send(struct sock *sk);
int tcp_connect(struct sock *sk, const struct inet_sockaddr *addr);
void tcp_init_rcv_state(struct tcp_sock *tp);
void tcp_init_transfer(struct sock *sk);

/* tcp_listen.c, tcp_req.c, tcp_child.c */
bool tcp_acceptq_full(struct sock *sk);
int tcp_listen(struct sock *sk, int backlog);
void tcp_listen_stop(struct sock *sk);
void tcp_acceptq_add(struct sock *sk, struct tcp_sock *child);
int tcp_accept(struct sock *sk, struct sock **out);
int tcp_listen_retry(struct sock *sk);
void tcp_rcv_listen(struct sock *sk, struct sk_buff *skb, struct tcp_seg *seg);
int tcp_req_create(struct sock *lsk, struct sk_buff *skb, struct tcp_seg *seg, bool cookie);
bool tcp_req_from_cookie(struct sock *lsk, struct sk_buff *skb, struct tcp_seg *seg);
void tcp_req_free(struct tcp_request_sock *req);
bool tcp_req_retry(struct tcp_request_sock *req);
void tcp_rcv_req(struct net *net, struct tcp_request_sock *req, struct sk_buff *skb,
		 struct tcp_seg *seg);
int tcp_req_admit(struct tcp_request_sock *req, void **cookie);
void tcp_req_admit_undo(struct tcp_request_sock *req, void *cookie);
struct sock *tcp_child_create(struct tcp_request_sock *req, void *cookie,
			      struct tcp_fastopen_child *fast);

/* tcp_tw.c */
void tcp_time_wait(struct sock *sk, u8 state, u64 timeo_ns);
void tcp_tw_purge(struct net *net);
bool tcp_tw_usable(struct inet_ehash_entry *e, struct sock *sk);
bool tcp_rcv_timewait(struct net *net, struct tcp_timewait_sock *tw, struct sk_buff *skb,
		      struct tcp_seg *seg);

/* tcp_sock.c */
void tcp_init_fields(struct sock *sk);
int tcp_init_sock(struct sock *sk);
void tcp_unhash(struct sock *sk);
void tcp_put_port(struct sock *sk);
void tcp_reset_addresses(struct sock *sk);
void tcp_destroy(struct sock *sk);
void tcp_done(struct sock *sk);
void tcp_done_err(struct sock *sk, int err);
void tcp_abort(struct sock *sk, int err, int how);
int tcp_disconnect(struct sock *sk);
u64 tcp_fin_time_ns(const struct sock *sk);
void tcp_close(struct sock *sk);
int tcp_shutdown(struct sock *sk, int how);
u32 tcp_inq(const struct sock *sk);
u32 tcp_poll(struct sock *sk);
int tcp_ioctl(struct sock *sk, u32 cmd, int *value);

/* tcp_recv.c */
void tcp_urg_skip(struct sock *sk);
int tcp_copy_to_msg(const struct sk_buff *skb, u32 off, struct msg *msg, size_t at, u32 len);
ssize_t tcp_recvmsg(struct sock *sk, struct msg *msg);
int tcp_stream_peek(struct sock *sk, u32 skip, struct skb_vec *vec, u32 max, size_t *len);
void tcp_stream_consume(struct sock *sk, size_t len);
u64 tcp_stream_stamp(struct sock *sk, u32 skip);
int tcp_tskey(const struct sock *sk, bool written, u32 *key);
int tcp_stream_read_oob(struct sock *sk, u8 *byte, int flags);

/* tcp_icmp.c */
void tcp_mtu_reduced(struct sock *sk, u32 mtu);
void tcp_simple_retransmit(struct sock *sk);
void tcp_non_congestion_retransmit(struct sock *sk);
void tcp_err(struct net *net, const struct inet_icmp_err *e);

/* tcp_sockopt.c, tcp_info.c, tcp_sysctl.c */
struct tcp_info_abi;
extern const struct sockopt_table tcp_sockopt_table;
void tcp_get_info(const struct sock *sk, struct tcp_info_abi *info);
struct sk_buff *tcp_opt_stats(const struct sock *sk, const struct sk_buff *sent, u8 which);
void tcp_sysctl_init(struct net *net);

/* tcp_trace.c */
void tcp_trace(const struct sock *sk, struct strbuf *sb);

#endif
