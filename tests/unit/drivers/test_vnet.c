// SPDX-License-Identifier: BSD-2-Clause
/* Frames in receive buffers: what is linear, what lies in pages, and what a packet is said to cost. */
#include "drivers/vnet.h"
#include "tests/unit/fixture.h"

static struct fixture f;
static struct net *net;
static struct vnet_rx_slot slot;
static struct page_frag pf;

static void setup(void)
{
	net = fixture_net_new(&f, 3);
}

static void teardown(void)
{
	vnet_rx_free(&slot);
	page_frag_release(&pf);
	fixture_net_free(&f);
}

TestSuite(vnet, .init = setup, .fini = teardown);

/* As if a read had put n octets there. */
static struct sk_buff *take(u32 n)
{
	struct sk_buff *skb;

	cr_assert(vnet_rx_fill(net, &slot, false));
	memset(slot.skb->data, 1, VNET_RX_LINEAR);
	skb = vnet_rx_take(&slot, &pf, n);
	cr_assert_not_null(skb);
	cr_assert_eq(skb->len, n);
	return skb;
}

Test(vnet, small_frame_is_one_buffer)
{
	struct sk_buff *skb = take(1514);

	cr_assert_eq(skb->data_len, 0);
	cr_assert_leq((u32)(skb->end - skb->head) + sizeof(struct skb_shared_info), 2048);
	cr_assert_eq(skb->truesize, 2304);
	cr_assert_null(slot.skb);
	consume_skb(skb);
}

Test(vnet, short_frame_leaves_the_buffer)
{
	struct sk_buff *kept, *skb;

	for (u32 n = 60; n <= VNET_RX_SHORT; n += VNET_RX_SHORT - 60) {
		skb = take(n);
		kept = slot.skb;
		cr_assert_not_null(kept);
		cr_assert_eq(skb->data[0], 1);
		cr_assert_eq(skb->truesize, n == 60 ? 832 : 1280);
		consume_skb(skb);
		consume_skb(take(n));
		cr_assert_eq(slot.skb, kept);
	}
}

/* The windows that Linux's packet scripts name for large segments follow from this. */
Test(vnet, large_frame_costs_whole_pages)
{
	static const struct {
		u32 len, cost;
	} rows[] = {
		{ 4040, 4096 + 256 }, { 4054, 8192 + 256 }, { 9054, 12288 + 256 }, { 65549, 69632 + 256 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sk_buff *skb = take(rows[i].len);

		cr_expect_eq(skb->truesize, rows[i].cost, "%u octets: %u", rows[i].len, skb->truesize);
		consume_skb(skb);
	}
}

/*
 * A large packet that was received and goes on: the host is told where its headers end, not what is linear.
 */
Test(vnet, headers_end_where_they_end)
{
	static const struct {
		u8 type;
		u16 l4, want;
		u32 linear;
	} rows[] = {
		{ SKB_GSO_TCPV4, 34, 34 + 32, 1500 }, { SKB_GSO_TCPV6, 54, 54 + 32, 1500 },
		{ SKB_GSO_UDP_L4, 34, 34 + 8, 1500 }, { SKB_GSO_TCPV4, 34, 34 + 32, 34 + 32 },
		{ SKB_GSO_TCPV4, 34, 40, 40 },	      { SKB_GSO_UDP_L4, 54, 60, 60 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sk_buff *skb = alloc_skb(net, 2000);
		struct vnet_hdr h;

		skb_reserve(skb, 64);
		memset(skb_put(skb, rows[i].linear), 0, rows[i].linear);
		skb->transport_header = (u16)(64 + rows[i].l4);
		if (rows[i].linear > rows[i].l4 + 12u)
			skb->data[rows[i].l4 + 12] = 8 << 4; /* TCP with 12 octets of options */
		skb_shinfo(skb)->gso_size = 100;
		skb_shinfo(skb)->gso_type = rows[i].type;
		vnet_from_skb(&h, skb);
		cr_expect_eq(h.hdr_len, rows[i].want, "row %zu: %u", i, h.hdr_len);
		consume_skb(skb);
	}
}
