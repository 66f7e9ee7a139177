/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SOL_SOCKET. Numbers, clamps and errors are Linux's. Not here, hence ENOPROTOOPT: what a kernel
 * built without the feature would refuse too (extended BPF, busy polling). SO_PEEK_OFF is answered in the
 * client.
 */
#include <errno.h>

#include "core/internal.h"
#include "core/sock_filter.h"
#include "wire/wire.h"

enum { SOL_SOCKET_NS = 1, PRIORITY_MAX_USER = 6, STREAM = 1 };

enum {
	SO_DEBUG = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ERROR = 4, SO_DONTROUTE = 5,
	SO_BROADCAST = 6, SO_SNDBUF = 7, SO_RCVBUF = 8, SO_KEEPALIVE = 9, SO_OOBINLINE = 10,
	SO_NO_CHECK = 11, SO_PRIORITY = 12, SO_LINGER = 13, SO_BSDCOMPAT = 14, SO_REUSEPORT = 15,
	SO_PASSCRED = 16, SO_PEERCRED = 17, SO_RCVLOWAT = 18, SO_SNDLOWAT = 19,
	SO_RCVTIMEO_OLD = 20, SO_SNDTIMEO_OLD = 21, SO_BINDTODEVICE = 25, SO_TIMESTAMP_OLD = 29,
	SO_ACCEPTCONN = 30, SO_SNDBUFFORCE = 32, SO_RCVBUFFORCE = 33, SO_PASSSEC = 34,
	SO_TIMESTAMPNS_OLD = 35, SO_MARK = 36, SO_PROTOCOL = 38, SO_DOMAIN = 39, SO_RXQ_OVFL = 40,
	SO_SELECT_ERR_QUEUE = 45, SO_BUSY_POLL = 46, SO_MAX_PACING_RATE = 47, SO_INCOMING_CPU = 49,
	SO_BPF_EXTENSIONS = 48, SO_MEMINFO = 55,
	SO_INCOMING_NAPI_ID = 56, SO_COOKIE = 57, SO_BINDTOIFINDEX = 62, SO_TIMESTAMP_NEW = 63,
	SO_TIMESTAMPNS_NEW = 64, SO_RCVTIMEO_NEW = 66, SO_SNDTIMEO_NEW = 67, SO_BUF_LOCK = 72,
	SO_CNX_ADVICE = 53, SO_PEERGROUPS = 59, SO_NETNS_COOKIE = 71, SO_RESERVE_MEM = 73,
	SO_TXREHASH = 74, SO_PASSPIDFD = 76, SO_PEERPIDFD = 77, SO_PASSRIGHTS = 83,
	SO_RCVMARK = 75, SO_RCVPRIORITY = 82, SO_ATTACH_FILTER = 26, SO_DETACH_FILTER = 27,
	SO_LOCK_FILTER = 44, SO_ATTACH_REUSEPORT_CBPF = 51, SO_DETACH_REUSEPORT_BPF = 68,
	SO_TIMESTAMPING_OLD = 37, SO_TIMESTAMPING_NEW = 65,
	SO_ZEROCOPY = 60, SO_TXTIME = 61,
};

enum { CLOCK_REALTIME_NS = 0, CLOCK_MONOTONIC_NS = 1, CLOCK_TAI_NS = 11, SOF_TXTIME_FLAGS_MASK = 3 };

/* What needs CAP_NET_ADMIN on Linux: the socket was made by root. */
static bool privileged(const struct sock *sk)
{
	return sk->sk_uid == 0;
}

/* A pair set_/get_ for an option that is one flag. */
#define FLAG_OPTION(fn, flag)                                                                  \
	static int set_##fn(struct sock *sk, const struct sockopt_row *row, const void *val,   \
			    u32 len)                                                           \
	{                                                                                      \
		(void)row, (void)len;                                                          \
		sock_valbool_flag(sk, flag, sockopt_int(val));                                 \
		return 0;                                                                      \
	}                                                                                      \
	static int get_##fn(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len) \
	{                                                                                      \
		(void)row;                                                                     \
		return sockopt_get_int(sock_flag(sk, flag), val, len);                         \
	}
