/* SPDX-License-Identifier: BSD-2-Clause */
/* Which shard has a packet, and how it gets there (shard.h). */
#include "core/shard.h"

#include "core/internal.h"
#include "wire/wire.h"

enum {
	SHARD_LEAD_MAX = 64,	/* octets of a link header that go along */
	PORTS_LEN = 4,
	FIRST_SHARD = 0,
};

/* -- the rule ----------------------------------------------------------------------------------- */

/* local: where our own port is. What is too short is refused by whoever gets it. */
static u32 of_ports(u8 proto, const u8 *l4, u32 len, u32 local, u32 nr)
{
	if (len < PORTS_LEN)
		return FIRST_SHARD;
	if (proto == IP_PROTO_TCP)
		return shard_of_ports(get_be16(l4), get_be16(l4 + 2), nr);
	return shard_of_port(get_be16(l4 + local), nr);
}

static bool has_ports(u8 proto)
{
	return proto == IP_PROTO_TCP || proto == IP_PROTO_UDP || proto == IP_PROTO_UDPLITE;
}

/* Where the transport header of an unfragmented packet is; false: there is none that we could read. */
static bool find_transport4(const u8 *p, u32 len, u8 *proto, u32 *off)
{
	const struct ip4_hdr *iph = (const struct ip4_hdr *)p;

	if (len < IP4_HLEN || ip4_version(iph) != 4)
		return false;
	*off = ip4_hdrlen(iph);
	*proto = iph->protocol;
	return *off >= IP4_HLEN && *off <= len && !ip4_is_fragment(iph);
}

static bool find_transport6(const u8 *p, u32 len, u8 *proto, u32 *off)
{
	struct ip6_ext_cursor cur;

	if (len < IP6_HLEN)
		return false;
	for (const struct ip6_ext_hdr *e = ip6_ext_first(&cur, p, len); e; e = ip6_ext_next(&cur))
		if (cur.type == IP_PROTO_FRAGMENT)
			return false;
	*proto = cur.type;
	*off = cur.off;
	return cur.err == IP6_EXT_OK && !cur.later_fragment;
}

/* A packet that we sent: the first of its ports is ours. */
static u32 of_quoted(const u8 *p, u32 len, bool v6, u32 nr)
{
	u8 proto;
	u32 off;

	if (v6 ? !find_transport6(p, len, &proto, &off) : !find_transport4(p, len, &proto, &off))
		return FIRST_SHARD;
	return has_ports(proto) ? of_ports(proto, p + off, len - off, 0, nr) : FIRST_SHARD;
}

static u32 of_icmp4(const u8 *p, u32 len, u32 nr)
{
	if (len < ICMP4_HLEN)
		return FIRST_SHARD;
	if (p[0] == ICMP4_TYPE_REDIRECT)
		return SHARD_ALL;
	if (p[0] == ICMP4_TYPE_ECHO)
		return SHARD_ANY;
	if (!icmp4_type_is_error(p[0]))
		return FIRST_SHARD;
	return of_quoted(p + ICMP4_HLEN, len - ICMP4_HLEN, false, nr);
}

static u32 of_icmp6(const u8 *p, u32 len, u32 nr)
{
	if (len < ICMP6_HLEN)
		return FIRST_SHARD;
	if (p[0] >= ICMP6_TYPE_ROUTER_SOLICIT && p[0] <= ICMP6_TYPE_REDIRECT)
		return SHARD_ALL;
	if (p[0] == ICMP6_TYPE_ECHO_REQUEST)
		return SHARD_ANY;
	if (!icmp6_type_is_error(p[0]))
		return FIRST_SHARD;
	return of_quoted(p + ICMP6_HLEN, len - ICMP6_HLEN, true, nr);
}

static u32 of_transport(u8 proto, const u8 *p, u32 len, bool v6, u32 nr)
{
	if (has_ports(proto))
		return of_ports(proto, p, len, 2, nr);
	if (v6)
		return proto == IP_PROTO_ICMPV6 ? of_icmp6(p, len, nr) : FIRST_SHARD;
	return proto == IP_PROTO_ICMP ? of_icmp4(p, len, nr) : FIRST_SHARD;
}

