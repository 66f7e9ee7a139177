/* SPDX-License-Identifier: BSD-2-Clause */
/* ARP packets in and out. The state machine has its own tests in core. */
#include "tests/unit/ip/ipnet.h"

static struct ipnet n;

static void setup(void)
{
	ipnet_new(&n, 5);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(arp, .init = setup, .fini = teardown);

static const u8 peer2[6] = { 2, 0, 0, 0, 0, 0x22 };

struct arp {
	u16 op;
	const char *spa, *tpa;
	const u8 *sha, *dst;
};

static struct arp_eth_ip4 make(const struct arp *a)
{
	struct arp_eth_ip4 p = { .h = { be16_make(1), be16_make(ETH_TYPE_IP4), 6, 4,
					be16_make(a->op) } };
	union inet_addr s = ipnet_addr(a->spa), t = ipnet_addr(a->tpa);

	eth_addr_copy(p.sha, a->sha ?: ipnet_peer);
	memcpy(&p.spa, inet_addr_4(&s), 4);
	memcpy(&p.tpa, inet_addr_4(&t), 4);
	return p;
}

static void rx(const struct arp *a)
{
	struct arp_eth_ip4 p = make(a);

	ipnet_rx_to(&n, a->dst ?: ipnet_bcast, ETH_TYPE_ARP, &p, sizeof(p));
}

static const struct arp_eth_ip4 *tx(void)
{
	if (!ipnet_tx(&n))
		return NULL;
	cr_assert_eq(get_be16(n.frame + 12), ETH_TYPE_ARP);
	cr_assert_eq(n.len, ETH_HLEN + sizeof(struct arp_eth_ip4));
	return (const struct arp_eth_ip4 *)ipnet_l3(&n);
}

/* State of the entry of addr, NUD_NONE if there is none; its link-layer address to ha. */
static u8 state_of(const char *addr, u8 *ha)
{
	union inet_addr a = ipnet_addr(addr);
	struct neighbour *e = neigh_lookup(&n.net->ipv4.arp_tbl, inet_addr_4(&a), n.dev);
	u8 state = NUD_NONE;

	if (!e)
		return state;
	state = e->nud_state;
	if (ha)
		memcpy(ha, e->ha, 6);
	neigh_release(e);
	return state;
}

/* ARP-01 */
Test(arp, request_for_us)
{
	struct arp a = { .op = ARP_OP_REQUEST, .spa = "10.0.0.2", .tpa = "10.0.0.1" };
	const struct arp_eth_ip4 *r;
	u8 ha[6];

	rx(&a);
	r = tx();
	cr_assert_not_null(r);
	cr_assert_eq(be16_get(r->h.op), ARP_OP_REPLY);
	cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	cr_assert_arr_eq(r->sha, ipnet_mac, 6);
	cr_assert_arr_eq(r->tha, ipnet_peer, 6);
	cr_assert_eq(be32_get(r->spa), 0x0a000001);
	cr_assert_eq(be32_get(r->tpa), 0x0a000002);
	cr_assert_eq(state_of("10.0.0.2", ha), NUD_STALE);
	cr_assert_arr_eq(ha, ipnet_peer, 6);
}

/* ARP-04: a probe is answered and leaves no trace */
Test(arp, probe_for_our_address)
{
	struct arp a = { .op = ARP_OP_REQUEST, .spa = "0.0.0.0", .tpa = "10.0.0.1" };

	rx(&a);
	cr_assert_not_null(tx());
	cr_assert_eq(n.net->ipv4.arp_tbl.entries, 0);
}

/* ARP-01, ARP-05, ARP-06 */
Test(arp, what_is_not_for_us_creates_nothing)
{
	static const struct arp rows[] = {
		{ .op = ARP_OP_REQUEST, .spa = "10.0.0.2", .tpa = "10.0.0.3" },
		{ .op = ARP_OP_REQUEST, .spa = "0.0.0.0", .tpa = "10.0.0.3" },
		{ .op = ARP_OP_REQUEST, .spa = "10.0.0.2", .tpa = "10.0.0.2" },
		{ .op = ARP_OP_REPLY, .spa = "10.0.0.2", .tpa = "10.0.0.1", .dst = ipnet_mac },
		{ .op = ARP_OP_REPLY, .spa = "10.0.0.2", .tpa = "10.0.0.2" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		rx(&rows[i]);
		cr_assert_null(tx(), "row %u", i);
		cr_assert_eq(n.net->ipv4.arp_tbl.entries, 0, "row %u", i);
	}
}

/* ARP-09 */
Test(arp, senseless_senders)
{
	static const u8 group[6] = { 1, 0, 0x5e, 0, 0, 1 };
	static const struct arp rows[] = {
		{ .op = 1, .spa = "10.0.0.2", .tpa = "10.0.0.1", .sha = group },
		{ .op = 1, .spa = "10.0.0.2", .tpa = "10.0.0.1", .sha = ipnet_bcast },
		{ .op = 1, .spa = "224.0.0.1", .tpa = "10.0.0.1" },
		{ .op = 1, .spa = "127.0.0.1", .tpa = "10.0.0.1" },
		{ .op = 1, .spa = "255.255.255.255", .tpa = "10.0.0.1" },
		{ .op = 1, .spa = "0.0.0.5", .tpa = "10.0.0.1" },
		{ .op = 1, .spa = "10.0.0.2", .tpa = "127.0.0.1" },
		{ .op = 1, .spa = "10.0.0.2", .tpa = "224.0.0.1" },
		{ .op = 3, .spa = "10.0.0.2", .tpa = "10.0.0.1" },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		rx(&rows[i]);
		cr_assert_null(tx(), "row %u", i);
		cr_assert_eq(n.net->ipv4.arp_tbl.entries, 0, "row %u", i);
	}
}

/* ARP-02 */
Test(arp, broken_packets)
{
	static const struct {
		u32 off;
		u8 value;
	} rows[] = { { 1, 6 + 1 }, { 2, 0x86 }, { 4, 5 }, { 5, 16 } };
	struct arp a = { .op = ARP_OP_REQUEST, .spa = "10.0.0.2", .tpa = "10.0.0.1" };
	struct arp_eth_ip4 p;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		p = make(&a);
		((u8 *)&p)[rows[i].off] = rows[i].value;
		ipnet_rx_to(&n, ipnet_bcast, ETH_TYPE_ARP, &p, sizeof(p));
	}
	p = make(&a);
	for (u32 len = 0; len < sizeof(p); len++)
		ipnet_rx_to(&n, ipnet_bcast, ETH_TYPE_ARP, &p, len);
	cr_assert_null(tx());
	cr_assert_eq(n.net->drops[SKB_DROP_ARP_HDR], ARRAY_SIZE(rows) + sizeof(p));
}

/* ARP-04, RFC 5227 2.4 b: defended at most once in 10 s */
Test(arp, conflict_is_defended)
{
	struct arp a = { .op = ARP_OP_REQUEST, .spa = "10.0.0.1", .tpa = "10.0.0.1" };
	const struct arp_eth_ip4 *r;

	rx(&a);
	r = tx();
	cr_assert_not_null(r);
	cr_assert_arr_eq(n.frame, ipnet_bcast, 6);
	cr_assert_eq(be32_get(r->spa), 0x0a000001);
	cr_assert_eq(be32_get(r->tpa), 0x0a000001);
	rx(&a);
	cr_assert_null(tx());
	fixture_advance(n.net, 11 * NSEC_PER_SEC);
	rx(&a);
	cr_assert_not_null(tx());
	cr_assert_eq(n.net->ipv4.arp_tbl.entries, 0);
	a.sha = ipnet_mac;		/* our own frame, come back */
	fixture_advance(n.net, 11 * NSEC_PER_SEC);
	rx(&a);
	cr_assert_null(tx());
}

static void send_to(const char *daddr)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr(daddr), .proto = 200 };
	struct sk_buff *skb = alloc_skb(n.net, 200);
	struct dst_entry *dst;

	skb_reserve(skb, SKB_HEADROOM);
	memset(skb_put(skb, 8), 7, 8);
	cr_assert_eq(n.net->ip.af[0]->route_output(n.net, &fl, &dst), 0);
	n.net->ip.af[0]->xmit(n.net, NULL, skb, &fl, dst, NULL);
	dst_release(dst);
	fixture_settle(n.net);
}

