/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Identification of datagrams that may be fragmented (RFC 6864). A keyed hash of addresses and
 * protocol picks one of many counters, so that nobody learns of the traffic to others; a counter
 * that rested advances by a random amount of at most the milliseconds that it rested, so that it
 * does not tell how much was sent either.
 */
#include "ipv4/ip4.h"

/* Shards send between the same addresses: each has a part of the numbers. */
static u16 of_shard(const struct net *net, u32 id)
{
	u32 part = 65536 / net->group->nr;

	return (u16)(net->shard * part + id % part);
}

u16 ip4_select_ident(struct net *net, be32 saddr, be32 daddr, u8 proto, u32 segs)
{
	u32 h = (u32)siphash_3u32(daddr.raw, saddr.raw, proto, &net->ip.key);
	struct ipv4_ident *b = &net->ipv4.idents[h & (IP4_IDENTS - 1)];
	u32 now_ms = (u32)(net->now / NSEC_PER_MSEC), rested = now_ms - b->last_ms, id;

	if (rested > 1)
		b->id += net_rand_below(net, min(rested, 65536u));
	b->last_ms = now_ms;
	id = b->id;
	b->id += segs ? segs : 1;
	/* the same counter reads differently for each pair of addresses that shares it */
	id += h >> 16;
	return net->group ? of_shard(net, id) : (u16)id;
}
