/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARP for IPv4 over Ethernet (RFC 826, RFC 1122 2.3.2, RFC 5227), with Linux's switches. The cache
 * and its state machine are core/neigh.c's; this file makes and reads the packets.
 */
#include <errno.h>

#include "ipv4/ip4.h"

#define ARP_DEFEND_INTERVAL (10 * NSEC_PER_SEC)

/* -- sending -------------------------------------------------------------------- */

/* tha NULL: zeros; to NULL: broadcast. */
static void arp_send(struct net_device *dev, u16 op, be32 spa, be32 tpa, const u8 *tha,
		     const u8 *to)
{
	struct net *net = dev->net;
	struct arp_eth_ip4 *a;
	struct sk_buff *skb;

	if ((dev->flags & DEV_NOARP) || dev->addr_len != ETH_ALEN)
		return;
	skb = alloc_skb(net, SKB_HEADROOM + sizeof(*a));
	if (!skb)
		return;
	skb_reserve(skb, SKB_HEADROOM);
	a = skb_put(skb, sizeof(*a));
	a->h.hrd = be16_make(ARP_HRD_ETHER);
	a->h.pro = be16_make(ETH_TYPE_IP4);
	a->h.hln = ETH_ALEN;
	a->h.pln = 4;
	a->h.op = be16_make(op);
	eth_addr_copy(a->sha, dev->dev_addr);
	a->spa = spa;
	memset(a->tha, 0, ETH_ALEN);
	if (tha)
		eth_addr_copy(a->tha, tha);
	a->tpa = tpa;
	skb_reset_network_header(skb);
	skb->dev = dev;
	skb->protocol = ETH_TYPE_ARP;
	if (dev_hard_header(skb, dev, ETH_TYPE_ARP, to ?: dev->broadcast, NULL) < 0) {
		kfree_skb_reason(skb, SKB_DROP_DEV_HDR);
		return;
	}
	if (nf_hook(NF_PROTO_ARP, NF_LOCAL_OUT, net, NULL, skb, NULL, dev) == NF_ACCEPT)
		dev_queue_xmit(skb);
}

void arp_announce(struct ip_ifaddr *ifa)
{
	be32 a = be32_of(&ifa->ifa.local);

	if (ifa->net->shard)	/* the first one speaks for all */
		return;
	arp_send(ifa->ifa.dev, ARP_OP_REQUEST, a, a, NULL, NULL);
}

/* Is a's address in one subnet with target, by one of dev's addresses? */
static bool same_subnet(const struct net_device *dev, const union inet_addr *target,
			const union inet_addr *a)
{
	const struct in_device *idev = in_dev_get(dev);
	const struct inet_ifaddr *ifa;

	if (!idev)
		return false;
	list_for_each_entry(ifa, &idev->base.addrs, list) {
		struct inet_prefix p = { ifa->local, INET_FAMILY_4, ifa->prefixlen };

		if (inet_prefix_match(&p, target) && inet_prefix_match(&p, a))
			return true;
	}
	return false;
}

/* Sender address of a request: that of the packet that asks, as far as arp_announce lets. */
static bool choose_source(struct neighbour *n, const struct sk_buff *skb, be32 *spa)
{
	struct net *net = n->tbl->net;
	union inet_addr target = inet_addr_from4(n->key), src;
	u8 mode = IN_DEV_MAX(net, in_dev_get(n->dev), arp_announce);

	if (skb && mode < 2 && ip4_version(ip4_hdr(skb)) == 4) {
		src = inet_addr_be(ip4_hdr(skb)->saddr);
		if (ip4_addr_type(net, &src, NULL) == RTN_LOCAL &&
		    (mode == 0 || same_subnet(n->dev, &target, &src))) {
			*spa = be32_of(&src);
			return true;
		}
	}
	if (!ip4_select_saddr(net, n->dev, &target, &src))
		return false;
	*spa = be32_of(&src);
	return true;
}

static void arp_solicit(struct neighbour *n, const struct sk_buff *skb)
{
	const u8 *to = NULL;
	be32 spa, tpa;

	if (!in_dev_get(n->dev) || !choose_source(n, skb, &spa))
		return;
	memcpy(&tpa, n->key, 4);
	if (n->probes < n->parms->ucast_probes && (n->nud_state & NUD_VALID))
		to = n->ha;
	arp_send(n->dev, ARP_OP_REQUEST, spa, tpa, NULL, to);	/* what is asked for is not told */
}

static void arp_error_report(struct neighbour *n, struct sk_buff *skb)
{
	(void)n;
	icmp4_send(skb, ICMP4_TYPE_UNREACH, ICMP4_UNREACH_HOST, be32_make(0));
	kfree_skb_reason(skb, SKB_DROP_NEIGH_FAILED);
}

