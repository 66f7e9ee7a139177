/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire/ip6_ext.h"

static const struct ip6_ext_hdr *ip6_ext_stop(struct ip6_ext_cursor *cur, enum ip6_ext_err err)
{
	cur->err = err;
	cur->len = 0;
	return NULL;
}

/* Length of the header at the cursor, whose first two octets can be read. */
static u32 ip6_ext_len(u8 type, const struct ip6_ext_hdr *h)
{
	if (type == IP_PROTO_FRAGMENT)
		return IP6_FRAG_HLEN;
	if (type == IP_PROTO_AH)
		return (h->hdrlen + 2u) * 4;
	return (h->hdrlen + 1u) * 8;
}

/* Makes the header at cur->off, of type cur->type, the current one, or ends the walk. */
static const struct ip6_ext_hdr *ip6_ext_enter(struct ip6_ext_cursor *cur)
{
	const struct ip6_ext_hdr *h = (const void *)(cur->pkt + cur->off);
	u32 left = cur->pkt_len - cur->off;

	cur->len = 0;
	if (!ip6_is_ext_hdr(cur->type))
		return NULL;
	if (cur->type == IP_PROTO_HOPOPTS && cur->count)
		return ip6_ext_stop(cur, IP6_EXT_HBH_NOT_FIRST);
	if (cur->count == IP6_EXT_MAX)
		return ip6_ext_stop(cur, IP6_EXT_TOO_MANY);
	if (left < 8 || left < ip6_ext_len(cur->type, h))
		return ip6_ext_stop(cur, IP6_EXT_TRUNCATED);
	cur->len = ip6_ext_len(cur->type, h);
	cur->count++;
	if (cur->type == IP_PROTO_FRAGMENT)
		cur->frag_off = cur->off;
	return h;
}

const struct ip6_ext_hdr *ip6_ext_first(struct ip6_ext_cursor *cur, const void *pkt, u32 len)
{
	*cur = (struct ip6_ext_cursor){ .pkt = pkt, .pkt_len = len };
	if (len < IP6_HLEN)
		return ip6_ext_stop(cur, IP6_EXT_TRUNCATED);
	cur->off = IP6_HLEN;
	cur->nexthdr_off = offsetof(struct ip6_hdr, nexthdr);
	cur->type = cur->pkt[cur->nexthdr_off];
	return ip6_ext_enter(cur);
}

const struct ip6_ext_hdr *ip6_ext_next(struct ip6_ext_cursor *cur)
{
	const u8 *h = cur->pkt + cur->off;
	bool later;

	if (cur->err || !cur->len)
		return NULL;
	later = cur->type == IP_PROTO_FRAGMENT && get_be16(h + 2) & IP6_OFFMASK;
	cur->nexthdr_off = cur->off;
	cur->type = h[0];
	cur->off += cur->len;
	if (later) {
		/* What follows is the middle of something: its bytes are no header. */
		cur->later_fragment = true;
		cur->len = 0;
		return NULL;
	}
	return ip6_ext_enter(cur);
}

bool ip6_tlv_first(struct ip6_tlv_cursor *cur, struct ip6_tlv *t, const void *hdr, u32 hdr_len)
{
	*cur = (struct ip6_tlv_cursor){ .hdr = hdr, .hdr_len = hdr_len, .off = 2 };
	return ip6_tlv_next(cur, t);
}

bool ip6_tlv_next(struct ip6_tlv_cursor *cur, struct ip6_tlv *t)
{
	const u8 *p = cur->hdr + cur->off;
	u32 left;

	if (cur->err || cur->off >= cur->hdr_len)
		return false;
	left = cur->hdr_len - cur->off;
	*t = (struct ip6_tlv){ .type = p[0], .off = cur->off, .data = p + 1 };
	if (t->type == IP6_TLV_PAD1) {
		cur->off++;
		return true;
	}
	if (left < 2 || p[1] + 2u > left) {
		cur->err = true;
		return false;
	}
	t->len = p[1];
	t->data = p + 2;
	cur->off += t->len + 2u;
	return true;
}
