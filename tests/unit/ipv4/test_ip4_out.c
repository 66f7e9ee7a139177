/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 output: header, routes, sources, fragments, groups. */
#include <errno.h>

#include "tests/unit/ip/ipnet.h"

static struct ipnet n;
static u32 delivered;
static struct inet_skb_cb last;
static u8 got[66000];
static u32 got_len;

static void sink_rcv(struct sk_buff *skb)
{
	delivered++;
	last = *inet_cb(skb);
	got_len = skb->len;
	cr_assert_eq(skb_copy_bits(skb, 0, got, skb->len), 0);
	consume_skb(skb);
}

static const struct net_protocol sink = { .rcv = sink_rcv };
enum { SINK = 200 };

static void setup(void)
{
	ipnet_new(&n, 21);
	ipnet_know(&n, "10.0.0.2");
	inet_add_protocol(n.net, &sink, SINK, 3);
	fixture_advance(n.net, 5 * NSEC_PER_SEC);
	ipnet_tx_drop(&n);
	delivered = 0;
}

static void teardown(void)
{
	inet_del_protocol(n.net, SINK, 3);
	ipnet_free(&n);
}

TestSuite(ip4_out, .init = setup, .fini = teardown);

static u8 pattern(u32 i)
{
	return (u8)(i * 11 + i / 256);
}

/* len octets, in the linear part and in pages */
static struct sk_buff *payload(u32 len)
{
	u32 linear = min(len, 100u), off = linear;
	struct sk_buff *skb = alloc_skb(n.net, SKB_HEADROOM + linear);
	struct page_frag pf = { .page = NULL };

	skb_reserve(skb, SKB_HEADROOM);
	for (u32 i = 0; i < linear; i++)
		*(u8 *)skb_put(skb, 1) = pattern(i);
	while (off < len) {
		u32 part = min(len - off, 4000u);

		cr_assert_eq(page_frag_refill(n.net, &pf, part), 0);
		for (u32 i = 0; i < part; i++)
			pf.page->data[pf.off + i] = pattern(off + i);
		cr_assert_eq(skb_add_frag(skb, pf.page, pf.off, part), 0);
		pf.off += part;
		off += part;
	}
	page_frag_release(&pf);
	return skb;
}

static int send(const char *daddr, u32 len, const struct ip_xmit_opts *opts)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr(daddr), .proto = SINK,
			    .tos = 0x10 };
	struct dst_entry *dst;
	int err = n.net->ip.af[0]->route_output(n.net, &fl, &dst);

	if (err)
		return err;
	err = n.net->ip.af[0]->xmit(n.net, NULL, payload(len), &fl, dst, opts);
	dst_release(dst);
	fixture_settle(n.net);
	return err;
}

static const struct ip_xmit_opts datagram = { .ttl = -1, .allow_frag = true, .pmtudisc = 1 };

Test(ip4_out, header)
{
	static const u8 rr[8] = { 1, 7, 7, 4 }, recorded[8] = { 1, 7, 7, 8, 10, 0, 0, 1 };
	struct ip_xmit_opts o = { .ttl = 9, .tos = 0x2c, .tos_set = true, .pmtudisc = 2 };
	const struct ip4_hdr *h;

	cr_assert_eq(send("10.0.0.2", 50, NULL), 0);
	h = ipnet_tx4(&n);
	cr_assert_not_null(h);
	cr_assert_eq(h->ttl, 64);
	cr_assert_eq(h->tos, 0x10);
	cr_assert_eq(h->protocol, SINK);
	cr_assert_eq(be16_get(h->frag_off), IP4_DF);
	cr_assert_eq(be32_get(h->saddr), 0x0a000001);
	cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	o.options = rr;
	o.options_len = 8;
	cr_assert_eq(send("10.0.0.2", 50, &o), 0);
	h = ipnet_tx4(&n);
	cr_assert_eq(h->ttl, 9);
	cr_assert_eq(h->tos, 0x2c);
	cr_assert_eq(ip4_hdrlen(h), 28);
	cr_assert_arr_eq(h->options, recorded, 8);	/* IP4-12: by the sender, too */
	o.options_len = 44;
	cr_assert_eq(send("10.0.0.2", 50, &o), -EINVAL);
	cr_assert_eq(sysctl_set(n.net, "net.ipv4.ip_default_ttl", "33"), 0);
	send("10.0.0.2", 50, NULL);
	cr_assert_eq(ipnet_tx4(&n)->ttl, 33);
	cr_assert_lt(sysctl_set(n.net, "net.ipv4.ip_default_ttl", "0"), 0);
}

