/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct sock: the protocol side of a socket; struct proto: what a transport offers. User
 * calls come through struct proto from src/socket/. Calls never block: -EAGAIN, -EINPROGRESS.
 * Readiness is told by sk_wake(): the owner's callback runs from the backlog, never nested.
 */
#ifndef NETSTACK_CORE_SOCK_H
#define NETSTACK_CORE_SOCK_H

#include <sys/types.h>

#include <sys/types.h>

#include "base/base.h"
#include "core/backlog.h"
#include "core/dev.h"
#include "core/dst.h"
#include "core/skb.h"
#include "core/sockopt.h"
#include "core/timer.h"

struct net;
struct proto;
struct sock;
struct inet_af;
struct inet_sockaddr;		/* ip/addr.h */
struct sock_filter;		/* core/sock_filter.h */

/* TCP states with Linux's values (TCP_INFO, sock_diag); other protocols use ESTABLISHED/CLOSE. */
enum {
	TCP_ESTABLISHED = 1, TCP_SYN_SENT, TCP_SYN_RECV, TCP_FIN_WAIT1, TCP_FIN_WAIT2,
	TCP_TIME_WAIT, TCP_CLOSE, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_LISTEN, TCP_CLOSING,
	TCP_NEW_SYN_RECV, TCP_MAX_STATES,
};

/* sk_events: what sk_wake() tells; poll(2)'s meanings */
enum {
	SOCK_EV_IN = 1 << 0,		/* data, or a connection to accept */
	SOCK_EV_OUT = 1 << 1,		/* send buffer has room again, or connected */
	SOCK_EV_PRI = 1 << 2,		/* urgent data */
	SOCK_EV_ERR = 1 << 3,		/* sk_err or the error queue */
	SOCK_EV_RDHUP = 1 << 4,		/* peer's FIN, or RCV_SHUTDOWN */
	SOCK_EV_HUP = 1 << 5,		/* both directions shut */
	SOCK_EV_STATE = 1 << 6,		/* state changed (connect finished or failed) */
};

/* sk_userlocks, as SO_BUF_LOCK */
enum { SK_SNDBUF_LOCK = 1, SK_RCVBUF_LOCK = 2 };
enum { SK_TXREHASH_DEFAULT = 255 };
enum { SOCK_MIN_SNDBUF = 4608, SOCK_MIN_RCVBUF = 2304 };	/* Linux's, 64-bit */

/* sk_tsflags: SOF_TIMESTAMPING_* of Linux (ABI facts). What no device here has is never stamped. */
enum {
	SOF_TX_HARDWARE = 1 << 0, SOF_TX_SOFTWARE = 1 << 1, SOF_RX_SOFTWARE = 1 << 3,
	SOF_SOFTWARE = 1 << 4, SOF_OPT_ID = 1 << 7, SOF_TX_SCHED = 1 << 8, SOF_TX_ACK = 1 << 9,
	SOF_OPT_CMSG = 1 << 10, SOF_OPT_TSONLY = 1 << 11, SOF_OPT_STATS = 1 << 12,
	SOF_BIND_PHC = 1 << 15, SOF_OPT_ID_TCP = 1 << 16, SOF_OPT_RX_FILTER = 1 << 17,
	SOF_TX_COMPLETION = 1 << 18,
	SOF_MASK = (1 << 19) - 1,
	SOF_TX_RECORD_MASK = SOF_TX_HARDWARE | SOF_TX_SOFTWARE | SOF_TX_SCHED | SOF_TX_ACK |
			     SOF_TX_COMPLETION,
};

enum { RCV_SHUTDOWN = 1, SEND_SHUTDOWN = 2, SHUTDOWN_MASK = 3 };

enum sock_flags {
	SOCK_DEAD, SOCK_DONE, SOCK_URGINLINE, SOCK_KEEPOPEN, SOCK_LINGER, SOCK_DESTROY,
	SOCK_BROADCAST, SOCK_TIMESTAMP, SOCK_TIMESTAMPNS, SOCK_RXQ_OVFL, SOCK_DBG, SOCK_DONTROUTE,
	SOCK_ZAPPED, SOCK_QUEUE_SHRUNK, SOCK_RCVTSTAMP, SOCK_SELECT_ERR_QUEUE,
	SOCK_TSTAMP_NEW, SOCK_RCVMARK, SOCK_RCVPRIORITY, SOCK_FILTER_LOCKED, SOCK_ZEROCOPY,
	SOCK_TXTIME,
	SOCK_URGKEEP,	/* the reader of the stream puts urgent octets inline: none is dropped for the next */
};

