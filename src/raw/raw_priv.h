/* SPDX-License-Identifier: BSD-2-Clause */
/* The room's inside: raw sockets and ping sockets, which both look at packets before transports. */
#ifndef NETSTACK_RAW_PRIV_H
#define NETSTACK_RAW_PRIV_H

#include "raw/raw.h"

enum { PING_HASH = 64 };

struct raw_sock {
	struct inet_sock inet;		/* must be first */
	u32 icmp_filter;		/* ICMP_FILTER: bit set: type is not wanted */
	u32 icmp6_filter[8];		/* ICMP6_FILTER, likewise */
};

static inline struct raw_sock *raw_sk(const struct sock *sk)
{
	return (struct raw_sock *)(uintptr_t)sk;
}

extern const struct sockopt_table raw_sockopts;

/* Is sk, by its addresses and device, party to a packet laddr <- raddr that came by iif? */
bool raw_match(const struct sock *sk, const struct inet_af *af, const union inet_addr *laddr,
	       const union inet_addr *raddr, u32 iif);
/* Sum over an ICMP message, its pseudo header included where the family has one, is wrong. */
bool icmp_csum_bad(const struct sk_buff *skb, u32 len);

/*
 * Sends a message that is whole, or drops it when there was an error in making it. Takes skb. A full queue is
 * no error but to who asked for errors (IP_RECVERR).
 */
int raw_tx_finish(struct sock *sk, struct sk_buff *skb, struct dgram_tx *tx, int err);

/* ping.c: true when a ping socket took the packet */
bool ping_deliver(const struct sk_buff *skb, u8 proto);
void ping_err(struct net *net, const struct inet_icmp_err *e, u8 proto);
int ping_net_init(struct net *net);

#endif