struct disc {
	u8 mode;
	bool allow_frag, small_df;
	int err;		/* of 3000 octets */
};

/* IP4-24: who may be fragmented */
Test(ip4_out, mtu_discovery_modes)
{
	static const struct disc rows[] = {
		{ 0, true, false, 0 }, { 1, true, true, 0 }, { 2, true, true, -EMSGSIZE },
		{ 3, true, true, -EMSGSIZE }, { 4, true, false, -EMSGSIZE },
		{ 5, true, false, 0 }, { 1, false, true, -EMSGSIZE },
		{ 0, false, false, 0 },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct ip_xmit_opts o = { .ttl = -1, .allow_frag = rows[i].allow_frag,
					  .pmtudisc = rows[i].mode };
		const struct ip4_hdr *h;

		ipnet_tx_drop(&n);
		cr_assert_eq(send("10.0.0.2", 100, &o), 0);
		h = ipnet_tx4(&n);
		cr_assert_eq(!!(be16_get(h->frag_off) & IP4_DF), rows[i].small_df, "row %u", i);
		cr_assert_eq(send("10.0.0.2", 3000, &o), rows[i].err, "row %u", i);
		cr_assert_eq(ipnet_tx_count(&n), rows[i].err ? 0 : 3, "row %u", i);
	}
}

/* IP4-24, and what comes out goes in again */
Test(ip4_out, fragments)
{
	static u8 frames[64][1600];
	u32 lens[64], nr = 0, off = 0;

	for (u32 len = 1481; len <= 65515; len = len * 2 + 77) {
		u16 id = 0;

		nr = off = 0;
		cr_assert_eq(send("10.0.0.2", len, &datagram), 0);
		while (ipnet_tx_count(&n)) {
			const struct ip4_hdr *h = ipnet_tx4(&n);
			u32 l = be16_get(h->tot_len) - 20;

			cr_assert_eq(ip4_frag_offset(h), off);
			cr_assert_eq(!!(be16_get(h->frag_off) & IP4_MF), off + l < len);
			cr_assert(off + l == len || l == 1480);
			cr_assert(nr == 0 || be16_get(h->id) == id);
			id = be16_get(h->id);
			for (u32 i = 0; i < l; i++)
				cr_assert_eq(((const u8 *)h)[20 + i], pattern(off + i));
			off += l;
			lens[nr] = n.len - ETH_HLEN;
			memcpy(frames[nr++], h, n.len - ETH_HLEN);
		}
		cr_assert_eq(off, len);
		delivered = 0;
		for (u32 i = nr; i--;) {	/* to us, from the peer, backwards */
			struct ip4_hdr *h = (struct ip4_hdr *)frames[i];

			swap(h->saddr.raw, h->daddr.raw);
			ipnet_rx4(&n, frames[i], lens[i]);
		}
		cr_assert_eq(delivered, 1);
		cr_assert_eq(got_len, len);
		for (u32 i = 0; i < len; i++)
			cr_assert_eq(got[i], pattern(i));
		cr_assert_eq(last.frag_max_size, 1500);
	}
	cr_assert_eq(send("10.0.0.2", 65516, &datagram), -EMSGSIZE);
}

/* IP4-10: options without the copy bit are in the first fragment only */
Test(ip4_out, options_of_fragments)
{
	static const u8 opts[8] = { 7, 3, 4, 0x94, 4, 0, 0, 0 };
	struct ip_xmit_opts o = datagram;

	o.options = opts;
	o.options_len = 8;
	cr_assert_eq(send("10.0.0.2", 3000, &o), 0);
	cr_assert_arr_eq(ipnet_tx4(&n)->options, opts, 8);
	while (ipnet_tx_count(&n)) {
		const struct ip4_hdr *h = ipnet_tx4(&n);

		cr_assert_eq(h->options[0], IP4_OPT_NOP);
		cr_assert_eq(h->options[2], IP4_OPT_NOP);
		cr_assert_arr_eq(h->options + 3, opts + 3, 4);
	}
}

