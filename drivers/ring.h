/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor ring: the one ring logic of all drivers, in the shape of a NIC's.
 *
 *	producer (driver)  posts descriptors with OWN set, then rings the doorbell
 *	device             works on the posted ones in order, clears OWN, sets DONE and a status
 *	consumer (driver)  reclaims DONE descriptors in order
 *
 *	reclaim <= device <= post, all free-running; post - reclaim <= size
 *
 * For transmit a descriptor carries a packet on its way out; for receive an empty buffer that the
 * device fills. What the device is (a TAP, a packet socket, a model of hardware) the ring does
 * not know.
 */
#ifndef NETSTACK_DRIVERS_RING_H
#define NETSTACK_DRIVERS_RING_H

#include "core/core.h"

enum { RING_DESC_OWN = 1, RING_DESC_DONE = 2 };

struct ring_desc {
	struct sk_buff *skb;
	u32 flags;  /* RING_DESC_* */
	s32 status; /* octets moved, or -errno; valid when DONE */
	u32 span;   /* driver's: descriptors of the packet that begins here */
	u64 bus;    /* driver's: the address that the device was given; 0: none */
};

struct desc_ring {
	struct ring_desc *desc;
	u32 size; /* power of two */
	u32 post, device, reclaim;
	u32 rung; /* value of post at the last doorbell */
	u64 doorbells, posted, full;
};

int ring_init(struct desc_ring *ring, u32 size); /* 0, -EINVAL (not a power of two), -ENOMEM */
void ring_exit(struct desc_ring *ring);		 /* drops what is still in it */

static inline u32 ring_room(const struct desc_ring *ring)
{
	return ring->size - (ring->post - ring->reclaim);
}
static inline u32 ring_pending(const struct desc_ring *ring) /* posted, not yet worked on */
{
	return ring->post - ring->device;
}
static inline struct ring_desc *ring_at(const struct desc_ring *ring, u32 index)
{
	return &ring->desc[index & (ring->size - 1)];
}

/* Posts skb (consumed in any case); false, dropped as FULL_RING, when there is no room. */
bool ring_post(struct desc_ring *ring, struct sk_buff *skb);
/* Posts a descriptor without a packet, for the driver to fill in; there must be room. A packet that
 * takes several descriptors is put into the last. */
static inline struct ring_desc *ring_reserve(struct desc_ring *ring)
{
	struct ring_desc *desc = ring_at(ring, ring->post);

	ASSERT(ring_room(ring));
	*desc = (struct ring_desc){ .flags = RING_DESC_OWN };
	ring->post++;
	ring->posted++;
	return desc;
}

/* Device side: the oldest descriptor not yet worked on, or NULL; and its completion. */
static inline struct ring_desc *ring_device_next(struct desc_ring *ring)
{
	return ring->device == ring->post ? NULL : ring_at(ring, ring->device);
}

static inline void ring_device_done(struct desc_ring *ring, s32 status)
{
	struct ring_desc *desc = ring_at(ring, ring->device++);

	desc->flags = RING_DESC_DONE;
	desc->status = status;
}

/* Driver side: takes the oldest completed packet out; NULL if none. *status as completed. */
static inline struct sk_buff *ring_reclaim(struct desc_ring *ring, s32 *status)
{
	struct ring_desc *desc = ring_at(ring, ring->reclaim);
	struct sk_buff *skb = desc->skb;

	*status = desc->status;
	if (ring->reclaim == ring->post || !(desc->flags & RING_DESC_DONE))
		return NULL;
	desc->skb = NULL;
	desc->flags = 0;
	ring->reclaim++;
	return skb;
}

#endif
