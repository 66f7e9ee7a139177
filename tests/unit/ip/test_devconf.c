// SPDX-License-Identifier: BSD-2-Clause
/* net.ipv4.conf.DEV.*, net.ipv6.conf.DEV.* and net.{ipv4,ipv6}.neigh.DEV.*: what "all", "default" and a
 * device's own mean together, as in Linux. */
#include <errno.h>

#include "tests/unit/ip/ipnet.h"

static struct ipnet n;

static void setup(void)
{
	ipnet_new(&n, 1);
	fixture_advance(n.net, 3 * NSEC_PER_SEC);	/* DAD */
	ipnet_tx_drop(&n);
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(devconf, .init = setup, .fini = teardown);

static int set(const char *name, const char *value)
{
	return sysctl_set(n.net, name, value);
}

static const char *get(const char *name)
{
	static char buf[32];

	cr_assert_eq(sysctl_get(n.net, name, buf, sizeof(buf)), 0, "%s", name);
	return buf;
}

/* How many probes for a neighbour that does not answer leave by dev. */
static u32 probes(struct net_device *dev, const char *to)
{
	struct neighbour *nb = NULL;
	union inet_addr a = ipnet_addr(to);
	bool v6 = strchr(to, ':');
	struct neigh_table *tbl = v6 ? &n.net->ipv6.nd_tbl : &n.net->ipv4.arp_tbl;
	struct sk_buff *skb = alloc_skb(n.net, 200);
	u32 before = fixture_dev(dev)->tx.qlen;

	skb_reserve(skb, 100);
	if (v6) {
		struct ip6_hdr *h = skb_put(skb, sizeof(*h));

		memset(h, 0, sizeof(*h));
		((u8 *)h)[0] = 0x60;
	} else {
		struct ip4_hdr *h = skb_put(skb, sizeof(*h));

		memset(h, 0, sizeof(*h));
		((u8 *)h)[0] = 0x45;
	}
	skb_reset_network_header(skb);
	nb = neigh_get(tbl, v6 ? (const void *)a.b : (const void *)&a.w[3], dev);
	neigh_output(nb, skb);
	neigh_release(nb);
	fixture_advance(n.net, 20 * NSEC_PER_SEC);
	return fixture_dev(dev)->tx.qlen - before;
}

Test(devconf, every_key_has_every_scope)
{
	static const char *const scopes[] = { "all", "default", "lo", "t0" };
	static const char *const keys4[] = {
		"accept_local", "accept_redirects", "accept_source_route", "arp_accept", "arp_announce",
		"arp_filter", "arp_ignore", "arp_notify", "drop_gratuitous_arp",
		"drop_unicast_in_l2_multicast", "forwarding", "route_localnet", "rp_filter",
		"send_redirects",
	};
	static const char *const keys6[] = {
		"accept_dad", "accept_ra", "accept_ra_defrtr", "accept_ra_from_local",
		"accept_ra_min_hop_limit", "accept_ra_min_lft", "accept_ra_mtu", "accept_ra_pinfo",
		"accept_ra_rt_info_max_plen", "accept_ra_rt_info_min_plen", "accept_ra_rtr_pref",
		"accept_redirects", "accept_source_route", "addr_gen_mode", "autoconf", "dad_transmits",
		"disable_ipv6", "drop_unicast_in_l2_multicast", "drop_unsolicited_na", "enhanced_dad",
		"force_forwarding", "force_tllao", "forwarding", "hop_limit", "max_addresses", "mtu",
		"ndisc_notify", "ndisc_tclass", "optimistic_dad",
		"ra_defrtr_metric", "router_probe_interval", "router_solicitation_delay",
		"router_solicitation_interval", "router_solicitation_max_interval", "router_solicitations",
		"suppress_frag_ndisc",
	};
	char name[96];
	u32 s, k;

	for (s = 0; s < ARRAY_SIZE(scopes); s++) {
		for (k = 0; k < ARRAY_SIZE(keys4); k++) {
			snprintf(name, sizeof(name), "net.ipv4.conf.%s.%s", scopes[s], keys4[k]);
			get(name);
		}
		for (k = 0; k < ARRAY_SIZE(keys6); k++) {
			snprintf(name, sizeof(name), "net/ipv6/conf/%s/%s", scopes[s], keys6[k]);
			get(name);
		}
		snprintf(name, sizeof(name), "net.ipv4.neigh.%s.ucast_solicit", scopes[s]);
		cr_assert_eq(set(name, "3"), s ? 0 : -ENOENT, "neighbours know no \"all\"");
	}
	cr_assert_eq(set("net.ipv4.conf.t0.proxy_arp", "1"), -ENOENT);
	cr_assert_eq(set("net.ipv6.conf.t0.use_tempaddr", "1"), -ENOENT);
	cr_assert_eq(set("net.ipv4.conf.t9.arp_ignore", "1"), -ENOENT);
	cr_assert_eq(set("net.ipv4.conf.t0.accept_source_route", "1"), -EINVAL, "not built");
}

Test(devconf, defaults_are_inherited)
{
	struct inet_prefix p;

	/* t0 has an address: it goes its own way, as in Linux; lo was not told anything but has one, too */
	cr_assert_eq(set("net.ipv4.conf.default.arp_ignore", "2"), 0);
	cr_assert_str_eq(get("net.ipv4.conf.t0.arp_ignore"), "0");
	fixture_dev_new(n.net, "t1", 0);
	cr_assert_str_eq(get("net.ipv4.conf.t1.arp_ignore"), "2");
	cr_assert_eq(set("net.ipv4.conf.default.arp_ignore", "3"), 0);
	cr_assert_str_eq(get("net.ipv4.conf.t1.arp_ignore"), "3", "it follows");
	cr_assert_eq(set("net.ipv4.conf.t1.arp_ignore", "1"), 0);
	cr_assert_eq(set("net.ipv4.conf.default.arp_ignore", "0"), 0);
	cr_assert_str_eq(get("net.ipv4.conf.t1.arp_ignore"), "1");
	cr_assert_eq(set("net.ipv4.conf.default.arp_announce", "1"), 0);
	cr_assert_str_eq(get("net.ipv4.conf.t1.arp_announce"), "1", "each key for itself");
	inet_prefix_parse("10.9.0.1/24", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, dev_get_by_name(n.net, "t1"), &p, 0), 0);
	cr_assert_eq(set("net.ipv4.conf.default.arp_announce", "2"), 0);
	cr_assert_str_eq(get("net.ipv4.conf.t1.arp_announce"), "1");
	cr_assert_eq(set("net.ipv6.conf.default.hop_limit", "33"), 0);
	cr_assert_str_eq(get("net.ipv6.conf.t1.hop_limit"), "64", "IPv6 does not follow");
	fixture_dev_new(n.net, "t2", 0);
	cr_assert_str_eq(get("net.ipv6.conf.t2.hop_limit"), "33");
	cr_assert_eq(set("net.ipv6.neigh.default.ucast_solicit", "5"), 0);
	cr_assert_str_eq(get("net.ipv6.neigh.t2.ucast_solicit"), "5", "but neighbours do");
	cr_assert_str_eq(get("net.ipv4.neigh.t2.locktime"), "100");
	cr_assert_str_eq(get("net.ipv6.neigh.t2.locktime"), "0");
	cr_assert_str_eq(get("net.ipv4.neigh.t2.base_reachable_time"), "30");
}