#define SETTER(fn)                                                                             \
	static int set_##fn(struct sock *sk, const struct sockopt_row *row, const void *val,   \
			    u32 len)
#define GETTER(fn)                                                                             \
	static int get_##fn(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
#define GET_CONST(fn, value)                                                                  \
	GETTER(fn)                                                                             \
	{                                                                                      \
		(void)sk, (void)row;                                                           \
		return sockopt_get_int(value, val, len);                                       \
	}
#define GET_INT(fn, expr)                                                                      \
	GETTER(fn)                                                                             \
	{                                                                                      \
		(void)row;                                                                     \
		return sockopt_get_int(expr, val, len);                                        \
	}

FLAG_OPTION(dontroute, SOCK_DONTROUTE)
FLAG_OPTION(broadcast, SOCK_BROADCAST)
FLAG_OPTION(oobinline, SOCK_URGINLINE)
FLAG_OPTION(rxq_ovfl, SOCK_RXQ_OVFL)
FLAG_OPTION(rcvmark, SOCK_RCVMARK)
FLAG_OPTION(rcvpriority, SOCK_RCVPRIORITY)
FLAG_OPTION(select_err_queue, SOCK_SELECT_ERR_QUEUE)

GET_INT(debug, sock_flag(sk, SOCK_DBG))
GET_INT(reuseaddr, sk->sk_reuse)
GET_INT(reuseport, sk->sk_reuseport)
GET_INT(type, sk->sk_type)
GET_INT(sndbuf, sk->sk_sndbuf)
GET_INT(rcvbuf, sk->sk_rcvbuf)
GET_INT(keepalive, sock_flag(sk, SOCK_KEEPOPEN))
GET_INT(no_check, sk->sk_no_check_tx)
GET_INT(priority, (int)sk->sk_priority)
GET_INT(rcvlowat, sk->sk_rcvlowat)
GET_INT(acceptconn, sk->sk_state == TCP_LISTEN)
GET_INT(mark, (int)sk->sk_mark)
GET_INT(protocol, sk->sk_protocol)
GET_INT(domain, sk->sk_family)
GET_INT(incoming_cpu, sk->sk_incoming_cpu)
GET_INT(bindtoifindex, (int)sk->sk_bound_dev_if)
GET_INT(buf_lock, sk->sk_userlocks & (SK_SNDBUF_LOCK | SK_RCVBUF_LOCK))
GET_CONST(bsdcompat, 0)
GET_CONST(sndlowat, 1)
GET_INT(busy_poll, (int)sk->sk_ll_usec)
GET_INT(napi_id, (int)sk->sk_napi_id)

/* The pending error, else a soft one: either is told once. */
GETTER(error)
{
	int err = -sock_error(sk);

	(void)row;
	if (!err) {
		err = sk->sk_err_soft;
		sk->sk_err_soft = 0;
	}
	return sockopt_get_int(err, val, len);
}

SETTER(debug)
{
	(void)row, (void)len;
	if (sockopt_int(val) && !privileged(sk))
		return -EACCES;
	sock_valbool_flag(sk, SOCK_DBG, sockopt_int(val));
	return 0;
}

SETTER(reuseaddr)
{
	(void)row, (void)len;
	sk->sk_reuse = sockopt_int(val) ? SK_CAN_REUSE : 0;
	return 0;
}

SETTER(reuseport)
{
	(void)row, (void)len;
	if (sockopt_int(val) && !sk->sk_family_af)
		return -EOPNOTSUPP;
	sk->sk_reuseport = sockopt_int(val);
	return 0;
}

static void store_sndbuf(struct sock *sk, int val)
{
	sk->sk_userlocks |= SK_SNDBUF_LOCK;
	sk->sk_sndbuf = max_t(int, min(val, S32_MAX / 2) * 2, SOCK_MIN_SNDBUF);
	sk_wake(sk, SOCK_EV_OUT);	/* there may be room now */
}

static void store_rcvbuf(struct sock *sk, int val)
{
	sk->sk_userlocks |= SK_RCVBUF_LOCK;
	sk->sk_rcvbuf = max_t(int, min(val, S32_MAX / 2) * 2, SOCK_MIN_RCVBUF);
}

