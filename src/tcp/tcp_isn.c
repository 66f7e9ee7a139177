/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Initial sequence numbers: a clock of 64 ns plus a keyed hash of the 4-tuple (RFC 6528, MUST-8,
 * MUST-9). Timestamp offsets: a keyed hash of the two addresses, so that the clock of a host does
 * not show and yet stays monotonic for a pair of hosts (RFC 7323 5.4).
 */
#include "tcp/tcp_priv.h"

u32 tcp_isn(const struct net *net, const struct inet_tuple *t)
{
	struct {
		union inet_addr l, r;
		u32 ports, pad;
	} key = { t->laddr, t->raddr, (u32)t->lport << 16 | t->rport, 0 };

	return (u32)siphash(&key, sizeof(key), &net->tcp.isn_key) + (u32)(net->now >> 6);
}

u32 tcp_ts_offset(const struct net *net, const union inet_addr *laddr,
		  const union inet_addr *raddr)
{
	union inet_addr key[2] = { *laddr, *raddr };

	return (u32)siphash(key, sizeof(key), &net->tcp.ts_key);
}
