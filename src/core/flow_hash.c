/* SPDX-License-Identifier: BSD-2-Clause */
/* The hash of a packet's flow, for packets that came with none from their device or socket. */
#include "core/internal.h"
#include "wire/wire.h"

enum { PORTS_LEN = 4 };

/* What the hash is of: the same for both directions of a flow. */
struct flow_keys {
	u8 lo[16], hi[16];		/* addresses */
	u8 ports[PORTS_LEN];
	u32 proto;
};

static bool has_ports(u8 proto)
{
	return proto == IP_PROTO_TCP || proto == IP_PROTO_UDP || proto == IP_PROTO_UDPLITE ||
	       proto == IP_PROTO_SCTP;
}

static void set_keys(struct flow_keys *k, const u8 *src, const u8 *dst, u32 len)
{
	bool swap = memcmp(src, dst, len) > 0;

	memcpy(k->lo, swap ? dst : src, len);
	memcpy(k->hi, swap ? src : dst, len);
}

static void set_ports(struct flow_keys *k, const u8 *ports)
{
	bool swap = memcmp(ports, ports + 2, 2) > 0;

	memcpy(k->ports, ports + (swap ? 2 : 0), 2);
	memcpy(k->ports + 2, ports + (swap ? 0 : 2), 2);
}

/* Offset of the transport header, 0: it is not there. */
static u32 dissect_ip4(const struct sk_buff *skb, u32 off, struct flow_keys *k)
{
	struct ip4_hdr buf;
	const struct ip4_hdr *h = skb_header_pointer(skb, off, sizeof(buf), &buf);

	if (!h || ip4_hdrlen(h) < IP4_HLEN)
		return 0;
	set_keys(k, (const u8 *)&h->saddr, (const u8 *)&h->daddr, sizeof(h->saddr));
	k->proto = h->protocol;
	return ip4_is_fragment(h) ? 0 : off + ip4_hdrlen(h);
}

static u32 dissect_ip6(const struct sk_buff *skb, u32 off, struct flow_keys *k)
{
	struct ip6_hdr buf;
	const struct ip6_hdr *h = skb_header_pointer(skb, off, sizeof(buf), &buf);
	int n;

	if (!h)
		return 0;
	set_keys(k, h->saddr.b, h->daddr.b, sizeof(h->saddr.b));
	k->proto = h->nexthdr;
	off += IP6_HLEN;
	for (n = 0; n < IP6_EXT_MAX; n++) {
		u8 ext[2];

		if (k->proto != IP_PROTO_HOPOPTS && k->proto != IP_PROTO_ROUTING &&
		    k->proto != IP_PROTO_DSTOPTS)
			return off;
		if (skb_copy_bits(skb, off, ext, sizeof(ext)))
			return 0;
		k->proto = ext[0];
		off += (ext[1] + 1u) * 8;
	}
	return 0;
}

/* Where the IP header is: behind the link header, whether that is still before data or not. */
static u32 ip_offset(const struct sk_buff *skb)
{
	u32 link_end = skb->mac_header + (u32)skb->mac_len;

	return link_end > skb_headroom(skb) ? link_end - skb_headroom(skb) : 0;
}

u32 skb_flow_hash(const struct sk_buff *skb, u16 type, u32 off)
{
	struct flow_keys k = { .proto = 0 };
	u8 ports[PORTS_LEN];
	u32 hash;

	if (type == ETH_TYPE_IP4)
		off = dissect_ip4(skb, off, &k);
	else if (type == ETH_TYPE_IP6)
		off = dissect_ip6(skb, off, &k);
	else
		return type;
	if (off && has_ports((u8)k.proto) && !skb_copy_bits(skb, off, ports, sizeof(ports)))
		set_ports(&k, ports);
	hash = (u32)siphash(&k, sizeof(k), &skb->net->hash_key);
	return hash ? hash : 1;
}

u32 skb_get_hash(struct sk_buff *skb)
{
	if (!skb->l4_hash && !skb->sw_hash) {
		skb->hash = skb_flow_hash(skb, skb->protocol, ip_offset(skb));
		skb->sw_hash = true;
	}
	return skb->hash;
}
