/* SPDX-License-Identifier: BSD-2-Clause */
/* The switches of IPv4's forwarding, and what they change along. */
#include "tests/unit/ip/fwdnet.h"

static const u8 data[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void setup(void)
{
	fwd_new();
}

static void teardown(void)
{
	ipnet_free(&n);
}

TestSuite(ip4_router, .init = setup, .fini = teardown);

static const char *get(const char *name)
{
	static char buf[4][16];
	static u32 i;

	i = (i + 1) % 4;
	cr_assert_eq(sysctl_get(n.net, name, buf[i], sizeof(buf[i])), 0, "%s", name);
	return buf[i];
}

Test(ip4_router, switch_of_all)
{
	cr_assert_str_eq(get("net.ipv4.conf.all.forwarding"), "1");
	cr_assert_str_eq(get("net.ipv4.conf.default.forwarding"), "1");
	cr_assert_str_eq(get("net.ipv4.conf.t1.forwarding"), "1");
	cr_assert_str_eq(get("net.ipv4.conf.lo.forwarding"), "1");
	cr_assert_str_eq(get("net.ipv4.conf.all.accept_redirects"), "0",
			 "a router does not listen to them");
	cr_assert_str_eq(get("net.ipv4.conf.t0.accept_redirects"), "1");
	fwd_set("net.ipv4.conf.t1.forwarding", "0");
	fwd_set("net.ipv4.conf.all.accept_redirects", "1");
	fwd_set("net.ipv4.ip_forward", "1");
	cr_assert_str_eq(get("net.ipv4.conf.t1.forwarding"), "0", "it was 1 already");
	cr_assert_str_eq(get("net.ipv4.conf.all.accept_redirects"), "1");
	fwd_set("net.ipv4.conf.all.forwarding", "0");
	cr_assert_str_eq(get("net.ipv4.ip_forward"), "0");
	cr_assert_str_eq(get("net.ipv4.conf.t0.forwarding"), "0");
	cr_assert_str_eq(get("net.ipv4.conf.all.accept_redirects"), "1");
	fwd_set("net.ipv4.conf.default.forwarding", "1");
	cr_assert_str_eq(get("net.ipv4.conf.t0.forwarding"), "0",
			 "\"default\" is for those to come");
	fixture_dev_new(n.net, "t2", 0);
	cr_assert_str_eq(get("net.ipv4.conf.t2.forwarding"), "1");
	fwd_set("net.ipv4.conf.default.forwarding", "0");
	cr_assert_str_eq(get("net.ipv4.conf.t2.forwarding"), "1");
	cr_assert_lt(sysctl_set(n.net, "net.ipv4.ip_forward", "x"), 0);
	cr_assert_lt(sysctl_set(n.net, "net.ipv4.ip_forward_update_priority", "2"), 0);
}

static void rx_redirect(void)
{
	u8 msg[ICMP4_HLEN + IP4_HLEN + 8] = {
		ICMP4_TYPE_REDIRECT, ICMP4_REDIRECT_HOST, 0, 0, 10, 0, 0, 3
	};
	struct pkt4 quoted = { .saddr = "10.0.0.1",
			       .daddr = "9.9.9.9",
			       .proto = IP_PROTO_UDP,
			       .payload = data,
			       .len = 8 };
	struct pkt4 p = { .proto = IP_PROTO_ICMP, .payload = msg, .len = sizeof(msg) };

	pkt4_make(msg + ICMP4_HLEN, &quoted);
	put_be16(msg + 2, be16_get(csum_fold(csum_partial(msg, sizeof(msg), 0))));
	pkt4_rx(&n, &p);
}

static bool redirected(void)
{
	struct flowi fl = { .family = INET_FAMILY_4, .daddr = ipnet_addr("9.9.9.9") };
	union inet_addr by = ipnet_addr("10.0.0.3");
	struct dst_entry *dst;
	bool is;

	cr_assert_eq(ip_route_output(n.net, &fl, &dst), 0);
	rx_redirect();
	is = inet_addr_equal(&rt_of(dst)->nexthop, &by);
	dst_release(dst);
	rt_genid_bump(n.net); /* it is forgotten */
	return is;
}

/* IP4-33: a router takes a redirect only where both switches say so, a host where one does */
Test(ip4_router, redirects_to_a_router)
{
	fwd_route("9.0.0.0/8", "10.0.0.2", t0, RTN_UNICAST);
	cr_assert_not(redirected());
	fwd_set("net.ipv4.conf.all.accept_redirects", "1");
	cr_assert(redirected());
	fwd_set("net.ipv4.conf.t0.accept_redirects", "0");
	cr_assert_not(redirected());
	fwd_set("net.ipv4.conf.t0.forwarding", "0");
	cr_assert(redirected(), "a host");
}
