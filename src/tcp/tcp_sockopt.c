/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SOL_TCP as rows. What has no row, or a feature that is not built, answers as a Linux kernel
 * without it: ENOPROTOOPT; TCP_ULP ENOENT.
 */
#include "tcp/tcp_info.h"
#include "tcp/tcp_fastopen.h"
#include "tcp/tcp_repair.h"
#include "tcp/tcp_sockopt.h"

enum {
	O_NODELAY = 1, O_MAXSEG = 2, O_CORK = 3, O_KEEPIDLE = 4, O_KEEPINTVL = 5, O_KEEPCNT = 6,
	O_SYNCNT = 7, O_LINGER2 = 8, O_DEFER_ACCEPT = 9, O_WINDOW_CLAMP = 10, O_INFO = 11,
	O_QUICKACK = 12, O_CONGESTION = 13, O_THIN_LINEAR_TIMEOUTS = 16, O_USER_TIMEOUT = 18,
	O_FASTOPEN = 23, O_TIMESTAMP = 24, O_NOTSENT_LOWAT = 25, O_CC_INFO = 26, O_SAVE_SYN = 27,
	O_SAVED_SYN = 28, O_FASTOPEN_CONNECT = 30, O_ULP = 31, O_FASTOPEN_KEY = 33,
	O_FASTOPEN_NO_COOKIE = 34, O_THIN_DUPACK = 17, O_INQ = 36, O_IS_MPTCP = 43,
	O_RTO_MAX_MS = 44, O_RTO_MIN_US = 45, O_DELACK_MAX_US = 46,
	O_TX_DELAY = 37,
};

/* -- sending ----------------------------------------------------------------------------------- */

SETTER(set_nodelay)
{
	struct tcp_sock *tp = tcp_sk(sk);

	UNUSED_SET;
	if (sockopt_int(val)) {
		tp->nonagle |= TCP_NAGLE_OFF;
		if (tcp_send_head(sk) && tcp_state_in(sk, TCPF_HAVE_PEER)) {
			u8 saved = tp->nonagle;

			tp->nonagle = TCP_NAGLE_OFF | TCP_NAGLE_PUSH;
			tcp_push_pending(sk);
			tp->nonagle = saved;
		}
	} else {
		tp->nonagle &= (u8)~TCP_NAGLE_OFF;
	}
	return 0;
}

GETTER(get_nodelay)
{
	UNUSED_GET;
	return sockopt_get_int(!!(tcp_sk(sk)->nonagle & TCP_NAGLE_OFF), val, len);
}

SETTER(set_cork)
{
	struct tcp_sock *tp = tcp_sk(sk);

	UNUSED_SET;
	if (sockopt_int(val)) {
		tp->nonagle |= TCP_NAGLE_CORK;
		return 0;
	}
	tp->nonagle &= (u8)~TCP_NAGLE_CORK;
	if (tcp_send_head(sk) && tcp_state_in(sk, TCPF_HAVE_PEER)) {
		u8 saved = tp->nonagle;

		if (tp->nonagle & TCP_NAGLE_OFF)	/* else Nagle's algorithm has its say */
			tp->nonagle |= TCP_NAGLE_PUSH;
		tcp_push_pending(sk);
		tp->nonagle = saved;
	}
	return 0;
}

GETTER(get_cork)
{
	UNUSED_GET;
	return sockopt_get_int(!!(tcp_sk(sk)->nonagle & TCP_NAGLE_CORK), val, len);
}

enum { TCP_MSS_UNCONNECTED = 536 };	/* what Linux says in both families */

SETTER(set_maxseg)
{
	int v = sockopt_int(val);

	UNUSED_SET;
	if (v && (v < TCP_MIN_MSS_NS || v > TCP_MAX_WINDOW_NS))
		return -EINVAL;
	tcp_sk(sk)->rx_opt.user_mss = (u16)v;
	return 0;
}

GETTER(get_maxseg)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 v = tp->mss_cache;

	UNUSED_GET;
	if (tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		v = tp->rx_opt.user_mss ? tp->rx_opt.user_mss : TCP_MSS_UNCONNECTED;
	if (tp->repair)
		v = tp->rx_opt.mss_clamp;
	return sockopt_get_int((int)v, val, len);
}

SETTER(set_notsent_lowat)
{
	UNUSED_SET;
	tcp_sk(sk)->notsent_lowat = (u32)sockopt_int(val);
	sk_wake(sk, tcp_stream_writeable(sk) ? SOCK_EV_OUT : 0);
	return 0;
}