/* ICMP4-01, echo of the largest size through both directions of fragments */
Test(ip4_out, large_echo)
{
	static u8 icmp[65600];
	u32 len = echo4_make(icmp, 3, 65507), sent = 0;

	for (u32 off = 0; off < len; off += 1480) {
		u32 l = min(1480u, len - off);
		struct pkt4 p = { .proto = IP_PROTO_ICMP, .id = 5, .payload = icmp + off, .len = l,
				  .frag_off = (u16)(off / 8 | (off + l < len ? IP4_MF : 0)) };

		pkt4_rx(&n, &p);
	}
	while (ipnet_tx_count(&n)) {
		const struct ip4_hdr *h = ipnet_tx4(&n);
		u32 l = be16_get(h->tot_len) - 20;

		if (sent >= 8)
			cr_assert_arr_eq((const u8 *)h + 20, icmp + sent, l);
		sent += l;
	}
	cr_assert_eq(sent, len);
}

/* IP4-23 ATK-OFF-04: what one destination sees tells nothing of the traffic to another */
Test(ip4_out, identification)
{
	struct ip_xmit_opts no_df = { .ttl = -1, .pmtudisc = 0 };
	u16 a, b;
	u32 same_step = 0;

	ipnet_know(&n, "10.0.0.3");
	for (int i = 0; i < 50; i++) {
		u32 others = (u32)i % 7;

		send("10.0.0.2", 8, &no_df);
		a = be16_get(ipnet_tx4(&n)->id);
		for (u32 k = 0; k < others; k++)
			send("10.0.0.3", 8, &no_df);
		ipnet_tx_drop(&n);
		send("10.0.0.2", 8, &no_df);
		b = be16_get(ipnet_tx4(&n)->id);
		cr_assert_eq((u16)(b - a), 1);
		fixture_advance(n.net, 100 * NSEC_PER_MSEC);
		send("10.0.0.2", 8, &no_df);
		same_step += (u16)(be16_get(ipnet_tx4(&n)->id) - b) == 1;
	}
	cr_assert_lt(same_step, 10);
}

static void add_route(const char *dst, const char *gw, u8 type, u32 metric, int want)
{
	struct fib_route r = { .type = type, .priority = metric };

	cr_assert(inet_prefix_parse(dst, &r.dst));
	if (gw)
		r.gw = ipnet_addr(gw);
	else
		r.dev = n.dev;
	cr_assert_eq(fib_route_add(n.net, &r), want, "%s via %s", dst, gw ?: "-");
}

/* IP4-29, IP4-35 */
Test(ip4_out, routes)
{
	add_route("0.0.0.0/0", "10.9.9.9", RTN_UNICAST, 0, -ENETUNREACH);
	add_route("10.77.0.1/16", NULL, RTN_UNICAST, 0, -EINVAL);	/* host bits */
	add_route("10.77.0.0/16", "10.0.0.1", RTN_UNICAST, 0, -EINVAL);	/* our own */
	cr_assert_eq(send("9.9.9.9", 8, NULL), -ENETUNREACH);
	add_route("0.0.0.0/0", "10.0.0.2", RTN_UNICAST, 0, 0);
	add_route("0.0.0.0/0", "10.0.0.2", RTN_UNICAST, 0, -EEXIST);
	add_route("0.0.0.0/0", "10.0.0.3", RTN_UNICAST, 100, 0);
	add_route("9.9.0.0/16", NULL, RTN_UNREACHABLE, 0, 0);
	add_route("9.9.8.0/24", NULL, RTN_PROHIBIT, 0, 0);
	add_route("9.9.7.0/24", NULL, RTN_BLACKHOLE, 0, 0);
	add_route("9.9.6.0/24", NULL, RTN_THROW, 0, 0);
	cr_assert_eq(send("8.8.8.8", 8, NULL), 0);
	cr_assert_not_null(ipnet_tx4(&n));
	cr_assert_arr_eq(n.frame, ipnet_peer, 6);
	cr_assert_eq(send("9.9.1.1", 8, NULL), -EHOSTUNREACH);
	cr_assert_eq(send("9.9.8.1", 8, NULL), -EACCES);
	cr_assert_eq(send("9.9.7.1", 8, NULL), -EINVAL);
	cr_assert_eq(send("9.9.6.1", 8, NULL), -ENETUNREACH);
}

static int count_route(const struct fib_route *r, void *arg)
{
	(void)r;
	(*(u32 *)arg)++;
	return 0;
}

