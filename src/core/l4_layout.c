/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the headers of a TCP or UDP packet are, and the fields that follow from its length. */
#include "core/internal.h"
#include "wire/wire.h"

/* The octets of the IP packet, or 0. Sets what is known after the IPv4 header. */
static u32 parse_ip4(struct sk_buff *skb, u32 off, bool plain, struct l4_layout *l)
{
	const struct ip4_hdr *h;
	u32 hlen;

	if (!pskb_may_pull(skb, off + IP4_HLEN))
		return 0;
	h = (const struct ip4_hdr *)(skb->data + off);
	hlen = ip4_hdrlen(h);
	if (hlen < IP4_HLEN || (plain && hlen != IP4_HLEN) || ip4_is_fragment(h))
		return 0;
	l->l3_type = ETH_TYPE_IP4;
	l->proto = h->protocol;
	l->l4_off = off + hlen;
	return be16_get(h->tot_len);
}

static u32 parse_ip6(struct sk_buff *skb, u32 off, bool plain, struct l4_layout *l)
{
	const struct ip6_hdr *h;
	int n;

	if (!pskb_may_pull(skb, off + IP6_HLEN))
		return 0;
	h = (const struct ip6_hdr *)(skb->data + off);
	l->l3_type = ETH_TYPE_IP6;
	l->proto = h->nexthdr;
	l->l4_off = off + IP6_HLEN;
	for (n = 0; !plain && n < IP6_EXT_MAX; n++) {
		const struct ip6_ext_hdr *e;

		if (l->proto != IP_PROTO_HOPOPTS && l->proto != IP_PROTO_ROUTING &&
		    l->proto != IP_PROTO_DSTOPTS)
			break;
		if (!pskb_may_pull(skb, l->l4_off + 8))
			return 0;
		e = (const struct ip6_ext_hdr *)(skb->data + l->l4_off);
		l->proto = e->nexthdr;
		l->l4_off += (e->hdrlen + 1u) * 8;
	}
	h = (const struct ip6_hdr *)(skb->data + off);	/* a pull may have moved it */
	return IP6_HLEN + be16_get(h->payload_len);
}

static u32 parse_l4(struct sk_buff *skb, const struct l4_layout *l)
{
	u32 hlen = UDP_HLEN;

	if (l->proto == IP_PROTO_TCP) {
		if (!pskb_may_pull(skb, l->l4_off + TCP_HLEN))
			return 0;
		hlen = tcp_hdrlen((const struct tcp_hdr *)(skb->data + l->l4_off));
		if (hlen < TCP_HLEN)
			return 0;
	} else if (l->proto != IP_PROTO_UDP) {
		return 0;
	}
	return pskb_may_pull(skb, l->l4_off + hlen) ? hlen : 0;
}

bool l4_parse(struct sk_buff *skb, u32 l3_off, bool plain, struct l4_layout *l)
{
	u32 ip_len, hlen;
	u8 version;

	if (!pskb_may_pull(skb, l3_off + 1))
		return false;
	version = skb->data[l3_off] >> 4;
	l->l3_off = l3_off;
	if (version == 4)
		ip_len = parse_ip4(skb, l3_off, plain, l);
	else
		ip_len = version == 6 ? parse_ip6(skb, l3_off, plain, l) : 0;
	if (!ip_len)
		return false;
	hlen = parse_l4(skb, l);
	if (!hlen)
		return false;
	l->hdr_len = l->l4_off + hlen;
	l->end = l3_off + ip_len;
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

u16 l4_csum_offset(const struct l4_layout *l)
{
	return l->proto == IP_PROTO_TCP ? offsetof(struct tcp_hdr, check) :
					  offsetof(struct udp_hdr, check);
}

void l4_set_partial(struct sk_buff *skb, const struct l4_layout *l)
{
	u32 sum = l4_pseudo_csum(l->l3_type, skb->data + l->l3_off, l->proto,
				 skb->len - l->l4_off);
	be16 check = { csum_fold16(sum) };

	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_headroom(skb) + l->l4_off);
	skb->csum_offset = l4_csum_offset(l);
	memcpy(skb->head + skb->csum_start + skb->csum_offset, &check, sizeof(check));
}