GETTER(get_notsent_lowat)
{
	UNUSED_GET;
	return sockopt_get_int((int)tcp_sk(sk)->notsent_lowat, val, len);
}

/* -- timers ------------------------------------------------------------------------------------ */

SETTER(set_keepidle)
{
	UNUSED_SET;
	tcp_sk(sk)->keepalive_time_s = (u32)sockopt_int(val);
	if (sock_flag(sk, SOCK_KEEPOPEN))
		tcp_set_keepalive(sk, true);
	return 0;
}

GETTER(get_keepidle)
{
	UNUSED_GET;
	return sockopt_get_int((int)(tcp_keepalive_time_us(sk) / USEC_PER_SEC), val, len);
}

SETTER(set_keepintvl)
{
	UNUSED_SET;
	tcp_sk(sk)->keepalive_intvl_s = (u32)sockopt_int(val);
	return 0;
}

GETTER(get_keepintvl)
{
	u32 v = tcp_sk(sk)->keepalive_intvl_s;

	UNUSED_GET;
	return sockopt_get_int((int)(v ? v : tcp_ns(sk)->keepalive_intvl_ns / NSEC_PER_SEC), val,
			       len);
}

SETTER(set_keepcnt)
{
	UNUSED_SET;
	tcp_sk(sk)->keepalive_probes = (u8)sockopt_int(val);
	return 0;
}

GETTER(get_keepcnt)
{
	u32 v = tcp_sk(sk)->keepalive_probes;

	UNUSED_GET;
	return sockopt_get_int((int)(v ? v : tcp_ns(sk)->keepalive_probes), val, len);
}

SETTER(set_syncnt)
{
	UNUSED_SET;
	tcp_sk(sk)->syn_retries = (u8)sockopt_int(val);
	return 0;
}

GETTER(get_syncnt)
{
	u32 v = tcp_sk(sk)->syn_retries;

	UNUSED_GET;
	return sockopt_get_int((int)(v ? v : tcp_ns(sk)->syn_retries), val, len);
}

SETTER(set_linger2)
{
	int v = sockopt_int(val);

	UNUSED_SET;
	if (v < 0)
		v = -1;
	else if (v > TCP_FIN_TIMEOUT_MAX_S)
		v = TCP_FIN_TIMEOUT_MAX_S;
	tcp_sk(sk)->linger2_s = v;
	return 0;
}

GETTER(get_linger2)
{
	s32 v = tcp_sk(sk)->linger2_s;

	UNUSED_GET;
	if (!v)
		v = (s32)(tcp_ns(sk)->fin_timeout_ns / NSEC_PER_SEC);
	return sockopt_get_int(v, val, len);
}

SETTER(set_user_timeout)
{
	UNUSED_SET;
	tcp_sk(sk)->user_timeout_ms = (u32)sockopt_int(val);
	return 0;
}

GETTER(get_user_timeout)
{
	UNUSED_GET;
	return sockopt_get_int((int)tcp_sk(sk)->user_timeout_ms, val, len);
}

SETTER(set_thin)
{
	UNUSED_SET;
	tcp_sk(sk)->thin_lto = sockopt_int(val);
	return 0;
}

GETTER(get_thin)
{
	UNUSED_GET;
	return sockopt_get_int(tcp_sk(sk)->thin_lto, val, len);
}

SETTER(set_rto_max)
{
	UNUSED_SET;
	tcp_sk(sk)->rto_max_ms = (u32)sockopt_int(val);
	return 0;
}

GETTER(get_rto_max)
{
	UNUSED_GET;
	return sockopt_get_int((int)(tcp_rto_max_us(sk) / 1000), val, len);
}

SETTER(set_rto_min)
{
	UNUSED_SET;
	tcp_sk(sk)->rto_min_us = (u32)sockopt_int(val);
	return 0;
}

GETTER(get_rto_min)
{
	UNUSED_GET;
	return sockopt_get_int((int)tcp_rto_min_us(sk), val, len);
}

SETTER(set_delack_max)
{
	UNUSED_SET;
	tcp_sk(sk)->delack_max_us = (u32)sockopt_int(val);
	return 0;
}

GETTER(get_delack_max)
{
	u32 v = tcp_sk(sk)->delack_max_us;

	UNUSED_GET;
	return sockopt_get_int((int)(v ? v : TCP_DELACK_MAX_US), val, len);
}

/*
 * How long a queueing discipline that obeys departure times (fq) would hold each packet back. Linux
 * puts it into the round trip of a live connection at once, whether or not there is such a discipline.
 */
