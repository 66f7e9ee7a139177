/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A net of the core, ip, ipv4 and ipv6 rooms with a loopback and one Ethernet device t0, for the unit
 * tests of the three IP rooms: frames are handed in as bytes and taken out as bytes.
 */
#ifndef TESTS_UNIT_IP_IPNET_H
#define TESTS_UNIT_IP_IPNET_H

#include "ipv4/ipv4.h"
#include "ipv6/ipv6.h"
#include "tests/unit/fixture.h"

static const u8 ipnet_mac[6] = { 2, 0, 0, 0, 0, 1 };	/* ours */
static const u8 ipnet_peer[6] = { 2, 0, 0, 0, 0, 9 };
static const u8 ipnet_bcast[6] = { 255, 255, 255, 255, 255, 255 };

struct ipnet {
	struct fixture f;
	struct net *net;
	struct net_device *lo, *dev;
	u8 frame[70000];		/* last one sent */
	u32 len;
	u32 rx_allocs;			/* 0: any number while a frame is received; else one less */
};

static inline void ipnet_lo_xmit(struct sk_buff *skb, struct net_device *dev, bool more)
{
	(void)more;
	skb_orphan(skb);
	skb_dst_drop(skb);
	skb->dev = dev;
	cr_assert(eth_type_trans(skb, dev));
	netif_rx(skb);
}

static const struct net_device_ops ipnet_lo_ops = { .ndo_start_xmit = ipnet_lo_xmit };

static inline void ipnet_prefix(struct ipnet *n, const char *text, u32 flags)
{
	struct inet_prefix p;

	cr_assert(inet_prefix_parse(text, &p), "%s", text);
	cr_assert_eq(inet_ifaddr_add(n->net, n->dev, &p, flags), 0, "%s", text);
}

/*
 * With 10.0.0.1/24 and fd00::1/64 (no DAD). The link-local address is tentative until it rests. Routers are
 * neither asked nor listened to.
 */
static inline void ipnet_new(struct ipnet *n, u64 seed)
{
	n->net = fixture_net_new(&n->f, seed);
	cr_assert_eq(ip_net_init(n->net), 0);
	cr_assert_eq(ipv4_net_init(n->net), 0);
	cr_assert_eq(ipv6_net_init(n->net), 0);
	cr_assert_eq(sysctl_set(n->net, "net.ipv6.conf.default.accept_ra", "0"), 0);
	n->lo = alloc_netdev(n->net, "lo", 0);
	ether_setup(n->lo);
	n->lo->ops = &ipnet_lo_ops;
	n->lo->type = DEV_TYPE_LOOPBACK;
	n->lo->flags = DEV_LOOPBACK;
	n->lo->mtu = n->lo->max_mtu = 65536;
	n->lo->tx_queue_len = 0;
	n->lo->features = NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_LOOPBACK;
	n->lo->carrier = true;
	cr_assert_eq(register_netdev(n->lo), 0);
	cr_assert_eq(dev_open(n->lo), 0);
	n->dev = fixture_dev_new(n->net, "t0", 0);
	ipnet_prefix(n, "10.0.0.1/24", 0);
	ipnet_prefix(n, "fd00::1/64", IFA_FLAG_NODAD);
	n->len = 0;
}

static inline void ipnet_free(struct ipnet *n)
{
	struct net_device *dev, *tmp;

	list_for_each_entry_safe(dev, tmp, &n->net->dev_list, list)
		unregister_netdev(dev);
	fixture_settle(n->net);
	ipv6_net_exit(n->net);
	ipv4_net_exit(n->net);
	ip_net_exit(n->net);
	fixture_net_free(&n->f);
}

static inline union inet_addr ipnet_addr(const char *text)
{
	union inet_addr a;
	u16 family;

	cr_assert(inet_addr_pton(text, &a, &family), "%s", text);
	return a;
}

/* Gives the packet of len octets to t0 as a frame, and lets the net come to rest. */
static inline void ipnet_rx_to(struct ipnet *n, const u8 *dst, u16 type, const void *pkt, u32 len)
{
	struct sk_buff *skb = alloc_skb(n->net, len + 64);
	struct eth_hdr *eth;

	cr_assert_not_null(skb);
	skb_reserve(skb, 16);
	eth = skb_put(skb, ETH_HLEN);
	eth_addr_copy(eth->dst, dst);
	eth_addr_copy(eth->src, ipnet_peer);
	eth->type = be16_make(type);
	skb_put_data(skb, pkt, len);
	skb->dev = n->dev;
	n->f.fail_after = (s64)n->rx_allocs - 1;
	fixture_dev_rx(n->dev, skb);
	fixture_settle(n->net);
	n->f.fail_after = -1;
}