/*
 * A user's message. Payload is scattered over vec; the protocol copies (or, for TCP, the stream
 * calls below avoid it). name: neutral address, NULL if none. Control is neutral too.
 */
/*
 * What a received packet says of itself, for those whose options ask when it has left the stack
 * already: inet_cmsg_again().
 */
struct sock_rx {
	u64 tstamp_ns;			/* wall clock */
	u32 ifindex, drops, mark, priority;
	u32 flowinfo;			/* IPv6: class and label */
	u16 fragsize, dport;
	u8 ttl, tos;
	u8 flags;			/* SOCK_RX_* */
	union { u8 b[16]; u32 w[4]; } src, dst;	/* union inet_addr bytes */
};
enum {
	SOCK_RX_KNOWN = 1,	/* the rest holds */
	SOCK_RX_V4 = 2, SOCK_RX_GROUP = 4,
	SOCK_RX_PKTINFO = 8,	/* IP_PKTINFO was on when it came: else Linux forgets device and spec_dst */
	SOCK_RX_PORTS = 16,	/* it has a destination port, or what stands in its place */
};

/* struct sockaddr_ll of the ABI: whose family is AF_PACKET. */
struct sock_ll {
	u16 family;
	be16 protocol;
	s32 ifindex;
	u16 hatype;
	u8 pkttype, halen;
	u8 addr[8];
};
enum { SOCK_FAMILY_PACKET = 17, SOCK_LL_MIN = 12 };	/* AF_PACKET; octets before addr */
_Static_assert(sizeof(struct sock_ll) == 20 && offsetof(struct sock_ll, addr) == SOCK_LL_MIN, "sockaddr_ll");

struct sock_cmsg {
	bool has_ttl, has_tos, has_pktinfo, has_tstamp, has_gso, has_err, has_mark, has_dontfrag;
	bool has_rxq_ovfl, has_origdst, has_fragsize, has_priority;
	bool has_tstamping;		/* out: tstamp_ns for SO_TIMESTAMPING, has_tstamp for the others */
	bool has_tsflags, has_ts_id;	/* in: SO_TIMESTAMPING and SCM_TS_OPT_ID of this send */
	bool has_txtime;		/* in: SCM_TXTIME */
	bool v4, has_pktinfo6;		/* out: an IPv4 packet; of which an IPv6 socket wants IPV6_PKTINFO */
	bool has_old_pktinfo, has_old_hoplimit;	/* out: in RFC 2292's messages, too */
	int ttl, tos, gso_size;
	/* pktinfo. In: device to send by, spec_dst the source to use (IPv6: ipi6_addr). Out: device
	 * of arrival, dst the packet's destination, spec_dst our address for an answer. */
	u32 ifindex;
	union { u8 b[16]; u32 w[4]; } spec_dst, dst;	/* union inet_addr bytes */
	u64 tstamp_ns;			/* wall clock; of every received packet, whatever has_* say */
	u32 tsflags, ts_id;
	u64 txtime_ns;			/* earliest departure, by the clock of SO_TXTIME */
	u32 mark, priority, rxq_ovfl;
	u16 origdst_port;		/* of the packet; its address is dst */
	u32 fragsize;			/* IP_RECVFRAGSIZE */
	bool has_csum;			/* IP_CHECKSUM: the sum of the payload, not folded */
	u32 csum;
	u32 pathmtu;			/* IPV6_PATHMTU towards dst by ifindex; 0: none */
	/*
	 * IPv6 extension headers, in memory of the user's, of ext_room octets (none: NULL, 0). In
	 * (has_ext): hop-by-hop and destination options to send instead of the socket's. Out (ext_want,
	 * SOCK_CMSG_EXT6_*): the chain of a received packet, from the first one, of type ext_proto.
	 */
	bool has_ext, has_flowinfo;
	u8 ext_proto;
	u16 hop_len, dst_len, ext_len, ext_room, ext_want;
	u8 *ext;
	u32 flowinfo;			/* IPV6_FLOWINFO: class and label */
	u16 opt_stats_len;		/* out: SCM_TIMESTAMPING_OPT_STATS, the payload once more; 0: none */
	const u8 *opt_stats;		/* in the user's memory for the payload */
	u8 opts_len;			/* IP_RECVOPTS: received IPv4 options; 0: none */
	u8 opts[40];
	bool has_retopts;		/* IP_RETOPTS: those to answer with, which may be none */
	u8 retopts_len;
	u8 retopts[40];
	struct sock_rx rx;		/* out: of a received packet, whatever was asked for */
	/* error queue record: struct sock_extended_err and the offender, as Linux lays them out */
	u8 ext_err[16];
	u8 offender[28];
	u8 auxdata[20];			/* out, has_auxdata: PACKET_AUXDATA, as Linux lays it out */
	bool has_auxdata;
};

