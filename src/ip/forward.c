/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>

#include "ip/ip.h"
#include "wire/wire.h"

enum skb_drop_reason ip_forward_check(struct sk_buff *skb)
{
	if (skb->pkt_type != PACKET_HOST)
		return SKB_DROP_UNICAST_IN_L2_MULTICAST;
	if (unlikely(skb_is_gso(skb) && !skb_gso_headers_ok(skb)))
		return SKB_DROP_SKB_GSO_SEG;
	return SKB_NOT_DROPPED;
}

/* Its destination; false: there is none, or one that is known on its link only. */
static bool read_dest(const struct sk_buff *skb, u16 family, union inet_addr *daddr)
{
	bool v6 = family == INET_FAMILY_6;
	u32 off = v6 ? offsetof(struct ip6_hdr, daddr) : offsetof(struct ip4_hdr, daddr);
	u8 octets[16];

	if (skb_copy_bits(skb, off, octets, v6 ? 16 : 4))
		return false;
	*daddr = v6 ? inet_addr_from6(octets) : inet_addr_from4(octets);
	return !v6 || !inet_addr_is_linklocal(daddr);
}

bool ip_in_transit(const struct sk_buff *skb)
{
	u16 family = skb->protocol == ETH_TYPE_IP6 ? INET_FAMILY_6 : INET_FAMILY_4;
	const struct ip_family *fam = ip_family_get(skb->net, family);
	union inet_addr daddr;

	if (skb->pkt_type != PACKET_HOST || (family == INET_FAMILY_4 && skb->protocol != ETH_TYPE_IP4) ||
	    !fam || !fam->forwards(skb->dev) || !read_dest(skb, family, &daddr))
		return false;
	return fam->af->addr_type(skb->net, &daddr, NULL) == RTN_UNICAST;
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
