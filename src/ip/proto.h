/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protocol table: transports register here, so that IP delivers and ICMP reports errors without
 * knowing them. Also what IP tells a transport about a delivered packet.
 */
#ifndef NETSTACK_IP_PROTO_H
#define NETSTACK_IP_PROTO_H

#include "core/core.h"
#include "ip/addr.h"

struct inet_af;

/* At the start of skb->cb on delivery to a transport (and to raw sockets). */
struct inet_skb_cb {
	union inet_addr saddr, daddr;
	const struct inet_af *af;
	u32 iif;		/* scope of link-local addresses; arrival device */
	u16 l3_len;		/* IP header with options: transport_header - network_header */
	u16 frag_max_size;	/* largest fragment of a reassembled datagram, or 0 */
	u8 tos, ttl;
	u8 proto;
	u8 flags;		/* INET_CB_* */
	u8 hdr_flags;
};
enum { INET_CB_BROADCAST = 1, INET_CB_MULTICAST = 2, INET_CB_FRAGMENTED = 4, INET_CB_RAW_SEEN = 8 };

static inline struct inet_skb_cb *inet_cb(const struct sk_buff *skb)
{
	return (struct inet_skb_cb *)(uintptr_t)skb->cb;
}
#define L4_CB(type, skb) ((type *)(uintptr_t)((skb)->cb + SKB_CB_L4))

/* An ICMP error about a packet that we sent. */
struct inet_icmp_err {
	const struct inet_af *af;
	union inet_addr saddr, daddr;	/* of the quoted packet: saddr is ours */
	union inet_addr offender;	/* who sent the error */
	const u8 *l4;			/* quoted transport header, l4_len (>= 8) bytes */
	u32 l4_len;
	u8 type, code;
	u32 info;			/* next-hop MTU, or pointer */
	u32 ext_off;			/* where it says that an extension begins (RFC 4884), from the
					 * quoted IP header on; 0: it has none */
	u32 iif;
	int err;			/* positive errno */
	bool hard;			/* by the family's matrix (RFC 1122 4.2.3.9, Linux's fatal column) */
	const struct sk_buff *skb;	/* the ICMP packet; data at the quoted IP header */
};

struct net_protocol {
	/* data at the transport header, network_header/transport_header and inet_cb set. Consumes. */
	void (*rcv)(struct sk_buff *skb);
	void (*err)(struct net *net, const struct inet_icmp_err *e);
	bool no_policy;
};

/* proto: IP number; one handler a number and family bit (bit 0 IPv4, bit 1 IPv6). 0/-EEXIST. */
int inet_add_protocol(struct net *net, const struct net_protocol *p, u8 proto, u8 af_bits);
void inet_del_protocol(struct net *net, u8 proto, u8 af_bits);
/* Hands e to the transport of proto, if there is one that wants errors. */
void inet_icmp_err_deliver(struct net *net, const struct inet_icmp_err *e, u8 proto);
/*
 * Learns the path MTU that e tells, if it is such a message. For whoever matched the quoted packet
 * to a socket of his (RFC 5927 7): what nobody sent must not shrink a path. The family has refused
 * values that no router may tell.
 */
void inet_icmp_err_pmtu(struct net *net, const struct inet_icmp_err *e);

/* Raw sockets see every delivered packet first. Set by the raw room; returns true if one took it. */
typedef bool (*raw_deliver_fn)(const struct sk_buff *skb, u8 proto);
/* Sees every valid ICMP error after the transport did (net->ip.raw_err): raw and ping sockets. */
typedef void (*raw_err_fn)(struct net *net, const struct inet_icmp_err *e, u8 proto);

/*
 * What an ICMP error quotes: up to max octets of skb from its network header on, which may lie
 * before skb->data. Returns how many.
 */
u32 ip_quote(const struct sk_buff *skb, u8 *to, u32 max);

#endif
