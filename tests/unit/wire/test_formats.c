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

/* -- how much of a frame is headers --------------------------------------------------------- */
enum { TEST_FRAME = 300 };

/* tags, then an IP header of ip_len octets, then proto; the length its headers have */
static u32 headlen(u32 tags, bool v6, u32 ip_len, u8 proto, u32 tcp_words, u32 len)
{
	u8 frame[TEST_FRAME] = { 0 }, *p = frame + 12;
	u32 i;

	for (i = 0; i < tags; i++, p += 4)
		put_be16(p, i ? ETH_TYPE_VLAN : ETH_TYPE_QINQ);
	put_be16(p, v6 ? ETH_TYPE_IP6 : ETH_TYPE_IP4);
	p += 2;
	p[0] = v6 ? 0x60 : (u8)(0x40 | ip_len / 4);
	p[v6 ? 6 : 9] = proto;
	p[ip_len + 12] = (u8)(tcp_words << 4);
	return frame_headlen(frame, len);
}

Test(headlen, known_headers)
{
	cr_assert_eq(headlen(0, false, 20, IP_PROTO_TCP, 8, 300), 14 + 20 + 32);
	cr_assert_eq(headlen(0, false, 60, IP_PROTO_TCP, 15, 300), 14 + 60 + 60);
	cr_assert_eq(headlen(0, true, 40, IP_PROTO_TCP, 5, 300), 14 + 40 + 20);
	cr_assert_eq(headlen(0, false, 24, IP_PROTO_UDP, 0, 300), 14 + 24 + 8);
	cr_assert_eq(headlen(1, true, 40, IP_PROTO_UDP, 0, 300), 18 + 40 + 8);
	cr_assert_eq(headlen(2, false, 20, IP_PROTO_TCP, 5, 300), 22 + 20 + 20);
	cr_assert_eq(headlen(0, false, 20, IP_PROTO_ICMP, 0, 300), 14 + 20);
	/* more tags than are looked through */
	cr_assert_eq(headlen(3, false, 20, IP_PROTO_TCP, 5, 300), 22);
}

Test(headlen, fragments_and_nonsense)
{
	u8 frame[TEST_FRAME] = { 0 };
	u32 len;

	put_be16(frame + 12, ETH_TYPE_IP4);
	frame[14] = 0x45, frame[23] = IP_PROTO_TCP;
	put_be16(frame + 20, 100); /* not the first one: what follows is no header */
	cr_assert_eq(frame_headlen(frame, 300), 14 + 20);
	frame[14] = 0x41; /* shorter than can be */
	put_be16(frame + 20, 0);
	cr_assert_eq(frame_headlen(frame, 300), 14 + 20 + 20);
	put_be16(frame + 12, ETH_TYPE_ARP);
	cr_assert_eq(frame_headlen(frame, 300), 14);
	/* never beyond the end, however much of it is there */
	for (len = 0; len < 120; len++) {
		cr_assert_leq(headlen(0, false, 60, IP_PROTO_TCP, 15, len), len);
		cr_assert_leq(headlen(2, true, 40, IP_PROTO_TCP, 15, len), len);
	}
}
