/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of packets, and merging one packet into the tail of another. */
#include "core/internal.h"

void skb_queue_purge(struct sk_buff_head *q)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(q)))
		consume_skb(skb);
}

void skb_queue_purge_reason(struct sk_buff_head *q, enum skb_drop_reason reason)
{
	struct sk_buff *skb;

	while ((skb = skb_dequeue(q)))
		kfree_skb_reason(skb, reason);
}

/* A frag that continues to's last page needs no slot. */
bool skb_frags_fit(const struct sk_buff *skb_to, const struct sk_buff *skb_from)
{
	const struct skb_shared_info *to = skb_shinfo(skb_to), *from = skb_shinfo(skb_from);
	const struct skb_frag *last = to->nr_frags ? &to->frags[to->nr_frags - 1] : NULL;
	u32 need = from->nr_frags;

	if (need && last && last->page == from->frags[0].page &&
	    last->off + last->len == from->frags[0].off)
		need--;
	return to->nr_frags + need <= MAX_SKB_FRAGS;
}

void skb_copy_frags(struct sk_buff *to, const struct sk_buff *from)
{
	const struct skb_shared_info *si = skb_shinfo(from);
	u32 i, size = to->truesize;

	for (i = 0; i < si->nr_frags; i++) {
		int ret = skb_add_frag(to, si->frags[i].page, si->frags[i].off, si->frags[i].len);

		ASSERT(ret == 0);
	}
	to->truesize = size;
}

/*
 * *delta_truesize: what to->truesize grew by; whoever owns to charges it. from keeps no owner: it
 * must have been orphaned, or its destructor gives back what it was charged.
 */
bool skb_try_coalesce(struct sk_buff *to, struct sk_buff *from, u32 *delta_truesize)
{
	u32 overhead, delta;

	*delta_truesize = 0;
	if (to == from || to->refcnt > 1 || from->refcnt > 1 || skb_data_shared(to) ||
	    skb_shinfo(to)->frag_list)
		return false;
	if (!to->data_len && from->len <= skb_tailroom(to)) {
		if (skb_copy_bits(from, 0, skb_put(to, from->len), from->len))
			ASSERT_UNREACHABLE();
		consume_skb(from);
		return true;
	}
	if (skb_headlen(from) || skb_shinfo(from)->frag_list ||
	    !skb_frags_fit(to, from))
		return false;
	overhead = skb_head_truesize(from);
	delta = from->truesize > overhead ? from->truesize - overhead : 0;
	delta = max(delta, from->data_len);
	skb_copy_frags(to, from);
	to->truesize += delta;
	*delta_truesize = delta;
	consume_skb(from);
	return true;
}