static inline void ipnet_rx4(struct ipnet *n, const void *pkt, u32 len)
{
	ipnet_rx_to(n, ipnet_mac, ETH_TYPE_IP4, pkt, len);
}

static inline void ipnet_rx6(struct ipnet *n, const void *pkt, u32 len)
{
	ipnet_rx_to(n, ipnet_mac, ETH_TYPE_IP6, pkt, len);
}

/* The next frame that t0 sent, into n->frame; false: none. Checks that the CPU could send it. */
static inline bool ipnet_tx(struct ipnet *n)
{
	struct sk_buff *skb = skb_dequeue(&fixture_dev(n->dev)->tx);

	n->len = 0;
	if (!skb)
		return false;
	cr_assert_leq(skb->len, sizeof(n->frame));
	cr_assert_eq(skb_copy_bits(skb, 0, n->frame, skb->len), 0);
	n->len = skb->len;
	consume_skb(skb);
	return true;
}

static inline u32 ipnet_tx_count(struct ipnet *n)
{
	return fixture_dev(n->dev)->tx.qlen;
}

static inline void ipnet_tx_drop(struct ipnet *n)
{
	skb_queue_purge(&fixture_dev(n->dev)->tx);
}

/* The frame behind its Ethernet header. */
static inline const u8 *ipnet_l3(const struct ipnet *n)
{
	return n->frame + ETH_HLEN;
}

/* Neighbours that answer at once, so that tests see packets and not solicitations. */
static inline void ipnet_know(struct ipnet *n, const char *addr)
{
	union inet_addr a;
	u16 family;

	cr_assert(inet_addr_pton(addr, &a, &family));
	cr_assert_eq(inet_neigh_add(n->net, n->dev, &a, family, ipnet_peer, NUD_PERMANENT), 0);
}

/* -- IPv4 packets ------------------------------------------------------------- */

struct pkt4 {
	const char *saddr, *daddr;	/* default 10.0.0.2 -> 10.0.0.1 */
	u8 proto, ttl, tos;
	u16 id, frag_off;		/* frag_off as on the wire, host order */
	const u8 *opts;
	u32 optlen;
	const void *payload;
	u32 len;
};

/* Writes p to buf, checksum made; its length. */
static inline u32 pkt4_make(u8 *buf, const struct pkt4 *p)
{
	struct ip4_hdr *h = (struct ip4_hdr *)buf;
	union inet_addr s = ipnet_addr(p->saddr ?: "10.0.0.2");
	union inet_addr d = ipnet_addr(p->daddr ?: "10.0.0.1");
	u32 hlen = IP4_HLEN + p->optlen;

	memset(h, 0, sizeof(*h));
	h->ver_ihl = ip4_ver_ihl(hlen);
	h->tos = p->tos;
	h->tot_len = be16_make((u16)(hlen + p->len));
	h->id = be16_make(p->id);
	h->frag_off = be16_make(p->frag_off);
	h->ttl = p->ttl ?: 64;
	h->protocol = p->proto;
	memcpy(&h->saddr, inet_addr_4(&s), 4);
	memcpy(&h->daddr, inet_addr_4(&d), 4);
	if (p->optlen)
		memcpy(buf + IP4_HLEN, p->opts, p->optlen);
	h->check = ip_fast_csum(h, hlen / 4);
	if (p->len)
		memcpy(buf + hlen, p->payload, p->len);
	return hlen + p->len;
}

static inline void pkt4_rx(struct ipnet *n, const struct pkt4 *p)
{
	u8 buf[66000];

	ipnet_rx4(n, buf, pkt4_make(buf, p));
}

/* An ICMP echo request of len octets of data at buf (8 + len); its length. */
static inline u32 echo4_make(u8 *buf, u16 seq, u32 len)
{
	struct icmp4_hdr *h = (struct icmp4_hdr *)buf;

	memset(h, 0, sizeof(*h));
	h->type = ICMP4_TYPE_ECHO;
	h->un.echo.id = be16_make(0x1234);
	h->un.echo.seq = be16_make(seq);
	for (u32 i = 0; i < len; i++)
		buf[8 + i] = (u8)(i * 7 + seq);
	h->check = csum_fold(csum_partial(buf, 8 + len, 0));
	return 8 + len;
}

