/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sk_buff: one packet.
 *
 *	head        data              tail        end
 *	 | headroom  | linear data     | tailroom  | struct skb_shared_info
 *	                               then frags[0..nr_frags), then frag_list
 *
 * len counts everything, data_len what is not linear. Ownership: a function
 * that takes a struct sk_buff * consumes it, on success and on error; one that
 * takes a const pointer only looks. A packet ends in exactly one of
 * consume_skb() and kfree_skb_reason(). Shared (cloned) head data and every
 * page are read-only: skb_cow_head() gives a private head before a write.
 */
#ifndef NETSTACK_CORE_SKB_H
#define NETSTACK_CORE_SKB_H

#include "base/base.h"
#include "core/drop.h"
#include "core/limits.h"
#include "core/pool.h"

struct net;
struct net_device;
struct dst_entry;
struct sock;

struct skb_frag {
	struct page *page;
	u32 off;
	u32 len;
};

/* gso_type: what a GSO packet must be cut into. */
enum {
	SKB_GSO_TCPV4 = 1 << 0,
	SKB_GSO_TCPV6 = 1 << 1,
	SKB_GSO_UDP_L4 = 1 << 2,
	SKB_GSO_TCP_ECN = 1 << 3,	/* CWR on the first segment only (RFC 3168) */
	SKB_GSO_DODGY = 1 << 4,		/* came from outside: headers not yet trusted */
	SKB_GSO_TCP_ACCECN = 1 << 6,	/* CWR is part of a counter: on every segment (RFC 9768) */
	SKB_GSO_TCP_FIXEDID = 1 << 5,	/* all segments carry the same IPv4 id (RFC 6864) */
};

struct skb_shared_info {
	u32 dataref;			/* sk_buffs that share this head */
	u8 nr_frags;
	u8 gso_type;
	u16 gso_size;			/* payload bytes per segment; 0: not GSO */
	u16 gso_segs;
	struct sk_buff *frag_list;	/* more packets, chained by ->next, counted in data_len */
	struct skb_frag frags[MAX_SKB_FRAGS];
};

/* ip_summed, with Linux's meanings */
enum {
	CHECKSUM_NONE,		/* rx: nobody checked; tx: complete in the packet */
	CHECKSUM_UNNECESSARY,	/* rx: verified, or vouched for by the device */
	CHECKSUM_COMPLETE,	/* rx: skb->csum is the sum over data..end */
	CHECKSUM_PARTIAL,	/* tx (and rx from a trusted virtual wire): fill in at csum_offset
				 * the sum from csum_start; the field holds the pseudo header */
};

/* tx_flags: told when the packet enters the queueing discipline, goes to the driver, is acknowledged */
enum { SKBTX_SCHED = 1 << 0, SKBTX_SND = 1 << 1, SKBTX_ACK = 1 << 2 };

/* pkt_type */
enum { PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST, PACKET_OUTGOING };

struct sk_buff {
	union {
		struct list_head list;	/* struct sk_buff_head */
		struct rb_node rbnode;	/* out-of-order queues */
	};
	struct sk_buff *next;		/* frag_list and segment chains only */
	struct net *net;
	struct sock *sk;		/* owner, when destructor is set; or a hint on input */
	void (*destructor)(struct sk_buff *skb);	/* undoes the owner's accounting */
	struct net_device *dev;
	struct dst_entry *dst;		/* one reference held */
	u64 tstamp;			/* ns of arrival (rx) or earliest departure (tx) */

	u32 len;
	u32 data_len;
	u32 truesize;			/* memory that this packet pins */
	u32 refcnt;
	u32 priority;
	u32 mark;
	u32 hash;			/* of the flow; valid with l4_hash or sw_hash */
	u32 napi_id;			/* of the context that it was received by; 0: none */
	u32 csum;			/* CHECKSUM_COMPLETE: unfolded sum */
	u16 csum_start;			/* CHECKSUM_PARTIAL: offset from head */
	u16 csum_offset;		/* CHECKSUM_PARTIAL: offset from csum_start */

	u16 protocol;			/* ETH_TYPE_*, host order */
	u16 mac_header;			/* offsets from head */
	u16 network_header;
	u16 transport_header;
	u16 mac_len;
	u16 queue_mapping;		/* tx: the queue; rx: the queue + 1, 0: unknown */
	u16 vlan_tci;
	u16 vlan_proto;			/* 0: no tag */
	u8 ip_summed;
	u8 csum_level;
	u8 pkt_type;
	bool cloned;			/* head may be shared: look at dataref */
	bool l4_hash;			/* hash is the device's or the socket's */
	bool sw_hash;			/* hash was computed here */
	bool ignore_df;
	bool pooled_head;
	u8 tx_flags;			/* SKBTX_*: time stamps that its sender wants */
	u8 steered;			/* SHARD_*: from another shard (core/shard.h); 0: not */
	u16 frag_max;			/* steered: the largest of the fragments that it came in; 0: whole */
	u16 rx_room;			/* received in one piece, which Linux does not take apart: 1 +
					 * the octets that have room behind it there; 0: it is not so */
	u8 sent_by;			/* tx: 1 + the shard that had it sent here; 0: this one */
	u32 tskey;			/* which of its sends: SOF_TIMESTAMPING_OPT_ID */

