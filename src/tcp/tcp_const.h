/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants of TCP: Linux's values where it has one, and the bits that the room's files share. */
#ifndef NETSTACK_TCP_CONST_H
#define NETSTACK_TCP_CONST_H

#include "base/base.h"
#include "core/core.h"

enum {
	TCP_INIT_CWND = 10,		/* RFC 6928 */
	TCP_INFINITE_SSTHRESH = 0x7fffffff,
	TCP_MSS_DEFAULT_NS = 536,
	TCP_MIN_MSS_NS = 88,		/* least that TCP_MAXSEG takes */
	TCP_MIN_RCVMSS = 536,
	TCP_MAX_WINDOW_NS = 32767,
	TCP_MAX_QUICKACKS = 16,
	TCP_FASTRETRANS_THRESH = 3,
	TCP_RACK_RECOVERY_THRESH = 16,
	TCP_MAX_SEGS_PER_SKB = 0xffff,
	TCP_CA_PRIV_SIZE = 104,
	TCP_REORDERING_MAX = 300,
	TCP_DEF_SCALING_RATIO = 128,	/* half of a receive buffer is window */
	TCP_TX_TRUESIZE = 832,		/* charge of a packet in the send queue, payload apart */
	TCP_SKB_OVERHEAD = 768,		/* about what a queued sk_buff costs beside its payload */
	TCP_RSV_FRAGS = 8,
	TCP_MAX_SYN_RETRIES = 127,
	TCP_MAX_KEEPIDLE_S = 32767,
	TCP_MAX_KEEPINTVL_S = 32767,
	TCP_MAX_KEEPCNT = 127,
};

#define TCP_RTO_MAX_US (120u * 1000 * 1000)
#define TCP_RTO_MIN_US (200u * 1000)
#define TCP_TIMEOUT_INIT_US (1000u * 1000)
#define TCP_TIMEOUT_FALLBACK_US (3000u * 1000)
#define TCP_DELACK_MIN_US (40u * 1000)
#define TCP_DELACK_MAX_US (200u * 1000)
#define TCP_ATO_MIN_US (40u * 1000)
#define TCP_RESOURCE_PROBE_US (500u * 1000)
#define TCP_TIMEWAIT_NS (60ull * NSEC_PER_SEC)
#define TCP_FIN_TIMEOUT_MAX_S 120
#define TCP_PACE_LATE_MAX_NS (5u * 1000 * 1000)	/* a late timer's burst is that long at most */
#define TCP_TIMEOUT_MIN_US 2000u	/* floor of the probe and reordering timers */
#define TCP_PAWS_24DAYS_S (60ull * 60 * 24 * 24)
#define TCP_PAWS_WINDOW 1		/* ticks that reordering may set a pure ACK back */
#define TCP_PAWS_MSL_S 60

/* congestion states with Linux's values (TCP_INFO) */
enum { TCP_CA_Open, TCP_CA_Disorder, TCP_CA_CWR, TCP_CA_Recovery, TCP_CA_Loss };

/* tcp_tx_cb.sacked */
enum {
	TCPCB_SACKED = 1,		/* selectively acknowledged */
	TCPCB_RETRANS = 2,		/* a retransmission of it is in flight */
	TCPCB_LOST = 4,			/* thought lost */
	TCPCB_EVER_RETRANS = 8,		/* was retransmitted at least once */
	TCPCB_TAGBITS = 7,
};

/* tcp_sock.ca_pending: what the retransmission timer stands for */
enum {
	TCP_TIMER_NONE = 0, TCP_TIMER_RETRANS = 1, TCP_TIMER_PROBE0 = 3,
	TCP_TIMER_LOSS_PROBE = 5, TCP_TIMER_REO_TIMEOUT = 6,
};

/* tcp_sock.ack_pending */
enum {
	TCP_ACK_SCHED = 1,		/* one is owed */
	TCP_ACK_TIMER = 2,		/* the delayed-ACK timer runs */
	TCP_ACK_PUSHED = 4,		/* the sender set PSH: the user's read acknowledges */
	TCP_ACK_PUSHED2 = 8,
	TCP_ACK_NOW = 16,
	TCP_ACK_NOMEM = 32,		/* there was no memory for data: the window is closed */
};

