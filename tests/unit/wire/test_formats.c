/* SPDX-License-Identifier: BSD-2-Clause */
/* The small helpers that the format headers carry. */
#include <criterion/criterion.h>

#include "wire/wire.h"

Test(eth, classes_and_groups)
{
	static const u8 bcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const u8 almost[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe };
	static const u8 zero[6] = { 0 }, host[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
	u8 group[6];

	cr_assert(eth_addr_is_broadcast(bcast) && eth_addr_is_multicast(bcast));
	cr_assert_not(eth_addr_is_broadcast(almost));
	cr_assert(eth_addr_is_zero(zero) && !eth_addr_is_valid(zero) && !eth_addr_is_valid(bcast));
	cr_assert(eth_addr_is_valid(host) && eth_addr_is_local(host));
	eth_addr_ip4_mcast(group, ((u8[]){ 239, 0x81, 2, 3 }));
	cr_assert_arr_eq(group, ((u8[]){ 0x01, 0x00, 0x5e, 0x01, 2, 3 }), 6);
	eth_addr_ip6_mcast(group, ((u8[16]){ 0xff, 2, [12] = 0xff, 1, 2, 3 }));
	cr_assert_arr_eq(group, ((u8[]){ 0x33, 0x33, 0xff, 1, 2, 3 }), 6);
}

Test(ip4, fields_and_classes)
{
	struct ip4_hdr h = { .ver_ihl = ip4_ver_ihl(24), .frag_off = be16_make(IP4_MF | 185) };

	cr_assert(ip4_version(&h) == 4 && ip4_hdrlen(&h) == 24);
	cr_assert(ip4_is_fragment(&h) && ip4_frag_offset(&h) == 1480);
	h.frag_off = be16_make(IP4_DF);
	cr_assert_not(ip4_is_fragment(&h));
	cr_assert(ip4_is_multicast(be32_make(0xe0000001)));
	cr_assert(ip4_is_multicast(be32_make(0xefffffff)) &&
		  !ip4_is_multicast(be32_make(0xf0000000)));
	cr_assert(ip4_is_reserved(be32_make(0xf0000000)) &&
		  !ip4_is_reserved(be32_make(0xffffffff)));
	cr_assert(ip4_is_lbcast(be32_make(0xffffffff)) && ip4_is_loopback(be32_make(0x7f010203)));
	cr_assert(ip4_is_linklocal(be32_make(0xa9fe0001)) && ip4_is_zeronet(be32_make(5)));
	cr_assert_eq(be32_get(ip4_mask(0)), 0);
	cr_assert_eq(be32_get(ip4_mask(24)), 0xffffff00);
	cr_assert_eq(be32_get(ip4_mask(32)), 0xffffffff);
}

Test(ip6, fields_and_classes)
{
	struct ip6_hdr h = { .ver_tc_flow = ip6_ver_tc_flow(0xb8, 0xfabcde) };
	struct ip6_addr a = { .b = { 0xfe, 0x80, [13] = 0x12, 0x34, 0x56 } }, g;
	struct ip6_addr mapped = { .b = { [10] = 0xff, 0xff, 10, 0, 0, 1 } };

	cr_assert(ip6_version(&h) == 6 && ip6_tclass(&h) == 0xb8 && ip6_flowlabel(&h) == 0xabcde);
	cr_assert(ip6_addr_is_linklocal(&a) && !ip6_addr_is_multicast(&a) && !ip6_addr_is_any(&a));
	ip6_solicited_node(&g, &a);
	cr_assert_arr_eq(
		g.b, ((u8[]){ 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0x12, 0x34, 0x56 }), 16);
	cr_assert(ip6_addr_is_solicited_node(&g) && ip6_mcast_scope(&g) == 2);
	cr_assert_not(ip6_addr_is_solicited_node(&a));
	cr_assert(ip6_addr_is_v4mapped(&mapped) && !ip6_addr_is_v4mapped(&a));
	mapped.b[0] = 1;
	cr_assert_not(ip6_addr_is_v4mapped(&mapped));
	cr_assert(ip6_addr_is_loopback(&(struct ip6_addr){ .b = { [15] = 1 } }));
	cr_assert(ip6_addr_equal(&a, &a) && !ip6_addr_equal(&a, &g));
}

Test(tcp, header)
{
	struct tcp_hdr h = { .doff_res = tcp_doff(32) | 1, .flags = TCPHDR_SYN };

	cr_assert_eq(tcp_hdrlen(&h), 32);
	cr_assert_eq(tcp_flags(&h), TCPHDR_AE | TCPHDR_SYN);
}
