/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP_INFO: every field from the connection as it is now. */
#include "tcp/tcp_info.h"
#include "tcp/tcp_priv.h"

static u32 ms_since(const struct sock *sk, u64 then_us)
{
	return (u32)((tcp_now_us(sk) - then_us) / 1000);
}

static void tcp_info_state(const struct sock *sk, struct tcp_info_abi *i)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	i->state = sk->sk_state;
	i->ca_state = tp->ca_state;
	i->retransmits = tp->retransmits;
	i->probes = tp->probes_out;
	i->backoff = tp->backoff;
	if (tp->rx_opt.tstamp_ok)
		i->options |= TCPI_OPT_TIMESTAMPS_NS;
	if (tcp_is_sack(tp))
		i->options |= TCPI_OPT_SACK_NS;
	if (tp->rx_opt.wscale_ok) {
		i->options |= TCPI_OPT_WSCALE_NS;
		i->wscales = (u8)(tp->rx_opt.snd_wscale | tp->rx_opt.rcv_wscale << 4);
	}
	if (tp->ecn_flags & (TCP_ECN_OK | TCP_ECN_ACCURATE))
		i->options |= TCPI_OPT_ECN_NS;
	if (tp->ecn_flags & TCP_ECN_SEEN)
		i->options |= TCPI_OPT_ECN_SEEN_NS;
	if (tp->syn_data_acked)
		i->options |= TCPI_OPT_SYN_DATA_NS;
	if (tp->syn_fastopen_child)
		i->options |= TCPI_OPT_TFO_CHILD_NS;
	i->rate_flags = (u8)(tp->rate_app_limited | tp->fastopen_client_fail << 1);
}

static void tcp_info_windows(const struct sock *sk, struct tcp_info_abi *i)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	i->snd_mss = tp->mss_cache;
	i->rcv_mss = tp->rcv_mss;
	i->unacked = tp->packets_out;
	i->sacked = tp->sacked_out;
	i->lost = tp->lost_out;
	i->retrans = tp->retrans_out;
	i->pmtu = tp->pmtu_cookie;
	i->rcv_ssthresh = tp->rcv_ssthresh;
	i->snd_ssthresh = tp->snd_ssthresh;
	i->snd_cwnd = tp->snd_cwnd;
	i->advmss = tp->advmss;
	i->reordering = tp->reordering;
	i->rcv_space = tp->rcvq_space;
	i->notsent_bytes = tp->write_seq - tp->snd_nxt;
	i->snd_wnd = tp->snd_wnd;
	i->rcv_wnd = tp->rcv_wnd;
}

static void tcp_info_times(const struct sock *sk, struct tcp_info_abi *i)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	i->rto = tp->rto_us;
	i->ato = tp->ato_us;
	i->last_data_sent = ms_since(sk, tp->lsndtime_us);
	i->last_data_recv = ms_since(sk, tp->lrcvtime_us);
	i->last_ack_recv = ms_since(sk, tp->rcv_tstamp_us);
	i->rtt = tp->srtt_us >> 3;
	i->rttvar = tp->mdev_us >> 2;
	i->rcv_rtt = tp->rcv_rtt_us >> 3;
	i->min_rtt = tcp_min_rtt(tp);
	i->busy_time = tcp_chrono_read(tp, TCP_CHRONO_BUSY) +
		       tcp_chrono_read(tp, TCP_CHRONO_RWND_LIMITED) +
		       tcp_chrono_read(tp, TCP_CHRONO_SNDBUF_LIMITED);
	i->rwnd_limited = tcp_chrono_read(tp, TCP_CHRONO_RWND_LIMITED);
	i->sndbuf_limited = tcp_chrono_read(tp, TCP_CHRONO_SNDBUF_LIMITED);
	i->total_rto_time = tp->total_rto_time_ms;
	if (tp->rto_stamp_ms)
		i->total_rto_time += tcp_now_ms(sk) - tp->rto_stamp_ms;
}

