/* SPDX-License-Identifier: BSD-2-Clause */
/* The room's inside. Numbers are those of <linux/if_packet.h> (ABI facts). */
#ifndef NETSTACK_PACKET_PRIV_H
#define NETSTACK_PACKET_PRIV_H

#include "packet/packet.h"
#include "wire/wire.h"

enum { SOL_PACKET_NS = 263, SOCK_DGRAM_NS = 2, SOCK_RAW_NS = 3 };
enum { ETH_P_ALL_NS = 0x0003 };
enum { TPACKET_V1, TPACKET_V2, TPACKET_V3 }; /* PACKET_VERSION */

/* tp_status */
enum {
	TP_KERNEL = 0,
	TP_USER = 1 << 0,
	TP_COPY = 1 << 1,
	TP_LOSING = 1 << 2,
	TP_CSUMNOTREADY = 1 << 3,
	TP_VLAN_VALID = 1 << 4,
	TP_VLAN_TPID_VALID = 1 << 6,
	TP_CSUM_VALID = 1 << 7,
	TP_GSO_TCP = 1 << 8,
	TP_TS_SOFTWARE = 1 << 29,
};

/* struct tpacket_auxdata */
struct packet_aux {
	u32 status, len, snaplen;
	u16 mac, net, vlan_tci, vlan_tpid;
};
_Static_assert(sizeof(struct packet_aux) == 20, "tpacket_auxdata");

/* One PACKET_ADD_MEMBERSHIP, counted. */
struct packet_mc {
	struct list_head list;
	s32 ifindex;
	u16 type, alen;
	u8 addr[8];
	u32 count;
};

/* PACKET_RX_RING: frames in memory that the program maps. */
struct packet_ring {
	u8 *mem;      /* frames, and a page of struct packet_ring_ctl */
	size_t size;  /* of the frames */
	void *handle; /* the host's */
	struct packet_ring_ctl *ctl;
	u32 block_size, block_nr, frame_size, frame_nr, frames_per_block;
	int version;
	u32 head; /* V1, V2: the frame that is written next */
	/* V3 (packet_block.c): the block that is filled, */
	u32 cur, off, nr,
		last_at; /* where the next frame goes, how many there are, where the last is */
	bool frozen;	 /* .. which the program still has */
	u64 seq, first_ns, last_ns;
	/* and how */
	u32 priv, tov_ms;
	bool rxhash;
	struct packet_sock *po;
	struct net *net;
	struct timer_list timer;
};

/* Where in a frame of a ring its header says that things are, and how much of it is kept. */
struct packet_place {
	u32 mac, net, snaplen;
};

struct packet_sock {
	struct sock sk; /* must be first */
	struct packet_type tap;
	struct list_head entry; /* net->packet.socks */
	struct list_head mc;
	u16 protocol; /* host order; 0: nothing is received */
	s32 ifindex;  /* 0: all; -1: of a device that is gone */
	bool running; /* tap is entered */
	bool auxdata, ignore_outgoing;
	int tstamp;		      /* PACKET_TIMESTAMP: SOF_* */
	int version;		      /* PACKET_VERSION: TPACKET_* */
	u32 reserve;		      /* PACKET_RESERVE */
	struct packet_ring *ring;     /* NULL: frames are queued */
	struct packet_fanout *fanout; /* PACKET_FANOUT; NULL: none */
	struct packet_rollover {
		u32 last; /* member that had room */
		u64 all, huge, failed;
	} rollover;
	u32 packets, drops, freezes; /* since PACKET_STATISTICS was read */
};

/* Of a queued packet, in skb->cb. */
struct packet_cb {
	struct sock_ll ll;
	u32 len;     /* before a filter cut it */
	u16 net_off; /* network header, from data */
};
_Static_assert(sizeof(struct packet_cb) <= SKB_CB_SIZE, "fits");

static inline struct packet_sock *packet_sk(const struct sock *sk)
{
	return (struct packet_sock *)(uintptr_t)sk;
}

static inline struct packet_cb *packet_cb(const struct sk_buff *skb)
{
	return (struct packet_cb *)(uintptr_t)skb->cb;
}