/* ARP-03: three requests a second apart, then the packet is given up and we are told */
Test(arp, resolution_fails)
{
	const struct arp_eth_ip4 *r;

	send_to("10.0.0.5");
	for (int i = 0; i < 3; i++) {
		r = tx();
		cr_assert_not_null(r, "request %d", i);
		cr_assert_eq(be16_get(r->h.op), ARP_OP_REQUEST);
		cr_assert_arr_eq(n.frame, ipnet_bcast, 6);
		cr_assert_eq(be32_get(r->spa), 0x0a000001);
		cr_assert_eq(be32_get(r->tpa), 0x0a000005);
		cr_assert_null(tx());
		fixture_advance(n.net, NSEC_PER_SEC);
	}
	cr_assert_null(tx());
	cr_assert_eq(state_of("10.0.0.5", NULL), NUD_FAILED);
	cr_assert_eq(n.net->mib[MIB_Icmp_OutDestUnreachs], 1);	/* to ourselves, over lo */
	cr_assert_eq(n.net->mib[MIB_Icmp_InDestUnreachs], 1);
}

Test(arp, resolution_succeeds)
{
	struct arp a = { .op = ARP_OP_REPLY, .spa = "10.0.0.5", .tpa = "10.0.0.1",
			 .dst = ipnet_mac, .sha = peer2 };
	const struct ip4_hdr *h;

	send_to("10.0.0.5");
	send_to("10.0.0.5");
	cr_assert_not_null(tx());
	cr_assert_eq(ipnet_tx_count(&n), 0);
	rx(&a);
	for (int i = 0; i < 2; i++) {
		h = ipnet_tx4(&n);
		cr_assert_not_null(h);
		cr_assert_arr_eq(n.frame, peer2, 6);
	}
	cr_assert_eq(state_of("10.0.0.5", NULL), NUD_REACHABLE);
}

