/* SPDX-License-Identifier: BSD-2-Clause */
/* Checksums that are still to be made (CHECKSUM_PARTIAL), and the pseudo headers of TCP and UDP. */
#include <errno.h>

#include "core/internal.h"
#include "wire/wire.h"

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

u32 l4_pseudo_csum(u16 l3_type, const u8 *l3, u8 proto, u32 len)
{
	if (l3_type == ETH_TYPE_IP4) {
		const struct ip4_hdr *h = (const struct ip4_hdr *)l3;

		return csum_tcpudp_nofold(&h->saddr, &h->daddr, len, proto, 0);
	}
	return csum_ipv6_nofold(&((const struct ip6_hdr *)l3)->saddr,
				&((const struct ip6_hdr *)l3)->daddr, len, proto, 0);
}

void l4_set_lengths(struct sk_buff *skb, const struct l4_layout *l)
{
	u8 *l3 = skb->data + l->l3_off;

	if (l->l3_type == ETH_TYPE_IP4) {
		struct ip4_hdr *h = (struct ip4_hdr *)l3;

		h->tot_len = be16_make((u16)(skb->len - l->l3_off));
		h->check.raw = 0;
		h->check = ip_fast_csum(h, ip4_hdrlen(h) / 4);
	} else {
		struct ip6_hdr *h = (struct ip6_hdr *)l3;

		h->payload_len = be16_make((u16)(skb->len - l->l3_off - IP6_HLEN));
	}
	if (l->proto == IP_PROTO_UDP) {
		struct udp_hdr *uh = (struct udp_hdr *)(skb->data + l->l4_off);

		uh->len = be16_make((u16)(skb->len - l->l4_off));
	}
}

void l4_set_partial(struct sk_buff *skb, const struct l4_layout *l)
{
	u32 sum = l4_pseudo_csum(l->l3_type, skb->data + l->l3_off, l->proto,
				 skb->len - l->l4_off);
	be16 check = { csum_fold16(sum) };

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + l->l4_off);
	skb->csum_offset = l->proto == IP_PROTO_TCP ? offsetof(struct tcp_hdr, check) :
						      offsetof(struct udp_hdr, check);
	memcpy(skb->head + skb->csum_start + skb->csum_offset, &check, sizeof(check));
}