/* A negative value counts as huge, hence as the maximum. */
SETTER(sndbuf)
{
	(void)row, (void)len;
	store_sndbuf(sk, (int)min((u32)sockopt_int(val), sk->net->core.wmem_max));
	return 0;
}

SETTER(rcvbuf)
{
	(void)row, (void)len;
	store_rcvbuf(sk, (int)min((u32)sockopt_int(val), sk->net->core.rmem_max));
	return 0;
}

SETTER(sndbufforce)
{
	(void)row, (void)len;
	if (!privileged(sk))
		return -EPERM;
	store_sndbuf(sk, max(sockopt_int(val), 0));
	return 0;
}

SETTER(rcvbufforce)
{
	(void)row, (void)len;
	if (!privileged(sk))
		return -EPERM;
	store_rcvbuf(sk, max(sockopt_int(val), 0));
	return 0;
}

SETTER(keepalive)
{
	int on = sockopt_int(val);

	(void)row, (void)len;
	if (sk->prot->keepalive)
		sk->prot->keepalive(sk, on);
	sock_valbool_flag(sk, SOCK_KEEPOPEN, on);
	return 0;
}

SETTER(no_check)
{
	(void)row, (void)len;
	sk->sk_no_check_tx = sockopt_int(val);
	return 0;
}

SETTER(priority)
{
	int v = sockopt_int(val);

	(void)row, (void)len;
	if ((v < 0 || v > PRIORITY_MAX_USER) && !privileged(sk))
		return -EPERM;
	sk->sk_priority = (u32)v;
	return 0;
}

SETTER(linger)
{
	int lg[2];	/* l_onoff, l_linger in s */

	(void)row, (void)len;
	memcpy(lg, val, sizeof(lg));
	sock_valbool_flag(sk, SOCK_LINGER, lg[0]);
	if (lg[0])
		sk->sk_lingertime_ns = (u64)(u32)lg[1] * NSEC_PER_SEC;
	return 0;
}

GETTER(linger)
{
	int lg[2] = { sock_flag(sk, SOCK_LINGER), (int)(sk->sk_lingertime_ns / NSEC_PER_SEC) };

	(void)row;
	return sockopt_get_bytes(lg, sizeof(lg), val, len);
}

/* A no-op on Linux too. */
SETTER(bsdcompat)
{
	(void)sk, (void)row, (void)val, (void)len;
	return 0;
}

/* Options of Unix-domain sockets. */
SETTER(unix_only)
{
	(void)sk, (void)row, (void)val, (void)len;
	return -EOPNOTSUPP;
}

GETTER(unix_only)
{
	(void)sk, (void)row, (void)val, (void)len;
	return -EOPNOTSUPP;
}

GETTER(peercred)
{
	const int cred[3] = { 0, -1, -1 };	/* pid, uid, gid: nobody */

	(void)sk, (void)row;
	return sockopt_get_bytes(cred, sizeof(cred), val, len);
}

SETTER(rcvlowat)
{
	int v = sockopt_int(val);

	(void)row, (void)len;
	if (v < 0)
		v = S32_MAX;
	if (sk->prot->set_rcvlowat)
		return sk->prot->set_rcvlowat(sk, v);
	sk->sk_rcvlowat = v ? v : 1;
	return 0;
}

static u64 *timeo_of(struct sock *sk, const struct sockopt_row *row)
{
	bool rcv = row->name == SO_RCVTIMEO_OLD || row->name == SO_RCVTIMEO_NEW;

	return rcv ? &sk->sk_rcvtimeo_us : &sk->sk_sndtimeo_us;
}

SETTER(timeo)
{
	s64 tv[2];	/* s, us */

	(void)len;
	memcpy(tv, val, sizeof(tv));
	if (tv[1] < 0 || tv[1] >= (s64)USEC_PER_SEC)
		return -EDOM;
	if (tv[0] < 0 || tv[0] > S32_MAX)	/* negative: none; huge: for ever */
		tv[0] = tv[1] = 0;
	*timeo_of(sk, row) = (u64)tv[0] * USEC_PER_SEC + (u64)tv[1];
	return 0;
}

