// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/rx_copy.h"

#include "wire/wire.h"

enum { RX_COPY_LINEAR = 256 }; /* a frame up to here is all linear */

bool rx_copy_append(struct sk_buff *skb, struct page_frag *pf, const u8 *data, u32 len)
{
	u32 part;

	for (; len; len -= part, data += part) {
		if (page_frag_refill(skb->net, pf, min_t(u32, len, NET_PAGE_SIZE)))
			return false;
		part = min(len, page_frag_room(pf));
		memcpy(pf->page->data + pf->off, data, part);
		if (skb_add_frag(skb, pf->page, pf->off, part))
			return false;
		pf->off += part;
	}
	return true;
}

struct sk_buff *rx_copy_frame(struct net *net, struct page_frag *pf, const u8 *data, u32 len)
{
	u32 linear = len <= RX_COPY_LINEAR ? len : min_t(u32, frame_headlen(data, len), RX_COPY_LINEAR);
	struct sk_buff *skb = alloc_skb(net, RX_COPY_LINEAR);

	if (!skb)
		return NULL;
	skb_put_data(skb, data, linear);
	if (rx_copy_append(skb, pf, data + linear, len - linear))
		return skb;
	kfree_skb_reason(skb, SKB_DROP_NOMEM);
	return NULL;
}
