/* SPDX-License-Identifier: BSD-2-Clause */
/* Datagram base: what UDP, raw and ping sockets share in connect, send, receive and error queues. */
#ifndef NETSTACK_INET_DGRAM_H
#define NETSTACK_INET_DGRAM_H

#include "ip/ip.h"

/* The transport's half of a received packet's cb, filled before it is queued on a socket. */
struct dgram_cb {
	u16 sport, dport;	/* 0 for raw */
	u16 gso_size;		/* GRO put several datagrams of this size into the packet; 0: one */
	bool whole;		/* deliver them in one piece, with their size (UDP_GRO) */
	u32 off;		/* payload octets that were already read (of a GRO packet) */
	u32 drops;		/* sk_drops when it was queued (SO_RXQ_OVFL) */
	void (*base_destructor)(struct sk_buff *skb);	/* of a transport that counts memory too */
};

static inline struct dgram_cb *dgram_cb(const struct sk_buff *skb)
{
	return L4_CB(struct dgram_cb, skb);
}

/* One datagram on its way out: where to, with what, by which route. */
struct dgram_tx {
	struct flowi fl;
	struct ip_xmit_opts opts;	/* allow_frag set */
	const struct inet_af *af;
	struct dst_entry *dst;		/* one reference: dgram_tx_end() */
	u16 gso_size;			/* of a UDP_SEGMENT control message; 0: none */
	u32 priority;			/* SO_PRIORITY of a control message */
	u32 tsflags;			/* SOF_TX_*: stamps that this datagram is to have */
	u32 ts_id;			/* its id, if has_ts_id */
	u64 txtime_ns;			/* SCM_TXTIME; 0: none */
	u8 *joined;			/* headers of a flow label and of the send: opts.options, or NULL */
	bool has_gso, has_priority, dontfrag, has_ts_id;
};

/*
 * Destination (msg->name, or the peer), control messages and route. flags of msg are checked too.
 * sk_protocol goes into the flow; the caller sets the ports' ICMP meaning. 0 with a route held, or
 * -EOPNOTSUPP (MSG_OOB), -EDESTADDRREQ, -EAFNOSUPPORT, -EINVAL, -ENETUNREACH, -EACCES (broadcast without
 * SO_BROADCAST) … A pending error and -EPIPE are dgram_alloc()'s: they come last, as on Linux.
 */
int dgram_tx_begin(struct sock *sk, const struct msg *msg, struct dgram_tx *tx, bool need_port);
void dgram_tx_end(struct dgram_tx *tx);
/* The device of IPV6_PKTINFO in the place of what inet_sk_flow() chose, where the socket is bound to none. */
void dgram_sticky_oif(const struct sock *sk, struct flowi *fl);
/* Mark, priority and time stamps, of the socket or of a control message, onto the packet. */
void dgram_tx_mark(const struct dgram_tx *tx, struct sk_buff *skb);
/* Path MTU that a datagram of tx has to keep, by its IP_MTU_DISCOVER. */
u32 dgram_tx_mtu(const struct dgram_tx *tx);
/* May len octets above the IP header leave? -EMSGSIZE (and a record for IP_RECVERR) otherwise. */
int dgram_tx_check_size(struct sock *sk, const struct dgram_tx *tx, u32 len);
/*
 * A packet owned by sk with hdr bytes of transport header (zeroed, data at it) and len bytes of
 * msg from offset off, copied once into page fragments (small ones behind the header). *err
 * a pending error, which is taken, -EPIPE after shutdown(), -EAGAIN: the send buffer is full.
 */
struct sk_buff *dgram_alloc(struct sock *sk, u32 hdr, const struct msg *msg, size_t off, u32 len,
			    int *err);
/* Appends len bytes of msg at off to skb. 0, -ENOMEM, -EFAULT. */
int dgram_append(struct sock *sk, struct sk_buff **skb, const struct msg *msg, size_t off, u32 len);

/* connect(): sets peer, source and route, without a packet. family 0 disconnects. -EINVAL,
 * -ENETUNREACH, -EACCES (broadcast without SO_BROADCAST) … */
int dgram_connect(struct sock *sk, const struct inet_sockaddr *addr);
/* Peer gone; addresses that bind() did not give as well. The port stays: the caller's business. */
int dgram_disconnect(struct sock *sk);
/* shutdown(2): -ENOTCONN without a peer, though the direction is shut then, too (as Linux) */
int dgram_shutdown(struct sock *sk, int how);
/* recvmsg() over sk_receive_queue or, with SMSG_ERRQUEUE, the error queue. hdr: bytes of transport
 * header to skip. Handles PEEK, TRUNC, control messages, source address. */
ssize_t dgram_recvmsg(struct sock *sk, struct msg *msg, u32 hdr);
/* Queues skb (consumes; cb filled) and wakes. false: receive buffer full, dropped and counted. */
bool dgram_queue_rcv(struct sock *sk, struct sk_buff *skb);
/* SIOCINQ (payload of the next datagram, hdr bytes less) and SIOCOUTQ. -ENOTTY otherwise. */
int dgram_ioctl(struct sock *sk, u32 cmd, int *value, u32 hdr);
u32 dgram_poll(struct sock *sk);

/* Fills msg->cmsg, which is cleared, from skb (payload behind hdr octets) as inet->cmsg_flags ask. */
void inet_cmsg_recv(struct sock *sk, const struct sk_buff *skb, struct msg *msg, u32 hdr);
/*
 * The same of a packet that was received before, by what the socket's options ask for now. Options and
 * extension headers of the packet, and its checksum, cannot be told any more.
 */
void inet_cmsg_again(struct sock *sk, const struct sock_rx *rx, struct sock_cmsg *c);
/* What a socket's options ask for: equal numbers, equal messages. */
u64 inet_cmsg_wishes(const struct sock *sk);
/* The same of a packet of ours that left by device iif; *cb gets what its header says. false: it has
 * none. */
bool inet_cmsg_sent(struct sock *sk, const struct sk_buff *skb, struct inet_skb_cb *cb, u32 iif,
		    struct sock_cmsg *c);

/* Queues an IP_RECVERR/IPV6_RECVERR record if asked for: the quoted packet behind hdr bytes of its
 * transport header is the data. port: of its destination. */
void inet_err_queue(struct sock *sk, const struct inet_icmp_err *e, u16 port, u8 origin);
void inet_err_queue_hdr(struct sock *sk, const struct inet_icmp_err *e, u16 port, u8 origin, u32 hdr);
/* A record of our own making: e.g. EMSGSIZE with the path MTU as info. */
void inet_err_local(struct sock *sk, int err, const struct inet_af *af, const union inet_addr *daddr,
		    u16 dport, u32 info);
/* Takes the oldest record. Bytes of quoted payload, or -EAGAIN. */
ssize_t inet_err_recv(struct sock *sk, struct msg *msg);
/*
 * Linux's rule for a datagram socket and an ICMP error: queues the record, and tells whether and
 * with which errno to report (0: not at all): without IP_RECVERR only hard errors, if connected.
 */
int dgram_icmp_errno(struct sock *sk, const struct inet_icmp_err *e, u16 port, u32 hdr);

#endif