/* A neighbour that was not heard of for a while is probed by unicast; what is asked for is zeros. */
Test(arp, probe_of_a_neighbour)
{
	static const u8 zeros[6];
	struct arp ask = { .op = ARP_OP_REQUEST, .spa = "10.0.0.2", .tpa = "10.0.0.1" };
	const struct arp_eth_ip4 *a;

	rx(&ask);
	cr_assert_not_null(tx());
	send_to("10.0.0.2");
	cr_assert_not_null(ipnet_tx4(&n));
	fixture_advance(n.net, 5500 * NSEC_PER_MSEC);
	a = tx();
	cr_assert_not_null(a);
	cr_assert_eq(be16_get(a->h.op), ARP_OP_REQUEST);
	cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	cr_assert_arr_eq(a->tha, zeros, 6);
}

/* ARP-08 ATK-OFF-08 */
Test(arp, locktime)
{
	struct arp a = { .op = ARP_OP_REPLY, .spa = "10.0.0.5", .tpa = "10.0.0.1",
			 .dst = ipnet_mac };
	u8 ha[6];

	send_to("10.0.0.5");
	rx(&a);
	a.sha = peer2;
	rx(&a);
	state_of("10.0.0.5", ha);
	cr_assert_arr_eq(ha, ipnet_peer, 6);
	fixture_advance(n.net, 2 * NSEC_PER_SEC);
	rx(&a);
	state_of("10.0.0.5", ha);
	cr_assert_arr_eq(ha, peer2, 6);
}

