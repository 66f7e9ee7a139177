/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extension headers that a socket puts on all that it sends as IPv6 (RFC 3542 4 to 9: "sticky"
 * options), flow labels (RFC 6437) and the path MTU (RFC 3542 11.4).
 */
#ifndef NETSTACK_INET_IP6_EXT_SOCKOPT_H
#define NETSTACK_INET_IP6_EXT_SOCKOPT_H

#include "core/core.h"

enum inet_ext6_kind { EXT6_HOPOPTS, EXT6_DSTOPTS, EXT6_RTHDRDSTOPTS, EXT6_KINDS };

/*
 * Headers of a socket, one behind the other in the order of the kinds. What is sent is the first two:
 * RTHDRDSTOPTS would precede a routing header, and there is none.
 */
struct inet_ext6 {
	u16 len[EXT6_KINDS];	/* octets of each; 0: not set */
	u8 proto;		/* type of the first that is sent */
	u8 hop_next;		/* what the user's hop-by-hop header named as the next */
	u8 data[];
};

/* Lengths of hop-by-hop and destination options that follow each other in chain, the first links to
 * the second; returns the first one's type, 0 for none. */
u8 inet_ext6_link(u8 *chain, u32 hop_len, u32 dst_len);
/* Class and label of a received IPv6 packet. */
u32 inet_flowinfo6(const struct sk_buff *skb);
/* Extension headers of a received IPv6 packet, as want (INET_CMSG_*) says. */
void inet_ext6_recv(const struct sk_buff *skb, u32 want, struct sock_cmsg *c);
void inet_ext6_free(struct sock *sk);
/* What of e (NULL: none) leaves with a packet: options, their length and the first one's type. */
struct ip_xmit_opts;
void inet_ext6_xmit_opts(const struct inet_ext6 *e, struct ip_xmit_opts *o);
/* These headers, one of each kind (length 0: none), checked, instead of all that sk has. 0/-ENOBUFS */
int inet_ext6_set(struct sock *sk, const u8 *const at[EXT6_KINDS], const u32 len[EXT6_KINDS]);
/* A child has its listener's headers, or for want of memory none. */
void inet_ext6_inherit(const struct sock *parent, struct sock *child);

/* The row's name tells which. */
int ip6_set_ext(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip6_get_ext(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);
int ip6_set_rthdr(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip6_get_rthdr(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);
int ip6_set_autoflowlabel(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip6_get_autoflowlabel(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);
int ip6_get_pathmtu(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);

#define IP6_EXT_ROWS(lvl)                                                                         \
	OPT_ROW_STRUCT(lvl, 54, "IPV6_HOPOPTS", 0, ip6_set_ext, ip6_get_ext),                      \
	OPT_ROW_STRUCT(lvl, 55, "IPV6_RTHDRDSTOPTS", 0, ip6_set_ext, ip6_get_ext),                 \
	OPT_ROW_STRUCT(lvl, 57, "IPV6_RTHDR", 0, ip6_set_rthdr, ip6_get_rthdr),                    \
	OPT_ROW_STRUCT(lvl, 59, "IPV6_DSTOPTS", 0, ip6_set_ext, ip6_get_ext),                      \
	{ .level = lvl, .name = 61, .label = "IPV6_PATHMTU", .kind = SOCKOPT_STRUCT,               \
	  .flags = SOCKOPT_RO | SOCKOPT_GETMIN, .min_len = 32, .get = ip6_get_pathmtu },           \
	{ .level = lvl, .name = 70, .label = "IPV6_AUTOFLOWLABEL", .kind = SOCKOPT_INT,            \
	  .flags = SOCKOPT_SHORT0, .min = INT_MIN, .max = INT_MAX,                                 \
	  .set = ip6_set_autoflowlabel, .get = ip6_get_autoflowlabel }

#endif
