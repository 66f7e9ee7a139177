/* SPDX-License-Identifier: BSD-2-Clause */
#include "ip/ip.h"

int ip_out_drop(struct sk_buff *skb, enum skb_drop_reason reason, int err)
{
	kfree_skb_reason(skb, reason);
	return err;
}

/* TCP's header is in the packet, UDP's is 8 octets. */
bool ip_gso_fits(const struct sk_buff *skb, u32 mtu)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	u32 l3 = (u32)(skb->transport_header - skb->network_header), l4 = sizeof(struct udp_hdr);

	if (si->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		l4 = tcp_hdrlen((const struct tcp_hdr *)skb_transport_header(skb));
	return l3 + l4 + si->gso_size <= mtu;
}

int ip_gso_output(struct net *net, struct sock *sk, struct sk_buff *skb, u32 mtu, ip_piece_fn piece)
{
	struct dst_entry *dst = dst_hold(skb->dst);
	struct sk_buff *seg, *next;
	int err = 0;

	skb_reset_mac_header(skb);
	skb->mac_len = 0;
	for (seg = skb_gso_segment(skb, 0); seg; seg = next) {
		int ret;

		next = seg->next;
		seg->next = NULL;
		if (!seg->dst)
			skb_dst_set(seg, dst_hold(dst));
		ret = piece(net, sk, seg, mtu);
		err = err ?: ret;
	}
	dst_release(dst);
	return err;
}

void ip_mc_loopback(struct sk_buff *skb, u8 pkt_type)
{
	struct sk_buff *copy = skb_clone(skb);

	if (!copy)
		return;
	skb_orphan(copy);
	skb_reset_mac_header(copy);
	copy->mac_len = 0;
	copy->tstamp = 0;
	copy->pkt_type = pkt_type;
	if (copy->ip_summed == CHECKSUM_NONE)
		copy->ip_summed = CHECKSUM_UNNECESSARY;
	if (!copy->dst)
		skb_dst_set(copy, dst_hold(skb->dst));
	netif_rx(copy);
}