/* sock_cmsg.ext_want: in RFC 3542's messages and in RFC 2292's */
enum {
	SOCK_CMSG_EXT6_HOPOPTS = 1, SOCK_CMSG_EXT6_DSTOPTS = 2, SOCK_CMSG_EXT6_RTHDR = 4,
	SOCK_CMSG_EXT6_OLD_SHIFT = 3,
	SOCK_CMSG_EXT6_MASK = 63,
};

struct msg {
	struct skb_vec *vec;
	u32 nr_vec;
	size_t len;			/* sum of vec */
	struct inet_sockaddr *name;	/* in: destination; out: filled with the source */
	bool has_name;
	struct sock_ll *ll;		/* a packet socket's, instead of name; in: ll_len octets of it */
	u32 ll_len;			/* out: has_name says whether it was filled */
	struct sock_cmsg *cmsg;		/* may be NULL */
	int flags;			/* in: MSG_* of Linux */
	int out_flags;			/* out: MSG_TRUNC, MSG_CTRUNC, MSG_ERRQUEUE … */
};

/* MSG_* values of Linux (ABI facts), under the core's names */
enum {
	SMSG_OOB = 0x1, SMSG_PEEK = 0x2, SMSG_DONTROUTE = 0x4, SMSG_TRUNC = 0x20,
	SMSG_DONTWAIT = 0x40, SMSG_EOR = 0x80, SMSG_WAITALL = 0x100, SMSG_ERRQUEUE = 0x2000,
	SMSG_NOSIGNAL = 0x4000, SMSG_MORE = 0x8000, SMSG_ZEROCOPY = 0x4000000,
	SMSG_FASTOPEN = 0x20000000, SMSG_PROBE = 0x10, SMSG_CONFIRM = 0x800, SMSG_CTRUNC = 0x8,
	SMSG_NO_MORE = 0x8000000,	/* our own, of sock_stream_commit() */
};

struct proto {
	const char *name;
	u16 type;			/* SOCK_STREAM 1, SOCK_DGRAM 2, SOCK_RAW 3 */
	u8 protocol;			/* IP_PROTO_* */
	u32 obj_size;
	const struct sockopt_table *const *sockopts;	/* NULL-terminated; SOL_SOCKET is implied */