/* Takes the next frame; asserts a valid IPv4 packet; returns its header. */
static inline const struct ip4_hdr *ipnet_tx4(struct ipnet *n)
{
	const struct ip4_hdr *h = (const struct ip4_hdr *)ipnet_l3(n);

	if (!ipnet_tx(n))
		return NULL;
	cr_assert_eq(get_be16(n->frame + 12), ETH_TYPE_IP4);
	cr_assert_eq(ip4_version(h), 4);
	cr_assert(be16_is_zero(ip_fast_csum(h, ip4_hdrlen(h) / 4)));
	cr_assert_eq(be16_get(h->tot_len) + ETH_HLEN, n->len);
	return h;
}

/* The same for ICMP; its checksum is right. NULL: nothing was sent. */
static inline const struct icmp4_hdr *ipnet_tx_icmp4(struct ipnet *n)
{
	const struct ip4_hdr *h = ipnet_tx4(n);
	const u8 *icmp;

	if (!h)
		return NULL;
	cr_assert_eq(h->protocol, IP_PROTO_ICMP);
	icmp = (const u8 *)h + ip4_hdrlen(h);
	cr_assert(be16_is_zero(csum_fold(
		csum_partial(icmp, be16_get(h->tot_len) - ip4_hdrlen(h), 0))));
	return (const struct icmp4_hdr *)icmp;
}

/* -- IPv6 packets ------------------------------------------------------------- */

struct pkt6 {
	const char *saddr, *daddr;	/* default fd00::2 -> fd00::1 */
	u8 nexthdr, hlim, tclass;
	const void *payload;
	u32 len;
};

static inline u32 pkt6_make(u8 *buf, const struct pkt6 *p)
{
	struct ip6_hdr *h = (struct ip6_hdr *)buf;
	union inet_addr s = ipnet_addr(p->saddr ?: "fd00::2");
	union inet_addr d = ipnet_addr(p->daddr ?: "fd00::1");

	h->ver_tc_flow = ip6_ver_tc_flow(p->tclass, 0);
	h->payload_len = be16_make((u16)p->len);
	h->nexthdr = p->nexthdr;
	h->hop_limit = p->hlim ?: 64;
	memcpy(h->saddr.b, s.b, 16);
	memcpy(h->daddr.b, d.b, 16);
	if (p->len)
		memcpy(buf + IP6_HLEN, p->payload, p->len);
	return IP6_HLEN + p->len;
}

/* To the link-layer address that belongs to the destination. */
static inline void pkt6_rx(struct ipnet *n, const struct pkt6 *p)
{
	u8 buf[66000], mac[6];
	u32 len = pkt6_make(buf, p);

	memcpy(mac, ipnet_mac, 6);
	if (buf[24] == 0xff)
		eth_addr_ip6_mcast(mac, buf + 24);
	ipnet_rx_to(n, mac, ETH_TYPE_IP6, buf, len);
}

/* Fills in the checksum of the ICMPv6 message that p carries at msg. */
static inline void icmp6_csum(const struct pkt6 *p, u8 *msg, u32 len)
{
	union inet_addr s = ipnet_addr(p->saddr ?: "fd00::2");
	union inet_addr d = ipnet_addr(p->daddr ?: "fd00::1");

	put_be16(msg + 2, 0);
	put_be16(msg + 2, be16_get(csum_ipv6_magic(s.b, d.b, len, IP_PROTO_ICMPV6,
						   csum_partial(msg, len, 0))));
}

/* Takes the next frame; asserts a valid ICMPv6 packet without extension headers. NULL: none. */
static inline const struct icmp6_hdr *ipnet_tx_icmp6(struct ipnet *n)
{
	const struct ip6_hdr *h = (const struct ip6_hdr *)ipnet_l3(n);
	u32 len;

	if (!ipnet_tx(n))
		return NULL;
	cr_assert_eq(get_be16(n->frame + 12), ETH_TYPE_IP6);
	cr_assert_eq(ip6_version(h), 6);
	cr_assert_eq(h->nexthdr, IP_PROTO_ICMPV6);
	len = be16_get(h->payload_len);
	cr_assert_eq(len + ETH_HLEN + IP6_HLEN, n->len);
	cr_assert(be16_is_zero(csum_ipv6_magic(h->saddr.b, h->daddr.b, len, IP_PROTO_ICMPV6,
					       csum_partial(h + 1, len, 0))));
	return (const struct icmp6_hdr *)(h + 1);
}

#endif