GETTER(timeo)
{
	u64 us = *timeo_of(sk, row);
	s64 tv[2] = { (s64)(us / USEC_PER_SEC), (s64)(us % USEC_PER_SEC) };

	return sockopt_get_bytes(tv, sizeof(tv), val, len);
}

static int bind_to_index(struct sock *sk, u32 ifindex)
{
	if (sk->sk_bound_dev_if && sk->sk_bound_dev_if != ifindex && !privileged(sk))
		return -EPERM;
	sk->sk_bound_dev_if = ifindex;
	if (sk->prot->bound_dev)
		sk->prot->bound_dev(sk);
	sk_dst_set(sk, NULL);
	return 0;
}

SETTER(bindtodevice)
{
	char name[IFNAMSIZ_NS] = { 0 };
	struct net_device *dev;

	(void)row;
	memcpy(name, val, min_t(u32, len, sizeof(name) - 1));
	if (!name[0])
		return bind_to_index(sk, 0);
	dev = dev_get_by_name(sk->net, name);
	return dev ? bind_to_index(sk, dev->ifindex) : -ENODEV;
}

/* Nothing when not bound; else the name with its NUL, for which there must be IFNAMSIZ room. */
GETTER(bindtodevice)
{
	struct net_device *dev;

	(void)row;
	if (!sk->sk_bound_dev_if) {
		*len = 0;
		return 0;
	}
	if (*len < IFNAMSIZ_NS)
		return -EINVAL;
	dev = dev_get_by_index(sk->net, sk->sk_bound_dev_if);
	if (!dev)
		return -ENODEV;
	return sockopt_get_bytes(dev->name, (u32)strlen(dev->name) + 1, val, len);
}

SETTER(bindtoifindex)
{
	(void)row, (void)len;
	return bind_to_index(sk, (u32)sockopt_int(val));
}

static bool is_timestampns(const struct sockopt_row *row)
{
	return row->name == SO_TIMESTAMPNS_OLD || row->name == SO_TIMESTAMPNS_NEW;
}

static bool is_new_layout(const struct sockopt_row *row)
{
	return row->name == SO_TIMESTAMP_NEW || row->name == SO_TIMESTAMPNS_NEW;
}

/* One of the four at a time: the last that was switched on. */
SETTER(timestamp)
{
	bool on = sockopt_int(val), ns = is_timestampns(row);

	(void)len;
	sock_valbool_flag(sk, SOCK_RCVTSTAMP, on);
	sock_valbool_flag(sk, SOCK_TIMESTAMP, on && !ns);
	sock_valbool_flag(sk, SOCK_TIMESTAMPNS, on && ns);
	if (on)
		sock_valbool_flag(sk, SOCK_TSTAMP_NEW, is_new_layout(row));
	return 0;
}

GETTER(timestamp)
{
	bool on = sock_flag(sk, is_timestampns(row) ? SOCK_TIMESTAMPNS : SOCK_TIMESTAMP);

	on = on && sock_flag(sk, SOCK_TSTAMP_NEW) == is_new_layout(row);
	return sockopt_get_int(on, val, len);
}

/* An int of flags, or struct so_timestamping with a clock behind them. */
SETTER(timestamping)
{
	int err;

	(void)len;
	err = sock_set_timestamping(sk, (u32)sockopt_int(val));
	if (!err)
		sock_valbool_flag(sk, SOCK_TSTAMP_NEW, row->name == SO_TIMESTAMPING_NEW);
	return err;
}

/* Those of the new name are not told under the old one, nor the other way round. */
GETTER(timestamping)
{
	bool told = row->name == SO_TIMESTAMPING_OLD || sock_flag(sk, SOCK_TSTAMP_NEW);
	const int v[2] = { told ? (int)sk->sk_tsflags : 0, 0 };	/* flags, bind_phc */

	return sockopt_get_bytes(v, sizeof(v), val, len);
}

SETTER(zerocopy)
{
	int v = sockopt_int(val);
	bool can = sk->prot->stream_commit || (sk->sk_type == 2 && sk->sk_protocol == IP_PROTO_UDP);

	(void)row, (void)len;
	if (!can)
		return -EOPNOTSUPP;
	if (v < 0 || v > 1)
		return -EINVAL;
	sock_valbool_flag(sk, SOCK_ZEROCOPY, v);
	return 0;
}