extern const struct sockopt_table packet_sockopts;

/* packet.c: starts and stops receiving. */
void packet_hook(struct packet_sock *po);
void packet_unhook(struct packet_sock *po);
/* Where a socket that names no device is bound to; NULL: nowhere. */
struct net_device *packet_bound_dev(const struct packet_sock *po);

/* packet_rx.c: the tap */
void packet_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt);
/* What another shard's devices saw. Consumes */
void packet_tapped(struct sk_buff *skb, u32 shard);
/* Does the tap see such a frame, whose protocol behind a tag is type? */
bool packet_tap_matches(const struct packet_type *tap, const struct sk_buff *skb, u16 type);
/* Of a frame's addresses, protocol and ports, equal in both directions; data at the link header. */
u32 packet_flow_hash(const struct sk_buff *skb, const struct net_device *dev);
ssize_t packet_recvmsg(struct sock *sk, struct msg *msg);
/* Status of a packet beyond who owns it, and the tag: TP_*. */
u32 packet_status(const struct sk_buff *skb);

/* packet_ring.c */
int packet_version_ok(int version);
u32 packet_hdrlen(int version); /* octets of struct tpacket_hdr and the like */
/* PACKET_RX_RING, len octets of struct tpacket_req; without blocks: no more. 0, -EINVAL, -EBUSY, -ENOMEM */
int packet_ring_set(struct packet_sock *po, const void *val, u32 len);
void packet_ring_free(struct packet_sock *po);
/* Writes keep octets of a packet whose cb is filled; it stays the caller's. false: the program owns the next
 * frame. */
bool packet_ring_put(struct packet_sock *po, struct sk_buff *skb, u32 keep);
bool packet_ring_ready(const struct packet_sock *po); /* there is one for the program */

bool packet_ring_has_room(const struct packet_sock *po); /* the next frame is not the program's */
/* Behind a status: shows it, and wakes who wishes to be woken. */
void packet_ring_tell(struct packet_sock *po);

/* packet_block.c: TPACKET_V3. Where the first frame of a block is, behind priv octets of the program's. */
u32 packet_block_first(u32 priv);
/* The rest of po->ring; tov_ms: how long a block waits to be full, 0: a default; feature: TP_FT_* */
void packet_block_init(struct packet_sock *po, u32 tov_ms, u32 priv, u32 feature);
void packet_block_exit(struct packet_ring *r);
bool packet_block_has_room(const struct packet_ring *r);
u32 packet_block_last(
	const struct packet_ring *r); /* where the status of the last block that was given is */
/* As packet_ring_put(), of what was placed; bits: its status. */
bool packet_block_put(struct packet_sock *po, struct sk_buff *skb, const struct packet_place *p,
		      u64 ns, u32 bits);

/* packet_fanout.c: struct fanout_args or its first 4 octets. 0, -EINVAL, -EALREADY, -ENOSPC, -ENOMEM */
int packet_fanout_set(struct packet_sock *po, const void *val, u32 len);
u32 packet_fanout_get(const struct packet_sock *po);
bool packet_fanout_rolls(const struct packet_sock *po); /* has PACKET_ROLLOVER_STATS */
void packet_fanout_leave(struct packet_sock *po);
/* Of a group's socket, in the place of its own tap. */
void packet_fanout_link(struct packet_sock *po);
void packet_fanout_unlink(struct packet_sock *po);
/* Copies of a frame that another shard saw, for the groups. */
void packet_fanout_tapped(struct sk_buff *skb, u16 type, u32 shard);

/* packet_tx.c */
ssize_t packet_sendmsg(struct sock *sk, struct msg *msg);

/* packet_mc.c: struct packet_mreq, len octets of it. 0, -EINVAL, -ENODEV, -ENOBUFS, -ENOMEM */
int packet_mc_add(struct packet_sock *po, const void *mreq, u32 len);
int packet_mc_drop(struct packet_sock *po, const void *mreq, u32 len);
void packet_mc_drop_all(struct packet_sock *po);
/* The device is being unregistered. */
void packet_mc_dev_gone(struct packet_sock *po, const struct net_device *dev);

#endif