Test(devconf, probes_of_a_device)
{
	struct net_device *other = fixture_dev_new(n.net, "t1", 0);
	struct inet_prefix p;

	inet_prefix_parse("10.9.0.1/24", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, other, &p, 0), 0);
	inet_prefix_parse("fd09::1/64", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, other, &p, IFA_FLAG_NODAD), 0);
	fixture_advance(n.net, 3 * NSEC_PER_SEC);
	cr_assert_eq(set("net.ipv4.neigh.t1.mcast_solicit", "7"), 0);
	cr_assert_eq(set("net.ipv6.neigh.t1.mcast_solicit", "5"), 0);
	cr_assert_eq(probes(n.dev, "10.0.0.77"), 3);
	cr_assert_eq(probes(other, "10.9.0.77"), 7);
	cr_assert_eq(probes(n.dev, "fd00::77"), 3);
	cr_assert_eq(probes(other, "fd09::77"), 5);
	cr_assert_eq(set("net.ipv4.neigh.t1.mcast_solicit", "1"), 0);
	cr_assert_eq(probes(other, "10.9.0.78"), 1, "at once");
	cr_assert_eq(set("net.ipv4.neigh.t1.retrans_time_ms", "100000"), 0);
	cr_assert_eq(set("net.ipv4.neigh.t1.mcast_solicit", "7"), 0);
	cr_assert_eq(probes(other, "10.9.0.79"), 1, "it waits for the second");
	unregister_netdev(other);	/* with neighbours that are asked for */
	fixture_settle(n.net);
}

