/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shards: several nets that are one stack to the outside, each with a thread of its own. Which of them has a
 * packet is decided by the packet alone, so that nothing depends on which queue a device chose for it:
 *
 *	TCP			by both ports, the same for either direction
 *	UDP, UDP-Lite		by our port: a socket, and a SO_REUSEPORT group, is in one shard
 *	ICMP errors		where the packet that they quote belongs
 *	ARP, neighbour discovery, redirects	every shard: it teaches; the first alone answers
 *	what is forwarded, echo requests	any: who received it, or one of rps_cpus of its queue
 *	fragments and the rest	the first; what it reassembles goes on to its shard
 *
 * Addresses do not count: a socket that is bound knows its shard before it knows its source address.
 */
#ifndef NETSTACK_CORE_SHARD_H
#define NETSTACK_CORE_SHARD_H

#include "base/base.h"

enum { NET_SHARDS_MAX = 16, SHARD_ANY = 0xfe, SHARD_ALL = 0xff };

struct net;
struct net_device;
struct net_device_stats;
struct sk_buff;

/* What is done with a packet that comes from another shard. */
enum shard_kind {
	SHARD_RX = 1,		/* received: the protocols have it */
	SHARD_RAW,		/* a copy for raw sockets, which are all in the first shard */
	SHARD_LEARN,		/* a copy of what is told to all; another counts and answers it */
	SHARD_TX,		/* leaves by a device that only the receiver of this has */
	SHARD_TAP,		/* a copy for packet sockets, which are all in the first shard, too */
};

/* One for all nets of a stack; the host's. */
struct net_group {
	u32 nr;
	struct net *nets[NET_SHARDS_MAX];
	/* Queues a copy of skb for shard to, for its thread to give to shard_input(). May be called
	 * by any thread that owns from. skb stays the caller's, data wherever it is. false: its
	 * queue is full. */
	bool (*post)(struct net *from, u32 to, const struct sk_buff *skb, enum shard_kind kind);
	/* A socket of from has joined a group by a device, or left it: the other shards' devices do
	 * so, too. group: union inet_addr */
	void (*membership)(struct net *from, u32 ifindex, const void *group, u16 family, bool join);
	/* Raw and ping sockets, by family bit and protocol. Written by the first shard, read by all:
	 * atomic. */
	u32 raw_users[2][256];
	u32 packet_users;		/* packet sockets, likewise */
};

static inline u32 shard_mix(u32 key, u32 nr)
{
	return ((key * 0x9e3779b1u) >> 16) * nr >> 16;
}

/* Of a TCP connection. The ports' order does not count. */
static inline u32 shard_of_ports(u16 a, u16 b, u32 nr)
{
	return shard_mix((u32)a ^ b, nr);
}

/* Of UDP's and UDP-Lite's port of ours. */
static inline u32 shard_of_port(u16 port, u32 nr)
{
	return shard_mix(port, nr);
}

enum { SHARD_LOOK = 512 };	/* octets that are looked at, at most */
/* Of nr shards, that of a packet whose len octets from its IP or ARP header on are at p; or SHARD_ALL or
 * SHARD_ANY. */
u32 shard_of_packet(u16 protocol, const u8 *p, u32 len, u32 nr);

/* From netif_receive_skb(), data at the network header: is it another shard's? Then it is consumed. in: the
 * device that received it, below those of VLANs. */
bool shard_steer(struct sk_buff *skb, const struct net_device *in);
/* From local delivery of what was reassembled here, data at the network header, transport header at off. */
bool shard_steer_whole(struct sk_buff *skb, u8 proto, u32 off, u16 frag_max);
/* data at the transport header: a copy for the first shard's raw sockets, if there are some. */
void shard_raw(const struct sk_buff *skb, u8 af_bit, u8 proto);
/* From the taps of a device: a copy of a frame, from its link header on, for packet sockets in the first
 * shard. */
void shard_tap(const struct sk_buff *skb, u8 pkt_type);
static inline bool shard_tapped(const struct net_group *g)
{
	return unlikely(g) && __atomic_load_n(&g->packet_users, __ATOMIC_RELAXED);
}
void shard_packet_user(struct net *net, int inc);
void shard_raw_user(struct net *net, u8 af_bit, u8 proto, int inc);

/* -- between the shards ------------------------------------------------------------------------- */
/* A packet on its way, in memory of nobody's net. */
struct shard_msg {
	u8 kind;			/* enum shard_kind */
	u8 from;			/* the shard that it is sent by */
	u8 pkt_type, ip_summed, gso_type;
	u8 lead;			/* octets of the link header, before the network header */
	bool whole;			/* was counted already, in pieces */
	bool looped;			/* one of ours to a group or to all, that came back: brings a route */
	bool l4_hash;
	u16 protocol, vlan_tci, vlan_proto;
	u16 csum_start, csum_offset;	/* from data on */
	u16 l3, l4;			/* to be sent: where the headers are */
	u16 gso_size, gso_segs;
	u16 frag_max, queue;
	u32 ifindex, hash, napi_id, mark, priority;
	u64 tstamp;
	u32 len;
	u8 data[];
};

/* Octets that shard_pack() needs. */
u32 shard_msg_size(const struct sk_buff *skb, enum shard_kind kind);
void shard_pack(struct shard_msg *m, const struct sk_buff *skb, enum shard_kind kind);
/* From the top of the loop, by the owner of net: queues the packet, or sends it. m stays the caller's. */
void shard_input(struct net *net, const struct shard_msg *m);

/* Counters of all shards together: whoever asks holds them still. */
u64 net_mib_sum(const struct net *net, int mib);
u64 net_drops_sum(const struct net *net, int reason);
struct net_device_stats dev_stats_sum(const struct net_device *dev);
/* dev as shard i has it; NULL: it has none of its own. */
struct net_device *dev_in_shard(const struct net_device *dev, u32 i);

/* s: each shard of net's stack in order, or net alone. */
static inline u32 net_shards(const struct net_group *g)
{
	return g ? g->nr : 1;
}
#define for_each_shard(net, s, i)                                                              \
	for ((i) = 0; (i) < net_shards((net)->group) &&                                         \
		      ((s) = (net)->group ? (net)->group->nets[i] : (net), true); (i)++)
/* d: the device in each shard that has it */
#define for_each_shard_dev(dev, d, i)                                                          \
	for ((i) = 0; (i) < net_shards((dev)->net->group); (i)++)                                \
		if (((d) = dev_in_shard((dev), (i))))

#endif
