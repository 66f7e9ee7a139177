/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reassembly engine of both families. The family parses the fragment, hands over its payload with
 * its place, and gets back the whole payload as one packet: the first fragment with the others on
 * its frag_list, nothing copied.
 *
 * Rules: a fragment with exactly the range of one that is there is a duplicate and ignored, the
 * first copy stays. Any other overlap, an end that moves, or a length beyond 65535 kills the
 * datagram: what is queued is dropped, and what still comes with this key is dropped until the
 * queue times out (RFC 5722).
 */
#ifndef NETSTACK_IP_FRAG_H
#define NETSTACK_IP_FRAG_H

#include "core/core.h"
#include "ip/addr.h"

enum { FRAG_HASH_BITS = 10, FRAG_QUEUE_COST = 256, FRAG_QUEUES_MAX = 16384 };

struct frag_key {
	union inet_addr saddr, daddr;
	u32 id;
	u32 iif;		/* IPv6 link-local: the device; else 0 */
	u8 proto;		/* IPv4; IPv6: 0, the first fragment decides */
	u8 af_bit;
};

enum frag_verdict {
	FRAG_QUEUED,		/* kept */
	FRAG_COMPLETE,		/* *out is the datagram */
	FRAG_DROPPED,		/* consumed, counted */
};

struct frag_queue {
	struct hlist_node hash;
	struct list_head lru;
	struct net *net;
	struct netns_frags *f;
	struct frag_key key;
	struct timer_list timer;
	struct rb_root fragments;	/* sk_buff.rbnode by offset */
	struct sk_buff *head;		/* the fragment at offset 0 */
	u32 end;			/* of the datagram, once last_in */
	u32 max_end;			/* highest end seen */
	u32 meat;			/* octets received */
	u32 mem;			/* charged to f->mem */
	u32 rid;			/* queue number of this source when we last saw it: max_dist */
	u16 max_size;			/* largest fragment with its header */
	u8 ecn;				/* OR of 1 << ECN field of every fragment */
	bool last_in, dead;
	/* Time-out with fragment 0 there: first is that fragment, as it was given. Consumes. */
	void (*expire)(struct net *net, struct sk_buff *first);
};

/* What the family says of one fragment. */
struct frag_in {
	u32 off, len;		/* place of the payload in the datagram, octets */
	bool more;
	u8 ecn;			/* of its header, 0..3 */
	u16 pkt_len;		/* with its header */
	void (*expire)(struct net *net, struct sk_buff *first);
};

/*
 * Adds skb, whose data is at the fragment's payload of exactly in->len octets (its headers stay
 * before data: expire() and completion find them there). Consumes. FRAG_COMPLETE: *out is the
 * fragment of offset 0 with the others appended; *ecn the combined field (RFC 3168 5.3);
 * *max_size the largest fragment.
 */
enum frag_verdict inet_frag_add(struct net *net, const struct frag_key *key, struct sk_buff *skb,
				const struct frag_in *in, struct sk_buff **out, u8 *ecn,
				u16 *max_size);
/* Drops all that is queued: a device that fragments came from goes away. */
void inet_frags_flush(struct netns_frags *f);
int inet_frags_init(struct net *net, struct netns_frags *f, const char *name);
void inet_frags_exit(struct net *net, struct netns_frags *f);

#endif