GET_INT(zerocopy, sock_flag(sk, SOCK_ZEROCOPY))

SETTER(mark)
{
	(void)row, (void)len;
	if (!privileged(sk))
		return -EPERM;
	if (sk->sk_mark != (u32)sockopt_int(val))
		sk_dst_set(sk, NULL);
	sk->sk_mark = (u32)sockopt_int(val);
	return 0;
}

/* Eight octets, or four of which all ones mean no limit. */
SETTER(max_pacing_rate)
{
	u64 rate = (u32)sockopt_int(val);

	(void)row;
	if (len == sizeof(rate))
		memcpy(&rate, val, sizeof(rate));
	else if (rate == U32_MAX)
		rate = U64_MAX;
	if (rate != U64_MAX)
		sk->sk_pacing_needed = true;
	sk->sk_max_pacing_rate = rate;
	sk->sk_pacing_rate = min(sk->sk_pacing_rate, rate);
	return 0;
}

GETTER(max_pacing_rate)
{
	u64 rate = sk->sk_max_pacing_rate;

	(void)row;
	if (*len < sizeof(rate))
		return sockopt_get_int((int)min_t(u64, rate, U32_MAX), val, len);
	return sockopt_get_bytes(&rate, sizeof(rate), val, len);
}

SETTER(incoming_cpu)
{
	(void)row, (void)len;
	sk->sk_incoming_cpu = sockopt_int(val);
	return 0;
}

SETTER(busy_poll)
{
	(void)row, (void)len;
	sk->sk_ll_usec = (u32)sockopt_int(val);
	return 0;
}

struct txtime {
	s32 clockid;
	u32 flags;
};

/* SCM_TXTIME is taken from now on: by which clock, and how a queueing discipline is to judge it. */
SETTER(txtime)
{
	struct txtime t;

	(void)row;
	if (len != sizeof(t))
		return -EINVAL;
	memcpy(&t, val, sizeof(t));
	if (t.flags & ~(u32)SOF_TXTIME_FLAGS_MASK)
		return -EINVAL;
	if (t.clockid != CLOCK_MONOTONIC_NS && !privileged(sk))
		return -EPERM;
	if (t.clockid != CLOCK_REALTIME_NS && t.clockid != CLOCK_MONOTONIC_NS && t.clockid != CLOCK_TAI_NS)
		return -EINVAL;
	sock_valbool_flag(sk, SOCK_TXTIME, true);
	sk->sk_clockid = (u8)t.clockid;
	sk->sk_txtime_flags = (u8)t.flags;
	return 0;
}

GETTER(txtime)
{
	const struct txtime t = { sk->sk_clockid, sk->sk_txtime_flags };

	(void)row;
	return sockopt_get_bytes(&t, sizeof(t), val, len);
}

/* There are no credentials behind a network peer. */
GETTER(nodata)
{
	(void)sk, (void)row, (void)val, (void)len;
	return -ENODATA;
}

/* 1: what the program knows better says that the path does not work. */
SETTER(cnx_advice)
{
	struct dst_entry *dst = sk->sk_dst_cache;

	(void)row, (void)len;
	if (sockopt_int(val) == 1 && dst && dst->ops->negative_advice)
		dst->ops->negative_advice(dst);
	return 0;
}

GETTER(netns_cookie)
{
	const u64 cookie = 1;	/* of the first namespace, and there is no other */

	(void)sk, (void)row;
	return *len == sizeof(cookie) ? sockopt_get_bytes(&cookie, sizeof(cookie), val, len) :
					-EINVAL;
}

/* As in a process without a memory cgroup: there is nothing to reserve from. */
SETTER(reserve_mem)
{
	(void)sk, (void)row, (void)len;
	return sockopt_int(val) < 0 ? -EINVAL : -EOPNOTSUPP;
}

GET_CONST(reserve_mem, 0)

