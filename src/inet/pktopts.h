/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control messages in Linux's layout inside an option's value: IP_PKTOPTIONS and IPV6_2292PKTOPTIONS,
 * which tell of a stream what a datagram would carry (MAY-9 of RFC 9293), and the latter sets
 * extension headers so.
 */
#ifndef NETSTACK_INET_PKTOPTS_H
#define NETSTACK_INET_PKTOPTS_H

#include "inet/ip6_ext_sockopt.h"

struct pktopts {
	u8 *at;
	u32 room;
};

/* Appends a message, padded to 8 octets; not if there is no room. */
void pktopts_put(struct pktopts *p, int level, int type, const void *data, u32 size);
/* Extension headers among control messages, where they lie in them; NULL: none of that kind. */
struct ext6_headers {
	const u8 *at[EXT6_KINDS];
	u32 len[EXT6_KINDS];
};
/* Takes them from len octets of messages, all of which must be right. 0/-EINVAL */
int pktopts_headers(const u8 *p, u32 len, struct ext6_headers *out);
int ip6_set_pktoptions(struct sock *sk, const struct sockopt_row *row, const void *val, u32 len);
int ip6_get_pktoptions(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len);

#endif
