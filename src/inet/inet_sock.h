/* SPDX-License-Identifier: BSD-2-Clause */
/* inet_sock: a socket with addresses and ports, of either family. */
#ifndef NETSTACK_INET_INET_SOCK_H
#define NETSTACK_INET_INET_SOCK_H

#include "ip/ip.h"

struct inet_bind_bucket;

struct inet_sock {
	struct sock sk;			/* must be first */
	/* Family on the wire now: an IPv6 socket connected to a v4-mapped peer uses IPv4's. */
	const struct inet_af *af;
	union inet_addr saddr;		/* source of what we send */
	union inet_addr rcv_saddr;	/* bound address; any: wildcard */
	union inet_addr daddr;		/* peer; any: not connected */
	u16 sport;			/* bound local port, host order; 0: none */
	u16 dport;
	u32 rx_iif;
	u32 scope_id;			/* link-local peer */

	struct hlist_node hash_node;	/* ehash, lhash or datagram hash */
	struct hlist_node bind_node;	/* in its bind bucket */
	struct inet_bind_bucket *bind_bucket;
	struct list_head reuseport_list;	/* SO_REUSEPORT group; empty: alone */

	bool v6only, freebind, hdrincl, transparent, recverr, recverr_rfc4884, is_icsk;
	bool bind_address_no_port, defer_connect, nodefrag;
	s16 uc_ttl;			/* -1: default */
	u8 mc_ttl, mc_loop;
	u8 tos, min_ttl, rcv_tos;
	u8 pmtudisc;			/* IP_PMTUDISC_* */
	u32 mc_index, uc_index;
	union inet_addr mc_addr;
	u32 cmsg_flags;			/* INET_CMSG_*: which control messages to deliver */
	u32 flowlabel;
	u16 local_port_lo, local_port_hi;	/* IP_LOCAL_PORT_RANGE; 0: the sysctl's */
	struct list_head mc_list;	/* joined groups */
	u8 opt_len;
	u8 opt[40];			/* IP_OPTIONS to send */
	u32 id;				/* next IPv4 identification */
};

enum {
	INET_CMSG_PKTINFO = 1 << 0, INET_CMSG_TTL = 1 << 1, INET_CMSG_TOS = 1 << 2,
	INET_CMSG_RECVOPTS = 1 << 3, INET_CMSG_RETOPTS = 1 << 4, INET_CMSG_ORIGDSTADDR = 1 << 5,
	INET_CMSG_CHECKSUM = 1 << 6, INET_CMSG_RECVFRAGSIZE = 1 << 7, INET_CMSG_FLOWINFO = 1 << 8,
};

static inline struct inet_sock *inet_sk(const struct sock *sk)
{
	return (struct inet_sock *)(uintptr_t)sk;
}

/* Sets the defaults above; called by each transport's proto.init(). */
void inet_sock_init(struct sock *sk);
/*
 * Checks a bind address (family, local or any or multicast, freebind, v6only, link-local scope,
 * privileged port is the daemon's business) and fills rcv_saddr/saddr. Does not take the port.
 * -EADDRNOTAVAIL, -EAFNOSUPPORT, -EINVAL.
 */
int inet_bind_addr(struct sock *sk, const struct inet_sockaddr *addr);
/* Fills fl for this socket to daddr:dport (0: connected peer). */
void inet_sk_flow(struct sock *sk, struct flowi *fl, const union inet_addr *daddr, u16 dport);
/* Route for a connected socket: the cached one if still valid, else looked up and cached. Borrowed
 * reference (lives as long as sk_dst_cache). NULL with *err. */
struct dst_entry *inet_sk_route(struct sock *sk, struct flowi *fl, int *err);
/* Chooses inet->af for peer address dst (v4-mapped on an IPv6 socket). -EAFNOSUPPORT, -ENETUNREACH
 * (v6only), -EINVAL */
int inet_sk_set_family_for(struct sock *sk, const struct inet_sockaddr *dst);
int inet_getname(struct sock *sk, struct inet_sockaddr *addr, bool peer);	/* -ENOTCONN */
void inet_xmit_opts(const struct sock *sk, struct ip_xmit_opts *o);	/* ttl, tos, pmtudisc, options */

#endif