/* ARP-05, ARP-07 ATK-OFF-08 */
Test(arp, gratuitous_updates_but_not_the_static)
{
	struct arp a = { .op = ARP_OP_REQUEST, .spa = "10.0.0.5", .tpa = "10.0.0.5",
			 .sha = peer2 };
	struct arp ask = { .op = ARP_OP_REQUEST, .spa = "10.0.0.5", .tpa = "10.0.0.1" };
	u8 ha[6];

	ipnet_know(&n, "10.0.0.6");
	rx(&ask);
	rx(&a);
	cr_assert_eq(state_of("10.0.0.5", ha), NUD_STALE);
	cr_assert_arr_eq(ha, peer2, 6);
	a.spa = a.tpa = "10.0.0.6";
	rx(&a);
	cr_assert_eq(state_of("10.0.0.6", ha), NUD_PERMANENT);
	cr_assert_arr_eq(ha, ipnet_peer, 6);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.all.arp_accept", "1"), 0);
	a.spa = a.tpa = "10.0.0.7";
	rx(&a);
	cr_assert_eq(state_of("10.0.0.7", ha), NUD_STALE);
}

/* ARP-10, DEV-07: the strong host model's half for ARP */
Test(arp, arp_ignore)
{
	struct net_device *other = fixture_dev_new(n.net, "t1", 0);
	struct arp own = { .op = 1, .spa = "10.0.0.2", .tpa = "10.0.0.1" };
	struct arp others = { .op = 1, .spa = "10.0.0.2", .tpa = "10.9.0.1" };
	struct arp far = { .op = 1, .spa = "10.7.0.2", .tpa = "10.0.0.1" };
	struct arp loop = { .op = 1, .spa = "10.0.0.2", .tpa = "10.0.0.1" };
	static const struct {
		const char *mode;
		bool own, others, far;
	} rows[] = {
		{ "0", true, true, true }, { "1", true, false, true },
		{ "2", true, false, false }, { "3", true, true, true },
		{ "8", false, false, false },
	};
	struct inet_prefix p;

	(void)loop;
	inet_prefix_parse("10.9.0.1/24", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, other, &p, 0), 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		ipnet_tx_drop(&n);
		cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.all.arp_ignore", rows[i].mode), 0);
		rx(&own);
		cr_assert_eq(tx() != NULL, rows[i].own, "mode %s", rows[i].mode);
		rx(&others);
		cr_assert_eq(tx() != NULL, rows[i].others, "mode %s", rows[i].mode);
		rx(&far);
		cr_assert_eq(tx() != NULL, rows[i].far, "mode %s", rows[i].mode);
	}
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.all.arp_ignore", "0"), 0);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.t1.arp_ignore", "8"), 0);
	rx(&own);
	cr_assert_not_null(tx(), "of the other device");
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.conf.t0.arp_ignore", "1"), 0);
	rx(&others);
	cr_assert_null(tx(), "the larger of \"all\" and the device's");
	rx(&own);
	cr_assert_not_null(tx());
}

/* ARP-12 ATK-FLD-13 */
Test(arp, flood_of_senders_is_bounded)
{
	char spa[32];

	ipnet_know(&n, "10.0.0.2");
	for (int i = 0; i < 5000; i++) {
		struct arp a = { .op = 1, .spa = spa, .tpa = "10.0.0.1" };

		snprintf(spa, sizeof(spa), "10.%d.%d.7", 1 + i / 250, i % 250);
		rx(&a);
		ipnet_tx_drop(&n);
	}
	cr_assert_leq(n.net->ipv4.arp_tbl.entries, 1024);
	cr_assert_eq(state_of("10.0.0.2", NULL), NUD_PERMANENT);
}