	u8 *head;
	u8 *data;
	u8 *tail;
	u8 *end;

	u8 cb[SKB_CB_SIZE] __attribute__((aligned(8)));
};

static inline struct skb_shared_info *skb_shinfo(const struct sk_buff *skb)
{
	return (struct skb_shared_info *)skb->end;
}

/* -- life -------------------------------------------------------------- */
/* A packet with size bytes of linear room (no headroom reserved; 0: for pages only). NULL: no memory. */
struct sk_buff *alloc_skb(struct net *net, u32 size);
/* Shares head and frags. NULL: no memory (the original is kept). */
struct sk_buff *skb_clone(const struct sk_buff *skb);
/* A private copy of everything, linear, with headroom bytes before data. */
struct sk_buff *skb_copy_expand(const struct sk_buff *skb, u32 headroom, u32 tailroom);
struct sk_buff *skb_get(struct sk_buff *skb);	/* one more reference to the same sk_buff */
void consume_skb(struct sk_buff *skb);		/* normal end; NULL allowed */
void kfree_skb_reason(struct sk_buff *skb, enum skb_drop_reason reason); /* drop: counts, traces */
void kfree_skb_list_reason(struct sk_buff *segs, enum skb_drop_reason reason); /* ->next chain */
void skb_orphan(struct sk_buff *skb);		/* run the destructor now */

/* -- shape ------------------------------------------------------------- */
static inline u32 skb_headlen(const struct sk_buff *skb)
{
	return skb->len - skb->data_len;
}
static inline u32 skb_headroom(const struct sk_buff *skb)
{
	return (u32)(skb->data - skb->head);
}
static inline u32 skb_tailroom(const struct sk_buff *skb)
{
	return skb->data_len ? 0 : (u32)(skb->end - skb->tail);
}
static inline bool skb_is_nonlinear(const struct sk_buff *skb)
{
	return skb->data_len != 0;
}
static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb_shinfo(skb)->gso_size != 0;
}
void skb_reserve(struct sk_buff *skb, u32 len);		/* empty packet only */
void *skb_put(struct sk_buff *skb, u32 len);		/* asserts on room: our own bugs */
void *skb_put_data(struct sk_buff *skb, const void *data, u32 len);
void *skb_push(struct sk_buff *skb, u32 len);
void *skb_pull(struct sk_buff *skb, u32 len);		/* NULL if shorter than len */
void skb_trim(struct sk_buff *skb, u32 len);		/* linear only */
int pskb_trim(struct sk_buff *skb, u32 len);		/* any shape; 0/-ENOMEM */
/* Appends a reference to page (takes one). -EMSGSIZE when frags are full.
 * Coalesces with the last frag when contiguous. Adds len, data_len, truesize. */
int skb_add_frag(struct sk_buff *skb, struct page *page, u32 off, u32 len);

/* The only ways to a header. pskb_may_pull(): make the first len bytes linear; false if the
 * packet is shorter or memory is out (pointers into the packet are stale afterwards).
 * skb_header_pointer(): len bytes at off, in place or copied to buf; NULL if beyond the end. */
bool pskb_may_pull(struct sk_buff *skb, u32 len);
const void *skb_header_pointer(const struct sk_buff *skb, u32 off, u32 len, void *buf);
int skb_copy_bits(const struct sk_buff *skb, u32 off, void *to, u32 len);	/* 0/-EFAULT */
int skb_store_bits(struct sk_buff *skb, u32 off, const void *from, u32 len);
u32 skb_checksum(const struct sk_buff *skb, u32 off, u32 len, u32 csum);
int skb_linearize(struct sk_buff *skb);				/* 0/-ENOMEM */
int skb_cow_head(struct sk_buff *skb, u32 headroom);	/* private head with that headroom */
/* Payload [off, off+len) of from appended to to as page references; linear bytes are copied. */
int skb_append_range(struct sk_buff *to, const struct sk_buff *from, u32 off, u32 len);
/* iovecs over [off, off+len) of the packet: returns how many of max were filled, *covered bytes */
struct skb_vec { void *base; size_t len; };
u32 skb_to_vec(const struct sk_buff *skb, u32 off, u32 len, struct skb_vec *vec, u32 max,
	       u32 *covered);