u32 shard_of_packet(u16 protocol, const u8 *p, u32 len, u32 nr)
{
	bool v6 = protocol == ETH_TYPE_IP6;
	u8 proto;
	u32 off;

	if (protocol == ETH_TYPE_ARP)
		return SHARD_ALL;
	if (protocol != ETH_TYPE_IP4 && !v6)
		return FIRST_SHARD;
	if (v6 ? !find_transport6(p, len, &proto, &off) : !find_transport4(p, len, &proto, &off))
		return FIRST_SHARD;
	return of_transport(proto, p + off, len - off, v6, nr);
}

/* The octets that the rule looks at, from off on: in place, or copied to buf. */
static const u8 *look_at(const struct sk_buff *skb, u32 off, u8 *buf, u32 *len)
{
	*len = min_t(u32, skb->len - off, SHARD_LOOK);
	return skb_header_pointer(skb, off, *len, buf);
}

/* -- steering ----------------------------------------------------------------------------------- */

static void hand_over(struct sk_buff *skb, u32 to)
{
	struct net *net = skb->net;

	if (net->group->post(net, to, skb, SHARD_RX))
		consume_skb(skb);
	else
		kfree_skb_reason(skb, SKB_DROP_SHARD_FULL);
}

/* The first shard counts and answers it, wherever it came. */
static void tell_others(struct sk_buff *skb)
{
	struct net *net = skb->net;
	u32 i;

	for (i = 0; i < net->group->nr; i++)
		if (i != net->shard)
			net->group->post(net, i, skb, i == FIRST_SHARD ? SHARD_RX : SHARD_LEARN);
	if (net->shard != FIRST_SHARD)
		skb->steered = SHARD_LEARN;
}

/* RPS: of the shards that its receive queue lets, the one of its flow; none is let: here. */
static u32 by_flow(struct sk_buff *skb, const struct net_device *in)
{
	u32 rxq = skb_rx_queue_recorded(skb) ? skb_get_rx_queue(skb) : 0;
	u32 shards = rxq < in->num_rx_queues ? in->rx[rxq].rps_cpus : 0, i;

	if (!shards)
		return skb->net->shard;
	for (i = reciprocal_scale(skb_get_hash(skb), bits_weight64(shards)); i; i--)
		shards &= shards - 1;
	return (u32)__builtin_ctz(shards);
}

bool shard_steer(struct sk_buff *skb, const struct net_device *in)
{
	struct net *net = skb->net;
	u8 buf[SHARD_LOOK];
	const u8 *p;
	u32 len, to;

	p = look_at(skb, 0, buf, &len);
	if (net->ip.in_transit && net->ip.in_transit(skb))
		to = SHARD_ANY;
	else
		to = p ? shard_of_packet(skb->protocol, p, len, net->group->nr) : FIRST_SHARD;
	if (to == SHARD_ANY)
		to = by_flow(skb, in);
	if (to == net->shard)
		return false;
	if (to == SHARD_ALL) {
		tell_others(skb);
		return false;
	}
	hand_over(skb, to);
	return true;
}

bool shard_steer_whole(struct sk_buff *skb, u8 proto, u32 off, u16 frag_max)
{
	struct net *net = skb->net;
	u8 buf[SHARD_LOOK];
	const u8 *p;
	u32 len, to;

	p = off <= skb->len ? look_at(skb, off, buf, &len) : NULL;
	to = p ? of_transport(proto, p, len, skb->protocol == ETH_TYPE_IP6, net->group->nr) : FIRST_SHARD;
	/* what teaches does not come in pieces: RFC 6980 */
	if (to == net->shard || to == SHARD_ALL || to == SHARD_ANY)
		return false;
	skb->frag_max = frag_max ? frag_max : 1;
	hand_over(skb, to);
	return true;
}

/* -- raw sockets -------------------------------------------------------------------------------- */

static u32 users(const struct net *net, u8 af_bit, u8 proto)
{
	return __atomic_load_n(&net->group->raw_users[af_bit][proto], __ATOMIC_RELAXED);
}

void shard_raw(const struct sk_buff *skb, u8 af_bit, u8 proto)
{
	const u8 icmp = af_bit ? IP_PROTO_ICMPV6 : IP_PROTO_ICMP;
	struct net *net = skb->net;

	/* an ICMP error may be about a packet of any of them: 0 counts all */
	if (net->shard != FIRST_SHARD && skb->steered != SHARD_LEARN &&
	    users(net, af_bit, proto == icmp ? 0 : proto))
		net->group->post(net, FIRST_SHARD, skb, SHARD_RAW);
}

