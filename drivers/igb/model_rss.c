// SPDX-License-Identifier: BSD-2-Clause
/* Receive side scaling (7.1.1.7): which fields are hashed is MRQC's choice, how is Toeplitz's. */
#include "drivers/igb/model_priv.h"

#include "wire/wire.h"

/* Over addresses (len octets) and, if there are any, ports. Most packets are of the flow of the last. */
static u32 hash_fields(struct e1000_model *m, const u8 *addrs, u32 len, const u8 *ports)
{
	struct im_rss_last *last = &im_of(m)->rss_last;
	u8 in[IM_RSS_INPUT], key[IGB_RSS_KEY];
	u32 i;

	memcpy(in, addrs, len);
	if (ports) {
		memcpy(in + len, ports, 4);
		len += 4;
	}
	if (last->len == len && !memcmp(last->in, in, len) &&
	    !memcmp(last->key, em_reg(m, IGB_RSSRK), sizeof(last->key)))
		return last->hash;
	for (i = 0; i < sizeof(key); i++) /* RSSRK holds its octets from the lowest on */
		key[i] = (u8)(em_get(m, IGB_RSSRK + (i & ~3u)) >> (8 * (i & 3)));
	memcpy(last->in, in, len);
	memcpy(last->key, em_reg(m, IGB_RSSRK), sizeof(last->key));
	last->len = len;
	last->hash = toeplitz(key, in, len);
	return last->hash;
}

static u32 hash_ip4(struct e1000_model *m, const u8 *ip, u32 len, u32 *type)
{
	u32 mrqc = em_get(m, IGB_MRQC), hlen;

	if (len < IP4_HLEN || ip[0] >> 4 != 4)
		return 0;
	hlen = (ip[0] & 15) * 4u;
	if (!(get_be16(ip + 6) & 0x3fff) && hlen >= IP4_HLEN && len >= hlen + 4) {
		if (ip[9] == IP_PROTO_TCP && (mrqc & IGB_MRQC_TCP4))
			*type = IGB_RSS_TCP4;
		else if (ip[9] == IP_PROTO_UDP && (mrqc & IGB_MRQC_UDP4))
			*type = IGB_RSS_UDP4;
	}
	if (*type)
		return hash_fields(m, ip + 12, 8, ip + hlen);
	if (!(mrqc & IGB_MRQC_IP4))
		return 0;
	*type = IGB_RSS_IP4;
	return hash_fields(m, ip + 12, 8, NULL);
}

static u32 hash_ip6(struct e1000_model *m, const u8 *ip, u32 len, u32 *type)
{
	u32 mrqc = em_get(m, IGB_MRQC);

	if (len < IP6_HLEN || ip[0] >> 4 != 6)
		return 0;
	if (len >= IP6_HLEN + 4) {
		if (ip[6] == IP_PROTO_TCP && (mrqc & IGB_MRQC_TCP6))
			*type = IGB_RSS_TCP6;
		else if (ip[6] == IP_PROTO_UDP && (mrqc & IGB_MRQC_UDP6))
			*type = IGB_RSS_UDP6;
	}
	if (*type)
		return hash_fields(m, ip + 8, 32, ip + IP6_HLEN);
	if (!(mrqc & IGB_MRQC_IP6))
		return 0;
	*type = IGB_RSS_IP6;
	return hash_fields(m, ip + 8, 32, NULL);
}

/* *type: IGB_RSS_NONE when there is nothing to hash, or no RSS. */
u32 im_rss(struct e1000_model *m, const u8 *frame, u32 len, u32 *type)
{
	u32 mode = em_get(m, IGB_MRQC) & IGB_MRQC_MODE;
	u32 l3 = em_frame_tagged(m, frame, len) ? ETH_HLEN + VLAN_TAG_LEN : ETH_HLEN;
	u16 ethertype = get_be16(frame + l3 - 2);

	*type = IGB_RSS_NONE;
	if (mode != IGB_MRQC_RSS && mode != IGB_MRQC_VMDQ_RSS)
		return 0;
	if (ethertype == ETH_TYPE_IP4)
		return hash_ip4(m, frame + l3, len - l3, type);
	if (ethertype == ETH_TYPE_IP6)
		return hash_ip6(m, frame + l3, len - l3, type);
	return 0;
}
