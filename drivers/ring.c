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