/* IP4-35: what an address brings and takes; a change is seen by cached routes */
Test(ip4_out, routes_follow_addresses)
{
	struct inet_prefix p;
	u32 before = 0, after = 0;

	fib_for_each(n.net, INET_FAMILY_4, count_route, &before);
	inet_prefix_parse("10.5.0.9/31", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, n.dev, &p, 0), 0);
	cr_assert_eq(inet_ifaddr_add(n.net, n.dev, &p, 0), -EEXIST);
	ipnet_know(&n, "10.5.0.8");
	cr_assert_eq(send("10.5.0.8", 8, NULL), 0);
	cr_assert_eq(be32_get(ipnet_tx4(&n)->saddr), 0x0a050009);
	cr_assert_eq(inet_ifaddr_del(n.net, n.dev, &p), 0);
	cr_assert_eq(inet_ifaddr_del(n.net, n.dev, &p), -EADDRNOTAVAIL);
	cr_assert_eq(send("10.5.0.8", 8, NULL), -ENETUNREACH);
	fib_for_each(n.net, INET_FAMILY_4, count_route, &after);
	cr_assert_eq(before, after);
	dev_close(n.dev);
	cr_assert_eq(send("10.0.0.2", 8, NULL), -ENETUNREACH);
	dev_open(n.dev);
	cr_assert_eq(send("10.0.0.2", 8, NULL), 0);
}

Test(ip4_out, secondary_is_promoted)
{
	struct inet_prefix p;

	inet_prefix_parse("10.0.0.50/24", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, n.dev, &p, 0), 0);
	send("10.0.0.2", 8, NULL);
	cr_assert_eq(be32_get(ipnet_tx4(&n)->saddr), 0x0a000001);
	inet_prefix_parse("10.0.0.1/24", &p);
	cr_assert_eq(inet_ifaddr_del(n.net, n.dev, &p), 0);
	cr_assert_eq(send("10.0.0.2", 8, NULL), 0);
	cr_assert_eq(be32_get(ipnet_tx4(&n)->saddr), 0x0a000032);
}

static int route_from(const char *saddr, const char *daddr, u32 oif)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr(daddr), .oif = oif };
	struct dst_entry *dst;
	int err;

	if (saddr)
		fl.saddr = ipnet_addr(saddr);
	err = n.net->ip.af[0]->route_output(n.net, &fl, &dst);
	if (!err)
		dst_release(dst);
	return err;
}

/* IP4-06 and friends: which sources may be asked for */
Test(ip4_out, sources)
{
	cr_assert_eq(route_from("10.0.0.1", "10.0.0.2", 0), 0);
	cr_assert_eq(route_from("10.0.0.7", "10.0.0.2", 0), -EINVAL);
	cr_assert_eq(route_from("224.0.0.1", "10.0.0.2", 0), -EINVAL);
	cr_assert_eq(route_from("255.255.255.255", "10.0.0.2", 0), -EINVAL);
	cr_assert_eq(route_from("10.0.0.255", "10.0.0.2", 0), -EINVAL);
	cr_assert_eq(route_from("127.0.0.1", "10.0.0.2", 0), -EINVAL);
	cr_assert_eq(route_from("127.0.0.1", "127.0.0.9", 0), 0);
	cr_assert_eq(route_from(NULL, "255.255.255.255", 0), -ENETUNREACH);
	cr_assert_eq(route_from(NULL, "255.255.255.255", n.dev->ifindex), 0);
	cr_assert_eq(route_from("10.0.0.1", "255.255.255.255", 0), 0);
	cr_assert_eq(route_from(NULL, "9.9.9.9", n.dev->ifindex), 0);	/* on link, by assumption */
	cr_assert_eq(route_from(NULL, "10.0.0.2", 99), -ENODEV);
	cr_assert_eq(route_from(NULL, "0.0.0.5", 0), -EINVAL);
}

Test(ip4_out, to_ourselves)
{
	static const char *const to[] = { "127.0.0.1", "127.99.1.2", "10.0.0.1", "0.0.0.0" };

	for (u32 i = 0; i < ARRAY_SIZE(to); i++) {
		delivered = 0;
		cr_assert_eq(send(to[i], 300, &datagram), 0);
		cr_assert_eq(delivered, 1, "%s", to[i]);
		/* by the device with the address */
		cr_assert_eq(last.iif, i == 2 ? n.dev->ifindex : n.lo->ifindex);
		cr_assert_eq(got_len, 300);
	}
	cr_assert_eq(send("127.0.0.1", 60000, &datagram), 0);
	cr_assert_eq(got_len, 60000);
	cr_assert_eq(ipnet_tx_count(&n), 0);
}