/* Try to merge from into to's tail (TCP receive coalescing): true when from was consumed. */
bool skb_try_coalesce(struct sk_buff *to, struct sk_buff *from, u32 *delta_truesize);

/* Computes a pending CHECKSUM_PARTIAL in place. 0/-ENOMEM/-EINVAL. */
int skb_checksum_help(struct sk_buff *skb);
bool skb_partial_csum_set(struct sk_buff *skb, u16 start, u16 off); /* from a vnet header */

static inline void skb_reset_mac_header(struct sk_buff *skb)
{
	skb->mac_header = (u16)(skb->data - skb->head);
}
static inline void skb_reset_network_header(struct sk_buff *skb)
{
	skb->network_header = (u16)(skb->data - skb->head);
}
static inline void skb_reset_transport_header(struct sk_buff *skb)
{
	skb->transport_header = (u16)(skb->data - skb->head);
}
static inline u8 *skb_mac_header(const struct sk_buff *skb)
{
	return skb->head + skb->mac_header;
}
static inline u8 *skb_network_header(const struct sk_buff *skb)
{
	return skb->head + skb->network_header;
}
static inline u8 *skb_transport_header(const struct sk_buff *skb)
{
	return skb->head + skb->transport_header;
}
static inline void skb_record_rx_queue(struct sk_buff *skb, u16 queue)
{
	skb->queue_mapping = (u16)(queue + 1);
}
static inline bool skb_rx_queue_recorded(const struct sk_buff *skb)
{
	return skb->queue_mapping != 0;
}
static inline u16 skb_get_rx_queue(const struct sk_buff *skb)
{
	return (u16)(skb->queue_mapping - 1);
}
/* What a device that hashes addresses and ports (RSS) says. */
static inline void skb_set_hash(struct sk_buff *skb, u32 hash)
{
	skb->hash = hash;
	skb->l4_hash = true;
}
/* The flow's, computed if need be (addresses, ports, protocol; equal in both directions). mac_header
 * and mac_len are set. */
u32 skb_get_hash(struct sk_buff *skb);
/* The same, always computed, of a packet of that Ethernet type whose IP header is off octets behind data. */
u32 skb_flow_hash(const struct sk_buff *skb, u16 type, u32 off);
void skb_dst_drop(struct sk_buff *skb);
void skb_dst_set(struct sk_buff *skb, struct dst_entry *dst);	/* takes over the reference */

/* -- queues ------------------------------------------------------------ */
struct sk_buff_head {
	struct list_head list;
	u32 qlen;
};

static inline void skb_queue_head_init(struct sk_buff_head *q)
{
	INIT_LIST_HEAD(&q->list);
	q->qlen = 0;
}
static inline bool skb_queue_empty(const struct sk_buff_head *q)
{
	return q->qlen == 0;
}
static inline struct sk_buff *skb_peek(const struct sk_buff_head *q)
{
	return q->qlen ? list_first_entry(&q->list, struct sk_buff, list) : NULL;
}
static inline struct sk_buff *skb_peek_tail(const struct sk_buff_head *q)
{
	return q->qlen ? list_last_entry(&q->list, struct sk_buff, list) : NULL;
}
static inline void skb_queue_tail(struct sk_buff_head *q, struct sk_buff *skb)
{
	list_add_tail(&skb->list, &q->list);
	q->qlen++;
}
static inline void skb_queue_head(struct sk_buff_head *q, struct sk_buff *skb)
{
	list_add(&skb->list, &q->list);
	q->qlen++;
}
static inline void skb_queue_after(struct sk_buff_head *q, struct sk_buff *prev,
				   struct sk_buff *skb)
{
	list_add(&skb->list, &prev->list);
	q->qlen++;
}
static inline void skb_unlink(struct sk_buff_head *q, struct sk_buff *skb)
{
	list_del(&skb->list);
	q->qlen--;
}
static inline struct sk_buff *skb_dequeue(struct sk_buff_head *q)
{
	struct sk_buff *skb = skb_peek(q);

	if (skb)
		skb_unlink(q, skb);
	return skb;
}
/* NULL at the end of the queue */
static inline struct sk_buff *skb_queue_next(const struct sk_buff_head *q,
					     const struct sk_buff *skb)
{
	return skb->list.next == &q->list ? NULL : list_entry(skb->list.next, struct sk_buff, list);
}
static inline struct sk_buff *skb_queue_prev(const struct sk_buff_head *q,
					     const struct sk_buff *skb)
{
	return skb->list.prev == &q->list ? NULL : list_entry(skb->list.prev, struct sk_buff, list);
}
void skb_queue_purge(struct sk_buff_head *q);	/* consume_skb() each */
void skb_queue_purge_reason(struct sk_buff_head *q, enum skb_drop_reason reason);

#endif