SETTER(set_tx_delay)
{
	struct tcp_sock *tp = tcp_sk(sk);
	s64 delta = (s64)sockopt_int(val) - tp->tx_delay_us;

	UNUSED_SET;
	if (delta && sk->sk_state == TCP_ESTABLISHED) {
		tp->srtt_us = (u32)clamp_t(s64, tp->srtt_us + (delta << 3), 1, U32_MAX);
		tcp_set_rto(sk);
		minmax_reset(&tp->rtt_min, tcp_now_ms(sk), ~0u);
		tcp_update_pacing_rate(sk);
	}
	tp->tx_delay_us = (u32)sockopt_int(val);
	return 0;
}

GETTER(get_tx_delay)
{
	UNUSED_GET;
	return sockopt_get_int((int)tcp_sk(sk)->tx_delay_us, val, len);
}

/* Means nothing since loss detection is by time (RFC 8985): Linux checks the value and forgets it. */
SETTER(set_thin_dupack)
{
	(void)sk, (void)val;
	UNUSED_SET;
	return 0;
}

GETTER(get_zero)
{
	(void)sk;
	UNUSED_GET;
	return sockopt_get_int(0, val, len);
}

/* -- handshake --------------------------------------------------------------------------------- */

/* Seconds to SYN-ACK retransmissions and back: 1, 3, 7, 15 … */
static u8 secs_to_retrans(int seconds)
{
	u32 n = 0;
	int period = 1, t = 1;

	if (seconds <= 0)
		return 0;
	n = 1;
	while (seconds > period && n < 255) {
		n++;
		t = min(t << 1, (int)(TCP_RTO_MAX_US / 1000000));
		period += t;
	}
	return (u8)n;
}

static int retrans_to_secs(u8 retrans)
{
	int period = 0, t = 1;

	if (!retrans)
		return 0;
	for (period = 1; --retrans; period += t)
		t = min(t << 1, (int)(TCP_RTO_MAX_US / 1000000));
	return period;
}

SETTER(set_defer_accept)
{
	UNUSED_SET;
	tcp_sk(sk)->defer_accept = secs_to_retrans(sockopt_int(val));
	return 0;
}

GETTER(get_defer_accept)
{
	UNUSED_GET;
	return sockopt_get_int(retrans_to_secs(tcp_sk(sk)->defer_accept), val, len);
}

SETTER(set_save_syn)
{
	UNUSED_SET;
	tcp_sk(sk)->save_syn = (u8)sockopt_int(val);
	return 0;
}

GETTER(get_save_syn)
{
	UNUSED_GET;
	return sockopt_get_int(tcp_sk(sk)->save_syn, val, len);
}

/* Once: the headers of the SYN, then nothing. Too small a buffer is told the size. */
GETTER(get_saved_syn)
{
	struct tcp_sock *tp = tcp_sk(sk);

	UNUSED_GET;
	if (!tp->saved_syn) {
		*len = 0;
		return 0;
	}
	if (*len < tp->saved_syn_len) {
		*len = tp->saved_syn_len;
		return -EINVAL;
	}
	*len = tp->saved_syn_len;
	memcpy(val, tp->saved_syn, tp->saved_syn_len);
	net_free(sk->net, tp->saved_syn, tp->saved_syn_len);
	tp->saved_syn = NULL;
	return 0;
}

/* -- Fast Open --------------------------------------------------------------------------------- */