/* a group: TTL 1, mapped address, a copy for us if we are in it and want it */
Test(ip4_out, multicast)
{
	union inet_addr g = ipnet_addr("239.1.2.3");
	static const u8 mac[6] = { 1, 0, 0x5e, 1, 2, 3 };
	struct ip_xmit_opts o = datagram;

	add_route("224.0.0.0/4", NULL, RTN_UNICAST, 0, 0);
	cr_assert_eq(send("239.1.2.3", 20, &o), 0);
	cr_assert_eq(ipnet_tx4(&n)->ttl, 1);
	cr_assert_arr_eq(n.frame, mac, 6);
	cr_assert_eq(delivered, 0);
	ip_mc_join(n.dev, &g, INET_FAMILY_4);
	cr_assert_eq(send("239.1.2.3", 20, &o), 0);
	cr_assert_eq(delivered, 1);
	cr_assert(last.flags & INET_CB_MULTICAST);
	o.no_mc_loop = true;
	cr_assert_eq(send("239.1.2.3", 20, &o), 0);
	cr_assert_eq(delivered, 1);
	ipnet_tx_drop(&n);
	o.no_mc_loop = false;
	o.ttl = 0;		/* stays in this host */
	cr_assert_eq(send("239.1.2.3", 20, &o), 0);
	cr_assert_eq(delivered, 2);
	cr_assert_eq(ipnet_tx_count(&n), 0);
	ip_mc_leave(n.dev, &g, INET_FAMILY_4);
}

Test(ip4_out, broadcast)
{
	cr_assert_eq(send("10.0.0.255", 20, &datagram), 0);
	cr_assert_not_null(ipnet_tx4(&n));
	cr_assert_arr_eq(n.frame, ipnet_bcast, 6);
	cr_assert_eq(delivered, 1);
	cr_assert(last.flags & INET_CB_BROADCAST);
}

Test(ip4_out, header_included)
{
	struct ip_xmit_opts o = { .ttl = -1, .hdrincl = true };
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr("10.0.0.2") };
	struct pkt4 p = { .saddr = "0.0.0.0", .daddr = "10.0.0.2", .proto = 77, .ttl = 3,
			  .payload = "abcd", .len = 4 };
	const struct ip4_hdr *h;
	struct dst_entry *dst;
	struct sk_buff *skb;
	u8 buf[64];
	u32 len = pkt4_make(buf, &p);

	put_be16(buf + 2, 9999);
	cr_assert_eq(n.net->ip.af[0]->route_output(n.net, &fl, &dst), 0);
	for (u32 cut = 0; cut < 3; cut++) {
		skb = alloc_skb(n.net, 200);
		skb_reserve(skb, 64);
		skb_put_data(skb, buf, cut ? cut * 9 : len);
		cr_assert_eq(n.net->ip.af[0]->xmit(n.net, NULL, skb, &fl, dst, &o),
			     cut ? -EINVAL : 0);
	}
	h = ipnet_tx4(&n);
	cr_assert_eq(h->ttl, 3);
	cr_assert_eq(h->protocol, 77);
	cr_assert_eq(be32_get(h->saddr), 0x0a000001);
	cr_assert_neq(be16_get(h->id), 0);
	dst_release(dst);
}

/* ATK-FLD-20: the cache is bounded, and a socket's route that was evicted is not trusted any more */
Test(ip4_out, route_cache_is_bounded)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr("8.1.1.1") };
	struct dst_entry *held, *dst;

	add_route("0.0.0.0/0", "10.0.0.2", RTN_UNICAST, 0, 0);
	cr_assert_eq(n.net->ip.af[0]->route_output(n.net, &fl, &held), 0);
	for (u32 i = 0; i < 3 * RT_CACHE_MAX; i++) {
		struct flowi f2 = { .family = INET_FAMILY_4, .daddr = ipnet_addr("8.2.0.0") };

		put_be16(f2.daddr.b + 14, (u16)i);
		cr_assert_eq(n.net->ip.af[0]->route_output(n.net, &f2, &dst), 0);
		dst_release(dst);
		cr_assert_leq(n.net->ip.rt_cached, RT_CACHE_MAX);
	}
	cr_assert_eq(dst_check(held), held);	/* somebody holds it: others went first */
	rt_genid_bump(n.net);
	cr_assert_null(dst_check(held));
	dst_release(held);
}