	int (*init)(struct sock *sk);
	void (*destroy)(struct sock *sk);	/* last reference gone: free what life made */
	/* User is done: linger, FIN or RST as the protocol demands; drops the user's reference. */
	void (*close)(struct sock *sk);
	int (*bind)(struct sock *sk, const struct inet_sockaddr *addr);
	/* Of a family without struct inet_af: bind(2) and getsockname(2) in its own layout; else NULL. */
	int (*bind_ll)(struct sock *sk, const void *sa, u32 len);
	void (*getname_ll)(struct sock *sk, void *sa, u32 *len);
	int (*connect)(struct sock *sk, const struct inet_sockaddr *addr); /* family 0: dissolve */
	int (*listen)(struct sock *sk, int backlog);
	int (*accept)(struct sock *sk, struct sock **child);	/* -EAGAIN, -EINVAL */
	int (*shutdown)(struct sock *sk, int how);		/* RCV_/SEND_SHUTDOWN mask */
	ssize_t (*sendmsg)(struct sock *sk, struct msg *msg);
	ssize_t (*recvmsg)(struct sock *sk, struct msg *msg);
	int (*getname)(struct sock *sk, struct inet_sockaddr *addr, bool peer);
	int (*ioctl)(struct sock *sk, u32 cmd, int *value);	/* SIOCINQ, SIOCOUTQ, SIOCATMARK */
	u32 (*poll)(struct sock *sk);				/* SOCK_EV_* that hold now */
	/* Zero-copy stream calls, NULL where the protocol is not a stream. See socket/socket.h. */
	int (*stream_reserve)(struct sock *sk, struct skb_vec *vec, u32 max, size_t want);
	int (*stream_commit)(struct sock *sk, size_t len, int flags);
	void (*stream_urgent)(struct sock *sk, u32 ahead);
	ssize_t (*stream_attach)(struct sock *sk, struct page *page, u32 off, u32 len, int flags);
	int (*stream_peek)(struct sock *sk, u32 skip, struct skb_vec *vec, u32 max, size_t *len);
	void (*stream_consume)(struct sock *sk, size_t len);
	int (*stream_read_oob)(struct sock *sk, u8 *byte, int flags);
	void (*keepalive)(struct sock *sk, bool on);	/* SO_KEEPALIVE changed; may be NULL */
	void (*bound_dev)(struct sock *sk);	/* sk_bound_dev_if is another; may be NULL */
	int (*set_rcvlowat)(struct sock *sk, int val);	/* clamps, wakes; NULL: just stored */
	/* A program (NULL: none any more) chooses within the SO_REUSEPORT group; NULL: no groups. -EINVAL
	 * without SO_REUSEPORT, -ENOENT if there was none. */
	int (*reuseport_prog)(struct sock *sk, struct sock_filter *prog);
	int (*listen_retry)(struct sock *sk);	/* try held handshakes again; how many are left */
	/* Where SOF_TIMESTAMPING_OPT_ID counts from: behind what is written, or what is acknowledged. */
	int (*tskey)(const struct sock *sk, bool written, u32 *key);
	/*
	 * SOF_OPT_STATS: the connection as it is now, in netlink attributes, for the stamp which of skb. NULL
	 * without memory. NULL where there is no connection: the option does nothing.
	 */
	struct sk_buff *(*opt_stats)(const struct sock *sk, const struct sk_buff *skb, u8 which);
	u64 (*stream_stamp)(struct sock *sk, u32 skip);	/* when the packet behind skip octets came; 0: none */
	/* Appends " key=value" of the connection to the line of a tracepoint; may be NULL. */
	void (*trace)(const struct sock *sk, struct strbuf *sb);
};

enum { SK_CAN_REUSE = 1, SK_FORCE_REUSE };	/* sk_reuse; the second asks nobody (TCP_REPAIR) */

struct sock {
	struct net *net;
	const struct proto *prot;
	const struct inet_af *sk_family_af;	/* family of the socket() call */
	u16 sk_family;			/* AF_*: sk_alloc() takes it from the first member of af */
	u16 sk_type;
	u8 sk_protocol;
	u8 sk_state;			/* TCP_* ; set by tcp_set_state()/sk_set_state() */
	u32 refcnt;
	u32 sk_flags;			/* bits of enum sock_flags */
	u8 sk_shutdown;			/* RCV_SHUTDOWN | SEND_SHUTDOWN */
	u8 sk_reuse;			/* SO_REUSEADDR; or SK_FORCE_REUSE */
	bool sk_reuseport;
	bool sk_no_check_tx, sk_no_check_rx;
	u8 sk_userlocks;		/* 1: SNDBUF set, 2: RCVBUF set (auto-tuning off) */
	u8 sk_clockid, sk_txtime_flags;	/* SO_TXTIME, if SOCK_TXTIME */
	int sk_err;			/* pending error, positive errno; sock_error() takes it */
	int sk_err_soft;
	int sk_rcvbuf, sk_sndbuf;	/* octets of truesize; doubled as Linux */
	int sk_rmem_alloc;		/* truesize charged to the receive queues */
	int sk_wmem_queued;		/* truesize in the send queue (stream) */
	int sk_wmem_alloc;		/* truesize below us, in qdisc and device */
	u32 sk_omem_alloc;		/* what options keep: net.core.optmem_max bounds it */
	s64 *sk_mem;			/* octets in all queues of the protocol; NULL: not counted */
	int sk_rcvlowat;
	u32 sk_priority, sk_mark;
	u32 sk_bound_dev_if;
	u32 sk_uid;
	u64 sk_cookie;			/* SO_COOKIE; unique per net */
	int sk_incoming_cpu;		/* SO_INCOMING_CPU; -1 until set or received on */
	u32 sk_ll_usec;			/* SO_BUSY_POLL */
	u32 sk_napi_id;			/* of the context that the last packet came by; 0: none */
	u16 sk_rx_queue, sk_tx_queue;	/* of the device, + 1; 0: unknown */
	u64 sk_rcvtimeo_us, sk_sndtimeo_us;	/* SO_*TIMEO, 0: none; who waits obeys them */
	u32 sk_write_pending;		/* calls that wait to send: set by whose user they are */
	u64 sk_ino;			/* for /proc: of the user's descriptor if known, else sk_cookie */
	u64 sk_lingertime_ns;
	u64 sk_pacing_rate, sk_max_pacing_rate;	/* bytes/s, ~0: none */
	u32 sk_max_ack_backlog, sk_ack_backlog;
	u32 sk_drops;
	u32 sk_tsflags;			/* SO_TIMESTAMPING: SOF_* */
	u32 sk_tskey;			/* next id of a datagram; of a stream, where ids count from */
	u32 sk_zckey;			/* next id of a send with MSG_ZEROCOPY */
	u32 sk_tx_stamp;		/* SOF_* for the last octet of the next stream_commit() */
	u32 sk_txhash;
	u8 sk_txrehash;			/* SO_TXREHASH: 0, 1, or 255: as net.core.txrehash says */
	bool sk_pacing_needed;		/* had a rate to keep to once: keeps to one for good */
	u16 sk_gso_max_segs;
	u32 sk_gso_max_size;
	netdev_features_t sk_route_caps;
	struct sock_filter *sk_filter;	/* SO_ATTACH_FILTER, NULL: none (core/sock_filter.h) */
	struct sock_filter *sk_reuse_prog;	/* SO_ATTACH_REUSEPORT_CBPF, the group's; NULL: none */
	struct dst_entry *sk_dst_cache;	/* one reference; sk_dst_check() */
	struct dst_entry *sk_rx_dst;

