/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "ip/ip.h"

enum skb_drop_reason ip_forward_check(struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_HOST)
		return SKB_DROP_UNICAST_IN_L2_MULTICAST;
	if (unlikely(skb_is_gso(skb) && !skb_gso_headers_ok(skb)))
		return SKB_DROP_SKB_GSO_SEG;
	return SKB_NOT_DROPPED;
}

int ip_forward_prepare(struct sk_buff *skb, u32 mtu)
{
	if (skb_cow_head(skb, skb->dst->dev->hard_header_len))
		return -ENOMEM;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->ip_summed = CHECKSUM_NONE; /* the header that it covers changes */
	skb->tstamp = 0;
	skb->steered = 0;
	skb->frag_max = 0;
	skb->rx_room = 0;
	skb->mac_len = 0;
	skb->ignore_df = false;
	memset(ip_out_cb(skb), 0, sizeof(struct ip_out_cb));
	ip_out_cb(skb)->mtu = mtu;
	return 0;
}

bool ip_is_on_link(struct net_device *dev, u16 family, const union inet_addr *a)
{
	struct flowi fl = { .family = family, .daddr = *a };
	struct fib_result res;

	return !fib_lookup(dev->net, &fl, &res) && res.type == RTN_UNICAST && res.entry->r.dev == dev &&
	       inet_addr_any(&res.entry->r.gw);
}
