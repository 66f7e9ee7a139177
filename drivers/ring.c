// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/ring.h"

#include <errno.h>
#include <stdlib.h>

int ring_init(struct desc_ring *ring, u32 size)
{
	if (!size || (size & (size - 1)))
		return -EINVAL;
	*ring = (struct desc_ring){ .size = size };
	ring->desc = calloc(size, sizeof(*ring->desc));
	return ring->desc ? 0 : -ENOMEM;
}

void ring_exit(struct desc_ring *ring)
{
	for (; ring->reclaim != ring->post; ring->reclaim++)
		if (ring_at(ring, ring->reclaim)->skb)
			kfree_skb_reason(ring_at(ring, ring->reclaim)->skb, SKB_DROP_DEV_READY);
	free(ring->desc);
	ring->desc = NULL;
}

bool ring_post(struct desc_ring *ring, struct sk_buff *skb)
{
	struct ring_desc *desc = ring_at(ring, ring->post);

	if (!ring_room(ring)) {
		ring->full++;
		kfree_skb_reason(skb, SKB_DROP_FULL_RING);
		return false;
	}
	*desc = (struct ring_desc){ .skb = skb, .flags = RING_DESC_OWN };
	ring->post++;
	ring->posted++;
	return true;
}

struct ring_desc *ring_reserve(struct desc_ring *ring)
{
	struct ring_desc *desc = ring_at(ring, ring->post);

	ASSERT(ring_room(ring));
	*desc = (struct ring_desc){ .flags = RING_DESC_OWN };
	ring->post++;
	ring->posted++;
	return desc;
}

struct ring_desc *ring_device_next(struct desc_ring *ring)
{
	return ring->device == ring->post ? NULL : ring_at(ring, ring->device);
}

void ring_device_done(struct desc_ring *ring, s32 status)
{
	struct ring_desc *desc = ring_at(ring, ring->device++);

	desc->flags = RING_DESC_DONE;
	desc->status = status;
}

struct sk_buff *ring_reclaim(struct desc_ring *ring, s32 *status)
{
	struct ring_desc *desc = ring_at(ring, ring->reclaim);
	struct sk_buff *skb = desc->skb;

	if (ring->reclaim == ring->post || !(desc->flags & RING_DESC_DONE))
		return NULL;
	*status = desc->status;
	desc->skb = NULL;
	desc->flags = 0;
	ring->reclaim++;
	return skb;
}