static int arp_constructor(struct neighbour *n)
{
	union inet_addr a = inet_addr_from4(n->key);
	struct net_device *dev = n->dev;

	if (!in_dev_get(dev))
		return -EINVAL;
	n->type = (u8)ip4_addr_type(dev->net, &a, dev);
	if (dev->flags & (DEV_LOOPBACK | DEV_NOARP | DEV_POINTOPOINT)) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev->flags & DEV_LOOPBACK ? dev->dev_addr : dev->broadcast,
		       sizeof(n->ha));
	} else if (n->type == RTN_MULTICAST) {
		n->nud_state = NUD_NOARP;
		ip_mc_map(&a, INET_FAMILY_4, n->ha);
	} else if (n->type == RTN_BROADCAST) {
		n->nud_state = NUD_NOARP;
		memcpy(n->ha, dev->broadcast, sizeof(n->ha));
	}
	return 0;
}

/* -- receiving -------------------------------------------------------------------- */

static enum skb_drop_reason check_packet(struct sk_buff *skb, const struct net_device *dev)
{
	const struct arp_eth_ip4 *a;
	u16 hrd;

	if (dev->flags & (DEV_NOARP | DEV_LOOPBACK))
		return SKB_DROP_ARP_FILTERED;
	if (skb->pkt_type == PACKET_OTHERHOST)
		return SKB_DROP_OTHERHOST;
	if (!pskb_may_pull(skb, sizeof(*a)))
		return SKB_DROP_ARP_HDR;
	a = (const struct arp_eth_ip4 *)skb->data;
	hrd = be16_get(a->h.hrd);
	if ((hrd != ARP_HRD_ETHER && hrd != ARP_HRD_IEEE802) ||
	    be16_get(a->h.pro) != ETH_TYPE_IP4 || a->h.hln != ETH_ALEN || a->h.pln != 4)
		return SKB_DROP_ARP_HDR;
	if (be16_get(a->h.op) != ARP_OP_REQUEST && be16_get(a->h.op) != ARP_OP_REPLY)
		return SKB_DROP_ARP_IGNORED;
	if (!eth_addr_is_valid(a->sha))
		return SKB_DROP_ARP_INVALID;
	if (ip4_is_multicast(a->tpa) || ip4_is_loopback(a->tpa) || ip4_is_lbcast(a->tpa))
		return SKB_DROP_ARP_INVALID;
	if (ip4_is_multicast(a->spa) || ip4_is_loopback(a->spa) || ip4_is_lbcast(a->spa) ||
	    (ip4_is_zeronet(a->spa) && !be32_is_zero(a->spa)))
		return SKB_DROP_ARP_INVALID;
	return SKB_NOT_DROPPED;
}

/* Somebody else uses ifa's address. Tells him so, at most once in 10 s (RFC 5227 2.4 b). */
static void conflict(struct ip_ifaddr *ifa)
{
	struct net *net = ifa->net;
	char text[INET_ADDRSTRLEN_NS];

	if (net->shard || (ifa->conflict_at && net->now - ifa->conflict_at < ARP_DEFEND_INTERVAL))
		return;
	ifa->conflict_at = net->now ?: 1;
	inet_addr_ntop(&ifa->ifa.local, text, sizeof(text));
	net_log(net, 4, "%s: address %s is used by another host", ifa->ifa.dev->name, text);
	arp_announce(ifa);
}

/* arp_ignore: do we answer for tpa on dev? */
static bool may_reply(struct net *net, const struct net_device *dev, const union inet_addr *spa,
		      const union inet_addr *tpa)
{
	const struct ip_ifaddr *ifa = inet_ifaddr_find(net, tpa, dev);
	u8 mode = IN_DEV_MAX(net, in_dev_get(dev), arp_ignore);

	switch (mode) {
	case 0:
		return ip4_addr_type(net, tpa, NULL) == RTN_LOCAL;
	case 1:
		return ifa;
	case 2:
		return ifa && same_subnet(dev, tpa, spa);
	case 3:
		ifa = ifa ?: inet_ifaddr_find(net, tpa, NULL);
		return ifa && ifa->ifa.scope < RT_SCOPE_LINK_NS;
	default:
		return false;
	}
}

/* arp_filter: only the device that the way back leads to answers. */
static bool filtered(struct net *net, const struct net_device *dev, const union inet_addr *spa)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = *spa };
	struct fib_result res;

	if (!IN_DEV_MAX(net, in_dev_get(dev), arp_filter))
		return false;
	return fib_lookup(net, &fl, &res) || res.entry->r.dev != dev;
}