	struct sk_buff_head sk_receive_queue;
	struct sk_buff_head sk_write_queue;
	struct sk_buff_head sk_error_queue;

	/* The user's side. sk_event runs from the backlog with the SOCK_EV_* that accumulated. */
	void *sk_user_data;
	const struct sock *sk_twin;	/* of which this is a copy in another shard; NULL: of none */
	void (*sk_event)(struct sock *sk, u32 events);
	u32 sk_pending_events;
	struct work_struct sk_wake_work;
	/*
	 * Listener only, may be NULL. Asked when a handshake's final ACK arrived, before the child
	 * exists: 0 admits it (*cookie travels to the child's sk_user_data), -EAGAIN holds it in
	 * SYN_RECV (tried again by listen_retry() and by the next ACK), other errors reset it.
	 * It must not call into the stack. conn_abort: the admitted child died before accept().
	 * conn_full: asked when a SYN comes; true: one more would have to be held, so it is dropped.
	 * conn_waits: is a child that was accept()ed still to be taken by whom it is for?
	 */
	int (*sk_conn_admit)(struct sock *sk, const struct inet_sockaddr *local,
			     const struct inet_sockaddr *peer, void **cookie);
	void (*sk_conn_abort)(struct sock *sk, void *cookie);
	bool (*sk_conn_full)(struct sock *sk);
	bool (*sk_conn_waits)(const struct sock *child);
};

/*
 * One reference, the caller's; state CLOSE, Linux's buffer defaults. Calls prot->init(). NULL: no
 * memory, or init refused. struct inet_af begins with its u16 family.
 */
struct sock *sk_alloc(struct net *net, const struct proto *prot, const struct inet_af *af);
static inline struct sock *sock_hold(struct sock *sk)
{
	sk->refcnt++;
	return sk;
}
void sock_put(struct sock *sk);
void sk_wake(struct sock *sk, u32 events);	/* accumulate and queue sk_event */
void sk_report_error(struct sock *sk, int err);	/* sets sk_err, wakes ERR */
int sock_error(struct sock *sk);		/* -sk_err, cleared; 0 if none */
void sk_set_state(struct sock *sk, u8 state);	/* traces inet_sock_set_state */
struct dst_entry *sk_dst_check(struct sock *sk);	/* cached and still valid, or NULL */
void sk_dst_set(struct sock *sk, struct dst_entry *dst);	/* takes over; NULL drops */
/*
 * The path seems not to work: another sk_txhash, so that what balances by it takes another. False:
 * not wanted, or there is none yet.
 */