/* 255, or -1 as programs write it: what net.core.txrehash says now. Only 0 and 1 are ever told. */
SETTER(txrehash)
{
	int v = sockopt_int(val);

	(void)row, (void)len;
	if (sk->sk_type != STREAM)
		return -EOPNOTSUPP;
	if (v < -1 || v > 1)
		return -EINVAL;
	sk->sk_txrehash = (u8)(v < 0 ? SK_TXREHASH_DEFAULT : v);
	return 0;
}

GETTER(txrehash)
{
	bool dflt = sk->sk_txrehash == SK_TXREHASH_DEFAULT;

	(void)row;
	if (sk->sk_type != STREAM)
		return -EOPNOTSUPP;
	return sockopt_get_int(dflt ? (int)sk->net->core.txrehash : sk->sk_txrehash, val, len);
}

GETTER(meminfo)
{
	u32 m[9] = {
		(u32)sk->sk_rmem_alloc, (u32)sk->sk_rcvbuf, (u32)sk->sk_wmem_alloc,
		(u32)sk->sk_sndbuf, 0, (u32)sk->sk_wmem_queued, sk->sk_omem_alloc, 0,
		sk->sk_drops,
	};

	(void)row;
	return sockopt_get_bytes(m, sizeof(m), val, len);
}

GETTER(cookie)
{
	(void)row;
	return sockopt_get_bytes(&sk->sk_cookie, sizeof(sk->sk_cookie), val, len);
}

SETTER(buf_lock)
{
	(void)row, (void)len;
	sk->sk_userlocks = (u8)sockopt_int(val);
	return 0;
}

/* The value is the instructions themselves: struct sock_fprog points to them in the program. */
SETTER(attach_filter)
{
	(void)row;
	return sock_flag(sk, SOCK_FILTER_LOCKED) ? -EPERM : sock_filter_attach(sk, val, len);
}

/* With no room: how long the program is. */
GETTER(attach_filter)
{
	u32 size;
	const void *insns = sock_filter_insns(sk, &size);

	(void)row;
	if (*len && *len < size)
		return -EINVAL;
	if (*len && size)
		memcpy(val, insns, size);
	*len = size;
	return 0;
}

SETTER(detach_filter)
{
	(void)row, (void)val, (void)len;
	return sock_flag(sk, SOCK_FILTER_LOCKED) ? -EPERM : sock_filter_detach(sk);
}

/* Again the instructions themselves. */
SETTER(attach_reuseport)
{
	struct sock_filter *prog;
	int err;

	(void)row;
	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		return -EPERM;
	err = sock_filter_new(sk->net, val, len, &prog);
	if (err)
		return err;
	err = sk->prot->reuseport_prog ? sk->prot->reuseport_prog(sk, prog) : -EINVAL;
	sock_filter_put(sk->net, prog);
	return err;
}

SETTER(detach_reuseport)
{
	(void)row, (void)val, (void)len;
	return sk->prot->reuseport_prog ? sk->prot->reuseport_prog(sk, NULL) : -EINVAL;
}

SETTER(lock_filter)
{
	int on = sockopt_int(val);

	(void)row, (void)len;
	if (sock_flag(sk, SOCK_FILTER_LOCKED) && !on)
		return -EPERM;
	sock_valbool_flag(sk, SOCK_FILTER_LOCKED, on);
	return 0;
}

GET_INT(lock_filter, sock_flag(sk, SOCK_FILTER_LOCKED))
GET_CONST(bpf_extensions, SOCK_FILTER_AD_END)

#define ROW(opt, k, f, fn, ...)                                                                \
	{                                                                                      \
		.level = SOL_SOCKET_NS, .name = opt, .label = #opt, .kind = k, .flags = f,     \
		.set = set_##fn, .get = get_##fn, __VA_ARGS__                                  \
	}
#define RO_ROW(opt, k, f, fn, ...)                                                             \
	{                                                                                      \
		.level = SOL_SOCKET_NS, .name = opt, .label = #opt, .kind = k,                 \
		.flags = SOCKOPT_RO | (f), .get = get_##fn, __VA_ARGS__                        \
	}
#define WO_ROW(opt, k, fn)                                                                     \
	{                                                                                      \
		.level = SOL_SOCKET_NS, .name = opt, .label = #opt, .kind = k,                 \
		.flags = SOCKOPT_WO, .set = set_##fn                                           \
	}

