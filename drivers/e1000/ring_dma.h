/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A descriptor ring in memory that the device reaches, as the drivers of this family use it: what
 * software knows of each descriptor, the descriptors themselves, and the mapping of packets' memory. All
 * of these controllers have descriptors of an address and two words.
 */
#ifndef NETSTACK_DRIVERS_E1000_RING_DMA_H
#define NETSTACK_DRIVERS_E1000_RING_DMA_H

#include "drivers/e1000/hw.h"
#include "drivers/e1000/regs.h"
#include "drivers/ring.h"

enum {
	E1000_RX_BUFFER = 2048,
	E1000_RX_AREA = E1000_DMA_MAX / E1000_RX_BUFFER,
	E1000_RX_BATCH = 16,	/* buffers given to the device per doorbell */
	E1000_TX_VECS = 64,	/* more pieces than this: the packet is copied together */
	E1000_TX_CHUNK = 16384, /* one descriptor's worth */
	E1000_TX_DESCS = E1000_TX_VECS + 8, /* the most one packet takes, its context included */
};

struct e1000_queue {
	struct desc_ring ring;
	struct e1000_dma dma;
	struct e1000_dma *area; /* receive: of E1000_RX_AREA buffers each */
	u32 nr_areas;
};

static inline struct e1000_desc *e1000_hw_desc(const struct e1000_queue *q, u32 index)
{
	return (struct e1000_desc *)q->dma.cpu + (index & (q->ring.size - 1));
}

int e1000_queue_alloc(const struct e1000_hw *hw, struct e1000_queue *q, u32 size); /* 0, -ENOMEM */
void e1000_queue_free(const struct e1000_hw *hw, struct e1000_queue *q);
void e1000_queue_clear(struct e1000_queue *q); /* nothing is in it: begins anew */
/* What was posted since the last doorbell is the device's. false: nothing. The tail is *tail then. */
bool e1000_queue_doorbell(struct e1000_queue *q, u32 *tail);

/* -- transmit */
struct e1000_desc *e1000_tx_next(struct e1000_queue *q, struct ring_desc **sw);
/* The memory of skb, all of it; it is made linear (*linearized counts) if it has too many pieces. */
bool e1000_tx_vec(struct sk_buff *skb, struct skb_vec *vec, u32 *nr, u64 *linearized);
/* A descriptor for each piece, lower its length and cmd. false: the device cannot reach one. */
bool e1000_tx_post(const struct e1000_hw *hw, struct e1000_queue *q, const struct skb_vec *vec,
		   u32 nr, u32 cmd, u32 upper);
/* The descriptors since start are one packet. last_cmd: for the last of them */
void e1000_tx_close(struct e1000_queue *q, u32 start, struct sk_buff *skb, u32 last_cmd);
void e1000_tx_unpost(const struct e1000_hw *hw, struct e1000_queue *q, u32 start);
/* The last descriptor of the oldest packet; and that packet, taken out. */
struct e1000_desc *e1000_tx_last(const struct e1000_queue *q);
struct sk_buff *e1000_tx_release(const struct e1000_hw *hw, struct e1000_queue *q);
/* Before segmentation by the device, which fills in lengths and sums: its pseudo header has no length.
 * l3, l4: offsets of the headers. skb's head is its own. */
void e1000_prepare_tso(struct sk_buff *skb, u32 l3, u32 l4);

/* -- receive: frames are copied out, the buffers stay with the queue */
struct e1000_rx_partial {
	struct page_frag frag; /* where payload is copied to */
	struct sk_buff *skb;   /* a frame whose last buffer has not come yet */
	bool open, bad;	       /* there is one; it cannot be completed */
};
/* With a buffer for each of size descriptors, a multiple of E1000_RX_AREA. 0, -ENOMEM */
int e1000_rx_alloc(const struct e1000_hw *hw, struct e1000_queue *q, u32 size);
/* Gives the device what it has not got, but for one: head and tail equal means that none is. */
void e1000_rx_post(struct e1000_queue *q);
/*
 * Takes the oldest buffer, which holds len octets; last: of their frame; error: it is to be dropped.
 * The whole frame, or NULL; what is wrong is counted, want of memory in *no_memory, too.
 */
struct sk_buff *e1000_rx_take(struct net_device *dev, struct e1000_queue *q,
			      struct e1000_rx_partial *p, u32 len, bool last, bool error,
			      u64 *no_memory);
/*
 * Takes the oldest buffer, which holds all of a frame of f->len octets, if its payload goes behind a packet
 * that napi holds; the rest of f is the caller's. false: nothing was done, it is e1000_rx_take()'s.
 */
bool e1000_rx_merge(struct napi_struct *napi, struct e1000_queue *q, struct e1000_rx_partial *p,
		    struct gro_frame *f);
void e1000_rx_drop(struct e1000_queue *q, struct e1000_rx_partial *p);

/* -- statistics, at the same places in all of them: sums of what reading clears. */
enum { E1000_NR_STATS = 36 };
void e1000_stats_read(struct e1000_hw *hw, struct net_device *dev, u64 *sums);
const char *e1000_stat_name(u32 index); /* below E1000_NR_STATS */

#endif