/* tcp_sock.nonagle */
enum { TCP_NAGLE_OFF = 1, TCP_NAGLE_CORK = 2, TCP_NAGLE_PUSH = 4 };

/* tcp_sock.urg_data, high bits */
enum { TCP_URG_VALID = 0x100, TCP_URG_NOTYET = 0x200, TCP_URG_READ = 0x400 };

/* tcp_sock.ecn_flags: OK is classic ECN (RFC 3168), PENDING our AccECN SYN is not answered */
enum {
	TCP_ECN_OK = 1, TCP_ECN_QUEUE_CWR = 2, TCP_ECN_DEMAND_CWR = 4, TCP_ECN_SEEN = 8,
	TCP_ECN_ACCURATE = 16, TCP_ECN_PENDING = 32,
};

/* net.ipv4.tcp_recovery */
enum { TCP_RACK_LOSS_DETECTION = 1, TCP_RACK_STATIC_REO_WND = 2, TCP_RACK_NO_DUPTHRESH = 4 };

/* What tcp_ack() learned; handed along its steps. */
enum {
	FLAG_DATA = 0x01,		/* the segment had data */
	FLAG_WIN_UPDATE = 0x02,
	FLAG_DATA_ACKED = 0x04,		/* new data cumulatively acknowledged */
	FLAG_RETRANS_DATA_ACKED = 0x08,	/* some of it had been retransmitted */
	FLAG_SYN_ACKED = 0x10,
	FLAG_DATA_SACKED = 0x20,	/* new SACK */
	FLAG_ECE = 0x40,
	FLAG_LOST_RETRANS = 0x80,	/* new losses were marked */
	FLAG_SLOWPATH = 0x100,		/* options were parsed, the window may change */
	FLAG_ORIG_SACK_ACKED = 0x200,	/* data never retransmitted was delivered */
	FLAG_SND_UNA_ADVANCED = 0x400,
	FLAG_DSACKING_ACK = 0x800,	/* D-SACK in it */
	FLAG_SET_XMIT_TIMER = 0x1000,
	FLAG_SACK_RENEGING = 0x2000,
	FLAG_UPDATE_TS_RECENT = 0x4000,
	FLAG_NO_CHALLENGE_ACK = 0x8000,
	FLAG_ACK_MAYBE_DELAYED = 0x10000,
	FLAG_DSACK_TLP = 0x20000,	/* D-SACK of the tail probe */
	FLAG_TS_PROGRESS = 0x80000,	/* the segment's TSval is newer than ts_recent was */
	FLAG_TIMER_SET = 0x40000,	/* the right timer is armed already */
	FLAG_ACKED = FLAG_DATA_ACKED | FLAG_SYN_ACKED,
	FLAG_NOT_DUP = FLAG_DATA | FLAG_WIN_UPDATE | FLAG_ACKED,
	FLAG_CA_ALERT = FLAG_DATA_SACKED | FLAG_ECE | FLAG_DSACKING_ACK,
	FLAG_FORWARD_PROGRESS = FLAG_ACKED | FLAG_DATA_SACKED,
};

/* sets of states */
#define TCPF(state) (1u << TCP_##state)
#define TCPF_SYNCED_OPEN (TCPF(ESTABLISHED) | TCPF(CLOSE_WAIT))
#define TCPF_CAN_SEND (TCPF(ESTABLISHED) | TCPF(CLOSE_WAIT))
#define TCPF_CAN_RECV (TCPF(ESTABLISHED) | TCPF(FIN_WAIT1) | TCPF(FIN_WAIT2))
#define TCPF_HAVE_PEER                                                                        \
	(TCPF(ESTABLISHED) | TCPF(FIN_WAIT1) | TCPF(FIN_WAIT2) | TCPF(CLOSE_WAIT) |            \
	 TCPF(CLOSING) | TCPF(LAST_ACK))

#endif
