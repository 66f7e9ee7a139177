/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the address families meet: transports call these and name no family. Two instances:
 * ipv4/af4.c and ipv6/af6.c, reachable as net->ip.af[0] (IPv4) and net->ip.af[1] (IPv6).
 */
#ifndef NETSTACK_IP_AF_H
#define NETSTACK_IP_AF_H

#include "core/core.h"
#include "ip/addr.h"
#include "ip/flow.h"

struct inet_skb_cb;			/* ip/proto.h */

struct inet_af {
	u16 family;			/* INET_FAMILY_* */
	u8 af_bit;			/* 0 IPv4, 1 IPv6: index into per-family tables */
	u8 sockaddr_len;		/* 16 or 28 */
	u8 hdr_len;			/* 20 or 40, without options */
	u8 icmp_proto;			/* IP_PROTO_ICMP or IP_PROTO_ICMPV6 */
	u16 min_mtu;			/* 68 or 1280 */
	u16 default_mss;		/* 536 or 1220 (MUST-15) */
	u16 ethertype;
	u8 gso_tcp_type;		/* SKB_GSO_TCPV4 or SKB_GSO_TCPV6 */

	/*
	 * Output route look-up. Fills fl->saddr (source selection) and fl->oif when they are any/0.
	 * 0 with one reference in *dst, or -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL, -EADDRNOTAVAIL.
	 */
	int (*route_output)(struct net *net, struct flowi *fl, struct dst_entry **dst);
	/*
	 * Puts the IP header on (data at the transport header, transport checksum already set or
	 * CHECKSUM_PARTIAL) and sends. dst: route to use (reference stays the caller's). opts may be
	 * NULL. Consumes. 0 or -errno (-EMSGSIZE, -ENOBUFS, -ENETDOWN, -EPERM).
	 */
	int (*xmit)(struct net *net, struct sock *sk, struct sk_buff *skb, const struct flowi *fl,
		    struct dst_entry *dst, const struct ip_xmit_opts *opts);
	/* What the IP header of skb (at network_header) says; cb->iif stays as it is. */
	void (*read_header)(const struct sk_buff *skb, struct inet_skb_cb *cb);
	/* Unfolded pseudo-header sum (RFC 793/8200 8.1). len: transport length. */
	u32 (*pseudo_csum)(const union inet_addr *saddr, const union inet_addr *daddr, u32 len, u8 proto);
	/* Is addr one of ours (any device)? Multicast and broadcast are not. */
	bool (*addr_is_local)(struct net *net, const union inet_addr *addr);
	/* 0 unicast, or RTN_* below, as seen from this net (dev may be NULL) */
	int (*addr_type)(struct net *net, const union inet_addr *addr, struct net_device *dev);
	/* Destination unreachable (port) in reply to skb: UDP without a socket. Does not consume. */
	void (*send_unreach_port)(const struct sk_buff *skb);
	/* ICMP type/code to errno; true in *hard when it ends a connecting socket / is reported */
	int (*icmp_to_errno)(u8 type, u8 code, bool *hard);
	/* sockaddr bytes in the family's layout <-> neutral. from: 0, -EINVAL (short), -EAFNOSUPPORT */
	int (*sockaddr_from)(const void *sa, u32 len, struct inet_sockaddr *out);
	u32 (*sockaddr_to)(const struct inet_sockaddr *in, void *sa, u32 size);	/* bytes it takes */
	/* options of SOL_IP / SOL_IPV6 for every inet socket of this family */
	const struct sockopt_table *sockopts;
};

/* address/route types: Linux's RTN_* values */
enum {
	RTN_UNSPEC, RTN_UNICAST, RTN_LOCAL, RTN_BROADCAST, RTN_ANYCAST, RTN_MULTICAST,
	RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT, RTN_THROW, RTN_NAT, RTN_MAX_NS,
};

const struct inet_af *inet_af_get(struct net *net, u16 family);	/* NULL: not 2 or 10 */

#endif