void shard_raw_user(struct net *net, u8 af_bit, u8 proto, int inc)
{
	if (!net->group)
		return;
	__atomic_fetch_add(&net->group->raw_users[af_bit][proto], (u32)inc, __ATOMIC_RELAXED);
	__atomic_fetch_add(&net->group->raw_users[af_bit][0], (u32)inc, __ATOMIC_RELAXED);
}

void shard_tap(const struct sk_buff *skb, u8 pkt_type)
{
	struct sk_buff *clone = skb->net->shard != FIRST_SHARD ? skb_clone(skb) : NULL;

	if (!clone)
		return;
	clone->pkt_type = pkt_type;
	if (skb_headroom(clone) > clone->mac_header)
		skb_push(clone, skb_headroom(clone) - clone->mac_header);
	skb->net->group->post(skb->net, FIRST_SHARD, clone, SHARD_TAP);
	consume_skb(clone);
}

void shard_packet_user(struct net *net, int inc)
{
	if (net->group)
		__atomic_fetch_add(&net->group->packet_users, (u32)inc, __ATOMIC_RELAXED);
}

/* -- between the shards ------------------------------------------------------------------------- */

/* Octets of the link header that are still there, before the network header. */
static u32 lead_of(const struct sk_buff *skb)
{
	u32 lead = (u32)(skb->network_header - skb->mac_header);

	return skb->mac_header < skb->network_header && lead <= SHARD_LEAD_MAX ? lead : 0;
}

/* From the link header on. */
static bool is_frame(enum shard_kind kind)
{
	return kind == SHARD_TX || kind == SHARD_TAP;
}

static const u8 *start_of(const struct sk_buff *skb, enum shard_kind kind)
{
	return is_frame(kind) ? skb->data : skb_network_header(skb) - lead_of(skb);
}

u32 shard_msg_size(const struct sk_buff *skb, enum shard_kind kind)
{
	return (u32)(sizeof(struct shard_msg) + (size_t)(skb->data - start_of(skb, kind)) + skb->len);
}

void shard_pack(struct shard_msg *m, const struct sk_buff *skb, enum shard_kind kind)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	const u8 *from = start_of(skb, kind);
	u32 before = (u32)(skb->data - from);

	*m = (struct shard_msg){
		.kind = (u8)kind, .from = (u8)skb->net->shard, .pkt_type = skb->pkt_type,
		.ip_summed = skb->ip_summed,
		.gso_type = si->gso_type, .gso_size = si->gso_size, .gso_segs = si->gso_segs,
		.looped = kind == SHARD_RX && skb->dst &&
			  (skb->pkt_type == PACKET_MULTICAST || skb->pkt_type == PACKET_BROADCAST),
		.lead = (u8)(is_frame(kind) ? skb->mac_len : lead_of(skb)), .whole = skb->frag_max != 0,
		.l4_hash = skb->l4_hash, .protocol = skb->protocol, .vlan_tci = skb->vlan_tci,
		.vlan_proto = skb->vlan_proto, .csum_offset = skb->csum_offset, .frag_max = skb->frag_max,
		.queue = skb->queue_mapping, .ifindex = skb->dev->ifindex, .hash = skb->hash,
		.napi_id = skb->napi_id, .mark = skb->mark, .priority = skb->priority,
		.tstamp = skb->tstamp, .len = before + skb->len,
	};
	m->l3 = (u16)(skb->network_header - (u16)(from - skb->head));
	m->l4 = (u16)(skb->transport_header - (u16)(from - skb->head));
	if (m->ip_summed == CHECKSUM_PARTIAL)
		m->csum_start = (u16)(skb->csum_start - (u16)(from - skb->head));
	else if (m->ip_summed == CHECKSUM_COMPLETE)
		m->ip_summed = CHECKSUM_NONE;	/* of other octets than go along */
	memcpy(m->data, from, before);
	skb_copy_bits(skb, 0, m->data + before, skb->len);
}

static struct sk_buff *unpack(struct net *net, const struct shard_msg *m, struct net_device *dev)
{
	struct sk_buff *skb = alloc_skb(net, SKB_HEADROOM + m->len);