Test(devconf, ipv6_of_one_device)
{
	struct net_device *other = fixture_dev_new(n.net, "t1", 0);
	union inet_addr ll = ipnet_addr("fe80::ff:fe00:1"), own = ipnet_addr("fd00::1");

	cr_assert_not_null(inet_ifaddr_find(n.net, &own, n.dev));
	cr_assert_eq(set("net.ipv6.conf.t0.disable_ipv6", "1"), 0);
	cr_assert_null(inet_ifaddr_find(n.net, &own, n.dev));
	cr_assert_null(inet_ifaddr_find(n.net, &ll, n.dev));
	cr_assert_str_eq(get("net.ipv6.conf.t1.disable_ipv6"), "0");
	cr_assert_eq(set("net.ipv6.conf.t0.disable_ipv6", "0"), 0);
	cr_assert_not_null(inet_ifaddr_find(n.net, &ll, n.dev), "it has a link-local address again");
	cr_assert_eq(set("net.ipv6.conf.all.disable_ipv6", "1"), 0);
	cr_assert_str_eq(get("net.ipv6.conf.t1.disable_ipv6"), "1");
	cr_assert_str_eq(get("net.ipv6.conf.default.disable_ipv6"), "1");
	cr_assert_null(inet_ifaddr_find(n.net, &ll, n.dev));
	cr_assert_eq(set("net.ipv6.conf.t0.disable_ipv6", "0"), 0);
	cr_assert_not_null(inet_ifaddr_find(n.net, &ll, n.dev), "\"all\" was a command, not a state");
	cr_assert_str_eq(get("net.ipv6.conf.all.disable_ipv6"), "1");
	cr_assert_eq(set("net.ipv6.conf.all.disable_ipv6", "0"), 0);
	cr_assert_str_eq(get("net.ipv6.conf.t1.disable_ipv6"), "0");
	dev_close(n.dev);
	cr_assert_eq(set("net.ipv6.conf.t0.addr_gen_mode", "1"), 0);
	cr_assert_eq(dev_open(n.dev), 0);
	cr_assert_null(inet_ifaddr_find(n.net, &ll, n.dev));
	cr_assert_eq(set("net.ipv6.conf.all.addr_gen_mode", "0"), 0);
	cr_assert_not_null(inet_ifaddr_find(n.net, &ll, n.dev));
	cr_assert_eq(set("net.ipv6.conf.t0.addr_gen_mode", "2"), -EINVAL);
	unregister_netdev(other);
}

Test(devconf, mtu_of_ipv6)
{
	cr_assert_str_eq(get("net.ipv6.conf.all.mtu"), "1280");
	cr_assert_str_eq(get("net.ipv6.conf.t0.mtu"), "1500");
	cr_assert_eq(set("net.ipv6.conf.t0.mtu", "1501"), -EINVAL);
	cr_assert_eq(set("net.ipv6.conf.t0.mtu", "1279"), -EINVAL);
	cr_assert_eq(set("net.ipv6.conf.t0.mtu", "1400"), 0);
	cr_assert_eq(n.net->ip.fam[1]->dev_mtu(n.dev), 1400);
	cr_assert_eq(dev_set_mtu(n.dev, 1450), 0);
	cr_assert_str_eq(get("net.ipv6.conf.t0.mtu"), "1450", "the device's is new");
}

/* "all" and the device: one of the two is enough */
Test(devconf, redirects)
{
	cr_assert_str_eq(get("net.ipv4.conf.all.accept_redirects"), "1");
	cr_assert_str_eq(get("net.ipv4.conf.t0.accept_redirects"), "1");
	cr_assert_eq(set("net.ipv4.conf.all.accept_redirects", "0"), 0);
	cr_assert_str_eq(get("net.ipv4.conf.t0.accept_redirects"), "1");
}

static int route_from(const char *saddr, const char *daddr)
{
	struct flowi fl = { .family = strchr(daddr, ':') ? INET_FAMILY_6 : INET_FAMILY_4,
			    .saddr = ipnet_addr(saddr), .daddr = ipnet_addr(daddr) };
	struct dst_entry *dst;
	int err = ip_route_output(n.net, &fl, &dst);

	if (!err)
		dst_release(dst);
	return err;
}

/* A source of the loopback net leaves where its device, or "all", lets it; ::1 never does. */
Test(devconf, localnet)
{
	struct net_device *other = fixture_dev_new(n.net, "t1", 0);
	struct inet_prefix p;

	inet_prefix_parse("10.9.0.1/24", &p);
	cr_assert_eq(inet_ifaddr_add(n.net, other, &p, 0), 0);
	cr_assert_eq(route_from("127.0.0.1", "10.0.0.9"), -EINVAL);
	cr_assert_eq(set("net.ipv4.conf.t1.route_localnet", "1"), 0);
	cr_assert_eq(route_from("127.0.0.1", "10.0.0.9"), -EINVAL);
	cr_assert_eq(route_from("127.0.0.1", "10.9.0.9"), 0);
	cr_assert_eq(set("net.ipv4.conf.all.route_localnet", "1"), 0);
	cr_assert_eq(route_from("127.0.0.1", "10.0.0.9"), 0);
	cr_assert_neq(route_from("::1", "fd00::9"), 0);
}
