/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/wire.h"

enum { TAGS_MAX = 2 };

/* proto's header is at off. */
static u32 l4_end(const u8 *frame, u32 off, u32 len, u8 proto)
{
	if (proto == IP_PROTO_UDP)
		return off + UDP_HLEN;
	if (proto != IP_PROTO_TCP)
		return off;
	if (len < off + TCP_HLEN)
		return len;
	return off + max_t(u32, TCP_HLEN, tcp_hdrlen((const struct tcp_hdr *)(frame + off)));
}

static u32 l3_end(const u8 *frame, u32 off, u32 len, u16 type)
{
	const struct ip4_hdr *h4 = (const struct ip4_hdr *)(frame + off);

	if (type == ETH_TYPE_IP4 && len >= off + IP4_HLEN && frame[off] >> 4 == 4) {
		off += max_t(u32, IP4_HLEN, ip4_hdrlen(h4));
		return ip4_is_fragment(h4) ? off : l4_end(frame, off, len, h4->protocol);
	}
	if (type == ETH_TYPE_IP6 && len >= off + IP6_HLEN && frame[off] >> 4 == 6)
		return l4_end(frame, off + IP6_HLEN, len, frame[off + offsetof(struct ip6_hdr, nexthdr)]);
	return off;
}

u32 frame_headlen(const u8 *frame, u32 len)
{
	u32 off = ETH_HLEN, tags;
	u16 type;

	if (len < ETH_HLEN)
		return len;
	type = get_be16(frame + 2 * ETH_ALEN);
	for (tags = 0; tags < TAGS_MAX && eth_type_is_vlan(type) && len >= off + VLAN_TAG_LEN; tags++) {
		type = get_be16(frame + off + VLAN_TAG_LEN - 2);
		off += VLAN_TAG_LEN;
	}
	return min(l3_end(frame, off, len, type), len);
}
