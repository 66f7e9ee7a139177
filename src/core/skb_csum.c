/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums that are still to be made (CHECKSUM_PARTIAL). */
#include <errno.h>

#include "core/internal.h"

int skb_checksum_help(struct sk_buff *skb)
{
	u32 start, sum;
	be16 check;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return 0;
	if (skb_is_gso(skb) || skb->csum_start < skb_headroom(skb))
		return -EINVAL;
	start = skb->csum_start - skb_headroom(skb);
	if (start + skb->csum_offset + sizeof(check) > skb->len)
		return -EINVAL;
	if (!pskb_may_pull(skb, start + skb->csum_offset + (u32)sizeof(check)) ||
	    skb_cow_head(skb, 0))
		return -ENOMEM;
	start = skb->csum_start - skb_headroom(skb);
	sum = skb_checksum(skb, start, skb->len - start, 0);
	check = csum_fold(sum);
	if (!check.raw)
		check.raw = 0xffff;	/* UDP: 0 would mean none (RFC 768); equal for TCP */
	memcpy(skb->data + start + skb->csum_offset, &check, sizeof(check));
	skb->ip_summed = CHECKSUM_NONE;
	return 0;
}

/* start from data, off from start. False when the field is not within the packet. */
bool skb_partial_csum_set(struct sk_buff *skb, u16 start, u16 off)
{
	u32 end = (u32)start + off + 2;

	if (end > skb->len || !pskb_may_pull(skb, end) || skb_headroom(skb) + start > U16_MAX)
		return false;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + start);
	skb->csum_offset = off;
	skb->transport_header = skb->csum_start;
	return true;
}
