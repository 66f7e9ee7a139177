/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The room's inside.
 *
 *	in	udp_rcv.c: lookup -> checksum -> receive queue
 *	out	udp_out.c: dgram_tx_begin -> one packet of up to 64 KiB (or a GSO packet) -> inet_af.xmit
 */
#ifndef NETSTACK_UDP_PRIV_H
#define NETSTACK_UDP_PRIV_H

#include "udp/udp.h"

enum {
	UDP_MAX_SEGMENTS = 128,		/* of one UDP_SEGMENT send */
	UDP_MEM_PAGE = 4096,		/* unit of udp_mem */
};

struct udp_sock {
	struct inet_sock inet;		/* must be first */
	/* Corked: what has been gathered, and where it will go. */
	struct sk_buff *pending;
	struct dgram_tx cork;
	u8 *cork_opt;			/* IP options of the corked datagram; NULL: none */
	bool corkflag;			/* UDP_CORK */
	bool gro_enabled;		/* UDP_GRO */
	bool no_check6_tx, no_check6_rx;
	u8 encap_type;			/* UDP_ENCAP: 0, or what needs nothing of us */
	u16 gso_size;			/* UDP_SEGMENT; 0: none */
	/* UDP-Lite: octets under the checksum (0: all) when sending, at least when receiving. */
	bool has_send_cov, has_recv_cov;
	u16 send_cov, recv_cov;
};

static inline struct udp_sock *udp_sk(const struct sock *sk)
{
	return (struct udp_sock *)(uintptr_t)sk;
}
static inline bool udp_is_lite(const struct sock *sk)
{
	return sk->sk_protocol == IP_PROTO_UDPLITE;
}
static inline struct inet_hashinfo *udp_hash_of(struct net *net, u8 proto)
{
	return proto == IP_PROTO_UDPLITE ? net->udp.lite_hash : net->udp.hash;
}
static inline struct inet_hashinfo *udp_hash(const struct sock *sk)
{
	return udp_hash_of(sk->net, (u8)sk->sk_protocol);
}
/* Linux keeps UDP's counters per family of the packet, and UDP-Lite's apart. */
#define udp_mib_add(net, af, lite, name, n)                     \
	do {                                                    \
		if ((af)->af_bit && (lite))                     \
			net_mib_add(net, UdpLite6_##name, n);   \
		else if ((af)->af_bit)                          \
			net_mib_add(net, Udp6_##name, n);       \
		else if (lite)                                  \
			net_mib_add(net, UdpLite_##name, n);    \
		else                                            \
			net_mib_add(net, Udp_##name, n);        \
	} while (0)

extern const struct sockopt_table udp_sockopts, udplite_sockopts;

/* Gives the socket a port if it has none. -EAGAIN when there is none to be had. */
int udp_autobind(struct sock *sk);
ssize_t udp_sendmsg(struct sock *sk, struct msg *msg);
/* Sends what is corked. 0 or -errno. */
int udp_push_pending(struct sock *sk);
void udp_flush_pending(struct sock *sk);

void udp_rcv(struct sk_buff *skb);
void udplite_err(struct net *net, const struct inet_icmp_err *e);
void udp_err(struct net *net, const struct inet_icmp_err *e);

#endif