static const struct sockopt_row sol_socket_rows[] = {
	ROW(SO_DEBUG, SOCKOPT_BOOL, 0, debug),
	ROW(SO_REUSEADDR, SOCKOPT_BOOL, SOCKOPT_NOFAIL, reuseaddr),
	RO_ROW(SO_TYPE, SOCKOPT_INT, 0, type),
	RO_ROW(SO_ERROR, SOCKOPT_INT, 0, error),
	ROW(SO_DONTROUTE, SOCKOPT_BOOL, SOCKOPT_NOFAIL, dontroute),
	ROW(SO_BROADCAST, SOCKOPT_BOOL, SOCKOPT_NOFAIL, broadcast),
	ROW(SO_SNDBUF, SOCKOPT_INT, SOCKOPT_NOFAIL, sndbuf),
	ROW(SO_RCVBUF, SOCKOPT_INT, SOCKOPT_NOFAIL, rcvbuf),
	WO_ROW(SO_SNDBUFFORCE, SOCKOPT_INT, sndbufforce),
	WO_ROW(SO_RCVBUFFORCE, SOCKOPT_INT, rcvbufforce),
	ROW(SO_KEEPALIVE, SOCKOPT_BOOL, SOCKOPT_NOFAIL, keepalive),
	ROW(SO_OOBINLINE, SOCKOPT_BOOL, SOCKOPT_NOFAIL, oobinline),
	ROW(SO_NO_CHECK, SOCKOPT_BOOL, SOCKOPT_NOFAIL, no_check),
	ROW(SO_PRIORITY, SOCKOPT_INT, 0, priority),
	ROW(SO_LINGER, SOCKOPT_STRUCT, SOCKOPT_NOFAIL, linger, .min_len = 8),
	ROW(SO_BSDCOMPAT, SOCKOPT_BOOL, SOCKOPT_NOFAIL, bsdcompat),
	ROW(SO_REUSEPORT, SOCKOPT_BOOL, SOCKOPT_NOFAIL, reuseport),
	ROW(SO_PASSCRED, SOCKOPT_BOOL, 0, unix_only),
	RO_ROW(SO_PEERCRED, SOCKOPT_STRUCT, 0, peercred),
	ROW(SO_RCVLOWAT, SOCKOPT_INT, 0, rcvlowat),
	RO_ROW(SO_SNDLOWAT, SOCKOPT_INT, 0, sndlowat),
	ROW(SO_RCVTIMEO_OLD, SOCKOPT_STRUCT, 0, timeo, .min_len = 16),
	ROW(SO_SNDTIMEO_OLD, SOCKOPT_STRUCT, 0, timeo, .min_len = 16),
	ROW(SO_RCVTIMEO_NEW, SOCKOPT_STRUCT, 0, timeo, .min_len = 16),
	ROW(SO_SNDTIMEO_NEW, SOCKOPT_STRUCT, 0, timeo, .min_len = 16),
	ROW(SO_BINDTODEVICE, SOCKOPT_STRING, 0, bindtodevice),
	ROW(SO_BINDTOIFINDEX, SOCKOPT_INT, 0, bindtoifindex, .min = 0, .max = S32_MAX),
	ROW(SO_TIMESTAMP_OLD, SOCKOPT_BOOL, SOCKOPT_NOFAIL, timestamp),
	ROW(SO_TIMESTAMPNS_OLD, SOCKOPT_BOOL, SOCKOPT_NOFAIL, timestamp),
	ROW(SO_TIMESTAMP_NEW, SOCKOPT_BOOL, SOCKOPT_NOFAIL, timestamp),
	ROW(SO_TIMESTAMPNS_NEW, SOCKOPT_BOOL, SOCKOPT_NOFAIL, timestamp),
	ROW(SO_TIMESTAMPING_OLD, SOCKOPT_STRUCT, 0, timestamping, .min_len = 4),
	ROW(SO_TIMESTAMPING_NEW, SOCKOPT_STRUCT, 0, timestamping, .min_len = 4),
	ROW(SO_ZEROCOPY, SOCKOPT_INT, 0, zerocopy, .min = -S32_MAX - 1, .max = S32_MAX),
	ROW(SO_TXTIME, SOCKOPT_STRUCT, 0, txtime, .min_len = 8),
	RO_ROW(SO_ACCEPTCONN, SOCKOPT_INT, 0, acceptconn),
	ROW(SO_PASSSEC, SOCKOPT_BOOL, 0, unix_only),
	ROW(SO_MARK, SOCKOPT_INT, 0, mark),
	RO_ROW(SO_PROTOCOL, SOCKOPT_INT, 0, protocol),
	RO_ROW(SO_DOMAIN, SOCKOPT_INT, 0, domain),
	ROW(SO_RXQ_OVFL, SOCKOPT_BOOL, SOCKOPT_NOFAIL, rxq_ovfl),
	ROW(SO_RCVMARK, SOCKOPT_BOOL, SOCKOPT_NOFAIL, rcvmark),
	ROW(SO_RCVPRIORITY, SOCKOPT_BOOL, SOCKOPT_NOFAIL, rcvpriority),
	ROW(SO_SELECT_ERR_QUEUE, SOCKOPT_BOOL, SOCKOPT_NOFAIL, select_err_queue),
	ROW(SO_MAX_PACING_RATE, SOCKOPT_STRUCT, SOCKOPT_NOFAIL, max_pacing_rate, .min_len = 4),
	ROW(SO_INCOMING_CPU, SOCKOPT_INT, SOCKOPT_NOFAIL, incoming_cpu),
	ROW(SO_BUSY_POLL, SOCKOPT_INT, 0, busy_poll, .min = 0, .max = S32_MAX),
	RO_ROW(SO_BPF_EXTENSIONS, SOCKOPT_INT, 0, bpf_extensions),
	RO_ROW(SO_MEMINFO, SOCKOPT_STRUCT, 0, meminfo),
	RO_ROW(SO_INCOMING_NAPI_ID, SOCKOPT_INT, 0, napi_id),
	RO_ROW(SO_COOKIE, SOCKOPT_STRUCT, SOCKOPT_GETMIN, cookie, .min_len = 8),
	ROW(SO_BUF_LOCK, SOCKOPT_INT, 0, buf_lock, .min = 0,
	    .max = SK_SNDBUF_LOCK | SK_RCVBUF_LOCK),
	WO_ROW(SO_CNX_ADVICE, SOCKOPT_INT, cnx_advice),
	RO_ROW(SO_PEERGROUPS, SOCKOPT_STRUCT, 0, nodata),
	RO_ROW(SO_NETNS_COOKIE, SOCKOPT_STRUCT, 0, netns_cookie),
	ROW(SO_RESERVE_MEM, SOCKOPT_INT, 0, reserve_mem),
	RO_ROW(SO_PEERPIDFD, SOCKOPT_STRUCT, 0, nodata),
	ROW(SO_PASSRIGHTS, SOCKOPT_BOOL, 0, unix_only),
	ROW(SO_ATTACH_FILTER, SOCKOPT_STRUCT, 0, attach_filter, .min_len = 8),
	WO_ROW(SO_DETACH_FILTER, SOCKOPT_INT, detach_filter),
	ROW(SO_LOCK_FILTER, SOCKOPT_INT, 0, lock_filter),
	{ .level = SOL_SOCKET_NS, .name = SO_ATTACH_REUSEPORT_CBPF, .flags = SOCKOPT_WO,
	  .label = "SO_ATTACH_REUSEPORT_CBPF", .kind = SOCKOPT_STRUCT, .min_len = 8,
	  .set = set_attach_reuseport },
	WO_ROW(SO_DETACH_REUSEPORT_BPF, SOCKOPT_INT, detach_reuseport),
	ROW(SO_TXREHASH, SOCKOPT_INT, 0, txrehash),
	ROW(SO_PASSPIDFD, SOCKOPT_BOOL, 0, unix_only),
};

const struct sockopt_table sol_socket_table = {
	.rows = sol_socket_rows,
	.nr_rows = ARRAY_SIZE(sol_socket_rows),
};