bool sk_rethink_txhash(struct sock *sk);
/* Receive accounting: sets owner and destructor, charges truesize. */
void skb_set_owner_r(struct sk_buff *skb, struct sock *sk);
void sk_busy_poll_start(struct sock *sk);
/* The socket sent or received: what follows is likely to follow soon (SO_BUSY_POLL). */
static inline void sk_busy_poll(struct sock *sk)
{
	if (unlikely(sk->sk_ll_usec))
		sk_busy_poll_start(sk);
}
/* A packet for a connected socket arrived: where from (SO_INCOMING_CPU, SO_INCOMING_NAPI_ID, XPS). */
void sk_mark_rx(struct sock *sk, const struct sk_buff *skb);
/* For one without a peer: its packets come by different ways, the first counts (as Linux). */
static inline void sk_mark_rx_once(struct sock *sk, const struct sk_buff *skb)
{
	if (!sk->sk_napi_id)
		sk->sk_napi_id = skb->napi_id;
	sk_busy_poll(sk);
}
void skb_set_owner_w(struct sk_buff *skb, struct sock *sk); /* charges sk_wmem_alloc, holds sk */
/* Queues on sk_receive_queue within sk_rcvbuf and wakes IN; on overflow drops (consumes) and
 * returns -ENOBUFS with sk_drops counted. */
int sock_queue_rcv_skb(struct sock *sk, struct sk_buff *skb);
int sock_queue_err_skb(struct sock *sk, struct sk_buff *skb);

/* An entry of the error queue, in skb->cb: the members of sock_extended_err, and addresses (bytes of
 * union inet_addr). */
struct sock_err_cb {
	u8 daddr[16], offender[16];	/* where the packet went; who complains */
	u32 iif;			/* device: of the error's arrival, or of the stamped packet */
	u32 info, data;
	int err;
	u16 dport;
	u8 origin, type, code;
	bool opt_stats;			/* the record is the connection's statistics */
};
static inline struct sock_err_cb *sock_err_cb(const struct sk_buff *skb)
{
	return (struct sock_err_cb *)(uintptr_t)skb->cb;
}
/* sock_extended_err.ee_origin */
enum {
	EE_ORIGIN_NONE, EE_ORIGIN_LOCAL, EE_ORIGIN_ICMP, EE_ORIGIN_ICMP6, EE_ORIGIN_TIMESTAMPING,
	EE_ORIGIN_ZEROCOPY,
};

/* sock_tstamp.c: SO_TIMESTAMPING and SO_ZEROCOPY */
int sock_set_timestamping(struct sock *sk, u32 flags);	/* -EINVAL, -EOPNOTSUPP */
/* Marks a packet with the stamps that a datagram's send wants, and counts it. */
void skb_want_tstamps(struct sk_buff *skb, struct sock *sk, u32 tsflags, const u32 *id);
u8 sock_tx_flags(u32 tsflags);		/* SKBTX_* that these SOF_* ask for */
/* The moment has come: tells the owner of skb, once. */
void skb_tstamp_tx(struct sk_buff *skb, u8 which);
/* The same for a packet of the send queue, which has no owner. */
void sock_tstamp_tx(struct sock *sk, struct sk_buff *skb, u8 which);
/* Stamps of a received packet, as the socket's options ask. queued: an entry of the error queue. */
void sock_recv_tstamp(const struct sock *sk, u64 tstamp, bool queued, struct sock_cmsg *c);
/* A send with MSG_ZEROCOPY does not need the user's memory any longer: it was copied. */
void sock_zerocopy_done(struct sock *sk);

static inline bool sock_flag(const struct sock *sk, enum sock_flags flag)
{
	return sk->sk_flags & (1u << flag);
}
static inline void sock_set_flag(struct sock *sk, enum sock_flags flag)
{
	sk->sk_flags |= 1u << flag;
}
static inline void sock_reset_flag(struct sock *sk, enum sock_flags flag)
{
	sk->sk_flags &= ~(1u << flag);
}
static inline void sock_valbool_flag(struct sock *sk, enum sock_flags flag, bool on)
{
	if (on)
		sock_set_flag(sk, flag);
	else
		sock_reset_flag(sk, flag);
}

/* copy helpers between a msg's vec and packets */
int skb_copy_datagram_msg(const struct sk_buff *skb, u32 off, struct msg *msg, u32 len);
/* len bytes at msg offset off into to; -EFAULT beyond the end */
int msg_copy_from(const struct msg *msg, size_t off, void *to, size_t len);
int msg_copy_to(struct msg *msg, size_t off, const void *from, size_t len);

#endif