	if (!skb)
		return NULL;
	skb_reserve(skb, SKB_HEADROOM);
	skb_put_data(skb, m->data, m->len);
	skb->dev = dev;
	skb->pkt_type = m->pkt_type;
	skb->ip_summed = m->ip_summed;
	skb->csum_start = (u16)(m->csum_start + SKB_HEADROOM);
	skb->csum_offset = m->csum_offset;
	skb_shinfo(skb)->gso_type = m->gso_type;
	skb_shinfo(skb)->gso_size = m->gso_size;
	skb_shinfo(skb)->gso_segs = m->gso_segs;
	skb->protocol = m->protocol;
	skb->vlan_tci = m->vlan_tci;
	skb->vlan_proto = m->vlan_proto;
	skb->hash = m->hash;
	skb->l4_hash = m->l4_hash;
	skb->queue_mapping = m->queue;
	skb->napi_id = m->napi_id;
	skb->mark = m->mark;
	skb->priority = m->priority;
	skb->tstamp = m->tstamp;
	skb_reset_mac_header(skb);
	skb->mac_len = m->lead;
	skb->network_header = (u16)(m->l3 + SKB_HEADROOM);
	skb->transport_header = (u16)(m->l4 + SKB_HEADROOM);
	if (m->kind == SHARD_TX)
		skb->sent_by = m->from + 1;
	if (is_frame(m->kind))
		return skb;
	skb_pull(skb, m->lead);
	skb_reset_network_header(skb);
	skb_reset_transport_header(skb);
	return skb;
}

/* Its fragments were counted where they came: that the whole is counted, too, is taken back beforehand. */
static void uncount_whole(struct net *net, const struct shard_msg *m)
{
	const u8 *ip = m->data + m->lead;

	if (m->protocol == ETH_TYPE_IP4) {
		net->mib[MIB_Ip_InReceives]--;
		net->mib[MIB_IpExt_InOctets] -= m->len - m->lead;
		net->mib[MIB_IpExt_InNoECTPkts + (ip[1] & INET_ECN_MASK)]--;
	} else {
		net->mib[MIB_Ip6_InReceives]--;
		net->mib[MIB_Ip6_InOctets] -= m->len - m->lead;
		net->mib[MIB_Ip6_InNoECTPkts + (ip[1] >> 4 & INET_ECN_MASK)]--;
	}
}

static void input_received(struct net *net, const struct shard_msg *m, struct sk_buff *skb)
{
	skb->steered = m->kind;
	skb->frag_max = m->frag_max;
	if (m->kind == SHARD_RX && m->whole)
		uncount_whole(net, m);
	if (m->looped) {
		skb->dst = net->ip.looped_dst(net, skb);
		if (!skb->dst) {
			consume_skb(skb);
			return;
		}
	}
	netif_rx(skb);
}

void shard_input(struct net *net, const struct shard_msg *m)
{
	struct net_device *dev = dev_get_by_index(net, m->ifindex);
	struct sk_buff *skb = dev ? unpack(net, m, dev) : NULL;

	if (!skb)	/* the device is gone, or no memory: counted as if it had been a packet here */
		net->drops[dev ? SKB_DROP_NOMEM : SKB_DROP_DEV_READY]++;
	else if (m->kind == SHARD_TX)
		dev_queue_xmit(skb);
	else if (m->kind == SHARD_TAP)
		net->packet.tapped(skb, m->from);
	else
		input_received(net, m, skb);
}

/* -- counters ----------------------------------------------------------------------------------- */

u64 net_mib_sum(const struct net *net, int mib)
{
	const struct net *s;
	u64 sum = 0;
	u32 i;

	for_each_shard(net, s, i)
		sum += s->mib[mib];
	return sum;
}

u64 net_drops_sum(const struct net *net, int reason)
{
	const struct net *s;
	u64 sum = 0;
	u32 i;

	for_each_shard(net, s, i)
		sum += s->drops[reason];
	return sum;
}

/* Each shard has a device of the number; a remote one counts nothing. */
struct net_device_stats dev_stats_sum(const struct net_device *dev)
{
	struct net_device_stats sum = { 0 };
	u64 *to = (u64 *)&sum;
	struct net *s;
	u32 i, k;

	for_each_shard(dev->net, s, i) {
		const struct net_device *d = s == dev->net ? dev : dev_get_by_index(s, dev->ifindex);
		const u64 *from = d ? (const u64 *)&d->stats : to;

		for (k = 0; d && k < sizeof(sum) / sizeof(u64); k++)
			to[k] += from[k];
	}
	return sum;
}

struct net_device *dev_in_shard(const struct net_device *dev, u32 i)
{
	const struct net_group *g = dev->net->group;
	struct net_device *d = g ? dev_get_by_index(g->nets[i], dev->ifindex) :
				   (struct net_device *)(uintptr_t)dev;

	return d && !d->remote ? d : NULL;
}