SETTER(set_fastopen)
{
	struct tcp_fastopen_queue *q;
	int v = sockopt_int(val);

	UNUSED_SET;
	if (v < 0 || !tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		return -EINVAL;
	q = tcp_fastopen_queue_get(sk);
	if (!q)
		return -ENOMEM;
	tcp_fastopen_init_key_once(sk->net);
	q->max_qlen = min((u32)v, sk->net->core.somaxconn);
	return 0;
}

GETTER(get_fastopen)
{
	const struct tcp_fastopen_queue *q = tcp_sk(sk)->fo_queue;

	UNUSED_GET;
	return sockopt_get_int(q ? (int)q->max_qlen : 0, val, len);
}

SETTER(set_fastopen_connect)
{
	UNUSED_SET;
	if (!(tcp_ns(sk)->fastopen & TFO_CLIENT_ENABLE))
		return -EOPNOTSUPP;
	if (sk->sk_state != TCP_CLOSE)
		return -EINVAL;
	tcp_sk(sk)->fastopen_connect = sockopt_int(val) & 1;
	return 0;
}

GETTER(get_fastopen_connect)
{
	UNUSED_GET;
	return sockopt_get_int(tcp_sk(sk)->fastopen_connect, val, len);
}

SETTER(set_fastopen_no_cookie)
{
	UNUSED_SET;
	if (!tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		return -EINVAL;
	tcp_sk(sk)->fastopen_no_cookie = sockopt_int(val) & 1;
	return 0;
}

GETTER(get_fastopen_no_cookie)
{
	UNUSED_GET;
	return sockopt_get_int(tcp_sk(sk)->fastopen_no_cookie, val, len);
}

SETTER(set_fastopen_key)
{
	(void)row;
	return tcp_fastopen_set_keys(sk, val, len);
}

GETTER(get_fastopen_key)
{
	u8 raw[2 * TFO_KEY_LEN];

	UNUSED_GET;
	return sockopt_get_bytes(raw, tcp_fastopen_get_keys(sk, raw), val, len);
}

/* -- receiving --------------------------------------------------------------------------------- */

SETTER(set_window_clamp)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int v = sockopt_int(val);

	UNUSED_SET;
	if (!v) {
		if (sk->sk_state != TCP_CLOSE)
			return -EINVAL;
		tp->window_clamp = 0;
		tp->clamp_set = false;
		return 0;
	}
	tp->clamp_set = true;
	tcp_set_window_clamp(sk, v < 0 ? 0 : (u32)v);
	return 0;
}

GETTER(get_window_clamp)
{
	u32 bound = tcp_sk(sk)->window_clamp;

	UNUSED_GET;
	/* more than the window can say bounds nothing */
	if (!tcp_state_in(sk, TCPF(CLOSE) | TCPF(LISTEN)))
		bound = min(bound, 65535u << tcp_sk(sk)->rx_opt.rcv_wscale);
	return sockopt_get_int((int)bound, val, len);
}

SETTER(set_quickack)
{
	struct tcp_sock *tp = tcp_sk(sk);
	int v = sockopt_int(val);

	UNUSED_SET;
	if (!v) {
		tp->pingpong = (u8)tcp_ns(sk)->pingpong_thresh;
		return 0;
	}
	tp->pingpong = 0;
	if (tcp_state_in(sk, TCPF_SYNCED_OPEN) && tp->ack_pending & TCP_ACK_SCHED) {
		tp->ack_pending |= TCP_ACK_PUSHED;
		tcp_cleanup_rbuf(sk, 1);
		if (!(v & 1))
			tp->pingpong = (u8)tcp_ns(sk)->pingpong_thresh;
	}
	return 0;
}

GETTER(get_quickack)
{
	UNUSED_GET;
	return sockopt_get_int(!tcp_in_interactive(tcp_sk(sk)), val, len);
}

SETTER(set_inq)
{
	UNUSED_SET;
	tcp_sk(sk)->recvmsg_inq = sockopt_int(val);
	return 0;
}

GETTER(get_inq)
{
	UNUSED_GET;
	return sockopt_get_int(tcp_sk(sk)->recvmsg_inq, val, len);
}

/* -- information ------------------------------------------------------------------------------- */

GETTER(get_info)
{
	struct tcp_info_abi info;

	UNUSED_GET;
	tcp_get_info(sk, &info);
	*len = min(*len, (u32)sizeof(info));
	memcpy(val, &info, *len);
	return 0;
}

GETTER(get_cc_info)
{
	const struct tcp_congestion_ops *ops = tcp_ca(tcp_sk(sk));

	UNUSED_GET;
	*len = ops->get_info ? ops->get_info(sk, val, *len) : 0;
	return 0;
}

SETTER(set_congestion)
{
	const char *name = val;
	u32 n = 0;
	const struct tcp_congestion_ops *ops;

	(void)row;
	while (n < len && n < TCP_CA_NAME_MAX_NS && name[n])
		n++;
	ops = tcp_ca_find(name, n);
	if (!ops)
		return -ENOENT;
	return tcp_ca_set(sk, ops);
}

GETTER(get_congestion)
{
	char name[TCP_CA_NAME_MAX_NS] = { 0 };
	const char *s = tcp_sk(sk)->ca_ops->name;

	UNUSED_GET;
	memcpy(name, s, min_t(size_t, strlen(s), sizeof(name) - 1));
	*len = min(*len, (u32)sizeof(name));
	memcpy(val, name, *len);
	return 0;
}

SETTER(set_ulp)
{
	(void)sk;
	(void)val;
	UNUSED_SET;
	return -ENOENT;
}

GETTER(get_ulp)
{
	(void)sk;
	(void)val;
	UNUSED_GET;
	*len = 0;
	return 0;
}

SETTER(set_timestamp)
{
	UNUSED_SET;
	return tcp_repair_set_timestamp(sk, (u32)sockopt_int(val));
}

GETTER(get_timestamp)
{
	UNUSED_GET;
	return sockopt_get_int((int)tcp_ts_val(tcp_sk(sk)), val, len);
}

#define get_thin_dupack get_zero
#define ROW_BOOL(opt, what) \
	{ SOL_TCP_NS, O_##opt, "TCP_" #opt, SOCKOPT_BOOL, SOCKOPT_NOFAIL, 4, S32_MIN_NS, S32_MAX, 0, \
	  set_##what, get_##what }

static const struct sockopt_row tcp_sockopt_rows[] = {
	ROW_BOOL(NODELAY, nodelay),
	ROW_INT(MAXSEG, maxseg, 0, TCP_MAX_WINDOW_NS),
	ROW_BOOL(CORK, cork),
	ROW_INT(KEEPIDLE, keepidle, 1, TCP_MAX_KEEPIDLE_S),
	ROW_INT(KEEPINTVL, keepintvl, 1, TCP_MAX_KEEPINTVL_S),
	ROW_INT(KEEPCNT, keepcnt, 1, TCP_MAX_KEEPCNT),
	ROW_INT(SYNCNT, syncnt, 1, TCP_MAX_SYN_RETRIES),
	ROW_INT(LINGER2, linger2, S32_MIN_NS, S32_MAX),
	ROW_INT(DEFER_ACCEPT, defer_accept, S32_MIN_NS, S32_MAX),
	ROW_INT(WINDOW_CLAMP, window_clamp, S32_MIN_NS, S32_MAX),
	{ SOL_TCP_NS, O_INFO, "TCP_INFO", SOCKOPT_STRUCT, SOCKOPT_RO, 0, 0, 0, 0, NULL, get_info },
	ROW_INT(QUICKACK, quickack, S32_MIN_NS, S32_MAX),
	{ SOL_TCP_NS, O_CONGESTION, "TCP_CONGESTION", SOCKOPT_STRING, 0, 1, 0, 0, 0,
	  set_congestion, get_congestion },
	ROW_INT(THIN_LINEAR_TIMEOUTS, thin, 0, 1),
	ROW_INT(USER_TIMEOUT, user_timeout, 0, S32_MAX),
	ROW_INT(FASTOPEN, fastopen, S32_MIN_NS, S32_MAX),
	ROW_INT(TIMESTAMP, timestamp, S32_MIN_NS, S32_MAX),
	ROW_INT(NOTSENT_LOWAT, notsent_lowat, S32_MIN_NS, S32_MAX),
	{ SOL_TCP_NS, O_CC_INFO, "TCP_CC_INFO", SOCKOPT_STRUCT, SOCKOPT_RO, 0, 0, 0, 0, NULL,
	  get_cc_info },
	ROW_INT(SAVE_SYN, save_syn, 0, 2),
	{ SOL_TCP_NS, O_SAVED_SYN, "TCP_SAVED_SYN", SOCKOPT_STRUCT, SOCKOPT_RO, 0, 0, 0, 0, NULL,
	  get_saved_syn },
	ROW_INT(FASTOPEN_CONNECT, fastopen_connect, 0, 1),
	{ SOL_TCP_NS, O_ULP, "TCP_ULP", SOCKOPT_STRING, 0, 1, 0, 0, 0, set_ulp, get_ulp },
	{ SOL_TCP_NS, O_FASTOPEN_KEY, "TCP_FASTOPEN_KEY", SOCKOPT_STRUCT, 0, 1, 0, 0, 0,
	  set_fastopen_key, get_fastopen_key },
	ROW_INT(FASTOPEN_NO_COOKIE, fastopen_no_cookie, 0, 1),
	ROW_INT(THIN_DUPACK, thin_dupack, 0, 1),
	ROW_INT(INQ, inq, 0, 1),
	{ SOL_TCP_NS, O_IS_MPTCP, "TCP_IS_MPTCP", SOCKOPT_INT, SOCKOPT_RO, 0, 0, 0, 0, NULL,
	  get_zero },
	ROW_INT(RTO_MAX_MS, rto_max, 1000, 120000),
	ROW_INT(RTO_MIN_US, rto_min, 5000, 200000),
	ROW_INT(DELACK_MAX_US, delack_max, 5000, 200000),
	ROW_INT(TX_DELAY, tx_delay, 0, (1 << 28) - 1),	/* an SRTT holds it, times 8 */
};

const struct sockopt_table tcp_sockopt_table = { tcp_sockopt_rows, ARRAY_SIZE(tcp_sockopt_rows) };
