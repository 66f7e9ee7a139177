/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SOL_PACKET. Not here, hence ENOPROTOOPT: a ring to send from, virtio headers, fan-out, the bypass of the
 * queueing discipline, PACKET_ORIGDEV (a frame of a VLAN does not know its lower device any more).
 */
#include "packet/packet_priv.h"

#include <errno.h>

enum {
	PACKET_ADD_MEMBERSHIP = 1,
	PACKET_DROP_MEMBERSHIP = 2,
	PACKET_RX_RING = 5,
	PACKET_STATISTICS = 6,
	PACKET_AUXDATA = 8,
	PACKET_VERSION = 10,
	PACKET_HDRLEN = 11,
	PACKET_RESERVE = 12,
	PACKET_TIMESTAMP = 17,
	PACKET_FANOUT = 18,
	PACKET_ROLLOVER_STATS = 21,
	PACKET_IGNORE_OUTGOING = 23,
};

#define SETTER(fn)                                                                           \
	static int set_##fn(struct sock *sk, const struct sockopt_row *row, const void *val, \
			    u32 len)
#define GETTER(fn) \
	static int get_##fn(struct sock *sk, const struct sockopt_row *row, void *val, u32 *len)
/* A pair for an option that is one member. */
#define MEMBER_OPTION(fn, type)                                           \
	SETTER(fn)                                                        \
	{                                                                 \
		(void)row, (void)len;                                     \
		packet_sk(sk)->fn = (type)sockopt_int(val);               \
		return 0;                                                 \
	}                                                                 \
	GETTER(fn)                                                        \
	{                                                                 \
		(void)row;                                                \
		return sockopt_get_int((int)packet_sk(sk)->fn, val, len); \
	}

MEMBER_OPTION(auxdata, bool)
MEMBER_OPTION(ignore_outgoing, bool)
MEMBER_OPTION(tstamp, int)

SETTER(add_membership)
{
	(void)row;
	return packet_mc_add(packet_sk(sk), val, len);
}

SETTER(drop_membership)
{
	(void)row;
	return packet_mc_drop(packet_sk(sk), val, len);
}

/* struct tpacket_stats, and from now on anew: what was dropped counts among what there was. */
GETTER(statistics)
{
	struct packet_sock *po = packet_sk(sk);
	const u32 stats[3] = { po->packets + po->drops, po->drops, po->freezes };

	(void)row;
	po->packets = 0;
	po->drops = 0;
	po->freezes = 0;
	return sockopt_get_bytes(stats, po->version == TPACKET_V3 ? 12 : 8, val, len);
}

SETTER(version)
{
	int v = sockopt_int(val);

	(void)row, (void)len;
	if (!packet_version_ok(v))
		return -EINVAL;
	if (packet_sk(sk)->ring)
		return -EBUSY;
	packet_sk(sk)->version = v;
	return 0;
}

GETTER(version)
{
	(void)row;
	return sockopt_get_int(packet_sk(sk)->version, val, len);
}

SETTER(reserve)
{
	(void)row, (void)len;
	if (sockopt_int(val) < 0)
		return -EINVAL;
	if (packet_sk(sk)->ring)
		return -EBUSY;
	packet_sk(sk)->reserve = (u32)sockopt_int(val);
	return 0;
}

GETTER(reserve)
{
	(void)row;
	return sockopt_get_int((int)packet_sk(sk)->reserve, val, len);
}

/* Asked with a version: how long is its header? */
GETTER(hdrlen)
{
	(void)sk, (void)row;
	if (!packet_version_ok(sockopt_int(val)))
		return -EINVAL;
	return sockopt_get_int((int)packet_hdrlen(sockopt_int(val)), val, len);
}

SETTER(rx_ring)
{
	(void)row;
	return packet_ring_set(packet_sk(sk), val, len);
}

SETTER(fanout)
{
	(void)row;
	return packet_fanout_set(packet_sk(sk), val, len);
}

GETTER(fanout)
{
	(void)row;
	return sockopt_get_int((int)packet_fanout_get(packet_sk(sk)), val, len);
}

/* struct tpacket_rollover_stats */
GETTER(rollover_stats)
{
	const struct packet_rollover *r = &packet_sk(sk)->rollover;
	const u64 stats[3] = { r->all, r->huge, r->failed };

	(void)row;
	if (!packet_fanout_rolls(packet_sk(sk)))
		return -EINVAL;
	return sockopt_get_bytes(stats, sizeof(stats), val, len);
}

#define ROW(opt, k, f, fn, ...)                                                            \
	{                                                                                  \
		.level = SOL_PACKET_NS, .name = opt, .label = #opt, .kind = k, .flags = f, \
		.set = set_##fn, .get = get_##fn, __VA_ARGS__                              \
	}
#define WO_ROW(opt, fn, min)                                                                \
	{                                                                                   \
		.level = SOL_PACKET_NS, .name = opt, .label = #opt, .kind = SOCKOPT_STRUCT, \
		.flags = SOCKOPT_WO, .min_len = min, .set = set_##fn                        \
	}

static const struct sockopt_row packet_rows[] = {
	WO_ROW(PACKET_ADD_MEMBERSHIP, add_membership, 16),
	WO_ROW(PACKET_DROP_MEMBERSHIP, drop_membership, 16),
	{ .level = SOL_PACKET_NS,
	  .name = PACKET_STATISTICS,
	  .label = "PACKET_STATISTICS",
	  .kind = SOCKOPT_STRUCT,
	  .flags = SOCKOPT_RO,
	  .get = get_statistics },
	WO_ROW(PACKET_RX_RING, rx_ring, 16),
	ROW(PACKET_VERSION, SOCKOPT_INT, SOCKOPT_EXACT, version, .min_len = 4),
	{ .level = SOL_PACKET_NS,
	  .name = PACKET_HDRLEN,
	  .label = "PACKET_HDRLEN",
	  .kind = SOCKOPT_STRUCT,
	  .flags = SOCKOPT_RO | SOCKOPT_GETMIN,
	  .min_len = 4,
	  .get = get_hdrlen },
	ROW(PACKET_RESERVE, SOCKOPT_INT, SOCKOPT_EXACT, reserve, .min_len = 4),
	ROW(PACKET_AUXDATA, SOCKOPT_BOOL, 0, auxdata),
	ROW(PACKET_FANOUT, SOCKOPT_STRUCT, 0, fanout, .min_len = 4),
	{ .level = SOL_PACKET_NS,
	  .name = PACKET_ROLLOVER_STATS,
	  .label = "PACKET_ROLLOVER_STATS",
	  .kind = SOCKOPT_STRUCT,
	  .flags = SOCKOPT_RO,
	  .get = get_rollover_stats },
	ROW(PACKET_TIMESTAMP, SOCKOPT_INT, SOCKOPT_EXACT, tstamp, .min_len = 4),
	ROW(PACKET_IGNORE_OUTGOING, SOCKOPT_INT, SOCKOPT_EXACT, ignore_outgoing, .min_len = 4,
	    .min = 0, .max = 1),
};

const struct sockopt_table packet_sockopts = {
	.rows = packet_rows,
	.nr_rows = ARRAY_SIZE(packet_rows),
};