static void tcp_info_counts(const struct sock *sk, struct tcp_info_abi *i)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	i->total_retrans = tp->total_retrans;
	i->pacing_rate = sk->sk_pacing_rate;
	i->max_pacing_rate = sk->sk_max_pacing_rate;
	i->bytes_acked = tp->bytes_acked;
	i->bytes_received = tp->bytes_received;
	i->segs_out = tp->segs_out;
	i->segs_in = tp->segs_in;
	i->data_segs_in = tp->data_segs_in;
	i->data_segs_out = tp->data_segs_out;
	if (tp->rate_interval_us)
		i->delivery_rate = (u64)tp->rate_delivered * tp->mss_cache * USEC_PER_SEC /
				   tp->rate_interval_us;
	i->delivered = tp->delivered;
	i->delivered_ce = tp->delivered_ce;
	i->bytes_sent = tp->bytes_sent;
	i->bytes_retrans = tp->bytes_retrans;
	i->dsack_dups = tp->dsack_dups;
	i->reord_seen = tp->reord_seen;
	i->rcv_ooopack = tp->rcv_ooopack;
	i->rehash = tp->timeout_rehash;
	i->total_rto = (u16)min(tp->total_rto, 65535u);
	i->total_rto_recoveries = (u16)min(tp->total_rto_recoveries, 65535u);
}

static u32 tcp_info_ecn_mode(const struct tcp_sock *tp)
{
	if (tp->ecn_flags & TCP_ECN_OK)
		return TCPI_ECN_MODE_RFC3168_NS;
	if (tp->ecn_flags & TCP_ECN_ACCURATE)
		return TCPI_ECN_MODE_ACCECN_NS;
	return tp->ecn_flags & TCP_ECN_PENDING ? TCPI_ECN_MODE_PENDING_NS :
						 TCPI_ECN_MODE_DISABLED_NS;
}

static void tcp_info_accecn(const struct tcp_sock *tp, struct tcp_info_abi *i)
{
	const struct tcp_accecn *a = &tp->accecn;

	i->received_ce = a->received_ce;
	i->delivered_e1_bytes = a->delivered_bytes[INET_ECN_ECT_1 - 1];
	i->delivered_e0_bytes = a->delivered_bytes[INET_ECN_ECT_0 - 1];
	i->delivered_ce_bytes = a->delivered_bytes[INET_ECN_CE - 1];
	i->received_e1_bytes = a->received_bytes[INET_ECN_ECT_1 - 1];
	i->received_e0_bytes = a->received_bytes[INET_ECN_ECT_0 - 1];
	i->received_ce_bytes = a->received_bytes[INET_ECN_CE - 1];
	i->accecn = tcp_info_ecn_mode(tp) | (u32)a->seen << TCPI_ACCECN_OPT_SEEN_SHIFT |
		    (u32)a->fail << TCPI_ACCECN_FAIL_MODE_SHIFT;
}

/* Of a listener: the queue of connections, and what Linux tells besides. */
static void tcp_info_listener(const struct sock *sk, struct tcp_info_abi *i)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	i->state = TCP_LISTEN;
	i->unacked = sk->sk_ack_backlog;
	i->sacked = sk->sk_max_ack_backlog;
	i->pacing_rate = sk->sk_pacing_rate;
	i->max_pacing_rate = sk->sk_max_pacing_rate;
	i->reordering = tp->reordering;
	i->snd_cwnd = tp->snd_cwnd;
}

void tcp_get_info(const struct sock *sk, struct tcp_info_abi *info)
{
	memset(info, 0, sizeof(*info));
	if (sk->sk_state == TCP_LISTEN) {
		tcp_info_listener(sk, info);
		return;
	}
	tcp_info_state(sk, info);
	tcp_info_windows(sk, info);
	tcp_info_times(sk, info);
	tcp_info_counts(sk, info);
	tcp_info_accecn(tcp_sk(sk), info);
}
