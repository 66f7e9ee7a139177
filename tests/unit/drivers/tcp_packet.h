/* SPDX-License-Identifier: BSD-2-Clause */
/* A TCP packet as the stack hands it to a device that sums and cuts. */
#ifndef TESTS_UNIT_DRIVERS_TCP_PACKET_H
#define TESTS_UNIT_DRIVERS_TCP_PACKET_H

#include "core/core.h"
#include "wire/wire.h"

static inline u8 *put_ip_header(struct sk_buff *skb, bool v6, u32 l4)
{
	u32 iph = v6 ? IP6_HLEN : IP4_HLEN;
	u8 *ip = skb_put(skb, iph);

	memset(ip, 0, iph);
	skb->network_header = (u16)(ip - skb->head);
	if (v6) {
		ip[0] = 0x60;
		put_be16(ip + 4, (u16)l4);
		ip[6] = IP_PROTO_TCP;
		ip[7] = 64;
		ip[23] = 1, ip[39] = 2;
		return ip;
	}
	ip[0] = 0x45;
	put_be16(ip + 2, (u16)(iph + l4));
	put_be16(ip + 4, 0xfffe); /* wraps */
	ip[8] = 64, ip[9] = IP_PROTO_TCP, ip[12] = 10, ip[16] = 10, ip[15] = 1, ip[19] = 2;
	memcpy(ip + 10, &(be16){ ip_fast_csum(ip, 5).raw }, 2);
	return ip;
}

/* From dev to dst: payload octets, to be cut at mss if there are more; the pseudo header's sum is there. */
static inline struct sk_buff *make_tcp_packet(struct net_device *dev, const u8 *dst, bool v6, u32 payload,
					      u16 mss)
{
	u32 l4 = TCP_HLEN + payload, i;
	struct sk_buff *skb = alloc_skb(dev->net, 64 + ETH_HLEN + IP6_HLEN + l4);
	u8 *ip, *th;

	skb_reserve(skb, 64);
	skb->dev = dev;
	skb->protocol = v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4;
	skb_put_data(skb, dst, ETH_ALEN);
	skb_put_data(skb, dev->dev_addr, ETH_ALEN);
	put_be16(skb_put(skb, 2), skb->protocol);
	ip = put_ip_header(skb, v6, l4);
	th = skb_put(skb, TCP_HLEN);
	skb->transport_header = (u16)(th - skb->head);
	memset(th, 0, TCP_HLEN);
	put_be16(th, 1000);
	put_be16(th + 2, 80);
	put_be32(th + 4, 0xfffffff0);
	th[12] = 0x50, th[13] = TCPHDR_ACK | TCPHDR_PSH | TCPHDR_FIN;
	put_be16(th + 16, (u16)~be16_get(v6 ? csum_ipv6_magic(ip + 8, ip + 24, l4, IP_PROTO_TCP, 0) :
					      csum_tcpudp_magic(ip + 12, ip + 16, l4, IP_PROTO_TCP, 0)));
	for (i = 0; i < payload; i++)
		*(u8 *)skb_put(skb, 1) = (u8)(i * 7 + (i >> 8));
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb->transport_header;
	skb->csum_offset = 16;
	if (payload > mss) {
		skb_shinfo(skb)->gso_size = mss;
		skb_shinfo(skb)->gso_segs = (u16)((payload + mss - 1) / mss);
		skb_shinfo(skb)->gso_type = v6 ? SKB_GSO_TCPV6 : SKB_GSO_TCPV4;
	}
	return skb;
}

#endif