/* A request for one of our addresses: note who asks, answer. */
static void answer(struct net *net, struct net_device *dev, const struct arp_eth_ip4 *a)
{
	struct neighbour *n;

	if (!be32_is_zero(a->spa)) {
		n = neigh_get(&net->ipv4.arp_tbl, &a->spa, dev);
		if (!n)
			return;
		neigh_update(n, a->sha, NUD_STALE, NEIGH_UPDATE_F_OVERRIDE);
		neigh_release(n);
	}
	if (!net->shard)
		arp_send(dev, ARP_OP_REPLY, a->tpa, a->spa, a->sha, a->sha);
}

/* What a packet that is no request for us says of its sender: updates an entry, makes none. */
static void learn(struct net *net, struct net_device *dev, const struct arp_eth_ip4 *a, u8 pkt_type)
{
	bool gratuitous = be32_eq(a->spa, a->tpa), is_reply = be16_get(a->h.op) == ARP_OP_REPLY;
	struct neigh_table *tbl = &net->ipv4.arp_tbl;
	struct neighbour *n = neigh_lookup(tbl, &a->spa, dev);
	u8 state = NUD_REACHABLE;
	bool override;

	if (!n && gratuitous && IN_DEV_MAX(net, in_dev_get(dev), arp_accept))
		n = neigh_get(tbl, &a->spa, dev);
	if (!n)
		return;
	if (gratuitous && IN_DEV_MAX(net, in_dev_get(dev), drop_gratuitous_arp)) {
		neigh_release(n);
		return;
	}
	/* within locktime of the last update the first answer stands, unless it is announced */
	override = gratuitous || net->now > n->updated + n->parms->locktime_ns;
	if (!is_reply || pkt_type != PACKET_HOST)
		state = NUD_STALE;
	neigh_update(n, a->sha, state, override ? NEIGH_UPDATE_F_OVERRIDE : 0);
	neigh_release(n);
}

static enum skb_drop_reason arp_process(struct net *net, struct net_device *dev,
					const struct sk_buff *skb)
{
	const struct arp_eth_ip4 *a = (const struct arp_eth_ip4 *)skb->data;
	union inet_addr spa = inet_addr_be(a->spa), tpa = inet_addr_be(a->tpa);
	struct ip_ifaddr *own = inet_ifaddr_find(net, &spa, dev);

	if (own) {
		if (eth_addr_equal(a->sha, dev->dev_addr))
			return SKB_DROP_ARP_IGNORED;	/* our own, come back */
		conflict(own);
		return SKB_DROP_ARP_INVALID;
	}
	if (inet_ifaddr_find(net, &spa, NULL))
		return SKB_DROP_ARP_INVALID;		/* of another device of ours */
	if (be16_get(a->h.op) == ARP_OP_REQUEST && may_reply(net, dev, &spa, &tpa) &&
	    (be32_is_zero(a->spa) || !filtered(net, dev, &spa))) {
		answer(net, dev, a);
		return SKB_NOT_DROPPED;
	}
	if (be32_is_zero(a->spa))
		return SKB_DROP_ARP_IGNORED;		/* a probe for somebody else's address */
	learn(net, dev, a, skb->pkt_type);
	return SKB_NOT_DROPPED;
}

void arp_rcv(struct sk_buff *skb, struct net_device *dev, struct packet_type *pt)
{
	struct net *net = dev->net;
	enum skb_drop_reason reason = check_packet(skb, dev);

	(void)pt;
	if (!reason && !in_dev_get(dev))
		reason = SKB_DROP_ARP_FILTERED;
	if (reason) {
		kfree_skb_reason(skb, reason);
		return;
	}
	if (nf_hook(NF_PROTO_ARP, NF_LOCAL_IN, net, NULL, skb, dev, NULL) != NF_ACCEPT)
		return;
	reason = arp_process(net, dev, skb);
	if (reason)
		kfree_skb_reason(skb, reason);
	else
		consume_skb(skb);
}

/* -- life --------------------------------------------------------------------------- */

int arp_init(struct net *net)
{
	struct neigh_table *tbl = &net->ipv4.arp_tbl;

	tbl->protocol = ETH_TYPE_IP4;
	tbl->key_len = 4;
	tbl->constructor = arp_constructor;
	tbl->solicit = arp_solicit;
	tbl->error_report = arp_error_report;
	return neigh_table_init(net, tbl);
}

void arp_exit(struct net *net)
{
	neigh_table_exit(&net->ipv4.arp_tbl);
}
